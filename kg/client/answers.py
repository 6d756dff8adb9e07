"""What answers hold: a frozen dataclass for each type of the GraphQL schema, as far as the client selects it.

A field is called as in the schema, in Python's spelling, and may be None where the schema lets it.
The documents that are sent select exactly these fields (`kg.client.selecting`); tests hold names,
types, None and the values of enumerations to ``schema/api.graphql``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

from kg.client.terms import ChangeDirection, Direction, EntityType, FigureOrder, Match, Relation, Role, Status

# How many claims stand with an edge is said by the variable of each document.
_CLAIMS: Final = {"arguments": "first: $claims"}
# Counting a long list takes time, so that only a page that is asked for by itself is counted.
_COUNT: Final = {"directive": "@include(if: $count)"}


@dataclass(frozen=True, slots=True)
class PaperName:
    """A paper by its title."""

    SDL: ClassVar[str] = "Paper"
    iri: str
    title: str
    year: int | None
    identifiers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EntityName:
    """An entity by its preferred name."""

    SDL: ClassVar[str] = "Entity"
    iri: str
    type: EntityType
    name: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sentence of a paper, word for word, at half-open offsets in "title, line feed, abstract"."""

    SDL: ClassVar[str] = "Evidence"
    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Claim:
    """What one paper says, with the sentences it stands on."""

    SDL: ClassVar[str] = "Claim"
    iri: str
    subject: PaperName | EntityName
    predicate: str
    object: EntityName
    paper: PaperName
    quotes: tuple[Evidence, ...]
    confidence: float
    status: Status
    derived: bool
    edge_confidence: float | None
    support: int | None


@dataclass(frozen=True, slots=True)
class ConceptLink:
    """A concept of a vocabulary that others keep."""

    SDL: ClassVar[str] = "ConceptLink"
    target: str
    match: Match
    score: float


@dataclass(frozen=True, slots=True)
class CommunityName:
    """A community by its label."""

    SDL: ClassVar[str] = "Community"
    iri: str
    label: str


@dataclass(frozen=True, slots=True)
class Entity:
    """A method, task, dataset, piece of hardware or metric."""

    SDL: ClassVar[str] = "Entity"
    iri: str
    id: str
    type: EntityType
    name: str
    aliases: tuple[str, ...]
    definition: str | None
    links: tuple[ConceptLink, ...]
    paper_count: int
    broader: tuple[EntityName, ...]
    degree: int | None
    page_rank: float | None
    betweenness: float | None
    community: CommunityName | None


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper."""

    SDL: ClassVar[str] = "Paper"
    iri: str
    id: str
    title: str
    abstract: str | None
    year: int | None
    authors: tuple[str, ...]
    venue: str | None
    url: str | None
    keywords: tuple[str, ...]
    identifiers: tuple[str, ...]
    degree: int | None
    page_rank: float | None
    betweenness: float | None
    community: CommunityName | None


@dataclass(frozen=True, slots=True)
class Result:
    """A value that a paper reports."""

    SDL: ClassVar[str] = "Result"
    iri: str
    value: str
    number: float | None
    high: float | None
    unit: str | None
    standard_number: float | None
    standard_high: float | None
    standard_unit: str | None
    change: bool
    direction: ChangeDirection | None
    compared_to: EntityName | None
    label: str | None
    metric: EntityName | None
    method: EntityName | None
    dataset: EntityName | None
    hardware: EntityName | None
    paper: PaperName
    quotes: tuple[Evidence, ...]
    confidence: float
    status: Status


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Where a page lies in its list."""

    SDL: ClassVar[str] = "PageInfo"
    has_next_page: bool
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class EntityEdge:
    """An entity in a list."""

    SDL: ClassVar[str] = "EntityEdge"
    cursor: str
    node: Entity


@dataclass(frozen=True, slots=True)
class EntityPage:
    """A page of entities; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "EntityConnection"
    page_info: PageInfo
    edges: tuple[EntityEdge, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class PaperEdge:
    """A paper in a list."""

    SDL: ClassVar[str] = "PaperEdge"
    cursor: str
    node: Paper


@dataclass(frozen=True, slots=True)
class PaperPage:
    """A page of papers; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "PaperConnection"
    page_info: PageInfo
    edges: tuple[PaperEdge, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class MentionedEdge:
    """An entity of a paper, what it is to it, and the claims that say so."""

    SDL: ClassVar[str] = "PaperEntityEdge"
    cursor: str
    node: EntityName
    role: Role
    claims: tuple[Claim, ...] = field(metadata=_CLAIMS)


@dataclass(frozen=True, slots=True)
class MentionedPage:
    """A page of a paper's entities; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "PaperEntityConnection"
    page_info: PageInfo
    edges: tuple[MentionedEdge, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class RelatedEdge:
    """An entity related to the one that was asked, how surely, and the claims that say so."""

    SDL: ClassVar[str] = "RelatedEdge"
    cursor: str
    node: EntityName
    relation: Relation
    direction: Direction
    claim_count: int
    confidence: float | None
    claims: tuple[Claim, ...] = field(metadata=_CLAIMS)


@dataclass(frozen=True, slots=True)
class RelatedPage:
    """A page of related entities; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "RelatedConnection"
    page_info: PageInfo
    edges: tuple[RelatedEdge, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class ClaimEdge:
    """A claim in a list."""

    SDL: ClassVar[str] = "ClaimEdge"
    cursor: str
    node: Claim


@dataclass(frozen=True, slots=True)
class ClaimPage:
    """A page of claims; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "ClaimConnection"
    page_info: PageInfo
    edges: tuple[ClaimEdge, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class FigureEdge:
    """A result, and where it stands among those it can be compared with."""

    SDL: ClassVar[str] = "FigureEdge"
    cursor: str
    node: Result
    rank: int
    number: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class FigureUnit:
    """Number of figures of a list that are in a unit."""

    SDL: ClassVar[str] = "FigureUnit"
    unit: str | None
    count: int


@dataclass(frozen=True, slots=True)
class FigurePage:
    """A page of figures; ``total_count`` is None where it was not asked for."""

    SDL: ClassVar[str] = "FigureConnection"
    page_info: PageInfo
    edges: tuple[FigureEdge, ...]
    order: FigureOrder | None
    units: tuple[FigureUnit, ...]
    total_count: int | None = field(metadata=_COUNT)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a path; ``forward`` where it goes from subject to object."""

    SDL: ClassVar[str] = "PathStep"
    subject: PaperName | EntityName
    predicate: str
    object: PaperName | EntityName
    forward: bool
    claims: tuple[Claim, ...] = field(metadata=_CLAIMS)


@dataclass(frozen=True, slots=True)
class Path:
    """A shortest path."""

    SDL: ClassVar[str] = "Path"
    length: int
    nodes: tuple[PaperName | EntityName, ...]
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A node of a neighbourhood, and the number of edges that lie between."""

    SDL: ClassVar[str] = "Neighbour"
    node: PaperName | EntityName
    distance: int


@dataclass(frozen=True, slots=True)
class Link:
    """An edge of a neighbourhood."""

    SDL: ClassVar[str] = "Link"
    subject: PaperName | EntityName
    predicate: str
    object: PaperName | EntityName
    claims: tuple[Claim, ...] = field(metadata=_CLAIMS)


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """What lies around a node; ``truncated`` where nodes within the depth were left out."""

    SDL: ClassVar[str] = "Neighbourhood"
    nodes: tuple[Neighbour, ...]
    edges: tuple[Link, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class TypeCount:
    """Number of entities of a type."""

    SDL: ClassVar[str] = "TypeCount"
    type: EntityType
    count: int


@dataclass(frozen=True, slots=True)
class RoleCount:
    """Number of edges from papers to entities in a role."""

    SDL: ClassVar[str] = "RoleCount"
    role: Role
    count: int


@dataclass(frozen=True, slots=True)
class RelationCount:
    """Number of edges between entities by a relation."""

    SDL: ClassVar[str] = "RelationCount"
    relation: Relation
    count: int


@dataclass(frozen=True, slots=True)
class YearCount:
    """Number of papers of a year; None for papers without one."""

    SDL: ClassVar[str] = "YearCount"
    year: int | None
    count: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The build of the graph that is served."""

    SDL: ClassVar[str] = "Snapshot"
    fingerprint: str
    manifest: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Statistics:
    """Counts of the whole graph."""

    SDL: ClassVar[str] = "Statistics"
    papers: int
    entities: int
    claims: int
    relation_claims: int
    derived_claims: int
    results: int
    communities: int
    entities_by_type: tuple[TypeCount, ...]
    edges_by_role: tuple[RoleCount, ...]
    edges_by_relation: tuple[RelationCount, ...]
    papers_by_year: tuple[YearCount, ...]
    snapshot: Snapshot
