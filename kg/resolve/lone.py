"""How likely a reader wants a name that one paper alone has: by its words, and by how its paper uses it.

The weights lie in ``lone.json``: `kg.training.worth` fitted them on names drawn from 20,000 papers, which a large
language model judged. How sure the extractor is of a name says less than that: it is sure of "standard
multirotor" too, and it is no sure sign that a name is none where a paper coins it.
"""

from __future__ import annotations

import json
import math
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from kg.model import TYPES, EntityType, Role
from kg.resolve.catalogue import catalogue
from kg.resolve.names import GENERIC_HEADS, name_key, words_of
from kg.resolve.odd import VAGUE_WORDS

TABLE: Final = Path(__file__).with_name("lone.json")
#: First words that say that any thing of a kind is meant ("standard multirotor", "real neural circuit").
_ANY: Final = words_of(
    "new novel standard general conventional traditional existing typical various certain additional real simple basic"
    " common strong current other main different specific overall high low single comprehensive second particular"
    " individual classical appropriate original final initial optimal external internal"
)
#: A word with a capital in front and no other.
_CITED: Final = re.compile(r"[A-Z\u00c0-\u00d6\u00d8-\u00de][a-z\u00df-\u00f6\u00f8-\u00ff]*")
#: Mentions beyond so many say no more.
_MOST: Final = 8


@dataclass(frozen=True, slots=True)
class Lone:
    """A name that one paper alone has, and how it stands there.

    Attributes
    ----------
    type : EntityType
    name : str
    role : Role
        The role that its mentions vote for.
    sure : float
        Confidence of its surest mention, 0 to 1.
    mentions : int
    forms : bool
        Whether the paper writes it in several ways, or defines it.
    """

    type: EntityType
    name: str
    role: Role
    sure: float
    mentions: int = 1
    forms: bool = False


def wanted(lone: Lone) -> float:
    """Probability that a reader wants the name as a node, 0 to 1, two decimals.

    >>> coined = Lone("Method", "ClipCross", "proposes", 0.9, mentions=4)
    >>> any_, author = Lone("Hardware", "standard multirotor", "mentions", 0.9), Lone("Method", "Agaskar", "uses", 0.9)
    >>> [wanted(coined) > 0.97, wanted(any_) < 0.9, wanted(author) < 0.9]
    [True, True, True]
    """
    weights = _table()["weights"]
    odds = sum(weights.get(name, 0.0) * worth for name, worth in evidence(lone).items())
    return round(1 / (1 + math.exp(-odds)), 2)


def evidence(lone: Lone) -> dict[str, float]:
    """What of a name its probability is reckoned from.

    >>> evidence(Lone("Method", "Agaskar", "uses", 0.5))
    {'': 1.0, 'Method': 1.0, 'uses': 1.0, 'sure': 0.0, 'capital': 1.0}
    """
    words = name_key(lone.name).split() or [""]
    known, named = _known()
    sure = min(max(lone.sure, 0.02), 0.99)
    capitals = sum(sign.isupper() for sign in lone.name)
    told: dict[str, float] = {
        "": 1.0,
        lone.type: 1.0,
        # what other roles are measured against is that of a bare mention
        **({} if lone.role == "mentions" else {lone.role: 1.0}),
        "sure": math.log(sure / (1 - sure)),
        "mentions": math.log(min(lone.mentions, _MOST)),
        "forms": lone.forms,
        # "Agaskar": somebody who is cited; "convergence": a word of the language; "ClipCross": a name that is coined
        "capital": _CITED.fullmatch(lone.name) is not None and lone.mentions == 1 and lone.role != "proposes",
        "word": len(words) == 1 and capitals == 0,
        "coined": len(words) == 1 and (capitals > 1 or any(sign.isdigit() for sign in lone.name)),
        "words": max(0, min(len(words), 6) - 2) / 4,
        "any": lone.name.split()[0].lower() in _ANY if lone.name.split() else False,
        "of": " of " in lone.name,
        "vague": sum(word in VAGUE_WORDS or word in GENERIC_HEADS[lone.type] for word in words) / len(words),
        "known words": sum(word in known for word in words) / len(words),
        "known head": math.log1p(named[lone.type][words[-1]]) / 4,
    }
    return {name: float(worth) for name, worth in told.items() if worth or name == "sure"}


@lru_cache(maxsize=1)
def _known() -> tuple[frozenset[str], dict[EntityType, Counter[str]]]:
    """Return the words of the taxonomies' names, and how many names of each type end in each."""
    keys = {
        type_: {name_key(name) for c in catalogue(type_).concepts.values() for name in (c.label, *c.alt)} - {""}
        for type_ in TYPES
    }
    ends = {type_: Counter(key.split()[-1] for key in of) for type_, of in keys.items()}
    return frozenset(word for of in keys.values() for key in of for word in key.split()), ends


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table
