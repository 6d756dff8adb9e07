"""What each field of a paper and of an entity reads from the arrays."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Any, Final

import numpy as np

from api.cursors import Key, global_id
from api.fast.compiling import Bind, Build, Compiler, Make, Picked, Run
from api.fast.pages import BuildEdge, EdgeColumn, connection, kept_window
from api.vocabulary import Direction, EntityOrder, EntityType, PaperOrder, RelatedOrder, Relation, Role
from kg.arrays import ABSENT, RELATION_CODES, ROLE_CODES, ROLE_RANKS, Kin, Mentions
from kg.model import TYPES
from schema.vocab import ROLE_TERMS

__all__ = ["ENTITY", "PAPER", "TYPE_NAMES", "entity_edges", "paper_edges"]

#: Names of enumerations in an answer, by their codes in the arrays.
TYPE_NAMES: Final = tuple(EntityType(name).name for name in TYPES)
_ROLE_NAMES: Final = tuple(Role(role).name for role in ROLE_CODES)
_RELATION_NAMES: Final = tuple(Relation(relation).name for relation in RELATION_CODES)
_DIRECTION_NAMES: Final = (Direction.INCOMING.name, Direction.OUTGOING.name)

_PAGE: Final = ("first", "after", "last", "before")
# Roles of a paper that has an entity in several, most telling first: by rank, then by name of the property.
_TELLING: Final = sorted(
    range(len(ROLE_CODES)), key=lambda code: (ROLE_RANKS[code], str(ROLE_TERMS[ROLE_CODES[code]]))
)


def _most_telling(bits: int) -> int:
    return next(code for code in _TELLING if bits >> code & 1)


# The most telling role of each set of roles; no set is empty.
_ROLE_OF_BITS: Final = ("", *(_ROLE_NAMES[_most_telling(bits)] for bits in range(1, 1 << len(ROLE_CODES))))


def _leaf(read: Callable[[Run], Make]) -> Build:
    """Field without arguments whose value a column has."""

    def build(compiler: Compiler, picked: Picked) -> Bind:
        compiler.arguments(picked, (), {})
        return read

    return build


def _whole(column: Callable[[Run], Any]) -> Build:
    def read(run: Run) -> Make:
        numbers = column(run)

        def make(node: int) -> int | None:
            number: int = numbers[node]
            return None if number == ABSENT else number

        return make

    return _leaf(read)


def _real(column: Callable[[Run], Any]) -> Build:
    def read(run: Run) -> Make:
        numbers = column(run)

        def make(node: int) -> float | None:
            number: float = numbers[node]
            return None if math.isnan(number) else number

        return make

    return _leaf(read)


def _id(type_name: str, column: Callable[[Run], Any]) -> Build:
    def read(run: Run) -> Make:
        iris = column(run)
        return lambda node: global_id(type_name, iris[node])

    return _leaf(read)


def _code(value: Any, codes: Sequence[str]) -> int | None:
    """Code of an enumeration's value, which an argument has; None where it has none."""
    return None if value is None else codes.index(value.value if isinstance(value, Enum) else value)


def _entity_types(run: Run) -> Make:
    types = run.arrays.entities.type
    return lambda node: TYPE_NAMES[types[node]]


def _kin_list(kin: Callable[[Run], Kin]) -> Build:
    """List of entities above an entity."""

    def build(compiler: Compiler, picked: Picked) -> Bind:
        compiler.arguments(picked, (), {})
        nodes = compiler.nodes("Entity", (node.selection_set for node in picked.nodes))

        def bind(run: Run) -> Make:
            found, entities = kin(run), nodes(run)
            rows, column = found.rows, found.entity

            def make(node: int) -> list[Any]:
                places = rows[node]
                run.spend(len(places))
                return entities([column[place] for place in places])

            return make

        return bind

    return build


def _kin_pages(kin: Callable[[Run], Kin]) -> Build:
    """Connection of entities below an entity."""

    def build(compiler: Compiler, picked: Picked) -> Bind:
        arguments = compiler.arguments(picked, _PAGE, {"filter": None, "orderBy": EntityOrder.NAME})
        connect = connection(
            compiler, picked, "EntityConnection", "EntityEdge", {"node": _nodes("Entity", lambda run: kin(run).entity)}
        )

        def bind(run: Run) -> Make:
            found, request, answer = kin(run), run.page(arguments(run)), connect(run)
            entities = run.arrays.entities

            def key(place: int) -> Key:
                other = found.entity[place]
                return entities.name[other].lower(), entities.iri[other]

            def make(node: int) -> dict[str, Any]:
                return answer(node, kept_window(found.rows[node], request, "NAME", key), "NAME", key)

            return make

        return bind

    return build


def _nodes(type_name: str, column: Callable[[Run], Any]) -> BuildEdge:
    """Edge's node, whose number a column has at each place."""

    def build(compiler: Compiler, picked: Picked) -> Callable[[Run], EdgeColumn]:
        nodes = compiler.nodes(type_name, (node.selection_set for node in picked.nodes))

        def bind(run: Run) -> EdgeColumn:
            many, numbers = nodes(run), column(run)
            return lambda owner, places: many([numbers[place] for place in places])

        return bind

    return build


def _edge_leaf(read: Callable[[Run], Make]) -> BuildEdge:
    """Field of an edge whose value a column has at each place."""

    def build(compiler: Compiler, picked: Picked) -> Callable[[Run], EdgeColumn]:
        compiler.arguments(picked, (), {})

        def bind(run: Run) -> EdgeColumn:
            make = read(run)
            return lambda owner, places: list(map(make, places))

        return bind

    return build


def entity_edges(column: Callable[[Run], Any]) -> dict[str, BuildEdge]:
    """Fields of an edge to an entity whose number a column has."""
    return {"node": _nodes("Entity", column)}


def paper_edges(column: Callable[[Run], Any]) -> dict[str, BuildEdge]:
    """Fields of an edge to a paper whose number a column has."""
    return {"node": _nodes("Paper", column)}


def _papers_of_entity(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(
        picked,
        ("role", "includeNarrower", *_PAGE),
        {"minConfidence": None, "filter": None, "orderBy": PaperOrder.YEAR},
    )
    connects = {
        narrower: connection(
            compiler, picked, "EntityPaperConnection", "EntityPaperEdge", _paper_edge_fields(arguments, narrower)
        )
        for narrower in (False, True)
    }

    def bind(run: Run) -> Make:
        given = arguments(run)
        narrower = bool(given["includeNarrower"])
        request, answer, mentions = run.page(given), connects[narrower](run), _mentions(run, narrower)
        role = _code(given["role"], ROLE_CODES)
        years, iris, paper = run.arrays.papers.year, run.arrays.papers.iri, mentions.paper

        def key(place: int) -> Key:
            number = paper[place]
            year = years[number]
            return 0 if year == ABSENT else -year, iris[number]

        def make(node: int) -> dict[str, Any]:
            rows = mentions.rows[node]
            if role is None:
                return answer(node, kept_window(rows, request, "PAPERS", key), "PAPERS", key)
            kept = np.flatnonzero(mentions.role_bits[rows.start : rows.stop] & (1 << role)) + rows.start
            window = kept_window(kept, request, "PAPERS", key)  # type: ignore[arg-type]
            window.places = np.asarray(window.places).tolist()
            return answer(node, window, "PAPERS", key)

        return make

    return bind


def _mentions(run: Run, narrower: bool) -> Mentions:
    return run.arrays.entities.mentions_below if narrower else run.arrays.entities.mentions


def _paper_edge_fields(arguments: Callable[[Run], Any], narrower: bool) -> dict[str, BuildEdge]:
    """Fields of an edge from an entity to a paper."""

    def role(run: Run) -> Make:
        asked = _code(arguments(run)["role"], ROLE_CODES)
        bits = _mentions(run, narrower).roles
        if asked is not None:
            name = _ROLE_NAMES[asked]
            return lambda place: name
        return lambda place: _ROLE_OF_BITS[bits[place]]

    def via(compiler: Compiler, picked: Picked) -> Callable[[Run], EdgeColumn]:
        compiler.arguments(picked, (), {})
        nodes = compiler.nodes("Entity", (node.selection_set for node in picked.nodes))

        def bind(run: Run) -> EdgeColumn:
            many = nodes(run)
            if not narrower:

                def itself(owner: int, places: Sequence[int]) -> list[Any]:
                    run.spend(len(places))
                    return [many([owner]) for _ in places]

                return itself
            asked = _code(arguments(run)["role"], ROLE_CODES)
            paper, below = _mentions(run, True).paper, run.arrays.entities.descendants
            papers = run.arrays.papers
            within: dict[int, set[int]] = {}

            def kinds(owner: int, place: int) -> list[Any]:
                if owner not in within:
                    within[owner] = {owner, *(below.entity[at] for at in below.rows[owner])}
                found = [
                    (ROLE_RANKS[code], _TELLING.index(code), other)
                    for at in papers.entity_rows[paper[place]]
                    if (other := papers.entity[at]) in within[owner]
                    and (asked is None or papers.role[at] == asked)
                    for code in (papers.role[at],)
                ]
                others = dict.fromkeys(other for _, _, other in sorted(found))
                run.spend(len(others))
                return many(list(others))

            return lambda owner, places: [kinds(owner, place) for place in places]

        return bind

    return {
        "node": _nodes("Paper", lambda run: _mentions(run, narrower).paper),
        "role": _edge_leaf(role),
        "via": via,
    }


def _entities_of_paper(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(
        picked, ("type", "role", *_PAGE), {"minConfidence": None, "filter": None, "orderBy": None}
    )

    def role(run: Run) -> Make:
        codes = run.arrays.papers.role
        return lambda place: _ROLE_NAMES[codes[place]]

    edges = {"node": _nodes("Entity", lambda run: run.arrays.papers.entity), "role": _edge_leaf(role)}
    connect = connection(compiler, picked, "PaperEntityConnection", "PaperEntityEdge", edges)

    def bind(run: Run) -> Make:
        given = arguments(run)
        request, answer = run.page(given), connect(run)
        chosen = _chosen(run, _code(given["type"], TYPES), _code(given["role"], ROLE_CODES))
        papers, entities = run.arrays.papers, run.arrays.entities

        def key(place: int) -> Key:
            entity = papers.entity[place]
            rank = ROLE_RANKS[papers.role[place]]
            return entities.type[entity], rank, entities.name[entity].lower(), entities.iri[entity]

        def make(node: int) -> dict[str, Any]:
            return answer(node, kept_window(chosen(node), request, "ENTITIES", key), "ENTITIES", key)

        return make

    return bind


def _chosen(run: Run, type_: int | None, role: int | None) -> Callable[[int], Sequence[int]]:
    """Places of a paper's entities of a type and in a role, as far as these are given."""
    papers, types = run.arrays.papers, run.arrays.entities.type
    rows, entity, roles = papers.entity_rows, papers.entity, papers.role
    if type_ is None and role is None:
        return rows.__getitem__
    return lambda node: [
        place
        for place in rows[node]
        if (type_ is None or types[entity[place]] == type_) and (role is None or roles[place] == role)
    ]


def _entities_of_type(type_: EntityType) -> Build:
    """List of a paper's entities of a type."""
    code = TYPES.index(type_.value)

    def build(compiler: Compiler, picked: Picked) -> Bind:
        arguments = compiler.arguments(picked, ("role",), {})
        nodes = compiler.nodes("Entity", (node.selection_set for node in picked.nodes))

        def bind(run: Run) -> Make:
            many, column = nodes(run), run.arrays.papers.entity
            chosen = _chosen(run, code, _code(arguments(run)["role"], ROLE_CODES))

            def make(node: int) -> list[Any]:
                places = chosen(node)
                run.spend(len(places))
                return many([column[place] for place in places])

            return make

        return bind

    return build


def _related(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(
        picked,
        ("relation", "direction", "type", *_PAGE),
        {
            "includeNarrower": False,
            "minConfidence": None,
            "minClaims": 0,
            "filter": None,
            "orderBy": RelatedOrder.CLAIMS,
        },
    )

    def relation(run: Run) -> Make:
        codes = run.arrays.entities.related.relation
        return lambda place: _RELATION_NAMES[codes[place]]

    def direction(run: Run) -> Make:
        outgoing = run.arrays.entities.related.outgoing
        return lambda place: _DIRECTION_NAMES[outgoing[place]]

    def claims(run: Run) -> Make:
        return run.arrays.entities.related.claims.__getitem__

    def confidence(run: Run) -> Make:
        numbers = run.arrays.entities.related.confidence
        return lambda place: None if math.isnan(numbers[place]) else numbers[place]

    edges = {
        "node": _nodes("Entity", lambda run: run.arrays.entities.related.entity),
        "relation": _edge_leaf(relation),
        "direction": _edge_leaf(direction),
        "claimCount": _edge_leaf(claims),
        "confidence": _edge_leaf(confidence),
    }
    connect = connection(compiler, picked, "RelatedConnection", "RelatedEdge", edges)

    def bind(run: Run) -> Make:
        given = arguments(run)
        request, answer, entities = run.page(given), connect(run), run.arrays.entities
        related = entities.related
        wanted_relation, wanted_type = _code(given["relation"], RELATION_CODES), _code(given["type"], TYPES)
        wanted = given["direction"]
        outgoing = None if wanted is None else int(wanted is Direction.OUTGOING)

        def key(place: int) -> Key:
            other = related.entity[place]
            name, iri = entities.name[other].lower(), entities.iri[other]
            return -related.claims[place], name, iri, RELATION_CODES[related.relation[place]], related.outgoing[place]

        def make(node: int) -> dict[str, Any]:
            rows: Sequence[int] = related.rows[node]
            if wanted_relation is not None or wanted_type is not None or outgoing is not None:
                rows = [
                    place
                    for place in rows
                    if (wanted_relation is None or related.relation[place] == wanted_relation)
                    and (outgoing is None or related.outgoing[place] == outgoing)
                    and (wanted_type is None or entities.type[related.entity[place]] == wanted_type)
                ]
            return answer(node, kept_window(rows, request, "RELATED", key), "RELATED", key)

        return make

    return bind


#: How each known field of a paper is compiled.
PAPER: Final[dict[str, Build]] = {
    "iri": _leaf(lambda run: run.arrays.papers.iri.__getitem__),
    "id": _id("Paper", lambda run: run.arrays.papers.iri),
    "degree": _whole(lambda run: run.arrays.papers.degree),
    "pageRank": _real(lambda run: run.arrays.papers.page_rank),
    "betweenness": _real(lambda run: run.arrays.papers.betweenness),
    "title": _leaf(lambda run: run.arrays.papers.title.__getitem__),
    "abstract": _leaf(lambda run: run.arrays.papers.abstract.first),
    "year": _whole(lambda run: run.arrays.papers.year),
    "authors": _leaf(lambda run: run.arrays.papers.authors.__getitem__),
    "venue": _leaf(lambda run: run.arrays.papers.venue.first),
    "url": _leaf(lambda run: run.arrays.papers.url.first),
    "keywords": _leaf(lambda run: run.arrays.papers.keywords.__getitem__),
    "identifiers": _leaf(lambda run: run.arrays.papers.identifiers.__getitem__),
    "entities": _entities_of_paper,
    "methods": _entities_of_type(EntityType.METHOD),
    "tasks": _entities_of_type(EntityType.TASK),
    "datasets": _entities_of_type(EntityType.DATASET),
    "hardware": _entities_of_type(EntityType.HARDWARE),
    "metrics": _entities_of_type(EntityType.METRIC),
}

#: How each known field of an entity is compiled.
ENTITY: Final[dict[str, Build]] = {
    "iri": _leaf(lambda run: run.arrays.entities.iri.__getitem__),
    "id": _id("Entity", lambda run: run.arrays.entities.iri),
    "degree": _whole(lambda run: run.arrays.entities.degree),
    "pageRank": _real(lambda run: run.arrays.entities.page_rank),
    "betweenness": _real(lambda run: run.arrays.entities.betweenness),
    "type": _leaf(_entity_types),
    "name": _leaf(lambda run: run.arrays.entities.name.__getitem__),
    "aliases": _leaf(lambda run: run.arrays.entities.aliases.__getitem__),
    "definition": _leaf(lambda run: run.arrays.entities.definition.first),
    "paperCount": _whole(lambda run: run.arrays.entities.paper_count),
    "broader": _kin_list(lambda run: run.arrays.entities.broader),
    "ancestors": _kin_list(lambda run: run.arrays.entities.ancestors),
    "narrower": _kin_pages(lambda run: run.arrays.entities.narrower),
    "descendants": _kin_pages(lambda run: run.arrays.entities.descendants),
    "papers": _papers_of_entity,
    "related": _related,
}
