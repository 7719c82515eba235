"""Targets judged by hand, on the day and at the quarter before, and what no figure may change."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.loop.backtest import backtest
from jinglun.loop.catalogue import framework_catalogue
from jinglun.loop.folder import read_city
from jinglun.loop.measure import measure
from jinglun.loop.sense import sense
from jinglun.loop.targets import judged, months_after, outlook, quarter_begins, targets
from jinglun.loop.weave import Case, latest_figures, loom_of
from jinglun.model.city import Target
from jinglun.model.errors import InputError
from jinglun.store.lake import connect

DAY = date(2026, 11, 22)
AIM = Target("literacy", 2028, 90.0)


def state(target: Target, *figures: tuple[int, float], day: date = DAY, higher: bool = True) -> str:
    return judged(target, higher, figures, day).state


# --- the rule by hand ---


# From 80 in 2024 to 90 in 2028 the line is at 82.5 in 2025.
@pytest.mark.parametrize(
    ("now", "expected"),
    [(82.5, "on_track"), (82.4, "late"), (85.0, "on_track"), (90.0, "reached"), (79.0, "late")],
)
def test_on_track_is_at_or_past_the_line_in_the_figures_year(now: float, expected: str) -> None:
    assert state(AIM, (2024, 80.0), (2025, now)) == expected
    assert judged(AIM, True, ((2024, 80.0), (2025, now)), DAY).expected == pytest.approx(82.5)


@pytest.mark.parametrize(
    ("now", "expected"), [(27.5, "on_track"), (27.6, "late"), (20.0, "reached")]
)
def test_where_less_is_better_the_line_falls(now: float, expected: str) -> None:
    falling = Target("pm25_concentration", 2028, 20.0)
    assert state(falling, (2024, 30.0), (2025, now), higher=False) == expected


def test_the_start_is_what_the_target_says_else_the_last_figure_by_since_else_the_first() -> None:
    figures = ((2020, 70.0), (2023, 76.0), (2025, 80.0))
    assert judged(AIM, True, figures, DAY).start == (2020, 70.0)
    assert judged(Target("x", 2028, 90.0, since=2024), True, figures, DAY).start == (2023, 76.0)
    assert judged(Target("x", 2028, 90.0, since=2019), True, figures, DAY).start == (2020, 70.0)
    said = Target("x", 2028, 90.0, since=2024, start=79.0)
    assert judged(said, True, figures, DAY).start == (2024, 79.0)


# A figure of 2025 ends with the year; 9 months on is 30 September 2026.
@pytest.mark.parametrize(
    ("day", "expected"), [(date(2026, 9, 30), "on_track"), (date(2026, 10, 1), "not_updated")]
)
def test_a_figure_too_old_is_not_judged(day: date, expected: str) -> None:
    aim = Target("x", 2028, 90.0, update_months=9)
    assert state(aim, (2024, 80.0), (2025, 85.0), day=day) == expected


def test_the_year_of_the_target_decides_for_good() -> None:
    aim = Target("x", 2025, 70.0)
    far = date(2035, 1, 1)
    assert state(aim, (2020, 60.0), (2025, 71.0), day=far) == "reached"
    assert state(aim, (2020, 60.0), (2025, 71.0), (2026, 65.0)) == "reached"
    assert state(aim, (2020, 60.0), (2025, 69.0), (2026, 75.0)) == "late"


def test_without_a_figure_there_is_no_data() -> None:
    assert state(AIM) == "no_data"


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2025, 12, 31), 18, date(2027, 6, 30)),
        (date(2025, 12, 31), 2, date(2026, 2, 28)),
        (date(2025, 12, 31), 12, date(2026, 12, 31)),
    ],
)
def test_months_end_with_the_month(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


def test_a_quarter_begins_with_january_april_july_october() -> None:
    begun = [quarter_begins(date(2026, m, 15)).month for m in range(1, 13)]
    assert begun == [1, 1, 1, 4, 4, 4, 7, 7, 7, 10, 10, 10]


# --- what must hold of any figures ---

VALUES = st.floats(0, 100).map(lambda v: round(v, 3))
HISTORY = st.lists(VALUES, min_size=1, max_size=4)
AIMS = st.builds(
    Target, st.just("x"), st.integers(2021, 2032), VALUES, since=st.none() | st.just(2020)
)
RANK = {"late": 0, "on_track": 1, "reached": 2}


@given(AIMS, HISTORY, VALUES, st.floats(0, 50), st.booleans())
def test_a_better_figure_never_has_a_worse_state(
    aim: Target, history: list[float], last: float, more: float, higher: bool
) -> None:
    earlier = [(2018 + n, v) for n, v in enumerate(history)]
    better = last + (more if higher else -more)
    before = state(aim, *earlier, (2025, last), higher=higher)
    after = state(aim, *earlier, (2025, better), higher=higher)
    assert RANK[after] >= RANK[before]


@given(AIMS, HISTORY, st.dates(date(2022, 1, 1), date(2035, 1, 1)), st.integers(0, 4000))
def test_with_no_new_figure_a_later_day_never_makes_one_up_to_date(
    aim: Target, history: list[float], day: date, later: int
) -> None:
    figures = [(2018 + n, v) for n, v in enumerate(history)]
    before = state(aim, *figures, day=day)
    after = state(aim, *figures, day=day + timedelta(days=later))
    assert after in (before, "not_updated")
    assert before != "not_updated" or after == "not_updated"


# --- in a release ---

FIGURES = tuple(
    ("c", year, variable, value, unit, "A")
    for variable, unit, values in (
        ("pm25_annual_mean", "ug/m3", ((2022, 40), (2023, 36), (2024, 35), (2025, 30))),
        ("life_expectancy_at_birth", "year", ((2022, 76), (2024, 77), (2025, 77.2))),
    )
    for year, value in values
)
AIMED = """
[[target]]
indicator = "pm25_concentration"
year = 2027
value = 26
since = 2023
office_zh = "生态环境局"
office_en = "Environment bureau"
source_en = "Plan"
[[target]]
indicator = "pm25_concentration"
year = 2030
value = 20
[[target]]
indicator = "life_expectancy"
year = 2026
value = 79
since = 2022
update_months = 12
[[target]]
indicator = "literacy"
year = 2027
value = 99
"""
Make = Callable[..., Path]


def case_of(folder: Path, day: date) -> Case:
    catalogue = framework_catalogue()
    city = read_city(folder, catalogue)
    sensed = sense(city, catalogue, connect(), day, lambda *_: None)
    measured = measure(sensed, city, catalogue, day)
    latest, loom = latest_figures(measured, sensed, city, day), loom_of(measured, catalogue, city)
    return Case(sensed, measured, latest, loom, city, catalogue, day, 0)


def review(make: Make, day: date, toml: str = AIMED) -> Any:
    case = case_of(make(f"city-{day}", figures=FIGURES, city_toml=toml), day)
    return targets(case, backtest(case)["as_is"])


def test_a_review_says_state_owner_and_counts(small_city: Make) -> None:
    found = review(small_city, DAY)
    assert (found["quarter"], found["before"]) == ("2026-Q4", "2026-09-30")
    rows = {(r["indicator"], r["year"]): r for r in found["list"]}
    pm, far = rows["pm25_concentration", 2027], rows["pm25_concentration", 2030]
    # From 36 in 2023 to 26 in 2027 the line is at 31 in 2025; the figure is 30.
    assert (pm["state"], pm["expected"], pm["actual"], pm["gap"]) == ("on_track", 31, 30, 4)
    assert pm["owner"] == {"zh": "生态环境局", "en": "Environment bureau"} == far["owner"]
    assert pm["source"] == {"zh": "Plan", "en": "Plan"} and pm["update_by"] == "2027-07-01"
    # Without peers its own pace: 40 in 2022, 30 in 2025, so 23 and a third in 2027.
    assert pm["projected"]["rule"] == "own_pace" and pm["projected"]["reaches"]
    assert pm["projected"]["value"] == pytest.approx(30 - 2 * 10 / 3)
    # From 76 in 2022 to 79 in 2026 the line is at 78.25 in 2025.
    life = rows["life_expectancy", 2026]
    assert (life["state"], life["owner"], life["expected"]) == ("late", None, 78.25)
    assert rows["literacy", 2027]["state"] == "no_data"
    assert found["counts"] == {
        **{"targets": 4, "reached": 0, "on_track": 2, "late": 1},
        **{"not_updated": 0, "no_data": 1, "no_owner": 2, "changed": 0, "on_track_misses": 0},
    }


def pm25(found: Any) -> Any:
    return next(r for r in found["list"] if (r["indicator"][:4], r["year"]) == ("pm25", 2027))


def test_figures_after_the_day_are_not_known_on_it(small_city: Make) -> None:
    # At the end of 2024 the figure of 2024 just counts; a day before it is that of 2023.
    ended, running = (review(small_city, date(2024, 12, d)) for d in (31, 30))
    assert (pm25(ended)["actual"], pm25(running)["actual"]) == (35, 36)
    # From 36 in 2023 to 26 in 2027 the line is at 33.5 in 2024.
    assert (pm25(ended)["state"], ended["quarter"]) == ("late", "2024-Q4")


def test_the_state_before_is_by_the_same_rule_at_the_end_of_the_last_quarter(
    small_city: Make,
) -> None:
    # On 2026-01-01 the quarter before has just ended, and the figure of 2025 with it.
    january = review(small_city, date(2026, 1, 1))
    assert january["before"] == "2025-12-31" and january["counts"]["changed"] == 0
    # A day earlier the quarter before ended on 2025-09-30, with the figure of 2024.
    december = review(small_city, date(2025, 12, 31))
    assert (pm25(december)["state_before"], pm25(december)["state"]) == ("late", "on_track")
    assert december["counts"]["changed"] == 1


DOUBTFUL = """
[[target]]
indicator = "life_expectancy"
year = 2028
value = 75
[[target]]
indicator = "pm25_concentration"
year = 2030
value = 90
"""


def test_a_target_met_at_its_start_or_worse_than_the_zero_point_is_doubted(
    small_city: Make,
) -> None:
    found = review(small_city, DAY, DOUBTFUL)
    doubts = {r["indicator"]: r["doubt"] for r in found["list"]}
    assert doubts == {"life_expectancy": "met_at_start", "pm25_concentration": "below_zero_point"}


@pytest.mark.parametrize(
    ("ends", "better", "told"),
    [
        # The target is 25: less is better, then more.
        ((20.0, 22.0, 24.0), -1, "reaches"),
        ((20.0, 24.0, 26.0), -1, "likely"),
        ((24.0, 26.0, 28.0), -1, "unlikely"),
        ((26.0, 27.0, 28.0), -1, "misses"),
        ((26.0, 27.0, 28.0), 1, "reaches"),
        ((24.0, 26.0, 28.0), 1, "likely"),
        ((20.0, 24.0, 26.0), 1, "unlikely"),
        ((20.0, 22.0, 24.0), 1, "misses"),
        ((None, 27.0, None), 1, None),
    ],
)
def test_the_outlook_is_as_sure_as_its_range(
    ends: tuple[float | None, ...], better: int, told: str | None
) -> None:
    made = dict(zip(("low", "value", "high"), ends, strict=True))
    reached = {n: one is not None and better * (one - 25) >= 0 for n, one in made.items()}
    assert outlook(made, reached) == told


def test_on_track_but_missing_the_target_is_counted(small_city: Make) -> None:
    # 40 in 2022 and 30 in 2025: from 70 in 2020 the line to 5 in 2030 is at 37.5 in 2025, so it is
    # on track; three and a third a year leave 13.3 in 2030.
    text = """
[[target]]
indicator = "pm25_concentration"
year = 2030
value = 5
since = 2020
start = 70
"""
    found = review(small_city, DAY, text)
    row = found["list"][0]
    assert row["state"] == "on_track" and row["projected"]["reaches"] is False
    assert row["projected"]["value"] == pytest.approx(30 - 5 * 10 / 3)
    assert row["projected"]["outlook"] is None  # its own pace has no range
    assert found["counts"]["on_track_misses"] == 1


# --- bad settings ---

BROKEN = """
[[target]]
indicator = "literacys"
year = 2027
value = 92
[[target]]
indicator = "literacy"
year = 2027
value = 92
[[target]]
indicator = "literacy"
year = 2027
value = 95
[[target]]
indicator = "literacy"
year = 2200
value = 120
since = 2300
[[target]]
indicator = "pm25_concentration"
year = 2030
value = 40
since = 2024
start = 30
[[target]]
indicator = "literacy"
year = 2031
value = nan
start = 90
offices = "x"
[backtest]
region_letters = 99
"""


def test_every_problem_of_the_targets_is_told_at_once(small_city: Make) -> None:
    folder = small_city(city_toml=BROKEN)
    with pytest.raises(InputError) as raised:
        read_city(folder, framework_catalogue())
    found = {(p.code, p.place) for p in raised.value.problems}
    assert found == {
        ("unknown_indicator", "target[1]"),
        ("target_twice", "target[3]"),
        ("wrong_value", "target[4].year"),
        ("wrong_value", "target[4].value"),
        ("wrong_value", "target[4].since"),
        ("target_backwards", "target[5]"),
        ("unknown_key", "target[6].offices"),
        ("wrong_value", "target[6].value"),
        ("wrong_value", "backtest.region_letters"),
    }


@pytest.mark.parametrize("text", ["target = 3\n", "[target]\nyear = 2027\n", "[[target]]\n"])
def test_a_target_that_is_none_is_a_problem_not_a_crash(small_city: Make, text: str) -> None:
    folder = small_city(city_toml="")
    toml = folder / "city.toml"
    said = toml.read_text(encoding="utf-8")
    toml.write_text(text + said if "=" in text.split("\n")[0] else said + text, encoding="utf-8")
    with pytest.raises(InputError) as raised:
        read_city(folder, framework_catalogue())
    assert all(p.place.startswith("target") for p in raised.value.problems)
