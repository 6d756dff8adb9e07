"""The route of GraphQL with the quick way in front: arrays, persisted documents."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.endpoint import COST, GraphQLEndpoint
from api.errors import RequestError
from api.fast.documents import Documents
from api.fast.persisted import PersistedDocuments, PersistedQueryNotFoundError, check_hash, persisted_hash
from api.limits import Limits
from api.snapshots import Snapshots

__all__ = ["FastEndpoint", "FastFirst"]

_COST: Final = COST.lower().encode()
_NOT_KEPT: Final = (b"cache-control", b"no-store")


class FastEndpoint(GraphQLEndpoint):
    """GraphQL that answers what it can from the arrays, and everything else as before.

    Parameters
    ----------
    limits : Limits
    snapshots : callable
        Gives those that are served; see `api.endpoint.GraphQLEndpoint`.
    documents : Documents, optional
        Those of another endpoint, to look at each once for both.
    """

    def __init__(
        self, limits: Limits, snapshots: Callable[[], Snapshots], documents: Documents | None = None
    ) -> None:
        super().__init__(limits, snapshots)
        self.documents = documents or Documents(self.schema, limits)  # type: ignore[arg-type]  # it is made as one
        self.persisted = PersistedDocuments()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        asked: _Asked | None = None
        if scope["type"] == "http":
            if scope["method"] == "POST" and b"application/json" in dict(scope["headers"]).get(b"content-type", b""):
                body = await _read(receive)
                asked = None if body is None else _posted(body)
                receive = _replayed(body, receive)
            elif scope["method"] == "GET":
                asked = _gotten(scope["query_string"])
        if asked is None:
            await super().__call__(scope, receive, send)
            return
        try:
            hash_ = persisted_hash(asked.extensions)
            if hash_ is not None and asked.query is None:
                asked = asked.with_query(self.persisted.text(hash_))
                scope, receive = asked.as_request(scope, receive)
            elif hash_ is not None and asked.query is not None:
                check_hash(hash_, asked.query)
        except RequestError as error:
            await _refuse(error, scope, send)
            return
        if await self._answered(asked, hash_, scope, send):
            return
        if hash_ is None or asked.query is None:
            await super().__call__(scope, receive, send)
        else:
            await super().__call__(scope, receive, self._keeping(hash_, asked.query, send))

    def at_once(self, scope: Scope, body: bytes) -> bool:
        """Whether a request is one that the arrays answer within some milliseconds, as far as can be told at once."""
        asked = _posted(body) if scope["method"] == "POST" else _gotten(scope["query_string"])
        if asked is None:
            return False
        try:
            hash_ = persisted_hash(asked.extensions)
            text = asked.query if asked.query is not None or hash_ is None else self.persisted.text(hash_)
        except RequestError:
            return True
        return text is not None and self.documents.soon(scope["graph"], text, asked.variables, asked.operation)

    async def _answered(self, asked: _Asked, hash_: str | None, scope: Scope, send: Send) -> bool:
        """Whether a request was answered from the arrays."""
        if asked.query is None or (scope["method"] == "GET" and b"if-none-match" in dict(scope["headers"])):
            return False
        found = await self.documents.answer(scope["graph"], asked.query, asked.variables, asked.operation)
        if found is None:
            return False
        # The outer layers tell the log and the counters what they find here.
        scope["context"] = found
        if hash_ is not None:
            self.persisted.keep(hash_, asked.query)
        answer = orjson.dumps({"data": found.data})
        headers = [(_COST, b"%d" % found.cost.total)]
        if scope["method"] == "GET":
            fresh = self._fresh(Request(scope))
            headers += [(name.lower().encode(), value.encode()) for name, value in fresh.items()]
        await _send(send, answer, *headers)
        return True

    def _keeping(self, hash_: str, text: str, send: Send) -> Send:
        """Send that keeps a document when its answer has no error."""
        status, body = 0, bytearray()

        async def kept(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))
                if not message.get("more_body", False) and status == 200 and not _has_errors(bytes(body)):
                    self.persisted.keep(hash_, text)
            await send(message)

        return kept


class FastFirst:
    """Application that answers what takes some milliseconds at once, and hands on all else.

    Parameters
    ----------
    quick : FastEndpoint
    others : ASGI application
        Where the rest is answered, such as `api.lane.Lanes`.
    """

    def __init__(self, quick: FastEndpoint, others: ASGIApp) -> None:
        self._quick, self._others = quick, others

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        body = b""
        if scope["type"] == "http" and scope["method"] == "POST":
            # The layer outside of this one has read the body, so it comes in one message.
            first = await receive()
            body = first.get("body", b"")
            receive = _again(first, receive)
        at_once = scope["type"] == "http" and self._quick.at_once(scope, body)
        await (self._quick if at_once else self._others)(scope, receive, send)


class _Asked:
    """What a request asks, before anything of it is judged."""

    __slots__ = ("extensions", "operation", "query", "variables")

    def __init__(self, query: str | None, variables: Any, operation: Any, extensions: Any) -> None:
        self.query, self.variables, self.operation, self.extensions = query, variables, operation, extensions

    def with_query(self, query: str) -> _Asked:
        """The same with a document."""
        return _Asked(query, self.variables, self.operation, self.extensions)

    def as_request(self, scope: Scope, receive: Receive) -> tuple[Scope, Receive]:
        """Request that asks this in full, for the schema to read."""
        parts = {
            "query": self.query,
            "variables": self.variables,
            "operationName": self.operation,
            "extensions": self.extensions,
        }
        given = {name: value for name, value in parts.items() if value is not None}
        if scope["method"] == "GET":
            texts = {
                name: json.dumps(value) if name in ("variables", "extensions") else value
                for name, value in given.items()
            }
            return {**scope, "query_string": urlencode(texts).encode()}, receive
        body = json.dumps(given).encode()
        headers = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        return {**scope, "headers": [*headers, (b"content-length", b"%d" % len(body))]}, _replayed(body, receive)


def _asked(given: Mapping[str, Any]) -> _Asked | None:
    """What a request asks; None where the schema must say what is wrong with it."""
    query, variables = given.get("query"), given.get("variables")
    operation, extensions = given.get("operationName"), given.get("extensions")
    well_formed = (
        isinstance(query, str | None)
        and isinstance(variables, dict | None)
        and isinstance(operation, str | None)
        and isinstance(extensions, dict | None)
    )
    return _Asked(query, variables, operation, extensions) if well_formed else None


def _posted(body: bytes) -> _Asked | None:
    # Half of a surrogate pair is refused, and only in this spelling can one be here.
    if b"\\ud" in body.lower():
        return None
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return _asked(given) if isinstance(given, dict) else None


def _gotten(query_string: bytes) -> _Asked | None:
    if b"%5cud" in query_string.lower() or b"\\ud" in query_string.lower():
        return None
    given: dict[str, Any] = dict(QueryParams(query_string))
    try:
        for name in ("variables", "extensions"):
            if given.get(name):
                given[name] = json.loads(given[name])
    except (ValueError, RecursionError):
        return None
    return _asked(given) if given.get("query") or given.get("extensions") else None


async def _read(receive: Receive) -> bytes | None:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += bytes(message.get("body", b""))
        if not message.get("more_body", False):
            return body


def _replayed(body: bytes | None, receive: Receive) -> Receive:
    if body is None:
        return _again({"type": "http.disconnect"}, receive)
    return _again({"type": "http.request", "body": body, "more_body": False}, receive)


def _again(first: Message, receive: Receive) -> Receive:
    pending = [first]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed


def _has_errors(body: bytes) -> bool:
    try:
        answer = json.loads(body)
    except ValueError:
        return True
    return not isinstance(answer, dict) or bool(answer.get("errors"))


async def _refuse(error: RequestError, scope: Scope, send: Send) -> None:
    extensions = {"code": error.code, "hint": error.hint, "requestId": scope.get("request_id", "")}
    answer = orjson.dumps({"errors": [{"message": error.problem, "extensions": extensions}]})
    # Apollo's clients take an unknown hash for a question, not for a failure.
    status = 200 if isinstance(error, PersistedQueryNotFoundError) else 400
    await _send(send, answer, _NOT_KEPT, status=status)


async def _send(send: Send, answer: bytes, *headers: tuple[bytes, bytes], status: int = 200) -> None:
    told = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(answer)), *headers]
    await send({"type": "http.response.start", "status": status, "headers": told})
    await send({"type": "http.response.body", "body": answer})
