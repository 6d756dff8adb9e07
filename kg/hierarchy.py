"""A hierarchy without circles: what papers call a kind of what gives way to the taxonomies, and to surer papers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from kg.claims import Statements
from kg.model import Claim

#: The relation that makes the hierarchy.
KIND_OF: Final = "subClassOf"


def without_circles(statements: Sequence[Statements], broader: Iterable[tuple[str, str]]) -> list[Statements]:
    """Statements without those claims that one thing is a kind of another which is a kind of it already.

    A circle would make each of its members a kind of every other, and no walk up the hierarchy would end.

    Parameters
    ----------
    statements : sequence of Statements
    broader : iterable of (IRI, IRI)
        What is a kind of what by the taxonomies and by names; these stay.
    """
    above: dict[str, set[str]] = defaultdict(set)
    for narrow, broad in broader:
        above[narrow].add(broad)
    said: dict[tuple[str, str], float] = defaultdict(float)
    for each in statements:
        for claim in each.claims:
            if claim.predicate == KIND_OF:
                edge = claim.subject, claim.object
                said[edge] = max(said[edge], claim.confidence)
    refused = set()
    for edge in sorted(said, key=lambda edge: (-said[edge], edge)):
        narrow, broad = edge
        if broad in above[narrow]:
            continue  # known already
        if _reaches(above, broad, narrow):
            refused.add(edge)
        else:
            above[narrow].add(broad)

    def stays(claim: Claim) -> bool:
        return claim.predicate != KIND_OF or (claim.subject, claim.object) not in refused

    return [
        each if all(map(stays, each.claims)) else replace(each, claims=tuple(filter(stays, each.claims)))
        for each in statements
    ]


def _reaches(above: Mapping[str, set[str]], start: str, goal: str) -> bool:
    """Whether a way up leads from one thing to another, or they are one."""
    waiting, seen = [start], {start}
    while waiting:
        here = waiting.pop()
        if here == goal:
            return True
        fresh = above.get(here, set()) - seen
        seen |= fresh
        waiting += fresh
    return False
