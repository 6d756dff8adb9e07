"""No accuracy is in hertz: which metrics a unit fits, and which it implies where none is named."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.extract.dimensions import fits, implied
from kg.extract.measures import standard
from kg.extract.quantities import quantities

#: A value of each dimension that has metrics of its own, its standard unit, a metric it fits, and one it does not.
DIMENSIONS = [
    ("35 ms", "s", "inference latency", "accuracy"),
    ("2 GHz", "Hz", "clock frequency", "accuracy"),
    ("30 fps", "fps", "frame rate", "mAP"),
    ("12 mW", "W", "power consumption", "latency"),
    ("3 pJ", "J", "energy per inference", "F1-score"),
    ("4 KB", "B", "memory footprint", "accuracy"),
    ("12 GB/s", "B/s", "bandwidth", "recall"),
    ("30 GOPS", "op/s", "peak throughput", "latency"),
    ("2.5 TOPS/W", "op/J", "energy efficiency", "accuracy"),
    ("36 km/h", "m/s", "flight speed", "precision"),
    ("12.5 mm2", "m^2", "chip area", "power"),
    ("1.2 V", "V", "supply voltage", "power"),
    ("3 N", "N", "grip force", "accuracy"),
]
UNITS = [unit for _, unit, _, _ in DIMENSIONS]
FREE = ["%", "x", "points", "dB", "BLEU", "bit", "no such unit", ""]
NAMES = st.text(st.characters(codec="ascii", categories=["L", "N", "P", "Zs"]), max_size=20)


@pytest.mark.parametrize(("value", "unit", "metric", "other"), DIMENSIONS, ids=UNITS)
def test_values_have_units_that_fit_their_metrics_and_no_others(value: str, unit: str, metric: str, other: str) -> None:
    (quantity,) = quantities(value)
    measured = standard(quantity)
    assert measured is not None
    assert measured[2] == unit
    assert fits(metric, unit)
    assert not fits(other, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_the_metric_that_a_unit_implies_fits_it(unit: str) -> None:
    name = implied(unit, "")
    assert name is not None
    assert fits(name, unit)


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_implies_the_same_whatever_follows(unit: str) -> None:
    assert implied(unit, " faster than others") == implied(unit, ", on average") == implied(unit, "")


@given(NAMES, st.sampled_from(FREE))
def test_any_metric_can_be_in_per_cent_or_a_ratio(name: str, unit: str) -> None:
    assert fits(name, unit)
    if unit != "x":
        assert implied(unit, name) is None


@given(NAMES, NAMES, st.sampled_from(UNITS))
def test_more_words_and_other_cases_never_unfit_a_metric(name: str, more: str, unit: str) -> None:
    if fits(name, unit):
        assert fits(f"{name} {more}", unit)
        assert fits(f"{more} {name}", unit)
        assert fits(name.upper(), unit)


@pytest.mark.parametrize(
    ("metric", "unit"),
    [
        ("Latency", "s"), ("response times", "s"), ("GOPs", "op/s"), ("frames per second", "fps"),
        ("energy-delay product", "J"), ("FPS", "Hz"), ("model size", "B"),
    ],
)  # fmt: skip
def test_metrics_fit_as_papers_write_them(metric: str, unit: str) -> None:
    assert fits(metric, unit)


@pytest.mark.parametrize(
    ("metric", "unit"), [("inference latencies", "s"), ("latencies", "s"), ("frequencies", "Hz"), ("energies", "J")]
)
def test_plurals_in_ies_fit_as_their_singulars_do(metric: str, unit: str) -> None:
    assert fits(metric, unit)


@pytest.mark.parametrize("metric", ["overtime wages", "timeliness", "powerful", "", "42", "µ"])
def test_a_word_within_a_word_is_not_that_word(metric: str) -> None:
    assert not fits(metric, "W")
    assert not fits(metric, "s")


@pytest.mark.parametrize(
    ("after", "name"),
    [
        (" faster than YOLOv3", "speedup"),
        (" as fast as before", "speedup"),
        (" speedup", "speedup"),
        (" speed-up over", "speedup"),
        (" acceleration", "speedup"),
        (" times faster", "speedup"),
        (" smaller", None),
        (" less energy", None),
        (" fastened to", None),
        (", and faster", None),
        ("", None),
    ],
)
def test_a_ratio_implies_a_speedup_only_where_the_next_words_say_so(after: str, name: str | None) -> None:
    assert implied("x", after) == name
