"""Probabilities are made worth what they say, and how far they are from it is measured."""

from __future__ import annotations

import gzip
import random
from collections.abc import Sequence
from dataclasses import replace
from math import exp
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ModelError
from kg.extract.tagger import SHIPPED, read_settings
from kg.resolve.confidence import IDENTITY, log_odds, moved
from kg.training.calibrate import (
    PRIOR,
    Judged,
    calibration_error,
    claim_weights,
    cross_fitted,
    line,
    lines,
    mentions,
    reliability,
    weighed,
)
from kg.training.choose import read

CHANCES = st.floats(0, 1)
JUDGED = st.builds(Judged, st.just("P"), st.sampled_from(("Method", "Task")), CHANCES, st.booleans(), st.integers(1, 6))


def drawn(
    slope: float, intercept: float, *, count: int, weight: float = 0.0, seed: int = 7, type_: str = "Task"
) -> list[Judged]:
    """Draws whose truth follows the line, and the logarithm of the number of mentions."""
    rng = random.Random(seed)
    judged = []
    for number in range(count):
        probability, named = rng.uniform(0.05, 0.95), rng.randint(1, 5)
        odds = slope * log_odds(probability) + weight * float(np.log(named)) + intercept
        judged.append(Judged(f"P{number}", type_, probability, rng.random() < 1 / (1 + exp(-odds)), named))
    return judged


# Lines


@pytest.mark.parametrize(("slope", "intercept"), [(1.0, 0.0), (0.5, -0.7), (1.6, 0.9)])
def test_a_line_is_recovered_from_draws(slope: float, intercept: float) -> None:
    assert line(drawn(slope, intercept, count=8000)) == pytest.approx((slope, intercept), abs=0.12)


def test_without_evidence_a_line_is_the_identity() -> None:
    assert line([]) == (1.0, 0.0)
    assert lines([]) == {}
    # draws that say just what the identity does move it nowhere
    even = [Judged("P", "Task", 0.75, right) for right in (True, True, True, False)]
    assert line(even) == pytest.approx((1.0, 0.0), abs=1e-4)


def test_few_draws_move_a_line_less_than_many() -> None:
    wrong = [Judged("P", "Task", 0.9, False)]
    intercepts = [line(wrong * count)[1] for count in (0, 1, 4, 16)]
    assert intercepts == sorted(intercepts, reverse=True) and intercepts[0] == 0
    assert -0.25 < intercepts[1] < 0  # one draw against a prior of five


@given(st.lists(JUDGED, max_size=40))
def test_a_line_is_where_the_loss_is_least(judged: list[Judged]) -> None:
    def loss(weights: Sequence[float]) -> float:
        total = PRIOR / 2 * ((weights[0] - 1) ** 2 + weights[1] ** 2)
        for each in judged:
            odds = weights[0] * log_odds(each.probability) + weights[1]
            total += float(np.logaddexp(0, -odds if each.right else odds))
        return total

    slope, intercept = line(judged)
    least = loss((slope, intercept))
    for step in (0.01, 0.3):
        for other in ((step, 0), (-step, 0), (0, step), (0, -step)):
            assert loss((slope + other[0], intercept + other[1])) > least


def test_each_type_has_a_line_of_its_own() -> None:
    both = drawn(1.0, 1.5, count=2000) + drawn(1.0, -1.5, count=2000, type_="Method")
    fitted = lines(both)
    assert set(fitted) == {"Method", "Task"}
    assert fitted["Task"] == line([j for j in both if j.type == "Task"])
    assert fitted["Task"][1] > 1.2 and fitted["Method"][1] < -1.2


def test_weights_of_claims_are_recovered_and_better_than_none() -> None:
    judged = drawn(0.8, -1.0, weight=0.9, count=8000)
    weights = claim_weights(judged)
    assert weights["Task"] == pytest.approx((0.8, 0.9, -1.0), abs=0.15)
    assert calibration_error(weighed(judged, weights)) < 0.03 < calibration_error(judged)


@given(st.lists(JUDGED, max_size=20))
def test_weighing_changes_probabilities_alone(judged: list[Judged]) -> None:
    after = weighed(judged, {"Task": (0.5, 0.4, -0.2)})
    for old, new in zip(judged, after, strict=True):
        weights = (0.5, 0.4, -0.2) if old.type == "Task" else IDENTITY
        assert new == replace(old, probability=moved(old.probability, old.mentions, weights))


# The error


def test_the_error_of_perfect_and_of_bad_probabilities() -> None:
    rng = random.Random(3)
    chances = [rng.random() for _ in range(20000)]
    honest = [Judged("P", "Task", p, rng.random() < p) for p in chances]
    assert calibration_error(honest) < 0.02
    assert calibration_error([replace(j, probability=1 - j.probability) for j in honest]) > 0.4
    assert calibration_error([Judged("P", "Task", 1.0, False)]) == 1.0
    assert calibration_error([Judged("P", "Task", 1.0, True), Judged("P", "Task", 0.0, False)]) == 0.0
    assert calibration_error([]) == 0.0


@given(st.lists(JUDGED, max_size=60), st.integers(1, 20))
def test_reliability_bins_add_up(judged: list[Judged], bins: int) -> None:
    rows = list(reliability(judged, bins=bins))
    assert sum(count for _, _, count in rows) == len(judged)
    assert sum(mean * count for mean, _, count in rows) == pytest.approx(sum(j.probability for j in judged))
    assert sum(share * count for _, share, count in rows) == pytest.approx(sum(j.right for j in judged))
    means = [mean for mean, _, _ in rows]
    assert means == sorted(means) and len(rows) <= bins
    assert 0 <= calibration_error(judged, bins=bins) <= 1


@given(st.lists(JUDGED, min_size=1, max_size=60))
def test_one_bin_tells_least(judged: list[Judged]) -> None:
    # more bins can only show more of the error, for the distances in a bin may cancel
    assert calibration_error(judged, bins=1) <= calibration_error(judged, bins=10) + 1e-4


# The shipped model on held-out papers


@pytest.mark.slow
def test_the_shipped_model_s_confidence_is_worth_what_it_says(shared: Path, tmp_path: Path) -> None:
    with gzip.open(shared / "gold" / "dev.jsonl.gz", "rt", encoding="utf-8") as papers:
        chosen = [paper for number, paper in enumerate(papers) if number % 3 == 0]
    gold = tmp_path / "dev.jsonl"
    gold.write_text("".join(chosen), encoding="utf-8")
    try:
        seen = read(gold, SHIPPED, threads=1)
    except ModelError as error:
        pytest.skip(f"the shipped model is not here: {error}")
    settings = read_settings(SHIPPED)
    fitted = cross_fitted(seen, settings)
    of_mentions, of_claims = fitted.mentions, fitted.claims
    assert len({j.paper for j in of_mentions}) >= 0.9 * len(chosen)
    assert calibration_error(of_mentions) < 0.08
    assert calibration_error(of_claims) < 0.12
    # every mention is judged once, in the fold that its paper is held out of
    assert len(of_mentions) == len(mentions(seen, settings))
