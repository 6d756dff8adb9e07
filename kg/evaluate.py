"""Scores of predicted annotations against gold ones: what the extractor gets right, in percent.

Both files are JSON Lines, a paper a line, matched by ``id`` (compressed or not; see `kg.readers.opening`)::

    {"id": "P17",
     "entities": [{"name": "SCNN", "type": "Method", "role": "proposes", "surface": ["SCNN", "sparse accelerator"]}],
     "results": [{"metric": "speedup", "value": "2.7x"}],
     "relations": [{"subject": "SCNN", "relation": "usedFor", "object": "inference"}]}

``entities`` is required, its entries need ``name`` and ``type``; the rest may be left out, other keys are not read.

Three steps, in this order down the page: `normalise` makes names comparable, `matched` pairs entities one to one, the
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

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import Final, NamedTuple

from kg.annotations import NOTHING, Annotation, Finding, NamedConcept, check_ends, normalise, read_annotations
from kg.model import TYPES

__all__ = ["Figures", "Scores", "as_json", "matched", "normalise", "score"]

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
    wanted = read_annotations(gold, check_ends)
    found = read_annotations(predicted, only=wanted.keys())
    counts: dict[str, list[_Count]] = defaultdict(list)
    papers: dict[str, Figures] = {}
    for paper, annotation in wanted.items():
        of_paper = _count_paper(annotation, found.get(paper, NOTHING))
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


# Matching: which prediction is which gold entity.


def matched(
    gold: Sequence[NamedConcept], predicted: Sequence[NamedConcept], *, overlapping: bool = False
) -> dict[int, int]:
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


def _equal(one: NamedConcept, other: NamedConcept) -> bool:
    return not one.keys.isdisjoint(other.keys)


def _overlap(one: NamedConcept, other: NamedConcept) -> bool:
    return any(mine in theirs or theirs in mine for mine in one.keys for theirs in other.keys)


# Counting: how many were right.


class _Count(NamedTuple):
    right: int
    predicted: int
    gold: int


def _count_paper(gold: Annotation, predicted: Annotation) -> dict[str, _Count]:
    """Return the counts of one paper by key."""
    exact = matched(gold.concepts, predicted.concepts)
    near = matched(gold.concepts, predicted.concepts, overlapping=True)
    counts = {
        **_count_concepts("entity", gold.concepts, predicted.concepts, exact),
        **_count_concepts("overlap", gold.concepts, predicted.concepts, near),
        "result/all": _count_findings(gold.findings, predicted.findings),
    }
    pairs = [(gold.concepts[at], predicted.concepts[found]) for at, found in exact.items()]
    in_role = sum(_in_role(wanted, said) for wanted, said in pairs if not wanted.optional)
    counts["role/all"] = counts["entity/all"]._replace(right=in_role)
    if gold.triples is not None:
        counts["relation/all"] = _count_triples(gold, predicted, exact)
    return counts


def _count_concepts(
    kind: str, gold: Sequence[NamedConcept], predicted: Sequence[NamedConcept], partner: Mapping[int, int]
) -> dict[str, _Count]:
    """Return the counts of entities, of each type and of all; a prediction matched to an optional one is none."""
    forgiven = {found for at, found in partner.items() if gold[at].optional}
    right = Counter(gold[at].type for at in partner if not gold[at].optional)
    said = Counter(concept.type for at, concept in enumerate(predicted) if at not in forgiven)
    wanted = Counter(concept.type for concept in gold if not concept.optional)
    counts = {f"{kind}/all": _Count(right.total(), said.total(), wanted.total())}
    return counts | {f"{kind}/{name}": _Count(right[name], said[name], wanted[name]) for name in TYPES}


def _in_role(gold: NamedConcept, predicted: NamedConcept) -> bool:
    """Return whether the role is one of the gold's; no role is right where the gold has none."""
    return predicted.role in (gold.role if isinstance(gold.role, tuple) else (gold.role,))


def _count_findings(gold: Sequence[Finding], predicted: Sequence[Finding]) -> _Count:
    """Return the counts of results; each prediction serves one gold result, optional ones get what is left."""
    left = list(predicted)
    right = 0
    for wanted in sorted(gold, key=attrgetter("optional")):
        at = next((i for i, said in enumerate(left) if same_finding(wanted, said)), None)
        if at is not None:
            del left[at]
            right += not wanted.optional
    return _Count(right, right + len(left), sum(not wanted.optional for wanted in gold))


def same_finding(gold: Finding, predicted: Finding) -> bool:
    """Return whether a result has the gold's figure, and a metric that shares a word with the gold's, if it has one."""
    return gold.figure == predicted.figure and not (gold.metric and gold.metric.isdisjoint(predicted.metric))


def _count_triples(gold: Annotation, predicted: Annotation, partner: Mapping[int, int]) -> _Count:
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
