"""GraphiQL, served from files beside this module, so that it works without a network.

The third-party files in ``assets/`` are those of the packages that ``assets/VERSIONS.json`` names,
without typefaces; `api.graphiql.vendor` makes them anew. ``index.html``, ``start.js`` and ``page.css`` are ours.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles

from api.security import policy

__all__ = ["ASSETS", "POLICY", "assets", "page"]

#: Folder of all that the page loads.
ASSETS: Final = Path(__file__).parent / "assets"

#: Content security policy of the page: scripts from here alone; the editor sets styles as it runs.
POLICY: Final = policy(
    script_src="'self'",
    style_src="'self' 'unsafe-inline'",
    img_src="'self' data:",
    font_src="'self' data:",
    connect_src="'self'",
)


def page() -> Response:
    """Page of GraphiQL."""
    return FileResponse(ASSETS / "index.html", headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


def assets() -> StaticFiles:
    """Application that serves what the page loads."""
    return StaticFiles(directory=ASSETS)
