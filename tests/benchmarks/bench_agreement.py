"""How far exports/annotations agrees with gold/train on the papers of both: relations, and which numbers are results.

The entities are given.

python tests/benchmarks/bench_agreement.py --gold ../shared/gold/train.jsonl.gz
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from pathlib import Path
from typing import Any

from circumstances import ROOT, circumstances, write

from kg.training.further import with_relations
from kg.training.gold import GoldPaper, read_gold
from kg.training.related import valued

RELATIONS = ROOT / "exports" / "annotations" / "relations.jsonl.gz"


def main() -> None:
    """Measure and write ``exports/benchmarks/agreement.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    arguments = parser.parse_args()
    own = [paper for paper in read_gold(arguments.gold) if paper.relations is not None]
    others = with_relations([replace(paper, relations=None, results=None) for paper in own], RELATIONS)
    both = list(zip(own, others, strict=True))
    relations = [(set(a.relations or ()), set(b.relations)) for a, b in both if b.relations is not None]
    results = [(_values(a), _values(b)) for a, b in both if b.results is not None]
    figures = {
        "what": "relations and results of exports/annotations against gold/train's own, papers that have both, percent",
        **circumstances(Path(__file__), arguments.gold),
        "relations": _agreement(relations),
        "results": _agreement(results),
        "published": "two annotators of this gold agree at relation F1 86.2 with the entities given, result F1 90.6",
    }
    print(write("agreement", figures), {key: figures[key] for key in ("relations", "results")})


def _values(paper: GoldPaper) -> set[int]:
    """Where the numbers begin that are results."""
    taken = [(start, end) for start, end, _ in paper.named]
    return {quantity.start for quantity, _, result in valued(paper.text, paper.results or (), taken) if result}


def _agreement(pairs: Sequence[tuple[AbstractSet[Any], AbstractSet[Any]]]) -> dict[str, float]:
    """Papers, precision, recall and F1 of the second of each pair against the first."""
    right, said, true = (
        sum(map(len, part)) for part in ([a & b for a, b in pairs], [b for _, b in pairs], [a for a, _ in pairs])
    )
    return {
        "papers": len(pairs),
        "P": round(100 * right / said, 1),
        "R": round(100 * right / true, 1),
        "F1": round(200 * right / (said + true), 1),
    }


if __name__ == "__main__":
    main()
