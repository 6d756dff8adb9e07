"""The ontology as documents: for people with an anchor a term and examples from the graph, for machines as triples."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Final

from rdflib import DCTERMS, OWL, RDF, RDFS, SDO, Graph, URIRef

from api.linked_data.addresses import ONTOLOGY_IRI, Addresses
from api.linked_data.description import serialized
from api.linked_data.reading import Names, Reading
from api.linked_data.shown import Page, Ref, external
from api.linked_data.terms import short
from kg.store import GraphStore, NamedNode, Term, iri, turtle_triples
from schema.files import CONTEXT, ONTOLOGY, ontology
from schema.vocab import KG

__all__ = ["Example", "context_document", "examples_of", "ontology_document", "ontology_page"]

_PROPERTIES: Final = """
SELECT ?term ?subject ?value WHERE {
  VALUES ?term { {{terms}} } LATERAL { SELECT ?term ?subject ?value WHERE { ?subject ?term ?value } LIMIT 1 }
}"""
_CLASSES: Final = """
SELECT ?term ?subject WHERE {
  VALUES ?term { {{terms}} } LATERAL { SELECT ?term ?subject WHERE { ?subject a ?term } LIMIT 1 }
}"""
_KINDS: Final = {OWL.Class: "Class", OWL.ObjectProperty: "Object property", OWL.DatatypeProperty: "Datatype property"}


@dataclass(frozen=True, slots=True)
class Example:
    """A node of a class, or a statement with a property, that the graph has.

    Attributes
    ----------
    subject : Ref
    value : Ref or None
        None for a class.
    """

    subject: Ref
    value: Ref | None = None


@dataclass(frozen=True, slots=True)
class _TermDocument:
    """A term as the page tells it; each relation to others is a word and the others."""

    name: str
    label: str
    comment: str
    kind: str
    relations: tuple[tuple[str, tuple[Ref, ...]], ...]
    example: Example | None


@cache
def _ontology() -> Graph:
    """Return the ontology, parsed once, for it is only read."""
    return ontology()


@cache
def ontology_document(suffix: str) -> bytes:
    """The ontology in the format of a suffix; as Turtle it is the file itself, whose order is made for reading."""
    if suffix == "ttl":
        return ONTOLOGY.read_bytes()
    return serialized(sorted(turtle_triples(ONTOLOGY), key=str), suffix, base=f"{ONTOLOGY_IRI}/")


@cache
def context_document() -> bytes:
    """The JSON-LD context, as it lies in the schema."""
    return CONTEXT.read_bytes()


def examples_of(reading: Reading, addresses: Addresses) -> dict[str, Example]:
    """An example of each class and property that the graph has one of, by the term's name; three queries."""
    found = _ontology()
    classes, properties = (
        [iri(term) for term in _terms(found, kinds)]
        for kinds in ((OWL.Class,), (OWL.ObjectProperty, OWL.DatatypeProperty))
    )
    rows = [
        *_rows(reading.store, _CLASSES, classes),
        *_rows(reading.store, _PROPERTIES, properties),
    ]
    ends = {end.value for _, *nodes in rows for end in nodes if isinstance(end, NamedNode)}
    names = reading.names(ends)
    return {
        term.removeprefix(str(KG._NS)): Example(*(_shown(end, names, addresses) for end in nodes))
        for term, *nodes in rows
    }


def _rows(store: GraphStore, query: str, terms: list[NamedNode]) -> list[tuple[str, *tuple[Term, ...]]]:
    return [
        (row["term"].value, *(row[name] for name in ("subject", "value") if name in row))
        for row in store.select(query, terms=terms)
    ]


def _shown(term: Term, names: Names, addresses: Addresses) -> Ref:
    if not isinstance(term, NamedNode):
        return Ref(f"\N{LEFT DOUBLE QUOTATION MARK}{term.value}\N{RIGHT DOUBLE QUOTATION MARK}")
    href = addresses.page(term.value)
    if href is None:
        return external(term.value)
    return Ref(names.name(term.value) or addresses.local(term.value) or short(term.value), href)


def ontology_page(examples: dict[str, Example], addresses: Addresses) -> Page:
    """Page that documents each class and property."""
    found = _ontology()
    about = URIRef(ONTOLOGY_IRI)
    title = str(found.value(about, DCTERMS.title))
    documents = {
        heading: [_document(found, term, examples, addresses) for term in _terms(found, kinds)]
        for heading, kinds in (
            ("Classes", (OWL.Class,)),
            ("Properties", (OWL.ObjectProperty, OWL.DatatypeProperty)),
        )
    }
    return Page(
        "ontology",
        title,
        "Ontology",
        {
            "description": str(found.value(about, DCTERMS.description)).split("\n\n"),
            "version": str(found.value(about, OWL.versionInfo)),
            "licence": external(str(found.value(about, DCTERMS.license))),
            "namespace": str(KG._NS),
            "sections": documents,
        },
        {
            "@context": "https://schema.org",
            "@type": "DefinedTermSet",
            "@id": ONTOLOGY_IRI,
            "name": title,
            "description": str(found.value(about, DCTERMS.description)),
            "license": str(found.value(about, DCTERMS.license)),
            "version": str(found.value(about, OWL.versionInfo)),
            "hasDefinedTerm": [
                {
                    "@type": "DefinedTerm",
                    "@id": str(KG[each.name]),
                    "name": each.label,
                    "termCode": each.name,
                    "description": each.comment,
                }
                for terms in documents.values()
                for each in terms
            ],
        },
    )


def _terms(found: Graph, kinds: Iterable[URIRef]) -> list[str]:
    return sorted({str(term) for kind in kinds for term in found.subjects(RDF.type, kind)})


def _document(found: Graph, term: str, examples: dict[str, Example], addresses: Addresses) -> _TermDocument:
    node = URIRef(term)
    kind = next(word for class_, word in _KINDS.items() if (node, RDF.type, class_) in found)
    outward = (
        ("A kind of", RDFS.subClassOf),
        ("A kind of", RDFS.subPropertyOf),
        ("From (domain)", RDFS.domain),
        ("in this graph from", SDO.domainIncludes),
        ("To (range)", RDFS.range),
        ("in this graph to", SDO.rangeIncludes),
        ("Shares nothing with", OWL.disjointWith),
    )
    inward = (
        ("Narrower", RDFS.subClassOf),
        ("Narrower", RDFS.subPropertyOf),
        ("Properties from it", RDFS.domain),
        ("Properties from it in this graph", SDO.domainIncludes),
        ("Properties to it", RDFS.range),
    )
    relations = [(word, found.objects(node, property_)) for word, property_ in outward]
    relations += [(word, found.subjects(property_, node)) for word, property_ in inward]
    told = [(word, tuple(_reference(each, addresses) for each in sorted(map(str, ends)))) for word, ends in relations]
    name = term.removeprefix(str(KG._NS))
    return _TermDocument(
        name,
        str(found.value(node, RDFS.label)),
        str(found.value(node, RDFS.comment)),
        kind,
        tuple((word, refs) for word, refs in told if refs),
        examples.get(name),
    )


def _reference(term: str, addresses: Addresses) -> Ref:
    page = addresses.page(term)
    own = term.removeprefix(str(KG._NS))
    # A place on the page itself needs no path.
    return Ref(short(term), f"#{own}") if page and own != term else external(term, short(term))
