"""Bad queries, of each kind that is known and of kinds that chance makes: all are answered, none with an inner error."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from bad_queries import GRAPHQL, ODD_VALUES, SPARQL
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_graph import MANIFEST
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from kg.store import GraphStore

_REFUSED = {"BAD_SYNTAX", "BAD_QUERY", "BAD_ARGUMENT", "BAD_CURSOR", "LIMIT_EXCEEDED", "COST_EXCEEDED"}


@pytest.fixture(scope="module")
def target(store: GraphStore) -> Iterator[TestClient]:
    limits = Limits(seconds=600, sparql_seconds=0.5, sparql_workers=2, sparql_bytes=200_000)
    with TestClient(create_app(store, MANIFEST, limits=limits)) as client:
        yield client


def _sound(client: TestClient) -> None:
    """The next one is answered as if nothing had been."""
    answer = client.post("/graphql", json={"query": "{ papers { totalCount } }"})
    assert answer.json() == {"data": {"papers": {"totalCount": 13}}}


def _answered(answer: Any) -> dict[str, Any]:
    """An answer that tells of no fault of the server's own."""
    assert answer.status_code in (200, 400, 413), answer.text[:500]
    assert "Traceback" not in answer.text
    body: dict[str, Any] = answer.json() if answer.status_code == 200 else {"errors": []}
    for error in body.get("errors", ()):
        assert error["extensions"]["code"] in _REFUSED, error
    return body


@pytest.mark.parametrize("name", GRAPHQL)
def test_bad_documents_are_refused_before_the_store_is_asked(target: TestClient, store: GraphStore, name: str) -> None:
    before = store.query_count
    answer = target.post("/graphql", json={"query": GRAPHQL[name]})
    body = _answered(answer)
    assert answer.status_code != 200 or body["errors"], name
    assert store.query_count == before
    _sound(target)


@pytest.mark.parametrize("name", GRAPHQL)
def test_bad_documents_are_refused_by_get_too(target: TestClient, name: str) -> None:
    answer = target.get("/graphql", params={"query": GRAPHQL[name][:20_000]})
    body = _answered(answer)
    assert answer.status_code != 200 or body["errors"]


@pytest.mark.parametrize("name", ODD_VALUES)
@pytest.mark.parametrize(
    "field",
    [
        "papers(filter: {search: $x}) { totalCount }",
        "papers(filter: {entity: $x}) { totalCount }",
        "entities(search: $x) { totalCount }",
        "entity(name: $x) { id }",
        "leaderboard(dataset: $x, metric: $x) { totalCount }",
        "papers(after: $x) { totalCount }",
    ],
)
def test_odd_values_are_asked_for_as_they_are(target: TestClient, name: str, field: str) -> None:
    answer = target.post(
        "/graphql", json={"query": f"query($x: String!) {{ {field} }}", "variables": {"x": ODD_VALUES[name]}}
    )
    _answered(answer)


@pytest.mark.parametrize(
    "body",
    [
        b'{"query": "{ __typename }", "variables": {"x": ' + b"9" * 5_000 + b"}}",
        b'{"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": ' + b"9" * 4_000 + b"}}",
        b'{"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": Infinity}}',
        b'{"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": 1e400}}',
        b'{"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": NaN}}',
        b'{"query": "query($x: String) { entity(name: $x) { id } }", "variables": {"x": "\\ud800"}}',
        b'{"query": "query($x: String) { entity(name: $x) { id } }", "variables": {"x": "\\u0000"}}',
        b'{"query": "{ entity(name: \\"\\\\ud800\\") { id } }"}',
        b'{"query": "{ entity(name: \\"\\ud800\\") { id } }"}',
        b'{"query": "{ __typename }", "operationName": "Nothing"}',
        b'{"query": "{ __typename }", "operationName": ["a"]}',
        b'{"query": "{ __typename }", "operationName": {"a": 1}}',
        b'{"query": "{ __typename }", "variables": [1, 2]}',
        b'{"query": "{ __typename }", "variables": "x"}',
        b'{"query": "{ __typename }", "extensions": [1]}',
        b'{"query": "{ __typename }", "extensions": {"persistedQuery": {"version": 1, "sha256Hash": "0"}}}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": null}',
        b'{"query": ""}',
        b"[]",
        b"[[]]",
        b"null",
        b"3",
        b'"query"',
        b"",
        json.dumps([{"query": "{ __typename }"}] * 200).encode(),
    ],
)
def test_odd_bodies_are_answered_or_refused(target: TestClient, body: bytes) -> None:
    answer = target.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400), answer.text
    assert "internal error" not in answer.text
    assert "Traceback" not in answer.text
    _sound(target)


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "multipart/form-data; boundary=x", "application/x-www-form-urlencoded", "application/xml", "", "%%"],
)
def test_other_kinds_of_bodies_are_refused(target: TestClient, kind: str) -> None:
    answer = target.post("/graphql", content=b"--x\r\n\r\n--x--", headers={"Content-Type": kind})
    assert answer.status_code == 400
    assert "internal error" not in answer.text


@pytest.mark.parametrize("name", SPARQL)
def test_bad_sparql_is_refused_or_stopped(target: TestClient, name: str) -> None:
    answer = target.post("/sparql", content=SPARQL[name], headers={"Content-Type": "application/sparql-query"})
    # 500 is a query so deep that the process which answered it ended, and no other with it.
    assert answer.status_code in (200, 400, 403, 413, 503, 504, 507) or "ended the process" in answer.text, answer.text
    assert "internal error" not in answer.text
    assert "Traceback" not in answer.text
    assert "/etc/passwd" not in answer.text or answer.status_code == 400
    assert len(answer.content) <= 200_000
    _sound(target)
    count = target.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }"})
    assert count.json()["results"]["bindings"][0]["n"]["value"] == "13"


# What chance makes: the language's own words in any order, and any text at all.
_WORDS = st.lists(
    st.sampled_from(
        ["{", "}", "(", ")", "[", "]", ":", "$x", "!", "@include", "...", "on", "query", "fragment", "A", "papers",
         "edges", "node", "entities", "first", "after", "1", "-1", "1.5", '"x"', '"""y"""', "null", "true", "#c\n",
         "__typename", "__schema", "filter", "search", "id", "totalCount", "mutation", "&", "|", "=", "\ufeff"]
    ),
    max_size=60,
).map(" ".join)  # fmt: skip
_SPARQL_WORDS = st.lists(
    st.sampled_from(
        ["SELECT", "*", "WHERE", "{", "}", "?s", "?p", "?o", ".", ";", "a", "kg:Paper", "FILTER", "(", ")", "OPTIONAL",
         "UNION", "MINUS", "BIND", "AS", "VALUES", "GROUP BY", "ORDER BY", "LIMIT", "1", "-1", '"x"@en', "'y'", "<urn:a>",
         "/", "|", "^", "+", "!", "ASK", "CONSTRUCT", "DESCRIBE", "GRAPH", "COUNT", "REGEX", "EXISTS", "NOT", "#c\n"]
    ),
    max_size=40,
).map(" ".join)  # fmt: skip


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(_WORDS, _WORDS.map(lambda text: f"{{ {text} }}"), st.text(max_size=200)))
def test_garbage_for_graphql_is_answered(target: TestClient, text: str) -> None:
    try:
        body = json.dumps({"query": text}, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return
    _answered(target.post("/graphql", content=body, headers={"Content-Type": "application/json"}))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=300))
def test_bytes_for_graphql_are_answered(target: TestClient, body: bytes) -> None:
    answer = target.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code in (200, 400)
    assert "internal error" not in answer.text


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.one_of(_SPARQL_WORDS, st.binary(max_size=200).map(lambda body: body.decode("latin-1"))))
def test_garbage_for_sparql_is_answered(target: TestClient, text: str) -> None:
    answer = target.post(
        "/sparql", content=text.encode(), headers={"Content-Type": "application/sparql-query", "Accept": "*/*"}
    )
    assert answer.status_code in (200, 400, 403, 406, 413, 503, 504, 507), answer.text
    assert "internal error" not in answer.text


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60),
    st.dictionaries(st.sampled_from(["query", "variables", "operationName", "extensions", "x"]), st.text(max_size=30)),
)
def test_garbage_in_addresses_is_answered(target: TestClient, path: str, parameters: dict[str, str]) -> None:
    for route in ("/" + path.replace("?", "").replace("#", ""), "/graphql", "/sparql"):
        try:
            answer = target.get(route, params=parameters, headers={"Accept": "application/json"})
        except (ValueError, UnicodeError):  # what the client itself does not send
            continue
        assert answer.status_code < 500 or answer.status_code in (503, 504), (route, answer.text)
        assert "internal error" not in answer.text
