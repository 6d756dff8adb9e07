"""Counts of how often two names that differ so were one thing, from annotated papers.

``python -m kg.training.alike ../shared/gold/train.jsonl.gz exports/annotations/arxiv.jsonl.gz --texts FILE`` writes
the table that `kg.resolve.alike` reads.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import combinations
from pathlib import Path
from typing import Any

from kg.resolve.alike import TABLE, kind
from kg.resolve.names import name_key, squeezed
from kg.training.gold import annotated, digest


def count(records: Iterable[Mapping[str, Any]]) -> dict[str, list[int]]:
    """Pairs of names of one type in one paper, by kind: how many were one entity, how many were two."""
    counts: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for record in records:
        named = [
            (entity["type"], number, key)
            for number, entity in enumerate(record["entities"])
            for key in sorted({name_key(surface) for surface in entity["surface"]} - {""})
        ]
        for (type_, one, first), (other_type, other, second) in combinations(named, 2):
            if type_ == other_type and squeezed(first) != squeezed(second):
                name = kind(type_, first, second)
                if name is not None:
                    counts[name][one != other] += 1
    return dict(sorted(counts.items()))


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path, nargs="+", help="annotated papers, JSONL, plain or .gz")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="file of texts of annotations without")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    table = {
        "made by": "python -m kg.training.alike",
        "gold sha256": {path.name: digest(path) for path in arguments.gold},
        "kinds": count(record for path in arguments.gold for record in annotated(path, texts=arguments.texts)),
    }
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
