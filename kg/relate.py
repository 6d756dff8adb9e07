"""Relations and results of a paper's entities, from what the model says of single mentions and numbers.

The evidence of all pairs of mentions adds up: the odds of a relation between two entities are the
sum of its odds between their mentions. Each pair of entities has its likeliest relation, if any.
Of a paper read by a model that judges no relations, rules say what they can (`kg.derive`,
`kg.extract.results`).
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from kg.derive import derive
from kg.extract.definitions import broader
from kg.extract.dimensions import fits, implied
from kg.extract.labels import BONDS, SLOTS
from kg.extract.measures import standard
from kg.extract.pipeline import sentences
from kg.extract.quantities import Quantity, quantities
from kg.extract.results import figures
from kg.model import Figure, Findings, Link, Mention, PaperEntity, Relation, Span
from kg.resolve.confidence import Weights, log_odds, moved, relation_weights, result_weights

#: Least probability of a relation between two entities, and that a number is a result, after the model's own bias
#: (`kg.extract.tagger.Settings`), by which they are as likely as is best for F1.
LEAST: Final = 0.5
#: What one sentence that names both ends is worth as evidence, in log odds, beside two that name one each.
TOGETHER: Final = 1.5
#: Least probability that a result is one of an entity.
LEAST_SLOT: Final = 0.3


@dataclass(frozen=True, slots=True)
class Related:
    """A relation between two entities of a paper.

    Attributes
    ----------
    subject : PaperEntity
    relation : Relation
    object : PaperEntity
    ends : tuple of (Mention, Mention)
        The two mentions that say it best.
    sentences : tuple of Span
        Theirs, by offset.
    confidence : float
        0 to 1, two decimals.
    derived : bool
        Whether rules said it, not the model.
    """

    subject: PaperEntity
    relation: Relation
    object: PaperEntity
    ends: tuple[Mention, Mention]
    sentences: tuple[Span, ...]
    confidence: float
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A result: its value, its sentence, and what it is one of, by slot (`kg.extract.labels.SLOTS`).

    `measure` names the metric where no entity does and the unit implies it; `standard` is the value in
    the standard unit of its dimension (`kg.extract.measures.standard`).
    """

    quantity: Quantity
    sentence: Span
    parts: Mapping[str, PaperEntity]
    confidence: float
    measure: str | None = None
    standard: tuple[float, float | None, str] | None = None


def relate(
    text: str,
    entities: Sequence[PaperEntity],
    findings: Findings,
    *,
    least: float = LEAST,
    weights: Weights | None = None,
) -> Iterator[Related]:
    """Relations between the entities of one paper, in the order of its entities.

    Parameters
    ----------
    text : str
        The paper's.
    entities : sequence of PaperEntity
    findings : Findings
        What was found in the paper; the entities' mentions are among it.
    least : float
        Least probability of a relation, given the entities.
    weights : Weights, optional
        Of the confidence; the fitted ones by default.
    """
    if findings.links is None:
        yield from _derived(entities, weights)
        return
    weights = weights or relation_weights()
    owner = _owners(entities, findings)
    scores: dict[tuple[int, int], dict[Relation, list[Link]]] = defaultdict(lambda: defaultdict(list))
    for link in (*findings.links, *_by_definition(text, findings.mentions)):
        ends = owner.get(link.subject), owner.get(link.object)
        if ends[0] is None or ends[1] is None or ends[0] == ends[1]:
            continue
        # people may have given an entity another type than the model read
        types = entities[ends[0]].entity[0], entities[ends[1]].entity[0]
        if link.relation in BONDS.allowed(*types):
            scores[ends[0], ends[1]][link.relation].append(link)
    likeliest: dict[tuple[int, int], tuple[float, Relation]] = {}
    for pair, by_relation in sorted(scores.items()):
        odds = {relation: _summed(link.odds for link in links) for relation, links in by_relation.items()}
        relation = min(odds, key=lambda name: (-odds[name], name))
        likeliest[pair] = math.exp(odds[relation] - _summed((0.0, *odds.values()))), relation
    for (one, other), (probability, relation) in likeliest.items():
        # of the two directions the likelier one: the guide knows no inverse
        back = likeliest.get((other, one), (0.0, relation))[0]
        if probability < least or back > probability or (back == probability and other < one):
            continue
        by_relation = scores[one, other]
        subject, object_ = entities[one], entities[other]
        best = max(by_relation[relation], key=lambda link: (_telling(link, findings), -link.subject, -link.object))
        ends_ = findings.mentions[best.subject], findings.mentions[best.object]
        product = probability * subject.confidence * object_.confidence
        confidence = max(0.01, min(moved(product, 1, weights), subject.confidence, object_.confidence))
        sentences = tuple(sorted({mention.sentence for mention in ends_}))
        yield Related(subject, relation, object_, ends_, sentences, confidence)


def _telling(link: Link, findings: Findings) -> float:
    """Return how well a pair of mentions shows a relation: its odds, more where one sentence names both."""
    one, other = (findings.mentions[place] for place in (link.subject, link.object))
    return link.odds + (TOGETHER if one.sentence == other.sentence else 0.0)


def _by_definition(text: str, mentions: Sequence[Mention]) -> Iterator[Link]:
    """Yield what definitions and names say of kinds ("Ys such as X"), as odds beside the model's own."""
    places = {(m.start, m.end): number for number, m in enumerate(mentions)}
    for pair in broader(text, mentions):
        one, other = (places[m.start, m.end] for m in (pair.narrow, pair.broad))
        yield Link(one, other, "subClassOf", round(log_odds(pair.confidence), 2))


def _derived(entities: Sequence[PaperEntity], weights: Weights | None) -> Iterator[Related]:
    for each in derive(entities, weights=weights):
        first, last = each.sentences[0], each.sentences[-1]
        ends = _in(each.subject, first) or _in(each.subject, last), _in(each.object, first) or _in(each.object, last)
        one, other = (end or _surest(e.mentions) for end, e in zip(ends, (each.subject, each.object), strict=True))
        yield Related(
            each.subject, each.relation, each.object, (one, other), each.sentences, each.confidence, derived=True
        )


def _in(entity: PaperEntity, sentence: Span) -> Mention | None:
    inside = [m for m in entity.mentions if m.sentence == sentence]
    return _surest(inside) if inside else None


def _surest(mentions: Iterable[Mention]) -> Mention:
    """Return the surest mention, the first of those equally sure."""
    return max(mentions, key=lambda m: (m.confidence, -m.start))


def report(
    text: str,
    entities: Sequence[PaperEntity],
    findings: Findings,
    *,
    least: float = LEAST,
    least_slot: float = LEAST_SLOT,
    weights: Weights | None = None,
) -> Iterator[Reported]:
    """Results of one paper, by offset.

    Parameters
    ----------
    text : str
        The paper's.
    entities : sequence of PaperEntity
    findings : Findings
    least, least_slot : float
        Least probability that a number is a result, and that it is one of an entity.
    weights : Weights, optional
        Of the confidence; the fitted ones by default.
    """
    if findings.figures is None:
        yield from _by_rule(text, entities)
        return
    weights = weights or result_weights()
    owner = _owners(entities, findings)
    numbers = {(q.start, q.end): q for q in quantities(text)}
    held = sentences(text)
    for figure in findings.figures:
        probability = 1 / (1 + math.exp(-figure.odds))
        if probability >= least:
            quantity = numbers.get((figure.start, figure.end))
            if quantity is None:
                continue  # found by another version of the rules for numbers
            measured = standard(quantity)
            unit = measured[2] if measured else ""
            parts = _parts(figure, entities, owner, least_slot, unit)
            measure = None if "metric" in parts else implied(unit, text[figure.end : figure.end + 40])
            sentence = max((s for s in held if s.start <= figure.start), default=held[0])
            whole = Span(sentence.start, max(sentence.end, figure.end))
            sure = moved(probability, 1, weights)
            yield Reported(quantity, whole, parts, sure, measure, measured)


def _by_rule(text: str, entities: Sequence[PaperEntity]) -> Iterator[Reported]:
    owner = {(m.start, m.end): entity for entity in entities for m in entity.mentions}
    mentions = sorted((m for entity in entities for m in entity.mentions), key=lambda m: (m.start, m.end))
    for figure in figures(text, mentions):
        parts = {slot: owner[m.start, m.end] for slot in SLOTS if (m := getattr(figure, slot)) is not None}
        quantity = Quantity(
            figure.span.start, figure.span.end, figure.value, figure.number, None, figure.unit, figure.span.end
        )
        yield Reported(quantity, figure.sentence, parts, figure.confidence, standard=standard(quantity))


def _parts(
    figure: Figure, entities: Sequence[PaperEntity], owner: Mapping[int, int], least: float, unit: str
) -> dict[str, PaperEntity]:
    """Return the likeliest entity of each slot, where it is likely enough; a metric must fit the value's unit."""
    odds: dict[int, list[float]] = defaultdict(list)
    for mention, score in figure.slots:
        if mention in owner:
            odds[owner[mention]].append(score)
    parts = {}
    for slot, type_ in SLOTS.items():
        held = {
            place: _summed(scores)
            for place, scores in odds.items()
            if entities[place].entity[0] == type_
            and (slot != "metric" or any(fits(m.text, unit) for m in entities[place].mentions))
        }
        if held:
            best = min(held, key=lambda place: (-held[place], place))
            if math.exp(held[best] - _summed((0.0, *held.values()))) >= least:
                parts[slot] = entities[best]
    return parts


def _owners(entities: Sequence[PaperEntity], findings: Findings) -> dict[int, int]:
    """Return the place of the entity that each mention names, by the mention's place."""
    at = {(m.start, m.end): place for place, entity in enumerate(entities) for m in entity.mentions}
    return {number: at[m.start, m.end] for number, m in enumerate(findings.mentions) if (m.start, m.end) in at}


def _summed(odds: Iterable[float]) -> float:
    """Return the logarithm of the sum of the odds whose logarithms are given.

    >>> round(_summed([0.0, 0.0]), 4)
    0.6931
    """
    given = list(odds)
    highest = max(given)
    return highest + math.log(sum(math.exp(each - highest) for each in given))
