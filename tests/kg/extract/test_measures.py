"""Figures in common units; changes told from values; what a figure is set against."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.comparisons import change, compared
from kg.extract.measures import standard
from kg.extract.quantities import Quantity, quantities
from kg.model import Mention, Span

A = ("absolute", None)
U = ("change", "increase")
D = ("change", "decrease")
N = ("change", None)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1000 mW", (1.0, None, "W")),
        ("5 µW", (5e-6, None, "W")),
        ("3 milliwatts", (3e-3, None, "W")),
        ("35 ms", (0.035, None, "s")),
        ("3 $\\mu$s", (3e-6, None, "s")),
        ("2 hours", (7200.0, None, "s")),
        ("1-2 minutes", (60.0, 120.0, "s")),
        ("2 GHz", (2e9, None, "Hz")),
        ("6 Hertz", (6.0, None, "Hz")),
        ("30 frames per second", (30.0, None, "fps")),
        ("30 FPS", (30.0, None, "fps")),
        ("20 images/sec", (20.0, None, "image/s")),
        ("5 nJ/inference", (5e-9, None, "J/inference")),
        ("3 pJ/bit", (3e-12, None, "J/bit")),
        ("20 fJ/op", (2e-14, None, "J/op")),
        ("3 pJ/SOP", (3e-12, None, "J/SOP")),
        ("1 kWh", (3.6e6, None, "J")),
        ("30 GOPS", (3e10, None, "op/s")),
        ("30 GOP/s", (3e10, None, "op/s")),
        ("5 TOPs/s", (5e12, None, "op/s")),
        ("2 TFLOPs", (2e12, None, "op/s")),
        ("2 GFLOPs", (2e9, None, "op")),
        ("300M FLOPs", (3e8, None, "op")),
        ("5 petaFLOP/s", (5e15, None, "op/s")),
        ("2.5 TOPS/W", (2.5e12, None, "op/J")),
        ("2 GSOPS", (2e9, None, "SOP/s")),
        ("300M MACs", (3e8, None, "MAC")),
        ("12.5 mm2", (1.25e-5, None, "m^2")),
        ("12.5 mm$^2$", (1.25e-5, None, "m^2")),
        ("28 nm", (2.8e-8, None, "m")),
        ("36 km/h", (10.0, None, "m/s")),
        ("4 KB", (4000.0, None, "B")),
        ("4 KiB", (4096.0, None, "B")),
        ("8 kb", (1000.0, None, "B")),
        ("12 GB/s", (12e9, None, "B/s")),
        ("8 Gbps", (1e9, None, "B/s")),
        ("8-bit", (8.0, None, "bit")),
        ("300 K", (26.85, None, "degC")),
        ("20 °C", (20.0, None, "degC")),
        ("3 dB", (3.0, None, "dB")),
        ("5 grams", (0.005, None, "kg")),
        ("41.8%", (41.8, None, "%")),
        ("41.8\\%", (41.8, None, "%")),
        ("5 percent", (5.0, None, "%")),
        ("2 percentage points", (2.0, None, "points")),
        ("41 BLEU", (41.0, None, "BLEU")),
        ("3.5-4.6x", (3.5, 4.6, "x")),
        ("12.5-fold", (12.5, None, "x")),
        ("3 times", (3.0, None, "x")),
        ("3$\\times$", (3.0, None, "x")),
    ],
)
def test_units_of_one_dimension_become_one(text: str, expected: tuple[float, float | None, str]) -> None:
    (quantity,) = quantities(f"It has {text} here.")
    made = standard(quantity)
    assert made is not None
    assert made[2] == expected[2]
    assert made[0] == pytest.approx(expected[0], rel=1e-11)
    assert made[1] == (None if expected[1] is None else pytest.approx(expected[1], rel=1e-11))


@pytest.mark.parametrize("unit", [None, "", "/", "furlongs", "W/W/", "__import__('os')", "10**10**10", "K/s"])
def test_no_unit_and_unknown_ones_give_nothing(unit: str | None) -> None:
    assert standard(Quantity(0, 1, "1", 1.0, None, unit, 1)) is None


@settings(max_examples=60, deadline=None)
@given(
    st.floats(0.001, 1e6),
    st.sampled_from([("mW", "W"), ("ms", "s"), ("GOPS", "TOPS"), ("KB", "MB"), ("pJ/op", "nJ/op")]),
)
def test_a_thousand_of_the_smaller_are_one_of_the_larger(number: float, units: tuple[str, str]) -> None:
    small, large = (
        standard(Quantity(0, 1, "", n, None, u, 0)) for n, u in zip((number * 1000, number), units, strict=True)
    )
    assert small is not None and large is not None
    assert small[0] == pytest.approx(large[0], rel=1e-9)
    assert small[2] == large[2]


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=30), st.floats(allow_nan=False))
def test_no_unit_is_ever_read_as_an_expression(unit: str, number: float) -> None:
    made = standard(Quantity(0, 1, "1", number, None, unit, 1))
    assert made is None or abs(made[0]) < float("inf")


def place(text: str, figure: str) -> Span:
    start = text.index(figure)
    return Span(start, start + len(figure))


@pytest.mark.parametrize(
    ("text", "figure", "expected"),
    [
        ("It improves utilization by 41.8% in all runs.", "41.8%", U),
        ("We see a 41.8% improvement in utilization.", "41.8%", U),
        ("The core gives up to 57.13x higher throughput.", "57.13x", U),
        ("The cache reduces latency by 30%.", "30%", D),
        ("The new kernel is 2.1x faster.", "2.1x", U),
        ("It saves 40% energy.", "40%", D),
        ("It has 3.5-4.6x lower latency.", "3.5-4.6x", D),
        ("Recall improves from 91.2% to 94.5%.", "91.2%", A),
        ("Recall improves from 91.2% to 94.5%.", "94.5%", A),
        ("We obtain an accuracy of 96%.", "96%", A),
        ("It outperforms the baseline by 2.3 points.", "2.3 points", U),
        ("All this comes with only 1.2% accuracy loss.", "1.2%", D),
        ("The scheduler improves latency by 30%.", "30%", N),
        ("Latency improves by 30%.", "30%", N),
        ("A 30% improvement in latency is seen.", "30%", N),
        ("A 30% improvement in energy efficiency is seen.", "30%", U),
        ("It improves energy efficiency by 12x.", "12x", U),
        ("The drone flies at 35 Hz.", "35 Hz", A),
        ("The chip draws 20 mW while reaching 95% accuracy.", "20 mW", A),
        ("The chip draws 20 mW while reaching 95% accuracy.", "95%", A),
        ("Speedups of up to 3.2x are reached.", "3.2x", U),
        ("We reach a speedup of 4 times.", "4 times", U),
        ("It cuts power by 15% and area by 22%.", "15%", D),
        ("It cuts power by 15% and area by 22%.", "22%", D),
        ("Memory is reduced by 2.63x and 3.07x.", "2.63x", D),
        ("Memory is reduced by 2.63x and 3.07x.", "3.07x", D),
        ("It gives 40x and 11.5x higher throughput.", "40x", U),
        ("It gives 40x and 11.5x higher throughput.", "11.5x", U),
        ("The error rate drops to 3%.", "3%", A),
        ("The error rate drops by 3%.", "3%", D),
        ("Accuracy rises to 94%.", "94%", A),
        ("The model is 5% more accurate.", "5%", U),
        ("It needs 12% fewer parameters.", "12%", D),
        ("It runs with 5% less memory.", "5%", D),
        ("It takes less than 5 ms.", "5 ms", A),
        ("It uses more than 3 GB of memory.", "3 GB", A),
        ("We report a gain of 2.1%.", "2.1%", U),
        ("Gains are up to 6%.", "6%", U),
        ("There is a 0.3% drop in accuracy.", "0.3%", D),
        ("Quality degrades by 0.5%.", "0.5%", D),
        ("It adds an area overhead of 3%.", "3%", U),
        ("It adds a 3% area overhead.", "3%", U),
        ("The network is 10x smaller.", "10x", D),
        ("It is 3 times slower.", "3 times", D),
        ("We see a 12.5-fold increase in speed.", "12.5-fold", U),
        ("Energy falls by 20%.", "20%", D),
        ("It exceeds prior art by a margin of 4%.", "4%", U),
        ("A 3% margin over prior art is kept.", "3%", A),
        ("Accuracy stays within 1% of the original.", "1%", N),
        ("Its F1 of 0.91 beats all others.", "0.91", A),
        ("Training is accelerated by 2.5x.", "2.5x", U),
        ("It boosts throughput up to 60%.", "60%", U),
        ("We save up to 70% of the bandwidth.", "70%", D),
        ("A 1.5x speedup is found.", "1.5x", U),
        ("A 1.5x average speedup is found.", "1.5x", U),
        ("A compression ratio of 30x is found.", "30x", N),
        ("It shows 30% energy savings.", "30%", D),
        ("Power consumption of 2 W is low.", "2 W", A),
        ("The chip operates at 200 MHz with 5% loss of accuracy.", "200 MHz", A),
        ("The chip operates at 200 MHz with 5% loss of accuracy.", "5%", D),
        ("Recall is 88.1%, 3.2% higher than before.", "88.1%", A),
        ("Recall is 88.1%, 3.2% higher than before.", "3.2%", U),
        ("It lowers the error rate by 0.5 points.", "0.5 points", D),
        ("It yields a 4$\\times$ reduction in cost.", "4$\\times$", D),
        ("Power is reduced to 3 W at 30 fps.", "3 W", A),
        ("Power is reduced to 3 W at 30 fps.", "30 fps", A),
        ("The link drops 5% of the packets.", "5%", D),
        ("With a packet loss of 5% it works.", "5%", A),
        ("It yields reductions of 19.0\\% and 22.8\\% in cost.", "22.8\\%", D),
        ("Increasing depth, it scores 71%.", "71%", A),
        ("We beat it by 2 BLEU.", "2 BLEU", U),
        ("The unit has 3x energy efficiency.", "3x", N),
        ("It reaches 55% test accuracy and restoration adds +5.1% to it.", "+5.1%", U),
        ("It gives 4.9x/5.2x/6.2x lower latency.", "4.9x", D),
        ("It improves the score by 5 points for cars and 4 points for people.", "4 points", U),
        ("It comes with gains (in accuracy) of 7% in all.", "7%", U),
        ("With a small 0.01 average precision (AP) drop it is quick.", "0.01", D),
    ],
)
def test_a_change_is_told_from_a_value(text: str, figure: str, expected: tuple[str, str | None]) -> None:
    assert change(text, Span(0, len(text)), place(text, figure)) == expected


@pytest.mark.parametrize(
    ("text", "figure", "expected"),
    [
        ("OURS is 3x faster than BERT.", "3x", "BERT"),
        ("OURS has a 5% gain over BERT.", "5%", "BERT"),
        ("OURS saves 40% of the energy compared to the best BERT variant.", "40%", "BERT"),
        ("OURS reaches 94% versus BERT.", "94%", "BERT"),
        ("OURS is 3x better relative to GPT.", "3x", "GPT"),
        ("OURS outperforms BERT by 2.3 points.", "2.3 points", "BERT"),
        ("OURS outperforms BERT by 3% and GPT by 5%.", "3%", "BERT"),
        ("OURS outperforms BERT by 3% and GPT by 5%.", "5%", "GPT"),
        ("OURS is 3x faster than BERT and 4x faster than GPT.", "3x", "BERT"),
        ("OURS is 3x faster than BERT and 4x faster than GPT.", "4x", "GPT"),
        ("OURS is 3x and 4x faster than BERT and GPT, respectively.", "3x", "BERT"),
        ("OURS is 3x and 4x faster than BERT and GPT, respectively.", "4x", "GPT"),
        ("Compared with BERT, OURS is 30x faster.", "30x", "BERT"),
        ("OURS beats GPT by a margin of 4%.", "4%", "GPT"),
        ("OURS reaches 94%, a first.", "94%", None),
        ("OURS reaches 94% and runs longer than BERT.", "94%", None),
        ("OURS is 3x faster than others, and BERT is old.", "3x", None),
        ("OURS uses BERT with 94% accuracy.", "94%", None),
    ],
)
def test_a_figure_is_set_against_the_method_that_the_sentence_names(
    text: str, figure: str, expected: str | None
) -> None:
    sentence = Span(0, len(text))
    methods = [
        Mention(
            "p", *(spot := place(text, name), (spot.start, spot.end))[1], name, "Method", "mentions", 1.0, 1.0, sentence
        )
        for name in ("OURS", "BERT", "GPT")
        if name in text
    ]
    found = compared(text, sentence, place(text, figure), methods)
    assert (found.text if found else None) == expected


WORDS = st.sampled_from(
    [
        "improves",
        "by",
        "30%",
        "3x",
        "and",
        ",",
        "up to",
        "than",
        "BERT",
        "lower",
        "(",
        ")",
        "from",
        "to",
        "of",
        "1,1",
        "\n",
        "gain",
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.one_of(st.text(max_size=80), st.lists(WORDS, max_size=30).map(" ".join)))
def test_no_text_raises(text: str) -> None:
    sentence = Span(0, len(text))
    methods = [
        Mention("p", i, i + 4, "BERT", "Method", "mentions", 1.0, 1.0, sentence)
        for i in range(len(text))
        if text[i : i + 4] == "BERT"
    ]
    for quantity in quantities(text):
        value = Span(quantity.start, quantity.end)
        kind, direction = change(text, sentence, value)
        assert kind == "change" or direction is None
        found = compared(text, sentence, value, methods)
        assert found is None or found in methods
        made = standard(quantity)
        assert made is None or (abs(made[0]) < float("inf") and made[2])


@pytest.mark.parametrize("part", ["1,", "1, ", "1x and ", "about an ", "by 3% for a and ", "than ", "(a) "])
def test_long_rows_are_read_in_no_time(part: str) -> None:
    text = part * 3000 + "5% " + part * 3000 + "BERT"
    start = text.index("5% ")
    sentence = Span(0, len(text))
    mention = Mention("p", len(text) - 4, len(text), "BERT", "Method", "mentions", 1.0, 1.0, sentence)
    started = time.process_time()
    change(text, sentence, Span(start, start + 2))
    compared(text, sentence, Span(start, start + 2), [mention])
    assert time.process_time() - started < 2
