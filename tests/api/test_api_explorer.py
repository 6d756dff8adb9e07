"""The explorer: who gets it, what it loads, and that its scripts are those of its sources."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from api.explorer import ASSETS, POLICY
from api.explorer.build import SOURCES, built, digest
from kg.export.drawing import COLOURS
from schema.vocab import PREFIXES

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}
SCRIPTS = sorted((SOURCES / "src").glob("*.ts"))


def test_browsers_get_the_explorer_and_programs_are_led_to_graphql(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER)
    assert page.status_code == 200
    assert page.url.path == "/"
    assert "paperkg explorer" in page.text
    assert page.headers["content-security-policy"] == POLICY
    assert page.headers["vary"] == "Accept"
    for accept in ("*/*", "application/json", "application/graphql-response+json", ""):
        answer = client.get("/", headers={"Accept": accept}, follow_redirects=False)
        assert (answer.status_code, answer.headers["location"]) == (307, "graphql")


def test_nothing_is_written_into_the_page_that_its_policy_would_have_to_let_in() -> None:
    assert "unsafe" not in POLICY
    page = (ASSETS / "index.html").read_text(encoding="utf-8")
    assert not re.search(r"\sstyle=|\son\w+=|<style|<script(?![^>]*\ssrc=)", page)


def test_the_page_loads_only_what_lies_beside_it(client: TestClient) -> None:
    page = (ASSETS / "index.html").read_text(encoding="utf-8")
    assert "//" not in page
    loaded = re.findall(r'(?:src|href)="(explorer/[^"]+)"', page)
    assert sorted(loaded) == ["explorer/explorer.js", "explorer/page.css"]
    for path in (*loaded, "explorer/layout.js"):
        assert client.get(f"/{path}").status_code == 200
    assert not re.search(r"url\(|@import|@font-face", (ASSETS / "page.css").read_text(encoding="utf-8"))
    for path in ("../__init__.py", "%2e%2e/build.py", "..%2fsrc%2fmain.ts", "nothing.js"):
        assert client.get(f"/explorer/{path}").status_code in (404, 405)


def test_the_way_to_the_other_pages_is_kept(client: TestClient) -> None:
    page = client.get("/", headers=BROWSER).text
    for path in ("graphql", "sparql"):
        assert f'href="{path}"' in page
        assert client.get(f"/{path}", headers=BROWSER).headers["content-type"].startswith("text/html")


def test_no_source_makes_markup_of_text() -> None:
    assert len(SCRIPTS) > 10
    for path in SCRIPTS:
        text = path.read_text(encoding="utf-8")
        forbidden = r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|DOMParser|\beval\(|new Function|createContextualFragment|srcdoc"
        assert not re.search(forbidden, text), path.name
        assert path.name == "dom.ts" or not re.search(r"createElement|setAttribute\(\"(href|src|on)", text), path.name


def test_it_asks_graphql_alone() -> None:
    fetched = [
        (path.name, found) for path in SCRIPTS for found in re.findall(r"fetch\(([^,]*),", path.read_text("utf-8"))
    ]
    assert fetched == [("ask.ts", '"graphql"')]


def test_its_documents_are_sound(client: TestClient) -> None:
    """Each document of the page against the schema, with nothing found by its ids."""
    text = (SOURCES / "src" / "questions.ts").read_text(encoding="utf-8")
    parts = dict(re.findall(r"const (\w+) = `(.*?)`", text, re.DOTALL))
    documents = {name: part for name, part in parts.items() if part.startswith("query ")}
    assert len(documents) > 10
    given = {
        "id": "none:1",
        "ids": [],
        "from": "none:1",
        "to": "none:2",
        "text": "re",
        "depth": 1,
        "limit": 5,
        "first": 5,
    }
    for name, document in documents.items():
        whole = document.replace(
            '${CLAIM.replace("paper { iri title year }", "paper { iri title abstract year }")}', "${CLAIM}"
        )
        for _ in range(3):
            whole = re.sub(r"\$\{(\w+)\}", lambda match: parts[match[1]], whole)
        wanted = {key: value for key, value in given.items() if f"${key}:" in whole}
        answer = client.post("/graphql", json={"query": whole, "variables": wanted})
        told = answer.json()
        # A path needs ends that are there; all else is answered.
        assert name == "PATH" or "errors" not in told, (name, told)


def test_the_prefixes_of_its_sparql_are_those_of_the_vocabulary() -> None:
    declared = re.findall(r"PREFIX (\w+): <([^>]+)>", (SOURCES / "src" / "sparql.ts").read_text(encoding="utf-8"))
    assert len(declared) == 6
    for prefix, namespace in declared:
        assert namespace == str(PREFIXES[prefix])


def test_its_colours_are_those_of_the_other_pictures() -> None:
    script = (SOURCES / "src" / "colours.ts").read_text(encoding="utf-8")
    style = (ASSETS / "page.css").read_text(encoding="utf-8")
    for name, colour in COLOURS.items():
        assert f'{name.upper()}: "{colour}"' in script
        assert f"--{name.lower()}: {colour};" in style


def test_the_committed_scripts_are_those_of_the_sources() -> None:
    versions = json.loads((ASSETS / "VERSIONS.json").read_text(encoding="utf-8"))
    assert versions["sources"] == digest(), "run `python -m api.explorer.build`"
    for name, noted in versions["files"].items():
        assert hashlib.sha256((ASSETS / name).read_bytes()).hexdigest() == noted, name
    licences = (ASSETS / "LICENSES.txt").read_text(encoding="utf-8")
    for package in versions["packages"]:
        assert f"{package['name']} {package['version']} ({package['licence']})" in licences
    pinned = json.loads((SOURCES / "package.json").read_text(encoding="utf-8"))
    bundled = {package["name"]: package["version"] for package in versions["packages"]}
    assert pinned["dependencies"].items() <= bundled.items()
    # Where packages are fetched from is for the one who fetches them to say; what they are, their hashes do.
    lock = (SOURCES / "package-lock.json").read_text(encoding="utf-8")
    assert '"resolved"' not in lock
    assert lock.count('"integrity": "sha512-') > 10


@pytest.mark.slow
@pytest.mark.network
def test_a_new_build_has_the_same_bytes(tmp_path: Path) -> None:
    if not shutil.which("npm"):
        pytest.skip("needs npm")
    if subprocess.run(
        ["npm", "view", "sigma", "version"], cwd=tmp_path, capture_output=True, timeout=120, check=False
    ).returncode:
        pytest.skip("needs a registry of packages")
    for name, content in built().items():
        assert content == (ASSETS / name).read_bytes(), name
