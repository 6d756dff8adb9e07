"""What people decide goes before all rules, and reaches an entity by any of its names."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import RecordError
from kg.model import ROLES, TYPES, Entity, Mention, Paper
from kg.resolve import Resolution, resolve
from kg.resolve.decisions import ACTIONS, Decision, decided

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]
Found = list[tuple[Paper, tuple[Mention, ...]]]
D = Decision

# names of our own, that no taxonomy has, but for the boards
TEXTS = (
    "On {Method:studies|quokka adversarial networks}\nA {Method:uses|quokka adversarial network (QAN)} hops for {Task:addresses|wombat tracking}.",
    "Burrows\nWe train {Method:uses|QANs} on {Dataset:evaluatesOn|Burrow100} with a {Method:uses|Jetson Nano}.",
    "Boards\nA {Hardware:runsOn|NVIDIA Jetson Nano} runs {Method:proposes|QuokNet} for {Task:addresses|tracking of wombats}.",
    "Kits\nThe {Hardware:runsOn|Jetson Nano board} runs {Method:uses|QuokNet model} v2 in the {Task|next section}.",
    "Sets\nWe use {Dataset:evaluatesOn|Burrow100 dataset} and {Dataset:introduces|Warren} for {Task:addresses|wombat tracking}.",
    "Pods\nA {Hardware:runsOn|tiny pod} and the {Hardware:runsOn|hopper unit} run {Method:comparesWith|Dingo} and {Method:uses|QuokNet-v2}.",
)


@pytest.fixture(scope="module")
def found(marked: Marked) -> Found:
    return [marked(text, paper=f"arxiv:2001.{number:05}") for number, text in enumerate(TEXTS)]


def settled(found: Found, *decisions: Decision) -> Resolution:
    return resolve(found, decided(decisions))


def spoken_of(resolution: Resolution) -> dict[tuple[str, str], tuple[Entity, int]]:
    """Entities that papers speak of, by type and name, each with the number of those papers."""
    counts: dict[tuple[str, str], int] = {}
    for said in resolution.papers:
        counts[said.entity] = counts.get(said.entity, 0) + 1
    held = [(e, counts[e.type, e.key]) for e in resolution.entities if (e.type, e.key) in counts]
    assert len({(e.type, e.key) for e in resolution.entities}) == len(resolution.entities)
    assert len({(e.type, e.name) for e, _ in held}) == len(held)
    return {(e.type, e.name): (e, count) for e, count in held}


def names(resolution: Resolution) -> set[tuple[str, str]]:
    return set(spoken_of(resolution))


def test_without_decisions_the_rules_decide(found: Found) -> None:
    made = settled(found)
    assert made == resolve(found)
    assert {("Method", "quokka adversarial network"), ("Hardware", "Jetson Nano"), ("Method", "Jetson Nano")} <= names(
        made
    )
    assert made.idle == ()


# Merge


@pytest.mark.parametrize("name", ["QuokNet", "quoknets", "quok-net", "QuokNet model"])
@pytest.mark.parametrize("to", ["quokka adversarial network", "QAN", "QANs", "Quokka-Adversarial Networks"])
def test_a_merge_reaches_an_entity_by_any_of_its_names(found: Found, name: str, to: str) -> None:
    made = settled(found, D("merge", "Method", name, to, ""))
    entity, papers = spoken_of(made)["Method", "quokka adversarial network"]
    assert papers == 4
    assert entity.key == "quokka-adversarial-network"
    assert {"QAN", "QuokNet"} <= set(entity.aliases)
    assert ("Method", "QuokNet") not in names(made)
    assert made.idle == ()


def test_a_merge_into_a_name_that_no_paper_has_names_the_entity_so(found: Found) -> None:
    made = settled(found, D("merge", "Method", "QuokNet", "Marsupial Net", ""))
    entity, papers = spoken_of(made)["Method", "Marsupial Net"]
    assert (entity.key, papers) == ("marsupial-net", 2)
    assert "QuokNet" in entity.aliases
    assert made.idle == ()


def test_several_merges_into_a_name_that_no_paper_has_make_one_entity(found: Found) -> None:
    decisions = [D("merge", "Method", n, to, "") for n, to in (("QuokNet", "Marsupials"), ("Dingo", "marsupial"))]
    made = settled(found, *decisions)
    assert made.entities == settled(found, *decisions[::-1]).entities
    ((entity, papers),) = [held for (_, name), held in spoken_of(made).items() if "arsupial" in name]
    assert (entity.key, papers) == ("marsupial", 3)


@pytest.mark.parametrize("to", ["Jetson Nano", "nvidia jetson nanos", "jetson nano module"])
def test_a_merge_into_a_curated_concept_makes_no_second_node_of_it(found: Found, to: str) -> None:
    made = settled(found, D("merge", "Hardware", "tiny pod", to, ""))
    entity, papers = spoken_of(made)["Hardware", "Jetson Nano"]
    assert (entity.key, entity.concept, papers) == ("jetson-nano", "jetson-nano", 3)
    assert "tiny pod" in entity.aliases


def test_a_merge_into_a_curated_concept_that_no_paper_has(found: Found) -> None:
    made = settled(found, D("merge", "Hardware", "tiny pod", "Jetson TX2", ""))
    entity, papers = spoken_of(made)["Hardware", "Jetson TX2"]
    assert (entity.concept, papers) == ("jetson-tx2", 1)


def test_chains_of_merges_end_in_one_entity_whatever_their_order(found: Found) -> None:
    chain = [
        D("merge", "Method", "Dingo", "QuokNet", ""),
        D("merge", "Method", "QuokNet model", "QAN", ""),
        D("merge", "Method", "quokka adversarial network", "Marsupial Net", ""),
    ]
    made = settled(found, *chain)
    assert spoken_of(made)["Method", "Marsupial Net"][1] == 5
    assert made.entities == settled(found, *chain[::-1]).entities


def test_merges_that_go_round_by_other_names_make_one_entity(found: Found) -> None:
    """A circle that only the papers show is no contradiction of the table: all in it are one."""
    round_ = [
        D("merge", "Method", "QuokNet", "QAN", ""),
        D("merge", "Method", "quokka adversarial network", "QuokNet model", ""),
    ]
    made = settled(found, *round_)
    assert [
        papers for (type_, name), (_, papers) in spoken_of(made).items() if type_ == "Method" and "uok" in name
    ] == [4, 1]
    with pytest.raises(RecordError, match="circle"):
        decided([D("merge", "Method", "a", "b", ""), D("merge", "Method", "b", "a", "")])


def test_what_is_merged_by_name_does_not_go_with_its_group(found: Found) -> None:
    made = settled(
        found, D("merge", "Method", "QuokNet", "Dingo", ""), D("merge", "Method", "QuokNet model", "QAN", "")
    )
    held = spoken_of(made)
    assert held["Method", "Dingo"][1] == 2
    assert held["Method", "quokka adversarial network"][1] == 3


# Split


def test_a_split_undoes_what_the_rules_took_for_one(found: Found) -> None:
    assert ("Method", "QuokNet model") not in names(settled(found))
    made = settled(found, D("split", "Method", "QuokNet model", "QuokNet", ""))
    assert {("Method", "QuokNet model"), ("Method", "QuokNet")} <= names(made)
    assert made.idle == ()


def test_a_split_from_a_curated_concept_gets_a_node_of_its_own(found: Found) -> None:
    made = settled(found, D("split", "Hardware", "Jetson Nano board", "Jetson Nano", ""))
    held = spoken_of(made)
    concept, own = held["Hardware", "Jetson Nano"][0], held["Hardware", "Jetson Nano board"][0]
    assert (concept.key, concept.concept) == ("jetson-nano", "jetson-nano")
    assert own.concept is None
    assert own.key not in (concept.key, "")
    assert made.idle == ()


def test_the_only_name_of_a_concept_can_be_split_from_it(marked: Marked) -> None:
    papers = [marked("Boards\nA {Hardware:runsOn|Jetson Nano board} and a {Hardware|LiDAR}.")]
    made = settled(papers, D("split", "Hardware", "Jetson Nano board", "NVIDIA Jetson Nano", ""))
    (own,) = [entity for (_, name), (entity, _) in spoken_of(made).items() if "Jetson" in name]
    assert (own.name, own.concept) == ("Jetson Nano board", None)
    assert "jetson-nano" not in {e.key for e in made.entities}


def test_a_split_holds_within_a_paper_too(marked: Marked) -> None:
    papers = [
        marked("{Task|Large-scale wombat retrieval}\nWe do {Task|wombat retrieval}. {Task|Wombat retrieval} is hard.")
    ]
    assert len(names(settled(papers))) == 1
    made = settled(papers, D("split", "Task", "large-scale wombat retrieval", "wombat retrieval", ""))
    assert len(names(made)) == 2


# Rename


@pytest.mark.parametrize("name", ["QAN", "quokka adversarial networks"])
def test_a_rename_changes_the_name_and_not_the_address(found: Found, name: str) -> None:
    before = spoken_of(settled(found))["Method", "quokka adversarial network"][0]
    made = settled(found, D("rename", "Method", name, "Quokka GAN", ""))
    after = spoken_of(made)["Method", "Quokka GAN"][0]
    assert after.key == before.key
    assert {"QAN", "quokka adversarial network"} <= set(after.aliases)
    assert "Quokka GAN" not in after.aliases
    assert made.idle == ()


def test_a_concept_that_no_paper_mentions_can_be_renamed(found: Found) -> None:
    made = settled(found, D("rename", "Hardware", "edge board", "Edge Board", ""))
    assert {e.name for e in made.entities if e.key == "edge-board"} == {"Edge Board"}
    assert made.idle == ()


def test_a_rename_to_its_own_name_changes_nothing_and_is_no_slip(found: Found) -> None:
    made = settled(found, D("rename", "Method", "QuokNet", "QuokNet", ""))
    assert made == settled(found)


# Retype


def test_a_retype_takes_all_names_of_the_entity_and_a_role_that_the_type_has(found: Found) -> None:
    made = settled(found, D("retype", "Method", "jetson-nano", "Hardware", ""))
    entity, papers = spoken_of(made)["Hardware", "Jetson Nano"]
    assert (entity.key, papers) == ("jetson-nano", 3)
    assert ("Method", "Jetson Nano") not in names(made)
    (said,) = [p for p in made.papers if p.paper.endswith("00001") and p.entity == ("Hardware", "jetson-nano")]
    assert said.role == "mentions"
    for each in made.papers:
        assert each.role in ROLES[each.entity[0]]


def test_what_was_one_thing_is_one_of_its_new_type(found: Found) -> None:
    made = settled(found, D("retype", "Hardware", "Jetson Nano", "Dataset", ""))
    ((entity, papers),) = [
        held for (type_, name), held in spoken_of(made).items() if type_ == "Dataset" and "Nano" in name
    ]
    assert papers == 2
    assert entity.concept is None


# Ignore


@pytest.mark.parametrize("name", ["QAN", "quokka adversarial network"])
def test_what_is_ignored_does_not_come_back_by_its_short_form(found: Found, name: str) -> None:
    made = settled(found, D("ignore", "Method", name, "", ""))
    assert not [
        each for each in names(made) if each[0] == "Method" and each[1] in ("QAN", "quokka adversarial network")
    ]
    assert made.idle == ()


def test_two_names_of_what_is_ignored_are_both_of_use(found: Found) -> None:
    both = (D("ignore", "Method", "QAN", "", ""), D("ignore", "Method", "quokka adversarial network", "", ""))
    made = settled(found, *both)
    assert made.idle == ()
    assert made.entities == settled(found, both[0]).entities


def test_only_the_type_that_is_named_is_ignored(found: Found) -> None:
    made = settled(found, D("ignore", "Method", "Jetson Nano", "", ""), D("ignore", "Task", "next section", "", ""))
    assert ("Hardware", "Jetson Nano") in names(made)
    assert not {("Method", "Jetson Nano"), ("Task", "next section")} & names(made)


# What touches nothing


def test_decisions_that_touch_nothing_are_told_by_their_line(found: Found) -> None:
    made = settled(
        found,
        D("ignore", "Method", "echidna", "", "", 2),
        D("ignore", "Task", "next section", "", "", 3),
        D("retype", "Task", "Jetson Nano", "Hardware", "", 4),
        D("merge", "Method", "echidna net", "QuokNet", "", 5),
        D("split", "Method", "Dingo", "echidna", "", 6),
        D("split", "Method", "Dingo", "QuokNet", "", 7),
        D("rename", "Dataset", "echidna", "E", "", 8),
    )
    assert [each.line for each in made.idle] == [2, 4, 5, 6, 8]


# Invariants

_NAMES = (
    "QAN",
    "QuokNet",
    "quokka adversarial network",
    "Dingo",
    "Jetson Nano",
    "tiny pod",
    "Burrow100",
    "wombat tracking",
)


@st.composite
def decisions(draw: st.DrawFn) -> list[Decision]:
    made: list[Decision] = []
    for _ in range(draw(st.integers(0, 5))):
        action, type_, name = (
            draw(st.sampled_from(ACTIONS)),
            draw(st.sampled_from(TYPES)),
            draw(st.sampled_from(_NAMES)),
        )
        to = {"ignore": "", "retype": draw(st.sampled_from(TYPES))}.get(action) or draw(
            st.sampled_from((*_NAMES, "Marsupial Net"))
        )
        if action == "ignore":
            to = ""
        if action == "retype" and to not in TYPES:
            continue
        new = Decision(action, type_, name, to, "", len(made) + 2)
        if (action == "retype" and to == type_) or (action in ("merge", "split") and new.key == new.other):
            continue
        try:
            decided([*made, new])
        except RecordError:
            continue
        made.append(new)
    return made


@settings(max_examples=60, deadline=None)
@given(decisions(), st.permutations(range(len(TEXTS))), st.randoms())
def test_neither_the_order_of_papers_nor_that_of_decisions_matters(
    found: Found, made: list[Decision], order: list[int], chance: random.Random
) -> None:
    first = resolve(found, decided(made))
    assert resolve([found[n] for n in order], decided(made)) == first
    shuffled = list(made)
    chance.shuffle(shuffled)
    other = resolve([found[n] for n in order], decided(shuffled))
    assert (other.entities, other.papers, other.merges) == (first.entities, first.papers, first.merges)
    assert sorted(other.idle, key=lambda d: d.line) == list(first.idle)


@settings(max_examples=40, deadline=None)
@given(decisions(), st.sets(st.integers(0, len(TEXTS) - 1)))
def test_whatever_is_decided_the_graph_is_sound(found: Found, made: list[Decision], chosen: set[int]) -> None:
    resolution = resolve([found[n] for n in sorted(chosen)], decided(made))
    there = [(e.type, e.key) for e in resolution.entities]
    assert len(set(there)) == len(there)
    assert {p.entity for p in resolution.papers} <= set(there)
    assert len({(p.paper, p.entity) for p in resolution.papers}) == len(resolution.papers)
    spans = [(m.paper, m.start, m.end) for p in resolution.papers for m in p.mentions]
    assert len(set(spans)) == len(spans)
    for entity in resolution.entities:
        assert all((entity.type, key) in there for key in entity.broader)
        assert entity.key not in entity.broader
        assert entity.name not in entity.aliases
    for said in resolution.papers:
        assert said.mentions
        assert said.role in ROLES[said.entity[0]]
    assert set(resolution.idle) <= set(made)


@settings(max_examples=30, deadline=None)
@given(decisions(), st.integers(0, len(TEXTS) - 1))
def test_a_paper_that_is_added_makes_what_all_make_together(found: Found, made: list[Decision], new: int) -> None:
    """Resolution has no memory: what papers made before says nothing of what they make with another."""
    before = [each for number, each in enumerate(found) if number != new]
    resolve(before, decided(made))
    assert resolve([*before, found[new]], decided(made)) == resolve(found, decided(made))
