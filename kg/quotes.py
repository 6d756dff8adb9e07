"""Claims in the words of their papers: each with its quotes, and where they name its ends."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

from kg.lookup import Listed
from kg.resolve.names import name_key, squeezed
from kg.store import GraphStore, iri, python
from schema.vocab import DCTERMS, KG, OA, RDF, RELATION_TERMS, ROLE_TERMS, Minter

#: What a graph says of some nodes: node, property, values in a fixed order.
Facts: TypeAlias = Mapping[str, Mapping[str, list[str | int | float]]]

# Whatever a node has is fetched, so that a property that only newer graphs have is no error.
_OF_NODES: Final = """
SELECT DISTINCT ?node ?property ?value WHERE { VALUES ?node { {{nodes}} } LATERAL { ?node ?property ?value } }"""
_NAME_OF: Final = {str(term): name for name, term in (*ROLE_TERMS.items(), *RELATION_TERMS.items())}
#: What a result is a figure of, in the order in which it is told.
PARTS: Final = {
    "metric": str(KG.metric),
    "method": str(KG.method),
    "compared to": str(KG.comparedTo),
    "dataset": str(KG.dataset),
    "hardware": str(KG.hardware),
}
_TOKEN: Final = re.compile(r"\w+[+#]*")
#: Longest name that is looked for, in tokens.
_LONGEST: Final = 12


@dataclass(frozen=True, slots=True)
class Named:
    """An entity or a paper by its name.

    Attributes
    ----------
    iri : str
    type : str
        Type of the entity, or ``Paper``.
    name : str
        Preferred name, or title.
    """

    iri: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A paper as it is cited: IRI, id, title, year."""

    iri: str
    id: str
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Marked:
    """Half-open range of characters of a quote that names a node, by the node's IRI."""

    start: int
    end: int
    names: str


@dataclass(frozen=True, slots=True)
class Quote:
    """A sentence of a paper, verbatim.

    Attributes
    ----------
    text : str
    start, end : int
        Half-open character offsets into the paper's text.
    marks : tuple of Marked
        Where it names what the claim is about, by offset.
    """

    text: str
    start: int
    end: int
    marks: tuple[Marked, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """A claim with its words.

    Attributes
    ----------
    iri : str
    subject : Named
        A paper or an entity.
    predicate : str
        Local name of the role or relation.
    object : Named
    paper : Source
        The paper that makes the claim.
    confidence : float
        0 to 1.
    derived : bool
        Whether a rule made it from what the paper says of each end.
    status : str or None
        "hedged" and the like, where the graph knows that the paper does not state it outright.
    quotes : tuple of Quote
        The sentence that holds the claim's words; where none holds all, each that holds some.
    """

    iri: str
    subject: Named
    predicate: str
    object: Named
    paper: Source
    confidence: float
    derived: bool
    status: str | None
    quotes: tuple[Quote, ...]


@dataclass(frozen=True, slots=True)
class SaidResult:
    """A result, with what it is a figure of.

    Attributes
    ----------
    iri : str
    value : str
        As the paper writes it.
    parts : mapping
        Name of the metric and of the other `PARTS`, as far as known.
    paper, confidence, status, quotes
        As those of `Said`.
    """

    iri: str
    value: str
    parts: Mapping[str, str]
    paper: Source
    confidence: float
    status: str | None
    quotes: tuple[Quote, ...]


def read(store: GraphStore, nodes: Iterable[str]) -> Facts:
    """Facts of claims and results, and of their sentences and papers; two queries, however many nodes."""
    first = _facts(store, nodes)
    ends = {str(end) for facts in first.values() for term in (KG.evidence, KG.claimedBy) for end in facts[str(term)]}
    return {**first, **_facts(store, ends)}


def _facts(store: GraphStore, nodes: Iterable[str]) -> dict[str, defaultdict[str, list[str | int | float]]]:
    wanted = [iri(node) for node in sorted(set(nodes))]
    facts: dict[str, defaultdict[str, list[str | int | float]]] = {}
    rows = store.select(_OF_NODES, nodes=wanted) if wanted else []
    for row in sorted(rows, key=lambda row: row["value"].value):
        facts.setdefault(row["node"].value, defaultdict(list))[row["property"].value].append(python(row["value"]))
    return facts


def said(facts: Facts, claim: str, entities: Mapping[str, Listed]) -> Said:
    """Claim of an IRI with its words, out of what `read` returned."""
    of = facts[claim]
    subject, object_ = (str(of[str(term)][0]) for term in (RDF.subject, RDF.object))
    predicate = str(of[str(RDF.predicate)][0])
    return Said(
        claim,
        _named(facts, subject, entities),
        _NAME_OF.get(predicate) or _local(predicate),
        _named(facts, object_, entities),
        source(facts, str(of[str(KG.claimedBy)][0])),
        float(of[str(KG.confidence)][0]),
        str(KG.DerivedClaim) in of[str(RDF.type)],
        status(facts, claim),
        quoted(facts, claim, [entities[end] for end in (subject, object_) if end in entities]),
    )


def said_result(facts: Facts, result: str, entities: Mapping[str, Listed]) -> SaidResult:
    """Result of an IRI with its words, out of what `read` returned."""
    of = facts[result]
    parts = {part: entities[str(node)] for part, term in PARTS.items() for node in of[term] if node in entities}
    return SaidResult(
        result,
        str(of[str(KG.value)][0]),
        {part: entity.name for part, entity in parts.items()},
        source(facts, str(of[str(KG.claimedBy)][0])),
        float(of[str(KG.confidence)][0]),
        status(facts, result),
        quoted(facts, result, parts.values(), mark_span=True),
    )


def status(facts: Facts, node: str) -> str | None:
    """How a paper hedges a claim or result; None where it states it outright."""
    return next((str(each) for each in facts[node][str(KG.status)]), None)


def _local(term: object) -> str:
    return re.split(r"[#/]", str(term))[-1]


def _named(facts: Facts, node: str, entities: Mapping[str, Listed]) -> Named:
    if node in entities:
        return Named(node, entities[node].type, entities[node].name)
    return Named(node, "Paper", source(facts, node).title)


def source(facts: Facts, paper: str) -> Source:
    """Paper of an IRI as it is cited."""
    of = facts[paper]
    identifiers = [str(each) for each in of[str(DCTERMS.identifier)]]
    # of several identifiers the paper's own is the one that its IRI was minted from
    minter = Minter(paper[: paper.rindex("paper/")] if "paper/" in paper else paper)
    own = next((each for each in identifiers if minter.paper(each) == paper), identifiers[0])
    years = of[str(DCTERMS.issued)]
    return Source(paper, own, str(of[str(DCTERMS.title)][0]), int(years[0]) if years else None)


def quoted(facts: Facts, node: str, ends: Collection[Listed], *, mark_span: bool = False) -> tuple[Quote, ...]:
    """Sentences of a claim or result: the one that holds its words, else each that holds some.

    Parameters
    ----------
    facts : Facts
    node : str
        IRI of the claim or result.
    ends : collection of Listed
        Entities whose names are marked in the sentences.
    mark_span : bool
        Whether to mark the words of the node itself, as of a result its value.
    """
    of = facts[node]
    start, end = (int(of[str(term)][0]) for term in (KG.spanStart, KG.spanEnd))
    sentences = _sentences(facts, node)
    holding = [each for each in sentences if each[0] <= start and end <= each[1]]
    span = Marked(start, end, node) if mark_span else None
    return tuple(_quote(facts, sentence, ends, span) for sentence in holding or sentences)


def shared(facts: Facts, claims: tuple[str, str], ends: Collection[Listed]) -> tuple[Quote, ...]:
    """Sentences that are evidence of both of two claims, the names of some entities marked in them."""
    one, other = (_sentences(facts, claim) for claim in claims)
    return tuple(_quote(facts, sentence, ends, None) for sentence in one if sentence in other)


def _sentences(facts: Facts, node: str) -> list[tuple[int, int, str]]:
    places = [str(place) for place in facts[node][str(KG.evidence)]]
    return sorted((int(facts[p][str(OA.start)][0]), int(facts[p][str(OA.end)][0]), p) for p in places)


def _quote(facts: Facts, sentence: tuple[int, int, str], ends: Collection[Listed], span: Marked | None) -> Quote:
    start, end, place = sentence
    text = str(facts[place][str(OA.exact)][0])
    marks = {Marked(*found, entity.iri) for entity in ends for found in named_in(text, (entity.name, *entity.aliases))}
    if span and start <= span.start and span.end <= end:
        marks.add(Marked(span.start - start, span.end - start, span.names))
    return Quote(text, start, end, tuple(sorted(marks, key=lambda mark: (mark.start, mark.end, mark.names))))


def named_in(text: str, labels: Iterable[str]) -> list[tuple[int, int]]:
    """Half-open ranges of characters of a text that read as one of some names, by offset, none inside another.

    Examples
    --------
    >>> named_in("Event-based cameras feed a CNN; such CNNs are small.", ["event-based camera", "CNN"])
    [(0, 19), (27, 30), (37, 41)]
    """
    keys = {squeezed(key) for key in map(name_key, labels) if key}
    tokens = [(found.start(), found.end()) for found in _TOKEN.finditer(text)]
    spans: list[tuple[int, int]] = []
    for first in range(len(tokens)):
        if spans and tokens[first][0] < spans[-1][1]:
            continue
        for last in range(min(len(tokens), first + _LONGEST) - 1, first - 1, -1):
            start, end = tokens[first][0], tokens[last][1]
            key = name_key(text[start:end])
            # "the CNN" has the key of "CNN": the name begins where no word can be left out
            shorter = last > first and name_key(text[tokens[first + 1][0] : end]) == key
            if squeezed(key) in keys and not shorter:
                spans.append((start, end))
                break
    return spans
