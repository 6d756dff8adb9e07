"""A graph as arrays that are mapped into memory: what traversal asks for, without the triple store.

A build leaves a folder of ``.npy`` files beside its store. Opening maps them, so that it takes the
same few milliseconds for any graph, reads from disk only the pages that questions touch, and lets
all workers of a machine share those pages. `kg.arrays_make` makes them.

Papers and entities are numbered from 0 in the order of their IRIs, so that a number compares as its
IRI does. Text is kept as UTF-8 with a table of offsets; what belongs to a node (its entities, its
papers, its relations) lies together, between two starts, in the order in which it is listed.
"""

from __future__ import annotations

import json
import logging
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kg.model import ROLES
from schema.vocab import RELATION_TERMS, ROLE_TERMS

__all__ = [
    "ABSENT",
    "FOLDER",
    "RELATION_CODES",
    "ROLE_CODES",
    "ROLE_RANKS",
    "VERSION",
    "Column",
    "Columns",
    "EntityColumns",
    "GraphArrays",
    "PaperColumns",
    "Rows",
    "Text",
    "Texts",
    "open_arrays",
    "write_arrays",
]

log = logging.getLogger(__name__)

#: Version of the files; a folder of another is passed over, and the store answers.
VERSION: Final = 1
#: Name of the folder within that of a snapshot.
FOLDER: Final = "arrays"
#: Stands for a whole number that a node does not have.
ABSENT: Final = -(2**31)

#: Roles and relations by their codes in the arrays.
ROLE_CODES: Final = tuple(ROLE_TERMS)
RELATION_CODES: Final = tuple(RELATION_TERMS)
_RANKS: Final[dict[str, int]] = {role: rank for roles in ROLES.values() for rank, role in enumerate(roles)}
#: How telling each role is, by its code: the lowest is the most telling.
ROLE_RANKS: Final = tuple(_RANKS[role] for role in ROLE_CODES)

Columns: TypeAlias = Mapping[str, NDArray[Any]]
_MANIFEST: Final = "ARRAYS.json"


class Column(Protocol):
    """A column of numbers as a memory view: its parts are Python's own numbers."""

    def __getitem__(self, place: int, /) -> Any:
        """Read the number at a place."""

    def __len__(self) -> int:
        """Count the places."""


class Text:
    """A column of text.

    >>> names = Text(np.array([0, 3, 3, 7]), np.frombuffer("GPUCaffè".encode()[:7], np.uint8))
    >>> names[0], names[1], len(names)
    ('GPU', '', 3)
    """

    __slots__ = ("_at", "_utf8")

    def __init__(self, offsets: NDArray[Any], utf8: NDArray[Any]) -> None:
        self._at = offsets.data
        self._utf8 = utf8.data

    def __getitem__(self, place: int) -> str:
        at = self._at
        return str(self._utf8[at[place] : at[place + 1]], "utf-8")

    def __len__(self) -> int:
        return len(self._at) - 1


class Texts:
    """A column of lists of text."""

    __slots__ = ("_starts", "_text")

    def __init__(self, starts: NDArray[Any], text: Text) -> None:
        self._starts = starts.data
        self._text = text

    def __getitem__(self, place: int) -> list[str]:
        text = self._text
        return [text[at] for at in range(self._starts[place], self._starts[place + 1])]

    def first(self, place: int) -> str | None:
        """First of a list, or None where it is empty."""
        start = self._starts[place]
        return self._text[start] if start < self._starts[place + 1] else None


class Rows:
    """Where the rows of each node lie in the columns that hold them for all nodes."""

    __slots__ = ("_starts",)

    def __init__(self, starts: NDArray[Any]) -> None:
        self._starts = starts.data

    def __getitem__(self, node: int) -> range:
        return range(self._starts[node], self._starts[node + 1])


@dataclass(frozen=True, slots=True)
class PaperColumns:
    """What is known of papers.

    Attributes
    ----------
    by_year, by_title, by_rank : columns of paper numbers
        All papers in the orders in which they are listed.
    title_key, rank_key : Text
        Keys of the last two orders, as the store writes them.
    entity_rows : Rows
        Where each paper's entities are, by type, role and name, in `entity` and `role`.
    identified : Text
        All identifiers, sorted; `identified_paper` has the paper of each.
    """

    iri: Text
    title: Text
    abstract: Texts
    year: Column
    authors: Texts
    venue: Texts
    url: Texts
    keywords: Texts
    identifiers: Texts
    degree: Column
    page_rank: Column
    betweenness: Column
    by_year: Column
    by_title: Column
    by_rank: Column
    title_key: Text
    rank_key: Text
    entity_rows: Rows
    entity: Column
    role: Column
    identified: Text
    identified_paper: Column


@dataclass(frozen=True, slots=True)
class Mentions:
    """Papers of entities, latest first.

    Attributes
    ----------
    rows : Rows
        Where each entity's papers are.
    paper : Column
        Number of the paper.
    roles : Column
        The roles it has the entity in, a bit for each code.
    role_bits : numpy array
        The same, to filter many at once.
    """

    rows: Rows
    paper: Column
    roles: Column
    role_bits: NDArray[Any]


@dataclass(frozen=True, slots=True)
class Kin:
    """Entities above or below entities in the taxonomy, by name."""

    rows: Rows
    entity: Column


@dataclass(frozen=True, slots=True)
class Relations:
    """Entities related to entities, those with most claims first.

    Attributes
    ----------
    rows : Rows
    entity : Column
        The other entity.
    relation : Column
        Its code.
    outgoing : Column
        Whether the entity whose row it is is the subject.
    claims : Column
        Number of claims that say so.
    confidence : Column
        How sure the edge is by them; NaN where there are none.
    """

    rows: Rows
    entity: Column
    relation: Column
    outgoing: Column
    claims: Column
    confidence: Column


@dataclass(frozen=True, slots=True)
class EntityColumns:
    """What is known of entities.

    Attributes
    ----------
    type : Column
        Place of its type in `kg.model.TYPES`.
    by_name, by_papers, by_rank : columns of entity numbers
        All entities in the orders in which they are listed, then those of each type: `of_type`
        tells where.
    name_key, rank_key : Text
        Keys of the first and the last of these orders, as the store writes them.
    top, top_rows : column of entity numbers, Rows
        The tops of the taxonomy of each type, by name.
    mentions, mentions_below : Mentions
        Papers that mention it; papers that mention it or what is below it.
    label : Text
        All names and other names in lower case, sorted; `labelled` has the entity of each.
    """

    iri: Text
    type: Column
    name: Text
    aliases: Texts
    definition: Texts
    paper_count: Column
    degree: Column
    page_rank: Column
    betweenness: Column
    of_type: Rows
    by_name: Column
    by_papers: Column
    by_rank: Column
    name_key: Text
    rank_key: Text
    top_rows: Rows
    top: Column
    broader: Kin
    narrower: Kin
    ancestors: Kin
    descendants: Kin
    mentions: Mentions
    mentions_below: Mentions
    related: Relations
    label: Text
    labelled: Column


@dataclass(frozen=True, slots=True)
class GraphArrays:
    """A graph as arrays."""

    papers: PaperColumns
    entities: EntityColumns

    def named(self, name: str) -> Iterator[int] | None:
        """Entities of a name, letter case and width of spaces aside: preferred names first, then most papers.

        None where lower case is not plain to see: the store has its own for letters beyond ASCII.
        """
        folded = " ".join(name.split())
        return self._labelled(folded.lower()) if folded.isascii() else None

    def _labelled(self, low: str) -> Iterator[int]:
        labels = self.entities.label
        at = bisect_left(labels, low)
        while at < len(labels) and labels[at] == low:
            number: int = self.entities.labelled[at]
            yield number
            at += 1

    @classmethod
    def of(cls, columns: Columns) -> GraphArrays:
        """Graph of columns by their names."""

        def column(name: str) -> Column:
            return columns[name].data

        def text(name: str) -> Text:
            return Text(columns[f"{name}.at"], columns[f"{name}.utf8"])

        def texts(name: str) -> Texts:
            return Texts(columns[f"{name}.rows"], text(name))

        def rows(name: str) -> Rows:
            return Rows(columns[name])

        def kin(name: str) -> Kin:
            return Kin(rows(f"{name}.rows"), column(name))

        def mentions(name: str) -> Mentions:
            roles = f"{name}.roles"
            return Mentions(rows(f"{name}.rows"), column(f"{name}.paper"), column(roles), columns[roles])

        def relations(name: str) -> Relations:
            parts = ("entity", "relation", "outgoing", "claims", "confidence")
            return Relations(rows(f"{name}.rows"), *(column(f"{name}.{part}") for part in parts))

        readers: dict[str, Callable[[str], Any]] = {
            "Column": column, "Text": text, "Texts": texts, "Rows": rows, "Kin": kin, "Mentions": mentions,
            "Relations": relations,
        }  # fmt: skip

        def read(kind: type, of: str) -> Any:
            return kind(**{name: readers[str(how)](f"{of}.{name}") for name, how in kind.__annotations__.items()})

        return cls(papers=read(PaperColumns, "paper"), entities=read(EntityColumns, "entity"))


def write_arrays(columns: Columns, folder: Path) -> None:
    """Write columns to a folder that does not exist yet; the same columns give the same bytes."""
    folder.mkdir(parents=True)
    for name, column in sorted(columns.items()):
        np.save(folder / f"{name}.npy", column, allow_pickle=False)
    # Written last: a folder without it is one that a killed build left.
    told = {"version": VERSION, "columns": {name: list(column.shape) for name, column in sorted(columns.items())}}
    (folder / _MANIFEST).write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")


def open_arrays(folder: Path) -> GraphArrays | None:
    """Graph of a folder, its files mapped into memory; None where there is none that can be read.

    The store answers without it, only slower, so what is wrong with a folder is told to the log.
    """
    try:
        told = json.loads((folder / _MANIFEST).read_text(encoding="utf-8"))
        if told["version"] != VERSION:
            log.info("%s is of version %s, not %s; the store answers in its place", folder, told["version"], VERSION)
            return None
        columns = {name: _mapped(folder / f"{name}.npy", shape) for name, shape in told["columns"].items()}
        return GraphArrays.of(columns)
    except FileNotFoundError as error:
        if (folder / _MANIFEST).is_file():
            log.warning("%s is missing; the store answers in its place, more slowly; build again", error.filename)
        return None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        log.warning("%s cannot be read (%r); the store answers in its place, more slowly; build again", folder, error)
        return None


def _mapped(path: Path, shape: list[int]) -> NDArray[Any]:
    column = np.load(path, mmap_mode="r", allow_pickle=False)
    if list(column.shape) != shape:
        raise ValueError(f"{path.name} has the shape {list(column.shape)}, and {_MANIFEST} says {shape}")
    found: NDArray[Any] = column
    return found
