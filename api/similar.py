"""Papers similar to a paper: they share entities with it, and the rarer an entity, the more it counts.

The score is the sum, over the entities that both mention, of ln(N / n): N papers in the graph, n of
them with the entity (inverse document frequency, as in Spärck Jones 1972). An entity that every
paper mentions counts nothing.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, NamedTuple, TypeAlias, cast

import strawberry

from api.choosing import chosen
from api.conditions import paper_conditions
from api.context import Info
from api.errors import ArgumentError
from api.filters import PaperFilter
from api.lists import paper_listing
from api.node import Connection, by_iri, joined, load_nodes
from api.pages import PageRequest, page_of
from api.statistics import find_statistics
from api.vocabulary import EntityType, PaperOrder
from schema.vocab import KG

if TYPE_CHECKING:
    from api.entity import Entity
    from api.paper import Paper

__all__ = ["SimilarPaperConnection", "find_similar", "scored"]

AnEntity: TypeAlias = Annotated["Entity", strawberry.lazy("api.entity")]
APaper: TypeAlias = Annotated["Paper", strawberry.lazy("api.paper")]


class Weighed(NamedTuple):
    """A shared entity with its weight: the heaviest first."""

    minus_weight: float
    entity: str


class Alike(NamedTuple):
    """A paper with its score: the highest first."""

    minus_score: float
    paper: str
    shared: tuple[Weighed, ...]


@strawberry.type(description="An entity that two papers share.")
class SharedEntity:
    """An entity and what it counts."""

    node: AnEntity = strawberry.field(description="The entity.")
    weight: float = strawberry.field(
        description="What it adds to the score: the natural logarithm of all papers over those that mention it."
    )


@strawberry.type(description="A paper that is similar to another.")
class SimilarPaperEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the paper in the list.")
    node: APaper = strawberry.field(description="The paper.")
    score: float = strawberry.field(description="Sum of the weights of the entities that both share.")
    shared: list[SharedEntity] = strawberry.field(description="The entities that both share, the rarest first.")


@strawberry.type(
    description="A page of papers that share entities with a paper: the highest score first. Entities that most papers "
    "mention tell least, and where all together would take too long, the commonest are left out."
)
class SimilarPaperConnection(Connection):
    """A connection."""

    edges: list[SimilarPaperEdge] = strawberry.field(description="The papers of this page.")
    ignored: list[AnEntity] = strawberry.field(
        description="Entities of the paper that were left out, for too many papers mention them; mostly none."
    )


async def find_similar(
    info: Info,
    paper: str,
    type_: EntityType | None,
    min_score: float,
    wanted: PaperFilter | None,
    request: PageRequest,
) -> SimilarPaperConnection:
    """Papers similar to a paper."""
    if not 0 <= min_score < math.inf:
        raise ArgumentError(f"`minScore` is {min_score}", "give 0 or more")
    entities = {
        row.entity: None
        for row in await info.context.load.entities_of_paper.load(paper)
        if type_ is None or row.type == type_.value
    }
    total = (await find_statistics(info)).papers
    facts = await info.context.load.facts.load_many(list(entities))
    counts = {of.iri: of.whole(KG.paperCount) or 0 for of in facts if of is not None}
    kept, ignored = _rarest(counts, info.context.limits.visited // 2)
    info.context.budget.visit(sum(counts[entity] for entity in kept))
    found = await info.context.load.mentioned_by.load_many(kept)
    rows = scored(paper, dict(zip(kept, found, strict=True)), total)
    rows = [row for row in rows if -row.minus_score >= min_score]
    if wanted is not None:
        listing = paper_listing(await paper_conditions(info, wanted), PaperOrder.YEAR)
        rows = [row for _, row in await chosen(info, rows, lambda row: row.paper, listing)]
    page = page_of(rows, request, order="SIMILAR", key=lambda row: row[:2])
    edges = await joined(info, page, lambda row: row.paper)
    shared = dict.fromkeys(each.entity for _, row, _ in edges for each in row.shared)
    nodes = by_iri(await load_nodes(info, [*shared, *ignored]))
    return SimilarPaperConnection(
        edges=[
            SimilarPaperEdge(
                cursor=at,
                node=cast("Paper", node),
                score=-row.minus_score,
                shared=[
                    SharedEntity(node=cast("Entity", nodes[each.entity]), weight=-each.minus_weight)
                    for each in row.shared
                ],
            )
            for at, row, node in edges
        ],
        page_info=page.page_info,
        count=page.count,
        ignored=[cast("Entity", nodes[entity]) for entity in ignored],
    )


def scored(paper: str, mentioned_by: dict[str, Sequence[str]], total: int) -> list[Alike]:
    """Papers that share entities with a paper, by score.

    Parameters
    ----------
    mentioned_by : dict
        Papers of each entity of the paper.
    total : int
        Number of all papers.

    >>> rows = scored("p1", {"rare": ["p1", "p2"], "common": ["p1", "p2", "p3"]}, 4)
    >>> [(row.paper, round(-row.minus_score, 3)) for row in rows]
    [('p2', 0.981), ('p3', 0.288)]
    """
    shared: defaultdict[str, list[Weighed]] = defaultdict(list)
    for entity, papers in mentioned_by.items():
        # To nine decimals, so that sums in another order are the same number.
        weighed = Weighed(-round(math.log(max(total, len(papers)) / len(papers)), 9) if papers else 0.0, entity)
        for other in papers:
            if other != paper:
                shared[other].append(weighed)
    return sorted(
        Alike(round(sum(each.minus_weight for each in found), 9), other, tuple(sorted(found)))
        for other, found in shared.items()
    )


def _rarest(counts: dict[str, int], most: int) -> tuple[list[str], list[str]]:
    """Entities whose papers together are few enough, the rarest first; and those left out."""
    kept: list[str] = []
    left: list[str] = []
    seen = 0
    for count, entity in sorted((count, entity) for entity, count in counts.items()):
        seen += count
        (kept if seen <= most else left).append(entity)
    return kept, left
