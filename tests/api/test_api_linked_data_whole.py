"""The ontology as documents, and the description of the whole graph."""

from __future__ import annotations

import re

import rdflib
from linked_pages import RDF_FORMATS, SeenPage, local_part, parsed
from rdflib import OWL, RDF, RDFS, VOID, URIRef
from starlette.testclient import TestClient

from api.app import create_app
from api.linked_data.negotiation import MEDIA_TYPES
from kg.store import GraphStore
from schema.files import CONTEXT, ontology
from schema.vocab import DEFAULT_BASE, KG


def test_every_term_of_the_ontology_is_documented(client: TestClient) -> None:
    answer = client.get("/ontology", headers={"Accept": "text/html"})
    assert answer.headers["content-location"] == "/ontology.html"
    text = " ".join("".join(SeenPage(answer.text).texts("main")).split())
    kinds = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty)
    found = ontology()
    terms = {term for kind in kinds for term in found.subjects(RDF.type, kind)}
    assert len(terms) > 60
    anchors = re.findall(r'<div class="term" id="([^"]+)"', answer.text)
    assert sorted(anchors) == sorted(str(term).partition("#")[2] for term in terms)
    for term in terms:
        assert " ".join(str(found.value(term, RDFS.comment)).split()) in text
    assert text.count("In this graph:") > 40


def test_the_ontology_is_the_ontology_in_every_form(client: TestClient) -> None:
    for suffix in RDF_FORMATS:
        for answer in (
            client.get(f"/ontology.{suffix}"),
            client.get("/ontology", headers={"Accept": MEDIA_TYPES[suffix]}),
        ):
            assert set(parsed(answer.text, suffix)) == set(ontology())
            assert answer.headers["access-control-allow-origin"] == "*"
    assert client.get("/paperkg/ontology", follow_redirects=False).headers["location"] == "/ontology"
    assert client.get("/ontology.exe").status_code == 404


def test_the_context_is_the_schemas(client: TestClient) -> None:
    answer = client.get("/context.jsonld")
    assert answer.content == CONTEXT.read_bytes()
    assert answer.headers["content-type"] == "application/ld+json"


def test_the_whole_is_described_with_the_counts_of_the_manifest(store: GraphStore) -> None:
    counts = {"papers": 13, "entities": {"Method": 8, "Hardware": 9}, "claims": {"roles": 50, "relations": 20}, "results": 20, "links": 4}
    manifest = {
        "snapshot": "abc", "counts": counts,
        "agents": {"extractor": {"name": "rules", "version": "1.0"}},
    }  # fmt: skip
    with TestClient(create_app(store, manifest)) as client:
        graph = parsed(client.get("/.well-known/void").text, "ttl")
        for suffix in RDF_FORMATS:
            answer = client.get("/.well-known/void", headers={"Accept": MEDIA_TYPES[suffix]})
            assert set(parsed(answer.text, suffix)) == set(graph)
        dataset = URIRef("http://testserver/.well-known/void#dataset")
        assert {VOID.Dataset, rdflib.DCAT.Dataset} <= set(graph.objects(dataset, RDF.type))
        assert int(graph.value(dataset, VOID.triples)) == len(store)
        assert str(graph.value(dataset, VOID.uriSpace)) == DEFAULT_BASE
        parts = {
            str(graph.value(part, VOID["class"])): int(graph.value(part, VOID.entities))
            for part in graph.objects(dataset, VOID.classPartition)
        }
        wanted = {"Method": 8, "Hardware": 9, "Paper": 13, "Claim": 70, "Result": 20, "Link": 4}
        assert parts == {str(KG[name]): count for name, count in wanted.items()}
        examples = list(graph.objects(dataset, VOID.exampleResource))
        assert len(examples) >= 10
        for node in examples:
            assert client.get(f"/id/{local_part(str(node))}", headers={"Accept": "text/turtle"}).status_code == 200
        sizes = {str(part): graph.value(part, VOID.triples) for part in graph.objects(dataset, VOID.subset)}
        in_claims = sum(1 for quad in store.quads() if getattr(quad.graph_name, "value", "").endswith("/graph/claims"))
        assert int(sizes[f"{DEFAULT_BASE}graph/claims"]) == in_claims
        endpoint = str(graph.value(dataset, VOID.sparqlEndpoint))
        asked = client.get(endpoint, params={"query": "ASK {}"}, headers={"Accept": "application/sparql-results+json"})
        assert asked.json()["boolean"] is True
        page = client.get("/.well-known/void", headers={"Accept": "text/html"})
        assert "Papers" in page.text
