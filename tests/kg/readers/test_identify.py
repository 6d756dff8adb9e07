"""Identifiers: recognised in every dress, minted stably."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.readers.identify import arxiv_inside, identifiers, normalised_title, paper_id, recognise, title_id


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2106.14405", "arxiv:2106.14405"),
        ("2106.14405v2", "arxiv:2106.14405"),
        ("arXiv:2106.14405v2", "arxiv:2106.14405"),
        ("arXiv:2106.14405 [cs]", "arxiv:2106.14405"),
        ("arXiv: 0704.0001 [hep-ph]", "arxiv:0704.0001"),
        ("http://arxiv.org/abs/2106.14405v1", "arxiv:2106.14405"),
        ("https://www.arxiv.org/pdf/2106.14405v3.pdf", "arxiv:2106.14405"),
        ("https://export.arxiv.org/abs/cs/0112017v1", "arxiv:cs/0112017"),
        ("oai:arXiv.org:0704.0001", "arxiv:0704.0001"),
        ("cs/0112017", "arxiv:cs/0112017"),
        ("cs.CL/0112017v3", "arxiv:cs/0112017"),
        ("math.GT/0309136", "arxiv:math/0309136"),
        ("cond-mat/9902011", "arxiv:cond-mat/9902011"),
        ("cond-mat.dis-nn/0001001", "arxiv:cond-mat/0001001"),
        ("abs/2001.00001", "arxiv:2001.00001"),
        ("10.48550/arXiv.2106.14405", "arxiv:2106.14405"),
        ("https://doi.org/10.48550/ARXIV.CS/0112017", "arxiv:cs/0112017"),
        ("P17-1001", "acl:P17-1001"),
        ("W18-5401", "acl:W18-5401"),
        ("2020.acl-main.1", "acl:2020.acl-main.1"),
        ("https://aclanthology.org/P17-1001/", "acl:P17-1001"),
        ("https://www.aclweb.org/anthology/P17-1001.pdf", "acl:P17-1001"),
        ("https://aclanthology.org/2020.findings-emnlp.12.pdf", "acl:2020.findings-emnlp.12"),
        ("10.18653/v1/P17-1001", "acl:P17-1001"),
        ("10.18653/v1/p17-1001", "acl:P17-1001"),
        ("doi:10.3115/v1/P14-1001", "acl:P14-1001"),
        ("10.1145/3292500.3330701", "doi:10.1145/3292500.3330701"),
        ("https://doi.org/10.1000/ABC", "doi:10.1000/abc"),
        ("http://dx.doi.org/10.1000%2FABC", "doi:10.1000/abc"),
        ("doi: 10.1000/abc).", "doi:10.1000/abc"),
        ("10.1016/s0140-6736(20)30183-5", "doi:10.1016/s0140-6736(20)30183-5"),
        ("P17", None),
        ("00363db31c", None),
        ("2113.00001", None),
        ("12.5", None),
        ("quill_sparse_2021", None),
        ("https://example.org/2106.14405", None),
        ("", None),
    ],
)
def test_recognise(text: str, expected: str | None) -> None:
    assert recognise(text) == expected


@settings(deadline=None)
@given(st.text())
def test_recognised_identifiers_are_recognised_again(text: str) -> None:
    found = recognise(text)
    assert found is None or recognise(found.partition(":")[2]) == found


def test_an_arxiv_id_inside_a_text_must_be_marked() -> None:
    assert arxiv_inside("arXiv preprint arXiv:1712.05877") == "arxiv:1712.05877"
    assert arxiv_inside("Volume 1712.05877 of a journal") is None


def test_the_order_of_schemes_does_not_depend_on_the_order_of_texts() -> None:
    texts = ["10.1000/xyz", "P17-1001", "2106.14405"]
    assert paper_id(identifiers(texts), "T") == paper_id(identifiers(reversed(texts)), "T") == "arxiv:2106.14405"
    assert paper_id(identifiers(texts[:2]), "T") == "acl:P17-1001"
    assert paper_id(identifiers(texts[:1]), "T") == "doi:10.1000/xyz"


def test_titles_that_differ_in_signs_alone_are_one() -> None:
    assert title_id("BT^2: Backward-Compatible  Training") == title_id("bt 2 - backward compatible training!")
    assert title_id("Straße") == title_id("STRASSE")
    assert title_id("e\u0301tude") == title_id("Étude")
    assert title_id("C++") != title_id("++")
    assert title_id("???") != title_id("!!!")


@settings(deadline=None)
@given(st.text(min_size=1))
def test_normalising_a_title_twice_changes_nothing(title: str) -> None:
    once = normalised_title(title)
    assert normalised_title(once) == once
