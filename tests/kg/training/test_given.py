"""What is found where the entities are given: they are all there, and what links them is judged."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from small_run import Related, written

from kg.evaluate import Scores, score
from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.tagger import Reading, Settings
from kg.training.choose import Read, read
from kg.training.given import given_entities
from kg.training.gold import read_gold

PLAIN = Settings("", "")
RECORD: dict[str, Any] = {
    "id": "G1",
    "title": "Temporal Zorblax on a Quuxboard",
    "abstract": "Temporal Zorblax (TZ) runs on the Quuxboard. Unlike Fnord, TZ needs 5 W.",
    "entities": [
        {"name": "Temporal Zorblax", "type": "Method", "role": "proposes", "surface": ["TZ", "Temporal Zorblax"]},
        {"name": "Zorblax", "type": "Method", "role": "uses", "surface": ["Zorblax"]},
        {"name": "Quuxboard", "type": "Hardware", "role": "runsOn", "surface": ["Quuxboard"]},
        {"name": "Fnord", "type": "Method", "role": "comparesWith", "surface": ["Fnord"]},
        {"name": "gribbling", "type": "Task", "role": "addresses", "surface": ["gribble"]},
        {"name": "watt", "type": "Metric", "role": "reports", "surface": ["5 W"], "optional": True},
    ],
    "relations": [{"subject": "Temporal Zorblax", "relation": "runsOn", "object": "Quuxboard"}],
    "results": [],
}


def unread(gold: Path) -> Read:
    """Return a gold file's papers that no network looked at."""
    nothing = Reading([], np.zeros((0, MAX_WORDS, SCHEME.width), dtype=np.float32))
    papers = tuple(read_gold(gold))
    return Read(gold, papers, (nothing,) * len(papers))


def scored(gold: Path, found: list[dict[str, Any]]) -> Scores:
    path = gold.with_name("found.jsonl")
    path.write_text("".join(json.dumps(each) + "\n" for each in found), encoding="utf-8")
    return score(gold, path)


# Entities, where rules find what links them


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    empty = RECORD | {"id": "G0", "abstract": "It is quick.", "entities": [], "relations": []}
    return written(tmp_path / "gold.jsonl", [RECORD, empty])


def test_the_entities_are_the_annotators_as_far_as_the_text_names_them(gold: Path) -> None:
    one, other = given_entities(unread(gold), PLAIN)
    assert (one["id"], other["id"]) == ("G1", "G0")
    assert other == {"id": "G0", "entities": [], "relations": [], "results": []}
    assert [(e["name"], e["type"], e["role"], e["surface"]) for e in one["entities"]] == [
        ("Temporal Zorblax (0)", "Method", "proposes", ["Temporal Zorblax", "TZ"]),
        ("Zorblax (1)", "Method", "uses", ["Zorblax"]),
        ("Quuxboard (2)", "Hardware", "runsOn", ["Quuxboard"]),
        ("Fnord (3)", "Method", "comparesWith", ["Fnord"]),
    ]
    names = {entity["name"] for entity in one["entities"]}
    assert len(names) == 4
    assert {relation[end] for relation in one["relations"] for end in ("subject", "object")} <= names


def test_the_scorer_finds_the_entities_again(gold: Path) -> None:
    totals = scored(gold, list(given_entities(unread(gold), PLAIN))).totals
    assert (totals["entity/all"].precision, totals["entity/all"].right) == (100.0, 4)
    assert totals["entity/all"].gold == 5  # the task that the text does not name
    assert totals["role/all"].precision == 100.0
    assert totals["relation/all"].gold == 1


# Relations and results that a model judges


@pytest.mark.slow
def test_a_model_judges_the_given_entities(related: Related, tmp_path: Path) -> None:
    seen = read(related.gold, related.folder, threads=1)
    assert seen.relater is not None
    found = list(given_entities(seen, PLAIN))
    runs = [{"subject": "Zorblax (0)", "relation": "runsOn", "object": "Quuxboard (1)"}]
    assert sum(each["relations"] == (runs if number % 2 == 0 else []) for number, each in enumerate(found)) >= 18
    for each, paper in zip(found, related.papers, strict=True):
        values = [value for value in ("5 W", "7 W") if value in paper.abstract]
        assert [result["value"] for result in each["results"]] == values
        assert all(result["method"] in ("Zorblax", None) for result in each["results"])
    gold = written(tmp_path / "gold.jsonl", [json.loads(line) for line in related.gold.read_text().splitlines()])
    totals = scored(gold, found).totals
    assert totals["entity/all"].f1 == 100.0
    assert totals["relation/all"].f1 > 80 and totals["result/all"].f1 == 100.0


@pytest.mark.slow
def test_the_settings_biases_move_what_is_found(related: Related) -> None:
    seen = read(related.gold, related.folder, threads=1)
    none = list(given_entities(seen, Settings("", "", relation_bias=-50.0, value_bias=-50.0)))
    assert not any(each["relations"] or each["results"] for each in none)
    assert all(len(each["entities"]) == 2 for each in none)
    counts = [
        sum(len(each["relations"]) for each in given_entities(seen, Settings("", "", relation_bias=bias)))
        for bias in (-2.0, 0.0, 2.0)
    ]
    assert counts == sorted(counts)
