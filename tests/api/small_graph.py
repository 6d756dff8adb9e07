"""A small graph in the shape that the store has: 13 papers, 30 entities, claims, results, numbers.

The papers exist or could; the words about them are ours. Each edge is one sentence of an abstract,
so that every claim's quote and offsets can be checked against the paper's text.
"""

from __future__ import annotations

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from kg.store import GraphStore, Literal, NamedNode, Quad, iri
from schema.vocab import (
    DC,
    DCTERMS,
    FABIO,
    KG,
    OA,
    PRISM,
    PROV,
    RDF,
    RDFS,
    RELATION_TERMS,
    ROLE_TERMS,
    SDO,
    SKOS,
    XSD,
    Minter,
)  # fmt: skip

#: Asks the API a document with variables.
Ask: TypeAlias = Callable[..., dict[str, Any]]

MINT = Minter()
MANIFEST = {"version": "0.1.0", "counts": {"papers": 13}, "inputs": [{"name": "papers.jsonl", "sha256": "0" * 64}]}


@dataclass(frozen=True)
class Thing:
    """An entity: type, name, aliases, keys of broader ones."""

    type: str
    name: str
    aliases: tuple[str, ...] = ()
    broader: tuple[str, ...] = ()
    definition: str | None = None


@dataclass(frozen=True)
class Measured:
    """A result: its value, what it is of, and the value in the unit in which figures are compared."""

    value: str
    number: float
    unit: str | None = None
    metric: str | None = None
    method: str | None = None
    dataset: str | None = None
    hardware: str | None = None
    high: float | None = None
    scale: float = 1.0
    standard_unit: str | None = None
    direction: str | None = None
    compared: str | None = None
    change: bool = False
    hedged: bool = False
    confidence: float = 0.8


@dataclass(frozen=True)
class Article:
    """A paper: what it says of entities, in sentences."""

    id: str
    title: str
    year: int | None
    venue: str | None
    says: tuple[tuple[str, str], ...] = ()
    relates: tuple[tuple[str, str, str], ...] = ()
    results: tuple[Measured, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass
class Facts:
    """What tests compare answers with, found while the graph is written and not by asking it."""

    edges: set[tuple[str, str, str]] = field(default_factory=set)
    texts: dict[str, str] = field(default_factory=dict)
    paper_count: Counter[str] = field(default_factory=Counter)
    #: How sure each claim between entities is, by its edge.
    stated: defaultdict[tuple[str, str, str], list[float]] = field(default_factory=lambda: defaultdict(list))


THINGS: dict[str, Thing] = {
    "computing-device": Thing("Hardware", "computing device", definition="A device that runs programs."),
    "edge-device": Thing(
        "Hardware", "edge device", ("edge hardware",), ("computing-device",), "A small computer near its sensors."
    ),
    "gpu": Thing("Hardware", "GPU", ("graphics processing unit",), ("computing-device",)),
    "jetson-nano": Thing("Hardware", "Jetson Nano", ("NVIDIA Jetson Nano",), ("edge-device",)),
    "raspberry-pi": Thing("Hardware", "Raspberry Pi", (), ("edge-device",)),
    "tpu": Thing("Hardware", "TPU", ("tensor processing unit",), ("computing-device",)),
    "systolic-array": Thing("Hardware", "systolic array"),
    "sensor": Thing("Hardware", "sensor"),
    "event-camera": Thing("Hardware", "event camera", ("DVS", "dynamic vision sensor"), ("sensor",)),
    "neural-network": Thing("Method", "neural network"),
    "cnn": Thing("Method", "convolutional neural network", ("CNN",), ("neural-network",)),
    "resnet": Thing("Method", "ResNet", ("residual network",), ("cnn",)),
    "yolo": Thing("Method", "YOLO", (), ("cnn",)),
    "transformer": Thing("Method", "Transformer", (), ("neural-network",)),
    "bert": Thing("Method", "BERT", (), ("transformer",)),
    "snn": Thing("Method", "spiking neural network", ("SNN",), ("neural-network",)),
    "pruning": Thing("Method", "pruning"),
    "classification": Thing("Task", "image classification"),
    "detection": Thing("Task", "object detection"),
    "flow": Thing("Task", "optical flow estimation", ("optical flow",)),
    "qa": Thing("Task", "question answering"),
    "imagenet": Thing("Dataset", "ImageNet", ("ILSVRC",)),
    "coco": Thing("Dataset", "COCO"),
    "mvsec": Thing("Dataset", "MVSEC"),
    "squad": Thing("Dataset", "SQuAD"),
    "accuracy": Thing("Metric", "accuracy"),
    "map": Thing("Metric", "mean average precision", ("mAP",)),
    "error": Thing("Metric", "top-5 error"),
    "latency": Thing("Metric", "latency", ("inference time",)),
    "energy-efficiency": Thing("Metric", "energy efficiency"),
}

ARTICLES: tuple[Article, ...] = (
    Article("arxiv:1512.03385", "Deep Residual Learning for Image Recognition", 2016, "CVPR",
            (("proposes", "resnet"), ("addresses", "classification"), ("evaluatesOn", "imagenet"), ("runsOn", "gpu"), ("reports", "accuracy")),
            (("resnet", "usedFor", "classification"), ("resnet", "evaluatedWith", "imagenet"), ("imagenet", "benchmarkFor", "classification")),
            (Measured("96.43%", 96.43, "%", "accuracy", "resnet", "imagenet", standard_unit="%"),
             Measured("3.57%", 3.57, "%", "error", "resnet", "imagenet", standard_unit="%"),
             Measured("28%", 28, "%", "accuracy", "resnet", "imagenet", standard_unit="%", change=True, direction="increase", compared="cnn")), ("Kaiming He", "Xiangyu Zhang", "Shaoqing Ren", "Jian Sun")),
    Article("arxiv:1506.02640", "You Only Look Once", 2016, "CVPR",
            (("proposes", "yolo"), ("addresses", "detection"), ("evaluatesOn", "coco"), ("runsOn", "gpu"), ("reports", "map")),
            (("yolo", "usedFor", "detection"), ("yolo", "partOf", "cnn")), (Measured("63.4 mAP", 63.4, "mAP", "map", "yolo", "coco", "gpu", standard_unit="mAP"),), ("Joseph Redmon",)),
    Article("arxiv:1810.04805", "BERT: Pre-training of Deep Bidirectional Transformers", 2019, "NAACL",
            (("proposes", "bert"), ("uses", "transformer"), ("addresses", "qa"), ("evaluatesOn", "squad"), ("runsOn", "tpu")),
            (("bert", "usedFor", "qa"), ("bert", "evaluatedWith", "squad")), (), ("Jacob Devlin",)),
    Article("arxiv:1706.03762", "Attention Is All You Need", 2017, "NeurIPS",
            (("proposes", "transformer"), ("runsOn", "gpu"), ("comparesWith", "cnn")), (("transformer", "comparedWith", "cnn"),), (), ("Ashish Vaswani",)),
    Article("arxiv:1802.06898", "EV-FlowNet: Self-Supervised Optical Flow for Event-based Cameras", 2018, "RSS",
            (("uses", "cnn"), ("addresses", "flow"), ("sensesWith", "event-camera"), ("introduces", "mvsec")),
            (("cnn", "usedFor", "flow"), ("cnn", "sensesWith", "event-camera"))),
    Article("arxiv:1704.04760", "In-Datacenter Performance Analysis of a Tensor Processing Unit", 2017, "ISCA",
            (("runsOn", "tpu"), ("mentions", "systolic-array"), ("studies", "neural-network")), (("systolic-array", "partOf", "tpu"),),
            (Measured("92 TOPS", 92, "TOPS", hardware="tpu", scale=1e12, standard_unit="op/s"), Measured("700 MHz", 700, "MHz", hardware="tpu", scale=1e6, standard_unit="Hz"),
             Measured("30-80x", 30, "x", "energy-efficiency", hardware="tpu", high=80, standard_unit="x", change=True, direction="increase"))),
    Article("arxiv:1510.00149", "Deep Compression", 2016, "ICLR",
            (("proposes", "pruning"), ("uses", "cnn"), ("evaluatesOn", "imagenet"), ("runsOn", "gpu")), (("pruning", "usedFor", "cnn"),),
            (Measured("70.1 percent", 70.1, "percent", "accuracy", "pruning", "imagenet", standard_unit="%", confidence=0.9),
             Measured("19.7-20.1%", 19.7, "%", "error", "pruning", "imagenet", high=20.1, standard_unit="%"),
             Measured("4x", 4, "x", "latency", "pruning", hardware="gpu", standard_unit="x", change=True, direction="decrease", compared="cnn"))),
    Article("doi:10.1000/nano.1", "Detecting Objects on a Jetson Nano", 2021, None,
            (("uses", "yolo"), ("uses", "pruning"), ("addresses", "detection"), ("runsOn", "jetson-nano"), ("evaluatesOn", "coco")),
            (("yolo", "runsOn", "jetson-nano"), ("yolo", "usedFor", "detection")), (Measured("21.5 fps", 21.5, "fps", None, "yolo", "coco", "jetson-nano", standard_unit="fps"),
             Measured("46.5 ms", 46.5, "ms", "latency", "yolo", None, "jetson-nano", scale=1e-3, standard_unit="s"),
             Measured("10 W", 10, "W", hardware="jetson-nano", standard_unit="W", hedged=True), Measured("2 GB", 2, "GB", hardware="jetson-nano", scale=1e9, standard_unit="B"))),
    Article("doi:10.1000/pi.2", "Residual Networks on a Raspberry Pi", 2021, "EMC2",
            (("uses", "resnet"), ("addresses", "classification"), ("runsOn", "raspberry-pi"), ("evaluatesOn", "imagenet"), ("reports", "accuracy")),
            (("resnet", "runsOn", "raspberry-pi"), ("resnet", "usedFor", "classification")), (Measured("70.1%", 70.1, "%", "accuracy", "resnet", "imagenet", "raspberry-pi", standard_unit="%"),
             Measured("1.2 s", 1.2, "s", "latency", "resnet", None, "raspberry-pi", standard_unit="s"),
             Measured("3500 mW", 3500, "mW", hardware="raspberry-pi", scale=1e-3, standard_unit="W"))),
    Article("doi:10.1000/spike.3", "Spiking Optical Flow from a DVS", 2020, "ECCV",
            (("proposes", "snn"), ("addresses", "flow"), ("sensesWith", "event-camera"), ("evaluatesOn", "mvsec"), ("mentions", "edge-device")),
            (("snn", "usedFor", "flow"), ("snn", "evaluatedWith", "mvsec")),
            (Measured("12-15 mJ", 12, "mJ", None, "snn", "mvsec", "edge-device", high=15, scale=1e-3, standard_unit="J"),)),
    Article("arxiv:1606.05250", "SQuAD: 100,000+ Questions", 2016, "EMNLP", (("introduces", "squad"), ("addresses", "qa")), (("squad", "benchmarkFor", "qa"),)),
    Article("arxiv:1409.0575", "ImageNet Large Scale Visual Recognition Challenge", 2015, "IJCV",
            (("introduces", "imagenet"), ("addresses", "classification"), ("studies", "cnn")), (("imagenet", "benchmarkFor", "classification"),),
            (Measured("0.85", 0.85, None, "accuracy", "cnn", "imagenet"), Measured("91%", 91, "%", "accuracy", "cnn", "imagenet", standard_unit="%", hedged=True),
             Measured("88.1%", 88.1, "%", "accuracy", None, "imagenet", standard_unit="%"))),
    Article("title:0123456789abcdef", "A Note on Nothing in Particular", None, None),
)  # fmt: skip

#: What entities are elsewhere: entity, property, concept, score.
LINKS = (
    ("systolic-array", SKOS.exactMatch, "https://w3id.org/ocs/ont/C15179", 0.93),
    ("systolic-array", SKOS.closeMatch, "http://dbpedia.org/resource/Systolic_array", 0.9),
    ("systolic-array", SKOS.closeMatch, "https://example.org/other/7", 0.95),
    ("qa", SKOS.closeMatch, "https://w3id.org/ocs/ont/C2468", 0.8),
)

#: Claims that papers make no more than likely: paper, subject or role, object.
HEDGED = {("doi:10.1000/nano.1", "yolo", "detection"), ("doi:10.1000/spike.3", "evaluatesOn", "mvsec")}


def thing(key: str) -> str:
    """IRI of an entity by its key here."""
    return MINT.entity(THINGS[key].type, key)


def paper(number: int) -> str:
    """IRI of a paper by its place here."""
    return MINT.paper(ARTICLES[number].id)


def build() -> tuple[GraphStore, Facts]:
    """The graph, and what tests compare it with."""
    facts = Facts()
    quads = list(_quads(facts))
    return GraphStore.in_memory(quads), facts


def _quads(facts: Facts) -> Iterator[Quad]:
    claims, analytics, schema = (iri(MINT.graph(name)) for name in ("claims", "analytics", "schema"))
    agent = MINT.agent("rules 1.0")
    yield _quad(agent, RDF.type, PROV.SoftwareAgent, claims)
    yield _quad(agent, RDFS.label, Literal("rules"), claims)
    yield _quad(agent, SDO.softwareVersion, Literal("1.0"), claims)
    for article in ARTICLES:
        yield from _paper(article, agent, claims, facts)
    for article in ARTICLES:
        yield from _corroborated(article, claims, facts)
    for key, entity in THINGS.items():
        yield from _entity(key, entity, facts)
        for broader in entity.broader:
            facts.edges.add((thing(key), str(SKOS.broader), thing(broader)))
    # The taxonomy states the same in a graph of its own, and concepts that no paper leads to.
    yield _quad(thing("jetson-nano"), SKOS.broader, thing("edge-device"), schema)
    yield _quad(MINT.entity("Hardware", "abacus"), RDF.type, SKOS.Concept, schema)
    yield _quad(MINT.entity("Hardware", "abacus"), SKOS.broader, thing("computing-device"), schema)
    for key, term, target, score in LINKS:
        link = MINT.link(THINGS[key].type, key, target)
        yield _quad(thing(key), term, target)
        for property_, value in (
            (RDF.type, KG.Link), (KG.entity, thing(key)), (KG.target, target), (KG.matchScore, _decimal(score, 2)),
            (PROV.wasAttributedTo, agent),
        ):  # fmt: skip
            yield _quad(link, property_, value, iri(MINT.graph("links")))
    yield from _analytics(facts, analytics)


def _paper(article: Article, agent: str, graph: NamedNode, facts: Facts) -> Iterator[Quad]:
    node = MINT.paper(article.id)
    said = [
        (node, str(ROLE_TERMS[role]), thing(key), f"It {role} the {THINGS[key].name}.", (article.id, role, key))
        for role, key in article.says
    ]
    said += [
        (
            thing(a),
            str(RELATION_TERMS[relation]),
            thing(b),
            f"Here {THINGS[a].name} is {relation} {THINGS[b].name}.",
            (article.id, a, b),
        )
        for a, relation, b in article.relates
    ]
    measured = [f"We reach {result.value}." for result in article.results]
    abstract = " ".join([sentence for *_, sentence, _ in said] + measured)
    text = f"{article.title}\n{abstract}"
    facts.texts[node] = text
    for term, value in (
        (RDF.type, KG.Paper), (RDF.type, FABIO.ResearchPaper), (DCTERMS.title, Literal(article.title)),
        (DCTERMS.identifier, Literal(article.id)), (SDO.keywords, Literal("cs.CV")),
        (SDO.url, iri("https://example.org/paper")),
    ):  # fmt: skip
        yield _quad(node, term, value)
    if abstract:
        yield _quad(node, DCTERMS.abstract, Literal(abstract))
    if article.year:
        yield _quad(node, DCTERMS.issued, Literal(str(article.year), datatype=iri(str(XSD.gYear))))
    if article.venue:
        yield _quad(node, PRISM.publicationName, Literal(article.venue))
    for author in article.authors:
        yield _quad(node, DC.creator, Literal(author))
    for subject, term, object_, sentence, spoken in said:
        yield _quad(subject, term, object_)
        facts.edges.add((subject, term, object_))
        if subject == node:
            facts.paper_count[object_] += 1
        claim = MINT.claim(article.id, subject, term, object_)
        for property_, value in (
            (RDF.type, KG.Claim), (RDF.subject, subject), (RDF.predicate, term), (RDF.object, object_),
            (KG.confidence, _decimal(_sure(claim), 2)),
        ):  # fmt: skip
            yield _quad(claim, property_, value, graph)
        yield from _stated(claim, node, article.id, text, sentence, agent, graph)
        if subject != node:
            facts.stated[subject, term, object_].append(_sure(claim))
        if spoken in HEDGED:
            yield _quad(claim, KG.status, Literal("hedged"), graph)
        if sentence.startswith("Here YOLO is partOf"):
            yield _quad(claim, RDF.type, KG.DerivedClaim, graph)
    for measure, sentence in zip(article.results, measured, strict=True):
        start = text.index(sentence) + len("We reach ")
        result = MINT.result(article.id, start, start + len(measure.value))
        yield _quad(node, KG.hasResult, result)
        yield _quad(result, RDF.type, KG.Result, graph)
        for term, value in _measured(measure):
            yield _quad(result, term, value, graph)
        yield from _stated(result, node, article.id, text, sentence, agent, graph)


def _measured(measure: Measured) -> Iterator[tuple[object, object]]:
    yield KG.value, Literal(measure.value)
    yield KG.confidence, _decimal(measure.confidence, 2)
    yield KG.isChange, Literal(measure.change)
    for term, number in ((KG.number, measure.number), (KG.high, measure.high)):
        if number is not None:
            yield term, _decimal(number, 4)
    if measure.standard_unit:
        yield KG.standardUnit, Literal(measure.standard_unit)
        for term, number in ((KG.standardNumber, measure.number), (KG.standardHigh, measure.high)):
            if number is not None:
                yield term, _decimal(number * measure.scale, 6)
    status = "hedged" if measure.hedged else None
    for term, text in ((KG.unit, measure.unit), (KG.direction, measure.direction), (KG.status, status)):
        if text:
            yield term, Literal(text)
    for term, key in (
        (KG.metric, measure.metric), (KG.method, measure.method), (KG.dataset, measure.dataset),
        (KG.hardware, measure.hardware), (KG.comparedTo, measure.compared),
    ):  # fmt: skip
        if key:
            yield term, thing(key)


def _corroborated(article: Article, graph: NamedNode, facts: Facts) -> Iterator[Quad]:
    """What all papers together say of the edges between entities, at each claim of them."""
    for a, relation, b in article.relates:
        edge = (thing(a), str(RELATION_TERMS[relation]), thing(b))
        claim = MINT.claim(article.id, *edge)
        yield _quad(claim, KG.support, Literal(len(facts.stated[edge])), graph)
        yield _quad(claim, KG.edgeConfidence, _decimal(together(facts.stated[edge]), 2), graph)


def together(confidences: list[float]) -> float:
    """How sure an edge is by several claims, as this graph has it."""
    return round(1 - math.prod(1 - each for each in confidences), 2)


def _stated(
    node: str, paper_: str, paper_id: str, text: str, sentence: str, agent: str, graph: NamedNode
) -> Iterator[Quad]:
    start = text.index(sentence)
    end = start + len(sentence)
    evidence = MINT.evidence(paper_id, start, end)
    for subject, term, value in (
        (node, KG.claimedBy, paper_), (node, KG.evidence, evidence), (node, KG.spanStart, Literal(start)),
        (node, KG.spanEnd, Literal(end)), (node, PROV.wasAttributedTo, agent), (evidence, RDF.type, KG.Evidence),
        (evidence, OA.exact, Literal(sentence)), (evidence, OA.start, Literal(start)), (evidence, OA.end, Literal(end)),
        (evidence, OA.hasSource, paper_),
    ):  # fmt: skip
        yield _quad(subject, term, value, graph)


def _entity(key: str, entity: Thing, facts: Facts) -> Iterator[Quad]:
    node = thing(key)
    yield _quad(node, RDF.type, KG[entity.type])
    yield _quad(node, RDF.type, SKOS.Concept)
    yield _quad(node, SKOS.prefLabel, Literal(entity.name))
    yield _quad(node, SKOS.inScheme, MINT.scheme(entity.type))
    yield _quad(node, KG.paperCount, Literal(facts.paper_count[node]))
    for alias in entity.aliases:
        yield _quad(node, SKOS.altLabel, Literal(alias))
    for broader in entity.broader:
        yield _quad(node, SKOS.broader, thing(broader))
    if entity.definition:
        yield _quad(node, SKOS.definition, Literal(entity.definition))


def _analytics(facts: Facts, graph: NamedNode) -> Iterator[Quad]:
    degree: Counter[str] = Counter(node for subject, _, object_ in facts.edges for node in (subject, object_))
    total = sum(degree.values())
    members: defaultdict[str, list[str]] = defaultdict(list)
    for key, entity in THINGS.items():
        members[MINT.community("entities", 1 + (entity.type == "Hardware"))].append(thing(key))
    members[MINT.community("papers", 1)] = [MINT.paper(article.id) for article in ARTICLES]
    for name in ("entities", "papers"):
        yield _quad(MINT.projection(name), RDF.type, KG.Projection, graph)
        yield _quad(MINT.projection(name), KG.modularity, _decimal(0.25, 4), graph)
    for community, nodes in members.items():
        projection = MINT.projection(community.rpartition("/")[2].partition("-")[0])
        yield _quad(community, RDF.type, KG.Community, graph)
        yield _quad(community, RDFS.label, Literal(f"{len(nodes)} nodes"), graph)
        yield _quad(community, KG.ofProjection, projection, graph)
        yield _quad(community, KG.memberCount, Literal(len(nodes)), graph)
        for node in nodes:
            yield _quad(node, KG.inCommunity, community, graph)
            yield _quad(node, KG.degree, Literal(degree[node]), graph)
            yield _quad(node, KG.pageRank, _decimal(degree[node] / total, 8), graph)
            yield _quad(node, KG.betweenness, _decimal(degree[node] / total / 2, 8), graph)


def _sure(claim: str) -> float:
    return 0.5 + int(hashlib.sha256(claim.encode()).hexdigest()[:6], 16) % 50 / 100


def _decimal(number: float, places: int) -> Literal:
    return Literal(f"{number:.{places}f}", datatype=iri(str(XSD.decimal)))


def _quad(subject: str, term: object, value: object, graph: NamedNode | None = None) -> Quad:
    object_ = value if isinstance(value, NamedNode | Literal) else iri(str(value))
    return Quad(iri(subject), iri(str(term)), object_, *([graph] if graph else []))
