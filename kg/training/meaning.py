"""How often names that are near by meaning are one thing: fitted on the taxonomies, corrected by judged real names.

``python -m kg.training.meaning`` writes the table that `kg.resolve.meaning` reads. Names of the taxonomies are
paired as `kg review` pairs those of papers; where the concept of the first name hashes to an even number, a pair is
fitted on, the others only say how good it is. In papers more names have no other name than in the taxonomies, so the
odds are corrected by pairs of real names that were judged one by one, by half of them for what is said of the others.

``python -m kg.training.meaning --sample ../shared/gold/train.jsonl.gz exports/annotations/arxiv.jsonl.gz --texts FILE``
prints pairs to judge.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final, cast

import numpy as np

from kg.errors import EvaluationError
from kg.extract.pipeline import sentences
from kg.meaning import ENCODER_SHA256, Encoder
from kg.model import TYPES, EntityType, Mention, Paper, Role, Span
from kg.resolve.across import keyed, settle
from kg.resolve.alike import folded
from kg.resolve.decisions import NONE
from kg.resolve.evidence import Evidence
from kg.resolve.meaning import TABLE, Meant, evidence, meant, telling, two
from kg.resolve.names import name_key
from kg.resolve.near import near
from kg.review import Encode, near_in_meaning
from kg.training.fitting import Floats, newton
from kg.training.gold import GoldPaper, digest, read_gold
from schema import taxonomy

JUDGED: Final = Path(__file__).resolve().parents[2] / "tests" / "kg" / "resolve" / "meaning-pairs.tsv"
COLUMNS: Final = ("type", "first", "second", "cosine", "margin", "both", "verdict", "reason")
#: Strength with which weights are held to zero.
PRIOR: Final = 1.0
#: How many pairs count as much as those of all types together say of a type's shift.
_SHARED: Final = 1.0
#: Cosines at which strata of the sample begin, and how many of each type are drawn.
STRATA: Final = (0.8, 0.83, 0.86, 0.89, 0.92)
DRAWN: Final = 30
#: Bins of probability by which calibration is reckoned.
_BINS: Final = 10


@dataclass(frozen=True, slots=True)
class Known:
    """A pair of names of which it is known whether they are one thing.

    Attributes
    ----------
    type : EntityType
    pair : Meant
    same : bool
    half : {0, 1}
        Of two halves, one says how good is what was fitted on the other.
    """

    type: EntityType
    pair: Meant
    same: bool
    half: int


def _hashed(*names: str) -> int:
    return int.from_bytes(hashlib.sha256("\t".join(names).encode()).digest()[:4])


def _of_pair(type_: EntityType, pair: Meant) -> int:
    return _hashed(type_, pair.first, pair.second)


def closed(encode: Encode) -> Iterator[Known]:
    """Yield pairs of names of the taxonomies; names of one form are names of one owner."""
    for type_ in TYPES:
        concept: dict[str, str] = {}
        for own, curated in taxonomy.load(type_).items():
            for name in (curated.label, *curated.alt):
                if telling(key := name_key(name)):
                    concept.setdefault(key, own)
        keys = sorted(concept)
        by_letters = {frozenset((pair.first, pair.second)) for pair in near(type_, dict.fromkeys(keys, 1))}
        numbers: dict[tuple[str, str], int] = {}
        owners = [numbers.setdefault((concept[key], folded(type_, key)), len(numbers)) for key in keys]

        def passed(one: str, other: str, doubted: Collection[frozenset[str]] = by_letters) -> bool:
            return frozenset((one, other)) in doubted

        for pair in meant(type_, keys, encode(keys), owners, passed=passed):
            first, second = concept[pair.first], concept[pair.second]
            yield Known(type_, pair, first == second, _hashed(type_, first) % 2)


def proposed(papers: Iterable[GoldPaper], encode: Encode) -> Iterator[tuple[EntityType, Meant]]:
    """Yield the pairs that `kg review` would propose of annotated papers."""
    found = [_mentioned(paper) for paper in papers]
    concepts = keyed(found)
    seen = Evidence([paper for paper, _ in found], concepts, settle(concepts))
    yield from near_in_meaning(seen, NONE, encode)


def _mentioned(paper: GoldPaper) -> tuple[Paper, list[Mention]]:
    held = sentences(paper.text)
    mentions = []
    for start, end, type_, role in paper.spans:
        sentence = max((s for s in held if s.start <= start), key=lambda s: s.start)
        whole = Span(sentence.start, max(sentence.end, end))
        text = paper.text[start:end]
        mentions.append(
            Mention(paper.id, start, end, text, cast(EntityType, type_), cast(Role, role), 1.0, 1.0, whole)
        )
    return Paper(paper.id, paper.title, paper.abstract, local_id=paper.id, identifiers=(paper.id,)), mentions


def drawn(pairs: Iterable[tuple[EntityType, Meant]], number: int = DRAWN) -> list[tuple[EntityType, Meant]]:
    """Pairs to judge, `number` a type, of the strata of cosines in turn as long as they have any, by their hash."""
    strata: dict[EntityType, dict[int, list[tuple[EntityType, Meant]]]] = defaultdict(lambda: defaultdict(list))
    for type_, pair in sorted(pairs, key=lambda each: _of_pair(*each)):
        strata[type_][sum(pair.cosine >= start for start in STRATA)].append((type_, pair))
    chosen = []
    for type_ in TYPES:
        in_turn = (each for row in zip_longest(*strata[type_].values()) for each in row if each is not None)
        chosen += [each for each, _ in zip(in_turn, range(number), strict=False)]
    return sorted(chosen, key=lambda each: (TYPES.index(each[0]), each[1].first, each[1].second))


def judged(path: Path = JUDGED) -> list[Known]:
    """Pairs of a file of judgements.

    Raises
    ------
    EvaluationError
        When it cannot be read, or for the first line that is no judgement, with its number.
    """
    made = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise EvaluationError(path, None, f"cannot be read: {error}") from error
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#") or line == "\t".join(COLUMNS):
            continue
        cells = dict(zip(COLUMNS, next(csv.reader([line], delimiter="\t")), strict=False))
        try:
            if cells["type"] not in TYPES or cells["verdict"] not in ("same", "different"):
                raise ValueError(f"no type or verdict: {cells['type']!r}, {cells['verdict']!r}")
            pair = Meant(
                cells["first"], cells["second"], float(cells["cosine"]), float(cells["margin"]), cells["both"] == "yes"
            )
            type_: EntityType = cells["type"]
            made.append(Known(type_, pair, cells["verdict"] == "same", _of_pair(type_, pair) % 2))
        except (KeyError, ValueError) as error:
            raise EvaluationError(path, number, f"{error!r}; expected the columns {', '.join(COLUMNS)}") from error
    return made


def fit(pairs: Sequence[Known]) -> dict[str, float]:
    """Weights of what a pair's probability is reckoned from, by ridge-penalised maximum likelihood."""
    names = ["", *sorted({name for each in pairs for name in evidence(each.type, each.pair)} - {""})]
    x = np.array([[evidence(each.type, each.pair).get(name, 0.0) for name in names] for each in pairs])
    weights = newton(x, _right(pairs), np.zeros(len(pairs)), np.array([1e-3, *[PRIOR] * (len(names) - 1)]))
    return {name: round(float(weight), 2) for name, weight in zip(names, weights, strict=True)}


def correct(pairs: Sequence[Known], weights: dict[str, float]) -> tuple[float, dict[str, float]]:
    """How the log odds by the weights become those of real names: times a scale, and plus a shift of each type."""
    odds = log_odds(pairs, weights)
    x = np.column_stack([odds, np.ones(len(pairs)), *([each.type == type_ for each in pairs] for type_ in TYPES)])
    # without a pair, the odds stay as they are
    start = np.array([1.0, 0.0, *[0.0] * len(TYPES)])
    change = newton(x, _right(pairs), x @ start, np.array([PRIOR, 1e-3, *[_SHARED] * len(TYPES)]))
    scale, all_types, *own = (change + start).tolist()
    return round(scale, 2), {type_: round(all_types + each, 2) for type_, each in zip(TYPES, own, strict=True)}


def _right(pairs: Sequence[Known]) -> Floats:
    return np.array([each.same for each in pairs], dtype=float)


def log_odds(pairs: Sequence[Known], weights: dict[str, float]) -> Floats:
    """Log odds of pairs by weights."""
    told = [evidence(each.type, each.pair) for each in pairs]
    return np.array([sum(weights.get(name, 0.0) * worth for name, worth in each.items()) for each in told])


def shares(pairs: Sequence[Known], odds: Floats) -> dict[str, Any]:
    """What is said of pairs and what is so: the mean probability, the share right, and the expected calibration error.

    The error is the mean distance of the two in bins of a tenth, weighed by the pairs in each.
    """
    said, right = 1 / (1 + np.exp(-odds)), _right(pairs)
    bins = np.minimum((said * _BINS).astype(int), _BINS - 1)
    rows = [(bins == at).nonzero()[0] for at in range(_BINS)]
    error = sum(abs(said[row].mean() - right[row].mean()) * len(row) for row in rows if len(row)) / len(pairs)
    return {
        "pairs": len(pairs), "said": round(float(said.mean()), 3), "right": round(float(right.mean()), 3),
        "expected calibration error": round(float(error), 3),
        "bins": [
            [round(at / _BINS, 1), len(row), round(float(said[row].mean()), 3), round(float(right[row].mean()), 3)]
            for at, row in enumerate(rows) if len(row)
        ],
    }  # fmt: skip


def table(encode: Encode, path: Path = JUDGED) -> dict[str, Any]:
    """What the file holds."""
    # a pair that is told apart by its words is proposed no more
    real = [each for each in judged(path) if two(each.type, each.pair.first, each.pair.second) is None]
    pairs = list(closed(encode))
    fitted, held = ([each for each in pairs if each.half == half] for half in (0, 1))
    weights = fit(fitted)
    folds = [[each for each in real if each.half == half] for half in (0, 1)]
    crossed = np.zeros(0)
    for own, other in (folds, folds[::-1]):
        scale, shift = correct(other, weights)
        crossed = np.concatenate([crossed, scale * log_odds(own, weights) + [shift[each.type] for each in own]])
    scale, shift = correct(real, weights)
    return {
        "made by": "python -m kg.training.meaning",
        "encoder sha256": ENCODER_SHA256,
        "judged": {"file": path.name, "sha256": digest(path), "by": "a large language model, by the names alone"},
        "weights": weights,
        "scale": scale,
        "shift": shift,
        "checked": {
            "taxonomies, the half not fitted on, before the correction": shares(held, log_odds(held, weights)),
            "real names, before the correction": shares(real, log_odds(real, weights)),
            "real names, each half after a correction by the other": shares([*folds[0], *folds[1]], crossed),
        },
    }


def main() -> None:
    """Write the table, or print pairs to judge."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sample", type=Path, nargs="+", help="annotated papers whose pairs of names to print")
    parser.add_argument("--texts", type=Path, action="append", default=[], help="file of texts of annotations without")
    parser.add_argument("--judged", type=Path, default=JUDGED, help="table of judged pairs")
    parser.add_argument("--kept", type=Path, help="folder for the names' vectors")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    encoder = Encoder(arguments.kept)
    if arguments.sample:
        lines = csv.writer(sys.stdout, delimiter="\t", lineterminator="\n")
        lines.writerow(COLUMNS)
        papers = [paper for path in arguments.sample for paper in read_gold(path, texts=arguments.texts)]
        pairs = list(proposed(papers, encoder))
        for type_ in TYPES:
            cosines = [pair.cosine for of, pair in pairs if of == type_]
            counts = [sum(cosine >= start for cosine in cosines) for start in STRATA]
            sys.stderr.write(f"{type_}: pairs of cosines from {STRATA} on: {counts}\n")
        for type_, pair in drawn(pairs):
            lines.writerow(
                [type_, pair.first, pair.second, pair.cosine, pair.margin, "yes" if pair.both else "no", "", ""]
            )
        return
    arguments.out.write_text(_compact(table(encoder, arguments.judged)), encoding="utf-8")


def _compact(made: dict[str, Any]) -> str:
    return json.dumps(made, indent=1, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    main()
