"""RIS, the tagged format of reference managers (Zotero, EndNote, publishers), parsed a record at a time by rispy.

A record runs from ``TY  -`` to ``ER  -``; one whose end is missing is reported, and the next one lives. Fields read, by
the RIS specification and what Zotero writes: title from TI, T1 or CT; abstract from AB or N2; AU or A1 (family name
first); year from PY, Y1 or DA; venue from T2, JO, JF, JA, BT or PB; DO, UR, KW; identifiers from DO, UR, AN, M1 and N1;
the local id is ID.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

import rispy

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.cleaning import strip_markup
from kg.readers.decoding import Line, lines
from kg.readers.fields import Record, papers_of
from kg.readers.names import family_first

NAME: Final = "ris"

#: Characters of one record.
LONGEST_RECORD: Final = 2_000_000

_EXPECTED: Final = "lines of a tag, two spaces, a hyphen and a value, from TY to ER"
_TAG: Final = re.compile(r"([A-Z][A-Z0-9])  -(?: |$)")
_START: Final = re.compile(r"^[ \t]*TY  - ?\S*[ \t]*\r?\n[ \t]*[A-Z][A-Z0-9]  -", re.MULTILINE)
# rispy's names of the tags that say the same, best first.
_FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id",),
    "title": ("title", "primary_title", "CT"),
    "abstract": ("abstract", "notes_abstract"),
    "year": ("year", "publication_year", "date"),
    "venue": (
        "secondary_title",
        "journal_name",
        "alternate_title3",
        "alternate_title2",
        "alternate_title1",
        "BT",
        "publisher",
    ),
    "url": ("urls",),
    "keywords": ("keywords",),
    "doi": ("doi",),
    "accessionnumber": ("accession_number",),
    "note": ("notes",),
    "extra": ("note",),
}


def sniff(head: str) -> bool:
    """Return whether the text has a record's first two lines."""
    return _START.search(head) is not None


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of an RIS file."""
    return papers_of(_records(stream, source, on_error), on_error)


def _records(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Record]:
    number = 0
    held: list[Line] = []
    size = 0
    stray = False
    for line in lines(stream):
        match = _TAG.match(line.text.lstrip())
        tag = match[1] if match else None
        if tag == "TY":
            if held:
                on_error(
                    RecordError(
                        Place(source, number, held[0].number), "the record has no ER before the next TY", _EXPECTED
                    )
                )
            number += 1
            held, size, stray = [line], 0, False
        elif not held:
            if tag is not None and tag != "ER" and not stray:
                # One message for a record that lacks its first line, not one a line.
                stray = True
                number += 1
                on_error(RecordError(Place(source, number, line.number), f"{tag} outside a record", _EXPECTED))
        elif tag == "ER":
            try:
                record = _parsed(held, Place(source, number, held[0].number))
            except RecordError as error:
                on_error(error)
            else:
                yield record
            held = []
        else:
            size += len(line.text)
            # A record too long keeps its first line, to be told by; _parsed never sees the rest.
            if size <= LONGEST_RECORD:
                held.append(line)
            elif held[-1].problem is None:
                held.append(Line(line.number, "", f"a record of more than {LONGEST_RECORD:,} characters"))
    if held:
        on_error(
            RecordError(Place(source, number, held[0].number), "the record has no ER before the file ends", _EXPECTED)
        )


def _parsed(held: list[Line], place: Place) -> Record:
    for line in held:
        if line.problem is not None:
            raise RecordError(Place(place.source, place.record, line.number, line.character), line.problem, _EXPECTED)
    text = "\n".join([*(line.text.lstrip() for line in held), "ER  - "])
    try:
        parsed = next(iter(rispy.loads(text)), None)
    except (KeyError, ValueError, TypeError, AttributeError, IndexError) as error:
        raise RecordError(place, f"rispy cannot parse it: {error!r}", _EXPECTED) from error
    if parsed is None:
        raise RecordError(place, "no record", _EXPECTED)
    found = {**parsed.get("unknown_tag", {}), **parsed}
    fields: dict[str, object] = {}
    for name, tags in _FIELDS.items():
        value = next((found[tag] for tag in tags if found.get(tag)), None)
        # Unknown tags come as lists.
        fields[name] = value[0] if isinstance(value, list) and name in ("title", "venue") else value
    # UR is a list in rispy, and a second UR or an L1 is another address of the same paper.
    people = [*parsed.get("authors", ()), *([] if parsed.get("authors") else parsed.get("first_authors", ()))]
    fields["authors"] = [[family_first(person), "", ""] for person in people]
    return Record(fields, place, strip_markup)
