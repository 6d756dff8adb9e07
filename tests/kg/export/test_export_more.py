"""Years in GEXF, and the graph as JSON and as Neo4j's tables: read by what they are for, equal to what was exported."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kg.analytics import Edge, EntityNode, Graph, PaperNode, dated, full_graph, layout
from kg.analytics import annotated as told
from kg.export import export
from kg.export.drawing import Drawing, drawing
from kg.export.gexf import write_gexf
from kg.export.json_graphs import write_cytoscape, write_d3, write_graphology
from kg.export.neo4j import write_neo4j_nodes, write_neo4j_relationships

GEXF = "{http://gexf.net/1.3}"
PAPERS = [PaperNode(f"p/{year}", "", year) for year in (2015, 2016, 2018)] + [PaperNode("p/none", "")]
ENTITIES = [EntityNode("m/a", "A", "Method", 4), EntityNode("h/b", "B", "Hardware", 1)]
EDGES = [
    *(Edge(paper.iri, "m/a", "uses", 0.9, paper.iri) for paper in PAPERS),
    Edge("p/none", "h/b", "runsOn", 0.9, "p/none"),
    Edge("m/a", "h/b", "runsOn", 0.9, "p/2016"),
]


@pytest.fixture(scope="module")
def timed() -> Graph:
    graph = full_graph(PAPERS, ENTITIES, EDGES)
    return dated(told(graph, positions=layout(graph)), PAPERS, EDGES)


def written(graph: Graph, write: Any) -> bytes:
    stream = io.BytesIO()
    write(drawing(graph), stream)
    return stream.getvalue()


def spells(element: etree._Element) -> list[tuple[str, str]]:
    return [(spell.get("start"), spell.get("end")) for spell in element.iterfind(f"{GEXF}spells/{GEXF}spell")]


# Years


def test_years_are_spells_of_whole_years_and_what_has_none_is_always_there(timed: Graph, shared: Path) -> None:
    root = etree.fromstring(written(timed, write_gexf))
    etree.XMLSchema(etree.parse(shared / "gexf-1.3" / "gexf.xsd")).assertValid(root)
    graph = root.find(f"{GEXF}graph")
    assert (graph.get("mode"), graph.get("timeformat")) == ("dynamic", "date")
    found = {node.get("id"): spells(node) for node in root.iter(f"{GEXF}node")}
    assert found["p/2015"] == [("2015-01-01", "2015-12-31")]
    assert found["p/none"] == []
    assert found["m/a"] == [("2015-01-01", "2016-12-31"), ("2018-01-01", "2018-12-31")]
    assert found["h/b"] == [("2016-01-01", "2016-12-31")]
    edges = {(e.get("source"), e.get("target")): spells(e) for e in root.iter(f"{GEXF}edge")}
    assert edges["m/a", "h/b"] == [("2016-01-01", "2016-12-31")]
    assert edges["p/none", "m/a"] == []
    titles = {each.get("title") for each in root.iter(f"{GEXF}attribute")}
    assert "years" not in titles


@given(st.sets(st.integers(1, 9999), min_size=1, max_size=30))
@settings(max_examples=50, deadline=None)
def test_spells_cover_exactly_the_years_and_no_two_touch(years: set[int]) -> None:
    graph = nx.Graph()
    graph.add_node("a", years=tuple(sorted(years)))
    runs = spells(next(etree.fromstring(written(graph, write_gexf)).iter(f"{GEXF}node")))
    spans = [(int(start[:4]), int(end[:4])) for start, end in runs]
    assert {year for first, last in spans for year in range(first, last + 1)} == years
    assert all(after[0] > before[1] + 1 for before, after in zip(spans, spans[1:], strict=False))  # noqa: RUF007


def test_years_that_are_none_stay_an_attribute(tmp_path: Path) -> None:
    graph = nx.Graph()
    graph.add_node("a", years="long ago")
    graph.add_edge("a", "b", years=("x",))
    assert b"spell" not in written(graph, write_gexf)
    drawn = drawing(graph)
    assert [column.name for column in drawn.node_columns] == ["years"]
    assert drawn.edges[0].values == ("x",)


def test_networkx_reads_a_graph_with_years(timed: Graph, tmp_path: Path) -> None:
    (path,) = export([], timed, tmp_path, formats=["gexf"])
    # its reader knows version 1.2, whose elements are the same
    path.write_bytes(path.read_bytes().replace(b"gexf.net/1.3", b"www.gexf.net/1.2draft").replace(b'"1.3"', b'"1.2"'))
    read = nx.read_gexf(path)
    assert set(read) == set(timed)
    assert read.number_of_edges() == timed.number_of_edges()
    assert read.nodes["p/2015"]["spells"] == [("2015-01-01", "2015-12-31")]


# JSON


def values(drawn: Drawing) -> dict[str, dict[str, Any]]:
    names = [column.name for column in drawn.node_columns]
    return {
        dot.id: {name: value for name, value in zip(names, dot.values, strict=True) if value is not None}
        for dot in drawn.nodes
    }


@pytest.mark.parametrize("make", ["graph", "timed", "miserables"])
def test_networkx_reads_d3_and_cytoscape_json_back(make: str, request: pytest.FixtureRequest) -> None:
    graph = nx.les_miserables_graph() if make == "miserables" else request.getfixturevalue(make)
    drawn = drawing(graph)
    d3 = nx.node_link_graph(json.loads(written(graph, write_d3)), edges="links")
    elements = json.loads(written(graph, write_cytoscape))
    for node in elements["elements"]["nodes"]:
        node["data"]["value"] = node["data"]["id"]  # what networkx alone calls it
    for edge in elements["elements"]["edges"]:
        edge["data"]["key"] = edge["data"]["id"]
    cytoscape = nx.cytoscape_graph(elements)
    for read in (d3, cytoscape):
        assert read.is_directed() == graph.is_directed()
        assert set(read) == {dot.id for dot in drawn.nodes}
        assert sorted((*sorted((s, t)), w) for s, t, w in read.edges(data="weight")) == sorted(
            (*sorted((line.source, line.target)), line.weight) for line in drawn.edges
        )
        for node, known in values(drawn).items():
            assert known.items() <= read.nodes[node].items()


@pytest.mark.browser
def test_graphology_takes_up_its_own_json(graph: Graph, tmp_path: Path, read_with_graphology: Any) -> None:
    (path,) = export([], graph, tmp_path, formats=["graphology"])
    found = read_with_graphology(path, "read_json.mjs")
    drawn = drawing(graph)
    assert (found["type"], found["multi"]) == ("directed", True)
    nodes = {node["key"]: node["attributes"] for node in found["nodes"]}
    for dot in drawn.nodes:
        own = nodes[dot.id]
        assert ((own["x"], own["y"]), own["size"], own["color"], own["label"]) == (
            *(dot.position, dot.size, dot.color),
            dot.label,
        )
        assert "type" not in own  # sigma would look for a program of that name
        assert own["type_"] in ("Paper", "Method", "Task", "Dataset", "Hardware", "Metric")
    assert sorted((e["source"], e["target"], e["attributes"]["kind"]) for e in found["edges"]) == sorted(
        (line.source, line.target, line.kind) for line in drawn.edges
    )


# Neo4j


def test_neo4j_tables_name_ids_types_and_labels_as_the_importer_takes_them(graph: Graph, tmp_path: Path) -> None:
    nodes, edges = export([], graph, tmp_path, formats=["neo4j"])
    assert (nodes.name, edges.name) == ("graph-neo4j-nodes.csv", "graph-neo4j-relationships.csv")
    for path in (nodes, edges):
        head, *lines = path.read_text("utf-8").splitlines()
        names = head.split(",")
        assert len(names) == len(set(names))
        for name in names:
            assert re.fullmatch(r"\w+:(ID|string|double|int|long|boolean)|:(LABEL|START_ID|END_ID|TYPE)", name), name
        assert len(list(csv.reader(lines))) == len(lines)  # no line ends within a value
    by_id = {row["id:ID"]: row for row in csv.DictReader(io.StringIO(nodes.read_text("utf-8")))}
    assert by_id["hardware/jetson-nano"][":LABEL"] == "Hardware"
    rows = list(csv.DictReader(io.StringIO(edges.read_text("utf-8"))))
    assert len(rows) == graph.number_of_edges()
    assert {row[":START_ID"] for row in rows} | {row[":END_ID"] for row in rows} <= by_id.keys()
    assert all(row[":TYPE"] for row in rows)


# Any text


@given(st.lists(st.text(max_size=20), min_size=1, max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_text_survives_in_json_and_in_tables(labels: list[str]) -> None:
    graph = nx.MultiDiGraph()
    for number, label in enumerate(labels):
        graph.add_node(f"{number}{label}", label=label, note=label, type=label, **{f"a:{label}": 1})
        graph.add_edge(f"{number}{label}", f"{number}{label}", kind=label)
    drawn = drawing(graph)
    for write, part in ((write_d3, "nodes"), (write_graphology, "nodes")):
        assert len(json.loads(written(graph, write))[part]) == len(labels)
    elements = json.loads(written(graph, write_cytoscape))["elements"]
    assert [node["data"]["id"] for node in elements["nodes"]] == [dot.id for dot in drawn.nodes]
    rows = list(csv.reader(io.StringIO(written(graph, write_neo4j_nodes).decode(), newline="")))
    assert len(rows) == len(labels) + 1
    assert len({len(row) for row in rows}) == 1
    assert all("\n" not in cell for row in rows for cell in row[1:])
    assert len(written(graph, write_neo4j_relationships).decode().splitlines()) >= len(labels) + 1
