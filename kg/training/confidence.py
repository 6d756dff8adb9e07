"""Weights of claims' confidence, fitted on held-out annotated papers.

``python -m kg.training.confidence ../shared/gold/dev.jsonl.gz`` writes the table that
`kg.resolve.confidence` reads.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from kg.extract.tagger import SHIPPED, read_settings
from kg.resolve.confidence import IDENTITY, TABLE
from kg.training.calibrate import RELATION, RESULT, claim_weights, claims, relations, results
from kg.training.choose import read
from kg.training.gold import digest


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="held-out annotated papers, JSONL, plain or .gz")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="model folder, calibrated")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    settings = read_settings(arguments.model)
    seen = read(arguments.gold, arguments.model)
    table = {
        "made by": "python -m kg.training.confidence",
        "gold sha256": digest(arguments.gold),
        "model": settings.name,
        "claims": claim_weights(claims(seen, settings)),
        "relations": claim_weights(relations(seen, settings)).get(RELATION, IDENTITY),
        "results": claim_weights(results(seen, settings)).get(RESULT, IDENTITY),
    }
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
