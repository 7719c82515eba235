"""Whether the air stations measure what the yearbook says, and one of them drifts and dies."""

from __future__ import annotations

from datetime import date
from typing import Any

import numpy as np
import pytest

from jinglun.teaching.air import air_readings
from jinglun.teaching.plan import Size
from jinglun.teaching.settings import years
from jinglun.teaching.world import World

DAYS = (date(years()[-1] + 1, 1, 1) - date(years()[0], 1, 1)).days


@pytest.fixture(scope="module")
def read_air(world: World) -> tuple[dict[str, Any], dict[str, Any]]:
    tally: dict[str, Any] = {}
    rows = air_readings(world, Size(DAYS * len(world.land.districts), (years()[0],)), tally)
    shape = (len(world.land.districts), DAYS)
    pm25 = rows["pm25"].fill_null(float("nan")).to_numpy(zero_copy_only=False).reshape(shape)
    aqi = rows["aqi"].fill_null(-1).to_numpy(zero_copy_only=False).reshape(shape)
    return {"pm25": pm25, "aqi": aqi, "rows": rows}, tally


def _span(first: str, last: str) -> slice:
    start = np.datetime64(f"{years()[0]}-01-01")
    return slice(*((np.datetime64(d) - start).astype(int) for d in (first, last)))


def test_every_district_has_every_day(read_air: tuple[dict[str, Any], Any], world: World) -> None:
    assert len(read_air[0]["rows"]["date"]) == DAYS * len(world.land.districts)


def test_a_years_mean_is_the_yearbooks_within_what_invalid_days_move(
    read_air: tuple[dict[str, Any], Any], world: World
) -> None:
    mean = world.book["pm25_annual_mean"]
    for at, year in enumerate(years()[:6]):
        span = _span(f"{year}-01-01", f"{year + 1}-01-01")
        found = np.nanmean(read_air[0]["pm25"][:, span], axis=1)
        assert found == pytest.approx(mean.districts[:, at] * mean.quantum, rel=0.03)


def test_winter_is_worse_than_summer(read_air: tuple[dict[str, Any], Any]) -> None:
    winter = np.nanmean(read_air[0]["pm25"][:, _span("2019-12-01", "2020-03-01")])
    summer = np.nanmean(read_air[0]["pm25"][:, _span("2020-06-01", "2020-09-01")])
    assert winter > 1.4 * summer


def test_the_tally_counts_what_stands_in_the_rows(read_air: tuple[dict[str, Any], Any]) -> None:
    found, tally = read_air
    span = _span("2020-01-01", "2021-01-01")
    at = years().index(2020)
    here = found["aqi"][:, span]
    assert np.array_equal(tally["valid_days"][:, at], (here >= 0).sum(axis=1))
    assert np.array_equal(tally["good_days"][:, at], ((here >= 0) & (here <= 100)).sum(axis=1))


def test_one_station_loses_its_share_a_day_beside_its_neighbours(
    read_air: tuple[dict[str, Any], Any], world: World, truths: dict[str, Any]
) -> None:
    said = truths["sensor_drift"]
    at = world.land.districts.index(said["place"])
    mean = world.book["pm25_annual_mean"].districts

    def beside(first: str, last: str, year: int) -> float:
        """Its readings over those of all others, as a part of what the year's means would have."""
        pm25 = read_air[0]["pm25"][:, _span(first, last)]
        others = np.delete(pm25, at, axis=0)
        y = years().index(year)
        usual = mean[at, y] / np.delete(mean[:, y], at).mean()
        return float(np.nanmean(pm25[at]) / np.nanmean(others) / usual)

    assert beside("2024-01-01", "2024-05-01", 2024) == pytest.approx(1, abs=0.04)
    # By hand: 60 days around 1 August 2025, 457 days after it began, at 0.0006 a day.
    lost = 1 - 457 * said["loss_per_day"]
    assert beside("2025-07-02", "2025-08-31", 2025) == pytest.approx(lost, abs=0.04)


def test_that_station_dies_and_stays_dead(
    read_air: tuple[dict[str, Any], Any], world: World, truths: dict[str, Any]
) -> None:
    said = truths["sensor_drift"]
    at = world.land.districts.index(said["place"])
    dead = read_air[0]["pm25"][:, _span(str(said["dead_since"]), "2026-01-01")]
    assert np.isnan(dead[at]).all()
    assert (np.isnan(np.delete(dead, at, axis=0)).mean(axis=1) < 0.1).all()
