"""The GraphQL schema, and its text: ``python -m api.schema FILE`` writes the SDL."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api.limits import Limits, extensions
from api.query import Query

__all__ = ["make_schema", "sdl"]


class _Schema(strawberry.Schema):
    """A schema that leaves the logging of errors to where they are shown."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do nothing: `api.errors.shown_errors` logs what is worth it, with the request's id."""


def make_schema(limits: Limits) -> strawberry.Schema:
    """Schema that holds documents to these limits."""
    return _Schema(
        Query,
        extensions=extensions(limits),
        config=StrawberryConfig(auto_camel_case=True, batching_config=None, relay_max_results=limits.page),
    )


def sdl() -> str:
    """Text of the schema, as it is committed in ``schema/api.graphql``."""
    return f"{make_schema(Limits()).as_str()}\n"


def main(arguments: list[str]) -> Any:
    """Write the SDL to the one file that is named."""
    (file,) = arguments
    Path(file).write_text(sdl(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
