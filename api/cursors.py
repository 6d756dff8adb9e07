"""Opaque names of nodes and of places in a list.

A cursor holds the sort key of an edge, not its number, so that it still points at the same
place after papers were added or removed.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Final, TypeAlias

from api.errors import CursorError

__all__ = ["Key", "cursor", "global_id", "iri_of", "key_of"]

Key: TypeAlias = tuple[int | float | str, ...]

# A title is the longest part a key can have; what is longer than this is no cursor of ours.
_LONGEST: Final = 16_384


def global_id(type_name: str, iri: str) -> str:
    """Opaque id of a node, the same in every build of the same graph.

    >>> global_id("Entity", "ex:hardware/gpu")
    'RW50aXR5OmV4OmhhcmR3YXJlL2dwdQ'
    """
    return _packed(f"{type_name}:{iri}")


def iri_of(text: str) -> str | None:
    """IRI that a global id names, or None when the text is no global id.

    >>> iri_of(global_id("Entity", "ex:hardware/gpu"))
    'ex:hardware/gpu'
    >>> iri_of("arxiv:2106.14405") is None
    True
    """
    unpacked = _unpacked(text)
    type_name, colon, iri = (unpacked or "").partition(":")
    return iri if colon and iri and type_name.isascii() and type_name.isalpha() else None


def cursor(order: str, key: Key) -> str:
    """Opaque cursor of the edge that has this key in this order."""
    return _packed(json.dumps([order, *key], ensure_ascii=False, separators=(",", ":")))


def key_of(text: str, order: str, shape: Sequence[type]) -> Key:
    """Key that a cursor holds.

    Parameters
    ----------
    order : str
        Name of the order the cursor must belong to.
    shape : sequence of type
        Type of each part the key must have.

    Raises
    ------
    CursorError
        When the text is no cursor, or one of another order.

    >>> key_of(cursor("NAME", ("gpu", "ex:gpu")), "NAME", (str, str))
    ('gpu', 'ex:gpu')
    """
    unpacked = _unpacked(text)
    try:
        parts = json.loads(unpacked or "")
    except (ValueError, RecursionError) as error:
        raise CursorError(text) from error
    # type() and not isinstance(), for JSON's true is an int to isinstance().
    if not isinstance(parts, list) or [type(part) for part in parts] != [str, *shape] or parts[0] != order:
        raise CursorError(text)
    return tuple(parts[1:])


def _packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _unpacked(text: str) -> str | None:
    if not text.isascii() or len(text) > _LONGEST:
        return None
    try:
        packed = base64.b64decode(text.rstrip("=") + "=" * (-len(text.rstrip("=")) % 4), altchars=b"-_", validate=True)
        return packed.decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
