"""The Handbook's own example, the Technology Achievement Index: its principal components."""

from __future__ import annotations

import numpy as np

from jinglun.methods.weighting import correlation, principal, varimax

# The 23 countries of the Handbook (after UNDP 2001): patents, royalties, internet, technology
# exports, telephones (log), electricity (log), schooling, university.
TAI = """
187 125.6 200.2 50.7 3.08 4.15 10 27.4
289 130 179.1 66.2 3.00 4.07 12 13.9
271 156.6 125.8 59.7 3.10 4.14 11.4 15.3
994 64.6 49 80.8 3.00 3.86 9.5 10
779 9.8 4.8 66.7 2.97 3.65 10.8 23.2
189 151.2 136 50.9 3.02 3.77 9.4 9.5
82 134 57.4 61.9 3.02 3.73 9.4 14.9
31 38.6 108 48.7 2.94 4.18 11.6 14.2
75 18.2 125.9 16.2 2.94 3.94 10.9 25.3
8 25.5 72.3 74.9 2.95 3.83 7.1 24.2
235 36.8 41.2 64.2 2.94 3.75 10.2 14.4
103 20.2 193.6 19 3.12 4.39 11.9 11.2
106 110.3 48.6 53.6 2.97 3.68 9.4 12.3
72 73.9 58.9 47.6 2.91 3.86 9.3 13.6
103 13 146.7 15.4 2.86 3.91 11.7 13.1
165 14.8 84.2 50.3 2.99 3.79 8.4 13.6
205 33.6 36.4 58.9 2.97 3.80 7.9 12.6
74 43.6 43.2 45 2.96 3.74 9.6 11
42 8.6 21 53.4 2.86 3.62 7.3 15.6
13 9.8 30.4 51 3.00 3.65 7.2 13
28 4.2 25 51.7 2.75 3.68 9.5 8.2
26 6.2 21.6 63.5 2.73 3.46 9.1 7.7
105 4 20.3 49.5 2.84 3.71 7.1 10.6
"""
VALUES = np.array([[float(x) for x in line.split()] for line in TAI.strip().splitlines()])
# The Handbook keeps four components in this example.
KEPT = 4


def loadings() -> np.ndarray:
    eigenvalues, vectors = np.linalg.eigh(correlation(VALUES))
    return varimax(vectors[:, ::-1][:, :KEPT] * np.sqrt(eigenvalues[::-1][:KEPT]))


def test_the_components_explain_what_table_16_says() -> None:
    """To 0.15 of a per cent: the figures above are printed to two or three digits."""
    eigenvalues = np.linalg.eigvalsh(correlation(VALUES))[::-1]
    printed = [41.9, 21.8, 12.3, 11.1, 6.0, 3.7, 2.2, 0.9]
    assert np.abs(100 * eigenvalues / 8 - printed).max() <= 0.15


def test_patents_load_on_one_component_as_table_17_says() -> None:
    """Loadings 0.07, 0.97, 0.06, 0.06; 0.67 of what that component explains."""
    turned = loadings()
    assert np.abs(np.sort(np.abs(turned[0])) - [0.06, 0.06, 0.07, 0.97]).max() <= 0.015
    most = np.abs(turned[0]).argmax()
    share = turned[0, most] ** 2 / (turned[:, most] ** 2).sum()
    assert abs(share - 0.67) <= 0.015


def test_the_weights_follow_from_the_squared_loadings() -> None:
    squared = loadings() ** 2
    by_hand = squared.max(axis=1) / squared.sum()
    np.testing.assert_allclose(principal(VALUES, KEPT), by_hand / by_hand.sum(), rtol=1e-9)
    assert principal(VALUES, KEPT).sum() == 1
