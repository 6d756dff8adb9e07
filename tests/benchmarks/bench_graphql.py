"""Speed of GraphQL traversal against the same payload as plain JSON, from one worker over loopback.

``python tests/benchmarks/bench_graphql.py --papers 10000 100000``

The graph is made up (see zipf_graph.py). Three servers take turns under the load of wrk (of Debian): GraphQL with the
arrays of the snapshot, GraphQL without, and a route whose code builds the same answers by hand from the same arrays.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import orjson
from circumstances import ROOT, circumstances, write
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from zipf_graph import MENTIONS, quads, starts

from kg.arrays import FOLDER, GraphArrays, open_arrays, write_arrays
from kg.arrays_make import make_arrays
from kg.store import GraphStore, write_store
from kg.workspace import LAYOUT, write_manifest

HOPS = {
    "two": """query Two($id: ID!) { entity(id: $id) { name papers(first: 20) { edges { role node { title year
  entities(first: 5) { edges { role node { name type paperCount } } } } } } } }""",
    "three": """query Three($id: ID!) { entity(id: $id) { name papers(first: 10) { edges { role node { title year
  entities(first: 5) { edges { role node { name type papers(first: 5) { edges { node { title year } } } } } } } } } } }""",
}
SNAPSHOT = "made"
ARRAYS = "BENCH_ARRAYS"
STARTS = 200


def plain() -> Starlette:
    """Application that answers the same by code written for each question: what a plain JSON service would do."""
    found = open_arrays(Path(os.environ[ARRAYS]))
    assert found is not None
    papers, entities, mentions = found.papers, found.entities, found.entities.mentions
    role_of, roles, types = _role_names(found)

    def number_of(iri: str) -> int:
        low, high = 0, len(entities.iri)
        while low < high:
            middle = (low + high) // 2
            if entities.iri[middle] < iri:
                low = middle + 1
            else:
                high = middle
        return low

    def two(entity: int) -> dict[str, Any]:
        return {
            "name": entities.name[entity],
            "papers": {
                "edges": [
                    {
                        "role": role_of[mentions.roles[place]],
                        "node": {
                            "title": papers.title[paper],
                            "year": papers.year[paper],
                            "entities": {
                                "edges": [
                                    {
                                        "role": roles[papers.role[at]],
                                        "node": {
                                            "name": entities.name[other],
                                            "type": types[entities.type[other]],
                                            "paperCount": entities.paper_count[other],
                                        },
                                    }
                                    for at in papers.entity_rows[paper][:5]
                                    for other in (papers.entity[at],)
                                ]
                            },
                        },
                    }
                    for place in mentions.rows[entity][:20]
                    for paper in (mentions.paper[place],)
                ]
            },
        }

    def three(entity: int) -> dict[str, Any]:
        return {
            "name": entities.name[entity],
            "papers": {
                "edges": [
                    {
                        "role": role_of[mentions.roles[place]],
                        "node": {
                            "title": papers.title[paper],
                            "year": papers.year[paper],
                            "entities": {
                                "edges": [
                                    {
                                        "role": roles[papers.role[at]],
                                        "node": {
                                            "name": entities.name[other],
                                            "type": types[entities.type[other]],
                                            "papers": {
                                                "edges": [
                                                    {"node": {"title": papers.title[last], "year": papers.year[last]}}
                                                    for near in mentions.rows[other][:5]
                                                    for last in (mentions.paper[near],)
                                                ]
                                            },
                                        },
                                    }
                                    for at in papers.entity_rows[paper][:5]
                                    for other in (papers.entity[at],)
                                ]
                            },
                        },
                    }
                    for place in mentions.rows[entity][:10]
                    for paper in (mentions.paper[place],)
                ]
            },
        }

    def route(answer: Any) -> Any:
        async def respond(request: Request) -> Response:
            entity = number_of(request.query_params["id"])
            return Response(orjson.dumps({"data": {"entity": answer(entity)}}), media_type="application/json")

        return respond

    async def health(request: Request) -> Response:
        return Response(b"{}", media_type="application/json")

    return Starlette(routes=[Route("/two", route(two)), Route("/three", route(three)), Route("/health", health)])


def _role_names(arrays: GraphArrays) -> tuple[list[str], list[str], list[str]]:
    """Names of roles by sets of them, of roles, and of types, as an answer has them."""
    from api.vocabulary import EntityType, Role
    from kg.arrays import ROLE_CODES, ROLE_RANKS
    from kg.model import TYPES

    names = [Role(code).name for code in ROLE_CODES]

    def most_telling(bits: int) -> str:
        codes = [code for code in range(len(names)) if bits >> code & 1]
        return names[min(codes, key=lambda code: (ROLE_RANKS[code], ROLE_CODES[code]))] if codes else ""

    return [most_telling(bits) for bits in range(1 << len(names))], names, [EntityType(name).name for name in TYPES]


def main() -> None:
    """Measure and write ``exports/benchmarks/graphql.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=int, nargs="+", default=[10_000, 100_000], help="sizes of the graph")
    parser.add_argument("--seconds", type=int, default=6, help="of load, each time")
    parser.add_argument("--rounds", type=int, default=3, help="turns that the servers take; the median counts")
    parser.add_argument("--connections", type=int, default=8, help="requests under way at a time")
    parser.add_argument("--keep", type=Path, help="folder for the graphs, used again where it has them")
    parser.add_argument("--print-only", action="store_true", help="write no result file")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        raise SystemExit("needs wrk: `apt install wrk`")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.keep or Path(scratch)
        sizes = [_size(papers, folder / str(papers), arguments) for papers in arguments.papers]
        digest = _digest(folder / str(arguments.papers[-1]) / "graph" / SNAPSHOT / FOLDER)
    figures: dict[str, Any] = {
        "what": "GraphQL traversal against the same payload as plain JSON, one worker, requests a second and ratios",
        **circumstances(Path(__file__), Path(__file__)),
        "data": "made up, seed 7, Zipf degrees; see tests/benchmarks/zipf_graph.py",
        "data_sha256": digest,
        "load": f"wrk, one thread, {arguments.connections} connections (1 for the slow server), {arguments.seconds} s, "
        f"median of {arguments.rounds}, {STARTS} entities in turn",
        "queries": {name: " ".join(query.split()) for name, query in HOPS.items()},
        "sizes": sizes,
    }
    if not arguments.print_only:
        print(write("graphql", figures))
    print(json.dumps(figures, indent=1))


def _digest(arrays: Path) -> str:
    """Hash of all arrays of a graph."""
    digest = hashlib.sha256()
    for path in sorted(arrays.iterdir()):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _size(papers: int, folder: Path, arguments: argparse.Namespace) -> dict[str, Any]:
    made = _made(papers, folder)
    without = folder.with_name(f"{folder.name}-store-only")
    if not without.exists():
        shutil.copytree(folder, without, copy_function=os.link, ignore=shutil.ignore_patterns(FOLDER))
    ids = starts(papers, STARTS)
    with (
        _server("api.app:create_app", folder, arguments) as fast,
        _server("api.app:create_app", without, arguments) as slow,
        _server("bench_graphql:plain", folder, arguments) as json_,
    ):
        _compare(ids, fast, slow, json_)
        hops = {name: _hop(name, ids, fast, slow, json_, arguments) for name in HOPS}
        memory = {"fast": fast.memory(), "slow": slow.memory(), "plain": json_.memory()}
        start = {"fast": fast.started, "slow": slow.started, "plain": json_.started}
    return {
        "papers": papers,
        "made": made,
        "open_arrays_seconds": _opening(folder),
        "seconds_to_first_health": start,
        "memory": memory,
        "hops": hops,
    }


def _made(papers: int, folder: Path) -> dict[str, Any]:
    """Workspace of a made-up graph, and what it took."""
    graph = folder / "graph" / SNAPSHOT
    told = folder / "made.json"
    if told.exists():
        return dict(json.loads(told.read_text()))
    started = time.perf_counter()
    write_store(quads(papers), graph)
    stored = time.perf_counter()
    columns = make_arrays(GraphStore.open(graph))
    write_arrays(columns, graph / FOLDER)
    ended = time.perf_counter()
    write_manifest(folder, {"layout": LAYOUT, "snapshot": SNAPSHOT, "papers": papers})
    degrees = np.diff(columns["entity.mentions.rows"])
    made = {
        "entities": len(degrees),
        "edges": len(columns["paper.entity"]),
        "mentions_drawn": papers * MENTIONS,
        "papers_of_the_most_frequent_entity": int(degrees.max()),
        "papers_of_the_median_entity": int(np.median(degrees)),
        "quads": len(GraphStore.open(graph)),
        "store_seconds": round(stored - started, 1),
        "arrays_seconds": round(ended - stored, 1),
        "arrays_mb": round(sum(column.nbytes for column in columns.values()) / 1e6, 1),
    }
    told.write_text(json.dumps(made))
    return made


def _opening(folder: Path) -> float:
    """Seconds to map the arrays, in a process that did not before."""
    code = (
        "import sys, time; from pathlib import Path; from kg.arrays import open_arrays; started = time.perf_counter(); "
        "assert open_arrays(Path(sys.argv[1])); print(time.perf_counter() - started)"
    )
    command = [sys.executable, "-c", code, str(folder / "graph" / SNAPSHOT / FOLDER)]
    found = [
        float(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout) for _ in range(3)
    ]
    return round(statistics.median(found), 4)


class _Server:
    """A server under way."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, started: float) -> None:
        self.process, self.address, self.started = process, address, round(started, 2)

    def memory(self) -> dict[str, float]:
        """Megabytes: all that is mapped in, and what of it no other process shares."""
        text = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text()
        found = {name: int(number) for name, number in re.findall(r"^(\w+): +(\d+) kB", text, re.MULTILINE)}
        private = found["Private_Clean"] + found["Private_Dirty"]
        return {"resident_mb": round(found["Rss"] / 1024), "private_mb": round(private / 1024)}

    def processor_seconds(self) -> float:
        """Processor time it has used, which other work on the machine hardly changes."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def _server(factory: str, folder: Path, arguments: argparse.Namespace) -> Iterator[_Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "KG_WORKSPACE": str(folder),
        "KG_SECONDS": "600",
        ARRAYS: str(folder / "graph" / SNAPSHOT / FOLDER),
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(Path(__file__).parent)]),
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", factory, "--port", str(port), "--log-level", "warning"]
    started = time.perf_counter()
    process = subprocess.Popen([*command, "--no-access-log"], cwd=ROOT, env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(f"{address}/health", timeout=5).raise_for_status()
                break
            except httpx.TransportError:
                if process.poll() is not None or time.perf_counter() - started > 600:
                    raise
                time.sleep(0.01)
        yield _Server(process, address, time.perf_counter() - started)
    finally:
        process.terminate()
        process.wait()


def _compare(ids: Sequence[str], fast: _Server, slow: _Server, json_: _Server) -> None:
    """All three give the same answers, the quick one from the arrays."""
    with httpx.Client(timeout=120) as client:
        for name, query in HOPS.items():
            for place, id_ in enumerate(ids):
                body = {"query": query, "variables": {"id": id_}}
                wanted = client.get(f"{json_.address}/{name}", params={"id": id_}).json()
                found = [client.post(f"{fast.address}/graphql", json=body).json()]
                if place % 20 == 0:
                    found.append(client.post(f"{slow.address}/graphql", json=body).json())
                if any(answer != wanted for answer in found):
                    raise SystemExit(f"answers differ at {name} hops from {id_}")


def _hop(
    name: str, ids: Sequence[str], fast: _Server, slow: _Server, json_: _Server, arguments: argparse.Namespace
) -> dict[str, Any]:
    with httpx.Client(timeout=60) as client:
        sizes = [client.get(f"{json_.address}/{name}", params={"id": id_}).content for id_ in ids]
    requests = {
        "fast": (fast, [("POST", "/graphql", {"query": HOPS[name], "variables": {"id": id_}}) for id_ in ids]),
        "slow": (slow, [("POST", "/graphql", {"query": HOPS[name], "variables": {"id": id_}}) for id_ in ids]),
        "plain": (json_, [("GET", f"/{name}?id={_quoted(id_)}", None) for id_ in ids]),
    }
    rounds: dict[str, list[dict[str, float]]] = {kind: [] for kind in requests}
    for _ in range(arguments.rounds):
        for kind, (server, asked) in requests.items():
            # Without arrays a request takes so long that one at a time is load enough.
            connections = 1 if kind == "slow" else arguments.connections
            rounds[kind].append(_loaded(server, asked, arguments.seconds, connections))
    figures = {
        kind: {key: round(statistics.median(each[key] for each in found), 3) for key in found[0]}
        for kind, found in rounds.items()
    }
    rate = {kind: found["requests_a_second"] for kind, found in figures.items()}
    cost = {kind: found["processor_ms"] for kind, found in figures.items()}
    return {
        "fields": round(statistics.mean(_fields(orjson.loads(content)) for content in sizes)),
        "bytes": round(statistics.mean(map(len, sizes))),
        **figures,
        "fast_to_plain": round(rate["plain"] / rate["fast"], 2),
        "slow_to_plain": round(rate["plain"] / rate["slow"], 2),
        "fast_to_plain_processor": round(cost["fast"] / cost["plain"], 2),
        "slow_to_plain_processor": round(cost["slow"] / cost["plain"], 2),
    }


def _quoted(text: str) -> str:
    return httpx.QueryParams({"id": text})["id"].replace("#", "%23").replace("&", "%26").replace("+", "%2B")


def _fields(value: Any) -> int:
    if isinstance(value, dict):
        return len(value) + sum(map(_fields, value.values()))
    return sum(map(_fields, value)) if isinstance(value, list) else 0


def _loaded(
    server: _Server, asked: Sequence[tuple[str, str, Any]], seconds: int, connections: int
) -> dict[str, float]:
    """Requests a second and latency under load, for twice as long where hardly any is answered."""
    lines = ["local asked = {}"]
    for method, path, body in asked:
        sent = "nil" if body is None else json.dumps(json.dumps(body))
        headers = '{["Content-Type"] = "application/json"}' if body is not None else "{}"
        lines.append(f"asked[#asked + 1] = wrk.format({json.dumps(method)}, {json.dumps(path)}, {headers}, {sent})")
    # wrk formats requests only once it knows the host, hence within init.
    script = "\n".join(
        [
            "local asked, at = {}, 0",
            "function init(args)",
            *lines[1:],
            "end",
            "function request() at = at % #asked + 1; return asked[at] end",
        ]
    )
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as file:
        file.write(script)
        file.flush()
        command = ["wrk", "-t1", f"-c{connections}", "--latency", "--timeout", "60s", "-s", file.name]
        subprocess.run([*command, "-d1s", server.address], capture_output=True, check=True)
        before = server.processor_seconds()
        done = subprocess.run([*command, f"-d{seconds}s", server.address], capture_output=True, text=True, check=True)
        used = server.processor_seconds() - before
    answered = int(_found(r"(\d+) requests in", done.stdout))
    if answered < 20 and seconds < 100:
        return _loaded(server, asked, 2 * seconds, connections)
    if "Non-2xx" in done.stdout or "Socket errors" in done.stdout:
        raise SystemExit(f"requests failed:\n{done.stdout}")
    return {
        "processor_ms": round(1000 * used / max(1, answered), 4),
        "requests_a_second": float(_found(r"Requests/sec:\s+([\d.]+)", done.stdout)),
        "median_ms": _milliseconds(_found(r"50%\s+([\d.]+\w+)", done.stdout)),
        "p99_ms": _milliseconds(_found(r"99%\s+([\d.]+\w+)", done.stdout)),
    }


def _found(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise SystemExit(f"wrk said what is not understood:\n{text}")
    return found[1]


def _milliseconds(text: str) -> float:
    number, unit = re.fullmatch(r"([\d.]+)(\w+)", text).groups()  # type: ignore[union-attr]
    return float(number) * {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}[unit]


if __name__ == "__main__":
    main()
