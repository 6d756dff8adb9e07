"""Names that differ as names of one thing do, and names that only look so."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import TYPES, EntityType
from kg.resolve.alike import RARER, THRESHOLD, candidates, folded, kind, probability, turned

_KEY = st.lists(
    st.sampled_from(
        ["image", "images", "of", "the", "classification", "deep", "nvidia", "jetson", "network", "networks"]
    ),
    min_size=1,
    max_size=5,
).map(" ".join)


@pytest.mark.parametrize(
    ("type_", "first", "second", "name"),
    [
        ("Task", "classification of image", "image classification", "order"),
        ("Task", "classification of the image", "image classification", "order"),
        ("Task", "images classification", "image classification", "inner plural"),
        ("Hardware", "nvidia jetson", "jetson", "maker"),
        ("Method", "reinforcment learning", "reinforcement learning", "misspelt"),
        ("Method", "reinfrocement learning", "reinforcement learning", "misspelt"),
    ],
)
def test_kinds(type_: EntityType, first: str, second: str, name: str) -> None:
    assert kind(type_, first, second) == kind(type_, second, first) == name
    assert 0.5 < probability(type_, first, second) < 1


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("Task", "object detection", "3d object detection"),
        ("Method", "lstm", "lstd"),
        ("Hardware", "microscope", "microscopy"),
        ("Method", "symmetric encryption", "asymmetric encryption"),
        ("Hardware", "nvidia gpu", "gpu"),
        ("Hardware", "intel fpga", "fpga"),
        ("Task", "nvidia jetson", "jetson"),
        ("Method", "mobilenetv1", "mobilenetv2"),
        ("Task", "room to room", "room for room"),
    ],
)
def test_what_only_looks_alike_is_no_candidate(type_: EntityType, first: str, second: str) -> None:
    assert kind(type_, first, second) is None
    assert probability(type_, first, second) == 0 < THRESHOLD


@given(st.sampled_from(TYPES), _KEY, _KEY)
def test_the_order_of_two_names_does_not_matter(type_: EntityType, first: str, second: str) -> None:
    assert kind(type_, first, second) == kind(type_, second, first)
    assert probability(type_, first, second) == probability(type_, second, first)
    assert kind(type_, first, first) == "order"
    assert (kind(type_, first, second) not in (None, "misspelt")) == (folded(type_, first) == folded(type_, second))


@given(_KEY)
def test_turning_keeps_a_name_without_of_as_it_is(key: str) -> None:
    assert turned(turned(key)) == turned(key)
    if "of" not in key.split():
        assert turned(key) == key


@settings(deadline=None)
@given(st.dictionaries(_KEY, st.integers(1, 20), max_size=12), st.randoms())
def test_candidates_come_once_whatever_the_order(counts: dict[str, int], chance: random.Random) -> None:
    found = list(candidates("Task", counts))
    shuffled = list(counts.items())
    chance.shuffle(shuffled)
    assert list(candidates("Task", dict(shuffled))) == found
    assert len({frozenset(pair) for pair in found}) == len(found)
    assert all(one != other and one in counts and other in counts for one, other in found)


def test_a_slip_is_one_only_where_the_right_word_is_much_more_frequent() -> None:
    names = {"autonomous navigation": RARER, "autnoomous navigation": 1}
    assert list(candidates("Task", names)) == [("autnoomous navigation", "autonomous navigation")]
    assert list(candidates("Task", {**names, "autonomous navigation": RARER - 1})) == []


def test_a_word_that_other_names_have_too_is_no_slip() -> None:
    """So "attitude control" is not "altitude control"."""
    names = {"altitude control": 20, "attitude control": 2, "attitude estimation": 1, "attitude sensor": 1}
    assert list(candidates("Task", names)) == []
