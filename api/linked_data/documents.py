"""Documents about IRIs, as bytes: made of a graph, without knowing of requests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias
from urllib.parse import unquote

from api import void
from api.linked_data.about_node import page_about
from api.linked_data.addresses import Addresses
from api.linked_data.description import Bounds, Description, describe, document_triples, serialized
from api.linked_data.html import render
from api.linked_data.negotiation import MEDIA_TYPES
from api.linked_data.ontology import Example, examples_of, ontology_document, ontology_page
from api.linked_data.reading import Reading
from api.linked_data.shown import Page, Ref, ref
from api.linked_data.structured import thing
from kg.errors import QueryError
from kg.model import TYPES
from kg.store import GraphStore, NamedNode, Triple, iri
from schema.vocab import KG, slug

__all__ = ["Documents", "Forms", "Overview"]

#: Path of each form of a document, by suffix.
Forms: TypeAlias = Mapping[str, str]

_NAMES_OF_FORMATS: Final = {"html": "Page", "ttl": "Turtle", "jsonld": "JSON-LD", "nt": "N-Triples"}

#: Ends of file names that people put behind an IRI.
_SUFFIX: Final = re.compile(r"\.(html?|ttl|jsonld|json|nt|rdf|xml)$")


@dataclass(frozen=True, slots=True)
class Overview:
    """What depends on the snapshot alone and takes more than a moment to find.

    Attributes
    ----------
    graphs : mapping
        Size of each named graph.
    nodes : mapping
        A node of each class.
    """

    graphs: Mapping[str, int]
    nodes: Mapping[str, str]

    @classmethod
    def of(cls, store: GraphStore) -> Overview:
        """Overview of a graph; reads all of its named graphs once."""
        return cls(void.graph_sizes(store), void.examples(store))


class Documents:
    """Makes the documents that one graph can give.

    Parameters
    ----------
    store : GraphStore
    manifest : mapping
        The snapshot's.
    addresses : Addresses
    origin : str
        Address of the server, without a slash at its end; documents have their IRIs there.
    bounds : Bounds
    """

    def __init__(
        self, store: GraphStore, manifest: Mapping[str, Any], addresses: Addresses, *, origin: str, bounds: Bounds
    ) -> None:
        self._manifest = manifest
        self._addresses = addresses
        self._origin = origin
        self._reading = Reading(store, bounds)

    def exists(self, node: str, overview: Overview) -> bool:
        """Whether the graph says anything of an IRI."""
        return bool(self._described(node, overview))

    def about(self, node: str, suffix: str, forms: Forms, overview: Overview) -> bytes | None:
        """Document about an IRI in the format of a suffix; None where the graph does not know it."""
        description = self._described(node, overview)
        if not description:
            return None
        if suffix == "html":
            return self._rendered(page_about(description, self._reading, self._addresses), forms, node)
        triples = document_triples(
            description, self._origin + forms[suffix], f"{self._origin}{void.PATH}#dataset", f"{self._origin}/sparql"
        )
        return serialized(triples, suffix, base=self._addresses.base)

    def _described(self, node: str, overview: Overview) -> Description:
        try:
            found = describe(self._reading.store, node, self._reading.bounds)
        except QueryError:  # what is no IRI names nothing
            return Description(node, (), ())
        if node in overview.graphs:
            own = [each for each in self._dataset(overview) if each.subject == NamedNode(node)]
            return Description(node, (*found.own, *own), found.incoming, found.own_left, found.incoming_left)
        return found

    def _dataset(self, overview: Overview) -> list[Triple]:
        return void.dataset_triples(
            self._manifest,
            base=self._addresses.base,
            origin=self._origin,
            triples=len(self._reading.store),
            graphs=overview.graphs,
            example_nodes=sorted(overview.nodes.values()),
        )

    def dataset(self, suffix: str, forms: Forms, overview: Overview) -> bytes:
        """Description of the whole graph."""
        triples = self._dataset(overview)
        if suffix != "html":
            return serialized(triples, suffix, base=self._addresses.base)
        counts = self._manifest.get("counts", {})
        place = self._origin + void.PATH
        description = "Which methods serve which tasks, on which data and hardware, with which results, as papers say."
        page = Page(
            "void",
            "Paper graph",
            "Data set",
            {
                "description": description,
                "snapshot": self._manifest.get("snapshot"),
                "triples": len(self._reading.store),
                "counts": [(word[:1].upper() + word[1:], count) for word, count in _counts(counts)],
                "base": self._addresses.base,
                "samples": self.samples(overview),
                "graphs": [
                    (Ref(self._addresses.local(each) or each, self._addresses.page(each)), count)
                    for each, count in sorted(overview.graphs.items())
                ],
            },
            {
                **thing(f"{place}#dataset", "Paper graph", page=place, kind="Dataset"),
                "description": description,
                "distribution": [
                    {"@type": "DataDownload", "contentUrl": f"{self._origin}/sparql", "encodingFormat": media_type}
                    for media_type in ("text/turtle", "application/n-triples")
                ],
            },
        )
        return self._rendered(page, forms, None)

    def ontology(self, suffix: str, forms: Forms, examples: dict[str, Example]) -> bytes:
        """The ontology."""
        if suffix != "html":
            return ontology_document(suffix)
        return self._rendered(ontology_page(examples, self._addresses), forms, None)

    def examples(self) -> dict[str, Example]:
        """An example of each term of the ontology."""
        return examples_of(self._reading, self._addresses)

    def samples(self, overview: Overview) -> list[Ref]:
        """References to a node of each class."""
        names = self._reading.names(overview.nodes.values())
        found = []
        for class_, node in sorted(overview.nodes.items()):
            named = names.named(node, self._addresses.local(node) or node)
            text = named.name if len(named.name) <= 80 else f"{named.name[:77]}..."
            kind = "" if named.type in TYPES else f"{class_.removeprefix(str(KG._NS)).lower()}: "
            found.append(Ref(kind + text, self._addresses.page(node), named.type))
        return found

    def missing(self, local: str, problem: str, overview: Overview) -> bytes:
        """Page for an IRI that names nothing, with what may have been meant."""
        near = self.near(local)
        names = self._reading.names(near)
        page = Page(
            "missing",
            "Not here",
            "Not found",
            {
                "problem": problem,
                "wanted": local,
                "near": [ref(names.named(each, each), self._addresses) for each in near],
                "base": self._addresses.base,
                "samples": self.samples(overview),
            },
        )
        return self._rendered(page, {}, None)

    def near(self, local: str) -> list[str]:
        """IRIs of the graph that a wrong local part may have meant; one query."""
        return self._reading.known(filter(_is_iri, map(self._addresses.iri, _guesses(local, self._addresses.base))))

    def _rendered(self, page: Page, forms: Forms, node: str | None) -> bytes:
        return render(
            page,
            {
                "root": self._addresses.root,
                "iri": node,
                "canonical": forms.get("html"),
                "alternates": [
                    (path, MEDIA_TYPES[suffix], _NAMES_OF_FORMATS[suffix])
                    for suffix, path in forms.items()
                    if suffix != "html"
                ],
            },
        )


def _is_iri(text: str) -> bool:
    try:
        iri(text)
    except QueryError:
        return False
    return True


def _guesses(local: str, base: str) -> Iterator[str]:
    """Local parts that a person may have meant by a wrong one."""
    text = unquote(local).removeprefix(base).strip().strip("/")
    text = _SUFFIX.sub("", text.removeprefix("id/"))
    yield from (text, text.lower())
    kind, slash, key = text.partition("/")
    named = slug(key if slash else kind)
    for type_ in TYPES:
        # a wrong type, a name in place of its key, or the plural of one
        yield from (f"{type_.lower()}/{key}", f"{type_.lower()}/{named}", f"{type_.lower()}/{named.removesuffix('s')}")
    yield f"paper/{(key or kind).replace(':', '-', 1)}"


def _counts(counts: Mapping[str, Any]) -> Iterator[tuple[str, int]]:
    """Counts of a manifest in one level."""
    for name, count in counts.items():
        if isinstance(count, Mapping):
            yield from ((f"{key} {name}", each) for key, each in count.items() if isinstance(each, int))
        elif isinstance(count, int):
            yield name, count
