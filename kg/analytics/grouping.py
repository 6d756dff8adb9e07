"""Communities as nodes: how much links one to another."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any

import networkx as nx


def community_graph(graph: nx.Graph, community: Mapping[Any, int]) -> nx.Graph:
    """Undirected graph of the communities, each a node by its number.

    Nodes carry `members`, their number, and `inside`, the weight of the edges among them; the `weight` of an edge is
    that of all edges between the two, and `edges` how many there are.

    Parameters
    ----------
    graph : networkx.Graph
        Of any class; edges may carry `weight`. Not changed.
    community : mapping
        Number of the community of each node; nodes that have none are left out.

    Examples
    --------
    >>> path = nx.path_graph(["a", "b", "c", "d"])
    >>> dict(community_graph(path, {"a": 1, "b": 1, "c": 2, "d": 2}).edges)
    {(1, 2): {'weight': 1.0, 'edges': 1}}
    """
    weights: defaultdict[tuple[int, int], list[float]] = defaultdict(list)
    for source, target, value in graph.edges(data="weight", default=1):
        if source in community and target in community:
            first, second = sorted((community[source], community[target]))
            weights[first, second].append(value)
    sizes = Counter(community[node] for node in graph if node in community)
    made = nx.Graph()
    for number in sorted(sizes):
        made.add_node(number, members=sizes[number], inside=math.fsum(weights.get((number, number), ())))
    for (first, second), values in sorted(weights.items()):
        if first != second:
            made.add_edge(first, second, weight=math.fsum(values), edges=len(values))
    return made


def simple(graph: nx.Graph) -> nx.Graph:
    """Undirected graph without parallel edges or self loops, its nodes and labels the same, its weights added up."""
    made = nx.Graph()
    made.add_nodes_from(sorted(graph.nodes(data=True), key=lambda node: node[0]))
    weights: defaultdict[tuple[Any, Any], list[float]] = defaultdict(list)
    for source, target, value in graph.edges(data="weight", default=1):
        if source != target:
            weights[(source, target) if source <= target else (target, source)].append(value)
    made.add_weighted_edges_from((*pair, math.fsum(values)) for pair, values in sorted(weights.items()))
    return made
