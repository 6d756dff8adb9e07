"""The cases of the W3C's SPARQL 1.1 protocol suite, each by its identifier there, told in our own words.

The suite lies at http://www.w3.org/2009/sparql/docs/tests/data-sparql11/protocol/manifest. Its updates
are all refused, for the graph is read-only; what they would have done is therefore not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from lxml import etree
from rdflib import Graph
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from kg.store import GraphStore, Quad, iri

_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
#: Names of graphs in which each says of itself what it is.
DATA = [f"http://example.org/protocol/data{number}.rdf" for number in range(4)]
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
UPDATE = "application/sparql-update"

#: All that the suite has.
CASES = """
query_post_form query_dataset_default_graphs_get query_dataset_default_graphs_post query_dataset_named_graphs_post
query_dataset_named_graphs_get query_dataset_full query_multiple_dataset query_get query_content_type_select
query_content_type_ask query_content_type_describe query_content_type_construct update_dataset_default_graph
update_dataset_default_graphs update_dataset_named_graphs update_dataset_full update_post_form update_post_direct
update_base_uri query_post_direct bad_query_method bad_multiple_queries bad_query_wrong_media_type
bad_query_missing_form_type bad_query_missing_direct_type bad_query_non_utf8 bad_query_syntax bad_update_get
bad_multiple_updates bad_update_wrong_media_type bad_update_missing_form_type bad_update_non_utf8 bad_update_syntax
bad_update_dataset_conflict
""".split()  # noqa: SIM905

Send = Callable[..., Any]
_Case = Callable[[Send], None]
_WRITTEN: dict[str, _Case] = {}


def case(test: _Case) -> _Case:
    """A case, by its function's name."""
    _WRITTEN[test.__name__] = test
    return test


@pytest.fixture(scope="module")
def send() -> Iterator[Send]:
    """Sends one request as it stands, with no header that is not told."""
    quads = [Quad(iri(name), iri(_TYPE), iri("http://example.org/protocol/Type"), iri(name)) for name in DATA]
    limits = Limits(sparql_seconds=300, sparql_wait=300)
    with TestClient(create_app(GraphStore.in_memory(quads), {}, limits=limits)) as client:

        def send(method: str, parameters: object = "", body: str | bytes = b"", kind: str = "", accept: str = "") -> Any:
            text = parameters if isinstance(parameters, str) else urlencode(parameters)  # type: ignore[arg-type]
            headers = {**({"Content-Type": kind} if kind else {}), **({"Accept": accept} if accept else {})}
            return client.request(method, f"/sparql?{text}", content=body, headers=headers)

        yield send


@pytest.mark.parametrize("name", CASES)
def test_the_suite(send: Send, name: str) -> None:
    _WRITTEN[name](send)


def test_each_case_of_the_suite_is_written() -> None:
    assert sorted(_WRITTEN) == sorted(CASES)


def _boolean(answer: Any) -> bool:
    assert answer.status_code == 200, answer.text
    kind = answer.headers["content-type"].partition(";")[0]
    if kind == "application/sparql-results+xml":
        return etree.fromstring(answer.content).findtext("{*}boolean") == "true"
    assert kind == "application/sparql-results+json"
    return answer.json()["boolean"] is True


def _says(*numbers: int, inside: str = "{0} . ") -> str:
    return "ASK { " + "".join(inside.format(f"<{DATA[number]}> a ?type", number) for number in numbers) + "}"


_GRAPH = "GRAPH ?g{1} {{ {0} }} "


@case
def query_post_form(send: Send) -> None:
    assert _boolean(send("POST", {"default-graph-uri": DATA[0]}, "query=ASK%20%7B%7D", FORM))


@case
def query_post_direct(send: Send) -> None:
    assert _boolean(send("POST", {"default-graph-uri": DATA[0]}, "ASK {}", DIRECT))


@case
def query_get(send: Send) -> None:
    assert _boolean(send("GET", "query=ASK%20%7B%7D"))


@case
def query_dataset_default_graphs_get(send: Send) -> None:
    graphs = [("default-graph-uri", DATA[1]), ("default-graph-uri", DATA[2])]
    assert _boolean(send("GET", [("query", _says(1, 2)), *graphs]))
    assert not _boolean(send("GET", [("query", _says(3)), *graphs]))


@case
def query_dataset_default_graphs_post(send: Send) -> None:
    graphs = [("default-graph-uri", DATA[1]), ("default-graph-uri", DATA[2])]
    assert _boolean(send("POST", graphs, _says(1, 2), DIRECT))
    assert not _boolean(send("POST", graphs, _says(0), DIRECT))


@case
def query_dataset_named_graphs_post(send: Send) -> None:
    graphs = [("named-graph-uri", DATA[1]), ("named-graph-uri", DATA[2])]
    assert _boolean(send("POST", graphs, _says(1, 2, inside=_GRAPH), DIRECT))
    assert not _boolean(send("POST", graphs, _says(3, inside=_GRAPH), DIRECT))
    # Named graphs alone leave the default graph empty.
    assert not _boolean(send("POST", graphs, "ASK { ?s ?p ?o }", DIRECT))


@case
def query_dataset_named_graphs_get(send: Send) -> None:
    graphs = [("named-graph-uri", DATA[1]), ("named-graph-uri", DATA[2])]
    assert _boolean(send("GET", [("query", _says(1, 2, inside=_GRAPH)), *graphs]))
    assert not _boolean(send("GET", [("query", _says(0, inside=_GRAPH)), *graphs]))


@case
def query_dataset_full(send: Send) -> None:
    graphs = [("default-graph-uri", DATA[3]), ("named-graph-uri", DATA[1]), ("named-graph-uri", DATA[2])]
    inside = "".join(_GRAPH.format(f"<{DATA[number]}> a ?type", number) for number in (1, 2))
    assert _boolean(send("POST", graphs, f"ASK {{ <{DATA[3]}> a ?type {inside} }}", DIRECT))
    assert not _boolean(send("POST", graphs, f"ASK {{ <{DATA[1]}> a ?type {inside} }}", DIRECT))


@case
def query_multiple_dataset(send: Send) -> None:
    # The graphs of the request count, those of the query do not.
    asked = f"ASK FROM <{DATA[3]}> {{ GRAPH ?g1 {{ <{DATA[1]}> a ?type }} }}"
    graphs = [("default-graph-uri", DATA[0]), ("named-graph-uri", DATA[1])]
    assert _boolean(send("POST", graphs, asked, DIRECT))
    assert not _boolean(send("POST", graphs, f"ASK FROM <{DATA[3]}> {{ <{DATA[3]}> a ?type }}", DIRECT))


@case
def query_content_type_select(send: Send) -> None:
    query = urlencode({"query": "SELECT (1 AS ?value) {}"})
    assert send("GET", query).headers["content-type"] in (
        "application/sparql-results+xml", "application/sparql-results+json",
    )  # fmt: skip
    answer = send("POST", "", query, FORM, "application/sparql-results+xml,application/sparql-results+json;q=0.9")
    assert answer.headers["content-type"] == "application/sparql-results+xml"
    assert etree.fromstring(answer.content).findtext(".//{*}literal") == "1"


@case
def query_content_type_ask(send: Send) -> None:
    for accept in ("application/sparql-results+xml", "application/sparql-results+json"):
        answer = send("POST", "", "query=ASK%20%7B%7D", FORM, accept)
        assert answer.headers["content-type"] == accept
        assert _boolean(answer)


@case
def query_content_type_describe(send: Send) -> None:
    _rdf(send, f"DESCRIBE <{DATA[1]}>")


@case
def query_content_type_construct(send: Send) -> None:
    _rdf(send, f"CONSTRUCT {{ <{DATA[1]}> a ?type }} WHERE {{ <{DATA[1]}> a ?type }}")


def _rdf(send: Send, query: str) -> None:
    for accept, form in (("text/turtle", "turtle"), ("application/rdf+xml", "xml"), ("application/ld+json", "json-ld")):
        answer = send("POST", "", urlencode({"query": query}), FORM, accept)
        assert answer.headers["content-type"].partition(";")[0] == accept
        assert len(Graph().parse(data=answer.text, format=form)) == 1


@case
def bad_query_method(send: Send) -> None:
    answer = send("PUT", "query=ASK%20%7B%7D")
    assert answer.status_code == 405
    assert "GET" in answer.headers["allow"]


@case
def bad_multiple_queries(send: Send) -> None:
    assert send("GET", "query=ASK%20%7B%7D&query=SELECT%20%2A%20%7B%7D").status_code == 400


@case
def bad_query_wrong_media_type(send: Send) -> None:
    assert send("POST", "", "ASK {}", "text/plain").status_code == 415


@case
def bad_query_missing_form_type(send: Send) -> None:
    assert send("POST", "", "query=ASK%20%7B%7D").status_code == 415


@case
def bad_query_missing_direct_type(send: Send) -> None:
    assert send("POST", "", "ASK {}").status_code == 415


@case
def bad_query_non_utf8(send: Send) -> None:
    assert send("POST", "", "ASK {}".encode("utf-16"), f"{DIRECT}; charset=UTF-16").status_code == 415
    assert send("POST", "", "ASK {}".encode("utf-16"), DIRECT).status_code == 400


@case
def bad_query_syntax(send: Send) -> None:
    answer = send("GET", "query=ASK%20%7B")
    assert answer.status_code == 400
    assert "line 1, column 6" in answer.text


@case
def bad_update_get(send: Send) -> None:
    assert send("GET", "update=CLEAR%20ALL").status_code == 400


@case
def bad_multiple_updates(send: Send) -> None:
    assert send("POST", "", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT", FORM).status_code == 403


@case
def bad_update_wrong_media_type(send: Send) -> None:
    assert send("POST", "", "CLEAR NAMED", "text/plain").status_code == 415


@case
def bad_update_missing_form_type(send: Send) -> None:
    assert send("POST", "", "update=CLEAR%20NAMED").status_code == 415


@case
def bad_update_non_utf8(send: Send) -> None:
    assert send("POST", "", "CLEAR NAMED".encode("utf-16"), f"{UPDATE}; charset=UTF-16").status_code == 415


@case
def bad_update_syntax(send: Send) -> None:
    assert send("POST", "", "update=CLEAR%20XYZ", FORM).status_code == 403


@case
def bad_update_dataset_conflict(send: Send) -> None:
    update = quote("WITH <http://example.org/g> DELETE { ?s ?p ?o } WHERE { ?s ?p ?o }")
    body = f"update={update}&using-named-graph-uri=http%3A%2F%2Fexample.org%2Fg"
    assert send("POST", "", body, FORM).status_code == 403


def _refused(send: Send, update: str, parameters: object = "") -> None:
    """An update is refused, and nothing of it was done."""
    assert send("POST", parameters, urlencode({"update": update}), FORM).status_code == 403
    assert send("POST", parameters, update, UPDATE).status_code == 403
    assert _boolean(send("GET", [("query", _says(*range(4), inside=_GRAPH))]))
    assert not _boolean(send("GET", [("query", "ASK { <http://example.org/new> ?p ?o }")]))


_INSERT = "INSERT DATA { <http://example.org/new> a <http://example.org/protocol/Type> }"
_COPY = "INSERT { <http://example.org/new> a ?o } WHERE { ?s a ?o }"


@case
def update_post_form(send: Send) -> None:
    _refused(send, _INSERT)


@case
def update_post_direct(send: Send) -> None:
    _refused(send, "CLEAR ALL")


@case
def update_base_uri(send: Send) -> None:
    _refused(send, "CLEAR GRAPH <data1.rdf> ; INSERT DATA { <new> a <Type> }")


@case
def update_dataset_default_graph(send: Send) -> None:
    _refused(send, _COPY, [("using-graph-uri", DATA[1])])


@case
def update_dataset_default_graphs(send: Send) -> None:
    _refused(send, _COPY, [("using-graph-uri", DATA[1]), ("using-graph-uri", DATA[2])])


@case
def update_dataset_named_graphs(send: Send) -> None:
    _refused(send, "DROP NAMED", [("using-named-graph-uri", DATA[1])])


@case
def update_dataset_full(send: Send) -> None:
    _refused(send, "DROP ALL", [("using-graph-uri", DATA[1]), ("using-named-graph-uri", DATA[2])])
