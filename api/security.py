"""Headers that tell browsers what they may do with an answer."""

from __future__ import annotations

from typing import Final

from starlette.types import Message

__all__ = ["NO_PAGE", "policy", "secured"]


def policy(**sources: str) -> str:
    """Content security policy of a page, beyond which nothing is allowed.

    A page sets it as its answer's ``Content-Security-Policy``; answers without one get `NO_PAGE`.

    Parameters
    ----------
    sources : str
        What may be loaded from where, by directive, ``_`` for ``-``.

    >>> policy(script_src="'self'", connect_src="'self'").split("; ")[:3]
    ["default-src 'none'", "script-src 'self'", "connect-src 'self'"]
    """
    directives = {
        "default-src": "'none'",
        **{name.replace("_", "-"): allowed for name, allowed in sources.items()},
    }
    for name in ("base-uri", "form-action", "frame-ancestors"):  # what default-src does not cover
        directives.setdefault(name, "'none'")
    return "; ".join(f"{name} {allowed}" for name, allowed in directives.items())


#: Policy of what is no page: a browser that shows it loads and runs nothing.
NO_PAGE: Final = policy()

_HEADERS: Final = (
    (b"content-security-policy", NO_PAGE.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=()"),
)


def secured(start: Message) -> None:
    """Add to the start of an answer the headers it does not have."""
    given = {name.lower() for name, _ in start.get("headers", ())}
    start["headers"] = [*start.get("headers", ()), *(header for header in _HEADERS if header[0] not in given)]
