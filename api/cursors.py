"""Opaque names of nodes and of places in a list.

A cursor holds the sort key of an edge, not its number, so that it points at the same place
whatever else is asked; and a tag of the snapshot it was made on, so that a walk through a list
never mixes two builds of the graph.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Sequence
from typing import Final, TypeAlias

from api.errors import CursorError, SnapshotChangedError

__all__ = ["Key", "cursor", "global_id", "iri_of", "key_of", "snapshot_of"]

Key: TypeAlias = tuple[int | float | str, ...]

# A title is the longest part a key can have; what is longer than this is no cursor of ours.
_LONGEST: Final = 16_384

# The first digits of a snapshot's fingerprint; nothing for a list that is of no snapshot.
_TAG: Final = re.compile(r"([0-9a-f]{12})?")


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


def cursor(order: str, key: Key, *, snapshot: str = "") -> str:
    """Opaque cursor of the edge that has this key in this order, on the snapshot with this tag."""
    return _packed(json.dumps([snapshot, order, *key], ensure_ascii=False, separators=(",", ":")))


def snapshot_of(text: str) -> str | None:
    """Tag of the snapshot a cursor was made on; None when the text is no cursor of a snapshot.

    >>> snapshot_of(cursor("NAME", ("gpu", "ex:gpu"), snapshot="00ff00ff00ff"))
    '00ff00ff00ff'
    >>> snapshot_of("garbage") is None
    True
    """
    parts = _parts(text)
    return str(parts[0]) or None if parts else None


def key_of(text: str, order: str, shape: Sequence[type], *, snapshot: str = "") -> Key:
    """Key that a cursor holds.

    Parameters
    ----------
    order : str
        Name of the order the cursor must belong to.
    shape : sequence of type
        Type of each part the key must have.
    snapshot : str
        Tag of the snapshot that answers.

    Raises
    ------
    CursorError
        When the text is no cursor, or one of another order.
    SnapshotChangedError
        When it was made on another snapshot.

    >>> key_of(cursor("NAME", ("gpu", "ex:gpu")), "NAME", (str, str))
    ('gpu', 'ex:gpu')
    """
    tag, *parts = _parts(text) or [""]
    # type() and not isinstance(), for JSON's true is an int to isinstance().
    if [type(part) for part in parts] != [str, *shape] or parts[0] != order or (snapshot and not tag):
        raise CursorError(text)
    if tag != snapshot:
        raise SnapshotChangedError()
    return tuple(parts[1:])


def _parts(text: str) -> list[int | float | str] | None:
    """Return the tag, the order and the key that a cursor is made of, None when it is none."""
    try:
        parts = json.loads(_unpacked(text) or "")
    except (ValueError, RecursionError):
        return None
    made = isinstance(parts, list) and parts and isinstance(parts[0], str) and _TAG.fullmatch(parts[0])
    return parts if made else None


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
