"""Projections of the graph, centrality, communities and positions: the only door of networkx.

Every function is pure: it takes values or networkx graphs, never changes them, and sorts nodes and
edges before any algorithm sees them, so that the order in which papers came cannot matter.

>>> papers = [PaperNode("p/1", "One", 2020), PaperNode("p/2", "Two", 2021)]
>>> entities = [EntityNode("m/a", "A", "Method", 2), EntityNode("t/b", "B", "Task", 1)]
>>> edges = [
...     Edge("p/1", "m/a", "proposes", 0.9, "p/1"),
...     Edge("p/1", "t/b", "addresses", 0.8, "p/1"),
...     Edge("p/2", "m/a", "uses", 0.7, "p/2"),
... ]
>>> sorted(entity_graph(papers, entities, edges).edges(data="weight"))
[('m/a', 't/b', 1)]
>>> measure(entity_graph(papers, entities, edges)).nodes["m/a"].degree
1
"""

from kg.analytics.further import Further, further
from kg.analytics.grouping import community_graph, simple
from kg.analytics.layout import layout
from kg.analytics.levels import Bridge, Group, Level, bridges, levels
from kg.analytics.measures import Measures, NodeMeasures, community_labels, measure
from kg.analytics.projection import (
    Edge,
    EntityNode,
    Graph,
    PaperNode,
    annotated,
    dated,
    entity_graph,
    full_graph,
    paper_graph,
    paper_topics,
)
from kg.analytics.rising import Rise, Rising, rising
from kg.analytics.triples import measure_quads

__all__ = [
    "Bridge",
    "Edge",
    "EntityNode",
    "Further",
    "Graph",
    "Group",
    "Level",
    "Measures",
    "NodeMeasures",
    "PaperNode",
    "Rise",
    "Rising",
    "annotated",
    "bridges",
    "community_graph",
    "community_labels",
    "dated",
    "entity_graph",
    "full_graph",
    "further",
    "layout",
    "levels",
    "measure",
    "measure_quads",
    "paper_graph",
    "paper_topics",
    "rising",
    "simple",
]
