"""The network on public sets, beside published figures: SciER (JSON lines) and TDMSci (CoNLL).

Example: ``python -m kg.training.scier --train train_offsets.jsonl --dev dev_offsets.jsonl --predict IN --out OUT``.

The models made here do not ship: SciER's licence is the GPL. They have the architecture of the
shipped model and, unless told otherwise, start from its weights. The threshold is chosen on
DEV; the figures are strict: a mention is right when its range and its type are, micro-averaged.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import cast

import numpy as np
import torch
from tokenizers import Tokenizer

from kg.extract.decode import Array, decode
from kg.extract.labels import MAX_WORDS
from kg.extract.tagger import SHIPPED, joined
from kg.training.gold import IGNORE, Targets
from kg.training.network import Tagger, encoder_folder, new_tagger
from kg.training.scier_relations import relation_figures
from kg.training.sentences import Context, Document, Labelled, examples, read_documents, scheme_of, split, windows
from kg.training.start import weights
from kg.training.train import Example, Recipe, collate, fit, plain_tokenizer

#: Thresholds of which the best on DEV is taken.
THRESHOLDS = tuple(round(0.25 + 0.05 * step, 2) for step in range(9))
log = logging.getLogger("kg.training.scier")

#: Words of a document and the logits of their spans.
Judged = tuple[list[tuple[int, int]], Array]


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(prog="python -m kg.training.scier", description=__doc__)
    parser.add_argument("--train", type=Path, required=True, help="annotated file: .jsonl (offsets format) or .conll")
    parser.add_argument(
        "--dev", type=Path, help="annotated file that chooses the threshold; else the last fifth of --train"
    )
    parser.add_argument("--predict", type=Path, help="file to predict on, in the format of --train")
    parser.add_argument("--out", type=Path, help="where the predictions go, in the format of --predict")
    parser.add_argument("--work", type=Path, help="folder for the run's progress; a killed run is taken up there")
    parser.add_argument("--context", choices=("sentence", "document"), default="document", help="what the network sees")
    parser.add_argument("--start", choices=("shipped", "encoder"), default="shipped", help="weights to start from")
    parser.add_argument("--model", type=Path, default=SHIPPED, help="model folder whose weights --start shipped takes")
    parser.add_argument("--relations", action="store_true", help="train and score the network of relations too")
    parser.add_argument("--epochs", type=int, default=6)
    parser.add_argument("--rate", type=float, default=1e-4, help="peak learning rate of the encoder")
    parser.add_argument("--seed", type=int, default=13)
    parser.add_argument("--threads", type=int, default=2, help="processor threads; part of what makes runs equal")
    options = parser.parse_args(arguments)
    if (options.predict is None) != (options.out is None):
        parser.error("--predict and --out go together")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s", stream=sys.stderr)
    torch.set_num_threads(options.threads)
    with tempfile.TemporaryDirectory() as scratch:
        print(json.dumps(run(options, options.work or Path(scratch)), indent=1))  # noqa: T201 - a command


def run(options: argparse.Namespace, work: Path) -> dict[str, object]:
    """Train, choose the threshold, predict; return the figures on DEV, in percent."""
    train = read_documents(options.train)
    if options.dev:
        dev = read_documents(options.dev)
    else:
        train, dev = split(train, share=0.2)
    context = cast(Context, options.context)
    scheme = scheme_of(train)
    folder = encoder_folder()
    tokenizer = plain_tokenizer(folder)
    torch.manual_seed(options.seed)
    tagger = new_tagger(folder, scheme=scheme)
    if options.start == "shipped":
        tagger.load_state_dict(_started(options.model, tagger, folder))
    made = examples(train, tokenizer, scheme, context)
    recipe = Recipe(
        epochs=options.epochs,
        seed=options.seed,
        encoder_rate=options.rate,
        batch=8 if context == "document" else 32,
    )
    identity = {"recipe": asdict(recipe), "file": options.train.name, "context": context, "start": options.start}
    fit(tagger, [made] * recipe.epochs, work, recipe=recipe, identity=identity)
    seen = judge(tagger, dev, tokenizer, context)
    tried = {t: score(dev, [mentions(j, d, tagger, t) for j, d in zip(seen, dev, strict=True)]) for t in THRESHOLDS}
    threshold = max(tried, key=lambda t: (tried[t]["F1"], -abs(t - 0.5)))
    if options.predict:
        documents = read_documents(options.predict)
        judged = judge(tagger, documents, tokenizer, context)
        found = [mentions(j, d, tagger, threshold) for j, d in zip(judged, documents, strict=True)]
        write(documents, found, options.out)
    figures: dict[str, object] = {
        "context": context, "start": options.start, "threshold": threshold, "dev": tried[threshold]
    }  # fmt: skip
    if options.relations:
        found = [mentions(j, d, tagger, threshold) for j, d in zip(seen, dev, strict=True)]
        figures["relations"] = relation_figures(
            tagger, train, dev, found, tokenizer, work, context=context, seed=options.seed
        )
    return figures


def _started(model: Path, tagger: Tagger, folder: Path) -> dict[str, torch.Tensor]:
    """Return the tagger's state with the shipped model's weights, but for the layers that name types."""
    shipped = weights(model, new_tagger(folder))
    own = tagger.state_dict()
    return {name: own[name] if name.startswith(("judge.", "words.")) else shipped[name] for name in own}


@torch.no_grad()  # type: ignore[untyped-decorator]
def judge(tagger: Tagger, documents: Sequence[Document], tokenizer: Tokenizer, context: Context) -> list[Judged]:
    """Tokens of each document, as ranges, and the logits of their spans; see `kg.extract.decode.decode`."""
    tagger.eval()
    result = []
    for document in documents:
        group = []
        for window in windows(document, tokenizer, context=context, overlap=True):
            if window.spans:
                batch = collate([Example(window, Targets([IGNORE] * len(window.spans), [], []))])
                logits = tagger(batch.ids, batch.features, batch.mask, batch.first, batch.last)
                group.append((window, logits[0].float().numpy()))
        empty = np.zeros((0, MAX_WORDS, tagger.scheme.width), dtype=np.float32)
        result.append(joined(group) if group else ([], empty))
    return result


def mentions(judged: Judged, document: Document, tagger: Tagger, threshold: float) -> frozenset[Labelled]:
    """Mentions of a document by first and last token; none reaches from one sentence into another."""
    words, logits = judged
    places = {word: place for place, (word, _) in enumerate(words)}
    found = set()
    for begin, stop in document.sentences:
        inside = [places[token] for token in range(begin, stop) if token in places]
        if inside:  # whole words in order, so one stretch
            part = logits[inside[0] : inside[-1] + 1]
            for span in decode(part, threshold=threshold, scheme=tagger.scheme):
                found.add((begin + span.first, begin + span.last - 1, span.type))
    return frozenset(found)


def score(documents: Sequence[Document], found: Sequence[frozenset[Labelled]]) -> dict[str, float]:
    """Precision, recall and F1 in percent, micro-averaged over mentions with the same range and type.

    >>> document = Document(("a", "CNN"), ((0, 2),), frozenset({(1, 1, "Method")}))
    >>> score([document], [frozenset({(1, 1, "Method"), (0, 1, "Method")})])
    {'P': 50.0, 'R': 100.0, 'F1': 66.67}
    """
    right = sum(len(d.mentions & f) for d, f in zip(documents, found, strict=True))
    said, true = sum(map(len, found)), sum(len(d.mentions) for d in documents)
    precision, recall = right / said if said else 0.0, right / true if true else 0.0
    f1 = 2 * right / (said + true) if said + true else 0.0
    return {"P": round(100 * precision, 2), "R": round(100 * recall, 2), "F1": round(100 * f1, 2)}


def write(documents: Sequence[Document], found: Sequence[frozenset[Labelled]], out: Path) -> None:
    """Write the mentions found, in the format in which the documents came."""
    with out.open("w", encoding="utf-8") as lines:
        for document, mentions_found in zip(documents, found, strict=True):
            if document.offsets:
                lines.write("\n".join(_conll(document, mentions_found)) + "\n")
            else:
                ner = [
                    [list(m) for m in sorted(mentions_found) if begin <= m[0] < stop]
                    for begin, stop in document.sentences
                ]
                lines.write(json.dumps({**document.record, "ner": ner}, ensure_ascii=False) + "\n")


def _conll(document: Document, found: frozenset[Labelled]) -> Iterator[str]:
    tags = ["O"] * len(document.tokens)
    for first, last, type_ in found:
        tags[first : last + 1] = [f"B-{type_}", *[f"I-{type_}"] * (last - first)]
    for begin, stop in document.sentences:
        for place in range(begin, stop):
            yield f"{document.tokens[place]}\t{document.offsets[place]}\t{tags[place]}"
        yield ""


if __name__ == "__main__":
    main()
