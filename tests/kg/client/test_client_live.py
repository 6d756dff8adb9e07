"""Both clients against a real server over the small graph: every question, every kind of error."""

from __future__ import annotations

import socket
from collections.abc import Callable
from typing import Any

import anyio
import pytest
from rdflib import Graph
from small_graph import ARTICLES, THINGS, Facts, paper, thing
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kg.client import (
    AnswerError,
    AsyncClient,
    AsyncListing,
    Client,
    Listing,
    NotFound,
    QuestionError,
    Refused,
    Unreachable,
)  # fmt: skip
from kg.client.answers import EntityName, PaperName
from schema.vocab import RELATION_TERMS, SKOS

pytestmark = pytest.mark.network

#: Asks a question with one of the clients; lists are walked to their ends.
Asks = Callable[[Callable[[Any], Any]], Any]


def asker(kind: str, url: str, **options: Any) -> Asks:
    def wait(question: Callable[[Any], Any]) -> Any:
        with Client(url, **options) as client:
            found = question(client)
            return list(found) if isinstance(found, Listing) else found

    async def await_(question: Callable[[Any], Any]) -> Any:
        async with AsyncClient(url, **options) as client:
            found = question(client)
            return [each async for each in found] if isinstance(found, AsyncListing) else await found

    return wait if kind == "sync" else lambda question: anyio.run(await_, question)


@pytest.fixture(params=["sync", "async"])
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def asks(kind: str, server: str) -> Asks:
    return asker(kind, server)


def test_an_entity_by_any_name(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.entity("dynamic vision sensor"))
    assert (found.iri, found.type, found.name) == (thing("event-camera"), "HARDWARE", "event camera")
    assert found.aliases == ("DVS", "dynamic vision sensor")
    assert found.paper_count == facts.paper_count[found.iri]
    assert found.broader == (EntityName(thing("sensor"), "HARDWARE", "sensor"),)
    assert asks(lambda c: c.entity(found)) == found
    assert asks(lambda c: c.entity(thing("event-camera"))) == found
    assert asks(lambda c: c.entity("DVS", type="METHOD")) is None
    systolic = asks(lambda c: c.entity("systolic array"))
    assert (systolic.links[0].match, systolic.links[0].target) == ("EXACT", "https://w3id.org/ocs/ont/C15179")


def test_entities_are_walked_page_by_page(server: str, kind: str) -> None:
    async def awaited() -> list[Any]:
        async with AsyncClient(server) as client:
            return [page async for page in client.entities().pages(size=4)]

    def waited() -> list[Any]:
        with Client(server) as client:
            return list(client.entities().pages(size=4))

    pages = waited() if kind == "sync" else anyio.run(awaited)
    names = [edge.node.name for page in pages for edge in page.edges]
    assert len(pages) == (len(THINGS) + 3) // 4
    assert sorted(names) == sorted(each.name for each in THINGS.values())
    assert all(page.total_count is None for page in pages)
    walked = asker(kind, server)(lambda c: c.entities())
    assert [each.name for each in walked] == names


def test_one_page_is_counted_and_gone_on_from(asks: Asks) -> None:
    first = asks(lambda c: c.papers().page(first=5))
    assert (first.total_count, len(first.edges), first.page_info.has_next_page) == (len(ARTICLES), 5, True)
    second = asks(lambda c: c.papers().page(first=5, after=first.page_info.end_cursor))
    assert not {edge.node.iri for edge in first.edges} & {edge.node.iri for edge in second.edges}


def test_papers_by_condition(asks: Asks) -> None:
    found = asks(lambda c: c.papers(entity="edge device", role="RUNS_ON"))
    assert {each.title for each in found} == {"Detecting Objects on a Jetson Nano", "Residual Networks on a Raspberry Pi"}
    assert asks(lambda c: c.papers(entity="edge device", role="RUNS_ON", include_narrower=False)) == []
    assert [p.year for p in asks(lambda c: c.papers(year_from=2020, year_to=2020))] == [2020]
    one = asks(lambda c: c.paper("arxiv:1512.03385"))
    assert one.authors == ("Jian Sun", "Kaiming He", "Shaoqing Ren", "Xiangyu Zhang")
    assert asks(lambda c: c.paper("arxiv:0000.00000")) is None


def test_what_a_paper_mentions_has_its_sentences(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.mentioned(PaperName(paper(0), "", None, ()), claims=2))
    assert {(each.role, each.node.iri) for each in found} == {
        ("PROPOSES", thing("resnet")), ("ADDRESSES", thing("classification")), ("EVALUATES_ON", thing("imagenet")),
        ("RUNS_ON", thing("gpu")), ("REPORTS", thing("accuracy")),
    }  # fmt: skip
    for each in found:
        for claim in each.claims:
            (quote,) = claim.quotes
            assert facts.texts[claim.paper.iri][quote.start : quote.end] == quote.text


def test_related_entities_and_who_says_so(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.related("YOLO", relation="USED_FOR", claims=5))
    (edge,) = found
    assert (edge.node.name, edge.direction, edge.claim_count) == ("object detection", "OUTGOING", 2)
    sure = [claim.confidence for claim in edge.claims]
    assert sorted(sure, reverse=True) == sure
    stated = facts.stated[thing("yolo"), str(RELATION_TERMS["usedFor"]), thing("detection")]
    assert sorted(sure) == pytest.approx(sorted(stated))
    assert {claim.status for claim in edge.claims} == {"STATED", "HEDGED"}
    assert all(isinstance(claim.subject, EntityName) for claim in edge.claims)
    every = asks(lambda c: c.related("YOLO"))
    edges = {(e.node.iri, e.direction) for e in every}
    known = {(o, "OUTGOING") for s, p, o in facts.edges if s == thing("yolo") and p in {*map(str, RELATION_TERMS.values())}}
    assert known <= edges
    assert (thing("cnn"), "OUTGOING") in {(o, "OUTGOING") for s, p, o in facts.edges if p == str(SKOS.broader)} | edges


def test_lists_of_what_is_not_there(asks: Asks) -> None:
    with pytest.raises(NotFound, match="nothing of the kind") as wrong:
        asks(lambda c: c.related("nothing of the kind"))
    assert wrong.value.code == "NOT_FOUND"
    with pytest.raises(NotFound):
        asks(lambda c: c.mentioned("arxiv:0000.00000").page())


def test_claims_by_condition(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.claims(subject=thing("resnet"), object=EntityName(thing("classification"), "TASK", "")))
    assert [claim.predicate for claim in found] == ["usedFor", "usedFor"]
    assert all(claim.support == 2 and claim.edge_confidence for claim in found)
    roles = asks(lambda c: c.claims(role="PROPOSES"))
    assert all(isinstance(claim.subject, PaperName) for claim in roles)
    assert [c.confidence for c in roles] == sorted((c.confidence for c in roles), reverse=True)


def test_figures_have_rank_unit_and_sentence(asks: Asks) -> None:
    found = asks(lambda c: c.leaderboard("ImageNet", "accuracy", unit="%"))
    assert [(each.node.value, each.rank) for each in found][:2] == [("96.43%", 1), ("91%", 2)]
    assert found[0].node.method == EntityName(thing("resnet"), "METHOD", "ResNet")
    assert found[0].node.quotes[0].text == "We reach 96.43%."
    page = asks(lambda c: c.measurements("edge device", dimension="POWER").page(first=10))
    assert [(edge.node.value, edge.number, edge.unit) for edge in page.edges] == [("3500 mW", 3.5, "W"), ("10 W", 10.0, "W")]
    assert [(unit.unit, unit.count) for unit in page.units] == [("W", 2)]
    assert asks(lambda c: c.leaderboard("ImageNet", "accuracy", change=True))[0].node.direction == "INCREASE"


def test_a_path_and_a_neighbourhood(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.path(thing("event-camera"), thing("flow")))
    assert found.length == len(found.steps) == len(found.nodes) - 1
    assert {found.nodes[0].iri, found.nodes[-1].iri} == {thing("event-camera"), thing("flow")}
    assert all(step.claims and step.claims[0].quotes for step in found.steps)
    assert asks(lambda c: c.path(thing("event-camera"), thing("squad"), max_length=1)) is None
    around = asks(lambda c: c.neighbourhood("arxiv:1606.05250"))
    assert {each.node.iri for each in around.nodes} == {paper(10), thing("squad"), thing("qa")}
    assert not around.truncated
    assert {(e.subject.iri, e.object.iri) for e in around.edges} >= {(paper(10), thing("squad"))}
    assert asks(lambda c: c.neighbourhood("arxiv:0000.00000")) is None


def test_counts(asks: Asks, facts: Facts) -> None:
    found = asks(lambda c: c.statistics())
    assert (found.papers, found.entities) == (len(ARTICLES), len(THINGS))
    assert {each.type: each.count for each in found.entities_by_type}["DATASET"] == 4
    assert found.snapshot.manifest["version"] == "0.1.0"


def test_any_document(asks: Asks) -> None:
    found = asks(lambda c: c.execute("query($n: Int) { papers(first: $n) { edges { node { title } } } }", {"n": 2}))
    assert len(found["papers"]["edges"]) == 2


def test_sparql(asks: Asks) -> None:
    table = asks(lambda c: c.select("SELECT ?name ?n WHERE { ?t a kg:Dataset ; skos:prefLabel ?name ; kg:paperCount ?n } ORDER BY ?name"))
    assert table.variables == ("name", "n")
    assert [name for name, _ in table.values()] == ["COCO", "ImageNet", "MVSEC", "SQuAD"]
    assert all(isinstance(count, int) for _, count in table.values())
    assert asks(lambda c: c.ask("ASK { ?x a kg:Paper }")) is True
    query = "CONSTRUCT { ?a skos:related ?b } WHERE { ?a kg:usedFor ?b }"
    graphs = [
        Graph().parse(data=asks(lambda c, f=f: c.construct(query, format=f)), format=g)
        for f, g in (("turtle", "turtle"), ("ntriples", "nt"))
    ]
    assert set(graphs[0]) == set(graphs[1])
    assert len(graphs[0]) == len(asks(lambda c: c.select("SELECT DISTINCT ?a ?b { ?a kg:usedFor ?b }")).rows)


def test_what_is_wrong_has_code_hint_and_request(asks: Asks) -> None:
    with pytest.raises(QuestionError) as wrong:
        asks(lambda c: c.path(thing("yolo"), thing("flow"), max_length=9))
    assert wrong.value.code == "BAD_ARGUMENT"
    assert "0 to 6" in wrong.value.hint
    assert wrong.value.request_id and wrong.value.request_id in str(wrong.value)
    with pytest.raises(QuestionError) as wrong:
        asks(lambda c: c.papers().page(after="nonsense"))
    assert wrong.value.code == "BAD_CURSOR"
    with pytest.raises(QuestionError) as wrong:
        asks(lambda c: c.execute("{ nothing }"))
    assert wrong.value.code == "BAD_QUERY"
    with pytest.raises(Refused) as refused:
        asks(lambda c: c.select("SELECT nonsense"))
    assert refused.value.status == 400 and refused.value.request_id
    with pytest.raises(Refused):
        asks(lambda c: c.select("DELETE WHERE { ?s ?p ?o }"))
    with pytest.raises(AnswerError, match="ASK"):
        asks(lambda c: c.ask("SELECT * { ?s ?p ?o } LIMIT 1"))
    with pytest.raises(AnswerError, match="SELECT"):
        asks(lambda c: c.select("ASK { ?s ?p ?o }"))


def test_no_server_and_no_answer(kind: str) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(Unreachable) as wrong:
            asker(kind, address)(lambda c: c.statistics())
        assert wrong.value.code == "UNREACHABLE"
        silent.listen()
        with pytest.raises(Unreachable) as wrong:
            asker(kind, address, timeout=0.2)(lambda c: c.statistics())
        assert wrong.value.code == "TIMED_OUT"


def test_a_busy_server_is_asked_again_with_the_key_and_a_broken_one_is_not(kind: str, serve: Any) -> None:
    seen: list[tuple[str, str | None]] = []

    async def busy(request: Request) -> Response:
        seen.append((request.url.path, request.headers.get("authorization")))
        if len(seen) < 3:
            return Response("busy", status_code=503, headers={"Retry-After": "0"})
        return JSONResponse({"data": {"x": 1}})

    async def broken(request: Request) -> Response:
        seen.append((request.url.path, None))
        return Response("internal error", status_code=500)

    app = Starlette(routes=[Route("/graphql", busy, methods=["POST"]), Route("/sparql", broken, methods=["POST"])])
    with serve(app) as address:
        asks = asker(kind, address, key="k3y")
        assert asks(lambda c: c.execute("{ x }")) == {"x": 1}
        assert seen == [("/graphql", "Bearer k3y")] * 3
        with pytest.raises(Refused, match="internal error"):
            asks(lambda c: c.ask("ASK {}"))
        assert len(seen) == 4
