"""Relations and results that the model finds where annotators have said what the entities are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypeAlias, cast

from kg.extract.labels import SLOTS
from kg.extract.pipeline import sentences
from kg.extract.tagger import Reading, Settings
from kg.model import EntityType, Findings, Mention, PaperEntity, Role, Span
from kg.relate import relate, report
from kg.training.choose import Read, shifted
from kg.training.gold import GoldPaper

#: A paper, its entities as annotated, and what the model finds among their mentions.
Given: TypeAlias = tuple[GoldPaper, list[PaperEntity], Findings]


def given_entities(seen: Read, settings: Settings) -> Iterator[dict[str, Any]]:
    """What is found in each paper of a gold file, in the guide's form, its entities those of the annotators.

    An entity whose words are not in the text, or only within those of another, is in no relation.
    """
    for each in given(seen):
        yield recorded(each, settings)


def given(seen: Read) -> Iterator[Given]:
    """What the model finds among the mentions of the annotators' entities, before any setting."""
    for paper, reading in zip(seen.papers, seen.readings, strict=True):
        yield _given(seen, paper, reading)


def _given(seen: Read, paper: GoldPaper, reading: Reading) -> Given:
    held = sentences(paper.text)
    kinds = {(start, end): (type_, role) for start, end, type_, role in (*paper.spans, *paper.nested)}
    mentions, of = [], defaultdict(list)
    for start, end, number in sorted(paper.named):
        type_, role = kinds[start, end]
        sentence = max((s for s in held if s.start <= start), key=lambda s: s.start)
        whole = Span(sentence.start, max(sentence.end, end))
        mention = Mention(
            paper.id, start, end, paper.text[start:end], cast(EntityType, type_), cast(Role, role), 1.0, 1.0, whole
        )
        mentions.append(mention)
        of[number].append(mention)
    entities = [
        PaperEntity(paper.id, (members[0].type, str(number)), members[0].role, 1.0, tuple(members))
        for number, members in sorted(of.items())
    ]
    findings = Findings(tuple(mentions))
    if seen.relater is not None:
        findings = Findings(tuple(mentions), *seen.relater.judge(paper.text, reading, held, mentions))
    return paper, entities, findings


def recorded(found: Given, settings: Settings) -> dict[str, Any]:
    """What is found in a paper under some settings, in the guide's form."""
    paper, entities, findings = found
    findings = shifted(findings, settings)
    # named by the words of the first mention, which the scorer finds among the gold's
    names = {entity.entity: f"{entity.mentions[0].text} ({entity.entity[1]})" for entity in entities}
    return {
        "id": paper.id,
        "entities": [
            {
                "name": names[e.entity],
                "type": e.entity[0],
                "role": e.role,
                "surface": list(dict.fromkeys(m.text for m in e.mentions)),
            }
            for e in entities
        ],
        "relations": [
            {"subject": names[r.subject.entity], "relation": r.relation, "object": names[r.object.entity]}
            for r in relate(paper.text, entities, findings)
        ],
        "results": [
            {
                **{slot: r.parts[slot].mentions[0].text if slot in r.parts else None for slot in SLOTS},
                "value": r.quantity.text,
            }
            for r in report(paper.text, entities, findings)
        ],
    }
