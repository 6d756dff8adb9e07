/** The page of an entity. */

import { ask } from "./ask";
import { fill, h, webAddress, type Child } from "./dom";
import { entityFilter, paperFilter } from "./loading";
import { badge, bars, claimItem, entity, fold, list, paged, paper, results, section, sure, to } from "./parts";
import { CLAIMS_OF, PAPERS_OF } from "./questions";
import { state } from "./state";
import { count, words } from "./text";
import type { Claim, CommunityRef, EntityRef, Page, PaperRef, Result } from "./types";

export interface Told extends EntityRef {
  aliases: string[];
  definition: string | null;
  paperCount: number;
  degree: number | null;
  pageRank: number | null;
  betweenness: number | null;
  community: CommunityRef | null;
  links: { target: string; match: string; score: number }[];
  broader: EntityRef[];
  ancestors: EntityRef[];
  narrower: { totalCount: number; edges: { node: EntityRef }[] };
  related: { totalCount: number; edges: { relation: string; direction: string; claimCount: number; confidence: number | null; node: EntityRef }[] };
  trend: { undated: number; years: { year: number; papers: number; share: number }[] };
}

interface PaperEdge { role: string; node: PaperRef & { results: Result[] } }

export function entityPage(node: Told): Child {
  const papers = h("div", {}, h("p", { class: "quiet" }, "Loading papers"));
  const figures = h("div", {});
  const claims = h("div", {}, h("p", { class: "quiet" }, "Loading claims"));
  void bringPapers(node, papers, figures).catch(() => fill(papers));
  void bringClaims(node, claims).catch(() => fill(claims));
  return [
    badge(node.type), h("h2", {}, node.name),
    node.aliases.length ? h("p", { class: "quiet" }, "Also ", node.aliases.slice(0, 12).join(", "), ".") : null,
    node.definition ? h("p", {}, node.definition) : null,
    actions(node.iri),
    numbers(node),
    bars(node.trend.years),
    hierarchy(node),
    claims, papers, figures,
    related(node),
    node.links.length ? section("Elsewhere", list(node.links.map(({ target, match, score }) => {
      const address = webAddress(target);
      return h("li", {}, address ? h("a", { href: address, rel: "noopener noreferrer" }, target) : target, ` ${match.toLowerCase()}, ${Math.round(score * 100)}%`);
    }))) : null,
  ];
}

/** What can be done with a node. */
export function actions(iri: string): HTMLElement {
  const around = state().view === "around";
  return h("div", { class: "actions" },
    to({ from: iri, to: "" }, { class: "button" }, "Find a path from here"),
    around ? to({ view: "" }, { class: "button" }, "Show the whole map") : to({ view: "around" }, { class: "button" }, "Show only what is around it"));
}

export function numbers(node: { degree: number | null; pageRank: number | null; betweenness: number | null; community: CommunityRef | null; paperCount?: number }): HTMLElement {
  const row = (name: string, value: Child) => h("div", {}, h("dt", {}, name), h("dd", {}, value));
  return h("dl", { class: "numbers" },
    node.paperCount !== undefined ? row("Papers", node.paperCount) : null,
    node.degree !== null ? row("Links", node.degree) : null,
    node.pageRank !== null ? row("PageRank", node.pageRank.toPrecision(2)) : null,
    node.betweenness !== null ? row("Betweenness", node.betweenness.toPrecision(2)) : null,
    node.community ? h("div", { class: "long" }, h("dt", {}, "Community"), h("dd", {}, to({ node: node.community.iri, claim: "" }, {}, node.community.label))) : null);
}

function hierarchy({ broader, ancestors, narrower }: Told): HTMLElement | null {
  if (!broader.length && !narrower.edges.length) return null;
  const direct = new Set(broader.map(({ iri }) => iri));
  const further = ancestors.filter(({ iri }) => !direct.has(iri));
  return section("Hierarchy",
    broader.length ? h("p", {}, "A kind of ", spaced(broader), further.length ? [", and so of ", spaced(further)] : null, ".") : null,
    narrower.edges.length ? fold(count(narrower.totalCount, "kind"), narrower.totalCount < 8, list(narrower.edges.map(({ node }) => entity(node)), "chips")) : null);
}

function spaced(nodes: EntityRef[]): Child[] {
  return nodes.flatMap((node, index) => [index ? ", " : "", entity(node)]);
}

function related({ related: { edges, totalCount } }: Told): HTMLElement | null {
  const kin = edges.filter(({ relation }) => relation !== "SUB_CLASS_OF");
  if (!kin.length) return null;
  return section("Related", list(kin.map(({ relation, direction, claimCount, confidence, node }) =>
    h("li", {}, h("span", { class: "relation" }, direction === "OUTGOING" ? words(relation) : `${words(relation)} (from)`), " ", entity(node), " ",
      h("span", { class: "quiet" }, count(claimCount, "claim")), " ", sure(confidence)))),
    totalCount > edges.length ? h("p", { class: "quiet" }, `${edges.length} of ${totalCount} are listed.`) : null);
}

async function bringPapers(node: Told, into: HTMLElement, figures: HTMLElement): Promise<void> {
  const groups = new Map<string, HTMLUListElement>();
  const found: { result: Result; paper: PaperRef }[] = [];
  const box = h("div", {});
  const filter = paperFilter({ ...state(), role: "" });
  let after: string | null = null;
  const more = h("button", { type: "button", class: "more" }, "Show more papers");
  const next = async () => {
    more.disabled = true;
    const told: { entity: { papers: Page<PaperEdge> } } = await ask(PAPERS_OF, { id: node.iri, after, filter });
    const { edges, pageInfo, totalCount } = told.entity.papers;
    if (!after) fill(into, edges.length ? section(`Papers (${totalCount})`, box, more) : null);
    for (const { role, node: each } of edges) {
      let items = groups.get(role);
      if (!items) {
        items = h("ul", { class: "plain" });
        groups.set(role, items);
        box.append(fold(words(role), true, items));
      }
      items.append(h("li", {}, paper(each)));
      for (const result of each.results) {
        if ([result.metric, result.method, result.dataset, result.hardware, result.comparedTo].some((slot) => slot?.iri === node.iri)) found.push({ result, paper: each });
      }
    }
    fill(figures, found.length ? section(`Results (${found.length})`, results(found)) : null);
    after = pageInfo.endCursor;
    more.hidden = !pageInfo.hasNextPage;
    more.disabled = false;
  };
  more.addEventListener("click", () => void next());
  await next();
}

async function bringClaims(node: Told, into: HTMLElement): Promise<void> {
  const { sure: least, since, until } = state();
  const years = entityFilter({ ...state(), role: "", sure: 0, within: "" })?.papers;
  const filter = { ...(least ? { minConfidence: least } : {}), ...(since || until ? { papers: years } : {}) };
  const of = (end: "object" | "subject") => paged<{ node: Claim }>(
    async (after) => (await ask<{ claims: Page<{ node: Claim }> }>(CLAIMS_OF, { filter: { ...filter, [end]: node.iri }, after })).claims,
    ({ node: claim }) => claimItem(claim));
  const [about, by] = await Promise.all([of("object"), of("subject")]);
  fill(into, about.total + by.total ? section(`Claims (${about.total + by.total})`,
    about.total ? fold(`what papers and others have to do with it (${about.total})`, true, about.element) : null,
    by.total ? fold(`what it has to do with others (${by.total})`, about.total === 0, by.element) : null) : null);
}
