"""From the network's judgement of every span to mentions: those that are right most often, without crossings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import MAX_WORDS, SCHEME, Scheme

Array = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Words ``[first, last)`` that name an entity.

    Attributes
    ----------
    first, last : int
        Half-open range of words.
    type : str
        One of the scheme's types.
    probability : float
        That these words are a mention of this type, by the network.
    roles : tuple of float
        Probabilities of the type's roles, in the scheme's order.
    """

    first: int
    last: int
    type: str
    probability: float
    roles: tuple[float, ...]


def log_softmax(logits: Array) -> Array:
    """Logarithms of the softmax over the last axis."""
    shifted = logits - logits.max(axis=-1, keepdims=True)
    result: Array = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return result


def decode(logits: Array, *, threshold: float = 0.5, nested: float = 1.0, scheme: Scheme = SCHEME) -> list[WordSpan]:
    """Mentions of a text, by first word, from the logits of its spans.

    Of all sets of spans that do not overlap, the one is chosen whose probabilities exceed the
    threshold by most in sum. That is the set with the best expected F-score when the threshold is
    half that score; with 0.5 it is the one with the fewest expected mistakes.

    Parameters
    ----------
    logits : array (words, `MAX_WORDS`, scheme.width)
        Entry ``[i, w]`` judges words ``i`` to ``i + w``, both included.
    threshold : float
        Least probability of a mention.
    nested : float
        Least probability of a mention inside another; 1 allows none.
    """
    words = len(logits)
    if not words:
        return []
    scores = log_softmax(logits[..., : scheme.classes])
    best = scores[..., 1:].argmax(axis=-1)
    probability = np.exp(np.take_along_axis(scores[..., 1:], best[..., None], axis=-1)[..., 0])
    beyond = np.arange(words)[:, None] + np.arange(MAX_WORDS) >= words
    probability[beyond] = 0.0
    starts, extents = np.nonzero(probability > threshold)
    candidates = [(int(i), int(i + w + 1)) for i, w in zip(starts, extents, strict=True)]
    weights = [float(probability[i, j - i - 1]) for i, j in candidates]
    flat = _heaviest(candidates, [weight - threshold for weight in weights])
    chosen = [candidates[place] for place in flat]
    if nested < 1.0:
        taken = set(flat)
        for place in sorted(range(len(candidates)), key=lambda p: (-weights[p], candidates[p])):
            first, last = candidates[place]
            if (
                place not in taken
                and weights[place] >= nested
                and any(a <= first and last <= b for a, b in chosen)
                and not any(first < b and a < last and not _one_in_other((first, last), (a, b)) for a, b in chosen)
            ):
                chosen.append((first, last))
    return [_span(logits, first, last, best, probability, scheme) for first, last in sorted(chosen)]


def _one_in_other(a: tuple[int, int], b: tuple[int, int]) -> bool:
    return (a[0] <= b[0] and b[1] <= a[1]) or (b[0] <= a[0] and a[1] <= b[1])


def _heaviest(candidates: Sequence[tuple[int, int]], weights: Sequence[float]) -> list[int]:
    """Places of the candidates that do not overlap and weigh most together (weighted interval scheduling)."""
    order = sorted(range(len(candidates)), key=lambda place: (candidates[place][1], candidates[place][0]))
    ends = [candidates[place][1] for place in order]
    total = [0.0] * (len(order) + 1)
    before = []
    for rank, place in enumerate(order):
        fitting = int(np.searchsorted(ends[:rank], candidates[place][0], side="right"))
        before.append(fitting)
        total[rank + 1] = max(total[rank], total[fitting] + weights[place])
    chosen, rank = [], len(order)
    while rank:
        if total[rank] > total[rank - 1]:
            chosen.append(order[rank - 1])
            rank = before[rank - 1]
        else:
            rank -= 1
    return chosen[::-1]


def _span(
    logits: Array, first: int, last: int, best: NDArray[np.int64], probability: Array, scheme: Scheme
) -> WordSpan:
    extent = last - first - 1
    type_ = scheme.types[int(best[first, extent])]
    columns = scheme.role_columns(type_)
    roles = logits[first, extent, scheme.classes :][columns]
    shares = np.exp(log_softmax(roles)) if len(roles) else roles
    return WordSpan(first, last, type_, float(probability[first, extent]), tuple(float(p) for p in shares))
