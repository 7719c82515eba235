"""Whether a new city folder is sound, says what was wished for, and refuses what cannot be."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import pytest

from jinglun.loop.answers import Answer
from jinglun.loop.begin import HEADER, Wish, countries, faults, write_new
from jinglun.loop.folder import read_city
from jinglun.loop.sense import Sensed
from jinglun.model.catalogue import Catalogue

Sense = Callable[[Path], Sensed]


def test_a_new_folder_is_a_sound_city_without_figures(
    tmp_path: Path, catalogue: Catalogue, sense_city: Sense
) -> None:
    assert write_new(tmp_path / "new") == len(list((tmp_path / "new/workbooks").iterdir()))
    found = sense_city(tmp_path / "new")
    assert (len(found.facts), found.problems, found.rejects.source) == (0, (), [])
    assert found.places.ids == ["mycity"]
    city = read_city(tmp_path / "new", catalogue)
    assert (city.country, city.currency, city.languages) == ("CN", "CNY", ("zh", "en"))


def test_what_is_wished_for_is_what_the_folder_says(
    tmp_path: Path, catalogue: Catalogue, sense_city: Sense
) -> None:
    numbers = {"resident_pop": Answer(3e6, "E", "2024"), "gdp": Answer(3.5e11, "A", "2024")}
    hard = 'a"b\\c$title_zh {x}'
    wish = Wish(hard, "Binhai", "MA", "MAD", 2024, ("东区", "西区"), numbers)
    write_new(tmp_path / "new", wish)
    city = read_city(tmp_path / "new", catalogue)
    assert (city.title_zh, city.title_en) == (hard, "Binhai")
    assert (city.country, city.currency) == ("MA", "MAD")
    found = sense_city(tmp_path / "new")
    places = {p.id: (p.role, p.title("zh")) for p in found.places.all}
    assert places == {
        "mycity": ("subject", hard),
        "district-1": ("district", "东区"),
        "district-2": ("district", "西区"),
    }
    values = dict(zip(found.facts.variable.tolist(), found.facts.value.tolist(), strict=True))
    told = {found.variables[n]: value for n, value in values.items()}
    assert told == {"resident_pop": 3e6, "gdp": 3.5e11} and found.periods == ("2024",)


def test_the_same_wish_gives_the_same_bytes(tmp_path: Path) -> None:
    def held(folder: Path) -> dict[str, bytes]:
        write_new(folder, Wish(districts=("东区",)))
        paths = (p for p in folder.rglob("*") if p.is_file())
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in paths}

    one, other = held(tmp_path / "one"), held(tmp_path / "other")
    assert one == other and len(one) > 20


def test_the_sheet_of_figures_asks_first_for_what_most_indicators_read(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    write_new(tmp_path / "new", Wish(year=2024))
    text = (tmp_path / "new/data/figures.csv").read_text("utf-8-sig")
    header, *rows = csv.reader(text.splitlines())
    assert tuple(header) == HEADER
    reads = [
        i.parameters for i in catalogue.indicators.values() if i.role == "score" and not i.over
    ]
    counts = [sum(row[2] in one for one in reads) for row in rows]
    assert counts == sorted(counts, reverse=True) and counts[-1] >= 1
    assert {row[1] for row in rows} == {"2024"} and {row[5] for row in rows} == {""}


def test_the_settings_of_a_new_folder_are_explained_in_both_languages(tmp_path: Path) -> None:
    write_new(tmp_path / "new")
    for name in ("city.toml", "sources.toml"):
        text = (tmp_path / "new" / name).read_text("utf-8")
        assert tomllib.loads(text)
        notes = " ".join(line for line in text.splitlines() if line.startswith("# "))
        assert len([c for c in notes if "\u4e00" <= c <= "\u9fff"]) > 60
        assert len([w for w in notes.split() if w.isascii() and w.isalpha()]) > 60


# --- countries ---


def test_the_countries_are_those_of_iso_3166() -> None:
    """Source: the list of ISO 3166 codes that the time-zone database publishes."""
    table = pytest.importorskip("tzdata", reason="the time-zone database is not installed")
    text = resources.files(table).joinpath("zoneinfo/iso3166.tab").read_text("utf-8")
    rows = (line for line in text.splitlines() if line and not line.startswith("#"))
    assert set(countries()) == {row.split("\t")[0] for row in rows}


def test_a_country_has_its_own_money() -> None:
    """Source: ISO 4217, for countries of every continent; Bulgaria took the euro in 2026."""
    known = {"CN": "CNY", "MA": "MAD", "US": "USD", "GB": "GBP", "JP": "JPY", "BR": "BRL"}
    known |= {"FR": "EUR", "BG": "EUR", "HR": "EUR", "SN": "XOF", "AU": "AUD", "IN": "INR"}
    assert {c: countries()[c] for c in known} == known
    assert [c for c, money in countries().items() if not money] == ["AQ"]
    assert {len(m) for m in countries().values() if m} == {3}


# --- what cannot be ---


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        (Wish(country="XX"), [("bad_country", "--country", "XX")]),
        (Wish(country="China", currency=""), [("bad_country", "--country", "China")]),
        (Wish(country="AQ", currency=""), [("no_currency", "--currency", "AQ")]),
        (Wish(currency="RMB"), [("bad_currency", "--currency", "RMB")]),
        (Wish(name_zh=""), [("bad_name", "--name", "")]),
        (Wish(name_zh="=1+1"), [("bad_name", "--name", "=1+1")]),
        (Wish(name_en="a\nb"), [("bad_name", "--name-en", "a\nb")]),
        (Wish(name_en="x" * 81), [("bad_name", "--name-en", "x" * 80)]),
        (Wish(districts=("东", "东", "")), [("bad_name", "--districts", d) for d in ("东", "")]),
        (Wish(), []),
    ],
)
def test_what_cannot_be_is_named(wish: Wish, told: list[tuple[str, str, str]]) -> None:
    assert [(p.code, p.place, p.found) for p in faults(wish)] == told


def test_every_fault_is_named_at_once() -> None:
    wish = Wish("", "+", "XX", "YY", districts=("@",))
    assert len(faults(wish)) == 5
