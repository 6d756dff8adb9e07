"""Records of an XML file, one at a time: what the readers of XML share (the only door of lxml).

The file is not trusted: no entity is replaced, no DTD loaded, no network asked, and libxml2's limits on depth and
size stay on. The parser goes on behind a fault; the record with the fault is reported with its line and passed over,
the others live.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, BinaryIO, Final

from lxml import etree

from kg.errors import InputError, Place, RecordError, UnreadableFile
from kg.model import Paper
from kg.readers.fields import Record, paper_of

__all__ = ["Element", "flat_text", "local_name", "papers_in", "root_tag"]

#: An element of lxml, which has no types of its own.
Element = Any

_MOST_FAULTS: Final = 1_000
_ROOT: Final = re.compile(
    # Atomic and possessive, so that no text makes it try again what it has passed.
    r"(?:\s++|(?><\?.*?\?>)|(?><!--.*?-->)|(?><!DOCTYPE[^>\[]*+(?:\[[^\]]*+\]\s*+)?>))*+<(?:[\w.-]++:)?([\w.-]++)([^>]*+)>?",
    re.DOTALL,
)
_EXPECTED: Final = "well-formed XML"


@dataclass(frozen=True, slots=True)
class _Fault:
    """A fault that the parser met."""

    line: int
    message: str
    structural: bool


def root_tag(head: str) -> tuple[str, str] | None:
    """Return the local name of the first element of a text and its attributes as they stand, or None if it is no XML.

    Examples
    --------
    >>> root_tag('<?xml version="1.0"?><!-- made by hand --><collection id="P17">')
    ('collection', ' id="P17"')
    """
    match = _ROOT.match(head.lstrip("\ufeff"))
    return (match[1], match[2]) if match else None


def local_name(element: Element) -> str:
    """Return an element's name without its namespace; the empty string for a comment."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def flat_text(element: Element) -> str:
    """Return the text inside an element, that of its inline elements included, comments left out."""
    parts: list[str] = []
    for event, node in etree.iterwalk(element, events=("start", "end", "comment", "pi")):
        if event == "start":
            parts.append(node.text or "")
        elif node is not element:
            parts.append(node.tail or "")
    return "".join(parts)


def papers_in(
    stream: BinaryIO,
    source: str,
    on_error: Callable[[InputError], None],
    *,
    record: str,
    fields_of: Callable[[Element, Place], dict[str, object]],
    context: Collection[str] = (),
    note: Callable[[Element], None] = lambda _: None,
) -> Iterator[Paper]:
    """Return the papers of an XML file.

    Parameters
    ----------
    stream, source, on_error
        As for every reader.
    record : str
        Local name of the elements that are papers.
    fields_of : callable
        What such an element, at its place, says by the names of `kg.readers.fields`; may raise RecordError.
    context : collection of str
        Local names of other elements that `note` is to see.
    note : callable
        Shown each such element: when it begins, and again when it is whole.
    """
    tags = [f"{{*}}{name}" for name in (record, *context)]
    events = etree.iterparse(
        stream, events=("start", "end"), tag=tags, resolve_entities=False, no_network=True, load_dtd=False,
        huge_tree=False, recover=True,
    )  # fmt: skip
    reading = _Reading(source, on_error)
    open_records: list[Element] = []
    try:
        for event, element in events:
            if local_name(element) != record:
                note(element)
                continue
            if event == "start":
                yield from reading.settle(events.error_log, element.sourceline)
                if open_records:
                    reading.never_closed(open_records)
                reading.begin(element.sourceline)
                open_records.append(element)
            else:
                if open_records and open_records[-1] is element:
                    open_records.pop()
                    reading.end(partial(_paper, fields_of, element))
                _forget(element)
    except etree.LxmlError as error:
        on_error(UnreadableFile(source, f"no XML that can be read: {error}"))
        return
    yield from reading.settle(events.error_log, None)


def _paper(fields_of: Callable[[Element, Place], dict[str, object]], element: Element, place: Place) -> Paper:
    return paper_of(Record(fields_of(element, place), place))


def _forget(element: Element) -> None:
    """Free a record's memory, and that of what stands before it."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


class _Reading:
    """The record read last, kept back until the parser's faults behind it are known."""

    def __init__(self, source: str, on_error: Callable[[InputError], None]) -> None:
        self._source = source
        self._on_error = on_error
        self._number = 0
        self._start = 0
        self._ready: Paper | InputError | None = None
        self._faults_seen = 0
        self._nested = False

    def begin(self, line: int) -> None:
        self._number += 1
        self._start = line

    def end(self, make: Callable[[Place], Paper]) -> None:
        try:
            self._ready = make(Place(self._source, self._number, self._start))
        except RecordError as error:
            self._ready = error

    def never_closed(self, records: list[Element]) -> None:
        """Report records inside which the next one began: their end tag is missing."""
        self._nested = True
        place = Place(self._source, self._number, self._start)
        self._on_error(RecordError(place, "an element of the record is not closed", _EXPECTED))
        records.clear()

    def settle(self, log: Any, next_line: int | None) -> Iterator[Paper]:
        """Return the paper kept back, unless the parser met a fault in its lines; report faults."""
        ready, self._ready = self._ready, None
        faults = [
            _Fault(entry.line, entry.message, entry.type_name in ("ERR_TAG_NAME_MISMATCH", "ERR_TAG_NOT_FINISHED"))
            for entry in list(log)[self._faults_seen :]
            if next_line is None or entry.line < next_line or (entry.line == self._start == next_line)
        ]
        self._faults_seen += len(faults)
        if self._faults_seen > _MOST_FAULTS:
            raise UnreadableFile(self._source, f"more than {_MOST_FAULTS:,} faults in its XML")
        # Where the next record begins in the same line, it cannot be told whose fault it is: report it, drop neither.
        certain = next_line != self._start
        inside = [fault for fault in faults if fault.line >= self._start and self._number]
        outside = [fault for fault in faults if fault not in inside]
        for fault in outside[:1]:
            self._on_error(RecordError(Place(self._source, None, fault.line), fault.message, _EXPECTED))
        if inside and ready is not None and certain and not self._after_nesting(inside, next_line):
            place = Place(self._source, self._number, inside[0].line)
            self._on_error(RecordError(place, inside[0].message, _EXPECTED))
        elif isinstance(ready, Paper):
            if inside and not self._after_nesting(inside, next_line):
                self._on_error(RecordError(Place(self._source, None, inside[0].line), inside[0].message, _EXPECTED))
            yield ready
        elif ready is not None:
            self._on_error(ready)
        elif inside and next_line is None and not self._nested:
            place = Place(self._source, self._number, inside[0].line)
            self._on_error(RecordError(place, inside[0].message, _EXPECTED))

    def _after_nesting(self, faults: list[_Fault], next_line: int | None) -> bool:
        """Return whether the faults, at the file's end, only come of a record reported as never closed."""
        return self._nested and next_line is None and all(fault.structural for fault in faults)
