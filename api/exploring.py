"""Entry points that explore: paths, neighbourhoods, comparisons, lookups of many, suggestions."""

from __future__ import annotations

from typing import Annotated, TypeAlias

import strawberry

from api.batch import Found, Suggestion, find_many, find_suggestions
from api.comparison import Comparison, find_comparison
from api.context import Info
from api.entity import Entity
from api.errors import ArgumentError
from api.fields import resolved
from api.finding import find_iri, find_iris
from api.node import load_node
from api.paper import Paper
from api.vocabulary import EntityType
from api.walks import (
    Neighbourhood,
    NeighbourhoodFilter,
    Path,
    find_neighbourhood,
    find_path,
    find_paths,
)

__all__ = ["Exploring", "NodeId"]

NodeId: TypeAlias = Annotated[
    strawberry.ID, strawberry.argument(description="A global id, an IRI, or a paper's identifier.")
]


@strawberry.type
class Exploring:
    """Base of the root: what does not list but explores."""

    @resolved(
        "A shortest path between two nodes over papers and entities, edges walked both ways; null when "
        "there is none so short. Among equals the IRIs decide."
    )
    async def shortest_path(
        self,
        info: Info,
        *,
        start: Annotated[
            strawberry.ID, strawberry.argument(name="from", description="Where it begins: an id as for `node`.")
        ],
        end: Annotated[
            strawberry.ID, strawberry.argument(name="to", description="Where it ends: an id as for `node`.")
        ],
        max_length: Annotated[int, strawberry.argument(description="Most steps it may have, 0 to 6.")] = 6,
    ) -> Path | None:
        """Walk from both ends."""
        ends = [await _walkable(info, iri) for iri in await find_iris(info, [start, end])]
        return None if None in ends else await find_path(info, str(ends[0]), str(ends[1]), max_length)

    @resolved(
        "The k shortest paths between two nodes over papers and entities, edges walked both ways and no node twice: "
        "shortest first, each step with the claims that make it. Among equals the IRIs of the nodes decide."
    )
    async def paths(
        self,
        info: Info,
        *,
        start: Annotated[
            strawberry.ID, strawberry.argument(name="from", description="Where they begin: an id as for `node`.")
        ],
        end: Annotated[
            strawberry.ID, strawberry.argument(name="to", description="Where they end: an id as for `node`.")
        ],
        k: Annotated[int, strawberry.argument(description="How many, 1 to 50.")] = 3,
        max_length: Annotated[int, strawberry.argument(description="Most steps each may have, 0 to 6.")] = 4,
        without: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(
                description="Nodes that no path may pass through, such as entities that every paper mentions: ids as "
                "for `node`, 100 at most."
            ),
        ] = None,
    ) -> list[Path]:
        """Walk from both ends."""
        barred = without or []
        if len(barred) > info.context.limits.page:
            raise ArgumentError(f"`without` has {len(barred)} ids", f"give {info.context.limits.page} at most")
        one, other, *others = await find_iris(info, [start, end, *barred])
        ends = [await _walkable(info, iri) for iri in (one, other)]
        if None in ends:
            return []
        passed = [iri for iri in others if iri is not None]
        return await find_paths(info, str(ends[0]), str(ends[1]), k=k, max_length=max_length, without=passed)

    @resolved("What lies around a paper or entity, as nodes and edges ready to draw; null when there is no such node.")
    async def neighbourhood(
        self,
        info: Info,
        *,
        id: NodeId,
        depth: Annotated[int, strawberry.argument(description="Largest distance, 0 to 3.")] = 1,
        limit: Annotated[
            int, strawberry.argument(description="Most nodes around it, 1 to 500; nearest first, then by PageRank.")
        ] = 100,
        filter: Annotated[
            NeighbourhoodFilter | None, strawberry.argument(description="What is walked over; all where left out.")
        ] = None,
    ) -> Neighbourhood | None:
        """Walk outwards."""
        iri = await _walkable(info, await find_iri(info, id))
        return None if iri is None else await find_neighbourhood(info, iri, depth, limit, filter)

    @resolved("Entities side by side: shared papers and those of one alone, what stands beside them, trends.")
    async def compare(
        self,
        info: Info,
        *,
        ids: Annotated[
            list[strawberry.ID] | None, strawberry.argument(description="Global ids or IRIs of entities.")
        ] = None,
        names: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Names or aliases of entities, letter case aside; 2 to 10 with the ids together."
            ),
        ] = None,
        type: Annotated[
            EntityType | None, strawberry.argument(description="Names are only those of entities of this type.")
        ] = None,
        include_narrower: Annotated[
            bool, strawberry.argument(description="Whether papers that mention a kind of an entity count as its own.")
        ] = False,
    ) -> Comparison:
        """Find the entities; the rest is found as it is asked for."""
        return await find_comparison(info, ids or [], names or [], type, include_narrower=include_narrower)

    @resolved(
        "Many nodes at once by what they are known by: first those of the ids, then of the names, then of the "
        "identifiers, each in the order given, null where nothing is known by the key. 100 keys at most."
    )
    async def lookup(
        self,
        info: Info,
        *,
        ids: Annotated[
            list[strawberry.ID] | None,
            strawberry.argument(description="Global ids, IRIs, or papers' identifiers as the graph has them."),
        ] = None,
        names: Annotated[
            list[str] | None,
            strawberry.argument(description="Names or aliases of entities, letter case aside."),
        ] = None,
        identifiers: Annotated[
            list[str] | None,
            strawberry.argument(
                description="Identifiers that others gave, however written: `arXiv:2106.14405v2`, "
                "`https://doi.org/10.1000/xyz`, `P17-1001`; of OpenCS `C15179` or the IRI; IRIs of concepts of any "
                "vocabulary that entities are linked to."
            ),
        ] = None,
        type: Annotated[EntityType | None, strawberry.argument(description="Entities only of this type.")] = None,
    ) -> list[Found]:
        """Look up each kind together."""
        return await find_many(info, ids or [], names or [], identifiers or [], type)

    @resolved(
        "Entities with a name or alias that begins with a text, or has a word that begins with it, letter case aside: "
        "whole names first, then beginnings, then those in most papers."
    )
    async def suggest(
        self,
        info: Info,
        *,
        text: Annotated[str, strawberry.argument(description="What was typed so far.")],
        type: Annotated[EntityType | None, strawberry.argument(description="Only of this type.")] = None,
        first: Annotated[int, strawberry.argument(description="How many, 1 to 100.")] = 10,
    ) -> list[Suggestion]:
        """Look for them."""
        return await find_suggestions(info, text, type, first)


async def _walkable(info: Info, iri: str | None) -> str | None:
    node = await load_node(info, iri)
    return node.iri if isinstance(node, Paper | Entity) else None
