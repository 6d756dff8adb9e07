"""Lists in memory, filtered and ordered as the long lists are: all nodes of all lists by one query."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, TypeAlias, TypeVar

import strawberry

from api.context import Info
from api.filters import EntityFilter
from api.listing import Listing, ListingKey, NodeKey
from api.loaders import Edge
from api.vocabulary import EntityOrder

__all__ = ["InEntityOrder", "OfEntities", "chosen", "sure_edges"]

OfEntities: TypeAlias = Annotated[EntityFilter | None, strawberry.argument(description="Which entities are wanted.")]
InEntityOrder: TypeAlias = Annotated[EntityOrder, strawberry.argument(description="In which order.")]

Row = TypeVar("Row")


async def chosen(
    info: Info, rows: Sequence[Row], node: Callable[[Row], str], listing: Listing
) -> list[tuple[NodeKey, Row]]:
    """Rows whose node is in a list, each with the node's sort key there; in the order in which they came."""
    keys = await info.context.load.keys.load_many([ListingKey(listing, node(row)) for row in rows])
    return [(key, row) for key, row in zip(keys, rows, strict=True) if key is not None]


async def sure_edges(info: Info, edges: Iterable[Edge], least: float | None) -> set[Edge] | None:
    """Those of some edges that a claim states at least this surely; None where any edge will do."""
    if least is None:
        return None
    wanted = list(dict.fromkeys(edges))
    found = await info.context.load.surest_of_edge.load_many(wanted)
    return {edge for edge, surest in zip(wanted, found, strict=True) if surest is not None and surest >= least}
