"""The graph of a snapshot as nodes and edges with their measures: what exports and pictures draw."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from kg.analytics import (
    Edge,
    EntityNode,
    Graph,
    Measures,
    NodeMeasures,
    PaperNode,
    annotated,
    full_graph,
    layout,
)  # fmt: skip
from kg.store import GraphStore, python
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS

_PAPERS = """
SELECT ?node ?label ?year WHERE { ?node a kg:Paper ; dcterms:title ?label . OPTIONAL { ?node dcterms:issued ?year } }
"""
_ENTITIES = """
SELECT ?node ?label ?type ?papers WHERE {
  VALUES ?type { kg:Method kg:Task kg:Dataset kg:Hardware kg:Metric }
  ?node a ?type ; skos:prefLabel ?label ; kg:paperCount ?papers .
}
"""
_CLAIMS = """
SELECT ?subject ?predicate ?object ?confidence ?paper WHERE {
  ?claim a kg:Claim ; rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ;
         kg:confidence ?own ; kg:claimedBy ?paper .
  OPTIONAL { ?claim kg:edgeConfidence ?together }
  BIND(COALESCE(?together, ?own) AS ?confidence)
}
"""
# what papers say is a claim, and an edge of its own kind ("subClassOf")
_BROADER = """
SELECT ?narrow ?broad WHERE {
  ?narrow skos:broader ?broad
  FILTER NOT EXISTS { ?claim rdf:subject ?narrow ; rdf:predicate skos:broader ; rdf:object ?broad }
}
"""
_MEASURES = """
SELECT ?node ?degree ?rank ?betweenness ?community ?number ?label WHERE {
  ?node kg:degree ?degree ; kg:pageRank ?rank ; kg:betweenness ?betweenness .
  OPTIONAL { ?node kg:inCommunity ?community . ?community rdfs:label ?label }
}
"""


def nodes_and_edges(store: GraphStore) -> tuple[list[PaperNode], list[EntityNode], list[Edge]]:
    """Papers, entities and edges of a graph, each sorted."""
    papers = [PaperNode(str(row["node"]), str(row["label"]), row.get("year")) for row in _rows(store.select(_PAPERS))]
    entities = [
        EntityNode(str(row["node"]), str(row["label"]), _local(row["type"]), int(row["papers"]))
        for row in _rows(store.select(_ENTITIES))
    ]
    names = {str(term): name for name, term in (*ROLE_TERMS.items(), *RELATION_TERMS.items())}
    edges = [
        Edge(row["subject"], row["object"], names[row["predicate"]], float(row["confidence"]), row["paper"])
        for row in _rows(store.select(_CLAIMS))
    ]
    edges += [Edge(row["narrow"], row["broad"], "broader") for row in _rows(store.select(_BROADER))]
    return sorted(papers, key=lambda p: p.iri), sorted(entities, key=lambda e: e.iri), sorted(edges)


def drawn_network(store: GraphStore, *, seed: int = 0) -> Graph:
    """Directed multigraph of all papers and entities with their measures and positions, for exports."""
    graph = full_graph(*nodes_and_edges(store))
    measured, labels = _measures(store)
    return annotated(graph, measured, labels=[labels], positions=layout(graph, seed=seed))


def _measures(store: GraphStore) -> tuple[Measures, dict[int, str]]:
    """Return the measures of all nodes as the graph states them, communities numbered over both projections.

    Communities of papers are numbered after those of entities, so that a number means one.
    """
    rows = _rows(store.select(_MEASURES))
    communities = sorted({row["community"] for row in rows if "community" in row}, key=_rank)
    number = {community: position for position, community in enumerate(communities, 1)}
    labels = {number[row["community"]]: str(row["label"]) for row in rows if "community" in row}
    members: dict[int, list[str]] = defaultdict(list)
    nodes = {}
    for row in sorted(rows, key=lambda r: str(r["node"])):
        community = number.get(row.get("community", ""))
        nodes[row["node"]] = NodeMeasures(int(row["degree"]), float(row["rank"]), float(row["betweenness"]), community)
        if community is not None:
            members[community].append(row["node"])
    grouped = tuple(tuple(members[n]) for n in sorted(members))
    return Measures(nodes, grouped, modularity=0.0, edge_count=0, betweenness_sources=0), labels


def _rank(community: str) -> tuple[str, int]:
    projection, _, position = community.rpartition("-")
    return projection, int(position)


def _rows(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{name: python(term) for name, term in row.items()} for row in rows]


def _local(iri: str) -> str:
    return iri.removeprefix(str(KG._NS))
