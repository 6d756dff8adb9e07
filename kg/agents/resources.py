"""What a client can read before it asks: the ontology, example queries, counts of the graph."""

from __future__ import annotations

import json

from kg.agents.snapshot import Snapshot
from kg.overview import EXAMPLES, overview
from schema.files import ONTOLOGY
from schema.vocab import PREFIXES, RELATION_TERMS, ROLE_TERMS

__all__ = ["examples", "ontology", "statistics"]


def ontology() -> str:
    """Ontology in Turtle: each class and property of the graph with what it means."""
    return ONTOLOGY.read_text(encoding="utf-8")


def examples() -> str:
    """How the graph is asked in SPARQL: its shape in short, and questions with their queries."""
    prefixes = "\n".join(f"PREFIX {name}: <{base}>" for name, base in PREFIXES.items())
    roles, relations = ", ".join(ROLE_TERMS), ", ".join(each for each in RELATION_TERMS if each != "subClassOf")
    questions = "\n\n".join(f"## {question}\n\n```sparql\n{text.strip()}\n```" for question, text in EXAMPLES.items())
    return f"""# Asking the graph in SPARQL

Papers are `kg:Paper` (`dcterms:title`, `dcterms:identifier`, `dcterms:issued`). Entities are `kg:Method`, `kg:Task`,
`kg:Dataset`, `kg:Hardware` and `kg:Metric` (`skos:prefLabel`, `skos:altLabel`, `skos:broader`, `kg:paperCount`).

Each edge is a plain triple: from a paper to an entity by a role (kg:{roles.replace(", ", ", kg:")}), between
entities by a relation (kg:{relations.replace(", ", ", kg:")}, skos:broader). Each is also a `kg:Claim` with
`rdf:subject`, `rdf:predicate`, `rdf:object`, `kg:confidence`, `kg:claimedBy` (the paper) and
`kg:evidence/oa:exact` (the sentences). A `kg:Result` has `kg:value`, `kg:number`, `kg:unit`, `kg:standardNumber`,
`kg:standardUnit`, `kg:metric`, `kg:method`, `kg:dataset`, `kg:hardware`, `kg:claimedBy` and `kg:evidence`.

These prefixes need no declaration:

```sparql
{prefixes}
```

{questions}
"""


def statistics(snapshot: Snapshot) -> str:
    """Counts of the graph in JSON: nodes, edges, the entities that most papers share, communities."""
    seen = {"snapshot": snapshot.name, **overview(snapshot.store, top=10)}
    return json.dumps(seen, ensure_ascii=False, indent=1)
