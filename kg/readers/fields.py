"""A Paper from a record, whatever names its fields have.

The names are those of the sources that people have: our own JSON Lines; arXiv's metadata; Crossref and CSL-JSON;
Semantic Scholar (``paperId``, ``externalIds``, ``paperAbstract``); OpenAlex (``display_name``,
``abstract_inverted_index``, ``authorships``); Zotero's JSON and CSV (``abstractNote``, ``Publication Title``); Scopus,
IEEE Xplore and PubMed CSV (``Document Title``, ``Source title``, ``Journal/Book``); Web of Science's two-letter tags.
Case, spaces, hyphens and underscores in a name do not count.

What is wrong with a title or an abstract breaks the record; what is wrong with another field leaves that field empty
(a year that is none is None), because the paper's text is still good.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers import identify
from kg.readers.cleaning import clean
from kg.readers.names import authors

__all__ = ["LONGEST_ABSTRACT", "LONGEST_TITLE", "Record", "is_field", "paper_of", "papers_of", "year_of"]

#: Characters that a title and an abstract may have.
LONGEST_TITLE: Final = 2_000
LONGEST_ABSTRACT: Final = 200_000

#: For each field of a paper the names it goes by, the most telling first, normalised as `_key` does.
_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "title": ("title", "papertitle", "documenttitle", "articletitle", "primarytitle", "displayname", "ti", "t1"),
    "abstract": (
        "abstract", "abstractnote", "paperabstract", "abstracttext", "summary", "description", "notesabstract", "ab",
    ),
    "local_id": (
        "id", "paperid", "key", "citationkey", "citekey", "itemkey", "recordid", "corpusid", "pmid", "eid", "ut",
    ),
    "year": (
        "year", "publicationyear", "pubyear", "py", "published", "publicationdate", "publisheddate", "datepublished",
        "date", "issued", "publishedprint", "publishedonline", "created", "submitted", "updatedate", "updated",
    ),
    "authors": (
        "authorsparsed", "authors", "author", "creators", "creator", "authorships", "authornames", "firstauthors", "au",
    ),
    "venue": (
        "venue", "journal", "journaltitle", "booktitle", "containertitle", "publicationtitle", "sourcetitle",
        "journalname", "journalbook", "journalref", "conference", "conferencename", "publicationvenue",
        "primarylocation", "hostvenue", "eventtitle", "so", "source",
    ),
    "url": ("url", "link", "paperurl", "landingpageurl", "urlabs", "pdfurl", "pdflink", "openaccesspdf", "ur"),
    "keywords": (
        "keywords", "keyword", "tags", "categories", "cats", "authorkeywords", "indexkeywords", "manualtags",
        "automatictags", "fieldsofstudy", "topics", "subjects", "subject", "de",
    ),
}  # fmt: skip
_IDENTIFIERS: Final = (
    *_NAMES["local_id"], "doi", "di", "arxivid", "arxiv", "aclid", "acl", "eprint", "number", "volume",
    "archivelocation", "accessionnumber", "identifier", "identifiers",
)  # fmt: skip
# Where an identifier stands in the open: "arXiv:2106.14405 [cs]" in Zotero's notes, "arXiv preprint arXiv:2106.14405"
# as a journal in Google Scholar's BibTeX.
_NOTES: Final = ("note", "notes", "extra", "annote", "howpublished")
_IDENTIFIER_MAPS: Final = ("externalids", "ids")
_PART_NAMES: Final = (
    "name",
    "displayname",
    "title",
    "term",
    "tag",
    "keyword",
    "value",
    "source",
    "raw",
    "url",
    "landingpageurl",
    "text",
)

_YEAR: Final = re.compile(r"(?<!\d)[1-9]\d{3}(?!\d)")
_COMPACT_DATE: Final = re.compile(r"[1-9]\d{3}(?:0[1-9]|1[0-2])[0-3]\d")
_CATEGORY: Final = re.compile(r"[a-z][a-z-]+(?:\.[A-Za-z-]{2,})?")
_HTTP: Final = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """A record as a file has it, its fields found by normalised name.

    Attributes
    ----------
    fields : mapping of str to object
        The record.
    place : Place
        Where it stands.
    decode : callable
        What the format's markup makes of a text, before white space is folded.
    """

    fields: Mapping[str, object]
    place: Place
    decode: Callable[[str], str] = str
    _found: dict[str, object] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        for name, value in self.fields.items():
            if value is not None and value not in ("", []):
                self._found.setdefault(_key(str(name)), value)

    def get(self, names: Iterable[str]) -> Iterator[object]:
        """Return the values that the record has under the names, in their order."""
        return (self._found[name] for name in names if name in self._found)

    def text(self, value: object) -> str:
        """Return the first text in a value, decoded and clean; the empty string if there is none."""
        return clean(self.decode(next(_texts(value), "")))

    def error(self, problem: str, expected: str) -> RecordError:
        """Return the error that says what is wrong with this record."""
        return RecordError(self.place, problem, expected)


def paper_of(record: Record) -> Paper:
    """Return the paper a record describes.

    Raises
    ------
    RecordError
        If it has no title, or title or abstract are no text or too long.

    Examples
    --------
    >>> record = Record({"Title": "Attention as an RNN", "doi": "10.1000/X", "date": "May 2024"}, Place("x.csv"))
    >>> paper = paper_of(record)
    >>> paper.id, paper.title, paper.year
    ('doi:10.1000/x', 'Attention as an RNN', 2024)
    """
    title = _title(record)
    known = _identifiers(record)
    paper_id = identify.paper_id(known, title)
    return Paper(
        id=paper_id,
        title=title,
        abstract=_abstract(record),
        local_id=_local_id(record) or paper_id,
        year=next((year for value in record.get(_NAMES["year"]) if (year := year_of(value)) is not None), None),
        authors=next((found for value in record.get(_NAMES["authors"]) if (found := _authors(record, value))), ()),
        venue=next((text for value in record.get(_NAMES["venue"]) if (text := record.text(value))), None),
        url=next(
            (
                match.group()
                for value in record.get(_NAMES["url"])
                for text in _texts(value)
                if (match := _HTTP.match(text.strip()))
            ),
            None,
        ),
        keywords=_keywords(record),
        identifiers=known,
    )


def papers_of(records: Iterable[Record], on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers the records describe; a record that describes none is reported and passed over."""
    for record in records:
        try:
            paper = paper_of(record)
        except RecordError as error:
            on_error(error)
        except RecursionError:
            on_error(record.error("lists or objects nested too deeply", "a field's value of a few levels"))
        else:
            yield paper


def is_field(name: str, field: str) -> bool:
    """Return whether a column or key of that name holds that field of a paper.

    Examples
    --------
    >>> is_field("Document Title", "title"), is_field("Type", "title")
    (True, False)
    """
    return _key(name) in _NAMES[field]


def year_of(value: object) -> int | None:
    """Return the year, 1000 to 9999, that a number, a date in words or digits, or CSL's date-parts begin with; or None.

    Examples
    --------
    >>> year_of(2021), year_of("Mon, 2 Apr 2007 19:18:42 GMT"), year_of({"date-parts": [[2019, 3]]}), year_of("n.d.")
    (2021, 2007, 2019, None)
    """
    if isinstance(value, int | float):
        return int(value) if 1000 <= value <= 9999 and value == int(value) else None
    if isinstance(value, str):
        text = value[:200].strip()
        match = _COMPACT_DATE.fullmatch(text) or _YEAR.search(text)
        return int(match.group()[:4]) if match else None
    if isinstance(value, list | tuple):
        return year_of(value[0]) if value else None
    if isinstance(value, Mapping):
        keys = ("date-parts", "year", "raw", "literal", "date", "date-time")
        return next((year for key in keys if (year := year_of(value.get(key))) is not None), None)
    return None


@lru_cache(maxsize=4096)
def _key(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def _title(record: Record) -> str:
    expected = f"a title of 1 to {LONGEST_TITLE:,} characters"
    value = next(record.get(_NAMES["title"]), None)
    if value is None:
        raise record.error("no title", expected)
    if not isinstance(value, str) and not (isinstance(value, list) and all(isinstance(part, str) for part in value)):
        raise record.error(f"title is {_shown(value)}, which is no text", expected)
    title = record.text(value)
    if not title:
        raise record.error("the title is empty", expected)
    if len(title) > LONGEST_TITLE:
        raise record.error(f"a title of {len(title):,} characters", expected)
    return title


def _abstract(record: Record) -> str:
    expected = f"an abstract of at most {LONGEST_ABSTRACT:,} characters"
    value = next(record.get(_NAMES["abstract"]), None)
    if value is None:
        inverted = next(record.get(("abstractinvertedindex",)), None)
        value = _from_inverted_index(inverted) if isinstance(inverted, Mapping) else ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = " ".join(value)
    if not isinstance(value, str):
        raise record.error(f"abstract is {_shown(value)}, which is no text", expected)
    abstract = clean(record.decode(value))
    if len(abstract) > LONGEST_ABSTRACT:
        raise record.error(f"an abstract of {len(abstract):,} characters", expected)
    return abstract


def _from_inverted_index(index: Mapping[object, object]) -> str:
    """Return the text whose words OpenAlex lists with their positions."""
    placed = [
        (position, word)
        for word, positions in index.items()
        if isinstance(word, str) and isinstance(positions, list)
        for position in positions
        if isinstance(position, int)
    ]
    return " ".join(word for _, word in sorted(placed))


def _local_id(record: Record) -> str:
    for value in record.get(_NAMES["local_id"]):
        if isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool)):
            text = str(value)
            # Verbatim, unless it holds what no output can carry.
            if text.strip() and len(text) <= LONGEST_TITLE:
                return text if text.isprintable() and text == text.strip() else clean(text)
    return ""


def _authors(record: Record, value: object) -> tuple[str, ...]:
    found = authors(value)
    return tuple(name for text in found if (name := clean(record.decode(text))))


def _identifiers(record: Record) -> tuple[str, ...]:
    texts: list[str] = []
    for value in record.get((*_IDENTIFIERS, *_NAMES["url"])):
        texts.extend(_texts(value))
    for value in record.get(_IDENTIFIER_MAPS):
        if isinstance(value, Mapping):
            # {"ArXiv": "2106.14405", "DOI": ...}: each value is of the kind its key says.
            texts.extend(
                text
                for name, text in value.items()
                if isinstance(text, str) and _key(str(name)) in ("arxiv", "doi", "acl")
            )
    for value in record.get(_NOTES):
        for text in _texts(value):
            texts.extend(line.strip() for line in text.splitlines())
    inside = {
        found
        for value in record.get(_NAMES["venue"])
        for text in _texts(value)
        if (found := identify.arxiv_inside(text))
    }
    return tuple(sorted({*identify.identifiers(texts), *inside}))


def _keywords(record: Record) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for value in record.get(_NAMES["keywords"]):
        for text in _texts(value):
            for keyword in _split_keywords(text) if isinstance(value, str) or _is_categories(text) else [text]:
                if cleaned := clean(record.decode(keyword)):
                    found.setdefault(cleaned)
    return tuple(found)


def _split_keywords(text: str) -> list[str]:
    if ";" in text or "\n" in text.strip():
        return re.split(r"[;\n]", text)
    if "," in text:
        return text.split(",")
    return text.split() if _is_categories(text) else [text]


def _is_categories(text: str) -> bool:
    """Return whether a text is several arXiv categories, which white space parts: "cs.LG stat.ML"."""
    words = text.split()
    return len(words) > 1 and any("." in word for word in words) and all(_CATEGORY.fullmatch(word) for word in words)


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Return the texts in a value: itself, those of a list, or what a mapping calls its name."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list | tuple) and depth < 3:
        for part in value:
            yield from _texts(part, depth + 1)
    elif isinstance(value, Mapping) and depth < 3:
        named = {_key(str(name)): part for name, part in value.items()}
        for name in _PART_NAMES:
            if part := named.get(name):
                yield from _texts(part, depth + 1)
                return


def _shown(value: object) -> str:
    return f"a {type(value).__name__}" if isinstance(value, list | Mapping) else repr(value)[:60]
