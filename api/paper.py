"""Papers, and the entities that each mentions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry

from api.claim import Claim, ClaimConnection, FewClaims, Result, claim_connection, claims_of
from api.community import Analysed
from api.context import Info
from api.fields import resolved
from api.loaders import ClaimRow, Edge, PaperEntity
from api.node import Connection, joined, load_nodes
from api.pages import After, Before, First, Last, page_of
from api.vocabulary import EntityType, Role
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

    @resolved("The entities it mentions: by type, role and name.")
    async def entities(
        self,
        info: Info,
        *,
        type: Annotated[EntityType | None, strawberry.argument(description="Only those of this type.")] = None,
        role: InRole = None,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> PaperEntityConnection:
        """Page through the paper's edges."""
        request = info.context.page(first, after, last, before)
        rows = await self._entities(info, type, role)
        page = page_of(rows, request, order="ENTITIES", key=lambda row: row[:4])
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

    @resolved("All claims it makes, about itself and between entities, surest first.")
    async def claims(
        self, info: Info, *, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> ClaimConnection:
        """Page through the paper's claims."""
        request = info.context.page(first, after, last, before)

        # In hundredths, which compare exactly, and confidence has no more decimals.
        def key(row: ClaimRow) -> tuple[int, str]:
            return -round(row.confidence * 100), row.iri

        rows = sorted(await info.context.load.claims_of_paper.load(self.iri), key=key)
        page = page_of(rows, request, order="CLAIMS", key=key)
        return await claim_connection(info, page)

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
