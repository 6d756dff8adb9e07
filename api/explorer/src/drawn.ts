/** The graph that is drawn: what nodes and edges carry, and how answers of the API become them. */

import Graph from "graphology";

import { spiral } from "./layout";
import { short } from "./text";
import type { CommunityRef, Kind, MapEntity, MapPaper, NodeRef } from "./types";

export interface Dot {
  x: number; y: number; size: number; label: string; name: string; kind: Kind;
  /** Papers of an entity, members of a community, entities of a paper. */
  papers: number;
  year?: number | null;
  group?: string;
}
export interface Line { size: number; relation: string; claims: number; confidence: number | null }

export const graph = new Graph<Dot, Line>({ type: "directed", multi: true });

/** Labels, sizes and places in order of size, of the communities of the graph. */
export const communities = new Map<string, CommunityRef>();
export const places = new Map<string, number>();

export function learn(community: CommunityRef): void {
  if (communities.has(community.iri)) return;
  places.set(community.iri, communities.size);
  communities.set(community.iri, community);
}

export function sizeOf(kind: Kind, papers: number): number {
  if (kind === "COMMUNITY") return 8 + 2.4 * Math.sqrt(papers);
  if (kind === "PAPER") return 3.5;
  return Math.min(24, 3.5 + 2.6 * Math.sqrt(Math.max(0, papers - 1)));
}

export function nameOf(node: NodeRef): string {
  return node.__typename === "Entity" ? node.name : node.__typename === "Paper" ? node.title : node.label;
}

export function kindOf(node: NodeRef): Kind {
  return node.__typename === "Entity" ? node.type : node.__typename === "Paper" ? "PAPER" : "COMMUNITY";
}

/** Add a node where there is none of its IRI; new ones stand at a place of the spiral, or near where they are told. */
export function addDot(iri: string, kind: Kind, name: string, papers: number, extra: Partial<Dot> = {}): void {
  if (graph.hasNode(iri)) {
    graph.mergeNodeAttributes(iri, extra);
    return;
  }
  const { x, y } = spiral(graph.order);
  graph.addNode(iri, { x, y, size: sizeOf(kind, papers), label: short(name, kind === "PAPER" ? 42 : 36), name, kind, papers, ...extra });
}

export function addLine(source: string, relation: string, target: string, claims: number, confidence: number | null = null): void {
  if (source === target || !graph.hasNode(source) || !graph.hasNode(target)) return;
  const key = `${source} ${relation} ${target}`;
  if (!graph.hasEdge(key)) graph.addDirectedEdgeWithKey(key, source, target, { size: Math.min(5, 0.4 + 0.5 * Math.log2(1 + claims)), relation, claims, confidence });
}

export function addEntities(found: readonly MapEntity[], extra: Partial<Dot> = {}): void {
  for (const entity of found) addDot(entity.iri, entity.type, entity.name, entity.paperCount ?? 0, extra);
}

/** Edges among the entities that are drawn; those to others are left out. */
export function addRelations(found: readonly MapEntity[]): void {
  for (const { iri, related } of found) {
    for (const { relation, direction, claimCount, confidence, node } of related.edges) {
      if (direction === "OUTGOING") addLine(iri, relation, node.iri, claimCount, confidence);
      else addLine(node.iri, relation, iri, claimCount, confidence);
    }
  }
}

/** Papers with at least one entity that is drawn. */
export function addPapers(found: readonly MapPaper[]): void {
  for (const paper of found) {
    const shown = paper.entities.edges.filter(({ node }) => graph.hasNode(node.iri));
    if (!shown.length) continue;
    addDot(paper.iri, "PAPER", paper.title, paper.entities.edges.length, { year: paper.year });
    for (const { role, node } of shown) addLine(paper.iri, role, node.iri, 1);
  }
}
