"""Numbers in a text that might be figures: verbatim, as a number, with their unit.

Every number that is no part of a word is a candidate, ranges ("3.5-4.6x") as one; whether it is a
result, and of what, the model judges. "25M" and "25 million" count as numbers, not as units;
so do powers of ten.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

_MICRO: Final = r"(?:[uµμ]|\$?\\mu\$?\s?|/spl mu/\s?)"
_SMALL: Final = rf"(?:[afpnm]|{_MICRO})?"
_WORD: Final = r"(?:pico|nano|micro|milli|centi|kilo|mega|giga|tera|peta)?"
_SQUARE: Final = r"(?:\s?\$?\^\{?[23]\}?|[23²³]|/sup [23]/)"
#: What can stand alone or before a "per"; longer spellings first where one begins another.
_ATOM: Final = (
    rf"{_WORD}(?:seconds?|hertz|Hertz|watts?|Watts?|joules?|Joules?|met(?:er|re)s?|grams?|bytes?|bits?|volts?)"
    rf"|minutes?|mins?|hours?|hrs?|h|days?|weeks?|months?|years?|m?secs?|(?:[fpnm]|{_MICRO})?s"
    rf"|[kKMGT]?H[zZ]|(?:{_SMALL}|[kMG])Wh?|(?:{_SMALL}|[kM])J"
    r"|(?:AI-)?(?:[kKMGTPE]|[Gg]iga|[Tt]era|[Pp]eta|[Ee]xa)?(?:FLOPs?|FLOPS|[Ff]lops?|S?O[Pp]s?|S?OPS|MACs?|TEPS)(?:ps)?"
    r"|[MG]-?Adds|multiply-adds"
    r"|[kKMGTP]i?[Bb](?:it|yte)?s?(?:ps)?|[kMGT]?bps|[kMG]?[Ff][Pp][Ss]|dB[mi]?"
    rf"|(?:{_SMALL}|[ck])m{_SQUARE}?|microns?|(?:{_MICRO}|[mk])?g|(?:{_MICRO}|[mk])?N(?:[·*]?m)?|[kMG]?Pa"
    rf"|(?:{_MICRO}|[mk])?V|{_SMALL}A|[kM]?(?:Ω|[Oo]hms?)|{_SMALL}F"
    r"|(?:°|\$?\^\{?\\circ\}?\$?)(?:\s?C)?|deg(?:C|rees?(?: Celsius)?)?|m?rad|radians?|K"
    r"|BLEU|ROUGE(?:-[L12])?|mAP|AP|mIoU|points?|pts"
)
#: Things counted, which make a unit only with a "per" behind them.
_COUNTED: Final = (
    r"frames?|images?|imgs?|inferences?|tokens?|samples?|events?|queries|requests?|words?|spikes?|steps?|operations?"
    r"|classifications?|predictions?|pixels?|points?|decisions?|multiplications?|nodes?|edges?"
)
_PER: Final = (
    rf"\s?/\s?(?:s|sec|min|h|[mkM]?W|J|cycle|{_SMALL}m{_SQUARE}|kg)"
    r"|(?:\s?/|\sper\s|-per-)\s?(?:(?:single\s)?(?:second|sec|minute|min|hour|day|[Ww]att|[Jj]oule|cycle|SOP|MAC|bit|op|Op|OP|"
    r"conversion|conv|step|weight|parameter|synapse|neuron|synaptic operation|operation|spike|frame|image|img|"
    r"inference|token|sample|event|query|word|classification|prediction|decision|pixel|multiplication))"
)
_UNIT: Final = (
    r"\\?%|percent(?:age points?| points?)?\b|per cent\b|pp\b|times\b|-?fold\b"
    r"|(?:[x×X]|\\times|\{?\\texttimes\}?)(?!\w|\s*\$?\d)"
    rf"|(?:(?:{_ATOM})(?:{_PER}){{0,2}}|(?:{_COUNTED})(?:{_PER}){{1,2}})(?![\w²³])"
)
_PLAIN: Final = r"(?:\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d{1,3}(?: 000){1,4}(?![\d.])|\d++(?:\.\d++)?|\.\d++)"
_POWER: Final = r"10\$?\s?\^\s?\{?\s?[-+−]?\d{1,3}\}?"
_NUMBER: Final = (
    rf"(?:{_PLAIN}\$?\s?(?:\\times|\\cdot|[x×·*])\s?\$?{_POWER}|{_POWER}|\d++(?:\.\d++)?[eE]-?\d{{1,3}}(?!\w)|{_PLAIN})"
    # "4 K" is a temperature, "4K" four thousand; "12B/s" are bytes; "1.2G" says nothing without what is counted
    r"(?:\s?(?:k|(?<=\d)[KM]|(?<=\d)B(?!/))(?!\w)|(?<=\d)[GT](?=\s(?:FLOP|MAC|OP|param|token))"
    r"|[\s-](?:hundred|thousand|million|billion|trillion)s?\b)?"
)
_DASH: Final = r"\s?(?:(?:--?|–|—|~|±|\\pm)\s?|−(?=\d))|\s?\bto\s|\s?\band\s"
#: Possessive, so that a long row of digits costs no more than its length.
_BEGIN: Final = r"(?:(?<![\w.,^٫٬])(?<!\w[-_])|(?<=\\sim)|(?<=\\approx)|(?<=\b[Ss]ub-))(?P<sign>[-+±−~]?)\$?"
_TAIL: Final = rf"(?:\$?\s?-?(?P<unit>{_UNIT})\$?)?(?!\w*[A-Za-z0-9_]|\.\d)"
_ONE: Final = re.compile(rf"{_BEGIN}(?P<number>{_NUMBER}){_TAIL}")
_TWO: Final = re.compile(
    rf"{_BEGIN}(?P<number>{_NUMBER})(?:\$?\s?(?P<first>{_UNIT})\$?)?(?P<dash>{_DASH})\$?(?P<high>{_NUMBER}){_TAIL}"
)
_RANGES: Final = re.compile(r"(?:rang|span|var[yi]|between)\w*\s(?:\w+\s){0,2}\$?$", re.IGNORECASE)
_MAGNITUDES: Final = {
    "hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12,
    "k": 1e3, "K": 1e3, "M": 1e6, "B": 1e9, "G": 1e9, "T": 1e12,
}  # fmt: skip

#: The parts of a number as written.
_PARTS: Final = re.compile(
    r"(?P<base>.*?)(?:[\s-]*(?P<magnitude>[kKMBGT]|(?:hundred|thousand|million|billion|trillion)s?))?", re.DOTALL
)
_SCIENTIFIC: Final = re.compile(
    r"(?:(?P<mantissa>.*?)\$?\s?(?:\\times|\\cdot|[x×·*])\s?\$?)?10\$?\s?\^\s?\{?\s?(?P<power>[-+−]?\d+)\}?", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number with its unit, as it stands in a text.

    Attributes
    ----------
    start, end : int
        Half-open range of characters, unit included.
    text : str
        The characters between them.
    number : float
        The number, in `unit`, thousands and millions counted in; of a range the lower one.
    high : float or None
        The upper end of a range.
    unit : str or None
        As written.
    digits : int
        End of the number itself, before its unit.
    """

    start: int
    end: int
    text: str
    number: float
    high: float | None
    unit: str | None
    digits: int


def outside(found: Iterable[Quantity], taken: Sequence[tuple[int, int]]) -> list[tuple[Quantity, int]]:
    """Numbers that are no part of the ranges of characters given, and the end of what is free of each.

    A unit may belong to one of them: "30 FPS" is a number beside the metric "FPS".

    >>> found = quantities("ResNet runs on a 64x64 array at 30 FPS with 4 W.")
    >>> [(q.text, end) for q, end in outside(found, [(0, 6), (17, 28), (35, 38)])]
    [('30 FPS', 34), ('4 W', 47)]
    """
    free = []
    for quantity in found:
        over = [(start, end) for start, end in taken if start < quantity.end and quantity.start < end]
        if not over:
            free.append((quantity, quantity.end))
        elif all(start >= quantity.digits for start, _ in over):
            free.append((quantity, quantity.digits))
    return free


def quantities(text: str) -> tuple[Quantity, ...]:
    """Numbers of a text, in order.

    >>> [(q.text, q.number, q.unit) for q in quantities("It runs at 35Hz on a 2W budget, 3.5-4.6x faster (F1 = 0.64).")]
    [('35Hz', 35.0, 'Hz'), ('2W', 2.0, 'W'), ('3.5-4.6x', 3.5, 'x'), ('0.64', 0.64, None)]
    >>> [(q.text, q.number, q.unit) for q in quantities("Its 25M weights need 1.2 million frames per second.")]
    [('25M', 25000000.0, None), ('1.2 million frames per second', 1200000.0, 'frames per second')]
    """
    found = []
    position = 0
    while match := _ONE.search(text, position):
        pair = _TWO.match(text, match.start())
        if pair and _is_range(text, pair):
            match = pair
        position = match.end()
        quantity = _quantity(text, match)
        if quantity is not None:
            found.append(quantity)
    return tuple(found)


def _is_range(text: str, pair: re.Match[str]) -> bool:
    """Whether two numbers are one figure: "3-5%", "3% to 5%", but not the two of "rose from 3% to 5%"."""
    dash, first, unit = pair["dash"].strip(), pair["first"], pair["unit"]
    before = text[max(0, pair.start() - 40) : pair.start()]
    if dash == "and":
        return bool(_RANGES.search(before)) and first in (None, unit)
    if first is None:
        return True
    if dash in ("±", "\\pm"):
        return first == unit or unit is None
    if first != unit or _float(pair["number"]) > _float(pair["high"]):
        return False
    return dash != "to" or not before.rstrip("$").endswith("from ") or bool(_RANGES.search(before))


def _quantity(text: str, match: re.Match[str]) -> Quantity | None:
    start, end = match.span()
    if match[0].count("$") % 2:  # money, or half of a formula
        if text[match.end() - 1] == "$":
            end -= 1
        elif match[0].startswith("$"):
            start += 1
    groups = match.groupdict()
    number = _float(match["number"])
    high = _float(groups["high"]) if groups.get("high") else None
    if not math.isfinite(number) or (high is not None and not math.isfinite(high)):
        return None
    if match["sign"] in ("-", "−"):
        number = -number
    if high is not None:
        written = _PARTS.fullmatch(match["number"]), _PARTS.fullmatch(match["high"])
        if written[1] and written[1]["magnitude"] and written[0] and not written[0]["magnitude"]:
            number *= _MAGNITUDES[written[1]["magnitude"].rstrip("s")]  # "3-5 million"
        if groups["dash"].strip() in ("±", "\\pm"):
            high = None  # how sure, not how far
        else:
            number, high = min(number, high), max(number, high)
    unit = match["unit"] or groups.get("first")
    digits = min(end, match.end("high" if groups.get("high") else "number"))
    return Quantity(start, end, text[start:end], number, high, unit.strip() if unit else None, digits)


def _float(number: str) -> float:
    parts = _PARTS.fullmatch(number)
    assert parts  # noqa: S101 - the pattern takes any string
    base = parts["base"].strip().replace(",", "").replace(" 000", "000")
    scientific = _SCIENTIFIC.fullmatch(base)
    if scientific:
        # one conversion, so that 10^{-7} is the same number as 1e-7, and an endless one infinite instead of an error
        base = f"{scientific['mantissa'] or '1'}e{scientific['power'].replace('−', '-')}"
    magnitude = parts["magnitude"]
    return float(base) * (_MAGNITUDES[magnitude.rstrip("s")] if magnitude else 1.0)
