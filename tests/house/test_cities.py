"""Whether every city that comes with the program checks clean, and is data and nothing else."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from jinglun.loop.folder import read_city
from jinglun.loop.sense import sense
from jinglun.model.catalogue import Catalogue
from jinglun.store.lake import connect

CITIES = Path(__file__).parents[2] / "cities"
FOLDERS = sorted(p for p in CITIES.iterdir() if p.is_dir())
EXECUTED = (".py", ".pyc", ".pyx", ".ipynb", ".sh", ".sql", ".js", ".exe", ".bat", ".so")


def test_there_is_a_city() -> None:
    assert FOLDERS != []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_the_city_checks_clean(folder: Path, catalogue: Catalogue) -> None:
    city = read_city(folder, catalogue)
    sensed = sense(city, catalogue, connect(), date(2026, 2, 28), lambda *_: None)
    assert [p for p in sensed.problems] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda p: p.name)
def test_the_folder_bears_the_name_of_its_city(folder: Path, catalogue: Catalogue) -> None:
    assert read_city(folder, catalogue).id == folder.name


def test_nothing_in_a_city_folder_is_executed(files: dict[str, Path]) -> None:
    inside = [n for n in files if n.startswith("cities/")]
    assert [n for n in inside if n.endswith(EXECUTED)] == []
