"""Relations of names and their clustering."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import TYPES, EntityType
from kg.resolve.coreference import THRESHOLD, cluster, probability, relation

_KEY = st.lists(
    st.sampled_from(["deep", "graph", "neural", "network", "model", "image", "gan", "yolov3"]), min_size=1, max_size=4
).map(" ".join)


@given(st.sampled_from(TYPES), _KEY, _KEY)
def test_the_order_of_two_names_does_not_matter(type_: EntityType, first: str, second: str) -> None:
    assert relation(type_, first, second) == relation(type_, second, first)
    assert probability(type_, first, second) == probability(type_, second, first)
    assert 0 < probability(type_, first, second) <= 1


@pytest.mark.parametrize(
    ("first", "second", "name"),
    [
        ("multitask learning", "multi task learning", "squeezed"),
        ("iot", "internet of things", "initials"),
        ("bert", "bert model", "generic head"),
        ("segmentation", "image segmentation", "suffix 1+1"),
        ("image", "image segmentation", "prefix 1+1"),
        ("lstm", "banana", "disjoint"),
        ("yolov3", "yolov5", "prefix letters"),
    ],
)
def test_relations(first: str, second: str, name: str) -> None:
    assert relation("Method", first, second) == name


def test_surer_relations_are_likelier() -> None:
    assert probability("Method", "gan", "generative adversarial network") > 0.9
    assert probability("Method", "lstm", "banana") < 0.1


@settings(max_examples=60, deadline=None)
@given(st.lists(_KEY, min_size=1, max_size=8), st.randoms())
def test_clusters_hold_each_key_once_whatever_the_order(keys: list[str], chance: random.Random) -> None:
    def judge(a: str, b: str) -> float:
        return probability("Method", a, b)

    groups = cluster(keys, judge)
    assert sorted(key for group in groups for key in group) == sorted(set(keys))
    other = list(keys)
    chance.shuffle(other)
    assert cluster(other, judge) == groups


def test_the_threshold_decides_by_the_mean() -> None:
    likely = {frozenset("ab"): 0.9, frozenset("ac"): 0.9, frozenset("bc"): 0.0}

    def judge(a: str, b: str) -> float:
        return likely[frozenset((a, b))]

    assert sorted(map(len, cluster(list("abc"), judge, threshold=0.4))) == [3]
    assert sorted(map(len, cluster(list("abc"), judge, threshold=0.5))) == [1, 2]
    assert cluster([], judge) == []
    assert 0 < THRESHOLD < 1
