"""Entities that more papers name than before."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.analytics.projection import Edge, EntityNode, PaperNode

#: Standard errors below the estimate where the bound lies: one-sided 95%.
_Z: Final = 1.6449


@dataclass(frozen=True, slots=True)
class Rise:
    """An entity that rises.

    Attributes
    ----------
    entity : EntityNode
    recent, earlier : int
        Papers that name it in the last years and before.
    times : float
        How many times its earlier share of the papers its recent one is.
    at_least : float
        Lower end of the one-sided 95% interval of that.
    """

    entity: EntityNode
    recent: int
    earlier: int
    times: float
    at_least: float


@dataclass(frozen=True, slots=True)
class Rising:
    """Entities that rise, surest first; `since` is the first recent year, `tested` how many had enough papers."""

    since: int | None
    recent_papers: int
    earlier_papers: int
    tested: int
    rises: tuple[Rise, ...]


def rising(
    papers: Sequence[PaperNode],
    entities: Iterable[EntityNode],
    edges: Iterable[Edge],
    *,
    last: int = 2,
    least: int = 3,
    most: int = 20,
) -> Rising:
    """Entities whose share of the papers grew, of those that at least `least` recent papers name.

    They are ranked by the lower bound of the ratio of shares, so that a jump from 0 to 3 papers does not lead a rise
    from 20 to 80; only bounds above 1 count. The ratio is ((a + ½) / (n + ½)) / ((b + ½) / (m + ½)), for a of n recent
    and b of m earlier papers, and the variance of its logarithm 1/(a+½) - 1/(n+½) + 1/(b+½) - 1/(m+½) [1]_. Of
    `tested` entities that did not rise at all a twentieth would pass, so this is a list to look at, not a proof.

    Parameters
    ----------
    last : int
        How many of the last years are recent.

    References
    ----------
    .. [1] H. M. Pettigrew, J. J. Gart and D. G. Thomas, The bias and higher cumulants of the logarithm of a binomial
       variate, Biometrika 73, 1986.
    """
    year_of = {paper.iri: paper.year for paper in papers if paper.year is not None}
    if not year_of:
        return Rising(None, 0, 0, 0, ())
    since = max(year_of.values()) - last + 1
    named = {(edge.source, edge.target) for edge in edges if edge.source in year_of}
    recent, earlier = (
        Counter(entity for paper, entity in named if (year_of[paper] >= since) == new) for new in (True, False)
    )
    n = sum(year >= since for year in year_of.values())
    m = len(year_of) - n
    tested, found = 0, []
    for entity in entities:
        a, b = recent[entity.iri], earlier[entity.iri]
        if a < least or not m:
            continue
        tested += 1
        ratio = math.log((a + 0.5) / (n + 0.5)) - math.log((b + 0.5) / (m + 0.5))
        variance = 1 / (a + 0.5) - 1 / (n + 0.5) + 1 / (b + 0.5) - 1 / (m + 0.5)
        bound = math.exp(ratio - _Z * math.sqrt(variance))
        if bound > 1:
            found.append(Rise(entity, a, b, round(math.exp(ratio), 2), round(bound, 2)))
    found.sort(key=lambda rise: (-rise.at_least, -rise.recent, rise.entity.iri))
    return Rising(since, n, m, tested, tuple(found[:most]))
