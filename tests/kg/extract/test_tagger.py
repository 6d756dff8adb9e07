"""A model folder that does not fit is refused with the reason; what the network says of a text depends on it alone."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ModelError
from kg.extract import SHIPPED, read_settings
from kg.extract.encoding import Window
from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.tagger import LAYOUT, Settings, Tagger, joined
from kg.model import TYPES

FILES = ("model.onnx", "tokenizer.json", "config.json")
TEXTS = [
    ("A sparse accelerator", "We map a convolutional neural network onto a systolic array and measure latency."),
    ("Event cameras for drones", ""),
    ("Long text", "Optical flow from an event camera runs on a Jetson Nano. " * 60),
    ("", ""),
]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model's folder, its large files as links, that a test may spoil."""
    for name in FILES:
        if not (SHIPPED / name).is_file():
            pytest.skip("the shipped model is not here")
    (tmp_path / "model.onnx").symlink_to(SHIPPED / "model.onnx")
    (tmp_path / "tokenizer.json").symlink_to(SHIPPED / "tokenizer.json")
    (tmp_path / "relations.onnx").symlink_to(SHIPPED / "relations.onnx")
    for name in ("config.json", "lexicon.tsv.xz"):
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    return tmp_path


@pytest.fixture(scope="module")
def tagger() -> Tagger:
    try:
        return Tagger(threads=1)
    except ModelError as error:
        pytest.skip(f"the shipped model is not here: {error}")


def changed(folder: Path, **settings: Any) -> None:
    file = folder / "config.json"
    file.write_text(json.dumps(json.loads(file.read_text(encoding="utf-8")) | settings), encoding="utf-8")


# Folders that fit


def test_a_copied_folder_is_the_same_model(folder: Path) -> None:
    assert read_settings(folder) == read_settings(SHIPPED)


def test_settings_are_those_of_the_file(folder: Path) -> None:
    changed(folder, name="other", threshold=0.4, nested=0.7, calibration={"Task": [1, -0.5]}, role_calibration={})
    settings = read_settings(folder)
    assert (settings.name, settings.threshold, settings.nested) == ("other", 0.4, 0.7)
    assert (settings.calibration, settings.role_calibration) == ({"Task": (1.0, -0.5)}, {})


@pytest.mark.parametrize("name", FILES)
def test_the_version_follows_from_every_file(folder: Path, name: str) -> None:
    before = (folder / name).read_bytes()
    (folder / name).unlink()
    (folder / name).write_bytes(before + b"\n" * (name == "config.json") + b"\0" * (name != "config.json"))
    assert read_settings(folder).version != read_settings(SHIPPED).version


# Folders that do not fit


@pytest.mark.parametrize("name", FILES)
def test_a_folder_without_one_of_its_files_is_refused(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(ModelError, match=f"there is no {name}") as refusal:
        Tagger(folder)
    assert refusal.value.folder == str(folder)


def test_an_empty_folder_and_none_are_refused(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(ModelError, match=r"there is no model\.onnx"):
            Tagger(folder)


@pytest.mark.parametrize("layout", [1, LAYOUT + 1, "2", None])
def test_another_layout_is_refused(folder: Path, layout: object) -> None:
    changed(folder, layout=layout)
    with pytest.raises(ModelError, match=f"its layout is {layout!r}, this code reads layout {LAYOUT}"):
        Tagger(folder)


def test_a_folder_of_the_time_when_words_had_tags_is_refused(folder: Path) -> None:
    old = {"layout": 1, "name": "minilm-mentions", "outside_bias": -0.4, "temperature": 1.2, "thresholds": {}}
    (folder / "config.json").write_text(json.dumps(old | {"tags": ["O", "B-Method", "I-Method"]}), encoding="utf-8")
    with pytest.raises(ModelError, match="its layout is 1"):
        Tagger(folder)


@pytest.mark.parametrize("types", [[*TYPES, "Material"], TYPES[:-1], TYPES[::-1], []])
def test_other_types_are_refused(folder: Path, types: list[str]) -> None:
    changed(folder, types=types)
    with pytest.raises(ModelError, match=r"its types are \[.*, this code reads \['Method'"):
        Tagger(folder)


@pytest.mark.parametrize("roles", [SCHEME.roles[:-1], SCHEME.roles[::-1], [*SCHEME.roles, ("Task", "solves")], []])
def test_other_roles_are_refused(folder: Path, roles: list[tuple[str, str]]) -> None:
    changed(folder, roles=roles)
    with pytest.raises(ModelError, match=r"its roles are \[.*, this code reads \[\('Method'"):
        Tagger(folder)


WRONG: dict[str, object] = {
    "threshold is a word": {"threshold": "high"},
    "threshold is null": {"threshold": None},
    "threshold is a list": {"threshold": [0.35]},
    "nested is an object": {"nested": {}},
    "calibration is a list": {"calibration": [1.0, 0.0]},
    "calibration is a number": {"calibration": 1.0},
    "a line is a number": {"calibration": {"Task": 1.0}},
    "a line has one number": {"calibration": {"Task": [1.0]}},
    "a line has three numbers": {"role_calibration": {"Task": [1.0, 0.0, 2.0]}},
    "a line is of words": {"role_calibration": {"Task": ["steep", "low"]}},
    "types is a number": {"types": 5},
    "roles is null": {"roles": None},
    "roles are numbers": {"roles": [1, 2]},
}


@pytest.mark.parametrize("case", WRONG)
def test_settings_of_the_wrong_kind_are_refused(folder: Path, case: str) -> None:
    changed(folder, **WRONG[case])  # type: ignore[arg-type]
    with pytest.raises(ModelError, match=r"config\.json is not as it must be"):
        Tagger(folder)


@pytest.mark.parametrize(
    "name", ["layout", "name", "types", "roles", "threshold", "nested", "calibration", "role_calibration"]
)
def test_a_setting_that_is_missing_is_named(folder: Path, name: str) -> None:
    file = folder / "config.json"
    config = json.loads(file.read_text(encoding="utf-8"))
    del config[name]
    file.write_text(json.dumps(config), encoding="utf-8")
    with pytest.raises(ModelError, match=f"'{name}'"):
        Tagger(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"3", b'"config"', b"\xff\xfe{}"])
def test_a_config_that_is_no_object_is_refused(folder: Path, content: bytes) -> None:
    (folder / "config.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"config\.json is not as it must be"):
        Tagger(folder)


def cut_short(network: bytes) -> bytes:
    return network[: len(network) // 2]


def emptied(network: bytes) -> bytes:
    return b""


def of_another_kind(network: bytes) -> bytes:
    return b"PK\x03\x04" + bytes(range(256))


@pytest.mark.parametrize("spoilt", [cut_short, emptied, of_another_kind])
def test_a_broken_network_is_refused(folder: Path, spoilt: Callable[[bytes], bytes]) -> None:
    network = (folder / "model.onnx").read_bytes()
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").write_bytes(spoilt(network))
    with pytest.raises(ModelError, match="the network cannot be loaded"):
        Tagger(folder)


@pytest.mark.parametrize("width", [SCHEME.width - 1, SCHEME.width + 1, 2 * SCHEME.width])
def test_a_network_with_another_width_is_refused(folder: Path, width: int) -> None:
    onnx = pytest.importorskip("onnx", reason="making a network takes the package onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    shape = [1, "words", MAX_WORDS, width]
    given_, made = (
        helper.make_tensor_value_info("ids", kind, shape),
        helper.make_tensor_value_info("spans", kind, shape),
    )
    graph = helper.make_graph([helper.make_node("Identity", ["ids"], ["spans"])], "small", [given_], [made])
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    (folder / "model.onnx").unlink()
    (folder / "model.onnx").write_bytes(network.SerializeToString())
    with pytest.raises(
        ModelError, match=rf"the network gives \[{MAX_WORDS}, {width}\], this code reads .*{SCHEME.width}"
    ):
        Tagger(folder)


# Calibration

#: No mention is found with less, and none is said to be impossible.
_PROBABILITY = st.floats(0.01, 1)
_SLOPE, _INTERCEPT = st.floats(0.05, 90), st.floats(-8, 8)


def calibrated(slope: float, intercept: float) -> Settings:
    return Settings("", "", calibration={"Task": (slope, intercept)}, role_calibration={"Metric": (slope, intercept)})


@given(_PROBABILITY, _SLOPE, _INTERCEPT)
def test_a_type_without_a_line_keeps_its_probability(probability: float, slope: float, intercept: float) -> None:
    settings = calibrated(slope, intercept)
    assert settings.calibrated("Metric", probability) == round(probability, 2)
    assert settings.calibrated_role("Task", probability) == round(probability, 2)
    assert Settings("", "").calibrated("Task", probability) == round(probability, 2)


@given(_PROBABILITY)
def test_a_line_of_slope_one_through_the_origin_changes_nothing(probability: float) -> None:
    assert calibrated(1.0, 0.0).calibrated("Task", probability) == pytest.approx(probability, abs=0.0051)


@given(_PROBABILITY, _PROBABILITY, _SLOPE, _INTERCEPT)
def test_who_was_surer_stays_surer(one: float, other: float, slope: float, intercept: float) -> None:
    settings = calibrated(slope, intercept)
    low, high = sorted((one, other))
    assert settings.calibrated("Task", low) <= settings.calibrated("Task", high)
    assert settings.calibrated_role("Metric", low) <= settings.calibrated_role("Metric", high)


@given(_PROBABILITY, st.floats(-20, 20), _INTERCEPT)
def test_what_is_calibrated_is_a_probability_of_two_decimals(
    probability: float, slope: float, intercept: float
) -> None:
    found = calibrated(slope, intercept).calibrated("Task", probability)
    assert 0 <= found <= 1
    assert found == round(found, 2)


@given(st.floats(0.02, 0.98), _INTERCEPT)
def test_a_higher_intercept_never_makes_less_sure(probability: float, intercept: float) -> None:
    lower, higher = calibrated(1.0, intercept), calibrated(1.0, intercept + 0.5)
    assert lower.calibrated("Task", probability) <= higher.calibrated("Task", probability)


# What the network says


def test_neither_threads_nor_neighbours_change_a_text_s_logits(tagger: Tagger) -> None:
    together = Tagger(threads=2).logits(TEXTS)
    for text, (spans, logits) in zip(TEXTS, together, strict=True):
        ((alone_spans, alone),) = tagger.logits([text])
        assert spans == alone_spans
        assert np.array_equal(logits, alone)


def test_the_order_of_the_texts_is_the_order_of_the_answers(tagger: Tagger) -> None:
    forth, back = tagger.logits(TEXTS), tagger.logits(TEXTS[::-1])[::-1]
    for (spans, logits), (other_spans, other) in zip(forth, back, strict=True):
        assert spans == other_spans
        assert np.array_equal(logits, other)


def test_each_word_has_the_logits_of_the_spans_that_it_begins(tagger: Tagger) -> None:
    for (title, abstract), (spans, logits) in zip(TEXTS, tagger.logits(TEXTS), strict=True):
        text = f"{title}\n{abstract}"
        assert logits.shape == (len(spans), MAX_WORDS, SCHEME.width)
        assert np.isfinite(logits).all()
        assert spans == sorted(set(spans))
        assert "".join(text[start:end] for start, end in spans) == "".join(text.split())


def test_no_texts_no_logits(tagger: Tagger) -> None:
    assert tagger.logits([]) == []


def window(first: int, last: int) -> Window:
    """Window over words first to last - 1, each of one letter and one space."""
    places = tuple(range(1, last - first + 1))
    spans = tuple((2 * word, 2 * word + 1) for word in range(first, last))
    return Window((0,) * (len(spans) + 2), (0,) * (len(spans) + 2), places, places, spans)


def filled(of: Window, value: float) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full((len(of.spans), MAX_WORDS, SCHEME.width), value, dtype=np.float32)


def test_a_word_of_two_windows_is_read_from_where_it_stands_farther_from_the_cut() -> None:
    one, two = window(0, 60), window(40, 100)
    spans, logits = joined([(one, filled(one, 1)), (two, filled(two, 2))])
    assert spans == [(2 * word, 2 * word + 1) for word in range(100)]
    assert logits.shape == (100, MAX_WORDS, SCHEME.width)
    assert [float(row[0, 0]) for row in logits] == [1.0] * 50 + [2.0] * 50


def test_the_words_of_one_window_are_as_the_network_gave_them() -> None:
    one = window(0, 7)
    spans, logits = joined([(one, filled(one, 3))])
    assert spans == list(one.spans)
    assert np.array_equal(logits, filled(one, 3))


@pytest.mark.parametrize("setting", [{"threshold": -0.1}, {"nested": 1.5}, {"threshold": float("nan")}])
def test_a_setting_out_of_range_is_refused(folder: Path, setting: dict[str, float]) -> None:
    changed(folder, **setting)
    with pytest.raises(ModelError, match=f"its {next(iter(setting))} is .*expected a number from 0 to 1"):
        Tagger(folder)


def test_a_broken_tokeniser_is_refused(folder: Path) -> None:
    (folder / "tokenizer.json").unlink()
    (folder / "tokenizer.json").write_text('{"version": "1.0"}')
    with pytest.raises(ModelError, match="the tokeniser cannot be loaded"):
        Tagger(folder)


def test_confidence_is_never_nothing() -> None:
    assert calibrated(1.0, -8.0).calibrated("Task", 0.5) == 0.01
