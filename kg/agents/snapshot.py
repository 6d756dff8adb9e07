"""The graph that tools read: the current snapshot of a folder, with its entities and papers by name."""

from __future__ import annotations

import threading
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from kg.agents.answers import Cited, Node
from kg.agents.errors import NoSuchNode, SeveralNodes, StaleCursor
from kg.lookup import AmbiguousEntity, Listed, UnknownEntity, find, listed
from kg.model import EntityType
from kg.resolve.names import name_key
from kg.store import GraphStore
from kg.workspace import MANIFEST, open_workspace
from schema.vocab import Minter

__all__ = ["ServedGraph", "Snapshot", "cursor_at", "offset_of"]

#: How many candidates an error names.
_LISTED: Final = 8

_PAPERS: Final = """
SELECT ?paper ?title ?id ?year WHERE {
  ?paper a kg:Paper ; dcterms:title ?title ; dcterms:identifier ?id . OPTIONAL { ?paper dcterms:issued ?year }
}"""


@dataclass(frozen=True)
class Snapshot:
    """A graph that does not change.

    Attributes
    ----------
    name : str
        Name of the snapshot.
    store_folder : Path
        Where its store lies, for a process of its own.
    store : GraphStore
    manifest : mapping
    """

    name: str
    store_folder: Path
    store: GraphStore
    manifest: Mapping[str, Any]

    @cached_property
    def entities(self) -> Mapping[str, Listed]:
        """Entities by IRI."""
        return listed(self.store)

    @cached_property
    def papers(self) -> Mapping[str, Cited]:
        """Papers by IRI, in the order of IRIs."""
        minter = Minter(str(self.manifest["base"])) if "base" in self.manifest else Minter()
        rows: defaultdict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for row in self.store.select(_PAPERS):
            year = row["year"].value if "year" in row else ""
            rows[row["paper"].value].append((row["id"].value, row["title"].value, year))
        papers = {}
        for paper, said in sorted(rows.items()):
            # of several identifiers the paper's own is the one that its IRI was minted from
            own, title, year = next((each for each in sorted(said) if minter.paper(each[0]) == paper), min(said))
            papers[paper] = Cited(paper, own, title, int(year) if year else None)
        return papers

    @cached_property
    def keys(self) -> Mapping[str, tuple[str, ...]]:
        """Keys of the names of each entity, of the preferred one first, and of each paper's title."""
        keys = {e.iri: tuple(map(name_key, (e.name, *e.aliases))) for e in self.entities.values()}
        return {**keys, **{paper.iri: (name_key(paper.title),) for paper in self.papers.values()}}

    @cached_property
    def _by_id(self) -> Mapping[str, str]:
        names = {name_key(paper.title): iri for iri, paper in self.papers.items()}
        return {**names, **{paper.id.lower(): iri for iri, paper in self.papers.items()}}

    def node(self, iri: str) -> Node:
        """Entity or paper of an IRI that is known to be one."""
        if iri in self.entities:
            return Node(iri, self.entities[iri].type, self.entities[iri].name)
        return Node(iri, "Paper", self.papers[iri].title)

    def find(self, text: str, type_: str | None = None) -> Node:
        """Node that a text means: an IRI, a paper's identifier or title, an entity's name or slug.

        Parameters
        ----------
        text : str
        type_ : str, optional
            A type of entities, or ``Paper``.

        Raises
        ------
        NoSuchNode, SeveralNodes
        """
        text = text.strip()
        if text in self.entities or text in self.papers:
            return self.node(text)
        paper = self._by_id.get(text.lower()) or self._by_id.get(name_key(text))
        if type_ == "Paper":
            if paper is None:
                raise NoSuchNode(text, ())
            return self.node(paper)
        wanted: EntityType | None = next((e.type for e in self.entities.values() if e.type == type_), None)
        if type_ is not None and wanted is None:
            raise NoSuchNode(text, ())
        try:
            return self.node(find(self.entities, text, type_=wanted).iri)
        except AmbiguousEntity as error:
            # a whole name of an entity comes before a title, a title before a part of a name
            if paper is not None and not any(name_key(text) in self.keys[e.iri] for e in error.candidates):
                return self.node(paper)
            named = [self.line(e.iri) for e in error.candidates[:_LISTED]]
            raise SeveralNodes(text, named, len(error.candidates)) from error
        except UnknownEntity as error:
            if paper is not None:
                return self.node(paper)
            raise NoSuchNode(text, [self.line(e.iri) for e in error.nearest]) from error

    def line(self, iri: str) -> str:
        """Node in one line."""
        node = self.node(iri)
        papers = f"; papers: {self.entities[iri].papers:,}" if iri in self.entities else ""
        return f"- {node.name} ({node.type}{papers}): {iri}"


class ServedGraph:
    """The graph of a folder as it is now: after a build, the new one.

    Parameters
    ----------
    folder : Path
        What `kg build` made.

    Raises
    ------
    WorkspaceError
        When the folder holds no graph.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._stamp, self._snapshot = self._read()

    def now(self) -> Snapshot:
        """Current snapshot; the one before where the new one cannot be read."""
        with self._lock:
            if self._changed() != self._stamp:
                self._stamp, self._snapshot = self._read()
            return self._snapshot

    def _changed(self) -> int:
        try:
            return (self._folder / MANIFEST).stat().st_mtime_ns
        except OSError:
            return self._stamp

    def _read(self) -> tuple[int, Snapshot]:
        workspace = open_workspace(self._folder)
        stamp = (self._folder / MANIFEST).stat().st_mtime_ns
        name = str(workspace.manifest["snapshot"])
        return stamp, Snapshot(name, workspace.graph_folder, workspace.store(), workspace.manifest)


def cursor_at(snapshot: Snapshot, offset: int, total: int) -> str | None:
    """Cursor of what follows behind an offset; None where nothing does."""
    return f"{offset}.{snapshot.name[:8]}" if offset < total else None


def offset_of(snapshot: Snapshot, cursor: str | None) -> int:
    """Offset that a cursor names.

    Raises
    ------
    StaleCursor
        When it is none, or of another snapshot.
    """
    if cursor is None:
        return 0
    number, _, name = cursor.partition(".")
    if name != snapshot.name[:8] or not (number.isascii() and number.isdigit()) or len(number) > 9:
        raise StaleCursor(cursor)
    return int(number)
