"""Annotated papers of invented things, and what a run in small on them is made of."""

from __future__ import annotations

import json
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
