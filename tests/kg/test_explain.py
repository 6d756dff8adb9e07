"""What a graph says of an entity, and why it links two: always in the papers' own words."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from kg.build import build
from kg.claims import Statements
from kg.cli import app
from kg.corroboration import supported
from kg.explain import Connection, Entry, explain
from kg.lookup import AmbiguousEntity, SameEntity, UnknownEntity
from kg.model import Claim, Entity, Paper, Span
from kg.quotes import Quote, named_in
from kg.sample import SAMPLE
from kg.statements import Agent, Agents, entity_quads, paper_counts, paper_quads, statement_quads
from kg.store import GraphStore, Literal, Quad, iri
from kg.terminal_explain import tell
from kg.workspace import open_workspace
from schema.vocab import KG, Minter

RUNNER = CliRunner()
MINTER = Minter()
AGENT = Agent("hand", "1")


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


# ------------------------------------------------------------------------------------------- the sample


@pytest.fixture(scope="session")
def sample_graph(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graph of a dozen papers of the sample: event cameras, transformers, vision."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    chosen = [
        line for line in lines if any(word in line for word in ("EVPropNet", "with Lion", "Transformer", "NASNet"))
    ]
    folder = tmp_path_factory.mktemp("explain")
    (folder / "papers.jsonl").write_text("\n".join(chosen[:12]) + "\n", encoding="utf-8")
    build([str(folder / "papers.jsonl")], folder / "graph")
    return folder / "graph"


@pytest.fixture(scope="session")
def sample_store(sample_graph: Path) -> GraphStore:
    return open_workspace(sample_graph).store()


@pytest.fixture(scope="session")
def texts() -> dict[str, str]:
    """Text of each paper of the sample, by title."""
    records = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]
    return {record["title"]: f"{record['title']}\n{record['abstract']}" for record in records}


def quotes_of(found: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Title and quote of whatever in a JSON answer has both."""
    if isinstance(found, dict):
        if "quotes" in found:
            for quote in found["quotes"]:
                yield found["paper"]["title"], quote
        for each in found.values():
            yield from quotes_of(each)
    elif isinstance(found, list):
        for each in found:
            yield from quotes_of(each)


@pytest.mark.parametrize(
    "asked", [("transformers",), ("Event-Camera",), ("top-1 accuracy", "ImageNet"), ("evpropnet", "DVS")]
)
def test_quotes_are_verbatim_and_marks_read_as_names(
    sample_graph: Path, texts: dict[str, str], asked: tuple[str, ...]
) -> None:
    result = run("explain", sample_graph, *asked, "--json")
    assert result.exit_code == 0, result.output
    quotes = list(quotes_of(json.loads(result.stdout)))
    assert quotes
    for title, quote in quotes:
        assert texts[title][quote["start"] : quote["end"]] == quote["text"]
        assert all(0 <= mark["start"] < mark["end"] <= len(quote["text"]) for mark in quote["marks"])
    assert any(quote["marks"] for _, quote in quotes)


def test_text_and_json_tell_the_same(sample_graph: Path) -> None:
    told = json.loads(run("explain", sample_graph, "event cameras", "--json").stdout)
    shown = run("explain", sample_graph, "event cameras")
    assert shown.exit_code == 0, shown.output
    assert told["entity"]["name"] == "event camera" and "event camera (Hardware)" in shown.stdout
    for title, quote in quotes_of(told):
        assert f"“{quote['text']}”" in shown.stdout
        assert title in shown.stdout
    (role,) = told["roles"]
    assert role["predicate"] == "sensesWith" and "senses with; confidence" in shown.stdout
    claims = [claim for each in told["neighbours"] for claim in each["claims"]]
    assert shown.stdout.count("derived by rule") == sum(claim["derived"] for claim in claims)


def test_surest_first_and_no_more_than_the_limit(sample_store: GraphStore) -> None:
    every = explain(sample_store, "transformer", limit=1000)
    few = explain(sample_store, "transformer", limit=2)
    assert isinstance(every, Entry) and isinstance(few, Entry)
    sure = [role.confidence for role in every.roles]
    assert sure == sorted(sure, reverse=True)
    assert few.roles == every.roles[:2]
    assert few.roles_found == len(every.roles) == every.entity.papers > 2
    assert few.neighbours_found == len(every.neighbours)
    for neighbour in every.neighbours:
        assert neighbour.found == len(neighbour.claims) >= neighbour.papers >= 1


def test_the_order_of_two_entities_does_not_change_what_links_them(sample_store: GraphStore) -> None:
    there, back = explain(sample_store, "EVPropNet", "event camera"), explain(sample_store, "event camera", "EVPropNet")
    assert isinstance(there, Connection) and isinstance(back, Connection)
    assert there.claims == back.claims != ()
    assert (there.one, there.other) == (back.other, back.one)
    assert not there.together and not there.path


@pytest.mark.parametrize("asked", [("transformer",), ("accuracy", "ImageNet"), ("NASNet", "event camera")])
def test_queries_do_not_grow_with_what_is_found(sample_store: GraphStore, asked: tuple[str, ...]) -> None:
    before = sample_store.query_count
    explain(sample_store, *asked, limit=1000)
    assert sample_store.query_count - before <= 8


def test_names_are_highlighted_on_a_terminal_only(sample_store: GraphStore) -> None:
    found = explain(sample_store, "EVPropNet", "event camera")
    colour, plain = io.StringIO(), io.StringIO()
    tell(found, Console(file=colour, force_terminal=True, color_system="standard", width=300))
    tell(found, Console(file=plain, width=300))
    assert "\x1b[1;36mEVPropNet\x1b[0m" in colour.getvalue() and "\x1b[1;35mevent camera\x1b[0m" in colour.getvalue()
    assert "\x1b" not in plain.getvalue()


# --------------------------------------------------------------------------------------- a graph by hand


def hand_paper(number: int, text: str, *names: tuple[str, str, str]) -> tuple[Paper, list[Claim]]:
    """Paper and the roles it gives entities: role, type/key and the words that name it."""
    title, _, abstract = text.partition("\n")
    id_ = f"arxiv:2001.0000{number}"
    paper = Paper(id_, title, abstract, year=2000 + number, identifiers=(f"acl:X{number}", id_))
    sentences = [(start, start + len(s)) for s in text.split("\n") for start in (text.index(s),)]
    claims = []
    for role, slug, words in names:
        at = text.index(words)
        sentence = next(Span(*span) for span in sentences if span[0] <= at < span[1])
        type_, key = slug.split("/")
        span = Span(at, at + len(words))
        claims.append(Claim(MINTER.paper(id_), role, MINTER.entity(type_, key), id_, span, (sentence,), 0.9))
    return paper, claims


@pytest.fixture(scope="session")
def hand() -> GraphStore:
    """Wavelets and captions share a sentence; wavelets reach parsing over Fourier mixing, and nothing reaches islands."""
    papers = [
        hand_paper(
            1,
            "Wavelets meet Fourier mixing\nWavelets help image captioning.",
            ("uses", "method/wavelet", "Wavelets"),
            ("proposes", "method/fourier-mixing", "Fourier mixing"),
            ("addresses", "task/image-captioning", "image captioning"),
        ),
        hand_paper(
            2,
            "Parsing fast\nFourier mixing is quick.",
            ("addresses", "task/parsing", "Parsing"),
            ("uses", "method/fourier-mixing", "Fourier mixing"),
            ("reports", "metric/speed", "quick"),
        ),
        hand_paper(
            3,
            "Island hopping\nA parsing method is quick.",
            ("addresses", "task/island-hopping", "Island hopping"),
            ("reports", "metric/speed", "quick"),
            ("uses", "method/parsing", "parsing"),
        ),
    ]
    relation = Claim(
        MINTER.entity("Method", "fourier-mixing"),
        "usedFor",
        MINTER.entity("Task", "image-captioning"),
        papers[0][0].id,
        Span(14, 59),
        (Span(0, 28), Span(29, 60)),
        0.4,
        derived=True,
        between=True,
        status="hedged",
    )
    papers[0][1].append(relation)
    entities = [
        Entity("wavelet", "Method", "wavelet", ("multi-resolution basis",), broader=("basis",)),
        Entity("basis", "Method", "basis"),
        Entity("fourier-mixing", "Method", "Fourier mixing"),
        Entity("image-captioning", "Task", "image captioning"),
        Entity("video-captioning", "Task", "video captioning"),
        Entity("parsing", "Task", "parsing"),
        Entity("parsing", "Method", "Parsing"),
        Entity("island-hopping", "Task", "island hopping"),
        Entity("speed", "Metric", "speed"),
    ]
    counts = paper_counts(claim for _, claims in papers for claim in claims)
    quads: list[Quad] = []
    for paper, claims in papers:
        quads += paper_quads(paper, minter=MINTER)
        statements = Statements(paper, tuple(claims), ())
        quads += statement_quads(statements, Agents(AGENT, AGENT, AGENT), supported(claims), minter=MINTER)
    for entity in entities:
        count = counts[MINTER.entity(entity.type, entity.key)]
        quads += entity_quads(entity, count, minter=MINTER)
    # what a later version of the graph may say
    claim = iri(MINTER.claim(relation.paper, relation.subject, relation.predicate, relation.object))
    quads.append(Quad(claim, iri(f"{KG._NS}mood"), Literal("wistful")))
    return GraphStore.in_memory(quads)


def link(store: GraphStore, one: str, other: str) -> Connection:
    found = explain(store, one, other)
    assert isinstance(found, Connection)
    return found


def shown(found: Entry | Connection) -> str:
    out = io.StringIO()
    tell(found, Console(file=out, width=500))
    return out.getvalue()


def test_papers_that_mention_both_where_no_claim_links_them(hand: GraphStore) -> None:
    found = link(hand, "wavelet", "image captioning")
    assert not found.claims and not found.path
    (together,) = found.together
    assert [role.predicate for role in together.roles] == ["uses", "addresses"]
    # the sentence in which wavelets have their role, and the one of captions
    assert [quote.text for quote in together.quotes] == [
        "Wavelets meet Fourier mixing",
        "Wavelets help image captioning.",
    ]
    assert "arxiv:2001.00001, 2001" in shown(found)


def test_a_sentence_that_is_evidence_of_both_stands_alone(hand: GraphStore) -> None:
    (together,) = link(hand, "wavelet", "Fourier mixing").together
    (quote,) = together.quotes
    assert [quote.text[m.start : m.end] for m in quote.marks] == ["Wavelets", "Fourier mixing"]


def test_the_shortest_path_has_a_quote_a_hop(hand: GraphStore) -> None:
    found = link(hand, "wavelet", "task/parsing")
    assert not found.claims and not found.together
    ends = [{hop.subject.name, hop.object.name} for hop in found.path]
    assert ends == [
        {"Wavelets meet Fourier mixing", "wavelet"},
        {"Wavelets meet Fourier mixing", "Fourier mixing"},
        {"Parsing fast", "Fourier mixing"},
        {"Parsing fast", "parsing"},
    ]
    assert all(hop.quotes for hop in found.path)
    assert link(hand, "task/parsing", "wavelet").path == found.path[::-1]
    assert "No paper mentions both" in shown(found)


def test_a_metric_in_common_is_no_path(hand: GraphStore) -> None:
    found = link(hand, "wavelet", "island hopping")
    assert found.path == ()
    assert "Nothing in the graph links them" in shown(found)
    assert len(link(hand, "wavelet", "speed").path) == 4


def test_a_kind_of_the_other(hand: GraphStore) -> None:
    assert link(hand, "basis", "wavelet").kinds == link(hand, "wavelet", "basis").kinds == ("wavelet", "basis")
    assert "wavelet is a kind of basis" in shown(link(hand, "basis", "wavelet"))


def test_an_entity_without_claims_says_so(hand: GraphStore) -> None:
    assert "No claim of the graph is about it; its narrower" in shown(explain(hand, "basis"))


def test_a_derived_claim_shows_both_sentences_its_status_and_no_unknown_term(hand: GraphStore) -> None:
    found = link(hand, "image captioning", "fourier-mixing")
    (claim,) = found.claims
    assert (claim.predicate, claim.confidence, claim.derived, claim.status) == ("usedFor", 0.4, True, "hedged")
    assert [quote.text for quote in claim.quotes] == ["Wavelets meet Fourier mixing", "Wavelets help image captioning."]
    assert "confidence 0.40; hedged; derived by rule" in shown(found)
    assert "wistful" not in shown(found)


@pytest.mark.parametrize(
    "text",
    ["wavelet", "Wavelets", "WAVELET", "multi resolution basis", "Multiresolution basis", "method/wavelet", "wave-let",
     "https://w3id.org/paperkg/id/method/wavelet", "multi-resolution"],
)  # fmt: skip
def test_an_entity_is_found_however_it_is_written(hand: GraphStore, text: str) -> None:
    found = explain(hand, text)
    assert isinstance(found, Entry)
    assert found.entity.name == "wavelet"


def test_two_entities_of_one_name_are_told_apart_by_type(hand: GraphStore) -> None:
    with pytest.raises(AmbiguousEntity) as error:
        explain(hand, "parsing")
    assert {e.type for e in error.value.candidates} == {"Method", "Task"}
    for words in ("--type Task", "--type Method", "task/parsing", "Parsing (Method, 1 paper): method/parsing"):
        assert words in str(error.value)
    found = explain(hand, "parsing", type_="Task")
    assert isinstance(found, Entry)
    assert found.entity.iri.endswith("/task/parsing")
    both = explain(hand, "parsing", "parsing", type_="Task", other_type="Method")
    assert isinstance(both, Connection)


def test_part_of_several_names_lists_them(hand: GraphStore) -> None:
    with pytest.raises(AmbiguousEntity, match="part of the names of 2 entities") as error:
        explain(hand, "captioning")
    assert "--type" not in str(error.value)  # both are tasks
    assert "task/image-captioning" in str(error.value)


def test_an_unknown_name_suggests_the_nearest(hand: GraphStore) -> None:
    with pytest.raises(UnknownEntity, match="did you mean") as error:
        explain(hand, "wavlet")
    assert error.value.nearest[0].name == "wavelet"
    with pytest.raises(UnknownEntity, match="no Dataset entity 'wavelet'"):
        explain(hand, "wavelet", type_="Dataset")
    with pytest.raises(UnknownEntity, match="kg stats"):
        explain(hand, "qqqqqq")


def test_two_names_of_one_entity_are_refused(hand: GraphStore) -> None:
    with pytest.raises(SameEntity, match="method/wavelet"):
        explain(hand, "wavelets", "multi-resolution basis")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["qqqqqq"], 1, "no entity"),
        (["transformer", "--type", "Thing"], 2, "Hardware"),
        (["transformer", "--type", "Method", "--type", "Task"], 2, "at most 1"),
        (["transformer", "--limit", "0"], 2, "limit"),
    ],
)
def test_errors_say_what_was_wrong(sample_graph: Path, arguments: list[str], code: int, says: str) -> None:
    result = run("explain", sample_graph, *arguments)
    assert result.exit_code == code, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_names_in_a_text_begin_and_end_with_the_name() -> None:
    text = "The CNN accelerator beats C++ on CNNs, not on a CNNX."
    assert [text[a:b] for a, b in named_in(text, ["CNN", "C++"])] == ["CNN", "C++", "CNNs"]
    assert Quote(text, 0, len(text), ()).text == text
