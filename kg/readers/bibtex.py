r"""BibTeX and BibLaTeX libraries: Zotero, JabRef, Google Scholar, DBLP, the ACL Anthology, arXiv's own citations.

Entries are cut out of the stream here, by counting braces as BibTeX does, and each is parsed by pybtex: one broken
entry is reported with its line and the others live. An entry that is never closed ends where a line opens the next.
Strings (``@string``) and months are filled in, concatenation (``#``) is done; an undefined string stands for its name.
``@comment`` and ``@preamble`` are passed over. ``crossref`` is not followed: what is inherited comes later in the file.

Fields read, by the BibTeX and BibLaTeX manuals: title, abstract, author, year or date, journal, journaltitle or
booktitle, url, keywords; identifiers from doi, eprint, url, and from notes and journals that name an arXiv id. The
local id is the citation key. LaTeX accents and signs are decoded and braces dropped.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from pybtex.bibtex.utils import split_name_list
from pybtex.database import InvalidNameString, Person
from pybtex.database.input.bibtex import LowLevelParser, month_names
from pybtex.exceptions import PybtexError

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.decoding import Line, lines
from kg.readers.fields import Record, papers_of
from kg.readers.latex import from_latex, unescape

NAME: Final = "bibtex"

#: Characters of one entry.
LONGEST_ENTRY: Final = 2_000_000

_EXPECTED: Final = "@type{key, name = {value}, ...} with its braces in pairs"
_START: Final = re.compile(r"(?:^|(?<=[\s}]))@[ \t]*([A-Za-z]\w*)[ \t]*([{(])")
_ENTRY_LINE: Final = re.compile(r"[ \t]*@[ \t]*[A-Za-z]\w*[ \t]*\{[ \t]*[^\s,{}=\"]+[ \t]*,")
_FIELD_LINE: Final = re.compile(r"[ \t]*,?[ \t]*[A-Za-z][\w-]*[ \t]*=[ \t]*[{\"\d]")
_SNIFFED: Final = re.compile(
    r"^[ \t]*@[ \t]*(?:[A-Za-z]\w*[ \t]*[{(][ \t]*[^\s,{}]+[ \t]*,|(?:string|preamble|comment)[ \t]*[{(])",
    re.MULTILINE | re.IGNORECASE,
)
_DELIMITERS: Final = re.compile(r'[{}()"]')
_TEXTS: Final = frozenset({"title", "abstract", "journal", "journaltitle", "booktitle", "keywords", "keyword"})


def sniff(head: str) -> bool:
    """Return whether a line of the text opens an entry and nothing before it looks like another format."""
    return (
        head.lstrip()[:1] not in ("<", "[") and not head.lstrip().startswith('{"') and _SNIFFED.search(head) is not None
    )


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a BibTeX library."""
    return papers_of(_records(stream, source, on_error), on_error)


@dataclass(slots=True)
class _Entry:
    """An entry as it is cut out: its lines, and what is wrong with it."""

    kind: str
    line: int
    number: int
    opener: str
    parts: list[str] = field(default_factory=list)
    size: int = 0
    depth: int = 0
    quoted: bool = False
    problem: str | None = None
    problem_place: tuple[int, int | None] | None = None

    def spoil(self, problem: str, line: int, character: int | None = None) -> None:
        if self.problem is None:
            self.problem, self.problem_place = problem, (line, character)


class _Macros(dict[str, str]):
    """BibTeX's strings: their names tell no case apart, and an undefined one stands for its name."""

    def __missing__(self, name: str) -> str:
        return self.get(name.lower(), name)

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)


def _records(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Record]:
    macros = _Macros(month_names)
    for entry in _entries(lines(stream)):
        if entry.kind in ("comment", "preamble"):
            continue
        try:
            record = _parsed(entry, source, macros)
        except RecordError as error:
            on_error(error)
        else:
            if record is not None:
                yield record


def _parsed(entry: _Entry, source: str, macros: _Macros) -> Record | None:
    number = None if entry.kind == "string" else entry.number
    if entry.problem is not None:
        line, character = entry.problem_place or (entry.line, None)
        raise RecordError(Place(source, number, line, character), entry.problem, _EXPECTED)
    parser = LowLevelParser("\n".join(entry.parts), macros=macros)
    try:
        parsed = next(iter(parser), None)
    except (PybtexError, RecursionError) as error:
        line = entry.line + max(0, parser.lineno - 1)
        raise RecordError(Place(source, number, line), f"broken entry: {_message(error)}", _EXPECTED) from error
    if parsed is None or entry.kind == "string":
        return None
    _, (key, pairs) = parsed
    fields: dict[str, object] = {}
    for name, values in pairs:
        fields.setdefault(name.lower(), "".join(values))
    fields.pop("key", None)
    return Record(
        {"id": key, **{name: _decoded(name, str(text)) for name, text in fields.items()}},
        Place(source, number, entry.line),
    )


def _message(error: BaseException) -> str:
    # pybtex counts lines from the entry's first; the place says which line of the file it is.
    return re.sub(r"\s*in line \d+:", ":", str(error))


def _decoded(name: str, text: str) -> object:
    if name == "author":
        return [_name(person) for person in split_name_list(text) if person.strip() != "others"]
    return from_latex(text) if name in _TEXTS else unescape(text)


def _name(text: str) -> list[str]:
    """Return family, given and suffix of a name, which BibTeX writes in any of three ways."""
    try:
        person = Person(text)
    except (InvalidNameString, RecursionError):
        return [from_latex(text), "", ""]
    family = [*person.prelast_names, *person.last_names]
    given = [*person.first_names, *person.middle_names]
    return [from_latex(" ".join(part)) for part in (family, given, person.lineage_names)]


def _entries(incoming: Iterator[Line]) -> Iterator[_Entry]:
    """Return the entries of a library, each once it is known that what follows does not belong to it."""
    entry: _Entry | None = None
    closed: _Entry | None = None
    number = 0
    for line in incoming:
        text = line.text
        if entry is not None and _ENTRY_LINE.match(text):
            entry.spoil(f"the entry that begins in line {entry.line} is not closed before the next begins", entry.line)
            yield entry
            entry = None
        at = 0
        while at <= len(text):
            if entry is None:
                start = None if at == 0 and text.lstrip().startswith("%") else _START.search(text, at)
                if start is None:
                    if closed is not None and _FIELD_LINE.match(text, at):
                        closed.spoil("the entry is closed before this field", line.number, at)
                    break
                if closed is not None:
                    yield closed
                    closed = None
                kind = start[1].lower()
                number += kind not in ("string", "comment", "preamble")
                entry = _Entry(kind, line.number, number, start[2])
                at = start.start()
            if line.problem is not None:
                entry.spoil(line.problem, line.number, line.character)
            end = _end(entry, text, at)
            _add(entry, text[at:end])
            if end is None:
                break
            entry, closed, at = None, entry, end
    if closed is not None:
        yield closed
    if entry is not None:
        entry.spoil("the entry is not closed before the file ends", entry.line)
        yield entry


def _add(entry: _Entry, text: str) -> None:
    entry.size += len(text) + 1
    if entry.size > LONGEST_ENTRY:
        entry.parts.clear()
        entry.spoil(f"an entry of more than {LONGEST_ENTRY:,} characters", entry.line)
    else:
        entry.parts.append(text)


def _end(entry: _Entry, text: str, at: int) -> int | None:
    """Return the position behind the entry's closing brace, or None if it is not in this line."""
    if entry.opener == "{":
        change = text.count("{", at) - text.count("}", at)
        if entry.depth > 0 and entry.depth > text.count("}", at):
            entry.depth += change
            return None
    for match in _DELIMITERS.finditer(text, at):
        sign = match.group()
        if sign == "{" or (sign == "(" and entry.opener == "(" and not entry.depth):
            entry.depth += 1
        elif sign == "}" or (sign == ")" and entry.opener == "(" and entry.depth == 1 and not entry.quoted):
            entry.depth -= 1
            if entry.depth <= 0:
                return match.end()
        elif sign == '"' and entry.depth == 1:
            entry.quoted = not entry.quoted
    return None
