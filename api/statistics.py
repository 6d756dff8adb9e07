"""Counts of the whole graph; a snapshot never changes, so they are counted once."""

from __future__ import annotations

from collections import Counter
from typing import Final

import strawberry
from strawberry.scalars import JSON

from api.context import Graph, Info
from api.loaders import RELATION_OF, ROLE_OF
from api.vocabulary import EntityType, Relation, Role
from kg.arrays import ABSENT
from kg.store import iri
from schema.vocab import KG

__all__ = ["Statistics", "find_statistics", "fingerprint", "papers_by_year"]

_CLASSES: Final = ("Paper", "Claim", "DerivedClaim", "Result", "Community")
_BY_CLASS: Final = """
SELECT ?class (COUNT(DISTINCT ?node) AS ?count) WHERE { VALUES ?class { {{classes}} } ?node a ?class }
GROUP BY ?class"""
_BY_TYPE: Final = """
SELECT ?class (COUNT(DISTINCT ?node) AS ?count) WHERE {
  VALUES ?class { {{classes}} } ?node a ?class ; kg:paperCount ?papers
} GROUP BY ?class"""
_BY_ROLE: Final = """
SELECT ?term (COUNT(*) AS ?count) WHERE {
  { SELECT DISTINCT ?paper ?term ?entity WHERE { VALUES ?term { {{terms}} } ?paper ?term ?entity ; a kg:Paper } }
} GROUP BY ?term"""
_BY_RELATION: Final = """
SELECT ?term (COUNT(*) AS ?count) WHERE {
  { SELECT DISTINCT ?subject ?term ?object WHERE {
      VALUES ?term { {{terms}} } ?subject ?term ?object ; kg:paperCount ?a . ?object kg:paperCount ?b } }
} GROUP BY ?term"""
_RELATION_CLAIMS: Final = """
SELECT (COUNT(DISTINCT ?claim) AS ?count) WHERE {
  ?claim a kg:Claim ; rdf:subject ?subject . ?subject kg:paperCount ?papers
}"""
_BY_YEAR: Final = """
SELECT ?year (COUNT(DISTINCT ?paper) AS ?count) WHERE { ?paper a kg:Paper OPTIONAL { ?paper dcterms:issued ?year } }
GROUP BY ?year ORDER BY ?year"""


@strawberry.type(description="Number of entities of a type.")
class TypeCount:
    """A count."""

    type: EntityType = strawberry.field(description="The type.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="Number of edges from papers to entities in a role.")
class RoleCount:
    """A count."""

    role: Role = strawberry.field(description="The role.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="Number of edges between entities by a relation.")
class RelationCount:
    """A count."""

    relation: Relation = strawberry.field(description="The relation.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="Number of papers of a year.")
class YearCount:
    """A count."""

    year: int | None = strawberry.field(description="The year; null for papers without one.")
    count: int = strawberry.field(description="How many there are.")


@strawberry.type(description="The build of the graph that is served.")
class Snapshot:
    """A snapshot."""

    fingerprint: str = strawberry.field(description="SHA-256 of the manifest; another build has another.")
    manifest: JSON = strawberry.field(description="The manifest: inputs, versions, counts, hashes.")


@strawberry.type(description="Counts of the whole graph.")
class Statistics:
    """Counts."""

    papers: int = strawberry.field(description="Number of papers.")
    entities: int = strawberry.field(description="Number of entities of all types.")
    claims: int = strawberry.field(description="Number of claims, derived ones included.")
    relation_claims: int = strawberry.field(description="Number of claims between entities, derived ones included.")
    derived_claims: int = strawberry.field(description="Number of claims that a rule concluded from others.")
    results: int = strawberry.field(description="Number of results.")
    communities: int = strawberry.field(description="Number of communities of all projections.")
    entities_by_type: list[TypeCount] = strawberry.field(description="Entities of each type.")
    edges_by_role: list[RoleCount] = strawberry.field(description="Edges from papers to entities, of each role.")
    edges_by_relation: list[RelationCount] = strawberry.field(description="Edges between entities, of each relation.")
    papers_by_year: list[YearCount] = strawberry.field(description="Papers of each year, earliest first.")
    snapshot: Snapshot = strawberry.field(description="The build that is served.")


async def find_statistics(info: Info) -> Statistics:
    """Counts of the graph, from memory after the first time."""
    graph = info.context.graph
    async with graph.keeping:
        if "statistics" not in graph.kept:
            graph.kept["statistics"] = await _counted(graph)
    kept: Statistics = graph.kept["statistics"]
    return kept


async def papers_by_year(info: Info) -> dict[int, int]:
    """Number of papers of each year that has some, from memory after the first time."""
    graph = info.context.graph
    async with graph.keeping:
        if "years" not in graph.kept:
            if graph.arrays is not None:
                years = Counter(graph.arrays.papers.year[number] for number in range(len(graph.arrays.papers.iri)))
                graph.kept["years"] = {year: count for year, count in sorted(years.items()) if year != ABSENT}
            else:
                rows = await graph.select(_BY_YEAR)
                graph.kept["years"] = {int(row["year"].value): int(row["count"].value) for row in rows if "year" in row}
    kept: dict[int, int] = graph.kept["years"]
    return kept


def fingerprint(graph: Graph) -> str:
    """SHA-256 of the manifest in a form that depends on its content alone."""
    return graph.fingerprint


async def _counted(graph: Graph) -> Statistics:
    async def counts(query: str, key: str, **terms: list[str]) -> dict[str, int]:
        values = {name: [iri(text) for text in texts] for name, texts in terms.items()}
        rows = await graph.select(query, **values)
        return {row[key].value if key in row else "": int(row["count"].value) for row in rows}

    classes = await counts(_BY_CLASS, "class", classes=[str(KG[name]) for name in _CLASSES])
    types = await counts(_BY_TYPE, "class", classes=[str(KG[type_.value]) for type_ in EntityType])
    roles = await counts(_BY_ROLE, "term", terms=list(ROLE_OF))
    relations = await counts(_BY_RELATION, "term", terms=list(RELATION_OF))
    years = await counts(_BY_YEAR, "year")
    (between,) = await graph.select(_RELATION_CLAIMS)
    found = [classes.get(str(KG[name]), 0) for name in _CLASSES]
    return Statistics(
        papers=found[0],
        entities=sum(types.values()),
        claims=found[1],
        relation_claims=int(between["count"].value),
        derived_claims=found[2],
        results=found[3],
        communities=found[4],
        entities_by_type=[TypeCount(type=type_, count=types.get(str(KG[type_.value]), 0)) for type_ in EntityType],
        edges_by_role=[RoleCount(role=Role(role), count=roles.get(term, 0)) for term, role in ROLE_OF.items()],
        edges_by_relation=[
            RelationCount(relation=Relation(relation), count=relations.get(term, 0))
            for term, relation in RELATION_OF.items()
        ],
        papers_by_year=[YearCount(year=int(year) if year else None, count=count) for year, count in years.items()],
        snapshot=Snapshot(fingerprint=fingerprint(graph), manifest=JSON(dict(graph.manifest))),
    )
