"""Where the files of the schema lie, and what is in them.

>>> [path.name for path in (CONTEXT, ONTOLOGY, SHAPES)]
['context.jsonld', 'ontology.ttl', 'shapes.ttl']
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

from rdflib import Graph

__all__ = ["CONTEXT", "ONTOLOGY", "SHAPES", "context", "ontology"]

_HERE: Final = Path(__file__).resolve().parent

#: JSON-LD context: the graph's terms under short names.
CONTEXT: Final = _HERE / "context.jsonld"
#: OWL ontology: what the terms of our own mean.
ONTOLOGY: Final = _HERE / "ontology.ttl"
#: SHACL shapes: what a graph must look like to be sound.
SHAPES: Final = _HERE / "shapes.ttl"


def context() -> dict[str, Any]:
    """JSON-LD document whose ``@context`` gives the graph's terms short names; a fresh one each time.

    >>> context()["@context"]["kg"]
    'https://w3id.org/paperkg/ontology#'
    """
    document: dict[str, Any] = json.loads(CONTEXT.read_text(encoding="utf-8"))
    return document


def ontology() -> Graph:
    """The ontology as a graph; a fresh one each time.

    >>> len(ontology()) > 300
    True
    """
    return Graph().parse(ONTOLOGY, format="turtle")
