"""The second network: relations between the mentions of a text, and which of its numbers are results of what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from kg.errors import ModelError
from kg.extract.decode import Array
from kg.extract.labels import BONDS, SCHEME, SLOTS
from kg.extract.pairs import NO_ROLE, End, Pairs, paired
from kg.extract.quantities import Quantity, outside, quantities
from kg.extract.tagger import RELATIONS, SHIPPED, Reading, View
from kg.model import Figure, Link, Mention, Relation, Span

#: Log odds below which a relation between two mentions, a number or what it is of, is not kept.
LEAST: Final = -4.0
#: Most ends of a window that are looked at: pairs grow with their square.
MOST_ENDS: Final = 160

#: Inputs of the network, in order.
INPUTS: Final = (
    "hidden", "first_piece", "last_piece",
    "first", "last", "types", "roles", "marks", "pairs", "distances", "places",
)  # fmt: skip
_TYPES: Final = {type_: number for number, type_ in enumerate(BONDS.types)}
_ROLES: Final = {pair: 1 + column for column, pair in enumerate(SCHEME.roles)}


class Relater:
    """Links and figures of texts whose mentions are known, from a model folder with a second network.

    Parameters
    ----------
    folder : Path
        Holds ``relations.onnx``.
    relation_bias, value_bias : float
        Added to the log odds of relations, and of numbers; see `kg.extract.tagger.Settings`.

    Raises
    ------
    ModelError
        When it does not fit this code.
    """

    def __init__(self, folder: Path = SHIPPED, *, relation_bias: float = 0.0, value_bias: float = 0.0) -> None:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                str(folder / RELATIONS), options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # the runtime raises many kinds, none with a common base
            raise ModelError(folder, f"the network of relations cannot be loaded: {error}") from error
        self._folder = folder
        self._inputs = [each.name for each in self._session.get_inputs()]
        if self._inputs != list(INPUTS):
            raise ModelError(folder, f"{RELATIONS} takes {self._inputs}, this code gives {list(INPUTS)}")
        shapes = [list(each.shape) for each in self._session.get_outputs()]
        if [len(shape) for shape in shapes] != [2, 1] or shapes[0][1] != len(BONDS.names) + 1:
            wanted = f"{len(BONDS.names) + 1} columns for pairs and one for ends"
            raise ModelError(folder, f"{RELATIONS} gives {shapes}, this code reads {wanted}")
        self._width = self._session.get_inputs()[0].shape[1]
        self._biases = np.full(len(BONDS.names) + 1, relation_bias, dtype=np.float32)
        self._biases[-1] = 0.0
        self._value_bias = np.float32(value_bias)

    def judge(
        self, text: str, reading: Reading, sentences: Sequence[Span], mentions: Sequence[Mention]
    ) -> tuple[tuple[Link, ...], tuple[Figure, ...]]:
        """Links between the mentions of a text, and its figures, in order.

        Parameters
        ----------
        text : str
        reading : Reading
            What the tagger says of it.
        sentences : sequence of Span
            All of the text's, in order.
        mentions : sequence of Mention
            In order.
        """
        free = outside(quantities(text), [(m.start, m.end) for m in mentions])
        links: dict[tuple[int, int, Relation], float] = {}
        values: dict[int, float] = {}
        slots: dict[tuple[int, int], float] = {}
        for view in reading.views:
            self._judge_view(view, sentences, mentions, free, (links, values, slots))
        of: dict[int, list[tuple[int, float]]] = defaultdict(list)
        for (value, mention), odds in sorted(slots.items()):
            of[value].append((mention, odds))
        return (
            tuple(Link(*key, odds) for key, odds in sorted(links.items())),
            tuple(
                Figure(free[number][0].start, free[number][0].end, odds, tuple(of[number]))
                for number, odds in sorted(values.items())
            ),
        )

    def _judge_view(
        self,
        view: View,
        sentences: Sequence[Span],
        mentions: Sequence[Mention],
        free: Sequence[tuple[Quantity, int]],
        found: tuple[dict[tuple[int, int, Relation], float], dict[int, float], dict[tuple[int, int], float]],
    ) -> None:
        """Add what is found in a window; of what two windows find, the surer stays."""
        links, values, slots = found
        named = list(_inside(view, [(m.start, m.end) for m in mentions]))[:MOST_ENDS]
        numbers = list(_inside(view, [(q.start, end) for q, end in free]))[: MOST_ENDS - len(named)]
        if not named and not numbers:
            return
        count = len(named)
        own = [number for number, _, _ in (*named, *numbers)]
        ends = [_end(mentions[number], first, last, sentences) for number, first, last in named]
        ends += [_end(free[number][0], first, last, sentences) for number, first, last in numbers]
        pairs = paired(ends, view.first, view.last, len(view.hidden), BONDS)
        logits, odds = self._run(view, pairs)
        for place, number in enumerate(own[count:], count):
            if odds[place] >= LEAST:
                values[number] = max(values.get(number, LEAST), round(float(odds[place]), 2))
        kinds = pairs.types[pairs.pairs]
        for row, column in np.argwhere((logits >= LEAST) & _COLUMNS[kinds[:, 0], kinds[:, 1]]).tolist():
            i, j = pairs.pairs[row].tolist()
            one, other = own[i], own[j]
            score = round(float(logits[row, column]), 2)
            if column == len(BONDS.names):
                slots[one, other] = max(slots.get((one, other), LEAST), score)
            else:
                name = _NAMES[column]
                links[one, other, name] = max(links.get((one, other, name), LEAST), score)

    def _run(self, view: View, pairs: Pairs) -> tuple[Array, Array]:
        if view.hidden.shape[1] != self._width:
            width = view.hidden.shape[1]
            raise ModelError(self._folder, f"model.onnx gives {width} numbers a piece, {RELATIONS} takes {self._width}")
        places = (np.array(each, dtype=np.int64) for each in (view.first, view.last))
        arrays = (
            view.hidden, *places, pairs.first, pairs.last, pairs.types, pairs.roles, pairs.marks,
            pairs.pairs, pairs.distances, pairs.places,
        )  # fmt: skip
        logits, values = self._session.run(None, dict(zip(self._inputs, arrays, strict=True)))
        return logits + self._biases, values + self._value_bias


_NAMES: Final[tuple[Relation, ...]] = BONDS.names  # type: ignore[assignment]


def _columns() -> NDArray[np.bool_]:
    """Return which columns of the network mean something for a pair of types, (type, type, column)."""
    value = len(BONDS.types)
    table = np.zeros((value + 1, value + 1, len(BONDS.names) + 1), dtype=bool)
    for column, ends in enumerate(BONDS.signatures):
        for subject, object_ in ends:
            table[_TYPES[subject], _TYPES[object_], column] = True
    for type_ in SLOTS.values():
        table[value, _TYPES[type_], -1] = True
    return table


_COLUMNS: Final = _columns()


def _inside(view: View, ranges: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """Yield which ranges of characters lie in a window, each with the first and the last word that it touches."""
    starts = np.array([start for start, _ in view.spans])
    stops = np.array([stop for _, stop in view.spans])
    for number, (start, end) in enumerate(ranges):
        first = int(np.searchsorted(stops, start, side="right"))
        last = int(np.searchsorted(starts, end, side="left")) - 1
        if first <= last:
            yield number, first, last


def _end(each: Mention | Quantity, first: int, last: int, sentences: Sequence[Span]) -> End:
    sentence = max((number for number, span in enumerate(sentences) if span.start <= each.start), default=0)
    if isinstance(each, Mention):
        return End(first, last, _TYPES[each.type], _ROLES[each.type, each.role], sentence)
    return End(first, last, len(BONDS.types), NO_ROLE, sentence)
