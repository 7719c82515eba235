"""Whether a person sees how far a long work is, on a terminal and off it."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.loop.progress import progress_bar, progress_lines
from jinglun.pages.words import words

STEPS = (("sense", "a", 0, 2), ("sense", "b", 1, 2), ("measure", "", 0, 0))
NAMES = {"zh": ["感知", "测度"], "en": ["sense", "measure"]}


@pytest.mark.parametrize("language", NAMES)
def test_a_step_is_said_once_as_it_begins(language: str) -> None:
    told: list[str] = []
    show = progress_lines(words(language), told.append)
    for step in STEPS:
        show(*step)
    assert told == NAMES[language]


@pytest.mark.parametrize("language", NAMES)
def test_a_bar_shows_each_step_how_far_it_is_and_ends_it_with_the_next(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn: list[Any] = []

    class Bar:
        def __init__(self, **how: object) -> None:
            assert how["transient"] is True

        def __enter__(self) -> Bar:
            return self

        def __exit__(self, *error: object) -> None:
            drawn.append("closed")

        def add_task(self, name: str, total: object) -> str:
            drawn.append(name)
            return name

        def update(self, task: str, total: object, completed: int) -> None:
            drawn.append((task, completed, total))

    monkeypatch.setattr("rich.progress.Progress", Bar)
    with progress_bar(words(language)) as show:
        for step in STEPS:
            show(*step)
    sense, measure = NAMES[language]
    first = [sense, (sense, 0, 2), (sense, 1, 2), (sense, 1, 1)]
    # A step that cannot say of how many runs to no end.
    assert drawn == [*first, measure, (measure, 0, None), "closed"]
