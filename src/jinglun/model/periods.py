"""Which stretch of time an ISO 8601 text names, and how old it is on a day."""

from __future__ import annotations

import calendar
import re
from datetime import date

_PERIOD = re.compile(r"^(\d{4})(?:-(?:Q([1-4])|(\d{2})(?:-(\d{2}))?))?$")


def last_day(period: str) -> date | None:
    """Return the last day of `2024`, `2024-Q2`, `2024-03` or `2024-03-09`; None if it is none."""
    found = _PERIOD.match(period)
    if not found:
        return None
    year, quarter, month, day = (int(g) if g else None for g in found.groups())
    assert year is not None
    try:
        if day is not None and month is not None:
            return date(year, month, day)
        last_month = month or (quarter * 3 if quarter else 12)
        return date(year, last_month, calendar.monthrange(year, last_month)[1])
    except (ValueError, calendar.IllegalMonthError):
        return None


def year_of(period: str) -> int:
    """Return the calendar year of a valid period."""
    return int(period[:4])


def age_years(period: str, day: date) -> float:
    """Return the years from the end of `period` to `day`; 0 while the period still runs."""
    end = last_day(period)
    return 0.0 if end is None else max(0.0, (day - end).days / 365.25)
