"""Communities within communities, and the nodes that hold communities together."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

import networkx as nx

from kg.analytics.measures import Measures, community_labels, numbered


@dataclass(frozen=True, slots=True)
class Group:
    """A community of a level: `parent` is the number of the one that holds it on the next coarser level."""

    number: int
    label: str
    members: tuple[Any, ...]
    top: tuple[Any, ...]
    parent: int | None


@dataclass(frozen=True, slots=True)
class Level:
    """A partition of the linked nodes: its modularity and its communities, largest first."""

    modularity: float
    groups: tuple[Group, ...]


def levels(graph: nx.Graph, measured: Measures, *, seed: int = 0, top: int = 5) -> tuple[Level, ...]:
    """Hierarchy of communities by Louvain's own levels [1]_, coarsest first, the same whatever the order of input.

    Each level but the first splits communities of the one before. Nodes without neighbours are in none.

    Parameters
    ----------
    graph : networkx.Graph
        Undirected; nodes may carry `label`, edges `weight`.
    measured : Measures
        Of this graph: members are ranked by its PageRank.
    top : int
        How many members each community names.

    References
    ----------
    .. [1] V. Blondel and others, Fast unfolding of communities in large networks, 2008.
    """
    plain, names = numbered(graph)
    if not plain.number_of_edges():
        return ()
    made: list[Level] = []
    numbers: dict[Any, int] = {}
    for partition in reversed(list(nx.community.louvain_partitions(plain, weight="weight", seed=seed))):
        modularity = float(nx.community.modularity(plain, partition, weight="weight"))
        linked = [sorted(part) for part in partition if len(part) > 1 or plain.degree(next(iter(part)))]
        linked.sort(key=lambda part: (-len(part), part[0]))
        communities = tuple(tuple(names[node] for node in part) for part in linked)
        own = {node: number for number, members in enumerate(communities, 1) for node in members}
        nodes = {node: replace(values, community=own.get(node)) for node, values in measured.nodes.items()}
        told = replace(measured, nodes=MappingProxyType(nodes), communities=communities, modularity=modularity)
        labels = community_labels(graph, told)
        groups = []
        for number, members in enumerate(communities, 1):
            best = sorted(members, key=lambda node: (-measured.nodes[node].page_rank, node))[:top]
            groups.append(Group(number, labels[number], members, tuple(best), numbers.get(members[0])))
        made.append(Level(modularity, tuple(groups)))
        numbers = own
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Bridge:
    """A node between communities.

    Attributes
    ----------
    node
    community : int
    reaches : tuple of int
        The other communities it has neighbours in, most weight first.
    outside : float
        Weight of its edges that leave its community.
    participation : float
        1 - sum over communities of (share of its weight that goes there) squared [1]_: 0 where all neighbours are in
        one community, near 1 where they are spread evenly over many.

    References
    ----------
    .. [1] R. Guimerà and L. A. N. Amaral, Functional cartography of complex metabolic networks, Nature 433, 2005.
    """

    node: Any
    community: int
    reaches: tuple[int, ...]
    outside: float
    participation: float


def bridges(graph: nx.Graph, community: Mapping[Any, int], *, most: int = 10) -> list[Bridge]:
    """Nodes that link communities most: by weight outside times participation, so that both must be high.

    >>> graph = nx.Graph([("a", "b"), ("b", "c"), ("a", "c"), ("c", "d"), ("d", "e"), ("d", "f"), ("e", "f")])
    >>> [found.node for found in bridges(graph, {"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 2})]
    ['c', 'd']
    """
    shares: defaultdict[Any, defaultdict[int, list[float]]] = defaultdict(lambda: defaultdict(list))
    for source, target, weight in graph.edges(data="weight", default=1):
        for node, other in ((source, target), (target, source)):
            if node in community and other in community:
                shares[node][community[other]].append(float(weight))
    found = []
    for node, parts in shares.items():
        weights = {number: math.fsum(values) for number, values in parts.items()}
        whole = math.fsum(weights.values())
        own = community[node]
        others = sorted((n for n in weights if n != own), key=lambda n: (-weights[n], n))
        if others:
            participation = 1 - math.fsum((weight / whole) ** 2 for weight in weights.values())
            outside = whole - weights.get(own, 0.0)
            found.append(Bridge(node, own, tuple(others), outside, participation))
    return sorted(found, key=lambda each: (-round(each.outside * each.participation, 9), each.node))[:most]
