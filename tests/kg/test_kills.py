"""A build that is killed again and again loses a shard's work at most, and ends as one that never was."""

from __future__ import annotations

from pathlib import Path

import pytest
from killing import killed_builds, same

from kg.build import build
from kg.config import Config, ExtractConfig
from kg.extract import SHIPPED
from kg.sample import SAMPLE


@pytest.mark.slow
def test_kills_at_random_moments_lose_nothing_that_was_kept(tmp_path: Path) -> None:
    if not (SHIPPED / "model.onnx").is_file():
        pytest.skip("the shipped model is not here")
    papers = tmp_path / "papers.jsonl"
    papers.write_text("\n".join(SAMPLE.read_text(encoding="utf-8").splitlines()[30:46]) + "\n", encoding="utf-8")
    whole = build([papers], tmp_path / "whole", config=Config(extract=ExtractConfig(threads=1))).workspace.folder
    kills = list(killed_builds(papers, tmp_path / "graph", times=4, longest=6.0, shard=4, seed=5))
    assert len(kills) == 4
    assert same([whole, tmp_path / "graph"])
    left = {path.name for path in (tmp_path / "graph").iterdir()} - {".lock"}
    assert left == {path.name for path in whole.iterdir()} - {".lock"}
    assert not [path for path in (tmp_path / "graph").rglob(".*") if path.name != ".lock"]
