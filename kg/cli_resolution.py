"""The command `kg evaluate resolution`, and the group of commands it is in."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from kg import cli_model, terminal
from kg.commands import told

if TYPE_CHECKING:
    from kg.evaluate_resolution import Evaluation, Measure, Mistake


class _Evaluate(TyperGroup):
    """Commands of `kg evaluate`, which is `kg evaluate extraction` where none is named."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Return the arguments with the name of the command."""
        if not args or args[0] not in (*self.commands, "--help"):
            args = ["extraction", *args]
        return super().parse_args(ctx, args)


evaluate = typer.Typer(
    cls=_Evaluate,
    help="Score extraction, `kg evaluate GOLD PREDICTED`, or how names are put together, `kg evaluate resolution`.",
)
evaluate.command("extraction")(cli_model.evaluate)


@evaluate.command()
@told
def resolution(
    pairs: Annotated[
        Path | None, typer.Option("--pairs", help="Pairs of names, TSV, instead of those that ship with the package.")
    ] = None,
    gold: Annotated[Path | None, typer.Option("--gold", help="Annotated papers with their text, JSONL.")] = None,
    acronyms: Annotated[
        Path | None, typer.Option("--acronyms", help="Folder of the annotated sentences of SDU@AAAI-21, or the file.")
    ] = None,
    methods: Annotated[
        Path | None, typer.Option("--methods", help="Methods with name and full name, JSON, as Papers with Code had.")
    ] = None,
    errors: Annotated[
        bool, typer.Option("--errors", help="List wrong decisions too, but none of the test parts, which only report.")
    ] = False,
    json_wanted: Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")] = False,
) -> None:
    """Measure how names are put together: precision, recall and F1 in percent.

    Pairs of names are always measured, other sets where they are given.
    """
    evaluations = dict(_evaluated(pairs, methods, gold, acronyms))
    measures = [measure for each in evaluations.values() for measure in each.measures]
    mistakes = [m for each in evaluations.values() for m in each.mistakes if m.part == "dev"] if errors else []
    if json_wanted:
        left_out = {of: each.left_out for of, each in evaluations.items()}
        print(json.dumps(_plain(measures, mistakes, left_out), ensure_ascii=False))  # noqa: T201
        return
    answers, _ = terminal.consoles()
    rows = [
        (m.of, m.part, m.name, *(f"{100 * x:.2f}" for x in (m.score.precision, m.score.recall, m.score.f1)),
         f"{m.things:,}", ", ".join(f"{name} {100 * least:.1f}" for name, least in m.target))
        for m in measures
    ]  # fmt: skip
    answers.print(terminal.counted("Resolution", rows, "set", "part", "measure", "P", "R", "F1", "things", "to reach"))
    for of, each in evaluations.items():
        if each.left_out:
            answers.print(f"{of}: {each.left_out:,} left out", highlight=False)
    for mistake in mistakes:
        line = f"{mistake.of} {mistake.problem}: {mistake.first} | {mistake.second} ({mistake.reason})"
        answers.print(line, markup=False, highlight=False, soft_wrap=True)


def _evaluated(
    pairs: Path | None, methods: Path | None, gold: Path | None, acronyms: Path | None
) -> Iterator[tuple[str, Evaluation]]:
    # imported here, so that --help is quick
    from kg.evaluate_acronyms import of_acronyms  # noqa: PLC0415
    from kg.evaluate_resolution import PAIRS, of_gold, of_methods, of_pairs  # noqa: PLC0415

    yield "pairs", of_pairs(pairs or PAIRS)
    measured: tuple[tuple[str, Path | None, Callable[[Path], Evaluation]], ...] = (
        ("methods", methods, of_methods),
        ("gold", gold, of_gold),
        ("acronyms", acronyms, of_acronyms),
    )
    for of, path, evaluation in measured:
        if path is not None:
            yield of, evaluation(path)


def _plain(measures: Iterable[Measure], mistakes: Iterable[Mistake], left_out: dict[str, int]) -> dict[str, Any]:
    """Return what was measured as JSON values, shares in percent."""
    return {
        "measures": [
            {
                "set": m.of,
                "part": m.part,
                "measure": m.name,
                "P": round(100 * m.score.precision, 2),
                "R": round(100 * m.score.recall, 2),
                "F1": round(100 * m.score.f1, 2),
                "things": m.things,
                "target": {name: round(100 * least, 2) for name, least in m.target},
            }
            for m in measures
        ],
        "left_out": left_out,
        "mistakes": [asdict(mistake) for mistake in mistakes],
    }
