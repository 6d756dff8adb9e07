"""How the API server bears what hurts servers: attacks, 100,000 requests, a thousand connections, builds.

``python tests/benchmarks/bench_server.py`` serves a graph with `kg serve` on loopback and asks it cheap
questions, first alone and then beside each attack; it takes about half an hour. Attackers and the
one who asks are different addresses to the server, as behind a proxy. ``--dry`` prints and writes nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import http.client
import json
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from circumstances import ROOT, circumstances, write

from kg.store import read_nquads, sorted_quads
from kg.workspace import LAYOUT, locked, publish

sys.path.insert(0, str(ROOT / "tests" / "api"))
from bad_queries import GRAPHQL, SPARQL

#: What is asked of the server in peace and under attack.
CHEAP: Final = (
    "{ papers { totalCount } }",
    "{ papers(first: 5) { edges { node { title year } } } }",
    '{ entity(name: "CNN") { name type paperCount } }',
    "{ entities(first: 5, orderBy: PAPERS) { edges { node { name paperCount } } } }",
    "{ papers(first: 2) { edges { node { title entities(first: 3) { edges { role node { name } } } } } } }",
)
#: A document that the cost model lets pass by a little; the alias makes each a new one.
COSTLY: Final = (
    "{ a%d: papers(first: 100) { edges { node { title year entities(first: 100) { edges { role node { name } } } } } } }"
)
FRIEND, ENEMY = "198.51.100.1", "203.0.113.1"


@dataclass(frozen=True)
class Attack:
    """What attackers do, from how many connections at once."""

    name: str
    connections: int

    def requests(self) -> Iterator[bytes]:
        """Requests without end, each whole."""
        number = 0
        while True:
            number += 1
            if self.name == "bad documents":
                yield _posted(list(GRAPHQL.values())[number % len(GRAPHQL)])
            elif self.name == "costly documents":
                yield _posted(COSTLY % number)
            elif self.name == "cheap questions":
                yield _posted(CHEAP[number % len(CHEAP)])
            elif self.name == "SPARQL":
                yield _request("/sparql", list(SPARQL.values())[number % len(SPARQL)], "application/sparql-query")
            else:
                yield b"GET /health HTTP/1.1\r\n"


def main() -> None:
    """Measure and write ``exports/benchmarks/server.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=ROOT / "exports" / "papers.nq", help="graph, N-Quads")
    parser.add_argument("--requests", type=int, default=100_000, help="requests of the measure of memory")
    parser.add_argument("--asked", type=int, default=1_000, help="cheap questions of each measure of time")
    parser.add_argument("--pace", type=float, default=15.0, help="cheap questions a second")
    parser.add_argument("--rate", type=float, default=1_200.0, help="requests a minute of an address, where limited")
    parser.add_argument("--connections", type=int, default=16, help="connections of an attacker")
    parser.add_argument("--idle", type=int, default=1_000, help="connections of the measure of connections")
    parser.add_argument("--dry", action="store_true", help="print the figures and write none")
    given = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(max(soft, 4_096), hard), hard))
    attacks = [
        Attack(name, given.connections) for name in ("bad documents", "costly documents", "cheap questions", "SPARQL")
    ]
    attacks.append(Attack("slow heads", 10 * given.connections))
    figures: dict[str, Any] = {
        "what": "milliseconds of cheap questions beside attacks, memory over requests, connections, new snapshots",
        **circumstances(Path(__file__), given.data),
    }
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder)
        _published(workspace, given.data, "first")
        for name, options in (("without a rate limit", ()), ("with a rate limit", ("--rate", str(given.rate)))):
            with serving(workspace, *options) as port:
                figures[name] = _attacked(port, attacks, given.asked, given.pace)
        with serving(workspace) as port:
            figures["memory"] = _memory(port, given.requests)
        with serving(workspace) as port:
            figures["connections"] = _connections(port, given.idle)
        with serving(workspace) as port:
            figures["new snapshots"] = _new_snapshots(port, workspace, given.data)
    print(json.dumps(figures, indent=1))
    if not given.dry:
        print(write("server", figures))


def _published(workspace: Path, data: Path, name: str) -> None:
    quads = sorted_quads(read_nquads(data))
    with locked(workspace):
        publish(workspace, quads, {"layout": LAYOUT, "snapshot": name, "counts": {"quads": len(quads)}})


@contextmanager
def serving(workspace: Path, *options: str) -> Iterator[int]:
    """Port of `kg serve`."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port = int(listening.getsockname()[1])
    command = [sys.executable, "-m", "kg.cli", "serve", str(workspace), "--port", str(port), *options]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL, start_new_session=True)
    _SERVED.append(process.pid)
    try:
        while True:
            try:
                _ask(_connected(port), CHEAP[0])
                break
            except OSError:
                if process.poll() is not None:
                    raise SystemExit("the server does not start") from None
                time.sleep(0.2)
        yield port
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


# The process that serves now, the last of these, leads a group with its workers in it.
_SERVED: list[int] = []


def _connected(port: int) -> http.client.HTTPConnection:
    return http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def _ask(connection: http.client.HTTPConnection, document: str) -> tuple[int, bytes]:
    headers = {"Content-Type": "application/json", "X-Forwarded-For": FRIEND}
    connection.request("POST", "/graphql", json.dumps({"query": document}), headers)
    answer = connection.getresponse()
    return answer.status, answer.read()


def _request(path: str, body: str, kind: str) -> bytes:
    sent = body.encode()
    head = f"POST {path} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {ENEMY}\r\nContent-Type: {kind}\r\nContent-Length: "
    return head.encode() + f"{len(sent)}\r\n\r\n".encode() + sent


def _posted(document: str) -> bytes:
    return _request("/graphql", json.dumps({"query": document}), "application/json")


def _times(port: int, asked: int, pace: float) -> dict[str, float]:
    """Milliseconds of cheap questions, each from its sending to the end of its right answer."""
    connection, wanted, times = _connected(port), dict[str, bytes](), []
    for number in range(asked):
        document = CHEAP[number % len(CHEAP)]
        started = time.perf_counter()
        try:
            status, answer = _ask(connection, document)
        except (http.client.HTTPException, ConnectionError):  # an idle connection that was closed in between
            connection = _connected(port)
            status, answer = _ask(connection, document)
        took = time.perf_counter() - started
        if status != 200 or wanted.setdefault(document, answer) != answer or b'"errors"' in answer:
            raise SystemExit(f"a wrong answer under attack: {status} {answer[:200]!r}")
        times.append(1000 * took)
        time.sleep(max(0.0, 1 / pace - took))
    times.sort()
    return {name: round(times[min(int(part * len(times)), len(times) - 1)], 2) for name, part in _PARTS.items()}


_PARTS: Final = {"p50": 0.5, "p95": 0.95, "p99": 0.99, "max": 1.0}


def _attacked(port: int, attacks: Sequence[Attack], asked: int, pace: float) -> dict[str, Any]:
    _times(port, min(asked, 50), pace)  # until all is warm
    quiet = _times(port, asked, pace)
    figures: dict[str, Any] = {"quiet_ms": quiet, "attacks": {}}
    for attack in attacks:
        stop = multiprocessing.Event()
        told: Any = multiprocessing.Queue()
        attacker = multiprocessing.Process(target=_attack, args=(port, attack, stop, told))
        attacker.start()
        time.sleep(1)
        under = _times(port, asked, pace)
        stop.set()
        statuses = told.get(timeout=120)
        attacker.join(60)
        figures["attacks"][attack.name] = {
            "connections": attack.connections,
            "cheap_ms": under,
            "p99_times_quiet": round(under["p99"] / quiet["p99"], 2),
            "attackers_answers": statuses,
        }
    return figures


def _attack(port: int, attack: Attack, stop: Any, told: Any) -> None:
    told.put(asyncio.run(_attacking(port, attack, stop)))


async def _attacking(port: int, attack: Attack, stop: Any) -> dict[str, int]:
    statuses: Counter[str] = Counter()
    requests = attack.requests()

    async def attacker() -> None:
        while not stop.is_set():
            try:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                while not stop.is_set():
                    if attack.name == "slow heads":
                        writer.write(next(requests))
                        await asyncio.wait_for(reader.read(), 60)
                        statuses["closed"] += 1
                        break
                    writer.write(next(requests))
                    statuses[await asyncio.wait_for(_status(reader), 60)] += 1
                writer.close()
            except (OSError, asyncio.IncompleteReadError, TimeoutError):
                statuses["cut"] += 1

    tasks = [asyncio.create_task(attacker()) for _ in range(attack.connections)]
    while not stop.is_set():
        await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return dict(sorted(statuses.items()))


async def _status(reader: asyncio.StreamReader) -> str:
    """Status of an answer, read to its end."""
    head = (await reader.readuntil(b"\r\n\r\n")).lower()
    if b"transfer-encoding: chunked" in head:
        while (size := int(await reader.readline(), 16)) or await reader.readline() != b"\r\n":
            await reader.readexactly(size + 2)
    else:
        await reader.readexactly(int(head.partition(b"content-length: ")[2].split(b"\r\n")[0] or 0))
    return head.split()[1].decode()


def _memory(port: int, requests: int) -> dict[str, Any]:
    """Resident megabytes of all processes of the server, over requests of every kind."""
    levels = [_resident()]
    failed: Counter[str] = Counter()
    kinds = [_posted(document) for document in CHEAP] * 6
    kinds += [_posted(document) for document in GRAPHQL.values()]
    kinds += [_request("/sparql", "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }", "application/sparql-query")] * 6
    kinds += [f"GET /{path} HTTP/1.1\r\nHost: a\r\n\r\n".encode() for path in ("health", "nothing", "graphql")]

    async def part(first: int, last: int) -> None:
        numbers = iter(range(first, last))

        async def client() -> None:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            for number in numbers:
                writer.write(kinds[number % len(kinds)])
                try:
                    failed[await _status(reader)] += 1
                except (OSError, asyncio.IncompleteReadError):
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
                if failed["413"]:
                    failed["413 (closed)"] += failed.pop("413")
                    reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.close()

        await asyncio.gather(*(client() for _ in range(8)))

    started = time.perf_counter()
    for step in range(10):
        asyncio.run(part(step * requests // 10, (step + 1) * requests // 10))
        levels.append(_resident())
    return {
        "requests": requests,
        "requests_a_second": round(requests / (time.perf_counter() - started)),
        "resident_mb_after_each_tenth": levels,
        "growth_mb_of_the_second_half": round(levels[10] - levels[5], 1),
        "answers": dict(sorted(failed.items())),
    }


def _resident() -> float:
    group = os.getpgid(_SERVED[-1])
    pages = 0
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and os.getpgid(int(folder.name)) == group:
                pages += int((folder / "statm").read_text().split()[1])
        except (OSError, IndexError):
            continue
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _connections(port: int, number: int) -> dict[str, Any]:
    before = _resident()
    opened = [socket.create_connection(("127.0.0.1", port), timeout=60) for _ in range(number)]
    for connection in opened:
        connection.sendall(b"GET /health HTTP/1.1\r\nHost: a\r\n\r\n")
    answered = sum(connection.recv(65_536).startswith(b"HTTP/1.1 200") for connection in opened)
    after = _resident()
    for connection in opened:
        connection.close()
    return {
        "at_once": number,
        "answered": answered,
        "kilobytes_each": round((after - before) * 1e3 / number, 1),
        "after_ms": _times(port, 200, 1e9),
    }


def _new_snapshots(port: int, workspace: Path, data: Path) -> dict[str, Any]:
    """Requests while builds publish: how many failed, and how long the slowest took."""
    stop, failed, times, seen = threading.Event(), Counter[str](), list[float](), set[str]()

    def ask() -> None:
        connection = _connected(port)
        while not stop.is_set():
            started = time.perf_counter()
            try:
                body = json.dumps({"query": CHEAP[1]})
                connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
                answer = connection.getresponse()
                content = answer.read()
                seen.add(answer.headers["x-kg-snapshot"])
                if answer.status != 200 or b'"errors"' in content:
                    failed[str(answer.status)] += 1
            except (OSError, http.client.HTTPException) as error:
                failed[type(error).__name__] += 1
                connection = _connected(port)
            times.append(time.perf_counter() - started)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(5):
        before = len(seen)
        _published(workspace, data, f"number{number}")
        deadline = time.monotonic() + 60
        while len(seen) == before and time.monotonic() < deadline:
            time.sleep(0.1)
    stop.set()
    for thread in threads:
        thread.join()
    return {
        "snapshots_seen": len(seen),
        "requests": len(times),
        "failed": dict(failed),
        "slowest_ms": round(1000 * max(times), 1),
        "snapshots_on_disk": len(list((workspace / "graph").iterdir())),
    }


if __name__ == "__main__":
    main()
