"""Commands about links to the vocabularies of others: `kg links index`, `kg links show`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from kg import terminal
from kg.commands import told
from kg.linking.index import ACM, OPENCS, SHIPPED, Scheme, build_index, read_vocabulary
from kg.linking.match import Linker
from kg.model import TYPES, EntityType

app = typer.Typer(
    name="links",
    help="Link entities to concepts that others keep: OpenCS, the ACM classification.",
    no_args_is_help=True,
)


@app.command()
@told
def index(
    out: Annotated[Path, typer.Option("--out", "-o", help="Index to write; `links.index` of the settings.")],
    opencs: Annotated[
        Path | None, typer.Option("--opencs", help="OpenCS: the Turtle file, plain or .gz (CC BY 4.0).")
    ] = None,
    acm: Annotated[
        Path | None,
        typer.Option(
            "--acm",
            help="ACM CCS 2012: the SKOS file in RDF/XML that ACM gives out. Its terms allow personal and "
            "educational use only, so neither it nor an index with it comes with this package.",
        ),
    ] = None,
) -> None:
    """Make the index that entities are linked by, of one vocabulary or both.

    OpenCS alone needs no index: it ships. With the ACM classification in it, keep the index to yourself.
    """
    given: list[tuple[Scheme, Path]] = [(s, path) for s, path in ((OPENCS, opencs), (ACM, acm)) if path is not None]
    if not given:
        raise typer.BadParameter("name a file of at least one vocabulary", param_hint="--opencs / --acm")
    answers, aside = terminal.consoles()
    with aside.status("Reading vocabularies ..."):
        read = [read_vocabulary(path, scheme) for scheme, path in given]
        build_index(read, out)
    for vocabulary in read:
        answers.print(f"{len(vocabulary.concepts):,} concepts of {vocabulary.scheme.title}", highlight=False)
    answers.print(f"{out} ({out.stat().st_size:,} bytes)", highlight=False, soft_wrap=True)


@app.command()
@told
def show(
    name: Annotated[str, typer.Argument(metavar="NAME", help="Name of an entity, as papers write it.")],
    type_: Annotated[
        str | None, typer.Option("--type", "-t", help=f"Type of the entity, {', '.join(TYPES)}; all by default.")
    ] = None,
    alias: Annotated[
        list[str] | None, typer.Option("--alias", "-a", help="Another name of the entity; repeat for several.")
    ] = None,
    broader: Annotated[
        list[str] | None, typer.Option("--broader", "-b", help="Name of what is right above it; repeat for several.")
    ] = None,
    path: Annotated[Path, typer.Option("--index", help="Index that `kg links index` made.")] = SHIPPED,
) -> None:
    """Show the concepts that an entity may be, how sure each is, and which links a graph would get."""
    linker = Linker(path)
    lines = []
    for each in TYPES if type_ is None else (_type(type_),):
        asked = (each, name, alias or (), broader or ())
        made = {link.target: link for link in linker.links(*asked)}
        for found in linker.candidates(*asked):
            label = " < ".join((found.concept.label, *found.above[:2]))
            lines.append(f"{each:<10}{label}: same {found.exact:.2f}, same or close {found.right:.2f}")
            link, page = made.get(found.concept.iri), made.get(found.concept.elsewhere)
            lines.append(f"{'':<10}{link.match if link else 'no link':<12}{found.concept.iri}")
            if page:
                lines.append(f"{'':<10}{page.match:<12}{page.target} ({page.score:.2f})")
    answers, _ = terminal.consoles()
    for line in lines or ["no concept has that name"]:
        answers.print(line, highlight=False, markup=False, soft_wrap=True)


def _type(given: str) -> EntityType:
    for type_ in TYPES:
        if type_.lower() == given.lower():
            return type_
    raise typer.BadParameter(f"{given!r} is none of {', '.join(TYPES)}", param_hint="--type")
