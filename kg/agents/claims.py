"""Claims at some nodes, and as they are shown: grouped into edges, or one by one with their sentences."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from kg.agents.answers import Cited, Edge, Figure, Node, Quoted, Statement
from kg.agents.snapshot import Snapshot
from kg.corroboration import edge_confidence
from kg.quotes import Facts, Quote, Said, Source, read, said, said_result
from kg.store import iri
from schema.vocab import RELATION_TERMS, ROLE_TERMS

__all__ = ["PREDICATES", "Stated", "edges_of", "figures", "stated_at", "statements", "surest_first"]

_NAME_OF: Final = {str(term): name for name, term in (*ROLE_TERMS.items(), *RELATION_TERMS.items())}
#: Roles and relations, by the names that tools take.
PREDICATES: Final = tuple(dict.fromkeys((*ROLE_TERMS, *RELATION_TERMS)))

# LATERAL joins row by row, from the few claims that are bound.
_CLAIMS: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence ?paper WHERE {
  { VALUES ?node { {{nodes}} } ?claim rdf:object ?node } UNION { VALUES ?node { {{nodes}} } ?claim rdf:subject ?node }
  LATERAL {
    ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ;
           kg:confidence ?confidence ; kg:claimedBy ?paper
  }
}"""


@dataclass(frozen=True, slots=True)
class Stated:
    """A claim before its words are fetched."""

    iri: str
    subject: str
    predicate: str
    object: str
    paper: str
    confidence: float

    @property
    def is_role(self) -> bool:
        """Whether it says what an entity is to the paper itself."""
        return self.subject == self.paper

    def other(self, node: str) -> str:
        """The end that is not this node."""
        return self.object if self.subject == node else self.subject


def stated_at(snapshot: Snapshot, nodes: Sequence[str]) -> list[Stated]:
    """Claims that begin or end at any of these nodes, the surest first."""
    rows = snapshot.store.select(_CLAIMS, nodes=[iri(each) for each in nodes]) if nodes else []
    found = []
    for row in rows:
        claim, subject, predicate, object_, paper = (
            row[name].value for name in ("claim", "subject", "predicate", "object", "paper")
        )
        known = object_ in snapshot.entities and (subject in snapshot.entities or subject in snapshot.papers)
        if known and predicate in _NAME_OF:
            sure = float(row["confidence"].value)
            found.append(Stated(claim, subject, _NAME_OF[predicate], object_, paper, sure))
    return surest_first(found)


def surest_first(claims: Iterable[Stated]) -> list[Stated]:
    """Claims by confidence, those equally sure by their IRIs."""
    return sorted(claims, key=lambda claim: (-claim.confidence, claim.iri))


def statements(snapshot: Snapshot, claims: Iterable[str]) -> dict[str, Statement]:
    """Claims with their words, by IRI."""
    wanted = list(claims)
    facts = read(snapshot.store, wanted)
    return {each: _statement(facts, each, snapshot) for each in wanted}


def figures(snapshot: Snapshot, results: Iterable[str]) -> tuple[Figure, ...]:
    """Results with their words, in the order given."""
    wanted = list(results)
    facts = read(snapshot.store, wanted)
    shown = []
    for each in wanted:
        result = said_result(facts, each, snapshot.entities)
        shown.append(
            Figure(
                each,
                result.value,
                result.parts,
                result.confidence,
                result.status or "stated",
                _cited(result.paper),
                _quoted(result.quotes),
            )
        )
    return tuple(shown)


def edges_of(snapshot: Snapshot, node: str, claims: Iterable[Stated]) -> list[tuple[Edge, str | None]]:
    """Edges of a node, with the IRI of the surest claim of each: those between entities first, the surest first.

    Their quotes are not read yet. What the taxonomy alone says stands behind what papers say.
    """
    groups: defaultdict[tuple[str, str, str], list[Stated]] = defaultdict(list)
    for claim in claims:
        direction = "out" if claim.subject == node else "in"
        groups[claim.predicate, direction, claim.other(node)].append(claim)
    edges: list[tuple[Edge, str | None]] = []
    for (predicate, direction, other), group in groups.items():
        said_ = [(claim.paper, claim.confidence) for claim in group]
        sure = max(claim.confidence for claim in group) if group[0].is_role else edge_confidence(said_)
        papers = len({paper for paper, _ in said_})
        edges.append((Edge(predicate, direction, snapshot.node(other), "papers", sure, papers, "stated"), group[0].iri))
    edges += [(edge, None) for edge in _taxonomy(snapshot, node) if _end(edge) not in groups]
    return sorted(edges, key=lambda pair: _rank(pair[0]))


def _end(edge: Edge) -> tuple[str, str, str]:
    return edge.predicate, edge.direction, edge.node.iri


def _rank(edge: Edge) -> tuple[bool, bool, float, int, str, str, str]:
    sure = edge.confidence or 0.0
    by_paper = edge.node.type == "Paper"
    return by_paper, edge.confidence is None, -sure, -edge.papers, edge.predicate, edge.node.name, edge.node.iri


def _taxonomy(snapshot: Snapshot, node: str) -> list[Edge]:
    entity = snapshot.entities.get(node)
    if entity is None:
        return []
    # several named graphs may state the same
    ends = dict.fromkeys([("out", each) for each in entity.broader] + [("in", each) for each in entity.narrower])
    return [
        Edge("subClassOf", direction, snapshot.node(each), "taxonomy", None, 0, "stated") for direction, each in ends
    ]


def _statement(facts: Facts, claim: str, snapshot: Snapshot) -> Statement:
    found: Said = said(facts, claim, snapshot.entities)
    return Statement(
        claim,
        Node(found.subject.iri, found.subject.type, found.subject.name),
        found.predicate,
        Node(found.object.iri, found.object.type, found.object.name),
        found.confidence,
        found.status or "stated",
        found.derived,
        _cited(found.paper),
        _quoted(found.quotes),
    )


def _cited(source: Source) -> Cited:
    return Cited(source.iri, source.id, source.title, source.year)


def _quoted(quotes: Iterable[Quote]) -> tuple[Quoted, ...]:
    return tuple(Quoted(quote.text, quote.start, quote.end) for quote in quotes)
