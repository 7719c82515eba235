"""Whether a release is whole, the same for the same input, and never half there."""

from __future__ import annotations

import csv
import errno
import fcntl
import json
import os
import random
import re
import resource
import shutil
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from jinglun.model.errors import InputError
from jinglun.model.release import Release

Fingerprint = Callable[[Path], dict[str, str]]
Turned = Callable[..., Release]

DOCUMENTS = ("release", "terms", "weave", "findings", "run")
# DESIGN.md 5, format 1, written out again: a change here is a new format number.
TABLES = {
    "places": "place level parent title_zh title_en titles role",
    "facts": "place level period variable value:double unit quality source locator",
    "measures": "place level period indicator domain factor value:double unit score:double "
    "score_low:double score_high:double quality benchmark variables",
    "rejected": "source locator column value reason",
}
KEYS = {
    "places": ("place",),
    "facts": ("place", "period", "variable"),
    "measures": ("place", "period", "indicator"),
}
WEAVE = {
    "cells": "place period scenario domain factor score low high coverage indicators",
    "domains": "place period scenario domain score low high coverage",
    "factors": "place period scenario factor score low high coverage",
    "aims": "place period scenario domain aim score low high coverage indicators",
    "city": "place period scenario score low high coverage",
}


def _strict(path: Path) -> Any:
    """Read JSON as the standard has it, without NaN and Infinity."""

    def refuse(word: str) -> Any:
        raise ValueError(f"{path.name} says {word}")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


# --- what is in it ---


@pytest.mark.parametrize("which", ["casablanca", "small_release"])
def test_a_release_holds_its_files_and_no_other(which: str, request: pytest.FixtureRequest) -> None:
    folder: Path = request.getfixturevalue(which)
    wanted = {f"{name}.json" for name in DOCUMENTS} | {f"{name}.parquet" for name in TABLES}
    wanted |= {"measures.csv", "places.geojson", "site"}
    assert {p.name for p in folder.iterdir()} == wanted
    assert (folder / "site/index.html").is_file()
    assert folder.stat().st_mode & 0o777 == 0o755


@pytest.mark.parametrize("name", TABLES)
def test_the_schema_of_a_table_is_frozen(small_release: Path, name: str) -> None:
    fields = pq.read_schema(small_release / f"{name}.parquet")
    found = " ".join(f.name + ("" if str(f.type) == "string" else f":{f.type}") for f in fields)
    assert found == TABLES[name]


@pytest.mark.parametrize("name", KEYS)
def test_a_key_is_there_once_and_rows_stand_in_its_order(
    casablanca_release: Release, name: str
) -> None:
    rows = casablanca_release.tables[name].select(list(KEYS[name])).to_pylist()
    keys = [tuple(row[k] for k in KEYS[name]) for row in rows]
    assert len(keys) > 1000
    assert [k for k, n in Counter(keys).items() if n > 1] == []
    assert all(None not in key for key in keys)
    assert keys == sorted(keys)


def test_the_documents_are_strict_json_and_carry_the_format(casablanca: Path) -> None:
    for name in DOCUMENTS:
        _strict(casablanca / f"{name}.json")
    head = _strict(casablanca / "release.json")
    assert head["format"] == 1
    assert {"city", "date", "seed", "version", "levels", "inputs", "coverage"} <= set(head)
    for given in head["inputs"]:
        assert re.fullmatch(r"[0-9a-f]{64}", given["sha256"])
        assert given["rows_read"] == given["rows_used"] + given["rows_rejected"]
    rows = {n: pq.read_metadata(casablanca / f"{n}.parquet").num_rows for n in TABLES}
    assert head["rows"] == rows


def test_every_row_of_the_weave_says_place_period_and_scenario(casablanca: Path) -> None:
    weave = _strict(casablanca / "weave.json")
    assert set(weave) == set(WEAVE)
    for part, keys in WEAVE.items():
        assert weave[part] and all(set(row) == set(keys.split()) for row in weave[part])
    subject = _strict(casablanca / "release.json")["city"]["subject"]
    cells = Counter(row["place"] for row in weave["cells"])
    assert cells[subject] == 20 and set(cells.values()) == {20} and len(cells) == 17


def test_the_csv_says_what_the_table_says(casablanca: Path, casablanca_release: Release) -> None:
    with (casablanca / "measures.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    table = casablanca_release.tables["measures"].to_pylist()
    assert len(rows) == len(table)
    for row, wanted in zip(rows[::997], table[::997], strict=True):
        assert float(row["value"]) == wanted["value"]
        assert {k: row[k] for k in KEYS["measures"]} == {k: wanted[k] for k in KEYS["measures"]}


def test_a_fact_names_its_source_and_its_place_in_it(small_release: Path) -> None:
    facts = pq.read_table(small_release / "facts.parquet").to_pylist()
    read = [f for f in facts if f["source"] != "jinglun"]
    built = [f for f in facts if f["source"] == "jinglun"]
    assert all(re.fullmatch(r"figures\.csv:\d+:value", f["locator"]) for f in read)
    means = {(f["variable"], f["locator"]) for f in built if f["place"] == "c"}
    assert ("labour_force", "parts:2") in means
    assert ("unemployment_rate", "parts:2:labour_force") in means


# --- the same for the same ---


def test_two_runs_with_one_date_and_seed_give_the_same_bytes(
    small_city: Callable[..., Path], small_release: Path, program: str, fingerprint: Fingerprint
) -> None:
    """Another process, another folder, another order of sets and another zone of time."""
    folder = small_city("elsewhere/city")
    told = [program, "run", str(folder), "--date", "2026-09-22", "--json"]
    environment = {**os.environ, "PYTHONHASHSEED": "12345", "TZ": "Asia/Shanghai", "LANG": "zh_CN"}
    subprocess.run(told, check=True, env=environment, capture_output=True)
    assert fingerprint(folder / "release") == fingerprint(small_release)


def test_another_seed_changes_intervals_and_no_fact_and_no_score(
    small_city: Callable[..., Path], small_release: Path, turned: Turned, fingerprint: Fingerprint
) -> None:
    folder = small_city()
    turned(folder, folder / "release", seed=7)
    before, after = fingerprint(small_release), fingerprint(folder / "release")
    changed = {name for name in before if before[name] != after[name]}
    assert {"release.json", "findings.json", "measures.parquet"} <= changed
    kept = {"facts.parquet", "places.parquet", "rejected.parquet", "terms.json", "places.geojson"}
    assert not changed & kept
    weaves = [_strict(f / "weave.json") for f in (small_release, folder / "release")]
    bare = [
        {k: [{**row, "low": 0, "high": 0} for row in rows] for k, rows in weave.items()}
        for weave in weaves
    ]
    assert bare[0] == bare[1]
    assert _strict(folder / "release/release.json")["seed"] == 7


def test_another_date_scores_the_same_air_by_the_limit_of_that_day(
    small_city: Callable[..., Path], turned: Turned
) -> None:
    """28 ug/m3 in 2025: GB 3095-2012 until 2026-02-28 is worth 0 at 35 and 100 at 15, so 35 points;
    GB 3095-2026 from 2026-03-01 is worth 0 at 30 and 100 at 10, so 10 points.
    """
    folder = small_city(figures=[("c", "2025", "pm25_annual_mean", 28, "ug/m3", "A")])
    found = {}
    for day in (date(2026, 2, 28), date(2026, 3, 1)):
        release = turned(folder, folder / "release", day)
        (row,) = release.tables["measures"].to_pylist()
        found[day.isoformat()] = (row["value"], row["score"], row["benchmark"])
        page = (folder / "release/site/en/indicator/pm25_concentration.html").read_text("utf-8")
        assert f'">{row["score"]:.0f}</span>' in page
    assert found == {
        "2026-02-28": (28.0, 35.0, "CN@2016-01-01"),
        "2026-03-01": (28.0, 10.0, "CN@2026-03-01"),
    }


# --- whole or not at all ---


def _beside(folder: Path) -> set[str]:
    return {p.name for p in folder.iterdir()}


OF_A_CITY = {"city.toml", "sources.toml", "data", "release"}


@pytest.fixture
def released(small_city: Callable[..., Path], small_release: Path) -> Path:
    """A city folder with a release, the copy of one made before."""
    folder = small_city()
    shutil.copytree(small_release, folder / "release")
    return folder


def _killed_after(told: list[str], step: str, seconds: float) -> None:
    """Start a run and kill it so long after it says that it is at a step."""
    with subprocess.Popen(
        told, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as running:
        assert running.stderr is not None
        while step and (line := running.stderr.readline()):
            if line.strip() == step:
                break
        time.sleep(seconds)
        running.kill()


def test_a_run_killed_at_any_moment_leaves_the_old_or_the_new_release_whole(
    released: Path, program: str, fingerprint: Fingerprint
) -> None:
    out = released / "release"
    told = [program, "run", str(released), "--date", "2026-02-28", "--lang", "en"]
    chance = random.Random(2015)
    moments = [("", chance.uniform(0.3, 2.0)), ("sense", chance.uniform(0, 1.5))]
    # The pages and the swap after them, in six parts, with some to spare for a busy machine.
    long = 1.5 * _strict(out / "run.json")["seconds"]["pages"]
    moments += [("pages", long * (part + chance.random()) / 6) for part in range(6)]
    old, seen, left = fingerprint(out), [], set[str]()
    for step, seconds in moments:
        _killed_after(told, step, seconds)
        seen.append(fingerprint(out))
        assert (out / "run.json").is_file()
        left |= _beside(released) - OF_A_CITY
    assert left and all(name.startswith(".release-draft-") for name in left)
    subprocess.run(told, check=True, capture_output=True)
    new = fingerprint(out)
    assert new != old
    assert all(one in (old, new) for one in seen)
    assert _beside(released) == OF_A_CITY


def test_a_full_disk_leaves_the_old_release_and_nothing_beside_it(
    released: Path, program: str, fingerprint: Fingerprint
) -> None:
    """No file may grow over 100 kB here, as on a disk that fills up; terms.json is larger."""
    before = fingerprint(released / "release")
    told = [program, "run", str(released), "--date", "2026-02-28", "--lang", "en"]
    failed = subprocess.run(
        told,
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)),
    )
    assert failed.returncode == 1
    assert "cannot read or write" in failed.stderr and "Traceback" not in failed.stderr
    assert fingerprint(released / "release") == before
    assert _beside(released) == OF_A_CITY


@pytest.mark.parametrize("writer", ["write_parquet", "write_csv", "write_site", "replace_folder"])
def test_whatever_cannot_be_written_the_old_release_stays(
    released: Path,
    turned: Turned,
    monkeypatch: pytest.MonkeyPatch,
    fingerprint: Fingerprint,
    writer: str,
) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = fingerprint(released / "release")
    monkeypatch.setattr(f"jinglun.loop.open.{writer}", fail)
    with pytest.raises(OSError, match="No space left"):
        turned(released, released / "release", date(2026, 2, 28))
    assert fingerprint(released / "release") == before
    assert _beside(released) == OF_A_CITY


def test_a_reader_finds_a_release_at_every_moment(released: Path, turned: Turned) -> None:
    """Where the system exchanges two names at once, as Linux and macOS do."""
    found, done = Counter[str](), threading.Event()

    def read() -> None:
        while not done.is_set():
            try:
                found[json.loads((released / "release/release.json").read_bytes())["date"]] += 1
            except (OSError, ValueError) as error:
                found[repr(error)] += 1

    reader = threading.Thread(target=read)
    reader.start()
    turned(released, released / "release", date(2026, 2, 28))
    time.sleep(0.05)
    done.set()
    reader.join()
    assert set(found) == {"2026-09-22", "2026-02-28"}


def test_what_killed_runs_left_is_removed_and_nothing_else(
    released: Path, turned: Turned, tmp_path: Path
) -> None:
    left = [".release-draft-abcdefgh", ".release-draft-ab_d3fgh.old"]
    kept = [".release-notes", ".release-draft-mine", ".release-draft-abcdefghi", "release.old"]
    for name in (*left, *kept):
        (released / name / "inside").mkdir(parents=True)
    (released / ".release-draft-linklink").symlink_to(tmp_path)
    held = released / ".release-draft-12345678"
    held.mkdir()
    handle = os.open(held, os.O_RDONLY)
    fcntl.flock(handle, fcntl.LOCK_EX)
    turned(released, released / "release")
    os.close(handle)
    stays = {*kept, ".release-draft-linklink", held.name}
    assert _beside(released) == OF_A_CITY | stays
    turned(released, released / "release")
    assert _beside(released) == OF_A_CITY | stays - {held.name}


def test_without_a_release_nothing_left_is_removed_before_there_is_one(
    small_city: Callable[..., Path], turned: Turned, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two renames that were cut in half leave the only release beside its name."""
    folder = small_city()
    (folder / ".release-draft-abcdefgh.old").mkdir()
    monkeypatch.setattr("jinglun.loop.open.write_site", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        turned(folder, folder / "release")
    assert (folder / ".release-draft-abcdefgh.old").is_dir()


@pytest.mark.parametrize("out", ["file.txt", "full", ".", "../city"])
def test_a_folder_of_anything_else_is_never_replaced(
    small_city: Callable[..., Path], turned: Turned, out: str
) -> None:
    folder = small_city()
    (folder / "full").mkdir()
    (folder / "full/thesis.docx").write_text("ten years", encoding="utf-8")
    (folder / "file.txt").write_text("x", encoding="utf-8")
    before = sorted(folder.rglob("*"))
    with pytest.raises(InputError) as caught:
        turned(folder, folder / out)
    assert [p.code for p in caught.value.problems] == ["not_a_release"]
    assert sorted(folder.rglob("*")) == before


def test_an_empty_folder_and_a_link_to_a_release_may_be_written(
    small_city: Callable[..., Path], turned: Turned
) -> None:
    folder = small_city()
    (folder / "empty").mkdir()
    turned(folder, folder / "empty")
    (folder / "release").symlink_to(folder / "empty")
    turned(folder, folder / "release", date(2026, 2, 28))
    assert (folder / "release").is_symlink()
    assert _strict(folder / "empty/release.json")["date"] == "2026-02-28"
    assert _beside(folder) == OF_A_CITY | {"empty"}
