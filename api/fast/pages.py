"""Pages of lists that lie in the arrays, found by bisection: what a page costs does not grow with its list."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, TypeAlias

from api.cursors import Key, cursor
from api.fast.compiling import Compiler, Picked, Run, UnansweredError, dicts
from api.pages import PageRequest

__all__ = ["BuildEdge", "Connect", "EdgeColumn", "Window", "connection", "kept_window", "listed_window"]

# As `api.listing` has it: what is no such number is no key of a list by number.
_NUMBER: Final = re.compile(r"-?\d{1,15}(\.\d{1,15})?")


@dataclass(slots=True)
class Window:
    """A page of a list.

    Attributes
    ----------
    places : sequence of int
        Where its rows lie in the columns.
    has_next, has_previous : bool
    count : int
        Rows of the whole list.
    """

    places: Sequence[int]
    has_next: bool
    has_previous: bool
    count: int


_PAGE_INFO: Final[dict[str, Callable[[Window, Callable[[int], str | None]], Any]]] = {
    "hasNextPage": lambda window, ends: window.has_next,
    "hasPreviousPage": lambda window, ends: window.has_previous,
    "startCursor": lambda window, ends: ends(0),
    "endCursor": lambda window, ends: ends(-1),
}

#: Values of an edge's field: for the node that has the list, at some places of the columns.
EdgeColumn: TypeAlias = Callable[[int, Sequence[int]], list[Any]]
#: Compiles a field of an edge.
BuildEdge: TypeAlias = Callable[[Compiler, Picked], Callable[[Run], EdgeColumn]]
#: Answer of a connection: the node that has it, its page, the name of its order, the key at a place.
Connect: TypeAlias = Callable[[int, Window, str, Callable[[int], Key]], dict[str, Any]]


def kept_window(places: Sequence[int], request: PageRequest, order: str, key: Callable[[int], Key]) -> Window:
    """Page of a list that the schema holds in memory; see `api.pages.page_of`."""
    count = len(places)
    start, stop = 0, count
    if count and (request.after is not None or request.before is not None):
        after, before = request.bounds(order, [type(part) for part in key(places[0])])
        if after is not None:
            start = bisect_right(places, after, key=key)
        if before is not None:
            stop = max(start, bisect_left(places, before, key=key))
    if request.backwards:
        start = max(start, stop - request.size)
    else:
        stop = min(stop, start + request.size)
    return Window(places[start:stop], stop < count, start > 0, count)


def listed_window(
    places: Sequence[int],
    request: PageRequest,
    order: str,
    key: Callable[[int], tuple[str, str]],
    *,
    number: Callable[[int], Any] | None,
) -> Window:
    """Page of a list that the schema asks of the store; see `api.listing.list_page`.

    Parameters
    ----------
    number : callable or None
        Number at a place, where the list is by numbers.
    """
    count = len(places)
    start, stop = 0, count
    after, before = request.bounds(order, (str, str))

    def at(place: int) -> tuple[Any, str]:
        text, iri = key(place)
        return (text if number is None else number(place)), iri

    if after is not None:
        start = bisect_right(places, _bound(after, number is not None), key=at)
    if before is not None:
        stop = bisect_left(places, _bound(before, number is not None), key=at)
    length = max(0, stop - start)
    more = length > request.size
    size = min(length, request.size)
    if request.backwards:
        return Window(places[start + length - size : start + length], before is not None, more, count)
    return Window(places[start : start + size], more, after is not None, count)


def _bound(key: Key, numeric: bool) -> tuple[Any, str]:
    text, iri = str(key[0]), str(key[1])
    if numeric and not _NUMBER.fullmatch(text):
        raise UnansweredError
    return (Decimal(text) if numeric else text), iri


def connection(
    compiler: Compiler,
    picked: Picked,
    type_name: str,
    edge_type: str,
    edge_fields: Mapping[str, BuildEdge],
) -> Callable[[Run], Connect]:
    """Selection on a connection.

    Parameters
    ----------
    edge_fields : mapping
        Fields of an edge but its cursor.
    """
    parts: list[tuple[str, Callable[[Run], Callable[..., Any]]]] = []
    for each in compiler.pick(type_name, (node.selection_set for node in picked.nodes)):
        compiler.arguments(each, (), {})
        match each.name:
            case "__typename":
                parts.append((each.key, _always(type_name)))
            case "totalCount":
                parts.append((each.key, _count))
            case "pageInfo":
                parts.append((each.key, _page_info(compiler, each)))
            case "edges":
                parts.append((each.key, _edges(compiler, each, edge_type, edge_fields)))
            case _:
                raise UnansweredError

    def bind(run: Run) -> Connect:
        makes = [(key, bound(run)) for key, bound in parts]

        def connect(node: int, window: Window, order: str, key_at: Callable[[int], Key]) -> dict[str, Any]:
            # The schema loads the nodes of a page before anyone asks for its edges.
            run.spend(len(window.places))
            return {key: make(node, window, order, key_at) for key, make in makes}

        return connect

    return bind


def _always(value: Any) -> Callable[[Run], Callable[..., Any]]:
    return lambda run: lambda *_: value


def _count(run: Run) -> Callable[..., Any]:
    return lambda node, window, order, key_at: window.count


def _page_info_name(window: Window, ends: Callable[[int], str | None]) -> str:
    return "PageInfo"


def _page_info(compiler: Compiler, picked: Picked) -> Callable[[Run], Callable[..., Any]]:
    asked = []
    for each in compiler.pick("PageInfo", (node.selection_set for node in picked.nodes)):
        if each.name != "__typename" and each.name not in _PAGE_INFO:
            raise UnansweredError
        asked.append((each.key, _PAGE_INFO.get(each.name, _page_info_name)))

    def bind(run: Run) -> Callable[..., Any]:
        def make(node: int, window: Window, order: str, key_at: Callable[[int], Key]) -> dict[str, Any]:
            def ends(which: int) -> str | None:
                places = window.places
                return cursor(order, key_at(places[which]), snapshot=run.snapshot) if len(places) else None

            return {key: read(window, ends) for key, read in asked}

        return make

    return bind


def _edges(
    compiler: Compiler, picked: Picked, edge_type: str, edge_fields: Mapping[str, BuildEdge]
) -> Callable[[Run], Callable[..., Any]]:
    parts: list[Callable[[Run], EdgeColumn] | None] = []
    asked = compiler.pick(edge_type, (node.selection_set for node in picked.nodes))
    for each in asked:
        if each.name == "__typename":
            parts.append(lambda run: lambda node, places: [edge_type] * len(places))
        elif each.name == "cursor":
            parts.append(None)
        elif each.name in edge_fields:
            parts.append(edge_fields[each.name](compiler, each))
        else:
            raise UnansweredError
    rows = dicts([each.key for each in asked])

    def bind(run: Run) -> Callable[..., Any]:
        makes = [None if bound is None else bound(run) for bound in parts]
        snapshot = run.snapshot

        def edges(node: int, window: Window, order: str, key_at: Callable[[int], Key]) -> list[dict[str, Any]]:
            places = window.places
            if not makes:
                return [{} for _ in places]
            return rows(
                [
                    [cursor(order, key_at(place), snapshot=snapshot) for place in places]
                    if make is None
                    else make(node, places)
                    for make in makes
                ]
            )

        return edges

    return bind
