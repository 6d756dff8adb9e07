"""Builds that are killed at random moments, until one ends: what is lost, and what is left of it all."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from kg.tables import MentionCache
from kg.workspace import MANIFEST, open_workspace

#: As `kg build` does it, with shards of any size.
_BUILD = "import sys, kg.build; kg.build.SHARD = int(sys.argv.pop(1)); from kg.cli import main; main()"


@dataclass(frozen=True, slots=True)
class Killed:
    """What a killed build left.

    Attributes
    ----------
    after : float
        Seconds that it ran.
    stage : str
        The one that its log ends in.
    kept, begun : int
        Papers whose mentions are kept, and papers that the log says it had read.
    """

    after: float
    stage: str
    kept: int
    begun: int


def command(papers: Path, out: Path, *, shard: int, log: Path, threads: int) -> list[str]:
    """Command of a build."""
    options = ["--out", str(out), "--log", str(log), "--threads", str(threads), "--quiet"]
    return [sys.executable, "-c", _BUILD, str(shard), "build", str(papers), *options]


def killed_builds(
    papers: Path, out: Path, *, times: int, longest: float, shard: int, seed: int, threads: int = 1
) -> Iterator[Killed]:
    """Start a build so many times and kill each after at most so many seconds, then let one end.

    Raises
    ------
    AssertionError
        When a kill left a graph that is none, or more than a shard's work was lost.
    """
    draw = random.Random(seed)
    log = out.with_name(f"{out.name}-log.jsonl")
    kept = 0
    for _ in range(times):
        log.unlink(missing_ok=True)
        process = subprocess.Popen(command(papers, out, shard=shard, log=log, threads=threads))
        started = time.monotonic()
        # Half of the kills fall anywhere, half on a build that has begun to read with the model.
        wait = draw.uniform(0, longest)
        if draw.random() < 0.5:
            while "extracting" not in _text(log) and process.poll() is None:
                time.sleep(0.02)
            wait = draw.uniform(0, longest / 2)
            started = time.monotonic()
        while time.monotonic() - started < wait and process.poll() is None:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        events = [json.loads(line) for line in _text(log).splitlines() if line.endswith("}")]
        stages = [event["stage"] for event in events if event["event"] == "stage"]
        done = [event["done"] for event in events if event["event"] == "progress" and event["stage"] == "extracting"]
        now = _kept(out)
        assert now >= kept, "mentions that were kept are gone"
        assert max(done, default=0) - now <= shard, "more than one shard's work was lost"
        kept = now
        if (out / MANIFEST).exists():
            store = open_workspace(out).store()
            assert len(store) == open_workspace(out).manifest["counts"]["quads"]
        yield Killed(round(time.monotonic() - started, 2), stages[-1] if stages else "", now, max(done, default=0))
    subprocess.run(command(papers, out, shard=shard, log=log, threads=threads), check=True)


def same(folders: Sequence[Path]) -> bool:
    """Whether graphs have the same manifests and papers, byte for byte, and the same quads."""
    seen = set()
    for folder in folders:
        workspace = open_workspace(folder)
        (papers,) = (folder / "papers").iterdir()
        quads = "\n".join(sorted(map(str, workspace.store().quads())))
        seen.add((quads, papers.read_bytes(), (folder / MANIFEST).read_bytes()))
    return len(seen) == 1


def _kept(out: Path) -> int:
    return sum(len(MentionCache(folder)) for folder in (out / "mentions").glob("*"))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.exists() else ""
