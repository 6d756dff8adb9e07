"""The two clients: one that waits for answers, one that awaits them; both ask the same questions.

A question is written once, in `kg.client.questions`, `kg.client.walks` or `kg.client.sparql`. Here it
becomes a method of both clients, whose type is that of the question: what it takes, and what it
gives, at once or to be awaited.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Mapping
from functools import update_wrapper
from typing import Any, Final, Generic, ParamSpec, Self, TypeVar, overload
from urllib.parse import urlsplit

import anyio
import httpx2

from kg.client import questions, sparql, walks
from kg.client.calls import Answer, Call, Pause, conversation
from kg.client.errors import Unreachable
from kg.client.walks import PAGE, Walk
from kg.errors import ConfigError

__all__ = ["AsyncClient", "AsyncListing", "Client", "Listing"]

P = ParamSpec("P")
T = TypeVar("T")
PageT = TypeVar("PageT")
ItemT = TypeVar("ItemT")

_FIRST: Final = 20


class Listing(Generic[PageT, ItemT]):
    """A list, walked by iterating over it: pages are fetched as they are needed."""

    def __init__(self, client: Client, walk: Walk[PageT, ItemT]) -> None:
        self._client = client
        self._walk = walk

    def __iter__(self) -> Iterator[ItemT]:
        for page in self.pages():
            yield from self._walk.items(page)

    def pages(self, *, size: int = PAGE) -> Iterator[PageT]:
        """Pages from the first to the last, with their cursors, not counted."""
        cursor, more = None, True
        while more:
            page = self._client.send(self._walk.call(cursor, size, False))
            yield page
            cursor = self._walk.following(page, cursor)
            more = cursor is not None

    def page(self, *, first: int = _FIRST, after: str | None = None) -> PageT:
        """One page, with the number of edges of the whole list."""
        return self._client.send(self._walk.call(after, first, True))


class AsyncListing(Generic[PageT, ItemT]):
    """A list, walked by ``async for``: pages are fetched as they are needed."""

    def __init__(self, client: AsyncClient, walk: Walk[PageT, ItemT]) -> None:
        self._client = client
        self._walk = walk

    async def __aiter__(self) -> AsyncIterator[ItemT]:
        async for page in self.pages():
            for item in self._walk.items(page):
                yield item

    async def pages(self, *, size: int = PAGE) -> AsyncIterator[PageT]:
        """Pages from the first to the last, with their cursors, not counted."""
        cursor, more = None, True
        while more:
            page = await self._client.send(self._walk.call(cursor, size, False))
            yield page
            cursor = self._walk.following(page, cursor)
            more = cursor is not None

    async def page(self, *, first: int = _FIRST, after: str | None = None) -> PageT:
        """One page, with the number of edges of the whole list."""
        return await self._client.send(self._walk.call(after, first, True))


class _Question(Generic[P, T]):
    """A question as a method of both clients."""

    def __init__(self, build: Callable[P, Call[T]]) -> None:
        self._build = build

    @overload
    def __get__(self, client: None, owner: type) -> Callable[P, Call[T]]: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, T]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, Coroutine[Any, Any, T]]: ...

    def __get__(self, client: Client | AsyncClient | None, owner: type) -> Callable[P, Any]:
        if client is None:
            return self._build

        def ask(*args: P.args, **kwargs: P.kwargs) -> Any:
            return client.send(self._build(*args, **kwargs))

        return update_wrapper(ask, self._build)


class _List(Generic[P, PageT, ItemT]):
    """A question for a list as a method of both clients."""

    def __init__(self, build: Callable[P, Walk[PageT, ItemT]]) -> None:
        self._build = build

    @overload
    def __get__(self, client: None, owner: type) -> Callable[P, Walk[PageT, ItemT]]: ...
    @overload
    def __get__(self, client: Client, owner: type) -> Callable[P, Listing[PageT, ItemT]]: ...
    @overload
    def __get__(self, client: AsyncClient, owner: type) -> Callable[P, AsyncListing[PageT, ItemT]]: ...

    def __get__(self, client: Client | AsyncClient | None, owner: type) -> Callable[P, Any]:
        if client is None:
            return self._build

        def ask(*args: P.args, **kwargs: P.kwargs) -> Any:
            walk = self._build(*args, **kwargs)
            return Listing(client, walk) if isinstance(client, Client) else AsyncListing(client, walk)

        return update_wrapper(ask, self._build)


class _Asking:
    """The questions."""

    execute = _Question(questions.execute)
    statistics = _Question(questions.statistics)
    entity = _Question(questions.entity)
    paper = _Question(questions.paper)
    path = _Question(questions.path)
    neighbourhood = _Question(questions.neighbourhood)
    select = _Question(sparql.select)
    ask = _Question(sparql.ask)
    construct = _Question(sparql.construct)
    entities = _List(walks.entities)
    papers = _List(walks.papers)
    mentioned = _List(walks.mentioned)
    related = _List(walks.related)
    claims = _List(walks.claims)
    leaderboard = _List(walks.leaderboard)
    measurements = _List(walks.measurements)

    def __init__(self, url: str, key: str | None = None, *, timeout: float = 30.0, retries: int = 3) -> None:
        self._url = _checked(url)
        self._headers = _headers(key)
        self._timeout = timeout
        self._retries = retries

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._url!r})"


class Client(_Asking):
    """A graph that is served somewhere, asked from a program that waits for answers.

    Parameters
    ----------
    url : str
        Address of the server, such as ``http://127.0.0.1:8000``.
    key : str, optional
        Key of a server that wants one; sent as a bearer token to this address alone.
    timeout : float
        Seconds to wait for a connection, and for each part of an answer.
    retries : int
        How often to ask again when the server says "later" (429, 503).

    Raises
    ------
    ConfigError
        When address or key cannot be one.
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = 30.0, retries: int = 3) -> None:
        super().__init__(url, key, timeout=timeout, retries=retries)
        self._http = httpx2.Client(timeout=timeout, headers=self._headers)

    def send(self, call: Call[T]) -> T:
        """Value that a call asks for.

        Raises
        ------
        ClientError
            When there is none.
        """
        steps = conversation(call, retries=self._retries)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Pause):
                    time.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(self._post(step))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    def _post(self, call: Call[T]) -> Answer:
        try:
            return _answer(self._http.post(self._url + call.path, content=call.body, headers=call.headers))
        except httpx2.HTTPError as error:
            raise _unreachable(self._url, self._timeout, error) from error

    def close(self) -> None:
        """Close the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: object) -> None:
        self.close()


class AsyncClient(_Asking):
    """A graph that is served somewhere, asked from a program with an event loop (asyncio or trio).

    Its methods are those of `Client`; each is awaited, and lists are walked by ``async for``.

    Parameters
    ----------
    url, key, timeout, retries
        As those of `Client`.
    """

    def __init__(self, url: str, key: str | None = None, *, timeout: float = 30.0, retries: int = 3) -> None:
        super().__init__(url, key, timeout=timeout, retries=retries)
        self._http = httpx2.AsyncClient(timeout=timeout, headers=self._headers)

    async def send(self, call: Call[T]) -> T:
        """Value that a call asks for.

        Raises
        ------
        ClientError
            When there is none.
        """
        steps = conversation(call, retries=self._retries)
        step = next(steps)
        try:
            while True:
                if isinstance(step, Pause):
                    await anyio.sleep(step.seconds)
                    step = next(steps)
                else:
                    step = steps.send(await self._post(step))
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]

    async def _post(self, call: Call[T]) -> Answer:
        try:
            return _answer(await self._http.post(self._url + call.path, content=call.body, headers=call.headers))
        except httpx2.HTTPError as error:
            raise _unreachable(self._url, self._timeout, error) from error

    async def aclose(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *failure: object) -> None:
        await self.aclose()


def _checked(url: str) -> str:
    """Return the address without a slash at its end."""
    expected = "the address of a server, such as http://127.0.0.1:8000"
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError as error:
        raise ConfigError("url", f"{url!r} is no address: {error}", expected) from error
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment:
        raise ConfigError("url", f"{url!r} is no address", expected)
    return url.rstrip("/").removesuffix("/graphql")


def _headers(key: str | None) -> Mapping[str, str]:
    if key is None:
        return {}
    # the key itself is shown to nobody
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ConfigError("key", "it is empty or has characters that no key has", "printable ASCII without spaces")
    return {"authorization": f"Bearer {key}"}


def _answer(response: httpx2.Response) -> Answer:
    headers = {name.lower(): value for name, value in response.headers.items()}
    return Answer(response.status_code, headers, response.content)


def _unreachable(url: str, timeout: float, error: httpx2.HTTPError) -> Unreachable:
    if isinstance(error, httpx2.TimeoutException):
        return Unreachable(
            f"{url} did not answer within {timeout:g} seconds", hint="give a longer timeout", code="TIMED_OUT"
        )
    return Unreachable(f"{url} cannot be reached: {error}", hint="is `kg serve` running there?", code="UNREACHABLE")
