"""What papers call a kind of what never closes a circle."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import given
from hypothesis import strategies as st

from kg.claims import Statements
from kg.hierarchy import without_circles
from kg.model import Claim, Paper, Span

PAPER = Paper("p", "A title", "")


def says(*edges: tuple[str, str, float], paper: Paper = PAPER) -> Statements:
    claims = (
        Claim(narrow, "subClassOf", broad, paper.id, Span(0, 1), (Span(0, 7),), sure, between=True)
        for narrow, broad, sure in edges
    )
    return Statements(paper, tuple(claims), ())


def edges_of(statements: list[Statements]) -> list[tuple[str, str]]:
    return [(claim.subject, claim.object) for each in statements for claim in each.claims]


def test_the_taxonomy_wins_over_a_paper() -> None:
    taxonomy = [("resnet", "cnn"), ("cnn", "neural network")]
    assert edges_of(without_circles([says(("cnn", "resnet", 0.9))], taxonomy)) == []
    assert edges_of(without_circles([says(("neural network", "resnet", 0.9))], taxonomy)) == []
    assert edges_of(without_circles([says(("resnet-18", "resnet", 0.3))], taxonomy)) == [("resnet-18", "resnet")]


def test_of_two_papers_the_surer_wins_whatever_their_order() -> None:
    one, other = says(("a", "b", 0.4)), says(("b", "a", 0.6))
    assert edges_of(without_circles([one, other], [])) == edges_of(without_circles([other, one], [])) == [("b", "a")]


def test_nothing_is_a_kind_of_itself() -> None:
    assert edges_of(without_circles([says(("a", "a", 0.9))], [])) == []


def test_other_claims_stay() -> None:
    claim = Claim("b", "comparedWith", "a", "p", Span(0, 1), (Span(0, 7),), 0.9, between=True)
    both = Statements(PAPER, (*says(("a", "b", 0.9), ("b", "a", 0.5)).claims, claim), ())
    (left,) = without_circles([both], [])
    assert claim in left.claims
    assert len(left.claims) == 2


NAMES = st.sampled_from("abcdef")


@given(st.lists(st.tuples(NAMES, NAMES, st.sampled_from([0.3, 0.5, 0.9])), max_size=20))
def test_there_are_no_circles_and_no_edge_is_lost_for_nothing(edges: list[tuple[str, str, float]]) -> None:
    left = set(edges_of(without_circles([says(edge) for edge in edges], [])))
    above: dict[str, set[str]] = defaultdict(set)
    for narrow, broad in left:
        above[narrow].add(broad)

    def ancestors(name: str) -> set[str]:
        found: set[str] = set()
        waiting = [name]
        while waiting:
            fresh = above[waiting.pop()] - found
            found |= fresh
            waiting += fresh
        return found

    for name in "abcdef":
        assert name not in ancestors(name)
    for narrow, broad, _ in edges:
        assert (narrow, broad) in left or narrow == broad or narrow in ancestors(broad)
