"""What support is worth, from triples that experts judged right or wrong (CS-KG3600).

``python -m kg.training.corroboration ../shared/public/cskg3600`` writes the two numbers that
`kg.corroboration` reads; no triple goes into them.

A triple's papers, tools, relation, types and words are evidence. What experts said is only the
truth that is learned from; whether the pipeline kept a triple (columns ``cskg``,
``discarded_by_classifier``, ``discarded_by_onto``, ``random_generated``) is not read at all: the
last three together spell the first.
"""

from __future__ import annotations

import argparse
import ast
import csv
import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize  # type: ignore[import-untyped]
from scipy.sparse import csr_array  # type: ignore[import-untyped]

from kg.corroboration import TABLE, Gain, edge_confidence
from kg.errors import EvaluationError
from kg.training.calibrate import Judged, line
from kg.training.gold import digest

NAME: Final = "dev.csv"
TOOLS: Final = ("dependency tagger", "dygiepp", "openie", "pos tagger")
EXPERTS: Final = ("ann1", "ann2", "ann3")
#: What a triple may be told right or wrong by.
GROUPS: Final = ("support", "tools", "relation", "types", "words")
FOLDS: Final = 10
INNER: Final = 5
#: Strength with which weights of features are held to zero, and those of the gain to one. The first
#: was chosen of 1, 3 and 6 by the folds that the benchmark tells of; F1 differed by 0.005.
PRIOR: Final = 3.0
GAIN_PRIOR: Final = 0.1
#: Words are held to zero more than types: their features are smaller.
WORD: Final = 0.7

Floats: TypeAlias = NDArray[np.float64]
Features: TypeAlias = dict[str, float]


@dataclass(frozen=True, slots=True)
class Triple:
    """A statement that experts judged.

    Attributes
    ----------
    subject, relation, object, subject_type, object_type : str
    tools : tuple of str
        Extractors that found it, sorted.
    papers : int
        How many it was found in; 0 for a made-up triple.
    share : float
        Share of the three experts who call it right, 0 to 1.
    right : bool
        Whether most of them do.
    """

    subject: str
    relation: str
    object: str
    subject_type: str
    object_type: str
    tools: tuple[str, ...]
    papers: int
    share: float
    right: bool


@dataclass(frozen=True, slots=True)
class Told:
    """A triple told right or wrong by what was learned from others: how probable it is, and the verdict."""

    probability: float
    verdict: bool
    right: bool


def read_triples(folder: Path) -> list[Triple]:
    """Judged triples of a folder that holds ``dev.csv``, in its order."""
    path = folder / NAME
    with path.open(encoding="utf-8", newline="") as rows:
        return [_triple(row, path, line_ + 2) for line_, row in enumerate(csv.DictReader(rows))]


def _triple(row: Mapping[str, str], path: Path, place: int) -> Triple:
    try:
        votes = [int(row[expert]) for expert in EXPERTS]
        tools = tuple(sorted(ast.literal_eval(row["sources"]))) if row["sources"] else ()
        ends = row["subj"], row["rel"], row["obj"], row["subj_type"], row["obj_type"]
        return Triple(*ends, tools, int(row["support"] or 0), sum(votes) / len(votes), bool(int(row["gs"])))
    except (KeyError, ValueError, SyntaxError, TypeError) as error:
        raise EvaluationError(path, place, f"no judged triple of CS-KG3600: {error}") from None


def folds_of(triples: Sequence[Triple], *, seed: int, folds: int = FOLDS) -> NDArray[np.int_]:
    """Fold of each triple; all that share the rarer of their ends, and so all of one pair, are in one fold."""
    ends = Counter(end for t in triples for end in {t.subject, t.object})
    groups = [min((t.subject, t.object), key=lambda end: (ends[end], end)) for t in triples]
    names = sorted(set(groups))
    order = np.random.default_rng(seed).permutation(len(names))
    fold = {names[at]: place % folds for place, at in enumerate(order)}
    return np.array([fold[group] for group in groups])


# What further papers add


@dataclass(frozen=True, slots=True)
class Support:
    """What was fitted: the gain, and the log odds of a statement of one paper by the tools that found it."""

    gain: Gain
    intercept: float
    tools: tuple[float, ...]

    def one_paper(self, triple: Triple) -> float:
        """Probability that a statement of one paper is right, by its tools."""
        odds = self.intercept + sum(w for w, tool in zip(self.tools, TOOLS, strict=True) if tool in triple.tools)
        return 1 / (1 + math.exp(-odds))


def fit_support(triples: Iterable[Triple]) -> Support:
    """Gain and one paper's log odds that fit judged triples best, tools held equal.

    Each of a triple's papers is taken to make its claim with one paper's probability: how sure
    the tools were of each is not told. Tools are weighed beside, lest their agreement, which
    grows with support, is taken for support.
    """
    found = [t for t in triples if t.papers]
    inputs = np.array([[1.0, *(float(tool in t.tools) for tool in TOOLS)] for t in found])
    others = np.array([t.papers - 1.0 for t in found])
    signs = np.array([1.0 if t.right else -1.0 for t in found])

    def loss(weights: Floats) -> float:
        most, scale = np.exp(weights[:2])
        base = inputs @ weights[2:]
        odds = base + most * (1 - np.exp(-others / (1 + np.exp(-base)) / scale))
        return float(np.logaddexp(0.0, -signs * odds).sum() + GAIN_PRIOR / 2 * (weights**2).sum())

    most, scale, intercept, *tools = minimize(loss, np.zeros(3 + len(TOOLS)), method="BFGS").x
    gain = Gain(round(math.exp(most), 2), round(math.exp(scale), 2))
    return Support(gain, round(float(intercept), 4), tuple(round(float(w), 4) for w in tools))


def held_out_edges(triples: Sequence[Triple], *, seed: int, folds: int = FOLDS) -> list[tuple[Triple, float, float]]:
    """Each triple that a paper states, one paper's probability and the edge's, as fitted on the other folds."""
    fold = folds_of(triples, seed=seed, folds=folds)
    edges = []
    for number in range(folds):
        support = fit_support(t for t, f in zip(triples, fold, strict=True) if f != number)
        for triple, its_fold in zip(triples, fold, strict=True):
            if its_fold == number and triple.papers:
                one = support.one_paper(triple)
                said = [(str(paper), one) for paper in range(triple.papers)]
                edges.append((triple, one, edge_confidence(said, gain=support.gain)))
    return edges


# Right or wrong, by all that is known of a triple


def features(triple: Triple, groups: Iterable[str] = GROUPS) -> Features:
    """What speaks for or against a triple, by name, of the groups that are asked for.

    >>> sorted(features(Triple("svm", "uses", "text", "Method", "Material", ("openie",), 1, 1.0, True), ["support"]))
    ['papers', 'share of gain']
    """
    makers = {"support": _support, "tools": _tools, "relation": _relation, "types": _types, "words": _words}
    made: Features = {}
    for group in groups:
        made.update(makers[group](triple))
    return made


def _support(triple: Triple) -> Features:
    papers = triple.papers
    made = {"papers": math.log1p(papers), "share of gain": (papers - 1) / (papers + 1)}
    if not papers:
        made["no paper"] = 1.0
    if papers >= 3:
        made["three papers"] = 1.0
    return made


def _tools(triple: Triple) -> Features:
    return {"number of tools": float(len(triple.tools)), **{f"tool {tool}": 1.0 for tool in triple.tools}}


def _relation(triple: Triple) -> Features:
    return {f"relation {triple.relation}": 1.0}


def _types(triple: Triple) -> Features:
    subject, relation, object_ = triple.subject_type, triple.relation, triple.object_type
    return {
        f"subject type {subject}": 1.0,
        f"object type {object_}": 1.0,
        f"types {subject} {object_}": 1.0,
        f"subject type {subject} {relation}": 1.0,
        f"object type {object_} {relation}": 1.0,
        f"types {subject} {relation} {object_}": 0.5,
    }


def _words(triple: Triple) -> Features:
    made: Features = {}
    for side, name in (("subject", triple.subject), ("object", triple.object)):
        words = name.split() or [name]
        made.update({f"{side} has {word}": WORD for word in words})
        made.update({f"{side} ends in {words[-1]}": WORD, f"{side} is {name}": WORD})
        made[f"{side} length"] = math.log(len(words))
        if len(words) == 1:
            made[f"{side} of one word"] = 1.0
    return made


def held_out_verdicts(
    triples: Sequence[Triple], *, seed: int, groups: Iterable[str] = GROUPS, folds: int = FOLDS
) -> list[Told]:
    """Each triple told right or wrong by what was learned on the other folds, in the order of the triples.

    Within the other folds, triples are told by an inner part of them in turn: that gives the
    threshold with the best F1 and the line that makes log odds probabilities.
    """
    chosen = tuple(groups)
    rows = [features(triple, chosen) for triple in triples]
    right = np.array([t.right for t in triples])
    # the three votes tell more than which side had two of them
    shares = np.array([t.share for t in triples])
    fold = folds_of(triples, seed=seed, folds=folds)
    odds, verdicts = np.zeros(len(rows)), np.zeros(len(rows), dtype=bool)
    for number in range(folds):
        held, learn = np.flatnonzero(fold == number), np.flatnonzero(fold != number)
        columns = _columns(rows[place] for place in learn)
        known, inner = _matrix([rows[place] for place in learn], columns), np.zeros(len(learn))
        for part in range(INNER):
            inside = fold[learn] % INNER == part
            inner[inside] = known[inside] @ _fit(known[~inside], shares[learn][~inside])
        said = _matrix([rows[place] for place in held], columns) @ _fit(known, shares[learn])
        verdicts[held] = said >= _threshold(inner, right[learn])
        odds[held] = _calibrated(said, inner, right[learn])
    return [
        Told(1 / (1 + math.exp(-each)), bool(verdict), bool(truth))
        for each, verdict, truth in zip(odds, verdicts, right, strict=True)
    ]


def _columns(rows: Iterable[Features]) -> dict[str, int]:
    """Return the column of each feature that two triples have; the first is the intercept's."""
    seen = Counter(name for row in rows for name in row)
    return {name: place for place, name in enumerate(sorted(n for n, count in seen.items() if count > 1), start=1)}


def _matrix(rows: Sequence[Features], columns: Mapping[str, int]) -> Any:
    """Return a sparse table of features: a triple has about twenty of more than a thousand."""
    cells = [(place, 0, 1.0) for place in range(len(rows))]
    cells += [
        (place, columns[name], value)
        for place, row in enumerate(rows)
        for name, value in row.items()
        if name in columns
    ]
    at, column, values = zip(*cells, strict=True)
    return csr_array((values, (at, column)), shape=(len(rows), len(columns) + 1))


def _fit(inputs: Any, shares: Floats) -> Floats:
    """Return the weights of a logistic regression on shares of votes, all but the intercept drawn to zero."""
    pull = np.full(inputs.shape[1], PRIOR)
    pull[0] = 0.0

    def loss(weights: Floats) -> tuple[float, Floats]:
        odds = inputs @ weights
        misfit = (np.logaddexp(0.0, odds) - shares * odds).sum() + (pull * weights**2).sum() / 2
        return float(misfit), inputs.T @ (1 / (1 + np.exp(-odds)) - shares) + pull * weights

    weights: Floats = minimize(loss, np.zeros(inputs.shape[1]), jac=True, method="L-BFGS-B").x
    return weights


def _threshold(odds: Floats, right: NDArray[np.bool_]) -> float:
    """Return the log odds at and above which calling a triple right gives the best F1."""
    falling = np.argsort(-odds, kind="stable")
    hits = np.cumsum(right[falling])
    f1 = 2 * hits / (np.arange(1, len(odds) + 1) + right.sum())
    return float(odds[falling][f1.argmax()])


def _calibrated(odds: Floats, inner: Floats, right: NDArray[np.bool_]) -> Floats:
    probabilities = 1 / (1 + np.exp(-inner))
    slope, intercept = line(
        [Judged("", "edge", float(p), bool(truth)) for p, truth in zip(probabilities, right, strict=True)]
    )
    return slope * odds + intercept


def precision_recall_f1(verdicts: Iterable[bool], right: Iterable[bool]) -> tuple[float, float, float]:
    """Precision, recall and F1, 0 to 1, of calling triples right.

    >>> precision_recall_f1([True, True, False, True], [True, False, True, True])
    (0.6667, 0.6667, 0.6667)
    """
    pairs = list(zip(verdicts, right, strict=True))
    hits, said, wanted = sum(v and r for v, r in pairs), sum(v for v, _ in pairs), sum(r for _, r in pairs)
    return (
        round(hits / max(1, said), 4),
        round(hits / max(1, wanted), 4),
        round(2 * hits / max(1, said + wanted), 4),
    )


def main() -> None:
    """Write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("triples", type=Path, help=f"folder of CS-KG3600, with {NAME}")
    parser.add_argument("--out", type=Path, default=TABLE, help="where the table goes")
    arguments = parser.parse_args()
    triples = read_triples(arguments.triples)
    support = fit_support(triples)
    table = {
        "made by": "python -m kg.training.corroboration",
        "fitted on": "CS-KG3600: triples that three experts judged, part dev",
        "triples sha256": digest(arguments.triples / NAME),
        "triples that papers state": sum(t.papers > 0 for t in triples),
        "gain": {"most": support.gain.most, "scale": support.gain.scale},
    }
    arguments.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
