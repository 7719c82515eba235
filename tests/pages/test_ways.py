"""Whether the head of the pages is short and leads only to pages that there are."""

from __future__ import annotations

import pytest

from jinglun.pages.ways import WAYS, ways
from jinglun.pages.words import words


def test_no_more_than_a_dozen_links_even_when_every_page_is_there() -> None:
    names = [name for _, group in WAYS for name in group]
    assert len(names) == len(set(names)) <= 12


def test_a_page_that_is_not_there_is_not_linked_and_an_empty_group_is_left_out() -> None:
    assert ways({"index.html", "method.html", "sub/doubt.html"}) == [
        ("now", ["index"]),
        ("data", ["method"]),
    ]
    assert ways([]) == []


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_link_is_a_word_or_two(lang: str) -> None:
    w = words(lang)
    for group, names in WAYS:
        said = [w(f"nav.{'data_page' if name == 'data' else name}") for name in names]
        assert all(len(s) <= (4 if lang == "zh" else 12) for s in [*said, w(f"nav.{group}")][:-1])
