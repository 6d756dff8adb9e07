"""How the command line shows what `kg.review` doubts: a table, the most worth a look first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.table import Table
from rich.text import Text

from kg.resolve.evidence import Seen
from kg.review import Doubt

#: Signs of a quote that are shown on either side of the name.
AROUND: Final = 70
_NAME: Final = "bold cyan"
_OTHER: Final = "bold magenta"


def doubt_table(doubts: Sequence[Doubt], title: str) -> Table:
    """Doubts with their rank, what is doubted, how sure that is, what it touches, and sentences that tell."""
    table = Table(title=title, title_justify="left", show_lines=True, min_width=min(len(title), 100))
    for heading, justify in (("#", "right"), ("what", "left"), ("papers", "right"), ("sure", "right")):
        table.add_column(heading, justify=justify)  # type: ignore[arg-type]
    table.add_column("as papers write it", ratio=1)
    for rank, doubt in enumerate(doubts, 1):
        quotes = Text("\n").join(
            _quote(seen, style) for seen, style in zip(doubt.quotes, (_NAME, _OTHER), strict=False)
        )
        table.add_row(str(rank), _what(doubt), f"{doubt.papers:,}", f"{doubt.probability:.0%}", quotes)
    return table


def _what(doubt: Doubt) -> Text:
    names = [(doubt.name, _NAME)]
    if doubt.other is not None and doubt.kind in ("merged", "duplicate", "meaning"):
        names = [(doubt.name, _NAME), (" = ", ""), (doubt.other, _OTHER)]
    decision = doubt.decision
    proposed = f"{decision.action} {decision.name}" + (f" → {decision.to}" if decision.to else "")
    return Text.assemble(f"{doubt.type} ", *names, f"\n{doubt.why}", ("\n" + proposed, "dim"))


def _quote(seen: Seen, style: str) -> Text:
    # from a word's beginning to a word's end
    start = seen.text.find(" ", seen.start - AROUND, seen.start) + 1 if seen.start > AROUND else 0
    end = seen.text.rfind(" ", seen.end, seen.end + AROUND) if len(seen.text) > seen.end + AROUND else len(seen.text)
    end = max(end, seen.end)
    before, after = "…" * (start > 0), "…" * (end < len(seen.text))
    return Text.assemble(
        f"“{before}{seen.text[start : seen.start]}",
        (seen.text[seen.start : seen.end], style),
        f"{seen.text[seen.end : end]}{after}” ",
        (seen.paper, "dim"),
    )
