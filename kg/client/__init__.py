"""Ask a served graph from Python, typed: `Client`, and `AsyncClient` for programs with an event loop.

::

    with Client("http://127.0.0.1:8000") as client:
        for paper in client.papers(entity="edge device", year_from=2020):
            print(paper.title)
        for related in client.related("event camera", type="METHOD"):
            print(related.node.name, related.confidence, related.claims[0].quotes[0].text)
        table = client.select("SELECT ?name WHERE { ?node a kg:Hardware ; skos:prefLabel ?name }")

Answers are the frozen dataclasses of `kg.client.answers`, lists are walked page by page as far as
they are read, and what goes wrong is an error of `kg.client.errors`.
"""

from __future__ import annotations

from kg.client.clients import AsyncClient, AsyncListing, Client, Listing
from kg.client.errors import AnswerError, ClientError, NotFound, QuestionError, Refused, Unreachable
from kg.client.sparql import Table, Term

__all__ = [
    "AnswerError",
    "AsyncClient",
    "AsyncListing",
    "Client",
    "ClientError",
    "Listing",
    "NotFound",
    "QuestionError",
    "Refused",
    "Table",
    "Term",
    "Unreachable",
]
