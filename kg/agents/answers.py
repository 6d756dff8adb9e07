"""What the tools answer: frozen values, small enough to be read by a model.

Names, titles and quotes are text of papers, verbatim; offsets are half-open characters of "title,
line feed, abstract". A confidence is between 0 and 1.

What a tool answers has no slots: the protocol's library reads defaults from the class to publish its schema.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

__all__ = [
    "Cited",
    "Described",
    "DescribedPaper",
    "Edge",
    "Entry",
    "Evidence",
    "Figure",
    "Found",
    "Hit",
    "Link",
    "Neighbours",
    "Node",
    "Paths",
    "Quoted",
    "Route",
    "Rows",
    "Statement",
]


@dataclass(frozen=True, slots=True)
class Node:
    """An entity or a paper: IRI, type (an entity's, or Paper), name or title."""

    iri: str
    type: str
    name: str


@dataclass(frozen=True, slots=True)
class Cited:
    """A paper as it is cited."""

    iri: str
    id: str
    title: str
    year: int | None


@dataclass(frozen=True, slots=True)
class Quoted:
    """A sentence of a paper, verbatim, at its offsets."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Hit:
    """A node that a search found; `matched` says by what."""

    iri: str
    type: str
    name: str
    matched: str
    papers: int | None = None
    year: int | None = None
    definition: str | None = None


@dataclass(frozen=True)
class Found:
    """What a search found, the likest first; `next` is the cursor of what follows."""

    hits: tuple[Hit, ...]
    total: int
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Link:
    """The same or a close concept in a vocabulary that others keep."""

    iri: str
    match: str
    score: float


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim: what one paper says, with the sentences it stands on.

    `status` is stated or hedged; `derived` says that a rule concluded it from what the paper says.
    """

    iri: str
    subject: Node
    predicate: str
    object: Node
    confidence: float
    status: str
    derived: bool
    paper: Cited
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that a paper reports, verbatim, and what it is of: metric, method, dataset, hardware, compared to."""

    iri: str
    value: str
    of: Mapping[str, str]
    confidence: float
    status: str
    paper: Cited
    quotes: tuple[Quoted, ...]


@dataclass(frozen=True, slots=True)
class Described:
    """An entity: names, place in the taxonomy, numbers of edges by role and relation, links."""

    iri: str
    type: str
    name: str
    aliases: tuple[str, ...]
    aliases_total: int
    definition: str | None
    papers: int
    broader: tuple[Node, ...]
    narrower: tuple[Node, ...]
    narrower_total: int
    roles: Mapping[str, int]
    relations: Mapping[str, int]
    community: str | None
    page_rank: float | None
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class DescribedPaper:
    """A paper: what is known of it, its entities by role, its results."""

    iri: str
    type: str
    name: str
    id: str
    year: int | None
    authors: tuple[str, ...]
    venue: str | None
    url: str | None
    abstract: str | None
    entities: Mapping[str, tuple[Node, ...]]
    results: tuple[Figure, ...]
    results_total: int


@dataclass(frozen=True)
class Entry:
    """A description: of an entity or of a paper, the other is None."""

    entity: Described | None
    paper: DescribedPaper | None


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge between the node that was asked and another one.

    `direction` is out where the node that was asked is the subject; `source` is papers or taxonomy;
    `papers` counts those that state it; `claim`, `quote` and `paper` are of the surest claim.
    """

    predicate: str
    direction: str
    node: Node
    source: str
    confidence: float | None
    papers: int
    status: str
    claim: str | None = None
    quote: str | None = None
    paper: Cited | None = None


@dataclass(frozen=True)
class Neighbours:
    """Edges of a node, those between entities first, the surest first; `next` is the cursor of what follows."""

    node: Node
    edges: tuple[Edge, ...]
    total: int
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A path: its nodes in order, and for each step the surest claim; `confidence` is the product of theirs."""

    nodes: tuple[Node, ...]
    steps: tuple[Statement, ...]
    confidence: float


@dataclass(frozen=True)
class Paths:
    """Shortest paths between two nodes, the surest first; `kinds` leads from the narrower up to the broader."""

    one: Node
    other: Node
    length: int | None
    paths: tuple[Route, ...]
    kinds: tuple[Node, ...]


@dataclass(frozen=True)
class Evidence:
    """Claims and figures with their sentences, the surest first; `next` is the cursor of what follows."""

    claims: tuple[Statement, ...]
    claims_total: int
    figures: tuple[Figure, ...]
    figures_total: int
    next: str | None = None


@dataclass(frozen=True)
class Rows:
    """Answer of a SPARQL query.

    `form` is SELECT, ASK or CONSTRUCT; `rows` hold what SELECT binds, `truth` what ASK says, `graph`
    what CONSTRUCT makes, in Turtle. `more` says that the answer was cut; `shortened` that long values were.
    """

    form: str
    variables: tuple[str, ...] = ()
    rows: tuple[Mapping[str, str | int | float | bool], ...] = ()
    truth: bool | None = None
    graph: str | None = None
    more: bool = False
    shortened: bool = False
