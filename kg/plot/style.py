"""How pictures look, light and dark, and how they become files: the only door of matplotlib."""

from __future__ import annotations

import textwrap
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from kg.export.files import whole_file

#: Dots an inch of PNG files.
_RESOLUTION: Final = 160


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of everything that is no class of the graph: text has at least 7 times the luminance of its ground."""

    ground: str
    text: str
    soft: str
    faint: str


THEMES: Final = {
    "light": Theme(ground="#ffffff", text="#1f2328", soft="#57606a", faint="#d8dee4"),
    "dark": Theme(ground="#0d1117", text="#e6edf3", soft="#9aa4af", faint="#30363d"),
}


@contextmanager
def styled(theme: str) -> Iterator[Theme]:
    """Settings of matplotlib for a theme, whatever the user's own are."""
    look = THEMES[theme]
    with mpl.rc_context(), warnings.catch_warnings():
        # a name in letters that the bundled font lacks is drawn as boxes; the rest of the picture stands
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "font.family": "DejaVu Sans",  # comes with matplotlib: the same letters everywhere
                "font.size": 9,
                "axes.titlesize": 10,
                "axes.titleweight": "bold",
                "axes.titlelocation": "left",
                "axes.spines.top": False,
                "axes.spines.right": False,
                "figure.facecolor": look.ground,
                "axes.facecolor": look.ground,
                "savefig.facecolor": look.ground,
                "text.color": look.text,
                "axes.labelcolor": look.soft,
                "axes.titlecolor": look.text,
                "axes.edgecolor": look.faint,
                "xtick.color": look.faint,
                "ytick.color": look.faint,
                "xtick.labelcolor": look.soft,
                "ytick.labelcolor": look.text,
                "grid.color": look.faint,
                "text.parse_math": False,  # a name with two dollar signs is no formula
                "svg.hashsalt": "paperkg",  # ids of clip paths are random otherwise
            }
        )
        yield look


def empty_figure(width: float, height: float) -> Figure:
    """Figure of a size in inches that no window and no global state knows of."""
    figure = Figure(figsize=(width, height))
    FigureCanvasAgg(figure)
    return figure


def headed(figure: Figure, title: str, note: str, look: Theme) -> None:
    """Put a title at the top and a note at the bottom, both at the left, each within its 0.4 inches."""
    width, height = figure.get_size_inches()
    figure.text(0.15 / width, 1 - 0.12 / height, title, fontsize=13, fontweight="bold", va="top")
    lines = textwrap.fill(note, width=int(width * 15))
    figure.text(0.15 / width, 0.1 / height, lines, fontsize=8, color=look.soft, va="bottom")


def text_size(figure: Figure, text: str, **options: Any) -> tuple[float, float]:
    """Width and height of a text in points (1/72 inch)."""
    probe = Text(0, 0, text, figure=figure, **options)
    renderer: Any = RendererAgg  # without types of its own
    box = probe.get_window_extent(renderer(1, 1, figure.dpi))
    return float(box.width) * 72 / figure.dpi, float(box.height) * 72 / figure.dpi


def shortened(text: str, most: int) -> str:
    """A text of at most `most` characters, cut at a word where one ends late enough.

    >>> shortened("convolutional neural network", 20), shortened("GPU", 20)
    ('convolutional neural…', 'GPU')
    """
    return text if len(text) <= most else textwrap.shorten(text, most + 1, placeholder="…") or text[: most - 1] + "…"


def save(figure: Figure, path: Path, *, title: str) -> Path:
    """Path of a figure written whole, without a date or a version in it."""
    kind = path.suffix.removeprefix(".")
    metadata: dict[str, Any] = {"Title": title, "Creator": "paperkg", "Date": None}
    if kind == "png":
        metadata = {"Title": title, "Software": None}
    with whole_file(path) as stream:
        figure.savefig(stream, format=kind, dpi=_RESOLUTION, metadata=metadata)
    return path
