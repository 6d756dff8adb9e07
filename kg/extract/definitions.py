"""Which of a paper's mentions its text says to be a kind of which other: definitions, appositions, lists, head nouns.

Patterns of words between two mentions of one type, after Hearst, "Automatic acquisition of hyponyms
from large text corpora", COLING 1992, and names within names ("spectral CNN" is a CNN). How often each
pattern was right on annotated papers is its confidence.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from kg.model import Mention, Span
from kg.resolve.acronyms import Definition, best_long_form, definitions
from kg.resolve.names import is_generic, name_key

#: Version of the patterns, for the agent of what is made of them.
VERSION: Final = "kinds-1"

#: Right and found pairs of entities by pattern, counted on the 195 papers of gold/train with relations, gold entities
#: taken as mentions. The test of the counts counts them again.
COUNTS: Final[dict[str, tuple[int, int]]] = {
    "head": (72, 91),
    "such as": (35, 39),
    "parenthesis": (18, 21),
    "colon": (15, 18),
    "name, a class": (12, 16),
    "namely": (6, 8),
    "title": (5, 7),
    "including": (4, 7),
    "version": (3, 8),
    "is a": (3, 4),
    "name (a class)": (1, 2),
    "and other": (0, 0),
}


@dataclass(frozen=True, slots=True)
class Broader:
    """A mention that names a kind of what another names.

    Attributes
    ----------
    narrow, broad : Mention
        Of one type.
    sentence : Span
        The sentence that says so: it holds `narrow`, and `broad` too, but for the patterns "head" and "version",
        where the name of the one is within that of the other.
    pattern : str
        A key of `COUNTS`.
    confidence : float
        Share of such pairs that annotators called subclass and class, one of each kind added, 0 to 1, two decimals.
    """

    narrow: Mention
    broad: Mention
    sentence: Span
    pattern: str
    confidence: float


#: Types whose names within names are classes; Fashion-MNIST is no MNIST, and metrics have no such relation.
_TYPES: Final = frozenset(("Method", "Task", "Hardware"))

_FUNCTION: Final = (
    r"(?:for|to|of|that|which|with|within|in|on|from|by|via|at|as|is|are|using|based on|built|composed"
    r"|leverag\w+|between|into|over|than|called|named|being)"
)
_MODIFIERS: Final = rf"(?:(?!(?:{_FUNCTION}|an?|the)\b|\d)[\w/-]+,? (?:and )?){{0,3}}"
_KIND: Final = r"(?:(?:kind|type|class|family|form|variant|version|example|instance|member)s? of (?:an? |the )?)?"
_ONE: Final = r"(?:the |an? )?(?:(?!two|three|four|five|several|other|many|both)[\w-]+ )?"
#: Words between the broad mention and the first narrow one, which may begin a list.
_LISTS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(rule, re.IGNORECASE)
    for name, rule in {
        "such as": rf"(?: [\w-]+){{0,2}}(?:,| ?-+| \()? ?(?:such as|like|e\.g\.,?|for example,?|for instance,?) {_ONE}",
        "including": r"(?: [\w-]+){0,2}(?:,| \()? ?(?:including|particularly|especially|in particular|notably),? "
        rf"(?:both )?{_ONE}",
        "namely": rf"(?: [\w-]+)?,? \(?(?:namely|i\.e\.,?|specifically|called|named|known as|termed|dubbed),? {_ONE}",
        "colon": r"(?:(?: [\w-]+)? [\w-]+s)?: (?:the )?",
        "parenthesis": r"(?: [\w-]+s)? ?\((?:the )?",
    }.items()
}
#: Words between the narrow mention and the broad one.
_DEFINITIONS: Final[dict[str, re.Pattern[str]]] = {
    name: re.compile(rule, re.IGNORECASE)
    for name, rule in {
        "is a": rf"(?: \([^()]*\))? (?:is|are|was|were|being) (?:an?|the|one of the) {_MODIFIERS}{_KIND}{_MODIFIERS}",
        "name, a class": rf"\)?(?:,| -+| [—–]) (?:an?|one of the) {_MODIFIERS}{_KIND}{_MODIFIERS}",
        "name (a class)": rf" \((?:an?|the|one of the) {_MODIFIERS}{_KIND}",
        "title": rf": (?:An? |The )?(?!\w+ing ){_MODIFIERS}",
        "and other": r"(?:,? (?:and|or)|,) (?:(?:many |some )?other|similar|related) (?:[\w-]+ ){0,2}",
    }.items()
}
_NEXT: Final = re.compile(rf"(?: \([^()]*\))?\)?(?:,? (?:and|or|&)|,|/) ?{_ONE}")
#: What follows where the broad mention is the head of its phrase: "an NN" but not "an NN inference framework".
_HEAD: Final = re.compile(
    rf"\W*$|[^\w\s-]|-(?=-)| [(—–-]| (?:{_FUNCTION}|and|or|but|while|where|whose|the|\w+(?:ed|ing))\b"
)
_NOT_ONE: Final = re.compile(rf" (?:and|or|&|\+|vs\.?|{_FUNCTION}) |[/,]|-to-|\bnon-|\bmulti-\w+$")
_ARTICLE: Final = re.compile(r"\ban? (?:[\w-]+ )?$", re.IGNORECASE)
_VERSION_OF: Final = re.compile(
    r"[ -]?(?:v?\d[\w.+-]*|[a-z]+\d[\w-]*|tiny|nano|mini|small|medium|base|large|lite)|(?<=\d)[snmlx]", re.IGNORECASE
)
#: The longest gap looked at, in characters.
_FAR: Final = 80


def broader(text: str, mentions: Sequence[Mention]) -> tuple[Broader, ...]:
    """Pairs of mentions of which the text says that one names a kind of the other, the surest of each two names.

    Parameters
    ----------
    text : str
        The paper's.
    mentions : sequence of Mention
        Those of this text.

    Returns
    -------
    tuple of Broader
        By offset of the narrow mention.
    """
    given = definitions(text)
    best: dict[tuple[str, str, str], Broader] = {}
    for pair in candidates(text, mentions, given):
        name = (pair.narrow.type, name_key(pair.narrow.text), name_key(pair.broad.text))
        if name not in best or pair.confidence > best[name].confidence:
            best[name] = pair
    for type_, narrow, broad in list(best):
        other = best.get((type_, broad, narrow))
        if other and other.confidence > best[type_, narrow, broad].confidence:
            del best[type_, narrow, broad]
    return tuple(sorted(best.values(), key=lambda b: (b.narrow.start, b.narrow.end, b.broad.start, b.broad.end)))


def candidates(text: str, mentions: Sequence[Mention], given: Sequence[Definition] = ()) -> Iterator[Broader]:
    """Every pair that a pattern fits, each as often as it fits."""
    same = {frozenset((name_key(d.short), name_key(d.long))) for d in given}
    shorts = {d.offset for d in given}
    by_sentence: dict[tuple[Span, str], list[Mention]] = defaultdict(list)
    mentions = sorted((m for m in mentions if m.type in _TYPES), key=lambda m: (m.start, m.end))
    for mention in mentions:
        by_sentence[mention.sentence, mention.type].append(mention)
    for (sentence, _), inside in by_sentence.items():
        for narrow, broad, name in _between(text, inside, in_title=sentence.start == 0):
            short = name == "parenthesis" and (narrow.start in shorts or _abbreviates(narrow.text, broad.text))
            if _differ(narrow, broad, same) and not short:
                yield _pair(narrow, broad, name)
    for narrow, broad, name in _within(mentions, given):
        if _differ(narrow, broad, same):
            yield _pair(narrow, broad, name)


def _pair(narrow: Mention, broad: Mention, name: str) -> Broader:
    right, found = COUNTS[name]
    return Broader(narrow, broad, narrow.sentence, name, round((right + 1) / (found + 2), 2))


def _abbreviates(short: str, long: str) -> bool:
    """Whether the letters of a name stand in this order in a longer one that begins with the same ("Lorsa")."""
    short, long = short.lower(), long.lower()
    letters = iter(long)
    return short[:1] == long[:1] and all(letter in letters for letter in short if letter.isalnum())


def _differ(narrow: Mention, broad: Mention, same: set[frozenset[str]]) -> bool:
    keys = name_key(narrow.text), name_key(broad.text)
    if keys[0] == keys[1] or not all(keys) or frozenset(keys) in same or is_generic(keys[1]):
        return False
    # "Test-Time Adaptation" is no kind of TTA, wherever that is defined
    return " " not in keys[0] or best_long_form(broad.text, narrow.text) != narrow.text


def _between(text: str, inside: Sequence[Mention], *, in_title: bool) -> Iterator[tuple[Mention, Mention, str]]:
    """Pairs that the words between two mentions make, lists included."""
    for position, left in enumerate(inside):
        for place in range(position + 1, len(inside)):
            right = inside[place]
            if right.start - left.end > _FAR:
                break
            gap = text[left.end : right.start]
            if right.start < left.end or not gap:
                continue
            for name, words in _LISTS.items():
                # after a title's colon stands what the paper is, not a list
                if words.fullmatch(gap) and not (in_title and name == "colon"):
                    last = _closing(text, right) if name == "parenthesis" else right.sentence.end
                    yield from ((item, left, name) for item in _items(text, inside, place, last))
                    break
            for name, words in _DEFINITIONS.items():
                if words.fullmatch(gap) and _HEAD.match(text, right.end, right.sentence.end):
                    if name == "title" and not (in_title and " " not in left.text):
                        continue  # a title's first part is a name where it is one word, else a topic
                    if name == "name, a class" and _ARTICLE.search(text, left.sentence.start, left.start):
                        continue  # "a LiDAR, a camera and a radar": a list of things
                    before = _items_before(text, inside, position) if name == "and other" else (left,)
                    yield from ((item, right, name) for item in before)
                    break


def _closing(text: str, mention: Mention) -> int:
    found = text.find(")", mention.end, mention.sentence.end)
    return found if found >= 0 else mention.sentence.end


def _items(text: str, inside: Sequence[Mention], place: int, last_end: int) -> Iterator[Mention]:
    """Return the mentions of a list from its first on."""
    last = inside[place]
    yield last
    for mention in inside[place + 1 :]:
        if last.end <= mention.start < last_end and _NEXT.fullmatch(text, last.end, mention.start):
            yield mention
            last = mention


def _items_before(text: str, inside: Sequence[Mention], position: int) -> Iterator[Mention]:
    """Return the mentions of a list from its last back."""
    last = inside[position]
    yield last
    for mention in reversed(inside[:position]):
        if mention.end <= last.start and _NEXT.fullmatch(text, mention.end, last.start):
            yield mention
            last = mention


def _within(mentions: Sequence[Mention], given: Sequence[Definition]) -> Iterator[tuple[Mention, Mention, str]]:
    """Names whose last words are another's name, of those the longest, and names that are another's with a version."""
    long_of = {name_key(d.short): name_key(d.long) for d in given}
    named: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        key = name_key(mention.text)
        for form in {key, long_of.get(key, key)}:
            named[mention.type, form].append(mention)
    for narrow in mentions:
        words = [] if _NOT_ONE.search(narrow.text) else name_key(narrow.text).split()
        for first in range(1, len(words)):
            tail = " ".join(words[first:])
            found = named.get((narrow.type, tail)) or named.get((narrow.type, long_of.get(tail, "")))
            if found:
                yield narrow, _nearest(found, narrow), "head"
                break
        lower = narrow.text.lower()
        bases = [
            m
            for m in mentions
            if m.type == narrow.type and lower.startswith(m.text.lower()) and _VERSION_OF.fullmatch(lower, len(m.text))
        ]
        if bases:
            longest = max(len(m.text) for m in bases)
            yield narrow, _nearest([m for m in bases if len(m.text) == longest], narrow), "version"


def _nearest(mentions: Sequence[Mention], to: Mention) -> Mention:
    return min(mentions, key=lambda m: (abs(m.start - to.start), m.start))
