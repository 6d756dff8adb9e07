"""Yasgui, a page to write SPARQL on, served from files beside this module, so that it works without a network.

The third-party files in ``assets/`` are those of the packages that ``assets/VERSIONS.json`` names;
`api.yasgui.vendor` makes them anew. ``index.html``, ``start.js`` and ``page.css`` are ours. The
example queries are those that the README and ``kg demo`` show.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Final

from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles

from kg.overview import EXAMPLES
from schema.vocab import PREFIXES

__all__ = ["ASSETS", "POLICY", "assets", "page", "questions"]

#: Folder of all that the page loads.
ASSETS: Final = Path(__file__).parent / "assets"

#: Content security policy of the page: scripts from here alone; the editor sets styles as it runs, and its icons
#: are built in.
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "font-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


def page() -> Response:
    """Page to write queries on, with the examples in it."""
    return HTMLResponse(_document(), headers={"Content-Security-Policy": POLICY, "Cache-Control": "no-cache"})


def assets() -> StaticFiles:
    """Application that serves what the page loads."""
    return StaticFiles(directory=ASSETS)


def questions() -> list[dict[str, str]]:
    """Example questions, each with a query that runs on any server: its prefixes are written out."""
    return [{"name": name, "query": _declared(query.strip())} for name, query in EXAMPLES.items()]


def _declared(query: str) -> str:
    used = [prefix for prefix in PREFIXES if re.search(rf"(?<![\w:]){prefix}:", query)]
    return "\n".join([*(f"PREFIX {prefix}: <{PREFIXES[prefix]}>" for prefix in used), query, ""])


@cache
def _document() -> str:
    # A script's text ends at its end tag alone, so nothing else in it needs escaping.
    listed = json.dumps(questions(), ensure_ascii=False).replace("<", "\\u003c")
    return (ASSETS / "index.html").read_text(encoding="utf-8").replace("{{questions}}", listed)
