"""`kg serve` in a process of its own, for tests that hurt it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
COUNT = {"query": "{ papers { totalCount } }"}
#: What `COUNT` gives for the small graph.
COUNTED = {"data": {"papers": {"totalCount": 13}}}


class Server:
    """A server, its address, and what it wrote to its log."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process = process
        self.port = port
        self.address = f"http://127.0.0.1:{port}"
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stderr is not None
        self.lines.extend(self.process.stderr)

    def log(self) -> str:
        """All it wrote, once it has ended."""
        self._reader.join(30)
        return "".join(self.lines)

    def count(self) -> object:
        """Answer to a cheap question."""
        return httpx.post(f"{self.address}/graphql", json=COUNT, timeout=60).json()

    def connect(self) -> socket.socket:
        """A connection of our own, to misuse."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        return int(listening.getsockname()[1])


@contextmanager
def serving(
    workspace: Path, *options: str, environment: Mapping[str, str] | None = None, port: int = 0
) -> Iterator[Server]:
    """A server of a workspace that answers; it is ended afterwards if it still runs."""
    port = port or free_port()
    command = [sys.executable, "-m", "kg.cli", "serve", str(workspace), "--port", str(port), *options]
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **(environment or {})}, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    )  # fmt: skip
    server = Server(process, port)
    try:
        wait_for(server)
        yield server
    finally:
        # Worker processes are of the same group, and one that was killed leaves them behind.
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(process.pid, number)
            except ProcessLookupError:
                break
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                continue
        process.wait(60)


def wait_for(server: Server) -> None:
    """Return when the server answers."""
    deadline = time.monotonic() + 300
    while True:
        try:
            httpx.get(f"{server.address}/health", timeout=30)
            return
        except httpx.TransportError:
            assert server.process.poll() is None, server.log()
            assert time.monotonic() < deadline, "the server does not answer"
            time.sleep(0.1)
