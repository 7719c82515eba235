"""What tests of the teaching city share: one city of the smallest scale and its release."""

from __future__ import annotations

import csv
import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.teaching.plan import LEAST
from jinglun.teaching.settings import settings
from jinglun.teaching.shili import make_city
from jinglun.teaching.world import World, made

SEED = 0
Row = dict[str, str]


def quiet(what: str, done: int, total: int) -> None:
    """A progress that says nothing."""


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


def _shared(factory: pytest.TempPathFactory) -> Path:
    """The folder that all workers of one session see."""
    base = factory.getbasetemp()
    return base.parent if "PYTEST_XDIST_WORKER" in os.environ else base


@pytest.fixture(scope="session")
def make() -> Callable[[Path, int, int], dict[str, int]]:
    """Make the teaching city without a word."""
    return lambda folder, scale, seed: make_city(folder, scale, seed, quiet)


@pytest.fixture(scope="session")
def world() -> World:
    return made(SEED)


@pytest.fixture(scope="session")
def truths() -> dict[str, Any]:
    return settings("truths")


@pytest.fixture(scope="session")
def shili(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the teaching city at the smallest scale: never write it."""
    shared = _shared(tmp_path_factory)
    with _alone(shared / "shili.lock"):
        folder = shared / "teaching-shili"
        if not folder.exists():
            make_city(folder, LEAST, SEED, quiet)
    return folder


@pytest.fixture(scope="session")
def shili_release(
    shili: Path, tmp_path_factory: pytest.TempPathFactory, turned: Callable[..., Release]
) -> Release:
    """What one turn makes of it."""
    from jinglun.store.lake import read_release

    shared = _shared(tmp_path_factory)
    with _alone(shared / "shili-release.lock"):
        out = shared / "teaching-release"
        if not out.exists():
            return turned(shili, out)
    found = read_release(out)
    assert found is not None
    return found


@pytest.fixture(scope="session")
def read(shili: Path) -> Callable[[str], list[Row]]:
    """Read one of the city's text files."""

    def rows(name: str) -> list[Row]:
        with (shili / "data" / name).open(encoding="utf-8", newline="") as stream:
            return list(csv.DictReader(stream))

    return rows
