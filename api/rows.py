"""Rows that the loaders give: edges, claims, and what stands at either end of them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from schema.vocab import RELATION_TERMS, ROLE_TERMS

__all__ = [
    "RELATION_OF",
    "ROLE_OF",
    "ClaimRow",
    "Edge",
    "Facts",
    "Member",
    "PaperEntity",
    "PaperOfEntity",
    "Related",
]

#: Relation of each property between entities, and role of each property from paper to entity.
RELATION_OF: Final = {str(term): relation for relation, term in RELATION_TERMS.items()}
ROLE_OF: Final = {str(term): role for role, term in ROLE_TERMS.items()}


class Edge(NamedTuple):
    """A plain triple between two nodes, by IRIs."""

    subject: str
    predicate: str
    object: str


class ClaimRow(NamedTuple):
    """A claim's IRI, the edge it states and how sure it is."""

    iri: str
    edge: Edge
    confidence: float


class PaperEntity(NamedTuple):
    """An entity of a paper, in the order in which a paper's entities are listed."""

    type_rank: int
    role_rank: int
    name: str
    entity: str
    type: str
    role: str
    edge: Edge


class PaperOfEntity(NamedTuple):
    """A paper of an entity: latest first; the edges by which it is one, most telling role first."""

    minus_year: int
    paper: str
    role: str
    edges: tuple[Edge, ...]

    def in_role(self, role: str) -> PaperOfEntity | None:
        """Only the edges by which it is one in this role; None when there are none."""
        edges = tuple(edge for edge in self.edges if ROLE_OF[edge.predicate] == role)
        return self._replace(role=role, edges=edges) if edges else None

    def by_edges(self, wanted: Collection[Edge]) -> PaperOfEntity | None:
        """Only those of its edges that are wanted; None when there are none."""
        edges = tuple(edge for edge in self.edges if edge in wanted)
        return self._replace(role=ROLE_OF[edges[0].predicate], edges=edges) if edges else None


class Related(NamedTuple):
    """An entity related to another: those with most claims first."""

    minus_support: int
    name: str
    entity: str
    relation: str
    outgoing: bool
    type: str
    confidence: float | None
    edge: Edge


class Member(NamedTuple):
    """A member of a community: those with the highest PageRank first."""

    minus_rank: int  # in units of the last decimal that is kept, so that it compares exactly
    node: str


@dataclass(frozen=True, slots=True)
class Facts:
    """What the graph says of a node: its values of each property, sorted."""

    iri: str
    values: Mapping[str, tuple[str | int | float, ...]]

    def texts(self, term: str) -> list[str]:
        """All values of a property as text."""
        return [str(value) for value in self.values.get(str(term), ())]

    def text(self, term: str) -> str | None:
        """First value of a property as text, or None."""
        return next(iter(self.texts(term)), None)

    def whole(self, term: str) -> int | None:
        """First value of a property as a whole number, or None."""
        return next((int(value) for value in self.values.get(str(term), ()) if isinstance(value, int)), None)

    def truth(self, term: str) -> bool:
        """Whether the property is true; it is not where the node has none."""
        return self.text(term) in ("true", "1")

    def real(self, term: str) -> float | None:
        """First value of a property as a number, or None."""
        found = (value for value in self.values.get(str(term), ()) if isinstance(value, int | float))
        return next((float(value) for value in found), None)
