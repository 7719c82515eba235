"""What a bundle of numbers is: the float64 NumPy array every formula takes and gives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def tidy(value: float) -> float:
    """Return a number at 12 significant digits, so that thread order cannot change a byte."""
    return float(f"{value:.12g}")
