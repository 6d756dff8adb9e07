"""Several papers make an edge surer, in no order, never by more than they are worth; measured on judged triples."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from math import exp
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kg.corroboration import (
    LEAST,
    MOST,
    TABLE,
    Gain,
    Said,
    Support,
    edge_confidence,
    noisy_or,
    shipped_gain,
    supported,
)
from kg.errors import EvaluationError
from kg.model import Claim, Span
from kg.resolve.confidence import log_odds
from kg.training.calibrate import Judged, calibration_error
from kg.training.corroboration import (
    TOOLS,
    Triple,
    features,
    fit_support,
    folds_of,
    held_out_edges,
    held_out_verdicts,
    precision_recall_f1,
    read_triples,
)
from kg.training.gold import digest

# As claims have them: two decimals
CONFIDENCE = st.integers(0, 100).map(lambda hundredths: hundredths / 100)
SAID = st.tuples(st.sampled_from("ABCDEFGHIJ"), CONFIDENCE)
CLAIMS = st.lists(SAID, min_size=1, max_size=12)
DENIALS = st.lists(SAID, max_size=4)
GAINS = st.one_of(st.none(), st.builds(Gain, most=st.floats(0, 6), scale=st.floats(0.05, 5)))


@given(CONFIDENCE, GAINS)
def test_one_claim_keeps_its_confidence(confidence: float, gain: Gain | None) -> None:
    assert edge_confidence([("A", confidence)], gain=gain) == confidence


@given(CLAIMS, DENIALS, GAINS, st.randoms())
def test_the_order_does_not_matter(
    claims: list[Said], denials: list[Said], gain: Gain | None, chance: random.Random
) -> None:
    before = edge_confidence(claims, denials=denials, gain=gain)
    chance.shuffle(claims)
    chance.shuffle(denials)
    assert edge_confidence(claims, denials=denials, gain=gain) == before


@given(CLAIMS, DENIALS, SAID, GAINS)
@example([("A", 1.0)], [], ("B", 0.5), None)
@example([("A", 1.0)], [("B", 1.0)], ("C", 1.0), None)
def test_another_claim_never_makes_an_edge_less_sure(
    claims: list[Said], denials: list[Said], another: Said, gain: Gain | None
) -> None:
    before = edge_confidence(claims, denials=denials, gain=gain)
    assert edge_confidence([*claims, another], denials=denials, gain=gain) >= before


@given(CLAIMS, DENIALS, st.data(), GAINS)
def test_a_surer_claim_never_makes_an_edge_less_sure(
    claims: list[Said], denials: list[Said], data: st.DataObject, gain: Gain | None
) -> None:
    place = data.draw(st.integers(0, len(claims) - 1))
    paper, confidence = claims[place]
    surer = data.draw(CONFIDENCE.filter(lambda each: each >= confidence))
    before = edge_confidence(claims, denials=denials, gain=gain)
    claims[place] = paper, surer
    assert edge_confidence(claims, denials=denials, gain=gain) >= before


@given(CLAIMS, DENIALS, SAID, GAINS)
def test_another_denial_never_makes_an_edge_surer(
    claims: list[Said], denials: list[Said], another: Said, gain: Gain | None
) -> None:
    before = edge_confidence(claims, denials=denials, gain=gain)
    assert edge_confidence(claims, denials=[*denials, another], gain=gain) <= before
    assert edge_confidence(claims, denials=[("A", 0.0)], gain=gain) == edge_confidence(claims, gain=gain)


@given(CLAIMS, DENIALS, GAINS)
def test_a_paper_counts_once_by_its_surest_claim(claims: list[Said], denials: list[Said], gain: Gain | None) -> None:
    once = {paper: max(c for p, c in claims if p == paper) for paper, _ in claims}
    said = edge_confidence(claims, denials=denials, gain=gain)
    assert edge_confidence(list(once.items()), denials=denials, gain=gain) == said
    assert edge_confidence(claims * 3, denials=denials * 3, gain=gain) == said


@given(CLAIMS, GAINS)
def test_an_edge_is_between_its_surest_claim_and_noisy_or(claims: list[Said], gain: Gain | None) -> None:
    once = {paper: max(c for p, c in claims if p == paper) for paper, _ in claims}
    surest, said = max(once.values()), edge_confidence(claims, gain=gain)
    assert surest <= said <= max(surest, round(noisy_or(once.values()), 2))
    assert said == round(said, 2)


@given(st.lists(SAID.filter(lambda said: 0 < said[1] < 1), min_size=1), DENIALS, GAINS)
def test_claims_short_of_certain_stay_short_of_it(claims: list[Said], denials: list[Said], gain: Gain | None) -> None:
    assert LEAST <= edge_confidence(claims, denials=denials, gain=gain) <= MOST


def test_no_number_of_papers_makes_a_doubtful_statement_certain() -> None:
    many = [(str(paper), 0.38) for paper in range(100_000)]
    assert 0.8 <= edge_confidence(many) <= 0.9


def test_a_certain_claim_is_denied_like_one_almost_certain() -> None:
    denials = [("B", 0.17)]
    assert edge_confidence([("A", 0.86)], denials=denials) <= edge_confidence([("A", 1.0)], denials=denials) < 1


def test_a_denial_as_sure_as_the_claim_leaves_about_even_odds() -> None:
    assert 0.4 <= edge_confidence([("A", 0.9)], denials=[("B", 0.9)]) <= 0.5


def test_an_edge_without_a_claim_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        edge_confidence([])


@pytest.mark.parametrize("confidence", [-0.1, 1.2, float("nan")])
def test_what_is_no_probability_is_refused(confidence: float) -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        edge_confidence([("A", confidence)])
    with pytest.raises(ValueError, match="between 0 and 1"):
        edge_confidence([("A", 0.5)], denials=[("A", confidence)])


def test_each_edge_of_many_claims_has_its_own_confidence() -> None:
    def claim(subject: str, paper: str, confidence: float) -> Claim:
        return Claim(subject, "usedFor", "t", paper, Span(0, 1), (Span(0, 9),), confidence, between=True)

    claims = [claim("n", "A", 0.4), claim("m", "A", 0.6), claim("m", "B", 0.7), claim("m", "B", 0.2)]
    edges = {edge: support.confidence for edge, support in supported(claims).items()}
    assert list(edges) == [("m", "usedFor", "t"), ("n", "usedFor", "t")]
    assert edges["n", "usedFor", "t"] == 0.4
    assert edges["m", "usedFor", "t"] == edge_confidence([("B", 0.7), ("A", 0.6)]) > 0.7
    assert {edge: support.confidence for edge, support in supported(reversed(claims)).items()} == edges


# Edges with what denies them


def between(subject: str, paper: str, confidence: float, *, predicate: str = "usedFor") -> Claim:
    return Claim(subject, predicate, "t", paper, Span(0, 1), (Span(0, 9),), confidence, between=True)


def by_role(paper: str, confidence: float) -> Claim:
    return Claim(paper, "uses", "m", paper, Span(0, 1), (Span(0, 9),), confidence)


RELATIONS = st.lists(st.builds(between, st.sampled_from("mn"), st.sampled_from("ABCDE"), CONFIDENCE), max_size=10)
ROLES = st.lists(st.builds(by_role, st.sampled_from("ABCDE"), CONFIDENCE), max_size=4)


def test_each_edge_between_entities_has_its_confidence_and_its_papers() -> None:
    claims = [between("n", "A", 0.4), between("m", "A", 0.6), between("m", "B", 0.7), between("m", "B", 0.2)]
    support = supported([by_role("C", 0.9), *claims])
    assert list(support) == [("m", "usedFor", "t"), ("n", "usedFor", "t")]
    assert support["n", "usedFor", "t"] == Support(0.4, 1)
    assert support["m", "usedFor", "t"] == Support(edge_confidence([("A", 0.6), ("B", 0.7)]), 2)
    assert supported([]) == supported([by_role("A", 0.9)]) == {}


def test_a_denial_lowers_the_edge_that_it_denies_and_no_other() -> None:
    claims = [between("m", "A", 0.8), between("n", "A", 0.8), between("m", "A", 0.7, predicate="partOf")]
    before, after = supported(claims), supported(claims, [between("m", "B", 0.6)])
    denied = ("m", "usedFor", "t")
    assert after[denied] == Support(edge_confidence([("A", 0.8)], denials=[("B", 0.6)]), 1)
    assert after[denied].confidence < before[denied].confidence
    assert {edge: each for edge, each in after.items() if edge != denied} == {
        edge: each for edge, each in before.items() if edge != denied
    }


def test_what_is_only_denied_is_no_edge() -> None:
    assert supported([], [between("m", "A", 0.9)]) == {}
    assert list(supported([between("n", "A", 0.5)], [between("m", "A", 0.9)])) == [("n", "usedFor", "t")]


@given(RELATIONS, RELATIONS, ROLES, GAINS)
def test_denials_never_make_an_edge_surer_nor_change_its_papers_and_roles_are_passed_over(
    claims: list[Claim], denials: list[Claim], roles: list[Claim], gain: Gain | None
) -> None:
    alone, said = supported(claims, gain=gain), supported(claims, denials, gain=gain)
    assert list(alone) == list(said) == sorted({(c.subject, c.predicate, c.object) for c in claims})
    for edge, support in said.items():
        assert support.confidence <= alone[edge].confidence
        assert support.papers == alone[edge].papers
        assert support.papers == len({c.paper for c in claims if c.subject == edge[0]})
    for edge, each in alone.items():
        of_edge = [(c.paper, c.confidence) for c in claims if (c.subject, c.predicate, c.object) == edge]
        assert each.confidence == edge_confidence(of_edge, gain=gain)
    assert supported([*roles, *reversed(claims)], [*reversed(denials), *roles], gain=gain) == said


# What is fitted


def drawn(gain: Gain, *, count: int, seed: int = 5) -> list[Triple]:
    """Draws whose truth follows a gain upon even odds less a half."""
    rng = random.Random(seed)
    triples = []
    for number in range(count):
        papers, tool = rng.choice((1, 1, 2, 3, 5, 9, 20)), rng.choice(TOOLS)
        others = (papers - 1) / (1 + exp(0.5))
        right = rng.random() < 1 / (1 + exp(0.5 - gain.most * (1 - exp(-others / gain.scale))))
        ends = f"s{number}", "uses", f"o{number}", "Method", "Task"
        triples.append(Triple(*ends, (tool,), papers, float(right), right))
    return triples


def test_the_gain_is_recovered_from_draws() -> None:
    support = fit_support(drawn(Gain(2.5, 1.2), count=8000))
    assert (support.gain.most, support.gain.scale) == pytest.approx((2.5, 1.2), abs=0.35)
    assert log_odds(support.one_paper(drawn(Gain(1, 1), count=1)[0])) == pytest.approx(-0.5, abs=0.15)


def test_what_experts_said_of_a_triple_tells_nothing_of_it() -> None:
    triple = drawn(Gain(2, 1), count=1)[0]
    assert features(replace(triple, share=0.0, right=False)) == features(replace(triple, share=1.0, right=True))


def test_a_file_of_other_columns_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "dev.csv").write_text("subj,rel,obj\nsvm,uses,text\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"dev\.csv:2: no judged triple"):
        read_triples(tmp_path)


# On the judged triples


@pytest.fixture(scope="module")
def folder(shared: Path) -> Path:
    path = shared / "public" / "cskg3600"
    if not path.is_dir():
        pytest.skip("CS-KG3600 is not among the shared material")
    return path


@pytest.fixture(scope="module")
def triples(folder: Path) -> list[Triple]:
    return read_triples(folder)


def test_the_shipped_gain_is_what_the_command_makes(triples: list[Triple], folder: Path) -> None:
    table = json.loads(TABLE.read_text(encoding="utf-8"))
    assert table["triples sha256"] == digest(folder / "dev.csv")
    gain = fit_support(triples).gain
    # the fit stops where another processor's rounding may stop it a step earlier
    assert (gain.most, gain.scale) == pytest.approx((shipped_gain().most, shipped_gain().scale), abs=0.02)


@pytest.mark.parametrize("seed", [0, 1])
def test_no_pair_of_ends_is_learned_from_and_told(seed: int, triples: list[Triple]) -> None:
    of_pair: dict[frozenset[str], set[int]] = {}
    for triple, fold in zip(triples, folds_of(triples, seed=seed), strict=True):
        of_pair.setdefault(frozenset((triple.subject, triple.object)), set()).add(int(fold))
    assert all(len(folds) == 1 for folds in of_pair.values())
    assert folds_of(triples, seed=0).tolist() != folds_of(triples, seed=2).tolist()


def test_held_out_edges_are_about_as_sure_as_they_are_right(triples: list[Triple]) -> None:
    edges = held_out_edges(triples, seed=0)
    assert len(edges) == sum(t.papers > 0 for t in triples)
    errors = [
        calibration_error([Judged("", "edge", said, t.right) for t, said in each])
        for each in (
            [(t, said) for t, _, said in edges],
            [(t, noisy_or([one] * t.papers)) for t, one, _ in edges],
            [(t, one) for t, one, _ in edges],
        )
    ]
    assert errors[0] <= 0.05 < errors[1] < errors[2]


def test_right_triples_are_told_from_wrong_ones(triples: list[Triple]) -> None:
    told = held_out_verdicts(triples, seed=0)
    assert [t.right for t in told] == [t.right for t in triples]
    assert precision_recall_f1((t.verdict for t in told), (t.right for t in told))[2] >= 0.76
    assert calibration_error([Judged("", "edge", t.probability, t.right) for t in told]) <= 0.05


@pytest.mark.slow
def test_right_triples_are_told_as_well_as_the_published_pipeline_does(triples: list[Triple]) -> None:
    scores = []
    for seed in range(5):
        told = held_out_verdicts(triples, seed=seed)
        scores.append(precision_recall_f1((t.verdict for t in told), (t.right for t in told))[2])
    assert sum(scores) / len(scores) >= 0.77, scores


def test_the_verdict_on_a_triple_does_not_hang_on_what_experts_said_of_it(triples: list[Triple]) -> None:
    # the fold that is told keeps its verdicts when its own judgements are turned round
    fold = folds_of(triples, seed=0, folds=3)
    turned = [
        replace(t, share=1 - t.share, right=not t.right) if f == 0 else t for t, f in zip(triples, fold, strict=True)
    ]
    groups = ("support", "types")
    before, after = (held_out_verdicts(each, seed=0, groups=groups, folds=3) for each in (triples, turned))
    inside = [place for place, f in enumerate(fold) if f == 0]
    assert [before[p].verdict for p in inside] == [after[p].verdict for p in inside]
    assert [before[p].probability for p in inside] == [after[p].probability for p in inside]
