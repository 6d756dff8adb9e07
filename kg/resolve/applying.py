"""Decisions of people, applied between the steps of the rules; what was touched is remembered.

A decision names an entity by any of its names: one that papers write, in whatever spelling, a short
form that they spell out, or another name of the curated concept that it is. What the rules take for
one with that name goes with it, unless it is decided itself.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final, TypeAlias

from kg.model import ROLES, Entity, EntityType
from kg.resolve.canonical import Key, leaving
from kg.resolve.catalogue import Catalogue
from kg.resolve.decisions import Decision, Decisions
from kg.resolve.names import name_key, squeezed
from kg.resolve.within import Concept

#: A paper, one of its concepts, and the key under which all papers know that.
Keyed: TypeAlias = tuple[str, Concept, str]


class Names:
    """Finds the key under which papers know what a name names.

    Parameters
    ----------
    keyed : sequence of Keyed
    catalogues : dict of EntityType to Catalogue
    """

    def __init__(self, keyed: Sequence[Keyed], catalogues: Mapping[EntityType, Catalogue]) -> None:
        self._catalogues = catalogues
        self._keys = {(concept.type, key) for _, concept, key in keyed}
        self._spelled: dict[Key, str] = {}
        for type_, key in sorted(self._keys, key=lambda k: (len(k[1]), k[1])):
            self._spelled.setdefault((type_, squeezed(key)), key)
        self._beside: dict[Key, Counter[str]] = defaultdict(Counter)
        for _, concept, key in keyed:
            for other in {concept.key, concept.short or "", *map(name_key, concept.surfaces)} - {key, ""}:
                self._beside[concept.type, other][key] += 1
        self._concepts: dict[EntityType, dict[str, str]] = {}

    def find(self, name: Key) -> Key:
        """Return the key that a name stands for; itself where no paper has what it names.

        What papers know by that name comes first; then by another spelling of it; then what most papers
        mean that use it beside another name; then the curated concept that has it.
        """
        type_, key = name
        if name in self._keys:
            return name
        if spelled := self._spelled.get((type_, squeezed(key))):
            return type_, spelled
        if beside := self._beside.get(name):
            return type_, min(beside, key=lambda other: (-beside[other], other))
        concept = self._catalogues[type_].find(key)
        return (type_, self._of_concepts(type_).get(concept, key)) if concept else name

    def _of_concepts(self, type_: EntityType) -> dict[str, str]:
        """Return a key of each curated concept that papers mention."""
        if type_ not in self._concepts:
            known, found = self._catalogues[type_], self._concepts.setdefault(type_, {})
            for key in sorted((key for of, key in self._keys if of == type_), key=lambda k: (len(k), k)):
                if concept := known.find(key):
                    found.setdefault(concept, key)
        return self._concepts[type_]


class Applying:
    """Applies decisions, step by step: `concepts`, `leaders`, then `entity` for each.

    Parameters
    ----------
    decisions : Decisions
    catalogues : dict of EntityType to Catalogue

    Attributes
    ----------
    used : set of Decision
        Those that some name was touched by.
    detached : frozenset of keys
        Leaders that are not the curated concept whose name they have, for they were split from it.
    """

    def __init__(self, decisions: Decisions, catalogues: Mapping[EntityType, Catalogue]) -> None:
        self.decisions: Final = decisions
        self.used: set[Decision] = set()
        self.detached: frozenset[Key] = frozenset()
        self._catalogues = catalogues
        self._by_key: dict[tuple[str, Key], list[Decision]] = defaultdict(list)
        for each in decisions.all:
            self._by_key[each.action, each.key].append(each)
        #: Names that leaders are to be shown by, each with the key by which they were decided.
        self._renamed: dict[Key, tuple[str, Key]] = {}

    @property
    def idle(self) -> tuple[Decision, ...]:
        """Decisions that touched nothing, by line."""
        return tuple(each for each in self.decisions.all if each not in self.used)

    def _use(self, action: str, key: Key, other: Key | None = None) -> None:
        self.used.update(d for d in self._by_key.get((action, key), ()) if other in (None, d.other))

    def concepts(
        self, keyed: Sequence[Keyed], leaders: Callable[[Sequence[Keyed]], Mapping[Key, Key]]
    ) -> Sequence[Keyed]:
        """Return the concepts of all papers without those that are nothing, and with the types that were decided.

        Parameters
        ----------
        keyed : sequence of Keyed
        leaders : callable
            Tells which keys of concepts the rules take for one.
        """
        fates: dict[Key, EntityType | None] = {**self.decisions.types, **dict.fromkeys(self.decisions.ignored)}
        if not fates:
            return keyed
        names, groups = Names(keyed, self._catalogues), leaders(keyed)
        own: dict[Key, Key] = {}
        of_group: dict[Key, Key] = {}
        for name in sorted(fates):
            found = names.find(name)
            if found in groups and fates[own.setdefault(found, name)] == fates[name]:
                of_group.setdefault(groups[found], name)
                self._use("retype" if fates[name] else "ignore", name)
        made = []
        for paper, concept, key in keyed:
            place = concept.type, key
            decided = own.get(place) or of_group.get(groups[place])
            if decided is None:
                made.append((paper, concept, key))
            elif wanted := fates[decided]:
                # what was one thing of its old type is one of the new, whatever is known of that
                made.append((paper, _of_type(concept, wanted), groups[place][1]))
        return made

    def leaders(self, leaders: Mapping[Key, Key], keyed: Sequence[Keyed]) -> dict[Key, Key]:
        """Return the leaders of all keys after merges and splits; from then on `detached` holds and names are known."""
        made = dict(leaders)
        if not self.decisions.all:
            return made
        names = Names(keyed, self._catalogues)
        self._merge(made, names)
        for pair in self.decisions.parted:
            one, other = names.find(pair[0]), names.find(pair[1])
            if one in made and other in made and one != other:
                self._use("split", *pair)
                if made[one] == made[other]:
                    _part(made, one, other)
        self._detach(made, names)
        self._rename(made, names)
        return made

    def _merge(self, made: dict[Key, Key], names: Names) -> None:
        rules = dict(made)
        own: dict[Key, Key] = {}
        moved: dict[Key, Key] = {}
        for name, end in sorted(self.decisions.merged.items()):
            key, target = names.find(name), names.find(end)
            if key in rules:
                self._use("merge", name)
                target = own.setdefault(key, rules.get(target, target))
                if target != rules[key]:
                    moved.setdefault(rules[key], target)
        for key in made:
            made[key] = _end(own.get(key, rules[key]), moved)

    def _detach(self, made: Mapping[Key, Key], names: Names) -> None:
        found = set()
        for pair in self.decisions.parted:
            for name in leaving([pair], self._catalogues):
                key = names.find(name)
                leader = made.get(key)
                if leader is not None and squeezed(leader[1]) == squeezed(key[1]):
                    self._use("split", *pair)
                    found.add(leader)
        self.detached = frozenset(found)

    def _rename(self, made: Mapping[Key, Key], names: Names) -> None:
        leaders = set(made.values())
        for name, wanted in sorted(self.decisions.names.items()):
            key = names.find(name)
            leader = made.get(key, key)
            # of a concept that no paper mentions, the concept's own name is the leader
            self._renamed.setdefault(leader if leader in leaders else self._concept(leader), (wanted, name))
        for each in sorted(self.decisions.all, key=lambda d: (d.to, d.name)):
            if each.action == "merge" and each.other in leaders and each.other not in made:
                self._renamed.setdefault(each.other, (each.to, each.key))

    def _concept(self, key: Key) -> Key:
        return key[0], self._catalogues[key[0]].find(key[1]) or key[1]

    def entity(self, entity: Entity, leader: Key) -> Entity:
        """Return an entity under the name that was decided.

        Parameters
        ----------
        entity : Entity
        leader : key
            The one that stands for its names; of an entity that no paper mentions, its own.
        """
        wanted, name = self._renamed.get(leader, ("", leader))
        if not wanted:
            return entity
        self._use("rename", name)
        if wanted == entity.name:
            return entity
        aliases = sorted({*entity.aliases, entity.name} - {wanted})
        return replace(entity, name=wanted, aliases=tuple(aliases))


def _of_type(concept: Concept, wanted: EntityType) -> Concept:
    # nobody judged the role: the least telling that the new type has, unless it has the same
    role = concept.role if concept.role in ROLES[wanted] else ROLES[wanted][-1]
    return replace(concept, type=wanted, role=role)


def _end(key: Key, moved: Mapping[Key, Key]) -> Key:
    """Return where a group ends that moves to another, which may move too; of a circle the first of its groups."""
    passed: list[Key] = []
    while key in moved and key not in passed:
        passed.append(key)
        key = moved[key]
    return min(passed[passed.index(key) :]) if key in passed else key


def _part(made: dict[Key, Key], one: Key, other: Key) -> None:
    """Take a key out of its group; where it leads the group, the others go to the other one."""
    if made[one] != one:
        made[one] = one
        return
    for key, leader in made.items():
        if leader == one and key != one:
            made[key] = other
