"""Weights to start a training from: those of a model folder, its int8 numbers made floats again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper

from kg.errors import ModelError
from kg.training.network import SPAN_WIDTH, Tagger


def weights(folder: Path, tagger: Tagger) -> dict[str, torch.Tensor]:
    """State of a tagger of the same shape as `tagger`, read from the folder's ``model.onnx``.

    Weights that the network file does not hold (the second task's) stay those of `tagger`.

    Raises
    ------
    ModelError
        When the file cannot be read or holds another network.
    """
    path = folder / "model.onnx"
    try:
        graph = onnx.load(str(path)).graph
    except Exception as error:  # protobuf raises kinds of its own
        raise ModelError(folder, f"model.onnx cannot be read: {error}") from error
    held = {each.name: each for each in graph.initializer}
    found = {}
    for name in held:
        if not name.endswith(("_scale", "_zero_point")):
            found[name.removesuffix("_quantized")] = _floats(name, held)
    products = {
        node.name.removesuffix("_quant").removeprefix("/").removesuffix("/MatMul").replace("/", "."): node.input[1]
        for node in graph.node
        if node.op_type in ("MatMul", "MatMulInteger")
    }
    found |= _lengths(graph, held)
    state = dict(tagger.state_dict())
    missing = []
    for name, value in state.items():
        module = name.removesuffix(".weight")
        if name in found:
            read = found[name]
        elif name.endswith(".weight") and module in products:
            read = found[products[module].removesuffix("_quantized")].T
        elif name.startswith("words."):
            continue
        else:
            missing.append(name)
            continue
        if read.shape != tuple(value.shape):
            raise ModelError(folder, f"its {name} has shape {read.shape}, this network's {tuple(value.shape)}")
        state[name] = torch.from_numpy(np.array(read, dtype=np.float32, order="C"))
    if missing:
        raise ModelError(folder, f"model.onnx holds no {', '.join(missing[:3])}; it is of another network")
    return state


def _lengths(graph: onnx.GraphProto, held: Mapping[str, onnx.TensorProto]) -> dict[str, np.ndarray]:
    """Return the vectors of the spans' lengths, which the export made constants of additions, in order."""
    named = {name for name in held if "." in name}
    rows = [
        numpy_helper.to_array(held[name])
        for node in graph.node
        if node.op_type == "Add"
        for name in node.input
        if name in held and name not in named and list(held[name].dims) == [SPAN_WIDTH]
    ]
    return {"lengths": np.stack(rows)} if rows else {}


def _floats(name: str, held: dict[str, onnx.TensorProto]) -> np.ndarray:
    value: np.ndarray = numpy_helper.to_array(held[name])
    stem = name.removesuffix("_quantized")
    if stem == name:
        return value
    scale = numpy_helper.to_array(held[f"{stem}_scale"])
    zero = numpy_helper.to_array(held[f"{stem}_zero_point"]).astype(np.float32)
    result: np.ndarray = (value.astype(np.float32) - zero) * scale  # a scale for each column, or one for all
    return result
