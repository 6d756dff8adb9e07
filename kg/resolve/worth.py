"""Names that no reader would want as a node: left out of a graph where nothing but one paper speaks for them.

A name that a curated taxonomy has, that two papers have, that others are a kind of, or that people decided about stays.
``exports/benchmarks/junk.json`` has the share of nodes without sense that these rules leave, by ``least_alone``: of
200 nodes drawn from a build of 20,000 papers, judged by a large language model.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from kg.model import Entity, EntityType, PaperEntity
from kg.resolve.across import Resolution
from kg.resolve.decisions import NONE, Decisions
from kg.resolve.lone import Lone, wanted
from kg.resolve.names import name_key
from kg.resolve.odd import oddity

#: From this probability on that a name is none, it is left out.
ODD: Final = 0.5


@dataclass(frozen=True, slots=True)
class Worth:
    """What is left of a resolution.

    Attributes
    ----------
    resolution : Resolution
    left_out : tuple of Entity
        By type and key.
    """

    resolution: Resolution
    left_out: tuple[Entity, ...]


def worthwhile(resolution: Resolution, *, least: float, decisions: Decisions = NONE) -> Worth:
    """Resolution without the names that one paper alone has and that are likely none.

    Parameters
    ----------
    resolution : Resolution
    least : float
        Probability that a reader wants it which such a name must have, 0 to 1; 0 leaves nothing out by any rule.
    decisions : Decisions
        Names that these speak of stay.
    """
    if least <= 0:
        return Worth(resolution, ())
    decided = {key for each in decisions.all for key in (each.key, each.other)}
    dropped = {
        (entity.type, entity.key)
        for entity, lone in alone(resolution)
        if not any((entity.type, name_key(name)) in decided for name in (entity.name, *entity.aliases))
        and _unwanted(lone, least)
    }
    return Worth(
        replace(
            resolution,
            entities=tuple(e for e in resolution.entities if (e.type, e.key) not in dropped),
            papers=tuple(said for said in resolution.papers if said.entity not in dropped),
        ),
        tuple(e for e in resolution.entities if (e.type, e.key) in dropped),
    )


def _unwanted(lone: Lone, least: float) -> bool:
    odd = oddity(lone.type, lone.name)
    return (odd is not None and odd.probability >= ODD) or wanted(lone) < least


def alone(resolution: Resolution) -> Iterator[tuple[Entity, Lone]]:
    """Yield the entities that one paper alone names, no taxonomy has and none is a kind of, as their paper has them.

    Entities that the table of decisions speaks of are among them.
    """
    parents = {(entity.type, key) for entity in resolution.entities for key in entity.broader}
    papers: dict[tuple[EntityType, str], list[PaperEntity]] = defaultdict(list)
    for said in resolution.papers:
        papers[said.entity].append(said)
    for entity in resolution.entities:
        where = entity.type, entity.key
        if len(papers[where]) == 1 and entity.concept is None and where not in parents:
            yield entity, _lone(entity, papers[where][0])


def _lone(entity: Entity, said: PaperEntity) -> Lone:
    return Lone(
        entity.type,
        entity.name,
        said.role,
        max(mention.confidence for mention in said.mentions),
        len(said.mentions),
        bool(entity.aliases) or len({mention.text for mention in said.mentions}) > 1,
    )
