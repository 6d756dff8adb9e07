"""A workspace changes by one rename, is held by one build, and says what is wrong with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from kg.errors import WorkspaceError
from kg.store import Literal, Quad, iri, sorted_quads
from kg.workspace import LAYOUT, MANIFEST, locked, open_workspace, publish, write_manifest


def quads(*values: str) -> list[Quad]:
    return sorted_quads(Quad(iri("http://ex.org/s"), iri("http://ex.org/p"), Literal(v)) for v in values)


def put(folder: Path, name: str, *values: str) -> None:
    with locked(folder):
        publish(folder, quads(*values), {"layout": LAYOUT, "snapshot": name})


def values(folder: Path) -> set[str]:
    return {quad.object.value for quad in open_workspace(folder).store().quads()}


def snapshots(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "graph").iterdir())


def test_a_published_graph_can_be_read(tmp_path: Path) -> None:
    put(tmp_path / "g", "one", "a", "b")
    workspace = open_workspace(tmp_path / "g")
    assert workspace.manifest["snapshot"] == "one"
    assert workspace.graph_folder == tmp_path / "g" / "graph" / "one"
    assert values(tmp_path / "g") == {"a", "b"}


def test_the_snapshot_before_stays_and_older_ones_go(tmp_path: Path) -> None:
    for number in range(1, 5):
        put(tmp_path, f"s{number}", *"abcd"[:number])
    assert snapshots(tmp_path) == ["s3", "s4"]
    assert values(tmp_path) == set("abcd")


def test_building_the_same_graph_again_takes_no_snapshot_from_a_reader(tmp_path: Path) -> None:
    put(tmp_path, "s1", "a")
    reader = open_workspace(tmp_path)
    put(tmp_path, "s2", "b")
    put(tmp_path, "s2", "b")
    assert {quad.object.value for quad in reader.store().quads()} == {"a"}
    assert snapshots(tmp_path) == ["s1", "s2"]


def test_an_open_reader_outlives_the_next_build(tmp_path: Path) -> None:
    put(tmp_path, "s1", "a")
    store = open_workspace(tmp_path).store()
    put(tmp_path, "s2", "b")
    assert {quad.object.value for quad in store.quads()} == {"a"}


def test_what_killed_builds_left_is_swept_up(tmp_path: Path) -> None:
    put(tmp_path, "s1", "a")
    (tmp_path / "graph" / ".new-999999").mkdir()
    begun = [tmp_path / f".{MANIFEST}.77", tmp_path / "papers" / ".x.parquet.8", tmp_path / "mentions" / "m" / ".y.parquet.9"]
    others = [tmp_path / ".lock", tmp_path / "mentions" / "m" / "z.parquet", tmp_path / "vectors" / ".n.npz.7"]
    for path in (*begun, *others):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    put(tmp_path, "s1", "a")
    assert snapshots(tmp_path) == ["s1"]
    assert not any(path.exists() for path in begun)
    assert all(path.exists() for path in others)


def test_a_snapshot_that_is_not_whole_is_written_anew(tmp_path: Path) -> None:
    put(tmp_path, "s1", "a", "b", "c")
    for path in (tmp_path / "graph" / "s1").glob("*"):
        if path.is_file():
            path.unlink()
    put(tmp_path, "s1", "a", "b", "c")
    assert values(tmp_path) == set("abc")


def test_a_second_build_is_refused_and_told_why(tmp_path: Path) -> None:
    with locked(tmp_path / "g"):
        with pytest.raises(WorkspaceError, match="another build"), locked(tmp_path / "g"):
            pass
        script = "import sys; from pathlib import Path; from kg.workspace import locked\nwith locked(Path(sys.argv[1])): pass"
        other = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path / "g")],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ},
        )
        assert other.returncode != 0
        assert "another build" in other.stderr
    with locked(tmp_path / "g"):
        pass


def test_the_lock_is_let_go_when_a_build_fails(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), locked(tmp_path):
        raise RuntimeError
    with locked(tmp_path):
        pass


def test_a_file_in_place_of_the_folder_is_said(tmp_path: Path) -> None:
    (tmp_path / "g").write_text("no folder")
    with pytest.raises(WorkspaceError, match="cannot be written"), locked(tmp_path / "g"):
        pass


@pytest.mark.parametrize(
    ("manifest", "message"),
    [
        ("", "cannot be read"),
        ("{", "cannot be read"),
        ("[]", "cannot be read"),
        ('"text"', "cannot be read"),
        ("{}", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ('{"layout": 99, "snapshot": "s1"}', "layout is 99"),
        ('{"layout": 1, "snapshot": "gone"}', "gone is missing"),
        ('{"layout": 1, "snapshot": ""}', "no name"),
        ('{"layout": 1, "snapshot": "../graph"}', "no name"),
        ('{"layout": 1, "snapshot": null}', "no name"),
        ('{"layout": 1, "snapshot": 5}', "no name"),
    ],
)
def test_a_damaged_manifest_is_told_and_a_build_mends_it(tmp_path: Path, manifest: str, message: str) -> None:
    put(tmp_path, "s1", "a")
    (tmp_path / MANIFEST).write_text(manifest)
    with pytest.raises(WorkspaceError, match=message):
        open_workspace(tmp_path)
    put(tmp_path, "s2", "b")
    assert values(tmp_path) == {"b"}


def test_a_folder_that_is_no_workspace_says_how_to_make_one(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(WorkspaceError, match="kg build"):
            open_workspace(folder)


def test_a_graph_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    put(tmp_path, "s1", "a")
    (tmp_path / "graph" / f".new-{os.getpid()}").write_text("in the way")
    with locked(tmp_path), pytest.raises(WorkspaceError, match="nothing was changed"):
        publish(tmp_path, quads("b"), {"layout": LAYOUT, "snapshot": "s2"})
    assert values(tmp_path) == {"a"}


def test_the_manifest_is_sorted_text_that_ends_in_a_line_feed(tmp_path: Path) -> None:
    write_manifest(tmp_path, {"z": 1, "a": "ü"})
    text = (tmp_path / MANIFEST).read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert list(json.loads(text)) == ["a", "z"]
    assert "ü" in text
    assert [p.name for p in tmp_path.iterdir()] == [MANIFEST]
