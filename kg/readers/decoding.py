"""Lines of text from bytes: UTF-8 first, with care for what is not.

- A byte order mark decides: UTF-8, UTF-16 or UTF-32.
- Without one a file is UTF-8. A line that is not valid UTF-8 is taken for Windows-1252 (which holds Latin-1's letters)
  if the reader allows it and no line before it showed real UTF-8: libraries exported by older programs look so.
  In a file that is UTF-8 such a line is damage, and is reported with its position.
"""

from __future__ import annotations

import codecs
import contextlib
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

__all__ = ["LONGEST_LINE", "Line", "chunks", "decode_head", "invalid_byte", "lines"]

#: Characters of one line; a longer line is cut off and reported. An abstract ends at 200,000.
LONGEST_LINE: Final = 8_000_000

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_INVALID: Final = re.compile("[\udc80-\udcff]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text.

    Attributes
    ----------
    number : int
        1-based.
    text : str
        Without its line end; what could not be decoded is U+FFFD.
    problem : str or None
        What is wrong with its bytes.
    character : int or None
        0-based, where in the line that is.
    """

    number: int
    text: str
    problem: str | None = None
    character: int | None = None


def decode_head(head: bytes) -> str | None:
    """Return the start of a file as text, its lines ended by LF, or None if it is no text.

    Examples
    --------
    >>> decode_head(b"TY  - JOUR"), decode_head(b"PK\\x03\\x04\\x00\\x00")
    ('TY  - JOUR', None)
    """
    encoding = _encoding(head)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
    if encoding == "utf-8" and "\ufffd" in text:
        text = codecs.getincrementaldecoder("utf-8")("ignore").decode(head)
    controls = sum(1 for char in text if char < " " and char not in "\t\n\r\f\v")
    if "\x00" in text or controls * 20 > len(text) or text.startswith("%PDF-"):
        return None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def lines(stream: BinaryIO, *, legacy: bool = True) -> Iterator[Line]:
    """Return the lines of a stream; LF, CR LF and CR end them.

    Parameters
    ----------
    stream : BinaryIO
        Read from its start.
    legacy : bool
        Whether lines that are no UTF-8 may be Windows-1252; false for formats that are UTF-8 by definition.
    """
    encoding = _encoding(_peek(stream))
    utf8 = encoding.startswith("utf-8")
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape" if utf8 else "replace", newline=None)
    number = 0
    seen_utf8 = not utf8 or encoding == "utf-8-sig" or not legacy
    try:
        while line := text.readline(LONGEST_LINE):
            number += 1
            if len(line) == LONGEST_LINE and not line.endswith("\n"):
                yield Line(number, "", f"longer than {LONGEST_LINE:,} characters", LONGEST_LINE)
                while (rest := text.readline(LONGEST_LINE)) and not rest.endswith("\n"):
                    pass
                continue
            line = line.removesuffix("\n")
            if line.isascii():
                yield Line(number, line)
            elif not utf8:
                at = line.find("\ufffd")
                yield Line(number, line) if at < 0 else Line(number, line, f"invalid {encoding.upper()}", at)
            elif (bad := _INVALID.search(line)) is None:
                seen_utf8 = True
                yield Line(number, line)
            else:
                yield _repaired(number, line, bad.start(), legacy=not seen_utf8)
    finally:
        _release(text)


def chunks(stream: BinaryIO, size: int) -> Iterator[str]:
    """Return the text of a UTF-8 (or, with a mark, UTF-16) stream in pieces; `invalid_byte` finds what was none."""
    encoding = _encoding(_peek(stream))
    errors = "surrogateescape" if encoding.startswith("utf-8") else "replace"
    text = io.TextIOWrapper(stream, encoding=encoding, errors=errors, newline="")
    try:
        while piece := text.read(size):
            yield piece
    finally:
        _release(text)


def invalid_byte(text: str) -> int | None:
    """Return the 0-based position of the first byte in a text of `chunks` that could not be decoded, or None."""
    bad = None if text.isascii() else _INVALID.search(text)
    return bad.start() if bad else None


def _release(text: io.TextIOWrapper) -> None:
    """Let go of the stream, which is the caller's: a wrapper that is collected would close it."""
    with contextlib.suppress(ValueError):  # closed already
        text.detach()


def _repaired(number: int, line: str, at: int, *, legacy: bool) -> Line:
    if legacy:
        try:
            return Line(number, line.encode("utf-8", "surrogateescape").decode("cp1252"))
        except UnicodeError:
            pass
    return Line(number, _INVALID.sub("\ufffd", line), f"byte 0x{ord(line[at]) - 0xDC00:02X} is not valid UTF-8", at)


def _encoding(head: bytes) -> str:
    return next((encoding for mark, encoding in _MARKS if head.startswith(mark)), "utf-8")


def _peek(stream: BinaryIO) -> bytes:
    peek = getattr(stream, "peek", None)
    return bytes(peek(4)[:4]) if peek is not None else b""
