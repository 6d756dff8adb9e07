"""Biases of relations and results, chosen on held-out papers."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from kg.evaluate import Scores, score
from kg.extract.tagger import Settings
from kg.training.choose import Read, found, scored, shifted
from kg.training.given import given, recorded

#: Values tried for what is added to the log odds of relations, and of results.
BIASES: Final = tuple(round(-1.5 + 0.25 * step, 2) for step in range(13))


def choose_biases(seen: Read, settings: Settings, scratch: Path) -> Settings:
    """Settings with the biases of the best F1 of relations and of results: the mean of end to end and entities given.

    End to end alone, few papers say little: most of what is wrong there are entities.
    """
    plain = replace(settings, relation_bias=0.0, value_bias=0.0)
    held, among = list(found(seen, plain)), list(given(seen))

    def end_to_end(tried: Settings) -> Scores:
        return scored(seen.gold, ((paper, shifted(each, tried)) for paper, each in held), scratch)

    def entities_given(tried: Settings) -> Scores:
        path = scratch / "given.jsonl"
        path.write_text("".join(json.dumps(recorded(each, tried)) + "\n" for each in among), encoding="utf-8")
        return score(seen.gold, path)

    ways: tuple[Callable[[Settings], Scores], ...] = (end_to_end, entities_given)
    sums: dict[str, dict[float, float]] = defaultdict(lambda: defaultdict(float))
    for bias in BIASES:
        for way in ways:
            totals = way(replace(plain, relation_bias=bias, value_bias=bias)).totals
            for key in ("relation/all", "result/all"):
                if key in totals and totals[key].gold:
                    sums[key][bias] += totals[key].f1

    def best(key: str) -> float:
        return max(sums[key], key=lambda bias: (sums[key][bias], bias)) if key in sums else 0.0

    return replace(plain, relation_bias=best("relation/all"), value_bias=best("result/all"))
