"""What is measured of resolution: the sets, their parts, what counts, and the command that shows it."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import typer.main
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from kg.cli import app
from kg.errors import EvaluationError
from kg.evaluate_acronyms import PUBLISHED, found, labelled, of_acronyms
from kg.evaluate_resolution import PAIRS, Evaluation, Measure, of_gold, of_methods, of_pairs, read_pairs
from kg.model import TYPES

HEADINGS = "type\tfirst\tsecond\tsame\treason\tpart"


def measure(evaluation: Evaluation, name: str, part: str = "all") -> Measure:
    (one,) = [m for m in evaluation.measures if (m.name, m.part) == (name, part)]
    return one


def written(path: Path, content: Any) -> Path:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


# The pairs that ship.


def test_the_pairs_are_three_hundred_half_merges_half_traps_of_all_types() -> None:
    pairs = read_pairs()
    assert len(pairs) == 300
    assert Counter(pair.same for pair in pairs) == {True: 150, False: 150}
    for type_ in TYPES:
        of_type = Counter(pair.same for pair in pairs if pair.type == type_)
        assert of_type[True] == of_type[False] >= 20
    assert len({(pair.type, frozenset((pair.first, pair.second))) for pair in pairs}) == 300


def test_the_parts_take_turns_by_a_hash_of_the_names() -> None:
    groups = defaultdict(list)
    for pair in read_pairs():
        groups[pair.type, pair.same].append(pair)
    for number, type_ in enumerate(TYPES):
        for offset, same in enumerate((True, False)):
            members = groups[type_, same]
            members.sort(key=lambda p: hashlib.sha256(f"{p.first}\t{p.second}".encode()).hexdigest())
            turns = [("dev", "test")[(at + 2 * number + offset) % 2] for at in range(len(members))]
            assert [pair.part for pair in members] == turns


def test_no_pattern_is_repeated_with_the_same_words() -> None:
    uses: Counter[tuple[str, str]] = Counter()
    for pair in read_pairs():
        uses.update({(pair.reason, word) for word in f"{pair.first} {pair.second}".lower().split()})
    assert max(uses.values()) <= 8


def test_the_file_says_who_wrote_it() -> None:
    assert "Written and judged by meaning for this project" in PAIRS.read_text(encoding="utf-8").partition(HEADINGS)[0]


def test_which_of_two_papers_comes_first_does_not_matter(tmp_path: Path) -> None:
    lines = ["\t".join((p.type, p.second, p.first, "yes" if p.same else "no", p.reason, p.part)) for p in read_pairs()]
    turned = of_pairs(written(tmp_path / "turned.tsv", "\n".join([HEADINGS, *lines])))
    assert turned.measures == of_pairs().measures


def test_every_wrong_pair_is_a_mistake_and_every_mistake_a_wrong_pair() -> None:
    evaluation = of_pairs()
    same = {(pair.first, pair.second): pair for pair in read_pairs()}
    for part in ("dev", "test", "all"):
        row = measure(evaluation, "pairwise", part)
        wrong = [m for m in evaluation.mistakes if part in (m.part, "all")]
        assert row.things == (300 if part == "all" else 150)
        apart, together = (sum(m.problem == problem for m in wrong) for problem in ("apart", "together"))
        merges = sum(p.same for p in same.values() if part in (p.part, "all"))
        assert row.score.recall == pytest.approx(1 - apart / merges)
        assert row.score.precision == pytest.approx((merges - apart) / (merges - apart + together))
    for mistake in evaluation.mistakes:
        assert same[mistake.first, mistake.second].same == (mistake.problem == "apart")


def test_most_decisions_on_the_pairs_are_right() -> None:
    score = measure(of_pairs(), "pairwise").score
    assert score.precision >= 0.9
    assert score.recall >= 0.5


def test_a_short_form_counts_as_the_long_form_beside_it(tmp_path: Path) -> None:
    lines = [
        HEADINGS,
        "Method\tgenerative adversarial network (GAN)\tGANs\tyes\tshort form\tdev",
        "# a remark",
        "Method\tself-supervised learning (SSL)\tsemi-supervised learning (SSL)\tno\tone short form\ttest",
        "Hardware\tdrum\tviolin\tyes\twrong on purpose\ttest",
    ]
    evaluation = of_pairs(written(tmp_path / "pairs.tsv", "\n".join(lines)))
    assert [(m.problem, m.part, m.first) for m in evaluation.mistakes] == [("apart", "test", "drum")]
    score = measure(evaluation, "pairwise").score
    assert (score.precision, score.recall) == (1.0, 0.5)


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("", None, "type, first"),
        ("first\tsecond\nGAN\tGANs", 1, "type, first"),
        (f"{HEADINGS}\nMethod\tGAN\tGANs\tyes\tplural", 2, "GANs"),
        (f"{HEADINGS}\n\nModel\tGAN\tGANs\tyes\tplural\tdev", 3, "Model"),
        (f"{HEADINGS}\nMethod\tGAN\tGANs\tmaybe\tplural\tdev", 2, "yes or no"),
        (f"{HEADINGS}\nMethod\tGAN\t\tyes\tplural\tdev", 2, "two names"),
        (f"{HEADINGS}\nMethod\tGAN\tGANs\tyes\tplural\ttrain", 2, "dev or test"),
    ],
)
def test_says_which_line_is_no_pair(text: str, line: int | None, says: str, tmp_path: Path) -> None:
    path = written(tmp_path / "pairs.tsv", text)
    with pytest.raises(EvaluationError) as caught:
        read_pairs(path)
    assert (caught.value.source, caught.value.line) == (str(path), line)
    assert says in caught.value.problem and "expected" in caught.value.problem


# Methods.


def test_methods_that_share_a_name_are_left_out_and_the_others_compared(tmp_path: Path) -> None:
    methods = [
        {"name": "GAN", "full_name": "Generative Adversarial Network"},
        {"name": "ResNet", "full_name": "ResNet"},
        {"name": "Zyx", "full_name": "Quite Another Thing"},
        {"name": "SRM", "full_name": "style-based recalibration module"},
        {"name": "Style-Based Recalibration Module (paper)", "full_name": None},
    ]
    evaluation = of_methods(written(tmp_path / "methods.json", methods))
    assert evaluation.left_out == 2
    row = measure(evaluation, "pairwise")
    assert (row.things, row.score.precision, row.score.recall) == (5, 1.0, 0.5)
    assert [(m.problem, m.first, m.second) for m in evaluation.mistakes] == [("apart", "Quite Another Thing", "Zyx")]
    assert sum(measure(evaluation, "B-cubed", part).things for part in ("dev", "test")) == 5


def test_methods_of_one_name_but_for_spelling_are_told_as_put_together(tmp_path: Path) -> None:
    methods = [{"name": name, "full_name": name} for name in ("Behaviour Cloning", "Behavior Cloning")]
    evaluation = of_methods(written(tmp_path / "methods.json", methods))
    assert [(m.problem, m.first) for m in evaluation.mistakes] == [("together", "Behaviour Cloning")]
    assert measure(evaluation, "pairwise").score.precision == 0


@pytest.mark.parametrize("content", ["{", "[1]", [{"name": "GAN"}], [{"name": 3, "full_name": 4}]])
def test_says_what_a_list_of_methods_must_be(content: Any, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="expected a JSON list of methods"):
        of_methods(written(tmp_path / "methods.json", content))


# Annotated papers.


def test_names_of_a_paper_are_things_and_entities_their_clusters(tmp_path: Path) -> None:
    paper = {
        "id": "P1",
        "title": "Spiking neural networks (SNNs)",
        "abstract": "A spiking neural network runs on Loihi. SNNs and Loihi and the wheel dance on a Loihi board.",
        "entities": [
            {"name": "SNN", "type": "Method", "role": "uses",
             "surface": ["Spiking neural networks", "spiking neural network", "SNNs", "network", "not there"]},
            {"name": "Loihi", "type": "Hardware", "role": ["runsOn", "mentions"], "surface": ["Loihi", "Loihi board"]},
            {"name": "wheel dance", "type": "Task", "surface": ["wheel dance"]},
            {"name": "board", "type": "Hardware", "surface": ["board"], "optional": True},
        ],
    }  # fmt: skip
    path = tmp_path / "gold.jsonl.gz"
    path.write_bytes(gzip.compress(f"\n{json.dumps(paper)}\n\n".encode()))
    evaluation = of_gold(path)
    assert evaluation.left_out == 2  # "network", which has no place of its own, and "not there"
    for name in ("pairwise", "B-cubed", "CEAF-e"):
        row = measure(evaluation, name)
        assert (row.things, row.score.precision, row.score.recall) == (6, 1.0, 1.0)
    assert evaluation.mistakes == ()


@pytest.mark.parametrize("line", ["[]", '{"id": "P1"}', '{"id": "P1", "title": "A", "entities": [{"name": "a"}]}'])
def test_says_which_line_is_no_annotated_paper(line: str, tmp_path: Path) -> None:
    path = written(tmp_path / "gold.jsonl", f'{{"id": "P0", "title": "A", "entities": []}}\n{line}\n')
    with pytest.raises(EvaluationError, match="expected a paper with text and entities") as caught:
        of_gold(path)
    assert caught.value.line == 2


# Acronyms.

LABELS = st.lists(st.sampled_from(["O", "B-short", "I-short", "B-long", "I-long"]), max_size=12)


def by_the_rules_of_the_task(labels: Sequence[str], kind: str) -> set[tuple[int, int]]:
    """Phrases as the task's scorer takes them: a B or O ends all that are open, labels of a kind make one."""
    phrases: set[tuple[int, int]] = set()
    open_: list[int] = []
    for at, label in enumerate([*labels, "O"]):
        if label[0] in "BO" and open_:
            phrases.add((open_[0], open_[-1] + 1))
            open_ = []
        if label.endswith(kind):
            open_.append(at)
    return phrases


@given(LABELS)
def test_forms_are_those_of_the_tasks_own_scorer(labels: list[str]) -> None:
    # where a phrase of one kind runs into the other without B, the task's scorer makes of both one range with a hole
    runs_over = any(other.startswith("I-") and one != "O" and one[2:] != other[2:] for one, other in pairwise(labels))
    forms = labelled(["word"] * len(labels), labels)
    if not runs_over:
        for kind in ("short", "long"):
            assert forms[kind] == by_the_rules_of_the_task(labels, kind)


def sentence(marked: str) -> dict[str, list[str]]:
    """Sentence of words like "GAN/B-short"; what bears no label is outside."""
    words = [word.rpartition("/") if "/" in word else (word, "", "O") for word in marked.split()]
    return {"tokens": [word for word, _, _ in words], "labels": [label for _, _, label in words]}


def test_macro_is_of_the_means_of_short_and_long_forms(tmp_path: Path) -> None:
    sentences = [
        sentence("A random/B-long forest/I-long ( RF/B-short ) grows ."),
        sentence("The NASA and GMM/B-short -/I-short UBM/I-short of some odd/B-long thing/I-long ."),
    ]
    evaluation = of_acronyms(written(tmp_path / "dev.json", sentences).parent)
    assert measure(evaluation, "macro", "dev").score.f1 == 1.0
    short, long = measure(evaluation, "short forms"), measure(evaluation, "long forms")
    assert (short.things, long.things) == (2, 2)
    assert (short.score.precision, short.score.recall) == (pytest.approx(2 / 3), 1.0)
    assert (long.score.precision, long.score.recall) == (1.0, 0.5)
    macro = measure(evaluation, "macro").score
    assert (macro.precision, macro.recall) == pytest.approx((5 / 6, 0.75))
    assert macro.f1 == pytest.approx(2 * (5 / 6) * 0.75 / (5 / 6 + 0.75))
    assert [(m.part, m.problem, m.first, m.reason) for m in evaluation.mistakes] == [
        ("test", "invented", "NASA", "short form"),
        ("test", "missed", "odd thing", "long form"),
    ]


@given(st.lists(st.sampled_from(["deep", "Net", "(", ")", "DN", "-", "/", "GAN", "network", "."]), max_size=14))
def test_forms_are_ranges_of_words(tokens: list[str]) -> None:
    for ranges in found(tokens).values():
        assert all(0 <= start < end <= len(tokens) for start, end in ranges)


@pytest.mark.parametrize("content", ["{", "[1]", [{"tokens": ["a"]}], [{"tokens": ["a"], "labels": []}]])
def test_says_what_annotated_sentences_must_be(content: Any, tmp_path: Path) -> None:
    with pytest.raises(EvaluationError, match="expected a JSON list with tokens and labels"):
        of_acronyms(written(tmp_path / "dev.json", content))


# The shared sets.


def test_short_and_long_forms_beat_the_published_rules_on_sentences_no_rule_was_chosen_on(shared: Path) -> None:
    evaluation = of_acronyms(shared / "public" / "sdu-acronyms")
    chosen, held_out = (measure(evaluation, "macro", part).score.f1 for part in ("dev", "test"))
    print(f"\nmacro F1 {100 * chosen:.2f} on the sentences of the rules, {100 * held_out:.2f} on the others")
    assert held_out >= PUBLISHED + 0.05
    assert abs(chosen - held_out) <= 0.03


def test_names_of_papers_and_methods_are_put_together_mostly_right(shared: Path) -> None:
    papers = of_gold(shared / "gold" / "dev.jsonl.gz")
    assert measure(papers, "B-cubed").score.f1 >= 0.92
    methods = of_methods(shared / "vocabularies" / "pwc_methods.json.gz")
    assert methods.left_out <= 46  # with those listed twice
    for part in ("dev", "test"):
        score = measure(methods, "pairwise", part).score
        assert score.precision >= 0.95
        assert score.recall >= 0.75


# The command.

RUNNER = CliRunner()


def run(*arguments: object) -> Result:
    return RUNNER.invoke(app, [str(a) for a in arguments], env={"COLUMNS": "200"})


def test_the_command_measures_the_pairs_and_what_it_is_given(tmp_path: Path) -> None:
    methods = written(tmp_path / "methods.json", [{"name": "Zyx", "full_name": "Quite Another Thing"}] * 2)
    table = run("evaluate", "resolution", "--methods", methods)
    assert table.exit_code == 0, table.output
    assert "B-cubed" in table.stdout and "precision 97.0, recall 85.0" in table.stdout
    assert "methods: 2 left out" in table.stdout
    plain = json.loads(run("evaluate", "resolution", "--json").stdout)
    assert {row["set"] for row in plain["measures"]} == {"pairs"}
    assert plain["mistakes"] == []
    pairs = next(row for row in plain["measures"] if row["part"] == "dev")
    assert 0 <= pairs["P"] <= 100 and pairs["target"] == {"precision": 97.0, "recall": 85.0}


def test_errors_are_listed_of_the_dev_parts_only() -> None:
    wrong = [m for m in of_pairs().mistakes if m.part == "dev"]
    plain = json.loads(run("evaluate", "resolution", "--errors", "--json").stdout)
    assert [m["first"] for m in plain["mistakes"]] == [m.first for m in wrong]
    assert {m["part"] for m in plain["mistakes"]} <= {"dev"}
    listed = run("evaluate", "resolution", "--errors").stdout
    for mistake in wrong:
        assert f"{mistake.first} | {mistake.second} ({mistake.reason})" in listed


def test_two_files_without_a_command_are_gold_and_predicted(tmp_path: Path) -> None:
    line = {"id": "P1", "entities": [{"name": "GPU", "type": "Hardware"}]}
    path = written(tmp_path / "gold.jsonl", line)
    expected = run("evaluate", "extraction", path, path, "--json")
    assert json.loads(expected.stdout)["totals"]["entity/all"]["F1"] == 100
    for arguments in ((path, path, "--json"), ("--json", path, path)):
        assert run("evaluate", *arguments).stdout == expected.stdout
    assert run("evaluate").exit_code == 2


@pytest.mark.parametrize("option", ["--pairs", "--gold", "--acronyms", "--methods"])
def test_the_command_says_which_file_is_not_there(option: str, tmp_path: Path) -> None:
    result = run("evaluate", "resolution", option, tmp_path / "absent")
    assert result.exit_code == 1
    assert "absent" in result.stderr and "Traceback" not in result.output


def test_every_command_and_option_of_evaluate_has_help() -> None:
    group = typer.main.get_command(app).commands["evaluate"]  # type: ignore[attr-defined]
    assert set(group.commands) == {"extraction", "resolution"}
    for command in group.commands.values():
        assert command.help
        assert all(getattr(parameter, "help", None) for parameter in command.params)
