"""Relations and results of annotated papers from files beside their annotations."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from kg.errors import EvaluationError
from kg.extract.labels import BONDS, SIGNATURES, SLOTS
from kg.training.gold import GoldPaper, GoldResult, numbered, text_digest


def with_relations(papers: Sequence[GoldPaper], path: Path) -> list[GoldPaper]:
    """Papers, those without relations or results with the ones that a file has for them.

    Parameters
    ----------
    papers : sequence of GoldPaper
    path : Path
        JSON lines, plain or .gz: ``text_sha256`` names the paper's text (see `text_digest`), each of
        ``relations`` is the number of the subject among the record's entities, the relation, and the
        number of the object. Each of ``results``, where a line has them, is the range of characters of a value
        in the text, and an object of the number of the entity in each slot that it has, null where the text
        names a thing that is no entity.

    Raises
    ------
    EvaluationError
        For a line that is no such record, with its number.
    """
    given: dict[str, tuple[tuple[tuple[int, str, int], ...], list[Any] | None]] = {}
    for number, line in numbered(path):
        try:
            record = json.loads(line)
            relations = {(int(s), int(o)): str(name) for s, name, o in record["relations"]}
            if unknown := set(relations.values()) - set(SIGNATURES):
                raise ValueError(f"no such relation: {sorted(unknown)[0]!r}")
            results = record.get("results")
            if results is not None:
                results = [_placed(*each) for each in results]
            given[record["text_sha256"]] = tuple((s, n, o) for (s, o), n in sorted(relations.items())), results
        except (ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
            raise EvaluationError(path, number, f"no relations of a paper: {error!r}") from error
    made = []
    for paper in papers:
        further, results = given.get(text_digest(paper.title, paper.abstract), (None, None))
        changed: dict[str, Any] = {}
        if further is not None and paper.relations is None:
            changed["relations"] = _fitting(paper, further)
        if results is not None and paper.results is None:
            changed["results"] = _of_text(paper, results)
        made.append(replace(paper, **changed))
    return made


def with_found(record: Mapping[str, Any], paper: GoldPaper) -> dict[str, Any]:
    """Record of an annotated paper with the relations and results that the paper has, where it has none itself."""
    names = [entity["name"] for entity in record["entities"]]
    made = dict(record)
    if record.get("relations") is None and paper.relations is not None:
        made["relations"] = [
            {"subject": names[one], "relation": name, "object": names[other]} for one, name, other in paper.relations
        ]
    if record.get("results") is None and paper.results is not None:
        made["results"] = [
            {"value": result.value, **dict.fromkeys(SLOTS), **{slot: names[n] for slot, n in result.slots.items()}}
            for result in paper.results
        ]
    return made


def _placed(start: int, end: int, slots: Mapping[str, int | None]) -> tuple[int, int, dict[str, int | None]]:
    """Return a result as a file of relations gives it, checked."""
    if not 0 <= start < end:
        raise ValueError(f"no range of characters: {[start, end]}")
    if unknown := set(slots) - set(SLOTS):
        raise ValueError(f"no such slot: {sorted(unknown)[0]!r}")
    return start, end, {slot: None if entity is None else int(entity) for slot, entity in slots.items()}


def _of_text(paper: GoldPaper, results: Iterable[tuple[int, int, dict[str, int | None]]]) -> tuple[GoldResult, ...]:
    """Return results with the words of their values; a slot is open whose entity is not found, or of another type."""
    kinds = {(start, end): type_ for start, end, type_, _ in (*paper.spans, *paper.nested)}
    types = {number: kinds[start, end] for start, end, number in paper.named}
    made = []
    for start, end, slots in results:
        held = {
            slot: entity for slot, entity in slots.items() if entity is not None and types.get(entity) == SLOTS[slot]
        }
        made.append(GoldResult(paper.text[start:end], held, frozenset(set(slots) - set(held)), start))
    return tuple(made)


def _fitting(paper: GoldPaper, relations: Iterable[tuple[int, str, int]]) -> tuple[tuple[int, str, int], ...]:
    """Return the relations whose ends are found in the text, of types that they may link."""
    kinds = {(start, end): type_ for start, end, type_, _ in (*paper.spans, *paper.nested)}
    types = {number: kinds[start, end] for start, end, number in paper.named}
    return tuple(r for r in relations if r[1] in BONDS.allowed(types.get(r[0], ""), types.get(r[2], "")))
