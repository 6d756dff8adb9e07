"""What one request may ask for: size, depth, tokens, aliases, pages, nodes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import MaxAliasesLimiter, MaxTokensLimiter, QueryDepthLimiter, SchemaExtension

from api.errors import LimitError

__all__ = ["BodyLimit", "Budget", "Limits", "extensions"]


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the API.

    Attributes
    ----------
    body : int
        Bytes of a request's body.
    depth : int
        Levels of fields in a document; a connection takes three.
    tokens : int
        Tokens of a document.
    aliases : int
        Aliases in a document.
    selections : int
        Fields and fragments of a document, fragments counted each time they are spread.
    page : int
        Edges on a page.
    nodes : int
        Nodes in one answer, all pages and lists together.
    visited : int
        Nodes a search for a path may look at.
    workers : int
        Queries of GraphQL that run at the same time.
    sparql_workers : int
        Queries of SPARQL that run at the same time.
    sparql_seconds : float
        Seconds that one SPARQL query may take.
    sparql_bytes : int
        Bytes that the answer of one SPARQL query may have.
    """

    body: int = 100_000
    depth: int = 16
    tokens: int = 2_000
    aliases: int = 30
    selections: int = 2_000
    page: int = 100
    nodes: int = 20_000
    visited: int = 50_000
    workers: int = 8
    sparql_workers: int = 4
    sparql_seconds: float = 30.0
    sparql_bytes: int = 64_000_000


@dataclass(slots=True)
class Budget:
    """How many nodes a request may still have: page sizes multiply, so each alone limits little."""

    allowed: int
    spent: int = field(default=0)

    def spend(self, nodes: int) -> None:
        """Take this many nodes from the budget.

        Raises
        ------
        LimitError
            When the answer grows beyond what one request may have.
        """
        self.spent += nodes
        if self.spent > self.allowed:
            raise LimitError(
                f"the answer would have more than {self.allowed} nodes",
                "ask for smaller pages or fewer levels, and page through them",
            )


class ExpansionLimiter(SchemaExtension):
    """Refuses documents whose fragments multiply, refer to themselves or do not exist.

    The depth and alias limiters walk a document with its fragments spread out, which takes
    exponential time on fragments that spread fragments twice; so this one comes first.
    """

    def __init__(self, max_selections: int) -> None:
        self.max_selections = max_selections

    def on_validate(self) -> Iterator[None]:
        """Set the error before validation, which does not run then."""
        document = self.execution_context.graphql_document
        problem = document and _expansion_problem(document, self.max_selections)
        if problem:
            self.execution_context.pre_execution_errors = [GraphQLError(problem)]
        yield


def _expansion_problem(document: DocumentNode, allowed: int) -> str | None:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    sizes: dict[str, int] = {}
    open_names: set[str] = set()

    def size(selection_set: SelectionSetNode | None) -> int:
        return sum(1 + selection_size(selection) for selection in (selection_set.selections if selection_set else ()))

    def selection_size(selection: object) -> int:
        if isinstance(selection, FragmentSpreadNode):
            return fragment_size(selection.name.value)
        return size(getattr(selection, "selection_set", None))

    def fragment_size(name: str) -> int:
        if name not in fragments:
            raise GraphQLError(f"unknown fragment {name!r}")
        if name in open_names:
            raise GraphQLError(f"fragment {name!r} spreads itself")
        if name not in sizes:
            open_names.add(name)
            sizes[name] = size(fragments[name].selection_set)
            open_names.remove(name)
        return sizes[name]

    try:
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        total = sum(size(node.selection_set) for node in operations) + sum(map(fragment_size, fragments))
    except GraphQLError as error:
        return error.message
    return f"the document has more than {allowed} selections" if total > allowed else None


def extensions(limits: Limits) -> list[Callable[[], SchemaExtension]]:
    """Extensions of the schema that hold documents to these limits, in the order they must run."""
    return [
        lambda: MaxTokensLimiter(max_token_count=limits.tokens),
        lambda: ExpansionLimiter(limits.selections),
        lambda: QueryDepthLimiter(max_depth=limits.depth),
        lambda: MaxAliasesLimiter(max_alias_count=limits.aliases),
    ]


class BodyLimit:
    """Middleware that answers 413 to a request whose body is too large, announced or not."""

    def __init__(self, app: ASGIApp, *, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, its body read beforehand."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = bytearray()
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        # What is no number is refused by the server; digits alone can be a length.
        too_large = announced.isdigit() and int(announced[:20]) > self._limit
        last: Message | None = None
        while not too_large:
            last = await receive()
            if last["type"] != "http.request":
                break
            body += last.get("body", b"")
            too_large = len(body) > self._limit
            if not last.get("more_body", False):
                break
        if too_large:
            problem = {"error": f"the body has more than {self._limit} bytes", "code": LimitError.code}
            await JSONResponse(problem, status_code=413)(scope, receive, send)
            return

        pending: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]
        if last is not None and last["type"] != "http.request":
            pending = [last]

        async def replayed() -> Message:
            return pending.pop(0) if pending else await receive()

        await self._app(scope, replayed, send)
