"""Imports point inward, and each library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted(p for top in ("schema", "kg", "api") for p in (ROOT / top).rglob("*.py"))

#: What each layer may import of our own.
LAYERS = {"schema": {"schema"}, "kg": {"schema", "kg"}, "api": {"schema", "kg", "api"}}

#: The only modules (or packages) that import a library.
DOORS = {
    "spacy": ("kg/extract/pipeline.py",),
    "onnxruntime": ("kg/extract/tagger.py", "kg/extract/relating.py", "kg/training/"),
    "pint": ("kg/extract/measures.py",),
    "tokenizers": ("kg/extract/", "kg/training/"),
    "networkx": ("kg/analytics/",),
    "matplotlib": ("kg/plot/",),
    # the store itself has one door; parsers and serialisers are used where files are read and written
    "pyoxigraph": (
        "kg/store.py",
        "kg/export/",
        "kg/linking/index.py",
        "kg/terminal.py",
        "schema/taxonomy/",
        "api/sparql_",
        "api/linked_data/description.py",
    ),
    "pyshacl": ("kg/validate.py",),
    "pyarrow": ("kg/tables.py",),
    "lxml": ("kg/readers/",),
    "pybtex": ("kg/readers/",),
    "rispy": ("kg/readers/",),
    "filelock": ("kg/workspace.py",),
    "typer": (
        "kg/cli.py",
        "kg/cli_ask.py",
        "kg/cli_change.py",
        "kg/cli_links.py",
        "kg/cli_mcp.py",
        "kg/cli_model.py",
        "kg/cli_plot.py",
        "kg/cli_resolution.py",
        "kg/cli_review.py",
        "kg/cli_serve.py",
        "kg/cli_stats.py",
        "kg/commands.py",
    ),
    "rich": (
        "kg/cli.py",
        "kg/cli_stats.py",
        "kg/commands.py",
        "kg/terminal.py",
        "kg/terminal_explain.py",
        "kg/terminal_review.py",
    ),
    "strawberry": ("api/",),
    "starlette": ("api/",),
    "jinja2": ("api/linked_data/html.py",),
    "orjson": ("api/fast/serving.py",),
    "uvicorn": ("kg/cli_serve.py", "api/connections.py"),
    "prometheus_client": ("api/metrics.py",),
    "httpx2": ("kg/client/",),
    "mcp": ("kg/agents/",),
    "mcp_types": ("kg/agents/",),
    "torch": ("kg/meaning.py", "kg/training/"),
    "transformers": ("kg/meaning.py", "kg/training/"),
}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


@pytest.mark.parametrize("path", MODULES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_inward_and_libraries_have_one_door(path: Path) -> None:
    relative = path.relative_to(ROOT).as_posix()
    layer = relative.partition("/")[0]
    for name in _imports(path):
        top = name.partition(".")[0]
        if top in LAYERS:
            assert top in LAYERS[layer], f"{relative} imports {name}"
            if name.startswith("kg.training"):
                assert relative.startswith("kg/training/"), f"{relative} imports {name}: nothing may need training"
        if top in DOORS:
            assert relative.startswith(DOORS[top]), f"{relative} imports {name}; its door is {', '.join(DOORS[top])}"


def test_the_check_sees_what_it_should() -> None:
    # the doors are real: each library is imported behind its own
    seen = {name.partition(".")[0] for path in MODULES for name in _imports(path)}
    assert set(DOORS) <= seen | {"rispy", "pybtex"}, sorted(set(DOORS) - seen)
