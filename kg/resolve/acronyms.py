"""Short forms and the long forms a text gives for them.

The algorithm is that of Schwartz and Hearst, "A simple algorithm for identifying abbreviation
definitions in biomedical text", PSB 2003: a parenthesis after (or before) a phrase whose letters,
read from the right, spell the short form, the first of them at the start of a word.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

_PARENTHESIS: Final = re.compile(r"\(([^()]{1,120})\)")
_WORD: Final = re.compile(r"\S+")


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """A short form and its long form, verbatim, with the offset of the short form."""

    short: str
    long: str
    offset: int


def definitions(text: str) -> tuple[Definition, ...]:
    """Definitions that a text makes, in order.

    >>> [(d.short, d.long) for d in definitions("We train convolutional neural networks (CNNs) on a GPU.")]
    [('CNNs', 'convolutional neural networks')]
    >>> [(d.short, d.long) for d in definitions("MRI (magnetic resonance imaging) is slow.")]
    [('MRI', 'magnetic resonance imaging')]
    """
    found = []
    for match in _PARENTHESIS.finditer(text):
        inside = re.split(r"[,;]\s", match[1])[0].strip()
        start = match.start(1) + len(match[1]) - len(match[1].lstrip())
        before = text[max(0, match.start() - 200) : match.start()]
        before = re.split(r"[.;:?!]\s|[()\n]", before)[-1].rstrip()
        if _is_short(inside):
            long = best_long_form(inside, _candidate(inside, before))
            if long:
                found.append(Definition(inside, long, start))
                continue
        short = before.split()[-1] if before else ""
        if short and _is_short(short) and " " in inside and best_long_form(short, inside) == inside:
            gap = text[: match.start()].rstrip()
            found.append(Definition(short, inside, len(gap) - len(short)))
    return tuple(found)


def _is_short(text: str) -> bool:
    """Whether a text can be a short form: 2 to 12 signs, at most two words, a capital, a letter or digit first."""
    return (
        2 <= len(text) <= 12
        and len(text.split()) <= 2
        and text[0].isalnum()
        and sum(c.isupper() for c in text) >= (1 if len(text) <= 3 else 2)
    )


def _candidate(short: str, before: str) -> str:
    letters = sum(c.isalnum() for c in short)
    most = min(letters + 5, letters * 2)
    words = [m.start() for m in _WORD.finditer(before)]
    return before[words[-most] :] if len(words) > most else before


def best_long_form(short: str, candidate: str) -> str | None:
    """Shortest end of a candidate phrase that spells a short form, or None.

    >>> best_long_form("LSTM", "a recurrent long short-term memory")
    'long short-term memory'
    >>> best_long_form("XYZ", "something else") is None
    True
    """
    plain = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
    letters = [c.lower() for c in plain if c.isalnum()]
    position = len(candidate) - 1
    for index in range(len(letters) - 1, -1, -1):
        while position >= 0 and not (
            candidate[position].lower() == letters[index]
            and (index > 0 or position == 0 or not candidate[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return None
        position -= 1
    long = candidate[position + 1 :].strip()
    words = re.findall(r"\w+", long)
    if len(long) <= len(plain) or plain.lower() in (w.lower() for w in words) or len(words) > 2 * len(letters) + 1:
        return None
    return long
