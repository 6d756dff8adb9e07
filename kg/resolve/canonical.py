"""Which keys of all papers are one entity, and which entity a key is a version of.

Keys of a type are one entity when they

- are equal but for spaces,
- name the same concept of a curated taxonomy,
- differ by a last word that says nothing ("BERT model", "MNIST dataset") and the rest stands alone too,
  as a name: two words or more, or with a capital or digit, or
- are alike in a way in which names of one thing are (`kg.resolve.alike`).

Versions stay apart: "YOLOv3" is not "YOLOv5", and both are kinds of "YOLO".
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from kg.model import EntityType
from kg.resolve import alike
from kg.resolve.catalogue import Catalogue
from kg.resolve.names import bare, name_key, squeezed, words_of

Key = tuple[EntityType, str]

#: The end of a name that is a version or a size: "v3", "50", "-7b", "b0", "2.1"; also of one word ("yolov5s").
_VERSION: Final = re.compile(r"(?:(?<=[a-z])| )(?:v(?:ersion)? ?)?\d+(?:\.\d+)*[a-z]{0,2}$| [a-z]\d+[a-z]?$")
#: Last words that make a product or model of a line of them.
_VARIANTS: Final = words_of(
    "nano mini tiny lite small medium base large xl xxl huge pro plus max ultra turbo nx tx agx super ti se x s m l n"
    " flash haiku sonnet opus instruct chat"
)
#: Types whose names have versions.
_VERSIONED: Final = frozenset(("Method", "Hardware", "Dataset"))


@dataclass(frozen=True, slots=True)
class Merge:
    """Two keys of a type taken for one thing.

    Attributes
    ----------
    type : EntityType
    first, second : str
        The second leads.
    why : {"spaces", "concept", "generic word", "alike"}
    confidence : float
        0 to 1, two decimals.
    """

    type: EntityType
    first: str
    second: str
    why: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Canonical:
    """The key that stands for each key's entity, and why keys were taken for one.

    Attributes
    ----------
    leaders : dict of key to key
    merges : tuple of Merge
        Sorted; none of a key with itself.
    """

    leaders: Mapping[Key, Key]
    merges: tuple[Merge, ...]


#: How sure merges are that no count tells: equal letters, and a name of one curated concept.
_SURE: Final = {"spaces": 0.99, "concept": 0.98, "generic word": 0.96}


def canonical(
    counts: Mapping[Key, int],
    catalogues: Mapping[EntityType, Catalogue],
    named: AbstractSet[Key],
    apart: Collection[tuple[Key, Key]] = (),
) -> Canonical:
    """Key that stands for the entity of each key: the first by length, then alphabet; of a misspelling the right one.

    Parameters
    ----------
    counts : dict of key to int
        In how many papers each key stands.
    catalogues : dict of EntityType to Catalogue
    named : set of keys
        Those written as names: with a capital or digit behind the first letter.
    apart : collection of pairs of keys
        Never one entity, whatever they look like.
    """
    leader: dict[tuple[EntityType, str], Key] = {}
    leaders: dict[Key, Key] = {}
    merges: list[Merge] = []
    parted = {pair for one, other in apart for pair in ((one, other), (other, one))}
    alone = {(type_, squeezed(key)) for type_, key in leaving(apart, catalogues)}
    for own in sorted(counts, key=lambda k: (k[0], len(k[1]), k[1])):
        type_, key = own
        same, why = _sign(own, catalogues[type_], leader, named)
        if (type_, squeezed(key)) in alone:
            same, why = f"alone {squeezed(key)}", "spaces"
        first = leader.setdefault((type_, same), own)
        if (own, first) in parted:
            first = own
        leaders[own] = first
        leader.setdefault((type_, squeezed(key)), first)
        if first != own:
            merges.append(Merge(type_, key, first[1], why, _SURE[why]))
    further = [m for m in _alike(counts, leaders, catalogues) if ((m.type, m.first), (m.type, m.second)) not in parted]
    moved = {(m.type, m.first): (m.type, m.second) for m in further}
    leaders = {own: moved.get(first, first) for own, first in leaders.items()}
    merges += further
    return Canonical(leaders, tuple(sorted(merges, key=lambda m: (m.type, m.first, m.second))))


def leaving(apart: Collection[tuple[Key, Key]], catalogues: Mapping[EntityType, Catalogue]) -> Iterator[Key]:
    """Yield of each two keys that are to be apart, yet name one curated concept, the one that is not the concept.

    That is the first, unless it is the concept's preferred name.
    """
    for one, other in apart:
        known = catalogues[one[0]]
        concept = known.find(one[1])
        if concept is not None and concept == known.find(other[1]):
            yield other if squeezed(name_key(known.concepts[concept].label)) == squeezed(one[1]) else one


def _sign(
    own: Key,
    known: Catalogue,
    leader: Mapping[tuple[EntityType, str], Key],
    named: AbstractSet[Key],
) -> tuple[str, str]:
    """Return what keys of one entity share, and why."""
    type_, key = own
    concept = known.find(key)
    if concept:
        return f"concept {concept}", "concept"
    rest = bare(type_, key)
    # shorter keys come first, so that the bare name has its leader already if it has one
    if rest is not None and (type_, squeezed(rest)) in leader and (" " in rest or (type_, rest) in named):
        return squeezed(rest), "generic word"
    return squeezed(key), "spaces"


def _alike(
    counts: Mapping[Key, int], leaders: Mapping[Key, Key], catalogues: Mapping[EntityType, Catalogue]
) -> Iterator[Merge]:
    """Yield the merges of leaders that are alike; the second of each leads and is merged into nothing."""
    totals: dict[EntityType, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for key, (type_, first) in leaders.items():
        totals[type_][first] += counts[key]
    for type_, of_type in sorted(totals.items()):
        merged: set[str] = set()
        leading: set[str] = set()
        known = catalogues[type_]
        for one, other in alike.candidates(type_, of_type):
            confidence = alike.probability(type_, one, other)
            # two concepts are two; and what a concept swallows goes by the concept's key
            if confidence < alike.THRESHOLD or (known.find(one) and known.find(other)):
                continue
            first, second = (other, one) if known.find(one) else (one, other)
            if first not in merged and second not in merged and first not in leading:
                merged.add(first)
                leading.add(second)
                yield Merge(type_, first, second, "alike", confidence)


def family(type_: EntityType, key: str, there: AbstractSet[Key], known: Catalogue) -> str | None:
    """Key of what a key is a version of: the longest that stands in the papers or the taxonomy.

    >>> nothing = Catalogue("Dataset")
    >>> family("Method", "yolov5s", {("Method", "yolo"), ("Method", "yolov3")}, nothing)
    'yolo'
    >>> family("Hardware", "zorblax 4 nano", {("Hardware", "zorblax")}, nothing)
    'zorblax'
    >>> family("Task", "top 5", {("Task", "top")}, nothing) is None
    True
    """
    if type_ not in _VERSIONED:
        return None
    shorter = _shorter(key)
    while shorter:
        if (type_, shorter) in there or known.find(shorter):
            return shorter
        shorter = _shorter(shorter)
    return None


def _shorter(key: str) -> str | None:
    """Return a key without its last version, size or variant; None where it has none."""
    words = key.split()
    if len(words) > 1 and words[-1] in _VARIANTS:
        return " ".join(words[:-1])
    bare = _VERSION.sub("", key)
    return bare if bare != key and len(bare) > 1 else None
