"""Which stretch of time an ISO 8601 text names, and how old it is on a day."""

from __future__ import annotations

import calendar
import re
from datetime import date

_PERIOD = re.compile(r"([0-9]{4})(?:-(?:Q([1-4])|([0-9]{2})(?:-([0-9]{2}))?))?")


_CHINESE = re.compile(
    r"([0-9]{4})年度?(?:(?:第?([1-4一二三四])季度)|([0-9]{1,2})月(?:([0-9]{1,2})日)?)?"
)
_QUARTERS = dict(zip("一二三四", "1234", strict=True))


def as_iso(text: str) -> str:
    """Return a period as ISO 8601 writes it (2024年3月 is 2024-03), or the text itself."""
    text = text.strip()
    found = _CHINESE.fullmatch(text)
    if not found:
        return text
    year, quarter, month, day = found.groups()
    if quarter:
        return f"{year}-Q{_QUARTERS.get(quarter, quarter)}"
    return "-".join([year, *(f"{int(part):02}" for part in (month, day) if part)])


def first_day(period: str) -> date | None:
    """Return the first day of `2024`, `2024-Q2`, `2024-03` or `2024-03-09`; None if it is none."""
    span = _span(period)
    return span[0] if span else None


def last_day(period: str) -> date | None:
    """Return the last day of `2024`, `2024-Q2`, `2024-03` or `2024-03-09`; None if it is none."""
    span = _span(period)
    return span[1] if span else None


def _span(period: str) -> tuple[date, date] | None:
    found = _PERIOD.fullmatch(period)
    if not found:
        return None
    year, quarter, month, day = (int(g) if g else None for g in found.groups())
    assert year is not None
    first, last = (3 * quarter - 2, 3 * quarter) if quarter else (1, 12)
    if month is not None:
        first = last = month
    try:
        if day is not None:
            return date(year, first, day), date(year, first, day)
        return date(year, first, 1), date(year, last, calendar.monthrange(year, last)[1])
    except ValueError:
        return None


def is_year(period: str) -> bool:
    """Say whether a valid period is a whole calendar year."""
    return len(period) == 4


def year_of(period: str) -> int:
    """Return the calendar year of a valid period."""
    return int(period[:4])


def age_years(period: str, day: date) -> float:
    """Return the years from the end of `period` to `day`; 0 while the period still runs."""
    end = last_day(period)
    return 0.0 if end is None else max(0.0, (day - end).days / 365.25)
