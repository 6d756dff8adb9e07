"""Weights of links are fitted, chosen and judged as they should be."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from kg.errors import EvaluationError
from kg.linking.match import Linker
from kg.model import TYPES
from kg.training.linking import Judgement, fit, found, judgements, scores, thresholds

HEAD = "type\tname\tscheme\tconcept\tverdict\taliases\tbroader\n"


def test_weights_are_recovered_from_draws() -> None:
    rng = random.Random(5)
    kinds, right = [], []
    for _ in range(4000):
        evidence = frozenset(name for name in ("for", "against", "nothing") if rng.random() < 0.5)
        odds = 0.3 + 1.2 * ("for" in evidence) - 1.5 * ("against" in evidence)
        kinds.append(evidence)
        right.append(rng.random() < 1 / (1 + 2.718281828**-odds))
    weights = fit(kinds, right)
    assert weights[""] == pytest.approx(0.3, abs=0.2)
    assert weights["for"] == pytest.approx(1.2, abs=0.25)
    assert weights["against"] == pytest.approx(-1.5, abs=0.25)
    assert weights["nothing"] == pytest.approx(0, abs=0.2)


def test_fitting_does_not_mind_the_order() -> None:
    kinds = [frozenset({"a"}), frozenset({"a", "b"}), frozenset(), frozenset({"b"})] * 5
    right = [True, False, True, False] * 5
    assert fit(kinds, right) == fit(kinds[::-1], right[::-1])


@pytest.mark.parametrize("row", ["Colour\tx\topencs\ty\texact\t\t", "Task\tx\topencs\ty\tmaybe\t\t"])
def test_a_wrong_judgement_is_named(tmp_path: Path, row: str) -> None:
    path = tmp_path / "judged.tsv"
    path.write_text(HEAD + row + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match=r"judged\.tsv:2"):
        judgements(path)


def test_a_judgement_knows_what_was_known_of_the_entity(tmp_path: Path) -> None:
    path = tmp_path / "judged.tsv"
    path.write_text(HEAD + "Task\tQA\topencs\thttps://w3id.org/ocs/ont/C2468\texact\tquestion answering|Q&A\tNLP\n")
    (judged,) = judgements(path)
    assert judged == Judgement(
        "Task", "QA", "opencs", "https://w3id.org/ocs/ont/C2468", "exact", ("question answering", "Q&A"), ("NLP",)
    )
    ((_, candidate),) = found([judged], Linker())
    assert candidate.concept.label == "Question answering"


def test_thresholds_and_scores_add_up() -> None:
    judged = [each for each in judgements() if each.scheme == "opencs" and not each.held_out]
    linker = Linker()
    exact_from, right_from = thresholds(list(found(judged, linker)))
    assert list(exact_from) == ["opencs"]
    assert 0.5 <= exact_from["opencs"] <= 1 and 0.5 <= right_from <= 1
    rows = scores(judged, linker)
    for kind in ("entities and vocabularies", "exactMatch", "closeMatch"):
        assert rows["all"][kind] == rows["opencs"][kind] == sum(rows[type_][kind] for type_ in TYPES)
    assert all(0 <= row[kind] <= 1 for row in rows.values() for kind in row if kind.endswith(("precision", "recall")))
