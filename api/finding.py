"""Nodes by what a user calls them: a global id, an IRI, a paper's identifier, an entity's name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from api.context import Info
from api.cursors import iri_of
from api.vocabulary import EntityType
from kg.errors import QueryError
from kg.model import TYPES
from kg.store import Literal, iri

__all__ = ["entities_called", "entities_named", "find_iri", "find_iris"]

_IDENTIFIED: Final = """
SELECT ?identifier (MIN(STR(?node)) AS ?iri) WHERE {
  VALUES ?identifier { {{identifiers}} } ?node dcterms:identifier ?identifier ; a kg:Paper
} GROUP BY ?identifier"""


async def find_iri(info: Info, text: str) -> str | None:
    """IRI of the node that a global id, an IRI or an identifier names; it may still not exist."""
    return (await find_iris(info, [text]))[0]


async def find_iris(info: Info, texts: Sequence[str]) -> list[str | None]:
    """IRIs of nodes, all identifiers looked up by one query; None where a text can name no node."""
    unpacked = {text: iri_of(text.strip()) for text in texts}
    others = [text for text, found in unpacked.items() if found is None]
    identified: dict[str, str] = {}
    if others:
        rows = await info.context.graph.select(_IDENTIFIED, identifiers=[Literal(text.strip()) for text in others])
        identified = {row["identifier"].value: row["iri"].value for row in rows}
    return [_valid(unpacked[text] or identified.get(text.strip(), text.strip())) for text in texts]


async def entities_named(info: Info, name: str, type_: EntityType | None = None) -> list[str]:
    """IRIs of the entities of this name or alias, letter case aside: preferred names first, then most papers."""
    arrays = info.context.graph.arrays
    numbers = None if arrays is None else arrays.named(name)
    if arrays is not None and numbers is not None:
        # The store would compare the name with those of all entities.
        entities = arrays.entities
        return [entities.iri[n] for n in numbers if type_ is None or TYPES[entities.type[n]] == type_.value]
    # White space is folded in labels, so it is in what they are compared with.
    found = await info.context.load.named.load(" ".join(name.split()))
    return [node for node, of_type in found if type_ is None or of_type == type_.value]


async def entities_called(info: Info, text: str, type_: EntityType | None = None) -> list[str]:
    """IRIs of the entities that a global id, an IRI or a name stands for; only names heed the type."""
    found = _valid(iri_of(text.strip()) or text.strip())
    if found is not None and await info.context.load.facts.load(found) is not None:
        return [found]
    return await entities_named(info, text, type_)


def _valid(text: str) -> str | None:
    try:
        return iri(text).value
    except QueryError:
        return None
