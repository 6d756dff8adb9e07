"""Concepts of all papers become entities: a pure function of them, whatever their order.

A concept of one paper has a key. Which keys are one entity `kg.resolve.canonical` says.

A short form counts as the long form that its own paper gives. In a paper that gives none it counts
as the one that the other papers agree on, else as the one whose papers speak of the same things,
and stays by itself where neither tells.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial

from kg.model import TYPES, Entity, EntityType, Mention, Paper, PaperEntity, Role
from kg.resolve.applying import Applying, Keyed
from kg.resolve.canonical import Canonical, Key, Merge, canonical, family
from kg.resolve.catalogue import Catalogue, catalogue
from kg.resolve.coreference import relation
from kg.resolve.decisions import NONE, Decision, Decisions
from kg.resolve.hypernyms import confidence
from kg.resolve.names import display, name_key, squeezed
from kg.resolve.shorts import meanings
from kg.resolve.within import Concept, gather
from schema.vocab import slug


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
    merges : tuple of Merge
        Names of different keys that the rules took for one, and why.
    idle : tuple of Decision
        Decisions that no paper's name was touched by.
    """

    entities: tuple[Entity, ...]
    papers: tuple[PaperEntity, ...]
    merges: tuple[Merge, ...] = ()
    idle: tuple[Decision, ...] = ()


def resolve(found: Iterable[tuple[Paper, Sequence[Mention]]], decisions: Decisions = NONE) -> Resolution:
    """Entities of all papers and what each paper says of each.

    Parameters
    ----------
    found : iterable of (Paper, mentions)
        Each paper once; in any order.
    decisions : Decisions
        What people decided; it goes before all rules.
    """
    return settle(keyed(found, decisions), decisions)


def keyed(found: Iterable[tuple[Paper, Sequence[Mention]]], decisions: Decisions = NONE) -> list[Keyed]:
    """Concepts of all papers, each with the key under which all papers know it, in the order of papers' ids."""
    concepts = [
        (paper.id, concept)
        for paper, mentions in sorted(found, key=lambda pair: pair[0].id)
        for concept in gather(paper.text, mentions, apart=decisions.parted)
    ]
    longs = meanings(concepts)
    return [(paper, c, longs.get((paper, (c.type, c.key)), c.key)) for paper, c in concepts]


def settle(concepts: Sequence[Keyed], decisions: Decisions = NONE) -> Resolution:
    """Entities of the concepts that `keyed` returned."""
    catalogues = {type_: catalogue(type_) for type_ in TYPES}
    applying = Applying(decisions, catalogues)
    judge = partial(_canonical, catalogues=catalogues, decisions=decisions)
    kept = applying.concepts(concepts, lambda each: judge(each).leaders)
    one = judge(kept)
    leaders = applying.leaders(one.leaders, kept)
    groups: dict[Key, list[tuple[str, Concept]]] = defaultdict(list)
    for paper, concept, key in kept:
        groups[leaders[concept.type, key]].append((paper, concept))
    entities, papers = [], []
    there = set(groups)
    for (type_, key), members in sorted(groups.items()):
        entity = _entity(type_, key, members, catalogues[type_], there, applying.detached)
        entities.append(applying.entity(entity, (type_, key)))
        papers += _paper_entities(entity, members)
    entities += [applying.entity(e, (e.type, e.key)) for e in _missing_broader(entities, catalogues)]
    order = {type_: number for number, type_ in enumerate(TYPES)}
    return Resolution(
        tuple(sorted(entities, key=lambda e: (order[e.type], e.key))),
        tuple(sorted(papers, key=lambda p: (p.paper, order[p.entity[0]], p.entity[1]))),
        one.merges,
        applying.idle,
    )


def _canonical(keyed: Sequence[Keyed], catalogues: Mapping[EntityType, Catalogue], decisions: Decisions) -> Canonical:
    named = {(c.type, name_key(s)) for _, c, _ in keyed for s in c.surfaces if re.search(r"[A-Z0-9]", s[1:])}
    counts = Counter(place for _, place in {(paper, (concept.type, key)) for paper, concept, key in keyed})
    return canonical(counts, catalogues, named, decisions.parted)


def _entity(
    type_: EntityType,
    key: str,
    members: Sequence[tuple[str, Concept]],
    known: Catalogue,
    there: AbstractSet[Key],
    detached: AbstractSet[Key],
) -> Entity:
    concept = None if (type_, key) in detached else known.find(key)
    names = {display(surface) for _, c in members for surface in c.surfaces if _is_name(type_, surface, key, c)}
    if concept:
        curated = known.concepts[concept]
        names |= set(curated.alt)
        name, own, broader, sure = curated.label, concept, curated.broader, None
    else:
        name, own = preferred_name(key, members), slug(key)
        if own in known.concepts:
            own = slug(f"{key} apart")  # the concept's address is taken
        above, sure = _above(type_, key, known, there)
        broader = (above,) if above not in (None, own) else ()
    own_names = {name.casefold(), display(name).casefold()}
    folded = {n.casefold(): n for n in sorted(names, reverse=True) if n.casefold() not in own_names}
    return Entity(own, type_, name, tuple(sorted(folded.values())), concept, broader, sure if broader else None)


def _above(type_: EntityType, key: str, known: Catalogue, there: AbstractSet[Key]) -> tuple[str | None, float]:
    """Return the key of the entity that a name is a version of, else of the concept that it ends in, and how sure."""
    line = family(type_, key, there, known)
    if line is not None:
        return known.find(line) or slug(line), confidence(type_, "version")
    head = known.head(key)
    if head is not None and known.broader(key):
        return head[0], confidence(type_, head[1])
    return None, 0.0


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
    missing: dict[Key, Entity] = {}
    waiting = [(e.type, b) for e in entities for b in e.broader]
    while waiting:
        type_, key = waiting.pop()
        if (type_, key) in there or (type_, key) in missing:
            continue
        curated = catalogues[type_].concepts[key]
        missing[type_, key] = Entity(key, type_, curated.label, tuple(sorted(curated.alt)), key, curated.broader)
        waiting += [(type_, b) for b in curated.broader]
    return list(missing.values())
