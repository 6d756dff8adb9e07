/** What is drawn for a state: all of a small graph, the communities of a large one, or what a filter leaves. */

import { ask } from "./ask";
import { addDot, addEntities, addLine, addPapers, addRelations, communities, graph, kindOf, learn, nameOf, sizeOf, type Dot } from "./drawn";
import { settled, spiral, spread, type Places } from "./layout";
import { AROUND, COMMUNITIES, FILTERED, MAP_ENTITIES, MAP_NODES, MAP_PAPERS, MEMBERSHIP } from "./questions";
import type { State } from "./state";
import type { CommunityRef, MapEntity, MapPaper, NodeRef, Page, Statistics } from "./types";

/** Nodes up to which a graph is shown whole, and most nodes that are ever drawn. */
const SMALL = 1500;
const MOST = 5000;
/** Entities of a large graph that a filter shows, and members that an opened community shows. */
const CHOSEN = 300;
const MEMBERS = 100;
/** Entities whose relations tell how communities hang together. */
const TELLING = 1000;

let statistics: Statistics;
/** All of a small graph, which is asked for once. */
let entities: MapEntity[] = [];
const papers = new Map<number, MapPaper[]>();
let members = new Map<string, string>();

/** Keep the counts of the graph, by which the way it is shown is chosen. */
export function setStatistics(counts: Statistics): void {
  statistics = counts;
}

export function isSmall(): boolean {
  return statistics.papers + statistics.entities <= SMALL;
}

export function isFiltered({ role, since, until, sure, within }: State): boolean {
  return Boolean(role || since || until || sure || within);
}

/** What two states must share so that one map shows both. */
export function mapKey(state: State): string {
  const { role, since, until, sure, within, view, node } = state;
  return JSON.stringify([role, since, until, sure, within, view, view === "around" ? node : ""]);
}

export function showsCommunities(state: State): boolean {
  return state.view === "" && !isSmall() && !isFiltered(state) && communities.size > 0;
}

/** The filter of papers that the state asks for, null where it asks for none. */
export function paperFilter({ since, until, sure, role }: State): Record<string, unknown> | null {
  const filter = { ...(since ? { yearFrom: since } : {}), ...(until ? { yearTo: until } : {}), ...(sure ? { minConfidence: sure } : {}), ...(role ? { role } : {}) };
  return Object.keys(filter).length ? filter : null;
}

export function entityFilter(state: State): Record<string, unknown> | null {
  const years = { ...(state.since ? { yearFrom: state.since } : {}), ...(state.until ? { yearTo: state.until } : {}) };
  const filter = {
    ...(Object.keys(years).length ? { papers: years } : {}),
    ...(state.role ? { role: state.role } : {}),
    ...(state.sure ? { minConfidence: state.sure } : {}),
    ...(state.within ? { community: state.within } : {}),
  };
  return Object.keys(filter).length ? filter : null;
}

/** Draw what the state asks for; `drawn` is told whenever there is more of it. */
export async function load(state: State, signal: AbortSignal, drawn: () => void): Promise<void> {
  const keep = () => {
    if (signal.aborted) throw new DOMException("another state is wanted", "AbortError");
  };
  await loadCommunities(signal);
  if (state.view === "around" && state.node) {
    await loadAround(state.node, signal);
  } else if (isSmall()) {
    await loadSmall(state, signal);
    drawn();
    await arrange(keep);
  } else if (isFiltered(state)) {
    await loadChosen(state, signal);
    drawn();
    await arrange(keep);
  } else if (state.view === "" && communities.size) {
    graph.clear();
    for (const community of communities.values()) addBubble(community);
    await arrangeCommunities(keep);
    drawn();
    await linkCommunities(signal);
    await arrangeCommunities(keep);
  } else {
    await loadMany(signal, drawn, state.view === "all" ? MOST : TELLING);
    await arrange(keep);
  }
  keep();
  drawn();
}

/** Entities page by page, the most central first, until there are so many. */
async function* centralEntities(signal: AbortSignal, most: number): AsyncGenerator<MapEntity[]> {
  let after: string | null = null;
  let count = 0;
  do {
    const page: { entities: Page<{ node: MapEntity }> } = await ask(MAP_ENTITIES, { first: 100, after }, { signal, shown: after === null ? "map" : undefined });
    yield page.entities.edges.map(({ node }) => node);
    count += page.entities.edges.length;
    after = page.entities.pageInfo.hasNextPage ? page.entities.pageInfo.endCursor : null;
  } while (after && count < most);
}

async function loadMany(signal: AbortSignal, drawn: () => void, most: number): Promise<void> {
  const found: MapEntity[] = [];
  graph.clear();
  for await (const page of centralEntities(signal, most)) {
    found.push(...page);
    addEntities(page);
    // The rest comes at once: drawing it page by page would keep it from coming.
    if (found.length === 500) drawn();
  }
  addRelations(found);
}

/** The part of a small graph that the filters leave, chosen here: all of it is at hand. */
async function loadSmall(state: State, signal: AbortSignal): Promise<void> {
  const { role, since, until, sure, within } = state;
  if (!entities.length) {
    const found: MapEntity[] = [];
    for await (const page of centralEntities(signal, MOST)) found.push(...page);
    entities = found.filter(({ paperCount }) => paperCount);
  }
  const inside = within ? new Set(await chosen({ community: within }, signal, MOST)) : null;
  const shown = (await papersAt(sure, signal))
    .filter(({ year }) => (!since || (year ?? 0) >= since) && (!until || (year ?? Infinity) <= until))
    .map((paper) => ({ ...paper, entities: { edges: paper.entities.edges.filter((edge) => !role || edge.role === role) } }));
  const mentioned = new Set(shown.flatMap((paper) => paper.entities.edges.map(({ node }) => node.iri)));
  const left = entities.filter(({ iri }) => (!(role || since || until || sure) || mentioned.has(iri)) && (!inside || inside.has(iri)));
  graph.clear();
  addEntities(left);
  addRelations(sure ? left.map((entity) => ({ ...entity, related: { edges: entity.related.edges.filter(({ confidence }) => (confidence ?? 0) >= sure) } })) : left);
  addPapers(shown);
  for (const { iri } of left) if (members.has(iri)) graph.setNodeAttribute(iri, "group", members.get(iri)!);
}

async function papersAt(sure: number, signal: AbortSignal): Promise<MapPaper[]> {
  const known = papers.get(sure);
  if (known) return known;
  const found: MapPaper[] = [];
  let after: string | null = null;
  do {
    const page: { papers: Page<{ node: MapPaper }> } = await ask(MAP_PAPERS, { first: 100, after, sure: sure || null }, { signal });
    found.push(...page.papers.edges.map(({ node }) => node));
    after = page.papers.pageInfo.hasNextPage ? page.papers.pageInfo.endCursor : null;
  } while (after);
  papers.set(sure, found);
  return found;
}

/** IRIs of the most central entities that a filter leaves. */
async function chosen(filter: Record<string, unknown> | null, signal: AbortSignal, most: number): Promise<string[]> {
  const found: string[] = [];
  let after: string | null = null;
  do {
    const page: { entities: Page<{ node: { iri: string } }> } = await ask(FILTERED, { first: 100, after, filter }, { signal, shown: after === null ? "map" : undefined });
    found.push(...page.entities.edges.map(({ node }) => node.iri));
    after = page.entities.pageInfo.hasNextPage ? page.entities.pageInfo.endCursor : null;
  } while (after && found.length < most);
  return found;
}

/** Entities with their relations, by their IRIs. */
async function told(iris: readonly string[], signal: AbortSignal): Promise<MapEntity[]> {
  const found: MapEntity[] = [];
  for (let start = 0; start < iris.length; start += 100) {
    const { nodes } = await ask<{ nodes: (MapEntity | null)[] }>(MAP_NODES, { ids: iris.slice(start, start + 100) }, { signal });
    found.push(...nodes.filter((node) => node !== null));
  }
  return found;
}

async function loadChosen(state: State, signal: AbortSignal): Promise<void> {
  const found = await told(await chosen(entityFilter(state), signal, CHOSEN), signal);
  graph.clear();
  addEntities(found);
  addRelations(state.sure ? found.map((entity) => ({ ...entity, related: { edges: entity.related.edges.filter(({ confidence }) => (confidence ?? 0) >= state.sure) } })) : found);
}

/** Learn what communities there are, once. */
async function loadCommunities(signal: AbortSignal): Promise<void> {
  if (communities.size) return;
  const page = await ask<{ communities: Page<{ node: CommunityRef }> }>(COMMUNITIES, { after: null }, { signal, shown: "map" });
  for (const { node } of page.communities.edges) learn(node);
}

/** Learn which entities belong to which community, so many of each. */
async function loadMembers(signal: AbortSignal, most: number): Promise<void> {
  const found = new Map<string, string>();
  let after: string | null = null;
  do {
    const page: { communities: Page<{ node: { iri: string; members: { edges: { node: { iri: string } }[] } } }> } = await ask(MEMBERSHIP, { first: 10, after, members: most }, { signal });
    for (const { node } of page.communities.edges) for (const member of node.members.edges) found.set(member.node.iri, node.iri);
    after = page.communities.pageInfo.hasNextPage ? page.communities.pageInfo.endCursor : null;
  } while (after && found.size < 60 * most);
  members = found;
}

/** Tell entities that are drawn by their communities, where that is not known yet. */
export async function colourByCommunity(signal: AbortSignal): Promise<void> {
  if (!members.size || !isSmall()) await loadMembers(signal, 100);
  for (const [member, community] of members) if (graph.hasNode(member)) graph.setNodeAttribute(member, "group", community);
}

/** Edges between communities, from the relations of the most central entities. */
async function linkCommunities(signal: AbortSignal): Promise<void> {
  await loadMembers(signal, 20);
  const weights = new Map<string, [string, string, number]>();
  for await (const page of centralEntities(signal, TELLING)) {
    for (const { iri, related } of page) {
      for (const { claimCount, node } of related.edges) {
        const [a, b] = [members.get(iri) ?? "", members.get(node.iri) ?? ""].sort() as [string, string];
        if (!a || a === b) continue;
        const known = weights.get(`${a} ${b}`) ?? [a, b, 0];
        known[2] += Math.max(1, claimCount);
        weights.set(`${a} ${b}`, known);
      }
    }
  }
  for (const [a, b, weight] of weights.values()) addLine(a, "BETWEEN", b, weight);
}

function addBubble(community: CommunityRef): void {
  addDot(community.iri, "COMMUNITY", community.label, community.memberCount, { group: community.iri });
}

interface Surroundings {
  neighbourhood: {
    truncated: boolean;
    nodes: { key: string; x: number; y: number; size: number; distance: number; node: NodeRef }[];
    edges: { source: string; target: string; predicate: string; claimCount: number; confidence: number | null }[];
  } | null;
}

async function loadAround(iri: string, signal: AbortSignal): Promise<void> {
  const { neighbourhood } = await ask<Surroundings>(AROUND, { id: iri, depth: 1, limit: 150, filter: null }, { signal, shown: "map" });
  graph.clear();
  merge(neighbourhood, 1, { x: 0, y: 0 });
}

/** Add a node and what lies around it to what is drawn. */
export async function bring(iri: string, signal: AbortSignal): Promise<void> {
  if (graph.hasNode(iri)) return;
  const { neighbourhood } = await ask<Surroundings>(AROUND, { id: iri, depth: 1, limit: 30, filter: null }, { signal });
  const known = neighbourhood?.nodes.map(({ node }) => node.iri).filter((each) => graph.hasNode(each)) ?? [];
  const extent = size();
  const centre = { x: 0, y: 0 };
  for (const each of known) {
    centre.x += graph.getNodeAttribute(each, "x") / known.length;
    centre.y += graph.getNodeAttribute(each, "y") / known.length;
  }
  if (!known.length) centre.x = extent * 0.7;
  merge(neighbourhood, extent / 30, centre);
}

function merge(found: Surroundings["neighbourhood"], scale: number, centre: { x: number; y: number }): void {
  if (!found) return;
  const byKey = new Map(found.nodes.map(({ key, node }) => [key, node.iri]));
  for (const { node, size: papers, x, y } of found.nodes) {
    addDot(node.iri, kindOf(node), nameOf(node), papers, graph.hasNode(node.iri) ? {} : { x: centre.x + x * scale, y: centre.y + y * scale });
  }
  for (const { source, target, predicate, claimCount, confidence } of found.edges) {
    const relation = predicate.replace(/([a-z])([A-Z])/g, "$1_$2").toUpperCase();
    addLine(byKey.get(source) ?? "", relation === "BROADER" ? "SUB_CLASS_OF" : relation, byKey.get(target) ?? "", claimCount, confidence);
  }
}

/** Open a community: its most central members in its place. */
export async function open(iri: string, signal: AbortSignal): Promise<void> {
  if (!graph.hasNode(iri) || graph.getNodeAttribute(iri, "kind") !== "COMMUNITY") return;
  const iris = (await ask<{ entities: Page<{ node: { iri: string } }> }>(FILTERED, { first: MEMBERS, after: null, filter: { community: iri } }, { signal })).entities.edges.map(({ node }) => node.iri);
  const found = await told(iris, signal);
  if (!found.length || !graph.hasNode(iri)) return;
  const centre = graph.getNodeAttributes(iri);
  const radius = room(iri);
  const around = graph.mapEdges(iri, (_key, line, source, target) => ({ other: source === iri ? target : source, line }));
  graph.dropNode(iri);
  found.forEach((entity, place) => {
    const { x, y } = spiral(place);
    const scale = radius / Math.sqrt(found.length + 1);
    addDot(entity.iri, entity.type, entity.name, entity.paperCount ?? 0, { x: centre.x + x * scale, y: centre.y + y * scale, group: iri, size: 0.55 * sizeOf(entity.type, entity.paperCount ?? 0) });
  });
  addRelations(found);
  // What led to the community leads to its most central member.
  for (const { other, line } of around) addLine(found[0]!.iri, line.relation, other, line.claims);
  await arrangeWithin(found.map(({ iri: member }) => member), centre, radius);
}

/** Communities that are open on the map. */
export function opened(): string[] {
  return [...communities.keys()].filter((iri) => !graph.hasNode(iri));
}

/** What is drawn of an open community. */
export function membersOf(iri: string): string[] {
  return iri ? graph.filterNodes((_, dot) => dot.group === iri && dot.kind !== "COMMUNITY") : [];
}

/** Close a community again. */
export function close(iri: string): void {
  const community = communities.get(iri);
  const members = membersOf(iri);
  if (!community || !members.length) return;
  const mean = (axis: "x" | "y") => members.reduce((sum, node) => sum + graph.getNodeAttribute(node, axis), 0) / members.length;
  const [x, y] = [mean("x"), mean("y")];
  const outside = new Map<string, number>();
  for (const member of members) {
    graph.forEachEdge(member, (_key, line, source, target) => {
      const other = source === member ? target : source;
      if (graph.getNodeAttribute(other, "group") !== iri) outside.set(other, (outside.get(other) ?? 0) + line.claims);
    });
  }
  for (const member of members) graph.dropNode(member);
  addBubble(community);
  graph.mergeNodeAttributes(iri, { x, y });
  for (const [other, claims] of outside) addLine(iri, "BETWEEN", other, claims);
}

/** Half the way to the nearest other community. */
function room(iri: string): number {
  const { x, y } = graph.getNodeAttributes(iri);
  let nearest = Infinity;
  graph.forEachNode((other, dot) => {
    if (other !== iri && dot.kind === "COMMUNITY") nearest = Math.min(nearest, Math.hypot(dot.x - x, dot.y - y));
  });
  return 0.55 * (Number.isFinite(nearest) ? nearest : size() / 4 || 10);
}

function size(): number {
  let [left, right] = [0, 1];
  graph.forEachNode((_, { x }) => { left = Math.min(left, x); right = Math.max(right, x); });
  return right - left;
}

function task(nodes: readonly string[], gravity: number) {
  const place = new Map(nodes.map((node, index) => [node, index]));
  const edges: [number, number, number][] = [];
  graph.forEachEdge((_key, line, source, target) => {
    const [a, b] = [place.get(source), place.get(target)];
    if (a !== undefined && b !== undefined) edges.push([a, b, Math.max(1, line.claims)]);
  });
  const of = (name: "x" | "y" | "size") => nodes.map((node) => graph.getNodeAttribute(node, name));
  return { x: of("x"), y: of("y"), size: of("size"), edges, gravity };
}

function move(nodes: readonly string[], { x, y }: Places): void {
  nodes.forEach((node, index) => {
    if (graph.hasNode(node)) graph.mergeNodeAttributes(node, { x: x[index]!, y: y[index]! } as Partial<Dot>);
  });
}

async function arrange(keep: () => void): Promise<void> {
  // What nothing is linked to would fly away, and the rest be small; it stands in a ring around the rest.
  const linked = graph.filterNodes((node) => graph.degree(node) > 0);
  const alone = graph.filterNodes((node) => graph.degree(node) === 0);
  if (linked.length) {
    const found = await settled(task(linked, 0.5));
    keep();
    move(linked, found);
  }
  let radius = 0;
  for (const node of linked) radius = Math.max(radius, Math.hypot(graph.getNodeAttribute(node, "x"), graph.getNodeAttribute(node, "y")));
  alone.forEach((node, index) => {
    const angle = (2 * Math.PI * index) / alone.length;
    const far = radius * (1.06 + 0.05 * (index % 3)) || Math.sqrt(alone.length);
    graph.mergeNodeAttributes(node, { x: far * Math.cos(angle), y: far * Math.sin(angle) });
  });
}

async function arrangeCommunities(keep: () => void): Promise<void> {
  const nodes = graph.nodes();
  const found = await settled(task(nodes, 3));
  keep();
  // Bubbles are measured in points of the screen, about 900 of which the map is wide.
  const wide = Math.max(...found.x) - Math.min(...found.x) || 1;
  const scale = 900 / wide;
  const places = { x: found.x.map((x) => x * scale), y: found.y.map((y) => y * scale) };
  spread(places, nodes.map((node) => graph.getNodeAttribute(node, "size") * 1.4), 14);
  move(nodes, places);
}

async function arrangeWithin(members: string[], centre: { x: number; y: number }, radius: number): Promise<void> {
  const linked = members.filter((node) => graph.someNeighbor(node, (other) => members.includes(other)));
  if (linked.length < 3) return;
  const found = await settled(task(linked, 2));
  const mid = { x: average(found.x), y: average(found.y) };
  const far = Math.max(...found.x.map((x, index) => Math.hypot(x - mid.x, found.y[index]! - mid.y))) || 1;
  const scale = (radius * 0.9) / far;
  move(linked, { x: found.x.map((x) => centre.x + (x - mid.x) * scale), y: found.y.map((y) => centre.y + (y - mid.y) * scale) });
  members.filter((node) => !linked.includes(node) && graph.hasNode(node)).forEach((node, index, rest) => {
    const angle = (2 * Math.PI * index) / rest.length;
    graph.mergeNodeAttributes(node, { x: centre.x + radius * Math.cos(angle), y: centre.y + radius * Math.sin(angle) });
  });
}

function average(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0) / numbers.length;
}
