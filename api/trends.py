"""Trends: how many papers of each year mention an entity, and what share of all papers that is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeAlias

import strawberry

from api.context import Info
from api.dividing import FacetKey, papers_of
from api.errors import ArgumentError
from api.statistics import papers_by_year
from api.vocabulary import Role

__all__ = ["FromYear", "ToYear", "Trend", "TrendYear", "find_trends"]

FromYear: TypeAlias = Annotated[
    int | None,
    strawberry.argument(name="from", description="First year; that of the earliest paper of the graph if left out."),
]
ToYear: TypeAlias = Annotated[
    int | None,
    strawberry.argument(name="to", description="Last year; that of the latest paper of the graph if left out."),
]


@strawberry.type(description="The papers of an entity in a year.")
class TrendYear:
    """A year."""

    year: int = strawberry.field(description="The year.")
    papers: int = strawberry.field(description="Number of its papers in that year.")
    total: int = strawberry.field(description="Number of all papers of that year.")
    share: float = strawberry.field(
        description="Its papers as a share of all of that year, 0 to 1; 0 of a year of none."
    )


@strawberry.type(description="How the papers of an entity lie over the years.")
class Trend:
    """A trend."""

    years: list[TrendYear] = strawberry.field(description="Every year of the range, also those without a paper.")
    papers: int = strawberry.field(description="Number of its papers in these years.")
    undated: int = strawberry.field(description="Number of its papers without a year, which no year counts.")
    first: int | None = strawberry.field(description="First of these years with a paper of it.")
    last: int | None = strawberry.field(description="Last of these years with a paper of it.")
    peak: int | None = strawberry.field(description="The year in which its share is largest; the latest of equals.")
    slope: float | None = strawberry.field(
        description="Rise of the share in a year: slope of the line of least squares through the shares of the years "
        "that have papers at all, null where these are fewer than two."
    )


async def find_trends(
    info: Info,
    entities: Sequence[str],
    start: int | None,
    end: int | None,
    *,
    role: Role | None,
    include_narrower: bool,
) -> list[Trend]:
    """Trend of each entity, all counted by one query."""
    if start is not None and end is not None and start > end:
        raise ArgumentError(f"`from` is {start} and `to` is {end}", "give a `from` that is not later than `to`")
    totals = await papers_by_year(info)
    keys = [FacetKey("year", papers_of(entity, None, narrower=include_narrower, role=role)) for entity in entities]
    found = await info.context.load.facets.load_many(keys)
    # What lies outside the graph's own years has no papers, however far the range reaches.
    first = max(min(totals, default=0), start if start is not None else -(10**9))
    last = min(max(totals, default=-1), end if end is not None else 10**9)
    return [_trend(dict(counts), totals, range(first, last + 1)) for counts in found]


def _trend(counts: dict[str, int], totals: dict[int, int], years: range) -> Trend:
    rows = [_year(year, counts.get(str(year), 0), totals.get(year, 0)) for year in years]
    having = [row for row in rows if row.papers]
    return Trend(
        years=rows,
        papers=sum(row.papers for row in rows),
        undated=counts.get("", 0),
        first=having[0].year if having else None,
        last=having[-1].year if having else None,
        peak=max(having, key=lambda row: (row.share, row.year)).year if having else None,
        slope=_slope([(row.year, row.share) for row in rows if row.total]),
    )


def _year(year: int, papers: int, total: int) -> TrendYear:
    return TrendYear(year=year, papers=papers, total=total, share=papers / total if total else 0.0)


def _slope(points: Sequence[tuple[int, float]]) -> float | None:
    """Slope of the line of least squares.

    >>> _slope([(2019, 0.1), (2020, 0.2), (2021, 0.3)])
    0.1
    """
    if len(points) < 2:
        return None
    middle = sum(year for year, _ in points) / len(points)
    level = sum(share for _, share in points) / len(points)
    spread = sum((year - middle) ** 2 for year, _ in points)
    return round(sum((year - middle) * (share - level) for year, share in points) / spread, 9)
