"""The page about a paper: what its source says of it, its text with mentions marked, entities by role, results."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

from api.linked_data import structured
from api.linked_data.about_claim import told, told_result
from api.linked_data.addresses import Addresses
from api.linked_data.reading import ClaimRow, Names, Reading
from api.linked_data.shown import Highlight, Page, Ref, external, identifier_link, per_cent, pieces, ref
from api.linked_data.terms import label
from api.loaders import Facts
from kg.model import TYPES
from kg.quotes import PARTS, read, said, said_result
from schema.vocab import DC, DCTERMS, KG, PRISM, ROLE_TERMS, SDO

__all__ = ["paper_page"]

#: How many claims between entities are quoted.
_QUOTED: Final = 12


@dataclass(frozen=True, slots=True)
class _Entity:
    """An entity of the paper, with the claim that says so, where there is one."""

    what: Ref
    confidence: str | None
    href: str | None


def paper_page(facts: Facts, reading: Reading, addresses: Addresses) -> Page:
    """Page about a paper; a fixed number of queries."""
    claims = reading.claims_of_paper(facts.iri)
    roles = {(each.predicate, each.object): each for each in reversed(claims) if each.subject == facts.iri}
    between = [each for each in claims if each.subject != facts.iri][:_QUOTED]
    results = facts.texts(KG.hasResult)[: 2 * reading.bounds.listed]
    words = read(reading.store, [*(each.iri for each in between), *results])
    edges = [(str(term), entity) for term in ROLE_TERMS.values() for entity in facts.texts(term)]
    ends = {end for each in between for end in (each.subject, each.object)} | {entity for _, entity in edges}
    parts = {str(node) for each in results for term in PARTS.values() for node in words[each].get(term, ())}
    names = reading.names(ends | parts | set(facts.texts(KG.inCommunity)))
    listed = names.entities()
    title = facts.text(DCTERMS.title) or facts.iri
    abstract = facts.text(DCTERMS.abstract)
    about = sorted((listed[entity] for _, entity in edges if entity in listed), key=lambda each: each.name.lower())
    return Page(
        "paper",
        title,
        "Paper",
        {
            "authors": facts.texts(DC.creator),
            "year": facts.text(DCTERMS.issued),
            "venue": facts.text(PRISM.publicationName),
            "identifiers": [identifier_link(each) for each in facts.texts(DCTERMS.identifier)],
            "urls": [external(each) for each in facts.texts(SDO.url)],
            "keywords": facts.texts(SDO.keywords),
            "heading": _marked(title, 0, roles, names, addresses),
            "abstract": _marked(abstract, len(title) + 1, roles, names, addresses) if abstract else None,
            "types": [type_ for type_ in TYPES if any(each.type == type_ for each in about)],
            "roles": _by_role(edges, roles, names, addresses),
            "results": [
                told_result(said_result(words, each, listed), addresses)
                for each in sorted(results, key=lambda each: (_start(words[each].get(str(KG.spanStart), [0])), each))
            ],
            "claims": [told(said(words, each.iri, listed), addresses) for each in between],
            "claims_found": len(claims),
            "communities": [
                Ref(names.name(each) or each, addresses.page(each)) for each in facts.texts(KG.inCommunity)
            ],
        },
        structured.article(
            facts,
            [names.named(each.iri, each.iri) for each in about[: 2 * reading.bounds.listed]],
            page=addresses.page(facts.iri) or "",
        ),
    )


def _start(values: list[str | int | float]) -> int:
    return int(values[0])


def _marked(
    text: str, offset: int, roles: dict[tuple[str, str], ClaimRow], names: Names, addresses: Addresses
) -> tuple[object, ...]:
    """Return a part of the paper's text, from an offset on, with the words of its claims marked."""
    highlights = []
    for claim in roles.values():
        what = ref(names.named(claim.object, claim.object), addresses)
        telling = replace(what, text=f"{what.text}: {label(claim.predicate)}")
        highlights.append(Highlight(claim.start - offset, claim.end - offset, telling))
    return pieces(text, highlights)


def _by_role(
    edges: list[tuple[str, str]], claims: dict[tuple[str, str], ClaimRow], names: Names, addresses: Addresses
) -> list[tuple[str, list[_Entity]]]:
    found: defaultdict[str, list[_Entity]] = defaultdict(list)
    for edge in edges:
        claim = claims.get(edge)
        found[label(edge[0])].append(
            _Entity(
                ref(names.named(edge[1], edge[1]), addresses),
                per_cent(claim.confidence) if claim else None,
                addresses.page(claim.iri) if claim else None,
            )
        )
    return [
        (role, sorted(entities, key=lambda each: (each.what.type, each.what.text.lower())))
        for role, entities in found.items()
    ]
