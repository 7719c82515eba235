"""How open data 数据开放 is measured: how well opened and how much reused."""

from __future__ import annotations

from jinglun.model.arrays import Array


def open_data_stars(star_sum: Array, open_datasets: Array) -> Array:
    """Mean stars of the open datasets on the five-star scale, stars."""
    return star_sum / open_datasets


def reuses_per_100_datasets(reuses: Array, open_datasets: Array) -> Array:
    """Known reuses per hundred open datasets."""
    return 100 * reuses / open_datasets
