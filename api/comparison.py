"""Entities side by side: what they share and what each has alone, how they hang together, how they fare over years."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple, TypeAlias, cast

import strawberry

from api.conditions import types_of
from api.context import Info
from api.dividing import FacetKey, papers_of
from api.entity import Entity
from api.errors import ArgumentError
from api.fields import resolved, value
from api.finding import entities_named, find_iris
from api.loaders import RELATION_OF, PaperOfEntity
from api.node import Connection, by_iri, joined, load_node, load_nodes
from api.pages import After, Before, First, Last, page_of
from api.traversal import edges_among
from api.trends import FromYear, ToYear, find_trends
from api.vocabulary import EntityType, Role
from api.walks import Link, links_among
from kg.store import iri
from schema.vocab import ROLE_TERMS

if TYPE_CHECKING:
    from api.paper import Paper

__all__ = ["Common", "Comparison", "find_comparison"]

APaper: TypeAlias = Annotated["Paper", strawberry.lazy("api.paper")]
_MOST: Final = 10
_RELATIONS: Final = tuple(iri(term) for term in sorted(RELATION_OF))


@strawberry.enum(description="How many of the compared entities a thing must have to do with.")
class Common(Enum):
    """Which rows of a comparison are wanted."""

    ALL = value("ALL", "All of them: what they have in common.")
    SEVERAL = value("SEVERAL", "At least two of them.")
    ONE = value("ONE", "Exactly one of them: what tells them apart.")
    ANY = value("ANY", "At least one of them.")


Wanted: TypeAlias = Annotated[
    Common, strawberry.argument(description="How many of the compared entities a row must have to do with.")
]


class _PaperRow(NamedTuple):
    """A paper: those of most entities first, then the latest."""

    minus_shared: int
    minus_year: int
    paper: str
    of: tuple[str, ...]


class _ContextRow(NamedTuple):
    """An entity that stands beside the compared ones: beside most of them first, then in most papers."""

    minus_shared: int
    minus_papers: int
    name: str
    entity: str
    counts: tuple[int, ...]


@strawberry.type(description="A paper of some of the compared entities.")
class ComparedPaperEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the paper in the list.")
    node: APaper = strawberry.field(description="The paper.")
    of: list[Entity] = strawberry.field(description="The compared entities that it mentions, in their order.")


@strawberry.type(description="A page of the papers of compared entities.")
class ComparedPaperConnection(Connection):
    """A connection."""

    edges: list[ComparedPaperEdge] = strawberry.field(description="The papers of this page.")


@strawberry.type(description="An entity that papers mention together with compared ones.")
class ComparedEntityEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the entity in the list.")
    node: Entity = strawberry.field(description="The entity.")
    counts: list[int] = strawberry.field(
        description="For each compared entity, in their order, the number of papers that mention both."
    )


@strawberry.type(description="A page of entities that papers mention together with compared ones.")
class ComparedEntityConnection(Connection):
    """A connection."""

    edges: list[ComparedEntityEdge] = strawberry.field(description="The entities of this page.")


@strawberry.type(description="A year of a comparison.")
class ComparedYear:
    """A year."""

    year: int = strawberry.field(description="The year.")
    total: int = strawberry.field(description="Number of all papers of that year.")
    papers: list[int] = strawberry.field(description="Number of papers of each compared entity, in their order.")
    shares: list[float] = strawberry.field(description="The same as shares of all papers of the year, 0 to 1.")


@strawberry.type(description="Entities side by side; lists of numbers have one for each of `entities`, in that order.")
class Comparison:
    """A comparison; each part is asked of the store when it is called for."""

    entities: list[Entity] = strawberry.field(
        description="The compared entities, in the order they were given, each once."
    )
    unknown: list[str] = strawberry.field(description="Ids and names that no entity has.")
    narrower: strawberry.Private[bool]

    @resolved("Their papers: those that mention most of them first, then the latest.")
    async def papers(
        self,
        info: Info,
        *,
        common: Wanted = Common.ALL,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ComparedPaperConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        found = await self._papers_of_each(info)
        of: defaultdict[tuple[int, str], list[str]] = defaultdict(list)
        for entity, papers in zip(self.entities, found, strict=True):
            for paper in papers:
                of[paper.minus_year, paper.paper].append(entity.iri)
        rows = sorted(
            _PaperRow(-len(entities), year, paper, tuple(entities))
            for (year, paper), entities in of.items()
            if self._has(common, len(entities))
        )
        page = page_of(rows, request, order=f"COMPARED {common.value}", key=lambda row: row[:3])
        known = by_iri(self.entities)
        return ComparedPaperConnection(
            edges=[
                ComparedPaperEdge(
                    cursor=at, node=cast("Paper", node), of=[cast(Entity, known[entity]) for entity in row.of]
                )
                for at, row, node in await joined(info, page, lambda row: row.paper)
            ],
            page_info=page.page_info,
            count=page.count,
        )

    @resolved(
        "The entities that papers mention together with them, such as their tasks or datasets: those beside most of "
        "them first, then those in most papers."
    )
    async def together(
        self,
        info: Info,
        *,
        type: Annotated[EntityType | None, strawberry.argument(description="Only of this type.")] = None,
        role: Annotated[
            Role | None, strawberry.argument(description="Only in this role to the paper that mentions both.")
        ] = None,
        common: Wanted = Common.ANY,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> ComparedEntityConnection:
        """Page through them."""
        request = info.context.page(first, after, last, before)
        rows = [row for row in await self._context(info, type, role) if self._has(common, -row.minus_shared)]
        page = page_of(rows, request, order=f"TOGETHER {common.value}", key=lambda row: row[:4])
        return ComparedEntityConnection(
            edges=[
                ComparedEntityEdge(cursor=at, node=cast(Entity, node), counts=list(row.counts))
                for at, row, node in await joined(info, page, lambda row: row.entity)
            ],
            page_info=page.page_info,
            count=page.count,
        )

    @resolved("The relations between any two of them, with the claims and the sentences that say so.")
    async def relations(self, info: Info) -> list[Link]:
        """Look for edges among them."""
        nodes = by_iri(self.entities)
        return links_among(await edges_among(info.context.graph.select, list(nodes), _RELATIONS), nodes)

    @resolved("Their papers year by year.")
    async def years(self, info: Info, *, start: FromYear = None, end: ToYear = None) -> list[ComparedYear]:
        """Count them, all by one query."""
        trends = await find_trends(
            info, [each.iri for each in self.entities], start, end, role=None, include_narrower=self.narrower
        )
        return [
            ComparedYear(
                year=rows[0].year,
                total=rows[0].total,
                papers=[row.papers for row in rows],
                shares=[row.share for row in rows],
            )
            for rows in zip(*(trend.years for trend in trends), strict=True)
        ]

    async def _papers_of_each(self, info: Info) -> list[list[PaperOfEntity]]:
        keys = [(each.iri, self.narrower) for each in self.entities]
        return await info.context.load.papers_of_entity.load_many(keys)

    async def _context(self, info: Info, type_: EntityType | None, role: Role | None) -> list[_ContextRow]:
        values = (
            ("facet_roles", tuple(iri(str(ROLE_TERMS[each.value])) for each in Role if role in (None, each))),
            ("facet_types", tuple(types_of(type_))),
        )
        keys = [
            FacetKey("entity", papers_of(each.iri, None, narrower=self.narrower), values) for each in self.entities
        ]
        counted = [dict(counts) for counts in await info.context.load.facets.load_many(keys)]
        others = dict.fromkeys(node for counts in counted for node in counts)
        info.context.budget.visit(len(others))
        for each in self.entities:
            others.pop(each.iri, None)
        names = await info.context.load.names.load_many(list(others))
        counts = {node: tuple(found.get(node, 0) for found in counted) for node in others}
        return sorted(
            _ContextRow(-sum(map(bool, counts[node])), -sum(counts[node]), name, node, counts[node])
            for node, name in zip(others, names, strict=True)
        )

    def _has(self, common: Common, number: int) -> bool:
        return {
            Common.ALL: number == len(self.entities),
            Common.SEVERAL: number >= 2,
            Common.ONE: number == 1,
            Common.ANY: number >= 1,
        }[common]


async def find_comparison(
    info: Info, ids: Sequence[str], names: Sequence[str], type_: EntityType | None, *, include_narrower: bool
) -> Comparison:
    """Comparison of entities, those of the ids first."""
    given = [*ids, *names]
    if not 2 <= len(given) <= _MOST:
        raise ArgumentError(
            f"there are {len(given)} `ids` and `names` together", f"give 2 to {_MOST} entities to compare"
        )
    iris: list[str | None] = await find_iris(info, ids) if ids else []
    # Loaded as one batch each; the loops below find them in the cache.
    await info.context.load.facts.load_many([found for found in iris if found is not None])
    await info.context.load.named.load_many([" ".join(name.split()) for name in names])
    iris += [next(iter(await entities_named(info, name, type_)), None) for name in names]
    await load_nodes(info, dict.fromkeys(found for found in iris if found is not None))
    nodes = [await load_node(info, found) for found in iris]
    entities = by_iri(node for node in nodes if isinstance(node, Entity))
    return Comparison(
        entities=[cast(Entity, node) for node in entities.values()],
        unknown=[text for text, node in zip(given, nodes, strict=True) if not isinstance(node, Entity)],
        narrower=include_narrower,
    )
