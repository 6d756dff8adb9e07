"""Scores of clusterings against published examples, against arithmetic that must hold, and against brute force."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolution_scores import Score, b_cubed, ceaf_e, decided, mean, of_counts, pairwise

Measured = Callable[[Mapping[Any, Hashable], Mapping[Any, Hashable]], Score]
MEASURES: tuple[Measured, ...] = (b_cubed, pairwise, ceaf_e)

#: The example of Bagga and Baldwin, which Luo goes on with: twelve mentions of three entities, and four responses.
MENTIONS = "123456789ABC"
TRUTH = "aaaaabbccccc"
RESPONSES = {"a": "aaaaabbbbbbb", "b": "aaaaabbaaaaa", "c": "aaaaaaaaaaaa", "d": MENTIONS}


def clusters(labels: str) -> dict[str, str]:
    return dict(zip(MENTIONS, labels, strict=True))


@pytest.mark.parametrize(("response", "precision", "recall"), [("a", 16 / 21, 1.0), ("b", 7 / 12, 1.0)])
def test_b_cubed_as_bagga_and_baldwin_give_it(response: str, precision: float, recall: float) -> None:
    score = b_cubed(clusters(TRUTH), clusters(RESPONSES[response]))
    assert (score.precision, score.recall) == pytest.approx((precision, recall))


@pytest.mark.parametrize(("response", "f1"), [("a", 0.733), ("b", 0.667), ("c", 0.294), ("d", 0.178)])
def test_ceaf_e_as_luo_gives_it(response: str, f1: float) -> None:
    assert ceaf_e(clusters(TRUTH), clusters(RESPONSES[response])).f1 == pytest.approx(f1, abs=0.0005)


def test_pairwise_by_hand() -> None:
    # 10 + 1 + 10 pairs in the truth, 10 + 21 in the response, of which 10 + 1 + 10 are right
    score = pairwise(clusters(TRUTH), clusters(RESPONSES["a"]))
    assert (score.precision, score.recall) == pytest.approx((21 / 31, 1.0))


LABELS = st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), max_size=12)


@st.composite
def clusterings(draw: st.DrawFn) -> tuple[dict[int, int], dict[int, int]]:
    labels = draw(LABELS)
    return {n: one for n, (one, _) in enumerate(labels)}, {n: other for n, (_, other) in enumerate(labels)}


@pytest.mark.parametrize("measure", MEASURES)
@given(pair=clusterings())
def test_scores_are_shares_and_swap_with_the_clusterings(
    measure: Measured, pair: tuple[dict[int, int], dict[int, int]]
) -> None:
    gold, predicted = pair
    score, swapped = measure(gold, predicted), measure(predicted, gold)
    assert (score.precision, score.recall) == pytest.approx((swapped.recall, swapped.precision))
    assert score.f1 == pytest.approx(swapped.f1)
    for share in (score.precision, score.recall, score.f1):
        assert -1e-9 <= share <= 1 + 1e-9
    assert min(score.precision, score.recall) - 1e-9 <= score.f1 <= max(score.precision, score.recall) + 1e-9


@pytest.mark.parametrize("measure", MEASURES)
@given(pair=clusterings())
def test_a_clustering_is_right_against_itself_whatever_its_labels(
    measure: Measured, pair: tuple[dict[int, int], dict[int, int]]
) -> None:
    gold, predicted = pair
    again = {thing: f"other {label}" for thing, label in gold.items()}
    assert measure(gold, again) == Score(1.0, 1.0, 1.0)
    renamed = {thing: -label for thing, label in reversed(predicted.items())}
    assert measure(gold, predicted).f1 == pytest.approx(measure(gold, renamed).f1)


@given(pair=clusterings())
def test_all_apart_is_never_wrong_and_all_together_misses_nothing(
    pair: tuple[dict[int, int], dict[int, int]],
) -> None:
    gold, _ = pair
    for measure in (b_cubed, pairwise):
        assert measure(gold, {thing: thing for thing in gold}).precision == 1
        assert measure(gold, dict.fromkeys(gold, 0)).recall == pytest.approx(1)


@given(pair=clusterings())
def test_ceaf_e_is_the_best_of_all_matchings(pair: tuple[dict[int, int], dict[int, int]]) -> None:
    gold, predicted = pair
    if not gold:
        return
    one = [{t for t in gold if gold[t] == label} for label in sorted(set(gold.values()))]
    other = [{t for t in gold if predicted[t] == label} for label in sorted(set(predicted.values()))]
    short, long = sorted((one, other), key=len)
    best = max(
        sum(2 * len(a & b) / (len(a) + len(b)) for a, b in zip(short, chosen, strict=True))
        for chosen in permutations(long, len(short))
    )
    score = ceaf_e(gold, predicted)
    assert (score.precision, score.recall) == pytest.approx((best / len(other), best / len(one)))


@pytest.mark.parametrize("measure", MEASURES)
def test_clusterings_must_be_of_the_same_things(measure: Measured) -> None:
    with pytest.raises(ValueError, match="'GAN' is in one clustering only"):
        measure({"GAN": 1, "CNN": 1}, {"CNN": 1})


@given(st.lists(st.tuples(st.booleans(), st.booleans())))
def test_decisions_count_as_their_right_and_wrong(pairs: list[tuple[bool, bool]]) -> None:
    gold, said = [one for one, _ in pairs], [other for _, other in pairs]
    right = sum(one and other for one, other in pairs)
    assert decided(gold, said) == of_counts(right, sum(said), sum(gold))
    assert decided(gold, gold) == Score(1.0, 1.0, 1.0)


def test_a_share_of_nothing_is_whole_and_nothing_right_is_nothing() -> None:
    assert of_counts(0, 0, 0) == Score(1.0, 1.0, 1.0)
    assert of_counts(0, 0, 5) == Score(1.0, 0.0, 0.0)
    assert of_counts(0, 3, 5) == Score(0.0, 0.0, 0.0)


def test_the_mean_is_of_precisions_and_of_recalls() -> None:
    assert mean([Score(1.0, 0.5, 2 / 3), Score(0.5, 0.5, 0.5)]) == Score(0.75, 0.5, pytest.approx(0.6))
