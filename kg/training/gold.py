"""Gold annotations as training targets: document-level surfaces become labelled words."""

from __future__ import annotations

import gzip
import hashlib
import json
import logging
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kg.annotations import normalise
from kg.errors import EvaluationError
from kg.extract.encoding import Window
from kg.extract.labels import BONDS, MAX_WORDS, OUTSIDE, SCHEME, SLOTS, Scheme
from kg.model import ROLES, TYPES, EntityType, Role
from kg.readers import read

log = logging.getLogger(__name__)

#: Target of a word or span that no loss is computed on.
IGNORE = -100

#: Start, end, type and role of a mention.
Labelled = tuple[int, int, str, str]


@dataclass(frozen=True, slots=True)
class GoldPaper:
    """An annotated paper: its texts and the labelled stretches of ``title + "\\n" + abstract``.

    Attributes
    ----------
    spans : tuple of (start, end, type, role)
        Mentions that do not overlap: of two that do, the longer.
    nested : tuple of (start, end, type, role)
        Mentions inside one of `spans` that name another entity ("CRF" in "temporal CRF model").
    ignored : tuple of (int, int)
        Stretches that are neither mention nor none: a shorter name inside a longer one of the same entity.
    optional : tuple of (int, int)
        Mentions of entities on which the annotators disagreed.
    named : tuple of (start, end, entity)
        Which entity each of `spans` and `nested` names, by its number in the record.
    relations : tuple of (entity, relation, entity) or None
        None where nobody looked for them.
    results : tuple of GoldResult or None
        None where nobody looked for them.
    """

    id: str
    title: str
    abstract: str
    spans: tuple[Labelled, ...]
    nested: tuple[Labelled, ...] = ()
    ignored: tuple[tuple[int, int], ...] = ()
    optional: tuple[tuple[int, int], ...] = ()
    named: tuple[tuple[int, int, int], ...] = ()
    relations: tuple[tuple[int, str, int], ...] | None = None
    results: tuple[GoldResult, ...] | None = None

    @property
    def text(self) -> str:
        """Title, line feed, abstract."""
        return f"{self.title}\n{self.abstract}" if self.abstract else self.title


@dataclass(frozen=True, slots=True)
class GoldResult:
    """A figure that annotators found.

    Attributes
    ----------
    value : str
        Verbatim.
    slots : dict of str to int
        Number of the entity in each of `kg.extract.labels.SLOTS` that it has.
    open : frozenset of str
        Slots whose words are no entity of the paper.
    start : int or None
        Where the value begins in the text, if the annotation says so.
    """

    value: str
    slots: Mapping[str, int]
    open: frozenset[str] = frozenset()
    start: int | None = None


def read_gold(path: Path, *, texts: Iterable[Path] = ()) -> list[GoldPaper]:
    """Annotated papers of a JSONL file in the shape of the annotation guide (.gz or plain); see `annotated`.

    Raises
    ------
    EvaluationError
        When a line is not such a record, with the line's number.
    """
    return [_paper(record) for record in annotated(path, texts=texts)]


def annotated(path: Path, *, texts: Iterable[Path] = ()) -> list[dict[str, Any]]:
    """Records of a JSONL file of annotations, each with title, abstract and surfaces.

    Annotations may go without the papers' text: then ``text_sha256`` names it, each entity has
    ``spans`` (character ranges of title, line feed, abstract) instead of surfaces, and the papers
    are sought by it in the files `texts`, of any format that `kg build` reads. What is not found
    there in the same wording is left out.

    Raises
    ------
    EvaluationError
        When the file cannot be read; when a line is not such a record, with the line's number; when text is
        wanted and `texts` has none of it.
    """
    records: list[dict[str, Any]] = []
    without: dict[str, dict[str, Any]] = {}
    for number, line in numbered(path):
        try:
            record = json.loads(line)
            if "text_sha256" in record:
                _check_without_text(record)
                without[record["text_sha256"]] = record
            else:
                _paper(record)
                records.append(record)
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise EvaluationError(path, number, f"not an annotated paper: {error!r}") from error
    if without:
        filled = list(_filled(without, texts))
        if not filled:
            raise EvaluationError(path, 1, "the annotations carry no text; name the files that hold it (--texts)")
        log.info("%s: text found of %d of %d papers", path.name, len(filled), len(without))
        records += filled
    return records


def carries_text(path: Path) -> bool:
    """Whether each annotation of a file comes with the paper's text; see `annotated` and what it raises."""
    return not any('"text_sha256"' in line for _, line in numbered(path))


def numbered(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that hold anything, with their 1-based numbers."""
    opener = gzip.open if path.suffix == ".gz" else open
    try:
        with opener(path, "rt", encoding="utf-8") as lines:
            yield from ((number, line) for number, line in enumerate(lines, 1) if line.strip())
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise EvaluationError(path, None, f"cannot be read: {error}; expected JSON lines, plain or .gz") from error


def _check_without_text(record: dict[str, Any]) -> None:
    """Raise where `_filled` or `_paper` would stumble over an annotation without text."""
    if not isinstance(record["id"], str):
        raise TypeError(f"the id is no string: {record['id']!r}")
    for entity in record["entities"]:
        _kind(entity)
        for start, end in entity["spans"]:
            if not 0 <= start < end:
                raise ValueError(f"no range of characters: {[start, end]}")


def digest(path: Path) -> str:
    """SHA-256 of a file, in hex."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def text_digest(title: str, abstract: str) -> str:
    """Name of a text: the first 16 hex digits of the SHA-256 of title, line feed, abstract."""
    return hashlib.sha256(f"{title}\n{abstract}".encode()).hexdigest()[:16]


def _filled(without: Mapping[str, dict[str, Any]], texts: Iterable[Path]) -> Iterator[dict[str, Any]]:
    """Yield the records whose text is found, in the order of their ids."""
    found = {}
    for paper in read(list(texts)) if texts else ():
        name = text_digest(paper.title, paper.abstract)
        if name in without:
            found[name] = (paper.title, paper.abstract)
    for name, record in sorted(without.items(), key=lambda item: str(item[1]["id"])):
        if name in found:
            title, abstract = found[name]
            text = f"{title}\n{abstract}"
            entities = [
                {**entity, "name": surfaces[0], "surface": surfaces}
                for entity in record["entities"]
                if (surfaces := list(dict.fromkeys(text[start:end] for start, end in entity["spans"])))
            ]
            yield {"id": record["id"], "title": title, "abstract": abstract, "entities": entities}


def _paper(record: dict[str, Any]) -> GoldPaper:
    text = f"{record['title']}\n{record['abstract']}" if record["abstract"] else record["title"]
    required: list[tuple[Labelled, int]] = []
    optional: list[tuple[int, int]] = []
    for number, entity in enumerate(record["entities"]):
        type_, role = _kind(entity)
        for surface in entity["surface"]:
            for start, end in _occurrences(surface, text):
                if entity.get("optional"):
                    optional.append((start, end))
                else:
                    required.append(((start, end, type_, role), number))
    flat, nested, ignored = _sorted_out(required)
    return GoldPaper(
        record["id"],
        record["title"],
        record["abstract"],
        tuple(span for span, _ in flat),
        tuple(span for span, _ in nested),
        ignored,
        tuple(optional),
        tuple((start, end, number) for (start, end, _, _), number in (*flat, *nested)),
        _relations(record),
        _results(record),
    )


def _relations(record: Mapping[str, Any]) -> tuple[tuple[int, str, int], ...] | None:
    if record.get("relations") is None:
        return None
    places = {entity["name"]: number for number, entity in enumerate(record["entities"])}
    found = {}
    for each in record["relations"]:
        ends = places[each["subject"]], places[each["object"]]
        types = [record["entities"][end]["type"] for end in ends]
        if each["relation"] in BONDS.allowed(*types):  # an annotator's slip teaches nothing
            found[ends] = each["relation"]
    return tuple((subject, name, object_) for (subject, object_), name in sorted(found.items()))


def _results(record: Mapping[str, Any]) -> tuple[GoldResult, ...] | None:
    if record.get("results") is None:
        return None
    names: dict[tuple[str, str], int] = {}
    for number, entity in enumerate(record["entities"]):
        for name in (entity["name"], *entity["surface"]):
            names.setdefault((entity["type"], normalise(name)), number)
    made = []
    for result in record["results"]:
        slots: dict[str, int] = {}
        unknown: set[str] = set()
        for slot, type_ in SLOTS.items():
            if not result.get(slot):
                continue
            exact = names.get((type_, normalise(result[slot])))
            at = _alike(result[slot], type_, names) if exact is None else exact
            if at is None or record["entities"][at].get("optional"):
                unknown.add(slot)  # optional entities are taught neither as mentions nor as parts
            else:
                slots[slot] = at
        made.append(GoldResult(str(result["value"]), slots, frozenset(unknown)))
    return tuple(made)


def _alike(said: str, type_: str, names: Mapping[tuple[str, str], int]) -> int | None:
    """Return the entity of a type whose words are most alike to those said: half or more of theirs together."""
    words = set(normalise(said).split())
    best, most = None, 0.5
    for (of, name), number in names.items():
        other = set(name.split())
        if of == type_ and other and (share := len(words & other) / min(len(words | other), 2 * len(other))) >= most:
            best, most = number, share + 1e-9
    return best


def _kind(entity: Mapping[str, Any]) -> tuple[EntityType, Role]:
    """Return the type and the (first) role of an entity."""
    type_: EntityType = entity["type"]
    role: Role = entity["role"][0] if isinstance(entity["role"], list) else entity["role"]
    if type_ not in TYPES or role not in ROLES[type_]:
        raise ValueError(f"no such type and role: {type_!r}, {role!r}")
    return type_, role


def _occurrences(surface: str, text: str) -> Iterator[tuple[int, int]]:
    """Yield where a surface stands in a text as whole words."""
    if surface.strip():
        for found in re.finditer(rf"(?<!\w){re.escape(surface)}(?!\w)", text):
            yield found.span()


def _sorted_out(
    spans: Sequence[tuple[Labelled, int]],
) -> tuple[list[tuple[Labelled, int]], list[tuple[Labelled, int]], tuple[tuple[int, int], ...]]:
    """Return the spans of which the longest win, those nested in them, and those to ignore; ties go to the first.

    Each span comes with the number of its entity, and goes with it.
    """
    kept: list[tuple[Labelled, int]] = []
    inner: list[tuple[Labelled, int]] = []
    ignored: set[tuple[int, int]] = set()
    for span, entity in sorted(spans, key=lambda s: (s[0][0] - s[0][1], s[0][0])):
        over = [other for other in kept if span[0] < other[0][1] and other[0][0] < span[1]]
        if not over:
            kept.append((span, entity))
        elif any(other[0][:2] == span[:2] for other in (*over, *inner)):
            continue  # the same words twice, as two entities or by two spellings
        elif any(number == entity for _, number in over):
            ignored.add(span[:2])
        elif any(other[0] <= span[0] and span[1] <= other[1] for other, _ in over):
            inner.append((span, entity))
    return sorted(kept), sorted(inner), tuple(sorted(ignored))


@dataclass(frozen=True, slots=True)
class Targets:
    """What the network should say of a window.

    Attributes
    ----------
    tags : list of int
        BIO tag of each word.
    spans : list of (word, length - 1, class, role column)
        The mentions; `IGNORE` as a role column where the scheme has none.
    ignored : list of (word, length - 1)
        Spans to compute no loss on.
    """

    tags: list[int]
    spans: list[tuple[int, int, int, int]]
    ignored: list[tuple[int, int]]


def targets(paper: GoldPaper, window: Window, scheme: Scheme = SCHEME) -> Targets:
    """Targets of the words and spans of a window.

    Spans that touch optional entities are ignored: the annotators disagreed on them.
    """
    count = len(window.spans)
    tags = [OUTSIDE] * count
    ignored = [reach for stretch in paper.ignored if (reach := word_range(stretch, window))]
    for stretch in paper.optional:
        if reach := word_range(stretch, window):
            first, length = reach
            tags[first : first + length + 1] = [IGNORE] * (length + 1)
            ignored += [
                (start, extent)
                for start in range(max(0, first - MAX_WORDS + 1), first + length + 1)
                for extent in range(min(MAX_WORDS, count - start))
                if start + extent >= first
            ]
    spans = []
    columns = {pair: column for column, pair in enumerate(scheme.roles)}
    for start, end, type_, role in (*paper.spans, *paper.nested):
        if reach := word_range((start, end), window):
            spans.append((*reach, 1 + scheme.types.index(type_), columns.get((type_, role), IGNORE)))
    for start, end, type_, _ in paper.spans:
        if reach := word_range((start, end), window):
            first, length = reach
            tags[first : first + length + 1] = [scheme.begin_tag(type_), *[scheme.begin_tag(type_) + 1] * length]
    found = {(first, length) for first, length, _, _ in spans}
    return Targets(
        tags, [s for s in spans if s[1] < MAX_WORDS], [i for i in ignored if i not in found and i[1] < MAX_WORDS]
    )


def word_range(stretch: tuple[int, int], window: Window) -> tuple[int, int] | None:
    """First word that a stretch of text touches in a window, and how many more it does; None where it touches none."""
    start, end = stretch
    touched = [word for word, (first, last) in enumerate(window.spans) if first < end and start < last]
    return (touched[0], touched[-1] - touched[0]) if touched else None
