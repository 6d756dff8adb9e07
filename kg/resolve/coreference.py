"""Whether two names in one paper speak of one thing, judged by how their words relate.

"Image retrieval" and "large-scale image retrieval" in one abstract are one task; "LSTM" and
"sparse LSTM" are two methods. The probabilities are counted on annotated papers (how often two
names so related were one entity) by `kg.training.coreference` and lie in ``coreference.json``.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from kg.model import EntityType
from kg.resolve.names import GENERIC_HEADS, squeezed

TABLE: Final = Path(__file__).with_name("coreference.json")

#: Two names are one thing from this mean probability on (chosen on gold/dev).
THRESHOLD: Final = 0.4


def relation(type_: EntityType, first: str, second: str) -> str:
    """Class of how the words of two keys relate; the order of the keys does not matter.

    >>> relation("Task", "image retrieval", "large scale image retrieval")
    'suffix 2+2'
    >>> relation("Method", "gan", "generative adversarial network")
    'initials'
    """
    short, long = sorted((first.split(), second.split()), key=lambda words: (len(words), words))
    if squeezed(first) == squeezed(second):
        return "squeezed"
    if _initials(short, long):
        return "initials"
    if short == long[:-1] and long[-1] in GENERIC_HEADS[type_]:
        return "generic head"
    return _inclusion(short, long) or _overlap(short, long)


def _inclusion(short: Sequence[str], long: Sequence[str]) -> str | None:
    """Return how all words of the short name stand in the long one, if they do."""
    size = f"{min(len(short), 3)}+{min(len(long) - len(short), 3)}"
    if short == long[-len(short) :]:
        return f"suffix {size}"
    if short == long[: len(short)]:
        return f"prefix {size}"
    return f"subset {size}" if set(short) <= set(long) else None


def _overlap(short: Sequence[str], long: Sequence[str]) -> str:
    shared = len(set(short) & set(long))
    if not shared:
        return "prefix letters" if _stem(short) == _stem(long) else "disjoint"
    overlap = shared / len(set(short) | set(long))
    return f"overlap {round(5 * overlap) / 5:.1f}{' same head' if short[-1] == long[-1] else ''}"


def _initials(short: Sequence[str], long: Sequence[str]) -> bool:
    if len(short) != 1 or len(long) < 2 or len(short[0]) < 2:
        return False
    letters = "".join(word[0] for word in long)
    content = "".join(word[0] for word in long if word not in {"of", "and", "for", "the", "in", "with", "on", "to"})
    return short[0] in (letters, content)


def _stem(words: Sequence[str]) -> str:
    return "".join(word[:5] for word in words)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[int, int]]]:
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["counts"]
    return {type_: {name: (row[0], row[1]) for name, row in rows.items()} for type_, rows in counts.items()}


def probability(type_: EntityType, first: str, second: str) -> float:
    """Probability that two keys of a type in one paper are one entity, 0 to 1.

    The share among annotated pairs of the same type and relation, drawn towards the share over
    all types where the type has few.
    """
    if first == second:
        return 1.0
    name = relation(type_, first, second)
    table = _table()
    same, other = table["all"].get(name, (0, 1))
    prior = (same + 0.1) / (same + other + 1)
    same, other = table[type_].get(name, (0, 0))
    return (same + 4 * prior) / (same + other + 4)


def cluster(
    keys: Sequence[str], probability_of: Callable[[str, str], float], *, threshold: float = THRESHOLD
) -> list[list[str]]:
    """Groups of keys by average linkage: the two likeliest groups join while their mean is above the threshold.

    Keys are sorted first, so that their order does not matter.
    """
    groups = [[key] for key in sorted(set(keys))]
    pairs = {frozenset((a[0], b[0])): probability_of(a[0], b[0]) for i, a in enumerate(groups) for b in groups[:i]}

    def mean(a: list[str], b: list[str]) -> float:
        return sum(pairs[frozenset((x, y))] for x in a for y in b) / (len(a) * len(b))

    while len(groups) > 1:
        best, i, j = max(
            (mean(groups[i], groups[j]), -i, -j) for i in range(len(groups)) for j in range(i + 1, len(groups))
        )
        if best < threshold:
            break
        i, j = -i, -j
        groups[i] = sorted(groups[i] + groups[j])
        del groups[j]
    return groups
