"""What a short form means in a paper that does not spell it out, judged by the papers that do."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Final

from kg.resolve.canonical import Key
from kg.resolve.catalogue import catalogue
from kg.resolve.names import name_key
from kg.resolve.within import Concept

#: Share of the papers that spell out a short form which must agree on the long form.
AGREEMENT: Final = 0.8
#: Probability, by what else a paper speaks of, from which a short form with several meanings counts as one of them.
#: Chosen by hiding the long forms of papers that give them (`kg.training.shorts`).
CONTEXT: Final = 0.95
#: How many papers must spell out a meaning that context may choose.
LEAST_PAPERS: Final = 2
#: Strength of the assumption that a thing is as likely beside any meaning.
_SMOOTHING: Final = 0.5


def meanings(concepts: Sequence[tuple[str, Concept]]) -> dict[tuple[str, Key], str]:
    """Return the key of the long form of each short form that stands alone in a paper, by paper and short key.

    A short form means what `AGREEMENT` of the papers that spell it out say; where they differ, what those say
    that speak of the same things (naive Bayes over the other concepts of the papers); else it is left out.

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
        beside[paper].add((concept.type, concept.key))
    found = {}
    for paper, concept in concepts:
        short = concept.type, concept.key
        if short in votes:
            meant = agreed(votes[short], concept.key) or likeliest(beside[paper] - {short}, papers[short], beside)
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


def likeliest(
    context: set[Key], papers: Mapping[str, set[str]], beside: Mapping[str, set[Key]], least: float = CONTEXT
) -> str | None:
    """Return the meaning whose papers speak of what stands in a context, if it is likely enough.

    Parameters
    ----------
    context : set of keys
        Of the other concepts of the paper.
    papers : dict of str to set of str
        The papers that spell out each meaning.
    beside : dict of str to set of keys
        The concepts of each paper.
    least : float
        Least probability, 0 to 1.
    """
    held = {long: those for long, those in papers.items() if len(those) >= LEAST_PAPERS}
    if not held:
        return None
    others = sum(len(those) for long, those in papers.items() if long not in held)
    total = sum(map(len, held.values()))
    counts = {long: Counter(key for paper in those for key in beside[paper]) for long, those in held.items()}
    odds = {}
    for long, those in held.items():
        score = math.log(len(those))
        for key in context:
            known = sum(counts[other][key] for other in held)
            if known and key != ("", long):
                share = known / total
                score += math.log((counts[long][key] + _SMOOTHING * share) / (len(those) + _SMOOTHING) / share)
        odds[long] = score
    # the meanings that a single paper gives are as likely as they are often, whatever stands beside
    most = max(odds.values())
    weights = {long: math.exp(score - most) for long, score in odds.items()}
    rest = others / total * math.exp(math.log(total) - most) if others else 0.0
    best = min(weights, key=lambda long: (-weights[long], long))
    return best if weights[best] / (sum(weights.values()) + rest) >= least else None
