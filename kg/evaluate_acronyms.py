"""How `kg.resolve.acronyms` finds short and long forms in sentences, after the shared task at SDU@AAAI-21.

Veyseh et al., "Acronym identification and disambiguation shared tasks for scientific document understanding", 2020.
Short forms are those of `short_forms`, long ones those of `definitions`; a form is right where it covers the very
words that annotators marked. As the task's own scorer does it, ``macro`` is the mean of the two precisions, the mean of
the two recalls, and F1 of these means. The rules that the task compares with reach 85.5 of 100.

Rules are chosen on the sentences in even places (dev) and reported on the others (test).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, NamedTuple

from kg.errors import EvaluationError
from kg.evaluate_resolution import PARTS, Evaluation, Measure, Mistake, whole_text
from kg.resolution_scores import Score, mean, of_counts
from kg.resolve.acronyms import definitions, short_forms

__all__ = ["PUBLISHED", "of_acronyms"]

#: Macro F1 of the rules that the task compares with.
PUBLISHED: Final = 0.855

Kind = Literal["short", "long"]
KINDS: Final[tuple[Kind, ...]] = ("short", "long")

#: Ranges of words by kind of form, half-open.
Forms = Mapping[Kind, frozenset[tuple[int, int]]]


class _Sentence(NamedTuple):
    tokens: Sequence[str]
    gold: Forms
    found: Forms


def of_acronyms(path: Path) -> Evaluation:
    """How short and long forms are found in a JSON list of objects with ``tokens`` and ``labels`` (BIO).

    Parameters
    ----------
    path : Path
        Such a file, or a folder with one that is called ``dev.json``.

    Raises
    ------
    EvaluationError
        When the file cannot be read, or is no such list.
    """
    path = path / "dev.json" if path.is_dir() else path
    try:
        sentences = [
            _Sentence(record["tokens"], labelled(record["tokens"], record["labels"]), found(record["tokens"]))
            for record in json.loads(whole_text(path))
        ]
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise EvaluationError(path, None, f"{error!r}; expected a JSON list with tokens and labels") from error
    measures: list[Measure] = []
    for part in PARTS:
        measures += _measures(part, [s for at, s in enumerate(sentences) if part in (PARTS[at % 2], "all")])
    mistakes = [
        mistake for at, sentence in enumerate(sentences) for kind in KINDS for mistake in _mistakes(at, kind, sentence)
    ]
    return Evaluation(tuple(measures), tuple(mistakes))


def labelled(tokens: Sequence[str], labels: Sequence[str]) -> Forms:
    """Forms that labels mark.

    >>> forms = labelled(["an", "MR", "-", "Scan", "GPU"], ["O", "B-short", "I-short", "I-short", "B-short"])
    >>> sorted(forms["short"]), sorted(forms["long"])
    ([(1, 4), (4, 5)], [])
    """
    forms: dict[Kind, set[tuple[int, int]]] = {kind: set() for kind in KINDS}
    for kind in KINDS:
        start = None
        for at, (_, label) in enumerate([*zip(tokens, labels, strict=True), ("", "O")]):
            if start is not None and label != f"I-{kind}":
                forms[kind].add((start, at))
                start = None
            if start is None and label in (f"B-{kind}", f"I-{kind}"):
                start = at
    return {kind: frozenset(ranges) for kind, ranges in forms.items()}


def found(tokens: Sequence[str]) -> Forms:
    """Forms that `kg.resolve.acronyms` finds.

    >>> forms = found("A random forest ( RF ) and the GMM - UBM .".split())
    >>> sorted(forms["short"]), sorted(forms["long"])
    ([(4, 5), (8, 11)], [(1, 3)])
    """
    text, starts = _joined(tokens)

    def words(start: int, end: int) -> tuple[int, int]:
        inside = [at for at, first in enumerate(starts) if first < end and start < first + len(tokens[at])]
        return inside[0], inside[-1] + 1

    return {
        "short": frozenset(words(form.start, form.end) for form in short_forms(text)),
        "long": frozenset(words(d.long_offset, d.long_offset + len(d.long)) for d in definitions(text)),
    }


def _joined(tokens: Sequence[str]) -> tuple[str, list[int]]:
    """Return the text of tokens and where each begins; hyphens and slashes stand between no spaces."""
    text, starts = "", []
    for at, token in enumerate(tokens):
        inner = token in ("-", "/") and 0 < at < len(tokens) - 1
        if inner:
            text = text.rstrip(" ")
        starts.append(len(text))
        text += token if inner else f"{token} "
    return text, starts


def _measures(part: str, sentences: Sequence[_Sentence]) -> list[Measure]:
    scores: dict[Kind, Score] = {}
    wanted: dict[Kind, int] = {}
    for kind in KINDS:
        pairs = [(sentence.gold[kind], sentence.found[kind]) for sentence in sentences]
        wanted[kind] = sum(len(gold) for gold, _ in pairs)
        right = sum(len(gold & said) for gold, said in pairs)
        scores[kind] = of_counts(right, sum(len(said) for _, said in pairs), wanted[kind])
    macro = Measure("acronyms", part, "macro", mean(scores.values()), sum(wanted.values()), (("f1", PUBLISHED),))
    return [macro, *(Measure("acronyms", part, f"{kind} forms", scores[kind], wanted[kind]) for kind in KINDS)]


def _mistakes(at: int, kind: Kind, sentence: _Sentence) -> Iterator[Mistake]:
    gold, said = sentence.gold[kind], sentence.found[kind]
    for problem, odd in (("missed", gold - said), ("invented", said - gold)):
        for start, end in sorted(odd):
            form = " ".join(sentence.tokens[start:end])
            around = " ".join(sentence.tokens[max(0, start - 6) : end + 4])
            yield Mistake("acronyms", PARTS[at % 2], problem, form, around, f"{kind} form")
