"""Which metrics a value with a unit can be one of: no accuracy is in hertz, no latency in watts."""

from __future__ import annotations

import re
from typing import Final

#: By standard unit (`kg.extract.measures.standard`), words of which the name of its metric has one, and the name of
#: the metric where the paper gives none. Units without a row (per cent, ratios, points) go with any metric.
_METRICS: Final[dict[str, tuple[frozenset[str], str]]] = {
    unit: (frozenset(words.split()), name)
    for unit, words, name in (
        (
            "s",
            "time latency delay runtime speed duration period response processing cost lag interval overhead "
            "performance computation computational timing second millisecond inference training window efficiency "
            "jitter horizon",
            "time",
        ),
        (
            "Hz",
            "rate frequency speed throughput frame fps performance bandwidth clock hz refresh resolution control "
            "sampling update cycle efficiency",
            "frequency",
        ),
        ("fps", "rate speed throughput frame fps performance processing efficiency frequency second", "frame rate"),
        ("W", "power consumption energy dissipation budget envelope cost efficiency", "power consumption"),
        ("J", "energy consumption efficiency power cost multiplication operation", "energy consumption"),
        (
            "B",
            "memory footprint size storage model parameter capacity data bandwidth usage overhead requirement cost "
            "volume traffic buffer consumption throughput rate",
            "memory footprint",
        ),
        ("B/s", "bandwidth throughput rate speed traffic data transfer", "data rate"),
        (
            "op/s",
            "throughput performance speed op ops flop flops tops gop gops gflop gflops operation compute computational "
            "computing peak efficiency",
            "throughput",
        ),
        ("op/J", "efficiency energy power top tops gop gops performance throughput op ops", "energy efficiency"),
        ("m/s", "speed velocity", "speed"),
        ("m^2", "area size footprint workspace coverage", "area"),
        ("V", "voltage supply potential", "voltage"),
        ("N", "force", "force"),
    )
}
_WORD: Final = re.compile(r"[a-z]+")
_FASTER: Final = re.compile(r"\s*(?:times\s|x\s)?(?:as\s)?(?:faster|fast|speed-?\s?ups?|acceleration|quicker)\b")


def fits(metric: str, unit: str) -> bool:
    """Whether a metric can have values in a standard unit, by the words of its name.

    >>> fits("inference latency", "s"), fits("accuracy", "s"), fits("accuracy", "%")
    (True, False, True)
    """
    row = _METRICS.get(unit)
    if row is None:
        return True
    words = _WORD.findall(metric.lower())
    return any({word, word.removesuffix("s"), re.sub("ies$", "y", word)} & row[0] for word in words)


def implied(unit: str, after: str) -> str | None:
    """Name of the metric that a standard unit and the words after a value imply, None where they imply none.

    >>> implied("W", ""), implied("x", " faster than"), implied("x", " smaller")
    ('power consumption', 'speedup', None)
    """
    if unit == "x" and _FASTER.match(after):
        return "speedup"
    row = _METRICS.get(unit)
    return row[1] if row else None
