"""Definitions of short forms: cases of our own, and a floor on annotated sentences."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.resolve.acronyms import best_long_form, definitions, short_forms


def pairs(text: str) -> list[tuple[str, str]]:
    return [(d.short, d.long) for d in definitions(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We train generative adversarial networks (GANs) here.", [("GANs", "generative adversarial networks")]),
        ("A long short-term memory (LSTM) unit.", [("LSTM", "long short-term memory")]),
        ("LSTM (long short-term memory) units.", [("LSTM", "long short-term memory")]),
        ("A dynamic vision sensor ( DVS ) sees.", [("DVS", "dynamic vision sensor")]),
        ("On a field programmable gate array (FPGA, Xilinx) board.", [("FPGA", "field programmable gate array")]),
        ("Bidirectional Encoder Representations from Transformers (BERT).",
         [("BERT", "Bidirectional Encoder Representations from Transformers")]),
        ("The internet of things (IoT) and simultaneous localization and mapping (SLAM).",
         [("IoT", "internet of things"), ("SLAM", "simultaneous localization and mapping")]),
        ("A deep Q network (DQN) and a Deep Quiz Net (DQN).", [("DQN", "deep Q network"), ("DQN", "Deep Quiz Net")]),
        ("An extended reality (XR) has no word in X.", []),
        ("Graph convolution. Network (GN) is none.", []),
        ("We use proximal policy optimization (PPO).", [("PPO", "proximal policy optimization")]),
        ("We like multi-modal large language models (MLLMs).", [("MLLMs", "multi-modal large language models")]),
        ("Non-negative matrix factorization (NMF) is used.", [("NMF", "Non-negative matrix factorization")]),
        ("End-to-end Assessment of Expertise (EASE) helps.", [("EASE", "End-to-end Assessment of Expertise")]),
        ("The hidden Markov model algorithm (HMM) and a genetic algorithm (GA).",
         [("HMM", "hidden Markov model"), ("GA", "genetic algorithm")]),
        ("Adaptive Feature Enhancement Network (AFENet).", [("AFENet", "Adaptive Feature Enhancement Network")]),
        ('We call it "free fermions in disguise" (FFD).', [("FFD", "free fermions in disguise")]),
        ("It is fast (see Figure 3) and cheap (about 2019).", []),
        ("A model (CNN) is used.", []),
        ("Nothing (ABC) fits.", []),
        ("We use the GPU (GPU).", []),
        ("", []),
        ("(CNN)", []),
        ("((((", []),
    ],
)  # fmt: skip
def test_definitions_as_a_reader_sees_them(text: str, expected: list[tuple[str, str]]) -> None:
    assert pairs(text) == expected


@pytest.mark.parametrize(
    "text", ["An MRI  (magnetic resonance imaging) and a graph network ( GN ).", "MRI (magnetic resonance imaging)"]
)
def test_the_offset_is_where_the_short_form_stands(text: str) -> None:
    found = definitions(text)
    assert found
    assert all(text[d.offset : d.offset + len(d.short)] == d.short for d in found)
    assert all(text[d.long_offset : d.long_offset + len(d.long)] == d.long for d in found)


@given(st.text(alphabet="abAB (),-.s\n", max_size=60))
def test_definitions_are_words_of_the_text(text: str) -> None:
    for found in definitions(text):
        assert text[found.offset : found.offset + len(found.short)] == found.short
        assert text[found.long_offset : found.long_offset + len(found.long)] == found.long
        assert len(found.long) > len(found.short.removesuffix("s"))


def test_a_long_form_begins_at_a_word() -> None:
    assert best_long_form("NET", "the magnet eats trees") is None
    assert best_long_form("ML", "we like machine learning") == "machine learning"
    assert best_long_form("ML", "ML machine") is None
    assert best_long_form("-", "a dash") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("We run CNNs, GMM-UBM and a Bi-GAN on IoT devices in 3D.", ["CNNs", "GMM-UBM", "Bi-GAN", "IoT", "3D"]),
        ("Part III of the book, by J. Doe, ends here.", []),
        ("A phrase-based MT (PBMT) system beats MT.", ["PBMT", "MT"]),
        ("A staggered carrier (sCaR) is sent.", ["sCaR"]),
        ("V-NIR's images and (AD)", ["V-NIR", "AD"]),
    ],
)
def test_short_forms_as_a_reader_sees_them(text: str, expected: list[str]) -> None:
    assert [text[form.start : form.end] for form in short_forms(text)] == expected


@given(st.text(alphabet="abABI23 (),-.s/\n", max_size=60))
def test_short_forms_are_ranges_in_order_that_hold_each_defined_one(text: str) -> None:
    forms = short_forms(text)
    assert list(forms) == sorted(set(forms))
    assert all(0 <= form.start < form.end <= len(text) and "\n" not in text[form.start : form.end] for form in forms)


def test_at_least_nine_in_ten_found_pairs_are_right_on_annotated_sentences(shared: Path) -> None:
    records = json.loads((shared / "public" / "sdu-acronyms" / "dev.json").read_text(encoding="utf-8"))
    right = made = gold = 0
    for record in records:
        text, shorts, longs = "", [], []
        for token, label in zip(record["tokens"], record["labels"], strict=True):
            text += token + " "
            for kind, found in (("short", shorts), ("long", longs)):
                if label == f"B-{kind}":
                    found.append(token)
                elif label == f"I-{kind}":
                    found[-1] += " " + token
        predicted = definitions(text)
        made += len(predicted)
        right += sum(d.short in shorts and d.long in longs for d in predicted)
        gold += len(longs)
    print(f"\nacronyms: {right} of {made} definitions are annotated pairs; {gold} long forms annotated")
    assert right >= 0.9 * made
    assert right >= 0.83 * gold
