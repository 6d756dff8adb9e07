"""What a SPARQL text does, told from the text alone: it calls another server, it names its own dataset.

The store's parser takes keywords without a space around them, and a ``<`` opens an IRI or compares
two numbers as the place wants it. So a text is looked at in every way in which it could be read.
"""

from __future__ import annotations

import re
from typing import Final

__all__ = ["calls_out", "names_dataset", "shown_problem"]

# Quantifiers are possessive: nothing is tried again, so no text takes more than its length to look through.
_STRING: Final = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*+"""'
    r"|'''(?:[^'\\]|\\.|'(?!''))*+'''"
    r'|"(?:[^"\\\n\r]|\\.)*+"'
    r"|'(?:[^'\\\n\r]|\\.)*+'",
    re.DOTALL,
)
_COMMENT: Final = re.compile(r"#[^\n\r]*+")
_IRI: Final = re.compile(r"<[^<>\s]*+>")
# What follows a colon, or the sign of a variable or a language, belongs to that name.
_NAME: Final = re.compile(r"[:?$@](?:[\w.:%·-]|\\.)*+")
_SPACE: Final = r"(?:\s|\#[^\n\r]*+)*+"
_TERM: Final = r"(?:<[^<>\s]*+>|[?$]\w++|[\w.·-]*+:(?:[\w.:%·-]|\\.)*+)"
_SERVICE: Final = re.compile(rf"SERVICE{_SPACE}(?:SILENT{_SPACE})?{_TERM}{_SPACE}\{{", re.IGNORECASE)
_FROM: Final = re.compile(rf"FROM{_SPACE}(?:NAMED{_SPACE})?{_TERM}", re.IGNORECASE)
_ESCAPE: Final = re.compile(r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})")
_PLACE: Final = re.compile(r"error at (\d+):(\d+): (?:expected (?:one of )?)?(.*)", re.DOTALL)


def calls_out(text: str) -> bool:
    r"""Whether a query could be read as one that asks another server.

    >>> calls_out("SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }")
    True
    >>> calls_out('SELECT * { ?s ?p 5SERVICE?x{ } FILTER(?a<5)SERVICE#>\n<http://example.org/>{ } }')
    True
    >>> calls_out('SELECT * { ?service <http://example.org/service> "SERVICE <x> {" } # SERVICE <x> {')
    False
    """
    return any(_found(reading, _SERVICE, every=True) for reading in {text, _unescaped(text)})


def names_dataset(text: str) -> bool:
    """Whether a query says by FROM which graphs it asks.

    >>> names_dataset("SELECT * FROM <http://example.org/> { ?s ?p ?o }")
    True
    >>> names_dataset('ASK { ?from kg:from <http://example.org/from> ; rdfs:label "FROM <x>" }')
    False
    """
    return any(_found(reading, _FROM, every=False) for reading in {text, _unescaped(text)})


def shown_problem(problem: str) -> str:
    """Words of the store's parser, with the place first and without its classes of characters.

    >>> shown_problem("error at 3:9: expected one of LATERAL, SERVICE, [_]")
    'line 3, column 9: expected LATERAL, SERVICE'
    >>> shown_problem("error at 1:22: expected one of Prefix not found, ['%'], ['.']")
    'line 1, column 22: Prefix not found'
    """
    found = _PLACE.fullmatch(problem)
    if found is None:
        return problem
    line, column, rest = found.groups()
    wanted = [part for part in re.split(r",\s+", rest) if not part.startswith("[")] or [" ".join(rest.split())]
    told = [part for part in wanted if re.fullmatch(r"\w+(?: \w+){2,}", part)]
    return f"line {line}, column {column}: {'; '.join(told) if told else 'expected ' + ', '.join(wanted)}"


def _found(text: str, wanted: re.Pattern[str], *, every: bool) -> bool:
    """Whether the pattern stands where a keyword can, in any reading or in the usual one."""
    if wanted.pattern[:4].lower() not in text.lower():
        return False
    places, seen = [0], set[int]()
    while places:
        at = places.pop()
        if at in seen or at >= len(text):
            continue
        seen.add(at)
        if wanted.match(text, at):
            return True
        if text[at] in "\"'":
            # One that does not end is no text that anything could be read from.
            places += [found.end()] if (found := _STRING.match(text, at)) else []
            continue
        opaque = _COMMENT.match(text, at) or _NAME.match(text, at)
        name = _IRI.match(text, at)
        places.append(opaque.end() if opaque else at + 1 if every or not name else name.end())
        if name:
            places.append(name.end())
    return False


def _unescaped(text: str) -> str:
    """Return the text with code point escapes resolved, which may hide a keyword."""
    return _ESCAPE.sub(lambda found: chr(min(int(found[1] or found[2], 16), 0x10FFFF)), text)
