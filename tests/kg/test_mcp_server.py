"""`kg mcp` as it is started: over standard input and output, over HTTP, and what is wrong with a call of it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import anyio
import httpx2
import pytest
from mcp_graph import write
from small_graph import paper, thing
from typer.testing import CliRunner

from kg.cli import app

mcp = pytest.importorskip("mcp", reason="the extra `mcp` is not installed")

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("mcp-served")
    write(made)
    return made


async def _session(server: Any, **options: Any) -> list[Any]:
    """What an agent would do: look around, then follow IRIs."""
    async with mcp.Client(server, read_timeout_seconds=300, **options) as client:
        tools = (await client.list_tools()).tools
        found = await client.call_tool("search", {"text": "event cameras"})
        node = found.structured_content["hits"][0]["iri"]
        edges = await client.call_tool("neighbours", {"name": node, "to_type": "Paper"})
        claim = edges.structured_content["edges"][0]["claim"]
        said = await client.call_tool("evidence", {"name": claim})
        counted = await client.call_tool("sparql", {"query": "SELECT (COUNT(*) AS ?n) { ?p a kg:Paper }"})
        wrong = await client.call_tool("describe", {"name": "nothing of the kind"})
        turtle = await client.read_resource("paperkg://ontology")
        return [tools, node, edges, said, counted, wrong, turtle]


def _check(seen: list[Any]) -> None:
    tools, node, edges, said, counted, wrong, turtle = seen
    assert len(tools) == 6
    assert node == thing("event-camera")
    assert {each["node"]["iri"] for each in edges.structured_content["edges"]} == {paper(4), paper(9)}
    assert said.structured_content["claims"][0]["quotes"][0]["text"] == "It sensesWith the event camera."
    assert counted.structured_content["rows"] == [{"n": 13}]
    assert wrong.is_error and "search" in wrong.content[0].text
    assert "rdfs:comment" in turtle.contents[0].text


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "legacy"])
def test_over_standard_input_and_output(folder: Path, mode: str) -> None:
    command = mcp.StdioServerParameters(command=sys.executable, args=["-m", "kg.cli", "mcp", str(folder)], cwd=ROOT)
    _check(anyio.run(lambda: _session(command, mode=mode)))


@pytest.mark.network
@pytest.mark.slow
@pytest.mark.skipif(os.name != "posix", reason="needs signals")
def test_an_interrupt_ends_it_while_it_waits(folder: Path) -> None:
    command = [sys.executable, "-m", "kg.cli", "mcp", str(folder)]
    hello = {
        "jsonrpc": "2.0", "id": 1, "method": "initialize",
        "params": {
            "protocolVersion": "2025-06-18", "capabilities": {}, "clientInfo": {"name": "test", "version": "1"},
        },
    }  # fmt: skip
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin and process.stdout
        process.stdin.write(json.dumps(hello).encode() + b"\n")
        process.stdin.flush()
        assert json.loads(process.stdout.readline())["result"]["serverInfo"]["name"] == "paperkg"
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(60) == -signal.SIGINT
        finally:
            process.kill()


@contextmanager
def _over_http(folder: Path) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{free.getsockname()[1]}"
    command = [sys.executable, "-m", "kg.cli", "mcp", str(folder), "--http", address]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            deadline = time.monotonic() + 300
            while process.poll() is None and time.monotonic() < deadline:
                with socket.socket() as probe:
                    if probe.connect_ex(("127.0.0.1", int(address.rpartition(":")[2]))) == 0:
                        break
                time.sleep(0.1)
            assert process.poll() is None, process.stderr and process.stderr.read()
            yield f"http://{address}/mcp"
        finally:
            process.terminate()


@pytest.mark.network
@pytest.mark.slow
def test_over_http_and_only_from_here(folder: Path) -> None:
    with _over_http(folder) as url:
        for mode in ("auto", "legacy"):
            _check(anyio.run(lambda mode=mode: _session(url, mode=mode)))
        # a page elsewhere whose name was made to lead here must not ask
        body = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
        accept = {"accept": "application/json, text/event-stream"}
        elsewhere = httpx2.post(url, json=body, headers={**accept, "host": "evil.example"}, timeout=60)
        assert elsewhere.status_code == 421
        page = httpx2.post(url, json=body, headers={**accept, "origin": "http://evil.example"}, timeout=60)
        assert page.status_code == 403


def run(*arguments: object) -> Any:
    return CliRunner().invoke(app, ["mcp", *map(str, arguments)], env={"COLUMNS": "200"})


def test_the_command_is_documented() -> None:
    shown = run("--help").stdout
    for words in ("--http", "HOST:PORT", "--seconds", "127.0.0.1", "Model Context Protocol"):
        assert words in shown


@pytest.mark.parametrize("address", ["8000", "localhost", ":8000", "localhost:0", "localhost:99999", "localhost:x", "a:"])
def test_a_wrong_address_is_named(folder: Path, address: str) -> None:
    told = run(folder, "--http", address)
    assert told.exit_code == 2
    assert "127.0.0.1:8001" in told.output


def test_a_folder_without_a_graph_is_named(tmp_path: Path) -> None:
    told = run(tmp_path)
    assert told.exit_code == 1
    assert "kg build" in told.output


def test_without_the_extra_it_says_what_to_install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mcp", None)
    monkeypatch.setitem(sys.modules, "mcp.server", None)
    monkeypatch.delitem(sys.modules, "kg.agents.server", raising=False)
    told = run(folder)
    assert told.exit_code == 1
    assert "paperkg[mcp]" in told.output


def test_importing_the_command_line_needs_no_extra() -> None:
    code = "import sys; sys.modules['mcp'] = sys.modules['httpx2'] = None; import kg.cli_mcp, kg.agents.snapshot"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=os.environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
