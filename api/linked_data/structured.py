"""The same in terms of schema.org, as pages carry it for search engines and reference managers."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from api.linked_data.shown import external, identifier_link
from api.loaders import Facts
from kg.quotes import Named, Said, SaidResult, Source
from schema.vocab import DC, DCTERMS, PRISM, SDO, SKOS

__all__ = ["article", "claim", "embedded", "observation", "quotation", "term", "thing"]

# What ends a script element or a line in JavaScript; JSON has these only inside strings, where escapes are equal.
_UNSAFE: Final = re.compile("[<>&\u2028\u2029]")


def embedded(value: Mapping[str, Any]) -> str:
    r"""JSON that can stand inside a script element, whatever its strings hold.

    >>> embedded({"name": "</script>"})
    '{"name":"\\u003c/script\\u003e"}'
    """
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def article(facts: Facts, about: Iterable[Named], *, page: str) -> dict[str, Any]:
    """A paper as a ScholarlyArticle."""
    identifiers = facts.texts(DCTERMS.identifier)
    urls = [each for each in facts.texts(SDO.url) if external(each).href]
    venue = facts.text(PRISM.publicationName)
    return _filled(
        {
            **_head("ScholarlyArticle", facts.iri, page),
            "headline": facts.text(DCTERMS.title),
            "name": facts.text(DCTERMS.title),
            "abstract": facts.text(DCTERMS.abstract),
            "author": [{"@type": "Person", "name": name} for name in facts.texts(DC.creator)],
            "datePublished": facts.text(DCTERMS.issued),
            "isPartOf": {"@type": "CreativeWork", "name": venue} if venue else None,
            "identifier": [
                {"@type": "PropertyValue", "propertyID": scheme, "value": value}
                for scheme, _, value in (each.partition(":") for each in identifiers)
            ],
            "sameAs": [link.href for link in map(identifier_link, identifiers) if link.href],
            "keywords": facts.texts(SDO.keywords),
            "url": urls[:1],
            "mentions": [_term(each) for each in about],
        }
    )


def term(facts: Facts, type_: str, *, page: str, terms: str) -> dict[str, Any]:
    """An entity as a DefinedTerm; data sets are Datasets too.

    Parameters
    ----------
    facts : Facts
    type_ : str
        Entity type.
    page, terms : str
        Addresses of its page, and IRI of the class of the ontology.
    """
    return _filled(
        {
            **_head(["DefinedTerm", "Dataset"] if type_ == "Dataset" else "DefinedTerm", facts.iri, page),
            "additionalType": terms,
            "name": facts.text(SKOS.prefLabel),
            "alternateName": facts.texts(SKOS.altLabel),
            "description": facts.text(SKOS.definition),
            "inDefinedTermSet": facts.text(SKOS.inScheme),
            "sameAs": facts.texts(SKOS.exactMatch),
        }
    )


def claim(said: Said, text: str, *, page: str) -> dict[str, Any]:
    """A claim as a Claim, with the words that make it."""
    return _filled(
        {
            **_head("Claim", said.iri, page),
            "name": text,
            "text": " ".join(quote.text for quote in said.quotes),
            "about": [_named(said.subject), _named(said.object)],
            "appearance": _source(said.paper),
        }
    )


def observation(said: SaidResult, *, page: str) -> dict[str, Any]:
    """A result as an Observation."""
    return _filled(
        {
            **_head("Observation", said.iri, page),
            "name": " ".join([said.value, *(f"{part} {name}" for part, name in said.parts.items())]),
            "value": said.value,
            "measuredProperty": said.parts.get("metric"),
            "isBasedOn": _source(said.paper),
            "description": " ".join(quote.text for quote in said.quotes),
        }
    )


def quotation(iri: str, text: str, paper: Named, *, page: str) -> dict[str, Any]:
    """A sentence as a Quotation."""
    return {**_head("Quotation", iri, page), "text": text, "isPartOf": _named(paper)}


def thing(iri: str, name: str, *, page: str, kind: str = "Thing") -> dict[str, Any]:
    """Whatever has a name, as a schema.org type that fits."""
    return {**_head(kind, iri, page), "name": name}


def _head(type_: str | list[str], iri: str, page: str) -> dict[str, Any]:
    return {"@context": "https://schema.org", "@type": type_, "@id": iri, "mainEntityOfPage": page}


def _named(node: Named) -> dict[str, Any]:
    if node.type == "Paper":
        return {"@type": "ScholarlyArticle", "@id": node.iri, "name": node.name}
    return _term(node)


def _term(node: Named) -> dict[str, Any]:
    return {"@type": "DefinedTerm", "@id": node.iri, "name": node.name}


def _source(paper: Source) -> dict[str, Any]:
    found = {"@type": "ScholarlyArticle", "@id": paper.iri, "name": paper.title}
    return {**found, "datePublished": str(paper.year)} if paper.year else found


def _filled(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties that have a value."""
    return {name: value for name, value in properties.items() if value not in (None, "", [])}
