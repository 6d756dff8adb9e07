"""What people decided about entities: a table that a build reads, checks and applies.

Tab-separated, a header line first; ``#`` begins a comment line. Names are any names of the entity,
compared as papers' names are (case, plural, hyphens aside)::

    action  type    name            to                  reason
    merge   Method  ConvNet         CNN                 the same networks
    split   Task    navigation      robot navigation    ships navigate too
    rename  Method  cnn             convolutional neural network    our house style
    retype  Method  Jetson Nano     Hardware            a board
    ignore  Task    next section                        no task

- **merge**: the entity called `name` is the entity called `to`, or gets that name where no paper has it.
- **split**: what is called `name` is not the entity called `to`, whatever the rules or the taxonomy say.
- **rename**: the entity called `name` is shown as `to`; its address in the graph stays.
- **retype**: the entity called `name` is of the type `to`.
- **ignore**: the entity called `name` is nothing.

What the rules took for one with `name` goes with it, unless it is decided itself or split off.
"""

from __future__ import annotations

import csv
import hashlib
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, cast, get_args

from kg.errors import Place, RecordError, UnreadableFile
from kg.model import TYPES, EntityType
from kg.resolve.canonical import Key
from kg.resolve.names import name_key

Action = Literal["merge", "split", "rename", "retype", "ignore"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
#: Folder of a workspace that keeps the decisions of its graph.
FOLDER: Final = "decisions"
COLUMNS: Final = ("action", "type", "name", "to", "reason")


@dataclass(frozen=True, slots=True)
class Decision:
    """One line of the table, checked.

    Attributes
    ----------
    action : Action
    type : EntityType
    name, to : str
        As written; `to` is empty for ``ignore``.
    reason : str
    line : int
        1-based.
    """

    action: Action
    type: EntityType
    name: str
    to: str
    reason: str
    line: int = 0

    @property
    def key(self) -> Key:
        """Type and key of `name`."""
        return self.type, name_key(self.name)

    @property
    def other(self) -> Key:
        """Type and key of `to`, as a name."""
        return self.type, name_key(self.to)


@dataclass(frozen=True, slots=True)
class Decisions:
    """All decisions, by what they are about.

    Attributes
    ----------
    all : tuple of Decision
        By line.
    ignored : frozenset of keys
    types : dict of key to EntityType
        New types.
    merged : dict of key to key
        What each becomes, chains followed to their end.
    parted : tuple of pairs of keys
    names : dict of key to str
    """

    all: tuple[Decision, ...] = ()
    ignored: frozenset[Key] = frozenset()
    types: Mapping[Key, EntityType] = field(default_factory=dict)
    merged: Mapping[Key, Key] = field(default_factory=dict)
    parted: tuple[tuple[Key, Key], ...] = ()
    names: Mapping[Key, str] = field(default_factory=dict)


#: What is decided where nobody decided anything.
NONE: Final = Decisions()


@dataclass(frozen=True, slots=True)
class Table:
    """A file of decisions.

    Attributes
    ----------
    source : str
        The file's name.
    content : bytes
    decisions : Decisions
        What it says.
    """

    source: str
    content: bytes
    decisions: Decisions

    @property
    def sha256(self) -> str:
        """Hash of the file."""
        return hashlib.sha256(self.content).hexdigest()


def read_table(path: Path) -> Table:
    """File of decisions, checked.

    Raises
    ------
    UnreadableFile
        When it cannot be read.
    RecordError
        For the first line that is no decision, or that contradicts one before it.
    """
    try:
        content = path.read_bytes()
        text = content.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UnreadableFile(path, f"cannot be read: {error}; expected a tab-separated table in UTF-8") from error
    return Table(path.name, content, decided(_lines(text, path.name), path.name))


def keep_decisions(folder: Path, table: Table) -> dict[str, str | int]:
    """Keep a file of decisions in a workspace, byte for byte; what its manifest says of it."""
    path = _kept(folder, table)
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        new.write_bytes(table.content)
        new.replace(path)
    finally:
        new.unlink(missing_ok=True)
    return {"file": path.name, "sha256": table.sha256, "number": len(table.decisions.all)}


def drop_decisions(folder: Path, current: Table | None) -> None:
    """Remove the files of decisions of a workspace but the current one."""
    for path in (folder / FOLDER).glob("*.tsv"):
        if current is None or path != _kept(folder, current):
            path.unlink(missing_ok=True)


def _kept(folder: Path, table: Table) -> Path:
    return folder / FOLDER / f"{table.sha256[:16]}.tsv"


def read_decisions(path: Path) -> Decisions:
    """Decisions of a file; raises what `read_table` does."""
    return read_table(path).decisions


def decided(decisions: Iterable[Decision], source: str = "decisions") -> Decisions:
    """Decisions by what they are about, after they were checked against one another.

    Raises
    ------
    RecordError
        For one that contradicts one before it.

    Examples
    --------
    >>> made = decided([Decision("merge", "Method", "ConvNets", "CNN", "the same")])
    >>> made.merged
    {('Method', 'convnet'): ('Method', 'cnn')}
    """
    ordered = tuple(decisions)
    fates: dict[Key, Decision] = {}
    parted: dict[tuple[Key, Key], Decision] = {}
    names: dict[Key, Decision] = {}
    for each in ordered:
        if each.action == "split":
            parted[each.key, each.other] = each
        else:
            held = names if each.action == "rename" else fates
            before = held.setdefault(each.key, each)
            if not _same(before, each):
                _refuse(each, f"{each.name!r} is to be {_fate(before)} already, in line {before.line}", source)
    merges = {key: each for key, each in fates.items() if each.action == "merge"}
    merged = {}
    for key, each in merges.items():
        end, passed = each.other, {key}
        while end in merges and end not in passed:
            passed.add(end)
            end = merges[end].other
        if end in passed:
            _refuse(each, f"the merges of {each.name!r} go round in a circle", source)
        if end in fates:
            _refuse(each, f"{fates[end].name!r} is {_fate(fates[end])} in line {fates[end].line}", source)
        merged[key] = end
    for (one, other), each in parted.items():
        if merged.get(one, one) == merged.get(other, other):
            line = merges[one if one in merges else other].line
            _refuse(each, f"{each.name!r} and {each.to!r} are merged in line {line}", source)
    for each in fates.values():
        after = fates.get((cast(EntityType, each.to), each.key[1])) if each.action == "retype" else None
        if after is not None and after.action in ("ignore", "retype"):
            _refuse(each, f"the {each.to} {after.name!r} is {_fate(after)} in line {after.line}", source)
    return Decisions(
        ordered,
        frozenset(key for key, each in fates.items() if each.action == "ignore"),
        {key: cast(EntityType, each.to) for key, each in fates.items() if each.action == "retype"},
        merged,
        tuple(sorted(parted)),
        {key: each.to for key, each in names.items()},
    )


def _same(one: Decision, other: Decision) -> bool:
    """Whether two decisions on one name say the same."""
    told = [each.other if each.action == "merge" else each.to for each in (one, other)]
    return one.action == other.action and told[0] == told[1]


def _fate(decision: Decision) -> str:
    verb = {"merge": "merged into", "retype": "retyped to", "ignore": "ignored", "rename": "renamed to"}
    return f"{verb[decision.action]} {decision.to!r}" if decision.to else verb[decision.action]


def _refuse(decision: Decision, problem: str, source: str) -> None:
    raise RecordError(Place(source, line=decision.line or None), problem, "decisions that agree with one another")


def _lines(text: str, source: str) -> Iterator[Decision]:
    header: list[str] | None = None
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t"))]
        except csv.Error as error:
            raise RecordError(Place(source, line=number), str(error), "a tab-separated line") from error
        if header is None:
            header = [cell.casefold() for cell in cells]
            missing = [name for name in COLUMNS[:3] if name not in header]
            if missing:
                problem = f"there is no column {', '.join(missing)} in {line!r}"
                raise RecordError(
                    Place(source, line=number), problem, f"a header line of {', '.join(COLUMNS)}, by tabs"
                )
            continue
        yield _decision(dict(zip(header, cells, strict=False)), Place(source, line=number))


def _decision(row: Mapping[str, str], place: Place) -> Decision:
    action, type_, name, to = (row.get(column, "") for column in COLUMNS[:4])
    if action not in ACTIONS:
        raise RecordError(place, f"no such action: {action!r}", f"one of {', '.join(ACTIONS)}")
    if type_ not in TYPES:
        raise RecordError(place, f"no such type: {type_!r}", f"one of {', '.join(TYPES)}")
    if not name_key(name):
        raise RecordError(place, f"{name!r} names nothing", "any name of an entity")
    if (action == "ignore") != (not to):
        wanted = "an empty column to" if action == "ignore" else "a name in column to"
        raise RecordError(place, f"{action} with {to!r} in column to", wanted)
    if action == "retype" and (to not in TYPES or to == type_):
        raise RecordError(place, f"{name!r} cannot be retyped to {to!r}", f"another of {', '.join(TYPES)}")
    made = Decision(action, type_, name, to, row.get("reason", ""), place.line or 0)
    if action in ("merge", "split") and made.key == made.other:
        raise RecordError(place, f"{name!r} and {to!r} are the same name", "two names")
    return made
