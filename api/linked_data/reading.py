"""What pages ask of the graph: a fixed number of queries a page, each bound by VALUES and bounded in rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from api.linked_data.description import Bounds
from kg.lookup import Listed
from kg.model import TYPES
from kg.quotes import PARTS, Named
from kg.store import GraphStore, Row, Term, iri
from schema.vocab import DCTERMS, KG, OA, RDF, RDFS, RELATION_TERMS, ROLE_TERMS, SKOS

__all__ = ["ClaimRow", "Mention", "Names", "Neighbour", "Reading"]

_TYPE_OF: Final = {str(KG[name]): name for name in TYPES}
_ROLES: Final = tuple(iri(str(term)) for term in ROLE_TERMS.values())
_RELATIONS: Final = tuple(iri(str(term)) for term in RELATION_TERMS.values())
_PARTS: Final = tuple(iri(term) for term in PARTS.values())
_NAMES: Final = tuple(
    iri(str(term))
    for term in (RDF.type, SKOS.prefLabel, SKOS.altLabel, DCTERMS.title, DCTERMS.issued, RDFS.label, KG.value, OA.exact)
)
#: Properties that name a node, the most telling first.
_LABELS: Final = tuple(map(str, (SKOS.prefLabel, DCTERMS.title, RDFS.label, KG.value, OA.exact)))

# LATERAL joins row by row, from the few nodes that are bound; see `api.loaders`.
_NAMED: Final = """
SELECT DISTINCT ?node ?property ?value WHERE {
  VALUES ?node { {{nodes}} } VALUES ?property { {{properties}} } LATERAL { ?node ?property ?value }
}"""
_PAPERS: Final = """
SELECT DISTINCT ?role ?paper ?title ?year WHERE {
  VALUES ?node { {{node}} } VALUES ?role { {{roles}} } LATERAL { ?paper ?role ?node }
  LATERAL { ?paper a kg:Paper } LATERAL { ?paper dcterms:title ?title }
  LATERAL { OPTIONAL { ?paper dcterms:issued ?year } }
} LIMIT %LIMIT%"""
_EDGES: Final = """
SELECT DISTINCT ?out ?predicate ?other WHERE {
  VALUES ?node { {{node}} } VALUES ?predicate { {{relations}} }
  LATERAL {
    SELECT ?node ?predicate ?other ?out WHERE {
      { ?node ?predicate ?other BIND(true AS ?out) } UNION { ?other ?predicate ?node BIND(false AS ?out) }
    } LIMIT %SCAN%
  }
  LATERAL { ?other kg:paperCount ?papers }
} LIMIT %LIMIT%"""
_RELATION_CLAIMS: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence ?together ?support WHERE {
  VALUES ?node { {{node}} }
  LATERAL {
    SELECT ?node ?claim WHERE { { ?claim rdf:subject ?node } UNION { ?claim rdf:object ?node } } LIMIT %SCAN%
  }
  LATERAL { ?claim kg:support ?support ; kg:edgeConfidence ?together }
  LATERAL { ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence }
} LIMIT %LIMIT%"""
_ROLE_CLAIMS: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence WHERE {
  VALUES ?node { {{node}} } LATERAL { ?claim rdf:object ?node ; kg:claimedBy ?subject ; rdf:subject ?subject }
  LATERAL { ?claim rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence }
} LIMIT %LIMIT%"""
_CLAIMS_OF_PAPER: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence ?together ?support ?start ?end WHERE {
  VALUES ?node { {{node}} } LATERAL { ?claim kg:claimedBy ?node ; rdf:subject ?subject }
  LATERAL { ?claim rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence }
  LATERAL { ?claim kg:spanStart ?start ; kg:spanEnd ?end }
  LATERAL { OPTIONAL { ?claim kg:support ?support ; kg:edgeConfidence ?together } }
} LIMIT %LIMIT%"""
_RESULTS: Final = """
SELECT DISTINCT ?result ?confidence WHERE {
  VALUES ?node { {{node}} } VALUES ?part { {{parts}} } LATERAL { ?result ?part ?node }
  LATERAL { ?result kg:value ?value ; kg:confidence ?confidence }
} LIMIT %LIMIT%"""
_SCORES: Final = """
SELECT DISTINCT ?target ?score WHERE {
  VALUES ?node { {{node}} } LATERAL { ?link kg:entity ?node ; kg:target ?target ; kg:matchScore ?score }
} LIMIT %LIMIT%"""
_KNOWN: Final = """
SELECT DISTINCT ?node WHERE { VALUES ?node { {{nodes}} } FILTER EXISTS { ?node ?property ?value } }"""


@dataclass(frozen=True, slots=True)
class ClaimRow:
    """A claim before its words are fetched.

    Attributes
    ----------
    iri, subject, predicate, object : str
    confidence : float
    together : float or None
        How sure its edge is by all papers; None for what a paper says of itself.
    support : int or None
        How many papers state its edge.
    start, end : int
        Offsets of its words, where they were asked for.
    """

    iri: str
    subject: str
    predicate: str
    object: str
    confidence: float
    together: float | None = None
    support: int | None = None
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Mention:
    """A paper that gives an entity a role, by the property's IRI."""

    role: str
    paper: str
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Neighbour:
    """An entity at the other end of an edge, and which end that is."""

    outgoing: bool
    predicate: str
    other: str


class Names:
    """Names and classes of some nodes."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._of: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            self._of[row["node"].value][row["property"].value].append(row["value"].value)

    def name(self, node: str) -> str | None:
        """Name of a node; None where the graph has none."""
        found = (min(self._of[node][label]) for label in _LABELS if node in self._of and label in self._of[node])
        return next(found, None)

    def type(self, node: str) -> str:
        """Entity type of a node, ``Paper``, or an empty text."""
        classes = self._of[node][str(RDF.type)] if node in self._of else []
        known = [_TYPE_OF[each] for each in sorted(classes) if each in _TYPE_OF]
        return known[0] if known else "Paper" if str(KG.Paper) in classes else ""

    def named(self, node: str, otherwise: str) -> Named:
        """Node by its name, or by another text where it has none."""
        return Named(node, self.type(node), self.name(node) or otherwise)

    def entities(self) -> dict[str, Listed]:
        """Those nodes that are entities, as `kg.quotes` looks for their names."""
        return {
            node: Listed(
                node, next(t for t in TYPES if t == self.type(node)), self.name(node) or "",
                tuple(sorted(of[str(SKOS.altLabel)])), (), (), 0,
            )
            for node, of in list(self._of.items())
            if self.type(node) in TYPES
        }  # fmt: skip


class Reading:
    """A graph, and how much of it one page may ask for.

    Parameters
    ----------
    store : GraphStore
    bounds : Bounds
    """

    def __init__(self, store: GraphStore, bounds: Bounds) -> None:
        self.store = store
        self.bounds = bounds

    def names(self, nodes: Iterable[str]) -> Names:
        """Names and classes of some nodes; those that are no node of the graph have none."""
        wanted = [iri(node) for node in sorted(set(nodes))]
        return Names(self.store.select(_NAMED, nodes=wanted, properties=_NAMES) if wanted else ())

    def papers(self, entity: str) -> list[Mention]:
        """Papers that give an entity a role: latest first."""
        rows = self._some(_PAPERS, entity, roles=_ROLES)
        found = [
            Mention(
                row["role"].value, row["paper"].value, row["title"].value,
                int(row["year"].value) if "year" in row else None,
            )
            for row in rows
        ]  # fmt: skip
        return sorted(found, key=lambda each: (-(each.year or 0), each.title.lower(), each.paper))

    def neighbours(self, entity: str) -> list[Neighbour]:
        """Entities that an edge links to an entity, either way."""
        rows = self._some(_EDGES, entity, relations=_RELATIONS)
        found = {Neighbour(row["out"].value == "true", row["predicate"].value, row["other"].value) for row in rows}
        return sorted(found, key=lambda each: (each.predicate, each.other, each.outgoing))

    def relation_claims(self, entity: str) -> list[ClaimRow]:
        """Claims between an entity and others, the surest first."""
        return _surest(self._some(_RELATION_CLAIMS, entity))

    def role_claims(self, entity: str) -> list[ClaimRow]:
        """Claims of papers that give an entity a role, the surest first."""
        return _surest(self._some(_ROLE_CLAIMS, entity))

    def claims_of_paper(self, paper: str) -> list[ClaimRow]:
        """All claims that a paper makes, the surest first."""
        return _surest(self._some(_CLAIMS_OF_PAPER, paper))

    def results(self, entity: str) -> list[str]:
        """Results that an entity is a part of, the surest first."""
        rows = self._some(_RESULTS, entity, parts=_PARTS)
        found = {(-float(row["confidence"].value), row["result"].value) for row in rows}
        return [result for _, result in sorted(found)]

    def scores(self, entity: str) -> Mapping[str, float]:
        """How sure each link of an entity is, by the concept it leads to."""
        return {row["target"].value: float(row["score"].value) for row in self._some(_SCORES, entity)}

    def known(self, nodes: Iterable[str]) -> list[str]:
        """Those of some IRIs that the graph says something of, in the order given."""
        wanted = list(dict.fromkeys(nodes))
        found = {row["node"].value for row in self.store.select(_KNOWN, nodes=[iri(each) for each in wanted])}
        return [each for each in wanted if each in found]

    def _some(self, query: str, node: str, **values: Term | Sequence[Term]) -> list[Row]:
        # What a query passes over costs as much as what it keeps, so that is bounded too.
        filled = query.replace("%LIMIT%", str(self.bounds.read)).replace("%SCAN%", str(10 * self.bounds.read))
        return self.store.select(filled, node=iri(node), **values)


def _surest(rows: Iterable[Row]) -> list[ClaimRow]:
    found = {_claim(row) for row in rows}
    return sorted(found, key=lambda each: (-each.confidence, each.iri))


def _claim(row: Row) -> ClaimRow:
    subject, predicate, object_ = (row[name].value for name in ("subject", "predicate", "object"))
    return ClaimRow(
        row["claim"].value,
        subject,
        predicate,
        object_,
        float(row["confidence"].value),
        float(row["together"].value) if "together" in row else None,
        int(row["support"].value) if "support" in row else None,
        int(row["start"].value) if "start" in row else 0,
        int(row["end"].value) if "end" in row else 0,
    )


