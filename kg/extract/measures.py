"""Figures in units that papers share, so that what one reports compares with what another does.

The only door of pint. Spellings are looked up in a table and pint sees nothing but the table's names:
what a paper says is never read as an expression.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final

from kg.extract.quantities import Quantity

if TYPE_CHECKING:
    import pint

_PREFIXES: Final = {
    "a": "atto", "f": "femto", "p": "pico", "n": "nano", "µ": "micro", "m": "milli", "c": "centi", "": "",
    "k": "kilo", "K": "kilo", "M": "mega", "G": "giga", "T": "tera", "P": "peta", "E": "exa",
    "Ki": "kibi", "Mi": "mebi", "Gi": "gibi", "Ti": "tebi",
}  # fmt: skip
_POWERS: Final = {
    "atto": "1e-18", "femto": "1e-15", "pico": "1e-12", "nano": "1e-9", "micro": "1e-6", "milli": "1e-3",
    "centi": "1e-2", "kilo": "1e3", "mega": "1e6", "giga": "1e9", "tera": "1e12", "peta": "1e15", "exa": "1e18",
    "kibi": "1024", "mebi": "1048576", "gibi": "1073741824", "tebi": "1099511627776",
}  # fmt: skip
_SMALL: Final = ("a", "f", "p", "n", "µ", "m", "")
#: Things that are only counted; each is a dimension of its own, so that frames and tokens never compare.
_COUNTED: Final = (
    "frame", "image", "inference", "token", "sample", "event", "query", "request", "word", "spike", "step", "pixel",
    "classification", "prediction", "decision", "multiplication", "node", "edge", "neuron", "synapse", "weight",
    "parameter", "cycle", "conversion", "SOP", "MAC", "TEPS",
)  # fmt: skip
_DEFINITIONS: Final = (
    *(f"{name}- = {power}" for name, power in _POWERS.items()),
    "second = [time]", "minute = 60 * second", "hour = 3600 * second", "day = 86400 * second",
    "week = 604800 * second", "month = 2629800 * second", "year = 31557600 * second",
    "meter = [length]", "gram = [mass]", "ampere = [current]", "hertz = 1 / second",
    "newton = 1000 * gram * meter / second ** 2", "pascal = newton / meter ** 2",
    "joule = newton * meter", "watt = joule / second", "watthour = 3600 * joule",
    "volt = watt / ampere", "ohm = volt / ampere", "farad = ampere * second / volt",
    "bit = [information]", "byte = 8 * bit", "operation = [operation]",
    "degree = [angle]", "radian = 57.29577951308232 * degree",
    "kelvin = [temperature]; offset: 0", "celsius = kelvin; offset: 273.15",
    *(f"{name} = [{name}]" for name in _COUNTED),
)  # fmt: skip

#: Spellings without prefix, the unit's name, the prefixes they take, and the standard unit as it is written and named.
_UNITS: Final = (
    ("s sec secs", "second", _SMALL, "s", "second"),
    ("Hz HZ Hertz", "hertz", ("", "m", "k", "K", "M", "G", "T"), "Hz", "hertz"),
    ("W", "watt", (*_SMALL, "k", "M", "G"), "W", "watt"),
    ("J", "joule", (*_SMALL, "k", "M"), "J", "joule"),
    ("Wh", "watthour", ("", "m", "k", "M", "G"), "J", "joule"),
    ("m", "meter", (*_SMALL, "c", "k"), "m", "meter"),
    ("m2 m²", "meter**2", (*_SMALL, "c", "k"), "m^2", "meter**2"),
    ("m3 m³", "meter**3", (*_SMALL, "c", "k"), "m^3", "meter**3"),
    ("g", "gram", ("", "µ", "m", "k"), "kg", "kilogram"),
    ("N", "newton", ("", "µ", "m", "k"), "N", "newton"),
    ("Nm N·m N*m", "newton*meter", ("", "µ", "m", "k"), "N·m", "newton*meter"),
    ("Pa", "pascal", ("", "k", "M", "G"), "Pa", "pascal"),
    ("V", "volt", ("", "µ", "m", "k"), "V", "volt"),
    ("A", "ampere", _SMALL, "A", "ampere"),
    ("F", "farad", _SMALL, "F", "farad"),
    ("Ω ohm ohms Ohm Ohms", "ohm", ("", "k", "M"), "ohm", "ohm"),
    ("rad radian radians", "radian", ("", "m"), "deg", "degree"),
    ("°", "degree", ("",), "deg", "degree"),
    ("°C degC degreeCelsius degreesCelsius", "celsius", ("",), "degC", "celsius"),
    ("K", "kelvin", ("",), "degC", "celsius"),
    # Amounts of memory are bytes; bits without a prefix are word lengths.
    ("bit bits", "bit", ("",), "bit", "bit"),
    ("bit bits b", "bit", ("k", "K", "M", "G", "T", "P", "Ki", "Mi", "Gi"), "B", "byte"),
    ("B byte bytes", "byte", ("", "k", "K", "M", "G", "T", "P", "Ki", "Mi", "Gi", "Ti"), "B", "byte"),
    ("bps bitps", "bit/second", ("", "k", "K", "M", "G", "T"), "B/s", "byte/second"),
    ("Bps", "byte/second", ("", "k", "K", "M", "G", "T"), "B/s", "byte/second"),
    # A plural with a small s counts ("300M FLOPs", "4 GFLOPs": what a network costs), capitals are a rate ("GOPS") ...
    ("FLOP FLOPs flop flops OP Op op OPs Ops", "operation", ("", "k", "M", "G"), "op", "operation"),
    ("FLOPS OPS FLOPps OPps", "operation/second", ("", "k", "M", "G", "T", "P", "E"), "op/s", "operation/second"),
    # ... and so is whatever counts in trillions, a chip's
    ("FLOPs flops OPs Ops", "operation/second", ("T", "P", "E"), "op/s", "operation/second"),
    ("FLOP flop OP Op op", "operation", ("T", "P", "E"), "op", "operation"),
    ("SOPS SOPs", "SOP/second", ("k", "M", "G", "T"), "SOP/s", "SOP/second"),
    ("SOP SOPs SOPS", "SOP", ("",), "SOP", "SOP"),
    ("MAC MACs M-Adds", "MAC", ("", "k", "M", "G", "T"), "MAC", "MAC"),
    ("TEPS", "TEPS", ("", "k", "M", "G", "T"), "TEPS", "TEPS"),
    ("fps FPS", "frame/second", ("", "k", "K", "M", "G"), "fps", "frame/second"),
)  # fmt: skip
_LONG: Final = {
    "second": "s", "hertz": "Hz", "watt": "W", "joule": "J", "meter": "m", "metre": "m", "gram": "g", "byte": "B",
    "bit": "bit", "volt": "V", "newton": "N",
}  # fmt: skip
_OTHERS: Final = {
    "minute": "minute", "min": "minute", "mins": "minute", "hour": "hour", "h": "hour", "hr": "hour", "hrs": "hour",
    "day": "day", "week": "week", "month": "month", "year": "year",
}  # fmt: skip
_ALIASES: Final = {
    "img": "image", "imgs": "image", "queries": "query", "conv": "conversion", "synaptic operation": "SOP",
    "multiply-adds": "MAC", "M-Adds": "MAC", "G-Adds": "MAC",
}  # fmt: skip
#: Units whose figures are compared as they stand.
_NAMED: Final = {
    "%": "%", "percent": "%", "per cent": "%", "x": "x", "X": "x", "×": "x", "\\times": "x", "\\texttimes": "x",
    "times": "x", "fold": "x", "dB": "dB", "dBm": "dBm", "dBi": "dBi", "BLEU": "BLEU", "mAP": "mAP", "AP": "AP",
    "mIoU": "mIoU", "ROUGE": "ROUGE", "ROUGE-L": "ROUGE-L", "ROUGE-1": "ROUGE-1", "ROUGE-2": "ROUGE-2",
    "point": "points", "points": "points", "pts": "points", "pp": "points", "percentage point": "points",
    "percentage points": "points", "percent point": "points", "percent points": "points",
}  # fmt: skip
#: One name for each of what the parts of a unit can make: energy efficiency is op/J, whether per watt or per joule.
_COMPOUND: Final = {
    "frame/s": "fps", "op/s/W": "op/J", "fps/W": "frame/J", "image/s/W": "image/J", "inference/s/W": "inference/J",
    "SOP/s/W": "SOP/J", "J/s": "W", "bit/s": "B/s",
}  # fmt: skip
_MARKUP: Final = (
    (re.compile(r"\\mu(?![A-Za-z])\$?\s?|/spl mu/\s?|μ"), "µ"), (re.compile(r"\^?\{?\\circ\}?"), "°"),
    (re.compile(r"/sup ([23])/"), r"\1"), (re.compile(r"[$^{}]"), ""), (re.compile(r"\\%"), "%"),
    (re.compile(r"\s+per\s+(?:single\s)?|-per-|\s*/\s*"), "/"), (re.compile(r"(?<=[m°])\s(?=[23C])|(?<=µ)\s"), ""),
    (re.compile(r"degrees? Celsius"), "degC"), (re.compile(r"^AI-"), ""), (re.compile(r"^-(?=fold)"), ""),
)  # fmt: skip


def standard(quantity: Quantity) -> tuple[float, float | None, str] | None:
    """Number, upper end and unit of a quantity, in the one unit of its dimension; None without a known unit.

    Twelve digits are kept. One multiply-accumulate stays one: "MAC" is not two "op". A "KB" has 1,000 bytes,
    a "KiB" 1,024.

    >>> from kg.extract.quantities import quantities
    >>> [standard(q) for q in quantities("35 ms at 2.5 TOPS/W, 30-60 GOPS and 12.5 mm2, 40% of 64 cores")]
    ... # doctest: +NORMALIZE_WHITESPACE
    [(0.035, None, 's'), (2500000000000.0, None, 'op/J'), (30000000000.0, 60000000000.0, 'op/s'),
     (1.25e-05, None, 'm^2'), (40.0, None, '%'), None]
    """
    known = None if quantity.unit is None else _known(quantity.unit)
    if known is None:
        return None
    name, written, target = known

    def converted(number: float) -> float:
        if target is None:
            return number
        value = _registry().Quantity(number, name).to(target).magnitude
        return float(f"{value:.12g}")

    number = converted(quantity.number)
    high = None if quantity.high is None else converted(quantity.high)
    if not math.isfinite(number) or (high is not None and not math.isfinite(high)):
        return None
    return number, high, written


@lru_cache(maxsize=4096)
def _known(unit: str) -> tuple[str, str, str | None] | None:
    """Names of a unit and of its standard for pint, around the way the standard is written."""
    for pattern, plain in _MARKUP:
        unit = pattern.sub(plain, unit)
    unit = unit.strip()
    if unit in _NAMED:
        return unit, _NAMED[unit], None
    parts = [_table().get(_ALIASES.get(part, part)) for part in unit.split("/")]
    if not parts or any(part is None for part in parts):
        return None
    names, written, targets = zip(*(part for part in parts if part is not None), strict=True)
    if len(names) > 1 and "celsius" in targets:
        return None
    text = "/".join(written)
    if text in ("op/s/s", "SOP/s/s"):  # "TOPS/s": a second too many
        names, targets, text = names[:1], targets[:1], text[:-2]
    text = _COMPOUND.get(text, text)
    target = "/".join(f"({t})" for t in targets)
    if text == "B/s":
        target = "byte/second"
    return "/".join(f"({n})" for n in names), text, target


@cache
def _table() -> dict[str, tuple[str, str, str]]:
    """Return for each spelling the unit's name, the standard unit as written, and its name."""
    table = {}
    for spellings, name, prefixes, written, target in _UNITS:
        for prefix in prefixes:
            for spelling in spellings.split():
                for sign in ("µ", "u") if prefix == "µ" else (prefix,):
                    table[sign + spelling] = (_PREFIXES[prefix] + name, written, target)
    for spelling, name in _OTHERS.items():
        table[spelling] = table[spelling + "s"] = (name, "s", "second")
    for name in _COUNTED:
        for spelling in (name, name + "s"):
            table.setdefault(spelling, (name, name, name))
    table |= dict.fromkeys(("operation", "operations"), ("operation", "op", "operation"))
    table |= dict.fromkeys(("deg", "degree", "degrees"), ("degree", "deg", "degree"))
    table |= dict.fromkeys(("micron", "microns"), table["µm"])
    table |= dict.fromkeys(("msec", "msecs"), table["ms"])
    return table | dict(_long(table))


def _long(table: Mapping[str, tuple[str, str, str]]) -> Iterator[tuple[str, tuple[str, str, str]]]:
    """Spellings in full of what the table holds in short: "milliwatts", "Watt", "petaFLOP"."""
    for prefix, word in _PREFIXES.items():
        for long, short in _LONG.items():
            if prefix + short in table:
                for spelling in (
                    word + long,
                    word + long + "s",
                    word + long.capitalize(),
                    word + long.capitalize() + "s",
                ):
                    yield spelling, table[prefix + short]
        for short in ("flop", "flops", "FLOP", "FLOPs", "FLOPS", "OP", "OPs", "OPS"):
            if prefix in ("G", "T", "P", "E") and prefix + short in table:
                yield word + short, table[prefix + short]
                yield word.capitalize() + short, table[prefix + short]


@cache
def _registry() -> pint.UnitRegistry[Any]:
    import pint  # noqa: PLC0415 - takes long, and most runs never ask for it

    registry: pint.UnitRegistry[Any] = pint.UnitRegistry(None, autoconvert_offset_to_baseunit=True)
    for definition in _DEFINITIONS:
        registry.define(definition)
    return registry
