"""Lists that are too long for memory: pages of them, by key, from the store.

A list is a pattern that binds ``?node`` and an expression for its key. Numbers sort upwards
by their negatives, so that one comparison serves every order. A list that is in memory is filtered
and ordered by the same patterns: `keys_of` asks them of its nodes alone.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from heapq import nlargest, nsmallest
from typing import TYPE_CHECKING, Final, NamedTuple, TypeAlias

from api.cursors import cursor
from api.errors import CursorError
from api.pages import Page, PageRequest
from kg.store import Literal, NamedNode, Row, Term, iri
from schema.vocab import XSD

__all__ = ["Listed", "Listing", "ListingKey", "NodeKey", "keys_of", "list_page", "together"]

if TYPE_CHECKING:
    from api.loaders import Select

_DECIMAL: Final = NamedNode(str(XSD.decimal))
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


class Listed(NamedTuple):
    """A row of a list."""

    iri: str


def together(once: str, parts: str) -> str:
    """Patterns that find nodes by themselves, and what is asked of each of those nodes."""
    return f"{once}\nLATERAL {{ {parts} }}" if once and parts else once + parts


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
    once : str
        SPARQL that finds nodes by itself, of which the pattern must hold too.
    """

    pattern: str
    key: str
    order: str
    numeric: bool
    values: Mapping[str, Term | Sequence[Term]] = field(default_factory=dict)
    once: str = ""

    @property
    def whole(self) -> str:
        """All of its SPARQL."""
        return together(self.once, self.pattern)

    @property
    def identity(self) -> str:
        """Text that is equal for equal lists in equal orders."""
        return repr((self.whole, self.key, sorted((name, str(value)) for name, value in self.values.items())))


class ListingKey(NamedTuple):
    """A node, of which it is asked whether and where it is in a list."""

    listing: Listing
    node: str

    @property
    def identity(self) -> tuple[str, str]:
        """What tells two keys apart."""
        return self.listing.identity, self.node


#: Sort key of a node in a list.
NodeKey: TypeAlias = tuple[float | str, str]


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
        PATTERN=listing.whole,
        KEY=listing.key,
        CONDITIONS="\n".join(conditions),
    )
    # A row beyond the page tells whether there is more on that side. Sorted here: the store looks each text up
    # again whenever it compares it, and takes ten times as long as all else.
    found = await select(query, **values)
    place = partial(_in_order, numeric=listing.numeric)
    rows = (nlargest if request.backwards else nsmallest)(request.size + 1, found, key=place)
    more = len(rows) > request.size
    kept = rows[: request.size]
    if request.backwards:
        kept.reverse()

    async def count() -> int:
        counted = await select(_assembled(_COUNT, PATTERN=listing.whole), **listing.values)
        return int(counted[0]["count"].value)

    return Page(
        rows=tuple(Listed(row["node"].value) for row in kept),
        cursors=tuple(
            cursor(listing.order, (row["key"].value, row["node"].value), snapshot=request.snapshot) for row in kept
        ),
        # The cursor on the other side is an edge of the list, so there is one there.
        has_next=before is not None if request.backwards else more,
        has_previous=more if request.backwards else after is not None,
        count=count,
    )


async def keys_of(select: Select, asked: Sequence[ListingKey]) -> list[NodeKey | None]:
    """Sort key of each node in its list, None where it is not in it; one query a list, whatever the nodes."""
    lists = {key.listing.identity: key.listing for key in asked}
    nodes: defaultdict[str, list[str]] = defaultdict(list)
    for key in asked:
        nodes[key.listing.identity].append(key.node)
    found: dict[tuple[str, str], NodeKey] = {}
    for identity, listing in lists.items():
        query = _assembled(_KEYS, ONCE=listing.once, PATTERN=listing.pattern, KEY=listing.key)
        rows = await select(query, asked_nodes=[iri(text) for text in nodes[identity]], **listing.values)
        for row in sorted(rows, key=_place):
            at = row["key"].value
            found.setdefault(
                (identity, row["node"].value), (float(at) if listing.numeric else at, row["node"].value)
            )
    return [found.get(key.identity) for key in asked]


def _in_order(row: Row, *, numeric: bool) -> NodeKey:
    at = row["key"].value
    return float(at) if numeric else at, row["node"].value


def _place(row: Row) -> tuple[str, str]:
    return row["node"].value, row["key"].value


_KEYS: Final = """
SELECT DISTINCT ?node ?key WHERE {
  VALUES ?node { {{asked_nodes}} } %ONCE% LATERAL { %PATTERN% BIND(%KEY% AS ?key) }
}"""
_PAGE: Final = """
SELECT ?node ?key WHERE {
  { SELECT DISTINCT ?node ?key WHERE { %PATTERN% BIND(%KEY% AS ?key) } }
  BIND(STR(?node) AS ?iri)
  %CONDITIONS%
}"""
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
