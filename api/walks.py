"""What walks through the graph give: paths and neighbourhoods, each edge with its claims, ready to draw."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import strawberry

from api.claim import Claim, FewClaims, claims_of, predicate_name
from api.community import Analysed
from api.conditions import probability
from api.context import Info
from api.cursors import global_id
from api.drawing import on_rings
from api.entity import Entity, type_of
from api.errors import ArgumentError
from api.fields import resolved
from api.loaders import Edge
from api.node import Node, by_iri, load_nodes
from api.paper import Paper
from api.paths import NodePath, k_shortest_paths
from api.traversal import Walked, neighbourhood, shortest_path
from api.vocabulary import NodeKind, Relation, Role
from kg.store import iri
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS

__all__ = [
    "Link",
    "Neighbour",
    "Neighbourhood",
    "NeighbourhoodFilter",
    "Path",
    "PathStep",
    "find_neighbourhood",
    "find_path",
    "find_paths",
    "links_among",
]


@strawberry.input(description="What a neighbourhood is walked over.")
class NeighbourhoodFilter:
    """Conditions on edges and nodes; None leaves one out."""

    kinds: list[NodeKind] | None = strawberry.field(
        default=None, description="Only nodes of these kinds, apart from the one in the middle."
    )
    roles: list[Role] | None = strawberry.field(
        default=None,
        description="Only edges from papers in these roles. Where only `relations` is given, none of papers.",
    )
    relations: list[Relation] | None = strawberry.field(
        default=None,
        description="Only edges between entities by these relations. Where only `roles` is given, none of these.",
    )
    min_confidence: float | None = strawberry.field(
        default=None, description="Only edges that a claim states at least this surely, 0 to 1."
    )


@strawberry.type(description="An edge between two nodes.")
class Link:
    """An edge."""

    subject: Node = strawberry.field(description="The paper or entity it goes from.")
    predicate: str = strawberry.field(description="Name of the role or relation.")
    object: Node = strawberry.field(description="The entity it goes to.")
    edge: strawberry.Private[Edge]

    @resolved("Name of the edge for a drawing: the same in every build of the same graph, and no id of a node.")
    def key(self) -> str:
        """Pack its three parts."""
        return global_id("Edge", " ".join(self.edge))

    @resolved("Global id of `subject`: what a drawing's edge begins at.")
    def source(self) -> strawberry.ID:
        """Tell it."""
        return self.subject.id()

    @resolved("Global id of `object`: what a drawing's edge ends at.")
    def target(self) -> strawberry.ID:
        """Tell it."""
        return self.object.id()

    @resolved("The role, of an edge from a paper.")
    def role(self) -> Role | None:
        """Tell by the subject, for two names are both a role and a relation."""
        return Role(self.predicate) if isinstance(self.subject, Paper) else None

    @resolved("The relation, of an edge between entities.")
    def relation(self) -> Relation | None:
        """Tell by the subject."""
        return None if isinstance(self.subject, Paper) else Relation(self.predicate)

    @resolved("The role or relation in words, such as `evaluates on`.")
    def label(self) -> str:
        """Part the words of the name."""
        return "".join(f" {letter.lower()}" if letter.isupper() else letter for letter in self.predicate)

    @resolved("How many claims say so; of what the taxonomy alone says, none.")
    async def claim_count(self, info: Info) -> int:
        """Count them."""
        return len(await info.context.load.claims_of_edge.load(self.edge))

    @resolved("How thick to draw it: the number of claims that say so, and 1 for the taxonomy's own.")
    async def weight(self, info: Info) -> float:
        """Count them."""
        return float(max(1, await self.claim_count(info)))

    @resolved("Confidence of the surest claim that says so, 0 to 1; null for the taxonomy's own.")
    async def confidence(self, info: Info) -> float | None:
        """Look at the surest."""
        claims = await info.context.load.claims_of_edge.load(self.edge)
        return claims[0].confidence if claims else None

    @resolved("The claims that say so, with paper and sentences, surest first.")
    async def claims(self, info: Info, first: FewClaims = 5) -> list[Claim]:
        """Load them."""
        return await claims_of(info, [self.edge], first)


@strawberry.type(description="A step of a path.")
class PathStep(Link):
    """An edge with the way it is walked."""

    forward: bool = strawberry.field(description="Whether the path goes from subject to object.")
    links: list[Link] = strawberry.field(
        description="All edges between the two nodes that the path could take here, this one included."
    )


@strawberry.type(description="A path between two nodes.")
class Path:
    """A path."""

    length: int = strawberry.field(description="Number of its steps.")
    nodes: list[Node] = strawberry.field(description="Its nodes, one more than its steps.")
    steps: list[PathStep] = strawberry.field(description="Its steps.")


@strawberry.type(description="A node of a neighbourhood.")
class Neighbour:
    """A node with its distance, and how to draw it."""

    node: Node = strawberry.field(description="The paper or entity.")
    distance: int = strawberry.field(description="Number of edges that lie between.")
    x: float = strawberry.field(
        description="Where to draw it: the middle at 0, what is equally far on a ring whose radius is the distance."
    )
    y: float = strawberry.field(description="Where to draw it, as `x`.")

    @resolved("Global id of the node: what the `source` and `target` of edges name.")
    def key(self) -> strawberry.ID:
        """Tell it."""
        return self.node.id()

    @resolved("What to write at it: name or title.")
    def label(self) -> str:
        """Tell it."""
        return self.node.title() if isinstance(self.node, Paper) else cast(Entity, self.node).name()

    @resolved("What kind of thing it is, for its colour.")
    def kind(self) -> NodeKind:
        """Tell it."""
        return NodeKind.PAPER if isinstance(self.node, Paper) else NodeKind(type_of(self.node.facts).value)

    @resolved("How large to draw it: of an entity the number of papers, of a paper that of the entities it mentions.")
    async def size(self, info: Info) -> float:
        """Count."""
        if isinstance(self.node, Entity):
            return float(self.node.paper_count())
        rows = await info.context.load.entities_of_paper.load(self.node.iri)
        return float(len({row.entity for row in rows}))

    @resolved("Global id of its community, for a colour that shows what hangs together.")
    def group(self) -> strawberry.ID | None:
        """Name it; it need not be loaded."""
        found = cast(Analysed, self.node).facts.text(KG.inCommunity)
        return None if found is None else strawberry.ID(global_id("Community", found))


@strawberry.type(description="What lies around a node.")
class Neighbourhood:
    """A part of the graph."""

    nodes: list[Neighbour] = strawberry.field(
        description="The node itself and those around it: nearest first, then by PageRank."
    )
    edges: list[Link] = strawberry.field(description="All edges among these nodes.")
    truncated: bool = strawberry.field(description="Whether `limit` left out nodes within the depth.")


async def find_path(info: Info, start: str, end: str, max_length: int) -> Path | None:
    """Shortest path between two nodes of the graph; None when there is none so short."""
    _length(max_length, 6)
    steps = await shortest_path(
        info.context.graph.select, start, end, max_length=max_length, max_visited=info.context.limits.visited
    )
    if steps is None:
        return None
    nodes = (start, *(step.target for step in steps))
    (path,) = await _paths(info, [(nodes, tuple((step.edge,) for step in steps))])
    return path


async def find_paths(
    info: Info, start: str, end: str, *, k: int, max_length: int, without: Sequence[str]
) -> list[Path]:
    """The k shortest paths between two nodes, shortest first."""
    _length(max_length, 6)
    if not 1 <= k <= 50:
        raise ArgumentError(f"`k` is {k}", "give 1 to 50")
    found = await k_shortest_paths(
        info.context.graph.select,
        start,
        end,
        k=k,
        max_length=max_length,
        without=without,
        budget=info.context.budget,
    )
    return await _paths(info, found)


async def _paths(info: Info, paths: Sequence[NodePath]) -> list[Path]:
    nodes = by_iri(await load_nodes(info, dict.fromkeys(node for path, _ in paths for node in path)))
    info.context.budget.spend(sum(len(edges) for _, path in paths for edges in path))
    return [
        Path(
            length=len(steps),
            nodes=[nodes[node] for node in path],
            steps=[_path_step(path[place], edges, nodes) for place, edges in enumerate(steps)],
        )
        for path, steps in paths
    ]


async def find_neighbourhood(
    info: Info, node: str, depth: int, limit: int, wanted: NeighbourhoodFilter | None = None
) -> Neighbourhood:
    """Neighbourhood of a node of the graph."""
    if not 0 <= depth <= 3:
        raise ArgumentError(f"`depth` is {depth}", "give 0 to 3")
    if not 1 <= limit <= 500:
        raise ArgumentError(f"`limit` is {limit}", "give 1 to 500")
    walked = None if wanted is None else _walked(wanted)
    found = await neighbourhood(info.context.graph.select, node, depth=depth, limit=limit, walked=walked)
    nodes = by_iri(await load_nodes(info, found.distances))
    edges = [edge for edge in found.edges if edge.subject in nodes and edge.object in nodes]
    if walked is not None:
        edges = [edge for edge in edges if _is_walked(edge, nodes, walked)]
        edges = await _sure(info, edges, wanted.min_confidence if wanted else None)
    info.context.budget.spend(len(edges))
    places = on_rings(found.distances, edges)
    return Neighbourhood(
        nodes=[
            Neighbour(node=nodes[place], distance=distance, x=places[place][0], y=places[place][1])
            for place, distance in found.distances.items()
            if place in nodes
        ],
        edges=[_link(edge, nodes) for edge in edges],
        truncated=found.truncated,
    )


def links_among(edges: Sequence[Edge], nodes: dict[str, Node]) -> list[Link]:
    """Edges as the API shows them."""
    return [_link(edge, nodes) for edge in edges]


def _length(given: int, most: int) -> None:
    if not 0 <= given <= most:
        raise ArgumentError(f"`maxLength` is {given}", f"give 0 to {most}")


def _walked(wanted: NeighbourhoodFilter) -> Walked:
    neither = wanted.roles is None and wanted.relations is None
    least = None if wanted.min_confidence is None else probability("minConfidence", wanted.min_confidence)
    return Walked(
        roles=tuple(iri(str(ROLE_TERMS[role.value])) for role in (Role if neither else wanted.roles or ())),
        relations=tuple(
            iri(str(RELATION_TERMS[each.value])) for each in (Relation if neither else wanted.relations or ())
        ),
        kinds=tuple(iri(str(KG[kind.value])) for kind in (NodeKind if wanted.kinds is None else wanted.kinds)),
        least=least,
    )


def _is_walked(edge: Edge, nodes: dict[str, Node], walked: Walked) -> bool:
    return iri(edge.predicate) in (walked.roles if isinstance(nodes[edge.subject], Paper) else walked.relations)


async def _sure(info: Info, edges: list[Edge], least: float | None) -> list[Edge]:
    if least is None:
        return edges
    found = await info.context.load.surest_of_edge.load_many(edges)
    return [edge for edge, sure in zip(edges, found, strict=True) if sure is not None and sure >= least]


def _link(edge: Edge, nodes: dict[str, Node]) -> Link:
    return Link(
        subject=nodes[edge.subject],
        predicate=predicate_name(edge.predicate),
        object=nodes[edge.object],
        edge=edge,
    )


def _path_step(origin: str, edges: Sequence[Edge], nodes: dict[str, Node]) -> PathStep:
    edge = edges[0]
    return PathStep(
        subject=nodes[edge.subject],
        predicate=predicate_name(edge.predicate),
        object=nodes[edge.object],
        edge=edge,
        forward=edge.subject == origin,
        links=links_among(edges, nodes),
    )
