"""What a request carries: the graph it asks, its loaders, its budget."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import strawberry

from api.errors import TimeLimitError
from api.limits import Budget, Limits
from api.loaders import Loaders
from api.pages import PageRequest, page_request
from kg.store import GraphStore, Row, Term

if TYPE_CHECKING:
    from api.cost import Cost
    from kg.arrays import GraphArrays

__all__ = ["Context", "Graph", "Info"]


class Graph:
    """A store that is asked in threads, so that the event loop stays free.

    Parameters
    ----------
    store : GraphStore
    manifest : mapping
        The snapshot's MANIFEST.json.
    workers : int
        Queries that may run at the same time; one that nobody waits for any more counts until it ends.
    arrays : GraphArrays, optional
        The same graph as arrays, for what `api.fast` answers.

    Attributes
    ----------
    fingerprint : str
        SHA-256 of the manifest in a form that depends on its content alone.
    tag : str
        The first digits of it, which cursors carry.
    """

    def __init__(
        self, store: GraphStore, manifest: Mapping[str, Any], *, workers: int, arrays: GraphArrays | None = None
    ) -> None:
        self.store = store
        self.arrays = arrays
        self.manifest = manifest
        #: Answers that depend on the snapshot alone, kept because a snapshot never changes.
        self.kept: dict[str, Any] = {}
        self.keeping = _Keeping()
        canonical = json.dumps(manifest, sort_keys=True, default=str)
        self.fingerprint = hashlib.sha256(canonical.encode()).hexdigest()
        self.tag = self.fingerprint[:12]
        self._workers = ThreadPoolExecutor(workers, thread_name_prefix="graph")

    async def select(self, query: str, /, **values: Term | Sequence[Term]) -> list[Row]:
        """Rows of a SELECT query; see `GraphStore.select`."""
        asked = partial(self.store.select, query, **values)
        return await asyncio.get_running_loop().run_in_executor(self._workers, asked)


class _Keeping:
    """A lock that requests on several event loops may wait for: held seldom, so that they look again now and then."""

    def __init__(self) -> None:
        self._held = threading.Lock()

    async def __aenter__(self) -> None:
        while not self._held.acquire(blocking=False):
            await asyncio.sleep(0.005)

    async def __aexit__(self, *raised: object) -> None:
        self._held.release()


@dataclass(slots=True)
class Context:
    """What the resolvers of one request share.

    Attributes
    ----------
    find : callable or None
        Gives the snapshot with a tag, if it is still served.
    cost : Cost or None
        What the document could cost, once it was read.
    operation : str
        Name of the operation.
    ended : bool
        Whether the request's time is over: loaders ask the store nothing more then.
    """

    graph: Graph
    limits: Limits
    request_id: str
    find: Callable[[str], Awaitable[Graph | None]] | None = None
    cost: Cost | None = field(init=False, default=None)
    operation: str = field(init=False, default="")
    ended: bool = field(init=False, default=False)
    budget: Budget = field(init=False)
    load: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.budget = Budget(self.limits.nodes, visitable=self.limits.visited)
        self.load = Loaders(self._select)

    def move(self, graph: Graph) -> None:
        """Ask another snapshot, before anything was asked."""
        self.graph = graph

    def page(self, first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
        """Page that a connection's arguments ask for."""
        return page_request(first, after, last, before, limit=self.limits.page, snapshot=self.graph.tag)

    async def _select(self, query: str, /, **values: Term | Sequence[Term]) -> list[Row]:
        # A loader's batch is a task of its own, which does not end with the request.
        if self.ended:
            raise TimeLimitError(self.limits.seconds)
        return await self.graph.select(query, **values)


Info: TypeAlias = strawberry.Info[Context, None]
