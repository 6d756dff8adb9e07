/** What is on screen, to take away: GEXF, PNG, CSV, and the questions behind it. */

import { downloadAsPNG } from "@sigma/export-image";
import { write } from "graphology-gexf/browser";
import Graph from "graphology";
import type Sigma from "sigma";

import { lastAsked } from "./ask";
import { theme } from "./colours";
import { byId, fill, h } from "./dom";
import { communities, graph, type Dot, type Line } from "./drawn";
import { colourOf, renderer, visible } from "./map";
import { sparql } from "./sparql";
import { state } from "./state";

/** Give a meaning to the buttons of the menu. */
export function begin(): void {
  const doing: Record<string, () => void> = {
    gexf: () => save("paperkg.gexf", "application/gexf+xml", gexf()),
    png: () => void png(),
    nodes: () => save("paperkg-nodes.csv", "text/csv", nodesCsv()),
    edges: () => save("paperkg-edges.csv", "text/csv", edgesCsv()),
    queries: showQueries,
  };
  for (const [name, run] of Object.entries(doing)) byId(`export-${name}`).addEventListener("click", () => { byId<HTMLDetailsElement>("export").open = false; run(); });
}

/** The part of the graph that no filter hides. */
function shown(): Graph<Dot, Line> {
  const part = new Graph<Dot, Line>({ type: "directed", multi: true });
  for (const node of visible()) part.addNode(node, graph.getNodeAttributes(node));
  graph.forEachEdge((key, line, source, target) => {
    if (part.hasNode(source) && part.hasNode(target)) part.addDirectedEdgeWithKey(key, source, target, line);
  });
  return part;
}

export function gexf(): string {
  return write(shown() as unknown as Graph, {
    version: "1.3",
    formatNode: (_key: string, dot: Dot) => ({
      label: clean(dot.name),
      attributes: { type: dot.kind.toLowerCase(), papers: dot.papers, ...(dot.year ? { year: dot.year } : {}), ...(dot.group ? { community: clean(communities.get(dot.group)?.label ?? dot.group) } : {}) },
      viz: { color: colourOf(dot), size: dot.size, x: dot.x, y: dot.y, z: 0 },
    }),
    formatEdge: (_key: string, line: Line) => ({ label: line.relation.toLowerCase(), weight: Math.max(1, line.claims), attributes: { claims: line.claims, ...(line.confidence === null ? {} : { confidence: line.confidence }) } }),
  } as never);
}

async function png(): Promise<void> {
  const drawn = renderer();
  if (drawn) await downloadAsPNG(drawn as unknown as Sigma, { fileName: "paperkg", backgroundColor: theme().paper });
}

function nodesCsv(): string {
  return csv(["iri", "name", "type", "year", "community", "links", "x", "y"], visible().map((node) => {
    const { name, kind, year, group, x, y } = graph.getNodeAttributes(node);
    return [node, name, kind.toLowerCase(), year ?? "", group ? (communities.get(group)?.label ?? "") : "", graph.degree(node), x.toFixed(3), y.toFixed(3)];
  }));
}

function edgesCsv(): string {
  return csv(["source", "relation", "target", "claims", "confidence"], shown().mapEdges((_key, line, source, target) => [source, line.relation.toLowerCase(), target, line.claims, line.confidence ?? ""]));
}

function csv(head: string[], rows: (string | number)[][]): string {
  return [head, ...rows].map((row) => row.map(field).join(",")).join("\r\n") + "\r\n";
}

function field(value: string | number): string {
  // A spreadsheet takes text that begins so for a formula; what papers say must not be run.
  const text = typeof value === "string" && /^[=+\-@\t\r]/.test(value) && Number.isNaN(Number(value)) ? `'${value}` : String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** Text without the characters that XML cannot hold. */
function clean(text: string): string {
  return text.replace(/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/gu, "\uFFFD");
}

function save(name: string, type: string, text: string): void {
  const address = URL.createObjectURL(new Blob([text], { type: `${type};charset=utf-8` }));
  const link = h("a", { download: name });
  link.href = address;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function showQueries(): void {
  const { node, claim, from, to } = state();
  const asked = lastAsked(claim || node || (from && to) ? "page" : "map");
  const block = (title: string, text: string, page: string) => {
    const done = h("span", { role: "status" });
    const copy = h("button", { type: "button", onclick: () => void navigator.clipboard.writeText(text).then(() => { done.textContent = " copied"; }) }, "Copy");
    return h("section", {}, h("h3", {}, title), h("pre", { tabindex: 0, "aria-label": title }, text), h("p", {}, copy, done, " ", h("a", { href: page }, `Ask it at /${page}`)));
  };
  const dialog = byId<HTMLDialogElement>("queries");
  fill(dialog, h("h2", {}, "The questions behind this"),
    asked ? block("GraphQL", `${asked.query}\n\n# variables\n${JSON.stringify(asked.variables, null, 2).replace(/^/gm, "# ")}`, "graphql") : null,
    block("SPARQL", sparql(state()), "sparql"),
    h("form", { method: "dialog" }, h("button", { class: "primary" }, "Close")));
  dialog.showModal();
}
