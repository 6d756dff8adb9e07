"""The lexicon of a model folder: names of the taxonomies, and weights that held-out papers choose.

Example: ``python -m kg.training.lexicon kg/extract/model --dev dev.jsonl.gz --test seed_dev.jsonl``.

Writes the names into the folder, chooses how much each type weighs, and sets threshold, calibration and biases anew.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from kg.extract.labels import SCHEME
from kg.extract.lexicon import Lexicon, write_lexicon
from kg.extract.tagger import Settings
from kg.resolve.names import is_generic, name_key
from kg.training.choose import Read, scores
from schema.taxonomy import TAXONOMIES, load

#: Weights that are tried, in log odds.
WEIGHTS: Final = (0.0, 0.5, 1.0, 1.5, 2.0)
log = logging.getLogger("kg.training.lexicon")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    # what trains needs torch, the rest of this module does not
    from kg.training.run import settle  # noqa: PLC0415

    parser = argparse.ArgumentParser(prog="python -m kg.training.lexicon", description=__doc__)
    parser.add_argument("model", type=Path, help="model folder")
    parser.add_argument("--dev", type=Path, required=True, help="annotated papers that choose the weights")
    parser.add_argument("--test", type=Path, nargs="*", default=[], help="further annotated papers to score")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    write_lexicon(of_taxonomies(), options.model)
    print(json.dumps(settle(options.model, options.dev, options.test), indent=1))  # noqa: T201 - a command


def of_taxonomies() -> Lexicon:
    """Lexicon of the names that the curated taxonomies have for one type alone, short ones of two letters left out."""
    types: dict[str, set[str]] = {}
    for type_ in TAXONOMIES:
        for concept in load(type_).values():
            for name in (concept.label, *concept.alt):
                types.setdefault(name_key(name), set()).add(type_)
    return Lexicon(
        {key: min(of) for key, of in sorted(types.items()) if len(of) == 1 and len(key) > 2 and not is_generic(key)}
    )


def choose_weights(seen: Read, settings: Settings, scratch: Path) -> Settings:
    """Settings with the weights of the lexicon that give the best sum of entity and role F1, chosen type by type."""
    if not seen.lexicon.types:
        return replace(settings, lexicon={})

    def merit(tried: Settings) -> float:
        totals = scores(seen, tried, scratch, related=False).totals
        return totals["entity/all"].f1 + totals["role/all"].f1

    chosen = replace(settings, lexicon=dict.fromkeys(SCHEME.types, 0.0))
    best = merit(chosen)
    for type_ in SCHEME.types:
        for tried in [replace(chosen, lexicon={**chosen.lexicon, type_: weight}) for weight in WEIGHTS[1:]]:
            found = merit(tried)
            log.info("%s %.1f: %.4f", type_, tried.lexicon[type_], found)
            if found > best:
                best, chosen = found, tried
    return chosen


if __name__ == "__main__":
    main()
