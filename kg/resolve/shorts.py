"""What a short form means in a paper that does not spell it out, judged by the papers that do."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from kg.model import TYPES
from kg.resolve.canonical import Key
from kg.resolve.catalogue import catalogue
from kg.resolve.names import name_key
from kg.resolve.within import Concept

#: Share of the papers that spell out a short form which must agree on the long form.
AGREEMENT: Final = 0.8
#: How many papers must spell out a meaning that context may choose.
LEAST_PAPERS: Final = 2
#: How many things that are not common a paper must share with those of a meaning, and how many times as many as with
#: those of any other. Of the 26 hidden meanings of annotated papers that this tells 22 are right
#: (`kg.training.shorts`); naive Bayes over the same things was right in one of three at its surest.
SHARED: Final = 3
TIMES: Final = 2
#: Share of the papers, and number, above which a thing is common: it stands beside everything.
COMMON: Final = 0.03
COMMON_PAPERS: Final = 20


def meanings(concepts: Sequence[tuple[str, Concept]]) -> dict[tuple[str, Key], str]:
    """Return the key of the long form of each short form that stands alone in a paper, by paper and short key.

    A short form means what `AGREEMENT` of the papers that spell it out say; where they differ, what those say
    that speak of the same things; else it is left out.

    Parameters
    ----------
    concepts : sequence of (paper, Concept)
    """
    votes: dict[Key, Counter[str]] = defaultdict(Counter)
    papers: dict[Key, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    for paper, concept in concepts:
        if concept.short and concept.short != concept.key:
            long = _spelled_out(concept)
            votes[concept.type, concept.short][long] += 1
            papers[concept.type, concept.short][long].add(paper)
    beside: dict[str, set[Key]] = defaultdict(set)
    for paper, concept in concepts:
        beside[paper].add((concept.type, _spelled_out(concept)))
    agreed_on = {short: agreed(counts, short[1]) for short, counts in votes.items()}
    telling = uncommon(beside)
    found = {}
    for paper, concept in concepts:
        short = concept.type, concept.key
        if short in votes:
            meant = agreed_on[short] or likeliest(beside[paper], papers[short], telling)
            if meant is not None:
                found[paper, short] = meant
    return found


def _spelled_out(concept: Concept) -> str:
    """Return the key of a long form, of a curated concept that of its preferred name: spellings are no meanings."""
    known = catalogue(concept.type)
    found = known.find(concept.key)
    return name_key(known.concepts[found].label) if found else concept.key


def agreed(counts: Mapping[str, int], short: str) -> str | None:
    """Return the long form on which the papers agree, if they do; two letters need two papers.

    >>> agreed({"generative adversarial network": 9, "gan array": 1}, "gan")
    'generative adversarial network'
    >>> agreed({"generative adversarial network": 1, "gan array": 1}, "gan") is None
    True
    """
    long, most = min(counts.items(), key=lambda item: (-item[1], item[0]))
    needed = 1 if len(short) > 2 else 2
    return long if most >= needed and most >= AGREEMENT * sum(counts.values()) else None


def uncommon(beside: Mapping[str, set[Key]]) -> dict[str, set[Key]]:
    """Concepts of each paper without those that too many papers have."""
    counts = Counter(key for keys in beside.values() for key in keys)
    most = max(COMMON_PAPERS, COMMON * len(beside))
    return {paper: {key for key in keys if counts[key] <= most} for paper, keys in beside.items()}


def likeliest(context: set[Key], papers: Mapping[str, set[str]], beside: Mapping[str, set[Key]]) -> str | None:
    """Return the meaning whose papers share enough with a context, and more than those of any other.

    Parameters
    ----------
    context : set of keys
        Of the concepts of the paper.
    papers : dict of str to set of str
        The papers that spell out each meaning.
    beside : dict of str to set of keys
        The concepts of each paper that tell something; see `uncommon`.
    """
    of_meaning = {key for long in papers for key in ((type_, long) for type_ in TYPES)}
    shared = {
        long: len(context & set().union(*(beside[paper] for paper in those)) - of_meaning)
        for long, those in papers.items()
        if len(those) >= LEAST_PAPERS
    }
    if not shared:
        return None
    best = min(shared, key=lambda long: (-shared[long], long))
    second = max((number for long, number in shared.items() if long != best), default=0)
    return best if shared[best] >= SHARED and shared[best] >= TIMES * second else None
