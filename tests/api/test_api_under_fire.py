"""A real server that is hurt: slow clients, a thousand connections, kill -9, a stop, a build under load."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from bad_queries import GRAPHQL, SPARQL
from real_server import COUNT, COUNTED, ROOT, Server, free_port, serving, wait_for
from small_graph import MANIFEST, paper
from starlette.testclient import TestClient

from api.app import create_app
from api.keys import new_key
from api.limits import Limits
from kg.store import GraphStore, Row, sorted_quads
from kg.workspace import LAYOUT, locked, publish

pytestmark = pytest.mark.network

_PLAIN = b"GET /health HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def workspace(store: GraphStore, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _published(tmp_path_factory.mktemp("served"), store)


def _published(folder: Path, store: GraphStore, name: str = "small", without: str = "") -> Path:
    quads = [quad for quad in store.quads() if getattr(quad.subject, "value", "") != without]
    with locked(folder):
        publish(folder, sorted_quads(quads), {**MANIFEST, "layout": LAYOUT, "snapshot": name})
    return folder


@pytest.fixture(scope="module")
def server(workspace: Path) -> Iterator[Server]:
    with serving(workspace, environment={"KG_PATIENCE": "1"}) as server:
        yield server


@pytest.fixture(scope="module")
def patient(workspace: Path) -> Iterator[Server]:
    """A server as it is usually started: clients on a busy machine may be slow through no fault of theirs."""
    with serving(workspace, environment={"KG_PATIENCE": "300"}) as server:
        yield server


def _ended(connection: socket.socket) -> bool:
    """Whether the server closes the connection; fails when it does not within the socket's time."""
    try:
        while connection.recv(65_536):
            pass
    except ConnectionResetError:
        return True
    return True


# Slow clients


def test_a_head_that_trickles_in_is_cut_off(server: Server) -> None:
    with server.connect() as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n")
        stop = threading.Event()

        def trickle() -> None:
            while not stop.wait(0.2):
                try:
                    slow.sendall(b"X-A: b\r\n")
                except OSError:
                    return

        thread = threading.Thread(target=trickle)
        thread.start()
        assert _ended(slow)
        stop.set()
        thread.join()
    assert server.count() == COUNTED


def test_a_connection_that_says_nothing_is_cut_off(server: Server) -> None:
    with server.connect() as silent:
        assert _ended(silent)


def test_a_second_request_that_trickles_in_is_cut_off_too(server: Server) -> None:
    with server.connect() as slow:
        slow.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
        assert b"200 OK" in slow.recv(65_536)
        slow.sendall(b"G")
        assert _ended(slow)


def test_a_patient_client_keeps_its_connection(server: Server) -> None:
    with httpx.Client(base_url=server.address, timeout=60) as client:
        for _ in range(4):
            assert client.post("/graphql", json=COUNT).json() == COUNTED
            time.sleep(0.8)


def test_a_body_that_never_comes_is_answered_408(workspace: Path) -> None:
    script = (
        "import uvicorn; from api.app import create_app; from api.limits import Limits; "
        "uvicorn.run(create_app(limits=Limits(body_seconds=0.3)), port={}, log_level='error')"
    )
    port = free_port()
    environment = {**os.environ, "KG_WORKSPACE": str(workspace)}
    with subprocess.Popen(
        [sys.executable, "-c", script.format(port)], cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            server = Server(process, port)
            wait_for(server)
            with server.connect() as slow:
                slow.sendall(b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 50\r\n\r\n{")
                answer = b"".join(iter(lambda: slow.recv(65_536), b""))  # head and body may come apart
                assert answer.startswith(b"HTTP/1.1 408")
                assert b"LIMIT_EXCEEDED" in answer
                assert b"connection: close" in answer.lower()
                assert _ended(slow)
        finally:
            process.terminate()


def test_a_client_that_does_not_take_its_answer_is_cut_off(server: Server) -> None:
    # Text that no kernel's buffers hold: 60 times all triples, as CSV.
    query = "SELECT * WHERE { VALUES ?n { " + " ".join(map(str, range(60))) + " } ?s ?p ?o }"
    body = query.encode()
    with socket.socket() as slow:
        slow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        slow.settimeout(60)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(
            b"POST /sparql HTTP/1.1\r\nHost: a\r\nAccept: text/csv\r\nContent-Type: application/sparql-query\r\n"
            b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
        )
        assert slow.recv(12) == b"HTTP/1.1 200"
        _wait_until(lambda: server.port not in _senders(server.port))
    assert server.count() == COUNTED


def _senders(port: int) -> set[int]:
    """Local ports of connections of this port with bytes that nobody took, from the kernel's table."""
    rows = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    waiting = {row[1] for row in rows if row[4].partition(":")[0] != "00000000" and row[3] == "01"}
    return {int(address.partition(":")[2], 16) for address in waiting} & {port}


def _wait_until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 90
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def test_what_is_no_http_is_refused(server: Server) -> None:
    for sent in (b"\x16\x03\x01\x02\x00", b"GET\r\n\r\n", b"GET / HTTP/1.1\r\n" + b"A" * 100_000, b"\r\n" * 50_000):
        with server.connect() as odd:
            try:
                odd.sendall(sent)
            except OSError:
                continue
            assert _ended(odd)
    assert server.count() == COUNTED


# Many clients


def test_a_thousand_connections_are_answered_at_once(patient: Server) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < 2_500:
        pytest.skip(f"this process may open only {hard} files")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, 2_500), hard))
    body = json.dumps(COUNT).encode()
    asked = (
        b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nConnection: close\r\n"
        b"Content-Length: %d\r\n\r\n%s" % (len(body), body)
    )

    async def ask(opened: asyncio.Semaphore, all_open: asyncio.Event, left: list[int]) -> bytes:
        async with opened:  # the kernel's queue of new connections is shorter than a thousand
            reader, writer = await asyncio.open_connection("127.0.0.1", patient.port)
        left[0] -= 1
        if not left[0]:
            all_open.set()
        await all_open.wait()
        writer.write(asked)
        answer = await reader.read()
        writer.close()
        return answer

    async def together() -> list[bytes]:
        opened, all_open, left = asyncio.Semaphore(100), asyncio.Event(), [1_000]
        return list(await asyncio.gather(*(ask(opened, all_open, left) for _ in range(1_000))))

    # Requests are sent when all connections are open: the server holds a thousand at once.
    answers = asyncio.run(together())
    told = Counter(answer.partition(b"\r\n")[0] for answer in answers)
    assert told == {b"HTTP/1.1 200 OK": 1_000}, told
    wanted = json.dumps(COUNTED, separators=(",", ":")).encode()
    assert all(answer.replace(b" ", b"").endswith(wanted) for answer in answers)


def test_attacks_and_questions_together_get_right_answers(patient: Server) -> None:
    bad = [("/graphql", json.dumps({"query": text}).encode(), "application/json") for text in GRAPHQL.values()]
    bad += [("/sparql", text.encode(), "application/sparql-query") for text in list(SPARQL.values())[9:]]

    def attack(number: int) -> int:
        route, body, kind = bad[number % len(bad)]
        try:
            return httpx.post(
                f"{patient.address}{route}", content=body, headers={"Content-Type": kind}, timeout=600
            ).status_code
        except httpx.RemoteProtocolError:  # an answer that had begun when it grew too large or took too long
            return 0

    with ThreadPoolExecutor(8) as pool:
        attacks = [pool.submit(attack, number) for number in range(len(bad))]
        answers = [patient.count() for _ in range(40)]
        statuses = {attack_.result() for attack_ in attacks}
    assert answers == [COUNTED] * 40
    assert statuses <= {0, 200, 400, 403, 413, 500, 503, 504, 507}


# Ends


def test_a_killed_server_is_started_again_with_the_same_answers(workspace: Path) -> None:
    port, wrong = free_port(), []
    stop = threading.Event()

    def ask() -> None:
        while not stop.is_set():
            try:
                answer = httpx.post(f"http://127.0.0.1:{port}/graphql", json=COUNT, timeout=60)
                if answer.status_code != 200 or answer.json() != COUNTED:
                    wrong.append(answer.text)
            except httpx.TransportError:
                time.sleep(0.01)

    threads = [threading.Thread(target=ask) for _ in range(6)]
    with serving(workspace, port=port) as server:
        for thread in threads:
            thread.start()
        time.sleep(1)
        server.process.send_signal(signal.SIGKILL)
        server.process.wait(60)
    with serving(workspace, port=port) as again:
        time.sleep(1)
        assert again.count() == COUNTED
        stop.set()
        for thread in threads:
            thread.join(60)
    assert wrong == []


class _Slow(GraphStore):
    """A store on a slow disk."""

    def select(self, query: str, /, **values: Any) -> list[Row]:
        time.sleep(0.3)
        return super().select(query, **values)


def test_the_time_of_a_request_ends_its_work(store: GraphStore) -> None:
    slow = _Slow(store._store)
    query = "{ papers(first: 5) { edges { node { entities(first: 5) { edges { node { papers { totalCount } } } } } } } }"
    with TestClient(create_app(slow, MANIFEST, limits=Limits(seconds=0.7))) as client:
        answer = client.post("/graphql", json={"query": query})
        asked = slow.query_count
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "TIME_EXCEEDED"
        assert error["extensions"]["seconds"] == 0.7
        time.sleep(1.5)
        # One that a thread was at may still end; no other follows.
        assert slow.query_count <= asked + 1


def test_a_stop_answers_what_is_under_way(workspace: Path) -> None:
    body = json.dumps(COUNT).encode()
    with serving(workspace, "--log", "json", "--metrics") as server, server.connect() as waiting:
        # A request is under way from its head on, however long its client takes over the body.
        waiting.sendall(
            b"POST /graphql HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nX-Request-ID: under-way\r\n"
            b"Content-Length: %d\r\n\r\n" % len(body)
        )

        def under_way() -> bool:
            counted = httpx.get(f"{server.address}/metrics", timeout=60).text
            return "kg_requests_in_progress 2.0" in counted  # the other is this one

        _wait_until(under_way)
        server.process.terminate()
        _wait_until(lambda: not _listens(server.port))
        waiting.sendall(body)
        answer = b""
        while part := waiting.recv(65_536):
            answer += part
        assert answer.startswith(b"HTTP/1.1 200")
        content = answer.partition(b"\r\n\r\n")[2]
        assert json.loads(content) == COUNTED
        server.process.wait(60)
        lines = [json.loads(line) for line in server.log().splitlines() if line.startswith("{")]
    (line,) = [line for line in lines if line.get("id") == "under-way"]
    assert (line["route"], line["status"], line["bytes"]) == ("/graphql", 200, len(content))
    assert "Traceback" not in server.log()


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=60).close()
    except ConnectionRefusedError:
        return False
    return True


# Options of `kg serve`


def test_options_reach_each_worker(workspace: Path, tmp_path: Path) -> None:
    key, line = new_key("ann")
    (tmp_path / "keys").write_text(line, encoding="utf-8")
    options = ["--keys", str(tmp_path / "keys"), "--cost", "40", "--no-introspection", "--metrics", "--workers", "2"]
    with serving(workspace, *options, "--log", "json") as server:
        headers = {"X-API-Key": key}

        def code(query: str) -> str | None:
            answer = httpx.post(f"{server.address}/graphql", json={"query": query}, headers=headers, timeout=60)
            errors = answer.json().get("errors", [{"extensions": {"code": None}}])
            return str(errors[0]["extensions"]["code"])

        assert httpx.post(f"{server.address}/graphql", json=COUNT, timeout=60).status_code == 401
        for _ in range(8):
            assert code("{ papers { edges { cursor } } }") == "None"
            assert code("{ papers(first: 50) { edges { cursor } } }") == "COST_EXCEEDED"
            assert code("{ __schema { description } }") == "BAD_QUERY"
        counted = httpx.get(f"{server.address}/metrics", headers=headers, timeout=60).text
        assert 'kg_graphql_errors_total{code="COST_EXCEEDED"} 8.0' in counted
        server.process.terminate()
        server.process.wait(60)
        assert key not in server.log()
        assert '"key": "ann"' in server.log()


@pytest.mark.parametrize(
    ("options", "told"), [(["--keys", "/no/such/file"], "KG_API_KEYS"), (["--log", "xml"], "KG_LOG")]
)
def test_a_wrong_option_stops_the_start_in_one_line(workspace: Path, options: list[str], told: str) -> None:
    command = [sys.executable, "-m", "kg.cli", "serve", str(workspace), "--port", str(free_port()), *options]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 1
    assert told in done.stderr
    assert "Traceback" not in done.stderr


# A graph that changes


@pytest.mark.parametrize("workers", [1, 2])
def test_a_build_under_load_loses_no_request_and_mixes_no_answers(
    store: GraphStore, tmp_path: Path, workers: int
) -> None:
    _published(tmp_path, store)
    query = {"query": "{ papers { totalCount } statistics { papers snapshot { fingerprint } } }"}
    seen: Counter[tuple[str, int]] = Counter()
    failed: list[str] = []
    stop = threading.Event()

    def ask(server: Server) -> None:
        with httpx.Client(base_url=server.address, timeout=60) as client:
            while not stop.is_set():
                try:
                    answer = client.post("/graphql", json=query)
                    data = answer.json()["data"]
                    papers, told = data["papers"]["totalCount"], data["statistics"]
                    if papers != told["papers"] or answer.headers["x-kg-snapshot"] != told["snapshot"]["fingerprint"]:
                        failed.append(answer.text)
                    seen[answer.headers["x-kg-snapshot"], papers] += 1
                except (httpx.HTTPError, KeyError, TypeError) as error:
                    failed.append(repr(error))

    with serving(tmp_path, "--workers", str(workers)) as server:
        threads = [threading.Thread(target=ask, args=(server,)) for _ in range(6)]
        for thread in threads:
            thread.start()
        _wait_until(lambda: len(seen) >= 1)
        for number in range(3):
            before = len(seen)
            _published(tmp_path, store, f"number{number}", paper(number))
            _wait_until(lambda before=before: len(seen) > before)  # type: ignore[misc]
        stop.set()
        for thread in threads:
            thread.join(120)
    assert failed == []
    assert sorted(papers for _, papers in seen) == [12, 12, 12, 13]


def test_a_walk_over_two_workers_ends_or_is_told_to_begin_again(store: GraphStore, tmp_path: Path) -> None:
    _published(tmp_path, store)
    query = """query($after: String) { papers(first: 1, after: $after, orderBy: TITLE) {
      totalCount edges { node { iri } } pageInfo { endCursor hasNextPage } } }"""
    with serving(tmp_path, "--workers", "2") as server:
        walks = 0
        while walks < 6:
            seen: list[str] = []
            counts, after, more = set(), None, True
            if walks in (1, 3):
                _published(tmp_path, store, f"number{walks}", paper(walks))
            while more:
                # A connection of its own each time, so that either worker may answer.
                answer = httpx.post(
                    f"{server.address}/graphql", json={"query": query, "variables": {"after": after}}, timeout=60
                )
                body = answer.json()
                assert "errors" not in body, body
                page = body["data"]["papers"]
                counts.add(page["totalCount"])
                seen += [edge["node"]["iri"] for edge in page["edges"]]
                after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
            assert len(counts) == 1, "a walk saw two snapshots"
            assert len(seen) == len(set(seen)) == counts.pop()
            walks += 1
