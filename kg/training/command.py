"""What `kg train` does: its options in, a model folder and its figures out."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import torch

from kg.training.relater import PairRecipe
from kg.training.run import Material, make_model
from kg.training.train import Recipe, Tell


def run(
    material: Material,
    out: Path,
    *,
    work: Path,
    epochs: int,
    more_epochs: int,
    relation_epochs: int,
    seed: int,
    threads: int,
    name: str,
    start: Path | None,
    keep: Path | None,
    tell: Tell,
) -> dict[str, Any]:
    """Make a model folder; return its figures by file."""
    torch.set_num_threads(threads)
    recipe = Recipe(epochs=epochs, more_epochs=more_epochs, seed=seed)
    options = {
        "dev": material.dev.name if material.dev else None,
        "start": start.name if start else None,
        "keep": keep.name if keep else None,
        "limit": material.limit,
        "epochs": epochs,
        "more-epochs": more_epochs,
        "relation-epochs": relation_epochs,
        "seed": seed,
        "threads": threads,
        "name": name,
        "licence": material.licence,
    }
    files = [path.name for path in material.gold]
    for option, paths in (
        ("--more", material.more),
        ("--relations", material.relations),
        ("--test", material.test),
        ("--texts", material.texts),
    ):
        for path in paths:
            files += [option, path.name]
    given = (f"--{key}={value}" for key, value in options.items() if value is not None)
    command = shlex.join(["kg", "train", *files, *given])
    return make_model(
        material,
        out,
        work=work,
        recipe=recipe,
        pair_recipe=PairRecipe(epochs=relation_epochs, seed=seed),
        name=name,
        start=start,
        keep=keep,
        command=command,
        tell=tell,
    )
