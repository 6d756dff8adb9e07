"""Relations and results of entities: the evidence of their mentions summed, in words that stand in the text."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from kg.derive import derive
from kg.extract.definitions import broader
from kg.extract.labels import BONDS, SLOTS
from kg.extract.measures import standard
from kg.extract.results import figures
from kg.model import Figure, Findings, Link, Mention, Paper, PaperEntity, Relation
from kg.relate import LEAST, LEAST_SLOT, Related, Reported, relate, report
from kg.resolve.confidence import IDENTITY, log_odds
from kg.resolve.names import name_key

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]

# SlimNet twice, so that its evidence adds up; no words that define one thing as a kind of another
TEXT = (
    "{Method:proposes|SlimNet} for robots that fly\nWe present {Method:proposes|SlimNet}. It sees by"
    " {Task:addresses|object detection} on {Dataset:evaluatesOn|COCO}. Against {Method:comparesWith|YOLOv3} its"
    " {Metric|mAP} is 41.8% and its {Metric|latency} 35 ms at 2 W. A {Hardware:runsOn|Jetson Nano} runs it 3x faster."
    " {Method:comparesWith|YOLOv3} needs 1-2 s on {Dataset:evaluatesOn|KITTI}."
)
SLIMNET, YOLO, DETECTION, COCO, MAP, LATENCY, NANO, KITTI = (
    ("Method", "slimnet"), ("Method", "yolov3"), ("Task", "object detection"), ("Dataset", "coco"),
    ("Metric", "map"), ("Metric", "latency"), ("Hardware", "jetson nano"), ("Dataset", "kitti"),
)  # fmt: skip


def entities_of(mentions: Sequence[Mention], confidence: float = 0.9) -> list[PaperEntity]:
    """One entity for each type and name, in order of first mention."""
    groups: dict[tuple[str, str], list[Mention]] = defaultdict(list)
    for mention in mentions:
        groups[mention.type, name_key(mention.text)].append(mention)
    return [
        PaperEntity(held[0].paper, (held[0].type, key), held[0].role, confidence, tuple(held))
        for (_, key), held in groups.items()
    ]


@pytest.fixture(scope="module")
def case(marked: Marked) -> tuple[str, tuple[Mention, ...], list[PaperEntity]]:
    paper, mentions = marked(TEXT)
    assert broader(paper.text, mentions) == ()
    return paper.text, mentions, entities_of(mentions)


Case = tuple[str, tuple[Mention, ...], list[PaperEntity]]


def places_of(mentions: Sequence[Mention], key: tuple[str, str]) -> list[int]:
    return [place for place, m in enumerate(mentions) if (m.type, name_key(m.text)) == key]


def linked(
    mentions: Sequence[Mention], subject: tuple[str, str], relation: Relation, object_: tuple[str, str], *odds: float
) -> list[Link]:
    """Links between the pairs of mentions of two entities, as many as there are odds."""
    pairs = product(places_of(mentions, subject), places_of(mentions, object_))
    return [Link(one, other, relation, each) for (one, other), each in zip(pairs, odds, strict=False)]


def related(case: Case, links: Sequence[Link], *, least: float = LEAST) -> list[Related]:
    text, mentions, entities = case
    found = list(relate(text, entities, Findings(mentions, tuple(links), ()), least=least, weights=IDENTITY))
    for each in found:
        quoted(text, each)
    return found


def quoted(text: str, each: Related) -> None:
    """Whether a relation's words are its entities', and its sentences those around them."""
    for end, entity in zip(each.ends, (each.subject, each.object), strict=True):
        assert end in entity.mentions
        assert text[end.start : end.end] == end.text
        assert any(s.start <= end.start and end.end <= s.end for s in each.sentences) or each.derived
    assert each.sentences == tuple(sorted(set(each.sentences)))
    assert each.sentences
    assert 0 < each.confidence <= min(each.subject.confidence, each.object.confidence)
    assert each.confidence == round(each.confidence, 2)
    assert each.relation in BONDS.allowed(each.subject.entity[0], each.object.entity[0])


# Relations


def test_no_links_no_relations(case: Case) -> None:
    assert related(case, []) == []
    assert list(relate("T", [], Findings((), (), ()))) == []


@pytest.mark.parametrize(("odds", "said"), [((0.01,), True), ((-0.01,), False), ((5.0,), True), ((-4.0,), False)])
def test_what_is_likelier_than_not_is_said(case: Case, odds: tuple[float, ...], said: bool) -> None:
    assert bool(related(case, linked(case[1], SLIMNET, "usedFor", DETECTION, *odds))) == said


def test_two_mentions_that_hint_say_together_what_neither_does(case: Case) -> None:
    hints = linked(case[1], SLIMNET, "usedFor", DETECTION, -0.3, -0.5)
    assert len(hints) == 2
    assert [related(case, [hint]) for hint in hints] == [[], []]
    (both,) = related(case, hints)
    total = math.exp(-0.3) + math.exp(-0.5)
    assert both.confidence == pytest.approx(0.9 * 0.9 * total / (1 + total), abs=0.0051)
    assert (both.subject.entity, both.relation, both.object.entity) == (SLIMNET, "usedFor", DETECTION)
    assert not both.derived


def test_the_words_are_those_of_the_mentions_that_say_it_best(case: Case) -> None:
    text, mentions, _ = case
    for odds, best in (((1.0, 2.0), 1), ((2.0, 1.0), 0), ((1.0, 1.0), 0)):
        (found,) = related(case, linked(mentions, SLIMNET, "usedFor", DETECTION, *odds))
        subject = mentions[places_of(mentions, SLIMNET)[best]]
        assert found.ends == (subject, mentions[places_of(mentions, DETECTION)[0]])
        assert found.sentences == (subject.sentence, found.ends[1].sentence)
        assert (
            text[subject.sentence.start : subject.sentence.end]
            == ("SlimNet for robots that fly", "We present SlimNet.")[best]
        )


def test_a_pair_has_its_likeliest_relation_alone(case: Case) -> None:
    mentions = case[1]
    trained = linked(mentions, SLIMNET, "trainedWith", COCO, 2.0)
    evaluated = linked(mentions, SLIMNET, "evaluatedWith", COCO, 1.5, 1.5)
    assert [r.relation for r in related(case, trained)] == ["trainedWith"]
    (both,) = related(case, [*trained, *evaluated])
    assert both.relation == "evaluatedWith"
    # each takes from the other's probability
    assert both.confidence < related(case, evaluated)[0].confidence
    even = [
        *linked(mentions, SLIMNET, "trainedWith", COCO, 3.0),
        *linked(mentions, SLIMNET, "evaluatedWith", COCO, 3.0),
    ]
    assert related(case, even) == []
    assert [r.relation for r in related(case, even, least=0.4)] == ["evaluatedWith"]
    assert related(case, even[::-1], least=0.4) == related(case, even, least=0.4)


def test_what_the_decided_types_of_two_entities_do_not_allow_is_dropped(case: Case) -> None:
    """People retype an entity after the model read relations of it as what it took it for."""
    text, mentions, entities = case
    links = [
        *linked(mentions, SLIMNET, "comparedWith", YOLO, 3.0),
        *linked(mentions, SLIMNET, "usedFor", DETECTION, 3.0),
        *linked(mentions, YOLO, "usedFor", DETECTION, 3.0),
        *linked(mentions, SLIMNET, "runsOn", YOLO, 1.0),
    ]
    board = ("Hardware", "yolov3")
    retyped = [replace(e, entity=board, role="runsOn") if e.entity == YOLO else e for e in entities]
    said = related((text, mentions, retyped), links)
    assert {(r.subject.entity, r.relation, r.object.entity) for r in said} == {
        (SLIMNET, "usedFor", DETECTION),
        (SLIMNET, "runsOn", board),
    }
    for type_, role in (("Task", "addresses"), ("Dataset", "mentions"), ("Metric", "reports")):
        other = [replace(e, entity=(type_, "yolov3"), role=role) if e.entity == YOLO else e for e in entities]  # type: ignore[arg-type]
        assert [r.object.entity for r in related((text, mentions, other), links)] == [DETECTION]


@pytest.mark.parametrize(("there", "back"), [(1.0, 2.0), (2.0, 1.0), (1.0, 1.0)])
def test_of_two_directions_the_likelier_is_stated(case: Case, there: float, back: float) -> None:
    mentions = case[1]
    links = linked(mentions, SLIMNET, "comparedWith", YOLO, there)
    links += linked(mentions, YOLO, "comparedWith", SLIMNET, back)
    (relation,) = related(case, links)
    forward = (relation.subject.entity, relation.object.entity) == (SLIMNET, YOLO)
    assert forward == (there > back) or there == back


def test_nothing_is_related_to_itself_or_to_what_was_left_out(case: Case) -> None:
    text, mentions, entities = case
    one, other = places_of(mentions, SLIMNET)
    assert related(case, [Link(one, other, "partOf", 5.0), Link(other, one, "subClassOf", 5.0)]) == []
    links = linked(mentions, SLIMNET, "usedFor", DETECTION, 5.0) + linked(mentions, SLIMNET, "runsOn", NANO, 5.0)
    kept = [entity for entity in entities if entity.entity != DETECTION]
    assert [r.object.entity for r in related((text, mentions, kept), links)] == [NANO]


LINKS = st.lists(
    st.tuples(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(-400, 600)), max_size=25
)


def allowed(mentions: Sequence[Mention], drawn: Sequence[tuple[int, int, int, int]]) -> list[Link]:
    """Links of drawn places, relations and hundredths, each once, where the types allow one."""
    links = {}
    for one, other, which, hundredths in drawn:
        names = BONDS.allowed(mentions[one].type, mentions[other].type)
        if one != other and names:
            name: Relation = names[which % len(names)]  # type: ignore[assignment]
            links[one, other, name] = Link(one, other, name, hundredths / 100)
    return list(links.values())


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINKS, st.randoms(use_true_random=False))
def test_relations_are_what_the_sums_of_odds_say(
    case: Case, drawn: list[tuple[int, int, int, int]], chance: Callable[..., object]
) -> None:
    _, mentions, entities = case
    assert len(mentions) == 10
    links = allowed(mentions, drawn)
    owner = [next(e for e, entity in enumerate(entities) if m in entity.mentions) for m in mentions]
    sums: dict[tuple[int, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for link in links:
        if owner[link.subject] != owner[link.object]:
            sums[owner[link.subject], owner[link.object]][link.relation] += math.exp(link.odds)
    wanted = {}
    for pair, of in sums.items():
        first, *others = sorted(of.items(), key=lambda item: -item[1])
        probability = first[1] / (1 + sum(of.values()))
        assume(abs(probability - LEAST) > 1e-9)
        assume(not others or first[1] - others[0][1] > 1e-9)
        if probability > LEAST:
            wanted[pair] = first[0], probability
    for one, other in list(wanted):  # of two directions the likelier
        if (one, other) in wanted and (other, one) in wanted:
            assume(abs(wanted[one, other][1] - wanted[other, one][1]) > 1e-9)
            del wanted[min((one, other), (other, one), key=lambda pair: wanted[pair][1])]
    found = related(case, links)
    order = [(entities.index(r.subject), entities.index(r.object)) for r in found]
    assert order == sorted(wanted)
    for pair, each in zip(order, found, strict=True):
        assert each.relation == wanted[pair][0]
        inside = min(max(wanted[pair][1] * 0.81, 0.005), 0.995)
        assert each.confidence == pytest.approx(inside, abs=0.0051)
    chance.shuffle(links)  # type: ignore[attr-defined]
    assert [(r.subject, r.relation, r.object, r.ends) for r in related(case, links)] == [
        (r.subject, r.relation, r.object, r.ends) for r in found
    ]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(LINKS, st.floats(0, 1), st.floats(0, 1))
def test_a_higher_least_probability_only_takes_away(
    case: Case, drawn: list[tuple[int, int, int, int]], one: float, other: float
) -> None:
    links, (low, high) = allowed(case[1], drawn), sorted((one, other))
    more, fewer = related(case, links, least=low), related(case, links, least=high)
    assert [each for each in more if each in fewer] == fewer
    assert len({(r.subject.entity, r.object.entity) for r in more}) == len(more)


@pytest.mark.parametrize("confidence", [0.02, 0.5, 0.97])
def test_no_relation_is_surer_than_its_ends(case: Case, confidence: float) -> None:
    text, mentions, _ = case
    entities = entities_of(mentions, confidence)
    links = linked(mentions, SLIMNET, "usedFor", DETECTION, 9.0) + linked(mentions, SLIMNET, "runsOn", NANO, 0.1)
    shipped = list(relate(text, entities, Findings(mentions, tuple(links), ())))
    assert len(shipped) == 2
    assert all(0 < each.confidence <= confidence for each in shipped)
    lifted = relate(text, entities, Findings(mentions, tuple(links), ()), weights=(1.0, 0.0, 9.0))
    assert [each.confidence for each in lifted] == [confidence, confidence]


# What definitions say

KINDS = (
    "On {Method|spiking neural networks}\nWe study {Method|spiking neural networks} such as {Method|SpikeNet} closely."
)


def test_a_definition_says_what_is_a_kind_of_what(marked: Marked) -> None:
    paper, mentions = marked(KINDS)
    (pair,) = broader(paper.text, mentions)
    entities = entities_of(mentions)
    (found,) = related((paper.text, mentions, entities), [])
    assert (found.subject.entity[1], found.relation) == ("spikenet", "subClassOf")
    assert found.ends == (pair.narrow, pair.broad)
    assert not found.derived
    assert found.confidence == pytest.approx(pair.confidence * 0.81, abs=0.011)


def test_a_definition_and_the_model_add_up_or_gainsay_each_other(marked: Marked) -> None:
    paper, mentions = marked(KINDS)
    (pair,) = broader(paper.text, mentions)
    case = paper.text, mentions, entities_of(mentions)
    narrow, broad = (mentions.index(m) for m in (pair.narrow, pair.broad))
    (alone,) = related(case, [])
    (surer,) = related(case, [Link(narrow, broad, "subClassOf", 2.0)])
    assert surer.confidence > alone.confidence
    (other,) = related(case, [Link(narrow, broad, "usedFor", log_odds(pair.confidence) + 1)])
    assert other.relation == "usedFor"


# By rule


def test_where_no_links_were_judged_rules_say_what_they_can(case: Case) -> None:
    text, mentions, entities = case
    found = list(relate(text, entities, Findings(mentions)))
    ruled = list(derive(entities))
    assert found
    assert [(r.subject, r.relation, r.object, r.sentences, r.confidence) for r in found] == [
        (r.subject, r.relation, r.object, r.sentences, r.confidence) for r in ruled
    ]
    for each in found:
        assert each.derived
        quoted(text, each)


def test_no_links_are_none_and_not_a_reason_for_rules(case: Case) -> None:
    text, mentions, entities = case
    assert list(relate(text, entities, Findings(mentions, (), ()))) == []


# Results


def figure(text: str, words: str, odds: float = 3.0, *slots: tuple[int, float]) -> Figure:
    start = text.index(words)
    return Figure(start, start + len(words), odds, tuple(sorted(slots)))


def reported(case: Case, *found: Figure, least: float = LEAST, least_slot: float = LEAST_SLOT) -> list[Reported]:
    text, mentions, entities = case
    findings = Findings(mentions, (), found)
    results = list(report(text, entities, findings, least=least, least_slot=least_slot, weights=IDENTITY))
    for each in results:
        proven(text, each)
    return results


def proven(text: str, each: Reported) -> None:
    """Whether a result's value and sentence stand in the text and its parts are of their slots' types."""
    quantity = each.quantity
    assert text[quantity.start : quantity.end] == quantity.text
    assert each.sentence.start <= quantity.start < quantity.end <= each.sentence.end <= len(text)
    assert each.standard == standard(quantity)
    assert 0 < each.confidence <= 1
    assert each.confidence == round(each.confidence, 2)
    assert {slot: entity.entity[0] for slot, entity in each.parts.items()} == {slot: SLOTS[slot] for slot in each.parts}
    assert each.measure is None or "metric" not in each.parts


def slots_for(case: Case, **odds: float) -> list[tuple[int, float]]:
    """Slots of the mentions of entities, by the names of this module's constants in small letters."""
    return [(place, score) for name, score in odds.items() for place in places_of(case[1], globals()[name.upper()])]


def keys(each: Reported) -> dict[str, str]:
    return {slot: entity.entity[1] for slot, entity in each.parts.items()}


def test_a_result_names_the_likeliest_entity_of_each_slot(case: Case) -> None:
    slots = slots_for(case, slimnet=2.0, yolo=1.0, map=4.0, coco=1.5, kitti=1.0, nano=3.0, detection=9.0)
    (found,) = reported(case, figure(case[0], "41.8%", 3.0, *slots))
    assert keys(found) == {"metric": "map", "method": "slimnet", "dataset": "coco", "hardware": "jetson nano"}
    assert (found.quantity.number, found.quantity.unit, found.measure) == (41.8, "%", None)
    assert case[0][found.sentence.start : found.sentence.end].startswith("Against YOLOv3")


def test_the_odds_of_an_entity_s_mentions_add_up(case: Case) -> None:
    one, other = places_of(case[1], SLIMNET)
    (third, *_) = places_of(case[1], NANO)
    (found,) = reported(case, figure(case[0], "41.8%", 3.0, (one, -1.2), (other, -1.2), (third, -1.2)))
    assert keys(found) == {"method": "slimnet"}


@pytest.mark.parametrize(("odds", "named"), [(-0.8, True), (-0.9, False), (5.0, True)])
def test_what_is_unlikely_is_left_out_of_a_slot(case: Case, odds: float, named: bool) -> None:
    (found,) = reported(case, figure(case[0], "41.8%", 3.0, *slots_for(case, coco=odds)))
    assert ("dataset" in found.parts) == named
    (found,) = reported(case, figure(case[0], "41.8%", 3.0, *slots_for(case, coco=odds)), least_slot=0.0)
    assert "dataset" in found.parts


@pytest.mark.parametrize(("odds", "said"), [(0.01, True), (-0.01, False), (-3.9, False)])
def test_a_number_that_is_hardly_a_result_is_none(case: Case, odds: float, said: bool) -> None:
    found = reported(case, figure(case[0], "35 ms", odds))
    assert [each.quantity.text for each in found] == ["35 ms"] * said
    (kept,) = reported(case, figure(case[0], "35 ms", odds), least=0.0)
    assert kept.confidence == pytest.approx(1 / (1 + math.exp(-odds)), abs=0.0051)


def test_a_metric_must_fit_the_unit_of_the_value(case: Case) -> None:
    text, slots = case[0], slots_for(case, map=6.0, latency=1.0)
    (fitting,) = reported(case, figure(text, "35 ms", 3.0, *slots))
    assert keys(fitting) == {"metric": "latency"}
    (any_one,) = reported(case, figure(text, "41.8%", 3.0, *slots))
    assert keys(any_one) == {"metric": "map"}
    (none,) = reported(case, figure(text, "35 ms", 3.0, *slots_for(case, map=6.0)))
    assert (keys(none), none.measure) == ({}, "time")
    assert none.standard == (0.035, None, "s")


@pytest.mark.parametrize(
    ("words", "measure"), [("35 ms", "time"), ("2 W", "power consumption"), ("3x", "speedup"), ("41.8%", None)]
)
def test_where_no_metric_is_named_the_unit_implies_one(case: Case, words: str, measure: str | None) -> None:
    (found,) = reported(case, figure(case[0], words))
    assert found.measure == measure
    assert found.parts == {}


def test_of_a_range_both_ends_are_standard(case: Case) -> None:
    (found,) = reported(case, figure(case[0], "1-2 s"))
    assert (found.quantity.number, found.quantity.high) == (1.0, 2.0)
    assert found.standard == (1.0, 2.0, "s")


def test_results_come_in_their_order_and_nothing_comes_of_nothing(case: Case) -> None:
    text = case[0]
    found = reported(case, *(figure(text, words) for words in ("41.8%", "35 ms", "2 W", "3x", "1-2 s")))
    assert [each.quantity.text for each in found] == ["41.8%", "35 ms", "2 W", "3x", "1-2 s"]
    assert reported(case) == []
    assert list(report("T", [], Findings((), (), ()))) == []


def test_a_title_alone_has_results(marked: Marked) -> None:
    paper, mentions = marked("{Method|SlimNet} in 35 ms")
    case = paper.text, mentions, entities_of(mentions)
    (found,) = reported(case, figure(paper.text, "35 ms", 1.0, (0, 1.0)))
    assert (keys(found), found.sentence.start, found.sentence.end) == ({"method": "slimnet"}, 0, len(paper.text))


VALUES = ("41.8%", "35 ms", "2 W", "3x", "1-2 s")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.sampled_from(VALUES),
    st.integers(-400, 800),
    st.dictionaries(st.integers(0, 9), st.integers(-400, 800), max_size=10),
)
def test_slots_are_what_the_sums_of_odds_say(case: Case, words: str, odds: int, drawn: dict[int, int]) -> None:
    text, mentions, entities = case
    slots = [(place, hundredths / 100) for place, hundredths in drawn.items()]
    found = reported(case, figure(text, words, odds / 100, *slots))
    if odds < 0:
        assert found == []
        return
    (each,) = found
    for slot, type_ in SLOTS.items():
        if slot == "metric" and words != "41.8%":
            continue
        sums = {
            entity.entity[1]: sum(math.exp(score) for place, score in slots if mentions[place] in entity.mentions)
            for entity in entities
            if entity.entity[0] == type_
        }
        best, most = max(sums.items(), key=lambda item: item[1])
        share = most / (1 + sum(sums.values()))
        assume(abs(share - LEAST_SLOT) > 1e-9)
        assume(sorted(sums.values())[-2:-1] != [most])
        assert keys(each).get(slot) == (best if share > LEAST_SLOT else None)


def test_where_no_figures_were_judged_rules_say_what_they_can(case: Case) -> None:
    text, mentions, entities = case
    found = list(report(text, entities, Findings(mentions)))
    ruled = figures(text, mentions)
    assert [(r.quantity.text, r.sentence, r.confidence) for r in found] == [
        (f.value, f.sentence, f.confidence) for f in ruled
    ]
    assert found
    for each, by_rule in zip(found, ruled, strict=True):
        proven(text, each)
        for slot in SLOTS:
            mention = getattr(by_rule, slot)
            assert (mention is None) == (slot not in each.parts)
            assert mention is None or mention in each.parts[slot].mentions
