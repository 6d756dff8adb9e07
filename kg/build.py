"""The whole flow: files to papers, mentions, entities, claims, graph.

Reads like a table of contents; each step lives in its own module.
"""

from __future__ import annotations

import hashlib
import time
from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, TypeVar

from kg import derive
from kg.analytics import (
    Edge,
    EntityNode,
    PaperNode,
    community_labels,
    entity_graph,
    measure,
    measure_quads,
    paper_graph,
    paper_topics,
)  # fmt: skip
from kg.claims import Statements, state
from kg.config import Config, kept_settings
from kg.corroboration import supported
from kg.errors import InputError, WorkspaceError
from kg.extract import SHIPPED, find, judges_relations, load, read_settings
from kg.extract import results as figures
from kg.hierarchy import without_circles
from kg.linking import Linker, Links, link_entities, linker_of
from kg.model import TYPES, Entity, Findings, Paper
from kg.papers import gather_papers
from kg.records import FOLDER as RECORDS
from kg.records import Records, keep_records, records_of
from kg.report import report_of, write_report
from kg.resolve import Resolution, resolve
from kg.resolve.advice import advise
from kg.resolve.decisions import NONE, Table, drop_decisions, keep_decisions, read_table
from kg.resolve.worth import worthwhile
from kg.statements import (
    Agent,
    Agents,
    agent_quads,
    entity_quads,
    link_quads,
    ontology_quads,
    paper_counts,
    paper_quads,
    scheme_quads,
    statement_quads,
)  # fmt: skip
from kg.store import Quad, nquads, sorted_quads
from kg.tables import MentionCache, text_hash, write_papers
from kg.workspace import LAYOUT, Workspace, locked, publish
from schema.vocab import Minter

#: Papers that are kept in one file of mentions: at most so many are read by the model again after a kill.
SHARD: Final = 256

T = TypeVar("T")


@dataclass(slots=True)
class Progress:
    """Who is told how far a build is; the defaults tell nobody.

    Attributes
    ----------
    on_stage : callable
        Told the name of each stage and its number of steps (None where unknown) as it begins.
    on_step : callable
        Told how many more steps are done.
    on_bytes : callable
        Told how many more bytes of the input were read.
    on_problem : callable
        Told each problem of the input; the build goes on.
    on_advice : callable
        Told what is no problem but may be a slip: each decision that changed nothing.
    on_report : callable
        Told, at the end, what `kg.report.report_of` says.
    """

    on_stage: Callable[[str, int | None], None] = lambda name, steps: None
    on_step: Callable[[int], None] = lambda steps: None
    on_bytes: Callable[[int], None] = lambda count: None
    on_problem: Callable[[InputError], None] = lambda problem: None
    on_advice: Callable[[str], None] = lambda advice: None
    on_report: Callable[[Mapping[str, Any]], None] = lambda report: None


@dataclass(frozen=True, slots=True)
class Built:
    """What a build made.

    Attributes
    ----------
    workspace : Workspace
    problems : tuple of InputError
        What was passed over, in order.
    records : int
        Records read, the same paper from two places counted twice.
    from_cache : int
        Papers whose mentions were known already.
    seconds : dict of str to float
        Wall-clock time of each stage.
    advice : tuple of str
        What each decision lacks that changed nothing.
    report : dict
        What `kg.report.report_of` says.
    """

    workspace: Workspace
    problems: tuple[InputError, ...]
    records: int
    from_cache: int
    seconds: dict[str, float] = field(default_factory=dict)
    advice: tuple[str, ...] = ()
    report: Mapping[str, Any] = field(default_factory=dict)


def build(
    inputs: Sequence[Path | str],
    out: Path,
    *,
    config: Config | None = None,
    format: str | None = None,
    stdin: BinaryIO | None = None,
    progress: Progress | None = None,
) -> Built:
    """Workspace with the graph of all papers in some files, published in place of the one before.

    Parameters
    ----------
    inputs : sequence of paths
        Files and folders; ``-`` is standard input.
    out : Path
        Folder of the workspace, made where it is absent.
    format : str, optional
        Format of all inputs; by default each file's content decides.

    Raises
    ------
    WorkspaceError
        When the folder cannot be written or is held by another build, or no paper was found.
    InputError
        When the table of decisions cannot be read, or a line of it is wrong.
    """
    config, progress = config or Config(), progress or Progress()
    tools = tools_of(config)
    problems: list[InputError] = []
    with locked(out):
        started = time.perf_counter()
        progress.on_stage("reading", None)
        records = records_of(
            inputs, format=format, stdin=stdin, on_error=collected(problems, progress), on_bytes=progress.on_bytes
        )
        if not records.papers:
            raise WorkspaceError(out, f"no paper was found in {', '.join(map(str, inputs))}; nothing was changed")
        return make_graph(records, out, config, tools, progress=progress, problems=problems, started=started)


def collected(problems: list[InputError], progress: Progress) -> Callable[[InputError], None]:
    """Function that puts a problem into a list and tells of it."""

    def report(problem: InputError) -> None:
        problems.append(problem)
        progress.on_problem(problem)

    return report


class Tools(NamedTuple):
    """What a build reads besides papers, all of it before it changes anything."""

    table: Table | None
    linker: Linker | None


def tools_of(config: Config) -> Tools:
    """What settings name; raises what is wrong with it."""
    return Tools(
        read_table(Path(config.resolve.decisions)) if config.resolve.decisions else None,
        linker_of(config.links.index, least=config.links.least) if config.links.make else None,
    )


def make_graph(
    records: Records,
    out: Path,
    config: Config,
    tools: Tools,
    *,
    progress: Progress,
    problems: Sequence[InputError] = (),
    started: float | None = None,
) -> Built:
    """Workspace with the graph of some records, published in place of the one before.

    Parameters
    ----------
    records : Records
        At least one.
    out : Path
        Held by `kg.workspace.locked`.
    problems : sequence of InputError
        What the result tells of reading them.
    started : float, optional
        When reading them began, by `time.perf_counter`.
    """
    minter, table = Minter(config.base), tools.table
    seconds: dict[str, float] = {}
    papers, number = gather_papers(paper for _, paper in records.papers)
    if started is not None:
        seconds["read"] = time.perf_counter() - started
    with _timed("extract", seconds):
        progress.on_stage("extracting", len(papers))
        found, from_cache, agents = _mentions(papers, out, config, progress)
    with _timed("resolve", seconds):
        progress.on_stage("resolving", None)
        decisions = table.decisions if table else NONE
        resolution = resolve(((paper, findings.mentions) for paper, findings in found), decisions)
        advice = tuple(advise(resolution.idle, resolution.entities, table.source)) if table else ()
        kept = worthwhile(resolution, least=config.resolve.least_alone, decisions=decisions)
        resolution = kept.resolution
        for each in advice:
            progress.on_advice(each)
    with _timed("claim", seconds):
        progress.on_stage("claiming", None)
        stated = _statements(found, resolution, config, minter)
        statements = without_circles(stated, _broader(resolution.entities, minter))
    with _timed("analyse", seconds):
        progress.on_stage("analysing", None)
        entities = _kept(resolution.entities, statements, minter)
        measures = list(_analytics(statements, entities, config, minter))
    with _timed("link", seconds):
        progress.on_stage("linking", None)
        links, agents = _links([entity for entity, _ in entities], agents, tools.linker)
    with _timed("store", seconds):
        progress.on_stage("storing", None)
        quads = sorted_quads(_quads(statements, entities, links, measures, agents, minter))
        left_out = len(kept.left_out)
        manifest = _manifest(quads, statements, entities, links, agents, config, len(records.passed), left_out)
        with _writing(out):
            if table:
                manifest["decisions"] = {**keep_decisions(out, table), "idle": len(advice)}
            manifest["records"] = keep_records(out, records)
            write_papers(papers, out / "papers" / str(manifest["papers"]))
        workspace = publish(out, quads, manifest)
        _drop(out / "papers", str(manifest["papers"]))
        _drop(out / RECORDS, str(manifest["records"]))
        drop_decisions(out, table)
    mentions = sum(len(findings.mentions) for _, findings in found)
    report = report_of(
        manifest, records=number, from_cache=from_cache, mentions=mentions, passed=records.passed, seconds=seconds
    )
    write_report(out, report)
    progress.on_report(report)
    return Built(workspace, tuple(problems), number, from_cache, seconds, advice, report)


def _drop(folder: Path, current: str) -> None:
    """Remove the files of the snapshots before, once another is published."""
    for path in folder.glob("*.parquet"):
        if path.name != current:
            path.unlink(missing_ok=True)


def _mentions(
    papers: Sequence[Paper], out: Path, config: Config, progress: Progress
) -> tuple[list[tuple[Paper, Findings]], int, Agents]:
    """Return what is found in each paper, from the cache where its text was read before."""
    folder = Path(config.extract.model) if config.extract.model else SHIPPED
    settings = read_settings(folder)
    cache = MentionCache(out / "mentions" / settings.version)
    missing = {key: paper for paper in papers if (key := text_hash(paper)) not in cache}
    known = len(papers) - len(missing)
    progress.on_step(known)
    if missing:
        nlp = load(folder, threads=config.extract.threads or None)
        for shard in _shards(missing.values(), SHARD):
            kept = []
            for paper, findings in find(nlp, shard):
                kept.append((paper, findings))
                progress.on_step(1)
            with _writing(out):
                cache.keep(kept)
    extractor = Agent(settings.name, settings.version)
    by_rule = Agents(extractor, Agent("derived relations", derive.VERSION), Agent("figures", figures.VERSION))
    agents = Agents(extractor, extractor, extractor) if judges_relations(folder) else by_rule
    return [(paper, cache.findings(paper)) for paper in papers], known, agents


def _shards(papers: Iterable[T], size: int) -> Iterator[list[T]]:
    waiting = iter(papers)
    while shard := list(islice(waiting, size)):
        yield shard


def _statements(
    found: Sequence[tuple[Paper, Findings]], resolution: Resolution, config: Config, minter: Minter
) -> list[Statements]:
    said: dict[str, list[Any]] = {paper.id: [] for paper, _ in found}
    for entity in resolution.papers:
        said[entity.paper].append(entity)
    least = config.claims.least_confidence
    return [state(paper, said[paper.id], findings, minter=minter, least=least) for paper, findings in found]


def _kept(entities: Sequence[Entity], statements: Sequence[Statements], minter: Minter) -> list[tuple[Entity, int]]:
    """Return the entities that some paper claims, with the number of those papers, and all above them."""
    counts = paper_counts(claim for each in statements for claim in each.claims)
    by_key = {(e.type, e.key): e for e in entities}
    wanted = [e for e in entities if counts[minter.entity(e.type, e.key)]]
    kept: dict[tuple[str, str], Entity] = {}
    while wanted:
        entity = wanted.pop()
        if (entity.type, entity.key) not in kept:
            kept[entity.type, entity.key] = entity
            wanted += [by_key[entity.type, key] for key in entity.broader]
    return [(e, counts[minter.entity(e.type, e.key)]) for _, e in sorted(kept.items())]


def _broader(entities: Sequence[Entity], minter: Minter) -> Iterator[tuple[str, str]]:
    """Yield what is a kind of what by the taxonomies and by names, as IRIs."""
    for entity in entities:
        for key in entity.broader:
            yield minter.entity(entity.type, entity.key), minter.entity(entity.type, key)


def _links(entities: Sequence[Entity], agents: Agents, linker: Linker | None) -> tuple[Links, Agents]:
    """Return what the entities are in the vocabularies of others, and the agents with the one that says so."""
    if linker is None:
        return {}, agents
    return link_entities(entities, linker), replace(agents, links=Agent("links to vocabularies", linker.version))


def _analytics(
    statements: Sequence[Statements], entities: Sequence[tuple[Entity, int]], config: Config, minter: Minter
) -> Iterator[Quad]:
    papers = [PaperNode(minter.paper(s.paper.id), s.paper.title, s.paper.year) for s in statements]
    nodes = [EntityNode(minter.entity(e.type, e.key), e.name, e.type, count) for e, count in entities]
    edges = [
        Edge(c.subject, c.object, c.predicate, c.confidence, minter.paper(c.paper))
        for s in statements
        for c in s.claims
    ]
    edges += [Edge(narrow, broad, "broader") for narrow, broad in _broader([e for e, _ in entities], minter)]
    of_papers: dict[Hashable, Sequence[str]] = dict(paper_topics(papers, nodes, edges).items())
    for name, graph, topics in (
        ("entities", entity_graph(papers, nodes, edges), None),
        ("papers", paper_graph(papers, nodes, edges), of_papers),
    ):
        measured = measure(graph, seed=config.analytics.seed, sample_above=config.analytics.sample_above)
        yield from measure_quads(name, measured, community_labels(graph, measured, topics=topics), minter=minter)


def _quads(
    statements: Sequence[Statements],
    entities: Sequence[tuple[Entity, int]],
    links: Links,
    measures: Iterable[Quad],
    agents: Agents,
    minter: Minter,
) -> Iterator[Quad]:
    support = supported((c for s in statements for c in s.claims), (d for s in statements for d in s.denials))
    for each in statements:
        yield from paper_quads(each.paper, minter=minter)
        yield from statement_quads(each, agents, support, minter=minter)
    for entity, count in entities:
        yield from entity_quads(entity, count, minter=minter)
        if agents.links:
            yield from link_quads(entity, links.get((entity.type, entity.key), ()), agents.links, minter=minter)
    yield from scheme_quads(TYPES, minter=minter)
    yield from agent_quads(agents, minter=minter)
    yield from measures
    yield from ontology_quads(minter=minter)


def _manifest(
    quads: Sequence[Quad],
    statements: Sequence[Statements],
    entities: Sequence[tuple[Entity, int]],
    links: Links,
    agents: Agents,
    config: Config,
    problems: int,
    left_out: int,
) -> dict[str, Any]:
    digest = hashlib.sha256(nquads(quads))
    papers = hashlib.sha256("\n".join(f"{s.paper.id} {text_hash(s.paper)}" for s in statements).encode())
    claims = Counter("relations" if c.between else "roles" for s in statements for c in s.claims)
    return {
        "layout": LAYOUT,
        "snapshot": digest.hexdigest()[:16],
        "graph_sha256": digest.hexdigest(),
        "papers": f"{papers.hexdigest()[:16]}.parquet",
        "papers_sha256": papers.hexdigest(),
        "settings": kept_settings(config),
        "base": config.base,
        "seed": config.analytics.seed,
        "least_confidence": config.claims.least_confidence,
        "least_alone": config.resolve.least_alone,
        "agents": {
            kind: {"name": agent.name, "version": agent.version}
            for kind, agent in (
                ("extractor", agents.extractor), ("relations", agents.relations), ("results", agents.results),
                ("links", agents.links),
            )
            if agent is not None
        },
        "counts": {
            "papers": len(statements),
            "entities": _by_type(entities),
            "claims": dict(sorted(claims.items())),
            "results": sum(len(s.results) for s in statements),
            "links": sum(map(len, links.values())),
            "quads": len(quads),
            "problems": problems,
            "left_out": left_out,
        },
    }  # fmt: skip


def _by_type(entities: Sequence[tuple[Entity, int]]) -> Mapping[str, int]:
    counts = Counter(entity.type for entity, _ in entities)
    return {type_: counts[type_] for type_ in TYPES}


@contextmanager
def _writing(out: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise WorkspaceError(out, f"cannot be written: {error}; its graph is the one before") from error


@contextmanager
def _timed(stage: str, seconds: dict[str, float]) -> Iterator[None]:
    started = time.perf_counter()
    yield
    seconds[stage] = time.perf_counter() - started
