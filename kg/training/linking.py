"""Weights of links to vocabularies, fitted on candidates that were judged one by one by a large language model.

``python -m kg.training.linking INDEX`` writes the table that `kg.linking.score` reads; the index is
one of both vocabularies, as ``kg links index`` makes it. Names that hash to an even number are
fitted on, the others only say how good it is. What counts as exact, close or wrong: exact is the
same thing, as far as a graph of papers tells things apart; close is what one would also want to see
(the field for the device, the measure's own name for what is measured); narrower things are wrong.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from numpy.typing import NDArray

from kg.errors import EvaluationError
from kg.linking.match import Candidate, Linker
from kg.linking.score import JUDGED, TABLE, Weights, probability
from kg.model import TYPES, EntityType
from kg.resolve.names import name_key, squeezed
from kg.training.gold import digest

VERDICTS: Final = ("exact", "close", "wrong")
#: Scheme of the judgements on what a vocabulary says of a concept elsewhere.
ELSEWHERE: Final = "dbpedia"
#: Strength with which weights are held to zero, chosen of 0.5, 1, 2 and 4 by the folds.
PRIOR: Final = 1.0
FOLDS: Final = 10
#: Share right that is wanted among the links of each kind: exact ones, and close ones by themselves.
EXACT_PRECISION: Final = 0.95
CLOSE_PRECISION: Final = 0.9

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Judgement:
    """An entity and a concept, and whether they are the same.

    Attributes
    ----------
    type, name, scheme, concept : str
        Of the entity the first two; of the concept its vocabulary and IRI.
    verdict : str
        ``exact``, ``close`` or ``wrong``.
    aliases, broader : tuple of str
        What else was known of the entity.
    """

    type: EntityType
    name: str
    scheme: str
    concept: str
    verdict: str
    aliases: tuple[str, ...]
    broader: tuple[str, ...]

    @property
    def held_out(self) -> bool:
        """Whether it says how good the weights are, and is not fitted on."""
        return _hashed(self.name) % 2 == 1


def judgements(path: Path = JUDGED) -> list[Judgement]:
    """Judgements of a file.

    Raises
    ------
    EvaluationError
        When a line has another type or verdict than there is.
    """
    read = []
    with path.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE), 2):
            if row["type"] not in TYPES or row["verdict"] not in VERDICTS:
                raise EvaluationError(path, number, f"type {row['type']!r}, verdict {row['verdict']!r}")
            aliases, broader = (tuple(filter(None, row[name].split("|"))) for name in ("aliases", "broader"))
            type_ = cast(EntityType, row["type"])
            read.append(Judgement(type_, row["name"], row["scheme"], row["concept"], row["verdict"], aliases, broader))
    return read


def _hashed(name: str) -> int:
    return int(hashlib.sha256(squeezed(name_key(name)).encode()).hexdigest(), 16)


def found(judged: Sequence[Judgement], linker: Linker) -> Iterator[tuple[Judgement, Candidate]]:
    """Judgements on concepts of a vocabulary, each with the candidate that it is about.

    Where a short acronym alone finds a concept no probability is asked for, and the judgement is left out.
    """
    asked: dict[tuple[Any, ...], dict[str, Candidate]] = {}
    for each in judged:
        if each.scheme != ELSEWHERE:
            entity = (each.type, each.name, each.aliases, each.broader)
            if entity not in asked:
                asked[entity] = {c.concept.iri: c for c in linker.candidates(*entity)}
            if each.concept in asked[entity] and asked[entity][each.concept].right:
                yield each, asked[entity][each.concept]


def fit(evidence: Sequence[frozenset[str]], right: Sequence[bool]) -> dict[str, float]:
    """Weights of each kind of evidence by ridge-penalised maximum likelihood; "" is the intercept.

    >>> weights = fit([frozenset({"a"})] * 8 + [frozenset()] * 8, [True] * 6 + [False] * 2 + [True] * 2 + [False] * 6)
    >>> weights["a"] > 0 > weights[""]
    True
    """
    names = sorted({name for kinds in evidence for name in kinds})
    x = np.array([[1.0, *(float(name in kinds) for name in names)] for kinds in evidence])
    y = np.array(right, dtype=float)
    penalty = np.full(x.shape[1], PRIOR)
    penalty[0] = 1e-3
    weights: Floats = np.zeros(x.shape[1])
    for _ in range(50):  # Newton's steps, which settle within ten
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (y - p) - penalty * weights
        weights = weights + np.linalg.solve((x.T * (p * (1 - p))) @ x + np.diag(penalty), slope)
    return {name: round(float(weight), 2) for name, weight in zip(("", *names), weights, strict=True)}


def out_of_fold(pairs: Sequence[tuple[Judgement, Candidate]]) -> list[tuple[float, float]]:
    """Probabilities of each pair, exact and right, by weights that were fitted on the other names."""
    folds = [_hashed(judged.name) // 2 % FOLDS for judged, _ in pairs]
    seen: list[tuple[float, float]] = [(0.0, 0.0)] * len(pairs)
    for fold in range(FOLDS):
        rest = [pair for pair, own in zip(pairs, folds, strict=True) if own != fold]
        exact, right = _both(rest)
        for place, own in enumerate(folds):
            if own == fold:
                kinds = pairs[place][1].evidence
                seen[place] = (probability(kinds, exact), probability(kinds, right))
    return seen


def _both(pairs: Sequence[tuple[Judgement, Candidate]]) -> tuple[dict[str, float], dict[str, float]]:
    evidence = [candidate.evidence for _, candidate in pairs]
    return (
        fit(evidence, [judged.verdict == "exact" for judged, _ in pairs]),
        fit(evidence, [judged.verdict != "wrong" for judged, _ in pairs]),
    )


def thresholds(pairs: Sequence[tuple[Judgement, Candidate]]) -> tuple[dict[str, float], float]:
    """Lowest probabilities from which the links of each kind are right often enough, by the folds.

    Of exact ones there is one for each vocabulary, of close ones one for all.

    Often enough is one standard error above what is wanted, as a lowest one is chosen among many.
    """
    seen = [(judged.scheme, judged.verdict, *p) for (judged, _), p in zip(pairs, out_of_fold(pairs), strict=True)]
    exact_from = {
        scheme: _lowest(
            [(exact, verdict == "exact") for own, verdict, exact, _ in seen if own == scheme], EXACT_PRECISION
        )
        for scheme in sorted({judged.scheme for judged, _ in pairs})
    }
    close = [(right, verdict != "wrong") for own, verdict, exact, right in seen if exact < exact_from[own]]
    return exact_from, _lowest(close, CLOSE_PRECISION)


def _lowest(judged: Sequence[tuple[float, bool]], wanted: float) -> float:
    """Return the lowest probability, in hundredths from a half on, from which the share wanted is reached."""
    for step in range(50, 100):
        right = [was for probability, was in judged if probability >= step / 100]
        if right and sum(right) / len(right) >= wanted + (wanted * (1 - wanted) / len(right)) ** 0.5:
            return step / 100
    return 1.0


def elsewhere(judged: Sequence[Judgement]) -> float:
    """Share of the identifiers given elsewhere that are right, rounded to two decimals."""
    right = [each.verdict != "wrong" for each in judged if each.scheme == ELSEWHERE]
    return round(sum(right) / len(right), 2) if right else 0.0


def scores(judged: Sequence[Judgement], linker: Linker) -> dict[str, dict[str, float]]:
    """How good links are: all together, by type and by vocabulary, precision and recall of each kind of link.

    Recall of exact matches is the share of the judged concepts which are the same that are linked so;
    of several such concepts of one vocabulary for one entity, one is enough.
    """
    verdicts: dict[tuple[Any, ...], dict[str, dict[str, str]]] = defaultdict(lambda: defaultdict(dict))
    for each in judged:
        if each.scheme != ELSEWHERE:
            entity = (each.type, each.name, each.aliases, each.broader)
            verdicts[entity][each.scheme][each.concept] = each.verdict
    counts: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for entity, by_scheme in verdicts.items():
        links = linker.links(*entity)
        for scheme, known in by_scheme.items():
            made = next((link for link in links if link.target in known), None)
            for row in (counts["all"], counts[entity[0]], counts[scheme]):
                row["entities"] += 1
                row["same"] += "exact" in known.values()
                row["same or close"] += any(verdict != "wrong" for verdict in known.values())
                if made:
                    verdict = known[made.target]
                    row[made.match] += 1
                    row[f"{made.match} right"] += (
                        verdict == "exact" if made.match == "exactMatch" else verdict != "wrong"
                    )
                    row["right"] += verdict != "wrong"
    schemes = sorted({each.scheme for each in judged} - {ELSEWHERE})
    return {name: _rates(counts[name]) for name in ("all", *TYPES, *schemes)}


def _rates(row: Mapping[str, int]) -> dict[str, float]:
    links = row["exactMatch"] + row["closeMatch"]
    return {
        "entities and vocabularies": row["entities"],
        "exactMatch": row["exactMatch"],
        "exactMatch precision": _rate(row["exactMatch right"], row["exactMatch"]),
        "exactMatch recall": _rate(row["exactMatch right"], row["same"]),
        "closeMatch": row["closeMatch"],
        "closeMatch precision": _rate(row["closeMatch right"], row["closeMatch"]),
        "any link precision": _rate(row["right"], links),
        "any link recall": _rate(row["right"], row["same or close"]),
    }


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 3) if whole else 0.0


def table(index: Path, path: Path = JUDGED) -> dict[str, Any]:
    """What goes into ``weights.json``: weights, thresholds, and their worth on names that were not fitted on."""
    judged = judgements(path)
    own, held = [j for j in judged if not j.held_out], [j for j in judged if j.held_out]
    pairs = list(found(own, Linker(index)))
    exact, right = _both(pairs)
    exact_from, right_from = thresholds(pairs)
    fitted = Weights(exact, right, exact_from, right_from, elsewhere(own))
    return {
        "made by": "python -m kg.training.linking",
        "judgements sha256": digest(path),
        "fitted on": len(pairs),
        "held out": len(list(found(held, Linker(index)))),
        "exact from": exact_from,
        "right from": right_from,
        "elsewhere": fitted.elsewhere,
        "exact": exact,
        "right": right,
        "worth on held-out names": scores(held, Linker(index, weights=fitted)),
        "identifiers elsewhere right on held-out names": elsewhere(held),
    }


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("index", type=Path, help="index of OpenCS and the ACM classification")
    parser.add_argument("--judged", type=Path, default=JUDGED, help="hand-judged candidates")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    made = table(arguments.index, arguments.judged)
    arguments.out.write_text(json.dumps(made, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
