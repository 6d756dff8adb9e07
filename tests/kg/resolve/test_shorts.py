"""What a short form means where its paper does not say."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pytest

from kg.model import Mention, Paper
from kg.resolve.shorts import AGREEMENT, LEAST_PAPERS, SHARED, agreed, likeliest, meanings, uncommon
from kg.resolve.within import gather

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

QUOKKA = (
    "T\nA {Method|quokka oriented learner (QOL)} hops on {Dataset|eucalyptus100} with {Metric|hop height} for"
    " {Task|marsupial tracking}."
)
QUALITY = (
    "T\nA {Method|quality optimized lexer (QOL)} parses {Dataset|treebank7} with {Metric|nesting depth} for"
    " {Task|bracket matching}."
)


def means(marked: Marked, texts: Sequence[str], short: str = "qol") -> list[str | None]:
    """What the short form means in each paper that has it alone."""
    concepts = []
    for number, text in enumerate(texts):
        paper, mentions = marked(text, paper=f"arxiv:2001.{number:05}")
        concepts += [(paper.id, concept) for concept in gather(paper.text, mentions)]
    found = meanings(concepts)
    return [found.get((paper, (c.type, c.key))) for paper, c in concepts if c.key == short]


@pytest.mark.parametrize(
    ("counts", "long"),
    [
        ({"a b c": 1}, "a b c"),
        ({"a b c": 4, "x y z": 1}, "a b c"),
        ({"a b c": 3, "x y z": 1}, None),
        ({"a b c": 1, "x y z": 1}, None),
    ],
)
def test_agreement(counts: dict[str, int], long: str | None) -> None:
    assert agreed(counts, "abc") == long
    assert agreed(dict(reversed(counts.items())), "abc") == long
    assert 0.5 < AGREEMENT < 1


def test_two_letters_need_two_papers() -> None:
    assert agreed({"random forest": 1}, "rf") is None
    assert agreed({"random forest": 2}, "rf") == "random forest"


def test_a_short_form_means_what_the_other_papers_say(marked: Marked) -> None:
    alone = "T\nThe {Method|QOL} is fast."
    assert means(marked, (QUOKKA, alone)) == ["quokka oriented learner"]
    assert means(marked, (alone,)) == [None]


def test_where_papers_differ_it_means_what_those_say_that_speak_of_the_same_things(marked: Marked) -> None:
    texts = (QUOKKA, QUALITY) * 6
    here = "T\nThe {Method|QOL} has {Metric|hop height} on {Dataset|eucalyptus100} in {Task|marsupial tracking}."
    there = "T\nThe {Method|QOL} has {Metric|nesting depth} on {Dataset|treebank7} in {Task|bracket matching}."
    elsewhere = "T\nThe {Method|QOL} has {Metric|hop height} on {Dataset|treebank7} in {Task|bracket matching}."
    assert means(marked, (*texts, here, there, elsewhere)) == [
        "quokka oriented learner", "quality optimized lexer", None,
    ]  # fmt: skip


def test_a_meaning_that_a_single_paper_gives_is_never_chosen_by_context(marked: Marked) -> None:
    here = "T\nThe {Method|QOL} has {Metric|hop height} on {Dataset|eucalyptus100} in {Task|marsupial tracking}."
    assert LEAST_PAPERS > 1
    assert means(marked, (QUOKKA, QUALITY, here)) == [None]


def test_of_likely_meanings_the_likeliest_whatever_their_order() -> None:
    wombats = {("Dataset", f"wombat {n}") for n in range(SHARED)}
    beside = {f"p{n}": wombats if n < 3 else {("Dataset", "treebank")} for n in range(6)}
    papers = {"one": {"p0", "p1", "p2"}, "other": {"p3", "p4", "p5"}}
    assert likeliest(wombats, papers, beside) == "one"  # type: ignore[arg-type]
    assert likeliest(wombats, dict(reversed(papers.items())), beside) == "one"  # type: ignore[arg-type]
    assert likeliest(set(list(wombats)[1:]), papers, beside) is None  # type: ignore[arg-type]
    assert likeliest(set(), papers, beside) is None  # type: ignore[arg-type]
    assert likeliest(wombats, {}, beside) is None  # type: ignore[arg-type]


def test_what_every_paper_has_tells_nothing() -> None:
    beside = {f"p{n}": {("Metric", "accuracy"), ("Metric", f"m{n}")} for n in range(1000)}
    assert uncommon(beside)["p7"] == {("Metric", "m7")}  # type: ignore[arg-type]
    assert uncommon({"p0": beside["p0"]})["p0"] == beside["p0"]  # type: ignore[arg-type]
