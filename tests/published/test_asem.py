"""ASEM, the example of COINr 1.1.14: the same scores, ranks and treatments, recipe by recipe."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from jinglun.methods import imputation
from jinglun.methods.aggregation import outranking
from jinglun.methods.composite import composite
from jinglun.methods.hierarchy import Hierarchy
from jinglun.methods.normalisation import rank
from jinglun.methods.recipe import Recipe
from jinglun.methods.treatment import Rule, moments, treat
from jinglun.methods.weighting import correlation, first_loadings

# The file prints two decimals, so no closer agreement can be seen in it.
PRINTED = 0.005 + 1e-6
RECIPE = Recipe(impute="group_mean", keep=0.9, treat=Rule(2.0, 3.5, 5))


def test_all_sixty_scores_of_all_countries_are_those_of_coinr(asem: Any) -> None:
    ours = composite(asem.data, asem.hierarchy, RECIPE, asem.inputs)
    assert ours.scores.shape == asem.scores.shape == (51, 60)
    assert ours.kept.all() and not np.isnan(ours.scores).any()
    assert np.abs(ours.scores - asem.scores).max() <= PRINTED


def test_the_ranks_are_those_of_coinr(asem: Any) -> None:
    ours = composite(asem.data, asem.hierarchy, RECIPE, asem.inputs)
    assert ours.rank("Index").tolist() == asem.ranks.tolist()


def test_screening_before_imputing_is_another_recipe(asem: Any) -> None:
    """So the file tells the order: it holds 51 countries, and 5 of them lack over a tenth."""
    early = composite(asem.data, asem.hierarchy, replace(RECIPE, screen_first=True), asem.inputs)
    assert early.kept.sum() == 46
    assert np.isnan(early.score("Index")).sum() == 5


@pytest.mark.parametrize(
    "other",
    [
        {"treat": None},
        {"treat": Rule(points=2)},
        {"impute": "mean"},
        {"denominate": False},
        {"weigh": "equal"},
        {"aggregate": "median"},
    ],
)
def test_every_step_of_the_recipe_is_needed_for_the_match(asem: Any, other: dict[str, Any]) -> None:
    ours = composite(asem.data, asem.hierarchy, replace(RECIPE, **other), asem.inputs)
    assert np.nanmax(np.abs(ours.scores - asem.scores)) > 1


def test_fifteen_indicators_are_treated_and_none_needs_logarithms(asem: Any) -> None:
    """COINr tells no more of this than its scores; the counts are those of a loop by hand."""
    ours = composite(asem.data, asem.hierarchy, RECIPE, asem.inputs)
    assert ours.treated is not None
    done = dict(zip(asem.hierarchy.indicator_ids(), ours.treated.done(), strict=True))
    assert sum(d == "winsorised" for d in done.values()) == 15
    assert "log" not in done.values() and ours.treated.passed.all()
    # Women's work is skewed to the left, so that one low point is raised.
    at = list(done).index("FemLab")
    assert (ours.treated.low[at], ours.treated.high[at]) == (1, 0)


# Skewness, kurtosis, points moved, skewness and kurtosis then: the example of `Treat.coin`.
TREAT_COIN = {
    "LPI": (-0.3042681, -0.6567514, 0, -0.3042681, -0.6567514),
    "Flights": (2.1032872, 4.5088794, 1, 1.900658, 3.336065),
    "Ship": (-0.5756680, -0.6814795, 0, -0.5756680, -0.6814795),
    "Bord": (2.1482360, 5.7914905, 1, 1.899211, 4.346298),
    "Elec": (2.2252736, 5.7910268, 1, 1.717744, 2.586062),
    "Gas": (2.8294486, 10.3346494, 1, 1.602518, 1.525576),
    # The example of `Treat.data.frame`.
    "Goods": (2.649973, 8.266610, 2, 1.140608, 0.1572047),
    "Services": (1.701085, 2.375656, 0, 1.701085, 2.375656),
}


def test_the_raw_indicators_are_treated_as_the_manual_of_coinr_prints(asem: Any) -> None:
    treated, ids = treat(asem.data), asem.hierarchy.indicator_ids()
    after = moments(treated.values)
    for name, printed in TREAT_COIN.items():
        at = ids.index(name)
        before = (treated.skewness[at], treated.kurtosis[at])
        found = (*before, treated.high[at], after[0][at], after[1][at])
        assert found == pytest.approx(printed, abs=6e-7), name
        assert treated.low[at] == 0


def test_logarithms_follow_where_one_point_is_not_enough_as_the_manual_prints(asem: Any) -> None:
    """The example of `qTreat.data.frame`: one point, skewness 1.5, kurtosis 3."""
    ids = asem.hierarchy.indicator_ids()
    of = [ids.index(i) for i in ("Flights", "Goods", "Services")]
    treated = treat(asem.data[:, of], Rule(skewness=1.5, kurtosis=3, points=1))
    assert treated.done().tolist() == ["log", "log", "none"] and treated.passed.all()
    skewness, kurtosis = moments(treated.values)
    assert skewness[:2] == pytest.approx([-0.09502644, 0.03104001], abs=1e-8)
    assert kurtosis[:2] == pytest.approx([-0.8305217, -0.8888965], abs=1e-7)


# --- three other recipes, by COINr itself ---

# The table of `compare_coins_multi` in COINr's vignette `adjustments`: country; the example;
# percentile ranks; without LPI and Forest; no imputation, but no country under 90 % of the data.
COMPARED = """
CHE 1 1 1 1
NLD 2 4 4 3
DNK 3 2 2 2
NOR 4 3 3 4
BEL 5 7 6 5
SWE 6 5 5 6
AUT 7 6 7 7
LUX 8 10 8 8
DEU 9 8 11 9
MLT 10 19 9 13
SVN 11 9 10 10
IRL 12 14 12 12
FIN 13 13 13 14
SGP 14 15 14 11
GBR 15 12 16 15
LTU 16 11 15 16
CZE 17 18 19 17
HRV 18 23 21 19
ESP 19 24 20 24
HUN 20 22 22 20
FRA 21 21 25 18
EST 22 16 23 23
LVA 23 20 17 21
SVK 24 26 24 22
ROU 25 25 26 25
POL 26 28 27 27
PRT 27 17 18 26
ITA 28 27 28 28
CYP 29 30 29 29
BGR 30 29 30 31
KOR 31 33 31 30
GRC 32 32 32 33
NZL 33 34 33 32
JPN 34 31 34 34
AUS 35 35 37 35
VNM 36 37 36 36
KHM 37 36 35 NA
PHL 38 40 40 39
MYS 39 38 38 38
BRN 40 41 45 NA
MMR 41 42 39 NA
THA 42 43 42 37
IDN 43 49 41 41
MNG 44 48 47 42
IND 45 46 46 40
BGD 46 44 44 NA
KAZ 47 45 49 43
LAO 48 39 43 NA
CHN 49 51 50 45
PAK 50 47 48 44
RUS 51 50 51 46
"""


def _printed(column: int) -> dict[str, str]:
    lines = [line.split() for line in COMPARED.strip().splitlines()]
    return {line[0]: line[column] for line in lines}


def _places(ranks: np.ndarray, countries: list[str]) -> dict[str, str]:
    texts = ["NA" if np.isnan(r) else f"{r:.0f}" for r in ranks]
    return dict(zip(countries, texts, strict=True))


def test_percentile_ranks_place_countries_as_coinr_does(asem: Any) -> None:
    recipe = replace(RECIPE, normalise="percentile_rank")
    ours = composite(asem.data, asem.hierarchy, recipe, asem.inputs)
    assert _places(ours.rank("Index"), asem.countries) == _printed(2)


def test_without_two_indicators_countries_are_placed_as_coinr_does(asem: Any) -> None:
    """Another hierarchy: 47 indicators."""
    ids = asem.hierarchy.indicator_ids()
    left = Hierarchy(n for n in asem.hierarchy.nodes if n.id not in ("LPI", "Forest"))
    data = asem.data[:, [ids.index(i) for i in left.indicator_ids()]]
    ours = composite(data, left, RECIPE, asem.inputs)
    assert _places(ours.rank("Index"), asem.countries) == _printed(3)


def test_screened_and_not_imputed_countries_are_placed_as_coinr_does(asem: Any) -> None:
    """Gaps are left out of the means; five countries are not placed."""
    recipe = replace(RECIPE, impute="none", screen_first=True)
    ours = composite(asem.data, asem.hierarchy, recipe, asem.inputs)
    assert _places(ours.rank("Index"), asem.countries) == _printed(4)


def test_principal_components_of_incomplete_data_are_those_of_coinr(asem: Any) -> None:
    """The example of `get_PCA`: raw data of the social indicators, complete countries only."""
    ids = asem.hierarchy.indicator_ids()
    of = [ids.index(i) for i in _children(asem)["Social"]]
    roots = np.sqrt(np.linalg.eigvalsh(correlation(asem.data[:, of]))[::-1])
    printed = [2.2042, 1.1256, 0.9788, 0.78834, 0.77153, 0.56836, 0.42463, 0.36068, 0.25760]
    assert roots == pytest.approx(printed, abs=6e-5)


# --- other recipes, each against a second way to the same number ---


def test_geometric_scores_are_products_of_powers(asem: Any) -> None:
    """With scores from 1 to 100 no floor acts, as in COINr's vignette `aggregate`."""
    recipe = replace(RECIPE, interval=(1.0, 100.0), aggregate="geometric")
    ours = composite(asem.data, asem.hierarchy, recipe, asem.inputs)
    mean = {
        name: np.prod([ours.score(c) for c in children], axis=0) ** (1 / len(children))
        for name, children in _children(asem).items()
        if name and asem.hierarchy.levels[asem.hierarchy.places[name]] == 2
    }
    sides = [["Physical", "ConEcFin", "Political", "Instit", "P2P"]]
    sides += [["Environ", "Social", "SusEcFin"]]
    roots = [np.prod([mean[n] for n in side], axis=0) ** (1 / len(side)) for side in sides]
    np.testing.assert_allclose(ours.score("Index"), np.sqrt(roots[0] * roots[1]), rtol=1e-12)


def _children(asem: Any) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for node in asem.hierarchy.nodes:
        found.setdefault(node.parent, []).append(node.id)
    return found


def test_z_scores_have_the_mean_and_deviation_asked_for(asem: Any) -> None:
    recipe = replace(RECIPE, normalise="z_score", centre=(10.0, 2.0))
    ours = composite(asem.data, asem.hierarchy, recipe, asem.inputs)
    np.testing.assert_allclose(ours.normalised.mean(axis=0), 10, atol=1e-9)
    np.testing.assert_allclose(ours.normalised.std(axis=0, ddof=1), 2, atol=1e-9)


def test_min_max_and_z_scores_rank_countries_alike_within_an_indicator(asem: Any) -> None:
    z = composite(asem.data, asem.hierarchy, replace(RECIPE, normalise="z_score"), asem.inputs)
    ranks = composite(asem.data, asem.hierarchy, replace(RECIPE, normalise="rank"), asem.inputs)
    np.testing.assert_array_equal(rank(z.normalised.round(9)), rank(ranks.normalised))


def test_weights_from_components_are_those_of_a_singular_value_decomposition(asem: Any) -> None:
    """R's prcomp, which COINr asks, takes the singular vectors of the standardised columns."""
    ours = composite(asem.data, asem.hierarchy, RECIPE, asem.inputs)
    of = [asem.hierarchy.indicator_ids().index(i) for i in ("LPI", "Flights", "Ship", "Bord")]
    part = ours.normalised[:, of]
    standard = (part - part.mean(axis=0)) / part.std(axis=0, ddof=1)
    first = np.linalg.svd(standard, full_matrices=False)[2][0]
    np.testing.assert_allclose(first_loadings(part), first * np.sign(first.sum()), atol=1e-12)


def test_loadings_as_weights_may_be_negative_as_in_coinr(asem: Any) -> None:
    recipe = replace(RECIPE, weigh="first_loadings")
    ours = composite(asem.data, asem.hierarchy, recipe, asem.inputs)
    below = [asem.hierarchy.places[c] for c in _children(asem)["Environ"]]
    weights = first_loadings(ours.scores[:, below])
    assert weights.min() < 0
    by_hand = ours.scores[:, below] @ weights / weights.sum()
    np.testing.assert_allclose(ours.score("Environ"), by_hand, rtol=1e-12)


def test_every_pair_of_countries_shares_the_whole_weight(asem: Any) -> None:
    ours = composite(asem.data, asem.hierarchy, RECIPE, asem.inputs)
    table = outranking(ours.normalised, np.ones(49))
    np.testing.assert_allclose(table + table.T, 1, atol=1e-12)


def test_a_gap_left_out_is_a_gap_filled_with_the_mean_score_of_its_group(asem: Any) -> None:
    """`Shadow imputation` in COINr's vignette on imputation; equal weights, no treatment."""
    plain = Recipe(treat=None)
    left_out = composite(asem.data, asem.hierarchy, plain, asem.inputs)
    filled = composite(asem.data, asem.hierarchy, replace(plain, impute="score"), asem.inputs)
    assert np.isnan(left_out.imputed).sum() == 65 and not np.isnan(filled.imputed).any()
    np.testing.assert_allclose(filled.score("Index"), left_out.score("Index"), rtol=1e-12)


def test_the_least_available_country_has_39_of_49_indicators(asem: Any) -> None:
    """Counted in the file; the denominators lack nothing."""
    share = imputation.availability(asem.data)
    assert share.min() == pytest.approx(39 / 49)
