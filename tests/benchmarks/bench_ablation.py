"""What each step of the extractor is worth: one table of models and of ways to decode them.

``python tests/benchmarks/bench_ablation.py --gold ../shared/gold --model "text=FOLDER" ...``

Each ``--model`` is a folder that `kg train` wrote, with what is special about it; the shipped model
is measured as it is and with single steps left out or added. Models of the earlier kind, which
tagged words, come from ``exports/benchmarks/learning-curve.json``: this code no longer runs them.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import ROOT, circumstances, write

from kg.extract import SHIPPED, read_settings
from kg.extract.decode import Array, log_softmax
from kg.extract.labels import SCHEME
from kg.extract.tagger import Settings
from kg.training.choose import Read, read, scores

KINDS = ("entity/all", "role/all", "entity/Hardware", "overlap/all")
FILES = ("dev.jsonl.gz", "seed_dev.jsonl")
CURVE = ROOT / "exports" / "benchmarks" / "learning-curve.json"


def main() -> None:
    """Measure and write ``exports/benchmarks/ablation.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="folder with dev.jsonl.gz and seed_dev.jsonl")
    parser.add_argument("--model", action="append", default=[], metavar="TEXT=FOLDER", help="another model folder")
    arguments = parser.parse_args()
    rows = list(_curve())
    for given in arguments.model:
        text, _, folder = given.rpartition("=")
        seen = [read(arguments.gold / name, Path(folder)) for name in FILES]
        rows.append({"step": text, **_scores(seen, read_settings(Path(folder)))})
    settings = read_settings(SHIPPED)
    seen = [read(arguments.gold / name, SHIPPED) for name in FILES]
    variants: dict[str, tuple[Callable[[Read], Read], Settings]] = {
        "the shipped model": (lambda each: each, settings),
        "... without known names (the lexicon of the taxonomies)": (lambda each: each, replace(settings, lexicon={})),
        "... without mentions inside others": (lambda each: each, replace(settings, nested=1.0)),
        "... with a threshold of one half (fewest expected mistakes)": (
            lambda each: each,
            replace(settings, threshold=0.5, nested=max(settings.nested, 0.5)),
        ),
        "... with agreement of equal strings within a paper (mean of their scores)": (agreeing, settings),
    }
    for text, (change, chosen) in variants.items():
        rows.append({"step": text, **_scores([change(each) for each in seen], chosen)})
    rows[len(rows) - len(variants) : len(rows) - len(variants)] = _earlier({row["step"] for row in rows})
    figures = {
        "what": "F1 in percent by kg evaluate; each row is one model or one way to decode it",
        **circumstances(Path(__file__), arguments.gold / "dev.jsonl.gz"),
        "model": settings.version,
        "rows": rows,
        "published": "two annotators of this gold agree at entity F1 90.7, role F1 87.2, Hardware F1 94.1",
    }
    print(write("ablation", figures))


def _curve() -> Iterator[dict[str, Any]]:
    """Yield the models that tagged words, as they were measured then."""
    for point in json.loads(CURVE.read_text(encoding="utf-8"))["points"]:
        row: dict[str, Any] = {"step": f"words tagged (BIO), {point['papers']:,} papers of gold/train, 8 epochs"}
        for name in FILES:
            row[name] = {kind: point["figures"][name][kind]["F1"] for kind in KINDS}
        yield row


def _earlier(steps: set[str]) -> list[dict[str, Any]]:
    """Return rows of the file there that are not measured again, for their models are not at hand; each names its commit."""
    path = ROOT / "exports" / "benchmarks" / "ablation.json"
    before = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {"rows": []}
    kept = [row for row in before["rows"] if row["step"] not in steps and not row["step"].startswith("...")]
    return [{"commit": before["commit"], **row} for row in kept]


def _scores(seen: list[Read], settings: Settings) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        found = {name: scores(each, settings, Path(folder)).totals for name, each in zip(FILES, seen, strict=True)}
    return {name: {kind: totals[kind].f1 for kind in KINDS} for name, totals in found.items()}


def agreeing(seen: Read) -> Read:
    """The same papers, the scores of spans with the same words averaged within each paper."""
    changed = []
    for paper, reading in zip(seen.papers, seen.readings, strict=True):
        text = f"{paper.title}\n{paper.abstract}".lower()
        logits = _agreeing([text[start:end] for start, end in reading.words], reading.logits)
        changed.append(replace(reading, logits=logits))
    return replace(seen, readings=tuple(changed))


def _agreeing(words: list[str], logits: Array, *, least: float = 0.02) -> Array:
    classes = SCHEME.classes
    scored = logits.copy()
    scored[..., :classes] = log_softmax(logits[..., :classes])
    likely = 1 - np.exp(scored[..., 0]) > least
    strings = {tuple(words[i : i + w + 1]) for i, w in zip(*np.nonzero(likely), strict=True) if i + w < len(words)}
    result = scored.copy()
    for string in strings:
        extent = len(string) - 1
        places = [i for i in range(len(words) - extent) if tuple(words[i : i + extent + 1]) == string]
        result[places, extent] = scored[places, extent].mean(axis=0)
    return result


if __name__ == "__main__":
    main()
