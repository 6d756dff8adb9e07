"""Nodes and edges as JSON: for Cytoscape, for graphology and sigma, and for D3.

Values keep their type; what has no value is left out. A column whose name means something to the reader gets "_".
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, BinaryIO, Final

from kg.export.drawing import Column, Dot, Drawing, Line, Value

#: Names that a reader takes for something of its own: a node whose `type` is no program of its own stops sigma.
_CYTOSCAPE: Final = frozenset(
    {"name", "shared_name", "interaction", "shared_interaction", "suid", "selected", "parent"}
)
_SIGMA: Final = frozenset({"type", "hidden", "forcelabel", "highlighted", "zindex", "image"})
_D3: Final = frozenset({"index", "vx", "vy", "fx", "fy"})


def write_cytoscape(drawn: Drawing, stream: BinaryIO) -> None:
    """Write Cytoscape.js JSON (``.cyjs``), which Cytoscape opens; its y axis points down."""

    def node(dot: Dot) -> dict[str, Any]:
        known = {"id": dot.id, "name": dot.label, "label": dot.label, "size": dot.size, "color": dot.color}
        entry: dict[str, Any] = {"data": known | _values(drawn.node_columns, dot.values, _CYTOSCAPE)}
        if dot.position is not None:
            entry["position"] = {"x": dot.position[0], "y": -dot.position[1] + 0.0}
        return entry

    def edge(line: Line) -> dict[str, Any]:
        known = {"id": line.id, "source": line.source, "target": line.target, "weight": line.weight}
        kind = {"name": line.kind, "interaction": line.kind} if line.kind else {}
        return {"data": known | kind | _values(drawn.edge_columns, line.values, _CYTOSCAPE)}

    head: dict[str, Any] = {"format_version": "1.0", "generated_by": "paperkg", "target_cytoscapejs_version": "~3.0"}
    head |= {"directed": drawn.directed, "multigraph": True, "data": {"name": "paperkg", "shared_name": "paperkg"}}
    _write(stream, head, {"nodes": map(node, drawn.nodes), "edges": map(edge, drawn.edges)}, within="elements")


def write_graphology(drawn: Drawing, stream: BinaryIO) -> None:
    """Write graphology's serialised graph, for ``Graph.from(...)`` and sigma; the attribute `type` becomes `type_`."""

    def node(dot: Dot) -> dict[str, Any]:
        place = {} if dot.position is None else {"x": dot.position[0], "y": dot.position[1]}
        known = {"label": dot.label, **place, "size": dot.size, "color": dot.color}
        return {"key": dot.id, "attributes": known | _values(drawn.node_columns, dot.values, _SIGMA)}

    def edge(line: Line) -> dict[str, Any]:
        kind = {"label": line.kind, "kind": line.kind} if line.kind else {}
        known = kind | {"weight": line.weight} | _values(drawn.edge_columns, line.values, _SIGMA)
        ends = {"key": line.id, "source": line.source, "target": line.target, "attributes": known}
        return ends if drawn.directed else ends | {"undirected": True}

    options = {"type": "directed" if drawn.directed else "undirected", "multi": True, "allowSelfLoops": True}
    parts = {"nodes": map(node, drawn.nodes), "edges": map(edge, drawn.edges)}
    _write(stream, {"options": options, "attributes": {"name": "paperkg"}}, parts)


def write_d3(drawn: Drawing, stream: BinaryIO) -> None:
    """Write nodes and links as D3's force layout takes them, and networkx's `node_link_graph(edges="links")`."""

    def node(dot: Dot) -> dict[str, Any]:
        place = {} if dot.position is None else {"x": dot.position[0], "y": dot.position[1]}
        known = {"id": dot.id, "label": dot.label, **place, "size": dot.size, "color": dot.color}
        return known | _values(drawn.node_columns, dot.values, _D3)

    def link(line: Line) -> dict[str, Any]:
        known = {"source": line.source, "target": line.target, "key": line.id, "kind": line.kind, "weight": line.weight}
        return known | _values(drawn.edge_columns, line.values, _D3)

    head = {"directed": drawn.directed, "multigraph": True, "graph": {}}
    _write(stream, head, {"nodes": map(node, drawn.nodes), "links": map(link, drawn.edges)})


def _values(columns: Sequence[Column], values: Sequence[Value | None], taken: frozenset[str]) -> dict[str, Value]:
    return {
        f"{column.name}_" if column.name.lower() in taken else column.name: value
        for column, value in zip(columns, values, strict=True)
        if value is not None
    }


def _write(
    stream: BinaryIO, head: Mapping[str, Any], parts: Mapping[str, Iterable[dict[str, Any]]], *, within: str = ""
) -> None:
    """Write an object a line an entry, so that memory does not grow with the graph and files can be compared."""
    stream.write(_text(head)[:-1].encode() + b",\n")
    stream.write(f'"{within}": {{\n'.encode() if within else b"")
    for number, (name, entries) in enumerate(parts.items()):
        stream.write((",\n" if number else "").encode() + f'"{name}": [\n'.encode())
        stream.writelines(_lines(entries))
        stream.write(b"\n]")
    stream.write(b"\n}}\n" if within else b"\n}\n")


def _lines(entries: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    for number, entry in enumerate(entries):
        yield (",\n" if number else "").encode() + _text(entry).encode()


_text: Final[Callable[[Any], str]] = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode
