"""The same paper once: whatever the order, files and copies, and not another of the same title."""

from __future__ import annotations

import random
from dataclasses import replace
from itertools import chain, permutations
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from judged_papers import judged_pairs, records_of, scores

from kg.likeness import ENOUGH, points, relation
from kg.model import Paper
from kg.papers import CROWD, gather_papers
from kg.readers import read
from kg.sample import SAMPLE

ABSTRACT = (
    "Event cameras report changes of brightness with a delay of microseconds. We train a spiking network on a"
    " neuromorphic chip that follows a drone at three hundred hertz and needs forty milliwatts, a tenth of what the"
    " best frame-based tracker takes on an embedded graphics processor."
)
REVISED = ABSTRACT.replace("a tenth of what", "less than an eighth of what").replace(
    "We train", "In this paper we train"
)
OTHER = (
    "Questions about tables need arithmetic. Our parser turns each question into a short program over the cells and"
    " learns from answers alone; on two collections it answers more questions than parsers that saw programs."
)
PREPRINT = Paper(
    "arxiv:2001.00001",
    "Tracking Drones with Spiking Networks on a Neuromorphic Chip",
    ABSTRACT,
    year=2020,
    identifiers=("arxiv:2001.00001",),
)
PUBLISHED = Paper(
    "doi:10.1109/xyz.2021",
    "Tracking drones with spiking networks on a neuromorphic chip",
    REVISED,
    year=2021,
    authors=("Ada Lovelace", "Alan Turing"),
    venue="ICRA",
    identifiers=("doi:10.1109/xyz.2021",),
)


def count(*records: Paper) -> int:
    return len(gather_papers(records)[0])


def test_a_preprint_and_its_published_version_become_one_paper_with_both_identifiers() -> None:
    listed = Paper("acl:P21-1001", PREPRINT.title, year=2021, identifiers=("acl:P21-1001",))
    (paper,), records = gather_papers([PUBLISHED, listed, PREPRINT])
    assert records == 3
    assert paper.id == "arxiv:2001.00001"
    assert paper.identifiers == ("acl:P21-1001", "arxiv:2001.00001", "doi:10.1109/xyz.2021")
    assert (paper.year, paper.venue, paper.authors) == (2020, "ICRA", PUBLISHED.authors)


def test_the_title_without_a_note_of_its_version_stays() -> None:
    noted = replace(PUBLISHED, title=f"{PUBLISHED.title} (extended abstract)")
    (paper,), _ = gather_papers([noted, PREPRINT])
    assert paper.title == PREPRINT.title


def test_a_title_s_hash_gives_way_to_an_identifier_and_is_none_itself() -> None:
    bare = Paper("title:0123456789abcdef", PREPRINT.title, year=2021, local_id="P17")
    (paper,), _ = gather_papers([bare, PREPRINT])
    assert (paper.id, paper.identifiers, paper.local_id) == ("arxiv:2001.00001", ("arxiv:2001.00001",), "P17")


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (r"$k$-Means Clustering of B\'ezier {C}urves with Optimised Centres", "K-means clustering of Bézier curves with optimized centers"),
        ("The Behaviour of Modelled Crowds", "Behavior of modeled crowds"),
        (r"$\alpha$-Divergences & Their Bounds", "α-divergences and their bounds"),
        ("Realtime Segmentation of Rivers", "Real-Time Segmentation of Rivers"),
        ("Segmenting Rivers from Orbit (Extended Abstract)", "Segmenting rivers from orbit"),
        ("Technical Report: Segmenting Rivers from Orbit", "Segmenting rivers from orbit -- full version"),
    ],
)  # fmt: skip
def test_the_same_title_in_other_clothes(first: str, second: str) -> None:
    assert relation(first, second) == relation(second, first) == "same"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("On the grammar of orbits: Part I", "On the grammar of orbits: Part II"),
        ("On the grammar of orbits, part one", "On the grammar of orbits, part 2"),
        ("Overview of the river task at OrbitEval 2018", "Overview of the river task at OrbitEval 2019"),
        ("OrbitNet2: segmenting rivers", "OrbitNet3: segmenting rivers"),
        ("OrbitNet: segmenting rivers", "OrbitNet++: segmenting rivers"),
        ("Segmenting rivers from orbit", "Erratum: Segmenting rivers from orbit"),
        ("Segmenting rivers from orbit", "Segmenting rivers from orbit, revisited"),
        ("Preface", "Prefaces"),
        ("Segmenting rivers", "Parsing questions"),
    ],
)
def test_titles_of_different_papers_are_not_compared_further(first: str, second: str) -> None:
    assert relation(first, second) is None
    assert relation(second, first) is None


@pytest.mark.parametrize(
    "title", ["Introduction", "Editorial", "A Survey", "Proceedings of the Workshop on Orbits", "Book Reviews", "Session 3: Rivers"]
)  # fmt: skip
def test_a_title_of_front_matter_proves_nothing_even_by_the_same_author_in_one_year(title: str) -> None:
    one = Paper("acl:W21-1001", title, year=2021, authors=("Ada Lovelace",), identifiers=("acl:W21-1001",))
    other = Paper("title:00", title, year=2021, authors=("Ada Lovelace",), venue="elsewhere")
    assert count(one, other) == 2
    assert count(replace(one, abstract=ABSTRACT), replace(other, abstract=ABSTRACT)) == 1


def test_a_short_title_needs_more_than_a_year() -> None:
    one = Paper("arxiv:2001.00002", "Neural parsing", year=2020, identifiers=("arxiv:2001.00002",))
    other = Paper("title:00", "Neural Parsing", year=2020)
    assert count(one, other) == 2
    assert count(replace(one, authors=("A. Lovelace",)), replace(other, authors=("Lovelace Ada",))) == 1


def test_what_speaks_against_one_paper() -> None:
    assert count(PREPRINT, PUBLISHED) == 1
    second = replace(PREPRINT, id="arxiv:2002.00002", identifiers=("arxiv:2002.00002",))
    assert count(PREPRINT, second) == 2, "two arXiv ids"
    bare = replace(PUBLISHED, abstract="")
    others = replace(bare, id="title:00", identifiers=(), authors=("Grace Hopper", "Kurt Gödel"))
    assert count(bare, others) == 2, "other authors"
    short = Paper("title:00", "Tracking drones with networks", year=2003)
    assert count(replace(short, year=2021, id="title:01", venue="ICRA"), short) == 2, "years far apart"
    journal = replace(PUBLISHED, id="doi:10.1145/abc", identifiers=("doi:10.1145/abc",), year=2022, venue="TOCHI")
    assert count(PUBLISHED, replace(journal, abstract=OTHER)) == 2, "two publishers' DOIs, other abstracts"
    assert count(PUBLISHED, journal) == 1
    archived = replace(journal, id="doi:10.5281/zenodo.1", identifiers=("doi:10.5281/zenodo.1",), abstract="")
    assert count(PUBLISHED, archived) == 1, "an archive's DOI is no publisher's"


def test_titles_that_are_not_equal_need_abstracts_that_are_alike() -> None:
    renamed = replace(PUBLISHED, title="SpikeTrack: Tracking Drones with Spiking Networks on a Neuromorphic Chip")
    subtitle = replace(PUBLISHED, title="Tracking Drones: A Study in Brightness and Delay")
    start = replace(PREPRINT, title="Tracking Drones: Spiking Networks on a Chip")
    for first, second in ((PREPRINT, renamed), (start, subtitle)):
        assert count(first, second) == 1
        assert count(first, replace(second, abstract="")) == 2
        assert count(first, replace(second, abstract=OTHER)) == 2
    plural = replace(PUBLISHED, title=PUBLISHED.title.replace("chip", "chips"), abstract="")
    assert count(replace(PREPRINT, authors=PUBLISHED.authors), plural) == 1


def test_a_record_that_fits_two_others_which_are_not_one_paper_goes_to_the_likelier() -> None:
    listed = Paper("title:00", PREPRINT.title, year=2020, authors=("Grace Hopper",))
    fits_both = Paper("doi:10.1145/abc", PREPRINT.title, ABSTRACT, year=2020, identifiers=("doi:10.1145/abc",))
    other = replace(PUBLISHED, id="arxiv:2101.00001", identifiers=("arxiv:2101.00001",), abstract=OTHER, year=2020)
    for order in permutations([listed, fits_both, other]):
        papers, _ = gather_papers(order)
        assert [(paper.id, len(paper.authors)) for paper in papers] == [
            ("arxiv:2101.00001", 2),
            ("doi:10.1145/abc", 1),
        ]


def test_papers_of_one_title_without_an_identifier_have_ids_of_their_own() -> None:
    one = Paper("title:00", "Introduction", year=2020, authors=("Ada Lovelace",), local_id="title:00")
    other = replace(one, authors=("Alan Turing",), local_id="P2")
    papers, _ = gather_papers([one, other])
    assert len({paper.id for paper in papers}) == 2
    assert all(paper.id.startswith("title:") and len(paper.id) == 22 for paper in papers)
    assert {paper.local_id for paper in papers} == {next(p.id for p in papers if p.authors == one.authors), "P2"}
    assert gather_papers(papers)[0] == papers
    assert [paper.id for paper in gather_papers([one])[0]] == ["title:00"]


def test_records_that_nothing_tells_apart_are_one_paper() -> None:
    assert count(*(Paper("title:00", "Introduction", local_id=f"P{n}") for n in range(3))) == 1


def test_a_crowd_of_one_title_is_searched_without_comparing_each_with_each() -> None:
    papers = [
        Paper("title:00", "Preface", f"{OTHER} {n} " * 2, year=1900 + n % 100, authors=(f"Editor Number{n}",))
        for n in range(2 * CROWD)
    ]
    again = [replace(paper, venue="elsewhere") for paper in papers[:10]]
    assert count(*papers, *again) == len(papers)


titles = st.sampled_from(
    [
        "Tracking drones with spiking networks",
        "Tracking Drones With Spiking Networks",
        "Tracking drones with spiking network",
        "SpikeTrack: tracking drones with spiking networks",
        "Tracking drones with spiking networks, part II",
        "Tracking: a survey of everything that moves",
        "Tracking: all that moves",
        "Introduction",
        "Neural parsing",
        "?!",
    ]
)
identifiers = st.sampled_from(["arxiv:2001.00001", "arxiv:2001.00002", "acl:P17-1001", "doi:10.1/x", "doi:10.5281/y"])
records = st.builds(
    lambda title, abstract, year, authors, known: Paper(
        min(known, default="title:00"), title, abstract, year=year, authors=authors, identifiers=tuple(sorted(known))
    ),
    titles,
    st.sampled_from(["", ABSTRACT, REVISED, OTHER]),
    st.none() | st.sampled_from([2001, 2020, 2021]),
    st.sampled_from([(), ("Ada Lovelace",), ("A. Lovelace", "Alan Turing"), ("Grace Hopper",), ("Wei Zhang",), ("Zhang Wei",)]),
    st.sets(identifiers, max_size=2),
)  # fmt: skip


@settings(deadline=None, max_examples=150)
@given(st.lists(records, max_size=9), st.randoms(use_true_random=False))
def test_neither_order_nor_copies_nor_files_matter(given_records: list[Paper], chance: random.Random) -> None:
    papers, records = gather_papers(given_records)
    assert records == len(given_records)
    files: list[list[Paper]] = [[], [], []]
    for record in given_records + chance.sample(given_records, len(given_records) // 2):
        chance.choice(files).insert(0, record)
    assert gather_papers(chain(*files))[0] == papers


@settings(deadline=None, max_examples=150)
@given(st.lists(records, max_size=9))
def test_no_identifier_is_lost_or_shared_and_no_id_comes_twice(given_records: list[Paper]) -> None:
    papers, _ = gather_papers(given_records)
    known = [name for paper in papers for name in paper.identifiers]
    assert sorted(known) == sorted({name for record in given_records for name in record.identifiers})
    assert [paper.id for paper in papers] == sorted({paper.id for paper in papers})
    assert all(paper.id in paper.identifiers or paper.id.startswith("title:") for paper in papers)
    assert all(paper.identifiers or paper.id.startswith("title:") for paper in papers)


@settings(deadline=None, max_examples=150)
@given(records, records)
def test_likeness_is_mutual(first: Paper, second: Paper) -> None:
    titles = relation(first.title, second.title)
    assert titles == relation(second.title, first.title)
    if titles:
        assert points(first, second, titles) == points(second, first, titles)
        both, apart = gather_papers([first, second])[0], first.identifiers and second.identifiers
        if apart and not set(first.identifiers) & set(second.identifiers):
            assert (len(both) == 1) == (points(first, second, titles) >= ENOUGH)


def test_the_bundled_sample_has_no_paper_twice() -> None:
    papers, records = gather_papers(read([SAMPLE]))
    assert papers == sorted(read([SAMPLE]), key=lambda paper: paper.id)
    assert records == 82


@pytest.mark.slow
def test_the_rule_on_pairs_of_real_records_that_were_judged(shared: Path) -> None:
    pairs = judged_pairs()
    found = records_of(pairs, shared / "corpora")
    assert {name for pair in pairs for name in (pair.first, pair.second)} == set(found)

    scored = {
        sample: scores(
            (pair for pair in pairs if pair.sample == sample),
            lambda pair: count(found[pair.first], found[pair.second]) == 1,
        )
        for sample in ("first", "second", "third")
    }
    assert [each["merged_different"] for each in scored.values()] == [1, 0, 0]
    assert min(each["precision_versions_wrong"] for each in scored.values()) >= 0.99
    assert min(each["recall"] for each in scored.values()) >= 0.98
