"""Relations and results against the gold annotations: end to end, with the entities given, and by rules alone.

python tests/benchmarks/bench_relations.py --gold ../shared/gold
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from circumstances import circumstances, write

from kg.annotations import read_annotations
from kg.evaluate import matched, score
from kg.extract import SHIPPED, read_settings
from kg.extract.labels import SIGNATURES
from kg.found import record
from kg.training.choose import Read, found, read
from kg.training.given import given_entities

FILES = ("dev.jsonl.gz", "seed_dev.jsonl")
KINDS = ("relation/all", "result/all")
PUBLISHED = {
    "two annotators of this gold, entities given": {"relation/all": 86.2},
    "two annotators of this gold": {"result/all": 90.6},
    "two-stage systems on a GPU (Rel+)": {"SciERC": 44, "SciER out of domain": "58 to 65"},
}


def main() -> None:
    """Measure and write ``exports/benchmarks/relations.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="folder with dev.jsonl.gz and seed_dev.jsonl")
    parser.add_argument("--model", type=Path, default=SHIPPED)
    arguments = parser.parse_args()
    settings = read_settings(arguments.model)
    rows: dict[str, dict[str, Any]] = {}
    by_relation: dict[str, Any] = {}
    for name in FILES:
        seen = read(arguments.gold / name, arguments.model)
        end_to_end = [record(paper, each) for paper, each in found(seen, settings)]
        ruled = [record(paper, each) for paper, each in found(seen, settings, related=False)]
        told = list(given_entities(seen, settings))
        told_rules = list(given_entities(replace(seen, relater=None), settings))
        rows[name] = {
            "learned, end to end": _scores(seen, end_to_end),
            "learned, entities given": _scores(seen, told),
            "rules (derived from roles; nearest metric), end to end": _scores(seen, ruled),
            "rules, entities given": _scores(seen, told_rules),
        }
        by_relation[name] = {"entities given": _by_relation(seen, told), "end to end": _by_relation(seen, end_to_end)}
    figures = {
        "what": "precision, recall and F1 in percent, by the rules of shared/eval/score.py",
        **circumstances(Path(__file__), arguments.gold / "dev.jsonl.gz"),
        "model": settings.version,
        "scores": rows,
        "by_relation": by_relation,
        "published": PUBLISHED,
    }
    print(write("relations", figures))


def _scores(seen: Read, records: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
        totals = score(seen.gold, path).totals
    return {kind: {"P": totals[kind].precision, "R": totals[kind].recall, "F1": totals[kind].f1} for kind in KINDS}


def _by_relation(seen: Read, records: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, float]]:
    """F1 of each relation, by the gold entities at its ends; optional ends count as others do here."""
    right, said, true = Counter[str](), Counter[str](), Counter[str]()
    gold = read_annotations(seen.gold)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "found.jsonl"
        path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
        predicted = read_annotations(path)
    for paper, wanted in gold.items():
        if wanted.triples is None:
            continue
        concepts = predicted[paper].concepts
        names = {
            concepts[place].name: wanted.concepts[at].name for at, place in matched(wanted.concepts, concepts).items()
        }
        stated = set(wanted.triples)
        found_here = {(names.get(s), name, names.get(o)) for s, name, o in predicted[paper].triples or ()}
        for triple in stated:
            true[triple[1]] += 1
            right[triple[1]] += triple in found_here
        said.update(name for _, name, _ in found_here)
    return {
        name: {
            "F1": round(200 * right[name] / max(1, said[name] + true[name]), 1),
            "gold": true[name],
            "found": said[name],
            "right": right[name],
        }
        for name in SIGNATURES
    }


if __name__ == "__main__":
    main()
