"""Relations between the entities of a paper, derived from their roles and shared sentences.

A proposed method is used for an addressed task, is evaluated with a data set, runs on hardware.
How often that is so was counted on annotated papers (`kg.training.relations`), by the types and
roles of both ends and by whether a sentence names both. The share times the confidence of both
ends, weighed as held-out papers say (`kg.resolve.confidence`), is the derived claim's confidence,
so that it says honestly how much such a guess is worth.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations
from pathlib import Path
from typing import Final

from kg.model import PaperEntity, Relation, Span
from kg.resolve.confidence import Weights, moved, relation_weights

TABLE: Final = Path(__file__).with_name("derive.json")
#: Version of the rules and the table, written to each claim's agent.
VERSION: Final = "roles-2"
#: A relation is derived where at least this share of such annotated pairs had it.
LEAST: Final = 0.35
#: Fewer annotated pairs than this say nothing.
SUPPORT: Final = 10


@dataclass(frozen=True, slots=True)
class Derived:
    """A relation between two entities of a paper, and the sentences that name both (or either)."""

    subject: PaperEntity
    relation: Relation
    object: PaperEntity
    sentences: tuple[Span, ...]
    confidence: float


def pattern(subject_type: str, subject_role: str, object_type: str, object_role: str, *, together: bool) -> str:
    """Name of a kind of pair, as it stands in the table.

    >>> pattern("Method", "proposes", "Task", "addresses", together=True)
    'Method proposes > Task addresses, one sentence'
    """
    where = "one sentence" if together else "apart"
    return f"{subject_type} {subject_role} > {object_type} {object_role}, {where}"


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[Relation, float]]:
    """Return the likeliest relation of each kind of pair and its share, where it is large enough."""
    counts = json.loads(TABLE.read_text(encoding="utf-8"))["counts"]
    table: dict[str, tuple[Relation, float]] = {}
    for name, row in counts.items():
        if row["pairs"] < SUPPORT or not row["relations"]:
            continue
        relation, most = min(row["relations"].items(), key=lambda item: (-item[1], item[0]))
        share = most / row["pairs"]
        if share >= LEAST:
            table[name] = (relation, share)
    return table


def derive(entities: Sequence[PaperEntity], *, weights: Weights | None = None) -> Iterator[Derived]:
    """Relations between the entities of one paper, in the order of its entities.

    Parameters
    ----------
    entities : sequence of PaperEntity
    weights : Weights, optional
        Of the confidence; the fitted ones by default.
    """
    table = _table()
    weights = weights or relation_weights()
    for subject, object_ in permutations(entities, 2):
        shared = tuple(sorted({m.sentence for m in subject.mentions} & {m.sentence for m in object_.mentions}))
        name = pattern(subject.entity[0], subject.role, object_.entity[0], object_.role, together=bool(shared))
        if name not in table:
            continue
        relation, share = table[name]
        evidence = shared or tuple(sorted({_best(subject), _best(object_)}))
        product = share * subject.confidence * object_.confidence
        confidence = max(0.01, min(moved(product, 1, weights), subject.confidence, object_.confidence))
        yield Derived(subject, relation, object_, evidence, confidence)


def _best(entity: PaperEntity) -> Span:
    return max(entity.mentions, key=lambda m: (m.confidence, -m.start)).sentence
