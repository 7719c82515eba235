"""The story: once round the loop, from a city folder to a release."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.checking import look_through
from jinglun.loop.diagnose import diagnose
from jinglun.loop.folder import read_city
from jinglun.loop.measure import measure
from jinglun.loop.open import open_release, refuse_other_folders
from jinglun.loop.redo import Plan
from jinglun.loop.remember import Memory
from jinglun.loop.sense import Sensed, sense
from jinglun.loop.stopwatch import Stopwatch
from jinglun.model.errors import Problem
from jinglun.store.lake import connect

STEPS = ("sense", "measure", "diagnose", "open")
Progress = Callable[[str, str, int, int], None]


@dataclass(frozen=True)
class Turned:
    """Where the release went, what was wrong but bearable, and where the seconds went."""

    release: Path
    problems: tuple[Problem, ...]
    seconds: dict[str, float]
    rejected: int

    @property
    def total(self) -> float:
        """The seconds of all steps; the pages are part of open."""
        return sum(s for name, s in self.seconds.items() if name != "pages")


def check(folder: Path, day: date, progress: Progress) -> Sensed:
    """Sense what of a folder can be, writing nothing; all its problems come with what was sensed.

    Errors: InputError where too little stands to look at the data.
    """
    watch = Stopwatch(progress)
    return look_through(folder, framework_catalogue(), day, watch.within("sense"))


def turn(
    folder: Path,
    day: date,
    seed: int,
    out: Path,
    progress: Progress,
    until: str = "open",
    plan: Plan | None = None,
) -> Turned:
    """Sense, measure, diagnose and open; design and deliver are not built yet and say so.

    With a `plan` of just this run, sources that it knows from an earlier one are not read again.
    Errors: InputError when the folder cannot be read at all, or `out` holds something else.
    """
    if until == "open":
        refuse_other_folders(out, folder)
    watch = Stopwatch(progress)
    catalogue = framework_catalogue()
    city = read_city(folder, catalogue)
    memory = Memory(plan, catalogue)
    with watch.step("sense"):
        sensed = sense(city, catalogue, connect(), day, watch.within("sense"), memory.keep)
    if until != "sense":
        with watch.step("measure"):
            measured = measure(sensed, city, catalogue, day)
    if until in ("diagnose", "open"):
        with watch.step("diagnose"):
            diagnosed = diagnose(measured, sensed, city, catalogue, day, seed)
    if until == "open":
        with watch.step("open"):
            written = open_release(
                city, catalogue, sensed, measured, diagnosed, day, seed, out, watch
            )
            memory.settle(written)
    return Turned(out, sensed.problems, watch.seconds, len(sensed.rejects.source))
