"""Any one of 166 Chinese cities is the subject by changing three lines, and its figures hold.

The numbers expected are read from the file with the csv module; the notes that came with it state
wrong units, and what the right ones are is shown by the file itself.
"""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from jinglun.feeds.delimited import header, read
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.store.lake import connect

FILE = "china/cities_2019.csv"
HERE = Path(__file__).parent / "china"
# Of the file's own numbers: 万人, 亿元, km2; beds, doctors and nurses are per 1,000 people.
RIGHT = {
    "resident_pop": lambda row: float(row["POP"]) * 10_000,
    "gdp": lambda row: float(row["GDP"]) * 100_000_000,
    "area_km2": lambda row: float(row["Area"]),
    "health_beds": lambda row: float(row["BED"]) * float(row["POP"]) * 10_000 / 1_000,
    "physicians": lambda row: float(row["DOC"]) * float(row["POP"]) * 10_000 / 1_000,
    "nurses": lambda row: float(row["NRS"]) * float(row["POP"]) * 10_000 / 1_000,
}
TWINS = {"Suzhou-Jiangsu": 81, "Taizhou-Jiangsu": 88, "Taizhou-Zhejiang": 98, "Suzhou-Anhui": 111}
"""The record number of each city that shares its spelling with another (record 1 is row 2)."""


@cache
def records(path: Path) -> dict[str, dict[str, str]]:
    """The file's records by place id; the 164 spellings are told apart by their place in it."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    twins = {number - 1: ident for ident, number in TWINS.items()}
    return {twins.get(n, row["City"]): row for n, row in enumerate(rows)}


@pytest.fixture(scope="module")
def china(folder_of: Callable[..., Path]) -> Path:
    return folder_of("china", FILE)


def with_subject(folder: Path, ident: str, zh: str, en: str) -> Path:
    """Change the three lines that a person changes to look at another city."""
    text = (folder / "city.toml").read_text("utf-8")
    for key, said in (("subject", ident), ("title_zh", zh), ("title_en", en)):
        text, changed = re.subn(rf'(?m)^{key} = ".*"$', f'{key} = "{said}"', text)
        assert changed == 1
    (folder / "city.toml").write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def shenyang(china: Path, released: Callable[[Path], Any]) -> Any:
    return released(with_subject(china, "Shenyang", "沈阳市", "Shenyang"))


@pytest.fixture(scope="module")
def truth(china: Path) -> dict[str, dict[str, str]]:
    found = records(china / "data" / "cities_2019.csv")
    assert len(found) == 166
    return found


# --- every city, all its figures ----------------------------------------------------------------


def test_every_figure_of_166_cities_arrives_in_the_variables_own_unit(
    shenyang: Any, truth: dict[str, dict[str, str]]
) -> None:
    assert shenyang.problems == ()
    assert shenyang.rejected == []
    for variable, expected in RIGHT.items():
        arrived = shenyang.of(variable, "2019")
        assert arrived.keys() == truth.keys()
        for place, row in truth.items():
            assert arrived[place] == pytest.approx(expected(row), rel=1e-11)
    assert len(shenyang.facts) == 6 * 166


# Shenyang's statistical bulletin of 2019: GDP 6470.3 亿元, residents 832.2 万.
def test_shenyang_is_as_its_bulletin_says(shenyang: Any) -> None:
    assert shenyang.facts["Shenyang", "2019", "gdp"] == 647_030_000_000
    assert shenyang.facts["Shenyang", "2019", "resident_pop"] == 8_322_000
    assert shenyang.locators["Shenyang", "2019", "gdp"] == "cities_2019.csv:2:GDP"


def test_rates_per_1000_people_come_back_as_they_stand_in_the_file(
    shenyang: Any, truth: dict[str, dict[str, str]]
) -> None:
    """The file's rates become counts by `times`, and the indicators make rates of them again."""
    for column, indicator in (
        ("BED", "health_beds_per_1000"),
        ("DOC", "physicians_per_1000"),
        ("NRS", "nurses_per_1000"),
    ):
        for place, row in truth.items():
            rate = shenyang.measures[place, "2019", indicator]
            assert rate == pytest.approx(float(row[column]), rel=1e-10), (place, column)


@pytest.mark.parametrize(
    ("ident", "zh", "en"),
    [("Shenzhen", "深圳市", "Shenzhen"), ("Suzhou-Anhui", "宿州市", "Suzhou")],
)
def test_another_city_is_the_subject_by_three_lines_and_the_figures_are_the_same(
    ident: str,
    zh: str,
    en: str,
    shenyang: Any,
    folder_of: Callable[..., Path],
    released: Callable[[Path], Any],
) -> None:
    other = released(with_subject(folder_of("china", FILE), ident, zh, en))
    assert other.facts == shenyang.facts
    assert other.problems == () and other.rejected == []
    assert Counter(p["role"] for p in other.places.values()) == {"subject": 1, "peer": 165}
    assert other.places[ident]["role"] == "subject"
    assert (other.places[ident]["title_zh"], other.places[ident]["title_en"]) == (zh, en)
    page = (other.folder / "release" / "site" / "index.html").read_text("utf-8")
    assert zh in page and "沈阳市" not in page


def test_every_row_of_the_file_is_used_once(shenyang: Any) -> None:
    facts = {n: i for n, i in shenyang.inputs.items() if n != "names"}
    assert {n: i["rows_read"] for n, i in facts.items()} == {
        "cities-2019": 162,
        "suzhou-jiangsu-2019": 1,
        "suzhou-anhui-2019": 1,
        "taizhou-jiangsu-2019": 1,
        "taizhou-zhejiang-2019": 1,
    }
    assert all(i["rows_used"] == i["rows_read"] for i in facts.values())


# --- names --------------------------------------------------------------------------------------


def places() -> list[dict[str, str]]:
    with (HERE / "data" / "places.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_166_cities_have_166_chinese_names_in_the_order_of_the_file(
    truth: dict[str, dict[str, str]],
) -> None:
    names = places()
    assert [p["place"] for p in names] == list(truth)
    assert len({p["name_zh"] for p in names}) == 166
    assert all(re.fullmatch(r"[\u4e00-\u9fff]{2,4}", p["name_zh"]) for p in names)


# The file goes by province, so a province is one run of rows; were a name given to the wrong one
# of two cities that are spelt alike, its province would stand alone among strangers.
def test_the_cities_of_a_province_stand_together() -> None:
    seen = [p["province_zh"] for p in places()]
    runs = [p for n, p in enumerate(seen) if n == 0 or seen[n - 1] != p]
    assert len(runs) == len(set(runs)) == 31


# GDP of 2019 in 亿元 as the four cities' own bulletins give it.
def test_cities_that_are_spelt_alike_keep_apart(shenyang: Any) -> None:
    gdp = shenyang.of("gdp", "2019")
    names = {p["place"]: p["name_zh"] for p in places()}
    assert {names[i]: round(gdp[i] / 1e8, 2) for i in TWINS} == {
        "苏州": 19235.8,
        "宿州": 1978.75,
        "泰州": 5133.36,
        "台州": 5134.05,
    }


def test_two_cities_of_one_spelling_are_never_made_one(
    folder_of: Callable[..., Path], checked: Callable[[Path], Any]
) -> None:
    """Without the rows told apart, the second of each pair is set aside and said so."""
    folder = folder_of("china", FILE)
    text = (folder / "data" / "places.csv").read_text("utf-8")
    for wrong, right in (("Suzhou-Jiangsu", "Suzhou"), ("Taizhou-Jiangsu", "Taizhou")):
        text = text.replace(wrong, right)
    (folder / "data" / "places.csv").write_text(text, "utf-8")
    text = (folder / "sources.toml").read_text("utf-8")
    whole, ours = re.subn(r"where = \{ City = \[[^]]*\] \}\n", "", text)
    assert ours == 1
    (folder / "sources.toml").write_text(whole.split('\n[[source]]\nid = "suzhou')[0], "utf-8")
    told = checked(folder).rejects
    found = Counter(
        (locator.split(":")[1], reason)
        for locator, reason in zip(told.locator, told.reason, strict=True)
    )
    # Rows 112 (宿州) and 99 (台州) disagree with the rows of 苏州 and 泰州 before them.
    assert found == {("112", "disagrees"): 6, ("99", "disagrees"): 6}


# --- what the file says about itself ------------------------------------------------------------


def half_a_digit(number: str) -> float:
    """Half a unit of the last digit: how far a rounded number can be from what it was."""
    return 0.5 * 10.0 ** -len(number.partition(".")[2])


# Where the three sectors do not add up to the GDP printed beside them: by how much, in 亿元.
# Four are slips of the pen of the file (Xiamen's bulletin has 5995.04 where the file has 5955.04).
SLIPS = {"Changchun": 36.0, "Shamen": -40.0, "Zhongqing": 40.0, "Huzhou": -28.9}
NOT_THE_SUM = {**SLIPS, "Baoding": -1.42, "Nantong": 0.3, "Yichun": 0.3, "Suzhou-Anhui": -0.2}


def test_gdp_is_the_sum_of_the_sectors_but_in_eight_cities(
    truth: dict[str, dict[str, str]],
) -> None:
    off = {}
    for place, row in truth.items():
        numbers = [row[c] for c in ("GDP", "PRIM", "SEC", "TERT")]
        gdp, *sectors = map(float, numbers)
        if abs(gdp - sum(sectors)) > sum(map(half_a_digit, numbers)) + 1e-9:
            off[place] = round(gdp - sum(sectors), 2)
    assert off == NOT_THE_SUM


def test_the_density_of_the_file_is_that_of_people_in_units_of_10000(
    shenyang: Any, truth: dict[str, dict[str, str]]
) -> None:
    for place, row in truth.items():
        density = shenyang.measures[place, "2019", "population_density"]
        assert density == pytest.approx(float(row["POPDENS"]) * 10_000, rel=1e-6), place
    # Under its own note, people per km2, all Chinese cities would be emptier than any desert.
    assert max(float(row["POPDENS"]) for row in truth.values()) < 1


def test_gdp_per_head_of_the_file_is_yuan_in_units_of_10000(
    shenyang: Any, truth: dict[str, dict[str, str]]
) -> None:
    for place, row in truth.items():
        gdp, people = (shenyang.facts[place, "2019", v] for v in ("gdp", "resident_pop"))
        assert gdp / people == pytest.approx(float(row["GDPpc"]) * 10_000, rel=1e-6), place


def test_the_marks_of_the_file_do_no_harm(china: Path, truth: dict[str, dict[str, str]]) -> None:
    """A byte-order mark, a name that starts with `>`, names that hold a percent sign."""
    raw = (china / "data" / "cities_2019.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfCity")
    city = read_city(china, framework_catalogue())
    source = next(s for s in city.sources if s.id == "cities-2019")
    path = china / "data" / "cities_2019.csv"
    assert header(path, source) == list(truth["Shenyang"])
    connection = connect()
    odd = ["City", ">60yr%", "Prim%", "Sec%", "Tert%"]
    read(connection, path, source, "t", set(odd))
    picked = ", ".join(f'"{c}"' for c in odd)
    rows = connection.execute(f"SELECT {picked} FROM t ORDER BY __row").fetchall()
    assert rows == [tuple(row[c] for c in odd) for row in truth.values()]


# --- the notes that came with the file ----------------------------------------------------------


def with_unit(folder: Path, variable: str, unit: str) -> Path:
    text = (folder / "sources.toml").read_text("utf-8")
    told = rf'(?m)^({variable} = .*unit = )".*"( }})$'
    text, changed = re.subn(told, rf'\1"{unit}"\2', text)
    assert changed == 5
    (folder / "sources.toml").write_text(text, "utf-8")
    return folder


@pytest.mark.parametrize(
    ("variable", "unit", "expected"),
    [
        ("resident_pop", "Thousand People", "person"),
        ("gdp", "Billion USD", "LCU"),
        ("gdp", "USD", "LCU"),
        ("area_km2", "People per km2", "km2"),
    ],
)
def test_a_unit_as_the_notes_write_it_is_refused_with_its_place(
    variable: str,
    unit: str,
    expected: str,
    folder_of: Callable[..., Path],
    checked: Callable[[Path], Any],
) -> None:
    sensed = checked(with_unit(folder_of("china", FILE), variable, unit))
    assert {(p.code, p.file, p.found, p.hint) for p in sensed.problems} == {
        ("unit_not_convertible", "sources.toml", unit, expected)
    }
    assert f"source cities-2019.variables.{variable}.unit" in [p.place for p in sensed.problems]
    # Nothing else is lost: the other variables of 166 cities are there.
    assert len(sensed.facts) == 5 * 166


def test_people_in_thousands_as_the_notes_say_contradict_the_density_of_the_file(
    folder_of: Callable[..., Path],
    released: Callable[[Path], Any],
    truth: dict[str, dict[str, str]],
) -> None:
    """The right unit agrees with POPDENS in every city (above), the noted one in none."""
    noted = released(with_unit(folder_of("china", FILE), "resident_pop", "kperson"))
    assert noted.problems == ()
    for place, row in truth.items():
        density = noted.measures[place, "2019", "population_density"]
        assert density * 10 == pytest.approx(float(row["POPDENS"]) * 10_000, rel=1e-6), place
        assert density != pytest.approx(float(row["POPDENS"]), rel=0.5)
