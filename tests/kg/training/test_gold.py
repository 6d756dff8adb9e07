"""Annotations become targets: every surface is found, longest first, and words of optional entities are left out."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from tokenizers import Tokenizer

from kg.errors import EvaluationError
from kg.extract.encoding import encode
from kg.extract.labels import OUTSIDE, ROLE_COLUMNS, TAGS
from kg.extract.tagger import SHIPPED
from kg.training.coreference import count as count_names
from kg.training.gold import IGNORE, read_gold, targets
from kg.training.relations import count as count_relations

RECORD = {
    "id": "X1",
    "title": "Spiking networks on Loihi",
    "abstract": "We run a spiking network on Loihi. The network may use surrogate gradients.",
    "entities": [
        {"name": "spiking network", "type": "Method", "role": "proposes", "surface": ["Spiking networks", "spiking network"]},
        {"name": "Loihi", "type": "Hardware", "role": ["runsOn", "mentions"], "surface": ["Loihi"]},
        {"name": "network", "type": "Method", "role": "uses", "surface": ["network"]},
        {"name": "surrogate gradient", "type": "Method", "role": "uses", "surface": ["surrogate gradients"], "optional": True},
    ],
    "relations": [{"subject": "spiking network", "relation": "runsOn", "object": "Loihi", "evidence": "run on Loihi"}],
    "results": [],
}


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "gold.jsonl.gz"
    with gzip.open(path, "wt", encoding="utf-8") as lines:
        lines.write(json.dumps(RECORD) + "\n")
    return path


def test_surfaces_are_found_wherever_they_stand(gold: Path) -> None:
    (paper,) = read_gold(gold)
    text = f"{paper.title}\n{paper.abstract}"
    found = [(text[s:e], t, r) for s, e, t, r in paper.spans]
    assert found == [
        ("Spiking networks", "Method", "proposes"),
        ("Loihi", "Hardware", "runsOn"),
        ("spiking network", "Method", "proposes"),
        ("Loihi", "Hardware", "runsOn"),
        ("network", "Method", "uses"),
    ]


def test_targets_mark_words(gold: Path) -> None:
    (paper,) = read_gold(gold)
    ((window,),) = encode([(paper.title, paper.abstract)], Tokenizer.from_file(str(SHIPPED / "tokenizer.json")))
    tags, roles = targets(paper, window)
    text = f"{paper.title}\n{paper.abstract}"
    words = [text[s:e] for s, e in window.spans]
    marked = {(word, "-" if tag == IGNORE else TAGS[tag]) for word, tag in zip(words, tags, strict=True) if tag != OUTSIDE}
    assert {("Spiking", "B-Method"), ("networks", "I-Method"), ("Loihi", "B-Hardware")} <= marked
    assert {("surrogate", "-"), ("gradients", "-")} <= marked
    assert all((tag in (OUTSIDE, IGNORE)) == (role == IGNORE) for tag, role in zip(tags, roles, strict=True))
    assert {ROLE_COLUMNS[role] for role in roles if role != IGNORE} == {
        ("Method", "proposes"), ("Method", "uses"), ("Hardware", "runsOn"),
    }  # fmt: skip


def test_an_unusable_line_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"id": "1", "title": "t", "abstract": "a", "entities": [{"type": "Robot", "role": "uses"}]}\n')
    with pytest.raises(EvaluationError, match="Robot") as caught:
        read_gold(path)
    assert caught.value.line == 1


def test_counts_of_names_and_relations(gold: Path) -> None:
    names = count_names(gold)
    assert sum(same for same, _ in names["Method"].values()) == 0  # both surfaces of the first have one key
    assert sum(other for _, other in names["Method"].values()) == 3
    counts = count_relations(gold)
    assert counts["Method proposes > Hardware runsOn, one sentence"] == {"pairs": 1, "relations": {"runsOn": 1}}


def test_nearly_all_gold_entities_have_a_span_of_their_own(shared: Path) -> None:
    papers = read_gold(shared / "gold" / "dev.jsonl.gz")
    assert len(papers) == 160
    with gzip.open(shared / "gold" / "dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        records = {record["id"]: record for record in map(json.loads, lines)}
    missed = total = 0
    for paper in papers:
        text = f"{paper.title}\n{paper.abstract}"
        found = {text[s:e] for s, e, _, _ in paper.spans} | {text[s:e] for s, e in paper.optional}
        for entity in records[paper.id]["entities"]:
            total += 1
            missed += not found & set(entity["surface"])
    # names that stand only inside longer ones have none: spans do not overlap
    assert missed <= 0.05 * total, f"{missed} of {total} entities have no span"
