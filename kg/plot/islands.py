"""The map of communities: each an island of its entities, its name below it, and bridges between them."""

from __future__ import annotations

import math
import textwrap
from collections import defaultdict
from itertools import accumulate
from typing import Any, Final, TypeAlias

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import EllipseCollection, LineCollection
from matplotlib.figure import Figure

from kg.export.drawing import COLOURS, OTHER_COLOUR
from kg.plot.apart import apart
from kg.plot.facts import Island, Map
from kg.plot.style import Theme, empty_figure, headed, text_size

_Points: TypeAlias = list[tuple[float, float]]
_Dots: TypeAlias = list[tuple[float, float, float]]

_GOLDEN_ANGLE: Final = math.pi * (3 - math.sqrt(5))
#: Radius in points of the dot of the entity of highest PageRank, and of the least.
_LARGEST, _SMALLEST = 7.0, 1.9
#: Share of an island's area that its dots cover.
_PACKED: Final = 0.55
_LABEL: Final[dict[str, Any]] = {"fontsize": 8.5, "linespacing": 1.15}
_TOP, _BOTTOM, _SIDE = 38.0, 36.0, 14.0
#: Bridges of each island that are drawn, the strongest.
_BRIDGES: Final = 2


def draw_map(found: Map, look: Theme) -> Figure:
    """Picture of the communities; it is as large as they need."""
    probe = empty_figure(1, 1)
    labels = [_label(island) for island in found.islands]
    dots = [_dots(island) for island in found.islands]
    radii = [4 + max((math.hypot(x, y) + r for x, y, r in each), default=0.0) for each in dots]
    texts = [text_size(probe, label, **_LABEL) for label in labels]
    sizes = [
        (max(2 * radius, width), 2 * radius + height + 4) for radius, (width, height) in zip(radii, texts, strict=True)
    ]
    reach = math.sqrt(sum(width * height for width, height in sizes)) / 1000
    wanted = [(1.3 * reach * x, 0.8 * reach * y) for x, y in (island.place for island in found.islands)]
    centres = apart(wanted, sizes, gap=9)
    half = np.array(sizes).reshape(-1, 2) / 2
    low = (centres - half).min(axis=0) if len(centres) else np.zeros(2)
    high = (centres + half).max(axis=0) if len(centres) else np.zeros(2)
    width, height = np.maximum(high - low, (520, 60)) + np.array((2 * _SIDE, _TOP + _BOTTOM))
    figure = empty_figure(width / 72, height / 72)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set(xlim=(low[0] - _SIDE, low[0] - _SIDE + width), ylim=(low[1] - _BOTTOM, low[1] - _BOTTOM + height))
    axes.set_axis_off()
    # the disc lies above its label: its centre is above that of the box
    middles = [(x, y + size[1] / 2 - radius) for (x, y), size, radius in zip(centres, sizes, radii, strict=True)]
    _bridges(axes, found, middles, look)
    _discs(axes, middles, radii, look)
    _members(axes, found, middles, dots)
    for (x, y), radius, label in zip(middles, radii, labels, strict=True):
        # a line that passes behind a name must not cross it out
        box = {"facecolor": look.ground, "alpha": 0.8, "linewidth": 0, "boxstyle": "square,pad=0.1"}
        axes.text(x, y - radius - 4, label, ha="center", va="top", bbox=box, **_LABEL)
    types = [type_ for type_ in COLOURS if any(type_ in island.types for island in found.islands)]
    _legend(figure, types)
    dot = "an entity" if found.entities_a_dot == 1 else f"about {found.entities_a_dot} entities"
    rest = f"; {found.left_out:,} smaller communities are left out" if found.left_out else ""
    note = (
        f"A dot is {dot}, the larger the higher its PageRank; lines join each community to those that papers link it "
        f"with most{rest}."
    )
    headed(figure, "Map of communities" if found.islands else "Map of communities: there are none", note, look)
    return figure


def _label(island: Island) -> str:
    names = textwrap.wrap(island.label, width=26, max_lines=3, placeholder=" …", break_on_hyphens=False)
    return "\n".join([*names, f"({island.members:,})"])


def _dots(island: Island) -> _Dots:
    """Place and radius of each member on a disc, the heaviest in the middle, as seeds lie on a sunflower."""
    radii = [_SMALLEST + (_LARGEST - _SMALLEST) * math.sqrt(min(1.0, weight)) for weight in island.weights]
    areas = list(accumulate(radius**2 for radius in radii))
    return [
        (reach * math.cos(index * _GOLDEN_ANGLE), reach * math.sin(index * _GOLDEN_ANGLE), radius)
        for index, (radius, area) in enumerate(zip(radii, areas, strict=True))
        for reach in [math.sqrt(max(0.0, area - radii[0] ** 2) / _PACKED)]
    ]


def _bridges(axes: Axes, found: Map, middles: _Points, look: Theme) -> None:
    strongest: set[tuple[int, int, float]] = set()
    for island in range(len(found.islands)):
        own = [bridge for bridge in found.bridges if island in bridge[:2]]
        strongest.update(sorted(own, key=lambda bridge: (-bridge[2], bridge))[:_BRIDGES])
    chosen = sorted(strongest)
    most = max((weight for _, _, weight in chosen), default=1.0)
    axes.add_collection(
        LineCollection(
            [(middles[first], middles[second]) for first, second, _ in chosen],
            linewidths=[0.6 + 5 * weight / most for _, _, weight in chosen],
            colors=look.faint,
            capstyle="round",
            zorder=0,
        )
    )


def _discs(axes: Axes, middles: _Points, radii: list[float], look: Theme) -> None:
    across = [2 * radius for radius in radii]
    axes.add_collection(
        EllipseCollection(
            across, across, [0.0] * len(across), units="xy", offsets=np.array(middles).reshape(-1, 2),
            offset_transform=axes.transData, facecolors=look.ground, edgecolors=look.faint, linewidths=1.0, zorder=1,
        )
    )  # fmt: skip


def _members(axes: Axes, found: Map, middles: _Points, dots: list[_Dots]) -> None:
    # one marker a colour and size, which SVG then names again: a tenth of the bytes of circles of their own
    alike: defaultdict[tuple[str, float], _Points] = defaultdict(list)
    for (x, y), island, own in zip(middles, found.islands, dots, strict=True):
        for type_, (dx, dy, radius) in zip(island.types, own, strict=True):
            alike[COLOURS.get(type_, OTHER_COLOUR), round(2 * radius) / 2].append((x + dx, y + dy))
    for (colour, radius), places in sorted(alike.items()):
        axes.plot(*zip(*places, strict=True), "o", color=colour, markersize=2 * radius, markeredgewidth=0, zorder=2)


def _legend(figure: Figure, types: list[str]) -> None:
    width, height = figure.get_size_inches()
    x = 1 - 0.15 / width
    for type_ in reversed(types):
        words, _ = text_size(figure, type_, fontsize=9)
        figure.text(x, 1 - 0.15 / height, type_, fontsize=9, ha="right", va="top")
        x -= (words + 5) / 72 / width
        figure.text(x, 1 - 0.15 / height, "●", fontsize=10, ha="right", va="top", color=COLOURS[type_])
        x -= 18 / 72 / width
