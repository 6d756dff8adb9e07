"""Selections of GraphQL made from the dataclasses of answers, and answers read back into them."""

from __future__ import annotations

import re
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from kg.client.errors import AnswerError

__all__ = ["camel", "hints", "members", "optional", "read", "read_optional", "selection"]

T = TypeVar("T")

_SCALARS: Final[dict[type, tuple[type, ...]]] = {str: (str,), int: (int,), float: (int, float), bool: (bool,)}


def camel(name: str) -> str:
    """Name of a field as GraphQL spells it.

    >>> camel("total_count")
    'totalCount'
    """
    return re.sub(r"_(\w)", lambda found: found[1].upper(), name)


@cache
def hints(type_: type) -> Mapping[str, Any]:
    """Types of the fields of a dataclass, by name."""
    resolved = get_type_hints(type_)
    return {each.name: resolved[each.name] for each in fields(type_)}


def optional(hint: Any) -> tuple[Any, bool]:
    """Type without None, and whether None was in it."""
    if get_origin(hint) in (Union, types.UnionType) and type(None) in get_args(hint):
        left = [each for each in get_args(hint) if each is not type(None)]
        return Union[tuple(left)], True  # noqa: UP007 - of types that are known only when it runs
    return hint, False


def members(hint: Any) -> tuple[type, ...]:
    """Dataclasses that a type is made of: one, or those of a union; none for a scalar."""
    inner, _ = optional(hint)
    if get_origin(inner) is tuple:
        return members(get_args(inner)[0])
    parts = get_args(inner) if get_origin(inner) in (Union, types.UnionType) else (inner,)
    return tuple(part for part in parts if is_dataclass(part) and isinstance(part, type))


@cache
def selection(type_: type) -> str:
    """Fields of a dataclass as a selection of GraphQL, without the braces around it.

    >>> from kg.client.answers import ConceptLink
    >>> selection(ConceptLink)
    'target match score'
    """
    return " ".join(_field(each.name, hints(type_)[each.name], each.metadata) for each in fields(type_))


def _field(name: str, hint: Any, metadata: Mapping[Any, Any]) -> str:
    arguments, directive = metadata.get("arguments"), metadata.get("directive")
    text = camel(name) + (f"({arguments})" if arguments else "") + (f" {directive}" if directive else "")
    inside = members(hint)
    if not inside:
        return text
    if len(inside) == 1:
        return f"{text} {{ {selection(inside[0])} }}"
    kinds = " ".join(f"... on {_sdl(each)} {{ {selection(each)} }}" for each in inside)
    return f"{text} {{ __typename {kinds} }}"


def _sdl(type_: type) -> str:
    return str(type_.SDL)  # type: ignore[attr-defined]


def read(type_: type[T], value: object, where: str) -> T:
    """Value of an answer as one of the dataclasses.

    Parameters
    ----------
    type_ : type
    value : object
        What stood in the answer's JSON.
    where : str
        Path to it, for the error.

    Raises
    ------
    AnswerError
        When the value has not the type's shape.
    """
    return cast(T, _read(type_, value, where))


def read_optional(type_: type[T], value: object, where: str) -> T | None:
    """Value of an answer as one of the dataclasses; None where it is null."""
    return None if value is None else read(type_, value, where)


def _read(hint: Any, value: object, where: str) -> object:
    inner, may_be_none = optional(hint)
    if value is None and may_be_none:
        return None
    if get_origin(inner) is tuple:
        if not isinstance(value, list):
            raise _unlike(where, "a list", value)
        return tuple(_read(get_args(inner)[0], each, f"{where}[{place}]") for place, each in enumerate(value))
    kinds = members(inner)
    if kinds:
        return _read_object(kinds, value, where)
    if get_origin(inner) is Literal:
        # A newer server may have a value that this version does not know; it is better shown than refused.
        inner = str
    if get_origin(inner) is Mapping:
        if not isinstance(value, dict):
            raise _unlike(where, "an object", value)
        return value
    wanted = _SCALARS[inner]
    if not isinstance(value, wanted) or (isinstance(value, bool) and inner is not bool):
        raise _unlike(where, inner.__name__, value)
    return float(cast(float, value)) if inner is float else value


def _read_object(kinds: tuple[type, ...], value: object, where: str) -> object:
    if not isinstance(value, dict):
        raise _unlike(where, "an object", value)
    kind = kinds[0]
    if len(kinds) > 1:
        named = value.get("__typename")
        found = [each for each in kinds if _sdl(each) == named]
        if not found:
            raise _unlike(where, " or ".join(map(_sdl, kinds)), named)
        kind = found[0]
    given = {}
    for each in fields(kind):
        name = camel(each.name)
        # what a directive left out is not in the answer
        if name not in value and "directive" not in each.metadata:
            raise _unlike(where, f"the field {name}", sorted(value))
        given[each.name] = _read(hints(kind)[each.name], value.get(name), f"{where}.{name}")
    return kind(**given)


def _unlike(where: str, wanted: str, value: object) -> AnswerError:
    shown = repr(value)
    shown = shown if len(shown) <= 80 else f"{shown[:77]}..."
    return AnswerError(
        f"the answer has {shown} at {where}, not {wanted}",
        hint="is the server a paperkg of this version?",
        code="UNEXPECTED_ANSWER",
    )
