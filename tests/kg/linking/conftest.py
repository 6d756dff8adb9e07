"""Vocabularies of our own making, in the two forms that the real ones have."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.linking.index import ACM, OPENCS, build_index, read_vocabulary

#: Like OpenCS: a concept a block, each with its own prefixes, pages of DBpedia beside it.
TURTLE = """
@prefix ocs: <https://w3id.org/ocs/ont/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

ocs:C1 a skos:Concept ; skos:prefLabel "Computer science"@en .
ocs:C25 a skos:Concept ; skos:broader ocs:C1 ; skos:prefLabel "Machine learning"@en .
ocs:C2 a skos:Concept ; skos:broader ocs:C1 ; skos:prefLabel "Computer network"@en .
ocs:C30 a skos:Concept ; skos:broader ocs:C25 ; skos:prefLabel "Support vector machine"@en ;
    skos:closeMatch <http://dbpedia.org/resource/Support_vector_machine> .
ocs:C31 a skos:Concept ; skos:broader ocs:C25 ; skos:prefLabel "Regret"@en ;
    skos:closeMatch <http://dbpedia.org/resource/Regret_(decision_theory)> .
ocs:C32 a skos:Concept ; skos:broader ocs:C2 ; skos:prefLabel "Latency (engineering)"@en ;
    skos:closeMatch <http://dbpedia.org/resource/Latency_(engineering)> .
ocs:C33 a skos:Concept ; skos:broader ocs:C25 ; skos:prefLabel "Multiple encryption"@en .
ocs:C34 a skos:Concept ; skos:broader ocs:C2 ; skos:prefLabel "Encryption"@en .
ocs:C35 a skos:Concept ; skos:broader ocs:C36 ; skos:prefLabel "Egg"@en .
ocs:C36 a skos:Concept ; skos:broader ocs:C35 ; skos:prefLabel "Hen"@en .
ocs:C37 a skos:Concept ; skos:broader ocs:C2 ; skos:prefLabel "Coco"@en ;
    skos:closeMatch <http://dbpedia.org/resource/Coco_(robot)> .
ocs:C38 a skos:Concept ; skos:broader ocs:C25 ; skos:prefLabel "C &amp; C learning"@en, "L'apprentissage"@fr .
"""
#: Like ACM's: relative identifiers, one label in several places.
RDF_XML = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns:skos="http://www.w3.org/2004/02/skos/core#">
  <skos:Concept rdf:about="100"><skos:prefLabel xml:lang="en">Computing methodologies</skos:prefLabel></skos:Concept>
  <skos:Concept rdf:about="200"><skos:prefLabel xml:lang="en">Theory of computation</skos:prefLabel></skos:Concept>
  <skos:Concept rdf:about="300"><skos:prefLabel xml:lang="en">Networks</skos:prefLabel></skos:Concept>
  <skos:Concept rdf:about="100.1"><skos:prefLabel xml:lang="en">Support vector machines</skos:prefLabel>
    <skos:broader rdf:resource="100"/></skos:Concept>
  <skos:Concept rdf:about="200.1"><skos:prefLabel xml:lang="en">Support vector machines</skos:prefLabel>
    <skos:broader rdf:resource="200"/></skos:Concept>
  <skos:Concept rdf:about="100.2"><skos:prefLabel xml:lang="en">Cloud computing</skos:prefLabel>
    <skos:broader rdf:resource="100"/></skos:Concept>
  <skos:Concept rdf:about="300.2"><skos:prefLabel xml:lang="en">Cloud computing</skos:prefLabel>
    <skos:broader rdf:resource="300"/></skos:Concept>
</rdf:RDF>
"""


@pytest.fixture(scope="session")
def sources(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Files of the two small vocabularies."""
    folder = tmp_path_factory.mktemp("vocabularies")
    opencs, acm = folder / "opencs.ttl", folder / "acm.xml"
    opencs.write_text(TURTLE, encoding="utf-8")
    acm.write_text(RDF_XML, encoding="utf-8")
    return opencs, acm


@pytest.fixture(scope="session")
def small(sources: tuple[Path, Path]) -> Path:
    """Index of the two small vocabularies."""
    opencs, acm = sources
    path = opencs.with_name("both.idx")
    build_index([read_vocabulary(opencs, OPENCS), read_vocabulary(acm, ACM)], path)
    return path
