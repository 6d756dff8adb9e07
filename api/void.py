"""What this server offers, for machines: VoID and DCAT of the graph, counted by its manifest.

The data set's IRI is ``ADDRESS/.well-known/void#dataset``: it names the data as this server has it, so it lies at
the server and not below the base of the graph's own IRIs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeAlias

import rdflib
from rdflib import DCTERMS, FOAF, OWL, RDF, VOID, URIRef

from kg.model import TYPES
from kg.store import GraphStore, Literal, NamedNode, Triple, iri
from schema.vocab import KG, PREFIXES, PROV, SKOS, Minter

__all__ = ["PATH", "dataset_triples", "examples", "graph_sizes"]

#: Where hosts keep such a description (the register of well-known URIs names it).
PATH: Final = "/.well-known/void"

_Values: TypeAlias = Mapping[URIRef, Iterable[str | int | URIRef]]

_GRAPHS: Final = """
SELECT ?graph (COUNT(*) AS ?count) WHERE { GRAPH ?graph { ?subject ?property ?value } } GROUP BY ?graph"""
_EXAMPLES: Final = """
SELECT ?class ?node WHERE {
  VALUES ?class { {{classes}} } LATERAL { SELECT ?class ?node WHERE { ?node a ?class } LIMIT 1 }
}"""
#: Local names of the formats in W3C's list of them.
_FORMATS: Final = ("Turtle", "N-Triples", "JSON-LD")
_SERVICE: Final = "http://www.w3.org/ns/sparql-service-description#"
_NAMED_GRAPHS: Final = {
    "claims": "Claims, results and the sentences they stand on",
    "links": "How sure the links to the vocabularies of others are",
    "analytics": "Communities and centralities",
    "schema": "The ontology",
}


def graph_sizes(store: GraphStore) -> dict[str, int]:
    """Number of triples of each named graph, by IRI; reads all of them."""
    return {row["graph"].value: int(row["count"].value) for row in store.select(_GRAPHS)}


def examples(store: GraphStore) -> dict[str, str]:
    """A node of each class of the ontology that has any, by the class."""
    classes = [iri(str(KG[name])) for name in (*TYPES, "Paper", "Claim", "Result", "Evidence", "Link", "Community")]
    return {row["class"].value: row["node"].value for row in store.select(_EXAMPLES, classes=classes)}


def dataset_triples(
    manifest: Mapping[str, Any],
    *,
    base: str,
    origin: str,
    triples: int,
    graphs: Mapping[str, int],
    example_nodes: Iterable[str],
) -> list[Triple]:
    """Triples that describe the data set, its parts and the services that answer from it.

    Parameters
    ----------
    manifest : mapping
        The snapshot's; what it does not count is left out.
    base : str
        What the graph's own IRIs begin with.
    origin : str
        Address of this server, without a slash at its end.
    triples : int
        How many the graph has.
    graphs : mapping
        Size of each named graph, as `graph_sizes` counts them.
    example_nodes : iterable of str
        IRIs to show what nodes look like.
    """
    document = f"{origin}{PATH}"
    dataset = f"{document}#dataset"
    counts = manifest.get("counts", {})
    by_class = {**_entities(counts), **_records(counts)}
    agents = [Minter(base).agent(f"{each['name']} {each['version']}") for each in _agents(manifest)]
    found: list[Triple] = []

    def state(subject: str, values: _Values) -> None:
        found.extend(
            Triple(iri(subject), NamedNode(str(term)), _term(value)) for term, each in values.items() for value in each
        )

    state(
        document,
        {
            RDF.type: [VOID.DatasetDescription],
            DCTERMS.title: ["Description of a graph made from papers"],
            FOAF.primaryTopic: [URIRef(dataset)],
        },
    )
    state(
        dataset,
        {
            RDF.type: [VOID.Dataset, rdflib.DCAT.Dataset],
            DCTERMS.title: ["Paper graph"],
            DCTERMS.description: [
                "Which methods serve which tasks, on which datasets and which hardware, with which results, as papers "
                "say; every edge with the sentence that says so."
            ],
            DCTERMS.identifier: [str(manifest["snapshot"])] if "snapshot" in manifest else [],
            DCTERMS.conformsTo: [URIRef(str(KG._NS).rstrip("#"))],
            OWL.versionInfo: [str(manifest["snapshot"])] if "snapshot" in manifest else [],
            rdflib.DCAT.landingPage: [URIRef(document)],
            VOID.uriSpace: [base],
            VOID.sparqlEndpoint: [URIRef(f"{origin}/sparql")],
            VOID.uriLookupEndpoint: [URIRef(f"{origin}/lookup?iri=")],
            VOID.triples: [triples],
            VOID.vocabulary: [URIRef(space) for space in sorted(PREFIXES.values())],
            VOID.feature: [URIRef(f"http://www.w3.org/ns/formats/{name}") for name in _FORMATS],
            VOID.exampleResource: [URIRef(each) for each in example_nodes],
            VOID.classPartition: [URIRef(f"{document}#class-{name}") for name in by_class],
            VOID.subset: [
                *(URIRef(each) for each in sorted(graphs)),
                *([URIRef(f"{document}#links")] if "links" in counts else []),
            ],
            PROV.wasAttributedTo: [URIRef(each) for each in dict.fromkeys(agents)],
        },
    )
    for name, count in by_class.items():
        state(f"{document}#class-{name}", {RDF.type: [VOID.Dataset], VOID["class"]: [KG[name]], VOID.entities: [count]})
    for graph, count in sorted(graphs.items()):
        title = _NAMED_GRAPHS.get(graph.removeprefix(Minter(base).graph("")), "Named graph")
        state(
            graph,
            {
                RDF.type: [VOID.Dataset, URIRef(f"{_SERVICE}NamedGraph")],
                DCTERMS.title: [title],
                VOID.triples: [count],
                URIRef(f"{_SERVICE}name"): [URIRef(graph)],
            },
        )
    if "links" in counts:
        state(
            f"{document}#links",
            {
                RDF.type: [VOID.Linkset],
                VOID.linkPredicate: [SKOS.exactMatch, SKOS.closeMatch],
                VOID.subjectsTarget: [URIRef(dataset)],
                VOID.triples: [counts["links"]],
            },
        )
    for path, title, standard in (
        ("sparql", "SPARQL 1.1 queries", "http://www.w3.org/TR/sparql11-protocol/"),
        ("graphql", "GraphQL", "https://spec.graphql.org/"),
    ):
        state(
            f"{document}#{path}",
            {
                RDF.type: [rdflib.DCAT.DataService],
                DCTERMS.title: [title],
                DCTERMS.conformsTo: [URIRef(standard)],
                rdflib.DCAT.endpointURL: [URIRef(f"{origin}/{path}")],
                rdflib.DCAT.servesDataset: [URIRef(dataset)],
            },
        )
    return found


def _term(value: str | int | URIRef) -> NamedNode | Literal:
    return NamedNode(str(value)) if isinstance(value, URIRef) else Literal(value)


def _entities(counts: Mapping[str, Any]) -> dict[str, int]:
    given = counts.get("entities", {})
    return {type_: int(given[type_]) for type_ in TYPES if type_ in given}


def _records(counts: Mapping[str, Any]) -> dict[str, int]:
    claims = counts.get("claims")
    return {
        **({"Paper": int(counts["papers"])} if "papers" in counts else {}),
        **({"Claim": sum(int(each) for each in claims.values())} if claims else {}),
        **({"Result": int(counts["results"])} if "results" in counts else {}),
        **({"Link": int(counts["links"])} if "links" in counts else {}),
    }


def _agents(manifest: Mapping[str, Any]) -> list[Mapping[str, str]]:
    return [manifest.get("agents", {})[kind] for kind in sorted(manifest.get("agents", {}))]
