"""A place has a parent, a role and a name in every language, if only a borrowed one."""

from __future__ import annotations

from jinglun.model.places import Place, Places

CITY = Place("c", "city", None, "subject", {"zh": "城", "en": "City"})
NORTH = Place("n", "district", "c", "district", {"fr": "Nord", "ar": "شمال"})
SOUTH = Place("s", "district", "c", "district", {"ar": "جنوب"})
TRACT = Place("t", "tract", "n", "peer", {})
LOST = Place("x", "district", "nowhere", "peer", {"en": ""})
PLACES = Places((CITY, NORTH, SOUTH, TRACT, LOST), ("tract", "district", "city"))


def test_a_name_is_in_the_language_asked_else_english_else_french_else_any_else_the_id() -> None:
    assert [CITY.title("zh"), CITY.title("en"), CITY.title("ar")] == ["城", "City", "City"]
    assert [NORTH.title("zh"), NORTH.title("ar")] == ["Nord", "شمال"]
    assert [SOUTH.title("en"), TRACT.title("en"), LOST.title("en")] == ["جنوب", "t", "x"]


def test_children_are_direct_and_only_of_places_that_exist() -> None:
    assert PLACES.children() == {0: [1, 2], 1: [3]}


def test_places_are_found_by_id_and_by_role() -> None:
    assert PLACES.ids == ["c", "n", "s", "t", "x"]
    assert PLACES.index() == {"c": 0, "n": 1, "s": 2, "t": 3, "x": 4}
    assert (PLACES.subject, PLACES.of_role("district"), PLACES.of_role("peer")) == (
        0,
        [1, 2],
        [3, 4],
    )
