"""CSL-JSON, the citation processors' format, as Zotero, Better BibTeX, Mendeley and Crossref write it.

An array of items. Fields read, by the names of the CSL 1.0.2 schema: ``title``, ``abstract``, ``id`` or
``citation-key``, ``author`` (given, family, particles, suffix, literal), ``issued`` (date-parts, raw, literal),
``container-title`` or ``event-title``, ``DOI``, ``URL``, ``keyword``, and identifiers in ``number``,
``archive_location`` and ``note``. Zotero's inline HTML (``<i>``, ``<span class="nocase">``) and Crossref's JATS are
dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError
from kg.model import Paper
from kg.readers.cleaning import strip_markup
from kg.readers.fields import Record, papers_of
from kg.readers.json_objects import first_object, is_lines, objects

NAME: Final = "csl-json"


def sniff(head: str) -> bool:
    """Return whether the text is JSON, not a line an object, whose first item is typed and dated as CSL does it."""
    if head.lstrip()[:1] not in ("[", "{") or is_lines(head):
        return False
    item = first_object(head)
    if item is None or not isinstance(item.get("type"), str) or "title" not in item:
        return False
    return any(
        name in item for name in ("issued", "container-title", "citation-key", "event-title", "publisher-place")
    ) or _has_csl_names(item.get("author"))


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a CSL-JSON file."""
    records = (Record(fields, place, strip_markup) for fields, place in objects(stream, source, on_error))
    return papers_of(records, on_error)


def _has_csl_names(people: object) -> bool:
    return isinstance(people, list) and any(
        isinstance(person, dict) and ("family" in person or "literal" in person) for person in people
    )
