"""SPARQL in a process of its own: read-only, ended when its time is over, small answers.

A query inside the store cannot be stopped from outside; a process can. Each query has a new one, so
that none leaves anything behind. ``python -m kg.agents.asking FOLDER SECONDS ROWS CELL CHARACTERS BYTES``
is that process: a query on standard input, an answer in JSON on standard output.
"""

from __future__ import annotations

import json
import re
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import anyio

from kg.agents.answers import Rows
from kg.agents.errors import ToolRefused
from kg.errors import KGError, QueryError
from kg.store import GraphStore, Literal, NamedNode, python

__all__ = ["Bounds", "ask", "form_of"]

_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT")
_PROLOGUE: Final = re.compile(
    r"(?:\s+|#[^\n\r]*|PREFIX\s+[^\s:]*:\s*<[^<>\s]*>|BASE\s*<[^<>\s]*>)*(\w+)?", re.IGNORECASE
)
_BOOLEAN: Final = "http://www.w3.org/2001/XMLSchema#boolean"
#: Seconds that a process may outlive its time.
_GRACE: Final = 1.0
#: Longest query that is taken, in characters.
LONGEST: Final = 20_000


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one query may take.

    Attributes
    ----------
    seconds : float
        Until it is ended, its process's start included.
    rows : int
        Rows, or triples, that are answered.
    cell : int
        Characters of a value; longer ones are shortened.
    characters : int
        Of the whole answer.
    memory : int
        Bytes that the process may have, where the system can hold it to that.
    """

    seconds: float = 20.0
    rows: int = 50
    cell: int = 500
    characters: int = 40_000
    memory: int = 4 * 1024**3


def form_of(query: str) -> str:
    """Form of a query: SELECT, ASK or CONSTRUCT.

    Raises
    ------
    ToolRefused
        When it is something else, or too long.

    >>> form_of("PREFIX a: <http://example.org/#> # ASK\\nSELECT * { ?s ?p ?o }")
    'SELECT'
    """
    if len(query) > LONGEST:
        raise ToolRefused(f"the query has {len(query):,} characters", f"write one of at most {LONGEST:,}")
    found = _PROLOGUE.match(query)
    form = (found[1] or "").upper() if found else ""
    if form not in _FORMS:
        what = f"the query begins with {form[:40]}" if form else "there is no query"
        raise ToolRefused(what, "the graph is read-only: write SELECT, ASK or CONSTRUCT; `describe` describes a node")
    return form


async def ask(store_folder: Path, query: str, *, bounds: Bounds) -> Rows:
    """Answer of a query, as far as the bounds let it.

    Raises
    ------
    ToolRefused
        When it is no query, breaks off, or its time is over; its process has ended then.
    """
    form = form_of(query)
    numbers = (bounds.seconds, bounds.rows, bounds.cell, bounds.characters, bounds.memory)
    command = [sys.executable, "-P", "-m", __name__, str(store_folder), *map(str, numbers)]
    try:
        with anyio.fail_after(bounds.seconds):
            done = await anyio.run_process(command, input=query.encode(), check=False, stderr=subprocess.DEVNULL)
    except TimeoutError as error:
        raise ToolRefused(
            f"the query was stopped after {bounds.seconds:g} seconds",
            "bind more of it, or ask for less: a node by its IRI, a narrower pattern, no cross product",
        ) from error
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        raise ToolRefused(
            "the query broke off, most likely because it needed too much memory", "ask for less at once"
        ) from error
    if "problem" in told:
        raise ToolRefused(told["problem"], "look at the examples: the resource paperkg://examples")
    return Rows(
        form,
        tuple(told.get("variables", ())),
        tuple(told.get("rows", ())),
        told.get("truth"),
        told.get("graph"),
        bool(told.get("more")),
        bool(told.get("shortened")),
    )


def _answer(folder: Path, query: str, rows: int, cell: int, characters: int) -> dict[str, Any]:
    try:
        found: Any = GraphStore.open(folder).query(query)
        if hasattr(found, "variables"):
            names = [variable.value for variable in found.variables]
            return {"variables": names, **_cut(_rows(found, names), rows, cell, characters)}
        if hasattr(found, "__bool__"):
            return {"truth": bool(found)}
        cut = _cut(({"triple": f"{triple} ."} for triple in found), rows, None, characters)
        return {"graph": "\n".join(row["triple"] for row in cut["rows"]), "more": cut["more"]}
    except QueryError as error:
        return {"problem": error.problem}
    except (KGError, OSError, ValueError, RuntimeError) as error:
        # what is evaluated while it is read breaks off here
        return {"problem": str(error)}


def _rows(solutions: Iterable[Any], names: list[str]) -> Iterator[dict[str, Any]]:
    for solution in solutions:
        yield {name: _plain(term) for name, term in zip(names, solution, strict=True) if term is not None}


def _plain(term: object) -> str | int | float | bool:
    if isinstance(term, Literal) and term.datatype.value == _BOOLEAN:
        return term.value in ("true", "1")
    if isinstance(term, NamedNode | Literal):
        with suppress(ValueError):
            return python(term)
        return term.value
    return str(term)


def _cut(rows: Iterator[dict[str, Any]], most: int, cell: int | None, characters: int) -> dict[str, Any]:
    kept: list[dict[str, Any]] = []
    shortened, left = False, characters
    for row in rows:
        short = {name: _short(value, cell) for name, value in row.items()}
        left -= sum(len(name) + len(str(value)) for name, value in short.items())
        if len(kept) == most or left < 0:
            return {"rows": kept, "more": True, "shortened": shortened}
        shortened = shortened or short != row
        kept.append(short)
    return {"rows": kept, "more": False, "shortened": shortened}


def _short(value: object, cell: int | None) -> object:
    if cell is not None and isinstance(value, str) and len(value) > cell:
        return value[: cell - 1] + "…"
    return value


def _hold(seconds: float, memory: int) -> None:
    """Let this process have no more time and memory than this, where the system knows how."""
    # who started it ends it in time, unless somebody ended that one
    with suppress(AttributeError):
        signal.setitimer(signal.ITIMER_REAL, seconds + _GRACE)
    with suppress(ImportError, ValueError, OSError):
        import resource  # noqa: PLC0415 - not on every system

        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main(arguments: list[str]) -> None:
    """Answer the query on standard input."""
    folder, seconds, *numbers = arguments
    rows, cell, characters, memory = map(int, numbers)
    _hold(float(seconds), memory)
    told = _answer(Path(folder), sys.stdin.buffer.read().decode(errors="replace"), rows, cell, characters)
    sys.stdout.buffer.write(json.dumps(told, ensure_ascii=False).encode(errors="replace"))


if __name__ == "__main__":
    main(sys.argv[1:])
