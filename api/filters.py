"""The inputs of the API: which papers, entities, claims, communities are wanted.

A condition that is left out holds of everything; all that are given must hold. Filters nest, so that
what holds of papers is said in one way wherever papers stand behind something: ``papers`` of an
entity filter or claim filter is a `PaperFilter`.
"""

from __future__ import annotations

import strawberry

from api.vocabulary import Direction, EntityType, Relation, Role

__all__ = ["ClaimFilter", "CommunityFilter", "EntityFilter", "MemberFilter", "PaperFilter"]


@strawberry.input(description="Which papers are wanted; all conditions must hold.")
class PaperFilter:
    """Conditions on papers; None leaves one out."""

    year: int | None = strawberry.field(default=None, description="Published in this year.")
    year_from: int | None = strawberry.field(default=None, description="Published in this year or later.")
    year_to: int | None = strawberry.field(default=None, description="Published in this year or earlier.")
    venue: str | None = strawberry.field(
        default=None, description="Published at this venue: its whole name, letter case aside."
    )
    entity: str | None = strawberry.field(
        default=None, description="Mentions this entity: a global id, an IRI, or a name or alias, letter case aside."
    )
    include_narrower: bool = strawberry.field(
        default=True, description="Whether entities narrower than `entity` count too: a Jetson Nano is an edge device."
    )
    role: Role | None = strawberry.field(default=None, description="Has such an entity in this role.")
    type: EntityType | None = strawberry.field(default=None, description="Has such an entity of this type.")
    search: str | None = strawberry.field(
        default=None,
        description="Holds each of these words, or parts of words, in title or abstract, letter case aside.",
    )
    entities: list[str] | None = strawberry.field(
        default=None,
        description="Mentions every one of these, in whatever role, 6 at most: each as `entity`, narrower ones "
        "counted as `includeNarrower` says.",
    )
    relation: Relation | None = strawberry.field(
        default=None, description="Claims such a relation between two entities."
    )
    min_confidence: float | None = strawberry.field(
        default=None,
        description="By a claim at least this sure, 0 to 1: what `entity`, `role`, `type` and `relation` ask for; "
        "where none of these is given, any claim about the paper.",
    )
    community: strawberry.ID | None = strawberry.field(
        default=None, description="Belongs to this community: a global id or an IRI."
    )


@strawberry.input(description="Which entities are wanted; all conditions must hold.")
class EntityFilter:
    """Conditions on entities; None leaves one out."""

    type: EntityType | None = strawberry.field(default=None, description="Of this type.")
    search: str | None = strawberry.field(
        default=None,
        description="With each of these words, or parts of words, in a name or alias, letter case aside.",
    )
    broader: str | None = strawberry.field(
        default=None, description="A kind of this entity: a global id, an IRI, or a name or alias, letter case aside."
    )
    include_narrower: bool = strawberry.field(
        default=True, description="Whether kinds of kinds of `broader` count too."
    )
    min_papers: int | None = strawberry.field(default=None, description="With at least so many papers.")
    community: strawberry.ID | None = strawberry.field(
        default=None, description="Belongs to this community: a global id or an IRI."
    )
    role: Role | None = strawberry.field(
        default=None, description="In this role to a paper; where `papers` is given, to one of those."
    )
    papers: PaperFilter | None = strawberry.field(
        default=None, description="Mentioned by a paper that fulfils this: its year, its venue, what else it mentions."
    )
    relation: Relation | None = strawberry.field(default=None, description="At an end of this relation.")
    direction: Direction | None = strawberry.field(
        default=None, description="At this end of a relation: of `relation`, where it is given, else of any."
    )
    related_to: str | None = strawberry.field(
        default=None,
        description="Related to this entity, by `relation` where it is given: a global id, an IRI, or a name or alias.",
    )
    min_confidence: float | None = strawberry.field(
        default=None,
        description="By a claim at least this sure, 0 to 1: what `role` and `papers`, or `relation`, `direction` and "
        "`relatedTo` ask for; where none of these is given, any claim of a paper that mentions it.",
    )


@strawberry.input(description="Which claims are wanted; all conditions must hold.")
class ClaimFilter:
    """Conditions on claims; None leaves one out."""

    paper: strawberry.ID | None = strawberry.field(
        default=None, description="Made by this paper: a global id, an IRI or an identifier."
    )
    subject: strawberry.ID | None = strawberry.field(
        default=None, description="About this paper or entity: a global id, an IRI or a paper's identifier."
    )
    object: strawberry.ID | None = strawberry.field(
        default=None, description="That speak of this entity as their object: a global id or an IRI."
    )
    role: Role | None = strawberry.field(default=None, description="From a paper to an entity in this role.")
    relation: Relation | None = strawberry.field(default=None, description="Between entities, by this relation.")
    min_confidence: float | None = strawberry.field(default=None, description="At least this sure, 0 to 1.")
    derived: bool | None = strawberry.field(
        default=None, description="True: only what follows from other claims; false: only what a sentence says."
    )
    hedged: bool | None = strawberry.field(
        default=None, description="True: only what papers say may be so; false: only what they state."
    )
    min_support: int | None = strawberry.field(
        default=None,
        description="Between entities, their edge stated by at least so many papers.",
    )
    min_edge_confidence: float | None = strawberry.field(
        default=None,
        description="Between entities, their edge at least this sure by the claims of all papers together, 0 to 1.",
    )
    include_narrower: bool = strawberry.field(
        default=False, description="Whether entities narrower than `subject` and `object` count too."
    )
    type: EntityType | None = strawberry.field(default=None, description="Whose object is of this type.")
    subject_type: EntityType | None = strawberry.field(
        default=None, description="Between entities, whose subject is of this type."
    )
    papers: PaperFilter | None = strawberry.field(
        default=None, description="Made by a paper that fulfils this: its year, its venue, what it mentions."
    )
    community: strawberry.ID | None = strawberry.field(
        default=None, description="Whose subject or object belongs to this community: a global id or an IRI."
    )
    search: str | None = strawberry.field(
        default=None,
        description="With each of these words, or parts of words, in a sentence it stands on, letter case aside.",
    )


@strawberry.input(description="Which communities are wanted; all conditions must hold.")
class CommunityFilter:
    """Conditions on communities; None leaves one out."""

    search: str | None = strawberry.field(
        default=None, description="With each of these words, or parts of words, in the label, letter case aside."
    )
    min_members: int | None = strawberry.field(default=None, description="With at least so many members.")
    member: str | None = strawberry.field(
        default=None,
        description="That this paper or entity belongs to: a global id, an IRI, a paper's identifier or an entity's "
        "name. Of several entities of a name any counts.",
    )
    type: EntityType | None = strawberry.field(default=None, description="With an entity of this type.")


@strawberry.input(description="Which members of a community are wanted: of its papers and of its entities.")
class MemberFilter:
    """Conditions on members; None leaves one out."""

    papers: PaperFilter | None = strawberry.field(
        default=None, description="Only papers that fulfil this; the entities of a community are none."
    )
    entities: EntityFilter | None = strawberry.field(
        default=None, description="Only entities that fulfil this; the papers of a community are none."
    )
