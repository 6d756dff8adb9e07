"""The best tag sequence is well formed and is the one that trying all of them finds."""

from __future__ import annotations

from itertools import pairwise, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from kg.extract.decode import decode, log_softmax, viterbi
from kg.extract.labels import OUTSIDE, ROLE_COLUMNS, TAGS, WIDTH, begin_tag, role_columns
from kg.model import ROLES, TYPES


def noise(seed: int, *shape: int, spread: float = 4.0) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(0, spread, shape).astype(np.float32)


def well_formed(tags: list[int]) -> bool:
    names = ["O", *(TAGS[tag] for tag in tags)]
    return all(not now.startswith("I-") or before[2:] == now[2:] for before, now in pairwise(names))


def one_hot(tags: list[str], *, role: str = "") -> NDArray[np.float32]:
    logits = np.zeros((len(tags), WIDTH), dtype=np.float32)
    for word, tag in enumerate(tags):
        logits[word, TAGS.index(tag)] = 20
    for column, (_, name) in enumerate(ROLE_COLUMNS):
        logits[:, len(TAGS) + column] = 20 * (name == role)
    return logits


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(0, 12), min_size=1, max_size=4))
def test_no_inside_tag_without_its_beginning(seed: int, lengths: list[int]) -> None:
    paths = viterbi(noise(seed, len(lengths), max(lengths), len(TAGS)), lengths)
    assert [len(path) for path in paths] == lengths
    assert all(well_formed(path.tolist()) for path in paths)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**31), st.integers(1, 3))
def test_equals_the_best_of_all_well_formed_sequences(seed: int, length: int) -> None:
    scores = noise(seed, 1, length, len(TAGS))
    (path,) = viterbi(scores, [length])
    best = max(
        (tags for tags in product(range(len(TAGS)), repeat=length) if well_formed(list(tags))),
        key=lambda tags: sum(float(scores[0, word, tag]) for word, tag in enumerate(tags)),
    )
    assert tuple(path.tolist()) == best


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**31), st.lists(st.integers(0, 9), min_size=2, max_size=5))
def test_a_text_is_decoded_alike_alone_and_beside_longer_ones(seed: int, lengths: list[int]) -> None:
    logits = [noise(seed + number, length, WIDTH) for number, length in enumerate(lengths)]
    together = decode(logits, outside_bias=-0.3, temperature=1.5)
    alone = [decode([each], outside_bias=-0.3, temperature=1.5)[0] for each in logits]
    assert [[(s.first, s.last, s.type) for s in spans] for spans in together] == [
        [(s.first, s.last, s.type) for s in spans] for spans in alone
    ]
    for spans, others in zip(together, alone, strict=True):
        assert [s.probability for s in spans] == pytest.approx([s.probability for s in others], abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**31), st.integers(0, 30))
def test_spans_are_in_order_apart_and_carry_probabilities(seed: int, length: int) -> None:
    (spans,) = decode([noise(seed, length, WIDTH)])
    assert all(0 <= s.first < s.last <= length for s in spans)
    assert all(a.last <= b.first for a, b in pairwise(spans))
    for span in spans:
        assert 0 <= span.probability <= 1
        assert len(span.roles) == len(ROLES[span.type])
        assert sum(span.roles) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("type_", TYPES)
def test_two_mentions_of_a_type_side_by_side_stay_two(type_: str) -> None:
    logits = one_hot(["O", f"B-{type_}", f"I-{type_}", f"B-{type_}", "O", f"B-{type_}"])
    (spans,) = decode([logits])
    assert [(s.first, s.last, s.type) for s in spans] == [(1, 3, type_), (3, 4, type_), (5, 6, type_)]
    assert all(s.probability > 0.99 for s in spans)


def test_the_role_is_read_from_the_columns_of_the_type() -> None:
    (spans,) = decode([one_hot(["B-Hardware", "I-Hardware", "B-Dataset"], role="sensesWith")])
    hardware, dataset = spans
    assert max(zip(hardware.roles, ROLES["Hardware"], strict=True))[1] == "sensesWith"
    assert dataset.roles == pytest.approx([1 / 3] * 3, abs=1e-5)


def test_a_word_torn_between_two_types_is_unsure() -> None:
    logits = one_hot(["O", "B-Method", "O"])
    logits[1, TAGS.index("B-Task")] = 19.9
    (spans,) = decode([logits])
    assert spans[0].type == "Method"
    assert 0.45 < spans[0].probability < 0.6


def test_a_bias_against_outside_finds_more_and_leaves_the_probabilities() -> None:
    logits = noise(7, 200, WIDTH, spread=1.5)
    logits[:, OUTSIDE] += 3
    few, many = decode([logits])[0], decode([logits], outside_bias=-4.0)[0]
    assert len(few) < len(many)
    known = {(s.first, s.last, s.type): s.probability for s in few}
    same = [s for s in many if (s.first, s.last, s.type) in known]
    assert same
    assert all(s.probability == known[s.first, s.last, s.type] for s in same)


def test_a_higher_temperature_makes_less_sure() -> None:
    logits = one_hot(["O", "B-Task", "I-Task", "O"])
    cool, warm = decode([logits])[0][0], decode([logits], temperature=8.0)[0][0]
    assert (cool.first, cool.last) == (warm.first, warm.last)
    assert cool.probability > warm.probability


def test_nothing_comes_of_no_texts_and_of_texts_without_words() -> None:
    assert decode([]) == []
    empty = np.zeros((0, WIDTH), dtype=np.float32)
    assert decode([empty, empty]) == [[], []]
    assert decode([empty, one_hot(["B-Task"])])[0] == []


def test_log_softmax_of_huge_logits_stays_finite() -> None:
    logs = log_softmax(np.array([[1e4, 0.0, -1e4]], dtype=np.float32))
    assert np.isfinite(logs).all()
    assert np.exp(logs).sum() == pytest.approx(1)


def test_the_columns_of_all_types_cover_the_roles_once() -> None:
    covered = [column for type_ in TYPES for column in range(len(ROLE_COLUMNS))[role_columns(type_)]]
    assert covered == list(range(len(ROLE_COLUMNS)))
    assert [TAGS[begin_tag(type_)] for type_ in TYPES] == [f"B-{type_}" for type_ in TYPES]
