"""Known names make spans likelier to be mentions, no others."""

from __future__ import annotations

import json
import lzma
import shutil
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ModelError
from kg.extract import SHIPPED, find, load, read_settings
from kg.extract.decode import decode
from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.lexicon import LEXICON, Lexicon, read_lexicon, write_lexicon
from kg.model import Paper
from kg.training.lexicon import WEIGHTS, of_taxonomies

WORDS = ("fast", "Jetson", "Nano", "boards", "run", "YOLO", "models")
KNOWN = Lexicon({"jetson nano": "Hardware", "yolo": "Method", "yolo model": "Method"})


def test_the_shipped_names_are_those_of_the_taxonomies() -> None:
    shipped = read_lexicon(SHIPPED)
    assert shipped == of_taxonomies(), "make it anew: python -m kg.training.lexicon"
    assert len(shipped.types) > 20_000
    assert shipped.types["jetson nano"] == "Hardware"
    assert set(read_settings(SHIPPED).lexicon) <= set(SCHEME.types)


def test_names_of_two_types_and_generic_words_are_left_out() -> None:
    names = of_taxonomies().types
    assert "model" not in names
    assert all(len(key) > 2 for key in names)


@given(st.integers(0, 2**32 - 1), st.sampled_from([w for w in WEIGHTS if w]), st.floats(0.3, 0.5))
def test_spans_that_are_not_looked_up_would_be_no_mentions_anyway(seed: int, weight: float, threshold: float) -> None:
    logits = np.random.default_rng(seed).normal(0, 3, (len(WORDS), MAX_WORDS, SCHEME.width)).astype(np.float32)
    text = " ".join(WORDS)
    ends = np.cumsum([len(word) + 1 for word in WORDS]) - 1
    words = [(int(end) - len(word), int(end)) for word, end in zip(WORDS, ends, strict=True)]
    weights = dict.fromkeys(SCHEME.types, weight)
    before = logits.copy()
    some = KNOWN.raised(text, words, logits, weights)
    every = KNOWN.raised(text, words, logits, weights, least=0.0)
    assert decode(some, threshold=threshold, nested=0.4) == decode(every, threshold=threshold, nested=0.4)
    assert np.array_equal(before, logits), "what came in stays as it is"
    changed = {(int(i), int(w)) for i, w, _ in np.argwhere(every != logits)}
    assert changed == {(1, 1), (5, 0), (5, 1)}


def test_a_folder_without_names_or_weights_raises_nothing(tmp_path: Path) -> None:
    assert read_lexicon(tmp_path) == Lexicon({})
    flat = np.zeros((1, MAX_WORDS, SCHEME.width), dtype=np.float32)
    assert Lexicon({}).raised("YOLO", [(0, 4)], flat, {"Method": 1.0}) is flat
    assert KNOWN.raised("YOLO", [(0, 4)], flat, {}) is flat


def test_a_lexicon_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_lexicon(KNOWN, tmp_path)
    assert read_lexicon(tmp_path) == KNOWN


@pytest.mark.parametrize(
    ("content", "said"),
    [(b"no archive", "no table"), (lzma.compress(b"name\n"), "no table"), (lzma.compress(b"name\tThing\n"), "Thing")],
)
def test_a_lexicon_that_is_none_is_refused_with_the_reason(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / LEXICON).write_bytes(content)
    with pytest.raises(ModelError, match=said):
        read_lexicon(tmp_path)


def test_weights_of_unknown_types_are_refused(tmp_path: Path) -> None:
    config = json.loads((SHIPPED / "config.json").read_text(encoding="utf-8"))
    (tmp_path / "config.json").write_text(json.dumps({**config, "lexicon": {"Thing": 1.0}}), encoding="utf-8")
    with pytest.raises(ModelError, match="Thing"):
        read_settings(tmp_path)


def test_a_model_without_its_lexicon_is_another_model_and_works(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(SHIPPED, folder, ignore=shutil.ignore_patterns(LEXICON, "relations.onnx"))
    assert read_settings(folder).version != read_settings(SHIPPED).version
    paper = Paper("p", "Object detection on a Jetson Nano", "We run a small detector on the board at 30 FPS.")
    ((_, findings),) = find(load(folder, threads=1), [paper])
    assert "Jetson Nano" in {mention.text for mention in findings.mentions}
