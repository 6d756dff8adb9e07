/** The explorer: the state is in the address; map, panel and filters show it. */

import { ask } from "./ask";
import { byId, h } from "./dom";
import { kindOf, nameOf, addDot, graph } from "./drawn";
import * as exporting from "./exporting";
import * as filters from "./filters";
import { bring, close, colourByCommunity, load, mapKey, membersOf, open, opened, setStatistics, showsCommunities } from "./loading";
import * as map from "./map";
import * as panel from "./panel";
import { onPath } from "./path";
import { STATISTICS } from "./questions";
import * as search from "./search";
import { go, onChange, opening, setBase, start, state, type State } from "./state";
import { count } from "./text";
import type { Statistics } from "./types";

let loading = new AbortController();
let reading = new AbortController();
let drawn = "";
/** The map as it is being made; what is shown on it waits for it. */
let made: Promise<void> = Promise.resolve();

async function begin(): Promise<void> {
  const { statistics } = await ask<{ statistics: Statistics }>(STATISTICS, {}, { shown: "map" });
  setStatistics(statistics);
  setBase(statistics.snapshot.manifest?.base);
  byId("counts").textContent = [count(statistics.papers, "paper"), count(statistics.entities, "entity", "entities"), count(statistics.claims, "claim")].join(" · ");
  filters.begin(statistics);
  if (!map.begin({ pick, open: openCommunity, clear: () => undefined })) {
    byId("map").replaceChildren(h("p", { class: "no-map" }, "This browser draws no WebGL, so there is no map; search and pages work."));
  }
  search.begin(pick);
  exporting.begin();
  onChange((now) => void follow(now));
  start();
}

/** Open a node, or make it the end of the path that the reader is looking for. */
function pick(iri: string): void {
  const { from, to, open: opened } = state();
  const community = graph.hasNode(iri) && graph.getNodeAttribute(iri, "kind") === "COMMUNITY";
  if (from && !to && !community) go(iri === from ? {} : { to: iri });
  else if (community) go({ ...opening(iri), open: opened.includes(iri) ? opened : [...opened, iri] });
  else go(opening(iri));
}

function openCommunity(iri: string): void {
  const { open: opened } = state();
  if (!opened.includes(iri)) go({ open: [...opened, iri] }, { quiet: true });
}

async function follow(now: State): Promise<void> {
  filters.tell(now);
  reading.abort();
  reading = new AbortController();
  const { signal } = reading;
  if (mapKey(now) !== drawn) {
    drawn = mapKey(now);
    loading.abort();
    loading = new AbortController();
    made = load(now, loading.signal, () => { filters.tell(state()); map.refresh(); }).then(() => { map.whole(); byId("map").dataset.ready = drawn; }).catch(tellError);
    delete byId("map").dataset.ready;
  }
  // The list tells of the map, so it waits for it.
  if (now.list) await made;
  await Promise.all([made, panel.show(now, signal).catch(tellError)]);
  if (signal.aborted) return;
  try {
    await place(now, signal);
  } catch (error) {
    tellError(error);
  }
}

/** Bring what the panel tells of onto the map, and into its middle. */
async function place(now: State, signal: AbortSignal): Promise<void> {
  if (now.colour === "community") await colourByCommunity(signal);
  if (showsCommunities(now)) {
    for (const iri of opened()) if (!now.open.includes(iri)) close(iri);
    for (const iri of now.open) await open(iri, signal);
  }
  const path = now.from && now.to ? onPath() : [];
  path.forEach((node, index) => {
    const before = path[index - 1];
    const beside = before && graph.hasNode(before.iri) ? graph.getNodeAttributes(before.iri) : { x: 0, y: 0 };
    addDot(node.iri, kindOf(node), nameOf(node), 1, graph.hasNode(node.iri) ? {} : { x: beside.x + 8, y: beside.y + 6 });
  });
  if (now.node && !now.to && !now.node.includes("/community/")) await bring(now.node, signal);
  if (signal.aborted) return;
  map.mark(path.map(({ iri }) => iri));
  const middle = path.length ? path.map(({ iri }) => iri) : graph.hasNode(now.node) ? [now.node, ...neighbours(now.node)] : membersOf(now.node);
  if (middle.length) map.lookAt(middle);
}

/** Its neighbours, where they are few enough to be seen together with it. */
function neighbours(iri: string): string[] {
  const found = graph.neighbors(iri);
  return found.length <= 40 ? found : [];
}

function tellError(error: unknown): void {
  if (error instanceof DOMException && error.name === "AbortError") return;
  const bar = byId("error");
  byId("error-text").textContent = error instanceof Error ? error.message : String(error);
  bar.hidden = false;
}

byId("error-close").addEventListener("click", () => { byId("error").hidden = true; });
byId("panel-close").addEventListener("click", () => go({ node: "", claim: "", from: "", to: "", list: false }));
byId("toggle-filters").addEventListener("click", (event) => {
  const shown = document.body.classList.toggle("with-filters");
  (event.currentTarget as HTMLElement).setAttribute("aria-expanded", String(shown));
});
byId("toggle-list").addEventListener("click", () => go({ list: !state().list, node: "", claim: "", from: "", to: "" }));
byId("zoom-in").addEventListener("click", () => map.zoom(1 / 1.5));
byId("zoom-out").addEventListener("click", () => map.zoom(1.5));
byId("zoom-all").addEventListener("click", () => map.whole());
document.addEventListener("keydown", (event) => {
  const typing = event.target instanceof HTMLElement && event.target.matches("input, select, textarea");
  if (event.key === "/" && !typing) {
    event.preventDefault();
    byId("search").focus();
  } else if (event.key === "Escape" && !typing && !byId("panel").hidden) byId("panel-close").click();
});

begin().catch(tellError);
