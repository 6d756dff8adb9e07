"""Names that are known to be of one type, and how much knowing them weighs when spans are judged."""

from __future__ import annotations

import lzma
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from kg.errors import ModelError
from kg.extract.decode import Array, log_softmax
from kg.extract.labels import SCHEME, Scheme
from kg.resolve.names import name_key

#: File of the names in a model folder; a folder may have none.
LEXICON: Final = "lexicon.tsv.xz"
#: Spans that the network thinks less likely to be any mention are not looked up: no weight would lift them to one.
LEAST: Final = 0.04


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Known names.

    Attributes
    ----------
    types : dict of str to str
        The one type of each name, by the name's key (`kg.resolve.names.name_key`).
    """

    types: Mapping[str, str]

    def raised(
        self,
        text: str,
        words: Sequence[tuple[int, int]],
        logits: Array,
        weights: Mapping[str, float],
        *,
        scheme: Scheme = SCHEME,
        least: float = LEAST,
    ) -> Array:
        """Logits with a type's weight added for each span that is a known name of that type.

        Parameters
        ----------
        text : str
        words : sequence of (int, int)
            Character range of each word of the text.
        logits : array (words, `kg.extract.labels.MAX_WORDS`, scheme.width)
            As `kg.extract.decode.decode` takes them; they stay as they are.
        weights : dict of str to float
            By type, in log odds; types without weigh nothing.
        least : float
            Probability of any mention from which on a span is looked up.

        Examples
        --------
        >>> known = Lexicon({"jetson nano": "Hardware"})
        >>> flat = np.zeros((2, 12, SCHEME.width), dtype=np.float32)
        >>> raised = known.raised("Jetson Nanos", [(0, 6), (7, 12)], flat, {"Hardware": 1.5})
        >>> [(int(i), int(w), SCHEME.types[int(c) - 1]) for i, w, c in np.argwhere(raised)]
        [(0, 1, 'Hardware')]
        """
        if not self.types or not any(weights.values()) or not len(logits):
            return logits
        outside = log_softmax(logits[..., : scheme.classes])[..., 0]
        result = logits.copy()
        for first, extent in np.argwhere(outside <= np.log1p(-least)).tolist():
            if first + extent < len(words):
                type_ = self.types.get(name_key(text[words[first][0] : words[first + extent][1]]))
                if type_ is not None:
                    result[first, extent, 1 + scheme.types.index(type_)] += weights.get(type_, 0.0)
        return result


def read_lexicon(folder: Path) -> Lexicon:
    """Lexicon of a model folder; an empty one where the folder has none.

    Raises
    ------
    ModelError
        When the file is no table of names and types.
    """
    path = folder / LEXICON
    if not path.is_file():
        return Lexicon({})
    try:
        lines = lzma.decompress(path.read_bytes()).decode().splitlines()
        types = dict(line.split("\t") for line in lines)
    except (OSError, lzma.LZMAError, UnicodeDecodeError, ValueError) as error:
        raise ModelError(folder, f"{LEXICON} is no table of names and their types: {error}") from error
    if unknown := sorted(set(types.values()) - set(SCHEME.types)):
        raise ModelError(folder, f"{LEXICON} has the unknown types {unknown}")
    return Lexicon(types)


def write_lexicon(lexicon: Lexicon, folder: Path) -> None:
    """Write the lexicon of a model folder: a line for each name, sorted."""
    lines = "".join(f"{key}\t{type_}\n" for key, type_ in sorted(lexicon.types.items()))
    (folder / LEXICON).write_bytes(lzma.compress(lines.encode(), preset=9 | lzma.PRESET_EXTREME))
