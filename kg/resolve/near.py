"""Pairs of names of a type that are near by their letters and that no rule takes for one: for a person to look at.

The time they take is near linear in the names: a name is put under what near ones share with it, and where
more than `CROWD` names are under one thing, each is paired with the next ones in the alphabet alone. How
often such names are one thing was judged from the names, one by one, and lies in ``near.json``.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Final

from kg.model import EntityType
from kg.resolve.names import GENERIC_HEADS, singular, squeezed, words_of

TABLE: Final = Path(__file__).with_name("near.json")
CROWD: Final = 20
#: How many next ones a name is paired with in a crowd.
NEXT: Final = 4
#: Letters that words of one stem share, and of a word in which one may be a slip.
STEM: Final = 5
LONG: Final = 7
#: Fewest and most letters of a short form.
SHORTEST: Final = 2
LONGEST: Final = 6
#: How many judged pairs of all types count as much as those of one type.
_PRIOR: Final = 4

_SMALL: Final = words_of("of for the and a an in on with to from by via using based")
#: What makes a name narrower in words alone, at its beginning.
_MODIFIERS: Final = re.compile(
    r"(?:(?:fully |highly |more |most )?(?:automatic|automated|accurate|advanced|basic|classic|classical|conventional"
    r"|effective|efficient|general|general purpose|generic|good|high performance|high quality|modern|naive|original"
    r"|plain|practical|precise|publicly available|regular|reliable|standard|traditional|typical|usual|vanilla"
    r"|whole) )+(?=\S)"
)
#: Ends of words that make another form of the same word.
_ENDS: Final = words_of(
    "s e es ed ing er or ers ion ation ication ization sion tion on ve ive ative al ial ical ic ics y ly ally ity ility"
    " bility ty cy ency t te tic sis ist ism ment ful ness ue able le ble re is ence ance ant ent d r ze zed zing"
)


@dataclass(frozen=True, slots=True)
class Near:
    """Two keys of a type that are near.

    Attributes
    ----------
    kind : str
        How: of the same words in another order ("words"); of words of the same stems, in any order ("stems"); equal
        but for a letter ("letter"), a first word that says little ("first word"), or a last one ("last word"); a short
        form of two, three or more letters and words of these initials ("initials 2", "initials 3", "initials 4").
    first, second : str
        The second stands in more papers, or is the shorter; of a short form, it is the long one.
    share : float
        Of a short form, how much of what it may stand for by its letters is the second, by papers; else 1.
    """

    kind: str
    first: str
    second: str
    share: float = 1.0


def near(type_: EntityType, counts: Mapping[str, int]) -> list[Near]:
    """Pairs of keys that are near, each once and of the first kind that fits, sorted.

    Parameters
    ----------
    type_ : EntityType
    counts : dict of str to int
        In how many papers each key stands.

    Examples
    --------
    >>> names = {"image retrieval": 9, "retrieval for images": 1, "standard image retrieval": 2, "ir": 3}
    >>> [(pair.kind, pair.first) for pair in near("Task", names)]
    [('initials 2', 'ir'), ('words', 'retrieval for images'), ('first word', 'standard image retrieval')]
    """
    found: dict[frozenset[str], Near] = {}
    kinds: tuple[tuple[str, Iterable[tuple[str, str]]], ...] = (
        ("words", _shared(counts, _words)),
        ("stems", ((one, other) for one, other in _shared(counts, _stems) if _forms(one, other))),
        ("letter", _slips(counts)),
        ("first word", _shorter(counts, lambda key: _MODIFIERS.sub("", key))),
        ("last word", _shorter(counts, lambda key: _headless(type_, key))),
    )
    for kind, pairs in kinds:
        for one, other in pairs:
            if squeezed(one) != squeezed(other):
                first, second = sorted((one, other), key=lambda key: (counts[key], -len(key), key))
                found.setdefault(frozenset((first, second)), Near(kind, first, second))
    for each in _initials(counts):
        found.setdefault(frozenset((each.first, each.second)), each)
    return sorted(found.values(), key=lambda pair: (pair.first, pair.second))


def probability(type_: EntityType, pair: Near) -> float:
    """Probability that near keys of a type are one thing, 0 to 1, two decimals.

    The share among judged pairs of the type and kind, drawn towards the share over all types where few were judged.

    >>> slip = Near("letter", "consistancy", "consistency")
    >>> 0.3 < probability("Metric", slip) < 0.9
    True
    """
    of_types = _table().get(pair.kind, {})
    same, other = (sum(row[place] for row in of_types.values()) for place in (0, 1))
    overall = (same + 1) / (same + other + 2)
    same, other = of_types.get(type_, (0, 0))
    return round(pair.share * (same + _PRIOR * overall) / (same + other + _PRIOR), 2)


@lru_cache(maxsize=1)
def _table() -> dict[str, dict[str, tuple[int, int]]]:
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["kinds"]
    return {kind: {type_: (row[0], row[1]) for type_, row in rows.items()} for kind, rows in counts.items()}


def _shared(keys: Iterable[str], form: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of keys that have one form; those without say nothing."""
    blocks: dict[str, list[str]] = defaultdict(list)
    for key in sorted(keys):
        if shape := form(key):
            blocks[shape].append(key)
    for block in blocks.values():
        yield from _pairs(block)


def _pairs(block: list[str]) -> Iterator[tuple[str, str]]:
    if len(block) <= CROWD:
        yield from combinations(block, 2)
        return
    for place, key in enumerate(block):
        yield from ((key, other) for other in block[place + 1 : place + 1 + NEXT])


def _words(key: str) -> str:
    """Words of a key in the order of the alphabet, without those that only join them; none of a single word."""
    words = sorted(map(singular, _telling(key)))
    return " ".join(words) if len(words) > 1 else ""


def _stems(key: str) -> str:
    """First letters of a key's words in the order of the alphabet; numbers whole, for they tell versions apart."""
    return " ".join(sorted(word[:STEM] if word.isalpha() else word for word in _telling(key)))


def _telling(key: str) -> list[str]:
    """Return words without those that only join others; in front they tell ("in sensor")."""
    return [word for place, word in enumerate(key.split()) if place == 0 or word not in _SMALL]


def _forms(one: str, other: str) -> bool:
    """Whether the words of two keys with the same stems are forms of the same words.

    >>> _forms("quantify uncertainty", "uncertainty quantification"), _forms("mobilebert", "mobilenet")
    (True, False)
    """
    first, second = sorted(_telling(one)), sorted(_telling(other))
    return all(a == b or _form(a, b) for a, b in zip(first, second, strict=True))


def _form(one: str, other: str) -> bool:
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    # "bootstrap", "bootstrapping": the letter before the end is doubled
    ends = (word[same:].removeprefix(one[same - 1]) if len(word) > same + 2 else word[same:] for word in (one, other))
    return all(not end or end in _ENDS for end in ends)


def _slips(keys: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Yield pairs of keys that differ by a letter of a long word: before it or behind it they share one half."""
    blocks: dict[tuple[int, bool, str], list[str]] = defaultdict(list)
    for key in sorted(keys):
        letters = squeezed(key)
        if len(letters) >= LONG:
            # the shorter of two says where the middle is
            for length in (len(letters), len(letters) - 1):
                half = length // 2
                blocks[length, True, letters[:half]].append(key)
                blocks[length, False, letters[half - length :]].append(key)
    for block in blocks.values():
        yield from ((one, other) for one, other in _pairs(block) if _slip(one, other))


def _slip(one: str, other: str) -> bool:
    """Whether two keys differ by a letter of one long word, or by two that changed places; digits are no letters.

    >>> _slip("consistency policy", "conistency policy"), _slip("cnn training", "rnn training")
    (True, False)
    """
    first, second = one.split(), other.split()
    unequal = [pair for pair in zip(first, second, strict=False) if pair[0] != pair[1]]
    if len(first) != len(second) or len(unequal) != 1 or min(map(len, unequal[0])) < LONG:
        return False
    a, b = sorted(unequal[0], key=len)
    same = next((n for n, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), len(a))
    if len(a) != len(b):
        return a[same:] == b[same + 1 :] and b[same].isalpha()
    swapped = a[same : same + 2] == b[same : same + 2][::-1] and a[same + 2 :] == b[same + 2 :]
    return (swapped or a[same + 1 :] == b[same + 1 :]) and (a[same] + b[same]).isalpha()


def _shorter(keys: Collection[str], shorter: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    for key in sorted(keys):
        if (other := shorter(key)) != key and other in keys:
            yield key, other


def _headless(type_: EntityType, key: str) -> str:
    rest, _, last = key.rpartition(" ")
    return rest if last in GENERIC_HEADS[type_] else key


def _initials(counts: Mapping[str, int]) -> Iterator[Near]:
    """Yield short forms with the name of these initials that most papers have."""
    longs: dict[str, list[str]] = defaultdict(list)
    for key in sorted(counts):
        words = key.split()
        if len(words) > 1:
            for short in {"".join(word[0] for word in words), "".join(word[0] for word in _telling(key))}:
                longs[short].append(key)
    for key in sorted(counts):
        if SHORTEST <= len(key) <= LONGEST and key.isalpha() and key in longs:
            best = min(longs[key], key=lambda long: (-counts[long], long))
            share = counts[best] / sum(counts[long] for long in longs[key])
            yield Near(f"initials {min(len(key), 4)}", key, best, share)
