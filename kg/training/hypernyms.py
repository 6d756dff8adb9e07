"""How often a name that ends in a concept's name, or is a version of it, is a kind of it: counted on the taxonomies.

``python -m kg.training.hypernyms`` writes the table that `kg.resolve.hypernyms` reads.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from kg.model import TYPES, EntityType
from kg.resolve.canonical import family
from kg.resolve.catalogue import catalogue
from kg.resolve.hypernyms import RULES, TABLE
from kg.resolve.names import name_key
from schema.taxonomy import TAXONOMIES


def count(type_: EntityType) -> dict[str, list[int]]:
    """By rule: concepts whose label it puts below one that is above them in the taxonomy, and those it does not."""
    known = catalogue(type_)
    counts: dict[str, list[int]] = {rule: [0, 0] for rule in RULES}
    for key, concept in known.concepts.items():
        name = name_key(concept.label)
        line = family(type_, name, set(), known)
        above = (known.find(line), "version") if line else known.head(name) or (None, "words")
        if above[0] is not None and above[0] != key:
            counts[above[1]][above[0] not in known.above(key)] += 1
    return counts


def table() -> dict[str, Any]:
    """Counts of all types that have a taxonomy."""
    return {
        "made by": "python -m kg.training.hypernyms",
        "counts": {type_: count(type_) for type_ in TYPES if type_ in TAXONOMIES},
    }


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    arguments.out.write_text(json.dumps(table(), indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
