"""What a probability is worth: lines fitted on held-out papers, and how far from the truth they leave it.

A mention is right when an annotated entity of its type has its name as a surface, names compared
as the scorer does; a role is right when a mention that is right has the entity's role; a claim is
right when the scorer matches its entity and role. What concerns optional entities is left out.

The log odds of each type are moved by a line of their own (Platt, "Probabilistic outputs for
support vector machines", 1999): two numbers a type cannot follow single papers.
"""

from __future__ import annotations

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kg.annotations import Annotation, NamedConcept, normalise, read_annotations
from kg.evaluate import matched, same_finding
from kg.extract.tagger import Settings
from kg.found import record
from kg.model import TYPES
from kg.resolve.confidence import IDENTITY, Weights, log_odds, moved
from kg.training.choose import Read, found

#: Strength with which a line is held to the identity: as much as so many observations say.
PRIOR = 5.0
#: Folds of papers for figures of lines on papers that they were not fitted on.
FOLDS = 5

Line = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Judged:
    """A probability from 0 to 1, the paper and type that it is about, whether it came true, by how many mentions."""

    paper: str
    type: str
    probability: float
    right: bool
    mentions: int = 1


def calibrated(seen: Read, settings: Settings) -> Settings:
    """Settings whose lines are fitted on all papers of a gold file."""
    plain = replace(settings, calibration={}, role_calibration={})
    return replace(
        plain,
        calibration=lines(mentions(seen, plain)),
        role_calibration=lines(roles(seen, plain)),
    )


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was judged with what was fitted on other papers: mentions, claims of papers, relations, results."""

    mentions: list[Judged]
    claims: list[Judged]
    relations: list[Judged]
    results: list[Judged]


def cross_fitted(seen: Read, settings: Settings, *, folds: int = FOLDS) -> Fitted:
    """All that is found in a gold file, each fold of papers judged with lines fitted on the others."""
    result = Fitted([], [], [], [])
    for fold in range(folds):
        inside = [place % folds == fold for place in range(len(seen.papers))]
        learn, held = (_part(seen, [is_in == wanted for is_in in inside]) for wanted in (False, True))
        fitted = calibrated(learn, settings)
        result.mentions.extend(mentions(held, fitted))
        result.claims.extend(weighed(claims(held, fitted), claim_weights(claims(learn, fitted))))
        result.relations.extend(weighed(relations(held, fitted), claim_weights(relations(learn, fitted))))
        result.results.extend(weighed(results(held, fitted), claim_weights(results(learn, fitted))))
    return result


def _part(seen: Read, chosen: Sequence[bool]) -> Read:
    papers = tuple(p for p, is_in in zip(seen.papers, chosen, strict=True) if is_in)
    readings = tuple(each for each, is_in in zip(seen.readings, chosen, strict=True) if is_in)
    return replace(seen, papers=papers, readings=readings)


def mentions(seen: Read, settings: Settings) -> list[Judged]:
    """Each mention that the settings find, with its confidence."""
    gold = read_annotations(seen.gold)
    return [
        Judged(paper.id, mention.type, mention.confidence, bool(named))
        for paper, of_paper in found(seen, settings, related=False)
        for mention in of_paper.mentions
        if (named := _named(gold[paper.id], mention.type, mention.text)) is not None
    ]


def roles(seen: Read, settings: Settings) -> list[Judged]:
    """Each mention that is right, with the confidence of its role."""
    gold = read_annotations(seen.gold)
    return [
        Judged(paper.id, mention.type, mention.role_confidence, any(mention.role in _roles(c) for c in named))
        for paper, of_paper in found(seen, settings, related=False)
        for mention in of_paper.mentions
        if (named := _named(gold[paper.id], mention.type, mention.text))
    ]


def claims(seen: Read, settings: Settings) -> list[Judged]:
    """Each claim that a paper has an entity in a role, with the product of its probabilities, not weighed yet."""
    judged = []
    for each, wanted, _, partner in _matched(seen, settings, related=False):
        for place, entity in enumerate(each["entities"]):
            concept = wanted.concepts[partner[place]] if place in partner else None
            if concept is None or not concept.optional:
                right = concept is not None and entity["role"] in _roles(concept)
                confidence = round(entity["confidence"] * entity["role_confidence"], 2)
                judged.append(Judged(each["id"], entity["type"], confidence, right, len(entity["mentions"])))
    return judged


#: What `relations` has instead of a type.
RELATION = "relation"


def relations(seen: Read, settings: Settings) -> list[Judged]:
    """Each relation in papers annotated with relations, with the product of its probabilities, not weighed."""
    judged = []
    for each, wanted, _, partner in _matched(seen, settings):
        if wanted.triples is None:
            continue
        concepts = {
            entity["name"]: wanted.concepts[partner[place]]
            for place, entity in enumerate(each["entities"])
            if place in partner
        }
        for relation in each["relations"]:
            ends = [concepts.get(relation[end]) for end in ("subject", "object")]
            if not any(end is not None and end.optional for end in ends):
                names = [end.name if end is not None else "" for end in ends]
                right = (names[0], relation["relation"], names[1]) in wanted.triples
                judged.append(Judged(each["id"], RELATION, relation["confidence"], right))
    return judged


#: What `results` has instead of a type.
RESULT = "result"


def results(seen: Read, settings: Settings) -> list[Judged]:
    """Each result, with the probability that the model gives it, not weighed."""
    judged = []
    for each, wanted, said, _ in _matched(seen, settings):
        left = sorted(wanted.findings, key=lambda finding: finding.optional)
        for result, finding in zip(each["results"], said.findings, strict=True):
            hit = next((gold for gold in left if same_finding(gold, finding)), None)
            if hit is not None:
                left.remove(hit)
            if hit is None or not hit.optional:
                judged.append(Judged(each["id"], RESULT, result["confidence"], hit is not None))
    return judged


def _matched(
    seen: Read, settings: Settings, *, related: bool = True
) -> Iterator[tuple[dict[str, Any], Annotation, Annotation, dict[int, int]]]:
    """Yield what is found in each paper, its annotation, what is found in that form, and each entity's gold one.

    The last is by the entities' places among what was found.
    """
    gold = read_annotations(seen.gold)
    with TemporaryDirectory() as folder:
        path = Path(folder) / "found.jsonl"
        plain = (IDENTITY, IDENTITY)
        records = [record(paper, each, weights=plain) for paper, each in found(seen, settings, related=related)]
        path.write_text("".join(json.dumps(each) + "\n" for each in records), encoding="utf-8")
        predicted = read_annotations(path)
    for each in records:
        wanted = gold[each["id"]]
        said = predicted[each["id"]]
        pairs = matched(wanted.concepts, said.concepts)
        yield each, wanted, said, {place: at for at, place in pairs.items()}


def _named(gold: Annotation, type_: str, name: str) -> list[NamedConcept] | None:
    """Return the entities of a type that have a name, None where all that have it are optional."""
    key = f" {normalise(name)} "
    same = [c for c in gold.concepts if c.type == type_ and key in c.keys]
    sure = [c for c in same if not c.optional]
    return None if same and not sure else sure


def _roles(concept: NamedConcept) -> tuple[str, ...]:
    if concept.role is None:
        return ()
    return concept.role if isinstance(concept.role, tuple) else (concept.role,)


def lines(judged: Iterable[Judged]) -> dict[str, Line]:
    """Slope and intercept for the log odds of each type that was judged, four decimals."""
    return {type_: line(of_type) for type_, of_type in _by_type(judged).items()}


def line(judged: Sequence[Judged]) -> Line:
    """Slope and intercept by which log odds fit what came true best, drawn to (1, 0)."""
    slope, intercept = _fitted([(log_odds(j.probability), 1.0) for j in judged], judged, (1.0, 0.0))
    return slope, intercept


def claim_weights(judged: Iterable[Judged]) -> dict[str, Weights]:
    """Weights for `kg.resolve.confidence` of each type that was judged, four decimals, drawn to the identity."""
    made = {}
    for type_, of_type in _by_type(judged).items():
        rows = [(log_odds(j.probability), math.log(j.mentions), 1.0) for j in of_type]
        odds, number, intercept = _fitted(rows, of_type, IDENTITY)
        made[type_] = (odds, number, intercept)
    return made


def weighed(judged: Iterable[Judged], weights: Mapping[str, Weights]) -> list[Judged]:
    """Return the same claims with their probabilities weighed."""
    return [replace(j, probability=moved(j.probability, j.mentions, weights.get(j.type, IDENTITY))) for j in judged]


def _by_type(judged: Iterable[Judged]) -> dict[str, list[Judged]]:
    by_type: dict[str, list[Judged]] = defaultdict(list)
    for each in judged:
        by_type[each.type].append(each)
    return {type_: by_type[type_] for type_ in (*TYPES, RELATION, RESULT) if type_ in by_type}


def _fitted(
    rows: Sequence[tuple[float, ...]], judged: Sequence[Judged], identity: tuple[float, ...]
) -> tuple[float, ...]:
    """Return the weights of a logistic regression (Newton's method), drawn to `identity` with strength `PRIOR`."""
    inputs = np.array(rows).reshape(len(rows), len(identity))  # a table also where there is nothing
    truth = np.array([float(each.right) for each in judged])
    centre = np.array(identity)

    def loss(weights: NDArray[np.float64]) -> float:
        odds = inputs @ weights
        misfit = np.logaddexp(0.0, np.where(truth > 0, -odds, odds)).sum()
        return float(misfit + PRIOR / 2 * ((weights - centre) ** 2).sum())

    at = centre.copy()
    for _ in range(50):
        says = 1 / (1 + np.exp(-inputs @ at))
        slope = inputs.T @ (says - truth) + PRIOR * (at - centre)
        curve = (inputs * (says * (1 - says))[:, None]).T @ inputs + PRIOR * np.eye(len(centre))
        step = np.linalg.solve(curve, slope)
        while loss(at - step) > loss(at) and np.abs(step).max() >= 1e-8:
            step = step / 2  # few surprises far from even odds throw a whole step beyond the valley
        at = at - step
        if np.abs(step).max() < 1e-8:
            break
    return tuple(round(float(weight), 4) for weight in at)


def reliability(judged: Sequence[Judged], *, bins: int = 10) -> Iterator[tuple[float, float, int]]:
    """Yield mean probability, share that came true and number, of each bin of equal width that holds any."""
    for number in range(bins):
        inside = [j for j in judged if min(int(j.probability * bins), bins - 1) == number]
        if inside:
            count = len(inside)
            yield sum(j.probability for j in inside) / count, sum(j.right for j in inside) / count, count


def calibration_error(judged: Sequence[Judged], *, bins: int = 10) -> float:
    """Expected calibration error, 0 to 1: mean distance of the two in `reliability`, by number (Naeini et al., 2015).

    >>> calibration_error([Judged("P1", "Task", 0.75, right) for right in (True, True, False, False)])
    0.25
    """
    if not judged:
        return 0.0
    total = sum(abs(mean - share) * count for mean, share, count in reliability(judged, bins=bins))
    return round(total / len(judged), 4)


def honest_error(judged: Sequence[Judged], *, draws: int = 500, seed: int = 0) -> float:
    """Mean calibration error that these probabilities would have if each were exactly true: what so few can show.

    >>> 0.03 < honest_error([Judged("P1", "Task", 0.5, True)] * 99) < 0.05
    True
    """
    random = np.random.default_rng(seed)
    chances = np.array([each.probability for each in judged])
    errors = [
        calibration_error(
            [replace(j, right=bool(r)) for j, r in zip(judged, random.random(len(chances)) < chances, strict=True)]
        )
        for _ in range(draws)
    ]
    return round(float(np.mean(errors)), 4)
