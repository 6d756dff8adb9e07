"""The addresses of linked data: what answers at each, in which form, with which headers."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route

from api import void
from api.context import Graph
from api.linked_data.addresses import LONGEST, ONTOLOGY_IRI, RECORDS, Addresses
from api.linked_data.description import BOUNDS, Bounds
from api.linked_data.documents import Documents, Forms, Overview
from api.linked_data.html import POLICY, STYLE, TEMPLATES_DIGEST
from api.linked_data.negotiation import HTML, MEDIA_TYPES, OFFERED, RDF_OFFERED, chosen, entity_tag, known
from api.linked_data.ontology import context_document
from schema.vocab import DEFAULT_BASE

__all__ = ["LinkedData"]

Found = TypeVar("Found")

#: Threads that make documents at the same time.
_WORKERS: Final = 4
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::[0-9]{1,5})?")
_NAMESPACE_PATH: Final = re.sub(r"^https?://[^/]+", "", ONTOLOGY_IRI)
#: What of this server is the same for everybody, and which pages of any site may read.
_PUBLIC: Final = {"Access-Control-Allow-Origin": "*"}


class LinkedData:
    """Answers for the IRIs of a graph, for its ontology and for the graph as a whole.

    Parameters
    ----------
    graph : callable
        Gives the graph; asked at each request, for the graph is opened after the routes are made.
    bounds : Bounds
        How much one document tells.
    """

    def __init__(self, graph: Callable[[], Graph], bounds: Bounds = BOUNDS) -> None:
        self._graph = graph
        self._bounds = bounds
        self._workers = CapacityLimiter(_WORKERS)

    def routes(self) -> list[BaseRoute]:
        """Routes of an application."""
        routes = [
            Route("/id/{local:path}", _answering(self.resource)),
            Route("/page/{local:path}", _answering(self.page)),
            Route("/data/{local:path}", _answering(self.data)),
            Route("/lookup", _answering(self.lookup)),
            Route("/ontology", _answering(self.ontology)),
            Route("/ontology.{suffix:str}", _answering(self.ontology)),
            Route("/context.jsonld", _answering(self.context)),
            Route(void.PATH, _answering(self.dataset)),
            Route("/styles/pages.css", _answering(self.style)),
        ]
        if _NAMESPACE_PATH != "/ontology":
            routes.append(Route(_NAMESPACE_PATH, _answering(self.namespace)))
        return list(routes)

    async def resource(self, request: Request) -> Response:
        """A resource by its IRI: itself where it is a record of this graph, else the way to a document about it."""
        local = _local(request)
        suffix = chosen(request)
        if suffix is None:
            return _not_acceptable(OFFERED)
        addresses = self._addresses(request)
        if local.partition("/")[0] in RECORDS:
            return await self._document(request, local, suffix, negotiated=True)
        documents, overview = self._documents(request, addresses), await self._overview()
        node = addresses.iri(local)
        if not await self._thread(lambda: documents.exists(node, overview)):
            return await self._missing(request, local)
        forms = _forms(addresses, local)
        headers = {"Location": forms[suffix], "Vary": "Accept", "Link": _links(forms, "describedby")}
        return PlainTextResponse(f"see {forms[suffix]}\n", status_code=303, headers=headers)

    async def page(self, request: Request) -> Response:
        """The page about a resource."""
        return await self._document(request, _local(request), "html")

    async def data(self, request: Request) -> Response:
        """The triples of a resource, in the format of the suffix or, without one, of the Accept header."""
        local = _local(request)
        name, dot, suffix = local.rpartition(".")
        if dot and suffix in MEDIA_TYPES and suffix != "html":
            return await self._document(request, name, suffix)
        wanted = chosen(request, RDF_OFFERED)
        if wanted is None:
            return _not_acceptable(RDF_OFFERED)
        return await self._document(request, local, wanted, negotiated=True)

    async def lookup(self, request: Request) -> Response:
        """Whatever an IRI names: our own and the ontology's where they answer, others' here."""
        node = request.query_params.get("iri", "").strip()
        if not node or len(node) > LONGEST:
            problem = f"parameter `iri` has {len(node)} characters; give an IRI of 1 to {LONGEST}, percent-encoded"
            return PlainTextResponse(problem + "\n", status_code=400)
        addresses = self._addresses(request)
        local, page = addresses.local(node), addresses.page(node)
        if page is not None:
            where = page if local is None else addresses.id(local)
            return PlainTextResponse(f"see {where}\n", status_code=303, headers={"Location": where})
        given = request.query_params.get("format")
        suffix = given if given in MEDIA_TYPES else chosen(request)
        if suffix is None:
            return _not_acceptable(OFFERED)
        forms = {each: f"{addresses.lookup(node)}&format={each}" for each in MEDIA_TYPES}
        return await self._made(request, node, suffix, forms, negotiated=given not in MEDIA_TYPES)

    async def ontology(self, request: Request) -> Response:
        """The ontology, in the format of the suffix or of the Accept header."""
        addresses = self._addresses(request)
        given = request.path_params.get("suffix")
        if given is not None and given not in MEDIA_TYPES:
            return PlainTextResponse(f"there are {', '.join(MEDIA_TYPES)}\n", status_code=404)
        suffix = given or chosen(request)
        if suffix is None:
            return _not_acceptable(OFFERED)
        forms = {each: f"{addresses.root}/ontology.{each}" for each in MEDIA_TYPES}
        tag = self._tag(request, suffix, addresses)
        headers = _headers(suffix, forms, tag, negotiated=given is None) | _PUBLIC
        if known(request, tag):
            return _unchanged(headers)
        documents = self._documents(request, addresses)
        examples = await self._kept(f"examples {addresses.root}", documents.examples) if suffix == "html" else {}
        body = await self._thread(lambda: documents.ontology(suffix, forms, examples))
        return Response(body, media_type=MEDIA_TYPES[suffix], headers=headers)

    async def namespace(self, request: Request) -> Response:
        """Where the ontology answers, for who asks at the path of its own IRI."""
        where = f"{self._addresses(request).root}/ontology"
        return PlainTextResponse(f"see {where}\n", status_code=308, headers={"Location": where})

    async def context(self, request: Request) -> Response:
        """The JSON-LD context."""
        body = context_document()
        tag = entity_tag("context", body.decode())
        headers = {"ETag": tag, "Cache-Control": "no-cache", **_PUBLIC}
        return _unchanged(headers) if known(request, tag) else Response(body, media_type=_JSONLD, headers=headers)

    async def dataset(self, request: Request) -> Response:
        """What this server offers, in VoID and DCAT."""
        addresses = self._addresses(request)
        given = request.query_params.get("format")
        # Whoever asks at a well-known place is a program, unless it says otherwise.
        offered = {name: suffix for name, suffix in OFFERED.items() if suffix != "html"} | {HTML: "html"}
        suffix = given if given in MEDIA_TYPES else chosen(request, offered)
        if suffix is None:
            return _not_acceptable(OFFERED)
        place = f"{addresses.root}{void.PATH}"
        forms = {each: f"{place}?format={each}" for each in MEDIA_TYPES}
        tag = self._tag(request, suffix, addresses)
        headers = _headers(suffix, forms, tag, negotiated=given not in MEDIA_TYPES)
        if known(request, tag):
            return _unchanged(headers)
        documents, overview = self._documents(request, addresses), await self._overview()
        body = await self._thread(lambda: documents.dataset(suffix, forms, overview))
        return Response(body, media_type=MEDIA_TYPES[suffix], headers=headers)

    async def style(self, request: Request) -> Response:
        """The stylesheet of the pages."""
        return FileResponse(STYLE, headers={"Cache-Control": "no-cache"})

    async def _document(self, request: Request, local: str, suffix: str, *, negotiated: bool = False) -> Response:
        addresses = self._addresses(request)
        node = addresses.iri(local)
        return await self._made(request, node, suffix, _forms(addresses, local), local=local, negotiated=negotiated)

    async def _made(
        self,
        request: Request,
        node: str,
        suffix: str,
        forms: Forms,
        *,
        local: str | None = None,
        negotiated: bool = False,
    ) -> Response:
        addresses = self._addresses(request)
        tag = self._tag(request, suffix, addresses)
        headers = _headers(suffix, forms, tag, negotiated=negotiated)
        if known(request, tag):
            return _unchanged(headers)
        documents, overview = self._documents(request, addresses), await self._overview()
        body = await self._thread(lambda: documents.about(node, suffix, forms, overview))
        if body is None:
            return await self._missing(request, node if local is None else local)
        return Response(body, media_type=MEDIA_TYPES[suffix], headers=headers)

    async def _missing(self, request: Request, local: str) -> Response:
        problem = "The graph has nothing of this name."
        headers = {"Vary": "Accept"}
        if chosen(request) != "html" and not request.url.path.startswith("/page/"):
            told = f"the graph has no {local[:200]!r}; {void.PATH} tells what there is\n"
            return PlainTextResponse(told, status_code=404, headers=headers)
        documents, overview = self._documents(request, self._addresses(request)), await self._overview()
        body = await self._thread(lambda: documents.missing(local, problem, overview))
        return Response(body, 404, {**headers, "Content-Security-Policy": POLICY}, HTML)

    def _addresses(self, request: Request) -> Addresses:
        root = str(request.scope.get("root_path", "")).rstrip("/")
        return Addresses(str(self._graph().manifest.get("base", DEFAULT_BASE)), root)

    def _documents(self, request: Request, addresses: Addresses) -> Documents:
        graph = self._graph()
        return Documents(graph.store, graph.manifest, addresses, origin=_origin(request), bounds=self._bounds)

    def _tag(self, request: Request, suffix: str, addresses: Addresses) -> str:
        place = f"{request.url.path}?{request.url.query}"
        return entity_tag(
            self._graph().fingerprint, TEMPLATES_DIGEST, _origin(request), addresses.root, place, suffix
        )

    async def _overview(self) -> Overview:
        store = self._graph().store
        return await self._kept("overview", lambda: Overview.of(store))

    async def _kept(self, name: str, make: Callable[[], Found]) -> Found:
        """What depends on the snapshot alone, from memory after the first time."""
        graph, key = self._graph(), f"linked data: {name}"
        async with graph.keeping:
            if key not in graph.kept:
                graph.kept[key] = await self._thread(make)
        found: Found = graph.kept[key]
        return found

    async def _thread(self, make: Callable[[], Found]) -> Found:
        return await to_thread.run_sync(make, limiter=self._workers)


_JSONLD: Final = MEDIA_TYPES["jsonld"]
#: Headers that an answer without its body has too.
_KEPT: Final = ("ETag", "Cache-Control", "Vary", "Link", "Content-Location")


def _answering(answer: Callable[[Request], Awaitable[Response]]) -> Callable[[Request], Awaitable[Response]]:
    """Endpoint that answers HEAD as it would GET, without the body."""

    async def endpoint(request: Request) -> Response:
        response = await answer(request)
        if response.status_code == 200 and request.headers.get("if-none-match", "").strip() == "*":
            response = _unchanged({name: response.headers[name] for name in _KEPT if name in response.headers})
        if request.method == "HEAD" and not isinstance(response, FileResponse):
            response.body = b""  # what was measured stays in Content-Length
        return response

    return endpoint


def _local(request: Request) -> str:
    local: str = request.path_params["local"]
    if len(local) > LONGEST:
        raise HTTPException(414, f"the name has {len(local)} characters; none in a graph has more than {LONGEST}")
    return local


def _origin(request: Request) -> str:
    """Address of this server as the client calls it, without a slash at its end."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        raise HTTPException(400, "the Host header is no name of a host")
    return f"{request.url.scheme}://{host}"


def _forms(addresses: Addresses, local: str) -> Forms:
    return {suffix: addresses.document(local, suffix) for suffix in MEDIA_TYPES}


def _headers(suffix: str, forms: Forms, tag: str, *, negotiated: bool) -> dict[str, str]:
    return {
        "ETag": tag,
        # A later build is another graph at the same address: ask each time, which costs no more than a 304.
        "Cache-Control": "no-cache",
        "Vary": "Accept",
        "Link": f'<{forms[suffix]}>; rel="canonical", {_links(forms, "alternate", but=suffix)}',
        **({"Content-Location": forms[suffix]} if negotiated else {}),
        **({"Content-Security-Policy": POLICY} if suffix == "html" else {}),
    }


def _links(forms: Mapping[str, str], relation: str, *, but: str | None = None) -> str:
    return ", ".join(
        f'<{path}>; rel="{relation}"; type="{MEDIA_TYPES[suffix]}"' for suffix, path in forms.items() if suffix != but
    )


def _unchanged(headers: Mapping[str, str]) -> Response:
    return Response(status_code=304, headers=dict(headers))


def _not_acceptable(offered: Mapping[str, str]) -> Response:
    text = f"no format fits the Accept header; there are {', '.join(dict.fromkeys(offered))}\n"
    return PlainTextResponse(text, status_code=406, headers={"Vary": "Accept"})
