"""The page to write SPARQL on: what it loads, its examples, and a query in a real browser."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_graph import MANIFEST
from sparql_server import PATIENCE, served
from starlette.testclient import TestClient

from api.app import create_app
from api.limits import Limits
from api.yasgui import ASSETS, questions
from kg.overview import EXAMPLES
from kg.store import GraphStore

ROOT = Path(__file__).resolve().parents[2]
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def test_browsers_get_the_page_and_programs_do_not(client: TestClient) -> None:
    page = client.get("/sparql", headers=BROWSER)
    assert page.headers["content-type"].startswith("text/html")
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    assert "script-src 'self';" in page.headers["content-security-policy"]
    assert page.headers["vary"] == "Accept"
    assert client.get("/sparql").headers["content-type"].startswith("text/turtle")


def test_the_page_loads_only_what_lies_beside_it(client: TestClient) -> None:
    for name in ("index.html", "start.js", "page.css"):
        text = re.sub(r"// .*", "", (ASSETS / name).read_text(encoding="utf-8"))
        assert not re.search(r"(https?:)?//[a-z]", text)
    style = (ASSETS / "yasgui.min.css").read_text(encoding="utf-8")
    assert not re.search(r"url\((?!\"?data:)|@import|@font-face", style)
    loaded = re.findall(r'(?:src|href)="(yasgui/[^"]+)"', (ASSETS / "index.html").read_text(encoding="utf-8"))
    assert len(loaded) == 4
    for path in loaded:
        assert client.get(f"/{path}").status_code == 200
    for path in ("../__init__.py", "%2e%2e/vendor.py", "nothing.js"):
        assert client.get(f"/yasgui/{path}").status_code in (404, 405)


def test_the_vendored_files_are_those_whose_hashes_were_noted() -> None:
    packages = json.loads((ASSETS / "VERSIONS.json").read_text(encoding="utf-8"))["packages"]
    licences = (ASSETS / "LICENSES.txt").read_text(encoding="utf-8")
    for package in packages:
        assert f"{package['name']} {package['version']} ({package['licence']})" in licences
        for file in package["files"]:
            assert hashlib.sha256((ASSETS / file["to"]).read_bytes()).hexdigest() == file["sha256"]


def test_the_examples_are_those_of_the_readme_and_run_as_they_stand(client: TestClient, store: GraphStore) -> None:
    found = re.search(r'id="questions">(.*?)</script>', client.get("/sparql", headers=BROWSER).text, re.DOTALL)
    assert found
    assert json.loads(found[1]) == questions()
    assert [question["name"] for question in questions()] == list(EXAMPLES)
    for question in questions():
        # Without the prefixes that our store adds by itself.
        assert list(store._store.query(question["query"], use_default_graph_as_union=True)) is not None
        assert question["query"].startswith("PREFIX ")


BROWSE = """
const { chromium } = require(process.argv[3] + "/playwright-core");
(async () => {
  const browser = await chromium.launch({ executablePath: process.argv[4], args: ["--no-sandbox"] });
  const page = await browser.newPage();
  page.setDefaultTimeout(Number(process.argv[5]));
  const seen = { hosts: [], errors: [] };
  page.on("request", request => { if (!/^(data|blob):/.test(request.url())) seen.hosts.push(new URL(request.url()).origin); });
  page.on("console", message => { if (message.type() === "error") seen.errors.push(message.text()); });
  page.on("pageerror", error => seen.errors.push(String(error)));
  await page.goto(process.argv[2] + "/sparql");
  await page.waitForSelector(".yasgui .tabPanel.active .yasqe_queryButton");
  seen.title = await page.title();
  seen.tabs = (await page.locator(".yasgui .tabsList [role=tab]").allInnerTexts()).map(text => text.trim());
  await page.selectOption("#examples", { index: 2 });
  await page.waitForFunction(count => document.querySelectorAll(".yasgui .tabsList [role=tab]").length > count, seen.tabs.length);
  await page.click(".yasgui .tabPanel.active .yasqe_queryButton");
  await page.waitForFunction(() => document.querySelector(".yasgui .tabPanel.active .yasr_results")?.innerText.includes("EV-FlowNet"));
  seen.answer = await page.innerText(".yasgui .tabPanel.active .yasr_results");
  seen.shown = await page.locator(".yasgui .tabPanel.active").count();
  if (process.argv[6]) await page.screenshot({ path: process.argv[6] });
  await page.reload();
  await page.waitForSelector(".yasgui .tabPanel.active .yasqe_queryButton");
  seen.after = await page.locator(".yasgui .tabsList [role=tab]").count();
  await browser.close();
  console.log(JSON.stringify(seen));
})().catch(error => { console.error(error); process.exit(1); });
"""


@pytest.fixture(scope="module")
def address(store: GraphStore) -> Iterator[str]:
    with served(create_app(store, MANIFEST, limits=Limits(sparql_seconds=PATIENCE))) as address:
        yield address


def _playwright() -> str | None:
    """Folder that holds playwright-core for Node, if any does."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules"), "/usr/lib/node_modules"):
        if folder and (Path(folder) / "playwright-core").is_dir():
            return folder
    return None


@pytest.mark.browser
@pytest.mark.network
def test_yasgui_runs_an_example_in_a_browser_and_asks_no_other_host(address: str) -> None:
    node, chromium, modules = shutil.which("node"), shutil.which("chromium"), _playwright()
    if not (node and chromium and modules):
        pytest.skip("needs node, chromium and playwright-core (set KG_NODE_MODULES to the folder that holds it)")
    picture = os.environ.get("KG_SCREENSHOT_SPARQL", "")
    done = subprocess.run(
        [node, "-", address, modules, chromium, str(int(PATIENCE * 500)), picture],
        input=BROWSE,
        capture_output=True,
        text=True,
        timeout=2 * PATIENCE,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen = json.loads(done.stdout)
    assert set(seen["hosts"]) == {address}
    assert seen["errors"] == []
    assert "SPARQL" in seen["title"]
    assert [tab.rstrip(" ✖\n") for tab in seen["tabs"]] == list(EXAMPLES)
    assert "sensesWith" in seen["answer"]
    assert seen["shown"] == 1
    # Who comes back finds the tabs again, the one that was opened too.
    assert seen["after"] == len(seen["tabs"]) + 1
