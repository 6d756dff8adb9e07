"""Clients that keep a normalised cache, against a real server: Relay's own runtime and Apollo's."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from small_graph import MANIFEST, Ask, paper, thing

from api.app import create_app
from api.cursors import global_id
from kg.store import GraphStore

CLIENTS = Path(__file__).resolve().parent / "clients"
ROOT = CLIENTS.parents[2]


@pytest.fixture(scope="module")
def served(store: GraphStore) -> Iterator[str]:
    """Address of a real server over the small graph."""
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(store, MANIFEST), port=0, log_level="error"))
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    deadline = time.monotonic() + 60
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)


def _modules(package: str) -> str:
    """Folder that holds a package for Node; without one the test is skipped."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules")):
        if folder and (Path(folder) / package).is_dir():
            return folder
    pytest.skip(f"needs the npm package {package} (set KG_NODE_MODULES to the folder that holds it)")


def _node() -> str:
    found = shutil.which("node")
    if found is None:
        pytest.skip("needs node")
    return found


@pytest.mark.browser
@pytest.mark.network
@pytest.mark.parametrize(("script", "package"), [("relay_client.cjs", "relay-runtime"), ("apollo_client.cjs", "@apollo/client")])
def test_a_normalising_client_pages_refetches_and_keeps_each_node_once(
    ask: Ask, served: str, script: str, package: str
) -> None:
    node, modules = _node(), _modules(package)
    document = """query($id: ID!) { claims(first: 1) { edges { node { id confidence predicate } } }
        communities(first: 1) { edges { node { id memberCount } } } paper(id: $id) { results { id value } }
        papers(first: 50) { edges { node { id } } }
        entity(name: "neural network") { papers(includeNarrower: true, first: 50) { edges { role node { id } } } } }"""
    asked = ask(document, id=paper(0))
    claim, community = (asked[name]["edges"][0]["node"] for name in ("claims", "communities"))
    result = asked["paper"]["results"][0]
    ids = [global_id("Paper", paper(0)), global_id("Entity", thing("gpu")), claim["id"], community["id"], result["id"]]
    done = subprocess.run(
        [node, str(CLIENTS / script), served, modules, json.dumps([*ids, global_id("Paper", "ex:none")])],
        capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    seen: dict[str, Any] = json.loads(done.stdout)
    # The pages of either client are joined to the list that one large page is.
    assert seen["papers"] == [edge["node"]["id"] for edge in asked["papers"]["edges"]]
    assert (seen["counts"], seen["total"]) == ([4, 8, 12, 13], 13)
    own = asked["entity"]["papers"]["edges"]
    assert seen["own"] == [edge["node"]["id"] for edge in own]
    assert seen["roles"] == [edge["role"] for edge in own]
    assert seen["ownCounts"] == [*range(2, len(own), 2), len(own)]
    # Papers that came by both lists, and again by node(id), are one record each.
    assert sorted(seen["before"]) == sorted(set(seen["papers"])) == sorted(set(seen["after"]))
    assert seen["titles"] == ["changed in the store"] * 2
    assert [found and found["id"] for found in seen["nodes"]] == [*ids, None]
    assert [found["__typename"] for found in seen["nodes"][:-1]] == ["Paper", "Entity", "Claim", "Community", "Result"]
    assert (seen["record"]["venue"], seen["record"]["year"]) == ("CVPR", 2016)
    assert (seen["nodes"][2]["confidence"], seen["nodes"][4]["value"]) == (claim["confidence"], result["value"])
    assert seen["nodes"][3]["memberCount"] == community["memberCount"]


@pytest.mark.browser
def test_what_relay_compiles_of_the_schema_is_what_is_committed() -> None:
    compiler = Path(_modules("relay-compiler")) / "relay-compiler"
    done = subprocess.run(
        [_node(), str(compiler / "cli.js"), "--validate", "relay.config.json"],
        cwd=CLIENTS, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
