"""Queries that ask too much are stopped with all that they hold, and the others are answered."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from small_graph import MANIFEST, Facts
from sparql_server import ENDLESS, PATIENCE, processor_ticks, runs, served, until, workers
from starlette.testclient import TestClient

from api.app import WORKSPACE, create_app
from api.limits import Limits
from api.sparql_pool import WorkerPool
from api.sparql_worker import HELD
from kg.store import GraphStore, Quad, sorted_quads
from kg.workspace import LAYOUT, locked, publish

ROOT = Path(__file__).resolve().parents[2]
ASK = "ASK { ?paper a kg:Paper }"
PAIRS = "SELECT * { ?a ?b ?c . ?d ?e ?f }"

needs_proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="looks at processes in /proc")


@pytest.fixture(scope="module")
def one(store: GraphStore) -> Iterator[TestClient]:
    """A server with one worker, so that a query that stays would be seen by the next."""
    limits = Limits(sparql_seconds=4, sparql_wait=PATIENCE, sparql_workers=1, sparql_memory=1_000_000_000)
    with TestClient(create_app(store, MANIFEST, limits=limits)) as client:
        yield client


def _works(client: TestClient) -> None:
    # A machine that is busy may need more than one start.
    until(lambda: client.get("/sparql", params={"query": ASK}).status_code == 200)


def test_a_query_that_takes_too_long_is_ended_with_its_process(one: TestClient) -> None:
    _works(one)
    (before,) = _pids(one.app)
    answer = one.get("/sparql", params={"query": ENDLESS})
    assert answer.status_code == 504
    assert "4 seconds" in answer.text
    until(lambda: not runs(before))
    _works(one)
    (after,) = _pids(one.app)
    assert after != before


def test_a_query_that_needs_too_much_memory_is_ended(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=PATIENCE, sparql_wait=PATIENCE, sparql_workers=1, sparql_memory=700_000_000)
    with TestClient(create_app(store, MANIFEST, limits=limits)) as client:
        answer = client.get("/sparql", params={"query": f"{PAIRS} ORDER BY ?f ?c"})
        assert answer.status_code == 507, answer.text
        assert "memory" in answer.text
        assert client.get("/sparql", params={"query": ASK}).json()["boolean"] is True


@pytest.mark.parametrize("text", ["ASK { FILTER(" + "(" * 30_000, "ASK " + "{" * 30_000, "ASK { ?s " + "(" * 30_000])
def test_a_text_that_is_nested_too_deeply_harms_nobody_else(one: TestClient, text: str) -> None:
    answer = one.post("/sparql", content=text, headers={"Content-Type": "application/sparql-query"})
    assert answer.status_code in (400, 500, 504, 507)
    _works(one)


def test_an_idle_process_that_the_system_ended_is_replaced(one: TestClient) -> None:
    _works(one)
    (before,) = _pids(one.app)
    os.kill(before, signal.SIGKILL)
    until(lambda: not runs(before))
    assert one.get("/sparql", params={"query": ASK}).status_code == 200


def test_nothing_is_left_when_the_server_stops(store: GraphStore) -> None:
    with TestClient(create_app(store, MANIFEST)) as client:
        _works(client)
        pids = _pids(client.app)
        assert pids
    assert not any(runs(pid) for pid in pids)


def test_a_new_snapshot_is_asked_as_soon_as_it_is_served(
    graph: tuple[GraphStore, Facts], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    quads = sorted_quads(graph[0].quads())
    _publish(tmp_path, quads, "first")
    monkeypatch.setenv(WORKSPACE, str(tmp_path))
    with TestClient(create_app(limits=Limits(sparql_seconds=PATIENCE))) as client:

        def count() -> int:
            query = "SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }"
            return int(client.get("/sparql", params={"query": query}, headers={"Accept": "text/csv"}).text.split()[1])

        assert count() == 13
        _publish(tmp_path, [quad for quad in quads if "1512" not in str(quad.subject)], "second")
        until(lambda: count() == 12)
        assert len(_pids(client.app)) == 1


@pytest.mark.network
def test_endless_queries_leave_other_requests_unharmed(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=10 * PATIENCE, sparql_wait=0.2, sparql_workers=2)
    app = create_app(store, MANIFEST, limits=limits)
    with served(app) as address:

        def ask() -> httpx.Response:
            return httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=PATIENCE)

        open_ones = [_asking(address, ENDLESS) for _ in range(2)]
        until(lambda: _pool(app).places.borrowed_tokens == 2)
        busy = ask()
        assert busy.status_code == 503
        assert int(busy.headers["retry-after"]) >= 1
        assert httpx.get(f"{address}/health", timeout=PATIENCE).json()["status"] == "ok"
        body = {"query": "{ papers { totalCount } }"}
        answered = httpx.post(f"{address}/graphql", json=body, timeout=PATIENCE).json()
        assert answered["data"]["papers"]["totalCount"] == 13
        # All this while the two were at it; they end when their clients go.
        assert _pool(app).places.borrowed_tokens == 2
        for each in open_ones:
            each.close()
        until(lambda: ask().status_code == 200)


@pytest.mark.network
def test_a_query_that_nobody_waits_for_is_ended(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=10 * PATIENCE, sparql_wait=PATIENCE, sparql_workers=1)
    with served(create_app(store, MANIFEST, limits=limits)) as address:
        with pytest.raises(httpx.ReadTimeout):
            httpx.get(f"{address}/sparql", params={"query": ENDLESS}, timeout=2)
        answer = httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=PATIENCE)
        assert answer.json()["boolean"] is True


@pytest.mark.network
def test_a_large_answer_is_streamed_whole(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=PATIENCE, sparql_sending=PATIENCE)
    with served(create_app(store, MANIFEST, limits=limits)) as address:
        query = f"{PAIRS} LIMIT 20000"
        answer = httpx.get(f"{address}/sparql", params={"query": query}, timeout=PATIENCE)
        assert len(answer.json()["results"]["bindings"]) == 20_000
        assert len(answer.content) > 2 * HELD
        assert "content-length" not in answer.headers
        head = httpx.head(f"{address}/sparql", params={"query": query}, timeout=PATIENCE)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-type"] == answer.headers["content-type"]


@pytest.mark.network
def test_an_answer_that_breaks_off_does_not_look_complete(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=PATIENCE, sparql_sending=PATIENCE, sparql_bytes=3 * HELD, sparql_workers=1)
    with served(create_app(store, MANIFEST, limits=limits)) as address:
        with pytest.raises(httpx.RemoteProtocolError):
            httpx.get(f"{address}/sparql", params={"query": PAIRS}, timeout=PATIENCE)
        answer = httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=PATIENCE)
        assert answer.json()["boolean"] is True


@pytest.mark.network
@needs_proc
def test_a_slow_reader_holds_the_query_up_and_is_not_waited_for_without_end(store: GraphStore) -> None:
    limits = Limits(sparql_seconds=PATIENCE, sparql_sending=5, sparql_bytes=10**12, sparql_workers=1)
    app = create_app(store, MANIFEST, limits=limits)
    with served(app) as address:
        with httpx.stream("GET", f"{address}/sparql", params={"query": PAIRS}, timeout=PATIENCE) as answer:
            assert answer.status_code == 200
            (worker,) = _pids(app)
            # Once the pipes are full, it stands still, or the time of its reader is over.
            used = [-1, processor_ticks(worker)]

            def still() -> bool:
                used.append(processor_ticks(worker) if runs(worker) else used[-1])
                return used[-1] == used[-2]

            until(still)
            until(lambda: not runs(worker))
        assert httpx.get(f"{address}/sparql", params={"query": ASK}, timeout=PATIENCE).json()["boolean"] is True


@pytest.mark.network
@needs_proc
@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_server_that_is_ended_leaves_no_process_behind(
    graph: tuple[GraphStore, Facts], tmp_path: Path, how: signal.Signals
) -> None:
    _publish(tmp_path, sorted_quads(graph[0].quads()), "small")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", str(port), "--log-level", "critical"]
    environment = {**os.environ, WORKSPACE: str(tmp_path)}
    with subprocess.Popen([*command, "--timeout-graceful-shutdown", "1"], cwd=ROOT, env=environment) as process:
        address = f"http://127.0.0.1:{port}"
        until(lambda: _answers(f"{address}/health"))
        asking = threading.Thread(target=lambda: _answers(f"{address}/sparql", query=ENDLESS))
        asking.start()
        until(lambda: bool(workers(process.pid)))
        pids = workers(process.pid)
        process.send_signal(how)
        process.wait(PATIENCE)
        asking.join()
    until(lambda: not any(runs(pid) for pid in pids))


_CONFINED = """
import socket, sys
from api.sparql_guard import confine
print(confine(10**10), flush=True)
import pyoxigraph
try:
    print(list(pyoxigraph.Store().query("SELECT * { SERVICE <http://127.0.0.1:%d/> { ?s ?p ?o } }")))
except OSError as error:
    print("refused", error)
"""


def test_a_process_that_answers_can_reach_no_other_server() -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.settimeout(0.5)
        program = _CONFINED % listening.getsockname()[1]
        done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE)
        confined, _, told = done.stdout.partition("\n")
        if confined != "True":
            pytest.skip("this system has no filter for its calls")
        assert told.startswith("refused"), done.stderr
        with pytest.raises(TimeoutError):
            listening.accept()


def _publish(folder: Path, quads: list[Quad], name: str) -> None:
    with locked(folder):
        publish(folder, quads, {**MANIFEST, "layout": LAYOUT, "snapshot": name})


def _answers(address: str, **parameters: str) -> bool:
    try:
        return httpx.get(address, params=parameters, timeout=PATIENCE).status_code == 200
    except httpx.HTTPError:
        return False


def _asking(address: str, query: str) -> socket.socket:
    """Connection over which a query was sent, and nothing read."""
    host, port = address.removeprefix("http://").split(":")
    connection = socket.create_connection((host, int(port)), timeout=PATIENCE)
    connection.sendall(f"GET /sparql?{urlencode({'query': query})} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return connection


def _pool(app: Any) -> WorkerPool:
    """Workers of an application; other tests have theirs."""
    (route,) = (route for route in app.routes if getattr(route, "path", "") == "/sparql")
    pool: WorkerPool = route.endpoint.__self__.pool
    return pool


def _pids(app: Any) -> list[int]:
    return _pool(app).pids
