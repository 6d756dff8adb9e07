"""What GraphQL says of the small graph, compared with what was put in, with SPARQL, and with networkx."""

from __future__ import annotations

import itertools

import networkx as nx
import pytest
from small_graph import ARTICLES, HEDGED, THINGS, Ask, Facts, paper, thing, together

from api.cursors import global_id
from api.vocabulary import Role
from kg.store import GraphStore, Literal, iri
from schema.vocab import KG, RELATION_TERMS, ROLE_TERMS

LISTS = {"Method": "methods", "Task": "tasks", "Dataset": "datasets", "Hardware": "hardware", "Metric": "metrics"}


@pytest.mark.parametrize("name", ["arxiv:1512.03385", paper(0), global_id("Paper", paper(0)), "  arxiv:1512.03385 "])
def test_a_paper_is_found_by_identifier_iri_and_global_id(ask: Ask, name: str) -> None:
    query = """query($id: ID!) { paper(id: $id) {
        id iri title abstract year venue url authors keywords identifiers degree pageRank betweenness
        community { label projection memberCount modularity } } }"""
    found = ask(query, id=name)["paper"]
    assert found["iri"] == paper(0)
    assert found["id"] == global_id("Paper", paper(0))
    assert (found["title"], found["year"], found["venue"]) == (ARTICLES[0].title, 2016, "CVPR")
    assert found["authors"] == sorted(ARTICLES[0].authors)
    assert found["identifiers"] == ["arxiv:1512.03385"]
    assert found["keywords"] == ["cs.CV"]
    assert found["abstract"].startswith("It proposes the ResNet.")
    assert found["community"] == {"label": "13 nodes", "projection": "PAPERS", "memberCount": 13, "modularity": 0.25}
    assert 0 < found["betweenness"] < found["pageRank"] < 1


@pytest.mark.parametrize(
    "name",
    [
        "arxiv:0000.00000",
        "https://example.org/nothing",
        global_id("Paper", "ex:none"),
        "",
        "%%%",
        "<>",
        "a b",
        "\u0000",
    ],
)
def test_unknown_ids_are_null_and_no_error(ask: Ask, name: str) -> None:
    query = "query($id: ID!) { node(id: $id) { id } paper(id: $id) { id } entity(id: $id) { id } neighbourhood(id: $id) { truncated } shortestPath(from: $id, to: $id) { length } }"
    assert set(ask(query, id=name).values()) == {None}


def test_an_id_of_another_type_is_null(ask: Ask) -> None:
    query = "query($p: ID!, $e: ID!) { paper(id: $e) { id } entity(id: $p) { id } }"
    assert ask(query, p=paper(0), e=thing("gpu")) == {"paper": None, "entity": None}


def test_nodes_keep_the_order_of_their_ids_and_tell_their_types(ask: Ask) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { __typename id iri } }"
    claim = ask("{ claims(first: 1) { edges { node { id } } } }")["claims"]["edges"][0]["node"]["id"]
    result = ask("query($id: ID!) { paper(id: $id) { results { id } } }", id=paper(0))["paper"]["results"][0]["id"]
    community = ask("{ communities(first: 1) { edges { node { id } } } }")["communities"]["edges"][0]["node"]["id"]
    ids = [global_id("Entity", thing("gpu")), "arxiv:1706.03762", "arxiv:none", claim, result, community]
    found = ask(query, ids=ids)["nodes"]
    assert [node and node["__typename"] for node in found] == ["Entity", "Paper", None, "Claim", "Result", "Community"]
    # An id that was given is the id that comes back.
    assert [node["id"] for node in found if node][2:] == [claim, result, community]


@pytest.mark.parametrize("number", range(len(ARTICLES)))
def test_the_typed_lists_of_a_paper_agree_with_sparql(ask: Ask, store: GraphStore, number: int) -> None:
    roles = [None, Role.PROPOSES, Role.MENTIONS, Role.RUNS_ON, Role.EVALUATES_ON]
    asked = {
        f"{field}_{place}": (type_, field, role) for type_, field in LISTS.items() for place, role in enumerate(roles)
    }
    fields = [
        f"{alias}: {field}{f'(role: {role.name})' if role else ''} {{ iri type }}"
        for alias, (_, field, role) in asked.items()
    ]
    found = ask(f"query($id: ID!) {{ paper(id: $id) {{ {' '.join(fields)} }} }}", id=paper(number))["paper"]
    for alias, (type_, _, role) in asked.items():
        terms = [ROLE_TERMS[role.value]] if role else ROLE_TERMS.values()
        rows = store.select(
            "SELECT DISTINCT ?e WHERE { VALUES ?role { {{roles}} } {{paper}} ?role ?e . ?e a {{type}} }",
            roles=[iri(str(term)) for term in terms], paper=iri(paper(number)), type=iri(str(KG[type_])),
        )  # fmt: skip
        assert {node["iri"] for node in found[alias]} == {row["e"].value for row in rows}
        assert {node["type"] for node in found[alias]} <= {type_.upper()}


def test_the_entities_of_a_paper_come_with_role_and_quotes_that_stand_in_its_text(ask: Ask, facts: Facts) -> None:
    query = """query($id: ID!) { paper(id: $id) { entities(first: 50) { totalCount edges { role node { name }
        claims { confidence derived predicate spanStart spanEnd extractor { name version } paper { iri }
                 subject { iri } object { name } quotes { text start end } } } } } }"""
    for number, article in enumerate(ARTICLES):
        found = ask(query, id=paper(number))["paper"]["entities"]
        assert found["totalCount"] == len(article.says) == len(found["edges"])
        said = {(Role[edge["role"]].value, edge["node"]["name"]) for edge in found["edges"]}
        assert said == {(role, THINGS[key].name) for role, key in article.says}
        for edge in found["edges"]:
            (claim,) = edge["claims"]
            assert claim["predicate"] == Role[edge["role"]].value
            assert claim["paper"] == claim["subject"] == {"iri": paper(number)}
            assert claim["object"] == edge["node"]
            assert claim["extractor"] == {"name": "rules", "version": "1.0"}
            (quote,) = claim["quotes"]
            assert facts.texts[paper(number)][quote["start"] : quote["end"]] == quote["text"]
            assert quote["start"] <= claim["spanStart"] < claim["spanEnd"] <= quote["end"]


def test_a_paper_on_a_jetson_nano_is_found_as_one_on_an_edge_device(ask: Ask) -> None:
    query = "query($f: PaperFilter!) { papers(filter: $f) { totalCount edges { node { iri } } } }"

    def found(**wanted: object) -> set[str]:
        return {edge["node"]["iri"] for edge in ask(query, f=wanted)["papers"]["edges"]}

    nano, pi, spiking = paper(7), paper(8), paper(9)
    assert found(entity="edge device") == {nano, pi, spiking}
    assert found(entity="Edge  HARDWARE") == {nano, pi, spiking}
    assert found(entity=thing("edge-device"), role="RUNS_ON") == {nano, pi}
    assert found(entity=global_id("Entity", thing("edge-device")), includeNarrower=False) == {spiking}
    assert found(entity="no such thing") == set()


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        ({"year": 2021}, {7, 8}),
        ({"yearFrom": 2019, "yearTo": 2020}, {2, 9}),
        ({"yearTo": 2015}, {11}),
        ({"venue": "cvpr"}, {0, 1}),
        ({"venue": "CVPR", "entity": "YOLO"}, {1}),
        ({"role": "INTRODUCES"}, {4, 10, 11}),
        ({"type": "METRIC"}, {0, 1, 8}),
        ({"type": "HARDWARE", "role": "MENTIONS"}, {5, 9}),
        ({"search": "deep LEARN"}, {0}),
        ({"search": "deep image"}, {0, 6}),
        ({"search": "raspberry"}, {8}),
        ({"search": "  "}, set(range(13))),
        ({"search": "no-such-word"}, set()),
        ({}, set(range(13))),
    ],
)
def test_papers_are_filtered(ask: Ask, wanted: dict[str, object], numbers: set[int]) -> None:
    query = "query($f: PaperFilter) { papers(filter: $f, first: 50) { totalCount edges { node { iri } } } }"
    found = ask(query, f=wanted)["papers"]
    assert {edge["node"]["iri"] for edge in found["edges"]} == {paper(number) for number in numbers}
    assert found["totalCount"] == len(numbers)


@pytest.mark.parametrize(
    "text",
    ['") } #', "'; DROP TABLE papers; --", '" . ?s ?p ?o . "', "\\u0022", "}} UNION {{ ?node ?p ?o }}", "{{types}}", "%PATTERN%", "'\\", "a\nzz9", "😀"],
)  # fmt: skip
def test_text_that_looks_like_a_query_is_only_text(ask: Ask, text: str) -> None:
    query = """query($t: String!, $f: PaperFilter) { papers(filter: $f) { totalCount } entities(search: $t) { totalCount }
        entity(name: $t) { id } kinds: entities(broader: $t) { totalCount } }"""
    assert ask(query, t=text, f={"search": text, "venue": text, "entity": text}) == {
        "papers": {"totalCount": 0}, "entities": {"totalCount": 0}, "entity": None, "kinds": {"totalCount": 0},
    }  # fmt: skip


def test_an_entity_is_found_by_name_and_alias_whatever_the_case(ask: Ask) -> None:
    query = "query($n: String, $t: EntityType) { entity(name: $n, type: $t) { iri name aliases definition paperCount type } }"
    assert ask(query, n="dvs")["entity"]["iri"] == thing("event-camera")
    assert ask(query, n="CONVOLUTIONAL neural network")["entity"]["aliases"] == ["CNN"]
    assert ask(query, n="edge device", t="HARDWARE")["entity"]["definition"] == "A small computer near its sensors."
    assert ask(query, n="edge device", t="TASK")["entity"] is None
    assert ask(query, n="computing device")["entity"]["paperCount"] == 0


def test_entities_are_ordered_and_searched(ask: Ask, facts: Facts) -> None:
    query = """query($o: EntityOrder!, $s: String, $m: Int!, $t: EntityType, $b: String, $n: Boolean!) {
        entities(orderBy: $o, search: $s, minPapers: $m, type: $t, broader: $b, includeNarrower: $n, first: 100) {
            totalCount edges { node { iri name paperCount pageRank type } } } }"""

    def found(order: str = "NAME", search: str | None = None, **more: object) -> list[dict[str, object]]:
        variables = {"o": order, "s": search, "m": 0, "t": None, "b": None, "n": True, **more}
        answer = ask(query, **variables)["entities"]
        assert answer["totalCount"] == len(answer["edges"])
        return [edge["node"] for edge in answer["edges"]]

    names = [str(node["name"]).lower() for node in found()]
    assert names == sorted(names)
    assert len(names) == len(THINGS)
    counts = [node["paperCount"] for node in found("PAPERS")]
    assert counts == sorted(facts.paper_count.values(), reverse=True) + [0] * (len(THINGS) - len(facts.paper_count))
    ranks = [node["pageRank"] for node in found("PAGERANK")]
    assert ranks == sorted(ranks, reverse=True)  # type: ignore[type-var]
    assert [node["name"] for node in found(search="network neural")] == [
        "convolutional neural network", "neural network", "spiking neural network",
    ]  # fmt: skip
    assert {node["type"] for node in found(t="HARDWARE")} == {"HARDWARE"}
    assert all(node["paperCount"] >= 3 for node in found(m=3))  # type: ignore[operator]
    assert [node["name"] for node in found(b="cnn")] == ["ResNet", "YOLO"]
    assert len(found(b="neural network")) == 6
    assert len(found(b="neural network", n=False)) == 3


def test_the_taxonomy_is_walked_up_and_down_and_ends_at_the_graph(ask: Ask) -> None:
    top = ask(
        "{ taxonomy(type: HARDWARE) { totalCount edges { node { name narrower { edges { node { name } } } } } } }"
    )
    assert [edge["node"]["name"] for edge in top["taxonomy"]["edges"]] == ["computing device", "sensor"]
    # An abacus is in the taxonomy and in no paper, so it is not in the graph.
    below = top["taxonomy"]["edges"][0]["node"]["narrower"]["edges"]
    assert [edge["node"]["name"] for edge in below] == ["edge device", "GPU", "TPU"]
    nano = ask('{ entity(name: "jetson nano") { broader { name } ancestors { name } descendants { totalCount } } }')[
        "entity"
    ]
    assert nano == {
        "broader": [{"name": "edge device"}], "ancestors": [{"name": "computing device"}, {"name": "edge device"}],
        "descendants": {"totalCount": 0},
    }  # fmt: skip
    device = ask(
        '{ entity(name: "computing device") { descendants { edges { node { name } } } papers(includeNarrower: true) { totalCount } } }'
    )
    assert len(device["entity"]["descendants"]["edges"]) == 5
    assert device["entity"]["papers"]["totalCount"] == 9


def test_the_papers_of_an_entity_come_with_role_and_claims(ask: Ask) -> None:
    query = """query($n: String, $r: Role, $w: Boolean!) { entity(name: $n) { papers(role: $r, includeNarrower: $w) {
        totalCount edges { role node { iri year } via { name } claims { predicate quotes { text } } } } } }"""
    found = ask(query, n="gpu", r=None, w=False)["entity"]["papers"]["edges"]
    assert {edge["node"]["iri"] for edge in found} == {paper(number) for number in (0, 1, 3, 6)}
    years = [edge["node"]["year"] for edge in found]
    assert years == sorted(years, reverse=True)
    assert all(edge["claims"][0]["quotes"][0]["text"] == "It runsOn the GPU." for edge in found)
    kinds = ask(query, n="cnn", r="PROPOSES", w=True)["entity"]["papers"]["edges"]
    assert [(edge["role"], edge["via"][0]["name"]) for edge in kinds] == [("PROPOSES", "YOLO"), ("PROPOSES", "ResNet")]
    assert ask(query, n="gpu", r="PROPOSES", w=True)["entity"]["papers"]["totalCount"] == 0


def test_related_entities_come_with_relation_direction_and_evidence(ask: Ask) -> None:
    query = """query($n: String, $r: Relation, $d: Direction, $t: EntityType) { entity(name: $n) {
        related(relation: $r, direction: $d, type: $t, first: 50) { totalCount edges {
            relation direction confidence claimCount node { name } claims { confidence derived paper { year } quotes { text } } } } } }"""

    def found(name: str, **more: object) -> list[dict[str, object]]:
        return ask(query, n=name, **more)["entity"]["related"]["edges"]  # type: ignore[no-any-return]

    (used, *_) = found("YOLO")
    assert (used["relation"], used["direction"], used["claimCount"]) == ("USED_FOR", "OUTGOING", 2)
    confidences = [claim["confidence"] for claim in used["claims"]]  # type: ignore[attr-defined]
    assert confidences == sorted(confidences, reverse=True)
    # What both papers say together is surer than the surer of them.
    assert used["confidence"] == together(confidences) > confidences[0]
    assert {claim["paper"]["year"] for claim in used["claims"]} == {2016, 2021}  # type: ignore[attr-defined]
    assert [edge["node"] for edge in found("object detection", r="USED_FOR", d="INCOMING")] == [{"name": "YOLO"}]
    assert found("object detection", d="OUTGOING") == []
    assert [edge["node"] for edge in found("YOLO", t="HARDWARE")] == [{"name": "Jetson Nano"}]
    (taxonomic,) = found("Jetson Nano", r="SUB_CLASS_OF")
    assert (taxonomic["claimCount"], taxonomic["confidence"], taxonomic["claims"]) == (0, None, [])
    (derived,) = [edge for edge in found("YOLO") if edge["relation"] == "PART_OF"]
    assert derived["claims"][0]["derived"] is True  # type: ignore[index]


def test_results_show_what_was_measured_with_its_sentence(ask: Ask) -> None:
    query = """query($id: ID!) { paper(id: $id) { results { value number unit metric { name } method { name }
        dataset { name } hardware { name } quotes { text } confidence paper { iri } } } }"""
    assert ask(query, id=paper(8))["paper"]["results"][0] == (
        {
            "value": "70.1%", "number": 70.1, "unit": "%", "metric": {"name": "accuracy"}, "method": {"name": "ResNet"},
            "dataset": {"name": "ImageNet"}, "hardware": {"name": "Raspberry Pi"}, "confidence": 0.8,
            "quotes": [{"text": "We reach 70.1%."}], "paper": {"iri": paper(8)},
        }
    )  # fmt: skip
    assert ask(query, id=paper(7))["paper"]["results"][0]["metric"] is None


def test_results_can_be_compared_whatever_their_units_and_say_what_changes(ask: Ask) -> None:
    query = """query($id: ID!) { paper(id: $id) { results { value number high unit standardNumber standardHigh
        standardUnit change direction status comparedTo { name } } } }"""

    def found(number: int, value: str) -> dict[str, object]:
        results = ask(query, id=paper(number))["paper"]["results"]
        return next(result for result in results if result["value"] == value)  # type: ignore[no-any-return]

    value = {
        "change": False,
        "direction": None,
        "comparedTo": None,
        "status": "STATED",
        "high": None,
        "standardHigh": None,
    }
    assert found(7, "46.5 ms") == {
        **value, "value": "46.5 ms", "number": 46.5, "unit": "ms", "standardNumber": 0.0465, "standardUnit": "s",
    }  # fmt: skip
    energy = found(9, "12-15 mJ")
    assert (energy["number"], energy["high"], energy["standardNumber"], energy["standardHigh"]) == (
        12,
        15,
        0.012,
        0.015,
    )
    faster = found(6, "4x")
    assert (faster["change"], faster["direction"]) == (True, "DECREASE")
    assert faster["comparedTo"] == {"name": "convolutional neural network"}
    assert found(7, "10 W")["status"] == "HEDGED"
    assert (found(11, "0.85")["unit"], found(11, "0.85")["standardUnit"]) == (None, None)


def test_claims_say_whether_they_are_hedged_and_what_all_papers_say_together(ask: Ask, facts: Facts) -> None:
    query = """{ claims(first: 100) { edges { node {
        status support edgeConfidence confidence predicateIri paper { iri } subject { iri } object { iri } } } } }"""
    hedged = 0
    for edge in ask(query)["claims"]["edges"]:
        claim = edge["node"]
        hedged += claim["status"] == "HEDGED"
        if claim["subject"] == claim["paper"]:
            assert claim["support"] is claim["edgeConfidence"] is None
            continue
        said = facts.stated[claim["subject"]["iri"], claim["predicateIri"], claim["object"]["iri"]]
        assert (claim["support"], claim["edgeConfidence"]) == (len(said), together(said))
        assert claim["edgeConfidence"] >= claim["confidence"]
    assert hedged == len(HEDGED)


def test_claims_are_filtered_by_what_all_papers_say_together(ask: Ask) -> None:
    query = """query($f: ClaimFilter) { claims(filter: $f, first: 100) { totalCount edges { node {
        status support edgeConfidence paper { iri } } } } }"""

    def found(**wanted: object) -> list[dict[str, object]]:
        return [edge["node"] for edge in ask(query, f=wanted)["claims"]["edges"]]

    everything = found()
    assert {claim["paper"]["iri"] for claim in found(hedged=True)} == {paper(7), paper(9)}  # type: ignore[index]
    assert len(found(hedged=False)) == len(everything) - len(HEDGED)
    between = [claim for claim in everything if claim["support"] is not None]
    assert len(found(minSupport=1)) == len(between)
    assert found(minSupport=2) == [claim for claim in between if claim["support"] >= 2] != []  # type: ignore[operator]
    assert found(minSupport=99) == []
    sure = [claim for claim in between if claim["edgeConfidence"] >= 0.9]  # type: ignore[operator]
    assert 0 < len(sure) < len(between)
    assert found(minEdgeConfidence=0.9) == sure
    assert found(minEdgeConfidence=0.9, relation="USED_FOR", hedged=True)[0]["paper"] == {"iri": paper(7)}


def test_claims_are_filtered(ask: Ask, store: GraphStore) -> None:
    query = "query($f: ClaimFilter) { claims(filter: $f, first: 100) { totalCount edges { node { confidence predicate derived object { iri } } } } }"

    def found(**wanted: object) -> list[dict[str, object]]:
        answer = ask(query, f=wanted)["claims"]
        nodes = [edge["node"] for edge in answer["edges"]]
        assert answer["totalCount"] == len(nodes)
        return nodes

    everything = found()
    assert len(everything) == int(
        store.select("SELECT (COUNT(DISTINCT ?c) AS ?n) WHERE { ?c a kg:Claim }")[0]["n"].value
    )
    sure = [node["confidence"] for node in everything]
    assert sure == sorted(sure, reverse=True)  # type: ignore[type-var]
    assert len(found(paper="arxiv:1512.03385")) == 8
    assert len(found(subject="arxiv:1512.03385")) == 5
    assert {node["predicate"] for node in found(object=thing("gpu"))} == {"runsOn"}
    # runsOn is a role and a relation, and the subject tells which.
    assert len(found(role="RUNS_ON")) == 8
    assert len(found(relation="RUNS_ON")) == 2
    assert [node["derived"] for node in found(derived=True)] == [True]
    assert len(found(derived=False)) == len(everything) - 1
    assert len(found(minConfidence=0.8)) == sum(value >= 0.8 for value in sure)  # type: ignore[operator]
    assert found(subject="ex:none") == found(paper="no such paper") == []


def _networkx(facts: Facts) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from([*map(thing, THINGS), *(paper(number) for number in range(len(ARTICLES)))])
    graph.add_edges_from((subject, object_) for subject, _, object_ in facts.edges)
    return graph


def test_shortest_paths_are_as_long_as_networkx_says(ask: Ask, facts: Facts) -> None:
    query = """query($a: ID!, $b: ID!, $m: Int!) { shortestPath(from: $a, to: $b, maxLength: $m) { length nodes { iri }
        steps { forward subject { iri } predicate object { iri } claims { confidence } } } }"""
    graph = _networkx(facts)
    ends = sorted(graph.nodes)
    terms = {**RELATION_TERMS, **ROLE_TERMS}
    for start, end in [*zip(ends[::2], reversed(ends[::2]), strict=True), *zip(ends[::5], ends[3::5], strict=False)]:
        found = ask(query, a=start, b=end, m=6)["shortestPath"]
        if not nx.has_path(graph, start, end):
            assert found is None
            continue
        assert found["length"] == len(found["steps"]) == nx.shortest_path_length(graph, start, end)
        nodes = [node["iri"] for node in found["nodes"]]
        assert (nodes[0], nodes[-1]) == (start, end)
        for step, (one, other) in zip(found["steps"], itertools.pairwise(nodes), strict=True):
            subject, object_ = (one, other) if step["forward"] else (other, one)
            assert (step["subject"]["iri"], step["object"]["iri"]) == (subject, object_)
            assert (subject, str(terms[step["predicate"]]), object_) in facts.edges
            assert step["claims"] or step["predicate"] == "subClassOf"
        if found["length"] > 1:
            assert ask(query, a=start, b=end, m=found["length"] - 1)["shortestPath"] is None


@pytest.mark.parametrize("depth", [0, 1, 2, 3])
def test_a_neighbourhood_is_what_networkx_finds_within_the_distance(ask: Ask, facts: Facts, depth: int) -> None:
    query = """query($id: ID!, $d: Int!) { neighbourhood(id: $id, depth: $d, limit: 500) { truncated
        nodes { distance node { iri } } edges { subject { iri } object { iri } predicate claims { confidence } } } }"""
    for start in (thing("jetson-nano"), paper(9), paper(12)):
        found = ask(query, id=start, d=depth)["neighbourhood"]
        wanted = nx.single_source_shortest_path_length(_networkx(facts), start, cutoff=depth)
        assert {node["node"]["iri"]: node["distance"] for node in found["nodes"]} == dict(wanted)
        assert found["truncated"] is False
        edges = {(edge["subject"]["iri"], edge["object"]["iri"]) for edge in found["edges"]}
        assert edges == {(s, o) for s, _, o in facts.edges if s in wanted and o in wanted}


def test_a_neighbourhood_beyond_its_limit_keeps_the_nearest_and_says_so(ask: Ask) -> None:
    query = 'query($l: Int!) { neighbourhood(id: "arxiv:1512.03385", depth: 3, limit: $l) { truncated nodes { distance node { iri } } } }'
    few, more = (ask(query, l=limit)["neighbourhood"] for limit in (4, 9))
    assert few["truncated"] is more["truncated"] is True
    assert (len(few["nodes"]), len(more["nodes"])) == (5, 10)
    assert [node["distance"] for node in few["nodes"]] == [0, 1, 1, 1, 1]
    assert more["nodes"][:5] == few["nodes"]


def test_communities_list_their_members_by_pagerank(ask: Ask) -> None:
    query = """{ communities { edges { node { label memberCount members(first: 100) { totalCount edges { node {
        ... on Entity { pageRank community { label } } } } } } } } papers: communities(projection: PAPERS) { totalCount } }"""
    found = ask(query)
    assert found["papers"]["totalCount"] == 1
    communities = [edge["node"] for edge in found["communities"]["edges"]]
    assert [community["memberCount"] for community in communities] == [21, 9]
    for community in communities:
        members = [edge["node"] for edge in community["members"]["edges"]]
        assert len(members) == community["members"]["totalCount"] == community["memberCount"]
        assert [node["pageRank"] for node in members] == sorted((node["pageRank"] for node in members), reverse=True)
        assert {node["community"]["label"] for node in members} == {community["label"]}


def test_statistics_add_up(ask: Ask, facts: Facts, store: GraphStore) -> None:
    query = """{ statistics { papers entities claims relationClaims derivedClaims results communities entitiesByType { type count }
        edgesByRole { role count } edgesByRelation { relation count } papersByYear { year count }
        snapshot { fingerprint manifest } } }"""
    found = ask(query)["statistics"]
    assert (found["papers"], found["entities"], found["derivedClaims"], found["communities"]) == (13, 30, 1, 3)
    assert sum(row["count"] for row in found["entitiesByType"]) == found["entities"]
    assert sum(row["count"] for row in found["papersByYear"]) == found["papers"]
    assert {"year": None, "count": 1} in found["papersByYear"]
    roles = sum(row["count"] for row in found["edgesByRole"])
    relations = sum(row["count"] for row in found["edgesByRelation"])
    assert roles == sum(len(article.says) for article in ARTICLES)
    assert roles + relations == len(facts.edges)
    assert found["relationClaims"] == sum(len(article.relates) for article in ARTICLES)
    assert found["claims"] == found["relationClaims"] + roles
    assert found["results"] == sum(len(article.results) for article in ARTICLES)
    assert found["snapshot"]["manifest"]["counts"] == {"papers": 13}
    before = store.query_count
    ask(query)
    assert store.query_count == before


CHAIN = """query($first: Int!) { papers(first: $first) { edges { node { entities(first: 20) { edges { node {
    papers(first: 5) { edges { node { title } } } } } } } } } }"""
WIDE = """query($first: Int!) { papers(first: $first) { edges { node { title community { label }
    methods { name } results { metric { name } quotes { text } } claims(first: 5) { edges { node { subject { id } quotes { text } } } }
    entities(first: 6) { edges { role claims { quotes { text } extractor { name } }
        node { name broader { name } ancestors { name } narrower { edges { node { name } } }
            related(first: 5) { edges { node { name } claims { quotes { text } paper { title } } } }
            papers(first: 5, includeNarrower: true) { edges { node { title } via { name } claims { quotes { text } } } } } } } } } } }"""


def _queries(ask: Ask, store: GraphStore, document: str, first: int) -> int:
    before = store.query_count
    assert len(ask(document, first=first)["papers"]["edges"]) == first
    return store.query_count - before


def test_the_number_of_queries_does_not_grow_with_the_number_of_nodes(ask: Ask, store: GraphStore) -> None:
    # The page, its papers, their entities, those, their papers, and those but for papers that are on the page.
    assert [_queries(ask, store, CHAIN, first) for first in (2, 6, 13)] == [6, 6, 5]


def test_the_number_of_queries_is_bounded_by_the_fields_of_a_document(ask: Ask, store: GraphStore) -> None:
    # What is loaded on two ways at once may be one batch or two, as the threads end, so no number is fixed;
    # 13 papers have 47 entities, some hundred claims and as many sentences.
    assert _queries(ask, store, WIDE, 13) <= WIDE.count("{")


def test_nodes_are_looked_up_together(ask: Ask, store: GraphStore) -> None:
    before = store.query_count
    ask("query($ids: [ID!]!) { nodes(ids: $ids) { id } }", ids=[article.id for article in ARTICLES] + [thing("gpu")])
    assert store.query_count - before == 2


def test_the_paper_id_is_a_literal_in_the_graph(store: GraphStore) -> None:
    # What `paper(id:)` relies on.
    assert store.ask("ASK { ?paper dcterms:identifier {{id}} }", id=Literal(ARTICLES[0].id))
