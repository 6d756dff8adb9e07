"""The application as it is served: health, schema, GraphiQL, a real server, a real browser."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import httpx
import pytest
import uvicorn
from graphql import GraphQLEnumType, GraphQLInputObjectType, GraphQLInterfaceType, GraphQLObjectType, build_schema
from small_graph import MANIFEST, Facts
from starlette.testclient import TestClient

from api.app import WORKSPACE, create_app
from api.graphiql import ASSETS
from api.limits import Limits
from api.schema import main, sdl
from kg.errors import ConfigError
from kg.store import GraphStore, Row, sorted_quads
from kg.workspace import LAYOUT, locked, publish

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "schema" / "api.graphql"


def test_the_committed_schema_is_the_schema(tmp_path: Path) -> None:
    assert sdl() == GOLDEN.read_text(encoding="utf-8"), (
        "run `python -m api.schema schema/api.graphql` and look at the diff"
    )
    main([str(tmp_path / "api.graphql")])
    assert (tmp_path / "api.graphql").read_text(encoding="utf-8") == sdl()


def test_every_type_field_argument_and_value_says_what_it_is() -> None:
    schema = build_schema(GOLDEN.read_text(encoding="utf-8"))
    silent = []
    for name, type_ in schema.type_map.items():
        if name.startswith("__") or name in ("String", "Int", "Float", "Boolean", "ID"):
            continue
        if not type_.description:
            silent.append(name)
        if isinstance(type_, GraphQLEnumType):
            silent += [f"{name}.{value}" for value, found in type_.values.items() if not found.description]
        if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType | GraphQLInputObjectType):
            for field, found in type_.fields.items():
                silent += [] if found.description else [f"{name}.{field}"]
                arguments = getattr(found, "args", {})
                silent += [f"{name}.{field}({arg})" for arg, given in arguments.items() if not given.description]
    assert silent == []


def test_health_tells_the_snapshot(client: TestClient) -> None:
    answer = client.get("/health").json()
    assert answer["status"] == "ok"
    wanted = client.post("/graphql", json={"query": "{ statistics { snapshot { fingerprint } } }"}).json()
    assert answer["snapshot"] == wanted["data"]["statistics"]["snapshot"]["fingerprint"]


def test_without_a_graph_or_a_workspace_the_start_fails_and_says_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(WORKSPACE, raising=False)
    with pytest.raises(ConfigError, match=WORKSPACE), TestClient(create_app()):
        pass


def test_browsers_get_graphiql_and_programs_do_not(client: TestClient) -> None:
    page = client.get("/graphql", headers={"Accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert page.headers["x-content-type-options"] == "nosniff"
    assert client.get("/graphql", headers={"Accept": "application/json"}).status_code == 400


def test_the_page_loads_only_what_lies_beside_it(client: TestClient) -> None:
    ours = ["index.html", "start.js", "page.css"]
    for name in ours:
        assert not re.search(r"(https?:)?//[a-z]", re.sub(r"// .*", "", (ASSETS / name).read_text(encoding="utf-8")))
    style = (ASSETS / "graphiql.min.css").read_text(encoding="utf-8")
    assert not re.search(r"url\((?!\"?data:)|@import|@font-face", style)
    loaded = re.findall(r'(?:src|href)="(graphiql/[^"]+)"', (ASSETS / "index.html").read_text(encoding="utf-8"))
    assert len(loaded) == 6
    for path in loaded:
        assert client.get(f"/{path}").status_code == 200


@pytest.mark.parametrize(
    "path", ["../__init__.py", "..%2f__init__.py", "%2e%2e/vendor.py", "nothing.js", "", "//etc/passwd"]
)
def test_nothing_else_is_served(client: TestClient, path: str) -> None:
    assert client.get(f"/graphiql/{path}").status_code in (404, 405)


def test_the_vendored_files_are_those_whose_hashes_were_noted() -> None:
    packages = json.loads((ASSETS / "VERSIONS.json").read_text(encoding="utf-8"))["packages"]
    licences = (ASSETS / "LICENSES.txt").read_text(encoding="utf-8")
    for package in packages:
        assert f"{package['name']} {package['version']} ({package['licence']})" in licences
        for file in package["files"]:
            if not file["to"].endswith(".css"):
                assert hashlib.sha256((ASSETS / file["to"]).read_bytes()).hexdigest() == file["sha256"]


class _Slow(GraphStore):
    """A store on a slow disk, which notes how many queries were under way at once."""

    under_way: ClassVar[list[int]] = []
    most: ClassVar[int] = 0

    def select(self, query: str, /, **values: Any) -> list[Row]:
        self.under_way.append(1)
        _Slow.most = max(_Slow.most, len(self.under_way))
        time.sleep(1.0)
        self.under_way.pop()
        return super().select(query, **values)


@pytest.fixture(scope="module")
def server(store: GraphStore) -> Iterator[str]:
    """Address of a real server over the small graph."""
    app = create_app(_Slow(store._store), MANIFEST, limits=Limits(sparql_seconds=1.0))
    yield from _served(uvicorn.Config(app, port=0, log_level="error"))


@pytest.fixture(scope="module")
def quick(store: GraphStore) -> Iterator[str]:
    yield from _served(uvicorn.Config(create_app(store, MANIFEST), port=0, log_level="error"))


def _served(config: uvicorn.Config) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    deadline = time.monotonic() + 20
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)


@pytest.mark.network
def test_health_answers_while_queries_are_slow(server: str) -> None:
    answers: list[dict[str, Any]] = []
    body = {"query": "{ papers(first: 3) { edges { node { title } } } }"}
    threads = [
        threading.Thread(target=lambda: answers.append(httpx.post(f"{server}/graphql", json=body, timeout=30).json()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    time.sleep(0.2)
    # Each of them takes two queries of a second.
    assert httpx.get(f"{server}/health", timeout=10).json()["status"] == "ok"
    assert not answers
    for thread in threads:
        thread.join()
    assert [len(answer["data"]["papers"]["edges"]) for answer in answers] == [3, 3, 3]
    # They ran side by side.
    assert _Slow.most > 1


BROWSE = """
const { chromium } = require(process.argv[3] + "/playwright-core");
(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[4], args: ["--no-sandbox"] });
  const page = await browser.newPage();
  const seen = { hosts: [], errors: [], answer: "", title: "" };
  page.on("request", request => { if (!/^(data|blob):/.test(request.url())) seen.hosts.push(new URL(request.url()).origin); });
  page.on("console", message => { if (message.type() === "error") seen.errors.push(message.text()); });
  page.on("pageerror", error => seen.errors.push(String(error)));
  await page.goto(process.argv[2] + "/graphql");
  await page.waitForSelector(".graphiql-execute-button");
  await page.click(".graphiql-execute-button");
  await page.waitForFunction(() => document.querySelector(".result-window")?.textContent.includes("totalCount"), null, { timeout: 20000 });
  await page.click('[aria-label="Show Documentation Explorer"]');
  await page.waitForFunction(() => document.querySelector(".graphiql-doc-explorer")?.textContent.includes("Query"), null, { timeout: 20000 });
  seen.answer = await page.textContent(".result-window");
  seen.title = await page.title();
  if (process.argv[5]) await page.screenshot({ path: process.argv[5] });
  await browser.close();
  console.log(JSON.stringify(seen));
})().catch(error => { console.error(error); process.exit(1); });
"""


def _playwright() -> str | None:
    """Folder that holds playwright-core for Node, if any does."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules"), "/usr/lib/node_modules"):
        if folder and (Path(folder) / "playwright-core").is_dir():
            return folder
    return None


@pytest.mark.browser
@pytest.mark.network
def test_graphiql_runs_a_query_in_a_browser_and_asks_no_other_host(quick: str) -> None:
    node, chromium, modules = shutil.which("node"), shutil.which("chromium"), _playwright()
    if not (node and chromium and modules):
        pytest.skip("needs node, chromium and playwright-core (set KG_NODE_MODULES to the folder that holds it)")
    picture = os.environ.get("KG_SCREENSHOT", "")
    done = subprocess.run(
        [node, "-", quick, modules, chromium, picture],
        input=BROWSE,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert set(seen["hosts"]) == {quick}
    assert seen["errors"] == []
    assert "GraphiQL" in seen["title"]
    assert "totalCount" in seen["answer"]


def _uvicorn(workspace: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "uvicorn", "--factory", "api.app:create_app", "--port", "0", "--no-use-colors"]
    environment = {**os.environ, WORKSPACE: str(workspace)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)


@pytest.mark.network
def test_a_workspace_is_served_by_the_import_string_and_read_only(
    graph: tuple[GraphStore, Facts], tmp_path: Path
) -> None:
    with locked(tmp_path):
        publish(tmp_path, sorted_quads(graph[0].quads()), {**MANIFEST, "layout": LAYOUT, "snapshot": "small"})
    with _uvicorn(tmp_path) as process:
        assert process.stderr is not None
        try:
            (address,) = next(
                found for line in process.stderr if (found := re.findall(r"http://127\.0\.0\.1:\d+", line))
            )
            body = {
                "query": '{ papers(filter: {entity: "edge device"}) { totalCount } statistics { snapshot { manifest } } }'
            }
            answer = httpx.post(f"{address}/graphql", json=body, timeout=30).json()["data"]
            assert answer["papers"]["totalCount"] == 3
            assert answer["statistics"]["snapshot"]["manifest"]["snapshot"] == "small"
            count = httpx.get(
                f"{address}/sparql",
                params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }"},
                headers={"Accept": "text/csv"},
            )
            assert count.text.split() == ["n", "13"]
        finally:
            process.terminate()


@pytest.mark.network
def test_a_folder_that_is_no_workspace_stops_the_start(tmp_path: Path) -> None:
    with _uvicorn(tmp_path / "none") as process:
        _, told = process.communicate(timeout=60)
    assert process.returncode != 0
    assert "none" in told
    assert "kg build" in told
