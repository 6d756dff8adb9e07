"""Many nodes at once by whatever they are known by: ids, names, identifiers that others gave; and suggestions.

Each kind is looked up by one query. What is unknown keeps its place, with no node.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from enum import Enum
from typing import Annotated, Final, TypeAlias

import strawberry

from api.conditions import types_of
from api.context import Info
from api.entity import Entity, type_of
from api.errors import ArgumentError
from api.fields import value
from api.finding import entities_named, find_iris
from api.node import Node, load_node, load_nodes
from api.vocabulary import EntityType
from kg.errors import QueryError
from kg.readers.identify import recognise
from kg.store import Literal, NamedNode, iri

__all__ = ["Found", "KnownBy", "Suggestion", "find_many", "find_suggestions"]

#: Where the concepts of OpenCS stand.
_OPENCS: Final = "https://w3id.org/ocs/ont/"

_IDENTIFIED: Final = """
SELECT DISTINCT ?identifier ?node WHERE {
  VALUES ?identifier { {{identifiers}} } ?node dcterms:identifier ?identifier ; a kg:Paper
}"""
_LINKED: Final = """
SELECT DISTINCT ?target ?node ?match ?score WHERE {
  VALUES ?target { {{targets}} } VALUES ?match { skos:exactMatch skos:closeMatch } LATERAL { ?node ?match ?target }
  LATERAL { ?node kg:paperCount ?papers }
  LATERAL { OPTIONAL { ?link kg:entity ?node ; kg:target ?target ; kg:matchScore ?score } }
}"""
_SUGGESTED: Final = """
SELECT ?node (MIN(?rank) AS ?best) (SAMPLE(?papers) AS ?count) WHERE {
  VALUES ?type { {{types}} } ?node a ?type ; kg:paperCount ?papers ; skos:prefLabel|skos:altLabel ?label .
  BIND(LCASE(STR(?label)) AS ?low) BIND(LCASE({{text}}) AS ?start)
  FILTER(STRSTARTS(?low, ?start) || CONTAINS(?low, CONCAT(" ", ?start)))
  BIND(IF(?low = ?start, 0, IF(STRSTARTS(?low, ?start), 1, 2)) AS ?rank)
} GROUP BY ?node ORDER BY ?best DESC(?count) STR(?node) LIMIT %LIMIT%"""
_SUGGESTED_LABELS: Final = """
SELECT DISTINCT ?node ?label WHERE {
  VALUES ?node { {{nodes}} } LATERAL { ?node skos:prefLabel|skos:altLabel ?label }
}"""


@strawberry.enum(description="By what a node was looked up.")
class KnownBy(Enum):
    """Kinds of keys."""

    ID = value("ID", "A global id, an IRI, or a paper's identifier as the graph has it.")
    NAME = value("NAME", "A name or alias of an entity, letter case aside.")
    IDENTIFIER = value(
        "IDENTIFIER", "An identifier that others gave: of arXiv, a DOI, of the ACL Anthology, of OpenCS."
    )


@strawberry.type(description="What one of many keys stands for.")
class Found:
    """A key with its node."""

    key: str = strawberry.field(description="The key as it was given.")
    by: KnownBy = strawberry.field(description="The argument it was given by.")
    node: Node | None = strawberry.field(description="The node; null where nothing is known by the key.")
    others: list[Entity] = strawberry.field(
        description="Other entities that the key stands for too, the likeliest first: of a name those of other types."
    )


@strawberry.type(description="An entity that a beginning of a name may mean.")
class Suggestion:
    """A suggestion."""

    text: str = strawberry.field(description="The name or alias that begins so, or has a word that does.")
    node: Entity = strawberry.field(description="The entity.")


Keys: TypeAlias = Annotated[list[str], strawberry.argument(description="Keys.")]


async def find_many(
    info: Info, ids: Sequence[str], names: Sequence[str], identifiers: Sequence[str], type_: EntityType | None
) -> list[Found]:
    """What each id, then each name, then each identifier stands for."""
    most = info.context.limits.page
    if len(ids) + len(names) + len(identifiers) > most:
        raise ArgumentError(f"there are {len(ids) + len(names) + len(identifiers)} keys", f"give {most} at most")
    by_id = [[found] if found is not None else [] for found in (await find_iris(info, ids) if ids else [])]
    # Loaded as one batch; the loop below finds each in the cache.
    await info.context.load.named.load_many([" ".join(name.split()) for name in names])
    by_name = [await entities_named(info, name, type_) for name in names]
    candidates = [*by_id, *by_name, *await _identified(info, identifiers)]
    await info.context.load.facts.load_many(list(dict.fromkeys(node for nodes in candidates for node in nodes)))
    kinds = [KnownBy.ID] * len(ids) + [KnownBy.NAME] * len(names) + [KnownBy.IDENTIFIER] * len(identifiers)
    return [
        await _found(info, key, kind, nodes, type_)
        for key, kind, nodes in zip([*ids, *names, *identifiers], kinds, candidates, strict=True)
    ]


async def _found(info: Info, key: str, kind: KnownBy, iris: Sequence[str], type_: EntityType | None) -> Found:
    loaded = [await load_node(info, each) for each in iris]
    nodes = [
        node
        for node in loaded
        if node is not None and (type_ is None or not isinstance(node, Entity) or type_of(node.facts) is type_)
    ]
    others = [node for node in nodes[1:] if isinstance(node, Entity)]
    return Found(key=key, by=kind, node=nodes[0] if nodes else None, others=others)


async def _identified(info: Info, texts: Sequence[str]) -> list[list[str]]:
    """IRIs of the papers and entities of each identifier, the likeliest first."""
    papers, concepts = {text: _paper_keys(text) for text in texts}, {text: _concept(text) for text in texts}
    found: defaultdict[str, list[str]] = defaultdict(list)
    literals = sorted({key for keys in papers.values() for key in keys})
    if literals:
        for row in await info.context.graph.select(_IDENTIFIED, identifiers=list(map(Literal, literals))):
            found[row["identifier"].value].append(row["node"].value)
    targets = sorted({concept.value for concept in concepts.values() if concept is not None})
    linked: defaultdict[str, list[tuple[bool, float, str]]] = defaultdict(list)
    if targets:
        for row in await info.context.graph.select(_LINKED, targets=[iri(text) for text in targets]):
            close = not row["match"].value.endswith("exactMatch")
            score = float(row["score"].value) if "score" in row else 0.0
            linked[row["target"].value].append((close, -score, row["node"].value))
    result = []
    for text in texts:
        nodes = [node for key in papers[text] for node in sorted(found[key])]
        concept = concepts[text]
        nodes += [node for _, _, node in sorted(linked[concept.value] if concept is not None else [])]
        result.append(list(dict.fromkeys(nodes)))
    return result


def _paper_keys(text: str) -> list[str]:
    """Identifiers as the graph writes them that a text may be, the given spelling first."""
    return list(dict.fromkeys(key for key in (text.strip(), recognise(text)) if key))


def _concept(text: str) -> NamedNode | None:
    """Concept of another vocabulary that a text names.

    >>> _concept("C15179") == _concept("opencs:C15179") == _concept("https://w3id.org/ocs/ont/C15179")
    True
    """
    text = text.strip()
    name = text.rpartition(":")[2]
    if name[:1] in ("C", "c") and name[1:].isdecimal() and text.lower() in (name.lower(), f"opencs:{name.lower()}"):
        return iri(f"{_OPENCS}C{name[1:]}")
    try:
        return iri(text)
    except QueryError:
        return None


async def find_suggestions(info: Info, text: str, type_: EntityType | None, first: int) -> list[Suggestion]:
    """Entities with a name that begins with a text, or has a word that does: whole names first, then most papers."""
    if not 1 <= first <= info.context.limits.page:
        raise ArgumentError(f"`first` is {first}", f"give 1 to {info.context.limits.page}")
    start = " ".join(text.split())
    if not start:
        return []
    rows = await info.context.graph.select(
        _SUGGESTED.replace("%LIMIT%", str(first)), types=types_of(type_), text=Literal(start)
    )
    nodes = [row["node"].value for row in rows if "node" in row]
    if not nodes:
        return []
    labels: defaultdict[str, list[str]] = defaultdict(list)
    for row in await info.context.graph.select(_SUGGESTED_LABELS, nodes=[iri(node) for node in nodes]):
        labels[row["node"].value].append(row["label"].value)
    return [
        Suggestion(text=_matching(labels[node.iri], start.lower()), node=node)
        for node in await load_nodes(info, nodes)
        if isinstance(node, Entity)
    ]


def _matching(labels: Sequence[str], start: str) -> str:
    """Label that a text is the beginning of, the whole one first, else one in which a word begins so."""

    def rank(label: str) -> tuple[bool, bool, int, str]:
        low = f" {label.lower()}"
        place = low.find(f" {start}")
        return low != f" {start}", place < 0, place, label

    return min(labels, key=rank)
