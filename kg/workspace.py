"""A workspace: the folder that holds a graph, what it was made of, and which snapshot is current.

::

    mygraph/
        records/        what the files held, Parquet, each record with its file, so that one can be taken out again
        papers/         the papers, Parquet; the manifest names the current file
        mentions/       what the model found, Parquet, a folder a model version
        vectors/        what the names mean to an encoder, where `kg review --meaning` was asked
        decisions/      what people decided, if anything: a copy of the table that the build was given
        graph/<hash>/   a snapshot: the triple store of one build, named after its content,
                        and beside its files the same as arrays (`kg.arrays`)
        MANIFEST.json   names the current snapshot, with settings, versions, counts and hashes
        report.json     what the last build took: seconds, memory, what was passed over and why

A build writes its snapshot beside the current one; renaming the manifest publishes it, so that a
reader sees the old graph or the new one, never half of each.
"""

from __future__ import annotations

import json
import logging
import os
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from filelock import FileLock, Timeout

from kg.arrays import FOLDER, GraphArrays, open_arrays, write_arrays
from kg.arrays_make import UnusualGraph, make_arrays
from kg.errors import WorkspaceError
from kg.store import GraphStore, Quad, write_store

log = logging.getLogger(__name__)

MANIFEST: Final = "MANIFEST.json"
#: Version of the layout of a workspace; another is refused.
LAYOUT: Final = 1
#: What a snapshot is called: a name in its folder, never a path out of it.
_NAME: Final = re.compile(r"[A-Za-z0-9][\w-]*")


#: What a file is called while it is written: its name between a dot and the number of the process.
_BEGUN: Final = re.compile(r"\..+\.\d+")


@dataclass(frozen=True, slots=True)
class Workspace:
    """A workspace whose manifest was read.

    Attributes
    ----------
    folder : Path
    manifest : mapping
        What ``MANIFEST.json`` says.
    """

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def graph_folder(self) -> Path:
        """Folder of the current snapshot's store."""
        return self.folder / "graph" / str(self.manifest["snapshot"])

    def store(self) -> GraphStore:
        """Current snapshot, opened so that nothing can change it."""
        return GraphStore.open(self.graph_folder)

    def arrays(self) -> GraphArrays | None:
        """Current snapshot as arrays, mapped into memory; None where it has none, and the store answers alone."""
        return open_arrays(self.graph_folder / FOLDER)


def open_workspace(folder: Path) -> Workspace:
    """Workspace of a folder.

    Raises
    ------
    WorkspaceError
        When the folder is none, or was made by another version of this program.
    """
    path = folder / MANIFEST
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
        layout, snapshot = manifest["layout"], manifest["snapshot"]
    except FileNotFoundError:
        problem = f"there is no {MANIFEST}; make a graph with `kg build FILE --out {folder}`"
        raise WorkspaceError(folder, problem) from None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise WorkspaceError(folder, f"{MANIFEST} cannot be read: {error!r}; build again") from error
    if layout != LAYOUT:
        raise WorkspaceError(folder, f"its layout is {layout}, this program reads layout {LAYOUT}; build again")
    if not isinstance(snapshot, str) or not _NAME.fullmatch(snapshot):
        raise WorkspaceError(folder, f"{MANIFEST} names the snapshot {snapshot!r}, which is no name; build again")
    if not (folder / "graph" / snapshot).is_dir():
        raise WorkspaceError(folder, f"its snapshot {snapshot} is missing; build again")
    return Workspace(folder, manifest)


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold a workspace for one build; others are told so.

    Raises
    ------
    WorkspaceError
        When another build holds it, or the folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = FileLock(folder / ".lock", timeout=0)
        lock.acquire()
    except Timeout:
        raise WorkspaceError(folder, "another build is at work on it; wait for it or choose another --out") from None
    except OSError as error:
        raise WorkspaceError(folder, f"cannot be written: {error}") from error
    try:
        _sweep(folder)
        yield
    finally:
        lock.release()


def _sweep(folder: Path) -> None:
    """Remove what killed builds had begun to write; nobody else writes where one holds the folder."""
    places = (folder, *(folder / name for name in ("papers", "records", "decisions")), *folder.glob("mentions/*"))
    for path in (path for place in places for path in place.glob(".*")):
        if _BEGUN.fullmatch(path.name) and path.is_file():
            path.unlink(missing_ok=True)


def publish(folder: Path, quads: Sequence[Quad], manifest: Mapping[str, Any]) -> Workspace:
    """Workspace after the quads became its current snapshot.

    Parameters
    ----------
    folder : Path
        Held by `locked`.
    quads : sequence of Quad
        Sorted, each once.
    manifest : mapping
        Holds ``snapshot``, a name made from the quads.

    Notes
    -----
    The snapshot before this one stays for servers that read it; older ones go. Where the quads are
    those of the current snapshot, nothing goes.

    Raises
    ------
    WorkspaceError
        When the folder cannot be written; its graph is then the one before.
    """
    previous = _current(folder)
    try:
        _put(folder, quads, manifest)
    except OSError as error:
        raise WorkspaceError(folder, f"the new snapshot cannot be written: {error}; nothing was changed") from error
    _tidy(folder / "graph", str(manifest["snapshot"]), previous)
    return open_workspace(folder)


def _put(folder: Path, quads: Sequence[Quad], manifest: Mapping[str, Any]) -> None:
    """Write a snapshot beside the others, then name it in the manifest."""
    graphs = folder / "graph"
    target = graphs / str(manifest["snapshot"])
    if not _whole(target, len(quads)):
        shutil.rmtree(target, ignore_errors=True)
        new = graphs / f".new-{os.getpid()}"
        shutil.rmtree(new, ignore_errors=True)
        try:
            write_store(quads, new)
            if not _whole(new, len(quads)):
                raise WorkspaceError(folder, "the new snapshot does not hold what was written; is the disk full?")
            _put_arrays(new)
            new.replace(target)
        finally:
            shutil.rmtree(new, ignore_errors=True)
    elif open_arrays(target / FOLDER) is None:
        _put_arrays(target)
    write_manifest(folder, manifest)


def _put_arrays(graph: Path) -> None:
    """Write the arrays of a snapshot into its folder, in place of any; a graph of another shape has none."""
    new = graph / f".{FOLDER}-{os.getpid()}"
    shutil.rmtree(new, ignore_errors=True)
    try:
        write_arrays(make_arrays(GraphStore.open(graph)), new)
        shutil.rmtree(graph / FOLDER, ignore_errors=True)
        new.replace(graph / FOLDER)
    except UnusualGraph as error:
        log.warning("%s gets no arrays, and answers more slowly: %s", graph, error)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _tidy(graphs: Path, current: str, previous: str | None) -> None:
    """Remove snapshots that no reader needs, and what killed builds left."""
    for other in graphs.iterdir():
        old = previous != current and other.name not in (current, previous)
        if old or other.name.startswith(".new-"):
            shutil.rmtree(other, ignore_errors=True)


def write_manifest(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Put a manifest in place of the one before, by one rename."""
    new = folder / f".{MANIFEST}.{os.getpid()}"
    try:
        new.write_text(json.dumps(manifest, indent=2, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
        new.replace(folder / MANIFEST)
    finally:
        new.unlink(missing_ok=True)


def _current(folder: Path) -> str | None:
    try:
        return str(open_workspace(folder).manifest["snapshot"])
    except WorkspaceError:
        return None


def _whole(graph: Path, quads: int) -> bool:
    if not graph.is_dir():
        return False
    try:
        return len(GraphStore.open(graph)) == quads
    except WorkspaceError:
        return False
