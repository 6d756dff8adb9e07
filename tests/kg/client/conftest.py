"""The small graph of the API's tests, served by a real server on loopback."""

from __future__ import annotations

import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import uvicorn

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "api"))

from small_graph import MANIFEST, Facts, build

from api.app import create_app
from kg.store import GraphStore, sorted_quads
from kg.workspace import LAYOUT, locked, publish


@pytest.fixture(scope="session")
def graph() -> tuple[GraphStore, Facts]:
    return build()


@pytest.fixture(scope="session")
def facts(graph: tuple[GraphStore, Facts]) -> Facts:
    return graph[1]


@contextmanager
def served(app: Any) -> Iterator[str]:
    """Address of an application while it is served."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(app, log_level="error"))
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    deadline = time.monotonic() + 60
    while not running.started and thread.is_alive() and time.monotonic() < deadline:
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        thread.join(60)
        listening.close()


@pytest.fixture(scope="session")
def serve() -> Callable[[Any], Any]:
    return served


@pytest.fixture(scope="session")
def server(graph: tuple[GraphStore, Facts], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("served")
    with locked(folder):
        manifest = {**MANIFEST, "layout": LAYOUT, "snapshot": "small"}
        workspace = publish(folder, sorted_quads(graph[0].quads()), manifest)
    with served(create_app(workspace.store(), manifest)) as address:
        yield address
