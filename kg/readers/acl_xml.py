"""The ACL Anthology's XML: a ``<collection>`` of ``<volume>`` of ``<paper>``, as its schema.rnc has it.

Fields read: title and abstract (their inline ``<fixed-case>``, ``<i>``, ``<b>``, ``<tex-math>``, ``<url>`` flattened
to text), author (first, last), url, doi; year and booktitle or journal-title of the paper or else of the volume's meta.
The Anthology id is the content of ``<url>`` or, where that is an outside address, made of the ids of collection, volume
and paper. Front matter is no paper. A few "abstracts" of the Anthology are notes of some words; they stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from kg.errors import InputError, Place
from kg.model import Paper
from kg.readers.xml_records import Element, flat_text, local_name, papers_in, root_tag

NAME: Final = "acl-xml"

_SITE: Final = "https://aclanthology.org"
_OLD_COLLECTION: Final = re.compile(r"[A-Z]\d{2}")
_ANTHOLOGY_ID: Final = re.compile(r"[A-Z]\d{2}-\d{4,5}|\d{4}\.[a-z0-9_]+-[a-z0-9_]+\.\d+")


def sniff(head: str) -> bool:
    """Return whether the text is XML whose root is a collection with an id."""
    root = root_tag(head)
    return root is not None and root[0] == "collection" and re.search(r"\bid\s*=", root[1]) is not None


def read(stream: BinaryIO, source: str, on_error: Callable[[InputError], None]) -> Iterator[Paper]:
    """Return the papers of a collection."""
    volume = _Volume()
    return papers_in(
        stream, source, on_error,
        record="paper", fields_of=volume.fields_of, context=("collection", "volume", "meta"), note=volume.note,
    )  # fmt: skip


class _Volume:
    """What a paper has from the volume around it."""

    def __init__(self) -> None:
        self._collection = ""
        self._volume = ""
        self._meta: dict[str, str] = {}

    def note(self, element: Element) -> None:
        """Take in the start of a collection or volume, and the volume's meta."""
        name = local_name(element)
        if name == "collection":
            self._collection = element.get("id", "")
        elif name == "volume":
            if element.get("id", "") != self._volume:
                self._volume, self._meta = element.get("id", ""), {}
        else:
            self._meta = {local_name(child): flat_text(child) for child in element if local_name(child)}

    def fields_of(self, paper: Element, _: Place) -> dict[str, object]:
        """Return what a paper says of itself, and its volume of it."""
        own: dict[str, str] = {}
        people: list[object] = []
        for child in paper:
            name = local_name(child)
            if name == "author":
                people.append({local_name(part): flat_text(part) for part in child})
            elif name:
                own.setdefault(name, flat_text(child))
        anthology_id = self._anthology_id(own.get("url", ""), paper.get("id", ""))
        address = own.get("url", "")
        return {
            "id": anthology_id or own.get("bibkey", ""),
            "title": own.get("title"),
            "abstract": own.get("abstract"),
            "authors": people,
            "year": own.get("year") or self._meta.get("year"),
            "venue": own.get("booktitle") or self._meta.get("booktitle") or self._meta.get("journal-title"),
            "url": address if address.startswith("http") else f"{_SITE}/{anthology_id}/" if anthology_id else None,
            "doi": own.get("doi"),
        }

    def _anthology_id(self, url: str, paper: str) -> str:
        if _ANTHOLOGY_ID.fullmatch(url):
            return url
        if not (self._collection and self._volume and paper):
            return ""
        if not _OLD_COLLECTION.fullmatch(self._collection):
            return f"{self._collection}-{self._volume}.{paper}"
        if not (self._volume.isdecimal() and paper.isdecimal()):
            return ""
        # Workshops have two digits of the volume and two of the paper, all others one and three.
        wide = (
            self._collection[0] == "W"
            or self._collection == "C69"
            or (self._collection == "D19" and int(self._volume) >= 5)
        )
        number = f"{int(self._volume):02d}{int(paper):02d}" if wide else f"{int(self._volume)}{int(paper):03d}"
        return f"{self._collection}-{number}"
