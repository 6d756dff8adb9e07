"""Whether two records are of one paper: points for what agrees, points against what differs, and vetoes.

A preprint and its published version have a title in common, often not to the letter, and rarely an identifier. A title
alone proves little: "Introduction" is borne by dozens. So the title gives as many points as it is telling, and the
other fields add to them or take away (`points`); two records are one paper from `ENOUGH` points on.

=========  =============================================================================================  ============
field      finding                                                                                        points
=========  =============================================================================================  ============
title      equal but for case, signs, spaces, accents, LaTeX, articles, American or British spelling,     its telling
           and notes such as "(extended abstract)"                                                        words, to 6
           one word is spelt otherwise ("dataset", "datasets"), or words of grammar alone differ          one less
           one word more, less or another; or one title is what stands before or behind the other's       half
           colon; or they share that
           names a kind of text, not a paper ("Preface", "Session 3", "A survey")                         -2
authors    half of the shorter list or more are in the other: two people or more, or the only one         3
           half or more, but one person of several                                                        2
           fewer; none                                                                                    0.5; -9
abstracts  of the shorter one's runs of three words the other has 60%, 30%, 12%                           6, 4, 2
           fewer, but of its long words 40%, 28%, 15%, still fewer                                        1.5, 0.5, -1,
                                                                                                          -2
years      none, one, two, three, four, five, more apart                                                  1, 0.75, 0.25,
                                                                                                          -0.5, -1.5,
                                                                                                          -2.5, -3
=========  =============================================================================================  ============

A field that one of them lacks says nothing. Of a title's words each counts one, one that many titles share ("learning",
"network") half, a bare number or letter a quarter, one of grammar nothing: "Neural networks for machine translation"
has two, so that without authors and abstracts it needs a year that is the same to be enough.

A veto, whatever the points, is

- two arXiv ids: arXiv gives a paper one, whatever its versions;
- two ids of the ACL Anthology, or two DOIs of publishers (not of preprint servers), unless the abstracts are alike
  (30%) or, where one has none, authors and year are the same: a conference's paper and the journal's article of two
  years later are two publications;
- titles that are not equal, and have other numbers ("Part I", "Part II"; "2018", "2019") or a word that makes one of
  them another text ("Erratum", "Reply");
- titles that differ in more than spelling and grammar, of two papers with ids as above, or without abstracts that are
  alike enough: 60% where one is a preprint or authors and year are the same, else 90%.

The points were set by reading pairs of arXiv, the ACL Anthology and conferences' lists; what they come to on pairs
judged one by one is in ``exports/benchmarks/papers.json``.
"""

from __future__ import annotations

import re
from functools import lru_cache
from math import inf
from typing import Final, Literal, TypeAlias

from kg.model import Paper
from kg.titles import Title, numbers, renumbered, telling, title_of, turns

__all__ = ["ENOUGH", "RELATIONS", "Relation", "family_names", "points", "relation", "runs"]

Relation: TypeAlias = Literal["same", "spelling", "word", "subtitle"]

#: How two titles can be alike, the strongest first.
RELATIONS: Final[tuple[Relation, ...]] = ("same", "spelling", "word", "subtitle")

#: Points from which two records are one paper.
ENOUGH: Final = 3.0

# Words that a title must have for another to be nearly equal to it.
_FEWEST_WORDS: Final = 3
_AUTHORS_AGREE: Final = 2.0
_YEARS: Final = (1.0, 0.75, 0.25, -0.5, -1.5, -2.5)
_YEARS_FAR: Final = -3.0
_GENERIC: Final = -2.0
_SHINGLE: Final = 3
_FEWEST_SHINGLES: Final = 8
_ALIKE: Final = 0.3
_VERY_ALIKE: Final = 0.6
_THE_SAME: Final = 0.9
_RUNS: Final = ((_VERY_ALIKE, 6.0), (_ALIKE, 4.0), (0.12, 2.0))
_WORDS: Final = ((0.4, 1.5), (0.28, 0.5), (0.15, -1.0))
_WORDS_DIFFER: Final = -2.0

_TOKEN: Final = re.compile(r"[^\W_]+")
_LONG: Final = re.compile(r"[^\W\d_]{4,}")
_LATIN: Final = re.compile(r"[a-z]")
_NOBODY: Final = re.compile(r"anonymous|unknown|n/?a|none|et al\.?|various|authors?", re.IGNORECASE)
_SUFFIXES: Final = frozenset({"jr", "sr", "ii", "iii", "iv"})
# DOIs of preprint servers and archives: a paper may have one of these and a publisher's.
_ARCHIVES: Final = re.compile(
    r"10\.(?:1101|2139|3390/preprints|5281|6084|13140|14293|17605|20944|21203|22541|26434|31219|31224|31234|31235|33774"
    r"|35542|36227|48550|51094|55458)(?:/|$)"
)


def relation(first: str, second: str) -> Relation | None:
    """Return how two titles are alike, or None if they are not.

    Examples
    --------
    >>> relation("Modelling $k$-means Behaviour", "Modeling K-Means behavior")
    'same'
    >>> relation("Neural parsing of long sentences", "Neural parsing of long sentence")
    'spelling'
    >>> relation("FooNet: parsing of long texts", "FooNet: how to read a book")
    'subtitle'
    >>> relation("On parsing sentences: part I", "On parsing sentences: part II") is None
    True
    """
    one, other = title_of(first), title_of(second)
    if one.key == other.key:
        return "same"
    if one.generic or other.generic or turns(one) != turns(other):
        return None
    if numbers(one) != numbers(other) or renumbered(one, other):
        return None
    if _misspelt(one, other):
        return "spelling"
    mine, theirs = set(one.words), set(other.words)
    if min(len(mine), len(theirs)) >= _FEWEST_WORDS and max(len(mine - theirs), len(theirs - mine)) <= 1:
        return "word"
    parts = set(one.parts) & set(other.parts) | {one.words} & set(other.parts) | {other.words} & set(one.parts)
    return "subtitle" if parts else None


def points(first: Paper, second: Paper, titles: Relation) -> float:
    """Return the points for two records being one paper, minus infinity for a veto.

    Parameters
    ----------
    first, second : Paper
        The records, or what they have become.
    titles : Relation
        How their titles are alike.

    Examples
    --------
    >>> one = Paper("arxiv:2001.00001", "Colourful word-mover embeddings", year=2020, authors=("A. Lovelace",))
    >>> two = Paper("doi:10.1/x", "Colorful Word Mover Embeddings", year=2021, authors=("Ada Lovelace",))
    >>> points(one, two, "same"), points(one, two, "subtitle")
    (6.75, -inf)
    """
    people, abstracts = _people(first, second), _abstracts(first, second)
    if _vetoed(first, second, titles, people, abstracts):
        return -inf
    total = _title_points(first, second, titles) + people + _years(first, second)
    return total + (_abstract_points(first, second, abstracts) if abstracts is not None else 0.0)


def _title_points(first: Paper, second: Paper, titles: Relation) -> float:
    one, other = title_of(first.title), title_of(second.title)
    if one.generic or other.generic:
        return _GENERIC
    told = min(telling(one), telling(other))
    return told if titles == "same" else told - 1 if titles == "spelling" else told / 2


def _vetoed(first: Paper, second: Paper, titles: Relation, people: float, abstracts: float | None) -> bool:
    if _arxiv(first) and _arxiv(second):
        return True
    same_year = people >= _AUTHORS_AGREE and first.year is not None and first.year == second.year
    equal = titles in ("same", "spelling")
    if any(mine and theirs for mine, theirs in zip(_published(first), _published(second), strict=True)):
        return not equal or (not same_year if abstracts is None else abstracts < _ALIKE)
    if equal:
        return False
    least = _VERY_ALIKE if same_year or _preprint(first) or _preprint(second) else _THE_SAME
    return abstracts is None or abstracts < least


def _arxiv(paper: Paper) -> bool:
    return any(name.startswith("arxiv:") for name in (paper.id, *paper.identifiers))


def _preprint(paper: Paper) -> bool:
    return any(name.startswith("arxiv:") or _ARCHIVES.match(name[4:]) for name in (paper.id, *paper.identifiers))


def _published(paper: Paper) -> tuple[bool, bool]:
    """Return whether a paper has an id of the Anthology, and whether a DOI of a publisher."""
    names = (paper.id, *paper.identifiers)
    return (
        any(name.startswith("acl:") for name in names),
        any(name.startswith("doi:") and not _ARCHIVES.match(name[4:]) for name in names),
    )


def _years(first: Paper, second: Paper) -> float:
    if first.year is None or second.year is None:
        return 0.0
    apart = abs(first.year - second.year)
    return _YEARS[apart] if apart < len(_YEARS) else _YEARS_FAR


def _people(first: Paper, second: Paper) -> float:
    mine, theirs = family_names(first.authors), family_names(second.authors)
    if not mine or not theirs:
        return 0.0
    # "Zhang Wei" and "Wei Zhang": one of the sources may have families first
    met = max(len({pair[i] for pair in mine} & {pair[j] for pair in theirs}) for i, j in ((0, 0), (0, 1), (1, 0)))
    fewer, more = sorted((len(mine), len(theirs)))
    if not met:
        return -9.0
    if met < fewer / 2:
        return 0.5
    return 3.0 if met >= 2 or more == 1 else _AUTHORS_AGREE


@lru_cache(maxsize=4096)
def family_names(authors: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    """Return each author as family name and initial, and the same read the other way round.

    Examples
    --------
    >>> sorted(family_names(("João F. Henriques", "Anonymous")))
    [('henriques j', 'joao h')]
    """
    found = set()
    for author in authors:
        folded = "" if _NOBODY.fullmatch(author.strip()) else title_of(author).plain
        parts = [part for part in folded.split() if part not in _SUFFIXES]
        # A name in another script cannot be compared with its transliteration.
        if not parts or not _LATIN.search(folded):
            continue
        if len(parts[-1]) == 1 and len(parts[0]) > 1:
            parts.reverse()
        found.add((f"{parts[-1]} {parts[0][0]}", f"{parts[0]} {parts[-1][0]}"))
    return frozenset(found)


def _abstracts(first: Paper, second: Paper) -> float | None:
    """Return the share of the shorter abstract's runs of words that the other has too; None where one has none."""
    mine, theirs = runs(first.abstract), runs(second.abstract)
    fewer = min(len(mine), len(theirs))
    return len(mine & theirs) / fewer if fewer >= _FEWEST_SHINGLES else None


def _abstract_points(first: Paper, second: Paper, alike: float) -> float:
    for least, given in _RUNS:
        if alike >= least:
            return given
    mine, theirs = _long_words(first.abstract), _long_words(second.abstract)
    fewer = min(len(mine), len(theirs))
    shared = len(mine & theirs) / fewer if fewer else 0.0
    return next((given for least, given in _WORDS if shared >= least), _WORDS_DIFFER)


# Pairs come in the order of their first paper: few abstracts are asked for again later, and each takes 20 KB.
@lru_cache(maxsize=2048)
def runs(abstract: str) -> frozenset[tuple[str, ...]]:
    """Return all three successive words of an abstract.

    Examples
    --------
    >>> sorted(runs("An event camera sees."))
    [('an', 'event', 'camera'), ('event', 'camera', 'sees')]
    """
    words = _TOKEN.findall(abstract.casefold())
    return frozenset(zip(*(words[start:] for start in range(_SHINGLE)), strict=False))


def _long_words(abstract: str) -> set[str]:
    return set(_LONG.findall(abstract.casefold()))


def _misspelt(one: Title, other: Title) -> bool:
    """Return whether but one word differs, by a letter behind its fourth, or none but those of grammar do.

    A letter behind the fourth is a slip or a plural; one before it may negate ("typical", "atypical").
    """
    if len(one.words) != len(other.words) or len(one.words) < _FEWEST_WORDS:
        return False
    differing = [pair for pair in zip(one.words, other.words, strict=True) if pair[0] != pair[1]]
    if len(differing) != 1:
        return not differing
    short, long = sorted(differing[0], key=len)
    if len(short) < 4 or len(long) - len(short) > 1 or short[:4] != long[:4]:
        return False
    at = next((place for place, letter in enumerate(short) if letter != long[place]), len(short))
    return short[at:] == long[at + 1 :] or short[at + 1 :] == long[at + 1 :]
