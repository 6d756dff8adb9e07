"""Export of the graph: a file a format, whole or not at all, the same bytes for the same graph.

>>> sorted(set(FORMATS) - set(RDF_FORMATS))
['csv', 'cyjs', 'd3', 'gexf', 'graphml', 'graphology', 'neo4j']
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from kg.analytics import Graph
from kg.errors import ExportError
from kg.export.drawing import Drawing, drawing
from kg.export.files import whole_file
from kg.export.gexf import write_gexf
from kg.export.graphml import write_graphml
from kg.export.json_graphs import write_cytoscape, write_d3, write_graphology
from kg.export.jsonld import write_jsonld
from kg.export.neo4j import write_neo4j_nodes, write_neo4j_relationships
from kg.export.rdf import write_nquads, write_ntriples, write_trig, write_turtle
from kg.export.tables import write_edge_table, write_node_table
from kg.store import Quad, sorted_quads
from schema.vocab import DEFAULT_BASE

__all__ = ["FORMATS", "RDF_FORMATS", "Format", "export"]


@dataclass(frozen=True, slots=True)
class Format:
    """A format that the graph can be exported to.

    Attributes
    ----------
    name : str
        What a user calls it by.
    suffix : str
        What its files end in; a table of nodes and one of edges are two files, ``-nodes`` and ``-edges`` before it.
    what : str
        What it is for, in one line.
    """

    name: str
    suffix: str
    what: str


#: All formats by name.
FORMATS: Final[dict[str, Format]] = {
    entry.name: entry
    for entry in (
        Format("turtle", ".ttl", "RDF for reading and for any triple store: all graphs in one, with prefixes"),
        Format("ntriples", ".nt", "RDF, a triple a line: all graphs in one"),
        Format("nquads", ".nq", "RDF, a quad a line: facts, claims, analytics and schema in graphs of their own"),
        Format("trig", ".trig", "RDF for reading: the same graphs apart, with prefixes"),
        Format("jsonld", ".jsonld", "JSON-LD with its context inside: RDF that reads as plain JSON"),
        Format("gexf", ".gexf", "GEXF 1.3 for Gephi, Gephi Lite and sigma: types, colours, sizes and positions"),
        Format("graphml", ".graphml", "GraphML with typed attributes for yEd, igraph, Cytoscape and networkx"),
        Format("csv", ".csv", "a table of nodes and one of edges for Gephi, spreadsheets and data frames"),
        Format("cyjs", ".cyjs", "Cytoscape.js JSON for Cytoscape and pages that use its library"),
        Format("graphology", ".graphology.json", "graphology's JSON for sigma and other pages"),
        Format("d3", ".d3.json", "nodes and links for D3's force layout, and networkx's node-link reader"),
        Format("neo4j", "-neo4j-nodes.csv", "tables of nodes and relationships for Neo4j's bulk import"),
    )
}

#: Formats that hold the whole graph as RDF; the others hold nodes and edges.
RDF_FORMATS: Final = ("turtle", "ntriples", "nquads", "trig", "jsonld")

_Rdf: TypeAlias = Callable[[Sequence[Quad], BinaryIO], None]
_Drawn: TypeAlias = Callable[[Drawing, BinaryIO], None]


def export(
    quads: Iterable[Quad],
    graph: Graph,
    out: Path,
    *,
    formats: Sequence[str],
    name: str = "graph",
    base: str = DEFAULT_BASE,
) -> list[Path]:
    """Paths of the files written, one or more a format, in the order of `formats`.

    Parameters
    ----------
    quads : iterable of Quad
        The graph as RDF, in any order; read only where an RDF format is asked for.
    graph : networkx graph
        Nodes and edges for the other formats (`kg.analytics.full_graph`, annotated).
    out : Path
        Folder, made where it is absent.
    name : str
        What the files are called before their suffix.
    base : str
        Base of the graph's IRIs, by which node ids are shortened.

    Raises
    ------
    ExportError
        When a format is unknown, `name` is no name of a file, or a file cannot be written.
    """
    for asked in formats:
        if asked not in FORMATS:
            raise ExportError(out, f"no format is called {asked!r}; known formats: {', '.join(FORMATS)}")
    if not re.fullmatch(r"\w[\w.-]*", name):
        raise ExportError(out, f"{name!r} is no name of a file; use letters, digits, '.', '-' and '_'")
    rdf: dict[str, _Rdf] = {
        "turtle": partial(write_turtle, base=base),
        "ntriples": write_ntriples,
        "nquads": write_nquads,
        "trig": partial(write_trig, base=base),
        "jsonld": partial(write_jsonld, base=base),
    }
    drawn: dict[str, tuple[tuple[str, _Drawn], ...]] = {
        "gexf": ((".gexf", write_gexf),),
        "graphml": ((".graphml", write_graphml),),
        "csv": (("-nodes.csv", write_node_table), ("-edges.csv", write_edge_table)),
        "cyjs": ((".cyjs", write_cytoscape),),
        "graphology": ((".graphology.json", write_graphology),),
        "d3": ((".d3.json", write_d3),),
        "neo4j": (
            ("-neo4j-nodes.csv", write_neo4j_nodes),
            ("-neo4j-relationships.csv", write_neo4j_relationships),
        ),
    }
    wanted = list(dict.fromkeys(formats))
    statements = sorted_quads(quads) if any(entry in rdf for entry in wanted) else []
    picture = drawing(graph, base=base) if any(entry in drawn for entry in wanted) else None
    written = []
    for entry in wanted:
        suffix = FORMATS[entry].suffix
        if entry in rdf:
            path = out / f"{name}{suffix}"
            with whole_file(path) as stream:
                rdf[entry](statements, stream)
            written.append(path)
        elif picture is not None:
            for part, write in drawn[entry]:
                path = out / f"{name}{part}"
                with whole_file(path) as stream:
                    write(picture, stream)
                written.append(path)
    return written
