"""The graph as RDF: Turtle, N-Triples, N-Quads and TriG by Oxigraph's serialisers, JSON-LD by our context."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import BinaryIO, Final

from pyoxigraph import Quad, RdfFormat, Triple, serialize

from kg.model import TYPES
from schema.vocab import DEFAULT_BASE, PREFIXES

#: Kinds of nodes of our own whose IRIs get a prefix each in Turtle and TriG, where they differ from the entity types.
_KINDS: Final = ("paper", "claim", "sentence", "result", "agent", "community", "projection", "scheme", "graph")


def prefixes(base: str = DEFAULT_BASE) -> dict[str, str]:
    """Prefixes of a file: those of the vocabulary and one a kind of node below the base.

    >>> prefixes()["hardware"]
    'https://w3id.org/paperkg/id/hardware/'
    """
    kinds = (*_KINDS, *(type_.lower() for type_ in TYPES))
    return {**{kind: f"{base}{kind}/" for kind in sorted(kinds)}, **PREFIXES}


def union(quads: Sequence[Quad]) -> Iterator[Triple]:
    """Triples of all graphs, each once, from quads sorted by their N-Quads lines."""
    # Sorted so, the quads of one triple are neighbours: their lines differ in what follows the object.
    return (triple for triple, _ in groupby(quads, key=lambda quad: quad.triple))


def write_turtle(quads: Sequence[Quad], stream: BinaryIO, *, base: str = DEFAULT_BASE) -> None:
    """Write the union of all graphs as Turtle, grouped by subject; the quads are sorted."""
    serialize(union(quads), stream, RdfFormat.TURTLE, prefixes=prefixes(base))


def write_ntriples(quads: Sequence[Quad], stream: BinaryIO) -> None:
    """Write the union of all graphs, a triple a line, sorted; the quads are sorted."""
    serialize(union(quads), stream, RdfFormat.N_TRIPLES)


def write_nquads(quads: Sequence[Quad], stream: BinaryIO) -> None:
    """Write the graphs apart, a quad a line, sorted; the quads are sorted."""
    serialize(quads, stream, RdfFormat.N_QUADS)


def write_trig(quads: Sequence[Quad], stream: BinaryIO, *, base: str = DEFAULT_BASE) -> None:
    """Write the graphs apart as TriG, the default graph first; the quads are sorted."""
    by_graph = sorted(quads, key=lambda quad: str(quad.graph_name).replace("DEFAULT", ""))  # stable: order stays within
    serialize(by_graph, stream, RdfFormat.TRIG, prefixes=prefixes(base))
