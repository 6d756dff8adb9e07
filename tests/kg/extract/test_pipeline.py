"""Mentions prove themselves on real abstracts and on texts made to hurt; sentences are where readers see them."""

from __future__ import annotations

import json
import lzma
import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kg.extract import SHIPPED, find, read_settings
from kg.extract.decode import WordSpan
from kg.extract.pipeline import mentions_of, sentences
from kg.extract.tagger import Settings
from kg.model import ROLES, TYPES, Mention, Paper, Span

NASTY = {
    "latex": (
        "$O(n\\log n)$ attention",
        "We use \\textbf{LoRA} with $\\alpha$-divergence, i.e. $x_{t+1}=f(x_t)$, on CIFAR-10.",
    ),
    "ligatures": ("Eﬃcient ﬁne-tuning", "The ﬁrst BERT model reaches 91.2% F1 on SQuAD; the oﬃce is far."),
    "curly": ("“Attention” isn’t all", "The model — ‘ResNet’ — doesn’t use “ImageNet”… and, well, runs on a ‘GPU’."),
    "chinese": ("卷积神经网络", "我们提出了一种基于 Transformer 的方法。它在 ImageNet 上取得了 90% 的准确率。"),
    "arabic": ("الشبكات العصبية", "نقترح نموذج BERT جديدًا للترجمة الآلية. النتائج جيدة."),
    "combining": ("Poincare\u0301 embeddings", "A na\u0308ive Schro\u0308dinger bridge for Ko\u0308ln data."),
    "emoji": ("LLMs 🤖🔥", "We 👩‍🔬 train GPT-4 🚀 on 😀 tweets."),
    "brackets": ("A (broken [title", "The network (CNN, [LSTM) and GRU]) is ((good. A camera) too."),
    "signs": ("...", "!!! ??? --- (((  ))) [] {} ; , . ' \" `"),
    "title only": ("Event cameras for drone racing", ""),
    "one letter": ("A", "B"),
}


def sound(paper: Paper, mentions: tuple[Mention, ...]) -> None:
    """Whether mentions prove themselves, stand in order and in their sentences."""
    text = paper.text
    end = 0
    for mention in mentions:
        assert mention.paper == paper.id
        assert end <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text
        assert mention.text == mention.text.strip()
        assert "\n" not in mention.text
        assert mention.sentence.start <= mention.start
        assert mention.end <= mention.sentence.end <= len(text)
        assert "\n" not in text[mention.sentence.start : mention.sentence.end]
        assert mention.type in TYPES
        assert mention.role in ROLES[mention.type]
        assert 0 <= mention.confidence <= 1
        assert 0 <= mention.role_confidence <= 1
        end = mention.end


@pytest.fixture(scope="module")
def nasty(nlp: Language) -> dict[str, tuple[Paper, tuple[Mention, ...]]]:
    papers = [Paper(f"title:{name}", *text) for name, text in NASTY.items()]
    return {paper.title: (paper, mentions) for paper, mentions in find(nlp, papers)}


@pytest.mark.parametrize("name", NASTY)
def test_spans_prove_themselves_on_texts_made_to_hurt(
    nasty: dict[str, tuple[Paper, tuple[Mention, ...]]], name: str
) -> None:
    sound(*nasty[NASTY[name][0]])


@pytest.mark.slow
def test_spans_prove_themselves_on_real_abstracts(nlp: Language, shared: Path) -> None:
    with lzma.open(shared / "corpora" / "hardware.jsonl.xz", "rt", encoding="utf-8") as lines:
        records = [json.loads(line) for _, line in zip(range(24), lines, strict=False)]
    papers = [Paper(f"arxiv:{r['id']}", " ".join(r["title"].split()), " ".join(r["abstract"].split())) for r in records]
    found = list(find(nlp, papers))
    assert [paper for paper, _ in found] == papers
    for paper, mentions in found:
        sound(paper, mentions)
    assert sum(len(mentions) for _, mentions in found) > 5 * len(papers)


@pytest.mark.slow
def test_an_abstract_of_five_thousand_words_is_read_to_its_end(nlp: Language) -> None:
    line = "We train a convolutional neural network on ImageNet and run it on an NVIDIA Jetson Nano in {} steps. "
    paper = Paper("title:long", "A very long paper", "".join(line.format(n) for n in range(300)).strip())
    assert len(paper.abstract.split()) > 5000
    ((_, mentions),) = find(nlp, [paper])
    sound(paper, mentions)
    starts = [mention.start for mention in mentions]
    assert len(set(starts)) == len(starts)
    # every stretch of ten sentences has mentions: no window was lost
    stretch = len(paper.text) // 30
    assert all(any(n * stretch <= s < (n + 1) * stretch for s in starts) for n in range(30))


def test_confidences_do_not_depend_on_the_papers_beside_as_they_did_in_quantised_batches(nlp: Language) -> None:
    papers = [
        Paper("title:1", "Object detection with YOLOv3", "We compare YOLOv3 with Faster R-CNN on the COCO dataset."),
        Paper("title:2", "Speech", "An LSTM recognises speech. " * 30),
        Paper("title:3", "Depth", ""),
    ]
    together = dict(find(nlp, papers))
    for paper in papers:
        ((_, alone),) = find(nlp, [paper])
        assert alone == together[paper]


def test_mentions_of_nothing_are_none(nlp: Language) -> None:
    assert list(find(nlp, [])) == []


def test_settings_name_the_model() -> None:
    settings_ = read_settings(SHIPPED)
    assert settings_.name
    assert len(settings_.version) == 12


# From words to mentions, without a model

_SETTINGS = Settings("none", "0", 0.0, 1.0, {"Task": 0.5})


def annotated(text: str, spans: list[tuple[str, str, float]]) -> list[Mention]:
    """Mentions of words given as their strings: "neural networks" spans two words of the text."""
    words = [found.span() for found in re.finditer(r"\w+|[^\w\s]", text)]
    found = []
    for string, type_, probability in spans:
        start = text.index(string)
        inside = [n for n, (s, e) in enumerate(words) if s >= start and e <= start + len(string)]
        roles = tuple(1 / len(ROLES[type_]) for _ in ROLES[type_])  # type: ignore[index]
        found.append(WordSpan(inside[0], inside[-1] + 1, type_, probability, roles))  # type: ignore[arg-type]
    return list(mentions_of(text, sentences(text), words, found, _SETTINGS))


def test_a_mention_never_goes_on_from_the_title_into_the_abstract() -> None:
    (mention,) = annotated("A survey of transformers\nnetworks are good.", [("transformers\nnetworks", "Method", 0.9)])
    assert (mention.text, mention.sentence) == ("transformers", Span(0, 24))


def test_a_mention_below_its_type_s_threshold_is_left_out() -> None:
    text = "Title\nSegmentation with networks."
    assert [m.text for m in annotated(text, [("Segmentation", "Task", 0.49)])] == []
    assert [m.text for m in annotated(text, [("Segmentation", "Task", 0.51)])] == ["Segmentation"]
    assert [m.text for m in annotated(text, [("networks", "Method", 0.1)])] == ["networks"]


def test_a_mention_over_a_wrong_sentence_end_stretches_its_sentence() -> None:
    text = "Title\nWe use Dr. Watson and more. The goal."
    (mention,) = annotated(text, [("Watson and more. The goal", "Method", 0.9)])
    assert mention.sentence.end >= mention.end


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


def test_no_logits_no_mentions() -> None:
    assert annotated("Title\nText.", []) == []
