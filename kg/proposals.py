"""Proposed decisions as a table for people: each is commented out, below the sentences that tell.

What is there already stays as it is; new proposals go to its end.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kg.errors import ExportError, RecordError
from kg.resolve.decisions import COLUMNS, Decision, Decisions, decided, read_table
from kg.review import Doubt

#: Begins a line that is no decision, even after somebody took one # away.
NOTE: Final = "## "
#: Begins a decision that nobody made yet.
PROPOSED: Final = "# "

_HEADER: Final = """\
What `kg review` doubts, the most worth a look first. Take the "# " away before each decision that you agree with, then
build again with --decisions and this file. Where the graph is right as it is, say so, and you are not asked again: turn
split into merge, merge into split, and let a single name be renamed to itself.
"""


def proposals(doubts: Sequence[Doubt], before: str = "") -> str:
    """Table that proposes the decisions that would mend what is doubted, behind what was there before.

    Parameters
    ----------
    doubts : sequence of Doubt
    before : str
        The table so far; proposals that it has, taken or not, are not made again.
    """
    header = _header(before)
    there = {line.removeprefix(PROPOSED) for line in before.splitlines()}
    lines = [before.rstrip("\n")] if before.strip() else _notes(_HEADER)
    if header is None:
        header = list(COLUMNS)
        lines.append(_row(header))
    for doubt in doubts:
        row = _row([_cells(doubt.decision).get(column, "") for column in header])
        if row not in there:
            papers = f"{doubt.papers:,} paper{'' if doubt.papers == 1 else 's'}"
            names = f"{doubt.name!r}" if doubt.kind in ("name", "types") else f"{doubt.name!r}, {doubt.other!r}"
            lines += ["", *_notes(f"{doubt.type} {names}: {doubt.why}; {doubt.probability:.0%} sure, {papers}")]
            lines += [note for seen in doubt.quotes for note in _notes(f"  “{seen.text}” ({seen.title}, {seen.paper})")]
            lines.append(f"{PROPOSED}{row}")
    return "\n".join(lines) + "\n"


def write_proposals(doubts: Sequence[Doubt], path: Path) -> int:
    """Write proposals to a new file, or to the end of a table of decisions; how many of them are new.

    Raises
    ------
    InputError
        When the file is there and no table of decisions.
    ExportError
        When it cannot be written, or has no column for what is proposed.
    """
    before, taken = "", Decisions()
    if path.exists():
        table = read_table(path)
        before, taken = table.content.decode("utf-8-sig"), table.decisions
        if "to" not in (_header(before) or COLUMNS):
            raise ExportError(path, "its header line has no column 'to'; add it, or choose another file")
    text = proposals([each for each in doubts if _agrees(each.decision, taken)], before)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_text(text, encoding="utf-8")
        new.replace(path)
    except OSError as error:
        raise ExportError(path, f"cannot be written: {error}") from error
    finally:
        new.unlink(missing_ok=True)
    return _proposed(text) - _proposed(before)


def _proposed(text: str) -> int:
    return sum(line.startswith(PROPOSED) for line in text.splitlines())


def _agrees(decision: Decision, taken: Decisions) -> bool:
    try:
        decided([*taken.all, decision])
    except RecordError:
        return False
    return True


def _header(text: str) -> list[str] | None:
    """Return the columns of a table in its own order; None where it has no header line."""
    for line in text.splitlines():
        if line.strip() and not line.lstrip().startswith("#"):
            return [cell.strip().casefold() for cell in next(csv.reader([line], delimiter="\t"))]
    return None


def _cells(decision: Decision) -> dict[str, str]:
    return {column: str(getattr(decision, column)) for column in COLUMNS}


def _row(cells: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, delimiter="\t", lineterminator="").writerow([" ".join(cell.split()) for cell in cells])
    return line.getvalue()


def _notes(text: str) -> list[str]:
    """Return lines that stay notes when a # is taken away; white space that would end a line becomes a space."""
    return [f"{NOTE}{' '.join(line.split())}" for line in text.rstrip("\n").split("\n")]
