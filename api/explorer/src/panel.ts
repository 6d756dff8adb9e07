/** The panel beside the map: which page it shows, and the pages of communities, of the map's list and of claims. */

import { ask } from "./ask";
import { quoted } from "./abstracts";
import { byId, fill, h, type Child } from "./dom";
import { entityPage, type Told as EntityTold } from "./entity";
import { isFiltered } from "./loading";
import { graph, learn } from "./drawn";
import { visible } from "./map";
import { paperPage, type Told as PaperTold } from "./paperpage";
import { any, badge, entity, notes, paper, statement, to } from "./parts";
import { CLAIM_PAGE, NODE_PAGE } from "./questions";
import { pathPage } from "./path";
import { go, href, opening, state, type State } from "./state";
import { count, words } from "./text";
import type { Claim, CommunityRef, NodeRef } from "./types";

type Told =
  | ({ __typename: "Entity" } & EntityTold)
  | ({ __typename: "Paper" } & PaperTold)
  | ({ __typename: "Community" } & CommunityRef & { modularity: number | null; members: { totalCount: number; edges: { node: NodeRef }[] } });

const panel = byId("panel");
const body = byId("panel-body");

/** Show what the state asks for. */
export async function show(now: State, signal: AbortSignal): Promise<void> {
  const wanted = Boolean(now.claim || now.from || now.node || now.list);
  panel.hidden = !wanted;
  document.body.classList.toggle("with-panel", wanted);
  if (!wanted) {
    title("");
    return;
  }
  const page = now.claim ? await claimPage(now.claim, signal) : now.from ? await pathPage(now, signal) : now.list ? listPage() : await nodePage(now.node, signal);
  if (signal.aborted) return;
  fill(body, page);
  panel.scrollTop = 0;
  title(body.querySelector("h2")?.textContent ?? "");
  body.querySelector("mark")?.scrollIntoView({ block: "center" });
}

function title(of: string): void {
  document.title = of ? `${of} - paperkg explorer` : "paperkg explorer";
}

async function nodePage(iri: string, signal: AbortSignal): Promise<Child> {
  const { node } = await ask<{ node: Told | null }>(NODE_PAGE, { id: iri }, { signal, shown: "page" });
  switch (node?.__typename) {
    case "Entity": return entityPage(node);
    case "Paper": return paperPage(node);
    case "Community": return communityPage(node);
    default: return [h("h2", {}, "Not in this graph"), h("p", {}, "Nothing here has the address ", h("code", {}, iri), ".")];
  }
}

function communityPage(node: Extract<Told, { __typename: "Community" }>): Child {
  learn(node);
  const { open } = state();
  const shown = open.includes(node.iri) || !graph.hasNode(node.iri);
  return [
    badge("COMMUNITY"), h("h2", {}, node.label),
    h("p", {}, `${count(node.memberCount, "entity", "entities")} that hang together more closely than with the rest.`),
    h("div", { class: "actions" },
      open.includes(node.iri)
        ? h("button", { type: "button", onclick: () => go({ open: open.filter((each) => each !== node.iri) }) }, "Close it on the map")
        : shown ? null : h("button", { type: "button", class: "primary", onclick: () => go({ open: [...open, node.iri] }) }, "Open it on the map"),
      to({ within: node.iri, open: [], view: "" }, { class: "button" }, "Show it alone")),
    h("h3", {}, "Most central"), h("ol", { class: "plain" }, node.members.edges.map(({ node: member }) => h("li", {}, any(member)))),
  ];
}

function listPage(): Child {
  const nodes = visible();
  const rows = nodes.slice(0, 300);
  return [
    h("h2", {}, "On the map"),
    h("p", { class: "quiet" }, `${count(nodes.length, "node")}${rows.length < nodes.length ? `, the ${rows.length} largest listed` : ""}${isFiltered(state()) ? ", filtered" : ""}.`),
    h("table", {}, h("thead", {}, h("tr", {}, ["Name", "Kind", "Links"].map((name) => h("th", { scope: "col" }, name)))),
      h("tbody", {}, rows.map((node) => {
        const { name, kind } = graph.getNodeAttributes(node);
        return h("tr", {}, h("td", {}, to(opening(node), { class: `node ${kind.toLowerCase()}` }, name)), h("td", {}, words(kind)), h("td", { class: "value" }, graph.degree(node)));
      }))),
  ];
}

async function claimPage(iri: string, signal: AbortSignal): Promise<Child> {
  const { node } = await ask<{ node: (Claim & { __typename: string }) | null }>(CLAIM_PAGE, { id: iri }, { signal, shown: "page" });
  if (node?.__typename !== "Claim") return [h("h2", {}, "Not in this graph"), h("p", {}, "No claim has the address ", h("code", {}, iri), ".")];
  const back = state().node || node.object.iri;
  return [
    h("span", { class: "badge" }, "claim"), h("h2", {}, node.subject.__typename === "Paper" ? "The paper" : node.subject.__typename === "Entity" ? node.subject.name : "", ` ${words(node.predicate)} `, node.object.name),
    h("p", {}, statement(node), " ", notes(node)),
    node.edgeConfidence !== null ? h("p", { class: "quiet" }, `All papers together: ${Math.round(node.edgeConfidence * 100)}% sure, by ${count(node.support ?? 1, "paper")}.`) : null,
    h("h3", {}, "Where the paper says so"),
    quoted(node.paper.title, node.paper.abstract ?? "", node),
    h("p", { class: "small" }, "From ", paper(node.paper), ". About ", entity(node.object), "."),
    node.extractor ? h("p", { class: "quiet small" }, `Found by ${node.extractor.name} ${node.extractor.version ?? ""}.`) : null,
    h("p", {}, h("a", { href: href({ claim: "", node: back }), onclick: (event) => { event.preventDefault(); go({ claim: "", node: back }); } }, "Back to ", back === node.paper.iri ? "the paper" : "the node")),
  ];
}
