"""Whether a sentence states a relation or a result, or hedges it, denies it or puts it off.

Cues with a direction and a scope, after Chapman et al., "A simple algorithm for identifying negated
findings and diseases in discharge summaries", J. Biomed. Inform. 34 (2001), and Harkema et al.,
"ConText", J. Biomed. Inform. 42 (2009): a cue acts on the words up to the end of its phrase or of
its clause; look-alikes ("not only", "without loss of accuracy", "promising results") are read
first and act on nothing. Here a cue acts on a pair: "unlike X" parts X from others, not within "X for Y".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal, TypeAlias

from kg.model import Relation, Role, Span

Status: TypeAlias = Literal["stated", "hedged", "negated", "planned"]

#: Version of the rules.
VERSION: Final = "assertion-1"

# The white space of a paper's text is folded, so that a space in a pattern is one space.

#: A first look: each cue has one of these words, or "n't", or "to be". Words are looked up in a set several times as
#: fast as all cues are searched for, and most sentences have none.
_WORDS: Final = frozenset(
    (
        "not", "cannot", "no", "nor", "never", "neither", "without", "unlike", "instead", "rather", "contrast",
        "contrary", "opposed", "lieu", "place", "lack", "lacks", "lacked", "lacking", "fail", "fails", "failed",
        "failing", "unable", "incapable", "inability", "impossible", "infeasible", "unsuited", "unsuitable", "suited",
        "suitable", "too", "devoid", "free", "dispense", "dispenses", "dispensed", "dispensing", "may", "might",
        "could", "would", "should", "potential", "potentially", "possibly", "perhaps", "presumably", "probably",
        "arguably", "likely", "expected", "thought", "hint", "hints", "promising", "expect", "envision", "envisage",
        "hope", "suspect", "postulate", "conceivable", "possible", "probable", "whether", "unclear", "future", "plan",
        "planned", "planning", "intend", "will", "leave", "leaves", "leaving", "left", "remain", "remains", "yet",
        "next", "further", "later", "ongoing", "follow", "now", "currently", "goal", "goals", "aim", "aims",
        *(f"{verb}{end}" for verb in ("eliminat", "remov", "obviat") for end in ("e", "es", "ed", "ing")),
        *(f"{verb}{end}" for verb in ("avoid", "circumvent") for end in ("", "s", "ed", "ing")),
        *(f"{verb}{end}" for verb in ("appear", "seem", "suggest") for end in ("", "s", "ed", "ing")),
        *(f"{verb}{end}" for verb in ("believe", "conjecture", "speculate", "anticipate") for end in ("", "s", "d")),
        *(f"hypothesi{letter}e{end}" for letter in "sz" for end in ("", "s", "d")),
    )
)  # fmt: skip
_WORD: Final = re.compile(r"[a-z]+")
_SIGNS: Final = ("n't", "n’t", " to be ")


def _any(*alternatives: str) -> str:
    return "(?:" + "|".join(alternatives) + ")"


_NOT: Final = r"(?:not|cannot|n['’]t)"
#: What is denied to praise: "without loss", "does not degrade".
_LOSS: Final = _any(
    "loss", "losing", r"sacrific\w+", r"compromis\w+", r"degrad\w+", r"hurt\w*", r"harm\w*", r"affect\w*", r"impact\w*",
    r"impair\w*", r"worsen\w*", r"deteriorat\w+", r"drop\w*", r"suffer\w*", r"hinder\w*", r"alter\w*", r"exceed\w*",
    "overhead",
)  # fmt: skip
#: What is better where it is less.
_COST: Final = r"(?:latency|cost|memory|param|comput|time|energy|power|size|overhead|footprint|number|error)\w*"
_GAIN: Final = r"(?:\w+ ){0,2}(?:improvement|gain|benefit|advantage|increase|effect|evidence|progress)s?"
_LATER: Final = r"(?:future|further|later|follow-up) " + _any(
    "works?", "research", r"stud(?:y|ies)", "extensions?", "directions?", "versions?", "steps?", "plans?",
    "investigations?", "improvements?", "efforts?", "papers?",
)  # fmt: skip
#: Verbs of what is to be done; "we will show" and "code will be released" are of this paper.
_DO: Final = (
    _any(
        "extend", "appl", "test", "evaluat", "port", "add", "integrat", "compar", "train", "deploy", "implement",
        r"us(?:e|ing)", "improv", "develop", r"buil[dt]", "adapt", "incorporat", "combin", "includ", "address",
        "explor", "expand", "employ", "run", "conduct", "validat", "equip", "scale", r"generali[sz]",
    )
    + r"\w*"
)  # fmt: skip
_ADVERBS: Final = r"(?: (?:\w+ly|also|soon|then|next|further))*"

#: Cues by the way they act. At one place of a sentence the first that fits is taken.
_CUES: Final[dict[str, str]] = {
    "nothing": _any(
        rf"without (?:[\w-]+ ){{0,2}}(?:{_LOSS}|effect|increas\w+|chang\w+|modif\w+)",
        r"without (?:bells|doubt|exception)",
        "with (?:and|or) without",
        rf"(?:no|little) (?:[\w-]+ ){{0,2}}{_LOSS}",
        r"not (?:only|just|merely|simply|solely|alone|necessarily|limited|restricted|confined|to mention|least|until)",
        r"not (?:surprising\w*|the (?:only|most|best|first|same))",
        rf"{_NOT} (?:[\w-]+ )?{_LOSS}",
        rf"{_NOT} (?:[\w-]+ )?increas\w+ (?:\w+ ){{0,2}}{_COST}",
        rf"{_NOT} (?:[\w-]+ )?(?:reduc|decreas|lower)\w*(?! (?:\w+ ){{0,2}}{_COST})",
        rf"{_NOT} be (?:overstat|ignor|neglect|overlook)\w+",
        r"(?:not|no) (?:less|fewer|more|greater|higher|larger|later|worse|lower)",
        "no (?:doubt|matter whether)|(?:if|why) not|regardless of whether|whether or not|(?:would|could) otherwise",
        # "released to support future research": the work is others'
        r"(?:support|facilitat|foster|inspir|guid|encourag|enabl|benefit|accelerat|promot|advanc|inform|motivat|stimulat"
        rf"|spur|help|aid|for|on|into|valuable)\w* (?:[\w-]+ ){{0,3}}{_LATER}",
    ),
    "contrast": _any(
        "unlike", "instead of", "rather than", "(?:in|by) contrast (?:to|with)", "as opposed to", "contrary to",
        "in (?:lieu|place) of",
    ),
    "phrase": _any(
        "without",
        r"(?:eliminat|remov|avoid|obviat|circumvent)\w* (?:the )?(?:need|use|requirement|necessity) (?:for|of)",
        "lack(?:s|ed|ing)?(?: of)?", "devoid of", "free (?:of|from)", r"dispens\w+ with",
        rf"no(?! (?:longer|{_GAIN})\b)(?= \w)",
    ),
    "clause": _any(
        _NOT, "never", "neither", "nor", r"no(?= \w)", "fail(?:s|ed|ing)? (?:to|in|at|on)", "unable to", "incapable of",
        "inability to", "impossible", "infeasible", r"(?:un|ill-)suit\w+ (?:for|to)",
        r"too (?:\w+ ){1,3}?(?:to|for)(?= )",
    ),
    "leaving": rf"leav(?:e|es|ing)(?=[^.;]{{1,160}}?\b(?:for|to|as) (?:the future|{_LATER}))",
    "around": _any(
        rf"left (?:for|to|as) (?:the future|{_LATER}|others)",
        rf"remains? (?:(?:an )?open|(?:yet )?to be \w+|for {_LATER})",
        "(?:is|are) (?:currently )?planned",
        "(?:in|of) (?:an? |our )?(?:ongoing|follow-up) (?:works?|study|paper|research)",
        rf"(?:directions?|topics?|avenues?|subjects?|matters?|steps?) (?:for|of|in) (?:our )?{_LATER}",
        rf"(?:is|are|yet) to be {_DO}",
    ),
    "ahead": _any(
        rf"(?:we|i) are (?:currently|now) {_DO}",
        "(?:long-term|ultimate|next) (?:goals?|aims?) (?:is|will)",
        "next steps? (?:is|are|will)",
        r"(?:in|as|for) (?:the |our )?(?:near |coming )?future(?=,| we | it |[.;)]|$| \w+ will )",
        "in the (?:near |coming )?future",
        _LATER,
        rf"(?:we|i|authors|and|also){_ADVERBS} (?:plan|intend|are planning) (?:to|on)",
        rf"(?:we|i) will{_ADVERBS} {_DO}",
        rf"will{_ADVERBS} be{_ADVERBS} {_DO}",
    ),
    "opinion": _any(
        "suggest(?:s|ed|ing)? that",
        # "results suggest", not "we suggest"
        r"(?:results?|findings?|evidence|experiments?|analys[ei]s|stud(?:y|ies)|evaluations?|observations?|data"
        r"|simulations?|this|these|which) (?:\w+ ){0,2}?suggest(?! (?:an?|to) )s?",
        "(?:believe|hypothesi[sz]e|conjecture|speculate|anticipate)[sd]? (?:that|to)",
        r"(?:we|i|authors) (?:\w+ly |also )?(?:believe|hypothesi[sz]e|conjecture|speculate|envis(?:ion|age)|anticipate"
        "|expect|hope|suspect|postulate)",
        "hints? (?:at|that|towards?)", "(?:conceivable|possible|probable|likely) that", "unclear",
        r"(?:examin|investigat|explor|stud|test|ask|assess|analy[sz]|evaluat|unknown|question|consider|wonder|sure|certain)"
        r"\w* (?:\w+ )?whether",
    ),
    "hedge": _any(
        r"(?:may|might|could|would)(?! not\b)", "potentially", "possibly", "perhaps", "presumably", "probably",
        "arguably", "(?<!more )(?<!less )(?<!most )likely to", "(?:expected|thought) to", "should be able to",
        "(?:appear|seem)(?:s|ed|ing)? (?:to|as|well|suited|promising)",
        "potential (?:to|for|of|in|as|uses?|applications?|solutions?|candidates?|tools?|benefits?)",
        r"promising (?:[\w-]+ ){0,2}?(?:candidate|alternative|solution|approach|tool|platform|direction|avenue|way|path"
        r"|option|technolog|substrate|framework|paradigm|technique|method)\w*",
    ),
}  # fmt: skip
_CUE: Final = re.compile("|".join(rf"(?P<{way}>(?:\b|(?=n['’]t)){rule}\b)" for way, rule in _CUES.items()))

#: A word that shows that what stands before it, or behind it, is a clause.
_VERB: Final = _any(
    "is", "are", "was", "were", "has", "have", "had", "does", "do", "did", "can", "could", "will", "would", "should",
    "may", "might", "cannot", "runs?", "uses?", "needs?", "achieves?", "requires?", "outperforms?", "improves?",
    "reduces?", "yields?", "reach(?:es)?", "obtains?", "provides?", "delivers?", "works?", "operates?", "shows?",
    "demonstrates?", "solves?", "supports?", "targets?", "trains?", "fits?", "we", "it", "they", "thus", "therefore",
    "hence",
) + r"\b"  # fmt: skip
_CLAUSE_END: Final = re.compile(
    r"[;:()—–,]|\b(?:but|however|while|whereas|although|though|because|since|unless|which|who|where|when|until|without)\b"
    rf"|\band (?:\w+ly |thus |still )?{_VERB}"
)
_PHRASE_END: Final = re.compile(
    r"[;:()—–,]|\b(?:on|in|for|to|at|with|by|from|across|over|under|during|when|using|via|through|while|but|whereas"
    rf"|beyond|between|among|except|other than|however|although|because|since|so|which|that|who|where|then)\b|\b{_VERB}"
)
_SENTENCE_END: Final = re.compile(r"[;]|,? (?:but|while|whereas)\b")
_CLAUSE_START: Final = re.compile(r"[;:]|,? (?:but|while|whereas|although)\b|, (?:and|with|which|(?=\w+ing))\b|\band\b")
_PARENTHESIS: Final = re.compile(r"(?<= )\([^()]*\)")
#: What may stand between a cue of a phrase and the noun it is about: "without [relying on] X".
_LEAD_IN: Final = re.compile(
    r"(?: (?:the|any|a|an|explicit\w*|additional|first|\w+ly)\b)*"
    r"(?: (?:\w+ing|access|needs?|use|help|aid|support|reliance|recourse|dependence|requirements?|knowledge)"
    r"(?: (?:to|for|of|on|upon|with|from|in|by)\b)?)?\b"
)
_MORE_OF_A_LIST: Final = re.compile(r"(?:, (?:[\w-]+ ){0,3}[\w-]+){0,9},? (?:or|nor) (?:[\w-]+ ){0,3}[\w-]+")
_STILL_THE_PHRASE: Final = re.compile(r", (?:such as|including|like|e\.g|which|who|where)\b")
_LAST_OF_A_LIST: Final = re.compile(r", (?:and|or) [^,]*(?=,)")
_ASIDE: Final = re.compile(r",[^,;.]{1,30},")
_BOUNDARY: Final = re.compile(
    r"[;:—,]|\b(?:but|while|whereas|although|though|because|since|as|if|when|so|that|which|who|where|yet|than)\b"
)
_AND: Final = re.compile(r"\b(?:and|or)\b")
_HAS_VERB: Final = re.compile(rf"\b{_VERB}|\b\w+ed\b")
_JOINS: Final = re.compile(r"[,;]|\b(?:while|whereas|but|and|although)\b")
#: Words that name no other subject than the one before.
_SAME_SUBJECT: Final = re.compile(
    r"(?:[^\w]|\b(?:it|they|we|this|these|that|which|who|also|still|often|yet|thus|hence|and|but|or|so|does|do|did|is|are"
    r"|was|were|be|been|has|have|had|can|could|will|would|should|although|though|while|as|since|because|even|the|model"
    r"|method|approach|system|network|there|both|all|such|a|an|\w+ly)\b)*+",
    re.IGNORECASE,
)

#: No subject stands farther from its verb, no phrase is longer, in characters.
_FAR: Final = 400
#: No cue acts farther, in characters: longer than sentences are, so that broken text takes time by its length alone.
_LONG: Final = 2_000
#: Relations that hold within a thing that is denied: "no sensors such as LiDAR".
_WITHIN: Final = frozenset(("subClassOf", "partOf", "benchmarkFor"))
#: A relation and a role that a contrast says rather than denies.
_COMPARING: Final = frozenset(("comparedWith", "comparesWith"))
_MEANS: Final[dict[str, Status]] = {
    "contrast": "negated", "phrase": "negated", "clause": "negated", "opinion": "hedged", "hedge": "hedged",
}  # fmt: skip
#: From the most assertive to the least.
_ORDER: Final[tuple[Status, ...]] = ("stated", "hedged", "planned", "negated")


@dataclass(frozen=True, slots=True)
class _Cue:
    """A cue and its scope, as offsets into the sentence."""

    way: str
    start: int
    end: int
    first: int
    last: int


def status_of(
    text: str, sentence: Span, first: Span, second: Span | None = None, *, relation: Relation | Role | None = None
) -> Status:
    """How a sentence puts what it says of one mention or of two.

    Parameters
    ----------
    text : str
        The paper's.
    sentence : Span
    first, second : Span
        Mentions: subject and object of a relation, metric and value of a result, or the one that a
        role is of. One outside the sentence is left out.
    relation : Relation or Role, optional
        What is said of them. A contrast ("unlike X") does not deny that X is compared with.

    Returns
    -------
    Status
        The first that fits of "negated", "planned" and "hedged", else "stated".

    Examples
    --------
    >>> said = "Without GPUs, SlimNet may run on phones."
    >>> slim, gpus, phones = (Span(said.find(w), said.find(w) + len(w)) for w in ("SlimNet", "GPUs", "phones"))
    >>> status_of(said, Span(0, len(said)), slim, gpus, relation="runsOn")
    'negated'
    >>> status_of(said, Span(0, len(said)), slim, phones, relation="runsOn")
    'hedged'
    """
    said = text[sentence.start : sentence.end]
    cues = () if relation == "mentions" else _cues(said)
    if not cues and "-free" not in said:
        return "stated"
    ends = [
        Span(end.start - sentence.start, end.end - sentence.start)
        for end in (first, second)
        if end is not None and sentence.start <= end.start and end.end <= sentence.end
    ]
    # a cue within a name is part of the name
    outside = (cue for cue in cues if not any(end.start < cue.end and cue.start < end.end for end in ends))
    found: set[Status] = {_MEANS.get(cue.way, "planned") for cue in outside if _acts(cue, said, ends, relation)}
    if any(said.startswith("-free", end.end) for end in ends):
        found.add("negated")
    return next((status for status in reversed(_ORDER) if status in found), "stated")


def overall(statuses: Iterable[Status]) -> Status:
    """Status of what several sentences say: that of the most assertive; "stated" where there is none.

    >>> overall(["planned", "hedged", "negated"])
    'hedged'
    """
    return min(statuses, key=_ORDER.index, default="stated")


@lru_cache(maxsize=4096)
def _cues(said: str) -> tuple[_Cue, ...]:
    """Return the cues of a sentence that act on anything, with their scopes."""
    low = said.lower()
    if _WORDS.isdisjoint(_WORD.findall(low)) and not any(sign in low for sign in _SIGNS):
        return ()
    if len(low) != len(said):
        return ()  # lower case is longer for a few letters of other scripts, and offsets would be off
    # what stands in parentheses ends no scope, unless the cue stands there too
    plain = _PARENTHESIS.sub(lambda inside: "x" * len(inside[0]), low)
    found: list[_Cue] = []
    for match in _CUE.finditer(low):
        way = match.lastgroup or "nothing"
        if way == "nothing" or said.startswith("May", match.start()):
            continue
        if way == "phrase" and found and found[-1].way == "clause" and found[-1].last == match.start():
            continue  # "cannot run without X" says that X is needed
        outside = plain.startswith(match[0], match.start())
        found.append(_Cue(way, *match.span(), *_scope(plain if outside else low, way, match)))
    return tuple(found)


def _scope(said: str, way: str, cue: re.Match[str]) -> tuple[int, int]:
    if way in ("contrast", "phrase"):
        return cue.end(), _phrase_end(said, cue)
    if way in ("clause", "hedge"):
        return cue.end(), _clause_end(said, cue.end())
    last = min(len(said), cue.end() + _LONG)
    ahead = _SENTENCE_END.search(said, cue.end(), last)
    last = ahead.start() if ahead else last
    if way == "around" or (way == "ahead" and not said[cue.end() : last].strip(" .,)")):
        return _clause_start(said, cue.start()), _clause_end(said, cue.end())
    return cue.end(), last


def _phrase_end(said: str, cue: re.Match[str]) -> int:
    if cue.start() == 0 or said[max(0, cue.start() - 2) : cue.start()].strip()[-1:] in tuple(",;:("):
        # set off by commas: "Unlike X for Y, such as Z, we ..."
        comma = said.find(",", cue.end())
        while comma >= 0 and _STILL_THE_PHRASE.match(said, comma):
            comma = said.find(",", comma + 1)
            while comma >= 0 and (more := _LAST_OF_A_LIST.match(said, comma)):
                comma = more.end()
        if comma >= 0:
            return comma
    lead = _LEAD_IN.match(said, cue.end())
    return _end(said, _PHRASE_END, lead.end() if lead else cue.end())


def _clause_end(said: str, start: int) -> int:
    if said.startswith(", ", start) and said.find(" ", 0, start) < 0:
        start += 1  # "Potentially, X ..."
    aside = _ASIDE.match(said, start)
    return _end(said, _CLAUSE_END, aside.end() if aside else start)


def _end(said: str, ends: re.Pattern[str], start: int) -> int:
    """Return where a phrase or a clause ends, the rest of a list included."""
    end = ends.search(said, start, start + _FAR)
    if not end:
        return min(len(said), start + _FAR)
    more = _MORE_OF_A_LIST.match(said, end.start())
    return more.end() if more else end.start()


def _clause_start(said: str, cue: int) -> int:
    """Return where the clause of a cue begins: behind the last conjunction that joins clauses."""
    start = max(0, cue - _LONG)
    for match in _CLAUSE_START.finditer(said, start, cue):
        if match[0] != "and" or _HAS_VERB.search(said, start, match.start()):
            start = match.end()
    return start


def _acts(cue: _Cue, said: str, ends: Sequence[Span], relation: Relation | Role | None) -> bool:
    inside = [end for end in ends if cue.first <= end.start and end.end <= cue.last]
    outside = [end for end in ends if end not in inside]
    if cue.way == "contrast" and relation in _COMPARING:
        return False
    if cue.way in ("contrast", "phrase"):
        return len(inside) == 1
    if not inside:
        return cue.way == "clause" and _is_taken_up(cue, said, ends)
    if cue.way in ("around", "ahead", "leaving"):
        return True
    if not outside:
        return len(ends) == 1 or relation not in _WITHIN
    return cue.way != "opinion" and _is_subject(said, cue, outside[0])


def _is_subject(said: str, cue: _Cue, end: Span) -> bool:
    """Whether a mention outside of a cue's scope is, itself or as "it", the subject of the cue's clause."""
    if end.start >= cue.last:
        return bool(_SAME_SUBJECT.fullmatch(re.split(r"[,;:]", said[max(0, cue.start - _FAR) : cue.start])[-1]))
    return cue.start - end.end < _FAR and not _has_other_subject(said[end.end : cue.start])


def _has_other_subject(gap: str) -> bool:
    """Whether the words between a mention and a cue begin a clause with a subject of its own."""
    ends = [boundary.end() for boundary in (*_BOUNDARY.finditer(gap), *_joints(gap))]
    return bool(ends) and not _SAME_SUBJECT.fullmatch(gap, max(ends))


def _joints(gap: str) -> Iterator[re.Match[str]]:
    return (joint for joint in _AND.finditer(gap) if _HAS_VERB.search(gap, 0, joint.start()))


def _is_taken_up(cue: _Cue, said: str, ends: Sequence[Span]) -> bool:
    """Whether a clause that does no more than deny ("..., while X is not") denies of X what was said of another.

    Then X stands right before the cue, and the other in the clause before.
    """
    if len(ends) != 2 or said[cue.first : cue.last].count(" ") > 2:
        return False
    other, subject = sorted(ends)
    return bool(
        0 <= cue.start - subject.end < _FAR
        and _JOINS.search(said, other.end, subject.start)
        and not _BOUNDARY.search(said, subject.end, cue.start)
        and not any(_joints(said[subject.end : cue.start]))
    )
