"""What cases, daily air readings and street lights add up to, a reduction for each variable.

Counting with a condition gives 0 where nothing qualifies; a sum of conditions would give nothing at
all when every case is still open, and a city that closed none would look like one without data.
"""

from __future__ import annotations

from typing import Any

# GB 3095-2012 asks for 324 daily means before a year has a mean (from memory, not checked):
# the mean of a winter alone is no annual mean.
VALID_DAYS_IN_A_YEAR = 324


def cases_due(cases: Any) -> Any:
    """Cases due in the period, closed or not."""
    return cases.case_id.count()


def cases_on_time(cases: Any) -> Any:
    """Cases closed no later than they were due."""
    return cases.case_id.count(where=cases.closed_at <= cases.due_at)


def cases_inspected(cases: Any) -> Any:
    """Closed cases with an inspection result: an empty result is unknown, not a pass."""
    return cases.closed_at.count(where=cases.reopened.notnull())


def cases_reopened(cases: Any) -> Any:
    """Closed cases that inspection had sent back at least once."""
    return cases.closed_at.count(where=cases.reopened)


def joint_cases_due(cases: Any) -> Any:
    """Cases due that need two departments or more."""
    return cases.case_id.count(where=cases.departments >= 2)


def joint_cases_on_time(cases: Any) -> Any:
    """Cases that need two departments or more, closed no later than they were due."""
    on_time = cases.closed_at <= cases.due_at
    return cases.case_id.count(where=(cases.departments >= 2) & on_time)


def cases_source_known(cases: Any) -> Any:
    """Cases due whose source is recorded."""
    return cases.reported_by.count()


def cases_from_residents(cases: Any) -> Any:
    """Cases due that a resident reported first."""
    return cases.case_id.count(where=cases.reported_by == "resident")


def pm25_annual_mean(air_readings: Any) -> Any:
    """Mean of the daily PM2.5 means, ug/m3; nothing below 324 days with a value."""
    days = air_readings.date.nunique(where=air_readings.pm25.notnull())
    return (days >= VALID_DAYS_IN_A_YEAR).ifelse(air_readings.pm25.mean(), None)


def good_days(air_readings: Any) -> Any:
    """Days with an air quality index of 100 or less."""
    return air_readings.date.count(where=air_readings.aqi <= 100)


def valid_days(air_readings: Any) -> Any:
    """Days with an air quality index at all."""
    return air_readings.aqi.count()


def street_lights_total(street_lights: Any) -> Any:
    """Street lights on the register."""
    return street_lights.light_id.count()


def street_lights_lamp_known(street_lights: Any) -> Any:
    """Street lights whose kind of lamp is recorded."""
    return street_lights.lamp.count()


def street_lights_led(street_lights: Any) -> Any:
    """Street lights with an LED lamp."""
    return street_lights.light_id.count(where=street_lights.lamp == "led")
