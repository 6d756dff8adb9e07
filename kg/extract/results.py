"""Figures that a paper reports: a value with its unit, beside the metric it is a value of.

A rule, not a model: a number counts where its sentence names a metric or where its unit is one of
measurement (per cent, times, hertz, watts ...), and goes to the nearest metric. Dates, sizes of
arrays, versions and counts of things are left out.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.extract.pipeline import sentences
from kg.model import EntityType, Mention, Span

#: Version of the rules, written to each result's agent.
VERSION: Final = "figures-1"

_UNIT: Final = (
    r"%|\\%|percent(?:age points?)?\b|per cent\b|times\b|fold\b|(?:[x×X]|\\times)(?!\w|\s*\$?\d)|"
    r"(?:fps|FPS|frames per second|[kMG]?Hz|[mnuμµ]?s|seconds?|minutes?|hours?|"
    r"[munpμµk]?W|watts?|[munpμµfk]?J|[GTPM]?(?:FLOPS|FLOPs|OPS|OP/s)(?:/W)?|[kKMGT]i?B(?:/s)?|[kMG]?bps|dB|"
    r"BLEU|ROUGE|mAP|mm|cm|points?|degrees?|°C?)(?!\w)"
)
_VALUE: Final = re.compile(
    # possessive: a number is never cut short, and a long row of digits costs no more than its length
    r"(?<![\w.,/^$٫٬-])\$?(?P<number>[-+±−]?(?:\d{1,3}(?:,\d{3})++(?!\d)(?:\.\d++)?|\d++(?:\.\d++)?|\.\d++))"
    rf"(?:\$?\s?-?(?P<unit>{_UNIT})\$?)?(?![\w.]*\w)"
)
#: Words before a number that make it a figure even without a unit.
_LEADS: Final = re.compile(
    r"(?:=|\bof|\bis|\bto|\bat|\bby|\bachiev\w+|\breach\w+|:|\bscore|\baround|\babout|\babove|\bover)\s*(?:\w+\s)?\$?$"
)
_MONTH: Final = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?"
)
#: Words before and after a number that make it a label, a date or a size.
_NOT: Final = re.compile(
    rf"(?:top|rank|level|layer|class|figure|fig\.|table|section|version|part|task|chapter|step|(?:{_MONTH})\.?)[-\s]*$"
    r"|\d\s?(?:x|×|X|\\times)\s?\$?$",
    re.IGNORECASE,
)
_NOT_BEFORE: Final = re.compile(
    rf"\s*(?:confidence (?:interval|level)|credible interval|(?:{_MONTH})\b)|\s?\$?(?:[x×X]|\\times)\s?\$?\d",
    re.IGNORECASE,
)
# "100s of videos", "the 1990s": many, or years, not seconds
_MANY: Final = re.compile(r"(?:\d*0s(?=\s+of\b)|(?:1[89]|20)\d0s)")
# What parts a value from a metric behind it, which then has a value of its own.
_PARTS: Final = re.compile(r"\b(?:and|or|but|while|whereas|with|within|than)\b|[,;:()\d]")
#: Confidence of a number without a unit, of one with a unit and no metric, of one with both: the share that was
#: right on gold/dev (3 of 8, 2 of 19, 70 of 120).
_CONFIDENCE: Final = {"bare": 0.4, "unit": 0.1, "both": 0.6}


@dataclass(frozen=True, slots=True)
class Figure:
    """A value in a text and the mentions that its sentence sets it beside.

    Attributes
    ----------
    value : str
        Verbatim, unit included.
    number : float
        As a number, in `unit`.
    unit : str or None
    metric, method, dataset, hardware : Mention or None
        The nearest of each type in the sentence.
    span, sentence : Span
    confidence : float
        0 to 1, two decimals.
    """

    value: str
    number: float
    unit: str | None
    metric: Mention | None
    method: Mention | None
    dataset: Mention | None
    hardware: Mention | None
    span: Span
    sentence: Span
    confidence: float


def figures(text: str, mentions: Sequence[Mention]) -> tuple[Figure, ...]:
    """Figures of a paper's text, in order.

    Parameters
    ----------
    text : str
    mentions : sequence of Mention
        Those of this text.
    """
    return tuple(figure for sentence in sentences(text) for figure in _in_sentence(text, sentence, mentions))


def _in_sentence(text: str, sentence: Span, mentions: Sequence[Mention]) -> Iterator[Figure]:
    inside = [m for m in mentions if sentence.start <= m.start and m.end <= sentence.end]
    metrics = [m for m in inside if m.type == "Metric"]
    for found in _VALUE.finditer(text, sentence.start, sentence.end):
        start, end = found.span()
        if found[0].count("$") % 2:  # money, or half of a formula
            if found[0].startswith("$"):
                start += 1
                if found["unit"] is None:
                    continue
            elif found[0].endswith("$"):
                end -= 1
        unit = found["unit"]
        if any(m.start <= start < m.end for m in inside) or _is_no_figure(text, sentence, Span(start, end)):
            continue
        before = text[sentence.start : start]
        if unit is None and (not metrics or not _LEADS.search(before) or _is_count(found["number"])):
            continue
        number = float(found["number"].replace(",", "").replace("−", "-").lstrip("±"))
        if not math.isfinite(number):
            continue
        metric = _metric(text, metrics, Span(start, end))
        kind = "bare" if unit is None else "both" if metric else "unit"
        yield Figure(
            value=text[start:end],
            number=number,
            unit=unit.strip() if unit else None,
            metric=metric,
            method=_of_type(inside, "Method", start, end),
            dataset=_of_type(inside, "Dataset", start, end),
            hardware=_of_type(inside, "Hardware", start, end),
            span=Span(start, end),
            sentence=sentence,
            confidence=_CONFIDENCE[kind],
        )


def _is_no_figure(text: str, sentence: Span, value: Span) -> bool:
    """Whether the words around a number make it a label, a date, a size or "many"."""
    near = max(sentence.start, value.start - 40)
    return bool(
        _NOT.search(text, near, value.start)
        or _NOT_BEFORE.match(text, value.end, sentence.end)
        or _MANY.match(text, value.start, sentence.end)
    )


def _is_count(number: str) -> bool:
    """Whether a number without a unit looks like a year or a count of things."""
    return "." not in number and (len(number.replace(",", "")) != 2 or "," in number)


def _metric(text: str, metrics: Sequence[Mention], value: Span) -> Mention | None:
    """Return the nearest metric, of those behind the value only such as nothing parts from it.

    In "utilization improves by 41.8% and latency by 42.6%" the first value is none of latency.
    """
    joined = [m for m in metrics if m.end <= value.start or not _PARTS.search(text, value.end, m.start)]
    return _nearest(joined or metrics, value.start, value.end)


def _of_type(inside: Iterable[Mention], type_: EntityType, start: int, end: int) -> Mention | None:
    chosen = [m for m in inside if m.type == type_]
    if type_ == "Method":
        # a figure is mostly one of the paper's own method
        chosen = [m for m in chosen if m.role == "proposes"] or chosen
    return _nearest(chosen, start, end)


def _nearest(mentions: Sequence[Mention], start: int, end: int) -> Mention | None:
    def distance(mention: Mention) -> tuple[int, int]:
        gap = start - mention.end if mention.end <= start else mention.start - end
        return (gap, mention.start)

    return min(mentions, key=distance, default=None)
