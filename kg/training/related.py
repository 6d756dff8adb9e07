"""Annotated relations and results as training targets, and the loss of the head that judges pairs."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import nn

from kg.extract.encoding import Window
from kg.extract.labels import BONDS, SCHEME, Bonds, Scheme
from kg.extract.pairs import NO_ROLE, End, Pairs, paired
from kg.extract.pipeline import sentences
from kg.extract.quantities import Quantity, outside, quantities
from kg.model import Span
from kg.training.gold import IGNORE, GoldPaper, GoldResult, word_range
from kg.training.pairing import Pairing, pooled


@dataclass(frozen=True, slots=True)
class PairTargets:
    """Pairs of ends of a window and what the network should say of the entities that they name.

    Attributes
    ----------
    pairs : Pairs
    groups : list of int
        For each pair, the number of its two entities (or of its value and entity) among the groups.
    labels : list of int
        For each group, 0 for no relation, 1 + the relation's column, or `IGNORE`.
    allowed : list of list of bool
        For each group, which relations its types allow.
    cells : list of (list of int, int)
        For each value of a result and each of its slots: the groups that may fill it, and the place among
        them of the one that does, -1 for none.
    values : list of int
        For each end, whether it is the value of a result, or `IGNORE`.
    ends : list of End
    first_piece, last_piece : list of int
        Of the words of the window.
    """

    pairs: Pairs
    groups: list[int]
    labels: list[int]
    allowed: list[list[bool]]
    cells: list[tuple[list[int], int]]
    values: list[int]
    ends: list[End]
    first_piece: list[int]
    last_piece: list[int]


def pair_targets(
    paper: GoldPaper, window: Window, *, scheme: Scheme = SCHEME, bonds: Bonds = BONDS
) -> PairTargets | None:
    """Targets of the pairs in a window; None where nothing is known of them."""
    if paper.relations is None and paper.results is None:
        return None
    held = sentences(paper.text)
    types, roles = _kinds(paper, scheme)
    ends = [
        End(reach[0], reach[0] + reach[1], bonds.types.index(types[number]), roles[number], _place(held, start), number)
        for start, end, number in sorted(paper.named)
        if (reach := word_range((start, end), window))
    ]
    values = [IGNORE] * len(ends)
    slots: dict[int, GoldResult] = {}
    if paper.results is not None:
        for quantity, stop, result in valued(paper.text, paper.results, [(s, e) for s, e, _ in paper.named]):
            if reach := word_range((quantity.start, stop), window):
                if result:
                    slots[len(ends)] = result
                values.append(int(result is not None))
                place = _place(held, quantity.start)
                ends.append(End(reach[0], reach[0] + reach[1], len(bonds.types), NO_ROLE, place))
    pairs = paired(ends, window.first, window.last, len(window.ids), bonds)
    if not len(pairs.pairs):
        return None
    relations = {(s, o): 1 + bonds.names.index(name) for s, name, o in paper.relations or ()}
    numbers: dict[tuple[int, int], int] = {}
    groups, labels, allowed = [], [], []
    by_cell: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for i, j in pairs.pairs.tolist():
        one, other = ends[i], ends[j]
        is_value = one.type == len(bonds.types)
        key = (-1 - i, other.entity) if is_value else (one.entity, other.entity)
        if key not in numbers:
            numbers[key] = len(numbers)
            names = () if is_value else bonds.allowed(bonds.types[one.type], bonds.types[other.type])
            known = not is_value and paper.relations is not None
            labels.append(relations.get(key, 0) if known else IGNORE)
            allowed.append([name in names for name in bonds.names])
            if i in slots:
                by_cell.setdefault((i, bonds.types[other.type]), []).append((numbers[key], other.entity))
        groups.append(numbers[key])
    pieces = list(window.first), list(window.last)
    return PairTargets(pairs, groups, labels, allowed, _cells(by_cell, slots), values, ends, *pieces)


def _cells(
    by_cell: dict[tuple[int, str], list[tuple[int, int]]], slots: dict[int, GoldResult]
) -> list[tuple[list[int], int]]:
    cells = []
    for (value, type_), members in by_cell.items():
        slot = type_.lower()
        if slot in slots[value].open:
            continue  # it has one, but none that was annotated
        wanted = slots[value].slots.get(slot, -1)
        entities = [entity for _, entity in members]
        cells.append(([group for group, _ in members], entities.index(wanted) if wanted in entities else -1))
    return cells


def _kinds(paper: GoldPaper, scheme: Scheme) -> tuple[dict[int, str], dict[int, int]]:
    """Return the type of each entity, and 1 + the column of its role, by the entity's number."""
    kinds = {(start, end): (type_, role) for start, end, type_, role in (*paper.spans, *paper.nested)}
    columns = {pair: 1 + column for column, pair in enumerate(scheme.roles)}
    types, roles = {}, {}
    for start, end, number in paper.named:
        types[number] = kinds[start, end][0]
        roles[number] = columns.get(kinds[start, end], NO_ROLE)
    return types, roles


def _place(held: Sequence[Span], start: int) -> int:
    return max((number for number, sentence in enumerate(held) if sentence.start <= start), default=0)


def valued(
    text: str, results: Sequence[GoldResult], mentions: Sequence[tuple[int, int]]
) -> list[tuple[Quantity, int, GoldResult | None]]:
    """Numbers of a text outside its mentions, the ends of what is free, and the annotated results they are of."""
    left = list(results)
    free = outside(quantities(text), mentions)
    made: list[tuple[Quantity, int, GoldResult | None]] = []
    for quantity, stop in free:
        placed = next((r for r in left if r.start == quantity.start), None)
        if placed or all(r.start is not None for r in left):
            left = [r for r in left if r is not placed]
            made.append((quantity, stop, placed))
            continue
        same = [r for r in left if _digits(r.value) == _digits(quantity.text)]
        whole = [r for r in same if quantity.text.strip("~$") in r.value or r.value in quantity.text]
        exact = [r for r in whole if quantity.text == r.value]
        # a bare number with the same digits waits for the one that is written as the result is
        if not exact and any(q.start > quantity.start and q.text in {r.value for r in whole} for q, _ in free):
            whole = same = []
        result = next(iter(exact or whole or same), None)
        if result is not None:
            left.remove(result)
        made.append((quantity, stop, result))
    return made


def _digits(value: str) -> str:
    """Return the digits by which the scorer compares values."""
    return re.sub(r"[^0-9.]+", "", value).rstrip(".") or value.lower()


@dataclass(frozen=True, slots=True)
class Weights:
    """Weights of the three parts of `pair_loss`, each a mean."""

    relations: float = 2.0
    values: float = 0.5
    slots: float = 0.5


def pair_loss(
    pairing: Pairing, hidden: Sequence[torch.Tensor], wanted: Sequence[PairTargets], weights: Weights
) -> torch.Tensor:
    """Loss over a batch: relations of entities, which numbers are results, and what the results are of.

    Parameters
    ----------
    pairing : Pairing
    hidden : sequence of tensor (pieces, 2 width)
        What the encoder says of the pieces of each window.
    wanted : sequence of PairTargets
        Of each window.
    weights : Weights
    """
    zero = torch.zeros(())
    sums, counts = [zero, zero, zero], [0, 0, 0]
    for pieces, each in zip(hidden, wanted, strict=True):
        logits, numbers = pairing(pieces, *tensors(each))
        scores = pooled(logits, torch.tensor(each.groups), len(each.labels))
        labels = torch.tensor(each.labels)
        if known := int((labels != IGNORE).sum()):
            masked = scores[:, :-1].masked_fill(~torch.tensor(each.allowed), -1e4)
            classes = nn.functional.pad(masked, (1, 0))
            sums[0] = sums[0] + nn.functional.cross_entropy(classes, labels, ignore_index=IGNORE, reduction="sum")
            counts[0] += known
        values = torch.tensor(each.values)
        if known := int((values != IGNORE).sum()):
            chosen = values != IGNORE
            sums[1] = sums[1] + nn.functional.binary_cross_entropy_with_logits(
                numbers[chosen], values[chosen].to(numbers.dtype), reduction="sum"
            )
            counts[1] += known
        for members, place in each.cells:
            row_logits = nn.functional.pad(scores[torch.tensor(members), -1], (1, 0))
            sums[2] = sums[2] - row_logits.log_softmax(0)[place + 1]
            counts[2] += 1
    means = [part / max(count, 1) for part, count in zip(sums, counts, strict=True)]
    return weights.relations * means[0] + weights.values * means[1] + weights.slots * means[2]


def tensors(wanted: PairTargets) -> tuple[torch.Tensor, ...]:
    """Return the arrays as `Pairing.forward` takes them after what the encoder says."""
    pairs = wanted.pairs
    arrays = (
        pairs.first, pairs.last, pairs.types, pairs.roles, pairs.marks, pairs.pairs, pairs.distances, pairs.places
    )  # fmt: skip
    places = torch.tensor(wanted.first_piece), torch.tensor(wanted.last_piece)
    return (*places, *(torch.from_numpy(array) for array in arrays))
