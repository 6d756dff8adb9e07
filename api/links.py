"""What entities are in vocabularies that others keep."""

from __future__ import annotations

from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING, Final

import strawberry

from api.fields import value
from kg.store import iri

if TYPE_CHECKING:
    from api.loaders import Select

__all__ = ["ConceptLink", "Match", "links_of"]

# LATERAL joins row by row, from the few nodes that are bound; see `api.loaders`
_LINKS: Final = """
SELECT DISTINCT ?node ?match ?target ?score WHERE {
  VALUES ?node { {{nodes}} } VALUES ?match { skos:exactMatch skos:closeMatch } LATERAL { ?node ?match ?target }
  LATERAL { ?link kg:entity ?node ; kg:target ?target ; kg:matchScore ?score }
}"""


@strawberry.enum(description="How near a concept of another vocabulary is to an entity.")
class Match(Enum):
    """Values are the local names of SKOS's properties."""

    EXACT = value("exactMatch", "They are the same.")
    CLOSE = value("closeMatch", "They are the same or close.")


@strawberry.type(
    description="A concept of a vocabulary that others keep, such as OpenCS, that an entity is or is close to."
)
class ConceptLink:
    """A link."""

    target: str = strawberry.field(description="IRI of the concept.")
    match: Match = strawberry.field(description="Whether it is the same or close.")
    score: float = strawberry.field(description="Probability that this is so, 0 to 1.")


async def links_of(select: Select, nodes: list[str]) -> list[list[ConceptLink]]:
    """Links of each entity, exact ones first, then the surest."""
    found: defaultdict[str, list[ConceptLink]] = defaultdict(list)
    for row in await select(_LINKS, nodes=[iri(node) for node in dict.fromkeys(nodes)]):
        match = Match(row["match"].value.rpartition("#")[2])
        found[row["node"].value].append(
            ConceptLink(target=row["target"].value, match=match, score=float(row["score"].value))
        )
    return [
        sorted(found[node], key=lambda link: (link.match.name != "EXACT", -link.score, link.target)) for node in nodes
    ]
