"""Whether a figure stands by itself or is a change, which way it goes, and what it is set against.

Rules over the words around a figure, in its sentence.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, Literal, TypeAlias

from kg.model import Mention, Span

Kind: TypeAlias = Literal["absolute", "change"]
Direction: TypeAlias = Literal["increase", "decrease"]

# Words that say which way; those of the first two name a good or bad turn where they follow the figure.
_UP: Final = (
    r"higher|faster|quicker|more(?! than)|larger|greater|bigger|longer|increas\w*|gains?|speed-?\s?ups?|accelerat\w*"
    r"|boost\w*|uplift|rise|growth|overheads?|denser|rais(?:es?|ed|ing)|outperform\w*|exceed\w*|surpass\w*"
)
_DOWN: Final = (
    r"lower(?:s|ed|ing)?|less(?! than)|lesser|fewer|smaller|slower|shorter|cheaper|lighter|reduc\w*|decreas\w*"
    r"|drop(?:s|ped|ping)?|(?<!packet )loss(?!es? function)|degrad\w*|saving\w*|saves?|saved|declin\w*|penalt\w+"
    r"|shrink\w*|slow-?downs?|worse|cut(?:s|ting)?|diminish\w*|los(?:es?|ing)|minimi[sz]\w+|fall(?:s|ing|en)?|fell"
)
#: Good, whichever way the measure goes.
_GOOD: Final = (
    r"improv\w*|better|enhanc\w*|outperform\w*|surpass\w*|exceed\w*|superior\w*|advance\w*|beat(?:s|ing)?|margin"
)
_WORDS: Final = re.compile(rf"\b(?:(?P<good>{_GOOD})|(?P<up>{_UP})|(?P<down>{_DOWN}))\b", re.IGNORECASE)
#: Measures of which less is better, so that "improves" does not say which way they go.
_COSTS: Final = re.compile(
    r"\b(?:latenc\w+|delays?|(?:run)?times?|energy|power|errors?|loss(?:es)?|costs?|memory|overheads?|perplexity|RMSE|MAE"
    r"|MSE|WER|CER|FID|EER|area|size|footprint|consumption|complexity|EDP|drift|jitter|FLOPs|parameters)\b"
    r"(?![- ]?(?:\w+ )?(?:efficien|saving|bandwidth|utili))",
    re.IGNORECASE,
)
_RATIO: Final = re.compile(r"(?:[x×X]|\\times|\\texttimes\}?|times|fold)\$?$")
_FIGURE: Final = (
    # atomic: a comma is the number's or the list's, never tried as both
    r"(?>[$~≈+−-]{0,3}\d++(?:[.,]\d++)*+"
    r"(?:\s?(?:\\?%|[x×X]\b|×|\$?\\times|times|-?fold|percent|points?|[a-zA-Zµ]{1,5}\b(?=\s*(?:,|and\b))))?\$?)"
)
#: Further figures of the list that a figure stands in: "by 3x, 4x and 5x".
_MORE: Final = re.compile(
    rf"(?:\s?[,/]\s?{_FIGURE})*\s*,?\s*(?:/|and\b|or\b|to\b|&)\s*(?:up to\s|an?\s)?{_FIGURE}(?=\W)"
)
_EARLIER: Final = re.compile(rf"(?:(?:{_FIGURE})\s*(?:,\s*and|,|/|and|or|&)\s*(?:up to\s|an?\s)?)+$")
#: "by 5 points for A and 4 points for B"
_AGAIN: Final = re.compile(
    rf"(?<=\bby\s)(?:up to\s)?{_FIGURE}(?:\s\w{{1,6}})?\s(?:for|in|on)\s[^;:()\d]{{0,60}}\band\s$"
)
#: Where the words after and before a figure speak of something else.
_STOP: Final = re.compile(
    r"[;:()\d]|,|\.(?!\d)|\b(?:while|whereas|with|on|at|using|when|by|from|compared|than|over|versus|vs|without|after"
    r"|respectively|which|that|to|and)\b"
)
_CLAUSE: Final = re.compile(r"[;:()]|\d|,\s(?:and|while|with|which)\b|\b(?:while|whereas|but|although)\b")
_ABOUT: Final = (
    r"(?:\s|up to|about|around|approximately|roughly|nearly|almost|over|at least|at most|only|just"
    r"|as (?:much|many|high) as|more than|less than|an?|the|average of|on average|average|mean|by|another|further"
    r"|additional|maximum|margins? of|∼|~|\$|≈|\\sim|\()*$"
)
_QUALIFIERS: Final = re.compile(_ABOUT, re.IGNORECASE)
_BY: Final = re.compile(r"\b(?:by|up to|as (?:much|high) as|margins? of)\b", re.IGNORECASE)
#: "(mAP)" between a figure and its noun, or the end of the bracket that the figure stands in.
_BRACKET: Final = re.compile(r"^\)|\s\([^()\d]{1,40}\)")
_BY_ALONE: Final = re.compile(r"\bby" + _ABOUT, re.IGNORECASE)
_NOUN_OF: Final = re.compile(r"\b(?:of|is|are|was|were|reach\w*|:|=)\s*$", re.IGNORECASE)
_NOUNS: Final = re.compile(
    r"\b(?:improvements?|gains?|increases?|reductions?|decreases?|speed-?\s?ups?|accelerations?|savings?|drops?|loss"
    r"|degradations?|boosts?|overheads?|margins?|declines?|slow-?downs?|penalt\w+|enhancements?)\b",
    re.IGNORECASE,
)
_LEVEL: Final = re.compile(
    r"(?<!up )(?<!up\n)\b(?:to|from|at)\s*(?:only|just|about|around|below|under|over|above|~|\$|an?|\s)*$",
    re.IGNORECASE,
)
_VERB: Final = re.compile(
    r"(?:improv|enhanc|reduc|increas|outperform|surpass|exceed|accelerat|boost|beat)(?:e?s|ing)", re.IGNORECASE
)
_NEAR: Final = re.compile(r"\bwithin\s*$", re.IGNORECASE)


def change(text: str, sentence: Span, value: Span) -> tuple[Kind, Direction | None]:
    """Whether a figure is a value by itself or a change against something else, and which way the change goes.

    What improves goes up, unless it is something of which less is better: "improves latency by 30%" leaves open
    whether the measure is time or speed. The "x" of "3x" makes every figure a change.

    >>> sentence = "It cuts latency by 30%, is 2.1x faster and reaches an accuracy of 96%."
    >>> def of(figure):
    ...     start = sentence.index(figure)
    ...     return change(sentence, Span(0, len(sentence)), Span(start, start + len(figure)))
    >>> of("30%"), of("2.1x"), of("96%")
    (('change', 'decrease'), ('change', 'increase'), ('absolute', None))
    """
    ratio = _RATIO.search(text, value.start, value.end) is not None
    # a sentence is short; what is longer is none, and only its near parts say anything of the figure
    before = _BRACKET.sub("", text[max(sentence.start, value.start - 300) : value.start])
    after = _BRACKET.sub("", text[value.end : min(sentence.end, value.end + 300)])
    earlier = _EARLIER.search(before)
    if earlier and not _LEVEL.search(before):
        before = before[: earlier.start()]
    before = _AGAIN.sub("", before)
    more = _MORE.match(after)
    said = (
        _said_after(after)
        or _said_before(before, ratio=False)
        or (_said_after(after[more.end() :]) if more else None)
        or (_said_before(before, ratio=True) if ratio else None)
    )
    if said:
        return "change", said[0]
    if ratio:
        return "change", _direction(_WORDS.search(_first(_STOP, after, words=8)), "")
    if text[value.start : value.end].startswith("+"):
        return "change", "increase"
    return ("change" if _NEAR.search(before) else "absolute"), None


def _said_after(after: str) -> tuple[Direction | None] | None:
    """Return what the words right behind a figure say: "30% lower", "a 3% accuracy gain"."""
    near = _first(_STOP, after, words=6)
    found = _WORDS.search(near)
    if not found or re.match(r"\s*(?:of|in|for)\b", near) or found[0].lower() == "margin":
        return None
    if re.search(r"\b(?:of|for|in|is|are|the|our|its)\b", near[: found.start()]):
        return None
    if _VERB.fullmatch(found[0]):
        return None  # a verb of the next clause: "at 96% outperforms"
    # of what: "30% improvement in latency", "30% latency improvement"
    about = near[: found.start()] + after[found.end() : found.end() + 45].partition(",")[0].partition(" over ")[0]
    return (_direction(found, about),)


def _said_before(before: str, *, ratio: bool) -> tuple[Direction | None] | None:
    """Return what the words that lead to a figure say: "reduces latency by 30%", "a gain of up to 3%"."""
    clause = _last(_CLAUSE, before)
    words = list(_WORDS.finditer(clause))
    if _LEVEL.search(clause) and not ratio:
        return None
    if not words and _BY_ALONE.search(clause):  # "cuts power by 15% and area by 22%"
        clause, words = before, list(_WORDS.finditer(before))
    if not words:
        return None
    # "reduces the energy overhead by 4x" is about the reducing
    found = next((w for w in reversed(words) if not w[0].startswith("overhead")), words[-1])
    between = clause[found.end() :]
    about = clause[max(0, found.start() - 40) : found.start()] + between
    bare = _QUALIFIERS.sub("", between)
    led = between[len(bare) :]
    noun = _NOUNS.fullmatch(found[0]) is not None
    if (
        ratio
        or _BY.search(led)
        or (noun and (_NOUN_OF.search(bare) or not bare.strip()))
        or (not bare.strip() and not re.search(r"\b(?:more|less|higher|lower|better|greater|fewer)\b", found[0], re.I))
    ):
        return (_direction(found, about),)
    return None


def _direction(found: re.Match[str] | None, about: str) -> Direction | None:
    if found is None:
        return None
    if found["good"]:
        return None if _COSTS.search(about) else "increase"
    return "increase" if found["up"] else "decrease"


def _first(stop: re.Pattern[str], text: str, *, words: int) -> str:
    found = stop.search(text)
    part = text[: found.start()] if found else text
    return " ".join(part.split(" ")[: words + 1])


def _last(stop: re.Pattern[str], text: str) -> str:
    end = 0
    for found in stop.finditer(text):
        end = found.end()
    return text[end:]


_COMPARED: Final = re.compile(
    r"\b(?:than|over|compared (?:to|with)|in comparison (?:to|with)|relative to|with respect to"
    r"|versus|vs\.?|against|beyond)\s"
)
_BEATS: Final = re.compile(
    r"\b(?:outperform\w*|surpass\w*|exceed\w*|beat(?:s|ing)?|improv\w+ (?:up)?on|improv\w+ over|better than|"
    r"(?:higher|lower|faster|smaller) than|than|over|compared (?:to|with)|relative to|against)\s",
    re.IGNORECASE,
)
#: A figure before, an "and", and then the next name.
_AND_BY: Final = re.compile(r"\bby\s[^,;:()]{0,25}\d\S{0,8}\s(?:\w+\s)?and\s(?:\w+\s){0,2}$")
_CLAUSE_END: Final = re.compile(r"[;:]|--|\b(?:and|while|whereas|but|which|that)\b")
_OPENING: Final = re.compile(
    r"(?:When )?(?:Compar(?:ed|ing) (?:to|with)|In comparison (?:to|with)|Relative to|Over|Against)\s"
)
#: What may stand between "than" and the name: "than the current state-of-the-art".
_LEAD_IN: Final = re.compile(r"[^,;:()\d]{0,60}")


def compared(text: str, sentence: Span, value: Span, methods: Sequence[Mention]) -> Mention | None:
    """Return the mention of what a figure is set against, in its sentence: "3x faster than BERT", "beats BERT by 2%".

    Of several that are joined by "and" the first; with "respectively" the one at the figure's place.
    """
    inside = sorted((m for m in methods if sentence.start <= m.start and m.end <= sentence.end), key=lambda m: m.start)
    if not inside:
        return None
    kind, _ = change(text, sentence, value)
    before = text[max(sentence.start, value.start - 400) : value.start]
    offset = value.start - len(before)
    if re.search(r"\b(?:by|margins? of)\b" + _ABOUT, _without_list(before), re.IGNORECASE):
        verb = next(reversed(list(_BEATS.finditer(before))), None)
        named = [m for m in inside if verb and offset + verb.end() <= m.start and m.end <= value.start]
        # "beats A by 3% and B by 5%": the one behind the figure before
        later = [m for m in named if _AND_BY.search(text, max(offset, m.start - 60), m.start)]
        if later:
            return later[-1]
        if verb and named and _LEAD_IN.fullmatch(text, offset + verb.end(), named[0].start):
            return named[0]
    for phrase in _COMPARED.finditer(text, value.end, min(sentence.end, value.end + 200)):
        if kind == "absolute" and _CLAUSE_END.search(text, value.end, phrase.start()):
            break  # "modifies 0.5% of the weights and scales well compared to ..."
        following = [m for m in inside if m.start >= phrase.end()]
        if following and _LEAD_IN.fullmatch(text, phrase.end(), following[0].start):
            place = _place(before) if "respectively" in text[phrase.end() : sentence.end] else 0
            return following[min(place, len(following) - 1)]
    opening = _OPENING.match(text, sentence.start, sentence.end)
    if opening and opening.end() <= inside[0].start < inside[0].end <= value.start:
        return inside[0] if _LEAD_IN.fullmatch(text, opening.end(), inside[0].start) else None
    return None


def _without_list(before: str) -> str:
    earlier = _EARLIER.search(before)
    return before[: earlier.start()] if earlier else before


def _place(before: str) -> int:
    """How many figures of the same list stand before this one."""
    earlier = _EARLIER.search(before)
    return len(re.findall(r"\d\S*?\s*(?:,\s*and\b|,|\band\b|\bor\b)", earlier[0])) if earlier else 0
