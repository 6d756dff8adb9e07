"""Harmonic closeness, cores, levels, bridges, rising entities and projections by choice."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.analytics import (
    Edge,
    EntityNode,
    PaperNode,
    bridges,
    entity_graph,
    further,
    levels,
    measure,
    rising,
)
from kg.errors import QueryError
from kg.network import RELATIONS, Choice, drawn_network, nodes_and_edges
from kg.store import GraphStore, read_nquads
from kg.structure import structure

ROOT = Path(__file__).resolve().parents[2]
FAMOUS = {"karate": nx.karate_club_graph(), "miserables": nx.les_miserables_graph()}


@pytest.fixture(scope="module")
def reference() -> GraphStore:
    return GraphStore.in_memory(read_nquads(ROOT / "exports" / "papers.nq"))


def mixed(graph: nx.Graph, seed: int) -> nx.Graph:
    chance = random.Random(seed)
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    chance.shuffle(nodes)
    chance.shuffle(edges)
    other = nx.Graph()
    other.add_nodes_from(nodes)
    other.add_edges_from((t, s, d) for s, t, d in edges)
    return other


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_harmonic_closeness_and_cores_are_those_of_networkx(seed: int) -> None:
    graph = nx.gnm_random_graph(1 + seed % 25, seed % 50, seed=seed)
    found = further(graph)
    assert {node: each.core for node, each in found.items()} == nx.core_number(graph)
    for node, value in nx.harmonic_centrality(graph).items():
        assert found[node].harmonic == pytest.approx(value / max(1, len(graph) - 1))


def test_sampled_harmonic_closeness_is_near_the_exact_one() -> None:
    graph = nx.barabasi_albert_graph(400, 3, seed=5)
    exact, sampled = further(graph), further(graph, sample_above=100)
    pairs = np.array([(exact[node].harmonic, sampled[node].harmonic) for node in graph])
    assert not np.array_equal(pairs[:, 0], pairs[:, 1])
    assert np.abs(pairs[:, 0] - pairs[:, 1]).max() < 0.05
    assert further(mixed(graph, 3), sample_above=100) == sampled


@pytest.mark.parametrize("name", FAMOUS)
def test_levels_are_nested_and_the_same_for_any_order(name: str) -> None:
    graph = FAMOUS[name]
    found = levels(graph, measure(graph))
    assert found and found == levels(mixed(graph, 1), measure(graph))
    best = [level.modularity for level in found]
    assert best == sorted(best, reverse=True)
    for above, below in pairwise(found):
        parents = {group.number: set(group.members) for group in above.groups}
        for group in below.groups:
            assert group.parent is not None and set(group.members) <= parents[group.parent]
    for level in found:
        assert sorted(node for group in level.groups for node in group.members) == sorted(graph)
        assert all(set(group.top) <= set(group.members) and group.label for group in level.groups)
        partition = [set(group.members) for group in level.groups]
        assert level.modularity == pytest.approx(nx.community.modularity(graph, partition))


def test_valjean_is_a_bridge_and_a_node_of_one_community_is_none() -> None:
    graph = FAMOUS["miserables"]
    measured = measure(graph)
    own = {node: values.community or 0 for node, values in measured.nodes.items()}
    found = bridges(graph, own, most=100)
    assert "Valjean" in [each.node for each in found[:3]]
    assert all(0 < each.participation < 1 and each.community not in each.reaches for each in found)
    inside = {node for node in graph if len({own[other] for other in graph[node]} | {own[node]}) == 1}
    assert not inside & {each.node for each in found}
    assert found == bridges(mixed(graph, 2), own, most=100)


def grown(recent: int, earlier: int, of_recent: int = 100, of_earlier: int = 100) -> list[str]:
    papers = [PaperNode(f"p/n{n}", "", 2024 + n % 2) for n in range(of_recent)]
    papers += [PaperNode(f"p/o{n}", "", 2015 + n % 9) for n in range(of_earlier)]
    papers.append(PaperNode("p/undated", ""))
    edges = [Edge(f"p/n{n}", "m/a", "uses") for n in range(recent)] + [
        Edge(f"p/o{n}", "m/a", "uses") for n in range(earlier)
    ]
    edges += [Edge("p/undated", "m/a", "uses"), *edges[:1]]
    found = rising(papers, [EntityNode("m/a", "A", "Method")], edges)
    assert (found.since, found.recent_papers, found.earlier_papers) == (2024, of_recent, of_earlier)
    return [f"{each.recent} {each.earlier} {each.at_least > 1}" for each in found.rises]


def test_only_a_rise_that_chance_does_not_explain_counts() -> None:
    assert grown(40, 5) == ["40 5 True"]
    assert grown(2, 0) == []  # too few papers
    assert grown(3, 2) == [] and grown(20, 20) == [] and grown(5, 40) == []
    assert grown(20, 100, 100, 1000) == ["20 100 True"]  # a share twice as large, of fewer papers


def test_the_surer_rise_leads_and_none_is_found_where_no_year_is_known() -> None:
    papers = [PaperNode(f"p/{n}", "", 2025 if n < 100 else 2010) for n in range(200)]
    entities = [EntityNode("m/jump", "jump", "Method"), EntityNode("m/rise", "rise", "Method")]
    edges = [Edge(f"p/{n}", "m/jump", "uses") for n in range(4)] + [
        Edge(f"p/{n}", "m/rise", "uses") for n in (*range(60), *range(100, 110))
    ]
    assert next(each.entity.label for each in rising(papers, entities, edges).rises) == "rise"
    assert rising([PaperNode("p/1", "")], entities, edges).since is None


# Projections of a graph


def test_projections_hold_what_they_say(reference: GraphStore) -> None:
    papers, entities, edges = nodes_and_edges(reference)
    iris = {paper.iri for paper in papers}
    whole = drawn_network(reference)
    assert len(whole) == len(papers) + len(entities)
    assert all({"harmonic", "core", "x", "y"} <= attributes.keys() for _, attributes in whole.nodes(data=True))
    bipartite = drawn_network(reference, choice=Choice("bipartite"))
    assert all(source in iris and target not in iris for source, target in bipartite.edges())
    runs = drawn_network(reference, choice=Choice("runsOn"))
    assert {kind for _, _, kind in runs.edges(data="kind")} == {"runsOn"}
    assert all(degree for _, degree in runs.degree())
    linked = drawn_network(reference, choice=Choice("entities"))
    assert sorted(linked.edges()) == sorted(entity_graph(papers, entities, edges).edges())
    assert all(-1 <= npmi <= 1 for _, _, npmi in linked.edges(data="npmi"))
    assert set(drawn_network(reference, choice=Choice("papers"))) == iris
    assert "runsOn" in RELATIONS
    with pytest.raises(QueryError, match="runsOn"):
        drawn_network(reference, choice=Choice("cats"))


def test_years_and_communities_leave_out_what_others_say(reference: GraphStore) -> None:
    papers, _, edges = nodes_and_edges(reference)
    some = drawn_network(reference, choice=Choice(first=2015, last=2016))
    years = {data["year"] for _, data in some.nodes(data=True) if data["type"] == "Paper"}
    assert years == {2015, 2016}
    said = {paper.iri for paper in papers if paper.year in (2015, 2016)}
    assert {n for n, data in some.nodes(data=True) if data["type"] != "Paper"} == {
        edge.target for edge in edges if edge.source in said
    }
    one = drawn_network(reference, choice=Choice("entities", community="entities-1"))
    rows = reference.select("SELECT ?n WHERE { ?c kg:memberCount ?n FILTER(STRENDS(STR(?c), '/entities-1')) }")
    assert len(one) == int(rows[0]["n"].value)
    with pytest.raises(QueryError, match="entities-1"):
        drawn_network(reference, choice=Choice(community="entities-999"))


def test_structure_tells_only_what_is_asked_for(reference: GraphStore) -> None:
    assert structure(reference) == {}
    told = structure(reference, levels_too=True, bridges_too=True, rising_too=True, top=3)
    assert set(told) == {"levels", "bridges", "rising"}
    assert len(told["bridges"]) == 3
    assert all(bridge["core"] > 0 and 0 < bridge["harmonic"] <= 1 for bridge in told["bridges"])
