"""Concepts of all papers become entities: a pure function of them, whatever their order.

A concept of one paper has a key. Keys of a type are one entity when they

- are equal but for spaces,
- name the same concept of a curated taxonomy, or
- differ by a last word that says nothing ("BERT model", "MNIST dataset") and the rest stands alone too,
  as a name: two words or more, or with a capital or digit.

A short form counts as the long form that its own paper gives. In a paper that gives none it counts
as the one that the other papers agree on, and stays by itself where they do not agree.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from kg.model import TYPES, Entity, EntityType, Mention, Paper, PaperEntity, Role
from kg.resolve.catalogue import Catalogue, catalogue
from kg.resolve.coreference import relation
from kg.resolve.names import GENERIC_HEADS, display, name_key, squeezed
from kg.resolve.within import Concept, gather
from schema.vocab import slug

#: Share of the papers that spell out a short form which must agree on the long form.
AGREEMENT: Final = 0.8

_Key = tuple[EntityType, str]


@dataclass(frozen=True, slots=True)
class Resolution:
    """What all papers together speak of.

    Attributes
    ----------
    entities : tuple of Entity
        By type (in the order of `TYPES`) and key. Holds the broader concepts of a taxonomy that
        only their narrower ones make part of the graph.
    papers : tuple of PaperEntity
        By paper and entity.
    """

    entities: tuple[Entity, ...]
    papers: tuple[PaperEntity, ...]


def resolve(found: Iterable[tuple[Paper, Sequence[Mention]]]) -> Resolution:
    """Entities of all papers and what each paper says of each.

    Parameters
    ----------
    found : iterable of (Paper, mentions)
        Each paper once; in any order.
    """
    concepts = [
        (paper.id, concept)
        for paper, mentions in sorted(found, key=lambda pair: pair[0].id)
        for concept in gather(paper.text, mentions)
    ]
    catalogues = {type_: catalogue(type_) for type_ in TYPES}
    longs = _agreed_long_forms(concepts)
    keys = [longs.get((c.type, c.key), c.key) for _, c in concepts]
    named = {(c.type, name_key(s)) for _, c in concepts for s in c.surfaces if re.search(r"[A-Z0-9]", s[1:])}
    canonical = _canonical({(c.type, key) for (_, c), key in zip(concepts, keys, strict=True)}, catalogues, named)
    groups: dict[_Key, list[tuple[str, Concept]]] = defaultdict(list)
    for (paper, concept), key in zip(concepts, keys, strict=True):
        groups[canonical[concept.type, key]].append((paper, concept))
    entities, papers = [], []
    for (type_, key), members in sorted(groups.items()):
        entity = _entity(type_, key, members, catalogues[type_])
        entities.append(entity)
        papers += _paper_entities(entity, members)
    entities += _missing_broader(entities, catalogues)
    order = {type_: number for number, type_ in enumerate(TYPES)}
    return Resolution(
        tuple(sorted(entities, key=lambda e: (order[e.type], e.key))),
        tuple(sorted(papers, key=lambda p: (p.paper, order[p.entity[0]], p.entity[1]))),
    )


def _agreed_long_forms(concepts: Iterable[tuple[str, Concept]]) -> dict[_Key, str]:
    """Return the long form's key of each short form that the papers spelling it out agree on."""
    votes: dict[_Key, Counter[str]] = defaultdict(Counter)
    for _, concept in concepts:
        if concept.short and concept.short != concept.key:
            votes[concept.type, concept.short][concept.key] += 1
    agreed = {}
    for (type_, short), counts in votes.items():
        long, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
        needed = 1 if len(short) > 2 else 2
        if most >= needed and most >= AGREEMENT * sum(counts.values()):
            agreed[type_, short] = long
    return agreed


def _canonical(
    keys: Iterable[_Key], catalogues: Mapping[EntityType, Catalogue], named: AbstractSet[_Key]
) -> dict[_Key, _Key]:
    """Return for each key the one that stands for its entity: the first by length, then alphabet."""
    wanted = sorted(set(keys), key=lambda k: (k[0], len(k[1]), k[1]))
    leader: dict[tuple[EntityType, str], _Key] = {}
    canonical: dict[_Key, _Key] = {}
    for type_, key in wanted:
        words = key.split()
        concept = catalogues[type_].find(key)
        same = f"concept {concept}" if concept else squeezed(key)
        if not concept and len(words) > 1 and words[-1] in GENERIC_HEADS[type_]:
            rest = " ".join(words[:-1])
            # shorter keys come first, so that the bare name has its leader already if it has one
            if (type_, squeezed(rest)) in leader and (len(words) > 2 or (type_, rest) in named):
                same = squeezed(rest)
        canonical[type_, key] = leader.setdefault((type_, same), (type_, key))
        leader.setdefault((type_, squeezed(key)), canonical[type_, key])
    return canonical


def _entity(type_: EntityType, key: str, members: Sequence[tuple[str, Concept]], known: Catalogue) -> Entity:
    concept = known.find(key)
    names = {display(surface) for _, c in members for surface in c.surfaces if _is_name(type_, surface, key, c)}
    if concept:
        curated = known.concepts[concept]
        names |= set(curated.alt)
        name, own, broader = curated.label, concept, curated.broader
    else:
        name, own = preferred_name(key, members), slug(key)
        broader = tuple(b for b in known.broader(key) if b != own)
    own_names = {name.casefold(), display(name).casefold()}
    folded = {n.casefold(): n for n in sorted(names, reverse=True) if n.casefold() not in own_names}
    return Entity(own, type_, name, tuple(sorted(folded.values())), concept, broader)


def _is_name(type_: EntityType, surface: str, key: str, concept: Concept) -> bool:
    """Whether a string is another name of an entity, not only a way to speak of it in one paper ("the camera")."""
    own = name_key(surface)
    if own in (key, concept.key, concept.short):
        return True
    return relation(type_, own, key) in ("squeezed", "initials", "generic head")


def preferred_name(key: str, members: Sequence[tuple[str, Concept]]) -> str:
    """Name that stands for an entity: as most papers write it in running text, singular.

    A system that a paper proposes goes by its short name ("DRACO"), and so does a thing that hardly
    any paper spells out ("BERT"); others go by the long one ("convolutional neural network").
    """
    spellings: Counter[str] = Counter()
    shorts: Counter[str] = Counter()
    short_keys = {concept.short for _, concept in members if concept.short}
    named = short = long = 0
    for _, concept in members:
        title_end = _title_end(concept)
        for text in dict.fromkeys(mention.text for mention in concept.mentions if mention.start >= title_end):
            spellings[display(text)] += 2
        for text in concept.surfaces:
            spellings[display(text)] += 1
            if name_key(text) in short_keys:
                shorts[display(text)] += 1
        keys = {name_key(mention.text) for mention in concept.mentions}
        short += bool(keys & short_keys)
        long += key in keys
        named += concept.role in ("proposes", "introduces")
    if shorts and (2 * named >= len(members) or short >= 3 * long > 0 or long == 0):
        return min(shorts, key=lambda n: (-shorts[n], n))
    same = {n: count for n, count in spellings.items() if squeezed(name_key(n)) == squeezed(key)} or dict(spellings)
    best = min(same, key=lambda n: (-same[n], sum(c.isupper() for c in n), n))
    # titles and spelt-out acronyms capitalise what running text does not
    plain = {n: count for n, count in same.items() if n == n.lower() and n == best.lower()}
    if plain and 4 * max(plain.values()) >= same[best]:
        return max(plain, key=lambda n: plain[n])
    return _proper(best, members) or best


def _proper(name: str, members: Sequence[tuple[str, Concept]]) -> str | None:
    """Return a name with the s that is its own ("Cityscapes"): one capital word, never without it in running text."""
    written = {
        mention.text
        for _, concept in members
        for mention in concept.mentions
        if mention.start > max(mention.sentence.start, _title_end(concept)) and display(mention.text) == name
    }
    whole = written.pop() if len(written) == 1 else name
    return whole if re.fullmatch(r"[A-Z]\w*[a-z]\w*s", whole) and not whole[:-1].isupper() and whole != name else None


def _title_end(concept: Concept) -> int:
    """Return where running text begins: after the first sentence if that is a title, which starts at 0."""
    first = concept.mentions[0].sentence
    return first.end if first.start == 0 else 0


def _paper_entities(entity: Entity, members: Sequence[tuple[str, Concept]]) -> list[PaperEntity]:
    by_paper: dict[str, list[Concept]] = defaultdict(list)
    for paper, concept in members:
        by_paper[paper].append(concept)
    made = []
    for paper, concepts in by_paper.items():
        votes: dict[Role, float] = defaultdict(float)
        for c in concepts:
            votes[c.role] += c.claim_confidence * len(c.mentions)
        role = min(votes, key=lambda r: (-votes[r], r))
        best = max(c.claim_confidence for c in concepts if c.role == role)
        mentions = sorted((m for c in concepts for m in c.mentions), key=lambda m: (m.start, m.end))
        made.append(PaperEntity(paper, (entity.type, entity.key), role, best, tuple(mentions)))
    return made


def _missing_broader(entities: Sequence[Entity], catalogues: Mapping[EntityType, Catalogue]) -> list[Entity]:
    """Return the taxonomy concepts above those found that no paper mentions."""
    there = {(e.type, e.key) for e in entities}
    missing: dict[_Key, Entity] = {}
    waiting = [(e.type, b) for e in entities for b in e.broader]
    while waiting:
        type_, key = waiting.pop()
        if (type_, key) in there or (type_, key) in missing:
            continue
        curated = catalogues[type_].concepts[key]
        missing[type_, key] = Entity(key, type_, curated.label, tuple(sorted(curated.alt)), key, curated.broader)
        waiting += [(type_, b) for b in curated.broader]
    return list(missing.values())
