"""Decoding settings chosen on held-out papers, and what their probabilities are worth there."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from kg.evaluate import Scores, score
from kg.extract.decode import decode
from kg.extract.lexicon import Lexicon
from kg.extract.pipeline import mentions_of, sentences
from kg.extract.relating import Relater
from kg.extract.tagger import Reading, Settings, Tagger, judges_relations
from kg.found import record
from kg.model import Findings, Paper
from kg.training.gold import GoldPaper, read_gold

#: Values tried for the least probability of a mention, and of one inside another.
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)
NESTED = (0.4, 0.5, 0.6, 0.7, 1.0)


@dataclass(frozen=True, slots=True)
class Read:
    """Gold papers, what the network says of each, the second network, where there is one, and the known names."""

    gold: Path
    papers: tuple[GoldPaper, ...]
    readings: tuple[Reading, ...]
    relater: Relater | None = None
    lexicon: Lexicon = field(default_factory=lambda: Lexicon({}))


def read(gold: Path, folder: Path, *, threads: int | None = None) -> Read:
    """Return a gold file's papers, read once by the model of a folder."""
    papers = tuple(read_gold(gold))
    tagger = Tagger(folder, threads=threads)
    readings = tuple(tagger.read([(p.title, p.abstract) for p in papers]))
    return Read(gold, papers, readings, Relater(folder) if judges_relations(folder) else None, tagger.lexicon)


def found(seen: Read, settings: Settings, *, related: bool = True) -> Iterator[tuple[Paper, Findings]]:
    """Each paper with what some settings find in it; without relations and results of the model if not `related`."""
    for paper, reading in zip(seen.papers, seen.readings, strict=True):
        read_paper = Paper(paper.id, paper.title, paper.abstract, local_id=paper.id)
        logits = seen.lexicon.raised(read_paper.text, reading.words, reading.logits, settings.lexicon)
        spans = decode(logits, threshold=settings.threshold, nested=settings.nested)
        held = sentences(read_paper.text)
        made = mentions_of(read_paper.text, held, reading.words, spans, settings)
        mentions = tuple(replace(m, paper=paper.id) for m in made)
        if seen.relater is None or not related:
            yield read_paper, Findings(mentions)
        else:
            links, figures = seen.relater.judge(read_paper.text, reading, held, mentions)
            yield read_paper, shifted(Findings(mentions, links, figures), settings)


def shifted(findings: Findings, settings: Settings) -> Findings:
    """Findings with the settings' biases added to the log odds of relations and results."""
    links, figures = findings.links, findings.figures
    if links is None or figures is None:
        return findings
    return replace(
        findings,
        links=tuple(replace(link, odds=round(link.odds + settings.relation_bias, 2)) for link in links),
        figures=tuple(replace(figure, odds=round(figure.odds + settings.value_bias, 2)) for figure in figures),
    )


def scores(seen: Read, settings: Settings, scratch: Path, *, related: bool = True) -> Scores:
    """Scores of a gold file under some settings; predictions go to a file in `scratch`."""
    return scored(seen.gold, found(seen, settings, related=related), scratch)


def scored(gold: Path, found: Iterable[tuple[Paper, Findings]], scratch: Path) -> Scores:
    """Scores of what was found in the papers of a gold file."""
    path = scratch / "predicted.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for paper, findings in found:
            lines.write(json.dumps(record(paper, findings), ensure_ascii=False) + "\n")
    return score(gold, path)


def choose(seen: Read, settings: Settings, scratch: Path) -> tuple[Settings, list[dict[str, float]]]:
    """Settings with the best sum of entity and role F1, and the figures of all that were tried."""
    table = []
    best, chosen = -1.0, settings
    for threshold in THRESHOLDS:
        for nested in NESTED:
            tried = replace(settings, threshold=threshold, nested=nested)
            totals = scores(seen, tried, scratch, related=False).totals
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
