"""What each entry point reads from the arrays."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from api.cursors import iri_of
from api.fast.compiling import Bind, Build, Compiler, Make, Picked, Run, UnansweredError
from api.fast.nodes import ENTITY, PAPER, entity_edges, paper_edges
from api.fast.pages import connection, listed_window
from api.vocabulary import EntityOrder, EntityType, PaperOrder
from kg.arrays import ABSENT, Column, GraphArrays, Text
from kg.model import TYPES

__all__ = ["FIELDS"]

_PAGE: Final = ("first", "after", "last", "before")
# Filters that hold of every paper or entity, as far as they are known here.
_ALL_PAPERS: Final[dict[str, Any]] = {
    "year": None, "yearFrom": None, "yearTo": None, "venue": None, "entity": None, "includeNarrower": True,
    "role": None, "type": None, "search": None, "entities": None, "relation": None, "minConfidence": None,
    "community": None,
}  # fmt: skip


def _place(text: str, among: Text) -> int | None:
    """Place of a text in a sorted column."""
    at = bisect_left(among, text)
    return at if at < len(among) and among[at] == text else None


def _node_called(arrays: GraphArrays, text: str) -> tuple[bool, int]:
    """Whether an id, IRI or identifier names an entity, and the node's number; see `api.finding.find_iris`.

    Raises
    ------
    UnansweredError
        When it is neither a paper nor an entity: the schema tells what it is, if anything.
    """
    text = text.strip()
    iri = iri_of(text)
    if iri is None:
        known = _place(text, arrays.papers.identified)
        if known is not None:
            return False, arrays.papers.identified_paper[known]
        iri = text
    paper = _place(iri, arrays.papers.iri)
    if paper is not None:
        return False, paper
    entity = _place(iri, arrays.entities.iri)
    if entity is None:
        raise UnansweredError
    return True, entity


def _entity_named(arrays: GraphArrays, name: str, type_: int | None) -> int:
    """Entity of a name; see `api.finding.entities_named`.

    Raises
    ------
    UnansweredError
        When there is none, or lower case is not plain to see: the store has its own for letters beyond ASCII.
    """
    named = arrays.named(name)
    if named is None:
        raise UnansweredError
    for number in named:
        if type_ is None or arrays.entities.type[number] == type_:
            return number
    raise UnansweredError


def _either(compiler: Compiler, picked: Picked) -> Callable[[Run], Callable[[bool, int], Any]]:
    """Selection on the interface, answered for entities and papers."""
    sets = [node.selection_set for node in picked.nodes]
    paper, entity = compiler.nodes("Paper", sets), compiler.nodes("Entity", sets)

    def bind(run: Run) -> Callable[[bool, int], Any]:
        of_paper, of_entity = paper(run), entity(run)
        return lambda is_entity, number: (of_entity if is_entity else of_paper)([number])[0]

    return bind


def _node(compiler: Compiler, picked: Picked) -> Bind:
    arguments, nodes = compiler.arguments(picked, ("id",), {}), _either(compiler, picked)

    def bind(run: Run) -> Make:
        is_entity, number = _node_called(run.arrays, arguments(run)["id"])
        run.spend(1)
        answer = nodes(run)(is_entity, number)
        return lambda root: answer

    return bind


def _nodes(compiler: Compiler, picked: Picked) -> Bind:
    arguments, nodes = compiler.arguments(picked, ("ids",), {}), _either(compiler, picked)

    def bind(run: Run) -> Make:
        ids = arguments(run)["ids"]
        if len(ids) > run.limits.page:
            raise UnansweredError
        node = nodes(run)
        run.spend(len(ids))
        answer = [node(*_node_called(run.arrays, text)) for text in ids]
        return lambda root: answer

    return bind


def _paper(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(picked, ("id",), {})
    nodes = compiler.nodes("Paper", (node.selection_set for node in picked.nodes))

    def bind(run: Run) -> Make:
        is_entity, number = _node_called(run.arrays, arguments(run)["id"])
        run.spend(1)
        answer = None if is_entity else nodes(run)([number])[0]
        return lambda root: answer

    return bind


def _entity(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(picked, ("id", "name", "type"), {})
    nodes = compiler.nodes("Entity", (node.selection_set for node in picked.nodes))

    def bind(run: Run) -> Make:
        given = arguments(run)
        id_, name, type_ = given["id"], given["name"], _type_code(given["type"])
        if (id_ is None) == (name is None):
            raise UnansweredError
        is_entity, number = (
            (True, _entity_named(run.arrays, name, type_)) if id_ is None else _node_called(run.arrays, id_)
        )
        run.spend(1)
        fits = is_entity and type_ in (None, run.arrays.entities.type[number])
        answer = nodes(run)([number])[0] if fits else None
        return lambda root: answer

    return bind


def _type_code(value: EntityType | None) -> int | None:
    return None if value is None else TYPES.index(value.value)


def _whole_key(number: int) -> str:
    """Number as SPARQL writes what it subtracted from 0."""
    return str(-number)


def _papers(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(picked, ("filter", "orderBy", *_PAGE), {})
    connect = connection(compiler, picked, "PaperConnection", "PaperEdge", paper_edges(_itself))

    def bind(run: Run) -> Make:
        given, papers = arguments(run), run.arrays.papers
        if any(_ALL_PAPERS.get(name, ...) != value for name, value in (given["filter"] or {}).items()):
            raise UnansweredError
        order = given["orderBy"]

        def year(place: int) -> int:
            number: int = papers.year[place]
            return 0 if number == ABSENT else -number

        places, key, number = {
            PaperOrder.YEAR: (papers.by_year, lambda place: str(year(place)), year),
            PaperOrder.TITLE: (papers.by_title, papers.title_key.__getitem__, None),
            PaperOrder.PAGERANK: (papers.by_rank, papers.rank_key.__getitem__, _decimal(papers.rank_key)),
        }.get(order, (None, None, None))
        return _listed(run, given, connect, places, key, number, order, papers.iri)

    return bind


def _entities(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(
        picked,
        ("type", "minPapers", "orderBy", *_PAGE),
        {"search": None, "broader": None, "includeNarrower": True, "filter": None},
    )
    connect = connection(compiler, picked, "EntityConnection", "EntityEdge", entity_edges(_itself))

    def bind(run: Run) -> Make:
        given, entities = arguments(run), run.arrays.entities
        type_, least = _type_code(given["type"]), given["minPapers"]
        within = entities.of_type[0 if type_ is None else type_ + 1]
        places, key, number = _entity_order(entities, given["orderBy"])
        if places is not None:
            places = places[within.start : within.stop]
            if least:
                if given["orderBy"] is not EntityOrder.PAPERS or least < 0:
                    raise UnansweredError
                places = places[: bisect_left(places, -least + 1, key=lambda place: -entities.paper_count[place])]
        return _listed(run, given, connect, places, key, number, given["orderBy"], entities.iri)

    return bind


def _taxonomy(compiler: Compiler, picked: Picked) -> Bind:
    arguments = compiler.arguments(picked, ("type", *_PAGE), {"filter": None, "orderBy": EntityOrder.NAME})
    connect = connection(compiler, picked, "EntityConnection", "EntityEdge", entity_edges(_itself))

    def bind(run: Run) -> Make:
        given, entities = arguments(run), run.arrays.entities
        within = entities.top_rows[TYPES.index(given["type"].value)]
        places = entities.top[within.start : within.stop]  # type: ignore[index]
        return _listed(
            run, given, connect, places, entities.name_key.__getitem__, None, EntityOrder.NAME, entities.iri
        )

    return bind


def _entity_order(entities: Any, order: EntityOrder) -> tuple[Any, Any, Any]:
    """Column, key and number of an order; nothing where the arrays do not have it."""

    def papers(place: int) -> int:
        number: int = entities.paper_count[place]
        return -number

    orders: Mapping[EntityOrder, tuple[Any, Any, Any]] = {
        EntityOrder.NAME: (entities.by_name, entities.name_key.__getitem__, None),
        EntityOrder.PAPERS: (entities.by_papers, lambda place: str(papers(place)), papers),
        EntityOrder.PAGERANK: (entities.by_rank, entities.rank_key.__getitem__, _decimal(entities.rank_key)),
    }
    return orders.get(order, (None, None, None))


def _decimal(keys: Text) -> Callable[[int], Decimal]:
    return lambda place: Decimal(keys[place])


def _listed(
    run: Run,
    given: Mapping[str, Any],
    connect: Any,
    places: Sequence[int] | Column | None,
    text: Any,
    number: Any,
    order: PaperOrder | EntityOrder,
    iris: Text,
) -> Make:
    """Answer of a long list: its page is found by the list's own keys."""
    if places is None:
        raise UnansweredError

    def key(place: int) -> tuple[str, str]:
        return text(place), iris[place]

    window = listed_window(places, run.page(given), order.value, key, number=number)  # type: ignore[arg-type]
    answer = connect(run)(0, window, order.value, key)
    return lambda root: answer


def _itself(run: Run) -> Any:
    """Column of the numbers themselves: what is at a place is its number."""
    return _Numbers()


class _Numbers:
    """Every number at its own place."""

    def __getitem__(self, place: int) -> int:
        return place


#: How each known field of each known type is compiled.
FIELDS: Final[dict[str, dict[str, Build]]] = {
    "Query": {
        "node": _node,
        "nodes": _nodes,
        "paper": _paper,
        "papers": _papers,
        "entity": _entity,
        "entities": _entities,
        "taxonomy": _taxonomy,
    },
    "Paper": PAPER,
    "Entity": ENTITY,
}
