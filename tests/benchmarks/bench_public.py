"""Our network on public sets beside published figures: SciER (mentions, Rel, Rel+) and TDMSci.

    python tests/benchmarks/bench_public.py --public ../shared/public --work FOLDER

Runs `python -m kg.training.scier` for each set and context, an hour or more of two cores in all. A run that ends
leaves its figures in FOLDER, and one that was stopped goes on there, so the command may be given again. With
``--only NAME ...`` the other runs are taken as far as FOLDER has them.
"""

from __future__ import annotations

import argparse
import json
import shlex
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

from circumstances import ROOT, circumstances, file_hash, write

#: Files of each set below the folder of the public sets, and what each run is told besides.
RUNS: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "scier-document": (("scier/train_offsets.jsonl", "scier/dev_offsets.jsonl"), ("--relations",)),
    "scier-sentence": (("scier/train_offsets.jsonl", "scier/dev_offsets.jsonl"), ("--context", "sentence")),
    "tdmsci-document": (("tdmsci/train.conll",), ()),
    "tdmsci-sentence": (("tdmsci/train.conll",), ("--context", "sentence")),
}
SETS: Final = {"scier": "SciER dev", "tdmsci": "TDMSci, last fifth of train"}
#: What others published: set, model, what is measured, F1 in percent.
PUBLISHED: Final = (
    ("SciER dev", "a plain MiniLM tagger by sentence, six epochs (reported)", "mentions", "77.6"),
    ("SciER test, in domain", "PURE (published)", "mentions", "81.6"),
    ("SciER test, in domain", "PL-Marker (published)", "mentions", "83.3"),
    ("SciER test, in domain", "HGERE (published)", "mentions", "86.9"),
    ("SciER test, out of domain", "SciBERT (published)", "mentions", "70.7"),
    ("SciER test, out of domain", "PL-Marker (published)", "mentions", "74.0"),
    ("SciER test, out of domain", "HGERE (published)", "mentions", "81.2"),
    ("SciER test, out of domain", "two-stage systems on a GPU (published)", "Rel+ end to end", "58 to 65"),
    ("SciERC test", "two-stage systems on a GPU (published)", "Rel+ end to end", "44"),
    ("TDMSci test", "the authors' tagger (published)", "mentions", "62.0"),
)
NOTE: Final = (
    "The test parts of these sets are not here: our figures are on SciER's dev part, which also chose the threshold"
    " and the bias, and on a held-out fifth of TDMSci's train part, so they stand beside the published ones, not"
    " against them; out of domain is not measured."
)


def main() -> None:
    """Run what has not run, and write ``exports/benchmarks/public-sets.json``."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--public", type=Path, required=True, help="folder with scier/ and tdmsci/")
    parser.add_argument("--work", type=Path, required=True, help="folder of progress and of the figures of each run")
    parser.add_argument("--only", nargs="+", choices=tuple(RUNS), default=list(RUNS), help="runs to make now")
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    for name in arguments.only:
        _run(name, arguments.public, arguments.work)
    made = {name: path for name in RUNS if (path := arguments.work / f"{name}.json").is_file()}
    files = sorted({file for name in made for file in RUNS[name][0]})
    figures = {
        "what": "strict span-and-type micro F1 in percent, for Rel and Rel+ of triples; models that do not ship",
        **circumstances(Path(__file__), arguments.public / files[0]),
        "data_sha256": {file: file_hash(arguments.public / file) for file in files},
        "seed": 13,
        "threads": 2,
        "started from": "the weights of the model that ships",
        "rows": [
            *(row for name, path in made.items() for row in _rows(name, json.loads(path.read_text(encoding="utf-8")))),
            *({"set": of, "model": model, "measured": what, "F1": f1} for of, model, what, f1 in PUBLISHED),
        ],
        "note": NOTE,
    }
    del figures["data"]
    print(write("public-sets", figures))


def _command(name: str, public: Path) -> list[str]:
    (train, *dev), more = RUNS[name]
    given = ["--train", str(public / train), *(part for file in dev for part in ("--dev", str(public / file)))]
    return ["-m", "kg.training.scier", *given, *more]


def _run(name: str, public: Path, work: Path) -> None:
    out = work / f"{name}.json"
    if out.is_file():
        return
    command = [sys.executable, *_command(name, public.resolve()), "--work", str((work / name).resolve())]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, cwd=ROOT, check=True)
    commit = circumstances(Path(__file__), public / RUNS[name][0][0])["commit"]
    out.write_text(json.dumps({"commit": commit, **json.loads(done.stdout)}, indent=1) + "\n", encoding="utf-8")


def _rows(name: str, figures: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield a row for each thing that a run measured."""
    of = SETS[name.partition("-")[0]]
    common = {"set": of, "model": "ours, from the shipped weights, 6 epochs", "context": figures["context"]}
    told = {"commit": figures["commit"], "command": shlex.join(["python", *_names(_command(name, Path("public")))])}
    yield {**common, "measured": "mentions", **figures["dev"], **told}
    for given, scores in figures.get("relations", {}).items():
        for kind in ("Rel", "Rel+"):
            yield {**common, "measured": f"{kind} {given}", **scores[kind], **told}


def _names(parts: Sequence[str]) -> list[str]:
    return [Path(part).name if "/" in part else part for part in parts]


if __name__ == "__main__":
    main()
