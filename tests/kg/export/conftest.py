"""A small graph of papers and entities, as quads and as a networkx graph, for the tests of all formats."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pyoxigraph import DefaultGraph, Literal, NamedNode, Quad

from kg.analytics import (
    Edge,
    EntityNode,
    Graph,
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
from schema.vocab import DCTERMS, KG, RDF, SKOS, XSD, Minter

MINTER = Minter()
GRAPHOLOGY = Path(__file__).parent / "graphology"
TITLES = ('Fast "flow" on <tiny> chips & more', "Ümläuts, 光流 and 🚀", "Third\tpaper")
NAMES = {
    "Method": ("spiking network", "transformer"),
    "Task": ("optical flow",),
    "Dataset": ("MVSEC",),
    "Hardware": ("Jetson Nano", "event camera"),
    "Metric": ("latency",),
}


def small_graph() -> tuple[list[PaperNode], list[EntityNode], list[Edge]]:
    papers = [
        PaperNode(MINTER.paper(f"arxiv:2101.0000{n}"), title, 2021 + n if n < 2 else None)
        for n, title in enumerate(TITLES)
    ]
    entities = [
        EntityNode(MINTER.entity(type_, name.lower().replace(" ", "-")), name, type_, 3)
        for type_, names in NAMES.items()
        for name in names
    ]
    roles = {"Method": "uses", "Task": "addresses", "Dataset": "evaluatesOn", "Hardware": "runsOn", "Metric": "reports"}
    edges = [
        Edge(paper.iri, entity.iri, roles[entity.type], round(0.9 - n / 100, 2), paper.iri)
        for n, paper in enumerate(papers)
        for position, entity in enumerate(entities)
        if (position + n) % 2
    ]
    method, hardware = entities[0].iri, entities[4].iri
    edges += [
        Edge(method, hardware, "runsOn", 0.8, papers[0].iri),
        Edge(method, hardware, "usedFor", 0.6, papers[1].iri),  # a parallel edge of another kind
        Edge(method, hardware, "runsOn", 0.7, papers[1].iri),
    ]
    return papers, entities, edges


@pytest.fixture(scope="session")
def graph() -> Graph:
    """Papers and entities with their measures and places."""
    parts = small_graph()
    full, by_entity, by_paper = full_graph(*parts), entity_graph(*parts), paper_graph(*parts)
    measured = [measure(by_entity), measure(by_paper)]
    labels = [
        community_labels(by_entity, measured[0]),
        community_labels(by_paper, measured[1], topics=paper_topics(*parts)),
    ]
    return annotated(full, *measured, labels=labels, positions=layout(full))


@pytest.fixture(scope="session")
def quads() -> list[Quad]:
    """The same as RDF, with a claims graph, an analytics graph and literals that are hard to write."""
    papers, entities, edges = small_graph()
    found: list[Quad] = []

    def say(subject: str, predicate: str, value: NamedNode | Literal, graph: str | None = None) -> None:
        named = NamedNode(MINTER.graph(graph)) if graph else DefaultGraph()
        found.append(Quad(NamedNode(subject), NamedNode(str(predicate)), value, named))

    for paper in papers:
        say(paper.iri, RDF.type, NamedNode(str(KG.Paper)))
        say(paper.iri, DCTERMS.title, Literal(paper.label))
        if paper.year:
            say(paper.iri, DCTERMS.issued, Literal(str(paper.year), datatype=NamedNode(str(XSD.gYear))))
        say(paper.iri, DCTERMS.abstract, Literal('Line one\nline "two"\\ back\u2028slash\t\u0007'))
        say(paper.iri, str(SKOS.note), Literal("ein Hinweis", language="de"))
        say(paper.iri, "https://schema.org/url", NamedNode("https://example.org/a?b=c&d=(e)#f"))
    for entity in entities:
        say(entity.iri, RDF.type, NamedNode(str(KG[entity.type])))
        say(entity.iri, RDF.type, NamedNode(str(SKOS.Concept)))
        say(entity.iri, SKOS.prefLabel, Literal(entity.label))
        say(entity.iri, SKOS.altLabel, Literal(""))
        say(entity.iri, SKOS.altLabel, Literal(f"{entity.label} (alias)"))
        say(entity.iri, KG.paperCount, Literal("0", datatype=NamedNode(str(XSD.integer))))
        say(entity.iri, str(SKOS.notation), Literal("007", datatype=NamedNode(str(XSD.integer))))
        say(entity.iri, str(SKOS.example), Literal("true", datatype=NamedNode(str(XSD.boolean))))
    for edge in edges:
        predicate = str(KG[edge.predicate])
        say(edge.source, predicate, NamedNode(edge.target))
        claim = MINTER.claim("arxiv:1", edge.source + edge.paper, predicate, edge.target)
        say(claim, RDF.type, NamedNode(str(KG.Claim)), "claims")
        say(claim, KG.claimedBy, NamedNode(edge.paper), "claims")
        say(claim, KG.confidence, Literal(str(edge.confidence), datatype=NamedNode(str(XSD.decimal))), "claims")
        say(edge.source, predicate, NamedNode(edge.target), "claims")  # the same triple in two graphs
    by_entity = entity_graph(papers, entities, edges)
    measured = measure(by_entity)
    found += measure_quads("entities", measured, community_labels(by_entity, measured), minter=MINTER)
    return found


@pytest.fixture(scope="session")
def read_with_graphology(request: pytest.FixtureRequest) -> Any:
    """Function that reads a GEXF file as Gephi Lite does, or graphology's JSON; the library is installed once into pytest's cache."""
    npm, node = shutil.which("npm"), shutil.which("node")
    if npm is None or node is None:
        pytest.skip("Node and npm are not installed")
    folder = request.config.cache.mkdir("graphology")
    for source in ("package.json", "read_gexf.mjs", "read_json.mjs"):
        shutil.copyfile(GRAPHOLOGY / source, folder / source)
    wanted = json.loads((GRAPHOLOGY / "package.json").read_text())["dependencies"]
    places = {name: folder / "node_modules" / name / "package.json" for name in wanted}
    if not all(p.is_file() and json.loads(p.read_text())["version"] == wanted[name] for name, p in places.items()):
        done = subprocess.run(
            [npm, "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts"],
            cwd=folder,
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode:
            problem = f"graphology-gexf cannot be installed: {done.stderr[-300:]}"
            pytest.fail(problem) if os.environ.get("KG_NODE_TESTS") else pytest.skip(problem)

    def read(path: Path, script: str = "read_gexf.mjs") -> Any:
        done = subprocess.run([node, script, str(path)], cwd=folder, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return read
