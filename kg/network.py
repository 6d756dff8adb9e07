"""The graph of a snapshot as nodes and edges with their measures: what exports and pictures draw."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from kg.analytics import (
    Edge,
    EntityNode,
    Graph,
    Measures,
    NodeMeasures,
    PaperNode,
    annotated,
    community_labels,
    dated,
    entity_graph,
    full_graph,
    further,
    layout,
    measure,
    paper_graph,
    paper_topics,
    simple,
)
from kg.errors import QueryError
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


_MEMBERS = "SELECT ?node ?community WHERE { ?node kg:inCommunity ?community }"

#: Projections by name, and what each holds.
PROJECTIONS: Final = {
    "all": "papers and entities with all edges",
    "entities": "entities, linked by the papers that name both",
    "papers": "papers, linked by the entities they share",
    "bipartite": "papers and the entities they name",
}
#: Projections of one role or relation.
RELATIONS: Final = (*ROLE_TERMS, *(name for name in RELATION_TERMS if name not in ROLE_TERMS), "broader")


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


@dataclass(frozen=True, slots=True)
class Choice:
    """What of a graph is exported or measured.

    Attributes
    ----------
    projection : str
        A name of `PROJECTIONS`, or of a role or relation (``runsOn``, ``broader``): then its edges alone.
    first, last : int or None
        Years of papers, both included; what no such paper says is left out, and papers without a year too.
    community : str or None
        Of the graph's communities, as its IRI ends: ``entities-3``; its members alone.
    """

    projection: str = "all"
    first: int | None = None
    last: int | None = None
    community: str | None = None


def drawn_network(store: GraphStore, *, choice: Choice | None = None, seed: int = 0) -> Graph:
    """Graph of papers and entities with their measures and positions, for exports.

    All of it is a directed multigraph with the measures that the graph states. Any other choice is measured anew,
    for itself: PageRank among a few papers is another than among all.

    Raises
    ------
    QueryError
        When the projection or the community is unknown.
    """
    choice = choice or Choice()
    parts = _chosen(store, choice)
    if choice == Choice():
        graph = dated(full_graph(*parts), parts[0], parts[2])
        measured, labels = _measures(store)
        more = [further(entity_graph(*parts), seed=seed), further(paper_graph(*parts), seed=seed)]
        return annotated(graph, measured, labels=[labels], more=more, positions=layout(graph, seed=seed))
    graph = dated(_projected(parts, choice.projection), parts[0], parts[2])
    plain = simple(graph)
    topics: dict[Hashable, Sequence[str]] | None = (
        dict(paper_topics(*parts).items()) if choice.projection == "papers" else None
    )
    anew = measure(plain, seed=seed)
    named = community_labels(plain, anew, topics=topics)
    return annotated(graph, anew, labels=[named], more=[further(plain, seed=seed)], positions=layout(graph, seed=seed))


def _projected(parts: tuple[list[PaperNode], list[EntityNode], list[Edge]], projection: str) -> Graph:
    papers, entities, edges = parts
    if projection == "entities":
        return entity_graph(*parts)
    if projection == "papers":
        return paper_graph(*parts)
    if projection == "all":
        return full_graph(*parts)
    iris = {paper.iri for paper in papers}
    if projection == "bipartite":
        return full_graph(papers, entities, [edge for edge in edges if edge.source in iris])
    if projection not in RELATIONS:
        known = ", ".join((*PROJECTIONS, *RELATIONS))
        raise QueryError(f"no projection is called {projection!r}", f"known: {known}")
    graph = full_graph(papers, entities, [edge for edge in edges if edge.predicate == projection])
    graph.remove_nodes_from([node for node, degree in list(graph.degree()) if not degree])
    return graph


def _chosen(store: GraphStore, choice: Choice) -> tuple[list[PaperNode], list[EntityNode], list[Edge]]:
    papers, entities, edges = nodes_and_edges(store)
    if choice.first is not None or choice.last is not None:
        first, last = choice.first or -9999, choice.last or 9999
        papers = [paper for paper in papers if paper.year is not None and first <= paper.year <= last]
        said = {paper.iri for paper in papers}
        edges = [edge for edge in edges if not edge.paper or edge.paper in said]
        counts = Counter(entity for _, entity in {(edge.source, edge.target) for edge in edges if edge.source in said})
        entities = [replace(entity, paper_count=counts[entity.iri]) for entity in entities if counts[entity.iri]]
    if choice.community is not None:
        members = {str(row["node"]) for row in _rows(store.select(_MEMBERS)) if _ends(row["community"], choice)}
        if not members:
            hint = "communities are called entities-1, papers-2 and so on, the largest first"
            raise QueryError(f"no community is called {choice.community!r}", hint)
        papers = [paper for paper in papers if paper.iri in members]
        entities = [entity for entity in entities if entity.iri in members]
    return papers, entities, edges


def _ends(community: str, choice: Choice) -> bool:
    return community == choice.community or community.rpartition("/")[2] == choice.community


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
