"""Heavy documents run in a lane of their own: the answers are the same, and the other lane goes on."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from small_graph import MANIFEST
from starlette.testclient import TestClient

from api.app import create_app
from api.lane import looks_heavy
from api.limits import Limits
from api.settings import Settings
from kg.store import GraphStore, Row, sorted_quads
from kg.workspace import LAYOUT, locked, publish

CHEAP = "{ papers { totalCount } }"
HEAVY = [
    "{ papers(first: 90) { totalCount edges { cursor node { title } } } }",
    "{ papers { edges { node { entities { edges { node { papers { edges { node { title } } } } } } } } } }",
    "{ papers { totalCount } " + "#" * 600 + "\n}",
    "{ __schema { types { name } } }",
    "{ papers(first: 90) { nothing } }",
    "{ papers(first: 101) { totalCount } }",
    "{ papers(first: 100) { edges { node { entities(first: 100) { edges { node { papers(first: 100) { totalCount } } } } } } } }",
]


@pytest.fixture(scope="module")
def lanes(store: GraphStore) -> Iterator[TestClient]:
    settings = Settings(lanes=True, limits=Limits(seconds=600))
    with TestClient(create_app(store, MANIFEST, settings=settings)) as client:
        yield client


def _told(answer: Any) -> Any:
    """An answer but for what is of its request alone."""
    body = answer.json()
    for error in body.get("errors", ()):
        del error["extensions"]["requestId"]
    return answer.status_code, body, answer.headers.get("x-kg-cost"), answer.headers["x-kg-snapshot"]


@pytest.mark.parametrize("document", HEAVY)
def test_both_lanes_answer_alike(lanes: TestClient, client: TestClient, document: str) -> None:
    assert looks_heavy(document.encode())
    assert _told(lanes.post("/graphql", json={"query": document})) == _told(
        client.post("/graphql", json={"query": document})
    )
    assert _told(lanes.get("/graphql", params={"query": document})) == _told(
        client.get("/graphql", params={"query": document})
    )


@pytest.mark.parametrize(
    "text",
    [
        CHEAP,
        '{ paper(id: "arxiv:1512.03385") { title year } }',
        "{ papers(first: 10) { edges { node { title } } pageInfo { endCursor } } }",
        json.dumps({"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": 5}}),
    ],
)
def test_what_is_small_does_not_look_heavy(text: str) -> None:
    assert not looks_heavy(text.encode())


def test_a_large_page_in_a_variable_looks_heavy() -> None:
    asked = {"query": "query($n: Int) { papers(first: $n) { totalCount } }", "variables": {"n": 100}}
    assert looks_heavy(json.dumps(asked).encode())


def test_a_document_that_one_lane_was_told_the_other_knows(lanes: TestClient) -> None:
    heavy = HEAVY[0]
    named = {"persistedQuery": {"version": 1, "sha256Hash": hashlib.sha256(heavy.encode()).hexdigest()}}
    assert "errors" in lanes.post("/graphql", json={"extensions": named}).json()
    whole = lanes.post("/graphql", json={"query": heavy, "extensions": named}).json()
    assert lanes.post("/graphql", json={"extensions": named}).json() == whole
    assert whole["data"]["papers"]["totalCount"] == 13


class _Slow(GraphStore):
    """A store that takes its time over what is heavy, and holds no lock meanwhile."""

    def select(self, query: str, /, **values: Any) -> list[Row]:
        if threading.current_thread().name.startswith("graph") and _HELD.is_set():
            time.sleep(0.5)
        return super().select(query, **values)


_HELD = threading.Event()


def test_the_time_of_a_heavy_document_ends_too(store: GraphStore) -> None:
    slow, settings = _Slow(store._store), Settings(lanes=True, limits=Limits(seconds=0.7))
    with TestClient(create_app(slow, MANIFEST, settings=settings)) as client:
        _HELD.set()
        error = client.post("/graphql", json={"query": HEAVY[1]}).json()["errors"][0]
        _HELD.clear()
        assert error["extensions"]["code"] == "TIME_EXCEEDED"


def test_a_walk_in_the_heavy_lane_ends_on_its_snapshot(store: GraphStore, tmp_path: Path) -> None:
    def publish_(name: str) -> None:
        with locked(tmp_path):
            publish(tmp_path, sorted_quads(store.quads()), {**MANIFEST, "layout": LAYOUT, "snapshot": name})

    publish_("first")
    document = "query($after: String) { papers(first: 4, after: $after) { edges { cursor node { title } } } }" + "#" * 600
    settings = Settings(workspace=tmp_path, lanes=True, limits=Limits(seconds=600))

    def ask(client: TestClient, after: str | None) -> Any:
        return client.post("/graphql", json={"query": document, "variables": {"after": after}})

    with TestClient(create_app(settings=settings)) as client:
        first = ask(client, None)
        after = first.json()["data"]["papers"]["edges"][-1]["cursor"]
        publish_("second")
        deadline = time.monotonic() + 60
        while (new := client.get("/health").headers["x-kg-snapshot"]) == first.headers["x-kg-snapshot"]:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        rest = ask(client, after)
        assert "errors" not in rest.json()
        assert rest.headers["x-kg-snapshot"] == first.headers["x-kg-snapshot"] != new
        # A cursor of a snapshot that no server had: the heavy lane asks the other to look for it.
        other = ask(client, after[:2] + ("A" if after[2] != "A" else "B") + after[3:])
        assert other.json()["errors"][0]["extensions"]["code"] in ("SNAPSHOT_CHANGED", "BAD_CURSOR")
    with TestClient(create_app(settings=settings)) as later:
        # This one never had the first snapshot.
        error = ask(later, after).json()["errors"][0]
        assert error["extensions"]["code"] == "SNAPSHOT_CHANGED"
