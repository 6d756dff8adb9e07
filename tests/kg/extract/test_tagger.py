"""What the network says of a text depends on that text alone."""

from __future__ import annotations

import numpy as np
import pytest

from kg.errors import ModelError
from kg.extract.tagger import Tagger

TEXTS = [
    ("A sparse accelerator", "We map a convolutional neural network onto a systolic array and measure latency."),
    ("Event cameras for drones", ""),
    ("Long text", "Optical flow from an event camera runs on a Jetson Nano. " * 60),
]


def test_neither_threads_nor_neighbours_change_a_text_s_logits() -> None:
    one, two = Tagger(threads=1), Tagger(threads=2)
    together = two.logits(TEXTS)
    for text, (spans, logits) in zip(TEXTS, together, strict=True):
        ((alone_spans, alone),) = one.logits([text])
        assert spans == alone_spans
        assert np.array_equal(logits, alone)


def test_a_folder_without_a_model_is_refused(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelError, match=r"model\.onnx"):
        Tagger(tmp_path)
