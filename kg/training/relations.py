"""Counts of the relations that annotated papers state, by the roles of both ends.

``python -m kg.training.relations ../shared/gold/train.jsonl.gz`` writes the table that
`kg.derive` reads. Only papers annotated with relations count.
"""

from __future__ import annotations

import argparse
import gzip
import hashlib
import json
import re
from collections import Counter, defaultdict
from itertools import permutations
from pathlib import Path
from typing import Any

from kg.derive import TABLE, pattern
from kg.extract.pipeline import sentences


def count(path: Path) -> dict[str, dict[str, Any]]:
    """Pairs of entities of each kind, and how many of them had which relation."""
    pairs: Counter[str] = Counter()
    relations: dict[str, Counter[str]] = defaultdict(Counter)
    opener = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as lines:
        papers = [json.loads(line) for line in lines]
    for paper in papers:
        if not paper.get("relations"):
            continue
        stated = {(r["subject"], r["object"]): r["relation"] for r in paper["relations"]}
        places = _places(paper)
        for subject, object_ in permutations(paper["entities"], 2):
            together = bool(places[subject["name"]] & places[object_["name"]])
            name = pattern(subject["type"], _role(subject), object_["type"], _role(object_), together=together)
            pairs[name] += 1
            if relation := stated.get((subject["name"], object_["name"])):
                relations[name][relation] += 1
    return {name: {"pairs": pairs[name], "relations": dict(sorted(relations[name].items()))} for name in sorted(pairs)}


def _role(entity: dict[str, Any]) -> str:
    role = entity["role"]
    return str(role[0] if isinstance(role, list) else role)


def _places(paper: dict[str, Any]) -> dict[str, set[int]]:
    """Return the numbers of the sentences that name each entity."""
    text = f"{paper['title']}\n{paper['abstract']}"
    spans = sentences(text)
    places: dict[str, set[int]] = {}
    for entity in paper["entities"]:
        found = {
            match.start()
            for surface in entity["surface"]
            if surface.strip()
            for match in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text)
        }
        places[entity["name"]] = {n for n, s in enumerate(spans) for start in found if s.start <= start < s.end}
    return places


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("gold", type=Path, help="annotated papers with relations, JSONL, plain or .gz")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    table = {
        "made by": "python -m kg.training.relations",
        "gold sha256": hashlib.sha256(arguments.gold.read_bytes()).hexdigest(),
        "counts": count(arguments.gold),
    }
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
