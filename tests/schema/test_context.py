"""The JSON-LD context writes the graph shortly and loses nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef

from schema.files import context, ontology
from schema.vocab import DCTERMS, KG, PREFIXES, SKOS, XSD

GOOD = Path(__file__).parent / "two_papers.ttl"
SPIKEFLOW = "https://example.org/id/method/spikeflow"


def written(graph: Graph) -> str:
    return graph.serialize(format="json-ld", context=context()["@context"], auto_compact=True)


def nodes(text: str) -> dict[str, dict[str, Any]]:
    return {node["id"]: node for node in json.loads(text)["@graph"]}


@pytest.fixture(scope="module")
def good() -> Graph:
    return Graph().parse(GOOD)


def test_round_trip_keeps_every_triple(good: Graph) -> None:
    again = Graph().parse(data=written(good), format="json-ld")
    assert set(again) == set(good)
    assert len(again) > 300


def test_another_processor_reads_the_same_triples(good: Graph) -> None:
    quads = ox.parse(input=written(good), format=ox.RdfFormat.JSON_LD)
    again = Graph().parse(data="".join(f"{quad.triple} .\n" for quad in quads), format="nt")
    assert set(again) == set(good)


def test_every_key_written_is_a_short_name_of_the_context(good: Graph) -> None:
    names = set(context()["@context"])
    keys = {key for node in nodes(written(good)).values() for key in node}
    assert keys <= names
    assert not any(":" in key for key in keys)


def test_entity_reads_as_people_write_it(good: Graph) -> None:
    node = nodes(written(good))[SPIKEFLOW]
    assert node["prefLabel"] == "SpikeFlow"
    assert node["paperCount"] == "1"
    assert node["runsOn"] == ["https://example.org/id/hardware/loihi"]
    assert sorted(node["type"]) == ["Concept", "Method"]


def test_every_term_of_the_ontology_has_its_name_and_kind() -> None:
    graph, terms = ontology(), context()["@context"]
    for term in set(graph.subjects(RDFS.isDefinedBy)):
        name = str(term).removeprefix(str(KG))
        definition = terms[name]
        if isinstance(definition, str):
            definition = {"@id": definition}
        assert definition["@id"] == f"kg:{name}"
        if (term, RDF.type, OWL.ObjectProperty) in graph:
            expected: str | None = "@id"
        else:
            range_ = graph.value(term, RDFS.range)
            typed = {XSD.integer: "xsd:integer", XSD.decimal: "xsd:decimal", XSD.boolean: "xsd:boolean"}
            expected = typed.get(URIRef(str(range_)))
        assert definition.get("@type") == expected, name


def test_prefixes_are_those_of_queries() -> None:
    terms = context()["@context"]
    assert {prefix: terms[prefix] for prefix in PREFIXES} == PREFIXES


def test_names_mean_one_thing_each() -> None:
    terms = context()["@context"]
    meant = [d if isinstance(d, str) else d["@id"] for name, d in terms.items() if name != "@version"]
    assert len(meant) == len(set(meant))


@settings(max_examples=40, deadline=None)
@given(
    label=st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1),
    count=st.integers(0, 10**9),
    hundredths=st.integers(0, 100),
    year=st.integers(1000, 9999),
)
def test_values_come_back_exactly(label: str, count: int, hundredths: int, year: int) -> None:
    node, graph = URIRef(SPIKEFLOW), Graph()
    graph.add((node, SKOS.prefLabel, Literal(label)))
    graph.add((node, KG.paperCount, Literal(count)))
    graph.add((node, KG.confidence, Literal(f"{hundredths / 100:.2f}", datatype=XSD.decimal)))
    graph.add((node, DCTERMS.issued, Literal(str(year), datatype=XSD.gYear)))
    assert set(Graph().parse(data=written(graph), format="json-ld")) == set(graph)
