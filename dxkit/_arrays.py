"""Which array types do signatures name? One name for each kind of number."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
# positions in another array, and counts
IntArray = NDArray[np.intp]
BoolArray = NDArray[np.bool_]
