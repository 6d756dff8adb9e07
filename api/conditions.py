"""Filters as patterns over the graph, for lists of the store and for lists in memory alike.

A pattern is about ``?node`` and has variables of its own, written ``?_name``; markers ``{{name}}``
stand for the terms that a user's values become. Both get a prefix, so that the patterns of a filter
within a filter do not meet. LATERAL joins row by row, as in `api.loaders`: a plain join with the claims
may read every claim first.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from api.context import Info
from api.errors import ArgumentError
from api.filters import ClaimFilter, CommunityFilter, EntityFilter, PaperFilter
from api.finding import entities_called, find_iri, find_iris
from api.listing import together
from api.vocabulary import Direction, EntityType, Relation, Role, Status
from kg.store import Literal, NamedNode, Term, iri
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS, XSD

__all__ = [
    "Conditions",
    "claim_conditions",
    "community_conditions",
    "entity_conditions",
    "paper_conditions",
    "probability",
]

_YEAR: Final = NamedNode(str(XSD.gYear))
_DECIMAL: Final = NamedNode(str(XSD.decimal))
_NONE: Final = "urn:x-none"

# More words or entities than these find nothing that fewer do not.
_MOST_WORDS: Final = 12
_MOST_ENTITIES: Final = 6

# Edges of an entity, from the other end where that is known; and the claims of such edges, each read once.
_RELATED: Final = {
    Direction.OUTGOING: "%OTHERS% VALUES ?_relation { {{relations}} } LATERAL { ?node ?_relation ?_other }",
    Direction.INCOMING: "%OTHERS% VALUES ?_relation { {{relations}} } LATERAL { ?_other ?_relation ?node }",
}
_SAID: Final = (
    "VALUES ?_relation { {{relations}} } LATERAL { ?_said rdf:predicate ?_relation }"
    " LATERAL { ?_said %NODE% ?node } LATERAL { ?_said %OTHER% ?_other }"
)
_SAID_OF_OTHERS: Final = (
    "%OTHERS% LATERAL { ?_said %OTHER% ?_other } LATERAL { ?_said rdf:predicate ?_relation }"
    " VALUES ?_relation { {{relations}} } LATERAL { ?_said %NODE% ?node }"
)
_ENDS: Final = {
    Direction.OUTGOING: ("rdf:subject", "rdf:object"),
    Direction.INCOMING: ("rdf:object", "rdf:subject"),
}
_OTHERS: Final = "VALUES ?_other { {{others}} }"
_BELIEVED: Final = " LATERAL { ?_said kg:confidence ?_believed } FILTER(?_believed >= {{believed}})"
_CLAIMED: Final = (
    "LATERAL { ?_claim rdf:subject ?_paper ; rdf:predicate ?_role ; rdf:object ?node ; kg:confidence ?_sure }"
)


@dataclass(slots=True)
class Conditions:
    """Patterns that a node must match, and the terms of their markers.

    Attributes
    ----------
    node : str
        Variable of the node.
    prefix : str
        Put before the names of all other variables and of markers.
    parts : list of str
        Patterns that may be asked of each node by itself.
    once : list of str
        Patterns that find all their nodes by themselves, and are dear to ask again for each.
    """

    node: str = "?node"
    prefix: str = "w_"
    parts: list[str] = field(default_factory=list)
    once: list[str] = field(default_factory=list)
    values: dict[str, Term | Sequence[Term]] = field(default_factory=dict)

    def add(self, pattern: str, **values: Term | Sequence[Term]) -> None:
        """Add a pattern; see the module.

        >>> conditions = Conditions(node="?paper", prefix="p_")
        >>> conditions.add("?node dcterms:title ?_title . FILTER(?_title = {{title}})", title=Literal("A"))
        >>> conditions.parts
        ['?paper dcterms:title ?p_title . FILTER(?p_title = {{p_title}})']
        """
        self.parts.append(self._prefixed(pattern))
        self.values.update({f"{self.prefix}{name}": value for name, value in values.items()})

    def add_once(self, pattern: str, within: Conditions | None = None, /, **values: Term | Sequence[Term]) -> None:
        """Add a pattern that finds its nodes by itself, or from those of the filter within this one."""
        # Queries of their own, for else each is asked again for each row that is there already.
        first = "" if within is None else f"{{ SELECT DISTINCT {within.node} WHERE {{ {within.pattern} }} }}"
        self.once.append(f"{{ SELECT DISTINCT {self.node} WHERE {{ {first} {self._prefixed(pattern)} }} }}")
        self.values.update({f"{self.prefix}{name}": value for name, value in values.items()})
        self.values.update({} if within is None else within.values)

    def _prefixed(self, pattern: str) -> str:
        pattern = re.sub(r"\?node\b", self.node, pattern).replace("?_", f"?{self.prefix}")
        return pattern.replace("{{", f"{{{{{self.prefix}")

    def join(self, other: Conditions) -> None:
        """Add the patterns of a filter within this one."""
        self.parts += other.parts
        self.once += other.once
        self.values.update(other.values)

    def words(self, text: str, labels: str) -> None:
        """Add that each word of a search is in one of the node's labels, which a property path leads to."""
        words = text.split()
        if len(words) > _MOST_WORDS:
            raise ArgumentError(f"the search has {len(words)} words", f"give {_MOST_WORDS} at most")
        for number, word in enumerate(words):
            self.add(
                f"FILTER EXISTS {{ ?node {labels} ?_label"
                f" FILTER(CONTAINS(LCASE(STR(?_label)), LCASE({{{{word{number}}}}}))) }}",
                **{f"word{number}": Literal(word)},
            )

    @property
    def pattern(self) -> str:
        """All patterns together."""
        return together("\n".join(self.once), "\n".join(self.parts))


async def paper_conditions(info: Info, wanted: PaperFilter, *, node: str = "?node", prefix: str = "w_") -> Conditions:
    """What a paper must match."""
    found = Conditions(node, prefix)
    found.add("?node a kg:Paper .")
    least = None if wanted.min_confidence is None else probability("minConfidence", wanted.min_confidence)
    if wanted.entity is None and least is not None and (wanted.role or wanted.type or wanted.relation is None):
        _claimed_of_entities(found, wanted, least)
    elif wanted.entity is not None or wanted.role is not None or wanted.type is not None:
        pattern = ""
        values: dict[str, Term | Sequence[Term]] = {"roles": _roles(wanted.role), "types": types_of(wanted.type)}
        if wanted.entity is not None:
            roots = await entities_called(info, wanted.entity)
            pattern, given = _reached("entity", roots, narrower=wanted.include_narrower)
            values.update(given)
        # From the entity, where there is one: its papers are few beside all papers.
        pattern += (
            " VALUES ?_role { {{roles}} } LATERAL { ?node ?_role ?_entity }"
            if pattern
            else "VALUES ?_role { {{roles}} } ?node ?_role ?_entity ."
        )
        pattern += " LATERAL { VALUES ?_type { {{types}} } ?_entity a ?_type }"
        if least is not None:
            pattern += (
                " LATERAL { ?_claim rdf:subject ?node ; rdf:predicate ?_role ; rdf:object ?_entity ;"
                " kg:confidence ?_sure } FILTER(?_sure >= {{least}})"
            )
            values["least"] = least
        (found.add if wanted.entity is None else found.add_once)(pattern, **values)
    if len(wanted.entities or ()) > _MOST_ENTITIES:
        raise ArgumentError(f"there are {len(wanted.entities or ())} `entities`", f"give {_MOST_ENTITIES} at most")
    for number, name in enumerate(wanted.entities or ()):
        pattern, given = _reached(f"also{number}", await entities_called(info, name), narrower=wanted.include_narrower)
        pattern += f" VALUES ?_as{number} {{ {{{{every}}}} }} LATERAL {{ ?node ?_as{number} ?_also{number} }}"
        found.add_once(pattern, every=_roles(None), **given)
    if wanted.relation is not None:
        found.add(
            "?_said kg:claimedBy ?node ; rdf:predicate {{relation}} ; rdf:subject ?_about ; kg:confidence ?_believed ."
            " ?_about kg:paperCount ?_any .",
            relation=_relation(wanted.relation),
        )
        if least is not None:
            found.add("FILTER(?_believed >= {{believed}})", believed=least)
    _published(found, wanted)
    if wanted.search is not None:
        found.words(wanted.search, "dcterms:title|dcterms:abstract")
    await _in_community(info, found, "?node", wanted.community)
    return found


def _claimed_of_entities(found: Conditions, wanted: PaperFilter, least: Literal) -> None:
    """Add that a claim about the paper is sure enough: read from the paper's claims, which are few."""
    found.add(
        "LATERAL { ?_claim rdf:subject ?node } LATERAL { ?_claim kg:confidence ?_sure } FILTER(?_sure >= {{least}})",
        least=least,
    )
    if wanted.role is not None:
        found.add("LATERAL { ?_claim rdf:predicate ?_role } FILTER(?_role = {{role}})", role=_roles(wanted.role))
    if wanted.type is not None:
        found.add("LATERAL { ?_claim rdf:object ?_entity } LATERAL { ?_entity a {{type}} }", type=types_of(wanted.type))


def _published(found: Conditions, wanted: PaperFilter) -> None:
    if wanted.year is not None:
        found.add("?node dcterms:issued {{year}} .", year=Literal(str(wanted.year), datatype=_YEAR))
    for name, sign, bound in (("from", ">=", wanted.year_from), ("to", "<=", wanted.year_to)):
        if bound is not None:
            found.add(
                f"?node dcterms:issued ?_{name} . FILTER(xsd:integer(STR(?_{name})) {sign} {{{{year_{name}}}}})",
                **{f"year_{name}": Literal(bound)},
            )
    if wanted.venue is not None:
        found.add(
            "?node prism:publicationName ?_venue . FILTER(LCASE(STR(?_venue)) = LCASE({{venue}}))",
            venue=Literal(wanted.venue.strip()),
        )


async def entity_conditions(info: Info, wanted: EntityFilter, *, node: str = "?node", prefix: str = "w_") -> Conditions:
    """What an entity must match."""
    found = Conditions(node, prefix)
    found.add(
        "VALUES ?_type { {{types}} } ?node a ?_type ; kg:paperCount ?_papers .",
        types=types_of(wanted.type),
    )
    if wanted.broader is not None:
        path = "skos:broader+" if wanted.include_narrower else "skos:broader"
        roots = [iri(text) for text in await entities_called(info, wanted.broader)]
        found.add(f"VALUES ?_root {{ {{{{roots}}}} }} ?node {path} ?_root .", roots=roots)
    if wanted.min_papers:
        if wanted.min_papers < 0:
            raise ArgumentError(f"`minPapers` is {wanted.min_papers}", "give 0 or more")
        found.add("FILTER(?_papers >= {{least_papers}})", least_papers=Literal(wanted.min_papers))
    if wanted.search is not None:
        found.words(wanted.search, "skos:prefLabel|skos:altLabel")
    await _in_community(info, found, "?node", wanted.community)
    least = None if wanted.min_confidence is None else probability("minConfidence", wanted.min_confidence)
    related = wanted.relation is not None or wanted.direction is not None or wanted.related_to is not None
    if wanted.role is not None or wanted.papers is not None or (least is not None and not related):
        await _mentioned(info, found, wanted, least)
    if related:
        await _related(info, found, wanted, least)
    return found


async def _mentioned(info: Info, found: Conditions, wanted: EntityFilter, least: Literal | None) -> None:
    if wanted.papers is not None:
        within = await paper_conditions(info, wanted.papers, node=f"?{found.prefix}paper", prefix=f"{found.prefix}p_")
        sure = "" if least is None else f"{_CLAIMED} FILTER(?_sure >= {{{{least}}}})"
        given: dict[str, Term | Sequence[Term]] = {} if least is None else {"least": least}
        pattern = f"VALUES ?_role {{ {{{{roles}}}} }} LATERAL {{ ?_paper ?_role ?node }} {sure}"
        found.add_once(pattern, within, roles=_roles(wanted.role), **given)
    elif least is not None:
        found.add(
            "LATERAL { ?_claim rdf:object ?node } LATERAL { ?_claim kg:confidence ?_sure } FILTER(?_sure >= {{least}})"
            " LATERAL { ?_claim rdf:subject ?_paper } LATERAL { ?_paper a kg:Paper }",
            least=least,
        )
        if wanted.role is not None:
            found.add("LATERAL { ?_claim rdf:predicate ?_role } FILTER(?_role = {{role}})", role=_roles(wanted.role))
    else:
        found.add("VALUES ?_role { {{roles}} } ?_paper ?_role ?node . ?_paper a kg:Paper .", roles=_roles(wanted.role))


async def _related(info: Info, found: Conditions, wanted: EntityFilter, least: Literal | None) -> None:
    others: dict[str, Term | Sequence[Term]] = {}
    if wanted.related_to is not None:
        others = {"others": [iri(text) for text in await entities_called(info, wanted.related_to)]}
    sides = []
    for side in Direction if wanted.direction is None else [wanted.direction]:
        node, other = _ENDS[side]
        pattern = _RELATED[side] if least is None else (_SAID_OF_OTHERS if others else _SAID) + _BELIEVED
        pattern = pattern.replace("%NODE%", node).replace("%OTHER%", other)
        # The other end is an entity of the graph, for papers have roles by the same names.
        sides.append(
            f"{{ {pattern.replace('%OTHERS%', _OTHERS if others else '')}"
            " LATERAL { ?_other kg:paperCount ?_theirs } }"
        )
    relations = [_relation(relation) for relation in Relation if wanted.relation in (None, relation)]
    believed: dict[str, Term | Sequence[Term]] = {} if least is None else {"believed": least}
    found.add_once(" UNION ".join(sides), relations=relations, **others, **believed)


async def claim_conditions(info: Info, wanted: ClaimFilter) -> Conditions:
    """What a claim must match."""
    if wanted.role is not None and wanted.relation is not None:
        raise ArgumentError("`role` and `relation` are both given", "give one: a claim is about a paper or an entity")
    found = Conditions()
    found.add("?node a kg:Claim ; kg:confidence ?_sure .")
    names = [name for name in ("paper", "subject", "object") if getattr(wanted, name) is not None]
    iris = await find_iris(info, [str(getattr(wanted, name)) for name in names])
    terms = {"paper": "kg:claimedBy", "subject": "rdf:subject", "object": "rdf:object"}
    for name, node in zip(names, iris, strict=True):
        # An IRI that nothing can have finds no claims, as one that nothing has.
        value = iri(node or _NONE)
        if wanted.include_narrower and name != "paper":
            _reach(found, name, [value.value], narrower=True)
            found.add(f"?node {terms[name]} ?_{name} .")
        else:
            found.add(f"?node {terms[name]} {{{{{name}}}}} .", **{name: value})
    if wanted.role is not None:
        # Two names are both a role and a relation, and what the subject is tells which.
        found.add(
            "?node rdf:predicate {{role}} ; rdf:subject ?_of . ?_of a kg:Paper .",
            role=iri(str(ROLE_TERMS[wanted.role.value])),
        )
    if wanted.relation is not None:
        found.add(
            "?node rdf:predicate {{relation}} ; rdf:subject ?_from . ?_from kg:paperCount ?_papers .",
            relation=_relation(wanted.relation),
        )
    if wanted.type is not None:
        found.add("?node rdf:object ?_to . ?_to a {{type}} .", type=types_of(wanted.type))
    if wanted.subject_type is not None:
        found.add("?node rdf:subject ?_by . ?_by a {{subject_type}} .", subject_type=types_of(wanted.subject_type))
    _sure_enough(found, wanted)
    if wanted.papers is not None:
        makers = await paper_conditions(info, wanted.papers, node="?w_maker", prefix="w_p_")
        found.add_once("LATERAL { ?node kg:claimedBy ?_maker }", makers)
    await _in_community(info, found, "?_member", wanted.community, "?node rdf:subject|rdf:object ?_member .")
    if wanted.search is not None:
        found.words(wanted.search, "kg:evidence/oa:exact")
    return found


def _sure_enough(found: Conditions, wanted: ClaimFilter) -> None:
    if wanted.min_confidence is not None:
        least = probability("minConfidence", wanted.min_confidence)
        found.add("FILTER(?_sure >= {{least}})", least=least)
    if wanted.min_edge_confidence is not None:
        least = probability("minEdgeConfidence", wanted.min_edge_confidence)
        found.add("?node kg:edgeConfidence ?_together . FILTER(?_together >= {{least_edge}})", least_edge=least)
    if wanted.min_support is not None:
        if wanted.min_support < 1:
            raise ArgumentError(f"`minSupport` is {wanted.min_support}", "give 1 or more")
        found.add(
            "?node kg:support ?_support . FILTER(?_support >= {{least_support}})",
            least_support=Literal(wanted.min_support),
        )
    if wanted.derived is not None:
        found.add(f"FILTER {'' if wanted.derived else 'NOT '}EXISTS {{ ?node a kg:DerivedClaim }}")
    if wanted.hedged is not None:
        found.add(
            f"FILTER {'' if wanted.hedged else 'NOT '}EXISTS {{ ?node kg:status {{{{status}}}} }}",
            status=Literal(Status.HEDGED.value),
        )


async def community_conditions(info: Info, wanted: CommunityFilter) -> Conditions:
    """What a community must match."""
    found = Conditions()
    found.add("?node a kg:Community .")
    if wanted.min_members is not None:
        if wanted.min_members < 0:
            raise ArgumentError(f"`minMembers` is {wanted.min_members}", "give 0 or more")
        found.add("?node kg:memberCount ?_members . FILTER(?_members >= {{least}})", least=Literal(wanted.min_members))
    if wanted.search is not None:
        found.words(wanted.search, "rdfs:label")
    if wanted.member is not None:
        members = await entities_called(info, wanted.member)
        identified = await find_iri(info, wanted.member)
        found.add(
            "VALUES ?_member { {{members}} } ?_member kg:inCommunity ?node .",
            members=[iri(text) for text in dict.fromkeys([*members, *([identified] if identified else [])])],
        )
    if wanted.type is not None:
        found.add("?_one kg:inCommunity ?node ; a {{type}} .", type=types_of(wanted.type))
    return found


def probability(name: str, given: float) -> Literal:
    """Probability as a term.

    Raises
    ------
    ArgumentError
        When it is not between 0 and 1; `name` is the argument it was given by.
    """
    if not 0 <= given <= 1:
        raise ArgumentError(f"`{name}` is {given}", "give 0 to 1")
    return Literal(f"{given:.6f}", datatype=_DECIMAL)


def types_of(type_: EntityType | None) -> list[NamedNode]:
    """Class of a type, or those of all types."""
    return [iri(str(KG[wanted.value])) for wanted in EntityType if type_ in (None, wanted)]


def _roles(role: Role | None) -> list[NamedNode]:
    return [iri(str(ROLE_TERMS[wanted.value])) for wanted in Role if role in (None, wanted)]


def _relation(relation: Relation) -> NamedNode:
    return iri(str(RELATION_TERMS[relation.value]))


def _reach(found: Conditions, name: str, roots: Sequence[str], *, narrower: bool) -> None:
    """Bind a variable to entities, and to what is narrower where that counts too."""
    pattern, values = _reached(name, roots, narrower=narrower)
    found.add(pattern, **values)


def _reached(name: str, roots: Sequence[str], *, narrower: bool) -> tuple[str, dict[str, Sequence[Term]]]:
    reach = f"?_{name} skos:broader* ?_{name}_root ." if narrower else f"BIND(?_{name}_root AS ?_{name})"
    pattern = f"VALUES ?_{name}_root {{ {{{{{name}_roots}}}} }} {reach}"
    return pattern, {f"{name}_roots": [iri(text) for text in roots]}


async def _in_community(info: Info, found: Conditions, member: str, text: str | None, bound_by: str = "") -> None:
    if text is not None:
        community = iri(await find_iri(info, text) or _NONE)
        found.add(f"{bound_by} {member} kg:inCommunity {{{{community}}}} .", community=community)
