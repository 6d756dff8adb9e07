"""Whether the shipped model's confidence is what it says: expected calibration error, reliability plot, thresholds.

``python tests/benchmarks/bench_calibration.py --gold ../shared/gold`` (needs the extras ``train`` and ``bench``).

On gold/dev every fold of papers is judged with lines fitted on the other folds; on gold/seed_dev
with the lines that ship, for it fitted none. "network" is the probability as the network gives it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")
import matplotlib.pyplot as plt
from circumstances import ROOT, circumstances, write

from kg.annotations import read_annotations
from kg.extract import SHIPPED, read_settings
from kg.plot.facts import RELIABILITY
from kg.resolve.confidence import relation_weights, result_weights, shipped_weights
from kg.training.calibrate import (
    FOLDS,
    RELATION,
    RESULT,
    Judged,
    calibration_error,
    claims,
    cross_fitted,
    honest_error,
    mentions,
    relations,
    reliability,
    results,
    weighed,
)
from kg.training.choose import Read, read

#: Values of ``kg build --min-confidence`` of which the README tells precision and recall.
THRESHOLDS = (0.0, 0.3, 0.5, 0.7)
PICTURE = ROOT / "exports" / "benchmarks" / "reliability.svg"


def main() -> None:
    """Measure; write ``exports/benchmarks/calibration.json``, ``reliability.svg`` and what `kg plot` shows of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, required=True, help="folder with dev.jsonl.gz and seed_dev.jsonl")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    settings = read_settings(SHIPPED)
    plain = replace(settings, calibration={}, role_calibration={})
    dev, page = (
        read(arguments.gold / name, SHIPPED, threads=arguments.threads) for name in ("dev.jsonl.gz", "seed_dev.jsonl")
    )
    fitted = cross_fitted(dev, settings)
    judged = {
        "gold/dev, mentions, network": mentions(dev, plain),
        "gold/dev, mentions": fitted.mentions,
        "gold/dev, claims, network": claims(dev, plain),
        "gold/dev, claims": fitted.claims,
        "gold/dev, relations, product": relations(dev, plain),
        "gold/dev, relations": fitted.relations,
        "gold/dev, results, network": results(dev, plain),
        "gold/dev, results": fitted.results,
        "gold/seed_dev, mentions": mentions(page, settings),
        "gold/seed_dev, relations": weighed(relations(page, settings), {RELATION: relation_weights()}),
        "gold/seed_dev, results": weighed(results(page, settings), {RESULT: result_weights()}),
        "gold/seed_dev, claims": weighed(claims(page, settings), shipped_weights()),
    }
    figures: dict[str, Any] = {
        "what": "expected calibration error over ten bins of equal width (0 to 1), the mean error that perfectly honest "
        "confidence would show on as many, reliability, and precision and recall of claims (paper, role, entity) in percent above thresholds",
        **circumstances(Path(__file__), arguments.gold / "dev.jsonl.gz"),
        "model": settings.version,
        "folds": FOLDS,
        "expected_calibration_error": {name: calibration_error(each) for name, each in judged.items()},
        "of_honest_confidence": {
            name: honest_error(each) for name, each in judged.items() if not name.endswith(("network", "product"))
        },
        "reliability": {
            name: [{"mean": round(m, 3), "right": round(r, 3), "number": n} for m, r, n in reliability(each)]
            for name, each in judged.items()
        },
        "thresholds": {
            "gold/dev": _thresholds(dev, judged["gold/dev, claims"]),
            "gold/seed_dev": _thresholds(page, judged["gold/seed_dev, claims"]),
        },
        "published": "the target set for this project is an expected calibration error of at most 0.05 on gold/dev",
    }
    _draw(judged)
    print(write("calibration", figures))
    shown = {name: figures["reliability"][f"gold/dev, {name}"] for name in ("mentions", "claims", "relations", "results")}
    kept = {"model": settings.version, "papers": "gold/dev", "data_sha256": figures["data_sha256"], "reliability": shown}
    RELIABILITY.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")


def _thresholds(seen: Read, judged: Sequence[Judged]) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of the claims that are at least so sure."""
    gold = read_annotations(seen.gold)
    wanted = sum(not c.optional for annotation in gold.values() for c in annotation.concepts)
    rows = {}
    for least in THRESHOLDS:
        kept = [each for each in judged if each.probability >= least]
        right = sum(each.right for each in kept)
        precision, recall = right / max(1, len(kept)), right / wanted
        f1 = 2 * right / max(1, len(kept) + wanted)
        rows[str(least)] = {
            "P": round(100 * precision, 1),
            "R": round(100 * recall, 1),
            "F1": round(100 * f1, 1),
            "claims": len(kept),
        }
    return rows


def _draw(judged: dict[str, list[Judged]]) -> None:
    """Reliability of mentions and of claims: share that is right over stated probability, and how many there are."""
    mpl.rcParams["svg.hashsalt"] = "reliability"  # same figures, same bytes
    figure, rows = plt.subplots(2, 2, figsize=(9, 6), height_ratios=(3, 1), sharex=True)
    for column, what in enumerate(("mentions", "claims")):
        curve, bars = rows[0][column], rows[1][column]
        curve.plot([0, 1], [0, 1], color="0.7", linewidth=1, label="honest")
        styles = ((f"gold/dev, {what}, network", "network", "--"), (f"gold/dev, {what}", "calibrated", "-"))
        for name, label, line in styles:
            points = list(reliability(judged[name]))
            error = calibration_error(judged[name])
            curve.plot(
                [p[0] for p in points], [p[1] for p in points], line, marker="o", label=f"{label}, error {error:.3f}"
            )
        calibrated = judged[f"gold/dev, {what}"]
        bars.hist([each.probability for each in calibrated], bins=[b / 10 for b in range(11)], color="0.6")
        curve.set(title=what, xlim=(0, 1), ylim=(0, 1), ylabel="share that is right")
        curve.legend(loc="upper left", frameon=False)
        bars.set(xlabel="confidence", ylabel="number")
    figure.tight_layout()
    figure.savefig(PICTURE, metadata={"Date": None})


if __name__ == "__main__":
    main()
