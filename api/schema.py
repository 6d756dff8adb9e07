"""The GraphQL schema, and its text: ``python -m api.schema FILE`` writes the SDL."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.extensions import (
    DisableIntrospection,
    MaxAliasesLimiter,
    MaxTokensLimiter,
    QueryDepthLimiter,
    SchemaExtension,
)
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from api.cost import CostLimiter
from api.limits import ExpansionLimiter, Limits
from api.query import Query
from api.snapshots import SnapshotOfCursors

__all__ = ["make_schema", "sdl"]


class _Schema(strawberry.Schema):
    """A schema that leaves the logging of errors to where they are shown."""

    def process_errors(self, errors: list[GraphQLError], execution_context: ExecutionContext | None = None) -> None:
        """Do nothing: `api.errors.shown_errors` logs what is worth it, with the request's id."""


@lru_cache(maxsize=4)
def make_schema(limits: Limits) -> strawberry.Schema:
    """Schema that holds documents to these limits; it keeps nothing of a request, and takes seconds to make."""
    return _Schema(
        Query,
        extensions=_extensions(limits),
        config=StrawberryConfig(
            auto_camel_case=True,
            batching_config=None,
            relay_max_results=limits.page,
            # A suggestion tells the names that introspection does not.
            disable_field_suggestions=not limits.introspection,
        ),
    )


def _extensions(limits: Limits) -> list[Callable[[], SchemaExtension]]:
    """Return what holds documents to these limits, in the order it must run."""
    made: list[Callable[[], SchemaExtension]] = [
        lambda: MaxTokensLimiter(max_token_count=limits.tokens),
        lambda: ExpansionLimiter(limits.selections, limits.repeats),
        lambda: CostLimiter(limits),
        SnapshotOfCursors,
        lambda: QueryDepthLimiter(max_depth=limits.depth),
        lambda: MaxAliasesLimiter(max_alias_count=limits.aliases),
    ]
    return made if limits.introspection else [*made, DisableIntrospection]


def sdl() -> str:
    """Text of the schema, as it is committed in ``schema/api.graphql``."""
    return f"{make_schema(Limits()).as_str()}\n"


def main(arguments: list[str]) -> Any:
    """Write the SDL to the one file that is named."""
    (file,) = arguments
    Path(file).write_text(sdl(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
