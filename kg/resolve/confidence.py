"""How sure claims are: that a paper has an entity in a role, and that two entities are related.

The surest of several mentions looks surer than the entity is, and a thing named often is more
often right. Both were fitted on held-out annotated papers (`kg.training.confidence`) and lie in
``confidence.json``.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

TABLE: Final = Path(__file__).with_name("confidence.json")
#: Weights where nothing was fitted: the product of the probabilities as it is.
IDENTITY: Final = (1.0, 0.0, 0.0)

#: Weights of the log odds, of the logarithm of the number of mentions, and an intercept.
Weights = tuple[float, float, float]


def claim_confidence(type_: str, confidence: float, role_confidence: float, mentions: int) -> float:
    """Probability, two decimals, that a paper has an entity in the role that its mentions say.

    Parameters
    ----------
    type_ : str
        Entity type.
    confidence, role_confidence : float
        Of the surest mention, and of the role, 0 to 1.
    mentions : int
        How many there are.
    """
    return moved(confidence * role_confidence, mentions, shipped_weights().get(type_, IDENTITY))


def moved(probability: float, mentions: int, weights: Weights) -> float:
    """Probability, two decimals, after its log odds were weighed.

    >>> moved(0.8, 1, (1.0, 0.3, -0.5)), moved(0.8, 3, (1.0, 0.3, -0.5)), moved(0.8, 3, IDENTITY)
    (0.71, 0.77, 0.8)
    """
    total = weights[0] * log_odds(probability) + weights[1] * math.log(max(mentions, 1)) + weights[2]
    return round(1 / (1 + math.exp(-total)), 2)


def log_odds(probability: float) -> float:
    """Logarithm of the odds of a probability, which two decimals bound to [0.005, 0.995]."""
    inside = min(max(probability, 0.005), 0.995)
    return math.log(inside / (1 - inside))


def shipped_weights() -> dict[str, Weights]:
    """Weights of claims by type of their entity, as they are in ``confidence.json``."""
    return {type_: _weights(row) for type_, row in _table()["claims"].items()}


def relation_weights() -> Weights:
    """Weights of relations between entities, as they are in ``confidence.json``."""
    row = _table().get("relations")
    return _weights(row) if row else IDENTITY


def result_weights() -> Weights:
    """Weights of results, as they are in ``confidence.json``."""
    row = _table().get("results")
    return _weights(row) if row else IDENTITY


def _weights(row: Sequence[float]) -> Weights:
    odds, mentions, intercept = row
    return float(odds), float(mentions), float(intercept)


@lru_cache(maxsize=1)
def _table() -> dict[str, Any]:
    table: dict[str, Any] = json.loads(TABLE.read_text(encoding="utf-8"))
    return table
