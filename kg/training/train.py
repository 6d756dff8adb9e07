"""Training of the shipped model: deterministic by seed, saved after each epoch, resumed after a kill."""

from __future__ import annotations

import hashlib
import json
import logging
import math
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import torch
from tokenizers import Tokenizer
from torch import nn

from kg.errors import ModelError
from kg.extract.encoding import Window, encode
from kg.extract.labels import MAX_WORDS, OUTSIDE, SCHEME, Scheme
from kg.training.gold import IGNORE, GoldPaper, Targets, targets
from kg.training.network import Tagger, encoder_folder, new_tagger

log = logging.getLogger(__name__)

#: Told steps done, steps in all and the mean loss of the epoch so far.
Tell = Callable[[int, int, float], None]


def has_bfloat16() -> bool:
    """Whether this processor multiplies bfloat16 numbers itself."""
    return bool(torch.ops.mkldnn._is_mkldnn_bf16_supported())


@dataclass(frozen=True, slots=True)
class Recipe:
    """Settings of a training run.

    Attributes
    ----------
    epochs : int
        Passes over the papers.
    more_epochs : int
        The first so many epochs read the additional papers too.
    batch : int
        Windows a step.
    encoder_rate, head_rate : float
        Peak learning rates of AdamW; both warm up linearly over the first tenth of the steps
        and fall linearly to zero.
    span_weight, role_weight, tag_weight : float
        Weights of the three cross entropies.
    smoothing : float
        Label smoothing of the tags' cross entropy.
    bfloat16 : bool
        Whether matrix products run in bfloat16: by default where the processor has it, twice as fast there; where
        it has not, they took forty times as long as in float32.
    """

    epochs: int = 8
    more_epochs: int = 5
    batch: int = 8
    encoder_rate: float = 2e-4
    head_rate: float = 1e-3
    weight_decay: float = 0.01
    span_weight: float = 1.0
    role_weight: float = 1.0
    tag_weight: float = 0.5
    smoothing: float = 0.05
    bfloat16: bool = field(default_factory=has_bfloat16)
    seed: int = 13


@dataclass(frozen=True, slots=True)
class Example:
    """A window and what the network should say of it."""

    window: Window
    targets: Targets


@dataclass(frozen=True, slots=True)
class Batch:
    """Padded tensors of a group of examples.

    Attributes
    ----------
    ids, features, mask, tags : tensor (group, pieces)
        The tags lie at the first piece of each word, `IGNORE` elsewhere.
    first, last : tensor (group, words)
    spans : tensor (group, words, MAX_WORDS)
        Class of each span.
    roles : tensor (mentions, 4)
        Row of the group, word, length - 1 and role column of each mention that has a role.
    """

    ids: torch.Tensor
    features: torch.Tensor
    mask: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor
    tags: torch.Tensor
    spans: torch.Tensor
    roles: torch.Tensor


def examples(papers: Sequence[GoldPaper], tokenizer: Tokenizer, scheme: Scheme = SCHEME) -> list[Example]:
    """Training examples of annotated papers, one a window."""
    encoded = encode([(p.title, p.abstract) for p in papers], tokenizer)
    return [
        Example(window, targets(paper, window, scheme))
        for paper, windows in zip(papers, encoded, strict=True)
        for window in windows
    ]


def _batches(chosen: Sequence[Example], size: int, rng: random.Random) -> Iterator[Batch]:
    """Yield shuffled batches of examples of like length, so that little is spent on padding."""
    order = sorted(chosen, key=lambda e: len(e.window.ids) + rng.uniform(0, 24))
    groups = [order[i : i + size] for i in range(0, len(order), size)]
    rng.shuffle(groups)
    for group in groups:
        yield collate(group)


def collate(group: Sequence[Example]) -> Batch:
    """Padded tensors of a group."""
    longest = max(len(e.window.ids) for e in group)
    words = max(1, *(len(e.window.spans) for e in group))
    ids, features, mask = (torch.zeros((len(group), longest), dtype=torch.long) for _ in range(3))
    first, last = (torch.zeros((len(group), words), dtype=torch.long) for _ in range(2))
    tags = torch.full((len(group), longest), IGNORE, dtype=torch.long)
    spans = torch.full((len(group), words, MAX_WORDS), IGNORE, dtype=torch.long)
    roles = []
    for row, example in enumerate(group):
        window, wanted = example.window, example.targets
        length, count = len(window.ids), len(window.spans)
        ids[row, :length] = torch.tensor(window.ids)
        features[row, :length] = torch.tensor(window.features)
        mask[row, :length] = 1
        first[row, :count] = torch.tensor(window.first)
        last[row, :count] = torch.tensor(window.last)
        tags[row, torch.tensor(window.first, dtype=torch.long)] = torch.tensor(wanted.tags)
        for extent in range(min(MAX_WORDS, count)):
            spans[row, : count - extent, extent] = OUTSIDE
        for word, extent in wanted.ignored:
            spans[row, word, extent] = IGNORE
        for word, extent, class_, role in wanted.spans:
            spans[row, word, extent] = class_
            if role != IGNORE:
                roles.append((row, word, extent, role))
    return Batch(ids, features, mask, first, last, tags, spans, torch.tensor(roles, dtype=torch.long).reshape(-1, 4))


def train(
    papers: Sequence[GoldPaper],
    out: Path,
    *,
    more: Sequence[GoldPaper] = (),
    recipe: Recipe | None = None,
    start: Mapping[str, torch.Tensor] | None = None,
    tell: Tell | None = None,
) -> Tagger:
    """Return the trained tagger; its weights lie in ``out/weights.pt``, its progress beside it.

    A folder in which a run with the same papers and recipe stopped is taken up after its last
    whole epoch, with the same random numbers as if it had not stopped.

    Parameters
    ----------
    papers : sequence of GoldPaper
        Read in every epoch.
    out : Path
        Folder of the run.
    more : sequence of GoldPaper
        Read beside them in the first ``recipe.more_epochs`` epochs: annotations of less care.
    recipe : Recipe, optional
    start : mapping of str to tensor, optional
        Weights to start from (`kg.training.start.weights`), instead of the pre-trained encoder's.
    tell : callable, optional
        Told after each step how many are done, of how many, and the loss.

    Raises
    ------
    ModelError
        When the folder holds the progress of another run.
    """
    recipe = recipe or Recipe()
    folder = encoder_folder()
    tokenizer = plain_tokenizer(folder)
    made = examples(papers, tokenizer)
    mixed = [*made, *examples(more, tokenizer)]
    torch.manual_seed(recipe.seed)
    tagger = new_tagger(folder)
    if start is not None:
        tagger.load_state_dict(start)
    identity = {
        "recipe": asdict(recipe),
        "papers": hashlib.sha256(repr(tuple(papers)).encode()).hexdigest(),
        "more": hashlib.sha256(repr(tuple(more)).encode()).hexdigest(),
        "start": "encoder" if start is None else state_digest(start),
    }
    return fit(
        tagger,
        [mixed if epoch < recipe.more_epochs else made for epoch in range(recipe.epochs)],
        out,
        recipe=recipe,
        identity=identity,
        tell=tell,
    )


def state_digest(state: Mapping[str, torch.Tensor]) -> str:
    """SHA-256, in hex, of the names and values of weights."""
    digest = hashlib.sha256()
    for name, value in sorted(state.items()):
        digest.update(name.encode() + value.contiguous().numpy().tobytes())
    return digest.hexdigest()


def plain_tokenizer(folder: Path) -> Tokenizer:
    """Tokeniser of an encoder's folder that neither cuts nor pads."""
    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return tokenizer


def fit(
    tagger: Tagger,
    made: Sequence[Sequence[Example]],
    out: Path,
    *,
    recipe: Recipe,
    identity: Mapping[str, object],
    tell: Tell | None = None,
) -> Tagger:
    """Train a tagger on the examples of each epoch; see `train` for what lies in `out` and what it raises."""
    out.mkdir(parents=True, exist_ok=True)
    torch.use_deterministic_algorithms(True)
    counts = [math.ceil(len(each) / recipe.batch) for each in made]
    optimizer, schedule = _optimizer(tagger, recipe, steps=sum(counts))
    done = _resume(out, identity, tagger, optimizer, schedule)
    for epoch in range(done, len(made)):
        started, total = time.monotonic(), 0.0
        torch.manual_seed(recipe.seed * 1000 + epoch)
        tagger.train()
        steps = 0
        for batch in _batches(made[epoch], recipe.batch, random.Random(recipe.seed * 1000 + epoch)):  # noqa: S311
            loss = _loss(tagger, batch, recipe)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            nn.utils.clip_grad_norm_(tagger.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total, steps = total + loss.item(), steps + 1
            if tell:
                tell(sum(counts[:epoch]) + steps, sum(counts), total / steps)
        log.info("epoch %d of %d: loss %.4f, %.0f s", epoch + 1, len(made), total / steps, time.monotonic() - started)
        _save(out, identity, epoch + 1, tagger, optimizer, schedule)
    tagger.eval()
    torch.save(tagger.state_dict(), out / "weights.pt")
    return tagger


def _loss(tagger: Tagger, batch: Batch, recipe: Recipe) -> torch.Tensor:
    """Cross entropy of the spans, summed over a word's and averaged over words, of the roles and of the tags."""
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=recipe.bfloat16):
        hidden = tagger.hidden(batch.ids, batch.features, batch.mask)
        tags = tagger.tags(hidden).float()
        logits = tagger.spans(hidden, batch.first, batch.last).float()
    classes = tagger.scheme.classes
    words = (batch.spans[..., 0] != IGNORE).sum().clamp(min=1)
    loss = (
        recipe.span_weight
        * nn.functional.cross_entropy(
            logits[..., :classes].reshape(-1, classes), batch.spans.view(-1), ignore_index=IGNORE, reduction="sum"
        )
        / words
    )
    loss = loss + recipe.tag_weight * nn.functional.cross_entropy(
        tags.reshape(-1, tags.shape[-1]), batch.tags.view(-1), ignore_index=IGNORE, label_smoothing=recipe.smoothing
    )
    if len(batch.roles):
        row, word, extent, role = batch.roles.T
        loss = loss + recipe.role_weight * nn.functional.cross_entropy(logits[row, word, extent, classes:], role)
    return loss


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
        fused=True,
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
