"""Every command, option, setting, format, term, error and dependency is documented; what the README asks works."""

from __future__ import annotations

import hashlib
import json
import re
import tomllib
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any

import pytest
import typer.main
from rdflib import RDFS, Graph

from kg import errors
from kg.cli import app
from kg.config import Config
from kg.export import FORMATS as EXPORT_FORMATS
from kg.overview import EXAMPLES
from kg.readers import FORMATS as READ_FORMATS
from kg.store import GraphStore, read_nquads
from schema.files import ONTOLOGY
from schema.vocab import KG, PREFIXES

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_in_the_readme_and_every_option_has_help(name: str) -> None:
    assert f"kg {name}" in README
    assert COMMANDS[name].help
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"kg {name}: {parameter.name} has no help"


def _settings(config: Any, prefix: str = "") -> list[str]:
    names = []
    for field in fields(config):
        value = getattr(config, field.name)
        names += _settings(value, f"{prefix}{field.name}.") if is_dataclass(value) else [f"{prefix}{field.name}"]
    return names


@pytest.mark.parametrize("name", _settings(Config()))
def test_every_setting_is_in_the_readme(name: str) -> None:
    assert f"| `{name}` |" in README


@pytest.mark.parametrize("name", READ_FORMATS)
def test_every_input_format_is_in_the_readme(name: str) -> None:
    assert f"`{name}`" in README


@pytest.mark.parametrize("suffix", [f.suffix for f in EXPORT_FORMATS.values()])
def test_every_export_is_in_the_table_of_exports(suffix: str) -> None:
    assert f"{suffix}`" in (ROOT / "exports" / "README.md").read_text(encoding="utf-8")


ERRORS = sorted(name for name in errors.__all__ if name not in ("KGError", "InputError") and name[0].isupper())


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_is_in_the_readme_and_in_the_tree(name: str) -> None:
    assert f"| `{name}` |" in README
    assert name in (errors.__doc__ or "")
    assert getattr(errors, name).__doc__


def test_every_term_is_explained() -> None:
    ontology = Graph().parse(ONTOLOGY, format="turtle")
    for name in KG.__annotations__:
        if not name.startswith("_"):
            assert ontology.value(KG[name], RDFS.comment), name


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    asked = [*project["dependencies"], *(d for extra in project["optional-dependencies"].values() for d in extra)]
    for requirement in asked:
        name = re.split(r"[<>=\[ ]", requirement)[0]
        assert re.search(rf"\b{re.escape(name)}\b", README), f"{name} has no reason in the README"


def test_lock_files_pin_versions_and_hashes_and_name_no_address() -> None:
    for path in sorted((ROOT / ".ci").glob("*.lock")):
        text = path.read_text(encoding="utf-8")
        assert "://" not in text
        for block in re.split(r"\n(?=[a-z0-9])", text):
            if "==" in block.partition("\n")[0]:
                assert "--hash=sha256:" in block, block.partition("\n")[0]


@pytest.fixture(scope="module")
def reference() -> GraphStore:
    return GraphStore.in_memory(read_nquads(ROOT / "exports" / "papers.nq"))


@pytest.mark.parametrize("question", EXAMPLES)
def test_the_questions_of_the_readme_have_answers(question: str, reference: GraphStore) -> None:
    assert question in README
    assert EXAMPLES[question].strip() in README, "the README shows another query than `kg demo` runs"
    rows = reference.select(EXAMPLES[question])
    assert rows
    assert all(row["quote"].value for row in rows)


def test_the_questions_find_what_they_must(reference: GraphStore) -> None:
    systolic, event, edge, methods, leaders, measured, kinds = (reference.select(text) for text in EXAMPLES.values())
    assert any(row["paper"].value.startswith("DRACO") for row in systolic)
    assert any(row["paper"].value.startswith("EVPropNet") for row in event)
    assert any("smartphone" in row["hardware"].value for row in edge)
    counts = [int(row["papers"].value) for row in methods]
    assert counts == sorted(counts, reverse=True) and counts[0] > 5
    assert all(row["narrow"].value != row["broad"].value for row in kinds)
    assert "82.7%" in {row["value"].value for row in leaders}
    assert tuple(v for v in ("35Hz", "2W") if v in {row["value"].value for row in measured}) == ("35Hz", "2W")


def test_rdflib_and_oxigraph_answer_alike_from_the_exported_turtle(reference: GraphStore) -> None:
    graph = Graph().parse(ROOT / "exports" / "papers.ttl", format="turtle")
    for question, text in EXAMPLES.items():
        ours = [_row([term.value for term in row.values()]) for row in reference.select(text)]
        theirs = [_row([str(t) for t in row if t is not None]) for row in graph.query(text, initNs=PREFIXES)]
        assert sorted(ours) == sorted(theirs), question


def _row(cells: list[str]) -> list[str]:
    # the order inside a GROUP_CONCAT is each engine's own
    return [", ".join(sorted(cell.split(", "))) for cell in cells]


def test_the_manifest_describes_the_exported_graph() -> None:
    manifest = json.loads((ROOT / "exports" / "MANIFEST.json").read_text(encoding="utf-8"))
    assert manifest["graph_sha256"] == hashlib.sha256((ROOT / "exports" / "papers.nq").read_bytes()).hexdigest()
