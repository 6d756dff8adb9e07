"""A trained tagger as a model folder: ONNX, int8 weights, tokeniser, settings."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Final

import onnx
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn
from transformers import AttentionInterface, AttentionMaskInterface

from kg.extract.tagger import LAYOUT, Settings
from kg.training.fused import OPSETS, FusedAttention
from kg.training.network import Tagger, encoder_folder
from kg.training.train import plain_tokenizer

#: Name under which transformers knows the attention that is exported.
_FUSED: Final = "fused"


def write_model(
    tagger: Tagger,
    folder: Path,
    *,
    name: str = "minilm-mentions",
    settings: Mapping[str, float] | None = None,
    int8: bool = True,
) -> None:
    """Write the model folder that `kg.extract.tagger.Tagger` loads.

    The weights are quantised dynamically, a scale for each output channel: measured cosine of
    MiniLM's output to float32 is 0.993 so, 0.959 with a scale for each matrix.

    Parameters
    ----------
    tagger : Tagger
    folder : Path
    name : str
    settings : mapping of str to float, optional
        Of `kg.extract.tagger.Settings`; those that are left out are its defaults.
    int8 : bool
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / "float.onnx"
        _export(tagger, plain)
        if int8:
            quantize_dynamic(
                plain,
                folder / "model.onnx",
                weight_type=QuantType.QInt8,
                per_channel=True,
                extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},  # of what the fused operator gives
            )
        else:
            shutil.copyfile(plain, folder / "model.onnx")
    plain_tokenizer(encoder_folder()).save(str(folder / "tokenizer.json"), pretty=False)
    plain_settings = {key: value for key, value in asdict(Settings("", "")).items() if key not in ("name", "version")}
    config = {
        "layout": LAYOUT,
        "name": name,
        "types": list(tagger.scheme.types),
        "roles": [list(column) for column in tagger.scheme.roles],
        **plain_settings,
        **(settings or {}),
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _fused(
    module: nn.Module, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, mask: object, **_: object
) -> tuple[torch.Tensor, None]:
    """Attention as transformers calls it, (batch, heads, pieces, width of a head) of each."""
    heads = int(module.num_attention_heads)  # type: ignore[arg-type]  # a shape would be traced, not a number
    flat = [each.transpose(1, 2).flatten(2) for each in (query, key, value)]
    attended: torch.Tensor = FusedAttention.apply(*flat, heads)  # type: ignore[no-untyped-call]
    return attended.unflatten(2, (heads, -1)), None


AttentionInterface.register(_FUSED, _fused)
AttentionMaskInterface.register(_FUSED, lambda *_, **__: None)


def _export(tagger: Tagger, path: Path) -> None:
    tagger = tagger.eval().float()
    before = tagger.encoder.config._attn_implementation
    tagger.encoder.set_attn_implementation(_FUSED)  # it knows no mask, so it is for the export alone
    ids = torch.ones((2, 16), dtype=torch.long)
    first = torch.arange(1, 15)[None].repeat(2, 1)
    pieces, words = {0: "batch", 1: "pieces"}, {0: "batch", 1: "words"}
    try:
        torch.onnx.export(
            tagger,
            (ids, torch.zeros_like(ids), None, first, first),
            str(path),
            input_names=["ids", "features", "first", "last"],
            output_names=["spans"],
            dynamic_axes={"ids": pieces, "features": pieces, "first": words, "last": words, "spans": words},
            opset_version=17,
            custom_opsets=OPSETS,
            dynamo=False,
        )
    finally:
        tagger.encoder.set_attn_implementation(before)
    onnx.checker.check_model(str(path))
