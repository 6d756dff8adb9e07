"""The weights of lone names are those that the verdicts give, and better than the extractor's confidence alone."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kg.errors import EvaluationError
from kg.resolve.lone import TABLE
from kg.training.gold import digest
from kg.training.worth import COLUMNS, JUDGED, KEPT, curve, fit, held_out, judged


def test_the_shipped_weights_are_those_of_the_verdicts() -> None:
    shipped = json.loads(TABLE.read_text(encoding="utf-8"))
    assert shipped["verdicts sha256"] == digest(JUDGED)
    made = fit(judged())
    assert set(made) == set(shipped["weights"])
    # a taxonomy that grows knows more words, which may move a weight a little
    assert max(abs(made[name] - shipped["weights"][name]) for name in made) < 0.3


def test_on_papers_not_fitted_on_it_leaves_less_junk_than_confidence_does_where_as_many_good_names_stay() -> None:
    names = judged()
    ours = curve(names, held_out(names))
    theirs = curve(names, np.array([each.lone.sure for each in names]))
    assert [row["good kept, of 100"] for row in ours] == [round(100 * share) for share in KEPT]
    assert all(one["junk of 100"] < other["junk of 100"] for one, other in zip(ours, theirs, strict=True))


def test_a_judge_that_knows_the_verdicts_leaves_no_junk() -> None:
    names = judged()
    rows = curve(names, np.array([float(each.verdict == "good") for each in names]))
    assert {row["junk or poor of 100"] for row in rows} == {0.0}


@pytest.mark.parametrize("verdict", ["fine", ""])
def test_a_wrong_verdict_is_told_with_its_line(verdict: str, tmp_path: Path) -> None:
    path = tmp_path / "names.tsv"
    cells = ["Method", "GazeNet", verdict, "", "arxiv:1", "uses", "0.9", "1", "no"]
    path.write_text("# names\n" + "\t".join(COLUMNS) + "\n" + "\t".join(cells) + "\n", encoding="utf-8")
    with pytest.raises(EvaluationError, match="3"):
        judged(path)
