/** The page of a paper. */

import { annotated } from "./abstracts";
import { actions, numbers } from "./entity";
import { fill, h, webAddress, type Child } from "./dom";
import { badge, claimItem, entity, fold, list, paper, results, section } from "./parts";
import { ENTITY_TYPES } from "./state";
import { words } from "./text";
import type { Claim, CommunityRef, EntityRef, PaperRef, Result } from "./types";

export interface Told extends PaperRef {
  abstract: string | null;
  authors: string[];
  venue: string | null;
  url: string | null;
  keywords: string[];
  identifiers: string[];
  degree: number | null;
  pageRank: number | null;
  betweenness: number | null;
  community: CommunityRef | null;
  results: Result[];
  claims: { totalCount: number; edges: { node: Claim }[] };
  similar: { edges: { score: number; node: PaperRef; shared: { node: EntityRef }[] }[] };
}

export function paperPage(node: Told): Child {
  const claims = node.claims.edges.map(({ node: claim }) => claim);
  const own = claims.filter(({ subject }) => subject.__typename === "Paper");
  const between = claims.filter(({ subject }) => subject.__typename !== "Paper");
  const address = webAddress(node.url);
  return [
    badge("PAPER"), h("h2", {}, node.title),
    h("p", {}, [node.authors.slice(0, 12).join(", "), node.venue, node.year].filter(Boolean).join(" · ")),
    h("p", { class: "small" }, address ? h("a", { href: address, rel: "noopener noreferrer" }, "Read the paper") : null, address ? " · " : null, h("span", { class: "quiet" }, node.identifiers.join(", "))),
    actions(node.iri),
    numbers(node),
    text(node, claims),
    section("What it has", byRole(own)),
    node.results.length ? section(`Results (${node.results.length})`, results(node.results.map((result) => ({ result })))) : null,
    claims.length ? section(`Claims (${node.claims.totalCount})`,
      fold(`about the paper (${own.length})`, false, list(own.map((claim) => claimItem(claim, { withPaper: false })))),
      between.length ? fold(`between entities (${between.length})`, false, list(between.map((claim) => claimItem(claim, { withPaper: false })))) : null) : null,
    node.similar.edges.length ? section("Similar papers", list(node.similar.edges.map(({ node: other, shared }) =>
      h("li", {}, paper(other), h("span", { class: "quiet small" }, ` shares ${shared.slice(0, 3).map(({ node: each }) => each.name).join(", ")}`))))) : null,
  ];
}

/** The abstract annotated by type; each type can be left out. */
function text(node: Told, claims: Claim[]): HTMLElement {
  const hidden = new Set<string>();
  const box = h("div", {});
  const draw = () => fill(box, annotated(node.title, node.abstract ?? "", claims, hidden));
  draw();
  const toggles = ENTITY_TYPES.map((type) => h("button", {
    type: "button", class: `toggle ${type.toLowerCase()}`, "aria-pressed": "true",
    onclick: (event) => {
      if (!hidden.delete(type)) hidden.add(type);
      (event.currentTarget as HTMLElement).setAttribute("aria-pressed", String(!hidden.has(type)));
      draw();
    },
  }, words(type)));
  return section("Abstract, annotated", h("div", { class: "toggles", role: "group", "aria-label": "Types that are marked" }, toggles), box);
}

function byRole(claims: Claim[]): HTMLElement {
  const groups = new Map<string, Map<string, EntityRef>>();
  for (const { predicate, object } of claims) groups.set(predicate, (groups.get(predicate) ?? new Map<string, EntityRef>()).set(object.iri, object));
  return h("dl", { class: "roles" }, [...groups].map(([role, nodes]) => [h("dt", {}, words(role)), h("dd", {}, list([...nodes.values()].map(entity), "chips"))]));
}
