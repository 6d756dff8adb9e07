/** Pieces that several panels are made of: links to nodes, claims, tables, pages of a list. */

import { h, svg, type Child } from "./dom";
import { kindOf, nameOf } from "./drawn";
import { go, href, opening, type State } from "./state";
import { words } from "./text";
import type { Claim, EntityRef, Kind, NodeRef, Page, PaperRef, Quote, Result } from "./types";

/** A link to another state, which opens in place. */
export function to(change: Partial<State>, properties: Record<string, string>, ...children: Child[]): HTMLAnchorElement {
  return h("a", {
    ...properties,
    href: href(change),
    onclick: (event) => {
      const { ctrlKey, metaKey, shiftKey } = event as MouseEvent;
      if (ctrlKey || metaKey || shiftKey) return;
      event.preventDefault();
      go(change);
    },
  }, ...children);
}

export function badge(kind: Kind): HTMLElement {
  return h("span", { class: `badge ${kind.toLowerCase()}` }, words(kind));
}

export function entity(node: EntityRef): HTMLAnchorElement {
  return to(opening(node.iri), { class: `node ${node.type.toLowerCase()}` }, node.name);
}

export function paper(node: PaperRef): HTMLAnchorElement {
  return to(opening(node.iri), { class: "node paper" }, node.title, node.year ? h("span", { class: "quiet" }, ` ${node.year}`) : null);
}

export function any(node: NodeRef): HTMLAnchorElement {
  return to(opening(node.iri), { class: `node ${kindOf(node).toLowerCase()}` }, nameOf(node));
}

/** How sure something is, as a number and a bar. */
export function sure(confidence: number | null): HTMLElement | null {
  if (confidence === null) return null;
  const share = Math.round(confidence * 100);
  return h("span", { class: "sure", title: "how sure the extractor is" },
    svg("svg", { viewBox: "0 0 100 10", width: 40, height: 4, "aria-hidden": "true", preserveAspectRatio: "none" },
      svg("rect", { width: 100, height: 10, class: "track" }), svg("rect", { width: share, height: 10, class: "share" })),
    `${share}%`);
}

export function statement(claim: Claim): HTMLElement {
  return h("span", { class: "statement" },
    claim.subject.__typename === "Paper" ? h("span", { class: "quiet" }, "The paper") : any(claim.subject), " ",
    h("span", { class: "relation" }, words(claim.predicate)), " ", entity(claim.object));
}

export function notes(claim: Claim): Child[] {
  return [
    sure(claim.confidence),
    claim.status === "HEDGED" ? h("span", { class: "chip" }, "hedged") : null,
    claim.derived ? h("span", { class: "chip" }, "derived") : null,
    claim.support && claim.support > 1 ? h("span", { class: "chip" }, `${claim.support} papers`) : null,
  ];
}

export function quotes(said: readonly Quote[]): HTMLElement[] {
  return said.map(({ text }) => h("blockquote", {}, text));
}

/** A claim in a list: what it says, the sentence, and the way to its place in the abstract. */
export function claimItem(claim: Claim, { withPaper = true } = {}): HTMLElement {
  return h("li", { class: "claim" }, h("p", {}, statement(claim), " ", notes(claim)), quotes(claim.quotes.slice(0, 1)),
    h("p", { class: "small" }, withPaper ? [paper(claim.paper), " · "] : null, to({ claim: claim.iri, from: "", to: "" }, { class: "show-claim" }, "show in the abstract")));
}

export function section(title: string, ...children: Child[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), ...children);
}

/** A part of the panel that can be folded away. */
export function fold(title: string, open: boolean, ...children: Child[]): HTMLDetailsElement {
  return h("details", { open }, h("summary", {}, title), ...children);
}

export function list(items: HTMLElement[], name = "plain"): HTMLUListElement {
  return h("ul", { class: name }, items.map((item) => (item.tagName === "LI" ? item : h("li", {}, item))));
}

/** A list that brings its next page when asked. */
export async function paged<Edge>(fetchPage: (after: string | null) => Promise<Page<Edge>>, show: (edge: Edge) => HTMLElement): Promise<{ element: HTMLElement; total: number }> {
  const items = h("ul", { class: "plain" });
  const more = h("button", { type: "button", class: "more" }, "Show more");
  const element = h("div", {}, items, more);
  let after: string | null = null;
  const bring = async () => {
    more.disabled = true;
    const page = await fetchPage(after);
    items.append(...page.edges.map((edge) => { const item = show(edge); return item.tagName === "LI" ? item : h("li", {}, item); }));
    after = page.pageInfo.endCursor;
    more.hidden = !page.pageInfo.hasNextPage;
    more.disabled = false;
    return page.totalCount;
  };
  const total = await bring();
  more.addEventListener("click", () => void bring());
  return { element, total };
}

/** Results as a table; a row a figure. */
export function results(found: readonly { result: Result; paper?: PaperRef }[]): HTMLElement {
  const withPaper = found.some((row) => row.paper);
  const slot = (node: EntityRef | null) => h("td", {}, node ? entity(node) : "");
  const columns = ["Value", "Metric", "Method", "Data set", "Hardware", ...(withPaper ? ["Paper"] : [])];
  return h("div", { class: "wide", tabindex: 0, role: "region", "aria-label": "Results" },
    h("table", {}, h("thead", {}, h("tr", {}, columns.map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, found.map(({ result, paper: from }) => h("tr", { title: result.quotes[0]?.text },
        h("td", { class: "value" }, result.value, result.change ? h("span", { class: "quiet" }, ` ${(result.direction ?? "change").toLowerCase()}`) : null),
        slot(result.metric), slot(result.method), slot(result.dataset), slot(result.hardware), withPaper ? h("td", {}, from ? paper(from) : "") : null)))));
}

/** Papers a year as bars. */
export function bars(years: readonly { year: number; papers: number; share: number }[]): HTMLElement | null {
  const most = Math.max(...years.map(({ papers }) => papers), 0);
  if (years.length < 2 || !most) return null;
  const wide = 240 / years.length;
  const label = years.filter(({ papers }) => papers).map(({ year, papers }) => `${year}: ${papers}`).join(", ");
  return h("figure", { class: "bars" },
    svg("svg", { viewBox: "0 0 240 48", role: "img", "aria-label": `Papers a year: ${label}` },
      years.map(({ year, papers }, index) => svg("rect", { x: index * wide + 0.5, width: Math.max(1, wide - 1), y: 46 - 44 * (papers / most), height: 2 + 44 * (papers / most), class: papers ? "bar" : "none" }, svg("title", {}, `${year}: ${papers}`)))),
    h("figcaption", {}, h("span", {}, String(years[0]!.year)), h("span", {}, String(years.at(-1)!.year))));
}
