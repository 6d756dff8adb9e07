"""Claims and results of a paper: each with evidence, none about what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kg.claims import Statements, state
from kg.model import Mention, Paper
from kg.resolve import resolve
from schema.vocab import RELATION_TERMS, ROLE_TERMS, Minter

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

TEXT = (
    "A new detector\nWe present {Method:proposes|DRACO} for {Task:addresses|object detection}. It is tested on"
    " {Dataset:evaluatesOn|COCO}. On {Hardware:runsOn|FPGAs}, {Method:proposes|DRACO} reaches {Metric|mAP} of 41.8% on"
    " {Dataset:evaluatesOn|COCO} at 35Hz."
)


def stated(marked: Marked, *, least: float = 0.0) -> Statements:
    paper, mentions = marked(TEXT)
    return state(paper, resolve([(paper, mentions)]).papers, minter=Minter(), least=least)


def test_every_claim_shows_its_words(marked: Marked) -> None:
    said = stated(marked)
    text = said.paper.text
    assert {c.derived for c in said.claims} == {True, False}
    for claim in said.claims:
        assert claim.sentences == tuple(sorted(set(claim.sentences)))
        assert claim.sentences
        assert 0 <= claim.span.start < claim.span.end <= len(text)
        assert 0 < claim.confidence <= 1
        assert claim.predicate in (RELATION_TERMS if claim.derived else ROLE_TERMS)
        assert claim.paper == said.paper.id
    keys = [(c.subject, c.predicate, c.object) for c in said.claims]
    assert len(set(keys)) == len(keys)


def test_a_role_claim_points_at_a_mention_in_one_of_its_sentences(marked: Marked) -> None:
    said = stated(marked)
    claim = next(c for c in said.claims if c.object == Minter().entity("Method", "draco") and not c.derived)
    assert said.paper.text[claim.span.start : claim.span.end] == "DRACO"
    assert claim.subject == Minter().paper(said.paper.id)
    assert len(claim.sentences) == 2
    assert any(s.start <= claim.span.start and claim.span.end <= s.end for s in claim.sentences)


def test_a_derived_claim_spans_both_mentions(marked: Marked) -> None:
    said = stated(marked)
    minter = Minter()
    claim = next(c for c in said.claims if c.derived and c.object == minter.entity("Task", "object-detection"))
    assert said.paper.text[claim.span.start : claim.span.end] == "DRACO for object detection"


def test_a_result_names_the_entities_of_its_sentence(marked: Marked) -> None:
    first, second = stated(marked).results
    assert (first.value, first.number, first.unit) == ("41.8%", 41.8, "%")
    assert (first.metric, first.method, first.dataset, first.hardware) == ("map", "draco", "coco", "fpga")
    assert (second.value, second.number, second.unit) == ("35Hz", 35.0, "Hz")


@pytest.mark.parametrize("least", [0.0, 0.3, 0.72, 0.73, 1.0])
def test_nothing_below_the_least_confidence_is_claimed_or_pointed_at(marked: Marked, least: float) -> None:
    said = stated(marked, least=least)
    assert all(claim.confidence >= least for claim in said.claims)
    minter = Minter()
    there = {claim.object for claim in said.claims if not claim.derived}
    for claim in said.claims:
        if claim.derived:
            assert {claim.subject, claim.object} <= there
    for result in said.results:
        ends = (
            ("Method", result.method),
            ("Dataset", result.dataset),
            ("Hardware", result.hardware),
            ("Metric", result.metric),
        )
        assert {minter.entity(type_, key) for type_, key in ends if key} <= there


def test_a_higher_least_confidence_only_takes_away(marked: Marked) -> None:
    every, fewer = stated(marked), stated(marked, least=0.5)
    assert set(fewer.claims) < set(every.claims)


def test_the_base_of_the_graph_is_that_of_the_minter(marked: Marked) -> None:
    paper, mentions = marked(TEXT)
    said = state(paper, resolve([(paper, mentions)]).papers, minter=Minter("http://ex.org/g#"))
    assert all(
        c.subject.startswith("http://ex.org/g#") and c.object.startswith("http://ex.org/g#") for c in said.claims
    )


def test_a_paper_of_which_nothing_is_known_claims_nothing() -> None:
    paper = Paper("title:0", "T", "It runs at 5 ms.")
    said = state(paper, [], minter=Minter())
    assert said.claims == ()
    assert [r.value for r in said.results] == ["5 ms"]
    assert state(replace(paper, abstract=""), [], minter=Minter()).results == ()
