"""From what papers say of entities to claims and results, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from kg.derive import derive
from kg.extract.results import Figure, figures
from kg.model import Claim, EntityType, Mention, Paper, PaperEntity, Result, Span
from schema.vocab import Minter


@dataclass(frozen=True, slots=True)
class Statements:
    """All that one paper claims."""

    paper: Paper
    claims: tuple[Claim, ...]
    results: tuple[Result, ...]


def state(paper: Paper, entities: Sequence[PaperEntity], *, minter: Minter, least: float = 0.0) -> Statements:
    """Claims and results of a paper.

    Parameters
    ----------
    paper : Paper
    entities : sequence of PaperEntity
        What it says of each entity.
    minter : Minter
        Makes the IRIs of subjects and objects.
    least : float
        Claims below this confidence are left out; a derived claim whose ends are left out is, too.
    """
    kept = [e for e in entities if e.confidence >= least]
    claims = [_role_claim(paper, entity, minter) for entity in kept]
    claims += (c for c in _relation_claims(paper, kept, minter) if c.confidence >= least)
    return Statements(paper, tuple(claims), tuple(_results(paper, kept)))


def _role_claim(paper: Paper, entity: PaperEntity, minter: Minter) -> Claim:
    best = _best(entity.mentions)
    return Claim(
        subject=minter.paper(paper.id),
        predicate=entity.role,
        object=minter.entity(*entity.entity),
        paper=paper.id,
        span=Span(best.start, best.end),
        sentences=tuple(sorted({m.sentence for m in entity.mentions})),
        confidence=entity.confidence,
    )


def _relation_claims(paper: Paper, entities: Sequence[PaperEntity], minter: Minter) -> Iterator[Claim]:
    for derived in derive(entities):
        sentence = derived.sentences[0]
        ends = [_within(e.mentions, sentence) or _best(e.mentions) for e in (derived.subject, derived.object)]
        yield Claim(
            subject=minter.entity(*derived.subject.entity),
            predicate=derived.relation,
            object=minter.entity(*derived.object.entity),
            paper=paper.id,
            span=Span(min(m.start for m in ends), max(m.end for m in ends)),
            sentences=derived.sentences,
            confidence=derived.confidence,
            derived=True,
        )


def _best(mentions: Iterable[Mention]) -> Mention:
    """Return the surest mention, the first of those equally sure."""
    return max(mentions, key=lambda m: (m.confidence, -m.start))


def _within(mentions: Iterable[Mention], sentence: Span) -> Mention | None:
    inside = [m for m in mentions if m.sentence == sentence]
    return _best(inside) if inside else None


def _results(paper: Paper, entities: Sequence[PaperEntity]) -> Iterator[Result]:
    owner: dict[tuple[int, int], tuple[EntityType, str]] = {
        (m.start, m.end): e.entity for e in entities for m in e.mentions
    }
    mentions = sorted((m for e in entities for m in e.mentions), key=lambda m: (m.start, m.end))
    for figure in figures(paper.text, mentions):
        yield _result(paper, figure, owner)


def _result(paper: Paper, figure: Figure, owner: Mapping[tuple[int, int], tuple[EntityType, str]]) -> Result:
    def key(mention: Mention | None) -> str | None:
        return owner[mention.start, mention.end][1] if mention else None

    return Result(
        paper=paper.id,
        metric=key(figure.metric),
        value=figure.value,
        number=figure.number,
        unit=figure.unit,
        method=key(figure.method),
        dataset=key(figure.dataset),
        hardware=key(figure.hardware),
        span=figure.span,
        sentence=figure.sentence,
        confidence=figure.confidence,
    )
