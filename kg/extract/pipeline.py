"""The text pipeline: the only door of spaCy. Sentences and mentions as components of one Doc.

The component ``paper_sentences`` reads tokens and writes sentence starts; ``paper_mentions``
reads the text and writes ``doc._.findings``. A Doc's text is a paper's: title, line feed, abstract.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Final, cast

import numpy as np
import spacy
from spacy.language import Language
from spacy.tokens import Doc

from kg.extract.boundaries import bare, dangling
from kg.extract.decode import WordSpan, decode
from kg.extract.relating import Relater
from kg.extract.tagger import SHIPPED, Reading, Settings, Tagger, judges_relations
from kg.model import ROLES, EntityType, Findings, Mention, Paper, Span

#: Papers that the model is given together.
CHUNK: Final = 32

#: Words whose full stop does not end a sentence.
_ABBREVIATIONS: Final = frozenset(
    (
        "al", "fig", "figs", "eq", "eqs", "sec", "vs", "e.g", "i.e", "cf", "resp", "approx", "ca", "etc", "no", "nos",
        "vol", "dr", "prof", "st", "w.r.t", "ref", "refs", "tab",
    )
)  # fmt: skip
_ENDS: Final = frozenset(".!?。！？")
_CLOSERS: Final = frozenset("\"')]}”’»")

if not Doc.has_extension("findings"):
    Doc.set_extension("findings", default=Findings(()))


@Language.component("paper_sentences", assigns=["token.is_sent_start"])
def paper_sentences(doc: Doc) -> Doc:
    """Set the sentence starts of a paper: the title is one, abbreviations and decimals end none."""
    starts = [False] * len(doc)
    if starts:
        starts[0] = True
    ended = False
    for position, token in enumerate(doc):
        if token.text.startswith("\n"):
            ended = False
            if position + 1 < len(doc):
                starts[position + 1] = True
        elif ended and token.text not in _CLOSERS:
            starts[position] = not token.text[:1].islower()
            ended = False
        if token.text in _ENDS and position:
            word = doc[position - 1].text.lower().rstrip(".")
            ended = not (token.text == "." and (word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha())))
        elif len(token.text) > 1 and token.text[-1] in _ENDS and token.text[:-1].lower() not in _ABBREVIATIONS:
            # the tokeniser leaves the stop on some words ("v2.", "3D."), on initials of names ("J.") too
            ended = "." not in token.text[:-1] and not (len(token.text) == 2 and token.text[0].isalpha())
    # all at once: setting one token's start makes spaCy look through all of them
    marks = np.array([1 if start else -1 for start in starts], dtype=np.int64).astype(np.uint64)
    doc.from_array(["SENT_START"], marks)  # type: ignore[arg-type]  # its stubs know one kind of array only
    return doc


class MentionFinder:
    """Component that runs the model and writes ``doc._.findings``, a `Findings`."""

    def __init__(self, nlp: Language, name: str, *, folder: str, threads: int | None) -> None:
        self.name = name
        self.tagger = Tagger(Path(folder), threads=threads)
        settings = self.tagger.settings
        self.relater = (
            Relater(Path(folder), relation_bias=settings.relation_bias, value_bias=settings.value_bias)
            if judges_relations(Path(folder))
            else None
        )

    def __call__(self, doc: Doc) -> Doc:
        """Find the mentions of one Doc."""
        return self._annotated([doc], self._read([doc]))[0]

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = CHUNK) -> Iterator[Doc]:
        """Find the mentions of many Docs.

        While the network reads a chunk, the sentences of the next are split and the mentions of the one before are
        decoded, so that no core waits.
        """
        waiting = iter(stream)
        with ThreadPoolExecutor(1) as background:
            before: tuple[list[Doc], Future[list[Reading]]] | None = None
            while chunk := list(islice(waiting, batch_size)):
                reading = background.submit(self._read, chunk)
                if before:
                    yield from self._annotated(before[0], before[1].result())
                before = chunk, reading
            if before:
                yield from self._annotated(before[0], before[1].result())

    def _read(self, docs: Sequence[Doc]) -> list[Reading]:
        return self.tagger.read(
            [(title, abstract) for title, _, abstract in (doc.text.partition("\n") for doc in docs)]
        )

    def _annotated(self, docs: list[Doc], read: Sequence[Reading]) -> list[Doc]:
        settings = self.tagger.settings
        for doc, reading in zip(docs, read, strict=True):
            found_sentences = [Span(sent.start_char, sent.end_char) for sent in doc.sents]
            logits = self.tagger.lexicon.raised(doc.text, reading.words, reading.logits, settings.lexicon)
            spans = decode(logits, threshold=settings.threshold, nested=settings.nested)
            mentions = tuple(mentions_of(doc.text, found_sentences, reading.words, spans, settings))
            if self.relater is None:
                doc._.findings = Findings(mentions)
            else:
                doc._.findings = Findings(mentions, *self.relater.judge(doc.text, reading, found_sentences, mentions))
        return docs


@Language.factory(
    "paper_mentions",
    default_config={"folder": str(SHIPPED), "threads": None},
    requires=["token.is_sent_start"],
    assigns=["doc._.findings"],
)
def make_mention_finder(nlp: Language, name: str, folder: str, threads: int | None) -> MentionFinder:
    """Return the component for a model folder."""
    return MentionFinder(nlp, name, folder=folder, threads=threads)


def mentions_of(
    text: str,
    sentences: Sequence[Span],
    words: Sequence[tuple[int, int]],
    spans: Iterable[WordSpan],
    settings: Settings,
) -> Iterator[Mention]:
    """Mentions, by offset, that decoded spans of words make of a paper's text; their paper is left empty.

    Parameters
    ----------
    text : str
    sentences : sequence of Span
        All of the text's, in order.
    words : sequence of (int, int)
        Character range of each word.
    spans : iterable of WordSpan
        In order.
    settings : Settings
        Of the model, for the calibration of its probabilities.
    """
    title_end = text.find("\n") if "\n" in text else len(text)
    current = 0
    given: list[tuple[int, int]] = []
    for span in spans:
        start, end = words[span.first][0], words[span.last - 1][1]
        given = [other for other in given if other[1] > start]
        if start < title_end < end:
            # the model sees the title's last word beside the abstract's first; no name goes on from one to the other
            end = max(last for _, last in words[span.first : span.last] if last <= title_end)
        start, end = bare(text, start, end)
        if dangling(text[start:end]) or any(_same_or_crossing((start, end), other) for other in given):
            continue  # without its brackets a name may be one that was given already
        given.append((start, end))
        while current + 1 < len(sentences) and sentences[current + 1].start <= start:
            current += 1
        sentence = _trimmed(text, sentences[current], end)
        best = max(range(len(span.roles)), key=lambda i: span.roles[i])
        type_ = cast(EntityType, span.type)  # the model's scheme was compared with ours when it was loaded
        yield Mention(
            paper="",
            start=start,
            end=end,
            text=text[start:end],
            type=type_,
            role=ROLES[type_][best],
            confidence=settings.calibrated(span.type, span.probability),
            role_confidence=settings.calibrated_role(span.type, span.roles[best]),
            sentence=sentence,
        )


def _same_or_crossing(one: tuple[int, int], other: tuple[int, int]) -> bool:
    first, second = sorted((one, other))
    return one == other or first[0] < second[0] < first[1] < second[1]


def _trimmed(text: str, sentence: Span, end: int) -> Span:
    """Return the sentence without white space at its ends, stretched to hold the mention."""
    stop = max(sentence.end, end)
    inside = text[sentence.start : stop]
    lead = len(inside) - len(inside.lstrip())
    return Span(sentence.start + lead, max(sentence.start + len(inside.rstrip()), end))


@lru_cache(maxsize=1)
def _splitter() -> Language:
    nlp = spacy.blank("en")
    nlp.max_length = 10_000_000
    nlp.add_pipe("paper_sentences")
    return nlp


def sentences(text: str) -> tuple[Span, ...]:
    """Sentences of a paper's text, without the white space between them; the title is the first.

    >>> [len(range(s.start, s.end)) for s in sentences("A title\\nOne sentence, e.g. this. Another one.")]
    [7, 24, 12]
    """
    return tuple(_trimmed(text, Span(s.start_char, s.end_char), 0) for s in _splitter()(text).sents if s.text.strip())


def load(folder: Path = SHIPPED, *, threads: int | None = None) -> Language:
    """Return the pipeline with the model of a folder."""
    nlp = spacy.blank("en")
    nlp.max_length = 10_000_000
    nlp.add_pipe("paper_sentences")
    nlp.add_pipe("paper_mentions", config={"folder": str(folder), "threads": threads})
    return nlp


def find(nlp: Language, papers: Iterable[Paper]) -> Iterator[tuple[Paper, Findings]]:
    """Each paper with what is found in it, in the order in which they came."""
    pairs = ((paper.text, paper) for paper in papers)
    for doc, paper in nlp.pipe(pairs, as_tuples=True, batch_size=CHUNK):
        found = doc._.findings
        yield paper, Findings(tuple(_of(paper, mention) for mention in found.mentions), found.links, found.figures)


def _of(paper: Paper, mention: Mention) -> Mention:
    return Mention(
        paper.id,
        mention.start,
        mention.end,
        mention.text,
        mention.type,
        mention.role,
        mention.confidence,
        mention.role_confidence,
        mention.sentence,
    )
