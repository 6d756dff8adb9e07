"""Weights of names near in meaning: fitted, corrected by judgements, and told how well they are calibrated."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import EvaluationError
from kg.meaning import WIDTH, read_vectors
from kg.model import TYPES
from kg.resolve.meaning import LEAST, Meant, Vectors, evidence
from kg.training.gold import read_gold
from kg.training.meaning import COLUMNS, DRAWN, JUDGED, Known, correct, drawn, fit, judged, log_odds, proposed, shares


def known(count: int, *, steep: float, level: float, seed: int = 1) -> list[Known]:
    """Pairs whose odds of being one rise with their cosine, as steeply as is said."""
    chance = np.random.default_rng(seed)
    made = []
    for number in range(count):
        pair = Meant(f"quokka {number}", f"wombat {number}", round(float(chance.uniform(LEAST, 1)), 3), 0.0, False)
        odds = level + steep * 5 * (pair.cosine - LEAST)
        made.append(
            Known(TYPES[number % 5], pair, bool(chance.random() < 1 / (1 + np.exp(-odds))), int(chance.integers(2)))
        )
    return made


def test_weights_are_those_that_the_pairs_were_made_with() -> None:
    pairs = known(6_000, steep=2.0, level=-1.0)
    weights = fit(pairs)
    assert weights["cosine"] == pytest.approx(2.0, abs=0.3)
    assert weights[""] == pytest.approx(-1.0, abs=0.2)
    assert all(abs(weights[type_]) < 0.2 for type_ in TYPES)
    assert shares(pairs, log_odds(pairs, weights))["expected calibration error"] < 0.02


def test_a_correction_moves_the_odds_to_what_is_so() -> None:
    weights = fit(known(4_000, steep=2.0, level=0.0))
    wild = known(3_000, steep=2.0, level=-1.5, seed=2)
    scale, shift = correct(wild, weights)
    assert scale == pytest.approx(1.0, abs=0.2)
    assert all(shift[type_] == pytest.approx(-1.5, abs=0.4) for type_ in TYPES)
    odds = scale * log_odds(wild, weights) + [shift[each.type] for each in wild]
    before, after = shares(wild, log_odds(wild, weights)), shares(wild, odds)
    assert after["expected calibration error"] < 0.03 < before["expected calibration error"]
    assert after["said"] == pytest.approx(after["right"], abs=0.01)


def test_without_judgements_the_odds_stay_about_as_they_are() -> None:
    one = known(1, steep=0, level=0)
    scale, shift = correct(one, {"": 0.0})
    assert abs(scale - 1) < 0.2 and set(shift) == set(TYPES)


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(-6, 6), st.booleans()), min_size=1, max_size=30))
def test_shares_add_up(rows: list[tuple[float, bool]]) -> None:
    pairs = [Known("Task", Meant("a", "b", 0.9, 0, True), same, 0) for _, same in rows]
    said = shares(pairs, np.array([odds for odds, _ in rows]))
    assert said["pairs"] == len(rows) == sum(row[1] for row in said["bins"])
    assert said["right"] == pytest.approx(sum(same for _, same in rows) / len(rows), abs=1e-3)
    assert 0 <= said["expected calibration error"] <= 1
    assert abs(said["said"] - said["right"]) <= said["expected calibration error"] + 2e-3


def test_pairs_to_judge_are_spread_over_cosines_and_do_not_depend_on_order() -> None:
    pairs = [(each.type, each.pair) for each in known(2_000, steep=1, level=0)]
    chosen = drawn(pairs)
    assert chosen == drawn(pairs[::-1])
    assert len(set(chosen)) == len(chosen) == DRAWN * len(TYPES)
    for type_ in TYPES:
        cosines = [pair.cosine for of, pair in chosen if of == type_]
        assert sum(cosine >= 0.92 for cosine in cosines) >= 5 <= sum(cosine < 0.83 for cosine in cosines)


def test_the_judgements_of_the_project_are_read() -> None:
    pairs = judged()
    assert len(pairs) == 150 and {each.type for each in pairs} == set(TYPES)
    assert 0.3 < sum(each.same for each in pairs) / len(pairs) < 0.5
    assert all(evidence(each.type, each.pair)["cosine"] >= 0 for each in pairs)
    assert 50 < sum(each.half for each in pairs) < 100


@pytest.mark.parametrize(
    "line",
    [
        "Board\ta\tb\t0.9\t0.1\tyes\tsame\tx",
        "Task\ta\tb\tnear\t0.1\tyes\tsame\tx",
        "Task\ta\tb\t0.9\t0.1\tyes\tperhaps\tx",
        "Task\ta\tb",
    ],
)
def test_a_broken_judgement_is_named_with_its_line(tmp_path: Path, line: str) -> None:
    path = tmp_path / "pairs.tsv"
    path.write_text("# note\n" + "\t".join(COLUMNS) + f"\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"pairs\.tsv:3"):
        judged(path)
    with pytest.raises(EvaluationError, match=r"none\.tsv"):
        judged(tmp_path / "none.tsv")


def test_real_names_of_annotated_papers_are_paired_as_a_review_pairs_them(tmp_path: Path) -> None:
    held = read_vectors(JUDGED.with_name("meaning-vectors.npz"))
    task = {"name": "x", "type": "Task", "role": "addresses"}
    records = [
        {"id": name, "title": name, "abstract": "", "entities": [{**task, "surface": [name]}]}
        for name in ("bias mitigation", "mitigating bias")
    ]
    path = tmp_path / "papers.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")

    def encode(names: Sequence[str]) -> Vectors:
        return np.array([held[name] for name in names], np.float32).reshape(len(names), WIDTH)

    ((type_, pair),) = proposed(read_gold(path), encode)
    assert (type_, pair.first, pair.second) == ("Task", "bias mitigation", "mitigating bias")
    assert pair.both and pair.cosine == pytest.approx(0.967, abs=2e-3)
