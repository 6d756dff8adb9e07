"""What is refused, and how: each limit, masked errors, and requests that are no GraphQL."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest
from small_graph import MANIFEST, Ask, paper
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from kg.errors import WorkspaceError
from kg.store import GraphStore, Row, Term


def _error(answer: dict[str, Any]) -> dict[str, Any]:
    assert answer.get("data") is None
    return answer["errors"][0]  # type: ignore[no-any-return]


def test_deep_documents_are_refused(store: GraphStore) -> None:
    def nested(levels: int) -> str:
        return '{ entity(name: "cnn") { ' + "broader { " * levels + "name" + " }" * levels + " } }"

    # A cost without end, for each level multiplies it and would be refused for that.
    with TestClient(create_app(store, MANIFEST, limits=Limits(cost=10**18))) as client:
        assert "errors" not in client.post("/graphql", json={"query": nested(15)}).json()
        error = _error(client.post("/graphql", json={"query": nested(17)}).json())
    assert "depth of 16" in error["message"]
    assert error["extensions"]["code"] == "BAD_QUERY"


@pytest.mark.parametrize(
    "document", ["{a" * 600 + "}" * 600, "{ nodes(ids: " + "[" * 1_500 + ") { id } }", "{a" * 150 + "}" * 150]
)
def test_a_document_nested_beyond_the_parser_is_refused_and_not_a_failure(send: Ask, document: str) -> None:
    error = _error(send(document))
    assert error["extensions"]["code"] in ("BAD_SYNTAX", "BAD_QUERY", "LIMIT_EXCEEDED")
    assert "nested too deeply" in error["message"] or "depth" in error["message"] or "field 'a'" in error["message"]


def test_alias_bombs_are_refused(send: Ask) -> None:
    bomb = "{ " + " ".join(f"a{number}: statistics {{ papers }}" for number in range(31)) + " }"
    assert "31 aliases found" in _error(send(bomb))["message"]
    hidden = "{ ...A } fragment A on Query { " + " ".join(f"a{n}: __typename" for n in range(31)) + " }"
    assert "aliases" in _error(send(hidden))["message"]


def test_too_many_tokens_are_refused(send: Ask) -> None:
    error = _error(send("{ " + "__typename " * 2_100 + "}"))
    assert "tokens" in error["message"]
    assert error["extensions"]["code"] == "BAD_SYNTAX"


def test_fragments_that_double_at_each_level_are_refused_at_once(send: Ask) -> None:
    # 2 to the 60th fields; without a limit of its own the depth limiter would walk them all.
    levels = [f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(60)]
    bomb = "{ ...F0 } " + " ".join(levels) + " fragment F60 on Query { __typename }"
    assert "selections" in _error(send(bomb))["message"]


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        ("{ ...A } fragment A on Query { ...B ...B } fragment B on Query { ...A ...A }", "spreads itself"),
        ("{ ...Nowhere }", "unknown fragment"),
        ("{ papers { edges { node { nothing } } } }", "nothing"),
        ("{ papers(first: \"two\") { totalCount } }", "Int cannot represent"),
        ("{ papers(filter: {year: 99999999999}) { totalCount } }", "Int cannot represent"),
        ("{ papers(orderBy: SIZE) { totalCount } }", "SIZE"),
    ],
)  # fmt: skip
def test_wrong_documents_are_told_what_is_wrong(send: Ask, document: str, problem: str) -> None:
    error = _error(send(document))
    assert problem in error["message"]
    assert error["extensions"]["code"] == "BAD_QUERY"


def test_introspection_works_and_cannot_be_nested_without_end(send: Ask) -> None:
    assert send("{ __schema { types { name } } }")["data"]["__schema"]["types"]
    spiral = "{ __schema { types " + "{ fields { type " * 8 + "{ name }" + " } }" * 8 + " } }"
    assert _error(send(spiral))["extensions"]["code"] in ("COST_EXCEEDED", "LIMIT_EXCEEDED")


@pytest.mark.parametrize(
    "field",
    [
        'shortestPath(from: "arxiv:1512.03385", to: "arxiv:1506.02640", maxLength: 7) { length }',
        'neighbourhood(id: "arxiv:1512.03385", depth: 4) { truncated }',
        'neighbourhood(id: "arxiv:1512.03385", limit: 501) { truncated }',
        'neighbourhood(id: "arxiv:1512.03385", limit: 0) { truncated }',
        "entity { id }",
        'entity(id: "x", name: "y") { id }',
        "entities(minPapers: -1) { totalCount }",
        "claims(filter: {minConfidence: 1.5}) { totalCount }",
        "claims(filter: {minEdgeConfidence: -0.1}) { totalCount }",
        "claims(filter: {minSupport: 0}) { totalCount }",
        'leaderboard(dataset: "x", metric: "y", minConfidence: 2) { totalCount }',
        'measurements(hardware: "x", minConfidence: -1) { totalCount }',
        'leaderboard(dataset: "ImageNet", metric: "accuracy", first: 101) { totalCount }',
        "claims(filter: {role: USES, relation: PART_OF}) { totalCount }",
        'papers(filter: {search: "a b c d e f g h i j k l m"}) { totalCount }',
        'paper(id: "arxiv:1512.03385") { entities { edges { claims(first: 101) { id } } } }',
        f"nodes(ids: {json.dumps(['x'] * 101)}) {{ id }}",
    ],
)
def test_arguments_out_of_range_are_told_what_is_right(send: Ask, field: str) -> None:
    error = send(f"{{ {field} }}")["errors"][0]
    assert error["extensions"]["code"] == "BAD_ARGUMENT"
    assert error["extensions"]["hint"].startswith("give")


def test_an_answer_may_not_grow_without_end(store: GraphStore) -> None:
    query = """{ papers(first: 13) { edges { node { entities(first: 20) { edges { node {
        papers(first: 20) { edges { node { title } } } } } } } } } }"""
    with TestClient(create_app(store, MANIFEST, limits=Limits(nodes=60))) as client:
        error = client.post("/graphql", json={"query": query}).json()["errors"][0]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"
        assert "60 nodes" in error["message"]
        assert "errors" not in client.post("/graphql", json={"query": "{ papers(first: 13) { totalCount } }"}).json()


def test_a_search_for_a_path_may_not_look_at_the_whole_graph(store: GraphStore) -> None:
    query = '{ shortestPath(from: "arxiv:1810.04805", to: "doi:10.1000/spike.3") { length } }'
    with TestClient(create_app(store, MANIFEST, limits=Limits(visited=5))) as client:
        error = client.post("/graphql", json={"query": query}).json()["errors"][0]
    assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


class _Failing(GraphStore):
    """A store whose disk is gone: it raises what a real one would, with a path in the message."""

    def select(self, query: str, /, **values: Term | Any) -> list[Row]:
        raise WorkspaceError("/secret/place", "the disk is gone")


@pytest.fixture
def broken(store: GraphStore) -> GraphStore:
    return _Failing(store._store)


def test_errors_of_the_server_are_masked_and_logged_with_the_request_id(
    broken: GraphStore, caplog: pytest.LogCaptureFixture
) -> None:
    with TestClient(create_app(broken, MANIFEST)) as client, caplog.at_level(logging.INFO):
        answer = client.post("/graphql", json={"query": "{ papers { totalCount } }"}, headers={"X-Request-ID": "abc-1"})
    assert answer.headers["x-request-id"] == "abc-1"
    error = answer.json()["errors"][0]
    assert error["message"] == "internal error"
    assert error["extensions"] == {
        "code": "INTERNAL",
        "hint": "the server's log has the cause under request abc-1",
        "requestId": "abc-1",
    }
    assert "secret" not in answer.text
    (record,) = [record for record in caplog.records if record.name == "paperkg.api"]
    assert "abc-1" in record.getMessage()
    assert "/secret/place" in caplog.text


def test_errors_of_the_caller_are_not_logged_as_errors(send: Ask, caplog: pytest.LogCaptureFixture) -> None:
    send('{ papers(after: "garbage") { totalCount } }')
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: TestClient) -> None:
    answer = client.get("/health", headers={"X-Request-ID": "a b<script>"})
    assert len(answer.headers["x-request-id"]) == 16


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"{", 400),
        (b"[" * 50_000, 400),
        (b'{"query": "{ __typename }", "variables": ' + b"[" * 40_000 + b"]" * 40_000 + b"}", 400),
        (b'{"variables": {}}', 400),
        (b'[{"query": "{ __typename }"}, {"query": "{ __typename }"}]', 400),
        (b'{"query": "mutation { a }"}', 200),
        (b'{"query": "subscription { a }"}', 200),
        (b'{"query": 3}', 400),
        (b"\xff\xfe", 400),
        (b'{"query": "{ __typename }", "variables": {"x": "' + b"y" * 100_001 + b'"}}', 413),
    ],
)
def test_bodies_that_are_no_request_are_refused(client: TestClient, body: bytes, status: int) -> None:
    answer = client.post("/graphql", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == status
    assert "Traceback" not in answer.text
    assert "internal error" not in answer.text
    if status == 200:
        assert answer.json()["errors"][0]["extensions"]["code"] == "BAD_QUERY"


def test_a_body_without_a_length_is_held_to_the_limit_too(client: TestClient) -> None:
    def parts() -> Any:
        for _ in range(30):
            yield b" " * 10_000

    assert client.post("/graphql", content=parts(), headers={"Content-Type": "application/json"}).status_code == 413


def test_other_methods_are_refused(client: TestClient) -> None:
    assert client.delete("/graphql").status_code == 405
    assert client.put("/sparql").status_code == 405


def test_a_query_may_come_by_get(client: TestClient) -> None:
    answer = client.get(
        "/graphql",
        params={"query": "query($id: ID!) { paper(id: $id) { iri } }", "variables": json.dumps({"id": paper(0)})},
    )
    assert answer.json() == {"data": {"paper": {"iri": paper(0)}}}
