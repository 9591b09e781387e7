"""Blocks for the tests: of hand-set numbers, made by figures/ and views/ as the app's are."""

import numpy as np

from figures.heatmap import heatmap
from layers.traces.layout import Sign
from views.blocks import color_range, row

INPUTS = np.array([[1.0, -2.0], [0.5, 0.126]], "float32")
KERNEL = np.array([[0.25, -0.5, 1.0], [2.0, 0.0, -0.25]], "float32")
BIAS = np.array([0.5, -0.25, 0.0], "float32")
OUTPUTS = INPUTS @ KERNEL + BIAS
TENSORS = {"inputs": INPUTS, "kernel": KERNEL, "bias": BIAS, "outputs": OUTPUTS}
AXES = {
    "inputs": ("batch", "features"),
    "kernel": ("features", "units"),
    "bias": ("units",),
    "outputs": ("batch", "units"),
}
LINKS = {
    "steps": [
        {"result": "product", "from": [["inputs", [0, None]], ["kernel", [None, 1]]]},
        {"result": "outputs", "from": [["product", [0, 1]], ["bias", [1]]]},
    ],
    "tensors": {
        **{name: {"shape": t.shape, "axes": AXES[name]} for name, t in TENSORS.items()},
        "product": {"shape": (2, 3), "axes": ("batch", "units")},
    },
    "edited": ["bias.0"],
    "plane": [-2, -1],
    "at": {},
}
PIN = {"cell": "outputs.1.2", "where": "outputs at batch 1, units 2", "sentence": "= 0.4685"}


def figure(values, name="kernel", axes=("rows", "columns"), limit=2.5, **more):
    """Return one tensor's figure."""
    return heatmap(np.asarray(values, "float32"), name=name, axes=axes, limit=limit, **more)


def one(values, **named):
    """Return a row of one tensor."""
    return row([figure(values, **named)])


def dense(*, pin=None, links=LINKS):
    """Return the equation of a dense layer."""
    made = {name: figure(t, name=name, axes=AXES[name]) for name, t in TENSORS.items()}
    signs = [Sign("·", "times"), Sign("+", "plus"), Sign("=", "equals")]
    items = [made["inputs"], signs[0], made["kernel"], signs[1], made["bias"], signs[2]]
    return row([*items, made["outputs"]], [color_range("All", 2.5)], links=links, pin=pin)
