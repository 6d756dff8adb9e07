"""Documents and queries that hurt servers: each kind of attack that is known, in our own words."""

from __future__ import annotations

from typing import Final

#: GraphQL documents, by what is wrong with them.
GRAPHQL: Final[dict[str, str]] = {
    "a fragment that spreads itself": "{ ...A } fragment A on Query { ...A }",
    "two fragments in a circle": "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
    "a circle that nothing spreads": "{ __typename } fragment A on Query { ...B } fragment B on Query { ...A }",
    "fragments that double": "{ ...F0 } "
    + " ".join(f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(40))
    + " fragment F40 on Query { __typename }",
    "aliases of one field": "{ " + " ".join(f"a{n}: statistics {{ papers }}" for n in range(200)) + " }",
    "aliases of a path": "{ "
    + " ".join(f'a{n}: shortestPath(from: "x", to: "y") {{ length }}' for n in range(50))
    + " }",
    "deep nesting": '{ entity(name: "cnn") { ' + "broader { " * 100 + "name" + " }" * 100 + " } }",
    "deep pages": "{ papers { edges { node { "
    + "entities { edges { node { papers { edges { node { " * 6
    + "id"
    + " } } } } } }" * 6
    + " } } } }",
    "wide pages": "{ papers(first: 100) { edges { node { entities(first: 100) { edges { node { papers(first: 100) "
    "{ edges { node { title } } } } } } } } } }",
    "a field many times": "{ " + "papers { totalCount } " * 480 + "}",
    "a field twice at each level": "{ papers { edges { node { "
    + "entities { edges { node { papers { edges { node { id } } } } } } " * 60
    + "} } } }",
    "inline fragments many times": "{ papers { edges { node { " + "... on Paper { title } " * 300 + "} } } }",
    "a directive many times": "{ __typename " + "@include(if: true) " * 300 + "}",
    "unknown directives": "{ __typename " + "@a " * 900 + "}",
    "unknown fields": "{ " + " ".join(f"unknown{n}" for n in range(900)) + " }",
    "many variables": "query(" + " ".join(f"$v{n}: Int" for n in range(500)) + ") { __typename }",
    "many operations": " ".join(f"query Q{n} {{ __typename }}" for n in range(300)),
    "too many tokens": "{ " + "__typename " * 10_000 + "}",
    "a list without end": "{ nodes(ids: [" + '"x" ' * 1_500 + "]) { id } }",
    "deep lists": "{ nodes(ids: " + "[" * 700 + "]" * 700 + ") { id } }",
    "deep objects": "{ papers(filter: " + "{year: " * 400 + "1" + "}" * 400 + ") { totalCount } }",
    "a huge number": "{ papers(first: " + "9" * 20_000 + ") { totalCount } }",
    "a huge fraction": "{ claims(filter: {minConfidence: " + "9" * 20_000 + ".5}) { totalCount } }",
    "a huge exponent": "{ claims(filter: {minConfidence: 1e99999999}) { totalCount } }",
    "a huge name": "{ " + "a" * 90_000 + " }",
    "a spiral through the schema": "{ __schema { types "
    + "{ fields { type " * 20
    + "{ name }"
    + " } }" * 20
    + " } }",
    "the schema many times": "{ " + " ".join(f"s{n}: __schema {{ types {{ name }} }}" for n in range(40)) + " }",
    "strings that are not closed": '{ paper(id: "' * 200,
    "braces alone": "{" * 900,
    "nothing": " ",
    "nothing selected": "{ }",
    "nothing selected below": "{ papers { } ...A } fragment A on Query { }",
    "a mutation": "mutation { deleteEverything }",
    "a subscription": "subscription { papers { totalCount } }",
    "deferred parts": "{ ... @defer { papers { totalCount } } }",
    "a schema": "type Query { a: Int }",
}

#: GraphQL fields that are allowed to run, and must find nothing or say what is wrong.
ODD_VALUES: Final[dict[str, str]] = {
    "a pattern that would be slow": "(a+)+$" + "a" * 40 + "!",
    "nested groups": "((((((((((a*)*)*)*)*)*)*)*)*)*)b",
    "an end of a query": '") } #',
    "a marker of ours": "{{nodes}}",
    "quotes": "'\"\\`",
    "a NUL": "\x00",
    "control characters": "\x01\x1b[2J\r\n",
    "right to left": "\u202egpu",
    "many combining marks": "e" + "\u0301" * 3_000,
    "an emoji": "\U0001f480" * 500,
    "no character": "\uffff\ufffe",
    "a long word": "w" * 20_000,
    "an address": "http://169.254.169.254/latest",
    "a path": "../../../../etc/passwd",
    "spaces": " " * 5_000,
    "dots": "." * 5_000,
    "percent": "%00%ff%n%s",
}

_ALL: Final = "?s0 ?p0 ?o0 . " + " ".join(f"?s{n} ?p{n} ?o{n} ." for n in range(1, 6))

#: SPARQL texts, by what is wrong with them.
SPARQL: Final[dict[str, str]] = {
    "everything with everything": f"SELECT * WHERE {{ {_ALL} }}",
    "everything with everything, counted": f"SELECT (COUNT(*) AS ?n) WHERE {{ {_ALL} }}",
    "a path over everything": "SELECT * WHERE { ?a (<urn:x-none>|!<urn:x-none>)* ?b }",
    "a path there and back": "SELECT * WHERE { ?a ((<urn:x-none>|!<urn:x-none>)/^(<urn:x-none>|!<urn:x-none>))* ?b }",
    "paths in a row": "SELECT * WHERE { ?a (!<urn:x>)* ?b . ?b (!<urn:x>)* ?c . ?c (!<urn:x>)* ?d }",
    "a pattern that would be slow": 'SELECT * WHERE { ?s ?p ?o FILTER(REGEX(STR(?o), "^(([a-z])+.)+[A-Z]([a-z])+$")) }',
    "a pattern on a long text": "SELECT * WHERE { FILTER(REGEX(\"" + "a" * 20_000 + "!\", \"(a+)+$\")) }",
    "a pattern that grows": 'SELECT * WHERE { ?s ?p ?o FILTER(REGEX(STR(?o), "(((x{1,100}){1,100}){1,100})")) }',
    "a text that doubles": "SELECT ?x WHERE { BIND(\"xxxxxxxxxxxxxxxx\" AS ?x0) "
    + " ".join(f"BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(24))
    + " BIND(?x24 AS ?x) }",
    "groups of groups": "SELECT ?a (GROUP_CONCAT(?d) AS ?all) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } GROUP BY ?a",
    "deep groups": "SELECT * WHERE " + "{" * 5_000 + "}" * 5_000,
    "deep brackets": "SELECT * WHERE { FILTER(" + "(" * 5_000 + "1" + ")" * 5_000 + ") }",
    "deep negation": "SELECT * WHERE { FILTER(" + "!" * 20_000 + "true) }",
    "deep paths": "SELECT * WHERE { ?a " + "(" * 3_000 + "a" + ")" * 3_000 + " ?b }",
    "a long path": "SELECT * WHERE { ?a " + "/".join(["a"] * 10_000) + " ?b }",
    "deep choices": "SELECT * WHERE { " + "{ ?a ?b ?c } UNION " * 3_000 + "{} }",
    "a long list of values": "SELECT * WHERE { VALUES ?x { " + "1 " * 40_000 + "} }",
    "a huge number": "SELECT * WHERE { FILTER(1 = " + "9" * 50_000 + ") }",
    "another server": "SELECT * WHERE { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "another server, hidden": "SELECT * WHERE { SERV\\u0049CE <http://127.0.0.1:1/> { ?s ?p ?o } }",
    "a file": "SELECT * FROM <file:///etc/passwd> WHERE { ?s ?p ?o }",
    "an update": "INSERT DATA { <urn:a> <urn:b> <urn:c> }",
    "deleting all": "DELETE WHERE { ?s ?p ?o }",
    "loading": "LOAD <file:///etc/passwd>",
    "no query": "hello",
    "not closed": "SELECT * WHERE { ?s ?p ?o",
    "a NUL": "SELECT * WHERE { ?s ?p \x00 }",
    "sorting all": f"SELECT * WHERE {{ {_ALL} }} ORDER BY DESC(?s5) LIMIT 1",
    "all once": f"SELECT DISTINCT * WHERE {{ {_ALL} }} LIMIT 1 OFFSET 1000000000",
    "an offset beyond numbers": "SELECT * WHERE { ?s ?p ?o } OFFSET 99999999999999999999999999",
    "building all": f"CONSTRUCT {{ ?s0 ?p1 ?o2 }} WHERE {{ {_ALL} }}",
}
