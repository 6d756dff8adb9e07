"""Whether a graph is sound: the SHACL shapes of the schema held against it.

The shapes are run by pySHACL over a copy of the graph in Oxigraph, whose SPARQL is what makes the
constraints that join claims with edges and texts cheap. Nothing is inferred but subclasses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from types import MappingProxyType
from typing import Final

import pyshacl
from pyshacl.errors import ReportableRuntimeError, ShapeLoadError, ValidationFailure
from pyshacl.helper.path_helper import shacl_path_to_sparql_path
from pyshacl.shapes_graph import ShapesGraph
from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef
from rdflib.term import Identifier, Node

from kg.errors import ConfigError, InputError
from schema.files import SHAPES, ontology
from schema.vocab import PREFIXES

__all__ = ["Finding", "Report", "graph_of", "validate"]

_SHAPES_NAMESPACE: Final = "https://w3id.org/paperkg/shapes#"
_NEEDS: Final = URIRef(_SHAPES_NAMESPACE + "needs")
_WHOLE_GRAPH: Final = URIRef(_SHAPES_NAMESPACE + "WholeGraph")


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One place where a graph breaks a shape.

    Attributes
    ----------
    focus : str
        IRI of the node that is wrong.
    path : str
        IRI of the property that is wrong, or a property path in SPARQL's notation; empty where
        the node itself is wrong.
    value : str
        The value that is wrong, an IRI or the characters of a literal; empty where one is missing.
    message : str
        What would be right.
    severity : str
        ``Violation``, ``Warning`` or ``Info``.
    shape : str
        Name of the shape, without the namespace of our shapes.
    """

    focus: str
    path: str
    value: str
    message: str
    severity: str
    shape: str


@dataclass(frozen=True, slots=True)
class Report:
    """What validation found.

    Attributes
    ----------
    conforms : bool
        Whether nothing was found.
    findings : tuple of Finding
        Sorted; each once.
    checked : Mapping of str to int
        Number of nodes of each class that the shapes speak of, by prefixed name (``kg:Paper``), so
        that a sound report on an empty graph is told from one on a full graph.
    """

    conforms: bool
    findings: tuple[Finding, ...]
    checked: Mapping[str, int]


def validate(triples: Graph | Iterable[object], *, shapes: Path = SHAPES, whole: bool = True) -> Report:
    """Report on where a graph breaks the shapes.

    Parameters
    ----------
    triples : Graph or iterable
        The graph, which is left as it is, or anything that `graph_of` takes.
    shapes : Path
        Turtle file of SHACL shapes.
    whole : bool
        Whether these are all triples of a build. For a part of a graph, shapes that count across
        papers are left out.

    Raises
    ------
    ConfigError
        When the file of shapes cannot be used.
    InputError
        When `triples` holds what is no triple or quad.

    Examples
    --------
    >>> claim = "<https://example.org/claim/1>"
    >>> report = validate([f"{claim} <https://w3id.org/paperkg/ontology#confidence> \\"high\\" ."])
    >>> report.conforms, report.findings[0].shape
    (False, 'Stated')
    """
    shapes_graph = _shapes(shapes, whole=whole)
    graph = triples if isinstance(triples, Graph) else graph_of(triples)
    working = _Copy(chain(((s, p, o) for s, p, o, *_ in graph), _subclasses()))
    try:
        _, results, _ = pyshacl.validate(
            working, shacl_graph=shapes_graph, inference="none", inplace=True, do_owl_imports=False
        )
    except (ReportableRuntimeError, ShapeLoadError, ValidationFailure) as error:
        raise ConfigError(
            "shapes", f"{shapes} cannot be used: {error}", "SHACL shapes that pySHACL understands"
        ) from error
    if not isinstance(results, Graph):
        raise ConfigError("shapes", f"{shapes} cannot be used: {results}", "SHACL shapes that pySHACL understands")
    findings = tuple(sorted({_finding(results, node) for node in results.subjects(RDF.type, SH.ValidationResult)}))
    return Report(not findings, findings, MappingProxyType(_checked(working, shapes_graph)))


def graph_of(quads: Iterable[object]) -> Graph:
    """One plain graph of all triples, whatever named graphs they were in.

    Parameters
    ----------
    quads : iterable
        Lines of N-Triples or N-Quads, or triples or quads of terms of pyoxigraph or rdflib.

    Raises
    ------
    InputError
        When something among them is no triple or quad.

    Examples
    --------
    >>> lines = ['<http://a> <http://b> "c" <http://one> .', '<http://a> <http://b> "c" <http://two> .']
    >>> len(graph_of(lines))
    1
    """
    text = "\n".join(_line(quad) for quad in quads)
    parsed = Graph()
    try:
        parsed.parse(data=text, format="ox-nq")
    except (SyntaxError, ValueError) as error:
        raise InputError(f"graph: not N-Triples or N-Quads: {error}") from error
    plain = Graph()
    # The parser leaves each triple in its own named graph of the store; None asks for all of them.
    for (subject, predicate, object_), _ in parsed.store.triples((None, None, None), context=None):
        # Nor does it drop the datatype of strings, which rdflib takes for another literal than a plain one.
        is_string = isinstance(object_, Literal) and object_.datatype == XSD.string
        plain.add((subject, predicate, Literal(str(object_)) if is_string else object_))
    return plain


def _line(quad: object) -> str:
    if isinstance(quad, str):
        return quad
    terms = tuple(quad)[:3] if isinstance(quad, Iterable) else ()
    if len(terms) < 3:
        raise InputError(f"graph: {quad!r} is no triple or quad; expected a line of N-Quads or a tuple of terms")
    return " ".join(term.n3() if isinstance(term, Identifier) else str(term) for term in terms) + " ."


def _shapes(path: Path, *, whole: bool) -> Graph:
    try:
        shapes = Graph().parse(path, format="ox-turtle")
    except (OSError, SyntaxError) as error:
        raise ConfigError("shapes", f"{path} cannot be read: {error}", "a Turtle file of SHACL shapes") from error
    if not whole:
        for shape in list(shapes.subjects(_NEEDS, _WHOLE_GRAPH)):
            shapes.add((shape, SH.deactivated, Literal(True)))
    return shapes


@cache
def _subclasses() -> tuple[tuple[Node, Node, Node], ...]:
    return tuple(ontology().triples((None, RDFS.subClassOf, None)))


class _Copy(Graph):
    """Triples in an Oxigraph store, counted once: pySHACL asks for the length thousands of times."""

    def __init__(self, triples: Iterable[tuple[Node, Node, Node]]) -> None:
        super().__init__(store="Oxigraph")
        distinct = set(triples)
        self.addN((s, p, o, self) for s, p, o in distinct)
        self._length = len(distinct)

    def __len__(self) -> int:
        return self._length


def _finding(results: Graph, node: Node) -> Finding:
    source = results.value(node, SH.sourceShape)
    path, value = results.value(node, SH.resultPath), results.value(node, SH.value)
    return Finding(
        focus=str(results.value(node, SH.focusNode)),
        path="" if path is None else _path(path, results),
        value="" if value is None else str(value),
        message=" ".join(sorted(str(message) for message in results.objects(node, SH.resultMessage))),
        severity=str(results.value(node, SH.resultSeverity)).removeprefix(str(SH)),
        shape=str(source).removeprefix(_SHAPES_NAMESPACE) if isinstance(source, URIRef) else "",
    )


def _path(path: Node, graph: Graph) -> str:
    return str(path) if isinstance(path, URIRef) else str(shacl_path_to_sparql_path(ShapesGraph(graph), path))


def _checked(graph: Graph, shapes: Graph) -> dict[str, int]:
    counts = {}
    for class_ in set(shapes.objects(None, SH.targetClass)):
        narrower = set(graph.transitive_subjects(RDFS.subClassOf, class_))
        counts[_prefixed(class_)] = len({node for c in narrower for node in graph.subjects(RDF.type, c)})
    return dict(sorted(counts.items()))


def _prefixed(class_: Node) -> str:
    for prefix, namespace in PREFIXES.items():
        if str(class_).startswith(namespace):
            return f"{prefix}:{str(class_).removeprefix(namespace)}"
    return str(class_)
