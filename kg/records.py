"""Records: what the papers of a graph came from, file by file, kept so that one file can be taken out again.

A workspace keeps the records of all files that its graph was made of. A graph is a function of the set of
records, so what is added and removed later gives the graph that a build of the files that are left gives.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Final

from kg.errors import InputError, RecordError, WorkspaceError
from kg.model import Paper
from kg.readers import read_from
from kg.tables import read_records, write_records

__all__ = ["FOLDER", "STDIN", "Records", "file_name", "keep_records", "kept_records", "records_of"]

#: Folder of a workspace that holds them.
FOLDER: Final = "records"
#: What standard input is called.
STDIN: Final = "<stdin>"


@dataclass(frozen=True, slots=True)
class Records:
    """Records of some files.

    Attributes
    ----------
    papers : tuple of (str, Paper)
        Each record behind the file that it stands in, an absolute path or ``<stdin>``.
    passed : tuple of (str, str)
        What of a file was passed over, and why.
    formats : mapping of str to str
        The format of each file whose format was told.
    """

    papers: tuple[tuple[str, Paper], ...] = ()
    passed: tuple[tuple[str, str], ...] = ()
    formats: Mapping[str, str] = field(default_factory=dict)

    @property
    def files(self) -> tuple[str, ...]:
        """Files that have a record or a problem, sorted."""
        return tuple(sorted({file for file, _ in (*self.papers, *self.passed)}))

    def without(self, files: Collection[str]) -> Records:
        """Records of the other files."""
        return Records(
            tuple((file, paper) for file, paper in self.papers if file not in files),
            tuple((file, why) for file, why in self.passed if file not in files),
            {file: name for file, name in self.formats.items() if file not in files},
        )

    def but(self, papers: Collection[Paper]) -> Records:
        """All but some records, wherever they stand."""
        return Records(tuple(each for each in self.papers if each[1] not in papers), self.passed, self.formats)

    def and_of(self, others: Records) -> Records:
        """These, and those of other files."""
        return Records(self.papers + others.papers, self.passed + others.passed, {**self.formats, **others.formats})


def records_of(
    inputs: Iterable[Path | str],
    *,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    on_error: Callable[[InputError], None] = lambda problem: None,
    on_bytes: Callable[[int], None] | None = None,
) -> Records:
    """Records of files and folders; see `kg.readers.read` for the parameters.

    Examples
    --------
    >>> import io
    >>> records_of(["-"], stdin=io.BytesIO(b'{"title": "A survey of Mamba"}')).files
    ('<stdin>',)
    """
    passed: list[tuple[str, str]] = []

    def report(problem: InputError) -> None:
        # Every error of a file's has its name.
        source = problem.place.source if isinstance(problem, RecordError) else getattr(problem, "source", "")
        passed.append((file_name(source), str(problem)))
        on_error(problem)

    # What is named twice is read once.
    chosen = list(dict.fromkeys(map(str, inputs)))
    found = tuple(
        (file_name(source), paper)
        for source, paper in read_from(chosen, format=format, on_error=report, stdin=stdin, on_bytes=on_bytes)
    )
    records = Records(found, tuple(passed))
    return Records(found, records.passed, dict.fromkeys(records.files, format) if format else {})


def file_name(source: str | Path) -> str:
    """Absolute path of the file that a source of a reader lies in: the archive, for its members.

    >>> file_name("/data/papers.tar!a/b.bib"), file_name("<stdin>"), file_name("-")
    ('/data/papers.tar', '<stdin>', '<stdin>')
    """
    text = str(source)
    if text in (STDIN, "-"):
        return STDIN
    parts = text.split("!")
    for number in range(1, len(parts)):
        if Path("!".join(parts[:number])).is_file():
            return os.path.abspath("!".join(parts[:number]))  # noqa: PTH100 - links stay as they were named
    whole = len(parts) == 1 or Path(text).exists()
    return os.path.abspath(text if whole else parts[0])  # noqa: PTH100


def keep_records(folder: Path, records: Records) -> str:
    """Keep records in a workspace; the name of their file, which depends on what they say, not on where they stood."""
    distinct = sorted({repr(paper) for _, paper in records.papers})
    digest = hashlib.sha256("\n".join(distinct).encode("utf-8", "surrogatepass")).hexdigest()
    name = f"{digest[:16]}.parquet"
    said = {"passed": sorted(records.passed), "formats": dict(sorted(records.formats.items()))}
    write_records(sorted(records.papers, key=repr), folder / FOLDER / name, said)
    return name


def kept_records(folder: Path, manifest: Mapping[str, object]) -> Records:
    """Records that a workspace keeps.

    Raises
    ------
    WorkspaceError
        When it keeps none, or they cannot be read.
    """
    name = manifest.get("records")
    if not isinstance(name, str) or Path(name).name != name:
        raise WorkspaceError(folder, "it lacks the records of its files, for an older version made it; build again")
    try:
        papers, said = read_records(folder / FOLDER / name)
        passed: Sequence[Sequence[str]] = said["passed"]
        return Records(tuple(papers), tuple((file, why) for file, why in passed), dict(said["formats"]))
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise WorkspaceError(folder, f"the records of its files cannot be read: {error!r}; build again") from error
