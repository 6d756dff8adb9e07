"""Entities of a graph by what people call them: name, other name, slug or IRI, however spelled."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.errors import KGError
from kg.model import TYPES, EntityType
from kg.resolve.names import name_key, squeezed
from kg.store import GraphStore
from schema.vocab import KG

#: How many candidates an error lists.
LISTED: Final = 10

_ENTITIES: Final = """
SELECT ?node ?type ?name ?papers WHERE {
  VALUES ?type { kg:Method kg:Task kg:Dataset kg:Hardware kg:Metric }
  ?node a ?type ; skos:prefLabel ?name ; kg:paperCount ?papers
}"""
_ALIASES: Final = "SELECT ?node ?alias WHERE { ?node kg:paperCount ?papers ; skos:altLabel ?alias }"
_BROADER: Final = (
    "SELECT DISTINCT ?node ?above WHERE { ?node kg:paperCount ?papers ; skos:broader ?above ."
    " ?above kg:paperCount ?of }"
)
_TYPE_OF: Final[dict[str, EntityType]] = {str(KG[name]): name for name in TYPES}


@dataclass(frozen=True, slots=True)
class Listed:
    """An entity as the graph lists it.

    Attributes
    ----------
    iri : str
    type : EntityType
    name : str
    aliases : tuple of str
        Other names, sorted.
    broader, narrower : tuple of str
        IRIs of the entities right above and below it, sorted.
    papers : int
        How many papers mention it.
    """

    iri: str
    type: EntityType
    name: str
    aliases: tuple[str, ...]
    broader: tuple[str, ...]
    narrower: tuple[str, ...]
    papers: int

    @property
    def slug(self) -> str:
        """Type and key, the end of the IRI: ``hardware/jetson-nano``."""
        return "/".join(self.iri.rsplit("/", 2)[-2:])


class UnknownEntity(KGError):
    """A graph has no entity of a name.

    Parameters
    ----------
    text : str
        The name asked for.
    nearest : sequence of Listed
        Entities whose names are spelled alike.
    type_ : EntityType or None
        The only type that was looked for.
    """

    def __init__(self, text: str, nearest: Sequence[Listed], type_: EntityType | None = None) -> None:
        self.text = text
        self.nearest = tuple(nearest)
        self.type = type_
        what = f"{type_} entity" if type_ else "entity"
        hint = "did you mean one of these?" + _lines(nearest) if nearest else "`kg stats` lists what most papers share"
        super().__init__(f"the graph has no {what} {text!r}; {hint}")


class AmbiguousEntity(KGError):
    """Several entities have a name, or hold it in theirs.

    Parameters
    ----------
    text : str
        The name asked for.
    candidates : sequence of Listed
        Those it may mean, the most frequent first.
    whole : bool
        Whether it is a name of each candidate, not a part of one.
    """

    def __init__(self, text: str, candidates: Sequence[Listed], *, whole: bool) -> None:
        self.text = text
        self.candidates = tuple(candidates)
        types = list(dict.fromkeys(candidate.type for candidate in candidates))
        # a type tells them apart only where each has its own
        apart = [f"--type {type_}" for type_ in types] if len(types) == len(candidates) else []
        said = "is a name of" if whole else "is part of the names of"
        ways = " or ".join((*apart, f"its slug, such as {candidates[0].slug}"))
        super().__init__(f"{text!r} {said} {len(candidates):,} entities; choose one by {ways}:{_lines(candidates)}")


class SameEntity(KGError):
    """Two names are names of one entity."""

    def __init__(self, texts: tuple[str, str], entity: Listed) -> None:
        self.texts = texts
        self.entity = entity
        super().__init__(
            f"{texts[0]!r} and {texts[1]!r} are one entity, {entity.name} ({entity.slug});"
            " ask for it alone, or name another"
        )


def _lines(entities: Sequence[Listed]) -> str:
    lines = [
        f"\n  {e.name} ({e.type}, {e.papers:,} paper{'' if e.papers == 1 else 's'}): {e.slug}"
        for e in entities[:LISTED]
    ]
    more = len(entities) - LISTED
    return "".join(lines) + (f"\n  and {more:,} more" if more > 0 else "")


def listed(store: GraphStore) -> dict[str, Listed]:
    """All entities of a graph by IRI, in the order of IRIs."""
    aliases, above, below = _pairs(store, _ALIASES, "alias"), _pairs(store, _BROADER, "above"), defaultdict(list)
    for node, broader in above.items():
        for each in broader:
            below[each].append(node)
    rows = sorted(store.select(_ENTITIES), key=lambda row: (row["node"].value, row["type"].value))
    return {
        node: Listed(
            node,
            _TYPE_OF[row["type"].value],
            row["name"].value,
            tuple(sorted(aliases[node])),
            tuple(sorted(above[node])),
            tuple(sorted(below[node])),
            int(row["papers"].value),
        )
        for row in rows
        for node in (row["node"].value,)
    }


def _pairs(store: GraphStore, query: str, variable: str) -> defaultdict[str, list[str]]:
    pairs: defaultdict[str, list[str]] = defaultdict(list)
    for row in store.select(query):
        pairs[row["node"].value].append(row[variable].value)
    return pairs


def find(entities: Mapping[str, Listed], text: str, *, type_: EntityType | None = None) -> Listed:
    """Entity that a text names.

    An IRI or a slug says it exactly. A preferred name comes before another name, and a whole name
    before a part of one; case, plural and hyphens do not matter.

    Parameters
    ----------
    entities : mapping
        What `listed` returned.
    text : str
        Name, other name, part of one, slug (``jetson-nano``, ``hardware/jetson-nano``) or IRI.
    type_ : EntityType, optional
        Look among entities of this type only.

    Raises
    ------
    AmbiguousEntity
        When several entities have the name, or it is only a part of the names of several.
    UnknownEntity
        When none has.
    """
    among = [e for e in entities.values() if type_ in (None, e.type)]
    found, whole = candidates(among, text)
    if len(found) == 1:
        return found[0]
    if found:
        raise AmbiguousEntity(text, found, whole=whole)
    raise UnknownEntity(text, _nearest(among, text), type_)


def candidates(entities: Collection[Listed], text: str) -> tuple[list[Listed], bool]:
    """Entities that a text may mean, the most frequent first, and whether it is their whole name."""
    key = name_key(text)
    exact, names, others, parts = [], [], [], []
    for entity in entities:
        if text == entity.iri or text.lower() == entity.slug:
            exact.append(entity)
        elif _same(key, entity.name) or text.lower() == entity.slug.rpartition("/")[2]:
            names.append(entity)
        elif any(_same(key, alias) for alias in entity.aliases):
            others.append(entity)
        elif key and any(f" {key} " in f" {name_key(label)} " for label in (entity.name, *entity.aliases)):
            parts.append(entity)
    found = exact or names or others
    return sorted(found or parts, key=lambda e: (-e.papers, e.name.lower(), e.iri)), bool(found)


def _same(key: str, label: str) -> bool:
    return bool(key) and squeezed(key) == squeezed(name_key(label))


def _nearest(entities: Collection[Listed], text: str) -> list[Listed]:
    """Entities with a name spelled like a text, the likest first."""
    by_key: defaultdict[str, list[Listed]] = defaultdict(list)
    for entity in entities:
        for label in _labels(entity):
            by_key[name_key(label)].append(entity)
    near = difflib.get_close_matches(name_key(text), sorted(by_key), n=5, cutoff=0.6)
    return list(dict.fromkeys(entity for key in near for entity in by_key[key]))[:5]


def _labels(entity: Listed) -> Iterator[str]:
    yield entity.name
    yield from entity.aliases
