"""Which form of a document a request is given, and whether it has it already."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from typing import Final

from starlette.requests import Request

from api.sparql import accepted

__all__ = ["HTML", "MEDIA_TYPES", "OFFERED", "RDF_OFFERED", "chosen", "entity_tag", "known"]

#: Media type of each suffix.
MEDIA_TYPES: Final[Mapping[str, str]] = {
    "html": "text/html",
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "nt": "application/n-triples",
}
HTML: Final = MEDIA_TYPES["html"]

#: Suffix of each media type that a request may ask for, the first of equals given. Programs that say no more than
#: that they want JSON or text are given what they can read.
OFFERED: Final[Mapping[str, str]] = {
    **{media_type: suffix for suffix, media_type in MEDIA_TYPES.items()},
    "application/xhtml+xml": "html",
    "application/json": "jsonld",
    "text/plain": "nt",
}
RDF_OFFERED: Final[Mapping[str, str]] = {name: suffix for name, suffix in OFFERED.items() if suffix != "html"}


_TAG: Final = re.compile(r'(?:W/)?("[^"]*")')


def chosen(request: Request, offered: Mapping[str, str] = OFFERED) -> str | None:
    """Suffix of the form that a request's Accept header likes best; None where it wants none that there is."""
    media_type = accepted(request.headers.get("accept", "*/*"), offered)
    return offered[media_type] if media_type else None


def entity_tag(*parts: str) -> str:
    """Strong entity tag of a document that depends on these texts alone."""
    return f'"{hashlib.sha256(chr(0).join(parts).encode("utf-8", "replace")).hexdigest()[:32]}"'


def known(request: Request, tag: str) -> bool:
    """Whether a request says that it has the document of this tag already."""
    given = ",".join(request.headers.getlist("if-none-match"))
    return any(found[1] == tag for found in _TAG.finditer(given))

