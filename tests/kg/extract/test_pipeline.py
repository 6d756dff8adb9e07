"""Spans of words become mentions that prove themselves in their sentences; sentences are where readers see them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kg.errors import ModelError
from kg.extract import SHIPPED, find, load, read_settings
from kg.extract.decode import WordSpan
from kg.extract.pipeline import mentions_of, sentences
from kg.extract.tagger import Settings
from kg.model import ROLES, TYPES, Mention, Paper, Span

PAPERS = (
    Paper("title:1", "Object detection with YOLOv3", "We compare YOLOv3 with Faster R-CNN on the COCO dataset."),
    Paper("title:2", "Speech", "An LSTM recognises speech. " * 30),
    Paper("title:3", "Depth", ""),
    Paper("title:4", "Small networks", "Our network runs on an FPGA. It also runs on a Jetson Nano."),
)


# With the shipped model


def test_a_plain_sentence_names_its_hardware(nlp: Language) -> None:
    ((paper, findings),) = find(nlp, [PAPERS[3]])
    of = {mention.text: mention for mention in findings.mentions}
    assert {"FPGA", "Jetson Nano"} <= set(of)
    assert of["FPGA"].type == of["Jetson Nano"].type == "Hardware"
    first, second = (paper.text[of[name].sentence.start : of[name].sentence.end] for name in ("FPGA", "Jetson Nano"))
    assert first == "Our network runs on an FPGA."
    assert second == "It also runs on a Jetson Nano."


def test_papers_come_back_in_their_order_with_mentions_of_their_own(nlp: Language) -> None:
    found = list(find(nlp, iter(PAPERS)))
    assert tuple(paper for paper, _ in found) == PAPERS
    assert all(mention.paper == paper.id for paper, each in found for mention in each.mentions)


def test_confidences_do_not_depend_on_the_papers_beside_as_they_did_in_quantised_batches(nlp: Language) -> None:
    together = dict(find(nlp, PAPERS))
    for paper in PAPERS:
        ((_, alone),) = find(nlp, [paper])
        assert alone == together[paper]


def test_one_text_alone_is_read_as_in_a_stream(nlp: Language) -> None:
    ((_, findings),) = find(nlp, [PAPERS[0]])
    alone = nlp(PAPERS[0].text)._.findings.mentions
    assert [(m.start, m.end, m.type, m.confidence) for m in alone] == [
        (m.start, m.end, m.type, m.confidence) for m in findings.mentions
    ]


def test_mentions_of_nothing_are_none(nlp: Language) -> None:
    assert list(find(nlp, [])) == []


def test_the_number_of_threads_does_not_matter(nlp: Language) -> None:
    assert list(find(load(threads=2), PAPERS)) == list(find(nlp, PAPERS))


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"there is no model\.onnx"):
        load(tmp_path)


def test_settings_name_the_model() -> None:
    settings_ = read_settings(SHIPPED)
    assert settings_.name
    assert len(settings_.version) == 12


# From words to mentions, without a model

_SETTINGS = Settings("none", "0", calibration=MappingProxyType({"Task": (1.0, -0.5)}))


def words_of(text: str) -> list[tuple[int, int]]:
    return [found.span() for found in re.finditer(r"\w+|[^\w\s]", text)]


def even(type_: str) -> tuple[float, ...]:
    roles = ROLES[type_]  # type: ignore[index]
    return (1 / len(roles),) * len(roles)


def annotated(text: str, spans: Sequence[tuple[str, str, float]], *, settings_: Settings = _SETTINGS) -> list[Mention]:
    """Mentions of words given as their strings: "neural networks" spans two words of the text."""
    words, found = words_of(text), []
    for string, type_, probability in spans:
        start = text.index(string)
        inside = [n for n, (s, e) in enumerate(words) if s >= start and e <= start + len(string)]
        found.append(WordSpan(inside[0], inside[-1] + 1, type_, probability, even(type_)))
    return list(mentions_of(text, sentences(text), words, found, settings_))


def proven(text: str, mentions: Sequence[Mention]) -> None:
    """Whether each mention is what its offsets say, in one part of the paper and in its sentence."""
    for mention in mentions:
        assert text[mention.start : mention.end] == mention.text
        assert mention.text == mention.text.strip() != ""
        assert "\n" not in mention.text
        assert mention.sentence.start <= mention.start < mention.end <= mention.sentence.end <= len(text)
        sentence = text[mention.sentence.start : mention.sentence.end]
        assert sentence == sentence.strip()
        assert "\n" not in sentence


def test_no_spans_no_mentions() -> None:
    assert annotated("Title\nText.", []) == []


def test_a_mention_never_goes_on_from_the_title_into_the_abstract() -> None:
    (mention,) = annotated("A survey of transformers\nnetworks are good.", [("transformers\nnetworks", "Method", 0.9)])
    assert (mention.text, mention.sentence) == ("transformers", Span(0, 24))


def test_a_mention_that_keeps_no_word_of_the_title_is_none() -> None:
    assert annotated("A survey (\nnetworks are good.", [("(\nnetworks", "Method", 0.9)]) == []


@pytest.mark.parametrize(
    ("text", "spans", "kept"),
    [
        ("Title\nWe train (CNN) here.", [("(CNN)", "Method", 0.9), ("CNN", "Method", 0.8)], ["CNN"]),
        ("Title\nA net (CNN here.", [("net (CNN", "Method", 0.9), ("net", "Task", 0.8)], ["net"]),
        ("Title\nSee (aa) bb (cc) here.", [("(aa) bb (cc)", "Method", 0.9), ("bb (cc)", "Task", 0.8)], ["aa) bb"]),
    ],
)
def test_names_that_are_the_same_or_cross_once_their_brackets_are_gone_are_given_once(
    text: str, spans: list[tuple[str, str, float]], kept: list[str]
) -> None:
    assert [mention.text for mention in annotated(text, spans)] == kept


def test_a_mention_in_a_mention_has_the_same_sentence() -> None:
    text = "Title\nFirst words. We improve graph neural network training here. Last words."
    spans = [("graph neural network training", "Task", 0.9), ("graph neural network", "Method", 0.8)]
    outer, inner = annotated(text, spans)
    assert (outer.text, outer.type) == spans[0][:2]
    assert (inner.text, inner.type) == spans[1][:2]
    assert outer.sentence == inner.sentence
    assert text[inner.sentence.start : inner.sentence.end] == "We improve graph neural network training here."
    proven(text, [outer, inner])


def test_the_confidence_is_the_calibrated_probability_and_the_role_s_its_own() -> None:
    text = "Title\nSegmentation with networks."
    task, method = annotated(text, [("Segmentation", "Task", 0.8), ("networks", "Method", 0.8)])
    assert (task.confidence, task.role_confidence) == (0.71, 0.5)
    assert (method.confidence, method.role_confidence) == (0.8, 0.2)
    settings_ = Settings("none", "0", role_calibration={"Task": (1.0, 2.0)})
    (task,) = annotated(text, [("Segmentation", "Task", 0.8)], settings_=settings_)
    assert (task.confidence, task.role_confidence) == (0.8, 0.88)


@pytest.mark.parametrize("best", range(len(ROLES["Method"])))
def test_the_role_is_the_likeliest(best: int) -> None:
    roles = tuple(0.6 if role == best else 0.1 for role in range(len(ROLES["Method"])))
    (mention,) = mentions_of("BERT", [Span(0, 4)], [(0, 4)], [WordSpan(0, 1, "Method", 0.9, roles)], _SETTINGS)
    assert (mention.role, mention.role_confidence) == (ROLES["Method"][best], 0.6)


@pytest.mark.parametrize(
    ("given_", "kept"),
    [("(CNN)", "CNN"), ("network (CNN", "network"), ("“BERT”,", "BERT"), ("SLAM (visual)", "SLAM (visual)")],
)
def test_signs_of_the_sentence_are_no_part_of_a_mention(given_: str, kept: str) -> None:
    (mention,) = annotated(f"Title\nHere is {given_} and) more.", [(given_, "Method", 0.9)])
    assert mention.text == kept


def test_a_mention_over_a_wrong_sentence_end_stretches_its_sentence() -> None:
    text = "Title\nWe use Dr. Watson and more. The goal."
    (mention,) = annotated(text, [("Watson and more. The goal", "Method", 0.9)])
    assert mention.sentence.end >= mention.end


@st.composite
def texts_with_spans(draw: st.DrawFn) -> tuple[str, list[WordSpan]]:
    """Any title and abstract of a small alphabet, and spans of its words, nested or apart, by first word."""
    part = st.text(alphabet="aB1 .!?,()[]-”é中", max_size=30)
    text = "\n".join([" ".join(draw(part).split()), " ".join(draw(part).split())]).rstrip("\n")
    count = len(words_of(text))
    if not count:
        return text, []
    ranges = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(1, 12)), max_size=4))
    kinds = st.sampled_from(TYPES)
    spans = []
    for first, length in sorted(ranges):
        type_ = draw(kinds)
        spans.append(WordSpan(first, min(first + length, count), type_, draw(st.floats(0.01, 1)), even(type_)))
    return text, spans


@settings(max_examples=150, deadline=None)
@given(texts_with_spans())
def test_whatever_words_are_chosen_their_mentions_prove_themselves_in_order(case: tuple[str, list[WordSpan]]) -> None:
    text, spans = case
    mentions = list(mentions_of(text, sentences(text), words_of(text), spans, _SETTINGS))
    proven(text, mentions)
    assert all(a.start <= b.start for a, b in pairwise(mentions))
    title_end = text.find("\n") if "\n" in text else len(text)
    assert not any(mention.start < title_end < mention.end for mention in mentions)


# Sentences


def split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "expected",
    [
        ["A title", "One sentence, e.g. this one.", "Another one."],
        ["Title only"],
        ["Is it fast?", "Yes!", "It runs at 35.2 Hz, cf. Fig. 3 and Eq. 4, w.r.t. the baseline."],
        ["T", "Smith et al. show this.", "J. Doe vs. all others agree."],
        ["T", "(It works.)", "He said “yes.”", "We say yes."],
        ["T", "We use v2.0 of it.", "YOLOv3 is 3.8 times faster."],
        ["A title. With two.", "And text."],
    ],
)
def test_sentences_are_split_where_a_reader_would(expected: list[str]) -> None:
    text = "\n".join([expected[0], " ".join(expected[1:])]).strip() if len(expected) > 1 else expected[0]
    if expected[0].count(".") > 1:
        expected = ["A title.", "With two.", *expected[1:]]
    assert split(text) == expected


def test_a_chinese_full_stop_ends_a_sentence_and_a_title_never_joins_the_abstract() -> None:
    assert split("T\n第一句。第二句。")[1:] in (["第一句。", "第二句。"], ["第一句。第二句。"])
    assert split("no stop here\nlower case goes on")[0] == "no stop here"


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="aB1 .!?\n()”é中", max_size=60))
def test_sentences_are_apart_in_order_and_hold_all_words(text: str) -> None:
    spans = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(spans))
    assert all(s.start < s.end for s in spans)
    kept = "".join(text[s.start : s.end] for s in spans)
    assert "".join(kept.split()) == "".join(text.split())
