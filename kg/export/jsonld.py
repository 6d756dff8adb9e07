"""JSON-LD 1.1, compacted by our context, a node a line.

rdflib reads the context; the nodes are written here, one by one, because rdflib's own serialiser iterates in an order
that changes with each process, loses values that are false in Python, and needs minutes for a million triples.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import groupby
from typing import Any, BinaryIO, Final, TypeAlias

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Triple
from rdflib.plugins.shared.jsonld.context import Context, Term

from kg.export.rdf import union
from schema.files import context
from schema.vocab import DEFAULT_BASE, RDF, XSD

_Object: TypeAlias = NamedNode | BlankNode | Literal | Triple
_Json: TypeAlias = str | bool | int | dict[str, Any]
_STRING: Final = str(XSD.string)
_INTEGER: Final = str(XSD.integer)
_BOOLEAN: Final = str(XSD.boolean)
#: Integers as JSON writes them that every reader keeps exact.
_EXACT_INTEGER: Final = re.compile("0|-?[1-9][0-9]{0,14}")


def context_of(base: str = DEFAULT_BASE) -> dict[str, Any]:
    """The context of the schema, with this base for the graph's own nodes."""
    found: Any = context()["@context"]
    merged: dict[str, Any] = {}
    for part in found if isinstance(found, list) else [found]:
        merged.update(part)
    return {**merged, "@base": base}


def write_jsonld(quads: Sequence[Quad], stream: BinaryIO, *, base: str = DEFAULT_BASE) -> None:
    """Write the union of all graphs as compact JSON-LD with its context inside; the quads are sorted."""
    own = context_of(base)
    writer = _Compactor(Context(own), base)
    head = json.dumps(own, ensure_ascii=False, sort_keys=True, indent=1)
    stream.write(f'{{"@context": {head},\n"@graph": ['.encode())
    separator = "\n"
    for node in writer.nodes(union(quads)):
        text = json.dumps(node, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
        stream.write(f"{separator}{text}".encode())
        separator = ",\n"
    stream.write(b"\n]}\n")


class _Compactor:
    """Compacts triples by a context: a term or prefixed name a property, plain text where the term's type says all."""

    def __init__(self, context: Context, base: str) -> None:
        self._context = context
        self._base = base
        self._key = lru_cache(maxsize=None)(self._key_of)

    def nodes(self, triples: Iterator[Triple]) -> Iterator[dict[str, Any]]:
        """One node object a subject, in the order of the triples."""
        for subject, own in groupby(triples, key=lambda triple: triple.subject):
            node: dict[str, Any] = {str(self._context.id_key): self._reference(subject)}
            for predicate, group in groupby(own, key=lambda triple: triple.predicate.value):
                objects = [triple.object for triple in group]
                if predicate == str(RDF.type) and all(isinstance(each, NamedNode) for each in objects):
                    name = str(self._context.type_key)
                    several = len(objects) > 1 or _is_set(self._context.terms.get(name))
                    values: list[_Json] = [self._symbol(each.value) for each in objects if isinstance(each, NamedNode)]
                else:
                    name, term = self._key(predicate)
                    values = [self._value(each, term) for each in objects]
                    several = len(values) > 1 or _is_set(term)
                node[name] = values if several else values[0]
            yield node

    def _key_of(self, predicate: str) -> tuple[str, Term | None]:
        """Name of a property and its term: none that makes lists, language maps, indexes or reverse properties."""
        if predicate == str(RDF.type):  # its short names mean @type, which takes nothing but IRIs
            return predicate, None
        for name, term in sorted(self._context.terms.items()):
            plain = not set(term.container or ()) - {"@set"} and not term.reverse and not term.language
            if term.id == predicate and plain:
                return name, term
        return self._symbol(predicate), None

    @lru_cache(maxsize=4096)  # noqa: B019 - one compactor lives as long as one file is written
    def _symbol(self, iri: str) -> str:
        symbol = self._context.to_symbol(iri)
        return str(symbol) if symbol else iri

    def _reference(self, node: NamedNode | BlankNode | Triple) -> str:
        if not isinstance(node, NamedNode):
            return str(node)
        iri = str(node.value)
        rest = iri.removeprefix(self._base)
        # A relative reference must not look absolute or point elsewhere.
        relative = rest != iri and rest[:1] not in ("", "/", "?", "#", ".") and ":" not in rest
        return rest if relative and self._base.endswith("/") and "/." not in rest else iri

    def _value(self, value: _Object, term: Term | None) -> _Json:
        wanted = (term.type or None) if term is not None else None
        if isinstance(value, NamedNode | BlankNode):
            if wanted == "@vocab" and isinstance(value, NamedNode):
                return self._symbol(value.value)
            reference = self._reference(value)
            return reference if wanted == "@id" else {"@id": reference}
        if not isinstance(value, Literal):
            raise TypeError(f"{value}: JSON-LD has no triples within triples")
        return self._literal(value, wanted)

    def _literal(self, value: Literal, wanted: str | None) -> _Json:
        text, datatype = value.value, value.datatype.value
        if value.language:
            return {"@language": value.language, "@value": text}
        if wanted in (None, datatype) and datatype == _INTEGER and _EXACT_INTEGER.fullmatch(text):
            return int(text)
        if wanted in (None, datatype) and datatype == _BOOLEAN and text in ("true", "false"):
            return text == "true"
        if wanted == datatype:
            return text
        if datatype == _STRING:
            return text if wanted is None and not self._context.language else {"@value": text}
        return {"@type": self._symbol(datatype), "@value": text}


def _is_set(term: Term | None) -> bool:
    return term is not None and "@set" in (term.container or ())
