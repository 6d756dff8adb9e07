"""Questions without a connection: when to ask again, what an answer means, what is no answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.client import AnswerError, AsyncClient, Client, ClientError, QuestionError, Refused
from kg.client.answers import Claim, Entity, PaperName, Statistics
from kg.client.calls import LONGEST_WAIT, Answer, Call, Pause, asked, conversation
from kg.client.questions import entity, execute
from kg.client.selecting import hints, members, optional, read
from kg.client.sparql import Term, ask, select
from kg.client.walks import papers
from kg.errors import ConfigError, KGError


def _answer(status: int = 200, body: object = None, **headers: str) -> Answer:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Answer(status, {"x-request-id": "r1", **{k.replace("_", "-"): v for k, v in headers.items()}}, raw)


def _talk(call: Call[Any], told: list[Answer], *, retries: int = 3) -> tuple[Any, list[float]]:
    """What comes of a call when these answers come, and how long was waited between."""
    steps, waits, left = conversation(call, retries=retries), [], list(told)
    step = next(steps)
    try:
        while True:
            if isinstance(step, Pause):
                waits.append(step.seconds)
                step = next(steps)
            else:
                step = steps.send(left.pop(0))
    except StopIteration as end:
        assert not left, "not all answers were asked for"
        return end.value, waits


FINE = _answer(body={"data": {"x": 1}})


def test_later_is_asked_again_after_as_long_as_the_server_says() -> None:
    told = [_answer(429, retry_after="7"), _answer(503, retry_after="0"), FINE]
    found, waits = _talk(execute("{ x }"), told)
    assert found == {"x": 1}
    assert waits == [7.0, 0.0]


def test_a_date_says_as_much_as_a_number() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    _, (wait,) = _talk(execute("{ x }"), [_answer(503, retry_after=soon), FINE])
    assert 20 < wait <= 30


def test_without_a_word_the_waits_grow_and_differ() -> None:
    _, waits = _talk(execute("{ x }"), [_answer(503), _answer(503), _answer(503), FINE])
    for wait, most in zip(waits, (0.5, 1.0, 2.0), strict=True):
        assert most / 2 <= wait <= most


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 415, 500, 502, 504, 301])
def test_nothing_else_is_asked_again(status: int) -> None:
    with pytest.raises(Refused) as refused:
        _talk(execute("{ x }"), [_answer(status, b"no")])
    assert refused.value.status == status
    assert refused.value.code == f"HTTP_{status}"
    assert refused.value.request_id == "r1"


def test_tries_end_and_a_wait_too_long_is_the_callers() -> None:
    with pytest.raises(Refused, match="request r1"):
        _talk(execute("{ x }"), [_answer(503, retry_after="0")] * 2, retries=1)
    with pytest.raises(Refused) as refused:
        _talk(execute("{ x }"), [_answer(429, retry_after=f"{LONGEST_WAIT + 1:.0f}")])
    assert refused.value.retry_after == LONGEST_WAIT + 1


def test_a_refusal_tells_code_and_hint_of_the_server() -> None:
    shape = {"errors": [{"message": "there is no key", "extensions": {"code": "UNAUTHENTICATED", "hint": "send one"}}]}
    with pytest.raises(Refused) as refused:
        _talk(execute("{ x }"), [_answer(401, shape)])
    assert (refused.value.code, refused.value.hint, refused.value.problem) == (
        "UNAUTHENTICATED", "send one", "there is no key",
    )  # fmt: skip
    with pytest.raises(Refused) as refused:
        _talk(execute("{ x }"), [_answer(413, {"error": "the body is large", "code": "LIMIT_EXCEEDED"})])
    assert (refused.value.code, refused.value.problem) == ("LIMIT_EXCEEDED", "the body is large")


def test_errors_of_a_question_are_all_there() -> None:
    body = {
        "data": {"a": 1, "b": None},
        "errors": [
            {"message": "`first` is 101", "path": ["b", 0], "extensions": {"code": "BAD_ARGUMENT", "hint": "0 to 100"}},
            {"message": "more"},
        ],
    }
    with pytest.raises(QuestionError) as wrong:
        _talk(execute("{ a b }"), [_answer(body=body)])
    error = wrong.value
    assert isinstance(error, KGError)
    assert (error.code, error.hint, error.request_id) == ("BAD_ARGUMENT", "0 to 100", "r1")
    assert str(error) == "`first` is 101; 0 to 100 (BAD_ARGUMENT, request r1)"
    assert error.problems[0].path == ("b", 0)
    assert error.problems[1].message == "more"
    assert error.data == {"a": 1, "b": None}


@pytest.mark.parametrize(
    "body",
    [b"<html>", b"", b"[]", b"7", b'{"data": 7}', b'{"data": null}', b"{}", b"[" * 100_000, b'{"data": {"entity": 7}}',
     b'{"data": {"entity": {}}}', b'{"data": {"entity": {"iri": 3}}}'],
)  # fmt: skip
def test_what_is_no_answer_of_ours_is_said_to_be_none(body: bytes) -> None:
    with pytest.raises(AnswerError) as wrong:
        _talk(entity("BERT"), [_answer(body=body)])
    assert wrong.value.code == "UNEXPECTED_ANSWER"


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda s: st.lists(s) | st.dictionaries(st.text(), s)))
def test_no_json_makes_it_fail_otherwise(body: Any) -> None:
    for call in (entity("x"), select("SELECT * {}"), ask("ASK {}"), papers().call(None, 1, True)):
        with suppress(ClientError):
            _talk(call, [_answer(body=body)])


def test_a_walk_that_would_go_in_circles_ends() -> None:
    walk = papers()
    page = {"data": {"papers": {"pageInfo": {"hasNextPage": True, "endCursor": "c"}, "edges": []}}}
    first, _ = _talk(walk.call(None, 5, False), [_answer(body=page)])
    assert walk.following(first, None) == "c"
    with pytest.raises(AnswerError):
        walk.following(first, "c")


def test_values_of_an_enumeration_that_is_newer_are_kept() -> None:
    value = {"iri": "ex:a", "type": "PERSON", "name": "n"}
    assert read(hints(Claim)["object"], value, "object").type == "PERSON"
    assert read(float, 1, "x") == 1.0
    for wrong in (True, "1", None):
        with pytest.raises(AnswerError, match="at x"):
            read(int, wrong, "x")


def test_a_kind_of_node_that_is_unexpected_is_named() -> None:
    with pytest.raises(AnswerError, match="Community"):
        read(hints(Claim)["subject"], {"__typename": "Community"}, "subject")
    assert read(PaperName, {"iri": "i", "title": "t", "year": None, "identifiers": []}, "x").year is None
    assert optional(hints(Entity)["degree"]) == (int, True)
    assert members(hints(Statistics)["snapshot"])


def test_documents_hold_no_value_of_the_caller() -> None:
    hostile = '"}) { id } }'
    call = entity(hostile)
    body: Mapping[str, Any] = json.loads(call.body)
    assert hostile not in body["query"]
    assert body["variables"]["name"] == hostile
    assert json.loads(asked("q", {"a": "\u2028é"}, dict).body)["variables"] == {"a": "\u2028é"}


@pytest.mark.parametrize("url", ["", "localhost:8000", "ftp://x", "http://", "http://x:99999", "http://x/?a=1", "http://[::1"])
def test_what_is_no_address_is_refused_at_once(url: str) -> None:
    for kind in (Client, AsyncClient):
        with pytest.raises(ConfigError, match="http://127"):
            kind(url)


def test_a_key_is_shown_to_nobody() -> None:
    with Client("http://127.0.0.1:9/graphql/", "s3cret") as client:
        assert repr(client) == "Client('http://127.0.0.1:9')"
        with pytest.raises(ClientError) as wrong:
            client.statistics()
        assert "s3cret" not in str(wrong.value)
    for key in ("", "a\nb", "a b", "schlüssel"):
        with pytest.raises(ConfigError) as config:
            Client("http://127.0.0.1:9", key)
        assert not key or key not in str(config.value)


def test_methods_tell_what_they_take() -> None:
    assert Client.papers.__doc__ and Client.papers.__doc__.startswith("Papers that fulfil")
    assert AsyncClient.entity.__name__ == "entity"


@pytest.mark.parametrize(
    ("term", "value"),
    [
        (Term("literal", "2.50", "http://www.w3.org/2001/XMLSchema#decimal"), 2.5),
        (Term("literal", "2016", "http://www.w3.org/2001/XMLSchema#gYear"), 2016),
        (Term("literal", "true", "http://www.w3.org/2001/XMLSchema#boolean"), True),
        (Term("literal", "x", "http://www.w3.org/2001/XMLSchema#integer"), "x"),
        (Term("literal", "a", None, "en"), "a"),
        (Term("uri", "ex:a"), "ex:a"),
    ],
)
def test_terms_have_plain_values(term: Term, value: object) -> None:
    assert term.python == value
    assert type(term.python) is type(value)
