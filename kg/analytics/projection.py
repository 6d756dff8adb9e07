"""Graphs made of papers, entities and edges: entities by shared papers, papers by shared entities, and all of it."""

from __future__ import annotations

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final, TypeAlias

import networkx as nx

from kg.analytics.further import Further
from kg.analytics.measures import Measures

#: A graph of networkx, of any of its four classes.
Graph: TypeAlias = nx.Graph

#: A paper that names more entities than this (a survey, a benchmark of everything) links none of them to each other:
#: its pairs grow with the square and say the least.
MOST_ENTITIES: Final = 200

#: An entity of up to this many papers always links them; in larger collections the limit is the square root of the
#: number of papers. With Zipf's law for entities the work then grows as N * sqrt(N) / log(N), the edges as N.
RARE_ENOUGH: Final = 20


@dataclass(frozen=True, slots=True)
class PaperNode:
    """A paper as a node.

    Attributes
    ----------
    iri, label : str
        The label is the title.
    year : int or None
    """

    iri: str
    label: str
    year: int | None = None


@dataclass(frozen=True, slots=True)
class EntityNode:
    """An entity as a node.

    Attributes
    ----------
    iri, label : str
        The label is the preferred name.
    type : str
        Local name of its class: ``Hardware``.
    paper_count : int
        Number of papers that mention it.
    """

    iri: str
    label: str
    type: str
    paper_count: int = 0


@dataclass(frozen=True, slots=True, order=True)
class Edge:
    """An edge as one paper states it: paper to entity by role, or entity to entity by relation.

    Attributes
    ----------
    source, target : str
        IRIs; the source of a role is the paper.
    predicate : str
        Local name of the property.
    confidence : float
        0 to 1.
    paper : str
        IRI of the paper that says so; empty where the taxonomy does (``broader``).
    """

    source: str
    target: str
    predicate: str
    confidence: float = 1.0
    paper: str = ""


def entity_graph(papers: Iterable[PaperNode], entities: Iterable[EntityNode], edges: Iterable[Edge]) -> Graph:
    """Undirected graph of the entities, linked where a paper names both or states a relation between them.

    Nodes carry `label`, `type` and `paper_count`. Edges carry

    - `papers`: number of papers that name both;
    - `weight`: the same, but 1 where a relation alone links the two;
    - `npmi`: normalised pointwise mutual information of the two over papers, -1 (never together) to 1 (never apart)
      [1]_, four decimals;
    - `relations`: the predicates stated between them, sorted, joined by a vertical bar; "" where none is.

    Papers that name more than `MOST_ENTITIES` entities link none of them by that. Edges to nodes that are not given
    are passed over.

    References
    ----------
    .. [1] G. Bouma, Normalized (pointwise) mutual information in collocation extraction, GSCL 2009.
    """
    nodes = {entity.iri: entity for entity in entities}
    paper_iris = {paper.iri for paper in papers}
    every = sorted(edges)
    named = _entities_by_paper(every, paper_iris, nodes)
    frequency = Counter(entity for members in named.values() for entity in members)
    together: Counter[tuple[str, str]] = Counter()
    for members in named.values():
        if len(members) <= MOST_ENTITIES:
            together.update(combinations(members, 2))
    relations: defaultdict[tuple[str, str], set[str]] = defaultdict(set)
    for edge in every:
        if edge.source in nodes and edge.target in nodes and edge.source != edge.target:
            relations[_pair(edge.source, edge.target)].add(edge.predicate)
    graph = nx.Graph()
    for iri, entity in sorted(nodes.items()):
        graph.add_node(iri, label=entity.label, type=entity.type, paper_count=entity.paper_count)
    for pair in sorted(together.keys() | relations.keys()):
        shared = together[pair]
        graph.add_edge(
            *pair,
            weight=max(1, shared),
            papers=shared,
            npmi=_npmi(shared, frequency[pair[0]], frequency[pair[1]], len(named)),
            relations="|".join(sorted(relations.get(pair, ()))),
        )
    return graph


def _npmi(together: int, first: int, second: int, papers: int) -> float:
    if together == 0:
        return -1.0
    if together == papers:
        return 1.0
    return round(math.log(together * papers / (first * second)) / -math.log(together / papers), 4)


def paper_graph(
    papers: Iterable[PaperNode], entities: Iterable[EntityNode], edges: Iterable[Edge], *, strongest: int = 15
) -> Graph:
    """Undirected graph of the papers, linked by the entities they share, rare ones counting most.

    Nodes carry `label`, `type` ("Paper") and, where known, `year`. The `weight` of an edge is the cosine of the two
    papers' entities weighted by rarity: the sum of ln(1 + N/df) over the shared entities divided by the geometric
    mean of the same sum over each paper's own (N papers, df of them name the entity), 0 to 1, six decimals. `entities`
    counts the shared ones that were used.

    Parameters
    ----------
    strongest : int
        An edge stays where it is among this many strongest of either end.

    Notes
    -----
    Entities that more than max(20, sqrt(N)) papers name are left out (they link everything with everything), and so
    edges are at most ``strongest * N``.
    """
    nodes = {paper.iri: paper for paper in papers}
    kinds = {entity.iri for entity in entities}
    named = _entities_by_paper(sorted(edges), nodes, kinds)
    holders: defaultdict[str, list[str]] = defaultdict(list)
    for paper, members in named.items():
        for entity in members:
            holders[entity].append(paper)
    limit = max(RARE_ENOUGH, math.isqrt(len(nodes)))
    rarity = {entity: math.log(1 + len(nodes) / len(those)) for entity, those in holders.items() if len(those) <= limit}
    used = {paper: [entity for entity in members if entity in rarity] for paper, members in named.items()}
    norm = {paper: math.sqrt(math.fsum(rarity[entity] for entity in members)) for paper, members in used.items()}

    graph = nx.Graph()
    for iri, node in sorted(nodes.items()):
        graph.add_node(iri, label=node.label, type="Paper", **({} if node.year is None else {"year": node.year}))
    kept: dict[tuple[str, str], tuple[float, int]] = {}
    for paper, rare in used.items():
        shared: defaultdict[str, float] = defaultdict(float)
        count: Counter[str] = Counter()
        for entity in rare:
            for other in holders[entity]:
                if other != paper:
                    shared[other] += rarity[entity]
                    count[other] += 1
        near = [(round(total / (norm[paper] * norm[other]), 6), other) for other, total in shared.items()]
        for weight, other in heapq.nsmallest(strongest, near, key=lambda pair: (-pair[0], pair[1])):
            kept[_pair(paper, other)] = (weight, count[other])
    for pair, (weight, number) in sorted(kept.items()):
        graph.add_edge(*pair, weight=weight, entities=number)
    return graph


def paper_topics(
    papers: Iterable[PaperNode], entities: Iterable[EntityNode], edges: Iterable[Edge]
) -> dict[str, tuple[str, ...]]:
    """Labels of the entities that each paper names, by IRI of the paper: what paper communities are named after."""
    labels = {entity.iri: entity.label for entity in entities}
    named = _entities_by_paper(sorted(edges), {paper.iri for paper in papers}, labels)
    return {paper: tuple(labels[entity] for entity in members) for paper, members in named.items()}


def full_graph(papers: Iterable[PaperNode], entities: Iterable[EntityNode], edges: Iterable[Edge]) -> Graph:
    """Directed multigraph of papers and entities with one edge a predicate, for exports.

    Nodes carry `label`, `type` ("Paper" or the entity's), `year` or `paper_count`. Edges have the predicate as their
    key and carry `kind` (the predicate), `weight` (number of papers that say so, at least 1) and `confidence` (the
    highest, two decimals). Edges to nodes that are not given are passed over.
    """
    graph = nx.MultiDiGraph()
    for paper in sorted(papers, key=lambda node: node.iri):
        year = {} if paper.year is None else {"year": paper.year}
        graph.add_node(paper.iri, label=paper.label, type="Paper", **year)
    for entity in sorted(entities, key=lambda node: node.iri):
        graph.add_node(entity.iri, label=entity.label, type=entity.type, paper_count=entity.paper_count)
    stated: defaultdict[tuple[str, str, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        if edge.source in graph and edge.target in graph:
            stated[edge.source, edge.target, edge.predicate].append(edge)
    for (source, target, predicate), said in sorted(stated.items()):
        graph.add_edge(
            source,
            target,
            key=predicate,
            kind=predicate,
            weight=max(1, len({edge.paper for edge in said if edge.paper})),
            confidence=round(max(edge.confidence for edge in said), 2),
        )
    return graph


def annotated(
    graph: Graph,
    *measures: Measures,
    labels: Sequence[Mapping[int, str]] = (),
    more: Sequence[Mapping[Any, Further]] = (),
    positions: Mapping[Hashable, tuple[float, float]] | None = None,
) -> Graph:
    """Copy of a graph whose nodes carry what was measured of them, each in its own projection, for exports.

    Adds `degree`, `page_rank` and `betweenness` (eight decimals), `community` (its number), `community_label`, `x`
    and `y` to the nodes for which they are known.

    Parameters
    ----------
    labels : sequence of mapping
        Label of each community by its number, one mapping for each of `measures`, in the same order.
    more : sequence of mapping
        Of `further`: adds `harmonic` (six decimals) and `core`.
    positions : mapping, optional
        x and y by node.
    """
    copy = graph.copy()
    for number, measured in enumerate(measures):
        names = labels[number] if number < len(labels) else {}
        for node, values in measured.nodes.items():
            if node not in copy:
                continue
            attributes: dict[str, Any] = copy.nodes[node]
            attributes.update(
                degree=values.degree,
                page_rank=round(values.page_rank, 8),
                betweenness=round(values.betweenness, 8),
            )
            if values.community is not None:
                attributes["community"] = values.community
                if values.community in names:
                    attributes["community_label"] = names[values.community]
    for found in more:
        for node, own in found.items():
            if node in copy:
                copy.nodes[node].update(harmonic=round(own.harmonic, 6), core=own.core)
    for node, (x, y) in (positions or {}).items():
        if node in copy:
            copy.nodes[node].update(x=x, y=y)
    return copy


def dated(graph: Graph, papers: Iterable[PaperNode], edges: Iterable[Edge]) -> Graph:
    """Copy of a graph whose nodes, and edges by kind, carry `years`, those of the papers that name or state them.

    Years are sorted; what no paper with a year names carries none. Edges between the same two nodes are told apart by
    their key, so that graphs without parallel edges have years on nodes alone.
    """
    copy = graph.copy()
    year_of = {paper.iri: paper.year for paper in papers if paper.year is not None}
    nodes: defaultdict[str, set[int]] = defaultdict(set, {iri: {year} for iri, year in year_of.items()})
    stated: defaultdict[tuple[str, str, str], set[int]] = defaultdict(set)
    for edge in edges:
        year = year_of.get(edge.paper)
        if year is not None:
            stated[edge.source, edge.target, edge.predicate].add(year)
            for end in {edge.source, edge.target} - {edge.paper}:
                nodes[end].add(year)
    for node, years in nodes.items():
        if node in copy:
            copy.nodes[node]["years"] = tuple(sorted(years))
    if copy.is_multigraph():
        for (source, target, predicate), years in stated.items():
            if copy.has_edge(source, target, predicate):
                copy.edges[source, target, predicate]["years"] = tuple(sorted(years))
    return copy


def _pair(first: str, second: str) -> tuple[str, str]:
    return (first, second) if first <= second else (second, first)


def _entities_by_paper(
    edges: Iterable[Edge], papers: Iterable[str], entities: Iterable[str]
) -> dict[str, tuple[str, ...]]:
    """Entities of each paper that has any, both sorted."""
    sources, targets = set(papers), set(entities)
    found: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.source in sources and edge.target in targets:
            found[edge.source].add(edge.target)
    return {paper: tuple(sorted(members)) for paper, members in sorted(found.items())}
