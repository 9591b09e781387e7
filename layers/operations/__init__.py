"""What each operation does: its result in NumPy, the cells that make a cell, the arithmetic.

NumPy only. An operation is the independent oracle for what TensorFlow computed.
"""

from layers.operations.dependencies import dependencies, dependents
from layers.operations.explain import Explanation, explain, named

__all__ = ["Explanation", "dependencies", "dependents", "explain", "named"]
