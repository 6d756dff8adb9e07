"""A sound graph conforms; each way of breaking it breaks the shape that is meant for it, and no other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError
from functools import cache
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from kg.errors import ConfigError, InputError
from kg.validate import Finding, Report, graph_of, validate
from schema.files import SHAPES
from schema.vocab import DC, DCTERMS, KG, OA, PRISM, PROV, RELATION_TERMS, ROLE_TERMS, SDO, Minter

GOOD = Path(__file__).parent.parent / "schema" / "two_papers.ttl"
MINT = Minter("https://example.org/id/")

FLOW, GESTURE = URIRef(MINT.paper("doi:10.5555/flow")), URIRef(MINT.paper("doi:10.5555/gesture"))
SPIKEFLOW, EVFLOWNET, SNN = (
    URIRef(MINT.entity("Method", key)) for key in ("spikeflow", "ev-flownet", "spiking-neural-network")
)
OPTICAL_FLOW = URIRef(MINT.entity("Task", "optical-flow-estimation"))
GESTURES = URIRef(MINT.entity("Task", "gesture-recognition"))
MVSEC = URIRef(MINT.entity("Dataset", "mvsec"))
LOIHI, CAMERA, VISION = (URIRef(MINT.entity("Hardware", key)) for key in ("loihi", "event-camera", "vision-sensor"))
ERROR = URIRef(MINT.entity("Metric", "endpoint-error"))
COMMUNITY, PROJECTION = URIRef(MINT.community("entities", 1)), URIRef(MINT.projection("entities"))

Change = Callable[[Graph], object]


def claim_of(graph: Graph, subject: Node, predicate: Node, object_: Node) -> URIRef:
    (found,) = (
        claim
        for claim in graph.subjects(RDF.subject, subject)
        if (claim, RDF.predicate, predicate) in graph and (claim, RDF.object, object_) in graph
    )
    assert isinstance(found, URIRef)
    return found


def proposes(graph: Graph) -> URIRef:
    return claim_of(graph, FLOW, KG.proposes, SPIKEFLOW)


def on_loihi(graph: Graph) -> URIRef:
    """Return one of the two papers' claims of an edge."""
    return min(URIRef(str(c)) for c in graph.subjects(RDF.subject, SNN) if (c, RDF.object, LOIHI) in graph)


def result(graph: Graph) -> URIRef:
    return with_value(graph, "0.72 px")


def ratio(graph: Graph) -> URIRef:
    """Return the result that is a range, a ratio to another method, and hedged."""
    return with_value(graph, "2-3 times")


def with_value(graph: Graph, value: str) -> URIRef:
    (found,) = graph.subjects(KG.value, Literal(value))
    assert isinstance(found, URIRef)
    return found


def evidence(graph: Graph) -> URIRef:
    found = graph.value(proposes(graph), KG.evidence)
    assert isinstance(found, URIRef)
    return found


def move(graph: Graph, old: Node | None, new: Node) -> None:
    assert old is not None
    for s, p, o in list(graph):
        if old in (s, o):
            graph.remove((s, p, o))
            graph.add((new if s == old else s, p, new if o == old else o))


def set_(subject: Node | Callable[[Graph], Node | None], predicate: URIRef, value: Node | None) -> Change:
    """Change that gives a node one value of a property, or none."""

    def change(graph: Graph) -> None:
        node = subject(graph) if callable(subject) else subject
        assert isinstance(node, Node)
        assert (node, predicate, None) in graph, "the graph must have what the change takes away"
        graph.remove((node, predicate, None))
        if value is not None:
            graph.add((node, predicate, value))

    return change


def add(subject: Node | Callable[[Graph], Node | None], predicate: URIRef, value: Node) -> Change:
    def change(graph: Graph) -> None:
        node = subject(graph) if callable(subject) else subject
        assert isinstance(node, Node)
        assert (node, predicate, value) not in graph
        graph.add((node, predicate, value))

    return change


def remove(subject: Node, predicate: URIRef, value: Node) -> Change:
    def change(graph: Graph) -> None:
        assert (subject, predicate, value) in graph
        graph.remove((subject, predicate, value))

    return change


def edge(subject: URIRef, predicate: URIRef, object_: URIRef, *, plain: bool = True, paper: URIRef = FLOW) -> Change:
    """Change that adds an edge with a claim that is sound in itself."""

    def change(graph: Graph) -> None:
        model, new = proposes(graph), URIRef("https://example.org/id/claim/new")
        for _, p, o in list(graph.triples((model, None, None))):
            graph.add((new, p, o))
        for p, o in ((RDF.subject, subject), (RDF.predicate, predicate), (RDF.object, object_)):
            graph.set((new, p, o))
        if paper != FLOW:
            other = claim_of(graph, GESTURE, KG.studies, SNN)
            for p in (KG.claimedBy, KG.evidence, KG.spanStart, KG.spanEnd):
                value = graph.value(other, p)
                assert value is not None
                graph.set((new, p, value))
        if subject not in (FLOW, GESTURE):
            graph.set((new, KG.edgeConfidence, decimal("0.97")))
            graph.set((new, KG.support, integer(1)))
        if plain:
            graph.add((subject, predicate, object_))
        if (object_, KG.paperCount, None) in graph:
            mentioning = {s for s, _ in graph.subject_predicates(object_) if s in (FLOW, GESTURE)}
            graph.set((object_, KG.paperCount, integer(len(mentioning))))

    return change


def both(*changes: Change) -> Change:
    def change(graph: Graph) -> None:
        for each in changes:
            each(graph)

    return change


def result_of_stranger(graph: Graph) -> None:
    """Make the result one of a method that another paper alone mentions."""
    graph.remove((FLOW, KG.comparesWith, EVFLOWNET))
    graph.remove((claim_of(graph, FLOW, KG.comparesWith, EVFLOWNET), None, None))
    compared = claim_of(graph, SPIKEFLOW, KG.comparedWith, EVFLOWNET)
    graph.remove((compared, None, None))
    graph.remove((SPIKEFLOW, KG.comparedWith, EVFLOWNET))
    graph.remove((None, KG.comparedTo, EVFLOWNET))
    edge(GESTURE, KG.mentions, EVFLOWNET, paper=GESTURE)(graph)
    graph.set((result(graph), KG.method, EVFLOWNET))


def comparison_with_stranger(graph: Graph) -> None:
    """Make the result one that is relative to a method that another paper alone mentions."""
    result_of_stranger(graph)
    graph.set((result(graph), KG.method, SPIKEFLOW))
    graph.set((ratio(graph), KG.comparedTo, EVFLOWNET))


def evidence_of_nothing(graph: Graph) -> None:
    quote, start = graph.value(FLOW, DCTERMS.title), 0
    sentence = URIRef(MINT.evidence("doi:10.5555/flow", start, len(str(quote))))
    for class_ in (KG.Evidence, OA.TextQuoteSelector, OA.TextPositionSelector):
        graph.add((sentence, RDF.type, class_))
    for p, o in ((OA.exact, quote), (OA.start, integer(0)), (OA.end, integer(len(str(quote)))), (OA.hasSource, FLOW)):
        assert o is not None
        graph.add((sentence, p, o))


def integer(value: int) -> Literal:
    return Literal(value)


def decimal(value: str) -> Literal:
    return Literal(value, datatype=XSD.decimal)


ELSEWHERE = URIRef("https://example.org/elsewhere")

#: What the spiking neural network is in OpenCS.
OPENCS = URIRef("https://w3id.org/ocs/ont/C20126")


def link(graph: Graph) -> URIRef:
    (found,) = graph.subjects(KG.target, OPENCS)
    assert isinstance(found, URIRef)
    return found


def twice_the_same(graph: Graph) -> None:
    """Make the concept of one entity that of another too, with a link that is sound in itself."""
    new = URIRef(MINT.link("Method", "ev-flownet", str(OPENCS)))
    for _, p, o in list(graph.triples((link(graph), None, None))):
        graph.add((new, p, EVFLOWNET if p == KG.entity else o))
    graph.add((EVFLOWNET, SKOS.exactMatch, OPENCS))


MUTATIONS: dict[str, tuple[Change, str]] = {
    # papers
    "paper without title": (set_(GESTURE, DCTERMS.title, None), "Paper-title"),
    "paper with an empty abstract": (add(GESTURE, DCTERMS.abstract, Literal("")), "Paper-abstract"),
    "paper with a date for a year": (
        set_(FLOW, DCTERMS.issued, Literal("2023-05-01", datatype=XSD.date)),
        "Paper-issued",
    ),
    "paper without identifier": (set_(GESTURE, DCTERMS.identifier, None), "Paper-identifier"),
    "identifier without scheme": (add(FLOW, DCTERMS.identifier, Literal("2106.14405")), "Paper-identifier"),
    "address that is text": (set_(FLOW, SDO.url, Literal("https://example.org/papers/flow")), "Paper-url"),
    "address that runs script": (set_(FLOW, SDO.url, URIRef("javascript:alert(1)")), "Paper-url"),
    "author as a node": (add(FLOW, DC.creator, ELSEWHERE), "Paper-creator"),
    "paper that is no research paper": (set_(FLOW, RDF.type, KG.Paper), "Paper-type"),
    "two roles for one entity": (edge(FLOW, KG.uses, SPIKEFLOW), "PaperRole"),
    "role without claim": (
        both(add(GESTURE, KG.addresses, OPTICAL_FLOW), set_(OPTICAL_FLOW, KG.paperCount, integer(2))),
        "PaperEdge",
    ),
    # entities
    "two preferred names": (add(LOIHI, SKOS.prefLabel, Literal("Intel Loihi")), "Entity-prefLabel"),
    "no preferred name": (set_(LOIHI, SKOS.prefLabel, None), "Entity-prefLabel"),
    "preferred name with a language": (set_(LOIHI, SKOS.prefLabel, Literal("Loihi", lang="en")), "Entity-prefLabel"),
    "alternative that is the preferred name": (add(LOIHI, SKOS.altLabel, Literal("Loihi")), "Entity-altLabel"),
    "entity that is no concept": (remove(MVSEC, RDF.type, SKOS.Concept), "Entity-concept"),
    "entity of two types": (add(VISION, RDF.type, KG.Task), "Entity-type Task-scheme"),
    "entity of no type": (set_(VISION, RDF.type, SKOS.Concept), "Entity-type Hardware-broader"),
    "entity without scheme": (set_(LOIHI, SKOS.inScheme, None), "Entity-inScheme"),
    "entity in another type's scheme": (set_(LOIHI, SKOS.inScheme, URIRef(MINT.scheme("Task"))), "Hardware-scheme"),
    "negative paper count": (set_(VISION, KG.paperCount, integer(-1)), "Entity-paperCount EntityCount"),
    "wrong paper count": (set_(LOIHI, KG.paperCount, integer(7)), "EntityCount"),
    "unmentioned entity without reason": (remove(CAMERA, SKOS.broader, VISION), "EntityReason"),
    "broader than hardware is a task": (add(CAMERA, SKOS.broader, OPTICAL_FLOW), "Hardware-broader"),
    "broader in a circle": (add(VISION, SKOS.broader, CAMERA), "Broader"),
    "relation without claim": (add(SPIKEFLOW, KG.partOf, SNN), "EntityEdge"),
    "edge surer in one claim than in another": (set_(on_loihi, KG.edgeConfidence, decimal("0.52")), "EdgeAlike"),
    "edge of more papers in one claim than in another": (set_(on_loihi, KG.support, integer(1)), "EdgeAlike"),
    "edge of papers that do not claim it": (
        set_(lambda graph: claim_of(graph, SPIKEFLOW, KG.runsOn, LOIHI), KG.support, integer(2)),
        "EdgeSupport",
    ),
    # edges
    "method used for a dataset": (edge(SPIKEFLOW, KG.usedFor, MVSEC), "usedFor-object"),
    "task used for a method": (edge(OPTICAL_FLOW, KG.usedFor, SPIKEFLOW), "usedFor"),
    "method part of hardware": (edge(SPIKEFLOW, KG.partOf, LOIHI), "partOf"),
    "dataset run on hardware": (edge(MVSEC, KG.runsOn, LOIHI), "runsOn"),
    "method run on a dataset": (edge(SPIKEFLOW, KG.runsOn, MVSEC), "runsOn-object"),
    "task that senses": (edge(OPTICAL_FLOW, KG.sensesWith, CAMERA), "sensesWith"),
    "dataset evaluated by a metric": (edge(MVSEC, KG.evaluatedBy, ERROR), "evaluatedBy"),
    "method as a benchmark": (edge(SPIKEFLOW, KG.benchmarkFor, OPTICAL_FLOW), "benchmarkFor"),
    "method compared with a dataset": (edge(SPIKEFLOW, KG.comparedWith, MVSEC), "comparedWith-object"),
    "method trained with a task": (edge(SPIKEFLOW, KG.trainedWith, OPTICAL_FLOW), "trainedWith-object"),
    "method that proposes": (edge(SPIKEFLOW, KG.proposes, SNN), "proposes"),
    "edge to itself": (edge(SPIKEFLOW, KG.comparedWith, SPIKEFLOW), "ClaimLoop"),
    # links to the vocabularies of others
    "link to nothing": (set_(link, KG.target, None), "Link-target MatchLink"),
    "link to a paper": (both(set_(link, KG.target, FLOW), set_(SNN, SKOS.exactMatch, FLOW)), "Link-target"),
    "link of nothing": (set_(link, KG.entity, None), "Link-entity MatchLink"),
    "link as sure as never": (set_(link, KG.matchScore, decimal("1.2")), "Link-matchScore"),
    "link that nothing found": (set_(link, PROV.wasAttributedTo, None), "Link-wasAttributedTo"),
    "link with a note": (add(link, RDFS.comment, Literal("sure")), "Link"),
    "something else with a target": (add(ELSEWHERE, KG.target, OPENCS), "Link"),
    "link without its match": (remove(SNN, SKOS.exactMatch, OPENCS), "LinkMatch"),
    "match without its link": (add(LOIHI, SKOS.closeMatch, ELSEWHERE), "MatchLink"),
    "concept both the same and close": (add(SNN, SKOS.closeMatch, OPENCS), "Match-either"),
    "concept that is two entities": (twice_the_same, "Match-one"),
    "match of a paper": (add(FLOW, SKOS.closeMatch, ELSEWHERE), "Match-subject MatchLink"),
    # claims
    "claim without evidence": (set_(proposes, KG.evidence, None), "Statement-evidence"),
    "claim without paper": (set_(proposes, KG.claimedBy, None), "Statement-claimedBy PaperEdge"),
    "confidence above one": (set_(proposes, KG.confidence, decimal("1.5")), "Statement-confidence"),
    "confidence of three decimals": (set_(proposes, KG.confidence, decimal("0.975")), "Statement-confidence"),
    "confidence as a double": (set_(proposes, KG.confidence, Literal(0.5)), "Statement-confidence"),
    "claim that its paper is said to state": (add(proposes, KG.status, Literal("stated")), "Statement-status"),
    "hedged claim in another language": (add(proposes, KG.status, Literal("hedged", lang="en")), "Statement-status"),
    "edge surer than sure": (
        set_(lambda graph: claim_of(graph, SPIKEFLOW, KG.runsOn, LOIHI), KG.edgeConfidence, decimal("1.01")),
        "Claim-edgeConfidence",
    ),
    "edge of no paper": (
        set_(lambda graph: claim_of(graph, SPIKEFLOW, KG.runsOn, LOIHI), KG.support, integer(0)),
        "Claim-support EdgeSupport",
    ),
    "relation that does not say how sure its edge is": (set_(on_loihi, KG.edgeConfidence, None), "ClaimEdgeConfidence"),
    "relation that does not say how many claim it": (
        set_(on_loihi, KG.support, None),
        "ClaimEdgeConfidence EdgeSupport",
    ),
    "role that other papers claim": (add(proposes, KG.support, integer(1)), "ClaimEdgeConfidence"),
    "role that other papers make surer": (add(proposes, KG.edgeConfidence, decimal("0.97")), "ClaimEdgeConfidence"),
    "span reversed": (
        both(set_(proposes, KG.spanStart, integer(64)), set_(proposes, KG.spanEnd, integer(55))),
        "Statement-spanStart",
    ),
    "span beyond the text": (set_(proposes, KG.spanEnd, integer(9000)), "StatementText"),
    "span outside its evidence": (
        both(set_(proposes, KG.spanStart, integer(0)), set_(proposes, KG.spanEnd, integer(7))),
        "StatementSpan",
    ),
    "predicate unknown": (edge(FLOW, KG.hasResult, SNN, plain=False), "Claim-predicate ClaimEdge"),
    "claim about a sentence": (set_(proposes, RDF.object, ELSEWHERE), "Claim-object ClaimEdge PaperEdge"),
    "claim with no edge": (edge(SPIKEFLOW, KG.partOf, SNN, plain=False), "ClaimEdge"),
    "claim made twice": (edge(FLOW, KG.proposes, SPIKEFLOW), "ClaimOnce"),
    "claim of a paper that mentions neither": (edge(SPIKEFLOW, KG.partOf, EVFLOWNET, paper=GESTURE), "ClaimPaper"),
    "claim with an unknown property": (add(proposes, RDFS.comment, Literal("sure")), "Claim"),
    "claim made by no software": (set_(proposes, PROV.wasAttributedTo, None), "Statement-wasAttributedTo"),
    "derived claim that is no claim": (
        lambda graph: graph.remove(
            (claim_of(graph, SPIKEFLOW, KG.evaluatedWith, MVSEC), RDF.type, KG.Claim),
        ),
        "Claim-type",
    ),
    # evidence
    "empty quote": (set_(evidence, OA.exact, Literal("")), "Evidence-exact EvidenceText"),
    "quote that the paper does not hold": (set_(evidence, OA.exact, Literal("We solve all.")), "EvidenceText"),
    "offsets beyond the text": (set_(evidence, OA.end, integer(9000)), "EvidenceText"),
    "evidence reversed": (
        both(set_(evidence, OA.start, integer(119)), set_(evidence, OA.end, integer(44))),
        "Evidence-start StatementSpan",
    ),
    "evidence of another paper": (
        add(proposes, KG.evidence, URIRef(MINT.evidence("doi:10.5555/gesture", 0, 67))),
        "StatementSource",
    ),
    "evidence that is no quote": (set_(evidence, RDF.type, KG.Evidence), "Evidence-position Evidence-quote"),
    # results
    "result without value": (set_(result, KG.value, None), "Result-value"),
    "value that stands elsewhere": (set_(result, KG.value, Literal("0.73 px")), "ResultText"),
    "number as text": (set_(result, KG.number, Literal("0.72")), "Result-number"),
    "result of a task": (set_(result, KG.method, OPTICAL_FLOW), "Result-method"),
    "result of two methods": (add(result, KG.method, SNN), "Result-method"),
    "result of an entity the paper lacks": (result_of_stranger, "ResultEntity"),
    "comparison with an entity the paper lacks": (comparison_with_stranger, "ResultEntity"),
    "result that its paper lacks": (
        lambda graph: graph.remove((FLOW, KG.hasResult, result(graph))),
        "Result-paper",
    ),
    "result that may be and may not be": (add(ratio, KG.status, Literal("stated")), "Statement-status"),
    "range upside down": (set_(ratio, KG.high, decimal("1.5")), "Result-number"),
    "range with an end in words": (set_(ratio, KG.high, Literal("three")), "Result-high Result-number"),
    "two upper ends": (add(ratio, KG.high, decimal("4")), "Result-high"),
    "range without lower end": (set_(ratio, KG.number, None), "ResultNumbers"),
    "range that is one in the standard unit alone": (set_(ratio, KG.high, None), "ResultNumbers"),
    "standard range upside down": (set_(ratio, KG.standardHigh, decimal("1.5")), "Result-standardNumber"),
    "two standard upper ends": (add(ratio, KG.standardHigh, decimal("4")), "Result-standardHigh"),
    "standard number without unit": (set_(ratio, KG.standardUnit, None), "ResultNumbers"),
    "standard unit without number": (add(result, KG.standardUnit, Literal("m")), "ResultNumbers"),
    "standard unit that is empty": (set_(ratio, KG.standardUnit, Literal("")), "Result-standardUnit"),
    "result that is or is not a change": (set_(result, KG.isChange, None), "Result-isChange"),
    "change as text": (set_(result, KG.isChange, Literal("false")), "Result-isChange"),
    "change for the better": (set_(ratio, KG.direction, Literal("better")), "Result-direction"),
    "direction of what is no change": (add(result, KG.direction, Literal("increase")), "ResultChange"),
    "comparison of what is no change": (add(result, KG.comparedTo, EVFLOWNET), "ResultChange"),
    "change relative to itself": (set_(ratio, KG.comparedTo, SPIKEFLOW), "Result-comparedTo"),
    "change relative to a task": (set_(ratio, KG.comparedTo, OPTICAL_FLOW), "Result-comparedTo"),
    # agents and analytics
    "agent without version": (
        set_(lambda graph: graph.value(proposes(graph), PROV.wasAttributedTo), SDO.softwareVersion, None),
        "Agent-softwareVersion",
    ),
    "agent without name": (
        set_(lambda graph: graph.value(proposes(graph), PROV.wasAttributedTo), RDFS.label, None),
        "Agent-label",
    ),
    "agent without IRI": (
        lambda graph: move(graph, graph.value(proposes(graph), PROV.wasAttributedTo), BNode("agent")),
        "Agent",
    ),
    "rank above one": (set_(SPIKEFLOW, KG.pageRank, decimal("1.2")), "Node-pageRank"),
    "degree as a decimal": (set_(SPIKEFLOW, KG.degree, decimal("3.0")), "Node-degree"),
    "two communities": (
        add(SPIKEFLOW, KG.inCommunity, URIRef(MINT.community("papers", 1))),
        "CommunityCount Node-inCommunity",
    ),
    "wrong member count": (set_(COMMUNITY, KG.memberCount, integer(5)), "CommunityCount"),
    "community of nothing": (set_(COMMUNITY, KG.ofProjection, None), "Community-ofProjection"),
    "modularity above one": (set_(PROJECTION, KG.modularity, decimal("1.01")), "Projection-modularity"),
    "projection without counts": (set_(PROJECTION, KG.edgeCount, None), "Projection-edgeCount"),
}

MUTATIONS |= {
    "mention of a metric": (edge(GESTURE, KG.mentions, ERROR, paper=GESTURE), "mentions-object"),
    "entity that mentions": (edge(SPIKEFLOW, KG.mentions, EVFLOWNET), "mentions"),
    "paper that runs on a sensor's dataset": (edge(GESTURE, KG.sensesWith, MVSEC, paper=GESTURE), "sensesWith-object"),
    **{
        f"{name} from an entity": (edge(EVFLOWNET, KG[name], object_), name)
        for name, object_ in {
            "addresses": OPTICAL_FLOW, "comparesWith": SPIKEFLOW, "evaluatesOn": MVSEC, "introduces": MVSEC,
            "reports": ERROR, "studies": SPIKEFLOW, "uses": SPIKEFLOW,
        }.items()
    },
    **{
        f"{name} to another type": (edge(GESTURE, KG[name], CAMERA, paper=GESTURE), f"{name}-object")
        for name in ("addresses", "comparesWith", "evaluatesOn", "introduces", "proposes", "reports", "studies", "uses")
    },
    **{
        f"{name} from another type": (edge(OPTICAL_FLOW, KG[name], object_), name)
        for name, object_ in {"comparedWith": EVFLOWNET, "evaluatedWith": MVSEC, "trainedWith": MVSEC}.items()
    },
    "benchmark for a method": (edge(MVSEC, KG.benchmarkFor, SPIKEFLOW), "benchmarkFor-object"),
    "method evaluated by a dataset": (edge(SPIKEFLOW, KG.evaluatedBy, MVSEC), "evaluatedBy-object"),
    "method evaluated with a task": (edge(SPIKEFLOW, KG.evaluatedWith, OPTICAL_FLOW), "evaluatedWith-object"),
    **{
        f"{name} broader than another type": (add(subject, SKOS.broader, VISION), f"{name}-broader")
        for name, subject in {"Dataset": MVSEC, "Method": EVFLOWNET, "Metric": ERROR, "Task": OPTICAL_FLOW}.items()
    },
    **{
        f"{name} in another scheme": (set_(subject, SKOS.inScheme, URIRef(MINT.scheme("Hardware"))), f"{name}-scheme")
        for name, subject in {"Dataset": MVSEC, "Method": EVFLOWNET, "Metric": ERROR}.items()
    },
    "surer than sure that it is a kind of": (
        set_(CAMERA, KG.broaderConfidence, decimal("1.2")),
        "Entity-broaderConfidence",
    ),
    "two definitions": (add(VISION, SKOS.definition, Literal("A camera or the like.")), "Entity-definition"),
    "keyword that is empty": (add(FLOW, SDO.keywords, Literal("")), "Paper-keywords"),
    "two journals": (add(FLOW, PRISM.publicationName, Literal("Journal of Examples")), "Paper-publicationName"),
    "something else with a year": (add(ELSEWHERE, DCTERMS.issued, Literal("2023", datatype=XSD.gYear)), "Paper"),
    "claim without subject": (set_(proposes, RDF.subject, None), "Claim-subject PaperEdge"),
    "span without end": (set_(proposes, KG.spanEnd, None), "Statement-spanEnd"),
    "something else with a confidence": (add(ELSEWHERE, KG.confidence, decimal("0.5")), "Stated"),
    "evidence with a note": (add(evidence, RDFS.comment, Literal("see there")), "Evidence"),
    "evidence without end": (set_(evidence, OA.end, None), "Evidence-end"),
    "evidence without paper": (set_(evidence, OA.hasSource, None), "Evidence-hasSource"),
    "evidence of nothing": (evidence_of_nothing, "Evidence-use"),
    "result with a note": (add(result, RDFS.comment, Literal("best")), "Result"),
    "result with two labels": (add(result, RDFS.label, Literal("error")), "Result-label"),
    "result without unit in its unit": (set_(result, KG.unit, Literal("")), "Result-unit"),
    **{
        f"result with a method as {name}": (set_(result, KG[name], SPIKEFLOW), f"Result-{name}")
        for name in ("dataset", "hardware", "metric")
    },
    "betweenness below zero": (set_(SPIKEFLOW, KG.betweenness, decimal("-0.1")), "Node-betweenness"),
    "something else with a degree": (add(ELSEWHERE, KG.degree, integer(1)), "Node"),
    "something else with members": (add(ELSEWHERE, KG.memberCount, integer(1)), "Community"),
    "community without label": (set_(COMMUNITY, RDFS.label, None), "Community-label"),
    "community without count": (set_(COMMUNITY, KG.memberCount, None), "Community-memberCount"),
    "something else with edges": (add(ELSEWHERE, KG.edgeCount, integer(1)), "Projection"),
    "projection without label": (set_(PROJECTION, RDFS.label, None), "Projection-label"),
    "projection of minus one node": (set_(PROJECTION, KG.nodeCount, integer(-1)), "Projection-nodeCount"),
}  # fmt: skip


@cache
def triples() -> tuple[tuple[Node, Node, Node], ...]:
    return tuple(Graph().parse(GOOD))


def good() -> Graph:
    graph = Graph()
    for triple in triples():
        graph.add(triple)
    return graph


def broken(report: Report) -> set[str]:
    return {finding.shape for finding in report.findings}


@pytest.mark.parametrize("name", MUTATIONS)
def test_mutation_breaks_the_shape_that_is_meant(name: str) -> None:
    change, shapes = MUTATIONS[name]
    graph = good()
    change(graph)
    report = validate(graph)
    assert not report.conforms
    assert broken(report) == set(shapes.split())


def test_every_shape_is_broken_by_some_mutation() -> None:
    shapes = Graph().parse(SHAPES)
    namespace = "https://w3id.org/paperkg/shapes#"
    named = {s for kind in (SH.NodeShape, SH.PropertyShape) for s in shapes.subjects(RDF.type, kind)}
    assert all(str(shape).startswith(namespace) for shape in named)
    tried = {shape for _, names in MUTATIONS.values() for shape in names.split()}
    assert {str(shape).removeprefix(namespace) for shape in named} == tried


def test_every_shape_says_what_would_be_right() -> None:
    shapes = Graph().parse(SHAPES)
    for kind in (SH.NodeShape, SH.PropertyShape):
        for shape in shapes.subjects(RDF.type, kind):
            (message,) = [*shapes.objects(shape, SH.message), *shapes.objects(shape, SH.sparql / SH.message)]
            assert any(word in str(message) for word in ("must", "Only")), shape


def test_claims_may_have_the_predicates_of_the_vocabulary_and_no_others() -> None:
    shapes = Graph().parse(SHAPES)
    allowed = shapes.value(URIRef("https://w3id.org/paperkg/shapes#Claim-predicate"), SH["in"])
    assert allowed is not None
    assert set(shapes.items(allowed)) == {*ROLE_TERMS.values(), *RELATION_TERMS.values()}


def test_good_graph_conforms_and_counts_what_was_checked() -> None:
    graph = good()
    before = set(graph)
    report = validate(graph)
    assert report == Report(True, (), report.checked)
    assert {name: report.checked[name] for name in ("kg:Paper", "kg:Entity", "kg:Claim", "kg:Result")} == {
        "kg:Paper": 2,
        "kg:Entity": 10,
        "kg:Claim": 22,
        "kg:Result": 2,
    }
    assert report.checked["kg:Node"] == report.checked["kg:Paper"] + report.checked["kg:Entity"]
    assert list(report.checked) == sorted(report.checked)
    assert set(graph) == before, "validation must leave the graph as it is"


def test_empty_graph_conforms_and_says_that_nothing_was_checked() -> None:
    report = validate(Graph())
    assert report.conforms
    assert set(report.checked.values()) == {0}


def test_finding_says_where_what_and_what_would_be_right() -> None:
    graph = good()
    claim = proposes(graph)
    set_(claim, KG.confidence, decimal("1.5"))(graph)
    (finding,) = validate(graph).findings
    assert finding == Finding(
        focus=str(claim),
        path=str(KG.confidence),
        value="1.5",
        message="A claim or a result must have exactly one kg:confidence, an xsd:decimal from 0 to 1 with at most two decimals.",
        severity="Violation",
        shape="Statement-confidence",
    )


def test_inverse_path_is_written_as_in_sparql() -> None:
    graph = good()
    graph.remove((FLOW, KG.hasResult, result(graph)))
    (finding,) = validate(graph).findings
    assert (finding.focus, finding.path) == (str(result(graph)), f"^<{KG.hasResult}>")


def test_edge_without_claim_names_both_ends_and_the_property() -> None:
    graph = good()
    graph.add((SPIKEFLOW, KG.partOf, SNN))
    (finding,) = validate(graph).findings
    assert (finding.focus, finding.path, finding.value) == (str(SPIKEFLOW), str(KG.partOf), str(SNN))


def test_findings_are_sorted_and_the_same_whatever_the_order_of_triples() -> None:
    graph = good()
    for predicate in (KG.confidence, KG.spanStart, SKOS.inScheme):
        graph.remove((None, predicate, None))
    lines = sorted(graph.serialize(format="nt").splitlines())
    forward, backward = validate(lines), validate(lines[::-1])
    assert forward == backward
    assert len(forward.findings) > 50
    assert list(forward.findings) == sorted(set(forward.findings))


def test_part_of_a_graph_is_not_asked_for_counts() -> None:
    graph = good()
    for predicate in (KG.degree, KG.pageRank, KG.betweenness, KG.inCommunity):
        graph.remove((GESTURE, predicate, None))
    for node in [s for s in set(graph.subjects()) if "doi-10.5555-gesture" in str(s)] + [GESTURES]:
        graph.remove((node, None, None))
        graph.remove((None, None, node))
    edges = [o for s, p, o in graph.triples((SNN, KG.usedFor, None))]
    assert not edges
    assert broken(validate(graph)) == {"EntityCount", "CommunityCount", "EdgeSupport"}
    assert validate(graph, whole=False).conforms


def test_quads_of_the_store_and_their_text_are_one_plain_graph() -> None:
    claims = ox.NamedNode(MINT.graph("claims"))
    quads = [
        ox.Quad(quad.subject, quad.predicate, quad.object, claims if number % 2 else ox.DefaultGraph())
        for number, quad in enumerate(ox.parse(path=str(GOOD), format=ox.RdfFormat.TURTLE))
    ]
    expected = set(good())
    assert set(graph_of(quads)) == expected
    assert set(graph_of(f"{quad} ." for quad in quads)) == expected
    assert set(graph_of(good())) == expected
    assert validate(quads).conforms


def test_line_feeds_and_quotes_in_literals_survive() -> None:
    text = 'a "b"\n\\c\u2028\t\U0001f600'
    quad = ox.Quad(ox.NamedNode("http://a"), ox.NamedNode("http://b"), ox.Literal(text), ox.NamedNode("http://g"))
    for given in (quad, f"{quad} ."):
        ((_, _, value),) = graph_of([given])
        assert str(value) == text


def test_offsets_count_code_points_beyond_the_basic_plane() -> None:
    graph = good()
    title = "\U0001f600 " + str(graph.value(GESTURE, DCTERMS.title))
    graph.set((GESTURE, DCTERMS.title, Literal(title)))
    assert broken(validate(graph)) == {"EvidenceText"}
    (sentence,) = graph.subjects(OA.hasSource, GESTURE)
    graph.set((sentence, OA.start, integer(2)))
    graph.set((sentence, OA.end, integer(len(title))))
    assert validate(graph).conforms


@pytest.mark.parametrize("wrong", ["<http://a> <http://b> .", "no line at all", 7, ("http://a",), "<a> <b> <c> ."])
def test_what_is_no_triple_is_refused(wrong: object) -> None:
    with pytest.raises(InputError, match=r"expected|N-Quads"):
        graph_of([wrong])


def test_unusable_shapes_are_a_wrong_setting(tmp_path: Path) -> None:
    for name, text in {"broken.ttl": "kg:Paper a", "odd.ttl": "@prefix sh: <http://www.w3.org/ns/shacl#> .\n"
                       "<http://s> a sh:NodeShape ; sh:targetNode <http://n> ; sh:minLength 1, 2 ."}.items():  # fmt: skip
        (tmp_path / name).write_text(text, encoding="utf-8")
        with pytest.raises(ConfigError, match=name):
            validate(good(), shapes=tmp_path / name)
    with pytest.raises(ConfigError, match=r"missing\.ttl"):
        validate(good(), shapes=tmp_path / "missing.ttl")


def test_shapes_of_others_can_be_used(tmp_path: Path) -> None:
    own = tmp_path / "own.ttl"
    own.write_text(
        "@prefix sh: <http://www.w3.org/ns/shacl#> .\n@prefix kg: <https://w3id.org/paperkg/ontology#> .\n"
        "[] a sh:NodeShape ; sh:targetClass kg:Paper ; sh:severity sh:Warning ; sh:message 'Must have a DOI of its own.' ;\n"
        "sh:property [ sh:path <http://purl.org/ontology/bibo/doi> ; sh:minCount 1 ; sh:severity sh:Warning ] .\n",
        encoding="utf-8",
    )
    report = validate(good(), shapes=own)
    assert [f.focus for f in report.findings] == sorted([str(FLOW), str(GESTURE)])
    assert {(f.severity, f.shape) for f in report.findings} == {("Warning", "")}
    assert dict(report.checked) == {"kg:Paper": 2}


def test_reports_cannot_be_changed() -> None:
    report = validate(Graph())
    with pytest.raises(FrozenInstanceError):
        report.conforms = False  # type: ignore[misc]
    with pytest.raises(TypeError):
        report.checked["kg:Paper"] = 7  # type: ignore[index]
