"""The SPARQL endpoint: the three ways to ask, the formats, the dataset, what it refuses, and what it says of itself."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from lxml import etree
from rdflib import RDF, VOID, Graph, Namespace, URIRef
from small_graph import MANIFEST, MINT, paper
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from api.sparql import accepted
from kg.store import GraphStore

SD = Namespace("http://www.w3.org/ns/sparql-service-description#")
TITLES = "SELECT ?paper ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
ASK = "ASK { ?paper a kg:Paper }"
TRIPLES = "CONSTRUCT WHERE { ?paper a kg:Paper ; dcterms:title ?title }"
DIRECT = {"Content-Type": "application/sparql-query"}
CLAIMS, ANALYTICS = (MINT.graph(name) for name in ("claims", "analytics"))


@pytest.fixture(scope="module")
def client(store: GraphStore) -> Iterator[TestClient]:
    # What a query may take is another test's matter; here a slow machine must not decide.
    limits = Limits(sparql_seconds=300, sparql_wait=300, sparql_workers=2, sparql_bytes=200_000)
    with TestClient(create_app(store, MANIFEST, limits=limits)) as client:
        yield client


def test_the_three_ways_to_ask_give_the_same_answer(client: TestClient) -> None:
    form = {"Content-Type": "application/sparql-query; charset=utf-8"}
    answers = [
        client.get("/sparql", params={"query": TITLES}),
        client.post("/sparql", data={"query": TITLES}),
        client.post("/sparql", content=TITLES, headers=form),
    ]
    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert answers[0].json() == answers[1].json() == answers[2].json()
    assert len(answers[0].json()["results"]["bindings"]) == 13
    assert answers[0].headers["content-type"] == "application/sparql-results+json"
    assert answers[0].headers["vary"] == "Accept"
    assert int(answers[0].headers["content-length"]) == len(answers[0].content)


def test_select_and_ask_come_in_four_formats(client: TestClient) -> None:
    def get(query: str, accept: str) -> tuple[str, str]:
        answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
        assert answer.status_code == 200
        return answer.headers["content-type"], answer.text

    kind, text = get(TITLES, "text/csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (kind, len(rows)) == ("text/csv; charset=utf-8", 13)
    kind, text = get(TITLES, "text/tab-separated-values")
    assert text.splitlines()[0] == "?paper\t?title"
    kind, text = get(TITLES, "application/sparql-results+xml")
    assert len(etree.fromstring(text.encode()).findall(".//{*}result")) == 13
    assert get(TITLES, "application/json")[0] == "application/json"
    assert get(ASK, "text/turtle, */*;q=0.1")[0] == "application/sparql-results+json"
    assert '"boolean":true' in get(ASK, "application/sparql-results+json")[1]
    assert "true" in get(ASK, "application/sparql-results+xml")[1]


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        ("text/turtle", "turtle"), ("application/n-triples", "nt"), ("application/ld+json", "json-ld"),
        ("application/rdf+xml", "xml"), ("*/*", "turtle"), ("application/n-triples;q=0.5, application/ld+json", "json-ld"),
    ],
)  # fmt: skip
def test_construct_comes_in_the_formats_of_graphs(client: TestClient, accept: str, form: str) -> None:
    answer = client.get("/sparql", params={"query": TRIPLES}, headers={"Accept": accept})
    assert len(Graph().parse(data=answer.text, format=form)) == 26


def test_describe_tells_what_the_graph_says_of_a_node(client: TestClient) -> None:
    described = client.get("/sparql", params={"query": f"DESCRIBE <{paper(0)}>"})
    assert "Deep Residual Learning" in described.text


@pytest.mark.parametrize(
    ("query", "status", "told"),
    [
        ("SELECT", 400, "line 1, column 7"),
        ("SELECT *\nWHERE { ?s ?p }", 400, "line 2, column"),
        ("", 400, "send one"),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 400, "SERVICE is not allowed"),
        ("INSERT DATA { <ex:a> <ex:b> <ex:c> }", 400, "only queries"),
        ("CLEAR ALL", 400, "only queries"),
        ("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }", 413, "200000 bytes"),
    ],
)
def test_queries_that_are_not_answered_say_why_as_plain_text(
    client: TestClient, query: str, status: int, told: str
) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert told in answer.text
    assert answer.headers["access-control-allow-origin"] == "*"


def test_requests_that_carry_no_query_are_refused(client: TestClient) -> None:
    assert client.post("/sparql", data={"quer": ASK}).status_code == 400
    assert client.get("/sparql", params={"default-graph-uri": CLAIMS}).status_code == 400
    assert client.get("/sparql", params={"query": ASK, "using-graph-uri": CLAIMS}).status_code == 400
    relative = client.get("/sparql", params={"query": ASK, "named-graph-uri": "claims"})
    assert relative.status_code == 400
    assert "named-graph-uri" in relative.text
    assert client.post("/sparql", json={"query": ASK}).status_code == 415
    assert client.post("/sparql", content=b"\xff", headers=DIRECT).status_code == 400
    assert client.get("/sparql", params={"query": ASK}, headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/sparql", headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/sparql?query=%ff").status_code == 400
    assert client.post("/sparql", content="#" * 200_000, headers=DIRECT).status_code == 413
    for method in ("PUT", "DELETE", "PATCH"):
        refused = client.request(method, "/sparql", params={"query": ASK})
        assert refused.status_code == 405
        assert "POST" in refused.headers["allow"]


def test_nothing_changed_the_graph(client: TestClient, store: GraphStore) -> None:
    def count() -> str:
        return client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"}).text

    before = len(store), count()
    for query in ("INSERT DATA { <ex:a> <ex:b> <ex:c> }", "DELETE WHERE { ?s ?p ?o }"):
        assert client.post("/sparql", data={"query": query}).status_code == 400
        assert client.post("/sparql", data={"update": query}).status_code == 403
    assert (len(store), count()) == before


def test_a_request_names_the_graphs_that_are_asked(client: TestClient) -> None:
    def count(query: str, *graphs: tuple[str, str]) -> int:
        answer = client.get("/sparql", params=[("query", query), *graphs], headers={"Accept": "text/csv"})
        assert answer.status_code == 200, answer.text
        return int(answer.text.split()[1])

    claims = "SELECT (COUNT(*) AS ?n) { ?c a kg:Claim }"
    everything = count(claims)
    assert everything > 0
    assert count(claims, ("default-graph-uri", CLAIMS)) == everything
    assert count(claims, ("default-graph-uri", ANALYTICS)) == 0
    assert count(claims, ("default-graph-uri", ANALYTICS), ("default-graph-uri", CLAIMS)) == everything
    assert count(claims, ("default-graph-uri", "urn:nobody")) == 0
    assert count(claims.replace("{ ?c", f"FROM <{ANALYTICS}> {{ ?c")) == 0
    assert count(claims.replace("{ ?c", f"FROM <{ANALYTICS}> {{ ?c"), ("default-graph-uri", CLAIMS)) == everything
    named = "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?c a kg:Claim } }"
    assert count(named, ("named-graph-uri", CLAIMS)) == everything
    assert count(named, ("named-graph-uri", ANALYTICS)) == 0


def test_pages_of_other_hosts_may_ask(client: TestClient) -> None:
    asked = {"Origin": "https://example.org", "Access-Control-Request-Method": "POST"}
    before = client.options("/sparql", headers=asked)
    assert before.status_code == 204
    assert before.headers["access-control-allow-origin"] == "*"
    assert "POST" in before.headers["access-control-allow-methods"]
    assert "Content-Type" in before.headers["access-control-allow-headers"]
    assert before.headers["allow"] == "GET, HEAD, POST, OPTIONS"
    answer = client.get("/sparql", params={"query": ASK}, headers={"Origin": "https://example.org"})
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


def test_head_tells_what_get_would_send_without_it(client: TestClient) -> None:
    got = client.get("/sparql", params={"query": ASK})
    head = client.head("/sparql", params={"query": ASK})
    assert head.status_code == 200
    assert {head.headers[name] == got.headers[name] for name in ("content-type", "content-length", "vary")} == {True}


@pytest.mark.parametrize(
    ("accept", "form"),
    [("*/*", "turtle"), ("application/n-triples", "nt"), ("application/ld+json", "json-ld"), ("application/rdf+xml", "xml")],
)
def test_a_get_without_a_query_describes_the_service(
    client: TestClient, store: GraphStore, accept: str, form: str
) -> None:
    answer = client.get("/sparql", headers={"Accept": accept})
    assert answer.status_code == 200
    told = Graph().parse(data=answer.text, format=form)
    service = URIRef("http://testserver/sparql")
    assert (service, RDF.type, SD.Service) in told
    assert (service, SD.endpoint, service) in told
    assert (service, SD.feature, SD.UnionDefaultGraph) in told
    named = {str(each) for each in told.objects(None, SD.name)}
    assert named == {quad.graph_name.value for quad in store.quads() if hasattr(quad.graph_name, "value")}
    assert {str(each) for each in told.objects(told.value(service, SD.defaultDataset), SD.namedGraph)} == named
    sizes = {str(graph): int(size) for graph, size in told.subject_objects(VOID.triples)}  # type: ignore[call-overload]
    assert sizes[CLAIMS] == sum(getattr(quad.graph_name, "value", "") == CLAIMS for quad in store.quads())
    assert len(list(told.objects(service, SD.resultFormat))) == 8


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "b/x"), ("*/*", "b/x"), ("a/y", "a/y"), ("a/*;q=0.5, b/*;q=0.4", "a/y"), ("b/x;q=0", None),
        ("*/*, b/x;q=0", "a/y"), ("A/Y ; Q=0.3", "a/y"), ("a/y;q=much", None), ("c/z", None), (",,;", None),
    ],
)  # fmt: skip
def test_the_accept_header_is_read_as_http_says(accept: str, wanted: str | None) -> None:
    assert accepted(accept, {"b/x": 1, "a/y": 2}) == wanted
