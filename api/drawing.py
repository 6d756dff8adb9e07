"""Positions on rings: a node in the middle, what lies around it at its distance, branches kept together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping

from api.loaders import Edge

__all__ = ["on_rings"]


def on_rings(distances: Mapping[str, int], edges: Iterable[Edge]) -> dict[str, tuple[float, float]]:
    """Position of each node: the radius is its distance from the middle, the angle lies in the branch it hangs on.

    A node hangs on the first of its neighbours that lie one ring further in; a branch has an angle
    in proportion to its outermost nodes, so that no two branches cross.

    Parameters
    ----------
    distances : mapping
        Distance of each node from the middle, nearest first.

    >>> on_rings({"a": 0, "b": 1, "c": 1}, [Edge("a", "p", "b"), Edge("c", "p", "a")])
    {'a': (0.0, 0.0), 'b': (0.0, 1.0), 'c': (0.0, -1.0)}
    """
    order = {node: place for place, node in enumerate(distances)}
    inner: defaultdict[str, set[str]] = defaultdict(set)
    for edge in edges:
        for one, other in ((edge.subject, edge.object), (edge.object, edge.subject)):
            if distances[one] + 1 == distances[other]:
                inner[other].add(one)
    branches: defaultdict[str, list[str]] = defaultdict(list)
    middle = next(iter(distances), "")
    for node, distance in distances.items():
        if distance:
            branches[min(inner[node], key=order.__getitem__, default=middle)].append(node)
    width: dict[str, int] = {}
    for node in reversed(order):
        width[node] = sum(width[branch] for branch in branches[node]) or 1
    wedges = {node: (0.0, 2 * math.pi) for node, distance in distances.items() if distance == 0}
    found: dict[str, tuple[float, float]] = {}
    for node, distance in distances.items():
        start, angle = wedges[node]
        found[node] = (
            _rounded(distance * math.cos(start + angle / 2)),
            _rounded(distance * math.sin(start + angle / 2)),
        )
        for branch in branches[node]:
            wedges[branch] = (start, angle * width[branch] / width[node])
            start = sum(wedges[branch])
    return found


def _rounded(value: float) -> float:
    return round(value, 6) + 0.0  # no negative zero
