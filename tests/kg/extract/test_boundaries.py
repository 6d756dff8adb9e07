"""Where a mention begins and ends."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.boundaries import bare, dangling


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("(CNN)", "CNN"),
        ("convolutional network (CNN", "convolutional network"),
        ("CNN)", "CNN"),
        ("CNN) and", "CNN) and"),
        ("f(x)", "f(x)"),
        ("“ImageNet”", "ImageNet"),
        ("- the camera,", "the camera"),
        ("network (CNN)", "network (CNN)"),
        ("[LSTM", "LSTM"),
        ("((", ""),
        ("()", ""),
        ("", ""),
    ],
)
def test_signs_at_the_ends_belong_to_the_sentence(text: str, wanted: str) -> None:
    start, end = bare(f"x{text}y", 1, 1 + len(text))
    assert f"x{text}y"[start:end] == wanted


@given(st.text(alphabet="ab ()[].,-“”'", max_size=20))
def test_bare_ranges_lie_within_and_are_done(text: str) -> None:
    start, end = bare(text, 0, len(text))
    assert 0 <= start <= end <= len(text)
    assert bare(text, start, end) == (start, end)


@pytest.mark.parametrize(
    "text", ["deep neural", "few-shot", "transformer-based", "pre-trained", "networks of the", "--", ""]
)
def test_a_phrase_whose_noun_is_missing_dangles(text: str) -> None:
    assert dangling(text)


@pytest.mark.parametrize(
    "text", ["deep neural network", "few-shot learning", "BERT", "F1", "卷积", "weekend", "autoscale", "C++"]
)
def test_a_whole_name_does_not_dangle(text: str) -> None:
    assert not dangling(text)
