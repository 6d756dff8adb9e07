"""Documents that clients name by their hash: automatic persisted queries, as Apollo's clients speak them.

A client sends the hash alone. Where it is not known here it is told so, sends hash and document
once, and from then on the hash again.
"""

from __future__ import annotations

import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Final

from api.errors import RequestError

__all__ = ["PersistedDocuments", "PersistedQueryNotFoundError", "persisted_hash"]

_HASH: Final = re.compile(r"[0-9a-f]{64}")


class PersistedQueryNotFoundError(RequestError):
    """A hash names no document that is known here."""

    code = "PERSISTED_QUERY_NOT_FOUND"

    def __init__(self) -> None:
        # Clients look for this very text.
        super().__init__("PersistedQueryNotFound", "send the document once together with its hash")


class PersistedQueryError(RequestError):
    """A hash is none, or not that of the document it came with."""

    code = "BAD_PERSISTED_QUERY"


def persisted_hash(extensions: Any) -> str | None:
    """Hash that a request's extensions name its document by, or None.

    Raises
    ------
    PersistedQueryError
        When there is something of the kind that is no SHA-256, or of another version of the protocol.

    >>> persisted_hash({"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}) == "0" * 64
    True
    >>> persisted_hash({"other": 1}) is None
    True
    """
    asked = extensions.get("persistedQuery") if isinstance(extensions, Mapping) else None
    if asked is None:
        return None
    if not isinstance(asked, Mapping) or type(asked.get("version")) is not int or asked["version"] != 1:
        raise PersistedQueryError("`persistedQuery` is of no known version", "give {version: 1, sha256Hash: ...}")
    found = asked.get("sha256Hash")
    if not isinstance(found, str) or not _HASH.fullmatch(found):
        raise PersistedQueryError(
            "`sha256Hash` is no SHA-256", "give the document's hash as 64 lower-case hexadecimal digits"
        )
    return found


class PersistedDocuments:
    """Documents by their hashes; those asked for least recently are forgotten first.

    Parameters
    ----------
    most : int
        Documents that are kept.
    characters : int
        Characters that they have together at most.

    >>> kept = PersistedDocuments(most=1)
    >>> for text in ("{ a }", "{ b }"):
    ...     kept.keep(hashlib.sha256(text.encode()).hexdigest(), text)
    >>> len(kept)
    1
    """

    def __init__(self, *, most: int = 1_000, characters: int = 4_000_000) -> None:
        self._most, self._characters = most, characters
        self._texts: OrderedDict[str, str] = OrderedDict()
        self._held = 0

    def __len__(self) -> int:
        return len(self._texts)

    def text(self, hash_: str) -> str:
        """Document of a hash.

        Raises
        ------
        PersistedQueryNotFoundError
            When it is not kept.
        """
        if hash_ not in self._texts:
            raise PersistedQueryNotFoundError
        self._texts.move_to_end(hash_)
        return self._texts[hash_]

    def keep(self, hash_: str, text: str) -> None:
        """Keep a document, whose hash was checked."""
        if hash_ in self._texts:
            return
        self._texts[hash_] = text
        self._held += len(text)
        while len(self._texts) > self._most or self._held > self._characters:
            _, forgotten = self._texts.popitem(last=False)
            self._held -= len(forgotten)


def check_hash(hash_: str, text: str) -> None:
    """Compare a document with the hash it came with.

    Raises
    ------
    PersistedQueryError
        When they differ.
    """
    if hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest() != hash_:
        raise PersistedQueryError(
            "provided sha does not match query", "give the SHA-256 of the document's UTF-8, to the last character"
        )
