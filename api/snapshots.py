"""Which build of the graph answers: the current one, or the one that a walk began on.

A build publishes its snapshot by renaming the manifest. The server looks at the manifest's times at
most once a second, when a request comes; a new snapshot is opened beside the old one, in a thread,
and then takes its place. A request keeps the snapshot it began with, and the old one is held some
minutes for walks that began on it; then its last request closes it.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
import weakref
from collections.abc import AsyncIterator, Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Final, TypeAlias

from graphql import GraphQLError
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.extensions import SchemaExtension

from api.context import Context, Graph
from api.errors import SnapshotChangedError, refusal
from api.lane import over

__all__ = ["HEADER", "SnapshotOfCursors", "SnapshotOfRequest", "Snapshots"]

#: Header that says which snapshot answered, and by which a request asks for one.
HEADER: Final = "X-KG-Snapshot"

_LOG: Final = logging.getLogger("paperkg.api")
_HEADER: Final = HEADER.lower().encode()
_TAG: Final = re.compile(r"[0-9a-f]{12}([0-9a-f]{52})?")

#: What tells one manifest from another without reading it: changed when, which file, how long.
_Mark: TypeAlias = tuple[int, int, int]

#: The graph of the request that is under way.
_ASKED: ContextVar[Graph] = ContextVar("asked")


class Snapshots:
    """The snapshot that is served, and those before that somebody may still need.

    Parameters
    ----------
    graph : Graph
        The first one.
    manifest : Path, optional
        File whose change tells of a new one; without it there is none.
    reopen : callable, optional
        Gives the new one; called in a thread.
    held : int
        Old ones that are held at most.
    hold_seconds : float
        Seconds after which an old one is let go.
    look_seconds : float
        Least seconds between two looks at the manifest.
    changed : callable
        Called when a new one took its place.
    """

    def __init__(
        self,
        graph: Graph,
        manifest: Path | None = None,
        reopen: Callable[[], Graph] | None = None,
        *,
        held: int = 2,
        hold_seconds: float = 300.0,
        look_seconds: float = 1.0,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self.current = graph
        self._changed = changed
        self._manifest = manifest
        self._reopen = reopen
        self._held: dict[str, Graph] = {}
        self._most = held
        self._hold_seconds = hold_seconds
        self._look_seconds = look_seconds
        self._seen = self._mark()
        self._next_look = 0.0
        self._opening: asyncio.Task[None] | None = None
        #: Loop of the server, on which all of this happens; requests may run on another.
        self._home: asyncio.AbstractEventLoop | None = None

    def graph(self) -> Graph:
        """Graph of the request that is under way, else the current one."""
        return _ASKED.get(self.current)

    def look(self) -> None:
        """Begin to take over a new snapshot, if there is one and none is being opened."""
        now = time.monotonic()
        self._home = asyncio.get_running_loop()
        if self._reopen is None or self._opening is not None or now < self._next_look:
            return
        self._next_look = now + self._look_seconds
        mark = self._mark()
        if mark is not None and mark != self._seen:
            self._opening = self._home.create_task(self._take_over(mark, self._reopen))

    async def find(self, tag: str) -> Graph | None:
        """Snapshot with this tag, if it is current, or held, or was published just now."""
        if (found := self._known(tag)) is None and self._home is not None:
            await over(self._look_now(), self._home)
            found = self._known(tag)
        return found

    async def _look_now(self) -> None:
        # Another worker process may have taken over a snapshot that this one has not seen.
        self._next_look = 0.0
        self.look()
        if self._opening is not None:
            await asyncio.shield(self._opening)

    def _known(self, tag: str) -> Graph | None:
        return self.current if self.current.tag == tag else self._held.get(tag)

    def _mark(self) -> _Mark | None:
        try:
            found = self._manifest.stat() if self._manifest else None
        except OSError:
            return None
        return (found.st_mtime_ns, found.st_ino, found.st_size) if found else None

    async def _take_over(self, mark: _Mark, reopen: Callable[[], Graph]) -> None:
        # The mark is older than what is opened: a build that ends meanwhile is seen at the next look.
        try:
            graph = await asyncio.to_thread(reopen)
        except Exception:
            _LOG.exception("the new snapshot cannot be opened; %s goes on serving", self.current.fingerprint)
            self._next_look = time.monotonic() + 10 * self._look_seconds
            return
        finally:
            self._opening = None
        self._seen = mark
        if graph.tag == self.current.tag:
            return
        old, self.current = self.current, graph
        self._changed()
        self._held.pop(graph.tag, None)
        self._held[old.tag] = old
        for tag in list(self._held)[: -self._most]:
            del self._held[tag]
        # The timer must not be what keeps it.
        asyncio.get_running_loop().call_later(self._hold_seconds, self._let_go, old.tag, weakref.ref(old))
        _LOG.info("snapshot %s took the place of %s", graph.fingerprint, old.fingerprint)

    def _let_go(self, tag: str, graph: weakref.ref[Graph]) -> None:
        if self._held.get(tag) is graph():
            self._held.pop(tag, None)


class SnapshotOfRequest:
    """Middleware that gives a request its snapshot, and says in the answer's header which that was."""

    def __init__(self, app: ASGIApp, *, snapshots: Callable[[], Snapshots]) -> None:
        self._app = app
        self._snapshots = snapshots

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on; one for a snapshot that is served no more is answered 412."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        snapshots = self._snapshots()
        snapshots.look()
        scope["graph"] = graph = snapshots.current

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                answered = scope["graph"].fingerprint.encode()
                message["headers"] = [*message.get("headers", ()), (_HEADER, answered)]
            await send(message)

        wanted = dict(scope["headers"]).get(_HEADER, b"").decode("latin-1")
        if wanted:
            found = await snapshots.find(wanted[:12]) if _TAG.fullmatch(wanted) else None
            if found is None:
                await refusal(scope, 412, SnapshotChangedError("the snapshot asked for"))(scope, receive, named)
                return
            scope["graph"] = graph = found
        before = _ASKED.set(graph)
        try:
            await self._app(scope, receive, named)
        finally:
            _ASKED.reset(before)


class SnapshotOfCursors(SchemaExtension):
    """Answers a document from the snapshot that its cursors were made on."""

    async def on_validate(self) -> AsyncIterator[None]:
        """Move the request to that snapshot, or set the error."""
        running = self.execution_context
        context: Context = running.context
        if context.cost is not None and not running.pre_execution_errors:
            tags = context.cost.snapshots - {context.graph.tag}
            one = len(context.cost.snapshots) == 1
            found = await context.find(min(tags)) if tags and one and context.find else None
            if found is not None:
                context.move(found)
            elif tags:
                error = SnapshotChangedError()
                running.pre_execution_errors = [GraphQLError(str(error), original_error=error)]
        yield
