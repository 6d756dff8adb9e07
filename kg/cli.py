"""The command line: `kg build`, `add`, `remove`, `update`, `stats`, `query`, `export`, `serve`, `extract`, ...

Exit codes: 0 done; 1 an error, nothing was changed; 2 the command was called wrongly; 3 done, but
some input was passed over; 4 a graph breaks its shapes; 130 interrupted.
"""

from __future__ import annotations

import re
import sys
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
from rich.markup import escape

from kg import (
    cli_ask,
    cli_change,
    cli_links,
    cli_mcp,
    cli_model,
    cli_plot,
    cli_resolution,
    cli_review,
    cli_serve,
    cli_stats,
    terminal,
)
from kg.commands import DONE_IN_PART, NOT_SOUND, Files, Graph, LogFile, Model, Quiet, ReadFormat, app, fail, told
from kg.config import Config, checked, read_config
from kg.export import FORMATS as EXPORT_FORMATS


@app.command("build")
@told
def build_command(
    files: Files,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder of the graph; made where it is absent.")],
    format: ReadFormat = None,
    config: Annotated[
        Path | None, typer.Option("--config", "-c", help="Settings, TOML; options given here come first.")
    ] = None,
    base: Annotated[str | None, typer.Option("--base", help="What the graph's own IRIs begin with.")] = None,
    min_confidence: Annotated[
        float | None, typer.Option("--min-confidence", help="Leave out claims less sure than this, 0 to 1.")
    ] = None,
    seed: Annotated[int | None, typer.Option("--seed", help="Of communities, sampling and layout.")] = None,
    model: Model = None,
    threads: Annotated[int | None, typer.Option("--threads", help="Processor threads of the model; 0 for all.")] = None,
    links: Annotated[
        Path | None, typer.Option("--links", help="Index of concepts to link entities to, instead of the shipped one.")
    ] = None,
    no_links: Annotated[bool, typer.Option("--no-links", help="Link no entity to concepts of others.")] = False,
    decisions: Annotated[
        Path | None,
        typer.Option("--decisions", help="Table of what people decided about entities; `kg review` proposes some."),
    ] = None,
    log: LogFile = None,
    quiet: Quiet = False,
) -> None:
    """Make a graph of papers: read, extract, resolve, measure, store.

    The graph that was in the folder serves until the new one is whole. Papers whose text was read
    before are taken from the folder; a build that was stopped goes on where it was.
    """
    settings = _settings(config, base, min_confidence, seed, model, threads)
    if links is not None or no_links:
        chosen = replace(settings.links, index=str(links) if links else settings.links.index, make=not no_links)
        settings = replace(settings, links=chosen)
    if decisions is not None:
        settings = replace(settings, resolve=replace(settings.resolve, decisions=str(decisions)))
    problems = _build(files, out, settings, format, quiet=quiet, log=log)
    if problems:
        raise typer.Exit(DONE_IN_PART)


def _settings(
    path: Path | None,
    base: str | None,
    least: float | None,
    seed: int | None,
    model: Path | None,
    threads: int | None,
) -> Config:
    config = read_config(path) if path else Config()
    if base is not None:
        config = replace(config, base=base)
    if least is not None:
        config = replace(config, claims=replace(config.claims, least_confidence=least))
    if seed is not None:
        config = replace(config, analytics=replace(config.analytics, seed=seed))
    if model is not None:
        config = replace(config, extract=replace(config.extract, model=str(model)))
    if threads is not None:
        config = replace(config, extract=replace(config.extract, threads=threads))
    return checked(config)


def _build(
    files: list[str], out: Path, config: Config, format: str | None, *, quiet: bool, log: Path | None = None
) -> int:
    from kg.build import build
    from kg.readers import total_bytes

    answers, aside = terminal.consoles()
    size = total_bytes([f for f in files if f != "-"]) if "-" not in files else None
    with terminal.building(aside, size, quiet=quiet, log=log) as progress:
        built = build(files, out, config=config, format=format, stdin=sys.stdin.buffer, progress=progress)
    if not quiet:
        answers.print(terminal.summary(built))
    if built.problems:
        aside.print(
            f"[yellow]{len(built.problems):,} files or records were passed over[/]; the rest is in the graph.",
            highlight=False,
        )
    return len(built.problems)


@app.command()
@told
def query(
    graph: Graph,
    sparql: Annotated[str, typer.Argument(metavar="SPARQL", help="The query, @FILE, or - for standard input.")],
    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            "-f",
            help="table, json, csv, tsv or xml for rows; turtle, ntriples or jsonld for graphs. "
            "On a terminal table, else csv; graphs as turtle.",
        ),
    ] = None,
) -> None:
    """Ask a graph in SPARQL. The usual prefixes (kg:, skos:, dcterms:, oa: ...) need no declaration."""
    from kg.workspace import open_workspace

    answers, _ = terminal.consoles()
    workspace = open_workspace(graph)
    result = workspace.store().query(terminal.query_text(sparql))
    terminal.answer(result, format or _default_format(result), answers, base=str(workspace.manifest["base"]))


def _default_format(result: object) -> str:
    if type(result).__name__ == "QueryTriples":
        return "turtle"
    return "table" if sys.stdout.isatty() else "json" if type(result).__name__ == "QueryBoolean" else "csv"


@app.command("export")
@told
def export_command(
    graph: Graph,
    to: Annotated[Path, typer.Option("--to", "-t", help="Folder for the files; made where it is absent.")],
    format: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help=f"Repeat for several; all by default: {', '.join(EXPORT_FORMATS)}."),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="What the files are called before their suffix.")] = "graph",
    projection: Annotated[
        str,
        typer.Option(
            "--projection",
            "-p",
            help="all, entities (by shared papers), papers (by shared entities), bipartite, or one role or relation: "
            "runsOn, usedFor ... Of all formats but RDF, like the next two.",
        ),
    ] = "all",
    years: Annotated[
        str | None, typer.Option("--years", help="What papers of these years say: 2018-2021, 2018-, -2021 or 2018.")
    ] = None,
    community: Annotated[
        str | None, typer.Option("--community", help="Members of a community alone, as its IRI ends: entities-3.")
    ] = None,
) -> None:
    """Write a graph for other tools: RDF, Gephi, Cytoscape, yEd, Neo4j, web pages, spreadsheets."""
    from kg.export import RDF_FORMATS, export
    from kg.network import Choice, drawn_network
    from kg.workspace import open_workspace

    answers, aside = terminal.consoles()
    workspace = open_workspace(graph)
    store = workspace.store()
    first, last = _years(years)
    choice = Choice(projection, first, last, community)
    whole = choice == Choice()
    chosen = [f for given in format or list(EXPORT_FORMATS) for f in given.split(",")]
    if not whole and format is None:
        chosen = [f for f in chosen if f not in RDF_FORMATS]
    if not whole and (rdf := [f for f in chosen if f in RDF_FORMATS]):
        hint = "holds the whole graph; use `kg query` with CONSTRUCT"
        raise typer.BadParameter(f"{rdf[0]} {hint}", param_hint="--format")
    with aside.status("Laying out the graph and writing files ..."):
        network = drawn_network(store, choice=choice, seed=int(workspace.manifest["seed"]))
        base = str(workspace.manifest["base"])
        written = export(store.quads(), network, to, formats=chosen, name=name, base=base)
    for path in written:
        answers.print(f"{path} ({path.stat().st_size:,} bytes)", highlight=False, soft_wrap=True)


def _years(given: str | None) -> tuple[int | None, int | None]:
    """First and last year of ``2018-2021``, ``2018-``, ``-2021`` or ``2018``."""
    if given is None:
        return None, None
    found = re.fullmatch(r"(\d{4})?(-)?(\d{4})?", given.strip())
    if not found or not (found[1] or found[3]) or (found[1] and found[3] and found[1] > found[3]):
        raise typer.BadParameter(f"{given!r} is no range of years, such as 2018-2021", param_hint="--years")
    first, last = (int(year) if year else None for year in (found[1], found[3]))
    return first, last if found[2] else first


for _command in (
    *(cli_change.add, cli_change.remove, cli_change.update),
    *(cli_ask.explain, cli_mcp.mcp, cli_plot.plot, cli_review.review),
    *(cli_model.extract, cli_model.train, cli_serve.serve, cli_stats.stats),
):
    app.command()(_command)
app.add_typer(cli_resolution.evaluate, name="evaluate")
app.add_typer(cli_links.app)


@app.command()
@told
def validate(graph: Graph) -> None:
    """Check a graph against the SHACL shapes of the schema; exit code 4 when it breaks one."""
    from kg.validate import graph_of
    from kg.validate import validate as check
    from kg.workspace import open_workspace

    answers, aside = terminal.consoles()
    with aside.status("Checking the graph against its shapes ..."):
        report = check(graph_of(open_workspace(graph).store().quads()))
    rows = [(name, f"{number:,}") for name, number in report.checked.items()]
    answers.print(terminal.counted("Checked", rows, "class", "nodes"))
    for finding in report.findings:
        where = f"{finding.focus} {finding.path} {finding.value}".strip()
        answers.print(f"[red]{finding.severity}[/] {escape(where)}: {escape(finding.message)}", soft_wrap=True)
    if not report.conforms:
        fail(f"{len(report.findings):,} findings; the graph breaks its shapes", NOT_SOUND)
    answers.print("the graph conforms to its shapes")


@app.command()
@told
def demo(
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Folder of the graph; a new one by default.")] = None,
    serve_it: Annotated[bool, typer.Option("--serve/--no-serve", help="Whether to serve the graph at the end.")] = True,
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port to listen on.")] = 8000,
) -> None:
    """Build, ask and export a graph of the bundled sample of 82 papers, then serve it."""
    from kg.overview import EXAMPLES
    from kg.sample import SAMPLE
    from kg.workspace import open_workspace

    answers, _ = terminal.consoles()
    folder = out or Path(tempfile.mkdtemp(prefix="kg-demo-"))
    _build([str(SAMPLE)], folder, Config(), None, quiet=False)
    store = open_workspace(folder).store()
    for question, text in EXAMPLES.items():
        answers.print(f"\n[bold]{escape(question)}[/]")
        terminal.answer(store.query(text), "table", answers)
    export_command(folder, to=folder / "export")
    answers.print(f"\nAsk it:  kg query {folder} 'SELECT ...'\nServe it:  kg serve {folder}", highlight=False)
    if serve_it:
        cli_serve.run_server(folder, "127.0.0.1", port)


def main() -> None:
    """Run the command line."""
    app()


if __name__ == "__main__":
    main()
