"""Make the shipped model: ``python -m kg.training --gold ../shared/gold --work runs/full --out kg/extract/model``.

Trains (hours on two cores, saved after each epoch and resumed), exports to int8 ONNX, chooses the
decoding settings on ``dev.jsonl.gz``, scores, and writes the model card. With ``--curve`` it trains
on parts of the papers instead and writes the learning curve.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import logging
import random
import shlex
import sys
import tempfile
from dataclasses import asdict, replace
from pathlib import Path

import torch

from kg.extract.labels import ROLE_COLUMNS, TAGS
from kg.extract.tagger import SHIPPED, read_settings
from kg.training.card import card, write_card
from kg.training.choose import choose, read, scores, summary
from kg.training.gold import GoldPaper, read_gold
from kg.training.package import write_model
from kg.training.train import Recipe, train

NAME = "minilm-mentions"
_DEV, _PAGE = "dev.jsonl.gz", "seed_dev.jsonl"
log = logging.getLogger("kg.training")


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m kg.training", description=__doc__)
    parser.add_argument(
        "--gold", type=Path, required=True, help="folder with train.jsonl.gz, dev.jsonl.gz, seed_dev.jsonl"
    )
    parser.add_argument("--work", type=Path, required=True, help="folder for the progress of the run")
    parser.add_argument("--out", type=Path, default=SHIPPED, help="model folder to write")
    parser.add_argument("--epochs", type=int, default=Recipe().epochs)
    parser.add_argument("--seed", type=int, default=Recipe().seed)
    parser.add_argument("--threads", type=int, default=2, help="processor threads; part of what makes runs equal")
    parser.add_argument(
        "--curve", type=int, nargs="+", metavar="PAPERS", help="learning curve over these numbers of papers"
    )
    parser.add_argument("--curve-out", type=Path, default=Path("exports/benchmarks/learning-curve.json"))
    arguments = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    torch.set_num_threads(arguments.threads)
    recipe = Recipe(epochs=arguments.epochs, seed=arguments.seed)
    papers = read_gold(arguments.gold / "train.jsonl.gz")
    if arguments.curve:
        points = []
        for count in sorted(arguments.curve):
            points.append(_point(papers, count, recipe, arguments))
            _write_curve(arguments, recipe, points)
        return
    train_and_package(papers, recipe, arguments)


def train_and_package(papers: list[GoldPaper], recipe: Recipe, arguments: argparse.Namespace) -> dict[str, object]:
    """Train, package, choose settings, score; return the figures by gold file."""
    tagger = train(papers, arguments.work, recipe=recipe)
    out: Path = arguments.out
    write_model(tagger, out, name=NAME)
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        dev = read(arguments.gold / _DEV, out, threads=arguments.threads)
        settings, tried = choose(dev, read_settings(out), scratch)
        _write_settings(out, settings.outside_bias, settings.thresholds)
        settings = replace(read_settings(out), outside_bias=settings.outside_bias, thresholds=settings.thresholds)
        figures = {_DEV: summary(scores(dev, settings, scratch))}
        page = read(arguments.gold / _PAGE, out, threads=arguments.threads)
        figures[_PAGE] = summary(scores(page, settings, scratch))
    gold = hashlib.sha256((arguments.gold / "train.jsonl.gz").read_bytes()).hexdigest()
    text = card(
        name=NAME,
        labels=(len(TAGS), len(ROLE_COLUMNS)),
        size=(out / "model.onnx").stat().st_size,
        papers=len(papers),
        gold=gold,
        chosen=(settings.outside_bias, max(settings.thresholds.values(), default=0.0)),
        run=(recipe.seed, recipe.epochs),
        command="python -m kg.training "
        + shlex.join(f"--{n}={getattr(arguments, n)}" for n in ("epochs", "seed", "threads")),
        figures=figures,
    )
    write_card(out, text)
    log.info("%s", json.dumps(figures))
    return {"figures": figures, "recipe": asdict(recipe), "gold_sha256": gold, "tried": tried}


def _write_settings(folder: Path, bias: float, thresholds: dict[str, float]) -> None:
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config.update(outside_bias=bias, thresholds=thresholds)
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _point(papers: list[GoldPaper], count: int, recipe: Recipe, arguments: argparse.Namespace) -> dict[str, object]:
    """Return the figures of a model that learnt from so many papers, drawn with the recipe's seed."""
    chosen = random.Random(recipe.seed).sample(papers, count) if count < len(papers) else papers  # noqa: S311
    part = argparse.Namespace(
        **{**vars(arguments), "work": arguments.work / str(count), "out": arguments.work / f"model-{count}"}
    )
    made = train_and_package(chosen, recipe, part)
    return {"papers": len(chosen), "figures": made["figures"]}


def _write_curve(arguments: argparse.Namespace, recipe: Recipe, points: list[dict[str, object]]) -> None:
    curve = {
        "what": "scores over the number of annotated papers learnt from; settings chosen on gold/dev for each point",
        "command": f"python -m kg.training --curve {' '.join(map(str, sorted(arguments.curve)))}",
        "gold_sha256": hashlib.sha256((arguments.gold / "train.jsonl.gz").read_bytes()).hexdigest(),
        "published": "a first try (one linear layer, 700 papers, 5 epochs): entity F1 51, role F1 45",
        "recipe": asdict(recipe),
        "points": points,
    }
    arguments.curve_out.parent.mkdir(parents=True, exist_ok=True)
    arguments.curve_out.write_text(json.dumps(curve, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
