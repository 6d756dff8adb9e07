"""What explores the graph: trends, comparisons, similar papers, paths, neighbourhoods to draw, lookups of many."""

from __future__ import annotations

import itertools
import json
import math
from typing import Any

import networkx as nx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_graph import CLAIMS, KEY_OF, RELATED, entity_fits, reach, stated
from small_graph import ARTICLES, LINKS, MANIFEST, MINT, THINGS, Ask, Facts, paper, thing
from starlette.testclient import TestClient

from api.app import create_app
from api.cursors import global_id
from api.drawing import on_rings
from api.limits import Budget, Limits
from api.loaders import Edge
from api.paths import k_shortest_paths
from api.vocabulary import EntityType
from kg.store import GraphStore, Literal, Quad, iri
from schema.vocab import KG, RDF, RELATION_TERMS, ROLE_TERMS

SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
TERMS = {**RELATION_TERMS, **ROLE_TERMS}


def _years(keys: set[str], role: str | None = None) -> dict[int | None, int]:
    found: dict[int | None, int] = {}
    for article in ARTICLES:
        if any(key in keys and role in (None, as_) for as_, key in article.says):
            found[article.year] = found.get(article.year, 0) + 1
    return found


@pytest.mark.parametrize(
    ("key", "role", "narrower"),
    [("gpu", None, False), ("cnn", None, True), ("cnn", "USES", False), ("computing-device", None, True), ("snn", "USES", True)],
)
def test_a_trend_counts_the_papers_of_each_year_and_their_share(ask: Ask, key: str, role: str | None, narrower: bool) -> None:
    query = """query($n: String, $r: Role, $w: Boolean!) { entity(name: $n) { trend(role: $r, includeNarrower: $w) {
        papers undated first last peak slope years { year papers total share } } } }"""
    trend = ask(query, n=THINGS[key].name, r=role, w=narrower)["entity"]["trend"]
    counts = _years(reach([key], narrower=narrower), role and role.lower())
    totals = {year: sum(article.year == year for article in ARTICLES) for year in range(2015, 2022)}
    assert [row["year"] for row in trend["years"]] == list(totals)
    for row in trend["years"]:
        assert (row["papers"], row["total"]) == (counts.get(row["year"], 0), totals[row["year"]])
        assert row["share"] == (row["papers"] / row["total"] if row["total"] else 0)
    having = [row["year"] for row in trend["years"] if row["papers"]]
    assert (trend["papers"], trend["undated"]) == (sum(counts.values()), 0)
    assert (trend["first"], trend["last"]) == ((having[0], having[-1]) if having else (None, None))
    shares = {row["year"]: row["share"] for row in trend["years"]}
    assert trend["peak"] == (max(having, key=lambda year: (shares[year], year)) if having else None)
    # NumPy is no dependency of the API, so its polynomial fit is an independent check.
    np = pytest.importorskip("numpy")
    points = [(year, shares[year]) for year in shares if totals[year]]
    assert trend["slope"] == pytest.approx(float(np.polyfit(*zip(*points, strict=True), 1)[0]), abs=1e-8)


def test_a_trend_has_a_range_that_ends_with_the_graph(ask: Ask, send: Ask) -> None:
    query = "query($a: Int, $b: Int) { entity(name: \"cnn\") { trend(from: $a, to: $b) { slope first years { year } } } }"

    def years(start: int | None, end: int | None) -> list[int]:
        return [row["year"] for row in ask(query, a=start, b=end)["entity"]["trend"]["years"]]

    assert years(2017, 2019) == [2017, 2018, 2019]
    assert years(-2_000_000_000, 2016) == [2015, 2016]
    assert years(2021, 2_000_000_000) == [2021]
    assert years(2030, None) == []
    assert ask(query, a=2021, b=2021)["entity"]["trend"]["slope"] is None
    (error,) = send(query, a=2020, b=2019)["errors"]
    assert (error["extensions"]["code"], error["extensions"]["hint"][:4]) == ("BAD_ARGUMENT", "give")


COMPARE = """query($n: [String!], $i: [ID!], $w: Boolean! = false, $c: Common! = ALL, $b: Common! = ANY, $t: EntityType) {
  compare(names: $n, ids: $i, includeNarrower: $w) { unknown entities { iri }
    papers(common: $c, first: 50) { totalCount edges { node { iri } of { iri } } }
    together(type: $t, common: $b, first: 50) { totalCount edges { counts node { iri } } }
    relations { predicate relation role label subject { iri } object { iri } claimCount weight confidence claims { quotes { text } } }
    years { year total papers shares } } }"""


def test_entities_side_by_side_share_papers_and_have_their_own(ask: Ask) -> None:
    found = ask(COMPARE, n=["YOLO", "pruning", "resnet"])["compare"]
    assert found["unknown"] == []
    assert [each["iri"] for each in found["entities"]] == [thing("yolo"), thing("pruning"), thing("resnet")]
    assert found["papers"]["edges"] == []
    one = ask(COMPARE, n=["YOLO", "pruning"], c="ALL")["compare"]["papers"]["edges"]
    assert [(edge["node"]["iri"], len(edge["of"])) for edge in one] == [(paper(7), 2)]
    alone = ask(COMPARE, n=["YOLO", "pruning"], c="ONE")["compare"]["papers"]
    assert {edge["node"]["iri"]: edge["of"][0]["iri"] for edge in alone["edges"]} == {
        paper(1): thing("yolo"), paper(6): thing("pruning"),
    }  # fmt: skip
    every = ask(COMPARE, n=["YOLO", "pruning"], c="ANY")["compare"]["papers"]
    assert every["totalCount"] == 3
    assert [len(edge["of"]) for edge in every["edges"]] == [2, 1, 1]


@SOME
@given(
    keys=st.lists(st.sampled_from(["cnn", "yolo", "gpu", "imagenet", "detection", "edge-device"]), min_size=2, max_size=4, unique=True),
    narrower=st.booleans(),
    common=st.sampled_from(["ALL", "SEVERAL", "ONE", "ANY"]),
    type_=st.none() | st.sampled_from(EntityType),
)
def test_a_comparison_agrees_with_a_plain_count(
    ask: Ask, keys: list[str], narrower: bool, common: str, type_: EntityType | None
) -> None:
    found = ask(COMPARE, i=[thing(key) for key in keys], w=narrower, c=common, b=common, t=type_ and type_.name)["compare"]
    sets = [reach([key], narrower=narrower) for key in keys]
    of = {MINT.paper(a.id): [bool({k for _, k in a.says} & each) for each in sets] for a in ARTICLES}
    has = {"ALL": len(keys).__eq__, "SEVERAL": (2).__le__, "ONE": (1).__eq__, "ANY": (1).__le__}[common]
    expected = {node: [thing(key) for key, one in zip(keys, ones, strict=True) if one] for node, ones in of.items() if has(sum(ones))}
    assert {edge["node"]["iri"]: [each["iri"] for each in edge["of"]] for edge in found["papers"]["edges"]} == expected
    beside = {}
    for key in set(THINGS) - set(keys):
        if type_ in (None, EntityType(THINGS[key].type)):
            holds = [MINT.paper(a.id) for a in ARTICLES if key in {k for _, k in a.says}]
            counts = [sum(of[node][place] for node in holds) for place in range(len(keys))]
            if has(sum(map(bool, counts))):
                beside[thing(key)] = counts
    assert {edge["node"]["iri"]: edge["counts"] for edge in found["together"]["edges"]} == beside
    assert found["together"]["totalCount"] == len(beside)
    edges = {(link["subject"]["iri"], link["relation"], link["object"]["iri"]) for link in found["relations"]}
    nodes = {thing(key) for key in keys}
    assert {(s, TERMS_BY_NAME[relation], o) for s, relation, o in edges} == {e for e in RELATED if {e[0], e[2]} <= nodes}
    for link in found["relations"]:
        said = stated((link["subject"]["iri"], link["predicate"], link["object"]["iri"]))
        assert [quote["text"] for claim in link["claims"] for quote in claim["quotes"]] == [c.quote for c in said]
        assert (link["claimCount"], link["weight"], link["role"]) == (len(said), max(1, len(said)), None)
        assert link["confidence"] == (said[0].sure / 100 if said else None)
    for row in found["years"]:
        dated = [MINT.paper(a.id) for a in ARTICLES if a.year == row["year"]]
        assert row["total"] == len(dated)
        assert row["papers"] == [sum(of[node][place] for node in dated) for place in range(len(keys))]


TERMS_BY_NAME = {
    "USED_FOR": "usedFor", "PART_OF": "partOf", "SUB_CLASS_OF": "subClassOf", "COMPARED_WITH": "comparedWith",
    "EVALUATED_WITH": "evaluatedWith", "TRAINED_WITH": "trainedWith", "BENCHMARK_FOR": "benchmarkFor",
    "EVALUATED_BY": "evaluatedBy", "RUNS_ON": "runsOn", "SENSES_WITH": "sensesWith",
}  # fmt: skip


def test_what_cannot_be_compared_is_named(ask: Ask, send: Ask) -> None:
    found = ask(COMPARE, n=["YOLO", "no such thing"], i=[paper(0), thing("cnn"), thing("yolo")])["compare"]
    assert found["unknown"] == [paper(0), "no such thing"]
    assert [each["iri"] for each in found["entities"]] == [thing("cnn"), thing("yolo")]
    for names in (["YOLO"], ["YOLO"] * 11, None):
        (error,) = send(COMPARE, n=names)["errors"]
        assert error["extensions"]["code"] == "BAD_ARGUMENT"


@pytest.mark.parametrize("number", range(len(ARTICLES)))
@pytest.mark.parametrize("type_", [None, EntityType.HARDWARE])
def test_similar_papers_share_entities_and_rare_ones_count_more(
    ask: Ask, facts: Facts, number: int, type_: EntityType | None
) -> None:
    query = """query($id: ID!, $t: EntityType) { paper(id: $id) { similar(type: $t, first: 50) { totalCount ignored { iri }
        edges { score node { iri } shared { weight node { iri } } } } } }"""
    found = ask(query, id=paper(number), t=type_ and type_.name)["paper"]["similar"]
    of = {MINT.paper(a.id): {k for _, k in a.says if type_ in (None, EntityType(THINGS[k].type))} for a in ARTICLES}
    own = of[paper(number)]
    expected = {}
    for node, keys in of.items():
        if node != paper(number) and keys & own:
            expected[node] = sum(math.log(len(ARTICLES) / facts.paper_count[thing(key)]) for key in keys & own)
    assert {edge["node"]["iri"]: edge["score"] for edge in found["edges"]} == pytest.approx(expected, abs=1e-8)
    assert found["totalCount"] == len(expected)
    scores = [edge["score"] for edge in found["edges"]]
    assert scores == sorted(scores, reverse=True)
    for edge in found["edges"]:
        assert {each["node"]["iri"] for each in edge["shared"]} == {thing(key) for key in of[edge["node"]["iri"]] & own}
        weights = [each["weight"] for each in edge["shared"]]
        assert weights == sorted(weights, reverse=True)
        assert sum(weights) == pytest.approx(edge["score"], abs=1e-8)
    assert found["ignored"] == []


def test_similar_papers_have_a_least_score_and_a_filter(ask: Ask) -> None:
    query = """query($s: Float!, $f: PaperFilter) { paper(id: "doi:10.1000/nano.1") {
        similar(minScore: $s, filter: $f) { edges { score node { iri year } } } } }"""
    every = ask(query, s=0)["paper"]["similar"]["edges"]
    middle = every[1]["score"]
    assert [edge for edge in every if edge["score"] >= middle] == ask(query, s=middle)["paper"]["similar"]["edges"]
    old = ask(query, s=0, f={"yearTo": 2016})["paper"]["similar"]["edges"]
    assert old == [edge for edge in every if edge["node"]["year"] and edge["node"]["year"] <= 2016] != []


def test_entities_that_too_many_papers_mention_are_left_out_and_named(store: GraphStore) -> None:
    query = """{ paper(id: "arxiv:1512.03385") { similar { ignored { name } edges { shared { node { name } } } } } }"""
    with TestClient(create_app(store, MANIFEST, limits=Limits(visited=16))) as client:
        found = client.post("/graphql", json={"query": query}).json()["data"]["paper"]["similar"]
    # ResNet in 2 papers, accuracy in 2, image classification in 3; the GPU and ImageNet in 4 each would be 15.
    assert {each["name"] for each in found["ignored"]} == {"GPU", "ImageNet"}
    assert {s["node"]["name"] for e in found["edges"] for s in e["shared"]} <= {"ResNet", "accuracy", "image classification"}


PATHS = """query($a: ID!, $b: ID!, $k: Int!, $m: Int!, $w: [ID!]) { paths(from: $a, to: $b, k: $k, maxLength: $m, without: $w) {
    length nodes { iri } steps { forward predicate subject { iri } object { iri } claims(first: 50) { iri }
      links { predicate subject { iri } object { iri } claims(first: 50) { iri confidence } } } } }"""


def _graph(facts: Facts) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from([*map(thing, THINGS), *(paper(number) for number in range(len(ARTICLES)))])
    graph.add_edges_from((subject, object_) for subject, _, object_ in facts.edges)
    return graph


@SOME
@given(data=st.data(), k=st.integers(1, 12), longest=st.integers(1, 5))
def test_the_k_shortest_paths_are_those_of_networkx(ask: Ask, facts: Facts, data: st.DataObject, k: int, longest: int) -> None:
    graph = _graph(facts)
    nodes = sorted(graph)
    start, end = data.draw(st.sampled_from(nodes)), data.draw(st.sampled_from(nodes))
    barred = data.draw(st.lists(st.sampled_from(nodes), max_size=2))
    found = ask(PATHS, a=start, b=end, k=k, m=longest, w=barred)["paths"]
    if start == end:
        assert [(path["length"], path["steps"]) for path in found] == [(0, [])]
        return
    graph.remove_nodes_from(set(barred) - {start, end})
    every = list(nx.all_simple_paths(graph, start, end, cutoff=longest))
    expected = sorted((len(nodes_) - 1, nodes_) for nodes_ in every)[:k]
    assert [(path["length"], [node["iri"] for node in path["nodes"]]) for path in found] == expected
    for path in found:
        for step, (one, other) in zip(path["steps"], itertools.pairwise(path["nodes"]), strict=True):
            ends = (one["iri"], other["iri"])
            links = {(link["subject"]["iri"], str(TERMS[link["predicate"]]), link["object"]["iri"]) for link in step["links"]}
            assert links == {edge for edge in facts.edges if (edge[0], edge[2]) in (ends, ends[::-1])}
            assert step["subject"]["iri"] == ends[0] if step["forward"] else step["object"]["iri"] == ends[0]
            for link in step["links"]:
                said = stated((link["subject"]["iri"], link["predicate"], link["object"]["iri"]))
                assert [claim["iri"] for claim in link["claims"]] == [claim.iri for claim in said]


@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_paths_of_any_graph_are_those_of_networkx(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 9))
    pairs = data.draw(st.sets(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=18))
    k, longest = data.draw(st.integers(1, 9)), data.draw(st.integers(0, 6))
    edges = [Edge(f"ex:{one}", str(KG.partOf), f"ex:{other}") for one, other in pairs]
    quads = [Quad(iri(edge.subject), iri(edge.predicate), iri(edge.object)) for edge in edges]
    store = GraphStore.in_memory(quads)

    async def select(query: str, /, **values: Any) -> Any:
        return store.select(query, **values)

    run = k_shortest_paths(select, "ex:0", "ex:1", k=k, max_length=longest, budget=Budget(0, visitable=10**6))
    with pytest.raises(StopIteration) as done:
        run.send(None)
    graph = nx.Graph([(edge.subject, edge.object) for edge in edges])
    graph.add_nodes_from(["ex:0", "ex:1"])
    every = nx.all_simple_paths(graph, "ex:0", "ex:1", cutoff=longest) if longest else []
    expected = sorted((len(nodes), tuple(nodes)) for nodes in every)[:k]
    assert [(len(nodes), nodes) for nodes, _ in done.value.value] == expected
    # As many queries as steps at most, however many paths there are.
    assert store.query_count <= longest


def test_paths_are_bounded(send: Ask, ask: Ask, store: GraphStore) -> None:
    assert ask(PATHS, a="no such node", b=paper(0), k=1, m=2)["paths"] == []
    for wrong in ({"k": 0}, {"k": 51}, {"m": 7}, {"m": -1}, {"w": ["x"] * 101}):
        (error,) = send(PATHS, **{"a": paper(0), "b": paper(1), "k": 1, "m": 2, **wrong})["errors"]
        assert error["extensions"]["code"] == "BAD_ARGUMENT"
    one = '{ paths(from: "arxiv:1810.04805", to: "doi:10.1000/spike.3") { length } }'
    twice = '{ a: paths(from: "arxiv:1512.03385", to: "arxiv:1506.02640") { length } b: paths(from: "arxiv:1512.03385", to: "arxiv:1506.02640") { length } }'
    for visited, document in ((5, one), (60, twice)):
        with TestClient(create_app(store, MANIFEST, limits=Limits(visited=visited))) as client:
            error = client.post("/graphql", json={"query": document}).json()["errors"][0]
        assert error["extensions"]["code"] == "LIMIT_EXCEEDED"


DRAW = """query($id: ID!, $d: Int!, $f: NeighbourhoodFilter) { neighbourhood(id: $id, depth: $d, limit: 500, filter: $f) {
    nodes { key label kind size group x y distance node { id iri __typename } }
    edges { key source target label predicate role relation weight claimCount confidence subject { id iri } object { id iri } } } }"""


@pytest.mark.parametrize("start", [thing("cnn"), paper(7), paper(12)])
def test_a_neighbourhood_is_ready_to_draw(ask: Ask, facts: Facts, start: str) -> None:
    found = ask(DRAW, id=start, d=2)["neighbourhood"]
    keys = [node["key"] for node in found["nodes"]]
    assert len(set(keys)) == len(keys)
    assert len({edge["key"] for edge in found["edges"]}) == len(found["edges"])
    for edge in found["edges"]:
        assert (edge["source"], edge["target"]) == (edge["subject"]["id"], edge["object"]["id"])
        assert {edge["source"], edge["target"]} <= set(keys)
        assert (edge["role"] is None) != (edge["relation"] is None)
        assert edge["label"].replace(" ", "") == edge["predicate"].lower()
        said = stated((edge["subject"]["iri"], edge["predicate"], edge["object"]["iri"]))
        assert (edge["claimCount"], edge["weight"]) == (len(said), max(1, len(said)))
        assert edge["confidence"] == (said[0].sure / 100 if said else None)
    for node in found["nodes"]:
        key = KEY_OF.get(node["node"]["iri"])
        assert node["key"] == node["node"]["id"]
        if key is None:
            article = next(a for a in ARTICLES if MINT.paper(a.id) == node["node"]["iri"])
            assert (node["kind"], node["label"]) == ("PAPER", article.title)
            assert node["size"] == len({k for _, k in article.says})
        else:
            assert (node["kind"], node["label"]) == (THINGS[key].type.upper(), THINGS[key].name)
            assert node["size"] == facts.paper_count[thing(key)]
        assert math.hypot(node["x"], node["y"]) == pytest.approx(node["distance"], abs=1e-5)
    assert len({(node["x"], node["y"]) for node in found["nodes"]}) == len(keys)
    group = ask("query($id: ID!) { node(id: $id) { ... on Community { label } } }", id=found["nodes"][0]["group"])
    assert group["node"]["label"].endswith("nodes")


@SOME
@given(data=st.data())
def test_a_neighbourhood_is_walked_over_what_the_filter_has(ask: Ask, data: st.DataObject) -> None:
    start = data.draw(st.sampled_from([thing("cnn"), thing("jetson-nano"), thing("tpu"), paper(7), paper(9)]))
    depth = data.draw(st.integers(1, 3))
    kinds = data.draw(st.none() | st.sets(st.sampled_from(["PAPER", "METHOD", "HARDWARE", "TASK"]), min_size=1))
    roles = data.draw(st.none() | st.sets(st.sampled_from(["USES", "RUNS_ON", "PROPOSES"])))
    relations = data.draw(st.none() | st.sets(st.sampled_from(["RUNS_ON", "USED_FOR", "SUB_CLASS_OF"])))
    least = data.draw(st.none() | st.integers(50, 95))
    wanted = {"kinds": kinds and sorted(kinds), "roles": roles and sorted(roles), "relations": relations and sorted(relations)}
    wanted = {name: given_ if given_ else ([] if given_ is not None else None) for name, given_ in wanted.items()}
    found = ask(DRAW, id=start, d=depth, f={**wanted, "minConfidence": least and least / 100})["neighbourhood"]
    neither = roles is None and relations is None
    graph = nx.Graph()
    graph.add_node(start)
    edges = set()
    for claim in CLAIMS:
        name = {"uses": "USES", "runsOn": "RUNS_ON", "proposes": "PROPOSES", "usedFor": "USED_FOR"}.get(claim.predicate)
        walked = neither or name in ((roles if claim.of_paper else relations) or ())
        if walked and (least is None or claim.sure >= least):
            edges.add((claim.subject, claim.predicate, claim.object))
    if least is None and (neither or "SUB_CLASS_OF" in (relations or ())):
        edges |= {edge for edge in RELATED if edge[1] == "subClassOf"}

    def kind(node: str) -> str:
        return THINGS[KEY_OF[node]].type.upper() if node in KEY_OF else "PAPER"

    edges = {e for e in edges if all(n == start or kinds is None or kind(n) in kinds for n in (e[0], e[2]))}
    graph.add_edges_from((subject, object_) for subject, _, object_ in edges)
    expected = dict(nx.single_source_shortest_path_length(graph, start, cutoff=depth))
    assert {node["node"]["iri"]: node["distance"] for node in found["nodes"]} == expected
    got = {(edge["subject"]["iri"], edge["predicate"], edge["object"]["iri"]) for edge in found["edges"]}
    assert got == {edge for edge in edges if edge[0] in expected and edge[2] in expected}


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_on_rings_no_two_nodes_meet_and_each_is_as_far_out_as_its_distance(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 25))
    parents = [data.draw(st.integers(0, place - 1)) for place in range(1, size)]
    distances = {"0": 0}
    for place, parent in enumerate(parents, start=1):
        distances[str(place)] = distances[str(parent)] + 1
    distances = dict(sorted(distances.items(), key=lambda pair: pair[1]))
    edges = [Edge(str(parent), "p", str(place)) for place, parent in enumerate(parents, start=1)]
    places = on_rings(distances, edges)
    assert list(places) == list(distances)
    assert len(set(places.values())) == size
    for node, (x, y) in places.items():
        assert math.hypot(x, y) == pytest.approx(distances[node], abs=1e-5)


LOOKUP = """query($i: [ID!], $n: [String!], $k: [String!], $t: EntityType) { lookup(ids: $i, names: $n, identifiers: $k, type: $t) {
    key by node { __typename iri } others { iri } } }"""


def test_many_are_looked_up_at_once_in_order_with_null_for_what_is_unknown(ask: Ask, store: GraphStore) -> None:
    ids = [paper(3), "ex:none", global_id("Entity", thing("gpu")), "arxiv:1706.03762"]
    names = ["dvs", "No such thing", "  CNN "]
    keys = [
        "arXiv:1512.03385v3", "https://arxiv.org/abs/1506.02640", "1810.04805", "10.48550/arXiv.1706.03762",
        "https://doi.org/10.1000/NANO.1", "doi:10.1000/pi.2", "title:0123456789abcdef", "C15179", "opencs:c2468",
        "https://w3id.org/ocs/ont/C15179", "http://dbpedia.org/resource/Systolic_array", "C1", "", "a b", "10.9999/none",
    ]  # fmt: skip
    before = store.query_count
    found = ask(LOOKUP, i=ids, n=names, k=keys)["lookup"]
    assert store.query_count - before <= 5
    assert [row["key"] for row in found] == [*ids, *names, *keys]
    assert [row["by"] for row in found] == ["ID"] * 4 + ["NAME"] * 3 + ["IDENTIFIER"] * 15
    assert [row["node"] and row["node"]["iri"] for row in found] == [
        paper(3), None, thing("gpu"), paper(3), thing("event-camera"), None, thing("cnn"),
        paper(0), paper(1), paper(2), paper(3), paper(7), paper(8), paper(12), thing("systolic-array"), thing("qa"),
        thing("systolic-array"), thing("systolic-array"), None, None, None, None,
    ]  # fmt: skip
    assert {target for _, _, target, _ in LINKS} >= {keys[9], keys[10]}


def test_a_lookup_may_be_of_one_type_and_tells_what_else_has_the_name(ask: Ask, send: Ask, store: GraphStore) -> None:
    assert ask(LOOKUP, n=["GPU"], t="TASK")["lookup"][0]["node"] is None
    assert ask(LOOKUP, i=[thing("gpu"), paper(0)], t="TASK")["lookup"][1]["node"]["iri"] == paper(0)
    assert ask(LOOKUP)["lookup"] == []
    (error,) = send(LOOKUP, n=["x"] * 60, k=["y"] * 41)["errors"]
    assert (error["extensions"]["code"], error["extensions"]["hint"]) == ("BAD_ARGUMENT", "give 100 at most")
    twin = MINT.entity("Task", "gpu-programming")
    quads = [*store.quads()]
    for term, value in ((RDF.type, iri(str(KG.Task))), (KG.paperCount, Literal(9)), ("http://www.w3.org/2004/02/skos/core#prefLabel", Literal("GPU"))):
        quads.append(Quad(iri(twin), iri(str(term)), value))
    with TestClient(create_app(GraphStore.in_memory(quads), MANIFEST)) as client:
        body = {"query": LOOKUP, "variables": {"n": ["gpu"]}}
        (row,) = client.post("/graphql", json=body).json()["data"]["lookup"]
    assert (row["node"]["iri"], row["others"]) == (twin, [{"iri": thing("gpu")}])


SUGGEST = "query($s: String!, $t: EntityType, $f: Int! = 10) { suggest(text: $s, type: $t, first: $f) { text node { iri } } }"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("jet", [("Jetson Nano", "jetson-nano")]),
        ("NVID", [("NVIDIA Jetson Nano", "jetson-nano")]),
        # The whole name, then what begins so, then what has a word that does; and those in most papers first.
        ("cnn", [("CNN", "cnn")]),
        ("neural", [("neural network", "neural-network"), ("convolutional neural network", "cnn"), ("spiking neural network", "snn")]),
        ("optical flow", [("optical flow", "flow")]),
        ("eural", []), ("  ", []), ("zz", []), ("{{text}}", []), ('") } #', []),
    ],
)  # fmt: skip
def test_beginnings_of_names_suggest_entities(ask: Ask, text: str, found: list[tuple[str, str]]) -> None:
    rows = ask(SUGGEST, s=text)["suggest"]
    assert [(row["text"], row["node"]["iri"]) for row in rows] == [(label, thing(key)) for label, key in found]
    assert ask(SUGGEST, s=text, f=1)["suggest"] == rows[:1]


def test_suggestions_are_of_a_type_and_bounded(ask: Ask, send: Ask) -> None:
    assert {row["node"]["iri"] for row in ask(SUGGEST, s="e", t="HARDWARE")["suggest"]} == {thing("edge-device"), thing("event-camera")}
    (error,) = send(SUGGEST, s="e", f=101)["errors"]
    assert error["extensions"]["hint"] == "give 1 to 100"


def test_a_paper_tells_its_identifiers_apart(ask: Ask) -> None:
    query = "query($i: [ID!]!) { nodes(ids: $i) { ... on Paper { arxiv doi } } }"
    found = ask(query, i=[paper(0), paper(7), paper(12)])["nodes"]
    assert found == [
        {"arxiv": "1512.03385", "doi": None}, {"arxiv": None, "doi": "10.1000/nano.1"}, {"arxiv": None, "doi": None},
    ]  # fmt: skip


def test_documents_that_are_wrong_in_themselves_get_a_hint_too(send: Ask) -> None:
    for document, code in (("{ nothing }", "BAD_QUERY"), ("{", "BAD_SYNTAX"), ("{ suggest { text } }", "BAD_QUERY")):
        for error in send(document)["errors"]:
            assert error["extensions"]["code"] == code
            assert error["extensions"]["hint"]
            assert error["locations"]


def test_exploring_takes_few_queries_whatever_the_graph(ask: Ask, store: GraphStore) -> None:
    def queries(document: str, **variables: object) -> int:
        before = store.query_count
        ask(document, **variables)
        return store.query_count - before

    ask(COMPARE, n=["CNN", "GPU"])
    names = [entity.name for entity in THINGS.values()]
    assert queries(COMPARE, n=names[:2], c="ANY") <= 12
    assert queries(COMPARE, n=names[:10], c="ANY") <= 12
    assert queries(LOOKUP, n=names[:5]) == queries(LOOKUP, n=names[:25]) == 2
    assert json.dumps(ask(DRAW, id=thing("cnn"), d=3))
    # The identifier, the node, three rings, the edges, all nodes, their claims, and what papers mention.
    assert queries(DRAW, id=thing("cnn"), d=3) <= 9


def test_the_reference_is_the_small_graph(facts: Facts) -> None:
    # What the tests above compare with must itself be what was written to the store.
    assert {(c.subject, str((ROLE_TERMS if c.of_paper else RELATION_TERMS)[c.predicate]), c.object) for c in CLAIMS} | {
        (s, str(RELATION_TERMS[p]), o) for s, p, o in RELATED
    } == facts.edges
    assert entity_fits("cnn", {"broader": "neural network", "minPapers": 4}, facts)
