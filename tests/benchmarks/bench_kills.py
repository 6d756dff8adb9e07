"""A build of thousands of papers killed at 50 random moments: what is lost, and whether it ends as one that never was.

    python tests/benchmarks/bench_kills.py --corpora ../shared/corpora --work FOLDER

Papers are the first ones of a corpus that have an abstract. The other build reads them anew, in one go, and keeps its graph in FOLDER, so that it is made once.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import subprocess
import sys
import time
from collections import Counter
from itertools import islice
from pathlib import Path
from typing import Any

from circumstances import ROOT, circumstances, write

from kg.build import SHARD
from kg.readers import read
from kg.workspace import MANIFEST

sys.path.insert(0, str(ROOT / "tests" / "kg"))
from killing import command, killed_builds, same


def main() -> None:
    """Measure and write ``exports/benchmarks/kills.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--papers", type=int, default=5_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    source = arguments.corpora / "conferences.jsonl.xz"
    arguments.work.mkdir(parents=True, exist_ok=True)
    papers = arguments.work / f"papers-{arguments.papers}.jsonl"
    with papers.open("w", encoding="utf-8") as lines:
        for paper in islice((p for p in read([source]) if p.abstract), arguments.papers):
            lines.write(json.dumps({"id": paper.id, "title": paper.title, "abstract": paper.abstract}) + "\n")
    whole, killed = arguments.work / "whole", arguments.work / "killed"
    started = time.perf_counter()
    if not (whole / MANIFEST).exists():
        log = arguments.work / "whole-log.jsonl"
        subprocess.run(command(papers, whole, shard=SHARD, log=log, threads=arguments.threads), check=True)
    in_one_go = time.perf_counter() - started
    shutil.rmtree(killed, ignore_errors=True)
    started = time.perf_counter()
    # Moments are drawn so that all kills together take about as long as the work does.
    longest = 2 * max(in_one_go, 60.0) / arguments.kills + 10
    kills = list(
        killed_builds(
            papers, killed, times=arguments.kills, longest=longest, shard=SHARD, seed=8, threads=arguments.threads
        )
    )
    figures: dict[str, Any] = {
        "what": "a build killed (SIGKILL) at random moments and run to its end, against one that was never killed",
        **circumstances(Path(__file__), papers),
        "seed": 8,
        "papers": arguments.papers,
        "kills": len(kills),
        "papers of a shard": SHARD,
        "seconds until a kill": {
            "median": statistics.median(each.after for each in kills), "most": max(each.after for each in kills),
        },
        "stage of kills": dict(Counter(each.stage or "starting" for each in kills).most_common()),
        "most papers read again after a kill": max(max(0, each.begun - each.kept) for each in kills),
        "same bytes": same([whole, killed]),
        "seconds, kills and all": round(time.perf_counter() - started, 1),
    }  # fmt: skip
    print(write("kills", figures))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main()
