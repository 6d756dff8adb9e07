"""What tests of linked data share: which IRIs a graph has, and pages and triples as they are read."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import rdflib

from kg.store import GraphStore
from schema.vocab import DEFAULT_BASE

#: rdflib's name of the format of each suffix.
RDF_FORMATS = {"ttl": "turtle", "nt": "nt", "jsonld": "json-ld"}


def local_part(node: str) -> str:
    """What follows the base."""
    return node.removeprefix(DEFAULT_BASE)


def parsed(content: str, suffix: str) -> rdflib.Graph:
    """Triples of a document."""
    return rdflib.Graph().parse(data=content, format=RDF_FORMATS[suffix])


def local_parts(store: GraphStore) -> dict[str, list[str]]:
    """Local parts of the graph's own IRIs, by kind: of subjects, of objects, of named graphs."""
    found: dict[str, list[str]] = {}
    terms = {
        term.value
        for quad in store.quads()
        for term in (quad.subject, quad.object, quad.graph_name)
        if getattr(term, "value", "").startswith(DEFAULT_BASE)
    }
    for node in sorted(terms):
        found.setdefault(local_part(node).partition("/")[0], []).append(local_part(node))
    return found


def one_of_each_kind(store: GraphStore) -> list[str]:
    """Local part of a node of each kind."""
    return [each[len(each) // 2] for each in local_parts(store).values()]


class SeenPage(HTMLParser):
    """What a browser makes of a page: elements with their text, and scripts."""

    VOID = frozenset({"meta", "link", "br"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(text)
        self.close()
        assert not self._open, [name for name, *_ in self._open]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), list[str]())
        self.elements.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open and self._open[-1][0] == tag, (tag, [name for name, *_ in self._open])
        self._open.pop()

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def texts(self, tag: str) -> list[str]:
        return ["".join(text) for name, _, text in self.elements if name == tag]

    @property
    def structured(self) -> dict[str, object]:
        (script,) = [("".join(text), given_) for name, given_, text in self.elements if name == "script"]
        assert script[1] == {"type": "application/ld+json"}
        return json.loads(script[0])
