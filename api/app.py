"""The web application: GraphQL, SPARQL, health, and a page to try GraphQL on.

``uvicorn.run("api.app:create_app", factory=True)`` serves the workspace that the environment
variable ``KG_WORKSPACE`` names. A snapshot is opened when the server starts and served until it
stops; a later build is served by the next start.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from json import JSONDecodeError
from pathlib import Path
from typing import Any, Final, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from api.context import Context, Graph
from api.errors import shown_errors
from api.graphiql import assets, page
from api.limits import BodyLimit, Limits
from api.schema import make_schema
from api.sparql import SparqlEndpoint
from api.statistics import fingerprint
from kg.errors import ConfigError
from kg.store import GraphStore

__all__ = ["WORKSPACE", "create_app"]

#: Environment variable that names the folder of the workspace to serve.
WORKSPACE: Final = "KG_WORKSPACE"

_REQUEST_ID: Final = re.compile(r"[\w.-]{1,64}")


def create_app(
    store: GraphStore | None = None, manifest: Mapping[str, Any] | None = None, *, limits: Limits | None = None
) -> Starlette:
    """Application that serves a graph.

    Parameters
    ----------
    store : GraphStore, optional
        The graph; without one, that of the workspace in ``KG_WORKSPACE``, opened at the start.
    manifest : mapping, optional
        The manifest of `store`.
    limits : Limits, optional
        What one request may ask for.

    Raises
    ------
    ConfigError
        At the start, when there is no graph and ``KG_WORKSPACE`` is not set.
    """
    allowed = limits or Limits()

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if store is None:
            app.state.graph = _opened(allowed)
        yield

    def graph() -> Graph:
        return cast(Graph, app.state.graph)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "snapshot": fingerprint(graph())})

    async def home(request: Request) -> Response:
        return RedirectResponse("graphql")

    app = Starlette(
        routes=[
            Route("/", home),
            Route("/graphql", _GraphQL(allowed)),
            Route("/sparql", SparqlEndpoint(lambda: graph().store, allowed).respond, methods=["GET", "POST"]),
            Route("/health", health),
            Mount("/graphiql", assets()),
        ],
        middleware=[Middleware(_Headers), Middleware(BodyLimit, limit=allowed.body)],
        lifespan=lifespan,
    )
    if store is not None:
        app.state.graph = Graph(store, manifest or {}, workers=allowed.workers)
    return app


def _opened(limits: Limits) -> Graph:
    # Tests and callers with a graph of their own need no workspace, nor what it imports.
    from kg.workspace import open_workspace  # noqa: PLC0415

    folder = os.environ.get(WORKSPACE)
    if not folder:
        raise ConfigError(WORKSPACE, "is not set", "the folder that `kg build --out` made")
    workspace = open_workspace(Path(folder))
    return Graph(workspace.store(), workspace.manifest, workers=limits.workers)


class _GraphQL(GraphQL[Context, None]):
    """GraphQL over HTTP, without subscriptions; browsers get a page to write queries on."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(make_schema(limits), graphql_ide="graphiql", subscription_protocols=())
        self._limits = limits

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Loaders and budget of their own for each request."""
        return Context(request.app.state.graph, self._limits, request.scope["request_id"])

    async def render_graphql_ide(self, request: Request) -> Response:
        """Page that loads nothing from elsewhere."""
        return page()

    def decode_json(self, data: str | bytes) -> object:
        """JSON of a body; what is nested too deeply to be read is as wrong as what is no JSON."""
        try:
            return super().decode_json(data)
        except RecursionError as error:
            raise JSONDecodeError("nested too deeply", "", 0) from error

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Answer as it is sent, its errors told in full or masked."""
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            answer["errors"] = list[object](shown_errors(result.errors, request.scope["request_id"]))
        return answer


class _Headers:
    """Middleware that names each request and tells browsers to guess and frame nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on with its id, and its answer back with headers."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        # An id from a proxy joins its log to ours, but text of any kind must not enter the log.
        scope["request_id"] = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", scope["request_id"].encode()),
                    (b"x-content-type-options", b"nosniff"),
                    (b"x-frame-options", b"DENY"),
                    (b"referrer-policy", b"no-referrer"),
                ]
            await send(message)

        await self._app(scope, receive, named)
