"""What the SPARQL service says of itself: the SPARQL 1.1 Service Description, with the data set as `api.void` has it.

>>> sorted(DOCUMENTS)
['application/ld+json', 'application/n-triples', 'application/rdf+xml', 'text/turtle']
"""

from __future__ import annotations

import threading
from collections.abc import Mapping
from typing import Final

import rdflib
from rdflib import RDF, VOID, Literal, Namespace, URIRef

from api import void
from api.context import Graph
from api.sparql_formats import GRAPHS, RESULTS
from kg.store import NamedNode
from schema.vocab import DEFAULT_BASE, PREFIXES

__all__ = ["DOCUMENTS", "description"]

#: rdflib's name of the format of each media type that a description comes in, the default first.
DOCUMENTS: Final[Mapping[str, str]] = {
    "text/turtle": "turtle",
    "application/n-triples": "nt",
    "application/ld+json": "json-ld",
    "application/rdf+xml": "xml",
}

_SD: Final = Namespace("http://www.w3.org/ns/sparql-service-description#")
_FORMATS: Final = Namespace("http://www.w3.org/ns/formats/")
#: W3C's name of the format of each media type; those that are no format's own are left out.
_FORMAT_NAMES: Final[Mapping[str, str]] = {
    "application/sparql-results+json": "SPARQL_Results_JSON",
    "application/sparql-results+xml": "SPARQL_Results_XML",
    "text/csv": "SPARQL_Results_CSV",
    "text/tab-separated-values": "SPARQL_Results_TSV",
    "text/turtle": "Turtle",
    "application/n-triples": "N-Triples",
    "application/ld+json": "JSON-LD",
    "application/rdf+xml": "RDF_XML",
}
#: Where the sizes are kept with the graph, which never changes; one request counts, the others wait.
_KEPT: Final = "service description"
_COUNTING: Final = threading.Lock()


def description(graph: Graph, origin: str) -> rdflib.Graph:
    """What the service offers, and the data set that it offers it of.

    Parameters
    ----------
    graph : Graph
    origin : str
        Address of the server, without a slash at its end.
    """
    triples, sizes, nodes = _overview(graph)
    found = rdflib.Graph()
    for prefix, space in {**PREFIXES, "sd": str(_SD), "formats": str(_FORMATS), "void": str(VOID)}.items():
        found.bind(prefix, space)
    data_set = void.dataset_triples(
        graph.manifest,
        base=str(graph.manifest.get("base", DEFAULT_BASE)),
        origin=origin,
        triples=triples,
        graphs=sizes,
        example_nodes=sorted(nodes.values()),
    )
    for triple in data_set:
        value = triple.object
        object_ = URIRef(value.value) if isinstance(value, NamedNode) else _literal(value)
        found.add((URIRef(_text(triple.subject)), URIRef(triple.predicate.value), object_))
    service, asked, whole = (URIRef(f"{origin}/sparql{part}") for part in ("", "#dataset", "#default-graph"))
    for subject, term, object_ in (
        (service, RDF.type, _SD.Service),
        (service, _SD.endpoint, service),
        (service, _SD.supportedLanguage, _SD.SPARQL11Query),
        (service, _SD.feature, _SD.UnionDefaultGraph),
        (service, _SD.defaultEntailmentRegime, URIRef("http://www.w3.org/ns/entailment/Simple")),
        (service, _SD.defaultDataset, asked),
        (service, _SD.availableGraphs, asked),
        (asked, RDF.type, _SD.Dataset),
        (asked, RDF.type, _SD.GraphCollection),
        (asked, _SD.defaultGraph, whole),
        (whole, RDF.type, _SD.Graph),
        (whole, VOID.triples, Literal(triples)),
    ):
        found.add((subject, term, object_))
    for media_type in (RESULTS.keys() | GRAPHS.keys()) & _FORMAT_NAMES.keys():
        found.add((service, _SD.resultFormat, _FORMATS[_FORMAT_NAMES[media_type]]))
    for name in sizes:
        # The data set's description has the size and the name of each.
        found.add((asked, _SD.namedGraph, URIRef(name)))
    return found


def _overview(graph: Graph) -> tuple[int, Mapping[str, int], Mapping[str, str]]:
    """Number of triples, size of each named graph, a node of each class."""
    with _COUNTING:
        if _KEPT not in graph.kept:
            graph.kept[_KEPT] = (len(graph.store), void.graph_sizes(graph.store), void.examples(graph.store))
    kept: tuple[int, Mapping[str, int], Mapping[str, str]] = graph.kept[_KEPT]
    return kept


def _text(term: object) -> str:
    return str(getattr(term, "value", term))


def _literal(term: object) -> Literal:
    datatype = getattr(term, "datatype", None)
    return Literal(_text(term), datatype=URIRef(datatype.value) if datatype else None)
