"""Decoding settings chosen on held-out papers: how readily to speak, and how sure to be."""

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
from kg.model import TYPES, Paper
from kg.training.gold import GoldPaper, read_gold

#: Values tried for the bias of "outside" and for the least confidence of a mention.
BIASES = (-1.5, -1.0, -0.5, 0.0, 0.5)
THRESHOLDS = (0.0, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55)


@dataclass(frozen=True, slots=True)
class Read:
    """Gold papers and what the network says of each of their words."""

    gold: Path
    papers: tuple[GoldPaper, ...]
    logits: tuple[tuple[list[tuple[int, int]], Array], ...]


def read(gold: Path, folder: Path, *, threads: int | None = None) -> Read:
    """Return a gold file's papers, read once by the model of a folder."""
    papers = tuple(read_gold(gold))
    tagger = Tagger(folder, threads=threads)
    return Read(gold, papers, tuple(tagger.logits([(p.title, p.abstract) for p in papers])))


def scores(seen: Read, settings: Settings, scratch: Path) -> Scores:
    """Scores of a gold file under some settings; predictions go to a file in `scratch`."""
    path = scratch / "predicted.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for each in _records(seen, settings):
            lines.write(json.dumps(each, ensure_ascii=False) + "\n")
    return score(seen.gold, path)


def _records(seen: Read, settings: Settings) -> Iterator[dict[str, object]]:
    decoded = decode(
        [logits for _, logits in seen.logits], outside_bias=settings.outside_bias, temperature=settings.temperature
    )
    for paper, (words, _), spans in zip(seen.papers, seen.logits, decoded, strict=True):
        read_paper = Paper(paper.id, paper.title, paper.abstract, local_id=paper.id)
        text = read_paper.text
        mentions = tuple(replace(m, paper=paper.id) for m in mentions_of(text, sentences(text), words, spans, settings))
        yield record(read_paper, mentions)


def choose(seen: Read, settings: Settings, scratch: Path) -> tuple[Settings, list[dict[str, float]]]:
    """Settings with the best sum of entity and role F1, and the figures of all that were tried."""
    table = []
    best, chosen = -1.0, settings
    for bias in BIASES:
        for threshold in THRESHOLDS:
            tried = replace(settings, outside_bias=bias, thresholds=dict.fromkeys(TYPES, threshold))
            found = scores(seen, tried, scratch).totals
            entity, role = found["entity/all"].f1, found["role/all"].f1
            table.append({"outside_bias": bias, "threshold": threshold, "entity F1": entity, "role F1": role})
            if entity + role > best:
                best, chosen = entity + role, tried
    return chosen, table


def summary(found: Scores) -> dict[str, dict[str, float]]:
    """Precision, recall and F1 of each kind of score that the gold has, for a table."""
    return {
        key: {"P": figures.precision, "R": figures.recall, "F1": figures.f1}
        for key, figures in found.totals.items()
        if figures.gold
    }
