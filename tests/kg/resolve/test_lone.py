"""Whether a reader wants a name that one paper alone has."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import ROLES, TYPES, EntityType
from kg.resolve.lone import Lone, evidence, wanted

#: Of types, roles of theirs, and all else that a name may be.
LONE = st.sampled_from(TYPES).flatmap(
    lambda type_: st.builds(
        Lone,
        type=st.just(type_),
        name=st.text(max_size=40),
        role=st.sampled_from(ROLES[type_]),
        sure=st.floats(0.0, 1.0),
        mentions=st.integers(1, 50),
        forms=st.booleans(),
    )
)


@settings(deadline=None)  # the first loads the taxonomies
@given(LONE)
def test_any_name_has_a_probability(lone: Lone) -> None:
    assert 0 <= wanted(lone) <= 1
    assert set(evidence(lone)) >= {"", lone.type, "sure"}
    assert (lone.role in evidence(lone)) or lone.role == "mentions"


@settings(deadline=None)  # the first loads the taxonomies
@given(LONE)
def test_what_the_extractor_is_surer_of_and_what_is_said_more_often_is_likelier(lone: Lone) -> None:
    assert wanted(replace(lone, sure=1.0)) >= wanted(lone)
    assert wanted(replace(lone, mentions=lone.mentions + 1)) >= wanted(lone)
    assert wanted(replace(lone, forms=True)) >= wanted(replace(lone, forms=False))


@pytest.mark.parametrize(
    ("type_", "wanted_name", "other"),
    [
        ("Method", "FarSight", "Diffuse"),
        ("Method", "graph diffusion network", "standard approach"),
        ("Method", "variance reduced SGD", "quality of learned representations"),
        ("Hardware", "egocentric RGB-D camera", "standard multirotor"),
        ("Task", "unsupervised building change detection", "Accelerating"),
        ("Dataset", "MaSTr1325", "animals"),
    ],
)
def test_names_come_before_what_is_none(type_: EntityType, wanted_name: str, other: str) -> None:
    assert type_ in get_args(EntityType)
    role = ROLES[type_][-1]
    assert wanted(Lone(type_, wanted_name, role, 0.8)) > wanted(Lone(type_, other, role, 0.8))
