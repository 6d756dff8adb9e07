"""Speed and memory of a build, of extraction alone, and time to the first answer of `kg serve`.

``python tests/benchmarks/bench_build.py --papers ../shared/corpora/conferences.jsonl.xz --count 200``

Extraction is set beside a spaCy pipeline of the usual small size (tok2vec and a named entity
recogniser, with random weights, for speed does not depend on them) on the same texts in the same
run, one thread each, so that the ratio holds on another or a busier machine.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import spacy
from circumstances import ROOT, circumstances, write

from kg.extract import SHIPPED, find, load
from kg.model import Paper
from kg.readers import read
from kg.sample import SAMPLE

ROUNDS = 3


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
        "model_bytes": (SHIPPED / "model.onnx").stat().st_size,
    }
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        source = scratch / "papers.jsonl"
        source.write_text(
            "".join(json.dumps({"id": p.local_id, "title": p.title, "abstract": p.abstract}) + "\n" for p in papers)
        )
        figures["extraction"] = _extraction(papers)
        figures["build"] = _build(source, scratch / "graph", len(papers))
        figures["serve"] = _serve(scratch / "graph")
    print(write("build", figures))
    print(json.dumps(figures, indent=1))


def _extraction(papers: list[Paper]) -> dict[str, Any]:
    """Papers a second of our pipeline and of the peer, one thread each, rounds taken in turn."""
    ours, peer = load(threads=1), _peer()
    texts = [paper.text for paper in papers]
    runs: dict[str, Callable[[], object]] = {
        "paperkg": lambda: list(find(ours, papers)),
        "spacy_small_ner": lambda: list(peer.pipe(texts)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    rates = {name: round(len(papers) / min(taken), 1) for name, taken in seconds.items()}
    return {
        "threads": 1,
        "rounds": ROUNDS,
        "papers_a_processor_second": rates,
        "ratio_to_spacy_small_ner": round(rates["paperkg"] / rates["spacy_small_ner"], 2),
        "published": "design notes: spaCy CNN tok2vec with NER 88, MiniLM int8 24.2 abstracts a second a core",
    }


def _peer() -> spacy.Language:
    """A pipeline as large as spaCy's small English one: four layers of 96 channels, 18 entity labels."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    recogniser = nlp.add_pipe(
        "ner",
        config={"model": {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner",
                          "extra_state_tokens": False, "hidden_width": 64, "maxout_pieces": 2, "use_upper": True,
                          "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}},
    )  # fmt: skip
    for number in range(18):
        recogniser.add_label(f"LABEL{number}")  # type: ignore[attr-defined]
    nlp.initialize()
    return nlp


def _build(source: Path, out: Path, count: int) -> dict[str, Any]:
    """A whole `kg build` in a process of its own, cold and with all mentions known."""
    command = [sys.executable, "-m", "kg.cli", "build", str(source), "--out", str(out), "--quiet"]
    cold = _run(command)
    warm = _run(command)
    return {
        "seconds": cold["seconds"],
        "papers_a_second": round(count / cold["seconds"], 1),
        "seconds_with_mentions_known": warm["seconds"],
        "peak_memory_mb": cold["peak_memory_mb"],
        "quads": json.loads((out / "MANIFEST.json").read_text())["counts"]["quads"],
    }


def _run(command: list[str]) -> dict[str, float]:
    started = time.perf_counter()
    child = subprocess.Popen(command, cwd=ROOT)
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        raise SystemExit(f"{command} ended with {status}")
    return {"seconds": round(time.perf_counter() - started, 1), "peak_memory_mb": round(usage.ru_maxrss / 1024)}


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
