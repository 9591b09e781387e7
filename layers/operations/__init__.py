"""What each operation does: redone in NumPy, the cells that make a cell, and the arithmetic.

NumPy only. An operation is the independent oracle for what TensorFlow computed.
"""

from layers.operations.explain import Explanation, dependencies, dependents, explain

__all__ = ["Explanation", "dependencies", "dependents", "explain"]
