"""The command that draws pictures of a graph: `kg plot`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg import terminal
from kg.commands import Graph, told
from kg.plot import FORMATS, PICTURES, THEMES
from kg.plot import plot as draw
from kg.workspace import open_workspace


@told
def plot(
    graph: Graph,
    what: Annotated[
        list[str] | None, typer.Argument(metavar="[WHAT]...", help=f"All by default: {', '.join(PICTURES)}.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", "-o", help="Folder for the pictures, made where absent.")] = Path(),
    format: Annotated[
        list[str] | None,
        typer.Option("--format", "-f", help=f"{' or '.join(FORMATS)}; repeat or separate by commas; both by default."),
    ] = None,
    theme: Annotated[str, typer.Option("--theme", help=f"{' or '.join(THEMES)}.")] = "light",
) -> None:
    """Draw a graph as SVG and PNG: communities, top entities, hardware over time, methods by hardware, confidence.

    Needs the extra `plot`. Colours are safe for the colour-blind; one graph gives one picture, byte for byte.
    """
    answers, aside = terminal.consoles()
    workspace = open_workspace(graph)
    formats = [each for given in format or FORMATS for each in given.split(",")]
    with aside.status("Drawing ..."):
        written = draw(
            workspace.store(),
            out,
            pictures=what or [],
            formats=formats,
            theme=theme,
            seed=int(workspace.manifest["seed"]),
        )
    for path in written:
        answers.print(f"{path} ({path.stat().st_size:,} bytes)", highlight=False, soft_wrap=True)
