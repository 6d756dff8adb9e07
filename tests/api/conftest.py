"""A client of the application over the small graph, and how tests ask it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from small_graph import MANIFEST, Ask, Facts, build
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from kg.store import GraphStore


@pytest.fixture(scope="session")
def graph() -> tuple[GraphStore, Facts]:
    return build()


@pytest.fixture(scope="session")
def store(graph: tuple[GraphStore, Facts]) -> GraphStore:
    return graph[0]


@pytest.fixture(scope="session")
def facts(graph: tuple[GraphStore, Facts]) -> Facts:
    return graph[1]


@pytest.fixture(scope="session")
def client(store: GraphStore) -> Iterator[TestClient]:
    limits = Limits(seconds=600, sparql_seconds=0.5, sparql_workers=2, sparql_bytes=200_000)
    with TestClient(create_app(store, MANIFEST, limits=limits)) as client:
        yield client


@pytest.fixture(scope="session")
def send(client: TestClient) -> Ask:
    """The whole answer to a document."""

    def send(query: str, **variables: object) -> dict[str, Any]:
        answer = client.post("/graphql", json={"query": query, "variables": variables})
        assert answer.status_code == 200, answer.text
        return answer.json()

    return send


@pytest.fixture(scope="session")
def ask(send: Ask) -> Ask:
    """The result of a document that must have no error."""

    def ask(query: str, **variables: object) -> dict[str, Any]:
        answer = send(query, **variables)
        assert "errors" not in answer, answer["errors"]
        return answer["data"]

    return ask
