"""Every mention carries its evidence: on a thousand real abstracts, on texts made to hurt, on any text at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kg.errors import InputError
from kg.extract import find
from kg.extract.pipeline import sentences
from kg.model import ROLES, TYPES, Mention, Paper
from kg.readers import read

#: A sentence's end that nobody doubts: a word of small letters, a stop, a word with a capital.
_PLAIN_END = re.compile(r"[a-z]{7,}\. [A-Z][a-z]+ [a-z]")


def evident(paper: Paper, mentions: Sequence[Mention]) -> None:
    """Whether mentions prove themselves, lie in their sentences, stand in order and do not cross."""
    text = paper.text
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    assert len({(m.start, m.end) for m in mentions}) == len(mentions)
    around: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.start, -m.end)):
        while around and around[-1].end <= mention.start:
            around.pop()
        assert not around or mention.end <= around[-1].end, (around[-1], mention)
        around.append(mention)
    known = set(sentences(text))
    begins = {sentence.start for sentence in known}
    for mention in mentions:
        assert mention.paper == paper.id
        assert 0 <= mention.start < mention.end <= len(text)
        assert text[mention.start : mention.end] == mention.text == mention.text.strip()
        assert mention.type in TYPES
        assert mention.role in ROLES[mention.type]
        assert 0 < mention.confidence <= 1
        assert 0 < mention.role_confidence <= 1
        sentence = mention.sentence
        assert sentence.start <= mention.start < mention.end <= sentence.end <= len(text)
        words = text[sentence.start : sentence.end]
        assert words == words.strip()
        assert "\n" not in words
        # one of the text's own sentences, or one stretched over a wrong end to hold the mention
        assert sentence in known or (sentence.end == mention.end and sentence.start in begins)
        assert words != paper.abstract.strip() or not _PLAIN_END.search(words), words


# A thousand real abstracts

#: File, number of records to pass over between two that are taken, number of papers with abstract taken.
SAMPLES = (
    ("conferences.jsonl.xz", 60, 300),
    ("arxiv_2025_2026.jsonl.xz", 40, 150),
    ("arxiv_to_2020.jsonl.xz", 40, 150),
    ("arxiv_to_2017.jsonl.xz", 40, 100),
    ("hardware.jsonl.xz", 4, 120),
    ("acl-anthology-xml.tar.xz", 40, 180),
)


def passed_over(error: InputError) -> None:
    """Take no notice of records that the readers cannot read: their own tests are about those."""


def sample(file: Path, step: int, number: int) -> list[Paper]:
    papers = islice(read([file], on_error=passed_over), 0, None, step)
    return list(islice((paper for paper in papers if paper.abstract), number))


@pytest.fixture(scope="module")
def thousand(shared: Path) -> list[Paper]:
    papers = [paper for name, step, number in SAMPLES for paper in sample(shared / "corpora" / name, step, number)]
    assert len(papers) == 1000
    return papers


@pytest.fixture(scope="module")
def found(nlp: Language, thousand: list[Paper]) -> dict[Paper, tuple[Mention, ...]]:
    return {paper: findings.mentions for paper, findings in find(nlp, thousand)}


@pytest.mark.slow
def test_every_mention_of_a_thousand_abstracts_is_evident(
    found: dict[Paper, tuple[Mention, ...]], thousand: list[Paper]
) -> None:
    assert list(found) == list(dict.fromkeys(thousand))
    for paper, mentions in found.items():
        evident(paper, mentions)


@pytest.mark.slow
def test_a_thousand_abstracts_have_mentions_of_each_type_in_nearly_every_paper(
    found: dict[Paper, tuple[Mention, ...]],
) -> None:
    assert {mention.type for mentions in found.values() for mention in mentions} == set(TYPES)
    assert sum(bool(mentions) for mentions in found.values()) > 0.9 * len(found)
    assert sum(map(len, found.values())) > 3 * len(found)


@pytest.mark.slow
def test_the_same_papers_in_another_order_have_the_same_mentions(
    nlp: Language, found: dict[Paper, tuple[Mention, ...]]
) -> None:
    some = list(found)[::-9]
    again = list(find(nlp, some))
    assert [paper for paper, _ in again] == some
    assert all(found[paper] == findings.mentions for paper, findings in again)


# Texts made to hurt


class Hard(NamedTuple):
    """A text, and words in it of which a mention must be made."""

    title: str
    abstract: str
    named: str = ""


HARD = {
    "latex": Hard(
        r"Attention in $\mathcal{O}(n)$ steps",
        r"We cut the cost from $\mathcal{O}(n^2)$ to $\mathcal{O}(n)$, i.e. $x_{t+1}=f_{\theta}(x_t)$~\cite{who20}. "
        r"The kernel is \emph{tiled}, with \textbf{no} loss, and runs on an FPGA \citep[see][]{what-21}.",
        "FPGA",
    ),
    "unfinished latex": Hard(r"\textbf{A $title", r"{\em The {ResNet on $\frac{1}{ \% of \begin{equation} ImageNet \\"),
    "ligatures": Hard("Eﬃcient ﬁne-tuning", "The ﬁrst ﬂow model ﬁts on an FPGA. The oﬃce is far, the ﬁeld is near."),
    "curly quotes": Hard(
        "“Attention” isn’t all", "The model — ‘ResNet’ — doesn’t use “ImageNet”… and runs on an FPGA. It’s ‘fine’."
    ),
    "soft hyphens": Hard(
        "Con\u00advo\u00adlu\u00adtion\u00adal net\u00adworks",
        "We train neu\u00adral net\u00adworks on an FP\u00adGA. They learn seg\u00admen\u00adta\u00adtion.",
    ),
    "combining accents": Hard(
        "Poincare\u0301 embeddings",
        "A nai\u0308ve Schro\u0308dinger bridge for data of Ko\u0308ln. It runs on an FPGA.",
    ),
    "many accents on a letter": Hard("A\u0301\u0302\u0303\u0304\u0305 title", "e" + "\u0301" * 300 + " on an FPGA."),
    "zero width": Hard(
        "Spik\u200bing net\u200cworks",
        "\u2060A neu\u200dral net\u200bwork\ufeff runs \u200b on \u200ban\u200b FPGA\u200b.",
    ),
    "only zero width": Hard("\u200b\u200c\u200d", "\u2060\ufeff \u200b"),
    "chinese": Hard(
        "卷积神经网络", "我们提出了一种基于 Transformer 的方法。它在 ImageNet 上达到了 90% 的准确率。代码已公开。"
    ),
    "full-width letters": Hard("ＣＮＮ　ｏｎ　ＦＰＧＡ", "Ｗｅ　ｕｓｅ　ＢＥＲＴ．Ｉｔ　ｉｓ　ｆａｓｔ！"),
    "cyrillic": Hard("Свёрточные нейронные сети", "Мы обучаем модель BERT на GPU. Точность растёт до 91,5%."),
    "arabic": Hard("الشبكات العصبية", "نقترح نموذج BERT جديدًا للترجمة الآلية. النتائج جيدة على GPU."),
    "mixed directions": Hard("\u202bA title\u202c", "The \u2067نموذج BERT\u2069 runs on an \u202eFPGA\u202c today."),
    "emoji": Hard("LLMs 🤖🔥", "We 👩🏽‍🔬 train GPT-4 🚀 on 😀 tweets 🇩🇪🇫🇷. It 💾 runs on an FPGA 🎉.", "FPGA"),
    "letters beyond the first plane": Hard("𝒜 𝔱𝔦𝔱𝔩𝔢", "𝐖𝐞 𝐮𝐬𝐞 𝐁𝐄𝐑𝐓 on an FPGA. 𠀀𠀁 are signs.", "FPGA"),
    "broken brackets": Hard("A (broken [title", "The network (CNN, [LSTM) and GRU]) is ((good. An FPGA) too."),
    "only signs": Hard("...", "!!! ??? --- (((  ))) [] {} ; , . ' \" ` § ¶ † ∀∃∈"),
    "no spaces": Hard("A,B,C", "CNN/LSTM/GRU-on-ImageNet,COCO;KITTI.Then(BERT)runs.On.An.FPGA"),
    "other spaces": Hard(
        "Thin\u2009spaces", "An\u00a0FPGA\u3000runs\u2003a\u2028neural\u2029network\u0085.\u00a0Fast."
    ),
    "control characters": Hard("A\x00title\x07", "The \x1bCNN\x7f runs\x00on an FPGA\x1f."),
    "one letter": Hard("A", "B"),
    "one word of 10,000 letters": Hard("A long word", "supercali" * 1111 + "x runs on an FPGA.", "FPGA"),
    "one word of 10,000 letters in the title": Hard("x" * 10_000, "The network runs on an FPGA.", "FPGA"),
    "words of many pieces": Hard(
        "Long words", "zqxjkvw" * 14 + " " + ("qzxj9kvw" * 12 + " ") * 20 + "on an FPGA.", "FPGA"
    ),
    "a title that is too long": Hard("endless words about networks " * 60, "They run on an FPGA.", "FPGA"),
    "empty abstract": Hard("Event cameras for drone racing on an FPGA", "", "FPGA"),
    "empty title": Hard("", "The network runs on an FPGA.", "FPGA"),
    "empty title and abstract": Hard("", ""),
}


def as_paper(name: str, text: Hard) -> Paper:
    return Paper(f"title:{name}", " ".join(text.title.split()), " ".join(text.abstract.split()))


@pytest.fixture(scope="module")
def hurt(nlp: Language) -> dict[str, tuple[Paper, tuple[Mention, ...]]]:
    pairs = [(p, f.mentions) for p, f in find(nlp, [as_paper(name, text) for name, text in HARD.items()])]
    return dict(zip(HARD, pairs, strict=True))


@pytest.mark.parametrize("name", HARD)
def test_mentions_of_texts_made_to_hurt_are_evident(
    hurt: dict[str, tuple[Paper, tuple[Mention, ...]]], name: str
) -> None:
    evident(*hurt[name])


@pytest.mark.parametrize("name", [name for name, text in HARD.items() if text.named])
def test_a_plain_name_is_found_beside_what_hurts(hurt: dict[str, tuple[Paper, tuple[Mention, ...]]], name: str) -> None:
    _, mentions = hurt[name]
    assert any(HARD[name].named in mention.text and mention.type == "Hardware" for mention in mentions)


@pytest.mark.parametrize("name", ["only zero width", "only signs", "empty title and abstract"])
def test_where_nothing_is_named_nothing_is_found(hurt: dict[str, tuple[Paper, tuple[Mention, ...]]], name: str) -> None:
    _, mentions = hurt[name]
    assert mentions == ()


def test_texts_made_to_hurt_are_read_alone_as_beside_each_other(
    nlp: Language, hurt: dict[str, tuple[Paper, tuple[Mention, ...]]]
) -> None:
    backwards = [paper for paper, _ in hurt.values()][::-1]
    assert [(paper, findings.mentions) for paper, findings in find(nlp, backwards)] == list(hurt.values())[::-1]


@pytest.mark.slow
def test_an_abstract_of_fifty_thousand_characters_is_read_to_its_very_end(nlp: Language) -> None:
    line = "We train a convolutional neural network on ImageNet and run it on an FPGA in {} steps. "
    abstract = "".join(line.format(number) for number in range(600)).strip()
    paper = Paper("title:long", "A very long paper", abstract)
    assert len(abstract) > 50_000
    ((_, findings),) = find(nlp, [paper])
    mentions = findings.mentions
    evident(paper, mentions)
    # every sentence has its FPGA, whatever window it fell into; the last is in the last sentence
    hardware = {m.sentence for m in mentions if m.text == "FPGA"}
    assert len(hardware) > 590
    assert max(hardware).end == len(paper.text)


# Any text at all

_NAMES = st.sampled_from(
    ["FPGA", "an event camera", "BERT (base)", "(CNN)", "neural network", "ImageNet.", "image segmentation,", "F1", " "]
)
_PIECES = st.one_of(_NAMES, st.text(st.characters(exclude_categories=["Cs"]), max_size=12))


@st.composite
def papers(draw: st.DrawFn) -> Paper:
    """A paper of known names amid characters of any kind, its white space folded as the readers fold it."""
    join = draw(st.sampled_from([" ", "", "-", "\u200b"]))
    title, abstract = (join.join(draw(st.lists(_PIECES, max_size=size))) for size in (4, 14))
    return Paper("title:any", " ".join(title.split()), " ".join(abstract.split()))


@settings(max_examples=40, deadline=None)
@given(papers())
def test_mentions_of_any_text_are_evident(nlp: Language, paper: Paper) -> None:
    ((_, findings),) = find(nlp, [paper])
    mentions = findings.mentions
    evident(paper, mentions)


@settings(max_examples=15, deadline=None)
@given(st.lists(papers(), max_size=4))
def test_any_texts_are_read_alone_as_together(nlp: Language, several: list[Paper]) -> None:
    assert [m for _, m in find(nlp, several)] == [m for paper in several for _, m in find(nlp, [paper])]
