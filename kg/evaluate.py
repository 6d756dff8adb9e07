"""Scores of predicted annotations against gold ones: what the extractor gets right, in percent.

Both files are JSON Lines, a paper a line, matched by ``id`` (compressed or not; see `kg.readers.opening`)::

    {"id": "P17",
     "entities": [{"name": "SCNN", "type": "Method", "role": "proposes", "surface": ["SCNN", "sparse accelerator"]}],
     "results": [{"metric": "speedup", "value": "2.7x"}],
     "relations": [{"subject": "SCNN", "relation": "usedFor", "object": "inference"}]}

``entities`` is required, its entries need ``name`` and ``type``; the rest may be left out, other keys are not read.

Three steps, in this order down the page: `normalise` makes names comparable, `_match` pairs entities one to one, the
``_count_*`` functions say how many of a paper were right, predicted and wanted. All is micro-averaged over the gold:

=============  =================================================================================================
figure         right is a prediction that ...
=============  =================================================================================================
``entity/*``   has the type of a gold entity and one normalised name in common with it
``overlap/*``  as entity, or a name of one lies within a name of the other on word boundaries
``role/all``   is right as entity and has (one of) the gold role(s)
``relation/``  links two right entities as the gold does, with its label and direction; gold papers that have no
  ``all``      ``relations`` do not count
``result/all`` has the gold value and a word of the gold metric, where the gold names a metric
=============  =================================================================================================

What the gold calls ``optional`` is forgiven: found or missed, it changes no figure, nor do relations at its ends. What
is ``optional`` in a prediction is a prediction like any other. A paper that is not predicted counts as empty, one that
is predicted but not in the gold is passed over. Of two lines with one id the later counts.
"""

from __future__ import annotations

import json
import re
import reprlib
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import starmap
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple, NoReturn, cast

from kg.errors import EvaluationError, InputError
from kg.model import TYPES, EntityType
from kg.readers.decoding import lines
from kg.readers.opening import open_inputs

__all__ = ["Figures", "Scores", "as_json", "normalise", "score"]

_KEYS: Final = (
    *(f"{kind}/{scope}" for kind in ("entity", "overlap") for scope in ("all", *TYPES)),
    "role/all", "relation/all", "result/all",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Figures:
    """How good predictions of one kind are.

    Attributes
    ----------
    precision, recall, f1 : float
        Percent, two decimals; 0 where there is nothing to divide by.
    right, predicted, gold : int
        Numbers of right predictions, of all predictions, and of what was to be found.
    """

    precision: float
    recall: float
    f1: float
    right: int
    predicted: int
    gold: int


@dataclass(frozen=True, slots=True)
class Scores:
    """What `score` found.

    Attributes
    ----------
    totals : dict of str to Figures
        Over all papers, by kind and scope: ``entity/all``, ``entity/Method`` ..., ``overlap/all`` ..., ``role/all``,
        ``relation/all`` (only where the gold has relations), ``result/all``. Empty for a gold file without papers.
    papers : dict of str to Figures
        ``entity/all`` of each paper of the gold, in its order.
    """

    totals: dict[str, Figures]
    papers: dict[str, Figures]


def score(gold: Path, predicted: Path) -> Scores:
    """Return the scores of a file of predictions against a file of gold annotations.

    Raises
    ------
    EvaluationError
        For the first thing in either file that cannot be scored, with its line.

    Examples
    --------
    >>> from tempfile import TemporaryDirectory
    >>> with TemporaryDirectory() as folder:
    ...     gold, predicted = Path(folder, "gold.jsonl"), Path(folder, "predicted.jsonl")
    ...     _ = gold.write_text('{"id": "P1", "entities": [{"name": "GPUs", "type": "Hardware"}]}')
    ...     _ = predicted.write_text('{"id": "P1", "entities": [{"name": "the GPU", "type": "Hardware"}]}')
    ...     score(gold, predicted).totals["entity/Hardware"]
    Figures(precision=100.0, recall=100.0, f1=100.0, right=1, predicted=1, gold=1)
    """
    wanted = _read(gold, _check_ends)
    found = _read(predicted, only=wanted.keys())
    counts: dict[str, list[_Count]] = defaultdict(list)
    papers: dict[str, Figures] = {}
    for paper, annotation in wanted.items():
        of_paper = _count_paper(annotation, found.get(paper, _NOTHING))
        papers[paper] = _figures([of_paper["entity/all"]])
        for key, count in of_paper.items():
            counts[key].append(count)
    return Scores({key: _figures(counts[key]) for key in _KEYS if key in counts}, papers)


def as_json(scores: Scores) -> dict[str, dict[str, dict[str, float]]]:
    """Return the scores as JSON values: ``totals`` and ``papers``, each figure with ``P``, ``R``, ``F1`` and numbers.

    Examples
    --------
    >>> as_json(Scores({}, {"P1": Figures(50.0, 100.0, 66.67, right=1, predicted=2, gold=1)}))["papers"]
    {'P1': {'P': 50.0, 'R': 100.0, 'F1': 66.67, 'gold': 1, 'predicted': 2}}
    """

    def plain(figures: Mapping[str, Figures]) -> dict[str, dict[str, float]]:
        return {
            key: {"P": row.precision, "R": row.recall, "F1": row.f1, "gold": row.gold, "predicted": row.predicted}
            for key, row in figures.items()
        }

    return {"totals": plain(scores.totals), "papers": plain(scores.papers)}


# Normalisation: when two names are one.

_KEPT: Final = re.compile(r"[0-9a-z+#.%^*]+")
_DETERMINERS: Final = frozenset(("a", "an", "the"))
_PLURAL_S: Final = re.compile(r"(?<=\S\S[^s\s])s(?!\S)")
_FIGURE: Final = re.compile(r"[0-9.]")


def normalise(name: str) -> str:
    """Return a name as it is compared: lower case, single spaces, no hyphens, determiners or plural "s".

    Empty where nothing is left, as of a name in another script: such a name equals none, not even itself.

    Examples
    --------
    >>> normalise("The Spiking Neural-Networks (SNNs)"), normalise("A*"), normalise("bias"), normalise("bus")
    ('spiking neural network snn', 'a*', 'bia', 'bus')
    """
    words = " ".join(_KEPT.findall(name.lower())).strip(" .").split()
    telling = [word for word in words if word not in _DETERMINERS]
    return _PLURAL_S.sub("", " ".join(telling or words))


def _figure(value: str) -> str:
    """Return the digits of a value, without unit and signs; the value itself where it has none."""
    return "".join(_FIGURE.findall(value)).rstrip(".") or value.lower()


# What is compared: the annotations of a paper, made comparable.


@dataclass(frozen=True, slots=True)
class _Concept:
    """An entity; its keys are its normalised names, each between two spaces so that words can be told in it."""

    name: str
    type: EntityType
    keys: frozenset[str]
    role: str | tuple[str, ...] | None
    optional: bool


@dataclass(frozen=True, slots=True)
class _Finding:
    """A result: its figure and the words of its metric."""

    figure: str
    metric: frozenset[str]
    optional: bool


@dataclass(frozen=True, slots=True)
class _Annotation:
    """What one paper is said to hold; relations are None where nobody looked for them."""

    concepts: tuple[_Concept, ...] = ()
    findings: tuple[_Finding, ...] = ()
    triples: tuple[tuple[str, str, str], ...] | None = None


_NOTHING: Final = _Annotation()


# Matching: which prediction is which gold entity.


def _match(gold: Sequence[_Concept], predicted: Sequence[_Concept], *, overlapping: bool = False) -> dict[int, int]:
    """Return the position of the prediction matched to each position in the gold that has one.

    One to one and greedy: each gold entity in turn takes the first prediction still free. Equal names go before
    overlapping ones, so that forgiving boundaries never takes away an exact match.
    """
    partner: dict[int, int] = {}
    free = dict.fromkeys(range(len(predicted)))
    for alike in (_equal, _overlap) if overlapping else (_equal,):
        for at, concept in enumerate(gold):
            if at in partner:
                continue
            first = next((i for i in free if predicted[i].type == concept.type and alike(predicted[i], concept)), None)
            if first is not None:
                partner[at] = first
                del free[first]
    return partner


def _equal(one: _Concept, other: _Concept) -> bool:
    return not one.keys.isdisjoint(other.keys)


def _overlap(one: _Concept, other: _Concept) -> bool:
    return any(mine in theirs or theirs in mine for mine in one.keys for theirs in other.keys)


# Counting: how many were right.


class _Count(NamedTuple):
    right: int
    predicted: int
    gold: int


def _count_paper(gold: _Annotation, predicted: _Annotation) -> dict[str, _Count]:
    """Return the counts of one paper by key."""
    exact = _match(gold.concepts, predicted.concepts)
    near = _match(gold.concepts, predicted.concepts, overlapping=True)
    counts = {
        **_count_concepts("entity", gold.concepts, predicted.concepts, exact),
        **_count_concepts("overlap", gold.concepts, predicted.concepts, near),
        "result/all": _count_findings(gold.findings, predicted.findings),
    }
    matched = [(gold.concepts[at], predicted.concepts[found]) for at, found in exact.items()]
    in_role = sum(_in_role(wanted, said) for wanted, said in matched if not wanted.optional)
    counts["role/all"] = counts["entity/all"]._replace(right=in_role)
    if gold.triples is not None:
        counts["relation/all"] = _count_triples(gold, predicted, exact)
    return counts


def _count_concepts(
    kind: str, gold: Sequence[_Concept], predicted: Sequence[_Concept], partner: Mapping[int, int]
) -> dict[str, _Count]:
    """Return the counts of entities, of each type and of all; a prediction matched to an optional one is none."""
    forgiven = {found for at, found in partner.items() if gold[at].optional}
    right = Counter(gold[at].type for at in partner if not gold[at].optional)
    said = Counter(concept.type for at, concept in enumerate(predicted) if at not in forgiven)
    wanted = Counter(concept.type for concept in gold if not concept.optional)
    counts = {f"{kind}/all": _Count(right.total(), said.total(), wanted.total())}
    return counts | {f"{kind}/{name}": _Count(right[name], said[name], wanted[name]) for name in TYPES}


def _in_role(gold: _Concept, predicted: _Concept) -> bool:
    """Return whether the role is one of the gold's; no role is right where the gold has none."""
    return predicted.role in (gold.role if isinstance(gold.role, tuple) else (gold.role,))


def _count_findings(gold: Sequence[_Finding], predicted: Sequence[_Finding]) -> _Count:
    """Return the counts of results; each prediction serves one gold result, optional ones get what is left."""
    left = list(predicted)
    right = 0
    for wanted in sorted(gold, key=attrgetter("optional")):
        at = next((i for i, said in enumerate(left) if _same_finding(wanted, said)), None)
        if at is not None:
            del left[at]
            right += not wanted.optional
    return _Count(right, right + len(left), sum(not wanted.optional for wanted in gold))


def _same_finding(gold: _Finding, predicted: _Finding) -> bool:
    return gold.figure == predicted.figure and not (gold.metric and gold.metric.isdisjoint(predicted.metric))


def _count_triples(gold: _Annotation, predicted: _Annotation, partner: Mapping[int, int]) -> _Count:
    """Return the counts of relations, compared by the gold entities at their ends; one said twice counts once."""
    places = {concept.name: at for at, concept in enumerate(gold.concepts)}
    recognised = {predicted.concepts[found].name: at for at, found in partner.items()}
    optional = {at for at, concept in enumerate(gold.concepts) if concept.optional}

    stated = {(places[start], label, places[end]) for start, label, end in gold.triples or ()}
    said = [(recognised.get(start), label, recognised.get(end)) for start, label, end in set(predicted.triples or ())]
    required = {triple for triple in stated if optional.isdisjoint(triple[::2])}
    right = len(required.intersection(said))
    # Two predictions that come to the same gold relation, by two names of one entity, are one right prediction; what
    # comes to no gold relation is wrong each time.
    wrong = sum(triple not in stated and optional.isdisjoint(triple[::2]) for triple in said)
    return _Count(right, right + wrong, len(required))


def _figures(counts: Iterable[_Count]) -> Figures:
    right, predicted, gold = map(sum, zip(*counts, strict=True))
    precision, recall = _percent(right, predicted), _percent(right, gold)
    # From the unrounded shares: the harmonic mean of rounded ones differs in the second decimal.
    f1 = precision * recall * 2 / (precision + recall) if right else 0.0
    return Figures(round(precision, 2), round(recall, 2), round(f1, 2), right, predicted, gold)


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


# Reading: files of annotations, checked.


class _UnusableError(ValueError):
    """A line cannot be scored; says what is wrong and what would be right."""

    def __init__(self, problem: str, expected: str) -> None:
        super().__init__(f"{problem}; expected {expected}")


def _raise(error: InputError) -> NoReturn:
    raise error


def _read(
    path: Path, check: Callable[[_Annotation], None] = lambda _: None, *, only: Collection[str] | None = None
) -> dict[str, _Annotation]:
    """Return the annotations in a file by the id of the paper; every line is checked, those of `only` are kept."""
    papers: dict[str, _Annotation] = {}
    for number, line in _numbered_lines(path):
        try:
            fields = _parsed(line)
            paper = _string(fields, "id", "the paper")
            annotation = _annotation(fields)
            check(annotation)
        except _UnusableError as error:
            raise EvaluationError(path, number, str(error)) from error
        if only is None or paper in only:
            papers[paper] = annotation
    return papers


def _numbered_lines(path: Path) -> Iterator[tuple[int, str]]:
    """Return the lines that hold anything, and their 1-based numbers."""
    if path.is_dir():
        raise EvaluationError(path, None, "is a folder; expected a JSON Lines file")
    try:
        for file in open_inputs([path], _raise):
            for line in lines(file.stream, legacy=False):
                if line.problem is not None:
                    raise EvaluationError(path, line.number, f"{line.problem}; expected UTF-8 text")
                if line.text.strip():
                    yield line.number, line.text
    except InputError as error:
        problem = str(error).removeprefix(f"{path}: ")
        raise EvaluationError(path, None, f"{problem}; expected a JSON Lines file, plain or compressed") from error


def _parsed(line: str) -> Mapping[str, object]:
    try:
        fields = json.loads(line)
    except json.JSONDecodeError as error:
        raise _UnusableError(f"broken JSON at character {error.pos}: {error.msg}", "one JSON object a line") from error
    except (ValueError, RecursionError) as error:
        raise _UnusableError(f"JSON that cannot be read: {error}", "one JSON object a line") from error
    if not isinstance(fields, dict):
        raise _UnusableError(f"a JSON {type(fields).__name__}", "one JSON object a line")
    return fields


def _annotation(fields: Mapping[str, object]) -> _Annotation:
    if "entities" not in fields:
        raise _UnusableError("the paper has no 'entities'", "a list of objects (an empty one where nothing was found)")
    return _Annotation(
        tuple(starmap(_concept, _objects(fields, "entities"))),
        tuple(starmap(_finding, _objects(fields, "results"))),
        tuple(starmap(_triple, _objects(fields, "relations"))) if "relations" in fields else None,
    )


def _concept(entry: Mapping[str, object], where: str) -> _Concept:
    name = _string(entry, "name", where)
    kind = _string(entry, "type", where)
    if kind not in TYPES:
        raise _UnusableError(f"{where} has the unknown type {_shown(kind)}", f"one of {', '.join(TYPES)}")
    surface = entry.get("surface", [])
    if not _is_strings(surface):
        raise _UnusableError(f"'surface' of {where} is {_shown(surface)}", "a list of strings")
    role = entry.get("role")
    if not (role is None or isinstance(role, str) or _is_strings(role)):
        raise _UnusableError(f"'role' of {where} is {_shown(role)}", "a string, null, or (in gold) a list of strings")
    names = filter(None, map(normalise, (name, *cast(list[str], surface))))
    return _Concept(
        name,
        kind,
        frozenset(f" {key} " for key in names),
        tuple(cast(list[str], role)) if isinstance(role, list) else cast(str | None, role),
        bool(entry.get("optional")),
    )


def _finding(entry: Mapping[str, object], where: str) -> _Finding:
    value, metric = entry.get("value"), entry.get("metric")
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _UnusableError(f"'value' of {where} is {_shown(value)}", "the figure as a string")
    if not (metric is None or isinstance(metric, str)):
        raise _UnusableError(f"'metric' of {where} is {_shown(metric)}", "a string or null")
    return _Finding(_figure(str(value)), frozenset(normalise(metric or "").split()), bool(entry.get("optional")))


def _triple(entry: Mapping[str, object], where: str) -> tuple[str, str, str]:
    return _string(entry, "subject", where), _string(entry, "relation", where), _string(entry, "object", where)


def _check_ends(annotation: _Annotation) -> None:
    """Raise where a gold relation links what is no entity of its paper."""
    names = {concept.name for concept in annotation.concepts}
    for number, triple in enumerate(annotation.triples or (), 1):
        for end in triple[::2]:
            if end not in names:
                raise _UnusableError(
                    f"entry {number} of 'relations' links {_shown(end)}", "the name of one of the entities"
                )


def _objects(fields: Mapping[str, object], key: str) -> Iterator[tuple[Mapping[str, object], str]]:
    """Return the objects in a list and what to call each in messages; no list is an empty one."""
    listed = fields.get(key, [])
    if not isinstance(listed, list):
        raise _UnusableError(f"{key!r} is {_shown(listed)}", "a list of objects")
    for number, entry in enumerate(listed, 1):
        where = f"entry {number} of {key!r}"
        if not isinstance(entry, dict):
            raise _UnusableError(f"{where} is {_shown(entry)}", "an object")
        yield entry, where


def _string(fields: Mapping[str, object], key: str, where: str) -> str:
    if key not in fields:
        raise _UnusableError(f"{where} has no {key!r}", "a string")
    value = fields[key]
    if not isinstance(value, str):
        raise _UnusableError(f"{key!r} of {where} is {_shown(value)}", "a string")
    return value


def _is_strings(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(entry, str) for entry in value)


def _shown(value: object) -> str:
    return "null" if value is None else reprlib.repr(value)
