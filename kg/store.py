"""The triple store: the only door of pyoxigraph's store. Opened read-only, asked by SPARQL.

Values enter a query as terms, never as text: a marker ``{{name}}`` in the query stands for one
term or for several, and each is written by the library's own serialiser.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

import pyoxigraph as ox
from pyoxigraph import Literal, NamedNode, Quad, Triple

from kg.errors import QueryError, WorkspaceError
from kg.query_text import calls_out, names_dataset, shown_problem
from schema.vocab import PREFIXES

__all__ = [
    "GraphStore",
    "Literal",
    "NamedNode",
    "Quad",
    "Row",
    "Term",
    "Triple",
    "iri",
    "nquads",
    "python",
    "read_nquads",
    "sorted_quads",
    "turtle_triples",
    "write_store",
]

Term: TypeAlias = NamedNode | Literal
Row: TypeAlias = dict[str, Term]

_MARKER: Final = re.compile(r"\{\{(\w+)\}\}")
_INTEGER: Final = "http://www.w3.org/2001/XMLSchema#integer"
_DECIMAL: Final = "http://www.w3.org/2001/XMLSchema#decimal"
_YEAR: Final = "http://www.w3.org/2001/XMLSchema#gYear"


class GraphStore:
    """A graph that can be asked; the union of its named graphs is what queries see."""

    def __init__(self, store: ox.Store, folder: Path | None = None) -> None:
        self._store = store
        #: Where it lies on disk, for other processes to open it too; None in memory.
        self.folder = folder
        #: How many queries were run, so that a test can show that none stands in a loop.
        self.query_count = 0

    @classmethod
    def open(cls, folder: Path) -> GraphStore:
        """Graph of a store folder, opened so that nothing can change it.

        Raises
        ------
        WorkspaceError
            When the folder holds no store that can be read.
        """
        if not folder.is_dir():
            raise WorkspaceError(folder, "holds no graph; make one with `kg build FILE --out FOLDER`")
        try:
            return cls(ox.Store.read_only(str(folder)), folder)
        except OSError as error:
            raise WorkspaceError(folder, f"the store cannot be opened: {error}") from error

    @classmethod
    def in_memory(cls, quads: Iterable[Quad]) -> GraphStore:
        """Graph of these quads, held in memory."""
        store = ox.Store()
        store.extend(quads)
        return cls(store)

    def select(self, query: str, /, **values: Term | Sequence[Term]) -> list[Row]:
        """Rows of a SELECT query, each a mapping of the bound variables to their terms.

        Parameters
        ----------
        query : str
            SPARQL, in which ``{{name}}`` stands for the terms of the keyword ``name``.

        Examples
        --------
        >>> store = GraphStore.in_memory([Quad(iri("ex:a"), iri("ex:p"), Literal("x"))])
        >>> store.select("SELECT ?o WHERE { VALUES ?s { {{nodes}} } ?s ?p ?o }", nodes=[iri("ex:a")])
        [{'o': <Literal value=x datatype=<NamedNode value=http://www.w3.org/2001/XMLSchema#string>>}]
        """
        result = self._run(_filled(query, values))
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("not a SELECT query", "ask ASK and CONSTRUCT queries by their own methods")
        names = [variable.value for variable in result.variables]
        return [
            {name: term for name, term in zip(names, solution, strict=True) if isinstance(term, NamedNode | Literal)}
            for solution in result
        ]

    def named(self, query: str) -> list[str]:
        """IRIs in the first column of a SELECT query that somebody wrote.

        Raises
        ------
        QueryError
            When the query is wrong, is none of SELECT, or has something else there.

        >>> GraphStore.in_memory([Quad(iri("ex:a"), iri("ex:p"), Literal("x"))]).named("SELECT ?s ?o { ?s ?p ?o }")
        ['ex:a']
        """
        result = self.query(query)
        if not isinstance(result, ox.QuerySolutions):
            raise QueryError("not a SELECT query", "a table with IRIs in its first column")
        found = []
        for row in result:
            if not isinstance(term := row[0], NamedNode):
                raise QueryError(f"the first column has {term}", "IRIs in the first column")
            found.append(term.value)
        return found

    def ask(self, query: str, /, **values: Term | Sequence[Term]) -> bool:
        """Whether an ASK query has an answer."""
        result = self._run(_filled(query, values))
        if not isinstance(result, ox.QueryBoolean):
            raise QueryError("not an ASK query", "ask SELECT and CONSTRUCT queries by their own methods")
        return bool(result)

    def construct(self, query: str, /, **values: Term | Sequence[Term]) -> list[Triple]:
        """Triples of a CONSTRUCT or DESCRIBE query, sorted, each once."""
        result = self._run(_filled(query, values))
        if not isinstance(result, ox.QueryTriples):
            raise QueryError("not a CONSTRUCT or DESCRIBE query", "ask SELECT and ASK queries by their own methods")
        return sorted(set(result), key=str)

    def query(
        self, text: str, *, default_graphs: Sequence[str] | None = None, named_graphs: Sequence[str] | None = None
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        """Answer of a user's own query of any of the four forms, as the library gives it.

        Parameters
        ----------
        text : str
        default_graphs, named_graphs : sequence of str, optional
            IRIs of the graphs that are asked, and of those that GRAPH may name; where either is given,
            they count and not what the query says by FROM. With none at all, all graphs are asked.

        Raises
        ------
        QueryError
            When the text is no SPARQL query, is an update, or calls another server.
        """
        if calls_out(text):
            raise QueryError("SERVICE is not allowed", "queries are answered from this graph alone")
        if default_graphs is None and named_graphs is None:
            return self._run(text, union=not names_dataset(text))
        asked, named = [iri(each) for each in default_graphs or ()], [iri(each) for each in named_graphs or ()]
        return self._run(text, union=False, default_graph=asked, named_graphs=named)

    def quads(self) -> Iterator[Quad]:
        """All quads, in the store's own order."""
        return iter(self._store)

    def __len__(self) -> int:
        return len(self._store)

    def _run(
        self, text: str, *, union: bool = True, **dataset: list[NamedNode]
    ) -> ox.QuerySolutions | ox.QueryBoolean | ox.QueryTriples:
        self.query_count += 1
        try:
            return self._store.query(text, prefixes=PREFIXES, use_default_graph_as_union=union, **dataset)  # type: ignore[arg-type]
        except (SyntaxError, ValueError) as error:
            hint = "only queries are allowed: SELECT, ASK, CONSTRUCT, DESCRIBE"
            raise QueryError(shown_problem(str(error)), hint) from error


def _filled(query: str, values: dict[str, Term | Sequence[Term]]) -> str:
    def written(found: re.Match[str]) -> str:
        value = values[found[1]]
        terms = [value] if isinstance(value, NamedNode | Literal) else value
        return " ".join(str(term) for term in terms)

    return _MARKER.sub(written, query)


def iri(text: str) -> NamedNode:
    """IRI as a term.

    Raises
    ------
    QueryError
        When the text is no IRI.
    """
    try:
        return NamedNode(text)
    except ValueError as error:
        raise QueryError(f"{text!r} is no IRI: {error}") from error


def python(term: Term) -> str | int | float:
    """Plain value of a term: the text of an IRI or string, the number of a number or year.

    >>> python(Literal(3)), python(iri("ex:a"))
    (3, 'ex:a')
    """
    if isinstance(term, Literal):
        if term.datatype.value in (_INTEGER, _YEAR):
            return int(term.value)
        if term.datatype.value == _DECIMAL:
            return float(term.value)
    return term.value


def sorted_quads(quads: Iterable[Quad]) -> list[Quad]:
    """Quads each once, in the order of their N-Quads lines."""
    return [quad for _, quad in sorted({str(quad): quad for quad in quads}.items())]


def nquads(quads: Iterable[Quad]) -> bytes:
    """N-Quads of some quads, a line each, in the order given."""
    return ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b""


def read_nquads(path: Path) -> Iterator[Quad]:
    """Quads of an N-Quads file, in its order."""
    return iter(ox.parse(path=str(path), format=ox.RdfFormat.N_QUADS))


def turtle_triples(path: Path) -> Iterator[Triple]:
    """Triples of a Turtle file, in its order."""
    for quad in ox.parse(path=str(path), format=ox.RdfFormat.TURTLE):
        yield quad.triple


def write_store(quads: Iterable[Quad], folder: Path) -> None:
    """Make a store on disk that holds these quads; the folder must not exist yet."""
    folder.mkdir(parents=True)
    store = ox.Store(str(folder))
    store.bulk_extend(quads)
    store.flush()
