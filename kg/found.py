"""What was found in one paper, as the annotation guide's JSON: one object a paper."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kg.derive import derive
from kg.extract.results import figures
from kg.model import Mention, Paper, PaperEntity
from kg.resolve.across import preferred_name
from kg.resolve.confidence import Weights
from kg.resolve.within import gather


def record(paper: Paper, mentions: Sequence[Mention], *, relation_weights: Weights | None = None) -> dict[str, Any]:
    """Entities, results and relations of a paper under its own id in its file.

    Entities are this paper's alone: what other papers call them plays no part.

    Parameters
    ----------
    paper : Paper
    mentions : sequence of Mention
        Those of this paper.
    relation_weights : Weights, optional
        Of the confidence of derived relations; the fitted ones by default.
    """
    entities, names, inside = [], {}, []
    for concept in gather(paper.text, mentions):
        name = preferred_name(concept.key, [(paper.id, concept)])
        sure = concept.claim_confidence
        entity = PaperEntity(paper.id, (concept.type, concept.key), concept.role, sure, concept.mentions)
        inside.append(entity)
        names[entity.entity] = name
        entities.append(
            {
                "name": name,
                "type": concept.type,
                "role": concept.role,
                "surface": list(concept.surfaces),
                "confidence": concept.confidence,
                "role_confidence": concept.role_confidence,
                "claim_confidence": concept.claim_confidence,
                "mentions": [[m.start, m.end] for m in concept.mentions],
            }
        )
    owner = {(m.start, m.end): names[e.entity] for e in inside for m in e.mentions}
    relations = [
        {
            "subject": names[d.subject.entity],
            "relation": d.relation,
            "object": names[d.object.entity],
            "evidence": paper.text[d.sentences[0].start : d.sentences[0].end],
            "confidence": d.confidence,
            "derived": True,
        }
        for d in derive(inside, weights=relation_weights)
    ]
    results = []
    for figure in figures(paper.text, [m for e in inside for m in e.mentions]):
        parts = {
            "metric": figure.metric,
            "method": figure.method,
            "dataset": figure.dataset,
            "hardware": figure.hardware,
        }
        named = {part: owner[m.start, m.end] if m else None for part, m in parts.items()}
        results.append({**named, "value": figure.value, "confidence": figure.confidence})
    return {
        "id": paper.local_id or paper.id,
        "title": paper.title,
        "entities": entities,
        "results": results,
        "relations": relations,
    }
