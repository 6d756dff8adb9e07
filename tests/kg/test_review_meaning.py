"""`kg review` doubts names that are near in what they mean: with quotes, in the order of gain, and only if asked to."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner, Result

from kg.cli import app
from kg.extract import SHIPPED, read_settings
from kg.meaning import NEEDED, WIDTH, available, read_vectors
from kg.model import Findings, Mention, Paper
from kg.proposals import proposals
from kg.resolve import resolve
from kg.resolve.decisions import Decision, decided
from kg.resolve.meaning import Vectors
from kg.review import Doubt, doubts
from kg.tables import MentionCache

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]
Found = list[tuple[Paper, tuple[Mention, ...]]]

RUNNER = CliRunner()
#: The names of these papers that mean something are those of ``meaning-vectors.npz``.
TEXTS = (
    "Dogs\nA {Method:uses|quokka network} is a {Task:addresses|guidance robot for the visually impaired}.",
    "Eyes\nWe want to {Task:addresses|identify the root cause} and build a {Task:addresses|guide robot for the visually impaired}.",
    "Logs\nWe {Task:addresses|locate the root cause} by {Method:uses|quokka networks} and {Task:addresses|mitigating bias}.",
    "Fair\nThis is {Task:addresses|bias mitigation} by {Method:uses|adversarial validation} of {Task:addresses|mitigating bias}.",
    "Wings\nIts {Metric:reports|flight duration} is long, and the {Metric:reports|minimum error} is small.",
    "Birds\nThe {Metric:reports|total flight time} on {Hardware:runsOn|edge devices with limited memory} is long.",
    "Rings\nA {Hardware:runsOn|memory-constrained edge device} sees {Task:addresses|text to speech} and {Task:addresses|speech to text}.",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(marked: Marked) -> Found:
    return [marked(text, paper=f"arxiv:2001.{number:05}") for number, text in enumerate(TEXTS)]


@pytest.fixture(scope="module")
def encode() -> Callable[[Sequence[str]], Vectors]:
    """Vectors of real names from their file; other names have one of their own each."""
    held = read_vectors(Path(__file__).parent / "resolve" / "meaning-vectors.npz")
    held |= {name.replace(" root", " the root"): vector for name, vector in held.items() if "root cause" in name}

    def vectors(names: Sequence[str]) -> Vectors:
        made = np.zeros((len(names), WIDTH), np.float32)
        for row, name in enumerate(names):
            made[row] = held[name] if name in held else np.eye(WIDTH)[row]
        return made

    return vectors


def meant(raised: Sequence[Doubt]) -> dict[frozenset[str | None], Doubt]:
    return {frozenset((doubt.name, doubt.other)): doubt for doubt in raised if doubt.kind == "meaning"}


def test_names_that_mean_the_same_are_doubted_with_quotes(found: Found, encode: Callable[..., Vectors]) -> None:
    raised = meant(doubts(found, encode=encode))
    cause = raised[frozenset(("identify the root cause", "locate the root cause"))]
    assert (cause.type, cause.papers, cause.decision.action) == ("Task", 1, "merge")
    assert "near in meaning (0.89)" in cause.why
    assert [quote.text[quote.start : quote.end] for quote in cause.quotes] == [cause.decision.name, cause.decision.to]
    bias = raised[frozenset(("bias mitigation", "mitigating bias"))]
    # what more papers have is kept
    assert (bias.decision.name, bias.decision.to) == ("bias mitigation", "mitigating bias")
    assert 0.5 < bias.probability <= 1
    assert frozenset(("text to speech", "speech to text")) not in raised
    assert frozenset(("flight duration", "total flight time")) in raised


def test_the_order_is_that_of_gain_and_of_papers_there_is_none(found: Found, encode: Callable[..., Vectors]) -> None:
    raised = doubts(found, encode=encode)
    gains = [doubt.gain for doubt in raised]
    assert gains == sorted(gains, reverse=True)
    assert doubts(found[::-1], encode=encode) == raised
    assert doubts(found, encode=encode, top=2) == raised[:2]
    tasks = doubts(found, encode=encode, type_="Task")
    assert tasks == [doubt for doubt in raised if doubt.type == "Task"]


def test_without_vectors_nothing_changes_and_with_them_each_name_is_still_doubted_once(
    found: Found, encode: Callable[..., Vectors]
) -> None:
    plain = doubts(found)
    assert not meant(plain)
    raised = doubts(found, encode=encode)
    others = [doubt for doubt in raised if doubt.kind != "meaning"]
    assert all(doubt in plain for doubt in others)
    # a name is doubted once: what is not there any more is about one that is likelier to be another's
    names = {name for doubt in raised if doubt.kind == "meaning" for name in (doubt.name, doubt.other)}
    assert all({doubt.name, doubt.other} & names for doubt in plain if doubt not in others)
    pairs = [frozenset((doubt.name, doubt.other)) for doubt in raised]
    assert len(set(pairs)) == len(pairs)


def test_what_was_decided_is_doubted_no_more(found: Found, encode: Callable[..., Vectors]) -> None:
    for doubt in meant(doubts(found, encode=encode)).values():
        made = doubt.decision
        for decision in (made, Decision("split", made.type, made.name, made.to, "")):
            again = doubts(found, decided([decision]), encode=encode)
            assert frozenset((doubt.name, doubt.other)) not in meant(again)
        changed = resolve(found, decided([made]))
        assert changed.idle == () and changed.entities != resolve(found).entities


def test_a_proposal_names_both_and_says_why(found: Found, encode: Callable[..., Vectors]) -> None:
    text = proposals(doubts(found, encode=encode))
    assert "'bias mitigation', 'mitigating bias': may be one: near in meaning (0.97)" in text
    assert "\n# merge\tTask\tbias mitigation\tmitigating bias\t" in text


# The command


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def graph(found: Found, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("meant")
    lines = [
        {"id": p.id.removeprefix("arxiv:"), "title": p.title, "abstract": p.abstract, "year": 2020} for p, _ in found
    ]
    (folder / "papers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    cache = MentionCache(folder / "graph" / "mentions" / read_settings(SHIPPED).version)
    cache.keep((paper, Findings(mentions)) for paper, mentions in found)
    result = run("build", folder / "papers.jsonl", "--out", folder / "graph", "--no-links")
    assert result.exit_code == 0, result.output
    return folder / "graph"


def rows(*arguments: object) -> list[dict[str, Any]]:
    result = run("review", *arguments, "--json")
    assert result.exit_code == 0, result.output
    read: list[dict[str, Any]] = json.loads(result.stdout)
    return read


def test_a_review_without_meaning_is_one_of_letters_and_keeps_nothing(graph: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(graph, tmp_path / "graph"))
    assert {row["kind"] for row in rows(mine, "--no-meaning")} <= {"merged", "duplicate", "name", "types"}
    assert not (mine / "vectors").exists()


def test_the_option_is_explained_with_what_it_costs() -> None:
    shown = " ".join(run("review", "--help").stdout.replace("│", " ").split())
    assert "--meaning" in shown and "--no-meaning" in shown
    assert "paperkg[train]" in shown and "a second and core" in shown


def test_what_is_done_where_nothing_is_said_is_told_in_one_line(graph: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(graph, tmp_path / "graph"))
    result = run("review", mine, "--json")
    (line,) = [line for line in result.stderr.splitlines() if "names are compared" in line]
    assert ("--no-meaning" in line) == available()
    assert ("pip install" in line) != available()
    assert (mine / "vectors").is_dir() == available()


@pytest.mark.skipif(available(), reason="the extra is installed")
def test_a_review_that_asks_for_what_is_absent_names_the_extra(graph: Path) -> None:
    result = run("review", graph, "--meaning")
    assert (result.exit_code, "pip install 'paperkg[train]'" in result.stderr) == (1, True)


def test_a_review_by_meaning_finds_what_letters_do_not_and_a_build_is_as_before(graph: Path, tmp_path: Path) -> None:
    for name in NEEDED:
        pytest.importorskip(name, reason="needs the extra: pip install '.[train]'")
    mine = Path(shutil.copytree(graph, tmp_path / "graph"))
    first = rows(mine, "--meaning", "--top", 100)
    found = {frozenset((row["name"], row["other"])) for row in first if row["kind"] == "meaning"}
    assert frozenset(("bias mitigation", "mitigating bias")) in found
    assert frozenset(("identify the root cause", "locate the root cause")) in found
    assert [row for row in first if row["kind"] != "meaning"] != first
    assert rows(mine, "--top", 100) == first
    (kept,) = (mine / "vectors").iterdir()
    assert "bias mitigation" in read_vectors(kept)
    shown = run("review", mine, "--meaning", "--top", 100)
    assert "bias mitigation = mitigating bias" in shown.stdout and "near in meaning" in shown.stdout
    before = json.loads((mine / "MANIFEST.json").read_text(encoding="utf-8"))["graph_sha256"]
    assert run("build", graph.parent / "papers.jsonl", "--out", mine, "--no-links").exit_code == 0
    assert json.loads((mine / "MANIFEST.json").read_text(encoding="utf-8"))["graph_sha256"] == before
