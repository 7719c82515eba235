"""Whether a place without a score can be taken for the first."""

from __future__ import annotations

import numpy as np

from jinglun.loop.doubt_ranks import places_ahead


def test_a_place_without_a_score_is_behind_all_that_have_one() -> None:
    """By hand: of 50, 70, NaN and 60 one is ahead of 65, three of NaN; of the first two 1 and 2."""
    others = [50.0, 70.0, np.nan, 60.0]
    scores = np.array([[[65.0, *others]], [[np.nan, *others]]], np.float32)
    ahead = places_ahead(scores, [np.arange(4), np.array([0, 1])])
    assert ahead[:, 0].tolist() == [[1, 1], [3, 2]]
