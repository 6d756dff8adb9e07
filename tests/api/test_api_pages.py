"""Connections: whatever the page size and the direction, the sequence is one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from small_graph import MANIFEST, Ask, _quads
from small_graph import Facts as GraphFacts
from starlette.testclient import TestClient

from api.app import create_app
from api.cursors import cursor, global_id, iri_of, key_of
from api.errors import CursorError
from kg.store import GraphStore, Literal, Quad, iri
from schema.vocab import DCTERMS, KG, RDF, XSD

PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor } totalCount edges { cursor node { id } }"
ARGUMENTS = "first: $first, after: $after, last: $last, before: $before"
#: Each connection of the API: what stands around it, from which it is reached.
CONNECTIONS = {
    "papers by year": f"{{ c: papers({ARGUMENTS}) {{ {PAGE} }} }}",
    "papers by title": f"{{ c: papers(orderBy: TITLE, {ARGUMENTS}) {{ {PAGE} }} }}",
    "papers by PageRank": f"{{ c: papers(orderBy: PAGERANK, {ARGUMENTS}) {{ {PAGE} }} }}",
    "papers of a kind": f'{{ c: papers(filter: {{entity: "neural network"}}, {ARGUMENTS}) {{ {PAGE} }} }}',
    "entities by name": f"{{ c: entities({ARGUMENTS}) {{ {PAGE} }} }}",
    "entities by papers": f"{{ c: entities(orderBy: PAPERS, {ARGUMENTS}) {{ {PAGE} }} }}",
    "entities by PageRank": f"{{ c: entities(orderBy: PAGERANK, {ARGUMENTS}) {{ {PAGE} }} }}",
    "taxonomy": f"{{ c: taxonomy(type: HARDWARE, {ARGUMENTS}) {{ {PAGE} }} }}",
    "claims": f"{{ c: claims({ARGUMENTS}) {{ {PAGE} }} }}",
    "leaderboard": f'{{ c: leaderboard(dataset: "ImageNet", metric: "accuracy", {ARGUMENTS}) {{ {PAGE} }} }}',
    "leaderboard of a dataset": f'{{ entity(name: "ImageNet") {{ c: leaderboard(metric: "top-5 error", {ARGUMENTS}) {{ {PAGE} }} }} }}',
    "measurements": f'{{ c: measurements(hardware: "computing device", {ARGUMENTS}) {{ {PAGE} }} }}',
    "measurements of hardware": f'{{ entity(name: "edge device") {{ c: measurements(order: LOWEST, {ARGUMENTS}) {{ {PAGE} }} }} }}',
    "communities": f"{{ c: communities({ARGUMENTS}) {{ {PAGE} }} }}",
    "entities of a paper": f'{{ paper(id: "arxiv:1512.03385") {{ c: entities({ARGUMENTS}) {{ {PAGE} }} }} }}',
    "claims of a paper": f'{{ paper(id: "arxiv:1512.03385") {{ c: claims({ARGUMENTS}) {{ {PAGE} }} }} }}',
    "papers of an entity": f'{{ entity(name: "cnn") {{ c: papers(includeNarrower: true, {ARGUMENTS}) {{ {PAGE} }} }} }}',
    "related": f'{{ entity(name: "cnn") {{ c: related({ARGUMENTS}) {{ {PAGE} }} }} }}',
    "narrower": f'{{ entity(name: "cnn") {{ c: narrower({ARGUMENTS}) {{ {PAGE} }} }} }}',
    "descendants": f'{{ entity(name: "computing device") {{ c: descendants({ARGUMENTS}) {{ {PAGE} }} }} }}',
}
VARIABLES = "query($first: Int, $after: String, $last: Int, $before: String) "


def _page(ask: Ask, name: str, **variables: object) -> dict[str, Any]:
    found = ask(VARIABLES + CONNECTIONS[name], **variables)
    while "c" not in found:
        (found,) = found.values()
    return found["c"]  # type: ignore[no-any-return]


def _walk(ask: Ask, name: str, size: int, *, backwards: bool = False) -> list[str]:
    """Cursors of all pages, in the list's order."""
    pages: list[list[str]] = []
    at: str | None = None
    while True:
        arguments = {"last": size, "before": at} if backwards else {"first": size, "after": at}
        page = _page(ask, name, **arguments)
        cursors = [edge["cursor"] for edge in page["edges"]]
        info = page["pageInfo"]
        assert (info["startCursor"], info["endCursor"]) == ((cursors[0], cursors[-1]) if cursors else (None, None))
        assert info["hasNextPage" if backwards else "hasPreviousPage"] == (at is not None)
        pages.append(cursors)
        if not info["hasPreviousPage" if backwards else "hasNextPage"]:
            break
        at = cursors[0] if backwards else cursors[-1]
    return [cursor_ for page_ in (reversed(pages) if backwards else pages) for cursor_ in page_]


@pytest.mark.parametrize("name", CONNECTIONS)
def test_every_page_size_gives_the_same_sequence_both_ways(ask: Ask, name: str) -> None:
    whole = _page(ask, name, first=100)
    cursors = [edge["cursor"] for edge in whole["edges"]]
    assert whole["totalCount"] == len(cursors) == len(set(cursors)) > 1
    assert not whole["pageInfo"]["hasNextPage"]
    for size in (1, 3) if len(cursors) < 9 else (5, 11):
        assert _walk(ask, name, size) == cursors
        assert _walk(ask, name, size, backwards=True) == cursors


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    name=st.sampled_from(
        ["papers by title", "claims", "papers of an entity", "related", "leaderboard", "measurements"]
    ),
    size=st.integers(1, 30),
    data=st.data(),
)
def test_any_two_cursors_cut_out_what_lies_between(ask: Ask, name: str, size: int, data: st.DataObject) -> None:
    cursors = [edge["cursor"] for edge in _page(ask, name, first=100)["edges"]]
    start = data.draw(st.integers(0, len(cursors) - 1))
    stop = data.draw(st.integers(0, len(cursors) - 1))
    between = cursors[start + 1 : stop]
    forward = _page(ask, name, first=size, after=cursors[start], before=cursors[stop])
    assert [edge["cursor"] for edge in forward["edges"]] == between[:size]
    backward = _page(ask, name, last=size, after=cursors[start], before=cursors[stop])
    assert [edge["cursor"] for edge in backward["edges"]] == between[max(0, len(between) - size) :]


def test_a_cursor_still_points_at_its_place_after_papers_came_and_went(ask: Ask) -> None:
    page = _page(ask, "papers by title", first=5)
    at, gone = page["pageInfo"]["endCursor"], iri_of(page["edges"][4]["node"]["id"])
    rest = [edge["node"]["id"] for edge in _page(ask, "papers by title", first=100, after=at)["edges"]]
    quads = [quad for quad in _quads(GraphFacts()) if quad.subject.value != gone]
    for title, name in (("AAA", "first"), ("zzz", "last")):
        node = iri(f"https://w3id.org/paperkg/id/paper/{name}")
        for term, value in ((RDF.type, iri(str(KG.Paper))), (DCTERMS.title, Literal(title)),
                            (DCTERMS.issued, Literal("2025", datatype=iri(str(XSD.gYear))))):  # fmt: skip
            quads.append(Quad(node, iri(str(term)), value))
    with TestClient(create_app(GraphStore.in_memory(quads), MANIFEST)) as client:
        body = {"query": VARIABLES + CONNECTIONS["papers by title"], "variables": {"first": 100, "after": at}}
        found = client.post("/graphql", json=body).json()["data"]["c"]["edges"]
    assert [edge["node"]["id"] for edge in found] == [
        *rest,
        global_id("Paper", "https://w3id.org/paperkg/id/paper/last"),
    ]


def test_the_default_page_has_20_edges_and_a_page_of_none_has_only_the_count(ask: Ask) -> None:
    assert len(_page(ask, "entities by name")["edges"]) == 20
    empty = _page(ask, "entities by name", first=0)
    assert (empty["edges"], empty["totalCount"], empty["pageInfo"]["hasNextPage"]) == ([], 30, True)


@pytest.mark.parametrize(
    "garbage",
    ["garbage", "", "😀", "AAAA", cursor("NAME", ("gpu", "ex:gpu")), cursor("YEAR", (1, "x")), cursor("YEAR", ("NaN", "x")),
     cursor("YEAR", ("-2021) } #", "x")), cursor("YEAR", ("-2021",)), "W10", "bnVsbA", "x" * 20_000],
)  # fmt: skip
def test_a_cursor_that_is_none_is_told_so(send: Ask, garbage: str) -> None:
    answer = send(VARIABLES + CONNECTIONS["papers by year"], after=garbage)
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_CURSOR"
    assert "endCursor" in error["extensions"]["hint"]
    assert len(error["message"]) < 200
    if garbage:
        nested = send(VARIABLES + CONNECTIONS["related"], before=garbage)
        assert nested["errors"][0]["extensions"]["code"] == "BAD_CURSOR"


@pytest.mark.parametrize(
    "arguments",
    [{"first": 101}, {"first": -1}, {"last": 1000}, {"last": -5}, {"first": 1, "last": 1}, {"first": 2_000_000_000}],
)
def test_a_page_that_is_too_large_or_no_page_is_refused(send: Ask, arguments: dict[str, int]) -> None:
    for name in ("papers by year", "related"):
        (error,) = send(VARIABLES + CONNECTIONS[name], **arguments)["errors"]
        assert error["extensions"]["code"] == "BAD_ARGUMENT"
        assert error["extensions"]["hint"]


@settings(deadline=None)
@given(
    order=st.text(max_size=9),
    key=st.lists(st.integers() | st.text() | st.floats(allow_nan=False), min_size=1, max_size=4),
)
def test_a_cursor_gives_back_the_key_it_was_made_of(order: str, key: list[int | str]) -> None:
    shape = [type(part) for part in key]
    made = cursor(order, tuple(key))
    assert key_of(made, order, shape) == tuple(key)
    assert made.isascii()
    with pytest.raises(CursorError):
        key_of(made, f"{order}x", shape)


@settings(deadline=None)
@given(st.text())
def test_what_is_no_cursor_and_no_id_raises_nothing_else(text: str) -> None:
    with pytest.raises(CursorError):
        key_of(text, "YEAR", (str, str))
    assert iri_of(text) is None or iri_of(text)


@settings(deadline=None)
@given(st.from_regex(r"https://[a-z]{1,9}\.org/[a-z0-9/é-]{1,30}", fullmatch=True))
def test_a_global_id_gives_back_its_iri(iri_text: str) -> None:
    assert iri_of(global_id("Entity", iri_text)) == iri_text
