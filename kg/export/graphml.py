"""GraphML with typed keys, for yEd, igraph, networkx, Cytoscape and Gephi."""

from __future__ import annotations

from collections.abc import Sequence
from typing import BinaryIO, Final

from kg.export.drawing import Column, Drawing, Value, as_text
from kg.export.xml import XMLStream

_NAMESPACE: Final = "http://graphml.graphdrawing.org/xmlns"
_NODE: Final = (
    Column("label", "string"),
    Column("color", "string"),
    Column("size", "double"),
    Column("x", "double"),
    Column("y", "double"),
)
_EDGE: Final = (Column("kind", "string"), Column("weight", "double"))
_TYPES: Final = {"boolean": "boolean", "integer": "int", "long": "long", "double": "double", "string": "string"}


def write_graphml(drawn: Drawing, stream: BinaryIO) -> None:
    """Write a graph as GraphML, the same bytes for the same graph.

    Colour, size and place are attributes like the others (`color`, `size`, `x`, `y`), which Gephi and igraph take up.
    """
    xml = XMLStream(stream)
    xml.start("graphml", {"xmlns": _NAMESPACE})
    xml.line()
    _keys(xml, "node", (*_NODE, *drawn.node_columns))
    _keys(xml, "edge", (*_EDGE, *drawn.edge_columns))
    xml.start("graph", {"id": "G", "edgedefault": "directed" if drawn.directed else "undirected"})
    xml.line()
    for dot in drawn.nodes:
        xml.start("node", {"id": dot.id})
        x, y = dot.position or (None, None)
        _data(xml, "n", (dot.label, dot.color, dot.size, x, y, *dot.values))
        xml.end("node")
        xml.line()
    for line in drawn.edges:
        xml.start("edge", {"id": line.id, "source": line.source, "target": line.target})
        _data(xml, "e", (line.kind or None, line.weight, *line.values))
        xml.end("edge")
        xml.line()
    xml.end("graph")
    xml.end("graphml")
    xml.line()
    xml.close()


def _keys(xml: XMLStream, owner: str, columns: Sequence[Column]) -> None:
    for index, column in enumerate(columns):
        kind = _TYPES[column.kind]
        xml.empty("key", {"id": f"{owner[0]}{index}", "for": owner, "attr.name": column.name, "attr.type": kind})
        xml.line()


def _data(xml: XMLStream, prefix: str, values: Sequence[Value | None]) -> None:
    for index, value in enumerate(values):
        if value is not None:
            xml.start("data", {"key": f"{prefix}{index}"})
            xml.text(as_text(value))
            xml.end("data")
