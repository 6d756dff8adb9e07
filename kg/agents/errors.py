"""What a tool refuses, in words from which its caller can do better."""

from __future__ import annotations

from collections.abc import Iterable

from kg.errors import KGError

__all__ = ["NoSuchNode", "SeveralNodes", "StaleCursor", "ToolRefused"]


class ToolRefused(KGError):
    """A tool was asked for what it cannot give.

    Parameters
    ----------
    problem : str
        What is wrong, with the value.
    hint : str
        What would be right.
    """

    def __init__(self, problem: str, hint: str) -> None:
        self.problem = problem
        self.hint = hint
        super().__init__(f"{problem}; {hint}")


class NoSuchNode(ToolRefused):
    """The graph has nothing of a name."""

    def __init__(self, text: str, nearest: Iterable[str]) -> None:
        self.text = text
        self.nearest = tuple(nearest)
        hint = "these are spelled alike:\n" + "\n".join(self.nearest) if self.nearest else "find names with `search`"
        super().__init__(f"the graph has nothing called {text!r}", hint)


class SeveralNodes(ToolRefused):
    """Several nodes have a name."""

    def __init__(self, text: str, candidates: Iterable[str], found: int) -> None:
        self.text = text
        self.candidates = tuple(candidates)
        hint = "give the IRI of one, or its type:\n" + "\n".join(self.candidates)
        super().__init__(f"{text!r} may mean {found:,} nodes", hint)


class StaleCursor(ToolRefused):
    """A cursor is none, or of another graph."""

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"{cursor[:40]!r} is no cursor of this graph as it is now",
            "give `next` of the answer before with the same arguments, or leave it out to begin again",
        )
