"""Records into papers: how time grows, and how often the rule is right on pairs that were judged one by one.

``python tests/benchmarks/bench_papers.py --corpora ../shared/corpora``

Records are drawn by the longest word of their titles, so that a paper's records are drawn together whatever the size.
"""

from __future__ import annotations

import argparse
import json
import lzma
import re
import sys
import tempfile
import time
import zlib
from itertools import chain
from pathlib import Path
from typing import Any

from circumstances import ROOT, circumstances, measured, write

from kg.papers import gather_papers

sys.path.append(str(ROOT / "tests" / "kg"))
from judged_papers import JUDGED, Pair, judged_pairs, records_of, scores

#: Files that records are drawn from, 300,612 in all: conferences' lists have authors, arXiv's have ids.
DRAWN = ("arxiv_to_2017.jsonl.xz", "arxiv_to_2020.jsonl.xz", "conferences.jsonl.xz")
GATHER = (
    "import json, sys, time; from kg.papers import gather_papers; from kg.readers import read; records = list(read([sys.argv[1]]));"
    " started = time.process_time(); papers, count = gather_papers(records);"
    " open(sys.argv[2], 'w').write(json.dumps([count, len(papers), time.process_time() - started]))"
)


def main() -> None:
    """Measure and write ``exports/benchmarks/papers.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, default=ROOT.parent / "shared" / "corpora")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="records, about")
    arguments = parser.parse_args()
    drawn = [(name, _hashes(arguments.corpora / name)) for name in DRAWN]
    ordered = sorted(chain.from_iterable(hashes for _, hashes in drawn))
    figures: dict[str, Any] = {
        "what": "records into papers: processor seconds by size, and precision and recall on judged pairs",
        **circumstances(Path(__file__), JUDGED),
        "records_from": DRAWN,
        "growth": [_growth(arguments.corpora, drawn, ordered[min(size, len(ordered)) - 1]) for size in arguments.sizes],
        "judged": _judged(arguments.corpora),
    }
    print(write("papers", figures))
    print(json.dumps({name: figures[name] for name in ("growth", "judged")}, indent=1))


def _growth(corpora: Path, drawn: list[tuple[str, list[int]]], bound: int) -> dict[str, float]:
    """Processor seconds and peak memory of gathering the records up to a hash, in a process of its own."""
    with tempfile.TemporaryDirectory() as folder:
        source, answer = Path(folder, "records.jsonl"), Path(folder, "answer.json")
        with source.open("wb") as chosen:
            for name, hashes in drawn:
                with lzma.open(corpora / name) as lines:
                    chosen.writelines(line for line, each in zip(lines, hashes, strict=True) if each <= bound)
        memory = measured([sys.executable, "-c", GATHER, str(source), str(answer)])["peak_memory_mb"]
        count, papers, seconds = json.loads(answer.read_text())
    return {
        "records": count,
        "papers": papers,
        "merges": count - papers,
        "processor_seconds": round(seconds, 2),
        "milliseconds_a_record": round(1000 * seconds / count, 3),
        "peak_memory_mb": memory,
    }


def _hashes(path: Path) -> list[int]:
    """Hash of the longest word of each title."""
    found = []
    with lzma.open(path) as lines:
        for line in lines:
            words = re.findall(r"\w+", json.loads(line)["title"].lower())
            found.append(zlib.crc32(max(words, key=lambda word: (len(word), word), default="").encode()))
    return found


def _judged(corpora: Path) -> dict[str, Any]:
    """Precision and recall on each sample of judged pairs, each pair of records by itself."""
    pairs = judged_pairs()
    found = records_of(pairs, corpora)

    def merged(pair: Pair) -> bool:
        return len(gather_papers([found[pair.first], found[pair.second]])[0]) == 1

    names = list(dict.fromkeys(pair.sample for pair in pairs))
    return {name: scores((pair for pair in pairs if pair.sample == name), merged) for name in names}


if __name__ == "__main__":
    started = time.perf_counter()
    main()
    print(f"{time.perf_counter() - started:.0f} s")
