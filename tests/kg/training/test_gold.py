"""Annotations become targets: surfaces are found, of those that overlap some win, and what is doubtful is ignored."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kg.errors import EvaluationError
from kg.extract.encoding import Window, encode
from kg.extract.labels import MAX_WORDS, OUTSIDE, SCHEME
from kg.extract.tagger import SHIPPED
from kg.training.coreference import count as count_names
from kg.training.gold import IGNORE, GoldPaper, GoldResult, annotated, read_gold, targets, text_digest
from kg.training.relations import count as count_relations

ROOT = Path(__file__).resolve().parents[3]

RECORD: dict[str, Any] = {
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
}  # fmt: skip


def written(path: Path, *records: dict[str, Any]) -> Path:
    """Write records as JSON lines, compressed where the name says so."""
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as lines:
        lines.writelines(json.dumps(record) + "\n" for record in records)
    return path


def entity(type_: str, role: str, *surfaces: str, **more: Any) -> dict[str, Any]:
    return {"name": surfaces[0], "type": type_, "role": role, "surface": list(surfaces), **more}


def paper_of(folder: Path, abstract: str, *entities: dict[str, Any]) -> GoldPaper:
    record = {"id": "X2", "title": "On a title", "abstract": abstract, "entities": list(entities)}
    (paper,) = read_gold(written(folder / "one.jsonl", record))
    return paper


def words_of(paper: GoldPaper, *stretches: tuple[int, int]) -> list[str]:
    text = f"{paper.title}\n{paper.abstract}"
    return [text[start:end] for start, end in stretches]


def without_text(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record as annotations go that may not carry the paper's text."""
    text = f"{record['title']}\n{record['abstract']}"
    return {
        "id": record["id"],
        "text_sha256": text_digest(record["title"], record["abstract"]),
        "entities": [
            {key: value for key, value in each.items() if key not in ("name", "surface")}
            | {"spans": [[text.index(s), text.index(s) + len(s)] for s in each["surface"]]}
            for each in record["entities"]
        ],
    }


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    return written(tmp_path / "gold.jsonl.gz", RECORD)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


# Which words are mentions


def test_surfaces_are_found_wherever_they_stand(gold: Path) -> None:
    (paper,) = read_gold(gold)
    text = f"{paper.title}\n{paper.abstract}"
    assert [(text[s:e], t, r) for s, e, t, r in paper.spans] == [
        ("Spiking networks", "Method", "proposes"),
        ("Loihi", "Hardware", "runsOn"),
        ("spiking network", "Method", "proposes"),
        ("Loihi", "Hardware", "runsOn"),
        ("network", "Method", "uses"),
    ]
    assert words_of(paper, *paper.optional) == ["surrogate gradients"]


def test_another_entity_inside_a_longer_name_is_nested(tmp_path: Path) -> None:
    paper = paper_of(
        tmp_path,
        "A temporal CRF model beats a plain CRF.",
        entity("Method", "proposes", "temporal CRF model"),
        entity("Method", "comparesWith", "CRF"),
    )
    assert words_of(paper, *(s[:2] for s in paper.spans)) == ["temporal CRF model", "CRF"]
    ((start, end, type_, role),) = paper.nested
    assert (words_of(paper, (start, end)), type_, role) == (["CRF"], "Method", "comparesWith")
    assert paper.ignored == ()


def test_a_shorter_name_of_the_same_entity_inside_a_longer_one_is_ignored(tmp_path: Path) -> None:
    paper = paper_of(
        tmp_path,
        "The Foo recurrent network, or Foo, is small.",
        entity("Method", "proposes", "Foo recurrent network", "Foo"),
    )
    assert words_of(paper, *(s[:2] for s in paper.spans)) == ["Foo recurrent network", "Foo"]
    assert paper.nested == ()
    assert words_of(paper, *paper.ignored) == ["Foo"]
    assert paper.ignored[0][0] == paper.spans[0][0]


def test_of_names_that_cross_the_longer_stays_and_the_other_goes(tmp_path: Path) -> None:
    paper = paper_of(
        tmp_path,
        "We use deep residual network pruning here.",
        entity("Method", "uses", "deep residual network"),
        entity("Task", "addresses", "network pruning"),
    )
    assert words_of(paper, *(s[:2] for s in paper.spans)) == ["deep residual network"]
    assert paper.nested == () == paper.ignored


def test_the_same_words_as_two_entities_are_those_of_the_first(tmp_path: Path) -> None:
    paper = paper_of(tmp_path, "We use Foo.", entity("Dataset", "introduces", "Foo"), entity("Method", "uses", "Foo"))
    assert [s[2:] for s in paper.spans] == [("Dataset", "introduces")]
    assert paper.nested == () == paper.ignored


def test_a_surface_is_no_part_of_a_word_and_its_signs_are_signs(tmp_path: Path) -> None:
    paper = paper_of(
        tmp_path, "CNNs and A* and an A.", entity("Method", "uses", "CNN"), entity("Method", "uses", "A*", " ", "")
    )
    assert words_of(paper, *(s[:2] for s in paper.spans)) == ["A*"]


WORDS = st.lists(st.sampled_from(("red", "green", "blue", "grey")), min_size=1, max_size=8)
NAMES = st.lists(st.sampled_from(("red", "green", "blue", "grey")), min_size=1, max_size=3).map(" ".join)


@given(words=WORDS, entities=st.lists(st.lists(NAMES, min_size=1, max_size=2), max_size=4))
def test_mentions_never_overlap_and_nested_ones_lie_inside(words: list[str], entities: list[list[str]]) -> None:
    from kg.training.gold import _paper  # the record's own reader: hypothesis needs no files

    record = {"id": "X", "title": "", "abstract": " ".join(words)}
    paper = _paper(record | {"entities": [entity("Method", "uses", *surfaces) for surfaces in entities]})
    ends = [(start, end) for start, end, _, _ in paper.spans]
    assert all(a[1] <= b[0] for a, b in pairwise(ends))
    inside = [s[:2] for s in paper.nested]
    assert all(any(a <= s and e <= b for a, b in ends) for s, e in inside)
    assert all(any(s < b and a < e for a, b in ends) for s, e in paper.ignored)
    assert not set(inside) & set(ends) and not set(paper.ignored) & set(ends)
    names = {name for surfaces in entities for name in surfaces}
    assert set(words_of(paper, *ends, *inside, *paper.ignored)) <= names
    # a text that has any of the names has a mention: the longest is never dropped for nothing
    assert bool(ends) == any(f" {name} " in f" {' '.join(words)} " for name in names)


# What the network should say


def window_of(paper: GoldPaper, tokenizer: Tokenizer) -> tuple[Window, list[str]]:
    ((window,),) = encode([(paper.title, paper.abstract)], tokenizer)
    return window, words_of(paper, *window.spans)


def test_targets_mark_words_and_spans(gold: Path, tokenizer: Tokenizer) -> None:
    (paper,) = read_gold(gold)
    window, words = window_of(paper, tokenizer)
    wanted = targets(paper, window)
    marked = {
        (word, "-" if tag == IGNORE else SCHEME.tags[tag])
        for word, tag in zip(words, wanted.tags, strict=True)
        if tag != OUTSIDE
    }
    assert marked == {
        ("Spiking", "B-Method"), ("networks", "I-Method"), ("spiking", "B-Method"), ("network", "I-Method"),
        ("network", "B-Method"), ("Loihi", "B-Hardware"), ("surrogate", "-"), ("gradients", "-"),
    }  # fmt: skip
    said = [
        (" ".join(words[first : first + extent + 1]), SCHEME.types[class_ - 1], SCHEME.roles[role])
        for first, extent, class_, role in wanted.spans
    ]
    assert said[:3] == [
        ("Spiking networks", "Method", ("Method", "proposes")),
        ("Loihi", "Hardware", ("Hardware", "runsOn")),
        ("spiking network", "Method", ("Method", "proposes")),
    ]
    # "network" is a name of its own, so inside "spiking network" it is a nested mention
    assert said[-1] == ("network", "Method", ("Method", "uses")) and len(said) == 6


def test_every_span_that_touches_an_optional_mention_is_ignored_and_no_other(gold: Path, tokenizer: Tokenizer) -> None:
    (paper,) = read_gold(gold)
    window, words = window_of(paper, tokenizer)
    doubtful = {words.index("surrogate"), words.index("gradients")}
    ignored = set(targets(paper, window).ignored)
    count = len(words)
    for first in range(count):
        for extent in range(min(MAX_WORDS, count - first)):
            touches = bool(doubtful & set(range(first, first + extent + 1)))
            assert ((first, extent) in ignored) == touches, words[first : first + extent + 1]


def test_a_shorter_name_is_ignored_in_the_targets_but_not_its_words(tmp_path: Path, tokenizer: Tokenizer) -> None:
    paper = paper_of(
        tmp_path, "The Foo recurrent network works.", entity("Method", "proposes", "Foo recurrent network", "Foo")
    )
    window, words = window_of(paper, tokenizer)
    wanted = targets(paper, window)
    place = words.index("Foo")
    assert wanted.ignored == [(place, 0)]
    assert [(first, extent) for first, extent, _, _ in wanted.spans] == [(place, 2)]
    assert IGNORE not in wanted.tags


def test_a_mention_longer_than_the_longest_span_is_no_target(tmp_path: Path, tokenizer: Tokenizer) -> None:
    long = " ".join(f"word{chr(97 + n)}" for n in range(MAX_WORDS + 1))
    paper = paper_of(tmp_path, f"See {long}.", entity("Method", "uses", long))
    window, words = window_of(paper, tokenizer)
    assert len([w for w in words if w.startswith("word")]) > MAX_WORDS
    wanted = targets(paper, window)
    assert wanted.spans == []
    assert SCHEME.begin_tag("Method") in wanted.tags  # the second task still learns its words


# Annotations without text


def test_annotations_without_text_give_the_same_papers(tmp_path: Path) -> None:
    records = [RECORD, RECORD | {"id": "X0", "title": "Again: Spiking networks"}]
    full = written(tmp_path / "full.jsonl", *records)
    bare = written(tmp_path / "bare.jsonl.gz", *map(without_text, records))
    texts = written(tmp_path / "texts.jsonl", *({k: r[k] for k in ("id", "title", "abstract")} for r in records))
    same = read_gold(bare, texts=[texts])
    # such annotations say nothing of relations and results
    unknown = [replace(paper, relations=None, results=None) for paper in read_gold(full)]
    assert same == sorted(unknown, key=lambda paper: paper.id)
    assert [paper.id for paper in same] == ["X0", "X1"]
    assert annotated(bare, texts=[texts])[1]["entities"][0]["surface"] == ["Spiking networks", "spiking network"]


def test_a_text_of_another_wording_is_not_the_annotated_one(tmp_path: Path) -> None:
    records = [RECORD, RECORD | {"id": "X0", "abstract": RECORD["abstract"] + " More."}]
    bare = written(tmp_path / "bare.jsonl", *map(without_text, records))
    changed = [{"id": r["id"], "title": r["title"], "abstract": RECORD["abstract"]} for r in records]
    texts = written(tmp_path / "texts.jsonl", *changed)
    assert [paper.id for paper in read_gold(bare, texts=[texts])] == ["X1"]


@pytest.mark.parametrize("elsewhere", [False, True])
def test_without_any_text_the_error_says_what_to_do(tmp_path: Path, elsewhere: bool) -> None:
    bare = written(tmp_path / "bare.jsonl", without_text(RECORD))
    texts = (
        [written(tmp_path / "texts.jsonl", {"id": "Y", "title": "Other", "abstract": "Words."})] if elsewhere else []
    )
    with pytest.raises(EvaluationError, match=r"carry no text.*--texts"):
        read_gold(bare, texts=texts)


@pytest.mark.slow
def test_the_published_annotations_fit_the_texts_of_the_corpora(shared: Path) -> None:
    corpora = [shared / "corpora" / f"arxiv_{part}.jsonl.xz" for part in ("2025_2026", "to_2020", "to_2017")]
    papers = read_gold(ROOT / "exports" / "annotations" / "arxiv.jsonl.gz", texts=corpora)
    assert len(papers) == 3836
    assert all(paper.spans or paper.optional for paper in papers[::100])


# Lines that are no annotated papers


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ('{"id": "1", "title": "t", "abstract": "a", "entities": [{"type": "Robot", "role": "uses"}]}', "Robot"),
        ('{"id": "1", "title": "t", "entities": []}', "abstract"),
        ('{"id": "1", "title": "t", "abst', "annotated paper"),
        ("[]", "annotated paper"),
        ('{"id": "1", "text_sha256": "0"}', "entities"),
        ('{"id": "1", "text_sha256": "0", "entities": [{"type": "Robot", "role": "uses", "spans": [[0, 1]]}]}', "Robot"),
        ('{"id": "1", "text_sha256": "0", "entities": [{"type": "Task", "role": "addresses", "spans": [0]}]}', "annotated"),
    ],
)  # fmt: skip
def test_an_unusable_line_is_named(tmp_path: Path, line: str, says: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(f"{json.dumps(RECORD)}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=says) as caught:
        read_gold(path)
    assert caught.value.line == 3


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(json.dumps(RECORD).encode() * 50)[:-20])
    (tmp_path / "plain.jsonl.gz").write_text("{}")
    (tmp_path / "latin.jsonl").write_bytes('{"id": "é"}'.encode("latin-1"))
    for name in ("absent.jsonl", "cut.jsonl.gz", "plain.jsonl.gz", "latin.jsonl"):
        with pytest.raises(EvaluationError, match=name):
            read_gold(tmp_path / name)


# Relations and results

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
    "relations": [
        {"subject": "Zorblax", "relation": "runsOn", "object": "Quuxboard"},
        {"subject": "Zorblax", "relation": "comparedWith", "object": "Fnord nets"},
        {"subject": "Quuxboard", "relation": "runsOn", "object": "Zorblax"},
        {"subject": "Zorblax", "relation": "usedFor", "object": "frobbing"},
    ],
    "results": [
        {"metric": None, "method": "Zorblax", "hardware": "the Quuxboard", "value": "40 fps"},
        {"metric": "frame rate", "method": "fnord net", "value": 12},
    ],
}


def test_relations_name_entities_by_number_and_slips_of_the_annotators_go(tmp_path: Path) -> None:
    (paper,) = read_gold(written(tmp_path / "gold.jsonl", RELATED))
    assert paper.relations == ((0, "runsOn", 1), (0, "comparedWith", 2), (0, "usedFor", 3))


def test_mentions_know_the_number_of_their_entity(tmp_path: Path) -> None:
    (paper,) = read_gold(written(tmp_path / "gold.jsonl", RELATED))
    named = [(paper.text[start:end], number) for start, end, number in paper.named]
    assert named == [
        ("Zorblax", 0), ("Quuxboard", 1), ("Zorblax", 0), ("Quuxboard", 1), ("Fnord nets", 2), ("Fnord", 2)
    ]  # fmt: skip
    assert {number for _, number in named} == {0, 1, 2}  # the task is not in the text


def test_results_name_entities_by_words_that_are_alike_and_keep_open_what_is_none(tmp_path: Path) -> None:
    (paper,) = read_gold(written(tmp_path / "gold.jsonl", RELATED))
    assert paper.results == (
        GoldResult("40 fps", {"method": 0, "hardware": 1}),
        GoldResult("12", {"method": 2}, frozenset({"metric"})),
    )


@pytest.mark.parametrize("nothing", [{}, {"relations": None, "results": None}])
def test_what_nobody_looked_for_is_not_the_same_as_nothing(tmp_path: Path, nothing: dict[str, Any]) -> None:
    bare = {key: value for key, value in RELATED.items() if key not in ("relations", "results")}
    rows = [bare | nothing, bare | {"relations": [], "results": []}]
    unknown, none = read_gold(written(tmp_path / "gold.jsonl", *rows))
    assert (unknown.relations, unknown.results) == (None, None)
    assert (none.relations, none.results) == ((), ())


# Counts for the resolver's tables


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
        found = set(words_of(paper, *(s[:2] for s in (*paper.spans, *paper.nested)), *paper.optional))
        for each in records[paper.id]["entities"]:
            total += 1
            missed += not found & set(each["surface"])
    # what is left crosses a longer name
    assert missed <= 0.02 * total, f"{missed} of {total} entities have no span"
