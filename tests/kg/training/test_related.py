"""Annotated relations and results become targets of pairs, and what pairs say adds up to what entities are."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_run import written
from tokenizers import Tokenizer

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("transformers", reason="training needs the extra: pip install '.[train]'")

from kg.extract.encoding import Window, encode  # noqa: E402
from kg.extract.labels import BONDS, SCHEME  # noqa: E402
from kg.extract.pairs import NO_ROLE  # noqa: E402
from kg.extract.tagger import SHIPPED  # noqa: E402
from kg.training.gold import IGNORE, GoldPaper, GoldResult, read_gold  # noqa: E402
from kg.training.pairing import Pairing, pooled  # noqa: E402
from kg.training.related import PairTargets, Weights, pair_loss, pair_targets, valued  # noqa: E402

VALUE = len(BONDS.types)

RECORD: dict[str, Any] = {
    "id": "R1",
    "title": "Zorblax for gribbling",
    "abstract": (
        "Zorblax beats Fnord on FrobData. On a Quuxboard it reaches 91.5% fitness, Fnord 88.0%, with 12 parts."
    ),
    "entities": [
        {"name": "Zorblax", "type": "Method", "role": "proposes", "surface": ["Zorblax"]},
        {"name": "Fnord", "type": "Method", "role": "comparesWith", "surface": ["Fnord"]},
        {"name": "FrobData", "type": "Dataset", "role": "evaluatesOn", "surface": ["FrobData"]},
        {"name": "fitness", "type": "Metric", "role": "reports", "surface": ["fitness"]},
        {"name": "gribbling", "type": "Task", "role": "addresses", "surface": ["gribbling"]},
        {"name": "Grobnet", "type": "Method", "role": "uses", "surface": ["Grobnet"]},
        {"name": "Quuxboard", "type": "Hardware", "role": "runsOn", "surface": ["Quuxboard"], "optional": True},
    ],
    "relations": [
        {"subject": "Zorblax", "relation": "comparedWith", "object": "Fnord"},
        {"subject": "Zorblax", "relation": "evaluatedWith", "object": "FrobData"},
        {"subject": "Zorblax", "relation": "usedFor", "object": "gribbling"},
        {"subject": "Grobnet", "relation": "partOf", "object": "Zorblax"},
        {"subject": "Zorblax", "relation": "runsOn", "object": "Quuxboard"},
    ],
    "results": [
        {"metric": "fitness", "method": "Zorblax", "value": "91.5 %"},
        {"metric": "fitness", "method": "the old champion", "dataset": "FrobData", "value": "88.0%"},
    ],
}


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


@pytest.fixture(scope="module")
def paper(tmp_path_factory: pytest.TempPathFactory) -> GoldPaper:
    (read,) = read_gold(written(tmp_path_factory.mktemp("gold") / "one.jsonl", [RECORD]))
    return read


def window_of(paper: GoldPaper, tokenizer: Tokenizer) -> Window:
    ((window,),) = encode([(paper.title, paper.abstract)], tokenizer)
    return window


@pytest.fixture(scope="module")
def wanted(paper: GoldPaper, tokenizer: Tokenizer) -> PairTargets:
    made = pair_targets(paper, window_of(paper, tokenizer))
    assert made is not None
    return made


def key_of(targets: PairTargets, pair: int) -> tuple[int, int]:
    """Return what the group of a pair must be: two entities, or a value's end and an entity."""
    i, j = targets.pairs.pairs[pair].tolist()
    one, other = targets.ends[i], targets.ends[j]
    return (-1 - i, other.entity) if one.type == VALUE else (one.entity, other.entity)


def by_entities(targets: PairTargets) -> dict[tuple[int, int], int]:
    """Return the group of each pair of entities, or of a value's end and an entity."""
    return {key_of(targets, pair): group for pair, group in enumerate(targets.groups)}


def words_of(paper: GoldPaper, window: Window, targets: PairTargets) -> list[str]:
    return [paper.text[window.spans[end.first][0] : window.spans[end.last][1]] for end in targets.ends]


# Ends


def test_ends_are_the_sure_mentions_then_the_numbers_outside_them(
    paper: GoldPaper, wanted: PairTargets, tokenizer: Tokenizer
) -> None:
    window = window_of(paper, tokenizer)
    assert words_of(paper, window, wanted) == [
        "Zorblax", "gribbling", "Zorblax", "Fnord", "FrobData", "fitness", "Fnord", "91.5%", "88.0%", "12"
    ]  # fmt: skip
    assert [end.entity for end in wanted.ends] == [0, 4, 0, 1, 2, 3, 1, -1, -1, -1]
    assert [end.sentence for end in wanted.ends] == [0, 0, 1, 1, 1, 2, 2, 2, 2, 2]
    types = [*BONDS.types, "value"]
    assert [types[end.type] for end in wanted.ends][:6] == ["Method", "Task", "Method", "Method", "Dataset", "Metric"]
    assert [end.type for end in wanted.ends][7:] == [VALUE] * 3
    assert wanted.ends[0].role == 1 + SCHEME.roles.index(("Method", "proposes"))
    assert wanted.ends[3].role == 1 + SCHEME.roles.index(("Method", "comparesWith"))
    assert {end.role for end in wanted.ends[7:]} == {NO_ROLE}
    assert (wanted.first_piece, wanted.last_piece) == (list(window.first), list(window.last))


# Relations


def test_a_group_is_two_entities_whatever_mentions_name_them(wanted: PairTargets) -> None:
    assert len(wanted.groups) == len(wanted.pairs.pairs)
    keys = [key_of(wanted, pair) for pair in range(len(wanted.groups))]
    for one, group in zip(keys, wanted.groups, strict=True):
        assert [other == one for other in keys] == [number == group for number in wanted.groups]
    assert set(wanted.groups) == set(range(len(wanted.labels)))  # `pooled` takes no group without a row
    assert len(wanted.labels) == len(wanted.allowed)
    assert wanted.groups.count(by_entities(wanted)[0, 1]) == 4  # two mentions of either
    assert all(one != other for one, other in keys)


def test_labels_are_the_annotated_relations_and_none_between_the_other_entities(wanted: PairTargets) -> None:
    of = by_entities(wanted)
    labels = {key: wanted.labels[group] for key, group in of.items() if key[0] >= 0}
    said = {key: BONDS.names[label - 1] for key, label in labels.items() if label}
    assert said == {(0, 1): "comparedWith", (0, 2): "evaluatedWith", (0, 4): "usedFor"}
    assert labels[1, 0] == labels[1, 2] == labels[2, 4] == 0
    # entities that are not in the text, and those on which the annotators disagreed, are at no end
    assert not {5, 6} & {entity for key in labels for entity in key}
    assert (4, 0) not in labels  # no relation leads from a task to a method
    assert {wanted.labels[group] for key, group in of.items() if key[0] < 0} == {IGNORE}


def test_allowed_are_the_relations_of_the_types_and_none_of_a_value(wanted: PairTargets) -> None:
    of = by_entities(wanted)
    names = {
        key: tuple(name for name, is_ in zip(BONDS.names, wanted.allowed[group], strict=True) if is_)
        for key, group in of.items()
    }
    assert names[0, 1] == BONDS.allowed("Method", "Method")
    assert names[2, 4] == ("benchmarkFor",)
    assert names[4, 3] == ("evaluatedBy",)
    assert {some for key, some in names.items() if key[0] < 0} == {()}
    for group, label in enumerate(wanted.labels):
        assert label <= 0 or wanted.allowed[group][label - 1]


def test_where_nobody_looked_for_relations_they_are_ignored(paper: GoldPaper, tokenizer: Tokenizer) -> None:
    window = window_of(paper, tokenizer)
    some = pair_targets(replace(paper, relations=None), window)
    assert some is not None
    assert set(some.labels) == {IGNORE}
    assert some.cells and set(some.values) == {IGNORE, 0, 1}
    none = pair_targets(replace(paper, relations=()), window)
    assert none is not None
    assert set(none.labels) == {IGNORE, 0}


def test_where_nobody_looked_for_results_no_number_is_an_end(paper: GoldPaper, tokenizer: Tokenizer) -> None:
    made = pair_targets(replace(paper, results=None), window_of(paper, tokenizer))
    assert made is not None
    assert VALUE not in {end.type for end in made.ends}
    assert made.cells == [] and set(made.values) == {IGNORE}
    assert IGNORE not in made.labels
    none = pair_targets(replace(paper, results=()), window_of(paper, tokenizer))
    assert none is not None
    assert none.values[-3:] == [0, 0, 0] and none.cells == []


def test_without_either_or_without_pairs_there_are_no_targets(paper: GoldPaper, tokenizer: Tokenizer) -> None:
    window = window_of(paper, tokenizer)
    assert pair_targets(replace(paper, relations=None, results=None), window) is None
    alone = tuple(each for each in paper.named if each[2] == 4)
    assert pair_targets(replace(paper, named=alone, results=()), window) is None
    assert pair_targets(replace(paper, named=()), window) is None


# Results


def test_numbers_are_values_where_a_result_has_their_digits(wanted: PairTargets) -> None:
    assert wanted.values == [IGNORE] * 7 + [1, 1, 0]


def cells_of(targets: PairTargets, value: int) -> dict[tuple[int, ...], int | None]:
    """Return, by the entities that may fill a slot of a value, which does."""
    entity = {group: key[1] for key, group in by_entities(targets).items() if key[0] == -1 - value}
    return {
        tuple(sorted(entity[group] for group in groups)): entity[groups[place]] if place >= 0 else None
        for groups, place in targets.cells
        if set(groups) <= set(entity)
    }


def test_cells_say_which_entity_fills_a_slot(wanted: PairTargets) -> None:
    # of the first: the metric and the method that it names, and no dataset
    assert cells_of(wanted, 7) == {(3,): 3, (0, 1): 0, (2,): None}
    # of the second: its method is none of the annotated ones, so nothing is taught of that
    assert cells_of(wanted, 8) == {(3,): 3, (2,): 2}
    assert cells_of(wanted, 9) == {}  # "12" is no result
    assert len(wanted.cells) == 5


def test_a_group_of_a_cell_is_there_once(wanted: PairTargets) -> None:
    for groups, place in wanted.cells:
        assert len(set(groups)) == len(groups)
        assert -1 <= place < len(groups)


@pytest.mark.parametrize(
    ("text", "values", "found"),
    [
        ("It is 2.5x faster at 40 fps.", ("40FPS", "2.5 x"), {"2.5x": "2.5 x", "40 fps": "40FPS"}),
        ("It has 3 parts.", ("4",), {"3": None}),
        ("Of 1,000 frames it takes 3.", ("1000",), {"1,000": "1000", "3": None}),
        # of two with the same digits, the one that is written so
        ("It needs 5 J, then 5 W.", ("5 W", "5 J"), {"5 J": "5 J", "5 W": "5 W"}),
        # a result is found once
        ("It reads 7 or 7.", ("7",), {"7": "7"}),
        ("It is quick.", ("7",), {}),
    ],
)
def test_values_are_matched_by_their_digits(text: str, values: tuple[str, ...], found: dict[str, str | None]) -> None:
    pairs = valued(text, [GoldResult(value, {}) for value in values], [])
    first: dict[str, str | None] = {}
    for quantity, _, result in pairs:
        first.setdefault(quantity.text, result and result.value)
    assert first == found
    given_ = [result.value for _, _, result in pairs if result]
    assert sorted(given_) == sorted(set(given_))


def test_a_number_in_a_name_is_no_value() -> None:
    text = "Zorblax 3 scores 3."
    assert [q.start for q, _, _ in valued(text, [], [(0, 9)])] == [text.rindex("3")]


def test_a_long_text_is_taught_window_by_window(paper: GoldPaper, tokenizer: Tokenizer, tmp_path: Path) -> None:
    filler = "and so it goes on with words that mean nothing here. " * 60
    record = RECORD | {"abstract": f"{RECORD['abstract']} {filler} At last Fnord is gone with 7 others."}
    (long,) = read_gold(written(tmp_path / "long.jsonl", [record]))
    ((first, *others),) = encode([(long.title, long.abstract)], tokenizer)
    assert others
    one = pair_targets(long, first)
    assert one is not None
    assert [end.entity for end in one.ends] == [0, 4, 0, 1, 2, 3, 1, -1, -1, -1]
    last = pair_targets(long, others[-1])
    assert last is not None
    # the title leads every window
    assert words_of(long, others[-1], last) == ["Zorblax", "gribbling", "Fnord", "7"]
    of = by_entities(last)
    assert BONDS.names[last.labels[of[0, 1]] - 1] == "comparedWith"


# What pairs say, together

SCORES = st.floats(-50, 50, width=32)


def slow(scores: torch.Tensor, groups: torch.Tensor, count: int) -> torch.Tensor:
    """Return what `pooled` should, a group at a time."""
    return torch.stack([scores[groups == group].logsumexp(0) for group in range(count)])


@st.composite
def grouped(draw: st.DrawFn) -> tuple[torch.Tensor, torch.Tensor, int]:
    """Draw rows of scores, the group of each and the number of groups, none of them empty."""
    count = draw(st.integers(1, 4))
    groups = [*range(count), *draw(st.lists(st.integers(0, count - 1), max_size=5))]
    groups = draw(st.permutations(groups))
    columns = draw(st.integers(1, 3))
    row = st.lists(SCORES, min_size=columns, max_size=columns)
    scores = draw(st.lists(row, min_size=len(groups), max_size=len(groups)))
    return torch.tensor(scores, dtype=torch.float64), torch.tensor(groups), count


@settings(deadline=None)
@given(grouped())
def test_pooled_scores_are_the_slow_sum_s_and_so_are_their_slopes(
    drawn: tuple[torch.Tensor, torch.Tensor, int],
) -> None:
    scores, groups, count = drawn
    own, other = (scores.clone().requires_grad_() for _ in range(2))
    one, two = pooled(own, groups, count), slow(other, groups, count)
    assert one.shape == (count, scores.shape[1])
    assert torch.allclose(one, two, atol=1e-9)
    weights = torch.linspace(1, 2, one.numel(), dtype=torch.float64).view_as(one)
    (one * weights).sum().backward()
    (two * weights).sum().backward()
    assert torch.allclose(own.grad, other.grad, atol=1e-9)


def test_no_rows_make_no_groups() -> None:
    assert pooled(torch.zeros((0, 11)), torch.zeros(0, dtype=torch.long), 0).shape == (0, 11)


# The loss


def small(**more: Any) -> Pairing:
    torch.manual_seed(4)
    return Pairing(layers=1, width=24, **more).eval()


def hidden_of(targets: PairTargets) -> torch.Tensor:
    torch.manual_seed(5)
    return torch.randn(len(targets.pairs.marks), 48)


def test_the_loss_is_a_mean_over_all_that_is_known(wanted: PairTargets, paper: GoldPaper, tokenizer: Tokenizer) -> None:
    pairing, weights = small(), Weights()
    hidden = hidden_of(wanted)
    once = pair_loss(pairing, [hidden], [wanted], weights)
    assert float(once.detach()) > 0
    assert torch.allclose(once, pair_loss(pairing, [hidden] * 3, [wanted] * 3, weights), atol=1e-5)
    unknown = pair_targets(replace(paper, relations=None), window_of(paper, tokenizer))
    assert unknown is not None
    # a text of which nobody knows the relations changes nothing in what is said of them
    alone = Weights(relations=1.0, values=0.0, slots=0.0)
    only = pair_loss(pairing, [hidden], [wanted], alone)
    assert torch.allclose(only, pair_loss(pairing, [hidden, hidden], [wanted, unknown], alone), atol=1e-5)
    assert float(pair_loss(pairing, [hidden], [unknown], alone).detach()) == 0
    assert float(pair_loss(pairing, [], [], weights).detach()) == 0


def test_the_loss_is_the_sum_of_its_parts(wanted: PairTargets) -> None:
    pairing, hidden = small(), hidden_of(wanted)
    parts = [
        float(pair_loss(pairing, [hidden], [wanted], Weights(*weights)).detach())
        for weights in ((1, 0, 0), (0, 1, 0), (0, 0, 1), (2, 3, 4))
    ]
    assert parts[3] == pytest.approx(2 * parts[0] + 3 * parts[1] + 4 * parts[2], rel=1e-5)
    assert min(parts) > 0 and all(map(math.isfinite, parts))


def test_a_relation_that_the_types_forbid_costs_nothing(wanted: PairTargets) -> None:
    pairing, hidden = small(), hidden_of(wanted)
    alone = Weights(1.0, 0.0, 0.0)
    forbidden = BONDS.names.index("sensesWith")  # there is no hardware among the ends
    before = pair_loss(pairing, [hidden], [wanted], alone)
    with torch.no_grad():
        pairing.relations.bias[forbidden] += 5
    assert torch.allclose(before, pair_loss(pairing, [hidden], [wanted], alone), atol=1e-6)
    with torch.no_grad():
        pairing.relations.bias[BONDS.names.index("usedFor")] += 5
    assert not torch.allclose(before, pair_loss(pairing, [hidden], [wanted], alone), atol=1e-3)


def test_a_number_whose_unit_is_a_metric_is_a_value_by_its_digits() -> None:
    text = "Zorblax reaches 30 FPS."
    ((quantity, stop, result),) = valued(text, [GoldResult("30 FPS", {})], [(0, 7), (19, 22)])
    assert (quantity.text, text[quantity.start : stop]) == ("30 FPS", "30")
    assert result == GoldResult("30 FPS", {})
