"""Gold annotations as training targets: document-level surfaces become labelled words."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.errors import EvaluationError
from kg.extract.encoding import Window
from kg.extract.labels import OUTSIDE, ROLE_COLUMNS, TAGS, begin_tag
from kg.model import ROLES, TYPES, EntityType, Role

#: Target of a word that no loss is computed on.
IGNORE = -100


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """An annotated paper: its texts and the labelled stretches of ``title + "\\n" + abstract``."""

    id: str
    title: str
    abstract: str
    spans: tuple[tuple[int, int, EntityType, Role], ...]
    optional: tuple[tuple[int, int], ...]


def read_gold(path: Path) -> list[GoldPaper]:
    """Annotated papers of a JSONL file in the shape of the annotation guide (.gz or plain).

    Raises
    ------
    EvaluationError
        When a line is not such a record, with the line's number.
    """
    opener = gzip.open if path.suffix == ".gz" else open
    papers = []
    with opener(path, "rt", encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                record = json.loads(line)
                papers.append(_paper(record))
            except (ValueError, KeyError, TypeError) as error:
                raise EvaluationError(path, number, f"not an annotated paper: {error!r}") from error
    return papers


def _paper(record: dict[str, Any]) -> GoldPaper:
    text = f"{record['title']}\n{record['abstract']}" if record["abstract"] else record["title"]
    required: list[tuple[int, int, EntityType, Role]] = []
    optional: list[tuple[int, int, EntityType, Role]] = []
    for entity in record["entities"]:
        type_: EntityType = entity["type"]
        role = entity["role"][0] if isinstance(entity["role"], list) else entity["role"]
        if type_ not in TYPES or role not in ROLES[type_]:
            raise ValueError(f"no such type and role: {type_!r}, {role!r}")
        for surface in entity["surface"]:
            for start, end in _occurrences(surface, text):
                (optional if entity.get("optional") else required).append((start, end, type_, role))
    kept = _without_overlaps(required)
    spare = [(s, e) for s, e, _, _ in optional]
    return GoldPaper(record["id"], record["title"], record["abstract"], tuple(kept), tuple(spare))


def _occurrences(surface: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a surface stands in a text as whole words."""
    if surface.strip():
        for found in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text):
            yield found.span()


def _without_overlaps(
    spans: Sequence[tuple[int, int, EntityType, Role]],
) -> list[tuple[int, int, EntityType, Role]]:
    """Return the spans of which the longest win where two overlap; ties go to the first."""
    kept: list[tuple[int, int, EntityType, Role]] = []
    for span in sorted(spans, key=lambda s: (s[0] - s[1], s[0])):
        if all(span[1] <= other[0] or other[1] <= span[0] for other in kept):
            kept.append(span)
    return sorted(kept)


def targets(paper: GoldPaper, window: Window) -> tuple[list[int], list[int]]:
    """Tag and role column of each word of a window; `IGNORE` where no loss is computed.

    Words of optional entities are ignored: the annotators disagreed on them.
    """
    tags = [OUTSIDE] * len(window.spans)
    roles = [IGNORE] * len(window.spans)
    for start, end in paper.optional:
        for word, (first, last) in enumerate(window.spans):
            if first < end and start < last:
                tags[word] = IGNORE
    for start, end, type_, role in paper.spans:
        begun = False
        for word, (first, last) in enumerate(window.spans):
            if first < end and start < last:
                tags[word] = begin_tag(type_) + begun
                roles[word] = ROLE_COLUMNS.index((type_, role))
                begun = True
    assert all(tag == IGNORE or 0 <= tag < len(TAGS) for tag in tags)  # noqa: S101 - an invariant, not a check
    return tags, roles
