"""What a document could cost, reckoned before anything of it runs.

The cost is the number of fields that the answer could have at most: a field counts one, and all
below a list counts once a member. A list's members are bounded by its arguments (`first`, `last`,
`limit`, `maxLength`, a list of ids), whether written or given as variables or left to defaults; where
nothing bounds it, by a setting. Directives that leave fields out are not looked at: the cost is a bound.

    papers(first: 100) { edges { node { title } } }      1 + 1 + 100 * (1 + 1) = 202
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from math import ceil
from typing import Any, Final

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    IntValueNode,
    ListValueNode,
    OperationDefinitionNode,
    SelectionSetNode,
    StringValueNode,
    ValueNode,
    VariableNode,
    get_named_type,
    is_list_type,
)
from strawberry.extensions import SchemaExtension

from api.cursors import snapshot_of
from api.errors import CostError
from api.limits import Limits
from api.pages import DEFAULT_PAGE

__all__ = ["Cost", "CostLimiter", "cost_of"]

#: Arguments that bound the list of a field, or the lists of what the field gives.
#: A path has a node more than steps.
_LENGTH: Final = "maxLength"
_SIZES: Final = ("first", "last", "limit", _LENGTH)
_CURSORS: Final = ("after", "before")

#: What a bound counts at most; more is refused by the field itself, with the range it has.
_MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Cost:
    """Cost of a document.

    Attributes
    ----------
    total : int
        Fields that the answer could have.
    field : str
        The deepest list that makes up at least half of it, as a path of response names; else the dearest.
    share : int
        What that list adds.
    snapshots : frozenset of str
        Tags of the snapshots that the document's cursors are of.
    """

    total: int
    field: str
    share: int
    snapshots: frozenset[str]


def cost_of(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any] | None = None,
    *,
    operation: str | None = None,
    listed: int = 3,
) -> Cost:
    """Cost of an operation of a document; what the schema does not know counts one and hides nothing.

    Parameters
    ----------
    schema : GraphQLSchema
    document : DocumentNode
        Its fragments must not spread themselves; see `api.limits.ExpansionLimiter`.
    variables : mapping, optional
        As they came with the request.
    operation : str, optional
        Name of the operation, where there are several.
    listed : int
        Members that a list is taken to have where nothing bounds it.

    Examples
    --------
    >>> from graphql import build_schema, parse
    >>> schema = build_schema("type Query { papers(first: Int = 5): [Paper] } type Paper { title: String }")
    >>> cost_of(schema, parse("query($n: Int) { papers(first: $n) { title } }"), {"n": 30}).total
    31
    """
    chosen = next(
        node
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode) and (not operation or (node.name and node.name.value == operation))
    )
    values = {
        variable.variable.name.value: variable.default_value
        for variable in chosen.variable_definitions or ()
        if variable.default_value is not None
    }
    fragments = {node.name.value: node for node in document.definitions if isinstance(node, FragmentDefinitionNode)}
    walk = _Walk(schema, fragments, {**values, **(variables or {})}, listed)
    total = walk.cost(chosen.selection_set, schema.get_root_type(chosen.operation), times=1, carried=None, path=())
    largest = [part for part in walk.lists if 2 * part[1] >= total] or sorted(walk.lists, key=lambda part: part[1])[-1:]
    path, share = max(largest, key=lambda part: len(part[0]), default=((), 0))
    return Cost(total, ".".join(path), share, frozenset(walk.snapshots))


@dataclass(slots=True)
class _Walk:
    """A walk through an operation, its fragments spread out."""

    schema: GraphQLSchema
    fragments: Mapping[str, FragmentDefinitionNode]
    variables: Mapping[str, Any]
    listed: int
    lists: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    snapshots: set[str] = field(default_factory=set)

    def cost(
        self,
        selection_set: SelectionSetNode | None,
        parent: GraphQLNamedType | None,
        *,
        times: int,
        carried: int | None,
        path: tuple[str, ...],
    ) -> int:
        """Cost of a selection that is made `times` times; `carried` bounds the lists right in it."""
        total = 0
        for selection in selection_set.selections if selection_set else ():
            if isinstance(selection, FieldNode):
                total += self._field_cost(selection, parent, times, carried, path)
                continue
            inner: InlineFragmentNode | FragmentDefinitionNode | None = None
            if isinstance(selection, FragmentSpreadNode):
                inner = self.fragments.get(selection.name.value)
            elif isinstance(selection, InlineFragmentNode):
                inner = selection
            if inner is not None:
                condition = inner.type_condition
                of = self.schema.get_type(condition.name.value) if condition else parent
                total += self.cost(inner.selection_set, of, times=times, carried=carried, path=path)
        return total

    def _field_cost(
        self,
        node: FieldNode,
        parent: GraphQLNamedType | None,
        times: int,
        carried: int | None,
        path: tuple[str, ...],
    ) -> int:
        found = (
            self.schema.get_field(parent, node.name.value)
            if isinstance(parent, GraphQLObjectType | GraphQLInterfaceType)
            else None
        )
        if found is None:
            return times
        path = (*path, (node.alias or node.name).value)
        written = {argument.name.value: argument.value for argument in node.arguments or ()}
        self.snapshots.update(
            tag for name in _CURSORS if name in written and (tag := snapshot_of(self._text(written[name])))
        )
        bound = self._bound(found, written)
        members = 1
        if _lists(found):
            members = bound if bound is not None else carried if carried is not None else self._usual(parent, node)
            bound = None
        below = self.cost(
            node.selection_set, get_named_type(found.type), times=times * members, carried=bound, path=path
        )
        if bound is not None or members != 1:
            self.lists.append((path, times + below))
        return times + below

    def _usual(self, parent: GraphQLNamedType | None, node: FieldNode) -> int:
        """Return what a list without a bound is taken to have; of the schema's own lists it is known."""
        name = parent.name if parent else ""
        return _own_lists(self.schema).get(node.name.value, 1) if name.startswith("__") else self.listed

    def _bound(self, found: GraphQLField, written: Mapping[str, ValueNode]) -> int | None:
        """Return how many members the arguments of a field allow, None where they do not say."""
        sizes = [name for name in _SIZES if name in found.args]
        for name in sizes:
            if (size := self._number(written.get(name))) is not None:
                return size + (name == _LENGTH)
        for name in sizes:
            if isinstance(default := found.args[name].default_value, int):
                return default + (name == _LENGTH)
        if sizes:
            return DEFAULT_PAGE
        if _lists(found):
            lengths = [length for value in written.values() if (length := self._length(value)) is not None]
            return max(lengths, default=None)
        return None

    def _value(self, node: ValueNode | None) -> Any:
        if isinstance(node, VariableNode):
            found = self.variables.get(node.name.value)
            return found if not isinstance(found, VariableNode) else None
        return node

    def _number(self, node: ValueNode | None) -> int | None:
        value = self._value(node)
        if isinstance(value, IntValueNode):
            # A number of many digits is not read: that takes quadratic time, and Python refuses to.
            value = int(value.value) if len(value.value) < 10 else _MOST
        if isinstance(value, bool) or not isinstance(value, int | float):
            return None
        # The comparisons are false for what is no number at all.
        return int(value) if 0 <= value <= _MOST else 0 if value < 0 else _MOST

    def _length(self, node: ValueNode | None) -> int | None:
        value = self._value(node)
        if isinstance(value, ListValueNode):
            return len(value.values)
        return len(value) if isinstance(value, list) else None

    def _text(self, node: ValueNode) -> str:
        value = self._value(node)
        if isinstance(value, StringValueNode):
            value = value.value
        return value if isinstance(value, str) else ""


def _lists(found: GraphQLField) -> bool:
    type_ = found.type
    return is_list_type(type_.of_type if isinstance(type_, GraphQLNonNull) else type_)


@lru_cache(maxsize=8)
def _own_lists(schema: GraphQLSchema) -> Mapping[str, int]:
    """Return the mean number of members of each list of introspection, which the schema fixes."""
    types = list(schema.type_map.values())
    objects = [type_ for type_ in types if isinstance(type_, GraphQLObjectType | GraphQLInterfaceType)]
    fields = [found for type_ in objects for found in type_.fields.values()]
    inputs = [type_ for type_ in types if isinstance(type_, GraphQLInputObjectType)]
    members = [len(getattr(type_, "values", ())) for type_ in types]
    return {
        "types": len(types),
        "directives": len(schema.directives),
        "fields": ceil(len(fields) / len(types)),
        "args": ceil(sum(len(found.args) for found in fields) / max(1, len(fields))),
        "inputFields": ceil(sum(len(type_.fields) for type_ in inputs) / len(types)),
        "enumValues": ceil(sum(members) / len(types)),
    }


class CostLimiter(SchemaExtension):
    """Refuses documents that could cost more than one request may; runs before validation, which costs too."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits

    def on_validate(self) -> Iterator[None]:
        """Note the cost, or set the error."""
        running = self.execution_context
        if running.graphql_document is not None and not running.pre_execution_errors:
            cost = cost_of(
                running.schema._schema,
                running.graphql_document,
                running.variables,
                operation=running.operation_name,
                listed=self.limits.listed,
            )
            running.context.cost = cost
            running.context.operation = running.operation_name or ""
            if cost.total > self.limits.cost:
                error = CostError(cost.total, self.limits.cost, cost.field, cost.share)
                running.pre_execution_errors = [GraphQLError(str(error), original_error=error)]
        yield
