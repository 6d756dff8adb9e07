"""JSON documents: an array of objects, an object that wraps one ("papers", "items", "results" ...), or one object.

Fields are read by all the names that `kg.readers.fields` knows: Semantic Scholar's and OpenAlex's answers, Zotero's
JSON, Crossref's works. Records are decoded one after the other, see `kg.readers.json_objects`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError
from kg.model import Paper
from kg.readers.cleaning import strip_markup
from kg.readers.fields import Record, papers_of
from kg.readers.json_objects import objects

NAME: Final = "json"


def sniff(head: str) -> bool:
    """Return whether the text begins like a JSON array or object."""
    text = head.lstrip()
    return (text.startswith("{") and text[1:].lstrip()[:1] in ('"', "}")) or (
        text.startswith("[") and text[1:].lstrip()[:1] in ("{", "]")
    )


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a JSON document."""
    records = (Record(fields, place, strip_markup) for fields, place in objects(stream, source, on_error))
    return papers_of(records, on_error)
