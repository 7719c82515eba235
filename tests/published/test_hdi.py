"""The Human Development Index of 2013 (UNDP, Report 2014): goalposts and a geometric mean."""

from __future__ import annotations

import math

import numpy as np
import pytest

from jinglun.methods.composite import composite
from jinglun.methods.hierarchy import Hierarchy, Node
from jinglun.methods.recipe import Recipe

# Technical note 1: life 20-85 years, mean schooling 0-15, expected 0-18, income 100-75,000 dollars
# in logarithms; education is the plain mean of its two, the index the geometric mean of three.
HDI = Hierarchy(
    [
        Node("hdi"),
        Node("health", "hdi"),
        Node("education", "hdi"),
        Node("income", "hdi"),
        Node("life", "health", zero=20, full=85),
        Node("mean_years", "education", zero=0, full=15),
        Node("expected_years", "education", zero=0, full=18),
        Node("log_income", "income", zero=math.log(100), full=math.log(75_000)),
    ]
)
RECIPE = Recipe(treat=None, normalise="goalposts", aggregate=("arithmetic", "geometric"))

# Table 1 of the report: index, life expectancy, mean years, expected years, income a head.
PUBLISHED = {
    "Norway": (0.944, 81.5, 12.6, 17.6, 63909),
    "Australia": (0.933, 82.5, 12.8, 19.9, 41524),
    "Switzerland": (0.917, 82.6, 12.2, 15.7, 53762),
    "Netherlands": (0.915, 81.0, 11.9, 17.9, 42397),
    "United States": (0.914, 78.9, 12.9, 16.5, 52308),
    "Germany": (0.911, 80.7, 12.9, 16.3, 43049),
    "New Zealand": (0.910, 81.1, 12.5, 19.4, 32569),
    "Canada": (0.902, 81.5, 12.3, 15.9, 41887),
    "Singapore": (0.901, 82.3, 10.2, 15.4, 72371),
    "Denmark": (0.900, 79.4, 12.1, 16.9, 42880),
    "Ireland": (0.899, 80.7, 11.6, 18.6, 33414),
    "Sweden": (0.898, 81.8, 11.7, 15.8, 43201),
    "Iceland": (0.895, 82.1, 10.4, 18.7, 35117),
    "United Kingdom": (0.892, 80.5, 12.3, 16.2, 35002),
}


def index(rows: np.ndarray) -> np.ndarray:
    data = np.column_stack([rows[:, :3], np.log(rows[:, 3])])
    return composite(data, HDI, RECIPE).score("hdi") / 100


@pytest.mark.parametrize("country", PUBLISHED)
def test_the_published_index_lies_where_its_rounded_figures_put_it(country: str) -> None:
    """The figures are printed to a tenth of a year, the index to three decimals."""
    printed, *figures = PUBLISHED[country]
    half = np.array([0.05, 0.05, 0.05, 0.5])
    low, high = index(np.array([figures - half, figures + half]))
    assert low - 0.0005 <= printed <= high + 0.0005
    assert high - low < 0.004


def test_the_ranks_of_the_report_follow_where_it_prints_a_difference() -> None:
    rows = np.array([figures[1:] for figures in PUBLISHED.values()])
    found = index(rows)
    printed = np.array([figures[0] for figures in PUBLISHED.values()])
    apart = printed[:, None] - printed[None, :] > 0.003
    assert (found[:, None] > found[None, :])[apart].all()
