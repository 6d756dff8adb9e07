"""The commands of links: an index is made and asked, what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from kg.cli import app
from kg.linking.index import Index

TURTLE = """@prefix skos: <http://www.w3.org/2004/02/skos/core#> . @prefix ocs: <https://w3id.org/ocs/ont/> .
ocs:C1 a skos:Concept ; skos:prefLabel "Machine learning"@en .
ocs:C2 a skos:Concept ; skos:prefLabel "Gradient boosting"@en ; skos:broader ocs:C1 ;
    skos:closeMatch <http://dbpedia.org/resource/Gradient_boosting> .
"""


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["links", *map(str, arguments)], env={"COLUMNS": "200"})


@pytest.fixture
def made(tmp_path: Path) -> Path:
    source = tmp_path / "opencs.ttl"
    source.write_text(TURTLE, encoding="utf-8")
    result = run("index", "--opencs", source, "--out", tmp_path / "own.idx")
    assert result.exit_code == 0, result.output
    assert "2 concepts of OpenCS" in result.stdout
    return tmp_path / "own.idx"


def test_every_command_and_option_has_help() -> None:
    shown = run("index", "--help").stdout
    assert "CC BY 4.0" in shown
    assert "personal and" in shown, "the terms of the ACM classification"
    for command in ("index", "show"):
        assert run(command, "--help").exit_code == 0
    assert "ACM" in CliRunner().invoke(app, ["--help"], env={"COLUMNS": "200"}).stdout


def test_an_index_is_made_and_asked(made: Path) -> None:
    assert len(Index.read(made)) == 2
    shown = run("show", "gradient boosting", "--type", "method", "--index", made)
    assert shown.exit_code == 0
    assert "https://w3id.org/ocs/ont/C2" in shown.stdout
    assert "Machine learning" in shown.stdout
    assert "exactMatch" in shown.stdout
    assert "dbpedia" in shown.stdout
    every = run("show", "GB", "--alias", "gradient boosting", "--index", made)
    assert {"Method", "Metric"} <= set(every.stdout.split())
    assert "no concept" in run("show", "nothing of the kind", "--index", made).stdout


def test_what_is_wrong_is_named(made: Path, tmp_path: Path) -> None:
    assert run("index", "--out", tmp_path / "x.idx").exit_code == 2
    assert run("show", "x", "--type", "colour").exit_code == 2
    missing = run("index", "--acm", tmp_path / "none.xml", "--out", tmp_path / "x.idx")
    assert missing.exit_code == 1 and "none.xml" in missing.output
    assert not (tmp_path / "x.idx").exists()
    unwritable = run("index", "--opencs", made.with_name("opencs.ttl"), "--out", tmp_path / "no" / "x.idx")
    assert unwritable.exit_code == 1 and "cannot be written" in unwritable.output
    assert run("show", "x", "--index", tmp_path / "none.idx").exit_code == 1
