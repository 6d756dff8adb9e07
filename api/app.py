"""The web application: the explorer, GraphQL, SPARQL, health, and a page to try GraphQL on.

``uvicorn.run("api.app:create_app", factory=True)`` serves the workspace that the environment
variable ``KG_WORKSPACE`` names; `api.settings` has the others. When a build publishes a new snapshot,
the server takes it over while requests are under way; see `api.snapshots`.

A request goes inwards through the layers in the order they stand below, and its answer outwards.
"""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route

from api import explorer, logs, yasgui
from api.bodies import BodyLimit
from api.context import Graph
from api.fast.serving import FastEndpoint, FastFirst
from api.graphiql import assets
from api.keys import Access
from api.lane import Lanes
from api.limits import Limits
from api.linked_data import LinkedData
from api.observe import Observed
from api.settings import WORKSPACE, Settings
from api.snapshots import SnapshotOfRequest, Snapshots
from api.sparql import METHODS, SparqlEndpoint
from kg.errors import ConfigError
from kg.store import GraphStore

if TYPE_CHECKING:
    from api.metrics import Metrics
    from kg.arrays import GraphArrays

__all__ = ["WORKSPACE", "create_app"]


def create_app(
    store: GraphStore | None = None,
    manifest: Mapping[str, Any] | None = None,
    *,
    limits: Limits | None = None,
    settings: Settings | None = None,
    arrays: GraphArrays | None = None,
) -> Starlette:
    """Application that serves a graph.

    Parameters
    ----------
    store : GraphStore, optional
        The graph; without one, that of the workspace of the settings, opened at the start.
    manifest : mapping, optional
        The manifest of `store`.
    limits : Limits, optional
        What one request may ask for, instead of what the settings say.
    settings : Settings, optional
        Those of the environment unless given, or unless there is a `store`.
    arrays : GraphArrays, optional
        The graph of `store` as arrays.

    Raises
    ------
    ConfigError
        At the start, when there is no graph and ``KG_WORKSPACE`` is not set.
    """
    chosen = settings or (Settings.read() if store is None else Settings(lanes=False))
    allowed = limits or chosen.limits

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        if chosen.log:
            logs.configure(chosen.log)
        if store is None:
            app.state.snapshots = _watched(chosen, allowed, metrics)
            # A look for garbage through all that was made so far holds every request for 0.2 seconds.
            gc.collect()
            gc.freeze()
        try:
            yield
        finally:
            sparql.close()
            lanes.close()

    def snapshots() -> Snapshots:
        return cast(Snapshots, app.state.snapshots)

    def graph() -> Graph:
        return snapshots().graph()

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "snapshot": graph().fingerprint})

    sparql = SparqlEndpoint(graph, allowed)
    quick = FastEndpoint(allowed, snapshots)
    lanes = Lanes(quick, FastEndpoint(allowed, snapshots, quick.documents))
    metrics = None
    if chosen.metrics:
        from api.metrics import Metrics  # noqa: PLC0415  # its package counts from the moment it is imported

        metrics = Metrics()
    app = Starlette(
        routes=[
            Route("/", explorer.home),
            Route("/graphql", FastFirst(quick, lanes) if chosen.lanes else quick),
            Route("/sparql", sparql.respond, methods=METHODS),
            Route("/health", health),
            *([Route("/metrics", metrics.respond)] if metrics else []),
            Mount("/graphiql", assets()),
            Mount("/yasgui", yasgui.assets()),
            Mount("/explorer", explorer.assets()),
            *LinkedData(graph).routes(),
        ],
        middleware=[
            Middleware(Observed, metrics=metrics),
            Middleware(Access, keys=chosen.keys, rate=chosen.rate, key_rate=chosen.key_rate),
            Middleware(SnapshotOfRequest, snapshots=snapshots),
            Middleware(BodyLimit, limit=allowed.body, seconds=allowed.body_seconds),
        ],
        lifespan=lifespan,
    )
    if store is not None:
        app.state.snapshots = Snapshots(Graph(store, manifest or {}, workers=allowed.workers, arrays=arrays))
    return app


def _watched(settings: Settings, limits: Limits, metrics: Metrics | None) -> Snapshots:
    """Return the current snapshot of a workspace, watched for the next."""
    # Tests and callers with a graph of their own need no workspace, nor what it imports.
    from kg.workspace import MANIFEST, open_workspace  # noqa: PLC0415

    folder = settings.workspace
    if folder is None:
        raise ConfigError(WORKSPACE, "is not set", "the folder that `kg build --out` made")

    def opened() -> Graph:
        workspace = open_workspace(Path(folder))
        return Graph(workspace.store(), workspace.manifest, workers=limits.workers, arrays=workspace.arrays())

    def changed() -> None:
        if metrics:
            metrics.snapshots.inc()

    return Snapshots(opened(), folder / MANIFEST, opened, hold_seconds=settings.hold_seconds, changed=changed)
