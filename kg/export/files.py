"""Files that appear whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from kg.errors import ExportError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """Stream into a temporary file beside `path`, which takes its place only when all is written.

    Raises
    ------
    ExportError
        When the file cannot be written; nothing is left behind then, and an older file stays as it was.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as stream:
            yield stream
        temporary.replace(path)
    except OSError as error:
        raise ExportError(path, f"cannot be written: {error.strerror or error}") from error
    finally:
        with suppress(OSError):  # the error above is the one to tell
            temporary.unlink(missing_ok=True)
