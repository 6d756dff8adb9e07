"""Pictures: no label lies on another, one graph gives one file, and what is drawn is what the graph says."""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kg.analytics import Edge, EntityNode, PaperNode, community_graph
from kg.errors import ExportError
from kg.export.drawing import COLOURS
from kg.network import nodes_and_edges
from kg.plot import FORMATS, PICTURES, THEMES, plot
from kg.plot import facts as found
from kg.store import GraphStore, read_nquads

pytest.importorskip("matplotlib", reason="the extra `plot` is not installed")

from kg.plot.apart import apart
from kg.plot.charts import draw_confidence, draw_entities, draw_hardware_years, draw_pairs
from kg.plot.facts import HardwareYears, Island, Map, Pairs
from kg.plot.islands import draw_map
from kg.plot.style import styled

ROOT = Path(__file__).resolve().parents[2]
LONG = "a name of many words that nobody would put on a picture as it is, were it not for a test"


@pytest.fixture(scope="module")
def reference() -> GraphStore:
    return GraphStore.in_memory(read_nquads(ROOT / "exports" / "papers.nq"))


# What is shown

PAPERS = [PaperNode(f"p/{n}", f"Paper {n}", 2019 + n if n else None) for n in range(4)]
ENTITIES = [
    EntityNode("h/gpu", "GPU", "Hardware"),
    EntityNode("h/chip", "processor", "Hardware"),
    EntityNode("h/watch", "smartwatch", "Hardware"),
    EntityNode("m/cnn", "CNN", "Method"),
]
EDGES = [
    Edge("h/gpu", "h/chip", "broader"),
    Edge("p/1", "h/gpu", "runsOn", 0.9, "p/1"),
    Edge("p/1", "h/chip", "runsOn", 0.9, "p/1"),
    Edge("p/3", "h/gpu", "mentions", 0.9, "p/3"),
    Edge("p/3", "h/watch", "runsOn", 0.9, "p/3"),
    Edge("p/0", "h/watch", "runsOn", 0.9, "p/0"),
    Edge("p/1", "m/cnn", "uses", 0.9, "p/1"),
    Edge("p/3", "m/cnn", "uses", 0.9, "p/3"),
    Edge("m/cnn", "h/gpu", "runsOn", 0.9, "p/1"),
]
NETWORK = (PAPERS, ENTITIES, EDGES)


def test_a_paper_counts_once_in_each_class_of_its_hardware() -> None:
    assert found.hardware_years(NETWORK) == HardwareYears(
        (2020, 2021, 2022), (("processor", (1, 0, 1)), ("smartwatch", (0, 0, 1))), dated=2, papers=3
    )


def test_hardware_in_a_circle_is_a_class_of_its_own() -> None:
    circle = (PAPERS, ENTITIES, [*EDGES, Edge("h/chip", "h/gpu", "subClassOf", 0.5, "p/1")])
    assert dict(found.hardware_years(circle).classes)["GPU"] == (1, 0, 1)


def test_methods_meet_hardware_and_all_that_it_is_a_kind_of() -> None:
    pairs = found.methods_by_hardware(NETWORK)
    assert (pairs.methods, pairs.hardware) == (("CNN",), ("GPU", "processor", "smartwatch"))
    assert pairs.papers == ((2, 2, 1),)
    assert pairs.stated == ((True, True, False),)


def test_claims_add_up_to_those_of_the_graph(reference: GraphStore) -> None:
    manifest = json.loads((ROOT / "exports" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert {kind: sum(counts) for kind, counts in found.confidences(reference).items()} == manifest["counts"]["claims"]


def test_the_map_has_every_linked_entity_and_its_bridges_are_those_of_the_papers(reference: GraphStore) -> None:
    network = nodes_and_edges(reference)
    shown = found.community_map(reference, network, most=1000)
    rows = reference.select("SELECT (COUNT(*) AS ?n) WHERE { ?e a skos:Concept ; kg:inCommunity ?c }")
    assert sum(island.members for island in shown.islands) == int(rows[0]["n"].value)
    assert all(len(island.types) == len(island.weights) == island.members for island in shown.islands)
    assert shown.bridges and all(weight > 0 for _, _, weight in shown.bridges)
    few = found.community_map(reference, network, most=3, most_dots=10)
    assert len(few.islands) == 3
    assert few.left_out == len(shown.islands) - 3
    assert all(len(island.types) <= 10 for island in few.islands)


def test_weights_inside_and_between_communities_add_up_to_those_of_the_graph() -> None:
    import networkx as nx

    graph = nx.les_miserables_graph()
    made = community_graph(graph, {node: index % 5 for index, node in enumerate(sorted(graph))})
    total = graph.size(weight="weight")
    assert math.fsum(made.nodes[n]["inside"] for n in made) + made.size(weight="weight") == pytest.approx(total)
    assert sum(made.nodes[n]["members"] for n in made) == len(graph)


def test_the_curves_are_those_that_the_benchmark_measured() -> None:
    measured = json.loads((ROOT / "exports" / "benchmarks" / "calibration.json").read_text(encoding="utf-8"))
    shown = json.loads(found.RELIABILITY.read_text(encoding="utf-8"))
    assert shown["model"] == measured["model"]
    for name, points in shown["reliability"].items():
        assert points == measured["reliability"][f"gold/dev, {name}"]


# How it is drawn

places = st.tuples(st.floats(-500, 500), st.floats(-500, 500))
boxes = st.tuples(st.floats(5, 150), st.floats(5, 150))


@given(st.lists(st.tuples(places, boxes), max_size=12), st.booleans())
@settings(max_examples=40, deadline=None)
def test_boxes_never_overlap_when_pushed_apart(given: list[Any], together: bool) -> None:
    where = [(0.0, 0.0) if together else place for place, _ in given]
    sizes = [size for _, size in given]
    centres = apart(where, sizes, gap=5)
    for first in range(len(given)):
        for second in range(first):
            room = (np.array(sizes[first]) + np.array(sizes[second])) / 2 + 5
            assert (np.abs(centres[first] - centres[second]) >= room - 1e-5).any()


def overlapping(figure: Any) -> list[tuple[str, str]]:
    """Pairs of level texts of a figure that lie on one another, or outside of it."""
    from matplotlib.text import Text

    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    texts = [
        (text.get_text(), text.get_window_extent(renderer))
        for text in figure.findobj(Text)
        if text.get_visible() and text.get_text().strip() and not text.get_rotation()
    ]
    bad = [(a, b) for n, (a, box) in enumerate(texts) for b, other in texts[:n] if box.shrunk(0.9, 0.7).overlaps(other)]
    frame = figure.bbox.padded(1)
    return bad + [
        (text, "the edge")
        for text, b in texts
        if b.x0 < frame.x0 or b.y0 < frame.y0 or b.x1 > frame.x1 or b.y1 > frame.y1
    ]


@pytest.mark.parametrize("theme", THEMES)
def test_no_label_lies_on_another_however_long_the_names_and_full_the_picture(theme: str) -> None:
    islands = tuple(
        Island(LONG[n:], 40 - n, ("Method", "Task") * 20, (1.0, 0.2) * 20, (float(n % 3), float(n))) for n in range(24)
    )
    top = {type_: [{"name": LONG, "papers": 10**6 - n} for n in range(8)] for type_ in COLOURS if type_ != "Paper"}
    years = HardwareYears(tuple(range(1960, 2027)), tuple((LONG, (9,) * 66 + (1234,)) for _ in range(10)), 9, 10)
    pairs = Pairs((LONG,) * 18, (LONG,) * 14, ((1234,) * 14,) * 18, ((True,) * 14,) * 18)
    with styled(theme) as look:
        for figure in (
            draw_map(Map(islands, ((0, 1, 2.0),), 3, 2), look),
            draw_entities(top, 10**7, look),
            draw_hardware_years(years, look),
            draw_pairs(pairs, look),
            draw_confidence(found.reliability(), {"roles": [10**6] * 10, "relations": [1] * 10}, look),
        ):
            assert overlapping(figure) == []


@pytest.mark.parametrize("theme", THEMES)
def test_text_stands_out_from_its_ground(theme: str) -> None:
    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    def contrast(one: str, other: str) -> float:
        low, high = sorted((luminance(one), luminance(other)))
        return (high + 0.05) / (low + 0.05)

    with styled(theme) as look:
        assert contrast(look.text, look.ground) >= 7  # WCAG 2.2, enhanced
        assert contrast(look.soft, look.ground) >= 4.5
        assert all(contrast(colour, look.ground) >= 2.2 for colour in COLOURS.values())


def test_every_picture_is_written_in_every_format_and_theme_without_a_date(
    reference: GraphStore, tmp_path: Path
) -> None:
    for theme, ground in (("light", "#ffffff"), ("dark", "#0d1117")):
        written = plot(reference, tmp_path, theme=theme)
        end = "" if theme == "light" else "-dark"
        assert [path.name for path in written] == [f"{name}{end}.{each}" for name in PICTURES for each in FORMATS]
        for path in written:
            content = path.read_bytes()
            if path.suffix == ".png":
                assert content.startswith(b"\x89PNG")
                assert b"matplotlib" not in content.lower()
            else:
                assert etree.fromstring(content).tag == "{http://www.w3.org/2000/svg}svg"
                assert ground in content.decode()
                assert b"dc:date" not in content


def test_one_graph_gives_one_file_whatever_the_order_of_quads_and_the_seed_of_hashes(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from kg.plot import plot; from kg.store import *;"
        f"quads = list(read_nquads(Path({str(ROOT / 'exports' / 'papers.nq')!r})));"
        "quads = quads[::-1] if sys.argv[2] == '2' else quads;"
        "plot(GraphStore.in_memory(quads), Path(sys.argv[1]))"
    )
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program, str(tmp_path / seed), seed],
            env={**os.environ, "PYTHONHASHSEED": seed},
            cwd=ROOT,
            check=True,
        )
    for path in sorted((tmp_path / "1").iterdir()):
        assert path.read_bytes() == (tmp_path / "2" / path.name).read_bytes(), path.name


def test_an_empty_graph_has_pictures_that_say_so(tmp_path: Path) -> None:
    assert len(plot(GraphStore.in_memory([]), tmp_path, formats=["svg"])) == len(PICTURES)


@pytest.mark.parametrize("wrong", [{"pictures": ["cats"]}, {"formats": ["gif"]}, {"theme": "pink"}])
def test_what_is_unknown_is_refused_with_what_is_known(wrong: dict[str, Any], tmp_path: Path) -> None:
    with pytest.raises(ExportError, match="known: "):
        plot(GraphStore.in_memory([]), tmp_path, **wrong)
    assert list(tmp_path.iterdir()) == []


def test_without_matplotlib_the_error_says_what_to_install(tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['matplotlib'] = None; from pathlib import Path; from kg.plot import plot;"
        "from kg.store import GraphStore; plot(GraphStore.in_memory([]), Path(sys.argv[1]))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert "pip install 'paperkg[plot]'" in done.stderr
