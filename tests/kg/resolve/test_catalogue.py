"""The curated concepts are found by the names that papers use."""

from __future__ import annotations

import pytest

from kg.model import EntityType
from kg.resolve.catalogue import Catalogue, catalogue
from kg.resolve.names import name_key
from schema import taxonomy


@pytest.fixture(scope="module")
def hardware() -> Catalogue:
    return catalogue("Hardware")


def test_every_concept_is_found_by_its_key_and_its_preferred_name(hardware: Catalogue) -> None:
    """So "RGB camera" is the RGB camera, not the frame-based camera of which it is another name."""
    for key, concept in hardware.concepts.items():
        assert hardware.find(name_key(concept.label)) == key
        assert hardware.find(name_key(key)) == key
    assert hardware.find("rgb camera") == "rgb-camera"


def test_every_other_name_finds_a_concept_that_bears_it(hardware: Catalogue) -> None:
    for concept in hardware.concepts.values():
        for alt in concept.alt:
            found = hardware.find(name_key(alt))
            assert found is not None
            bearer = hardware.concepts[found]
            assert name_key(alt).replace(" ", "") in {
                name_key(name).replace(" ", "") for name in (bearer.key, bearer.label, *bearer.alt)
            }


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("NVIDIA Jetson Nano board", "jetson-nano"),
        ("Jetson Nanos", "jetson-nano"),
        ("field-programmable gate arrays", "fpga"),
        ("FPGA platform", "fpga"),
        ("event cameras", "event-camera"),
    ],
)
def test_names_as_papers_write_them(hardware: Catalogue, name: str, key: str) -> None:
    assert hardware.find(name_key(name)) == key


def test_a_longer_name_stands_under_the_concept_it_ends_in(hardware: Catalogue) -> None:
    assert hardware.find("64x64 systolic array") is None
    assert hardware.broader("64x64 systolic array") == ("systolic-array",)
    assert hardware.broader("systolic array") != ("systolic-array",)
    assert hardware.broader("banana") == ()
    assert hardware.broader("") == ()


def test_depth_grows_towards_what_is_special(hardware: Catalogue) -> None:
    for key, concept in hardware.concepts.items():
        assert all(hardware.depth(name_key(key)) > hardware.depth(name_key(above)) for above in concept.broader)
    assert hardware.depth("banana") == 0
    assert 0 < hardware.depth("64x64 systolic array") <= hardware.depth("systolic array")


def test_only_concepts_on_different_branches_are_apart(hardware: Catalogue) -> None:
    assert hardware.apart("lidar", "camera")
    assert not hardware.apart("lidar", "lidar")
    assert not hardware.apart("banana", "camera")
    nano = next(iter(taxonomy.ancestors(hardware.concepts, "jetson-nano")))
    assert not hardware.apart("jetson nano", name_key(nano))
    assert hardware.apart("lidar", "camera") == hardware.apart("camera", "lidar")


@pytest.mark.parametrize(
    ("type_", "name", "concept"),
    [
        ("Method", "convolutional neural network", "convolutional-neural-network"),
        ("Task", "detection of object", "object-detection"),
        ("Dataset", "cityscapes data set", "cityscapes"),
        ("Dataset", "cityscape dataset", "cityscapes"),
        ("Metric", "accuracy metric", "accuracy"),
        ("Task", "banana", None),
    ],
)
def test_each_type_knows_its_own(type_: EntityType, name: str, concept: str | None) -> None:
    assert catalogue(type_).find(name) == concept


def test_only_ends_that_tell_often_enough_put_a_name_below_a_concept() -> None:
    tasks = catalogue("Task")
    assert tasks.broader("nocturnal object detection") == ("object-detection",)
    # "translation" is another name of machine translation, but most translations are others
    assert tasks.head("zorblax translation") == ("machine-translation", "other word")
    assert tasks.broader("zorblax translation") == ()
