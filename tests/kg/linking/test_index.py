"""An index holds what its sources say, the same bytes each time, and is quick to read."""

from __future__ import annotations

import gzip
import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import ConfigError, UnreadableFile
from kg.linking.index import (
    ACM,
    OPENCS,
    SHIPPED,
    Concept,
    Index,
    bare,
    build_index,
    label_key,
    read_vocabulary,
)  # fmt: skip

OCS = "https://w3id.org/ocs/ont/"
DBPEDIA = "http://dbpedia.org/resource/"


def concepts(index: Index, label: str) -> list[Concept]:
    return [index.concept(number) for number in index.find(label_key(label))]


@pytest.fixture(scope="module")
def shipped() -> Index:
    return Index.read()


def test_a_concept_has_what_its_source_says(small: Path) -> None:
    index = Index.read(small)
    assert len(index) == 12 + 7
    (machine, *_) = concepts(index, "Support Vector Machines")
    assert machine.iri == OCS + "C30"
    assert machine.label == "Support vector machine"
    assert machine.elsewhere == DBPEDIA + "Support_vector_machine"
    assert [index.concept(number).label for number in machine.broader] == ["Machine learning"]
    (number, *_) = index.find(label_key("support vector machine"))
    assert [index.concept(above).label for above in index.above(number)] == ["Machine learning", "Computer science"]


def test_relative_identifiers_are_those_of_acm_s_library(small: Path) -> None:
    assert [c.iri for c in concepts(Index.read(small), "cloud computing")] == [
        "https://dl.acm.org/topic/ccs2012/100.2",
        "https://dl.acm.org/topic/ccs2012/300.2",
    ]


def test_a_page_s_title_and_a_label_without_its_parenthesis_are_keys_too(small: Path) -> None:
    index = Index.read(small)
    assert [c.label for c in concepts(index, "latency")] == ["Latency (engineering)"]
    (regret,) = concepts(index, "regret (decision theory)")
    assert (regret.label, regret.others) == ("Regret", ("Regret (decision theory)",))
    assert regret.elsewhere == DBPEDIA + "Regret_(decision_theory)"


def test_a_leading_word_of_a_label_is_part_of_it(small: Path) -> None:
    index = Index.read(small)
    assert [c.label for c in concepts(index, "encryption")] == ["Encryption"]
    assert [c.label for c in concepts(index, "multiple encryption")] == ["Multiple encryption"]


def test_labels_of_other_languages_are_left_out_and_entities_are_letters(small: Path) -> None:
    index = Index.read(small)
    assert [c.label for c in concepts(index, "C & C learning")] == ["C & C learning"]
    assert concepts(index, "L'apprentissage") == []


def test_a_circle_of_broader_concepts_ends(small: Path) -> None:
    index = Index.read(small)
    (egg,) = index.find(label_key("egg"))
    assert [index.concept(above).label for above in index.above(egg)] == ["Hen"]


def test_same_concepts_same_bytes_whatever_the_file_s_order_and_packing(
    sources: tuple[Path, Path], tmp_path: Path
) -> None:
    opencs, acm = sources
    text = opencs.read_text(encoding="utf-8")
    head, *blocks = text.strip().split("\nocs:")
    turned = tmp_path / "opencs.ttl.gz"
    turned.write_bytes(gzip.compress("\nocs:".join([head, *reversed(blocks)]).encode()))
    one, other = tmp_path / "one.idx", tmp_path / "other.idx"
    build_index([read_vocabulary(opencs, OPENCS), read_vocabulary(acm, ACM)], one)
    build_index([read_vocabulary(turned, OPENCS), read_vocabulary(acm, ACM)], other)
    first, second = (lzma.decompress(path.read_bytes()).decode().partition("\n") for path in (one, other))
    assert first[2] == second[2]
    assert first[0] != second[0], "the head names the hash of each source"
    build_index([read_vocabulary(opencs, OPENCS), read_vocabulary(acm, ACM)], other)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize(
    ("name", "text"),
    [("a.ttl", "no Turtle <"), ("a.xml", "<rdf:RDF"), ("empty.ttl", ""), ("a.ttl.gz", "\x1f\x8bcut short")],
)
def test_a_source_that_is_none_is_named(tmp_path: Path, name: str, text: str) -> None:
    path = tmp_path / name
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(UnreadableFile, match=name):
        read_vocabulary(path, OPENCS)
    with pytest.raises(UnreadableFile, match="missing"):
        read_vocabulary(tmp_path / "missing.ttl", OPENCS)


@pytest.mark.parametrize(
    "content",
    [b"no index", lzma.compress(b"[]"), lzma.compress(b'{"format": 99, "schemes": []}'), lzma.compress(b"x")[:-4]],
)
def test_an_index_that_is_none_is_a_wrong_setting(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "wrong.idx"
    path.write_bytes(content)
    with pytest.raises(ConfigError, match=r"wrong\.idx.*kg links index"):
        Index.read(path)
    with pytest.raises(ConfigError, match="absent"):
        Index.read(tmp_path / "absent.idx")


def test_the_shipped_index_is_opencs_alone_says_so_and_is_small(shipped: Index) -> None:
    (scheme,) = shipped.schemes
    assert scheme.name == "opencs"
    assert "CC BY 4.0" in scheme.licence
    assert "Sowiński" in scheme.title
    assert len(shipped) == 45_917
    assert SHIPPED.stat().st_size < 1_000_000


def test_the_shipped_index_says_whose_it_is() -> None:
    notice = SHIPPED.with_name("README.md").read_text(encoding="utf-8")
    for needed in (
        "OpenCS",
        "Piotr Sowiński",
        "creativecommons.org/licenses/by/4.0",
        "github.com/OpenCS-ontology",
        "changed",
    ):
        assert needed in notice


def test_the_keys_of_the_shipped_index_are_those_of_today(shipped: Index) -> None:
    """Names are folded by rules that grow: an index made before they did misses what they join, a little at a time."""
    tried = range(0, len(shipped), 97)
    missed = [label for n in tried if n not in shipped.find(label_key(label := shipped.concept(n).label))]
    assert len(missed) <= len(tried) / 100, f"run `kg links index` again: {missed}"


def test_the_shipped_index_is_the_one_of_the_shared_file(shared: Path, shipped: Index) -> None:
    vocabulary = read_vocabulary(shared / "vocabularies" / "acm_ccs2012.xml", ACM)
    assert len(vocabulary.concepts) == 2_113
    import hashlib

    digest = hashlib.sha256((shared / "vocabularies" / "opencs.ttl.gz").read_bytes()).hexdigest()
    assert shipped.schemes[0].sha256 == digest


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=30))
def test_a_bare_label_has_the_key_of_itself_and_no_more(label: str) -> None:
    assert bare(bare(label) if bare(label) == label else label) in label
    assert " " not in label_key(label)
    assert label_key(label) == label_key(label.swapcase().swapcase())
