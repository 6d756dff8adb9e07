"""Pages about records: a claim, a result, a sentence; and claims as other pages tell them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from api.linked_data import structured
from api.linked_data.addresses import Addresses
from api.linked_data.description import Description
from api.linked_data.reading import Reading
from api.linked_data.shown import Highlight, Page, Piece, Ref, highlighted, per_cent, pieces, ref
from api.linked_data.terms import label
from api.loaders import Facts
from kg.quotes import PARTS, Named, Quote, Said, SaidResult, Source, read, said, said_result
from kg.store import NamedNode
from schema.vocab import KG, OA, PROV, RDF, RELATION_TERMS, ROLE_TERMS

__all__ = ["Told", "claim_page", "result_page", "sentence_page", "told", "told_result"]

_TERMS: Final = {**RELATION_TERMS, **ROLE_TERMS}


@dataclass(frozen=True, slots=True)
class Told:
    """A claim or a result as a page tells it.

    Attributes
    ----------
    href : str or None
        Its own page.
    subject, object : Ref or None
        Ends of a claim.
    predicate : str
        What it says, in words; of a result its value.
    parts : tuple
        What a result is a figure of: word and name.
    paper : Ref
    year : int or None
    confidence : str
    derived, hedged : bool
    quotes : tuple of tuple of Piece
        Its sentences, with the names of its ends marked.
    """

    href: str | None
    predicate: str
    paper: Ref
    year: int | None
    confidence: str
    hedged: bool
    quotes: tuple[tuple[Piece, ...], ...]
    subject: Ref | None = None
    object: Ref | None = None
    parts: tuple[tuple[str, str], ...] = ()
    derived: bool = False


def told(said: Said, addresses: Addresses) -> Told:
    """Claim in words."""
    ends = [ref(end, addresses) for end in (said.subject, said.object)]
    iris = [said.subject.iri, said.object.iri]
    term = _TERMS.get(said.predicate)
    return Told(
        addresses.page(said.iri),
        label(str(term)) if term is not None else said.predicate,
        _paper(said.paper, addresses),
        said.paper.year,
        per_cent(said.confidence),
        said.status == "hedged",
        tuple(highlighted(quote, ends, iris) for quote in said.quotes),
        subject=ends[0],
        object=ends[1],
        derived=said.derived,
    )


def told_result(said: SaidResult, addresses: Addresses) -> Told:
    """Result in words."""
    return Told(
        addresses.page(said.iri),
        said.value,
        _paper(said.paper, addresses),
        said.paper.year,
        per_cent(said.confidence),
        said.status == "hedged",
        tuple(_of_result(quote, said) for quote in said.quotes),
        parts=tuple(said.parts.items()),
    )


def _of_result(quote: Quote, said: SaidResult) -> tuple[Piece, ...]:
    value = Ref(f"the value, {said.value}")
    part = Ref("what it is a figure of")
    return pieces(
        quote.text, (Highlight(m.start, m.end, value if m.names == said.iri else part) for m in quote.marks)
    )


def _paper(source: Source, addresses: Addresses) -> Ref:
    return Ref(source.title, addresses.page(source.iri), "Paper")


def claim_page(facts: Facts, reading: Reading, addresses: Addresses) -> Page:
    """Page about a claim: what it says, who says so, in which words, how surely."""
    ends = [facts.text(term) or "" for term in (RDF.subject, RDF.object)]
    agents = facts.texts(PROV.wasAttributedTo)
    names = reading.names([*ends, *agents])
    found = said(read(reading.store, [facts.iri]), facts.iri, names.entities())
    shown = told(found, addresses)
    title = f"{found.subject.name} {shown.predicate} {found.object.name}"
    together = facts.real(KG.edgeConfidence)
    return Page(
        "claim",
        title,
        "Derived claim" if found.derived else "Claim",
        {
            "told": shown,
            "together": None if together is None else per_cent(together),
            "support": facts.whole(KG.support),
            "agents": [Ref(names.name(each) or each, addresses.page(each)) for each in agents],
            "places": _places(facts, found.quotes),
        },
        structured.claim(found, title, page=addresses.page(facts.iri) or ""),
    )


def result_page(facts: Facts, reading: Reading, addresses: Addresses) -> Page:
    """Page about a result: the figure, what it is a figure of, who reports it, in which words."""
    parts = {part: facts.texts(term) for part, term in PARTS.items()}
    agents = facts.texts(PROV.wasAttributedTo)
    names = reading.names([*(node for nodes in parts.values() for node in nodes), *agents])
    found = said_result(read(reading.store, [facts.iri]), facts.iri, names.entities())
    numbers = [
        (label(str(term)), facts.text(term))
        for term in (KG.number, KG.high, KG.unit, KG.standardNumber, KG.standardHigh, KG.standardUnit, KG.direction)
        if facts.text(term)
    ]
    return Page(
        "result",
        found.value,
        "Result",
        {
            "told": told_result(found, addresses),
            "parts": [
                (part, ref(names.named(node, node), addresses)) for part, nodes in parts.items() for node in nodes
            ],
            "change": facts.truth(KG.isChange),
            "numbers": numbers,
            "agents": [Ref(names.name(each) or each, addresses.page(each)) for each in agents],
            "places": _places(facts, found.quotes),
        },
        structured.observation(found, page=addresses.page(facts.iri) or ""),
    )


def sentence_page(facts: Facts, description: Description, reading: Reading, addresses: Addresses) -> Page:
    """Page about a sentence: its words, its paper, and the claims and results that stand on it."""
    text = facts.text(OA.exact) or ""
    paper = facts.text(OA.hasSource) or ""
    standing = [
        each.subject.value
        for each in description.incoming
        if isinstance(each.subject, NamedNode) and each.predicate.value == str(KG.evidence)
    ][: 4 * reading.bounds.listed]
    words = read(reading.store, standing)
    ends = {
        str(value)
        for each in standing
        for term in (RDF.subject, RDF.object, *PARTS.values())
        for value in words[each].get(str(term), ())
    }
    names = reading.names([*ends, paper])
    listed = names.entities()
    source = names.named(paper, paper)
    is_claim = {each: str(KG.Claim) in words[each].get(str(RDF.type), ()) for each in standing}
    page = addresses.page(facts.iri) or ""
    return Page(
        "sentence",
        text if len(text) <= 70 else f"{text[:67].rstrip()}...",
        "Sentence",
        {
            "text": text,
            "paper": ref(Named(source.iri, "Paper", source.name), addresses),
            "place": (facts.whole(OA.start), facts.whole(OA.end)),
            "claims": [told(said(words, each, listed), addresses) for each in standing if is_claim[each]],
            "results": [
                told_result(said_result(words, each, listed), addresses) for each in standing if not is_claim[each]
            ],
        },
        structured.quotation(facts.iri, text, Named(paper, "Paper", source.name), page=page),
    )


def _places(facts: Facts, quotes: tuple[Quote, ...]) -> list[tuple[int, int]]:
    """Half-open character offsets of the words and of their sentences, in the paper's text."""
    own = (facts.whole(KG.spanStart), facts.whole(KG.spanEnd))
    return [(own[0] or 0, own[1] or 0), *((quote.start, quote.end) for quote in quotes)]

