"""The errors a caller of the API can make, and how any error is shown to them.

::

    KGError
    └── RequestError              the request is wrong; shown to the caller with a code and a hint
        ├── ArgumentError         BAD_ARGUMENT      an argument has a value it cannot have
        ├── CursorError           BAD_CURSOR        a cursor is none of this list's
        ├── SnapshotChangedError  SNAPSHOT_CHANGED  a cursor is of a build that is served no more
        └── LimitError            LIMIT_EXCEEDED    the request asks for too much
            ├── CostError         COST_EXCEEDED     ... and that can be seen before it runs
            └── TimeLimitError    TIME_EXCEEDED     ... and its time is over

A request that is refused before it is read, for want of a key or because its body is too large,
gets the same shape of answer from `refusal`.

Every other error is the server's own: the caller sees "internal error" and a request id, the
log sees the rest.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from graphql import GraphQLError, GraphQLSyntaxError
from starlette.responses import JSONResponse
from starlette.types import Scope

from kg.errors import KGError

__all__ = [
    "ArgumentError",
    "CostError",
    "CursorError",
    "LimitError",
    "RequestError",
    "SnapshotChangedError",
    "TimeLimitError",
    "code_of",
    "refusal",
    "shown_errors",
]

_LOG = logging.getLogger("paperkg.api")

#: What would be right of a document that is wrong in itself.
_DOCUMENT_HINTS = {
    "BAD_SYNTAX": "write the document in GraphQL; `locations` tells where it is not",
    "BAD_QUERY": "ask for what the schema has, with the arguments and variables it names; /graphql shows it",
}


class RequestError(KGError):
    """The request is wrong in a way its sender can mend.

    Parameters
    ----------
    problem : str
        What is wrong, with the value.
    hint : str
        What would be right.
    details : str, int or float
        What a program may want to read, shown beside code and hint.
    """

    code: ClassVar[str] = "BAD_REQUEST"

    def __init__(self, problem: str, hint: str, **details: str | float) -> None:
        self.problem = problem
        self.hint = hint
        self.details = details
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


class SnapshotChangedError(RequestError):
    """A walk began on a build of the graph that is served no more, or mixes two."""

    code = "SNAPSHOT_CHANGED"

    def __init__(self, what: str = "a cursor") -> None:
        super().__init__(
            f"{what} is of a snapshot that this request cannot be answered from",
            "begin the walk again, without a cursor; after a new build the one before is held for some minutes",
        )


class CostError(LimitError):
    """A document would cost more than one request may."""

    code = "COST_EXCEEDED"

    def __init__(self, cost: int, limit: int, field: str, share: int) -> None:
        super().__init__(
            f"the document would cost {cost:,}, more than {limit:,}; `{field}` adds {share:,}",
            "ask for smaller pages or fewer levels there, and page through them",
            cost=cost,
            limit=limit,
            field=field,
        )


class TimeLimitError(LimitError):
    """The time of a request is over."""

    code = "TIME_EXCEEDED"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"the answer was not ready within {seconds:g} seconds",
            "ask for less at once; if little was asked, try again when the server is less busy",
            seconds=seconds,
        )


def refusal(
    scope: Scope, status: int, error: RequestError, *, headers: Mapping[str, str] | None = None, code: str = ""
) -> JSONResponse:
    """Answer to a request that is refused before anything of it runs, in the shape of GraphQL's errors."""
    extensions = {"code": code or error.code, "hint": error.hint, "requestId": scope.get("request_id", "")}
    problem = {"message": error.problem, "extensions": extensions}
    return JSONResponse({"errors": [problem]}, status_code=status, headers=headers)


def code_of(shown: Mapping[str, Any]) -> str:
    """Code of an error as it is shown."""
    return str(shown.get("extensions", {}).get("code", ""))


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
        extensions = {"code": cause.code, "hint": cause.hint, **cause.details}
    elif isinstance(cause, RecursionError):
        shown["message"] = "the document is nested too deeply"
        extensions = {"code": LimitError.code, "hint": "ask for fewer levels"}
    elif cause is None or isinstance(cause, GraphQLError):
        # Syntax, validation and coercion of variables: all of them speak of the document alone.
        code = "BAD_SYNTAX" if isinstance(error, GraphQLSyntaxError) else "BAD_QUERY"
        extensions = {"code": code, "hint": _DOCUMENT_HINTS[code], **(error.extensions or {})}
    else:
        _LOG.error("request %s failed at %s", request_id, error.path, exc_info=cause)
        shown["message"] = "internal error"
        extensions = {"code": "INTERNAL", "hint": f"the server's log has the cause under request {request_id}"}
    shown["extensions"] = {**extensions, "requestId": request_id}
    return shown
