"""Measures beside those that the graph states: harmonic closeness and k-core, for exports and `kg stats`."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import networkx as nx
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from kg.analytics.measures import numbered, source_count

#: Distances held at a time: sources times nodes.
_HELD: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Further:
    """Of one node.

    Attributes
    ----------
    harmonic : float
        Mean of 1/distance (unweighted) to all others, 0 for those out of reach: 0 to 1.
    core : int
        The largest k such that it is in a subgraph whose nodes have k neighbours each in it.
    """

    harmonic: float
    core: int


def further(graph: nx.Graph, *, seed: int = 0, sample_above: int = 2000) -> Mapping[Any, Further]:
    """Harmonic closeness and core number of each node, in sorted order of the nodes.

    Parameters
    ----------
    graph : networkx.Graph
        Direction, parallel edges and self loops do not matter. Not changed.
    seed : int
        Of the sources where not all distances are followed.
    sample_above : int
        Harmonic closeness is exact up to this many nodes, and beyond that the mean over distances from some sources
        drawn by chance, an unbiased estimate [1]_.

    References
    ----------
    .. [1] D. Eppstein and J. Wang, Fast approximation of centrality, 2004: the same for sums of distances.

    Examples
    --------
    >>> found = further(nx.path_graph(["a", "b", "c"]))
    >>> found["b"].harmonic, found["a"].harmonic, found["a"].core
    (1.0, 0.75, 1)
    """
    plain, names = numbered(graph, None)
    if not names:
        return MappingProxyType({})
    size = len(names)
    number = source_count(size, plain.number_of_edges(), sample_above)
    sources = list(range(size)) if number == size else sorted(random.Random(seed).sample(range(size), number))  # noqa: S311
    pairs = np.array(list(plain.edges()), dtype=np.int64).reshape(-1, 2)
    ends, others = np.concatenate((pairs, pairs[:, ::-1])).T
    matrix = csr_array((np.ones(len(ends)), (ends, others)), shape=(size, size))
    total = np.zeros(size)
    step = max(1, _HELD // size)
    for start in range(0, number, step):
        chosen = sources[start : start + step]
        distance = shortest_path(matrix, method="D", unweighted=True, indices=chosen)
        distance[np.arange(len(chosen)), chosen] = np.inf  # itself does not count
        total += (1 / distance).sum(axis=0)
    # a source sees one other less than the rest do
    seen = np.full(size, float(number))
    seen[sources] -= 1
    harmonic = np.divide(total, seen, out=np.zeros(size), where=seen > 0)
    cores = nx.core_number(plain)
    return MappingProxyType({name: Further(float(harmonic[node]), int(cores[node])) for node, name in enumerate(names)})
