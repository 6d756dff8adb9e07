"""Scores of the shipped model on the annotated papers, through `kg extract` and `kg evaluate`.

``python tests/benchmarks/bench_quality.py --gold ../shared/gold``
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from circumstances import circumstances, write

from kg.extract import SHIPPED, read_settings

PUBLISHED = {
    "two annotators of this gold": {"entity F1": 90.7, "role F1": 87.2, "Hardware F1": 94.1},
    "a first try of the design notes (one linear layer, 700 papers, 5 epochs)": {
        "held-out papers": {"entity F1": 51, "role F1": 45, "Hardware F1": 63},
        "the page": {"entity F1": 52, "role F1": 37, "Hardware F1": 47},
    },
}


def main() -> None:
    """Measure and write ``exports/benchmarks/quality.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="folder with dev.jsonl.gz and seed_dev.jsonl")
    gold: Path = parser.parse_args().gold
    figures: dict[str, Any] = {
        "what": "precision, recall and F1 in percent",
        **circumstances(Path(__file__), gold / "dev.jsonl.gz"),
        "model": read_settings(SHIPPED).version,
        "scores": {name: _scores(gold / name) for name in ("dev.jsonl.gz", "seed_dev.jsonl")},
        "published": PUBLISHED,
    }
    print(write("quality", figures))


def _scores(gold: Path) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        found = Path(folder) / "found.jsonl"
        _kg("extract", str(gold), "--out", str(found), "--quiet")
        totals = json.loads(_kg("evaluate", str(gold), str(found), "--json"))["totals"]
    return {kind: {"P": row["P"], "R": row["R"], "F1": row["F1"]} for kind, row in totals.items()}


def _kg(*arguments: str) -> str:
    return subprocess.run(
        [sys.executable, "-m", "kg.cli", *arguments], check=True, capture_output=True, text=True
    ).stdout


if __name__ == "__main__":
    main()
