"""The second network: relations between mentions, and which numbers are results of what."""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import nn

from kg.extract.labels import BONDS, SCHEME, Bonds, Scheme
from kg.extract.pairs import DISTANCES, PLACES
from kg.training.fused import FusedAttention

#: Width of the vectors of ends, and of pairs.
END_WIDTH = 192
PAIR_WIDTH = 192


class Pairing(nn.Module):
    """Judges pairs of ends (mentions and values) of one text from what the tagger's encoder says of its pieces.

    Copies of the encoder's last layers come first and are taught relations, with the types of the
    mentions added to what they read (typed markers; Zhong and Chen, "A Frustratingly Easy Approach
    for Entity and Relation Extraction", 2021). The encoder's own layers stay as they are, so that
    the mentions do.
    """

    def __init__(
        self, *, scheme: Scheme = SCHEME, bonds: Bonds = BONDS, layers: int = 2, width: int = 384, dropout: float = 0.1
    ) -> None:
        super().__init__()
        self.bonds = bonds
        self.drop = nn.Dropout(dropout)
        self.marks = nn.Embedding(1 + 2 * (len(bonds.types) + 1), width)
        self.layers = nn.ModuleList(Layer(width, dropout=dropout) for _ in range(layers))
        self.begin = nn.Linear(2 * width, END_WIDTH)
        self.end = nn.Linear(width, END_WIDTH)
        self.within = nn.Linear(2 * width, 2 * END_WIDTH)
        self.types = nn.Embedding(len(bonds.types) + 1, END_WIDTH)
        self.roles = nn.Embedding(1 + len(scheme.roles), END_WIDTH)
        self.subject = nn.Linear(END_WIDTH, PAIR_WIDTH)
        self.object = nn.Linear(END_WIDTH, PAIR_WIDTH)
        self.product = nn.Linear(END_WIDTH, PAIR_WIDTH)
        self.between = nn.Linear(END_WIDTH, PAIR_WIDTH)
        self.distances = nn.Embedding(DISTANCES, PAIR_WIDTH)
        self.places = nn.Embedding(PLACES, PAIR_WIDTH)
        self.deep = nn.Linear(PAIR_WIDTH, PAIR_WIDTH)
        self.relations = nn.Linear(PAIR_WIDTH, len(bonds.names) + 1)
        self.value = nn.Linear(END_WIDTH, 1)
        for table in (self.types, self.roles, self.distances, self.places):
            nn.init.normal_(table.weight, std=0.1)
        nn.init.normal_(self.marks.weight, std=0.02)

    def forward(
        self,
        hidden: torch.Tensor,
        first_piece: torch.Tensor,
        last_piece: torch.Tensor,
        first: torch.Tensor,
        last: torch.Tensor,
        types: torch.Tensor,
        roles: torch.Tensor,
        marks: torch.Tensor,
        pairs: torch.Tensor,
        distances: torch.Tensor,
        places: torch.Tensor,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Return the logits of the pairs and of the values.

        Parameters
        ----------
        hidden : tensor (pieces, 2 width)
            What the encoder says of each piece of a window below the layers that are copied, and at its top.
        first_piece, last_piece : tensor (words,)
        first, last, types, roles, marks, pairs, distances, places : tensor
            The arrays of `kg.extract.pairs.Pairs`.

        Returns
        -------
        tensor (pairs, relations + 1)
            Log odds of each relation against none; the last column is that a value is one of the mention.
        tensor (ends,)
            Log odds that an end is the value of a result; of mentions it means nothing.
        """
        below, top = hidden.chunk(2, dim=-1)
        pieces = below + self.marks(marks)
        for layer in self.layers:
            pieces = layer(pieces)
        words = self.drop(torch.cat([pieces, top], dim=-1)[first_piece])
        begin, end = self.begin(words), self.end(self.drop(pieces)[last_piece])
        total = nn.functional.pad(self.within(words).cumsum(0), (0, 0, 1, 0))
        sums, gaps = total.split(END_WIDTH, dim=-1)
        after = last + 1
        mean = (sums[after] - sums[first]) / (after - first)[:, None]
        ends = self.drop(nn.functional.gelu(begin[first] + end[last] + mean + self.types(types) + self.roles(roles)))
        one, other = pairs[:, 0], pairs[:, 1]
        left = torch.minimum(after[one], after[other])
        right = torch.maximum(left, torch.maximum(first[one], first[other]))
        middle = (gaps[right] - gaps[left]) / torch.clamp(right - left, min=1)[:, None]
        judged = (
            self.subject(ends)[one]
            + self.object(ends)[other]
            + self.product(ends[one] * ends[other])
            + self.between(nn.functional.gelu(middle))
            + self.distances(distances)
            + self.places(places)
        )
        judged = self.drop(nn.functional.gelu(judged))
        judged = self.drop(nn.functional.gelu(self.deep(judged))) + judged
        return self.relations(judged), self.value(ends)[:, 0]


class Layer(nn.Module):
    """A layer of BERT over the pieces of one text: attention, then a network over each."""

    def __init__(self, width: int, *, heads: int = 12, dropout: float = 0.1) -> None:
        super().__init__()
        self.heads = heads
        self.fused = False  # for the export alone
        self.query = nn.Linear(width, width)
        self.key = nn.Linear(width, width)
        self.value = nn.Linear(width, width)
        self.given = nn.Linear(width, width)
        self.then = nn.LayerNorm(width, eps=1e-12)
        self.wide = nn.Linear(width, 4 * width)
        self.narrow = nn.Linear(4 * width, width)
        self.after = nn.LayerNorm(width, eps=1e-12)
        self.drop = nn.Dropout(dropout)

    def forward(self, pieces: torch.Tensor) -> torch.Tensor:
        """Return (pieces, width) for (pieces, width)."""
        if self.fused:
            flat = [part(pieces)[None] for part in (self.query, self.key, self.value)]
            return self._onward(pieces, FusedAttention.apply(*flat, self.heads)[0])  # type: ignore[no-untyped-call]
        width = pieces.shape[-1]
        query, key, value = (
            part(pieces).unflatten(-1, (self.heads, width // self.heads)).transpose(0, 1)
            for part in (self.query, self.key, self.value)
        )
        shares = (query @ key.transpose(1, 2) / (width // self.heads) ** 0.5).softmax(-1)
        return self._onward(pieces, (shares @ value).transpose(0, 1).flatten(1))

    def _onward(self, pieces: torch.Tensor, seen: torch.Tensor) -> torch.Tensor:
        pieces = self.then(pieces + self.drop(self.given(seen)))
        inner = nn.functional.gelu(self.wide(pieces))
        result: torch.Tensor = self.after(pieces + self.drop(self.narrow(inner)))
        return result

    def copy(self, state: Mapping[str, torch.Tensor], layer: int) -> None:
        """Take the weights of a layer of an encoder's state (`kg.training.network.Tagger`)."""
        begin = f"encoder.encoder.layer.{layer}."
        names = {
            "query": "attention.self.query",
            "key": "attention.self.key",
            "value": "attention.self.value",
            "given": "attention.output.dense",
            "then": "attention.output.LayerNorm",
            "wide": "intermediate.dense",
            "narrow": "output.dense",
            "after": "output.LayerNorm",
        }
        kinds = ("weight", "bias")
        self.load_state_dict({f"{own}.{k}": state[f"{begin}{name}.{k}"] for own, name in names.items() for k in kinds})


def pooled(scores: torch.Tensor, groups: torch.Tensor, count: int) -> torch.Tensor:
    """Logarithm of the sum of the exponentials of the scores of each group, (count, columns).

    Parameters
    ----------
    scores : tensor (rows, columns)
    groups : tensor (rows,)
        Group of each row, 0 to `count` - 1, none without a row.
    """
    index = groups[:, None].expand(-1, scores.shape[1])
    start = torch.full((count, scores.shape[1]), float("-inf"), dtype=scores.dtype)
    highest = start.scatter_reduce(0, index, scores.detach(), reduce="amax")
    sums = torch.zeros_like(highest).index_add(0, groups, (scores - highest[groups]).exp())
    return highest + sums.log()
