"""Names that are likely none are told from names that are."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import TYPES, EntityType, Mention, Paper
from kg.resolve.odd import (
    BRACKETS,
    CUT_OFF,
    LETTERS,
    PHRASE,
    TOO_LONG,
    VAGUE,
    Oddity,
    mostly_cut,
    oddity,
    whole,
)

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]


@pytest.mark.parametrize(
    ("type_", "name", "odd"),
    [
        ("Task", "semantic) mapping", BRACKETS),
        ("Method", "convolutional neural network (CNN", BRACKETS),
        ("Method", "and deterministic algorithm", CUT_OFF),
        ("Method", "detection of", CUT_OFF),
        ("Method", "GPT-", CUT_OFF),
        ("Method", "algorithm that modifies one entry of some associative memory cell", TOO_LONG),
        ("Method", "proposed model", VAGUE),
        ("Metric", "performance", VAGUE),
        ("Metric", "faster", VAGUE),
        ("Task", "track the object", PHRASE),
        ("Task", "detecting the lane", PHRASE),
        ("Task", "estimate human pose", PHRASE),
        ("Method", "M4", LETTERS),
        ("Method", "360-G", LETTERS),
    ],
)
def test_names_that_are_none(type_: EntityType, name: str, odd: Oddity) -> None:
    assert oddity(type_, name) == odd
    assert 0 < odd.probability < 1


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("Method", "convolutional neural network (CNN)"),
        ("Method", "in-memory computing"),
        ("Task", "in situ characterization"),
        ("Hardware", "on-chip memory"),
        ("Method", "hardware-in-the-loop simulation"),
        ("Method", "Segment Anything Model"),
        ("Method", "Detect and Track"),
        ("Task", "detection"),
        ("Metric", "F1"),
        ("Metric", "model size"),
        ("Method", "transformer"),
        ("Hardware", "NVIDIA RTX 5060 Ti"),
        ("Dataset", "CIFAR-10"),
        ("Method", "model predictive control"),
    ],
)
def test_names_that_are_names(type_: EntityType, name: str) -> None:
    assert oddity(type_, name) is None


@given(st.sampled_from(TYPES), st.text(max_size=40))
def test_any_text_is_judged(type_: EntityType, name: str) -> None:
    odd = oddity(type_, name)
    assert odd is None or 0 < odd.probability < 1


@pytest.mark.parametrize(
    ("text", "longer"),
    [
        ("T\nA P-{Method|SPNN} is fast.", "P-SPNN"),
        ("T\nSCALE-{Method|Sim}, which is ours.", "SCALE-Sim"),
        ("T\nA {Method|CXR}-TextInter net.", "CXR-TextInter"),
        ("T\nA super{Method|conduct}or.", "superconductor"),
        ("Quokka\n{Method|Wombat} nets.", None),
        ("T\nA {Method|CNN}-based net.", None),
        ("T\nThe self-{Method|attention} layer.", None),
        ("T\n({Method|CNN}), our net.", None),
        ("T\nThe {Method|CNN}", None),
    ],
)
def test_names_cut_out_of_longer_words(marked: Marked, text: str, longer: str | None) -> None:
    paper, (mention,) = marked(text)
    assert whole(paper.text, mention) == longer
    if longer is not None:
        assert mention.text in longer
        assert longer in paper.text


def test_a_name_is_cut_out_of_one_longer_word_if_most_of_its_mentions_are(marked: Marked) -> None:
    def cut(*texts: str) -> str | None:
        made = [marked(text) for text in texts]
        return mostly_cut([(paper.text, mention) for paper, mentions in made for mention in mentions])

    whole_, alone, other = "T\nA P-{Method|SPNN} net.", "T\nA {Method|SPNN} net.", "T\nA Q-{Method|SPNN} net."
    assert cut(whole_) == cut(whole_, whole_, alone) == "P-SPNN"
    assert cut(whole_, alone) is cut(whole_, other) is cut(alone) is cut() is None
