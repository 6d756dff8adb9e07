"""The second network on a public set with relations inside sentences (SciER), beside published figures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from kg.extract.encoding import Window
from kg.extract.labels import Bonds
from kg.extract.pairs import NO_ROLE, End, paired
from kg.training.gold import IGNORE
from kg.training.network import Tagger
from kg.training.pairing import Pairing
from kg.training.related import PairTargets, tensors
from kg.training.relater import COPIED, DEPTH, PairExample, PairRecipe, train_pairing
from kg.training.sentences import Context, Document, Labelled, windows

#: A pair of types with fewer relations of a kind than this in the training part is an annotator's slip.
FEWEST = 5
#: Values tried on the dev part for what is added to the log odds of relations.
BIASES = tuple(round(-1.0 + 0.25 * step, 2) for step in range(17))

#: Subject, relation, object.
Triple = tuple[Labelled, str, Labelled]


def triples(document: Document) -> frozenset[Triple]:
    """Annotated relations of a document whose ends are annotated mentions."""
    types = {(first, last): type_ for first, last, type_ in document.mentions}
    return frozenset(
        ((r[0], r[1], types[r[0], r[1]]), str(r[4]), (r[2], r[3], types[r[2], r[3]]))
        for group in document.record.get("relations", ())
        for r in group
        if (r[0], r[1]) in types and (r[2], r[3]) in types
    )


def bonds_of(documents: Sequence[Document], types: tuple[str, ...]) -> Bonds:
    """Relations of some documents and the types that they link, in alphabetical order."""
    counts = Counter((name, s[2], o[2]) for document in documents for s, name, o in triples(document))
    kept = sorted(key for key, count in counts.items() if count >= FEWEST)
    names = tuple(dict.fromkeys(name for name, _, _ in kept))
    return Bonds(types, names, tuple(tuple((s, o) for of, s, o in kept if of == name) for name in names))


def relation_figures(
    tagger: Tagger,
    train: Sequence[Document],
    dev: Sequence[Document],
    found: Sequence[frozenset[Labelled]],
    tokenizer: Tokenizer,
    work: Path,
    *,
    context: Context,
    seed: int,
) -> dict[str, object]:
    """Train the second network on `train`; return its figures on `dev`, in percent, with the bias that is best there.

    Rel is right when both ranges and the relation are, Rel+ when the types of the ends are too, as in
    the published figures. `found` are the mentions of `dev` that the first network finds; beside the
    figures end to end stand those with the annotated mentions given.
    """
    tagger.eval()
    bonds = bonds_of(train, tagger.scheme.types)
    examples = [
        PairExample(_hidden(tagger, window).half(), wanted)
        for document in train
        for window in windows(document, tokenizer, context=context, overlap=False)
        if (wanted := _targets(document, document.mentions, window, bonds)) is not None
    ]
    recipe = PairRecipe(seed=seed)
    pairing = train_pairing(examples, tagger.state_dict(), work, recipe=recipe, bonds=bonds, scheme=tagger.scheme)
    figures: dict[str, object] = {}
    for name, mentions in (("end to end", found), ("mentions given", [d.mentions for d in dev])):
        judged = [
            list(_judge(tagger, pairing, document, each, tokenizer, context))
            for document, each in zip(dev, mentions, strict=True)
        ]
        tried = {bias: _score(dev, judged, bias) for bias in BIASES}
        best = max(tried, key=lambda bias: (tried[bias]["Rel+"]["F1"], -abs(bias)))
        figures[name] = {"bias": best, **tried[best]}
    return figures


@torch.no_grad()  # type: ignore[untyped-decorator]
def _hidden(tagger: Tagger, window: Window) -> torch.Tensor:
    """Return what the encoder says below the copied layers and at its top, (pieces, 2 width)."""
    ids, features = (torch.tensor([each], dtype=torch.long) for each in (window.ids, window.features))
    words = tagger.encoder.embeddings.word_embeddings(ids) + tagger.features(features)
    said = tagger.encoder(inputs_embeds=words, output_hidden_states=True)
    return torch.cat([said.hidden_states[DEPTH - COPIED][0], said.last_hidden_state[0]], dim=-1)


def _targets(document: Document, mentions: frozenset[Labelled], window: Window, bonds: Bonds) -> PairTargets | None:
    """Targets of the pairs of mentions that stand in one sentence of a window."""
    places = {token: place for place, (token, _) in enumerate(window.spans)}
    ends = [
        End(places[first], places[last], bonds.types.index(type_), NO_ROLE, _sentence(document, first))
        for first, last, type_ in sorted(mentions)
        if first in places and last in places
    ]
    if not ends:
        return None
    pairs = paired(ends, window.first, window.last, len(window.ids), bonds)
    inside = pairs.places == 0
    pairs = replace(pairs, pairs=pairs.pairs[inside], distances=pairs.distances[inside], places=pairs.places[inside])
    rows = pairs.pairs.tolist()
    if not rows:
        return None
    wanted = {
        (s[0], s[1], o[0], o[1]): 1 + bonds.names.index(name)
        for s, name, o in triples(document)
        if name in bonds.allowed(s[2], o[2])
    }
    tokens = [(window.spans[end.first][0], window.spans[end.last][0]) for end in ends]
    labels = [wanted.get((*tokens[i], *tokens[j]), 0) for i, j in rows]
    names = [bonds.allowed(bonds.types[ends[i].type], bonds.types[ends[j].type]) for i, j in rows]
    allowed = [[name in some for name in bonds.names] for some in names]
    groups = list(range(len(rows)))
    return PairTargets(
        pairs, groups, labels, allowed, [], [IGNORE] * len(ends), ends, list(window.first), list(window.last)
    )


def _sentence(document: Document, token: int) -> int:
    return next(number for number, (first, stop) in enumerate(document.sentences) if first <= token < stop)


@torch.no_grad()  # type: ignore[untyped-decorator]
def _judge(
    tagger: Tagger,
    pairing: Pairing,
    document: Document,
    mentions: frozenset[Labelled],
    tokenizer: Tokenizer,
    context: Context,
) -> Iterator[tuple[Labelled, Labelled, tuple[tuple[str, float], ...]]]:
    """Yield each pair of mentions of one sentence with the log odds of the relations that its types allow."""
    for window in windows(document, tokenizer, context=context, overlap=False):
        wanted = _targets(document, mentions, window, pairing.bonds)
        if wanted is None:
            continue
        logits, _ = pairing(_hidden(tagger, window), *tensors(wanted))
        labelled = [
            (window.spans[e.first][0], window.spans[e.last][0], pairing.bonds.types[e.type]) for e in wanted.ends
        ]
        for (i, j), row, some in zip(wanted.pairs.pairs.tolist(), logits.numpy(), wanted.allowed, strict=True):
            odds = tuple((name, float(row[column])) for column, name in enumerate(pairing.bonds.names) if some[column])
            yield labelled[i], labelled[j], odds


def _score(
    dev: Sequence[Document],
    judged: Sequence[Sequence[tuple[Labelled, Labelled, tuple[tuple[str, float], ...]]]],
    bias: float,
) -> dict[str, dict[str, float]]:
    counts = {"Rel": np.zeros(3, dtype=int), "Rel+": np.zeros(3, dtype=int)}
    for document, of_document in zip(dev, judged, strict=True):
        said = set()
        for subject, object_, odds in of_document:
            name, most = max(odds, key=lambda each: each[1])
            if most + bias > 0:
                said.add((subject, name, object_))
        true = triples(document)
        counts["Rel+"] += (len(said & true), len(said), len(true))
        bare = [{(s[:2], name, o[:2]) for s, name, o in some} for some in (said, true)]
        counts["Rel"] += (len(bare[0] & bare[1]), len(bare[0]), len(bare[1]))
    return {
        kind: {
            "P": round(100 * right / max(1, found), 2),
            "R": round(100 * right / max(1, gold), 2),
            "F1": round(200 * right / max(1, found + gold), 2),
        }
        for kind, (right, found, gold) in counts.items()
    }
