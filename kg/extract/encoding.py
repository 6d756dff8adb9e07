"""From a paper's text to the model's input: word pieces, offsets, shapes of words, windows.

The encoder's vocabulary is uncased, but case tells a system's name from common words; so each
piece carries a feature id made of the shape of its word and of whether it stands in the title.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tokenizers import Encoding, Tokenizer

#: Shapes of words, in the order of their ids.
SHAPES: Final = ("special", "lower", "capital", "upper", "mixed", "number", "upper+digit", "lower+digit", "sign")
#: Number of feature ids: each shape outside and inside the title.
FEATURES: Final = 2 * len(SHAPES)
#: Longest sequence the encoder takes, in word pieces, markers included.
MAX_PIECES: Final = 512
#: Pieces of context that a window repeats from the one before it.
OVERLAP: Final = 96


@dataclass(frozen=True, slots=True)
class Window:
    """One input sequence: the title and as much of the abstract as fits.

    Attributes
    ----------
    ids, features : tuple of int
        Word-piece ids and feature ids, equally long, at most `MAX_PIECES`.
    first, last : tuple of int
        Positions in the sequence of the first and the last piece of each word.
    spans : tuple of (int, int)
        Half-open character range of each word in the paper's text.
    """

    ids: tuple[int, ...]
    features: tuple[int, ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    spans: tuple[tuple[int, int], ...]


def shape(word: str) -> int:
    """Id of the shape of a word.

    >>> [SHAPES[shape(w)] for w in ("event", "The", "CNN", "YOLOv", "41.8", "V100", "v2", "-")]
    ['lower', 'capital', 'upper', 'mixed', 'number', 'upper+digit', 'lower+digit', 'sign']
    """
    has_digit = any(c.isdigit() for c in word)
    if not any(c.isalpha() for c in word):
        name = "number" if has_digit else "sign"
    elif word.islower():
        name = "lower+digit" if has_digit else "lower"
    elif word.isupper() and len(word) > 1:
        name = "upper+digit" if has_digit else "upper"
    elif (word[0].isupper() and word[1:].islower()) or len(word) == 1:
        name = "capital"
    else:
        name = "mixed"
    return SHAPES.index(name)


def words(encoding: Encoding) -> list[tuple[int, int]]:
    """Piece range ``[first, last)`` of each word of an encoding without markers.

    The pre-tokeniser splits at hyphens and other signs, so that "learning-based" is three words.
    """
    found: list[tuple[int, int]] = []
    previous = None
    for position, word in enumerate(encoding.word_ids):
        if word is None:
            continue
        if word != previous:
            found.append((position, position + 1))
            previous = word
        else:
            found[-1] = (found[-1][0], position + 1)
    return found


def encode(texts: Sequence[tuple[str, str]], tokenizer: Tokenizer) -> list[list[Window]]:
    """Windows of each (title, abstract), the first of which starts with the abstract's first word.

    A text that fits in `MAX_PIECES` is one window; a longer abstract is cut at word boundaries
    into windows that overlap by `OVERLAP` pieces, each led by the title (at most a third of it).
    """
    flat = [part for pair in texts for part in pair]
    encodings = tokenizer.encode_batch(flat, add_special_tokens=False)
    begin, end = marker(tokenizer, "[CLS]"), marker(tokenizer, "[SEP]")
    result = []
    for number, (title, abstract) in enumerate(texts):
        head = _measure(encodings[2 * number], title, 0, in_title=True)
        body = _measure(encodings[2 * number + 1], abstract, len(title) + 1, in_title=False)
        result.append(_windows(_fitting(head, MAX_PIECES // 3), body, begin, end))
    return result


def marker(tokenizer: Tokenizer, token: str) -> int:
    """Id of a token that marks the beginning or end of a sequence."""
    found: int | None = tokenizer.token_to_id(token)
    if found is None:
        raise ValueError(f"the tokeniser has no {token}")
    return found


_Word = tuple[tuple[int, ...], int, tuple[int, int]]  # piece ids, feature id, character span


def _measure(encoding: Encoding, text: str, shift: int, *, in_title: bool) -> list[_Word]:
    ids, offsets = encoding.ids, encoding.offsets
    measured = []
    for first, last in words(encoding):
        start, stop = offsets[first][0], offsets[last - 1][1]
        feature = shape(text[start:stop]) + len(SHAPES) * in_title
        measured.append((tuple(ids[first:last][:64]), feature, (start + shift, stop + shift)))
    return measured


def _fitting(sequence: list[_Word], room: int) -> list[_Word]:
    """Return the longest prefix whose pieces fit."""
    used = 0
    for position, (ids, _, _) in enumerate(sequence):
        used += len(ids)
        if used > room:
            return sequence[:position]
    return sequence


def _windows(head: list[_Word], body: list[_Word], begin: int, end: int) -> list[Window]:
    room = MAX_PIECES - 3 - sum(len(ids) for ids, _, _ in head)
    windows, position = [], 0
    while True:
        part = _fitting(body[position:], room)
        windows.append(_window(head, part, begin, end))
        reached = position + len(part)
        if reached >= len(body):
            return windows
        back = 0
        while reached - 1 > position and back < OVERLAP:
            reached -= 1
            back += len(body[reached][0])
        position = reached


def _window(head: list[_Word], body: list[_Word], begin: int, end: int) -> Window:
    ids, features = [begin], [0]
    first, last, spans = [], [], []
    for part in (head, body):
        for word_ids, feature, span in part:
            first.append(len(ids))
            spans.append(span)
            ids.extend(word_ids)
            last.append(len(ids) - 1)
            features.extend([feature] * len(word_ids))
        ids.append(end)
        features.append(0)
    return Window(tuple(ids), tuple(features), tuple(first), tuple(last), tuple(spans))
