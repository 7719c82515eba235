"""Whether the invented districts and streets fit like a real map, far from every real city."""

from __future__ import annotations

import itertools
from collections import Counter

import numpy as np

from jinglun.teaching.land import KM_PER_DEGREE
from jinglun.teaching.settings import settings
from jinglun.teaching.world import World

Point = tuple[float, float]


def _edges(ring: list[Point]) -> list[tuple[Point, Point]]:
    return list(itertools.pairwise(ring))


def _street_rings(world: World) -> list[list[Point]]:
    boxes = [tuple(int(e) for e in box) for box in world.land.cells]
    return [world.land.ring((b[0], b[1], b[2], b[3])) for b in boxes]


def test_streets_meet_without_gap_or_overlap_and_make_up_their_district(world: World) -> None:
    """All run one way round: an edge that two share is there once in each direction."""
    rings = _street_rings(world)
    for number in range(len(world.land.districts)):
        inside = [r for r, d in zip(rings, world.land.district, strict=True) if d == number]
        edges = Counter(e for ring in inside for e in _edges(ring))
        assert set(edges.values()) == {1}
        outer = {e for e in edges if (e[1], e[0]) not in edges}
        assert outer == set(_edges(world.land.ring(world.land.box(number))))


def test_districts_meet_without_gap_or_overlap(world: World) -> None:
    edges = Counter(
        e
        for n in range(len(world.land.districts))
        for e in _edges(world.land.ring(world.land.box(n)))
    )
    assert set(edges.values()) == {1}
    outer = [e for e in edges if (e[1], e[0]) not in edges]
    # What is left over is one closed line round the city.
    assert Counter(a for a, _ in outer) == Counter(b for _, b in outer)


def test_every_shape_runs_counter_clockwise_and_closes(world: World) -> None:
    assert (world.land.km2 > 0).all()
    assert all(ring[0] == ring[-1] for ring in _street_rings(world))


def test_the_city_lies_at_null_island_in_the_open_sea(world: World) -> None:
    """The nearest land to 0, 0 is over 500 km away; a third of a degree is 37 km."""
    points = np.array([p for ring in _street_rings(world) for p in ring])
    assert np.abs(points).max() < 1 / 3


def test_the_published_area_is_that_of_the_shape(world: World) -> None:
    """By the planar formula of the trapezoids, another than the one the program uses."""
    ring = np.array(_street_rings(world)[10])
    x, y = ring[:, 0] * KM_PER_DEGREE[0], ring[:, 1] * KM_PER_DEGREE[1]
    trapezoids = np.sum((x[1:] - x[:-1]) * (y[1:] + y[:-1]) / 2)
    assert abs(abs(trapezoids) - world.land.km2[10] / 100) <= 0.005


def test_no_two_places_share_a_name(world: World) -> None:
    peers = settings("shili")["peers"]
    names = [zh for zh, _ in world.land.names.values()]
    names += [peers["zh"].format(p["zh"]) for p in peers["list"]]
    assert len(set(names)) == len(names)
