"""How far a long work is, shown to a person: a bar on a terminal, one line a step elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from jinglun.pages.words import Words

Show = Callable[[str, str, int, int], None]
"""Step, what it is at, how many are done, of how many."""


@contextmanager
def progress_bar(w: Words) -> Iterator[Show]:
    """Show one bar a step on the terminal while the work lasts."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        yield _bar(bar, w)


def progress_lines(w: Words, say: Callable[[str], None]) -> Show:
    """Say the name of each step as it begins."""
    said: set[str] = set()

    def show(step: str, what: str, done: int, total: int) -> None:
        if step not in said:
            said.add(step)
            say(w(f"cli.step_{step}"))

    return show


def _bar(bar: Any, w: Words) -> Show:
    tasks: dict[str, Any] = {}

    def show(step: str, what: str, done: int, total: int) -> None:
        if step not in tasks:
            for task in tasks.values():
                bar.update(task, total=1, completed=1)
            tasks[step] = bar.add_task(w(f"cli.step_{step}"), total=None)
        bar.update(tasks[step], total=total or None, completed=done)

    return show
