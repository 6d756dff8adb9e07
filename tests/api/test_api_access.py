"""Who is let in and how often, what an answer's headers say, what the log and the counters tell."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_graph import MANIFEST
from starlette.testclient import TestClient

from api.app import create_app
from api.keys import Keys, new_key
from api.limits import Limits
from api.logs import REQUESTS, _Json, configure
from api.rates import Rates, address_of
from api.security import NO_PAGE, policy
from api.settings import Settings
from kg.errors import ConfigError
from kg.store import GraphStore

ROOT = Path(__file__).resolve().parents[2]
ASKED = {"query": "query Count { papers { totalCount } }"}


def _client(store: GraphStore, **settings: Any) -> TestClient:
    return TestClient(create_app(store, MANIFEST, settings=Settings(**settings)))


# Keys


@pytest.fixture(scope="module")
def keyed(store: GraphStore) -> Iterator[tuple[TestClient, str]]:
    key, line = new_key("ann")
    with _client(store, keys=Keys.read(f"# who may\n{line}\n{new_key('bob')[1]}  # and he\n")) as client:
        yield client, key


@pytest.mark.parametrize(
    "headers",
    [{}, {"Authorization": "Bearer wrong"}, {"X-API-Key": "wrong"}, {"Authorization": "Basic YTpi"}, {"X-API-Key": ""},
     {"Authorization": "Bearer"}, {"X-API-Key": "é".encode()}],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/graphql?query={__typename}", "/sparql?query=ASK{}", "/nothing", "/metrics"])
def test_without_a_key_nothing_is_told(keyed: tuple[TestClient, str], path: str, headers: dict[str, Any]) -> None:
    answer = keyed[0].get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert error["extensions"]["requestId"] == answer.headers["x-request-id"]
    assert "wrong" not in answer.text


def test_a_key_is_taken_from_either_header(keyed: tuple[TestClient, str]) -> None:
    client, key = keyed
    for headers in ({"Authorization": f"Bearer {key}"}, {"authorization": f"bearer  {key} "}, {"X-API-Key": key}):
        assert client.post("/graphql", json=ASKED, headers=headers).json()["data"]["papers"]["totalCount"] == 13
    assert client.post("/graphql", json=ASKED).status_code == 401
    assert client.post("/graphql", json=ASKED, headers={"X-API-Key": key[:-1]}).status_code == 401
    assert client.post("/graphql", json=ASKED, headers={"X-API-Key": Keys.read(new_key("x")[1]).hashes["x"]}).status_code == 401


def test_pages_and_health_need_no_key(keyed: tuple[TestClient, str]) -> None:
    client = keyed[0]
    assert client.get("/health").status_code == 200
    assert client.get("/graphql", headers={"Accept": "text/html"}).status_code == 200
    assert client.get("/graphiql/start.js").status_code == 200


def test_keys_stand_in_no_log(keyed: tuple[TestClient, str], caplog: pytest.LogCaptureFixture) -> None:
    client, key = keyed
    with caplog.at_level(logging.DEBUG):
        client.post("/graphql", json=ASKED, headers={"Authorization": f"Bearer {key}"})
        client.post("/graphql", json=ASKED, headers={"X-API-Key": f"{key}x"})
        client.get(f"/graphql?query={{__typename}}&key={key}")
    ours = [record for record in caplog.records if record.name.startswith("paperkg")]
    lines = [record.getMessage() for record in ours if record.name == REQUESTS.name]
    assert len(lines) == 3
    assert "key=ann" in lines[0]
    assert "key=" not in lines[1]
    assert not [record for record in ours if key in record.getMessage()]


@pytest.mark.parametrize(
    ("text", "problem"),
    [("/no/such/file", "no file"), ("ann:123", "no file"), (f"{'0' * 64}", "no file"), ("\0", "no file"),
     (f"ann:{'0' * 64}\nann:{'1' * 64}", "line 2"), (f"ann:{'0' * 64}\nsecret-key", "line 2"),
     (f"a b:{'0' * 64}", "line 1")],
)  # fmt: skip
def test_wrong_lists_of_keys_are_told_and_not_shown(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem) as raised:
        Keys.read(text)
    assert "secret-key" not in str(raised.value)


def test_keys_are_made_and_read_from_a_file(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.keys", "carol"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    key, line = re.findall(r":  (\S+)", told)
    file = tmp_path / "keys.txt"
    file.write_text(f"{line}\n", encoding="utf-8")
    keys = Keys.read(str(file))
    assert keys.owner(key) == "carol"
    assert keys.owner(key + "x") is None
    assert key not in repr(keys)
    (tmp_path / "empty.txt").write_text("# nobody\n", encoding="utf-8")
    with pytest.raises(ConfigError, match="no key"):
        Keys.read(str(tmp_path / "empty.txt"))


# Rates


def test_who_asks_too_often_is_told_when_to_come_back(store: GraphStore) -> None:
    with _client(store, rate=6) as client:  # a token in ten seconds, ten to begin with
        answers = [client.get("/health") for _ in range(12)]
    assert [answer.status_code for answer in answers[:10]] == [200] * 10
    late = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(late.headers["retry-after"]) <= 10
    assert late.json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
    assert late.headers["content-security-policy"] == NO_PAGE


def test_a_key_has_a_limit_of_its_own_and_a_wrong_key_none(store: GraphStore) -> None:
    key, line = new_key("ann")
    with _client(store, keys=Keys.read(line), rate=6, key_rate=0) as client:
        wrong = [client.get("/graphql?query={__typename}", headers={"X-API-Key": f"guess{n}"}) for n in range(12)]
        assert {answer.status_code for answer in wrong[:10]} == {401}
        assert wrong[-1].status_code == 429
        assert client.get("/graphql?query={__typename}", headers={"X-API-Key": key}).status_code == 200


@given(st.floats(0.1, 1000), st.integers(1, 20), st.lists(st.floats(0, 5), max_size=60))
def test_no_sender_gets_more_than_burst_and_rate(rate: float, burst: int, steps: list[float]) -> None:
    now = 0.0
    rates = Rates(rate, burst=burst, clock=lambda: now)
    allowed = 0
    for step in steps:
        now += step
        wait = rates.wait("a")
        allowed += not wait
        assert wait >= 0
        assert allowed <= burst + now * rate / 60 + 1e-6


def test_senders_do_not_share_and_are_forgotten_oldest_first() -> None:
    rates = Rates(1, burst=1, known=2, clock=lambda: 0.0)
    assert [bool(rates.wait(sender)) for sender in "aabbab"] == [False, True, False, True, True, True]
    assert not rates.wait("c")  # "a" was seen longest ago
    assert not rates.wait("a")


def test_an_ipv6_network_is_one_sender() -> None:
    assert address_of("2001:db8:1:2::1") == address_of("2001:db8:1:2:ffff::9") != address_of("2001:db8:1:3::1")
    assert address_of("::ffff:10.0.0.1") == "10.0.0.1" == address_of("10.0.0.1")
    assert address_of("testclient") == "testclient"


# Headers


@pytest.mark.parametrize("path", ["/health", "/nothing", "/graphql", "/sparql?query=ASK{}", "/graphiql/start.js"])
def test_every_answer_has_the_headers(client: TestClient, path: str) -> None:
    answer = client.get(path)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in answer.headers["content-security-policy"]
    assert "unsafe-eval" not in answer.headers["content-security-policy"]
    assert answer.headers["x-request-id"]
    snapshot = client.get("/health").json()["snapshot"]
    assert answer.headers["x-kg-snapshot"] == snapshot


def test_what_is_no_page_may_load_nothing(client: TestClient) -> None:
    assert client.get("/health").headers["content-security-policy"].startswith("default-src 'none'; base-uri")
    page = client.get("/graphql", headers={"Accept": "text/html"}).headers["content-security-policy"]
    assert "script-src 'self';" in page
    assert policy(script_src="'self'", form_action="'self'").count("form-action") == 1


def test_an_error_that_nothing_catches_is_masked_and_has_the_headers(
    store: GraphStore, caplog: pytest.LogCaptureFixture
) -> None:
    app = create_app(store, MANIFEST)

    with TestClient(app, raise_server_exceptions=False) as client:
        kept = app.state.snapshots
        app.state.snapshots = None  # as if a layer failed
        answer = client.get("/health", headers={"X-Request-ID": "it-1"})
        app.state.snapshots = kept
    assert answer.status_code == 500
    assert answer.json()["errors"][0] == {
        "message": "internal error",
        "extensions": {"code": "INTERNAL", "hint": "the server's log has the cause under request it-1", "requestId": "it-1"},
    }
    assert answer.headers["x-request-id"] == "it-1"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "it-1" in caplog.text


def test_an_answer_by_get_is_not_computed_again_for_who_has_it(client: TestClient, store: GraphStore) -> None:
    params = {"query": "{ papers(first: 3) { edges { node { title } } } }"}
    first = client.get("/graphql", params=params)
    tag = first.headers["etag"]
    before = store.query_count
    again = client.get("/graphql", params=params, headers={"If-None-Match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert store.query_count == before
    other = client.get("/graphql", params=params, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.json()) == (200, first.json())
    assert "etag" not in client.get("/graphql", params={"query": "{ nothing }"}).headers
    assert "etag" not in client.post("/graphql", json=params).headers


# Log and counters


def test_a_request_is_one_line_with_what_it_was_and_not_what_it_said(
    client: TestClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger=REQUESTS.name):
        answer = client.post("/graphql", json=ASKED, headers={"X-Request-ID": "line-1"})
        client.get("/secret/%0Apath?token=abc")
    first, second = (json.loads(_Json().format(record)) for record in caplog.records if record.name == REQUESTS.name)
    assert first == {
        "time": first["time"], "level": "info", "logger": "paperkg.requests", "id": "line-1", "method": "POST",
        "route": "/graphql", "status": 200, "ms": first["ms"], "bytes": len(answer.content), "operation": "Count",
        "cost": 2, "snapshot": answer.headers["x-kg-snapshot"][:12],
    }  # fmt: skip
    assert (second["route"], second["status"]) == ("other", 404)
    assert "secret" not in caplog.text
    assert "totalCount" not in caplog.text


def test_the_name_of_an_operation_cannot_fill_the_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger=REQUESTS.name):
        client.post("/graphql", json={"query": f"query {'q' * 50_000} {{ __typename }}"})
    assert len(caplog.records[-1].getMessage()) < 400


def test_errors_come_as_lines_of_json_with_their_cause() -> None:
    try:
        raise ValueError("at\nlast")
    except ValueError:
        record = logging.getLogger("x").makeRecord("x", logging.ERROR, "f", 1, "it %s", ("failed",), sys.exc_info())
    line = _Json().format(record)
    assert "\n" not in line
    assert json.loads(line)["message"] == "it failed"
    assert "ValueError: at" in json.loads(line)["error"]


def test_the_log_goes_where_it_is_told() -> None:
    script = (
        "import logging; from api.logs import configure, note; configure('{}'); note({{'id': 'a', 'ms': 1.5}}); "
        "logging.getLogger('other').info('not shown'); logging.getLogger('other').warning('shown')"
    )
    for style, wanted in (("json", '"id": "a", "ms": 1.5'), ("text", "INFO id=a ms=1.5")):
        done = subprocess.run(
            [sys.executable, "-c", script.format(style)], cwd=ROOT, capture_output=True, text=True, check=True
        )
        assert len(done.stderr.splitlines()) == 2
        assert wanted in done.stderr
    assert configure.__doc__


def test_counters_tell_routes_and_codes_and_nothing_of_a_request(store: GraphStore) -> None:
    settings = Settings(metrics=True)
    with TestClient(create_app(store, MANIFEST, settings=settings, limits=Limits(cost=50))) as client:
        client.post("/graphql", json=ASKED)
        client.post("/graphql", json={"query": "{ papers(first: 100) { edges { cursor } } }"})
        client.post("/graphql", json={"query": "{ secretField }"})
        for number in range(5):
            client.get(f"/made-up-{number}")
        client.request("BREW", "/health")
        text = client.get("/metrics").text
    assert 'kg_requests_total{method="POST",route="/graphql",status="200"} 3.0' in text
    assert 'kg_requests_total{method="GET",route="other",status="404"} 5.0' in text
    assert 'method="other",route="/health"' in text
    assert 'kg_graphql_errors_total{code="COST_EXCEEDED"} 1.0' in text
    assert 'kg_graphql_errors_total{code="BAD_QUERY"} 1.0' in text
    assert 'kg_graphql_cost_bucket{le="3.0"}' not in text
    assert "kg_graphql_cost_count 3.0" in text
    assert "kg_requests_in_progress 1.0" in text  # this one
    assert "made-up" not in text
    assert "secretField" not in text


def test_counters_are_not_there_unless_asked_for(client: TestClient) -> None:
    assert client.get("/metrics").status_code == 404


# Settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("KG_COST", "many"), ("KG_RATE", "-1"), ("KG_SECONDS", "inf"), ("KG_SECONDS", "nan"), ("KG_METRICS", "perhaps"),
     ("KG_LOG", "xml"), ("KG_INTROSPECTION", "2")],
)  # fmt: skip
def test_wrong_settings_stop_the_start_and_say_what_is_right(name: str, value: str) -> None:
    with pytest.raises(ConfigError, match=name):
        Settings.read({name: value})


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    line = new_key("ann")[1]
    read = Settings.read(
        {"KG_WORKSPACE": str(tmp_path), "KG_COST": "77", "KG_SECONDS": "2.5", "KG_INTROSPECTION": "0", "KG_METRICS": "1",
         "KG_API_KEYS": line, "KG_RATE": "60", "KG_KEY_RATE": "600", "KG_LOG": "json", "KG_HOLD": "5"}
    )  # fmt: skip
    assert (read.limits.cost, read.limits.seconds, read.limits.introspection) == (77, 2.5, False)
    assert (read.rate, read.key_rate, read.hold_seconds, read.log, read.metrics) == (60, 600, 5, "json", True)
    assert read.workspace == tmp_path
    assert read.keys is not None and list(read.keys.hashes) == ["ann"]
    assert Settings.read({}) == Settings()
