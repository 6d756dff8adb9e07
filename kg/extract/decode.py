"""From the model's logits to spans: the best well-formed tag sequence, with probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import OUTSIDE, TAGS, begin_tag, role_columns
from kg.model import ROLES, TYPES, EntityType

Array = NDArray[np.float32]

_IMPOSSIBLE: Final = np.float32(-1e4)


def _transitions() -> Array:
    """Scores of one tag after another: 0 where allowed, else impossible (I-x follows B-x or I-x)."""
    scores = np.zeros((len(TAGS), len(TAGS)), dtype=np.float32)
    for type_ in TYPES:
        begin = begin_tag(type_)
        allowed = np.zeros(len(TAGS), dtype=bool)
        allowed[[begin, begin + 1]] = True
        scores[~allowed, begin + 1] = _IMPOSSIBLE
    return scores


_TRANSITIONS: Final = _transitions()
_START: Final = np.array([_IMPOSSIBLE if tag.startswith("I") else 0 for tag in TAGS], dtype=np.float32)


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Words ``[first, last)`` that name an entity.

    Attributes
    ----------
    first, last : int
        Half-open range of words.
    type : EntityType
    probability : float
        Of this type over this stretch: the geometric mean over its words of the
        probability that the word is of the type, times that of its first word beginning it.
    roles : tuple of float
        Probabilities of the roles ``ROLES[type]``.
    """

    first: int
    last: int
    type: EntityType
    probability: float
    roles: tuple[float, ...]


def log_softmax(logits: Array) -> Array:
    """Logarithms of the softmax over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def viterbi(scores: Array, lengths: Sequence[int]) -> list[NDArray[np.int64]]:
    """Best well-formed tag sequence of each text.

    Parameters
    ----------
    scores : array (texts, longest, tags)
        Log probabilities of the tags of each word; rows beyond a text's length are not read.
    lengths : sequence of int
        Number of words of each text.
    """
    texts, longest, tags = scores.shape
    if longest == 0:
        return [np.zeros(0, dtype=np.int64) for _ in lengths]
    back = np.zeros((texts, longest, tags), dtype=np.int64)
    best = scores[:, 0] + _START
    at_end = best.copy()
    ends = np.asarray(lengths)
    for word in range(1, longest):
        options = best[:, :, None] + _TRANSITIONS
        back[:, word] = options.argmax(axis=1)
        best = np.take_along_axis(options, back[:, word][:, None, :], axis=1)[:, 0] + scores[:, word]
        at_end = np.where((ends > word)[:, None], best, at_end)
    paths = []
    for text, length in enumerate(lengths):
        path = np.zeros(length, dtype=np.int64)
        if length:
            path[-1] = at_end[text].argmax()
            for word in range(length - 1, 0, -1):
                path[word - 1] = back[text, word, path[word]]
        paths.append(path)
    return paths


def decode(logits: Sequence[Array], *, outside_bias: float = 0.0, temperature: float = 1.0) -> list[list[WordSpan]]:
    """Spans of each text, in order, from the logits of its words.

    Parameters
    ----------
    logits : sequence of arrays (words, WIDTH)
    outside_bias : float
        Added to the logit of "outside" before the best sequence is sought; a negative value finds more.
    temperature : float
        Divides the logits before probabilities are taken.
    """
    lengths = [len(each) for each in logits]
    scores = np.zeros((len(logits), max(lengths, default=0), len(TAGS)), dtype=np.float32)
    for row, each in enumerate(logits):
        scores[row, : len(each)] = log_softmax(each[:, : len(TAGS)] / np.float32(temperature))
    biased = scores.copy()
    biased[..., OUTSIDE] += np.float32(outside_bias)
    paths = viterbi(biased, lengths)
    return [
        _spans(path, scores[row], each[:, len(TAGS) :])
        for row, (path, each) in enumerate(zip(paths, logits, strict=True))
    ]


def _spans(path: NDArray[np.int64], scores: Array, role_logits: Array) -> list[WordSpan]:
    found = []
    word = 0
    while word < len(path):
        tag = int(path[word])
        if tag == OUTSIDE:
            word += 1
            continue
        type_ = TYPES[(tag - 1) // 2]
        last = word + 1
        while last < len(path) and path[last] == begin_tag(type_) + 1:
            last += 1
        found.append(_span(word, last, type_, scores, role_logits))
        word = last
    return found


def _span(first: int, last: int, type_: EntityType, scores: Array, role_logits: Array) -> WordSpan:
    begin = begin_tag(type_)
    of_type = np.logaddexp(scores[first:last, begin], scores[first:last, begin + 1])
    begins = scores[first, begin] - of_type[0]  # of a word of the type, that it begins a mention
    probability = float(np.exp(of_type.mean() + begins))
    roles = np.exp(log_softmax(role_logits[first:last, role_columns(type_)].mean(axis=0)))
    return WordSpan(first, last, type_, min(probability, 1.0), tuple(float(p) for p in roles[: len(ROLES[type_])]))
