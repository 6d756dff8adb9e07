"""Attention as ONNX Runtime's own fused operator: one node instead of a dozen, for networks that run without a mask."""

from __future__ import annotations

from typing import Any, Final

import torch
from torch import nn

#: Operators that an export of `FusedAttention` needs.
OPSETS: Final = {"com.microsoft": 1}


class FusedAttention(torch.autograd.Function):
    """Attention without a mask that is exported as ONNX Runtime's own fused operator."""

    @staticmethod
    def forward(ctx: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, heads: int) -> torch.Tensor:
        """Return what the operator does: (batch, pieces, width) of each, split into heads inside."""
        split = [each.unflatten(2, (heads, -1)).transpose(1, 2) for each in (query, key, value)]
        return nn.functional.scaled_dot_product_attention(*split).transpose(1, 2).flatten(2)

    @staticmethod
    def symbolic(graph: Any, query: Any, key: Any, value: Any, heads: int) -> Any:
        """Return the operator's node."""
        made = graph.op("com.microsoft::MultiHeadAttention", query, key, value, num_heads_i=heads)
        return made.setType(query.type())
