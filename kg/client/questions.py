"""Questions with one answer: each makes the document, its variables, and the reading of the answer.

Nothing here sends anything. A document selects what the dataclass of its answer has.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Protocol, TypeAlias

from kg.client.answers import Entity, Neighbourhood, Paper, Path, Statistics
from kg.client.calls import Call, asked
from kg.client.selecting import read, read_optional, selection
from kg.client.terms import EntityType

__all__ = ["Identified", "entity", "execute", "id_of", "neighbourhood", "paper", "path", "statistics", "which"]


class HasIri(Protocol):
    """A value of `kg.client.answers` that stands for a node."""

    @property
    def iri(self) -> str:
        """IRI of the node."""


#: An IRI, a global id, a paper's identifier or a name, as far as a question takes it; or an answer that has an IRI.
Identified: TypeAlias = str | HasIri


def execute(query: str, variables: Mapping[str, object] | None = None) -> Call[Mapping[str, Any]]:
    """``data`` of the answer to any document of GraphQL."""
    return asked(query, variables or {}, lambda data: data)


_STATISTICS: Final = f"query {{ statistics {{ {selection(Statistics)} }} }}"


def statistics() -> Call[Statistics]:
    """Counts of the whole graph, and the build that is served."""
    return asked(_STATISTICS, {}, lambda data: read(Statistics, data.get("statistics"), "statistics"))


_ENTITY: Final = f"""query($id: ID, $name: String, $type: EntityType) {{
  entity(id: $id, name: $name, type: $type) {{ {selection(Entity)} }}
}}"""


def entity(entity: Identified, *, type: EntityType | None = None) -> Call[Entity | None]:
    """An entity by a name of it or its IRI; None where there is none."""
    variables = {**which(entity), "type": type}
    return asked(_ENTITY, variables, lambda data: read_optional(Entity, data.get("entity"), "entity"))


_PAPER: Final = f"query($id: ID!) {{ paper(id: $id) {{ {selection(Paper)} }} }}"


def paper(paper: Identified) -> Call[Paper | None]:
    """A paper by its identifier (``arxiv:1512.03385``), IRI or global id; None where there is none."""
    return asked(_PAPER, {"id": id_of(paper)}, lambda data: read_optional(Paper, data.get("paper"), "paper"))


_PATH: Final = f"""query($from: ID!, $to: ID!, $maxLength: Int!, $claims: Int!) {{
  shortestPath(from: $from, to: $to, maxLength: $maxLength) {{ {selection(Path)} }}
}}"""


def path(start: Identified, end: Identified, *, max_length: int = 6, claims: int = 3) -> Call[Path | None]:
    """A shortest path between two papers or entities; None where there is none so short.

    Parameters
    ----------
    start, end : str or answer
        Global id, IRI, identifier of a paper, or an entity or paper that was answered.
    max_length : int
        Most steps, 0 to 6.
    claims : int
        How many claims to give with each step, the surest first, 0 to 100.
    """
    variables = {"from": id_of(start), "to": id_of(end), "maxLength": max_length, "claims": claims}
    return asked(_PATH, variables, lambda data: read_optional(Path, data.get("shortestPath"), "shortestPath"))


_NEIGHBOURHOOD: Final = f"""query($id: ID!, $depth: Int!, $limit: Int!, $claims: Int!) {{
  neighbourhood(id: $id, depth: $depth, limit: $limit) {{ {selection(Neighbourhood)} }}
}}"""


def neighbourhood(node: Identified, *, depth: int = 1, limit: int = 100, claims: int = 1) -> Call[Neighbourhood | None]:
    """What lies around a paper or entity; None where there is no such node.

    Parameters
    ----------
    node : str or answer
        Global id, IRI, identifier of a paper, or an entity or paper that was answered.
    depth : int
        Largest distance, 0 to 3.
    limit : int
        Most nodes around it, 1 to 500; nearest first, then by PageRank.
    claims : int
        How many claims to give with each edge, the surest first, 0 to 100.
    """
    variables = {"id": id_of(node), "depth": depth, "limit": limit, "claims": claims}
    return asked(
        _NEIGHBOURHOOD,
        variables,
        lambda data: read_optional(Neighbourhood, data.get("neighbourhood"), "neighbourhood"),
    )


def id_of(node: Identified | None) -> str | None:
    """Text by which a node is asked for."""
    return node if node is None or isinstance(node, str) else node.iri


def which(node: Identified) -> dict[str, str | None]:
    """Arguments by which an entity is asked for: its IRI or a name."""
    if not isinstance(node, str):
        return {"id": node.iri, "name": None}
    return {"id": node, "name": None} if "://" in node else {"id": None, "name": node}
