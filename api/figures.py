"""Figures that papers report of datasets and hardware: found, told apart by unit, put in order, best first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

from api.measures import order_of_unit
from api.vocabulary import FigureOrder
from kg.store import Row, iri

if TYPE_CHECKING:
    from api.loaders import Select

__all__ = ["Figure", "FigureKey", "RankKey", "Ranked", "figures_of", "ranked"]


class FigureKey(NamedTuple):
    """What figures are of: a dataset, hardware or method by IRI, and whether what is narrower counts too."""

    part: Literal["dataset", "hardware", "method"]
    entity: str
    narrower: bool


class Figure(NamedTuple):
    """A result, as far as it is compared with others.

    Attributes
    ----------
    iri : str
    metric, method : str or None
        IRIs.
    metric_name : str
        Preferred name; empty where there is no metric.
    low, high : float
        Ends of the range, equal where it is none, counted in `unit`.
    unit : str
        Unit in which figures of papers are compared; as written where there is none, empty for a bare number.
    written : str
        Unit as the paper writes it; empty for a bare number.
    change : bool
        Whether it is a difference from something else or a ratio to it.
    direction : str
        Which way a change goes; empty where that is not known.
    hedged : bool
    confidence : float
    paper, dataset, hardware : str or None
        IRIs of the paper that reports it, and of what it was reached on.
    """

    iri: str
    metric: str | None
    method: str | None
    metric_name: str
    low: float
    high: float
    unit: str
    written: str
    change: bool
    direction: str
    hedged: bool
    confidence: float
    paper: str | None = None
    dataset: str | None = None
    hardware: str | None = None


#: Bare numbers last, unit, direction, value (smaller is better), the surest first, IRI.
RankKey: TypeAlias = tuple[int, str, str, float, int, str]


class Ranked(NamedTuple):
    """A figure at its place among those that it can be compared with."""

    key: RankKey
    rank: int
    figure: Figure
    number: float


# LATERAL joins row by row from what is bound, as in `api.loaders`.
_FIGURES: Final = """
SELECT DISTINCT ?root ?result ?number ?high ?unit ?standard ?standardHigh ?standardUnit ?change ?direction ?status
                ?confidence ?metric ?name ?method ?paper ?dataset ?hardware WHERE {
  VALUES ?root { {{roots}} } LATERAL { %REACH% } LATERAL { ?result %PART% ?entity }
  LATERAL { ?result kg:number ?number } LATERAL { ?result kg:confidence ?confidence }
  LATERAL { OPTIONAL { ?result kg:unit ?unit } } LATERAL { OPTIONAL { ?result kg:high ?high } }
  LATERAL { OPTIONAL { ?result kg:standardNumber ?standard ; kg:standardUnit ?standardUnit } }
  LATERAL { OPTIONAL { ?result kg:standardHigh ?standardHigh } }
  LATERAL { OPTIONAL { ?result kg:isChange ?change } } LATERAL { OPTIONAL { ?result kg:direction ?direction } }
  LATERAL { OPTIONAL { ?result kg:status ?status } } LATERAL { OPTIONAL { ?result kg:method ?method } }
  LATERAL { OPTIONAL { ?result kg:metric ?metric . ?metric skos:prefLabel ?name } }
  LATERAL { OPTIONAL { ?result kg:claimedBy ?paper } } LATERAL { OPTIONAL { ?result kg:dataset ?dataset } }
  LATERAL { OPTIONAL { ?result kg:hardware ?hardware } }
}"""
_PARTS: Final = {"dataset": "kg:dataset", "hardware": "kg:hardware", "method": "kg:method"}


def ranked(figures: Iterable[Figure], order: FigureOrder | None) -> list[Ranked]:
    """Figures in order, each with its rank among those of its unit and direction; equal values share a rank.

    Of a range the end that is worse counts, so that no range gains by being wide.

    Parameters
    ----------
    order : FigureOrder or None
        None puts the best of each unit first, as far as the unit tells: the shortest time, the highest rate.
    """
    rows = sorted((_unranked(figure, order or order_of_unit(figure.unit)) for figure in figures), key=_key)
    found: list[Ranked] = []
    for _, group in groupby(rows, key=lambda row: row.key[:3]):
        last: Ranked | None = None
        for place, row in enumerate(group, start=1):
            tied = last is not None and last.number == row.number
            last = row._replace(rank=last.rank if last and tied else place)
            found.append(last)
    return found


def _unranked(figure: Figure, order: FigureOrder) -> Ranked:
    number = figure.high if order is FigureOrder.LOWEST else figure.low
    value = number if order is FigureOrder.LOWEST else -number
    # In hundredths, which compare exactly, and confidence has no more decimals.
    sure = -round(figure.confidence * 100)
    return Ranked((int(not figure.unit), figure.unit, figure.direction, value, sure, figure.iri), 0, figure, number)


def _key(row: Ranked) -> RankKey:
    return row.key


async def figures_of(select: Select, keys: Sequence[FigureKey]) -> list[list[Figure]]:
    """Figures of each dataset, piece of hardware or method, sorted; those without a number are left out."""
    found: defaultdict[FigureKey, dict[str, Figure]] = defaultdict(dict)
    # Six queries at most, whatever the number of keys.
    for part, narrower in sorted({(key.part, key.narrower) for key in keys}):
        reach = "?entity skos:broader* ?root" if narrower else "BIND(?root AS ?entity)"
        query = _FIGURES.replace("%REACH%", reach).replace("%PART%", _PARTS[part])
        roots = [iri(key.entity) for key in keys if (key.part, key.narrower) == (part, narrower)]
        for row in await select(query, roots=roots):
            figure = _figure(row)
            found[FigureKey(part, row["root"].value, narrower)].setdefault(figure.iri, figure)
    return [[figure for _, figure in sorted(found[key].items())] for key in keys]


def _figure(row: Row) -> Figure:
    text = {name: term.value for name, term in row.items()}
    standard = "standardUnit" in text
    low = float(text["standard" if standard else "number"])
    high = float(text.get("standardHigh" if standard else "high", low))
    return Figure(
        iri=text["result"],
        metric=text.get("metric"),
        method=text.get("method"),
        metric_name=text.get("name", ""),
        low=low,
        high=high,
        unit=text.get("standardUnit", text.get("unit", "")),
        written=text.get("unit", ""),
        change=text.get("change") in ("true", "1"),
        direction=text.get("direction", ""),
        hedged=text.get("status") == "hedged",
        confidence=float(text["confidence"]),
        paper=text.get("paper"),
        dataset=text.get("dataset"),
        hardware=text.get("hardware"),
    )
