"""Links and figures that a text's words and windows bear out, whoever reads them with whom; folders that do not fit."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from spacy.language import Language

from kg.errors import ModelError
from kg.extract import SHIPPED, find, judges_relations, load, read_settings
from kg.extract.decode import decode
from kg.extract.labels import BONDS, SLOTS
from kg.extract.pipeline import MentionFinder, mentions_of, sentences
from kg.extract.quantities import quantities
from kg.extract.relating import INPUTS, LEAST, MOST_ENDS, Relater
from kg.extract.tagger import RELATIONS, Reading
from kg.model import Figure, Findings, Link, Mention, Paper, Span

SLIMNET = Paper(
    "title:1",
    "SlimNet: a fast detector for drones",
    "We present SlimNet, a convolutional neural network for object detection. It is evaluated on COCO, where it"
    " reaches an mAP of 41.8% on an FPGA at 35 Hz. It outperforms YOLOv3 by 2.1% and needs 2 W on a Jetson Nano.",
)
PAPERS = (
    SLIMNET,
    Paper("title:2", "Depth", ""),
    Paper("title:3", "Of words", "They come and go, as they did before."),
    Paper(
        "title:4", "Speech in 2019", "An LSTM of 3 layers recognises speech with a word error rate of 5.4-6.1%. " * 4
    ),
    Paper("title:5", "Counting", "There were 7 of them, then 12, and 1,000 by noon."),
)
#: A mention of each type and a figure in each sentence.
LINE = "We train a convolutional neural network on ImageNet and run it on an FPGA in {} steps at {} ms. "


@dataclass(frozen=True)
class Judged:
    """A text, and what the networks say of it step by step."""

    text: str
    reading: Reading
    sentences: tuple[Span, ...]
    mentions: tuple[Mention, ...]
    links: tuple[Link, ...] = ()
    figures: tuple[Figure, ...] = ()
    seconds: float = 0.0


def finder_of(nlp: Language) -> MentionFinder:
    finder = nlp.get_pipe("paper_mentions")
    assert isinstance(finder, MentionFinder)
    return finder


def relater_of(nlp: Language) -> Relater:
    relater = finder_of(nlp).relater
    if relater is None:
        pytest.skip("the shipped model judges no relations")
    return relater


def judged(nlp: Language, title: str, abstract: str) -> Judged:
    relater, tagger = relater_of(nlp), finder_of(nlp).tagger
    text = f"{title}\n{abstract}"
    (reading,) = tagger.read([(title, abstract)])
    held = sentences(text)
    spans = decode(reading.logits, threshold=tagger.settings.threshold, nested=tagger.settings.nested)
    mentions = tuple(mentions_of(text, held, reading.words, spans, tagger.settings))
    begun = time.process_time()
    links, figures = relater.judge(text, reading, held, mentions)
    return Judged(text, reading, held, mentions, links, figures, time.process_time() - begun)


def borne_out(text: str, findings: Findings) -> None:
    """Whether links and figures are what they may be: of allowed types, of words of the text, likely enough."""
    mentions, links, figures = findings.mentions, findings.links, findings.figures
    assert links is not None
    assert figures is not None
    keys = [(link.subject, link.object, link.relation) for link in links]
    assert keys == sorted(set(keys))
    for link in links:
        assert link.subject != link.object
        assert {link.subject, link.object} <= set(range(len(mentions)))
        assert link.relation in BONDS.allowed(mentions[link.subject].type, mentions[link.object].type)
        assert link.odds == round(link.odds, 2) >= LEAST
    numbers = {(q.start, q.end): q.digits for q in quantities(text)}
    ranges = [(figure.start, figure.end) for figure in figures]
    assert ranges == sorted(set(ranges))
    assert set(ranges) <= set(numbers)
    for figure in figures:
        digits = numbers[figure.start, figure.end]  # its unit may be a metric's name
        assert not any(m.start < digits and figure.start < m.end for m in mentions)
        assert figure.odds == round(figure.odds, 2) >= LEAST
        assert [place for place, _ in figure.slots] == sorted({place for place, _ in figure.slots})
        for place, odds in figure.slots:
            assert mentions[place].type in SLOTS.values()
            assert odds == round(odds, 2) >= LEAST


@pytest.fixture(scope="module")
def found(nlp: Language) -> dict[str, tuple[Paper, Findings]]:
    relater_of(nlp)
    return {paper.id: (paper, findings) for paper, findings in find(nlp, PAPERS)}


@pytest.fixture(scope="module")
def slim(nlp: Language) -> Judged:
    return judged(nlp, SLIMNET.title, SLIMNET.abstract)


# With the shipped model


@pytest.mark.parametrize("paper", PAPERS, ids=[paper.title for paper in PAPERS])
def test_links_and_figures_are_borne_out(found: dict[str, tuple[Paper, Findings]], paper: Paper) -> None:
    borne_out(paper.text, found[paper.id][1])


def test_what_a_plain_abstract_says_is_likelier_than_not(found: dict[str, tuple[Paper, Findings]]) -> None:
    _, findings = found[SLIMNET.id]
    assert findings.links is not None
    assert findings.figures is not None
    of = {m.text: place for place, m in enumerate(findings.mentions)}
    said = {(link.subject, link.relation, link.object): link.odds for link in findings.links}
    assert said[of["SlimNet"], "usedFor", of["object detection"]] > 0
    assert said[of["SlimNet"], "evaluatedWith", of["COCO"]] > 0
    assert said[of["SlimNet"], "runsOn", of["FPGA"]] > 0
    figure = next(f for f in findings.figures if SLIMNET.text[f.start : f.end] == "41.8%")
    assert figure.odds > 0
    assert dict(figure.slots)[of["mAP"]] > 0


def test_where_nothing_is_named_or_counted_nothing_is_linked(found: dict[str, tuple[Paper, Findings]]) -> None:
    assert found["title:3"][1] == Findings((), (), ())
    assert found["title:2"][1].figures == ()


def test_one_text_alone_is_judged_as_in_a_stream(nlp: Language, found: dict[str, tuple[Paper, Findings]]) -> None:
    for paper, findings in found.values():
        ((_, alone),) = find(nlp, [paper])
        assert alone == findings


def test_neither_order_nor_threads_matter(found: dict[str, tuple[Paper, Findings]]) -> None:
    assert list(find(load(threads=2), PAPERS[::-1])) == list(found.values())[::-1]


# What is given to the judge


def test_no_mentions_no_links_and_numbers_that_are_of_nothing(nlp: Language, slim: Judged) -> None:
    links, figures = Relater(value_bias=50.0).judge(slim.text, slim.reading, slim.sentences, ())
    assert links == ()
    assert [(f.start, f.end) for f in figures] == [(q.start, q.end) for q in quantities(slim.text)]
    assert all(figure.slots == () for figure in figures)


def test_a_text_without_words_has_nothing_to_judge(nlp: Language) -> None:
    (reading,) = finder_of(nlp).tagger.read([("", "")])
    assert relater_of(nlp).judge("\n", reading, (), ()) == ((), ())


def test_each_window_is_judged_by_itself_and_the_surer_of_two_stays(nlp: Language) -> None:
    whole = judged(nlp, SLIMNET.title, "".join(LINE.format(n, n + 0.5) for n in range(32)).strip())
    assert len(whole.reading.views) > 1
    # all numbers are kept, so that each window gives the slots of those that it sees
    relater = Relater(value_bias=50.0)
    all_links, all_figures = relater.judge(whole.text, whole.reading, whole.sentences, whole.mentions)
    links: dict[tuple[int, int, str], float] = {}
    figures: dict[tuple[int, int], float] = {}
    slots: dict[tuple[int, int, int], float] = {}
    for view in whole.reading.views:
        one = replace(whole.reading, views=(view,))
        some, others = relater.judge(whole.text, one, whole.sentences, whole.mentions)
        for link in some:
            key = link.subject, link.object, link.relation
            links[key] = max(link.odds, links.get(key, LEAST))
        for figure in others:
            where = figure.start, figure.end
            figures[where] = max(figure.odds, figures.get(where, LEAST))
            for place, odds in figure.slots:
                slots[*where, place] = max(odds, slots.get((*where, place), LEAST))
    assert {(link.subject, link.object, link.relation): link.odds for link in all_links} == links
    assert {(f.start, f.end): f.odds for f in all_figures} == figures
    assert {(f.start, f.end, place): odds for f in all_figures for place, odds in f.slots} == slots
    turned = replace(whole.reading, views=whole.reading.views[::-1])
    again = relater.judge(whole.text, turned, whole.sentences, whole.mentions)
    assert again == (all_links, all_figures)


def test_of_a_window_with_too_many_ends_the_first_are_judged(nlp: Language) -> None:
    abstract = ", ".join(["7"] * (MOST_ENDS + 20))
    (reading,) = finder_of(nlp).tagger.read([("Sevens", abstract)])
    assert len(reading.views) == 1
    text = f"Sevens\n{abstract}"
    _, figures = Relater(value_bias=50.0).judge(text, reading, sentences(text), ())
    assert [(f.start, f.end) for f in figures] == [(q.start, q.end) for q in quantities(text)][:MOST_ENDS]


# Biases


def odds_of(links: Sequence[Link]) -> dict[tuple[int, int, str], float]:
    return {(link.subject, link.object, link.relation): link.odds for link in links}


@pytest.mark.parametrize("bias", [-1.5, 2.0])
def test_a_bias_of_relations_moves_their_odds_and_nothing_else(slim: Judged, bias: float) -> None:
    given_ = slim.text, slim.reading, slim.sentences, slim.mentions
    (links, figures), (moved, same) = Relater().judge(*given_), Relater(relation_bias=bias).judge(*given_)
    before, after = odds_of(links), odds_of(moved)
    assert same == figures
    assert set(before) <= set(after) if bias > 0 else set(after) <= set(before)
    assert before
    for key in set(before) & set(after):
        assert after[key] - before[key] == pytest.approx(bias, abs=0.011)


@pytest.mark.parametrize("bias", [-1.5, 2.0])
def test_a_bias_of_values_moves_the_odds_of_numbers_and_nothing_else(slim: Judged, bias: float) -> None:
    given_ = slim.text, slim.reading, slim.sentences, slim.mentions
    (links, figures), (same, moved) = Relater().judge(*given_), Relater(value_bias=bias).judge(*given_)
    before, after = ({(f.start, f.end): f for f in each} for each in (figures, moved))
    assert same == links
    assert set(before) <= set(after) if bias > 0 else set(after) <= set(before)
    assert before
    for key in set(before) & set(after):
        assert after[key].odds - before[key].odds == pytest.approx(bias, abs=0.011)
        assert after[key].slots == before[key].slots


def test_no_bias_makes_relations_of_types_that_have_none(slim: Judged) -> None:
    relater = Relater(relation_bias=50.0, value_bias=50.0)
    links, figures = relater.judge(slim.text, slim.reading, slim.sentences, slim.mentions)
    borne_out(slim.text, Findings(slim.mentions, links, figures))
    types = [mention.type for mention in slim.mentions]
    wanted = sum(len(BONDS.allowed(a, b)) for i, a in enumerate(types) for j, b in enumerate(types) if i != j)
    assert len(links) == wanted


def test_the_shipped_biases_are_those_of_the_settings(nlp: Language, slim: Judged) -> None:
    chosen = read_settings(SHIPPED)
    relater = Relater(relation_bias=chosen.relation_bias, value_bias=chosen.value_bias)
    assert relater.judge(slim.text, slim.reading, slim.sentences, slim.mentions) == (slim.links, slim.figures)


# Long texts


@pytest.fixture(scope="module")
def long_ones(nlp: Language) -> tuple[Judged, Judged]:
    """Texts of 12,500 and of 50,000 characters."""
    one, other = (
        judged(nlp, "A very long paper on SlimNet", "".join(LINE.format(n, n + 0.5) for n in range(count)).strip())
        for count in (127, 508)
    )
    assert len(other.text) >= 50_000
    return one, other


@pytest.mark.slow
def test_links_and_figures_of_a_long_text_are_borne_out_to_its_end(long_ones: tuple[Judged, Judged]) -> None:
    for each in long_ones:
        borne_out(each.text, Findings(each.mentions, each.links, each.figures))
        last = each.sentences[-1]
        assert any(each.mentions[link.object].sentence == last for link in each.links)
        assert each.figures[-1].start > last.start


@pytest.mark.slow
def test_links_and_slots_of_a_long_text_stay_within_a_window(long_ones: tuple[Judged, Judged]) -> None:
    each = long_ones[1]
    title = each.text.index("\n")
    assert len(each.reading.views) > 20
    bodies = []
    for view in each.reading.views:
        body = [span for span in view.spans if span[0] > title]
        bodies.append((body[0][0], body[-1][1]))

    def windows(start: int, end: int) -> set[int]:
        return {n for n, (first, last) in enumerate(bodies) if end <= title or (start < last and first < end)}

    of = [windows(mention.start, mention.end) for mention in each.mentions]
    assert all(of[link.subject] & of[link.object] for link in each.links)
    for figure in each.figures:
        there = windows(figure.start, figure.end)
        assert all(there & of[place] for place, _ in figure.slots)


@pytest.mark.slow
def test_judging_a_text_four_times_as_long_takes_about_four_times_as_long(long_ones: tuple[Judged, Judged]) -> None:
    one, other = long_ones
    # sixteen were it to grow with the square
    assert other.seconds < 7 * one.seconds + 1, (one.seconds, other.seconds)


# Any text at all

_PIECES = st.one_of(
    st.sampled_from(
        ["SlimNet", "an FPGA", "COCO", "object detection", "accuracy of", "5.2%", "3-4x", "12 ms", "10^{-3}", "7", ". "]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=6),
)


@settings(max_examples=15, deadline=None)
@given(st.lists(_PIECES, max_size=4), st.lists(_PIECES, max_size=20), st.sampled_from([" ", "", "-"]))
def test_links_and_figures_of_any_text_are_borne_out(
    nlp: Language, title: list[str], abstract: list[str], join: str
) -> None:
    relater_of(nlp)
    paper = Paper("title:any", " ".join(join.join(title).split()), " ".join(join.join(abstract).split()))
    ((_, findings),) = find(nlp, [paper])
    borne_out(paper.text, findings)


# Folders


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped model's folder without its second network, its large files as links."""
    if not (SHIPPED / "model.onnx").is_file():
        pytest.skip("the shipped model is not here")
    for name in ("model.onnx", "tokenizer.json"):
        (tmp_path / name).symlink_to(SHIPPED / name)
    for name in ("config.json", "lexicon.tsv.xz"):
        shutil.copyfile(SHIPPED / name, tmp_path / name)
    return tmp_path


def test_a_folder_without_a_second_network_judges_no_relations(
    folder: Path, found: dict[str, tuple[Paper, Findings]]
) -> None:
    assert judges_relations(SHIPPED)
    assert not judges_relations(folder)
    by_other = dict(find(load(folder, threads=1), PAPERS))
    for paper, findings in found.values():
        assert by_other[paper] == Findings(findings.mentions, None, None)


@pytest.mark.slow
def test_a_graph_built_without_a_second_network_has_relations_and_results_by_rule(folder: Path, tmp_path: Path) -> None:
    from kg.build import build
    from kg.config import Config, ExtractConfig

    source = tmp_path / "in" / "papers.jsonl"
    source.parent.mkdir()
    source.write_text(json.dumps({"title": SLIMNET.title, "abstract": SLIMNET.abstract}) + "\n", encoding="utf-8")
    config = Config(extract=ExtractConfig(model=str(folder), threads=1))
    built = build([source], tmp_path / "graph", config=config)
    manifest = built.workspace.manifest
    assert built.problems == ()
    assert manifest["agents"]["relations"]["name"] == "derived relations"
    assert manifest["agents"]["results"]["name"] == "figures"
    assert manifest["counts"]["claims"]["relations"] > 0
    assert manifest["counts"]["results"] > 0


def test_the_version_follows_from_the_second_network(folder: Path) -> None:
    without = read_settings(folder).version
    (folder / RELATIONS).write_bytes((SHIPPED / RELATIONS).read_bytes())
    assert read_settings(folder).version == read_settings(SHIPPED).version != without
    (folder / RELATIONS).write_bytes((SHIPPED / RELATIONS).read_bytes() + b"\0")
    assert read_settings(folder).version not in (without, read_settings(SHIPPED).version)


@pytest.mark.parametrize("network", [b"", b"PK\x03\x04" + bytes(range(256))])
def test_a_broken_second_network_is_refused(folder: Path, network: bytes) -> None:
    (folder / RELATIONS).write_bytes(network)
    for of in (Relater, load):
        with pytest.raises(ModelError, match="the network of relations cannot be loaded") as refusal:
            of(folder)
        assert refusal.value.folder == str(folder)


def test_a_relater_of_a_folder_without_the_second_network_is_refused(folder: Path) -> None:
    with pytest.raises(ModelError, match="the network of relations cannot be loaded"):
        Relater(folder)


COLUMNS = len(BONDS.names) + 1


def small(shape: Sequence[int | str]) -> bytes:
    """A network with the inputs of a second one that gives two of them back, the first of this shape."""
    onnx = pytest.importorskip("onnx", reason="making a network takes the package onnx")
    helper, kind = onnx.helper, onnx.TensorProto.FLOAT
    shapes = {name: ["ends"] for name in INPUTS} | {"hidden": shape}
    taken = [helper.make_tensor_value_info(name, kind, shapes[name]) for name in INPUTS]
    gives = [("relations", shape), ("values", ["ends"])]
    made = [helper.make_tensor_value_info(name, kind, of) for name, of in gives]
    nodes = [helper.make_node("Identity", [of], [to]) for of, to in (("hidden", "relations"), ("first", "values"))]
    graph = helper.make_graph(nodes, "small", taken, made)
    network = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    return bytes(network.SerializeToString())


@pytest.mark.parametrize("columns", [COLUMNS - 1, COLUMNS + 1, 1])
def test_a_second_network_with_other_columns_is_refused(folder: Path, columns: int) -> None:
    (folder / RELATIONS).write_bytes(small(["pairs", columns]))
    for of in (Relater, load):
        with pytest.raises(ModelError, match=rf"{RELATIONS} gives .*{columns}\].*, this code reads {COLUMNS} columns"):
            of(folder)
