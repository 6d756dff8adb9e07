"""How alike two clusterings of the same things are: B-cubed, pairwise and CEAF-e; and how right decisions on pairs.

A clustering is a mapping from each thing to the label of its cluster; labels say nothing but which things are
together. ``gold`` is how it should be, ``predicted`` how it was done. Precision falls where things are together that
should be apart, recall where things are apart that should be together. A share of nothing is 1: where no pair was
put together, none was put together wrongly.

=========  ========================================================================================================
measure    counts
=========  ========================================================================================================
B-cubed    for each thing, how much of its cluster is right (Bagga and Baldwin, "Algorithms for scoring coreference
           chains", LREC workshop on linguistic coreference, 1998)
pairwise   pairs of things that are together
CEAF-e     clusters, each matched to one at most so that the shares they have in common add up to most, phi 4 of Luo,
           "On coreference resolution performance metrics", HLT/EMNLP 2005
=========  ========================================================================================================
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from scipy.optimize import linear_sum_assignment

__all__ = ["Score", "b_cubed", "ceaf_e", "decided", "mean", "of_counts", "pairwise"]

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Score:
    """How good a clustering, or decisions, are; each 0 to 1."""

    precision: float
    recall: float
    f1: float


def b_cubed(gold: Mapping[T, Hashable], predicted: Mapping[T, Hashable]) -> Score:
    """Return the mean over all things of the right share of their clusters.

    Raises
    ------
    ValueError
        Where the two are not clusterings of the same things; so do the other measures.

    Examples
    --------
    The first response of Bagga and Baldwin puts the second and third chain of the truth together:

    >>> truth = dict(zip("123456789ABC", "aaaaabbccccc"))
    >>> score = b_cubed(truth, dict(zip("123456789ABC", "aaaaabbbbbbb")))
    >>> round(score.precision, 2), score.recall
    (0.76, 1.0)
    """
    common, wanted, found = _table(gold, predicted)
    total = sum(wanted.values())
    right_found = sum(count * count / found[cluster] for (_, cluster), count in common.items())
    right_wanted = sum(count * count / wanted[cluster] for (cluster, _), count in common.items())
    return _score(_share(right_found, total), _share(right_wanted, total))


def pairwise(gold: Mapping[T, Hashable], predicted: Mapping[T, Hashable]) -> Score:
    """Return the right share of the pairs that are together.

    Examples
    --------
    >>> pairwise({"GAN": 1, "GANs": 1, "CNN": 2}, {"GAN": 1, "GANs": 1, "CNN": 1})
    Score(precision=0.3333333333333333, recall=1.0, f1=0.5)
    """
    common, wanted, found = _table(gold, predicted)
    together = _pairs(common.values())
    return of_counts(together, _pairs(found.values()), _pairs(wanted.values()))


def ceaf_e(gold: Mapping[T, Hashable], predicted: Mapping[T, Hashable]) -> Score:
    """Return the share of clusters that have a partner, weighed by how much of the two is common.

    Two clusters K and R that are partners count ``2 |K and R| / (|K| + |R|)``; partners are chosen so that the sum is
    as large as can be.

    Examples
    --------
    >>> truth = dict(zip("123456789ABC", "aaaaabbccccc"))
    >>> score = ceaf_e(truth, dict(zip("123456789ABC", "aaaaabbbbbbb")))
    >>> round(score.precision, 3), round(score.recall, 3), round(score.f1, 3)
    (0.917, 0.611, 0.733)
    """
    common, wanted, found = _table(gold, predicted)
    alike = {
        (cluster, other): 2 * count / (wanted[cluster] + found[other]) for (cluster, other), count in common.items()
    }
    total = sum(map(_most, _components(alike)))
    return _score(_share(total, len(found)), _share(total, len(wanted)))


def decided(gold: Sequence[bool], predicted: Sequence[bool]) -> Score:
    """Return how right decisions on pairs are: of those said to be one, and of those that are.

    Examples
    --------
    >>> decided([True, True, False, False], [True, False, False, False])
    Score(precision=1.0, recall=0.5, f1=0.6666666666666666)
    """
    right = sum(wanted and said for wanted, said in zip(gold, predicted, strict=True))
    return of_counts(right, sum(predicted), sum(gold))


def of_counts(right: float, predicted: float, gold: float) -> Score:
    """Return the score of so many right ones among those predicted, and among those wanted."""
    return _score(_share(right, predicted), _share(right, gold))


def mean(scores: Iterable[Score]) -> Score:
    """Return the mean precision and the mean recall, and F1 of the two.

    Examples
    --------
    >>> mean([Score(1.0, 0.5, 0.67), Score(0.5, 0.5, 0.5)])
    Score(precision=0.75, recall=0.5, f1=0.6)
    """
    precisions, recalls = zip(*((score.precision, score.recall) for score in scores), strict=True)
    return _score(sum(precisions) / len(precisions), sum(recalls) / len(recalls))


#: How many things each gold and predicted cluster have in common, where they have any.
_Common = Mapping[tuple[Hashable, Hashable], int]


def _table(
    gold: Mapping[T, Hashable], predicted: Mapping[T, Hashable]
) -> tuple[_Common, Mapping[Hashable, int], Mapping[Hashable, int]]:
    """Return how many things clusters have in common, and the sizes of those of either clustering."""
    if gold.keys() != predicted.keys():
        odd = sorted(map(repr, gold.keys() ^ predicted.keys()))
        raise ValueError(f"{odd[0]} is in one clustering only; expected two clusterings of the same things")
    common = Counter((label, predicted[thing]) for thing, label in gold.items())
    return common, Counter(gold.values()), Counter(predicted.values())


def _components(
    alike: Mapping[tuple[Hashable, Hashable], float],
) -> Iterable[Mapping[tuple[Hashable, Hashable], float]]:
    """Return the pairs of clusters in groups that have no cluster in common: each can be matched by itself."""
    of_gold: dict[Hashable, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    of_predicted: dict[Hashable, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for pair in alike:
        of_gold[pair[0]].append(pair)
        of_predicted[pair[1]].append(pair)
    left = dict.fromkeys(alike)
    while left:
        waiting = [next(iter(left))]
        group: dict[tuple[Hashable, Hashable], float] = {}
        while waiting:
            pair = waiting.pop()
            if pair in left:
                del left[pair]
                group[pair] = alike[pair]
                waiting += of_gold.pop(pair[0], ()) or ()
                waiting += of_predicted.pop(pair[1], ()) or ()
        yield group


def _most(alike: Mapping[tuple[Hashable, Hashable], float]) -> float:
    """Return the largest sum that partners can have."""
    if len(alike) == 1:
        return next(iter(alike.values()))
    rows = {cluster: row for row, cluster in enumerate(dict.fromkeys(pair[0] for pair in alike))}
    columns = {cluster: column for column, cluster in enumerate(dict.fromkeys(pair[1] for pair in alike))}
    table = np.zeros((len(rows), len(columns)))
    for (cluster, other), value in alike.items():
        table[rows[cluster], columns[other]] = value
    return float(table[linear_sum_assignment(table, maximize=True)].sum())


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 1.0


def _score(precision: float, recall: float) -> Score:
    total = precision + recall
    return Score(precision, recall, 2 * precision * recall / total if total else 0.0)
