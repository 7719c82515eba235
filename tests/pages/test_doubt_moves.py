"""Whether nothing is told apart that its errors do not tell apart."""

from __future__ import annotations

from typing import Any

import pytest

from jinglun.pages.doubt_moves import WEIGHTS, apart, bound, of_unit, rounded, tiers


def _row(group: str, total: float | None, error: float = 0.01) -> dict[str, Any]:
    return {
        **{"unit": "headline", "key": "", "group": group},
        **{"first": total, "first_error": error, "total": total, "total_error": error},
    }


def test_an_index_within_two_errors_of_nothing_is_not_told_from_it() -> None:
    assert apart(_row("a", 0.21, 0.1), "total")
    assert not apart(_row("a", 0.2, 0.1), "total")
    assert not apart(_row("a", -0.1), "first") and not apart(_row("a", None), "first")


def test_a_group_is_in_the_tier_of_one_that_two_errors_do_not_part_it_from() -> None:
    """Of errors 0.03 and 0.04 together 0.05: 0.5 and 0.41 are one tier, 0.39 is the next."""
    rows = [_row("a", 0.5, 0.03), _row("b", 0.41, 0.04), _row("c", 0.39, 0.04), _row("d", 0.04)]
    assert [[r["group"] for r in tier] for tier in tiers(rows)] == [["a", "b"], ["c"]]


def test_groups_without_a_part_in_the_result_are_left_out() -> None:
    rows = [_row("b", 0.2), _row("a", 0.2), _row("c", 0.0), _row("d", None), _row("e", 0.9)]
    assert [r["group"] for r in of_unit(rows, "headline")] == ["e", "a", "b"]
    assert of_unit(rows, "rank") == []


def test_what_weights_do_together_is_bounded_by_their_sum_and_its_errors() -> None:
    """0.05 + 0.06 and two errors of 0.01 each are 0.15: less than two tenths."""
    rows = [_row("weights_cells", 0.05), _row("weights_domains", 0.06), _row("own", 0.7)]
    assert bound(rows, WEIGHTS) == 2
    assert bound([_row("own", 0.7)], WEIGHTS) == 0


@pytest.mark.parametrize(
    ("share", "error", "told"), [(0.617, 0.054, 60), (0.617, 0.03, 60), (0.634, 0.03, 65)]
)
def test_a_share_is_rounded_as_coarsely_as_it_errs(share: float, error: float, told: int) -> None:
    assert rounded(share, error) == told
    assert rounded(0.617, 0.01) == 62 and rounded(1.04, 0.01) == 100
