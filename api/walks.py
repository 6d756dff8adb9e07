"""What walks through the graph give: paths and neighbourhoods, each edge with its claims."""

from __future__ import annotations

import strawberry

from api.claim import Claim, FewClaims, claims_of, predicate_name
from api.context import Info
from api.errors import ArgumentError
from api.fields import resolved
from api.loaders import Edge
from api.node import Node, by_iri, load_nodes
from api.traversal import Step, neighbourhood, shortest_path

__all__ = ["Link", "Neighbour", "Neighbourhood", "Path", "PathStep", "find_neighbourhood", "find_path"]


@strawberry.type(description="An edge between two nodes.")
class Link:
    """An edge."""

    subject: Node = strawberry.field(description="The paper or entity it goes from.")
    predicate: str = strawberry.field(description="Name of the role or relation.")
    object: Node = strawberry.field(description="The entity it goes to.")
    edge: strawberry.Private[Edge]

    @resolved("The claims that say so, with paper and sentences, surest first.")
    async def claims(self, info: Info, first: FewClaims = 5) -> list[Claim]:
        """Load them."""
        return await claims_of(info, [self.edge], first)


@strawberry.type(description="A step of a path.")
class PathStep(Link):
    """An edge with the way it is walked."""

    forward: bool = strawberry.field(description="Whether the path goes from subject to object.")


@strawberry.type(description="A shortest path between two nodes.")
class Path:
    """A path."""

    length: int = strawberry.field(description="Number of its steps.")
    nodes: list[Node] = strawberry.field(description="Its nodes, one more than its steps.")
    steps: list[PathStep] = strawberry.field(description="Its steps.")


@strawberry.type(description="A node of a neighbourhood.")
class Neighbour:
    """A node with its distance."""

    node: Node = strawberry.field(description="The paper or entity.")
    distance: int = strawberry.field(description="Number of edges that lie between.")


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
    if not 0 <= max_length <= 6:
        raise ArgumentError(f"`maxLength` is {max_length}", "give 0 to 6")
    steps = await shortest_path(
        info.context.graph.select, start, end, max_length=max_length, max_visited=info.context.limits.visited
    )
    if steps is None:
        return None
    iris = [start, *(step.target for step in steps)]
    nodes = by_iri(await load_nodes(info, iris))
    return Path(
        length=len(steps), nodes=[nodes[iri] for iri in iris], steps=[_path_step(step, nodes) for step in steps]
    )


async def find_neighbourhood(info: Info, node: str, depth: int, limit: int) -> Neighbourhood:
    """Neighbourhood of a node of the graph."""
    if not 0 <= depth <= 3:
        raise ArgumentError(f"`depth` is {depth}", "give 0 to 3")
    if not 1 <= limit <= 500:
        raise ArgumentError(f"`limit` is {limit}", "give 1 to 500")
    found = await neighbourhood(info.context.graph.select, node, depth=depth, limit=limit)
    info.context.budget.spend(len(found.edges))
    nodes = by_iri(await load_nodes(info, found.distances))
    return Neighbourhood(
        nodes=[
            Neighbour(node=nodes[iri], distance=distance) for iri, distance in found.distances.items() if iri in nodes
        ],
        edges=[
            Link(
                subject=nodes[edge.subject],
                predicate=predicate_name(edge.predicate),
                object=nodes[edge.object],
                edge=edge,
            )
            for edge in found.edges
            if edge.subject in nodes and edge.object in nodes
        ],
        truncated=found.truncated,
    )


def _path_step(step: Step, nodes: dict[str, Node]) -> PathStep:
    return PathStep(
        subject=nodes[step.edge.subject],
        predicate=predicate_name(step.edge.predicate),
        object=nodes[step.edge.object],
        edge=step.edge,
        forward=step.forward,
    )
