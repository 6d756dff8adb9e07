"""Keys of the API: ``python -m api.keys NAME`` makes one and prints it, with the line that lets it in.

The server knows hashes alone. A key is 32 random bytes, so that a plain SHA-256 cannot be turned back.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import re
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from anyio import sleep
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import RequestError, refusal
from api.rates import Rates, address_of
from kg.errors import ConfigError

__all__ = ["Access", "Keys", "new_key"]

_LINE: Final = re.compile(r"([\w.-]{1,64}):([0-9a-f]{64})", re.ASCII)

#: Refusals that wait at the same time, and seconds that each waits at most.
_MOST_WAITING: Final = 500
_LONGEST_WAIT: Final = 1.0

#: Routes without data: pages, what they load, and what a balancer asks.
_OPEN: Final = ("", "health", "explorer", "graphiql", "yasgui", "styles")
#: Routes that give a page to who sends no query.
_PAGES: Final = ("graphql", "sparql")


@dataclass(frozen=True, slots=True, repr=False)
class Keys:
    """Hashes of the keys that are let in, by the names of their owners."""

    hashes: Mapping[str, str]

    @classmethod
    def read(cls, text: str) -> Keys:
        """Keys of a setting: the path of a file, or what such a file holds.

        Raises
        ------
        ConfigError
            When it is neither.

        >>> list(Keys.read("ann:" + 64 * "0").hashes)
        ['ann']
        """
        if not _LINE.search(text):
            try:
                text = Path(text).read_text(encoding="utf-8")
            except (OSError, ValueError) as error:
                problem = f"is no file that can be read: {error}"
                raise ConfigError("KG_API_KEYS", problem, "a file with a line NAME:SHA256 for each key") from error
        lines = [line.partition("#")[0].strip() for line in re.split(r"[\n,]", text)]
        found = [(number, line, _LINE.fullmatch(line)) for number, line in enumerate(lines, 1) if line]
        hashes: dict[str, str] = {}
        for number, _, line in found:
            if line is None or line[1] in hashes:
                # The line itself is not shown: it could be a key that stands where its hash should.
                problem = f"has a line {number} that is no NAME:SHA256, or a name twice"
                raise ConfigError("KG_API_KEYS", problem, "lines as `python -m api.keys NAME` prints them")
            hashes[line[1]] = line[2]
        if not hashes:
            raise ConfigError("KG_API_KEYS", "has no key", "a line NAME:SHA256 for each key")
        return cls(hashes)

    def owner(self, key: str) -> str | None:
        """Name of a key's owner; None when it is let in by nobody. All are compared, each in constant time."""
        digest = _hash(key)
        found = None
        for name, known in self.hashes.items():
            if hmac.compare_digest(known, digest):
                found = name
        return found


class Access:
    """Middleware that lets in who has a key, where keys are asked for, and nobody too often.

    Parameters
    ----------
    keys : Keys, optional
        Without them everybody is let in.
    rate, key_rate : float
        Requests a minute of an address, and of a key; 0 for no limit.
    """

    def __init__(self, app: ASGIApp, *, keys: Keys | None = None, rate: float = 0, key_rate: float = 0) -> None:
        self._app = app
        self._keys = keys
        self._rates = Rates(rate)
        self._key_rates = Rates(key_rate)
        self._waiting = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 401 or 429."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        given = _given(dict(scope["headers"]))
        owner = self._keys.owner(given) if self._keys and given else None
        if owner is not None:
            scope["key"] = owner
            wait = self._key_rates.wait(owner)
        else:
            client = scope.get("client")
            wait = self._rates.wait(address_of(client[0] if client else ""))
        if wait:
            await self._slowed(wait)
            error = RequestError("too many requests", f"wait {math.ceil(wait)} seconds")
            headers = {"Retry-After": str(math.ceil(wait))}
            await refusal(scope, 429, error, headers=headers, code="RATE_LIMITED")(scope, receive, send)
        elif self._keys and owner is None and not _is_open(scope):
            problem = "the key is not known" if given else "there is no key"
            error = RequestError(problem, "send the header `Authorization: Bearer KEY` or `X-API-Key: KEY`")
            headers = {"WWW-Authenticate": "Bearer"}
            await refusal(scope, 401, error, headers=headers, code="UNAUTHENTICATED")(scope, receive, send)
        else:
            await self._app(scope, receive, send)


    async def _slowed(self, wait: float) -> None:
        """Wait before a refusal: who asks again at once, on every refusal, would be most of the server's work."""
        if self._waiting < _MOST_WAITING:
            self._waiting += 1
            try:
                await sleep(min(wait, _LONGEST_WAIT))
            finally:
                self._waiting -= 1


def new_key(name: str) -> tuple[str, str]:
    """Key for somebody, and the line that lets it in."""
    key = secrets.token_urlsafe(32)
    return key, f"{name}:{_hash(key)}"


def _hash(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def _given(headers: Mapping[bytes, bytes]) -> str:
    """Key that a request carries."""
    scheme, _, token = headers.get(b"authorization", b"").decode("latin-1").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else headers.get(b"x-api-key", b"").decode("latin-1").strip()


def _is_open(scope: Scope) -> bool:
    first = scope["path"].lstrip("/").partition("/")[0]
    page = first in _PAGES and scope["method"] in ("GET", "HEAD") and not scope["query_string"]
    # A browser asks by OPTIONS whether it may send a key at all.
    return first in _OPEN or page or scope["method"] == "OPTIONS"


def main(arguments: list[str]) -> None:
    """Print a new key for the one who is named."""
    (name,) = arguments
    key, line = new_key(name)
    if not _LINE.fullmatch(line):
        raise ConfigError("NAME", f"is {name!r}", "letters, digits, `_`, `.` and `-`, 64 at most")
    sys.stdout.write(f"key, shown this once:  {key}\nline for KG_API_KEYS:  {line}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
