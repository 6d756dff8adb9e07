"""Papers and what was found in them as Parquet files: what a workspace keeps of a build's costly steps.

Findings are kept a paper at a time under the hash of its text, in a folder a model version, so
that a text is read by a model once. Files are written beside and renamed, so that a killed build
leaves none half written.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
import pyarrow.parquet as pq

from kg.model import Figure, Findings, Link, Mention, Paper, Span

log = logging.getLogger(__name__)

_PAPERS: Final = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("title", pa.string(), nullable=False),
        pa.field("abstract", pa.string(), nullable=False),
        pa.field("local_id", pa.string(), nullable=False),
        pa.field("year", pa.int32()),
        pa.field("authors", pa.list_(pa.string()), nullable=False),
        pa.field("venue", pa.string()),
        pa.field("url", pa.string()),
        pa.field("keywords", pa.list_(pa.string()), nullable=False),
        pa.field("identifiers", pa.list_(pa.string()), nullable=False),
    ]
)
_RECORDS: Final = pa.schema([pa.field("file", pa.string(), nullable=False), *_PAPERS])
#: Under what a file of records says what is no record.
_SAID: Final = b"paperkg"
#: Rows that are turned into objects of Python at a time.
_BATCH: Final = 8_192
_MENTION: Final = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("type", pa.string(), nullable=False),
        pa.field("role", pa.string(), nullable=False),
        pa.field("confidence", pa.float64(), nullable=False),
        pa.field("role_confidence", pa.float64(), nullable=False),
        pa.field("sentence_start", pa.int32(), nullable=False),
        pa.field("sentence_end", pa.int32(), nullable=False),
    ]
)
_LINK: Final = pa.struct(
    [
        pa.field("subject", pa.int32(), nullable=False),
        pa.field("object", pa.int32(), nullable=False),
        pa.field("relation", pa.string(), nullable=False),
        pa.field("odds", pa.float64(), nullable=False),
    ]
)
_FIGURE: Final = pa.struct(
    [
        pa.field("start", pa.int32(), nullable=False),
        pa.field("end", pa.int32(), nullable=False),
        pa.field("odds", pa.float64(), nullable=False),
        pa.field(
            "slots",
            pa.list_(
                pa.struct(
                    [
                        pa.field("mention", pa.int32(), nullable=False),
                        pa.field("odds", pa.float64(), nullable=False),
                    ]
                )
            ),
            nullable=False,
        ),
    ]
)
_MENTIONS: Final = pa.schema(
    [
        pa.field("text_sha256", pa.string(), nullable=False),
        pa.field("mentions", pa.list_(_MENTION), nullable=False),
        # null from a model that judges no relations
        pa.field("links", pa.list_(_LINK)),
        pa.field("figures", pa.list_(_FIGURE)),
    ]
)


def text_hash(paper: Paper) -> str:
    """Hash of a paper's text, by which its mentions are kept."""
    return hashlib.sha256(paper.text.encode("utf-8", "surrogatepass")).hexdigest()


def write_papers(papers: Iterable[Paper], path: Path) -> None:
    """Write papers, in the order given."""
    _write(map(_fields, papers), _PAPERS, path)


def read_papers(path: Path) -> list[Paper]:
    """Papers of a file that `write_papers` wrote."""
    return [_paper(row) for row in _rows(path)]


def write_records(records: Iterable[tuple[str, Paper]], path: Path, said: Mapping[str, Any]) -> None:
    """Write papers with the files that they come from, and what else there is to say, which must go into JSON."""
    rows = ({"file": file, **_fields(paper)} for file, paper in records)
    _write(rows, _RECORDS.with_metadata({_SAID: json.dumps(said)}), path)


def read_records(path: Path) -> tuple[list[tuple[str, Paper]], dict[str, Any]]:
    """What `write_records` wrote.

    Raises
    ------
    OSError, ValueError, KeyError, TypeError
        When the file is not there, is damaged, or is another one.
    """
    said = json.loads((pq.read_schema(path).metadata or {})[_SAID])
    return [(row.pop("file"), _paper(row)) for row in _rows(path)], said


def _fields(paper: Paper) -> dict[str, Any]:
    values = ((name, getattr(paper, name)) for name in _PAPERS.names)
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values}


def _paper(row: dict[str, Any]) -> Paper:
    return Paper(**{**row, **{name: tuple(row[name]) for name in ("authors", "keywords", "identifiers")}})


def _rows(path: Path) -> Iterator[dict[str, Any]]:
    # What a disk got wrong is an error, not another paper.
    with pq.ParquetFile(path, page_checksum_verification=True) as file:
        for batch in file.iter_batches(_BATCH):
            yield from batch.to_pylist()


class MentionCache:
    """Mentions that a model found before, in a folder of Parquet files.

    Parameters
    ----------
    folder : Path
        Of one model version; made when something is kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._known: dict[str, dict[str, Any]] = {}
        for path in sorted(folder.glob("*.parquet")):
            try:
                # a reader of tables fills columns that a file lacks with nulls, and mentions must not be null
                if not pq.read_schema(path).equals(_MENTIONS):
                    raise pa.ArrowInvalid("its columns are not those of mentions")
                self._known.update({row["text_sha256"]: row for row in _rows(path)})
            except (OSError, pa.ArrowException) as error:
                log.warning("%s cannot be read (%s); its papers are read by the model again", path, error)
                path.unlink(missing_ok=True)

    def __contains__(self, text_sha256: str) -> bool:
        return text_sha256 in self._known

    def __len__(self) -> int:
        return len(self._known)

    def findings(self, paper: Paper) -> Findings:
        """What was found in a paper whose text the model has read.

        Raises
        ------
        KeyError
            When it has not.
        """
        known = self._known[text_hash(paper)]
        mentions = tuple(
            Mention(
                paper=paper.id,
                start=row["start"],
                end=row["end"],
                text=paper.text[row["start"] : row["end"]],
                type=row["type"],
                role=row["role"],
                confidence=row["confidence"],
                role_confidence=row["role_confidence"],
                sentence=Span(row["sentence_start"], row["sentence_end"]),
            )
            for row in known["mentions"]
        )
        links, figures = known["links"], known["figures"]
        return Findings(
            mentions,
            None if links is None else tuple(Link(**row) for row in links),
            None if figures is None else tuple(_figure(row) for row in figures),
        )

    def keep(self, found: Iterable[tuple[Paper, Findings]]) -> None:
        """Keep what was found in papers, as one file named after their texts."""
        rows = {text_hash(paper): _found(findings) for paper, findings in found}
        if not rows:
            return
        name = hashlib.sha256("\n".join(sorted(rows)).encode()).hexdigest()[:16]
        _write(({"text_sha256": key, **rows[key]} for key in sorted(rows)), _MENTIONS, self._folder / f"{name}.parquet")
        self._known.update(rows)


def _found(findings: Findings) -> dict[str, Any]:
    links, figures = findings.links, findings.figures
    return {
        "mentions": [_row(mention) for mention in findings.mentions],
        "links": None if links is None else [asdict(link) for link in links],
        "figures": None
        if figures is None
        else [
            {
                "start": figure.start,
                "end": figure.end,
                "odds": figure.odds,
                "slots": [{"mention": mention, "odds": odds} for mention, odds in figure.slots],
            }
            for figure in figures
        ],
    }


def _figure(row: dict[str, Any]) -> Figure:
    return Figure(row["start"], row["end"], row["odds"], tuple((s["mention"], s["odds"]) for s in row["slots"]))


def _row(mention: Mention) -> dict[str, Any]:
    return {
        "start": mention.start,
        "end": mention.end,
        "type": mention.type,
        "role": mention.role,
        "confidence": mention.confidence,
        "role_confidence": mention.role_confidence,
        "sentence_start": mention.sentence.start,
        "sentence_end": mention.sentence.end,
    }


def _write(rows: Iterable[dict[str, Any]], schema: pa.Schema, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    waiting = iter(rows)
    try:
        with pq.ParquetWriter(new, schema, compression="zstd", write_page_checksum=True) as file:
            while batch := list(islice(waiting, _BATCH)):
                file.write_table(pa.Table.from_pylist(batch, schema=schema))
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
