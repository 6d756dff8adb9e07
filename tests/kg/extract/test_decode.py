"""The chosen spans are the heaviest set without overlaps, which trying all sets finds too; nested ones never cross."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kg.extract.decode import WordSpan, decode, log_softmax
from kg.extract.labels import MAX_WORDS, OUTSIDE, SCHEME, Scheme
from kg.model import ROLES, TYPES

Array = NDArray[np.float32]
Range = tuple[int, int]

BARE = Scheme(("Material", "Process"), ())

_SEEDS = st.integers(0, 2**31)
_THRESHOLDS = st.floats(0, 1, exclude_max=True)
# From "nearly all is a mention" to "hardly any is".
_TOWARDS_OUTSIDE = st.floats(-3, 9)


def noise(seed: int, words: int, *, outside: float = 0.0, spread: float = 4.0, scheme: Scheme = SCHEME) -> Array:
    logits = np.random.default_rng(seed).normal(0, spread, (words, MAX_WORDS, scheme.width)).astype(np.float32)
    logits[..., OUTSIDE] += outside
    return logits


def judged(words: int, spans: Mapping[Range, tuple[str, float]], *, role: str = "") -> Array:
    """Logits that give some spans a type with a probability, all others none."""
    logits = np.full((words, MAX_WORDS, SCHEME.width), -30, dtype=np.float32)
    logits[..., OUTSIDE] = 0
    for (first, last), (type_, probability) in spans.items():
        logits[first, last - first - 1, OUTSIDE] = np.log(1 - probability)
        logits[first, last - first - 1, 1 + SCHEME.types.index(type_)] = np.log(probability)
    for column, (_, name) in enumerate(SCHEME.roles):
        logits[..., SCHEME.classes + column] = 20 * (name == role)
    return logits


def probabilities(logits: Array, scheme: Scheme = SCHEME) -> dict[Range, float]:
    """Probability of the likeliest type of every span that ends in the text, straight from the definition."""
    words, found = len(logits), {}
    for first in range(words):
        for last in range(first + 1, min(first + MAX_WORDS, words) + 1):
            shares = np.exp(logits[first, last - first - 1, : scheme.classes].astype(np.float64))
            found[first, last] = float(shares[1:].max() / shares.sum())
    return found


def apart(ranges: list[Range], start: int = 0) -> Iterator[list[Range]]:
    """All sets of ranges that do not overlap."""
    yield []
    for first, last in ranges:
        if first >= start:
            for rest in apart(ranges, last):
                yield [(first, last), *rest]


def crossing(a: WordSpan, b: WordSpan) -> bool:
    (_, early), (late, end) = sorted([(a.first, a.last), (b.first, b.last)])
    starts_apart = a.first != b.first
    return starts_apart and late < early < end


@settings(max_examples=80, deadline=None)
@given(_SEEDS, st.integers(0, 30), _THRESHOLDS, _TOWARDS_OUTSIDE)
def test_flat_spans_are_in_order_apart_and_inside_the_text(
    seed: int, words: int, threshold: float, outside: float
) -> None:
    spans = decode(noise(seed, words, outside=outside), threshold=threshold)
    assert all(a.last <= b.first for a, b in pairwise(spans))
    assert all(0 <= s.first < s.last <= words for s in spans)
    assert all(s.last - s.first <= MAX_WORDS for s in spans)


@settings(max_examples=80, deadline=None)
@given(_SEEDS, st.integers(0, 30), _THRESHOLDS, st.floats(0, 1), _TOWARDS_OUTSIDE)
def test_each_span_is_likelier_than_the_threshold_and_its_roles_share_one(
    seed: int, words: int, threshold: float, nested: float, outside: float
) -> None:
    logits = noise(seed, words, outside=outside)
    expected = probabilities(logits)
    for span in decode(logits, threshold=threshold, nested=nested):
        assert threshold < span.probability <= 1
        assert span.probability == pytest.approx(expected[span.first, span.last], abs=1e-5)
        assert span.type in TYPES
        assert len(span.roles) == len(ROLES[span.type])  # type: ignore[index]
        assert all(0 <= role <= 1 for role in span.roles)
        assert sum(span.roles) == pytest.approx(1, abs=1e-5)


@settings(max_examples=80, deadline=None)
@given(_SEEDS, st.integers(1, 5), _THRESHOLDS, _TOWARDS_OUTSIDE)
def test_the_flat_choice_weighs_as_much_as_the_best_of_all_sets(
    seed: int, words: int, threshold: float, outside: float
) -> None:
    logits = noise(seed, words, outside=outside)
    of = probabilities(logits)
    best = max(sum(of[each] - threshold for each in chosen) for chosen in apart(sorted(of)))
    spans = decode(logits, threshold=threshold)
    assert sum(of[s.first, s.last] - threshold for s in spans) == pytest.approx(best, abs=1e-5)


@settings(max_examples=80, deadline=None)
@given(_SEEDS, st.integers(0, 20), _THRESHOLDS, st.floats(0, 1, exclude_max=True), _TOWARDS_OUTSIDE)
def test_nested_spans_come_on_top_of_the_flat_ones_and_never_cross(
    seed: int, words: int, threshold: float, nested: float, outside: float
) -> None:
    logits = noise(seed, words, outside=outside)
    flat, spans = decode(logits, threshold=threshold), decode(logits, threshold=threshold, nested=nested)
    assert len({(s.first, s.last) for s in spans}) == len(spans)
    assert [(s.first, s.last) for s in spans] == sorted((s.first, s.last) for s in spans)
    assert all(0 <= s.first < s.last <= words for s in spans)
    assert not any(crossing(a, b) for a, b in combinations(spans, 2))
    assert set(flat) <= set(spans)
    for span in set(spans) - set(flat):
        assert span.probability >= nested
        assert any(f.first <= span.first and span.last <= f.last for f in flat)


@settings(max_examples=60, deadline=None)
@given(_SEEDS, st.integers(1, 12), st.floats(0, 0.9))
def test_no_nested_span_that_could_stand_is_left_out(seed: int, words: int, nested: float) -> None:
    logits = noise(seed, words, outside=2.0)
    flat, spans = decode(logits), decode(logits, nested=nested)
    least = max(0.5, nested)
    for (first, last), probability in probabilities(logits).items():
        candidate = WordSpan(first, last, "", 0.0, ())
        if (
            probability > least + 1e-5
            and any(f.first <= first and last <= f.last for f in flat)
            and not any(crossing(candidate, s) for s in spans)
        ):
            assert (first, last) in {(s.first, s.last) for s in spans}


@settings(max_examples=60, deadline=None)
@given(_SEEDS, st.integers(0, 20), _THRESHOLDS, st.floats(0, 1))
def test_what_the_network_says_of_spans_beyond_the_last_word_changes_nothing(
    seed: int, words: int, threshold: float, nested: float
) -> None:
    logits = noise(seed, words)
    loud = logits.copy()
    for first in range(words):
        loud[first, words - first :, 1] = 1000
    assert decode(loud, threshold=threshold, nested=nested) == decode(logits, threshold=threshold, nested=nested)


@settings(max_examples=60, deadline=None)
@given(_SEEDS, st.integers(0, 20), _THRESHOLDS, st.floats(0, 1))
def test_a_scheme_of_others_without_roles_gives_spans_without_roles(
    seed: int, words: int, threshold: float, nested: float
) -> None:
    logits = noise(seed, words, scheme=BARE)
    of = probabilities(logits, BARE)
    spans = decode(logits, threshold=threshold, nested=nested, scheme=BARE)
    assert all(s.type in BARE.types and s.roles == () for s in spans)
    assert all(s.probability == pytest.approx(of[s.first, s.last], abs=1e-5) for s in spans)
    assert not any(crossing(a, b) for a, b in combinations(spans, 2))


@settings(max_examples=40, deadline=None)
@given(_SEEDS, st.integers(0, 20), _THRESHOLDS, st.floats(0, 1))
def test_the_same_logits_give_the_same_spans_and_stay_as_they_are(
    seed: int, words: int, threshold: float, nested: float
) -> None:
    logits = noise(seed, words)
    before = logits.copy()
    assert decode(logits, threshold=threshold, nested=nested) == decode(logits, threshold=threshold, nested=nested)
    assert np.array_equal(before, logits)


def found(logits: Array, *, threshold: float = 0.5, nested: float = 1.0) -> list[tuple[int, int, str]]:
    return [(s.first, s.last, s.type) for s in decode(logits, threshold=threshold, nested=nested)]


def test_no_words_no_spans() -> None:
    assert decode(np.zeros((0, MAX_WORDS, SCHEME.width), dtype=np.float32)) == []
    assert decode(noise(1, 9, outside=1000.0)) == []


@pytest.mark.parametrize("type_", TYPES)
def test_two_mentions_of_a_type_side_by_side_stay_two(type_: str) -> None:
    logits = judged(6, {(1, 3): (type_, 0.9), (3, 4): (type_, 0.8)})
    assert found(logits) == [(1, 3, type_), (3, 4, type_)]


def test_one_long_span_yields_to_two_short_ones_that_are_surer_together() -> None:
    spans = {(0, 4): ("Method", 0.9), (0, 2): ("Method", 0.8), (2, 4): ("Task", 0.8)}
    assert found(judged(4, spans), threshold=0.5) == [(0, 2, "Method"), (2, 4, "Task")]
    # 0.9 - 0.75 against twice 0.8 - 0.75: a higher threshold asks for fewer and surer ones
    assert found(judged(4, spans), threshold=0.75) == [(0, 4, "Method")]


def test_a_mention_in_a_mention_is_found_if_it_is_sure_enough() -> None:
    spans = {(0, 4): ("Task", 0.95), (1, 3): ("Method", 0.8), (2, 5): ("Dataset", 0.7), (6, 7): ("Metric", 0.9)}
    assert found(judged(8, spans)) == [(0, 4, "Task"), (6, 7, "Metric")]
    assert found(judged(8, spans), nested=0.7) == [(0, 4, "Task"), (1, 3, "Method"), (6, 7, "Metric")]
    assert found(judged(8, spans), nested=0.85) == [(0, 4, "Task"), (6, 7, "Metric")]


def test_of_two_nested_spans_that_cross_the_surer_stays() -> None:
    spans = {(0, 6): ("Task", 0.99), (1, 4): ("Method", 0.7), (3, 5): ("Dataset", 0.75), (1, 2): ("Method", 0.61)}
    assert found(judged(6, spans), nested=0.6) == [(0, 6, "Task"), (1, 2, "Method"), (3, 5, "Dataset")]


def test_a_mention_of_all_the_words_that_are_looked_at_is_found() -> None:
    assert found(judged(14, {(1, 1 + MAX_WORDS): ("Task", 0.9)})) == [(1, 1 + MAX_WORDS, "Task")]


def test_a_lower_threshold_finds_more_and_leaves_the_probabilities() -> None:
    logits = judged(4, {(0, 1): ("Task", 0.4), (2, 3): ("Metric", 0.9)})
    few, many = decode(logits), decode(logits, threshold=0.3)
    assert [s.type for s in few] == ["Metric"]
    assert [s.type for s in many] == ["Task", "Metric"]
    assert many[1] == few[0]


def test_the_role_is_read_from_the_columns_of_the_type() -> None:
    logits = judged(3, {(0, 2): ("Hardware", 0.9), (2, 3): ("Dataset", 0.9)}, role="sensesWith")
    hardware, dataset = decode(logits)
    assert max(zip(hardware.roles, ROLES["Hardware"], strict=True))[1] == "sensesWith"
    assert dataset.roles == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_a_span_torn_between_two_types_is_unsure() -> None:
    logits = judged(2, {(0, 1): ("Method", 0.9)})
    logits[0, 0, 1 + SCHEME.types.index("Task")] = logits[0, 0, 1 + SCHEME.types.index("Method")] - 0.01
    (span,) = decode(logits, threshold=0.4)
    assert span.type == "Method"
    assert 0.45 < span.probability < 0.5


def test_log_softmax_of_huge_logits_stays_finite() -> None:
    logs = log_softmax(np.array([[1e4, 0.0, -1e4]], dtype=np.float32))
    assert np.isfinite(logs).all()
    assert np.exp(logs).sum() == pytest.approx(1)
