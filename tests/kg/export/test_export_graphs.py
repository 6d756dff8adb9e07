"""GEXF, GraphML and tables: valid by their schemas, read by other programs, equal to what was exported."""

from __future__ import annotations

import csv
import enum
import io
import math
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from kg.analytics import Graph
from kg.export import export
from kg.export.drawing import COLOURS, OTHER_COLOUR, Drawing, clean, drawing, folded
from kg.export.gexf import write_gexf
from kg.export.graphml import write_graphml
from kg.export.tables import write_edge_table, write_node_table
from schema.vocab import Minter

BASE = Minter().base
GEXF = "{http://gexf.net/1.3}"


def gexf_bytes(graph: Graph, **options: Any) -> bytes:
    stream = io.BytesIO()
    write_gexf(drawing(graph), stream, **options)
    return stream.getvalue()


def from_graphml(graph: Graph) -> Graph:
    stream = io.BytesIO()
    write_graphml(drawing(graph), stream)
    stream.seek(0)
    return nx.read_graphml(stream)


def rows(drawn: Drawing, write: Any) -> list[dict[str, str]]:
    stream = io.BytesIO()
    write(drawn, stream)
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode("utf-8"), newline="")))


def gexf_values(root: etree._Element, owner: str) -> dict[str, dict[str, str]]:
    """Attributes of each node or edge by title, by id, from the file alone."""
    (declared,) = [each for each in root.iter(f"{GEXF}attributes") if each.get("class") == owner]
    titles = {each.get("id"): each.get("title") for each in declared}
    return {
        element.get("id"): {titles[each.get("for")]: each.get("value") for each in element.iter(f"{GEXF}attvalue")}
        for element in root.iter(f"{GEXF}{owner}")
    }


@pytest.fixture(scope="session")
def gexf_schema(shared: Path) -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(shared / "gexf-1.3" / "gexf.xsd"))


class Tint(enum.Enum):
    RED = 1


def awkward() -> Graph:
    """One of everything that networkx's own GEXF writer fails on or writes so that readers misread it."""
    graph = nx.MultiDiGraph()
    graph.add_node(
        "a",
        label="null\x00 bell\x07 \ufffe & <b> \"q\" 'r'\r\nnew",
        none=None,
        small=np.int64(3),
        half=np.float32(0.5),
        flag=np.bool_(True),
        day=date(2026, 11, 24),
        moment=datetime(2026, 11, 24, 12, tzinfo=UTC),
        mixed=1,
        names=["x", "y"],
        group={"b", "a"},
        limit=math.inf,
        missing=math.nan,
        exact=Decimal("1.25"),
        tint=Tint.RED,
        nested={"k": [1]},
        huge=2**40,
        larger=2**80,
        array=np.array([1, 2]),
        either="text",
        # names that readers take for something else
        pid="p",
        start=1,
        end=2,
        viz={"color": {"r": 1}},
        id="i",
        size="big",
        Color="red",
        parents="q",
    )
    graph.add_node("b", mixed=2.5, limit=1.0, either=7, flag=False, start_="kept", x=math.nan, y=1, color="blue")
    graph.add_node("c")
    graph.add_edge("a", "b", key="uses", weight=2, confidence=0.9, type="mutual", start=3)
    graph.add_edge("a", "b", key="comparesWith", weight=math.inf, confidence=None)
    graph.add_edge("a", "b", kind="own kind", weight=-1)
    graph.add_edge("b", "b", key="partOf", weight=None, pid="z")
    return graph


# GEXF


def test_gexf_is_valid_and_has_what_gephi_shows(graph: Graph, gexf_schema: etree.XMLSchema, tmp_path: Path) -> None:
    (path,) = export([], graph, tmp_path, formats=["gexf"])
    root = etree.parse(path).getroot()
    gexf_schema.assertValid(root)
    nodes = {element.get("id"): element for element in root.iter(f"{GEXF}node")}
    assert set(nodes) == {iri.removeprefix(BASE) for iri in graph}
    values = gexf_values(root, "node")
    nano = values["hardware/jetson-nano"]
    source = graph.nodes[f"{BASE}hardware/jetson-nano"]
    assert nodes["hardware/jetson-nano"].get("label") == "Jetson Nano"
    assert nano["iri"] == f"{BASE}hardware/jetson-nano"
    assert nano["type"] == "Hardware"
    assert int(nano["community"]) == source["community"]
    assert float(nano["page_rank"]) == source["page_rank"]
    assert values["paper/arxiv-2101.00000"]["year"] == "2021"
    assert "year" not in nano
    for iri, attributes in graph.nodes(data=True):
        element = nodes[iri.removeprefix(BASE)]
        colour, place, size = (element.find(f"{GEXF}{name}") for name in ("color", "position", "size"))
        assert "#" + "".join(f"{int(colour.get(part)):02X}" for part in "rgb") == COLOURS[attributes["type"]]
        assert (float(place.get("x")), float(place.get("y"))) == (attributes["x"], attributes["y"])
        assert 4 <= float(size.get("value")) <= 40
    edges = list(root.iter(f"{GEXF}edge"))
    assert len(edges) == graph.number_of_edges() == len({edge.get("id") for edge in edges})
    confidence = gexf_values(root, "edge")
    said = {
        (edge.get("source"), edge.get("target"), edge.get("kind")): (
            float(edge.get("weight")),
            float(confidence[edge.get("id")]["confidence"]),
        )
        for edge in edges
    }
    assert said == {
        (source.removeprefix(BASE), target.removeprefix(BASE), kind): (data["weight"], data["confidence"])
        for source, target, kind, data in graph.edges(keys=True, data=True)
    }
    assert said["method/spiking-network", "hardware/jetson-nano", "runsOn"] == (2, 0.8)
    assert b"lastmodified" not in path.read_bytes()


def test_gexf_says_the_day_only_when_told(graph: Graph, gexf_schema: etree.XMLSchema) -> None:
    written = gexf_bytes(graph, modified=date(2026, 11, 24))
    gexf_schema.assertValid(etree.fromstring(written))
    assert b'lastmodifieddate="2026-11-24"' in written


def test_gexf_of_an_empty_graph_and_of_an_undirected_one_is_valid(gexf_schema: etree.XMLSchema) -> None:
    gexf_schema.assertValid(etree.fromstring(gexf_bytes(nx.Graph())))
    root = etree.fromstring(gexf_bytes(nx.les_miserables_graph()))
    gexf_schema.assertValid(root)
    assert {edge.get("type") for edge in root.iter(f"{GEXF}edge")} == {"undirected"}
    assert root.find(f".//{GEXF}edges").get("count") == "254"


def test_gexf_survives_all_that_the_writer_of_networkx_fails_on(gexf_schema: etree.XMLSchema) -> None:
    root = etree.fromstring(gexf_bytes(awkward()))
    gexf_schema.assertValid(root)
    (declared,) = [each for each in root.iter(f"{GEXF}attributes") if each.get("class") == "node"]
    kinds = {each.get("title"): each.get("type") for each in declared}
    a, b = gexf_values(root, "node")["a"], gexf_values(root, "node")["b"]
    assert "none" not in kinds
    assert "missing" not in kinds
    assert (kinds["small"], a["small"]) == ("integer", "3")
    assert (kinds["half"], a["half"]) == ("double", "0.5")
    assert (kinds["flag"], a["flag"], b["flag"]) == ("boolean", "true", "false")
    assert (a["day"], a["moment"]) == ("2026-11-24", "2026-11-24T12:00:00+00:00")
    assert (kinds["mixed"], a["mixed"], b["mixed"]) == ("double", "1.0", "2.5")
    assert (kinds["either"], a["either"], b["either"]) == ("string", "text", "7")
    assert (a["names"], a["group"], a["array"], a["nested"]) == ("x|y", "a|b", "1|2", '{"k": [1]}')
    assert ("limit" in a, b["limit"]) == (False, "1.0")
    assert (kinds["exact"], a["exact"]) == ("double", "1.25")
    assert (kinds["huge"], kinds["larger"]) == ("long", "string")
    for name in ("pid", "start", "end", "viz", "id", "size", "Color", "parents", "color", "x"):
        assert name not in kinds
    assert (a["pid_"], a["end_"], a["id_"], a["size_"]) == ("p", "2", "i", "big")
    assert {b.get("start_"), b.get("start__")} == {"kept", None}
    assert {a.get("start_"), a.get("start__")} == {"1", None}
    assert root.find(f".//{GEXF}node[@id='a']").get("label") == "null\ufffd bell\ufffd \ufffd & <b> \"q\" 'r' new"
    assert root.find(f".//{GEXF}node[@id='c']").get("label") == "c"
    assert root.find(f".//{GEXF}node[@id='b']/{GEXF}position") is None
    edges = [(edge.get("kind"), edge.get("weight"), edge.get("type")) for edge in root.iter(f"{GEXF}edge")]
    assert edges == [
        ("comparesWith", "1.0", "directed"),
        ("own kind", "1.0", "directed"),
        ("uses", "2.0", "directed"),
        ("partOf", "1.0", "directed"),
    ]
    assert b"inf" not in gexf_bytes(awkward()).lower()


@pytest.mark.parametrize("values", [[None], [date(2026, 11, 24)], [["x", "y"]]])
def test_a_known_fault_of_the_writer_of_networkx_is_real(values: list[object], tmp_path: Path) -> None:
    # Were all of them mended, a writer of our own would have lost its reason.
    graph = nx.Graph()
    graph.add_nodes_from((number, {"value": value}) for number, value in enumerate(values))
    with pytest.raises((TypeError, ValueError, nx.NetworkXError)):
        nx.write_gexf(graph, tmp_path / "out.gexf")


# graphology


@pytest.mark.browser
def test_graphology_reads_the_whole_graph(graph: Graph, tmp_path: Path, read_with_graphology: Any) -> None:
    (path,) = export([], graph, tmp_path, formats=["gexf"])
    found = read_with_graphology(path)
    assert (found["type"], found["multi"]) == ("directed", True)
    nodes = {node["key"]: node["attributes"] for node in found["nodes"]}
    assert set(nodes) == {iri.removeprefix(BASE) for iri in graph}
    for iri, attributes in graph.nodes(data=True):
        read = nodes[iri.removeprefix(BASE)]
        red, green, blue = (int(COLOURS[attributes["type"]][start : start + 2], 16) for start in (1, 3, 5))
        assert read.pop("color") == f"rgb({red},{green},{blue})"
        assert 4 <= read.pop("size") <= 40
        assert read.pop("z", 0) == 0
        assert read == {**attributes, "label": folded(attributes["label"]), "iri": iri}
    edges = {
        (edge["source"], edge["target"], edge["attributes"]["kind"]): edge["attributes"] for edge in found["edges"]
    }
    assert edges == {
        (source.removeprefix(BASE), target.removeprefix(BASE), kind): {**data, "label": kind}
        for source, target, kind, data in graph.edges(keys=True, data=True)
    }


@pytest.mark.browser
def test_graphology_reads_what_networkx_cannot_write(tmp_path: Path, read_with_graphology: Any) -> None:
    (path,) = export([], awkward(), tmp_path, formats=["gexf"])
    found = read_with_graphology(path)
    nodes = {node["key"]: node["attributes"] for node in found["nodes"]}
    assert (nodes["a"]["small"], nodes["a"]["flag"], nodes["a"]["mixed"]) == (3, True, 1)
    assert nodes["b"]["color"] == "rgb({},{},{})".format(*bytes.fromhex(OTHER_COLOUR[1:]))
    # "Color" and "color" are one column to Gephi.
    assert (nodes["a"]["Color_"], nodes["b"]["color__"], nodes["a"]["pid_"]) == ("red", "blue", "p")
    assert [edge["attributes"]["kind"] for edge in found["edges"]] == ["comparesWith", "own kind", "uses", "partOf"]
    (lesmis,) = export([], nx.les_miserables_graph(), tmp_path, formats=["gexf"], name="lesmis")
    found = read_with_graphology(lesmis)
    assert (found["type"], len(found["nodes"]), len(found["edges"])) == ("undirected", 77, 254)


# GraphML


@pytest.mark.parametrize("make", [awkward, nx.les_miserables_graph], ids=["awkward", "miserables"])
def test_networkx_reads_graphml_back_equal(make: Any) -> None:
    drawn, read = drawing(make()), from_graphml(make())
    assert read.is_directed() == drawn.directed
    names = [column.name for column in drawn.node_columns]
    expected_nodes = {}
    for dot in drawn.nodes:
        values = dict(zip(names, dot.values, strict=True))
        place = dict(zip("xy", dot.position or (None, None), strict=True))
        told = {"label": dot.label, "color": dot.color, "size": dot.size, **place, **values}
        expected_nodes[dot.id] = {name: value for name, value in told.items() if value is not None}
    assert dict(read.nodes(data=True)) == expected_nodes
    assert {type(value) for _, a in read.nodes(data=True) for value in a.values()} <= {bool, int, float, str}
    columns = [column.name for column in drawn.edge_columns]
    expected_edges = sorted(
        (*sorted((line.source, line.target)), line.kind, line.weight, [v for v in line.values if v is not None])
        for line in drawn.edges
    )
    assert expected_edges == sorted(
        (*sorted((s, t)), data.get("kind", ""), data["weight"], [data[name] for name in columns if name in data])
        for s, t, data in read.edges(data=True)
    )


def test_networkx_reads_our_graph_back_from_graphml(graph: Graph) -> None:
    read = from_graphml(graph)
    for iri, attributes in graph.nodes(data=True):
        told = read.nodes[iri.removeprefix(BASE)]
        assert {name: told[name] for name in attributes} == {**attributes, "label": folded(attributes["label"])}
    assert read.number_of_edges() == graph.number_of_edges()


def test_igraph_reads_graphml(graph: Graph, tmp_path: Path) -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    (path,) = export([], graph, tmp_path, formats=["graphml"])
    read = igraph.Graph.Read_GraphML(str(path))
    assert (read.vcount(), read.ecount()) == (graph.number_of_nodes(), graph.number_of_edges())
    assert sorted(read.vs["iri"]) == sorted(graph)
    assert sorted(read.es["kind"]) == sorted(kind for _, _, kind in graph.edges(keys=True))


# Tables


def test_tables_have_the_columns_that_gephi_imports(graph: Graph, tmp_path: Path) -> None:
    nodes, edges = export([], graph, tmp_path, formats=["csv"])
    assert (nodes.name, edges.name) == ("graph-nodes.csv", "graph-edges.csv")
    head = nodes.read_text("utf-8").splitlines()[0]
    assert head.startswith("Id,Label,type,year,paper_count,degree,page_rank,betweenness,community,community_label")
    assert edges.read_text("utf-8").startswith("Source,Target,Type,Id,Label,Weight,Kind,confidence\n")
    drawn = drawing(graph)
    assert [row["Id"] for row in rows(drawn, write_node_table)] == [dot.id for dot in drawn.nodes]
    ids = {dot.id for dot in drawn.nodes}
    for row in rows(drawn, write_edge_table):
        assert {row["Source"], row["Target"]} <= ids
        assert row["Type"] == "Directed"
        assert 0 < float(row["confidence"]) <= 1


# Any text


@given(
    st.lists(
        st.one_of(
            st.text(max_size=20),
            st.text(alphabet="\x00\x0b\x1f\x7f\x85\u2028\ud800\udfff\ufffe\uffff🚀<>&\"',;|\r\n\t =é]", max_size=20),
        ),
        min_size=1,
        max_size=8,
    )
)
@settings(max_examples=120, deadline=None)
def test_any_text_survives_as_label_id_attribute_and_kind(labels: list[str]) -> None:
    graph = nx.MultiDiGraph()
    for number, label in enumerate(labels):
        graph.add_node(f"{number}{label}", label=label, **{"note": label, f"n{label}": 1})
        graph.add_edge(f"0{labels[0]}", f"{number}{label}", kind=label, note=label)
    drawn = drawing(graph)
    by_label = {clean(f"{number}{label}"): label for number, label in enumerate(labels)}
    assert {dot.id for dot in drawn.nodes} == set(by_label)

    root = etree.fromstring(gexf_bytes(graph))
    values = gexf_values(root, "node")
    for element in root.iter(f"{GEXF}node"):
        label = by_label[element.get("id")]
        assert element.get("label") == (folded(label) or folded(element.get("id")))
        assert values[element.get("id")]["note"] == clean(label)
    assert sorted(edge.get("kind", "") for edge in root.iter(f"{GEXF}edge")) == sorted(map(folded, labels))

    read = from_graphml(graph)
    assert {node: data["note"] for node, data in read.nodes(data=True)} == {i: clean(s) for i, s in by_label.items()}

    assert {row["Id"]: row["note"] for row in rows(drawn, write_node_table)} == {
        i: clean(s) for i, s in by_label.items()
    }
    assert sorted(row["note"] for row in rows(drawn, write_edge_table)) == sorted(map(clean, labels))


def test_ids_that_differ_only_in_characters_no_file_can_hold_stay_apart() -> None:
    graph = nx.Graph([("a\x00", "a\x01")])
    drawn = drawing(graph)
    assert [dot.id for dot in drawn.nodes] == ["a\ufffd", "a\ufffd~2"]
    assert {drawn.edges[0].source, drawn.edges[0].target} == {"a\ufffd", "a\ufffd~2"}


def test_sizes_go_by_the_root_of_page_rank_among_papers_and_among_entities() -> None:
    graph = nx.Graph()
    graph.add_node("p", type="Paper", page_rank=0.001)
    graph.add_node("m", type="Method", page_rank=0.4)
    graph.add_node("t", type="Task", page_rank=0.1)
    graph.add_node("none", type="Task")
    assert {dot.id: dot.size for dot in drawing(graph).nodes} == {"p": 40.0, "m": 40.0, "t": 22.0, "none": 4.0}
