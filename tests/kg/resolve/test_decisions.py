"""A table of decisions is read, checked line by line, and refused where it contradicts itself."""

from __future__ import annotations

import csv
import random
from itertools import permutations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import RecordError, UnreadableFile
from kg.model import TYPES, Entity
from kg.resolve.advice import MOST_LOOKED_UP, advise
from kg.resolve.decisions import ACTIONS, Decision, Decisions, decided, read_decisions, read_table

HEADER = "action\ttype\tname\tto\treason\n"
D = Decision


def read(folder: Path, text: str) -> Decisions:
    path = folder / "decisions.tsv"
    path.write_text(text, encoding="utf-8")
    return read_decisions(path)


def test_the_example_of_the_documentation_is_read(tmp_path: Path) -> None:
    import kg.resolve.decisions as module

    lines = [line.strip() for line in (module.__doc__ or "").splitlines() if line.startswith("    ")]
    text = "\n".join("\t".join(cell.strip() for cell in line.split("  ") if cell.strip()) for line in lines)
    # in the documentation an empty cell is but blanks
    made = read(tmp_path, text.replace("next section\t", "next section\t\t"))
    assert {each.action for each in made.all} == set(ACTIONS)
    assert made.merged == {("Method", "convnet"): ("Method", "cnn")}
    assert made.types == {("Method", "jetson nano"): "Hardware"}
    assert made.ignored == {("Task", "next section")}
    assert made.parted == ((("Task", "navigation"), ("Task", "robot navigation")),)
    assert made.names == {("Method", "cnn"): "convolutional neural network"}


def test_comments_blank_lines_and_the_order_of_columns_do_not_matter(tmp_path: Path) -> None:
    text = "\ufeff# mine\n\nTo\tNAME\taction\ttype\n# merge\tx\nCNN\tConvNet \tmerge\tMethod\n\t \n"
    (made,) = read(tmp_path, text).all
    assert (made.action, made.name, made.to, made.reason, made.line) == ("merge", "ConvNet", "CNN", "", 5)
    assert read(tmp_path, "").all == read(tmp_path, "# nothing\n").all == read(tmp_path, HEADER).all == ()


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("join\tMethod\tA\tB", "'join'"),
        ("merge\tmethod\tA\tB", "'method'"),
        ("merge\tMethod\t\tB", "names nothing"),
        ("merge\tMethod\t--\tB", "names nothing"),
        ("merge\tMethod\tA", "a name in column to"),
        ("split\tMethod\tA\t", "a name in column to"),
        ("rename\tMethod\tA\t", "a name in column to"),
        ("ignore\tMethod\tA\tB", "an empty column to"),
        ("retype\tMethod\tA\tBoard", "'Board'"),
        ("retype\tMethod\tA\tMethod", "another of"),
        ("merge\tMethod\tCNNs\tthe CNN", "the same name"),
        ("split\tMethod\tCNNs\tCNN", "the same name"),
    ],
)
def test_a_line_that_is_no_decision_is_named(tmp_path: Path, line: str, says: str) -> None:
    with pytest.raises(RecordError) as caught:
        read(tmp_path, f"{HEADER}ignore\tTask\tnext section\n{line}\n")
    assert caught.value.place.line == 3
    assert says in str(caught.value)
    assert "decisions.tsv, line 3" in str(caught.value)


def test_a_cell_that_is_too_long_is_named(tmp_path: Path) -> None:
    before = csv.field_size_limit(1000)
    try:
        with pytest.raises(RecordError, match="line 2: field larger"):
            read(tmp_path, f"{HEADER}ignore\tTask\t{'x' * 2000}\n")
    finally:
        csv.field_size_limit(before)


def test_a_header_line_is_asked_for(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"line 2: there is no column action, type, name"):
        read(tmp_path, "# mine\nmerge\tMethod\tA\tB\n")


@pytest.mark.parametrize("content", [b"\xff\xfea\x00", None])
def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "mine.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(UnreadableFile, match=r"mine\.tsv"):
        read_decisions(path)


def test_a_chain_of_merges_ends_where_the_last_one_does() -> None:
    chain = [D("merge", "Method", a, b, "", n) for n, (a, b) in enumerate(["ab", "bc", "cd"], 1)]
    for order in permutations(chain):
        assert decided(order).merged == {("Method", key): ("Method", "d") for key in "abc"}
    # a name of another type is another name
    assert decided([*chain, D("merge", "Task", "d", "a", "")]).merged["Task", "d"] == ("Task", "a")


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["merge Method a b", "merge Method b a"], "circle"),
        (["merge Method a b", "merge Method b c", "merge Method c a"], "circle"),
        (["merge Method a b", "merge Method a c"], "'a' is to be merged into 'b' already, in line 1"),
        (["merge Method a b", "ignore Method a"], "already, in line 1"),
        (["ignore Method a", "retype Method a Task"], "already, in line 1"),
        (["retype Method a Task", "retype Method a Metric"], "already, in line 1"),
        (["rename Method cat b", "rename Method cats c"], "already, in line 1"),
        (["merge Method a b", "ignore Method b"], "'b' is ignored in line 2"),
        (["merge Method a b", "merge Method b c", "ignore Method c"], "'c' is ignored in line 3"),
        (["merge Method a b", "retype Method b Task"], "'b' is retyped to 'Task' in line 2"),
        (["merge Method a b", "split Method a b"], "merged in line 1"),
        (["split Method b a", "merge Method a b"], "merged in line 2"),
        (["merge Method a b", "merge Method b c", "split Method a c"], "merged in line 1"),
        (["merge Method a c", "merge Method b c", "split Method a b"], "merged in line 1"),
        (["retype Method a Task", "ignore Task a"], "the Task 'a' is ignored in line 2"),
        (["retype Method a Task", "retype Task a Method"], "the Task 'a' is retyped"),
    ],
)
def test_decisions_that_contradict_one_another_are_refused_in_any_order(lines: list[str], says: str) -> None:
    made = [
        D(words[0], words[1], words[2], words[3] if len(words) > 3 else "", "", number)  # type: ignore[arg-type]
        for number, words in enumerate((line.split() for line in lines), 1)
    ]
    with pytest.raises(RecordError) as caught:
        decided(made, "mine.tsv")
    assert says in str(caught.value)
    assert caught.value.place.source == "mine.tsv"
    assert caught.value.place.line in range(1, len(lines) + 1)
    for order in permutations(made):
        with pytest.raises(RecordError):
            decided(order)


def test_the_same_decision_twice_is_one() -> None:
    twice = [D("merge", "Method", "ConvNets", "CNN", "", 1), D("merge", "Method", "convnet", "CNNs", "again", 2)]
    assert decided(twice).merged == {("Method", "convnet"): ("Method", "cnn")}
    assert decided([D("ignore", "Task", "a", "", ""), D("ignore", "Task", "a", "", "")]).ignored == {("Task", "a")}


@given(
    st.lists(
        st.builds(
            D, st.sampled_from(ACTIONS), st.sampled_from(TYPES), st.sampled_from(list("abcdef")), st.sampled_from(list("uvwxyz")),
            st.just(""),
        ),
        max_size=6,
    ),
    st.randoms(),
)  # fmt: skip
def test_the_order_of_lines_does_not_matter(made: list[Decision], chance: random.Random) -> None:
    other = list(made)
    chance.shuffle(other)
    results = []
    for each in (made, other):
        try:
            said = decided(each)
            results.append((said.ignored, said.types, said.merged, said.parted, said.names))
        except RecordError:
            results.append(None)
    assert results[0] == results[1]


def test_a_table_knows_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "mine.tsv"
    path.write_bytes(HEADER.encode())
    table = read_table(path)
    assert (table.source, table.content, table.decisions.all) == ("mine.tsv", HEADER.encode(), ())
    assert len(table.sha256) == 64


# What changed nothing


def test_advice_says_what_is_amiss() -> None:
    entities = [Entity("nano", "Hardware", "Jetson Nano", ("Nano board",)), Entity("cnn", "Method", "CNN")]
    idle = [
        D("ignore", "Method", "jetson nanos", "", "", 2),
        D("ignore", "Hardware", "Nano-boards", "", "", 3),
        D("split", "Method", "CNN", "CNN-LSTM", "", 4),
        D("ignore", "Hardware", "Jetson Nanno", "", "", 5),
        D("ignore", "Dataset", "nothing", "", "", 6),
    ]
    told = list(advise(idle, entities, "mine.tsv"))
    assert told == [
        "mine.tsv, line 2: ignore changed nothing: no Method of these papers is called 'jetson nanos', but a Hardware is",
        "mine.tsv, line 3: ignore of 'Nano-boards' changed nothing: the graph is so without it",
        "mine.tsv, line 4: split changed nothing: no Method of these papers is called 'CNN-LSTM'",
        "mine.tsv, line 5: ignore changed nothing: no Hardware of these papers is called 'Jetson Nanno'; did you mean 'Jetson Nano'?",
        "mine.tsv, line 6: ignore changed nothing: no Dataset of these papers is called 'nothing'",
    ]
    assert list(advise([], entities, "mine.tsv")) == []


def test_only_some_names_are_looked_up_by_their_spelling() -> None:
    idle = [D("ignore", "Method", f"quokka{'x' * (n % 2)}", "", "", n) for n in range(MOST_LOOKED_UP + 1)]
    told = list(advise(idle, [Entity("quokkas", "Method", "quokkaz")], "t"))
    assert "did you mean" in told[0]
    assert "did you mean" not in told[-1]
