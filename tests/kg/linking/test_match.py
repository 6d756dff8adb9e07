"""Links are right far more often than not, and none is made where nothing is sure."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.linking.match import Link, Linker, link_entities, linker_of
from kg.linking.score import Asked, Found, evidence, shipped_weights, spells_out, too_short
from kg.model import TYPES, Entity

OCS = "https://w3id.org/ocs/ont/"


@pytest.fixture(scope="module")
def opencs() -> Linker:
    return Linker()


@pytest.fixture(scope="module")
def linker(small: Path) -> Linker:
    return Linker(small)


def label(linker: Linker, target: str) -> str:
    return next(c.label for c in map(linker.index.concept, range(len(linker.index))) if c.iri == target)


@pytest.mark.parametrize(
    ("type_", "name", "concept"),
    [
        ("Task", "question answering", "C2468"),
        ("Task", "machine translation", "C5852"),
        ("Method", "support vector machine", "C2005"),
        ("Method", "convolutional neural network", "C3063"),
        ("Hardware", "CT scanner", "C24043"),
    ],
)
def test_a_name_that_is_a_concept_s_is_the_same(opencs: Linker, type_: str, name: str, concept: str) -> None:
    links = opencs.links(type_, name)  # type: ignore[arg-type]
    assert Link(OCS + concept, "exactMatch", next(k.score for k in links if k.target == OCS + concept)) in links
    assert all(0.8 < link.score <= 1 and link.score == round(link.score, 2) for link in links)


@pytest.mark.parametrize(
    ("type_", "name"),
    [
        ("Dataset", "COCO"),  # a robot, in OpenCS
        ("Metric", "mAP"),  # the higher-order function
        ("Method", "EDA"),
        ("Method", "M2"),  # a slot for memory
        ("Dataset", "MEN"),
        ("Method", "DRACO"),
        ("Metric", "latency"),  # of engineering, of audio, of an interval
    ],
)
def test_nothing_is_better_than_a_guess(opencs: Linker, type_: str, name: str) -> None:
    assert opencs.links(type_, name) == ()  # type: ignore[arg-type]


def test_an_acronym_is_linked_by_what_it_stands_for_alone(opencs: Linker) -> None:
    assert opencs.links("Method", "MoE") == ()
    links = opencs.links("Method", "MoE", ["mixture of experts"])
    assert [link.match for link in links if link.target.startswith(OCS)] == ["exactMatch"]
    assert spells_out("MoE", "mixture of experts")
    assert not spells_out("MoE", "sparse experts")


def test_another_name_makes_a_link_less_sure_than_the_preferred_one(opencs: Linker) -> None:
    preferred = opencs.candidates("Task", "cluster analysis")[0]
    other = opencs.candidates("Task", "grouping of points", ["cluster analysis"])[0]
    assert preferred.concept == other.concept
    assert other.exact < preferred.exact
    assert "another name" in other.evidence


def test_a_dataset_is_no_field_of_study(opencs: Linker) -> None:
    (task, dataset) = (opencs.candidates(type_, "optical flow")[0] for type_ in ("Task", "Dataset"))
    assert task.concept == dataset.concept
    assert dataset.exact < task.exact
    assert "no data" in dataset.evidence
    assert "no data" not in opencs.candidates("Dataset", "WordNet")[0].evidence


def test_what_a_vocabulary_says_elsewhere_comes_with_exact_matches_only(opencs: Linker) -> None:
    links = opencs.links("Task", "question answering")
    (page,) = [link for link in links if "dbpedia" in link.target]
    assert page.match == "closeMatch"
    assert page.score < next(link.score for link in links if link.match == "exactMatch")
    close = opencs.links("Hardware", "systolic array")
    assert [(link.match, link.target) for link in close] == [("closeMatch", OCS + "C15179")]


def test_a_page_of_another_sense_is_not_carried_along(linker: Linker) -> None:
    found = {c.concept.label: c for c in linker.candidates("Metric", "regret")}
    assert "sense told elsewhere" in found["Regret"].evidence
    assert not [link for link in linker.links("Metric", "regret") if "dbpedia" in link.target]


def test_one_concept_of_each_vocabulary_at_most(linker: Linker) -> None:
    links = linker.links("Method", "support vector machine")
    targets = [link.target for link in links if "dbpedia" not in link.target]
    assert targets == ["https://dl.acm.org/topic/ccs2012/100.1", OCS + "C30"], "not the one of theory"


def test_concepts_that_nothing_tells_apart_are_none(linker: Linker) -> None:
    candidates = linker.candidates("Task", "cloud computing")
    assert len(candidates) == 2
    assert linker.links("Task", "cloud computing") == ()


def test_what_is_above_an_entity_can_tell_concepts_apart(linker: Linker) -> None:
    first = linker.candidates("Task", "cloud computing", (), ["networks"])[0]
    assert first.concept.iri.endswith("300.2")
    assert "context" in first.evidence


def test_links_below_the_least_are_left_out(small: Path) -> None:
    every = Linker(small).links("Method", "support vector machine")
    surer = Linker(small, least=max(link.score for link in every)).links("Method", "support vector machine")
    assert 0 < len(surer) < len(every)
    assert Linker(small, least=1.0).links("Method", "support vector machine") == ()


@pytest.mark.parametrize("name", ["", " ", "(", "$\\alpha$", "a" * 500, "\u2028", "%s {{x}}"])
def test_odd_names_are_no_trouble(opencs: Linker, name: str) -> None:
    for type_ in TYPES:
        for link in opencs.links(type_, name, [name]):
            assert 0 <= link.score <= 1


def test_order_of_aliases_does_not_matter(opencs: Linker) -> None:
    aliases = ["SVM", "SVMs", "support vector classifier", "support vector machine"]
    assert opencs.links("Method", "SVM", aliases) == opencs.links("Method", "SVM", aliases[::-1])


def test_a_concept_is_the_same_as_one_entity_at_most(opencs: Linker) -> None:
    entities = [Entity("question-answering", type_, "question answering") for type_ in TYPES]
    links = link_entities(entities, opencs)
    same = [(place, link) for place, found in links.items() for link in found if link.match == "exactMatch"]
    assert [place for place, _ in same] == [("Task", "question-answering")]
    close = [link for place, found in links.items() if place[0] == "Method" for link in found]
    assert [link.match for link in close] == ["closeMatch"], "nor is what it is elsewhere carried along"
    assert link_entities(entities[::-1], opencs) == links


def test_entities_are_linked_with_the_names_of_what_is_above_them(small: Path) -> None:
    below = Entity("cloud-computing", "Task", "cloud computing", (), None, ("networks",))
    above = Entity("networks", "Task", "networks")
    alone, both = (Linker(small), Linker(small))
    assert ("Task", "cloud-computing") not in link_entities([below], alone)
    (link,) = link_entities([above, below], both)["Task", "cloud-computing"]
    assert link.target.endswith("300.2")


def test_the_version_tells_indices_apart(small: Path, opencs: Linker) -> None:
    assert linker_of(str(small)).version != opencs.version == linker_of().version
    assert Linker(small).version == Linker(small).version


def test_evidence_is_named_as_the_weights_are() -> None:
    weights = shipped_weights()
    assert set(weights.exact) == set(weights.right)
    assert set(weights.exact_from) == {"opencs", "acm"}
    assert all(0.5 <= share <= 1 for share in (weights.right_from, *weights.exact_from.values()))
    # what speaks against a link must not speak for it
    for kind in ("another name", "another label", "label without its parenthesis", "rivals", "no data", "acronym"):
        assert weights.exact[kind] < 0
        assert weights.right[kind] < 0


def test_a_short_acronym_and_its_spelling_are_told_apart(opencs: Linker) -> None:
    concept = opencs.candidates("Method", "MIMO")[0].concept
    assert too_short(Found(concept, ("MIMO",), frozenset(), 0))
    assert not too_short(Found(concept, ("MIMO", "multiple-input multiple-output"), frozenset(), 0))
    assert "acronym" in evidence(Asked("Method", "MIMO"), Found(concept, ("MIMO",), frozenset(), 0))
