"""What a request carries: the graph it asks, its loaders, its budget."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import strawberry
from anyio import CapacityLimiter, Lock, to_thread

from api.limits import Budget, Limits
from api.loaders import Loaders
from api.pages import PageRequest, page_request
from kg.store import GraphStore, Row, Term

__all__ = ["Context", "Graph", "Info"]


class Graph:
    """A store that is asked in threads, so that the event loop stays free.

    Parameters
    ----------
    store : GraphStore
    manifest : mapping
        The snapshot's MANIFEST.json.
    workers : int
        Queries that may run at the same time.
    """

    def __init__(self, store: GraphStore, manifest: Mapping[str, Any], *, workers: int) -> None:
        self.store = store
        self.manifest = manifest
        #: Answers that depend on the snapshot alone, kept because a snapshot never changes.
        self.kept: dict[str, Any] = {}
        self.keeping = Lock()
        self._workers = CapacityLimiter(workers)

    async def select(self, query: str, /, **values: Term | Sequence[Term]) -> list[Row]:
        """Rows of a SELECT query; see `GraphStore.select`."""
        return await to_thread.run_sync(partial(self.store.select, query, **values), limiter=self._workers)


@dataclass(slots=True)
class Context:
    """What the resolvers of one request share."""

    graph: Graph
    limits: Limits
    request_id: str
    budget: Budget = field(init=False)
    load: Loaders = field(init=False)

    def __post_init__(self) -> None:
        self.budget = Budget(self.limits.nodes)
        self.load = Loaders(self.graph.select)

    def page(self, first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
        """Page that a connection's arguments ask for."""
        return page_request(first, after, last, before, limit=self.limits.page)


Info: TypeAlias = strawberry.Info[Context, None]
