"""The errors of the client, all of the package's tree: what was wrong, what would be right, in which request.

::

    KGError
    └── ClientError
        ├── Unreachable       no answer came: wrong address, no server, no time left
        ├── Refused           the server answered with an error status
        ├── QuestionError     the server read the question and names what is wrong with it
        ├── NotFound          what a list was asked of is not in the graph
        └── AnswerError       the answer is not of the shape that the schema promises
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kg.errors import KGError

__all__ = ["AnswerError", "ClientError", "NotFound", "Problem", "QuestionError", "Refused", "Unreachable"]


class ClientError(KGError):
    """A question has no answer.

    Parameters
    ----------
    problem : str
        What is wrong.
    hint : str
        What would be right; empty where nobody knows.
    code : str
        The server's name for the kind of error, such as ``BAD_ARGUMENT``; the client's own are in
        capitals too.
    request_id : str or None
        What the server calls the request in its log.
    """

    def __init__(self, problem: str, *, hint: str = "", code: str = "", request_id: str | None = None) -> None:
        self.problem = problem
        self.hint = hint
        self.code = code
        self.request_id = request_id
        about = ", ".join(filter(None, (code, f"request {request_id}" if request_id else "")))
        super().__init__(problem + (f"; {hint}" if hint else "") + (f" ({about})" if about else ""))


class Unreachable(ClientError):
    """No answer came."""


class Refused(ClientError):
    """The server answered with an error status.

    Attributes
    ----------
    status : int
        Status of HTTP.
    retry_after : float or None
        Seconds after which the server would like to be asked again, where it says so.
    """

    def __init__(
        self,
        problem: str,
        *,
        status: int,
        hint: str = "",
        code: str = "",
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.status = status
        self.retry_after = retry_after
        super().__init__(problem, hint=hint, code=code or f"HTTP_{status}", request_id=request_id)


@dataclass(frozen=True, slots=True)
class Problem:
    """One of the errors of an answer.

    Attributes
    ----------
    message, code, hint : str
    path : tuple
        Names and places of the fields that lead to where it happened.
    """

    message: str
    code: str
    hint: str
    path: tuple[str | int, ...]


class QuestionError(ClientError):
    """The server names what is wrong with a question.

    Attributes
    ----------
    problems : tuple of Problem
        All of them; the error itself shows the first.
    data : mapping or None
        What could be answered all the same.
    """

    def __init__(
        self, problems: Sequence[Problem], *, data: Mapping[str, Any] | None = None, request_id: str | None = None
    ) -> None:
        self.problems = tuple(problems)
        self.data = data
        first = self.problems[0]
        super().__init__(first.message, hint=first.hint, code=first.code, request_id=request_id)


class NotFound(ClientError):
    """What a list was asked of is not in the graph."""


class AnswerError(ClientError):
    """An answer is not what the schema promises: the server is none of this kind, or of another version."""
