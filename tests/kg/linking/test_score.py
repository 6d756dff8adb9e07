"""Hand judgements and weights belong together, and are worth what the table says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from kg.linking.index import ACM, build_index, read_vocabulary
from kg.linking.match import Linker
from kg.linking.score import JUDGED, TABLE, probability, shipped_weights
from kg.model import TYPES
from kg.training.gold import digest
from kg.training.linking import ELSEWHERE, found, judgements, scores


def test_the_weights_are_of_these_judgements() -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert table["judgements sha256"] == digest(JUDGED), "run `python -m kg.training.linking`"
    assert table["fitted on"] > 200
    assert table["held out"] > 200
    worth = table["worth on held-out names"]["all"]
    assert worth["exactMatch precision"] >= 0.95
    assert worth["closeMatch precision"] >= 0.8


def test_the_judgements_are_of_all_types_and_kinds() -> None:
    judged = judgements()
    assert len(judged) > 1000
    assert {each.type for each in judged} == set(TYPES)
    assert {each.scheme for each in judged} == {"opencs", "acm", ELSEWHERE}
    counts = Counter(each.verdict for each in judged)
    assert min(counts[verdict] for verdict in ("exact", "close", "wrong")) > 100
    keys = [(each.type, each.name, each.concept) for each in judged]
    assert len(set(keys)) == len(keys)


def test_both_halves_hold_no_name_of_the_other() -> None:
    judged = judgements()
    own, held = ({each.name for each in judged if each.held_out == out} for out in (False, True))
    assert not own & held
    assert 0.4 < len(held) / (len(own) + len(held)) < 0.6


def test_held_out_links_to_opencs_are_as_good_as_said() -> None:
    held = [each for each in judgements() if each.held_out and each.scheme == "opencs"]
    worth = scores(held, Linker())["all"]
    assert worth["exactMatch"] > 100
    assert worth["exactMatch precision"] >= 0.94
    assert worth["exactMatch recall"] >= 0.55
    assert worth["any link precision"] >= 0.92


def test_held_out_links_to_acm_are_as_good_as_said(shared: Path, tmp_path: Path) -> None:
    path = tmp_path / "acm.idx"
    build_index([read_vocabulary(shared / "vocabularies" / "acm_ccs2012.xml", ACM)], path)
    held = [each for each in judgements() if each.held_out and each.scheme == "acm"]
    worth = scores(held, Linker(path))["all"]
    assert worth["exactMatch"] > 15
    assert worth["exactMatch precision"] >= 0.88
    assert worth["any link precision"] >= 0.88


def test_probabilities_are_worth_what_they_say() -> None:
    """Of held-out candidates to which a probability is given, that share is right, give or take what chance does."""
    held = [each for each in judgements() if each.held_out and each.scheme == "opencs"]
    pairs = list(found(held, Linker()))
    for low, high in ((0.0, 0.5), (0.5, 0.8), (0.8, 0.9), (0.9, 1.01)):
        inside = [(j.verdict == "exact", c.exact) for j, c in pairs if low <= c.exact < high]
        right = sum(was for was, _ in inside) / len(inside)
        said = sum(p for _, p in inside) / len(inside)
        assert right == pytest.approx(said, abs=2.5 * (said * (1 - said) / len(inside)) ** 0.5 + 0.03), (low, high)


def test_unknown_evidence_weighs_nothing() -> None:
    weights = shipped_weights().exact
    assert probability({"no such evidence"}, weights) == probability(set(), weights)
