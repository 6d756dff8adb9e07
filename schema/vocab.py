"""The terms of the graph, each spelled once, and the one place where IRIs are minted.

Namespaces are closed: a term that is not declared raises.

>>> str(KG.proposes)
'https://w3id.org/paperkg/ontology#proposes'
>>> KG.propose
Traceback (most recent call last):
    ...
AttributeError: term 'propose' not in namespace 'https://w3id.org/paperkg/ontology#'
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from rdflib import DCTERMS, OWL, PROV, RDF, RDFS, SDO, SKOS, XSD, Namespace, URIRef
from rdflib.namespace import DefinedNamespace

__all__ = [
    "DC",
    "DCTERMS",
    "DEFAULT_BASE",
    "FABIO",
    "KG",
    "OA",
    "OWL",
    "PREFIXES",
    "PRISM",
    "PROV",
    "RDF",
    "RDFS",
    "RELATION_TERMS",
    "ROLE_TERMS",
    "SDO",
    "SKOS",
    "XSD",
    "Minter",
    "slug",
]


class KG(DefinedNamespace):
    """Terms of our own, declared in ontology.ttl (a test compares the two)."""

    _NS = Namespace("https://w3id.org/paperkg/ontology#")
    _fail = True

    # classes
    Node: URIRef
    Paper: URIRef
    Entity: URIRef
    Method: URIRef
    Task: URIRef
    Dataset: URIRef
    Hardware: URIRef
    Metric: URIRef
    Claim: URIRef
    DerivedClaim: URIRef
    Evidence: URIRef
    Result: URIRef
    Community: URIRef
    Projection: URIRef
    Link: URIRef
    # paper -> entity, by role
    mentions: URIRef
    proposes: URIRef
    uses: URIRef
    comparesWith: URIRef
    studies: URIRef
    addresses: URIRef
    introduces: URIRef
    evaluatesOn: URIRef
    runsOn: URIRef
    sensesWith: URIRef
    reports: URIRef
    # entity -> entity
    relatedTo: URIRef
    usedFor: URIRef
    partOf: URIRef
    evaluatedWith: URIRef
    trainedWith: URIRef
    comparedWith: URIRef
    benchmarkFor: URIRef
    evaluatedBy: URIRef
    # claims and evidence
    claimedBy: URIRef
    evidence: URIRef
    confidence: URIRef
    status: URIRef
    edgeConfidence: URIRef
    support: URIRef
    spanStart: URIRef
    spanEnd: URIRef
    # results
    hasResult: URIRef
    metric: URIRef
    value: URIRef
    number: URIRef
    high: URIRef
    unit: URIRef
    standardNumber: URIRef
    standardHigh: URIRef
    standardUnit: URIRef
    isChange: URIRef
    direction: URIRef
    comparedTo: URIRef
    method: URIRef
    dataset: URIRef
    hardware: URIRef
    # entities
    broaderConfidence: URIRef
    # links to the vocabularies of others
    entity: URIRef
    target: URIRef
    matchScore: URIRef
    # analytics
    paperCount: URIRef
    degree: URIRef
    pageRank: URIRef
    betweenness: URIRef
    inCommunity: URIRef
    ofProjection: URIRef
    memberCount: URIRef
    modularity: URIRef
    nodeCount: URIRef
    edgeCount: URIRef


class OA(DefinedNamespace):
    """The terms of the Web Annotation vocabulary that we use."""

    _NS = Namespace("http://www.w3.org/ns/oa#")
    _fail = True

    TextPositionSelector: URIRef
    TextQuoteSelector: URIRef
    exact: URIRef
    start: URIRef
    end: URIRef
    hasSource: URIRef


class FABIO(DefinedNamespace):
    """The term of the FRBR-aligned Bibliographic Ontology that we use."""

    _NS = Namespace("http://purl.org/spar/fabio/")
    _fail = True

    ResearchPaper: URIRef


class PRISM(DefinedNamespace):
    """The term of PRISM that we use for the name of a journal or conference."""

    _NS = Namespace("http://prismstandard.org/namespaces/basic/2.0/")
    _fail = True

    publicationName: URIRef


class DC(DefinedNamespace):
    """The term of the Dublin Core elements that we use for names of authors (literals)."""

    _NS = Namespace("http://purl.org/dc/elements/1.1/")
    _fail = True

    creator: URIRef


#: Default base of the graph's own nodes; a setting changes it.
DEFAULT_BASE: Final = "https://w3id.org/paperkg/id/"

#: Prefixes in every Turtle file we write and every query a user may ask without declaring them.
PREFIXES: Final[dict[str, str]] = {
    "dc": str(DC._NS),
    "dcterms": str(DCTERMS._NS),
    "fabio": str(FABIO._NS),
    "kg": str(KG._NS),
    "oa": str(OA._NS),
    "owl": str(OWL._NS),
    "prism": str(PRISM._NS),
    "prov": str(PROV._NS),
    "rdf": str(RDF._NS),
    "rdfs": str(RDFS._NS),
    "schema": str(SDO._NS),
    "skos": str(SKOS._NS),
    "xsd": str(XSD._NS),
}

#: Property of each role a paper can give an entity.
ROLE_TERMS: Final[dict[str, URIRef]] = {
    role: KG[role]
    for role in (
        "proposes", "uses", "comparesWith", "studies", "addresses", "introduces",
        "evaluatesOn", "runsOn", "sensesWith", "reports", "mentions",
    )
}  # fmt: skip

#: Property of each relation between entities; a kind of is SKOS's own.
RELATION_TERMS: Final[dict[str, URIRef]] = {
    **{
        relation: KG[relation]
        for relation in (
            "usedFor", "partOf", "comparedWith", "evaluatedWith", "trainedWith",
            "benchmarkFor", "evaluatedBy", "runsOn", "sensesWith",
        )
    },
    "subClassOf": SKOS.broader,
}  # fmt: skip


def slug(text: str) -> str:
    """Lower-case ASCII name fit for an IRI; a short hash follows where letters were lost.

    >>> slug("Jetson Nano"), slug("convolutional neural network")
    ('jetson-nano', 'convolutional-neural-network')
    >>> slug("C++") != slug("C")
    True
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    name = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:80].rstrip("-")
    kept = re.sub(r"[\s_/-]+", "", unicodedata.normalize("NFKC", text).lower())
    if kept == name.replace("-", "") and len(plain) <= 80:
        return name
    return f"{name}-{_digest(text, 6)}" if name else _digest(text, 12)


def _digest(text: str, length: int) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:length]


@dataclass(frozen=True, slots=True)
class Minter:
    """The one place where the graph's IRIs are made, all from content.

    Parameters
    ----------
    base : str
        What the IRIs begin with; ends in ``/`` or ``#``.
    """

    base: str = DEFAULT_BASE

    def paper(self, paper_id: str) -> str:
        """IRI of a paper by its id.

        >>> Minter().paper("arxiv:2106.14405")
        'https://w3id.org/paperkg/id/paper/arxiv-2106.14405'
        """
        scheme, _, value = paper_id.partition(":")
        kept = re.sub(r"[^A-Za-z0-9.]+", "-", value).strip("-")
        lossless = re.fullmatch(r"[A-Za-z0-9.]+", value)
        return f"{self.base}paper/{scheme}-{kept}{'' if lossless else '-' + _digest(value, 6)}"

    def entity(self, type_: str, key: str) -> str:
        """IRI of an entity by type and key.

        >>> Minter().entity("Hardware", "jetson-nano")
        'https://w3id.org/paperkg/id/hardware/jetson-nano'
        """
        return f"{self.base}{type_.lower()}/{key}"

    def evidence(self, paper_id: str, start: int, end: int) -> str:
        """IRI of a sentence of a paper by its offsets."""
        return f"{self._within(paper_id, 'sentence')}/{start}-{end}"

    def claim(self, paper_id: str, subject: str, predicate: str, object_: str) -> str:
        """IRI of a claim by the paper that makes it and what it says."""
        said = "\n".join((subject.removeprefix(self.base), predicate, object_.removeprefix(self.base)))
        return f"{self._within(paper_id, 'claim')}/{_digest(said, 16)}"

    def result(self, paper_id: str, start: int, end: int) -> str:
        """IRI of a result by the offsets of its value."""
        return f"{self._within(paper_id, 'result')}/{start}-{end}"

    def link(self, type_: str, key: str, target: str) -> str:
        """IRI of an entity's link to a concept of somebody else's vocabulary, by the entity and the concept's IRI."""
        return f"{self.base}link/{type_.lower()}/{key}/{_digest(target, 16)}"

    def community(self, projection: str, number: int) -> str:
        """IRI of a community by its projection and its rank by size, from 1."""
        return f"{self.base}community/{projection}-{number}"

    def projection(self, name: str) -> str:
        """IRI of a projection of the graph that analytics ran on."""
        return f"{self.base}projection/{name}"

    def agent(self, name: str) -> str:
        """IRI of a piece of software that made claims, by name and version."""
        return f"{self.base}agent/{slug(name)}"

    def scheme(self, type_: str) -> str:
        """IRI of the concept scheme that holds the entities of a type."""
        return f"{self.base}scheme/{type_.lower()}"

    def graph(self, name: str) -> str:
        """IRI of a named graph: ``claims``, ``links``, ``analytics`` or ``schema``."""
        return f"{self.base}graph/{name}"

    def _within(self, paper_id: str, kind: str) -> str:
        return f"{self.base}{kind}/{self.paper(paper_id).rpartition('/')[2]}"
