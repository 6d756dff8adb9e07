"""The whole flow on a dozen papers of the bundled sample: same papers, same bytes; what breaks leaves the graph before."""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from kg.build import Built, Progress, build, gather_papers
from kg.config import ClaimsConfig, Config, ExtractConfig, LinksConfig
from kg.errors import ConfigError, InputError, KGError, ModelError, WorkspaceError
from kg.extract import SHIPPED
from kg.model import TYPES, Paper
from kg.sample import SAMPLE
from kg.store import GraphStore, python, sorted_quads
from kg.workspace import MANIFEST, locked, open_workspace

pytestmark = pytest.mark.slow

LINES = SAMPLE.read_text(encoding="utf-8").splitlines()[:12]
ONE_THREAD = Config(extract=ExtractConfig(threads=1))


def written(path: Path, lines: list[str]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def nquads(folder: Path) -> bytes:
    return "".join(f"{quad} .\n" for quad in sorted_quads(open_workspace(folder).store().quads())).encode()


@pytest.fixture(scope="session")
def first(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """Build of the dozen in one file. Never written to: `copied` gives a workspace to write to."""
    if not (SHIPPED / "model.onnx").is_file():
        pytest.skip("the shipped model is not here")
    folder = tmp_path_factory.mktemp("first")
    return build([written(folder / "papers.jsonl", LINES)], folder / "graph", config=ONE_THREAD)


@pytest.fixture
def copied(first: Built, tmp_path: Path) -> Path:
    return Path(shutil.copytree(first.workspace.folder, tmp_path / "copied"))


@dataclass
class Watcher:
    """Counts what a build tells, and presses Ctrl-C at a stage or after a number of steps."""

    stop_at: str = ""
    stop_after: int = 10**9
    stages: list[str] = field(default_factory=list)
    steps: int = 0
    bytes_read: int = 0

    def progress(self) -> Progress:
        return Progress(on_stage=self.stage, on_step=self.step, on_bytes=self.read)

    def stage(self, name: str, steps: int | None) -> None:
        self.stages.append(name)
        if name == self.stop_at:
            raise KeyboardInterrupt

    def step(self, steps: int) -> None:
        self.steps += steps
        if self.steps >= self.stop_after:
            raise KeyboardInterrupt

    def read(self, count: int) -> None:
        self.bytes_read += count


def test_papers_become_a_graph_whose_manifest_counts_what_is_in_it(first: Built) -> None:
    manifest, store = first.workspace.manifest, first.workspace.store()
    assert (first.records, first.problems, first.from_cache) == (12, (), 0)
    counts = manifest["counts"]
    assert counts["papers"] == 12
    assert counts["quads"] == len(store)
    assert counts["claims"]["roles"] > 12
    for type_ in TYPES:
        (row,) = store.select(f"SELECT (COUNT(DISTINCT ?n) AS ?count) WHERE {{ ?n a kg:{type_} }}")
        assert python(row["count"]) == counts["entities"][type_]
    (row,) = store.select("SELECT (COUNT(DISTINCT ?n) AS ?count) WHERE { ?n a kg:Claim }")
    assert python(row["count"]) == sum(counts["claims"].values())
    (row,) = store.select("SELECT (COUNT(DISTINCT ?n) AS ?count) WHERE { ?n a kg:Result }")
    assert python(row["count"]) == counts["results"]
    (row,) = store.select("SELECT (COUNT(DISTINCT ?n) AS ?count) WHERE { ?n a kg:Link }")
    assert python(row["count"]) == counts["links"] > 0
    assert manifest["agents"]["links"]["name"] == "links to vocabularies"


def test_links_are_matches_with_a_score_and_can_be_left_out(first: Built, copied: Path, tmp_path: Path) -> None:
    store = first.workspace.store()
    assert store.ask('ASK { ?e skos:exactMatch ?c FILTER(STRSTARTS(STR(?c), "https://w3id.org/ocs/ont/")) }')
    assert not store.ask(
        "ASK { ?e skos:exactMatch|skos:closeMatch ?c FILTER NOT EXISTS { ?l kg:entity ?e ; kg:target ?c ; kg:matchScore ?s } }"
    )
    papers = written(tmp_path / "a.jsonl", LINES)
    surer = build([papers], copied, config=replace(ONE_THREAD, links=LinksConfig(least=0.95))).workspace
    assert 0 < surer.manifest["counts"]["links"] < first.workspace.manifest["counts"]["links"]
    assert not surer.store().ask("ASK { ?l kg:matchScore ?s FILTER(?s < 0.95) }")
    without = build([papers], copied, config=replace(ONE_THREAD, links=LinksConfig(make=False))).workspace
    assert without.manifest["counts"]["links"] == 0
    assert not without.store().ask("ASK { ?s skos:exactMatch|skos:closeMatch|kg:matchScore ?o }")
    assert "links" not in without.manifest["agents"]


def test_an_index_that_is_not_there_stops_before_anything_is_read(copied: Path, tmp_path: Path) -> None:
    watcher = Watcher()
    config = Config(links=LinksConfig(index=str(tmp_path / "none.idx")))
    with pytest.raises(ConfigError, match=r"links\.index.*none\.idx.*kg links index"):
        build([written(tmp_path / "a.jsonl", LINES[:2])], copied, config=config, progress=watcher.progress())
    assert watcher.stages == []


def test_every_quote_stands_in_its_paper_and_every_claim_has_one(first: Built) -> None:
    store = first.workspace.store()
    rows = store.select(
        "SELECT ?title ?abstract ?exact ?start ?end WHERE { ?e a kg:Evidence ; oa:exact ?exact ; oa:start ?start ; oa:end ?end ;"
        " oa:hasSource ?p . ?p dcterms:title ?title ; dcterms:abstract ?abstract }"
    )
    assert rows
    for row in rows:
        value = {name: python(term) for name, term in row.items()}
        assert f"{value['title']}\n{value['abstract']}"[value["start"] : value["end"]] == value["exact"]
    assert not store.ask("ASK { ?c a kg:Claim FILTER NOT EXISTS { ?c kg:evidence ?e . ?e oa:exact ?words } }")
    assert not store.ask(
        "ASK { ?c a kg:Claim ; rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o FILTER NOT EXISTS { ?s ?p ?o } }"
    )


def test_same_papers_same_bytes_in_another_order_from_two_files_and_in_two_goes(first: Built, tmp_path: Path) -> None:
    one, other = (
        written(tmp_path / "in" / "b.jsonl", LINES[7:][::-1]),
        written(tmp_path / "in" / "a.jsonl", LINES[:7][::-1]),
    )
    out = tmp_path / "graph"
    half = build([one], out, config=ONE_THREAD)
    assert half.workspace.manifest["counts"]["papers"] == 5
    whole = build([one, other], out, config=ONE_THREAD)
    assert (whole.from_cache, whole.records) == (5, 12)
    assert dict(whole.workspace.manifest) == dict(first.workspace.manifest)
    assert nquads(out) == nquads(first.workspace.folder)
    name = first.workspace.manifest["papers"]
    assert [path.name for path in (out / "papers").iterdir()] == [name]
    assert (out / "papers" / name).read_bytes() == (first.workspace.folder / "papers" / name).read_bytes()


def test_a_second_build_takes_all_mentions_from_the_cache(copied: Path, first: Built, tmp_path: Path) -> None:
    watcher = Watcher()
    again = build([written(tmp_path / "again.jsonl", LINES)], copied, progress=watcher.progress())
    assert again.from_cache == watcher.steps == 12
    assert dict(again.workspace.manifest) == dict(first.workspace.manifest)
    assert watcher.stages == ["reading", "extracting", "resolving", "claiming", "analysing", "linking", "storing"]
    assert watcher.bytes_read == (tmp_path / "again.jsonl").stat().st_size


@pytest.mark.parametrize("stage", ["reading", "extracting", "resolving", "claiming", "analysing", "linking", "storing"])
def test_a_build_killed_at_any_stage_leaves_the_graph_before(
    copied: Path, first: Built, tmp_path: Path, stage: str
) -> None:
    before = (copied / MANIFEST).read_bytes()
    fewer = written(tmp_path / "fewer.jsonl", LINES[:4])
    with pytest.raises(KeyboardInterrupt):
        build([fewer], copied, progress=Watcher(stop_at=stage).progress())
    assert (copied / MANIFEST).read_bytes() == before
    assert len(open_workspace(copied).store()) == first.workspace.manifest["counts"]["quads"]
    assert build([fewer], copied).workspace.manifest["counts"]["papers"] == 4


def test_a_build_killed_while_it_reads_papers_goes_on_the_next_time(copied: Path, tmp_path: Path) -> None:
    new = json.dumps({"id": "new", "title": "Event cameras", "abstract": "An event camera sees a drone at 35 Hz."})
    more = written(tmp_path / "more.jsonl", [*LINES, new])
    before = (copied / MANIFEST).read_bytes()
    with pytest.raises(KeyboardInterrupt):
        build([more], copied, config=ONE_THREAD, progress=Watcher(stop_after=13).progress())
    assert (copied / MANIFEST).read_bytes() == before
    done = build([more], copied, config=ONE_THREAD)
    assert (done.from_cache, done.workspace.manifest["counts"]["papers"]) == (12, 13)


def test_a_broken_file_in_a_folder_is_reported_and_the_rest_is_built(copied: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pile"
    written(folder / "good.jsonl", LINES[:3])
    written(folder / "mixed.jsonl", [LINES[3], "{ this is no record", LINES[4]])
    (folder / "broken.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00 cut short")
    seen: list[InputError] = []
    built = build([folder], copied, progress=Progress(on_problem=seen.append))
    assert built.workspace.manifest["counts"]["papers"] == 5
    assert list(built.problems) == seen
    told = " ".join(map(str, seen))
    assert "broken.jsonl.gz" in told
    assert "mixed.jsonl" in told
    assert built.workspace.manifest["counts"]["problems"] == len(seen) >= 2


@pytest.mark.parametrize("content", ["", "{}\n", "no paper at all\n"])
def test_without_a_paper_nothing_changes(copied: Path, tmp_path: Path, content: str) -> None:
    before = {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()}
    empty = tmp_path / "empty.jsonl"
    empty.write_text(content)
    with pytest.raises(WorkspaceError, match="no paper was found"):
        build([empty], copied)
    assert {path: path.read_bytes() for path in copied.rglob("*") if path.is_file()} == before


def test_a_workspace_in_use_is_left_alone(copied: Path, tmp_path: Path) -> None:
    with locked(copied), pytest.raises(WorkspaceError, match="another build"):
        build([written(tmp_path / "a.jsonl", LINES[:2])], copied)


def test_a_model_that_is_not_there_stops_before_anything_is_published(copied: Path, tmp_path: Path) -> None:
    before = (copied / MANIFEST).read_bytes()
    config = Config(extract=ExtractConfig(model=str(tmp_path / "none")))
    with pytest.raises(ModelError):
        build([written(tmp_path / "a.jsonl", LINES[:2])], copied, config=config)
    assert (copied / MANIFEST).read_bytes() == before


def test_a_least_confidence_takes_claims_away_and_a_base_renames_all(
    copied: Path, first: Built, tmp_path: Path
) -> None:
    papers = written(tmp_path / "a.jsonl", LINES)
    strict = build([papers], copied, config=Config(base="http://ex.org/g/", claims=ClaimsConfig(least_confidence=0.8)))
    counts, every = strict.workspace.manifest["counts"], first.workspace.manifest["counts"]
    assert 0 < counts["claims"]["roles"] < every["claims"]["roles"]
    store: GraphStore = strict.workspace.store()
    assert not store.ask("ASK { ?c kg:confidence ?x . ?c a kg:Claim FILTER(?x < 0.8) }")
    assert store.ask('ASK { ?p a kg:Paper FILTER(STRSTARTS(STR(?p), "http://ex.org/g/")) }')
    assert not store.ask('ASK { ?s ?p ?o FILTER(STRSTARTS(STR(?s), "https://w3id.org/paperkg/id/")) }')
    assert not store.ask(
        "ASK { ?e kg:paperCount ?n FILTER NOT EXISTS { { ?c rdf:object ?e } UNION { ?below skos:broader ?e } } }"
    )


def test_standard_input_is_read_like_a_file(copied: Path) -> None:
    built = build(["-"], copied, stdin=io.BytesIO("\n".join(LINES[:2]).encode()), format="jsonl")
    assert built.workspace.manifest["counts"]["papers"] == 2


def test_the_same_paper_from_two_files_counts_once(copied: Path, first: Built, tmp_path: Path) -> None:
    one, other = written(tmp_path / "one.jsonl", LINES), written(tmp_path / "two.jsonl", LINES[:5])
    built = build([other, one], copied)
    assert built.records == 17
    assert built.workspace.manifest["graph_sha256"] == first.workspace.manifest["graph_sha256"]


def test_records_of_one_paper_are_merged_whatever_their_order() -> None:
    short = Paper("doi:10.1/x", "A title", year=2021)
    full = Paper("doi:10.1/x", "A title", "An abstract.", year=2022)
    other = Paper("arxiv:2001.00001", "Another")
    papers, records = gather_papers([short, other, full])
    assert records == 3
    assert [(p.id, p.abstract, p.year) for p in papers] == [
        ("arxiv:2001.00001", "", None),
        ("doi:10.1/x", "An abstract.", 2021),
    ]
    assert gather_papers([full, short, other])[0] == papers


def test_every_error_of_a_build_is_one_of_ours(copied: Path, tmp_path: Path) -> None:
    with pytest.raises(KGError):
        build([tmp_path / "absent.jsonl"], copied)


@pytest.mark.skipif(sys.platform != "linux", reason="limits the size of files as Linux does")
@pytest.mark.parametrize("size", [0, 1_500, 12_000, 40_000])
def test_a_full_disk_leaves_the_graph_before_and_says_so(copied: Path, tmp_path: Path, size: int) -> None:
    # No file may grow beyond a size; what is written first fails first.
    more = written(tmp_path / "more.jsonl", [*LINES, json.dumps({"title": "Hops", "abstract": "A CNN counts hops on MNIST."})])
    limit = "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]),) * 2); del sys.argv[1]; "
    command = [sys.executable, "-c", f"{limit}from kg.cli import main; main()", str(size), "build", str(more), "--out", str(copied), "-q"]
    before, held = (copied / MANIFEST).read_bytes(), nquads(copied)
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "COLUMNS": "300"}, check=False)
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert "written" in done.stderr
    assert "Traceback" not in done.stderr
    assert (copied / MANIFEST).read_bytes() == before
    assert nquads(copied) == held
    again = build([more], copied, config=ONE_THREAD)
    assert again.workspace.manifest["counts"]["papers"] == 13
