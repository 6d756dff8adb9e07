"""The explorer: a page in which the graph is searched, looked at and read, served from files beside this module.

Its sources are TypeScript in ``src/``; `api.explorer.build` makes ``explorer.js`` and ``layout.js`` of them and of the
packages that ``assets/VERSIONS.json`` names. It asks the public GraphQL and nothing else.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from api.linked_data.negotiation import HTML, chosen
from api.security import policy

__all__ = ["ASSETS", "POLICY", "assets", "home"]

#: Folder of all that the page loads.
ASSETS: Final = Path(__file__).parent / "assets"

#: Content security policy of the page: all it needs is here, and nothing is written into it as script or style.
POLICY: Final = policy(
    script_src="'self'",
    style_src="'self'",
    worker_src="'self'",
    img_src="'self' data: blob:",
    connect_src="'self'",
)

_HEADERS: Final = {"Content-Security-Policy": POLICY, "Cache-Control": "no-cache", "Vary": "Accept"}


async def home(request: Request) -> Response:
    """Explorer for browsers; programs are led to GraphQL."""
    if chosen(request, {"application/json": "json", HTML: "html"}) == "html":
        return FileResponse(ASSETS / "index.html", headers=_HEADERS)
    return RedirectResponse("graphql", headers={"Vary": "Accept"})


def assets() -> StaticFiles:
    """Application that serves what the page loads."""
    return StaticFiles(directory=ASSETS)
