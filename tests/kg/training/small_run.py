"""Annotated papers of invented things, and what a run in small on them is made of."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kg.training.gold import GoldPaper

TITLES = ("A study of Zorblax", "Fast Zorblax at last", "On Zorblax", "Zorblax revisited")
ABSTRACTS = (
    "We propose Zorblax and run it on a Quuxboard.",
    "Zorblax runs on the Quuxboard. It is quick.",
    "Our Zorblax was tried on one Quuxboard, as the figures show.",
)


def records(count: int, *, prefix: str = "Z") -> list[dict[str, Any]]:
    """Annotated papers of an invented method and an invented board."""
    return [
        {
            "id": f"{prefix}{number}",
            "title": TITLES[number % len(TITLES)],
            "abstract": ABSTRACTS[number % len(ABSTRACTS)],
            "entities": [
                {"name": "Zorblax", "type": "Method", "role": "proposes", "surface": ["Zorblax"]},
                {"name": "Quuxboard", "type": "Hardware", "role": "runsOn", "surface": ["Quuxboard"]},
            ],
            "relations": [],
            "results": [],
        }
        for number in range(count)
    ]


#: Of the invented method and board: what says that one runs on the other, and what says nothing of the kind.
RUNS = (
    *ABSTRACTS,
    "We propose Zorblax and run it on a Quuxboard. It draws 5 W there.",
    f"{ABSTRACTS[1]} It draws 7 W.",
)
LIES = (
    "Zorblax is not for boards. A Quuxboard has 12 parts.",
    "We propose Zorblax, which no Quuxboard ever saw.",
    "A Quuxboard is a thing of the past, Zorblax is not.",
    "Zorblax never met a Quuxboard with 3 parts.",
    "The Quuxboard is old and Zorblax is new.",
)


def related_records(count: int, *, prefix: str = "R") -> list[dict[str, Any]]:
    """Annotated papers of which the even ones say that the method runs on the board, some with what it draws."""
    made = []
    for number, paper in enumerate(records(count, prefix=prefix)):
        runs = number % 2 == 0
        abstract = (RUNS if runs else LIES)[number // 2 % 5]
        drawn = re.search(r"\d W", abstract)
        link = {"subject": "Zorblax", "relation": "runsOn", "object": "Quuxboard"}
        result = drawn and {"metric": None, "method": "Zorblax", "value": drawn[0]}
        made.append(
            paper | {"abstract": abstract, "relations": [link] if runs else [], "results": [result] if result else []}
        )
    return made


def written(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write records as JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


@dataclass(frozen=True)
class Learnt:
    """A run in small: what it read, its folder, its tagger, and the tagger as a folder with float and with int8."""

    papers: list[GoldPaper]
    more: list[GoldPaper]
    recipe: Any
    work: Path
    tagger: Any
    plain: Path
    int8: Path
    told: list[tuple[int, int, float]] = field(default_factory=list)


@dataclass(frozen=True)
class Related:
    """A run in small of the second network: what it read, its folder, the network, and the model folder with it."""

    papers: list[GoldPaper]
    gold: Path
    examples: list[Any]
    state: dict[str, Any]
    recipe: Any
    work: Path
    pairing: Any
    folder: Path
    told: list[tuple[int, int, float]] = field(default_factory=list)
