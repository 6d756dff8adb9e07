"""Commands about the model: `kg extract`, `kg evaluate`, `kg train`."""

from __future__ import annotations

import json
import os
import sys
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import typer

from kg import terminal
from kg.commands import DONE_IN_PART, Files, Model, Quiet, ReadFormat, Threads, fail, told
from kg.errors import InputError


@told
def extract(
    files: Files,
    out: Annotated[Path, typer.Option("--out", "-o", help="JSONL file to write, one line a paper.")],
    format: ReadFormat = None,
    model: Model = None,
    threads: Threads = 0,
    quiet: Quiet = False,
) -> None:
    """Write what is found in each paper, by itself, as JSON lines in the shape of the annotation guide."""
    from kg.extract import SHIPPED, find, load
    from kg.found import record
    from kg.readers import read, total_bytes

    problems: list[InputError] = []
    _, aside = terminal.consoles()
    nlp = load(model or SHIPPED, threads=threads or None)
    size = total_bytes(files) if "-" not in files else None
    with terminal.building(aside, size, quiet=quiet) as progress:
        progress.on_stage("reading", None)

        def report(problem: InputError) -> None:
            problems.append(problem)
            progress.on_problem(problem)

        papers = read(files, format=format, on_error=report, stdin=sys.stdin.buffer, on_bytes=progress.on_bytes)
        count = _write_lines(out, (record(paper, findings) for paper, findings in find(nlp, papers)))
    if not quiet:
        aside.print(f"{count:,} papers in {out}", highlight=False)
    if count == 0:
        fail(f"no paper was found in {', '.join(files)}")
    if problems:
        raise typer.Exit(DONE_IN_PART)


def _write_lines(out: Path, records: Any) -> int:
    """Write JSON lines to a file that appears only when it is whole."""
    new = out.with_name(f".{out.name}.{os.getpid()}")
    count = 0
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        with new.open("w", encoding="utf-8") as lines:
            for each in records:
                lines.write(json.dumps(each, ensure_ascii=False) + "\n")
                count += 1
        if count:
            new.replace(out)
    except OSError as error:
        fail(f"{out} cannot be written: {error}")
    finally:
        new.unlink(missing_ok=True)
    return count


@told
def evaluate(
    gold: Annotated[Path, typer.Argument(metavar="GOLD", help="Annotated papers, JSONL.")],
    predicted: Annotated[Path, typer.Argument(metavar="PREDICTED", help="What `kg extract` wrote for them.")],
    per_paper: Annotated[bool, typer.Option("--per-paper", help="List the papers too, worst first.")] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Score extraction against annotated papers: precision, recall and F1 in percent."""
    from kg.evaluate import as_json, score

    answers, _ = terminal.consoles()
    scores = score(gold, predicted)
    if json_wanted:
        print(json.dumps(as_json(scores), ensure_ascii=False))  # noqa: T201
        return
    if per_paper:
        worst = dict(sorted(scores.papers.items(), key=lambda pair: (pair[1].f1, pair[0])))
        answers.print(terminal.figures_table("Papers", worst))
    answers.print(terminal.figures_table(f"{predicted} against {gold}", scores.totals))


@told
def train(
    gold: Annotated[
        list[Path], typer.Argument(metavar="GOLD...", help="Annotated papers, JSONL in the shape of the guide.")
    ],
    out: Annotated[Path, typer.Option("--out", "-o", help="Model folder to write; `--model` of other commands.")],
    dev: Annotated[
        Path | None, typer.Option("--dev", help="Held-out papers that choose the settings; else a tenth of GOLD.")
    ] = None,
    test: Annotated[list[Path] | None, typer.Option("--test", help="Annotated papers to score besides.")] = None,
    more: Annotated[
        list[Path] | None, typer.Option("--more", help="Annotations of less care, read in the first epochs.")
    ] = None,
    texts: Annotated[
        list[Path] | None, typer.Option("--texts", help="Files of the papers whose annotations carry no text.")
    ] = None,
    work: Annotated[
        Path | None, typer.Option("--work", help="Folder of the progress, taken up after a kill; OUT.work by default.")
    ] = None,
    relations: Annotated[
        list[Path] | None, typer.Option("--relations", help="Relations of papers that carry none, JSONL.")
    ] = None,
    start: Annotated[
        Path | None, typer.Option("--start", help="Model folder whose weights to start from, not the encoder's.")
    ] = None,
    keep: Annotated[
        Path | None, typer.Option("--keep", help="Model folder whose mentions to keep: train relations alone.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option("--limit", min=1, help="Learn from so many of GOLD, drawn by seed: a learning curve.")
    ] = None,
    epochs: Annotated[int, typer.Option("--epochs", min=1, help="Passes over the papers.")] = 8,
    more_epochs: Annotated[int, typer.Option("--more-epochs", min=0, help="The first of them that read --more.")] = 5,
    relation_epochs: Annotated[
        int, typer.Option("--relation-epochs", min=1, help="Passes over the papers with relations or results.")
    ] = 5,
    seed: Annotated[int, typer.Option("--seed", help="Same seed, threads and files: same weights.")] = 13,
    threads: Annotated[int, typer.Option("--threads", min=1, help="Processor threads.")] = 2,
    name: Annotated[str, typer.Option("--name", help="The model's name.")] = "my-mentions",
    licence: Annotated[str, typer.Option("--licence", help="Of the annotations, for the model card.")] = "not stated",
    quiet: Quiet = False,
) -> None:
    """Train a model on annotated papers (needs `pip install 'paperkg\\[train]'`); hours on a CPU.

    The folder gets the networks of mentions and of relations and results, their settings and
    calibration, and a model card with the scores. A run that was stopped is taken up after its last
    whole epoch.
    """
    try:
        training, run = (import_module(f"kg.training.{module}") for module in ("run", "command"))
    except ModuleNotFoundError as error:
        fail(f"training needs {error.name}, which an extra brings: pip install 'paperkg[train]'")
    answers, aside = terminal.consoles()
    material = training.Material(
        tuple(gold),
        tuple(more or ()),
        dev=dev,
        test=tuple(test or ()),
        texts=tuple(texts or ()),
        licence=licence,
        limit=limit,
        relations=tuple(relations or ()),
    )
    with terminal.training(aside, quiet=quiet) as tell:
        figures = run.run(
            material,
            out,
            work=work or out.with_name(f"{out.name}.work"),
            epochs=epochs,
            more_epochs=more_epochs,
            relation_epochs=relation_epochs,
            seed=seed,
            threads=threads,
            name=name,
            start=start,
            keep=keep,
            tell=tell,
        )
    if not quiet:
        answers.print(terminal.model_table(f"{name}, in {out}", figures))
