"""What the commands of `kg.cli` and `kg.cli_model` share: the application, options, errors and exit codes."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Final, NoReturn, ParamSpec, TypeVar

import typer
from rich.markup import escape

from kg import terminal
from kg.errors import KGError
from kg.readers import FORMATS as READ_FORMATS

#: Exit codes; `kg.cli` tells all of them.
DONE_IN_PART: Final = 3
NOT_SOUND: Final = 4
INTERRUPTED: Final = 130

app = typer.Typer(
    name="kg",
    help="Turn a pile of papers into a knowledge graph in which every edge shows the sentence it came from.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
P = ParamSpec("P")
R = TypeVar("R")

Graph = Annotated[Path, typer.Argument(metavar="GRAPH", help="Folder that `kg build` made.")]
Files = Annotated[
    list[str],
    typer.Argument(metavar="FILE...", help="Files and folders of papers; - for standard input. Compressed ones work."),
]
ReadFormat = Annotated[
    str | None,
    typer.Option("--format", "-f", help=f"Format of all files, instead of by content: {', '.join(READ_FORMATS)}."),
]
Model = Annotated[Path | None, typer.Option("--model", help="Model folder instead of the shipped one.")]
Threads = Annotated[int, typer.Option("--threads", min=0, help="Processor threads of the model; 0 for all.")]
LogFile = Annotated[
    Path | None,
    typer.Option("--log", help="Write a line of JSON to this file for each stage, second of progress, and problem."),
]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Show no progress and no summary.")]


def told(command: Callable[P, R]) -> Callable[P, R]:
    """Turn errors into one line on standard error and an exit code."""

    @wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except KGError as error:
            fail(str(error))
        except KeyboardInterrupt:
            fail("interrupted; the graph is as it was before, and what was extracted is kept", INTERRUPTED)

    return run


def fail(message: str, code: int = 1) -> NoReturn:
    """Print an error and end with an exit code."""
    _, aside = terminal.consoles()
    aside.print(f"[bold red]error[/] {escape(message)}", soft_wrap=True, highlight=False)
    raise typer.Exit(code)
