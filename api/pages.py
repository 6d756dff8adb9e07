"""Pages of a list, by key: what a connection's arguments ask for, and what they get."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Final, Generic, TypeAlias, TypeVar

import strawberry
from strawberry.relay import PageInfo

from api.cursors import Key, cursor, key_of
from api.errors import ArgumentError

__all__ = [
    "DEFAULT_PAGE",
    "After",
    "Before",
    "First",
    "Last",
    "Page",
    "PageInfo",
    "PageRequest",
    "page_of",
    "page_request",
]

#: Edges on a page when neither `first` nor `last` says.
DEFAULT_PAGE: Final = 20

Row = TypeVar("Row")
Other = TypeVar("Other")

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many edges from the start, 0 to 100; 20 unless told.")
]
After: TypeAlias = Annotated[str | None, strawberry.argument(description="Only edges behind this cursor.")]
Last: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many edges from the end, 0 to 100; not with `first`.")
]
Before: TypeAlias = Annotated[str | None, strawberry.argument(description="Only edges ahead of this cursor.")]


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A page that is asked for.

    Attributes
    ----------
    size : int
        Edges it may have.
    backwards : bool
        Whether they are counted from the end.
    after, before : str or None
        Cursors between which they lie.
    snapshot : str
        Tag of the snapshot that answers; cursors carry it, and those of another are refused.
    """

    size: int = DEFAULT_PAGE
    backwards: bool = False
    after: str | None = None
    before: str | None = None
    snapshot: str = ""

    def bounds(self, order: str, shape: Sequence[type]) -> tuple[Key | None, Key | None]:
        """Keys of the two cursors, which must belong to this order."""
        after = None if self.after is None else key_of(self.after, order, shape, snapshot=self.snapshot)
        before = None if self.before is None else key_of(self.before, order, shape, snapshot=self.snapshot)
        return after, before


def page_request(
    first: int | None, after: str | None, last: int | None, before: str | None, *, limit: int, snapshot: str = ""
) -> PageRequest:
    """Page that the four arguments of a connection ask for.

    Raises
    ------
    ArgumentError
        When both `first` and `last` are given, or one is out of range.

    >>> page_request(None, None, 5, None, limit=100)
    PageRequest(size=5, backwards=True, after=None, before=None, snapshot='')
    """
    if first is not None and last is not None:
        raise ArgumentError("`first` and `last` are both given", "give one of them")
    size = last if last is not None else DEFAULT_PAGE if first is None else first
    if not 0 <= size <= limit:
        name = "first" if last is None else "last"
        raise ArgumentError(f"`{name}` is {size}", f"give 0 to {limit} and page on with a cursor")
    return PageRequest(size=size, backwards=last is not None, after=after, before=before, snapshot=snapshot)


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """A page of rows.

    Attributes
    ----------
    rows : tuple
        In the list's order.
    cursors : tuple of str
        One a row.
    has_next, has_previous : bool
        Whether rows follow behind, or lie ahead.
    count : callable
        Number of rows of the whole list; a call may ask the store.
    """

    rows: tuple[Row, ...]
    cursors: tuple[str, ...]
    has_next: bool
    has_previous: bool
    count: Callable[[], Awaitable[int]]

    def map(self, change: Callable[[Row], Other]) -> Page[Other]:
        """Page with each row changed."""
        rows = tuple(map(change, self.rows))
        return Page(rows, self.cursors, self.has_next, self.has_previous, self.count)

    @property
    def page_info(self) -> PageInfo:
        """What Relay wants to know of a page."""
        return PageInfo(
            has_next_page=self.has_next,
            has_previous_page=self.has_previous,
            start_cursor=self.cursors[0] if self.cursors else None,
            end_cursor=self.cursors[-1] if self.cursors else None,
        )


def page_of(rows: Sequence[Row], request: PageRequest, *, order: str, key: Callable[[Row], Key]) -> Page[Row]:
    """Page of a list that is in memory.

    Parameters
    ----------
    rows : sequence
        The whole list, sorted by `key`, whose last part tells any two rows apart.
    order : str
        Name of the order; cursors of another order are refused.
    """
    keys = [key(row) for row in rows]
    shape = [type(part) for part in keys[0]] if keys else None
    start, stop = 0, len(rows)
    if shape is not None:
        after, before = request.bounds(order, shape)
        if after is not None:
            start = next((place for place, at in enumerate(keys) if at > after), len(keys))
        if before is not None:
            stop = next((place for place, at in enumerate(keys) if at >= before), len(keys))
        stop = max(start, stop)
    if request.backwards:
        start = max(start, stop - request.size)
    else:
        stop = min(stop, start + request.size)

    async def count() -> int:
        return len(rows)

    return Page(
        rows=tuple(rows[start:stop]),
        cursors=tuple(cursor(order, at, snapshot=request.snapshot) for at in keys[start:stop]),
        has_next=stop < len(rows),
        has_previous=start > 0,
        count=count,
    )
