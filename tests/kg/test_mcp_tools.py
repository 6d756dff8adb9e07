"""The tools of the agents' server, asked in process by the protocol's own client: answers, words, refusals."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

import anyio
import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from mcp_graph import ORDER, ORDER_IRI, SENTENCE, write
from rdflib import Graph
from small_graph import ARTICLES, THINGS, Facts, paper, thing

from kg.agents import routes
from kg.agents.asking import Bounds, ask, form_of
from kg.agents.errors import StaleCursor, ToolRefused
from kg.agents.searching import search
from kg.agents.snapshot import ServedGraph, Snapshot
from kg.errors import WorkspaceError
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

#: Calls a tool and gives back what it answers: structured, and in words.
Call = Callable[..., tuple[dict[str, Any], str]]
TOOLS = ("search", "describe", "neighbours", "paths", "evidence", "sparql")


def make_server(graph: ServedGraph) -> Any:
    from kg.agents import server

    return server.make_server(graph)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("mcp")


@pytest.fixture(scope="module")
def facts(folder: Path) -> Facts:
    return write(folder)


@pytest.fixture(scope="module")
def graph(folder: Path, facts: Facts) -> ServedGraph:
    return ServedGraph(folder)


@pytest.fixture(scope="module")
def snapshot(graph: ServedGraph) -> Snapshot:
    return graph.now()


@pytest.fixture(scope="module")
def result(graph: ServedGraph) -> Callable[..., Any]:
    server = make_server(graph)

    async def asked(tool: str, arguments: dict[str, Any]) -> Any:
        async with mcp.Client(server) as client:
            return await client.call_tool(tool, arguments)

    return lambda tool, **arguments: anyio.run(asked, tool, arguments)


@pytest.fixture(scope="module")
def call(result: Callable[..., Any]) -> Call:
    def call(tool: str, **arguments: Any) -> tuple[dict[str, Any], str]:
        found = result(tool, **arguments)
        (words,) = found.content
        assert not found.is_error, words.text
        return found.structured_content, words.text

    return call


@pytest.fixture(scope="module")
def refused(result: Callable[..., Any]) -> Callable[..., str]:
    def refused(tool: str, **arguments: Any) -> str:
        found = result(tool, **arguments)
        assert found.is_error
        assert found.structured_content is None
        return str(found.content[0].text)

    return refused


# ------------------------------------------------------------------------------------------- what a client sees


def test_tools_are_read_only_and_described(graph: ServedGraph) -> None:
    async def listed() -> Any:
        async with mcp.Client(make_server(graph)) as client:
            return client.server_info, client.instructions, (await client.list_tools()).tools

    info, instructions, tools = anyio.run(listed)
    assert info.name == "paperkg"
    assert "never instructions" in instructions
    assert tuple(tool.name for tool in tools) == TOOLS
    for tool in tools:
        assert tool.annotations.read_only_hint and not tool.annotations.open_world_hint
        assert len(tool.description) > 100
        assert tool.output_schema["type"] == "object"
        for name, schema in tool.input_schema["properties"].items():
            assert schema.get("description"), f"{tool.name}: {name} has no description"


def test_resources_can_be_read(graph: ServedGraph) -> None:
    async def read() -> dict[str, tuple[str, str]]:
        async with mcp.Client(make_server(graph)) as client:
            found = {}
            for resource in (await client.list_resources()).resources:
                (content,) = (await client.read_resource(resource.uri)).contents
                found[str(resource.uri)] = (content.mime_type, content.text)
            return found

    found = anyio.run(read)
    assert set(found) == {"paperkg://ontology", "paperkg://examples", "paperkg://statistics"}
    assert len(Graph().parse(data=found["paperkg://ontology"][1], format="turtle")) > 300
    assert "```sparql" in found["paperkg://examples"][1] and "PREFIX kg:" in found["paperkg://examples"][1]
    assert json.loads(found["paperkg://statistics"][1])["classes"]["Paper"] == len(ARTICLES)


# ------------------------------------------------------------------------------------------- search


@pytest.mark.parametrize(
    ("text", "first", "matched"),
    [
        ("event camera", thing("event-camera"), "name"),
        ("Event-Cameras", thing("event-camera"), "name"),
        ("dynamic vision sensors", thing("event-camera"), "other name"),
        ("hardware/jetson-nano", thing("jetson-nano"), "name"),
        (thing("bert"), thing("bert"), "name"),
        ("nvidia", thing("jetson-nano"), "part of a name"),
        ("vision dynamic", thing("event-camera"), "words of a name"),
        ("transfromer", thing("transformer"), "near spelling"),
        ("arxiv:1512.03385", paper(0), "title or identifier"),
        ("you only look once", paper(1), "title or identifier"),
        ("compression", paper(6), "part of the title"),
    ],
)
def test_search_finds_by_any_name(call: Call, text: str, first: str, matched: str) -> None:
    found, words = call("search", text=text)
    assert (found["hits"][0]["iri"], found["hits"][0]["matched"]) == (first, matched)
    assert f"<{first}>" in words


def test_search_pages_and_filters(call: Call, snapshot: Snapshot) -> None:
    whole, _ = call("search", text="a", limit=50, type="Paper")
    pages, cursor = [], None
    while True:
        page, words = call("search", text="a", limit=1, type="Paper", **({"cursor": cursor} if cursor else {}))
        pages += page["hits"]
        cursor = page["next"]
        assert (f"cursor {cursor}" in words) == (cursor is not None)
        if cursor is None:
            break
    assert pages == whole["hits"] and whole["total"] == len(pages) > 1
    assert {hit["type"] for hit in pages} == {"Paper"}
    assert call("search", text="zzzzzz")[0]["hits"] == []


def test_the_sure_ways_come_first(snapshot: Snapshot) -> None:
    found = search(snapshot, "neural network", limit=50)
    assert found.hits[0].name == "neural network"
    assert {hit.name for hit in found.hits} >= {"convolutional neural network", "spiking neural network"}


# ------------------------------------------------------------------------------------------- describe, neighbours


def test_describe_an_entity(call: Call, facts: Facts) -> None:
    found, words = call("describe", name="Jetson Nano")
    entity = found["entity"]
    assert (entity["iri"], entity["papers"], entity["roles"]) == (thing("jetson-nano"), 1, {"runsOn": 1})
    assert [each["name"] for each in entity["broader"]] == ["edge device"]
    assert entity["relations"] == {"subClassOf": 1, "runsOn": 1}
    assert found["paper"] is None
    assert f"a kind of: edge device <{thing('edge-device')}>" in words
    systolic, _ = call("describe", name="systolic array")
    assert systolic["entity"]["links"][0] == {"iri": "https://w3id.org/ocs/ont/C15179", "match": "exact", "score": 0.93}
    device, words = call("describe", name="computing device")
    assert device["entity"]["narrower_total"] == 3
    assert "definition: A device that runs programs." in words
    assert device["entity"]["papers"] == facts.paper_count[thing("computing-device")] == 0


def test_describe_a_paper(call: Call, facts: Facts) -> None:
    for name in ("doi:10.1000/nano.1", paper(7), "detecting objects on a Jetson Nano"):
        found, words = call("describe", name=name, type="Paper")
        said = found["paper"]
        assert (said["iri"], said["id"], said["year"]) == (paper(7), "doi:10.1000/nano.1", 2021)
        assert f"{said['name']}\n{said['abstract']}" == facts.texts[paper(7)]
        assert {role: {e["name"] for e in nodes} for role, nodes in said["entities"].items()} == {
            "uses": {"YOLO", "pruning"}, "addresses": {"object detection"}, "evaluatesOn": {"COCO"},
            "runsOn": {"Jetson Nano"},
        }  # fmt: skip
        assert (len(said["results"]), said["results_total"]) == (3, 4)
        assert "runsOn: Jetson Nano" in words


def test_neighbours_of_a_node(call: Call, facts: Facts) -> None:
    found, _ = call("neighbours", name="YOLO", limit=50)
    got = {
        (e["predicate"], e["direction"], e["node"]["iri"]): (e["source"], e["papers"]) for e in found["edges"]
    }
    names = {str(term): name for name, term in (*ROLE_TERMS.items(), *RELATION_TERMS.items())}
    wanted = {
        (names[p], "out" if s == thing("yolo") else "in", o if s == thing("yolo") else s)
        for s, p, o in facts.edges
        if thing("yolo") in (s, o)
    }
    assert set(got) == wanted
    assert got["usedFor", "out", thing("detection")] == ("papers", 2)
    assert got["subClassOf", "out", thing("cnn")] == ("taxonomy", 0)
    for edge in found["edges"]:
        if edge["source"] == "papers":
            assert edge["quote"] in facts.texts[edge["paper"]["iri"]]
    kinds = [edge["node"]["type"] == "Paper" for edge in found["edges"]]
    assert kinds == sorted(kinds)


def test_neighbours_are_filtered_and_paged(call: Call) -> None:
    every, _ = call("neighbours", name="GPU", limit=50)
    first, words = call("neighbours", name="GPU", limit=2)
    second, _ = call("neighbours", name="GPU", limit=50, cursor=first["next"])
    assert [*first["edges"], *second["edges"]] == every["edges"]
    assert f"cursor {first['next']}" in words
    papers, _ = call("neighbours", name="YOLO", to_type="Paper", direction="in", predicate="uses")
    assert [each["node"]["iri"] for each in papers["edges"]] == [paper(7)]
    sure, _ = call("neighbours", name="GPU", min_confidence=0.8, limit=50)
    assert {e["node"]["iri"] for e in sure["edges"]} == {
        e["node"]["iri"] for e in every["edges"] if e["confidence"] is None or e["confidence"] >= 0.8
    }


def test_what_papers_hedge_is_told(call: Call) -> None:
    found, words = call("neighbours", name=paper(9), predicate="evaluatesOn")
    assert [edge["status"] for edge in found["edges"]] == ["hedged"]
    assert "hedged" in words


# ------------------------------------------------------------------------------------------- evidence


def test_evidence_of_an_edge_has_quotes_offsets_and_papers(call: Call, facts: Facts) -> None:
    found, words = call("evidence", name="YOLO", other="object detection")
    assert [c["predicate"] for c in found["claims"]] == ["usedFor", "usedFor"]
    assert {c["paper"]["id"] for c in found["claims"]} == {"arxiv:1506.02640", "doi:10.1000/nano.1"}
    assert [c["confidence"] for c in found["claims"]] == sorted((c["confidence"] for c in found["claims"]), reverse=True)
    for claim in found["claims"]:
        (quote,) = claim["quotes"]
        assert facts.texts[claim["paper"]["iri"]][quote["start"] : quote["end"]] == quote["text"]
        assert f'"{quote["text"]}"' in words and f"at {quote['start']}-{quote['end']}" in words
        assert f"<{claim['iri']}>" in words and f"<{claim['paper']['iri']}>" in words
        alone, _ = call("evidence", name=claim["iri"])
        assert alone["claims"] == [claim]
    assert found["figures"] == []


def test_evidence_has_the_figures_that_name_both(call: Call) -> None:
    found, words = call("evidence", name="ResNet", other="ImageNet", limit=2)
    assert found["figures_total"] == 4 and len(found["figures"]) == 2
    more, _ = call("evidence", name="ResNet", other="ImageNet", limit=2, cursor=found["next"])
    values = {figure["value"] for figure in (*found["figures"], *more["figures"])}
    assert values == {"96.43%", "3.57%", "28%", "70.1%"}
    figure = found["figures"][0]
    assert figure["of"]["method"] == "ResNet" and figure["value"] in words
    alone, _ = call("evidence", name=figure["iri"])
    assert alone["figures"] == [figure]


def test_evidence_about_one_node_and_of_none(call: Call) -> None:
    found, _ = call("evidence", name="MVSEC", limit=25)
    assert found["claims_total"] == len(found["claims"]) == 3
    none, words = call("evidence", name="BERT", other="MVSEC")
    assert (none["claims_total"], none["figures_total"]) == (0, 0)
    assert "`paths`" in words


# ------------------------------------------------------------------------------------------- paths


def _claimed(facts: Facts, snapshot: Snapshot) -> nx.Graph:
    """The edges that papers state, each with its surest claim."""
    graph = nx.Graph()
    rows = snapshot.store.select("SELECT ?s ?o ?c WHERE { ?x rdf:subject ?s ; rdf:object ?o ; kg:confidence ?c }")
    for row in rows:
        one, other, sure = row["s"].value, row["o"].value, float(row["c"].value)
        if sure > graph.get_edge_data(one, other, {"sure": 0})["sure"]:
            graph.add_edge(one, other, sure=sure)
    return graph


def _best(graph: nx.Graph, one: str, other: str, closed: set[str]) -> tuple[int, float] | None:
    open_ = graph.subgraph(set(graph) - closed | {one, other})
    try:
        ways = list(nx.all_shortest_paths(open_, one, other))
    except (nx.NetworkXNoPath, nx.NodeNotFound):
        return None
    return len(ways[0]) - 1, max(_product(open_, way) for way in ways)


def _product(graph: nx.Graph, way: list[str]) -> float:
    sure = 1.0
    for pair in pairwise(way):
        sure *= graph.edges[pair]["sure"]
    return sure


NODES = sorted([*map(thing, THINGS), *map(paper, range(len(ARTICLES)))])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(ends=st.lists(st.sampled_from(NODES), min_size=2, max_size=2, unique=True), through=st.sampled_from(["any", "entities"]))
def test_paths_are_the_shortest_and_of_these_the_surest(
    snapshot: Snapshot, facts: Facts, ends: list[str], through: str
) -> None:
    graph = _claimed(facts, snapshot)
    closed = {node for node in graph if "/metric/" in node or (through == "entities" and "/paper/" in node)}
    wanted = _best(graph, *ends, closed)
    found = routes.paths(snapshot, *ends, through=through, max_length=6, limit=3)
    if wanted is None or wanted[0] > 6:
        assert found.paths == () and found.length is None
        return
    length, sure = wanted
    assert found.length == length
    assert found.paths[0].confidence == pytest.approx(sure, abs=1e-4)
    rest = [route.confidence for route in found.paths]
    assert rest == sorted(rest, reverse=True) and len({route.nodes for route in found.paths}) == len(rest)
    for route in found.paths:
        assert [route.nodes[0].iri, route.nodes[-1].iri] == ends
        for (one, other), step in zip(pairwise(route.nodes), route.steps, strict=True):
            assert {step.subject.iri, step.object.iri} == {one.iri, other.iri}
            assert step.quotes


def test_paths_in_words(call: Call) -> None:
    found, words = call("paths", one="event camera", other="BERT", max_length=6)
    assert found["length"] == len(found["paths"][0]["steps"])
    assert "Shortest paths" in words and "[1] " in words
    direct, _ = call("paths", one="YOLO", other="Jetson Nano")
    assert direct["length"] == 1
    near, words = call("paths", one="Jetson Nano", other="computing device", max_length=1)
    assert near["paths"] == [] and [n["name"] for n in near["kinds"]] == ["Jetson Nano", "edge device", "computing device"]
    assert "Jetson Nano is a kind of edge device is a kind of computing device" in words


# ------------------------------------------------------------------------------------------- sparql


def test_sparql_answers_in_three_forms(call: Call, facts: Facts) -> None:
    found, words = call("sparql", query="SELECT ?name ?n { ?t a kg:Dataset ; skos:prefLabel ?name ; kg:paperCount ?n } ORDER BY ?name")
    assert found["variables"] == ["name", "n"]
    assert [row["name"] for row in found["rows"]] == ["COCO", "ImageNet", "MVSEC", "SQuAD"]
    assert all(isinstance(row["n"], int) for row in found["rows"])
    assert words.splitlines()[0] == "name | n"
    yes, words = call("sparql", query="ASK { ?x a kg:Paper }")
    assert (yes["truth"], words) == (True, "yes")
    made, _ = call("sparql", query="CONSTRUCT { ?a skos:related ?b } { ?a kg:usedFor ?b }", limit=500)
    stated = {(s, o) for s, p, o in facts.edges if p == str(KG.usedFor)}
    assert len(Graph().parse(data=made["graph"], format="turtle")) == len(stated) > 5
    assert not made["more"]


def test_sparql_is_cut_and_says_so(call: Call, snapshot: Snapshot) -> None:
    found, words = call("sparql", query="SELECT * { ?s ?p ?o }", limit=3)
    assert len(found["rows"]) == 3 and found["more"]
    assert "LIMIT" in words
    bounds = Bounds(rows=500, cell=20, characters=100)
    cut = anyio.run(partial(ask, bounds=bounds), snapshot.store_folder, "SELECT ?t { ?p dcterms:abstract ?t }")
    assert cut.more and cut.shortened
    assert all(len(str(row["t"])) <= 20 for row in cut.rows)
    assert sum(len(str(row["t"])) for row in cut.rows) <= 100


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("DELETE WHERE { ?s ?p ?o }", "read-only"),
        ("PREFIX a: <ex:> INSERT DATA { a:b a:c a:d }", "read-only"),
        ("LOAD <http://example.org/>", "read-only"),
        ("SELECT * {} ; DROP ALL", "line 1"),
        ("DESCRIBE <ex:a>", "SELECT, ASK or CONSTRUCT"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT * { S\\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", "SERVICE"),
        ("SELECT nonsense", "paperkg://examples"),
        ("# nothing", "there is no query"),
        ("SELECT * { ?s ?p ?o } #" + "x" * 30_000, "characters"),
        ("SELECT (1/0 AS ?x) {} \x00", ""),
    ],
)
def test_sparql_refuses_what_is_no_question(refused: Callable[..., str], query: str, told: str) -> None:
    assert told in refused("sparql", query=query)


def test_forms_are_told_from_the_text() -> None:
    assert form_of("BASE <ex:> PREFIX : <ex:SELECT>\n# ASK {}\nconstruct where { ?s ?p ?o }") == "CONSTRUCT"
    with pytest.raises(ToolRefused):
        form_of("PREFIX SELECT: <ex:> DELETE {}")


def _asking(folder: Path) -> list[str]:
    """Processes that answer a query from this folder."""
    found = []
    for line in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = line.read_bytes().decode(errors="replace")
        except OSError:
            continue
        if "kg.agents.asking" in words and str(folder) in words:
            found.append(words)
    return found


ENDLESS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def test_a_query_that_takes_too_long_is_really_stopped(folder: Path, snapshot: Snapshot) -> None:
    with pytest.raises(ToolRefused, match="stopped after 2 seconds"):
        anyio.run(partial(ask, bounds=Bounds(seconds=2)), snapshot.store_folder, ENDLESS)
    assert _asking(folder) == []


def test_a_query_whose_caller_leaves_is_stopped_too(folder: Path, snapshot: Snapshot) -> None:
    async def leave() -> None:
        with anyio.move_on_after(2):
            await ask(snapshot.store_folder, ENDLESS, bounds=Bounds(seconds=300))

    anyio.run(leave)
    assert _asking(folder) == []


@pytest.mark.skipif(os.name != "posix", reason="needs an alarm")
def test_a_query_whose_server_was_ended_ends_too(snapshot: Snapshot) -> None:
    command = [sys.executable, "-m", "kg.agents.asking", str(snapshot.store_folder), "0.5", "5", "500", "4000", str(2**32)]
    done = subprocess.run(command, input=ENDLESS.encode(), capture_output=True, check=False, timeout=300)
    assert done.returncode == -signal.SIGALRM
    assert done.stdout == b""


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc").is_dir(), reason="only Linux holds a process to its memory")
def test_a_query_that_needs_too_much_memory_breaks_off_alone(snapshot: Snapshot) -> None:
    query = "SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?f ?c ?a"
    with pytest.raises(ToolRefused, match="memory"):
        anyio.run(partial(ask, bounds=Bounds(seconds=300, memory=150_000_000)), snapshot.store_folder, query)


# ------------------------------------------------------------------------------------------- hostile and wrong


def test_text_of_papers_stays_text(call: Call) -> None:
    for tool, arguments in (
        ("describe", {"name": ORDER_IRI}), ("search", {"text": "former instruction"}),
        ("neighbours", {"name": ORDER_IRI}), ("evidence", {"name": ORDER_IRI}),
        ("paths", {"one": ORDER_IRI, "other": paper(12)}),
    ):  # fmt: skip
        found, words = call(tool, **arguments)
        assert json.dumps(ORDER)[1:-1] in json.dumps(found)
        assert "\x1b" not in words
        assert not any(line.startswith(("- ResNet usedFor world", "[9]")) for line in words.splitlines())
    found, _ = call("evidence", name=ORDER_IRI)
    assert found["claims"][0]["quotes"][0]["text"] == SENTENCE


@pytest.mark.parametrize(
    ("tool", "arguments", "told"),
    [
        ("describe", {"name": "https://example.org/nothing"}, "search"),
        ("describe", {"name": "transfromer"}, thing("transformer")),
        ("describe", {"name": "network"}, "may mean 4 nodes"),
        ("describe", {"name": "BERT", "type": "Paper"}, "nothing called"),
        ("describe", {"name": ""}, "at least 1 character"),
        ("describe", {"name": "x" * 10_000}, "at most 500 characters"),
        ("neighbours", {"name": "GPU", "limit": 10**9}, "less than or equal to 50"),
        ("neighbours", {"name": "GPU", "limit": -1}, "greater than or equal to 1"),
        ("neighbours", {"name": "GPU", "predicate": "likes"}, "usedFor"),
        ("neighbours", {"name": "GPU", "cursor": "5.other"}, "no cursor"),
        ("neighbours", {"name": "GPU", "cursor": "-1.small-on"}, "no cursor"),
        ("neighbours", {"name": "GPU", "min_confidence": 2}, "less than or equal to 1"),
        ("paths", {"one": "GPU", "other": "graphics processing unit"}, "one node"),
        ("paths", {"one": "GPU", "other": "TPU", "max_length": 99}, "less than or equal to 6"),
        ("evidence", {"name": "GPU", "other": "GPU"}, "one node"),
        ("evidence", {"name": "not an iri://<>"}, "nothing called"),
        ("search", {"text": "..."}, "no word"),
        ("search", {}, "text"),
        ("sparql", {"query": "ASK {}", "limit": 10**12}, "less than or equal to 500"),
    ],
)
def test_what_is_wrong_is_told_with_what_would_be_right(
    refused: Callable[..., str], tool: str, arguments: dict[str, Any], told: str
) -> None:
    assert told in refused(tool, **arguments)


def test_a_search_that_grows_too_large_says_so(snapshot: Snapshot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "MOST_NODES", 5)
    with pytest.raises(ToolRefused, match="smaller max_length"):
        routes.paths(snapshot, thing("event-camera"), thing("bert"), max_length=6)


def test_a_new_build_is_taken_over_and_old_cursors_are_refused(tmp_path: Path) -> None:
    write(tmp_path, name="first-one")
    graph = ServedGraph(tmp_path)
    before = search(graph.now(), "a", limit=1)
    assert graph.now() is graph.now()
    write(tmp_path, name="second-one")
    assert graph.now().name == "second-one"
    with pytest.raises(StaleCursor, match="begin again"):
        search(graph.now(), "a", limit=1, cursor=before.next)
    (tmp_path / "MANIFEST.json").unlink()
    assert graph.now().name == "second-one"
    with pytest.raises(WorkspaceError):
        ServedGraph(tmp_path)
