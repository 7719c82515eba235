"""Whether the same seed makes the same city, another seed another, and a scale only more rows."""

from __future__ import annotations

import csv
import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from jinglun.teaching.plan import LEAST
from jinglun.teaching.settings import settings

Make = Callable[[Path, int, int], dict[str, int]]
PROGRAM = (
    "import sys; from pathlib import Path; from jinglun.teaching.shili import make_city; "
    "make_city(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]), lambda *_: None)"
)


def _bytes(folder: Path) -> dict[str, str]:
    return {
        p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_the_same_seed_and_scale_give_the_same_bytes_in_any_process(
    shili: Path, tmp_path: Path
) -> None:
    """Another process, another hash seed and one thread: none of it may show."""
    environment = {**os.environ, "PYTHONHASHSEED": "41", "OMP_NUM_THREADS": "1"}
    again = [sys.executable, "-c", PROGRAM, str(tmp_path / "again"), str(LEAST), "0"]
    subprocess.run(again, check=True, env=environment)
    assert _bytes(tmp_path / "again") == _bytes(shili)


def test_another_seed_gives_another_city(shili: Path, tmp_path: Path, make: Make) -> None:
    make(tmp_path / "other", LEAST, 1)
    ours, others = _bytes(shili), _bytes(tmp_path / "other")
    same = {name for name in ours if ours[name] == others.get(name)}
    # What is said of the city stays; whatever is drawn does not.
    assert same <= {
        "city.toml",
        "sources.toml",
        "PLANTED.md",
        "data/places.csv",
        "data/platforms.csv",
    }


def test_the_files_have_the_rows_that_were_asked_for(shili: Path) -> None:
    rows = 0
    for said in settings("tables").values():
        with (shili / "data" / f"{said['file']}.csv").open(encoding="utf-8", newline="") as stream:
            rows += sum(1 for _ in csv.reader(stream)) - 1
    assert rows == LEAST


@pytest.fixture(scope="module")
def larger(tmp_path_factory: pytest.TempPathFactory, make: Make) -> Path:
    """A city with tables beyond what a person opens, and with more than one part."""
    folder = tmp_path_factory.mktemp("larger") / "city"
    make(folder, 600_000, 0)
    return folder


def test_a_large_table_is_parquet_in_row_groups(larger: Path) -> None:
    made = pq.ParquetFile(larger / "data/hotline_requests.parquet")
    assert made.num_row_groups == 1 + made.metadata.num_rows // 250_000
    assert not (larger / "data/hotline_requests.csv").exists()
    assert 'feed = "parquet"' in (larger / "sources.toml").read_text(encoding="utf-8")


def test_more_rows_do_not_change_the_yearbook(shili: Path, larger: Path) -> None:
    """But for the years of the firms' register, printed only where the register is whole."""
    for chapter in ("people", "services", "governance", "operations", "infrastructure", "factors"):
        name = f"data/yearbook_{chapter}.csv"
        assert (shili / name).read_bytes() == (larger / name).read_bytes()


def test_ids_stay_unique_over_the_parts(larger: Path) -> None:
    made = pq.read_table(larger / "data/hotline_requests.parquet", columns=["工单编号"])
    ids = made.column(0).to_pylist()
    # The copies that were planted stand twice.
    twice = settings("truths")["dirty"]["tables"]["requests"]["twice"]
    assert len(ids) - len(set(ids)) == twice
