"""Mentions of one paper that speak of one thing: the paper's own concepts."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from kg.model import ROLES, TYPES, EntityType, Mention, Role
from kg.resolve.acronyms import Definition, definitions
from kg.resolve.canonical import Key
from kg.resolve.catalogue import Catalogue, catalogue
from kg.resolve.confidence import claim_confidence
from kg.resolve.coreference import cluster, probability, relation
from kg.resolve.names import is_generic, name_key, squeezed


@dataclass(frozen=True, slots=True)
class Concept:
    """One thing that one paper mentions, before papers are compared.

    Attributes
    ----------
    type : EntityType
    key : str
        Key of the long form where the paper gives one, else of the name itself.
    short : str or None
        Key of the paper's own short form.
    surfaces : tuple of str
        Distinct strings, verbatim: those of the mentions, then the paper's own definition of them.
    role : Role
    confidence : float
        That of the surest mention, 0 to 1.
    role_confidence : float
        The role's share of the mentions' votes, 0 to 1.
    claim_confidence : float
        That the paper has this thing in this role, 0 to 1; see `kg.resolve.confidence`.
    mentions : tuple of Mention
        By offset.
    """

    type: EntityType
    key: str
    short: str | None
    surfaces: tuple[str, ...]
    role: Role
    confidence: float
    role_confidence: float
    claim_confidence: float
    mentions: tuple[Mention, ...]


def gather(text: str, mentions: Iterable[Mention], *, apart: Collection[tuple[Key, Key]] = ()) -> tuple[Concept, ...]:
    """Concepts of a paper with this text and these mentions, in order of first mention.

    Mentions are one concept when their keys are equal, when the paper itself defines one as the
    short form of the other, or when annotators took names so related for one (see
    `kg.resolve.coreference`). A name that was given two types gets the one with more votes. Pairs of
    keys that are `apart` are never one.
    """
    long_of: dict[str, Definition] = {}
    for definition in definitions(text):
        long_of.setdefault(name_key(definition.short), definition)
    named: dict[str, list[Mention]] = defaultdict(list)
    for mention in mentions:
        key = _key(mention, long_of)
        if not is_generic(key):
            named[key].append(mention)
    by_type: dict[EntityType, dict[str, list[Mention]]] = {type_: {} for type_ in TYPES}
    for key, members in named.items():
        by_type[_type(members)][key] = members
    concepts = []
    for type_, keys in by_type.items():
        judge = partial(_probability, catalogue(type_), type_, frozenset(apart))
        concepts += [_concept(type_, {k: keys[k] for k in group}, long_of) for group in cluster(list(keys), judge)]
    return tuple(sorted(concepts, key=lambda c: (c.mentions[0].start, c.key)))


def _probability(
    known: Catalogue, type_: EntityType, apart: AbstractSet[tuple[Key, Key]], first: str, second: str
) -> float:
    one, other = (type_, first), (type_, second)
    if (one, other) in apart or (other, one) in apart:
        return 0.0
    if known.apart(first, second) or _other_version(first, second):
        return 0.0
    return probability(type_, first, second)


def _other_version(first: str, second: str) -> bool:
    """Whether each name has a number that the other lacks ("GPT-2", "GPT-3"); annotators took 16 of 20 such for two."""
    one, other = ({word for word in key.split() if re.search(r"\d", word)} for key in (first, second))
    return bool(one - other and other - one) and squeezed(first) != squeezed(second)


def _key(mention: Mention, long_of: dict[str, Definition]) -> str:
    # "convolutional neural network (CNN)" as one mention: the parenthesis says nothing more
    bare = re.sub(r"\s*\([^()]*\)?\s*$", "", mention.text) or mention.text
    key = name_key(bare)
    definition = long_of.get(key)
    return name_key(definition.long) if definition else key


def _type(mentions: Iterable[Mention]) -> EntityType:
    votes: Counter[EntityType] = Counter()
    for mention in mentions:
        votes[mention.type] += round(100 * mention.confidence) + 1
    return min(votes, key=lambda t: (-votes[t], t))


def _concept(type_: EntityType, named: dict[str, list[Mention]], long_of: dict[str, Definition]) -> Concept:
    key = _primary(type_, named)
    members = sorted((m for group in named.values() for m in group), key=lambda m: (m.start, m.end))
    kept = [m for m in members if m.type == type_] or members
    role, share = _role(type_, [m for m in kept if m.type == type_])
    surfaces = dict.fromkeys(mention.text for mention in members)
    shorts = set()
    for definition in long_of.values():
        if name_key(definition.long) in named:
            shorts.add(name_key(definition.short))
            surfaces.update(dict.fromkeys((definition.long, definition.short)))
    shorts |= {other for other in named if other != key and relation(type_, other, key) == "initials"}
    surest = max(m.confidence for m in kept)
    return Concept(
        type=type_,
        key=key,
        short=min(shorts, key=lambda s: (len(s), s)) if shorts else None,
        surfaces=tuple(surfaces),
        role=role,
        confidence=surest,
        role_confidence=share,
        claim_confidence=claim_confidence(type_, surest, share, len(kept)),
        mentions=tuple(kept),
    )


def _primary(type_: EntityType, named: dict[str, list[Mention]]) -> str:
    """Return the key that stands for a concept.

    That is the one that says most in a taxonomy, else the most mentioned one; or its long form
    where that one is but initials.
    """
    known = catalogue(type_)
    keys = sorted(named, key=lambda k: (-known.depth(k), -len(named[k]), len(k.split()), k))
    best = keys[0]
    return next((k for k in keys if relation(type_, best, k) == "initials" and len(k) > len(best)), best)


def _role(type_: EntityType, mentions: Sequence[Mention]) -> tuple[Role, float]:
    """Return the role that the mentions vote for and its share of the votes, two decimals."""
    votes: dict[Role, float] = dict.fromkeys(ROLES[type_], 0.0)
    for mention in mentions:
        votes[mention.role] += mention.confidence * mention.role_confidence
        # what a mention leaves to the other roles is shared among them
        others = [role for role in votes if role != mention.role]
        for role in others:
            votes[role] += mention.confidence * (1 - mention.role_confidence) / len(others)
    total = sum(votes.values()) or 1.0
    best = max(votes, key=lambda role: votes[role])
    return best, round(votes[best] / total, 2)
