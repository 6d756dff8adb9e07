"""How many entities of a 20,000-paper build no reader would want as a node.

    python tests/benchmarks/bench_junk.py --corpora ../shared/corpora --work FOLDER --list
    python tests/benchmarks/bench_junk.py --corpora ../shared/corpora --work FOLDER

Papers are taken in the order of a hash of their ids; their mentions are kept in FOLDER shard by shard, so a run that
was stopped goes on. The entities are those that `kg build` would make nodes of: claimed by a paper, and
likely enough wanted where that paper is the only one. ``--list`` draws 200 of them by the hash of their keys and prints
them with sentences to judge by. The
verdicts stand in ``tests/benchmarks/junk.tsv``, by type and name, with the reason; the command without ``--list``
counts them and writes ``exports/benchmarks/junk.json``. An entity without a verdict stops it.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from circumstances import ROOT, circumstances, write
from scipy.stats import beta

from kg.build import SHARD, _kept, _statements  # the stages between mentions and nodes, as a build has them
from kg.config import Config
from kg.extract import SHIPPED, find, load, read_settings
from kg.model import Entity, Findings, Paper
from kg.readers import read
from kg.resolve import resolve
from kg.resolve.lone import wanted
from kg.resolve.worth import alone, worthwhile
from kg.tables import MentionCache, text_hash
from schema.vocab import Minter

VERDICTS: Final = ROOT / "tests" / "benchmarks" / "junk.tsv"
FILES: Final = ("arxiv_2025_2026", "arxiv_to_2020", "conferences")
DRAWN: Final = 200
SEED: Final = 21
COLUMNS: Final = ("type", "name", "papers", "wanted", "verdict", "reason")
#: Values of the setting `resolve.least_alone` whose effect on the drawn entities is told.
LEAST: Final = (0.87, 0.9, 0.92, 0.93, 0.94, 0.95, 0.96, 0.97, 0.98)


#: An entity, the number of papers that claim something of it, and the probability that a reader wants it: 1 where a
#: taxonomy, another paper or a narrower name speaks for it.
Node: TypeAlias = tuple[Entity, int, float]


def main() -> None:
    """List the entities, or count the verdicts."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True, help="folder that keeps the mentions")
    parser.add_argument("--papers", type=int, default=20_000)
    parser.add_argument("--model", type=Path, default=SHIPPED, help="model folder that finds the mentions")
    parser.add_argument("--list", action="store_true", help="print the entities to judge")
    arguments = parser.parse_args()
    papers = _sample(arguments.corpora, arguments.work, arguments.papers)
    found = _findings(papers, arguments.work, arguments.model)
    entities = _nodes(found)
    drawn = sorted(entities, key=_lot)[:DRAWN]
    if arguments.list:
        for line in _listed(drawn, found):
            print(line)
        return
    verdicts = _verdicts()
    missing = [f"{e.type}\t{e.name}" for e, _, _ in drawn if (e.type, e.name) not in verdicts]
    if missing:
        raise SystemExit(f"{len(missing)} of {len(drawn)} have no verdict in {VERDICTS.name}:\n" + "\n".join(missing))
    rows = [[e.type, e.name, count, likely, *verdicts[e.type, e.name]] for e, count, likely in drawn]
    junk = sum(row[4] == "junk" for row in rows)
    figures = {
        "what": "of entities drawn by chance from a build, those that no reader would want as a node",
        **circumstances(Path(__file__), VERDICTS),
        "seed": SEED,
        "model": read_settings(arguments.model).version,
        "papers": len(papers),
        "papers_sha256": hashlib.sha256("\n".join(p.id for p in papers).encode()).hexdigest(),
        "entities": len(entities),
        "entities named by one paper": sum(count == 1 for _, count, _ in entities),
        "drawn": len(rows),
        "junk": junk,
        "junk of 100": round(100 * junk / len(rows), 1),
        "95 of 100 intervals": [round(100 * float(beta.ppf(q, junk + a, len(rows) - junk + b)), 1)
                                for q, a, b in ((0.025, 0, 1), (0.975, 1, 0))],
        "poor names": sum(row[4] == "poor" for row in rows),
        "if lone names had to be likelier": [_curve(rows, least) for least in LEAST],
        "judged by": "a large language model, from a list, by up to 140 characters around one mention",
        "verdicts": [dict(zip(COLUMNS, row, strict=True)) for row in rows],
    }  # fmt: skip
    print(write("junk", figures), json.dumps({k: v for k, v in figures.items() if k != "verdicts"}))


def _lot(entity: Node) -> str:
    """Return what decides whether an entity is drawn: its own, so that a model that finds a few others draws most again."""
    return hashlib.sha256(f"{SEED} {entity[0].type} {entity[0].key}".encode()).hexdigest()


def _sample(corpora: Path, work: Path, count: int) -> list[Paper]:
    """Return the first papers in the order of their ids' hashes; they are kept, for reading all takes minutes."""
    kept = work / f"papers-{count}.jsonl"
    if not kept.is_file():
        work.mkdir(parents=True, exist_ok=True)
        files = [corpora / f"{name}.jsonl.xz" for name in FILES]
        hashed = (
            (hashlib.sha256(p.id.encode()).hexdigest(), p.id, p.title, p.abstract, p.year)
            for p in read(files)
            if p.abstract
        )
        drawn = sorted(hashed, key=lambda row: row[0])[:count]
        part = kept.with_suffix(".part")
        part.write_text("".join(json.dumps(row[1:]) + "\n" for row in drawn), encoding="utf-8")
        part.rename(kept)
    rows = [json.loads(line) for line in kept.read_text(encoding="utf-8").splitlines()]
    return [Paper(id_, title, abstract, year=year) for id_, title, abstract, year in rows]


def _findings(papers: Sequence[Paper], work: Path, model: Path) -> list[tuple[Paper, Findings]]:
    cache = MentionCache(work / "mentions" / read_settings(model).version)
    missing = [paper for paper in papers if text_hash(paper) not in cache]
    if missing:
        nlp = load(model)
        for start in range(0, len(missing), SHARD):
            cache.keep(list(find(nlp, missing[start : start + SHARD])))
            print(f"{start + SHARD} of {len(missing)}", file=sys.stderr, flush=True)
    return [(paper, cache.findings(paper)) for paper in papers]


def _curve(rows: Sequence[Sequence[Any]], least: float) -> dict[str, float]:
    """Return what is left of the drawn entities, and how much of it is junk, were the bar for lone names `least`."""
    left = [row for row in rows if row[3] >= least]
    junk = sum(row[4] == "junk" for row in left)
    good = sum(row[4] == "good" for row in left) / sum(row[4] == "good" for row in rows)
    return {"least": least, "good kept, of 100": round(100 * good, 1), "junk of 100": round(100 * junk / len(left), 1)}


def _nodes(found: Sequence[tuple[Paper, Findings]]) -> list[Node]:
    """Return the entities that become nodes because a paper claims something of them."""
    config = Config()
    minter = Minter(config.base)
    everything = resolve((paper, findings.mentions) for paper, findings in found)
    resolution = worthwhile(everything, least=config.resolve.least_alone).resolution
    statements = _statements(found, resolution, config, minter)
    likely = {(entity.type, entity.key): wanted(lone) for entity, lone in alone(everything)}
    kept = _kept(resolution.entities, statements, minter)
    return [(entity, count, likely.get((entity.type, entity.key), 1.0)) for entity, count in kept if count]


def _listed(drawn: Sequence[Node], found: Sequence[tuple[Paper, Findings]]) -> Iterator[str]:
    """Yield each entity with up to three sentences that name it."""
    quotes: dict[tuple[str, str], list[str]] = {}
    for paper, findings in found:
        for mention in findings.mentions:
            said = quotes.setdefault((mention.type, mention.text), [])
            if len(said) < 3:
                said.append(f"[{paper.id}] {paper.text[mention.sentence.start : mention.sentence.end]}")
    for number, (entity, count, _) in enumerate(drawn, 1):
        names = [entity.name, *entity.aliases]
        yield f"{number}\t{entity.type}\t{entity.name}\t{count}\t{' | '.join(names)}"
        for line in [line for name in names for line in quotes.get((entity.type, name), ())][:3]:
            yield f"    {line}"


def _verdicts() -> dict[tuple[str, str], tuple[str, str]]:
    with VERDICTS.open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t")
        return {(row["type"], row["name"]): (row["verdict"], row["reason"]) for row in rows}


if __name__ == "__main__":
    main()
