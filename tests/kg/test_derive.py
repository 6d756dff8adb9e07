"""Derived relations show sentences that name both ends, and say how sure they are."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from kg.derive import LEAST, SUPPORT, TABLE, _table, derive, pattern
from kg.model import ROLES, Mention, Paper, PaperEntity
from kg.resolve import resolve
from schema.vocab import RELATION_TERMS

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

TEXT = (
    "A new detector\nWe present {Method:proposes|DRACO} for {Task:addresses|object detection}. It is tested on"
    " {Dataset:evaluatesOn|COCO} and {Dataset:evaluatesOn|KITTI}. On {Hardware:runsOn|FPGAs}, {Method:proposes|DRACO} beats"
    " {Method:comparesWith|YOLOv3} in {Metric|mAP} of 41.8%."
)


def entities(marked: Marked, text: str = TEXT) -> tuple[Paper, list[PaperEntity]]:
    paper, mentions = marked(text)
    return paper, list(resolve([(paper, mentions)]).papers)


def test_relations_show_sentences_that_name_both_ends(marked: Marked) -> None:
    paper, said = entities(marked)
    made = list(derive(said))
    assert made
    for derived in made:
        assert derived.sentences == tuple(sorted(derived.sentences))
        words = " ".join(paper.text[s.start : s.end] for s in derived.sentences)
        for end in (derived.subject, derived.object):
            assert any(mention.text in words for mention in end.mentions)
        shared = {m.sentence for m in derived.subject.mentions} & {m.sentence for m in derived.object.mentions}
        assert set(derived.sentences) == shared or (not shared and len(derived.sentences) <= 2)


def test_a_proposed_method_is_for_the_task_that_is_addressed(marked: Marked) -> None:
    _, said = entities(marked)
    found = {(d.subject.entity[1], d.relation, d.object.entity[1]) for d in derive(said)}
    assert ("draco", "usedFor", "object-detection") in found
    assert ("draco", "evaluatedWith", "coco") in found


def test_confidence_is_never_above_that_of_either_end(marked: Marked) -> None:
    _, said = entities(marked)
    for derived in derive(said):
        assert 0 < derived.confidence <= min(derived.subject.confidence, derived.object.confidence)
        assert derived.subject != derived.object


def test_the_order_of_entities_decides_only_the_order_of_relations(marked: Marked) -> None:
    _, said = entities(marked)
    assert sorted(map(repr, derive(said))) == sorted(map(repr, derive(said[::-1])))


def test_the_table_holds_only_what_enough_annotated_pairs_had() -> None:
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["counts"]
    assert _table()
    for name, (relation, share) in _table().items():
        assert relation in RELATION_TERMS
        assert counts[name]["pairs"] >= SUPPORT
        assert share == counts[name]["relations"][relation] / counts[name]["pairs"] >= LEAST
        assert share <= 1


def test_patterns_name_each_kind_of_pair_once() -> None:
    pairs = [(type_, role) for type_, roles in ROLES.items() for role in roles]
    names = {pattern(*one, *other, together=together) for one in pairs for other in pairs for together in (True, False)}
    assert len(names) == 2 * len(pairs) ** 2


@pytest.mark.parametrize("text", ["T", "T\nOnly {Metric|accuracy}."])
def test_nothing_comes_of_nothing(marked: Marked, text: str) -> None:
    assert list(derive(entities(marked, text)[1])) == []
