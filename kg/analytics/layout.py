"""Positions of nodes on a plane, the same for the same graph."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import networkx as nx
import numpy as np

from kg.analytics.measures import louvain, numbered

#: Angle of the sunflower's seeds: points at r = sqrt(i), turned by it, lie evenly on a disc.
_GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))
_EXTENT: Final = 1000.0


def layout(graph: nx.Graph, *, seed: int = 0, exact_to: int = 1500) -> dict[Any, tuple[float, float]]:
    """Position of each node, x and y within -1000 to 1000, two decimals.

    Up to `exact_to` linked nodes ForceAtlas2 lays them out one by one. Beyond that it lays out the communities, each
    as one heavy node, and the members of each lie on a disc about its place, those of highest degree in the middle.
    Nodes without neighbours lie on a ring around the rest.

    Parameters
    ----------
    graph : networkx.Graph
        Of any class; direction and parallel edges do not matter. Its nodes can be sorted. Not changed.
    seed : int
        Of the first positions and of the communities.
    exact_to : int
        ForceAtlas2 compares all pairs in each of 100 rounds.

    Notes
    -----
    Measured on two cores with other work: ForceAtlas2 2 s for 500 nodes, 4 s for 1,000, 21 s and 250 MB for 2,000,
    47 s and 490 MB for 3,000. By communities: 7 s for 11,000 nodes and 46,000 edges, most of it Louvain.

    Examples
    --------
    >>> layout(nx.Graph())
    {}
    """
    plain, names = numbered(graph, None)
    linked = [node for node in plain if plain.degree(node)]
    alone = [node for node in plain if not plain.degree(node)]
    if len(linked) <= exact_to:
        points = _forces(plain.subgraph(linked), seed)
    else:
        points = _by_communities(plain, linked, seed, exact_to)
    if linked:
        # The bulk of the graph fills the square; a few far-off nodes must not shrink it.
        reach = float(np.quantile(np.abs(points), 0.98)) or 1.0
        points = np.clip(points / reach * (0.85 if alone else 0.95), -1.0, 1.0)
    where = dict(zip(linked, points.tolist(), strict=True))
    for index, node in enumerate(alone):
        where[node] = _on_ring(index, len(alone)) if linked else list(_seed(index, len(alone)))
    return {name: (_coordinate(where[node][0]), _coordinate(where[node][1])) for node, name in enumerate(names)}


def _coordinate(value: float) -> float:
    return round(_EXTENT * value, 2) + 0.0  # no negative zero


def _forces(plain: nx.Graph, seed: int, **options: Any) -> np.ndarray[Any, np.dtype[np.float64]]:
    """Positions by ForceAtlas2 in the order of the sorted nodes, centred."""
    order = sorted(plain)
    if len(order) < 2:
        return np.zeros((len(order), 2))
    graph = nx.Graph()
    graph.add_nodes_from(order)
    graph.add_weighted_edges_from(
        sorted((*sorted(edge[:2]), edge[2]) for edge in plain.edges(data="weight", default=1))
    )
    found = nx.forceatlas2_layout(graph, seed=seed, strong_gravity=True, **options)
    points = np.array([found[node] for node in order])
    return np.asarray(points - np.median(points, axis=0))


def _by_communities(
    plain: nx.Graph, linked: Sequence[int], seed: int, most: int
) -> np.ndarray[Any, np.dtype[np.float64]]:
    communities = louvain(plain.subgraph(linked).copy(), seed=seed)
    group_of = {node: group for group, members in enumerate(communities) for node in members}
    between = nx.Graph()
    between.add_nodes_from(range(min(most, len(communities))))
    for source, target in plain.edges():
        first, second = sorted((group_of[source], group_of[target]))
        if first != second and second < most:
            between.add_edge(first, second, weight=between.get_edge_data(first, second, {"weight": 0})["weight"] + 1)
    radius = [math.sqrt(len(members)) for members in communities]
    centres = _forces(between, seed)
    # Discs of the area of their communities must find room beside each other.
    spread = float(np.quantile(np.abs(centres), 0.9)) or 1.0
    centres = centres / spread * 1.5 * math.sqrt(len(linked))
    points: dict[int, tuple[float, float]] = {}
    for group, members in enumerate(communities):
        if group < most:
            x, y = centres[group]
        else:  # communities beyond the largest: small ones, on a ring outside
            x, y = (3 * math.sqrt(len(linked)) * part for part in _on_ring(group - most, len(communities) - most))
        inner = sorted(members, key=lambda node: (-plain.degree(node), node))
        for index, node in enumerate(inner):
            dx, dy = _seed(index, len(inner))
            points[node] = (x + radius[group] * dx, y + radius[group] * dy)
    return np.array([points[node] for node in linked])


def _seed(index: int, total: int) -> tuple[float, float]:
    """Place of the index-th of the seeds of a sunflower on the unit disc."""
    distance = math.sqrt(index / total)
    return distance * math.cos(index * _GOLDEN_ANGLE), distance * math.sin(index * _GOLDEN_ANGLE)


def _on_ring(index: int, total: int) -> list[float]:
    angle = 2 * math.pi * index / total
    return [math.cos(angle), math.sin(angle)]
