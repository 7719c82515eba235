"""Whether a city folder that is wrong in any way is told so, in words and at once."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from jinglun import cli

Break = Callable[[Path], object]


def _write(name: str, text: str | bytes) -> Break:
    data = text.encode() if isinstance(text, str) else text
    return lambda folder: (folder / name).write_bytes(data)


def _say(name: str, old: str, new: str) -> Break:
    def change(folder: Path) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text, f"{name} has no {old}"
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")

    return change


def _add(name: str, text: str) -> Break:
    def append(folder: Path) -> None:
        with (folder / name).open("a", encoding="utf-8") as stream:
            stream.write(text)

    return append


def _folder_instead(name: str) -> Break:
    def change(folder: Path) -> None:
        (folder / name).unlink()
        (folder / name).mkdir()

    return change


def _link_out(folder: Path) -> None:
    (folder / "data/figures.csv").rename(folder.parent / "outside.csv")
    (folder / "data/figures.csv").symlink_to(folder.parent / "outside.csv")


def _source(**said: str) -> Break:
    base = {
        **{"id": '"more"', "path": '"data/figures.csv"', "place": '"place"', "holds": '"facts"'},
        **{"title_zh": '"表"', "title_en": '"T"', "publisher": '"O"', "licence": '"L"'},
        **{"period": '"2025"', "variables": '{ gdp = { column = "value", unit = "LCU" } }'},
    }
    block = "\n".join(f"{k} = {v}" for k, v in {**base, **said}.items())
    return _add("sources.toml", f"\n[[source]]\n{block}\n")


def _maps(variable: str, unit: str) -> Break:
    return _source(variables=f'{{ {variable} = {{ column = "value", unit = "{unit}" }} }}')


def _broken_shapes(folder: Path) -> None:
    _write("data/a.geojson", "{")(folder)
    _source(path='"data/a.geojson"', feed='"geojson"', holds='"geometry"')(folder)


CITY, SOURCES, FIGURES, PLACES = "city.toml", "sources.toml", "data/figures.csv", "data/places.csv"

# What is broken, and the codes of problems of which at least one must be told.
BROKEN: dict[str, tuple[Break, str]] = {
    "no city.toml": (lambda f: (f / CITY).unlink(), "no_file"),
    "no sources.toml": (lambda f: (f / SOURCES).unlink(), "no_file"),
    "city.toml is empty": (_write(CITY, ""), "missing_key"),
    "city.toml is no TOML": (_write(CITY, "id = = 3"), "not_toml"),
    "city.toml is GBK": (_write(CITY, 'title_zh = "城"'.encode("gbk")), "unreadable_file"),
    "city.toml is binary": (_write(CITY, bytes(range(256))), "unreadable_file not_toml"),
    "city.toml is a folder": (_folder_instead(CITY), "unreadable_file"),
    "city.toml is nested deep": (_write(CITY, "x = " + "[" * 5000), "unreadable_file not_toml"),
    "a huge number": (_write(CITY, "x = " + "9" * 5000), "unreadable_file not_toml"),
    "a key misspelt": (_add(CITY, "\n[setings]\nx = 1\n"), "unknown_key"),
    "settings are a number": (_say(CITY, "[[level]]", "settings = 3\n[[level]]"), "not_a_table"),
    "settings of a wrong kind": (
        _add(CITY, '\n[settings]\nmax_age_years = "ten"\n'),
        "wrong_value",
    ),
    "levels are words": (_say(CITY, "[[level]]", "[[levels]]"), "unknown_key missing_key"),
    "a weight below zero": (
        _add(CITY, "\n[weights]\nindicators = {unemployment = -1}\n"),
        "bad_weight",
    ),
    "no such subject": (_say(CITY, 'subject = "c"', 'subject = "z"'), "no_subject"),
    "a flat benchmark": (
        _add(
            CITY,
            '\n[[benchmark]]\nindicator = "unemployment"\nzero = 5\nfull = 5\nstatus = "plan"\n'
            'from = 2026-01-01\nsource_zh = "规"\nsource_en = "p"\n',
        ),
        "flat_benchmark",
    ),
    "sources are a number": (_write(SOURCES, "source = 3"), "not_a_table"),
    "no sources": (_write(SOURCES, ""), "no_subject"),
    "a source is a word": (_write(SOURCES, 'source = ["x"]'), "not_a_table"),
    "a source twice": (_source(id='"figures"'), "twice"),
    "a file that is not there": (_source(path='"data/none.csv"'), "no_file"),
    "a path that leads out": (_source(path='"../outside.csv"'), "outside_folder no_file"),
    "an absolute path": (_source(path='"/etc/hostname"'), "outside_folder"),
    "a link that leads out": (_link_out, "outside_folder"),
    "a file is a folder": (_folder_instead(FIGURES), "no_file"),
    "no such package": (_source(path='"package:no_such_package/a.csv"'), "no_package"),
    "a package without a name": (_source(path='"package:/a.csv"'), "no_package"),
    "an unknown variable": (_maps("gpd", "t"), "unknown_variable"),
    "a unit that does not fit": (_maps("gdp", "kg"), "unit_not_convertible"),
    "a unit that is none": (_maps("gdp", "**"), "unit_not_convertible"),
    "no such column": (_source(place='"code"'), "unknown_column"),
    "no such condition": (_source(where='{ code = "1" }'), "unknown_column"),
    "a bad period": (_source(period='"FY2025"'), "bad_period"),
    "no such encoding": (_source(encoding='"utf-9"'), "unreadable_file wrong_value"),
    "a delimiter of nothing": (_source(delimiter='""'), "unreadable_file wrong_value"),
    "a feed that is none": (_source(feed='"excel"'), "wrong_value"),
    "an empty file": (_write(FIGURES, ""), "empty_file"),
    "a file with a null byte": (
        _write(FIGURES, b"place,period\n\0,\0\n"),
        "unknown_column unreadable_file",
    ),
    "a picture instead": (_write(FIGURES, b"\x89PNG\r\n\x1a\n\xff\xfe"), "undecodable"),
    "geometry that is no JSON": (_broken_shapes, "unreadable_file bad_geometry"),
    "parents in a circle": (
        _write(PLACES, "place,level,parent,zh,en\nc,city,d,城,C\nd,district,c,区,D\n"),
        "circular_parent",
    ),
    "a parent that is not there": (
        _write(PLACES, "place,level,parent,zh,en\nc,city,,城,C\nd,district,q,区,D\n"),
        "unknown_parent",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_wrong_is_told_with_its_cure_and_no_traceback(
    what: str, small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    change, codes = BROKEN[what]
    folder = small_city()
    change(folder)
    assert cli.run(["check", str(folder), "--json", "--lang", "en"]) == cli.WRONG_INPUT
    problems = json.loads(capfd.readouterr().out)["problems"]
    assert {p["code"] for p in problems} & set(codes.split())
    for problem in problems:
        assert problem["says"] and problem["cure"] and problem["file"]
    code = cli.run(["run", str(folder), "--until", "diagnose", "--lang", "zh"])
    out, err = capfd.readouterr()
    assert code in (cli.DONE, cli.WRONG_INPUT) and "Traceback" not in out + err
    assert all(p["file"] in err for p in problems)


def test_a_quote_never_closed_sets_its_record_aside_and_no_other(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = small_city()
    cli.run(["check", str(folder), "--json", "--lang", "en"])
    before = json.loads(capfd.readouterr().out)
    _add(FIGURES, 'c,2025,gdp,"1')(folder)
    assert cli.run(["check", str(folder), "--json", "--lang", "en"]) == cli.DONE
    found = json.loads(capfd.readouterr().out)
    assert found["facts"] == before["facts"] > 0
    reasons = [group["reason"] for group in found["set_aside"]]
    assert sorted(reasons) == sorted([g["reason"] for g in before["set_aside"]] + ["ragged_row"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_problem_of_a_folder_is_told_at_once(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str], lang: str
) -> None:
    folder = small_city()
    for what in ("a key misspelt", "a weight below zero", "a file that is not there"):
        BROKEN[what][0](folder)
    _source(id='"other"', period='"FY2025"', variables='{ gpd = { column = "v", unit = "t" } }')(
        folder
    )
    assert cli.run(["check", str(folder), "--lang", lang]) == cli.WRONG_INPUT
    told = capfd.readouterr().err
    for found in ("setings", "-1", "data/none.csv", "FY2025", "gpd"):
        assert found in told
    # Five problems, and the two figures that the usual small city has set aside.
    assert len(re.findall({"zh": "办法: ", "en": "Cure: "}[lang], told)) == 5 + 2


@pytest.mark.parametrize("path", ["nowhere", "data/figures.csv", "x" * 300])
def test_a_folder_that_is_none_is_told(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str], path: str
) -> None:
    for command in ("check", "run"):
        assert cli.run([command, str(small_city(command) / path)]) == cli.WRONG_INPUT
        out, err = capfd.readouterr()
        assert path in err and "Traceback" not in out + err


def test_what_is_bearable_is_told_on_the_data_page_too(
    small_city: Callable[..., Path], capfd: pytest.CaptureFixture[str]
) -> None:
    folder = small_city()
    BROKEN["a parent that is not there"][0](folder)
    BROKEN["a unit that does not fit"][0](folder)
    assert cli.run(["run", str(folder), "--lang", "en"]) == cli.DONE
    told = capfd.readouterr().err
    page = (folder / "release/site/en/data.html").read_text("utf-8")
    for found in ("“q”", "kg"):
        assert found in told and found in page
