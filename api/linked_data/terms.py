"""The words of the ontology: labels and comments of its terms, and short names of all others'."""

from __future__ import annotations

from functools import cache
from typing import Final

from rdflib import RDFS, SKOS, URIRef

from schema.files import ontology
from schema.vocab import PREFIXES

__all__ = ["label", "short"]

#: What other vocabularies call things in words that a page can do better with.
_OURS: Final = {
    str(SKOS.broader): "is a kind of",
    str(SKOS.exactMatch): "same as",
    str(SKOS.closeMatch): "close to",
}


@cache
def _labels() -> dict[str, str]:
    return {str(term): str(text) for term, text in ontology().subject_objects(RDFS.label)}


def label(term: str) -> str:
    """Name of a term in words.

    >>> label("https://w3id.org/paperkg/ontology#usedFor"), label("http://www.w3.org/ns/prov#wasAttributedTo")
    ('used for', 'prov:wasAttributedTo')
    """
    return _OURS.get(term) or _labels().get(term) or short(term)


def short(iri: str | URIRef) -> str:
    """Prefixed name of an IRI, or the IRI where no prefix fits.

    >>> short("https://w3id.org/paperkg/ontology#Paper"), short("https://example.org/x")
    ('kg:Paper', 'https://example.org/x')
    """
    text = str(iri)
    found = ((name, text[len(space) :]) for name, space in PREFIXES.items() if text.startswith(space))
    return next((f"{name}:{rest}" for name, rest in found if rest and "/" not in rest), text)
