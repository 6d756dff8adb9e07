"""The command line as its users call it: what it prints, what it exits with, what it leaves behind."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kg.cli import DONE_IN_PART, NOT_SOUND, app
from kg.export import FORMATS
from kg.sample import SAMPLE

RUNNER = CliRunner()


def run(*arguments: object, stdin: str | None = None) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], input=stdin, env={"COLUMNS": "200"})


@pytest.fixture(scope="module")
def papers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first papers of the sample, and the two that the README asks about."""
    lines = SAMPLE.read_text(encoding="utf-8").splitlines()
    chosen = lines[:6] + [line for line in lines[6:] if '"title": "DRACO' in line]
    path = tmp_path_factory.mktemp("papers") / "papers.jsonl"
    path.write_text("\n".join(chosen) + "\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def graph(papers: Path) -> Path:
    out = papers.parent / "graph"
    result = run("build", papers, "--out", out)
    assert result.exit_code == 0, result.output
    assert "7" in result.stdout and "snapshot" in result.stdout
    return out


def test_every_command_and_option_has_help() -> None:
    top = run("--help")
    for command in (
        "build",
        "add",
        "remove",
        "update",
        "stats",
        "query",
        "export",
        "serve",
        "extract",
        "evaluate",
        "train",
        "validate",
        "demo",
        "links",
    ):
        assert command in top.stdout
        shown = run(command, "--help")
        assert shown.exit_code == 0
        assert "Usage" in shown.stdout


def test_papers_come_and_go(graph: Path, papers: Path, tmp_path: Path) -> None:
    mine, more = tmp_path / "mine", tmp_path / "more.jsonl"
    shutil.copytree(graph, mine)
    line = {"id": "hops", "title": "Kangaroo hops by Transformers", "abstract": "A Transformer counts hops on MNIST."}
    more.write_text(f"{json.dumps(line)}\n{{broken\n", encoding="utf-8")
    log = tmp_path / "log.jsonl"
    added = run("add", mine, more, "--log", log)
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    assert next(each["stage"] for each in events if each["event"] == "stage") == "reading"
    assert [each["source"] for each in events if each["event"] == "problem"] == [str(more)]
    assert (events[-1]["event"], events[-1]["papers"]) == ("done", 8)
    assert run("add", mine, more, "--log", tmp_path / "absent" / "log").exit_code == 1
    assert added.exit_code == DONE_IN_PART, added.output
    assert "added: 1 (title:" in added.stdout
    assert "more.jsonl" in added.stderr
    assert "no paper came, went or changed" in run("update", mine, papers).stdout
    more.write_text(f"{json.dumps({**line, 'year': 2020})}\n", encoding="utf-8")
    assert "altered: 1" in run("update", mine).stdout
    removed = run("remove", mine, "hops")
    assert removed.exit_code == 0, removed.output
    assert "removed: 1" in removed.stdout
    assert (mine / "MANIFEST.json").read_bytes() == (graph / "MANIFEST.json").read_bytes()
    asked = "SELECT ?p { ?p a kg:Paper ; dcterms:title ?t FILTER(STRSTARTS(?t, 'DRACO')) }"
    assert "removed: 1" in run("remove", mine, "--query", "-", stdin=asked).stdout
    assert run("remove", mine).exit_code == 2
    unknown = run("remove", mine, "no-such-paper")
    assert unknown.exit_code == 1
    assert "no-such-paper" in unknown.stderr
    assert run("remove", mine, "--file", papers).exit_code == 1


def test_stats_as_json_counts_what_the_manifest_counts(graph: Path) -> None:
    seen = json.loads(run("stats", graph, "--json").stdout)
    assert seen["classes"]["Paper"] == 7
    for type_, number in seen["manifest"]["counts"]["entities"].items():
        assert seen["classes"][type_] == number
    claims = seen["manifest"]["counts"]["claims"]
    assert seen["classes"]["Claim"] == sum(claims.values())
    assert claims["relations"] > 0
    assert seen["classes"]["DerivedClaim"] == 0  # the shipped model reads relations; no rule derives them


def test_links_are_left_out_or_made_by_another_index(papers: Path, graph: Path, tmp_path: Path) -> None:
    out = Path(shutil.copytree(graph, tmp_path / "graph"))
    assert json.loads((graph / "MANIFEST.json").read_text())["counts"]["links"] > 0
    assert run("build", papers, "--out", out, "--no-links").exit_code == 0
    assert json.loads((out / "MANIFEST.json").read_text())["counts"]["links"] == 0
    wrong = run("build", papers, "--out", out, "--links", tmp_path / "none.idx")
    assert wrong.exit_code == 1 and "kg links index" in wrong.output


def test_stats_as_tables(graph: Path) -> None:
    shown = run("stats", graph)
    assert shown.exit_code == 0
    assert "Communities of entities" in shown.stdout


QUERY = "SELECT ?title WHERE { ?p a kg:Paper ; dcterms:title ?title } ORDER BY ?title"


@pytest.mark.parametrize("source", ["argument", "file", "stdin"])
def test_query_gives_the_same_rows_in_every_format(graph: Path, tmp_path: Path, source: str) -> None:
    (tmp_path / "q.rq").write_text(QUERY)
    argument = {"argument": QUERY, "file": f"@{tmp_path / 'q.rq'}", "stdin": "-"}[source]
    stdin = QUERY if source == "stdin" else None
    as_json = json.loads(run("query", graph, argument, "--format", "json", stdin=stdin).stdout)
    titles = [row["title"]["value"] for row in as_json["results"]["bindings"]]
    assert len(titles) == 7
    as_csv = list(csv.reader(io.StringIO(run("query", graph, argument, "--format", "csv", stdin=stdin).stdout)))
    assert [row[0] for row in as_csv[1:]] == titles
    table = run("query", graph, argument, "--format", "table", stdin=stdin).stdout
    assert "7 rows" in table


def test_construct_is_turtle_and_no_table(graph: Path) -> None:
    text = "CONSTRUCT { ?p dcterms:title ?t } WHERE { ?p dcterms:title ?t ; a kg:Paper }"
    assert "dcterms:title" in run("query", graph, text).stdout
    refused = run("query", graph, text, "--format", "csv")
    assert refused.exit_code == 1
    assert "turtle" in refused.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("SELEC *", "line 1, column 8"),
        ("INSERT DATA { <a:a> <a:b> <a:c> }", "only queries"),
        ("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }", "SERVICE"),
    ],
)
def test_a_bad_query_says_what_and_where(graph: Path, text: str, says: str) -> None:
    result = run("query", graph, text)
    assert result.exit_code == 1
    assert says in result.stderr


def test_export_writes_each_format_whole(graph: Path, tmp_path: Path) -> None:
    result = run("export", graph, "--to", tmp_path / "out")
    assert result.exit_code == 0, result.output
    written = {path.name for path in (tmp_path / "out").iterdir()}
    suffixes = {f.suffix for f in FORMATS.values()}
    assert {suffix for suffix in suffixes for name in written if name.endswith(suffix)} == suffixes
    assert all(name.startswith("graph") for name in written)
    refused = run("export", graph, "--to", tmp_path / "out2", "--format", "docx")
    assert refused.exit_code == 1
    assert "turtle" in refused.stderr


def test_validate_conforms(graph: Path) -> None:
    result = run("validate", graph)
    assert result.exit_code == 0, result.output
    assert NOT_SOUND != 0
    assert "conforms" in result.stdout


def test_extract_and_evaluate(papers: Path, tmp_path: Path) -> None:
    found = tmp_path / "found.jsonl"
    result = run("extract", papers, "--out", found)
    assert result.exit_code == 0, result.output
    records = [json.loads(line) for line in found.read_text(encoding="utf-8").splitlines()]
    wanted = [json.loads(line)["id"] for line in papers.read_text(encoding="utf-8").splitlines()]
    assert [r["id"] for r in records] == wanted
    text = {json.loads(line)["id"]: json.loads(line) for line in papers.read_text(encoding="utf-8").splitlines()}
    for record in records:
        whole = f"{text[record['id']]['title']}\n{text[record['id']]['abstract']}"
        names = {entity["name"] for entity in record["entities"]}
        for entity in record["entities"]:
            for start, end in entity["mentions"]:
                assert whole[start:end] in entity["surface"]
        for relation in record["relations"]:
            assert {relation["subject"], relation["object"]} <= names
            assert relation["evidence"] in whole
    scored = json.loads(run("evaluate", found, found, "--json").stdout)
    assert scored["totals"]["entity/all"]["F1"] == 100
    table = run("evaluate", found, found, "--per-paper")
    assert "entity/all" in table.stdout and "P01" in table.stdout


def test_a_broken_file_is_passed_over_and_told_by_the_exit_code(papers: Path, tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "good.jsonl").write_text(
        "\n".join(papers.read_text(encoding="utf-8").splitlines()[:2]) + "\n", encoding="utf-8"
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\x00\xff")
    (folder / "half.jsonl").write_text('{"title": "A paper with no end', encoding="utf-8")
    result = run("build", folder, "--out", tmp_path / "g")
    assert result.exit_code == DONE_IN_PART, result.output
    assert "broken.pdf" in result.stderr and "half.jsonl" in result.stderr
    counts = json.loads((tmp_path / "g" / "MANIFEST.json").read_text())["counts"]
    assert (counts["papers"], counts["problems"]) == (2, 2)


@pytest.mark.slow
def test_demo_builds_asks_and_exports_the_sample(tmp_path: Path) -> None:
    result = run("demo", "--no-serve", "--out", tmp_path / "g")
    assert result.exit_code == 0, result.output
    assert "Which papers run on systolic arrays?" in result.stdout and "DRACO" in result.stdout
    assert json.loads((tmp_path / "g" / "MANIFEST.json").read_text())["counts"]["papers"] == 82
    assert len(list((tmp_path / "g" / "export").iterdir())) == len(FORMATS) + 2  # csv and neo4j are two tables each


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stats", "no-such-folder"], "kg build"),
        (["build", "no-such-file", "--out", "g"], "no-such-file"),
        (["build", "x", "--out", "g", "--min-confidence", "7"], "least_confidence"),
        (["build", "x", "--out", "g", "--base", "not an iri"], "base"),
        (["build", "x", "--out", "g", "--format", "docx"], "jsonl"),
        (["build", str(SAMPLE), "--out", "g", "--model", "no-such-model"], "no-such-model"),
        (["evaluate", "no-gold", "no-prediction"], "no-gold"),
        (["extract", "no-such-file", "--out", "f"], "no-such-file"),
    ],
)
def test_errors_name_what_was_wrong(
    arguments: list[str], says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)
    assert result.exit_code == 1, result.output
    assert says in result.stderr
    assert "Traceback" not in result.output
    assert not (tmp_path / "g" / "MANIFEST.json").exists()


@pytest.fixture
def server(graph: Path) -> Iterator[str]:
    port = 18763
    command = [sys.executable, "-m", "kg.cli", "serve", str(graph), "--port", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(600):
            try:
                urllib.request.urlopen(f"{address}/health", timeout=5)
                break
            except OSError:
                assert process.poll() is None
                time.sleep(0.1)
        yield address
    finally:
        process.terminate()
        process.wait(20)


@pytest.mark.network
def test_serve_answers_graphql_and_sparql(server: str) -> None:
    body = json.dumps({"query": '{ papers(filter: {entity: "systolic array"}) { edges { node { title } } } }'}).encode()
    request = urllib.request.Request(f"{server}/graphql", body, {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        edges = json.load(answer)["data"]["papers"]["edges"]
    assert any(edge["node"]["title"].startswith("DRACO") for edge in edges)
    request = urllib.request.Request(f"{server}/sparql", QUERY.encode(), {"content-type": "application/sparql-query"})
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert len(json.load(answer)["results"]["bindings"]) == 7


@pytest.mark.slow
def test_ctrl_c_leaves_the_old_graph_whole(graph: Path) -> None:
    before = (graph / "MANIFEST.json").read_bytes()
    (graph / ".lock").unlink(missing_ok=True)  # its return says that the build is at work
    command = [sys.executable, "-m", "kg.cli", "build", str(SAMPLE), "--out", str(graph), "--quiet"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, env={**os.environ, "COLUMNS": "200"}, text=True)
    deadline = time.monotonic() + 60
    while not (graph / ".lock").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert process.returncode in (130, 0)
    if process.returncode == 130:
        assert "interrupted" in said
        assert (graph / "MANIFEST.json").read_bytes() == before
    assert json.loads(run("stats", graph, "--json").stdout)["classes"]["Paper"] in (7, 82)


def test_plot_draws_what_is_asked_for(graph: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")
    done = run("plot", graph, "entities", "--out", tmp_path, "--format", "svg", "--theme", "dark")
    assert done.exit_code == 0, done.output
    assert [path.name for path in tmp_path.iterdir()] == ["entities-dark.svg"]
    wrong = run("plot", graph, "cats", "--out", tmp_path)
    assert wrong.exit_code == 1 and "communities" in wrong.stderr


def test_stats_shows_structure_when_asked(graph: Path) -> None:
    shown = run("stats", graph, "--levels", "--bridges", "--rising")
    assert shown.exit_code == 0, shown.output
    assert "Level 1" in shown.stdout and "Bridges" in shown.stdout and "Rising" in shown.stdout
    assert "levels" in json.loads(run("stats", graph, "--levels", "--json").stdout)


def test_export_of_a_projection_leaves_rdf_alone(graph: Path, tmp_path: Path) -> None:
    assert run("export", graph, "--projection", "papers", "--to", tmp_path, "-f", "gexf,csv").exit_code == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".csv", ".gexf"]
    for wrong in (("--years", "2020-2010"), ("--years", "soon"), ("--projection", "papers", "-f", "turtle")):
        assert run("export", graph, "--to", tmp_path, *wrong).exit_code == 2
    assert run("export", graph, "--to", tmp_path, "--projection", "cats").exit_code == 1
