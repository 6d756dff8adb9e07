"""Files of annotated papers, read and made comparable: names, figures and relations of each paper.

One JSON object a line, as the annotation guide and `kg extract` write them; see `kg.evaluate` for the fields.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import starmap
from pathlib import Path
from typing import Final, NoReturn, cast

from kg.errors import EvaluationError, InputError
from kg.model import TYPES, EntityType
from kg.readers.decoding import lines
from kg.readers.opening import open_inputs

__all__ = ["NOTHING", "Annotation", "Finding", "NamedConcept", "check_ends", "normalise", "read_annotations"]

# Normalisation: when two names are one.

_KEPT: Final = re.compile(r"[0-9a-z+#.%^*]+")
_DETERMINERS: Final = frozenset(("a", "an", "the"))
_PLURAL_S: Final = re.compile(r"(?<=\S\S[^s\s])s(?!\S)")
_FIGURE: Final = re.compile(r"[0-9.]")


def normalise(name: str) -> str:
    """Return a name as it is compared: lower case, single spaces, no hyphens, determiners or plural "s".

    Empty where nothing is left, as of a name in another script: such a name equals none, not even itself.

    Examples
    --------
    >>> normalise("The Spiking Neural-Networks (SNNs)"), normalise("A*"), normalise("bias"), normalise("bus")
    ('spiking neural network snn', 'a*', 'bia', 'bus')
    """
    words = " ".join(_KEPT.findall(name.lower())).strip(" .").split()
    telling = [word for word in words if word not in _DETERMINERS]
    return _PLURAL_S.sub("", " ".join(telling or words))


def _figure(value: str) -> str:
    """Return the digits of a value, without unit and signs; the value itself where it has none."""
    return "".join(_FIGURE.findall(value)).rstrip(".") or value.lower()


# What is compared: the annotations of a paper, made comparable.


@dataclass(frozen=True, slots=True)
class NamedConcept:
    """An entity; its keys are its normalised names, each between two spaces so that words can be told in it."""

    name: str
    type: EntityType
    keys: frozenset[str]
    role: str | tuple[str, ...] | None
    optional: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """A result: its figure and the words of its metric."""

    figure: str
    metric: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class Annotation:
    """What one paper is said to hold; relations are None where nobody looked for them."""

    concepts: tuple[NamedConcept, ...] = ()
    findings: tuple[Finding, ...] = ()
    triples: tuple[tuple[str, str, str], ...] | None = None


NOTHING: Final = Annotation()


# Reading: files of annotations, checked.


class _UnusableError(ValueError):
    """A line cannot be scored; says what is wrong and what would be right."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(f"{problem}; expected {expected}")


def _raise(error: InputError) -> NoReturn:
    raise error


def read_annotations(
    path: Path, check: Callable[[Annotation], None] = lambda _: None, *, only: Collection[str] | None = None
) -> dict[str, Annotation]:
    """Return the annotations in a file by the id of the paper; every line is checked, those of `only` are kept."""
    papers: dict[str, Annotation] = {}
    for number, line in _numbered_lines(path):
        try:
            fields = _parsed(line)
            paper = _string(fields, "id", "the paper")
            annotation = _annotation(fields)
            check(annotation)
        except _UnusableError as error:
            raise EvaluationError(path, number, str(error)) from error
        if only is None or paper in only:
            papers[paper] = annotation
    return papers


def _numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines that hold anything, and their 1-based numbers."""
    if path.is_dir():
        raise EvaluationError(path, None, "is a folder; expected a JSON Lines file")
    try:
        for file in open_inputs([path], _raise):
            for line in lines(file.stream, legacy=False):
                if line.problem is not None:
                    raise EvaluationError(path, line.number, f"{line.problem}; expected UTF-8 text")
                if line.text.strip():
                    yield line.number, line.text
    except InputError as error:
        problem = str(error).removeprefix(f"{path}: ")
        raise EvaluationError(path, None, f"{problem}; expected a JSON Lines file, plain or compressed") from error


def _parsed(line: str) -> Mapping[str, object]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise _UnusableError(f"broken JSON at character {error.pos}: {error.msg}", "one JSON object a line") from error
    except (ValueError, RecursionError) as error:
        raise _UnusableError(f"JSON that cannot be read: {error}", "one JSON object a line") from error
    if not isinstance(fields, dict):
        raise _UnusableError(f"a JSON {type(fields).__name__}", "one JSON object a line")
    return fields


def _annotation(fields: Mapping[str, object]) -> Annotation:
    if "entities" not in fields:
        raise _UnusableError("the paper has no 'entities'", "a list of objects (an empty one where nothing was found)")
    return Annotation(
        tuple(starmap(_concept, _objects(fields, "entities"))),
        tuple(starmap(_finding, _objects(fields, "results"))),
        tuple(starmap(_triple, _objects(fields, "relations"))) if "relations" in fields else None,
    )


def _concept(entry: Mapping[str, object], where: str) -> NamedConcept:
    name = _string(entry, "name", where)
    kind = _string(entry, "type", where)
    if kind not in TYPES:
        raise _UnusableError(f"{where} has the unknown type {_shown(kind)}", f"one of {', '.join(TYPES)}")
    surface = entry.get("surface", [])
    if not _is_strings(surface):
        raise _UnusableError(f"'surface' of {where} is {_shown(surface)}", "a list of strings")
    role = entry.get("role")
    if not (role is None or isinstance(role, str) or _is_strings(role)):
        raise _UnusableError(f"'role' of {where} is {_shown(role)}", "a string, null, or (in gold) a list of strings")
    names = filter(None, map(normalise, (name, *cast(list[str], surface))))
    return NamedConcept(
        name,
        kind,
        frozenset(f" {key} " for key in names),
        tuple(cast(list[str], role)) if isinstance(role, list) else cast(str | None, role),
        bool(entry.get("optional")),
    )


def _finding(entry: Mapping[str, object], where: str) -> Finding:
    value, metric = entry.get("value"), entry.get("metric")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _UnusableError(f"'value' of {where} is {_shown(value)}", "the figure as a string")
    if not (metric is None or isinstance(metric, str)):
        raise _UnusableError(f"'metric' of {where} is {_shown(metric)}", "a string or null")
    return Finding(_figure(str(value)), frozenset(normalise(metric or "").split()), bool(entry.get("optional")))


def _triple(entry: Mapping[str, object], where: str) -> tuple[str, str, str]:
    return _string(entry, "subject", where), _string(entry, "relation", where), _string(entry, "object", where)


def check_ends(annotation: Annotation) -> None:
    """Raise where a gold relation links what is no entity of its paper."""
    names = {concept.name for concept in annotation.concepts}
    for number, triple in enumerate(annotation.triples or (), 1):
        for end in triple[::2]:
            if end not in names:
                raise _UnusableError(
                    f"entry {number} of 'relations' links {_shown(end)}", "the name of one of the entities"
                )


def _objects(fields: Mapping[str, object], key: str) -> Iterator[tuple[Mapping[str, object], str]]:
    """Return the objects in a list and what to call each in messages; no list is an empty one."""
    listed = fields.get(key, [])
    if not isinstance(listed, list):
        raise _UnusableError(f"{key!r} is {_shown(listed)}", "a list of objects")
    for number, entry in enumerate(listed, 1):
        where = f"entry {number} of {key!r}"
        if not isinstance(entry, dict):
            raise _UnusableError(f"{where} is {_shown(entry)}", "an object")
        yield entry, where


def _string(fields: Mapping[str, object], key: str, where: str) -> str:
    if key not in fields:
        raise _UnusableError(f"{where} has no {key!r}", "a string")
    value = fields[key]
    if not isinstance(value, str):
        raise _UnusableError(f"{key!r} of {where} is {_shown(value)}", "a string")
    return value


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _shown(value: object) -> str:
    return "null" if value is None else reprlib.repr(value)
