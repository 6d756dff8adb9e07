"""How `kg.resolve` decides which names are one thing, measured on sets of names.

===========  =====================================================================================================
set          what is decided, and what is counted
===========  =====================================================================================================
``pairs``    pairs of names that we wrote (``resolve/name-pairs.tsv``): `resolve` gets two papers that mention one
             name each, and says that they are one thing or not
``methods``  names and full names of methods: `resolve` gets, of all methods together, a paper that writes "full name
             (NAME)", one that writes only the full name and one only the name; a single paper where the two names
             are one. Things are the papers with one name, a method is a cluster. Methods that share a name with
             another, letter case, signs and plural endings aside, are ambiguous or listed twice, and left out.
``gold``     annotated papers: `gather` gets the names of each entity wherever the text has them, the longest of names
             that overlap. Things are the names of a paper, each once however often the text repeats it, an entity is a
             cluster. What `gather` passes over stands by itself; names without a place of their own are left out.
===========  =====================================================================================================

`kg.evaluate_acronyms` measures a fourth, short and long forms. Of pairs and methods a dev part is there to choose rules
on, and a test part to report; the pairs tell theirs, of methods it is by a hash of their names. Figures of a part of
the methods see only what is put together within it, those of all see everything.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeVar

from kg.errors import EvaluationError, InputError
from kg.model import ROLES, TYPES, EntityType, Mention, Paper, Role, Span
from kg.readers.opening import open_inputs
from kg.resolution_scores import Score, b_cubed, ceaf_e, decided, pairwise
from kg.resolve import gather, resolve

__all__ = ["PAIRS", "PARTS", "Evaluation", "Measure", "Mistake", "of_gold", "of_methods", "of_pairs", "whole_text"]

T = TypeVar("T", bound=Hashable)

#: The pairs that ship with the package.
PAIRS: Final = Path(__file__).parent / "resolve" / "name-pairs.tsv"
#: Parts of a set that figures are given of.
PARTS: Final = ("dev", "test", "all")

#: What pairs and methods are to reach: so few wrong merges that an entity can be trusted.
_TRUSTED: Final = (("precision", 0.97), ("recall", 0.85))


@dataclass(frozen=True, slots=True)
class Measure:
    """One figure of a set.

    Attributes
    ----------
    of, part, name : str
        Of which set and part ("dev", "test", "all") which measure.
    score : Score
    things : int
        How many pairs, names or forms were judged.
    target : tuple of (str, float)
        What precision, recall or F1 is to reach, 0 to 1.
    """

    of: str
    part: str
    name: str
    score: Score
    things: int
    target: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Mistake:
    """One wrong decision.

    Attributes
    ----------
    of, part : str
        Of which set and part ("dev", "test").
    problem : str
        "apart" or "together" of two names; "missed" or "invented" of a form.
    first, second : str
        The two names; or a form, and the words around it.
    reason : str
        What makes it hard, or where it stands.
    """

    of: str
    part: str
    problem: str
    first: str
    second: str
    reason: str


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What was measured on a set, where it went wrong, and how many names or methods were left out."""

    measures: tuple[Measure, ...]
    mistakes: tuple[Mistake, ...]
    left_out: int = 0


# Pairs of names.


class Pair(NamedTuple):
    """A line of the file of pairs: two names of a type, and whether they are one thing."""

    type: EntityType
    first: str
    second: str
    same: bool
    reason: str
    part: str


_COLUMNS: Final = ("type", "first", "second", "same", "reason", "part")


def read_pairs(path: Path = PAIRS) -> tuple[Pair, ...]:
    """Pairs in a file of tab-separated values under a line of headings; lines that begin with # are remarks.

    Raises
    ------
    EvaluationError
        When the file cannot be read; for the first line that is not such a pair, with its number.
    """
    rows = [(n, line) for n, line in enumerate(whole_text(path).splitlines(), 1) if line and not line.startswith("#")]
    if not rows or tuple(rows[0][1].split("\t")) != _COLUMNS:
        raise EvaluationError(path, rows[0][0] if rows else None, f"no headings; expected {', '.join(_COLUMNS)}")
    pairs = []
    for number, line in rows[1:]:
        cells = line.split("\t")
        if (
            len(cells) != len(_COLUMNS)
            or not all(cells)
            or cells[0] not in TYPES
            or cells[3] not in ("yes", "no")
            or cells[5] not in ("dev", "test")
        ):
            problem = f"{line!r} is no pair; expected a type, two names, yes or no, a reason, dev or test, between tabs"
            raise EvaluationError(path, number, problem)
        pairs.append(Pair(cells[0], cells[1], cells[2], cells[3] == "yes", cells[4], cells[5]))
    return tuple(pairs)


def of_pairs(path: Path = PAIRS) -> Evaluation:
    """How pairs of names are decided; see `read_pairs` for the file and what it raises."""
    judged = [(pair, _one(pair)) for pair in read_pairs(path)]
    measures = []
    for part in PARTS:
        chosen = [(pair.same, one) for pair, one in judged if part in (pair.part, "all")]
        score = decided([same for same, _ in chosen], [one for _, one in chosen])
        measures.append(Measure("pairs", part, "pairwise", score, len(chosen), _TRUSTED))
    mistakes = [
        Mistake("pairs", p.part, "apart" if p.same else "together", p.first, p.second, f"{p.type}, {p.reason}")
        for p, one in judged
        if p.same != one
    ]
    return Evaluation(tuple(measures), tuple(mistakes))


def _one(pair: Pair) -> bool:
    """Whether two papers that mention one name each have an entity in common."""
    resolution = resolve([_paper("pair:1", pair.type, pair.first), _paper("pair:2", pair.type, pair.second)])
    entities: dict[str, set[Hashable]] = defaultdict(set)
    for said in resolution.papers:
        entities[said.paper].add(said.entity)
    return not entities["pair:1"].isdisjoint(entities["pair:2"])


_DEFINED: Final = re.compile(r"(\S.*) \((\S[^()]*)\)")


def _paper(paper: str, type_: EntityType, name: str) -> tuple[Paper, tuple[Mention, ...]]:
    """Return a paper that mentions a name; of "long form (SHORT)" it mentions both.

    >>> paper, mentions = _paper("P1", "Method", "random forest (RF)")
    >>> paper.text, [paper.text[m.start : m.end] for m in mentions]
    ('One thing\\nThis work is about random forest (RF).', ['random forest', 'RF'])
    """
    made = Paper(paper, "One thing", f"This work is about {name}.")
    start = made.text.rindex(name)
    both = _DEFINED.fullmatch(name)
    spans = [both.span(1), both.span(2)] if both else [(0, len(name))]
    return made, tuple(_mention(made, start + first, start + end, type_) for first, end in spans)


def _mention(paper: Paper, start: int, end: int, type_: EntityType, role: Role | None = None) -> Mention:
    whole = Span(0, len(paper.text))
    return Mention(paper.id, start, end, paper.text[start:end], type_, role or ROLES[type_][0], 1.0, 1.0, whole)


# Names and full names of methods.


def of_methods(path: Path) -> Evaluation:
    """How names of methods are put together: a JSON list of objects with ``name`` and ``full_name``.

    Raises
    ------
    EvaluationError
        When the file cannot be read, or is no such list.
    """
    methods, left_out = _methods(path)
    alone = {(n, at): f"method:{n}:{at}" for n, names in enumerate(methods) for at in range(len(names))}
    found = [_paper(paper, "Method", methods[n][at]) for (n, at), paper in alone.items()]
    found += [
        _paper(f"method:{n}:both", "Method", f"{names[0]} ({names[1]})")
        for n, names in enumerate(methods)
        if len(names) > 1
    ]
    entities = {said.paper: said.entity for said in resolve(found).papers}
    gold = {thing: thing[0] for thing in alone}
    said: dict[tuple[int, int], Hashable] = {thing: entities.get(paper, paper) for thing, paper in alone.items()}
    part_of = [_part(names) for names in methods]
    measures: list[Measure] = []
    for part in PARTS:
        chosen = [thing for thing in alone if part in (part_of[thing[0]], "all")]
        measures += _measures("methods", part, {t: gold[t] for t in chosen}, {t: said[t] for t in chosen}, _TRUSTED)
    mistakes = [
        Mistake("methods", part_of[one[0]], problem, methods[one[0]][one[1]], methods[other[0]][other[1]], "Method")
        for problem, one, other in _differences(gold, said)
    ]
    return Evaluation(tuple(measures), tuple(mistakes), left_out)


def _methods(path: Path) -> tuple[list[tuple[str, ...]], int]:
    """Return the names of each method, the longer first, and how many methods share a name with another."""
    try:
        given = [(record["name"], record["full_name"] or record["name"]) for record in json.loads(whole_text(path))]
        methods = [_distinct(_bare(full), _bare(name)) for name, full in given]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EvaluationError(path, None, f"{error!r}; expected a JSON list of methods and their names") from error
    owners = Counter(plain for names in methods for plain in {_plain(name) for name in names})
    alone = [names for names in methods if all(owners[_plain(name)] == 1 for name in names)]
    return alone, len(methods) - len(alone)


def _plain(name: str) -> str:
    """Return a name without case, signs and plural endings: what two methods share is one method listed twice."""
    return "".join(word.removesuffix("s") for word in re.findall(r"\w+", name.casefold()))


def _distinct(first: str, second: str) -> tuple[str, ...]:
    if first.casefold() == second.casefold():
        return (second,)
    return (first, second) if len(first) >= len(second) else (second, first)


def _bare(name: str) -> str:
    """Return a name without a last parenthesis, by which a list tells two of one name apart.

    >>> _bare("Spatial Attention Module (ThunderNet)"), _bare("R(2+1)D")
    ('Spatial Attention Module', 'R(2+1)D')
    """
    return re.sub(r"(?<=\S) \([^()]*\)$", "", " ".join(name.split()))


def _part(names: Sequence[str]) -> str:
    return PARTS[hashlib.sha256("\t".join(names).encode()).digest()[0] % 2]


# Names of annotated entities.


def of_gold(path: Path) -> Evaluation:
    """How names of a paper are put together: JSON lines with ``id``, ``title``, ``abstract`` and ``entities``.

    Raises
    ------
    EvaluationError
        When the file cannot be read; for the first line that is no annotated paper, with its number.
    """
    gold: dict[tuple[str, str], Hashable] = {}
    said: dict[tuple[str, str], Hashable] = {}
    types: dict[tuple[str, str], str] = {}
    left_out = 0
    for number, line in enumerate(whole_text(path).split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
            paper = Paper(record["id"], record["title"], record.get("abstract") or "")
            entities = [entity for entity in record["entities"] if not entity.get("optional")]
            placed = _placed(paper, entities)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise EvaluationError(path, number, f"{error!r}; expected a paper with text and entities") from error
        concepts: dict[str, int] = {}
        for at, concept in enumerate(gather(paper.text, [mention for mention, _ in placed])):
            concepts |= {surface: at for surface in concept.surfaces if surface not in concepts}
        names = {mention.text: entity for mention, entity in reversed(placed)}
        left_out += len({surface for entity in entities for surface in entity["surface"]} - names.keys())
        for name, entity in names.items():
            thing = (paper.id, name)
            gold[thing], said[thing] = (paper.id, entity), (paper.id, concepts.get(name, name))
            types[thing] = entities[entity]["type"]
    mistakes = [
        Mistake("gold", "dev", problem, one[1], other[1], f"{types[one]} in {one[0]}")
        for problem, one, other in _differences(gold, said)
    ]
    return Evaluation(tuple(_measures("gold", "all", gold, said)), tuple(mistakes), left_out)


def _placed(paper: Paper, entities: Sequence[Mapping[str, Any]]) -> list[tuple[Mention, int]]:
    """Return mentions of entities, with the number of each: whole words, the longest first, none over another."""
    spans = [
        (found.start(), found.end(), number)
        for number, entity in enumerate(entities)
        for surface in dict.fromkeys(entity["surface"])
        if surface.strip()
        for found in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", paper.text)
    ]
    kept: list[tuple[int, int, int]] = []
    for start, end, number in sorted(spans, key=lambda s: (s[0] - s[1], s[0], s[2])):
        if all(end <= first or last <= start for first, last, _ in kept):
            kept.append((start, end, number))
    placed = []
    for start, end, number in sorted(kept):
        type_, role = entities[number]["type"], entities[number].get("role")
        if type_ not in TYPES:
            raise ValueError(f"no such type: {type_!r}")
        placed.append((_mention(paper, start, end, type_, role[0] if isinstance(role, list) else role), number))
    return placed


# What the sets share.


def _measures(
    of: str,
    part: str,
    gold: Mapping[T, Hashable],
    said: Mapping[T, Hashable],
    target: tuple[tuple[str, float], ...] = (),
) -> Iterator[Measure]:
    yield Measure(of, part, "pairwise", pairwise(gold, said), len(gold), target)
    yield Measure(of, part, "B-cubed", b_cubed(gold, said), len(gold))
    yield Measure(of, part, "CEAF-e", ceaf_e(gold, said), len(gold))


def _differences(gold: Mapping[T, Hashable], said: Mapping[T, Hashable]) -> Iterator[tuple[str, T, T]]:
    """Yield things that are apart and should be together, then the other way round.

    Of each cluster that is not as it should be, the first thing with the first of each other piece.

    >>> list(_differences({"GAN": 1, "GANs": 1, "CNN": 2}, {"GAN": 1, "GANs": 2, "CNN": 2}))
    [('apart', 'GAN', 'GANs'), ('together', 'GANs', 'CNN')]
    """
    for problem, whole, pieces in (("apart", gold, said), ("together", said, gold)):
        clusters: dict[Hashable, dict[Hashable, T]] = defaultdict(dict)
        for thing, label in whole.items():
            clusters[label].setdefault(pieces[thing], thing)
        for firsts in clusters.values():
            one, *others = firsts.values()
            yield from ((problem, one, other) for other in others)


def whole_text(path: Path) -> str:
    """Text of a file, compressed or not.

    Raises
    ------
    EvaluationError
        When it cannot be read, or is not UTF-8.
    """

    def fail(error: InputError) -> None:
        raise error

    if path.is_dir():
        raise EvaluationError(path, None, "is a folder; expected a file")
    try:
        return "".join(file.stream.read().decode("utf-8-sig") for file in open_inputs([path], fail))
    except UnicodeDecodeError as error:
        raise EvaluationError(path, None, f"byte {error.start} is not valid UTF-8; expected UTF-8 text") from error
    except InputError as error:
        problem = str(error).removeprefix(f"{path}: ")
        raise EvaluationError(path, None, f"{problem}; expected a file of text, plain or compressed") from error
