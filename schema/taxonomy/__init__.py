"""The curated SKOS taxonomies: reading them, walking them, and checking their files.

>>> nano = load("Hardware")["jetson-nano"]
>>> nano.label, nano.broader
('Jetson Nano', ('jetson',))
>>> "edge-device" in ancestors(load("Hardware"), "jetson-nano")
True
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeAlias

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from schema.vocab import DCTERMS, KG, RDF, RDFS, SKOS

__all__ = ["TAXONOMIES", "Concept", "ancestors", "fold", "lint", "load", "narrower"]

#: File of each entity type that has a taxonomy.
TAXONOMIES: Final[dict[str, Path]] = {
    type_: Path(__file__).resolve().parent / f"{name}.ttl"
    for type_, name in (
        ("Method", "methods"),
        ("Task", "tasks"),
        ("Dataset", "datasets"),
        ("Hardware", "hardware"),
        ("Metric", "metrics"),
    )
}

#: Objects of a subject by predicate, as the file orders them.
_Record: TypeAlias = dict[str, list[NamedNode | Literal]]

_TYPE: Final = str(RDF.type)
_CONCEPT: Final = str(SKOS.Concept)
_SCHEME: Final = str(SKOS.ConceptScheme)
_IN_SCHEME: Final = str(SKOS.inScheme)
_LABEL: Final = str(SKOS.prefLabel)
_ALT: Final = str(SKOS.altLabel)
_BROADER: Final = str(SKOS.broader)
_DEFINITION: Final = str(SKOS.definition)
_TOP: Final = str(SKOS.hasTopConcept)
_TITLE: Final = str(DCTERMS.title)
_DESCRIPTION: Final = str(DCTERMS.description)
_ALLOWED: Final = frozenset({_TYPE, _IN_SCHEME, _LABEL, _ALT, _BROADER, _DEFINITION})
_ALLOWED_OF_SCHEME: Final = frozenset({_TYPE, _TITLE, _DESCRIPTION, str(RDFS.label), _TOP})
_KEY: Final = re.compile(r"https://w3id\.org/paperkg/id/[a-z]+/([a-z0-9]+(?:-[a-z0-9]+)*)")


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept of a taxonomy.

    Attributes
    ----------
    key : str
        Slug: lower-case ASCII letters and digits, joined by hyphens.
    label : str
        Preferred name, in the singular.
    alt : tuple of str
        Other names that papers use, sorted without regard to case.
    broader : tuple of str
        Keys of the concepts right above, sorted; empty for a top concept.
    definition : str
        One short sentence.
    """

    key: str
    label: str
    alt: tuple[str, ...]
    broader: tuple[str, ...]
    definition: str


@cache
def load(type_: str) -> dict[str, Concept]:
    """Concepts of an entity type's taxonomy by key, sorted; read once, so do not change it.

    Raises
    ------
    ValueError
        There is no taxonomy of that type, or its file is not Turtle.

    Examples
    --------
    >>> load("Hardware")["fpga"].label
    'FPGA'
    """
    if type_ not in TAXONOMIES:
        raise ValueError(f"no taxonomy of type {type_!r}; there is one of: {', '.join(sorted(TAXONOMIES))}")
    concepts = {}
    for iri, record in _records(TAXONOMIES[type_]).items():
        if _CONCEPT in _values(record, _TYPE):
            key = _name(iri)
            concepts[key] = Concept(
                key=key,
                label="".join(_values(record, _LABEL)[:1]),
                alt=tuple(_values(record, _ALT)),
                broader=tuple(sorted(_name(other) for other in _values(record, _BROADER))),
                definition="".join(_values(record, _DEFINITION)[:1]),
            )
    return dict(sorted(concepts.items()))


def narrower(concepts: Mapping[str, Concept]) -> dict[str, tuple[str, ...]]:
    """Keys of the concepts right below each concept, sorted; empty for a leaf.

    >>> "jetson-nano" in narrower(load("Hardware"))["jetson"]
    True
    """
    below: dict[str, list[str]] = {key: [] for key in concepts}
    for key, concept in concepts.items():
        for above in concept.broader:
            below[above].append(key)
    return {key: tuple(sorted(keys)) for key, keys in below.items()}


def ancestors(concepts: Mapping[str, Concept], key: str) -> tuple[str, ...]:
    """Keys of all concepts above one, however far, sorted; without the concept itself.

    Raises
    ------
    KeyError
        The key names no concept.

    Examples
    --------
    >>> ancestors(load("Hardware"), "davis346")[-1]
    'sensor'
    """
    found: set[str] = set()
    ahead = list(concepts[key].broader)
    while ahead:
        above = ahead.pop()
        if above not in found:
            found.add(above)
            ahead.extend(concepts[above].broader)
    return tuple(sorted(found - {key}))


def fold(label: str) -> str:
    """Label without what does not tell names apart: case, hyphens, spaces, and the plural s at its end.

    >>> fold("RGB-D Cameras") == fold("RGBD camera")
    True
    >>> fold("DVS"), fold("AVs"), fold("bus")
    ('dvs', 'av', 'bus')
    """
    plain = re.sub(r"[\s_\u2010-\u2015-]+", "", unicodedata.normalize("NFKC", label))
    # An "s" after a capital is a plural even in a short name (AVs), a capital S is part of it (DVS, DAVIS).
    if re.search(r"[A-Z\d]s$|[^\W\d_]{3}(?<![sui])s$", plain):
        plain = plain[:-1]
    return plain.casefold()


def lint(path: Path) -> list[str]:
    """Problems of a taxonomy file, each with the concept it is about; empty for a sound file.

    Examples
    --------
    >>> lint(TAXONOMIES["Hardware"])
    []
    """
    try:
        records = _records(path)
    except ValueError as error:
        return [str(error)]
    schemes = [iri for iri, record in records.items() if _SCHEME in _values(record, _TYPE)]
    if len(schemes) != 1:
        return [f"{len(schemes)} concept schemes; a taxonomy has exactly one"]
    scheme = records.pop(schemes[0])
    problems = list(_scheme_problems(scheme))
    for iri, record in records.items():
        problems += [f"{_name(iri)}: {problem}" for problem in _concept_problems(iri, record, schemes[0])]
    problems += _order_problems(records)
    problems += _label_problems(records)
    problems += _tree_problems(records, _values(scheme, _TOP))
    return problems


def _records(path: Path) -> dict[str, _Record]:
    """Return the subjects of a Turtle file in its order."""
    records: dict[str, _Record] = {}
    try:
        for quad in parse(path=path, format=RdfFormat.TURTLE):
            subject, value = quad.subject, quad.object
            if not isinstance(subject, NamedNode) or not isinstance(value, NamedNode | Literal):
                raise ValueError(f"{path.name}: {subject} has a blank node; a taxonomy names everything")
            records.setdefault(subject.value, defaultdict(list))[quad.predicate.value].append(value)
    except SyntaxError as error:
        raise ValueError(f"{path.name}: not Turtle: {error}") from error
    return records


def _values(record: _Record, predicate: str) -> list[str]:
    return [term.value for term in record.get(predicate, [])]


def _name(iri: str) -> str:
    """Return the last part of an IRI: the key of a concept."""
    return iri.rsplit("/", 1)[-1]


def _scheme_problems(scheme: _Record) -> Iterator[str]:
    for predicate, name in ((_TITLE, "dcterms:title"), (_DESCRIPTION, "dcterms:description")):
        if not any(value.strip() for value in _values(scheme, predicate)):
            yield f"scheme: no {name}"
    for predicate in sorted(set(scheme) - _ALLOWED_OF_SCHEME):
        yield f"scheme: unexpected property {predicate}"


def _concept_problems(iri: str, record: _Record, scheme: str) -> Iterator[str]:
    if not _KEY.fullmatch(iri):
        yield f"bad slug in {iri}; right would be lower-case ASCII words joined by hyphens"
    types = _values(record, _TYPE)
    if _CONCEPT not in types or sum(type_.startswith(str(KG)) for type_ in types) != 1:
        yield "not typed as skos:Concept and one class of the ontology"
    if _values(record, _IN_SCHEME) != [scheme]:
        yield f"not skos:inScheme <{scheme}> and no other"
    labels = [label for label in _values(record, _LABEL) if label.strip()]
    if not labels:
        yield "no skos:prefLabel"
    if len(labels) > 1:
        yield f"{len(labels)} prefLabels; a concept has one: {', '.join(labels)}"
    definitions = _values(record, _DEFINITION)
    if not definitions:
        yield "no skos:definition"
    if len(definitions) > 1 or not all(text.endswith(".") for text in definitions):
        yield "skos:definition is not one sentence that ends in a full stop"
    for predicate in (_LABEL, _ALT, _DEFINITION):
        for term in record.get(predicate, []):
            if not isinstance(term, Literal) or term.language != "en":
                yield f"{term} is no text tagged @en"
    for predicate in sorted(set(record) - _ALLOWED):
        yield f"unexpected property {predicate}"


def _order_problems(records: Mapping[str, _Record]) -> Iterator[str]:
    keys = [_name(iri) for iri in records]
    for before, after in pairwise(keys):
        if after < before:
            yield f"{after}: wrong order; it stands after {before}"
    for iri, record in records.items():
        labels = _values(record, _ALT)
        if labels != sorted(labels, key=lambda label: (label.casefold(), label)):
            yield f"{_name(iri)}: wrong order of altLabels; sort them without regard to case"
        above = _values(record, _BROADER)
        if above != sorted(above):
            yield f"{_name(iri)}: wrong order of broader concepts; sort them"


def _label_problems(records: Mapping[str, _Record]) -> Iterator[str]:
    owners: dict[str, tuple[str, str]] = {}
    for iri, record in records.items():
        for label in _values(record, _LABEL)[:1] + _values(record, _ALT):
            other, written = owners.setdefault(fold(label), (iri, label))
            if other != iri:
                yield f"{_name(iri)}: label {label!r} is shared with {_name(other)} ({written!r})"
            elif written != label or _values(record, _ALT).count(label) > 1:
                yield f"{_name(iri)}: label {label!r} repeats {written!r}; names are folded before they are compared"


def _tree_problems(records: Mapping[str, _Record], tops: list[str]) -> Iterator[str]:
    above = {iri: _values(record, _BROADER) for iri, record in records.items()}
    for top in tops:
        if top not in above:
            yield f"scheme: unknown top concept {_name(top)}"
        elif above[top]:
            yield f"{_name(top)}: top concept with a broader one"
    for iri, broader in above.items():
        if not broader and iri not in tops:
            yield f"{_name(iri)}: orphan: no skos:broader and no top concept"
        for other in broader:
            if other not in above:
                yield f"{_name(iri)}: unknown broader concept {_name(other)}"
        seen: set[str] = set()
        ahead = list(broader)
        while ahead:
            other = ahead.pop()
            if other not in seen:
                seen.add(other)
                ahead.extend(above.get(other, []))
        if iri in seen:
            yield f"{_name(iri)}: cycle: it is broader than itself"
