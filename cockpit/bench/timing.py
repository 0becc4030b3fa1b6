"""Seconds, percentiles and peak memory of a piece of work."""

from __future__ import annotations

import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

CLEAR_REFS = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")


@dataclass(slots=True)
class Watch:
    """What one piece of work took."""

    seconds: float = 0.0
    peak_mb: float = 0.0


@contextmanager
def watched() -> Iterator[Watch]:
    """Measure the block: wall seconds, and the peak of this process's memory while it ran."""
    watch = Watch()
    forget_peak()
    started = perf_counter()
    try:
        yield watch
    finally:
        watch.seconds = perf_counter() - started
        watch.peak_mb = peak_mb()


@dataclass(frozen=True, slots=True)
class Repeats:
    """The seconds of a piece of work that was done several times."""

    seconds: list[float] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Median and 95th percentile in milliseconds."""
        return {"runs": len(self.seconds), "p50_ms": self.percentile(50), "p95_ms": self.percentile(95)}

    def percentile(self, share: float) -> float:
        """A percentile in milliseconds."""
        return round(float(np.percentile(self.seconds, share)) * 1000, 3)


def repeated(work: Callable[[], object], runs: int) -> Repeats:
    """Do the work this many times."""
    seconds = []
    for _ in range(runs):
        started = perf_counter()
        work()
        seconds.append(perf_counter() - started)
    return Repeats(seconds)


def forget_peak() -> None:
    """Let the peak start again from what is in use now, where the system can."""
    if CLEAR_REFS.exists():
        CLEAR_REFS.write_text("5")


def peak_mb() -> float:
    """The most memory this process has used since `forget_peak`, in MB."""
    if STATUS.exists():
        for line in STATUS.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return round(int(line.split()[1]) / 1024, 1)
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)


def ratio(ours: float, best: float) -> float | None:
    """How many times the best we need; None when there is nothing to compare with."""
    return round(ours / best, 2) if best > 0 else None
