"""One node and what surrounds it: what an entity or a paper is, its edges, the evidence of an edge."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from kg.agents.answers import Described, DescribedPaper, Entry, Evidence, Link, Neighbours, Node
from kg.agents.claims import PREDICATES, Stated, edges_of, figures, stated_at, statements
from kg.agents.errors import ToolRefused
from kg.agents.snapshot import Snapshot, cursor_at, offset_of
from kg.errors import QueryError
from kg.quotes import Facts, read
from kg.store import iri
from schema.vocab import DC, DCTERMS, KG, PRISM, RDF, SDO, SKOS

__all__ = ["describe", "evidence", "neighbours"]

#: How many narrower entities, entities of one role, other names and figures a description has.
_NAMED: Final = 10
_ALIASES: Final = 12
_RESULTS_SHOWN: Final = 3

_LINKS: Final = """
SELECT DISTINCT ?target ?score WHERE { ?link kg:entity {{node}} ; kg:target ?target ; kg:matchScore ?score }"""
_COMMUNITY: Final = "SELECT ?label WHERE { {{node}} kg:inCommunity ?community . ?community rdfs:label ?label }"
_RESULTS: Final = """
SELECT DISTINCT ?result ?confidence WHERE { {{node}} kg:hasResult ?result . ?result kg:confidence ?confidence }"""
_FIGURES: Final = """
SELECT DISTINCT ?result ?confidence WHERE {
  VALUES ?one { {{one}} } VALUES ?other { {{other}} }
  LATERAL { ?result ?part ?one . ?result a kg:Result ; kg:confidence ?confidence ; ?part_too ?other }
}"""


def describe(snapshot: Snapshot, text: str, *, type_: str | None = None) -> Entry:
    """What an entity or a paper is, as far as the graph knows.

    Raises
    ------
    NoSuchNode, SeveralNodes
        When the text means no node, or several.
    """
    node = snapshot.find(text, type_)
    facts = read(snapshot.store, [node.iri])
    claims = stated_at(snapshot, [node.iri])
    if node.type == "Paper":
        return Entry(None, _paper(snapshot, node, facts, claims))
    return Entry(_entity(snapshot, node, facts, claims), None)


def _entity(snapshot: Snapshot, node: Node, facts: Facts, claims: Sequence[Stated]) -> Described:
    entity, of = snapshot.entities[node.iri], facts[node.iri]
    roles = {(claim.predicate, claim.subject) for claim in claims if claim.is_role}
    edges = [edge for edge, _ in edges_of(snapshot, node.iri, claims) if edge.node.type != "Paper"]
    exact = {str(each) for each in of[str(SKOS.exactMatch)]}
    links = [
        Link(target, "exact" if target in exact else "close", float(row["score"].value))
        for row in snapshot.store.select(_LINKS, node=iri(node.iri))
        for target in (row["target"].value,)
    ]
    communities = sorted(row["label"].value for row in snapshot.store.select(_COMMUNITY, node=iri(node.iri)))
    ranks, definitions = of[str(KG.pageRank)], of[str(SKOS.definition)]
    return Described(
        node.iri,
        node.type,
        node.name,
        entity.aliases[:_ALIASES],
        len(entity.aliases),
        str(definitions[0]) if definitions else None,
        entity.papers,
        tuple(map(snapshot.node, _most_papers(snapshot, entity.broader))),
        tuple(map(snapshot.node, _most_papers(snapshot, entity.narrower)[:_NAMED])),
        len(set(entity.narrower)),
        _counted(Counter(role for role, _ in roles)),
        _counted(Counter(edge.predicate for edge in edges)),
        communities[0] if communities else None,
        float(ranks[0]) if ranks else None,
        tuple(sorted(links, key=lambda link: (link.match != "exact", -link.score, link.iri))),
    )


def _most_papers(snapshot: Snapshot, nodes: Sequence[str]) -> list[str]:
    # several named graphs may state the same
    return sorted(set(nodes), key=lambda each: (-snapshot.entities[each].papers, snapshot.entities[each].name, each))


def _counted(counts: Counter[str]) -> dict[str, int]:
    return {name: counts[name] for name in PREDICATES if counts[name]}


def _paper(snapshot: Snapshot, node: Node, facts: Facts, claims: Sequence[Stated]) -> DescribedPaper:
    cited, of = snapshot.papers[node.iri], facts[node.iri]
    roles: defaultdict[str, list[str]] = defaultdict(list)
    for claim in claims:
        if claim.is_role and len(roles[claim.predicate]) < _NAMED:
            roles[claim.predicate].append(claim.object)
    rows = snapshot.store.select(_RESULTS, node=iri(node.iri))
    results = [each for _, each in sorted((-float(row["confidence"].value), row["result"].value) for row in rows)]

    def first(term: object) -> str | None:
        return str(of[str(term)][0]) if of[str(term)] else None

    return DescribedPaper(
        node.iri,
        "Paper",
        cited.title,
        cited.id,
        cited.year,
        tuple(map(str, of[str(DC.creator)])),
        first(PRISM.publicationName),
        first(SDO.url),
        first(DCTERMS.abstract),
        {role: tuple(map(snapshot.node, roles[role])) for role in PREDICATES if roles.get(role)},
        figures(snapshot, results[:_RESULTS_SHOWN]),
        len(results),
    )


def neighbours(
    snapshot: Snapshot,
    text: str,
    *,
    type_: str | None = None,
    predicate: str | None = None,
    direction: str | None = None,
    to_type: str | None = None,
    least: float = 0.0,
    limit: int = 10,
    cursor: str | None = None,
) -> Neighbours:
    """Edges of a node, those between entities before those to papers, the surest first, each with a quote.

    Parameters
    ----------
    snapshot : Snapshot
    text : str
        As for `Snapshot.find`.
    type_ : str, optional
        Type of the node, where several share its name.
    predicate : str, optional
        Only by this role or relation.
    direction : str, optional
        ``out``: only where the node is the subject; ``in``: only where it is the object.
    to_type : str, optional
        Only to nodes of this type.
    least : float
        Only edges at least this sure; those of the taxonomy have no confidence, and stay.
    limit : int
    cursor : str, optional
        `next` of the answer before.
    """
    node = snapshot.find(text, type_)
    edges = [
        pair
        for pair in edges_of(snapshot, node.iri, stated_at(snapshot, [node.iri]))
        for edge in (pair[0],)
        if predicate in (None, edge.predicate)
        and direction in (None, edge.direction)
        and to_type in (None, edge.node.type)
        and (edge.confidence is None or edge.confidence >= least)
    ]
    offset = offset_of(snapshot, cursor)
    shown = edges[offset : offset + limit]
    said = statements(snapshot, [claim for _, claim in shown if claim is not None])
    told = []
    for edge, claim in shown:
        if claim is None:
            told.append(edge)
            continue
        words = said[claim]
        quote = words.quotes[0].text if words.quotes else None
        told.append(replace(edge, status=words.status, claim=claim, quote=quote, paper=words.paper))
    return Neighbours(node, tuple(told), len(edges), cursor_at(snapshot, offset + limit, len(edges)))


def evidence(
    snapshot: Snapshot,
    text: str,
    other: str | None = None,
    *,
    type_: str | None = None,
    other_type: str | None = None,
    predicate: str | None = None,
    least: float = 0.0,
    limit: int = 5,
    cursor: str | None = None,
) -> Evidence:
    """Claims of an edge, or about one node, with all their sentences; and figures that name both nodes.

    Parameters
    ----------
    snapshot : Snapshot
    text : str
        As for `Snapshot.find`; or, alone, the IRI of a claim or figure.
    other : str, optional
        The other end of the edge, in any direction.
    type_, other_type : str, optional
        Types of the two, where several share a name.
    predicate : str, optional
        Only by this role or relation.
    least : float
        Only claims and figures at least this sure.
    limit : int
    cursor : str, optional
        `next` of the answer before.

    Raises
    ------
    NoSuchNode, SeveralNodes, ToolRefused
    """
    one = _stated_by_iri(snapshot, text) if other is None else None
    if one is not None:
        return one
    node = snapshot.find(text, type_)
    claims = stated_at(snapshot, [node.iri])
    results: list[str] = []
    if other is not None:
        end = snapshot.find(other, other_type)
        if end == node:
            raise ToolRefused(f"{text!r} and {other!r} are one node, {node.iri}", "name another, or ask of it alone")
        claims = [claim for claim in claims if claim.other(node.iri) == end.iri]
        results = _figures(snapshot, node, end, least) if predicate is None else []
    claims = [claim for claim in claims if predicate in (None, claim.predicate) and claim.confidence >= least]
    offset = offset_of(snapshot, cursor)
    shown = [claim.iri for claim in claims[offset : offset + limit]]
    more = max(len(claims), len(results))
    return Evidence(
        tuple(statements(snapshot, shown).values()),
        len(claims),
        figures(snapshot, results[offset : offset + limit]),
        len(results),
        cursor_at(snapshot, offset + limit, more),
    )


def _stated_by_iri(snapshot: Snapshot, text: str) -> Evidence | None:
    """Return a claim or figure alone, where the text is the IRI of one."""
    if "://" not in text or text in snapshot.entities or text in snapshot.papers:
        return None
    try:
        facts = read(snapshot.store, [text])
    except QueryError:
        return None  # it is no IRI at all
    kinds = {str(each) for each in facts[text][str(RDF.type)]} if text in facts else set()
    if str(KG.Claim) in kinds:
        return Evidence(tuple(statements(snapshot, [text]).values()), 1, (), 0)
    if str(KG.Result) in kinds:
        return Evidence((), 0, figures(snapshot, [text]), 1)
    return None


def _figures(snapshot: Snapshot, node: Node, end: Node, least: float) -> list[str]:
    rows = snapshot.store.select(_FIGURES, one=iri(node.iri), other=iri(end.iri))
    ranked = sorted((-float(row["confidence"].value), row["result"].value) for row in rows)
    return [result for sure, result in ranked if -sure >= least]
