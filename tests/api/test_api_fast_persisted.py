"""Documents named by their hashes, as Apollo's clients ask them, and what caches are told."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from small_graph import MANIFEST, paper
from starlette.testclient import TestClient
from test_api_fast import endpoint

from api.app import create_app
from api.fast.persisted import PersistedDocuments, PersistedQueryNotFoundError
from api.limits import Limits
from kg.arrays import GraphArrays
from kg.arrays_make import make_arrays
from kg.store import GraphStore

#: A document that plans know, and one that only the schema does.
KNOWN = "query Known($id: ID!) { paper(id: $id) { title } }"
UNKNOWN = "query Unknown($id: ID!) { paper(id: $id) { claims { totalCount } } }"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _body(text: str | None, hash_: str, **more: Any) -> dict[str, Any]:
    body = {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": hash_}}, "variables": {"id": paper(0)}, **more}
    return body if text is None else {**body, "query": text}


@pytest.fixture(scope="module")
def served(store: GraphStore) -> TestClient:
    arrays = GraphArrays.of(make_arrays(store))
    return TestClient(create_app(store, MANIFEST, arrays=arrays, limits=Limits(seconds=300.0)))


def _get(served: TestClient, body: dict[str, Any], **headers: str) -> Any:
    texts = {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}
    return served.get("/graphql", params=texts, headers={"Accept": "application/json", **headers})


@pytest.mark.parametrize("text", [KNOWN, UNKNOWN])
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_a_hash_is_asked_for_sent_once_with_its_document_and_known_from_then_on(
    served: TestClient, text: str, method: str
) -> None:
    text = f"{text} # {method}"

    def send(body: dict[str, Any]) -> Any:
        return served.post("/graphql", json=body) if method == "POST" else _get(served, body)

    first = send(_body(None, _hash(text)))
    assert first.status_code == 200
    (error,) = first.json()["errors"]
    assert error["message"] == "PersistedQueryNotFound"
    assert error["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"
    assert first.headers["cache-control"] == "no-store"
    plain = served.post("/graphql", json={"query": text, "variables": {"id": paper(0)}}).json()
    assert "errors" not in plain
    assert send(_body(text, _hash(text))).json() == plain
    assert send(_body(None, _hash(text))).json() == plain
    assert send(_body(None, _hash(text), variables={"id": "nothing"})).json() == {"data": {"paper": None}}
    name = text.split("(")[0].split()[1]
    assert send(_body(None, _hash(text), operationName=name)).json() == plain


@pytest.mark.parametrize(
    ("persisted", "problem"),
    [
        ({"version": 1, "sha256Hash": "0" * 64}, "provided sha does not match query"),
        ({"version": 2, "sha256Hash": _hash(KNOWN)}, "no known version"),
        ({"sha256Hash": _hash(KNOWN)}, "no known version"),
        ({"version": 1, "sha256Hash": _hash(KNOWN).upper()}, "no SHA-256"),
        ({"version": 1}, "no SHA-256"),
        ("sha", "no known version"),
    ],
)
def test_a_hash_that_is_not_the_documents_is_refused_and_nothing_is_kept(
    served: TestClient, persisted: Any, problem: str
) -> None:
    before = len(endpoint(served.app).persisted)  # type: ignore[arg-type]
    answer = served.post("/graphql", json={"query": KNOWN, "extensions": {"persistedQuery": persisted}})
    assert answer.status_code == 400
    (error,) = answer.json()["errors"]
    assert problem in error["message"]
    assert error["extensions"]["code"] == "BAD_PERSISTED_QUERY"
    assert error["extensions"]["hint"]
    assert len(endpoint(served.app).persisted) == before  # type: ignore[arg-type]


def test_a_document_with_an_error_is_not_kept(served: TestClient) -> None:
    text = "{ papers { nothing } }"
    assert "errors" in served.post("/graphql", json=_body(text, _hash(text))).json()
    again = served.post("/graphql", json=_body(None, _hash(text))).json()
    assert again["errors"][0]["message"] == "PersistedQueryNotFound"


@pytest.mark.parametrize("text", [KNOWN, UNKNOWN])
def test_an_answer_that_was_got_can_be_asked_for_by_its_tag(served: TestClient, text: str) -> None:
    served.post("/graphql", json=_body(text, _hash(text)))
    found = _get(served, _body(None, _hash(text)))
    assert found.json()["data"]["paper"]
    assert found.headers["cache-control"] == "no-cache"
    tag = found.headers["etag"]
    known = _get(served, _body(None, _hash(text)), **{"If-None-Match": tag})
    assert (known.status_code, known.content, known.headers["etag"]) == (304, b"", tag)


def test_those_asked_for_least_recently_are_forgotten_by_number_and_by_length() -> None:
    few = PersistedDocuments(most=2)
    for text in ("{ a }", "{ b }"):
        few.keep(_hash(text), text)
    assert few.text(_hash("{ a }")) == "{ a }"
    few.keep(_hash("{ c }"), "{ c }")
    with pytest.raises(PersistedQueryNotFoundError):
        few.text(_hash("{ b }"))
    assert few.text(_hash("{ a }")) == "{ a }"
    short = PersistedDocuments(characters=10)
    for text in ("{ a }", "{ a }", "{ b }", "{ c }"):
        short.keep(_hash(text), text)
    assert len(short) == 2
