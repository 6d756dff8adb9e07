"""The SPARQL 1.1 Protocol, queries only: by GET, by a form, or as the body itself."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from typing import Final
from urllib.parse import parse_qs

from anyio import CapacityLimiter, fail_after, from_thread, to_thread
from pyoxigraph import QueryBoolean, QueryResultsFormat, QueryTriples, RdfFormat
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from api.limits import Limits
from kg.errors import QueryError
from kg.store import GraphStore

__all__ = ["SparqlEndpoint", "accepted"]

_LOG = logging.getLogger("paperkg.api")

#: Media types of each kind of answer, the default first.
_RESULTS: Final[Mapping[str, QueryResultsFormat]] = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "application/xml": QueryResultsFormat.XML,
    "text/csv": QueryResultsFormat.CSV,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
_GRAPHS: Final[Mapping[str, RdfFormat]] = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "text/plain": RdfFormat.N_TRIPLES,
}
_DATASET: Final = ("default-graph-uri", "named-graph-uri", "using-graph-uri", "using-named-graph-uri")


class SparqlEndpoint:
    """Endpoint that answers SPARQL queries from one graph.

    A query runs in a thread that cannot be stopped from outside, so one that takes too long is
    left behind, and holds its worker until it ends; with all workers held the answer is 503.

    Parameters
    ----------
    store : callable
        Gives the graph; asked at each request, for the graph is opened after the routes are made.
    limits : Limits
    """

    def __init__(self, store: Callable[[], GraphStore], limits: Limits) -> None:
        self._store = store
        self._limits = limits
        self._workers = CapacityLimiter(limits.sparql_workers)
        # Places are counted above; the library's own count forgets the threads that were left behind.
        self._threads = CapacityLimiter(math.inf)

    async def respond(self, request: Request) -> Response:
        """Answer of the request's query, or what is wrong with it as plain text."""
        try:
            text = await _query_text(request)
            return await self._answered(text, request.headers.get("accept", "*/*"))
        except _RefusedError as refused:
            return PlainTextResponse(f"{refused}\n", status_code=refused.status)
        except QueryError as error:
            return PlainTextResponse(f"{error}\n", status_code=400)
        except Exception:
            _LOG.exception("request %s failed", request.scope.get("request_id"))
            return PlainTextResponse("internal error\n", status_code=500)

    async def _answered(self, text: str, accept: str) -> Response:
        worker, sink, running = object(), _Sink(self._limits.sparql_bytes), False

        def work() -> str | None:
            try:
                return _answer(self._store(), text, accept, sink)
            finally:
                # The thread gives its place back itself, for nobody may be waiting for it any more.
                from_thread.run_sync(self._workers.release_on_behalf_of, worker)

        try:
            with fail_after(self._limits.sparql_seconds):
                await self._workers.acquire_on_behalf_of(worker)
                running = True
                media_type = await to_thread.run_sync(work, abandon_on_cancel=True, limiter=self._threads)
        except TimeoutError as error:
            sink.closed = True
            if not running:
                raise _RefusedError(503, "all workers are busy; try again later") from error
            raise _RefusedError(504, f"the query took more than {self._limits.sparql_seconds:g} seconds") from error
        if media_type is None:
            kinds = ", ".join([*_RESULTS, *_GRAPHS])
            raise _RefusedError(406, f"no format of the answer fits the Accept header; there are {kinds}")
        return Response(bytes(sink.written), media_type=media_type, headers={"Vary": "Accept"})


class _RefusedError(Exception):
    """A request that is not answered, with the status and the words to say so."""

    def __init__(self, status: int, text: str) -> None:
        self.status = status
        super().__init__(text)


class _Sink:
    """What an answer is written to: in memory, up to a size, until nobody waits for it."""

    def __init__(self, limit: int) -> None:
        self.written = bytearray()
        self.closed = False
        self._limit = limit

    def write(self, part: bytes) -> int:
        """Take a part of the answer; raising here ends the query that writes."""
        if self.closed or len(self.written) + len(part) > self._limit:
            raise _RefusedError(413, f"the answer has more than {self._limit} bytes; use LIMIT and OFFSET")
        self.written += part
        return len(part)

    def flush(self) -> None:
        """Do nothing: all is in memory."""


def _answer(store: GraphStore, text: str, accept: str, sink: _Sink) -> str | None:
    """Write the answer and return its media type; None when no format is acceptable."""
    found = store.query(text)
    try:
        offered: Mapping[str, object] = _GRAPHS if isinstance(found, QueryTriples) else _RESULTS
        media_type = accepted(accept, offered)
        if media_type is None:
            return None
        if isinstance(found, QueryTriples):
            found.serialize(sink, _GRAPHS[media_type])  # type: ignore[arg-type]
        elif isinstance(found, QueryBoolean):
            sink.write(found.serialize(format=_RESULTS[media_type]) or b"")
        else:
            found.serialize(sink, _RESULTS[media_type])  # type: ignore[arg-type]
        return media_type
    finally:
        # An error's traceback goes to another thread, where the answer must not be dropped.
        del found


def accepted(accept: str, offered: Mapping[str, object]) -> str | None:
    """Media type that an Accept header likes best among those offered, the first of equals.

    >>> accepted("text/csv;q=0.5, application/*", {"text/csv": 0, "application/json": 0})
    'application/json'
    >>> accepted("image/png", {"text/csv": 0}) is None
    True
    """
    ranges = [_media_range(part) for part in accept.split(",") if part.strip()] or [("*/*", 1.0)]

    def quality(media_type: str) -> float:
        # The most exact range decides, as RFC 9110 says.
        for wanted in (media_type, f"{media_type.partition('/')[0]}/*", "*/*"):
            found = [weight for name, weight in ranges if name == wanted]
            if found:
                return max(found)
        return 0.0

    best = max(offered, key=quality)
    return best if quality(best) > 0 else None


def _media_range(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    weight = next((piece[2:] for piece in parameters if piece.startswith("q=")), "1")
    try:
        return name, min(max(float(weight), 0.0), 1.0)
    except ValueError:
        return name, 0.0


async def _query_text(request: Request) -> str:
    """Query of a request; one that has none is refused."""
    parameters = _parameters(request.url.query)
    if request.method == "POST":
        kind = _content_type(request.headers)
        body = _decoded(await request.body())
        if kind == "application/x-www-form-urlencoded":
            for name, values in _parameters(body).items():
                parameters.setdefault(name, []).extend(values)
        elif kind == "application/sparql-query":
            parameters.setdefault("query", []).append(body)
        elif kind == "application/sparql-update":
            parameters["update"] = [body]
        else:
            wanted = "application/sparql-query or application/x-www-form-urlencoded"
            raise _RefusedError(415, f"the body is {kind or 'of no type'}; send {wanted}")
    if "update" in parameters:
        raise _RefusedError(403, "the graph is read-only")
    if not parameters.keys().isdisjoint(_DATASET):
        raise _RefusedError(400, "the dataset is fixed: the union of all graphs; tell them apart by GRAPH in the query")
    queries = parameters.get("query", [])
    if len(queries) != 1 or not queries[0].strip():
        raise _RefusedError(400, f"there are {len(queries)} queries; send one, as parameter `query` or as the body")
    return queries[0]


def _parameters(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=20, errors="strict")
    except ValueError as error:
        raise _RefusedError(400, f"the parameters cannot be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise _RefusedError(400, f"the body is not UTF-8: {error}") from error


def _content_type(headers: Headers) -> str:
    return headers.get("content-type", "").partition(";")[0].strip().lower()
