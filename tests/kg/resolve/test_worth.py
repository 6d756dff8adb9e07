"""Names that become no nodes, and those that do all the same."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from kg.model import ROLES, EntityType, Mention, Paper, Span
from kg.resolve import resolve
from kg.resolve.decisions import Decision, decided
from kg.resolve.worth import worthwhile

Names = list[tuple[str, EntityType, float]]


def found(*papers: Names) -> list[tuple[Paper, tuple[Mention, ...]]]:
    """Papers that are nothing but names, a line each, with how sure each is."""
    made = []
    for number, names in enumerate(papers):
        text = "\n".join(name for name, _, _ in names)
        paper = Paper(f"p{number}", *text.partition("\n")[::2])
        mentions, at = [], 0
        for name, type_, sure in names:
            where = Span(at, at + len(name))
            mentions.append(Mention(paper.id, *where_of(where), name, type_, ROLES[type_][-1], sure, 0.9, where))
            at += len(name) + 1
        made.append((paper, tuple(mentions)))
    return made


def where_of(span: Span) -> tuple[int, int]:
    return span.start, span.end


def left_out(*papers: Names, least: float = 0.9) -> set[str]:
    return {entity.name for entity in worthwhile(resolve(found(*papers)), least=least).left_out}


#: An author, whom a paper cites.
CITED: Names = [("Gazelli", "Method", 0.5)]


def test_names_of_one_paper_that_nobody_wants_are_left_out() -> None:
    names: Names = [*CITED, ("Gazelle-Net", "Method", 0.9), ("standard gazer", "Hardware", 0.9)]
    assert left_out(names) == {"Gazelli", "standard gazer"}


def test_what_two_papers_name_stays() -> None:
    assert left_out(CITED) == {"Gazelli"}
    assert left_out(CITED, CITED) == set()


def test_what_the_taxonomies_know_stays() -> None:
    assert left_out([("Jetson Nano", "Hardware", 0.41)], least=1.0) == set()


def test_parts_of_sentences_are_left_out_however_sure() -> None:
    names: Names = [("detect the intruders in the yard", "Task", 0.97), ("intruder detection in yards", "Task", 0.97)]
    assert left_out(names) == {"detect the intruders in the yard"}


def test_what_others_are_a_kind_of_stays() -> None:
    names: Names = [("gaze drift unit", "Method", 0.5), ("sparse gaze drift unit", "Method", 0.9)]
    whole = resolve(found(names))
    kept = worthwhile(whole, least=0.99)
    parents = {key for entity in kept.resolution.entities for key in entity.broader}
    assert all(entity.key not in parents for entity in kept.left_out)


def test_what_people_decided_about_stays() -> None:
    papers = found(CITED)
    decisions = decided([Decision("rename", "Method", "Gazelli", "Gazelli network", "its paper writes it so")])
    assert worthwhile(resolve(papers, decisions), least=1.0, decisions=decisions).left_out == ()


def test_nothing_is_left_out_where_nothing_is_asked() -> None:
    whole = resolve(found(CITED))
    assert worthwhile(whole, least=0.0).resolution == whole


def test_the_more_is_asked_the_more_is_left_out() -> None:
    names: Names = [
        (name, "Method", 0.6) for name in ("Gazelli", "gaze net", "gaze drift", "any gaze", "GaZe2", "gaze")
    ]
    gone = [left_out(names, least=least) for least in (0.2, 0.5, 0.8, 0.9, 0.95, 1.0)]
    assert all(fewer <= more for fewer, more in pairwise(gone))
    assert len(gone[0]) < len(gone[-1])


@given(
    st.lists(
        st.lists(
            st.tuples(st.sampled_from(["YOLO", "gaze unit", "fast scheme", "Gazelle"]), st.floats(0.4, 1.0)),
            min_size=1,
            max_size=4,
            unique_by=lambda n: n[0],
        ),
        max_size=4,
    ),
    st.floats(0.0, 1.0),
    st.randoms(),
)
def test_a_part_is_left_whatever_the_order(
    papers: list[list[tuple[str, float]]], least: float, chance: st.DataObject
) -> None:
    given_papers = found(*[[(name, "Method", sure) for name, sure in names] for names in papers])
    kept = worthwhile(resolve(given_papers), least=least)
    turned = list(given_papers)
    chance.shuffle(turned)  # type: ignore[attr-defined]
    assert worthwhile(resolve(turned), least=least) == kept
    whole = resolve(given_papers)
    assert set(kept.resolution.entities) | set(kept.left_out) == set(whole.entities)
    gone = {(entity.type, entity.key) for entity in kept.left_out}
    assert all(said.entity not in gone for said in kept.resolution.papers)
