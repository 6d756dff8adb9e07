"""The values that flow through the package: frozen, without behaviour, without I/O."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, TypeAlias

EntityType: TypeAlias = Literal["Method", "Task", "Dataset", "Hardware", "Metric"]
Role: TypeAlias = Literal[
    "proposes", "uses", "comparesWith", "studies", "mentions", "addresses",
    "introduces", "evaluatesOn", "runsOn", "sensesWith", "reports",
]  # fmt: skip

#: The entity types, in the order in which they are listed everywhere.
TYPES: Final[tuple[EntityType, ...]] = ("Method", "Task", "Dataset", "Hardware", "Metric")

#: The roles an entity of a type can have in a paper, most telling first.
ROLES: Final[dict[EntityType, tuple[Role, ...]]] = {
    "Method": ("proposes", "uses", "comparesWith", "studies", "mentions"),
    "Task": ("addresses", "mentions"),
    "Dataset": ("introduces", "evaluatesOn", "mentions"),
    "Hardware": ("runsOn", "sensesWith", "mentions"),
    "Metric": ("reports",),
}

Relation: TypeAlias = Literal[
    "usedFor", "partOf", "subClassOf", "comparedWith", "evaluatedWith", "trainedWith",
    "benchmarkFor", "evaluatedBy", "runsOn", "sensesWith",
]  # fmt: skip

#: How a paper says something that it does say: as a fact, or as what may be.
Status: TypeAlias = Literal["stated", "hedged"]


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper: what its source file said of it.

    Attributes
    ----------
    id : str
        Stable identifier ``scheme:value``: ``arxiv:2106.14405``, ``doi:10.1000/xyz``,
        ``acl:P17-1001`` where the source names one, else ``title:`` and 16 hex digits of
        the hash of the normalised title.
    title, abstract : str
        Unicode NFC, white space folded to single spaces; the abstract may be empty, the
        title may not.
    local_id : str
        The record's own id in its file, verbatim ("P17", "00363db31c", a BibTeX key); the
        `id` where it has none.
    year : int or None
        Year of publication, 1000 to 9999.
    authors : tuple of str
        Names as given, in order.
    venue, url : str or None
        Journal, conference or series; an http(s) address.
    keywords : tuple of str
        The authors' or source's keywords, categories included.
    identifiers : tuple of str
        All known identifiers in the form of `id`, sorted; holds `id` unless that is a title hash.
    """

    id: str
    title: str
    abstract: str = ""
    local_id: str = ""
    year: int | None = None
    authors: tuple[str, ...] = ()
    venue: str | None = None
    url: str | None = None
    keywords: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """The text that all spans of this paper point into: title, line feed, abstract."""
        return f"{self.title}\n{self.abstract}" if self.abstract else self.title


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of characters ``[start, end)`` of a paper's text."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Mention:
    """A stretch of a paper's text that names an entity: ``text == paper.text[start:end]``.

    Attributes
    ----------
    paper : str
        Id of the paper.
    start, end : int
        Half-open character offsets into the paper's text.
    text : str
        The characters between them.
    type : EntityType
    role : Role
        Role of the entity in this paper, as this mention shows it.
    confidence : float
        Probability of the type and extent, 0 to 1, two decimals.
    role_confidence : float
        Probability of the role, given that the mention is right, 0 to 1, two decimals.
    sentence : Span
        The sentence around the mention.
    """

    paper: str
    start: int
    end: int
    text: str
    type: EntityType
    role: Role
    confidence: float
    role_confidence: float
    sentence: Span


@dataclass(frozen=True, slots=True)
class Link:
    """A relation between two mentions of a paper, as the model judges it.

    Attributes
    ----------
    subject, object : int
        Places among the paper's mentions.
    relation : Relation
    odds : float
        Natural logarithm of its odds against no relation, two decimals.
    """

    subject: int
    object: int
    relation: Relation
    odds: float


@dataclass(frozen=True, slots=True)
class Figure:
    """A number in a paper that may be a result, and the mentions that it may be one of, as the model judges it.

    Attributes
    ----------
    start, end : int
        Half-open character offsets of the value into the paper's text, unit included.
    odds : float
        Natural logarithm of the odds that it is the value of a result, two decimals.
    slots : tuple of (int, float)
        Places among the paper's mentions, and the logarithm of the odds that the result is one of that mention.
    """

    start: int
    end: int
    odds: float
    slots: tuple[tuple[int, float], ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that the model finds in one paper.

    Attributes
    ----------
    mentions : tuple of Mention
        By offset.
    links : tuple of Link or None
        None from a model that judges no relations; then rules do (`kg.derive`).
    figures : tuple of Figure or None
        None from a model that judges no results; then rules do (`kg.extract.results`).
    """

    mentions: tuple[Mention, ...]
    links: tuple[Link, ...] | None = None
    figures: tuple[Figure, ...] | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One thing that papers speak of, whatever they call it.

    Attributes
    ----------
    key : str
        Identity within its type, made from content: the slug of the preferred name, or the
        concept's name in the taxonomy. ``(type, key)`` determines the IRI.
    type : EntityType
    name : str
        Preferred name.
    aliases : tuple of str
        Other names found, sorted, without `name`.
    concept : str or None
        Name of the taxonomy concept it is, if it is one.
    broader : tuple of str
        Keys of broader entities of the same type, sorted.
    broader_confidence : float or None
        Probability that it is a kind of them, 0 to 1, two decimals, where its name alone says so; None where the
        taxonomy does.
    """

    key: str
    type: EntityType
    name: str
    aliases: tuple[str, ...] = ()
    concept: str | None = None
    broader: tuple[str, ...] = ()
    broader_confidence: float | None = None


@dataclass(frozen=True, slots=True)
class PaperEntity:
    """What one paper says of one entity: its mentions there, seen as one.

    Attributes
    ----------
    paper : str
        Id of the paper.
    entity : tuple of (EntityType, str)
        Type and key of the entity.
    role : Role
        The role the mentions vote for, weighted by confidence.
    confidence : float
        Probability that the paper mentions this entity in this role, 0 to 1, two decimals.
    mentions : tuple of Mention
        At least one, by offset.
    """

    paper: str
    entity: tuple[EntityType, str]
    role: Role
    confidence: float
    mentions: tuple[Mention, ...]


@dataclass(frozen=True, slots=True)
class Claim:
    """One edge as one paper states it, with the words that say so.

    Attributes
    ----------
    subject, object : str
        IRIs of a paper or an entity.
    predicate : str
        Local name of a property of the ontology (a role or a relation).
    paper : str
        Id of the paper that makes the claim.
    span : Span
        The mention of the object (of the subject and object together for relations).
    sentences : tuple of Span
        Sentences of evidence, by offset; never empty.
    confidence : float
        Probability that the claim is right, 0 to 1, two decimals.
    derived : bool
        Whether a rule made it from other claims instead of the extractor from the text.
    status : Status
        Whether the paper says so, or that it might be so.
    between : bool
        Whether it links two entities, by a relation; else the paper and an entity, by a role.
    """

    subject: str
    predicate: str
    object: str
    paper: str
    span: Span
    sentences: tuple[Span, ...]
    confidence: float
    derived: bool = False
    status: Status = "stated"
    between: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """A figure that a paper reports, verbatim, with what it is a figure of.

    Attributes
    ----------
    paper : str
        Id of the paper.
    metric : str or None
        Key of the entity that the value is one of.
    value : str
        The value verbatim, unit included ("41.8%", "35Hz").
    number : float or None
        The value as a number, in `unit`; of a range the lower one.
    unit : str or None
        Unit as written ("%", "Hz", "x"); None for a bare number.
    method, dataset, hardware : str or None
        Keys of entities of the same paper that it is a figure of.
    span : Span
        Where the value stands.
    sentence : Span
        The sentence around it.
    confidence : float
        0 to 1, two decimals.
    high : float or None
        Upper end of a range, in `unit`.
    standard, standard_high : float or None
        `number` and `high` in `standard_unit`.
    standard_unit : str or None
        The one unit of its dimension in which figures are compared ("W", "s", "op/s", "%"); None where the unit
        is none of measurement.
    change : bool
        Whether it is a difference from something else, or a ratio to it.
    direction : {"increase", "decrease"} or None
        Which way a change goes, where the sentence says so.
    compared : str or None
        Key of the method that a change is relative to.
    status : Status
        Whether the paper says so, or that it might be so.
    """

    paper: str
    metric: str | None
    value: str
    number: float | None
    unit: str | None
    method: str | None
    dataset: str | None
    hardware: str | None
    span: Span
    sentence: Span
    confidence: float
    high: float | None = None
    standard: float | None = None
    standard_high: float | None = None
    standard_unit: str | None = None
    change: bool = False
    direction: Literal["increase", "decrease"] | None = None
    compared: str | None = None
    status: Status = "stated"
