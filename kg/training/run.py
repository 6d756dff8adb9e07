"""From annotated papers to a model folder: train, package, choose settings, calibrate, score, describe."""

from __future__ import annotations

import hashlib
import json
import logging
import random
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from kg.errors import ModelError
from kg.extract.tagger import Settings, read_settings
from kg.training.calibrate import calibrated, calibration_error, cross_fitted
from kg.training.card import Facts, card
from kg.training.choose import Read, choose, read, scores, summary
from kg.training.gold import GoldPaper, annotated, carries_text, read_gold
from kg.training.network import encoder_folder, new_tagger
from kg.training.package import write_model
from kg.training.start import weights
from kg.training.train import Recipe, Tell, train

#: Of annotated papers without a file of held-out ones, every so manyth is held out.
HELD_OUT = 10
log = logging.getLogger("kg.training")


@dataclass(frozen=True, slots=True)
class Material:
    """Files of annotated papers.

    Attributes
    ----------
    gold : tuple of Path
        Learnt from in every epoch.
    more : tuple of Path
        Learnt from in the first epochs: annotations of less care.
    dev : Path or None
        Held-out papers that choose the settings; without it a tenth of `gold` is held out.
    test : tuple of Path
        Scored besides.
    texts : tuple of Path
        Where titles and abstracts of annotations stand that carry none.
    licence : str
        Of the annotations, for the model card.
    limit : int or None
        How many papers of `gold` to learn from, drawn by the recipe's seed; all by default.
    """

    gold: tuple[Path, ...]
    more: tuple[Path, ...] = ()
    dev: Path | None = None
    test: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    licence: str = "not stated"
    limit: int | None = None


def make_model(
    material: Material,
    out: Path,
    *,
    work: Path,
    recipe: Recipe | None = None,
    name: str = "my-mentions",
    start: Path | None = None,
    command: str = "",
    tell: Tell | None = None,
) -> dict[str, Any]:
    """Write a model folder and return its figures, by file; `work` holds the progress, taken up after a kill.

    Parameters
    ----------
    material : Material
    out : Path
        The folder, made where it is absent.
    work : Path
        Folder for the progress of the training.
    recipe : Recipe, optional
    name : str
        The model's name, in its settings and card.
    start : Path, optional
        Model folder whose weights the training starts from, instead of the pre-trained encoder's.
    command : str
        For the card: what made the model.
    tell : callable, optional
        Told of each step; see `kg.training.train.train`.

    Raises
    ------
    EvaluationError
        For a line of a file that is no annotated paper.
    ModelError
        When `work` holds another run, or `start` another network.
    """
    recipe = recipe or Recipe()
    work.mkdir(parents=True, exist_ok=True)
    gold = {path: read_gold(path, texts=material.texts) for path in material.gold}
    papers = [paper for of_file in gold.values() for paper in of_file]
    dev = material.dev and _whole(material.dev, material.texts, work)
    test = [_whole(path, material.texts, work) for path in material.test]
    if len({path.name for path in (*test, *([dev] if dev else []))}) < len(test) + bool(dev):
        raise ModelError(out, "two of the files to score have one name; give them different ones")
    if dev is None:
        papers, dev = _held_out(material, papers, work, recipe.seed)
    if material.limit is not None and material.limit < len(papers):
        papers = random.Random(recipe.seed).sample(papers, material.limit)  # noqa: S311
    if not papers:
        raise ModelError(out, "there are no annotated papers to learn from")
    others = {path: read_gold(path, texts=material.texts) for path in material.more}
    more = [paper for of_file in others.values() for paper in of_file]
    learnt = {id(paper) for paper in papers}
    begin = None
    if start is not None:
        begin = weights(start, new_tagger(encoder_folder()))
    tagger = train(papers, work, more=more, recipe=recipe, start=begin, tell=tell)
    write_model(tagger, out, name=name)
    figures = settle(out, dev, test)
    facts = Facts(
        name=name,
        size=(out / "model.onnx").stat().st_size,
        materials=[
            (path.name, sum(id(p) in learnt for p in of_file) if files is gold else len(of_file), digest(path), kind)
            for kind, files in (("learnt from", gold), ("learnt from in the first epochs", others))
            for path, of_file in files.items()
        ],
        held_out=(dev.name, len(read_gold(dev)), digest(dev)),
        licence=material.licence,
        recipe=recipe,
        start=read_settings(start).name if start else "",
        settings=read_settings(out),
        command=command,
    )
    (out / "MODEL_CARD.md").write_text(card(facts, figures), encoding="utf-8")
    return figures


def settle(out: Path, dev: Path, test: Sequence[Path] = ()) -> dict[str, Any]:
    """Choose and write the decoding settings and the calibration of a model folder; return its figures."""
    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        seen = read(dev, out, threads=threads)
        settings, tried = choose(seen, read_settings(out), scratch)
        settings = calibrated(seen, settings)
        write_settings(out, settings)
        settings = replace(settings, version=read_settings(out).version)
        figures: dict[str, Any] = {dev.name: _figures(seen, settings, scratch)}
        figures[dev.name]["calibration error"] = _errors(seen, settings)
        for path in test:
            figures[path.name] = _figures(read(path, out, threads=threads), settings, scratch)
    log.info("tried %s", json.dumps(tried))
    return figures


def _figures(seen: Read, settings: Settings, scratch: Path) -> dict[str, Any]:
    return dict(summary(scores(seen, settings, scratch)))


def _errors(seen: Read, settings: Settings) -> dict[str, float]:
    fitted = cross_fitted(seen, settings)
    return {"mentions": calibration_error(fitted.mentions), "claims": calibration_error(fitted.claims)}


def write_settings(folder: Path, settings: Settings) -> None:
    """Put settings into the ``config.json`` of a model folder; what else it says stays."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config.update(
        threshold=settings.threshold,
        nested=settings.nested,
        calibration=_listed(settings.calibration),
        role_calibration=_listed(settings.role_calibration),
    )
    path.write_text(json.dumps(config, indent=1) + "\n", encoding="utf-8")


def _listed(lines: Mapping[str, tuple[float, float]]) -> dict[str, list[float]]:
    return {type_: list(line) for type_, line in lines.items()}


def _whole(path: Path, texts: Sequence[Path], work: Path) -> Path:
    """Return a file of annotations that carry their text: the file itself, or a filled copy in `work`."""
    if carries_text(path):
        return path
    records = annotated(path, texts=texts)
    filled = work / f"{path.name.partition('.')[0]}.jsonl"
    filled.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in records), encoding="utf-8")
    return filled


def _held_out(material: Material, papers: Sequence[GoldPaper], work: Path, seed: int) -> tuple[list[GoldPaper], Path]:
    """Return the papers to learn from and a file of the others, chosen by seed."""
    ids = sorted({paper.id for paper in papers})
    if len(ids) < 2:
        raise ModelError(
            work, f"{len(ids)} annotated papers cannot be parted; at least 2, or held-out ones, are needed"
        )
    chosen = set(random.Random(seed).sample(ids, max(1, len(ids) // HELD_OUT)))  # noqa: S311
    path = work / "held-out.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for source in material.gold:
            for record in annotated(source, texts=material.texts):
                if record["id"] in chosen:
                    lines.write(json.dumps(record, ensure_ascii=False) + "\n")
    return [paper for paper in papers if paper.id not in chosen], path


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
