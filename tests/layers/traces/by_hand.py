"""Traces written by hand: no TensorFlow."""

import numpy as np

from layers.traces.trace import Step, Tensor, Trace


def tensor(values, role="intermediate", path=""):
    values = np.asarray(values)
    axes = tuple(f"axis {axis}" for axis in range(values.ndim))
    return Tensor(values=values, axes=axes, role=role, path=path)


def traced(inputs, steps, *, outputs=None, weights=None, constants=None):
    """Work the steps (op, operands, result[, scope]) out in NumPy, and return the trace."""
    tensors = {name: tensor(values, "input") for name, values in inputs.items()}
    tensors |= {name: tensor(values, "weight") for name, values in (weights or {}).items()}
    tensors |= {name: tensor(values, "constant") for name, values in (constants or {}).items()}
    done = []
    for op, operands, result, *scope in steps:
        values = op.evaluate(*(tensors[name].values for name in operands))
        tensors[result] = tensor(values)
        done.append(Step(op, tuple(operands), result, *scope))
    names = outputs or (steps[-1][2],)
    for name in names:
        tensors[name] = tensor(tensors[name].values, "output")
    return Trace(
        tensors=tensors, steps=tuple(done), output_names=tuple(names), input_names=tuple(inputs)
    )
