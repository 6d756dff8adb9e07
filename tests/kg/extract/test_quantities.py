"""Numbers with their units, where they stand."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.quantities import quantities


def found(text: str) -> list[tuple[str, float, float | None, str | None]]:
    made = quantities(text)
    for quantity in made:
        assert text[quantity.start : quantity.end] == quantity.text
    return [(q.text, q.number, q.high, q.unit) for q in made]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It has 25M weights.", ("25M", 25e6, None, None)),
        ("It has 64k of them.", ("64k", 64e3, None, None)),
        ("It has a 7B model.", ("7B", 7e9, None, None)),
        ("It reads 1.5 million words.", ("1.5 million", 1.5e6, None, None)),
        ("It reads 40 000 words.", ("40 000", 40e3, None, None)),
        ("It reads 1,234.5 words.", ("1,234.5", 1234.5, None, None)),
        ("It takes 300M FLOPs.", ("300M FLOPs", 300e6, None, "FLOPs")),
        ("It takes $2.4 \\times 10^{-19}$ J.", ("$2.4 \\times 10^{-19}$ J", 2.4e-19, None, "J")),
        ("It takes 10^5 steps.", ("10^5", 1e5, None, None)),
        ("It takes sub-20 ns.", ("20 ns", 20.0, None, "ns")),
        ("It takes $\\sim4 pJ$.", ("4 pJ", 4.0, None, "pJ")),
        ("It takes 12.7-pJ/SOP here.", ("12.7-pJ/SOP", 12.7, None, "pJ/SOP")),
        ("It takes 3 /spl mu/s.", ("3 /spl mu/s", 3.0, None, "/spl mu/s")),
        ("It is 0.5-mm$^2$ large.", ("0.5-mm$^2$", 0.5, None, "mm$^2")),
        ("It gives 3 TOPS/W.", ("3 TOPS/W", 3.0, None, "TOPS/W")),
        ("It gives 20 images per second.", ("20 images per second", 20.0, None, "images per second")),
        ("It gives 20 images.", ("20", 20.0, None, None)),
        ("It is at 4 K.", ("4 K", 4.0, None, "K")),
        ("It is at 4K.", ("4K", 4e3, None, None)),
        ("It is at 20 °C.", ("20 °C", 20.0, None, "°C")),
        ("It gains −3.5%.", ("−3.5%", -3.5, None, "%")),
        ("It gains 3-5%.", ("3-5%", 3.0, 5.0, "%")),
        ("It gains 11−25%.", ("11−25%", 11.0, 25.0, "%")),
        ("It gains 5% to 20%.", ("5% to 20%", 5.0, 20.0, "%")),
        ("It gains between 20 and 40%.", ("20 and 40%", 20.0, 40.0, "%")),
        ("It ranges from 15 Hz to 24 Hz.", ("15 Hz to 24 Hz", 15.0, 24.0, "Hz")),
        ("It fell from 51 to 21 minutes.", ("51 to 21 minutes", 21.0, 51.0, "minutes")),
        ("It has 3-5 million users.", ("3-5 million", 3e6, 5e6, None)),
        ("It weighs 31.8 ± 1.2 N.", ("31.8 ± 1.2 N", 31.8, None, "N")),
    ],
)
def test_one_number(text: str, expected: tuple[str, float, float | None, str | None]) -> None:
    assert found(text) == [expected]


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("It rose from 20.5% to 71.8%.", ["20.5%", "71.8%"]),
        ("It takes 5% and 20%.", ["5%", "20%"]),
        ("It shrank from 2.4 MB to 0.9 MB.", ["2.4 MB", "0.9 MB"]),
        ("It takes 3 W to 5 Hz.", ["3 W", "5 Hz"]),
    ],
)
def test_two_figures_are_no_range(text: str, numbers: list[str]) -> None:
    assert [text for text, *_ in found(text)] == numbers


@pytest.mark.parametrize("text", ["The 3D scan", "ResNet-50", "x_2", "1080p", "1.3MP", "It is the 4th."])
def test_parts_of_words_are_no_numbers(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(
    "row",
    [
        "9" * 20_000 + "a",
        "1," * 10_000,
        "1 000" * 4_000,
        "1-" * 10_000,
        "10^" * 7_000,
        "９" * 9_000 + "a",
        "1e" * 9_000,
    ],
)
def test_long_rows_cost_no_more_than_their_length(row: str) -> None:
    started = time.process_time()
    quantities(row)
    assert time.process_time() - started < 5


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=60), st.text(alphabet="0123456789.,%x×$-−± ^{}eEkMGBWs/\\timesto", max_size=60)))
def test_any_text_gives_finite_numbers_where_they_stand(text: str) -> None:
    for _, number, high, _ in found(text):
        assert abs(number) < float("inf")
        assert high is None or number <= high < float("inf")
