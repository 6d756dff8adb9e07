"""Counts of how often two names so related were one entity, from annotated papers.

``python -m kg.training.coreference ../shared/gold/train.jsonl.gz`` writes the table that
`kg.resolve.coreference` reads.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
from collections import defaultdict
from itertools import combinations
from pathlib import Path

from kg.model import TYPES
from kg.resolve.coreference import TABLE, relation
from kg.resolve.names import name_key


def count(path: Path) -> dict[str, dict[str, list[int]]]:
    """Pairs of names by type and relation: how many were one entity, how many were two.

    Names of one entity count once a pair, whatever the number of entities beside it.
    """
    counts: dict[str, dict[str, list[int]]] = {name: defaultdict(lambda: [0, 0]) for name in ("all", *TYPES)}
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    for paper in papers:
        entities = [(e["type"], sorted({name_key(s) for s in e["surface"]} - {""})) for e in paper["entities"]]
        for type_, keys in entities:
            for first, second in combinations(keys, 2):
                for table in ("all", type_):
                    counts[table][relation(type_, first, second)][0] += 1
        for (type_, keys), (other_type, others) in combinations(entities, 2):
            if type_ == other_type:
                for first in keys:
                    for second in others:
                        if first != second:
                            for table in ("all", type_):
                                counts[table][relation(type_, first, second)][1] += 1
    return counts


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="annotated papers, JSONL compressed with gzip")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    counts = count(arguments.gold)
    table = {
        "made by": "python -m kg.training.coreference",
        "gold sha256": hashlib.sha256(arguments.gold.read_bytes()).hexdigest(),
        "counts": {name: dict(sorted(rows.items())) for name, rows in counts.items()},
    }
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
