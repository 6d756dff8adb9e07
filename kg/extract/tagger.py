"""The trained model: a folder with an ONNX network, its tokeniser and its settings, run on the CPU."""

from __future__ import annotations

import hashlib
import json
import math
import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray
from tokenizers import Tokenizer

from kg.errors import ModelError
from kg.extract.decode import Array
from kg.extract.encoding import Window, encode
from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.lexicon import LEXICON, read_lexicon

#: Folder of the model that ships with the package.
SHIPPED: Final = Path(__file__).parent / "model"
#: File of the second network, which not every model folder has.
RELATIONS: Final = "relations.onnx"
#: Logit of what cannot be.
_NEVER: Final = np.float32(-1e4)
#: Version of a model folder's layout; another number is refused.
LAYOUT: Final = 3
#: Version of the code between the network and the mentions; goes up when the same weights find other mentions.
DECODING: Final = 4


#: Character range of each word of a text, and the logits of the spans that begin with it.
Logits = tuple[list[tuple[int, int]], Array]

#: Name of the network's output of spans; the others are the layers of the encoder that `View` holds.
SPANS: Final = "spans"


@dataclass(frozen=True, slots=True)
class View:
    """A window of a text, and what the encoder says of its pieces.

    Attributes
    ----------
    spans : tuple of (int, int)
        Character range of each word.
    first, last : tuple of int
        Places of the first and the last piece of each word.
    hidden : array (pieces, width)
        Those of the encoder's layers that the network file gives, side by side.
    """

    spans: tuple[tuple[int, int], ...]
    first: tuple[int, ...]
    last: tuple[int, ...]
    hidden: Array


@dataclass(frozen=True, slots=True)
class Reading:
    """What the network says of a text.

    Attributes
    ----------
    words : list of (int, int)
        Character range of each word.
    logits : array (words, `MAX_WORDS`, ``SCHEME.width``)
        Of the spans that begin with each word.
    views : tuple of View
        The text's windows, in order; empty where the model judges no relations.
    """

    words: list[tuple[int, int]]
    logits: Array
    views: tuple[View, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """What a model folder's ``config.json`` holds beside the labels.

    Attributes
    ----------
    name, version : str
        The model's name and its `fingerprint`.
    threshold, nested : float
        Options of `kg.extract.decode.decode`, chosen on held-out papers.
    relation_bias, value_bias : float
        Added to the log odds of relations, and of a number to be a result; chosen on held-out papers.
    calibration, role_calibration : dict of str to (float, float)
        By type, slope and intercept that turn the log odds of the network's probability into those
        of being right on held-out papers; types without are left as they are.
    lexicon : dict of str to float
        By type, what is added to the log odds of a span that is a known name (`kg.extract.lexicon`).
    """

    name: str
    version: str
    threshold: float = 0.35
    nested: float = 1.0
    relation_bias: float = 0.0
    value_bias: float = 0.0
    calibration: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    role_calibration: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    lexicon: Mapping[str, float] = field(default_factory=dict)

    def calibrated(self, type_: str, probability: float) -> float:
        """Probability, to two decimals, that a mention which the network gives this probability is right.

        >>> Settings("", "", calibration={"Task": (1.0, -0.5)}).calibrated("Task", 0.8)
        0.71
        """
        return _moved(probability, self.calibration.get(type_))

    def calibrated_role(self, type_: str, probability: float) -> float:
        """Probability, to two decimals, that a role is right which the network gives this probability."""
        return _moved(probability, self.role_calibration.get(type_))


def _moved(probability: float, line: tuple[float, float] | None) -> float:
    if line is None:
        return _sure(probability)
    inside = min(max(probability, 1e-6), 1 - 1e-6)
    odds = line[0] * math.log(inside / (1 - inside)) + line[1]
    return _sure(1 / (1 + math.exp(-min(max(odds, -30.0), 30.0))))


def _sure(probability: float) -> float:
    """Return two decimals, none of which say "never" of what was found."""
    return max(round(probability, 2), 0.01)


class Tagger:
    """Logits of every span of a text, from a model folder.

    Parameters
    ----------
    folder : Path
        Holds ``model.onnx``, ``tokenizer.json`` and ``config.json``.
    threads : int, optional
        Processor threads of the network; all cores by default.
    views : bool, optional
        Whether readings have the views that the second network reads; by default where the folder has one.

    Raises
    ------
    ModelError
        When a file is missing or does not fit this code.
    """

    def __init__(self, folder: Path = SHIPPED, *, threads: int | None = None, views: bool | None = None) -> None:
        for name in ("model.onnx", "tokenizer.json", "config.json"):
            if not (folder / name).is_file():
                raise ModelError(folder, f"there is no {name}")
        self.settings = read_settings(folder)
        self.lexicon = read_lexicon(folder)
        try:
            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        except Exception as error:  # the library raises Exception itself
            raise ModelError(folder, f"the tokeniser cannot be loaded: {error}") from error
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
        outputs = self._session.get_outputs()
        given = list(outputs[0].shape[2:])
        if given != [MAX_WORDS, SCHEME.width]:
            wanted = f"{MAX_WORDS} lengths of spans and {SCHEME.width} columns"
            raise ModelError(folder, f"the network gives {given}, this code reads {wanted}")
        with_views = judges_relations(folder) if views is None else views
        self._outputs = [output.name for output in outputs] if with_views else [SPANS]
        if with_views and len(outputs) == 1:
            raise ModelError(folder, f"model.onnx gives spans alone, {RELATIONS} beside it reads the encoder's layers")
        self.threads = threads or os.cpu_count() or 1

    def logits(self, texts: Sequence[tuple[str, str]]) -> list[Logits]:
        """Character spans of the words of each (title, abstract), and the logits of their spans.

        The logits are arrays (words, `MAX_WORDS`, ``SCHEME.width``); see `kg.extract.decode.decode`.
        """
        return [(each.words, each.logits) for each in self.read(texts)]

    def read(self, texts: Sequence[tuple[str, str]]) -> list[Reading]:
        """What the network says of each (title, abstract)."""
        # One window a call: the quantised network scales by all that it is given, so that a text's
        # logits would depend on its neighbours; and calls of eight are no faster (design notes).
        groups = encode(texts, self._tokenizer)
        flat = [window for windows in groups for window in windows]
        with ThreadPoolExecutor(self.threads) as pool:
            outputs = pool.map(self._run, flat)
            return [_reading([(window, *next(outputs)) for window in windows]) for windows in groups]

    def _run(self, window: Window) -> tuple[Array, View | None]:
        """Return the logits of a window's spans, and the view of it where the network file gives one."""
        if not window.spans:
            return np.zeros((0, MAX_WORDS, SCHEME.width), dtype=np.float32), None
        ids, features, first, last = (
            np.array([row], dtype=np.int64) for row in (window.ids, window.features, window.first, window.last)
        )
        given = {"ids": ids, "features": features, "first": first, "last": last}
        logits, *layers = (output[0] for output in self._session.run(self._outputs, given))
        if not layers:
            return logits, None
        return logits, View(window.spans, window.first, window.last, np.concatenate(layers, axis=1))


def _reading(group: Sequence[tuple[Window, Array, View | None]]) -> Reading:
    words, logits = joined([(window, output) for window, output, _ in group])
    return Reading(words, logits, tuple(view for _, _, view in group if view is not None))


def joined(group: Sequence[tuple[Window, Array]]) -> tuple[list[tuple[int, int]], Array]:
    """Words of all windows of a text, each from the window in which it stands farthest from the cut.

    Parameters
    ----------
    group : sequence of (Window, array (words, ...))
        The windows of one text, in order.
    """
    if len(group) == 1:
        window, output = group[0]
        return list(window.spans), output
    best: dict[tuple[int, int], tuple[int, NDArray[np.float32]]] = {}
    for window, output in group:
        words = len(window.spans)
        whole = output.copy()
        for extent in range(whole.shape[1]):
            # spans that reach beyond the window: the network saw none of their last words
            whole[max(0, words - extent) :, extent, 1:] = _NEVER
        for position, span in enumerate(window.spans):
            distance = min(position, words - 1 - position)
            if span not in best or distance > best[span][0]:
                best[span] = (distance, whole[position])
    spans = sorted(best)
    return spans, np.stack([best[span][1] for span in spans])


def read_config(folder: Path) -> dict[str, Any]:
    """What a model folder's ``config.json`` says; see `read_settings` for what it must."""
    read_settings(folder)
    config: dict[str, Any] = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return config


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
            raise ModelError(folder, f"its layout is {config['layout']!r}, this code reads layout {LAYOUT}")
        if tuple(config["types"]) != SCHEME.types:
            raise ModelError(folder, f"its types are {config['types']}, this code reads {list(SCHEME.types)}")
        if tuple(map(tuple, config["roles"])) != SCHEME.roles:
            raise ModelError(folder, f"its roles are {config['roles']}, this code reads {list(SCHEME.roles)}")
        settings = Settings(
            name=str(config["name"]),
            version=fingerprint(folder),
            threshold=float(config["threshold"]),
            nested=float(config["nested"]),
            relation_bias=float(config["relation_bias"]),
            value_bias=float(config["value_bias"]),
            calibration=_lines(config["calibration"]),
            role_calibration=_lines(config["role_calibration"]),
            lexicon={str(type_): float(weight) for type_, weight in config.get("lexicon", {}).items()},
        )
        if unknown := set(settings.lexicon) - set(SCHEME.types):
            raise ModelError(folder, f"its lexicon weighs the unknown types {sorted(unknown)}")
        for name in ("threshold", "nested"):
            if not 0 <= getattr(settings, name) <= 1:
                raise ModelError(folder, f"its {name} is {getattr(settings, name)}; expected a number from 0 to 1")
        return settings
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(folder, f"config.json is not as it must be: {error!r}") from error


def _lines(read: Mapping[str, Sequence[float]]) -> dict[str, tuple[float, float]]:
    lines = {str(type_): (float(slope), float(intercept)) for type_, (slope, intercept) in read.items()}
    if unknown := set(lines) - set(SCHEME.types):
        raise ValueError(f"calibration of unknown types: {sorted(unknown)}")
    return lines


def judges_relations(folder: Path) -> bool:
    """Whether the model of a folder judges relations and results, not names and roles alone."""
    return (folder / RELATIONS).exists()


def fingerprint(folder: Path) -> str:
    """First 12 hex digits of the hash of all that decides what the model finds, this code's version included."""
    digest = hashlib.sha256(f"decoding {DECODING}\n".encode())
    for name in ("config.json", "model.onnx", "tokenizer.json", RELATIONS, LEXICON):
        if (folder / name).exists():
            digest.update((folder / name).read_bytes())
    return digest.hexdigest()[:12]
