"""The curated concepts are found by the names that papers use."""

from __future__ import annotations

import pytest

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


@pytest.mark.parametrize("type_", ["Method", "Task", "Dataset", "Metric"])
def test_types_without_a_taxonomy_know_nothing(type_: str) -> None:
    empty = catalogue(type_)  # type: ignore[arg-type]
    assert empty.find("convolutional neural network") is None
    assert empty.broader("deep convolutional neural network") == ()
    assert not empty.apart("a", "b")
