"""What the pictures show, as plain values: nothing here knows how it is drawn."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from kg.analytics import Edge, EntityNode, PaperNode, community_graph, entity_graph, layout
from kg.store import GraphStore, python

#: Where `tests/benchmarks/bench_calibration.py` leaves what it measured of the shipped model.
RELIABILITY: Final = Path(__file__).with_name("reliability.json")
#: Predicates that say what is a kind of what: of the taxonomies and names, and of papers.
_KIND_OF: Final = frozenset({"broader", "subClassOf"})

_MEMBERS = """
SELECT ?community ?label ?node ?rank WHERE {
  ?projection rdfs:label "entities" . ?community kg:ofProjection ?projection ; rdfs:label ?label .
  ?node kg:inCommunity ?community ; kg:pageRank ?rank .
}
"""
_CONFIDENCES = """
SELECT ?confidence ?role (COUNT(*) AS ?claims) WHERE {
  ?claim a kg:Claim ; kg:confidence ?confidence ; rdf:subject ?subject . BIND(EXISTS { ?subject a kg:Paper } AS ?role)
} GROUP BY ?confidence ?role
"""

Network = tuple[Sequence[PaperNode], Sequence[EntityNode], Sequence[Edge]]


@dataclass(frozen=True, slots=True)
class Island:
    """A community on the map.

    Attributes
    ----------
    label : str
    members : int
    types : tuple of str
        Types of the members drawn, of highest PageRank first, and how heavy each is (1 the heaviest of the graph).
    weights : tuple of float
    place : tuple of float
        x and y; islands with much between them lie near each other.
    """

    label: str
    members: int
    types: tuple[str, ...]
    weights: tuple[float, ...]
    place: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Map:
    """Communities, largest first; bridges as numbers of two islands with their weight; what is not on the map."""

    islands: tuple[Island, ...]
    bridges: tuple[tuple[int, int, float], ...]
    left_out: int
    entities_a_dot: int


def community_map(store: GraphStore, network: Network, *, most: int = 24, most_dots: int = 400, seed: int = 0) -> Map:
    """The largest communities of entities with their members and what links them.

    Parameters
    ----------
    most : int
        How many communities.
    most_dots : int
        Dots of the largest community; where it has more members, a dot stands for several.
    """
    members: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    labels: dict[str, str] = {}
    for row in store.select(_MEMBERS):
        community = str(python(row["community"]))
        labels[community] = str(python(row["label"]))
        members[community].append((-float(python(row["rank"])), str(python(row["node"]))))
    order = sorted(members, key=lambda each: (-len(members[each]), each))
    shown = order[:most]
    number = {node: index for index, community in enumerate(shown) for _, node in members[community]}
    linked = community_graph(entity_graph(*network), number)
    places = layout(linked, seed=seed)
    types = {entity.iri: entity.type for entity in network[1]}
    heaviest = max((-rank for each in shown for rank, _ in members[each]), default=1.0)
    step = max(1, -(-max(map(len, members.values()), default=1) // most_dots))
    islands = []
    for index, community in enumerate(shown):
        drawn = sorted(members[community])[::step]
        islands.append(
            Island(
                labels[community],
                len(members[community]),
                tuple(types.get(node, "") for _, node in drawn),
                tuple(-rank / heaviest for rank, _ in drawn),
                places[index],
            )
        )
    bridges = tuple((first, second, float(weight)) for first, second, weight in linked.edges(data="weight"))
    return Map(tuple(islands), bridges, len(order) - len(shown), step)


def above(edges: Iterable[Edge], nodes: Iterable[str]) -> dict[str, frozenset[str]]:
    """Each of some nodes with all that it is a kind of among them, itself included.

    >>> found = above([Edge("gpu", "chip", "broader"), Edge("chip", "thing", "broader")], ["gpu", "chip"])
    >>> sorted(found["gpu"])
    ['chip', 'gpu']
    """
    known = set(nodes)
    direct: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        if edge.predicate in _KIND_OF and edge.source in known and edge.target in known:
            direct[edge.source].add(edge.target)
    found = {}
    for node in known:
        seen, waiting = {node}, [node]
        while waiting:
            fresh = direct[waiting.pop()] - seen
            seen |= fresh
            waiting += fresh
        found[node] = frozenset(seen)
    return found


def named_by_paper(network: Network, type_: str) -> dict[str, set[str]]:
    """Entities of a type that each paper names, by paper."""
    papers = {paper.iri for paper in network[0]}
    wanted = {entity.iri for entity in network[1] if entity.type == type_}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for edge in network[2]:
        if edge.source in papers and edge.target in wanted:
            found[edge.source].add(edge.target)
    return found


@dataclass(frozen=True, slots=True)
class HardwareYears:
    """Papers of each class of hardware by year: a row a class, most papers first, a column a year.

    `dated` of `papers` papers that name hardware have a year.
    """

    years: tuple[int, ...]
    classes: tuple[tuple[str, tuple[int, ...]], ...]
    dated: int
    papers: int


def hardware_years(network: Network, *, most: int = 10) -> HardwareYears:
    """Papers per class of hardware over time; a class is hardware that is a kind of no other."""
    labels = {entity.iri: entity.label for entity in network[1] if entity.type == "Hardware"}
    kinds = above(network[2], labels)
    tops = {node: {each for each in over if kinds[each] == {each}} or {node} for node, over in kinds.items()}
    year_of = {paper.iri: paper.year for paper in network[0]}
    counts: defaultdict[str, Counter[int]] = defaultdict(Counter)
    named = named_by_paper(network, "Hardware")
    for paper, devices in named.items():
        year = year_of[paper]
        if year is not None:
            for top in {top for device in devices for top in tops[device]}:
                counts[top][year] += 1
    years = [year for count in counts.values() for year in count]
    span = tuple(range(min(years), max(years) + 1)) if years else ()
    order = sorted(counts, key=lambda each: (-counts[each].total(), labels[each], each))[:most]
    rows = tuple((labels[each], tuple(counts[each][year] for year in span)) for each in order)
    return HardwareYears(span, rows, sum(year_of[paper] is not None for paper in named), len(named))


@dataclass(frozen=True, slots=True)
class Pairs:
    """Papers that name both, a row a method, a column a piece of hardware, and whether one says that it runs there."""

    methods: tuple[str, ...]
    hardware: tuple[str, ...]
    papers: tuple[tuple[int, ...], ...]
    stated: tuple[tuple[bool, ...], ...]


def methods_by_hardware(network: Network, *, most_methods: int = 18, most_hardware: int = 14) -> Pairs:
    """How many papers name a method and a piece of hardware; one of a kind of it counts for both."""
    labels = {entity.iri: entity.label for entity in network[1]}
    methods, devices = named_by_paper(network, "Method"), named_by_paper(network, "Hardware")
    kinds = above(network[2], (entity.iri for entity in network[1] if entity.type == "Hardware"))
    together: Counter[tuple[str, str]] = Counter()
    of_method: Counter[str] = Counter()
    of_device: Counter[str] = Counter()
    for paper, named in devices.items():
        every = {each for device in named for each in kinds[device]}
        of_device.update(every if paper in methods else ())
        together.update((method, device) for method in methods.get(paper, ()) for device in every)
    columns = _most(of_device, labels, most_hardware)
    for paper, named in devices.items():
        if any(device in columns for each in named for device in kinds[each]):
            of_method.update(methods.get(paper, ()))
    rows = _most(of_method, labels, most_methods)
    stated = {
        (edge.source, device)
        for edge in network[2]
        if edge.predicate == "runsOn" and edge.target in kinds
        for device in kinds[edge.target]
    }
    return Pairs(
        tuple(labels[each] for each in rows),
        tuple(labels[each] for each in columns),
        tuple(tuple(together[row, column] for column in columns) for row in rows),
        tuple(tuple((row, column) in stated for column in columns) for row in rows),
    )


def _most(counts: Mapping[str, int], labels: Mapping[str, str], most: int) -> list[str]:
    return sorted(counts, key=lambda each: (-counts[each], labels[each], each))[:most]


@dataclass(frozen=True, slots=True)
class Reliability:
    """What was measured on held-out papers: by kind of claim, stated confidence and the share that is right."""

    model: str
    papers: str
    curves: Mapping[str, tuple[tuple[float, float, int], ...]]


def reliability(path: Path = RELIABILITY) -> Reliability:
    """How honest the shipped model's confidence is."""
    found = json.loads(path.read_text(encoding="utf-8"))
    curves = {
        name: tuple((point["mean"], point["right"], point["number"]) for point in points)
        for name, points in found["reliability"].items()
    }
    return Reliability(found["model"], found["papers"], curves)


def confidences(store: GraphStore, *, bins: int = 10) -> dict[str, tuple[int, ...]]:
    """Claims of a graph by how sure they are, in bins of equal width: roles of papers, and relations."""
    counts = {"roles": [0] * bins, "relations": [0] * bins}
    for row in store.select(_CONFIDENCES):
        place = min(bins - 1, int(round(float(python(row["confidence"])) * bins, 6)))
        counts["roles" if row["role"].value == "true" else "relations"][place] += int(python(row["claims"]))
    return {kind: tuple(each) for kind, each in counts.items()}
