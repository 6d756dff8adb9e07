"""Speed and memory of extraction: tokenising, the network, decoding, sentences, and peers on the same texts.

``python tests/benchmarks/bench_extraction.py --papers ../shared/corpora/conferences.jsonl.xz --count 200``

Peers in the same run: the same weights in PyTorch float32 (the shipped int8 numbers made floats
again; extra ``train``), and a spaCy pipeline of the usual small size (tok2vec and a named entity recogniser, with random
weights, for speed does not depend on them). One thread each, processor seconds, rounds taken in
turn, so that the ratios hold on another or a busier machine. The int8 peak is what ONNX Runtime
reaches on one large int8 matrix product on the same core.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import spacy
import torch
from circumstances import circumstances, measured, write
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from tokenizers import Tokenizer

from kg.extract import SHIPPED, find, load
from kg.extract.decode import decode
from kg.extract.encoding import Window, encode
from kg.extract.pipeline import mentions_of, sentences
from kg.extract.relating import Relater
from kg.extract.tagger import Tagger
from kg.model import Paper
from kg.readers import read
from kg.sample import SAMPLE
from kg.training.gold import IGNORE, Targets
from kg.training.network import encoder_folder, new_tagger
from kg.training.start import weights
from kg.training.train import Example, collate, plain_tokenizer

ROUNDS = 3
#: Abstracts a second on two quiet cores that the project aims at, and megabytes.
TARGETS = {"abstracts_a_second": 45, "peak_memory_mb": 600}
PUBLISHED = (
    "design notes, two quiet cores, abstracts of 242 tokens: MiniLM encoder alone ONNX float32 20 to 26, dynamic int8 "
    "59, limit about 140; spaCy CNN NER 88 a core"
)


def main() -> None:
    """Measure and write ``exports/benchmarks/extraction.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--papers", type=Path, default=SAMPLE, help="file of papers; the bundled sample by default")
    parser.add_argument("--count", type=int, default=200, help="how many papers with an abstract to take from it")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    papers = list(islice((p for p in read([arguments.papers]) if p.abstract), arguments.count))
    tokenizer = plain_tokenizer(encoder_folder())
    windows = [w for group in encode([(p.title, p.abstract) for p in papers], tokenizer) for w in group]
    figures: dict[str, Any] = {
        "what": "papers a second (processor seconds of one thread; wall clock of two), milliseconds a paper, memory",
        **circumstances(Path(__file__), arguments.papers),
        "papers": len(papers),
        "mean_word_pieces": round(statistics.mean(len(w.ids) for w in windows)),
        "rounds": ROUNDS,
        "targets": TARGETS,
        "published": PUBLISHED,
        **_rates(papers, windows),
        "milliseconds_a_paper": _parts(papers, tokenizer),
        "wall_clock_two_threads": _two_threads(papers),
        "int8_peak": _peak(windows),
        "kg_extract": _memory(papers),
    }
    print(write("extraction", figures))
    print(json.dumps(figures, indent=1))


def _rates(papers: list[Paper], windows: list[Window]) -> dict[str, Any]:
    ours, peer, plain = load(threads=1), _spacy_peer(), _torch_peer(windows)
    texts = [paper.text for paper in papers]
    runs: dict[str, Callable[[], object]] = {
        "paperkg, all of it": lambda: list(find(ours, papers)),
        "same weights, PyTorch float32, the network alone": plain,
        "spaCy small CNN NER": lambda: list(peer.pipe(texts)),
    }
    seconds: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(ROUNDS):
        for name, run in runs.items():
            started = time.process_time()
            run()
            seconds[name].append(time.process_time() - started)
    rates = {name: round(len(papers) / min(taken), 1) for name, taken in seconds.items()}
    own, *others = rates
    return {
        "papers_a_processor_second": rates,
        "ratios": {f"to {name}": round(rates[own] / rates[name], 2) for name in others},
    }


def _torch_peer(windows: list[Window]) -> Callable[[], object]:
    """Return a run of the same network in float32 over the same windows, eight a call, sorted by length."""
    tagger = new_tagger(encoder_folder())
    tagger.load_state_dict(weights(SHIPPED, tagger))
    tagger.eval()
    order = sorted(windows, key=lambda w: len(w.ids))
    groups = [order[at : at + 8] for at in range(0, len(order), 8)]
    batches = [collate([Example(w, Targets([IGNORE] * len(w.spans), [], [])) for w in group]) for group in groups]

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def run() -> None:
        for batch in batches:
            tagger(batch.ids, batch.features, batch.mask, batch.first, batch.last)

    return run


def _spacy_peer() -> spacy.Language:
    """A pipeline as large as spaCy's small English one: four layers of 96 channels, 18 entity labels."""
    nlp = spacy.blank("en")
    nlp.add_pipe("tok2vec")
    recogniser = nlp.add_pipe(
        "ner",
        config={"model": {"@architectures": "spacy.TransitionBasedParser.v2", "state_type": "ner",
                          "extra_state_tokens": False, "hidden_width": 64, "maxout_pieces": 2, "use_upper": True,
                          "tok2vec": {"@architectures": "spacy.Tok2VecListener.v1", "width": 96}}},
    )  # fmt: skip
    for number in range(18):
        recogniser.add_label(f"LABEL{number}")  # type: ignore[attr-defined]
    nlp.initialize()
    return nlp


def _parts(papers: list[Paper], tokenizer: Tokenizer) -> dict[str, float]:
    """Processor milliseconds a paper of each step, best of the rounds."""
    tagger = Tagger(threads=1)
    settings = tagger.settings
    texts = [(p.title, p.abstract) for p in papers]
    readings = tagger.read(texts)
    seen = [(reading.words, reading.logits) for reading in readings]
    relater = Relater()
    spans = [decode(logits, threshold=settings.threshold, nested=settings.nested) for _, logits in seen]
    cut = [sentences(p.text) for p in papers]
    mentions = [
        list(mentions_of(paper.text, ends, words, found, settings))
        for paper, ends, (words, _), found in zip(papers, cut, seen, spans, strict=True)
    ]
    steps: dict[str, Callable[[], object]] = {
        "tokenising": lambda: encode(texts, tokenizer),
        "tokenising and network": lambda: tagger.logits(texts),
        "decoding": lambda: [
            decode(logits, threshold=settings.threshold, nested=settings.nested) for _, logits in seen
        ],
        "spaCy: tokens and sentences": lambda: [sentences(p.text) for p in papers],
        "mentions": lambda: [
            list(mentions_of(paper.text, ends, words, found, settings))
            for paper, ends, (words, _), found in zip(papers, cut, seen, spans, strict=True)
        ],
        "relations and results": lambda: [
            relater.judge(paper.text, reading, ends, named)
            for paper, reading, ends, named in zip(papers, readings, cut, mentions, strict=True)
        ],
    }
    best = {name: min(_seconds(step) for _ in range(ROUNDS)) for name, step in steps.items()}
    return {name: round(1000 * taken / len(papers), 2) for name, taken in best.items()}


def _two_threads(papers: list[Paper]) -> dict[str, float]:
    """Papers a second of the whole extraction by the clock on the wall, two threads, best of the rounds."""
    nlp = load(threads=2)
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        list(find(nlp, papers))
        taken.append(time.perf_counter() - started)
    return {"papers_a_second": round(len(papers) / min(taken), 1), "load_average": round(os.getloadavg()[0], 2)}


def _peak(windows: list[Window]) -> dict[str, float]:
    """Operations a second of the network's matrix products, and of one large int8 product, on one core."""
    size = 1536
    with tempfile.TemporaryDirectory() as folder:
        plain, path = Path(folder) / "plain.onnx", Path(folder) / "int8.onnx"
        weight = np.random.default_rng(0).standard_normal((size, size)).astype(np.float32)
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["x", "w"], ["y"])],
            "product",
            [helper.make_tensor_value_info("x", TensorProto.FLOAT, [size, size])],
            [helper.make_tensor_value_info("y", TensorProto.FLOAT, [size, size])],
            [helper.make_tensor("w", TensorProto.FLOAT, weight.shape, weight.tobytes(), raw=True)],
        )
        onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9), str(plain))
        quantize_dynamic(plain, path, weight_type=QuantType.QInt8, per_channel=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
        given = {"x": np.random.default_rng(1).standard_normal((size, size)).astype(np.float32)}
        peak = 2 * size**3 / min(_seconds(lambda: session.run(None, given)) for _ in range(8))
    tagger = Tagger(threads=1)
    spent = min(_seconds(lambda: [tagger._run(w) for w in windows]) for _ in range(ROUNDS))
    # weights of the six layers: 4 w^2 of attention and 8 w^2 of the two dense ones, w = 384
    done = sum(2 * 6 * 12 * 384**2 * len(w.ids) for w in windows)
    return {
        "peak_giga_operations_a_second": round(peak / 1e9, 1),
        "network_giga_operations_a_second": round(done / spent / 1e9, 1),
        "share_of_peak": round(done / spent / peak, 3),
        "milliseconds_of_the_network_a_window": round(1000 * spent / len(windows), 2),
    }


def _seconds(run: Callable[[], object]) -> float:
    started = time.process_time()
    run()
    return time.process_time() - started


def _memory(papers: list[Paper]) -> dict[str, float]:
    """Seconds and peak resident megabytes of `kg extract` in a process of its own, start to end."""
    with tempfile.TemporaryDirectory() as folder:
        source, out = Path(folder) / "papers.jsonl", Path(folder) / "found.jsonl"
        source.write_text(
            "".join(json.dumps({"id": p.local_id, "title": p.title, "abstract": p.abstract}) + "\n" for p in papers)
        )
        command = [sys.executable, "-m", "kg.cli", "extract", str(source), "--out", str(out), "--quiet"]
        return measured(command)


if __name__ == "__main__":
    main()
