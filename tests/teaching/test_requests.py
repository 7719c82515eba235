"""Whether the hotline's requests follow the people, and one department closes without solving."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from jinglun.teaching.dirt import planted
from jinglun.teaching.requests import requests
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

ROWS = 60_000
SPOILT = sum(planted("requests").values())


@pytest.fixture(scope="module")
def drawn(world: World) -> tuple[pa.Table, dict[str, Any]]:
    tally: dict[str, Any] = {}
    parts = [pa.table(part) for part in requests(world, ROWS, tally)]
    return pa.concat_tables(parts).unify_dictionaries(), tally


@pytest.fixture(scope="module")
def table(drawn: tuple[pa.Table, dict[str, Any]]) -> pa.Table:
    found = drawn[0]
    return found.filter(pc.is_valid(found["received_at"]))


def _share(table: pa.Table, column: str) -> float:
    held = table[column]
    return float(pc.mean(held.drop_null().cast(pa.float64())).as_py())


def _by_agency(table: pa.Table) -> dict[str, dict[str, float]]:
    names = [a["zh"] for a in settings("requests")["agency"]]
    found = {}
    for name in names:
        mine = table.filter(pc.equal(table["agency"].cast(pa.string()), name))
        on_time = pc.fill_null(pc.less_equal(mine["closed_at"], mine["due_at"]), False)
        found[name] = {
            "on_time": float(pc.mean(on_time.cast(pa.float64())).as_py()),
            "solved": _share(mine, "callback_resolved"),
            "satisfied": _share(mine, "callback_satisfied"),
            "reopened": _share(mine, "reopened"),
            "repeated": 1 - mine["repeat_of"].null_count / len(mine),
            "rows": len(mine),
        }
    return found


def test_there_are_the_rows_asked_for(drawn: tuple[pa.Table, dict[str, Any]]) -> None:
    assert drawn[0].num_rows == ROWS


def test_requests_follow_the_people_of_each_district(world: World, table: pa.Table) -> None:
    """Within four standard deviations of a binomial draw by residents of the five years."""
    place = table["place"].cast(pa.string()).to_numpy(zero_copy_only=False)
    residents = world.people.districts[:, -5:].sum(axis=1) / world.people.districts[:, -5:].sum()
    for share, district in zip(residents, world.land.districts, strict=True):
        found = np.mean([p.startswith(district) for p in place])
        assert abs(found - share) < 4 * np.sqrt(share * (1 - share) / len(place)), district


def test_one_department_closes_on_time_and_solves_least(
    table: pa.Table, truths: dict[str, Any]
) -> None:
    said, rates = truths["closes_without_solving"], _by_agency(table)
    mine = rates.pop(settings("requests")["agency"][said["agency"]]["zh"])
    for name in ("on_time", "solved", "satisfied", "reopened"):
        # Four standard deviations of the share among those who answered, a third of the rows.
        slack = 4 * np.sqrt(said[name] * (1 - said[name]) / (0.5 * mine["rows"]))
        # A hundredth or so is never closed, whatever the department.
        assert abs(mine[name] - said[name]) < slack + 0.02, name
    others = list(rates.values())
    assert mine["on_time"] > np.quantile([o["on_time"] for o in others], 0.75)
    assert mine["solved"] < min(o["solved"] for o in others) - 0.2
    assert mine["satisfied"] < min(o["satisfied"] for o in others) - 0.2
    assert mine["reopened"] > max(o["reopened"] for o in others) + 0.1
    assert mine["repeated"] > max(o["repeated"] for o in others)


def test_no_step_comes_before_the_one_it_follows(table: pa.Table) -> None:
    for first, then in (
        ("received_at", "assigned_at"),
        ("assigned_at", "accepted_at"),
        ("accepted_at", "contacted_at"),
        ("assigned_at", "contacted_at"),
        ("received_at", "closed_at"),
        ("closed_at", "callback_at"),
    ):
        assert pc.all(pc.less_equal(table[first], table[then]), min_count=1).as_py(), (first, then)


def test_nothing_is_known_that_happened_after_the_copy(world: World, table: pa.Table) -> None:
    for name in ("closed_at", "callback_at"):
        assert pc.max(table[name]).as_py().date() < world.copied_on


def test_an_answer_is_there_just_where_somebody_was_called_back(table: pa.Table) -> None:
    for name in ("callback_resolved", "callback_satisfied"):
        assert pc.is_valid(table[name]).equals(pc.is_valid(table["callback_at"]))


def test_a_repeated_request_names_an_earlier_one_of_its_topic_and_street(table: pa.Table) -> None:
    rows = {r["request_id"]: r for r in table.to_pylist()}
    spoilt = 0
    repeated = [r for r in rows.values() if r["repeat_of"]]
    assert len(repeated) > 0.05 * len(rows)
    for row in repeated:
        first = rows.get(row["repeat_of"])
        if first is None or first["place"] != row["place"]:
            spoilt += 1  # It names a row that was spoilt on purpose, or is one itself.
            continue
        assert (first["topic"], first["agency"]) == (row["topic"], row["agency"])
        assert first["repeat_of"] is None and first["request_id"] < row["request_id"]
    assert spoilt <= 2 * SPOILT


def test_what_is_said_names_the_street_in_both_languages(world: World, table: pa.Table) -> None:
    some = table.slice(0, 500).to_pylist()
    for row in some:
        if row["place"] in world.land.names:
            zh, en = world.land.names[row["place"]]
            assert row["summary_zh"].startswith(zh) and row["summary_en"].startswith(en)


def test_the_tally_counts_the_sound_rows(drawn: tuple[pa.Table, dict[str, Any]]) -> None:
    tally = drawn[1]
    assert tally["requests_received"].sum() == ROWS - SPOILT
    assert tally["requests_closed"].sum() <= tally["requests_received"].sum()
