"""Arrays of a graph: the same bytes for the same graph, mapped as they were made, passed over where they are wrong."""

from __future__ import annotations

import hashlib
import logging
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from kg.arrays import ABSENT, FOLDER, GraphArrays, open_arrays, write_arrays
from kg.arrays_make import UnusualGraph, make_arrays
from kg.store import GraphStore, Literal, Quad, iri, sorted_quads
from kg.workspace import LAYOUT, locked, open_workspace, publish
from schema.vocab import DCTERMS, KG, RDF, SKOS, XSD, Minter

MINT = Minter()
CNN, RESNET, GPU = (MINT.entity(kind, key) for kind, key in (("Method", "cnn"), ("Method", "resnet"), ("Hardware", "gpu")))
PAPERS = [MINT.paper(f"arxiv:{number}") for number in range(3)]


def _quad(subject: str, term: object, value: object) -> Quad:
    return Quad(iri(subject), iri(str(term)), value if isinstance(value, Literal) else iri(str(value)))


def small() -> Iterator[Quad]:
    for number, (paper, year) in enumerate(zip(PAPERS, (2019, None, 2021), strict=True)):
        yield _quad(paper, RDF.type, KG.Paper)
        yield _quad(paper, DCTERMS.title, Literal(f"Title {number} é"))
        yield _quad(paper, DCTERMS.identifier, Literal(f"arxiv:{number}"))
        if year:
            yield _quad(paper, DCTERMS.issued, Literal(str(year), datatype=iri(str(XSD.gYear))))
    for entity, kind, name, papers in ((CNN, "Method", "CNN", 2), (RESNET, "Method", "ResNet", 1), (GPU, "Hardware", "GPU", 1)):
        yield _quad(entity, RDF.type, KG[kind])
        yield _quad(entity, SKOS.prefLabel, Literal(name))
        yield _quad(entity, KG.paperCount, Literal(papers))
    yield _quad(RESNET, SKOS.broader, CNN)
    for paper, role, entity in (
        (PAPERS[0], KG.uses, CNN), (PAPERS[0], KG.proposes, CNN), (PAPERS[1], KG.uses, CNN),
        (PAPERS[2], KG.proposes, RESNET), (PAPERS[2], KG.runsOn, GPU),
    ):  # fmt: skip
        yield _quad(paper, role, entity)


def _bytes(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def test_the_same_graph_gives_the_same_bytes_in_whatever_order_it_comes(tmp_path: Path) -> None:
    quads = list(small())
    for name in ("a", "b"):
        random.Random(name).shuffle(quads)
        write_arrays(make_arrays(GraphStore.in_memory(quads)), tmp_path / name)
    assert _bytes(tmp_path / "a") == _bytes(tmp_path / "b")


def test_what_is_mapped_is_what_was_made(tmp_path: Path) -> None:
    columns = make_arrays(GraphStore.in_memory(small()))
    write_arrays(columns, tmp_path / "arrays")
    for name, column in columns.items():
        mapped = np.load(tmp_path / "arrays" / f"{name}.npy", mmap_mode="r")
        assert mapped.dtype == column.dtype
        assert mapped.tobytes() == column.tobytes()
    found = open_arrays(tmp_path / "arrays")
    assert found is not None
    papers, entities = found.papers, found.entities
    assert [papers.iri[number] for number in range(len(papers.iri))] == sorted(PAPERS)
    assert [papers.title[number] for number in papers.by_year] == ["Title 2 é", "Title 0 é", "Title 1 é"]  # type: ignore[attr-defined]
    assert papers.year[sorted(PAPERS).index(PAPERS[1])] == ABSENT
    cnn, resnet = (sorted([CNN, RESNET, GPU]).index(each) for each in (CNN, RESNET))
    of = entities.mentions
    assert [papers.title[of.paper[place]] for place in of.rows[cnn]] == ["Title 0 é", "Title 1 é"]
    below = entities.mentions_below
    assert [papers.title[below.paper[place]] for place in below.rows[cnn]] == ["Title 2 é", "Title 0 é", "Title 1 é"]
    assert [entities.descendants.entity[place] for place in entities.descendants.rows[cnn]] == [resnet]


def test_a_graph_of_nothing_can_be_mapped(tmp_path: Path) -> None:
    write_arrays(make_arrays(GraphStore.in_memory(())), tmp_path / "arrays")
    found = open_arrays(tmp_path / "arrays")
    assert found is not None
    assert len(found.papers.iri) == len(found.entities.iri) == 0


@pytest.mark.parametrize(
    ("more", "problem"),
    [
        (_quad(CNN, RDF.type, KG.Task), "of several types"),
        (_quad(CNN, SKOS.prefLabel, Literal("another")), "2 values where one of kind entity has one"),
        (_quad(PAPERS[0], DCTERMS.title, Literal("another")), "2 values where one of kind paper has one"),
        (_quad(MINT.entity("Task", "x"), RDF.type, KG.Task), "0 values where one of kind entity has one"),
    ],
)  # fmt: skip
def test_a_graph_of_another_shape_gets_none(more: Quad, problem: str) -> None:
    with pytest.raises(UnusualGraph, match=problem):
        make_arrays(GraphStore.in_memory([*small(), more]))


def _publish(folder: Path, *more: Quad) -> Path:
    with locked(folder):
        quads = sorted_quads([*small(), *more])
        publish(folder, quads, {"layout": LAYOUT, "snapshot": f"s{len(quads)}"})
    return open_workspace(folder).graph_folder / FOLDER


def test_a_build_publishes_arrays_with_its_snapshot(tmp_path: Path) -> None:
    folder = _publish(tmp_path)
    found = open_workspace(tmp_path).arrays()
    assert isinstance(found, GraphArrays)
    assert [path.name for path in folder.parent.iterdir() if path.name.startswith(".")] == []
    # A snapshot of a build before there were arrays gets them by the next build of the same graph.
    shutil.rmtree(folder)
    assert open_workspace(tmp_path).arrays() is None
    assert _publish(tmp_path) == folder
    assert open_workspace(tmp_path).arrays() is not None


def test_a_build_of_an_unusual_graph_publishes_it_without_and_says_so(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    _publish(tmp_path, _quad(CNN, RDF.type, KG.Task))
    assert "gets no arrays" in caplog.text
    assert open_workspace(tmp_path).arrays() is None
    assert len(open_workspace(tmp_path).store()) > 20


@pytest.mark.parametrize("spoil", ["missing", "short", "version", "no JSON"])
def test_arrays_that_cannot_be_read_are_passed_over(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, spoil: str
) -> None:
    folder = _publish(tmp_path)
    file, told = folder / "paper.iri.utf8.npy", folder / "ARRAYS.json"
    match spoil:
        case "missing":
            file.unlink()
        case "short":
            file.write_bytes(file.read_bytes()[:-9])
        case "version":
            told.write_text(told.read_text().replace('"version": 1', '"version": 0'))
        case "no JSON":
            told.write_text("{")
    with caplog.at_level(logging.INFO):
        assert open_workspace(tmp_path).arrays() is None
    assert "the store answers in its place" in caplog.text
