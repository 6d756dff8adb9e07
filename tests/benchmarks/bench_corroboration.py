"""Whether agreement tells right triples from wrong ones, and whether an edge's confidence is what it says.

``python tests/benchmarks/bench_corroboration.py --triples ../shared/public/cskg3600``

Each fold of the judged triples is told by what was learned on the others; triples that share the
rarer of their ends are in one fold. The columns of experts and of the published pipeline are truth
and comparison, never input.
"""

from __future__ import annotations

import argparse
import csv
import importlib.metadata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import circumstances, write

from kg.corroboration import noisy_or, shipped_gain
from kg.training.calibrate import Judged, calibration_error, reliability
from kg.training.corroboration import (
    EXPERTS,
    FOLDS,
    GROUPS,
    NAME,
    Told,
    Triple,
    held_out_edges,
    held_out_verdicts,
    precision_recall_f1,
    read_triples,
)

#: Numbers of papers from which a row of the reliability by support begins.
SUPPORTS = (0, 1, 2, 3, 5, 10)
THRESHOLDS = tuple(tenth / 10 for tenth in range(1, 10))
DRAWS = 2000
PUBLISHED = {
    "F1": 0.77,
    "of": "the authors' own pipeline (SCICERO, 2022) on all 3,600 triples, of which 1,200 are here",
}


def main() -> None:
    """Measure and write ``exports/benchmarks/corroboration.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--triples", type=Path, required=True, help=f"folder of CS-KG3600, with {NAME}")
    parser.add_argument("--seed", type=int, default=0, help="first seed of the folds")
    parser.add_argument("--seeds", type=int, default=10, help="how many divisions into folds")
    arguments = parser.parse_args()
    triples = read_triples(arguments.triples)
    seeds = range(arguments.seed, arguments.seed + arguments.seeds)
    told = [held_out_verdicts(triples, seed=seed) for seed in seeds]
    edges = [edge for seed in seeds for edge in held_out_edges(triples, seed=seed)]
    known = circumstances(Path(__file__), arguments.triples / NAME)
    known["versions"] |= {name: importlib.metadata.version(name) for name in ("numpy", "scipy")}
    figures: dict[str, Any] = {
        "what": "judged triples told right or wrong (precision, recall and F1 of right, 0 to 1), and expected "
        "calibration error over ten bins of equal width (0 to 1)",
        **known,
        "seed": arguments.seed,
        "divisions into folds": len(seeds),
        "folds": FOLDS,
        "triples": {
            "all": len(triples),
            "right": sum(t.right for t in triples),
            "that papers state": sum(t.papers > 0 for t in triples),
        },
        "right or wrong": {
            "mean over divisions": _mean([_scores(each) for each in told]),
            "F1 of each division": [_scores(each)["F1"] for each in told],
            "95% of F1 when triples are drawn anew": _interval(told, seed=arguments.seed),
            "triples that papers state": _mean(
                [_scores([each for each, t in zip(one, triples, strict=True) if t.papers]) for one in told]
            ),
            "by thresholds of probability": {
                str(least): _mean([_above(one, least) for one in told]) for least in THRESHOLDS
            },
            "by what is known of a triple": _groups(triples, seeds),
        },
        "baselines": _baselines(triples, edges, arguments.triples / NAME),
        "published": PUBLISHED,
        "calibration of edges": {
            "shipped gain": {"most": shipped_gain().most, "scale": shipped_gain().scale},
            "expected_calibration_error": _errors(edges, told),
            "reliability": _reliability([Judged("", "edge", said, t.right) for t, _, said in edges], len(seeds)),
            "by number of papers": _by_support(triples, edges, told),
        },
    }
    print(write("corroboration", figures))


def _row(scores: tuple[float, float, float]) -> dict[str, float]:
    return dict(zip(("P", "R", "F1"), scores, strict=True))


def _scores(told: Sequence[Told]) -> dict[str, float]:
    return _row(precision_recall_f1([t.verdict for t in told], [t.right for t in told]))


def _above(told: Sequence[Told], least: float) -> dict[str, float]:
    return _row(precision_recall_f1([t.probability >= least for t in told], [t.right for t in told]))


def _mean(rows: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(sum(row[name] for row in rows) / len(rows), 3) for name in rows[0]}


def _interval(told: Sequence[Sequence[Told]], *, seed: int) -> list[float]:
    """Bootstrap: F1, mean over divisions, of as many triples drawn with replacement."""
    rng = np.random.default_rng(seed)
    verdicts = np.array([[t.verdict for t in one] for one in told], dtype=float)
    right = np.array([t.right for t in told[0]], dtype=float)
    drawn = []
    for _ in range(DRAWS):
        times = np.bincount(rng.integers(len(right), size=len(right)), minlength=len(right))
        hits, said, wanted = verdicts @ (times * right), verdicts @ times, (times * right).sum()
        drawn.append((2 * hits / (said + wanted)).mean())
    return [round(float(edge), 3) for edge in np.quantile(drawn, (0.025, 0.975))]


def _groups(triples: Sequence[Triple], seeds: range) -> dict[str, dict[str, float]]:
    """Scores as one group of features after the other is added, and of all without support."""
    tried = {" + ".join(GROUPS[:count]): GROUPS[:count] for count in range(1, len(GROUPS) + 1)}
    tried["all but support and tools"] = GROUPS[2:]
    return {
        name: _mean([_scores(held_out_verdicts(triples, seed=seed, groups=groups)) for seed in seeds])
        for name, groups in tried.items()
    }


def _baselines(triples: Sequence[Triple], edges: Sequence[tuple[Triple, float, float]], path: Path) -> dict[str, Any]:
    right = [t.right for t in triples]
    rules: dict[str, Callable[[Triple], bool]] = {
        "all are right": lambda _: True,
        "a paper or more": lambda t: t.papers >= 1,
        "two papers or more": lambda t: t.papers >= 2,
        "three papers or more": lambda t: t.papers >= 3,
        "two tools or more": lambda t: len(t.tools) >= 2,
    }
    rows: dict[str, Any] = {
        name: _row(precision_recall_f1([rule(t) for t in triples], right)) for name, rule in rules.items()
    }
    unstated = sum(t.right for t in triples if not t.papers) * (len(edges) // sum(t.papers > 0 for t in triples))
    sure = {
        "noisy-or of 0.5 or more": [_independent(t, one) >= 0.5 for t, one, _ in edges],
        "edge confidence of 0.5 or more": [said >= 0.5 for _, _, said in edges],
    }
    for name, verdicts in sure.items():  # what no paper states is no edge, and never called right
        truth = [t.right for t, _, _ in edges] + [True] * unstated
        rows[name] = _row(precision_recall_f1(verdicts + [False] * unstated, truth))
    with path.open(encoding="utf-8", newline="") as lines:
        judged = list(csv.DictReader(lines))
    kept = [row["cskg"] == "1" for row in judged]
    rows["the published pipeline on these triples"] = _row(precision_recall_f1(kept, right))
    votes = {expert: [row[expert] == "1" for row in judged] for expert in EXPERTS}
    rows["F1 of one expert by another"] = {
        f"{one}, {other}": precision_recall_f1(votes[one], votes[other])[2]
        for one, other in (EXPERTS[:2], EXPERTS[1:], EXPERTS[::2])
    }
    return rows


def _independent(triple: Triple, one: float) -> float:
    return noisy_or([one] * triple.papers)


def _errors(edges: Sequence[tuple[Triple, float, float]], told: Sequence[Sequence[Told]]) -> dict[str, float]:
    says: dict[str, Callable[[Triple, float, float], float]] = {
        "edges, corroborated": lambda _, __, said: said,
        "edges, noisy-or": lambda triple, one, _: _independent(triple, one),
        "edges, surest claim alone": lambda _, one, __: one,
    }
    errors = {
        name: calibration_error([Judged("", "edge", says_(*edge), edge[0].right) for edge in edges])
        for name, says_ in says.items()
    }
    errors["all triples, right or wrong by all that is known"] = round(
        sum(calibration_error([Judged("", "edge", t.probability, t.right) for t in one]) for one in told) / len(told), 4
    )
    return errors


def _reliability(judged: Sequence[Judged], divisions: int) -> list[dict[str, float]]:
    return [
        {"mean": round(mean, 3), "right": round(right, 3), "number": round(number / divisions)}
        for mean, right, number in reliability(judged)
    ]


def _by_support(
    triples: Sequence[Triple], edges: Sequence[tuple[Triple, float, float]], told: Sequence[Sequence[Told]]
) -> list[dict[str, Any]]:
    """Share that is right, and what is said of it, by the number of papers."""
    rows = []
    for first, after in zip(SUPPORTS, (*SUPPORTS[1:], None), strict=True):

        def inside(triple: Triple, first: int = first, after: int | None = after) -> bool:
            return triple.papers >= first and (after is None or triple.papers < after)

        places = [place for place, triple in enumerate(triples) if inside(triple)]
        row: dict[str, Any] = {
            "papers": f"{first} or more"
            if after is None
            else str(first)
            if after == first + 1
            else f"{first} to {after - 1}",
            "number": len(places),
            "right": round(sum(triples[place].right for place in places) / len(places), 3),
            "by all that is known": round(
                float(np.mean([one[place].probability for one in told for place in places])), 3
            ),
        }
        if first:
            of_row = [edge for edge in edges if inside(edge[0])]
            row["corroborated"] = round(sum(said for _, _, said in of_row) / len(of_row), 3)
            row["noisy-or"] = round(sum(_independent(t, one) for t, one, _ in of_row) / len(of_row), 3)
        rows.append(row)
    return rows


if __name__ == "__main__":
    main()
