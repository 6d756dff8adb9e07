"""What entities are elsewhere, as the API tells it."""

from __future__ import annotations

from small_graph import LINKS, Ask, thing

from kg.store import GraphStore
from schema.vocab import SKOS

QUERY = "query($n: String) { entity(name: $n) { links { target match score } } }"


def test_links_come_exact_ones_first_then_the_surest(ask: Ask) -> None:
    assert ask(QUERY, n="systolic array")["entity"]["links"] == [
        {"target": "https://w3id.org/ocs/ont/C15179", "match": "EXACT", "score": 0.93},
        {"target": "https://example.org/other/7", "match": "CLOSE", "score": 0.95},
        {"target": "http://dbpedia.org/resource/Systolic_array", "match": "CLOSE", "score": 0.9},
    ]
    assert ask(QUERY, n="question answering")["entity"]["links"] == [
        {"target": "https://w3id.org/ocs/ont/C2468", "match": "CLOSE", "score": 0.8}
    ]


def test_an_entity_without_links_has_an_empty_list(ask: Ask) -> None:
    assert ask(QUERY, n="COCO")["entity"]["links"] == []


def test_links_of_many_entities_take_one_query(ask: Ask, store: GraphStore) -> None:
    document = "query($f: Int!) { entities(first: $f) { edges { node { iri links { target } } } } }"

    def queries(first: int) -> int:
        before = store.query_count
        edges = ask(document, f=first)["entities"]["edges"]
        assert len(edges) == first
        return store.query_count - before

    assert queries(2) == queries(30)
    edges = ask(document, f=30)["entities"]["edges"]
    found = {(edge["node"]["iri"], link["target"]) for edge in edges for link in edge["node"]["links"]}
    assert found == {(thing(key), target) for key, _, target, _ in LINKS}


def test_the_small_graph_states_matches_as_skos_does(store: GraphStore) -> None:
    rows = store.select("SELECT ?e ?m ?c WHERE { VALUES ?m { skos:exactMatch skos:closeMatch } ?e ?m ?c }")
    stated = {(row["e"].value, row["m"].value, row["c"].value) for row in rows}
    assert stated == {(thing(key), str(term), target) for key, term, target, _ in LINKS}
    assert {term for _, term, _, _ in LINKS} == {SKOS.exactMatch, SKOS.closeMatch}
