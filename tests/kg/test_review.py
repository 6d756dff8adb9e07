"""What is likeliest to be wrong comes first, with the words that tell and a decision that mends it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import ExportError, RecordError
from kg.model import Mention, Paper
from kg.proposals import NOTE, PROPOSED, proposals, write_proposals
from kg.resolve import resolve
from kg.resolve.decisions import NONE, Decision, Decisions, decided, read_decisions
from kg.resolve.names import name_key
from kg.resolve.worth import worthwhile
from kg.review import Doubt, doubts

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]
Found = list[tuple[Paper, tuple[Mention, ...]]]

TEXTS = (
    "Hops\nA {Method:uses|quokka network} does {Task:addresses|wombat detection} on {Dataset:evaluatesOn|Burrow100}.",
    "Leaps\nA {Method:uses|quokka network} does {Task:addresses|detect the wombat} with a {Method:uses|Jetson Nano}.",
    "Boards\nThe {Hardware:runsOn|NVIDIA Jetson Nano} runs a {Method:uses|quokka network}.",
    "Kits\nThe {Hardware:runsOn|Jetson Nano board} does {Task:addresses|burrow) mapping} and {Task:addresses|wombat detection}.",
    "Cuts\nA P-{Method:uses|SPNN} is fast.\u2028It has {Metric:reports|better} \x85 ends\tand\n{Task:addresses|detection of wombats}.",
    "Nets\nThe {Method:uses|vanilla quokka network} is old. {Task:addresses|Quokka \"net\" tracking} is new.",
    "More\n{Task:addresses|tracking of \"net\" quokka} and {Method:uses|quokka networks} meet {Hardware:runsOn|tiny pods}.",
    "Shorts\nThe {Method:uses|QN} hops.",
)  # fmt: skip


@pytest.fixture(scope="module")
def found(marked: Marked) -> Found:
    return [marked(text, paper=f"arxiv:2001.{number:05}") for number, text in enumerate(TEXTS)]


def by_names(raised: list[Doubt]) -> dict[tuple[str, str | None], Doubt]:
    return {(doubt.name, doubt.other): doubt for doubt in raised}


def test_each_kind_of_doubt_is_raised_with_what_would_mend_it(found: Found) -> None:
    raised = by_names(doubts(found))
    phrase = raised["detect the wombat", "wombat detection"]
    assert (phrase.kind, phrase.type, phrase.papers) == ("duplicate", "Task", 1)
    assert (phrase.decision.action, phrase.decision.to) == ("merge", "wombat detection")
    vanilla = raised["vanilla quokka network", "quokka network"]
    assert (vanilla.kind, vanilla.decision.action) == ("duplicate", "merge")
    short = raised["QN", "quokka network"]
    assert (short.kind, short.papers) == ("duplicate", 1)
    cut = raised["SPNN", "P-SPNN"]
    assert (cut.kind, cut.decision.action, cut.decision.to) == ("name", "rename", "P-SPNN")
    brackets = raised["burrow) mapping", None]
    assert (brackets.kind, brackets.decision.action) == ("name", "ignore")
    board = raised["Jetson Nano", "Hardware"]
    assert (board.kind, board.type, board.decision.action, board.decision.to) == (
        "types",
        "Method",
        "retype",
        "Hardware",
    )
    merged = next(doubt for doubt in raised.values() if doubt.kind == "merged" and doubt.type == "Hardware")
    assert merged.decision.action == "split"
    assert {merged.name, merged.other} == {"NVIDIA Jetson Nano", "Jetson Nano board"}


def test_the_most_worth_a_look_comes_first(found: Found) -> None:
    raised = doubts(found)
    gains = [doubt.gain for doubt in raised]
    assert gains == sorted(gains, reverse=True)
    assert all(0 < doubt.probability <= 1 and doubt.papers >= 1 for doubt in raised)
    assert all(doubt.gain == round(doubt.probability * doubt.papers, 2) for doubt in raised)
    assert doubts(found, top=3) == raised[:3]
    assert [d for d in raised if d.type == "Task"][:2] == doubts(found, type_="Task", top=2)


def test_quotes_stand_in_their_papers(found: Found) -> None:
    texts = {paper.id: " ".join(paper.text.split()) for paper, _ in found}
    for doubt in doubts(found):
        assert doubt.quotes
        for seen in doubt.quotes:
            assert seen.text in texts[seen.paper]
            assert seen.text == " ".join(seen.text.split())
            assert seen.text[seen.start : seen.end].strip() == seen.text[seen.start : seen.end] != ""
        first = doubt.quotes[0]
        assert name_key(first.text[first.start : first.end]) == doubt.decision.key[1]


def test_a_model_that_is_unsure_is_doubted_and_claims_that_are_left_out_are_not(marked: Marked) -> None:
    papers = [
        marked("T\nA {Method:uses|hoptron} is here.", paper="arxiv:2001.00001", confidence=0.3),
        marked("T\nA {Method:uses|skiptron} is here.", paper="arxiv:2001.00002", confidence=0.95),
    ]
    (unsure,) = doubts(papers)
    assert (unsure.name, unsure.kind, unsure.decision.action) == ("hoptron", "name", "ignore")
    assert "unsure" in unsure.why
    assert doubts(papers, least=0.5) == []
    assert doubts([]) == []


def test_names_that_the_build_leaves_out_are_not_doubted(found: Found) -> None:
    graph = {(entity.type, entity.name) for entity in worthwhile(resolve(found), least=0.93).resolution.entities}
    everything, raised = by_names(doubts(found)), by_names(doubts(found, least_alone=0.93))
    assert ("burrow) mapping", None) in everything
    assert ("Task", "burrow) mapping") not in graph
    assert ("burrow) mapping", None) not in raised
    assert raised
    assert set(raised) < set(everything)


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(len(TEXTS))))
def test_the_order_of_papers_does_not_matter(found: Found, order: list[int]) -> None:
    assert doubts([found[n] for n in order]) == doubts(found)


def test_what_was_decided_is_doubted_no_more(found: Found) -> None:
    """Whether a person agrees with a proposal or says that the graph is right as it is."""
    raised = doubts(found)
    opposite = {"merge": "split", "split": "merge"}
    for doubt in raised:
        made = doubt.decision
        right_as_it_is = (
            Decision(opposite[made.action], made.type, made.name, made.to, "")  # type: ignore[arg-type]
            if made.action in opposite
            else Decision("rename", made.type, made.name, made.name, "")
        )
        for decision in (made, right_as_it_is):
            again = doubts(found, decided([decision]))
            assert doubt.decision not in [each.decision for each in again], decision


def test_every_proposal_changes_something_and_all_of_them_together_do(found: Found) -> None:
    raised = doubts(found)
    plain = resolve(found)
    for doubt in raised:
        changed = resolve(found, decided([doubt.decision]))
        assert changed.idle == ()
        assert changed.entities != plain.entities, doubt
    everything = resolve(found, decided(doubt.decision for doubt in raised))
    assert everything.idle == ()


# The table of proposals


def test_the_table_reads_as_no_decision_and_each_line_uncommented_as_its_own(found: Found, tmp_path: Path) -> None:
    raised = doubts(found)
    path = tmp_path / "decisions.tsv"
    assert write_proposals(raised, path) == len(raised) > 5
    assert read_decisions(path) == NONE
    lines = path.read_text(encoding="utf-8").split("\n")
    proposed = [number for number, line in enumerate(lines) if line.startswith(PROPOSED)]
    assert len(proposed) == len(raised)
    for number, doubt in zip(proposed, raised, strict=True):
        taken = "\n".join([*lines[:number], lines[number].removeprefix(PROPOSED), *lines[number + 1 :]])
        (made,) = _read(tmp_path, taken).all
        wanted = doubt.decision
        assert (made.action, made.key, made.to, made.reason) == (wanted.action, wanted.key, wanted.to, wanted.reason)
        assert (made.name, made.line) == (wanted.name, number + 1)


def test_any_line_may_lose_its_first_sign_and_all_of_them_may(found: Found, tmp_path: Path) -> None:
    """So a person who uncomments too much gets no error, nor a decision out of a quote."""
    raised = doubts(found)
    lines = proposals(raised).splitlines()
    for number, line in enumerate(lines):
        if line.startswith("#"):
            made = _read(tmp_path, "\n".join([*lines[:number], line[1:], *lines[number + 1 :]]))
            assert len(made.all) == line.startswith(PROPOSED)
    everything = _read(tmp_path, "\n".join(line.removeprefix(PROPOSED) for line in lines))
    assert [d.key for d in everything.all] == [doubt.decision.key for doubt in raised]


def test_what_a_table_holds_stays_and_nothing_is_proposed_twice(found: Found, tmp_path: Path) -> None:
    raised = doubts(found)
    path = tmp_path / "mine.tsv"
    mine = "# mine\nname\ttype\taction\twho\tto\nquokka network\tMethod\tmerge\tme\tQN\nhop\tTask\tignore\tme\t\n"
    path.write_text(mine, encoding="utf-8")
    new = write_proposals(raised, path)
    text = path.read_text(encoding="utf-8")
    assert text.startswith(mine)
    assert 0 < new < len(raised)  # what contradicts the table is not proposed
    assert "# SPNN\tMethod\trename\t\tP-SPNN" in text.splitlines()
    assert [d.line for d in read_decisions(path).all] == [3, 4]
    assert write_proposals(raised, path) == 0
    assert path.read_text(encoding="utf-8") == text
    taken = text.replace("# SPNN\t", "SPNN\t")
    path.write_text(taken, encoding="utf-8")
    assert write_proposals(raised, path) == 0
    assert path.read_text(encoding="utf-8") == taken


def test_a_file_that_is_no_table_stays_as_it_is(found: Found, tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    for text, error in (("a letter\n", RecordError), ("action\ttype\tname\nignore\tTask\tx\n", ExportError)):
        path.write_text(text, encoding="utf-8")
        with pytest.raises(error, match=r"mine\.tsv"):
            write_proposals(doubts(found), path)
        assert path.read_text(encoding="utf-8") == text
    with pytest.raises(ExportError, match="absent"):
        write_proposals(doubts(found), tmp_path / "absent" / "mine.tsv")


_TEXT = (
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=12)
    .map(lambda text: " ".join(text.split()))
    .filter(name_key)
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(name=_TEXT, to=_TEXT, reason=_TEXT)
def test_any_names_come_back_from_the_table(tmp_path: Path, name: str, to: str, reason: str) -> None:
    if name_key(name) == name_key(to):
        return
    made = Decision("merge", "Method", name, to, reason)
    text = proposals([Doubt("duplicate", reason, "Method", name, to, 0.5, 1, made)])
    assert not _read(tmp_path, text).all
    lines = [line.removeprefix(PROPOSED) if line.startswith(f"{PROPOSED}merge") else line for line in text.split("\n")]
    (back,) = _read(tmp_path, "\n".join(lines)).all
    assert (back.name, back.to, back.reason) == (name.strip(), to.strip(), reason.strip())
    assert all(
        line.startswith((NOTE, PROPOSED)) or line in ("", "action\ttype\tname\tto\treason") for line in text.split("\n")
    )


def _read(folder: Path, text: str) -> Decisions:
    path = folder / "read.tsv"
    path.write_text(text, encoding="utf-8")
    return read_decisions(path)
