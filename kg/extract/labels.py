"""The labels of the model: BIO tags over entity types, and one role column per type and role."""

from __future__ import annotations

from typing import Final

from kg.model import ROLES, TYPES, EntityType, Role

#: Tag of a word outside every mention; then B and I of each type, in the order of `TYPES`.
OUTSIDE: Final = 0
TAGS: Final[tuple[str, ...]] = ("O", *(f"{position}-{type_}" for type_ in TYPES for position in "BI"))

#: Role columns, in the order of `TYPES` and `ROLES`.
ROLE_COLUMNS: Final[tuple[tuple[EntityType, Role], ...]] = tuple((t, r) for t in TYPES for r in ROLES[t])

#: Columns of the model's output: the tags' logits, then the roles'.
WIDTH: Final = len(TAGS) + len(ROLE_COLUMNS)


def begin_tag(type_: EntityType) -> int:
    """Index in `TAGS` of the first word of a mention of this type; the inside tag follows it.

    >>> TAGS[begin_tag("Task")], TAGS[begin_tag("Task") + 1]
    ('B-Task', 'I-Task')
    """
    return 1 + 2 * TYPES.index(type_)


def role_columns(type_: EntityType) -> slice:
    """Where the roles of a type stand among `ROLE_COLUMNS`.

    >>> [role for _, role in ROLE_COLUMNS[role_columns("Dataset")]]
    ['introduces', 'evaluatesOn', 'mentions']
    """
    start = sum(len(ROLES[t]) for t in TYPES[: TYPES.index(type_)])
    return slice(start, start + len(ROLES[type_]))
