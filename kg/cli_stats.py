"""The command that counts and measures a graph: `kg stats`."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from kg import terminal
from kg.commands import Graph, told
from kg.overview import overview
from kg.structure import structure
from kg.workspace import open_workspace


@told
def stats(
    graph: Graph,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON instead of tables.")] = False,
    top: Annotated[int, typer.Option("--top", min=1, help="How many entities of each type to list.")] = 10,
    with_levels: Annotated[bool, typer.Option("--levels", help="Also communities within communities.")] = False,
    with_bridges: Annotated[bool, typer.Option("--bridges", help="Also the entities that join communities.")] = False,
    with_rising: Annotated[
        bool, typer.Option("--rising", help="Also entities that more papers of the last two years name than before.")
    ] = False,
) -> None:
    """Count what is in a graph, and list what most papers share."""
    answers, _ = terminal.consoles()
    workspace = open_workspace(graph)
    store = workspace.store()
    seen = overview(store, top=top)
    if with_levels or with_bridges or with_rising:
        seen |= structure(
            store,
            levels_too=with_levels,
            bridges_too=with_bridges,
            rising_too=with_rising,
            top=top,
            seed=int(workspace.manifest["seed"]),
        )
    if as_json:
        print(json.dumps({"manifest": workspace.manifest, **seen}, ensure_ascii=False, indent=2))  # noqa: T201
        return
    title = f"Graph {graph} (snapshot {workspace.manifest['snapshot']})"
    answers.print(terminal.counted(title, [(k, f"{n:,}") for k, n in seen["classes"].items()], "class", "nodes"))
    edges = [(name, f"{number:,}") for name, number in seen["predicates"].items()]
    answers.print(terminal.counted("Edges", edges, "predicate", "edges"))
    for type_, entries in seen["top"].items():
        listed = [(e["name"], f"{e['papers']:,}", f"{e['page_rank']:.5f}") for e in entries]
        answers.print(terminal.counted(f"{type_}: most papers", listed, "name", "papers", "PageRank"))
    for name, projection in seen["projections"].items():
        communities = [(c["label"], f"{c['members']:,}") for c in projection["communities"][:top]]
        title = f"Communities of {name} (modularity {projection['modularity']:.3f})"
        answers.print(terminal.counted(title, communities, "label", "members"))
    _show_structure(seen, answers, top)


def _show_structure(seen: dict[str, Any], answers: Console, top: int) -> None:
    for number, level in enumerate(seen.get("levels", ()), start=1):
        groups = [
            (
                f"{g['number']}" + (f" in {g['within']}" if g["within"] else ""),
                g["label"],
                ", ".join(g["top"]),
                f"{g['members']:,}",
            )
            for g in level["communities"][:top]
        ]
        title = f"Level {number}: {len(level['communities']):,} communities (modularity {level['modularity']:.3f})"
        answers.print(terminal.counted(title, groups, "number", "label", "top members", "members"))
    if seen.get("bridges"):
        rows = [
            (
                *(b["name"], b["community"], f"{len(b['reaches'])}", f"{b['weight_outside']:g}"),
                *(f"{b['participation']:.3f}", f"{b['betweenness']:.4f}", f"{b['harmonic']:.3f}", f"{b['core']}"),
            )
            for b in seen["bridges"]
        ]
        headings = (
            "name",
            "community",
            "reaches",
            "weight outside",
            "participation",
            "betweenness",
            "harmonic",
            "core",
        )
        answers.print(terminal.counted("Bridges between communities", rows, *headings))
    if "rising" in seen:
        rise = seen["rising"]
        rises = [
            (r["name"], r["type"], f"{r['recent']:,}", f"{r['earlier']:,}", f"{r['times']:.1f}", f"{r['at_least']:.1f}")
            for r in rise["entities"]
        ]
        title = "Rising: no paper has a year"
        if rise["since"] is not None:
            title = (
                f"Rising since {rise['since']}: {rise['recent_papers']:,} papers against {rise['earlier_papers']:,} "
                f"earlier; {rise['tested']:,} entities have three or more"
            )
        answers.print(terminal.counted(title, rises, "name", "type", "recent", "earlier", "times", "at least"))
