"""SPARQL over HTTP: tables of typed terms, yes or no, graphs as text."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from kg.client.calls import Answer, Call
from kg.client.errors import AnswerError

__all__ = ["GraphFormat", "Table", "Term", "ask", "construct", "select"]

GraphFormat: TypeAlias = Literal["turtle", "ntriples"]

_GRAPHS: Final[Mapping[GraphFormat, str]] = {"turtle": "text/turtle", "ntriples": "application/n-triples"}
_ROWS: Final = "application/sparql-results+json"
_XSD: Final = "http://www.w3.org/2001/XMLSchema#"
_NUMBERS: Final[Mapping[str, type[int] | type[float]]] = {
    **{f"{_XSD}{name}": int for name in ("integer", "int", "long", "short", "byte", "nonNegativeInteger", "gYear")},
    **{f"{_XSD}{name}": float for name in ("decimal", "double", "float")},
}


@dataclass(frozen=True, slots=True)
class Term:
    """A term of RDF.

    Attributes
    ----------
    kind : str
        ``uri``, ``literal`` or ``bnode``.
    value : str
    datatype, language : str or None
        Of a literal, where it has one of its own.
    """

    kind: str
    value: str
    datatype: str | None = None
    language: str | None = None

    @property
    def python(self) -> str | int | float | bool:
        """Plain value: a number or truth value where the literal is one, else its text.

        >>> Term("literal", "3", f"{_XSD}integer").python
        3
        """
        if self.datatype == f"{_XSD}boolean":
            return self.value in ("true", "1")
        number = _NUMBERS.get(self.datatype or "")
        try:
            return number(self.value) if number else self.value
        except ValueError:
            return self.value


@dataclass(frozen=True, slots=True)
class Table:
    """Answer of a SELECT query.

    Attributes
    ----------
    variables : tuple of str
        In the query's order.
    rows : tuple of mapping
        The bound variables of each row.
    """

    variables: tuple[str, ...]
    rows: tuple[Mapping[str, Term], ...]

    def values(self) -> list[tuple[str | int | float | bool | None, ...]]:
        """Rows as plain values in the order of the variables; None where one is not bound."""
        return [tuple(row[name].python if name in row else None for name in self.variables) for row in self.rows]


def select(query: str) -> Call[Table]:
    """Rows of a SELECT query; the usual prefixes (kg:, skos:, dcterms:, oa: ...) need no declaration."""
    return _call(query, _ROWS, _table)


def ask(query: str) -> Call[bool]:
    """Whether an ASK query has an answer."""

    def truth(answer: Answer) -> bool:
        found = answer.json()
        if not isinstance(found, dict) or not isinstance(found.get("boolean"), bool):
            raise _unlike(answer, "yes or no", "is the query an ASK query?")
        return bool(found["boolean"])

    return _call(query, _ROWS, truth)


def construct(query: str, *, format: GraphFormat = "turtle") -> Call[str]:
    """Graph of a CONSTRUCT or DESCRIBE query as Turtle or N-Triples, which rdflib or any store reads."""
    return _call(query, _GRAPHS[format], lambda answer: answer.body.decode())


def _call(query: str, accept: str, read: Any) -> Call[Any]:
    headers = {"content-type": "application/sparql-query", "accept": accept}
    return Call("/sparql", headers, query.encode(), read)


def _table(answer: Answer) -> Table:
    found = answer.json()
    try:
        rows = tuple({name: _term(term) for name, term in row.items()} for row in found["results"]["bindings"])
        return Table(tuple(str(name) for name in found["head"]["vars"]), rows)
    except (KeyError, TypeError, AttributeError) as error:
        raise _unlike(answer, "a table", "is the query a SELECT query?") from error


def _term(found: Mapping[str, str]) -> Term:
    return Term(found["type"], found["value"], found.get("datatype"), found.get("xml:lang"))


def _unlike(answer: Answer, wanted: str, hint: str) -> AnswerError:
    return AnswerError(f"the answer is not {wanted}", hint=hint, code="UNEXPECTED_ANSWER", request_id=answer.request_id)
