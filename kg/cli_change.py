"""The commands that change a graph: `kg add`, `kg remove`, `kg update`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from kg import terminal
from kg.commands import DONE_IN_PART, Files, Graph, LogFile, Quiet, ReadFormat, Threads, told

if TYPE_CHECKING:
    from kg.change import Changed

#: Ids that are told of those that came or went.
_SHOWN: Final = 10


@told
def add(
    graph: Graph,
    files: Files,
    format: ReadFormat = None,
    threads: Threads = 0,
    log: LogFile = None,
    quiet: Quiet = False,
) -> None:
    """Add the papers of more files to a graph; the model reads only what is new.

    The graph is the one that a build of all its files gives, with the settings and decisions that it was built with.
    A file that is in it already is read again.
    """
    from kg import change
    from kg.readers import total_bytes

    _, aside = terminal.consoles()
    size = total_bytes([f for f in files if f != "-"]) if "-" not in files else None
    with terminal.building(aside, size, quiet=quiet, log=log) as progress:
        changed = change.add(graph, files, format=format, stdin=sys.stdin.buffer, threads=threads, progress=progress)
    _tell(changed, quiet=quiet)


@told
def update(
    graph: Graph,
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILE...]", help="Files of the graph, or folders of them; all of them by default."),
    ] = None,
    format: ReadFormat = None,
    threads: Threads = 0,
    log: LogFile = None,
    quiet: Quiet = False,
) -> None:
    """Read files of a graph again, and give it what they hold now.

    What a folder holds no more goes, and what is new in it comes. A single file that is gone is told, and its papers
    stay; `kg remove GRAPH --file FILE` takes them out.
    """
    from kg import change
    from kg.readers import total_bytes

    _, aside = terminal.consoles()
    size = total_bytes(files) if files else None
    with terminal.building(aside, size, quiet=quiet, log=log) as progress:
        changed = change.update(graph, files or (), format=format, threads=threads, progress=progress)
    _tell(changed, quiet=quiet)


@told
def remove(
    graph: Graph,
    ids: Annotated[
        list[str] | None,
        typer.Argument(metavar="[ID...]", help="Papers by id, DOI and the like, IRI, or the id that their file gives."),
    ] = None,
    files: Annotated[
        list[Path] | None,
        typer.Option("--file", help="All that came from a file, or a folder of files, and from no other; repeat it."),
    ] = None,
    query: Annotated[
        str | None,
        typer.Option(
            "--query",
            help="Papers whose IRIs a SPARQL query has in its first column; the query, @FILE, or - for standard input.",
        ),
    ] = None,
    threads: Threads = 0,
    log: LogFile = None,
    quiet: Quiet = False,
) -> None:
    """Take papers out of a graph, with all that they alone say.

    Example: kg remove mygraph --query 'SELECT ?p WHERE { ?p dcterms:issued ?y FILTER(xsd:integer(str(?y)) < 2010) }'.
    """
    from kg import change

    if not (ids or files or query is not None):
        raise typer.BadParameter("say what to remove: ids, --file or --query")
    _, aside = terminal.consoles()
    text = None if query is None else terminal.query_text(query)
    with terminal.building(aside, None, quiet=quiet, log=log) as progress:
        changed = change.remove(graph, ids=ids or (), files=files or (), query=text, threads=threads, progress=progress)
    _tell(changed, quiet=quiet)


def _tell(changed: Changed, *, quiet: bool) -> None:
    answers, aside = terminal.consoles()
    if not quiet:
        answers.print(terminal.summary(changed.built))
        for what, ids in (("added", changed.added), ("removed", changed.removed), ("altered", changed.altered)):
            if ids:
                answers.print(f"{what}: {len(ids):,} ({_listed(ids)})", highlight=False, soft_wrap=True, markup=False)
        if not (changed.added or changed.removed or changed.altered):
            answers.print("no paper came, went or changed")
    if problems := len(changed.built.problems):
        told_of = f"[yellow]{problems:,} files or records were passed over[/]; the rest is in the graph."
        aside.print(told_of, highlight=False)
        raise typer.Exit(DONE_IN_PART)


def _listed(ids: Sequence[str]) -> str:
    return ", ".join(ids[:_SHOWN]) + (f" and {len(ids) - _SHOWN:,} more" if len(ids) > _SHOWN else "")
