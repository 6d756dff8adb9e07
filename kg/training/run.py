"""From annotated papers to a model folder: train, package, choose settings, calibrate, score, describe."""

from __future__ import annotations

import json
import logging
import random
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from kg.errors import ModelError
from kg.extract.lexicon import LEXICON, write_lexicon
from kg.extract.tagger import RELATIONS, Settings, read_config, read_settings
from kg.training.biases import choose_biases
from kg.training.calibrate import calibrated, calibration_error, cross_fitted
from kg.training.card import Facts, PairFacts, card
from kg.training.card import with_relations as with_pairs
from kg.training.choose import Read, choose, read, scores, summary
from kg.training.further import with_found, with_relations
from kg.training.gold import GoldPaper, annotated, carries_text, digest, read_gold
from kg.training.lexicon import choose_weights, of_taxonomies
from kg.training.network import encoder_folder, new_tagger
from kg.training.package import write_model
from kg.training.relater import PairRecipe, expose, pair_examples, train_pairing, write_pairing
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
    relations : tuple of Path
        Relations and results of papers of `gold` and `more` that carry none (`kg.training.further.with_relations`).
    """

    gold: tuple[Path, ...]
    more: tuple[Path, ...] = ()
    dev: Path | None = None
    test: tuple[Path, ...] = ()
    texts: tuple[Path, ...] = ()
    licence: str = "not stated"
    limit: int | None = None
    relations: tuple[Path, ...] = ()


def make_model(
    material: Material,
    out: Path,
    *,
    work: Path,
    recipe: Recipe | None = None,
    pair_recipe: PairRecipe | None = None,
    name: str = "my-mentions",
    start: Path | None = None,
    keep: Path | None = None,
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
    pair_recipe : PairRecipe, optional
        Of the second network.
    name : str
        The model's name, in its settings and card.
    start : Path, optional
        Model folder whose weights the training starts from, instead of the pre-trained encoder's.
    keep : Path, optional
        Model folder whose mentions stay as they are: only the network of relations and results is trained.
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
    gold = {path: _related(path, material) for path in material.gold}
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
    others = {path: _related(path, material) for path in material.more}
    more = [paper for of_file in others.values() for paper in of_file]
    learnt = {id(paper) for paper in papers}
    if keep is not None:
        _copy(keep, out, name)
    else:
        begin = None if start is None else weights(start, new_tagger(encoder_folder()))
        write_model(train(papers, work, more=more, recipe=recipe, start=begin, tell=tell), out, name=name)
        write_lexicon(of_taxonomies(), out)
    add_relations([*papers, *more], out, work=work, recipe=pair_recipe, tell=tell)
    figures = settle(out, dev, test, mentions=keep is None)
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
        pairs=_pair_facts({**gold, **others}, out, pair_recipe or PairRecipe()),
    )
    kept = keep / "MODEL_CARD.md" if keep else None
    text = (
        with_pairs(kept.read_text(encoding="utf-8"), facts, figures) if kept and kept.exists() else card(facts, figures)
    )
    (out / "MODEL_CARD.md").write_text(text, encoding="utf-8")
    return figures


def _pair_facts(read: Mapping[Path, Sequence[GoldPaper]], out: Path, recipe: PairRecipe) -> PairFacts | None:
    if not (out / RELATIONS).exists():
        return None
    counts = [
        (path.name, sum(p.relations is not None for p in of), sum(p.results is not None for p in of), digest(path))
        for path, of in read.items()
    ]
    return PairFacts((out / RELATIONS).stat().st_size, counts, recipe)


def add_relations(
    papers: Sequence[GoldPaper],
    out: Path,
    *,
    work: Path,
    recipe: PairRecipe | None = None,
    tell: Tell | None = None,
) -> None:
    """Train the second network of a model folder, where some papers are annotated with relations or results."""
    (out / RELATIONS).unlink(missing_ok=True)
    expose(out / "model.onnx")
    examples = pair_examples(papers, out, threads=torch.get_num_threads())
    if not examples:
        log.info("no paper has relations or results: rules will find them")
        return
    state = weights(out, new_tagger(encoder_folder()))
    write_pairing(train_pairing(examples, state, work, recipe=recipe, tell=tell), out)


def _related(path: Path, material: Material) -> list[GoldPaper]:
    """Read annotated papers, with the relations that other files have for them."""
    papers = read_gold(path, texts=material.texts)
    for relations in material.relations:
        papers = with_relations(papers, relations)
    return papers


def _copy(folder: Path, out: Path, name: str) -> None:
    """Copy what finds mentions from one model folder to another."""
    config = read_config(folder)
    for file in ("model.onnx", "tokenizer.json"):
        if not (folder / file).is_file():
            raise ModelError(folder, f"there is no {file}")
    out.mkdir(parents=True, exist_ok=True)
    for file in ("model.onnx", "tokenizer.json", LEXICON):
        if folder != out and (folder / file).is_file():
            shutil.copyfile(folder / file, out / file)
    (out / "config.json").write_text(json.dumps({**config, "name": name}, indent=1) + "\n", encoding="utf-8")


def settle(out: Path, dev: Path, test: Sequence[Path] = (), *, mentions: bool = True) -> dict[str, Any]:
    """Choose and write the decoding settings and the calibration of a model folder; return its figures.

    Without `mentions` those of the mentions stay.
    """
    threads = torch.get_num_threads()
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        seen = read(dev, out, threads=threads)
        settings = read_settings(out)
        if mentions:
            settings, tried = choose(seen, replace(settings, lexicon={}), scratch)
            log.info("tried %s", json.dumps(tried))
            settings = calibrated(seen, choose_weights(seen, settings, scratch))
        if seen.relater is not None:
            settings = choose_biases(seen, settings, scratch)
        write_settings(out, settings)
        settings = replace(settings, version=read_settings(out).version)
        figures: dict[str, Any] = {dev.name: _figures(seen, settings, scratch)}
        figures[dev.name]["calibration error"] = _errors(seen, settings)
        for path in test:
            figures[path.name] = _figures(read(path, out, threads=threads), settings, scratch)
    return figures


def _figures(seen: Read, settings: Settings, scratch: Path) -> dict[str, Any]:
    return dict(summary(scores(seen, settings, scratch)))


def _errors(seen: Read, settings: Settings) -> dict[str, float]:
    fitted = cross_fitted(seen, settings)
    return {kind: calibration_error(getattr(fitted, kind)) for kind in ("mentions", "claims", "relations", "results")}


def write_settings(folder: Path, settings: Settings) -> None:
    """Put settings into the ``config.json`` of a model folder; what else it says stays."""
    path = folder / "config.json"
    config = json.loads(path.read_text(encoding="utf-8"))
    config.update(
        threshold=settings.threshold,
        nested=settings.nested,
        relation_bias=settings.relation_bias,
        value_bias=settings.value_bias,
        calibration=_listed(settings.calibration),
        role_calibration=_listed(settings.role_calibration),
        lexicon=dict(settings.lexicon),
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
    held = {paper.id: paper for paper in papers}
    path = work / "held-out.jsonl"
    with path.open("w", encoding="utf-8") as lines:
        for source in material.gold:
            for record in annotated(source, texts=material.texts):
                if record["id"] in chosen:
                    whole = with_found(record, held[record["id"]])
                    lines.write(json.dumps(whole, ensure_ascii=False) + "\n")
    return [paper for paper in papers if paper.id not in chosen], path
