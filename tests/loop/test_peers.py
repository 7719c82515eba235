"""Whether comparable cities are of the city's size, most like it, and the same in any order."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jinglun.loop.peers import comparable, comparables, comparison
from jinglun.model.catalogue import Catalogue
from jinglun.model.city import Peers
from jinglun.model.errors import Problem
from jinglun.pages.words import words

MAKE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)


def structured(toy: Any) -> Any:
    toy.variable("resident_pop")
    toy.variable("households")
    toy.variable("urban_core_pop")
    return toy


def city(toy: Any, ident: str, people: float | None, households: float | None = None) -> None:
    if ident != "c":
        toy.place(ident, "city")
    if people is not None:
        toy.fact(ident, "resident_pop", people)
    if households is not None:
        toy.fact(ident, "households", households)


def names(toy: Any) -> list[str]:
    made = toy.case()
    return [made.sensed.places.ids[p] for p in comparable(made)]


def test_of_those_of_its_size_the_most_alike_come_first(toy: Any) -> None:
    toy.settings["peers"] = Peers(count=2)
    structured(toy)
    city(toy, "c", 1000, 400)  # 2.5 people a household
    city(toy, "twin", 1000, 400)
    city(toy, "crowded", 1000, 200)
    city(toy, "smaller", 900, 360)
    city(toy, "half", 500, 200)
    # Of quite the same households, but ten times as large: the fifth nearest in size, of 2 x 2.
    city(toy, "giant", 10_000, 4_000)
    assert names(toy) == ["twin", "smaller"]
    found = comparables(toy.case())
    assert (found["rule"], found["of"], found["wanted"]) == ("population", 5, 2)
    assert found["features"] == ["population", "household_size"]
    assert found["places"][0] == {"place": "twin", "distance": 0.0, "added": False}


def test_a_city_of_its_size_class_comes_before_a_nearer_one(toy: Any) -> None:
    """Built-up 1.0 and 2.9 million are one class in China, 0.95 million another."""
    toy.settings["peers"] = Peers(count=1)
    structured(toy)
    for ident, core in (("c", 1e6), ("large", 2.9e6), ("medium", 0.95e6)):
        city(toy, ident, core)
        toy.fact(ident, "urban_core_pop", core)
    assert names(toy) == ["large"]
    assert comparison(toy.case()).rule == "class"
    toy.settings["peers"] = Peers(count=2)
    assert names(toy) == ["large", "medium"]
    assert comparison(toy.case()).rule == "class_and_population"
    found = comparables(toy.case())
    # The medium one is nearer; it is told first, as added for want of others of the class.
    told = [(p["place"], p["added"]) for p in found["places"]]
    assert told == [("medium", True), ("large", False)]
    assert found["alike"] == (found["places"][0]["distance"] <= found["far"] == 1.2)


def test_the_city_may_name_them(toy: Any) -> None:
    toy.settings["peers"] = Peers(choose=("giant", "blank"))
    structured(toy)
    city(toy, "c", 1000)
    city(toy, "twin", 1001)
    city(toy, "giant", 9000)
    city(toy, "blank", None)
    found = comparables(toy.case())
    assert [p["place"] for p in found["places"]] == ["giant", "blank"]
    assert (found["rule"], found["places"][1]["distance"]) == ("chosen", None)


def test_without_a_population_the_profile_alone_decides(toy: Any) -> None:
    structured(toy)
    toy.variable("urban_pop")
    toy.variable("gdp")
    toy.variable("industrial_value_added")
    for ident, industry in (("c", 40), ("near", 45), ("far", 90)):
        city(toy, ident, None)
        toy.fact(ident, "gdp", 100)
        toy.fact(ident, "industrial_value_added", industry)
    assert names(toy) == ["near", "far"]
    assert comparison(toy.case()).rule == "profile"


def test_without_peers_or_anything_in_common_there_are_none(toy: Any) -> None:
    structured(toy)
    city(toy, "c", 1000)
    assert comparables(toy.case())["rule"] == "none"
    city(toy, "blank", None)
    found = comparables(toy.case())
    assert (found["places"], found["rule"], found["of"]) == ([], "none", 1)


def test_a_place_of_another_level_is_no_peer(toy: Any) -> None:
    structured(toy)
    city(toy, "c", 1000)
    toy.place("quarter", "district")
    toy.fact("quarter", "resident_pop", 1000)
    city(toy, "twin", 1001)
    assert names(toy) == ["twin"]


@MAKE
@given(
    st.lists(st.tuples(st.integers(1, 50), st.integers(1, 50)), min_size=1, max_size=8),
    st.randoms(),
)
def test_the_order_of_places_does_not_matter(
    toy: Any, sizes: list[tuple[int, int]], chance: Any
) -> None:
    fresh = type(toy)

    def made(order: list[int]) -> list[str]:
        toy = fresh()
        toy.settings["peers"] = Peers(count=3)
        toy.place("c", "city", None, "subject")
        structured(toy)
        city(toy, "c", 10, 5)
        for n in order:
            city(toy, f"p{n}", *sizes[n])
        return names(toy)

    order = list(range(len(sizes)))
    straight = made(order)
    chance.shuffle(order)
    assert made(order) == straight


@pytest.mark.parametrize(
    ("block", "code", "place"),
    [
        ("count = 0", "wrong_value", "peers.count"),
        ("count = 5000", "wrong_value", "peers.count"),
        ('choose = ["p", "p"]', "twice", "peers.choose"),
        ('choices = ["p"]', "unknown_key", "peers.choices"),
        ("choose = [3]", "wrong_value", "peers.choose.0"),
    ],
)
def test_a_choice_that_cannot_be_followed_is_told(
    write_city: Callable[..., Path],
    problems_of: Callable[[Path], list[Problem]],
    block: str,
    code: str,
    place: str,
) -> None:
    folder = write_city()
    text = (folder / "city.toml").read_text()
    (folder / "city.toml").write_text(f"{text}[peers]\n{block}\n")
    assert (code, place) in [(p.code, p.place) for p in problems_of(folder)]


def test_a_peer_that_is_no_place_of_its_level_is_told(
    write_city: Callable[..., Path], sense_city: Callable[[Path], Any]
) -> None:
    folder = write_city()
    text = (folder / "city.toml").read_text()
    (folder / "city.toml").write_text(f'{text}[peers]\nchoose = ["p", "n", "c", "pp"]\n')
    told = [(p.code, p.found, p.hint) for p in sense_city(folder).problems]
    assert told == [
        ("peer_of_other_level", "n", "p"),
        ("peer_itself", "c", ""),
        ("unknown_place", "pp", "p"),
    ]


def test_every_feature_of_the_profile_is_known_and_has_its_words(catalogue: Catalogue) -> None:
    """None of them is scored: not one indicator that counts is made of a feature's parts alone."""
    text = resources.files("jinglun.loop.rules").joinpath("profile.toml").read_text("utf-8")
    features = tomllib.loads(text)["feature"]
    parts = [{f[key] for key in ("of", "per") if key in f} for f in features]
    assert set().union(*parts) <= set(catalogue.variables)
    for tag in ("zh", "en"):
        assert all(words(tag).has(f"profile.feature.{f['id']}") for f in features)
    # How many live in over-dense districts is another thing than how dense the city is.
    counted = [i for i in catalogue.indicators.values() if i.role == "score" and i.over is None]
    scored = [set(i.parameters) for i in counted]
    assert [p for p in parts if len(p) == 2 and p in scored] == []
