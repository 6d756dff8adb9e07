"""Figures that a reader would take for results, and numbers that a reader would not."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.extract.results import figures
from kg.model import Mention, Paper

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]


def found(marked: Marked, text: str) -> list[tuple[str, float, str | None, str | None]]:
    paper, mentions = marked(f"Title\n{text}")
    made = figures(paper.text, mentions)
    for figure in made:
        assert paper.text[figure.span.start : figure.span.end] == figure.value
        assert figure.sentence.start <= figure.span.start < figure.span.end <= figure.sentence.end
        assert 0 < figure.confidence <= 1
    return [(f.value, f.number, f.unit, f.metric.text if f.metric else None) for f in made]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It improves average {Metric|PE utilization} by 41.8%.", [("41.8%", 41.8, "%", "PE utilization")]),
        ("The drone flies at 35Hz on a 2W power budget.", [("35Hz", 35.0, "Hz", None), ("2W", 2.0, "W", None)]),
        ("We obtain an {Metric|F1-score} of 0.64.", [("0.64", 0.64, None, "F1-score")]),
        ("{Metric|Accuracy} is 93.4 and {Metric|recall} reaches 88.1.", [
            ("93.4", 93.4, None, "Accuracy"), ("88.1", 88.1, None, "recall")]),
        ("A 4.7x speedup and 12.5-fold less energy.", [("4.7x", 4.7, "x", None), ("12.5-fold", 12.5, "fold", None)]),
        ("It is $3.2\\times$ faster and 2.5$\\times$ smaller.", [
            ("$3.2\\times$", 3.2, "\\times", None), ("2.5$\\times$", 2.5, "\\times", None)]),
        ("It saves 50\\% of the time.", [("50\\%", 50.0, "\\%", None)]),
        ("The chip gives 1,234.5 GOPS/W at 20 mW and 3 μs.", [
            ("1,234.5 GOPS/W", 1234.5, "GOPS/W", None), ("20 mW", 20.0, "mW", None), ("3 μs", 3.0, "μs", None)]),
        ("Errors fall by −3.5% (±0.5%).", [("−3.5%", -3.5, "%", None), ("±0.5%", 0.5, "%", None)]),
        ("It takes 5 ms at 30 fps and 12 GB/s.", [
            ("5 ms", 5.0, "ms", None), ("30 fps", 30.0, "fps", None), ("12 GB/s", 12.0, "GB/s", None)]),
        ("It needs 7 percentage points or 5 per cent more.", [
            ("7 percentage points", 7.0, "percentage points", None), ("5 per cent", 5.0, "per cent", None)]),
    ],
)  # fmt: skip
def test_values_with_unit_and_metric(
    marked: Marked, text: str, expected: list[tuple[str, float, str | None, str | None]]
) -> None:
    assert found(marked, text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The {Metric|accuracy} was measured in 2019 and on 12 May 2020.",
        "The {Metric|accuracy}, as of May 12, at 2019-05-12 was good.",
        "A 64x64 array, a 64 x 64 array, 3 × 3 × 3 filters and 224 X 224 images.",
        "A $64\\times64$ array and a $3 \\times 3$ kernel.",
        "We use version 2.0, v2.0 and Python 3.9 for {Metric|accuracy}.",
        "There are 100s of images and 1000s of classes.",
        "In the 1990s and the 2010s it was slow.",
        "Top-5 {Metric|accuracy} is shown in Table 2 and Figure 3.",
        "The 95% confidence interval is wide.",
        "We keep 300 of 1200 images for {Metric|accuracy}.",
        "It costs $50 and has good {Metric|accuracy}.",
        "The {Method|ResNet 50} model and {Dataset|CIFAR 10} are known for {Metric|accuracy}.",
        "Numbers like 10^5 or x_2 or 1/3 say nothing of {Metric|accuracy}.",
    ],
)
def test_dates_sizes_versions_and_counts_are_no_figures(marked: Marked, text: str) -> None:
    assert found(marked, text) == []


def test_a_figure_is_of_the_nearest_metric_and_the_paper_s_own_method(marked: Marked) -> None:
    paper, mentions = marked(
        "Title\n{Method:proposes|Ours} beats {Method:comparesWith|BERT} with {Metric|BLEU} of 41.8 and {Metric|accuracy} of"
        " 91.5% on {Dataset:evaluatesOn|WMT14} on one {Hardware:runsOn|V100}. A third sentence has {Dataset|none}."
    )
    first, second = figures(paper.text, mentions)
    assert (first.metric.text, second.metric.text) == ("BLEU", "accuracy")
    for figure in (first, second):
        assert (figure.method.text, figure.dataset.text, figure.hardware.text) == ("Ours", "WMT14", "V100")
    assert first.confidence < second.confidence


@pytest.mark.parametrize(
    ("text", "metrics"),
    [
        ("{Metric|PE utilization} improves by 41.8% and {Metric|latency} by 42.6%.", ["PE utilization", "latency"]),
        ("An {Metric|AUROC} of 0.77, {Metric|accuracy} of 0.72.", ["AUROC", "accuracy"]),
        ("It has 74% {Metric|top-1 accuracy} and 91.2% {Metric|recall}.", ["top-1 accuracy", "recall"]),
        ("With {Metric|error} falling by 3%, 93% {Metric|accuracy} is reached.", ["error", "accuracy"]),
    ],
)
def test_a_value_is_not_given_to_the_metric_of_the_next_value(marked: Marked, text: str, metrics: list[str]) -> None:
    assert [metric for _, _, _, metric in found(marked, text)] == metrics


def test_a_metric_of_another_sentence_does_not_count(marked: Marked) -> None:
    assert found(marked, "We look at {Metric|accuracy}. A value of 0.64 is here.") == []


def test_digits_of_other_scripts_do_not_break_numbers(marked: Marked) -> None:
    assert found(marked, "It gains ３５% today.") == [("３５%", 35.0, "%", None)]
    assert found(marked, "It gains ٣٫٥% today.") == []


def test_endless_rows_of_digits_are_read_in_no_time_and_overflow_nothing(marked: Marked) -> None:
    started = time.perf_counter()
    assert found(marked, "9" * 20_000 + "a and " + "9" * 400 + "% and " + "1," * 5_000 + "% {Metric|accuracy}.") == []
    assert time.perf_counter() - started < 5


@settings(max_examples=80, deadline=None)
@given(st.text(alphabet="0123456789.,%x×$-−± sW\\tim(", max_size=40))
def test_any_row_of_signs_gives_finite_numbers_where_they_stand(marked: Marked, text: str) -> None:
    for _, number, _, _ in found(marked, text):
        assert abs(number) < float("inf")
