"""Papers, entities, claims and results as quads: what `schema/ontology.ttl` says they look like."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from rdflib import URIRef

from kg.claims import Statements
from kg.corroboration import Edge, Support
from kg.errors import QueryError
from kg.linking.match import Link
from kg.model import Claim, Entity, EntityType, Paper, Result, Span, Status
from kg.store import Literal, NamedNode, Quad, iri, turtle_triples
from schema import taxonomy
from schema.files import ONTOLOGY
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


@dataclass(frozen=True, slots=True)
class Agent:
    """A piece of software that makes claims.

    Attributes
    ----------
    name, version : str
    """

    name: str
    version: str


@dataclass(frozen=True, slots=True)
class Agents:
    """Who made which kind of claim, and who the links of entities, where any were looked for."""

    extractor: Agent
    relations: Agent
    results: Agent
    links: Agent | None = None


def paper_quads(paper: Paper, *, minter: Minter) -> Iterator[Quad]:
    """Quads of what a paper's source said of it."""
    node = iri(minter.paper(paper.id))
    yield _quad(node, RDF.type, _node(KG.Paper))
    yield _quad(node, RDF.type, _node(FABIO.ResearchPaper))
    yield _quad(node, DCTERMS.title, Literal(paper.title))
    if paper.abstract:
        yield _quad(node, DCTERMS.abstract, Literal(paper.abstract))
    for identifier in sorted({paper.id, *paper.identifiers}):
        yield _quad(node, DCTERMS.identifier, Literal(identifier))
    if paper.year is not None:
        yield _quad(node, DCTERMS.issued, Literal(f"{paper.year:04}", datatype=_node(XSD.gYear)))
    for author in paper.authors:
        yield _quad(node, DC.creator, Literal(author))
    if paper.venue:
        yield _quad(node, PRISM.publicationName, Literal(paper.venue))
    if paper.url:
        try:
            yield _quad(node, SDO.url, iri(paper.url))
        except QueryError:  # an address that is no IRI is kept as the text it is
            yield _quad(node, SDO.url, Literal(paper.url))
    for keyword in paper.keywords:
        yield _quad(node, SDO.keywords, Literal(keyword))


def entity_quads(entity: Entity, papers: int, *, minter: Minter) -> Iterator[Quad]:
    """Quads of an entity that `papers` papers mention."""
    node = iri(minter.entity(entity.type, entity.key))
    yield _quad(node, RDF.type, _node(KG[entity.type]))
    yield _quad(node, RDF.type, _node(SKOS.Concept))
    yield _quad(node, SKOS.prefLabel, Literal(entity.name))
    for alias in entity.aliases:
        yield _quad(node, SKOS.altLabel, Literal(alias))
    yield _quad(node, SKOS.inScheme, iri(minter.scheme(entity.type)))
    for key in entity.broader:
        yield _quad(node, SKOS.broader, iri(minter.entity(entity.type, key)))
    if entity.broader_confidence is not None:
        yield _quad(node, KG.broaderConfidence, _decimal(entity.broader_confidence))
    if entity.concept:
        yield _quad(node, SKOS.definition, Literal(taxonomy.load(entity.type)[entity.concept].definition))
    yield _quad(node, KG.paperCount, _integer(papers))


def link_quads(entity: Entity, links: Iterable[Link], agent: Agent, *, minter: Minter) -> Iterator[Quad]:
    """Quads of what an entity is in the vocabularies of others: the plain matches, and how sure each is."""
    node, graph = iri(minter.entity(entity.type, entity.key)), iri(minter.graph("links"))
    for each in links:
        target = iri(each.target)
        yield _quad(node, SKOS[each.match], target)
        link = iri(minter.link(entity.type, entity.key, each.target))
        yield _quad(link, RDF.type, _node(KG.Link), graph)
        yield _quad(link, KG.entity, node, graph)
        yield _quad(link, KG.target, target, graph)
        yield _quad(link, KG.matchScore, _decimal(each.score), graph)
        yield _quad(link, PROV.wasAttributedTo, _agent(agent, minter), graph)


def scheme_quads(types: Iterable[EntityType], *, minter: Minter) -> Iterator[Quad]:
    """Quads of the concept schemes that hold the entities of each type."""
    for type_ in types:
        node = iri(minter.scheme(type_))
        yield _quad(node, RDF.type, _node(SKOS.ConceptScheme))
        yield _quad(node, DCTERMS.title, Literal(f"{type_} entities of this graph"))


def statement_quads(
    statements: Statements, agents: Agents, support: Mapping[Edge, Support], *, minter: Minter
) -> Iterator[Quad]:
    """Quads of a paper's claims and results: the plain edges, and the claims with their evidence.

    Parameters
    ----------
    statements : Statements
    agents : Agents
    support : mapping of Edge to Support
        What all papers together say of each edge between entities.
    minter : Minter
    """
    paper = statements.paper
    graph = iri(minter.graph("claims"))
    node = iri(minter.paper(paper.id))
    sentences: set[Span] = set()
    for claim in statements.claims:
        yield from _claim_quads(claim, paper, agents, minter)
        yield from _support_quads(claim, support, minter)
        sentences.update(claim.sentences)
    for result in statements.results:
        yield from _result_quads(result, paper, agents, minter)
        sentences.add(result.sentence)
    for sentence in sorted(sentences):
        evidence = iri(minter.evidence(paper.id, sentence.start, sentence.end))
        for class_ in (KG.Evidence, OA.TextQuoteSelector, OA.TextPositionSelector):
            yield _quad(evidence, RDF.type, _node(class_), graph)
        yield _quad(evidence, OA.exact, Literal(paper.text[sentence.start : sentence.end]), graph)
        yield _quad(evidence, OA.start, _integer(sentence.start), graph)
        yield _quad(evidence, OA.end, _integer(sentence.end), graph)
        yield _quad(evidence, OA.hasSource, node, graph)


def agent_quads(agents: Agents, *, minter: Minter) -> Iterator[Quad]:
    """Quads of the software that made the claims and links: one record a build, however many claims."""
    graph = iri(minter.graph("claims"))
    all_agents = {agents.extractor, agents.relations, agents.results} | ({agents.links} if agents.links else set())
    for agent in sorted(all_agents, key=lambda a: (a.name, a.version)):
        node = _agent(agent, minter)
        yield _quad(node, RDF.type, _node(PROV.SoftwareAgent), graph)
        yield _quad(node, RDFS.label, Literal(agent.name), graph)
        yield _quad(node, SDO.softwareVersion, Literal(agent.version), graph)


def ontology_quads(*, minter: Minter) -> Iterator[Quad]:
    """Quads of the ontology, so that a graph says what its terms mean."""
    graph = iri(minter.graph("schema"))
    for triple in turtle_triples(ONTOLOGY):
        yield Quad(triple.subject, triple.predicate, triple.object, graph)


def paper_counts(all_claims: Iterable[Claim]) -> Counter[str]:
    """Number of papers that give each entity a role, by the entity's IRI."""
    return Counter(claim.object for claim in all_claims if not claim.between)


def _claim_quads(claim: Claim, paper: Paper, agents: Agents, minter: Minter) -> Iterator[Quad]:
    graph = iri(minter.graph("claims"))
    terms: Mapping[str, URIRef] = RELATION_TERMS if claim.between else ROLE_TERMS
    subject, predicate, object_ = iri(claim.subject), _node(terms[claim.predicate]), iri(claim.object)
    yield Quad(subject, predicate, object_)
    node = iri(minter.claim(paper.id, claim.subject, claim.predicate, claim.object))
    yield _quad(node, RDF.type, _node(KG.Claim), graph)
    if claim.derived:
        yield _quad(node, RDF.type, _node(KG.DerivedClaim), graph)
    yield _quad(node, RDF.subject, subject, graph)
    yield _quad(node, RDF.predicate, predicate, graph)
    yield _quad(node, RDF.object, object_, graph)
    agent = agents.relations if claim.between else agents.extractor
    yield from _said(node, paper, claim.sentences, claim.span, claim.confidence, agent, minter)
    yield from _status_quads(node, claim.status, minter)


def _support_quads(claim: Claim, support: Mapping[Edge, Support], minter: Minter) -> Iterator[Quad]:
    """Quads of what all papers together say of a claim's edge; a paper's own edges have no other's."""
    if claim.between:
        node = iri(minter.claim(claim.paper, claim.subject, claim.predicate, claim.object))
        of_edge = support[claim.subject, claim.predicate, claim.object]
        graph = iri(minter.graph("claims"))
        yield _quad(node, KG.edgeConfidence, _decimal(of_edge.confidence), graph)
        yield _quad(node, KG.support, _integer(of_edge.papers), graph)


def _status_quads(node: NamedNode, status: Status, minter: Minter) -> Iterator[Quad]:
    if status != "stated":
        yield _quad(node, KG.status, Literal(status), iri(minter.graph("claims")))


def _result_quads(result: Result, paper: Paper, agents: Agents, minter: Minter) -> Iterator[Quad]:
    graph = iri(minter.graph("claims"))
    node = iri(minter.result(paper.id, result.span.start, result.span.end))
    yield _quad(iri(minter.paper(paper.id)), KG.hasResult, node)
    yield _quad(node, RDF.type, _node(KG.Result), graph)
    yield _quad(node, KG.value, Literal(result.value), graph)
    if result.number is not None:
        yield _quad(node, KG.number, _decimal(result.number), graph)
    if result.high is not None:
        yield _quad(node, KG.high, _decimal(result.high), graph)
    if result.unit:
        yield _quad(node, KG.unit, Literal(result.unit), graph)
    if result.standard is not None and result.standard_unit is not None:
        yield _quad(node, KG.standardNumber, _decimal(result.standard), graph)
        yield _quad(node, KG.standardUnit, Literal(result.standard_unit), graph)
        if result.standard_high is not None:
            yield _quad(node, KG.standardHigh, _decimal(result.standard_high), graph)
    yield _quad(node, KG.isChange, Literal("true" if result.change else "false", datatype=_node(XSD.boolean)), graph)
    if result.direction:
        yield _quad(node, KG.direction, Literal(result.direction), graph)
    parts: tuple[tuple[URIRef, EntityType, str | None], ...] = (
        (KG.metric, "Metric", result.metric),
        (KG.method, "Method", result.method),
        (KG.dataset, "Dataset", result.dataset),
        (KG.hardware, "Hardware", result.hardware),
        (KG.comparedTo, "Method", result.compared),
    )
    for term, type_, key in parts:
        if key is not None:
            yield _quad(node, term, iri(minter.entity(type_, key)), graph)
    yield from _said(node, paper, (result.sentence,), result.span, result.confidence, agents.results, minter)
    yield from _status_quads(node, result.status, minter)


def _said(
    node: NamedNode,
    paper: Paper,
    sentences: Sequence[Span],
    span: Span,
    confidence: float,
    agent: Agent,
    minter: Minter,
) -> Iterator[Quad]:
    """Quads that claims and results share: who says so, where, in which words, how surely."""
    graph = iri(minter.graph("claims"))
    yield _quad(node, KG.claimedBy, iri(minter.paper(paper.id)), graph)
    for sentence in sentences:
        yield _quad(node, KG.evidence, iri(minter.evidence(paper.id, sentence.start, sentence.end)), graph)
    yield _quad(node, KG.confidence, _decimal(confidence), graph)
    yield _quad(node, KG.spanStart, _integer(span.start), graph)
    yield _quad(node, KG.spanEnd, _integer(span.end), graph)
    yield _quad(node, PROV.wasAttributedTo, _agent(agent, minter), graph)


def _agent(agent: Agent, minter: Minter) -> NamedNode:
    return iri(minter.agent(f"{agent.name} {agent.version}"))


def _node(term: URIRef) -> NamedNode:
    return NamedNode(str(term))


def _quad(subject: NamedNode, predicate: URIRef, value: NamedNode | Literal, graph: NamedNode | None = None) -> Quad:
    return Quad(subject, _node(predicate), value, graph) if graph else Quad(subject, _node(predicate), value)


def _integer(number: int) -> Literal:
    return Literal(str(number), datatype=_node(XSD.integer))


def _decimal(number: float) -> Literal:
    """Canonical xsd:decimal, as the store keeps it: no exponent, no trailing zeros, no bare point."""
    text = f"{Decimal(repr(number)):f}"
    return Literal(text.rstrip("0").rstrip(".") if "." in text else text, datatype=_node(XSD.decimal))
