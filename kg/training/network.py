"""The network: a small BERT encoder, features of the words' shapes, and heads over spans and words."""

from __future__ import annotations

from pathlib import Path

import torch
from torch import nn
from transformers import BertConfig, BertModel

from kg.extract.encoding import FEATURES
from kg.extract.labels import MAX_WORDS, SCHEME, Scheme
from kg.meaning import encoder_folder

__all__ = ["SPAN_WIDTH", "Dropout", "Tagger", "encoder_folder", "new_tagger"]

#: Width of the vector that a span is judged by.
SPAN_WIDTH = 256


class Dropout(nn.Module):
    """Dropout that draws eight elements' chances from one random number.

    Torch draws a number for every element, which took a third of a training step on the CPU.
    The probability is rounded to a 256th.
    """

    def __init__(self, p: float) -> None:
        super().__init__()
        self.cut = round(p * 256)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the input, with a part of it zero while training."""
        if not self.training or not self.cut:
            return hidden
        count = hidden.numel()
        drawn = torch.empty((count + 7) // 8, dtype=torch.int64).random_(-(2**63), None)  # type: ignore[call-overload]
        kept = drawn.view(torch.uint8)[:count].view(hidden.shape) >= self.cut
        result: torch.Tensor = hidden * kept * (256 / (256 - self.cut))
        return result


class Tagger(nn.Module):
    """Judges every span of up to `MAX_WORDS` words, and every word besides.

    Input: ids, features and mask, each (batch, pieces); first and last, each (batch, words), the
    positions of the first and the last piece of each word. The mask may be None where nothing is padded.

    Output: logits of the spans, (batch, words, `MAX_WORDS`, scheme.width): entry ``[b, i, w]`` is the span of
    words ``i`` to ``i + w``, both included. Spans that reach beyond the last word mean nothing.
    """

    def __init__(self, encoder: BertModel, *, scheme: Scheme = SCHEME, dropout: float = 0.1) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.scheme = scheme
        self.encoder = encoder
        _replace_dropout(encoder)
        self.features = nn.Embedding(FEATURES, width)
        nn.init.zeros_(self.features.weight)  # the encoder starts as it was trained
        self.dropout = Dropout(dropout)
        self.begin = nn.Linear(width, SPAN_WIDTH)
        self.end = nn.Linear(width, SPAN_WIDTH)
        self.inside = nn.Linear(width, SPAN_WIDTH)
        self.lengths = nn.Parameter(torch.zeros(MAX_WORDS, SPAN_WIDTH))
        self.judge = nn.Linear(SPAN_WIDTH, scheme.width)
        self.words = nn.Linear(width, len(scheme.tags))

    def forward(
        self,
        ids: torch.Tensor,
        features: torch.Tensor,
        mask: torch.Tensor | None,
        first: torch.Tensor,
        last: torch.Tensor,
    ) -> torch.Tensor:
        """Return the logits of the spans; see the class."""
        return self.spans(self.hidden(ids, features, mask), first, last)

    def hidden(self, ids: torch.Tensor, features: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return the encoder's vector of each piece, (batch, pieces, width)."""
        words = self.encoder.embeddings.word_embeddings(ids) + self.features(features)
        hidden: torch.Tensor = self.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        return self.dropout(hidden)

    def spans(self, hidden: torch.Tensor, first: torch.Tensor, last: torch.Tensor) -> torch.Tensor:
        """Return the logits of the spans from the vectors of the pieces."""
        at_first = hidden.gather(1, first[..., None].expand(-1, -1, hidden.shape[-1]))
        at_last = hidden.gather(1, last[..., None].expand(-1, -1, hidden.shape[-1]))
        count = first.shape[1]
        begin, end = self.begin(at_first), nn.functional.pad(self.end(at_last), (0, 0, 0, MAX_WORDS))
        # sums of the words before each place, so that a difference of two is the sum of a span
        total = nn.functional.pad(self.inside(at_first).float().cumsum(1), (0, 0, 1, MAX_WORDS))
        judged = []
        for extent in range(MAX_WORDS):
            inside = (total[:, extent + 1 : extent + 1 + count] - total[:, :count]) / (extent + 1)
            vectors = begin + end[:, extent : extent + count] + inside.to(begin.dtype) + self.lengths[extent]
            judged.append(self.judge(self.dropout(nn.functional.gelu(vectors))))
        return torch.stack(judged, dim=2)

    def tags(self, hidden: torch.Tensor) -> torch.Tensor:
        """Return the logits of the pieces' BIO tags: a second task in training, of no use after it."""
        logits: torch.Tensor = self.words(hidden)
        return logits


def _replace_dropout(module: nn.Module) -> None:
    for name, child in module.named_children():
        if isinstance(child, nn.Dropout):
            if child.p:
                setattr(module, name, Dropout(child.p))
        else:
            _replace_dropout(child)


def new_tagger(folder: Path, *, scheme: Scheme = SCHEME) -> Tagger:
    """Return an untrained tagger on the pre-trained encoder of a folder.

    Attention goes without dropout: so torch takes its fused kernels.
    """
    config = BertConfig.from_pretrained(folder, attention_probs_dropout_prob=0.0)
    encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False, attn_implementation="sdpa")
    return Tagger(encoder, scheme=scheme).to(torch.float32)
