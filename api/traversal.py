"""Walks through the graph: shortest paths and neighbourhoods, one query a level.

Papers and entities are the nodes; roles and relations are the edges, walked both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.errors import LimitError
from api.loaders import RELATION_OF, ROLE_OF, Edge, Select
from kg.store import Row, iri

__all__ = ["Neighbours", "Step", "neighbourhood", "shortest_path"]

_EDGE_TERMS: Final = tuple(iri(term) for term in sorted({*ROLE_OF, *RELATION_OF}))

# The taxonomy's own statements reach beyond the graph; only nodes with a count of papers are in it.
_WITHIN: Final = """
  FILTER(?predicate != skos:broader || (EXISTS { ?subject kg:paperCount ?a } && EXISTS { ?object kg:paperCount ?b }))"""
_LEVEL: Final = f"""
SELECT DISTINCT ?subject ?predicate ?object WHERE {{
  VALUES ?node {{ {{{{nodes}}}} }} VALUES ?predicate {{ {{{{predicates}}}} }}
  LATERAL {{
    {{ ?node ?predicate ?object BIND(?node AS ?subject) }} UNION {{ ?subject ?predicate ?node BIND(?node AS ?object) }}
  }}
  {_WITHIN}
}}"""
_RING: Final = """
SELECT DISTINCT ?other ?rank WHERE {
  VALUES ?node { {{nodes}} } VALUES ?predicate { {{predicates}} }
  LATERAL { { ?node ?predicate ?other } UNION { ?other ?predicate ?node } }
  FILTER(EXISTS { ?other a kg:Paper } || EXISTS { ?other kg:paperCount ?papers })
  LATERAL { OPTIONAL { ?other kg:pageRank ?scored } } BIND(COALESCE(?scored, 0) AS ?rank)
} ORDER BY DESC(?rank) STR(?other) LIMIT %LIMIT%"""
_AMONG: Final = f"""
SELECT DISTINCT ?subject ?predicate ?object WHERE {{
  VALUES ?subject {{ {{{{nodes}}}} }} VALUES ?predicate {{ {{{{predicates}}}} }}
  LATERAL {{ ?subject ?predicate ?object }}
  {_WITHIN}
}}"""


class Step(NamedTuple):
    """A step of a path.

    Attributes
    ----------
    edge : Edge
        The edge it takes.
    forward : bool
        Whether it goes from the edge's subject to its object.
    """

    edge: Edge
    forward: bool

    @property
    def origin(self) -> str:
        """Node the step leaves."""
        return self.edge.subject if self.forward else self.edge.object

    @property
    def target(self) -> str:
        """Node the step reaches."""
        return self.edge.object if self.forward else self.edge.subject


@dataclass(frozen=True, slots=True)
class Neighbours:
    """What lies around a node.

    Attributes
    ----------
    distances : mapping
        Distance of each node, itself at 0, nearest first.
    edges : tuple of Edge
        All edges among these nodes, sorted.
    truncated : bool
        Whether nodes within the depth were left out.
    """

    distances: Mapping[str, int]
    edges: tuple[Edge, ...]
    truncated: bool


@dataclass(slots=True)
class _Side:
    """One end of a search from both ends: the steps by which each node was reached."""

    frontier: list[str]
    reached_by: dict[str, Step | None]


async def shortest_path(
    select: Select, start: str, end: str, *, max_length: int, max_visited: int
) -> list[Step] | None:
    """Steps of a shortest path, empty when both ends are one node; None when there is none so short.

    Among equally short paths the IRIs of nodes and edges decide, so that the same graph always
    gives the same path.

    Raises
    ------
    LimitError
        When the search looks at more than `max_visited` nodes.
    """
    if start == end:
        return []
    near, far = _Side([start], {start: None}), _Side([end], {end: None})
    for _ in range(max_length):
        # The side with fewer nodes to ask about goes on; each level is one query.
        side, other = (near, far) if len(near.frontier) <= len(far.frontier) else (far, near)
        if not side.frontier:
            return None
        await _advance(select, side)
        meeting = sorted(node for node in side.frontier if node in other.reached_by)
        if meeting:
            return [*reversed(_steps_back(near, meeting[0])), *map(_turned, _steps_back(far, meeting[0]))]
        if len(near.reached_by) + len(far.reached_by) > max_visited:
            raise LimitError(
                f"the search for a path looked at more than {max_visited} nodes",
                "give a smaller `maxLength`, or ends that fewer papers mention",
            )
    return None


async def neighbourhood(select: Select, node: str, *, depth: int, limit: int) -> Neighbours:
    """Nodes within a distance of a node, and the edges among them.

    Parameters
    ----------
    depth : int
        Largest distance.
    limit : int
        Most nodes to give, the node itself not counted; of those equally far, those with the
        highest PageRank come first.
    """
    distances = {node: 0}
    frontier = [node]
    truncated = False
    for distance in range(1, depth + 1):
        room = limit - (len(distances) - 1)
        if not frontier:
            break
        # Nodes that are known already may come again, hence as many rows more.
        wanted = room + len(distances) + 1
        query = _RING.replace("%LIMIT%", str(wanted))
        rows = await select(query, nodes=[iri(text) for text in frontier], predicates=_EDGE_TERMS)
        ring = [text for row in rows if (text := row["other"].value) not in distances]
        truncated = truncated or len(ring) > room
        frontier = ring[:room]
        distances.update(dict.fromkeys(frontier, distance))
    rows = await select(_AMONG, nodes=[iri(text) for text in distances], predicates=_EDGE_TERMS)
    edges = sorted(edge for edge in map(_edge, rows) if edge.object in distances)
    return Neighbours(distances, tuple(edges), truncated)


async def _advance(select: Select, side: _Side) -> None:
    rows = await select(_LEVEL, nodes=[iri(text) for text in side.frontier], predicates=_EDGE_TERMS)
    known = set(side.frontier)
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for edge in map(_edge, rows):
        for step in (Step(edge, True), Step(edge, False)):
            if step.origin in known and step.target not in side.reached_by:
                steps[step.target].append(step)
    side.reached_by.update({node: min(found, key=_step_order) for node, found in steps.items()})
    side.frontier = sorted(steps)


def _step_order(step: Step) -> tuple[str, str, bool]:
    return step.origin, step.edge.predicate, not step.forward


def _steps_back(side: _Side, node: str) -> list[Step]:
    steps: list[Step] = []
    while (step := side.reached_by[node]) is not None:
        steps.append(step)
        node = step.origin
    return steps


def _turned(step: Step) -> Step:
    return Step(step.edge, not step.forward)


def _edge(row: Row) -> Edge:
    return Edge(row["subject"].value, row["predicate"].value, row["object"].value)
