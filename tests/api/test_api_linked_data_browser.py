"""Pages about the graph in a real browser: on a phone and a desktop, light and dark, by axe's rules."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn
from small_graph import MANIFEST, paper, thing

from api.app import create_app
from api.linked_data import page_path
from kg.store import GraphStore

ROOT = Path(__file__).resolve().parents[2]

LOOK = """
const fs = require("fs");
const { chromium } = require(process.argv[3] + "/playwright-core");
const axe = fs.readFileSync(process.argv[3] + "/axe-core/axe.min.js", "utf8");
const [address, , executablePath, pictures, ...paths] = process.argv.slice(2);
(async () => {
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const seen = [];
  for (const [device, width, colorScheme] of [["phone", 360, "light"], ["desktop", 1280, "dark"]]) {
    // Only so can axe be brought in: the pages' own policy lets no script run.
    for (const bypassCSP of [false, true]) {
      const context = await browser.newContext({ bypassCSP, colorScheme, viewport: { width, height: 800 }, javaScriptEnabled: bypassCSP });
      const page = await context.newPage();
      const hosts = new Set(), errors = [];
      page.on("request", request => { if (!/^(data|blob):/.test(request.url())) hosts.add(new URL(request.url()).origin); });
      page.on("console", message => { if (message.type() === "error") errors.push(message.text()); });
      for (const path of paths) {
        hosts.clear(); errors.length = 0;
        const answer = await page.goto(address + path);
        const found = { device, colorScheme, path, bypassCSP, status: answer.status(), hosts: [...hosts], errors: [...errors], title: await page.title() };
        if (bypassCSP) {
          await page.addScriptTag({ content: axe });
          const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
          found.violations = violations.map(v => `${v.id}: ${v.nodes.map(n => n.html + " " + n.failureSummary).slice(0, 2).join(" | ")}`);
          found.wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
          found.background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
        } else if (pictures) {
          await page.screenshot({ path: `${pictures}/${device}-${colorScheme}${path.replace(/[^a-z0-9]+/gi, "-")}.png` });
        }
        seen.push(found);
      }
      await context.close();
    }
  }
  await browser.close();
  console.log(JSON.stringify(seen));
})().catch(error => { console.error(error); process.exit(1); });
"""


def _modules() -> str | None:
    """Folder that holds playwright-core and axe-core for Node, if any does."""
    for folder in (os.environ.get("KG_NODE_MODULES", ""), str(ROOT / "node_modules"), "/usr/lib/node_modules"):
        if folder and all((Path(folder) / name).is_dir() for name in ("playwright-core", "axe-core")):
            return folder
    return None


@pytest.fixture(scope="module")
def address(store: GraphStore) -> Iterator[str]:
    listening = socket.socket()
    listening.bind(("127.0.0.1", 0))
    running = uvicorn.Server(uvicorn.Config(create_app(store, MANIFEST), port=0, log_level="error"))
    thread = threading.Thread(target=running.run, args=([listening],))
    thread.start()
    deadline = time.monotonic() + 30
    while not running.started and time.monotonic() < deadline:
        time.sleep(0.02)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    running.should_exit = True
    thread.join(20)


@pytest.mark.browser
@pytest.mark.network
@pytest.mark.slow
def test_pages_fit_every_screen_run_no_script_and_break_no_rule_of_axe(address: str, store: GraphStore) -> None:
    node, chromium, modules = shutil.which("node"), shutil.which("chromium"), _modules()
    if not (node and chromium and modules):
        pytest.skip("needs node, chromium, playwright-core and axe-core (KG_NODE_MODULES: the folder that holds both)")
    of_kind = {
        kind: store.select(f"SELECT ?n WHERE {{ ?n a kg:{kind} }} ORDER BY ?n LIMIT 1")[0]["n"].value
        for kind in ("Claim", "Result", "Evidence", "Community", "Link")
    }
    wanted = [thing("cnn"), thing("systolic-array"), paper(0), *of_kind.values()]
    paths = [page_path(each) or "" for each in wanted]
    paths += ["/ontology.html", "/.well-known/void?format=html", "/page/hardware/jetson-nanos"]
    done = subprocess.run(
        [node, "-", address, modules, chromium, os.environ.get("KG_SCREENSHOT", ""), *paths],
        input=LOOK,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    seen: list[dict[str, Any]] = json.loads(done.stdout)
    assert len(seen) == 4 * len(paths)
    missing = [each for each in seen if each["status"] != 200]
    assert {each["path"] for each in missing} == {"/page/hardware/jetson-nanos"}
    for each in seen:
        assert set(each["hosts"]) == {address}, each
        # A browser calls a page that is not found an error.
        assert [error for error in each["errors"] if "404" not in error] == [], each
        assert each["title"].endswith("paperkg")
    looked = [each for each in seen if each["bypassCSP"]]
    assert [(each["path"], each["device"], each["violations"]) for each in looked if each["violations"]] == []
    assert [(each["path"], each["device"], each["wider"]) for each in looked if each["wider"] > 0] == []
    assert len({each["background"] for each in looked}) == 2
