"""The route of GraphQL: a document comes over HTTP, and its answer goes back, or what is wrong with it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from json import JSONDecodeError
from typing import Any, Final

from anyio import move_on_after
from cross_web import HTTPException
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.http import GraphQLHTTPResponse
from strawberry.types import ExecutionResult

from api.context import Context
from api.errors import TimeLimitError, code_of, shown_errors
from api.graphiql import page
from api.limits import Limits
from api.schema import make_schema
from api.snapshots import Snapshots

__all__ = ["COST", "GraphQLEndpoint"]

#: Header that says what a document could cost.
COST: Final = "X-KG-Cost"

_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class GraphQLEndpoint(GraphQL[Context, None]):
    """GraphQL over HTTP, without subscriptions and batches; browsers get a page to write queries on.

    Parameters
    ----------
    limits : Limits
    snapshots : callable
        Gives those that are served; asked at each request, for they are opened after the routes are made.
    """

    def __init__(self, limits: Limits, snapshots: Callable[[], Snapshots]) -> None:
        schema = make_schema(limits)
        super().__init__(schema, graphql_ide="graphiql", subscription_protocols=())
        self._limits = limits
        self._snapshots = snapshots
        self._version = hashlib.sha256(schema.as_str().encode()).hexdigest()

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        """Loaders and budget of their own for each request."""
        scope = request.scope
        context = Context(scope["graph"], self._limits, scope["request_id"], self._snapshots().find)
        scope["context"] = context
        return context

    async def run(self, request: Any, context: Any = None, root_value: Any = None) -> Any:
        """Answer a request; one that has the answer already is told so, and nothing runs."""
        if request.method == "GET" and self._tag(request) in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers=self._fresh(request))
        if request.method == "POST" and (await request.body()).lstrip()[:1] not in (b"{", b"["):
            raise HTTPException(400, "The body is no JSON object")
        return await super().run(request)

    async def execute_operation(self, request: Request, *arguments: Any, **named: Any) -> Any:
        """Result of a document, whose work stops when its time is over."""
        context: Context = request.scope["context"]
        with move_on_after(self._limits.seconds) as running:
            result: Any = await super().execute_operation(request, *arguments, **named)
        context.ended = True
        if running.cancelled_caught:
            error = TimeLimitError(self._limits.seconds)
            result = ExecutionResult(data=None, errors=[GraphQLError(str(error), original_error=error)])
        # The document's cursors may have moved it to another snapshot.
        request.scope["graph"] = context.graph
        headers = named["sub_response"].headers
        if context.cost is not None:
            headers[COST] = str(context.cost.total)
        if request.method == "GET" and isinstance(result, ExecutionResult) and not result.errors:
            headers.update(self._fresh(request))
        return result

    async def process_result(self, request: Request, result: ExecutionResult) -> GraphQLHTTPResponse:
        """Answer as it is sent, its errors told in full or masked."""
        answer: GraphQLHTTPResponse = {"data": result.data}
        if result.errors:
            shown = shown_errors(result.errors, request.scope["request_id"])
            request.scope["codes"] = [code_of(error) for error in shown]
            answer["errors"] = list[object](shown)
        return answer

    async def render_graphql_ide(self, request: Request) -> Response:
        """Page that loads nothing from elsewhere."""
        return page()

    def decode_json(self, data: str | bytes) -> object:
        """JSON of a body; what Python cannot read is as wrong as what is no JSON."""
        try:
            decoded = super().decode_json(data)
            text = data.decode() if isinstance(data, bytes) else data
            # Half of a pair is no character; nothing that it enters could be sent or asked.
            if "\\ud" in text.lower() and _has_half_a_pair(decoded):
                raise JSONDecodeError("half of a surrogate pair", "", 0)
        except JSONDecodeError:
            raise
        except (RecursionError, ValueError) as error:
            raise JSONDecodeError("nested too deeply, or a number is too long", "", 0) from error
        return decoded

    def _tag(self, request: Request) -> str:
        """Entity tag: an answer depends on the query, which the address has, the snapshot and the schema alone."""
        made = hashlib.sha256(f"{request.scope['graph'].fingerprint}{self._version}".encode())
        return f'W/"{made.hexdigest()[:32]}"'

    def _fresh(self, request: Request) -> dict[str, str]:
        return {"ETag": self._tag(request), "Cache-Control": "no-cache", "Vary": "Accept"}


def _has_half_a_pair(decoded: object) -> bool:
    if isinstance(decoded, str):
        return _SURROGATE.search(decoded) is not None
    if isinstance(decoded, dict):
        return any(_has_half_a_pair(part) for member in decoded.items() for part in member)
    return isinstance(decoded, list) and any(map(_has_half_a_pair, decoded))
