"""Our scorer against the shared one, against arithmetic that must hold, and against files that cannot be scored."""

from __future__ import annotations

import copy
import functools
import gzip
import importlib.util
import json
import lzma
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import zstandard
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kg.errors import EvaluationError
from kg.evaluate import Figures, Scores, as_json, normalise, score
from kg.model import ROLES, TYPES

Paper = dict[str, Any]
Damage = Callable[[list[Paper]], list[Paper]]

Scored = Callable[[str], tuple[Path, Scores]]

# Examples are files on the disk, and the machine may be busy.
BUSY = settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.too_slow])


def written(path: Path, papers: Iterable[Paper]) -> Path:
    path.write_text("".join(json.dumps(paper) + "\n" for paper in papers), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("evaluate")


@pytest.fixture(scope="module")
def gold_file(shared: Path) -> Path:
    return shared / "gold" / "seed_dev.jsonl"


@pytest.fixture(scope="module")
def gold(gold_file: Path) -> list[Paper]:
    return [json.loads(line) for line in gold_file.read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def oracle(shared: Path) -> ModuleType:
    """The shared scorer as a module."""
    path = shared / "eval" / "score.py"
    spec = importlib.util.spec_from_file_location("shared_scorer", path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, True  # shared material stays as it is
    try:
        spec.loader.exec_module(module)
    finally:
        sys.dont_write_bytecode = before
    return module


def by_oracle(oracle: ModuleType, gold: Path, predicted: Path) -> dict[str, Any]:
    totals, papers = oracle.score(oracle.load(gold), oracle.load(predicted))
    return {"totals": totals, "papers": papers}


# Damage that an extractor does, one kind at a time; each leaves its argument alone.


def nothing_wrong(papers: list[Paper]) -> list[Paper]:
    return papers


def nothing_found(papers: list[Paper]) -> list[Paper]:
    return []


def empty_papers(papers: list[Paper]) -> list[Paper]:
    return [{"id": paper["id"], "entities": []} for paper in papers]


def papers_lost(papers: list[Paper]) -> list[Paper]:
    return papers[::2]


def papers_invented(papers: list[Paper]) -> list[Paper]:
    return [*papers, {"id": "nowhere", "entities": [{"name": "GPU", "type": "Hardware"}]}]


def papers_reversed(papers: list[Paper]) -> list[Paper]:
    return papers[::-1]


def papers_shifted(papers: list[Paper]) -> list[Paper]:
    return [{**paper, "id": after["id"]} for paper, after in zip(papers, [*papers[1:], papers[0]], strict=True)]


def entities_lost(papers: list[Paper]) -> list[Paper]:
    return [{**paper, "entities": [e for n, e in enumerate(paper["entities"]) if n % 3]} for paper in papers]


def optional_lost(papers: list[Paper]) -> list[Paper]:
    return [{**paper, "entities": [e for e in paper["entities"] if not e.get("optional")]} for paper in papers]


def without_relations_and_results(papers: list[Paper]) -> list[Paper]:
    return [{"id": paper["id"], "entities": paper["entities"]} for paper in papers]


def each_entity(change: Callable[[int, dict[str, Any]], dict[str, Any]]) -> Damage:
    def damage(papers: list[Paper]) -> list[Paper]:
        return [{**paper, "entities": [change(n, e) for n, e in enumerate(paper["entities"])]} for paper in papers]

    return damage


def next_type(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    if number % 4:
        return entity
    return {**entity, "type": TYPES[(TYPES.index(entity["type"]) + 1) % len(TYPES)]}


def one_role(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    role = entity["role"]
    return {**entity, "role": role[-1] if isinstance(role, list) else role}


def wrong_role(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    return one_role(number, entity) if number % 2 else {**entity, "role": ROLES[entity["type"]][-1]}


def no_role(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in entity.items() if key != "role"}


def boundaries_moved(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    names = [entity["name"], *entity["surface"]]
    moved = [f"novel {name}" if number % 2 else name.split()[-1] for name in names]
    return {**entity, "name": moved[0], "surface": moved[1:]}


def surface_as_name(number: int, entity: dict[str, Any]) -> dict[str, Any]:
    name = [entity["name"], *entity["surface"]][-1]
    return {**entity, "name": f"The {name.upper()}s", "surface": []}


def surfaces_swapped(papers: list[Paper]) -> list[Paper]:
    def swapped(entities: list[dict[str, Any]]) -> list[dict[str, Any]]:
        others = [*entities[1:], *entities[:1]]
        return [{**e, "surface": other["surface"]} for e, other in zip(entities, others, strict=True)]

    return [{**paper, "entities": swapped(paper["entities"])} for paper in papers]


def concepts_doubled(papers: list[Paper]) -> list[Paper]:
    """An acronym and its long form left apart, and now and then the same name twice."""

    def parts(number: int, entity: dict[str, Any]) -> list[dict[str, Any]]:
        if number % 3 == 0:
            return [entity, entity]
        return [{**entity, "name": name, "surface": []} for name in (entity["name"], *entity["surface"])]

    return [
        {**paper, "entities": [part for n, e in enumerate(paper["entities"]) for part in parts(n, e)]}
        for paper in papers
    ]


def entities_reversed(papers: list[Paper]) -> list[Paper]:
    return [{**paper, "entities": paper["entities"][::-1]} for paper in papers]


def relations_damaged(papers: list[Paper]) -> list[Paper]:
    def damaged(relations: list[dict[str, str]]) -> list[dict[str, str]]:
        turned = [{**r, "subject": r["object"], "object": r["subject"]} for r in relations[::5]]
        renamed = [{**r, "relation": "partOf"} for r in relations[1::5]]
        strange = [{**r, "object": "a thing nobody named"} for r in relations[2::5]]
        return [*turned, *renamed, *strange, *relations[3::5], *relations[3::5]]

    return [{**paper, "relations": damaged(paper["relations"])} for paper in papers]


def results_damaged(papers: list[Paper]) -> list[Paper]:
    def damaged(results: list[dict[str, Any]]) -> list[dict[str, Any]]:
        unnamed = [{**r, "metric": None} for r in results[::3]]
        rounded = [{**r, "value": f"about {r['value']}."} for r in results[1::3]]
        wrong = [{"value": r["value"] + "1"} for r in results[2::3]]
        return [*rounded, *unnamed, *wrong, *rounded, {"metric": "speedup", "value": 3}]

    return [{**paper, "results": damaged(paper["results"])} for paper in papers]


def all_at_once(papers: list[Paper]) -> list[Paper]:
    for damage in (entities_lost, concepts_doubled, each_entity(wrong_role), relations_damaged, results_damaged):
        papers = damage(papers)
    return papers_lost(papers)


DAMAGES = {
    damage.__name__: damage
    for damage in (
        nothing_wrong, nothing_found, empty_papers, papers_lost, papers_invented, papers_reversed, papers_shifted,
        entities_lost, optional_lost, without_relations_and_results, surfaces_swapped, concepts_doubled,
        entities_reversed, relations_damaged, results_damaged, all_at_once,
    )
} | {
    change.__name__: each_entity(change)
    for change in (next_type, one_role, wrong_role, no_role, boundaries_moved, surface_as_name)
}  # fmt: skip


@pytest.fixture(scope="module")
def scored(gold: list[Paper], gold_file: Path, folder: Path) -> Scored:
    """The gold damaged by name, as a file, and its scores."""

    @functools.cache
    def of(name: str) -> tuple[Path, Scores]:
        predicted = written(folder / f"{name}.jsonl", DAMAGES[name](gold))
        return predicted, score(gold_file, predicted)

    return of


@pytest.mark.parametrize("name", DAMAGES)
def test_agrees_with_the_shared_scorer_on_damaged_gold(
    name: str, scored: Scored, gold_file: Path, oracle: ModuleType
) -> None:
    predicted, scores = scored(name)
    assert as_json(scores) == by_oracle(oracle, gold_file, predicted)


@pytest.mark.parametrize("name", ["nothing_wrong", "nothing_found", "all_at_once"])
def test_agrees_with_what_the_shared_scorer_prints(name: str, scored: Scored, gold_file: Path, shared: Path) -> None:
    predicted, scores = scored(name)
    command = [sys.executable, str(shared / "eval" / "score.py"), str(gold_file), str(predicted), "--json"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout
    assert as_json(scores) == json.loads(printed)


def test_damage_shows_in_the_figures(scored: Scored) -> None:
    """Agreement would be cheap if the damaged copies all scored alike."""

    def figures(name: str) -> Scores:
        return scored(name)[1]

    whole = figures("nothing_wrong").totals
    assert figures("next_type").totals["entity/all"].f1 < whole["entity/all"].f1
    assert figures("wrong_role").totals["role/all"].f1 < whole["role/all"].f1
    assert figures("relations_damaged").totals["relation/all"].f1 < whole["relation/all"].f1
    assert figures("results_damaged").totals["result/all"].f1 < whole["result/all"].f1
    doubled = figures("concepts_doubled").totals["entity/all"]
    assert doubled.precision < doubled.recall
    moved = figures("boundaries_moved").totals
    assert moved["overlap/all"].f1 > moved["entity/all"].f1


# Few names, so that they collide: equal after normalisation, one within another, empty, doubled.
NAMES = (
    "SNN", "SNNs", "the SNN", "spiking SNN", "spiking-SNN training", "training", "GPU", "a GPU", "edge GPU", "the",
    "A*", "C++", "bus", "ass", "", "...", "模型",
)  # fmt: skip
LABELS = ("usedFor", "partOf")


@st.composite
def papers(draw: st.DrawFn, *, as_gold: bool) -> list[Paper]:
    def paper(name: str) -> Paper:
        entity: dict[str, Any] = {"name": st.sampled_from(NAMES), "type": st.sampled_from(TYPES[:2])}
        roles = st.none() | st.sampled_from(("uses", "studies"))
        extra: dict[str, Any] = {
            "surface": st.lists(st.sampled_from(NAMES), max_size=2),
            "role": roles | st.lists(st.sampled_from(("uses", "studies")), max_size=2) if as_gold else roles,
            "optional": st.booleans(),
        }
        made: Paper = {"id": name}
        made["entities"] = draw(st.lists(st.fixed_dictionaries(entity, optional=extra), max_size=6))
        result: dict[str, Any] = {"value": st.sampled_from(("2.7x", "2.7", "-2.7.", "27", "none", "None", 2.7))}
        about: dict[str, Any] = {
            "metric": st.none() | st.sampled_from(("speedup", "the speedups over SNN", "")),
            "optional": st.booleans(),
        }
        if draw(st.booleans()):
            made["results"] = draw(st.lists(st.fixed_dictionaries(result, optional=about), max_size=4))
        named = [entity["name"] for entity in made["entities"]]
        ends = sorted(set(named)) if as_gold else NAMES
        if ends and draw(st.booleans()):
            end = st.sampled_from(ends)
            relation = st.fixed_dictionaries({"subject": end, "relation": st.sampled_from(LABELS), "object": end})
            made["relations"] = draw(st.lists(relation, max_size=6))
        return made

    return [paper(name) for name in draw(st.lists(st.sampled_from(("P1", "P2", "P3")), max_size=4))]


@BUSY
@given(gold=papers(as_gold=True), predicted=papers(as_gold=False))
def test_agrees_with_the_shared_scorer_on_made_up_papers(
    gold: list[Paper], predicted: list[Paper], oracle: ModuleType, folder: Path
) -> None:
    gold_path, predicted_path = written(folder / "gold.jsonl", gold), written(folder / "predicted.jsonl", predicted)
    scores = score(gold_path, predicted_path)
    assert as_json(scores) == by_oracle(oracle, gold_path, predicted_path)
    assert list(scores.papers) == list(dict.fromkeys(paper["id"] for paper in gold))


@BUSY
@given(name=st.text() | st.text(alphabet="aeThsSB.+- ('2"))
def test_normalises_as_the_shared_scorer_does(name: str, oracle: ModuleType) -> None:
    assert normalise(name) == oracle.normalise(name)


# What must hold whoever scores.


def annotation(*entities: tuple[str, str, str], results: tuple[tuple[str, str], ...] = ()) -> Paper:
    return {
        "id": "P1",
        "entities": [{"name": name, "type": kind, "role": role} for name, kind, role in entities],
        "results": [{"metric": metric, "value": value} for metric, value in results],
    }


ANNOTATIONS = st.builds(
    lambda entities, results: annotation(*entities, results=tuple(results)),
    st.lists(
        st.tuples(st.sampled_from(NAMES[:9]), st.sampled_from(TYPES[:3]), st.sampled_from(("uses", "mentions"))),
        max_size=8,
    ),
    st.lists(st.tuples(st.sampled_from(("speedup", "accuracy")), st.sampled_from(("1.5x", "1.5", "90%"))), max_size=5),
)


def turned(figures: Figures) -> Figures:
    return Figures(
        figures.recall, figures.precision, figures.f1, figures.right, predicted=figures.gold, gold=figures.predicted
    )


@BUSY
@given(one=ANNOTATIONS, other=ANNOTATIONS)
def test_precision_and_recall_swap_with_the_files(one: Paper, other: Paper, folder: Path) -> None:
    first, second = written(folder / "first.jsonl", [one]), written(folder / "second.jsonl", [other])
    there, back = score(first, second).totals, score(second, first).totals
    # Overlap is no equivalence: whether a chain of overlapping names is paired well depends on the order of the walk.
    for key in there.keys() - {key for key in there if key.startswith("overlap/")}:
        assert there[key] == turned(back[key]), key


@pytest.mark.parametrize("name", ["entities_lost", "boundaries_moved", "next_type", "wrong_role", "results_damaged"])
def test_precision_and_recall_swap_on_the_gold(name: str, gold: list[Paper], tmp_path: Path) -> None:
    # Without what only the gold may hold.
    plain = optional_lost(each_entity(one_role)(gold))
    named = [{entity["name"] for entity in paper["entities"]} for paper in plain]
    plain = [
        {
            **paper,
            "relations": [r for r in paper["relations"] if {r["subject"], r["object"]} <= names],
            "results": [r for r in paper["results"] if not r.get("optional")],
        }
        for paper, names in zip(plain, named, strict=True)
    ]
    damaged = [
        # What is read as gold must name its own entities.
        {key: value for key, value in paper.items() if key != "relations"}
        for paper in DAMAGES[name](plain)
    ]
    first, second = written(tmp_path / "gold.jsonl", plain), written(tmp_path / "damaged.jsonl", damaged)
    there, back = score(first, second).totals, score(second, first).totals
    assert there["entity/all"].gold > 300
    for key in back:
        if key != "result/all" or name != "results_damaged":  # a metric matters only where the gold names one
            assert there[key] == turned(back[key]), key


def test_gold_against_itself_is_perfect(gold_file: Path, gold: list[Paper], tmp_path: Path) -> None:
    one_role_each = written(tmp_path / "one_role.jsonl", each_entity(one_role)(gold))
    scores = score(gold_file, one_role_each)
    assert {key for key, row in scores.totals.items() if row.gold} >= {"entity/all", "relation/all", "result/all"}
    for key, row in [*scores.totals.items(), *scores.papers.items()]:
        assert row.predicted == row.gold == row.right, key
        assert (row.precision, row.recall, row.f1) == ((100.0, 100.0, 100.0) if row.gold else (0.0, 0.0, 0.0)), key


@pytest.mark.parametrize("name", DAMAGES)
def test_counts_add_up(name: str, gold: list[Paper], scored: Scored) -> None:
    _, scores = scored(name)
    totals = scores.totals
    required = sum(not entity.get("optional") for paper in gold for entity in paper["entities"])
    for kind in ("entity", "overlap"):
        of_types = [totals[f"{kind}/{each}"] for each in TYPES]
        for count in ("right", "predicted", "gold"):
            assert sum(getattr(row, count) for row in of_types) == getattr(totals[f"{kind}/all"], count)
        assert totals[f"{kind}/all"].gold == required
    for count in ("right", "predicted", "gold"):
        assert sum(getattr(row, count) for row in scores.papers.values()) == getattr(totals["entity/all"], count)
    assert totals["role/all"].right <= totals["entity/all"].right <= totals["overlap/all"].right
    for row in totals.values():
        assert 0 <= row.right <= min(row.gold, row.predicted)
        assert row.precision == (round(100 * row.right / row.predicted, 2) if row.predicted else 0.0)
        assert row.recall == (round(100 * row.right / row.gold, 2) if row.gold else 0.0)


# Rules that the docstring promises, by example.


def scores_of(gold: list[Paper], predicted: list[Paper], folder: Path) -> dict[str, Figures]:
    return score(written(folder / "gold.jsonl", gold), written(folder / "predicted.jsonl", predicted)).totals


def test_an_exact_match_goes_before_an_overlapping_one(tmp_path: Path) -> None:
    wanted = annotation(("neural network", "Method", "uses"), ("spiking neural network", "Method", "uses"))
    totals = scores_of([wanted], [annotation(("spiking neural network", "Method", "uses"))], tmp_path)
    assert totals["overlap/all"] == totals["entity/all"] == Figures(100.0, 50.0, 66.67, right=1, predicted=1, gold=2)


def test_overlap_keeps_to_word_boundaries(tmp_path: Path) -> None:
    wanted = [annotation(("net", "Method", "uses"))]
    assert scores_of(wanted, [annotation(("ResNet", "Method", "uses"))], tmp_path)["overlap/all"].right == 0
    assert scores_of(wanted, [annotation(("Res-Net", "Method", "uses"))], tmp_path)["overlap/all"].right == 1


def test_an_optional_entity_changes_no_figure(tmp_path: Path) -> None:
    wanted = annotation(("SCNN", "Method", "proposes"), ("VGG", "Method", "uses"))
    wanted["entities"][1]["optional"] = True
    wanted["relations"] = [{"subject": "SCNN", "relation": "usedFor", "object": "VGG"}]
    without, having = copy.deepcopy(wanted), wanted
    without["entities"].pop()
    without["relations"].pop()
    assert scores_of([wanted], [without], tmp_path) == scores_of([wanted], [having], tmp_path)


def test_an_optional_result_gets_what_the_others_leave(tmp_path: Path) -> None:
    wanted = annotation(results=(("speedup", "2.7x"), ("speedup", "2.7x")))
    wanted["results"][0]["optional"] = True
    said = annotation(results=(("speedup", "2.7"),))
    assert scores_of([wanted], [said], tmp_path)["result/all"].right == 1
    said["results"] *= 3
    assert scores_of([wanted], [said], tmp_path)["result/all"] == Figures(50.0, 100.0, 66.67, 1, predicted=2, gold=1)


@pytest.mark.parametrize(
    ("name", "expected"),
    [("the A", "the a"), ("The A*", "a*"), ("GPUs.", "gpu"), ("...", ""), ("bass bus", "bass bus"), ("x%-y", "x% y")],
)
def test_normalises_by_the_rules(name: str, expected: str) -> None:
    assert normalise(name) == expected


def test_one_relation_said_by_two_names_is_right_once(tmp_path: Path) -> None:
    wanted = annotation(("SCNN", "Method", "proposes"), ("inference", "Task", "addresses"))
    wanted["relations"] = [{"subject": "SCNN", "relation": "usedFor", "object": "inference"}]
    said = copy.deepcopy(wanted)
    said["relations"] += [*said["relations"], {"subject": "inference", "relation": "usedFor", "object": "SCNN"}]
    assert scores_of([wanted], [said], tmp_path)["relation/all"] == Figures(
        50.0, 100.0, 66.67, right=1, predicted=2, gold=1
    )


def test_the_later_of_two_lines_with_one_id_counts(tmp_path: Path) -> None:
    wanted = annotation(("SCNN", "Method", "proposes"))
    totals = scores_of([wanted], [annotation(("VGG", "Method", "uses")), wanted], tmp_path)
    assert totals["entity/all"] == Figures(100.0, 100.0, 100.0, right=1, predicted=1, gold=1)


def test_relations_count_only_where_the_gold_has_some(tmp_path: Path) -> None:
    wanted = annotation(("SCNN", "Method", "proposes"))
    said = {**wanted, "relations": [{"subject": "SCNN", "relation": "partOf", "object": "SCNN"}]}
    assert "relation/all" not in scores_of([wanted], [said], tmp_path)
    assert scores_of([{**wanted, "relations": []}], [said], tmp_path)["relation/all"].predicted == 1


@pytest.mark.parametrize(
    ("suffix", "compress"),
    [(".gz", gzip.compress), (".xz", lzma.compress), (".zst", zstandard.ZstdCompressor().compress)],
)
def test_reads_compressed_files(suffix: str, compress: Callable[[bytes], bytes], tmp_path: Path) -> None:
    plain = written(tmp_path / "gold.jsonl", [annotation(("SCNN", "Method", "proposes"))])
    packed = tmp_path / f"gold.jsonl{suffix}"
    packed.write_bytes(compress(plain.read_bytes()))
    assert score(packed, packed) == score(plain, plain)


def test_reads_byte_order_marks_and_line_separators_within_strings(tmp_path: Path) -> None:
    path = tmp_path / "gold.jsonl"
    path.write_bytes('\ufeff{"id": "P1", "entities": [{"name": "a\u2028GPU", "type": "Hardware"}]}\r\n\r\n'.encode())
    assert score(path, path).totals["entity/Hardware"].f1 == 100.0


def test_a_gold_file_without_papers_has_no_figures(tmp_path: Path) -> None:
    empty = written(tmp_path / "empty.jsonl", [])
    assert score(empty, empty) == Scores({}, {})


GOOD = '{"id": "P1", "entities": []}'
UNUSABLE = {
    "broken JSON": ('{"id": "P1", ', "broken JSON at character 13", "one JSON object a line"),
    "no object": ('["P1"]', "a JSON list", "one JSON object a line"),
    "nesting without end": ("[" * 100_000, "cannot be read", "one JSON object a line"),
    "no id": ('{"entities": []}', "the paper has no 'id'", "a string"),
    "id is a number": ('{"id": 7, "entities": []}', "'id' of the paper is 7", "a string"),
    "no entities": ('{"id": "P1"}', "no 'entities'", "a list of objects"),
    "entities are none": ('{"id": "P1", "entities": null}', "'entities' is null", "a list of objects"),
    "entity is a string": ('{"id": "P1", "entities": ["GPU"]}', "entry 1 of 'entities' is 'GPU'", "an object"),
    "unknown type": (
        '{"id": "P1", "entities": [{"name": "GPU", "type": "Hardware"}, {"name": "BERT", "type": "Model"}]}',
        "entry 2 of 'entities' has the unknown type 'Model'",
        "one of Method, Task, Dataset, Hardware, Metric",
    ),
    "no type": ('{"id": "P1", "entities": [{"name": "GPU"}]}', "entry 1 of 'entities' has no 'type'", "a string"),
    "no name": ('{"id": "P1", "entities": [{"type": "Task"}]}', "entry 1 of 'entities' has no 'name'", "a string"),
    "name is null": ('{"id": "P1", "entities": [{"name": null, "type": "Task"}]}', "'name' of", "a string"),
    "surface is a string": (
        '{"id": "P1", "entities": [{"name": "GPU", "type": "Hardware", "surface": "GPUs"}]}',
        "'surface' of entry 1 of 'entities' is 'GPUs'",
        "a list of strings",
    ),
    "role is a number": (
        '{"id": "P1", "entities": [{"name": "GPU", "type": "Hardware", "role": 1}]}',
        "'role' of entry 1 of 'entities' is 1",
        "a string, null",
    ),
    "result without value": ('{"id": "P1", "entities": [], "results": [{"metric": "mAP"}]}', "is null", "the figure"),
    "metric is a list": (
        '{"id": "P1", "entities": [], "results": [{"metric": ["mAP"], "value": "1"}]}',
        "'metric' of entry 1 of 'results' is ['mAP']",
        "a string or null",
    ),
    "relation without end": (
        '{"id": "P1", "entities": [], "relations": [{"subject": "a", "relation": "partOf"}]}',
        "entry 1 of 'relations' has no 'object'",
        "a string",
    ),
}


@pytest.mark.parametrize("which", ["gold", "predicted"])
@pytest.mark.parametrize("case", UNUSABLE)
def test_says_where_a_file_is_unusable_and_what_would_be_right(case: str, which: str, tmp_path: Path) -> None:
    line, problem, expected = UNUSABLE[case]
    good, bad = tmp_path / "good.jsonl", tmp_path / "bad.jsonl"
    good.write_text(f"{GOOD}\n", encoding="utf-8")
    bad.write_text(f"{GOOD}\n\n{line}\n", encoding="utf-8")
    with pytest.raises(EvaluationError) as caught:
        score(*((bad, good) if which == "gold" else (good, bad)))
    assert (caught.value.source, caught.value.line) == (str(bad), 3)
    assert problem in caught.value.problem
    assert f"; expected {expected}" in caught.value.problem
    assert len(str(caught.value)) < len(str(bad)) + 300


def test_a_gold_relation_must_link_entities_of_its_paper(tmp_path: Path) -> None:
    stray = annotation(("SCNN", "Method", "proposes"))
    stray["relations"] = [{"subject": "SCNN", "relation": "usedFor", "object": "inference"}]
    path = written(tmp_path / "stray.jsonl", [stray])
    with pytest.raises(EvaluationError, match=r"stray\.jsonl:1: entry 1 of 'relations' links 'inference'; expected"):
        score(path, path)
    right = written(tmp_path / "right.jsonl", [{**stray, "relations": []}])
    assert score(right, path).totals["relation/all"] == Figures(0.0, 0.0, 0.0, right=0, predicted=1, gold=0)


def test_reports_files_that_cannot_be_read(tmp_path: Path) -> None:
    good = written(tmp_path / "good.jsonl", [annotation()])
    latin, cut = tmp_path / "latin.jsonl", tmp_path / "cut.jsonl.gz"
    latin.write_bytes(f"{GOOD}\n".encode() + b'{"id": "P\xe92", "entities": []}\n')
    cut.write_bytes(gzip.compress(good.read_bytes() * 500)[:-12])
    for path, line, problem in (
        (tmp_path / "absent.jsonl", None, "No such file"),
        (tmp_path, None, "is a folder"),
        (latin, 2, "byte 0xE9 is not valid UTF-8"),
        (cut, None, "cut.jsonl.gz"),
    ):
        with pytest.raises(EvaluationError) as caught:
            score(good, path)
        assert (caught.value.source, caught.value.line) == (str(path), line)
        assert problem in str(caught.value)
        assert str(caught.value).count(path.name) == 1
        assert "; expected " in str(caught.value)
