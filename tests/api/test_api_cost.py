"""What a document costs before it runs: the count, its bounds, the refusal, and that it is a bound."""

from __future__ import annotations

from typing import Any

import pytest
from graphql import GraphQLSchema, parse
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graph import MANIFEST
from starlette.testclient import TestClient

from api.app import create_app
from api.cost import Cost, cost_of
from api.limits import Limits
from api.schema import make_schema
from kg.store import GraphStore

SCHEMA: GraphQLSchema = make_schema(Limits())._schema


def cost(document: str, variables: dict[str, Any] | None = None, **options: Any) -> Cost:
    return cost_of(SCHEMA, parse(document), variables, **options)


@pytest.mark.parametrize(
    ("document", "total"),
    [
        ("{ __typename }", 1),
        ("{ papers(first: 100) { edges { node { title } } } }", 202),
        ("{ papers(last: 7) { edges { node { title } } } }", 1 + 1 + 7 * 2),
        ("{ papers { edges { node { title } } } }", 1 + 1 + 20 * 2),  # the page that is given when none is asked for
        ("{ papers(first: null) { edges { node { title } } } }", 1 + 1 + 20 * 2),
        ("{ papers(first: 0) { totalCount edges { node { title } } } }", 3),
        ("{ a: papers(first: 10) { edges { cursor } } b: papers(first: 10) { edges { cursor } } }", 2 * 12),
        ("{ papers(first: 2) { edges { node { entities(first: 3) { edges { role } } } } } }", 2 + 2 * (1 + 1 + 1 + 3)),
        ("{ ...A } fragment A on Query { papers(first: 5) { edges { cursor } } }", 7),
        ("{ ... on Query { ...A ...A } } fragment A on Query { papers(first: 5) { edges { cursor } } }", 14),
        ('{ nodes(ids: ["a", "b", "c"]) { id ... on Paper { title } } }', 1 + 3 * 2),
        ('{ neighbourhood(id: "a", limit: 40) { truncated nodes { distance } } }', 1 + 1 + 1 + 40),
        ('{ shortestPath(from: "a", to: "b", maxLength: 4) { steps { forward } } }', 1 + 1 + 5),
        ("{ statistics { entitiesByType { count } } }", 1 + 1 + 3),  # a list that nothing bounds
        ("{ papers(first: 99999999999999999999) { edges { cursor } } }", 1 + 1 + 500),
        ("{ papers(first: -5) { edges { cursor } } }", 2),
        ('{ nothing { at { all } } papers(first: "x") { edges { cursor } } }', 1 + 1 + 1 + 20),
    ],
)
def test_the_cost_is_the_number_of_fields_that_the_answer_could_have(document: str, total: int) -> None:
    assert cost(document).total == total


@pytest.mark.parametrize(
    ("declared", "given_", "total"),
    [
        ("$n: Int", {"n": 30}, 32),
        ("$n: Int", {"n": 30.0}, 32),
        ("$n: Int = 40", {}, 42),
        ("$n: Int = 40", {"n": 3}, 5),
        ("$n: Int", {}, 22),
        ("$n: Int", {"n": None}, 22),
        ("$n: Int", {"n": True}, 22),
        ("$n: Int", {"n": "30"}, 22),
        ("$n: Int", {"n": [30]}, 22),
        ("$n: Int", {"n": float("inf")}, 502),
        ("$n: Int", {"n": float("nan")}, 502),
    ],
)
def test_page_sizes_come_from_variables_and_their_defaults_too(
    declared: str, given_: dict[str, Any], total: int
) -> None:
    assert cost(f"query({declared}) {{ papers(first: $n) {{ edges {{ cursor }} }} }}", given_).total == total


def test_ids_in_a_variable_are_counted() -> None:
    assert cost("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", {"ids": ["a"] * 9}).total == 10


def test_the_field_that_is_named_is_the_deepest_that_matters() -> None:
    found = cost(
        "{ papers(first: 50) { edges { node { mine: entities(first: 40) { edges { role } } "
        "identifiers } } } statistics { papersByYear { year } } }"
    )
    assert found.field == "papers.edges.node.mine.edges"
    assert found.total > found.share > found.total / 2


def test_only_the_operation_that_runs_is_counted() -> None:
    document = "query Small { __typename } query Large { papers(first: 100) { edges { cursor } } }"
    assert cost(document, operation="Small").total == 1
    assert cost(document, operation="Large").total == 102


def test_the_query_that_tools_ask_the_schema_by_is_allowed() -> None:
    from graphql import get_introspection_query

    query = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
    assert 100 < cost(query).total < Limits().cost


# Documents over lists whose arguments bound them: what the cost must never be less than.
_LEAF = st.sampled_from(["__typename", "id", "iri"])


def _page(name: str, inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    size = st.one_of(st.just(""), st.integers(0, 30).map(lambda n: f"(first: {n})"), st.just("(last: 3)"))
    return st.builds(
        lambda alias, size, inner: (
            f"{alias}{name}{size} {{ totalCount edges {{ cursor node {{ {inner} }} }} pageInfo {{ hasNextPage }} }}"
        ),
        st.sampled_from(["", "a: ", "b: "]), size, inner,
    )  # fmt: skip


_PAPER = st.recursive(
    _LEAF,
    lambda inner: st.one_of(
        _page("entities", _page("papers", inner).map(lambda text: f"id {text}")),
        st.tuples(_LEAF, inner).map(" ".join),
    ),
    max_leaves=3,
)


def _fields(answer: Any) -> int:
    if isinstance(answer, dict):
        return sum(1 + _fields(member) for member in answer.values())
    return sum(map(_fields, answer)) if isinstance(answer, list) else 0


@settings(deadline=None)
@given(_page("papers", _PAPER))
def test_no_answer_has_more_fields_than_its_cost(client: TestClient, page: str) -> None:
    answer = client.post("/graphql", json={"query": f"{{ {page} }}"})
    problems = answer.json().get("errors", [])
    assert {problem["extensions"]["code"] for problem in problems} <= {"COST_EXCEEDED", "LIMIT_EXCEEDED"}
    if not problems:
        assert 0 < _fields(answer.json()["data"]) <= int(answer.headers["x-kg-cost"])


@settings(deadline=None)
@given(st.integers(0, 100), st.integers(0, 100))
def test_a_larger_page_never_costs_less(small: int, large: int) -> None:
    small, large = sorted((small, large))
    costs = [cost(f"{{ papers(first: {n}) {{ edges {{ cursor }} }} }}").total for n in (small, large)]
    assert costs == sorted(costs)


def test_a_document_that_costs_too_much_is_refused_before_it_asks_the_store(store: GraphStore) -> None:
    query = "query($n: Int) { papers(first: $n) { edges { node { entities(first: 20) { edges { role } } } } } }"
    with TestClient(create_app(store, MANIFEST, limits=Limits(cost=500))) as client:
        before = store.query_count
        answer = client.post("/graphql", json={"query": query, "variables": {"n": 100}})
        assert store.query_count == before
        (error,) = answer.json()["errors"]
        assert answer.json()["data"] is None
        assert error["extensions"] == {
            "code": "COST_EXCEEDED",
            "hint": "ask for smaller pages or fewer levels there, and page through them",
            "cost": 2302,
            "limit": 500,
            "field": "papers.edges.node.entities.edges",
            "requestId": answer.headers["x-request-id"],
        }
        assert "2,302" in error["message"]
        assert answer.headers["x-kg-cost"] == "2302"
        small = client.post("/graphql", json={"query": query, "variables": {"n": 5}})
        assert "errors" not in small.json()
        assert int(small.headers["x-kg-cost"]) == 2 + 5 * (1 + 1 + 1 + 20)


def test_the_schema_can_be_kept_to_oneself(store: GraphStore) -> None:
    with TestClient(create_app(store, MANIFEST, limits=Limits(introspection=False))) as client:

        def error(query: str) -> dict[str, Any]:
            found: dict[str, Any] = client.post("/graphql", json={"query": query}).json()["errors"][0]
            return found

        assert "introspection" in error("{ __schema { types { name } } }")["message"].lower()
        assert "introspection" in error('{ __type(name: "Paper") { name } }')["message"].lower()
        assert "Did you mean" not in error("{ paperz { totalCount } }")["message"]
        assert client.post("/graphql", json={"query": "{ __typename }"}).json() == {"data": {"__typename": "Query"}}
