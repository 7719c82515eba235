"""What the loop's tests share: the framework's catalogue, and city folders written in a line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.loop.sense import Sensed, sense
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import City
from jinglun.model.errors import InputError, Problem
from jinglun.store.lake import connect

CITY = """
id = "toy"
title_zh = "玩具市"
title_en = "Toy"
country = "CN"
currency = "CNY"
subject = "c"
[[level]]
id = "district"
zh = "区"
en = "district"
[[level]]
id = "city"
zh = "市"
en = "city"
"""
PLACES_CSV = (
    "id,level,parent,name\nc,city,,Toy\nn,district,c,North\ns,district,c,South\np,city,,Peer\n"
)
SAID = 'title_zh = "表"\ntitle_en = "Table"\npublisher = "Office"\nlicence = "CC0"\n'
PLACES = f"""
[[source]]
id = "cities"
path = "places.csv"
holds = "places"
{SAID}place = "id"
level = "city"
where = {{ level = "city" }}
names = {{ en = "name" }}
[[source]]
id = "districts"
path = "places.csv"
holds = "places"
{SAID}place = "id"
level = "district"
parent = "parent"
where = {{ level = "district" }}
names = {{ en = "name" }}
"""


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return framework_catalogue()


@pytest.fixture
def write_city(tmp_path: Path) -> Callable[..., Path]:
    """Write a sound toy city: one city `c`, its districts `n` and `s`, a peer `p`."""

    def write(sources: str = "", city: str = CITY, **files: str | bytes) -> Path:
        folder = tmp_path / "city"
        folder.mkdir(exist_ok=True)
        texts: dict[str, str | bytes] = {
            "city.toml": city,
            "sources.toml": PLACES + sources.replace("SAID", SAID),
            "places.csv": PLACES_CSV,
        }
        for name, text in {**texts, **{n.replace("__", "."): t for n, t in files.items()}}.items():
            (folder / name).write_bytes(text if isinstance(text, bytes) else text.encode())
        return folder

    return write


@pytest.fixture
def read(catalogue: Catalogue) -> Callable[[Path], City]:
    return lambda folder: read_city(folder, catalogue)


@pytest.fixture
def problems_of(catalogue: Catalogue) -> Callable[[Path], list[Problem]]:
    """The problems for which a folder is refused, none if it is taken."""

    def ask(folder: Path) -> list[Problem]:
        try:
            read_city(folder, catalogue)
        except InputError as error:
            return list(error.problems)
        return []

    return ask


@pytest.fixture
def sense_city(catalogue: Catalogue) -> Callable[[Path], Sensed]:
    """Read a folder and sense it."""

    def sensed(folder: Path) -> Sensed:
        city = read_city(folder, catalogue)
        return sense(city, catalogue, connect(), lambda *_: None)

    return sensed
