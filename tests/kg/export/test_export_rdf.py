"""RDF formats against three other readers: rdflib, Oxigraph's parser and raptor."""

from __future__ import annotations

import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import networkx as nx
import pytest
import rdflib
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Triple, parse
from rdflib.compare import to_isomorphic

from kg.analytics import Graph
from kg.errors import ExportError
from kg.export import FORMATS, export
from kg.export.files import whole_file
from schema.vocab import KG, Minter

RDF_FORMATS = ("turtle", "ntriples", "nquads", "trig", "jsonld")
UNIONS = {"turtle": RdfFormat.TURTLE, "ntriples": RdfFormat.N_TRIPLES, "jsonld": RdfFormat.JSON_LD}
BASE = Minter().base


def triples(path: Path, format_: RdfFormat) -> set[Triple]:
    return {quad.triple for quad in parse(path=str(path), format=format_)}


@pytest.mark.parametrize("name", UNIONS)
def test_union_formats_hold_each_triple_of_all_graphs(
    name: str, quads: list[Quad], graph: Graph, tmp_path: Path
) -> None:
    (path,) = export(quads, graph, tmp_path, formats=[name])
    assert path.name == f"graph{FORMATS[name].suffix}"
    assert triples(path, UNIONS[name]) == {quad.triple for quad in quads}


@pytest.mark.parametrize(("name", "format_"), [("nquads", RdfFormat.N_QUADS), ("trig", RdfFormat.TRIG)])
def test_dataset_formats_keep_the_graphs_apart(
    name: str, format_: RdfFormat, quads: list[Quad], graph: Graph, tmp_path: Path
) -> None:
    (path,) = export(quads, graph, tmp_path, formats=[name])
    assert set(parse(path=str(path), format=format_)) == set(quads)


@pytest.mark.parametrize(("name", "rdflib_name"), [("turtle", "turtle"), ("ntriples", "nt"), ("jsonld", "json-ld")])
def test_rdflib_reads_the_same_triples(
    name: str, rdflib_name: str, quads: list[Quad], graph: Graph, tmp_path: Path
) -> None:
    (plain,) = export(quads, graph, tmp_path, formats=["ntriples"], name="plain")
    (other,) = export(quads, graph, tmp_path, formats=[name])
    expected = to_isomorphic(rdflib.Graph().parse(plain, format="nt"))
    assert to_isomorphic(rdflib.Graph().parse(other, format=rdflib_name)) == expected
    assert len(expected) == len({quad.triple for quad in quads})


def test_raptor_reads_the_same_triples_from_turtle(quads: list[Quad], graph: Graph, tmp_path: Path) -> None:
    rapper = shutil.which("rapper")
    if rapper is None:
        pytest.skip("rapper is not installed (Debian package raptor2-utils)")
    (path,) = export(quads, graph, tmp_path, formats=["turtle"])
    done = subprocess.run([rapper, "-q", "-i", "turtle", "-o", "ntriples", str(path)], capture_output=True, check=True)
    by_raptor = {quad.triple for quad in parse(done.stdout, format=RdfFormat.N_TRIPLES)}
    assert by_raptor == {quad.triple for quad in quads}


def test_turtle_is_grouped_by_subject_with_prefixes_of_our_own_nodes(
    quads: list[Quad], graph: Graph, tmp_path: Path
) -> None:
    (path,) = export(quads, graph, tmp_path, formats=["turtle"])
    text = path.read_text("utf-8")
    assert "hardware:jetson-nano" in text
    assert f"@prefix hardware: <{BASE}hardware/> ." in text
    assert f"@prefix kg: <{KG._NS}> ." in text
    lines = [line for line in text.splitlines() if line.startswith("hardware:jetson-nano ")]
    assert len(lines) == 1


def test_json_ld_is_compact_and_needs_no_network(quads: list[Quad], graph: Graph, tmp_path: Path) -> None:
    (path,) = export(quads, graph, tmp_path, formats=["jsonld"])
    document = json.loads(path.read_text("utf-8"))
    assert isinstance(document["@context"], dict)
    by_id = {node[key]: node for node in document["@graph"] for key in ("id", "@id") if key in node}
    assert len(by_id) == len(document["@graph"]) == len({quad.subject for quad in quads})
    nano = by_id["hardware/jetson-nano"]
    assert nano["paperCount"] == 0
    assert "http" not in json.dumps(list(nano.keys()))


def test_bytes_are_the_same_in_any_order_and_any_process(quads: list[Quad], graph: Graph, tmp_path: Path) -> None:
    every = list(FORMATS)
    first = export(quads, graph, tmp_path / "a", formats=every)
    mixed = [*quads, *quads[:20]]
    random.Random(1).shuffle(mixed)
    again = export(iter(mixed), graph, tmp_path / "b", formats=every)
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in again]
    program = (
        "import sys; from pathlib import Path; import networkx as nx; from pyoxigraph import parse;"
        "from kg.export import FORMATS, export;"
        "export(parse(path=sys.argv[1]), nx.les_miserables_graph(), Path(sys.argv[2]), formats=list(FORMATS))"
    )
    source = next(path for path in first if path.suffix == ".nq")
    for seed in ("1", "2"):
        subprocess.run(
            [sys.executable, "-c", program, str(source), str(tmp_path / seed)],
            env={**os.environ, "PYTHONHASHSEED": seed},
            check=True,
        )
    files = [sorted((tmp_path / seed).iterdir()) for seed in ("1", "2")]
    assert [path.name for path in files[0]] == [path.name for path in files[1]]
    assert all(one.read_bytes() == two.read_bytes() for one, two in zip(*files, strict=True))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
iris = st.sampled_from(
    [
        *(
            f"{BASE}{rest}"
            for rest in ("", "paper/x", "a:b/c", "//x", "?q", "#f", "../x", "hardware/c%2B", "claim/p/1")
        ),
        *("urn:x:y", "https://example.org/a", f"{KG._NS}Paper", "mailto:a@b.c", "paper:x", "id:1"),
    ]
).map(NamedNode)
predicates = st.sampled_from(
    [
        *(str(KG[name]) for name in ("uses", "confidence", "paperCount", "evidence", "value")),
        *("http://www.w3.org/1999/02/22-rdf-syntax-ns#type", "http://purl.org/dc/terms/title"),
        *("http://purl.org/dc/terms/issued", "https://example.org/p", "http://www.w3.org/2004/02/skos/core#broader"),
    ]
).map(NamedNode)
XSD = "http://www.w3.org/2001/XMLSchema#"
literals = st.one_of(
    texts.map(Literal),
    st.builds(lambda text, language: Literal(text, language=language), texts, st.sampled_from(["en", "de-at"])),
    st.builds(
        lambda text, datatype: Literal(text, datatype=NamedNode(XSD + datatype)),
        st.sampled_from(
            ["0", "-0", "+1", "01", "1", "-7", "1.0", "0.50", "1e3", "true", "1", "99999999999999999999", "²", ""]
        ),
        st.sampled_from(["integer", "decimal", "double", "boolean", "gYear", "string", "anyURI"]),
    ),
)


@given(st.lists(st.builds(Quad, iris, predicates, st.one_of(iris, literals)), max_size=12))
@settings(max_examples=150, deadline=None)
def test_any_statements_come_back_from_turtle_and_json_ld(
    tmp_path_factory: pytest.TempPathFactory, statements: list[Quad]
) -> None:
    out = tmp_path_factory.mktemp("rdf")
    for path, name in zip(
        export(statements, nx.Graph(), out, formats=["turtle", "jsonld"]), ("turtle", "jsonld"), strict=True
    ):
        assert triples(path, UNIONS[name]) == {quad.triple for quad in statements}


@pytest.mark.parametrize(
    ("fault", "raised"), [(OSError(28, "No space left on device"), ExportError), (KeyError("x"), KeyError)]
)
def test_a_failed_export_leaves_the_old_file_and_no_other(
    fault: Exception, raised: type[Exception], tmp_path: Path
) -> None:
    path = tmp_path / "graph.gexf"
    path.write_bytes(b"old")
    with pytest.raises(raised), whole_file(path) as stream:
        stream.write(b"half")
        raise fault
    assert [each.name for each in tmp_path.iterdir()] == ["graph.gexf"]
    assert path.read_bytes() == b"old"


def test_a_folder_that_is_a_file_is_an_export_error(graph: Graph, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(ExportError, match="cannot be written"):
        export([], graph, tmp_path / "out", formats=["turtle"])


@pytest.mark.parametrize(("formats", "name"), [(["xlsx"], "graph"), (["gexf"], "../graph"), (["gexf"], "")])
def test_unknown_formats_and_names_that_leave_the_folder_are_refused(
    formats: list[str], name: str, graph: Graph, tmp_path: Path
) -> None:
    with pytest.raises(ExportError, match=r"known formats|no name of a file"):
        export([], graph, tmp_path, formats=formats, name=name)
    assert not list(tmp_path.iterdir())
