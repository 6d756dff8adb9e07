"""Sentences of public sets: both formats come back as they were, and windows cover them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kg.errors import EvaluationError
from kg.extract.encoding import MAX_PIECES
from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.tagger import SHIPPED
from kg.training.gold import IGNORE

pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("transformers", reason="training needs the extra: pip install '.[train]'")

from kg.training.scier import write
from kg.training.sentences import (
    DOCUMENT_PIECES,
    Document,
    examples,
    read_documents,
    scheme_of,
    split,
    windows,
)

RECORD = {
    "doc_id": "d1",
    "sentences": [["We", "train", "Zorblax", "nets", "."], ["On", "Quuxboard", "."], []],
    "ner": [[[2, 3, "Method"]], [[6, 6, "Dataset"]], []],
}
CONLL = "We\t0\tO\ntrain\t3\tO\nZorblax\t9\tB-Method\nnets\t17\tI-Method\nFoo\t22\tB-Method\n\nOn\t23\tO\nQuux\t26\tB-Dataset\n\nNew\t0\tO\n\n"


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


def document(*sentences: int, mentions: frozenset[tuple[int, int, str]] = frozenset()) -> Document:
    """Document of sentences with so many tokens each."""
    ends = [sum(sentences[:n]) for n in range(len(sentences) + 1)]
    tokens = tuple(f"token{'abcdefgh'[n % 8]}" if n % 3 else "net" for n in range(ends[-1]))
    return Document(tokens, tuple(pairwise(ends)), mentions)


# Files


def test_json_lines_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(f"\n{json.dumps(RECORD)}\n", encoding="utf-8")
    (read,) = read_documents(path)
    assert read.tokens[2:5] == ("Zorblax", "nets", ".")
    assert read.sentences == ((0, 5), (5, 8), (8, 8))
    assert read.mentions == {(2, 3, "Method"), (6, 6, "Dataset")}


def test_conll_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(CONLL, encoding="utf-8")
    one, two = read_documents(path)
    assert one.sentences == ((0, 5), (5, 7))
    assert one.mentions == {(2, 3, "Method"), (4, 4, "Method"), (6, 6, "Dataset")}
    assert one.offsets == (0, 3, 9, 17, 22, 23, 26)
    assert (two.tokens, two.sentences, two.mentions) == (("New",), ((0, 1),), frozenset())


@pytest.mark.parametrize("end", ["", "\n", "\n\n\n"])
def test_conll_needs_no_empty_line_at_its_end_and_may_have_carriage_returns(tmp_path: Path, end: str) -> None:
    path, other = tmp_path / "a.conll", tmp_path / "b.conll"
    path.write_bytes((CONLL.strip() + end).replace("\n", "\r\n").encode())
    other.write_text(CONLL, encoding="utf-8")
    assert read_documents(path) == read_documents(other)


def round_trip(path: Path, out: Path) -> None:
    read = read_documents(path)
    write(read, [d.mentions for d in read], out)
    again = read_documents(out)
    assert again == read
    assert [d.record for d in again] == [
        {**d.record, "ner": [sorted(g) for g in d.record.get("ner", ())]} if d.record else {} for d in read
    ]


@pytest.mark.parametrize(("name", "text"), [("a.jsonl", json.dumps(RECORD)), ("a.conll", CONLL)])
def test_small_files_come_back(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    round_trip(tmp_path / name, tmp_path / f"out{Path(name).suffix}")
    if name.endswith("conll"):
        assert (tmp_path / "out.conll").read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    ("name", "documents"), [("scier/dev_offsets.jsonl", 10), ("tdmsci/train.conll", 1)], ids=["scier", "tdmsci"]
)
def test_public_files_come_back(shared: Path, tmp_path: Path, name: str, documents: int) -> None:
    path = shared / "public" / name
    assert len(read_documents(path)) >= documents
    round_trip(path, tmp_path / f"out{path.suffix}")


TOKENS = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\t\n\r"), min_size=1, max_size=6).filter(
    lambda token: token.strip() == token
)


@given(st.lists(st.lists(TOKENS, min_size=1, max_size=5), min_size=1, max_size=4), st.data())
@settings(max_examples=50)
def test_any_tokens_come_back_in_both_formats(
    tmp_path_factory: pytest.TempPathFactory, sentences: list[list[str]], drawn: st.DataObject
) -> None:
    mentions, begun = [], 0
    for sentence in sentences:
        first = drawn.draw(st.integers(0, len(sentence) - 1))
        last = drawn.draw(st.integers(first, len(sentence) - 1))
        mentions.append((begun + first, begun + last, drawn.draw(st.sampled_from(("Task", "Metric")))))
        begun += len(sentence)
    tokens = tuple(token for sentence in sentences for token in sentence)
    sizes = [0, *(sum(len(s) for s in sentences[: n + 1]) for n in range(len(sentences)))]
    ranges = tuple(pairwise(sizes))
    folder = tmp_path_factory.mktemp("tokens")
    for suffix, made in (
        (".conll", Document(tokens, ranges, frozenset(mentions), offsets=tuple(range(0, 7 * len(tokens), 7)))),
        (".jsonl", Document(tokens, ranges, frozenset(mentions), {"sentences": sentences})),
    ):
        write([made], [made.mentions], folder / f"a{suffix}")
        assert read_documents(folder / f"a{suffix}") == [made]


@pytest.mark.parametrize(
    ("name", "text", "line"),
    [
        ("a.jsonl", '{"sentences": [["a"]], "ner": [[]]}\n{"sentences": [["a"]', 2),
        ("a.jsonl", '{"ner": []}', 1),
        ("a.jsonl", '{"sentences": [["a"]], "ner": [[[0, 1, "Task"]]]}', 1),
        ("a.jsonl", '{"sentences": [["a"]], "ner": [[[0, 0]]]}', 1),
        ("a.jsonl", "[1]", 1),
        ("a.conll", "a\t0\tO\n\nb\t2\n", 3),
        ("a.conll", "a\tx\tO\n", 1),
        ("a.conll", "a\t0\tS-Task\n", 1),
        ("a.conll", "a\t0\t\n", 1),
        ("a.conll", "a\t0\tO\nb\t2\tB\n", 2),
        ("a.conll", "a\t0\tBobsleigh\n", 1),
    ],
)  # fmt: skip
def test_a_broken_line_is_named_with_its_file(tmp_path: Path, name: str, text: str, line: int) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    with pytest.raises(EvaluationError, match=name) as caught:
        read_documents(path)
    assert caught.value.line == line


@pytest.mark.parametrize("name", ["absent.jsonl", "absent.conll"])
def test_an_absent_file_is_named(tmp_path: Path, name: str) -> None:
    with pytest.raises(EvaluationError, match=name):
        read_documents(tmp_path / name)


# Parts


def test_a_split_cuts_between_sentences_and_keeps_all_mentions() -> None:
    whole = [document(4, 4, 4, 4, 4), document(3, 3, 3, 3, 3, mentions=frozenset({(0, 1, "Task"), (12, 14, "Task")}))]
    first, last = split(whole, share=0.2)
    assert [len(d.sentences) for d in first] == [5, 3] and [len(d.sentences) for d in last] == [2]
    assert first[1].mentions == {(0, 1, "Task")} and last[0].mentions == {(3, 5, "Task")}
    assert last[0].tokens == whole[1].tokens[9:] and last[0].sentences == ((0, 3), (3, 6))


def test_the_scheme_has_the_types_in_order_and_no_roles(tmp_path: Path) -> None:
    path = tmp_path / "a.conll"
    path.write_text(CONLL, encoding="utf-8")
    scheme = scheme_of(read_documents(path))
    assert scheme.types == ("Dataset", "Method") and scheme.roles == () and scheme.width == 3


# Windows

SIZES = st.lists(st.integers(0, 120), min_size=1, max_size=8)


@given(SIZES, st.booleans())
@settings(deadline=None, max_examples=40)
def test_document_windows_are_whole_sentences_that_fit(tokenizer: Tokenizer, sizes: list[int], overlap: bool) -> None:
    made = document(*sizes)
    parts = windows(made, tokenizer, context="document", overlap=overlap)
    covered = [place for window in parts for place, _ in window.spans]
    if overlap:
        assert set(covered) == set(range(len(made.tokens)))
    else:
        assert covered == list(range(len(made.tokens)))
    ends, begins = {stop for _, stop in made.sentences}, {first for first, _ in made.sentences}
    for window in parts:
        if window.spans:
            begin, stop = window.spans[0][0], window.spans[-1][1]
            assert begin in begins and stop in ends
            inside = sum(begin <= first and last <= stop and first < last for first, last in made.sentences)
            assert len(window.ids) <= DOCUMENT_PIECES + 2 or inside == 1
        assert len(window.ids) == len(window.features) <= MAX_PIECES
        assert all(1 <= a <= b < len(window.ids) - 1 for a, b in zip(window.first, window.last, strict=True))


def test_windows_that_overlap_repeat_half(tokenizer: Tokenizer) -> None:
    made = document(*[25] * 40)
    plain, double = (windows(made, tokenizer, context="document", overlap=o) for o in (False, True))
    assert len(plain) < len(double) <= 2 * len(plain) + 1
    for one, two in pairwise(double):
        assert one.spans[0][0] < two.spans[0][0] < one.spans[-1][1] <= two.spans[-1][1]


@pytest.mark.parametrize("overlap", [False, True])
def test_sentence_context_is_one_window_a_sentence(tokenizer: Tokenizer, overlap: bool) -> None:
    made = document(3, 7, 1, 30)
    parts = windows(made, tokenizer, context="sentence", overlap=overlap)
    assert [(w.spans[0][0], w.spans[-1][1]) for w in parts] == list(made.sentences)


def test_a_sentence_that_is_too_long_loses_its_end(tokenizer: Tokenizer) -> None:
    made = document(900, 3)
    one, two = windows(made, tokenizer, context="document", overlap=True)
    assert len(one.ids) <= MAX_PIECES and 0 < one.spans[-1][1] < 900
    assert [place for place, _ in two.spans] == [900, 901, 902]


# Targets


@pytest.mark.parametrize("context", ["sentence", "document"])
def test_targets_mark_the_mentions(tokenizer: Tokenizer, context: str) -> None:
    mentions = frozenset({(1, 2, "Method"), (6, 6, "Task"), (9, 9 + MAX_WORDS, "Task")})
    made = document(5, 4, 20, mentions=mentions)
    scheme = scheme_of([made])
    found, tags = set(), {}
    for example in examples([made], tokenizer, scheme, context):  # type: ignore[arg-type]
        begin = example.window.spans[0][0]
        assert example.targets.ignored == []
        for word, extent, class_, role in example.targets.spans:
            assert role == IGNORE
            found.add((begin + word, begin + word + extent, scheme.types[class_ - 1]))
        tags |= {begin + word: scheme.tags[tag] for word, tag in enumerate(example.targets.tags)}
    assert found == {(1, 2, "Method"), (6, 6, "Task")}  # the third has more words than any span
    assert len(tags) == len(made.tokens)
    assert {place: tag for place, tag in tags.items() if tag != "O"} == {
        1: "B-Method", 2: "I-Method", 6: "B-Task", 9: "B-Task", **{9 + n: "I-Task" for n in range(1, MAX_WORDS + 1)}
    }  # fmt: skip


def test_the_shipped_scheme_is_not_touched() -> None:
    assert scheme_of([document(3, mentions=frozenset({(0, 0, "Task")}))]) != SCHEME
