"""A question as bytes to send, an answer as bytes to read, and how often to try: all without a connection.

`conversation` says what to do next, and whoever holds the connection does it; so the client that
waits and the one that awaits share every decision.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Generic, TypeVar

from kg.client.errors import AnswerError, Problem, QuestionError, Refused

__all__ = ["LONGEST_WAIT", "Answer", "Call", "Pause", "asked", "conversation"]

T = TypeVar("T")

#: Seconds that a server may ask for; one that asks for more gets its way, and the caller an error.
LONGEST_WAIT: Final = 60.0
_FIRST_WAIT: Final = 0.5
#: Statuses that say "later": too many requests, and no place free.
_LATER: Final = (429, 503)
#: Longest text of an error page that is shown.
_SHOWN: Final = 300


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back.

    Attributes
    ----------
    status : int
        Status of HTTP.
    headers : mapping
        Names in small letters.
    body : bytes
    """

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def request_id(self) -> str | None:
        """What the server calls the request."""
        return self.headers.get("x-request-id")

    def json(self) -> Any:
        """Body as JSON.

        Raises
        ------
        AnswerError
            When it is none.
        """
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            raise AnswerError(
                f"the answer is no JSON: {_start(self.body)!r}",
                hint="is the address that of a paperkg server?",
                code="UNEXPECTED_ANSWER",
                request_id=self.request_id,
            ) from error


@dataclass(frozen=True, slots=True)
class Call(Generic[T]):
    """A question, and how its answer is read.

    Attributes
    ----------
    path : str
        Below the server's address.
    headers : mapping
    body : bytes
    read : callable
        Makes the value out of an answer whose status is no error.
    """

    path: str
    headers: Mapping[str, str]
    body: bytes
    read: Callable[[Answer], T]


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds to wait before the next try."""

    seconds: float


def asked(document: str, variables: Mapping[str, object], read: Callable[[Mapping[str, Any]], T]) -> Call[T]:
    """Call that asks a document of GraphQL; `read` gets the answer's ``data``."""
    body = json.dumps({"query": document, "variables": dict(variables)}, ensure_ascii=False)
    headers = {"content-type": "application/json", "accept": "application/json"}
    return Call("/graphql", headers, body.encode(), lambda answer: read(_data(answer)))


def _data(answer: Answer) -> Mapping[str, Any]:
    found = answer.json()
    if not isinstance(found, dict) or not isinstance(found.get("data"), dict | None):
        raise AnswerError("the answer has no data", code="UNEXPECTED_ANSWER", request_id=answer.request_id)
    problems = _problems(found)
    if problems:
        raise QuestionError(problems, data=found.get("data"), request_id=answer.request_id)
    if found.get("data") is None:
        raise AnswerError("the answer's data is null", code="UNEXPECTED_ANSWER", request_id=answer.request_id)
    return dict(found["data"])


def _problems(found: object) -> list[Problem]:
    """Return the errors that an answer tells in GraphQL's shape."""
    told = found.get("errors") if isinstance(found, dict) else None
    problems = []
    for each in told if isinstance(told, list) else []:
        if isinstance(each, dict):
            extensions = each.get("extensions")
            about = extensions if isinstance(extensions, dict) else {}
            problems.append(
                Problem(
                    str(each.get("message", "")),
                    str(about.get("code", "")),
                    str(about.get("hint", "")),
                    tuple(each.get("path") or ()),
                )
            )
    return problems


def conversation(call: Call[T], *, retries: int) -> Generator[Call[T] | Pause, Answer | None, T]:
    """What to do for an answer: send the call, or wait; returns the value that was asked for.

    Only a server that says "later" (429 and 503) is asked again: after as long as it says, else
    after a growing while.

    Raises
    ------
    ClientError
        When there is no answer, or it is an error.
    """
    for attempt in range(retries + 1):
        answer = yield call
        assert answer is not None  # noqa: S101 - the other side of this module sends one for each call
        if answer.status < 300:
            return call.read(answer)
        refused = _refused(answer)
        wait = _wait(refused, attempt)
        if wait is None or attempt == retries:
            raise refused
        yield Pause(wait)
    raise AssertionError("a call is tried once at least")


def _wait(refused: Refused, attempt: int) -> float | None:
    """Return the seconds until the next try; None where there should be none."""
    if refused.status not in _LATER:
        return None
    if refused.retry_after is not None:
        return refused.retry_after if refused.retry_after <= LONGEST_WAIT else None
    # clients that were refused together must not come back together
    return float(min(_FIRST_WAIT * 2**attempt, LONGEST_WAIT) * random.uniform(0.5, 1.0))  # noqa: S311


def _refused(answer: Answer) -> Refused:
    about: dict[str, Any] = {
        "status": answer.status,
        "request_id": answer.request_id,
        "retry_after": _retry_after(answer.headers.get("retry-after")),
    }
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        found = None
    problems = _problems(found)
    if problems:
        first = problems[0]
        return Refused(first.message, code=first.code, hint=first.hint, **about)
    if isinstance(found, dict) and isinstance(found.get("error"), str):
        return Refused(found["error"], code=str(found.get("code", "")), hint=str(found.get("hint", "")), **about)
    return Refused(_start(answer.body) or f"the server answered with status {answer.status}", **about)


def _start(body: bytes) -> str:
    text = " ".join(body[: 4 * _SHOWN].decode(errors="replace").split())
    return text if len(text) <= _SHOWN else f"{text[: _SHOWN - 3]}..."


def _retry_after(header: str | None) -> float | None:
    """Seconds that a header names, by number or by date.

    >>> _retry_after("2"), _retry_after("soon"), _retry_after("Thu, 01 Jan 1970 00:00:00 GMT")
    (2.0, None, 0.0)
    """
    if header is None:
        return None
    if header.strip().isdigit():
        return float(header)
    try:
        date = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (date - datetime.now(UTC)).total_seconds()) if date.tzinfo else None
