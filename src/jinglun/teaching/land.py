"""Where the invented city lies: its districts and streets as shapes that fit without a gap."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from jinglun.model.arrays import Array
from jinglun.teaching.dice import Ints, stream
from jinglun.teaching.settings import settings

# Length of a degree at the equator, WGS 84: of longitude and of latitude.
KM_PER_DEGREE = (111.320, 110.574)
DIGITS = 5


@dataclass(frozen=True)
class Land:
    """The streets in order, the district of each by position, and where they stand in the lattice.

    `cells` is [street, (x0, x1, y0, y1)] in cells; `km2` is [street] in hundredths.
    """

    seed: int
    districts: tuple[str, ...]
    streets: tuple[str, ...]
    names: dict[str, tuple[str, str]]
    district: Ints
    cells: Ints
    km2: Ints

    def ring(self, box: tuple[int, int, int, int]) -> list[tuple[float, float]]:
        """Return the border of a box of the lattice as drawn, counter-clockwise and closed."""
        lon, lat = self.bent(*_border(box))
        return list(zip(lon.tolist(), lat.tolist(), strict=True))

    def box(self, district: int) -> tuple[int, int, int, int]:
        """Return the box of a whole district."""
        inside = self.cells[self.district == district]
        x0, y0 = inside[:, 0].min(), inside[:, 2].min()
        return int(x0), int(inside[:, 1].max()), int(y0), int(inside[:, 3].max())

    def bent(self, x: Array, y: Array) -> tuple[Array, Array]:
        """Return longitude and latitude of points of the lattice, its lines bent by the waves."""
        shape = settings("shili")["shape"]
        phases = _phases(self.seed)
        bent_x, bent_y = np.array(x, float), np.array(y, float)
        for wave, (one, other) in zip(shape["waves"], phases, strict=True):
            turn = 2 * math.pi
            bent_x += wave["amplitude"] * np.sin(turn * (x / wave["x"] + y / wave["y"]) + one)
            bent_y += wave["amplitude"] * np.sin(turn * (y / wave["x"] - x / wave["y"]) + other)
        size = shape["cell_degrees"]
        lon = size * (bent_x - shape["columns"] / 2)
        lat = size * (bent_y - shape["rows"] / 2)
        # Adding zero turns -0.0 into 0.0.
        return np.round(lon, DIGITS) + 0.0, np.round(lat, DIGITS) + 0.0


@functools.cache
def _phases(seed: int) -> list[tuple[float, float]]:
    rng = stream(seed, "shape")
    waves = settings("shili")["shape"]["waves"]
    return [tuple(rng.uniform(0, 2 * math.pi, 2).tolist()) for _ in waves]


def _border(box: tuple[int, int, int, int]) -> tuple[Array, Array]:
    x0, x1, y0, y1 = box
    step = settings("shili")["shape"]["points_per_cell"]
    across = np.arange(x0 * step, x1 * step + 1) / step
    up = np.arange(y0 * step, y1 * step + 1) / step
    x = np.concatenate([across, np.full(len(up) - 1, x1), across[-2::-1], np.full(len(up) - 1, x0)])
    y = np.concatenate([np.full(len(across), y0), up[1:], np.full(len(across) - 1, y1), up[-2::-1]])
    return x.astype(float), y.astype(float)


def surveyed(seed: int) -> Land:
    """Cut the districts into streets and measure them."""
    blocks: list[dict[str, Any]] = settings("shili")["district"]
    streets: list[str] = []
    names: dict[str, tuple[str, str]] = {}
    district: list[int] = []
    cells: list[tuple[int, int, int, int]] = []
    for number, block in enumerate(blocks):
        names[block["id"]] = (block["zh"], f"{block['en']} District")
        rows, columns = itertools.pairwise(block["cut_y"]), list(itertools.pairwise(block["cut_x"]))
        boxes = [(x0, x1, y0, y1) for y0, y1 in rows for x0, x1 in columns]
        for at, (box, (zh, en)) in enumerate(zip(boxes, block["streets"], strict=True), start=1):
            streets.append(f"{block['id']}{at:02}")
            names[streets[-1]] = (zh, f"{en} {'Town' if zh.endswith('镇') else 'Subdistrict'}")
            district.append(number)
            cells.append(box)
    ids = tuple(block["id"] for block in blocks)
    empty = np.zeros(len(streets), np.int64)
    land = Land(seed, ids, tuple(streets), names, np.array(district), np.array(cells), empty)
    km2 = np.array([round(100 * _km2(land.ring(box))) for box in cells], np.int64)
    return Land(seed, ids, land.streets, names, land.district, land.cells, km2)


def _km2(ring: list[tuple[float, float]]) -> float:
    """Return the area of a closed ring near the equator, where the globe is as good as flat."""
    x = np.array([p[0] for p in ring]) * KM_PER_DEGREE[0]
    y = np.array([p[1] for p in ring]) * KM_PER_DEGREE[1]
    return float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]) / 2)
