"""Relations and results of a file beside the annotations come to the papers that they are of."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from kg.errors import EvaluationError
from kg.training.further import with_found, with_relations
from kg.training.gold import GoldResult, read_gold, text_digest


def entity(type_: str, role: str, *surfaces: str) -> dict[str, Any]:
    return {"name": surfaces[0], "type": type_, "role": role, "surface": list(surfaces)}


RELATED: dict[str, Any] = {
    "id": "X3",
    "title": "Zorblax on a Quuxboard",
    "abstract": "Zorblax runs on the Quuxboard at 40 fps, Fnord nets at 12 fps. The Fnord is old.",
    "entities": [
        entity("Method", "proposes", "Zorblax"),
        entity("Hardware", "runsOn", "Quuxboard"),
        entity("Method", "comparesWith", "Fnord nets", "Fnord"),
        entity("Task", "addresses", "frobbing"),
    ],
    "relations": [{"subject": "Zorblax", "relation": "runsOn", "object": "Quuxboard"}],
    "results": [{"metric": None, "method": "Zorblax", "hardware": "Quuxboard", "value": "40 fps"}],
}
BARE = {key: value for key, value in RELATED.items() if key not in ("relations", "results")}
TEXT = f"{RELATED['title']}\n{RELATED['abstract']}"
FORTY = TEXT.index("40 fps")


def written(path: Path, *records: dict[str, Any]) -> Path:
    """Write records as JSON lines, compressed where the name says so."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)
    return path


def related_line(**changed: Any) -> dict[str, Any]:
    digest = text_digest(RELATED["title"], RELATED["abstract"])
    return {"text_sha256": digest, "relations": [[0, "runsOn", 1], [2, "comparedWith", 0]], **changed}


@pytest.mark.parametrize("name", ["relations.jsonl", "relations.jsonl.gz"])
def test_relations_of_another_file_come_to_the_papers_that_have_none(tmp_path: Path, name: str) -> None:
    bare = {key: value for key, value in RELATED.items() if key != "relations"}
    papers = read_gold(written(tmp_path / "gold.jsonl", bare, RELATED, bare | {"id": "X4", "title": "Another"}))
    given_ = with_relations(papers, written(tmp_path / name, related_line()))
    assert given_[0] == replace(papers[0], relations=((0, "runsOn", 1), (2, "comparedWith", 0)))
    assert given_[1:] == papers[1:]  # one has its own, the text of the other is not in the file


def test_of_given_relations_those_stay_whose_ends_are_in_the_text_and_may_be_linked(tmp_path: Path) -> None:
    bare = {key: value for key, value in RELATED.items() if key != "relations"}
    papers = read_gold(written(tmp_path / "gold.jsonl", bare))
    relations = [[0, "usedFor", 3], [1, "runsOn", 0], [0, "runsOn", 99], [0, "runsOn", 1]]
    (paper,) = with_relations(papers, written(tmp_path / "relations.jsonl", related_line(relations=relations)))
    assert paper.relations == ((0, "runsOn", 1),)
    (paper,) = with_relations(papers, written(tmp_path / "none.jsonl", related_line(relations=[])))
    assert paper.relations == ()


def test_relations_can_come_in_the_same_order_from_any(tmp_path: Path) -> None:
    bare = {key: value for key, value in RELATED.items() if key != "relations"}
    papers = read_gold(written(tmp_path / "gold.jsonl", bare))
    line = related_line()
    turned = line | {"relations": line["relations"][::-1]}
    one, two = (with_relations(papers, written(tmp_path / f"{n}.jsonl", each)) for n, each in enumerate((line, turned)))
    assert one == two


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (json.dumps(related_line(relations=[[0, "likes", 1]])), "no such relation: 'likes'"),
        (json.dumps(related_line(relations=[[0, "runsOn"]])), "no relations of a paper"),
        (json.dumps(related_line(relations=[["zero", "runsOn", 1]])), "zero"),
        (json.dumps(related_line(relations=7)), "no relations of a paper"),
        (json.dumps(related_line(relations=None)), "no relations of a paper"),
        ('{"text_sha256": "0"}', "relations"),
        ('{"relations": []}', "text_sha256"),
        ('{"text_sha256": ["0"], "relations": []}', "no relations of a paper"),
        ('{"text_sha256": "0", "rela', "no relations of a paper"),
        ("[]", "no relations of a paper"),
        ("17", "no relations of a paper"),
        (json.dumps(related_line(results=[[5, 5, {}]])), r"no range of characters: \[5, 5\]"),
        (json.dumps(related_line(results=[[0, 5, {"colour": 1}]])), "no such slot: 'colour'"),
        (json.dumps(related_line(results=[[0, 5]])), "no relations of a paper"),
        (json.dumps(related_line(results=[[0, 5, {"method": "one"}]])), "one"),
    ],
)
def test_a_line_that_holds_no_relations_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(related_line())}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=says) as caught:
        with_relations(read_gold(written(tmp_path / "gold.jsonl", RELATED)), path)
    assert caught.value.line == 3
    assert caught.value.source == str(path)


def test_a_file_of_relations_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match=r"absent\.jsonl"):
        with_relations([], tmp_path / "absent.jsonl")


def test_results_of_another_file_have_the_words_of_their_place(tmp_path: Path) -> None:
    papers = read_gold(written(tmp_path / "gold.jsonl", BARE, RELATED))
    # frobbing is not in the text, a board is no method, and 7 is nobody's number: open, not filled
    slots = {"method": 0, "hardware": 1, "metric": None, "dataset": 3}
    line = related_line(results=[[FORTY, FORTY + 6, slots], [FORTY + 30, FORTY + 32, {"method": 1}]])
    bare, own = with_relations(papers, written(tmp_path / "relations.jsonl", line))
    first, second = bare.results or ()
    assert first == GoldResult("40 fps", {"method": 0, "hardware": 1}, frozenset({"metric", "dataset"}), FORTY)
    assert second.slots == {}
    assert second.open == {"method"}
    assert own.results == papers[1].results


def test_lines_without_results_leave_them_unknown(tmp_path: Path) -> None:
    (paper,) = read_gold(written(tmp_path / "gold.jsonl", BARE))
    (found,) = with_relations([paper], written(tmp_path / "relations.jsonl", related_line()))
    assert found.results is None
    (found,) = with_relations([paper], written(tmp_path / "none.jsonl", related_line(results=[])))
    assert found.results == ()


def test_a_record_can_be_written_with_what_was_found(tmp_path: Path) -> None:
    line = related_line(relations=[[0, "runsOn", 1]], results=[[FORTY, FORTY + 6, {"method": 0, "hardware": 1}]])
    papers = read_gold(written(tmp_path / "gold.jsonl", BARE))
    (paper,) = with_relations(papers, written(tmp_path / "relations.jsonl", line))
    whole = with_found(BARE, paper)
    assert whole["relations"] == RELATED["relations"]
    assert whole["results"] == [RELATED["results"][0] | {"dataset": None}]
    (again,) = read_gold(written(tmp_path / "again.jsonl", whole))
    assert again.relations == paper.relations
    assert with_found(RELATED, paper) == RELATED
