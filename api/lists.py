"""The four long lists of the API, as patterns over the graph."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.errors import ArgumentError
from api.listing import Listing, contains_words
from api.vocabulary import ClaimFilter, EntityOrder, EntityType, PaperFilter, PaperOrder, Projection, Status
from kg.store import Literal, NamedNode, Term, iri
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS, XSD

__all__ = ["claim_listing", "community_listing", "entity_listing", "paper_listing", "top_concepts"]

_YEAR: Final = NamedNode(str(XSD.gYear))
_DECIMAL: Final = NamedNode(str(XSD.decimal))

# Pattern that binds what an order's key needs, the key, and whether it is a number.
_PAPER_ORDERS: Final = {
    PaperOrder.YEAR: (
        "OPTIONAL { ?node dcterms:issued ?issued }", "0 - COALESCE(xsd:integer(STR(?issued)), 0)", True,
    ),
    PaperOrder.TITLE: ("?node dcterms:title ?title .", "LCASE(STR(?title))", False),
    PaperOrder.PAGERANK: ("OPTIONAL { ?node kg:pageRank ?rank }", "0 - COALESCE(?rank, 0)", True),
}  # fmt: skip
_ENTITY_ORDERS: Final = {
    EntityOrder.NAME: ("?node skos:prefLabel ?name .", "LCASE(STR(?name))", False),
    EntityOrder.PAPERS: ("", "0 - ?papers", True),
    EntityOrder.PAGERANK: ("OPTIONAL { ?node kg:pageRank ?rank }", "0 - COALESCE(?rank, 0)", True),
}
_ENTITY: Final = "VALUES ?type { {{types}} } ?node a ?type ; kg:paperCount ?papers ."


def paper_listing(wanted: PaperFilter, order: PaperOrder, entities: Sequence[str] | None) -> Listing:
    """Papers that fulfil a filter.

    Parameters
    ----------
    entities : sequence of str or None
        IRIs of the entities that the filter's `entity` stands for.
    """
    pattern, values = ["?node a kg:Paper ."], dict[str, Term | Sequence[Term]]()
    if entities is not None or wanted.role is not None or wanted.type is not None:
        roles = [wanted.role.value] if wanted.role else list(ROLE_TERMS)
        values["roles"] = [iri(str(ROLE_TERMS[role])) for role in roles]
        if entities is not None:
            values["entities"] = [iri(text) for text in entities]
            reach = "?entity skos:broader* ?root ." if wanted.include_narrower else "BIND(?root AS ?entity)"
            pattern.append(f"VALUES ?root {{ {{{{entities}}}} }} {reach}")
        pattern.append("VALUES ?role { {{roles}} } ?node ?role ?entity .")
        types = [wanted.type.value] if wanted.type else [type_.value for type_ in EntityType]
        values["types"] = [iri(str(KG[type_])) for type_ in types]
        pattern.append("VALUES ?type { {{types}} } ?entity a ?type .")
    if wanted.year is not None:
        values["year"] = Literal(str(wanted.year), datatype=_YEAR)
        pattern.append("?node dcterms:issued {{year}} .")
    for name, sign, bound in (("from", ">=", wanted.year_from), ("to", "<=", wanted.year_to)):
        if bound is not None:
            values[f"year_{name}"] = Literal(bound)
            pattern.append(
                f"?node dcterms:issued ?{name} . FILTER(xsd:integer(STR(?{name})) {sign} {{{{year_{name}}}}})"
            )
    if wanted.venue is not None:
        values["venue"] = Literal(wanted.venue.strip())
        pattern.append("?node prism:publicationName ?venue . FILTER(LCASE(STR(?venue)) = LCASE({{venue}}))")
    if wanted.search is not None:
        condition, words = contains_words(wanted.search, "dcterms:title|dcterms:abstract")
        values.update(words)
        pattern.append(condition)
    bound_by, key, numeric = _PAPER_ORDERS[order]
    return Listing("\n".join([*pattern, bound_by]), key, order.value, numeric, values)


def entity_listing(
    type_: EntityType | None,
    search: str | None,
    broader: Sequence[str] | None,
    *,
    include_narrower: bool,
    min_papers: int,
    order: EntityOrder,
) -> Listing:
    """Entities of a type, that a search finds, that are a kind of others.

    Parameters
    ----------
    broader : sequence of str or None
        IRIs of entities that those wanted are a kind of.
    include_narrower : bool
        Whether kinds of kinds count.
    """
    if min_papers < 0:
        raise ArgumentError(f"`minPapers` is {min_papers}", "give 0 or more")
    pattern = [_ENTITY]
    values: dict[str, Term | Sequence[Term]] = {"types": _types(type_)}
    if broader is not None:
        values["roots"] = [iri(text) for text in broader]
        pattern.append("VALUES ?root { {{roots}} } ?node " + ("skos:broader+" if include_narrower else "skos:broader"))
        pattern.append("?root .")
    if min_papers:
        values["least"] = Literal(min_papers)
        pattern.append("FILTER(?papers >= {{least}})")
    if search is not None:
        condition, words = contains_words(search, "skos:prefLabel|skos:altLabel")
        values.update(words)
        pattern.append(condition)
    bound_by, key, numeric = _ENTITY_ORDERS[order]
    return Listing("\n".join([*pattern, bound_by]), key, order.value, numeric, values)


def top_concepts(type_: EntityType) -> Listing:
    """Entities of a type that others are a kind of, and that are a kind of nothing."""
    pattern = (
        f"{_ENTITY} ?node skos:prefLabel ?name . ?kind skos:broader ?node ; kg:paperCount ?any .\n"
        "FILTER NOT EXISTS { ?node skos:broader ?above . ?above kg:paperCount ?some }"
    )
    return Listing(pattern, "LCASE(STR(?name))", EntityOrder.NAME.value, False, {"types": _types(type_)})


def claim_listing(wanted: ClaimFilter, nodes: dict[str, str]) -> Listing:
    """Claims that fulfil a filter.

    Parameters
    ----------
    nodes : dict
        IRIs of the filter's `paper`, `subject` and `object`, where given.
    """
    pattern, values = ["?node a kg:Claim ; kg:confidence ?sure ."], dict[str, Term | Sequence[Term]]()
    for name, term in (("paper", "kg:claimedBy"), ("subject", "rdf:subject"), ("object", "rdf:object")):
        if name in nodes:
            values[name] = iri(nodes[name])
            pattern.append(f"?node {term} {{{{{name}}}}} .")
    if wanted.role is not None and wanted.relation is not None:
        raise ArgumentError("`role` and `relation` are both given", "give one: a claim is about a paper or an entity")
    if wanted.role is not None:
        # Two names are both a role and a relation, and what the subject is tells which.
        values["predicate"] = iri(str(ROLE_TERMS[wanted.role.value]))
        pattern.append("?node rdf:predicate {{predicate}} ; rdf:subject ?about . ?about a kg:Paper .")
    if wanted.relation is not None:
        values["predicate"] = iri(str(RELATION_TERMS[wanted.relation.value]))
        pattern.append("?node rdf:predicate {{predicate}} ; rdf:subject ?about . ?about kg:paperCount ?papers .")
    if wanted.min_confidence is not None:
        values["least"] = _probability("minConfidence", wanted.min_confidence)
        pattern.append("FILTER(?sure >= {{least}})")
    if wanted.min_edge_confidence is not None:
        values["least_edge"] = _probability("minEdgeConfidence", wanted.min_edge_confidence)
        pattern.append("?node kg:edgeConfidence ?together . FILTER(?together >= {{least_edge}})")
    if wanted.min_support is not None:
        if wanted.min_support < 1:
            raise ArgumentError(f"`minSupport` is {wanted.min_support}", "give 1 or more")
        values["least_support"] = Literal(wanted.min_support)
        pattern.append("?node kg:support ?support . FILTER(?support >= {{least_support}})")
    if wanted.derived is not None:
        pattern.append(f"FILTER {'' if wanted.derived else 'NOT '}EXISTS {{ ?node a kg:DerivedClaim }}")
    if wanted.hedged is not None:
        values["status"] = Literal(Status.HEDGED.value)
        pattern.append(f"FILTER {'' if wanted.hedged else 'NOT '}EXISTS {{ ?node kg:status {{{{status}}}} }}")
    return Listing("\n".join(pattern), "0 - ?sure", "CONFIDENCE", True, values)


def community_listing(projection: Projection) -> Listing:
    """Communities of a projection, largest first."""
    pattern = (
        "?node a kg:Community ; kg:ofProjection ?projection ; kg:memberCount ?members .\n"
        "FILTER(STRENDS(STR(?projection), {{ending}}))"
    )
    return Listing(pattern, "0 - ?members", "MEMBERS", True, {"ending": Literal(f"/{projection.value}")})


def _probability(name: str, given: float) -> Literal:
    if not 0 <= given <= 1:
        raise ArgumentError(f"`{name}` is {given}", "give 0 to 1")
    return Literal(f"{given:.6f}", datatype=_DECIMAL)


def _types(type_: EntityType | None) -> list[NamedNode]:
    return [iri(str(KG[wanted.value])) for wanted in EntityType if type_ in (None, wanted)]
