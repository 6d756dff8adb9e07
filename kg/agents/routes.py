"""Shortest paths over claims: searched from both ends, one query a ring, and of all the surest."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nlargest
from itertools import product
from math import prod
from typing import Final

from kg.agents.answers import Node, Paths, Route
from kg.agents.claims import Stated, stated_at, statements
from kg.agents.errors import ToolRefused
from kg.agents.snapshot import Snapshot

__all__ = ["MOST_NODES", "paths"]

#: Nodes that a search may reach.
MOST_NODES: Final = 20_000


@dataclass(slots=True)
class _Side:
    """What was reached from one end: of each node the steps that lead to it from the ring before."""

    frontier: list[str]
    reached: dict[str, dict[str, Stated]] = field(default_factory=dict)
    length: int = 0

    def __post_init__(self) -> None:
        self.reached = {node: {} for node in self.frontier}


@dataclass(frozen=True, slots=True)
class _Way:
    """A part of a path, from an end inwards."""

    steps: tuple[Stated, ...]
    nodes: tuple[str, ...]

    @property
    def sure(self) -> float:
        return prod(step.confidence for step in self.steps)

    @property
    def rank(self) -> tuple[float, tuple[str, ...]]:
        """Surest first; of equally sure ones the IRIs decide."""
        return self.sure, tuple(step.iri for step in self.steps)


def paths(
    snapshot: Snapshot,
    one: str,
    other: str,
    *,
    type_: str | None = None,
    other_type: str | None = None,
    through: str = "any",
    max_length: int = 4,
    limit: int = 3,
) -> Paths:
    """Shortest paths between two nodes over claims, walked both ways, the surest first.

    Between two neighbours on a path the surest claim stands. No path passes through a metric: that
    two papers report accuracy says nothing of why they belong together.

    Parameters
    ----------
    snapshot : Snapshot
    one, other : str
        As for `Snapshot.find`.
    type_, other_type : str, optional
        Their types, where several share a name.
    through : str
        What paths may pass through: ``any`` node, or ``entities`` alone.
    max_length : int
        Most steps.
    limit : int
        How many paths to give.

    Raises
    ------
    NoSuchNode, SeveralNodes
    ToolRefused
        When both are one node, or the search grows too large.
    """
    start, end = snapshot.find(one, type_), snapshot.find(other, other_type)
    if start == end:
        raise ToolRefused(f"{one!r} and {other!r} are one node, {start.iri}", "name another")
    near, far = _Side([start.iri]), _Side([end.iri])
    meeting = _meet(snapshot, near, far, through, max_length)
    ways = [
        _Way((*one_.steps, *reversed(two.steps)), (*one_.nodes, *reversed(two.nodes[:-1])))
        for node in meeting
        for one_, two in product(_ways(near, node, limit), _ways(far, node, limit))
    ]
    best = sorted(ways, key=lambda way: (-way.sure, way.rank[1]))[:limit]
    said = statements(snapshot, {step.iri: None for way in best for step in way.steps})
    routes = tuple(
        Route(
            tuple(map(snapshot.node, way.nodes)),
            tuple(said[step.iri] for step in way.steps),
            round(way.sure, 4),
        )
        for way in best
    )
    kinds = _upwards(snapshot, start.iri, end.iri) or _upwards(snapshot, end.iri, start.iri)
    return Paths(start, end, len(routes[0].steps) if routes else None, routes, kinds)


def _meet(snapshot: Snapshot, near: _Side, far: _Side, through: str, max_length: int) -> list[str]:
    """Let both sides grow, the smaller first, until they meet; return where, none if they do not."""
    ends = {*near.frontier, *far.frontier}
    while near.length + far.length < max_length:
        side, across = (near, far) if len(near.frontier) <= len(far.frontier) else (far, near)
        if not side.frontier:
            return []
        _grow(snapshot, side, ends, through)
        meeting = sorted(node for node in side.frontier if node in across.reached)
        if meeting:
            return meeting
        side.frontier = [node for node in side.frontier if _passable(snapshot, node, through)]
        if len(near.reached) + len(far.reached) > MOST_NODES:
            raise ToolRefused(
                f"the search reached more than {MOST_NODES:,} nodes", "give a smaller max_length, or rarer ends"
            )
    return []


def _grow(snapshot: Snapshot, side: _Side, ends: set[str], through: str) -> None:
    ring: dict[str, dict[str, Stated]] = {}
    inside = set(side.frontier)
    # claims come surest first, so that the first between two nodes is the one to keep
    for claim in stated_at(snapshot, side.frontier):
        for node in {claim.subject, claim.object} & inside:
            reached = claim.other(node)
            if reached not in side.reached and (reached in ends or _passable(snapshot, reached, through)):
                ring.setdefault(reached, {}).setdefault(node, claim)
    side.reached.update(ring)
    side.frontier = sorted(ring)
    side.length += 1


def _passable(snapshot: Snapshot, node: str, through: str) -> bool:
    type_ = snapshot.node(node).type
    return type_ != "Metric" and (through == "any" or type_ != "Paper")


def _ways(side: _Side, node: str, limit: int) -> list[_Way]:
    """Return the surest ways from an end to a node it reached."""
    known: dict[str, list[_Way]] = {}

    def best(at: str) -> list[_Way]:
        if at not in known:
            before: Mapping[str, Stated] = side.reached[at]
            longer = [
                _Way((*way.steps, step), (*way.nodes, at)) for source, step in before.items() for way in best(source)
            ]
            known[at] = nlargest(limit, longer, key=lambda way: way.rank) if before else [_Way((), (at,))]
        return known[at]

    return best(node)


def _upwards(snapshot: Snapshot, low: str, high: str) -> tuple[Node, ...]:
    """Return the shortest chain of broader entities from one to another, both included; empty when there is none."""
    if low not in snapshot.entities or high not in snapshot.entities:
        return ()
    before: dict[str, str] = {low: low}
    ring: Sequence[str] = [low]
    while ring and high not in before:
        steps = [(above, each) for each in ring for above in snapshot.entities[each].broader if above not in before]
        before.update(reversed(steps))
        ring = list(dict.fromkeys(above for above, _ in steps))
    if high not in before:
        return ()
    way = [high]
    while way[-1] != low:
        way.append(before[way[-1]])
    return tuple(map(snapshot.node, reversed(way)))
