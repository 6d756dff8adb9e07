"""What the server tells of its work: a line a request, as text or as JSON.

A line has no query, no variables, no address and no key: only the name of a key and of an operation.
"""

from __future__ import annotations

import json
import logging
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

__all__ = ["REQUESTS", "STYLES", "configure", "note"]

#: Logger of the lines of requests.
REQUESTS: Final = logging.getLogger("paperkg.requests")

#: What a log can look like.
STYLES: Final = ("text", "json")


def note(fields: Mapping[str, str | float]) -> None:
    """Log a request."""
    if REQUESTS.isEnabledFor(logging.INFO):
        shown = " ".join(f"{name}={value}" for name, value in fields.items())
        REQUESTS.info("%s", shown, extra={"fields": fields})


def configure(style: str) -> None:
    """Send the log of this process to standard error, in one of the `STYLES`."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Json() if style == "json" else logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("paperkg").setLevel(logging.INFO)


class _Json(logging.Formatter):
    """A line of JSON a record."""

    def format(self, record: logging.LogRecord) -> str:
        """Line of a record."""
        fields: Mapping[str, Any] | None = getattr(record, "fields", None)
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            **(fields if fields is not None else {"message": record.getMessage()}),
        }
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)
