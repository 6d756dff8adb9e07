"""Cleaning, names, years and the merging of two records."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import Place
from kg.model import Paper
from kg.readers import merge
from kg.readers.cleaning import clean, strip_markup
from kg.readers.fields import Record, paper_of, year_of
from kg.readers.identify import SCHEMES
from kg.readers.latex import from_latex
from kg.readers.names import authors

words = st.text("ab é", min_size=1, max_size=4)
ids = st.builds("{}:{}".format, st.sampled_from(SCHEMES), st.text("abc", min_size=1, max_size=2))
papers = st.builds(
    Paper,
    id=ids,
    title=words,
    abstract=st.text("ab ", max_size=3),
    local_id=st.one_of(st.just(""), ids, words),
    year=st.none() | st.integers(1000, 9999),
    authors=st.lists(words, max_size=2).map(tuple),
    venue=st.none() | words,
    url=st.none() | st.sampled_from(["http://a.org", "https://a.org", "https://b.org/c"]),
    keywords=st.lists(words, max_size=3, unique=True).map(tuple),
    identifiers=st.sets(ids, max_size=2).map(lambda found: tuple(sorted(found))),
)


@settings(deadline=None)
@given(papers, papers, papers)
def test_merging_is_commutative_associative_and_idempotent(one: Paper, two: Paper, three: Paper) -> None:
    assert merge(one, two) == merge(two, one)
    assert merge(merge(one, two), three) == merge(one, merge(two, three))
    assert merge(one, one) == one
    assert merge(merge(one, two), two) == merge(one, two) or one.keywords != two.keywords
    assert set(merge(one, two).identifiers) == {*one.identifiers, *two.identifiers}


def test_a_merged_paper_keeps_the_file_s_own_id() -> None:
    own = Paper("title:00", "T", local_id="P17")
    other = Paper("arxiv:2106.14405", "T", local_id="arxiv:2106.14405")
    assert merge(own, other).local_id == "P17"
    assert merge(own, other).id == "arxiv:2106.14405"


@settings(deadline=None)
@given(st.text())
def test_clean_text_is_clean(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)
    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in cleaned)
    assert "  " not in cleaned
    cleaned.encode()


@settings(deadline=None)
@given(st.text("ab<>&;/ip "))
def test_markup_goes_and_comparisons_stay(text: str) -> None:
    assert len(strip_markup(text)) <= len(text)
    assert strip_markup("if a < b and c > d") == "if a < b and c > d"
    assert strip_markup('<i>E. coli</i><sup>2</sup> <jats:p xml:lang="en">x</jats:p>').split() == ["E.", "coli2", "x"]


@settings(deadline=None)
@given(st.text(r"a{}\'$%&~^_ "))
def test_no_text_breaks_the_latex_decoder(text: str) -> None:
    assert isinstance(from_latex(text), str)


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"{\'e}t\'{e} \"o \v{s} {\aa} \ss{} \o", "été ö š å ß ø"),
        (r"{BERT}: {P}re-training", "BERT: Pre-training"),
        (r"\emph{deep} \textbf{nets} \& co", "deep nets & co"),
        (r"$O(n^{2})$ at 5\% and 6%", r"$O(n^{2})$ at 5% and 6%"),
        (r"pages 1--12 of~it", "pages 1–12 of it"),
    ],
)
def test_latex(latex: str, text: str) -> None:
    assert from_latex(latex) == text


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ada Lee and Ken Ito", ("Ada Lee", "Ken Ito")),
        ("Lee, Ada and Ito, Ken", ("Ada Lee", "Ken Ito")),
        ("Lee, Ada", ("Ada Lee",)),
        ("Ada Lee, Ken Ito, and Jo Day", ("Ada Lee", "Ken Ito", "Jo Day")),
        ("Lee, Ada; Ito, Ken", ("Ada Lee", "Ken Ito")),
        (["Ada Lee", "Ito, Ken"], ("Ada Lee", "Ken Ito")),
        (
            [{"name": "Ada Lee"}, {"first": "Ken", "last": "Ito"}, {"literal": "The Group"}],
            ("Ada Lee", "Ken Ito", "The Group"),
        ),
        ([["Lee", "Ada", ""], ["Ito", "Ken", "Jr."]], ("Ada Lee", "Ken Ito Jr.")),
        ([{"author": {"display_name": "Ada Lee"}}], ("Ada Lee",)),
        ("Plato", ("Plato",)),
        (None, ()),
        (7, ()),
        ([None, 3, {}], ()),
    ],
)
def test_authors(value: object, expected: tuple[str, ...]) -> None:
    assert authors(value) == expected


@pytest.mark.parametrize(
    ("value", "year"),
    [
        (2017, 2017), ("2017", 2017), (2017.0, 2017), ("2017-03-01T00:00:00Z", 2017), ("20170301", 2017),
        ("March 2017", 2017), ({"date-parts": [[2017, 3]]}, 2017), ({"raw": "2017?"}, 2017), ([2017, 3], 2017),
        ("in press", None), (17, None), (20170, None), ("0999", None), (True, None), (None, None), (float("nan"), None),
    ],
)  # fmt: skip
def test_year(value: object, year: int | None) -> None:
    assert year_of(value) == year


@settings(deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["title", "Abstract", "authors", "year", "venue", "url", "keywords", "id", "externalIds", "note"]
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
            max_leaves=6,
        ),
    )
)
def test_any_record_that_has_a_title_is_a_paper(fields: dict[str, object]) -> None:
    paper = paper_of(Record({**fields, "title": "A title", "Abstract": "", "abstract": ""}, Place("x")))
    assert paper.local_id
    assert paper.year is None or 1000 <= paper.year <= 9999
    assert paper.identifiers == tuple(sorted(set(paper.identifiers)))
    assert paper.id in paper.identifiers or paper.id.startswith("title:")
