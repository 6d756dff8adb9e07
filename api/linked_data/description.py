"""The triples about an IRI: its own, those of its evidence, those that lead to it up to a limit."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

import rdflib
from pyoxigraph import RdfFormat, serialize
from rdflib import FOAF, RDF, RDFS, VOID, URIRef

from kg.export.jsonld import write_jsonld
from kg.export.rdf import prefixes
from kg.store import GraphStore, Literal, NamedNode, Quad, Row, Triple, iri

__all__ = ["BOUNDS", "Bounds", "Description", "describe", "document_triples", "serialized"]

# LATERAL joins row by row, from the one node that is bound; see `api.loaders`.
_OWN: Final = """
SELECT DISTINCT ?subject ?property ?value WHERE {
  VALUES ?node { {{node}} }
  LATERAL { { BIND(?node AS ?subject) } UNION { ?node kg:evidence ?subject } }
  LATERAL { ?subject ?property ?value }
} LIMIT %LIMIT%"""
_INCOMING: Final = """
SELECT DISTINCT ?subject ?property WHERE { VALUES ?node { {{node}} } LATERAL { ?subject ?property ?node } }
LIMIT %LIMIT%"""
_FORMATS: Final = {"ttl": RdfFormat.TURTLE, "nt": RdfFormat.N_TRIPLES}
_VANN: Final = {"vann": "http://purl.org/vocab/vann/"}
_DOCUMENT_PREFIXES: Final = {"dcat": str(rdflib.DCAT), "foaf": str(FOAF), "void": str(VOID), **_VANN}


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of the graph one document tells.

    Attributes
    ----------
    own : int
        Triples of the node itself and of its evidence.
    incoming : int
        Triples that lead to it.
    listed : int
        Lines of one list on a page.
    read : int
        Rows that are read to find the best of a list.
    """

    own: int = 5_000
    incoming: int = 1_000
    listed: int = 25
    read: int = 2_000


BOUNDS: Final = Bounds()


@dataclass(frozen=True, slots=True)
class Description:
    """What a graph says of an IRI.

    Attributes
    ----------
    node : str
    own : tuple of Triple
        Those of the node come first, then those of its evidence; sorted.
    incoming : tuple of Triple
        Those whose object it is, sorted.
    own_left, incoming_left : bool
        Whether there are more than the bounds let in.
    """

    node: str
    own: tuple[Triple, ...]
    incoming: tuple[Triple, ...]
    own_left: bool = False
    incoming_left: bool = False

    def __bool__(self) -> bool:
        """Whether the graph knows the IRI at all."""
        return bool(self.own or self.incoming)


def describe(store: GraphStore, node: str, bounds: Bounds = BOUNDS) -> Description:
    """Description of an IRI by two queries, whatever it is.

    Raises
    ------
    QueryError
        When the text is no IRI.
    """
    term = iri(node)
    own = store.select(_OWN.replace("%LIMIT%", str(bounds.own + 1)), node=term)
    incoming = store.select(_INCOMING.replace("%LIMIT%", str(bounds.incoming + 1)), node=term)
    mine = sorted((_triple(row) for row in own[: bounds.own]), key=lambda each: (each.subject != term, str(each)))
    others = [Triple(row["subject"], row["property"], term) for row in incoming[: bounds.incoming]]  # type: ignore[arg-type]
    return Description(
        node, tuple(mine), tuple(sorted(others, key=str)), len(own) > bounds.own, len(incoming) > bounds.incoming
    )


def _triple(row: Row) -> Triple:
    return Triple(row["subject"], row["property"], row["value"])  # type: ignore[arg-type]


def document_triples(description: Description, document: str, dataset: str, endpoint: str) -> list[Triple]:
    """Triples of a description, and those about the document that holds them.

    Parameters
    ----------
    description : Description
    document, dataset, endpoint : str
        IRIs of the document, of the dataset that it is a part of, and of the place to ask for what is left out.
    """
    about: list[tuple[URIRef, NamedNode | Literal]] = [
        (RDF.type, _node(FOAF.Document)),
        (FOAF.primaryTopic, iri(description.node)),
        (VOID.inDataset, iri(dataset)),
    ]
    left = [
        name
        for name, more in (
            (f"?property and ?value of <{description.node}> ?property ?value", description.own_left),
            (f"?subject and ?property of ?subject ?property <{description.node}>", description.incoming_left),
        )
        if more
    ]
    if left:
        told = f"There are more triples than these: ask {endpoint} for {'; '.join(left)}."
        about.append((RDFS.comment, Literal(told)))
        about.append((RDFS.seeAlso, iri(endpoint)))
    own = [Triple(iri(document), _node(term), value) for term, value in about]
    return [*description.own, *description.incoming, *own]


def _node(term: URIRef) -> NamedNode:
    return NamedNode(str(term))


def serialized(triples: Sequence[Triple], suffix: str, *, base: str) -> bytes:
    """Triples in the format of a suffix (``ttl``, ``jsonld``, ``nt``), in the order given."""
    if suffix == "jsonld":
        stream = BytesIO()
        write_jsonld([Quad(each.subject, each.predicate, each.object) for each in triples], stream, base=base)
        return stream.getvalue()
    names = _used({**prefixes(base), **_DOCUMENT_PREFIXES}, triples) if suffix == "ttl" else None
    return serialize(triples, format=_FORMATS[suffix], prefixes=names) or b""


def _used(names: Mapping[str, str], triples: Iterable[Triple]) -> dict[str, str]:
    """Those prefixes that some triples have a use for: a description of a node needs few of them."""
    found = {
        term.value if isinstance(term, NamedNode) else term.datatype.value
        for each in triples
        for term in (each.subject, each.predicate, each.object)
        if isinstance(term, NamedNode | Literal)
    }
    return {name: space for name, space in names.items() if any(each.startswith(space) for each in found)}
