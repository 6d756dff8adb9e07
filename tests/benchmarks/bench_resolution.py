"""Time and memory of resolution by the number of papers: how `kg.resolve.resolve` grows.

python tests/benchmarks/bench_resolution.py --corpora ../shared/corpora --gold ../shared/gold/train.jsonl.gz

The mentions are names of the taxonomies and of annotated papers, looked up in the titles and abstracts of the
corpora: as many as an extractor finds, with the field's own frequencies, in a minute instead of hours. Papers are
taken in the order of a hash of their ids. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import math
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from circumstances import circumstances, write

from kg.model import ROLES, TYPES, EntityType, Mention, Paper, Span
from kg.readers import read
from kg.resolve import resolve
from kg.resolve.names import is_generic, name_key
from kg.training.gold import read_gold
from schema.taxonomy import TAXONOMIES, load

SIZES = (1_000, 10_000, 100_000)
#: Words of the longest name that is looked up.
MOST_WORDS = 6
_WORD = re.compile(r"\w[\w+#./-]*\w|\w")


def main() -> None:
    """Measure and write ``exports/benchmarks/resolution-speed.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpora", type=Path, required=True)
    parser.add_argument("--gold", type=Path, required=True)
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES))
    parser.add_argument("--papers", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.papers:
        _one(arguments.papers, arguments.gold, arguments.sizes[0])
        return
    with tempfile.TemporaryDirectory() as scratch:
        papers = Path(scratch) / "papers.jsonl"
        _sample(arguments.corpora, papers, max(arguments.sizes))
        sizes = []
        for size in arguments.sizes:
            command = [
                sys.executable, __file__, "--corpora", str(arguments.corpora), "--gold", str(arguments.gold),
                "--papers", str(papers), "--sizes", str(size),
            ]  # fmt: skip
            sizes.append(json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout))
    exponents = [
        round(math.log(b["seconds"] / a["seconds"]) / math.log(b["mentions"] / a["mentions"]), 3)
        for a, b in itertools.pairwise(sizes)
    ]
    figures = {
        "what": "resolution of mentions looked up in the corpora, one thread; processor time of resolve() alone, peak memory of all",
        **circumstances(Path(__file__), arguments.gold),
        "sizes": sizes,
        "growth exponents by mentions": exponents,
    }
    print(write("resolution-speed", figures), json.dumps([sizes, exponents]))


def _sample(corpora: Path, out: Path, count: int) -> None:
    files = [corpora / f"{name}.jsonl.xz" for name in ("arxiv_2025_2026", "arxiv_to_2020", "conferences")]
    drawn = sorted((hashlib.sha256(p.id.encode()).hexdigest(), p.id, p.title, p.abstract) for p in read(files))
    with out.open("w", encoding="utf-8") as lines:
        for _, id_, title, abstract in drawn[:count]:
            lines.write(json.dumps([id_, title, abstract]) + "\n")


def _plain(words: Sequence[str]) -> str:
    """Return words as one string of small letters without plurals: cheaper than a key, and near enough."""
    return "".join(word[:-1] if len(word) > 3 and word[-1] == "s" else word for word in map(str.lower, words))


def _names(gold: Path) -> dict[str, EntityType]:
    """Type of each name; of names with two types the one that is listed first."""
    written: dict[str, EntityType] = {}
    for type_ in TYPES:
        if type_ in TAXONOMIES:
            for concept in load(type_).values():
                for name in (concept.label, *concept.alt):
                    written.setdefault(name, type_)
    for paper in read_gold(gold):
        for start, end, type_, _ in paper.spans:
            written.setdefault(paper.text[start:end], type_)
    names: dict[str, EntityType] = {}
    for name, type_ in written.items():
        if not is_generic(name_key(name)):
            names.setdefault(_plain(_WORD.findall(name)), type_)
    return names


def _found(paper: Paper, names: dict[str, EntityType]) -> Iterator[Mention]:
    """Yield the longest known names of a text, from the left."""
    words = [match.span() for match in _WORD.finditer(paper.text)]
    plain = [_plain([paper.text[start:end]]) for start, end in words]
    place = 0
    while place < len(words):
        for count in range(min(MOST_WORDS, len(words) - place), 0, -1):
            type_ = names.get("".join(plain[place : place + count]))
            if type_ is not None:
                start, end = words[place][0], words[place + count - 1][1]
                yield Mention(
                    paper.id, start, end, paper.text[start:end], type_, ROLES[type_][-1], 0.9, 0.9,
                    Span(0, len(paper.text)),
                )  # fmt: skip
                place += count - 1
                break
        place += 1


def _one(papers: Path, gold: Path, size: int) -> None:
    names = _names(gold)
    found = []
    with papers.open(encoding="utf-8") as lines:
        for line in list(lines)[:size]:
            id_, title, abstract = json.loads(line)
            paper = Paper(id_, title, abstract)
            found.append((paper, tuple(_found(paper, names))))
    name_key.cache_clear()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.process_time()  # of one thread, so that others at work on the machine matter little
    resolution = resolve(found)
    seconds = time.process_time() - started
    print(json.dumps({
        "papers": len(found),
        "mentions": sum(len(mentions) for _, mentions in found),
        "entities": len(resolution.entities),
        "seconds": round(seconds, 2),
        "memory_before_mb": round(before / 1024),
        "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
