/** The map: sigma draws the graph, the reader moves over it by mouse, finger or keys. */

import Sigma from "sigma";
import type { Settings } from "sigma/settings";
import type { EdgeDisplayData, NodeDisplayData, PartialButFor } from "sigma/types";

import { COLOURS, groupColour, mixed, theme, type Theme } from "./colours";
import { byId } from "./dom";
import { communities, graph, places, type Dot, type Line } from "./drawn";
import { state } from "./state";
import { words } from "./text";

type Named = PartialButFor<NodeDisplayData, "x" | "y" | "size" | "label" | "color">;

let sigma: Sigma<Dot, Line> | null = null;
let look: Theme;
let hovered: string | null = null;
let near = new Set<string>();
let path = new Set<string>();
let pathEdges = new Set<string>();
const box = byId("map");

export interface Doing { pick(node: string): void; open(community: string): void; clear(): void }

/** Begin to draw; false where the browser cannot. */
export function begin(doing: Doing): boolean {
  look = theme();
  try {
    sigma = new Sigma<Dot, Line>(graph, box, settings());
  } catch {
    return false;
  }
  sigma.on("clickNode", ({ node }) => doing.pick(node));
  sigma.on("doubleClickNode", (event) => {
    event.preventSigmaDefault();
    if (graph.getNodeAttribute(event.node, "kind") === "COMMUNITY") doing.open(event.node);
  });
  sigma.on("clickStage", () => doing.clear());
  sigma.on("enterNode", ({ node }) => hover(node));
  sigma.on("leaveNode", () => hover(null));
  sigma.on("afterRender", () => { box.dataset.nodes = String(graph.order); });
  let timer = 0;
  sigma.getCamera().on("updated", ({ ratio }) => {
    window.clearTimeout(timer);
    if (ratio < 0.3) timer = window.setTimeout(() => openNear(doing), 250);
  });
  new ResizeObserver(() => { sigma?.resize(); sigma?.refresh(); }).observe(box);
  box.addEventListener("keydown", (event) => keys(event, doing));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    look = theme();
    sigma?.setSettings(settings());
  });
  return true;
}

/** Draw anew after the graph or what is picked has changed. */
export function refresh(): void {
  const { node, from, to } = state();
  const picked = node || from;
  near = new Set(picked && graph.hasNode(picked) && !to ? [picked, ...graph.neighbors(picked)] : []);
  box.setAttribute("aria-label", `Map with ${visible().length} nodes. Arrow keys move, plus and minus zoom, N and P go from node to node, Enter opens.`);
  // Many lines are drawn once the map stands still, so that moving it stays smooth.
  sigma?.setSetting("hideEdgesOnMove", graph.size > 3000);
  sigma?.setSetting("hideLabelsOnMove", graph.order > 3000);
  sigma?.refresh();
}

/** Mark a path: its nodes in their order. */
export function mark(nodes: readonly string[]): void {
  path = new Set(nodes);
  pathEdges = new Set();
  nodes.slice(1).forEach((node, index) => {
    const before = nodes[index]!;
    if (graph.hasNode(node) && graph.hasNode(before)) for (const edge of graph.edges(before, node)) pathEdges.add(edge);
  });
  refresh();
}

/** Bring a node, or several, into the middle. */
export function lookAt(nodes: readonly string[]): void {
  const shown = nodes.map((node) => sigma?.getNodeDisplayData(node)).filter((each) => each !== undefined);
  if (!sigma || !shown.length) return;
  const xs = shown.map(({ x }) => x), ys = shown.map(({ y }) => y);
  const middle = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  const wide = Math.max(Math.max(...xs) - Math.min(...xs), Math.max(...ys) - Math.min(...ys));
  const camera = sigma.getCamera();
  const ratio = shown.length > 1 ? Math.max(0.15, wide * 1.3) : Math.min(camera.ratio, 0.6);
  const target = { x: middle(xs), y: middle(ys), ratio, angle: 0 };
  if (still()) camera.setState(target);
  else void camera.animate(target, { duration: 400 });
}

export function whole(): void {
  if (still()) sigma?.getCamera().setState({ x: 0.5, y: 0.5, ratio: 1, angle: 0 });
  else void sigma?.getCamera().animatedReset({ duration: 300 });
}

export function zoom(factor: number): void {
  const camera = sigma?.getCamera();
  if (!camera) return;
  if (still()) camera.setState({ ratio: camera.getBoundedRatio(camera.ratio * factor) });
  else void camera.animate({ ratio: camera.getBoundedRatio(camera.ratio * factor) }, { duration: 150 });
}

export function renderer(): Sigma<Dot, Line> | null {
  return sigma;
}

/** Nodes that no filter hides, the largest first. */
export function visible(): string[] {
  const { hide } = state();
  return graph.filterNodes((_, dot) => !hide.includes(dot.kind)).sort((a, b) => graph.getNodeAttribute(b, "size") - graph.getNodeAttribute(a, "size"));
}

export function colourOf(dot: Dot): string {
  const byGroup = dot.kind === "COMMUNITY" || (state().colour === "community" && dot.kind !== "PAPER");
  return byGroup && dot.group ? groupColour(places.get(dot.group)) : COLOURS[dot.kind];
}

function still(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function hover(node: string | null): void {
  hovered = node;
  box.classList.toggle("over", node !== null);
  sigma?.refresh({ skipIndexation: true });
}

function settings(): Partial<Settings<Dot, Line>> {
  return {
    allowInvalidContainer: true,
    labelFont: "system-ui, sans-serif",
    labelSize: 13,
    labelColor: { color: look.ink },
    labelRenderedSizeThreshold: 7,
    labelDensity: 0.9,
    labelGridCellSize: 110,
    defaultEdgeColor: look.edge,
    zIndex: true,
    minCameraRatio: 0.02,
    maxCameraRatio: 4,
    stagePadding: 40,
    nodeReducer: (node, dot) => drawnNode(node, dot),
    edgeReducer: (edge, line) => drawnEdge(edge, line),
    defaultDrawNodeLabel: (context, dot) => label(context, dot),
    defaultDrawNodeHover: (context, dot) => hoverLabel(context, dot),
  };
}

function drawnNode(node: string, dot: Dot): Partial<NodeDisplayData> {
  const { hide, node: picked, from, to } = state();
  const shown: Partial<NodeDisplayData> = { x: dot.x, y: dot.y, size: dot.size * (box.clientWidth < 600 ? 0.7 : 1), label: dot.label, color: colourOf(dot) };
  if (hide.includes(dot.kind)) return { ...shown, hidden: true };
  if (dot.kind === "COMMUNITY") Object.assign(shown, { forceLabel: true, color: mixed(colourOf(dot), look.paper, 0.6) });
  const on = path.size ? path : near;
  if (on.size && !on.has(node)) return { ...shown, color: look.faint, label: null, forceLabel: false, zIndex: 0 };
  if (path.has(node) || node === picked || node === from || node === to) return { ...shown, zIndex: 2, forceLabel: true, highlighted: true };
  const labelled = state().view === "around" && box.clientWidth >= 600 ? 60 : box.clientWidth < 600 ? 6 : 16;
  if (on.size && on.size < labelled) return { ...shown, zIndex: 1, forceLabel: true };
  return { ...shown, zIndex: on.size ? 1 : 0 };
}

function drawnEdge(edge: string, line: Line): Partial<EdgeDisplayData> {
  const { node, hide } = state();
  const [source, target] = graph.extremities(edge) as [string, string];
  const shown = { size: line.size, color: look.edge };
  if (hide.length && [source, target].some((end) => hide.includes(graph.getNodeAttribute(end, "kind")))) return { ...shown, hidden: true };
  if (path.size) return pathEdges.has(edge) ? { size: 4, color: look.strong, zIndex: 2 } : { ...shown, color: look.faint };
  const centre = hovered ?? node;
  if (centre && (source === centre || target === centre)) return { size: line.size + 0.7, color: look.strong, zIndex: 1 };
  return near.size ? { ...shown, color: look.faint } : shown;
}

function label(context: CanvasRenderingContext2D, { label: text, x, y, size }: Named): void {
  if (!text) return;
  context.font = `${size > 14 ? 600 : 400} 13px system-ui, sans-serif`;
  // A rim of the ground's colour keeps the words legible on lines and dots.
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = look.paper;
  context.fillStyle = look.ink;
  context.strokeText(text, x + size + 4, y + 4.5);
  context.fillText(text, x + size + 4, y + 4.5);
}

function hoverLabel(context: CanvasRenderingContext2D, dot: Named): void {
  context.beginPath();
  context.arc(dot.x, dot.y, dot.size + 4, 0, 2 * Math.PI);
  context.lineWidth = 2.5;
  context.strokeStyle = look.ink;
  context.stroke();
  const text = dot.label;
  if (!text) return;
  context.font = "600 13px system-ui, sans-serif";
  const wide = context.measureText(text).width;
  context.fillStyle = look.paper;
  context.beginPath();
  context.roundRect(dot.x + dot.size + 6, dot.y - 12, wide + 12, 24, 6);
  context.fill();
  context.lineWidth = 1;
  context.stroke();
  context.fillStyle = look.ink;
  context.fillText(text, dot.x + dot.size + 12, dot.y + 4.5);
}

/** Open the community that the reader has zoomed in to. */
function openNear(doing: Doing): void {
  if (!sigma || state().to) return;
  const { width, height } = sigma.getDimensions();
  let best: string | null = null;
  let least = Math.min(width, height) / 3;
  graph.forEachNode((node, dot) => {
    if (dot.kind !== "COMMUNITY") return;
    const at = sigma!.graphToViewport(dot);
    const far = Math.hypot(at.x - width / 2, at.y - height / 2);
    if (far < least) [best, least] = [node, far];
  });
  if (best) doing.open(best);
}

let cursor = -1;

function keys(event: KeyboardEvent, doing: Doing): void {
  const camera = sigma?.getCamera();
  if (!camera || event.ctrlKey || event.metaKey || event.altKey) return;
  const step = 0.08 * camera.ratio;
  const moves: Record<string, [number, number]> = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, step], ArrowDown: [0, -step] };
  const moved = moves[event.key];
  if (moved && still()) camera.setState({ x: camera.x + moved[0], y: camera.y + moved[1] });
  else if (moved) void camera.animate({ x: camera.x + moved[0], y: camera.y + moved[1] }, { duration: 120, easing: "linear" });
  else if (event.key === "+" || event.key === "=") zoom(1 / 1.4);
  else if (event.key === "-") zoom(1.4);
  else if (event.key === "0") whole();
  else if (event.key.toLowerCase() === "n" || event.key.toLowerCase() === "p") walk(event.key.toLowerCase() === "n" ? 1 : -1);
  else if (event.key === "Enter" && hovered) doing.pick(hovered);
  else return;
  event.preventDefault();
}

function walk(step: number): void {
  const nodes = visible();
  if (!nodes.length) return;
  cursor = (cursor + step + nodes.length) % nodes.length;
  const node = nodes[cursor]!;
  hover(node);
  lookAt([node]);
  const dot = graph.getNodeAttributes(node);
  byId("told").textContent = `${dot.name}, ${words(dot.kind)}, ${graph.degree(node)} links${dot.kind === "COMMUNITY" ? `, ${communities.get(node)?.memberCount ?? 0} members` : ""}`;
}
