"""What a request of the SPARQL protocol asks: its query and its dataset, by any of the three ways."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from kg.errors import QueryError
from kg.store import iri

__all__ = ["Asked", "RefusedError", "asked_of"]

_FORM: Final = "application/x-www-form-urlencoded"
_DIRECT: Final = "application/sparql-query"
_DATASET: Final = ("default-graph-uri", "named-graph-uri")
_UPDATE: Final = ("using-graph-uri", "using-named-graph-uri")
_CHARSET: Final = re.compile(r'charset\s*=\s*"?([^\s";]+)', re.IGNORECASE)
_UTF8: Final = ("utf-8", "utf8", "us-ascii")


class RefusedError(Exception):
    """A request that is not answered.

    Parameters
    ----------
    status : int
        Status of HTTP.
    text : str
        What was wrong, and what would be right.
    headers : mapping, optional
        Further headers of the answer.
    """

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.headers = dict(headers or {})
        super().__init__(text)


@dataclass(frozen=True, slots=True)
class Asked:
    """A query and the dataset that it is asked of.

    Attributes
    ----------
    query : str
    default_graphs, named_graphs : tuple of str or None
        IRIs of graphs; None of both where the request names none.
    """

    query: str
    default_graphs: tuple[str, ...] | None = None
    named_graphs: tuple[str, ...] | None = None


async def asked_of(request: Request) -> Asked | None:
    """What a request asks; None where it is a GET that carries nothing and wants the service described.

    Raises
    ------
    RefusedError
        When it asks for what is not there to be had, or not as the protocol says.
    """
    parameters = _parameters(request.url.query)
    if request.method == "POST":
        for name, values in (await _posted(request)).items():
            parameters.setdefault(name, []).extend(values)
    _refuse_updates(request.method, parameters)
    known = parameters.keys() & {"query", *_DATASET}
    if request.method != "POST" and not known:
        return None
    queries = parameters.get("query", [])
    if len(queries) != 1 or not queries[0].strip():
        raise RefusedError(400, f"there are {len(queries)} queries; send one, as parameter `query` or as the body")
    default, named = (_graphs(name, parameters.get(name)) for name in _DATASET)
    return Asked(queries[0], default, named)


def _refuse_updates(method: str, parameters: Mapping[str, Sequence[str]]) -> None:
    if "update" in parameters:
        if method != "POST":
            raise RefusedError(400, "an update cannot come by GET; besides, the graph is read-only: send a `query`")
        raise RefusedError(403, "the graph is read-only: send a `query`")
    for name in _UPDATE:
        if name in parameters:
            raise RefusedError(400, f"`{name}` belongs to updates; a query takes {' and '.join(_DATASET)}")


def _graphs(name: str, texts: Sequence[str] | None) -> tuple[str, ...] | None:
    for text in texts or ():
        try:
            iri(text)
        except QueryError as error:
            raise RefusedError(400, f"parameter `{name}`: {error.problem}; send an absolute IRI") from error
    return None if texts is None else tuple(texts)


async def _posted(request: Request) -> dict[str, list[str]]:
    """Parameters that a body holds; one that is a query or an update stands for the parameter of that name."""
    given = request.headers.get("content-type", "")
    kind = given.partition(";")[0].strip().lower()
    charset = _CHARSET.search(given)
    if charset and charset[1].lower() not in _UTF8:
        raise RefusedError(415, f"the body is in {charset[1]}; send UTF-8")
    body = _decoded(await request.body())
    if kind == _FORM:
        return _parameters(body)
    if kind == _DIRECT:
        return {"query": [body]}
    if kind == "application/sparql-update":
        return {"update": [body]}
    raise RefusedError(415, f"the body is {kind or 'of no type'}; send {_DIRECT} or {_FORM}")


def _parameters(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, keep_blank_values=True, max_num_fields=100, errors="strict")
    except ValueError as error:
        raise RefusedError(400, f"the parameters cannot be read: {error}") from error


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise RefusedError(400, f"the body is not UTF-8: {error}") from error
