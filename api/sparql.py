"""The SPARQL 1.1 Protocol, queries only, with the service's own description and a page to write queries on.

A query runs in a process of its own (`api.sparql_pool`), which is ended when it takes too long, when
its answer grows too large or when nobody waits for it any more; so whatever is asked, the other
requests are answered.
"""

from __future__ import annotations

import json
import logging
import math
from collections.abc import Awaitable, Callable
from typing import Final

from anyio import create_task_group, current_time, fail_after
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from api.context import Graph
from api.limits import Limits
from api.service_description import DOCUMENTS, description
from api.sparql_formats import accepted, content_type
from api.sparql_pool import Lease, WorkerEndedError, WorkerPool
from api.sparql_request import Asked, RefusedError, asked_of
from api.sparql_worker import END, FAILED, PART, SPENT
from api.yasgui import page

__all__ = ["METHODS", "SparqlEndpoint", "accepted"]

_LOG = logging.getLogger("paperkg.api")

#: Methods that the endpoint answers.
METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")
# Where keys are asked for, they come in a header that a page must be given; a browser adds none by itself.
_CORS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After, X-KG-Snapshot, X-Request-ID",
}
_PREFLIGHT: Final = {
    "Allow": ", ".join(METHODS),
    "Access-Control-Allow-Methods": ", ".join(METHODS),
    "Access-Control-Allow-Headers": "Accept, Authorization, Content-Type, X-API-Key, X-KG-Snapshot, X-Request-ID",
    "Access-Control-Max-Age": "86400",
}
#: Seconds that a process may take to start and open the store.
_START: Final = 60.0
_HTML: Final = "text/html"


class SparqlEndpoint:
    """Endpoint that answers SPARQL queries from one graph.

    Parameters
    ----------
    graph : callable
        Gives the graph; asked at each request, for the graph that is served may change.
    limits : Limits
    """

    def __init__(self, graph: Callable[[], Graph], limits: Limits) -> None:
        self._graph = graph
        self._limits = limits
        self.pool = WorkerPool(limits.sparql_workers, limits.sparql_memory)

    def close(self) -> None:
        """End all processes; a later query would start new ones."""
        self.pool.close()

    async def respond(self, request: Request) -> Response:
        """Answer of the request's query, or what is wrong with it as plain text."""
        if request.method == "OPTIONS":
            return Response(status_code=204, headers={**_CORS, **_PREFLIGHT})
        try:
            asked = await asked_of(request)
            if asked is None:
                response = await self._described(request)
            else:
                response = await _unless_gone(request, lambda: self._answered(request, asked))
        except RefusedError as refused:
            response = _refusal(refused)
        except Exception:
            _LOG.exception("request %s failed", request.scope.get("request_id"))
            response = PlainTextResponse("internal error\n", status_code=500)
        response.headers.update(_CORS)
        return response

    async def _described(self, request: Request) -> Response:
        """What a browser or a program finds that asks nothing."""
        media_type = accepted(request.headers.get("accept", "*/*"), (*DOCUMENTS, _HTML))
        if media_type is None:
            kinds = ", ".join((*DOCUMENTS, _HTML))
            raise RefusedError(406, f"no form of the service's description fits the Accept header; there are {kinds}")
        if media_type == _HTML:
            response = page()
        else:
            told = await self.pool.in_thread(description, self._graph(), str(request.base_url).rstrip("/"))
            body = told.serialize(format=DOCUMENTS[media_type], encoding="utf-8")
            response = Response(body, headers={"Content-Type": content_type(media_type)})
        response.headers["Vary"] = "Accept"
        return response

    async def _answered(self, request: Request, asked: Asked) -> Response:
        lease = Lease(self.pool)
        try:
            return await self._asked(lease, request, asked)
        except WorkerEndedError as ended:
            lease.give_back(usable=False)
            return _refusal(_ended(ended))
        except RefusedError as refused:
            lease.give_back(usable=False)
            return _refusal(refused)
        except BaseException:
            lease.give_back(usable=False)
            raise

    async def _asked(self, lease: Lease, request: Request, asked: Asked) -> Response:
        limits = self._limits
        retry = {"Retry-After": str(math.ceil(limits.sparql_wait) or 1)}
        try:
            with fail_after(limits.sparql_wait):
                await lease.wait()
        except TimeoutError:
            raise RefusedError(503, "all workers are busy; try again later", retry) from None
        try:
            with fail_after(_START):
                failed = await lease.open(self._graph().store)
        except TimeoutError:
            raise RefusedError(503, "no worker could be started in time; try again later", retry) from None
        if failed:
            raise RefusedError(503, json.loads(failed[1])["text"], retry)
        started = current_time()
        order = {
            "query": asked.query,
            "default": asked.default_graphs,
            "named": asked.named_graphs,
            "accept": request.headers.get("accept", "*/*"),
            "bytes": limits.sparql_bytes,
        }
        try:
            with fail_after(limits.sparql_seconds):
                kind, content = await lease.ask(order)
                if kind == FAILED:
                    told = json.loads(content)
                    lease.give_back(usable=not told["spent"])
                    raise RefusedError(told["status"], told["text"])
                head = json.loads(content)
                headers = {"Content-Type": content_type(head["media_type"]), "Vary": "Accept"}
                if head["length"] is None:
                    left = limits.sparql_seconds - (current_time() - started)
                    return _Streamed(lease, headers, limits, left)
                _, body = await lease.frame()
                _, end = await lease.frame()
        except TimeoutError:
            raise RefusedError(504, f"the query took more than {limits.sparql_seconds:g} seconds") from None
        lease.give_back(usable=end != SPENT)
        return Response(body, headers=headers)


class _Streamed(Response):
    """An answer that is passed on while it is computed, no faster than its reader takes it.

    The status is out when something goes wrong, so the answer then breaks off without its end, which
    clients of HTTP tell from one that is complete.
    """

    def __init__(self, lease: Lease, headers: dict[str, str], limits: Limits, left: float) -> None:
        super().__init__(headers=headers)
        del self.headers["content-length"]
        self._lease = lease
        self._limits = limits
        #: Seconds that the query has left, and its reader.
        self._computing, self._reading = left, limits.sparql_sending

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, part by part."""
        usable = False
        try:
            async with create_task_group() as group:

                async def watch() -> None:
                    await _gone(receive)
                    group.cancel_scope.cancel()

                group.start_soon(watch)
                await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
                if scope["method"] != "HEAD":
                    usable = await self._passed_on(scope, send)
                else:
                    await send({"type": "http.response.body", "body": b""})
                group.cancel_scope.cancel()
        finally:
            self._lease.give_back(usable=usable)

    async def _passed_on(self, scope: Scope, send: Send) -> bool:
        """Whether the answer went out to its end, and its process can answer another query."""
        while True:
            before = current_time()
            try:
                with fail_after(max(self._computing, 0)):
                    kind, content = await self._lease.frame()
            except TimeoutError:
                return _broken_off(scope, f"the query took more than {self._limits.sparql_seconds:g} seconds")
            except WorkerEndedError as ended:
                return _broken_off(scope, str(ended))
            between = current_time()
            self._computing -= between - before
            if kind == END:
                await send({"type": "http.response.body", "body": b""})
                return content != SPENT
            if kind != PART:
                return _broken_off(scope, json.loads(content)["text"])
            try:
                with fail_after(max(self._reading, 0)):
                    await send({"type": "http.response.body", "body": content, "more_body": True})
            except TimeoutError:
                return _broken_off(scope, f"its reader took more than {self._limits.sparql_sending:g} seconds")
            self._reading -= current_time() - between


def _broken_off(scope: Scope, why: str) -> bool:
    _LOG.warning("request %s: the answer broke off: %s", scope.get("request_id"), why)
    return False


def _ended(ended: WorkerEndedError) -> RefusedError:
    if ended.out_of_memory:
        return RefusedError(507, "the query needs more memory than one may have; ask for less at a time")
    _LOG.error("%s", ended)
    return RefusedError(500, "the query ended the process that answered it; make it simpler")


def _refusal(refused: RefusedError) -> Response:
    return PlainTextResponse(f"{refused}\n", status_code=refused.status, headers=refused.headers)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        continue


async def _unless_gone(request: Request, work: Callable[[], Awaitable[Response]]) -> Response:
    """Response of the work, which ends early where the client does not wait for it."""
    answers: list[Response] = []
    failures: list[Exception] = []
    async with create_task_group() as group:

        async def watch() -> None:
            await _gone(request.receive)
            group.cancel_scope.cancel()

        group.start_soon(watch)
        try:
            answers.append(await work())
        except Exception as error:
            failures.append(error)
        group.cancel_scope.cancel()
    if failures:
        raise failures[0]
    # Nobody reads this where nobody waits.
    return answers[0] if answers else Response(status_code=499)
