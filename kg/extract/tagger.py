"""The trained model: a folder with an ONNX network, its tokeniser and its settings, run on the CPU."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg.errors import ModelError
from kg.extract.decode import Array
from kg.extract.encoding import Window, encode
from kg.extract.labels import ROLE_COLUMNS, TAGS, WIDTH

#: Folder of the model that ships with the package.
SHIPPED: Final = Path(__file__).parent / "model"
#: Version of a model folder's layout; another number is refused.
LAYOUT: Final = 1
#: Version of the code between the network and the mentions; goes up when the same weights find other mentions.
DECODING: Final = 1


@dataclass(frozen=True, slots=True)
class Settings:
    """What a model folder's ``config.json`` holds beside the labels.

    Attributes
    ----------
    name, version : str
        The model's name and its `fingerprint`.
    outside_bias, temperature : float
        Options of `kg.extract.decode.decode`, chosen on held-out papers.
    thresholds : dict of str to float
        Least confidence a mention of a type needs to be kept.
    """

    name: str
    version: str
    outside_bias: float
    temperature: float
    thresholds: dict[str, float]


class Tagger:
    """Logits of every word of a text, from a model folder.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx``, ``tokenizer.json`` and ``config.json``.
    threads : int, optional
        Processor threads of the network; all cores by default.

    Raises
    ------
    ModelError
        When a file is missing or does not fit this code.
    """

    def __init__(self, folder: Path = SHIPPED, *, threads: int | None = None) -> None:
        for name in ("model.onnx", "tokenizer.json", "config.json"):
            if not (folder / name).is_file():
                raise ModelError(folder, f"there is no {name}")
        self.settings = read_settings(folder)
        self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()
        options = onnxruntime.SessionOptions()
        # Threads share out windows, not the work on one: that is faster, and what a window gives
        # cannot depend on their number.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / "model.onnx"), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime raises many kinds, none with a common base
            raise ModelError(folder, f"the network cannot be loaded: {error}") from error
        width = self._session.get_outputs()[0].shape[-1]
        if width != WIDTH:
            raise ModelError(folder, f"the network gives {width} columns, this code reads {WIDTH}")
        self._threads = threads or os.cpu_count() or 1

    def logits(self, texts: Sequence[tuple[str, str]]) -> list[tuple[list[tuple[int, int]], Array]]:
        """Character spans of the words of each (title, abstract), and their logits (words, WIDTH)."""
        # One window a call: the quantised network scales by all that it is given, so that a text's
        # logits would depend on its neighbours; and calls of eight are no faster (design notes).
        groups = encode(texts, self._tokenizer)
        flat = [window for windows in groups for window in windows]
        with ThreadPoolExecutor(self._threads) as pool:
            outputs = pool.map(self._run, flat)
            return [_joined([(window, next(outputs)) for window in windows]) for windows in groups]

    def _run(self, window: Window) -> Array:
        ids, features = (np.array([row], dtype=np.int64) for row in (window.ids, window.features))
        (output,) = self._session.run(None, {"ids": ids, "features": features, "mask": np.ones_like(ids)})
        logits: Array = output[0, list(window.pieces)]
        return logits


def _joined(group: Sequence[tuple[Window, Array]]) -> tuple[list[tuple[int, int]], Array]:
    """Words of all windows of a text, each from the window in which it stands farthest from the cut."""
    if len(group) == 1:
        window, output = group[0]
        return list(window.spans), output
    best: dict[tuple[int, int], tuple[int, NDArray[np.float32]]] = {}
    for window, output in group:
        words = len(window.spans)
        for position, span in enumerate(window.spans):
            distance = min(position, words - 1 - position)
            if span not in best or distance > best[span][0]:
                best[span] = (distance, output[position])
    spans = sorted(best)
    return spans, np.stack([best[span][1] for span in spans])


def read_settings(folder: Path) -> Settings:
    """Settings of a model folder, after its labels and layout were compared with this code's.

    Raises
    ------
    ModelError
        When they differ, with the difference.
    """
    try:
        config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        if config["layout"] != LAYOUT:
            raise ModelError(folder, f"its layout is {config['layout']}, this code reads layout {LAYOUT}")
        if tuple(config["tags"]) != TAGS:
            raise ModelError(folder, f"its tags are {config['tags']}, this code reads {list(TAGS)}")
        if tuple(map(tuple, config["roles"])) != ROLE_COLUMNS:
            raise ModelError(folder, f"its roles are {config['roles']}, this code reads {list(ROLE_COLUMNS)}")
        return Settings(
            name=str(config["name"]),
            version=fingerprint(folder),
            outside_bias=float(config["outside_bias"]),
            temperature=float(config["temperature"]),
            thresholds={str(k): float(v) for k, v in config["thresholds"].items()},
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(folder, f"config.json is not as it must be: {error!r}") from error


def fingerprint(folder: Path) -> str:
    """First 12 hex digits of the hash of all that decides what the model finds, this code's version included."""
    digest = hashlib.sha256(f"decoding {DECODING}\n".encode())
    for name in ("config.json", "model.onnx", "tokenizer.json"):
        digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
