"""Papers, and the entities that each mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry

from api.choosing import OfEntities, chosen, sure_edges
from api.claim import Claim, ClaimConnection, FewClaims, Result, claim_connection, claims_of
from api.community import Analysed
from api.conditions import claim_conditions, entity_conditions, probability
from api.context import Info
from api.dividing import Papers
from api.facets import PaperFacets
from api.fields import resolved
from api.filters import ClaimFilter, EntityFilter, PaperFilter
from api.lists import claim_listing, entity_listing
from api.loaders import ClaimRow, Edge, PaperEntity
from api.node import Connection, joined, load_nodes
from api.pages import After, Before, First, Last, Page, PageRequest, page_of
from api.similar import SimilarPaperConnection, find_similar
from api.vocabulary import ClaimOrder, EntityOrder, EntityType, Role
from schema.vocab import DC, DCTERMS, KG, PRISM, SDO

if TYPE_CHECKING:
    from api.entity import Entity

__all__ = ["Paper", "PaperConnection", "PaperEdge", "PaperEntityConnection", "PaperEntityEdge"]

AnEntity: TypeAlias = Annotated["Entity", strawberry.lazy("api.entity")]
InRole: TypeAlias = Annotated[Role | None, strawberry.argument(description="Only those in this role.")]


@strawberry.type(description="A paper.")
class Paper(Analysed, classes=[KG.Paper]):
    """A paper."""

    @resolved("Its title.")
    def title(self) -> str:
        """Read it."""
        return self.facts.text(DCTERMS.title) or ""

    @resolved("Its abstract.")
    def abstract(self) -> str | None:
        """Read it."""
        return self.facts.text(DCTERMS.abstract)

    @resolved("Year of publication.")
    def year(self) -> int | None:
        """Read it."""
        return self.facts.whole(DCTERMS.issued)

    @resolved("Names of its authors, sorted, for the graph does not keep their order.")
    def authors(self) -> list[str]:
        """Read them."""
        return self.facts.texts(DC.creator)

    @resolved("Journal, conference or series.")
    def venue(self) -> str | None:
        """Read it."""
        return self.facts.text(PRISM.publicationName)

    @resolved("Where it can be read.")
    def url(self) -> str | None:
        """Read it."""
        return self.facts.text(SDO.url)

    @resolved("Keywords and categories, sorted.")
    def keywords(self) -> list[str]:
        """Read them."""
        return self.facts.texts(SDO.keywords)

    @resolved("Its identifiers, such as `arxiv:2106.14405`, sorted.")
    def identifiers(self) -> list[str]:
        """Read them."""
        return self.facts.texts(DCTERMS.identifier)

    @resolved("Its identifier at arXiv, such as `2106.14405`.")
    def arxiv(self) -> str | None:
        """Find it among the identifiers."""
        return self._identifier("arxiv")

    @resolved("Its DOI, such as `10.1145/3292500.3330701`.")
    def doi(self) -> str | None:
        """Find it among the identifiers."""
        return self._identifier("doi")

    def _identifier(self, scheme: str) -> str | None:
        known = (text.partition(":") for text in self.identifiers())
        return next((text for name, _, text in known if name == scheme), None)

    @resolved("The entities it mentions: by type, role and name unless told.")
    async def entities(
        self,
        info: Info,
        *,
        type: Annotated[EntityType | None, strawberry.argument(description="Only those of this type.")] = None,
        role: InRole = None,
        min_confidence: Annotated[
            float | None,
            strawberry.argument(description="Only those that it mentions by a claim at least this sure, 0 to 1."),
        ] = None,
        filter: OfEntities = None,
        order_by: Annotated[
            EntityOrder | None,
            strawberry.argument(description="In which order; by type, role and name where left out."),
        ] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PaperEntityConnection:
        """Page through the paper's edges."""
        request = info.context.page(first, after, last, before)
        if min_confidence is not None:
            probability("minConfidence", min_confidence)
        rows = await self._entities(info, type, role)
        sure = await sure_edges(info, (row.edge for row in rows), min_confidence)
        rows = rows if sure is None else [row for row in rows if row.edge in sure]
        page = await self._page(info, rows, filter, order_by, request)
        return PaperEntityConnection(
            edges=[
                PaperEntityEdge(cursor=at, node=cast("Entity", node), role=Role(row.role), edge=row.edge)
                for at, row, node in await joined(info, page, lambda row: row.entity)
            ],
            page_info=page.page_info,
            count=page.count,
        )

    @resolved("Its methods, those it proposes first.")
    async def methods(self, info: Info, role: InRole = None) -> list[AnEntity]:
        """Load them."""
        return await self._listed(info, EntityType.METHOD, role)

    @resolved("Its tasks, those it addresses first.")
    async def tasks(self, info: Info, role: InRole = None) -> list[AnEntity]:
        """Load them."""
        return await self._listed(info, EntityType.TASK, role)

    @resolved("Its datasets, those it introduces first.")
    async def datasets(self, info: Info, role: InRole = None) -> list[AnEntity]:
        """Load them."""
        return await self._listed(info, EntityType.DATASET, role)

    @resolved("Its hardware, what it runs on first.")
    async def hardware(self, info: Info, role: InRole = None) -> list[AnEntity]:
        """Load it."""
        return await self._listed(info, EntityType.HARDWARE, role)

    @resolved("The metrics it reports.")
    async def metrics(self, info: Info, role: InRole = None) -> list[AnEntity]:
        """Load them."""
        return await self._listed(info, EntityType.METRIC, role)

    @resolved("The results it reports, in the order of the text.")
    async def results(self, info: Info) -> list[Result]:
        """Load them."""
        results = cast("list[Result]", await load_nodes(info, self.facts.texts(KG.hasResult)))
        return sorted(results, key=lambda result: (result.facts.whole(KG.spanStart) or 0, result.iri))

    @resolved("The papers most like it: those that share entities with it, the rarer the better.")
    async def similar(
        self,
        info: Info,
        *,
        type: Annotated[
            EntityType | None, strawberry.argument(description="Only shared entities of this type count.")
        ] = None,
        min_score: Annotated[float, strawberry.argument(description="Only papers with at least this score.")] = 0.0,
        filter: Annotated[PaperFilter | None, strawberry.argument(description="Which of them are wanted.")] = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> SimilarPaperConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        return await find_similar(info, self.iri, type, min_score, filter, request)

    @resolved("All claims it makes, about itself and between entities, surest first unless told.")
    async def claims(
        self,
        info: Info,
        *,
        filter: Annotated[ClaimFilter | None, strawberry.argument(description="Which of them are wanted.")] = None,
        order_by: Annotated[ClaimOrder, strawberry.argument(description="In which order.")] = ClaimOrder.CONFIDENCE,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ClaimConnection:
        """Page through the paper's claims."""
        request = info.context.page(first, after, last, before)
        if filter is not None or order_by is not ClaimOrder.CONFIDENCE:
            wanted = await claim_conditions(info, filter or ClaimFilter())
            made = await info.context.load.claims_of_paper.load(self.iri)
            keyed = sorted(await chosen(info, made, lambda row: row.iri, claim_listing(wanted, order_by)))
            by_key = page_of(keyed, request, order=f"CLAIMS {order_by.value}", key=lambda pair: pair[0])
            return await claim_connection(info, by_key.map(lambda pair: pair[1]))

        # In hundredths, which compare exactly, and confidence has no more decimals.
        def key(row: ClaimRow) -> tuple[int, str]:
            return -round(row.confidence * 100), row.iri

        rows = sorted(await info.context.load.claims_of_paper.load(self.iri), key=key)
        page = page_of(rows, request, order="CLAIMS", key=key)
        return await claim_connection(info, page)

    async def _page(
        self,
        info: Info,
        rows: list[PaperEntity],
        wanted: EntityFilter | None,
        order: EntityOrder | None,
        request: PageRequest,
    ) -> Page[PaperEntity]:
        if wanted is None and order is None:
            return page_of(rows, request, order="ENTITIES", key=lambda row: row[:4])
        conditions = await entity_conditions(info, wanted or EntityFilter())
        listing = entity_listing(conditions, order or EntityOrder.NAME)
        keyed = await chosen(info, rows, lambda row: row.entity, listing)
        if order is None:
            return page_of([row for _, row in keyed], request, order="ENTITIES", key=lambda row: row[:4])
        # An entity may stand here in several roles, so the role is part of the key.
        places = {row.edge: (*key, row.role_rank) for key, row in keyed}
        ordered = sorted((row for _, row in keyed), key=lambda row: places[row.edge])
        return page_of(ordered, request, order=f"ENTITIES {order.value}", key=lambda row: places[row.edge])

    async def _entities(self, info: Info, type_: EntityType | None, role: Role | None) -> list[PaperEntity]:
        rows = await info.context.load.entities_of_paper.load(self.iri)
        return [
            row
            for row in rows
            if (type_ is None or row.type == type_.value) and (role is None or row.role == role.value)
        ]

    async def _listed(self, info: Info, type_: EntityType, role: Role | None) -> list[Entity]:
        rows = await self._entities(info, type_, role)
        return cast("list[Entity]", await load_nodes(info, (row.entity for row in rows)))


@strawberry.type(description="A paper in a list.")
class PaperEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the paper in the list.")
    node: Paper = strawberry.field(description="The paper.")


@strawberry.type(description="A page of papers.")
class PaperConnection(Connection):
    """A connection."""

    edges: list[PaperEdge] = strawberry.field(description="The papers of this page.")
    source: strawberry.Private[Papers]

    @resolved("How all these papers divide: by year, venue, role, type, class of hardware.")
    def facets(self) -> PaperFacets:
        """Nothing is counted yet."""
        return PaperFacets(source=self.source)


@strawberry.type(description="An entity of a paper.")
class PaperEntityEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the entity in the list.")
    node: AnEntity = strawberry.field(description="The entity.")
    role: Role = strawberry.field(description="What it is to the paper.")
    edge: strawberry.Private[Edge]

    @resolved("The claims that say so, with their sentences, surest first.")
    async def claims(self, info: Info, first: FewClaims = 10) -> list[Claim]:
        """Load them."""
        return await claims_of(info, [self.edge], first)


@strawberry.type(description="A page of the entities of a paper.")
class PaperEntityConnection(Connection):
    """A connection."""

    edges: list[PaperEntityEdge] = strawberry.field(description="The entities of this page.")
