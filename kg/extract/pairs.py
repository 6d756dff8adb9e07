"""Which mentions and values of a text may be related, and what the network is told of each pair.

A pair is of two ends: mentions whose types some relation allows, or a value and a mention that a
result may name. What the network judges of them it judges of the words; besides, it is told the
ends' types and roles, how many words lie between them and whether one sentence holds both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from kg.extract.labels import SLOTS, Bonds

Ids = NDArray[np.int64]

#: Classes of the distance between two ends; see `distances`.
DISTANCES: Final = 21
#: Classes of the place of two ends: one sentence, the next, the one before, farther, title on either side.
PLACES: Final = 6
#: A role that nobody knows.
NO_ROLE: Final = 0


@dataclass(frozen=True, slots=True)
class End:
    """A mention or a value, as words of a text.

    Attributes
    ----------
    first, last : int
        First and last word, both included.
    type : int
        Number of its type; a value's is the number of types.
    role : int
        1 + the column of its role, or `NO_ROLE`.
    sentence : int
        Number of its sentence; the title is 0.
    entity : int
        Number of the entity that it names, negative where that is not known.
    """

    first: int
    last: int
    type: int
    role: int
    sentence: int
    entity: int = -1


@dataclass(frozen=True, slots=True)
class Pairs:
    """Arrays for the network: ends, and pairs of them.

    Attributes
    ----------
    first, last, types, roles : array (ends,)
    pairs : array (pairs, 2)
        Places of subject (or value) and object among the ends.
    distances, places : array (pairs,)
        Classes; see `distances` and `places`.
    marks : array (pieces,)
        0 for a piece in no end; twice the end's type and 1 for its first piece, 2 for its others. Of ends within
        one another the last given counts.
    """

    first: Ids
    last: Ids
    types: Ids
    roles: Ids
    pairs: Ids
    distances: Ids
    places: Ids
    marks: Ids


def distances(first: Ids, last: Ids, pairs: Ids) -> Ids:
    """Class of the signed number of words between the ends of each pair: 0 overlapping, then by powers of two.

    >>> first = np.array([10, 11, 12, 13, 15, 40, 9, 2])
    >>> last = np.array([11, 11, 12, 13, 15, 40, 9, 2])
    >>> distances(first, last, np.array([(0, other) for other in range(1, 8)])).tolist()
    [0, 1, 2, 3, 6, 11, 14]
    """
    one, other = pairs[:, 0], pairs[:, 1]
    after, before = first[other] - last[one] - 1, first[one] - last[other] - 1
    gap = np.maximum(np.maximum(after, before), 0)
    size = np.minimum(np.ceil(np.log2(gap + 1)).astype(np.int64), 9)
    result: Ids = np.where(after >= 0, 1 + size, np.where(before >= 0, 11 + size, 0))
    return result


def places(sentences: Ids, pairs: Ids) -> Ids:
    """Class of the sentences of each pair's ends.

    0 the same, 1 the object in the next, 2 in the one before, 3 farther, 4 the subject in the title, 5 the object.

    >>> places(np.array([0, 1, 2, 4]), np.array([(1, 1), (1, 2), (2, 1), (1, 3), (0, 1), (1, 0)])).tolist()
    [0, 1, 2, 3, 4, 5]
    """
    one, other = sentences[pairs[:, 0]], sentences[pairs[:, 1]]
    step = other - one
    result: Ids = np.select([step == 0, one == 0, other == 0, step == 1, step == -1], [0, 4, 5, 1, 2], 3)
    return result


def paired(
    ends: Sequence[End], first_piece: Sequence[int], last_piece: Sequence[int], pieces: int, bonds: Bonds
) -> Pairs:
    """Arrays of some ends of a window, and of all pairs that may be related; ends of one entity are none.

    A value is paired with each mention that one of a result's `SLOTS` may hold.

    Parameters
    ----------
    ends : sequence of End
    first_piece, last_piece : sequence of int
        Places of the first and the last piece of each word.
    pieces : int
        How many the window has.
    bonds : Bonds
    """
    table = np.array(
        [(end.first, end.last, end.type, end.role, end.sentence, end.entity) for end in ends], dtype=np.int64
    ).reshape(-1, 6)
    first, last, types, roles, sentences, entities = table.T
    same = (entities[:, None] == entities) & (entities >= 0)
    np.fill_diagonal(same, True)
    pairs = np.argwhere(_allowed(bonds)[types[:, None], types] & ~same)
    marks = np.zeros(pieces, dtype=np.int64)
    for end in ends:
        marks[first_piece[end.first] : last_piece[end.last] + 1] = 2 * end.type + 2
        marks[first_piece[end.first]] = 2 * end.type + 1
    return Pairs(first, last, types, roles, pairs, distances(first, last, pairs), places(sentences, pairs), marks)


@cache
def _allowed(bonds: Bonds) -> NDArray[np.bool_]:
    """Whether ends of two types, values after all, may be a pair."""
    value = len(bonds.types)
    table = np.zeros((value + 1, value + 1), dtype=bool)
    for names in bonds.signatures:
        for subject, object_ in names:
            table[bonds.types.index(subject), bonds.types.index(object_)] = True
    for type_ in SLOTS.values():
        if type_ in bonds.types:
            table[value, bonds.types.index(type_)] = True
    return table
