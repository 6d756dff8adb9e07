r"""What a title says about which paper it is: its key, its words and parts, its numbers, and how telling it is."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

__all__ = ["Title", "is_noted", "numbers", "renumbered", "telling", "title_of", "turns"]

#: The most points that `telling` gives.
MOST: Final = 6.0

_FEWEST_IN_TAIL: Final = 3

_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\d+")
_CJK: Final = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
# What LaTeX says about how letters look; other commands ("\alpha") are words.
_LOOKS: Final = re.compile(
    r"\\(?:math[a-z]+|text[a-z]*|emph|operatorname|boldsymbol|bm|mbox|left|right|ensuremath|it|bf|rm|cal"
    r"|sc|tt|em)(?![a-zA-Z])"
)
# "YOLACT++" is not "YOLACT".
_PLUSES: Final = re.compile(r"(?<=\w)\+\+")
_SIGNS: Final = re.compile(r"\\(?=[A-Za-z])|\\[^A-Za-z\s]|[{}$'’‘`´]")
# What authors add to the title of another version of a paper.
_NOTE: Final = (
    r"(?:(?:extended|full|long|longer|short|shorter|complete|expanded|enlarged|journal|conference"
    r"|workshop|preliminary|revised|final"
    r"|corrected|updated|technical|arxiv|preprint|draft|author.?s|accepted|unabridged) )+"
    r"(?:version|abstract|paper|report|draft|edition|preprint|manuscript|copy)|extended abstract"
    r"|technical report|abstract"
    r"|preprint|extended|revised|tech report|working paper"
)
_NOTES: Final = re.compile(
    rf"^(?:{_NOTE})\s?:\s|\s?(?:[:,.\-\N{{EN DASH}}\N{{EM DASH}}]+\s?|[(\[])(?:the )?(?:{_NOTE})\s?[)\].\-]*\s*$"
)
_PART: Final = re.compile(r":\s|\s(?:-{1,3}|\N{EN DASH})\s|\N{EM DASH}|\?\s")
# Letters that no decomposition turns into a Latin one with an accent.
_LETTERS: Final = str.maketrans({
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th", "ß": "ss",
    **{chr(code): f" {unicodedata.name(chr(code)).split()[3].lower()} " for code in range(0x3B1, 0x3CA)},
})  # fmt: skip
_SPELLINGS: Final = (
    (re.compile(r"(?<=[a-z]{3}[iy])s(?=(?:e|ed|es|er|ers|ing|ation|ations)$)"), "z"),
    (re.compile(r"(?<=[a-z]{3}o)u(?=r(?:s|ed|ing|al|able|ful)?$)"), ""),
    (re.compile(r"(?<=[a-z]{3}l)l(?=(?:ed|er|ers|ing)$)"), ""),
    (re.compile(r"^(cent|fib|theat|lit|met)re(?=s?$)"), r"\1er"),
    (re.compile(r"^(catal|dial|anal)ogue(?=s?$)"), r"\1og"),
    (re.compile(r"^(def|off)ence"), r"\1ense"),
    (re.compile(r"^programme(?=s?$)"), "program"),
    (re.compile(r"^artefact"), "artifact"),
    (re.compile(r"^grey(?=scale$|$)"), "gray"),
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_ARTICLES: Final = frozenset({"a", "an", "the"})
_GRAMMAR: Final = _ARTICLES | _words(
    "about across all among and are as at be by can do does for from how if in into is it its of on or our s that their"
    " them these this through to toward towards using via we what when where which who why will with within you your"
    " au aux das de der des di die du e el en et fur il la le les los mit par pour sur un une und von y zur"
)
# The 200 words that most titles of computing share (of 512,144 titles of arXiv, the ACL Anthology and conferences).
_COMMON: Final = _words(
    "3d action active adaptation adaptive adversarial agent agents ai algorithm algorithms alignment analysis"
    " answering application applications approach approaches architecture attention automated automatic"
    " autonomous aware based bayesian benchmark case channel chinese classification clustering code codes"
    " coding combining communication comparison complex complexity computational computing constraints context"
    " continuous control convolutional corpus cross data dataset datasets decision deep design detection"
    " development dialogue diffusion dimensional distributed domain driven dynamic dynamics edge efficient"
    " embedding embeddings end energy english enhanced enhancing entity environments error estimation"
    " evaluating evaluation event exploring extraction fast feature features few field fine flow framework"
    " free functions fusion game games gaussian general generation generative global gradient graph graphs"
    " guided hierarchical high human hybrid identification image images improved improving inference"
    " information interaction interactive interpretable investigating joint knowledge language languages large"
    " latent learning level linear llm llms local localization long low machine management mapping matching"
    " matrix medical memory method methods mobile modal model modeling models motion multi multilingual"
    " multimodal multiple natural navigation network networks neural new noise non novel object online open"
    " optimal optimization order overview parallel parsing path performance planning point policy power pre"
    " prediction privacy probabilistic problem problems process processing programming quality quantum"
    " question random real reasoning recognition reconstruction reinforcement representation representations"
    " research resolution resource retrieval review robot robotic robots robust scalable scale search"
    " segmentation selection self semantic semi sensing sensor shot simple simulation single social software"
    " source space sparse spatial speech state statistical stochastic structure structured study supervised"
    " survey synthesis system systems task tasks temporal text theory time tracking training transfer"
    " transformer transformers translation tree tuning uncertainty understanding unified unsupervised user"
    " video view vision visual web wireless word words world zero"
)
_NUMBERS: Final = {
    word: str(number)
    for number, words in enumerate(
        ("one first i", "two second ii", "three third iii", "four fourth iv", "five fifth v", "six sixth vi",
         "seven seventh vii", "eight eighth viii", "nine ninth ix", "ten tenth x"),
        start=1,
    )
    for word in words.split()
}  # fmt: skip
# "i", "v" and "x" are numbers behind one of these or at the end; elsewhere they are variables and pronouns.
_COUNTED: Final = frozenset(
    {"part", "parts", "volume", "vol", "chapter", "phase", "section", "task", "track", "paper", "teil"}
)
_TURNS: Final = _words(
    "addendum appendix comment comments commentary corrected correction corrections corrigenda corrigendum"
    " discussion errata erratum plusplus rejoinder reply response retracted retraction revisited supplement"
    " supplementary supplemental withdrawn"
)
_COUNT: Final = r"(?:[ivx]+|\d+[a-z]?|[a-z]|one|two|three|four|five|six|seven|eight|nine|ten)\b"
_WHO: Final = (
    "(?:guest |programm?e? |general |conference |workshop )*(?:editors?|(?:co )?chairs?|chairman"
    "|chairperson|president|publishers?"
    "|organi[sz]ers?|secretary|treasurer)s?"
)
# Kinds of texts that proceedings and journals have in every issue, and bare names of kinds of papers.
_GENERIC: Final = re.compile(
    "|".join((
        "(?:guest |an? |general |brief |short |the )*(?:introductions?|editorials?|prefaces?|forewords?"
        "|prologue|epilogue|overview"
        "|summar(?:y|ies)|conclusions?|discussions?|abstracts?|errata|erratum|corrigend(?:um|a)"
        "|addend(?:um|a)|corrections?"
        "|correspondence|obituar(?:y|ies)|tributes?|in memoriam|acknowledge?ments?|dedication"
        "|bibliography|references|glossary"
        "|appendix|index|program(?:me)?s?|schedule|survey|review|tutorials?|posters?|demonstrations?"
        "|demos?|panels?|workshops?"
        "|keynotes?|presentations?|comments?|notes?|reply|response|rejoinder|news|miscellan(?:y|ea|eous)"
        "|announcements?"
        "|advertisements?|reports?|letters?|questions?|answers?|squibs?)(?: (?:and|to"
        "|of) (?:acknowledge?ments|answers|discussion))?",
        "(?:preface|prefacio|presentacion|vorwort|einleitung|editorial|avant propos"
        "|foreword)(?: (?:foreword|preface|editorial|note))*",
        "untitled(?: document)?|no title|title|n a|na|tba|test|personal notes|last words|position paper"
        "|in this issue",
        "(?:the )?(?:front|back) ?matter|title page|cover(?: page)?|copyright(?: (?:page|notice))?|imprint|masthead",
        "(?:table of )?contents|(?:(?:author|subject|title|name|keyword|cumulative|general"
        "|and)s? )+index(?: .{0,30})?|index of .*",
        "list of .*|.{0,20}membership list|editorial board",
        "(?:conference |workshop |technical |program(?:me)? |scientific )*(?:organi[sz]ers"
        "|organi[sz]ation|organi[sz]ing committee"
        "|committees?|reviewers|referees|sponsors|participants|authors|contributors|program(?:me)?)",
        f"{_WHO} (?:preface|notes?|message|introduction|report|address|remarks|foreword|comments?|summary)",
        "(?:a )?(?:message|note|letter|word|welcome|foreword|preface|report|summation|introduction|greeting|remark)s?"
        f" (?:from|by|of|to) (?:the )?{_WHO}(?: .{{0,40}})?",
        "welcome(?: .{0,60})?|from the editors?(?: .{0,20})?|about (?:the|this) (?:authors?|issue)",
        "(?:opening|closing|concluding|introductory|final|welcoming) (?:remarks|comments|session|address"
        "|statements?|discussion)",
        "(?:guest )?(?:introduction|preface|foreword|editorial|overview) (?:to|of|for|on) (?:the "
        "|this )?(?:.{0,30} )?"
        "(?:special (?:issue|section|theme|track)|issue|volume|workshop|proceedings|session|conference)(?: .*)?",
        "(?:conference )?proceedings of .*|.* proceedings|special (?:issue|section)(?: .*)?",
        f"(?:[a-z]+ )?session {_COUNT}.{{0,90}}|(?:plenary |poster |demo |panel )sessions?"
        f"|panel (?:{_COUNT}|discussion\\b).*",
        f"(?:invited|keynote|plenary) (?:talk|speech|speaker|address|lecture|paper|presentation"
        f"|abstract)s?(?: {_COUNT})?",
        "books? (?:reviews?|notices?|rec(?:ei|ie)ved)|publications? rec(?:ei|ie)ved|(?: ?briefly noted)+|new books",
        "calls? for (?:papers|participation|proposals)|(?:guidelines|instructions|information) (?:for"
        "|to) (?:authors|submissions?|reviewers)",
        "(?:abstracts of )?current (?:literature|bibliography)|(?:the )?finite string(?: .*)?|announcements? .{0,40}",
        "(?:annual|site|technical|progress|final|project|status|activity|workshop|conference)s? (?:report|summary)s?",
        "a (?:brief |short )?(?:survey|review|tutorial|overview|note|reply|comment)",
    ))
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Title:
    """A title as it is compared.

    Attributes
    ----------
    plain : str
        Case-folded, without accents, LaTeX and signs, words single-spaced.
    key : str
        The letters and digits of `plain` in American spelling and without articles: equal titles have equal keys.
    words : tuple of str
        Words that are not grammar's, in American spelling, in order.
    parts : tuple of tuple of str
        The words before the first colon, dash or question mark, and those behind it if they are three or more; none
        where there is no such sign.
    generic : bool
        Whether it names a kind of text, such as front matter, and no paper.
    """

    plain: str
    key: str
    words: tuple[str, ...]
    parts: tuple[tuple[str, ...], ...]
    generic: bool


@lru_cache(maxsize=8192)
def title_of(title: str) -> Title:
    r"""Return a title as it is compared.

    Examples
    --------
    >>> title = title_of(r"$\mathcal{O}(n)$ Modelling of {H}\"older Colours: The B\'ezier-Case")
    >>> title.plain, title.key
    ('o n modelling of holder colours the bezier case', 'onmodelingofholdercolorsbeziercase')
    >>> title.parts[0]
    ('o', 'n', 'modeling', 'holder', 'colors')
    >>> title_of("Neural parsing (extended abstract)").key == title_of("Technical report: Neural Parsing").key
    True
    >>> [title_of(text).generic for text in ("Editorial", "Session 3: Parsing", "A Survey", "A Survey of Mamba")]
    [True, True, True, False]
    """
    folded = _folded(title)
    # A title that is a note alone, "Technical report:", stays.
    folded = _NOTES.sub("", folded) or folded
    spelt = [american(word) for word in _WORD.findall(folded)]
    words = tuple(word for word in spelt if word not in _GRAMMAR)
    key = "".join(word for word in spelt if word not in _ARTICLES) or " ".join(folded.split())
    plain = " ".join(_WORD.findall(folded))
    return Title(plain, key, words or tuple(spelt), _parts(folded), _GENERIC.fullmatch(plain) is not None)


@lru_cache(maxsize=65536)
@lru_cache(maxsize=1 << 16)
def american(word: str) -> str:
    """Return a word in American spelling; the ending alone decides, so that a few become no word at all.

    Examples
    --------
    >>> [american(word) for word in ("optimisation", "behaviours", "labelling", "centre", "analyse", "noise", "our")]
    ['optimization', 'behaviors', 'labeling', 'center', 'analyze', 'noise', 'our']
    """
    if len(word) > 3:
        for pattern, replacement in _SPELLINGS:
            word = pattern.sub(replacement, word)
    return word


def telling(title: Title) -> float:
    """Return how telling a title is: a point a word, less for words that many titles share, at most 6.

    Examples
    --------
    >>> telling(title_of("Neural networks for machine translation")), telling(title_of("Word Mover's Embedding"))
    (2.0, 2.0)
    """
    return 0.0 if title.generic else min(MOST, sum(map(_weight, set(title.words))))


def numbers(title: Title) -> tuple[str, ...]:
    """Return the numbers in a title, sorted: digits, number words, Roman numerals.

    Examples
    --------
    >>> numbers(title_of("SemEval-2018 Task 3, Part II")) == numbers(title_of("SemEval 2018 task three: part 2"))
    True
    """
    words = title.plain.split()
    found = []
    for place, word in enumerate(words):
        if word.isdecimal():
            found.append(word.lstrip("0") or "0")
        elif word in _NUMBERS and (
            word not in ("i", "v", "x") or place == len(words) - 1 or words[place - 1] in _COUNTED
        ):
            found.append(_NUMBERS[word])
        elif len(word) == 1 and place and words[place - 1] in _COUNTED:
            found.append(word)
    return tuple(sorted(found))


def is_noted(title: str) -> bool:
    """Return whether a title says which version of the paper it is.

    Examples
    --------
    >>> is_noted("Neural parsing (extended abstract)"), is_noted("Neural parsing")
    (True, False)
    """
    return _NOTES.search(_folded(title)) is not None


def renumbered(one: Title, other: Title) -> bool:
    """Return whether two titles have words of the same letters with other digits.

    Examples
    --------
    >>> one = title_of("YOLOv3 for 3D scenes")
    >>> renumbered(one, title_of("YOLOv4 for 3D scenes")), renumbered(one, title_of("For 3D scenes"))
    (True, False)
    """
    mine, theirs = set(one.words) - set(other.words), set(other.words) - set(one.words)
    stems = {stem for word in mine if (stem := _DIGITS.sub("", word))}
    return any(_DIGITS.sub("", word) in stems for word in theirs)


def turns(title: Title) -> frozenset[str]:
    """Return the words that make a title one of another text about the same: "erratum", "reply", "revisited".

    Examples
    --------
    >>> sorted(turns(title_of("Erratum to: Parsing with trees, revisited")))
    ['erratum', 'revisited']
    """
    return _TURNS.intersection(title.words)


def _folded(title: str) -> str:
    if "\\" in title or "$" in title:
        title = _LOOKS.sub(" ", title)
    title = _PLUSES.sub(" plusplus ", title).replace("&", " and ")
    if title.isascii():
        return _SIGNS.sub("", title).casefold()
    # Accents that stand alone ("\'e", "´e") go with the signs, those on their letters by decomposition.
    folded = unicodedata.normalize("NFKD", _SIGNS.sub("", title)).casefold()
    return "".join(char for char in folded if not unicodedata.combining(char)).translate(_LETTERS)


def _parts(folded: str) -> tuple[tuple[str, ...], ...]:
    found = _PART.search(folded)
    if found is None:
        return ()
    head, tail = (
        tuple(w for word in _WORD.findall(part) if (w := american(word)) not in _GRAMMAR)
        for part in (folded[: found.start()], folded[found.end() :])
    )
    if not head or not tail:
        return ()
    return (head, tail) if len(tail) >= _FEWEST_IN_TAIL else (head,)


def _weight(word: str) -> float:
    if word in _COMMON:
        return 0.5
    if _CJK.search(word):
        # Without spaces between words, two or three characters are one.
        return len(word) / 3
    return 0.25 if len(word) == 1 or word.isdigit() else 1.0
