"""Loaders of one request: what many resolvers ask of many nodes becomes one query.

Every query binds its nodes by VALUES, so their number does not change the number of queries.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final, Protocol

from api.dividing import FacetKey, facets_of
from api.figures import Figure, FigureKey, figures_of
from api.links import ConceptLink, links_of
from api.listing import ListingKey, NodeKey, keys_of
from api.rows import RELATION_OF, ROLE_OF, ClaimRow, Edge, Facts, Member, PaperEntity, PaperOfEntity, Related
from api.waiting import DataLoader
from kg.model import ROLES, TYPES
from kg.store import Literal, NamedNode, Row, Term, iri, python
from schema.vocab import DC, DCTERMS, KG, OA, PRISM, PROV, RDF, RDFS, RELATION_TERMS, ROLE_TERMS, SDO, SKOS

__all__ = [
    "RELATION_OF",
    "ROLE_OF",
    "ClaimRow",
    "Edge",
    "Facts",
    "Loaders",
    "Member",
    "PaperEntity",
    "PaperOfEntity",
    "Related",
    "Select",
]

_FACTS: Final = tuple(
    iri(str(term))
    for term in (
        RDF.type, DCTERMS.title, DCTERMS.abstract, DCTERMS.identifier, DCTERMS.issued, DC.creator,
        PRISM.publicationName, SDO.url, SDO.keywords, KG.hasResult, SKOS.prefLabel, SKOS.altLabel,
        SKOS.definition, SKOS.broader, KG.paperCount, KG.degree, KG.pageRank, KG.betweenness, KG.inCommunity,
        RDF.subject, RDF.predicate, RDF.object, KG.claimedBy, KG.evidence, KG.confidence, KG.spanStart, KG.spanEnd,
        PROV.wasAttributedTo, OA.exact, OA.start, OA.end, OA.hasSource, RDFS.label, SDO.softwareVersion, KG.value,
        KG.number, KG.unit, KG.metric, KG.method, KG.dataset, KG.hardware, KG.ofProjection, KG.memberCount,
        KG.modularity, KG.nodeCount, KG.edgeCount, KG.status, KG.edgeConfidence, KG.support, KG.high, KG.standardNumber,
        KG.standardHigh, KG.standardUnit, KG.isChange, KG.direction, KG.comparedTo,
    )
)  # fmt: skip
_TYPE_OF: Final = {str(KG[name]): name for name in TYPES}
_ROLES: Final = tuple(iri(str(term)) for term in ROLE_TERMS.values())
_RELATIONS: Final = tuple(iri(str(term)) for term in RELATION_TERMS.values())
_ROLE_RANK: Final = {role: rank for roles in ROLES.values() for rank, role in enumerate(roles)}

# LATERAL (of Oxigraph and Jena) joins row by row, from the few nodes that are bound; a plain join of
# a pattern with VALUES may read every triple of the store first.
_OF_NODES: Final = """
SELECT DISTINCT ?node ?property ?value WHERE {
  VALUES ?node { {{nodes}} } VALUES ?property { {{properties}} } LATERAL { ?node ?property ?value }
}"""
_ENTITIES_OF_PAPERS: Final = """
SELECT DISTINCT ?paper ?role ?entity ?type ?name WHERE {
  VALUES ?paper { {{papers}} } VALUES ?role { {{roles}} } LATERAL { ?paper ?role ?entity }
  LATERAL { ?entity skos:prefLabel ?name } LATERAL { ?entity a ?type }
}"""
_PAPERS_OF_ENTITIES: Final = """
SELECT DISTINCT ?root ?entity ?role ?paper ?year WHERE {
  VALUES ?root { {{roots}} } LATERAL { %REACH% } VALUES ?role { {{roles}} } LATERAL { ?paper ?role ?entity }
  LATERAL { ?paper a kg:Paper } LATERAL { OPTIONAL { ?paper dcterms:issued ?year } }
}"""
_MENTIONED_BY: Final = """
SELECT DISTINCT ?entity ?paper WHERE {
  VALUES ?entity { {{entities}} } VALUES ?role { {{roles}} } LATERAL { ?paper ?role ?entity }
  LATERAL { ?paper a kg:Paper }
}"""
_CLAIMS_OF_PAPERS: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence ?paper WHERE {
  VALUES ?paper { {{papers}} }
  ?claim kg:claimedBy ?paper ; rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ;
         kg:confidence ?confidence
}"""
_CLAIMS_OF_SUBJECTS: Final = """
SELECT DISTINCT ?claim ?subject ?predicate ?object ?confidence WHERE {
  VALUES ?subject { {{subjects}} }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence
}"""
_SUREST_OF_SUBJECTS: Final = """
SELECT ?subject ?predicate ?object (MAX(?confidence) AS ?surest) WHERE {
  VALUES ?subject { {{nodes}} }
  ?claim rdf:subject ?subject ; rdf:predicate ?predicate ; rdf:object ?object ; kg:confidence ?confidence
} GROUP BY ?subject ?predicate ?object"""
_SUREST_OF_OBJECTS: Final = _SUREST_OF_SUBJECTS.replace("VALUES ?subject", "VALUES ?object")
_RELATED: Final = """
SELECT DISTINCT ?node ?out ?predicate ?other ?type ?name WHERE {
  VALUES ?node { {{nodes}} } VALUES ?predicate { {{relations}} }
  LATERAL {
    { ?node ?predicate ?other BIND(true AS ?out) } UNION { ?other ?predicate ?node BIND(false AS ?out) }
  }
  LATERAL { ?other kg:paperCount ?papers } LATERAL { ?other skos:prefLabel ?name } LATERAL { ?other a ?type }
}"""
_SUPPORT: Final = """
SELECT ?node ?out ?predicate ?other (COUNT(DISTINCT ?claim) AS ?claims)
       (MAX(?stated) AS ?surest) (MAX(?all) AS ?together) WHERE {
  {
    VALUES ?node { {{nodes}} }
    ?claim rdf:subject ?node ; rdf:object ?other ; rdf:predicate ?predicate ; kg:confidence ?stated
    BIND(true AS ?out)
  } UNION {
    VALUES ?node { {{nodes}} }
    ?claim rdf:object ?node ; rdf:subject ?other ; rdf:predicate ?predicate ; kg:confidence ?stated .
    BIND(false AS ?out)
    FILTER EXISTS { ?other kg:paperCount ?papers }
  }
  OPTIONAL { ?claim kg:edgeConfidence ?all }
} GROUP BY ?node ?out ?predicate ?other"""
_NAMED: Final = """
SELECT DISTINCT ?name ?node ?type ?preferred ?papers WHERE {
  VALUES ?name { {{names}} }
  VALUES ?type { {{types}} } ?node a ?type ; kg:paperCount ?papers ; skos:prefLabel|skos:altLabel ?label .
  FILTER(LCASE(STR(?label)) = LCASE(?name))
  BIND(EXISTS { ?node skos:prefLabel ?label } AS ?preferred)
} ORDER BY DESC(?preferred) DESC(?papers) STR(?node)"""
_REACHED: Final = """
SELECT DISTINCT ?node ?other ?name WHERE {
  VALUES ?node { {{nodes}} } LATERAL { %REACH% } LATERAL { ?other kg:paperCount ?papers }
  LATERAL { ?other skos:prefLabel ?name } FILTER(?other != ?node)
}"""
_NAMES: Final = """
SELECT DISTINCT ?node ?name WHERE { VALUES ?node { {{nodes}} } LATERAL { ?node skos:prefLabel ?name } }"""
_MEMBERS: Final = """
SELECT DISTINCT ?community ?node ?rank WHERE {
  VALUES ?community { {{communities}} } LATERAL { ?node kg:inCommunity ?community }
  LATERAL { OPTIONAL { ?node kg:pageRank ?rank } }
}"""


class Select(Protocol):
    """A SELECT query that is run elsewhere than on the event loop."""

    async def __call__(self, query: str, /, **values: Term | Sequence[Term]) -> list[Row]:
        """Rows of the query."""


class Loaders:
    """The loaders; one of these lives as long as its request."""

    def __init__(self, select: Select) -> None:
        self._select = select
        #: Facts of a node, None when the graph has no such node.
        self.facts: DataLoader[str, Facts | None] = DataLoader(self._facts)
        self.entities_of_paper: DataLoader[str, list[PaperEntity]] = DataLoader(self._entities_of_papers)
        #: Papers of an entity; with True, of the narrower ones too.
        self.papers_of_entity: DataLoader[tuple[str, bool], list[PaperOfEntity]] = DataLoader(self._papers_of_entities)
        #: IRIs of the papers that mention an entity itself, sorted.
        self.mentioned_by: DataLoader[str, list[str]] = DataLoader(self._mentioned_by)
        self.claims_of_paper: DataLoader[str, list[ClaimRow]] = DataLoader(self._claims_of_papers)
        self.claims_of_edge: DataLoader[Edge, list[ClaimRow]] = DataLoader(self._claims_of_edges)
        self.related: DataLoader[str, list[Related]] = DataLoader(self._related)
        #: Entities of a name or alias, letter case aside, as (IRI, type): preferred names first, then most papers.
        self.named: DataLoader[str, list[tuple[str, str]]] = DataLoader(self._named)
        #: Preferred name of an entity, in lower case.
        self.names: DataLoader[str, str] = DataLoader(self._names)
        #: Results with a number of a dataset or of hardware.
        self.figures: DataLoader[FigureKey, list[Figure]] = DataLoader(partial(figures_of, select))
        #: Place of a node in a list with conditions and an order, None where it does not match.
        self.keys: DataLoader[ListingKey, NodeKey | None] = DataLoader(
            partial(keys_of, select), cache_key_fn=lambda key: key.identity
        )
        #: Values of a facet of some papers with their numbers, most first.
        self.facets: DataLoader[FacetKey, list[tuple[str, int]]] = DataLoader(
            partial(facets_of, select), cache_key_fn=lambda key: key.identity
        )
        #: Confidence of the surest claim of an edge, None where there is no claim.
        self.surest_of_edge: DataLoader[Edge, float | None] = DataLoader(self._surest)
        self.links: DataLoader[str, list[ConceptLink]] = DataLoader(partial(links_of, select))
        self.members: DataLoader[str, list[Member]] = DataLoader(self._members)
        #: Entities above and below an entity in the taxonomy, as (lower-case name, IRI).
        self.narrower: DataLoader[str, list[tuple[str, str]]] = self._reaching("?other skos:broader ?node .")
        self.broader: DataLoader[str, list[tuple[str, str]]] = self._reaching("?node skos:broader ?other .")
        self.descendants: DataLoader[str, list[tuple[str, str]]] = self._reaching("?other skos:broader+ ?node .")
        self.ancestors: DataLoader[str, list[tuple[str, str]]] = self._reaching("?node skos:broader+ ?other .")

    async def _facts(self, nodes: list[str]) -> list[Facts | None]:
        rows = await self._select(_OF_NODES, nodes=_terms(nodes), properties=_FACTS)
        found: defaultdict[str, defaultdict[str, list[Term]]] = defaultdict(lambda: defaultdict(list))
        for row in rows:
            found[row["node"].value][row["property"].value].append(row["value"])
        return [
            Facts(
                node,
                {
                    term: tuple(python(value) for value in sorted(values, key=lambda value: value.value))
                    for term, values in found[node].items()
                },
            )
            if node in found
            else None
            for node in nodes
        ]

    async def _entities_of_papers(self, papers: list[str]) -> list[list[PaperEntity]]:
        rows = await self._select(_ENTITIES_OF_PAPERS, papers=_terms(papers), roles=_ROLES)
        found: defaultdict[str, list[PaperEntity]] = defaultdict(list)
        for row in rows:
            if row["type"].value not in _TYPE_OF:
                continue
            role, type_ = ROLE_OF[row["role"].value], _TYPE_OF[row["type"].value]
            found[row["paper"].value].append(
                PaperEntity(
                    type_rank=TYPES.index(type_),
                    role_rank=_ROLE_RANK[role],  # type: ignore[index]
                    name=row["name"].value.lower(),
                    entity=row["entity"].value,
                    type=type_,
                    role=role,
                    edge=_edge(row, "paper", "role", "entity"),
                )
            )
        return [sorted(found[paper]) for paper in papers]

    async def _papers_of_entities(self, keys: list[tuple[str, bool]]) -> list[list[PaperOfEntity]]:
        found: defaultdict[tuple[str, bool], defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
        # Two queries at most, whatever the number of keys.
        for narrower in sorted({narrower for _, narrower in keys}):
            reach = "?entity skos:broader* ?root" if narrower else "BIND(?root AS ?entity)"
            roots = [root for root, also in keys if also == narrower]
            query = _PAPERS_OF_ENTITIES.replace("%REACH%", reach)
            for row in await self._select(query, roots=_terms(roots), roles=_ROLES):
                found[row["root"].value, narrower][row["paper"].value].append(row)
        return [sorted(_paper_of_entity(paper, rows) for paper, rows in found[key].items()) for key in keys]

    async def _mentioned_by(self, entities: list[str]) -> list[list[str]]:
        found: defaultdict[str, list[str]] = defaultdict(list)
        for row in await self._select(_MENTIONED_BY, entities=_terms(entities), roles=_ROLES):
            found[row["entity"].value].append(row["paper"].value)
        return [sorted(found[entity]) for entity in entities]

    async def _claims_of_papers(self, papers: list[str]) -> list[list[ClaimRow]]:
        found: defaultdict[str, list[ClaimRow]] = defaultdict(list)
        for row in await self._select(_CLAIMS_OF_PAPERS, papers=_terms(papers)):
            found[row["paper"].value].append(_claim_row(row))
        return [sorted(found[paper], key=surest_first) for paper in papers]

    async def _claims_of_edges(self, edges: list[Edge]) -> list[list[ClaimRow]]:
        # All claims about the subjects, of which those of other edges are passed over: asking for each edge
        # by itself would read a subject's claims once for each of its edges.
        subjects = _terms(edge.subject for edge in edges)
        found: dict[Edge, list[ClaimRow]] = {edge: [] for edge in edges}
        for row in await self._select(_CLAIMS_OF_SUBJECTS, subjects=subjects):
            claim = _claim_row(row)
            if claim.edge in found:
                found[claim.edge].append(claim)
        return [sorted(found[edge], key=surest_first) for edge in edges]

    async def _surest(self, edges: list[Edge]) -> list[float | None]:
        # From the side with fewer nodes: an entity is the object of thousands of papers' edges, each of another paper.
        subjects = {edge.subject for edge in edges}
        objects = {edge.object for edge in edges}
        few = len(subjects) <= len(objects)
        query = _SUREST_OF_SUBJECTS if few else _SUREST_OF_OBJECTS
        rows = await self._select(query, nodes=_terms(sorted(subjects if few else objects)))
        found = {_edge(row, "subject", "predicate", "object"): float(row["surest"].value) for row in rows}
        return [found.get(edge) for edge in edges]

    async def _related(self, nodes: list[str]) -> list[list[Related]]:
        terms = _terms(nodes)
        support = {
            tuple(row[name].value for name in ("node", "out", "predicate", "other")): (
                int(row["claims"].value),
                float((row.get("together") or row["surest"]).value) if "surest" in row else None,
            )
            for row in await self._select(_SUPPORT, nodes=terms)
        }
        found: defaultdict[str, list[Related]] = defaultdict(list)
        for row in await self._select(_RELATED, nodes=terms, relations=_RELATIONS):
            if row["type"].value not in _TYPE_OF:
                continue
            key = tuple(row[name].value for name in ("node", "out", "predicate", "other"))
            claims, confidence = support.get(key, (0, None))
            outgoing = row["out"].value == "true"
            found[row["node"].value].append(
                Related(
                    minus_support=-claims,
                    name=row["name"].value.lower(),
                    entity=row["other"].value,
                    relation=RELATION_OF[row["predicate"].value],
                    outgoing=outgoing,
                    type=_TYPE_OF[row["type"].value],
                    confidence=confidence,
                    edge=_edge(row, *(("node", "predicate", "other") if outgoing else ("other", "predicate", "node"))),
                )
            )
        return [sorted(found[node], key=lambda row: row[:5]) for node in nodes]

    async def _named(self, names: list[str]) -> list[list[tuple[str, str]]]:
        found: defaultdict[str, dict[str, str]] = defaultdict(dict)
        rows = await self._select(_NAMED, types=[iri(text) for text in _TYPE_OF], names=list(map(Literal, names)))
        for row in rows:
            found[row["name"].value].setdefault(row["node"].value, _TYPE_OF[row["type"].value])
        return [list(found[name].items()) for name in names]

    async def _names(self, nodes: list[str]) -> list[str]:
        rows = await self._select(_NAMES, nodes=_terms(nodes))
        found = {row["node"].value: row["name"].value.lower() for row in rows}
        return [found.get(node, "") for node in nodes]

    async def _members(self, communities: list[str]) -> list[list[Member]]:
        found: defaultdict[str, list[Member]] = defaultdict(list)
        for row in await self._select(_MEMBERS, communities=_terms(communities)):
            rank = float(row["rank"].value) if "rank" in row else 0.0
            found[row["community"].value].append(Member(-round(rank * 1e8), row["node"].value))
        return [sorted(found[community]) for community in communities]

    def _reaching(self, reach: str) -> DataLoader[str, list[tuple[str, str]]]:
        query = _REACHED.replace("%REACH%", reach)

        async def load(nodes: list[str]) -> list[list[tuple[str, str]]]:
            found: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
            for row in await self._select(query, nodes=_terms(nodes)):
                found[row["node"].value].append((row["name"].value.lower(), row["other"].value))
            return [sorted(found[node]) for node in nodes]

        return DataLoader(load)


def surest_first(claim: ClaimRow) -> tuple[float, str]:
    """Sort key that puts the claim with the highest confidence first."""
    return -claim.confidence, claim.iri


def _terms(iris: Iterable[str]) -> list[NamedNode]:
    return [iri(text) for text in dict.fromkeys(iris)]


def _edge(row: Row, subject: str, predicate: str, object_: str) -> Edge:
    return Edge(row[subject].value, row[predicate].value, row[object_].value)


def _claim_row(row: Row) -> ClaimRow:
    return ClaimRow(row["claim"].value, _edge(row, "subject", "predicate", "object"), float(row["confidence"].value))


def _paper_of_entity(paper: str, rows: list[Row]) -> PaperOfEntity:
    ranked = sorted((_ROLE_RANK[ROLE_OF[row["role"].value]], _edge(row, "paper", "role", "entity")) for row in rows)  # type: ignore[index]
    years = [int(row["year"].value) for row in rows if "year" in row]
    edges = tuple(dict.fromkeys(edge for _, edge in ranked))
    return PaperOfEntity(-max(years, default=0), paper, ROLE_OF[edges[0].predicate], edges)
