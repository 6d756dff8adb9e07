"""What is likeliest to be wrong with the entities of a graph, and the decision that would mend it.

Names that the rules took for one, names that may be one, by their letters or by what they mean, names that
are likely none, and names that were read as things of two types are doubted; first comes what is gained
most by looking at it: the probability that something is wrong times the papers that it touches.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Final, Literal, NamedTuple, TypeAlias, cast

from kg.errors import InputError, RecordError, WorkspaceError
from kg.model import TYPES, EntityType, Mention, Paper
from kg.resolve import meaning
from kg.resolve.across import Resolution, keyed, settle
from kg.resolve.canonical import Key
from kg.resolve.catalogue import catalogue
from kg.resolve.confidence import claim_confidence
from kg.resolve.decisions import FOLDER, NONE, Action, Decision, Decisions, decided, read_decisions
from kg.resolve.evidence import Evidence, Seen
from kg.resolve.names import name_key, squeezed
from kg.resolve.near import near, probability
from kg.resolve.odd import INSIDE, mostly_cut, oddity
from kg.resolve.worth import worthwhile
from kg.tables import MentionCache, read_papers
from kg.workspace import Workspace

Kind: TypeAlias = Literal["merged", "duplicate", "meaning", "name", "types"]
#: Makes vectors of names, (names, width), each of length 1.
Encode: TypeAlias = Callable[[Sequence[str]], meaning.Vectors]

#: Merges that are wrong less often than this are not worth a look.
LEAST: Final = 0.005
#: Names that are near in meaning and one less often than this are not worth a look either.
SELDOM: Final = 0.1
#: Probability of being nothing from which a name is doubted for that alone.
UNSURE: Final = 0.5
#: Probability that one of two types that a name was read as is wrong: of 30 names that were both methods and tasks, 11
#: were so to one reader, and of 22 others 14 (750 papers that the shipped model read). A quantization is both.
BOTH_ACT: Final = 0.37
OTHER_TYPES: Final = 0.64

_WHY: Final = {
    "spaces": "they are equal but for spaces",
    "generic word": "the last word says little",
    "alike": "they differ as names of one thing do",
    "words": "the same words in another order",
    "stems": "forms of the same words",
    "letter": "they differ by one letter",
    "first word": "the first word says little",
    "last word": "the last word says little",
    "initials 2": "the letters fit",
    "initials 3": "the letters fit",
    "initials 4": "the letters fit",
}


class Made(NamedTuple):
    """What the graph of a workspace was made of.

    Attributes
    ----------
    found : list of (Paper, mentions)
    decisions : Decisions
    least, least_alone : float
        The settings ``claims.least_confidence`` and ``resolve.least_alone``.
    """

    found: list[tuple[Paper, Sequence[Mention]]]
    decisions: Decisions
    least: float
    least_alone: float


@dataclass(frozen=True, slots=True)
class Doubt:
    """Something that may be wrong.

    Attributes
    ----------
    kind : {"merged", "duplicate", "meaning", "name", "types"}
        Two names are one entity; two names are two, though near by their letters; the same, near by what they mean; a
        name is an entity; a name is one of each of two types.
    why : str
    type : EntityType
    name : str
    other : str or None
        The other name, or the other type.
    probability : float
        That it is wrong, 0 to 1, two decimals.
    papers : int
        How many papers it touches.
    decision : Decision
        What would mend it.
    quotes : tuple of Seen
        A sentence that has each name.
    """

    kind: Kind
    why: str
    type: EntityType
    name: str
    other: str | None
    probability: float
    papers: int
    decision: Decision
    quotes: tuple[Seen, ...] = ()

    @property
    def gain(self) -> float:
        """What looking at it is worth, in papers, two decimals."""
        return round(self.probability * self.papers, 2)


def doubts(
    found: Iterable[tuple[Paper, Sequence[Mention]]],
    decisions: Decisions = NONE,
    *,
    least: float = 0.0,
    least_alone: float = 0.0,
    type_: EntityType | None = None,
    top: int | None = None,
    encode: Encode | None = None,
) -> list[Doubt]:
    """Doubts about the entities of papers, the most worth a look first; each name is doubted once.

    Parameters
    ----------
    found : iterable of (Paper, mentions)
        Each paper once; in any order.
    decisions : Decisions
        What was decided already, and is doubted no more.
    least : float
        Claims below this confidence are not in the graph.
    least_alone : float
        Names of one paper that are less sure are not either; see `kg.resolve.worth`.
    type_ : EntityType, optional
        Doubt entities of this type only.
    top : int, optional
        How many to return; all by default.
    encode : callable, optional
        Makes vectors of names; without it none is doubted for what it means.
    """
    held = sorted(found, key=lambda pair: pair[0].id)
    concepts = keyed(held, decisions)
    resolution = worthwhile(settle(concepts, decisions), least=least_alone, decisions=decisions).resolution
    seen = Evidence([paper for paper, _ in held], concepts, resolution, least=least)
    raised = [
        each
        for each in (
            *_merged(resolution, seen, decisions), *_duplicates(seen, decisions), *_odd(seen, decisions),
            *_of_two_types(seen, decisions), *(_meant(seen, decisions, encode, type_) if encode else ()),
        )
        if type_ in (None, each.type)
    ]  # fmt: skip
    raised.sort(key=lambda each: (-each.gain, -each.probability, TYPES.index(each.type), each.name, each.other or ""))
    chosen = list(islice(_agreeing(raised, decisions), top))
    return [
        replace(each, quotes=tuple(q for key in _keys(each) if (q := seen.quote(key)) is not None)) for each in chosen
    ]


def _keys(doubt: Doubt) -> list[Key]:
    """Return the keys of the names that a doubt is about."""
    decision = doubt.decision
    if decision.action in ("merge", "split"):
        return [decision.key, decision.other]
    return (
        [decision.key, (cast(EntityType, decision.to), decision.key[1])]
        if decision.action == "retype"
        else [decision.key]
    )


def _agreeing(raised: Iterable[Doubt], decisions: Decisions) -> Iterator[Doubt]:
    """Yield doubts whose decisions may all be taken together, and with those that were taken."""
    sources: set[Key] = set()
    targets: set[Key] = set()
    for each in raised:
        source, *ends = _keys(each)
        if source in sources or source in targets or sources & set(ends):
            continue
        try:
            decided([*decisions.all, each.decision])
        except RecordError:
            continue
        sources.add(source)
        targets.update(ends)
        yield each


def _merged(resolution: Resolution, seen: Evidence, decisions: Decisions) -> Iterator[Doubt]:
    """Yield doubts about names that the rules took for one."""
    for merge in resolution.merges:
        first, second = (merge.type, merge.first), (merge.type, merge.second)
        wrong = round(1 - merge.confidence, 4)
        if first in decisions.merged or wrong < LEAST or not seen.count(first) or not seen.count(second):
            continue
        why = _WHY.get(merge.why) or f"both are names of the curated concept {seen.entities[seen.entity[first]].name!r}"
        papers = min(seen.count(first), seen.count(second))
        yield _doubt("merged", f"taken for one: {why}", "split", first, second, wrong, papers, seen)


def _duplicates(seen: Evidence, decisions: Decisions) -> Iterator[Doubt]:
    """Yield doubts about names that may be one, the surest of each two entities."""
    apart = _parted(decisions)
    best: dict[frozenset[Key], Doubt] = {}
    for type_, counts in _counts(seen).items():
        for pair in near(type_, counts):
            first, second = (type_, pair.first), (type_, pair.second)
            if not _may_be_one(first, second, seen, apart):
                continue
            if not pair.kind.startswith("initials"):
                first, second = sorted((first, second), key=lambda name: _merit(name, seen))
            ends = frozenset((seen.entity[first], seen.entity[second]))
            papers = min(len(seen.papers[end]) for end in ends)
            sure = probability(type_, pair)
            if ends not in best or sure > best[ends].probability:
                why = f"may be one: {_WHY[pair.kind]}"
                best[ends] = _doubt("duplicate", why, "merge", first, second, sure, papers, seen)
    yield from best.values()


def _meant(seen: Evidence, decisions: Decisions, encode: Encode, type_: EntityType | None) -> Iterator[Doubt]:
    """Yield doubts about names that may be one for what they mean, the surest of each two entities."""
    best: dict[frozenset[Key], Doubt] = {}
    for of, pair in near_in_meaning(seen, decisions, encode, type_=type_):
        first, second = sorted(((of, pair.first), (of, pair.second)), key=lambda name: _merit(name, seen))
        ends = frozenset((seen.entity[first], seen.entity[second]))
        papers = min(len(seen.papers[end]) for end in ends)
        sure = meaning.probability(of, pair)
        if sure >= SELDOM and (ends not in best or sure > best[ends].probability):
            why = f"may be one: near in meaning ({pair.cosine:.2f})"
            best[ends] = _doubt("meaning", why, "merge", first, second, sure, papers, seen)
    yield from best.values()


def near_in_meaning(
    seen: Evidence, decisions: Decisions, encode: Encode, *, type_: EntityType | None = None
) -> Iterator[tuple[EntityType, meaning.Meant]]:
    """Yield pairs of names that are near by what they mean, that are two, and whose letters say nothing, by type."""
    apart = _parted(decisions)
    numbers = {entity: number for number, entity in enumerate(sorted(seen.entities))}
    for of, counts in _counts(seen).items():
        if type_ not in (None, of):
            continue
        keys = sorted(key for key in counts if meaning.telling(key))
        by_letters = {frozenset((pair.first, pair.second)) for pair in near(of, counts)}

        def passed(one: str, other: str) -> bool:
            """Whether two names are doubted already, or are two for sure."""
            return frozenset((one, other)) in by_letters or not _may_be_one((of, one), (of, other), seen, apart)  # noqa: B023

        owners = [numbers[seen.entity[of, key]] for key in keys]
        for pair in meaning.meant(of, keys, encode(keys), owners, passed=passed):
            yield of, pair


def _counts(seen: Evidence) -> dict[EntityType, dict[str, int]]:
    """Return in how many papers each name of a type stands."""
    by_type: dict[EntityType, dict[str, int]] = defaultdict(dict)
    for type_, key in seen.entity:
        by_type[type_][key] = seen.count((type_, key))
    return dict(sorted(by_type.items()))


def _parted(decisions: Decisions) -> set[frozenset[Key]]:
    return {frozenset(pair) for pair in decisions.parted}


def _may_be_one(first: Key, second: Key, seen: Evidence, apart: Collection[frozenset[Key]]) -> bool:
    """Whether two names are of two entities, which nobody and no taxonomy holds apart."""
    known = catalogue(first[0])
    if seen.entity[first] == seen.entity[second] or (known.find(first[1]) and known.find(second[1])):
        return False
    return not known.apart(first[1], second[1]) and frozenset((first, second)) not in apart


def _merit(name: Key, seen: Evidence) -> tuple[int, bool, str]:
    """Return what makes the name of two to be kept: papers, then that it looks like a name."""
    return len(seen.papers[seen.entity[name]]), oddity(name[0], seen.written(name)) is None, name[1]


def _odd(seen: Evidence, decisions: Decisions) -> Iterator[Doubt]:
    """Yield doubts about names that are likely none: odd ones, and those that the model was unsure of in each paper."""
    for place, entity in seen.entities.items():
        names, said = seen.names[place], seen.papers[place]
        if entity.concept or not names or any(name in decisions.names for name in names):
            continue
        sure = [
            claim_confidence(entity.type, max(m.confidence for m in each.mentions), 1.0, len(each.mentions))
            for each in said
        ]
        unsure = math.prod(1 - each for each in sure)
        mentions = list(seen.mentions(place))
        # a short form may be cut out of another word; what it is short for is not
        same = [(text, mention) for text, mention in mentions if name_key(mention.text) == names[0][1]]
        longer = mostly_cut(same) if 2 * len(same) > len(mentions) else None
        odd = INSIDE if longer else oddity(entity.type, entity.name)
        if odd is None and unsure < UNSURE:
            continue
        wrong = 1 - (1 - unsure) * (1 - (odd.probability if odd else 0.0))
        why = odd.why if odd else f"the model was unsure of it ({max(sure):.2f} at most)"
        written = seen.written(names[0])
        if odd and not longer and oddity(entity.type, written) is None:
            longer = written  # papers write it so that it is a name
        made = Decision("rename" if longer else "ignore", entity.type, written, longer or "", why)
        yield Doubt(
            "name", f"may be no name: {why}", entity.type, entity.name, longer, round(wrong, 2), len(said), made
        )


def _of_two_types(seen: Evidence, decisions: Decisions) -> Iterator[Doubt]:
    """Yield doubts about names that papers have as things of two types."""
    by_name: dict[str, list[Key]] = defaultdict(list)
    for place, entity in seen.entities.items():
        by_name[squeezed(name_key(entity.name))].append(place)
    for places in by_name.values():
        # a curated concept keeps its type, then what more papers have
        ordered = sorted(
            places, key=lambda p: (seen.entities[p].concept is None, -len(seen.papers[p]), TYPES.index(p[0]))
        )
        (kept, *_), others = ordered, ordered[1:]
        for place in others:
            names = seen.names[place]
            if seen.entities[place].concept or not names or any(name in decisions.names for name in names):
                continue
            wrong = BOTH_ACT if {kept[0], place[0]} == {"Method", "Task"} else OTHER_TYPES
            why = f"it is a {kept[0]} too"
            made = Decision("retype", place[0], seen.written(names[0]), kept[0], why)
            papers = min(len(seen.papers[place]), len(seen.papers[kept]))
            yield Doubt("types", why, place[0], seen.entities[place].name, kept[0], wrong, papers, made)


def _doubt(
    kind: Kind, why: str, action: Action, first: Key, second: Key, wrong: float, papers: int, seen: Evidence
) -> Doubt:
    name, other = seen.written(first), seen.written(second)
    made = Decision(action, first[0], name, other, why)
    return Doubt(kind, why, first[0], name, other, round(wrong, 2), papers, made)


def of_workspace(workspace: Workspace) -> Made:
    """Papers of a workspace with their mentions, what was decided of them, and how sure they had to be.

    Raises
    ------
    WorkspaceError
        When what the graph was made of is not there any more.
    """
    folder, manifest = workspace.folder, workspace.manifest
    try:
        papers = read_papers(folder / "papers" / _name(manifest["papers"]))
        cache = MentionCache(folder / "mentions" / _name(manifest["agents"]["extractor"]["version"]))
        found: list[tuple[Paper, Sequence[Mention]]] = [(paper, cache.findings(paper).mentions) for paper in papers]
        kept = manifest.get("decisions")
        decisions = read_decisions(folder / FOLDER / _name(kept["file"])) if kept else NONE
        return Made(found, decisions, float(manifest["least_confidence"]), float(manifest.get("least_alone", 0.0)))
    except (OSError, KeyError, TypeError, ValueError, InputError) as error:
        raise WorkspaceError(folder, f"what its graph was made of cannot be read: {error!r}; build again") from error


def _name(text: str) -> str:
    """Return a name that a manifest gives, which leads out of no folder."""
    if Path(text).name != text:
        raise ValueError(f"{text!r} is no name")
    return text
