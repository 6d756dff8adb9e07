"""The entry points of the API."""

from __future__ import annotations

from typing import Annotated, cast

import strawberry

from api.choosing import InEntityOrder, OfEntities
from api.claim import ClaimConnection, claim_connection
from api.community import CommunityConnection, community_connection
from api.conditions import claim_conditions, community_conditions, entity_conditions, paper_conditions
from api.context import Info
from api.dividing import Papers
from api.entity import Entity, EntityConnection, EntityEdge, type_of
from api.errors import ArgumentError
from api.exploring import Exploring, NodeId
from api.fields import resolved
from api.filters import ClaimFilter, CommunityFilter, EntityFilter, PaperFilter
from api.finding import entities_called, entities_named, find_iri, find_iris
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
from api.listing import Listing, list_page
from api.lists import claim_listing, community_listing, entity_listing, paper_listing, top_concepts
from api.node import Node, joined, load_node
from api.pages import After, Before, First, Last, PageRequest
from api.paper import Paper, PaperConnection, PaperEdge
from api.statistics import Statistics, find_statistics
from api.vocabulary import ClaimOrder, CommunityOrder, EntityOrder, EntityType, PaperOrder, Projection

__all__ = ["Query"]


@strawberry.type(description="A knowledge graph of papers, in which every edge shows the sentence it came from.")
class Query(Exploring):
    """The root of every document."""

    @resolved("Any node; null when there is none.")
    async def node(self, info: Info, id: NodeId) -> Node | None:
        """Load it."""
        return await load_node(info, await find_iri(info, id))

    @resolved("Several nodes in the order of their ids; null for each that does not exist.")
    async def nodes(
        self,
        info: Info,
        ids: Annotated[
            list[strawberry.ID],
            strawberry.argument(description="Global ids, IRIs or papers' identifiers, 100 at most."),
        ],
    ) -> list[Node | None]:
        """Load them together."""
        if len(ids) > info.context.limits.page:
            raise ArgumentError(f"there are {len(ids)} ids", f"give {info.context.limits.page} at most")
        iris = await find_iris(info, ids)
        # Loaded as one batch; the loop below finds each in the cache.
        await info.context.load.facts.load_many([iri for iri in iris if iri is not None])
        return [await load_node(info, iri) for iri in iris]

    @resolved("A paper; null when there is none.")
    async def paper(self, info: Info, id: NodeId) -> Paper | None:
        """Load it, if it is one."""
        node = await load_node(info, await find_iri(info, id))
        return node if isinstance(node, Paper) else None

    @resolved("Papers that fulfil a filter.")
    async def papers(
        self,
        info: Info,
        *,
        filter: Annotated[PaperFilter | None, strawberry.argument(description="Which are wanted.")] = None,
        order_by: Annotated[PaperOrder, strawberry.argument(description="In which order.")] = PaperOrder.YEAR,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PaperConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        wanted = filter or PaperFilter()
        listing = paper_listing(await paper_conditions(info, wanted), order_by)
        page = await list_page(info.context.graph.select, listing, request)
        return PaperConnection(
            edges=[
                PaperEdge(cursor=at, node=cast(Paper, node))
                for at, _, node in await joined(info, page, lambda row: row.iri)
            ],
            page_info=page.page_info,
            count=page.count,
            source=Papers(listing.whole, listing.values),
        )

    @resolved("An entity by id or by name; null when there is none.")
    async def entity(
        self,
        info: Info,
        *,
        id: Annotated[strawberry.ID | None, strawberry.argument(description="A global id or an IRI.")] = None,
        name: Annotated[
            str | None,
            strawberry.argument(
                description="A name or alias, letter case aside; where several entities have it, preferred names and "
                "those in most papers win."
            ),
        ] = None,
        type: Annotated[EntityType | None, strawberry.argument(description="Only of this type.")] = None,
    ) -> Entity | None:
        """Load it, if it is one."""
        if (id is None) == (name is None):
            raise ArgumentError("an entity is found by `id` or by `name`", "give one of the two")
        found = await find_iri(info, id) if id is not None else None
        if name is not None:
            found = next(iter(await entities_named(info, name, type)), None)
        node = await load_node(info, found)
        return node if isinstance(node, Entity) and type in (None, type_of(node.facts)) else None

    @resolved("Entities.")
    async def entities(
        self,
        info: Info,
        *,
        type: Annotated[EntityType | None, strawberry.argument(description="Only of this type.")] = None,
        search: Annotated[
            str | None,
            strawberry.argument(
                description="Only with each of these words, or parts of words, in a name or alias, letter case aside."
            ),
        ] = None,
        broader: Annotated[
            str | None,
            strawberry.argument(description="Only kinds of this entity: a global id, an IRI or a name."),
        ] = None,
        include_narrower: Annotated[
            bool, strawberry.argument(description="Whether kinds of kinds of `broader` count too.")
        ] = True,
        min_papers: Annotated[
            int, strawberry.argument(description="Only with at least so many papers; 0 lets in the taxonomy's own.")
        ] = 0,
        filter: Annotated[
            EntityFilter | None, strawberry.argument(description="What else must hold of them, besides the arguments.")
        ] = None,
        order_by: InEntityOrder = EntityOrder.NAME,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EntityConnection:
        """Page through them."""
        by_arguments = EntityFilter(
            type=type, search=search, broader=broader, include_narrower=include_narrower, min_papers=min_papers
        )
        wanted = await entity_conditions(info, by_arguments)
        if filter is not None:
            wanted.join(await entity_conditions(info, filter, prefix="f_"))
        return await _entities(
            info, entity_listing(wanted, order_by), info.context.page(first, after, last, before)
        )

    @resolved(
        "The top of the taxonomy of a type: entities that others are a kind of and that are a kind of "
        "nothing. Go down by `narrower`."
    )
    async def taxonomy(
        self,
        info: Info,
        *,
        type: Annotated[EntityType, strawberry.argument(description="The type.")],
        filter: OfEntities = None,
        order_by: InEntityOrder = EntityOrder.NAME,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> EntityConnection:
        """Page through its top."""
        listing = top_concepts(await entity_conditions(info, filter or EntityFilter()), type, order_by)
        return await _entities(info, listing, info.context.page(first, after, last, before))

    @resolved("Communities of a projection, largest first unless told.")
    async def communities(
        self,
        info: Info,
        *,
        projection: Annotated[
            Projection, strawberry.argument(description="The projection they were found in.")
        ] = Projection.ENTITIES,
        filter: Annotated[CommunityFilter | None, strawberry.argument(description="Which are wanted.")] = None,
        order_by: Annotated[
            CommunityOrder, strawberry.argument(description="In which order.")
        ] = CommunityOrder.MEMBERS,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> CommunityConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        wanted = await community_conditions(info, filter or CommunityFilter())
        page = await list_page(info.context.graph.select, community_listing(wanted, projection, order_by), request)
        return await community_connection(info, page)

    @resolved("Claims that fulfil a filter, surest first unless told.")
    async def claims(
        self,
        info: Info,
        *,
        filter: Annotated[ClaimFilter | None, strawberry.argument(description="Which are wanted.")] = None,
        order_by: Annotated[ClaimOrder, strawberry.argument(description="In which order.")] = ClaimOrder.CONFIDENCE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ClaimConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        listing = claim_listing(await claim_conditions(info, filter or ClaimFilter()), order_by)
        return await claim_connection(info, await list_page(info.context.graph.select, listing, request))

    @resolved(
        "The methods by their values of a metric on a dataset, best first: a row for each result that names a method. "
        "What is narrower than the dataset or the metric counts only when told."
    )
    async def leaderboard(
        self,
        info: Info,
        *,
        dataset: Annotated[
            str,
            strawberry.argument(description="The dataset: a global id, an IRI, or a name or alias, letter case aside."),
        ],
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
        datasets = await entities_called(info, dataset, EntityType.DATASET)
        return await find_leaderboard(info, datasets, metric, wanted, request, include_narrower=include_narrower)

    @resolved("The figures that papers report of hardware, such as throughput, latency, energy or power, best first.")
    async def measurements(
        self,
        info: Info,
        *,
        hardware: Annotated[
            str,
            strawberry.argument(
                description="The hardware, a device or a class of them: a global id, an IRI, or a name or alias, "
                "letter case aside."
            ),
        ],
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
        devices = await entities_called(info, hardware, EntityType.HARDWARE)
        return await find_measurements(info, devices, dimension, wanted, request, include_narrower=include_narrower)

    @resolved("Counts of the whole graph.")
    async def statistics(self, info: Info) -> Statistics:
        """Count, the first time."""
        return await find_statistics(info)


async def _entities(info: Info, listing: Listing, request: PageRequest) -> EntityConnection:
    page = await list_page(info.context.graph.select, listing, request)
    return EntityConnection(
        edges=[
            EntityEdge(cursor=at, node=cast(Entity, node))
            for at, _, node in await joined(info, page, lambda row: row.iri)
        ],
        page_info=page.page_info,
        count=page.count,
    )
