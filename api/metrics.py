"""What the server counts, for Prometheus; no label's values come from a request, so none can multiply."""

from __future__ import annotations

import os
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from starlette.requests import Request
from starlette.responses import Response

__all__ = ["Metrics"]

_SECONDS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
_COSTS: Final = (10, 30, 100, 300, 1_000, 3_000, 10_000, 30_000, 100_000)
_METHODS: Final = ("GET", "HEAD", "POST", "OPTIONS")


class Metrics:
    """Counters of one application.

    With several worker processes the variable ``PROMETHEUS_MULTIPROC_DIR`` names a folder in which
    each keeps its own counts, and any of them answers for all.
    """

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._together = "PROMETHEUS_MULTIPROC_DIR" in os.environ
        kept = self._registry
        self.requests = Counter("kg_requests", "Requests answered.", ("route", "method", "status"), registry=kept)
        self.seconds = Histogram(
            "kg_request_seconds", "Seconds from a request's head to the end of its answer.", ("route",),
            buckets=_SECONDS, registry=kept,
        )  # fmt: skip
        self.sent = Counter("kg_sent_bytes", "Bytes of answers' bodies.", ("route",), registry=kept)
        self.open = Gauge(
            "kg_requests_in_progress", "Requests under way.", registry=kept, multiprocess_mode="livesum"
        )  # fmt: skip
        self.cost = Histogram("kg_graphql_cost", "Cost of GraphQL documents.", buckets=_COSTS, registry=kept)
        self.errors = Counter("kg_graphql_errors", "Errors in answers of GraphQL.", ("code",), registry=kept)
        self.snapshots = Counter("kg_snapshots", "Snapshots taken over since the start.", registry=kept)

    def count(self, route: str, method: str, status: int, seconds: float, sent: int) -> None:
        """Count a request that was answered."""
        self.requests.labels(route, method if method in _METHODS else "other", str(status)).inc()
        self.seconds.labels(route).observe(seconds)
        self.sent.labels(route).inc(sent)

    async def respond(self, request: Request) -> Response:
        """Answer of ``/metrics``."""
        registry = self._registry
        if self._together:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)
