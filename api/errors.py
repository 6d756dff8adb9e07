"""The errors a caller of the API can make, and how any error is shown to them.

::

    KGError
    └── RequestError          the request is wrong; shown to the caller with a code and a hint
        ├── ArgumentError       BAD_ARGUMENT   an argument has a value it cannot have
        ├── CursorError         BAD_CURSOR     a cursor is none of this list's
        └── LimitError     LIMIT_EXCEEDED the request asks for too much

Every other error is the server's own: the caller sees "internal error" and a request id, the
log sees the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any, ClassVar

from graphql import GraphQLError, GraphQLSyntaxError

from kg.errors import KGError

__all__ = ["ArgumentError", "CursorError", "LimitError", "RequestError", "shown_errors"]

_LOG = logging.getLogger("paperkg.api")


class RequestError(KGError):
    """The request is wrong in a way its sender can mend.

    Parameters
    ----------
    problem : str
        What is wrong, with the value.
    hint : str
        What would be right.
    """

    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(problem)


class ArgumentError(RequestError):
    """An argument has a value it cannot have."""

    code = "BAD_ARGUMENT"


class CursorError(RequestError):
    """A cursor was not made by this list in this order."""

    code = "BAD_CURSOR"

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        shown = cursor if len(cursor) <= 60 else f"{cursor[:57]}..."
        super().__init__(
            f"{shown!r} is no cursor of this list",
            "pass an edge's `cursor`, or the page's `endCursor` or `startCursor`, of the same list in the same order",
        )


class LimitError(RequestError):
    """The request asks for more than one request may."""

    code = "LIMIT_EXCEEDED"


def shown_errors(errors: Sequence[GraphQLError], request_id: str) -> list[dict[str, Any]]:
    """Errors as the caller sees them; those of the server's own are logged and masked.

    Parameters
    ----------
    errors : sequence of GraphQLError
        What the execution of a document reported.
    request_id : str
        Joins what the caller sees to what the log says.
    """
    return [_shown(error, request_id) for error in errors]


def _shown(error: GraphQLError, request_id: str) -> dict[str, Any]:
    shown = dict(error.formatted)
    cause = error.original_error
    while isinstance(cause, GraphQLError) and cause.original_error is not None:
        cause = cause.original_error
    if isinstance(cause, RequestError):
        extensions = {"code": cause.code, "hint": cause.hint}
    elif isinstance(cause, RecursionError):
        shown["message"] = "the document is nested too deeply"
        extensions = {"code": LimitError.code, "hint": "ask for fewer levels"}
    elif cause is None or isinstance(cause, GraphQLError):
        # Syntax, validation and coercion of variables: all of them speak of the document alone.
        syntax = isinstance(error, GraphQLSyntaxError)
        extensions = {"code": "BAD_SYNTAX" if syntax else "BAD_QUERY", **(error.extensions or {})}
    else:
        _LOG.error("request %s failed at %s", request_id, error.path, exc_info=cause)
        shown["message"] = "internal error"
        extensions = {"code": "INTERNAL", "hint": f"the server's log has the cause under request {request_id}"}
    shown["extensions"] = {**extensions, "requestId": request_id}
    return shown
