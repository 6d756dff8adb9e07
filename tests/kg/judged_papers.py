"""Pairs of records that were judged, by reading titles, authors, venues and abstracts, to be one paper or not.

``judged_papers.csv`` holds ids and verdicts alone; the records are read from the shared corpora. Three samples were drawn
by seed, each from another part of the corpora and stratified by what the rule of the day made of the pairs; a stratum's
``pairs`` is how many there were, so that figures can be weighed. The rule was changed after reading the first and the
second, not after the third, whose figures are therefore the ones to quote.

A verdict is ``same``, ``different`` or ``version``: one work published twice in its own right (the journal's version of
a conference's paper, an extended abstract with an arXiv id of its own), where one may hold either; these count neither
way.
"""

from __future__ import annotations

import csv
import io
import lzma
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kg.model import Paper
from kg.readers import read

JUDGED = Path(__file__).with_suffix(".csv")
_ID = re.compile(rb'\{"id": "([^"]+)"')


@dataclass(frozen=True)
class Pair:
    sample: str
    stratum: str
    weight: float
    first: str
    second: str
    verdict: str


def judged_pairs() -> list[Pair]:
    with JUDGED.open(newline="") as rows:
        return [
            Pair(r["sample"], r["stratum"], int(r["pairs"]) / int(r["judged"]), r["first"], r["second"], r["verdict"])
            for r in csv.DictReader(rows)
        ]


def records_of(pairs: Iterable[Pair], corpora: Path) -> dict[str, Paper]:
    """Records by the ids that the pairs have, from the shared corpora."""
    wanted = {name for pair in pairs for name in (pair.first, pair.second)}
    found: dict[str, Paper] = {}
    for path in sorted(corpora.glob("*.jsonl.xz")):
        for paper in read(["-"], stdin=io.BytesIO(b"".join(_lines(path, wanted))), format="jsonl"):
            found.setdefault(next(n for n in (*paper.identifiers, paper.local_id) if n in wanted), paper)
    collections = {re.match(r"acl:(.+?)-", name)[1] for name in wanted if name.startswith("acl:")}  # type: ignore[index]
    with tarfile.open(corpora / "acl-anthology-xml.tar.xz") as archive:
        for member in archive:
            if Path(member.name).stem in collections:
                content = io.BytesIO(archive.extractfile(member).read())  # type: ignore[union-attr]
                for paper in read(["-"], stdin=content, format="acl-xml", on_error=lambda _: None):
                    found.update({name: paper for name in paper.identifiers if name in wanted})
    return found


def _lines(path: Path, wanted: set[str]) -> Iterator[bytes]:
    with lzma.open(path) as lines:
        for line in lines:
            match = _ID.match(line)
            if match and {match[1].decode(), f"arxiv:{match[1].decode()}"} & wanted:
                yield line


def scores(pairs: Iterable[Pair], merged: Callable[[Pair], bool]) -> dict[str, float]:
    """Counts of the judged pairs, and precision and recall, each pair weighed by how many it stands for."""
    counts = dict.fromkeys(
        ("merged_same", "merged_different", "merged_version", "kept_same", "kept_different", "kept_version"), 0
    )
    weights = dict.fromkeys(counts, 0.0)
    for pair in pairs:
        outcome = f"{'merged' if merged(pair) else 'kept'}_{pair.verdict}"
        counts[outcome] += 1
        weights[outcome] += pair.weight
    right = weights["merged_same"]
    return {
        **counts,
        "precision": round(right / (right + weights["merged_different"]), 4),
        "precision_versions_wrong": round(right / (right + weights["merged_different"] + weights["merged_version"]), 4),
        "recall": round(right / (right + weights["kept_same"]), 4),
    }
