"""Quick answers are the schema's own: generated documents on a small graph and on generated ones."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing
from typing import Any

import pytest
from generated import Made, MadeGraph, Pool, documents, graphs
from graphql import GraphQLSchema
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_graph import ARTICLES, MANIFEST, THINGS, paper, thing
from starlette.applications import Starlette
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Graph
from api.cursors import global_id
from api.fast.documents import Documents
from api.fast.roots import FIELDS
from api.fast.serving import FastEndpoint, FastFirst
from api.limits import Limits
from api.schema import make_schema
from api.settings import Settings
from api.snapshots import Snapshots
from kg.arrays import GraphArrays
from kg.arrays_make import make_arrays
from kg.store import GraphStore

KNOWN = {
    **{name: {*fields, "__typename"} for name, fields in FIELDS.items()},
    "EntityPaperConnection": {"edges", "pageInfo", "totalCount"},
    "PaperEntityConnection": {"edges", "pageInfo", "totalCount"},
    "RelatedConnection": {"edges", "pageInfo", "totalCount"},
    "EntityConnection": {"edges", "pageInfo", "totalCount"},
    "PaperConnection": {"edges", "pageInfo", "totalCount"},
    "EntityPaperEdge": {"cursor", "node", "role", "via"},
    "PaperEntityEdge": {"cursor", "node", "role"},
    "RelatedEdge": {"cursor", "node", "relation", "direction", "claimCount", "confidence"},
}
SCHEMA: GraphQLSchema = make_schema(Limits())._schema
SLOW_CHECKS = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.function_scoped_fixture]


class Pair:
    """Two servers of one graph, one of which has its arrays."""

    def __init__(self, store: GraphStore, **limits: int) -> None:
        # However slow the machine, the schema's answer is waited for.
        patient = Limits(seconds=600.0, **limits)
        self.apps = [create_app(store, MANIFEST, limits=patient) for _ in range(2)]
        self.show(store)
        self._open = ExitStack()
        self.clients = [self._open.enter_context(TestClient(app)) for app in self.apps]

    def close(self) -> None:
        self._open.close()

    def show(self, store: GraphStore) -> None:
        arrays = GraphArrays.of(make_arrays(store))
        for app, of in zip(self.apps, (None, arrays), strict=True):
            app.state.snapshots = Snapshots(Graph(store, MANIFEST, workers=2, arrays=of))

    @property
    def quick(self) -> FastEndpoint:
        return endpoint(self.apps[1])

    def answers(self, made: Made) -> list[Any]:
        body = {"query": made.text, "variables": made.variables}
        if made.operation:
            body["operationName"] = made.operation
        answers = []
        for client in self.clients:
            answer = client.post("/graphql", json=body, headers={"X-Request-Id": "same"})
            headers = {name: answer.headers.get(name) for name in ("x-kg-cost", "x-kg-snapshot", "content-type")}
            # Written anew, so that numbers are spelled alike; the order of keys stays.
            answers.append((answer.status_code, headers, json.dumps(answer.json())))
        return answers

    def agree(self, made: Made) -> dict[str, Any]:
        """Answer that both give; of several errors the schema tells the one that comes first, now this, now that."""
        slow, quick = self.answers(made)
        told = json.loads(slow[2])
        if "errors" in told:
            slow, quick = [(*rest, json.dumps(json.loads(text).get("data"))) for *rest, text in (slow, quick)]
        assert quick == slow, made
        return told  # type: ignore[no-any-return]

    def ask(self, text: str, **variables: Any) -> dict[str, Any]:
        """Answer that both give."""
        return self.agree(Made(text, variables))


def endpoint(app: Starlette) -> FastEndpoint:
    (found,) = [route.app for route in app.routes if isinstance(getattr(route, "app", None), FastEndpoint)]
    return found  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def pair(store: GraphStore) -> Iterator[Pair]:
    with closing(Pair(store)) as found:
        yield found


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """No plan may fail, though its failing would not show in an answer."""
    with caplog.at_level(logging.ERROR, "paperkg.api"):
        yield
    assert not [record for record in caplog.records if "a plan failed" in record.message]


#: Lists whose cursors documents are drawn with.
LISTS = """{ papers(first: 100) { edges { cursor } } titles: papers(orderBy: TITLE, first: 100) { edges { cursor } }
  ranked: papers(orderBy: PAGERANK, first: 100) { edges { cursor } } entities(first: 100) { edges { cursor node {
  papers { edges { cursor } } related { edges { cursor } } } } } many: entities(orderBy: PAPERS) { edges { cursor } }
  top: entities(orderBy: PAGERANK) { edges { cursor } } entity(name: "gpu") { papers { edges { cursor node {
  entities { edges { cursor } } } } } } }"""


def _cursors(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        yield from (value for key, value in found.items() if key == "cursor")
        for value in found.values():
            yield from _cursors(value)
    elif isinstance(found, list):
        for value in found:
            yield from _cursors(value)


@pytest.fixture(scope="module")
def pool(pair: Pair) -> Pool:
    cursors = sorted(set(_cursors(pair.ask(LISTS))))
    assert len(cursors) > 150
    things, papers = [thing(key) for key in THINGS], [paper(number) for number in range(len(ARTICLES))]
    ids = [
        *things, *papers, *(global_id("Entity", each) for each in things), *(global_id("Paper", each) for each in papers),
        *(article.id for article in ARTICLES), "nothing", "", "urn:x:y",
    ]  # fmt: skip
    names = [each.name for each in THINGS.values()] + ["CNN", "dvs", "GPU ", "  edge   Device", "nothing", "ÿ"]
    return Pool(ids, names, [*cursors, "bm9uc2Vuc2U"])


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("examples", [80, pytest.param(300, marks=pytest.mark.slow)])
def test_generated_documents_get_the_answer_of_the_schema(pair: Pair, pool: Pool, examples: int) -> None:
    seen = {"documents": 0, "sound": 0}
    before = pair.quick.documents.answered

    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW_CHECKS)
    @given(documents(SCHEMA, pool, KNOWN))
    def check(made: Made) -> None:
        answer = pair.agree(made)
        seen["documents"] += 1
        seen["sound"] += "errors" not in answer

    check()
    # Not by asking the schema for everything: of what has no error, a good part was answered from the arrays.
    answered = pair.quick.documents.answered - before
    assert seen["sound"] > seen["documents"] / 4, seen
    assert answered > seen["sound"] / 3, (answered, seen)


@pytest.mark.usefixtures("log")
@pytest.mark.parametrize("examples", [12, pytest.param(40, marks=pytest.mark.slow)])
def test_generated_graphs_give_the_answers_of_the_store(pair: Pair, store: GraphStore, examples: int) -> None:
    before = pair.quick.documents.answered
    asked = shown = 0

    @settings(max_examples=examples, deadline=None, suppress_health_check=SLOW_CHECKS)
    @given(graphs(), st.data())
    def check(made: MadeGraph, data: st.DataObject) -> None:
        nonlocal asked, shown
        pair.show(GraphStore.in_memory(made.quads))
        everything = pair.ask(ALL)
        shown += 1
        assert "errors" not in everything
        cursors = sorted(set(_cursors(everything))) or ["bm9uc2Vuc2U"]
        pool = Pool(made.pool.ids, made.pool.names, cursors)
        for _ in range(4):
            drawn = data.draw(documents(SCHEMA, pool, KNOWN))
            pair.agree(drawn)
            asked += 1

    try:
        check()
    finally:
        pair.show(store)
    assert pair.quick.documents.answered - before - shown > asked / 5


#: All that plans know of every node, by every order.
ALL = """{ papers { totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node {
  ...P entities { totalCount edges { cursor role node { name } } } methods { iri } tasks { iri } datasets { iri }
  hardware { iri } metrics { iri } } } }
  t: papers(orderBy: TITLE) { edges { cursor node { iri } } } r: papers(orderBy: PAGERANK) { edges { cursor node { iri } } }
  entities { totalCount edges { cursor node { ...E broader { name } ancestors { name }
    narrower { totalCount edges { cursor node { name } } } descendants { edges { cursor node { name } } }
    papers { totalCount edges { cursor role via { name } node { title } } }
    below: papers(includeNarrower: true) { totalCount edges { cursor role via { name } node { title } } }
    related { totalCount edges { cursor relation direction claimCount confidence node { name } } } } } }
  p: entities(orderBy: PAPERS) { edges { cursor node { iri } } } e: entities(orderBy: PAGERANK) { edges { cursor node { iri } } }
  taxonomy(type: METHOD) { totalCount edges { cursor node { name } } } }
fragment P on Paper { __typename iri id degree pageRank betweenness title abstract year authors venue url keywords identifiers }
fragment E on Entity { __typename iri id degree pageRank betweenness type name aliases definition paperCount }"""


def test_all_that_plans_know_is_answered_by_them(pair: Pair) -> None:
    left = pair.quick.documents.left
    answer = pair.ask(ALL)
    assert "errors" not in answer
    assert pair.quick.documents.left == left, "a plan lacks a field or argument that the schema has by now"


def test_a_graph_without_arrays_is_answered_by_the_schema(store: GraphStore) -> None:
    app = create_app(store, MANIFEST)
    answer = TestClient(app).post("/graphql", json={"query": "{ papers { totalCount } }"})
    assert answer.json() == {"data": {"papers": {"totalCount": len(ARTICLES)}}}
    assert endpoint(app).documents.answered == 0


@pytest.mark.parametrize(
    ("document", "variables", "code"),
    [
        ("{ " + "entities(first: 1) { edges { node { papers(first: 1) { edges { node { " * 4 + "name" + " } } }" * 8 + " }", {}, "BAD_QUERY"),
        ("{ " + " ".join(f"a{n}: papers {{ totalCount }}" for n in range(31)) + " }", {}, "BAD_QUERY"),
        ("{ " + "__typename " * 2_100 + "}", {}, "BAD_SYNTAX"),
        ("query($n: Int) { papers(first: $n) { edges { node { title } } } }", {"n": 101}, "BAD_ARGUMENT"),
        ("query($n: Int) { papers(first: $n, last: 2) { edges { node { title } } } }", {"n": 3}, "BAD_ARGUMENT"),
        ("query($c: String) { papers(after: $c) { edges { node { title } } } }", {"c": "zzz"}, "BAD_CURSOR"),
        ("query($i: Int!) { papers(first: $i) { totalCount } }", {}, "BAD_QUERY"),
        ("query($i: Int!) { papers(first: $i) { totalCount } }", {"i": "two"}, "BAD_QUERY"),
        ("query($i: Int!) { papers(first: $i) { totalCount } }", {"i": 2**31}, "BAD_QUERY"),
        ("query($t: EntityType) { entities(type: $t) { totalCount } }", {"t": "THING"}, "BAD_QUERY"),
        ("query($ids: [ID!]!) { nodes(ids: $ids) { iri } }", {"ids": ["x"] * 101}, "BAD_ARGUMENT"),
        ("{ entity { name } }", {}, "BAD_ARGUMENT"),
        ("{ entities(minPapers: -1) { totalCount } }", {}, "BAD_ARGUMENT"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_the_schema(pair: Pair, document: str, variables: dict[str, Any], code: str) -> None:
    (error, *_) = pair.ask(document, **variables)["errors"]
    assert error["extensions"]["code"] == code


DEEP = """query($n: Int!) { entities(orderBy: PAPERS, first: $n) { edges { node { name papers(first: $n) { edges { node {
  title entities(first: $n) { edges { node { name } } } } } } } } } }"""


def test_cost_and_budget_are_those_of_the_schema_at_every_size(store: GraphStore) -> None:
    codes = []
    with closing(Pair(store, cost=1_500, nodes=120)) as tight:
        for size in (1, 2, 4, 5, 6, 8, 50):
            for _ in range(2):  # the second time the document is known
                answer = tight.ask(DEEP, n=size)
                codes.append(answer["errors"][0]["extensions"]["code"] if "errors" in answer else "")
        assert set(codes) == {"", "LIMIT_EXCEEDED", "COST_EXCEEDED"}
        assert tight.quick.documents.answered == codes.count("")


def test_a_repeated_node_counts_each_time(store: GraphStore) -> None:
    # The plan answers a node once and uses it again; the budget must not notice.
    same = f'["{paper(0)}", "{paper(0)}", "{paper(0)}"]'
    text = f"{{ nodes(ids: {same}) {{ ... on Paper {{ methods {{ name }} tasks {{ name }} }} }} }}"
    graph = Graph(store, MANIFEST, workers=1, arrays=GraphArrays.of(make_arrays(store)))
    for nodes in (3, 8, 9, 12):
        limits = Limits(nodes=nodes)
        found = asyncio.run(Documents(make_schema(limits), limits).answer(graph, text, {}, None))
        # Three papers, and a method and a task of each.
        assert (found is None) == (nodes < 9)


def test_a_field_that_fails_does_not_cancel_what_others_wait_for(store: GraphStore) -> None:
    # The last list is refused while the one beside it waits for entities that other papers wait for too.
    same = f'["{paper(0)}", "{paper(0)}", "{paper(0)}"]'
    with closing(Pair(store, nodes=8)) as tight:
        answer = tight.ask(f"{{ nodes(ids: {same}) {{ ... on Paper {{ methods {{ name }} tasks {{ name }} }} }} }}")
    assert answer["errors"][0]["extensions"]["code"] == "LIMIT_EXCEEDED"
    assert [bool(node) for node in answer["data"]["nodes"]] == [True, True, False]


def test_a_document_of_many_levels_keeps_nobody_waiting_once_it_is_known(store: GraphStore) -> None:
    # What looks heavy runs aside, until its plan is known to be quick.
    app = create_app(store, MANIFEST, arrays=GraphArrays.of(make_arrays(store)), settings=Settings(lanes=True))
    (first_asked,) = [route.app for route in app.routes if isinstance(getattr(route, "app", None), FastFirst)]
    graph = Graph(store, MANIFEST, workers=1, arrays=GraphArrays.of(make_arrays(store)))
    bodies = {size: json.dumps({"query": DEEP, "variables": {"n": size}}).encode() for size in (2, 60)}

    def at_once(size: int) -> bool:
        return first_asked._quick.at_once({"method": "POST", "graph": graph}, bodies[size])  # type: ignore[no-any-return]

    with TestClient(app) as client:
        before = at_once(2)
        first, second = [client.post("/graphql", content=bodies[2], headers={"Content-Type": "application/json"}) for _ in "ab"]
    assert first.json() == second.json()
    assert "errors" not in first.json()
    assert (before, at_once(2), at_once(60)) == (False, True, False)


def test_a_walk_through_a_list_meets_every_edge_once_both_ways(pair: Pair) -> None:
    before = pair.quick.documents.left
    for field, order in (("papers", "YEAR"), ("papers", "TITLE"), ("papers", "PAGERANK"), ("entities", "NAME"), ("entities", "PAGERANK")):
        text = f"""query($f: Int, $a: String, $l: Int, $b: String) {{ {field}(orderBy: {order}, first: $f, after: $a, last: $l,
          before: $b) {{ totalCount pageInfo {{ hasNextPage hasPreviousPage startCursor endCursor }} edges {{ cursor node {{ iri }} }} }} }}"""
        onward, backward, at = [], [], None
        while True:
            page = pair.ask(text, f=4, a=at)["data"][field]
            onward += [edge["node"]["iri"] for edge in page["edges"]]
            at = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                break
        at = None
        while True:
            page = pair.ask(text, l=4, b=at)["data"][field]
            backward = [edge["node"]["iri"] for edge in page["edges"]] + backward
            at = page["pageInfo"]["startCursor"]
            if not page["pageInfo"]["hasPreviousPage"]:
                break
        assert onward == backward
        assert len(onward) == len(set(onward)) == page["totalCount"]
    assert pair.quick.documents.left == before


def test_a_document_is_looked_at_once_and_its_switches_each_time(pair: Pair) -> None:
    text = "query($s: Boolean!) { papers(first: 1) { totalCount edges @skip(if: $s) { cursor } } }"
    answered = pair.quick.documents.answered
    shown = [list(pair.ask(text, s=truth)["data"]["papers"]) for truth in (True, False, True)]
    assert shown == [["totalCount"], ["totalCount", "edges"], ["totalCount"]]
    assert pair.quick.documents.answered == answered + 3
    # Nothing may be left of an edge, or of a node.
    for text in ("edges { cursor @skip(if: true) }", "edges { node { title @include(if: false) } }"):
        assert pair.ask(f"{{ papers(first: 2) {{ {text} }} }}")["data"]["papers"]["edges"][0] in ({}, {"node": {}})


@pytest.mark.parametrize("query", ["{ papers { totalCount } }", "{ statistics { papers } }", "{ papers { nothing } }"])
def test_a_document_that_is_got_has_the_same_answer_and_headers(pair: Pair, query: str) -> None:
    answers = [
        client.get("/graphql", params={"query": query}, headers={"Accept": "application/json", "X-Request-Id": "same"})
        for client in pair.clients
    ]
    slow, quick = [(a.status_code, a.json(), {k: v for k, v in a.headers.items() if k != "content-length"}) for a in answers]
    assert slow == quick


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"{", b'"x"', b'{"query": 1}', b'{"query": "{ papers { totalCount } }", "variables": []}', b"\xff",
     b'{"query": "{ entity(name: \\"\\ud800\\") { name } }"}', b'[{"query": "{ __typename }"}]', b"[" * 5_000,
     b'{"query": "{ papers { totalCount } }", "extensions": 3}', b'{"query": "{ papers { totalCount } }", "operationName": "X"}',
     b'{"query": "query A { __typename } query B { papers { totalCount } }"}', b'{"query": ""}', b'{"variables": {}}',
     b'{"query": "query A { __typename } query B { papers { totalCount } }", "operationName": "B"}'],
)  # fmt: skip
def test_bodies_of_any_kind_are_answered_as_before(pair: Pair, body: bytes) -> None:
    headers = {"Content-Type": "application/json", "X-Request-Id": "same"}
    slow, quick = [client.post("/graphql", content=body, headers=headers) for client in pair.clients]
    assert (slow.status_code, slow.text.replace(" ", "")) == (quick.status_code, quick.text.replace(" ", ""))
