"""Commands that ask a graph without SPARQL: `kg explain`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from kg import explain as explaining
from kg import terminal, terminal_explain
from kg.commands import Graph, told
from kg.model import TYPES, EntityType
from kg.workspace import open_workspace


@told
def explain(
    graph: Graph,
    entity: Annotated[
        str,
        typer.Argument(
            metavar="ENTITY",
            help="A name, other name, part of one, slug or IRI; case, plural and hyphens do not matter.",
        ),
    ],
    other: Annotated[str | None, typer.Argument(metavar="OTHER", help="A second entity: what links the two.")] = None,
    type_: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            "-t",
            help=f"Type of the entity where several have its name, {', '.join(TYPES)}; repeat for the second.",
        ),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many of each kind to show.")] = 10,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")] = False,
) -> None:
    """Show why a graph links two entities, or what it says of one: the sentences of the papers first.

    Where no claim links two entities, the papers that mention both are shown, else the shortest way
    from one to the other. Examples: kg explain mygraph "event camera"; kg explain mygraph CNN GPU.
    """
    types = _types(type_ or [], 1 if other is None else 2)
    store = open_workspace(graph).store()
    found = explaining.explain(store, entity, other, type_=types[0], other_type=types[1], limit=limit)
    if as_json:
        print(json.dumps(asdict(found), ensure_ascii=False, indent=2))  # noqa: T201
        return
    answers, _ = terminal.consoles()
    terminal_explain.tell(found, answers)


def _types(given: list[str], most: int) -> tuple[EntityType | None, EntityType | None]:
    """Types of the two entities, as far as given."""
    if len(given) > most:
        raise typer.BadParameter(f"give one for each entity, at most {most}", param_hint="--type")
    known = {type_.lower(): type_ for type_ in TYPES}
    wrong = next((each for each in given if each.lower() not in known), None)
    if wrong is not None:
        raise typer.BadParameter(f"{wrong!r} is none of {', '.join(TYPES)}", param_hint="--type")
    types = [known[each.lower()] for each in given]
    return (types[0] if types else None, types[1] if len(types) > 1 else None)
