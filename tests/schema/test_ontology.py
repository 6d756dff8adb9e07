"""The ontology, the closed namespace and the model say the same."""

from __future__ import annotations

import itertools
from pathlib import Path

import owlrl  # type: ignore[import-untyped]
import pyoxigraph as ox
import pytest
from rdflib import OWL, RDF, RDFS, SDO, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.compare import isomorphic

from kg.model import ROLES, TYPES
from schema.files import ONTOLOGY, SHAPES, ontology
from schema.vocab import DCTERMS, FABIO, KG, OA, PROV, RELATION_TERMS, ROLE_TERMS

NAMESPACE = URIRef("https://w3id.org/paperkg/ontology")
GOOD = Path(__file__).parent / "two_papers.ttl"
PROPERTY_KINDS = {OWL.ObjectProperty, OWL.DatatypeProperty}
BOTH = {"runsOn", "sensesWith"}


@pytest.fixture(scope="module")
def graph() -> Graph:
    return ontology()


def terms() -> set[URIRef]:
    return {KG[name] for name in KG.__annotations__ if not name.startswith("_")}


def test_namespace_and_ontology_declare_the_same_terms(graph: Graph) -> None:
    declared = {s for kind in (OWL.Class, *PROPERTY_KINDS) for s in graph.subjects(RDF.type, kind)}
    assert declared == terms()


def test_nothing_else_is_described(graph: Graph) -> None:
    assert set(graph.subjects()) == terms() | {NAMESPACE}
    assert not any(isinstance(term, BNode) for triple in graph for term in triple)


def test_terms_of_our_own_that_the_ontology_speaks_of_exist(graph: Graph) -> None:
    ours = {t for triple in graph for t in triple if isinstance(t, URIRef) and t.startswith(str(KG))}
    assert ours - terms() == set()


@pytest.mark.parametrize("term", sorted(terms()))
def test_each_term_has_one_kind_label_comment_and_home(graph: Graph, term: URIRef) -> None:
    kinds = set(graph.objects(term, RDF.type))
    assert len(kinds) == 1
    assert kinds <= {OWL.Class, *PROPERTY_KINDS}
    for needed in (RDFS.label, RDFS.comment):
        (text,) = graph.objects(term, needed)
        assert isinstance(text, Literal)
        assert str(text).strip()
    assert list(graph.objects(term, RDFS.isDefinedBy)) == [NAMESPACE]


@pytest.mark.parametrize("term", sorted(t for t in terms() if t.rpartition("#")[2][0].islower()))
def test_each_property_has_one_domain_and_one_range_of_its_kind(graph: Graph, term: URIRef) -> None:
    (domain,) = graph.objects(term, RDFS.domain)
    (range_,) = graph.objects(term, RDFS.range)
    assert domain in terms() | {PROV.Entity}
    if OWL.ObjectProperty in graph.objects(term, RDF.type):
        # what a link leads to is a concept of somebody else's
        assert range_ in terms() | {SKOS.Concept}
    else:
        assert range_ in {XSD.string, XSD.integer, XSD.decimal, XSD.boolean}


def test_labels_are_unique_within_classes_and_within_properties(graph: Graph) -> None:
    for kinds in ({OWL.Class}, PROPERTY_KINDS):
        labels = [graph.value(s, RDFS.label) for kind in kinds for s in graph.subjects(RDF.type, kind)]
        assert len(labels) == len(set(labels))


def test_header_names_version_licence_and_that_the_redirect_is_missing(graph: Graph) -> None:
    assert graph.value(NAMESPACE, DCTERMS.title)
    assert graph.value(NAMESPACE, DCTERMS.license)
    assert graph.value(NAMESPACE, OWL.versionInfo)
    assert "not registered yet" in str(graph.value(NAMESPACE, DCTERMS.description))


def test_class_tree_is_as_designed(graph: Graph) -> None:
    def above(name: str) -> set[object]:
        return set(graph.objects(KG[name], RDFS.subClassOf))

    for type_ in TYPES:
        assert above(type_) == {KG.Entity, SKOS.Concept}
    assert above("Entity") == {KG.Node, SKOS.Concept}
    assert above("Paper") == {KG.Node, FABIO.ResearchPaper}
    assert above("Claim") == {RDF.Statement, PROV.Entity}
    assert above("DerivedClaim") == {KG.Claim}
    assert above("Link") == {PROV.Entity}
    assert above("Evidence") == {OA.TextQuoteSelector, OA.TextPositionSelector}


def test_entity_types_are_pairwise_disjoint_both_ways(graph: Graph) -> None:
    for one, other in itertools.permutations(TYPES, 2):
        assert (KG[one], OWL.disjointWith, KG[other]) in graph


def test_roles_are_mentions_and_relations_are_related_to(graph: Graph) -> None:
    roles = set(graph.transitive_subjects(RDFS.subPropertyOf, KG.mentions))
    relations = set(graph.transitive_subjects(RDFS.subPropertyOf, KG.relatedTo))
    shared_by_both = {KG[name] for name in BOTH}
    assert roles == set(ROLE_TERMS.values()) - shared_by_both
    assert relations == (set(RELATION_TERMS.values()) - {SKOS.broader}) | {KG.relatedTo}
    assert not roles & relations


def test_ranges_of_roles_are_the_types_that_have_them(graph: Graph) -> None:
    for role, term in ROLE_TERMS.items():
        types = {type_ for type_, roles in ROLES.items() if role in roles}
        expected = KG[types.pop()] if len(types) == 1 else KG.Entity
        assert graph.value(term, RDFS.range) == expected, role


@pytest.mark.parametrize("name", sorted(BOTH))
def test_properties_of_papers_and_entities_name_both(graph: Graph, name: str) -> None:
    assert graph.value(KG[name], RDFS.domain) == KG.Node
    included = set(graph.objects(KG[name], SDO.domainIncludes))
    assert KG.Paper in included
    assert KG.Method in included


def test_rdfs_entailment_makes_no_node_what_it_is_not(graph: Graph) -> None:
    """A method that runs on hardware must not come out as a paper, nor a paper as an entity."""
    both = Graph().parse(GOOD) + graph
    stated = {type_: set(both.subjects(RDF.type, KG[type_])) for type_ in (*TYPES, "Paper", "Claim", "Result")}
    owlrl.DeductiveClosure(owlrl.RDFS_Semantics).expand(both)
    for type_, nodes in stated.items():
        assert nodes
        assert set(both.subjects(RDF.type, KG[type_])) == nodes, type_
    entities = set(both.subjects(RDF.type, KG.Entity))
    assert entities == set().union(*(stated[type_] for type_ in TYPES))


@pytest.mark.parametrize("path", [ONTOLOGY, SHAPES], ids=lambda path: path.name)
def test_two_parsers_read_the_same_graph(path: Path) -> None:
    quads = ox.parse(path=str(path), format=ox.RdfFormat.TURTLE)
    by_oxigraph = Graph().parse(data="".join(f"{quad.triple} .\n" for quad in quads), format="nt")
    by_rdflib = Graph().parse(path, format="turtle")
    assert len(by_rdflib) > 100
    assert isomorphic(by_rdflib, by_oxigraph)


def test_terms_stand_in_order_in_the_file() -> None:
    subjects = [line.split()[0] for line in ONTOLOGY.read_text(encoding="utf-8").splitlines() if line.startswith("kg:")]
    classes = [s for s in subjects if s[3].isupper()]
    properties = [s for s in subjects if s[3].islower()]
    assert subjects == sorted(classes) + sorted(properties)
