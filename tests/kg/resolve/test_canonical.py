"""Which keys of all papers are one entity."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import TYPES, EntityType
from kg.resolve.canonical import Canonical, Key, canonical, family
from kg.resolve.catalogue import Catalogue, catalogue

KNOWN = {type_: catalogue(type_) for type_ in TYPES}
_KEY = st.lists(
    st.sampled_from(
        ["quokka", "quokkas", "net", "v2", "model", "of", "image", "jetson", "nano", "nvidia", "board", "task"]
    ),
    min_size=1,
    max_size=4,
).map(" ".join)
_COUNTS = st.dictionaries(st.tuples(st.sampled_from(TYPES), _KEY), st.integers(1, 9), max_size=14)


def of(type_: EntityType, *keys: str, apart: tuple[tuple[str, str], ...] = (), named: bool = True) -> Canonical:
    counts = {(type_, key): 1 for key in keys}
    pairs = [((type_, one), (type_, other)) for one, other in apart]
    return canonical(counts, KNOWN, set(counts) if named else set(), pairs)


def groups(made: Canonical) -> list[set[str]]:
    held: dict[Key, set[str]] = {}
    for key, leader in made.leaders.items():
        held.setdefault(leader, set()).add(key[1])
    return sorted(held.values(), key=sorted)


def test_equal_letters_are_one() -> None:
    made = of("Method", "quok net", "quoknet")
    assert groups(made) == [{"quok net", "quoknet"}]
    (merge,) = made.merges
    assert (merge.first, merge.second, merge.why) == ("quok net", "quoknet", "spaces")


def test_a_last_word_that_says_nothing_is_dropped_where_the_rest_stands_alone_as_a_name() -> None:
    assert groups(of("Dataset", "quokka100", "quokka100 dataset")) == [{"quokka100", "quokka100 dataset"}]
    assert len(groups(of("Dataset", "quokka dataset", "wombat dataset"))) == 2
    # "driving" is no name of a data set, "city driving" may be one
    assert len(groups(of("Dataset", "driving", "driving dataset", named=False))) == 2
    assert len(groups(of("Dataset", "city driving", "city driving dataset", named=False))) == 1


def test_names_of_one_curated_concept_are_one_and_names_of_two_are_two() -> None:
    made = of("Hardware", "jetson nano", "nvidia jetson nano", "jetson nano board", "jetson tx2")
    assert groups(made) == [{"jetson nano", "nvidia jetson nano", "jetson nano board"}, {"jetson tx2"}]


@pytest.mark.parametrize("pair", [("yolov3", "yolov5"), ("quokka 1.0", "quokka 2.0"), ("quok 7b", "quok 13b")])
def test_versions_stay_apart(pair: tuple[str, str]) -> None:
    assert len(groups(of("Method", *pair))) == 2


@pytest.mark.parametrize(
    ("key", "there", "above"),
    [
        ("quokka v3", "quokka", "quokka"),
        ("quokkav3", "quokka", "quokka"),
        ("quokka 2 large", "quokka", "quokka"),
        ("quokka 2 large", "quokka 2", "quokka 2"),
        ("quokka nano", "quokka", "quokka"),
        ("quokka", "quokka", None),
        ("quokka detector", "quokka", None),
    ],
)
def test_families(key: str, there: str, above: str | None) -> None:
    assert family("Method", key, {("Method", there)}, Catalogue("Metric")) == above
    assert family("Task", key, {("Task", there)}, Catalogue("Metric")) is None


def test_what_is_apart_is_never_one() -> None:
    assert len(groups(of("Method", "quok net", "quoknet", apart=(("quoknet", "quok net"),)))) == 2
    assert (
        len(groups(of("Dataset", "quokka100", "quokka100 dataset", apart=(("quokka100 dataset", "quokka100"),)))) == 2
    )
    assert len(groups(of("Task", "tracking of quokka", "quokka tracking"))) == 1
    assert (
        len(
            groups(
                of("Task", "tracking of quokka", "quokka tracking", apart=(("quokka tracking", "tracking of quokka"),))
            )
        )
        == 2
    )


def test_of_a_curated_concept_only_the_name_that_was_split_off_leaves() -> None:
    keys = ("jetson nano", "nvidia jetson nano", "jetson nano board")
    off = [{"jetson nano board"}, {"jetson nano", "nvidia jetson nano"}]
    made = of("Hardware", *keys, apart=(("jetson nano board", "jetson nano"),))
    assert sorted(groups(made), key=len) == off
    # said the other way round, it is still not the concept's own name that leaves
    assert sorted(groups(of("Hardware", *keys, apart=(("jetson nano", "jetson nano board"),))), key=len) == off
    # nor need any paper have the other name, if it is one of the concept
    assert sorted(groups(of("Hardware", *keys, apart=(("jetson nano board", "jetson nano module"),))), key=len) == off
    assert groups(of("Hardware", *keys, apart=(("jetson nano board", "jetson tx2"),))) == [set(keys)]


@settings(max_examples=80, deadline=None)
@given(_COUNTS, st.sets(st.tuples(st.integers(0, 13), st.integers(0, 13)), max_size=3), st.randoms())
def test_leaders_lead_themselves_and_order_does_not_matter(
    counts: dict[Key, int], pairs: set[tuple[int, int]], chance: random.Random
) -> None:
    keys = sorted(counts)
    apart = [
        (keys[one], keys[other])
        for one, other in sorted(pairs)
        if one < len(keys) and other < len(keys) and one != other and keys[one][0] == keys[other][0]
    ]
    named = set(keys[::2])
    made = canonical(counts, KNOWN, named, apart)
    assert made.leaders.keys() == counts.keys()
    for key, leader in made.leaders.items():
        assert made.leaders[leader] == leader
        assert key[0] == leader[0]
    for one, other in apart:
        assert one[1] != other[1]
    assert list(made.merges) == sorted(made.merges, key=lambda m: (m.type, m.first, m.second))
    for merge in made.merges:
        assert merge.first != merge.second
        assert 0 < merge.confidence <= 1
        assert made.leaders[merge.type, merge.first] == made.leaders[merge.type, merge.second]
    merged = {(merge.type, merge.first) for merge in made.merges}
    assert {key for key, leader in made.leaders.items() if key != leader} <= merged
    shuffled = list(counts.items())
    chance.shuffle(shuffled)
    chance.shuffle(apart)
    assert canonical(dict(shuffled), KNOWN, named, apart) == made
