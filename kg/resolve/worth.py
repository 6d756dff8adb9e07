"""Names that no reader would want as a node: left out of a graph where nothing but one paper speaks for them.

A name that a curated taxonomy has, that two papers have, that others are a kind of, or that people decided about stays.
``exports/benchmarks/junk.json`` has the share of nodes without sense that these rules leave, by ``least_alone``: of
200 nodes drawn from a build of 20,000 papers, judged by a large language model.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from kg.model import Entity, EntityType, Mention
from kg.resolve.across import Resolution
from kg.resolve.decisions import NONE, Decisions
from kg.resolve.names import GENERIC_HEADS, name_key
from kg.resolve.odd import oddity

#: From this probability on that a name is none, it is left out.
ODD: Final = 0.5
#: An adjective and a word like "method" ("partitioned strategy") must be surer than this: most such are descriptions.
PLAIN: Final = 0.9
_ADJECTIVE: Final = re.compile(r"[a-z-]+(?:al|ed|ic|ive|ous|able|ible|ent|ant|ary|less|wise)")


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
        Probability that its surest mention must have, 0 to 1; 0 leaves nothing out by any rule.
    decisions : Decisions
        Names that these speak of stay.
    """
    if least <= 0:
        return Worth(resolution, ())
    mentions: dict[tuple[EntityType, str], list[Sequence[Mention]]] = defaultdict(list)
    for said in resolution.papers:
        mentions[said.entity].append(said.mentions)
    parents = {(entity.type, key) for entity in resolution.entities for key in entity.broader}
    decided = {key for each in decisions.all for key in (each.key, each.other)}
    dropped = {
        (entity.type, entity.key)
        for entity in resolution.entities
        if len(mentions[entity.type, entity.key]) == 1
        and entity.concept is None
        and (entity.type, entity.key) not in parents
        and not any((entity.type, name_key(name)) in decided for name in (entity.name, *entity.aliases))
        and _unwanted(entity, mentions[entity.type, entity.key][0], least)
    }
    return Worth(
        replace(
            resolution,
            entities=tuple(e for e in resolution.entities if (e.type, e.key) not in dropped),
            papers=tuple(said for said in resolution.papers if said.entity not in dropped),
        ),
        tuple(e for e in resolution.entities if (e.type, e.key) in dropped),
    )


def _unwanted(entity: Entity, mentions: Sequence[Mention], least: float) -> bool:
    sure = max(mention.confidence for mention in mentions)
    odd = oddity(entity.type, entity.name)
    return sure < least or (odd is not None and odd.probability >= ODD) or (sure < PLAIN and plain(entity))


def plain(entity: Entity) -> bool:
    """Whether a name is an adjective and a word that says no more than its type.

    >>> plain(Entity("k", "Method", "partitioned strategy")), plain(Entity("k", "Method", "Latent Method"))
    (True, False)
    """
    words = name_key(entity.name).split()
    return (
        len(words) == 2
        and words[1] in GENERIC_HEADS[entity.type]
        and entity.name == entity.name.lower()
        and _ADJECTIVE.fullmatch(words[0]) is not None
    )
