"""Whether the indices are those of two functions whose indices are known exactly."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jinglun.methods.sensitivity import Indices, indices
from jinglun.methods.uncertainty import Array

N = 20_000


def _of(f: Callable[[Array], Array], inputs: int, low: float, high: float, seed: int) -> Indices:
    rng = np.random.default_rng(seed)
    a, b = (rng.uniform(low, high, (N, inputs)) for _ in range(2))
    ab = np.stack([np.where(np.arange(inputs) == g, b, a) for g in range(inputs)])
    return indices(f(a), f(b), np.stack([f(one) for one in ab]), rng)


def _ishigami(x: Array) -> Array:
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def test_the_ishigami_function_has_its_known_indices() -> None:
    """Ishigami & Homma (1990), a = 7, b = 0.1; the variances integrated by hand.

    V1 = (1 + b pi^4 / 5)^2 / 2, V2 = a^2 / 8, V13 = 8 b^2 pi^8 / 225; x3 acts with x1 alone.
    """
    v1 = 0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2
    v2, v13 = 49 / 8, 8 * 0.01 * np.pi**8 / 225
    whole = v1 + v2 + v13
    assert [round(v / whole, 4) for v in (v1, v2, v13)] == [0.3139, 0.4424, 0.2437]
    found = _of(_ishigami, 3, -np.pi, np.pi, 1)
    assert found.first == pytest.approx([v1 / whole, v2 / whole, 0], abs=0.03)
    assert found.total == pytest.approx([(v1 + v13) / whole, v2 / whole, v13 / whole], abs=0.03)


def test_the_g_function_of_sobol_has_its_known_indices() -> None:
    """Saltelli et al. (2010), section 4: V_i = 1 / (3 (1 + a_i)^2), V = prod(1 + V_i) - 1."""
    a = np.array([0.0, 1.0, 4.5, 9.0, 99.0])
    part = 1 / (3 * (1 + a) ** 2)
    whole = np.prod(1 + part) - 1
    total = part * np.prod(1 + part) / (1 + part) / whole

    def g(x: Array) -> Array:
        return np.asarray(np.prod((np.abs(4 * x - 2) + a) / (1 + a), axis=1))

    found = _of(g, 5, 0.0, 1.0, 2)
    assert found.first == pytest.approx(part / whole, abs=0.03)
    assert found.total == pytest.approx(total, abs=0.03)


def test_the_errors_are_those_seen_over_many_samples() -> None:
    """The bootstrap's standard error beside the spread of 40 independent estimates."""

    def small(seed: int) -> Indices:
        rng = np.random.default_rng(seed)
        a, b = (rng.uniform(-np.pi, np.pi, (500, 3)) for _ in range(2))
        ab = [np.where(np.arange(3) == g, b, a) for g in range(3)]
        f = _ishigami
        return indices(f(a), f(b), np.stack([f(one) for one in ab]), rng, 100)

    found = [small(seed) for seed in range(40)]
    spread = np.std([f.total for f in found], axis=0)
    said = np.mean([f.total_error for f in found], axis=0)
    assert (said / spread > 0.6).all() and (said / spread < 1.7).all()


def test_what_never_varies_has_no_index() -> None:
    same = np.full(50, 61.0)
    found = indices(same, same, np.stack([same, same]), np.random.default_rng(0))
    assert np.isnan(found.first).all() and np.isnan(found.total).all()


@settings(max_examples=25, deadline=None)
@given(st.floats(-1e3, 1e3), st.floats(0.1, 1e3), st.integers(0, 99))
def test_another_unit_of_the_output_changes_no_index(shift: float, scale: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    a, b = (rng.uniform(-np.pi, np.pi, (200, 3)) for _ in range(2))
    ab = np.stack([_ishigami(np.where(np.arange(3) == g, b, a)) for g in range(3)])
    plain = indices(_ishigami(a), _ishigami(b), ab, np.random.default_rng(0), 5)
    moved = [scale * y + shift for y in (_ishigami(a), _ishigami(b), ab)]
    other = indices(moved[0], moved[1], moved[2], np.random.default_rng(0), 5)
    assert other.first == pytest.approx(plain.first, abs=1e-6)
    assert other.total == pytest.approx(plain.total, abs=1e-6)
