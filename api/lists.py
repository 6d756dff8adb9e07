"""The long lists of the API: what each order sorts by."""

from __future__ import annotations

from typing import Final, TypeAlias

from api.conditions import Conditions, types_of
from api.listing import Listing
from api.vocabulary import (
    ClaimOrder,
    CommunityOrder,
    EntityOrder,
    EntityType,
    MemberOrder,
    PaperOrder,
    Projection,
)
from kg.store import Literal

__all__ = [
    "claim_listing",
    "community_listing",
    "entity_listing",
    "member_listing",
    "paper_listing",
    "top_concepts",
]

_RANKS: Final = {"PAGERANK": "kg:pageRank", "DEGREE": "kg:degree", "BETWEENNESS": "kg:betweenness"}
_YEAR: Final = "OPTIONAL { ?node dcterms:issued ?issued }"
_CLAIM_YEAR: Final = "OPTIONAL { ?node kg:claimedBy/dcterms:issued ?issued }"
_LATEST: Final = "0 - COALESCE(xsd:integer(STR(?issued)), 0)"
_OLDEST: Final = "COALESCE(xsd:integer(STR(?issued)), 9999)"
_NAME: Final = ("?node skos:prefLabel ?name .", "LCASE(STR(?name))", False)

AnyOrder: TypeAlias = PaperOrder | EntityOrder | MemberOrder | ClaimOrder | CommunityOrder

# Pattern that binds what an order's key needs, the key, and whether it is a number.
_ORDERS: Final[dict[AnyOrder, tuple[str, str, bool]]] = {
    PaperOrder.YEAR: (_YEAR, _LATEST, True),
    PaperOrder.OLDEST: (_YEAR, _OLDEST, True),
    PaperOrder.TITLE: ("?node dcterms:title ?title .", "LCASE(STR(?title))", False),
    EntityOrder.NAME: _NAME,
    EntityOrder.PAPERS: ("?node kg:paperCount ?papers .", "0 - ?papers", True),
    MemberOrder.NAME: ("?node skos:prefLabel|dcterms:title ?name .", "LCASE(STR(?name))", False),
    ClaimOrder.CONFIDENCE: ("?node kg:confidence ?sure .", "0 - ?sure", True),
    ClaimOrder.EDGE_CONFIDENCE: ("OPTIONAL { ?node kg:edgeConfidence ?sure }", "0 - COALESCE(?sure, 0)", True),
    ClaimOrder.SUPPORT: ("OPTIONAL { ?node kg:support ?support }", "0 - COALESCE(?support, 0)", True),
    ClaimOrder.LATEST: (_CLAIM_YEAR, _LATEST, True),
    ClaimOrder.OLDEST: (_CLAIM_YEAR, _OLDEST, True),
    CommunityOrder.MEMBERS: ("?node kg:memberCount ?members .", "0 - ?members", True),
    CommunityOrder.LABEL: ("?node rdfs:label ?label .", "LCASE(STR(?label))", False),
    **{
        order[name]: (f"OPTIONAL {{ ?node {term} ?rank }}", "0 - COALESCE(?rank, 0)", True)
        for order in (PaperOrder, EntityOrder, MemberOrder)
        for name, term in _RANKS.items()
    },
}  # fmt: skip


def paper_listing(wanted: Conditions, order: PaperOrder) -> Listing:
    """Papers that match, in an order."""
    return _listing(wanted, order)


def entity_listing(wanted: Conditions, order: EntityOrder) -> Listing:
    """Entities that match, in an order."""
    return _listing(wanted, order)


def member_listing(wanted: Conditions, order: MemberOrder) -> Listing:
    """Members of communities that match, in an order."""
    return _listing(wanted, order)


def claim_listing(wanted: Conditions, order: ClaimOrder) -> Listing:
    """Claims that match, in an order."""
    return _listing(wanted, order)


def community_listing(wanted: Conditions, projection: Projection, order: CommunityOrder) -> Listing:
    """Communities of a projection that match, in an order."""
    wanted.add(
        "?node kg:ofProjection ?_projection . FILTER(STRENDS(STR(?_projection), {{ending}}))",
        ending=Literal(f"/{projection.value}"),
    )
    return _listing(wanted, order)


def top_concepts(wanted: Conditions, type_: EntityType, order: EntityOrder) -> Listing:
    """Entities of a type that match and that others are a kind of, but that are a kind of nothing in the graph."""
    wanted.add(
        "?node a {{top}} . ?_below skos:broader ?node ; kg:paperCount ?_kinds .\n"
        "FILTER NOT EXISTS { ?node skos:broader ?_above . ?_above kg:paperCount ?_some }",
        top=types_of(type_),
    )
    return _listing(wanted, order)


def _listing(wanted: Conditions, order: AnyOrder) -> Listing:
    bound_by, key, numeric = _ORDERS[order]
    return Listing(
        "\n".join([*wanted.parts, bound_by]), key, order.value, numeric, wanted.values, "\n".join(wanted.once)
    )
