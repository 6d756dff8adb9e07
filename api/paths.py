"""The k shortest paths between two nodes: no node twice, from both ends, a query for each step of length.

All paths of a length are found before any longer one is looked for. The search goes on from the end
with fewer nodes; when both ends have gone L steps together, every edge of every path of at most L steps
was seen, for each of its edges is within reach of one end. So the queries are as many as the longest path
has steps, whatever k is, and the paths are counted out of what was seen.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TypeAlias

from api.limits import Budget
from api.loaders import Edge, Select
from api.traversal import edges_at

__all__ = ["NodePath", "k_shortest_paths"]

#: Nodes of a path, and for each of its steps the edges between the two nodes.
NodePath: TypeAlias = tuple[tuple[str, ...], tuple[tuple[Edge, ...], ...]]


@dataclass(slots=True)
class _Seen:
    """What a search has seen: the edges of each pair of nodes, and how far each node is from either end."""

    between: defaultdict[str, defaultdict[str, set[Edge]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )

    def add(self, edge: Edge) -> None:
        """Note an edge, which is walked both ways."""
        if edge.subject != edge.object:
            self.between[edge.subject][edge.object].add(edge)
            self.between[edge.object][edge.subject].add(edge)

    def distances(self, end: str, most: int) -> dict[str, int]:
        """Distance of each node that lies at most so far from a node."""
        found, frontier = {end: 0}, [end]
        for distance in range(1, most + 1):
            frontier = list(dict.fromkeys(n for node in frontier for n in self.between.get(node, ()) if n not in found))
            found.update(dict.fromkeys(frontier, distance))
        return found


async def k_shortest_paths(
    select: Select,
    start: str,
    end: str,
    *,
    k: int,
    max_length: int,
    without: Collection[str] = (),
    budget: Budget,
) -> list[NodePath]:
    """Up to k paths without a repeated node, shortest first; of equals the IRIs of their nodes decide.

    Parameters
    ----------
    without : collection of str
        Nodes that no path may pass through.

    Raises
    ------
    LimitError
        When the search looks at more nodes than the budget has.
    """
    if start == end:
        return [((start,), ())]
    barred = set(without) - {start, end}
    seen = _Seen()
    reached = {start: {start}, end: {end}}
    frontiers = {start: [start], end: [end]}
    found: list[NodePath] = []
    for length in range(1, max_length + 1):
        origin = start if len(frontiers[start]) <= len(frontiers[end]) else end
        budget.visit(len(frontiers[origin]))
        ring: set[str] = set()
        # A side that has come to its end has seen all edges there are on it, and so has nothing to ask.
        for edge in await edges_at(select, frontiers[origin]) if frontiers[origin] else ():
            if edge.subject not in barred and edge.object not in barred:
                seen.add(edge)
                ring |= {edge.subject, edge.object}
        frontiers[origin] = sorted(ring - reached[origin])
        reached[origin] |= ring
        budget.visit(len(frontiers[origin]))
        found += _paths_of(seen, start, end, length, k - len(found), budget)
        if len(found) >= k:
            break
    return found


def _paths_of(seen: _Seen, start: str, end: str, length: int, most: int, budget: Budget) -> list[NodePath]:
    """Up to so many paths of exactly this length, in the order of their nodes' IRIs."""
    left = seen.distances(end, length)
    found: list[NodePath] = []
    for nodes in _walk(seen, [start], end, length, left, budget):
        steps = pairwise(nodes)
        found.append((nodes, tuple(tuple(sorted(seen.between[one][other])) for one, other in steps)))
        if len(found) == most:
            break
    return found


def _walk(
    seen: _Seen, path: list[str], end: str, steps: int, left: dict[str, int], budget: Budget
) -> Iterator[tuple[str, ...]]:
    budget.visit(1)
    if steps == 0:
        if path[-1] == end:
            yield tuple(path)
        return
    for node in sorted(seen.between.get(path[-1], ())):
        # The end comes last, and a node from which it cannot be reached in time is no way to it.
        if node not in path and (node != end or steps == 1) and left.get(node, steps) < steps:
            yield from _walk(seen, [*path, node], end, steps - 1, left, budget)
