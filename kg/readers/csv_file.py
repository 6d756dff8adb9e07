"""CSV (RFC 4180) with a header: Zotero's, Scopus's, IEEE Xplore's and PubMed's exports, spreadsheets.

Commas, semicolons or bars part the fields. The header's names are those of `kg.readers.fields`; one must be a title's.
See `kg.readers.table` for what breaks a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError
from kg.model import Paper
from kg.readers import table

NAME: Final = "csv"
DELIMITERS: Final = ",;|"


def sniff(head: str) -> bool:
    """Return whether the first line is a header with a title, parted by commas, semicolons or bars."""
    return table.has_header(head, DELIMITERS)


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a CSV file."""
    return table.read(stream, source, on_error, delimiters=DELIMITERS)
