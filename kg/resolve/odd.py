"""Names that are likely none: what is wrong with them, and how sure that is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from kg.model import EntityType, Mention
from kg.resolve.names import GENERIC_HEADS, is_generic, name_key, words_of

#: A name of more words is a phrase.
MOST_WORDS: Final = 8

#: Words that say too little for a name, alone or with others of them.
VAGUE_WORDS: Final = words_of(
    "application approach aspect capability case challenge characteristic component concept condition constraint"
    " content data design development element environment example experiment factor feature framework goal group"
    " implementation input issue item material measure method model module operation output parameter part pattern"
    " performance phase problem procedure process processing property requirement resource result sample scenario"
    " scheme setting solution stage state strategy study system target task technique technology test tool type unit"
    " value variable workflow several baseline proposed existing overall better faster higher lower smaller larger"
    " fewer cheaper greater best superior"
)
_JOINING: Final = (
    "of and or for with in into to the a an by on via from using as at than which that based its their our"
)
_BEGINS: Final = re.compile(
    rf"(?!in (?:situ|vivo|vitro|silico) )(?:(?:{_JOINING.replace(' ', '|')}|is|are|be|can|not) |[-–,;:/.])",
    re.IGNORECASE,
)
_ENDS: Final = re.compile(rf"(?: (?:{_JOINING.replace(' ', '|')}|is|are|be|can|not)|[-–,;:/])\Z", re.IGNORECASE)
#: What stands before things in sentences, not in names; behind a hyphen it may ("hardware-in-the-loop").
_ARTICLE: Final = re.compile(r" (?:the|an?|its|their|our|these|those|this|each|every) ")
#: Verbs that tell somebody to do something, and are no nouns.
_VERB: Final = re.compile(
    r"(?:achieve|analyze|assess|avoid|choose|classify|compare|compensate|compute|create|debias|denoise|describe|detect"
    r"|determine|discover|distinguish|enable|enhance|ensure|estimate|evaluate|explain|extract|find|generate|handle"
    r"|identify|improve|increase|infer|learn|localize|locate|manipulate|maximize|minimize|navigate|optimize|predict"
    r"|provide|quantify|recognize|reconstruct|recover|reduce|remove|retrieve|select|solve|track|translate|understand"
    r"|verify|visualize) "
)
#: Letters of the longest word that a name is looked for in.
_REACH: Final = 40
_BRACKETS: Final = (("(", ")"), ("[", "]"), ("{", "}"))


@dataclass(frozen=True, slots=True)
class Oddity:
    """What is wrong with a name.

    Attributes
    ----------
    why : str
    probability : float
        That the name is none, 0 to 1: about as many of such names were none to one reader of those of 750 papers that
        the shipped model read (hardware, conferences, arxiv_2025_2026); each kind had 1 to 70.
    """

    why: str
    probability: float


BRACKETS: Final = Oddity("its brackets do not match", 0.95)
CUT_OFF: Final = Oddity("it begins or ends with a word that joins others", 0.9)
INSIDE: Final = Oddity("it was cut out of a longer word", 0.8)
TOO_LONG: Final = Oddity(f"it has more than {MOST_WORDS} words", 0.5)
VAGUE: Final = Oddity("its words say too little", 0.6)
PHRASE: Final = Oddity("it is a part of a sentence", 0.5)
LETTERS: Final = Oddity("it has hardly a letter", 0.4)


def oddity(type_: EntityType, name: str) -> Oddity | None:
    """What is wrong with a name by itself; None where nothing is.

    >>> odd = [oddity("Task", name) for name in ("track the object", "object tracking", "semantic) mapping", "data")]
    >>> [each and each.why for each in odd]
    ['it is a part of a sentence', None, 'its brackets do not match', 'its words say too little']
    """
    words = name.split()
    if any(name.count(left) != name.count(right) for left, right in _BRACKETS):
        return BRACKETS
    if _BEGINS.match(name) or _ENDS.search(name):
        return CUT_OFF
    if len(words) > MOST_WORDS:
        return TOO_LONG
    key = name_key(name)
    if is_generic(key) or all(word in VAGUE_WORDS or word in GENERIC_HEADS[type_] for word in key.split()):
        return VAGUE
    if _ARTICLE.search(name.lower()) or (_VERB.match(name.lower()) and not _capitals(name)):
        return PHRASE
    letters = sum(sign.isalpha() for sign in name)
    # "F1" and "R2" are metrics
    return LETTERS if type_ != "Metric" and (letters < 2 or 3 * letters < len("".join(words))) else None


def _capitals(name: str) -> bool:
    """Whether a name is written as one ("Segment Anything", "Detect-and-Track")."""
    return sum(sign.isupper() for sign in name) > 1


def whole(text: str, mention: Mention) -> str | None:
    """The longer word that a mention was cut out of ("P-SPNN"), None where it was not.

    Ends that make an adjective of a name are none of its own ("CNN-based", "GPU-like").

    >>> from kg.model import Span
    >>> text = "We train a P-SPNN and a CNN-based net."
    >>> spans = (13, 17), (24, 27)
    >>> [whole(text, Mention("", *s, text[slice(*s)], "Method", "uses", 1, 1, Span(0, 38))) for s in spans]
    ['P-SPNN', None]
    """
    start, end = mention.start, mention.end
    before = (
        re.search(r"[^\W_][\w.]*[-‐–]\Z|\w+\Z", text[max(0, start - _REACH) : start])
        if text[start : start + 1].isalnum()
        else None
    )
    # "-TextInter" and "-V2" go on with a name, "-based" does not
    after = re.match(r"[-‐](?=[A-Z0-9])\w+|\w+", text[end : end + _REACH]) if text[end - 1 : end].isalnum() else None
    if before is not None and (before[0][-1:].isalnum() or mention.text[:1].isupper()):
        start -= len(before[0])
    if after is not None:
        end += after.end()
    longer = text[start:end]
    return longer if longer != mention.text else None


def mostly_cut(texts: Sequence[tuple[str, Mention]]) -> str | None:
    """The one longer word that most mentions of a name were cut out of, if they were.

    Parameters
    ----------
    texts : sequence of (str, Mention)
        Each mention with its paper's text.
    """
    longer = [each for text, mention in texts if (each := whole(text, mention)) is not None]
    best = min(longer, key=lambda each: (-longer.count(each), each), default="")
    return best if 2 * longer.count(best) > len(texts) else None
