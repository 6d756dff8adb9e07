"""Columns of the network's output and tags of words, for our types and roles and for any others."""

from __future__ import annotations

import gzip
import json
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kg.extract import SHIPPED
from kg.extract.encoding import words
from kg.extract.labels import MAX_WORDS, OUTSIDE, SCHEME, Scheme
from kg.model import ROLES, TYPES

_NAMES = st.lists(st.text("abcXYZ", min_size=1, max_size=4), min_size=1, max_size=6, unique=True)


@st.composite
def schemes(draw: st.DrawFn) -> Scheme:
    """Any types, each with none to four roles."""
    types = draw(_NAMES)
    roles = [(type_, role) for type_ in types for role in draw(st.lists(st.sampled_from("pqrs"), unique=True))]
    return Scheme(tuple(types), tuple(roles))


def test_the_shipped_scheme_is_the_types_and_roles_of_the_model() -> None:
    assert SCHEME.types == TYPES
    assert SCHEME.roles == tuple((type_, role) for type_ in TYPES for role in ROLES[type_])
    assert SCHEME.width == 1 + len(TYPES) + sum(map(len, ROLES.values()))


@pytest.mark.parametrize("type_", TYPES)
def test_the_roles_of_a_type_stand_in_the_order_of_the_model(type_: str) -> None:
    assert [role for _, role in SCHEME.roles[SCHEME.role_columns(type_)]] == list(ROLES[type_])  # type: ignore[index]


@given(schemes())
def test_the_columns_of_all_types_cover_the_roles_once(scheme: Scheme) -> None:
    columns = range(len(scheme.roles))
    covered = [column for type_ in scheme.types for column in columns[scheme.role_columns(type_)]]
    assert covered == list(columns)
    assert all(scheme.roles[c][0] == type_ for type_ in scheme.types for c in columns[scheme.role_columns(type_)])


@given(schemes())
def test_each_type_has_a_tag_to_begin_and_the_next_to_go_on(scheme: Scheme) -> None:
    assert scheme.tags[OUTSIDE] == "O"
    assert len(set(scheme.tags)) == len(scheme.tags) == 1 + 2 * len(scheme.types)
    for type_ in scheme.types:
        begin = scheme.begin_tag(type_)
        assert scheme.tags[begin : begin + 2] == (f"B-{type_}", f"I-{type_}")


@given(schemes())
def test_the_width_is_one_column_for_no_mention_and_one_each_type_and_role(scheme: Scheme) -> None:
    assert scheme.classes == 1 + len(scheme.types)
    assert scheme.width == scheme.classes + len(scheme.roles)


def test_a_type_without_roles_has_no_columns() -> None:
    scheme = Scheme(("Task", "Material", "Metric"), (("Task", "addresses"), ("Metric", "reports")))
    assert scheme.roles[scheme.role_columns("Material")] == ()
    assert scheme.roles[scheme.role_columns("Metric")] == (("Metric", "reports"),)


def test_a_type_that_is_not_of_the_scheme_has_no_tag() -> None:
    with pytest.raises(ValueError, match="tuple"):
        SCHEME.begin_tag("Material")


def test_hardly_a_mention_that_people_marked_has_more_words_than_are_looked_at(shared: Path) -> None:
    tokenizer = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    with gzip.open(shared / "gold" / "train.jsonl.gz", "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in islice(lines, 0, None, 8)]
    surfaces = [surface for paper in papers for entity in paper["entities"] for surface in entity["surface"]]
    lengths = [len(words(each)) for each in tokenizer.encode_batch(surfaces, add_special_tokens=False)]
    assert len(lengths) > 1000
    assert sum(length <= MAX_WORDS for length in lengths) / len(lengths) > 0.99
