/** A shortest path between two nodes that the reader picked. */

import { ask } from "./ask";
import { h, type Child } from "./dom";
import { nameOf } from "./drawn";
import { any, quotes, sure, to } from "./parts";
import { PATH } from "./questions";
import { opening, type State } from "./state";
import { count, words } from "./text";
import type { Claim, NodeRef } from "./types";

export interface Step { forward: boolean; label: string; predicate: string; claimCount: number; confidence: number | null; subject: NodeRef; object: NodeRef; claims: Claim[] }
interface Told { ends: (NodeRef | null)[]; shortestPath: { length: number; nodes: NodeRef[]; steps: Step[] } | null }

let nodes: NodeRef[] = [];

/** Nodes of the path that is shown, in their order. */
export function onPath(): NodeRef[] {
  return nodes;
}

export async function pathPage({ from, to: end }: State, signal: AbortSignal): Promise<Child> {
  nodes = [];
  if (!end) {
    const { ends } = await ask<Pick<Told, "ends">>("query Start($from: ID!) { ends: nodes(ids: [$from]) { __typename ... on Entity { iri name type } ... on Paper { iri title year } } }", { from }, { signal });
    const start = ends[0];
    return [
      h("h2", {}, "Find a path"), h("p", {}, "From ", start ? any(start) : from, " to", h("strong", {}, " the next node you pick"), ": on the map, in the list, or by a search."),
      h("p", {}, to({ from: "" }, { class: "button" }, "Leave it")),
    ];
  }
  const { ends, shortestPath } = await ask<Told>(PATH, { from, to: end }, { signal, shown: "page" });
  if (signal.aborted) return null;
  nodes = shortestPath?.nodes ?? [];
  const names = ends.map((node) => (node ? nameOf(node) : "something else"));
  if (!shortestPath) return [h("h2", {}, "No path"), h("p", {}, `No path of six steps or fewer leads from ${names[0]} to ${names[1]}.`), again(end, from)];
  return [
    h("h2", {}, `From ${names[0]} to ${names[1]}`),
    h("p", { class: "quiet" }, `A shortest path of ${count(shortestPath.length, "step")}.`),
    h("ol", { class: "path" }, h("li", {}, shortestPath.nodes[0] ? any(shortestPath.nodes[0]) : null),
      shortestPath.steps.map((step, index) => {
        const next = shortestPath.nodes[index + 1]!;
        return h("li", {}, h("div", { class: "step" },
          h("p", { class: "relation" }, step.forward ? `${words(step.predicate)} →` : `← ${words(step.predicate)}`, " ", sure(step.confidence)),
          step.claims.map((claim) => [quotes(claim.quotes.slice(0, 1)), h("p", { class: "small" }, to({ claim: claim.iri }, { class: "show-claim" }, "show in the abstract"))]),
          step.claims.length ? null : h("p", { class: "quiet small" }, "by the taxonomy")), any(next));
      })),
    again(end, from),
  ];
}

function again(end: string, from: string): HTMLElement {
  return h("div", { class: "actions" }, to({ from: end, to: from }, { class: "button" }, "The other way round"), to({ ...opening(from) }, { class: "button" }, "Leave the path"));
}
