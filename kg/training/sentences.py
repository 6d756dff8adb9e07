"""Annotated sentences of public sets: SciER's offsets format and CoNLL, as windows for the network.

A `Document` is a list of tokens, cut into sentences, with mentions that are ranges of tokens. A
window holds one sentence (context "sentence") or as many whole sentences as fit (context
"document"); when predicting, the document's windows overlap and each word is judged in the window
in which it stands farthest from the cut.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

from tokenizers import Tokenizer

from kg.errors import EvaluationError
from kg.extract.encoding import MAX_PIECES, SHAPES, Window, marker, shape
from kg.extract.labels import MAX_WORDS, OUTSIDE, Scheme
from kg.training.gold import IGNORE, Targets
from kg.training.train import Example

Context = Literal["sentence", "document"]
#: Pieces of a window of whole sentences: about the length of an abstract, which the shipped model knows.
DOCUMENT_PIECES = 256

_TAG: Final = re.compile(r"O|[BI]-.+")

#: First and last token, both included, and type of a mention.
Labelled = tuple[int, int, str]


@dataclass(frozen=True, slots=True)
class Document:
    """Tokens of a document, its sentences and its mentions.

    Attributes
    ----------
    tokens : tuple of str
    sentences : tuple of (int, int)
        Half-open ranges of tokens, in order.
    mentions : frozenset of (first, last, type)
        Ranges of tokens, both ends included.
    record : dict
        All that a JSON line says; written back with the predictions.
    offsets : tuple of int
        Second column of a CoNLL file; empty for JSON lines.
    """

    tokens: tuple[str, ...]
    sentences: tuple[tuple[int, int], ...]
    mentions: frozenset[Labelled]
    record: dict[str, Any] = field(default_factory=dict, compare=False)
    offsets: tuple[int, ...] = ()


def read_documents(path: Path) -> list[Document]:
    """Documents of a file: CoNLL (``.conll``; token, offset, tag) or JSON lines in SciER's offsets format.

    Raises
    ------
    EvaluationError
        When the file cannot be read, or a line is not as it must be, with its number.
    """
    if path.suffix == ".conll":
        return _read_conll(path)
    documents = []
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            try:
                documents.append(_document(json.loads(line)))
            except (ValueError, KeyError, TypeError, IndexError) as error:
                raise EvaluationError(path, number, f"no document in the offsets format: {error!r}") from error
    return documents


def _lines(path: Path) -> list[str]:
    """Return the lines of a file; a token may hold the other signs that `str.splitlines` divides at."""
    try:
        return path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(path, None, f"cannot be read: {error}") from error


def _document(record: dict[str, Any]) -> Document:
    tokens: list[str] = []
    sentences = []
    for sentence in record["sentences"]:
        sentences.append((len(tokens), len(tokens) + len(sentence)))
        tokens += [str(token) for token in sentence]
    mentions = frozenset((int(m[0]), int(m[1]), str(m[2])) for group in record.get("ner", ()) for m in group)
    if any(not 0 <= first <= last < len(tokens) for first, last, _ in mentions):
        raise ValueError("a mention lies outside the tokens")
    return Document(tuple(tokens), tuple(sentences), mentions, record)


def _read_conll(path: Path) -> list[Document]:
    """Read sentences divided by empty lines; offsets that fall begin a new document."""
    documents: list[Document] = []
    tokens: list[str] = []
    tags: list[str] = []
    offsets: list[int] = []
    sentences: list[tuple[int, int]] = []
    begun, reached = 0, -1

    def finish() -> None:
        if tokens:
            documents.append(
                Document(tuple(tokens), tuple(sentences), frozenset(_from_bio(tags)), offsets=tuple(offsets))
            )
        tokens.clear()
        tags.clear()
        offsets.clear()
        sentences.clear()

    for number, line in enumerate([*_lines(path), ""], 1):
        parts = line.split("\t") if "\t" in line else line.split()
        if not line.strip():
            if len(tokens) > begun:
                sentences.append((begun, len(tokens)))
            begun = len(tokens)
            continue
        if len(parts) != 3 or not parts[1].isdecimal() or not _TAG.fullmatch(parts[2]):
            raise EvaluationError(path, number, f"not a token, its offset and a BIO tag: {line!r}")
        if int(parts[1]) < reached and len(tokens) == begun:
            finish()
            begun = 0
        reached = int(parts[1])
        tokens.append(parts[0])
        tags.append(parts[2])
        offsets.append(reached)
    finish()
    return documents


def _from_bio(tags: Sequence[str]) -> Iterator[Labelled]:
    first, type_ = -1, ""
    for place, tag in enumerate([*tags, "O"]):
        if first >= 0 and tag != f"I-{type_}":
            yield first, place - 1, type_
            first = -1
        if tag != "O" and first < 0:
            first, type_ = place, tag[2:]


def split(documents: Sequence[Document], *, share: float) -> tuple[list[Document], list[Document]]:
    """Documents with the first sentences, and those with the last `share` of them (0 to 1); one may be cut in two."""
    left = round(sum(len(d.sentences) for d in documents) * (1 - share))
    first: list[Document] = []
    last: list[Document] = []
    for document in documents:
        count = min(left, len(document.sentences))
        left -= count
        if count:
            first.append(_part(document, document.sentences[:count]))
        if count < len(document.sentences):
            last.append(_part(document, document.sentences[count:]))
    return first, last


def _part(document: Document, sentences: Sequence[tuple[int, int]]) -> Document:
    begin, stop = sentences[0][0], sentences[-1][1]
    return Document(
        document.tokens[begin:stop],
        tuple((first - begin, last - begin) for first, last in sentences),
        frozenset((f - begin, t - begin, type_) for f, t, type_ in document.mentions if begin <= f and t < stop),
        document.record,
        document.offsets[begin:stop],
    )


def scheme_of(documents: Sequence[Document]) -> Scheme:
    """Types of the mentions, in alphabetical order; there are no roles."""
    return Scheme(tuple(sorted({type_ for d in documents for _, _, type_ in d.mentions})), ())


def windows(document: Document, tokenizer: Tokenizer, *, context: Context, overlap: bool) -> list[Window]:
    """Windows over the sentences of a document; the `spans` of a window are ranges of tokens.

    Parameters
    ----------
    document : Document
    tokenizer : Tokenizer
    context : {"sentence", "document"}
    overlap : bool
        Whether each window begins in the middle of the one before it; for predicting.
    """
    words = [
        (tuple(e.ids[:64]) or (0,), shape(token))
        for token, e in zip(
            document.tokens, tokenizer.encode_batch(list(document.tokens), add_special_tokens=False), strict=True
        )
    ]
    sizes = [sum(len(words[t][0]) for t in range(first, last)) for first, last in document.sentences]
    begin, end = marker(tokenizer, "[CLS]"), marker(tokenizer, "[SEP]")
    made, at = [], 0
    while at < len(sizes):
        to = at + 1
        if context == "document":
            while to < len(sizes) and sum(sizes[at : to + 1]) <= DOCUMENT_PIECES:
                to += 1
        first, last = document.sentences[at][0], document.sentences[to - 1][1]
        made.append(_window(words, first, last, begin, end))
        if to == len(sizes):
            break
        at = max(at + 1, (at + to) // 2) if overlap and context == "document" else to
    return made


def _window(words: Sequence[tuple[tuple[int, ...], int]], start: int, stop: int, begin: int, end: int) -> Window:
    ids, features, first, last, spans = [begin], [SHAPES.index("special")], [], [], []
    for place in range(start, stop):
        pieces, feature = words[place]
        if len(ids) + len(pieces) >= MAX_PIECES:
            break  # a sentence of more than 510 pieces: its end is not judged
        first.append(len(ids))
        ids += pieces
        features += [feature] * len(pieces)
        last.append(len(ids) - 1)
        spans.append((place, place + 1))
    return Window((*ids, end), (*features, 0), tuple(first), tuple(last), tuple(spans))


def examples(documents: Sequence[Document], tokenizer: Tokenizer, scheme: Scheme, context: Context) -> list[Example]:
    """Training examples of annotated documents."""
    return [
        Example(window, _targets(document, window, scheme))
        for document in documents
        for window in windows(document, tokenizer, context=context, overlap=False)
        if window.spans
    ]


def _targets(document: Document, window: Window, scheme: Scheme) -> Targets:
    begin, stop = window.spans[0][0], window.spans[-1][1]
    tags = [OUTSIDE] * (stop - begin)
    spans = []
    for first, last, type_ in sorted(document.mentions):
        if begin <= first and last < stop:
            place, extent = first - begin, last - first
            if extent < MAX_WORDS:
                spans.append((place, extent, 1 + scheme.types.index(type_), IGNORE))
            tag = scheme.begin_tag(type_)
            tags[place : place + extent + 1] = [tag, *[tag + 1] * extent]
    return Targets(tags, spans, [])
