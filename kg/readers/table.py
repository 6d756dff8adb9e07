"""Rows with a header: what the readers of CSV and TSV share.

A row with more fields than the header has names is broken (a delimiter stands unquoted in it, and all behind it is
shifted); so is one with fewer, unless it is empty. A field holds at most twice `LONGEST_ABSTRACT`
characters, so that a quote that is never closed cannot swallow the file.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import chain, islice
from typing import BinaryIO, Final

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.cleaning import strip_markup
from kg.readers.decoding import Line, lines
from kg.readers.fields import LONGEST_ABSTRACT, Record, is_field, papers_of

__all__ = ["has_header", "read"]

_LOOKED_AT: Final = 100
_QUOTED: Final = re.compile(r'(?:^|\t)"[^"\t]*(?:""[^"\t]*)*"(?:\t|$)')
_SEPARATOR_LINE: Final = re.compile(r"sep=.", re.IGNORECASE)
_MOST_FIELDS: Final = 10_000

# The module's one limit for the whole process; it only ever grows, so that nobody else's is cut.
csv.field_size_limit(max(csv.field_size_limit(), 2 * LONGEST_ABSTRACT))


def has_header(head: str, delimiters: str) -> bool:
    """Return whether a file starts with a header that names a title, its names parted by one of the delimiters.

    A lone "title" is a header only if another line follows.

    Examples
    --------
    >>> has_header("Key;Document Title;Year\\n1;A title;2020\\n", ",;|"), has_header("A sentence, or two.\\n", ",;|")
    (True, False)
    """
    first = [line for line in head.splitlines() if line.strip()][:2]
    if first and _SEPARATOR_LINE.fullmatch(first[0].strip()):
        first = [line for line in head.splitlines() if line.strip()][1:3]
    return len(first) > 0 and _delimiter(first[0], delimiters) is not None


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None], *, delimiters: str) -> Iterator[Paper]:
    """Return the papers of a table.

    Parameters
    ----------
    stream, source, on_error
        As for every reader.
    delimiters : str
        The characters of which one parts the fields; the header tells which.
    """
    return papers_of(_records(stream, source, on_error, delimiters), on_error)


def _records(
    stream: BinaryIO, source: str, on_error: Callable[[InputError], None], delimiters: str
) -> Iterator[Record]:
    incoming = (line for line in lines(stream) if line.number > 1 or not _SEPARATOR_LINE.fullmatch(line.text.strip()))
    start = list(islice(incoming, _LOOKED_AT))
    while start and not start[0].text.strip():
        del start[0]
    if not start:
        return
    delimiter = _delimiter(start[0].text, delimiters)
    if delimiter is None:
        place = Place(source, line=start[0].number)
        on_error(
            RecordError(
                place, f"a header without a title: {start[0].text[:80]!r}", "a first line with a column 'title'"
            )
        )
        return
    quoted = delimiter != "\t" or any(_QUOTED.search(line.text) for line in start)
    feed = _Feed(chain(start, incoming))
    rows = csv.reader(feed, delimiter=delimiter, quoting=csv.QUOTE_MINIMAL if quoted else csv.QUOTE_NONE)
    names: list[str] | None = None
    number = 0
    while True:
        first = feed.number + 1
        feed.problem = None
        try:
            row = next(rows, None)
        except csv.Error as error:
            number += 1
            on_error(
                RecordError(Place(source, number, first), f"broken row: {error}", "fields that fit, quotes that close")
            )
            continue
        if row is None:
            return
        if names is None:
            names = [name.strip() for name in row]
            continue
        if not any(field.strip() for field in row):
            continue
        number += 1
        place = Place(source, number, first)
        if feed.problem is not None:
            place = Place(source, number, feed.problem.number, feed.problem.character)
            on_error(RecordError(place, str(feed.problem.problem), "UTF-8 text"))
            continue
        if len(row) != len(names):
            on_error(RecordError(place, f"a row of {len(row)} fields", f"{len(names)} fields, as the header has"))
            continue
        yield Record(_by_name(names, row), place, strip_markup)


def _by_name(names: list[str], row: list[str]) -> dict[str, object]:
    fields: dict[str, object] = {}
    for name, value in zip(names, row, strict=True):
        if value.strip():
            fields.setdefault(name, value)
    return fields


def _delimiter(header: str, delimiters: str) -> str | None:
    """Return the delimiter that gives a header most names, a title among them; None if none does."""
    best: tuple[int, str] | None = None
    for delimiter in delimiters:
        names = next(csv.reader([header[: 1 << 16]], delimiter=delimiter), [])
        if len(names) < _MOST_FIELDS and any(is_field(name.strip(), "title") for name in names):
            best = max(best or (0, ""), (len(names), delimiter))
    return best[1] if best else None


class _Feed:
    """Lines for the csv module, which remembers the number of the last one and what was wrong with any."""

    def __init__(self, incoming: Iterable[Line]) -> None:
        self._incoming = iter(incoming)
        self.number = 0
        self.problem: Line | None = None

    def __iter__(self) -> _Feed:
        return self

    def __next__(self) -> str:
        line = next(self._incoming)
        self.number = line.number
        if line.problem is not None and self.problem is None:
            self.problem = line
        return f"{line.text}\n"
