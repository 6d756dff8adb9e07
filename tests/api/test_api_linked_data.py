"""Linked data: every IRI answers, in every form, with the headers that the web of data wants."""

from __future__ import annotations

import re
from urllib.parse import quote, unquote

import pytest
import rdflib
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from linked_pages import local_part, local_parts, one_of_each_kind, parsed
from rdflib import FOAF, RDFS, URIRef
from small_graph import MANIFEST, Facts, paper, thing
from starlette.testclient import TestClient

from api.app import create_app
from api.linked_data import Addresses, page_path
from api.linked_data.addresses import RECORDS
from api.linked_data.description import Bounds, describe
from api.linked_data.documents import Documents, Overview
from api.linked_data.negotiation import MEDIA_TYPES
from kg.model import Entity, Paper
from kg.statements import entity_quads, paper_quads
from kg.store import GraphStore, Quad, iri
from schema.vocab import DEFAULT_BASE, KG, SKOS, Minter


@pytest.fixture(scope="module")
def one_of_each(store: GraphStore) -> list[str]:
    return one_of_each_kind(store)


def _triples(store: GraphStore, node: str) -> tuple[set[str], set[str]]:
    """Own triples of a node with those of its evidence, and those that lead to it, by looking at every quad."""
    evidence = {
        q.object.value for q in store.quads() if q.subject.value == node and q.predicate.value == str(KG.evidence)
    }
    own = {str(q.triple) for q in store.quads() if q.subject.value in {node, *evidence}}
    return own, {str(q.triple) for q in store.quads() if getattr(q.object, "value", None) == node}


def test_every_iri_of_the_graph_answers_by_its_kind(client: TestClient, store: GraphStore) -> None:
    nodes = local_parts(store)
    assert {"paper", "claim", "sentence", "result", "hardware", "community", "link", "agent", "scheme", "graph"} <= nodes.keys()
    for kind, locals_ in nodes.items():
        for local in locals_[:: max(1, len(locals_) // 8)]:
            answer = client.get(f"/id/{local}", headers={"Accept": "text/html"}, follow_redirects=False)
            if kind in RECORDS:
                assert (answer.status_code, answer.headers["content-location"]) == (200, f"/page/{local}")
            else:
                assert (answer.status_code, answer.headers["location"]) == (303, f"/page/{local}"), local
                answer = client.get(answer.headers["location"])
                assert answer.status_code == 200
            assert answer.headers["content-type"] == "text/html; charset=utf-8"
            assert DEFAULT_BASE + local in answer.text


def test_all_forms_say_the_same_and_what_the_graph_says(
    client: TestClient, store: GraphStore, one_of_each: list[str]
) -> None:
    for local in one_of_each:
        said = {}
        for suffix, media_type in MEDIA_TYPES.items():
            if suffix == "html":
                continue
            answer = client.get(f"/id/{local}", headers={"Accept": media_type})
            assert answer.status_code == 200
            assert answer.headers["content-type"].partition(";")[0] == media_type
            graph = parsed(answer.text, suffix)
            document = f"http://testserver/data/{local}.{suffix}"
            assert (URIRef(document), FOAF.primaryTopic, URIRef(DEFAULT_BASE + local)) in graph
            said[suffix] = {triple for triple in graph if triple[0] != URIRef(document)}
        assert said["ttl"] == said["nt"] == said["jsonld"]
        own, incoming = _triples(store, DEFAULT_BASE + local)
        if not local.startswith("graph/"):
            nt = " .\n".join(own | incoming) + " .\n"
            assert said["nt"] == set(parsed(nt, "nt"))


@pytest.mark.parametrize(
    ("accept", "status", "where"),
    [
        ("text/turtle", 303, "/data/hardware/gpu.ttl"),
        ("application/ld+json", 303, "/data/hardware/gpu.jsonld"),
        ("application/n-triples", 303, "/data/hardware/gpu.nt"),
        ("text/html,application/xhtml+xml,*/*;q=0.8", 303, "/page/hardware/gpu"),
        ("text/turtle;q=0.9, text/html;q=0.5", 303, "/data/hardware/gpu.ttl"),
        ("application/json", 303, "/data/hardware/gpu.jsonld"),
        ("*/*", 303, "/page/hardware/gpu"),
        ("text/*;q=0.1", 303, "/page/hardware/gpu"),
        ("image/png", 406, None),
        ("text/html;q=0", 406, None),
    ],
)
def test_accept_decides(client: TestClient, accept: str, status: int, where: str | None) -> None:
    answer = client.get("/id/hardware/gpu", headers={"Accept": accept}, follow_redirects=False)
    assert (answer.status_code, answer.headers.get("location")) == (status, where)
    assert answer.headers["vary"] == "Accept"
    if status == 406:
        assert "text/turtle" in answer.text


def test_a_suffix_decides_whatever_is_accepted_and_without_one_data_is_triples(client: TestClient) -> None:
    answer = client.get("/data/hardware/gpu.nt", headers={"Accept": "text/html"})
    assert answer.headers["content-type"].startswith("application/n-triples")
    assert "content-location" not in answer.headers
    answer = client.get("/data/hardware/gpu", headers={"Accept": "application/ld+json"})
    assert answer.headers["content-location"] == "/data/hardware/gpu.jsonld"
    assert client.get("/data/hardware/gpu", headers={"Accept": "text/html"}).status_code == 406


def test_links_lead_to_all_forms(client: TestClient) -> None:
    for path in ("/id/hardware/gpu", "/page/hardware/gpu", "/data/hardware/gpu.ttl"):
        link = client.get(path, follow_redirects=False).headers["link"]
        found = re.findall(r'<([^>]+)>; rel="(\w+)"(?:; type="([^"]+)")?', link)
        relations = {relation for _, relation, _ in found}
        assert relations == ({"describedby"} if path.startswith("/id/") else {"canonical", "alternate"})
        for address, _, media_type in found:
            answer = client.get(address)
            assert answer.status_code == 200
            assert not media_type or answer.headers["content-type"].startswith(media_type)


def test_a_document_that_is_known_is_not_sent_again_until_the_graph_is_another(
    client: TestClient, store: GraphStore
) -> None:
    paths = ["/page/hardware/gpu", "/data/hardware/gpu.ttl", "/data/hardware/gpu.nt", "/ontology.html", "/ontology.ttl"]
    paths += ["/context.jsonld", "/.well-known/void", "/.well-known/void?format=html", "/data/task/qa.ttl"]
    tags = {}
    for path in paths:
        full = client.get(path)
        tags[path] = full.headers["etag"]
        for given_ in (tags[path], f'W/{tags[path]}, "other"', f'"other", {tags[path]}', "*"):
            again = client.get(path, headers={"If-None-Match": given_})
            assert (again.status_code, again.content) == (304, b""), (path, given_)
            assert again.headers["etag"] == tags[path]
        assert client.get(path, headers={"If-None-Match": '"other"'}).status_code == 200
        assert client.get(path).content == full.content
    assert len(set(tags.values())) == len(tags)
    with TestClient(create_app(store, {**MANIFEST, "snapshot": "another"})) as later:
        changed = {path: later.get(path).headers["etag"] != tag for path, tag in tags.items()}
        assert changed == {path: path != "/context.jsonld" for path in paths}


def test_nobody_is_told_that_what_is_not_there_is_unchanged(client: TestClient) -> None:
    assert client.get("/page/hardware/abacuses", headers={"If-None-Match": "*"}).status_code == 404


def test_head_has_the_headers_of_get_and_no_body(client: TestClient) -> None:
    for path in ("/id/hardware/gpu", "/page/hardware/gpu", "/data/hardware/gpu.ttl", "/ontology", "/context.jsonld",
                 "/.well-known/void", "/styles/pages.css", "/page/nothing"):  # fmt: skip
        head = client.head(path, follow_redirects=False)
        full = client.get(path, follow_redirects=False)
        ours = {"x-request-id", "date"}
        assert {k: v for k, v in head.headers.items() if k not in ours} == {
            k: v for k, v in full.headers.items() if k not in ours
        }
        assert (head.status_code, head.content) == (full.status_code, b"")
        assert client.post(path).status_code == 405


@pytest.mark.parametrize(
    ("wrong", "meant"),
    [
        ("hardware/GPU", "hardware/gpu"),
        ("hardware/jetson nano", "hardware/jetson-nano"),
        ("method/jetson-nano", "hardware/jetson-nano"),
        ("hardware/systolic-arrays", "hardware/systolic-array"),
        ("hardware/gpu.ttl", "hardware/gpu"),
        ("hardware/gpu/", "hardware/gpu"),
        ("jetson-nano", "hardware/jetson-nano"),
        (f"{DEFAULT_BASE}hardware/gpu", "hardware/gpu"),
        ("paper/arxiv:1512.03385", "paper/arxiv-1512.03385"),
    ],
)
def test_what_is_not_there_says_what_may_have_been_meant(client: TestClient, wrong: str, meant: str) -> None:
    answer = client.get(f"/id/{quote(wrong)}", headers={"Accept": "text/html"})
    assert answer.status_code == 404
    assert f'href="/page/{meant}"' in answer.text.partition("What there is")[0]


def test_programs_are_told_in_plain_text_what_is_not_there(client: TestClient) -> None:
    answer = client.get("/id/hardware/nothing", headers={"Accept": "text/turtle"})
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/plain")
    assert "hardware/nothing" in answer.text


@pytest.mark.parametrize(
    "path",
    ["", "/", "//", "%00", "%ff%fe", "a%0d%0aX-Evil:1", "..%2f..%2fetc%2fpasswd", "../../etc/passwd", "%3Cscript%3E",
     "a b", "a%20b", "%7B%7Bnode%7D%7D", "%3E%20%3Fs%20%3Fp%20%3Fo", "\u05e2\u05d1", "x" * 1_999, "x" * 2_001, "x" * 60_000,
     "hardware/gpu%23a", "hardware/gpu%3Fa", "%25", "%2525", "%%", "a\\b", "|", "^", "`", "%E2%80%AE"],
)  # fmt: skip
@pytest.mark.parametrize("prefix", ["/id/", "/page/", "/data/", "/lookup?iri=", "/ontology."])
def test_odd_paths_are_answered(client: TestClient, prefix: str, path: str) -> None:
    answer = client.get(prefix + path, headers={"Accept": "text/html"})
    assert answer.status_code in (307, 400, 404, 406, 414), answer.status_code
    assert "x-evil" not in answer.headers
    assert "<script>" not in answer.text


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=40), accept=st.sampled_from(["text/html", "text/turtle", "*/*", "a/b", ";;q=,"]))
def test_no_text_is_an_error_of_the_server(client: TestClient, text: str, accept: str) -> None:
    path = quote(text, errors="replace")
    for place in (f"/id/{path}", f"/page/{path}", f"/data/{path}.ttl", f"/lookup?iri={path}"):
        assert client.get(place, headers={"Accept": accept}).status_code < 500


def test_a_host_that_is_none_is_refused(client: TestClient) -> None:
    for host in ('a"b', "a/b", "a b", "<x>", "\u00e9"):
        answer = client.get("/data/hardware/gpu.ttl", headers={"Host": host.encode()})
        assert answer.status_code == 400


@given(base=st.sampled_from([DEFAULT_BASE, "https://example.org/kg#", "urn:x:"]), local=st.text(min_size=1, max_size=60))
def test_addresses_and_iris_lead_to_each_other(base: str, local: str) -> None:
    local = local.encode("utf-8", "replace").decode()
    addresses = Addresses(base, "/kg")
    node = addresses.iri(local)
    assert addresses.local(node) == local
    for address, before in ((addresses.id(local), "/kg/id/"), (addresses.page(node) or "", "/kg/page/")):
        assert re.fullmatch(r"[!-~]+", address)
        assert not set("?#<>\"' ") - {"'"} & set(address)
        assert unquote(address) == before + local


def test_page_path_is_what_the_server_answers(client: TestClient, facts: Facts) -> None:
    for node in (thing("gpu"), paper(0), str(KG.runsOn), str(KG.Paper)):
        path = page_path(node)
        assert path is not None
        answer = client.get(path.partition("#")[0])
        assert answer.status_code == 200
        if "#" in path:
            assert f'id="{path.partition("#")[2]}"' in answer.text
    assert page_path("https://example.org/other/7") is None
    assert page_path(DEFAULT_BASE) is None


def test_a_base_that_is_another_servers_is_served_here() -> None:
    base = "https://example.org/kg#"
    minter = Minter(base)
    quads = [*paper_quads(Paper("doi:10.1/x", "A paper"), minter=minter)]
    quads += entity_quads(Entity("gpu", "Hardware", "GPU"), 1, minter=minter)
    quads.append(Quad(iri(minter.paper("doi:10.1/x")), iri(str(KG.runsOn)), iri(minter.entity("Hardware", "gpu"))))
    with TestClient(create_app(GraphStore.in_memory(quads), {"base": base})) as client:
        answer = client.get("/id/hardware/gpu", headers={"Accept": "application/ld+json"})
        assert (URIRef(f"{base}hardware/gpu"), SKOS.prefLabel, rdflib.Literal("GPU")) in parsed(answer.text, "jsonld")
        found = client.get(f"/lookup?iri={quote(base, safe='')}hardware/gpu", follow_redirects=False)
        assert found.headers["location"] == "/id/hardware/gpu"
        page = client.get("/page/hardware/gpu").text
        assert "A paper" in page
        assert f"{base}hardware/gpu" in page


def test_below_another_path_all_links_stay_below_it(store: GraphStore) -> None:
    with TestClient(create_app(store, MANIFEST), root_path="/kg") as client:
        page = client.get("/kg/page/hardware/gpu")
        assert page.status_code == 200
        ours = re.findall(r'(?:href|src)="(/[^"]*)"', page.text)
        assert ours
        assert all(href.startswith("/kg/") for href in ours)


def test_lookup_finds_whatever_the_graph_names(client: TestClient) -> None:
    elsewhere = quote("https://w3id.org/ocs/ont/C15179", safe="")
    answer = client.get(f"/lookup?iri={elsewhere}", headers={"Accept": "text/turtle"})
    assert (URIRef(thing("systolic-array")), SKOS.exactMatch, URIRef("https://w3id.org/ocs/ont/C15179")) in parsed(answer.text, "ttl")
    page = client.get(f"/lookup?iri={elsewhere}&format=html")
    assert "systolic array" in page.text
    answer = client.get(f"/lookup?iri={quote(str(KG.runsOn), safe='')}", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/ontology#runsOn")
    assert client.get("/lookup?iri=https://example.org/never").status_code == 404


def test_a_description_takes_two_queries_and_a_page_as_many_for_the_busy_as_for_the_idle(
    store: GraphStore, one_of_each: list[str]
) -> None:
    documents = Documents(store, MANIFEST, Addresses(), origin="http://x", bounds=Bounds())
    overview = Overview.of(store)

    def queries(local: str, suffix: str) -> int:
        before = store.query_count
        forms = {each: f"/{each}" for each in MEDIA_TYPES}
        assert documents.about(DEFAULT_BASE + local, suffix, forms, overview)
        return store.query_count - before

    for local in one_of_each:
        assert {queries(local, suffix) for suffix in ("ttl", "jsonld", "nt")} == {2}
        assert queries(local, "html") <= 12
    cnn, pruning = (local_part(thing(key)) for key in ("cnn", "pruning"))
    assert queries(cnn, "html") == queries(pruning, "html")


def test_what_is_left_out_is_said_with_the_way_to_have_it(store: GraphStore) -> None:
    own, incoming = _triples(store, thing("imagenet"))
    assert len(incoming) > 3
    whole = describe(store, thing("imagenet"))
    assert ({str(t) for t in whole.own}, {str(t) for t in whole.incoming}) == (own, incoming)
    documents = Documents(store, MANIFEST, Addresses(), origin="http://x", bounds=Bounds(own=2, incoming=3))
    forms = {each: f"/{each}" for each in MEDIA_TYPES}
    content = documents.about(thing("imagenet"), "nt", forms, Overview.of(store))
    assert content is not None
    graph = parsed(content.decode(), "nt")
    comment = str(graph.value(URIRef("http://x/nt"), RDFS.comment))
    assert "http://x/sparql" in comment
    assert thing("imagenet") in comment
    assert len([t for t in graph if t[2] == URIRef(thing("imagenet")) and t[1] != FOAF.primaryTopic]) == 3
    assert len([t for t in graph if t[0] == URIRef(thing("imagenet"))]) == 2
    exact = describe(store, thing("imagenet"), Bounds(own=len(own), incoming=len(incoming)))
    assert not (exact.own_left or exact.incoming_left)
