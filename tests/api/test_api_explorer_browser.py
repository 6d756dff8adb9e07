"""The explorer in a real browser, read as a visitor reads it, on a small graph with hostile words and on a large one."""

from __future__ import annotations

import csv
import io
import json
import os
import random
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from small_graph import ARTICLES, MANIFEST, THINGS, build, paper
from sparql_server import served

from api.app import create_app
from kg.arrays import GraphArrays
from kg.arrays_make import make_arrays
from kg.export.drawing import COLOURS
from kg.store import GraphStore, Literal, Quad, iri, sorted_quads
from schema import vocab

ROOT = Path(__file__).resolve().parents[2]
# As long as the title it replaces, or places in the abstract would move; one of its characters JavaScript counts twice.
HOSTILE = "<img src=x onerror=alert(1)> \N{MATHEMATICAL ITALIC SMALL ALPHA} <b>b</b>&lt;".ljust(44, "!")
TITLE = ARTICLES[0].title
#: Entities of the large graph, and communities of them.
MANY, GROUPS = 5200, 40


def _hostile() -> GraphStore:
    store, _ = build()
    assert len(HOSTILE) == len(TITLE)

    def spoilt(quad: Quad) -> Quad:
        value = quad.object
        if quad.subject.value == paper(0) and quad.predicate.value == str(vocab.SDO.url):
            value = Literal("javascript:alert(2)")
        elif isinstance(value, Literal) and value.value == TITLE and quad.predicate.value == str(vocab.DCTERMS.title):
            value = Literal(HOSTILE)
        return Quad(quad.subject, quad.predicate, value, quad.graph_name)

    return GraphStore.in_memory(spoilt(quad) for quad in sorted_quads(store.quads()))


def _large() -> GraphStore:
    """Entities of all types, each related to a few earlier ones, the first most often."""
    chance = random.Random(7)
    types = list(COLOURS)[1:]
    nodes = [vocab.Minter().entity(types[number % 5], f"thing-{number}") for number in range(MANY)]
    groups = [vocab.Minter().community("entities", number + 1) for number in range(GROUPS)]
    quads = []
    for number, node in enumerate(nodes):
        values: list[tuple[Any, Any]] = [
            (vocab.RDF.type, iri(str(vocab.KG[types[number % 5]]))),
            (vocab.RDF.type, iri(str(vocab.SKOS.Concept))),
            (vocab.SKOS.prefLabel, Literal(f"thing {number}")),
            (vocab.KG.paperCount, Literal(1 + MANY // (number + 1))),
            (vocab.KG.pageRank, Literal(f"{1 / (number + 10):.8f}", datatype=iri(str(vocab.XSD.decimal)))),
        ]
        values += [(vocab.KG.usedFor, iri(nodes[int(number * chance.random() ** 2)])) for _ in range(2) if number]
        values.append((vocab.KG.inCommunity, iri(groups[number % len(groups)])))
        quads += [Quad(iri(node), iri(str(term)), value) for term, value in values]
    for number, group in enumerate(groups):
        about: list[tuple[Any, Any]] = [
            (vocab.RDF.type, iri(str(vocab.KG.Community))),
            (vocab.RDFS.label, Literal(f"group {number}")),
            (vocab.KG.ofProjection, iri(vocab.Minter().projection("entities"))),
            (vocab.KG.memberCount, Literal(len(range(number, MANY, len(groups))))),
        ]
        quads += [Quad(iri(group), iri(str(term)), value) for term, value in about]
    return GraphStore.in_memory(quads)


def _modules() -> str | None:
    """Folder that holds playwright-core and axe-core for Node, if any does."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules"), "/usr/lib/node_modules"):
        if folder and all((Path(folder) / name).is_dir() for name in ("playwright-core", "axe-core")):
            return folder
    return None


@pytest.fixture(scope="module")
def seen() -> dict[str, Any]:
    node, chromium, modules = shutil.which("node"), shutil.which("chromium"), _modules()
    if not (node and chromium and modules):
        pytest.skip("needs node, chromium, playwright-core and axe-core (KG_NODE_MODULES: the folder that holds both)")
    many = _large()
    arrays = GraphArrays.of(make_arrays(many))
    script = Path(__file__).with_name("explore.cjs")
    with (
        served(create_app(_hostile(), MANIFEST)) as address,
        served(create_app(many, MANIFEST, arrays=arrays)) as large,
    ):
        done = subprocess.run(
            [node, str(script), address, large, modules, chromium, os.environ.get("KG_SCREENSHOT", "")],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        found: dict[str, Any] = json.loads(done.stdout)
        found["addresses known"] = {address, large}
    return found


pytestmark = [pytest.mark.browser, pytest.mark.network, pytest.mark.slow]


def test_nothing_went_wrong_and_no_other_host_was_asked(seen: dict[str, Any]) -> None:
    assert seen["errors"] == []
    assert set(seen["hosts"]) == seen["addresses known"]
    assert seen["title"] == "paperkg explorer"


def test_the_map_shows_all_of_a_small_graph_in_the_colours_of_its_types(seen: dict[str, Any]) -> None:
    # Two things are in no paper.
    assert len(ARTICLES) <= seen["nodes"] <= len(ARTICLES) + len(THINGS)
    for colour in COLOURS.values():
        assert seen["colours"].get(colour.upper(), 0) > 10, colour


def test_search_suggests_and_opens_an_entity(seen: dict[str, Any]) -> None:
    assert seen["suggested"][0] == "ResNet"
    assert "node=" in seen["entity"]
    assert "proposes" in " ".join(seen["roles"])
    assert any("96.43%" in value for value in seen["results"])


def test_a_claim_marks_its_quote_in_the_abstract(seen: dict[str, Any]) -> None:
    assert seen["quote"] == "It proposes the ResNet."
    assert seen["marked"] == seen["quote"]
    assert "claim=" in seen["claim"]
    assert seen["back"] == seen["entity"]


def test_what_papers_say_is_text_and_never_markup(seen: dict[str, Any]) -> None:
    assert seen["hostile"] == HOSTILE
    assert seen["images"] == 0
    assert set(seen["addresses"]) <= {"http:", "https:"}


def test_the_abstract_is_annotated_by_type(seen: dict[str, Any]) -> None:
    marked = {text: name for text, name, _ in seen["mentions"]}
    assert marked["It proposes the ResNet."] == "mention method"
    assert any(name == "mention dataset" for name in marked.values())
    assert all(title for *_, title in seen["mentions"])


def test_a_path_can_be_found_and_shared(seen: dict[str, Any]) -> None:
    assert len(seen["path"]) >= 3
    assert seen["path"][-1] == "SQuAD"
    assert seen["shared"] == seen["path"]
    graphql, sparql, answer = seen["sparql"]
    assert "shortestPath" in graphql
    assert sparql.count("SELECT") == 1
    rows = list(csv.DictReader(io.StringIO(answer)))
    assert len({(row["subject"], row["object"]) for row in rows}) >= len(seen["path"]) - 1
    assert any(row["quote"] for row in rows)


def test_filters_narrow_the_map_and_the_back_button_undoes_them(seen: dict[str, Any]) -> None:
    assert seen["hidden"] == "?hide=paper"
    assert seen["kinds"] == ["dataset", "hardware", "method", "metric", "task"]
    assert "since=2019" in seen["since"]["address"]
    assert 0 < seen["since"]["nodes"] < seen["nodes"]
    assert "since" not in seen["unfiltered"]


def test_what_is_on_screen_can_be_taken_away(seen: dict[str, Any]) -> None:
    root = etree.fromstring(seen["gexf"].encode())
    shown = root.findall(".//{*}node")
    rows = list(csv.DictReader(io.StringIO(seen["csv"])))
    assert len(shown) == len(rows) > 0
    # Papers are hidden, and a role is asked for that hardware alone has.
    assert {row["type"] for row in rows} == {"hardware"}
    assert all(node.find("{http://gexf.net/1.3/viz}position") is not None for node in shown)
    assert seen["edges"].startswith("source,relation,target,claims,confidence")
    assert seen["png"] == "PNG"


def test_the_map_can_be_walked_by_keys(seen: dict[str, Any]) -> None:
    assert seen["told"]
    assert seen["told"].startswith(seen["byKeys"])


def test_axe_finds_nothing_and_the_page_fits(seen: dict[str, Any]) -> None:
    assert [(each["device"], each["violations"]) for each in seen["axe"] if each["violations"]] == []
    assert [each["device"] for each in seen["axe"] if each["wider"] > 0] == []
    assert len({each["background"] for each in seen["axe"]}) == 2


def test_a_large_graph_begins_with_its_communities_which_open(seen: dict[str, Any]) -> None:
    assert seen["communities"] == GROUPS
    assert seen["opened"]["nodes"] == GROUPS - 1 + 100
    assert "open=" in seen["opened"]["address"]
    assert seen["closed"] == GROUPS


def test_5000_nodes_are_drawn(seen: dict[str, Any], record_testsuite_property: Callable[[str, object], None]) -> None:
    assert seen["large"] >= 5000
    assert seen["largeColours"] > 50
    assert seen["frames"] > 0
    record_testsuite_property("seconds of each part", seen["took"])
    record_testsuite_property("frames a second with 5,000 nodes, drawn by a processor", round(seen["frames"], 1))
