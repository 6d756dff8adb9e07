"""How far the relations of exports/annotations agree with those of the same papers in gold/train, entities given.

python tests/benchmarks/bench_agreement.py --gold ../shared/gold/train.jsonl.gz
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from circumstances import ROOT, circumstances, write

from kg.training.gold import read_gold, with_relations

RELATIONS = ROOT / "exports" / "annotations" / "relations.jsonl.gz"


def main() -> None:
    """Measure and write ``exports/benchmarks/agreement.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True)
    arguments = parser.parse_args()
    own = [paper for paper in read_gold(arguments.gold) if paper.relations is not None]
    others = with_relations([replace(paper, relations=None) for paper in own], RELATIONS)
    pairs = [
        (set(a.relations or ()), set(b.relations)) for a, b in zip(own, others, strict=True) if b.relations is not None
    ]
    right, said, true = (
        sum(map(len, part)) for part in ([a & b for a, b in pairs], [b for _, b in pairs], [a for a, _ in pairs])
    )
    figures = {
        "what": "relations of exports/annotations against gold/train's own, papers that have both, percent",
        **circumstances(Path(__file__), arguments.gold),
        "papers": len(pairs),
        "P": round(100 * right / said, 1),
        "R": round(100 * right / true, 1),
        "F1": round(200 * right / (said + true), 1),
        "published": "two annotators of this gold agree at F1 86.2 with the entities given",
    }
    print(write("agreement", figures), {key: figures[key] for key in ("papers", "P", "R", "F1")})


if __name__ == "__main__":
    main()
