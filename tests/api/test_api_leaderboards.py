"""Leaderboards of datasets and measurements of hardware, compared with what was put into the small graph."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_graph import ARTICLES, MINT, Ask, Measured, paper, thing

from api.cursors import global_id
from api.figures import Figure, ranked
from api.measures import dimension_of, lowest_is_best
from api.vocabulary import Dimension, FigureOrder
from kg.store import GraphStore

FIGURES = """{ totalCount order units { unit count } edges { rank number unit node {
    value number unit standardUnit change direction status confidence method { name } metric { name }
    hardware { name } paper { iri year } quotes { text } } } }"""
BOARD = f"""query($d: String!, $m: String!, $u: String, $c: Boolean! = false, $h: Boolean, $s: Float, $o: FigureOrder) {{
    c: leaderboard(dataset: $d, metric: $m, unit: $u, change: $c, hedged: $h, minConfidence: $s, order: $o) {FIGURES} }}"""
MEASURED = f"""query($w: String!, $d: Dimension, $n: Boolean! = true, $u: String, $c: Boolean! = false, $o: FigureOrder) {{
    c: measurements(hardware: $w, dimension: $d, includeNarrower: $n, unit: $u, change: $c, order: $o) {FIGURES} }}"""


def _values(answer: dict[str, Any]) -> list[str]:
    assert answer["c"]["totalCount"] == len(answer["c"]["edges"])
    return [edge["node"]["value"] for edge in answer["c"]["edges"]]


def test_a_leaderboard_has_the_methods_by_value_each_with_paper_and_sentence(ask: Ask) -> None:
    found = ask(BOARD, d="ImageNet", m="accuracy")["c"]
    assert [(edge["rank"], edge["node"]["method"]["name"], edge["node"]["value"]) for edge in found["edges"]] == [
        (1, "ResNet", "96.43%"),
        (2, "convolutional neural network", "91%"),
        # equal values, in whatever words, share a rank, and the surer stands first
        (3, "pruning", "70.1 percent"),
        (3, "ResNet", "70.1%"),
        # bare numbers are ranked by themselves
        (1, "convolutional neural network", "0.85"),
    ]
    assert found["order"] == "HIGHEST"
    assert found["units"] == [{"unit": "%", "count": 4}, {"unit": None, "count": 1}]
    best = found["edges"][0]
    assert (best["number"], best["unit"]) == (96.43, "%")
    assert best["node"]["paper"] == {"iri": paper(0), "year": 2016}
    assert best["node"]["quotes"] == [{"text": "We reach 96.43%."}]
    assert [edge["node"]["status"] for edge in found["edges"]].count("HEDGED") == 1


@pytest.mark.parametrize(
    ("dataset", "metric"),
    [
        ("ilsvrc", "ACCURACY"),
        (thing("imagenet"), thing("accuracy")),
        (global_id("Entity", thing("imagenet")), " accuracy "),
    ],
)
def test_dataset_and_metric_go_by_name_alias_iri_or_global_id(ask: Ask, dataset: str, metric: str) -> None:
    assert ask(BOARD, d=dataset, m=metric) == ask(BOARD, d="ImageNet", m="accuracy")


@pytest.mark.parametrize(
    ("wanted", "values"),
    [
        ({"u": "%"}, ["96.43%", "91%", "70.1 percent", "70.1%"]),
        ({"u": "percent"}, ["70.1 percent"]),
        ({"u": ""}, ["0.85"]),
        ({"u": "W"}, []),
        ({"h": True}, ["91%"]),
        ({"h": False, "u": "%"}, ["96.43%", "70.1 percent", "70.1%"]),
        ({"s": 0.85}, ["70.1 percent"]),
        ({"c": True}, ["28%"]),
        ({"o": "LOWEST"}, ["70.1 percent", "70.1%", "91%", "96.43%", "0.85"]),
    ],
)
def test_a_leaderboard_is_filtered_and_turned_round(ask: Ask, wanted: dict[str, object], values: list[str]) -> None:
    assert _values(ask(BOARD, d="ImageNet", m="accuracy", **wanted)) == values


def test_of_an_error_the_lowest_comes_first_and_of_a_range_its_worse_end_counts(ask: Ask) -> None:
    found = ask(BOARD, d="ImageNet", m="top-5 error")
    assert found["c"]["order"] == "LOWEST"
    assert [(edge["node"]["value"], edge["number"]) for edge in found["c"]["edges"]] == [
        ("3.57%", 3.57),
        ("19.7-20.1%", 20.1),
    ]
    turned = ask(BOARD, d="ImageNet", m="top-5 error", o="HIGHEST")["c"]["edges"]
    assert [edge["number"] for edge in turned] == [19.7, 3.57]


@pytest.mark.parametrize("name", ["no such thing", "", "ex:none", "{{roots}}", '") } #', "GPU"])
def test_what_nothing_is_called_has_an_empty_list(ask: Ask, name: str) -> None:
    for document, variables in (
        (BOARD, {"d": name, "m": "accuracy"}),
        (BOARD, {"d": "ImageNet", "m": name}),
        (MEASURED, {"w": name if name != "GPU" else "ImageNet"}),
    ):
        found = ask(document, **variables)["c"]
        assert (found["totalCount"], found["edges"], found["units"]) == (0, [], [])


def test_a_leaderboard_is_reached_from_its_dataset(ask: Ask) -> None:
    query = f'query($n: String!) {{ entity(name: $n) {{ c: leaderboard(metric: "accuracy") {FIGURES} }} }}'
    assert ask(query, n="ImageNet")["entity"]["c"] == ask(BOARD, d="ImageNet", m="accuracy")["c"]
    assert ask(query, n="SQuAD")["entity"]["c"]["totalCount"] == 0
    assert ask(query, n="ResNet")["entity"]["c"]["totalCount"] == 0


@pytest.mark.parametrize(
    ("hardware", "wanted", "values"),
    [
        ("edge device", {"d": "THROUGHPUT"}, ["21.5 fps"]),
        ("edge device", {"d": "LATENCY"}, ["46.5 ms", "1.2 s"]),
        ("edge device", {"d": "POWER"}, ["3500 mW", "10 W"]),
        ("edge device", {"d": "ENERGY"}, ["12-15 mJ"]),
        ("edge device", {"d": "MEMORY"}, ["2 GB"]),
        ("edge device", {"d": "ACCURACY"}, ["70.1%"]),
        ("computing device", {"d": "ACCURACY"}, ["70.1%", "63.4 mAP"]),
        ("edge device", {"d": "LATENCY", "n": False}, []),
        ("edge device", {"d": "ENERGY", "n": False}, ["12-15 mJ"]),
        ("Raspberry Pi", {"d": "LATENCY"}, ["1.2 s"]),
        ("edge hardware", {"d": "LATENCY", "o": "HIGHEST"}, ["1.2 s", "46.5 ms"]),
        ("edge device", {"d": "POWER", "u": "mW"}, ["3500 mW"]),
        ("tensor processing unit", {"d": "THROUGHPUT"}, ["92 TOPS"]),
        ("tpu", {"d": "FREQUENCY"}, ["700 MHz"]),
        ("tpu", {"d": "EFFICIENCY", "c": True}, ["30-80x"]),
        ("gpu", {"d": "LATENCY", "c": True}, ["4x"]),
        ("computing device", {"c": True}, ["4x", "30-80x"]),
        # without a dimension each unit has its own order: the least power and time, the highest rate
        ("edge device", {}, ["70.1%", "2 GB", "12-15 mJ", "3500 mW", "10 W", "21.5 fps", "46.5 ms", "1.2 s"]),
        ("sensor", {}, []),
    ],
)
def test_measurements_of_hardware_and_of_what_is_narrower(
    ask: Ask, hardware: str, wanted: dict[str, object], values: list[str]
) -> None:
    assert _values(ask(MEASURED, w=hardware, **wanted)) == values


def test_measurements_count_in_standard_units_and_name_method_and_device(ask: Ask) -> None:
    found = ask(MEASURED, w="edge device", d="LATENCY")["c"]
    assert [(edge["number"], edge["unit"]) for edge in found["edges"]] == [(0.0465, "s"), (1.2, "s")]
    assert [edge["node"]["hardware"]["name"] for edge in found["edges"]] == ["Jetson Nano", "Raspberry Pi"]
    assert [edge["node"]["method"]["name"] for edge in found["edges"]] == ["YOLO", "ResNet"]
    query = f"query($n: String!) {{ entity(name: $n) {{ c: measurements(dimension: LATENCY) {FIGURES} }} }}"
    assert ask(query, n="edge device")["entity"]["c"] == found
    assert ask(MEASURED, w="edge device")["c"]["order"] is None
    # An increase and a decrease are no rivals.
    changes = ask(MEASURED, w="computing device", c=True)["c"]["edges"]
    assert [(edge["rank"], edge["node"]["direction"]) for edge in changes] == [(1, "DECREASE"), (1, "INCREASE")]


def test_all_results_with_hardware_are_measurements_once(ask: Ask) -> None:
    # A Jetson Nano is an edge device in two graphs, and below the computing device by them.
    wanted = sorted(
        MINT.result(article.id, 0, 0).rpartition("/")[0] + result.value
        for article in ARTICLES
        for result in article.results
        if result.hardware
    )
    query = 'query($c: Boolean!) { c: measurements(hardware: "computing device", change: $c, first: 100) { edges { node { iri value } } } }'
    nodes = [edge["node"] for change in (True, False) for edge in ask(query, c=change)["c"]["edges"]]
    assert sorted(node["iri"].rpartition("/")[0] + node["value"] for node in nodes) == wanted


def test_the_number_of_queries_does_not_grow_with_the_number_of_leaderboards(ask: Ask, store: GraphStore) -> None:
    query = """query($first: Int!) { entities(type: DATASET, orderBy: PAPERS, first: $first) { edges { node {
        accuracy: leaderboard(metric: "accuracy") { edges { rank node { value method { name } } } }
        error: leaderboard(metric: "top-5 error") { edges { rank node { value } } } } } } }"""

    def asked(document: str, **variables: object) -> int:
        before = store.query_count
        ask(document, **variables)
        return store.query_count - before

    # The page, its datasets, both metrics by name, what is known of those, all figures, their results, and methods.
    assert asked(query, first=1) == asked(query, first=4) <= 7
    devices = """query($first: Int!) { entities(type: HARDWARE, broader: "computing device", first: $first) {
        edges { node { measurements { edges { node { value } } } } } } }"""
    assert asked(devices, first=2) == asked(devices, first=5)
    # Names of both, metric's name, figures, results; papers and quotes, and methods.
    assert asked(BOARD, d="ImageNet", m="accuracy") <= 8


def test_a_figure_of_an_older_graph_is_compared_in_the_unit_it_is_written_in() -> None:
    written = Figure("ex:a", None, None, "", 3.0, 3.0, "GOPS", "GOPS", False, "", False, 0.5)
    assert dimension_of(written.unit, written.metric_name, change=False) is None
    (row,) = ranked([written], None)
    assert (row.rank, row.number) == (1, 3.0)


@settings(max_examples=40, deadline=None)
@given(
    values=st.lists(st.tuples(st.integers(-3, 3), st.integers(0, 2), st.sampled_from(["", "%", "s"])), max_size=12),
    order=st.sampled_from([None, *FigureOrder]),
    seed=st.integers(0, 99),
)
def test_ranks_tell_how_many_are_better_whatever_the_order_they_came_in(
    values: list[tuple[int, int, str]], order: FigureOrder | None, seed: int
) -> None:
    figures = [
        Figure(f"ex:{place}", None, None, "", float(low), float(low + wide), unit, unit, False, "", False, 0.5)
        for place, (low, wide, unit) in enumerate(values)
    ]
    rows = ranked(figures, order)
    random.Random(seed).shuffle(figures)
    assert ranked(figures, order) == rows
    assert [row.key for row in rows] == sorted({row.key for row in rows})
    for row in rows:
        lowest = order is FigureOrder.LOWEST or (order is None and row.figure.unit == "s")
        assert row.number == (row.figure.high if lowest else row.figure.low)
        rivals = [other.number for other in rows if other.figure.unit == row.figure.unit]
        better = [number for number in rivals if (number < row.number if lowest else number > row.number)]
        assert row.rank == len(better) + 1


@pytest.mark.parametrize(
    ("name", "lowest"),
    [
        ("error rate", True), ("WER", True), ("mean squared error", True), ("training loss", True), ("MAE", True),
        ("perplexity", True), ("energy", True), ("memory footprint", True), ("FLOPs", True), ("FID", True),
        ("Runtime", True), ("inference time", True), ("probability of misclassification", True), ("area", True),
        ("top-1", False), ("F1-score", False), ("BLEU", False), ("energy efficiency", False), ("AUROC", False),
        ("area under the curve", False), ("error detection accuracy", False), ("computing power", False),
        ("throughput", False), ("memory bandwidth", False), ("speedup", False), ("power saving", False),
    ],
)  # fmt: skip
def test_which_metrics_are_better_low(name: str, lowest: bool) -> None:
    assert lowest_is_best(name) == lowest_is_best(name.upper()) == lowest


@pytest.mark.parametrize(
    ("unit", "dimension"),
    [
        ("op/s", Dimension.THROUGHPUT), ("image/s", Dimension.THROUGHPUT), ("B/s", Dimension.THROUGHPUT), ("op/J", Dimension.EFFICIENCY),
        ("frame/J", Dimension.EFFICIENCY), ("MAC/s/W", Dimension.EFFICIENCY), ("s/frame", Dimension.LATENCY), ("J/inference", Dimension.ENERGY),
        ("J/op", Dimension.ENERGY), ("m/s", None), ("deg/s", None), ("bit", None), ("m^2", None), ("W/m^2", None), ("x", None), ("", None),
    ],
)  # fmt: skip
def test_what_units_measure(unit: str, dimension: Dimension | None) -> None:
    assert dimension_of(unit, "", change=False) is dimension


def test_the_small_graph_has_each_kind_of_figure() -> None:
    results: list[Measured] = [result for article in ARTICLES for result in article.results]
    for kind in ("high", "change", "hedged", "compared", "standard_unit"):
        assert {bool(getattr(result, kind)) for result in results} == {True, False}
