"""The bundled sample keeps its promises: the page's 82 papers, facts only, words of our own."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from kg.sample import SAMPLE

RUN = 7
FIELDS = {"id", "title", "abstract", "year", "authors", "venue", "arxiv", "url"}


def _records() -> list[dict[str, Any]]:
    return [json.loads(line) for line in SAMPLE.read_text(encoding="utf-8").splitlines()]


def _page(shared: Path) -> list[tuple[str, str]]:
    """Title and abstract of each paper of the page; its noise header is the short lines before the first pair."""
    lines = (shared / "seeds" / "papers_page.txt").read_text(encoding="utf-8").splitlines()
    lines = [line.strip() for line in lines if line.strip()]
    first = next(i for i, line in enumerate(lines) if len(line) > 250) - 1
    return list(zip(lines[first::2], lines[first + 1 :: 2], strict=True))


def _words(text: str) -> list[str]:
    return re.findall(r"[^\W_]+", text.lower())


def _runs(text: str) -> set[tuple[str, ...]]:
    words = _words(text)
    return {tuple(words[i : i + RUN]) for i in range(len(words) - RUN + 1)}


def test_holds_82_papers_in_order() -> None:
    assert [record["id"] for record in _records()] == [f"P{n:02d}" for n in range(1, 83)]


def test_titles_are_those_of_the_page(shared: Path) -> None:
    assert [record["title"] for record in _records()] == [title for title, _ in _page(shared)]


def test_no_run_of_seven_words_is_taken_from_the_page(shared: Path) -> None:
    page = _page(shared)
    copied = set().union(*(_runs(abstract) for _, abstract in page))
    found = {
        f"{record['id']}: {' '.join(run)}"
        for record, (title, _) in zip(_records(), page, strict=True)
        for run in (_runs(record["abstract"]) & copied) - _runs(title)
    }
    assert not sorted(found)


def test_numbers_of_our_abstracts_stand_on_the_page(shared: Path) -> None:
    """Every figure with a decimal point or a per cent sign is the page's own figure for that paper."""
    figure = re.compile(r"\d+\.\d+|\d+(?=%)")
    for record, (_, abstract) in zip(_records(), _page(shared), strict=True):
        theirs = set(re.findall(r"\d+(?:\.\d+)?", abstract))
        ours = set(figure.findall(record["abstract"]))
        assert ours <= theirs, (record["id"], ours - theirs)


@pytest.mark.parametrize("record", _records(), ids=lambda record: record["id"])
def test_record_is_well_formed(record: dict[str, Any]) -> None:
    assert set(record) <= FIELDS
    assert 2 <= len(re.findall(r"[.?!][\"')]?(?=\s+[A-Z0-9]|$)", record["abstract"])) <= 5
    assert record["abstract"] == " ".join(record["abstract"].split())
    assert 1980 <= record.get("year", 2000) <= 2026
    if "authors" in record:
        assert record["authors"]
        assert all(isinstance(name, str) and name.strip() for name in record["authors"])
    if "arxiv" in record:
        assert re.fullmatch(r"\d{4}\.\d{4,5}", record["arxiv"])
        assert record["url"] == f"https://arxiv.org/abs/{record['arxiv']}"
        assert record["year"] >= 2000 + int(record["arxiv"][:2]) - 1
