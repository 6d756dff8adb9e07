"""A papers listing saved as text from the browser: a title line, an abstract line, and the page's own words between.

The rule: an abstract is a line that reads like a paragraph (`_is_abstract`); the title is the last line before it that
is none; every other line (menus, dates, buttons, bylines) is noise, because no abstract follows it. A paragraph right
after an abstract goes on with it. Empty lines do not count. The local ids are P01, P02 ... by the position on the page.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.decoding import Line, lines
from kg.readers.fields import Record, papers_of

NAME: Final = "listing"

_LONG: Final = 300
_PARAGRAPH: Final = 120
_WORDS: Final = 15
_SENTENCE_END: Final = re.compile(r"[.!?…][\"'”’)\]]*(?:\s|$)")
_FULL_STOP: Final = re.compile(r"[.…][\"'”’)\]]*(?:\s|$)")
_LETTERS: Final = re.compile(r"[^\W\d_]")


def sniff(head: str) -> bool:
    """Return whether the text clearly is a listing: two titles with abstracts or more, which are most of it."""
    if not head.strip() or head.lstrip()[0] in "<{[@%":
        return False
    # The last line may be cut off.
    whole = head[: head.rfind("\n") + 1] or head
    pairs = 0
    covered = 0
    title = ""
    kept = [line.strip() for line in whole.splitlines() if line.strip()]
    for line in kept:
        if _is_abstract(line):
            if title:
                pairs += 1
            covered += len(line) + len(title)
            title = ""
        else:
            title = line
    return pairs >= 2 and covered * 5 >= sum(map(len, kept)) * 4


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a listing page, in its order."""
    return papers_of(_records(stream, source, on_error), on_error)


def _records(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Record]:
    number = 0
    title: Line | None = None
    abstract: list[str] = []
    start: Line | None = None
    for line in lines(stream):
        if not line.text.strip() and line.problem is None:
            continue
        if line.problem is not None:
            on_error(RecordError(Place(source, None, line.number, line.character), line.problem, "UTF-8 text"))
            title = None
        elif not _is_abstract(line.text.strip()):
            if start is not None:
                yield _record(source, number, start, abstract)
                start = None
            title = line
        elif start is not None:
            abstract.append(line.text)
        elif title is not None:
            number += 1
            start, abstract, title = title, [line.text], None
        else:
            on_error(
                RecordError(Place(source, None, line.number), "an abstract without a title", "a title line before it")
            )
    if start is not None:
        yield _record(source, number, start, abstract)


def _record(source: str, number: int, title: Line, abstract: list[str]) -> Record:
    fields = {"title": title.text, "abstract": " ".join(abstract), "id": f"P{number:02d}"}
    return Record(fields, Place(source, number, title.number))


def _is_abstract(line: str) -> bool:
    """Return whether a line reads like a paragraph: long, or fairly long with sentences in it.

    A question mark or an exclamation mark ends a sentence only in a long line: titles have them too.
    """
    if len(line) < _PARAGRAPH or len(line.split()) < _WORDS or not _LETTERS.search(line):
        return False
    return bool((_SENTENCE_END if len(line) >= _LONG else _FULL_STOP).search(line)) or len(line) >= 2 * _LONG
