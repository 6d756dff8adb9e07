"""Communities, and what analytics say of papers and entities."""

from __future__ import annotations

from typing import Annotated, TypeAlias, cast

import strawberry

from api.choosing import chosen
from api.conditions import Conditions, entity_conditions, paper_conditions
from api.context import Info
from api.fields import resolved
from api.filters import MemberFilter
from api.listing import Listed
from api.lists import member_listing
from api.loaders import Member
from api.node import Connection, Node, joined, load_node
from api.pages import After, Before, First, Last, Page, page_of
from api.vocabulary import MemberOrder, Projection
from schema.vocab import KG, RDFS

__all__ = ["Analysed", "Community", "CommunityConnection", "NodeConnection", "community_connection"]

ACommunity: TypeAlias = Annotated["Community", strawberry.lazy("api.community")]


@strawberry.type
class Analysed(Node):
    """Base of papers and entities: their numbers in the projection of their kind."""

    @resolved("Number of neighbours in its projection.")
    def degree(self) -> int | None:
        """Read it."""
        return self.facts.whole(KG.degree)

    @resolved("PageRank in its projection.")
    def page_rank(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.pageRank)

    @resolved("Betweenness centrality in its projection, 0 to 1.")
    def betweenness(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.betweenness)

    @resolved("The community it belongs to.")
    async def community(self, info: Info) -> ACommunity | None:
        """Load it."""
        return cast("Community | None", await load_node(info, self.facts.text(KG.inCommunity)))


@strawberry.type(description="A member of a community.")
class NodeEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the node in the list.")
    node: Node = strawberry.field(description="The paper or entity.")


@strawberry.type(description="A page of papers or entities.")
class NodeConnection(Connection):
    """A connection."""

    edges: list[NodeEdge] = strawberry.field(description="The nodes of this page.")


@strawberry.type(description="Papers or entities that hang together more closely than with the rest.")
class Community(Node, classes=[KG.Community]):
    """A community."""

    @resolved("What it is about, in names of entities.")
    def label(self) -> str:
        """Read it."""
        return self.facts.text(RDFS.label) or ""

    @resolved("The projection it was found in.")
    def projection(self) -> Projection:
        """Tell by the projection's IRI."""
        return Projection((self.facts.text(KG.ofProjection) or "").rpartition("/")[2])

    @resolved("Number of its members.")
    def member_count(self) -> int:
        """Read it."""
        return self.facts.whole(KG.memberCount) or 0

    @resolved("Modularity of the whole division of the projection into communities.")
    async def modularity(self, info: Info) -> float | None:
        """Load the projection."""
        projection = self.facts.text(KG.ofProjection)
        facts = await info.context.load.facts.load(projection) if projection else None
        return facts.real(KG.modularity) if facts else None

    @resolved("Its members, those with the highest PageRank first unless told.")
    async def members(
        self,
        info: Info,
        *,
        filter: Annotated[MemberFilter | None, strawberry.argument(description="Which of them are wanted.")] = None,
        order_by: Annotated[MemberOrder, strawberry.argument(description="In which order.")] = MemberOrder.PAGERANK,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> NodeConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        rows: list[Member] = await info.context.load.members.load(self.iri)
        # A node fulfils both conditions or the one that is given, and none is a paper and an entity.
        if filter is not None and filter.papers is not None:
            wanted = await paper_conditions(info, filter.papers)
            rows = [row for _, row in await chosen(info, rows, _node, member_listing(wanted, order_by))]
        if filter is not None and filter.entities is not None:
            wanted = await entity_conditions(info, filter.entities)
            rows = [row for _, row in await chosen(info, rows, _node, member_listing(wanted, order_by))]
        if order_by is MemberOrder.PAGERANK:
            page = page_of(rows, request, order="MEMBERS", key=lambda row: row)
        else:
            keyed = sorted(await chosen(info, rows, _node, member_listing(Conditions(), order_by)))
            by_key = page_of(keyed, request, order=f"MEMBERS {order_by.value}", key=lambda pair: pair[0])
            page = by_key.map(lambda pair: pair[1])
        return NodeConnection(
            edges=[NodeEdge(cursor=at, node=node) for at, _, node in await joined(info, page, lambda row: row.node)],
            page_info=page.page_info,
            count=page.count,
        )


@strawberry.type(description="A community in a list.")
class CommunityEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the community in the list.")
    node: Community = strawberry.field(description="The community.")


@strawberry.type(description="A page of communities, largest first.")
class CommunityConnection(Connection):
    """A connection."""

    edges: list[CommunityEdge] = strawberry.field(description="The communities of this page.")


async def community_connection(info: Info, page: Page[Listed]) -> CommunityConnection:
    """Connection of a page of communities."""
    return CommunityConnection(
        edges=[
            CommunityEdge(cursor=at, node=cast(Community, node))
            for at, _, node in await joined(info, page, lambda row: row.iri)
        ],
        page_info=page.page_info,
        count=page.count,
    )


def _node(member: Member) -> str:
    return member.node
