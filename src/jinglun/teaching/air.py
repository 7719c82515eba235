"""What the air stations measured: one row a district and day, the planted drift included."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import stream
from jinglun.teaching.plan import Size
from jinglun.teaching.rows import Rows, days, numbers, words
from jinglun.teaching.settings import settings, years
from jinglun.teaching.world import World, truth


def air_readings(world: World, size: Size, tally: dict[str, Any]) -> Rows:
    """Return the daily readings; `tally` takes valid and good days [district, year]."""
    districts = world.land.districts
    calendar = np.arange(f"{size.years[0]}-01-01", f"{years()[-1] + 1}-01-01", dtype="M8[D]")
    year = calendar.astype("M8[Y]").astype(int) + 1970 - years()[0]
    rng = stream(world.seed, "air")
    pm25 = _pm25(world, calendar, year, rng)
    aqi, valid = _aqi(pm25, world, year, rng)
    pm25, valid = _spoilt(pm25, valid, calendar, districts)
    shape = (len(districts), len(years()))
    for name, chosen in (("valid_days", valid), ("good_days", valid & (aqi <= 100))):
        tally[name] = np.zeros(shape, np.int64)
        for at in range(len(districts)):
            tally[name][at] = np.bincount(year[chosen[at]], minlength=shape[1])
    place = np.repeat(np.arange(len(districts)), len(calendar))
    number = np.tile(calendar.astype(np.int64), len(districts))
    return {
        "place": words(place, districts),
        "date": days(number),
        "aqi": numbers(aqi.ravel(), valid.ravel()),
        "pm25": numbers(np.round(pm25.ravel(), 1), valid.ravel()),
    }


def _pm25(world: World, calendar: Any, year: Any, rng: np.random.Generator) -> Array:
    """Return the true daily means [district, day]: winter is worse, bad days come in spells."""
    said = settings("small")["air"]
    mean = world.book["pm25_annual_mean"]
    level = mean.districts[:, year] * mean.quantum
    day_of_year = (calendar - calendar.astype("M8[Y]")).astype(float)
    season = said["season"] * np.cos(2 * math.pi * (day_of_year - said["worst_day"]) / 365.25)
    weather = _spells(len(calendar), said["memory"], rng)
    local = rng.normal(0, said["local"], level.shape)
    raw = np.exp(season + said["weather"] * weather + local)
    # The shape is chance; the mean of every whole year is the yearbook's.
    whole = np.stack([raw[:, year == y].mean(axis=1) for y in np.unique(year)], axis=1)
    found: Array = level * raw / whole[:, year - year[0]]
    return found


def _spells(size: int, memory: float, rng: np.random.Generator) -> Array:
    """Return a series of unit variance in which each day remembers the one before."""
    chance = rng.normal(0, math.sqrt(1 - memory**2), size)
    found = np.empty(size)
    held = 0.0
    for at in range(size):
        held = memory * held + chance[at]
        found[at] = held
    return found


def _aqi(pm25: Array, world: World, year: Any, rng: np.random.Generator) -> tuple[Any, Any]:
    """Return the index of each day, good as often as the yearbook's standing, and valid days."""
    score = pm25 * np.exp(rng.normal(0, 0.25, pm25.shape))
    aqi = np.empty(pm25.shape, np.int64)
    good = world.book["good_days"].districts / world.book["valid_days"].districts
    for place in range(len(pm25)):
        for y in np.unique(year):
            here = np.flatnonzero(year == y)
            cut = np.quantile(score[place, here], min(good[place, y], 0.99))
            aqi[place, here] = np.rint(100 * (score[place, here] / cut) ** 0.8)
    valid = rng.random(pm25.shape) >= settings("small")["air"]["invalid"]
    return np.clip(aqi, 12, 500), valid


def _spoilt(pm25: Array, valid: Any, calendar: Any, districts: tuple[str, ...]) -> tuple[Any, Any]:
    """Let one station drift from a day on and die on another: the planted truth."""
    said = truth("sensor_drift")
    at = districts.index(said["place"])
    age = (calendar - np.datetime64(said["since"])).astype(float)
    pm25, valid = pm25.copy(), valid.copy()
    pm25[at] *= 1 - said["loss_per_day"] * np.maximum(age, 0)
    valid[at] &= calendar < np.datetime64(said["dead_since"])
    return pm25, valid
