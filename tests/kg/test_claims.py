"""Claims and results of a paper: each with evidence, none about what was left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from kg.claims import Statements, state
from kg.extract.quantities import quantities
from kg.model import Figure, Findings, Link, Mention, Paper, PaperEntity, Relation, Result
from kg.resolve import resolve
from schema.vocab import RELATION_TERMS, ROLE_TERMS, Minter

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

TEXT = (
    "A new detector\nWe present {Method:proposes|DRACO} for {Task:addresses|object detection}. It is tested on"
    " {Dataset:evaluatesOn|COCO}. On {Hardware:runsOn|FPGAs}, {Method:proposes|DRACO} reaches {Metric|mAP} of 41.8% on"
    " {Dataset:evaluatesOn|COCO} at 35Hz."
)


def stated(marked: Marked, *, least: float = 0.0) -> Statements:
    paper, mentions = marked(TEXT)
    return state(paper, resolve([(paper, mentions)]).papers, Findings(mentions), minter=Minter(), least=least)


def test_every_claim_shows_its_words(marked: Marked) -> None:
    said = stated(marked)
    text = said.paper.text
    assert {c.derived for c in said.claims} == {True, False}
    for claim in said.claims:
        assert claim.sentences == tuple(sorted(set(claim.sentences)))
        assert claim.sentences
        assert 0 <= claim.span.start < claim.span.end <= len(text)
        assert 0 < claim.confidence <= 1
        assert claim.predicate in (RELATION_TERMS if claim.between else ROLE_TERMS)
        assert claim.paper == said.paper.id
    keys = [(c.subject, c.predicate, c.object) for c in said.claims]
    assert len(set(keys)) == len(keys)


def test_a_role_claim_points_at_a_mention_in_one_of_its_sentences(marked: Marked) -> None:
    said = stated(marked)
    claim = next(c for c in said.claims if c.object == Minter().entity("Method", "draco") and not c.derived)
    assert said.paper.text[claim.span.start : claim.span.end] == "DRACO"
    assert claim.subject == Minter().paper(said.paper.id)
    assert len(claim.sentences) == 2
    assert any(s.start <= claim.span.start and claim.span.end <= s.end for s in claim.sentences)


def test_a_derived_claim_spans_both_mentions(marked: Marked) -> None:
    said = stated(marked)
    minter = Minter()
    claim = next(c for c in said.claims if c.derived and c.object == minter.entity("Task", "object-detection"))
    assert said.paper.text[claim.span.start : claim.span.end] == "DRACO for object detection"


def test_a_result_names_the_entities_of_its_sentence(marked: Marked) -> None:
    first, second = stated(marked).results
    assert (first.value, first.number, first.unit) == ("41.8%", 41.8, "%")
    assert (first.metric, first.method, first.dataset, first.hardware) == (
        "mean-average-precision",
        "draco",
        "coco",
        "fpga",
    )
    assert (second.value, second.number, second.unit) == ("35Hz", 35.0, "Hz")


@pytest.mark.parametrize("least", [0.0, 0.3, 0.72, 0.73, 1.0])
def test_nothing_below_the_least_confidence_is_claimed_or_pointed_at(marked: Marked, least: float) -> None:
    said = stated(marked, least=least)
    assert all(claim.confidence >= least for claim in said.claims)
    minter = Minter()
    there = {claim.object for claim in said.claims if not claim.between}
    for claim in said.claims:
        if claim.between:
            assert {claim.subject, claim.object} <= there
    for result in said.results:
        ends = (
            ("Method", result.method),
            ("Dataset", result.dataset),
            ("Hardware", result.hardware),
            ("Metric", result.metric),
        )
        assert {minter.entity(type_, key) for type_, key in ends if key} <= there


def test_a_higher_least_confidence_only_takes_away(marked: Marked) -> None:
    every, fewer = stated(marked), stated(marked, least=0.5)
    assert set(fewer.claims) < set(every.claims)


def test_the_base_of_the_graph_is_that_of_the_minter(marked: Marked) -> None:
    paper, mentions = marked(TEXT)
    said = state(paper, resolve([(paper, mentions)]).papers, Findings(mentions), minter=Minter("http://ex.org/g#"))
    assert all(
        c.subject.startswith("http://ex.org/g#") and c.object.startswith("http://ex.org/g#") for c in said.claims
    )


def test_a_paper_of_which_nothing_is_known_claims_nothing() -> None:
    paper = Paper("title:0", "T", "It runs at 5 ms.")
    said = state(paper, [], Findings(()), minter=Minter())
    assert said.claims == ()
    assert [r.value for r in said.results] == ["5 ms"]
    assert state(replace(paper, abstract=""), [], Findings(()), minter=Minter()).results == ()


# How a paper says it


def judged(
    marked: Marked, text: str, *linked: tuple[str, Relation, str], odds: float = 4.0, least: float = 0.0
) -> Statements:
    """Statements of a marked text: these words are linked, and each number outside of its mentions is a result.

    A result is one of what the paper proposes, else of the nearest mention.
    """
    paper, mentions = marked(text)
    links = tuple(
        Link(one, other, relation, odds)
        for subject, relation, object_ in linked
        for one, m in enumerate(mentions)
        for other, n in enumerate(mentions)
        if (m.text, n.text) == (subject, object_)
    )
    found = []
    for quantity in quantities(paper.text):
        if not any(m.start < quantity.end and quantity.start < m.end for m in mentions):
            near = [
                (place, 4.0 if m.role == "proposes" else 3.0 - 0.01 * abs(m.start - quantity.start))
                for place, m in enumerate(mentions)
                if m.type != "Task"
            ]
            found.append(Figure(quantity.start, quantity.end, 3.0, tuple(near)))
    entities = resolve([(paper, mentions)]).papers
    said = state(paper, entities, Findings(mentions, links, tuple(found)), minter=Minter(), least=least)
    evident(said, entities)
    return said


def evident(said: Statements, entities: tuple[PaperEntity, ...]) -> None:
    """Whether each statement stands in the text, and relations and results are of what the paper has a role for."""
    minter, text = Minter(), said.paper.text
    with_role = {claim.object for claim in said.claims if not claim.between}
    for claim in (*said.claims, *said.denials):
        assert claim.sentences
        assert all(0 <= s.start < s.end <= len(text) for s in claim.sentences)
        assert any(s.start <= claim.span.end and claim.span.start <= s.end for s in claim.sentences)
    for claim in said.claims:
        if claim.between:
            assert {claim.subject, claim.object} <= with_role, "a relation of what the paper claims no role of"
    for denial in said.denials:
        assert denial.between
        assert denial.predicate in RELATION_TERMS
    keys = {(entity.entity[0], entity.entity[1]) for entity in entities}
    for result in said.results:
        assert text[result.span.start : result.span.end] == result.value
        for type_, key in (("Method", result.method), ("Method", result.compared), ("Metric", result.metric)):
            if key and (type_, key) in keys:
                assert minter.entity(type_, key) in with_role, "a result of what the paper claims no role of"


def relations(said: Statements) -> list[tuple[str, str, str]]:
    return [(c.predicate, c.status, said.paper.text[c.span.start : c.span.end]) for c in said.claims if c.between]


def roles(said: Statements, name: str) -> list[tuple[str, str]]:
    """Predicate and status of what the paper claims of an entity, by the words of a mention."""
    text = said.paper.text
    return [(c.predicate, c.status) for c in said.claims if not c.between and text[c.span.start : c.span.end] == name]


RUNS: tuple[str, Relation, str] = ("SlimNet", "runsOn", "FPGA")
TITLE = "A small network for robots\n"


def test_what_a_paper_states_is_a_claim_by_the_model(marked: Marked) -> None:
    said = judged(marked, TITLE + "{Method:proposes|SlimNet} runs on an {Hardware:runsOn|FPGA}.", RUNS)
    assert relations(said) == [("runsOn", "stated", "SlimNet runs on an FPGA")]
    assert said.denials == ()
    assert not any(claim.derived for claim in said.claims)


def test_what_may_be_is_claimed_as_hedged(marked: Marked) -> None:
    said = judged(marked, TITLE + "{Method:proposes|SlimNet} may run on an {Hardware:runsOn|FPGA}.", RUNS)
    assert relations(said) == [("runsOn", "hedged", "SlimNet may run on an FPGA")]
    assert said.denials == ()
    assert roles(said, "FPGA") == [("runsOn", "hedged")]


def test_what_is_denied_is_no_claim_but_a_denial(marked: Marked) -> None:
    said = judged(marked, TITLE + "{Method:proposes|SlimNet} does not run on an {Hardware:runsOn|FPGA}.", RUNS)
    assert relations(said) == []
    (denial,) = said.denials
    minter = Minter()
    assert (denial.subject, denial.predicate, denial.object) == (
        minter.entity("Method", "slimnet"), "runsOn", minter.entity("Hardware", "fpga"),
    )  # fmt: skip
    assert said.paper.text[denial.span.start : denial.span.end] == "SlimNet does not run on an FPGA"
    assert 0 < denial.confidence <= 1


def test_what_is_planned_is_neither(marked: Marked) -> None:
    text = (
        TITLE
        + "{Method:proposes|SlimNet} is small. In future work, we will run {Method|SlimNet} on an {Hardware:runsOn|FPGA}."
    )
    said = judged(marked, text, RUNS)
    assert (relations(said), said.denials) == ([], ())


def test_one_sentence_that_states_outweighs_one_that_doubts_or_denies(marked: Marked) -> None:
    text = (
        TITLE
        + "{{Method:proposes|SlimNet}} {} an {{Hardware:runsOn|FPGA}}. {{Method|SlimNet}} runs on an {{Hardware:runsOn|FPGA}}."
    )
    for doubt in ("may run on", "does not run on"):
        said = judged(marked, text.format(doubt), RUNS)
        assert [(predicate, status) for predicate, status, _ in relations(said)] == [("runsOn", "stated")]
        assert said.denials == ()


def test_ends_that_no_sentence_names_together_are_stated(marked: Marked) -> None:
    said = judged(marked, TITLE + "{Method:proposes|SlimNet} is fast. It runs on an {Hardware:runsOn|FPGA}.", RUNS)
    assert [(predicate, status) for predicate, status, _ in relations(said)] == [("runsOn", "stated")]
    (claim,) = (claim for claim in said.claims if claim.between)
    assert len(claim.sentences) == 2


def test_a_role_that_is_only_denied_becomes_a_mention(marked: Marked) -> None:
    denied = "{Method:proposes|SlimNet} works without a {Hardware:runsOn|GPU}."
    said = judged(marked, TITLE + denied)
    assert roles(said, "GPU") == [("mentions", "stated")]
    assert roles(said, "SlimNet") == [("proposes", "stated")]
    said = judged(marked, TITLE + denied + " We train it on a {Hardware:runsOn|GPU}.")
    assert roles(said, "GPU") == [("runsOn", "stated")]


def test_a_role_that_is_only_planned_becomes_a_mention(marked: Marked) -> None:
    said = judged(
        marked, TITLE + "We propose {Method:proposes|SlimNet}. In future work, we will use {Dataset:evaluatesOn|KITTI}."
    )
    assert roles(said, "KITTI") == [("mentions", "stated")]


def test_a_metric_that_is_only_denied_has_no_role_and_no_relation(marked: Marked) -> None:
    text = TITLE + "{Method:proposes|SlimNet} is small. We do not measure {Metric|latency}."
    said = judged(marked, text, ("SlimNet", "evaluatedBy", "latency"))
    assert roles(said, "latency") == []
    assert relations(said) == []


def test_a_result_names_no_metric_that_the_paper_only_denies(marked: Marked) -> None:
    text = TITLE + "{Method:proposes|SlimNet} takes 35 ms a frame. We do not study {Metric|tail latency}."
    (found,) = judged(marked, text).results
    assert found.metric != "tail-latency"


def test_denials_too_keep_to_the_least_confidence(marked: Marked) -> None:
    text = TITLE + "{Method:proposes|SlimNet} does not run on an {Hardware:runsOn|FPGA}."
    (denial,) = judged(marked, text, RUNS, odds=0.5).denials
    assert judged(marked, text, RUNS, odds=0.5, least=denial.confidence + 0.01).denials == ()


# Results


def results_of(marked: Marked, abstract: str) -> list[Result]:
    return list(judged(marked, TITLE + abstract).results)


def test_a_result_is_given_in_the_standard_unit_of_its_dimension(marked: Marked) -> None:
    (found,) = results_of(marked, "{Method:proposes|SlimNet} has a {Metric|latency} of 35 ms.")
    assert (found.value, found.number, found.unit) == ("35 ms", 35.0, "ms")
    assert (found.standard, found.standard_high, found.standard_unit) == (0.035, None, "s")
    assert (found.method, found.metric) == ("slimnet", "latency")
    assert (found.change, found.direction, found.compared, found.status) == (False, None, None, "stated")


def test_of_a_range_both_ends_are_given(marked: Marked) -> None:
    (found,) = results_of(marked, "{Method:proposes|SlimNet} has a {Metric|latency} of 3-5 ms.")
    assert (found.number, found.high) == (3.0, 5.0)
    assert (found.standard, found.standard_high, found.standard_unit) == (0.003, 0.005, "s")


def test_a_number_without_a_unit_has_no_standard(marked: Marked) -> None:
    (found,) = results_of(marked, "{Method:proposes|SlimNet} has an {Metric|F1-score} of 0.64.")
    assert (found.number, found.unit, found.standard, found.standard_unit) == (0.64, None, None, None)


@pytest.mark.parametrize(
    ("abstract", "direction", "compared"),
    [
        ("{Method:proposes|SlimNet} cuts {Metric|latency} by 30%.", "decrease", None),
        ("{Method:proposes|SlimNet} is 3x faster than {Method:comparesWith|YOLOv3}.", "increase", "yolov3"),
        ("{Method:proposes|SlimNet} outperforms {Method:comparesWith|YOLOv3} by 2.1%.", "increase", "yolov3"),
    ],
)
def test_a_change_goes_some_way_against_something(
    marked: Marked, abstract: str, direction: str, compared: str | None
) -> None:
    (found,) = results_of(marked, abstract)
    assert (found.change, found.direction, found.compared) == (True, direction, compared)
    assert found.method == "slimnet"


def test_what_a_value_by_itself_stands_beside_is_not_what_it_is_compared_with(marked: Marked) -> None:
    abstract = "{Method:proposes|SlimNet} reaches a {Metric|precision} of 96%, unlike {Method:comparesWith|YOLOv3}."
    (found,) = results_of(marked, abstract)
    assert (found.change, found.direction, found.compared) == (False, None, None)


@pytest.mark.parametrize(
    ("abstract", "statuses"),
    [
        ("{Method:proposes|SlimNet} may reach a {Metric|latency} of 35 ms.", ["hedged"]),
        ("{Method:proposes|SlimNet} does not reach a {Metric|latency} of 35 ms.", []),
        ("In future work, we will bring {Method:proposes|SlimNet} to a {Metric|latency} of 35 ms.", []),
    ],
)
def test_a_result_is_hedged_as_its_sentence_is_and_dropped_where_that_denies_it(
    marked: Marked, abstract: str, statuses: list[str]
) -> None:
    assert [result.status for result in results_of(marked, abstract)] == statuses


def test_a_metric_that_only_the_unit_implies_is_no_entity_of_the_graph(marked: Marked) -> None:
    (found,) = results_of(marked, "{Method:proposes|SlimNet} runs on 2 W.")
    assert (found.metric, found.standard_unit) == (None, "W")
