"""Papers out of records: the same paper once, with all its identifiers, whatever files it came in.

Three steps, each a function of the set of records, so that neither order nor files nor copies matter:

1. Records that share an identifier are one paper, directly or through others. A title's hash is no identifier.
2. Records whose titles are alike are compared (`kg.likeness`) and, from the likeliest pair on, made one. What two have
   become is compared anew, so that a third that fits only one of them does not come in by it.
3. Papers without an identifier are named after their title. Where several papers bear it ("Introduction"), each is
   named after all that is known of it.

Only titles that share a key are compared: the whole title, all its words but one, or what stands before or behind its
colon. Under a key that more than `CROWD` papers share, each is compared with its nearest alone (the sorted
neighbourhood of Hernández and Stolfo, SIGMOD 1995; here by authors, and by abstracts), so that time grows with the
number of papers.
"""

from __future__ import annotations

import hashlib
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import lru_cache, reduce
from heapq import heapify, heappop, heappush
from itertools import combinations
from typing import Final, NamedTuple
from zlib import crc32

import numpy as np

from kg.likeness import ENOUGH, RELATIONS, Relation, family_names, points, relation, runs
from kg.model import Paper
from kg.readers import merge
from kg.readers.identify import SCHEMES
from kg.titles import title_of

__all__ = ["Gathered", "gather", "gather_papers"]

#: Papers under one key that are compared each with each.
CROWD: Final = 50
#: How many next ones a paper is compared with where there are more.
NEXT: Final = 8

TITLE: Final = SCHEMES[-1]
_FEWEST_WORDS: Final = 4
_MASK: Final = (1 << 64) - 1


class Gathered(NamedTuple):
    """A paper, and the distinct records that became it, sorted by what they say."""

    paper: Paper
    records: tuple[Paper, ...]


def gather_papers(records: Iterable[Paper]) -> tuple[list[Paper], int]:
    """Papers by id, the same paper once, and how many records there were.

    A pure function of the set of records.

    Examples
    --------
    >>> preprint = Paper("arxiv:1709.04109", "Empower Sequence Labeling with Task-Aware Language Models", year=2017)
    >>> article = Paper("doi:10.1/x", "Empower sequence labelling with task-aware language models", year=2018)
    >>> other = Paper("title:00", "Sequence labelling", year=2018)
    >>> papers, count = gather_papers([preprint, article, other])
    >>> [(paper.id, paper.year) for paper in papers], count
    ([('arxiv:1709.04109', 2017), ('title:00', 2018)], 3)
    """
    gathered, count = gather(records)
    return [each.paper for each in gathered], count


def gather(records: Iterable[Paper]) -> tuple[list[Gathered], int]:
    """Papers as `gather_papers` gives them, each with the records that it was made of; and how many there were."""
    count = 0
    distinct = set()
    for record in records:
        count += 1
        distinct.add(record)
    ordered = sorted(distinct, key=_order)
    del distinct
    return _named(_alike(_of_one_identifier(ordered))), count


def _of_one_identifier(records: Sequence[Paper]) -> list[Gathered]:
    """Return what records become that share an identifier, or that nothing tells apart."""
    groups = _Groups(len(records))
    first: dict[str, int] = {}
    for number, record in enumerate(records):
        for name in _identifiers(record) or (_full_id(record),):
            groups.join(number, first.setdefault(name, number))
    made = (tuple(records[n] for n in members) for members in groups.members())
    return sorted((Gathered(reduce(merge, members), members) for members in made), key=lambda each: _order(each.paper))


def _alike(gathered: Sequence[Gathered]) -> list[Gathered]:
    """Return what papers become of which the evidence says that they are one."""
    papers = [each.paper for each in gathered]
    merging = _Merging(papers)
    for one, other in _candidates(papers):
        if titles := relation(papers[one].title, papers[other].title):
            merging.relate(one, other, titles)
    return [
        Gathered(paper, tuple(record for number in numbers for record in gathered[number].records))
        for paper, numbers in merging.done()
    ]


def _named(gathered: Iterable[Gathered]) -> list[Gathered]:
    """Return papers sorted by id, those that would have one id named after all that is known of them."""
    named: dict[str, list[Gathered]] = {}
    for each in gathered:
        named.setdefault(each.paper.id, []).append(each)
    found: dict[str, Gathered] = {}
    for name, same in named.items():
        for paper, records in same:
            new = name if len(same) == 1 else _full_id(paper)
            local = new if paper.local_id == paper.id else paper.local_id
            paper = paper if new == paper.id else replace(paper, id=new, local_id=local)  # noqa: PLW2901 - the same, renamed
            if new in found:
                found[new] = Gathered(merge(found[new].paper, paper), found[new].records + records)
            else:
                found[new] = Gathered(paper, records)
    return [Gathered(found[name].paper, tuple(sorted(found[name].records, key=_order))) for name in sorted(found)]


class _Groups:
    """Numbers that become one, the smallest of them standing for all."""

    def __init__(self, size: int) -> None:
        self._above = array("q", range(size))

    def of(self, number: int) -> int:
        """Return the number that stands for a number."""
        above = self._above
        while above[number] != number:
            above[number] = above[above[number]]
            number = above[number]
        return number

    def join(self, one: int, other: int) -> None:
        """Make two numbers one."""
        one, other = sorted((self.of(one), self.of(other)))
        self._above[other] = one

    def members(self) -> Iterable[list[int]]:
        """Return the numbers that are one, together."""
        found: dict[int, list[int]] = {}
        for number in range(len(self._above)):
            found.setdefault(self.of(number), []).append(number)
        return found.values()


class _Merging:
    """Papers that become one, the likeliest first."""

    def __init__(self, papers: Sequence[Paper]) -> None:
        self._papers = dict(enumerate(papers))
        self._made_of: dict[int, list[int]] = {}
        self._titles: dict[int, dict[int, Relation]] = {}
        self._grown = array("q", bytes(8 * len(papers)))

    def relate(self, one: int, other: int, titles: Relation) -> None:
        """Take note that two papers have titles that are alike."""
        known = self._titles.setdefault(one, {}).get(other, titles)
        strongest = min(known, titles, key=RELATIONS.index)
        self._titles[one][other] = self._titles.setdefault(other, {})[one] = strongest

    def done(self) -> list[tuple[Paper, list[int]]]:
        """Return the papers, all made one that can be, with the numbers of those that each was made of."""
        waiting = [
            found
            for one, near in self._titles.items()
            for other in near
            if one < other
            for found in self._scored(one, other)
        ]
        heapify(waiting)
        while waiting:
            _, one, other, *grown = heappop(waiting)
            if grown == [self._grown[one], self._grown[other]]:
                for near in self._merge(one, other):
                    for found in self._scored(*sorted((one, near))):
                        heappush(waiting, found)
        return [(paper, [number, *self._made_of.get(number, ())]) for number, paper in self._papers.items()]

    def _scored(self, one: int, other: int) -> Iterator[tuple[float, int, int, int, int]]:
        """Return, if two papers may be one, their place in the queue, and how grown they were then."""
        score = points(self._papers[one], self._papers[other], self._titles[one][other])
        if score >= ENOUGH:
            yield -score, one, other, self._grown[one], self._grown[other]

    def _merge(self, one: int, other: int) -> Iterable[int]:
        """Make the first paper both and return those with titles like it."""
        self._papers[one] = merge(self._papers[one], self._papers.pop(other))
        self._made_of.setdefault(one, []).extend([other, *self._made_of.pop(other, ())])
        for each in (one, other):
            self._grown[each] += 1
        for near, titles in self._titles.pop(other).items():
            del self._titles[near][other]
            if near != one:
                self.relate(one, near, titles)
        return self._titles[one]


def _candidates(papers: Sequence[Paper]) -> Iterator[tuple[int, int]]:
    """Return, in order, the pairs of papers that are to be compared, the lesser number first."""
    keys, owners = array("Q"), array("q")
    for number, paper in enumerate(papers):
        found = _keys(paper.title)
        keys.extend(found)
        owners.extend([number] * len(found))
    sorted_keys, sorted_owners = np.frombuffer(keys, np.uint64), np.frombuffer(owners, np.int64)
    order = np.argsort(sorted_keys, kind="stable")
    sorted_keys, sorted_owners = sorted_keys[order], sorted_owners[order]
    starts = np.flatnonzero(np.concatenate(([True], sorted_keys[1:] != sorted_keys[:-1], [True])))
    shared = np.flatnonzero(np.diff(starts) > 1)
    pairs = array("q")
    for start, end in zip(starts[shared].tolist(), starts[shared + 1].tolist(), strict=True):
        members = sorted_owners[start:end].tolist()
        for one, other in combinations(members, 2) if len(members) <= CROWD else _neighbours(members, papers):
            pairs.append(min(one, other) * len(papers) + max(one, other))
    for pair in np.unique(np.frombuffer(pairs, np.int64)).tolist():
        yield divmod(pair, len(papers))


def _neighbours(members: Sequence[int], papers: Sequence[Paper]) -> Iterator[tuple[int, int]]:
    """Return pairs of papers that come near each other when sorted by their authors, or by their abstracts."""
    people = {number: sorted(family_names(papers[number].authors)) for number in members}
    # The smallest hash of two texts is the same with the probability of their overlap (Broder, 1997).
    texts = {
        number: min((crc32(" ".join(run).encode()) for run in runs(papers[number].abstract)), default=-1)
        for number in members
    }
    for ordered in (
        sorted(members, key=lambda number: (people[number], texts[number], number)),
        sorted(members, key=lambda number: (texts[number], people[number], number)),
    ):
        for place, number in enumerate(ordered):
            for other in ordered[place + 1 : place + 1 + NEXT]:
                yield number, other


def _keys(text: str) -> set[int]:
    """Return the keys of a title: papers that share none are not compared.

    A set of words has the sum of its words' hashes, so that leaving one out is a subtraction.
    """
    title = title_of(text)
    found = {_hash(f"= {title.key}")}
    if title.generic:
        return found
    hashes = [_hash(word) for word in set(title.words)]
    whole = sum(hashes)
    found.add(whole & _MASK)
    found |= {sum(_hash(word) for word in set(part)) & _MASK for part in title.parts}
    if len(hashes) >= _FEWEST_WORDS:
        found |= {(whole - each) & _MASK for each in hashes}
    return found


@lru_cache(maxsize=1 << 18)
def _hash(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode("utf-8", "surrogatepass"), digest_size=8).digest())


def _identifiers(paper: Paper) -> set[str]:
    return {name for name in (paper.id, *paper.identifiers) if not name.startswith(f"{TITLE}:")}


def _full_id(paper: Paper) -> str:
    """Return the id of a paper whose title does not tell it from others."""
    known = (title_of(paper.title).plain, *paper.authors, str(paper.year), paper.venue or "", paper.abstract)
    digest = hashlib.sha256("\n".join(known).encode("utf-8", "surrogatepass")).hexdigest()
    return f"{TITLE}:{digest[:16]}"


def _order(paper: Paper) -> tuple[object, ...]:
    """Return what sorts papers: all they say, so that two which differ are never of one rank."""
    return (
        paper.id, paper.title, paper.abstract, paper.local_id, paper.year or 0, paper.authors,
        paper.venue is None, paper.venue or "", paper.url is None, paper.url or "", paper.keywords, paper.identifiers,
    )  # fmt: skip
