"""What one request may ask for: size, depth, tokens, aliases, cost, pages, nodes, seconds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    OperationDefinitionNode,
    SelectionSetNode,
)
from strawberry.extensions import SchemaExtension
from strawberry.types import ExecutionContext

from api.errors import LimitError

__all__ = ["Budget", "ExpansionLimiter", "Limits"]

_Path: TypeAlias = tuple[str, ...]

# Fields of a path that an error shows, the last ones.
_SHOWN: Final = 6

# Python reads numbers of up to 4,300 digits, and no number of the API has a tenth of that.
_DIGITS: Final = 400
_LONG_NUMBER: Final = re.compile(rf"\d{{{_DIGITS + 1}}}")


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the API.

    Attributes
    ----------
    body : int
        Bytes of a request's body.
    depth : int
        Levels of fields in a document; a connection takes three.
    tokens : int
        Tokens of a document.
    aliases : int
        Aliases in a document.
    selections : int
        Fields and fragments of a document, fragments counted each time they are spread.
    repeats : int
        Pairs of fields of a document that have the same place in the answer: validation compares
        each with each.
    cost : int
        Fields that the answer to a document could have; see `api.cost`.
    listed : int
        Members that a list is taken to have where no argument bounds it; there it is `nodes` that holds.
    seconds : float
        Seconds that the answer to a document may take.
    introspection : bool
        Whether the schema may be asked for.
    body_seconds : float
        Seconds that a request's body may take to arrive.
    page : int
        Edges on a page.
    nodes : int
        Nodes in one answer, all pages and lists together.
    visited : int
        Nodes a search for a path may look at, and all searches of a request together.
    workers : int
        Queries of GraphQL that run at the same time.
    sparql_workers : int
        Queries of SPARQL that run at the same time.
    sparql_wait : float
        Seconds that a SPARQL query may wait for a worker.
    sparql_seconds : float
        Seconds that one SPARQL query may take, the time not counted that its reader keeps it waiting.
    sparql_sending : float
        Seconds that the reader of a large answer may keep a SPARQL query waiting.
    sparql_bytes : int
        Bytes that the answer of one SPARQL query may have.
    sparql_memory : int
        Bytes of address space that the process of one SPARQL query may have.
    """

    body: int = 100_000
    depth: int = 16
    tokens: int = 2_000
    aliases: int = 30
    selections: int = 2_000
    repeats: int = 2_000
    cost: int = 50_000
    listed: int = 3
    seconds: float = 30.0
    introspection: bool = True
    body_seconds: float = 10.0
    page: int = 100
    nodes: int = 20_000
    visited: int = 50_000
    workers: int = 8
    sparql_workers: int = 4
    sparql_wait: float = 5.0
    sparql_seconds: float = 30.0
    sparql_sending: float = 120.0
    sparql_bytes: int = 64_000_000
    sparql_memory: int = 2_000_000_000


@dataclass(slots=True)
class Budget:
    """How many nodes a request may still have: page sizes multiply, so each alone limits little."""

    allowed: int
    spent: int = field(default=0)
    #: Nodes that searches may look at, all of a request together, and those they did.
    visitable: int = 50_000
    visited: int = field(default=0)

    def visit(self, nodes: int) -> None:
        """Note that a search looks at this many nodes.

        Raises
        ------
        LimitError
            When all searches of a request together look at more than they may.
        """
        self.visited += nodes
        if self.visited > self.visitable:
            raise LimitError(
                f"the searches of this request would look at more than {self.visitable} nodes",
                "ask for shorter paths, for fewer papers at a time, or for ends that fewer papers mention",
            )

    def spend(self, nodes: int) -> None:
        """Take this many nodes from the budget.

        Raises
        ------
        LimitError
            When the answer grows beyond what one request may have.
        """
        self.spent += nodes
        if self.spent > self.allowed:
            raise LimitError(
                f"the answer would have more than {self.allowed} nodes",
                "ask for smaller pages or fewer levels, and page through them",
            )


class ExpansionLimiter(SchemaExtension):
    """Refuses documents that what comes after it could not bear.

    The depth and alias limiters walk a document with its fragments spread out, which takes
    exponential time on fragments that spread fragments twice, and fails on those that do not exist
    and on empty selections; validation fails on numbers that Python does not read.
    """

    def __init__(self, max_selections: int, max_repeats: int) -> None:
        self.max_selections = max_selections
        self.max_repeats = max_repeats

    def on_operation(self) -> Iterator[None]:
        """Tell the parser that a selection selects something, as the specification has it."""
        self.execution_context.parse_options["allow_empty_selection_sets"] = False  # type: ignore[typeddict-unknown-key]
        yield

    def on_validate(self) -> Iterator[None]:
        """Set the error before validation, which does not run then."""
        running = self.execution_context
        if running.graphql_document:
            problem = (
                _operation_problem(running)
                or _expansion_problem(running.graphql_document, self.max_selections)
                or _repeats_problem(running.graphql_document, self.max_repeats)
            )
            if problem:
                running.pre_execution_errors = [GraphQLError(problem)]
        yield


def _operation_problem(running: ExecutionContext) -> str | None:
    if _LONG_NUMBER.search(running.query or ""):
        return f"a number has more than {_DIGITS} digits"
    definitions = running.graphql_document.definitions if running.graphql_document else ()
    operations = sum(isinstance(node, OperationDefinitionNode) for node in definitions)
    if operations > 1 and not running._provided_operation_name:
        return f"the document has {operations} operations; name one as `operationName`"
    return None


def _expansion_problem(document: DocumentNode, allowed: int) -> str | None:
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    sizes: dict[str, int] = {}
    open_names: set[str] = set()

    def size(selection_set: SelectionSetNode | None) -> int:
        return sum(1 + selection_size(selection) for selection in (selection_set.selections if selection_set else ()))

    def selection_size(selection: object) -> int:
        if isinstance(selection, FragmentSpreadNode):
            return fragment_size(selection.name.value)
        return size(getattr(selection, "selection_set", None))

    def fragment_size(name: str) -> int:
        if name not in fragments:
            raise GraphQLError(f"unknown fragment {name!r}")
        if name in open_names:
            raise GraphQLError(f"fragment {name!r} spreads itself")
        if name not in sizes:
            open_names.add(name)
            sizes[name] = size(fragments[name].selection_set)
            open_names.remove(name)
        return sizes[name]

    try:
        operations = [node for node in document.definitions if isinstance(node, OperationDefinitionNode)]
        total = sum(size(node.selection_set) for node in operations) + sum(map(fragment_size, fragments))
    except GraphQLError as error:
        return error.message
    return f"the document has more than {allowed} selections" if total > allowed else None


def _repeats_problem(document: DocumentNode, allowed: int) -> str | None:
    """Return what is wrong with a document, of no more than so many selections, that repeats its fields.

    Validation compares all fields with the same place in the answer in pairs, and what is below
    them too, so that few fields, repeated at several levels, keep it busy for minutes.
    """
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    places: Counter[_Path] = Counter()

    def count(selection_set: SelectionSetNode | None, path: _Path) -> None:
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FragmentSpreadNode):
                count(fragments[selection.name.value].selection_set, path)
            elif isinstance(selection, FieldNode):
                below = (*path, (selection.alias or selection.name).value)
                places[below] += 1
                count(selection.selection_set, below)
            else:
                count(getattr(selection, "selection_set", None), path)

    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode | FragmentDefinitionNode):
            # A definition's name comes first, so that the places of two are not taken for one.
            count(definition.selection_set, (definition.name.value if definition.name else "",))
    if sum(times * (times - 1) // 2 for times in places.values()) <= allowed:
        return None
    path, times = max(places.items(), key=lambda place: place[1])
    return f"the document repeats fields too often: {'.'.join(path[1:][-_SHOWN:])!r} stands {times} times at one place"
