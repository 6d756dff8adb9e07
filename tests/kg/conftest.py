"""Papers of our own whose mentions are marked in their text."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, cast

import pytest

from kg.extract.pipeline import sentences
from kg.model import ROLES, EntityType, Mention, Paper, Role

_MARK = re.compile(r"\{(\w+)(?::(\w+))?\|([^{}]+)\}")

Marked = Callable[..., tuple[Paper, tuple[Mention, ...]]]


def paper_of(
    text: str, *, paper: str = "arxiv:2001.00001", confidence: float = 0.9, **fields: Any
) -> tuple[Paper, tuple[Mention, ...]]:
    """Paper of a marked text ("Title\\nWe train {Method:uses|a CNN} on {Dataset|MNIST}.") and its mentions."""
    plain, marks, done = "", [], 0
    for found in _MARK.finditer(text):
        plain += text[done : found.start()]
        marks.append((len(plain), found[3], found[1], found[2]))
        plain += found[3]
        done = found.end()
    plain += text[done:]
    title, _, abstract = plain.partition("\n")
    spans = sentences(plain)
    mentions = []
    for start, words, type_name, role in marks:
        type_ = cast(EntityType, type_name)
        sentence = max((s for s in spans if s.start <= start), key=lambda s: s.start)
        mentions.append(
            Mention(
                paper,
                start,
                start + len(words),
                words,
                type_,
                cast(Role, role or ROLES[type_][-1]),
                confidence,
                0.8,
                sentence,
            )
        )
    return Paper(paper, title, abstract, local_id=paper, identifiers=(paper,), **fields), tuple(mentions)


@pytest.fixture(scope="session")
def marked() -> Marked:
    """Makes papers of marked texts."""
    return paper_of
