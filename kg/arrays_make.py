"""Makes the arrays of a graph from its store; `kg.arrays` says what they are.

Every order and every number is what the API's queries would give, so a graph that is not of the
shape that builds make (an entity of two types, a paper of two titles) gets no arrays at all.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from kg.arrays import ABSENT, RELATION_CODES, ROLE_CODES, ROLE_RANKS
from kg.errors import KGError
from kg.model import TYPES
from kg.store import GraphStore, Literal, Row, Term, iri, python
from schema.vocab import DC, DCTERMS, KG, PRISM, RELATION_TERMS, ROLE_TERMS, SDO, SKOS, XSD

__all__ = ["UnusualGraph", "make_arrays"]

_NODES: Final = {
    "paper": "SELECT DISTINCT ?node WHERE { ?node a kg:Paper }",
    "entity": "SELECT DISTINCT ?node ?type WHERE { VALUES ?type { {{types}} } ?node a ?type }",
}
# Each property is read once from end to end, and what is about other nodes is passed over here: to
# have the store join it with the nodes takes ten times as long.
_VALUES: Final = "SELECT ?node ?value WHERE { ?node {{property}} ?value }"
# The API lists by these keys, and writes them into cursors; see `api.lists`.
_KEYS: Final = {
    "title_key": "SELECT ?node ?key WHERE { ?node dcterms:title ?title BIND(LCASE(STR(?title)) AS ?key) }",
    "name_key": "SELECT ?node ?key WHERE { ?node skos:prefLabel ?name BIND(LCASE(STR(?name)) AS ?key) }",
    "rank_key": "SELECT ?node ?key WHERE { ?node kg:pageRank ?rank BIND(0 - ?rank AS ?key) }",
}
_LABELS: Final = """
SELECT ?node ?key WHERE { ?node {{property}} ?label BIND(LCASE(STR(?label)) AS ?key) }"""
_SUPPORT: Final = """
SELECT ?node ?predicate ?other (COUNT(DISTINCT ?claim) AS ?claims) (MAX(?stated) AS ?surest) (MAX(?all) AS ?together)
WHERE {
  ?node kg:paperCount ?papers .
  ?claim rdf:subject ?node ; rdf:object ?other ; rdf:predicate ?predicate ; kg:confidence ?stated
  OPTIONAL { ?claim kg:edgeConfidence ?all }
} GROUP BY ?node ?predicate ?other"""

_TYPES: Final = tuple(iri(str(KG[name])) for name in TYPES)
_STRING: Final = str(XSD.string)
_Steps: TypeAlias = dict[str, set[str]]


class UnusualGraph(KGError):
    """A graph has what the arrays cannot say."""


def make_arrays(store: GraphStore) -> dict[str, NDArray[Any]]:
    """Columns of a graph, by name.

    Raises
    ------
    UnusualGraph
        When a node has two values where graphs have one; the store alone answers then.
    """
    papers = _Nodes(store, "paper")
    entities = _Nodes(store, "entity", types=_TYPES)
    columns = {**_paper_columns(papers), **_entity_columns(entities)}
    above, under = _broader(store)
    below = _reached(under, entities)
    columns |= _taxonomy(entities, columns, above, under, below)
    columns |= _edges(papers, entities, columns, below)
    columns |= _related(store, entities, columns)
    return columns


class _Nodes:
    """The papers or entities of a graph, and questions about all of them."""

    def __init__(self, store: GraphStore, kind: str, **values: Sequence[Term]) -> None:
        self.kind, self._store = kind, store
        rows = store.select(_NODES[kind], **values)
        self.iris = sorted({row["node"].value for row in rows})
        self.numbers = {text: number for number, text in enumerate(self.iris)}
        self.rows = rows
        if len(rows) != len(self.iris):
            raise UnusualGraph(f"{len(rows) - len(self.iris)} of the {kind} nodes are of several types")

    def __len__(self) -> int:
        return len(self.iris)

    def terms(self, property_: object) -> list[list[Term]]:
        """Values of a property of each node, sorted as the API sorts them."""
        found: list[list[Term]] = [[] for _ in self.iris]
        for number, term in self.pairs(self._store.select(_VALUES, property=iri(str(property_))), "value"):
            found[number].append(term)
        return [sorted(dict.fromkeys(terms), key=lambda term: term.value) for terms in found]

    def pairs(self, rows: Iterable[Row], name: str) -> Iterator[tuple[int, Term]]:
        """Numbers of those of some rows' nodes that are of these, each with a term."""
        for row in rows:
            number = self.numbers.get(row["node"].value)
            if number is not None:
                if name not in row:
                    raise UnusualGraph(f"{self.iris[number]} has a value that is not of its property's kind")
                yield number, row[name]

    def texts(self, property_: object) -> list[list[str]]:
        """Values of a property as text."""
        return [[str(python(term)) for term in terms] for terms in self.terms(property_)]

    def one_text(self, property_: object) -> list[str]:
        """The one value that each node must have."""
        return [self._one(number, values) for number, values in enumerate(self.texts(property_))]

    def one_number(self, property_: object, kind: type, default: float) -> list[Any]:
        """The one value that each node may have."""
        found = []
        for number, terms in enumerate(self.terms(property_)):
            value = python(self._one(number, terms)) if terms else default
            if not isinstance(value, kind) or isinstance(value, bool):
                raise UnusualGraph(f"{self.iris[number]} has the {property_} {value!r}, which is no {kind.__name__}")
            found.append(value)
        return found

    def keys(self, name: str, *, default: str | None = None) -> list[str]:
        """Key of each node in an order of the API."""
        found: list[list[str]] = [[] for _ in self.iris]
        for number, term in self.pairs(self._store.select(_KEYS[name]), "key"):
            found[number].append(term.value)
        if default is not None:
            found = [keys or [default] for keys in found]
        return [self._one(number, sorted(set(keys))) for number, keys in enumerate(found)]

    def labels(self) -> Iterator[tuple[str, bool, int]]:
        """All names of nodes in lower case, each with whether it is the preferred one."""
        for property_ in (SKOS.prefLabel, SKOS.altLabel):
            for number, term in self.pairs(self._store.select(_LABELS, property=iri(str(property_))), "key"):
                yield term.value, property_ == SKOS.prefLabel, number

    def ends(self, property_: object, others: _Nodes) -> list[tuple[int, int]]:
        """Pairs of these nodes and others that a property leads to, sorted, each once."""
        found = self.pairs(self._store.select(_VALUES, property=iri(str(property_))), "value")
        return sorted({(number, others.numbers[term.value]) for number, term in found if term.value in others.numbers})

    def _one(self, number: int, values: Sequence[Any]) -> Any:
        if len(values) != 1:
            raise UnusualGraph(f"{self.iris[number]} has {len(values)} values where one of kind {self.kind} has one")
        return values[0]


def _paper_columns(papers: _Nodes) -> dict[str, NDArray[Any]]:
    years = papers.one_number(DCTERMS.issued, int, ABSENT)
    titles, ranks = papers.keys("title_key"), papers.keys("rank_key", default="0")
    numbers = range(len(papers))
    identifiers = papers.terms(DCTERMS.identifier)
    # The paper with the least IRI has an identifier that several claim; only plain text is looked up.
    identified: dict[str, int] = {}
    for number, terms in enumerate(identifiers):
        for term in terms:
            if isinstance(term, Literal) and term.datatype.value == _STRING and not term.language:
                identified.setdefault(term.value, number)
    columns = {
        **_text("paper.iri", papers.iris),
        **_text("paper.title", papers.one_text(DCTERMS.title)),
        **_text("paper.title_key", titles),
        **_text("paper.rank_key", ranks),
        **_text("paper.identified", sorted(identified)),
        "paper.identified_paper": _ints([identified[text] for text in sorted(identified)]),
        "paper.year": _ints(years),
        "paper.by_year": _ints(sorted(numbers, key=lambda n: (_minus_year(years[n]), n))),
        "paper.by_title": _ints(sorted(numbers, key=lambda n: (titles[n], n))),
        "paper.by_rank": _ints(sorted(numbers, key=lambda n: (Decimal(ranks[n]), n))),
        **_texts("paper.identifiers", [[str(python(term)) for term in terms] for terms in identifiers]),
        **_measures(papers),
    }
    for name, property_ in (
        ("abstract", DCTERMS.abstract), ("authors", DC.creator), ("venue", PRISM.publicationName), ("url", SDO.url),
        ("keywords", SDO.keywords),
    ):  # fmt: skip
        columns |= _texts(f"paper.{name}", papers.texts(property_))
    return columns


def _entity_columns(entities: _Nodes) -> dict[str, NDArray[Any]]:
    types = [0] * len(entities)
    for row in entities.rows:
        types[entities.numbers[row["node"].value]] = _TYPES.index(row["type"])
    names, ranks = entities.keys("name_key"), entities.keys("rank_key", default="0")
    counts = entities.one_number(KG.paperCount, int, ABSENT)
    if ABSENT in counts:
        raise UnusualGraph(f"{entities.iris[counts.index(ABSENT)]} is an entity without a count of papers")
    numbers = range(len(entities))
    columns = {
        **_text("entity.iri", entities.iris),
        **_text("entity.name", entities.one_text(SKOS.prefLabel)),
        **_text("entity.name_key", names),
        **_text("entity.rank_key", ranks),
        **_texts("entity.aliases", entities.texts(SKOS.altLabel)),
        **_texts("entity.definition", entities.texts(SKOS.definition)),
        **_measures(entities),
        **_labels(entities, counts),
        "entity.type": np.array(types, np.uint8),
        "entity.paper_count": _ints(counts),
    }
    for name, key in (
        ("by_name", lambda n: (names[n], n)),
        ("by_papers", lambda n: (-counts[n], n)),
        ("by_rank", lambda n: (Decimal(ranks[n]), n)),
    ):
        order = sorted(numbers, key=key)
        # After all of them stand those of each type.
        by_type = [n for type_ in range(len(TYPES)) for n in order if types[n] == type_]
        columns[f"entity.{name}"] = _ints(order + by_type)
    sizes = [types.count(type_) for type_ in range(len(TYPES))]
    # Row 0 is all entities; row 1 and those behind are the types'.
    columns["entity.of_type"] = _starts([len(entities), *sizes])
    return columns


def _measures(nodes: _Nodes) -> dict[str, NDArray[Any]]:
    of = nodes.kind
    return {
        f"{of}.degree": _ints(nodes.one_number(KG.degree, int, ABSENT)),
        f"{of}.page_rank": _reals(nodes.one_number(KG.pageRank, float, float("nan"))),
        f"{of}.betweenness": _reals(nodes.one_number(KG.betweenness, float, float("nan"))),
    }


def _labels(entities: _Nodes, counts: Sequence[int]) -> dict[str, NDArray[Any]]:
    found = sorted((key, not preferred, -counts[number], number) for key, preferred, number in entities.labels())
    # An entity stands once under a name, where it stands first.
    kept = dict.fromkeys((key, number) for key, _, _, number in found)
    return {
        **_text("entity.label", [key for key, _ in kept]),
        "entity.labelled": _ints([number for _, number in kept]),
    }


def _broader(store: GraphStore) -> tuple[_Steps, _Steps]:
    """Steps up and steps down the taxonomy."""
    above: _Steps = defaultdict(set)
    under: _Steps = defaultdict(set)
    # Not only between entities: a kind of may be stated over a concept that no paper leads to.
    for row in store.select(_VALUES, property=iri(str(SKOS.broader))):
        above[row["node"].value].add(row["value"].value)
        under[row["value"].value].add(row["node"].value)
    return dict(above), dict(under)


def _reached(steps: _Steps, entities: _Nodes) -> list[set[int]]:
    """Entities that steps lead to from each entity, itself left out."""
    reached = []
    for number, start in enumerate(entities.iris):
        seen: set[str] = set()
        waiting = list(steps.get(start, ()))
        while waiting:
            node = waiting.pop()
            if node not in seen:
                seen.add(node)
                waiting += steps.get(node, ())
        reached.append({entities.numbers[node] for node in seen if node in entities.numbers} - {number})
    return reached


def _taxonomy(
    entities: _Nodes, columns: Mapping[str, NDArray[Any]], above: _Steps, under: _Steps, below: Sequence[set[int]]
) -> dict[str, NDArray[Any]]:
    def near(steps: _Steps) -> list[set[int]]:
        return [
            {entities.numbers[node] for node in steps.get(text, ()) if node in entities.numbers}
            for text in entities.iris
        ]

    by_name = _name_ranks(columns)
    direct = {"broader": near(above), "narrower": near(under)}
    kin: dict[str, Sequence[set[int]]] = {
        **{name: [found - {number} for number, found in enumerate(sets)] for name, sets in direct.items()},
        "ancestors": _reached(above, entities),
        "descendants": below,
    }
    made: dict[str, NDArray[Any]] = {}
    for name, sets in kin.items():
        made[f"entity.{name}.rows"] = _starts([len(each) for each in sets])
        made[f"entity.{name}"] = _ints([n for each in sets for n in sorted(each, key=by_name.__getitem__)])
    types, order = columns["entity.type"].tolist(), columns["entity.by_name"].tolist()[: len(entities)]
    # An entity that is a kind of itself stands below something, so it is no top.
    tops = [n for n in order if direct["narrower"][n] and not direct["broader"][n]]
    made["entity.top_rows"] = _starts([sum(types[n] == type_ for n in tops) for type_ in range(len(TYPES))])
    made["entity.top"] = _ints([n for type_ in range(len(TYPES)) for n in tops if types[n] == type_])
    return made


def _name_ranks(columns: Mapping[str, NDArray[Any]]) -> list[int]:
    """Place of each entity by its name in Python's lower case, then by IRI."""
    at, utf8 = columns["entity.name.at"].tolist(), columns["entity.name.utf8"].tobytes()
    names = [utf8[start:stop].decode().lower() for start, stop in pairwise(at)]
    ranks = [0] * len(names)
    for rank, number in enumerate(sorted(range(len(names)), key=lambda n: (names[n], n))):
        ranks[number] = rank
    return ranks


def _edges(
    papers: _Nodes, entities: _Nodes, columns: Mapping[str, NDArray[Any]], below: Sequence[set[int]]
) -> dict[str, NDArray[Any]]:
    """Entities of papers, and papers of entities."""
    ends = [papers.ends(ROLE_TERMS[role], entities) for role in ROLE_CODES]
    paper, entity = (_ints([pair[side] for pairs in ends for pair in pairs]) for side in (0, 1))
    codes = np.repeat(np.arange(len(ROLE_CODES)), [len(pairs) for pairs in ends])
    ranks = np.array(ROLE_RANKS)[codes]
    # Names decide between roles of one rank.
    names = np.argsort(np.argsort(np.array(ROLE_CODES)))[codes]
    by_name = np.array(_name_ranks(columns), np.int32)
    listed = np.lexsort((names, by_name[entity], ranks, columns["entity.type"][entity], paper))
    made = {
        "paper.entity_rows": _starts(np.bincount(paper, minlength=len(papers)).tolist()),
        "paper.entity": entity[listed],
        "paper.role": codes[listed].astype(np.uint8),
    }
    latest = np.empty(len(papers), np.int64)
    latest[columns["paper.by_year"]] = np.arange(len(papers))
    bits = (1 << codes).astype(np.uint16)
    made |= _mentions("entity.mentions", paper, entity, bits, latest, len(entities))
    # A mention counts for all that is above what is mentioned.
    above: list[list[int]] = [[number] for number in range(len(entities))]
    for number, found in enumerate(below):
        for lower in sorted(found):
            above[lower].append(number)
    times = np.array([len(each) for each in above], np.int64)[entity]
    starts = _starts([len(each) for each in above])
    flat = _ints([number for each in above for number in each])
    places = np.repeat(starts[entity] - (np.cumsum(times) - times), times) + np.arange(int(times.sum()))
    made |= _mentions(
        "entity.mentions_below", np.repeat(paper, times), flat[places], np.repeat(bits, times), latest, len(entities)
    )
    return made


def _mentions(
    name: str, paper: NDArray[Any], entity: NDArray[Any], bits: NDArray[Any], latest: NDArray[Any], count: int
) -> dict[str, NDArray[Any]]:
    """Papers of each entity, each once with all its roles, latest first."""
    pairs = entity.astype(np.int64) * len(latest) + latest[paper] if len(latest) else np.zeros(0, np.int64)
    unique, where = np.unique(pairs, return_inverse=True)
    roles = np.zeros(len(unique), np.uint16)
    np.bitwise_or.at(roles, where, bits)
    order = np.argsort(latest).astype(np.int32)
    size = max(len(latest), 1)
    return {
        f"{name}.rows": _starts(np.bincount(unique // size, minlength=count).tolist()),
        f"{name}.paper": order[unique % size],
        f"{name}.roles": roles,
    }


def _related(
    store: GraphStore, entities: _Nodes, columns: Mapping[str, NDArray[Any]]
) -> dict[str, NDArray[Any]]:
    support = {
        (row["node"].value, row["predicate"].value, row["other"].value): (
            int(row["claims"].value),
            float((row.get("together") or row["surest"]).value),
        )
        for row in store.select(_SUPPORT)
    }
    by_name = _name_ranks(columns)
    found: list[list[tuple[Any, ...]]] = [[] for _ in entities.iris]
    for code, relation in enumerate(RELATION_CODES):
        term = str(RELATION_TERMS[relation])
        for subject, object_ in entities.ends(term, entities):
            key = entities.iris[subject], term, entities.iris[object_]
            claims, confidence = support.get(key, (0, float("nan")))
            for here, other, outgoing in ((subject, object_, True), (object_, subject, False)):
                found[here].append((-claims, by_name[other], relation, outgoing, other, code, claims, confidence))
    rows = [row for each in found for row in sorted(each, key=lambda row: row[:4])]
    parts = list(zip(*rows, strict=True)) or [()] * 8
    return {
        "entity.related.rows": _starts([len(each) for each in found]),
        "entity.related.entity": _ints(parts[4]),
        "entity.related.relation": np.array(parts[5], np.uint8),
        "entity.related.outgoing": np.array(parts[3], np.uint8),
        "entity.related.claims": _ints(parts[6]),
        "entity.related.confidence": _reals(parts[7]),
    }


def _minus_year(year: int) -> int:
    return 0 if year == ABSENT else -year


def _ints(numbers: Iterable[int]) -> NDArray[Any]:
    return np.fromiter(numbers, np.int32)


def _reals(numbers: Iterable[float]) -> NDArray[Any]:
    return np.fromiter(numbers, np.float64)


def _starts(sizes: Sequence[int]) -> NDArray[Any]:
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.array(sizes, np.int64))])


def _text(name: str, texts: Sequence[str]) -> dict[str, NDArray[Any]]:
    utf8 = [text.encode() for text in texts]
    joined = np.frombuffer(b"".join(utf8), np.uint8)
    return {f"{name}.at": _starts([len(each) for each in utf8]), f"{name}.utf8": joined}


def _texts(name: str, lists: Sequence[Sequence[str]]) -> dict[str, NDArray[Any]]:
    return {f"{name}.rows": _starts([len(each) for each in lists]), **_text(name, [t for each in lists for t in each])}
