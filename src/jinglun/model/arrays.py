"""What a bundle of numbers is: the float64 NumPy array every formula takes and gives."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
