"""What the client sends and reads is what the schema has: documents, arguments, defaults, types, None, enumerations."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableNode,
    Visitor,
    build_schema,
    parse,
    validate,
    visit,
)
from graphql.execution.values import get_variable_values

from kg.client import answers, questions, terms, walks
from kg.client.calls import Call
from kg.client.selecting import camel, hints, members, optional, selection
from kg.client.walks import Walk

SDL = (Path(__file__).resolve().parents[3] / "schema" / "api.graphql").read_text(encoding="utf-8")
SCHEMA = build_schema(SDL)
KINDS = [each for each in vars(answers).values() if is_dataclass(each) and isinstance(each, type)]
SCALARS = {str: ("String", "ID"), int: ("Int",), float: ("Float",), bool: ("Boolean",)}

#: Each question with as little as it needs, and with all that it takes.
ASKED: dict[str, tuple[Call[Any] | Walk[Any, Any], Call[Any] | Walk[Any, Any]]] = {
    "statistics": (questions.statistics(), questions.statistics()),
    "entity": (questions.entity("BERT"), questions.entity("https://example.org/x", type="METHOD")),
    "paper": (questions.paper("arxiv:1"), questions.paper("arxiv:1")),
    "path": (questions.path("a", "b"), questions.path("a", "b", max_length=2, claims=1)),
    "neighbourhood": (questions.neighbourhood("a"), questions.neighbourhood("a", depth=2, limit=5, claims=2)),
    "entities": (
        walks.entities(),
        walks.entities(
            "x", type="TASK", broader="y", include_narrower=False, min_papers=2, order_by="PAPERS",
        ),
    ),
    "papers": (
        walks.papers(),
        walks.papers(
            "x", entity="y", include_narrower=False, role="USES", type="METHOD", year=2020, year_from=2019,
            year_to=2021, venue="ICLR", order_by="TITLE",
        ),
    ),
    "mentioned": (walks.mentioned("arxiv:1"), walks.mentioned("arxiv:1", type="METHOD", role="USES", claims=1)),
    "related": (
        walks.related("BERT"),
        walks.related(
            "BERT", of_type="METHOD", relation="USED_FOR", direction="OUTGOING", type="TASK", claims=1,
        ),
    ),
    "claims": (
        walks.claims(),
        walks.claims(
            paper="a", subject="b", object="c", role="USES", relation="PART_OF", min_confidence=0.5,
            min_edge_confidence=0.5, min_support=2, derived=False, hedged=True,
        ),
    ),
    "leaderboard": (
        walks.leaderboard("ImageNet", "accuracy"),
        walks.leaderboard(
            "ImageNet", "accuracy", unit="%", change=True, hedged=False, min_confidence=0.1, order="LOWEST",
        ),
    ),
    "measurements": (
        walks.measurements("TPU"),
        walks.measurements(
            "TPU", dimension="POWER", include_narrower=False, unit="W", change=True, hedged=True,
            min_confidence=0.2, order="HIGHEST",
        ),
    ),
}  # fmt: skip


def _body(asked: Call[Any] | Walk[Any, Any]) -> Mapping[str, Any]:
    call = asked.call("cursor", 50, True) if isinstance(asked, Walk) else asked
    return json.loads(call.body)


def test_every_question_is_checked() -> None:
    made = {*questions.__all__, *walks.__all__} - {"Identified", "id_of", "which", "execute", "PAGE", "Walk"}
    assert made == set(ASKED)


@pytest.mark.parametrize("name", ASKED)
@pytest.mark.parametrize("much", [False, True], ids=["least", "all"])
def test_documents_and_variables_fit_the_schema(name: str, much: bool) -> None:
    body = _body(ASKED[name][much])
    document = parse(body["query"])
    assert validate(SCHEMA, document) == []
    (operation,) = document.definitions
    assert isinstance(operation, OperationDefinitionNode)
    declared = {each.variable.name.value for each in operation.variable_definitions or ()}
    assert set(body["variables"]) == declared
    problems = get_variable_values(SCHEMA, operation.variable_definitions or (), body["variables"])
    assert not isinstance(problems, list), problems


@pytest.mark.parametrize("name", ASKED)
def test_what_is_left_out_is_what_the_schema_would_take(name: str) -> None:
    body = _body(ASKED[name][False])
    different = []
    for field, argument, value in _arguments(body["query"], body["variables"]):
        known = field.args[argument]
        told = value if isinstance(value, dict) else {argument: value}
        of = known.type.fields if isinstance(known.type, GraphQLInputObjectType) else {argument: known}
        different += [
            (one, given, of[one].default_value)
            for one, given in told.items()
            # what must be given, and how much of a list comes with each page, is the client's own
            if not _required(of[one]) and one not in ("first", "after") and given != of[one].default_value
        ]
    assert different == []


def _required(argument: Any) -> bool:
    from graphql import Undefined

    return argument.default_value is Undefined


def _arguments(text: str, variables: Mapping[str, Any]) -> list[tuple[GraphQLField, str, Any]]:
    found = []
    info = TypeInfo(SCHEMA)

    class Arguments(Visitor):
        def enter_argument(self, node: Any, *_: Any) -> None:
            field = info.get_field_def()
            name = node.value.name.value if isinstance(node.value, VariableNode) else None
            # `id` or `name`, one of which is null, and numbers of claims are no defaults of the schema
            if field and name and not info.get_directive() and name not in ("id", "name", "claims", "dataset", "metric"):
                found.append((field, node.name.value, variables[name]))

    visit(parse(text), TypeInfoVisitor(info, Arguments()))
    return found


def unlike(schema: GraphQLSchema) -> list[str]:
    """Fields of the dataclasses that are not as the schema has them."""
    found = []
    for kind in KINDS:
        type_ = schema.type_map.get(kind.SDL)
        if not isinstance(type_, GraphQLObjectType | GraphQLInterfaceType):
            found.append(f"{kind.__name__}: the schema has no {kind.SDL}")
            continue
        for each in fields(kind):
            field = type_.fields.get(camel(each.name))
            if field is None:
                found.append(f"{kind.__name__}.{each.name}: the schema has no such field")
            elif not _same(schema, hints(kind)[each.name], field.type, bare="directive" in each.metadata):
                found.append(f"{kind.__name__}.{each.name} is {hints(kind)[each.name]}, the schema says {field.type}")
    return found


def _same(schema: GraphQLSchema, hint: Any, type_: Any, *, bare: bool) -> bool:
    inner, may_be_none = optional(hint)
    never_null = isinstance(type_, GraphQLNonNull)
    # what a directive can leave out is None then, whatever the schema says of it
    if may_be_none == never_null and not bare:
        return False
    named = type_.of_type if never_null else type_
    if get_origin(inner) is tuple:
        return isinstance(named, GraphQLList) and _same(schema, get_args(inner)[0], named.of_type, bare=False)
    if isinstance(named, GraphQLList):
        return False
    if get_origin(inner) is Literal:
        return isinstance(named, GraphQLEnumType) and terms.ENUMS[named.name] == inner
    kinds = members(inner)
    if len(kinds) > 1:
        possible = {each.name for each in schema.get_possible_types(named)}
        return isinstance(named, GraphQLInterfaceType) and {each.SDL for each in kinds} <= possible
    if kinds:
        return bool(named.name == kinds[0].SDL)
    return named.name in SCALARS.get(inner, ("JSON",))


def test_dataclasses_have_the_schemas_fields_types_and_nulls() -> None:
    assert unlike(SCHEMA) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ('"""Its preferred name."""\n  name: String!', '"""Its preferred name."""\n  name: String', "Entity.name"),
        ('"""Year of publication."""\n  year: Int', '"""Year of publication."""\n  year: Int!', "Paper.year"),
        ("claimCount: Int!", "claimNumber: Int!", "RelatedEdge.claim_count"),
        ("quotes: [Evidence!]!", "quotes: [Evidence]!", "Claim.quotes"),
        ("direction: Direction!", "direction: Status!", "RelatedEdge.direction"),
        ("type Neighbourhood {", "type Surroundings {", "Neighbourhood:"),
    ],
)
def test_a_schema_that_changes_is_noticed(old: str, new: str, where: str) -> None:
    assert old in SDL
    changed = SDL.replace(old, new).replace("): Neighbourhood\n", "): Surroundings\n" if "Surr" in new else "): Neighbourhood\n")
    assert any(each.startswith(where) for each in unlike(build_schema(changed)))


@pytest.mark.parametrize("name", terms.ENUMS)
def test_enumerations_have_the_schemas_values(name: str) -> None:
    type_ = SCHEMA.type_map[name]
    assert isinstance(type_, GraphQLEnumType)
    assert set(get_args(terms.ENUMS[name])) == set(type_.values)


def test_a_selection_names_the_kinds_of_an_interface() -> None:
    text = selection(answers.Neighbour)
    assert text == (
        "node { __typename ... on Paper { iri title year identifiers } ... on Entity { iri type name } } distance"
    )
