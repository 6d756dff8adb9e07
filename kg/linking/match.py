"""What an entity is in the vocabularies of others: at most one concept of each, or none.

No link is an answer, and a better one than a wrong link: where nothing but a short acronym finds a
concept, or two concepts are equally likely, there is none. A concept is the same as one entity of a
graph at most: `skos:exactMatch` is transitive, and two entities are two things.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Literal, TypeAlias

from kg.linking.index import SHIPPED, Concept, Index, label_key, read_bytes
from kg.linking.score import Asked, Found, Weights, evidence, names_first, probability, shipped_weights, too_short
from kg.model import TYPES, Entity, EntityType

__all__ = ["Candidate", "Link", "Linker", "Links", "Match", "link_entities", "linker_of"]

Match = Literal["exactMatch", "closeMatch"]


@dataclass(frozen=True, slots=True, order=True)
class Link:
    """An entity's link to a concept.

    Attributes
    ----------
    target : str
        IRI of the concept.
    match : str
        ``exactMatch`` or ``closeMatch``, as SKOS has them.
    score : float
        Probability that the link is right, two decimals: for an exact match that the two are the
        same, for a close one that they are the same or close.
    """

    target: str
    match: Match
    score: float


#: Links of each entity that has any, by type and key.
Links: TypeAlias = dict[tuple[EntityType, str], tuple[Link, ...]]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A concept that an entity may be.

    Attributes
    ----------
    concept : Concept
    exact, right : float
        Probability that they are the same, and that they are the same or close; 0 where nothing but
        a short acronym speaks for it.
    above : tuple of str
        Labels of the concepts above it, nearest first.
    evidence : frozenset of str
        What the probabilities come from.
    """

    concept: Concept
    exact: float
    right: float
    above: tuple[str, ...]
    evidence: frozenset[str]


class Linker:
    """Finds what entities are in the vocabularies of an index.

    Parameters
    ----------
    path : Path
        The index; read when the first entity is asked for.
    least : float
        Links less sure than this are left out, 0 to 1.
    weights : Weights, optional
        Others than those that ship.
    """

    def __init__(self, path: Path = SHIPPED, *, least: float = 0.0, weights: Weights | None = None) -> None:
        self._path = path
        self._least = least
        self._weights = weights or shipped_weights()

    @cached_property
    def version(self) -> str:
        """Short hash of the index and the weights: what the links depend on besides the entity."""
        digest = hashlib.sha256(repr(self._weights).encode())
        digest.update(read_bytes(self._path))
        return digest.hexdigest()[:12]

    @cached_property
    def index(self) -> Index:
        """The index, read once."""
        return Index.read(self._path)

    def links(
        self, type_: EntityType, name: str, aliases: Sequence[str] = (), broader_names: Sequence[str] = ()
    ) -> tuple[Link, ...]:
        """Links of an entity, sorted: one for each vocabulary at most, and what that says the concept is elsewhere.

        Parameters
        ----------
        type_ : EntityType
        name : str
            Its preferred name.
        aliases, broader_names : sequence of str
            Its other names, and the preferred names of what is right above it.

        Examples
        --------
        >>> for link in Linker().links("Hardware", "systolic array"):
        ...     print(link.match, link.target)
        closeMatch https://w3id.org/ocs/ont/C15179
        >>> Linker().links("Dataset", "COCO")
        ()
        """
        by_scheme: dict[str, list[Candidate]] = defaultdict(list)
        for candidate in self.candidates(type_, name, aliases, broader_names):
            by_scheme[candidate.concept.scheme].append(candidate)
        links: dict[str, Link] = {}
        for _, ranked in sorted(by_scheme.items()):
            best = ranked[0]
            if len(ranked) > 1 and (best.exact, best.right) == (ranked[1].exact, ranked[1].right):
                continue  # nothing tells the two apart
            for link in self._links_of(best):
                links.setdefault(link.target, link)
        return tuple(sorted(links.values()))

    def candidates(
        self, type_: EntityType, name: str, aliases: Sequence[str] = (), broader_names: Sequence[str] = ()
    ) -> tuple[Candidate, ...]:
        """All concepts that a name of an entity finds, the likeliest first.

        >>> for candidate in Linker().candidates("Metric", "throughput"):
        ...     print(candidate.concept.label, "<", candidate.above[0])
        Throughput < Computer network
        Throughput (business) < Throughput
        """
        asked = Asked(type_, name, tuple(aliases), tuple(broader_names))
        names: dict[int, list[str]] = defaultdict(list)
        for each in names_first(asked):
            key = label_key(each)
            for number in self.index.find(key) if key else ():
                names[number].append(each)
        candidates = [self._candidate(asked, number, names) for number in sorted(names)]
        return tuple(sorted(candidates, key=lambda c: (-c.exact, -c.right, c.concept.scheme, c.concept.iri)))

    def only_close(self, entity: Asked, links: Sequence[Link], target: str) -> tuple[Link, ...]:
        """Links of an entity as they are where a concept that it is the same as is another entity's."""
        candidates = self.candidates(entity.type, entity.name, entity.aliases, entity.broader)
        concept = next(candidate for candidate in candidates if candidate.concept.iri == target)
        kept = [link for link in links if link.target not in (target, concept.concept.elsewhere)]
        return tuple(sorted((*kept, Link(target, "closeMatch", concept.right))))

    def _candidate(self, asked: Asked, number: int, names: dict[int, list[str]]) -> Candidate:
        concept = self.index.concept(number)
        above = tuple(self.index.concept(place).label for place in self.index.above(number))
        rivals = sum(
            asked.name in finding and other != number and self.index.concept(other).scheme == concept.scheme
            for other, finding in names.items()
        )
        found = Found(concept, tuple(names[number]), frozenset(above), rivals)
        kinds = evidence(asked, found)
        if too_short(found):
            return Candidate(concept, 0.0, 0.0, above, kinds)
        exact = round(probability(kinds, self._weights.exact), 2)
        right = round(probability(kinds, self._weights.right), 2)
        # fitted apart, the two may cross where the evidence is thin
        return Candidate(concept, exact, max(exact, right), above, kinds)

    def _links_of(self, best: Candidate) -> list[Link]:
        concept, weights = best.concept, self._weights
        if best.exact >= max(weights.exact_from.get(concept.scheme, 1.0), self._least):
            links = [Link(concept.iri, "exactMatch", best.exact)]
            # what a vocabulary calls close to the same thing is close to it
            score = round(best.exact * weights.elsewhere, 2)
            if concept.elsewhere and "sense told elsewhere" not in best.evidence and score >= self._least:
                links.append(Link(concept.elsewhere, "closeMatch", score))
            return links
        if best.right >= max(weights.right_from, self._least):
            return [Link(concept.iri, "closeMatch", best.right)]
        return []


def linker_of(index: str = "", *, least: float = 0.0) -> Linker:
    """Linker of an index file, or of the one that ships.

    Raises
    ------
    ConfigError
        When the file cannot be read, so that a build stops before its long steps.
    """
    linker = Linker(Path(index) if index else SHIPPED, least=least)
    _ = linker.version
    return linker


def link_entities(entities: Iterable[Entity], linker: Linker) -> Links:
    """Links of the entities of a graph, each concept the same as one entity at most: the surest.

    Examples
    --------
    >>> both = [Entity("question-answering", type_, "question answering") for type_ in ("Method", "Task")]
    >>> links = link_entities(both, Linker())
    >>> [(type_, link.match) for (type_, _), found in links.items() for link in found if "ocs" in link.target]
    [('Method', 'closeMatch'), ('Task', 'exactMatch')]
    """
    by_key = {(entity.type, entity.key): entity for entity in entities}
    asked: dict[tuple[EntityType, str], Asked] = {}
    links: Links = {}
    for place, entity in sorted(by_key.items()):
        above = [by_key[entity.type, key].name for key in entity.broader if (entity.type, key) in by_key]
        found = linker.links(entity.type, entity.name, entity.aliases, above)
        if found:
            asked[place], links[place] = Asked(entity.type, entity.name, entity.aliases, tuple(above)), found
    same: dict[str, list[tuple[float, int, tuple[EntityType, str]]]] = defaultdict(list)
    for place, found in links.items():
        for link in found:
            if link.match == "exactMatch":
                same[link.target].append((-link.score, TYPES.index(place[0]), place))
    for target, places in sorted(same.items()):
        for _, _, place in sorted(places)[1:]:
            links[place] = linker.only_close(asked[place], links[place], target)
    return links
