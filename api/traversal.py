"""Walks through the graph: shortest paths and neighbourhoods, one query a level.

Papers and entities are the nodes; roles and relations are the edges, walked both ways.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from api.errors import LimitError
from api.loaders import RELATION_OF, ROLE_OF, Edge, Select
from kg.store import Row, Term, iri

__all__ = ["EDGE_TERMS", "Neighbours", "Step", "Walked", "edges_among", "edges_at", "neighbourhood", "shortest_path"]

#: Properties of all edges, sorted.
EDGE_TERMS: Final = tuple(iri(term) for term in sorted({*ROLE_OF, *RELATION_OF}))

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
_WALKED: Final = """
SELECT DISTINCT ?other ?rank WHERE {
  VALUES ?node { {{nodes}} }
  LATERAL {
    { VALUES ?predicate { {{roles}} } LATERAL { %EITHER% } LATERAL { ?subject a kg:Paper } }
    UNION
    { VALUES ?predicate { {{relations}} } LATERAL { %EITHER% }
      LATERAL { ?subject kg:paperCount ?theirs } LATERAL { ?object kg:paperCount ?others } }
  }
  %SURE%
  VALUES ?kind { {{kinds}} } LATERAL { ?other a ?kind }
  LATERAL { OPTIONAL { ?other kg:pageRank ?scored } } BIND(COALESCE(?scored, 0) AS ?rank)
} ORDER BY DESC(?rank) STR(?other) LIMIT %LIMIT%""".replace(
    "%EITHER%",
    "{ ?node ?predicate ?other BIND(?node AS ?subject) BIND(?other AS ?object) } UNION"
    " { ?other ?predicate ?node BIND(?other AS ?subject) BIND(?node AS ?object) }",
)
_SURE: Final = """
  LATERAL { ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence }
  FILTER(?confidence >= {{least}})"""
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


@dataclass(frozen=True, slots=True)
class Walked:
    """What a neighbourhood is walked over.

    Attributes
    ----------
    roles, relations : tuple of terms
        Properties of the edges from papers, and of those between entities.
    kinds : tuple of terms
        Classes of the nodes.
    least : term or None
        Least confidence of an edge's surest claim.
    """

    roles: tuple[Term, ...]
    relations: tuple[Term, ...]
    kinds: tuple[Term, ...]
    least: Term | None

    def query(self) -> tuple[str, dict[str, Term | Sequence[Term]]]:
        """Query for the nodes of a ring, and the terms of its markers."""
        values: dict[str, Term | Sequence[Term]] = {
            "roles": self.roles, "relations": self.relations, "kinds": self.kinds,
        }  # fmt: skip
        if self.least is not None:
            values["least"] = self.least
        return _WALKED.replace("%SURE%", "" if self.least is None else _SURE), values


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


async def edges_at(select: Select, nodes: Sequence[str]) -> list[Edge]:
    """Edges that begin or end at any of these nodes."""
    rows = await select(_LEVEL, nodes=[iri(text) for text in nodes], predicates=EDGE_TERMS)
    return list(map(_edge, rows))


async def edges_among(select: Select, nodes: Collection[str], predicates: Sequence[Term] = EDGE_TERMS) -> list[Edge]:
    """Edges with both ends among these nodes, sorted."""
    rows = await select(_AMONG, nodes=[iri(text) for text in nodes], predicates=predicates)
    return sorted(edge for edge in map(_edge, rows) if edge.object in nodes)


async def neighbourhood(
    select: Select,
    node: str,
    *,
    depth: int,
    limit: int,
    walked: Walked | None = None,
) -> Neighbours:
    """Nodes within a distance of a node, and the edges among them.

    Parameters
    ----------
    depth : int
        Largest distance.
    limit : int
        Most nodes to give, the node itself not counted; of those equally far, those with the
        highest PageRank come first.
    walked : Walked, optional
        What is walked over; everything where left out.
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
        query, values = (_RING, {"predicates": EDGE_TERMS}) if walked is None else walked.query()
        rows = await select(
            query.replace("%LIMIT%", str(wanted)), nodes=[iri(text) for text in frontier], **values
        )
        ring = [text for row in rows if (text := row["other"].value) not in distances]
        truncated = truncated or len(ring) > room
        frontier = ring[:room]
        distances.update(dict.fromkeys(frontier, distance))
    edges = await edges_among(select, distances)
    return Neighbours(distances, tuple(edges), truncated)


async def _advance(select: Select, side: _Side) -> None:
    known = set(side.frontier)
    steps: defaultdict[str, list[Step]] = defaultdict(list)
    for edge in await edges_at(select, side.frontier):
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
