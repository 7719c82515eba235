"""An ISO 8601 period has a first and a last day, and an age on a day."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jinglun.model.periods import age_years, as_iso, first_day, last_day, year_of

DAYS = st.dates(date(1, 1, 1), date(9999, 12, 31))


# 2024 is a leap year, 1900 was none, 2000 was one.
@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-Q1", date(2024, 1, 1), date(2024, 3, 31)),
        ("2024-Q2", date(2024, 4, 1), date(2024, 6, 30)),
        ("2024-Q3", date(2024, 7, 1), date(2024, 9, 30)),
        ("2024-Q4", date(2024, 10, 1), date(2024, 12, 31)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("1900-02", date(1900, 2, 1), date(1900, 2, 28)),
        ("2000-02", date(2000, 2, 1), date(2000, 2, 29)),
        ("2024-12", date(2024, 12, 1), date(2024, 12, 31)),
        ("2024-03-09", date(2024, 3, 9), date(2024, 3, 9)),
        ("9999", date(9999, 1, 1), date(9999, 12, 31)),
    ],
)
def test_a_period_runs_from_its_first_to_its_last_day(period: str, first: date, last: date) -> None:
    assert (first_day(period), last_day(period)) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        *("", "24", "20244", "2024-", "2024-Q0", "2024-Q5", "2024Q1", "2024-q1", "2024-1"),
        *("2024-00", "2024-13", "2024-02-30", "2023-02-29", "2024-00-05", "2024-03-00"),
        *("0000", "-2024", "+2024", " 2024", "2024 ", "2024\n", "2024-03\n", "2024-03-09T00"),
        *("２０２４", "٢٠٢٤", "2024年", "2024/03", "2024-03-9", "2024-W10", "2024-03-09-01"),
    ],
)
def test_what_is_no_period_has_no_days(text: str) -> None:
    assert first_day(text) is None
    assert last_day(text) is None


@given(DAYS)
def test_every_calendar_day_is_a_period_of_that_one_day(day: date) -> None:
    assert first_day(day.isoformat()) == last_day(day.isoformat()) == day


@given(DAYS)
def test_a_month_ends_on_the_day_before_the_next(day: date) -> None:
    month = day.isoformat()[:7]
    length = calendar.monthrange(day.year, day.month)[1]
    assert first_day(month) == day.replace(day=1)
    assert last_day(month) == day.replace(day=1) + timedelta(days=length - 1)


@given(st.text(max_size=12))
def test_any_text_is_a_period_or_none_and_never_a_crash(text: str) -> None:
    first, last = first_day(text), last_day(text)
    assert (first is None) == (last is None)
    if first is not None and last is not None:
        assert first <= last and year_of(text) == first.year


def test_a_figure_ages_from_the_end_of_its_period() -> None:
    # 366 days, for 29 February 2024 lies between them.
    assert age_years("2023", date(2024, 12, 31)) == pytest.approx(366 / 365.25)
    assert age_years("2014", date(2024, 12, 31)) == pytest.approx(10.0, abs=0.003)


def test_a_period_that_still_runs_has_no_age() -> None:
    assert age_years("2024", date(2024, 3, 1)) == 0
    assert age_years("2030", date(2024, 3, 1)) == 0
    assert age_years("2024-03", date(2024, 3, 31)) == 0


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        *(("2024年", "2024"), ("2024年度", "2024"), ("2024年3月", "2024-03")),
        *(
            ("2024年03月9日", "2024-03-09"),
            ("2024年第二季度", "2024-Q2"),
            ("2024年4季度", "2024-Q4"),
        ),
        *((" 2024 ", "2024"), ("2024年13月", "2024-13"), ("二〇二四年", "二〇二四年"), ("", "")),
    ],
)
def test_a_period_as_a_yearbook_prints_it_is_read_as_iso_8601(written: str, iso: str) -> None:
    assert as_iso(written) == iso
