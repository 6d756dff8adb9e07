"""Short forms and the long forms a text gives for them.

The algorithm is that of Schwartz and Hearst, "A simple algorithm for identifying abbreviation
definitions in biomedical text", PSB 2003: a parenthesis after (or before) a phrase whose letters,
read from the right, spell the short form, the first of them at the start of a word. Three rules are
added, chosen on half of the annotated sentences that `kg evaluate resolution` reads: a phrase whose
words begin with the letters goes before a shorter one that only holds them ("proximal policy
optimization"); a long form begins where its hyphenated word does ("non-negative matrix
factorization"), and ends before a last word that says nothing ("hidden Markov model algorithm").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from kg.model import Span
from kg.resolve.names import GENERIC_HEADS, singular

_PARENTHESIS: Final = re.compile(r"\(([^()]{1,120})\)")
_CLAUSE_END: Final = re.compile(r"[.;:?!]\s|[()\n]")
_WORD: Final = re.compile(r"\S+")
#: What may stand between a long form and the parenthesis of its short form.
_CLOSERS: Final = " ,\"'”’`"
#: Words that a short form may pass over.
_SMALL: Final = frozenset(
    (
        "a", "an", "and", "as", "at", "by", "for", "from", "in", "into", "of", "on", "or", "over", "the", "to",
        "under", "using", "via", "with",
    )
)  # fmt: skip
_LETTERS: Final = re.compile(r"[^\W_]+")
#: What joins the parts of a word, each of which a short form may spell or not.
_INNER: Final = "-–/'’"
#: A word of running text, without what stands around it.
_BARE: Final = re.compile(r"[^\s()\[\]{},;:\"“”/]+")
_ROMAN: Final = re.compile(r"X{0,3}(?:IX|IV|V?I{0,3})")
#: Share of a word's signs that are capitals, from which on it is a short form.
_CAPITALS: Final = 0.6


@dataclass(frozen=True, slots=True, order=True)
class Definition:
    """A short form and its long form, verbatim, with the offset of each."""

    short: str
    long: str
    offset: int
    long_offset: int


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
        phrase = _CLAUSE_END.split(text[max(0, match.start() - 200) : match.start()])[-1]
        if _is_short(inside):
            candidate = _last_words(inside, phrase.rstrip(_CLOSERS))
            first = match.start() - len(phrase) + phrase.rindex(candidate)
            long = _long_form(inside, candidate)
            if long:
                found.append(Definition(inside, candidate[long.start : long.end], start, first + long.start))
                continue
        short = phrase.split()[-1] if phrase.strip() else ""
        if short and _is_short(short) and " " in inside and best_long_form(short, inside) == inside:
            gap = text[: match.start()].rstrip()
            found.append(Definition(short, inside, len(gap) - len(short), start))
    return tuple(found)


def _is_short(text: str) -> bool:
    """Whether a text can be a short form: 2 to 12 signs, at most two words, a capital, a letter or digit first."""
    return (
        2 <= len(text) <= 12
        and len(text.split()) <= 2
        and text[0].isalnum()
        and sum(c.isupper() for c in text) >= (1 if len(text) <= 3 else 2)
    )


def _last_words(short: str, phrase: str) -> str:
    """Return the end of a phrase that can be a long form, as long as Schwartz and Hearst let it be."""
    letters = sum(c.isalnum() for c in short)
    most = min(letters + 5, letters * 2)
    words = [m.start() for m in _WORD.finditer(phrase)]
    return phrase[words[-most] :] if len(words) > most else phrase


def best_long_form(short: str, candidate: str) -> str | None:
    """Shortest end of a candidate phrase that spells a short form, without a last word that says nothing, or None.

    >>> best_long_form("LSTM", "a recurrent long short-term memory")
    'long short-term memory'
    >>> best_long_form("PPO", "agents by proximal policy optimization algorithms")
    'proximal policy optimization'
    >>> best_long_form("XYZ", "something else") is None
    True
    """
    long = _long_form(short, candidate)
    return candidate[long.start : long.end] if long else None


def _long_form(short: str, candidate: str) -> Span | None:
    plain = short[:-1] if short.endswith("s") and short[:-1].isupper() else short
    letters = "".join(c.lower() for c in plain if c.isalnum())
    phrase = candidate.rstrip()
    if not letters:
        return None
    # "hidden Markov model algorithm (HMM)", but "genetic algorithm (GA)" and "feature enhancement network (FENet)"
    while (rest := _without_head(phrase)) and phrase[len(rest) :].split()[0][0].lower() != letters[-1:]:
        if _initials(letters, _parts(rest)) is None:
            break
        phrase = rest
    start = _start(letters, phrase)
    if start is None:
        return None
    words = re.findall(r"\w+", phrase[start:])
    if len(phrase) - start <= len(plain) or plain.lower() in map(str.lower, words) or len(words) > 2 * len(letters) + 1:
        return None
    return Span(start, len(phrase))


def _without_head(phrase: str) -> str:
    """Return a phrase without its last word, where that says nothing and others stand before it; else nothing."""
    rest, _, last = phrase.rpartition(" ")
    return rest.rstrip() if singular(last.lower()) in GENERIC_HEADS["Method"] else ""


def _start(letters: str, phrase: str) -> int | None:
    """Return where the shortest end of a phrase begins that spells the letters, by its words' first ones if it can."""
    start = _initials(letters, _parts(phrase))
    if start is None:
        start = _scattered(letters, phrase)
    if start and phrase[start - 1] in "-–":
        whole = phrase.rfind(" ", 0, start) + 1
        if phrase[whole].lower() == letters[0]:
            return whole
    return start


class _Part(NamedTuple):
    """Where a part of a phrase begins, its first letter, and whether a short form may pass over it."""

    start: int
    letter: str
    optional: bool


def _parts(phrase: str) -> list[_Part]:
    """Return the words of a phrase and the parts of its hyphenated words, in order."""
    return [
        _Part(m.start(), m[0][0].lower(), m[0].lower() in _SMALL or phrase[max(0, m.start() - 1)] in _INNER)
        for m in _LETTERS.finditer(phrase)
    ]


def _initials(letters: str, parts: Sequence[_Part]) -> int | None:
    """Return where the last parts begin whose first letters are these, if there are such."""
    if not parts:
        return None
    *before, last = parts
    if last.letter == letters[-1]:
        if len(letters) == 1:
            return last.start
        start = _initials(letters[:-1], before)
        if start is not None:
            return start
    return _initials(letters, before) if last.optional else None


def _scattered(letters: str, phrase: str) -> int | None:
    """Return where the shortest end of a phrase begins that holds the letters in order, the first at a word's start."""
    position = len(phrase) - 1
    for index in range(len(letters) - 1, -1, -1):
        while position >= 0 and not (
            phrase[position].lower() == letters[index]
            and (index > 0 or position == 0 or not phrase[position - 1].isalnum())
        ):
            position -= 1
        if position < 0:
            return None
        position -= 1
    return position + 1


def short_forms(text: str) -> tuple[Span, ...]:
    """Every stretch of a text that is a short form, whether the text defines it or not, in order.

    Such are words that consist of capitals for the most part, and what `definitions` finds; not words
    of a long form ("phrase-based MT" of PBMT), nor Roman numbers.

    >>> text = "A phrase-based MT (PBMT) system of part III runs on IoT devices and a 3D Bi-GAN."
    >>> [text[s.start : s.end] for s in short_forms(text)]
    ['PBMT', 'IoT', '3D', 'Bi-GAN']
    """
    defined = definitions(text)
    longs = [Span(d.long_offset, d.long_offset + len(d.long)) for d in defined]
    found = {Span(d.offset, d.offset + len(d.short)) for d in defined}
    for word in _BARE.finditer(text):
        bare = re.sub(r"['’]s$", "", word[0].rstrip(".'’?!"))
        parts = [Span(0, len(bare))] if _is_acronym(bare) else [Span(*m.span()) for m in re.finditer("[^-]+", bare)]
        for part in parts:
            if _is_acronym(bare[part.start : part.end]):
                found.add(Span(word.start() + part.start, word.start() + part.end))
    return tuple(sorted(s for s in found if not any(long.start <= s.start and s.end <= long.end for long in longs)))


def _is_acronym(word: str) -> bool:
    """Whether a word by itself is a short form ("IoT", "3D", "GMM-UBM", "Bi-GAN")."""
    if not 2 <= len(word) <= 10 or _ROMAN.fullmatch(word):
        return False
    if "-" in word:
        first, *others = word.split("-")
        capital = len(first) <= 3 and first[:1].isupper() and len(others) == 1
        return (capital or _is_acronym(first)) and all(_is_acronym(o) or re.fullmatch("[A-Z]", o) for o in others)
    capitals = sum(c.isupper() for c in word)
    return capitals >= _CAPITALS * len(word) or re.fullmatch(r"[2-6][DGK]", word) is not None
