"""The command that serves a graph: settings become variables of the environment, which each worker reads."""

from __future__ import annotations

import os
import tempfile
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Annotated, Final

import typer

from kg import terminal
from kg.commands import Graph, told

# Connections that uvicorn has at most: with those in its queue, more than a process may open by default.
_CONNECTIONS: Final = 2_000


@told
def serve(
    graph: Graph,
    host: Annotated[str, typer.Option("--host", help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", "-p", min=0, max=65535, help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that answer.")] = 1,
    keys: Annotated[
        str | None,
        typer.Option(
            "--keys",
            envvar="KG_API_KEYS",
            help="File of the keys that are let in, a line NAME:SHA256 each; `python -m api.keys NAME` makes one.",
        ),
    ] = None,
    rate: Annotated[
        float,
        typer.Option("--rate", envvar="KG_RATE", min=0, help="Requests a minute of an address and a worker; 0: any."),
    ] = 0,
    key_rate: Annotated[
        float,
        typer.Option("--key-rate", envvar="KG_KEY_RATE", min=0, help="Requests a minute of a key and worker."),
    ] = 0,
    cost: Annotated[
        int | None,
        typer.Option("--cost", envvar="KG_COST", min=1, help="Fields that the answer to a GraphQL document may have."),
    ] = None,
    seconds: Annotated[
        float | None,
        typer.Option("--seconds", envvar="KG_SECONDS", min=0, help="Seconds that a GraphQL document may take."),
    ] = None,
    introspection: Annotated[
        bool,
        typer.Option(
            "--introspection/--no-introspection",
            envvar="KG_INTROSPECTION",
            help="Whether GraphQL tells its schema; the page to try it on needs that for its help.",
        ),
    ] = True,
    metrics: Annotated[
        bool,
        typer.Option("--metrics/--no-metrics", envvar="KG_METRICS", help="Whether /metrics answers Prometheus."),
    ] = False,
    log: Annotated[
        str, typer.Option("--log", envvar="KG_LOG", help="How the log looks, a line a request: text or json.")
    ] = "text",
    proxies: Annotated[
        str | None,
        typer.Option(
            "--proxies", envvar="FORWARDED_ALLOW_IPS", help="Proxies whose X-Forwarded-For is believed, with commas."
        ),
    ] = None,
) -> None:
    """Serve a graph: GraphQL at /graphql with a page to try it on, SPARQL at /sparql.

    A graph that is built anew is taken over while the server runs. Each option is also a variable of
    the environment.
    """
    from kg.workspace import open_workspace  # noqa: PLC0415  # a command imports what it needs

    open_workspace(graph)
    told_to = {
        "KG_API_KEYS": keys,
        "KG_RATE": rate,
        "KG_KEY_RATE": key_rate,
        "KG_COST": cost,
        "KG_SECONDS": seconds,
        "KG_INTROSPECTION": int(introspection),
        "KG_METRICS": int(metrics),
        "KG_LOG": log,
    }
    os.environ.update({name: str(value) for name, value in told_to.items() if value is not None})
    run_server(graph, host, port, workers=workers, proxies=proxies)


def run_server(graph: Path, host: str, port: int, *, workers: int = 1, proxies: str | None = None) -> None:
    """Serve a graph until a signal says to stop; requests under way are answered first."""
    import uvicorn  # noqa: PLC0415

    _, aside = terminal.consoles()
    os.environ["KG_WORKSPACE"] = str(graph.resolve())
    os.environ.setdefault("KG_LOG", "text")
    _allow_files()
    aside.print(f"GraphQL at http://{host}:{port}/graphql (Ctrl-C stops)", highlight=False)
    with ExitStack() as stack:
        stack.enter_context(suppress(KeyboardInterrupt))  # how a server is meant to be stopped
        if workers > 1 and os.environ.get("KG_METRICS") == "1":
            counts = stack.enter_context(tempfile.TemporaryDirectory(prefix="kg-metrics-"))
            os.environ["PROMETHEUS_MULTIPROC_DIR"] = counts
        uvicorn.run(
            "api.app:create_app",
            factory=True,
            host=host,
            port=port,
            workers=workers,
            http="api.connections:Connection",
            ws="none",
            log_level="warning",
            log_config=None,
            access_log=False,
            server_header=False,
            forwarded_allow_ips=proxies,
            limit_concurrency=_CONNECTIONS,
            timeout_keep_alive=5,
            timeout_graceful_shutdown=30,
            # A worker that is busy is not dead; the usual five seconds are less than one takes to start.
            timeout_worker_healthcheck=60,
        )


def _allow_files() -> None:
    """Let this process open as many files as it ever may: each connection is one."""
    try:
        import resource  # noqa: PLC0415  # Unix alone has it
    except ImportError:
        return
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * _CONNECTIONS if hard == resource.RLIM_INFINITY else min(2 * _CONNECTIONS, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
