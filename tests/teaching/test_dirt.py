"""Whether just the rows that shall be spoilt are spoilt, each in its way."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from jinglun.teaching.dirt import doubles, planted, soiled
from jinglun.teaching.rows import Rows, moments, numbered, words
from jinglun.teaching.settings import settings

SIZE = 500


def _rows() -> Rows:
    return {
        "request_id": numbered("SL", np.arange(SIZE), 6),
        "place": words(np.arange(SIZE) % 3, ["a", "b", "c"]),
        "received_at": moments(np.arange(SIZE)),
    }


def test_each_fault_stands_in_as_many_rows_as_planned() -> None:
    spoilt, sound = soiled(_rows(), "requests", 0)
    counts = planted("requests")
    assert len(spoilt["place"]) == len(sound) == SIZE + doubles("requests")
    assert (~sound).sum() == sum(counts.values())
    places = spoilt["place"].to_pylist()
    assert places.count(settings("truths")["dirty"]["words"]["place"]) == counts["unknown_place"]
    assert spoilt["received_at"].null_count == counts["bad_time"]
    ids = spoilt["request_id"].to_pylist()
    assert len(ids) - len(set(ids)) == counts["twice"]


def test_the_rows_called_sound_are_as_they_were() -> None:
    before, (spoilt, sound) = _rows(), soiled(_rows(), "requests", 0)
    kept = pa.array(sound[:SIZE])
    for name, held in before.items():
        assert spoilt[name].slice(0, SIZE).filter(kept).to_pylist() == held.filter(kept).to_pylist()


def test_a_copy_is_of_a_sound_row_and_comes_after_it() -> None:
    spoilt, sound = soiled(_rows(), "requests", 0)
    ids = spoilt["request_id"].to_pylist()
    for copy in range(SIZE, len(ids)):
        first = ids.index(ids[copy])
        assert first < SIZE and sound[first] and not sound[copy]
