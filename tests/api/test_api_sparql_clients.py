"""The programs with which people ask SPARQL endpoints ask ours: SPARQLWrapper, rdflib's store, Comunica."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, URIRef
from rdflib.namespace import DCTERMS
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from small_graph import ARTICLES, MANIFEST, MINT, paper
from sparql_server import PATIENCE, served

from api.app import create_app
from api.limits import Limits
from kg.store import GraphStore
from schema.vocab import KG

ROOT = Path(__file__).resolve().parents[2]
TITLES = "SELECT ?paper ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title } ORDER BY ?title"
WANTED = sorted(article.title for article in ARTICLES)

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def address(store: GraphStore) -> Iterator[str]:
    limits = Limits(sparql_seconds=PATIENCE, sparql_wait=PATIENCE)
    with served(create_app(store, MANIFEST, limits=limits)) as address:
        yield address


@pytest.mark.parametrize("method", ["GET", "POST", "POSTDIRECTLY"])
def test_sparqlwrapper_asks_in_each_way(address: str, method: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    asking = wrapper.SPARQLWrapper(f"{address}/sparql")
    asking.setMethod("GET" if method == "GET" else "POST")
    if method == "POSTDIRECTLY":
        asking.setRequestMethod(method.lower())
    asking.setQuery(TITLES)
    asking.setReturnFormat(wrapper.JSON)
    rows = asking.queryAndConvert()["results"]["bindings"]
    assert sorted(row["title"]["value"] for row in rows) == WANTED
    asking.setReturnFormat(wrapper.XML)
    assert len(asking.query().convert().getElementsByTagName("result")) == len(WANTED)
    asking.setReturnFormat(wrapper.CSV)
    assert len(asking.queryAndConvert().decode().splitlines()) == len(WANTED) + 1


def test_sparqlwrapper_reads_graphs_booleans_and_errors(address: str) -> None:
    wrapper = pytest.importorskip("SPARQLWrapper")
    asking = wrapper.SPARQLWrapper(f"{address}/sparql")
    asking.setQuery("CONSTRUCT WHERE { ?paper a kg:Paper ; dcterms:title ?title }")
    for form in (wrapper.TURTLE, wrapper.JSONLD, wrapper.RDFXML, wrapper.N3):
        asking.setReturnFormat(form)
        found = asking.queryAndConvert()
        graph = found if isinstance(found, Graph) else Graph().parse(data=found)
        assert len(graph) == 2 * len(WANTED)
    asking.setReturnFormat(wrapper.JSON)
    asking.setQuery("ASK { ?paper a kg:Paper }")
    asking.addDefaultGraph(MINT.graph("analytics"))
    assert asking.queryAndConvert()["boolean"] is False
    asking.setQuery("SELECT nonsense")
    with pytest.raises(wrapper.SPARQLExceptions.QueryBadFormed, match="line 1, column"):
        asking.query()
    updating = wrapper.SPARQLWrapper(f"{address}/sparql")
    updating.setMethod("POST")
    updating.setQuery("CLEAR ALL")
    with pytest.raises(Exception, match="403"):
        updating.query()


@pytest.mark.parametrize("method", ["GET", "POST", "POST_FORM"])
@pytest.mark.parametrize("form", ["xml", "json"])
def test_rdflib_takes_the_endpoint_for_a_graph(address: str, method: str, form: str) -> None:
    store = SPARQLStore(f"{address}/sparql", method=method, returnFormat=form)
    graph = Graph(store)
    papers = set(graph.subjects(RDF.type, URIRef(str(KG.Paper))))
    assert papers == {URIRef(paper(number)) for number in range(len(ARTICLES))}
    assert graph.value(URIRef(paper(0)), DCTERMS.title) == Literal(ARTICLES[0].title)
    rows = graph.query("SELECT (COUNT(*) AS ?n) { ?p a <" + str(KG.Paper) + "> }")
    assert [int(row.n) for row in rows] == [len(ARTICLES)]
    if form == "json":
        # rdflib then says that it takes JSON alone, which no graph comes in.
        return
    constructed = graph.query("CONSTRUCT WHERE { ?p a <" + str(KG.Paper) + "> }").graph
    assert constructed is not None
    assert len(constructed) == len(ARTICLES)


COMUNICA = """
const { QueryEngine } = require(process.argv[3] + "/@comunica/query-sparql");
(async () => {
  const endpoint = process.argv[2] + "/sparql";
  const prefixes = "PREFIX kg: <https://w3id.org/paperkg/ontology#> PREFIX dcterms: <http://purl.org/dc/terms/> ";
  const engine = new QueryEngine();
  const found = {};
  for (const [name, sources] of [["told", [{ type: "sparql", value: endpoint }]], ["described", [endpoint]]]) {
    const rows = await engine.queryBindings(
      prefixes + "SELECT ?title WHERE { ?paper a kg:Paper ; dcterms:title ?title }", { sources });
    found[name] = (await rows.toArray()).map(row => row.get("title").value);
  }
  const sources = [{ type: "sparql", value: endpoint }];
  found.ask = await engine.queryBoolean(prefixes + "ASK { ?paper a kg:Paper }", { sources });
  const quads = await engine.queryQuads(prefixes + "CONSTRUCT WHERE { ?paper a kg:Paper }", { sources });
  found.quads = (await quads.toArray()).length;
  console.log(JSON.stringify(found));
})().catch(error => { console.error(error); process.exit(1); });
"""


def _modules(package: str) -> str | None:
    """Folder that holds a package for Node, if any does."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules"), "/usr/lib/node_modules"):
        if folder and (Path(folder) / package).is_dir():
            return folder
    return None


@pytest.mark.browser
def test_comunica_asks_the_endpoint_told_of_it_or_by_its_description(address: str) -> None:
    node, modules = shutil.which("node"), _modules("@comunica/query-sparql")
    if not (node and modules):
        pytest.skip("needs node and @comunica/query-sparql (set KG_NODE_MODULES to the folder that holds it)")
    done = subprocess.run(
        [node, "-", address, modules], input=COMUNICA, capture_output=True, text=True, timeout=PATIENCE, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert sorted(found["told"]) == sorted(found["described"]) == WANTED
    assert found["ask"] is True
    assert found["quads"] == len(WANTED)
