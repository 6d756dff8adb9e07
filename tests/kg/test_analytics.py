"""Analytics against published answers of famous graphs, and against what must hold for any graph."""

from __future__ import annotations

import copy
import math
import os
import random
import subprocess
import sys
from decimal import Decimal

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.analytics import (
    Edge,
    EntityNode,
    PaperNode,
    annotated,
    community_labels,
    entity_graph,
    full_graph,
    layout,
    measure,
    measure_quads,
    paper_graph,
    paper_topics,
)
from kg.store import GraphStore
from schema.vocab import Minter


def random_graph(seed: int) -> nx.Graph:
    chance = random.Random(seed)
    graph = nx.gnm_random_graph(chance.randint(1, 30), chance.randint(0, 60), seed=seed)
    for _, _, attributes in graph.edges(data=True):
        attributes["weight"] = chance.choice([1, 2, 0.5, 3.25])
    return nx.relabel_nodes(graph, {node: f"n{node:02}" for node in graph})


def shuffled(graph: nx.Graph, seed: int) -> nx.Graph:
    chance = random.Random(seed)
    nodes, edges = list(graph.nodes(data=True)), list(graph.edges(data=True))
    chance.shuffle(nodes)
    chance.shuffle(edges)
    other = nx.Graph()
    other.add_nodes_from(nodes)
    other.add_edges_from((t, s, d) if chance.random() < 0.5 else (s, t, d) for s, t, d in edges)
    return other


# Published answers


def test_karate_club_has_the_published_betweenness_of_its_two_leaders() -> None:
    # Freeman's betweenness of instructor and president, 231.07 and 160.55 pairs of (33 * 32) / 2.
    nodes = measure(nx.karate_club_graph()).nodes
    assert nodes[0].betweenness == pytest.approx(231.0714 / 528, abs=1e-6)
    assert nodes[33].betweenness == pytest.approx(160.5516 / 528, abs=1e-6)
    assert (nodes[0].degree, nodes[33].degree, nodes[11].degree) == (16, 17, 1)


def test_karate_club_reaches_the_highest_possible_modularity() -> None:
    # 0.4198 in four communities is the proven optimum (Brandes et al., On modularity clustering, 2008).
    measured = measure(nx.karate_club_graph(), weight=None)
    assert measured.modularity == pytest.approx(0.4198, abs=5e-5)
    assert sorted(map(len, measured.communities)) == [5, 6, 11, 12]


def test_krackhardt_kite_is_between_by_heather_and_has_most_ties_at_diane() -> None:
    # Andre .. Jane are 0 .. 9; Diane is 3, Heather 7 (Krackhardt, Assessing the political landscape, 1990).
    nodes = measure(nx.krackhardt_kite_graph()).nodes
    assert max(nodes, key=lambda node: nodes[node].degree) == 3
    assert nodes[3].degree == 6
    assert max(nodes, key=lambda node: nodes[node].betweenness) == 7
    assert nodes[7].betweenness == pytest.approx(14 / 36)
    assert nodes[5].betweenness == nodes[6].betweenness == pytest.approx(0.2315, abs=5e-5)


def test_les_miserables_turns_on_valjean_and_falls_into_the_published_communities() -> None:
    measured = measure(nx.les_miserables_graph())
    first = max(measured.nodes, key=lambda node: measured.nodes[node].betweenness)
    assert first == "Valjean"
    assert measured.nodes["Valjean"].betweenness == pytest.approx(0.570, abs=5e-4)
    assert measured.nodes["Valjean"].degree == 36
    # 0.560 is the optimum without weights (Agarwal and Kempe, 2008).
    assert measure(nx.les_miserables_graph(), weight=None).modularity == pytest.approx(0.560, abs=5e-4)
    assert 0.56 <= measured.modularity <= 0.57


@pytest.mark.parametrize("graph", [nx.karate_club_graph(), nx.krackhardt_kite_graph(), nx.les_miserables_graph()])
def test_page_rank_solves_its_linear_equation(graph: nx.Graph) -> None:
    order = sorted(graph)
    weights = nx.to_numpy_array(graph, nodelist=order)
    size = len(order)
    step = (weights / weights.sum(axis=1, keepdims=True)).T
    solution = np.linalg.solve(np.eye(size) - 0.85 * step, np.full(size, 0.15 / size))
    nodes = measure(graph).nodes
    ranks = np.array([nodes[node].page_rank for node in order])
    assert np.abs(ranks / solution - 1).max() < 1e-10


def test_page_rank_and_betweenness_agree_with_igraph() -> None:
    igraph = pytest.importorskip("igraph", reason="igraph is not installed")
    graph = nx.les_miserables_graph()
    order = sorted(graph)
    other = igraph.Graph.from_networkx(graph)
    names = other.vs["_nx_name"]
    ranks = dict(zip(names, other.pagerank(weights="weight"), strict=True))
    pairs = (len(order) - 1) * (len(order) - 2) / 2
    between = dict(zip(names, other.betweenness(), strict=True))
    for node, values in measure(graph).nodes.items():
        assert values.page_rank == pytest.approx(ranks[node], rel=1e-6)
        assert values.betweenness == pytest.approx(between[node] / pairs, abs=1e-12)


# What must hold for any graph


@pytest.mark.parametrize("graph", [nx.karate_club_graph(), nx.les_miserables_graph()], ids=["karate", "miserables"])
def test_ten_orders_of_insertion_give_one_answer(graph: nx.Graph) -> None:
    first = measure(graph)
    for seed in range(10):
        assert measure(shuffled(graph, seed)) == first
        assert layout(shuffled(graph, seed)) == layout(graph)


@given(st.integers(0, 10_000))
@settings(max_examples=25, deadline=None)
def test_any_graph_is_measured_alike_in_any_order_and_left_unchanged(seed: int) -> None:
    graph = random_graph(seed)
    before = copy.deepcopy((list(graph.nodes(data=True)), list(graph.edges(data=True))))
    measured = measure(graph)
    labels, positions = community_labels(graph, measured), layout(graph)
    assert (list(graph.nodes(data=True)), list(graph.edges(data=True))) == before
    other = shuffled(graph, seed + 1)
    assert (measure(other), community_labels(other, measured), layout(other)) == (measured, labels, positions)
    assert math.fsum(values.page_rank for values in measured.nodes.values()) == pytest.approx(1)
    assert sum(values.degree for values in measured.nodes.values()) == 2 * measured.edge_count
    members = [node for community in measured.communities for node in community]
    assert sorted(members) == [node for node, values in measured.nodes.items() if values.degree]
    sizes = [len(community) for community in measured.communities]
    assert sizes == sorted(sizes, reverse=True)
    assert set(labels) == set(range(1, len(sizes) + 1))
    assert all(labels.values())
    assert all(-1000 <= x <= 1000 and -1000 <= y <= 1000 for x, y in positions.values())
    if measured.edge_count:
        partition = [*measured.communities, *([node] for node in graph if not graph.degree(node))]
        assert measured.modularity == pytest.approx(nx.community.modularity(graph, partition))


def test_answers_do_not_depend_on_the_process_seed_of_string_hashes() -> None:
    program = (
        "import networkx as nx; from kg.analytics import *; g = nx.les_miserables_graph(); m = measure(g);"
        "print(dict(m.nodes), m.communities, community_labels(g, m), layout(g), layout(g, exact_to=10))"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_an_empty_graph_and_a_graph_without_edges_are_measured() -> None:
    assert measure(nx.Graph()).nodes == {}
    lonely = nx.Graph()
    lonely.add_nodes_from("ab")
    measured = measure(lonely)
    assert measured.communities == ()
    assert measured.modularity == 0
    assert measured.nodes["a"].community is None
    assert measured.nodes["a"].page_rank == pytest.approx(0.5)
    assert community_labels(lonely, measured) == {}
    assert len(set(layout(lonely).values())) == 2


def test_a_directed_graph_is_refused() -> None:
    with pytest.raises(TypeError, match="undirected"):
        measure(nx.DiGraph())


def test_sampled_betweenness_is_near_the_exact_one_and_repeats() -> None:
    graph = nx.barabasi_albert_graph(300, 3, seed=7)
    exact, sampled = measure(graph), measure(graph, sample_above=100)
    assert exact.betweenness_sources == 300
    assert sampled.betweenness_sources == 256
    assert measure(graph, sample_above=100, seed=1).nodes != sampled.nodes
    pairs = [(exact.nodes[node].betweenness, sampled.nodes[node].betweenness) for node in graph]
    assert np.corrcoef(np.array(pairs).T)[0, 1] > 0.98


def test_layout_by_communities_keeps_them_together() -> None:
    graph = nx.planted_partition_graph(6, 30, 0.5, 0.01, seed=3)
    graph.add_node(999)
    positions = layout(graph, exact_to=50)
    assert positions == layout(graph, exact_to=50)
    assert max(abs(part) for place in positions.values() for part in place) <= 1000
    assert len(set(positions.values())) == len(graph)
    inside, across = [], []
    for first in range(0, 180, 7):
        for second in range(first + 1, 180):
            (inside if first // 30 == second // 30 else across).append(math.dist(positions[first], positions[second]))
    assert np.mean(inside) < 0.4 * np.mean(across)


# Projections

PAPERS = [PaperNode(f"p/{n}", f"Paper {n}", 2020 + n) for n in range(1, 5)]
ENTITIES = [
    EntityNode("hardware/nano", "Jetson Nano", "Hardware", 2),
    EntityNode("method/snn", "spiking network", "Method", 3),
    EntityNode("method/unused", "never named", "Method", 0),
    EntityNode("task/flow", "optical flow", "Task", 2),
]
EDGES = [
    Edge("p/1", "hardware/nano", "runsOn", 0.9, "p/1"),
    Edge("p/1", "method/snn", "proposes", 0.8, "p/1"),
    Edge("p/2", "hardware/nano", "runsOn", 0.7, "p/2"),
    Edge("p/2", "method/snn", "uses", 0.6, "p/2"),
    Edge("p/3", "method/snn", "mentions", 0.5, "p/3"),
    Edge("p/3", "task/flow", "addresses", 0.95, "p/3"),
    Edge("p/4", "task/flow", "mentions", 0.4, "p/4"),
    Edge("method/snn", "hardware/nano", "runsOn", 0.55, "p/1"),
    Edge("method/snn", "hardware/nano", "runsOn", 0.75, "p/2"),
    Edge("method/unused", "method/snn", "broader"),
    Edge("p/1", "method/gone", "uses", 0.9, "p/1"),
]


def test_entity_graph_counts_shared_papers_and_adds_relations() -> None:
    graph = entity_graph(PAPERS, ENTITIES, EDGES)
    assert set(graph) == {entity.iri for entity in ENTITIES}
    both = graph.edges["hardware/nano", "method/snn"]
    assert (both["weight"], both["papers"], both["relations"]) == (2, 2, "runsOn")
    # p(x, y) = 2/4, p(x) = 2/4, p(y) = 3/4
    assert both["npmi"] == pytest.approx(math.log(0.5 / (0.5 * 0.75)) / -math.log(0.5), abs=1e-4)
    by_taxonomy = graph.edges["method/snn", "method/unused"]
    assert (by_taxonomy["weight"], by_taxonomy["papers"], by_taxonomy["npmi"]) == (1, 0, -1)
    assert graph.number_of_edges() == 3


def test_paper_graph_weighs_shared_entities_by_rarity() -> None:
    graph = paper_graph(PAPERS, ENTITIES, EDGES)
    assert graph.edges["p/1", "p/2"]["weight"] == 1  # the same two entities
    assert graph.edges["p/1", "p/2"]["entities"] == 2
    rarity = {"nano": math.log(1 + 4 / 2), "snn": math.log(1 + 4 / 3), "flow": math.log(1 + 4 / 2)}
    expected = rarity["snn"] / math.sqrt((rarity["nano"] + rarity["snn"]) * (rarity["snn"] + rarity["flow"]))
    assert graph.edges["p/1", "p/3"]["weight"] == pytest.approx(expected, abs=1e-6)
    assert graph.edges["p/3", "p/4"]["weight"] > graph.edges["p/1", "p/3"]["weight"]
    assert not graph.has_edge("p/1", "p/4")
    assert graph.nodes["p/1"] == {"label": "Paper 1", "type": "Paper", "year": 2021}


def test_paper_graph_stays_near_linear_when_all_papers_name_one_entity() -> None:
    papers = [PaperNode(f"p/{n:04}", "", None) for n in range(600)]
    entities = [EntityNode("m/everywhere", "", "Method"), *(EntityNode(f"t/{n}", "", "Task") for n in range(30))]
    edges = [Edge(paper.iri, "m/everywhere", "uses", 1, paper.iri) for paper in papers]
    edges += [Edge(paper.iri, f"t/{n % 30}", "addresses", 1, paper.iri) for n, paper in enumerate(papers)]
    graph = paper_graph(papers, entities, edges)
    assert 0 < graph.number_of_edges() <= 15 * len(papers)
    assert len(list(nx.connected_components(graph))) == 30


def test_full_graph_has_one_edge_a_predicate_with_the_number_of_papers() -> None:
    graph = full_graph(PAPERS, ENTITIES, EDGES)
    assert graph.is_directed()
    assert graph.is_multigraph()
    edge = graph.edges["method/snn", "hardware/nano", "runsOn"]
    assert edge == {"kind": "runsOn", "weight": 2, "confidence": 0.75}
    assert graph.edges["p/1", "method/snn", "proposes"] == {"kind": "proposes", "weight": 1, "confidence": 0.8}
    assert "method/gone" not in graph
    backwards = full_graph(PAPERS[::-1], ENTITIES[::-1], EDGES[::-1])
    assert list(backwards.nodes(data=True)) == list(graph.nodes(data=True))
    assert list(backwards.edges(keys=True, data=True)) == list(graph.edges(keys=True, data=True))


def test_communities_of_papers_are_named_after_their_entities() -> None:
    graph = paper_graph(PAPERS, ENTITIES, EDGES)
    measured = measure(graph)
    labels = community_labels(graph, measured, topics=paper_topics(PAPERS, ENTITIES, EDGES), most=1)
    assert labels[measured.nodes["p/1"].community or 0] == "Jetson Nano"
    assert labels[measured.nodes["p/4"].community or 0] == "optical flow"


def test_annotated_graph_carries_measures_and_the_original_does_not() -> None:
    graph = full_graph(PAPERS, ENTITIES, EDGES)
    entities = entity_graph(PAPERS, ENTITIES, EDGES)
    measured = measure(entities)
    names = community_labels(entities, measured)
    told = annotated(graph, measured, labels=[names], positions=layout(graph))
    nano = told.nodes["hardware/nano"]
    assert nano["degree"] == 1
    assert nano["community_label"] == names[nano["community"]]
    assert {"x", "y", "page_rank", "betweenness"} <= nano.keys()
    assert "x" in told.nodes["p/1"]
    assert "degree" not in graph.nodes["hardware/nano"]


def test_measures_are_written_back_as_triples_that_a_query_finds() -> None:
    minter = Minter()
    nodes = [EntityNode(minter.entity("Method", key), key, "Method", 1) for key in "abc"]
    papers = [PaperNode(minter.paper("arxiv:1"), "One")]
    edges = [Edge(papers[0].iri, node.iri, "uses", 1, papers[0].iri) for node in nodes[:2]]
    graph = entity_graph(papers, nodes, edges)
    measured = measure(graph)
    quads = list(measure_quads("entities", measured, community_labels(graph, measured), minter=minter))
    assert quads == list(measure_quads("entities", measured, community_labels(graph, measured), minter=minter))
    assert {quad.graph_name.value for quad in quads} == {minter.graph("analytics")}
    rows = GraphStore.in_memory(quads).select(
        "SELECT ?node ?degree ?rank ?label WHERE { ?node kg:degree ?degree ; kg:pageRank ?rank ; kg:inCommunity ?c ."
        " ?c rdfs:label ?label ; kg:memberCount 2 ; kg:ofProjection ?p . ?p kg:nodeCount 3 ; kg:edgeCount 1 }"
        " ORDER BY ?node"
    )
    assert [(row["node"].value, row["degree"].value, row["label"].value) for row in rows] == [
        (nodes[0].iri, "1", "a, b"),
        (nodes[1].iri, "1", "a, b"),
    ]
    assert sum(Decimal(row["rank"].value) for row in rows) < 1  # the third node has the rest
