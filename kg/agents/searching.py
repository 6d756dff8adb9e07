"""Nodes by words: whole names first, then parts of names, then words in any order, then near spellings."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

from kg.agents.answers import Found, Hit
from kg.agents.errors import ToolRefused
from kg.agents.snapshot import Snapshot, cursor_at, offset_of
from kg.resolve.names import name_key, squeezed
from kg.store import iri, python

__all__ = ["search"]

#: How a name can fit, the likest first.
_WAYS: Final = ("name", "other name", "part of a name", "words of a name", "near spelling")
_NEAR: Final = 10

_DEFINITIONS: Final = """
SELECT ?node ?text WHERE { VALUES ?node { {{nodes}} } LATERAL { ?node skos:definition ?text } }"""


def search(
    snapshot: Snapshot, text: str, *, type_: str | None = None, limit: int = 10, cursor: str | None = None
) -> Found:
    """Entities and papers whose names or titles fit a text, the likest first, then those in most papers.

    Parameters
    ----------
    snapshot : Snapshot
    text : str
        Words; case, plural and hyphens do not matter. Or an IRI, slug or identifier.
    type_ : str, optional
        A type of entities, or ``Paper``.
    limit : int
        How many to give.
    cursor : str, optional
        `next` of the answer before.

    Raises
    ------
    ToolRefused
        When the text has no word, or the cursor is none.
    """
    key = name_key(text)
    if not key:
        raise ToolRefused(f"{text!r} has no word to look for", "give a part of a name or title")
    among = [each for each in snapshot.keys if type_ in (None, snapshot.node(each).type)]
    ways = dict(_fits(snapshot, among, text.strip(), key))
    if not ways:
        ways = dict.fromkeys(_near(snapshot, among, key), len(_WAYS) - 1)
    ranked = sorted(ways, key=lambda each: (ways[each], -_papers(snapshot, each), len(snapshot.node(each).name), each))
    offset = offset_of(snapshot, cursor)
    shown = ranked[offset : offset + limit]
    definitions = _definitions(snapshot, shown)
    hits = tuple(_hit(snapshot, each, _WAYS[ways[each]], definitions.get(each)) for each in shown)
    return Found(hits, len(ranked), cursor_at(snapshot, offset + limit, len(ranked)))


def _fits(snapshot: Snapshot, among: list[str], text: str, key: str) -> Iterator[tuple[str, int]]:
    words, plain = _words(key), squeezed(key)
    for node in among:
        keys = snapshot.keys[node]
        cited = snapshot.papers.get(node)
        own = node if cited is None else cited.id
        exact = text in (node, own) or text.lower() == "/".join(node.rsplit("/", 2)[-2:])
        if exact or squeezed(keys[0]) == plain:
            yield node, 0
        elif any(squeezed(each) == plain for each in keys[1:]):
            yield node, 1
        elif any(f" {key} " in f" {each} " for each in keys):
            yield node, 2
        elif any(words <= _words(each) for each in keys):
            yield node, 3


def _words(key: str) -> set[str]:
    """Return the words of a key, each in its singular."""
    return set(filter(None, map(name_key, key.split())))


def _near(snapshot: Snapshot, among: list[str], key: str) -> list[str]:
    by_key: defaultdict[str, list[str]] = defaultdict(list)
    for node in among:
        for each in snapshot.keys[node]:
            by_key[each].append(node)
    near = difflib.get_close_matches(key, sorted(by_key), n=_NEAR, cutoff=0.6)
    return list(dict.fromkeys(node for each in near for node in by_key[each]))


def _papers(snapshot: Snapshot, node: str) -> int:
    return snapshot.entities[node].papers if node in snapshot.entities else 0


def _definitions(snapshot: Snapshot, nodes: list[str]) -> dict[str, str]:
    rows = snapshot.store.select(_DEFINITIONS, nodes=[iri(each) for each in nodes]) if nodes else []
    return {row["node"].value: str(python(row["text"])) for row in sorted(rows, key=lambda row: row["text"].value)}


def _hit(snapshot: Snapshot, iri_: str, matched: str, definition: str | None) -> Hit:
    node = snapshot.node(iri_)
    if iri_ in snapshot.papers:
        matched = matched.replace("a name", "the title").replace("name", "title or identifier")
        return Hit(iri_, node.type, node.name, matched, year=snapshot.papers[iri_].year)
    return Hit(iri_, node.type, node.name, matched, papers=snapshot.entities[iri_].papers, definition=definition)
