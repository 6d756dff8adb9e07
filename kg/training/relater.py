"""Training of the second network on what a model folder's first says of annotated papers' words.

The first network stays as it is: what it says of each word is read once, by the very model that
ships, and the second learns from that. An epoch over 1,700 papers takes two minutes on two cores.
"""

from __future__ import annotations

import hashlib
import json
import logging
import math
import random
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import cast

import onnx
import torch
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from torch import nn

from kg.errors import ModelError
from kg.extract.encoding import Window, encode
from kg.extract.labels import BONDS, SCHEME, Bonds, Scheme
from kg.extract.pairs import End, paired
from kg.extract.tagger import RELATIONS, SPANS, Tagger, View
from kg.training.fused import OPSETS
from kg.training.gold import GoldPaper
from kg.training.network import encoder_folder
from kg.training.pairing import Layer, Pairing
from kg.training.related import PairTargets, Weights, pair_loss, pair_targets, tensors
from kg.training.train import Tell, plain_tokenizer

log = logging.getLogger(__name__)

#: Layers of the encoder that the second network has copies of, and how many the encoder has.
COPIED = 2
DEPTH = 6
_OUTPUT = "/encoder/encoder/layer.{}/output/LayerNorm/LayerNormalization_output_0"


@dataclass(frozen=True, slots=True)
class PairRecipe:
    """Settings of a training run of the second network.

    Attributes
    ----------
    epochs : int
        Passes over the papers.
    batch : int
        Windows a step.
    rate, layer_rate : float
        Peak learning rates of AdamW, of the layers copied from the encoder the second; both warm up linearly over
        the first tenth of the steps and fall linearly to zero.
    dropout : float
    relation_weight, value_weight, slot_weight : float
        Weights of the three losses.
    """

    epochs: int = 5
    batch: int = 8
    rate: float = 5e-4
    layer_rate: float = 2e-4
    weight_decay: float = 0.01
    dropout: float = 0.1
    relation_weight: float = 2.0
    value_weight: float = 0.5
    slot_weight: float = 0.5
    seed: int = 13


@dataclass(frozen=True, slots=True)
class PairExample:
    """What the first network says of a window's pieces, (pieces, 2 width), and what the second should."""

    hidden: torch.Tensor
    targets: PairTargets


def expose(path: Path) -> None:
    """Make outputs of a network file of what the second network reads; what it computes stays the same."""
    model = onnx.load(str(path))
    kept = [output for output in model.graph.output if output.name == SPANS]
    del model.graph.output[:]
    made = {name for node in model.graph.node for name in node.output}
    names = [_OUTPUT.format(layer) for layer in (DEPTH - COPIED - 1, DEPTH - 1)]
    if missing := [name for name in names if name not in made]:
        raise ModelError(path.parent, f"{path.name} computes no {missing[0]}; it is of another network")
    model.graph.output.extend(kept)
    for name in names:
        model.graph.output.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, ["batch", "pieces", None]))
    onnx.save(model, str(path))


def pair_examples(
    papers: Sequence[GoldPaper], folder: Path, *, threads: int, scheme: Scheme = SCHEME, bonds: Bonds = BONDS
) -> list[PairExample]:
    """Examples of annotated papers, one a window that holds a pair; the folder's first network reads them."""
    known = [paper for paper in papers if paper.relations is not None or paper.results is not None]
    tagger = Tagger(folder, threads=threads, views=True)
    texts = [(paper.title, paper.abstract) for paper in known]
    windows = encode(texts, plain_tokenizer(encoder_folder()))
    made = []
    for first in range(0, len(known), 64):
        part = slice(first, first + 64)
        for paper, of_paper, reading in zip(known[part], windows[part], tagger.read(texts[part]), strict=True):
            for window, view in zip((w for w in of_paper if w.spans), reading.views, strict=True):
                made += _example(paper, window, view, scheme, bonds)
    return made


def _example(paper: GoldPaper, window: Window, view: View, scheme: Scheme, bonds: Bonds) -> list[PairExample]:
    wanted = pair_targets(paper, window, scheme=scheme, bonds=bonds)
    # half precision: two gigabytes less for 1,700 papers, and the network's own noise is larger
    return [PairExample(torch.from_numpy(view.hidden).half(), wanted)] if wanted else []


def train_pairing(
    examples: Sequence[PairExample],
    state: Mapping[str, torch.Tensor],
    out: Path,
    *,
    recipe: PairRecipe | None = None,
    bonds: Bonds = BONDS,
    scheme: Scheme = SCHEME,
    tell: Tell | None = None,
) -> Pairing:
    """Return the trained second network; its progress lies in ``out/pairing.pt``.

    `state` holds the weights of the first network (`kg.training.start.weights`), whose last layers
    it starts from. A run with the same examples and recipe that stopped is taken up after its last whole epoch,
    with the same random numbers as if it had not stopped.
    """
    if not examples:
        raise ModelError(out, "there is no pair of mentions to learn relations from")
    recipe = recipe or PairRecipe()
    out.mkdir(parents=True, exist_ok=True)
    torch.use_deterministic_algorithms(True)
    torch.manual_seed(recipe.seed)
    pairing = Pairing(scheme=scheme, bonds=bonds, layers=COPIED, dropout=recipe.dropout)
    for number, layer in enumerate(pairing.layers):
        cast(Layer, layer).copy(state, DEPTH - COPIED + number)
    a_pass = math.ceil(len(examples) / recipe.batch)
    steps = a_pass * recipe.epochs
    own = [p for name, p in pairing.named_parameters() if not name.startswith("layers.")]
    optimizer = torch.optim.AdamW(
        [{"params": list(pairing.layers.parameters()), "lr": recipe.layer_rate}, {"params": own, "lr": recipe.rate}],
        weight_decay=recipe.weight_decay,
    )
    warm = max(1, steps // 10)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))
    )
    identity = json.dumps({"recipe": asdict(recipe), "examples": _digest(examples)}, sort_keys=True)
    done = _resume(out / "pairing.pt", identity, pairing, optimizer, schedule)
    weights = Weights(recipe.relation_weight, recipe.value_weight, recipe.slot_weight)
    for epoch in range(done, recipe.epochs):
        started, total = time.monotonic(), 0.0
        torch.manual_seed(recipe.seed * 1000 + epoch)
        order = list(range(len(examples)))
        random.Random(recipe.seed * 1000 + epoch).shuffle(order)  # noqa: S311
        pairing.train()
        for step, first in enumerate(range(0, len(order), recipe.batch), 1):
            group = [examples[place] for place in order[first : first + recipe.batch]]
            loss = pair_loss(pairing, [e.hidden.float() for e in group], [e.targets for e in group], weights)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(pairing.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += loss.item()
            if tell:
                tell(epoch * a_pass + step, steps, total / step)
        log.info("relations, epoch %d of %d: loss %.4f, %.0f s", epoch + 1, recipe.epochs, total / a_pass,
                 time.monotonic() - started)  # fmt: skip
        new = out / "pairing.new"
        torch.save(
            {
                "identity": identity,
                "epoch": epoch + 1,
                "pairing": pairing.state_dict(),
                "optimizer": optimizer.state_dict(),
                "schedule": schedule.state_dict(),
            },
            new,
        )
        new.replace(out / "pairing.pt")
    return pairing.eval()


def _resume(
    path: Path,
    identity: str,
    pairing: Pairing,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Load the progress of the same run, if any; return how many epochs it has done."""
    if not path.exists():
        return 0
    progress = torch.load(path, weights_only=True)
    if progress["identity"] != identity:
        log.info("%s is of another run; starting anew", path)
        return 0
    pairing.load_state_dict(progress["pairing"])
    optimizer.load_state_dict(progress["optimizer"])
    schedule.load_state_dict(progress["schedule"])
    epochs: int = progress["epoch"]
    return epochs


def _digest(examples: Sequence[PairExample]) -> str:
    digest = hashlib.sha256()
    for each in examples:
        digest.update(each.hidden.numpy().tobytes())
        wanted = each.targets
        digest.update(repr((wanted.groups, wanted.labels, wanted.cells, wanted.values)).encode())
    return digest.hexdigest()


def write_pairing(pairing: Pairing, folder: Path) -> None:
    """Write the second network into a model folder."""
    pairing = pairing.eval().float()
    ends = [End(0, 1, 0, 0, 0), End(3, 4, 1, 0, 1), End(6, 6, len(pairing.bonds.types), 0, 1)]
    places = list(range(1, 9))
    pairs = paired(ends, places, places, 10, pairing.bonds)
    wanted = PairTargets(pairs, [], [], [], [], [], ends, places, places)
    pieces, words, rows, held = ({0: name} for name in ("pieces", "words", "pairs", "ends"))
    layers = [cast(Layer, layer) for layer in pairing.layers]
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch) / RELATIONS
        for layer in layers:
            layer.fused = True
        torch.onnx.export(
            pairing,
            (torch.zeros((10, 2 * pairing.marks.embedding_dim)), *tensors(wanted)),
            str(plain),
            input_names=[
                "hidden", "first_piece", "last_piece",
                "first", "last", "types", "roles", "marks", "pairs", "distances", "places",
            ],
            output_names=["relations", "values"],
            dynamic_axes={
                "hidden": pieces, "marks": pieces, "first_piece": words, "last_piece": words,
                "first": held, "last": held, "types": held, "roles": held, "values": held,
                "pairs": rows, "distances": rows, "places": rows, "relations": rows,
            },
            opset_version=17,
            custom_opsets=OPSETS,
            dynamo=False,
        )  # fmt: skip
        for layer in layers:
            layer.fused = False
        onnx.checker.check_model(str(plain))
        quantize_dynamic(
            plain,
            folder / RELATIONS,
            weight_type=QuantType.QInt8,
            per_channel=True,
            extra_options={"DefaultTensorType": TensorProto.FLOAT},  # of what the fused operator gives
        )
