"""What a build tells of itself: a line of JSON as things happen, and a report at its end.

A line of the log is an object with ``at`` (UTC), ``event`` and what belongs to it:

============  =========================================================================================
event         with it
============  =========================================================================================
``stage``     ``stage``, ``steps`` (bytes of input while reading; null where unknown)
``progress``  ``stage``, ``done``, ``steps``, ``per_second``, ``seconds_left``: once a second at most
``problem``   ``error``, ``message``; ``source``, ``record``, ``line``, ``character`` where they are known
``advice``    ``message``: a decision that changed nothing
``done``      the report
``failed``    ``error``, ``message``; the graph is the one before
============  =========================================================================================

The report is no part of ``MANIFEST.json``: that says what the graph is and is the same for the same papers,
where seconds and memory are not.
"""

from __future__ import annotations

import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from kg.errors import InputError, RecordError

__all__ = ["REPORT", "Log", "peak_memory", "report_of", "write_report"]

#: File of a workspace that has the report of its last build.
REPORT: Final = "report.json"
#: Messages of what was passed over that a report has; the number is of all.
MOST_MESSAGES: Final = 1_000


class Log:
    """Writes what happens as lines of JSON.

    Parameters
    ----------
    write : callable
        Gets each line with its line feed.
    clock : callable
        Seconds.

    >>> lines = []
    >>> log = Log(lines.append)
    >>> log.stage("extracting", 82)
    >>> json.loads(lines[0])["steps"]
    82
    """

    def __init__(self, write: Callable[[str], object], *, clock: Callable[[], float] = time.monotonic) -> None:
        self._write, self._clock = write, clock
        self._stage, self._steps, self._done = "", None, 0  # type: str, int | None, int
        self._began = self._told = clock()

    def stage(self, name: str, steps: int | None) -> None:
        """Tell that a stage begins."""
        self._end()
        self._stage, self._steps, self._done = name, steps, 0
        self._began = self._told = self._clock()
        self._line("stage", stage=name, steps=steps)

    def step(self, steps: int) -> None:
        """Tell how far it is, where that was not told within the last second."""
        self._done += steps
        if self._clock() - self._told >= 1:
            self._progress()

    def problem(self, problem: InputError) -> None:
        """Tell what was passed over."""
        place = (
            asdict(problem.place) if isinstance(problem, RecordError) else {"source": getattr(problem, "source", None)}
        )
        known = {name: value for name, value in place.items() if value is not None}
        self._line("problem", error=type(problem).__name__, message=str(problem), **known)

    def advice(self, advice: str) -> None:
        """Tell what changed nothing."""
        self._line("advice", message=advice)

    def done(self, report: Mapping[str, Any]) -> None:
        """Tell the report."""
        self._end()
        self._line("done", **report)

    def failed(self, error: BaseException) -> None:
        """Tell why there is none."""
        self._line("failed", error=type(error).__name__, message=str(error))

    def _end(self) -> None:
        if self._done:
            self._progress()
            self._done = 0

    def _progress(self) -> None:
        self._told = self._clock()
        seconds = self._told - self._began
        rate = self._done / seconds if seconds > 0 else None
        left = (self._steps - self._done) / rate if rate and self._steps is not None else None
        self._line(
            "progress", stage=self._stage, done=self._done, steps=self._steps,
            per_second=None if rate is None else round(rate, 2), seconds_left=None if left is None else round(left, 1),
        )  # fmt: skip

    def _line(self, event: str, **said: Any) -> None:
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        self._write(json.dumps({"at": at, "event": event, **said}, ensure_ascii=False) + "\n")


def report_of(
    manifest: Mapping[str, Any],
    *,
    records: int,
    from_cache: int,
    mentions: int,
    passed: Sequence[tuple[str, str]],
    seconds: Mapping[str, float],
) -> dict[str, Any]:
    """What a build has to say when it is done.

    Parameters
    ----------
    manifest : mapping
        Of what it made.
    records : int
        Records of all files.
    from_cache : int
        Papers that the model had read before.
    passed : sequence of (str, str)
        File and message of what was passed over, of all files of the graph.
    seconds : mapping of str to float
        Of each stage.
    """
    counts = manifest["counts"]
    read = counts["papers"] - from_cache
    rate = round(read / seconds["extract"], 2) if read and seconds.get("extract") else None
    return {
        "finished": datetime.now(UTC).isoformat(timespec="seconds"),
        "snapshot": manifest["snapshot"],
        "records": records,
        "already_extracted": from_cache,
        "extracted_per_second": rate,
        "mentions": mentions,
        **counts,
        "passed_over": [message for _, message in sorted(passed)][:MOST_MESSAGES],
        "seconds": {stage: round(value, 3) for stage, value in seconds.items()},
        "peak_memory_bytes": peak_memory(),
    }


def write_report(folder: Path, report: Mapping[str, Any]) -> None:
    """Put a report beside the manifest; a graph is whole without one."""
    new = folder / f".{REPORT}.{os.getpid()}"
    try:
        with suppress(OSError):
            new.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")
            new.replace(folder / REPORT)
    finally:
        new.unlink(missing_ok=True)


def peak_memory() -> int | None:
    """Most bytes of memory that this process has held; None where the system does not tell."""
    with suppress(OSError):
        # Where both are told, resource counts what the process that started this one held.
        held = re.search(r"^VmHWM:\s*(\d+) kB", Path("/proc/self/status").read_text(encoding="utf-8"), re.MULTILINE)
        if held:
            return int(held[1]) * 1024
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - not on every system

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    return None
