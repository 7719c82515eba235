"""How much each indicator counts: as given, all alike, as the data go together, as residents say.

Step 6 of the OECD/JRC Handbook (2008). Values are [..., units, n]; weights add up to 1 and are
[n], or [..., n] where there is a leading axis of draws.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jinglun.methods.faults import Fault, refuse

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

# Kaiser's rule: a component worth keeping explains more than one standardised indicator does.
KAISER = 1.0
# Turning by varimax ends when no cosine moves by more than this.
STILL = 1e-12
TURNS = 2000


def correlation(values: Array) -> Array:
    """Return the correlations between indicators over units that have them all, [..., n, n].

    An indicator without spread correlates with nothing: 0, and 1 with itself.
    """
    values = np.asarray(values, float)
    whole = ~np.isnan(values).any(axis=-1, keepdims=True)
    count = np.maximum(whole.sum(axis=-2, keepdims=True), 1)
    mean = np.where(whole, values, 0.0).sum(axis=-2, keepdims=True) / count
    centred = np.where(whole, values - mean, 0.0)
    spread = np.sqrt((centred**2).sum(axis=-2, keepdims=True))
    varied = spread > 1e-12 * np.abs(mean) * np.sqrt(count)
    with np.errstate(divide="ignore", invalid="ignore"):
        standard = np.where(varied, centred / spread, 0.0)
    found = np.swapaxes(standard, -1, -2) @ standard
    np.einsum("...ii->...i", found)[...] = 1.0
    return np.asarray(found)


def first_loadings(values: Array) -> Array:
    """Return the loadings of the first principal component, of length 1, [..., n].

    What COINr's `get_PCA` gives as weights: they may be negative. The sign of a component is
    arbitrary; here they add up to no less than 0.
    """
    _, vectors = np.linalg.eigh(correlation(values))
    first = vectors[..., -1]
    return np.where(first.sum(axis=-1, keepdims=True) < 0, -first, first)


def principal(values: Array, components: int | None = None) -> Array:
    """Return the Handbook's weights from rotated principal components, [..., n], adding up to 1.

    Components with an eigenvalue over 1 are kept (or `components` of them) and turned by varimax;
    each indicator takes its squared loading on the component where that is greatest, as a share of
    what that component explains, times the component's share of what all explain (Handbook, pp.
    89-91, after Nicoletti, Scarpetta and Boylaud 2000). An indicator without spread weighs 0.
    """
    values = np.asarray(values, float)
    related = correlation(values)
    eigenvalues, vectors = (a[..., ::-1] for a in np.linalg.eigh(related))
    n = related.shape[-1]
    kept = np.maximum((eigenvalues > KAISER).sum(axis=-1), 1)
    kept = np.full_like(kept, min(components, n)) if components else kept
    weights = np.empty(related.shape[:-1])
    for count in np.unique(kept):
        these = kept == count
        roots = np.sqrt(np.maximum(eigenvalues[these][..., None, :count], 0.0))
        weights[these] = _by_component(varimax(vectors[these][..., :count] * roots))
    # Without correlations to stand on the component of a flat indicator is the indicator itself.
    flat = np.fmax.reduce(values, axis=-2) == np.fmin.reduce(values, axis=-2)
    weights = np.where(flat | np.isnan(values).all(axis=-2), 0.0, weights)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(weights / weights.sum(axis=-1, keepdims=True))


def _by_component(loadings: Array) -> Array:
    """The weights of indicators [..., n] by the component that each loads most on."""
    squared = loadings**2
    explained = squared.sum(axis=-2, keepdims=True)
    share = squared / explained * (explained / explained.sum(axis=-1, keepdims=True))
    most = squared.argmax(axis=-1)[..., None]
    return np.take_along_axis(share, most, axis=-1)[..., 0]


def varimax(loadings: Array) -> Array:
    """Return the loadings [..., n, components] turned so that each is near 0 or far from it.

    Kaiser (1958), with his scaling of every indicator to communality 1; singular values as in
    Horst (1965).
    """
    length = np.sqrt((loadings**2).sum(axis=-1, keepdims=True))
    rows = np.divide(loadings, length, out=np.zeros_like(loadings), where=length > 0)
    n, k = rows.shape[-2:]
    flat = rows.reshape(-1, n, k)
    turn = np.array(np.broadcast_to(np.eye(k), (len(flat), k, k)))
    # Each draw stops by itself, or its weights would hang on what it is computed beside.
    going = np.arange(len(flat) if k > 1 else 0)
    for _ in range(TURNS):
        if not going.size:
            break
        turned = flat[going] @ turn[going]
        slope = turned**3 - turned * (turned**2).sum(axis=-2, keepdims=True) / n
        left, _, right = np.linalg.svd(np.swapaxes(flat[going], -1, -2) @ slope)
        further = left @ right
        moved = np.abs(further - turn[going]).max(axis=(-2, -1)) > STILL
        turn[going], going = further, going[moved]
    turn = turn.reshape(*rows.shape[:-2], k, k)
    return np.asarray(rows @ turn * length)


def residents(ballots: Array, rule: str = "mean", trimmed: float = 0.1) -> tuple[Array, Whole]:
    """Return the weights of many residents [n], and the rows of ballots that count.

    A ballot [residents, n] gives points, in any total; each is made to add up to 1, so that nobody
    speaks louder. A blank is no points; a ballot without points does not count; a negative one
    raises `Refused`. `rule`: `mean`, `median`, or `trimmed`, which leaves out that share of the
    highest and of the lowest for every indicator. The Handbook's budget allocation, pp. 96-98.
    """
    points = np.nan_to_num(np.asarray(ballots, float), nan=0.0)
    totals = points.sum(axis=-1)
    faults = [Fault("negative_points", f"row {r}") for r in np.flatnonzero((points < 0).any(1))]
    faults += [Fault("no_ballots")] * (not (totals > 0).any())
    faults += [Fault("unknown_rule", found=rule)] * (rule not in ("mean", "median", "trimmed"))
    faults += [Fault("trimmed_too_much", found=f"{trimmed:g}")] * (not 0 <= trimmed < 0.5)
    refuse(faults)
    counted = np.flatnonzero(totals > 0)
    shares = points[counted] / totals[counted, None]
    if rule == "median":
        found = np.median(shares, axis=0)
    else:
        cut = int(len(shares) * trimmed) if rule == "trimmed" else 0
        found = np.sort(shares, axis=0)[cut : len(shares) - cut].mean(axis=0)
    refuse([Fault("all_weights_zero", found=rule)] * (not found.sum() > 0))
    return found / found.sum(), counted
