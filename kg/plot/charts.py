"""The pictures that have axes: bars, small multiples, a heat map, reliability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from kg.export.drawing import COLOURS
from kg.plot.facts import HardwareYears, Pairs, Reliability
from kg.plot.style import Theme, empty_figure, headed, shortened

#: Curves of reliability: title, colour and marker, told apart without the colour too.
_CURVES: Final = {
    "mentions": ("mentions", "#0072B2", "o"),
    "claims": ("roles of papers", "#E69F00", "s"),
    "relations": ("relations", "#009E73", "^"),
    "results": ("results", "#CC79A7", "D"),
}


def draw_entities(top: Mapping[str, Sequence[Mapping[str, Any]]], papers: int, look: Theme) -> Figure:
    """Bars of the entities of each type that most papers mention."""
    panels = [(type_, entries) for type_, entries in top.items() if entries]
    rows = max(1, -(-len(panels) // 2))
    bars = max((len(entries) for _, entries in panels), default=1)
    panel = 0.55 + 0.19 * bars
    height = 0.9 + rows * panel
    figure = empty_figure(9.6, height)
    for number, (type_, entries) in enumerate(panels):
        row, column = divmod(number, 2)
        bottom = (0.38 + (rows - 1 - row) * panel + 0.1) / height
        axes = figure.add_axes((0.25 + 0.49 * column, bottom, 0.22, (panel - 0.45) / height))
        amounts = [int(entry["papers"]) for entry in entries]
        places = range(len(entries))
        axes.barh(places, amounts, height=0.72, color=COLOURS[type_])
        axes.set_yticks(places, [shortened(str(entry["name"]), 30) for entry in entries])
        # panels with fewer bars keep bars of the same height
        axes.set(ylim=(bars - 0.4, -0.6), xlim=(0, 1.12 * max(amounts)), title=_PLURAL[type_], xticks=[])
        axes.tick_params(length=0)
        axes.spines[["bottom", "left"]].set_visible(False)
        for place, amount in zip(places, amounts, strict=True):
            axes.text(amount + 0.012 * max(amounts), place, f"{amount:,}", va="center", fontsize=8, color=look.soft)
    headed(figure, "Most mentioned", f"Number of papers that mention it, of {papers:,}.", look)
    return figure


_PLURAL: Final = {
    "Method": "Methods",
    "Task": "Tasks",
    "Dataset": "Data sets",
    "Hardware": "Hardware",
    "Metric": "Metrics",
}


def draw_hardware_years(found: HardwareYears, look: Theme) -> Figure:
    """A row of bars a class of hardware, all on one scale."""
    rows = max(1, len(found.classes))
    height = 1.15 + 0.5 * rows
    figure = empty_figure(9.6, height)
    most = max((count for _, counts in found.classes for count in counts), default=1)
    for number, (label, counts) in enumerate(found.classes):
        bottom = (0.68 + 0.5 * (rows - 1 - number)) / height
        axes = figure.add_axes((0.24, bottom, 0.72, 0.44 / height))
        axes.bar(found.years, counts, width=0.8, color=COLOURS["Hardware"])
        axes.set(xlim=(found.years[0] - 0.6, found.years[-1] + 0.6), ylim=(0, 1.35 * most), yticks=[])
        axes.spines["left"].set_visible(False)
        axes.tick_params(length=0, labelbottom=number == rows - 1)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=12, min_n_ticks=1))
        axes.text(-0.012, 0.25, shortened(label, 28), transform=axes.transAxes, ha="right", va="center")
        # points: where the numbers find no room beside each other, the highest alone tells the scale
        roomy = len(found.years) * (2 + 5 * len(f"{most:,}")) < 490
        for year, count in zip(found.years, counts, strict=True):
            if count and (roomy or count == max(counts)):
                axes.text(year, count + 0.05 * most, f"{count:,}", ha="center", fontsize=7, color=look.soft)
                if not roomy:
                    break
    title = "Papers per class of hardware" if found.classes else "Papers per class of hardware: no year is known"
    note = (
        f"Papers by year; all rows have one scale, and a paper counts once in each of its classes. Of {found.papers:,} "
        f"papers that name hardware {found.dated:,} have a year."
    )
    headed(figure, title, note, look)
    return figure


def draw_pairs(found: Pairs, look: Theme) -> Figure:
    """Heat map, the number of papers in each cell that has any."""
    rows, columns = max(1, len(found.methods)), max(1, len(found.hardware))
    cell, left, top, bottom = 0.36, 2.6, 1.95, 0.6
    width, height = max(7.0, left + columns * cell + 1.3), top + rows * cell + bottom
    figure = empty_figure(width, height)
    axes = figure.add_axes((left / width, bottom / height, columns * cell / width, rows * cell / height))
    papers = np.array(found.papers, dtype=float).reshape(len(found.methods), len(found.hardware))
    most = papers.max() if papers.size else 0.0
    title = "Methods and hardware" if most else "Methods and hardware: no paper names both"
    if most:
        # cividis rises evenly in lightness, for the colour-blind too; its ends lie away from either ground
        shades = np.ma.masked_equal(papers, 0)
        axes.imshow(shades, cmap="cividis", vmin=0, vmax=most, aspect="auto")
        for (row, column), count in np.ndenumerate(papers):
            if count:
                ink = "#000000" if count > most / 2 else "#ffffff"
                axes.text(column, row, f"{int(count):,}", ha="center", va="center", fontsize=8, color=ink)
            if found.stated[row][column]:
                axes.plot(column + 0.34, row - 0.34, ".", color=COLOURS["Hardware"], markersize=5, clip_on=False)
        axes.set_yticks(range(rows), [shortened(name, 32) for name in found.methods])
        axes.set_xticks(range(columns), [shortened(name, 24) for name in found.hardware], rotation=50, ha="left")
        axes.xaxis.tick_top()
        axes.tick_params(length=0, pad=3, labeltop=True, labelbottom=False)
        for label in axes.get_xticklabels():
            label.set(rotation_mode="anchor", color=look.text)
        axes.set_xticks(np.arange(columns + 1) - 0.5, minor=True)
        axes.set_yticks(np.arange(rows + 1) - 0.5, minor=True)
        axes.grid(which="minor", linewidth=0.5)
        axes.tick_params(which="minor", length=0)
        axes.spines[:].set_visible(False)
    else:
        axes.set_axis_off()
    note = "Papers that name both; hardware counts for all that it is a kind of. A dot: a paper says it runs there."
    headed(figure, title, note, look)
    return figure


def draw_confidence(held_out: Reliability, claims: Mapping[str, Sequence[int]], look: Theme) -> Figure:
    """Share that is right over stated confidence, on held-out papers; and how sure the graph's claims are."""
    figure = empty_figure(9.6, 4.6)
    curve = figure.add_axes((0.075, 0.2, 0.4, 0.64))
    curve.plot([0, 1], [0, 1], color=look.soft, linewidth=1, linestyle=(0, (4, 3)))
    for name, (label, colour, marker) in _CURVES.items():
        points = [point for point in held_out.curves.get(name, ()) if point[2] >= 10]
        if points:
            stated, right, _ = zip(*points, strict=True)
            curve.plot(stated, right, color=colour, marker=marker, markersize=5, linewidth=1.6, label=label)
    curve.set(xlim=(0, 1.02), ylim=(0, 1.02), xlabel="stated confidence", ylabel="share that is right")
    curve.set_yticks(np.linspace(0, 1, 6))
    curve.set_title("Held-out papers: is it as right as it is sure?")
    curve.legend(frameon=False, loc="upper left", labelcolor=look.text)
    bars = figure.add_axes((0.575, 0.2, 0.4, 0.64))
    below = np.zeros(len(next(iter(claims.values()), ())))
    edges = np.linspace(0, 1, len(below) + 1)
    for counts, name, hatch in zip(claims.values(), ("claims", "relations"), ("", "///"), strict=True):
        label, colour, _ = _CURVES[name]
        bars.bar(
            edges[:-1], counts, width=0.88 / len(counts), bottom=below, align="edge", color=colour, hatch=hatch,
            edgecolor=look.ground, linewidth=0, label=f"{label} ({sum(counts):,})",
        )  # fmt: skip
        below += np.array(counts)
    most = max(1, below.max(initial=0))
    bars.set_yticks(MaxNLocator(integer=True, nbins=5).tick_values(0, most))
    bars.set(xlim=(0, 1.02), ylim=(0, 1.3 * most), xlabel="stated confidence", ylabel="claims")
    bars.yaxis.set_major_formatter("{x:,.0f}")
    bars.set_title("This graph: how sure are its claims?")
    bars.legend(frameon=False, loc="upper left", labelcolor=look.text)
    for axes in (curve, bars):
        axes.tick_params(labelcolor=look.soft, length=3)
        axes.set_xticks(np.linspace(0, 1, 6))
    note = (
        f"Left: model {held_out.model} on {held_out.papers}, each fifth judged by what was fitted on the others; "
        "bins of ten or more; on the dashed line confidence is what it says."
    )
    headed(figure, "Confidence", note, look)
    return figure
