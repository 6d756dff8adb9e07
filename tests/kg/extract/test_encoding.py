"""Windows hold every word, in order, at its place in the paper's text."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from kg.extract import SHIPPED
from kg.extract.encoding import FEATURES, MAX_PIECES, OVERLAP, SHAPES, Window, encode, shape


@pytest.fixture(scope="module")
def tokenizer() -> Tokenizer:
    if not (SHIPPED / "tokenizer.json").is_file():
        pytest.skip("the shipped model is not here")
    made = Tokenizer.from_file(str(SHIPPED / "tokenizer.json"))
    made.no_truncation()
    made.no_padding()
    return made


def text_of(title: str, abstract: str) -> str:
    return f"{title}\n{abstract}" if abstract else title


def sound(windows: list[Window], text: str) -> None:
    for window in windows:
        assert len(window.ids) == len(window.features) <= MAX_PIECES
        assert len(window.first) == len(window.last) == len(window.spans)
        assert all(0 < a <= b < len(window.ids) - 1 for a, b in zip(window.first, window.last, strict=True))
        assert all(before < after for before, after in zip(window.last, window.first[1:], strict=False))
        # all but the markers is some word's piece
        held = sum(b - a + 1 for a, b in zip(window.first, window.last, strict=True))
        assert held == len(window.ids) - 3
        assert all(0 <= start < end <= len(text) for start, end in window.spans)
        assert all(a[1] <= b[0] for a, b in pairwise(window.spans))
        assert all(0 <= feature < FEATURES for feature in window.features)


def test_a_short_text_is_one_window_of_its_words(tokenizer: Tokenizer) -> None:
    title, abstract = "Spiking networks on Loihi-2", "We reach 41.8% with YOLOv3."
    ((window,),) = encode([(title, abstract)], tokenizer)
    text = text_of(title, abstract)
    sound([window], text)
    words = [text[start:end] for start, end in window.spans]
    assert words == [
        "Spiking",
        "networks",
        "on",
        "Loihi",
        "-",
        "2",
        "We",
        "reach",
        "41",
        ".",
        "8",
        "%",
        "with",
        "YOLOv3",
        ".",
    ]


def test_features_tell_title_from_abstract_and_shape(tokenizer: Tokenizer) -> None:
    ((window,),) = encode([("CNN here", "CNN there")], tokenizer)
    of_word = [window.features[piece] for piece in window.first]
    upper, lower = SHAPES.index("upper"), SHAPES.index("lower")
    assert of_word == [upper + len(SHAPES), lower + len(SHAPES), upper, lower]


def test_first_and_last_piece_of_a_word_hold_all_of_it(tokenizer: Tokenizer) -> None:
    title, abstract = "Neuromorphic", "Hyperdimensional quantisation on Loihi"
    ((window,),) = encode([(title, abstract)], tokenizer)
    text = text_of(title, abstract)
    for first, last, (start, end) in zip(window.first, window.last, window.spans, strict=True):
        pieces = [tokenizer.id_to_token(number) for number in window.ids[first : last + 1]]
        assert "".join(piece.removeprefix("##") for piece in pieces) == text[start:end].lower()
        assert len(set(window.features[first : last + 1])) == 1
    assert any(last > first for first, last in zip(window.first, window.last, strict=True))


def test_a_long_abstract_is_cut_into_windows_that_hold_every_word_in_order(tokenizer: Tokenizer) -> None:
    title = "A title that leads every window"
    abstract = " ".join(f"word{number} and-more" for number in range(1700))
    (windows,) = encode([(title, abstract)], tokenizer)
    text = text_of(title, abstract)
    sound(windows, text)
    assert len(windows) > 10
    bodies = [[span for span in window.spans if span[0] > len(title)] for window in windows]
    for before, after in pairwise(bodies):
        assert before[0] < after[0] <= before[-1] < after[-1]
    seen = sorted({span for body in bodies for span in body})
    assert "".join(text[start:end] for start, end in seen) == abstract.replace(" ", "")
    heads = [[span for span in window.spans if span[0] <= len(title)] for window in windows]
    assert all(head == heads[0] for head in heads)


def test_windows_overlap_by_about_the_promised_pieces(tokenizer: Tokenizer) -> None:
    (windows,) = encode([("T", "plain words only " * 400)], tokenizer)
    for before, after in pairwise(windows):
        shared = set(before.spans) & {span for span in after.spans if span[0] > 1}
        assert OVERLAP <= len(shared) < OVERLAP + 64


def test_a_title_without_end_leaves_room_for_the_abstract(tokenizer: Tokenizer) -> None:
    title, abstract = "endless " * 600, "The abstract still counts."
    (windows,) = encode([(title, abstract)], tokenizer)
    text = text_of(title, abstract)
    sound(windows, text)
    assert {text[s:e] for w in windows for s, e in w.spans if s > len(title)} == {
        "The",
        "abstract",
        "still",
        "counts",
        ".",
    }


def test_a_word_of_thousands_of_letters_does_not_stop_the_cutting(tokenizer: Tokenizer) -> None:
    (windows,) = encode([("T", " ".join(["x" * 3000, "1.2.3" * 500, "中" * 2000, "after"]))], tokenizer)
    sound(windows, text_of("T", "y" * 20_000))
    assert len(windows) > 1


@pytest.mark.parametrize(("title", "abstract"), [("Only a title", ""), ("\u200b", ""), ("😀", "👩‍🔬")])
def test_texts_with_little_or_no_words_are_one_window(tokenizer: Tokenizer, title: str, abstract: str) -> None:
    (windows,) = encode([(title, abstract)], tokenizer)
    assert len(windows) == 1
    sound(windows, text_of(title, abstract))


_TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(_TEXT, _TEXT), min_size=1, max_size=3))
def test_any_text_of_any_script_gets_sound_windows(tokenizer: Tokenizer, pairs: list[tuple[str, str]]) -> None:
    for (title, abstract), windows in zip(pairs, encode(pairs, tokenizer), strict=True):
        sound(windows, text_of(title, abstract) + " " * (not abstract))


@given(st.text(min_size=1))
def test_every_word_has_a_shape(word: str) -> None:
    assert 0 < shape(word) < len(SHAPES)
