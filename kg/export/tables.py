"""A table of the nodes and a table of the edges, as CSV that Gephi imports as it is."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from typing import BinaryIO

from kg.export.drawing import Drawing, Value, as_text


def write_node_table(drawn: Drawing, stream: BinaryIO) -> None:
    """Write the nodes: ``Id,Label``, a column an attribute, then ``size,color,x,y``."""
    columns = [column.name for column in drawn.node_columns]
    write_rows(
        stream,
        ["Id", "Label", *columns, "size", "color", "x", "y"],
        ([dot.id, dot.label, *dot.values, dot.size, dot.color, *(dot.position or (None, None))] for dot in drawn.nodes),
    )


def write_edge_table(drawn: Drawing, stream: BinaryIO) -> None:
    """Write the edges: ``Source,Target,Type,Id,Label,Weight,Kind``, then a column an attribute."""
    kind = "Directed" if drawn.directed else "Undirected"
    write_rows(
        stream,
        ["Source", "Target", "Type", "Id", "Label", "Weight", "Kind", *(column.name for column in drawn.edge_columns)],
        (
            [line.source, line.target, kind, line.id, line.kind, line.weight, line.kind, *line.values]
            for line in drawn.edges
        ),
    )


def write_rows(stream: BinaryIO, header: Sequence[str], rows: Iterable[Sequence[Value | None]]) -> None:
    """Write a header and rows, empty where there is no value."""
    text = io.TextIOWrapper(stream, encoding="utf-8", newline="", write_through=True)
    table = csv.writer(text, lineterminator="\n")
    table.writerow(header)
    table.writerows(["" if value is None else as_text(value) for value in row] for row in rows)
    text.flush()
    text.detach()
