"""A made-up graph of any size, whose entities are mentioned as Zipf's law has it: some often, most hardly ever.

Its words are numbers with a few syllables; what it is for is its shape. The same seed gives the same graph.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from kg.model import ROLES, TYPES
from kg.store import Literal, Quad, iri
from schema.vocab import DC, DCTERMS, KG, PRISM, RDF, RELATION_TERMS, ROLE_TERMS, SKOS, XSD, Minter

#: Entities for each paper, mentions and relations of each, as graphs of abstracts have them.
ENTITIES, MENTIONS, RELATIONS = 0.6, 11, 1
#: Exponent of the law: the number of papers of the n-th entity falls with n to this power.
EXPONENT = 0.9

_SYLLABLES = ("ka", "ro", "mi", "ten", "su", "la", "ve", "dor", "pi", "gan", "lo", "shi", "tra", "un", "be", "zu")
_YEAR, _DECIMAL = iri(str(XSD.gYear)), iri(str(XSD.decimal))
_MINT = Minter()


def word(number: int) -> str:
    """Name of a number, each its own."""
    parts = []
    while True:
        parts.append(_SYLLABLES[number % 16])
        number //= 16
        if not number:
            return "".join(parts)


def entity_iri(number: int, type_: str) -> str:
    """IRI of an entity."""
    return _MINT.entity(type_, word(number))


def shape(papers: int, *, seed: int = 7) -> tuple[list[str], NDArray[np.int64]]:
    """Types of entities, and the entities of each paper, a row each: the most frequent entity is number 0."""
    chance = np.random.default_rng(seed)
    count = max(20, int(papers * ENTITIES))
    types = [TYPES[number] for number in chance.choice(len(TYPES), count, p=(0.45, 0.2, 0.15, 0.1, 0.1))]
    weights = 1 / np.arange(1, count + 1) ** EXPONENT
    drawn = chance.choice(count, (papers, MENTIONS), p=weights / weights.sum())
    return types, drawn


def quads(papers: int, *, seed: int = 7) -> Iterator[Quad]:
    """The graph, in the shape that builds make, claims between entities included."""
    types, mentioned = shape(papers, seed=seed)
    chance = np.random.default_rng(seed + 1)
    years = chance.integers(2005, 2027, papers)
    counts = np.zeros(len(types), np.int64)
    nodes = [iri(entity_iri(number, type_)) for number, type_ in enumerate(types)]
    relations = sorted(set(RELATION_TERMS) - {"subClassOf"})
    claims = iri(_MINT.graph("claims"))
    for number in range(papers):
        node = iri(_MINT.paper(f"arxiv:{number:07}"))
        yield _quad(node, RDF.type, KG.Paper)
        yield _quad(node, DCTERMS.title, Literal(f"On {word(number * 7 + 3)} by {word(number)} and {word(number // 3)}"))
        yield _quad(node, DCTERMS.identifier, Literal(f"arxiv:{number:07}"))
        yield _quad(node, DCTERMS.issued, Literal(str(years[number]), datatype=_YEAR))
        yield _quad(node, PRISM.publicationName, Literal(f"Proceedings of {word(number % 40)}"))
        for author in range(number % 4):
            yield _quad(node, DC.creator, Literal(f"{word(number + author)} {word(author)}"))
        yield _quad(node, KG.pageRank, Literal(f"{(number % 997) / 1e7:.8f}", datatype=_DECIMAL))
        found = sorted(set(mentioned[number].tolist()))
        for place, entity in enumerate(found):
            roles = ROLES[types[entity]]  # type: ignore[index]
            counts[entity] += 1
            yield _quad(node, ROLE_TERMS[roles[(number + place) % len(roles)]], nodes[entity])
        for pair in range(RELATIONS):
            subject, object_ = nodes[found[pair]], nodes[found[-1 - pair]]
            term = RELATION_TERMS[relations[number % len(relations)]]
            claim = iri(f"{_MINT.paper(f'arxiv:{number:07}')}/claim/{pair}")
            yield _quad(subject, term, object_)
            for property_, value in (
                (RDF.type, KG.Claim), (RDF.subject, subject), (RDF.predicate, term), (RDF.object, object_),
                (KG.claimedBy, node), (KG.confidence, Literal(f"0.{50 + number % 50}", datatype=_DECIMAL)),
            ):  # fmt: skip
                yield _quad(claim, property_, value, claims)
    for number, node in enumerate(nodes):
        yield _quad(node, RDF.type, KG[types[number]])
        yield _quad(node, RDF.type, SKOS.Concept)
        yield _quad(node, SKOS.prefLabel, Literal(f"{word(number)} {types[number].lower()}"))
        yield _quad(node, SKOS.altLabel, Literal(word(number).upper()))
        yield _quad(node, KG.paperCount, Literal(int(counts[number])))
        yield _quad(node, KG.pageRank, Literal(f"{1 / (number + 10):.8f}", datatype=_DECIMAL))
        # A third of the entities are kinds of a more frequent one.
        if number % 3 == 2 and types[number // 3] == types[number]:
            yield _quad(node, SKOS.broader, nodes[number // 3])


def starts(papers: int, count: int, *, seed: int = 7) -> list[str]:
    """IRIs of entities to begin a walk at, drawn as papers mention them, of those with 20 papers and more."""
    types, mentioned = shape(papers, seed=seed)
    numbers, times = np.unique(mentioned, return_counts=True)
    often = set(numbers[times >= 30].tolist()) or set(numbers.tolist())
    drawn = np.random.default_rng(seed + 2).permutation(mentioned.ravel())
    # Each start once: a walk from the most frequent entity over and over would ask the same pages.
    chosen = list(dict.fromkeys(number for number in drawn.tolist() if number in often))[:count]
    return [entity_iri(number, types[number]) for number in chosen]


def _quad(subject: object, term: object, value: object, graph: object = None) -> Quad:
    made = value if isinstance(value, Literal) else iri(str(getattr(value, "value", value)))
    return Quad(subject, iri(str(term)), made, *([graph] if graph else []))  # type: ignore[arg-type]
