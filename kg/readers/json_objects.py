"""The objects in a JSON document, one at a time: what the readers of JSON share.

A JSON library reads a document whole, and an event parser stops at the first fault. Here each element of the outermost
array is decoded by the standard library from a sliding window, so a million records never sit in memory, and the next
good element is found behind a broken one: by its brackets, by the ends of lines that no JSON string may cross, and
by a ``{`` where an object could only have a key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import BinaryIO, Final

from kg.errors import InputError, Place, RecordError
from kg.readers.decoding import chunks, invalid_byte
from kg.readers.fields import is_field

__all__ = ["EXPECTED", "LONGEST_RECORD", "first_object", "is_lines", "objects"]

#: What a record of JSON must be.
EXPECTED: Final = "a JSON object with at least a title"
#: Characters of one record; a longer one ends the reading of its file.
LONGEST_RECORD: Final = 4_000_000

_CHUNK: Final = 1 << 18
_DECODER: Final = json.JSONDecoder()
_TOKEN: Final = re.compile(r'\\[^\n]|["{}\[\]\n]')
_SCALAR: Final = re.compile(r'(?:"(?:\\.|[^"\\\n])*"?|[^,\]\[{"\n])+')
_BETWEEN: Final = re.compile(r"[\s,\ufeff]*")
_WRAPPED: Final = re.compile(
    r'"(?:papers|data|results|items|records|documents|docs|entries|works|publications|articles|references)"\s*:\s*\[\s*(?=\{)'
)
_TITLE_KEY: Final = re.compile(r'"[^"\n]{0,20}title"\s*:', re.IGNORECASE)


def objects(
    stream: BinaryIO, source: str, on_error: Callable[[InputError], None]
) -> Iterator[tuple[Mapping[str, object], Place]]:
    """Return the objects of a JSON document and their places; elements that are none are reported.

    The document is an array, an object with the array in a member such as "papers" or "items", or one object after
    the other.
    """
    window = _Window(chunks(stream, _CHUNK))
    window.more()
    wrapper = _array_in_object(window.text)
    wrapped = wrapper is not None
    depth = 0
    if wrapper is not None:
        window.advance(wrapper)
        depth = 1
    number = 0
    while True:
        window.skip()
        if window.at_end:
            if depth:
                on_error(RecordError(window.place(source, None), "the array is not closed", "a ] at its end"))
            return
        char = window.text[window.at]
        if char in "[]" and depth == (char == "]"):
            window.advance(window.at + 1)
            depth = 1 - depth
            if wrapped:
                return
            continue
        number += 1
        place = window.place(source, number)
        text = window.element()
        if text is None:
            on_error(
                RecordError(place, f"a record longer than {LONGEST_RECORD:,} characters or never closed", EXPECTED)
            )
            return
        try:
            fields = _decoded(text, place)
        except RecordError as error:
            on_error(error)
        else:
            yield fields, place


def first_object(head: str) -> Mapping[str, object] | None:
    """Return the first whole JSON object that is a record in the start of a file, or None.

    Examples
    --------
    >>> first_object('[{"title": "One"}, {"title": "Tw')
    {'title': 'One'}
    """
    if is_lines(head):
        return next((value for line in head.splitlines() if (value := _object(line))), None)
    start = _array_in_object(head) or 0
    start = head.find("{", start)
    try:
        value, _ = _DECODER.raw_decode(head, start) if start >= 0 else (None, 0)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def is_lines(head: str) -> bool:
    """Return whether the start of a file has a JSON object a line, which a broken line does not hide.

    Examples
    --------
    >>> is_lines('{"title": "One"}\\n{"title": "Two'), is_lines('[{"title": "One"}]')
    (True, False)
    """
    found = [line for line in head.splitlines() if line.strip()]
    if (
        not found
        or found[0].strip() in ("{", "[")
        or found[0].lstrip().startswith("[")
        or _array_in_object(found[0]) is not None
    ):
        return False
    good = [value for line in found if (value := _object(line)) is not None]
    titled = sum(any(is_field(name, "title") for name in value) for value in good)
    return bool(good) and (_object(found[0]) is not None or titled * 2 >= len(found) - 1)


def _object(line: str) -> Mapping[str, object] | None:
    if not line.lstrip().startswith("{"):
        return None
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _array_in_object(text: str) -> int | None:
    """Return where the records begin in an object that wraps an array of them, or None."""
    if not text.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    match = _WRAPPED.search(text, 0, _CHUNK)
    if match is None or _TITLE_KEY.search(text, 0, match.start()):
        return None
    return match.end()


def _decoded(text: str, place: Place) -> Mapping[str, object]:
    if (bad := invalid_byte(text)) is not None:
        raise RecordError(_shifted(place, text, bad), "a byte that is not valid UTF-8", "UTF-8 text")
    try:
        value = json.loads(text)
    except json.JSONDecodeError as error:
        raise RecordError(_shifted(place, text, error.pos), f"broken JSON: {error.msg}", EXPECTED) from error
    except (ValueError, RecursionError) as error:
        raise RecordError(place, f"JSON that cannot be read: {error}", EXPECTED) from error
    if not isinstance(value, dict):
        raise RecordError(place, f"a JSON {type(value).__name__}", EXPECTED)
    return value


def _shifted(place: Place, text: str, at: int) -> Place:
    """Return the place `at` characters into a text that starts at a place."""
    breaks = text.count("\n", 0, at)
    column = at - text.rfind("\n", 0, at) - 1 if breaks else (place.character or 0) + at
    return Place(place.source, place.record, (place.line or 1) + breaks, column)


class _Window:
    """The part of a document that is looked at, and where in the document it lies."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self.text = ""
        self.at = 0
        self.at_end = False
        self._pieces = pieces
        self._line = 1
        self._column = 0

    def more(self) -> bool:
        """Take in the next piece; return whether there was one."""
        piece = next(self._pieces, None)
        if piece is None:
            return False
        self.text = self.text[self.at :] + piece
        self.at = 0
        return True

    def advance(self, to: int) -> None:
        """Go on to a position in the text."""
        breaks = self.text.count("\n", self.at, to)
        self._line += breaks
        self._column = to - self.text.rfind("\n", self.at, to) - 1 if breaks else self._column + to - self.at
        self.at = to

    def skip(self) -> None:
        """Go on to the next element, reading more text as needed."""
        while True:
            match = _BETWEEN.match(self.text, self.at)
            self.advance(match.end() if match else self.at)
            if self.at < len(self.text):
                return
            if not self.more():
                self.at_end = True
                return

    def place(self, source: str, record: int | None) -> Place:
        return Place(source, record, self._line, self._column)

    def element(self) -> str | None:
        """Return the text of the element that starts here and go behind it; None if it has no end."""
        while True:
            end = self._end()
            if end is None and len(self.text) - self.at <= LONGEST_RECORD and self.more():
                continue
            if end is None:
                return None
            if end == len(self.text) and self.text[self.at] not in "{[" and self.more():
                continue
            text = self.text[self.at : end]
            self.advance(end)
            return text

    def _end(self) -> int | None:
        if self.text[self.at] not in "{[":
            match = _SCALAR.match(self.text, self.at)
            return max(match.end() if match else 0, self.at + 1)
        try:
            # The fast way, right for nearly all records.
            return _DECODER.raw_decode(self.text, self.at)[1]
        except (ValueError, RecursionError):
            return _balanced_end(self.text, self.at)


def _balanced_end(text: str, start: int) -> int | None:
    """Return the end of the element at `start` by its brackets, broken or not; None if the text ends before."""
    stack: list[str] = []
    in_string = False
    for match in _TOKEN.finditer(text, start):
        sign = match.group()
        if sign == '"':
            in_string = not in_string
        elif sign == "\n":
            # No JSON string holds a line end: a quote is missing, and the damage ends here.
            in_string = False
        elif in_string or sign.startswith("\\"):
            continue
        elif sign in "{[":
            if sign == "{" and stack == ["{"] and text[start : match.start()].rstrip()[-1:] != ":":
                # An object where only a key can stand: the one before was never closed, the next begins.
                return match.start()
            stack.append(sign)
        else:
            opener = "{" if sign == "}" else "["
            if opener in stack:
                while stack.pop() != opener:
                    pass
            if not stack:
                return match.end()
    return None
