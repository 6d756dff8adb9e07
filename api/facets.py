"""Facets: how a list of papers divides by year, venue, role, type, class and entity; all pages together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Final, TypeAlias, cast

import strawberry

from api.conditions import types_of
from api.context import Info
from api.dividing import TOP_CONCEPTS, FacetKey, Papers
from api.errors import ArgumentError
from api.fields import resolved
from api.finding import entities_called
from api.loaders import ROLE_OF
from api.node import Node, by_iri, load_nodes
from api.statistics import RoleCount, TypeCount, YearCount
from api.vocabulary import EntityType, Role
from kg.store import Term, iri
from schema.vocab import KG, ROLE_TERMS

if TYPE_CHECKING:
    from api.community import Community
    from api.entity import Entity

__all__ = ["PaperFacets"]

AnEntity: TypeAlias = Annotated["Entity", strawberry.lazy("api.entity")]
ACommunity: TypeAlias = Annotated["Community", strawberry.lazy("api.community")]
Few: TypeAlias = Annotated[int, strawberry.argument(description="How many, most papers first, 0 to 100.")]


@strawberry.type(description="Number of papers at a venue.")
class VenueCount:
    """A count."""

    venue: str = strawberry.field(description="The venue.")
    count: int = strawberry.field(description="How many papers there are.")


@strawberry.type(description="Number of papers that mention an entity, or a kind of it.")
class EntityCount:
    """A count."""

    entity: AnEntity = strawberry.field(description="The entity.")
    count: int = strawberry.field(description="How many papers there are.")


@strawberry.type(description="Number of papers in a community.")
class CommunityCount:
    """A count."""

    community: ACommunity = strawberry.field(description="The community.")
    count: int = strawberry.field(description="How many papers there are.")


@strawberry.type(
    description="How the papers of a list divide, those of all pages counted. A paper may count several times."
)
class PaperFacets:
    """Facets, each asked of the store when it is called for."""

    source: strawberry.Private[Papers]

    @resolved("Papers of each year, earliest first; those without a year last.")
    async def years(self, info: Info) -> list[YearCount]:
        """Count them."""
        return [
            YearCount(year=int(year) if year else None, count=count)
            for year, count in sorted(await self._counts(info, "year"), key=lambda pair: (not pair[0], pair[0]))
        ]

    @resolved("Papers at each venue, most first.")
    async def venues(self, info: Info, first: Few = 20) -> list[VenueCount]:
        """Count them."""
        found = await self._counts(info, "venue")
        return [VenueCount(venue=venue, count=count) for venue, count in found[: _few(info, first)]]

    @resolved("Papers that have an entity in each role.")
    async def roles(self, info: Info) -> list[RoleCount]:
        """Count them."""
        found = {ROLE_OF[term]: count for term, count in await self._counts(info, "role", facet_roles=_ROLES)}
        return [RoleCount(role=role, count=found[role.value]) for role in Role if role.value in found]

    @resolved("Papers that mention an entity of each type.")
    async def types(self, info: Info) -> list[TypeCount]:
        """Count them."""
        found = dict(await self._counts(info, "type", facet_roles=_ROLES, facet_types=tuple(types_of(None))))
        return [
            TypeCount(type=type_, count=found[str(KG[type_.value])])
            for type_ in EntityType
            if str(KG[type_.value]) in found
        ]

    @resolved(
        "Papers by classes of entities, through the hierarchy, most first: a paper on a Jetson Nano is one on an edge "
        "device. What is in no class is not counted."
    )
    async def classes(
        self,
        info: Info,
        *,
        type: Annotated[EntityType, strawberry.argument(description="Classes of this type.")] = EntityType.HARDWARE,
        under: Annotated[
            str | None,
            strawberry.argument(
                description="The classes are what is directly a kind of this entity: a global id, an IRI, or a name or "
                "alias. Where left out, they are the top of the taxonomy."
            ),
        ] = None,
        role: Annotated[Role | None, strawberry.argument(description="Only what has this role to the paper.")] = None,
        first: Few = 20,
    ) -> list[EntityCount]:
        """Count them."""
        if under is None:
            classes = await _top(info, type)
        else:
            roots = await entities_called(info, under, type)
            found = await info.context.load.narrower.load_many(roots)
            classes = list(dict.fromkeys(node for kinds in found for _, node in kinds))
        terms = tuple(iri(text) for text in classes)
        counts = await self._counts(info, "class", facet_roles=_roles(role), facet_classes=terms)
        return await _entities(info, counts[: _few(info, first)])

    @resolved("The entities that most of the papers mention.")
    async def entities(
        self,
        info: Info,
        *,
        type: Annotated[EntityType | None, strawberry.argument(description="Only of this type.")] = None,
        role: Annotated[Role | None, strawberry.argument(description="Only in this role to the paper.")] = None,
        first: Few = 20,
    ) -> list[EntityCount]:
        """Count them."""
        counts = await self._counts(info, "entity", facet_roles=_roles(role), facet_types=tuple(types_of(type)))
        return await _entities(info, counts[: _few(info, first)])

    @resolved("Papers in each community, most first.")
    async def communities(self, info: Info, first: Few = 20) -> list[CommunityCount]:
        """Count them."""
        found = (await self._counts(info, "community"))[: _few(info, first)]
        nodes = by_iri(await load_nodes(info, [node for node, _ in found]))
        return [
            CommunityCount(community=cast("Community", nodes[node]), count=count)
            for node, count in found
            if node in nodes
        ]

    async def _counts(self, info: Info, facet: str, **values: tuple[Term, ...]) -> list[tuple[str, int]]:
        return await info.context.load.facets.load(FacetKey(facet, self.source, tuple(values.items())))


_ROLES: Final = tuple(iri(str(term)) for term in ROLE_TERMS.values())


def _roles(role: Role | None) -> tuple[Term, ...]:
    return _ROLES if role is None else (iri(str(ROLE_TERMS[role.value])),)


def _few(info: Info, first: int) -> int:
    if not 0 <= first <= info.context.limits.page:
        raise ArgumentError(f"`first` is {first}", f"give 0 to {info.context.limits.page}")
    return first


async def _top(info: Info, type_: EntityType) -> list[str]:
    # A snapshot never changes, and its taxonomy with it.
    graph, name = info.context.graph, f"top {type_.value}"
    async with graph.keeping:
        if name not in graph.kept:
            rows = await graph.select(TOP_CONCEPTS, types=types_of(type_))
            graph.kept[name] = sorted(row["node"].value for row in rows)
    found: list[str] = graph.kept[name]
    return found


async def _entities(info: Info, counts: Sequence[tuple[str, int]]) -> list[EntityCount]:
    nodes: dict[str, Node] = by_iri(await load_nodes(info, [node for node, _ in counts]))
    return [EntityCount(entity=cast("Entity", nodes[node]), count=count) for node, count in counts if node in nodes]
