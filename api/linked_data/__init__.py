"""Linked data: every IRI of the graph answers over HTTP, for people as a page and for machines as triples.

The rule of the web of data (W3C, "httpRange-14" and "Cool URIs for the Semantic Web"): who answers 200 at an IRI says
that the IRI names the very document that was sent. So

- papers, entities, communities, projections, schemes and software are things outside this server, or no documents at
  all: their IRI answers **303 See Other** to a document about them, and the two have IRIs of their own;
- claims, results, sentences, links and named graphs are records of this graph: their triples are all there is to
  them, so they answer **200** themselves, and Content-Location names the form that was sent;
- terms of the ontology have a "#" in their IRIs, so what is asked for is the ontology, a document: 200.

See `api.linked_data.addresses` for the addresses, `api.linked_data.documents` for what is at them.
"""

from api.linked_data.addresses import Addresses, page_path
from api.linked_data.routes import LinkedData

__all__ = ["Addresses", "LinkedData", "page_path"]
