"""Which ends may be related, and what the network is told of each pair, beside slow code that does the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import product

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from kg.extract.labels import BONDS, SCHEME, SIGNATURES, SLOTS, Bonds
from kg.extract.pairs import DISTANCES, NO_ROLE, PLACES, End, Pairs, distances, paired, places
from kg.model import ROLES, TYPES

VALUE = len(TYPES)
#: Words of the texts here, and the pieces of each: a word in three has two.
WORDS = 600
SIZES = [2 if word % 3 == 1 else 1 for word in range(WORDS)]
FIRST_PIECE = [1 + sum(SIZES[:word]) for word in range(WORDS)]
LAST_PIECE = [first + size - 1 for first, size in zip(FIRST_PIECE, SIZES, strict=True)]
PIECES = LAST_PIECE[-1] + 2


def made(ends: Sequence[End], bonds: Bonds = BONDS) -> Pairs:
    return paired(ends, FIRST_PIECE, LAST_PIECE, PIECES, bonds)


def at(first: int, last: int | None = None, *, type_: int = 0, sentence: int = 0, entity: int = -1) -> End:
    return End(first, first if last is None else last, type_, NO_ROLE, sentence, entity)


@st.composite
def an_end(draw: st.DrawFn) -> End:
    first = draw(st.one_of(st.integers(0, 12), st.integers(0, WORDS - 1)))
    last = min(first + draw(st.integers(0, 11)), WORDS - 1)
    type_ = draw(st.integers(0, VALUE))
    role = NO_ROLE if type_ == VALUE else draw(st.integers(0, len(SCHEME.roles)))
    return End(first, last, type_, role, draw(st.integers(0, 4)), draw(st.integers(-1, 3)))


ENDS = st.lists(an_end(), max_size=9)


# Slow code that does the same


def may_be(one: End, other: End) -> bool:
    """Whether two ends may be a pair, from the tables of relations and slots."""
    if one.type == VALUE:
        return other.type < VALUE and TYPES[other.type] in SLOTS.values()
    if other.type == VALUE:
        return False
    return any((TYPES[one.type], TYPES[other.type]) in signature for signature in SIGNATURES.values())


def slow_distance(one: End, other: End) -> int:
    if set(range(one.first, one.last + 1)) & set(range(other.first, other.last + 1)):
        return 0
    after = other.first > one.last
    left, right = (one, other) if after else (other, one)
    between, size = len(range(left.last + 1, right.first)), 0
    while between and size < 9:
        between, size = between // 2, size + 1
    return (1 if after else 11) + size


def slow_place(one: End, other: End) -> int:
    if one.sentence == other.sentence:
        return 0
    if one.sentence == 0:
        return 4
    if other.sentence == 0:
        return 5
    return {1: 1, -1: 2}.get(other.sentence - one.sentence, 3)


def slow_marks(ends: Sequence[End]) -> list[int]:
    marks = []
    for piece in range(PIECES):
        over = [e for e in ends if FIRST_PIECE[e.first] <= piece <= LAST_PIECE[e.last]]
        begins = bool(over) and FIRST_PIECE[over[-1].first] == piece
        marks.append(2 * over[-1].type + (1 if begins else 2) if over else 0)
    return marks


# Pairs


@settings(max_examples=200, deadline=None)
@given(ENDS)
def test_pairs_are_all_that_relations_and_slots_allow_none_of_them_of_one_entity(ends: list[End]) -> None:
    wanted = [
        [i, j]
        for (i, one), (j, other) in product(enumerate(ends), repeat=2)
        if i != j and may_be(one, other) and not (one.entity == other.entity and one.entity >= 0)
    ]
    assert made(ends).pairs.tolist() == wanted


@settings(max_examples=60, deadline=None)
@given(ENDS)
def test_a_pair_s_classes_are_those_of_slow_code(ends: list[End]) -> None:
    found = made(ends)
    for (i, j), distance, place in zip(found.pairs.tolist(), found.distances, found.places, strict=True):
        assert distance == slow_distance(ends[i], ends[j])
        assert place == slow_place(ends[i], ends[j])
        assert 0 <= distance < DISTANCES
        assert 0 <= place < PLACES


@settings(max_examples=60, deadline=None)
@given(ENDS)
def test_ends_are_given_as_they_came(ends: list[End]) -> None:
    found = made(ends)
    columns = (found.first, found.last, found.types, found.roles)
    assert list(zip(*(column.tolist() for column in columns), strict=True)) == [
        (e.first, e.last, e.type, e.role) for e in ends
    ]


@settings(max_examples=60, deadline=None)
@given(ENDS, st.randoms(use_true_random=False))
def test_the_order_of_ends_decides_only_the_order_of_pairs(ends: list[End], chance: Callable[..., object]) -> None:
    def said(of: list[End]) -> list[tuple[End, End, int, int]]:
        found = made(of)
        rows = zip(found.pairs.tolist(), found.distances.tolist(), found.places.tolist(), strict=True)
        return sorted(
            ((of[i], of[j], distance, place) for (i, j), distance, place in rows),
            key=repr,
        )

    shuffled = list(ends)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert said(shuffled) == said(ends)


@pytest.mark.parametrize("relation", SIGNATURES)
def test_every_relation_can_be_said_of_some_pair(relation: str) -> None:
    for subject, object_ in BONDS.signatures[BONDS.names.index(relation)]:
        ends = [at(0, type_=TYPES.index(subject)), at(2, type_=TYPES.index(object_))]
        assert [0, 1] in made(ends).pairs.tolist()
        assert relation in BONDS.allowed(subject, object_)


@pytest.mark.parametrize("type_", TYPES)
def test_a_value_is_subject_of_what_a_slot_holds_and_object_of_nothing(type_: str) -> None:
    found = made([at(0, type_=TYPES.index(type_)), at(2, type_=VALUE), at(4, type_=VALUE)]).pairs.tolist()
    assert found == ([[1, 0], [2, 0]] if type_ in SLOTS.values() else [])


def test_mentions_of_one_entity_are_no_pair_and_those_of_unknown_ones_are() -> None:
    assert made([at(0, entity=3), at(2, entity=3)]).pairs.tolist() == []
    assert made([at(0, entity=-1), at(2, entity=-1)]).pairs.tolist() == [[0, 1], [1, 0]]
    assert made([at(0, entity=3), at(2, entity=4)]).pairs.tolist() == [[0, 1], [1, 0]]


def test_a_scheme_of_others_has_pairs_and_slots_of_its_own_types_alone() -> None:
    bonds = Bonds(("Method", "Task"), ("usedFor",), ((("Method", "Task"),),))
    ends = [at(0, type_=0), at(2, type_=1), at(4, type_=2)]
    assert made(ends, bonds).pairs.tolist() == [[0, 1], [2, 0]]


@pytest.mark.parametrize("ends", [[], [at(3)], [at(3, type_=VALUE)]])
def test_none_and_one_make_no_pairs_but_arrays_of_the_right_shape(ends: list[End]) -> None:
    found = made(ends)
    assert found.pairs.shape == (0, 2)
    assert found.distances.shape == found.places.shape == (0,)
    assert found.first.shape == found.last.shape == found.types.shape == found.roles.shape == (len(ends),)
    assert found.marks.shape == (PIECES,)
    for array in (found.first, found.last, found.types, found.roles, found.pairs, found.distances, found.places):
        assert array.dtype == np.int64


# Classes

_MIRRORED = {0: 0, 1: 2, 2: 1, 3: 3, 4: 5, 5: 4}


@settings(max_examples=300, deadline=None)
@given(an_end(), an_end())
@example(at(0), at(WORDS - 1))
@example(at(4, 9), at(6))
@example(at(0, 3), at(4, 5))
def test_turned_round_a_pair_has_the_mirrored_classes(one: End, other: End) -> None:
    first, last, sentences = (
        np.array([getattr(end, name) for end in (one, other)], dtype=np.int64) for name in ("first", "last", "sentence")
    )
    both = np.array([(0, 1), (1, 0)], dtype=np.int64)
    forth, back = distances(first, last, both).tolist()
    assert (forth, back) == (slow_distance(one, other), slow_distance(other, one))
    assert sorted((forth, back)) in ([0, 0], [min(forth, back), min(forth, back) + 10])
    forth, back = places(sentences, both).tolist()
    assert (forth, back) == (slow_place(one, other), slow_place(other, one))
    assert back == _MIRRORED[forth]


def test_a_distance_is_of_the_words_between_and_far_is_far() -> None:
    gaps = [0, 1, 2, 3, 4, 7, 8, 255, 256, 900]
    ends = [at(0), *(at(gap + 1) for gap in gaps)]
    first = np.array([end.first for end in ends], dtype=np.int64)
    pairs = np.array([(0, place) for place in range(1, len(ends))], dtype=np.int64)
    assert distances(first, first, pairs).tolist() == [1, 2, 3, 3, 4, 4, 5, 9, 10, 10]


# Marks


@settings(max_examples=60, deadline=None)
@given(ENDS)
def test_marks_are_those_of_slow_code(ends: list[End]) -> None:
    assert made(ends).marks.tolist() == slow_marks(ends)


def test_of_nested_ends_the_last_given_is_marked_over_the_other() -> None:
    outer, inner = at(3, 6, type_=1), at(5, 6, type_=0)
    begin, end = FIRST_PIECE[3], LAST_PIECE[6] + 1
    # words 3 to 6 have the pieces 3, 4a, 4b, 5, 6
    assert made([outer, inner]).marks.tolist()[begin:end] == [3, 4, 4, 1, 2]
    assert made([inner, outer]).marks.tolist()[begin:end] == [3, 4, 4, 4, 4]
    assert not made([outer, inner]).marks[end:].any()


def test_every_type_has_marks_of_its_own() -> None:
    ends = [at(3 * number + 1, 3 * number + 2, type_=number) for number in range(VALUE + 1)]
    marks = [mark for mark in made(ends).marks.tolist() if mark]
    assert sorted(set(marks)) == list(range(1, 2 * VALUE + 3))


def test_every_role_of_every_type_has_a_number_beside_the_unknown_one() -> None:
    numbers = [1 + SCHEME.roles.index((type_, role)) for type_ in TYPES for role in ROLES[type_]]
    assert sorted(numbers) == list(range(1, len(SCHEME.roles) + 1))
    assert NO_ROLE not in numbers
