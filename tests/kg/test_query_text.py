"""What a SPARQL text does, told from the text: every way to call another server, and what only looks like one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.errors import QueryError
from kg.query_text import calls_out, names_dataset, shown_problem
from kg.store import GraphStore, Literal, Quad, iri

CALLS = [
    "SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "SELECT * { service silent ?where { ?s ?p ?o } }",
    "SELECT * { SERVICE#a comment\n<http://127.0.0.1:1/>#another\n{ ?s ?p ?o } }",
    # The parser reads a keyword wherever one can stand, with no space around it.
    "SELECT * { ?s ?p 5SERVICE<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    "SELECT * { ?s ?p trueSERVICE SILENT<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    "PREFIX x: <http://127.0.0.1:1/> SELECT * { SERVICEx:a{ ?s ?p ?o } }",
    # What looks like an IRI is a comparison, a keyword and a comment.
    "SELECT * { BIND(1 AS ?a) FILTER(?a<5)SERVICE#>\n<http://127.0.0.1:1/>{ ?s ?p ?o } }",
    "SELECT * { S\\u0045RVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
]
QUIET = [
    'ASK { ?s rdfs:label "SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }" }',
    "ASK { ?s rdfs:label '''\nSERVICE <x:y> { ''' }",
    "ASK { ?s ?p ?o } # SERVICE <http://127.0.0.1:1/> { ?s ?p ?o }",
    "PREFIX s: <http://example.org/service#>\nPREFIX t: <http://example.org/>\nASK { ?s s:service ?service . ?s a t:Service }",
    "ASK { ?x schema:service ?y { ?y a schema:Service } }",
    "ASK { GRAPH <http://example.org/service#>\n{ ?s ?p ?o } }",
]


@pytest.mark.parametrize("text", CALLS)
def test_a_query_that_calls_another_server_is_refused_before_it_runs(text: str) -> None:
    store = GraphStore.in_memory([Quad(iri("x:s"), iri("x:p"), Literal(5))])
    with pytest.raises(QueryError, match="SERVICE is not allowed"):
        store.query(text)
    assert store.query_count == 0


@pytest.mark.parametrize("text", QUIET)
def test_a_query_that_only_holds_the_word_runs(text: str) -> None:
    assert not calls_out(text)
    assert bool(GraphStore.in_memory([]).query(text)) is False


_PIECES = st.lists(
    st.sampled_from(["SERVICE", " ", "<x:a>", "{", "}", "<", ">", '"', "'", '"""', "#", "\n", "?x", "5", ":", "x:a", "\\"]),
    max_size=25,
).map("".join)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(_PIECES, _PIECES)
def test_whatever_stands_around_it_a_call_that_the_parser_reads_is_seen(before: str, after: str) -> None:
    text = f"SELECT * {{ {before}SERVICE <x:nowhere> {{ }} {after} }}"
    try:
        GraphStore.in_memory([])._store.query(text)
    except SyntaxError:
        return
    except OSError:
        # It ran, and a call of that scheme goes nowhere: so it was read as a call.
        assert calls_out(text)
        return
    # What is left was read as a string, as a comment, or as a call that had nothing to do.


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("SELECT * FROM <x:g> { ?s ?p ?o }", True),
        ("SELECT ?a from named x:g { ?s ?p ?o }", True),
        ("SELECT (?a<?b&&?c>?d AS ?e)FROM<x:g>{ }", True),
        ("DESCRIBE ?x FROM#\n<x:g> { ?x ?p ?o }", True),
        ("ASK { ?from x:from <x:from> ; rdfs:label 'FROM <x:g>' } # FROM <x:g>", False),
        ("ASK { ?s <http://example.org/from#>\nx:a }", False),
    ],
)
def test_a_dataset_is_told_from_words_that_look_like_one(text: str, named: bool) -> None:
    assert names_dataset(text) is named


def test_from_narrows_the_graphs_that_are_asked_and_a_caller_narrows_them_further() -> None:
    quads = [Quad(iri("x:s"), iri("x:p"), Literal(number), iri(f"x:g{number}")) for number in range(3)]
    store = GraphStore.in_memory([*quads, Quad(iri("x:s"), iri("x:p"), Literal(9))])

    def numbers(text: str, **graphs: list[str]) -> list[int]:
        return sorted(int(row["o"].value) for row in store.query(text, **graphs))

    everything, graphs = "SELECT ?o { ?s ?p ?o }", "SELECT ?o { GRAPH ?g { ?s ?p ?o } }"
    assert numbers(everything) == [0, 1, 2, 9]
    assert numbers(graphs) == [0, 1, 2]
    assert numbers("SELECT ?o FROM <x:g1> FROM <x:g2> { ?s ?p ?o }") == [1, 2]
    assert numbers("SELECT ?o FROM NAMED <x:g1> { ?s ?p ?o }") == []
    assert numbers("SELECT ?o FROM NAMED <x:g1> { GRAPH ?g { ?s ?p ?o } }") == [1]
    assert numbers("SELECT ?o FROM <x:g1> { ?s ?p ?o }", default_graphs=["x:g0"]) == [0]
    assert numbers(graphs, default_graphs=["x:g0"]) == []
    assert numbers(everything, named_graphs=["x:g0"]) == []
    assert numbers(graphs, named_graphs=["x:g0", "x:g2"]) == [0, 2]
    assert numbers(everything, default_graphs=["x:unknown"]) == []


def test_what_the_parser_says_is_told_with_its_place_and_without_its_tables() -> None:
    with pytest.raises(QueryError) as wrong:
        GraphStore.in_memory([]).query("SELECT ?s\nWHERE { ?s nothing:known ?o }")
    assert "line 2, column" in str(wrong.value)
    assert "Prefix not found" in str(wrong.value)
    assert "\\u{" not in str(wrong.value)
    assert shown_problem("anything else") == "anything else"
