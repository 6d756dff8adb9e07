"""What a graph looks like in any node-and-edge format: clean text, typed columns, colours, sizes, places.

The writers of GEXF, GraphML and tables all write one `Drawing`, so that they say the same. Whatever a graph of
networkx may hold becomes one of five plain types or is left out:

========================================  ===========================================
in the graph                              in the drawing
========================================  ===========================================
None, NaN, infinities                     no value
numpy scalars                             the plain number
dates and times                           ISO 8601 text
lists, tuples, sets                       text, joined by "|" (sets sorted)
integers and floats in one column         a column of doubles
characters that XML cannot hold           U+FFFD
names that mean something to a format     the name and "_" (``start`` becomes ``start_``)
========================================  ===========================================
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal
from typing import Any, Final, Literal, TypeAlias

from kg.analytics import Graph
from schema.vocab import DEFAULT_BASE

Kind: TypeAlias = Literal["boolean", "integer", "long", "double", "string"]
Value: TypeAlias = bool | int | float | str

#: Colours of the classes: the palette of Okabe and Ito (2008), told apart by colour-blind readers too.
COLOURS: Final[dict[str, str]] = {
    "Paper": "#999999",
    "Method": "#0072B2",
    "Task": "#E69F00",
    "Dataset": "#009E73",
    "Hardware": "#D55E00",
    "Metric": "#CC79A7",
}
OTHER_COLOUR: Final = "#56B4E9"
SMALLEST: Final = 4.0
LARGEST: Final = 40.0

#: Names with a meaning of their own in GEXF, GraphML, Gephi, graphology or networkx's readers.
_TAKEN: Final = {
    *("id", "label", "for", "pid", "parents", "start", "end", "startopen", "endopen", "timestamp", "timeset"),
    *("interval", "spells", "viz", "x", "y", "z", "size", "color", "colour", "shape", "r", "g", "b"),
}
_TAKEN_NODE: Final = _TAKEN | {"iri"}
_TAKEN_EDGE: Final = _TAKEN | {"source", "target", "type", "kind", "weight", "key", "directed", "thickness"}
_NOT_XML: Final = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LABELLED: Final = frozenset({"label"})
_PLACED: Final = frozenset({"label", "x", "y"})
#: Years that Gephi and other calendars can show.
_CALENDAR: Final = range(1, 10_000)
#: Order of the columns that our own graphs have; others follow by name.
_FIRST: Final = (
    *("type", "year", "paper_count", "degree", "page_rank", "betweenness", "community", "community_label"),
    *("harmonic", "core", "confidence", "papers", "npmi", "relations"),
)


@dataclass(frozen=True, slots=True)
class Column:
    """An attribute that nodes or edges may have: its name and its one type."""

    name: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Dot:
    """A node as it is written.

    Attributes
    ----------
    id, label : str
        The id is the part of the IRI behind the base.
    color : str
        ``#RRGGBB``.
    size : float
    position : tuple of float or None
        x and y.
    values : tuple
        A value a column of the drawing, None where there is none.
    years : tuple of int
        When papers speak of it; none where it belongs to no time.
    """

    id: str
    label: str
    color: str
    size: float
    position: tuple[float, float] | None
    values: tuple[Value | None, ...]
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """An edge as it is written: `kind` is the predicate, "" where there is none."""

    id: str
    source: str
    target: str
    kind: str
    weight: float
    values: tuple[Value | None, ...]
    years: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Drawing:
    """A graph as it is written: nodes by id, edges by source, target and kind."""

    directed: bool
    node_columns: tuple[Column, ...]
    nodes: tuple[Dot, ...]
    edge_columns: tuple[Column, ...]
    edges: tuple[Line, ...]


def drawing(graph: Graph, *, base: str = DEFAULT_BASE) -> Drawing:
    """A graph of networkx, of any class and with any attributes, ready to be written.

    Colours go by the node attribute `type`, sizes by the square root of `page_rank` (else `degree`) relative to the
    largest among papers and among entities, for the two are measured in graphs of their own. Nodes that have numbers
    `x` and `y` keep that place. Edges of a multigraph without `kind` take their key for it where that is text.

    Parameters
    ----------
    base : str
        What node ids are shortened by where they begin with it; the attribute `iri` holds the whole.
    """
    nodes = sorted(((str(node), node, dict(attributes)) for node, attributes in graph.nodes(data=True)), key=_text_key)
    ids = _unique_ids([text for text, _, _ in nodes], base)
    by_node = {node: short for (_, node, _), short in zip(nodes, ids, strict=True)}
    places = [_position(attributes) for _, _, attributes in nodes]
    rows = [
        {
            str(name): plain(value)
            for name, value in attributes.items()
            if name not in (_PLACED if place else _LABELLED) and not (name == "years" and _years(attributes))
        }
        for (_, _, attributes), place in zip(nodes, places, strict=True)
    ]
    columns, values = _typed(rows, _TAKEN_NODE)
    iris = [clean(text) if clean(text) != short else None for (text, _, _), short in zip(nodes, ids, strict=True)]
    if any(iris):
        columns = (*columns, Column("iri", "string"))
        values = [(*row, iri) for row, iri in zip(values, iris, strict=True)]
    sizes = _sizes([attributes for _, _, attributes in nodes])
    dots = [
        Dot(
            short,
            folded(attributes.get("label")) or folded(short),
            COLOURS.get(str(attributes.get("type")), OTHER_COLOUR),
            size,
            place,
            row,
            _years(attributes),
        )
        for (_, _, attributes), short, size, place, row in zip(nodes, ids, sizes, places, values, strict=True)
    ]
    edge_columns, edges = _lines(graph, by_node)
    return Drawing(graph.is_directed(), columns, tuple(sorted(dots, key=lambda dot: dot.id)), edge_columns, edges)


def _lines(graph: Graph, ids: Mapping[Any, str]) -> tuple[tuple[Column, ...], tuple[Line, ...]]:
    multiple = graph.is_multigraph()
    found = []
    for source, target, *keys, attributes in graph.edges(keys=True, data=True) if multiple else graph.edges(data=True):
        ends = (ids[source], ids[target])
        kind = folded(attributes.get("kind") or next((key for key in keys if isinstance(key, str)), None))
        weight = plain(attributes.get("weight"))
        # Gephi passes over edges whose weight is not above zero.
        heavy = (
            float(weight) if isinstance(weight, int | float) and not isinstance(weight, bool) and weight > 0 else 1.0
        )
        row = {str(name): plain(value) for name, value in attributes.items() if name not in ("kind", "weight")}
        if years := _years(attributes):
            del row["years"]
        first, second = ends if graph.is_directed() else sorted(ends)
        order = (first, second, kind, json.dumps(row, sort_keys=True))
        found.append((order, heavy, row, years))
    found.sort(key=lambda entry: (entry[0], entry[1]))
    columns, values = _typed([row for _, _, row, _ in found], _TAKEN_EDGE)
    lines = (
        Line(f"e{number}", order[0], order[1], order[2], weight, row, years)
        for number, ((order, weight, _, years), row) in enumerate(zip(found, values, strict=True))
    )
    return columns, tuple(lines)


def clean(text: str) -> str:
    """Text with U+FFFD for each character that XML cannot hold, and line feeds for all line ends.

    >>> clean("a\\x00b\\r\\nc")
    'a\ufffdb\\nc'
    """
    return _NOT_XML.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")


def folded(value: object) -> str:
    """Clean text on one line, for labels; "" for None."""
    return "" if value is None else " ".join(clean(str(value)).split())


def plain(value: object) -> Value | None:
    """The value as one of the five types that all formats know, None where it has none.

    >>> plain(float("inf")), plain(["a", 1]), plain(date(2026, 11, 1)), plain(Decimal("0.5"))
    (None, 'a|1', '2026-11-01', 0.5)
    """
    if value is not None and not isinstance(value, bool | int | float | str) and hasattr(value, "tolist"):
        value = value.tolist()  # numpy's scalars and arrays
    match value:
        case None | bool():
            return value
        case Decimal() | float():
            return float(value) + 0.0 if math.isfinite(value) else None  # no negative zero
        case int():
            return int(value)
        case list() | tuple() | set() | frozenset():
            texts = [as_text(part) for part in map(plain, value) if part is not None]
            return "|".join(sorted(texts) if isinstance(value, set | frozenset) else texts)
        case dict():
            value = json.dumps(value, sort_keys=True, default=str, ensure_ascii=False)
        case date() | time():  # a datetime is a date
            value = value.isoformat()
    return clean(str(value))


def as_text(value: Value) -> str:
    """The value as all formats spell it.

    >>> as_text(True), as_text(2), as_text(0.5)
    ('true', '2', '0.5')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def _kind_of(values: Iterable[Value]) -> Kind:
    kinds: set[Kind] = set()
    for value in values:
        if isinstance(value, bool):
            kinds.add("boolean")
        elif isinstance(value, int):
            kinds.add("integer" if abs(value) < 2**31 else "long" if abs(value) < 2**63 else "string")
        elif isinstance(value, float):
            kinds.add("double")
        else:
            kinds.add("string")
    if len(kinds) == 1:
        return kinds.pop()
    if kinds == {"integer", "long"}:
        return "long"
    return "double" if kinds <= {"integer", "long", "double"} else "string"


def _typed(
    rows: Sequence[Mapping[str, Value | None]], taken: set[str]
) -> tuple[tuple[Column, ...], list[tuple[Value | None, ...]]]:
    """Columns of all names that have a value, and each row's values, each of its column's type."""
    present: dict[str, list[Value]] = {}
    for row in rows:
        for name, value in row.items():
            if value is not None:
                present.setdefault(name, []).append(value)
    order = sorted(present, key=lambda name: (_FIRST.index(name) if name in _FIRST else len(_FIRST), name))
    kinds = {name: _kind_of(present[name]) for name in order}
    columns = []
    used: set[str] = set()  # Gephi does not tell capitals from small letters
    for name in order:
        written = folded(name) or "_"
        while written.lower() in taken or written.lower() in used:
            written += "_"
        used.add(written.lower())
        columns.append(Column(written, kinds[name]))
    return tuple(columns), [tuple(_cast(row.get(name), kinds[name]) for name in order) for row in rows]


def _cast(value: Value | None, kind: Kind) -> Value | None:
    if value is None:
        return None
    return float(value) if kind == "double" else as_text(value) if kind == "string" else value


def _unique_ids(texts: Sequence[str], base: str) -> list[str]:
    used: set[str] = set()
    ids = []
    for text in texts:
        whole = clean(text)
        short = whole.removeprefix(base) or whole
        chosen = whole if short in used else short
        number = 2
        while chosen in used:  # two that differ only in characters that no XML file can hold
            chosen, number = f"{whole}~{number}", number + 1
        used.add(chosen)
        ids.append(chosen)
    return ids


def _years(attributes: Mapping[str, Any]) -> tuple[int, ...]:
    """Years of a node or edge: its attribute `years`, where that is a tuple of years of the calendar."""
    found = attributes.get("years")
    if not isinstance(found, tuple) or not all(type(year) is int and year in _CALENDAR for year in found):
        return ()
    return found


def _text_key(entry: tuple[str, Any, Any]) -> str:
    return entry[0]


def _position(attributes: Mapping[str, Any]) -> tuple[float, float] | None:
    found = (plain(attributes.get("x")), plain(attributes.get("y")))
    x, y = (float(part) if isinstance(part, int | float) and not isinstance(part, bool) else None for part in found)
    return None if x is None or y is None else (x, y)


def _sizes(nodes: Sequence[Mapping[str, Any]]) -> list[float]:
    measure = "page_rank" if any("page_rank" in attributes for attributes in nodes) else "degree"
    amounts = [plain(attributes.get(measure)) for attributes in nodes]
    roots = [math.sqrt(amount) if isinstance(amount, int | float) and amount > 0 else 0.0 for amount in amounts]
    groups = [attributes.get("type") == "Paper" for attributes in nodes]
    largest = {True: 0.0, False: 0.0}
    for root, group in zip(roots, groups, strict=True):
        largest[group] = max(largest[group], root)
    return [
        round(SMALLEST + (LARGEST - SMALLEST) * root / largest[group], 2) if root else SMALLEST
        for root, group in zip(roots, groups, strict=True)
    ]
