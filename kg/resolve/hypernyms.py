"""How sure it is that an entity is a kind of what its name ends in, or of what it is a version of."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from kg.model import EntityType

#: How a name shows what it is a kind of: it ends in two words or more that name it, in the one word that does, in
#: one word that is another name of it ("translation" of machine translation); or it is a version of it.
Rule: TypeAlias = Literal["words", "word", "other word", "version"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)
#: Rules that are right less often put nothing below anything.
LEAST: Final = 0.7
TABLE: Final = Path(__file__).with_name("hypernyms.json")


def confidence(type_: EntityType, rule: Rule) -> float:
    """Share of the curated concepts that a rule puts below the right one, drawn a little to even; two decimals.

    >>> 0.5 < confidence("Hardware", "words") < 1
    True
    """
    right, wrong = _counts().get(type_, {}).get(rule, (0, 0))
    return round((right + 1) / (right + wrong + 2), 2)


@lru_cache(maxsize=1)
def _counts() -> dict[str, dict[str, tuple[int, int]]]:
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["counts"]
    return {type_: {rule: (row[0], row[1]) for rule, row in rules.items()} for type_, rules in counts.items()}
