"""Changes of a graph: papers added, removed, or read again, and the graph that a build of what is left gives.

A workspace keeps the records of its files (`kg.records`), its settings and its decisions. A change is made to the
records; everything after them is made anew from all of them, but the model reads only texts that it never read.
"""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from kg.build import Built, Progress, collected, make_graph, tools_of
from kg.config import Config, config_of
from kg.errors import ConfigError, InputError, UnknownPaper, WorkspaceError
from kg.model import Paper
from kg.papers import Gathered, gather
from kg.records import STDIN, Records, file_name, kept_records, records_of
from kg.resolve.decisions import FOLDER as DECISIONS
from kg.tables import read_papers
from kg.workspace import Workspace, locked, open_workspace
from schema.vocab import Minter

__all__ = ["Changed", "add", "remove", "update"]


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change did.

    Attributes
    ----------
    built : Built
    added, removed, altered : tuple of str
        Ids of papers that the graph has now and had not, had and has no more, and has otherwise than before; sorted.
    """

    built: Built
    added: tuple[str, ...]
    removed: tuple[str, ...]
    altered: tuple[str, ...]


def add(
    folder: Path,
    inputs: Sequence[Path | str],
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Changed:
    """Graph with the papers of more files; a file that it has already is read again, in place of what it held.

    Parameters
    ----------
    folder : Path
        Of a workspace.
    inputs, format, stdin
        As `kg.build.build` has them.
    threads : int
        Processor threads of the model, 0 for all.

    Raises
    ------
    WorkspaceError
        When the folder is no workspace, is held by another, keeps no records, or no paper was found.
    """
    return _read_again(folder, inputs, format, stdin, threads, progress or Progress())


def update(
    folder: Path,
    inputs: Sequence[Path | str] = (),
    *,
    format: str | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Changed:
    """Graph of what some of its files hold now; of all of them, where none is given.

    A folder stands for all files in it, those that are gone since then too. A file that is gone and is given by
    itself, or by giving none, is a problem, and its papers stay.

    Raises
    ------
    WorkspaceError
        As `add`.
    """
    return _read_again(folder, inputs, format, None, threads, progress or Progress(), known=True)


def remove(
    folder: Path,
    *,
    ids: Iterable[str] = (),
    files: Iterable[Path | str] = (),
    query: str | None = None,
    threads: int = 0,
    progress: Progress | None = None,
) -> Changed:
    """Graph without some papers, and with all that others say of the same things.

    Parameters
    ----------
    ids : iterable of str
        Ids, other identifiers, IRIs, or ids in their own files, of papers.
    files : iterable of paths
        Files, or folders of files, whose records go; a paper that another file has too stays.
    query : str, optional
        SPARQL whose first column has the IRIs of papers.

    Raises
    ------
    UnknownPaper
        When there is no such paper, or several; nothing was changed.
    WorkspaceError
        As `add`; also when a file is none of the graph's, or no paper would be left.
    QueryError
        When the query is wrong, or gives something else than papers.
    """
    progress = progress or Progress()
    with locked(folder):
        started = time.perf_counter()
        workspace = open_workspace(folder)
        everything, config = kept_records(folder, workspace.manifest), _config(workspace, threads)
        records = everything
        for path in files:
            known = _files_under(records, path)
            if not known:
                raise WorkspaceError(folder, f"it has no papers of {path}; it has those of {_listed(records.files)}")
            records = records.without(known)
        wanted = [*ids, *(workspace.store().named(query) if query is not None else ())]
        if wanted:
            gathered, _ = gather(paper for _, paper in everything.papers)
            gone = _called(wanted, gathered, Minter(config.base))
            records = records.but({record for each in gone for record in each.records})
        if not records.papers:
            raise WorkspaceError(folder, "no paper would be left; delete the folder instead")
        return _made(workspace, records, config, progress, (), started)


def _read_again(
    folder: Path,
    inputs: Sequence[Path | str],
    format: str | None,
    stdin: BinaryIO | None,
    threads: int,
    progress: Progress,
    *,
    known: bool = False,
) -> Changed:
    """Read files and put their records in place of those that the graph has of them."""
    problems: list[InputError] = []
    report = collected(problems, progress)
    with locked(folder):
        started = time.perf_counter()
        workspace = open_workspace(folder)
        records, config = kept_records(folder, workspace.manifest), _config(workspace, threads)
        progress.on_stage("reading", None)
        before = records
        if known:
            chosen = list(map(str, inputs)) or [file for file in records.files if file != STDIN]
            for path in chosen:
                if not _files_under(records, path):
                    raise WorkspaceError(folder, f"it has no papers of {path}; `kg add` adds them")
                if Path(path).is_dir():
                    records = records.without(_files_under(records, path))
        else:
            chosen = list(map(str, inputs))
        new = 0
        for name, paths in _by_format(chosen, format, before).items():
            read = records_of(paths, format=name, stdin=stdin, on_error=report, on_bytes=progress.on_bytes)
            new += len(read.papers)
            # A file that is gone, or of which nothing can be read any more, loses nothing.
            whole = {file for file, _ in read.papers} | {file for file in read.files if file not in before.files}
            records = records.without(whole).and_of(Records(
                read.papers,
                tuple(each for each in read.passed if each[0] in whole),
                {file: told for file, told in read.formats.items() if file in whole},
            ))  # fmt: skip
        if not known and not new:
            raise WorkspaceError(folder, f"no paper was found in {', '.join(chosen)}; nothing was changed")
        if not records.papers:
            raise WorkspaceError(folder, "no paper would be left; nothing was changed")
        return _made(workspace, records, config, progress, problems, started)


def _made(
    workspace: Workspace,
    records: Records,
    config: Config,
    progress: Progress,
    problems: Sequence[InputError],
    started: float,
) -> Changed:
    folder = workspace.folder
    before = {paper.id: paper for paper in _papers(workspace)}
    built = make_graph(records, folder, config, tools_of(config), progress=progress, problems=problems, started=started)
    after = {paper.id: paper for paper in _papers(built.workspace)}
    return Changed(
        built,
        tuple(sorted(after.keys() - before.keys())),
        tuple(sorted(before.keys() - after.keys())),
        tuple(sorted(name for name in after.keys() & before.keys() if after[name] != before[name])),
    )


def _papers(workspace: Workspace) -> list[Paper]:
    path = workspace.folder / "papers" / Path(str(workspace.manifest.get("papers"))).name
    try:
        return read_papers(path)
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(workspace.folder, f"its papers cannot be read: {error!r}; build again") from error


def _config(workspace: Workspace, threads: int) -> Config:
    """Settings that a graph was built with."""
    folder, manifest = workspace.folder, workspace.manifest
    try:
        config = config_of(manifest.get("settings"))
    except ConfigError as error:
        raise WorkspaceError(folder, f"its settings cannot be read: {error}; build again") from error
    kept = manifest.get("decisions")
    table = str(folder / DECISIONS / Path(str(kept["file"])).name) if isinstance(kept, dict) and "file" in kept else ""
    return replace(
        config,
        extract=replace(config.extract, threads=threads),
        resolve=replace(config.resolve, decisions=table),
    )


def _files_under(records: Records, path: Path | str) -> set[str]:
    """Files of a graph that a path names: itself, or those in it where it is or was a folder."""
    name = file_name(path)
    return {file for file in records.files if file == name or file.startswith(name.rstrip(os.sep) + os.sep)}


def _by_format(paths: Iterable[str], format: str | None, records: Records) -> dict[str | None, list[str]]:
    """Return paths by the format that is told for them, now or when they were read before."""
    found: dict[str | None, list[str]] = {}
    for path in paths:
        told = {records.formats.get(file) for file in _files_under(records, path)}
        found.setdefault(format or (told.pop() if len(told) == 1 else None), []).append(path)
    return found


def _called(names: Iterable[str], gathered: Sequence[Gathered], minter: Minter) -> list[Gathered]:
    """Return the papers of some names, each of which names one paper."""
    sure: dict[str, list[Gathered]] = defaultdict(list)
    own: dict[str, list[Gathered]] = defaultdict(list)
    for each in gathered:
        paper = each.paper
        for name in {paper.id, minter.paper(paper.id), *paper.identifiers}:
            sure[name].append(each)
        for name in {record.local_id for record in each.records}:
            own[name].append(each)
    chosen: dict[str, Gathered] = {}
    wrong: list[str] = []
    for name in names:
        match sure.get(name) or own.get(name, []):
            case [each]:
                chosen[each.paper.id] = each
            case []:
                wrong.append(name)
            case several:
                wrong.append(f"{name}, which {len(several)} have: {_listed([each.paper.id for each in several])}")
    if wrong:
        raise UnknownPaper(tuple(wrong))
    return list(chosen.values())


def _listed(files: Sequence[str]) -> str:
    shown = ", ".join(files[:5])
    return f"{shown} and {len(files) - 5} more" if len(files) > 5 else shown
