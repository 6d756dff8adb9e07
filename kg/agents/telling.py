"""Answers in words: what a model reads beside the structured answer, a line for each thing.

Names and quotes come from papers. Each stands on one line, whatever is in it, so that no text of a
paper can look like a line of ours. Papers are cited by number and listed once, at the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import singledispatch
from typing import Final

from kg.agents.answers import (
    Cited,
    Described,
    DescribedPaper,
    Edge,
    Entry,
    Evidence,
    Figure,
    Found,
    Hit,
    Neighbours,
    Node,
    Paths,
    Quoted,
    Rows,
    Statement,
)  # fmt: skip

__all__ = ["told"]

#: Longest quote of a list, in characters; `evidence` gives all of it.
_GLANCE: Final = 240


class _References:
    """Papers in the order in which they are cited."""

    def __init__(self) -> None:
        self._papers: dict[str, Cited] = {}

    def mark(self, paper: Cited) -> str:
        """Mark of a paper, such as [1]."""
        self._papers.setdefault(paper.iri, paper)
        return f"[{list(self._papers).index(paper.iri) + 1}]"

    def lines(self) -> list[str]:
        """List of the papers."""
        return [f"[{number}] {_source(paper)}" for number, paper in enumerate(self._papers.values(), 1)]


@singledispatch
def told(answer: object) -> str:
    """Answer in words."""
    raise TypeError(f"no words for {type(answer).__name__}")


@told.register
def _(answer: Found) -> str:
    if not answer.hits:
        return "Nothing has such a name. Try fewer or other words."
    lines = [_hit(hit) for hit in answer.hits]
    return _joined([f"{answer.total:,} found:", *lines], answer.next)


def _hit(hit: Hit) -> str:
    about = [_many(hit.papers, "paper") if hit.papers is not None else "", str(hit.year or ""), hit.matched]
    definition = f" - {_line(hit.definition, _GLANCE)}" if hit.definition else ""
    return f"- {_line(hit.name)} ({hit.type}; {'; '.join(filter(None, about))}) <{hit.iri}>{definition}"


@told.register
def _(answer: Entry) -> str:
    return _entity(answer.entity) if answer.entity else _paper(answer.paper) if answer.paper else ""


def _entity(answer: Described) -> str:
    lines = [f"{_line(answer.name)} ({answer.type}) <{answer.iri}>"]
    if answer.definition:
        lines.append(f"definition: {_line(answer.definition)}")
    if answer.aliases:
        more = answer.aliases_total - len(answer.aliases)
        lines.append(f"other names: {', '.join(map(_line, answer.aliases))}{f' and {more:,} more' if more else ''}")
    if answer.broader:
        lines.append(f"a kind of: {_names(answer.broader)}")
    if answer.narrower:
        more = answer.narrower_total - len(answer.narrower)
        lines.append(f"kinds of it: {_names(answer.narrower)}{f' and {more:,} more' if more else ''}")
    lines.append(f"in {_many(answer.papers, 'paper')}" + (f" ({_counts(answer.roles)})" if answer.roles else ""))
    if answer.relations:
        lines.append(f"edges to other entities: {_counts(answer.relations)}")
    if answer.community:
        lines.append(f"community: {_line(answer.community)}")
    lines += [f"{link.match} match: <{link.iri}> ({link.score:.2f})" for link in answer.links]
    return "\n".join(lines)


def _paper(answer: DescribedPaper) -> str:
    lines = [f"{_line(answer.name)} (Paper, {answer.id}) <{answer.iri}>"]
    known = [str(answer.year or ""), answer.venue or "", ", ".join(answer.authors), answer.url or ""]
    if any(known):
        lines.append(_line("; ".join(filter(None, known))))
    if answer.abstract:
        lines.append(f"abstract: {_line(answer.abstract)}")
    lines += [f"{role}: {_names(nodes)}" for role, nodes in answer.entities.items()]
    if answer.results:
        lines.append(f"{_many(answer.results_total, 'figure')}, the surest:")
        lines += [_figure(figure, None) for figure in answer.results]
    return "\n".join(lines)


@told.register
def _(answer: Neighbours) -> str:
    cited = _References()
    head = f"{_line(answer.node.name)} ({answer.node.type}) <{answer.node.iri}>: {_many(answer.total, 'edge')}"
    return _joined([head, *(_edge(edge, cited) for edge in answer.edges), *cited.lines()], answer.next)


def _edge(edge: Edge, cited: _References) -> str:
    arrow = f"-{edge.predicate}->" if edge.direction == "out" else f"<-{edge.predicate}-"
    sure = f"{edge.confidence:.2f}, {_many(edge.papers, 'paper')}" if edge.confidence is not None else edge.source
    hedged = ", hedged" if edge.status != "stated" else ""
    line = f"- {arrow} {_line(edge.node.name)} ({edge.node.type}) <{edge.node.iri}> ({sure}{hedged})"
    if edge.quote and edge.paper:
        mark = "" if edge.paper.iri == edge.node.iri else f" {cited.mark(edge.paper)}"
        line += f"\n    {_quote(edge.quote, _GLANCE)}{mark}"
    return line


@told.register
def _(answer: Paths) -> str:
    cited = _References()
    ends = f"{_line(answer.one.name)} and {_line(answer.other.name)}"
    lines = [f"Shortest paths ({_many(answer.length or 0, 'step')}) between {ends}, the surest first:"]
    if not answer.paths:
        lines = [f"No path of claims so short links {ends}; a larger max_length (6 at most) may find one."]
    for number, route in enumerate(answer.paths, 1):
        lines.append(f"{number}. {' - '.join(_line(node.name) for node in route.nodes)} ({route.confidence:.2f})")
        lines += [_statement(step, cited, _GLANCE) for step in route.steps]
    if answer.kinds:
        lines.append(f"By the taxonomy: {' is a kind of '.join(_line(node.name) for node in answer.kinds)}.")
    return "\n".join([*lines, *cited.lines()])


@told.register
def _(answer: Evidence) -> str:
    cited = _References()
    lines = [f"{_many(answer.claims_total, 'claim')}, {_many(answer.figures_total, 'figure')}"]
    if not answer.claims and not answer.figures:
        lines.append("No paper says more here; `paths` finds longer ways between two nodes.")
    lines += [_statement(claim, cited) for claim in answer.claims]
    lines += [_figure(figure, cited) for figure in answer.figures]
    return _joined([*lines, *cited.lines()], answer.next)


def _statement(claim: Statement, cited: _References, most: int | None = None) -> str:
    about = [f"{claim.confidence:.2f}", claim.status if claim.status != "stated" else ""]
    about.append("derived" if claim.derived else "")
    head = f"- {_line(claim.subject.name)} {claim.predicate} {_line(claim.object.name)}"
    return f"{head} ({', '.join(filter(None, about))}) <{claim.iri}>{_quotes(claim.quotes, claim.paper, cited, most)}"


def _figure(figure: Figure, cited: _References | None) -> str:
    of = ", ".join(f"{part}: {_line(name)}" for part, name in figure.of.items())
    hedged = f", {figure.status}" if figure.status != "stated" else ""
    head = f"- {_line(figure.value)} [{of}] ({figure.confidence:.2f}{hedged}) <{figure.iri}>"
    return head + _quotes(figure.quotes, figure.paper, cited, None)


def _quotes(quotes: Iterable[Quoted], paper: Cited, cited: _References | None, most: int | None) -> str:
    mark = f" {cited.mark(paper)}" if cited else ""
    return "".join(f"\n    {_quote(each.text, most)}{mark} at {each.start}-{each.end}" for each in quotes)


@told.register
def _(answer: Rows) -> str:
    if answer.truth is not None:
        return "yes" if answer.truth else "no"
    if answer.graph is not None:
        text = answer.graph or "no triples"
    else:
        cells = [[_cell(row.get(name)) for name in answer.variables] for row in answer.rows]
        text = "\n".join(" | ".join(row) for row in ([*answer.variables], *cells)) if cells else "no rows"
    cut = "\n(cut here: say LIMIT and OFFSET, or ask for less)" if answer.more else ""
    return text + cut + ("\n(long values are shortened)" if answer.shortened else "")


def _cell(value: object) -> str:
    if value is None:
        return ""
    return _line(value) if isinstance(value, str) else json.dumps(value)


def _joined(lines: Iterable[str], cursor: str | None) -> str:
    return "\n".join(lines) + (f"\nmore: cursor {cursor}" if cursor else "")


def _names(nodes: Iterable[Node]) -> str:
    return ", ".join(f"{_line(node.name)} <{node.iri}>" for node in nodes)


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items())


def _many(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _quote(text: str, most: int | None) -> str:
    return f'"{_line(text, most)}"'


def _source(paper: Cited) -> str:
    year = f", {paper.year}" if paper.year else ""
    return f"{_line(paper.title)}{year}; {paper.id} <{paper.iri}>"


def _line(text: str | None, most: int | None = None) -> str:
    """Return a text on one line, without characters that steer a terminal, shortened where it is too long."""
    shown = "".join(c if c.isprintable() or c.isspace() else "\N{REPLACEMENT CHARACTER}" for c in text or "")
    plain = " ".join(shown.split())
    return plain if most is None or len(plain) <= most else f"{plain[: most - 1]}…"
