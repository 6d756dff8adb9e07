"""Selections of a document as functions: what is asked is looked at once, what is answered many times.

Compiling a field gives a function that is bound to a run (its graph, its variables, its limits) and
then answers for any node by number. Each of the three steps does what the one after it would
otherwise repeat.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from graphql import (
    DirectiveNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    is_non_null_type,
    is_required_argument,
)
from graphql.execution.values import VariableValues, get_argument_values

from api.limits import Limits
from api.pages import PageRequest, page_request
from kg.arrays import GraphArrays

__all__ = ["Arguments", "Bind", "Build", "Compiler", "Make", "Many", "Picked", "Run", "UnansweredError", "dicts"]

#: Answers for a node by its number.
Make: TypeAlias = Callable[[int], Any]
#: Answers for many nodes, in their order.
Many: TypeAlias = Callable[[Sequence[int]], list[Any]]
#: Binds a compiled field to a run.
Bind: TypeAlias = "Callable[[Run], Make]"
#: Values of a field's arguments in a run.
Arguments: TypeAlias = "Callable[[Run], Mapping[str, Any]]"
#: Compiles a field.
Build: TypeAlias = "Callable[[Compiler, Picked], Bind]"

_PAGE: Final = ("first", "after", "last", "before")


def dicts(keys: Sequence[str]) -> Callable[[Sequence[Iterable[Any]]], list[dict[str, Any]]]:
    """Function that makes of columns, one a key, the objects that are their rows.

    >>> dicts(["a", "b"])([[1, 2], [3, 4]])
    [{'a': 1, 'b': 3}, {'a': 2, 'b': 4}]
    """
    # Half of an answer's time goes into objects of few keys, and these are the quickest way to them.
    match list(keys):
        case [a]:
            return lambda columns: [{a: x} for x in columns[0]]
        case [a, b]:
            return lambda columns: [{a: x, b: y} for x, y in zip(*columns, strict=True)]
        case [a, b, c]:
            return lambda columns: [{a: x, b: y, c: z} for x, y, z in zip(*columns, strict=True)]
    return lambda columns: [dict(zip(keys, row, strict=True)) for row in zip(*columns, strict=True)]


class UnansweredError(Exception):
    """A plan cannot be made or cannot answer; the schema answers in its place."""


class Run:
    """One execution of a plan.

    Attributes
    ----------
    arrays : GraphArrays
    limits : Limits
    snapshot : str
        Tag that cursors carry.
    variables : mapping
        Values of the document's variables, coerced; those that were not given are absent.
    spent : int
        Nodes of the answer so far, counted as `api.limits.Budget` counts them.
    """

    __slots__ = ("_sources", "arrays", "limits", "snapshot", "spent", "variables")

    def __init__(
        self,
        arrays: GraphArrays,
        limits: Limits,
        snapshot: str,
        variables: Mapping[str, Any],
        sources: Callable[[], VariableValues],
    ) -> None:
        self.arrays, self.limits, self.snapshot, self.variables = arrays, limits, snapshot, variables
        self.spent = 0
        self._sources = sources

    def spend(self, nodes: int) -> None:
        """Count nodes; an answer with too many is refused by the schema, which says so."""
        self.spent += nodes
        if self.spent > self.limits.nodes:
            raise UnansweredError

    def page(self, given: Mapping[str, Any]) -> PageRequest:
        """Page that a connection's arguments ask for."""
        first, after, last, before = (given[name] for name in _PAGE)
        return page_request(first, after, last, before, limit=self.limits.page, snapshot=self.snapshot)

    def values(self) -> VariableValues:
        """Variables as the library keeps them, for arguments that hold them deep inside."""
        return self._sources()


@dataclass(frozen=True, slots=True)
class Picked:
    """A field of a selection, all its mentions together.

    Attributes
    ----------
    key : str
        Name in the answer.
    nodes : tuple of FieldNode
    field : GraphQLField
    """

    key: str
    nodes: tuple[FieldNode, ...]
    field: GraphQLField

    @property
    def name(self) -> str:
        """Name in the schema."""
        return self.nodes[0].name.value


class Compiler:
    """Compiles the selections of one operation.

    Parameters
    ----------
    schema : GraphQLSchema
    fragments : mapping of str to FragmentDefinitionNode
    switches : mapping of str to bool
        Values of the variables that directives ask.
    fields : mapping
        How each known field of each known type is compiled.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        fragments: Mapping[str, FragmentDefinitionNode],
        switches: Mapping[str, bool],
        fields: Mapping[str, Mapping[str, Build]],
    ) -> None:
        self._schema, self._fragments, self._switches, self._fields = schema, fragments, switches, fields

    def select(self, type_name: str, sets: Iterable[SelectionSetNode | None]) -> Callable[[Run], dict[str, Make]]:
        """Selection on a type, as the functions of its fields by their names in the answer."""
        known = self._fields[type_name]
        binds: list[tuple[str, Bind]] = []
        for picked in self.pick(type_name, sets):
            if picked.name == "__typename":
                binds.append((picked.key, _constant(type_name)))
            elif picked.name in known:
                binds.append((picked.key, known[picked.name](self, picked)))
            else:
                raise UnansweredError
        return lambda run: {key: bind(run) for key, bind in binds}

    def nodes(self, type_name: str, sets: Iterable[SelectionSetNode | None]) -> Callable[[Run], Many]:
        """Selection on nodes; where other nodes hang on them, each is answered once a run however often it comes up."""
        sets = list(sets)
        fields = self.select(type_name, sets)
        picked = self.pick(type_name, sets)
        if not picked:
            # Directives may leave nothing of a selection.
            return lambda run: lambda nodes: [{} for _ in nodes]
        if all(node.selection_set is None for each in picked for node in each.nodes):
            rows = dicts([each.key for each in picked])

            def bind_leaves(run: Run) -> Many:
                makes = list(fields(run).values())
                return lambda nodes: rows([map(make, nodes) for make in makes])

            return bind_leaves

        def bind(run: Run) -> Many:
            makes = list(fields(run).items())
            known: dict[int, tuple[dict[str, Any], int]] = {}

            def make(node: int) -> dict[str, Any]:
                if (found := known.get(node)) is not None:
                    if found[1]:
                        run.spend(found[1])
                    return found[0]
                before = run.spent
                answer = {key: each(node) for key, each in makes}
                known[node] = answer, run.spent - before
                return answer

            return lambda nodes: [make(node) for node in nodes]

        return bind

    def pick(self, type_name: str, sets: Iterable[SelectionSetNode | None]) -> list[Picked]:
        """Fields that selections of an object have, in the order of the answer."""
        type_ = self._schema.type_map[type_name]
        if not isinstance(type_, GraphQLObjectType):
            raise UnansweredError
        found: dict[str, list[FieldNode]] = {}
        seen: set[str] = set()
        for each in sets:
            if each is not None:
                self._collect(each.selections, type_, found, seen)
        typename = self._schema.get_field(type_, "__typename")
        picked = []
        for key, nodes in found.items():
            name = nodes[0].name.value
            field = typename if name == "__typename" else type_.fields.get(name)
            if field is None:
                raise UnansweredError
            picked.append(Picked(key, tuple(nodes), field))
        return picked

    def _collect(
        self,
        selections: Collection[SelectionNode],
        type_: GraphQLObjectType,
        found: dict[str, list[FieldNode]],
        seen: set[str],
    ) -> None:
        for node in selections:
            if not self._included(node.directives or ()):
                continue
            if isinstance(node, FieldNode):
                found.setdefault(node.alias.value if node.alias else node.name.value, []).append(node)
            elif isinstance(node, InlineFragmentNode):
                if node.type_condition is None or self._applies(node.type_condition.name.value, type_):
                    self._collect(node.selection_set.selections, type_, found, seen)
            elif isinstance(node, FragmentSpreadNode):
                if getattr(node, "arguments", None):
                    raise UnansweredError
                name = node.name.value
                if name not in seen:
                    seen.add(name)
                    fragment = self._fragments[name]
                    if fragment.directives:
                        raise UnansweredError
                    if self._applies(fragment.type_condition.name.value, type_):
                        self._collect(fragment.selection_set.selections, type_, found, seen)
            else:
                raise UnansweredError

    def _applies(self, condition: str, type_: GraphQLObjectType) -> bool:
        return condition == type_.name or condition in {each.name for each in type_.interfaces}

    def _included(self, directives: Collection[DirectiveNode]) -> bool:
        included = True
        for directive in directives:
            name = directive.name.value
            if name not in ("skip", "include"):
                raise UnansweredError
            truth = self._truth(directive)
            included = included and truth == (name == "include")
        return included

    def _truth(self, directive: DirectiveNode) -> bool:
        (argument,) = directive.arguments or ()
        if isinstance(argument.value, VariableNode):
            return self._switches[argument.value.name.value]
        return bool(getattr(argument.value, "value", None))

    def arguments(self, picked: Picked, heeded: Collection[str], neutral: Mapping[str, Any]) -> Arguments:
        """Values of a field's arguments.

        Parameters
        ----------
        heeded : collection of str
            Arguments that the caller acts on.
        neutral : mapping
            Arguments that change nothing at these values; at others the schema answers. A field with
            an argument that is in neither is left to the schema, whether it is given or not.
        """
        if set(picked.field.args) != {*heeded, *neutral}:
            raise UnansweredError
        read = self._read(picked)

        def values(run: Run) -> Mapping[str, Any]:
            found = read(run)
            for name, value in neutral.items():
                if found[name] != value:
                    raise UnansweredError
            return found

        return values

    def _read(self, picked: Picked) -> Arguments:
        node, field = picked.nodes[0], picked.field
        given = {argument.name.value: argument.value for argument in node.arguments or ()}
        variable = {name: value.name.value for name, value in given.items() if isinstance(value, VariableNode)}
        if any(_holds_variable(value) for name, value in given.items() if name not in variable):
            return lambda run: _coerced(field, node, run.values())
        plain = tuple(each for each in node.arguments or () if each.name.value not in variable)
        bare = FieldNode(name=node.name, arguments=plain)
        required = {name for name in variable if is_non_null_type(field.args[name].type)}
        # What the argument is when its variable is not given: its default, if it may be left out.
        static = _coerced(field, bare, None) if not required - _with_defaults(field) else None
        if not variable and static is not None:
            constant = static
            return lambda run: constant

        def read(run: Run) -> Mapping[str, Any]:
            if static is None:
                return _coerced(field, node, run.values())
            found = dict(static)
            for name, source in variable.items():
                if source in run.variables:
                    value = run.variables[source]
                    if value is None and name in required:
                        raise UnansweredError
                    found[name] = value
            return found

        return read


def _with_defaults(field: GraphQLField) -> set[str]:
    return {name for name, found in field.args.items() if not is_required_argument(found)}


def _coerced(field: GraphQLField, node: FieldNode, values: VariableValues | None) -> Mapping[str, Any]:
    try:
        return get_argument_values(field, node, values)
    except GraphQLError as error:
        raise UnansweredError from error


def _holds_variable(value: ValueNode) -> bool:
    parts = [*getattr(value, "values", ()), *(field.value for field in getattr(value, "fields", ()))]
    return isinstance(value, VariableNode) or any(map(_holds_variable, parts))


def _constant(value: Any) -> Bind:
    return lambda run: lambda node: value
