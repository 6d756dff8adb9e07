"""What was found in one paper, as the annotation guide's JSON: one object a paper."""

from __future__ import annotations

from typing import Any

from kg.extract.labels import SLOTS
from kg.model import Findings, Paper, PaperEntity
from kg.relate import relate, report
from kg.resolve.across import preferred_name
from kg.resolve.confidence import Weights
from kg.resolve.within import gather


def record(paper: Paper, findings: Findings, *, weights: tuple[Weights, Weights] | None = None) -> dict[str, Any]:
    """Entities, results and relations of a paper under its own id in its file.

    Entities are this paper's alone: what other papers call them plays no part.

    Parameters
    ----------
    paper : Paper
    findings : Findings
        Those of this paper.
    weights : (Weights, Weights), optional
        Of the confidence of relations and of results; the fitted ones by default.
    """
    entities, names, inside = [], {}, []
    for concept in gather(paper.text, findings.mentions):
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
    relations = [
        {
            "subject": names[each.subject.entity],
            "relation": each.relation,
            "object": names[each.object.entity],
            "evidence": paper.text[each.sentences[0].start : each.sentences[0].end],
            "confidence": each.confidence,
            "derived": each.derived,
        }
        for each in relate(paper.text, inside, findings, weights=weights and weights[0])
    ]
    results = []
    for each in report(paper.text, inside, findings, weights=weights and weights[1]):
        named = {slot: names[each.parts[slot].entity] if slot in each.parts else None for slot in SLOTS}
        named["metric"] = named["metric"] or each.measure
        results.append({**named, "value": each.quantity.text, "confidence": each.confidence})
    return {
        "id": paper.local_id or paper.id,
        "title": paper.title,
        "entities": entities,
        "results": results,
        "relations": relations,
    }
