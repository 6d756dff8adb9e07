"""The forms that an answer of SPARQL comes in, and which of them a request likes best."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from pyoxigraph import QueryResultsFormat, RdfFormat

__all__ = ["GRAPHS", "RESULTS", "accepted", "content_type"]

#: Media types of tables and booleans, the default first.
RESULTS: Final[Mapping[str, QueryResultsFormat]] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
#: Media types of graphs, the default first.
GRAPHS: Final[Mapping[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/ld+json": RdfFormat.JSON_LD,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "text/plain": RdfFormat.N_TRIPLES,
    "application/json": RdfFormat.JSON_LD,
    "application/xml": RdfFormat.RDF_XML,
}


def content_type(media_type: str) -> str:
    """Content type of a media type; text says its charset, the others have one of their own.

    >>> content_type("text/csv"), content_type("application/ld+json")
    ('text/csv; charset=utf-8', 'application/ld+json')
    """
    return f"{media_type}; charset=utf-8" if media_type.startswith("text/") else media_type


def accepted(accept: str, offered: Iterable[str]) -> str | None:
    """Media type that an Accept header likes best among those offered, the first of equals.

    >>> accepted("text/csv;q=0.5, application/*", ["text/csv", "application/json"])
    'application/json'
    >>> accepted("image/png", ["text/csv"]) is None
    True
    """
    ranges = [_media_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]

    def quality(media_type: str) -> float:
        # The most exact range decides, as RFC 9110 says.
        for wanted in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
            found = [weight for name, weight in ranges if name == wanted]
            if found:
                return max(found)
        return 0.0

    best = max(offered, key=quality)
    return best if quality(best) > 0 else None


def _media_range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return name, 0.0
