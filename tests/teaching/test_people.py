"""Whether people add up, from street to district to city, in every year."""

from __future__ import annotations

import numpy as np

from jinglun.teaching.settings import settings
from jinglun.teaching.world import World


def test_streets_add_up_to_districts_in_every_year(world: World) -> None:
    people = world.people
    for held, total in (
        (people.streets, people.districts),
        (people.street_households, people.households),
    ):
        sums = [held[world.land.district == d].sum(axis=0) for d in range(len(total))]
        assert np.array_equal(sums, total)
        assert (held > 0).all()


def test_the_last_year_has_the_people_that_the_table_says(world: World) -> None:
    wanted = [block["pop"] for block in settings("shili")["district"]]
    assert world.people.districts[:, -1].tolist() == wanted
    assert sum(wanted) == 3_200_000


def test_the_district_left_behind_loses_people_and_the_new_town_gains_them(world: World) -> None:
    first, last = world.people.districts[:, 0], world.people.districts[:, -1]
    ids = list(world.land.districts)
    assert last[ids.index("SL08")] < first[ids.index("SL08")]
    assert last[ids.index("SL07")] > 1.2 * first[ids.index("SL07")]
