"""Concepts of vocabularies by the keys of their labels: made once of the source files, read from one compact file.

The file is text under xz. Its first line is JSON: the format and the schemes, each with its source
and licence. Then come the concepts, a line each, fields parted by tabs: key, identifier, preferred
label, other labels (parted by ``|``), numbers of the concepts right above, what the source says the
concept is elsewhere. A concept's number is its line's. After an empty line come the keys that are no
preferred label's, with the numbers of their concepts.
"""

from __future__ import annotations

import gzip
import hashlib
import html
import json
import lzma
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from kg.errors import ConfigError, UnreadableFile
from kg.resolve.names import name_key, squeezed
from schema.vocab import SKOS

__all__ = [
    "ACM",
    "OPENCS",
    "SHIPPED",
    "Concept",
    "Index",
    "Scheme",
    "Vocabulary",
    "bare",
    "build_index",
    "label_key",
    "read_bytes",
    "read_vocabulary",
]

#: The index that ships with the package: OpenCS alone.
SHIPPED: Final = Path(__file__).with_name("opencs.idx")
FORMAT: Final = 1
#: What the identifiers that a source says mean the same begin with; the index leaves it out.
ELSEWHERE: Final = "http://dbpedia.org/resource/"

_LABEL: Final = str(SKOS.prefLabel)
_ALT: Final = str(SKOS.altLabel)
_BROADER: Final = str(SKOS.broader)
_MATCHES: Final = (str(SKOS.exactMatch), str(SKOS.closeMatch))
_MAGIC: Final = b"\xfd7zXZ\x00"
_PARENTHESIS: Final = re.compile(r"\s*\([^()]*\)$")


@dataclass(frozen=True, slots=True)
class Scheme:
    """A vocabulary.

    Attributes
    ----------
    name : str
        Short: ``opencs``, ``acm``.
    title, licence, source : str
        What it is called, under which terms it may be used, where it comes from.
    base : str
        What the IRIs of its concepts begin with.
    sha256 : str
        Of the file that was read; empty before one was.
    """

    name: str
    title: str
    licence: str
    source: str
    base: str
    sha256: str = ""


OPENCS: Final = Scheme(
    "opencs",
    "OpenCS, by Piotr Sowiński and the authors of the Microsoft Academic Knowledge Graph",
    "CC BY 4.0, https://creativecommons.org/licenses/by/4.0/",
    "https://github.com/OpenCS-ontology/OpenCS",
    "https://w3id.org/ocs/ont/",
)
ACM: Final = Scheme(
    "acm",
    "ACM Computing Classification System, 2012",
    "ACM: personal and educational use only; not to be passed on",
    "https://dl.acm.org/ccs",
    # the file names concepts by number alone; this is where ACM's library describes them
    "https://dl.acm.org/topic/ccs2012/",
)


@dataclass(frozen=True, slots=True)
class Concept:
    """A concept of a vocabulary.

    Attributes
    ----------
    scheme : str
        Name of its vocabulary.
    iri, label : str
        Its IRI and preferred label.
    others : tuple of str
        Other labels.
    broader : tuple of int
        Numbers of the concepts right above it; in `Vocabulary`, they count from 0 in it.
    elsewhere : str
        IRI of what its source says is the same or close, elsewhere; empty without.
    """

    scheme: str
    iri: str
    label: str
    others: tuple[str, ...] = ()
    broader: tuple[int, ...] = ()
    elsewhere: str = ""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A scheme and its concepts, sorted by key and identifier."""

    scheme: Scheme
    concepts: tuple[Concept, ...]


def label_key(label: str) -> str:
    """Key that two labels of one concept share: as `name_key` has it, without spaces, and no word left out.

    >>> label_key("Graphics Processing Units"), label_key("multi-layer perceptron")
    ('graphicsprocessingunit', 'multilayerperceptron')
    >>> label_key("Multiple encryption") == label_key("Encryption")
    False
    """
    # the word before keeps `name_key` from dropping "multiple", which in a vocabulary is part of the name
    return squeezed(name_key(f"x {label}")[2:])


def bare(label: str) -> str:
    """Label without the parenthesis at its end that tells its sense.

    >>> bare("Latency (engineering)"), bare("Latency")
    ('Latency', 'Latency')
    """
    return _PARENTHESIS.sub("", label)


def read_vocabulary(path: Path, scheme: Scheme) -> Vocabulary:
    """Concepts of a SKOS file: Turtle or RDF/XML, plain or under gzip.

    Raises
    ------
    UnreadableFile
        When there is no such file, or it is no RDF with SKOS concepts.
    """
    labels: dict[str, str] = {}
    facts: dict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    try:
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        with _opened(path) as stream:
            for triple in parse(stream, format=_format(path), base_iri=scheme.base):
                subject, predicate, value = triple.subject, triple.predicate.value, triple.object
                if not isinstance(subject, NamedNode) or not subject.value.startswith(scheme.base):
                    continue
                if isinstance(value, Literal) and (value.language or "en").startswith("en"):
                    text = " ".join(html.unescape(value.value).split())
                    if predicate == _LABEL:
                        labels[subject.value] = text
                    elif predicate == _ALT:
                        facts[subject.value][_ALT].append(text)
                elif isinstance(value, NamedNode) and predicate in (_BROADER, *_MATCHES):
                    facts[subject.value][predicate].append(value.value)
    except (OSError, EOFError, SyntaxError, ValueError) as error:
        raise UnreadableFile(path, str(error)) from error
    if not labels:
        raise UnreadableFile(path, f"holds no SKOS concept whose IRI begins with {scheme.base}")
    order = sorted(labels, key=lambda iri: (label_key(labels[iri]), len(iri), iri))
    number = {iri: place for place, iri in enumerate(order)}
    concepts = tuple(_concept(scheme, iri, labels[iri], facts[iri], number) for iri in order)
    return Vocabulary(Scheme(*_fields(scheme), digest), concepts)


def _fields(scheme: Scheme) -> tuple[str, str, str, str, str]:
    return scheme.name, scheme.title, scheme.licence, scheme.source, scheme.base


def _concept(
    scheme: Scheme, iri: str, label: str, facts: Mapping[str, Sequence[str]], number: Mapping[str, int]
) -> Concept:
    same = sorted(other for match in _MATCHES for other in facts.get(match, ()) if other.startswith(ELSEWHERE))
    elsewhere = same[0] if same else ""
    # a bar parts the names in the file
    names = {name.replace("|", " ") for name in (*facts.get(_ALT, ()), _title(elsewhere)) if name}
    others = tuple(sorted(name for name in names if label_key(name) != label_key(label)))
    above = tuple(sorted({number[other] for other in facts.get(_BROADER, ()) if other in number}))
    return Concept(scheme.name, iri, label, others, above, elsewhere)


def _title(elsewhere: str) -> str:
    """Return the title of a page of DBpedia, which is another label of the concept."""
    return unquote(elsewhere.removeprefix(ELSEWHERE)).replace("_", " ")


def _opened(path: Path) -> BinaryIO:
    packed = path.open("rb").read(2) == b"\x1f\x8b"
    return cast(BinaryIO, gzip.open(path)) if packed else path.open("rb")


def _format(path: Path) -> RdfFormat:
    suffix = path.name.removesuffix(".gz").rpartition(".")[2]
    return RdfFormat.RDF_XML if suffix in ("xml", "rdf", "owl") else RdfFormat.TURTLE


def build_index(vocabularies: Sequence[Vocabulary], path: Path) -> None:
    """Write the index of some vocabularies; the same concepts give the same bytes.

    Raises
    ------
    UnreadableFile
        When the file cannot be written.
    """
    head = {
        "format": FORMAT,
        "schemes": [
            {**{name: getattr(v.scheme, name) for name in Scheme.__slots__}, "concepts": len(v.concepts)}
            for v in vocabularies
        ],
    }
    lines = [json.dumps(head, ensure_ascii=False, sort_keys=True)]
    further: dict[str, list[int]] = defaultdict(list)
    offset = 0
    for vocabulary in vocabularies:
        for place, concept in enumerate(vocabulary.concepts, offset):
            key = label_key(concept.label)
            lines.append("\t".join(_line(concept, key, vocabulary.scheme.base, offset)))
            for name in (concept.label, *concept.others):
                for other in {label_key(name), label_key(bare(name))} - {key, ""}:
                    further[other].append(place)
        offset += len(vocabulary.concepts)
    lines.append("")
    lines += [f"{key}\t{' '.join(map(str, sorted(set(places))))}" for key, places in sorted(further.items())]
    try:
        path.write_bytes(lzma.compress("\n".join(lines).encode(), preset=9 | lzma.PRESET_EXTREME))
    except OSError as error:
        raise UnreadableFile(path, f"cannot be written: {error}") from error


def _line(concept: Concept, key: str, base: str, offset: int) -> Iterator[str]:
    tail = concept.elsewhere.removeprefix(ELSEWHERE)
    yield key
    yield concept.iri.removeprefix(base)
    yield concept.label
    yield "|".join(concept.others)
    yield " ".join(str(offset + above) for above in concept.broader)
    # most pages are called as their concept is
    yield "=" if tail and tail == concept.label.replace(" ", "_") else tail


def read_bytes(path: Path) -> bytes:
    """Bytes of an index file.

    Raises
    ------
    ConfigError
        When there is no such file, or it is of another kind.
    """
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise _no_index(path, error) from error
    if not packed.startswith(_MAGIC):
        raise _no_index(path, "it is no xz file")
    return packed


def _no_index(path: Path, problem: object) -> ConfigError:
    return ConfigError("links.index", f"{path} cannot be read: {problem}", "a file that `kg links index` made")


class Index:
    """Concepts by the keys of their labels."""

    def __init__(self, schemes: Sequence[Scheme], sizes: Sequence[int], lines: Sequence[str], keys: Sequence[str]):
        #: The vocabularies, in the order of the file.
        self.schemes = tuple(schemes)
        self._of_line = [(sum(sizes[: n + 1]), scheme) for n, scheme in enumerate(schemes)]
        self._lines = lines
        self._places: dict[str, list[int]] = defaultdict(list)
        for place, line in enumerate(lines):
            self._places[line[: line.index("\t")]].append(place)
        for line in keys:
            key, _, places = line.partition("\t")
            self._places[key].extend(map(int, places.split(" ")))

    @classmethod
    def read(cls, path: Path = SHIPPED) -> Index:
        """Index of a file that `build_index` wrote.

        Raises
        ------
        ConfigError
            When there is no such file, or it is no index of this format.
        """
        packed = read_bytes(path)
        try:
            head, *lines = lzma.decompress(packed).decode().split("\n")
            found: dict[str, Any] = json.loads(head)
            if found["format"] != FORMAT:
                raise ValueError(f"is of format {found['format']}, not {FORMAT}")
            schemes = [Scheme(*(str(one[name]) for name in Scheme.__slots__)) for one in found["schemes"]]
            sizes = [int(one["concepts"]) for one in found["schemes"]]
            end = sum(sizes)
            return cls(schemes, sizes, lines[:end], lines[end + 1 :])
        except (lzma.LZMAError, ValueError, KeyError, TypeError) as error:
            raise _no_index(path, error) from error

    def __len__(self) -> int:
        """Return the number of concepts."""
        return len(self._lines)

    def find(self, key: str) -> tuple[int, ...]:
        """Numbers of the concepts with a label of a key, sorted.

        >>> index = Index.read()
        >>> [index.concept(number).label for number in index.find(label_key("systolic arrays"))]
        ['Systolic array']
        """
        return tuple(sorted(self._places.get(key, ())))

    def concept(self, number: int) -> Concept:
        """Concept of a number."""
        _, local, label, others, broader, tail = self._lines[number].split("\t")
        scheme = next(scheme for end, scheme in self._of_line if number < end)
        elsewhere = label.replace(" ", "_") if tail == "=" else tail
        return Concept(
            scheme.name,
            scheme.base + local,
            label,
            tuple(others.split("|")) if others else (),
            tuple(map(int, broader.split(" "))) if broader else (),
            ELSEWHERE + elsewhere if elsewhere else "",
        )

    def above(self, number: int, *, most: int = 64) -> tuple[int, ...]:
        """Numbers of the concepts above one, nearest first, `most` at most.

        >>> index = Index.read()
        >>> [index.concept(above).label for above in index.above(*index.find("systolicarray"))][:2]
        ['Very-large-scale integration', 'Embedded system']
        """
        found = dict.fromkeys(self.concept(number).broader)
        ahead = list(found)
        while ahead and len(found) < most:
            # a vocabulary made by machine may lead in a circle
            fresh = [up for up in self.concept(ahead.pop(0)).broader if up not in found and up != number]
            found.update(dict.fromkeys(fresh))
            ahead += fresh
        return tuple(found)[:most]
