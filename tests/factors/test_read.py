"""Whether each factor asks its question of all five domains alike, and answers it by its rule."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from jinglun import factors
from jinglun.factors import bigpicture, citizens, opendata, partnership
from jinglun.framework import DOMAIN_IDS, FACTOR_IDS
from jinglun.model.factors import Sign, Woven, is_open

MODULES = (bigpicture, citizens, opendata, partnership)


def woven(
    domains: dict[str, float | None] | None = None,
    signs: dict[str, Sign] | None = None,
    cells: dict[tuple[str, str], float | None] | None = None,
    purses: dict[str, float] | None = None,
) -> Woven:
    return Woven(domains or {}, cells or {}, signs or {}, purses or {})


def sign(domain: str | None = "services", factor: str = "citizens", **more: Any) -> Sign:
    return Sign(domain, factor, more.pop("value", 1.0), **more)


def codes(module: Any, given: Woven) -> list[str]:
    return [said.code for said in module.read(given).says]


def test_all_four_have_one_signature_and_answer_of_every_domain() -> None:
    signatures = {str(inspect.signature(module.read)) for module in MODULES}
    assert signatures == {"(woven: 'Woven') -> 'Reading'"}
    answers = factors.read(woven())
    assert tuple(a.factor for a in answers) == FACTOR_IDS
    assert {tuple(a.domains) for a in answers} == {tuple(DOMAIN_IDS)}


def test_a_verb_is_no_formula() -> None:
    assert "read" not in factors.load().formulas


@pytest.mark.parametrize(
    ("high", "code", "spread"), [(69.9, "together", 19.9), (70.0, "apart", 20.0)]
)
def test_domains_move_together_until_twenty_points_lie_between(
    high: float, code: str, spread: float
) -> None:
    said = bigpicture.read(woven({"economy": 50.0, "services": high, "operations": None})).says[0]
    assert said.code == code
    assert said.figures == {
        "spread": pytest.approx(spread),
        "strongest": "services",
        "weakest": "economy",
        "assessed": 2,
    }


def test_one_domain_alone_moves_with_none() -> None:
    assert codes(bigpicture, woven({"economy": 50.0})) == ["unassessed"]


def test_a_domain_is_set_beside_the_mean_and_its_sure_moves_are_counted() -> None:
    signs = {"a": sign(moves=1), "b": sign(moves=-1), "c": sign(moves=1), "d": sign()}
    answer = bigpicture.read(woven({"services": 56.0, "economy": 44.0, "operations": 50.0}, signs))
    services = answer.domains["services"]
    assert (services.code, services.figures["from_mean"]) == ("ahead", 6.0)
    assert [services.figures[k] for k in ("better", "worse", "measured")] == [2, 1, 4]
    assert [answer.domains[d].code for d in ("economy", "operations", "governance")] == [
        *("behind", "level", "unassessed")
    ]


@pytest.mark.parametrize(
    ("felt", "served", "code"),
    [(60, 70, "felt_less"), (61, 70, "felt_alike"), (80, 70, "felt_more"), (None, 70, "unheard")],
)
def test_what_people_say_is_set_beside_the_services(
    felt: float | None, served: float, code: str
) -> None:
    signs = {"citizen_experience": sign(None, score=felt)}
    assert codes(citizens, woven({"services": served}, signs))[0] == code


def test_where_services_are_not_assessable_nobody_is_heard() -> None:
    assert codes(citizens, woven(signs={"citizen_experience": sign(score=50.0)}))[0] == "unheard"


def test_people_are_left_behind_where_districts_are_twenty_points_apart() -> None:
    signs = {"a": sign(gap=30.0), "b": sign("economy", gap=10.0), "c": sign("economy")}
    answer = citizens.read(woven(signs=signs))
    assert answer.says[1].code == "left_behind"
    assert answer.says[1].figures == {"points": 20.0, "indicators": 2, "widest": "services"}
    found = {d: answer.domains[d].code for d in ("services", "economy", "governance")}
    assert found == {"services": "wide", "economy": "narrow", "governance": "not_by_district"}
    assert codes(citizens, woven(signs={"b": sign(gap=10.0)}))[1] == "close"
    assert codes(citizens, woven())[1] == "no_districts"


def test_what_could_be_opened_is_told_from_what_is() -> None:
    signs = {
        "a": sign(openable=True, opened=True),
        "b": sign(openable=True),
        # What may not be public is not counted as opened, wherever its data stand.
        "c": sign("economy", opened=True),
        "d": sign("operations", openable=True, opened=True),
        "e": sign("governance", openable=True),
    }
    answer = opendata.read(woven(signs=signs))
    assert answer.says[0].code == "some_opened"
    assert answer.says[0].figures == {"measured": 5, "openable": 4, "opened": 2}
    assert answer.says[1].code == "domains_closed"
    assert answer.says[1].figures["domains"] == ["economy", "governance", "infrastructure"]
    assert {d: said.code for d, said in answer.domains.items()} == {
        "services": "some_opened",
        "economy": "none_openable",
        "operations": "all_opened",
        "governance": "none_opened",
        "infrastructure": "none_measured",
    }


def test_where_every_domain_has_something_opened_it_is_said() -> None:
    signs = {d: sign(d, openable=True, opened=True) for d in DOMAIN_IDS}
    assert codes(opendata, woven(signs=signs)) == ["all_opened", "every_domain"]


@pytest.mark.parametrize(
    ("share", "code"), [(10.0, "others_pay"), (9.9, "city_pays"), (None, "payers_unknown")]
)
def test_who_pays_is_told_by_the_share_from_outside(share: float | None, code: str) -> None:
    signs = {} if share is None else {"nonbudget_share": sign(None, value=share)}
    assert codes(partnership, woven(signs=signs))[0] == code


def test_committed_money_is_parted_by_who_pays_it() -> None:
    said = partnership.read(woven(purses={"city": 60.0, "fees": 10.0, "private": 30.0})).says[1]
    assert (said.code, said.figures) == ("others_commit", {"share": 40.0, "payer": "private"})
    assert codes(partnership, woven(purses={"city": 60.0}))[1] == "city_commits"
    assert codes(partnership, woven(purses={}))[1] == "nothing_committed"


@pytest.mark.parametrize(
    ("score", "code"),
    [(32.9, "alone"), (33.0, "some"), (67.0, "shared"), (None, "unassessed")],
)
def test_a_domain_is_shared_by_the_score_of_its_own_cell(score: float | None, code: str) -> None:
    signs = {"a": sign(factor="partnership"), "b": sign()}
    answer = partnership.read(woven(signs=signs, cells={("services", "partnership"): score}))
    assert answer.domains["services"].code == code
    assert answer.domains["services"].figures["measured"] == 1


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("CC BY 4.0", True),
        ("CC-BY-SA-3.0", True),
        ("CC0 1.0", True),
        ("MIT", True),
        ("Apache-2.0", True),
        ("public domain", True),
        ("CC BY-NC 4.0", False),
        ("CC BY-ND 4.0", False),
        ("internal", False),
        ("public", False),
        ("CC BYTE", False),
        ("", False),
    ],
)
def test_a_licence_is_open_where_anyone_may_use_the_data_for_anything(
    licence: str, expected: bool
) -> None:
    assert is_open(licence) is expected
