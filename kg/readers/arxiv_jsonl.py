"""arXiv metadata as JSON Lines: the snapshot that arXiv gives out for machine reading, and extracts of it.

Fields read: ``id``, ``title``, ``abstract``, ``authors_parsed`` (family, given, suffix) before ``authors``,
``categories`` (or ``cats``), ``journal-ref``, ``doi``. The year is the record's own ``year``, else that of the first
version (``versions[0].created``), else that of the id (which begins with two digits of the year: 07 to 90 are 2007 to
2090, an old id's 91 to 99 are 1991 to 1999), else ``update_date``, which moves with every correction. The text is TeX
and stays so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from kg.errors import InputError
from kg.model import Paper
from kg.readers.fields import Record, papers_of, year_of
from kg.readers.identify import recognise
from kg.readers.json_objects import first_object, is_lines
from kg.readers.jsonl import line_objects

NAME: Final = "arxiv-jsonl"

_MARKS: Final = ("authors_parsed", "categories", "cats", "versions")


def sniff(head: str) -> bool:
    """Return whether the text is JSON Lines of arXiv ids with categories or arXiv's own fields."""
    if not is_lines(head):
        return False
    first = first_object(head)
    return first is not None and _arxiv_id(first) is not None and any(mark in first for mark in _MARKS)


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a file of arXiv metadata."""
    records = (
        Record({**fields, "year": _year(fields)}, place) for fields, place in line_objects(stream, source, on_error)
    )
    return papers_of(records, on_error)


def _arxiv_id(fields: Mapping[str, object]) -> str | None:
    found = recognise(str(fields.get("id", "")))
    return found.removeprefix("arxiv:") if found and found.startswith("arxiv:") else None


def _year(fields: Mapping[str, object]) -> int | None:
    if (year := year_of(fields.get("year"))) is not None:
        return year
    versions = fields.get("versions")
    first = versions[0] if isinstance(versions, list) and versions else None
    if isinstance(first, Mapping) and (year := year_of(first.get("created"))) is not None:
        return year
    if (arxiv_id := _arxiv_id(fields)) is not None:
        digits = int(arxiv_id.rpartition("/")[2][:2])
        return 1900 + digits if digits > 90 else 2000 + digits
    return year_of(fields.get("update_date"))
