"""A graph that is built anew while it is served: who gets which snapshot, and what becomes of walks and files."""

from __future__ import annotations

import gc
import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from small_graph import MANIFEST, paper
from starlette.testclient import TestClient

from api.app import create_app
from api.context import Graph
from api.cursors import cursor, key_of, snapshot_of
from api.errors import CursorError, SnapshotChangedError
from api.settings import Settings
from kg.store import GraphStore, Quad, sorted_quads
from kg.workspace import LAYOUT, locked, open_workspace, publish

WALK = """query($after: String) { papers(first: 4, after: $after, orderBy: TITLE) {
  edges { node { iri } } pageInfo { endCursor hasNextPage } } statistics { papers snapshot { fingerprint } } }"""


def _publish(folder: Path, store: GraphStore, *, without: int | None = None, name: str) -> str:
    """Publish the small graph, with a paper less where one is named; the snapshot's fingerprint."""
    left_out = paper(without) if without is not None else ""
    quads: list[Quad] = [quad for quad in store.quads() if getattr(quad.subject, "value", "") != left_out]
    with locked(folder):
        workspace = publish(folder, sorted_quads(quads), {**MANIFEST, "layout": LAYOUT, "snapshot": name})
    return Graph(workspace.store(), workspace.manifest, workers=1).fingerprint


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.05)


class _Served:
    """A workspace that is served, and what is asked of it."""

    def __init__(self, client: TestClient, folder: Path, first: str) -> None:
        self.client, self.folder, self.first = client, folder, first

    def ask(self, after: str | None = None, **headers: str) -> Any:
        return self.client.post("/graphql", json={"query": WALK, "variables": {"after": after}}, headers=headers)

    def snapshot(self) -> str:
        return str(self.client.get("/health").headers["x-kg-snapshot"])

    def taken_over(self, fingerprint: str) -> None:
        _until(lambda: self.snapshot() == fingerprint)


@pytest.fixture
def served(store: GraphStore, tmp_path: Path) -> Iterator[_Served]:
    with _serve(store, tmp_path) as served:
        yield served


@contextmanager
def _serve(store: GraphStore, folder: Path, **settings: Any) -> Iterator[_Served]:
    first = _publish(folder, store, name="first")
    with TestClient(create_app(settings=Settings(workspace=folder, **settings))) as client:
        yield _Served(client, folder, first)


def test_a_new_snapshot_is_taken_over_and_told_everywhere(served: _Served, store: GraphStore) -> None:
    answer = served.ask()
    assert answer.headers["x-kg-snapshot"] == served.first
    assert answer.json()["data"]["statistics"] == {"papers": 13, "snapshot": {"fingerprint": served.first}}
    second = _publish(served.folder, store, without=3, name="second")
    served.taken_over(second)
    answer = served.ask()
    assert answer.headers["x-kg-snapshot"] == second != served.first
    assert answer.json()["data"]["statistics"] == {"papers": 12, "snapshot": {"fingerprint": second}}
    assert served.client.get("/health").json()["snapshot"] == second
    count = served.client.get("/sparql", params={"query": "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }"})
    assert count.headers["x-kg-snapshot"] == second
    assert count.json()["results"]["bindings"][0]["n"]["value"] == "12"


def test_a_walk_ends_on_the_snapshot_it_began_on(served: _Served, store: GraphStore) -> None:
    whole = [edge["node"]["iri"] for edge in _walk(served, None)]
    assert len(whole) == 13
    first = served.ask().json()["data"]["papers"]
    served.taken_over(_publish(served.folder, store, without=3, name="second"))
    rest = _walk(served, first["pageInfo"]["endCursor"], snapshot=served.first)
    assert [edge["node"]["iri"] for edge in (*first["edges"], *rest)] == whole
    assert len(_walk(served, None)) == 12


def _walk(served: _Served, after: str | None, snapshot: str | None = None) -> list[Any]:
    edges, more = [], True
    while more:
        answer = served.ask(after)
        assert snapshot is None or answer.headers["x-kg-snapshot"] == snapshot
        papers = answer.json()["data"]["papers"]
        edges += papers["edges"]
        after, more = papers["pageInfo"]["endCursor"], papers["pageInfo"]["hasNextPage"]
    return edges


def test_a_walk_on_a_snapshot_that_is_held_no_more_is_told_to_begin_again(store: GraphStore, tmp_path: Path) -> None:
    with _serve(store, tmp_path, hold_seconds=0.0) as served:
        after = served.ask().json()["data"]["papers"]["pageInfo"]["endCursor"]
        second = _publish(served.folder, store, without=3, name="second")
        served.taken_over(second)
        _until(lambda: "errors" in served.ask(after).json())
        answer = served.ask(after)
        (error,) = answer.json()["errors"]
        assert error["extensions"]["code"] == "SNAPSHOT_CHANGED"
        assert "begin the walk again" in error["extensions"]["hint"]
        assert answer.headers["x-kg-snapshot"] == second


def test_only_a_few_old_snapshots_are_held(served: _Served, store: GraphStore) -> None:
    cursors = []
    for number in range(4):
        cursors.append(served.ask().json()["data"]["papers"]["pageInfo"]["endCursor"])
        served.taken_over(_publish(served.folder, store, without=number, name=f"number{number}"))
    codes = [served.ask(after).json().get("errors", [{"extensions": {"code": None}}])[0]["extensions"]["code"] for after in cursors]
    assert codes == ["SNAPSHOT_CHANGED", "SNAPSHOT_CHANGED", None, None]


def test_a_document_cannot_mix_snapshots(served: _Served, store: GraphStore) -> None:
    old = served.ask().json()["data"]["papers"]["pageInfo"]["endCursor"]
    served.taken_over(_publish(served.folder, store, without=3, name="second"))
    new = served.ask().json()["data"]["papers"]["pageInfo"]["endCursor"]
    query = "query($a: String, $b: String) { a: papers(after: $a) { totalCount } b: papers(after: $b) { totalCount } }"
    answer = served.client.post("/graphql", json={"query": query, "variables": {"a": old, "b": new}})
    assert answer.json()["errors"][0]["extensions"]["code"] == "SNAPSHOT_CHANGED"


def test_a_request_may_ask_for_a_snapshot(served: _Served, store: GraphStore) -> None:
    second = _publish(served.folder, store, without=3, name="second")
    served.taken_over(second)
    sparql = {"query": "SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }"}
    for wanted, papers in ((served.first, "13"), (second, "12")):
        answer = served.client.get("/sparql", params=sparql, headers={"X-KG-Snapshot": wanted})
        assert answer.headers["x-kg-snapshot"] == wanted
        assert answer.json()["results"]["bindings"][0]["n"]["value"] == papers
        assert served.ask(**{"X-KG-Snapshot": wanted}).json()["data"]["statistics"]["papers"] == int(papers)
    for wanted in ("0" * 64, "nothing", "../../x"):
        answer = served.client.get("/sparql", params=sparql, headers={"X-KG-Snapshot": wanted})
        assert answer.status_code == 412
        assert answer.json()["errors"][0]["extensions"]["code"] == "SNAPSHOT_CHANGED"


def test_what_the_browser_has_is_not_taken_for_another_snapshot(served: _Served, store: GraphStore) -> None:
    params = {"query": "{ papers { totalCount } }"}
    tag = served.client.get("/graphql", params=params).headers["etag"]
    served.taken_over(_publish(served.folder, store, without=3, name="second"))
    answer = served.client.get("/graphql", params=params, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.json()["data"]["papers"]["totalCount"]) == (200, 12)


@pytest.mark.parametrize("harm", ["no json", "no store", "another layout", "nothing"])
def test_a_snapshot_that_cannot_be_opened_is_logged_and_the_old_one_serves_on(
    served: _Served, store: GraphStore, harm: str, caplog: pytest.LogCaptureFixture
) -> None:
    manifest = served.folder / "MANIFEST.json"
    said = json.loads(manifest.read_text(encoding="utf-8"))
    broken = {
        "no json": "{",
        "no store": json.dumps({**said, "snapshot": "absent"}),
        "another layout": json.dumps({**said, "layout": LAYOUT + 1}),
        "nothing": "",
    }[harm]
    new = served.folder / "new"
    new.write_text(broken, encoding="utf-8")
    new.replace(manifest)
    _until(lambda: served.snapshot() == served.first and "cannot be opened" in caplog.text)
    assert served.first in caplog.text
    assert served.ask().json()["data"]["statistics"]["papers"] == 13


def test_a_manifest_that_is_gone_changes_nothing(served: _Served) -> None:
    (served.folder / "MANIFEST.json").unlink()
    for _ in range(3):
        time.sleep(0.6)
        assert served.snapshot() == served.first
    assert served.ask().json()["data"]["statistics"]["papers"] == 13


def test_the_same_graph_published_again_changes_nothing(served: _Served, store: GraphStore) -> None:
    assert _publish(served.folder, store, name="first") == served.first
    time.sleep(1.2)
    assert served.snapshot() == served.first
    assert served.ask().json()["data"]["statistics"]["papers"] == 13


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks at /proc")
def test_the_old_store_is_closed_when_nobody_needs_it(store: GraphStore, tmp_path: Path) -> None:
    with _serve(store, tmp_path, hold_seconds=0.2) as served:
        served.ask()
        assert _opened(tmp_path / "graph" / "first")
        served.taken_over(_publish(served.folder, store, without=3, name="second"))
        served.ask()

        def closed() -> bool:
            gc.collect()
            served.snapshot()
            return not _opened(tmp_path / "graph" / "first")

        _until(closed)
        assert _opened(tmp_path / "graph" / "second")


def _opened(folder: Path) -> list[str]:
    """Files of a folder that this process has open."""
    links = []
    for number in Path("/proc/self/fd").iterdir():
        try:
            links.append(str(number.readlink()))
        except OSError:
            continue
    return [link for link in links if link.startswith(f"{folder}/")]


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="on Linux a file lives until it is closed")
@pytest.mark.parametrize("harm", ["deleted", "renamed"])
def test_an_open_store_answers_when_its_folder_is_gone(store: GraphStore, tmp_path: Path, harm: str) -> None:
    _publish(tmp_path, store, name="first")
    opened = open_workspace(tmp_path).store()
    folder = tmp_path / "graph" / "first"
    if harm == "deleted":
        shutil.rmtree(folder)
    else:
        folder.rename(tmp_path / "elsewhere")
    assert sorted(map(str, opened.quads())) == sorted(map(str, store.quads()))
    assert opened.select("SELECT (COUNT(*) AS ?n) WHERE { ?p a kg:Paper }")[0]["n"].value == "13"


def test_cursors_carry_their_snapshot() -> None:
    made = cursor("NAME", ("gpu", "ex:gpu"), snapshot="0123456789ab")
    assert snapshot_of(made) == "0123456789ab"
    assert key_of(made, "NAME", (str, str), snapshot="0123456789ab") == ("gpu", "ex:gpu")
    with pytest.raises(SnapshotChangedError):
        key_of(made, "NAME", (str, str), snapshot="ba9876543210")
    with pytest.raises(CursorError):  # another list's, whatever its snapshot
        key_of(made, "YEAR", (str, str), snapshot="ba9876543210")
    with pytest.raises(CursorError):  # one of no snapshot was not made by a server
        key_of(cursor("NAME", ("gpu", "ex:gpu")), "NAME", (str, str), snapshot="0123456789ab")
    assert snapshot_of(cursor("NAME", ("gpu", "ex:gpu"), snapshot="no tag")) is None
