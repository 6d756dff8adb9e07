"""Entities: methods, tasks, datasets, hardware and metrics, their papers and their relations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry

from api.choosing import InEntityOrder, OfEntities, chosen, sure_edges
from api.claim import Claim, FewClaims, claims_of
from api.community import Analysed
from api.conditions import Conditions, entity_conditions, paper_conditions, probability
from api.context import Info
from api.dividing import Papers, papers_of
from api.facets import PaperFacets
from api.fields import resolved
from api.filters import EntityFilter, PaperFilter
from api.leaderboard import (
    AnyOrder,
    Changes,
    FigureConnection,
    Hedged,
    InDimension,
    InUnit,
    MinConfidence,
    Narrower,
    OfMetric,
    OfPapers,
    Wanted,
    find_leaderboard,
    find_measurements,
)
from api.links import ConceptLink
from api.listing import NodeKey
from api.lists import entity_listing, paper_listing
from api.loaders import Edge, Facts, PaperOfEntity
from api.node import Connection, joined, load_nodes
from api.pages import After, Before, First, Last, Page, PageRequest, page_of
from api.relatives import RELATED_ORDERS, related_rows
from api.trends import FromYear, ToYear, Trend, find_trends
from api.vocabulary import Direction, EntityOrder, EntityType, PaperOrder, RelatedOrder, Relation, Role
from schema.vocab import KG, RDF, SKOS

if TYPE_CHECKING:
    from api.paper import Paper

__all__ = ["Entity", "EntityConnection", "EntityEdge", "EntityPaperConnection", "RelatedConnection", "type_of"]

APaper: TypeAlias = Annotated["Paper", strawberry.lazy("api.paper")]
_CLASSES = {str(KG[type_.value]): type_ for type_ in EntityType}


@strawberry.type(
    description="A method, task, dataset, piece of hardware or metric, under whatever names papers give it."
)
class Entity(Analysed, classes=_CLASSES):
    """An entity."""

    @resolved("What kind of thing it is.", name="type")
    def entity_type(self) -> EntityType:
        """Find the class."""
        return type_of(self.facts)

    @resolved("Its preferred name.")
    def name(self) -> str:
        """Read it."""
        return self.facts.text(SKOS.prefLabel) or ""

    @resolved("Its other names, sorted.")
    def aliases(self) -> list[str]:
        """Read them."""
        return self.facts.texts(SKOS.altLabel)

    @resolved("What it is, where the taxonomy says so.")
    def definition(self) -> str | None:
        """Read it."""
        return self.facts.text(SKOS.definition)

    @resolved("What it is in vocabularies that others keep, exact matches first; none where nothing is sure enough.")
    async def links(self, info: Info) -> list[ConceptLink]:
        """Load them."""
        return await info.context.load.links.load(self.iri)

    @resolved("Number of papers that mention it itself, narrower entities aside.")
    def paper_count(self) -> int:
        """Read it."""
        return self.facts.whole(KG.paperCount) or 0

    @resolved("The entities it is directly a kind of, by name.")
    async def broader(self, info: Info) -> list[Entity]:
        """Load them."""
        return await _entities(info, [iri for _, iri in await info.context.load.broader.load(self.iri)])

    @resolved("All entities it is a kind of, however far up, by name.")
    async def ancestors(self, info: Info) -> list[Entity]:
        """Load them."""
        return await _entities(info, [iri for _, iri in await info.context.load.ancestors.load(self.iri)])

    @resolved("The entities that are directly a kind of it, by name unless told.")
    async def narrower(
        self,
        info: Info,
        *,
        filter: OfEntities = None,
        order_by: InEntityOrder = EntityOrder.NAME,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EntityConnection:
        """Page through them."""
        rows = await info.context.load.narrower.load(self.iri)
        return await _named(info, rows, filter, order_by, info.context.page(first, after, last, before))

    @resolved("All entities that are a kind of it, however far down, by name unless told.")
    async def descendants(
        self,
        info: Info,
        *,
        filter: OfEntities = None,
        order_by: InEntityOrder = EntityOrder.NAME,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EntityConnection:
        """Page through them."""
        rows = await info.context.load.descendants.load(self.iri)
        return await _named(info, rows, filter, order_by, info.context.page(first, after, last, before))

    @resolved("The papers that mention it, latest first unless told.")
    async def papers(
        self,
        info: Info,
        *,
        role: Annotated[Role | None, strawberry.argument(description="Only those that have it in this role.")] = None,
        include_narrower: Annotated[
            bool, strawberry.argument(description="Whether papers that mention a kind of it count too.")
        ] = False,
        min_confidence: Annotated[
            float | None,
            strawberry.argument(description="Only those that mention it by a claim at least this sure, 0 to 1."),
        ] = None,
        filter: Annotated[PaperFilter | None, strawberry.argument(description="Which of them are wanted.")] = None,
        order_by: Annotated[PaperOrder, strawberry.argument(description="In which order.")] = PaperOrder.YEAR,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EntityPaperConnection:
        """Page through its papers."""
        request = info.context.page(first, after, last, before)
        least = None if min_confidence is None else probability("minConfidence", min_confidence)
        rows = await info.context.load.papers_of_entity.load((self.iri, include_narrower))
        if role is not None:
            rows = [found for row in rows if (found := row.in_role(role.value)) is not None]
        sure = await sure_edges(info, (edge for row in rows for edge in row.edges), min_confidence)
        if sure is not None:
            rows = [found for row in rows if (found := row.by_edges(sure)) is not None]
        wanted = None if filter is None else await paper_conditions(info, filter)
        page = await _papers(info, rows, wanted, order_by, request)
        return EntityPaperConnection(
            edges=[
                EntityPaperEdge(cursor=at, node=cast("Paper", node), role=Role(row.role), edges=row.edges)
                for at, row, node in await joined(info, page, lambda row: row.paper)
            ],
            page_info=page.page_info,
            count=page.count,
            source=papers_of(self.iri, wanted, narrower=include_narrower, role=role, least=least),
        )

    @resolved("The entities related to it, those with most claims first unless told.")
    async def related(
        self,
        info: Info,
        *,
        relation: Annotated[Relation | None, strawberry.argument(description="Only by this relation.")] = None,
        direction: Annotated[
            Direction | None, strawberry.argument(description="Only where it is at this end of the relation.")
        ] = None,
        type: Annotated[EntityType | None, strawberry.argument(description="Only entities of this type.")] = None,
        include_narrower: Annotated[
            bool,
            strawberry.argument(
                description="Whether what its kinds are related to counts too; relations among them are left out."
            ),
        ] = False,
        min_confidence: Annotated[
            float | None,
            strawberry.argument(
                description="Only edges that are right with at least this probability by all claims together, 0 to 1."
            ),
        ] = None,
        min_claims: Annotated[
            int,
            strawberry.argument(description="Only edges with at least so many claims; 0 lets in the taxonomy's own."),
        ] = 0,
        filter: OfEntities = None,
        order_by: Annotated[
            RelatedOrder, strawberry.argument(description="In which order.")
        ] = RelatedOrder.CLAIMS,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> RelatedConnection:
        """Page through its relations."""
        request = info.context.page(first, after, last, before)
        if min_confidence is not None:
            probability("minConfidence", min_confidence)
        rows = [
            row
            for row in await related_rows(info, self.iri, include_narrower=include_narrower)
            if (relation is None or row.relation == relation.value)
            and (direction is None or row.outgoing == (direction is Direction.OUTGOING))
            and (type is None or row.type == type.value)
            and (min_confidence is None or (row.confidence or 0.0) >= min_confidence)
            and -row.minus_support >= min_claims
        ]
        if filter is not None:
            listing = entity_listing(await entity_conditions(info, filter), EntityOrder.NAME)
            rows = [row for _, row in await chosen(info, rows, lambda row: row.entity, listing)]
        name, key = RELATED_ORDERS[order_by]
        page = page_of(sorted(rows, key=key), request, order=name, key=key)
        return RelatedConnection(
            edges=[
                RelatedEdge(
                    cursor=at,
                    node=cast(Entity, node),
                    relation=Relation(row.relation),
                    direction=Direction.OUTGOING if row.outgoing else Direction.INCOMING,
                    claim_count=-row.minus_support,
                    confidence=row.confidence,
                    edges=row.edges,
                )
                for at, row, node in await joined(info, page, lambda row: row.entity)
            ],
            page_info=page.page_info,
            count=page.count,
        )

    @resolved("How its papers lie over the years, as numbers and as shares of all papers of each year.")
    async def trend(
        self,
        info: Info,
        *,
        start: FromYear = None,
        end: ToYear = None,
        role: Annotated[Role | None, strawberry.argument(description="Only papers that have it in this role.")] = None,
        include_narrower: Annotated[
            bool, strawberry.argument(description="Whether papers that mention a kind of it count too.")
        ] = False,
    ) -> Trend:
        """Count them."""
        (found,) = await find_trends(info, [self.iri], start, end, role=role, include_narrower=include_narrower)
        return found

    @resolved(
        "Of a dataset: the methods by their values of a metric, best first, a row for each result. Of other entities: "
        "none."
    )
    async def leaderboard(
        self,
        info: Info,
        *,
        metric: OfMetric,
        include_narrower: Narrower = False,
        unit: InUnit = None,
        change: Changes = False,
        hedged: Hedged = None,
        min_confidence: MinConfidence = None,
        papers: OfPapers = None,
        order: AnyOrder = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> FigureConnection:
        """Page through the results."""
        request = info.context.page(first, after, last, before)
        wanted = Wanted(unit, change, hedged, min_confidence, order, papers)
        return await find_leaderboard(info, [self.iri], metric, wanted, request, include_narrower=include_narrower)

    @resolved("Of hardware: the figures that papers report of it and of what is narrower. Of other entities: none.")
    async def measurements(
        self,
        info: Info,
        *,
        dimension: InDimension = None,
        include_narrower: Annotated[
            bool, strawberry.argument(description="Whether figures of narrower hardware count too.")
        ] = True,
        unit: InUnit = None,
        change: Changes = False,
        hedged: Hedged = None,
        min_confidence: MinConfidence = None,
        papers: OfPapers = None,
        order: AnyOrder = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> FigureConnection:
        """Page through the results."""
        request = info.context.page(first, after, last, before)
        wanted = Wanted(unit, change, hedged, min_confidence, order, papers)
        return await find_measurements(info, [self.iri], dimension, wanted, request, include_narrower=include_narrower)


@strawberry.type(description="An entity in a list.")
class EntityEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the entity in the list.")
    node: Entity = strawberry.field(description="The entity.")


@strawberry.type(description="A page of entities.")
class EntityConnection(Connection):
    """A connection."""

    edges: list[EntityEdge] = strawberry.field(description="The entities of this page.")


@strawberry.type(description="A paper of an entity.")
class EntityPaperEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the paper in the list.")
    node: APaper = strawberry.field(description="The paper.")
    role: Role = strawberry.field(description="What the entity is to it; the most telling, where there are several.")
    edges: strawberry.Private[Sequence[Edge]]

    @resolved("What the paper mentions: the entity itself, or the kinds of it that count too.")
    async def via(self, info: Info) -> list[Entity]:
        """Load them."""
        return await _entities(info, dict.fromkeys(edge.object for edge in self.edges))

    @resolved("The claims that say so, with their sentences, surest first.")
    async def claims(self, info: Info, first: FewClaims = 10) -> list[Claim]:
        """Load them."""
        return await claims_of(info, self.edges, first)


@strawberry.type(description="A page of the papers of an entity.")
class EntityPaperConnection(Connection):
    """A connection."""

    edges: list[EntityPaperEdge] = strawberry.field(description="The papers of this page.")
    source: strawberry.Private[Papers]

    @resolved("How all these papers divide: by year, venue, role, type, class of hardware.")
    def facets(self) -> PaperFacets:
        """Nothing is counted yet."""
        return PaperFacets(source=self.source)


@strawberry.type(description="An entity related to another.")
class RelatedEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the entity in the list.")
    node: Entity = strawberry.field(description="The other entity.")
    relation: Relation = strawberry.field(description="How the two hang together.")
    direction: Direction = strawberry.field(description="Which end the entity that was asked is at.")
    claim_count: int = strawberry.field(description="Number of claims that say so; none where the taxonomy alone does.")
    confidence: float | None = strawberry.field(
        description="Probability that the edge is right by these claims together; null where there are none."
    )
    edges: strawberry.Private[Sequence[Edge]]

    @resolved("What is related to it: the entity that was asked, or the kinds of it that count too.")
    async def via(self, info: Info) -> list[Entity]:
        """Load them."""
        outgoing = self.direction is Direction.OUTGOING
        ends = [edge.subject if outgoing else edge.object for edge in self.edges]
        return await _entities(info, dict.fromkeys(ends))

    @resolved("The claims that say so, with paper and sentences, surest first.")
    async def claims(self, info: Info, first: FewClaims = 5) -> list[Claim]:
        """Load them."""
        return await claims_of(info, self.edges, first)


@strawberry.type(description="A page of the entities related to an entity.")
class RelatedConnection(Connection):
    """A connection."""

    edges: list[RelatedEdge] = strawberry.field(description="The related entities of this page.")


def type_of(facts: Facts) -> EntityType:
    """Type of the entity that these facts are of."""
    return next(_CLASSES[name] for name in facts.texts(RDF.type) if name in _CLASSES)


async def _entities(info: Info, iris: Sequence[str] | dict[str, None]) -> list[Entity]:
    return cast("list[Entity]", await load_nodes(info, iris))


async def _named(
    info: Info,
    rows: Sequence[tuple[str, str]],
    wanted: EntityFilter | None,
    order: EntityOrder,
    request: PageRequest,
) -> EntityConnection:
    keyed: list[tuple[NodeKey, tuple[str, str]]] = [(row, row) for row in rows]
    if wanted is not None or order is not EntityOrder.NAME:
        listing = entity_listing(await entity_conditions(info, wanted or EntityFilter()), order)
        keyed = sorted(await chosen(info, rows, lambda row: row[1], listing))
    page = page_of(keyed, request, order=order.value, key=lambda pair: pair[0])
    return EntityConnection(
        edges=[
            EntityEdge(cursor=at, node=cast(Entity, node))
            for at, _, node in await joined(info, page, lambda pair: pair[1][1])
        ],
        page_info=page.page_info,
        count=page.count,
    )


async def _papers(
    info: Info, rows: Sequence[PaperOfEntity], wanted: Conditions | None, order: PaperOrder, request: PageRequest
) -> Page[PaperOfEntity]:
    """Page of an entity's papers; they come latest first."""
    if wanted is None and order is PaperOrder.YEAR:
        return page_of(rows, request, order="PAPERS", key=lambda row: row[:2])
    listing = paper_listing(wanted or await paper_conditions(info, PaperFilter()), order)
    keyed = await chosen(info, rows, lambda row: row.paper, listing)
    if order is PaperOrder.YEAR:
        return page_of([row for _, row in keyed], request, order="PAPERS", key=lambda row: row[:2])
    keys = {row.paper: key for key, row in keyed}
    ordered = [row for _, row in sorted(keyed)]
    return page_of(ordered, request, order=f"PAPERS {order.value}", key=lambda row: keys[row.paper])
