"""Decoding settings chosen on held-out papers, and what their probabilities are worth there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from kg.evaluate import Scores, score
from kg.extract.decode import Array, decode
from kg.extract.pipeline import mentions_of, sentences
from kg.extract.tagger import Settings, Tagger
from kg.found import record
from kg.model import Mention, Paper
from kg.training.gold import GoldPaper, read_gold

#: Values tried for the least probability of a mention, and of one inside another.
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
NESTED = (0.4, 0.5, 0.6, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Read:
    """Gold papers and what the network says of each of their spans."""

    gold: Path
    papers: tuple[GoldPaper, ...]
    logits: tuple[tuple[list[tuple[int, int]], Array], ...]


def read(gold: Path, folder: Path, *, threads: int | None = None) -> Read:
    """Return a gold file's papers, read once by the model of a folder."""
    papers = tuple(read_gold(gold))
    tagger = Tagger(folder, threads=threads)
    return Read(gold, papers, tuple(tagger.logits([(p.title, p.abstract) for p in papers])))


def found(seen: Read, settings: Settings) -> Iterator[tuple[Paper, tuple[Mention, ...]]]:
    """Each paper with the mentions that some settings find in it."""
    for paper, (words, logits) in zip(seen.papers, seen.logits, strict=True):
        read_paper = Paper(paper.id, paper.title, paper.abstract, local_id=paper.id)
        spans = decode(logits, threshold=settings.threshold, nested=settings.nested)
        made = mentions_of(read_paper.text, sentences(read_paper.text), words, spans, settings)
        yield read_paper, tuple(replace(m, paper=paper.id) for m in made)


def scores(seen: Read, settings: Settings, scratch: Path) -> Scores:
    """Scores of a gold file under some settings; predictions go to a file in `scratch`."""
    path = scratch / "predicted.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for paper, mentions in found(seen, settings):
            lines.write(json.dumps(record(paper, mentions), ensure_ascii=False) + "\n")
    return score(seen.gold, path)


def choose(seen: Read, settings: Settings, scratch: Path) -> tuple[Settings, list[dict[str, float]]]:
    """Settings with the best sum of entity and role F1, and the figures of all that were tried."""
    table = []
    best, chosen = -1.0, settings
    for threshold in THRESHOLDS:
        for nested in NESTED:
            tried = replace(settings, threshold=threshold, nested=nested)
            totals = scores(seen, tried, scratch).totals
            entity, role = totals["entity/all"].f1, totals["role/all"].f1
            table.append({"threshold": threshold, "nested": nested, "entity F1": entity, "role F1": role})
            if entity + role > best:
                best, chosen = entity + role, tried
    return chosen, table


def summary(totals: Scores) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each kind of score that the gold has, for a table."""
    return {
        key: {"P": figures.precision, "R": figures.recall, "F1": figures.f1}
        for key, figures in totals.totals.items()
        if figures.gold
    }
