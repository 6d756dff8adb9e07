"""Where this server answers for an IRI, and which IRI an address is of.

The graph's own IRIs begin with a base that a setting chooses and that need not be this server: what
follows the base is the local part, and ``/id/<local part>`` is this server's address of the IRI. Of
terms of the ontology the address is a place on the ontology's page.

===================  =====================================================
address              what it is
===================  =====================================================
``/id/LOCAL``        the resource; it leads to one of the two below
``/page/LOCAL``      a page about it
``/data/LOCAL.ttl``  its triples; ``.jsonld`` and ``.nt`` too
``/lookup?iri=IRI``  whatever the IRI: leads to the right one of these
===================  =====================================================

Octets of the local part that a path cannot hold are percent-encoded in the address and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final
from urllib.parse import quote

from schema.vocab import DEFAULT_BASE, KG

__all__ = ["LONGEST", "ONTOLOGY_IRI", "RECORDS", "Addresses", "page_path"]

#: The ontology's own IRI; its terms follow after a "#".
ONTOLOGY_IRI: Final = str(KG._NS).rstrip("#")

#: Kinds of nodes, the first segment of a local part, that are records of this graph and nothing beyond it.
RECORDS: Final = frozenset({"claim", "result", "sentence", "link", "graph"})

#: Characters of the longest local part that is looked up.
LONGEST: Final = 2_000

# What RFC 3986 lets a path hold as it is; "%" itself is encoded, so that decoding once gives the IRI back.
_PATH: Final = "/:@!$&'()*+,;=~-._"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Both directions between IRIs and paths of this server.

    Parameters
    ----------
    base : str
        What the graph's own IRIs begin with.
    root : str
        Path that the application is mounted at, without a slash at its end.

    Examples
    --------
    >>> addresses = Addresses("https://example.org/kg#")
    >>> addresses.page("https://example.org/kg#hardware/gpu"), addresses.iri("hardware/gpu")
    ('/page/hardware/gpu', 'https://example.org/kg#hardware/gpu')
    >>> addresses.page("https://example.org/other") is None
    True
    """

    base: str = DEFAULT_BASE
    root: str = ""

    def local(self, iri: str) -> str | None:
        """What follows the base in an IRI of the graph's own; None for others'."""
        rest = iri.removeprefix(self.base)
        return rest if rest and rest != iri else None

    def iri(self, local: str) -> str:
        """IRI of a local part."""
        return self.base + local

    def id(self, local: str) -> str:
        """Address of the resource."""
        return f"{self.root}/id/{quote(local, safe=_PATH)}"

    def page(self, iri: str) -> str | None:
        """Path of the page about an IRI, or a place on one; None where this server has none."""
        term = iri.removeprefix(f"{ONTOLOGY_IRI}#")
        if iri == ONTOLOGY_IRI or term != iri:
            return f"{self.root}/ontology" + (f"#{quote(term, safe=_PATH)}" if term != iri else "")
        local = self.local(iri)
        return None if local is None else f"{self.root}/page/{quote(local, safe=_PATH)}"

    def document(self, local: str, suffix: str) -> str:
        """Path of the page (suffix ``html``) or of the triples (``ttl``, ``jsonld``, ``nt``) of a local part."""
        path = quote(local, safe=_PATH)
        return f"{self.root}/page/{path}" if suffix == "html" else f"{self.root}/data/{path}.{suffix}"

    def lookup(self, iri: str) -> str:
        """Path that finds an IRI of any base."""
        return f"{self.root}/lookup?iri={quote(iri, safe='')}"


def page_path(iri: str, base: str = DEFAULT_BASE) -> str | None:
    """Path of the page about an IRI of the graph or of the ontology; None where this server has none.

    >>> page_path("https://w3id.org/paperkg/id/hardware/jetson-nano")
    '/page/hardware/jetson-nano'
    >>> page_path("https://w3id.org/paperkg/ontology#runsOn")
    '/ontology#runsOn'
    >>> page_path("https://w3id.org/ocs/ont/C15179") is None
    True
    """
    return Addresses(base).page(iri)
