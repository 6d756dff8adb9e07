"""What pages are made of: references, pieces of text with marks, figures in words. Values, without HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from api.linked_data.addresses import Addresses
from kg.quotes import Marked, Named, Quote

__all__ = [
    "Highlight",
    "Page",
    "Piece",
    "Ref",
    "external",
    "highlighted",
    "identifier_link",
    "per_cent",
    "pieces",
    "ref",
]

_WEB: Final = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)
#: Where identifiers of each scheme lead.
_RESOLVERS: Final = {
    "doi": "https://doi.org/",
    "arxiv": "https://arxiv.org/abs/",
    "acl": "https://aclanthology.org/",
}


@dataclass(frozen=True, slots=True)
class Ref:
    """Something by its name, with where to read of it.

    Attributes
    ----------
    text : str
    href : str or None
        None where there is nothing to follow.
    type : str
        Entity type, ``Paper``, or empty.
    away : bool
        Whether it leads to another site.
    """

    text: str
    href: str | None = None
    type: str = ""
    away: bool = False


@dataclass(frozen=True, slots=True)
class Highlight:
    """Half-open range of characters of a text that speaks of something."""

    start: int
    end: int
    what: Ref


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a text, and what it speaks of, if anything."""

    text: str
    what: Ref | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """A page before it is HTML.

    Attributes
    ----------
    template : str
        Name of its template, without the suffix.
    title : str
    kind : str
        What it is about, in a word or two.
    shown : mapping
        What the template shows.
    structured : mapping
        The same for machines, in terms of schema.org.
    """

    template: str
    title: str
    kind: str
    shown: dict[str, Any] = field(default_factory=dict)
    structured: dict[str, Any] = field(default_factory=dict)


def pieces(text: str, highlights: Iterable[Highlight]) -> tuple[Piece, ...]:
    """Text cut where marks begin and end; of marks that overlap the first counts, of two at one place the longer.

    >>> [piece.text for piece in pieces("a CNN here", [Highlight(2, 5, Ref("CNN")), Highlight(3, 9, Ref("x"))])]
    ['a ', 'CNN', ' here']
    """
    found: list[Piece] = []
    at = 0
    for mark in sorted(highlights, key=lambda each: (each.start, -each.end, each.what.text)):
        if at <= mark.start < mark.end <= len(text):
            if mark.start > at:
                found.append(Piece(text[at : mark.start]))
            found.append(Piece(text[mark.start : mark.end], mark.what))
            at = mark.end
    return (*found, Piece(text[at:])) if at < len(text) or not found else tuple(found)


def highlighted(quote: Quote, ends: Sequence[Ref], names: Sequence[str]) -> tuple[Piece, ...]:
    """Sentence with the names of what it speaks of marked; `names` are the IRIs of `ends`."""
    refs = dict(zip(names, ends, strict=True))
    return pieces(quote.text, (Highlight(m.start, m.end, _marked(m, refs)) for m in quote.marks))


def _marked(mark: Marked, refs: dict[str, Ref]) -> Ref:
    return refs.get(mark.names, Ref("the value"))


def ref(node: Named, addresses: Addresses) -> Ref:
    """Reference to a node of the graph by its name."""
    return Ref(node.name, addresses.page(node.iri), node.type)


def external(iri: str, text: str | None = None) -> Ref:
    """Reference to something elsewhere; what is no web address is shown and not linked to.

    >>> external("javascript:alert(1)").href is None
    True
    """
    return Ref(text or iri, iri if _WEB.fullmatch(iri) else None, away=True)


def identifier_link(identifier: str) -> Ref:
    """Reference to where an identifier of a paper leads.

    >>> identifier_link("arxiv:1512.03385").href
    'https://arxiv.org/abs/1512.03385'
    >>> identifier_link("title:0123").href is None
    True
    """
    scheme, _, value = identifier.partition(":")
    where = _RESOLVERS.get(scheme)
    return external(where + value, identifier) if where else Ref(identifier)


def per_cent(share: float) -> str:
    """Share in words that people read at a glance.

    >>> per_cent(0.876)
    '88%'
    """
    return f"{share:.0%}"
