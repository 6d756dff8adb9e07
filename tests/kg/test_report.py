"""What a build tells of itself is JSON that says how far it is, what went wrong, and what it took."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.build import Built, build
from kg.change import update
from kg.config import Config, ExtractConfig
from kg.errors import Place, RecordError, UnknownFormat, UnreadableFile
from kg.extract import SHIPPED
from kg.report import REPORT, Log, peak_memory

PAPERS = [{"title": f"Hop {n} by Transformers", "abstract": f"A Transformer counts {n} hops on ImageNet."} for n in range(3)]


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_a_log_says_how_far_a_stage_is_once_a_second() -> None:
    lines: list[str] = []
    clock = Clock()
    log = Log(lines.append, clock=clock)
    log.stage("extracting", 100)
    for _ in range(50):
        clock.now += 0.1
        log.step(1)
    log.stage("resolving", None)
    log.done({"papers": 100})
    events = [json.loads(line) for line in lines]
    assert all(line.endswith("\n") and line.count("\n") == 1 for line in lines)
    progress = [each for each in events if each["event"] == "progress"]
    # Four or five whole seconds, and where the stage ended.
    assert 5 <= len(progress) <= 6
    last = progress[-1]
    assert (last["stage"], last["done"], last["steps"]) == ("extracting", 50, 100)
    assert last["per_second"] == pytest.approx(10, rel=0.05)
    assert last["seconds_left"] == pytest.approx(5, rel=0.05)
    assert [each["done"] for each in progress] == sorted(each["done"] for each in progress)
    assert [each["event"] for each in events if each["event"] != "progress"] == ["stage", "stage", "done"]
    assert events[-1]["papers"] == 100


def test_a_log_says_what_is_wrong_and_where() -> None:
    lines: list[str] = []
    log = Log(lines.append)
    log.problem(RecordError(Place("a.jsonl", 3, 4, 17), "no title", "one"))
    log.problem(UnreadableFile("b.bib", "is gone\nand more"))
    log.problem(UnknownFormat("c.pdf", ("bibtex",)))
    log.failed(KeyboardInterrupt())
    first, second, third, failed = map(json.loads, lines)
    assert (first["error"], first["source"], first["record"], first["line"], first["character"]) == ("RecordError", "a.jsonl", 3, 4, 17)
    assert (second["source"], "character" in second) == ("b.bib", False)
    assert third["source"] == "c.pdf"
    assert (failed["event"], failed["error"]) == ("failed", "KeyboardInterrupt")


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads /proc")
def test_the_memory_of_a_process_is_its_own_and_a_peak() -> None:
    code = "from kg.report import peak_memory; a = peak_memory(); b'x' * 200_000_000; print(a, peak_memory())"
    ballast = b"x" * 600_000_000
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    before, after = map(int, done.stdout.split())
    assert 190_000_000 < after - before < 260_000_000
    assert before < len(ballast) < (peak_memory() or 0)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    if not (SHIPPED / "model.onnx").is_file():
        pytest.skip("the shipped model is not here")
    folder = tmp_path_factory.mktemp("report")
    lines = [*map(json.dumps, PAPERS), json.dumps(PAPERS[0]), "{broken"]
    (folder / "papers.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return build([folder / "papers.jsonl"], folder / "graph", config=Config(extract=ExtractConfig(threads=1)))


@pytest.mark.slow
def test_the_report_counts_what_the_graph_has_and_what_was_passed_over(built: Built) -> None:
    report = json.loads((built.workspace.folder / REPORT).read_text(encoding="utf-8"))
    assert report == built.report
    counts = built.workspace.manifest["counts"]
    assert counts.items() <= report.items()
    assert (report["records"], report["papers"], report["already_extracted"]) == (4, 3, 0)
    assert report["mentions"] >= 6
    assert len(report["passed_over"]) == counts["problems"] == 1
    assert "papers.jsonl" in report["passed_over"][0]
    assert set(report["seconds"]) == {"read", "extract", "resolve", "claim", "analyse", "link", "store"}
    assert report["extracted_per_second"] == pytest.approx(3 / report["seconds"]["extract"], rel=0.05)


@pytest.mark.slow
def test_a_later_report_is_of_the_later_build(built: Built) -> None:
    before = (built.workspace.folder / "MANIFEST.json").read_bytes()
    again = update(built.workspace.folder).built
    assert (again.report["already_extracted"], again.report["extracted_per_second"]) == (3, None)
    assert json.loads((built.workspace.folder / REPORT).read_text(encoding="utf-8")) == again.report
    assert (built.workspace.folder / "MANIFEST.json").read_bytes() == before
