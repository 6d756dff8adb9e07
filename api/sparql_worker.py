"""A process that answers SPARQL queries from a store on disk: ``python -m api.sparql_worker MEMORY``.

Orders come on its standard input, a line of JSON each: a folder to open, or a query to answer.
Frames go out on its standard output: a letter, a length, and so many bytes. A pipe that is full
holds the query up, so nothing is computed far ahead of whoever reads it. When its input ends it
does too, whatever it is at: the server that started it is gone.
"""

from __future__ import annotations

import json
import os
import re
import struct
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from queue import SimpleQueue
from threading import Thread
from typing import IO, Any, Final

from pyoxigraph import QueryBoolean, QueryTriples

from api.sparql_formats import GRAPHS, RESULTS, accepted
from api.sparql_guard import confine
from kg.errors import KGError, QueryError
from kg.store import GraphStore

__all__ = ["END", "FAILED", "FRAME", "HEAD", "HELD", "PART", "READY", "SPENT", "main"]

#: What stands before each frame: its kind, and how many bytes follow.
FRAME: Final = struct.Struct(">cI")
#: Kinds of frames: the store is open; media type and length of an answer; a part of it; its end; why there is none.
READY, HEAD, PART, END, FAILED = b"R", b"H", b"P", b"E", b"F"
#: What an end says when the process should answer no more queries.
SPENT: Final = b"spent"
#: Bytes of an answer that are held back, so that what goes wrong with a small one still has its own status.
HELD: Final = 1_000_000
_PART: Final = 65_536

_Send = Callable[[bytes, bytes], None]


class _TooLargeError(Exception):
    pass


class _Sink:
    """What an answer is written to: sent on in parts, whole where it is small, up to a size."""

    def __init__(self, send: _Send, media_type: str, limit: int) -> None:
        self._send, self._media_type, self._limit = send, media_type, limit
        self._kept = bytearray()
        self._size = 0
        self._begun = False

    def write(self, part: bytes) -> int:
        """Take a part of the answer; raising here ends the query that writes."""
        self._size += len(part)
        if self._size > self._limit:
            raise _TooLargeError
        self._kept += part
        if len(self._kept) >= (_PART if self._begun else HELD):
            self._pass_on(length=None)
        return len(part)

    def flush(self) -> None:
        """Do nothing: parts go when they are large enough."""

    def close(self) -> None:
        """Send what is left, and say that it is all."""
        self._pass_on(length=self._size)
        self._send(END, SPENT if _spent() else b"")

    def _pass_on(self, *, length: int | None) -> None:
        if not self._begun:
            head = {"media_type": self._media_type, "length": length}
            self._send(HEAD, json.dumps(head).encode())
            self._begun = True
        self._send(PART, bytes(self._kept))
        self._kept.clear()


def _answer(store: GraphStore | None, order: Mapping[str, Any], send: _Send) -> None:
    """Send the answer of one query, or why there is none."""
    try:
        if store is None:
            raise RuntimeError("no store was opened")
        found = store.query(order["query"], default_graphs=order["default"], named_graphs=order["named"])
        graph = isinstance(found, QueryTriples)
        media_type = accepted(order["accept"], GRAPHS if graph else RESULTS)
        if media_type is None:
            kinds = ", ".join(GRAPHS if graph else RESULTS)
            return _fail(send, 406, f"no format of the answer fits the Accept header; there are {kinds}")
        sink = _Sink(send, media_type, order["bytes"])
        if isinstance(found, QueryTriples):
            found.serialize(sink, GRAPHS[media_type])  # type: ignore[arg-type]
        elif isinstance(found, QueryBoolean):
            sink.write(found.serialize(format=RESULTS[media_type]) or b"")
        else:
            found.serialize(sink, RESULTS[media_type])  # type: ignore[arg-type]
        sink.close()
    except QueryError as error:
        _fail(send, 400, str(error))
    except _TooLargeError:
        _fail(send, 413, f"the answer has more than {order['bytes']} bytes; use LIMIT and OFFSET")
    except MemoryError:
        _fail(send, 507, "the query needs more memory than one may have; ask for less at a time")
    except BrokenPipeError:
        raise
    except Exception:
        traceback.print_exc()
        _fail(send, 500, "internal error")


def _fail(send: _Send, status: int, text: str) -> None:
    send(FAILED, json.dumps({"status": status, "text": text, "spent": _spent()}).encode())


def _spent() -> bool:
    """Whether this process once held so much memory that the next query might find too little."""
    try:
        import resource  # noqa: PLC0415 - not on every system

        # What the process that started it held does not count here; in getrusage it would.
        held = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
    except (ImportError, OSError):
        return False
    most = resource.getrlimit(resource.RLIMIT_AS)[0]
    return held is not None and most != resource.RLIM_INFINITY and int(held[1]) * 1024 > most / 2


def _opened(folder: str, send: _Send) -> GraphStore | None:
    try:
        store = GraphStore.open(Path(folder))
    except KGError as error:
        traceback.print_exc()
        _fail(send, 503, f"the graph cannot be opened: {type(error).__name__}")
        return None
    send(READY, b"")
    return store


def _listen(source: IO[bytes], orders: SimpleQueue[bytes]) -> None:
    for line in source:
        orders.put(line)
    # Nobody is left to answer; a query that runs would not notice by itself.
    os._exit(0)


def main(arguments: list[str]) -> None:
    """Answer until the input ends."""
    output = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    # What a library prints must not get between the frames.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    confine(int(arguments[0]))
    orders: SimpleQueue[bytes] = SimpleQueue()
    Thread(target=_listen, args=(sys.stdin.buffer, orders), daemon=True).start()

    def send(kind: bytes, content: bytes) -> None:
        output.write(FRAME.pack(kind, len(content)) + content)
        output.flush()

    store: GraphStore | None = None
    folder: str | None = None
    try:
        while True:
            order = json.loads(orders.get())
            if "open" in order and store is not None and order["open"] == folder:
                send(READY, b"")
            elif "open" in order:
                store, folder = None, order["open"]
                store = _opened(order["open"], send)
            else:
                _answer(store, order, send)
    except BrokenPipeError:
        os._exit(0)


if __name__ == "__main__":
    main(sys.argv[1:])
