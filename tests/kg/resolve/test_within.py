"""Mentions of one paper become its concepts."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.model import Mention, Paper
from kg.resolve.within import gather

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]


def keys(marked: Marked, text: str) -> list[tuple[str, str]]:
    paper, mentions = marked(text)
    return [(c.type, c.key) for c in gather(paper.text, mentions)]


def test_spellings_and_short_forms_are_one_concept(marked: Marked) -> None:
    paper, mentions = marked(
        "On {Method:studies|Convolutional Neural Networks}\nA {Method:uses|convolutional neural network (CNN)} is a {Method:uses|CNN}."
        " {Method:uses|CNNs} win."
    )
    (concept,) = gather(paper.text, mentions)
    assert (concept.key, concept.short) == ("convolutional neural network", "cnn")
    assert len(concept.mentions) == 4
    assert concept.role == "uses"
    assert {"CNNs", "CNN", "convolutional neural network"} <= set(concept.surfaces)


def test_a_short_form_that_the_text_defines_but_no_mention_spells_out_gets_its_long_form(marked: Marked) -> None:
    assert keys(marked, "T\nGraph attention networks (GAN) are used. The {Method|GAN} wins.") == [
        ("Method", "graph attention network")
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("GPT-2", "GPT-3"),
        ("ResNet-50", "ResNet-101"),
        ("YOLOv3", "YOLOv5"),
        ("Llama 2 7B", "Llama 2 13B"),
        ("VGG16", "VGG19"),
    ],
)
def test_versions_stay_two_concepts(marked: Marked, first: str, second: str) -> None:
    assert len(keys(marked, f"T\nWe compare {{Method|{first}}} with {{Method|{second}}}.")) == 2


def test_boards_of_one_family_stay_two_concepts(marked: Marked) -> None:
    text = "T\nOn the {Hardware|Jetson AGX Xavier} and the {Hardware|Jetson Xavier NX}, with {Hardware|LiDAR} and {Hardware|cameras}."
    assert len(keys(marked, text)) == 4


def test_the_narrower_name_of_a_task_joins_the_wider(marked: Marked) -> None:
    assert (
        len(
            keys(
                marked,
                "{Task|Large-scale image retrieval}\nWe do {Task|image retrieval}. {Task|Image retrieval} is hard.",
            )
        )
        == 1
    )


def test_a_name_of_two_types_gets_the_one_with_more_votes(marked: Marked) -> None:
    paper, mentions = marked("T\n{Method|SLAM} and {Task:addresses|SLAM} and {Task:addresses|SLAM}.")
    (concept,) = gather(paper.text, mentions)
    assert (concept.type, concept.role, len(concept.mentions)) == ("Task", "addresses", 2)


def test_names_of_nothing_are_no_concepts(marked: Marked) -> None:
    assert keys(marked, "T\nOur {Method|model} is a {Method|state-of-the-art method} on the {Dataset|dataset}.") == []
    assert keys(marked, "T") == []


def test_the_role_is_voted_for(marked: Marked) -> None:
    paper, mentions = marked(
        "T\n{Method:proposes|DRACO} is new. {Method:proposes|DRACO} wins over {Method:comparesWith|BERT}. {Method:uses|DRACO}."
    )
    roles = {c.key: (c.role, c.role_confidence) for c in gather(paper.text, mentions)}
    assert roles["draco"][0] == "proposes"
    assert 0.4 < roles["draco"][1] < 0.8
    assert roles["bert"] == ("comparesWith", 0.8)


@settings(max_examples=40, deadline=None)
@given(st.randoms())
def test_the_order_of_mentions_does_not_matter(marked: Marked, chance: random.Random) -> None:
    paper, mentions = marked(
        "{Task|Image retrieval} with {Method|CNNs}\nA {Method:uses|convolutional neural network (CNN)} does {Task|large-scale image"
        " retrieval} on {Dataset|MNIST} and the {Dataset|MNIST dataset} with {Hardware|GPUs}. {Task:addresses|MNIST} {Method|GPT-2}."
    )
    other = list(mentions)
    chance.shuffle(other)
    assert gather(paper.text, other) == gather(paper.text, mentions)
