"""Concepts of all papers become entities, whatever the order of the papers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Entity, Mention, Paper
from kg.resolve import Resolution, resolve
from schema import taxonomy

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

TEXTS = (
    "On {Method:studies|generative adversarial networks}\nA {Method:uses|generative adversarial network (GAN)} makes {Task:addresses|images}.",
    "Faces\nWe train {Method:uses|GANs} on {Dataset:evaluatesOn|CelebA} with an {Hardware:runsOn|NVIDIA Jetson Nano}.",
    "Graphs\nA {Method:proposes|graph attention network (GAT)} for {Task:addresses|node classification} on {Dataset:evaluatesOn|Cora}.",
    "Chips\nA {Hardware:runsOn|64x64 systolic array} runs {Method:uses|convolutional neural networks (CNNs)} at {Metric|accuracy} of 90%.",
    "Edges\nThe {Hardware:runsOn|Jetson Nano board} runs a {Method:uses|CNN} for {Task:addresses|node classification}.",
    "Scenes\nWe label {Dataset:evaluatesOn|Cityscapes} and {Dataset:evaluatesOn|MNIST dataset} with {Method:uses|CNNs}.",
    "Digits\nOn {Dataset:evaluatesOn|MNIST} with {Hardware:sensesWith|an RGB camera} and {Method:proposes|DRACO}.",
)


def papers(marked: Marked, texts: Sequence[str] = TEXTS) -> list[tuple[Paper, tuple[Mention, ...]]]:
    return [marked(text, paper=f"arxiv:2001.{number:05}") for number, text in enumerate(texts)]


def by_name(resolution: Resolution) -> dict[str, Entity]:
    return {entity.name: entity for entity in resolution.entities}


def entities_of(resolution: Resolution, number: int, type_: str = "Method") -> set[str]:
    return {p.entity[1] for p in resolution.papers if p.paper == f"arxiv:2001.{number:05}" and p.entity[0] == type_}


@settings(max_examples=30, deadline=None)
@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_papers_does_not_matter(marked: Marked, order: list[int]) -> None:
    found = papers(marked)
    assert resolve([found[n] for n in order]) == resolve(found)


@settings(max_examples=30, deadline=None)
@given(st.sets(st.integers(0, len(TEXTS) - 1)))
def test_every_concept_has_its_entity_and_every_entity_is_there_once(marked: Marked, chosen: set[int]) -> None:
    found = [papers(marked)[n] for n in sorted(chosen)]
    resolution = resolve(found)
    there = [(e.type, e.key) for e in resolution.entities]
    assert len(set(there)) == len(there)
    for said in resolution.papers:
        assert said.entity in there
        assert said.mentions
        assert all(m.paper == said.paper for m in said.mentions)
        assert 0 <= said.confidence <= 1
    assert len({(p.paper, p.entity) for p in resolution.papers}) == len(resolution.papers)
    for entity in resolution.entities:
        assert all((entity.type, key) in there for key in entity.broader)
        assert entity.key not in entity.broader
        assert entity.name not in entity.aliases
        assert list(entity.aliases) == sorted(entity.aliases)


def test_a_short_form_counts_as_the_long_form_that_other_papers_give(marked: Marked) -> None:
    resolution = resolve(papers(marked))
    assert entities_of(resolution, 1) == entities_of(resolution, 0) == {"generative-adversarial-network"}
    assert "GAN" in by_name(resolution)["generative adversarial network"].aliases


def test_a_short_form_on_which_papers_do_not_agree_stays_by_itself(marked: Marked) -> None:
    texts = (
        "A\nA {Method:uses|zonal quartic xylophone (ZQX)} is here.",
        "B\nA {Method:uses|zigzag quadratic xerox (ZQX)} is here.",
        "C\nThe {Method:uses|ZQX} is here.",
    )
    resolution = resolve(papers(marked, texts))
    groups = [entities_of(resolution, number) for number in range(3)]
    assert all(len(group) == 1 for group in groups)
    assert all(not a & b for a, b in combinations(groups, 2))


def test_two_letters_need_two_papers_to_be_agreed_on(marked: Marked) -> None:
    long, bare = "A\nWe use {Method:uses|random forest (RF)}.", "B\nWe use {Method:uses|RF}."
    assert entities_of(resolve(papers(marked, (long, bare))), 1) == {"rf"}
    assert entities_of(resolve(papers(marked, (long, bare, long))), 1) == {"random-forest"}


def test_a_board_is_its_taxonomy_concept_with_all_above_it(marked: Marked) -> None:
    resolution = resolve(papers(marked))
    assert entities_of(resolution, 1, "Hardware") == entities_of(resolution, 4, "Hardware") == {"jetson-nano"}
    nano = next(e for e in resolution.entities if e.key == "jetson-nano")
    assert (nano.name, nano.concept, nano.broader) == ("Jetson Nano", "jetson-nano", ("jetson",))
    there = {e.key for e in resolution.entities if e.type == "Hardware"}
    assert set(taxonomy.ancestors(taxonomy.load("Hardware"), "jetson-nano")) <= there


def test_an_unknown_array_stands_under_the_known_kind(marked: Marked) -> None:
    resolution = resolve(papers(marked))
    array = by_name(resolution)["64x64 systolic array"]
    assert (array.concept, array.broader) == (None, ("systolic-array",))
    assert "systolic-array" in {e.key for e in resolution.entities}


def test_a_name_that_is_preferred_wins_over_another_concepts_other_name(marked: Marked) -> None:
    assert entities_of(resolve(papers(marked)), 6, "Hardware") == {"rgb-camera"}


def test_a_last_word_that_says_nothing_is_dropped_where_the_rest_is_a_name(marked: Marked) -> None:
    resolution = resolve(papers(marked))
    assert "mnist" in entities_of(resolution, 5, "Dataset") & entities_of(resolution, 6, "Dataset")
    alone = resolve(papers(marked, ("T\nWe use the {Dataset|juggling dataset} for {Dataset|juggling}.",)))
    assert {e.key for e in alone.entities} <= {"juggling-dataset", "juggling"}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "convolutional neural network",
            "Convolutional Neural Networks\nWe like {Method|convolutional neural networks} a lot.",
        ),
        (
            "DRACO",
            "T\nWe present {Method:proposes|dynamic routing of agents by colour (DRACO)}. {Method:proposes|DRACO} wins.",
        ),
        ("Cityscapes", "T\nWe label {Dataset|Cityscapes} and more {Dataset|Cityscapes} images."),
        ("transformer", "T\nWe use {Method|Transformers} and a {Method|Transformer}."),
        ("convolutional neural network", "T\nAll of our {Method|CNNs} are good."),
        ("Zorbnet", "T\nWe use {Method|Zorbnets} and a {Method|Zorbnet}."),
    ],
)
def test_preferred_names(marked: Marked, name: str, text: str) -> None:
    resolution = resolve(papers(marked, (text,)))
    (said,) = resolution.papers
    (entity,) = (e for e in resolution.entities if (e.type, e.key) == said.entity)
    assert entity.name == name
    assert name.removesuffix("s") not in entity.aliases or not name.endswith("s")


def test_no_papers_no_entities() -> None:
    assert resolve([]) == Resolution((), ())
