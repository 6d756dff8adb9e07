"""HTTP connections as uvicorn makes them, but none is kept waiting by a client without end.

uvicorn waits for ever for the rest of a request's head and for a client to take its answer; a
thousand such connections would be all it may have. ``uvicorn --http api.connections:Connection``.
"""

from __future__ import annotations

import asyncio
from typing import Any, Final, TypeAlias

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from api.settings import patience

__all__ = ["Connection"]

_Wait: TypeAlias = tuple[str, int]

#: Bytes that a client must take of an answer between two looks.
_LEAST: Final = 65_536


class Connection(H11Protocol):
    """A connection that is cut when its client made no headway between two looks.

    Headway is a whole head, whatever it trickles in; or 64 KiB of an answer taken, or its end. While
    the server is at work on a request the client may wait in peace.
    """

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self._patience = patience()
        self._watch: asyncio.TimerHandle | None = None
        self._before: _Wait | None = None
        self._heads = 0
        self._cycle: object = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to watch."""
        super().connection_made(transport)
        self._watch = self.loop.call_later(self._patience, self._look)

    def connection_lost(self, exc: Exception | None) -> None:
        """End to watch."""
        if self._watch is not None:
            self._watch.cancel()
        super().connection_lost(exc)

    def _look(self) -> None:
        waits = self._waits_for()
        if waits is not None and waits == self._before:
            self.transport.abort()
            return
        self._before = waits
        self._watch = self.loop.call_later(self._patience, self._look)

    def _waits_for(self) -> _Wait | None:
        """What the client must do next, equal at two looks when it did not; None when it is the server's turn."""
        unsent = self.transport.get_write_buffer_size()
        if unsent:
            return "answer", unsent // _LEAST
        if self.cycle is not self._cycle:
            self._heads, self._cycle = self._heads + 1, self.cycle
        # Between two requests uvicorn's own timer runs, until the first byte of the next.
        idle = self.timeout_keep_alive_task is not None
        if (self.cycle is None or self.cycle.response_complete) and not idle:
            return "rest" if self.conn.their_state is h11.SEND_BODY else "head", self._heads
        return None
