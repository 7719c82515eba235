"""Whether yearly stocktakings keep their things, follow the yearbook and stand where they say."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jinglun.teaching.plan import Size
from jinglun.teaching.settings import settings
from jinglun.teaching.stock import (
    facilities,
    licences,
    sensors,
    service_items,
    street_lights,
    systems,
)
from jinglun.teaching.world import World

YEARS = (2024, 2025)


@pytest.fixture(scope="module")
def register(world: World) -> pa.Table:
    size = settings("tables")["facilities"]["whole"]
    return pa.table(facilities(world, Size(size, YEARS)))


def _of(table: pa.Table, year: int) -> pa.Table:
    return table.filter(pc.equal(pc.year(table["as_of"]), year))


def _inside(ring: list[tuple[float, float]], lon: float, lat: float) -> bool:
    """By the even-odd rule: how often a ray to the right crosses the ring."""
    odd = False
    for (x0, y0), (x1, y1) in itertools.pairwise(ring):
        if (y0 > lat) != (y1 > lat) and lon < x0 + (lat - y0) * (x1 - x0) / (y1 - y0):
            odd = not odd
    return odd


def test_places_and_beds_of_a_district_are_the_yearbooks(world: World, register: pa.Table) -> None:
    rows = _of(register, 2025).to_pylist()
    for kind, column, ident in (
        ("托育机构", "capacity", "nursery_places"),
        ("养老机构", "capacity", "elder_beds"),
        ("养老机构", "nursing_beds", "nursing_beds"),
    ):
        for number, district in enumerate(world.land.districts):
            found = sum(
                r[column]
                for r in rows
                if r["facility_type"] == kind and r["place"].startswith(district)
            )
            assert found == world.amount(ident, 2025)[number], (ident, district)


def test_a_facility_stands_inside_the_street_it_names(world: World, register: pa.Table) -> None:
    boxes = dict(zip(world.land.streets, world.land.cells.tolist(), strict=True))
    some = _of(register, 2025).to_pylist()[::7]
    assert len(some) > 800
    outside = [
        r["facility_id"]
        for r in some
        if not _inside(world.land.ring(tuple(boxes[r["place"]])), r["lon"], r["lat"])
    ]
    assert outside == []


def test_what_was_reached_stays_reached(register: pa.Table) -> None:
    before, after = (_of(register, y) for y in YEARS)
    assert before["facility_id"].equals(after["facility_id"])
    lost = pc.and_(before["accessible"], pc.invert(after["accessible"]))
    # A district's own share may fall by chance; of what was reached hardly anything is lost.
    assert pc.sum(lost).as_py() < 0.02 * len(before)


def test_no_two_facilities_share_a_name(register: pa.Table) -> None:
    names = _of(register, 2025)["name"].to_pylist()
    assert len(set(names)) == len(names)


def test_items_follow_the_yearbook_within_chance(world: World) -> None:
    size = settings("tables")["service_items"]["whole"]
    table = _of(pa.table(service_items(world, Size(size, YEARS))), 2025)
    online = pc.mean(table["online"].cast(pa.float64())).as_py()
    wanted = world.rate("items_online", "items_total", 2025)[-1]
    assert online == pytest.approx(wanted, abs=4 * np.sqrt(wanted * (1 - wanted) / size) + 0.01)
    usable = pc.and_(
        table["offline_channel"],
        pc.or_(pc.fill_null(table["elder_version"], False), pc.invert(table["online"])),
    )
    elder = world.rate("items_elder_usable", "items_total", 2025)[-1]
    assert pc.mean(usable.cast(pa.float64())).as_py() == pytest.approx(elder, abs=0.03)
    assert pc.is_valid(table["uses_elicence"]).equals(table["needs_licence"])


def test_sensors_of_one_kind_and_district_fell_silent_together(
    world: World, truths: dict[str, Any]
) -> None:
    size = settings("tables")["sensors"]["whole"]
    table = _of(pa.table(sensors(world, Size(size, YEARS))), 2025)
    said = truths["sensors_dead"]
    rows = [r for r in table.to_pylist() if r["place"].startswith(said["district"])]
    level = [r for r in rows if r["kind"] == said["kind"]]
    assert len(level) > 20
    assert max(r["last_reading_at"].date() for r in level) == said["since"]
    rest = [r for r in rows if r["kind"] != said["kind"]]
    assert np.mean([r["last_reading_at"].date() > said["since"] for r in rest]) > 0.8


def test_online_sensors_are_as_many_as_the_yearbook_says(world: World) -> None:
    """Counted as the framework counts: no older than two of their own intervals."""
    size = settings("tables")["sensors"]["whole"]
    rows = _of(pa.table(sensors(world, Size(size, YEARS))), 2025).to_pylist()
    age = np.array([(r["as_of"] - r["last_reading_at"]).total_seconds() / 60 for r in rows])
    online = age <= 2 * np.array([r["interval_minutes"] for r in rows])
    wanted = world.rate("sensors_online", "sensors_total", 2025)[-1]
    # The planted silence takes a little more.
    assert wanted - 0.02 < online.mean() < wanted + 0.01


def test_a_system_is_assessed_before_the_day_of_the_inventory(world: World) -> None:
    table = pa.table(systems(world, Size(settings("tables")["systems"]["whole"], (2025,))))
    for name in ("assessed_on", "restore_tested_on", "impact_assessed_on"):
        assert pc.all(pc.less_equal(table[name], table["as_of"])).as_py(), name
    due = table.filter(pc.equal(table["protection_level"], 3))
    done = [
        d is not None and (a - d).days <= 366
        for a, d in zip(due["as_of"].to_pylist(), due["assessed_on"].to_pylist(), strict=True)
    ]
    wanted = world.rate("systems_assessed", "systems_assessment_due", 2025)[-1]
    assert np.mean(done) == pytest.approx(wanted, abs=0.12)


def test_a_light_keeps_its_led_lamp_and_more_have_one_each_year(world: World) -> None:
    said = settings("small")["street_lights"]
    table = pa.table(street_lights(world, Size(6_400, YEARS)))
    before, after = (_of(table, y)["lamp"].cast(pa.string()).to_pylist() for y in YEARS)
    assert all(b != "LED" or a == "LED" for b, a in zip(before, after, strict=True))
    known = [lamp for lamp in after if lamp]
    # Four standard deviations of a binomial draw: 2025 is the last year, so the last share.
    assert abs(known.count("LED") / len(known) - said["led"][1]) < 4 * (0.81 * 0.19 / 6_000) ** 0.5
    assert before.count("LED") < after.count("LED")


def test_licences_in_force_are_the_share_set_for_them(world: World) -> None:
    said = settings("small")["licences"]
    table = pa.table(licences(world, Size(9_600, YEARS)))
    for year in YEARS:
        status = _of(table, year)["status"].cast(pa.string()).to_pylist()
        share = said["status_share"][said["status"].index("有效")]
        # Four standard deviations of a binomial draw.
        assert abs(status.count("有效") / 9_600 - share) < 4 * (share * (1 - share) / 9_600) ** 0.5
