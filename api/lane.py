"""Two lanes for GraphQL, so that a heavy document does not keep cheap ones waiting.

Parsing a long document, or building a large answer, holds an event loop for tens of milliseconds,
and with it whoever else is on that loop. So what looks heavy runs on a loop in a thread of its own;
the interpreter switches between the two often enough that the other loop goes on in between.
"""

from __future__ import annotations

import asyncio
import re
import sys
import threading
from collections.abc import Coroutine, Iterator
from typing import TYPE_CHECKING, Any, Final, TypeVar

from starlette.types import Message, Receive, Scope, Send

from api.errors import RequestError
from api.fast.persisted import PersistedDocuments

if TYPE_CHECKING:
    from api.fast.serving import FastEndpoint

__all__ = ["Lanes", "SharedDocuments", "looks_heavy", "over"]

Result = TypeVar("Result")

#: Bytes, levels of braces and size of a page beyond which a request looks heavy. A request that was
#: judged so wrongly is answered as quickly in peace, and under attack no later than the attackers'.
_LENGTH: Final = 500
_LEVELS: Final = 5
_PAGE: Final = 25

#: Seconds after which a thread lets another run; with the usual 0.005 a cheap request, which takes
#: two milliseconds and needs the interpreter several times, would wait ten times as long.
_SWITCH: Final = 0.0005

_BRACES: Final = re.compile(rb"[{}]")
# A number behind a colon, in a document or in its variables; not part of an identifier such as arxiv:1512.03385.
_NUMBER: Final = re.compile(rb"[\w\"]:\s*(\d+)(?![\d.])")
_HASH: Final = re.compile(rb"sha256Hash\W{1,20}([0-9a-f]{64})")


async def over(work: Coroutine[Any, Any, Result], loop: asyncio.AbstractEventLoop) -> Result:
    """Result of work that is done on a loop, this one or that of another thread."""
    if loop is asyncio.get_running_loop():
        return await work
    return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, loop))


def looks_heavy(text: bytes) -> bool:
    """Whether a request could take long: it is long, asks for many levels, for a large page or for the schema.

    Only a guess of where to run it; what it may cost is looked at there.

    >>> looks_heavy(b'{ paper(id: "arxiv:1512.03385") { title } }')
    False
    >>> looks_heavy(b"{ papers(first: 100) { edges { node { title } } } }")
    True
    """
    if len(text) > _LENGTH or b"__schema" in text:
        return True
    return max(_levels(text), default=0) > _LEVELS or any(
        len(found) > 3 or int(found) > _PAGE for found in _NUMBER.findall(text)
    )


def _levels(text: bytes) -> Iterator[int]:
    level = 0
    for brace in _BRACES.findall(text):
        level += 1 if brace == b"{" else -1
        yield level


class Lanes:
    """Application that sends a request to one of two others.

    Parameters
    ----------
    quick, heavy : FastEndpoint
        The endpoint of each lane; they share documents that requests name by a hash alone.
    """

    def __init__(self, quick: FastEndpoint, heavy: FastEndpoint) -> None:
        self._quick = quick
        self._heavy = heavy
        self._documents = quick.persisted = heavy.persisted = SharedDocuments()
        self._loop: asyncio.AbstractEventLoop | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request in its lane."""
        text = scope["query_string"]
        if scope["method"] == "POST":
            # The layer outside of this one has read the body, so it comes in one message.
            first: Message | None = await receive()
            text = first.get("body", b"") if first else b""
            receive = _again(first, receive)
        if not looks_heavy(text) and not looks_heavy(self._named(text)):
            await self._quick(scope, receive, send)
            return
        home = asyncio.get_running_loop()
        lane = self._started()

        async def received() -> Message:
            return await over(_call(receive), home)

        async def sent(message: Message) -> None:
            await over(_call(send, message), home)

        await over(_call(self._heavy, scope, received, sent), lane)

    def close(self) -> None:
        """End the thread."""
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _named(self, text: bytes) -> bytes:
        found = _HASH.search(text)
        try:
            return self._documents.text(found[1].decode()).encode("utf-8", "surrogatepass") if found else b""
        except RequestError:
            return b""

    def _started(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            sys.setswitchinterval(_SWITCH)
            threading.Thread(target=_run, args=(self._loop,), name="heavy", daemon=True).start()
        return self._loop


class SharedDocuments(PersistedDocuments):
    """Documents by their hashes, which both lanes keep and look up."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = threading.Lock()

    def text(self, hash_: str) -> str:
        """Document of a hash; see `PersistedDocuments`."""
        with self._turn:
            return super().text(hash_)

    def keep(self, hash_: str, text: str) -> None:
        """Keep a document."""
        with self._turn:
            super().keep(hash_, text)


def _run(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    loop.run_forever()
    loop.close()


async def _call(application: Any, *arguments: Any) -> Any:
    """Await what is no coroutine by type, such as an application's call."""
    return await application(*arguments)


def _again(first: Message | None, receive: Receive) -> Receive:
    pending = [] if first is None else [first]

    async def received() -> Message:
        return pending.pop() if pending else await receive()

    return received
