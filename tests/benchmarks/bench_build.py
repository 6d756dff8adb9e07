"""Speed and memory of a build, and time to the first answer of `kg serve`.

``python tests/benchmarks/bench_build.py --papers ../shared/corpora/conferences.jsonl.xz --count 200``
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from itertools import islice
from pathlib import Path
from typing import Any

from circumstances import ROOT, circumstances, measured, write

from kg.extract import SHIPPED
from kg.readers import read
from kg.sample import SAMPLE


def main() -> None:
    """Measure and write ``exports/benchmarks/build.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=Path, default=SAMPLE, help="file of papers; the bundled sample by default")
    parser.add_argument("--count", type=int, default=200, help="how many papers with an abstract to take from it")
    arguments = parser.parse_args()
    papers = list(islice((p for p in read([arguments.papers]) if p.abstract), arguments.count))
    figures: dict[str, Any] = {
        "what": "papers a second, peak memory, model size, time to the first answer",
        **circumstances(Path(__file__), arguments.papers),
        "papers": len(papers),
        "mean_characters": round(statistics.mean(len(p.text) for p in papers)),
        "model_bytes": sum(path.stat().st_size for path in SHIPPED.glob("*.onnx")),
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        source = scratch / "papers.jsonl"
        source.write_text(
            "".join(json.dumps({"id": p.local_id, "title": p.title, "abstract": p.abstract}) + "\n" for p in papers)
        )
        figures["build"] = _build(source, scratch / "graph", len(papers))
        figures["relations"] = _relations(source, scratch)
        figures["serve"] = _serve(scratch / "graph")
    print(write("build", figures))
    print(json.dumps(figures, indent=1))


def _build(source: Path, out: Path, count: int) -> dict[str, Any]:
    """A whole `kg build` in a process of its own, cold and with all mentions known."""
    command = [sys.executable, "-m", "kg.cli", "build", str(source), "--out", str(out), "--quiet"]
    cold = measured(command)
    warm = measured(command)
    return {
        "seconds": cold["seconds"],
        "papers_a_second": round(count / cold["seconds"], 1),
        "seconds_with_mentions_known": warm["seconds"],
        "peak_memory_mb": cold["peak_memory_mb"],
        "quads": json.loads((out / "MANIFEST.json").read_text())["counts"]["quads"],
    }


def _relations(source: Path, scratch: Path) -> dict[str, Any]:
    """What relations and results cost: `kg build` with the shipped model and with its first network alone, in turn.

    The latter leaves relations and results to rules.
    """
    shutil.copytree(SHIPPED, scratch / "alone", ignore=shutil.ignore_patterns("relations.onnx"))
    models = {"with": SHIPPED, "without": scratch / "alone"}
    seconds: dict[str, list[float]] = {name: [] for name in models}
    for turn in range(3):
        for name, model in models.items():
            out = scratch / f"{name}{turn}"
            command = [sys.executable, "-m", "kg.cli", "build", str(source), "--out", str(out), "--quiet"]
            seconds[name].append(measured([*command, "--model", str(model)])["seconds"])
    least = {name: min(each) for name, each in seconds.items()}
    return {"seconds": seconds, "ratio_of_the_quickest": round(least["with"] / least["without"], 3)}


def _serve(graph: Path) -> dict[str, Any]:
    """Seconds from the start of `kg serve` to its first GraphQL answer."""
    port = 18437
    started = time.perf_counter()
    server = subprocess.Popen([sys.executable, "-m", "kg.cli", "serve", str(graph), "--port", str(port)], cwd=ROOT)
    body = json.dumps({"query": "{ papers(first: 1) { totalCount edges { node { title } } } }"}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", data=body, headers={"content-type": "application/json"}
    )
    try:
        while True:
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    found = json.load(answer)["data"]["papers"]["totalCount"]
                break
            except OSError:
                if server.poll() is not None or time.perf_counter() - started > 120:
                    raise
                time.sleep(0.02)
        first = time.perf_counter() - started
        answered = time.perf_counter()
        with urllib.request.urlopen(request, timeout=5):
            pass
        return {
            "papers": found,
            "seconds_to_first_answer": round(first, 2),
            "seconds_of_a_second_answer": round(time.perf_counter() - answered, 4),
        }
    finally:
        server.terminate()
        server.wait()


if __name__ == "__main__":
    main()
