"""The command that lets agents ask a graph: `kg mcp`."""

from __future__ import annotations

import signal
from contextlib import suppress
from typing import Annotated

import typer

from kg import terminal
from kg.commands import Graph, fail, told


@told
def mcp(
    graph: Graph,
    http: Annotated[
        str | None,
        typer.Option(
            "--http",
            metavar="HOST:PORT",
            help="Serve over HTTP at this address, path /mcp, instead of standard input and output.",
        ),
    ] = None,
    seconds: Annotated[
        float, typer.Option("--seconds", min=1, max=600, help="Seconds after which a SPARQL query is stopped.")
    ] = 20.0,
) -> None:
    """Let language models and other agents ask a graph, by the Model Context Protocol; read-only.

    A client starts it as `kg mcp GRAPH` and speaks to it on standard input and output. Over HTTP nobody
    is asked for a key: leave it on 127.0.0.1, or behind something that asks. Needs the extra `mcp`.
    """
    host, port = _address(http) if http is not None else ("", 0)
    try:
        from kg.agents.asking import Bounds  # noqa: PLC0415 - an extra
        from kg.agents.server import make_server  # noqa: PLC0415
        from kg.agents.snapshot import ServedGraph  # noqa: PLC0415
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("mcp", "mcp_types"):
            raise
        fail("the package `mcp` is not installed; install paperkg with its extra: pip install 'paperkg[mcp]'")
    server = make_server(ServedGraph(graph), bounds=Bounds(seconds=seconds))
    with suppress(KeyboardInterrupt):  # how a server is meant to be stopped
        if http is None:
            # a thread waits for the next line, and nothing else would wake it
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            server.run("stdio")
        else:
            _, aside = terminal.consoles()
            aside.print(f"MCP at http://{http}/mcp (Ctrl-C stops)", highlight=False)
            server.run("streamable-http", host=host, port=port, json_response=True, stateless_http=True)


def _address(given: str) -> tuple[str, int]:
    """Return host and port of an address."""
    host, _, port = given.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port[:6]) < 65536:
        raise typer.BadParameter(f"{given!r} is no HOST:PORT, such as 127.0.0.1:8001", param_hint="--http")
    return host, int(port)
