"""JSON Lines: one JSON object a line, the form of data dumps (Semantic Scholar, OpenAlex, our own corpora).

Fields are read by all the names that `kg.readers.fields` knows. One broken line loses that line alone. UTF-8 by
definition (RFC 8259, 8.1); UTF-16 with a byte order mark is read too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.cleaning import strip_markup
from kg.readers.decoding import lines
from kg.readers.fields import Record, papers_of
from kg.readers.json_objects import EXPECTED, is_lines

NAME: Final = "jsonl"


def sniff(head: str) -> bool:
    """Return whether the text has a JSON object a line."""
    return is_lines(head)


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a JSON Lines file."""
    records = (Record(fields, place, strip_markup) for fields, place in line_objects(stream, source, on_error))
    return papers_of(records, on_error)


def line_objects(
    stream: BinaryIO, source: str, on_error: Callable[[InputError], None]
) -> Iterator[tuple[Mapping[str, object], Place]]:
    """Return the object of each line and its place; a line that holds none is reported."""
    number = 0
    for line in lines(stream, legacy=False):
        if not line.text.strip() and line.problem is None:
            continue
        number += 1
        if line.problem is not None:
            on_error(RecordError(Place(source, number, line.number, line.character), line.problem, "UTF-8 text"))
            continue
        try:
            value = json.loads(line.text)
        except json.JSONDecodeError as error:
            on_error(RecordError(Place(source, number, line.number, error.pos), f"broken JSON: {error.msg}", EXPECTED))
        except (ValueError, RecursionError) as error:
            on_error(RecordError(Place(source, number, line.number), f"JSON that cannot be read: {error}", EXPECTED))
        else:
            place = Place(source, number, line.number)
            if isinstance(value, dict):
                yield value, place
            else:
                on_error(RecordError(place, f"a JSON {type(value).__name__}", EXPECTED))
