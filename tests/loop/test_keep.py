"""Whether the stated rules, and nothing else, decide what an office is asked to merge or stop."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from jinglun.loop.keep import RULES, Held, advice, to_finish

DAY = date(2024, 12, 31)
PARENTS = {"c": None, "n": "c", "s": "c", "n1": "n"}
"""A city, two districts, and a street of one of them."""


def system(ident: str, **more: Any) -> dict[str, Any]:
    """A running system of which everything is known and nothing is odd."""
    said = {
        **{"system_id": ident, "place": "c", "name": f"System {ident}", "office": "Office"},
        **{"strategy": "G3", "purpose": ident, "status": "running", "users": 100},
        **{"running_cost": 1_000.0, "contract_ends_on": None, "platform_id": None},
        "row": f"systems.csv:{ident}",
    }
    said |= more
    known = said["users"] and said["running_cost"] is not None
    return {"cost_per_user": said["running_cost"] / said["users"] if known else None, **said}


def project(ident: str, **more: Any) -> dict[str, Any]:
    """A project under way and in time."""
    said = {
        **{"project_id": ident, "place": "c", "name": None, "office": "Office", "strategy": "G3"},
        **{"purpose": ident, "system_id": None, "status": "running", "to_finish": 500.0},
        **{"starts_on": date(2024, 1, 1), "planned_end": date(2025, 6, 30), "to_stop": None},
        "row": f"projects.csv:{ident}",
    }
    return said | more


def platform(ident: str, **more: Any) -> dict[str, Any]:
    """A cloud of the city, open to all, used to a half."""
    said = {
        **{"platform_id": ident, "place": "c", "name": None, "office": "Data office"},
        **{"kind": "cloud", "status": "running", "capacity": 100.0, "used": 50.0},
        **{"measure": "cores", "open_to": "districts", "running_cost": None, "systems": 0},
        "row": f"platforms.csv:{ident}",
    }
    said |= more
    known = said["capacity"] is not None and said["used"] is not None
    return {"spare": said["capacity"] - said["used"] if known else None, **said}


def lines(
    *systems: dict[str, Any],
    projects: tuple[dict[str, Any], ...] = (),
    platforms: tuple[dict[str, Any], ...] = (),
    due: dict[str, float] | None = None,
) -> list[dict[str, Any]]:
    return advice(Held(systems, projects, platforms, due or {}), PARENTS, DAY)


def told(found: list[dict[str, Any]]) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(x["act"], x["rule"], tuple(o["id"] for o in x["of"])) for x in found}


# --- merge ---


@pytest.mark.parametrize(
    ("first", "second"),
    [("一网 统管", "一网统管"), ("Parking", "parking "), ("ＡＩ客服", "ai客服")],
)
def test_two_running_systems_of_one_place_strategy_and_purpose_are_to_be_merged(
    first: str, second: str
) -> None:
    found = lines(system("a", purpose=first), system("b", purpose=second))
    assert told(found) == {("merge", "same_purpose", ("a", "b"))}
    told_too = {"strategy": "G3", "purpose": first, "running_cost": 2_000.0}
    assert found[0]["figures"] == told_too
    assert [o["row"] for o in found[0]["of"]] == ["systems.csv:a", "systems.csv:b"]


@pytest.mark.parametrize(
    "other",
    [
        {"status": "retired"},
        {"status": "planned"},
        {"strategy": "M2"},
        {"strategy": None},
        {"purpose": None},
        {"purpose": "another thing"},
    ],
)
def test_what_does_not_run_or_does_something_else_is_no_twin(other: dict[str, Any]) -> None:
    found = lines(system("a", purpose="x"), system("b", **({"purpose": "x"} | other)))
    assert not [x for x in found if x["act"] == "merge"]


def test_two_districts_may_each_run_their_own_but_not_beside_the_citys() -> None:
    apart = (system("a", place="n", purpose="x"), system("b", place="s", purpose="x"))
    assert not [x for x in lines(*apart) if x["act"] == "merge"]
    found = lines(*apart, system("c0", purpose="x"))
    assert told(found) == {("merge", "same_above", ("a", "b")), ("keep", "in_use", ("c0",))}
    line = found[0]
    assert [o["id"] for o in line["beside"]] == ["c0"]
    # What could be saved is what the lower ones cost.
    assert line["figures"]["running_cost"] == 2_000.0


def test_a_street_is_held_against_the_highest_place_above_that_runs_the_same() -> None:
    street, district = system("a", place="n1", purpose="x"), system("b", place="n", purpose="x")
    other = system("d", place="s", purpose="x")
    found = lines(street, district, other)
    assert ("merge", "same_above", ("a",)) in told(found)
    assert ("keep", "in_use", ("d",)) in told(found)
    found = lines(street, district, other, system("c0", purpose="x"), system("c1", purpose="x"))
    assert told(found) == {
        ("merge", "same_above", ("a", "b", "d")),
        ("merge", "same_purpose", ("c0", "c1")),
    }


def test_a_project_that_builds_what_runs_already_is_held_against_it() -> None:
    runs = system("a", purpose="x")
    found = lines(runs, projects=(project("p", purpose="x", place="n"),))
    line = next(x for x in found if x["act"] == "merge")
    assert (line["rule"], line["of"][0]["id"], line["beside"][0]["id"]) == (
        "project_runs",
        "p",
        "a",
    )
    assert line["figures"] == {"to_finish": 500.0}
    # The system it is held against stays what it is, and a project for its own system is no twin.
    assert ("keep", "in_use", ("a",)) in told(found)
    own = lines(runs, projects=(project("p", purpose="x", system_id="a"),))
    assert told(own) == {("keep", "in_use", ("a",)), ("keep", "on_time", ("p",))}


def test_a_citys_project_does_not_double_what_a_district_runs() -> None:
    found = lines(system("a", place="n", purpose="x"), projects=(project("p", purpose="x"),))
    assert not [x for x in found if x["act"] == "merge"]


def test_two_platforms_of_one_kind_in_one_place_are_to_be_merged_unless_they_are_other() -> None:
    two = (platform("p", kind="identity"), platform("q", kind="identity"))
    assert told(lines(platforms=two)) == {("merge", "same_kind", ("p", "q"))}
    apart = (platform("p", kind="identity"), platform("q", kind="identity", place="n"))
    other = (platform("p", kind="other"), platform("q", kind="other"))
    for some in (apart, other):
        assert not [x for x in lines(platforms=some) if x["act"] == "merge"]


SOON = date(2025, 12, 31)  # 365 days from the day: the last that is soon


@pytest.mark.parametrize(
    ("which", "cloud", "moves"),
    [
        ({}, {}, True),
        ({"place": "n1"}, {}, True),
        ({"contract_ends_on": date(2026, 1, 1)}, {}, False),
        ({"contract_ends_on": None}, {}, False),
        ({"platform_id": "else"}, {}, False),
        ({"contract_ends_on": DAY}, {}, True),
        ({"contract_ends_on": date(2024, 12, 30)}, {}, False),
        ({}, {"used": 90.0}, False),
        ({}, {"used": None}, False),
        ({}, {"status": "planned"}, False),
        ({}, {"kind": "map"}, False),
        ({}, {"open_to": "city"}, True),
        ({"place": "n"}, {"open_to": "city"}, False),
        ({}, {"open_to": "office"}, False),
        ({"office": "Data office"}, {"open_to": "office"}, True),
        ({}, {"open_to": None}, False),
        ({"place": "s"}, {"place": "n", "open_to": "public"}, False),
    ],
)
def test_a_lone_system_up_for_renewal_may_move_to_a_cloud_with_room_that_is_open_to_it(
    which: dict[str, Any], cloud: dict[str, Any], moves: bool
) -> None:
    one = system("a", **({"contract_ends_on": SOON} | which))
    found = lines(one, platforms=(platform("cl", **cloud),))
    moved = [x for x in found if x["rule"] == "cloud_has_room"]
    assert bool(moved) == moves
    if moved:
        assert [o["id"] for o in moved[0]["beside"]] == ["cl"]
        assert not [x for x in found if x["act"] == "keep" and x["of"][0]["id"] == "a"]


def test_what_is_to_be_merged_or_stopped_is_not_also_asked_to_move() -> None:
    soon = {"contract_ends_on": SOON}
    found = lines(
        system("a", users=0, **soon),
        system("b", purpose="x", **soon),
        system("d", purpose="x", **soon),
        platforms=(platform("cl"),),
    )
    assert {x["rule"] for x in found} == {"no_users", "same_purpose", "has_room"}


# --- stop ---


def test_a_system_that_nobody_used_is_to_be_stopped_and_one_nobody_counted_is_asked_about() -> None:
    assert told(lines(system("a", users=0))) == {("stop", "no_users", ("a",))}
    found = lines(system("a", users=None))
    assert told(found) == {("ask", "blank", ("a",))}
    assert found[0]["figures"]["columns"] == ["users"]


@pytest.mark.parametrize(
    ("contract", "due", "paid"),
    [
        (date(2024, 12, 31), {}, True),
        (date(2024, 12, 30), {}, False),
        (None, {"a": 5.0}, True),
        (None, {"b": 5.0}, False),
    ],
)
def test_a_retired_system_is_named_while_a_contract_holds_or_money_is_committed(
    contract: date | None, due: dict[str, float], paid: bool
) -> None:
    found = lines(system("a", status="retired", contract_ends_on=contract), due=due)
    assert told(found) == ({("stop", "retired_paid", ("a",))} if paid else set())


def dear(cost: float, ends: date | None, others: int = 3) -> set[tuple[str, str, tuple[str, ...]]]:
    """One system of 100 users at this cost among others of 10 a user."""
    return told(
        lines(
            system("a", running_cost=cost, contract_ends_on=ends),
            *(system(f"o{n}") for n in range(others)),
        )
    )


def test_dear_is_more_than_twice_the_median_per_user_and_up_for_renewal() -> None:
    line = ("stop", "dear_per_user", ("a",))
    assert line in dear(2_001.0, SOON)  # 20.01 against twice 10
    assert line not in dear(2_000.0, SOON)
    assert line not in dear(9_000.0, date(2026, 1, 1))
    assert line not in dear(9_000.0, None)
    assert line not in dear(9_000.0, date(2024, 12, 30))  # over: nothing is up for renewal
    assert line not in dear(9_000.0, SOON, others=2)  # of three, a median says little


@pytest.mark.parametrize(
    ("more", "line"),
    [
        # Late: the day it was to end is past.
        ({"planned_end": date(2024, 12, 30), "to_stop": 499.0}, ("stop", "late_stop_cheaper")),
        ({"planned_end": date(2024, 12, 30), "to_stop": 500.0}, ("keep", "late_finish_cheaper")),
        ({"planned_end": date(2024, 12, 30)}, ("ask", "late_unknown")),
        ({"planned_end": date(2024, 12, 31), "to_stop": 1.0}, ("keep", "on_time")),
        # Late: approved, and 366 days behind its beginning.
        (
            {"status": "approved", "starts_on": date(2023, 12, 31), "to_stop": 0.0},
            ("stop", "late_stop_cheaper"),
        ),
        (
            {"status": "approved", "starts_on": date(2024, 1, 1), "to_stop": 0.0},
            ("keep", "on_time"),
        ),
        ({"planned_end": None}, ("ask", "blank")),
    ],
)
def test_a_late_project_is_judged_by_what_it_would_still_cost_to_finish_and_to_stop(
    more: dict[str, Any], line: tuple[str, str]
) -> None:
    assert told(lines(projects=(project("p", **more),))) == {(*line, ("p",))}


@pytest.mark.parametrize("paid", [0.0, 1e9])
def test_what_was_already_paid_plays_no_part(paid: float) -> None:
    """Sunk money is not a reason: the same lines whatever was paid."""
    late = project("p", planned_end=date(2024, 1, 1), to_stop=1.0, paid=paid, approved=paid + 500)
    assert told(lines(projects=(late,))) == {("stop", "late_stop_cheaper", ("p",))}


@pytest.mark.parametrize("status", ["finished", "stopped"])
def test_a_project_that_is_over_is_not_spoken_of(status: str) -> None:
    over = project("p", status=status, planned_end=date(2020, 1, 1), purpose="a")
    assert told(lines(system("a"), projects=(over,))) == {("keep", "in_use", ("a",))}


# --- keep, or ask ---


def test_a_system_on_a_running_platform_is_kept_and_on_another_judged_by_itself() -> None:
    resting = system("a", platform_id="cl", users=None)
    assert ("keep", "on_platform", ("a",)) in told(lines(resting, platforms=(platform("cl"),)))
    gone = platform("cl", status="retired")
    assert told(lines(resting, platforms=(gone,))) == {("ask", "blank", ("a",))}


OVER = date(2024, 12, 30)  # a day before the day


def test_a_contract_that_is_over_is_asked_about_as_such_and_not_as_one_to_renew() -> None:
    over = ("ask", "contract_over", ("a",))
    cloud = (platform("cl"),)
    found = lines(system("a", contract_ends_on=OVER, running_cost=9.0), platforms=cloud)
    assert told(found) == {over, ("keep", "has_room", ("cl",))}
    line = next(x for x in found if x["act"] == "ask")
    assert line["figures"]["contract_ends_on"] == OVER
    # On the day itself it still holds; on a platform it is asked about too.
    on_the_day = lines(system("a", contract_ends_on=DAY))
    assert told(on_the_day) == {("keep", "in_use", ("a",))}
    resting = lines(system("a", contract_ends_on=OVER, platform_id="cl"), platforms=cloud)
    assert over in told(resting) and "on_platform" not in {x["rule"] for x in resting}


def test_a_contract_that_is_over_is_asked_about_beside_what_is_blank_but_not_what_is_to_stop() -> (
    None
):
    blank = lines(system("a", contract_ends_on=OVER, users=None))
    assert told(blank) == {("ask", "contract_over", ("a",)), ("ask", "blank", ("a",))}
    unused = lines(system("a", contract_ends_on=OVER, users=0))
    assert told(unused) == {("stop", "no_users", ("a",))}
    retired = lines(system("a", contract_ends_on=OVER, status="retired"))
    assert told(retired) == set()


def test_a_full_platform_is_asked_about_and_one_with_room_is_kept() -> None:
    assert told(lines(platforms=(platform("p", used=89.9),))) == {("keep", "has_room", ("p",))}
    assert told(lines(platforms=(platform("p", used=90.0),))) == {("ask", "platform_full", ("p",))}
    assert told(lines(platforms=(platform("p", used=None),))) == {("ask", "blank", ("p",))}


def test_everything_that_runs_has_a_line_and_what_is_merged_or_stopped_is_not_also_kept() -> None:
    found = lines(
        system("a", purpose="x"),
        system("b", purpose="x", users=0),
        system("d"),
        projects=(project("p"),),
        platforms=(platform("cl"),),
    )
    assert told(found) == {
        ("merge", "same_purpose", ("a", "b")),
        ("stop", "no_users", ("b",)),
        ("keep", "in_use", ("d",)),
        ("keep", "on_time", ("p",)),
        ("keep", "has_room", ("cl",)),
    }


def test_merging_comes_first_then_stopping_then_asking_and_the_dearest_first() -> None:
    found = lines(
        system("a", users=0, running_cost=10.0),
        system("b", users=0, running_cost=90.0),
        system("d", purpose="x"),
        system("e", purpose="x"),
        system("f", users=None),
    )
    assert [x["act"] for x in found] == ["merge", "stop", "stop", "ask"]
    assert [x["of"][0]["id"] for x in found] == ["d", "b", "a", "f"]


def test_a_line_names_a_thing_by_its_name_or_else_by_its_id() -> None:
    found = lines(system("a", name=None), system("b"))
    assert {x["of"][0]["name"] for x in found} == {"a", "System b"}


def test_what_a_project_still_needs_is_what_it_says_or_approved_less_paid() -> None:
    said = {"to_finish": None, "approved": 100.0, "paid": 30.0}
    assert to_finish(said) == 70.0
    assert to_finish(said | {"to_finish": 90.0}) == 90.0
    assert to_finish(said | {"paid": 120.0}) == 0.0
    assert to_finish(said | {"paid": None}) is None


def test_every_rule_that_is_stated_is_used() -> None:
    """One town in which each rule finds something."""
    soon = {"contract_ends_on": SOON}
    found = lines(
        system("a", purpose="x"),
        system("b", purpose="x"),
        system("d", purpose="x", place="n"),
        system("e", **soon),
        system("f", users=0),
        system("g", status="retired", **soon),
        system("h", running_cost=9_000.0, **soon),
        system("i", users=None),
        system("j", platform_id="cl"),
        system("k"),
        system("l", contract_ends_on=DAY.replace(day=30)),
        projects=(
            project("p", purpose="k"),
            project("q", planned_end=DAY.replace(day=30), to_stop=1.0),
            project("r", planned_end=DAY.replace(day=30), to_stop=900.0),
            project("s", planned_end=DAY.replace(day=30)),
            project("t"),
        ),
        platforms=(
            platform("cl"),
            platform("m1", kind="map"),
            platform("m2", kind="map"),
            platform("v", kind="video", used=99.0),
        ),
    )
    assert {x["rule"]: x["act"] for x in found} == RULES
