"""How likely a reader wants a name that one paper alone has: fitted on names that were judged.

``python -m kg.training.worth`` writes the table that `kg.resolve.lone` reads, with what it is worth on papers that it
was not fitted on, beside the extractor's confidence alone. Junk is what is held against a name; a poor name is one
that a reader can use.

``python -m kg.training.worth --draw WORKSPACE`` prints names of a graph that `kg build` made with `resolve.least_alone`
0, as lines to judge, with the sentences that name them.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal, cast, get_args

import numpy as np

from kg.errors import EvaluationError
from kg.model import ROLES, TYPES, EntityType, Role
from kg.resolve.across import resolve
from kg.resolve.lone import TABLE, Lone, evidence
from kg.resolve.worth import alone
from kg.review import of_workspace
from kg.training.fitting import Floats, newton
from kg.training.gold import digest
from kg.workspace import open_workspace

JUDGED: Final = Path(__file__).resolve().parents[2] / "tests" / "kg" / "resolve" / "lone-names.tsv"
COLUMNS: Final = ("type", "name", "verdict", "reason", "paper", "role", "sure", "mentions", "forms")
Verdict = Literal["good", "poor", "junk"]
#: Strength with which weights are held to zero.
PRIOR: Final = 1.0
#: Parts of the papers, each judged by what was fitted on the others.
FOLDS: Final = 10
#: Shares of the good names that are kept, at which the rate of junk among those kept is told.
KEPT: Final = (0.6, 0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
DRAWN: Final = 800


@dataclass(frozen=True, slots=True)
class Judged:
    """A name with the verdict on it."""

    lone: Lone
    paper: str
    verdict: Verdict


def judged(path: Path = JUDGED) -> list[Judged]:
    """Names of a file of verdicts.

    Raises
    ------
    EvaluationError
        When it cannot be read, or for the first line that is no verdict, with its number.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(path, None, f"cannot be read: {error}") from error
    made = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#") or line == "\t".join(COLUMNS):
            continue
        try:
            made.append(_judged(dict(zip(COLUMNS, next(csv.reader([line], delimiter="\t")), strict=True))))
        except (KeyError, ValueError) as error:
            raise EvaluationError(path, number, f"{error!r}; expected the columns {', '.join(COLUMNS)}") from error
    return made


def _judged(cells: Mapping[str, str]) -> Judged:
    if cells["type"] not in TYPES or cells["verdict"] not in get_args(Verdict):
        raise ValueError(f"no type or verdict: {cells['type']!r}, {cells['verdict']!r}")
    type_: EntityType = cells["type"]
    if cells["role"] not in ROLES[type_]:
        raise ValueError(f"no role of a {type_}: {cells['role']!r}")
    role: Role = cells["role"]
    lone = Lone(type_, cells["name"], role, float(cells["sure"]), int(cells["mentions"]), cells["forms"] == "yes")
    return Judged(lone, cells["paper"], cast(Verdict, cells["verdict"]))


def fit(names: Sequence[Judged]) -> dict[str, float]:
    """Weights of what a name's probability is reckoned from, two decimals."""
    told = [evidence(each.lone) for each in names]
    columns = ["", *sorted({name for each in told for name in each} - {""})]
    x = np.array([[each.get(name, 0.0) for name in columns] for each in told])
    right = np.array([each.verdict != "junk" for each in names], dtype=float)
    weights = newton(x, right, np.zeros(len(names)), np.array([1e-3, *[PRIOR] * (len(columns) - 1)]))
    return {name: round(float(weight), 2) for name, weight in zip(columns, weights, strict=True)}


def held_out(names: Sequence[Judged]) -> Floats:
    """Probability of each name by what was fitted on other papers."""
    folds = np.array([_hashed(each.paper) % FOLDS for each in names])
    made: Floats = np.zeros(len(names))
    for fold in range(FOLDS):
        weights = fit([each for each, of in zip(names, folds, strict=True) if of != fold])
        for place in (folds == fold).nonzero()[0]:
            told = evidence(names[place].lone)
            made[place] = 1 / (1 + np.exp(-sum(weights.get(name, 0.0) * worth for name, worth in told.items())))
    return made


def curve(names: Sequence[Judged], surer: Floats) -> list[dict[str, float]]:
    """What is kept where the good names that are kept, the likeliest first, are the shares of `KEPT`."""
    order = sorted(range(len(names)), key=lambda place: (-surer[place], names[place].lone.type, names[place].lone.name))
    good = np.cumsum([names[place].verdict == "good" for place in order])
    junk = np.cumsum([names[place].verdict == "junk" for place in order])
    rows = []
    for share in KEPT:
        last = int(np.searchsorted(good, share * good[-1]))
        rows.append({
            "good kept, of 100": round(100 * share),
            "least": round(float(surer[order[last]]), 3),
            "junk of 100": round(100 * float(junk[last]) / (last + 1), 1),
            "junk or poor of 100": round(100 * float(last + 1 - good[last]) / (last + 1), 1),
        })  # fmt: skip
    return rows


def table(names: Sequence[Judged]) -> dict[str, Any]:
    """What the file holds, but for where it comes from."""
    return {
        "names": dict(Counter(each.verdict for each in names)),
        "on papers not fitted on": curve(names, held_out(names)),
        "by the extractor's confidence alone": curve(names, np.array([each.lone.sure for each in names])),
        "weights": fit(names),
    }


def drawn(workspace: Path, number: int = DRAWN) -> Iterator[str]:
    """Yield lines to judge of lone names of a workspace, the first by a hash of type and key, with their sentences."""
    made = of_workspace(open_workspace(workspace))
    texts = {paper.id: paper.text for paper, _ in made.found}
    resolution = resolve(made.found, made.decisions)
    said = {each.entity: each for each in resolution.papers}
    lots = sorted(alone(resolution), key=lambda pair: (_hashed(f"lone {pair[0].type} {pair[0].key}"), pair[0].key))
    for entity, lone in lots[:number]:
        here = said[entity.type, entity.key]
        cells = (
            lone.type, lone.name, "", "", here.paper, lone.role, lone.sure, lone.mentions,
            "yes" if lone.forms else "no",
        )  # fmt: skip
        yield "\t".join(map(str, cells))
        for sentence in sorted({mention.sentence for mention in here.mentions})[:2]:
            yield f"#   {texts[here.paper][sentence.start : sentence.end]}"


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])


def main() -> None:
    """Write the table, or print names to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--draw", type=Path, metavar="WORKSPACE", help="print names of it to judge instead")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    if arguments.draw:
        for line in drawn(arguments.draw):
            sys.stdout.write(f"{line}\n")
        return
    made = {"made by": "python -m kg.training.worth", "verdicts sha256": digest(JUDGED), **table(judged())}
    arguments.out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
