"""Strawberry's decorators with types that say what they leave of a method: all of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import strawberry

__all__ = ["resolved", "value"]

Method = TypeVar("Method", bound=Callable[..., Any])


def resolved(description: str, *, name: str | None = None) -> Callable[[Method], Method]:
    """Decorator that makes a method the resolver of a field.

    Parameters
    ----------
    description : str
        What the schema says of the field; a docstring is not shown there.
    name : str, optional
        Name of the field, where it is not the method's.
    """
    return cast(Callable[[Method], Method], strawberry.field(name=name, description=description))


def value(text: str, description: str) -> Any:
    """Value of an enumeration's member with what the schema says of it."""
    return strawberry.enum_value(text, description=description)
