"""How often context tells what a short form means: papers that spell it out, their long forms hidden.

``python -m kg.training.shorts ../shared/gold/train.jsonl.gz exports/annotations/arxiv.jsonl.gz --texts FILE`` prints
how many hidden meanings there are of short forms on which papers do not agree, how many of them `kg.resolve.shorts`
tells by context, and how many of these rightly.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from kg.model import EntityType
from kg.resolve.acronyms import definitions
from kg.resolve.canonical import Key
from kg.resolve.catalogue import catalogue
from kg.resolve.names import name_key
from kg.resolve.shorts import agreed, likeliest, uncommon
from kg.training.gold import annotated


def told(records: Iterable[Mapping[str, Any]]) -> dict[str, int]:
    """Count the hidden meanings of short forms with several: all, those that context tells, and those told rightly."""
    beside: dict[str, set[Key]] = {}
    papers: dict[Key, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for number, record in enumerate(records):
        paper = str(number)
        spelled = {name_key(d.short): name_key(d.long) for d in definitions(f"{record['title']}\n{record['abstract']}")}
        keys = {(e["type"], name_key(s)) for e in record["entities"] for s in e["surface"]}
        beside[paper] = {(type_, _known(type_, key)) for type_, key in keys}
        for type_, key in keys:
            if key in spelled:
                papers[type_, key][_known(type_, spelled[key])].add(paper)
    telling = uncommon(beside)
    counts = Counter(hidden=0, told=0, right=0)
    for short, meanings in papers.items():
        if agreed(Counter({long: len(those) for long, those in meanings.items()}), short[1]):
            continue
        for long, those in meanings.items():
            for paper in those:
                rest = {other: those_ - {paper} for other, those_ in meanings.items()}
                said = likeliest(beside[paper] - {short, (short[0], long)}, rest, telling)
                counts.update(hidden=1, told=said is not None, right=said == long)
    return dict(counts)


def _known(type_: EntityType, key: str) -> str:
    known = catalogue(type_)
    found = known.find(key)
    return name_key(known.concepts[found].label) if found else key


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", help="annotated papers, JSONL, plain or .gz")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="file of texts of annotations without")
    arguments = parser.parse_args()
    counts = told(record for path in arguments.gold for record in annotated(path, texts=arguments.texts))
    sys.stdout.write(json.dumps(counts, indent=1) + "\n")


if __name__ == "__main__":
    main()
