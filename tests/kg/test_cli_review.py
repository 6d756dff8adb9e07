"""Decisions of people as the command line takes and proposes them: `kg build --decisions`, `kg review`."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from kg.build import Progress, build
from kg.cli import DONE_IN_PART, app
from kg.config import Config, ResolveConfig, read_config
from kg.errors import ConfigError, RecordError, UnreadableFile
from kg.extract import SHIPPED, read_settings
from kg.model import Findings, Mention, Paper
from kg.proposals import PROPOSED
from kg.resolve.decisions import read_decisions
from kg.store import GraphStore
from kg.tables import MentionCache
from kg.workspace import open_workspace

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

RUNNER = CliRunner()
HEADER = "action\ttype\tname\tto\treason\n"
TEXTS = (
    "Hops\nA {Method:uses|quokka network} does {Task:addresses|wombat detection} on {Dataset:evaluatesOn|Burrow100}.",
    "Leaps\nA {Method:uses|quokka network} does {Task:addresses|detect the wombat} with a {Method:uses|Jetson Nano}.",
    "Boards\nThe {Hardware:runsOn|NVIDIA Jetson Nano} runs {Method:proposes|HopNet} for {Task:addresses|wombat detection}.",
    "Kits\nThe {Hardware:runsOn|Jetson Nano board} does {Task:addresses|burrow) mapping} by {Method:uses|HopNet}.",
)
#: What a person decided after a look at these papers.
MINE = (
    "merge\tTask\tdetect the wombat\twombat detection\tthe same\n"
    "retype\tMethod\tJetson Nano\tHardware\ta board\n"
    "ignore\tTask\tburrow) mapping\t\tcut\n"
    "rename\tMethod\tHopNet\tHop Network\tas its authors write\n"
)


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


def table(folder: Path, lines: str, name: str = "decisions.tsv") -> Path:
    path = folder / name
    path.write_text(HEADER + lines, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def papers(marked: Marked, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Papers of our own as a file, and beside it a workspace that knows their mentions: the model is not run."""
    folder = tmp_path_factory.mktemp("papers")
    found = [marked(text, paper=f"arxiv:2001.{number:05}") for number, text in enumerate(TEXTS)]
    lines = [
        {"id": p.id.removeprefix("arxiv:"), "title": p.title, "abstract": p.abstract, "year": 2020} for p, _ in found
    ]
    (folder / "papers.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    cache = MentionCache(folder / "fresh" / "mentions" / read_settings(SHIPPED).version)
    cache.keep((paper, Findings(mentions)) for paper, mentions in found)
    return folder / "papers.jsonl"


@pytest.fixture
def fresh(papers: Path, tmp_path: Path) -> Path:
    """A workspace without a graph, whose papers need no model."""
    return Path(shutil.copytree(papers.parent / "fresh", tmp_path / "graph"))


@pytest.fixture(scope="module")
def graph(papers: Path) -> Path:
    out = Path(shutil.copytree(papers.parent / "fresh", papers.parent / "graph"))
    result = run("build", papers, "--out", out, "--no-links", "--config", keeping_all(papers.parent))
    assert result.exit_code == 0, result.output
    return out


def keeping_all(folder: Path) -> Path:
    """Settings by which odd names of one paper stay in the graph, to be doubted."""
    path = folder / "settings.toml"
    path.write_text("[resolve]\nleast_alone = 0.0\n", encoding="utf-8")
    return path


def manifest(folder: Path) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((folder / "MANIFEST.json").read_text(encoding="utf-8"))
    return read


def names(store: GraphStore, type_: str) -> set[str]:
    rows = store.select(
        f"SELECT ?name WHERE {{ ?n a kg:{type_} ; skos:prefLabel ?name ; kg:paperCount ?c FILTER(?c > 0) }}"
    )
    return {row["name"].value for row in rows}


# kg build --decisions


def test_a_build_applies_decisions_and_says_so(papers: Path, fresh: Path, tmp_path: Path) -> None:
    mine = table(tmp_path, MINE)
    result = run("build", papers, "--out", fresh, "--decisions", mine, "--no-links")
    assert result.exit_code == 0, result.output
    assert "decisions" in result.stdout and "no effect" not in result.stderr
    store = open_workspace(fresh).store()
    assert names(store, "Task") == {"wombat detection"}
    assert "Hop Network" in names(store, "Method")
    assert "Jetson Nano" not in names(store, "Method")
    assert store.ask('ASK { ?n a kg:Hardware ; skos:prefLabel "Jetson Nano" ; kg:paperCount 3 }')
    kept = manifest(fresh)["decisions"]
    assert (kept["number"], kept["idle"]) == (4, 0)
    assert kept["sha256"] == hashlib.sha256(mine.read_bytes()).hexdigest()
    assert (fresh / "decisions" / kept["file"]).read_bytes() == mine.read_bytes()


def test_a_build_without_decisions_knows_none_and_one_after_drops_those_before(
    papers: Path, fresh: Path, graph: Path, tmp_path: Path
) -> None:
    config = Config(resolve=ResolveConfig(str(table(tmp_path, MINE))))
    first = build([papers], fresh, config=config)
    again = build(
        [papers], fresh, config=Config(resolve=ResolveConfig(str(table(tmp_path, MINE[: MINE.index("rename")]))))
    )
    assert [p.name for p in (fresh / "decisions").iterdir()] == [again.workspace.manifest["decisions"]["file"]]
    plain = build([papers], fresh)
    assert "decisions" not in plain.workspace.manifest
    assert list((fresh / "decisions").iterdir()) == []
    hashes = {each.workspace.manifest["graph_sha256"] for each in (first, again, plain)}
    assert len(hashes) == 3
    assert "decisions" not in manifest(graph)


def test_the_order_of_papers_and_decisions_does_not_change_a_byte(papers: Path, fresh: Path, tmp_path: Path) -> None:
    built = set()
    for seed in range(3):
        chance = random.Random(seed)
        lines, decided = papers.read_text(encoding="utf-8").splitlines(), MINE.splitlines()
        chance.shuffle(lines)
        chance.shuffle(decided)
        (tmp_path / "papers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        mine = table(tmp_path, "\n".join(decided) + "\n")
        made = build([tmp_path / "papers.jsonl"], fresh, config=Config(resolve=ResolveConfig(str(mine))))
        built.add(made.workspace.manifest["graph_sha256"])
    assert len(built) == 1


def test_decisions_without_effect_are_advice_and_no_error(papers: Path, fresh: Path, tmp_path: Path) -> None:
    lines = MINE + "ignore\tMethod\tHopNett\t\t\nignore\tHardware\tquokka network\t\t\n"
    result = run("build", papers, "--out", fresh, "--decisions", table(tmp_path, lines), "--no-links")
    assert result.exit_code == 0, result.output
    assert "no effect decisions.tsv, line 6:" in result.stderr and "did you mean" in result.stderr
    assert "no effect decisions.tsv, line 7:" in result.stderr and "but a Method is" in result.stderr
    assert "6 (2 without effect)" in result.stdout
    assert manifest(fresh)["decisions"]["idle"] == 2
    assert manifest(fresh)["counts"]["problems"] == 0
    quiet = run("build", papers, "--out", fresh, "--decisions", tmp_path / "decisions.tsv", "--no-links", "--quiet")
    assert (quiet.exit_code, quiet.stdout, quiet.stderr) == (0, "", "")


def test_a_broken_paper_is_still_told_by_the_exit_code(papers: Path, fresh: Path, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jsonl"
    broken.write_text('{"title": "A paper with no end', encoding="utf-8")
    mine = table(tmp_path, "ignore\tMethod\techidna\t\t\n")
    assert run("build", papers, broken, "--out", fresh, "--decisions", mine, "--no-links").exit_code == DONE_IN_PART


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ("merge\tMethod\tA\tB\t\nmerge\tMethod\tB\tA\t\n", "circle"),
        ("merge\tMethod\tA\tB\t\nsplit\tMethod\tA\tB\t\n", "decisions.tsv, line 3"),
        ("join\tMethod\tA\tB\t\n", "decisions.tsv, line 2"),
    ],
)
def test_a_broken_table_stops_the_build_before_anything_is_read(
    papers: Path, tmp_path: Path, lines: str, says: str
) -> None:
    mine = table(tmp_path, lines)
    result = run("build", papers, "--out", tmp_path / "g", "--decisions", mine)
    assert result.exit_code == 1
    assert says in result.stderr and "Traceback" not in result.output
    assert not (tmp_path / "g").exists()
    stages: list[str] = []
    with pytest.raises(RecordError):
        build(
            [papers], tmp_path / "g", config=Config(resolve=ResolveConfig(str(mine))),
            progress=Progress(on_stage=lambda name, steps: stages.append(name)),
        )  # fmt: skip
    assert stages == []


def test_a_table_that_is_not_there_is_named_wherever_it_was_asked_for(papers: Path, tmp_path: Path) -> None:
    result = run("build", papers, "--out", tmp_path / "g", "--decisions", tmp_path / "none.tsv")
    assert (result.exit_code, "none.tsv" in result.stderr) == (1, True)
    settings = tmp_path / "kg.toml"
    settings.write_text(f'[resolve]\ndecisions = "{tmp_path / "none.tsv"}"\n', encoding="utf-8")
    result = run("build", papers, "--out", tmp_path / "g", "--config", settings)
    assert (result.exit_code, "none.tsv" in result.stderr) == (1, True)
    with pytest.raises(UnreadableFile):
        build([papers], tmp_path / "g", config=Config(resolve=ResolveConfig(str(tmp_path))))


def test_the_settings_name_a_table_and_the_option_comes_first(papers: Path, fresh: Path, tmp_path: Path) -> None:
    settings = tmp_path / "kg.toml"
    settings.write_text(f'[resolve]\ndecisions = "{table(tmp_path, MINE)}"\n', encoding="utf-8")
    assert run("build", papers, "--out", fresh, "--no-links", "--config", settings).exit_code == 0
    assert manifest(fresh)["decisions"]["number"] == 4
    other = table(tmp_path, "ignore\tMethod\tHopNet\t\t\n", "other.tsv")
    assert run("build", papers, "--out", fresh, "--no-links", "--config", settings, "--decisions", other).exit_code == 0
    assert manifest(fresh)["decisions"]["number"] == 1
    settings.write_text("[resolve]\ndecisions = 3\n", encoding="utf-8")
    with pytest.raises(ConfigError, match=r"resolve\.decisions"):
        read_config(settings)


def test_a_paper_that_is_added_makes_what_a_build_from_scratch_makes(papers: Path, fresh: Path, tmp_path: Path) -> None:
    config = Config(resolve=ResolveConfig(str(table(tmp_path, MINE))))
    lines = papers.read_text(encoding="utf-8").splitlines(keepends=True)
    fewer = tmp_path / "fewer.jsonl"
    fewer.write_text("".join(lines[:3]), encoding="utf-8")
    scratch = Path(shutil.copytree(fresh, tmp_path / "scratch"))
    build([fewer], fresh, config=config)
    added = build([papers], fresh, config=config)
    whole = build([papers], scratch, config=config)
    assert dict(added.workspace.manifest) == dict(whole.workspace.manifest)


# kg review


def test_a_review_shows_what_it_doubts_with_quotes(graph: Path) -> None:
    result = run("review", graph)
    assert result.exit_code == 0, result.output
    for part in (
        "detect the wombat = wombat detection",
        "burrow) mapping",
        "its brackets do not match",
        "“A quokka network does",
    ):
        assert part in result.stdout
    assert "Traceback" not in result.output


def test_a_review_as_json_is_what_is_shown(graph: Path) -> None:
    rows = json.loads(run("review", graph, "--json").stdout)
    assert [row["rank"] for row in rows] == list(range(1, len(rows) + 1))
    assert [row["gain"] for row in rows] == sorted((row["gain"] for row in rows), reverse=True)
    for row in rows:
        assert row["decision"]["action"] in ("merge", "split", "rename", "retype", "ignore")
        assert row["quotes"]
        for quote in row["quotes"]:
            assert quote["text"][quote["start"] : quote["end"]]
    assert json.loads(run("review", graph, "--json", "--top", 2).stdout) == rows[:2]
    tasks = json.loads(run("review", graph, "--json", "--type", "task").stdout)
    assert [row["name"] for row in tasks] == [row["name"] for row in rows if row["type"] == "Task"]


def test_from_a_review_to_a_graph_without_what_was_doubted(papers: Path, fresh: Path, tmp_path: Path) -> None:
    run("build", papers, "--out", fresh, "--no-links", "--config", keeping_all(tmp_path))
    mine = tmp_path / "decisions.tsv"
    result = run("review", fresh, "--out", mine)
    assert result.exit_code == 0, result.output
    assert "new decisions are proposed" in result.stderr
    before = json.loads(run("review", fresh, "--json").stdout)
    assert read_decisions(mine).all == ()
    # a person agrees with the first three
    text = mine.read_text(encoding="utf-8").replace(f"\n{PROPOSED}", "\n", 3)
    mine.write_text(text, encoding="utf-8")
    assert len(read_decisions(mine).all) == 3
    result = run("build", papers, "--out", fresh, "--no-links", "--config", keeping_all(tmp_path), "--decisions", mine)
    assert (result.exit_code, "no effect" in result.stderr) == (0, False), result.output
    after = json.loads(run("review", fresh, "--json").stdout)
    assert not {str(row["decision"]) for row in after} & {str(row["decision"]) for row in before[:3]}
    # the review reads the decisions of the graph, not the file, which may be gone or changed
    mine.unlink()
    assert json.loads(run("review", fresh, "--json").stdout) == after


def test_a_review_finds_nothing_where_nothing_is(papers: Path, graph: Path) -> None:
    result = run("review", graph, "--type", "Dataset")
    assert (result.exit_code, result.stdout.strip()) == (0, "nothing to look at")


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["no-such-folder"], 1, "kg build"),
        (["GRAPH", "--type", "Board"], 2, "Board"),
        (["GRAPH", "--top", "0"], 2, "Invalid value"),
        (["GRAPH", "--out", "no-such-folder/x.tsv"], 1, "no-such-folder"),
    ],
)
def test_errors_of_a_review(
    graph: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, says: str
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("review", *(str(graph) if a == "GRAPH" else a for a in arguments))
    assert result.exit_code == code, result.output
    assert says in result.stderr and "Traceback" not in result.output


@pytest.mark.parametrize("gone", ["papers", "mentions", "decisions"])
def test_a_workspace_that_lost_what_its_graph_was_made_of(papers: Path, fresh: Path, tmp_path: Path, gone: str) -> None:
    assert run("build", papers, "--out", fresh, "--no-links", "--decisions", table(tmp_path, MINE)).exit_code == 0
    shutil.rmtree(fresh / gone)
    result = run("review", fresh)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert str(fresh) in result.stderr.replace("\n", "") and "build again" in result.stderr


def test_every_option_of_a_review_has_help() -> None:
    shown = run("review", "--help")
    assert shown.exit_code == 0
    for option in ("--type", "--top", "--out", "--json"):
        assert option in shown.stdout
    assert "--decisions" in run("build", "--help").stdout
