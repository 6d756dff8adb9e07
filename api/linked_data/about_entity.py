"""The page about an entity: names, place in the taxonomy, links, papers by role, relations, results, claims."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from api.linked_data import structured
from api.linked_data.about_claim import told, told_result
from api.linked_data.addresses import Addresses
from api.linked_data.reading import ClaimRow, Mention, Names, Neighbour, Reading
from api.linked_data.shown import Page, Ref, external, per_cent, ref
from api.linked_data.terms import label
from api.loaders import Facts
from kg.quotes import read, said, said_result
from schema.vocab import KG, SKOS

__all__ = ["entity_page"]

#: How many claims and results are quoted.
_QUOTED: Final = 8
_BROADER: Final = str(SKOS.broader)


@dataclass(frozen=True, slots=True)
class _InRole:
    """Papers that give the entity one role, the latest first."""

    role: str
    total: int
    papers: tuple[tuple[Ref, int | None], ...]


@dataclass(frozen=True, slots=True)
class _Relation:
    """An edge to another entity in words, with what the papers' claims of it say together."""

    subject: Ref
    predicate: str
    object: Ref
    support: int | None
    confidence: str | None
    href: str | None


def entity_page(facts: Facts, type_: str, reading: Reading, addresses: Addresses) -> Page:
    """Page about an entity of a type; a fixed number of queries."""
    node, bounds = facts.iri, reading.bounds
    mentions, results, neighbours = reading.papers(node), reading.results(node), reading.neighbours(node)
    between = reading.relation_claims(node)
    # Relations say more of an entity than that a paper names it.
    claims = [*_of_different_edges(between)[:_QUOTED], *reading.role_claims(node)][: 2 * _QUOTED]
    words = read(reading.store, [*(each.iri for each in claims), *results[:_QUOTED]])
    names = reading.names(_ends(neighbours, claims, words) | {node, *facts.texts(KG.inCommunity)})
    listed = names.entities()
    own = names.named(node, node)
    scores = reading.scores(node)
    page = addresses.page(node) or ""
    relations = _relations(own.iri, neighbours, between, names, addresses)
    return Page(
        "entity",
        own.name,
        type_,
        {
            "definition": facts.text(SKOS.definition),
            "aliases": facts.texts(SKOS.altLabel),
            "papers": facts.whole(KG.paperCount) or 0,
            "broader": _taxonomy(neighbours, names, addresses, outgoing=True),
            "narrower": _taxonomy(neighbours, names, addresses, outgoing=False)[: 2 * bounds.listed],
            "matches": [
                (label(str(term)), external(target), per_cent(scores[target]) if target in scores else None)
                for term in (SKOS.exactMatch, SKOS.closeMatch)
                for target in facts.texts(term)
            ],
            "roles": _by_role(mentions, addresses, bounds.listed),
            "more_papers": len(mentions) >= bounds.read,
            "relations": relations[: bounds.listed],
            "relations_found": len(relations),
            "results": [told_result(said_result(words, each, listed), addresses) for each in results[:_QUOTED]],
            "results_found": len(results),
            "claims": [told(said(words, each.iri, listed), addresses) for each in claims],
            "communities": [
                Ref(names.name(each) or each, addresses.page(each)) for each in facts.texts(KG.inCommunity)
            ],
            "figures": [
                (label(str(term)), facts.text(term))
                for term in (KG.degree, KG.pageRank, KG.betweenness)
                if facts.text(term)
            ],
            "node": own.iri,
        },
        structured.term(facts, type_, page=page, terms=str(KG[type_])),
    )


def _ends(neighbours: Iterable[Neighbour], claims: Iterable[ClaimRow], words: Mapping[str, object]) -> set[str]:
    """Return what must have a name on the page."""
    ends = {each.other for each in neighbours} | {end for each in claims for end in (each.subject, each.object)}
    parts = {
        str(value)
        for facts in words.values()
        if isinstance(facts, Mapping)
        for term in (KG.metric, KG.method, KG.dataset, KG.hardware, KG.comparedTo)
        for value in facts.get(str(term), ())
    }
    return ends | parts


def _of_different_edges(claims: Iterable[ClaimRow]) -> list[ClaimRow]:
    """Return the surest claim of each edge."""
    first: dict[tuple[str, str, str], ClaimRow] = {}
    for each in claims:
        first.setdefault((each.subject, each.predicate, each.object), each)
    return list(first.values())


def _by_role(mentions: Iterable[Mention], addresses: Addresses, limit: int) -> list[_InRole]:
    found: defaultdict[str, list[Mention]] = defaultdict(list)
    for each in mentions:
        found[each.role].append(each)
    return [
        _InRole(
            label(role),
            len(papers),
            tuple((Ref(each.title, addresses.page(each.paper), "Paper"), each.year) for each in papers[:limit]),
        )
        for role, papers in sorted(found.items(), key=lambda item: (-len(item[1]), item[0]))
    ]


def _taxonomy(neighbours: Iterable[Neighbour], names: Names, addresses: Addresses, *, outgoing: bool) -> list[Ref]:
    ends = [each.other for each in neighbours if each.predicate == _BROADER and each.outgoing == outgoing]
    refs = [ref(names.named(end, end), addresses) for end in ends]
    return sorted(refs, key=lambda each: (each.text.lower(), each.href or ""))


def _relations(
    node: str, neighbours: Iterable[Neighbour], claims: Iterable[ClaimRow], names: Names, addresses: Addresses
) -> list[_Relation]:
    """Return the edges other than those of the taxonomy, those that most papers state first."""
    surest = {(claim.subject, claim.predicate, claim.object): claim for claim in _of_different_edges(claims)}
    ranked = []
    for each in neighbours:
        if each.predicate == _BROADER:
            continue
        edge = (node, each.predicate, each.other) if each.outgoing else (each.other, each.predicate, node)
        claim = surest.get(edge)
        other, own = ref(names.named(each.other, each.other), addresses), Ref(names.named(node, node).name)
        subject, object_ = (own, other) if each.outgoing else (other, own)
        sure = claim.together if claim else None
        ranked.append(
            (
                (-(claim.support or 0) if claim else 0, -(sure or 0.0), names.named(each.other, "").name.lower(), edge),
                _Relation(
                    subject,
                    label(each.predicate),
                    object_,
                    claim.support if claim else None,
                    None if sure is None else per_cent(sure),
                    addresses.page(claim.iri) if claim else None,
                ),
            )
        )
    return [relation for _, relation in sorted(ranked, key=lambda pair: pair[0])]

