"""What the tests of cities share: folders made from ../shared/data, and releases read back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jinglun.loop.sense import Sensed
from jinglun.store.lake import connect
from jinglun.turn import check, turn

HERE = Path(__file__).parent
SHARED = HERE.parents[2] / "shared" / "data"
DAY = date(2026, 9, 22)


@dataclass(frozen=True)
class Made:
    """A release as its files say it: facts and measures by key, what was set aside, the counts."""

    folder: Path
    problems: tuple[Any, ...]
    facts: Mapping[tuple[str, str, str], float]
    locators: Mapping[tuple[str, str, str], str]
    measures: Mapping[tuple[str, str, str], float]
    places: Mapping[str, Mapping[str, Any]]
    rejected: list[Mapping[str, Any]]
    inputs: Mapping[str, Mapping[str, Any]]

    def of(self, variable: str, period: str) -> dict[str, float]:
        """One variable of one period by place."""
        return {p: x for (p, t, v), x in self.facts.items() if (t, v) == (period, variable)}


def _rows(path: Path) -> list[dict[str, Any]]:
    query = "SELECT * FROM read_parquet($1)"
    rows: list[dict[str, Any]] = connect().execute(query, [str(path)]).to_arrow_table().to_pylist()
    return rows


def _made(folder: Path) -> Made:
    turned = turn(folder, DAY, 0, folder / "release", lambda *_: None)
    facts = _rows(turned.release / "facts.parquet")
    measures = _rows(turned.release / "measures.parquet")
    said = json.loads((turned.release / "release.json").read_text("utf-8"))
    return Made(
        folder,
        turned.problems,
        {(f["place"], f["period"], f["variable"]): f["value"] for f in facts},
        {(f["place"], f["period"], f["variable"]): f["locator"] for f in facts},
        {(m["place"], m["period"], m["indicator"]): m["value"] for m in measures},
        {p["place"]: p for p in _rows(turned.release / "places.parquet")},
        _rows(turned.release / "rejected.parquet"),
        {i["source"]: i for i in said["inputs"]},
    )


@pytest.fixture(scope="session")
def released() -> Callable[[Path], Made]:
    """Run a city folder into `release/` inside it and read the release back."""
    return _made


@pytest.fixture(scope="session")
def checked() -> Callable[[Path], Sensed]:
    """Read and sense a city folder, as `jinglun check` does."""
    return lambda folder: check(folder, DAY, lambda *_: None)


@pytest.fixture(scope="session")
def folder_of(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Copy the folder `tests/cities/NAME` and put files of ../shared/data into its data/."""

    def make(name: str, *files: str) -> Path:
        absent = [f for f in files if not (SHARED / f).exists()]
        if absent:
            pytest.skip(f"reference data absent: ../shared/data/{absent[0]}")
        folder = tmp_path_factory.mktemp(name) / name
        shutil.copytree(HERE / name, folder)
        (folder / "data").mkdir(exist_ok=True)
        for file in files:
            shutil.copyfile(SHARED / file, folder / "data" / Path(file).name)
        return folder

    return make
