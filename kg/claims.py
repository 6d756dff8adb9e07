"""From what papers say of entities to claims and results, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kg.extract.assertion import overall, status_of
from kg.extract.comparisons import change, compared
from kg.model import ROLES, Claim, Findings, Mention, Paper, PaperEntity, Result, Role, Span
from kg.relate import Related, Reported, relate, report
from schema.vocab import Minter


@dataclass(frozen=True, slots=True)
class Statements:
    """All that one paper claims.

    Attributes
    ----------
    paper : Paper
    claims : tuple of Claim
    results : tuple of Result
    denials : tuple of Claim
        Relations that the paper names only to deny them: no claims, but they weigh against those of others.
    """

    paper: Paper
    claims: tuple[Claim, ...]
    results: tuple[Result, ...]
    denials: tuple[Claim, ...] = ()


def state(
    paper: Paper, entities: Sequence[PaperEntity], findings: Findings, *, minter: Minter, least: float = 0.0
) -> Statements:
    """Claims and results of a paper.

    Parameters
    ----------
    paper : Paper
    entities : sequence of PaperEntity
        What it says of each entity.
    findings : Findings
        What was found in it.
    minter : Minter
        Makes the IRIs of subjects and objects.
    least : float
        Claims and results below this confidence are left out; so are relations whose ends are left out.
    """
    roles = {entity: _role_claim(paper, entity, minter) for entity in entities if entity.confidence >= least}
    # what the paper does not claim to have, nothing else is said of
    kept = [entity for entity, claim in roles.items() if claim is not None]
    claims = [claim for claim in roles.values() if claim is not None]
    denials: list[Claim] = []
    for related in relate(paper.text, kept, findings):
        status = _status(paper.text, related)
        if status == "planned" or related.confidence < least:
            continue
        claim = _relation_claim(paper, related, minter, hedged=status == "hedged")
        (denials if status == "negated" else claims).append(claim)
    results = (_result(paper, each, kept) for each in report(paper.text, kept, findings) if each.confidence >= least)
    return Statements(paper, tuple(claims), tuple(r for r in results if r is not None), tuple(denials))


def _role_claim(paper: Paper, entity: PaperEntity, minter: Minter) -> Claim | None:
    """Return what role a paper gives an entity; one that it only denies or plans is but a mention, or none."""
    status = overall(
        status_of(paper.text, m.sentence, Span(m.start, m.end), relation=entity.role) for m in entity.mentions
    )
    role: Role = entity.role
    if status in ("negated", "planned"):
        if "mentions" not in ROLES[entity.entity[0]]:
            return None
        role = "mentions"
    best = _best(entity.mentions)
    return Claim(
        subject=minter.paper(paper.id),
        predicate=role,
        object=minter.entity(*entity.entity),
        paper=paper.id,
        span=Span(best.start, best.end),
        sentences=tuple(sorted({m.sentence for m in entity.mentions})),
        confidence=entity.confidence,
        status="hedged" if status == "hedged" else "stated",
    )


def _status(text: str, related: Related) -> str:
    """Return how a paper says a relation: as the sentences do that name both ends."""
    subject, object_ = ({m.sentence: m for m in e.mentions} for e in (related.subject, related.object))
    shared = sorted(subject.keys() & object_.keys())
    if not shared:
        return "stated"
    return overall(
        status_of(
            text,
            sentence,
            Span(subject[sentence].start, subject[sentence].end),
            Span(object_[sentence].start, object_[sentence].end),
            relation=related.relation,
        )
        for sentence in shared
    )


def _relation_claim(paper: Paper, related: Related, minter: Minter, *, hedged: bool) -> Claim:
    return Claim(
        subject=minter.entity(*related.subject.entity),
        predicate=related.relation,
        object=minter.entity(*related.object.entity),
        paper=paper.id,
        span=Span(min(m.start for m in related.ends), max(m.end for m in related.ends)),
        sentences=related.sentences,
        confidence=related.confidence,
        derived=related.derived,
        between=True,
        status="hedged" if hedged else "stated",
    )


def _best(mentions: Iterable[Mention]) -> Mention:
    """Return the surest mention, the first of those equally sure."""
    return max(mentions, key=lambda m: (m.confidence, -m.start))


def _result(paper: Paper, reported: Reported, entities: Sequence[PaperEntity]) -> Result | None:
    """Return a result, None where its sentence denies it or puts it off."""
    quantity, sentence = reported.quantity, reported.sentence
    span = Span(quantity.start, quantity.end)
    status = status_of(paper.text, sentence, span)
    if status in ("negated", "planned"):
        return None
    owner = {(m.start, m.end): e.entity[1] for e in entities if e.entity[0] == "Method" for m in e.mentions}
    methods = sorted(
        (m for e in entities for m in e.mentions if (m.start, m.end) in owner and m.sentence == sentence),
        key=lambda m: m.start,
    )
    kind, direction = change(paper.text, sentence, span)
    other = compared(paper.text, sentence, span, methods) if kind == "change" else None
    measured = reported.standard
    keys = {slot: entity.entity[1] for slot, entity in reported.parts.items()}
    against = owner[other.start, other.end] if other else None
    return Result(
        paper=paper.id,
        metric=keys.get("metric"),
        value=quantity.text,
        number=quantity.number,
        unit=quantity.unit,
        method=keys.get("method"),
        dataset=keys.get("dataset"),
        hardware=keys.get("hardware"),
        span=span,
        sentence=sentence,
        confidence=reported.confidence,
        high=quantity.high,
        standard=measured[0] if measured else None,
        standard_high=measured[1] if measured else None,
        standard_unit=measured[2] if measured else None,
        change=kind == "change",
        direction=direction,
        compared=against if against != keys.get("method") else None,
        status="hedged" if status == "hedged" else "stated",
    )
