"""Papers out of files: one module a format, chosen by what a file holds, not by its name.

==================  =========================  ==========================================================
format              module                     what it is
==================  =========================  ==========================================================
``listing``         `kg.readers.listing`       a papers page saved as text: a title line, an abstract line
``jsonl``           `kg.readers.jsonl`         an object a line
``json``            `kg.readers.json_array`    an array of objects, or an object that wraps one
``arxiv-jsonl``     `kg.readers.arxiv_jsonl`   arXiv's metadata snapshot and extracts of it
``arxiv-atom``      `kg.readers.arxiv_atom`    answers of the arXiv API
``bibtex``          `kg.readers.bibtex`        BibTeX and BibLaTeX libraries
``ris``             `kg.readers.ris`           reference managers' tagged format
``csl-json``        `kg.readers.csl_json`      citation processors' items
``acl-xml``         `kg.readers.acl_xml`       the ACL Anthology's own XML
``csv``, ``tsv``    `kg.readers.table`         rows under a header with a title
==================  =========================  ==========================================================

Any of them may be compressed (gzip, xz, Zstandard, bzip2), in a tar archive, in a folder, or come on standard
input. All of it streams: what is in memory is the record at hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from kg.errors import ConfigError, InputError, UnknownFormat
from kg.model import Paper
from kg.readers import (
    acl_xml,
    arxiv_atom,
    arxiv_jsonl,
    bibtex,
    csl_json,
    csv_file,
    json_array,
    jsonl,
    listing,
    ris,
    tsv_file,
)  # fmt: skip
from kg.readers.decoding import decode_head
from kg.readers.merging import merge
from kg.readers.opening import Opened, open_inputs, total_bytes

__all__ = ["FORMATS", "detect", "merge", "read", "read_from", "total_bytes"]


class _Reader(Protocol):
    """What a format's module offers."""

    NAME: str

    def sniff(self, head: str) -> bool: ...
    def read(self, stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]: ...


# In the order in which they are tried: those that are told by a fixed mark first, plain text last.
_TRIED: Final = (
    arxiv_atom, acl_xml, arxiv_jsonl, jsonl, csl_json, json_array, ris, bibtex, tsv_file, csv_file, listing,
)  # fmt: skip
_READERS: Final[dict[str, _Reader]] = {reader.NAME: reader for reader in _TRIED}

#: Names of the formats, as `--format` takes them.
FORMATS: Final[tuple[str, ...]] = (
    "listing", "jsonl", "json", "arxiv-jsonl", "arxiv-atom", "bibtex", "ris", "csl-json", "acl-xml", "csv", "tsv",
)  # fmt: skip


def read(
    paths: Iterable[Path | str],
    *,
    format: str | None = None,
    on_error: Callable[[InputError], None] | None = None,
    stdin: BinaryIO | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[Paper]:
    """Return the papers in files and folders, one at a time, in the order of the paths and of the records.

    The same paper may come twice; `merge` makes one of two.

    Parameters
    ----------
    paths : iterable of Path or str
        Files and folders (searched deeply, sorted, hidden files left out); ``-`` is standard input.
    format : str, optional
        One of `FORMATS`, for all files; by default each file's own content decides.
    on_error : callable, optional
        Told of each file that is missing, unreadable or of no known format, and of each broken record; reading goes on
        behind it. Without one the first error is raised.
    stdin : BinaryIO, optional
        What ``-`` stands for; the process's standard input by default.
    on_bytes : callable, optional
        Told, in increments, how many bytes of the input (as it lies on the disk) have been taken in; the sum is
        `total_bytes` of the same paths.

    Raises
    ------
    ConfigError
        At once, if there is no such format.
    InputError
        While reading, if there is no `on_error`.

    Examples
    --------
    >>> import io
    >>> papers = read(["-"], stdin=io.BytesIO(b'{"title": "A survey of Mamba", "id": "2408.01129"}'))
    >>> [(paper.id, paper.title) for paper in papers]
    [('arxiv:2408.01129', 'A survey of Mamba')]
    """
    return (paper for _, paper in read_from(paths, format=format, on_error=on_error, stdin=stdin, on_bytes=on_bytes))


def read_from(
    paths: Iterable[Path | str],
    *,
    format: str | None = None,
    on_error: Callable[[InputError], None] | None = None,
    stdin: BinaryIO | None = None,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[tuple[str, Paper]]:
    """Return what `read` does, each paper behind the name of its file: ``archive!member`` in an archive.

    Examples
    --------
    >>> import io
    >>> [source for source, _ in read_from(["-"], stdin=io.BytesIO(b'{"title": "A survey of Mamba"}'))]
    ['<stdin>']
    """
    if format is not None and format not in _READERS:
        raise ConfigError("format", f"{format!r} is no format that can be read", f"one of {', '.join(FORMATS)}")
    # One path alone is taken for what it is, not for a sequence of one-letter paths.
    chosen = [paths] if isinstance(paths, str | Path) else paths
    report = _raise if on_error is None else on_error
    return _papers(open_inputs(chosen, report, stdin=stdin, on_bytes=on_bytes), format, report)


def detect(head: bytes) -> str | None:
    """Return the name of the format of a file that starts so, or None if no reader knows it.

    Parameters
    ----------
    head : bytes
        The first 64 KiB of the file, decompressed, or all of it.

    Examples
    --------
    >>> detect(b"@article{knuth84, title = {Literate Programming}}"), detect(b"%PDF-1.7")
    ('bibtex', None)
    """
    text = decode_head(head)
    if text is None:
        return None
    return next((reader.NAME for reader in _TRIED if reader.sniff(text)), None)


def _papers(
    files: Iterator[Opened], name: str | None, on_error: Callable[[InputError], None]
) -> Iterator[tuple[str, Paper]]:
    for file in files:
        known = name or detect(file.head)
        if known is None:
            on_error(UnknownFormat(file.source, FORMATS))
            continue
        try:
            for paper in _READERS[known].read(file.stream, file.source, on_error):
                yield file.source, paper
        except InputError as error:
            # Damage in the file's bytes: what came before it stays.
            on_error(error)


def _raise(error: InputError) -> None:
    raise error
