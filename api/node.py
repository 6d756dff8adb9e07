"""The interface of all that has an id, and how a node is made from what the graph says of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from typing import ClassVar, Self, TypeVar

import strawberry

from api.context import Info
from api.cursors import global_id
from api.fields import resolved
from api.loaders import Facts
from api.pages import Page, PageInfo
from schema.vocab import RDF

__all__ = ["Connection", "Node", "by_iri", "joined", "load_node", "load_nodes"]

Row = TypeVar("Row")


@strawberry.interface(description="Anything of the graph that has an id of its own.")
class Node:
    """Base of the node types; each names the classes of the ontology whose instances it shows."""

    #: Type of each class, filled as the types are defined.
    by_class: ClassVar[dict[str, type[Node]]] = {}

    iri: str = strawberry.field(description="IRI of the node in the graph, as SPARQL knows it.")
    facts: strawberry.Private[Facts]

    def __init_subclass__(cls, classes: Iterable[str] = ()) -> None:
        """Note which classes the type shows."""
        super().__init_subclass__()
        for name in classes:
            Node.by_class[str(name)] = cls

    @classmethod
    def of(cls, facts: Facts) -> Self:
        """Node that these facts are of."""
        return cls(iri=facts.iri, facts=facts)

    @resolved("Global id: opaque, and the same in every build of the same graph.")
    def id(self) -> strawberry.ID:
        """Pack the type and the IRI."""
        return strawberry.ID(global_id(type(self).__name__, self.iri))


async def load_node(info: Info, iri: str | None) -> Node | None:
    """Node of this IRI; None when there is none, or it is of no type that the API shows."""
    if iri is None:
        return None
    info.context.budget.spend(1)
    return _node_of(await info.context.load.facts.load(iri))


async def load_nodes(info: Info, iris: Iterable[str]) -> list[Node]:
    """Nodes of these IRIs in their order, those left out that the graph does not have."""
    wanted = list(iris)
    info.context.budget.spend(len(wanted))
    nodes = map(_node_of, await info.context.load.facts.load_many(wanted))
    return [node for node in nodes if node is not None]


def _node_of(facts: Facts | None) -> Node | None:
    types = (Node.by_class[name] for name in (facts.texts(RDF.type) if facts else ()) if name in Node.by_class)
    found = next(types, None)
    return found.of(facts) if found and facts else None


@strawberry.type
class Connection:
    """Base of the connections: all but the edges, whose types differ."""

    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    count: strawberry.Private[Callable[[], Awaitable[int]]]

    @resolved("Number of edges on all pages together.")
    async def total_count(self) -> int:
        """Count when asked, for it may cost a query."""
        return await self.count()


def by_iri(nodes: Iterable[Node]) -> dict[str, Node]:
    """Nodes by their IRIs."""
    return {node.iri: node for node in nodes}


async def joined(info: Info, page: Page[Row], iri: Callable[[Row], str]) -> list[tuple[str, Row, Node]]:
    """Cursor, row and node of each row of a page, all nodes loaded together."""
    nodes = by_iri(await load_nodes(info, map(iri, page.rows)))
    return [(at, row, nodes[iri(row)]) for at, row in zip(page.cursors, page.rows, strict=True) if iri(row) in nodes]
