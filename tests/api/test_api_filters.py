"""Filters and orders of every connection, whatever their combination, against a plain computation over the small graph."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plain_graph import (
    ABOVE,
    CLAIMS,
    COMMUNITY,
    KEY_OF,
    RELATED,
    called,
    claim_fits,
    claim_orders,
    entity_fits,
    entity_orders,
    enum,
    paper_fits,
    paper_orders,
    reach,
    stated,
)
from small_graph import ARTICLES, MINT, THINGS, Ask, Facts, paper, thing, together

from api.cursors import global_id
from api.vocabulary import Direction, EntityType, Relation, Role
from kg.store import GraphStore
from schema.vocab import RELATION_TERMS, ROLE_TERMS

MANY = settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
SOME = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

NAMES = st.sampled_from(
    ["edge device", "computing device", "Jetson Nano", "GPU", "CNN", "neural  network", "transformer", "DVS", "sensor",
     "object detection", "ImageNet", "accuracy", "SQuAD", "no such thing", thing("cnn"), thing("tpu"), "pruning"]
)  # fmt: skip
#: Half of all examples ask for what most things have, or most answers would be empty.
ROLES = st.sampled_from(["USES", "RUNS_ON", "ADDRESSES", "EVALUATES_ON"]) | st.sampled_from(
    [role.name for role in Role]
)
RELATIONS = st.sampled_from(["USED_FOR", "SUB_CLASS_OF", "RUNS_ON"]) | st.sampled_from([each.name for each in Relation])
TYPES = st.sampled_from([type_.name for type_ in EntityType])
SURE = st.integers(45, 105).map(lambda hundredths: min(hundredths, 100) / 100)
YEARS = st.integers(2014, 2022)
WORDS = st.sampled_from(["", "deep", "net", "on a", "It uses", "image NET", "zzz", "device", "the YOLO", "recognition"])
COMMUNITIES = st.sampled_from([*sorted(set(COMMUNITY.values())), "ex:none"])
PAPER_CONDITIONS = {
        "year": YEARS, "yearFrom": YEARS, "yearTo": YEARS, "venue": st.sampled_from(["cvpr", "RSS", "EMC2", "none"]),
        "entity": NAMES, "includeNarrower": st.booleans(), "role": ROLES, "type": TYPES, "search": WORDS,
        "entities": st.lists(NAMES, max_size=2), "relation": RELATIONS, "minConfidence": SURE, "community": COMMUNITIES,
}  # fmt: skip
ENTITY_CONDITIONS = {
        "type": TYPES, "search": WORDS, "broader": NAMES, "includeNarrower": st.booleans(), "minPapers": st.integers(0, 4),
        "community": COMMUNITIES, "role": ROLES, "relation": RELATIONS,
        "direction": st.sampled_from([side.name for side in Direction]), "relatedTo": NAMES, "minConfidence": SURE,
}  # fmt: skip
NODES = st.sampled_from([*map(thing, ("cnn", "yolo", "resnet", "edge-device", "gpu", "detection")), paper(0), paper(7)])
CLAIM_CONDITIONS = {
        "paper": st.sampled_from([article.id for article in ARTICLES[:9]]), "subject": NODES, "object": NODES,
        "minConfidence": SURE, "derived": st.booleans(), "hedged": st.booleans(), "minSupport": st.integers(1, 3),
        "minEdgeConfidence": SURE, "includeNarrower": st.booleans(), "type": TYPES, "subjectType": TYPES,
        "community": COMMUNITIES, "search": WORDS,
}  # fmt: skip
#: Conditions that have to do with each other: each is drawn as a whole, for by chance they seldom meet.
TOGETHER = [
    ("entity", "minConfidence"), ("entity", "role", "includeNarrower"), ("role", "minConfidence"), ("type", "minConfidence"),
    ("relation", "minConfidence"), ("entities", "includeNarrower"), ("relation", "direction"), ("relatedTo", "minConfidence"),
    ("relatedTo", "direction"), ("relation", "relatedTo", "direction", "minConfidence"), ("broader", "includeNarrower"),
    ("role", "papers"), ("papers", "minConfidence"), ("subject", "includeNarrower"), ("object", "includeNarrower"),
]  # fmt: skip


@st.composite
def sparse(draw: st.DrawFn, conditions: dict[str, st.SearchStrategy[Any]], most: int = 2) -> dict[str, Any]:
    """Some conditions that belong together, or none, and at most so many more, or most answers would be empty."""
    known = {**conditions, "papers": PAPERS} if conditions is not PAPER_CONDITIONS else conditions
    related = draw(st.sampled_from([(), *(names for names in TOGETHER if set(names) <= set(known))]))
    more = draw(st.lists(st.sampled_from(sorted(known)), max_size=most if not related else 1))
    return {name: draw(known[name]) for name in dict.fromkeys([*related, *more])}


PAPERS = sparse(PAPER_CONDITIONS, most=1)


@st.composite
def claim_filters(draw: st.DrawFn) -> dict[str, Any]:
    wanted = draw(sparse(CLAIM_CONDITIONS))
    # A role and a relation at once are refused.
    kind = draw(st.sampled_from([None, "role", "relation"]))
    return wanted if kind is None else {**wanted, kind: draw(ROLES if kind == "role" else RELATIONS)}


@MANY
@given(
    wanted=sparse(PAPER_CONDITIONS),
    order=st.sampled_from(["YEAR", "OLDEST", "TITLE", "PAGERANK", "DEGREE", "BETWEENNESS"]),
)
def test_papers_are_those_that_a_plain_search_finds(ask: Ask, facts: Facts, wanted: dict[str, Any], order: str) -> None:
    query = """query($f: PaperFilter, $o: PaperOrder!) { papers(filter: $f, orderBy: $o, first: 50) {
        totalCount edges { node { iri } } } }"""
    found = ask(query, f=wanted, o=order)["papers"]
    fitting = [article for article in ARTICLES if paper_fits(article, wanted, facts)]
    expected = [MINT.paper(article.id) for article in sorted(fitting, key=paper_orders(facts)[order])]
    assert [edge["node"]["iri"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)


@MANY
@given(wanted=sparse(ENTITY_CONDITIONS), order=st.sampled_from(["NAME", "PAPERS", "PAGERANK", "DEGREE", "BETWEENNESS"]))
def test_entities_are_those_that_a_plain_search_finds(
    ask: Ask, facts: Facts, wanted: dict[str, Any], order: str
) -> None:
    query = """query($f: EntityFilter, $o: EntityOrder!, $t: EntityType!) {
        entities(filter: $f, orderBy: $o, first: 50) { totalCount edges { node { iri } } }
        taxonomy(type: $t, filter: $f, orderBy: $o) { totalCount edges { node { iri } } } }"""
    found = ask(query, f=wanted, o=order, t="METHOD")
    fitting = [key for key in THINGS if entity_fits(key, wanted, facts)]
    ordered = sorted(fitting, key=entity_orders(facts)[order])
    assert [edge["node"]["iri"] for edge in found["entities"]["edges"]] == list(map(thing, ordered))
    assert found["entities"]["totalCount"] == len(ordered)
    tops = [
        thing(key) for key in ordered if THINGS[key].type == "Method" and not ABOVE[key] and key == "neural-network"
    ]
    assert [edge["node"]["iri"] for edge in found["taxonomy"]["edges"]] == tops
    assert found["taxonomy"]["totalCount"] == len(tops)


@MANY
@given(wanted=claim_filters(), order=st.sampled_from(sorted(claim_orders())))
def test_claims_are_those_that_a_plain_search_finds(ask: Ask, facts: Facts, wanted: dict[str, Any], order: str) -> None:
    query = """query($f: ClaimFilter, $o: ClaimOrder!) { claims(filter: $f, orderBy: $o, first: 100) {
        totalCount edges { node { iri } } } }"""
    found = ask(query, f=wanted, o=order)["claims"]
    fitting = [claim for claim in CLAIMS if claim_fits(claim, wanted, facts)]
    expected = [claim.iri for claim in sorted(fitting, key=claim_orders()[order])]
    assert [edge["node"]["iri"] for edge in found["edges"]] == expected
    assert found["totalCount"] == len(expected)


#: A few values of each condition, of which all products of conditions that belong together are asked.
VALUES: dict[str, list[Any]] = {
    "entity": ["edge device", "gpu", "CNN", "image classification"], "includeNarrower": [True, False], "minConfidence": [0.6, 0.75, 0.9],
    "role": ["USES", "RUNS_ON", "MENTIONS"], "type": ["HARDWARE", "METRIC"], "relation": ["USED_FOR", "RUNS_ON", "SUB_CLASS_OF"],
    "entities": [["edge device", "object detection"], ["neural network"]], "direction": ["OUTGOING", "INCOMING"],
    "relatedTo": ["object detection", "ResNet", "edge device"], "broader": ["neural network", "CNN", "computing device"],
    "papers": [{"yearFrom": 2018}, {"venue": "cvpr"}, {"entity": "edge device", "minConfidence": 0.7}], "year": [2016, 2021],
    "yearFrom": [2018], "yearTo": [2016], "venue": ["cvpr", "EMC2"], "search": ["deep", "net work"], "minPapers": [1, 4],
    "community": sorted(set(COMMUNITY.values())), "paper": ["arxiv:1512.03385"], "subject": [paper(0), thing("cnn"), thing("yolo")],
    "object": [thing("edge-device"), thing("cnn")], "derived": [True, False], "hedged": [True, False], "minSupport": [1, 2],
    "minEdgeConfidence": [0.7, 0.9], "subjectType": ["METHOD", "DATASET"],
}  # fmt: skip


def _grid(conditions: Iterable[str]) -> list[dict[str, Any]]:
    known = set(conditions)
    groups = [*((name,) for name in sorted(known)), *(names for names in TOGETHER if set(names) <= known)]
    return [
        dict(zip(names, chosen, strict=True))
        for names in groups
        for chosen in product(*(VALUES[name] for name in names))
    ]


@pytest.mark.parametrize(
    ("field", "type_", "conditions"),
    [
        ("papers", "PaperFilter", PAPER_CONDITIONS),
        ("entities", "EntityFilter", {**ENTITY_CONDITIONS, "papers": 0}),
        ("claims", "ClaimFilter", {**CLAIM_CONDITIONS, "papers": 0, "role": 0, "relation": 0}),
    ],
)
def test_each_condition_holds_alone_and_with_those_it_belongs_to(
    ask: Ask, facts: Facts, field: str, type_: str, conditions: dict[str, Any]
) -> None:
    grid = _grid(conditions)
    assert len(grid) > 60
    found: list[dict[str, Any]] = []
    for start in range(0, len(grid), 25):
        asked = {f"f{number}": wanted for number, wanted in enumerate(grid[start : start + 25])}
        variables = ", ".join(f"${name}: {type_}" for name in asked)
        lists = " ".join(
            f"{n}: {field}(filter: ${n}, first: 100) {{ totalCount edges {{ node {{ iri }} }} }}" for n in asked
        )
        found += ask(f"query({variables}) {{ {lists} }}", **asked).values()
    for wanted, answer in zip(grid, found, strict=True):
        if field == "papers":
            expected = {MINT.paper(article.id) for article in ARTICLES if paper_fits(article, wanted, facts)}
        elif field == "entities":
            expected = {thing(key) for key in THINGS if entity_fits(key, wanted, facts)}
        else:
            expected = {claim.iri for claim in CLAIMS if claim_fits(claim, wanted, facts)}
        assert {edge["node"]["iri"] for edge in answer["edges"]} == expected, wanted
        assert answer["totalCount"] == len(answer["edges"]) == len(expected)


@MANY
@given(data=st.data())
def test_the_papers_of_an_entity_and_their_facets(ask: Ask, facts: Facts, data: st.DataObject) -> None:
    query = """query($n: String, $r: Role, $w: Boolean!, $s: Float, $f: PaperFilter, $o: PaperOrder!) { entity(name: $n) {
        papers(role: $r, includeNarrower: $w, minConfidence: $s, filter: $f, orderBy: $o, first: 50) { totalCount
          edges { role node { iri } via { iri } } facets {
            years { year count } venues { venue count } types { type count } roles { role count }
            entities(type: HARDWARE, first: 100) { entity { iri } count } classes { entity { iri } count }
            kinds: classes(under: "computing device") { entity { iri } count }
            communities { community { iri } count } } } } }"""
    key = data.draw(
        st.sampled_from(["cnn", "gpu", "computing-device", "edge-device", "classification", "neural-network"])
    )
    wanted = data.draw(st.none() | sparse(PAPER_CONDITIONS, most=1))
    role, narrower = data.draw(st.none() | ROLES), data.draw(st.booleans())
    least, order = data.draw(st.none() | SURE), data.draw(st.sampled_from(["YEAR", "OLDEST", "TITLE", "DEGREE"]))
    found = ask(query, n=THINGS[key].name, r=role, w=narrower, s=least, f=wanted, o=order)["entity"]["papers"]
    among = reach([key], narrower=narrower)
    edges = [
        claim
        for claim in CLAIMS
        if claim.of_paper
        and KEY_OF[claim.object] in among
        and (role is None or claim.predicate == enum(role))
        and (least is None or claim.sure >= round(least * 100))
        and paper_fits(claim.article, wanted or {}, facts)
    ]
    articles = [article for article in ARTICLES if any(claim.article is article for claim in edges)]
    articles.sort(key=paper_orders(facts)[order])
    assert [edge["node"]["iri"] for edge in found["edges"]] == [MINT.paper(article.id) for article in articles]
    assert found["totalCount"] == len(articles)
    for edge in found["edges"]:
        own = [claim for claim in edges if claim.subject == edge["node"]["iri"]]
        assert {each["iri"] for each in edge["via"]} == {claim.object for claim in own}
        assert Role[edge["role"]].value in {claim.predicate for claim in own}
    facets = found["facets"]
    years = Counter(article.year for article in articles)
    assert {row["year"]: row["count"] for row in facets["years"]} == years
    dated = [row["year"] for row in facets["years"] if row["year"]]
    assert dated == sorted(dated)
    assert {row["venue"]: row["count"] for row in facets["venues"]} == Counter(a.venue for a in articles if a.venue)
    types = Counter(type_ for a in articles for type_ in {THINGS[each].type.upper() for _, each in a.says})
    assert {row["type"]: row["count"] for row in facets["types"]} == types
    roles = Counter(role_ for a in articles for role_ in {role_ for role_, _ in a.says})
    assert {Role[row["role"]].value: row["count"] for row in facets["roles"]} == roles
    devices = Counter(thing(k) for a in articles for k in {k for _, k in a.says} if THINGS[k].type == "Hardware")
    assert {row["entity"]["iri"]: row["count"] for row in facets["entities"]} == devices
    for name, classes in (("classes", ("computing-device", "sensor")), ("kinds", ("edge-device", "gpu", "tpu"))):
        counts = {
            thing(each): sum(bool({k for _, k in a.says} & reach([each], narrower=True)) for a in articles)
            for each in classes
        }
        assert {row["entity"]["iri"]: row["count"] for row in facets[name]} == {k: n for k, n in counts.items() if n}
        numbers = [row["count"] for row in facets[name]]
        assert numbers == sorted(numbers, reverse=True)
    assert sum(row["count"] for row in facets["communities"]) == len(articles)


@SOME
@given(wanted=sparse(PAPER_CONDITIONS))
def test_the_facets_of_all_papers_count_every_page(ask: Ask, facts: Facts, wanted: dict[str, Any]) -> None:
    query = """query($f: PaperFilter) { papers(filter: $f, first: 1) { totalCount facets {
        years { year count } classes(type: HARDWARE, role: RUNS_ON) { entity { iri } count } } } }"""
    found = ask(query, f=wanted)["papers"]
    articles = [article for article in ARTICLES if paper_fits(article, wanted, facts)]
    assert sum(row["count"] for row in found["facets"]["years"]) == found["totalCount"] == len(articles)
    runs = {article.id: {key for role, key in article.says if role == "runsOn"} for article in articles}
    on = sum(bool(keys & reach(["computing-device"], narrower=True)) for keys in runs.values())
    assert found["facets"]["classes"] == ([{"entity": {"iri": thing("computing-device")}, "count": on}] if on else [])


@SOME
@given(data=st.data())
def test_the_entities_of_a_paper(ask: Ask, facts: Facts, data: st.DataObject) -> None:
    query = """query($id: ID!, $t: EntityType, $r: Role, $s: Float, $f: EntityFilter, $o: EntityOrder) { paper(id: $id) {
        entities(type: $t, role: $r, minConfidence: $s, filter: $f, orderBy: $o, first: 50) {
          totalCount edges { role node { iri } } } } }"""
    article = data.draw(st.sampled_from(ARTICLES))
    type_, role = data.draw(st.none() | TYPES), data.draw(st.none() | ROLES)
    least, wanted = data.draw(st.none() | SURE), data.draw(st.none() | sparse(ENTITY_CONDITIONS))
    order = data.draw(st.none() | st.sampled_from(["NAME", "PAPERS", "DEGREE"]))
    found = ask(query, id=article.id, t=type_, r=role, s=least, f=wanted, o=order)["paper"]["entities"]
    rows = [
        claim
        for claim in CLAIMS
        if claim.of_paper
        and claim.article is article
        and (type_ is None or THINGS[KEY_OF[claim.object]].type.upper() == type_)
        and (role is None or claim.predicate == enum(role))
        and (least is None or claim.sure >= round(least * 100))
        and entity_fits(KEY_OF[claim.object], wanted or {}, facts)
    ]
    got = [(Role[edge["role"]].value, edge["node"]["iri"]) for edge in found["edges"]]
    assert sorted(got) == sorted((claim.predicate, claim.object) for claim in rows)
    assert found["totalCount"] == len(rows)
    if order is not None:
        keys = [entity_orders(facts)[order](KEY_OF[node]) for _, node in got]
        assert keys == sorted(keys)


@SOME
@given(data=st.data())
def test_the_entities_related_to_an_entity_and_to_its_kinds(ask: Ask, facts: Facts, data: st.DataObject) -> None:
    query = """query($n: String, $r: Relation, $d: Direction, $t: EntityType, $w: Boolean!, $s: Float, $m: Int!,
        $f: EntityFilter, $o: RelatedOrder!) { entity(name: $n) { related(relation: $r, direction: $d, type: $t,
          includeNarrower: $w, minConfidence: $s, minClaims: $m, filter: $f, orderBy: $o, first: 50) { totalCount edges {
            relation direction claimCount confidence node { iri name } via { iri } claims(first: 50) { iri } } } } }"""
    key = data.draw(st.sampled_from(["cnn", "neural-network", "yolo", "edge-device", "computing-device", "detection"]))
    relation, side = data.draw(st.none() | RELATIONS), data.draw(st.none() | st.sampled_from(["OUTGOING", "INCOMING"]))
    type_, narrower = data.draw(st.none() | TYPES), data.draw(st.booleans())
    least, claims = data.draw(st.none() | SURE), data.draw(st.integers(0, 2))
    wanted, order = (
        data.draw(st.none() | sparse(ENTITY_CONDITIONS, most=1)),
        data.draw(st.sampled_from(["CLAIMS", "CONFIDENCE", "NAME"])),
    )
    found = ask(
        query, n=THINGS[key].name, r=relation, d=side, t=type_, w=narrower, s=least, m=claims, f=wanted, o=order
    )
    related = found["entity"]["related"]
    roots = {thing(each) for each in reach([key], narrower=narrower)}
    groups: dict[tuple[str, str, str], list[tuple[str, str, str]]] = {}
    for edge in RELATED:
        for own, other, direction in ((edge[0], edge[2], "OUTGOING"), (edge[2], edge[0], "INCOMING")):
            if own in roots and other not in roots:
                groups.setdefault((other, edge[1], direction), []).append(edge)
    expected = {}
    for (other, predicate, direction), edges in groups.items():
        said = [claim for edge in edges for claim in stated(edge)]
        sure = max((together([c.sure / 100 for c in stated(edge)]) for edge in edges if stated(edge)), default=None)
        if (
            (relation is None or predicate == enum(relation))
            and side in (None, direction)
            and (type_ is None or THINGS[KEY_OF[other]].type.upper() == type_)
            and (least is None or (sure or 0) >= least)
            and len(said) >= claims
            and entity_fits(KEY_OF[other], wanted or {}, facts)
        ):
            expected[other, predicate, direction] = (len(said), sure, {claim.iri for claim in said})
    got = {
        (edge["node"]["iri"], Relation[edge["relation"]].value, edge["direction"]):
        (edge["claimCount"], edge["confidence"], {claim["iri"] for claim in edge["claims"]})
        for edge in related["edges"]
    }  # fmt: skip
    assert got == expected
    assert related["totalCount"] == len(expected)
    places: dict[str, Any] = {
        "CLAIMS": lambda edge: (-edge["claimCount"], edge["node"]["name"].lower()),
        "CONFIDENCE": lambda edge: (-(edge["confidence"] or 0), edge["node"]["name"].lower()),
        "NAME": lambda edge: (edge["node"]["name"].lower(), edge["node"]["iri"]),
    }
    keys = [places[order](edge) for edge in related["edges"]]
    assert keys == sorted(keys)
    assert {each["iri"] for edge in related["edges"] for each in edge["via"]} <= roots


@SOME
@given(data=st.data())
def test_kinds_members_and_claims_in_memory_are_filtered_as_the_long_lists_are(
    ask: Ask, facts: Facts, data: st.DataObject
) -> None:
    query = """query($e: EntityFilter, $p: PaperFilter, $c: ClaimFilter, $o: EntityOrder!, $m: MemberOrder!, $k: ClaimOrder!) {
        entity(name: "neural network") { descendants(filter: $e, orderBy: $o) { totalCount edges { node { iri } } }
          narrower(filter: $e, orderBy: $o) { edges { node { iri } } } }
        papers: communities(projection: PAPERS) { edges { node { members(filter: {papers: $p}, orderBy: $m, first: 50) { totalCount edges { node { iri } } } } } }
        entities: communities { edges { node { members(filter: {entities: $e}, orderBy: $m, first: 50) { edges { node { iri } } } } } }
        paper(id: "arxiv:1512.03385") { claims(filter: $c, orderBy: $k, first: 50) { totalCount edges { node { iri } } } } }"""
    entities, papers = data.draw(sparse(ENTITY_CONDITIONS)), data.draw(sparse(PAPER_CONDITIONS))
    claims, order = data.draw(claim_filters()), data.draw(st.sampled_from(["NAME", "PAPERS", "DEGREE"]))
    member, by = (
        data.draw(st.sampled_from(["NAME", "PAGERANK", "DEGREE"])),
        data.draw(st.sampled_from(sorted(claim_orders()))),
    )
    found = ask(query, e=entities, p=papers, c=claims, o=order, m=member, k=by)

    def nodes(connection: dict[str, Any]) -> list[str]:
        return [edge["node"]["iri"] for edge in connection["edges"]]

    below = sorted((key for key in reach(["neural-network"], narrower=True) - {"neural-network"}
                    if entity_fits(key, entities, facts)), key=entity_orders(facts)[order])  # fmt: skip
    assert nodes(found["entity"]["descendants"]) == list(map(thing, below))
    assert nodes(found["entity"]["narrower"]) == [thing(key) for key in below if "neural-network" in ABOVE[key]]
    (community,) = found["papers"]["edges"]
    ordered = sorted((a for a in ARTICLES if paper_fits(a, papers, facts)),
                     key=paper_orders(facts)["TITLE" if member == "NAME" else "DEGREE"])  # fmt: skip
    assert nodes(community["node"]["members"]) == [MINT.paper(article.id) for article in ordered]
    assert community["node"]["members"]["totalCount"] == len(ordered)
    members = [node for edge in found["entities"]["edges"] for node in nodes(edge["node"]["members"])]
    assert sorted(members) == sorted(thing(key) for key in THINGS if entity_fits(key, entities, facts))
    own = [claim for claim in CLAIMS if claim.article is ARTICLES[0] and claim_fits(claim, claims, facts)]
    assert nodes(found["paper"]["claims"]) == [claim.iri for claim in sorted(own, key=claim_orders()[by])]


def test_what_runs_on_hardware_is_no_paper_on_it(ask: Ask) -> None:
    # runsOn is a role of papers and a relation between entities, and sensesWith too; YOLO is no paper, nor is ResNet.
    query = """{ entity(name: "edge device") { papers(includeNarrower: true) { totalCount facets { years { year count } roles { role count } } } }
        ends: entities(filter: {relation: RUNS_ON}) { edges { node { name } } }
        devices: entities(filter: {relation: RUNS_ON, direction: INCOMING}) { edges { node { name } } }
        surely: entities(filter: {relation: RUNS_ON, direction: INCOMING, minConfidence: 0.0}) { edges { node { name } } }
        said: papers(filter: {relation: RUNS_ON}) { edges { node { iri } } }
        claims(filter: {relation: RUNS_ON}) { totalCount } }"""
    found = ask(query)
    papers = found["entity"]["papers"]
    assert papers["totalCount"] == sum(row["count"] for row in papers["facets"]["years"]) == 3
    assert {row["role"]: row["count"] for row in papers["facets"]["roles"]}["RUNS_ON"] == 2

    def names(part: str) -> list[str]:
        return [edge["node"]["name"] for edge in found[part]["edges"]]

    assert names("devices") == names("surely") == ["Jetson Nano", "Raspberry Pi"]
    assert names("ends") == ["Jetson Nano", "Raspberry Pi", "ResNet", "YOLO"]
    assert [edge["node"]["iri"] for edge in found["said"]["edges"]] == [paper(7), paper(8)]
    assert found["claims"]["totalCount"] == 2


def test_relations_among_the_kinds_of_an_entity_are_none_of_its_own(ask: Ask) -> None:
    query = """{ entity(name: "neural network") { related(includeNarrower: true, first: 50) { edges { relation node { name } via { name } } }
        own: related { edges { relation node { name } } } } }"""
    found = ask(query)["entity"]
    below = {THINGS[key].name for key in reach(["neural-network"], narrower=True)}
    assert {edge["node"]["name"] for edge in found["own"]["edges"]} <= below
    assert found["related"]["edges"]
    assert not {edge["node"]["name"] for edge in found["related"]["edges"]} & below
    assert {via["name"] for edge in found["related"]["edges"] for via in edge["via"]} <= below


def test_communities_are_filtered_and_ordered(ask: Ask) -> None:
    query = """query($f: CommunityFilter, $o: CommunityOrder!, $p: Projection!) { communities(filter: $f, orderBy: $o, projection: $p) {
        totalCount edges { node { label memberCount } } } }"""

    def found(order: str = "MEMBERS", projection: str = "ENTITIES", **wanted: object) -> list[int]:
        answer = ask(query, f=wanted, o=order, p=projection)["communities"]
        assert answer["totalCount"] == len(answer["edges"])
        return [edge["node"]["memberCount"] for edge in answer["edges"]]

    assert found() == found("LABEL") == [21, 9]
    assert found(minMembers=10) == found(search="21 NODES") == [21]
    assert found(member="GPU") == found(member=global_id("Entity", thing("gpu"))) == found(type="HARDWARE") == [9]
    assert found(member="arxiv:1512.03385", projection="PAPERS") == found(projection="PAPERS") == [13]
    assert found(member="arxiv:1512.03385") == found(member="no such thing") == found(type="TASK", minMembers=22) == []


def test_figures_are_filtered_by_their_papers_and_through_the_hierarchy(ask: Ask) -> None:
    query = """query($p: PaperFilter, $n: Boolean!) { board: leaderboard(dataset: "ImageNet", metric: "accuracy", papers: $p,
        includeNarrower: $n) { totalCount edges { node { value } } }
        entity(name: "edge device") { measurements(papers: $p) { edges { node { value } } }
          leaderboard(metric: "accuracy", papers: $p) { totalCount } } }"""

    def found(**wanted: object) -> tuple[list[str], list[str]]:
        answer = ask(query, p=wanted, n=False)
        return tuple(  # type: ignore[return-value]
            [edge["node"]["value"] for edge in part["edges"]]
            for part in (answer["board"], answer["entity"]["measurements"])
        )

    assert found(yearTo=2015) == (["91%", "0.85"], [])
    assert found(venue="EMC2") == (["70.1%"], ["70.1%", "3500 mW", "1.2 s"])
    assert found(yearFrom=2021, entity="object detection")[1] == ["2 GB", "10 W", "21.5 fps", "46.5 ms"]
    assert found(yearFrom=2030) == ([], [])
    assert ask(query, p=None, n=True) == ask(query, p=None, n=False)


def test_the_number_of_queries_does_not_grow_with_the_filtered_lists(ask: Ask, store: GraphStore) -> None:
    query = """query($first: Int!) { papers(first: $first) { edges { node {
        entities(filter: {papers: {yearFrom: 2016}}, minConfidence: 0.5, first: 3) { totalCount edges { node {
          papers(filter: {venue: "CVPR"}, orderBy: TITLE, minConfidence: 0.5, first: 1) { totalCount facets { years { count } classes { count } } }
          related(filter: {type: TASK}, orderBy: NAME, includeNarrower: true, first: 1) { totalCount }
          trend { papers } } } }
        claims(filter: {papers: {yearFrom: 2016}}, first: 1) { totalCount }
        similar(filter: {yearTo: 2021}, first: 1) { totalCount } } } } }"""

    def queries(first: int) -> int:
        before = store.query_count
        assert len(ask(query, first=first)["papers"]["edges"]) == first
        return store.query_count - before

    ask(query, first=1)  # what depends on the snapshot alone is kept
    # What is loaded on two ways at once may be one batch or two, so the number has a bound and no more.
    assert queries(3) <= 40
    assert queries(13) <= 40


def test_every_role_and_relation_has_a_value_in_the_schema() -> None:
    assert {enum(role.name) for role in Role} == set(ROLE_TERMS)
    assert {enum(relation.name) for relation in Relation} == set(RELATION_TERMS)
    assert called("dvs") == {"event-camera"}


@pytest.mark.parametrize(
    "field",
    [
        "entities(filter: {minConfidence: 2}) { totalCount }",
        "entities(filter: {minPapers: -1}) { totalCount }",
        "papers(filter: {minConfidence: -1}) { totalCount }",
        'papers(filter: {entities: ["a", "b", "c", "d", "e", "f", "g"]}) { totalCount }',
        "communities(filter: {minMembers: -1}) { totalCount }",
        'entity(name: "gpu") { papers(minConfidence: 1.1) { totalCount } }',
        'entity(name: "gpu") { related(minConfidence: -0.1) { totalCount } }',
        'paper(id: "arxiv:1512.03385") { entities(minConfidence: 7) { totalCount } }',
        'paper(id: "arxiv:1512.03385") { similar(minScore: -1) { totalCount } }',
        "papers { facets { venues(first: 101) { count } } }",
        "claims(filter: {papers: {minConfidence: 3}}) { totalCount }",
    ],
)
def test_conditions_out_of_range_are_told_what_is_right(send: Any, field: str) -> None:
    (error,) = send(f"{{ {field} }}")["errors"]
    assert error["extensions"]["code"] == "BAD_ARGUMENT"
    assert error["extensions"]["hint"].startswith("give")
