"""Degree, PageRank, betweenness and communities of a graph, and names for the communities.

All of it is networkx's work on a copy of the graph whose nodes are numbered in sorted order: with one seed, Louvain
gives other partitions for other orders of insertion, and sets of strings iterate in another order in each process.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

import networkx as nx

#: Beyond `sample_above` nodes, shortest paths start at so many sources that sources * (nodes + edges) is about this:
#: some two minutes of one core, whatever the graph; never fewer sources than the first nor more than the second limit.
_STEPS: Final = 50_000_000
_FEWEST_SOURCES, _MOST_SOURCES = 16, 256

#: Louvain runs with several seeds while runs * edges stays below this, and the partition of highest modularity stays.
_LOUVAIN_EDGES: Final = 200_000
_LOUVAIN_RUNS: Final = 10


@dataclass(frozen=True, slots=True)
class NodeMeasures:
    """What was measured of one node.

    Attributes
    ----------
    degree : int
        Number of its neighbours, itself not counted.
    page_rank : float
        Share of the random surfer's time, damping 0.85, following edges by weight; all nodes add up to 1.
    betweenness : float
        Share of the shortest paths (unweighted) between two others that pass through it, 0 to 1.
    community : int or None
        Number of its community, 1 the largest; None for a node without neighbours.
    """

    degree: int
    page_rank: float
    betweenness: float
    community: int | None


@dataclass(frozen=True, slots=True)
class Measures:
    """What was measured of a graph.

    Attributes
    ----------
    nodes : mapping of node to NodeMeasures
        In sorted order of the nodes.
    communities : tuple of tuple of nodes
        Members, sorted; number 1 is at index 0. By size, then by the smallest member.
    modularity : float
        Newman's modularity of the communities, nodes without neighbours being one each; 0 for a graph without edges.
    edge_count : int
    betweenness_sources : int
        Number of nodes from which shortest paths were followed; fewer than the nodes where it is an estimate.
    """

    nodes: Mapping[Any, NodeMeasures]
    communities: tuple[tuple[Any, ...], ...]
    modularity: float
    edge_count: int
    betweenness_sources: int


def measure(
    graph: nx.Graph,
    *,
    seed: int = 0,
    sample_above: int = 2000,
    weight: str | None = "weight",
) -> Measures:
    """Degree, PageRank, betweenness and community of each node of an undirected graph.

    Parameters
    ----------
    graph : networkx.Graph
        Undirected, without parallel edges; its nodes can be sorted. Self loops are left out. Not changed.
    seed : int
        Of the sources of betweenness and of Louvain; the order of nodes and edges does not matter.
    sample_above : int
        Betweenness is exact up to this many nodes and beyond that estimated from some sources [1]_.
    weight : str or None
        Edge attribute that PageRank and communities go by, positive; None: all edges alike.

    Notes
    -----
    PageRank stops when two rounds differ by less than 1e-12 in all (networkx multiplies its `tol` by the number of
    nodes, and its default is 11% off on single nodes of a graph of 163,000).

    On two cores with other work: exact betweenness of 2,000 nodes and 20,000 edges takes 18 s, Louvain 0.3 s a run.

    References
    ----------
    .. [1] U. Brandes and C. Pich, Centrality estimation in large networks, 2007.

    Examples
    --------
    >>> measured = measure(nx.path_graph(["a", "b", "c"]))
    >>> measured.nodes["b"].degree, measured.nodes["b"].betweenness
    (2, 1.0)
    """
    if graph.is_directed() or graph.is_multigraph():
        raise TypeError(f"measure takes an undirected graph without parallel edges, not a {type(graph).__name__}")
    plain, names = numbered(graph, weight)
    if not names:
        return Measures(MappingProxyType({}), (), 0.0, 0, 0)
    ranks = nx.pagerank(plain, tol=1e-12 / len(names), max_iter=1000, weight="weight")
    sources = source_count(len(names), plain.number_of_edges(), sample_above)
    between = nx.betweenness_centrality(plain, k=sources if sources < len(names) else None, seed=seed)
    communities, modularity = _communities(plain, seed)
    number_of = {node: number for number, members in enumerate(communities, start=1) for node in members}
    nodes = {
        name: NodeMeasures(plain.degree(node), ranks[node], between[node], number_of.get(node))
        for node, name in enumerate(names)
    }
    return Measures(
        MappingProxyType(nodes),
        tuple(tuple(names[node] for node in members) for members in communities),
        modularity,
        plain.number_of_edges(),
        sources,
    )


def numbered(graph: nx.Graph, weight: str | None = "weight") -> tuple[nx.Graph, list[Any]]:
    """Graph of the numbers of the sorted nodes, edges sorted, with `weight` alone; and the nodes by number.

    Direction, parallel edges and self loops are gone; weights of parallel edges add up.
    """
    names = sorted(graph)
    number = {name: index for index, name in enumerate(names)}
    weights: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for source, target, value in graph.edges(data=weight or "", default=1):
        first, second = sorted((number[source], number[target]))
        if first != second:
            weights[first, second].append(value if weight else 1)
    plain = nx.Graph()
    plain.add_nodes_from(range(len(names)))
    # Sums of floats depend on their order; fsum's do not.
    plain.add_weighted_edges_from((*pair, math.fsum(values)) for pair, values in sorted(weights.items()))
    return plain, names


def source_count(nodes: int, edges: int, sample_above: int) -> int:
    """Number of nodes from which shortest paths are followed: all, or as many as take about two minutes."""
    if nodes <= sample_above:
        return nodes
    return min(nodes, _MOST_SOURCES, max(_FEWEST_SOURCES, _STEPS // (nodes + edges)))


def _communities(plain: nx.Graph, seed: int) -> tuple[list[list[int]], float]:
    edges = plain.number_of_edges()
    if edges == 0:
        return [], 0.0
    partitions = louvain(plain, seed=seed, runs=max(1, min(_LOUVAIN_RUNS, _LOUVAIN_EDGES // edges)))
    modularity = float(nx.community.modularity(plain, partitions, weight="weight"))
    linked = [members for members in partitions if len(members) > 1 or plain.degree(members[0])]
    return linked, modularity


def louvain(plain: nx.Graph, *, seed: int, runs: int = 1) -> list[list[int]]:
    """Partition of highest modularity of several runs; the members sorted, by size and then by smallest member."""
    found = []
    for run in range(runs):
        partition = nx.community.louvain_communities(plain, weight="weight", seed=seed + run)
        ordered = sorted((sorted(members) for members in partition), key=lambda members: (-len(members), members[0]))
        found.append((nx.community.modularity(plain, ordered, weight="weight"), ordered))
    return max(found, key=lambda pair: pair[0])[1]  # the first of equals


def community_labels(
    graph: nx.Graph,
    measured: Measures,
    *,
    topics: Mapping[Hashable, Sequence[str]] | None = None,
    most: int = 3,
) -> dict[int, str]:
    """Label of each community by its number: its most telling names, joined by commas.

    A name tells the more, the larger its share of the community is and the larger that is than its share of the whole
    graph: share * ln(share / overall share), which is what it adds to the divergence of the two. A node's own share
    is that of the weight of its edges to fellow members.

    Parameters
    ----------
    graph : networkx.Graph
        What was measured; nodes carry `label` (else the node itself is its name) and edges may carry `weight`.
    topics : mapping, optional
        Names of what the members deal with (for papers: of their entities), which then make the labels.

    Examples
    --------
    >>> graph = nx.Graph([("a", "b"), ("c", "d")])
    >>> topics = {"a": ["x", "z"], "b": ["x"], "c": ["y", "z"], "d": ["y"]}
    >>> community_labels(graph, measure(graph), topics=topics, most=1)
    {1: 'x', 2: 'y'}
    """
    inside: dict[int, Counter[str]] = {number: Counter() for number in range(1, len(measured.communities) + 1)}
    overall: Counter[str] = Counter()
    if topics is None:
        for source, target, value in sorted(graph.edges(data="weight", default=1), key=lambda edge: edge[:2]):
            own, other = measured.nodes[source].community, measured.nodes[target].community
            for node in (source, target):
                name = str(graph.nodes[node].get("label") or node)
                overall[name] += value
                if own is not None and own == other:
                    inside[own][name] += value
    else:
        for node, values in measured.nodes.items():
            names = dict.fromkeys(topics.get(node, ()))
            overall.update(names.keys())
            if values.community is not None:
                inside[values.community].update(names.keys())
    whole = sum(overall.values())
    labels = {}
    for number, counts in inside.items():
        total = sum(counts.values())

        def telling(name: str, counts: Counter[str] = counts, total: float = total) -> tuple[float, float, str]:
            share = counts[name] / total
            return (-round(share * math.log(share * whole / overall[name]), 9), -counts[name], name)

        labels[number] = ", ".join(sorted((name for name, count in counts.items() if count > 0), key=telling)[:most])
    return labels
