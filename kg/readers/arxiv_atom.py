"""Atom feeds as the arXiv API answers with (RFC 4287 and the API's user manual).

Fields read of each ``<entry>``: title, summary, author/name, published (the first version's date), id, link, category
terms, and arXiv's own doi and journal_ref. The entry that the API sends in place of an error is reported as one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError, Place, RecordError
from kg.model import Paper
from kg.readers.xml_records import Element, flat_text, local_name, papers_in, root_tag

NAME: Final = "arxiv-atom"

_NAMESPACE: Final = "http://www.w3.org/2005/Atom"
_ERRORS: Final = "arxiv.org/api/errors"


def sniff(head: str) -> bool:
    """Return whether the text is XML whose root is an Atom feed or entry."""
    root = root_tag(head)
    return root is not None and root[0] in ("feed", "entry") and _NAMESPACE in root[1]


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a feed."""
    return papers_in(stream, source, on_error, record="entry", fields_of=_fields)


def _fields(entry: Element, place: Place) -> dict[str, object]:
    texts: dict[str, str] = {}
    people: list[str] = []
    categories: list[str] = []
    links: dict[str, str] = {}
    for child in entry:
        name = local_name(child)
        if name == "author":
            people.extend(flat_text(part) for part in child if local_name(part) == "name")
        elif name == "category":
            categories.append(child.get("term", ""))
        elif name == "link":
            links.setdefault(child.get("rel", "alternate"), child.get("href", ""))
        elif name:
            texts.setdefault(name, flat_text(child))
    identifier = texts.get("id", "").strip()
    if _ERRORS in identifier:
        raise RecordError(
            place, f"the API's error: {texts.get('summary', '').strip()[:200]}", "an entry that is a paper"
        )
    return {
        "id": identifier,
        "title": texts.get("title"),
        "abstract": texts.get("summary") or texts.get("content"),
        "authors": [[name, "", ""] for name in people],
        "year": texts.get("published") or texts.get("updated"),
        "venue": texts.get("journal_ref"),
        "url": links.get("alternate") or identifier,
        "doi": texts.get("doi"),
        "categories": categories,
    }
