"""What the command line shows: progress bars, tables, and answers in the format asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO, TypeVar

import pyoxigraph as ox
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from kg import build
from kg.errors import ConfigError, InputError, QueryError
from kg.report import Log
from schema.vocab import DEFAULT_BASE, PREFIXES

#: Formats of answers: those of tables, then those of graphs.
TABLE_FORMATS: Final = ("table", "json", "csv", "tsv", "xml")
GRAPH_FORMATS: Final = ("turtle", "ntriples", "jsonld")

_T = TypeVar("_T")
_STAGES: Final = {
    "reading": "Reading papers",
    "extracting": "Extracting mentions",
    "resolving": "Resolving entities",
    "claiming": "Writing claims",
    "analysing": "Measuring the graph",
    "linking": "Linking entities",
    "storing": "Storing the graph",
}


def consoles() -> tuple[Console, Console]:
    """Console of answers (standard output) and console of everything else (standard error)."""
    return Console(), Console(stderr=True)


def _bars(console: Console, *, quiet: bool) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        _Rate(),
        console=console,
        disable=quiet or not console.is_terminal,
    )


class _Rate(ProgressColumn):
    """Steps a second."""

    def render(self, task: Task) -> Text:
        """Return what stands behind a bar."""
        speed = task.finished_speed or task.speed
        return Text("" if speed is None else f"{speed:,.0f}/s" if speed >= 10 else f"{speed:.1f}/s")


@contextmanager
def building(
    console: Console, total_bytes: int | None, *, quiet: bool, log: Path | None = None
) -> Iterator[build.Progress]:
    """Progress of a build, shown as bars that are told by `kg.build`, and written to a log where one is asked for."""
    with _log_file(log) as lines, _shown(console, total_bytes, quiet=quiet) as shown:
        if lines is None:
            yield shown
            return
        told = Log(lambda line: (lines.write(line), lines.flush()))

        def on_stage(name: str, steps: int | None) -> None:
            shown.on_stage(name, steps)
            told.stage(name, total_bytes if name == "reading" else steps)

        try:
            yield build.Progress(
                on_stage,
                both(shown.on_step, told.step),
                both(shown.on_bytes, told.step),
                both(shown.on_problem, told.problem),
                both(shown.on_advice, told.advice),
                told.done,
            )
        except BaseException as error:
            told.failed(error)
            raise


@contextmanager
def _log_file(path: Path | None) -> Iterator[TextIO | None]:
    if path is None:
        yield None
        return
    try:
        file = path.open("a", encoding="utf-8")
    except OSError as error:
        raise ConfigError("--log", f"{path} cannot be written: {error}", "a file in a folder that is there") from error
    with file:
        yield file


def both(first: Callable[[_T], None], second: Callable[[_T], None]) -> Callable[[_T], None]:
    """Function that tells two."""

    def told(what: _T) -> None:
        first(what)
        second(what)

    return told


@contextmanager
def _shown(console: Console, total_bytes: int | None, *, quiet: bool) -> Iterator[build.Progress]:
    bars = _bars(console, quiet=quiet)
    current: list[TaskID] = []

    def finish() -> None:
        if current:
            done = bars.tasks[current[-1]].completed or 1
            bars.update(current[-1], total=done, completed=done)

    def on_stage(name: str, steps: int | None) -> None:
        finish()
        total = total_bytes if name == "reading" else steps
        current.append(bars.add_task(_STAGES[name], total=total))

    def advance(steps: int) -> None:
        bars.advance(current[-1], steps)

    def on_problem(problem: InputError) -> None:
        if not quiet:
            console.print(f"[yellow]passed over[/] {escape(str(problem))}", soft_wrap=True, highlight=False)

    def on_advice(advice: str) -> None:
        if not quiet:
            console.print(f"[yellow]no effect[/] {escape(advice)}", soft_wrap=True, highlight=False)

    with bars:
        yield build.Progress(on_stage, advance, advance, on_problem, on_advice)
        finish()


@contextmanager
def training(console: Console, *, quiet: bool) -> Iterator[Callable[[int, int, float], None]]:
    """Progress of a training, shown as a bar that is told steps done, steps in all, and the loss."""
    bars = _bars(console, quiet=quiet)
    with bars:
        task = bars.add_task("Training", total=None)

        def tell(done: int, steps: int, loss: float) -> None:
            bars.update(task, completed=done, total=steps, description=f"Training, loss {loss:.3f}")

        yield tell


def summary(built: build.Built) -> Table:
    """What a build made, as a table."""
    counts = built.workspace.manifest["counts"]
    table = Table(title=f"Graph in {built.workspace.folder}", show_header=False, title_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right")
    repeated = built.records - counts["papers"]
    table.add_row("papers", f"{counts['papers']:,}" + (f" ({repeated:,} records repeated one)" if repeated else ""))
    if built.from_cache:
        table.add_row("already extracted", f"{built.from_cache:,}")
    for type_, number in counts["entities"].items():
        table.add_row(f"{type_.lower()} entities", f"{number:,}")
    table.add_row("claims", f"{sum(counts['claims'].values()):,}")
    table.add_row("results", f"{counts['results']:,}")
    table.add_row("statements (quads)", f"{counts['quads']:,}")
    table.add_row("passed over", f"{len(built.problems):,}")
    if decisions := built.workspace.manifest.get("decisions"):
        without = f" ({len(built.advice):,} without effect)" if built.advice else ""
        table.add_row("decisions", f"{decisions['number']:,}{without}")
    seconds = ", ".join(f"{stage} {value:.1f}" for stage, value in built.seconds.items())
    table.add_row("seconds", seconds)
    if memory := built.report.get("peak_memory_bytes"):
        table.add_row("memory at most", f"{memory / 1e6:,.0f} MB")
    table.add_row("snapshot", str(built.workspace.manifest["snapshot"]))
    return table


def answer(
    result: ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples,
    format: str,
    console: Console,
    *,
    base: str = DEFAULT_BASE,
) -> None:
    """Print the answer of a query in a format.

    Raises
    ------
    QueryError
        When the format does not fit the kind of answer.
    """
    if isinstance(result, ox.QueryTriples):
        if format == "table":
            format = "turtle"
        if format not in GRAPH_FORMATS:
            raise QueryError(f"a graph cannot be written as {format}", f"choose one of {', '.join(GRAPH_FORMATS)}")
        kinds = {"turtle": ox.RdfFormat.TURTLE, "ntriples": ox.RdfFormat.N_TRIPLES, "jsonld": ox.RdfFormat.JSON_LD}
        triples = sorted(set(result), key=str)
        _print(ox.serialize(triples, format=kinds[format], prefixes=PREFIXES if format == "turtle" else None))
        return
    if format not in TABLE_FORMATS:
        raise QueryError(f"rows cannot be written as {format}", f"choose one of {', '.join(TABLE_FORMATS)}")
    if format != "table":
        kinds_of_rows = {
            "json": ox.QueryResultsFormat.JSON, "csv": ox.QueryResultsFormat.CSV,
            "tsv": ox.QueryResultsFormat.TSV, "xml": ox.QueryResultsFormat.XML,
        }  # fmt: skip
        _print(result.serialize(format=kinds_of_rows[format]))
        return
    if isinstance(result, ox.QueryBoolean):
        console.print("yes" if result else "no")
        return
    names = [variable.value for variable in result.variables]
    table = Table(*names)
    rows = 0
    for row in result:
        table.add_row(*(escape(short(term, base)) for term in row))
        rows += 1
    console.print(table)
    console.print(f"{rows:,} row{'' if rows == 1 else 's'}", style="dim")


def short(term: object, base: str = DEFAULT_BASE) -> str:
    """Term as people read it: the text of a literal, an IRI by its prefix or without the graph's base.

    >>> short(ox.NamedNode("https://w3id.org/paperkg/ontology#runsOn"))
    'kg:runsOn'
    >>> short(ox.NamedNode("https://w3id.org/paperkg/id/method/draco"))
    'method/draco'
    """
    if term is None:
        return ""
    if isinstance(term, ox.Literal):
        return term.value
    text = term.value if isinstance(term, ox.NamedNode) else str(term)
    if text.startswith(base):
        return text.removeprefix(base)
    for prefix, namespace in PREFIXES.items():
        if text.startswith(namespace):
            return f"{prefix}:{text.removeprefix(namespace)}"
    return text


def counted(title: str, rows: Iterable[tuple[str, ...]], *headings: str) -> Table:
    """Table whose last columns are numbers."""
    # as wide as its title, which would be broken into lines otherwise
    table = Table(title=title, title_justify="left", min_width=min(len(title), 100))
    table.add_column(headings[0])
    for heading in headings[1:]:
        table.add_column(heading, justify="right")
    for row in rows:
        table.add_row(*(escape(cell) for cell in row))
    return table


def figures_table(title: str, totals: Mapping[str, Any]) -> Table:
    """Scores as a table: precision, recall, F1 in percent."""
    rows = [
        (key, f"{f.precision:.2f}", f"{f.recall:.2f}", f"{f.f1:.2f}", str(f.gold), str(f.predicted))
        for key, f in totals.items()
    ]
    return counted(title, rows, "what", "P", "R", "F1", "gold", "predicted")


def model_table(title: str, figures: Mapping[str, Mapping[str, Any]]) -> Table:
    """Scores of a model as a table: precision, recall, F1 in percent of each file."""
    rows = [
        (file, kind, f"{row['P']:.2f}", f"{row['R']:.2f}", f"{row['F1']:.2f}")
        for file, kinds in figures.items()
        for kind, row in kinds.items()
        if "F1" in row
    ]
    return counted(title, rows, "file", "what", "P", "R", "F1")


def _print(content: bytes | None) -> None:
    text = (content or b"").decode()
    sys.stdout.write(text if text.endswith("\n") else f"{text}\n")
    sys.stdout.flush()


def query_text(argument: str) -> str:
    """SPARQL text of an argument: itself, ``@FILE`` or ``-`` for standard input.

    Raises
    ------
    QueryError
        When the file cannot be read.
    """
    if argument == "-":
        return sys.stdin.read()
    if argument.startswith("@"):
        try:
            return Path(argument[1:]).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise QueryError(f"{argument[1:]} cannot be read: {error}", "give the query itself, @FILE or -") from error
    return argument
