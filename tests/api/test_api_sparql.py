"""The SPARQL endpoint: the three ways to ask, the formats, and what it refuses."""

from __future__ import annotations

import csv
import io
import time

import pytest
from lxml import etree
from rdflib import Graph
from small_graph import paper
from starlette.testclient import TestClient

from api.sparql import accepted
from kg.store import GraphStore

TITLES = "SELECT ?paper ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
ASK = "ASK { ?paper a kg:Paper }"
TRIPLES = "CONSTRUCT WHERE { ?paper a kg:Paper ; dcterms:title ?title }"
SLOW = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i FILTER(?c = ?i && ?a != ?g) }"


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


def test_select_and_ask_come_in_four_formats(client: TestClient) -> None:
    def get(query: str, accept: str) -> tuple[str, str]:
        answer = client.get("/sparql", params={"query": query}, headers={"Accept": accept})
        assert answer.status_code == 200
        return answer.headers["content-type"].partition(";")[0], answer.text

    kind, text = get(TITLES, "text/csv")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert (kind, len(rows)) == ("text/csv", 13)
    kind, text = get(TITLES, "text/tab-separated-values")
    assert text.splitlines()[0] == "?paper\t?title"
    kind, text = get(TITLES, "application/sparql-results+xml")
    assert len(etree.fromstring(text.encode()).findall(".//{*}result")) == 13
    assert get(TITLES, "application/json")[0] == "application/json"
    assert get(TITLES, "*/*")[0] == get(ASK, "text/turtle, */*;q=0.1")[0] == "application/sparql-results+json"
    assert '"boolean":true' in get(ASK, "application/sparql-results+json")[1]
    assert "true" in get(ASK, "application/sparql-results+xml")[1]


def test_construct_and_describe_come_as_turtle_and_n_triples(client: TestClient) -> None:
    for accept, form in (("text/turtle", "turtle"), ("application/n-triples", "nt"), ("*/*", "turtle")):
        answer = client.get("/sparql", params={"query": TRIPLES}, headers={"Accept": accept})
        assert len(Graph().parse(data=answer.text, format=form)) == 26
    described = client.get("/sparql", params={"query": f"DESCRIBE <{paper(0)}>"})
    assert "Deep Residual Learning" in described.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("SELECT", 400),
        ("", 400),
        ("SELECT * WHERE { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }", 400),
        ("INSERT DATA { <ex:a> <ex:b> <ex:c> }", 400),
        ("CLEAR ALL", 400),
        ("SELECT * WHERE { ?a ?b ?c . ?d ?e ?f }", 413),
    ],
)
def test_queries_that_are_not_answered_say_why_as_plain_text(client: TestClient, query: str, status: int) -> None:
    answer = client.get("/sparql", params={"query": query})
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.text.strip()


def test_requests_that_carry_no_query_are_refused(client: TestClient) -> None:
    assert client.get("/sparql").status_code == 400
    assert client.get("/sparql?query=ASK%20%7B%7D&query=ASK%20%7B%7D").status_code == 400
    assert client.get("/sparql", params={"query": ASK, "default-graph-uri": "ex:a"}).status_code == 400
    assert client.post("/sparql", json={"query": ASK}).status_code == 415
    assert client.post("/sparql", data={"update": "CLEAR ALL"}).status_code == 403
    assert (
        client.post("/sparql", content="CLEAR ALL", headers={"Content-Type": "application/sparql-update"}).status_code
        == 403
    )
    body = {"content": b"\xff", "headers": {"Content-Type": "application/sparql-query"}}
    assert client.post("/sparql", **body).status_code == 400  # type: ignore[arg-type]
    assert client.get("/sparql", params={"query": ASK}, headers={"Accept": "image/png"}).status_code == 406
    assert client.get("/sparql?query=%ff").status_code == 400


def test_nothing_changed_the_graph(client: TestClient, store: GraphStore) -> None:
    before = len(store)
    for query in ("INSERT DATA { <ex:a> <ex:b> <ex:c> }", "DELETE WHERE { ?s ?p ?o }"):
        client.post("/sparql", data={"query": query})
    assert len(store) == before


def test_a_slow_query_ends_with_504_and_others_are_answered_meanwhile(client: TestClient) -> None:
    started = time.monotonic()
    answer = client.get("/sparql", params={"query": SLOW})
    assert answer.status_code == 504
    assert "0.5 seconds" in answer.text
    assert time.monotonic() - started < 10
    # Of the two workers one is still at it.
    assert client.get("/health").json()["status"] == "ok"
    assert client.get("/sparql", params={"query": ASK}).status_code == 200
    assert client.post("/graphql", json={"query": "{ papers { totalCount } }"}).json()["data"]


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", "b/x"), ("*/*", "b/x"), ("a/y", "a/y"), ("a/*;q=0.5, b/*;q=0.4", "a/y"), ("b/x;q=0", None),
        ("*/*, b/x;q=0", "a/y"), ("A/Y ; Q=0.3", "a/y"), ("a/y;q=much", None), ("c/z", None), (",,;", None),
    ],
)  # fmt: skip
def test_the_accept_header_is_read_as_http_says(accept: str, wanted: str | None) -> None:
    assert accepted(accept, {"b/x": 1, "a/y": 2}) == wanted
