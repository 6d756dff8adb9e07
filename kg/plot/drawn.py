"""The pictures asked for, each drawn of its facts and written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from matplotlib.figure import Figure

from kg.network import nodes_and_edges
from kg.overview import overview
from kg.plot import facts
from kg.plot.charts import draw_confidence, draw_entities, draw_hardware_years, draw_pairs
from kg.plot.islands import draw_map
from kg.plot.style import Theme, save, styled
from kg.store import GraphStore

#: Entities of each type that are shown.
_TOP: Final = 8


def draw(
    store: GraphStore, out: Path, *, pictures: Sequence[str], formats: Sequence[str], theme: str, seed: int
) -> list[Path]:
    """Paths of the pictures; see `kg.plot.plot`."""
    network = cache(lambda: nodes_and_edges(store))

    def entities(look: Theme) -> Figure:
        seen = overview(store, top=_TOP)
        return draw_entities(seen["top"], seen["classes"]["Paper"], look)

    makers: dict[str, Callable[[Theme], Figure]] = {
        "communities": lambda look: draw_map(facts.community_map(store, network(), seed=seed), look),
        "entities": entities,
        "hardware-years": lambda look: draw_hardware_years(facts.hardware_years(network()), look),
        "methods-hardware": lambda look: draw_pairs(facts.methods_by_hardware(network()), look),
        "confidence": lambda look: draw_confidence(facts.reliability(), facts.confidences(store), look),
    }
    suffix = "" if theme == "light" else f"-{theme}"
    written = []
    with styled(theme) as look:
        for name in pictures:
            figure = makers[name](look)
            written += [save(figure, out / f"{name}{suffix}.{format}", title=name) for format in formats]
    return written
