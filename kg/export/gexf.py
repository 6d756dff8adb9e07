"""GEXF 1.3, for Gephi, Gephi Lite and sigma.

Valid by the schema of the format. That schema puts colour, size and position into the namespace of the format, while
readers look for the prefix ``viz``: here the prefix is bound to that same namespace, which suits both.

Years are spells, from which Gephi makes its timeline: a paper is there in its year, an entity in those of the papers
that name it, an edge in those of the papers that state it. What belongs to no year has no spell and is always there.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import BinaryIO, Final

from kg.export.drawing import Column, Dot, Drawing, Line, Value, as_text
from kg.export.xml import XMLStream

_NAMESPACE: Final = "http://gexf.net/1.3"


def write_gexf(drawn: Drawing, stream: BinaryIO, *, modified: date | None = None) -> None:
    """Write a graph as GEXF 1.3, the same bytes for the same graph.

    Parameters
    ----------
    modified : date, optional
        Day to put into the file; none by default, so that files can be compared.
    """
    xml = XMLStream(stream)
    _open(xml, "gexf", {"xmlns": _NAMESPACE, "xmlns:viz": _NAMESPACE, "version": "1.3"})
    _open(xml, "meta", {"lastmodifieddate": modified.isoformat()} if modified else {})
    xml.start("creator")
    xml.text("paperkg")
    _close(xml, "creator", "meta")
    edge_type = "directed" if drawn.directed else "undirected"
    timed = any(dot.years for dot in drawn.nodes) or any(line.years for line in drawn.edges)
    # days, for Gephi takes whole numbers for none of its time formats
    time = {"mode": "dynamic", "timeformat": "date"} if timed else {"mode": "static"}
    _open(xml, "graph", {"defaultedgetype": edge_type, **time, "idtype": "string"})
    _declare(xml, "node", drawn.node_columns)
    _declare(xml, "edge", drawn.edge_columns)
    _open(xml, "nodes", {"count": str(len(drawn.nodes))})
    for dot in drawn.nodes:
        _node(xml, dot, drawn.node_columns)
    _close(xml, "nodes")
    _open(xml, "edges", {"count": str(len(drawn.edges))})
    for line in drawn.edges:
        _edge(xml, line, drawn.edge_columns, edge_type)
    _close(xml, "edges", "graph", "gexf")
    xml.close()


def _node(xml: XMLStream, dot: Dot, columns: Sequence[Column]) -> None:
    xml.start("node", {"id": dot.id, "label": dot.label})
    _values(xml, columns, dot.values)
    _spells(xml, dot.years)
    xml.empty("viz:size", {"value": str(dot.size)})
    if dot.position is not None:
        x, y = dot.position
        xml.empty("viz:position", {"x": str(x), "y": str(y), "z": "0.0"})
    red, green, blue = (str(int(dot.color[start : start + 2], 16)) for start in (1, 3, 5))
    # `hex` beside the channels would be read by graphology alone, the channels by all.
    xml.empty("viz:color", {"r": red, "g": green, "b": blue})
    _close(xml, "node")


def _edge(xml: XMLStream, line: Line, columns: Sequence[Column], edge_type: str) -> None:
    ends = {"id": line.id, "source": line.source, "target": line.target, "type": edge_type}
    kind = {"label": line.kind, "kind": line.kind} if line.kind else {}
    xml.start("edge", {**ends, **kind, "weight": str(line.weight)})
    _values(xml, columns, line.values)
    _spells(xml, line.years)
    _close(xml, "edge")


def _declare(xml: XMLStream, owner: str, columns: Sequence[Column]) -> None:
    if not columns:
        return
    _open(xml, "attributes", {"class": owner, "mode": "static"})
    for index, column in enumerate(columns):
        # Numbers for ids: graphology takes the title for the name only then.
        xml.empty("attribute", {"id": str(index), "title": column.name, "type": column.kind})
    _close(xml, "attributes")


def _values(xml: XMLStream, columns: Sequence[Column], values: Sequence[Value | None]) -> None:
    if all(value is None for value in values):
        return
    xml.start("attvalues")
    for index, (_, value) in enumerate(zip(columns, values, strict=True)):
        if value is not None:
            xml.empty("attvalue", {"for": str(index), "value": as_text(value)})
    xml.end("attvalues")


def _spells(xml: XMLStream, years: Sequence[int]) -> None:
    """Write a spell for each run of years."""
    if not years:
        return
    xml.start("spells")
    first = years[0]
    for year, following in zip(years, (*years[1:], None), strict=True):
        if following != year + 1:
            xml.empty("spell", {"start": f"{first:04}-01-01", "end": f"{year:04}-12-31"})
            first = following or year
    xml.end("spells")


def _open(xml: XMLStream, name: str, attributes: dict[str, str]) -> None:
    xml.start(name, attributes)
    xml.line()


def _close(xml: XMLStream, *names: str) -> None:
    for name in names:
        xml.end(name)
        xml.line()
