"""What a model can say: entity types with their roles, relations with the types at their ends.

The shipped model speaks `SCHEME`. Other schemes serve to train the same network on the data of
others (`kg.training.scier`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from kg.model import ROLES, TYPES, EntityType, Relation

#: Tag and class of what is no mention.
OUTSIDE: Final = 0
#: Words of the longest span that is looked at; 99.7% of the mentions in gold/train are no longer.
MAX_WORDS: Final = 12


@dataclass(frozen=True, slots=True)
class Scheme:
    """Entity types, and the pairs of type and role, in the order of a model's columns.

    Attributes
    ----------
    types : tuple of str
    roles : tuple of (str, str)
        Grouped by type, in the order of `types`; empty where a data set has no roles.

    Examples
    --------
    >>> scheme = Scheme(("Task", "Metric"), (("Task", "addresses"), ("Task", "mentions"), ("Metric", "reports")))
    >>> scheme.tags
    ('O', 'B-Task', 'I-Task', 'B-Metric', 'I-Metric')
    >>> scheme.classes, scheme.width, scheme.role_columns("Metric")
    (3, 6, slice(2, 3, None))
    """

    types: tuple[str, ...]
    roles: tuple[tuple[str, str], ...]

    @property
    def tags(self) -> tuple[str, ...]:
        """BIO tags of words: `OUTSIDE`, then B and I of each type."""
        return ("O", *(f"{position}-{type_}" for type_ in self.types for position in "BI"))

    @property
    def classes(self) -> int:
        """Number of classes of a span: no mention, then each type."""
        return 1 + len(self.types)

    @property
    def width(self) -> int:
        """Columns of the network's output for a span: its classes, then the roles."""
        return self.classes + len(self.roles)

    def begin_tag(self, type_: str) -> int:
        """Index in `tags` of the first word of a mention of this type; the inside tag follows it."""
        return 1 + 2 * self.types.index(type_)

    def role_columns(self, type_: str) -> slice:
        """Where the roles of a type stand among `roles`."""
        places = [place for place, (of, _) in enumerate(self.roles) if of == type_]
        return slice(places[0], places[-1] + 1) if places else slice(0, 0)


#: What the shipped model says: the five entity types of `kg.model` with their roles.
SCHEME: Final = Scheme(tuple(TYPES), tuple((t, r) for t in TYPES for r in ROLES[t]))

#: Relations between entities, in the order of the network's columns, and the types at their ends (relations guide).
SIGNATURES: Final[dict[Relation, tuple[tuple[EntityType, EntityType], ...]]] = {
    "usedFor": (("Method", "Task"), ("Method", "Method")),
    "partOf": (("Method", "Method"), ("Hardware", "Hardware")),
    "subClassOf": (("Method", "Method"), ("Task", "Task"), ("Dataset", "Dataset"), ("Hardware", "Hardware")),
    "comparedWith": (("Method", "Method"),),
    "evaluatedWith": (("Method", "Dataset"),),
    "trainedWith": (("Method", "Dataset"),),
    "benchmarkFor": (("Dataset", "Task"),),
    "evaluatedBy": (("Method", "Metric"), ("Task", "Metric")),
    "runsOn": (("Method", "Hardware"), ("Task", "Hardware")),
    "sensesWith": (("Method", "Hardware"), ("Dataset", "Hardware")),
}
#: What a result names beside its value, in the order of the network's columns.
SLOTS: Final[dict[str, EntityType]] = {
    "metric": "Metric",
    "method": "Method",
    "dataset": "Dataset",
    "hardware": "Hardware",
}


@dataclass(frozen=True, slots=True)
class Bonds:
    """Relations between entity types, and the types at their ends, in the order of a model's columns.

    Attributes
    ----------
    types : tuple of str
        Of the ends; a value's type comes after them.
    names : tuple of str
    signatures : tuple of tuple of (str, str)
        Allowed types of subject and object, by relation.

    Examples
    --------
    >>> BONDS.allowed("Dataset", "Task"), BONDS.allowed("Task", "Method")
    (('benchmarkFor',), ())
    """

    types: tuple[str, ...]
    names: tuple[str, ...]
    signatures: tuple[tuple[tuple[str, str], ...], ...]

    def allowed(self, subject: str, object_: str) -> tuple[str, ...]:
        """Relations that may hold between a subject and an object of these types."""
        return tuple(n for n, ends in zip(self.names, self.signatures, strict=True) if (subject, object_) in ends)


#: What the shipped model says of two entities.
BONDS: Final = Bonds(tuple(TYPES), tuple(SIGNATURES), tuple(SIGNATURES.values()))
