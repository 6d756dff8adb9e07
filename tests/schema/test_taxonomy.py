"""The hardware taxonomy holds what it promises, and the lint finds each kind of mistake."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import RdfFormat, parse
from rdflib import SKOS, Graph, Literal, URIRef

from schema.taxonomy import TAXONOMIES, Concept, ancestors, fold, lint, load, narrower
from schema.vocab import KG

HARDWARE = load("Hardware")
PATH = TAXONOMIES["Hardware"]

PREFIXES = """\
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix hw: <https://w3id.org/paperkg/id/hardware/> .
@prefix kg: <https://w3id.org/paperkg/ontology#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
SCHEME = """\
<https://w3id.org/paperkg/scheme/hardware> a skos:ConceptScheme ;
    dcterms:title "Toys"@en ;
    dcterms:description "Two robots for the tests."@en ;
    skos:hasTopConcept hw:robot .
"""
ARM = """\
hw:arm a skos:Concept, kg:Hardware ;
    skos:inScheme <https://w3id.org/paperkg/scheme/hardware> ;
    skos:prefLabel "robot arm"@en ;
    skos:altLabel "manipulator"@en, "mechanical arm"@en ;
    skos:broader hw:robot ;
    skos:definition "Robot that is an arm."@en .
"""
ROBOT = """\
hw:robot a skos:Concept, kg:Hardware ;
    skos:inScheme <https://w3id.org/paperkg/scheme/hardware> ;
    skos:prefLabel "robot"@en ;
    skos:definition "Machine that moves by itself."@en .
"""


def problems_of(folder: Path, *parts: str) -> list[str]:
    path = folder / "toys.ttl"
    path.write_text("\n".join((PREFIXES, *parts)), encoding="utf-8")
    return lint(path)


def below(key: str) -> set[str]:
    return {other for other in HARDWARE if key in ancestors(HARDWARE, other)}


def names() -> dict[str, str]:
    """Concept by folded label."""
    return {fold(label): key for key, concept in HARDWARE.items() for label in (concept.label, *concept.alt)}


# The file


def test_hardware_is_free_of_problems() -> None:
    assert lint(PATH) == []


def test_hardware_is_large_and_sorted() -> None:
    assert len(HARDWARE) >= 200
    assert list(HARDWARE) == sorted(HARDWARE)
    assert all(key == concept.key for key, concept in HARDWARE.items())
    assert all(concept.definition and len(concept.definition) <= 120 for concept in HARDWARE.values())


def test_rdflib_and_pyoxigraph_read_the_same_triples() -> None:
    def from_oxigraph() -> set[tuple[str, ...]]:
        return {
            (q.subject.value, q.predicate.value, q.object.value, getattr(q.object, "language", None) or "")
            for q in parse(path=PATH, format=RdfFormat.TURTLE)
        }

    def from_rdflib() -> set[tuple[str, ...]]:
        graph = Graph().parse(PATH, format="turtle")
        return {(str(s), str(p), str(o), (isinstance(o, Literal) and o.language) or "") for s, p, o in graph}

    assert from_oxigraph() == from_rdflib()


def test_load_agrees_with_the_triples() -> None:
    graph = Graph().parse(PATH, format="turtle")
    concepts = set(graph.subjects(predicate=None, object=KG.Hardware))
    assert {str(iri).rsplit("/", 1)[-1] for iri in concepts} == set(HARDWARE)
    iri = URIRef("https://w3id.org/paperkg/id/hardware/jetson-nano")
    assert HARDWARE["jetson-nano"].label == str(graph.value(iri, SKOS.prefLabel))
    assert set(HARDWARE["jetson-nano"].alt) == {str(label) for label in graph.objects(iri, SKOS.altLabel)}


def test_load_names_the_types_there_are() -> None:
    with pytest.raises(ValueError, match=r"'Hardwear'.*Hardware"):
        load("Hardwear")


# The tree


@pytest.mark.parametrize(
    "key",
    [
        "jetson-nano", "jetson-orin-nano", "raspberry-pi-4", "smartphone", "iphone", "smartwatch", "hololens",
        "hearing-aid", "iot-device", "microcontroller", "arduino", "gap8", "edge-tpu", "snapdragon",
    ],
)  # fmt: skip
def test_edge_device_finds(key: str) -> None:
    assert key in below("edge-device")


@pytest.mark.parametrize("key", ["nvidia-a100", "supercomputer", "cloud", "exoskeleton", "uav", "autonomous-vehicle"])
def test_edge_device_does_not_find(key: str) -> None:
    assert key in HARDWARE
    assert key not in below("edge-device")


@pytest.mark.parametrize(
    ("key", "above"),
    [
        ("jetson-nano", {"jetson", "edge-board", "embedded-system", "gpu"}),
        ("davis346", {"davis", "event-camera", "camera", "neuromorphic-sensor", "sensor"}),
        ("prophesee-gen4", {"event-camera"}),
        ("loihi-2", {"loihi", "neuromorphic-chip", "neuromorphic-hardware"}),
        ("crossbar-array", {"in-memory-computing", "memory"}),
        ("tpu-v3", {"tpu", "systolic-array", "dnn-accelerator", "hardware-accelerator"}),
        ("zcu102", {"zynq", "fpga", "reconfigurable-hardware"}),
        ("crazyflie", {"quadrotor", "nano-drone", "uav", "robot", "vehicle"}),
        ("anymal", {"quadruped", "legged-robot", "mobile-robot", "robot"}),
        ("kinect", {"rgbd-camera", "depth-sensor", "camera"}),
        ("mzi-mesh", {"photonic-hardware"}),
        ("d-wave", {"quantum-computer"}),
    ],
)
def test_concept_has_above_it(key: str, above: set[str]) -> None:
    assert above <= set(ancestors(HARDWARE, key))


def test_narrower_turns_broader_round() -> None:
    children = narrower(HARDWARE)
    assert {(child, key) for key, keys in children.items() for child in keys} == {
        (key, above) for key, concept in HARDWARE.items() for above in concept.broader
    }
    assert all(list(keys) == sorted(keys) for keys in children.values())


@given(st.sampled_from(sorted(HARDWARE)))
def test_ancestors_are_the_broader_ones_and_their_ancestors(key: str) -> None:
    found = set(ancestors(HARDWARE, key))
    expected = set(HARDWARE[key].broader)
    for above in HARDWARE[key].broader:
        expected |= set(ancestors(HARDWARE, above))
    assert found == expected
    assert key not in found


def test_no_broader_concept_says_what_another_one_implies() -> None:
    for key, concept in HARDWARE.items():
        for above in concept.broader:
            implied = [other for other in concept.broader if above in ancestors(HARDWARE, other)]
            assert not implied, f"{key}: {above} is above {implied}"


def test_ancestors_end_on_a_cycle() -> None:
    ring = {
        "hen": Concept("hen", "hen", (), ("egg",), "Lays eggs."),
        "egg": Concept("egg", "egg", (), ("hen",), "Becomes a hen."),
    }
    assert ancestors(ring, "hen") == ("egg",)


# Names


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("NVIDIA Jetson Nano", "jetson-nano"),
        ("dynamic vision sensors", "event-camera"),
        ("DVS", "event-camera"),
        ("event-based cameras", "event-camera"),
        ("field programmable gate arrays", "fpga"),
        ("inertial measurement unit", "imu"),
        ("AVs", "autonomous-vehicle"),
        ("UAVs", "uav"),
        ("drone", "uav"),
        ("mobile phones", "smartphone"),
        ("wireless network interface cards", "wifi-nic"),
        ("Tensor Processing Unit", "tpu"),
        ("IBM TrueNorth", "truenorth"),
        ("RRAM", "rram"),
    ],
)
def test_name_leads_to(written: str, key: str) -> None:
    assert names()[fold(written)] == key


@pytest.mark.parametrize("bare", ["Nano", "chip", "device", "hardware", "platform", "system", "64x64 systolic array"])
def test_name_is_too_vague_or_too_special_for_a_label(bare: str) -> None:
    assert fold(bare) not in names()


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing_but_case_and_hyphens_never_tell_apart(label: str) -> None:
    assert fold(label.replace(" ", "-")) == fold(label.replace("-", " "))
    assert " " not in fold(label)


def mentions(path: Path) -> list[set[str]]:
    """Folded names of each hardware entity of a gold file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [
            {fold(name) for name in (entity["name"], *entity["surface"])}
            for line in lines
            for entity in json.loads(line)["entities"]
            if entity["type"] == "Hardware"
        ]


@pytest.mark.parametrize(("part", "least"), [("train", 0.80), ("dev", 0.77)])
def test_most_hardware_of_the_gold_has_a_concept(shared: Path, part: str, least: float) -> None:
    entities = mentions(shared / "gold" / f"{part}.jsonl.gz")
    known = names()
    found = sum(any(name in known for name in entity) for entity in entities)
    assert found / len(entities) > least


def test_nearly_all_frequent_names_of_the_gold_have_a_concept(shared: Path) -> None:
    counts: Counter[str] = Counter()
    for entity in mentions(shared / "gold" / "train.jsonl.gz"):
        counts.update(entity)
    # "field-programmable gate array (FPGA)" names two things that are labels each.
    frequent = {name for name, count in counts.items() if count >= 3 and "(" not in name}
    known = names()
    missing = sorted(frequent - set(known))
    assert len(missing) < 0.05 * len(frequent), missing


# The lint


def test_lint_passes_a_sound_file(tmp_path: Path) -> None:
    assert problems_of(tmp_path, SCHEME, ARM, ROBOT) == []


@pytest.mark.parametrize(
    ("wrong", "right", "problem"),
    [
        ('skos:prefLabel "robot arm"@en ;', "", "arm: no skos:prefLabel"),
        ('"robot arm"@en', '"robot arm"@en, "arm"@en', "arm: 2 prefLabels"),
        ('"robot arm"@en', '"robot arm"', "is no text tagged @en"),
        ('skos:definition "Robot that is an arm."@en', "skos:broader hw:robot", "arm: no skos:definition"),
        ("an arm.", "an arm", "arm: skos:definition is not one sentence"),
        ("skos:inScheme <https://w3id.org/paperkg/scheme/hardware> ;", "", "arm: not skos:inScheme"),
        ("scheme/hardware", "scheme/software", "arm: not skos:inScheme"),
        ("skos:broader hw:robot", "skos:broader hw:tool", "arm: unknown broader concept tool"),
        ("skos:broader hw:robot ;", "", "arm: orphan"),
        ("skos:broader hw:robot", "skos:broader hw:arm", "arm: cycle"),
        ("hw:arm a", "hw:Robot_Arm a", "Robot_Arm: bad slug"),
        ("hw:arm a", "<https://example.org/arm> a", "arm: bad slug"),
        ("hw:arm a", "hw:zebra a", "robot: wrong order; it stands after zebra"),
        ('"manipulator"@en, "mechanical arm"@en', '"mechanical arm"@en, "manipulator"@en', "wrong order of altLabels"),
        ('"mechanical arm"@en', '"Robots"@en', "robot: label 'robot' is shared with arm ('Robots')"),
        ('"mechanical arm"@en', '"Manipulators"@en', "arm: label 'Manipulators' repeats 'manipulator'"),
        ('"mechanical arm"@en', '"robot-arm"@en', "arm: label 'robot-arm' repeats 'robot arm'"),
        ("skos:Concept, kg:Hardware", "skos:Concept", "arm: not typed as skos:Concept and one class"),
        ("skos:broader", "skos:narrower", "arm: unexpected property"),
        ("hw:robot ;", "[] ;", "blank node"),
        ("hw:robot ;", "hw:robot", "not Turtle"),
    ],
)
def test_lint_finds(tmp_path: Path, wrong: str, right: str, problem: str) -> None:
    assert wrong in ARM
    problems = problems_of(tmp_path, SCHEME, ARM.replace(wrong, right), ROBOT)
    assert any(problem in found for found in problems), problems


def test_lint_finds_a_cycle_through_two_concepts(tmp_path: Path) -> None:
    looped = ROBOT.replace("skos:definition", "skos:broader hw:arm ;\n    skos:definition")
    problems = problems_of(tmp_path, SCHEME, ARM, looped)
    assert {"arm: cycle: it is broader than itself", "robot: cycle: it is broader than itself"} <= set(problems)
    assert "robot: top concept with a broader one" in problems


def test_lint_finds_unsorted_broader_concepts(tmp_path: Path) -> None:
    tool = ROBOT.replace("hw:robot", "hw:tool").replace('"robot"', '"tool"')
    scheme = SCHEME.replace("hw:robot .", "hw:robot, hw:tool .")
    assert problems_of(tmp_path, scheme, ARM.replace("hw:robot ;", "hw:robot, hw:tool ;"), ROBOT, tool) == []
    problems = problems_of(tmp_path, scheme, ARM.replace("hw:robot ;", "hw:tool, hw:robot ;"), ROBOT, tool)
    assert problems == ["arm: wrong order of broader concepts; sort them"]


@pytest.mark.parametrize(
    ("scheme", "problem"),
    [
        ("", "0 concept schemes"),
        (SCHEME + SCHEME.replace("scheme/hardware", "scheme/software"), "2 concept schemes"),
        (SCHEME.replace('dcterms:title "Toys"@en ;', ""), "scheme: no dcterms:title"),
        (SCHEME.replace("dcterms:description", "dcterms:abstract"), "scheme: no dcterms:description"),
        (SCHEME.replace("hw:robot .", "hw:robot, hw:ghost ."), "scheme: unknown top concept ghost"),
        (SCHEME.replace("hw:robot .", "hw:arm ."), "robot: orphan"),
    ],
)
def test_lint_finds_in_the_scheme(tmp_path: Path, scheme: str, problem: str) -> None:
    problems = problems_of(tmp_path, scheme, ARM, ROBOT)
    assert any(problem in found for found in problems), problems
