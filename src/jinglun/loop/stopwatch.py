"""Where the seconds went, step by step, and how far along a step is."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Stopwatch:
    """Times steps and passes on their progress; it never touches a result."""

    def __init__(self, progress: Callable[[str, str, int, int], None]) -> None:
        self.seconds: dict[str, float] = {}
        self._progress = progress

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time one step."""
        self._progress(name, "", 0, 0)
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun

    def within(self, step: str) -> Callable[[str, int, int], None]:
        """Return a reporter of what a step is at."""
        return lambda what, done, total: self._progress(step, what, done, total)


def peak_memory_mb() -> float:
    """Return the peak resident memory of this process in MB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:
        return 0.0
    import sys

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20) if sys.platform == "darwin" else peak / 1024
