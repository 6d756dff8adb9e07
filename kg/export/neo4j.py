"""Tables for Neo4j's bulk import: ``neo4j-admin database import full --nodes=... --relationships=...``."""

from __future__ import annotations

from typing import BinaryIO, Final

from kg.export.drawing import Column, Drawing, Value
from kg.export.tables import write_rows

_TYPES: Final = {"boolean": "boolean", "integer": "int", "long": "long", "double": "double", "string": "string"}
#: What an edge is called that has no kind: a relationship must have a type.
_UNNAMED: Final = "related"


def write_neo4j_nodes(drawn: Drawing, stream: BinaryIO) -> None:
    """Write the nodes: ``id:ID,name,...,:LABEL``; the type of a node (``Method``) is its label."""
    types = [column.name for column in drawn.node_columns]
    place = types.index("type") if "type" in types else None
    kept = [index for index in range(len(types)) if index != place]
    header = ["id:ID", "name:string", *(_headed(drawn.node_columns[index]) for index in kept), "size:double"]
    write_rows(
        stream,
        [*header, "color:string", "x:double", "y:double", ":LABEL"],
        (
            [
                *(dot.id, dot.label, *(_one_line(dot.values[index]) for index in kept), dot.size, dot.color),
                *(dot.position or (None, None)),
                None if place is None else _one_line(dot.values[place]),
            ]
            for dot in drawn.nodes
        ),
    )


def write_neo4j_relationships(drawn: Drawing, stream: BinaryIO) -> None:
    """Write the edges: ``:START_ID,:END_ID,:TYPE,weight:double``, then a column an attribute."""
    write_rows(
        stream,
        [":START_ID", ":END_ID", ":TYPE", "weight:double", *map(_headed, drawn.edge_columns)],
        (
            [line.source, line.target, line.kind or _UNNAMED, line.weight, *map(_one_line, line.values)]
            for line in drawn.edges
        ),
    )


def _headed(column: Column) -> str:
    # a colon parts the name from the type
    return f"{column.name.replace(':', '_')}:{_TYPES[column.kind]}"


def _one_line(value: Value | None) -> Value | None:
    """Text without line ends, which the importer takes for the end of a record unless told otherwise."""
    return " ".join(value.splitlines()) if isinstance(value, str) else value
