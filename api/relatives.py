"""The entities related to an entity, those of its kinds put together where they count too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Final, NamedTuple, TypeAlias

from api.context import Info
from api.loaders import Edge, Related
from api.vocabulary import RelatedOrder

__all__ = ["RELATED_ORDERS", "Relative", "related_rows"]


class Relative(NamedTuple):
    """An entity related to another, or to kinds of it: those with most claims first."""

    minus_support: int
    name: str
    entity: str
    relation: str
    outgoing: bool
    type: str
    confidence: float | None
    edges: tuple[Edge, ...]


RelativeKey: TypeAlias = tuple[int | str, ...]


def _by_claims(row: Relative) -> RelativeKey:
    return *row[:4], int(row.outgoing)


def _by_confidence(row: Relative) -> RelativeKey:
    # In hundredths, which compare exactly, and confidence has no more decimals.
    return -round((row.confidence or 0.0) * 100), *row[1:4], int(row.outgoing)


def _by_name(row: Relative) -> RelativeKey:
    return *row[1:4], int(row.outgoing)


#: Name and sort key of each order.
RELATED_ORDERS: Final[dict[RelatedOrder, tuple[str, Callable[[Relative], RelativeKey]]]] = {
    RelatedOrder.CLAIMS: ("RELATED", _by_claims),
    RelatedOrder.CONFIDENCE: ("RELATED CONFIDENCE", _by_confidence),
    RelatedOrder.NAME: ("RELATED NAME", _by_name),
}


async def related_rows(info: Info, entity: str, *, include_narrower: bool) -> list[Relative]:
    """Entities related to an entity; where its kinds count, what they are related to outside of it and them.

    Of several edges the claims add up, and the surest counts, for edges of different kinds do not
    say the same.
    """
    roots = [entity]
    if include_narrower:
        roots += [node for _, node in await info.context.load.descendants.load(entity)]
    rows = [row for found in await info.context.load.related.load_many(roots) for row in found]
    if len(roots) == 1:
        return [Relative(*row[:7], (row.edge,)) for row in rows]
    within = set(roots)
    groups: defaultdict[tuple[str, str, bool], list[Related]] = defaultdict(list)
    for row in rows:
        if row.entity not in within:
            groups[row.entity, row.relation, row.outgoing].append(row)
    found = [
        group[0]._replace(
            minus_support=sum(row.minus_support for row in group),
            confidence=max((row.confidence for row in group if row.confidence is not None), default=None),
        )
        for group in groups.values()
    ]
    edges = [tuple(sorted(row.edge for row in group)) for group in groups.values()]
    return [Relative(*row[:7], ends) for row, ends in zip(found, edges, strict=True)]
