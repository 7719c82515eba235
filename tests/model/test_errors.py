"""A problem says where it stands, and all of them travel in one error."""

from __future__ import annotations

import pytest

from jinglun.model.errors import InputError, Problem, nearest


def test_an_input_error_carries_every_problem() -> None:
    problems = [Problem("no_file", "city.toml", ""), Problem("bad_weight", "city.toml", "w", "-1")]
    with pytest.raises(InputError) as caught:
        raise InputError(iter(problems))
    assert caught.value.problems == tuple(problems)
    assert "no_file" in str(caught.value) and "bad_weight" in str(caught.value)


def test_the_nearest_word_is_a_likely_slip_or_nothing() -> None:
    words = ["resident_pop", "residential_ha", "rooms"]
    assert nearest("resident_pup", words) == "resident_pop"
    assert nearest("room", words) == "rooms"
    assert nearest("gdp", words) == ""
    assert nearest("", words) == "" and nearest("x", []) == ""
