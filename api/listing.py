"""Lists that are too long for memory: pages of them, by key, from the store.

A list is a pattern that binds ``?node`` and an expression for its key. Numbers sort upwards
by their negatives, so that one comparison serves every order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from api.cursors import cursor
from api.errors import ArgumentError, CursorError
from api.loaders import Select
from api.pages import Page, PageRequest
from kg.store import Literal, NamedNode, Term
from schema.vocab import XSD

__all__ = ["Listed", "Listing", "contains_words", "list_page"]

_DECIMAL: Final = NamedNode(str(XSD.decimal))
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")

# More words than this find nothing that fewer do not.
_MOST_WORDS: Final = 12


class Listed(NamedTuple):
    """A row of a list."""

    iri: str


@dataclass(frozen=True, slots=True)
class Listing:
    """A list of nodes in an order.

    Attributes
    ----------
    pattern : str
        SPARQL that binds ``?node`` and what `key` needs; values stand in it as markers.
    key : str
        SPARQL expression of the key.
    order : str
        Name of the order, for cursors.
    numeric : bool
        Whether the key is a number, else text.
    values : mapping
        Terms of the markers.
    """

    pattern: str
    key: str
    order: str
    numeric: bool
    values: Mapping[str, Term | Sequence[Term]] = field(default_factory=dict)


async def list_page(select: Select, listing: Listing, request: PageRequest) -> Page[Listed]:
    """Page of a list; its count is asked of the store when it is called for."""
    after, before = request.bounds(listing.order, (str, str))
    values, conditions = dict(listing.values), []
    for name, sign, key in (("after", ">", after), ("before", "<", before)):
        if key is not None:
            at, iri = str(key[0]), str(key[1])
            values[f"{name}_key"], values[f"{name}_iri"] = _key_term(at, iri, listing), Literal(iri)
            conditions.append(_CONDITION.replace("%NAME%", name).replace("%SIGN%", sign))
    query = _assembled(
        _PAGE,
        PATTERN=listing.pattern,
        KEY=listing.key,
        CONDITIONS="\n".join(conditions),
        ORDER="DESC(?key) DESC(?iri)" if request.backwards else "?key ?iri",
        LIMIT=str(request.size + 1),
    )
    # A row beyond the page tells whether there is more on that side.
    rows = await select(query, **values)
    more = len(rows) > request.size
    kept = rows[: request.size]
    if request.backwards:
        kept.reverse()

    async def count() -> int:
        counted = await select(_assembled(_COUNT, PATTERN=listing.pattern), **listing.values)
        return int(counted[0]["count"].value)

    return Page(
        rows=tuple(Listed(row["node"].value) for row in kept),
        cursors=tuple(cursor(listing.order, (row["key"].value, row["node"].value)) for row in kept),
        # The cursor on the other side is an edge of the list, so there is one there.
        has_next=before is not None if request.backwards else more,
        has_previous=more if request.backwards else after is not None,
        count=count,
    )


def contains_words(text: str, labels: str) -> tuple[str, dict[str, Term]]:
    """Condition that each word of a search is in one of a node's labels, and its values.

    Parameters
    ----------
    text : str
        What the user wrote.
    labels : str
        Property path from ``?node`` to the labels.

    >>> contains_words("Optical flow", "dcterms:title")[1]["word1"].value
    'flow'
    """
    words = text.split()
    if len(words) > _MOST_WORDS:
        raise ArgumentError(f"the search has {len(words)} words", f"give {_MOST_WORDS} at most")
    condition = "FILTER EXISTS { ?node %LABELS% ?label FILTER(CONTAINS(LCASE(STR(?label)), LCASE({{word%N%}}))) }"
    conditions = [_assembled(condition, LABELS=labels, N=str(number)) for number in range(len(words))]
    return "\n".join(conditions), {f"word{number}": Literal(word) for number, word in enumerate(words)}


_PAGE: Final = """
SELECT ?node ?key WHERE {
  { SELECT DISTINCT ?node ?key WHERE { %PATTERN% BIND(%KEY% AS ?key) } }
  BIND(STR(?node) AS ?iri)
  %CONDITIONS%
} ORDER BY %ORDER% LIMIT %LIMIT%"""
_COUNT: Final = "SELECT (COUNT(DISTINCT ?node) AS ?count) WHERE { %PATTERN% }"
_CONDITION: Final = "FILTER(?key %SIGN% {{%NAME%_key}} || (?key = {{%NAME%_key}} && ?iri %SIGN% {{%NAME%_iri}}))"


def _assembled(query: str, **parts: str) -> str:
    """Fill in parts that are constants of this package; a user's values come in as terms."""
    for name, part in parts.items():
        query = query.replace(f"%{name}%", part)
    return query


def _key_term(key: str, iri: str, listing: Listing) -> Literal:
    if not listing.numeric:
        return Literal(key)
    if not _NUMBER.fullmatch(key):
        raise CursorError(cursor(listing.order, (key, iri)))
    return Literal(key, datatype=_DECIMAL)
