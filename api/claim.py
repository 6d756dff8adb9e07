"""Claims, the results that papers report, and the sentences both stand on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, TypeAlias, cast

import strawberry

from api.context import Info
from api.errors import ArgumentError
from api.fields import resolved
from api.listing import Listed
from api.loaders import RELATION_OF, ROLE_OF, ClaimRow, Edge, Facts, surest_first
from api.node import Connection, Node, joined, load_node, load_nodes
from api.pages import Page
from api.vocabulary import ChangeDirection, Status
from schema.vocab import KG, OA, PROV, RDF, RDFS, SDO

if TYPE_CHECKING:
    from api.entity import Entity
    from api.paper import Paper

__all__ = [
    "Claim",
    "ClaimConnection",
    "ClaimEdge",
    "Evidence",
    "Extractor",
    "FewClaims",
    "Result",
    "claim_connection",
    "claims_of",
]

AnEntity: TypeAlias = Annotated["Entity", strawberry.lazy("api.entity")]
APaper: TypeAlias = Annotated["Paper", strawberry.lazy("api.paper")]
FewClaims: TypeAlias = Annotated[int, strawberry.argument(description="How many, surest first, 0 to 100.")]


@strawberry.type(description="A sentence of a paper that a claim or result stands on, word for word.")
class Evidence:
    """A sentence with its place."""

    text: str = strawberry.field(description="The sentence, verbatim.")
    start: int = strawberry.field(
        description="Where it begins: characters from the start of the paper's title, line feed, abstract."
    )
    end: int = strawberry.field(description="Where it ends, the character behind its last.")


@strawberry.type(description="The software that made a claim.")
class Extractor:
    """An agent, in PROV's words."""

    iri: str = strawberry.field(description="IRI of the agent.")
    name: str = strawberry.field(description="Its name.")
    version: str | None = strawberry.field(description="Version of its model or rules.")


@strawberry.type
class Stated(Node):
    """Base of claims and results: what both say of where they come from."""

    @resolved("The paper that says so.")
    async def paper(self, info: Info) -> APaper:
        """Load the paper."""
        return cast("Paper", await load_node(info, self.facts.text(KG.claimedBy)))

    @resolved("The sentences that say so, in the order of the text.")
    async def quotes(self, info: Info) -> list[Evidence]:
        """Load the sentences."""
        found = await info.context.load.facts.load_many(self.facts.texts(KG.evidence))
        return sorted((_evidence(facts) for facts in found if facts), key=lambda quote: (quote.start, quote.end))

    @resolved("How sure the extractor is of having read this paper rightly, 0 to 1.")
    def confidence(self) -> float:
        """Read it."""
        return self.facts.real(KG.confidence) or 0.0

    @resolved("Whether the paper states it, or says that it may be so.")
    def status(self) -> Status:
        """Read it; what is stated says nothing of it."""
        return Status(self.facts.text(KG.status) or Status.STATED.value)

    @resolved("Where in the paper's text the best mention begins, in characters.")
    def span_start(self) -> int | None:
        """Read it."""
        return self.facts.whole(KG.spanStart)

    @resolved("Where in the paper's text the best mention ends, the character behind its last.")
    def span_end(self) -> int | None:
        """Read it."""
        return self.facts.whole(KG.spanEnd)

    @resolved("The software that found it.")
    async def extractor(self, info: Info) -> Extractor | None:
        """Load the agent."""
        agent = self.facts.text(PROV.wasAttributedTo)
        facts = await info.context.load.facts.load(agent) if agent else None
        if facts is None:
            return None
        return Extractor(
            iri=facts.iri, name=facts.text(RDFS.label) or facts.iri, version=facts.text(SDO.softwareVersion)
        )


@strawberry.type(description="What one paper says: an edge of the graph, with the sentences it stands on.")
class Claim(Stated, classes=[KG.Claim]):
    """A claim."""

    @resolved("What it is about: a paper or an entity.")
    async def subject(self, info: Info) -> Node:
        """Load the subject."""
        return cast(Node, await load_node(info, self.facts.text(RDF.subject)))

    @resolved("Name of the role or relation, such as `evaluatesOn` or `usedFor`.")
    def predicate(self) -> str:
        """Name the property as the ontology does."""
        return predicate_name(self.facts.text(RDF.predicate) or "")

    @resolved("IRI of the role or relation.")
    def predicate_iri(self) -> str:
        """Read it."""
        return self.facts.text(RDF.predicate) or ""

    @resolved("The entity it says this of.")
    async def object(self, info: Info) -> AnEntity:
        """Load the object."""
        return cast("Entity", await load_node(info, self.facts.text(RDF.object)))

    @resolved("Whether it follows from other claims and was not read from a sentence of its own.")
    def derived(self) -> bool:
        """Look at the classes."""
        return str(KG.DerivedClaim) in self.facts.texts(RDF.type)

    @resolved(
        "Probability that the edge is right by the claims of all papers together, 0 to 1; null for what a paper "
        "says of itself, which no other can say."
    )
    def edge_confidence(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.edgeConfidence)

    @resolved("Number of papers that state the edge, this one included; null for what a paper says of itself.")
    def support(self) -> int | None:
        """Read it."""
        return self.facts.whole(KG.support)


@strawberry.type(description="A value that a paper reports: of which metric, by what, on what.")
class Result(Stated, classes=[KG.Result]):
    """A result."""

    @resolved("The value as the paper writes it, such as `41.8%`.")
    def value(self) -> str:
        """Read it."""
        return self.facts.text(KG.value) or ""

    @resolved("The value as a number, where it is one; of a range the lower end.")
    def number(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.number)

    @resolved("Upper end of a range.")
    def high(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.high)

    @resolved("The unit of `number` and `high`, as the paper writes it.")
    def unit(self) -> str | None:
        """Read it."""
        return self.facts.text(KG.unit)

    @resolved("The number counted in `standardUnit`, so that papers with different units can be compared.")
    def standard_number(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.standardNumber)

    @resolved("Upper end of a range, counted in `standardUnit`.")
    def standard_high(self) -> float | None:
        """Read it."""
        return self.facts.real(KG.standardHigh)

    @resolved("The one unit of its dimension in which figures are compared, such as `W`, `s`, `op/s`, `%` or `x`.")
    def standard_unit(self) -> str | None:
        """Read it."""
        return self.facts.text(KG.standardUnit)

    @resolved("Whether it is a difference from something else or a ratio to it, and not a value by itself.")
    def change(self) -> bool:
        """Read it."""
        return self.facts.truth(KG.isChange)

    @resolved("Which way a change goes, where the sentence says so.")
    def direction(self) -> ChangeDirection | None:
        """Read it."""
        found = self.facts.text(KG.direction)
        return ChangeDirection(found) if found else None

    @resolved("The method that a change is relative to.")
    async def compared_to(self, info: Info) -> AnEntity | None:
        """Load the method."""
        return cast("Entity | None", await load_node(info, self.facts.text(KG.comparedTo)))

    @resolved("Metric and value in words.")
    def label(self) -> str | None:
        """Read it."""
        return self.facts.text(RDFS.label)

    @resolved("What was measured.")
    async def metric(self, info: Info) -> AnEntity | None:
        """Load the metric."""
        return cast("Entity | None", await load_node(info, self.facts.text(KG.metric)))

    @resolved("What reached it.")
    async def method(self, info: Info) -> AnEntity | None:
        """Load the method."""
        return cast("Entity | None", await load_node(info, self.facts.text(KG.method)))

    @resolved("What it was reached on.")
    async def dataset(self, info: Info) -> AnEntity | None:
        """Load the dataset."""
        return cast("Entity | None", await load_node(info, self.facts.text(KG.dataset)))

    @resolved("The device it was reached on.")
    async def hardware(self, info: Info) -> AnEntity | None:
        """Load the hardware."""
        return cast("Entity | None", await load_node(info, self.facts.text(KG.hardware)))


@strawberry.type(description="A claim in a list.")
class ClaimEdge:
    """An edge of a connection."""

    cursor: str = strawberry.field(description="Place of the claim in the list.")
    node: Claim = strawberry.field(description="The claim.")


@strawberry.type(description="A page of claims, surest first.")
class ClaimConnection(Connection):
    """A connection."""

    edges: list[ClaimEdge] = strawberry.field(description="The claims of this page.")


async def claim_connection(info: Info, page: Page[Listed] | Page[ClaimRow]) -> ClaimConnection:
    """Connection of a page of claims."""
    found = await joined(info, cast("Page[Listed]", page), lambda row: row.iri)
    return ClaimConnection(
        edges=[ClaimEdge(cursor=at, node=cast(Claim, node)) for at, _, node in found],
        page_info=page.page_info,
        count=page.count,
    )


async def claims_of(info: Info, edges: Sequence[Edge], first: int) -> list[Claim]:
    """Claims that state any of these edges, surest first."""
    if not 0 <= first <= info.context.limits.page:
        raise ArgumentError(f"`first` is {first}", f"give 0 to {info.context.limits.page}")
    found = await info.context.load.claims_of_edge.load_many(edges)
    surest = sorted((claim for claims in found for claim in claims), key=surest_first)[:first]
    return cast("list[Claim]", await load_nodes(info, (claim.iri for claim in surest)))


def predicate_name(term: str) -> str:
    """Name of a role's or relation's property, as the model calls it."""
    return ROLE_OF.get(term) or RELATION_OF.get(term) or term


def _evidence(facts: Facts) -> Evidence:
    return Evidence(text=facts.text(OA.exact) or "", start=facts.whole(OA.start) or 0, end=facts.whole(OA.end) or 0)
