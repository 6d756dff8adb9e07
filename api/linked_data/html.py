"""Pages as HTML: templates that escape whatever enters them, and the policy that lets them run and load nothing."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from api.linked_data.shown import Page
from api.linked_data.structured import embedded
from api.security import policy

__all__ = ["POLICY", "STYLE", "TEMPLATES_DIGEST", "render"]

_API: Final = Path(__file__).resolve().parent.parent
_TEMPLATES: Final = _API / "templates"

#: The stylesheet of all pages.
STYLE: Final = _API / "styles" / "pages.css"

#: Content security policy of all pages: no script, and a style from here alone.
POLICY: Final = policy(style_src="'self'", img_src="data:")

# What XML and HTML allow in no text; papers' titles have held such characters.
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")


def _printable(value: object) -> object:
    if isinstance(value, str) and not hasattr(value, "__html__"):
        return _CONTROL.sub("\ufffd", value)
    return value


_ENVIRONMENT: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=_printable,
    trim_blocks=True,
    lstrip_blocks=True,
)


_ENVIRONMENT.filters["sentence"] = lambda text: text[:1].upper() + text[1:]


def _digest() -> str:
    found = hashlib.sha256()
    for path in (*sorted(_TEMPLATES.glob("*.html")), STYLE):
        found.update(path.read_bytes())
    return found.hexdigest()


#: Changes with every change of the templates, so that no cache keeps pages of an older form.
TEMPLATES_DIGEST: Final = _digest()


def render(page: Page, context: Mapping[str, Any]) -> bytes:
    """HTML of a page.

    Parameters
    ----------
    page : Page
    context : mapping
        What the frame around it shows: ``root``, ``iri``, ``canonical``, ``alternates``.
    """
    template = _ENVIRONMENT.get_template(f"{page.template}.html")
    data = embedded(page.structured) if page.structured else None
    text = template.render(**page.shown, **context, page=page, structured=data)
    return text.encode("utf-8", "replace")
