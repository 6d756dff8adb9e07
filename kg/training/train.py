"""Training of the shipped model: deterministic by seed, saved after each epoch, resumed after a kill."""

from __future__ import annotations

import json
import logging
import math
import random
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from kg.errors import ModelError
from kg.extract.encoding import Window, encode
from kg.extract.labels import TAGS
from kg.training.gold import IGNORE, GoldPaper, targets
from kg.training.network import Tagger, encoder_folder, new_tagger

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training run.

    Attributes
    ----------
    epochs : int
        Passes over the papers.
    batch : int
        Windows a step.
    encoder_rate, head_rate : float
        Peak learning rates of AdamW; both warm up linearly over the first tenth of the steps
        and fall linearly to zero.
    smoothing : float
        Label smoothing of the tags' cross entropy.
    role_weight : float
        Weight of the roles' cross entropy beside that of the tags.
    bfloat16 : bool
        Whether matrix products run in bfloat16 (twice as fast where the processor has it).
    """

    epochs: int = 8
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    smoothing: float = 0.05
    role_weight: float = 0.5
    bfloat16: bool = True
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Example:
    """A window and its targets, one a word."""

    window: Window
    tags: tuple[int, ...]
    roles: tuple[int, ...]


Batch = tuple[torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor, torch.Tensor]


def examples(papers: Sequence[GoldPaper], tokenizer: Tokenizer) -> list[Example]:
    """Training examples of annotated papers, one a window."""
    made = []
    encoded = encode([(p.title, p.abstract) for p in papers], tokenizer)
    for paper, windows in zip(papers, encoded, strict=True):
        for window in windows:
            tags, roles = targets(paper, window)
            made.append(Example(window, tuple(tags), tuple(roles)))
    return made


def _batches(chosen: Sequence[Example], size: int, rng: random.Random) -> Iterator[Batch]:
    """Yield shuffled batches of examples of like length, so that little is spent on padding."""
    order = sorted(chosen, key=lambda e: len(e.window.ids) + rng.uniform(0, 24))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield collate(group)


def collate(group: Sequence[Example]) -> Batch:
    """Padded tensors of a group: ids, features, mask, tags, roles, each (group, longest)."""
    longest = max(len(e.window.ids) for e in group)
    ids, features, mask = (torch.zeros((len(group), longest), dtype=torch.long) for _ in range(3))
    tags, roles = (torch.full((len(group), longest), IGNORE, dtype=torch.long) for _ in range(2))
    for row, example in enumerate(group):
        length = len(example.window.ids)
        ids[row, :length] = torch.tensor(example.window.ids)
        features[row, :length] = torch.tensor(example.window.features)
        mask[row, :length] = 1
        pieces = torch.tensor(example.window.pieces, dtype=torch.long)
        tags[row, pieces] = torch.tensor(example.tags)
        roles[row, pieces] = torch.tensor(example.roles)
    return ids, features, mask, tags, roles


def train(papers: Sequence[GoldPaper], out: Path, *, recipe: Recipe | None = None) -> Tagger:
    """Return the trained tagger; its weights lie in ``out/weights.pt``, its progress beside it.

    A folder in which a run with the same papers and recipe stopped is taken up after its last
    whole epoch, with the same random numbers as if it had not stopped.

    Raises
    ------
    ModelError
        When the folder holds the progress of another run.
    """
    recipe = recipe or Recipe()
    out.mkdir(parents=True, exist_ok=True)
    folder = encoder_folder()
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    made = examples(papers, tokenizer)
    torch.manual_seed(recipe.seed)
    torch.use_deterministic_algorithms(True)
    tagger = new_tagger(folder)
    optimizer, schedule = _optimizer(tagger, recipe, steps=recipe.epochs * math.ceil(len(made) / recipe.batch))
    identity = {"recipe": asdict(recipe), "papers": [p.id for p in papers]}
    done = _resume(out, identity, tagger, optimizer, schedule)
    for epoch in range(done, recipe.epochs):
        started, total = time.monotonic(), 0.0
        torch.manual_seed(recipe.seed * 1000 + epoch)
        tagger.train()
        steps = 0
        for batch in _batches(made, recipe.batch, random.Random(recipe.seed * 1000 + epoch)):  # noqa: S311
            loss = _loss(tagger, batch, recipe)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, steps = total + loss.item(), steps + 1
        log.info("epoch %d: loss %.4f, %.0f s", epoch + 1, total / steps, time.monotonic() - started)
        _save(out, identity, epoch + 1, tagger, optimizer, schedule)
    tagger.eval()
    torch.save(tagger.state_dict(), out / "weights.pt")
    return tagger


def _loss(tagger: Tagger, batch: Batch, recipe: Recipe) -> torch.Tensor:
    ids, features, mask, tags, roles = batch
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
        logits = tagger(ids, features, mask)
    logits = logits.float()
    flat_tags, flat_roles = tags.view(-1), roles.view(-1)
    tag_loss = nn.functional.cross_entropy(
        logits[..., : len(TAGS)].reshape(-1, len(TAGS)),
        flat_tags,
        ignore_index=IGNORE,
        label_smoothing=recipe.smoothing,
    )
    role_logits = logits[..., len(TAGS) :].reshape(flat_roles.shape[0], -1)
    inside = flat_roles != IGNORE
    if not bool(inside.any()):
        return tag_loss
    role_loss = nn.functional.cross_entropy(role_logits[inside], flat_roles[inside])
    return tag_loss + recipe.role_weight * role_loss


def _optimizer(
    tagger: Tagger, recipe: Recipe, *, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    head = [p for name, p in tagger.named_parameters() if not name.startswith("encoder.")]
    optimizer = torch.optim.AdamW(
        [
            {"params": list(tagger.encoder.parameters()), "lr": recipe.encoder_rate},
            {"params": head, "lr": recipe.head_rate},
        ],
        weight_decay=recipe.weight_decay,
    )
    warm = max(1, steps // 10)

    def rate(step: int) -> float:
        return min((step + 1) / warm, max(0.0, (steps - step) / max(1, steps - warm)))

    return optimizer, torch.optim.lr_scheduler.LambdaLR(optimizer, rate)


def _save(
    out: Path,
    identity: Mapping[str, object],
    epoch: int,
    tagger: Tagger,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> None:
    """Write the progress beside the old one and swap it in, so that a kill leaves one whole."""
    new = out / "progress.new"
    torch.save(
        {
            "identity": json.dumps(identity, sort_keys=True),
            "epoch": epoch,
            "tagger": tagger.state_dict(),
            "optimizer": optimizer.state_dict(),
            "schedule": schedule.state_dict(),
        },
        new,
    )
    new.replace(out / "progress.pt")


def _resume(
    out: Path,
    identity: Mapping[str, object],
    tagger: Tagger,
    optimizer: torch.optim.Optimizer,
    schedule: torch.optim.lr_scheduler.LRScheduler,
) -> int:
    """Load the progress of the same run; return how many epochs it has done."""
    path = out / "progress.pt"
    if not path.exists():
        return 0
    progress = torch.load(path, weights_only=True)
    if progress["identity"] != json.dumps(identity, sort_keys=True):
        raise ModelError(out, "holds the progress of a run with other papers or settings; choose another folder")
    tagger.load_state_dict(progress["tagger"])
    optimizer.load_state_dict(progress["optimizer"])
    schedule.load_state_dict(progress["schedule"])
    epochs: int = progress["epoch"]
    return epochs
