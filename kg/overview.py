"""What is in a graph at a glance, and the questions that the README asks it."""

from __future__ import annotations

from typing import Any, Final

from kg.model import TYPES
from kg.store import GraphStore, Row, python
from schema.vocab import KG

#: Questions and the SPARQL that answers them, each answer with its quotes; `kg demo` and the README show them.
EXAMPLES: Final[dict[str, str]] = {
    "Which papers run on systolic arrays?": """
SELECT DISTINCT ?paper ?hardware ?quote WHERE {
  ?device skos:broader* ?class ; skos:prefLabel ?hardware . ?class skos:prefLabel "systolic array" .
  ?claim rdf:predicate kg:runsOn ; rdf:object ?device ; rdf:subject ?node ; kg:evidence/oa:exact ?quote .
  ?node a kg:Paper ; dcterms:title ?paper .
} ORDER BY ?paper ?hardware ?quote""",
    "Which papers use an event camera?": """
SELECT DISTINCT ?paper ?role ?quote WHERE {
  ?device skos:broader* ?class . ?class skos:prefLabel "event camera" .
  ?claim rdf:predicate ?predicate ; rdf:object ?device ; rdf:subject ?node ; kg:evidence/oa:exact ?quote .
  ?node a kg:Paper ; dcterms:title ?paper .
  BIND(STRAFTER(STR(?predicate), "#") AS ?role)
} ORDER BY ?paper ?role ?quote""",
    "Which papers target edge devices, smartphones, wearables or other hardware below them?": """
SELECT ?paper (GROUP_CONCAT(DISTINCT ?name; separator=", ") AS ?hardware) (MIN(?words) AS ?quote) WHERE {
  ?device skos:broader* ?class ; skos:prefLabel ?name . ?class skos:prefLabel "edge device" .
  ?claim rdf:object ?device ; rdf:subject ?node ; kg:evidence/oa:exact ?words .
  ?node a kg:Paper ; dcterms:title ?paper .
} GROUP BY ?paper ORDER BY ?paper""",
    "Which methods are shared by most papers?": """
SELECT ?method ?papers (MIN(?words) AS ?quote) WHERE {
  ?node a kg:Method ; skos:prefLabel ?method ; kg:paperCount ?papers .
  ?claim rdf:object ?node ; kg:evidence/oa:exact ?words .
} GROUP BY ?method ?papers ORDER BY DESC(?papers) ?method LIMIT 10""",
    "Which methods lead on ImageNet by accuracy?": """
SELECT DISTINCT ?method ?value ?metric ?paper ?quote WHERE {
  ?data a kg:Dataset ; skos:prefLabel|skos:altLabel "ImageNet" .
  ?result kg:dataset ?data ; kg:metric/skos:prefLabel ?metric ; kg:method/skos:prefLabel ?method ; kg:isChange false ;
          kg:value ?value ; kg:standardNumber ?number ; kg:standardUnit "%" ; kg:claimedBy ?node ;
          kg:evidence/oa:exact ?quote .
  ?node dcterms:title ?paper .
} ORDER BY DESC(?number) ?method ?paper ?metric""",
    "Which rates, times, energies and powers do papers report?": """
SELECT DISTINCT ?method ?value ?metric ?number ?unit ?paper ?quote WHERE {
  ?result kg:isChange false ; kg:value ?value ; kg:standardNumber ?number ; kg:standardUnit ?unit ;
          kg:claimedBy ?node ; kg:evidence/oa:exact ?quote .
  FILTER(?unit IN ("fps", "Hz", "s", "J", "W", "op/s", "op/J"))
  ?node dcterms:title ?paper .
  OPTIONAL { ?result kg:method/skos:prefLabel ?method } OPTIONAL { ?result kg:metric/skos:prefLabel ?metric }
} ORDER BY ?unit ?number ?paper ?value""",
    "What do papers call a kind of what, that the taxonomies do not have yet?": """
SELECT ?narrow ?broad (MAX(?sure) AS ?confidence) (MIN(?words) AS ?quote) WHERE {
  ?claim rdf:predicate skos:broader ; rdf:subject ?below ; rdf:object ?above ; kg:edgeConfidence ?sure ;
         kg:evidence/oa:exact ?words .
  ?below skos:prefLabel ?narrow . ?above skos:prefLabel ?broad .
  FILTER NOT EXISTS { ?below skos:definition ?known }
} GROUP BY ?narrow ?broad ORDER BY DESC(?confidence) ?narrow ?broad LIMIT 10""",
}

_CLASSES = """
SELECT ?class (COUNT(DISTINCT ?node) AS ?nodes) WHERE {
  VALUES ?class { kg:Paper kg:Method kg:Task kg:Dataset kg:Hardware kg:Metric kg:Claim kg:DerivedClaim
                  kg:Result kg:Evidence kg:Community }
  ?node a ?class
} GROUP BY ?class
"""
_PREDICATES = """
SELECT ?predicate (COUNT(*) AS ?edges) WHERE {
  { SELECT DISTINCT ?s ?predicate ?o WHERE { ?c rdf:subject ?s ; rdf:predicate ?predicate ; rdf:object ?o } }
} GROUP BY ?predicate ORDER BY DESC(?edges) ?predicate
"""
_ENTITIES = """
SELECT ?type ?name ?papers ?rank WHERE {
  VALUES ?type { kg:Method kg:Task kg:Dataset kg:Hardware kg:Metric }
  ?node a ?type ; skos:prefLabel ?name ; kg:paperCount ?papers ; kg:pageRank ?rank
} ORDER BY ?type DESC(?papers) ?name
"""
_COMMUNITIES = """
SELECT ?projection ?modularity ?label ?members WHERE {
  ?community kg:ofProjection ?p ; rdfs:label ?label ; kg:memberCount ?members .
  ?p rdfs:label ?projection ; kg:modularity ?modularity
} ORDER BY ?projection DESC(?members) ?label
"""


def overview(store: GraphStore, *, top: int = 10) -> dict[str, Any]:
    """Counts of classes and edges, the entities of each type that most papers mention, the communities.

    Parameters
    ----------
    store : GraphStore
    top : int
        How many entities of each type.
    """
    classes = {_local(row, "class"): int(python(row["nodes"])) for row in store.select(_CLASSES)}
    predicates = {_local(row, "predicate"): int(python(row["edges"])) for row in store.select(_PREDICATES)}
    entities: dict[str, list[dict[str, Any]]] = {type_: [] for type_ in TYPES}
    for row in store.select(_ENTITIES):
        listed = entities[_local(row, "type")]
        if len(listed) < top:
            listed.append(
                {"name": python(row["name"]), "papers": python(row["papers"]), "page_rank": python(row["rank"])}
            )
    projections: dict[str, dict[str, Any]] = {}
    for row in store.select(_COMMUNITIES):
        projection = projections.setdefault(
            str(python(row["projection"])), {"modularity": python(row["modularity"]), "communities": []}
        )
        projection["communities"].append({"label": python(row["label"]), "members": python(row["members"])})
    order = ("Paper", *TYPES, "Claim", "DerivedClaim", "Result", "Evidence", "Community")
    return {
        "classes": {name: classes.get(name, 0) for name in order},
        "predicates": predicates,
        "top": entities,
        "projections": projections,
    }


def _local(row: Row, name: str) -> str:
    text = str(python(row[name]))
    return text.removeprefix(str(KG._NS)).rpartition("#")[2]
