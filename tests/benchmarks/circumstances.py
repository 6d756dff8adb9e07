"""What a figure was measured under: command, commit, data, versions, machine."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import platform
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("onnxruntime", "tokenizers", "spacy", "networkx", "pyoxigraph", "rdflib", "strawberry-graphql", "starlette")


def circumstances(script: Path, data: Path) -> dict[str, Any]:
    """Command, commit, data hash, versions and machine of a measurement."""
    arguments = [
        "python",
        str(script.resolve().relative_to(ROOT)),
        *(Path(a).name if "/" in a else a for a in sys.argv[1:]),
    ]
    return {
        "command": shlex.join(arguments),
        "commit": _commit(),
        "data": data.name,
        "data_sha256": file_hash(data),
        "versions": {"python": platform.python_version(), **{p: importlib.metadata.version(p) for p in PACKAGES}},
        "machine": {
            "processor": _processor(),
            "cores": _cores(),
            "system": f"{platform.system()} {platform.machine()}",
        },
    }


def file_hash(path: Path) -> str:
    """SHA-256 of a file's bytes, in hexadecimal digits."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def measured(command: Sequence[str]) -> dict[str, float]:
    """Seconds by the clock and peak resident megabytes of a command, run at the project's root.

    It is started by a small process between: a child's peak counts the memory of the process that
    started it.
    """
    between = (
        "import json, os, subprocess, sys, time; started = time.perf_counter(); "
        "child = subprocess.Popen(sys.argv[1:]); _, status, usage = os.wait4(child.pid, 0); "
        "print(json.dumps([status, time.perf_counter() - started, usage.ru_maxrss]))"
    )
    answer = subprocess.run(
        [sys.executable, "-S", "-c", between, *command], capture_output=True, text=True, cwd=ROOT, check=True
    )
    status, seconds, kilobytes = json.loads(answer.stdout.splitlines()[-1])
    if status:
        raise SystemExit(f"{shlex.join(command)} ended with {status}: {answer.stderr}")
    return {"seconds": round(seconds, 1), "peak_memory_mb": round(kilobytes / 1024)}


def _commit() -> str:
    found = subprocess.run(
        ["git", "describe", "--always", "--dirty"], capture_output=True, text=True, cwd=ROOT, check=False
    )
    return found.stdout.strip() or "unknown"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        return next(line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        return platform.processor() or "unknown"


def _cores() -> int:
    import os

    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def write(name: str, figures: dict[str, Any]) -> Path:
    """Write figures to ``exports/benchmarks`` and return the path."""
    path = ROOT / "exports" / "benchmarks" / f"{name}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return path
