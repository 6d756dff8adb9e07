"""The outermost layer: names each request, answers what fails, tells the log and the counters."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import TYPE_CHECKING, Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import RequestError, refusal
from api.logs import note
from api.security import secured

if TYPE_CHECKING:
    from api.context import Context
    from api.metrics import Metrics

__all__ = ["Observed", "route_of"]

_LOG: Final = logging.getLogger("paperkg.api")
_REQUEST_ID: Final = re.compile(r"[\w.-]{1,64}", re.ASCII)

#: Characters of an operation's name that the log shows; a name can have as many as a body.
_SHOWN: Final = 64


class Observed:
    """Middleware around all others.

    Each request gets an id, its own or a new one; each answer the id and the headers of
    `api.security`; an error that nothing else caught is logged and masked.

    Parameters
    ----------
    metrics : Metrics, optional
        What counts the requests.
    """

    def __init__(self, app: ASGIApp, *, metrics: Metrics | None = None) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started, status, sent = time.perf_counter(), 0, 0
        given = dict(scope["headers"]).get(b"x-request-id", b"").decode("latin-1")
        # An id from a proxy joins its log to ours, but text of any kind must not enter the log.
        scope["request_id"] = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)

        async def seen(message: Message) -> None:
            nonlocal status, sent
            if message["type"] == "http.response.start":
                status = message["status"]
                secured(message)
                message["headers"].append((b"x-request-id", scope["request_id"].encode()))
            elif message["type"] == "http.response.body":
                sent += len(message.get("body", b""))
            await send(message)

        if self._metrics:
            self._metrics.open.inc()
        try:
            await self._app(scope, receive, seen)
        except Exception:
            _LOG.exception("request %s failed", scope["request_id"])
            if status:  # the answer has begun, and can only be cut off
                raise
            hint = f"the server's log has the cause under request {scope['request_id']}"
            await refusal(scope, 500, RequestError("internal error", hint), code="INTERNAL")(scope, receive, seen)
        finally:
            self._told(scope, status, time.perf_counter() - started, sent)

    def _told(self, scope: Scope, status: int, seconds: float, sent: int) -> None:
        route = route_of(scope)
        context: Context | None = scope.get("context")
        fields: dict[str, str | float] = {
            "id": scope["request_id"],
            "method": scope["method"],
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
            "bytes": sent,
        }
        if context and context.operation:
            fields["operation"] = context.operation[:_SHOWN]
        if context and context.cost:
            fields["cost"] = context.cost.total
        if "key" in scope:
            fields["key"] = scope["key"]
        if "graph" in scope:
            fields["snapshot"] = scope["graph"].tag
        note(fields)
        if self._metrics:
            self._metrics.open.dec()
            self._metrics.count(route, scope["method"], status, seconds, sent)
            if context and context.cost:
                self._metrics.cost.observe(context.cost.total)
            for code in scope.get("codes", ()):
                self._metrics.errors.labels(code).inc()


def route_of(scope: Scope) -> str:
    """First part of a request's path, where a route begins with it; else ``other``."""
    first = "/" + scope["path"].lstrip("/").partition("/")[0]
    routes = getattr(scope.get("app"), "routes", ())
    known = {"/" + route.path.lstrip("/").partition("/")[0] for route in routes if hasattr(route, "path")}
    return first if first in known else "other"
