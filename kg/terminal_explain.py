"""How the command line tells what `kg.explain` found: quotes first, below each who says so and how surely."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from kg.explain import About, Connection, Entry, Neighbour, Together
from kg.quotes import Quote, Said, SaidResult, Source

#: How names are shown in quotes: those of the entities asked for, and those of others.
STYLES: Final = ("bold cyan", "bold magenta", "bold green")
#: Most other names that are listed of an entity.
_LISTED: Final = 8

_PHRASES: Final = {"subClassOf": "is a kind of"}


def tell(found: Entry | Connection, console: Console) -> None:
    """Print what a graph says of an entity, or why it links two."""
    for indent, line in _entry(found) if isinstance(found, Entry) else _link(found):
        if console.is_terminal:
            console.print(Padding(line, (0, 0, 0, indent)), highlight=False)
        else:  # a file or a pipe gets each sentence on one line
            console.print(Text(" " * indent) + line, highlight=False, soft_wrap=True)


def _entry(found: Entry) -> Iterator[tuple[int, Text]]:
    about = found.entity
    styles = {about.iri: STYLES[0]}
    yield from _introduced(about, STYLES[0])
    if not found.roles and not found.neighbours:
        yield 0, Text()
        hint = "; its narrower entities have claims" if about.narrower else ""
        yield 0, Text(f"No claim of the graph is about it{hint}.")
    if found.roles:
        yield from _heading("In papers", len(found.roles), found.roles_found)
        for claim in found.roles:
            yield from _quoted(claim.quotes, styles, 2)
            yield 4, _cited(claim.paper, _phrase(claim.predicate), *_standing(claim))
    if found.neighbours:
        yield from _heading("Related to", len(found.neighbours), found.neighbours_found)
        for neighbour in found.neighbours:
            yield from _neighbour(neighbour, styles)


def _neighbour(neighbour: Neighbour, styles: Mapping[str, str]) -> Iterator[tuple[int, Text]]:
    entity = neighbour.entity
    styles = {**styles, entity.iri: STYLES[1]}
    counted = _papers(neighbour.papers)
    yield 2, Text.assemble((entity.name, STYLES[1]), f" ({entity.type}), {counted}")
    for claim in neighbour.claims:
        yield from _claim(claim, styles, 4)
    if neighbour.found > len(neighbour.claims):
        yield 4, Text(f"and {neighbour.found - len(neighbour.claims):,} more claims", "dim")


def _link(found: Connection) -> Iterator[tuple[int, Text]]:
    styles = {found.one.iri: STYLES[0], found.other.iri: STYLES[1]}
    yield from _introduced(found.one, STYLES[0])
    yield from _introduced(found.other, STYLES[1])
    if found.kinds:
        yield 0, Text()
        yield 0, Text(" is a kind of ".join(found.kinds) + " (taxonomy).")
    if found.claims:
        yield from _heading("Linked by", len(found.claims), found.claims_found)
        for claim in found.claims:
            yield from _claim(claim, styles, 2)
    if found.results:
        yield from _heading("Results that name both", len(found.results), found.results_found)
        before: tuple[Quote, ...] = ()
        for figure in found.results:
            # a sentence often tells several figures
            yield from _figure(figure, styles, quoted=figure.quotes != before)
            before = figure.quotes
    if found.together:
        yield from _heading("No claim links them; papers that mention both", len(found.together), found.together_found)
        for together in found.together:
            yield from _together(together, styles)
    if found.path:
        yield from _heading("No paper mentions both; the shortest way from one to the other", 0, 0)
        for claim in found.path:
            yield from _claim(claim, styles, 2)
    if not (found.kinds or found.claims or found.results or found.together or found.path):
        yield 0, Text()
        yield 0, Text("Nothing in the graph links them.")


def _figure(figure: SaidResult, styles: Mapping[str, str], *, quoted: bool) -> Iterator[tuple[int, Text]]:
    if quoted:
        yield from _quoted(figure.quotes, {**styles, figure.iri: STYLES[2]}, 2)
    parts = (f"{part} {name}" for part, name in figure.parts.items())
    yield 4, Text.assemble((figure.value, STYLES[2]), f": {', '.join(parts)}")
    yield 4, _cited(figure.paper, *_standing(figure))


def _together(together: Together, styles: Mapping[str, str]) -> Iterator[tuple[int, Text]]:
    yield from _quoted(together.quotes, styles, 2)
    roles = (f"{_phrase(role.predicate)} {role.object.name}, {', '.join(_standing(role))}" for role in together.roles)
    yield 4, _cited(together.paper, *roles)


def _introduced(about: About, style: str) -> Iterator[tuple[int, Text]]:
    slug = "/".join(about.iri.rsplit("/", 2)[-2:])
    yield 0, Text.assemble((about.name, style), f" ({about.type}), {_papers(about.papers)}  ", (slug, "dim"))
    for heading, names in (
        ("also called", about.aliases),
        ("a kind of", about.broader),
        ("kinds of it", about.narrower),
    ):
        if names:
            more = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
            yield 2, Text(f"{heading}: {', '.join(names[:_LISTED])}{more}", "dim")


def _heading(title: str, shown: int, found: int) -> Iterator[tuple[int, Text]]:
    of = f" (first {shown:,} of {found:,})" if shown < found else ""
    yield 0, Text()
    yield 0, Text.assemble((title, "bold"), of)


def _quoted(quotes: Iterable[Quote], styles: Mapping[str, str], indent: int) -> Iterator[tuple[int, Text]]:
    for quote in quotes:
        text = Text(f"“{quote.text}”")
        for mark in quote.marks:
            text.stylize(styles.get(mark.names, STYLES[2]), mark.start + 1, mark.end + 1)
        yield indent, text


def _claim(claim: Said, styles: Mapping[str, str], indent: int) -> Iterator[tuple[int, Text]]:
    yield from _quoted(claim.quotes, styles, indent)
    said = f"{_phrase(claim.predicate)} {claim.object.name}"
    if claim.subject.iri == claim.paper.iri:
        yield indent + 2, _cited(claim.paper, said, *_standing(claim))
        return
    ends = [(end.name, styles.get(end.iri, STYLES[2])) for end in (claim.subject, claim.object)]
    yield indent + 2, Text.assemble(ends[0], f" {_phrase(claim.predicate)} ", ends[1])
    yield indent + 2, _cited(claim.paper, *_standing(claim))


def _cited(paper: Source, *more: str) -> Text:
    year = f", {paper.year}" if paper.year else ""
    return Text.assemble((paper.title, "italic"), f" ({paper.id}{year}); ", "; ".join(more))


def _standing(said: Said | SaidResult) -> Iterator[str]:
    """Words on how sure a claim or result is."""
    yield f"confidence {said.confidence:.2f}"
    if said.status:
        yield said.status
    if isinstance(said, Said) and said.derived:
        yield "derived by rule"


def _papers(number: int) -> str:
    return f"{number:,} paper{'' if number == 1 else 's'}"


def _phrase(predicate: str) -> str:
    """Return a predicate as words: ``usedFor`` is "used for"."""
    return _PHRASES.get(predicate) or re.sub(r"(?<=[a-z])(?=[A-Z])", " ", predicate).lower()
