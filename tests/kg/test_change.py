"""A graph that papers came to and went from is, byte for byte, the graph of the papers that are left."""

from __future__ import annotations

import io
import json
import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.build import build
from kg.change import add, remove, update
from kg.config import ClaimsConfig, Config, ExtractConfig, LinksConfig
from kg.errors import KGError, QueryError, UnknownPaper, WorkspaceError
from kg.extract import SHIPPED
from kg.records import FOLDER, kept_records
from kg.sample import SAMPLE
from kg.store import sorted_quads
from kg.tables import read_papers
from kg.workspace import MANIFEST, locked, open_workspace

pytestmark = pytest.mark.slow

LINES = [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()[12:22]]
ONE_THREAD = Config(extract=ExtractConfig(threads=1), claims=ClaimsConfig(least_confidence=0.2))


def _bib(record: dict[str, object]) -> str:
    return f"@article{{{record['id']}key,\n title = {{{record['title']}}},\n abstract = {{{record['abstract']}}},\n year = 2020\n}}\n"


#: Files that share papers: some as the same record, some told otherwise.
FILES: dict[str, str] = {
    "a.jsonl": "".join(json.dumps(line) + "\n" for line in LINES[:3]),
    "b.jsonl": "".join(json.dumps(line) + "\n" for line in LINES[2:6]),
    "in/c.jsonl": "".join(json.dumps({**line, "year": 2015}) + "\n" for line in LINES[5:8]) + "{broken\n",
    "in/d.bib": _bib(LINES[0]) + _bib(LINES[8]),
    "e.json": json.dumps([{**LINES[9], "venue": "Journal of Hops"}, {**LINES[1], "keywords": ["hops"]}]),
}


def graph_bytes(folder: Path) -> bytes:
    quads = "".join(f"{quad} .\n" for quad in sorted_quads(open_workspace(folder).store().quads()))
    (papers,) = (folder / "papers").iterdir()
    return b"\n".join([quads.encode(), papers.read_bytes(), (folder / MANIFEST).read_bytes()])


@pytest.fixture(scope="module")
def inputs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inputs")
    for name, text in FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def whole(inputs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Graph of all files. Never written to."""
    if not (SHIPPED / "model.onnx").is_file():
        pytest.skip("the shipped model is not here")
    return build([inputs], tmp_path_factory.mktemp("whole") / "graph", config=ONE_THREAD).workspace.folder


@settings(max_examples=4, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_after_any_changes_a_graph_is_that_of_a_build_of_its_files(whole: Path, inputs: Path, data: st.DataObject) -> None:
    names = sorted(FILES)
    with TemporaryDirectory() as place:
        folder, fresh = Path(place) / "graph", Path(place) / "fresh"
        for each in (folder, fresh):
            shutil.copytree(whole / "mentions", each / "mentions")
        held = {data.draw(st.sampled_from(names))}
        build([inputs / name for name in held], folder, config=ONE_THREAD)
        for _ in range(data.draw(st.integers(2, 3))):
            chosen = data.draw(st.sets(st.sampled_from(names), min_size=1, max_size=3))
            match data.draw(st.sampled_from(["add", "remove", "update"])):
                case "remove" if chosen & held and held - chosen:
                    remove(folder, files=[inputs / name for name in chosen & held])
                    held -= chosen
                case "update" if chosen & held:
                    changed = update(folder, [inputs / name for name in chosen & held])
                    assert (changed.added, changed.removed, changed.altered) == ((), (), ())
                case _:
                    add(folder, [inputs / name for name in chosen])
                    held |= chosen
        build([inputs / name for name in held], fresh, config=ONE_THREAD)
        assert graph_bytes(folder) == graph_bytes(fresh)
        assert {Path(name).name for name in kept_records(folder, open_workspace(folder).manifest).files} == {
            Path(name).name for name in held
        }


def test_a_removed_paper_takes_its_own_part_with_it_and_no_other(whole: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "copied"))
    papers = {paper.id: paper for paper in read_papers(next((folder / "papers").iterdir()))}
    # It stands in a.jsonl and, told otherwise, in d.bib: one paper, and all of it goes.
    gone = next(paper for paper in papers.values() if paper.title == LINES[0]["title"])
    changed = remove(folder, ids=[gone.id])
    assert (changed.added, changed.removed) == ((), (gone.id,))
    left = read_papers(next((folder / "papers").iterdir()))
    assert left == [paper for paper in papers.values() if paper != gone]
    assert gone.id not in str(sorted_quads(open_workspace(folder).store().quads()))
    # And what was there comes back with it.
    assert add(folder, [Path(file) for file in kept_records(whole, open_workspace(whole).manifest).files]).added == (gone.id,)
    assert graph_bytes(folder) == graph_bytes(whole)


def test_papers_are_called_by_id_iri_local_id_and_query(whole: Path, tmp_path: Path) -> None:
    papers = read_papers(next((whole / "papers").iterdir()))
    store = open_workspace(whole).store()
    iris = {row["id"].value: row["p"].value for row in store.select("SELECT ?p ?id { ?p a kg:Paper ; dcterms:identifier ?id }")}
    first, second, third = papers[0], papers[1], papers[2]
    one = next(value for name, value in iris.items() if first.id.endswith(name) or name == first.id)
    title = json.dumps(third.title)
    folder = Path(shutil.copytree(whole, tmp_path / "copied"))
    changed = remove(folder, ids=[one, second.local_id], query=f"SELECT ?p {{ ?p dcterms:title {title} }}")
    assert set(changed.removed) == {first.id, second.id, third.id}
    assert changed.built.from_cache == len(papers) - 3


@pytest.mark.parametrize(
    ("asked", "error", "says"),
    [
        ({"ids": ["arxiv:0000.00000", "nobody"]}, UnknownPaper, "arxiv:0000.00000; nobody"),
        ({"files": ["/no/such/file"]}, WorkspaceError, "no papers of /no/such/file"),
        ({"query": "SELECT ?t { ?p dcterms:title ?t }"}, QueryError, "IRIs in the first column"),
        ({"query": "ASK { ?p a kg:Paper }"}, QueryError, "SELECT query"),
        ({"query": "SELECT ?p {"}, QueryError, "expected"),
        ({"query": "SELECT ?p { ?p a kg:Method } LIMIT 1"}, UnknownPaper, "no one paper"),
        ({"query": "SELECT ?p { ?p a kg:Paper }"}, WorkspaceError, "no paper would be left"),
    ],
)
def test_what_cannot_be_removed_is_told_and_nothing_changes(
    whole: Path, asked: dict[str, object], error: type[KGError], says: str
) -> None:
    before = graph_bytes(whole)
    with pytest.raises(error, match=says):
        remove(whole, **asked)  # type: ignore[arg-type]
    assert graph_bytes(whole) == before


def test_a_file_that_changed_is_read_again_and_one_that_is_gone_keeps_its_papers(
    whole: Path, inputs: Path, tmp_path: Path
) -> None:
    mine = Path(shutil.copytree(inputs, tmp_path / "mine"))
    folder = tmp_path / "graph"
    shutil.copytree(whole / "mentions", folder / "mentions")
    build([mine], folder, config=ONE_THREAD)
    (mine / "a.jsonl").write_text("".join(json.dumps(line) + "\n" for line in LINES[:1]), encoding="utf-8")
    (mine / "e.json").unlink()
    (mine / "in" / "d.bib").write_text("no library at all", encoding="utf-8")
    changed = update(folder)
    # Those of e.json and d.bib stay; LINES[1] stands in e.json too, and LINES[2] in b.jsonl.
    assert len(changed.built.problems) == 3
    assert (changed.added, changed.removed) == ((), ())
    # A folder holds what it holds now, but for a file that cannot be read.
    changed = update(folder, [mine])
    titles = {paper.title for paper in read_papers(next((folder / "papers").iterdir()))}
    assert titles == {line["title"] for line in LINES[:1] + LINES[2:8]}
    with pytest.raises(WorkspaceError, match="kg add"):
        update(folder, [tmp_path / "other.bib"])


def test_settings_decisions_and_formats_are_those_of_the_build(whole: Path, inputs: Path, tmp_path: Path) -> None:
    table = tmp_path / "mine.tsv"
    table.write_text("action\ttype\tname\tto\treason\nignore\tMethod\tno such thing\t\tit is none\n", encoding="utf-8")
    config = Config(
        "https://example.org/kg/",
        ExtractConfig(threads=1),
        ClaimsConfig(0.4),
        links=LinksConfig(make=False),
    )
    config = Config(
        config.base, config.extract, config.claims, type(config.resolve)(str(table), 0.3), config.links, config.analytics
    )
    both, later = tmp_path / "both", tmp_path / "later"
    for each in (both, later):
        shutil.copytree(whole / "mentions", each / "mentions")
    build([inputs / "a.jsonl", inputs / "e.json"], both, config=config)
    build([inputs / "a.jsonl"], later, config=config)
    table.unlink()
    add(later, ["-"], stdin=io.BytesIO((inputs / "e.json").read_bytes()), threads=1)
    assert graph_bytes(later) == graph_bytes(both)


def test_a_change_waits_for_nobody_and_a_graph_without_records_says_so(whole: Path, inputs: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(whole, tmp_path / "copied"))
    with locked(folder), pytest.raises(WorkspaceError, match="another build"):
        add(folder, [inputs / "a.jsonl"])
    manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    for broken, says in (({"records": "../x"}, "older version"), ({"records": "absent.parquet"}, "cannot be read"), ({"settings": {"base": 3}}, "settings")):
        (folder / MANIFEST).write_text(json.dumps({**manifest, **broken}), encoding="utf-8")
        with pytest.raises(WorkspaceError, match=says):
            add(folder, [inputs / "a.jsonl"])
    (folder / MANIFEST).write_text(json.dumps(manifest), encoding="utf-8")
    (damaged,) = (folder / FOLDER).iterdir()
    content = bytearray(damaged.read_bytes())
    content[len(content) // 3] ^= 0xFF
    damaged.write_bytes(content)
    with pytest.raises(WorkspaceError, match="cannot be read"):
        remove(folder, ids=["P13"])
