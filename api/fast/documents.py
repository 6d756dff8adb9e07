"""Documents that were found sound, and their plans.

A document is held to the limits and validated by the schema itself, once; whether it is sound
depends on its text alone. What depends on a request, its cost and the snapshot of its cursors, is
looked at every time.
"""

from __future__ import annotations

import copy
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeAlias

from graphql import (
    ArgumentNode,
    DirectiveNode,
    FragmentDefinitionNode,
    GraphQLEnumType,
    GraphQLError,
    GraphQLNonNull,
    GraphQLSchema,
    Node,
    OperationType,
    StringValueNode,
    Undefined,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    get_operation_ast,
    type_from_ast,
    visit,
)
from graphql.execution.values import VariableValues, get_variable_values
from strawberry.extensions import SchemaExtension
from strawberry.schema import Schema
from strawberry.types import ExecutionResult

from api.context import Context, Graph
from api.cost import Cost, cost_of
from api.cursors import snapshot_of
from api.errors import CostError, RequestError
from api.fast.compiling import Compiler, Make, Run, UnansweredError
from api.fast.roots import FIELDS
from api.limits import Limits
from kg.arrays import GraphArrays

__all__ = ["Answer", "Documents"]

_LOG = logging.getLogger("paperkg.api")

# Documents that are remembered, and characters of their texts together.
_MOST: Final = 1_000
_LONGEST: Final = 4_000_000
# Fields of an answer that takes no more than some milliseconds.
_FEW: Final = 5_000
# Plans and costs that one document may have.
_VARIANTS: Final = 64

_SIZES: Final = ("first", "last", "limit", "maxLength")
_CURSORS: Final = ("after", "before")
_Coerce: TypeAlias = Callable[[Any], Any]
_Plan: TypeAlias = Callable[[Run], dict[str, Make]]


class _Sound(SchemaExtension):
    """Ends an execution where it would begin: the document was parsed, limited and validated by then."""

    def on_execute(self) -> Iterator[None]:
        """Give the document in place of an answer."""
        document = self.execution_context.graphql_document
        self.execution_context.result = ExecutionResult(data={"document": document}, errors=None)
        yield


@dataclass(frozen=True, slots=True)
class Answer:
    """What a document gets, and what the log is told of it.

    Attributes
    ----------
    data : dict
    cost : Cost
    operation : str
    """

    data: dict[str, Any]
    cost: Cost
    operation: str


class Documents:
    """Answers documents from the arrays, as far as their plans can.

    Parameters
    ----------
    schema : Schema
        The schema that answers otherwise, with the extensions that hold documents to limits.
    limits : Limits
    """

    def __init__(self, schema: Schema, limits: Limits) -> None:
        self._vetting = copy.copy(schema)
        self._vetting.extensions = (*schema.extensions, _Sound)
        self._limits = limits
        self._known: OrderedDict[tuple[str, str | None], _Document | None] = OrderedDict()
        self._characters = 0
        # Requests of two lanes come here, each lane in a thread of its own.
        self._lock = threading.Lock()
        #: Requests that were answered here, and those that were left to the schema.
        self.answered = 0
        self.left = 0

    async def answer(
        self, graph: Graph, text: str, variables: Mapping[str, Any] | None, operation: str | None
    ) -> Answer | None:
        """Result of a document; None when the schema must answer it."""
        arrays = graph.arrays
        if arrays is None:
            return None
        try:
            document = await self._document(graph, text, variables, operation)
            found = None if document is None else document.answer(arrays, graph.tag, variables or {}, self._limits)
        except (UnansweredError, RequestError, RecursionError):
            found = None
        except Exception:
            # The schema's answer is right, and the log says that a quick one was lost.
            _LOG.exception("a plan failed; the schema answers in its place")
            found = None
        if found is None:
            self.left += 1
        else:
            self.answered += 1
        return found

    def soon(self, graph: Graph, text: str, variables: Mapping[str, Any] | None, operation: str | None) -> bool:
        """Whether a document was looked at before and has an answer of few fields in the arrays."""
        document = self._known.get((text, operation))
        return graph.arrays is not None and document is not None and document.fields(variables or {}) <= _FEW

    async def _document(
        self, graph: Graph, text: str, variables: Mapping[str, Any] | None, operation: str | None
    ) -> _Document | None:
        if operation == "":
            return None
        key = text, operation
        with self._lock:
            if key in self._known:
                self._known.move_to_end(key)
                return self._known[key]
        try:
            document = await self._vetted(graph, text, variables, operation)
        except CostError:
            # With other variables it may cost less, so nothing is known of the document yet.
            return None
        with self._lock:
            if key not in self._known:
                self._characters += len(text)
            self._known[key] = document
            while len(self._known) > _MOST or self._characters > _LONGEST:
                (forgotten, _), _ = self._known.popitem(last=False)
                self._characters -= len(forgotten)
        return document

    async def _vetted(
        self, graph: Graph, text: str, variables: Mapping[str, Any] | None, operation: str | None
    ) -> _Document | None:
        context = Context(graph, self._limits, "")
        try:
            result = await self._vetting.execute(
                text, variable_values=dict(variables or {}), context_value=context, operation_name=operation
            )
        except Exception:  # whatever it is, the schema tells it
            return None
        for error in result.errors or ():
            if isinstance(error.original_error, CostError):
                raise error.original_error
        if result.errors or not result.data:
            return None
        try:
            document = result.data["document"]
            return _Document(self._vetting._schema, document, operation, listed=self._limits.listed)
        except (UnansweredError, GraphQLError):
            return None


class _Document:
    """A sound document, and the plans of one operation of it."""

    def __init__(self, schema: GraphQLSchema, document: Any, operation: str | None, *, listed: int) -> None:
        chosen = get_operation_ast(document, operation)
        if chosen is None or chosen.operation is not OperationType.QUERY or chosen.directives:
            raise UnansweredError
        self._schema, self._operation = schema, chosen
        self._name = chosen.name.value if chosen.name else ""
        self._fragments = {
            node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)
        }
        self._definitions = tuple(chosen.variable_definitions or ())
        self._variables = [_Variable(schema, each) for each in self._definitions]
        names = _Names(document)
        self._switches, self._sizes, self._cursors = sorted(names.switches), sorted(names.sizes), sorted(names.cursors)
        defaults = {each.variable.name.value: each.default_value for each in self._definitions}
        usual = [value.value for name in self._cursors if isinstance(value := defaults.get(name), StringValueNode)]
        self._tags = names.tags | set(map(snapshot_of, usual))
        self._cost = partial(cost_of, schema, document, operation=operation, listed=listed)
        self._costs: dict[Any, Cost] = {}
        self._plans: dict[tuple[bool, ...], _Plan | None] = {}

    def answer(
        self, arrays: GraphArrays, snapshot: str, given: Mapping[str, Any], limits: Limits
    ) -> Answer | None:
        """Result of the operation.

        Raises
        ------
        UnansweredError, RequestError
            When the schema must answer.
        """
        cost = self._cost_of(given)
        if cost.total > limits.cost or self._of_another(snapshot, given):
            return None
        variables = self._coerced(given)
        plan = self._plan(variables)
        if plan is None:
            return None
        run = Run(arrays, limits, snapshot, variables, lambda: self._values(given))
        return Answer({key: make(0) for key, make in plan(run).items()}, cost, self._name)

    def fields(self, given: Mapping[str, Any]) -> int:
        """How many fields the answer could have."""
        return self._cost_of(given).total

    def _cost_of(self, given: Mapping[str, Any]) -> Cost:
        # Nothing of a request enters its cost but the sizes of pages and the lengths of lists.
        values = [given.get(name) for name in self._sizes]
        lengths = tuple((name, len(value)) for name, value in given.items() if isinstance(value, list))
        key = (*((type(value), value) for value in values if not isinstance(value, list | dict)), lengths)
        found = self._costs.get(key)
        if found is None:
            if len(self._costs) >= _VARIANTS:
                self._costs.clear()
            found = self._costs[key] = self._cost(given)
        return found

    def _of_another(self, snapshot: str, given: Mapping[str, Any]) -> bool:
        """Whether a cursor was made on another snapshot, which the schema then asks."""
        texts = [value for name in self._cursors if isinstance(value := given.get(name), str)]
        return any(tag not in (None, snapshot) for tag in (*self._tags, *map(snapshot_of, texts)))

    def _coerced(self, given: Mapping[str, Any]) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for variable in self._variables:
            if variable.name in given:
                value = variable.coerced(given[variable.name])
                if value is Undefined:
                    return dict(self._values(given).coerced)
                found[variable.name] = value
            elif variable.default is not Undefined:
                found[variable.name] = variable.default
            elif variable.required:
                raise UnansweredError
        return found

    def _values(self, given: Mapping[str, Any]) -> VariableValues:
        values = get_variable_values(self._schema, self._definitions, dict(given))
        if not isinstance(values, VariableValues):
            raise UnansweredError
        return values

    def _plan(self, variables: Mapping[str, Any]) -> _Plan | None:
        truths = tuple(variables.get(name) for name in self._switches)
        if not all(isinstance(truth, bool) for truth in truths):
            return None
        key: tuple[bool, ...] = tuple(map(bool, truths))
        if key in self._plans:
            return self._plans.get(key)
        switches = dict(zip(self._switches, key, strict=True))
        compiler = Compiler(self._schema, self._fragments, switches, FIELDS)
        found: _Plan | None = None
        with suppress(UnansweredError):
            found = compiler.select("Query", [self._operation.selection_set])
        if len(self._plans) >= _VARIANTS:
            self._plans.clear()
        self._plans[key] = found
        return found


class _Variable:
    """A variable of an operation: its plain values are coerced here, all others by the library."""

    def __init__(self, schema: GraphQLSchema, node: VariableDefinitionNode) -> None:
        type_ = type_from_ast(schema, node.type)
        self.name = node.variable.name.value
        self.required = isinstance(type_, GraphQLNonNull)
        self.default: Any = Undefined
        if node.default_value is not None:
            values = get_variable_values(schema, [node], {})
            if not isinstance(values, VariableValues):
                raise UnansweredError
            self.default = values.coerced[self.name]
        self._plain = _plain(type_.of_type if isinstance(type_, GraphQLNonNull) else type_)

    def coerced(self, value: Any) -> Any:
        """Value as resolvers get it; `Undefined` when the library must look at it."""
        if value is None:
            return Undefined if self.required else None
        return self._plain(value)


def _plain(type_: Any) -> _Coerce:
    if isinstance(type_, GraphQLEnumType):
        enum = type_
        return lambda value: enum.parse_value(value) if type(value) is str and value in enum.values else Undefined
    name = getattr(type_, "name", "")
    if name in ("String", "ID"):
        return lambda value: value if type(value) is str else Undefined
    if name == "Int":
        return lambda value: value if type(value) is int and -(2**31) <= value < 2**31 else Undefined
    if name == "Boolean":
        return lambda value: value if type(value) is bool else Undefined
    return lambda value: Undefined


class _Names(Visitor):
    """Variables of a document that directives, page sizes and cursors are given by, and tags of its own cursors."""

    def __init__(self, document: Node) -> None:
        super().__init__()
        self.switches: set[str] = set()
        self.sizes: set[str] = set()
        self.cursors: set[str] = set()
        self.tags: set[str | None] = set()
        visit(document, self)

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        """Note what it asks."""
        if node.name.value not in ("skip", "include"):
            raise UnansweredError
        values = [each.value for each in node.arguments or ()]
        self.switches.update(value.name.value for value in values if isinstance(value, VariableNode))

    def enter_argument(self, node: ArgumentNode, *_: Any) -> None:
        """Note what it is given by."""
        name, value = node.name.value, node.value
        if isinstance(value, VariableNode):
            names = self.sizes if name in _SIZES else self.cursors if name in _CURSORS else set()
            names.add(value.name.value)
        elif name in _CURSORS and isinstance(value, StringValueNode):
            self.tags.add(snapshot_of(value.value))
