"""What is amiss with decisions that changed nothing, in words for who made them."""

from __future__ import annotations

import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from kg.errors import Place
from kg.model import Entity, EntityType
from kg.resolve.canonical import Key
from kg.resolve.decisions import Decision
from kg.resolve.names import name_key, squeezed

#: For so many decisions a name that is spelled alike is looked for, which takes a while.
MOST_LOOKED_UP: Final = 50
#: How much of two names must be alike for one to be meant by the other, 0 to 1.
_ALIKE: Final = 0.75


def advise(idle: Sequence[Decision], entities: Iterable[Entity], source: str) -> Iterator[str]:
    """Yield what each decision lacks that changed nothing: its place, and what may be meant instead.

    Parameters
    ----------
    idle : sequence of Decision
    entities : iterable of Entity
        What there is after all decisions.
    source : str
        The file's name.

    Examples
    --------
    >>> nano = Decision("ignore", "Method", "Nano", "", "", 3)
    >>> slip = Decision("ignore", "Hardware", "Jetson Nona", "", "")
    >>> for line in advise([nano, slip], [Entity("nano", "Hardware", "Nano", ("Jetson Nano",))], "mine.tsv"):
    ...     print(line)
    mine.tsv, line 3: ignore changed nothing: no Method of these papers is called 'Nano', but a Hardware is
    mine.tsv: ignore changed nothing: no Hardware of these papers is called 'Jetson Nona'; did you mean 'Jetson Nano'?
    """
    if not idle:
        return
    names: dict[EntityType, dict[str, str]] = defaultdict(dict)
    for entity in entities:
        for name in (*entity.aliases, entity.name):
            names[entity.type][squeezed(name_key(name))] = name
    for number, decision in enumerate(idle):
        place = Place(source, line=decision.line or None)
        unknown = next((each for each in _named(decision) if squeezed(each[0][1]) not in names[each[0][0]]), None)
        if unknown is None:
            yield f"{place}: {decision.action} of {decision.name!r} changed nothing: the graph is so without it"
            continue
        (type_, key), written = unknown
        said = f"{place}: {decision.action} changed nothing: no {type_} of these papers is called {written!r}"
        others = sorted(other for other, known in names.items() if squeezed(key) in known)
        if others:
            yield f"{said}, but a {' and a '.join(others)} is"
            continue
        known = names[type_] if number < MOST_LOOKED_UP else {}
        near = difflib.get_close_matches(squeezed(key), sorted(known), n=1, cutoff=_ALIKE)
        yield said + (f"; did you mean {known[near[0]]!r}?" if near else "")


def _named(decision: Decision) -> Iterator[tuple[Key, str]]:
    yield decision.key, decision.name
    if decision.action == "split":
        yield decision.other, decision.to
