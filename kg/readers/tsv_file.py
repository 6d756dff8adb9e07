"""Tab-separated values with a header line: Web of Science's export (two-letter tags), spreadsheets, data sets.

Quotes are read as such only where a field near the start is wholly in quotes: most TSV has none, and titles begin
with quotation marks of their own. The header's names are those of `kg.readers.fields`; one must be a title's.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError
from kg.model import Paper
from kg.readers import table

NAME: Final = "tsv"
DELIMITERS: Final = "\t"


def sniff(head: str) -> bool:
    """Return whether the first line is a header with a title, parted by tabs."""
    return table.has_header(head, DELIMITERS)


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a TSV file."""
    return table.read(stream, source, on_error, delimiters=DELIMITERS)
