"""Papers and mentions come back from their files as they went in; a damaged file costs only itself."""

from __future__ import annotations

import logging
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import ROLES, TYPES, Figure, Findings, Link, Mention, Paper, Span
from kg.tables import MentionCache, read_papers, read_records, text_hash, write_papers, write_records

_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
_NAMES = st.lists(_TEXT, max_size=3).map(tuple)
_PAPERS = st.lists(
    st.builds(
        Paper, id=_TEXT, title=_TEXT, abstract=_TEXT, local_id=_TEXT, year=st.none() | st.integers(1000, 9999), authors=_NAMES,
        venue=st.none() | _TEXT, url=st.none() | _TEXT, keywords=_NAMES, identifiers=_NAMES,
    ),
    max_size=4,
)  # fmt: skip


def some(number: int, *, count: int = 3) -> tuple[Paper, Findings]:
    paper = Paper(f"title:{number}", f"Title {number}", "Words of an abstract 😀 and more.")
    made = []
    for n in range(count):
        type_ = TYPES[n % len(TYPES)]
        made.append(
            Mention(
                paper.id, n, n + 4, paper.text[n : n + 4], type_, ROLES[type_][0], 0.87, 0.33, Span(0, len(paper.title))
            )
        )
    links = tuple(Link(n, n + 1, "usedFor", -1.25 + n) for n in range(count - 1))
    figures = (Figure(3, 6, 0.5, ((0, 1.5), (2, -3.0))), Figure(8, 9, -2.0)) if count else ()
    return paper, Findings(tuple(made), links, figures)


@settings(max_examples=40, deadline=None)
@given(papers=_PAPERS)
def test_papers_come_back_as_they_were(tmp_path_factory: pytest.TempPathFactory, papers: list[Paper]) -> None:
    path = tmp_path_factory.mktemp("papers") / "deep" / "papers.parquet"
    write_papers(papers, path)
    assert read_papers(path) == papers
    assert [p.name for p in path.parent.iterdir()] == ["papers.parquet"]


def test_the_same_papers_are_the_same_bytes(tmp_path: Path) -> None:
    papers = [some(n)[0] for n in range(5)]
    write_papers(papers, tmp_path / "one")
    write_papers(papers, tmp_path / "two")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_mentions_are_kept_for_the_next_build(tmp_path: Path) -> None:
    found = [some(1), some(2, count=0), some(3, count=5)]
    cache = MentionCache(tmp_path / "model")
    assert text_hash(found[0][0]) not in cache
    cache.keep(found)
    for again in (cache, MentionCache(tmp_path / "model")):
        for paper, findings in found:
            assert text_hash(paper) in again
            assert again.findings(paper) == findings


def test_mentions_belong_to_a_text_not_to_a_paper(tmp_path: Path) -> None:
    paper, findings = some(1)
    cache = MentionCache(tmp_path)
    cache.keep([(paper, findings)])
    twin = Paper("arxiv:2001.00001", paper.title, paper.abstract, year=2020)
    assert {m.paper for m in cache.findings(twin).mentions} == {"arxiv:2001.00001"}
    assert [(m.start, m.text) for m in cache.findings(twin).mentions] == [(m.start, m.text) for m in findings.mentions]
    with pytest.raises(KeyError):
        cache.findings(Paper("arxiv:2001.00001", paper.title, paper.abstract + "!"))


def test_keeping_nothing_writes_nothing(tmp_path: Path) -> None:
    MentionCache(tmp_path / "none").keep([])
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize("damage", ["cut", "garbage", "empty", "other columns"])
def test_a_damaged_shard_is_dropped_and_its_papers_are_read_again(
    tmp_path: Path, damage: str, caplog: pytest.LogCaptureFixture
) -> None:
    first, second = some(1), some(2)
    cache = MentionCache(tmp_path)
    cache.keep([first])
    (bad,) = tmp_path.glob("*.parquet")
    cache.keep([second])
    if damage == "other columns":
        pq.write_table(pa.table({"text_sha256": [text_hash(first[0])], "mentions": [None]}), bad)
    else:
        bad.write_bytes({"cut": bad.read_bytes()[:-40], "garbage": b"PAR1 no table PAR1", "empty": b""}[damage])
    with caplog.at_level(logging.WARNING):
        again = MentionCache(tmp_path)
    assert bad.name in caplog.text
    assert not bad.exists()
    assert text_hash(first[0]) not in again
    assert again.findings(second[0]) == second[1]
    again.keep([first])
    assert MentionCache(tmp_path).findings(first[0]) == first[1]


def test_a_file_half_written_by_a_killed_build_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".0123456789abcdef.parquet.77").write_bytes(b"PAR1")
    cache = MentionCache(tmp_path)
    assert text_hash(some(1)[0]) not in cache


def test_a_shard_with_any_wrong_byte_is_dropped_or_says_the_same(tmp_path: Path) -> None:
    found = [some(number) for number in range(4)]
    MentionCache(tmp_path / "whole").keep(found)
    (shard,) = (tmp_path / "whole").iterdir()
    content = shard.read_bytes()
    dropped = 0
    for place in range(0, len(content), 7):
        folder = tmp_path / f"at-{place}"
        folder.mkdir()
        damaged = bytearray(content)
        damaged[place] ^= 0x41
        (folder / shard.name).write_bytes(damaged)
        cache = MentionCache(folder)
        if text_hash(found[0][0]) in cache:
            assert [cache.findings(paper) for paper, _ in found] == [findings for _, findings in found]
        else:
            assert not (folder / shard.name).exists()
            dropped += 1
    assert dropped > len(content) / 7 / 2


def test_records_come_back_with_their_files(tmp_path: Path) -> None:
    records = [("/data/a.bib", some(1)[0]), ("<stdin>", some(1)[0]), ("/data/b.bib", some(2)[0])]
    write_records(records, tmp_path / "records.parquet", {"passed": [["/data/a.bib", "é"]]})
    assert read_records(tmp_path / "records.parquet") == (records, {"passed": [["/data/a.bib", "é"]]})
    write_papers([some(1)[0]], tmp_path / "papers.parquet")
    with pytest.raises(KeyError):
        read_records(tmp_path / "papers.parquet")
