"""Fill the README's answers and tables from the reference graph and the benchmark files, between their marks.

    python tests/benchmarks/fill_readme.py

A table whose file is absent, or a mark that the README lacks, is left as it is. `bash .ci/refresh` makes the
reference graph anew first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from starlette.testclient import TestClient

from api.app import create_app
from kg.overview import EXAMPLES
from kg.store import GraphStore, python, read_nquads
from schema.taxonomy import load

ROOT = Path(__file__).resolve().parents[2]
FIGURES = ROOT / "exports" / "benchmarks"
#: Characters of a cell.
WIDTH = 165
NAMES = {
    "entity/all": "entities",
    "entity/Method": "methods",
    "entity/Task": "tasks",
    "entity/Dataset": "data sets",
    "entity/Hardware": "hardware",
    "entity/Metric": "metrics",
    "role/all": "entities with their role",
    "result/all": "results",
    "relation/all": "relations",
}


def main() -> None:
    """Write the README."""
    path = ROOT / "README.md"
    text = path.read_text(encoding="utf-8")
    for mark, made in (
        ("answers", _answers),
        ("graphql-answer", partial(_graphql, text)),
        ("resolution", _resolution),
        ("quality", _quality),
        ("relations", _relations),
        ("corroboration", _corroboration),
        ("confidence", _confidence),
        ("ablation", _ablation),
        ("public", _public),
        ("speed", _speed),
    ):
        try:
            filled = "\n".join(made())
        except FileNotFoundError as missing:
            print(f"{mark}: {missing.filename} is absent")
            continue
        text = _between(text, mark, filled)
    text = re.sub("(<!-- concepts -->).*?(<!-- /concepts -->)", rf"\g<1>{_concepts()}\g<2>", text)
    path.write_text(text, encoding="utf-8")


def _concepts() -> str:
    names = {"Method": "methods", "Task": "tasks", "Dataset": "data sets", "Hardware": "hardware", "Metric": "metrics"}
    return ", ".join(f"{len(load(type_)):,} {name}" for type_, name in names.items())


def _between(text: str, mark: str, filled: str) -> str:
    pattern = re.compile(rf"(<!-- {mark} -->\n).*?(\n<!-- /{mark} -->)", re.DOTALL)
    if not pattern.search(text):
        print(f"{mark}: the README has no such mark")
    return pattern.sub(lambda found: f"{found[1]}{filled}{found[2]}", text)


def _read(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8"))
    return found


def _table(header: list[str], rows: list[list[str]]) -> Iterator[str]:
    yield f"| {' | '.join(header)} |"
    yield f"|{'---|' * len(header)}"
    yield from (f"| {' | '.join(row)} |" for row in rows)


def _cell(value: object) -> str:
    text = str(value).replace("|", "\\|").replace("\n", " ")
    return text if len(text) <= WIDTH else f"{text[:WIDTH]}..."


def _answers() -> Iterator[str]:
    store = GraphStore.in_memory(read_nquads(ROOT / "exports" / "papers.nq"))
    for question, query in EXAMPLES.items():
        yield f"\n### {question}\n\n```sparql{query}\n```\n"
        rows = store.select(query)
        header = sorted({name for row in rows for name in row}, key=lambda name: query.index(f"?{name}"))
        if "AS ?" in query:
            header = list(rows[0])  # in the order of what is selected, not of the first mention
        yield from _table(
            header, [[_cell(python(row[name])) if name in row else "" for name in header] for row in rows]
        )


def _graphql(readme: str) -> Iterator[str]:
    """What the README's GraphQL query gives, told in words."""
    found = re.search(r"```graphql\n(.*?)```", readme, re.DOTALL)
    if not found:
        return
    app = create_app(GraphStore.in_memory(read_nquads(ROOT / "exports" / "papers.nq")))
    with TestClient(app) as client:
        answer = client.post("/graphql", json={"query": found[1]}).json()
    for edge in answer["data"]["papers"]["edges"]:
        paper = edge["node"]
        yield f"returns (`data.papers.edges`): *{paper['title']}*,"
        for result in paper["results"]:
            metric = result["metric"]["name"] if result["metric"] else "(no metric)"
            yield f'- with `{result["value"]}` {metric}: "{result["quotes"][0]["text"]}"'
        for method in paper["methods"]:
            held = method["papers"]
            named = "; ".join(f"*{each['node']['title']}* ({each['role']})" for each in held["edges"])
            more = " ..." if held["totalCount"] > len(held["edges"]) else ""
            count = held["totalCount"]
            papers = "1 paper names" if count == 1 else f"{count} papers name"
            yield f"- using **{method['name']}**, which {papers}: {named}{more}"


def _three(row: dict[str, float]) -> str:
    return f"{row['P']:.1f} / {row['R']:.1f} / **{row['F1']:.1f}**"


def _resolution() -> Iterator[str]:
    wanted = {
        (
            "pairs",
            "test",
            "pairwise",
        ): "hard pairs of our own, half merges, half traps: the half that no rule was chosen on",
        ("methods", "all", "pairwise"): "names and full names of methods (Papers with Code), pairwise",
        ("methods", "all", "B-cubed"): "the same, B-cubed",
        ("methods", "all", "CEAF-e"): "the same, CEAF-e",
        ("gold", "all", "B-cubed"): "names within the papers of `gold/dev`, B-cubed",
        ("gold", "all", "CEAF-e"): "the same, CEAF-e",
        (
            "acronyms",
            "test",
            "macro",
        ): "acronyms and long forms (SDU@AAAI-21; a plain Schwartz-Hearst rule: 85.5), macro",
    }
    found = {(m["set"], m["part"], m["measure"]): m for m in _read("resolution")["measures"]}
    rows = [[what, *(f"{found[key][name]:.1f}" for name in ("P", "R", "F1"))] for key, what in wanted.items()]
    yield from _table(["", "P", "R", "F1"], rows)


def _quality() -> Iterator[str]:
    dev, page = (_read("quality")["scores"][name] for name in ("dev.jsonl.gz", "seed_dev.jsonl"))
    header = ["", "`gold/dev`, 160 papers: P / R / F1", "the page, `gold/seed_dev`, 41 papers: P / R / F1"]
    yield from _table(header, [[name, _three(dev[key]), _three(page[key])] for key, name in NAMES.items()])


def _relations() -> Iterator[str]:
    scores = _read("relations")["scores"]
    dev, page = scores["dev.jsonl.gz"], scores["seed_dev.jsonl"]
    header = ["F1", "relations: `gold/dev`", "the page", "results: `gold/dev`", "the page"]
    rows = [
        [name, *(f"{of[name][kind]['F1']:.1f}" for kind in ("relation/all", "result/all") for of in (dev, page))]
        for name in dev
    ]
    yield from _table(header, [*rows, ["two annotators (relations with the entities given)", "86.2", "", "90.6", ""]])


def _corroboration() -> Iterator[str]:
    yield from _table(
        ["papers that state a triple", "triples", "share right", "corroborated confidence", "noisy-or"],
        [
            [row["papers"], str(row["number"]), *(f"{row[key]:.2f}" for key in ("right", "corroborated", "noisy-or"))]
            for row in _read("corroboration")["calibration of edges"]["by number of papers"]
            if "corroborated" in row
        ],
    )


def _confidence() -> Iterator[str]:
    thresholds = _read("calibration")["thresholds"]
    dev, page = thresholds["gold/dev"], thresholds["gold/seed_dev"]
    header = ["`--min-confidence`", "`gold/dev`: P / R", "the page: P / R"]
    yield from _table(
        header, [[least, *(f"{of[least]['P']:.1f} / {of[least]['R']:.1f}" for of in (dev, page))] for least in dev]
    )


def _ablation() -> Iterator[str]:
    rows = []
    for row in _read("ablation")["rows"]:
        dev, page = row["dev.jsonl.gz"], row["seed_dev.jsonl"]
        held = (dev["entity/all"], dev["role/all"], dev["entity/Hardware"], page["entity/all"], page["role/all"])
        rows.append([row["step"], *(f"{each:.1f}" for each in held)])
    yield from _table(["", "entity", "role", "hardware", "the page: entity", "role"], rows)


def _public() -> Iterator[str]:
    figures = _read("public-sets")
    rows = [
        [
            row["set"],
            row["model"],
            row.get("context", ""),
            row["measured"],
            row["F1"] if isinstance(row["F1"], str) else f"{row['F1']:.1f}",
        ]
        for row in figures["rows"]
    ]
    yield from _table(["set", "model", "context", "what", "F1"], rows)
    yield f"\n{figures['note']}"


def _speed() -> Iterator[str]:
    extraction, build = _read("extraction"), _read("build")
    second, ratio = extraction["papers_a_processor_second"], extraction["ratios"]
    part, wall, peak = (extraction[key] for key in ("milliseconds_a_paper", "wall_clock_two_threads", "int8_peak"))
    torch, spacy = "same weights, PyTorch float32, the network alone", "spaCy small CNN NER"
    yield (
        f"On two cores of an {extraction['machine']['processor']} processor that other work shared, "
        f"{extraction['papers']} abstracts of {extraction['mean_word_pieces']} word pieces on average:\n"
    )
    rows = [
        (
            "extraction, one thread",
            f"{second['paperkg, all of it']} abstracts a processor second; the {torch.replace('PyTorch', 'in PyTorch')}, "
            f"{second[torch]} (ratio {ratio[f'to {torch}']}); a spaCy pipeline of the usual small size with a CNN entity "
            f"recogniser {second[spacy]} (ratio {ratio[f'to {spacy}']})",
        ),
        (
            "extraction, two threads, by the clock",
            f"{wall['papers_a_second']} abstracts a second at a load of {wall['load_average']}",
        ),
        ("of which, milliseconds an abstract", ", ".join(f"{name} {value}" for name, value in part.items())),
        (
            "the network's share of the int8 matrix peak of a core",
            f"{peak['share_of_peak']:.0%} of {peak['peak_giga_operations_a_second']:.0f} giga-operations a second",
        ),
        ("`kg extract`, peak memory", f"{extraction['kg_extract']['peak_memory_mb']} MB"),
        (
            "`kg build`, start to end",
            f"{build['build']['papers_a_second']} abstracts a second; {build['build']['seconds']} s, and "
            f"{build['build']['seconds_with_mentions_known']} s when the texts were read before; peak memory "
            f"{build['build']['peak_memory_mb']} MB",
        ),
        ("the model", f"{build['model_bytes'] / 1e6:.1f} MB"),
        (
            "`kg serve`, from its start to the first answer",
            f"{build['serve']['seconds_to_first_answer']} s; the next takes "
            f"{1000 * build['serve']['seconds_of_a_second_answer']:.0f} ms",
        ),
    ]
    yield from _table(["", ""], [list(row) for row in rows])


if __name__ == "__main__":
    main()
