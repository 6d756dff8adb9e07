"""Measures as triples of the analytics graph, so that SPARQL, GraphQL and Gephi see the same numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal

from kg.analytics.measures import Measures
from kg.store import Literal, NamedNode, Quad, iri
from schema.vocab import KG, RDF, RDFS, XSD, Minter


def measure_quads(name: str, measured: Measures, labels: Mapping[int, str], *, minter: Minter) -> Iterator[Quad]:
    """Quads that state the measures of a projection, its communities and its modularity, sorted by subject.

    Parameters
    ----------
    name : str
        Name of the projection: ``entities`` or ``papers``.
    labels : mapping of int to str
        Label of each community by its number, of `community_labels`.
    """
    graph = iri(minter.graph("analytics"))
    projection = minter.projection(name)

    def quad(subject: str, predicate: str, value: NamedNode | Literal) -> Quad:
        return Quad(iri(subject), iri(str(predicate)), value, graph)

    yield quad(projection, RDF.type, iri(str(KG.Projection)))
    yield quad(projection, RDFS.label, Literal(name))
    yield quad(projection, KG.nodeCount, _integer(len(measured.nodes)))
    yield quad(projection, KG.edgeCount, _integer(measured.edge_count))
    yield quad(projection, KG.modularity, _decimal(measured.modularity, 6))
    for number, members in enumerate(measured.communities, start=1):
        community = minter.community(name, number)
        yield quad(community, RDF.type, iri(str(KG.Community)))
        yield quad(community, RDFS.label, Literal(labels.get(number) or f"{name} {number}"))
        yield quad(community, KG.ofProjection, iri(projection))
        yield quad(community, KG.memberCount, _integer(len(members)))
    for node, values in measured.nodes.items():
        yield quad(node, KG.degree, _integer(values.degree))
        yield quad(node, KG.pageRank, _decimal(values.page_rank, 8))
        yield quad(node, KG.betweenness, _decimal(values.betweenness, 8))
        if values.community is not None:
            yield quad(node, KG.inCommunity, iri(minter.community(name, values.community)))


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=NamedNode(str(XSD.integer)))


def _decimal(number: float, places: int) -> Literal:
    """Canonical xsd:decimal, as the store keeps it: no exponent, no trailing zeros, no bare point."""
    text = f"{Decimal(str(round(number, places))):.{places}f}".rstrip("0").rstrip(".")
    return Literal("0" if text == "-0" else text, datatype=NamedNode(str(XSD.decimal)))
