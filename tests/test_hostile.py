"""A hostile or clumsy folder harms nothing beside it and is answered in words."""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path

import pytest

from jinglun.cli import run
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.loop.sense import sense
from jinglun.model.errors import InputError
from jinglun.store.lake import connect, read_parquet

FIGURES = "place,period,variable,name_zh,name_en,value,unit,quality\n"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    folder = tmp_path / "city"
    assert run(["new", str(folder), "--districts", "第一区,第二区", "--lang", "en"]) == 0
    return folder


def figures(city: Path, *rows: str) -> None:
    (city / "data/figures.csv").write_text(FIGURES + "".join(r + "\n" for r in rows), "utf-8")


def facts(city: Path) -> dict[tuple[str, str], float]:
    table = read_parquet(city / "release/facts.parquet").to_pylist()
    return {(r["place"], r["variable"]): r["value"] for r in table}


def test_a_folder_that_only_looks_like_a_release_is_not_replaced(city: Path) -> None:
    (city / "release.json").write_text("{}", "utf-8")
    assert run(["run", str(city), "--out", str(city)]) == 1
    assert (city / "city.toml").is_file()


def test_what_a_desktop_leaves_in_a_release_does_not_keep_it_from_being_replaced(
    city: Path,
) -> None:
    assert run(["run", str(city)]) == 0
    (city / "release/.DS_Store").write_text("x", "utf-8")
    (city / "release/Thumbs.db").write_text("x", "utf-8")
    assert run(["run", str(city)]) == 0
    (city / "release/my notes.txt").write_text("x", "utf-8")
    assert run(["run", str(city)]) == 1
    assert (city / "release/my notes.txt").is_file()


def test_a_release_inside_a_release_is_refused(city: Path) -> None:
    assert run(["run", str(city)]) == 0
    assert run(["run", str(city), "--out", str(city / "release/sub")]) == 1


def test_a_linked_release_overwrites_nobody_elses(city: Path, tmp_path: Path) -> None:
    assert run(["run", str(city)]) == 0
    before = (city / "release/release.json").read_bytes()
    other = tmp_path / "other"
    assert run(["new", str(other)]) == 0
    (other / "release").symlink_to(city / "release")
    assert run(["run", str(other)]) == 1
    assert (city / "release/release.json").read_bytes() == before


def test_serve_follows_no_link_out_of_the_city(city: Path) -> None:
    (city / "release").mkdir()
    (city / "release/site").symlink_to("/")
    assert run(["serve", str(city), "--port", "0"]) == 1


def test_a_place_is_built_from_the_level_below_alone(city: Path) -> None:
    places = city / "data/places.csv"
    places.write_text(places.read_text("utf-8") + "s,street,mycity,街,Street\n", "utf-8")
    toml = city / "city.toml"
    street = '[[level]]\nid = "street"\nzh = "街"\nen = "street"\n\n'
    toml.write_text(toml.read_text("utf-8").replace("[[level]]", street + "[[level]]", 1), "utf-8")
    sources = city / "sources.toml"
    block = '[[source]]\nid = "streets"\npath = "data/places.csv"\nholds = "places"\n'
    block += 'title_zh = "街"\ntitle_en = "s"\npublisher = "p"\nlicence = "l"\nplace = "place"\n'
    block += 'parent = "parent"\nlevel = "street"\nwhere = { level = "street" }\n'
    sources.write_text(sources.read_text("utf-8") + block, "utf-8")
    rows = [f"{p},2025,resident_pop,,,100,person,A" for p in ("district-1", "district-2", "s")]
    figures(city, *rows)
    assert run(["run", str(city)]) == 0
    assert facts(city)["mycity", "resident_pop"] == 200


def test_a_second_row_of_a_place_neither_erases_nor_changes_its_parent(city: Path) -> None:
    places = city / "data/places.csv"
    places.write_text(places.read_text("utf-8") + "district-2,district,,二,Two\n", "utf-8")
    figures(city, *(f"district-{n},2025,resident_pop,,,100,person,A" for n in (1, 2)))
    assert run(["run", str(city)]) == 0
    assert facts(city)["mycity", "resident_pop"] == 200
    places.write_text(places.read_text("utf-8") + "district-2,district,district-1,二,2\n", "utf-8")
    read = read_city(city, framework_catalogue())
    found = sense(read, framework_catalogue(), connect(), date(2026, 2, 28), lambda *_: None)
    assert "two_parents" in {p.code for p in found.problems}


def test_a_unit_column_full_of_numbers_ends_in_rejects(city: Path) -> None:
    figures(city, *(f"mycity,2025,resident_pop,,,{n},{n},A" for n in range(3000)))
    read = read_city(city, framework_catalogue())
    found = sense(read, framework_catalogue(), connect(), date(2026, 2, 28), lambda *_: None)
    assert found.rejects.reason == ["unit_not_convertible"] * 3000


def test_periods_of_rows_that_are_set_aside_take_no_room(city: Path) -> None:
    figures(city, *(f"nowhere,20{n:02d},resident_pop,,,1,person,A" for n in range(99)))
    read = read_city(city, framework_catalogue())
    assert (
        sense(read, framework_catalogue(), connect(), date(2026, 2, 28), lambda *_: None).periods
        == ()
    )


def test_an_underscore_makes_no_number(city: Path) -> None:
    figures(city, "mycity,2025,resident_pop,,,1_000,person,A")
    read = read_city(city, framework_catalogue())
    found = sense(read, framework_catalogue(), connect(), date(2026, 2, 28), lambda *_: None)
    assert found.rejects.reason == ["not_a_number"]


def test_no_text_of_the_measures_starts_like_a_formula(city: Path) -> None:
    for name in ("city.toml", "data/places.csv"):
        path = city / name
        path.write_text(path.read_text("utf-8").replace("district-1", "=cmd|x"), "utf-8")
    figures(
        city,
        "=cmd|x,2025,resident_pop,,,100,person,A",
        "=cmd|x,2025,nonprofit_establishments,,,1,establishment,A",
    )
    assert run(["run", str(city)]) == 0
    text = (city / "release/measures.csv").read_text("utf-8")
    assert "'=cmd|x" in text
    assert not any(line.lstrip('"').startswith("=") for line in text.splitlines())


@pytest.mark.parametrize("value", ["nan", "inf", "-1"])
@pytest.mark.parametrize("key", ["max_age_years", "assessable_coverage", "headline_coverage"])
def test_a_threshold_that_is_none_is_named(city: Path, key: str, value: str) -> None:
    toml = city / "city.toml"
    lines = toml.read_text("utf-8").splitlines()
    changed = [f"{key} = {value}" if one.startswith(key) else one for one in lines]
    toml.write_text("\n".join(changed), "utf-8")
    with pytest.raises(InputError) as refused:
        read_city(city, framework_catalogue())
    assert [(p.code, p.place) for p in refused.value.problems] == [
        ("wrong_value", f"settings.{key}")
    ]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no pipes with a name")
def test_settings_that_are_no_file_are_not_waited_for(city: Path) -> None:
    (city / "city.toml").unlink()
    os.mkfifo(city / "city.toml")
    assert run(["check", str(city)]) == 1


def test_a_folder_beside_the_user_is_no_package(
    city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents/s.csv").write_text("a\n", "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    sources = city / "sources.toml"
    told = sources.read_text("utf-8").replace('"data/figures.csv"', '"package:documents/s.csv"')
    sources.write_text(told, "utf-8")
    with pytest.raises(InputError) as refused:
        read_city(city, framework_catalogue())
    assert [p.code for p in refused.value.problems] == ["no_package"]


def test_an_unknown_period_is_answered_with_those_there_are(city: Path) -> None:
    figures(city, "mycity,2025,resident_pop,,,100,person,A")
    assert run(["run", str(city)]) == 0
    assert run(["explain", str(city), "literacy", "--period", "nope"]) == 1
