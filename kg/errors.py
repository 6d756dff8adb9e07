"""The errors of the package: one base class, each error carries its data.

::

    KGError
    ├── InputError            something in a user's file
    │   ├── UnknownFormat     no reader knows the file
    │   ├── RecordError       one record is broken: reported, counted, passed over
    │   └── UnreadableFile    the file is missing, locked, or its compression is damaged
    ├── ConfigError           a setting is wrong: stops the run at once
    ├── ModelError            a model folder does not fit the code
    ├── WorkspaceError        a folder is no workspace, or its snapshot is damaged
    ├── UnknownPaper          a graph has no such paper
    ├── QueryError            a SPARQL text is wrong, or asks for what is not allowed
    ├── ExportError           an export cannot be written
    └── EvaluationError       a file to score is unusable
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

__all__ = [
    "ConfigError",
    "EvaluationError",
    "ExportError",
    "InputError",
    "KGError",
    "ModelError",
    "QueryError",
    "RecordError",
    "UnknownFormat",
    "UnknownPaper",
    "UnreadableFile",
    "WorkspaceError",
]


class KGError(Exception):
    """Base of all errors of the package; `str()` of it is fit to be shown to a user."""


class InputError(KGError):
    """Something in a user's file is not as it must be."""


class UnknownFormat(InputError):
    """A file is in no format that a reader knows.

    Parameters
    ----------
    source : str
        The file's name, or ``<stdin>``.
    known : tuple of str
        Names of the formats that would be right.
    """

    def __init__(self, source: str, known: tuple[str, ...]) -> None:
        self.source = source
        self.known = known
        super().__init__(
            f"{source}: not a format this program reads; known formats: {', '.join(known)} (name one with --format)"
        )


@dataclass(frozen=True, slots=True)
class Place:
    """Where in the input something is wrong.

    Attributes
    ----------
    source : str
        The file's name, or ``<stdin>``; a member of an archive is ``archive!member``.
    record : int or None
        1-based number of the record in the file.
    line : int or None
        1-based line.
    character : int or None
        0-based character in the line or, where ``line`` is None, in the file.
    """

    source: str
    record: int | None = None
    line: int | None = None
    character: int | None = None

    def __str__(self) -> str:
        parts = [self.source]
        if self.record is not None:
            parts.append(f"record {self.record}")
        if self.line is not None:
            parts.append(f"line {self.line}")
        if self.character is not None:
            parts.append(f"character {self.character}")
        return ", ".join(parts)


class RecordError(InputError):
    """One record of a file is broken.

    Parameters
    ----------
    place : Place
        Where it is.
    problem : str
        What is wrong with it, with the offending value.
    expected : str
        What would be right.
    """

    def __init__(self, place: Place, problem: str, expected: str) -> None:
        self.place = place
        self.problem = problem
        self.expected = expected
        super().__init__(f"{place}: {problem}; expected {expected}")


class UnreadableFile(InputError):
    """A file cannot be read at all, or not to its end."""

    def __init__(self, source: str | Path, problem: str) -> None:
        self.source = str(source)
        self.problem = problem
        super().__init__(f"{source}: {problem}")


class ConfigError(KGError):
    """A setting has a wrong name or value."""

    def __init__(self, setting: str, problem: str, expected: str) -> None:
        self.setting = setting
        self.problem = problem
        self.expected = expected
        super().__init__(f"setting {setting}: {problem}; expected {expected}")


class ModelError(KGError):
    """A model folder is missing a file or does not fit this code."""

    def __init__(self, folder: str | Path, problem: str) -> None:
        self.folder = str(folder)
        self.problem = problem
        super().__init__(f"model {folder}: {problem}")


class WorkspaceError(KGError):
    """A folder is no workspace, is in use, or its snapshot is damaged."""

    def __init__(self, folder: str | Path, problem: str) -> None:
        self.folder = str(folder)
        self.problem = problem
        super().__init__(f"workspace {folder}: {problem}")


class UnknownPaper(KGError):
    """A graph has no paper of some names, or several of one.

    Parameters
    ----------
    names : tuple of str
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        super().__init__(
            f"there is no one paper called {'; '.join(names)}; nothing was changed; expected an id such as"
            " arxiv:2106.14405, another identifier, an IRI, or the id that a file gives"
        )


class QueryError(KGError):
    """A SPARQL query cannot be run."""

    def __init__(self, problem: str, hint: str = "") -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(f"query: {problem}" + (f"; {hint}" if hint else ""))


class ExportError(KGError):
    """An export cannot be written."""

    def __init__(self, target: str | Path, problem: str) -> None:
        self.target = str(target)
        self.problem = problem
        super().__init__(f"export {target}: {problem}")


class EvaluationError(KGError):
    """A gold or prediction file cannot be scored."""

    def __init__(self, source: str | Path, line: int | None, problem: str) -> None:
        self.source = str(source)
        self.line = line
        self.problem = problem
        super().__init__(f"{source}{f':{line}' if line else ''}: {problem}")
