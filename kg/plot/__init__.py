"""Pictures of a graph without any other tool: SVG and PNG, the same bytes for the same graph.

Drawn by matplotlib, which the extra ``plot`` brings; only drawing needs it.

>>> list(PICTURES)
['communities', 'entities', 'hardware-years', 'methods-hardware', 'confidence']
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from kg.errors import ExportError
from kg.store import GraphStore

__all__ = ["FORMATS", "PICTURES", "THEMES", "plot"]

#: All pictures by name, and what each shows.
PICTURES: Final = {
    "communities": "the map of communities: what belongs together, and what links it",
    "entities": "the entities of each type that most papers mention",
    "hardware-years": "papers per class of hardware, year by year",
    "methods-hardware": "how many papers put a method and a piece of hardware together",
    "confidence": "how often claims are right that are so sure, and how sure those of this graph are",
}
FORMATS: Final = ("svg", "png")
THEMES: Final = ("light", "dark")


def plot(
    store: GraphStore,
    out: Path,
    *,
    pictures: Sequence[str] = (),
    formats: Sequence[str] = FORMATS,
    theme: str = "light",
    seed: int = 0,
) -> list[Path]:
    """Paths of the pictures written, one a picture and format; those of the dark theme end in ``-dark``.

    Parameters
    ----------
    out : Path
        Folder, made where it is absent.
    pictures : sequence of str
        Names of `PICTURES`; none for all.
    seed : int
        Of the places of communities.

    Raises
    ------
    ExportError
        When a name, format or theme is unknown, matplotlib is not installed, or a file cannot be written.
    """
    chosen = list(dict.fromkeys(pictures)) or list(PICTURES)
    for kind, given, known in (
        ("picture", chosen, tuple(PICTURES)),
        ("format of pictures", formats, FORMATS),
        ("theme", (theme,), THEMES),
    ):
        for each in given:
            if each not in known:
                raise ExportError(out, f"no {kind} is called {each!r}; known: {', '.join(known)}")
    try:
        from kg.plot.drawn import draw  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] != "matplotlib":
            raise
        raise ExportError(out, "pictures need matplotlib; run: pip install 'paperkg[plot]'") from error
    return draw(store, out, pictures=chosen, formats=list(dict.fromkeys(formats)), theme=theme, seed=seed)
