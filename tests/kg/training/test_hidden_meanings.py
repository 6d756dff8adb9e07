"""Context is asked for meanings that were hidden from it."""

from __future__ import annotations

from kg.training.shorts import told


def record(long: str, *beside: str) -> dict[str, object]:
    entities = [
        {"type": "Method", "surface": [long, "QOL"]},
        *({"type": "Dataset", "surface": [name]} for name in beside),
    ]
    return {"title": "On a thing", "abstract": f"A {long} (QOL) on {', '.join(beside)}.", "entities": entities}


def test_hidden_meanings_are_told_by_what_papers_share() -> None:
    quokkas = [record("quokka oriented learner", "wombat1", "wombat2", "wombat3")] * 3
    lexers = [record("quality optimised lexer", "tree1", "tree2", "tree3")] * 3
    stranger = [record("quite odd lamp", "wombat1", "wombat2", "wombat3")]
    assert told(quokkas + lexers) == {"hidden": 6, "told": 6, "right": 6}
    # a meaning that nobody else gives is told wrongly, and counted so
    assert told(quokkas + lexers + stranger) == {"hidden": 7, "told": 7, "right": 6}
    # where papers agree there is nothing to tell
    assert told(quokkas) == {"hidden": 0, "told": 0, "right": 0}
