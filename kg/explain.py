"""Why a graph links two entities, or what it says of one: claims and figures with their quotes.

Nothing here concludes anything: what is shown was stated by a paper or, where it says so, derived
by a rule from what one paper states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from math import prod
from typing import Final

from kg.corroboration import edge_confidence
from kg.lookup import Listed, SameEntity, find, listed
from kg.model import EntityType
from kg.quotes import Facts, Named, Quote, Said, SaidResult, Source, read, said, said_result, shared
from kg.store import GraphStore, Row, iri

# LATERAL joins row by row, from the few claims that are bound; see `api.loaders`.
_CLAIMS: Final = """
SELECT DISTINCT ?claim ?subject ?object ?confidence ?paper WHERE {
  { VALUES ?node { {{nodes}} } ?claim rdf:object ?node } UNION { VALUES ?node { {{nodes}} } ?claim rdf:subject ?node }
  LATERAL { ?claim rdf:subject ?subject ; rdf:object ?object ; kg:confidence ?confidence ; kg:claimedBy ?paper }
}"""
_ALL_CLAIMS: Final = """
SELECT DISTINCT ?claim ?subject ?object ?confidence ?paper WHERE {
  ?claim rdf:subject ?subject ; rdf:object ?object ; kg:confidence ?confidence ; kg:claimedBy ?paper
}"""
_RESULTS: Final = """
SELECT DISTINCT ?result ?confidence WHERE {
  VALUES ?one { {{one}} } VALUES ?other { {{other}} }
  LATERAL { ?result ?part ?one . ?result kg:value ?value ; kg:confidence ?confidence ; ?part_too ?other }
}"""


@dataclass(frozen=True, slots=True)
class About:
    """An entity as it is introduced.

    Attributes
    ----------
    iri, type, name : str
    aliases, broader, narrower : tuple of str
        Names: its other ones, and those of the entities right above and below it.
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


@dataclass(frozen=True, slots=True)
class Neighbour:
    """The relations of an entity to another one.

    Attributes
    ----------
    entity : Named
        The other one.
    papers : int
        How many papers state or imply one.
    claims : tuple of Said
        The surest first, not more than the limit.
    found : int
        How many claims there are.
    """

    entity: Named
    papers: int
    claims: tuple[Said, ...]
    found: int


@dataclass(frozen=True, slots=True)
class Entry:
    """What a graph says of one entity.

    Attributes
    ----------
    entity : About
    roles : tuple of Said
        What papers do with it, the surest first, not more than the limit.
    roles_found : int
        How many such claims there are.
    neighbours : tuple of Neighbour
        Entities it is related to, the surest and best supported first, not more than the limit.
    neighbours_found : int
        How many there are.
    """

    entity: About
    roles: tuple[Said, ...]
    roles_found: int
    neighbours: tuple[Neighbour, ...]
    neighbours_found: int


@dataclass(frozen=True, slots=True)
class Together:
    """A paper that mentions both entities without a link between them.

    Attributes
    ----------
    paper : Source
    roles : tuple of Said
        What it does with the first and with the second.
    quotes : tuple of Quote
        Sentences that name both; where none does, one sentence of each.
    """

    paper: Source
    roles: tuple[Said, Said]
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class Connection:
    """Why a graph links two entities; parts that do not apply are empty.

    Attributes
    ----------
    one, other : About
    kinds : tuple of str
        Names from the narrower of the two up to the broader, where one is a kind of the other.
    claims : tuple of Said
        Claims that link them, the surest first, not more than the limit.
    claims_found : int
        How many there are.
    results : tuple of SaidResult
        Figures that name both, the surest first, not more than the limit.
    results_found : int
        How many there are.
    together : tuple of Together
        Where no claim links them: papers that mention both, those with a sentence that names both
        first, not more than the limit.
    together_found : int
        How many there are.
    path : tuple of Said
        Where nothing else links them: the shortest chain of claims from the one to the other, of several
        the surest; it passes through papers and entities, not through metrics.
    """

    one: About
    other: About
    kinds: tuple[str, ...] = ()
    claims: tuple[Said, ...] = ()
    claims_found: int = 0
    results: tuple[SaidResult, ...] = ()
    results_found: int = 0
    together: tuple[Together, ...] = ()
    together_found: int = 0
    path: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class _Claim:
    """A claim before its words are fetched."""

    iri: str
    subject: str
    object: str
    paper: str
    confidence: float

    @property
    def is_role(self) -> bool:
        return self.subject == self.paper


def explain(
    store: GraphStore,
    name: str,
    other: str | None = None,
    *,
    type_: EntityType | None = None,
    other_type: EntityType | None = None,
    limit: int = 10,
) -> Entry | Connection:
    """What a graph says of an entity, or why it links two.

    Parameters
    ----------
    store : GraphStore
    name, other : str
        Each a name, other name, slug or IRI of an entity, as `kg.lookup.find` takes them.
    type_, other_type : EntityType, optional
        Their types, where several entities share a name.
    limit : int
        How many claims, neighbours, figures or papers to give of each kind.

    Raises
    ------
    UnknownEntity, AmbiguousEntity, SameEntity
        When a name means no entity, or several, or both names mean one.
    """
    entities = listed(store)
    one = find(entities, name, type_=type_)
    if other is None:
        return _entry(store, entities, one, limit)
    two = find(entities, other, type_=other_type)
    if one == two:
        raise SameEntity((name, other), one)
    return _link(store, entities, one, two, limit)


def _entry(store: GraphStore, entities: Mapping[str, Listed], one: Listed, limit: int) -> Entry:
    claims = _claims(store.select(_CLAIMS, nodes=iri(one.iri)), entities)
    roles = [claim for claim in claims if claim.is_role]
    groups: defaultdict[str, list[_Claim]] = defaultdict(list)
    for claim in claims:
        if not claim.is_role:
            groups[claim.object if claim.subject == one.iri else claim.subject].append(claim)
    support = {end: _support(group) for end, group in groups.items()}
    # Python's sorting keeps the order of names where support is equal
    by_name = sorted(groups, key=lambda end: (entities[end].name.lower(), end))
    ranked = sorted(by_name, key=lambda end: support[end], reverse=True)[:limit]
    shown = [*roles[:limit], *(claim for end in ranked for claim in groups[end][:limit])]
    facts = read(store, [claim.iri for claim in shown])
    neighbours = tuple(
        Neighbour(
            Named(end, entities[end].type, entities[end].name),
            support[end][1],
            _told(facts, groups[end][:limit], entities),
            len(groups[end]),
        )
        for end in ranked
    )
    return Entry(_about(one, entities), _told(facts, roles[:limit], entities), len(roles), neighbours, len(groups))


def _link(store: GraphStore, entities: Mapping[str, Listed], one: Listed, other: Listed, limit: int) -> Connection:
    claims = _claims(store.select(_CLAIMS, nodes=[iri(one.iri), iri(other.iri)]), entities)
    direct = [claim for claim in claims if {claim.subject, claim.object} == {one.iri, other.iri}]
    rows = store.select(_RESULTS, one=iri(one.iri), other=iri(other.iri))
    results = [result for _, result in sorted((-float(row["confidence"].value), row["result"].value) for row in rows)]
    kinds = _upwards(entities, one.iri, other.iri) or _upwards(entities, other.iri, one.iri)
    pairs = [] if direct else _pairs(claims, one.iri, other.iri)
    linked = direct or pairs or results or kinds
    path = [] if linked else _path(_passable(store, entities, one, other), one.iri, other.iri)
    # which papers come first is known only when their sentences are
    shown = [*direct[:limit], *(claim for pair in pairs for claim in pair), *path]
    facts = read(store, [*(claim.iri for claim in shown), *results[:limit]])
    together = sorted((_together(facts, pair, (one, other), entities) for pair in pairs), key=_closest_first)
    return Connection(
        _about(one, entities),
        _about(other, entities),
        tuple(entities[each].name for each in kinds),
        _told(facts, direct[:limit], entities),
        len(direct),
        tuple(said_result(facts, result, entities) for result in results[:limit]),
        len(results),
        tuple(together[:limit]),
        len(together),
        _told(facts, path, entities),
    )


def _claims(rows: Iterable[Row], entities: Mapping[str, Listed]) -> list[_Claim]:
    """Return the claims of some rows that give an entity a role or relate two, the surest first."""
    found = []
    for row in rows:
        claim, subject, object_, paper = (row[name].value for name in ("claim", "subject", "object", "paper"))
        if object_ in entities and (subject in entities or subject == paper):
            found.append(_Claim(claim, subject, object_, paper, float(row["confidence"].value)))
    return sorted(found, key=lambda claim: (-claim.confidence, claim.iri))


def _passable(store: GraphStore, entities: Mapping[str, Listed], one: Listed, other: Listed) -> list[_Claim]:
    """Return the claims that a way between two entities may take."""
    # a metric such as accuracy says nothing of why two of the many papers that report it belong together
    closed = {e.iri for e in entities.values() if e.type == "Metric"} - {one.iri, other.iri}
    claims = _claims(store.select(_ALL_CLAIMS), entities)
    return [claim for claim in claims if not closed & {claim.subject, claim.object}]


def _told(facts: Facts, claims: Iterable[_Claim], entities: Mapping[str, Listed]) -> tuple[Said, ...]:
    return tuple(said(facts, claim.iri, entities) for claim in claims)


def _about(entity: Listed, entities: Mapping[str, Listed]) -> About:
    above, below = (tuple(entities[each].name for each in ends) for ends in (entity.broader, entity.narrower))
    return About(entity.iri, entity.type, entity.name, entity.aliases, above, below, entity.papers)


def _support(claims: Collection[_Claim]) -> tuple[float, int]:
    """Return how surely two entities are related, all claims together, and how many papers say so."""
    said = [(claim.paper, claim.confidence) for claim in claims]
    return edge_confidence(said), len({paper for paper, _ in said})


def _pairs(claims: Iterable[_Claim], one: str, other: str) -> list[tuple[_Claim, _Claim]]:
    """Return the roles of both in each paper that mentions both."""
    roles = {(claim.paper, claim.object): claim for claim in claims if claim.is_role}
    papers = sorted({paper for paper, _ in roles})
    return [(roles[p, one], roles[p, other]) for p in papers if (p, one) in roles and (p, other) in roles]


def _together(
    facts: Facts, pair: tuple[_Claim, _Claim], ends: tuple[Listed, Listed], entities: Mapping[str, Listed]
) -> Together:
    one, other = (said(facts, claim.iri, entities) for claim in pair)
    both = shared(facts, (pair[0].iri, pair[1].iri), ends)
    apart = {quote.start: quote for quote in (*other.quotes, *one.quotes)}
    return Together(one.paper, (one, other), both or tuple(apart[start] for start in sorted(apart)))


def _closest_first(together: Together) -> tuple[bool, float, str]:
    named = {mark.names for mark in together.quotes[0].marks}
    apart = not {role.object.iri for role in together.roles} <= named
    return apart, -round(prod(role.confidence for role in together.roles), 9), together.paper.iri


def _upwards(entities: Mapping[str, Listed], low: str, high: str) -> list[str]:
    """Return the shortest chain of broader entities from one to another, both included; empty when there is none."""
    before: dict[str, str] = {low: low}
    ring = [low]
    while ring and high not in before:
        steps = [(above, each) for each in ring for above in entities[each].broader if above not in before]
        before.update(reversed(steps))
        ring = list(dict.fromkeys(above for above, _ in steps))
    return _back(before, low, high)


def _path(claims: Iterable[_Claim], one: str, other: str) -> list[_Claim]:
    """Return the shortest chain of claims between two entities, of several the surest."""
    at: defaultdict[str, list[tuple[str, _Claim]]] = defaultdict(list)
    for claim in claims:
        at[claim.subject].append((claim.object, claim))
        at[claim.object].append((claim.subject, claim))
    sure, before, via = {one: 1.0}, {one: one}, {}
    ring = [one]
    while ring and other not in sure:
        found: dict[str, tuple[float, str, _Claim]] = {}
        for each in ring:
            for end, claim in at[each]:
                chance = sure[each] * claim.confidence
                if end not in sure and (end not in found or chance > found[end][0]):
                    found[end] = (chance, each, claim)
        for end, (chance, each, claim) in found.items():
            sure[end], before[end], via[end] = chance, each, claim
        ring = list(found)
    return [via[end] for end in _back(before, one, other)[1:]]


def _back(before: Mapping[str, str], first: str, last: str) -> list[str]:
    """Return the nodes from the first to the last, by what each was reached from."""
    if last not in before:
        return []
    way = [last]
    while way[-1] != first:
        way.append(before[way[-1]])
    return way[::-1]
