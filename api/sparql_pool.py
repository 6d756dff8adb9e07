"""The processes that answer SPARQL queries: lent to one query each, ended where it does not end itself.

A query cannot be stopped from outside, a process can. Each opens the served store on disk read-only,
so nothing is shared with the server but two pipes; a graph in memory is written to a temporary
folder once. Processes start when a query first needs them.
"""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any, Final, TypeVar, cast
from weakref import WeakKeyDictionary

from anyio import CapacityLimiter, to_thread

from api.sparql_worker import FRAME, READY
from kg.store import GraphStore, write_store

__all__ = ["Lease", "WorkerEndedError", "WorkerPool"]

_T = TypeVar("_T")
#: Folder that holds this package; a process must import the code of the server that starts it.
_HOME: Final = Path(__file__).resolve().parents[1]


class WorkerEndedError(Exception):
    """A process ended before its answer did.

    Parameters
    ----------
    code : int
        How: the negative number of the signal, else its exit code.
    """

    def __init__(self, code: int) -> None:
        self.code = code
        super().__init__(f"a worker of SPARQL ended by itself: {code}")

    @property
    def out_of_memory(self) -> bool:
        """Whether it ended as one does that is refused memory."""
        return self.code == -getattr(signal, "SIGABRT", 6)


class _Process:
    """A worker of this server."""

    def __init__(self, memory: int) -> None:
        path = os.pathsep.join(part for part in (str(_HOME), os.environ.get("PYTHONPATH", "")) if part)
        self._process = subprocess.Popen(  # noqa: S603 - this interpreter, and a number
            [sys.executable, "-P", "-m", "api.sparql_worker", str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
            # An interrupt from the keyboard is for the server, which then ends its workers.
            start_new_session=True,
        )
        self.folder: Path | None = None

    @property
    def pid(self) -> int:
        return self._process.pid

    def runs(self) -> bool:
        """Whether it has not ended by itself, or been ended by the system."""
        return self._process.poll() is None

    def send(self, order: Mapping[str, Any]) -> None:
        """Give an order."""
        source = cast("IO[bytes]", self._process.stdin)
        try:
            source.write(json.dumps(order).encode() + b"\n")
            source.flush()
        except OSError as error:
            raise WorkerEndedError(self._process.wait()) from error

    def opened(self, folder: Path) -> tuple[bytes, bytes]:
        """Have it open the store of a folder, where it has not; what it says."""
        self.send({"open": str(folder)})
        return self.frame()

    def frame(self) -> tuple[bytes, bytes]:
        """Kind and content of the next frame."""
        kind, length = FRAME.unpack(self._exactly(FRAME.size))
        return kind, self._exactly(length)

    def kill(self) -> None:
        """End it now, whatever it is at."""
        self._process.kill()

    def bury(self) -> None:
        """Wait until it is gone, and close its pipes."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except OSError:  # an order that was not taken any more
                    continue

    def _exactly(self, length: int) -> bytes:
        found = cast("IO[bytes]", self._process.stdout).read(length)
        if len(found) < length:
            raise WorkerEndedError(self._process.wait())
        return found


class WorkerPool:
    """Processes that are lent to queries.

    Parameters
    ----------
    size : int
        How many there are at most.
    memory : int
        Bytes of address space that each may have.
    """

    def __init__(self, size: int, memory: int) -> None:
        self.places = CapacityLimiter(size)
        self._memory = memory
        # Places are counted above; a thread that is left waiting for a killed process must hold none.
        self._threads = CapacityLimiter(math.inf)
        self._idle: list[_Process] = []
        self._all: set[_Process] = set()
        self._folders = _Folders()

    @property
    def pids(self) -> list[int]:
        """Processes that run now, idle ones too."""
        return sorted(process.pid for process in self._all)

    async def in_thread(self, work: Callable[..., _T], *arguments: object) -> _T:
        """Result of blocking work; a cancelled call leaves it to end by itself."""
        return await to_thread.run_sync(work, *arguments, abandon_on_cancel=True, limiter=self._threads)

    async def folder(self, store: GraphStore) -> Path:
        """Where a store lies on disk, a copy of one that lies in memory."""
        return await to_thread.run_sync(self._folders.of, store, limiter=self._threads)

    def take(self, folder: Path) -> _Process:
        """Process that nobody uses, best one that has this store open."""
        self._idle.sort(key=lambda process: process.folder == folder)
        while self._idle:
            process = self._idle.pop()
            if process.runs():
                return process
            self.end(process)
        process = _Process(self._memory)
        self._all.add(process)
        return process

    def put_back(self, process: _Process) -> None:
        """Keep a process for the next query."""
        if process in self._all:
            self._idle.append(process)

    def end(self, process: _Process) -> None:
        """End a process; the next query gets another."""
        self._all.discard(process)
        process.kill()
        threading.Thread(target=process.bury, daemon=True).start()

    def close(self) -> None:
        """End all processes and wait until they are gone."""
        ended, self._all, self._idle = self._all, set(), []
        for process in ended:
            process.kill()
        for process in ended:
            process.bury()
        self._folders.close()


class Lease:
    """A place among the workers and, once the store is open, the process that has it."""

    def __init__(self, pool: WorkerPool) -> None:
        self._pool = pool
        self._process: _Process | None = None
        self._placed = False

    async def wait(self) -> None:
        """Wait for a place."""
        await self._pool.places.acquire_on_behalf_of(self)
        self._placed = True

    async def open(self, store: GraphStore) -> tuple[bytes, bytes] | None:
        """Have a process open the store; what it says where it cannot."""
        folder = await self._pool.folder(store)
        while True:
            process = self._process = self._pool.take(folder)
            used, process.folder = process.folder is not None, None
            try:
                # Asked of one that has it open too: whoever answers is alive, which poll does not say while it dies.
                kind, content = await self._pool.in_thread(process.opened, folder)
            except WorkerEndedError:
                # One that was idle may have been ended by the system; a new one must not be.
                if not used:
                    raise
                self._pool.end(process)
                continue
            if kind != READY:
                return kind, content
            process.folder = folder
            return None

    async def ask(self, order: Mapping[str, Any]) -> tuple[bytes, bytes]:
        """First frame of the answer to an order."""
        await self._pool.in_thread(self._running.send, order)
        return await self.frame()

    async def frame(self) -> tuple[bytes, bytes]:
        """Next frame of the answer."""
        return await self._pool.in_thread(self._running.frame)

    def give_back(self, *, usable: bool) -> None:
        """Give the place back, and the process where its answer was read to the end; else it is ended."""
        process, self._process = self._process, None
        if process is not None:
            (self._pool.put_back if usable else self._pool.end)(process)
        if self._placed:
            self._placed = False
            self._pool.places.release_on_behalf_of(self)

    @property
    def _running(self) -> _Process:
        if self._process is None:
            raise RuntimeError("the place was given back")
        return self._process


class _Folders:
    """Where stores lie on disk, for processes to open."""

    def __init__(self) -> None:
        self._made: WeakKeyDictionary[GraphStore, TemporaryDirectory[str]] = WeakKeyDictionary()
        self._making = threading.Lock()

    def of(self, store: GraphStore) -> Path:
        """Folder of a store; one in memory is written to a temporary folder, once, for it never changes."""
        if store.folder is not None:
            return store.folder.resolve()
        with self._making:
            made = self._made.get(store)
            if made is None:
                made = TemporaryDirectory(prefix="paperkg-sparql-")
                write_store(store.quads(), Path(made.name) / "graph")
                self._made[store] = made
            return Path(made.name).resolve() / "graph"

    def close(self) -> None:
        """Remove what was made."""
        with self._making:
            for made in self._made.values():
                made.cleanup()
            self._made = WeakKeyDictionary()
