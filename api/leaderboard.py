"""Leaderboards of datasets and measurements of hardware: results by value, each with paper and sentence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, TypeAlias, cast

import strawberry

from api.choosing import chosen
from api.claim import Result
from api.conditions import paper_conditions
from api.context import Info
from api.errors import ArgumentError
from api.figures import Figure, FigureKey, Ranked, RankKey, ranked
from api.filters import PaperFilter
from api.finding import entities_called
from api.lists import paper_listing
from api.measures import best_order, dimension_of, lowest_is_best
from api.node import Connection, joined
from api.pages import PageRequest, page_of
from api.vocabulary import Dimension, EntityType, FigureOrder, PaperOrder
from schema.vocab import SKOS

__all__ = [
    "AnyOrder",
    "Changes",
    "FigureConnection",
    "Hedged",
    "InDimension",
    "InUnit",
    "MinConfidence",
    "Narrower",
    "OfMetric",
    "OfPapers",
    "Wanted",
    "find_leaderboard",
    "find_measurements",
]

OfMetric: TypeAlias = Annotated[
    str, strawberry.argument(description="The metric: a global id, an IRI, or a name or alias, letter case aside.")
]
InDimension: TypeAlias = Annotated[
    Dimension | None, strawberry.argument(description="Only figures of this dimension; of all where left out.")
]
InUnit: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="Only figures in this unit, letter case and all, for mW is not MW: one of those that `units` "
        "lists, or one as papers write it; empty for bare numbers."
    ),
]
Changes: TypeAlias = Annotated[
    bool,
    strawberry.argument(
        description="False: only values by themselves. True: only changes, ratios to something else and differences "
        "from it, which no value can be compared with."
    ),
]
Hedged: TypeAlias = Annotated[
    bool | None,
    strawberry.argument(description="True: only what papers say may be so; false: only what they state."),
]
MinConfidence: TypeAlias = Annotated[
    float | None, strawberry.argument(description="Only figures at least this sure, 0 to 1.")
]
Narrower: TypeAlias = Annotated[
    bool, strawberry.argument(description="Whether what is narrower than the dataset and the metric counts too.")
]
OfPapers: TypeAlias = Annotated[
    PaperFilter | None,
    strawberry.argument(description="Only figures of papers that fulfil this: their year, venue, what they mention."),
]
AnyOrder: TypeAlias = Annotated[
    FigureOrder | None,
    strawberry.argument(
        description="Which values come first; the best where left out. Lowest is best by the metric's name: error, "
        "loss, perplexity, latency, time, energy, power, cost, memory, size, parameters, FLOPs, WER, CER, MAE, MSE, "
        "RMSE, FID, FPR and their like; not efficiency, savings or reductions. Highest is best for all other metrics. "
        "Of hardware the dimension says which is best, or the unit. Of changes the largest come first."
    ),
]


@strawberry.type(description="A figure in a list: a result, and where it stands among those it can be compared with.")
class FigureEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the figure in the list.")
    node: Result = strawberry.field(description="The result: value as written, method, paper, sentence.")
    rank: int = strawberry.field(
        description="Rank among the figures of the list that have the same unit (of changes, the same direction too), "
        "from 1; equal values share a rank."
    )
    number: float = strawberry.field(description="The number it is ranked by, counted in `unit`.")
    unit: str | None = strawberry.field(
        description="The unit it is compared in: the standard one, else as written; null for a bare number."
    )


@strawberry.type(description="Number of figures of a list that are in a unit.")
class FigureUnit:
    """A count."""

    unit: str | None = strawberry.field(description="The unit that figures are compared in; null for bare numbers.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(
    description="A page of figures. Units that cannot be compared are kept apart: figures come unit by unit, bare "
    "numbers last, and by value within; of changes those of a direction together. Equal values stand by confidence."
)
class FigureConnection(Connection):
    """A connection."""

    edges: list[FigureEdge] = strawberry.field(description="The figures of this page.")
    order: FigureOrder | None = strawberry.field(
        description="Which values come first; null where each unit has its own order, best first."
    )
    units: list[FigureUnit] = strawberry.field(description="Units of all pages together, most figures first.")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which figures are asked for; None leaves a condition out."""

    unit: str | None
    change: bool
    hedged: bool | None
    min_confidence: float | None
    order: FigureOrder | None
    papers: PaperFilter | None = None

    def __post_init__(self) -> None:
        if self.min_confidence is not None and not 0 <= self.min_confidence <= 1:
            raise ArgumentError(f"`minConfidence` is {self.min_confidence}", "give 0 to 1")

    def has(self, figure: Figure) -> bool:
        """Whether a figure is one of them."""
        return (
            figure.change == self.change
            and (self.unit is None or self.unit in (figure.unit, figure.written))
            and (self.hedged is None or figure.hedged == self.hedged)
            and (self.min_confidence is None or figure.confidence >= self.min_confidence)
        )


async def find_leaderboard(
    info: Info,
    datasets: Sequence[str],
    metric: str,
    wanted: Wanted,
    request: PageRequest,
    *,
    include_narrower: bool = False,
) -> FigureConnection:
    """Methods by their values of a metric on datasets; empty where none is known by that name."""
    metrics = await entities_called(info, metric, EntityType.METRIC)
    if include_narrower:
        kinds = await info.context.load.descendants.load_many(metrics)
        metrics = list(dict.fromkeys([*metrics, *(node for found in kinds for _, node in found)]))
    names = [found.text(SKOS.prefLabel) or "" for found in await info.context.load.facts.load_many(metrics) if found]
    lowest = not wanted.change and any(map(lowest_is_best, names))
    best = FigureOrder.LOWEST if lowest else FigureOrder.HIGHEST
    figures = [
        figure
        for figure in await _figures(info, [FigureKey("dataset", dataset, include_narrower) for dataset in datasets])
        if figure.method is not None and figure.metric in metrics and wanted.has(figure)
    ]
    return await _connection(info, await _of_papers(info, figures, wanted), wanted.order or best, request)


async def find_measurements(
    info: Info,
    hardware: Sequence[str],
    dimension: Dimension | None,
    wanted: Wanted,
    request: PageRequest,
    *,
    include_narrower: bool,
) -> FigureConnection:
    """Figures of hardware in a dimension; empty where none is known by that name."""
    figures = [
        figure
        for figure in await _figures(info, [FigureKey("hardware", iri, include_narrower) for iri in hardware])
        if wanted.has(figure) and (dimension is None or _dimension(figure) is dimension)
    ]
    best = FigureOrder.HIGHEST if wanted.change else dimension and best_order(dimension)
    return await _connection(info, await _of_papers(info, figures, wanted), wanted.order or best, request)


async def _of_papers(info: Info, figures: Sequence[Figure], wanted: Wanted) -> Sequence[Figure]:
    if wanted.papers is None:
        return figures
    listing = paper_listing(await paper_conditions(info, wanted.papers), PaperOrder.YEAR)
    stated = [figure for figure in figures if figure.paper is not None]
    return [figure for _, figure in await chosen(info, stated, lambda figure: figure.paper or "", listing)]


def _dimension(figure: Figure) -> Dimension | None:
    return dimension_of(figure.unit, figure.metric_name, change=figure.change)


async def _figures(info: Info, keys: Sequence[FigureKey]) -> Iterable[Figure]:
    found = await info.context.load.figures.load_many(keys)
    # Two datasets of a name have no figure in common, but hardware and what is narrower than it may.
    return {figure.iri: figure for figures in found for figure in figures}.values()


async def _connection(
    info: Info, figures: Sequence[Figure], order: FigureOrder | None, request: PageRequest
) -> FigureConnection:
    def key(row: Ranked) -> RankKey:
        return row.key

    name = f"FIGURES {order.value if order else 'BEST'}"
    page = page_of(ranked(figures, order), request, order=name, key=key)
    counts = Counter(figure.unit for figure in figures)
    return FigureConnection(
        edges=[
            FigureEdge(
                cursor=at, node=cast(Result, node), rank=row.rank, number=row.number, unit=row.figure.unit or None
            )
            for at, row, node in await joined(info, page, lambda row: row.figure.iri)
        ],
        page_info=page.page_info,
        count=page.count,
        order=order,
        units=[
            FigureUnit(unit=unit or None, count=count)
            for unit, count in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        ],
    )
