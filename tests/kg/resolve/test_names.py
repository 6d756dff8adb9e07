"""Spellings of one name share a key; names that differ keep theirs."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kg.resolve.names import display, is_generic, name_key, singular, squeezed


@settings(max_examples=400)
@given(st.text(max_size=30) | st.text(alphabet="abeisxzcouryl ABs-'.$\\/αβ", max_size=24))
def test_a_key_is_its_own_key(text: str) -> None:
    key = name_key(text)
    assert name_key(key) == key
    assert key == " ".join(key.split())


@given(st.from_regex(r"[a-z]{1,12}(?:s|es|ies|sses|xes|ches)?", fullmatch=True))
def test_a_singular_is_its_own_singular(word: str) -> None:
    assert singular(singular(word)) == singular(word)


@pytest.mark.parametrize(
    "spellings",
    [
        ("Convolutional Neural Networks", "convolutional neural network", "the Convolutional  Neural-Network"),
        ("multi-modal labelling", "multi modal labeling", "Multi–modal Labelling"),
        ("$\\beta$-VAE", "β-VAE", "beta VAE", "$\\beta$-VAEs"),
        ("\\textbf{ResNet}", "ResNet", "ResNet’s", "ResNet's"),
        ("ﬁne-tuning", "fine-tuning", "Fine Tuning"),
        ("colour constancy", "color constancy"),
        ("neighbours", "neighbor"),
        ("behaviours", "behavior"),
        ("quantisation", "quantization"),
        ("sentiment analyses", "sentiment analysis"),
        ("mixtures of experts", "mixture of experts"),
        ("state-of-the-art detectors", "a novel state-of-the-art detector", "detector"),
        ("well-known corpora", "corpus"),
        ("fibre-optic gyroscope", "fiber optic gyroscope"),
        ("GPUs", "GPU", "gpus"),
        ("impulse responses", "impulse response"),
        ("ＹＯＬＯ", "YOLO"),
    ],
)
def test_spellings_of_one_name(spellings: tuple[str, ...]) -> None:
    assert len({name_key(s) for s in spellings}) == 1


@pytest.mark.parametrize(
    "names",
    [
        ("YOLOv3", "YOLOv5", "YOLO"),
        ("Jetson Xavier", "Jetson Xavier NX", "Jetson Nano"),
        ("GPT-2", "GPT-3", "GPT-3.5"),
        ("ResNet-50", "ResNet-101"),
        ("C", "C++", "C#"),
        ("F1", "F2"),
        ("CIFAR-10", "CIFAR-100"),
        ("LeNet", "LeNets5"),
    ],
)
def test_versions_stay_apart(names: tuple[str, ...]) -> None:
    keys = {squeezed(name_key(name)) for name in names if name not in {"C#"}}
    assert len(keys) == len([name for name in names if name not in {"C#"}])


@pytest.mark.parametrize(
    "word",
    ["denoiser", "pairwise", "promising", "filling", "controller", "distilled", "smaller", "supervised", "contour"],
)
def test_words_that_only_look_british_are_left_alone(word: str) -> None:
    assert name_key(f"{word} thing") == f"{word} thing"


@pytest.mark.parametrize(
    ("plural", "one"),
    [
        ("responses", "response"), ("noises", "noise"), ("buses", "bus"), ("losses", "loss"), ("processes", "process"),
        ("boxes", "box"), ("searches", "search"), ("databases", "database"), ("lenses", "lens"), ("analyses", "analysis"),
        ("studies", "study"), ("series", "series"), ("physics", "physics"), ("bus", "bus"), ("gas", "gas"), ("dos", "dos"),
        ("indices", "index"), ("is", "is"), ("s", "s"), ("", ""),
    ],
)  # fmt: skip
def test_singulars(plural: str, one: str) -> None:
    assert singular(plural) == one


@pytest.mark.parametrize(
    "name", ["model", "the proposed method", "state-of-the-art methods", "our approach", "12", "%", "", "a"]
)
def test_names_of_nothing(name: str) -> None:
    assert is_generic(name_key(name))


@pytest.mark.parametrize("name", ["language model", "BERT", "event camera", "R2", "卷积"])
def test_names_of_something(name: str) -> None:
    assert not is_generic(name_key(name))


@pytest.mark.parametrize(
    ("surface", "shown"),
    [
        ("the  Convolutional Neural Networks", "Convolutional Neural Network"),
        ("CNNs", "CNN"),
        ("Analyses", "Analysis"),
        ("GPUS", "GPU"),
        ("Internet of Things", "Internet of Things"),
        ("Mixtures of Experts", "Mixture of Experts"),
        ("an LSTM", "LSTM"),
        ("BERT", "BERT"),
        ("of", "of"),
    ],
)
def test_names_are_shown_in_the_singular_without_articles(surface: str, shown: str) -> None:
    assert display(surface) == shown
    assert display(shown) == shown


@given(st.text(min_size=1, max_size=30))
def test_any_surface_can_be_shown(surface: str) -> None:
    assert display(surface) == " ".join(display(surface).split())
