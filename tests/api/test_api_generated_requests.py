"""schemathesis asks the schema what a client could ask, and chance fills in the values."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from small_graph import MANIFEST

from api.app import create_app
from api.limits import Limits
from kg.store import GraphStore

schemathesis = pytest.importorskip("schemathesis", reason="needs the test extra")


@lru_cache(maxsize=1)
def _schema(store: GraphStore) -> Any:
    return schemathesis.graphql.from_asgi("/graphql", create_app(store, MANIFEST, limits=Limits()))


@pytest.mark.slow
@settings(
    max_examples=40, deadline=None, derandomize=True, phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)  # fmt: skip
@given(st.data())
def test_whatever_the_schema_allows_is_answered(store: GraphStore, data: st.DataObject) -> None:
    schema = _schema(store)
    response = data.draw(schema.as_strategy()).call()
    assert response.status_code in (200, 413), response.text
    if response.status_code == 200:
        for error in response.json().get("errors", ()):
            # A code of its own, so that no error is the server's fault.
            assert error["extensions"]["code"] in (
                "BAD_ARGUMENT", "BAD_CURSOR", "BAD_QUERY", "BAD_SYNTAX", "COST_EXCEEDED", "LIMIT_EXCEEDED",
            ), error  # fmt: skip
