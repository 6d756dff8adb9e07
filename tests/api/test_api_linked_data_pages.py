"""Pages about the graph: whole, true to it, and safe whatever text they show."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
import rdflib
from linked_pages import RDF_FORMATS, SeenPage, one_of_each_kind, parsed
from rdflib import RDFS, URIRef
from small_graph import Facts, paper, thing
from starlette.testclient import TestClient

from api.app import create_app
from api.linked_data import page_path
from kg.claims import Statements
from kg.model import Claim, Entity, Paper, Span
from kg.statements import Agent, Agents, entity_quads, paper_quads, statement_quads
from kg.store import GraphStore, Literal, Quad, iri
from schema.vocab import DEFAULT_BASE, SKOS, Minter


@pytest.fixture(scope="module")
def one_of_each(store: GraphStore) -> list[str]:
    return one_of_each_kind(store)


def test_pages_are_whole_and_say_what_they_are_in_schema_org(client: TestClient, one_of_each: list[str]) -> None:
    kinds = {}
    for local in one_of_each:
        answer = client.get(f"/page/{local}")
        seen = SeenPage(answer.text)
        assert len(seen.texts("h1")) == len(seen.texts("main")) == len(seen.texts("title")) == 1
        assert seen.structured["@id"] == DEFAULT_BASE + local
        assert not any(name == "script" and given_.get("src") for name, given_, _ in seen.elements)
        kinds[local.partition("/")[0]] = seen.structured["@type"]
        assert "style-src 'self'" in answer.headers["content-security-policy"]
        assert "script-src" not in answer.headers["content-security-policy"]
    assert kinds["paper"] == "ScholarlyArticle"
    assert kinds["dataset"] == ["DefinedTerm", "Dataset"]
    assert kinds["hardware"] == kinds["task"] == kinds["method"] == kinds["metric"] == "DefinedTerm"
    assert (kinds["claim"], kinds["result"], kinds["sentence"]) == ("Claim", "Observation", "Quotation")
    assert (kinds["community"], kinds["agent"]) == ("Collection", "SoftwareApplication")


def test_the_page_of_an_entity_tells_what_the_graph_tells(client: TestClient, facts: Facts) -> None:
    text = client.get("/page/method/cnn").text
    seen = SeenPage(text)
    shown = "".join(seen.texts("main"))
    for words in ("convolutional neural network", "CNN", "neural network", "ResNet", "YOLO", "pruning", "optical flow estimation"):
        assert words in shown
    papers = {subject for subject, _, object_ in facts.edges if object_ == thing("cnn") and "/paper/" in subject}
    assert len(papers) == facts.paper_count[thing("cnn")]
    for node in papers:
        assert f'href="{page_path(node)}"' in text
    assert f"named by {len(papers)} papers" in " ".join(shown.split())
    assert {"2018", "2017", "2016", "2015"} <= set(re.findall(r"\b20\d\d\b", shown))
    assert any(mark in shown for mark in ("uses", "compares with", "studies"))
    marked = seen.texts("mark")
    assert "convolutional neural network" in marked
    links = SeenPage(client.get("/page/hardware/systolic-array").text)
    assert "https://w3id.org/ocs/ont/C15179" in [given_.get("href") for name, given_, _ in links.elements if name == "a"]
    assert "probability 93%" in "".join(links.texts("main"))


def test_marks_of_a_paper_are_where_its_claims_have_them(client: TestClient, store: GraphStore, facts: Facts) -> None:
    node = paper(0)
    rows = store.select(
        "SELECT ?start ?end WHERE { VALUES ?p { {{paper}} } ?c kg:claimedBy ?p ; rdf:subject ?p ; "
        "kg:spanStart ?start ; kg:spanEnd ?end }",
        paper=iri(node),
    )
    wanted = {facts.texts[node][int(row["start"].value) : int(row["end"].value)] for row in rows}
    seen = SeenPage(client.get(page_path(node) or "").text)
    (abstract,) = ["".join(text) for name, given_, text in seen.elements if given_.get("class") == "abstract"]
    assert abstract == facts.texts[node].partition("\n")[2]
    assert len(wanted) == 5
    assert wanted <= set(seen.texts("mark"))
    for words in ("2016", "CVPR", "Kaiming He", "arxiv:1512.03385", "96.43%", "proposes"):
        assert words in "".join(seen.texts("main"))
    assert "https://arxiv.org/abs/1512.03385" in [given_.get("href") for name, given_, _ in seen.elements if name == "a"]


def test_the_page_of_a_claim_shows_its_words(client: TestClient, store: GraphStore) -> None:
    row = store.select(
        "SELECT ?c ?words ?sure WHERE { ?c rdf:subject ?s ; rdf:predicate kg:usedFor ; kg:evidence ?e ; "
        "kg:confidence ?sure . ?s skos:prefLabel 'ResNet' . ?e oa:exact ?words } ORDER BY ?c LIMIT 1"
    )[0]
    seen = SeenPage(client.get(page_path(row["c"].value) or "").text)
    assert seen.texts("blockquote") == [row["words"].value]
    assert {"ResNet", "image classification"} <= set(seen.texts("mark"))
    assert " ".join(seen.texts("h1")[0].split()) == "ResNet used for image classification"
    assert f"{float(row['sure'].value):.0%}" in "".join(seen.texts("main"))


def test_no_link_of_any_page_is_dead(client: TestClient, one_of_each: list[str]) -> None:
    todo = ["/.well-known/void?format=html", "/ontology", *(f"/page/{local}" for local in one_of_each)]
    anchors: dict[str, set[str]] = {}
    wanted: set[tuple[str, str]] = set()
    for path in todo:
        text = client.get(path, headers={"Accept": "text/html"}).text
        anchors[path] = set(re.findall(r' id="([^"]+)"', text))
        for href in re.findall(r'(?:href|src)="([^"]*)"', text):
            address, _, fragment = href.replace("&amp;", "&").partition("#")
            if href.startswith(("/", "#")):
                wanted.add((address or path, fragment))
    for address in sorted({address for address, _ in wanted}):
        assert client.get(address, headers={"Accept": "text/html"}, follow_redirects=False).status_code in (200, 303), address
    for address, fragment in wanted:
        if fragment and address in anchors:
            assert fragment in anchors[address], (address, fragment)




_TITLE = "</title></script><script>alert(1)</script> \"quoted\" 'it' & $\\alpha<\\beta$ \u202e\u05e9\u05dc\u05d5\u05dd <!-- {{ 7*7 }} \u2028"
_NAME = '<img src=x onerror="alert(1)"> \u0645\u0631\u062d\u0628\u0627'


@pytest.fixture(scope="module")
def hostile() -> Iterator[TestClient]:
    minter = Minter()
    text = f"{_TITLE}\n{_NAME} runs.\x07"
    about = Paper(
        "doi:10.1/<x>", _TITLE, f"{_NAME} runs.\x07", year=2020, authors=(_NAME,), venue=_TITLE,
        url="javascript:alert(1)", keywords=(_NAME,),
    )  # fmt: skip
    node = minter.entity("Hardware", "evil")
    start = len(_TITLE) + 1
    claim = Claim(
        minter.paper(about.id), "runsOn", node, about.id, Span(start, start + len(_NAME)), (Span(start, len(text)),), 0.5
    )
    agents = Agents(*(Agent(_NAME, "1") for _ in range(3)))
    quads = [*paper_quads(about, minter=minter), *entity_quads(Entity("evil", "Hardware", _NAME, (_TITLE,)), 1, minter=minter)]
    quads += statement_quads(Statements(about, (claim,), ()), agents, {}, minter=minter)
    quads.append(Quad(iri(node), iri(str(SKOS.exactMatch)), iri("javascript:alert(2)")))
    quads.append(Quad(iri(minter.community("entities", 1)), iri(str(RDFS.label)), Literal(_TITLE)))
    with TestClient(create_app(GraphStore.in_memory(quads), {})) as client:
        yield client


def test_hostile_text_is_shown_as_the_text_it_is(hostile: TestClient) -> None:
    minter = Minter()
    paper_page = page_path(minter.paper("doi:10.1/<x>")) or ""
    for path in (paper_page, "/page/hardware/evil", "/page/community/entities-1", "/.well-known/void?format=html", "/ontology"):
        answer = hostile.get(path)
        assert answer.status_code == 200, path
        seen = SeenPage(answer.text)  # raises where an element is open that should not be
        assert {name for name, *_ in seen.elements} & {"img", "svg", "iframe", "object", "style"} == set()
        for _, given_, _ in seen.elements:
            assert not any(name.startswith("on") for name in given_)
            assert not (given_.get("href") or "").strip().lower().startswith("javascript")
        assert seen.structured
        assert "\x07" not in answer.text
        assert "49" not in "".join(seen.texts("h1"))
    seen = SeenPage(hostile.get(paper_page).text)
    assert seen.texts("h1") == [_TITLE]
    assert seen.structured["headline"] == _TITLE
    assert _NAME in seen.texts("mark")
    entity = SeenPage(hostile.get("/page/hardware/evil").text)
    assert entity.texts("h1") == [_NAME]
    assert entity.structured["name"] == _NAME
    assert entity.structured["alternateName"] == [_TITLE]


def test_hostile_text_comes_whole_as_triples(hostile: TestClient) -> None:
    node = Minter().entity("Hardware", "evil")
    for suffix in RDF_FORMATS:
        graph = parsed(hostile.get(f"/data/hardware/evil.{suffix}").text, suffix)
        assert graph.value(URIRef(node), SKOS.prefLabel) == rdflib.Literal(_NAME)


def test_hostile_claims_have_pages(hostile: TestClient) -> None:
    page = hostile.get("/page/hardware/evil").text
    claims = set(re.findall(r'href="(/page/claim/[^"]+)"', page))
    assert claims
    for path in claims:
        assert SeenPage(hostile.get(path).text).texts("blockquote")
