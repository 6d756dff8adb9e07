"""Each curated taxonomy is sound and large, and says of well-known things what the field says."""

from __future__ import annotations

import pytest

from kg.resolve.catalogue import catalogue
from kg.resolve.names import is_generic, name_key
from schema.taxonomy import TAXONOMIES, ancestors, lint, load, narrower

#: Concepts that each has at least.
LEAST = {"Method": 800, "Task": 500, "Dataset": 400, "Hardware": 400, "Metric": 120}

types = pytest.mark.parametrize("type_", list(TAXONOMIES))


def test_each_type_has_a_taxonomy() -> None:
    assert set(TAXONOMIES) == set(LEAST)


@types
def test_the_file_is_free_of_problems(type_: str) -> None:
    assert lint(TAXONOMIES[type_]) == []


@types
def test_it_is_large_and_sorted(type_: str) -> None:
    concepts = load(type_)
    assert len(concepts) >= LEAST[type_]
    assert list(concepts) == sorted(concepts)
    assert all(key == concept.key for key, concept in concepts.items())
    assert all(concept.definition and len(concept.definition) <= 160 for concept in concepts.values())


@types
def test_no_broader_concept_says_what_another_one_implies(type_: str) -> None:
    concepts = load(type_)
    for key, concept in concepts.items():
        for above in concept.broader:
            implied = [other for other in concept.broader if above in ancestors(concepts, other)]
            assert not implied, f"{key}: {above} is above {implied}"


@types
def test_every_name_names_something_and_finds_its_own_concept(type_: str) -> None:
    known = catalogue(type_)  # type: ignore[arg-type]
    lost = []
    for key, concept in load(type_).items():
        for name in (concept.label, *concept.alt):
            assert name_key(name), name
            if known.find(name_key(name)) != key:
                lost.append((key, name, known.find(name_key(name))))
    assert lost == []


@types
def test_only_a_class_has_a_name_that_names_nothing_by_itself(type_: str) -> None:
    concepts = load(type_)
    below = narrower(concepts)
    generic = [
        name
        for key, concept in concepts.items()
        for name in (*concept.alt, *(() if below[key] else (concept.label,)))
        if is_generic(name_key(name)) and name.islower()
    ]
    assert generic == []


@pytest.mark.parametrize(
    ("type_", "written", "key"),
    [
        ("Method", "CNNs", "convolutional-neural-network"),
        ("Method", "ConvNets", "convolutional-neural-network"),
        ("Method", "long short-term memory networks", "long-short-term-memory"),
        ("Method", "LLM", "large-language-model"),
        ("Method", "support vector machines", "support-vector-machine"),
        ("Task", "detection of objects", "object-detection"),
        ("Task", "object detection task", "object-detection"),
        ("Task", "machine translation", "machine-translation"),
        ("Dataset", "MNIST dataset", "mnist"),
        ("Dataset", "the ImageNet database", "imagenet"),
        ("Metric", "mean average precision", "mean-average-precision"),
        ("Metric", "mAP", "mean-average-precision"),
        ("Metric", "F1 score", "f1-score"),
    ],
)
def test_what_papers_write_finds_the_concept(type_: str, written: str, key: str) -> None:
    assert catalogue(type_).find(name_key(written)) == key  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("type_", "key", "above"),
    [
        ("Method", "convolutional-neural-network", "neural-network"),
        ("Method", "yolov3", "yolo"),
        ("Method", "resnet-50", "resnet"),
        ("Task", "3d-object-detection", "object-detection"),
        ("Dataset", "cifar-10", "cifar"),
        ("Metric", "top-1-accuracy", "accuracy"),
    ],
)
def test_concept_has_above_it(type_: str, key: str, above: str) -> None:
    concepts = load(type_)
    assert above in ancestors(concepts, key)


@pytest.mark.parametrize(
    ("type_", "first", "second"),
    [
        ("Method", "YOLOv3", "YOLOv5"),
        ("Method", "GPT-2", "GPT-3"),
        ("Method", "ResNet-50", "ResNet-101"),
        ("Method", "supervised learning", "unsupervised learning"),
        ("Dataset", "CIFAR-10", "CIFAR-100"),
        ("Dataset", "MNIST", "Fashion-MNIST"),
        ("Task", "object detection", "3D object detection"),
        ("Metric", "top-1 accuracy", "top-5 accuracy"),
        ("Metric", "precision", "recall"),
        ("Hardware", "Jetson Xavier NX", "Jetson AGX Xavier"),
    ],
)
def test_different_things_are_different_concepts(type_: str, first: str, second: str) -> None:
    known = catalogue(type_)  # type: ignore[arg-type]
    one, other = known.find(name_key(first)), known.find(name_key(second))
    assert one is not None
    assert other is not None
    assert one != other
