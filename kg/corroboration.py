"""How sure an edge is that several papers state: one number from the confidences of its claims.

Were papers wrong independently of each other, the chance that all are would be the product of
theirs (noisy-or). They are not: the same phrase misleads the same extractor in paper after paper.
So further papers raise the log odds of the surest claim by at most `Gain.most`, most of which the
first few give, and never above noisy-or. The two numbers of the gain were fitted on triples that
experts judged (`kg.training.corroboration`) and lie in ``corroboration.json``.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeAlias

from kg.model import Claim
from kg.resolve.confidence import log_odds

TABLE: Final = Path(__file__).with_name("corroboration.json")
#: What corroboration alone never makes surer or less sure: no number of papers is a proof.
LEAST, MOST = 0.01, 0.99

#: A paper's id and how sure its claim is, 0 to 1.
Said: TypeAlias = tuple[str, float]
#: Subject, predicate and object of an edge.
Edge: TypeAlias = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Gain:
    """What papers beside the surest add to the log odds of an edge.

    Attributes
    ----------
    most : float
        All that they can add together, 0 or more.
    scale : float
        Sum of their confidences that gives 63% of it (1 - 1/e), more than 0.
    """

    most: float
    scale: float


def edge_confidence(claims: Iterable[Said], *, denials: Iterable[Said] = (), gain: Gain | None = None) -> float:
    """Probability, 0 to 1 with two decimals, that an edge is right.

    A paper counts once, by its surest claim. One paper's confidence stays as it is. Neither a
    further paper nor a surer claim lowers the result, in no order.

    Parameters
    ----------
    claims : iterable of (str, float)
        Paper and confidence of each claim of the edge, at least one.
    denials : iterable of (str, float)
        The same of claims that deny the edge. They multiply its odds by the chance that the
        denial, made sure in the same way, is wrong. That is reasoned, not fitted: no judged
        data hold denials.
    gain : Gain or None
        The shipped one where None.

    Raises
    ------
    ValueError
        There is no claim, or a confidence is not between 0 and 1.

    Examples
    --------
    >>> gain = Gain(most=2.0, scale=1.0)
    >>> edge_confidence([("A", 0.4)], gain=gain), edge_confidence([("A", 0.4), ("A", 0.3)], gain=gain)
    (0.4, 0.4)
    >>> edge_confidence([("A", 0.4), ("B", 0.4), ("C", 0.4)], gain=gain)
    0.67
    >>> edge_confidence([("A", 0.8)], denials=[("B", 0.5)], gain=gain)
    0.67
    """
    gain = gain or shipped_gain()
    affirmed = _surest_first(claims)
    if not affirmed:
        raise ValueError("an edge without a claim has no confidence: give at least one")
    probability = _corroborated(affirmed, gain)
    denied = _surest_first(denials)
    if denied and denied[0] > 0:
        bounded = min(probability, MOST)  # certainty has no odds that a denial could lower
        kept = bounded * (1 - min(_corroborated(denied, gain), MOST))
        probability = min(probability, max(kept / (kept + 1 - bounded), LEAST))
    return round(probability, 2)


@dataclass(frozen=True, slots=True)
class Support:
    """What all papers together say of an edge.

    Attributes
    ----------
    confidence : float
        Probability that it is right, 0 to 1, two decimals.
    papers : int
        How many state it.
    """

    confidence: float
    papers: int


def supported(
    claims: Iterable[Claim], denials: Iterable[Claim] = (), *, gain: Gain | None = None
) -> dict[Edge, Support]:
    """Confidence and papers of each edge between entities that claims state, edges sorted.

    Parameters
    ----------
    claims : iterable of Claim
        Of all papers; those of roles are passed over.
    denials : iterable of Claim
        Edges that papers deny.
    gain : Gain, optional
        The shipped one by default.
    """
    said: dict[Edge, list[Said]] = defaultdict(list)
    denied: dict[Edge, list[Said]] = defaultdict(list)
    for held, kinds in ((said, claims), (denied, denials)):
        for claim in kinds:
            if claim.between:
                held[claim.subject, claim.predicate, claim.object].append((claim.paper, claim.confidence))
    return {
        edge: Support(
            edge_confidence(said[edge], denials=denied.get(edge, ()), gain=gain),
            len({paper for paper, _ in said[edge]}),
        )
        for edge in sorted(said)
    }


def noisy_or(confidences: Iterable[float]) -> float:
    """Probability that one claim at least is right, were they right or wrong independently."""
    return 1 - math.prod(1 - each for each in confidences)


def _corroborated(surest_first: list[float], gain: Gain) -> float:
    """Return the surest confidence as the others raise it."""
    surest, *others = surest_first
    # confidences weigh the papers: a hundred that hardly say it are not a hundred that do
    share = 1 - math.exp(-math.fsum(others) / gain.scale)
    raised = 1 / (1 + math.exp(-log_odds(surest) - gain.most * share))
    return max(surest, min(raised, noisy_or(surest_first), MOST))


def _surest_first(said: Iterable[Said]) -> list[float]:
    """Return each paper's highest confidence, in falling order, so that sums do not depend on the papers'."""
    best: dict[str, float] = {}
    for paper, confidence in said:
        if not 0 <= confidence <= 1:
            raise ValueError(f"{paper}: a confidence is between 0 and 1, not {confidence}")
        best[paper] = max(confidence, best.get(paper, 0.0))
    return sorted(best.values(), reverse=True)


@lru_cache(maxsize=1)
def shipped_gain() -> Gain:
    """Gain in ``corroboration.json``."""
    table = json.loads(TABLE.read_text(encoding="utf-8"))["gain"]
    return Gain(most=float(table["most"]), scale=float(table["scale"]))
