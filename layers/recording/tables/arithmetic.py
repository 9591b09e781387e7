"""Functions of each cell alone."""

from __future__ import annotations

from collections.abc import Callable

import tensorflow as tf

from layers.operations.elementwise import Elementwise
from layers.operations.layout import Reshape
from layers.recording.node import Made, Node

_NAMES = {
    "Abs": "abs",
    "Acos": "acos",
    "Acosh": "acosh",
    "Add": "add",
    "AddN": "add_n",
    "AddV2": "add",
    "Angle": "angle",
    "Asin": "asin",
    "Asinh": "asinh",
    "Atan": "atan",
    "Atan2": "atan2",
    "Atanh": "atanh",
    "BiasAdd": "add",
    "BitwiseAnd": "bits_and",
    "BitwiseOr": "bits_or",
    "BitwiseXor": "bits_xor",
    "Ceil": "ceil",
    "CheckNumerics": "identity",
    "ClipByValue": "clip",
    "Complex": "complex",
    "ComplexAbs": "abs",
    "Conj": "conjugate",
    "Cos": "cos",
    "Cosh": "cosh",
    "DeepCopy": "identity",
    "Div": "divide",
    "DivNoNan": "divide_no_nan",
    "Elu": "elu",
    "EnsureShape": "identity",
    "Equal": "equal",
    "Erf": "erf",
    "Erfc": "erfc",
    "Exp": "exp",
    "Expm1": "expm1",
    "Floor": "floor",
    "FloorDiv": "floor_divide",
    "FloorMod": "mod",
    "Greater": "greater",
    "GreaterEqual": "greater_equal",
    "Identity": "identity",
    "Imag": "imaginary",
    "Inv": "reciprocal",
    "Invert": "bits_not",
    "IsFinite": "is_finite",
    "IsInf": "is_inf",
    "IsNan": "is_nan",
    "LeftShift": "left_shift",
    "Less": "less",
    "LessEqual": "less_equal",
    "Log": "log",
    "Log1p": "log1p",
    "LogicalAnd": "and",
    "LogicalNot": "not",
    "LogicalOr": "or",
    "Maximum": "maximum",
    "Minimum": "minimum",
    "Mod": "truncate_mod",
    "Mul": "multiply",
    "MulNoNan": "multiply_no_nan",
    "Neg": "negative",
    "NotEqual": "not_equal",
    "Pow": "power",
    "PreventGradient": "identity",
    "Real": "real",
    "RealDiv": "divide",
    "Reciprocal": "reciprocal",
    "Relu": "relu",
    "Relu6": "relu6",
    "RightShift": "right_shift",
    "Rint": "round",
    "Round": "round",
    "Rsqrt": "rsqrt",
    "SelectV2": "where",
    "Selu": "selu",
    "Sigmoid": "sigmoid",
    "Sign": "sign",
    "Sin": "sin",
    "Sinh": "sinh",
    "Snapshot": "identity",
    "Softplus": "softplus",
    "Softsign": "softsign",
    "Sqrt": "sqrt",
    "Square": "square",
    "SquaredDifference": "squared_difference",
    "StopGradient": "stop_gradient",
    "Sub": "subtract",
    "Tan": "tan",
    "Tanh": "tanh",
    "TruncateMod": "truncate_mod",
    "Xdivy": "x_divided_by_y",
    "Xlogy": "x_log_y",
}
_WHOLE = {"Div": "truncate_divide"}
"""What means something else of whole numbers, and is left unexplained there."""


_OF_COMPLEX = {
    "abs",
    "add",
    "add_n",
    "angle",
    "conjugate",
    "divide",
    "exp",
    "identity",
    "imaginary",
    "multiply",
    "negative",
    "real",
    "reciprocal",
    "square",
    "stop_gradient",
    "subtract",
    "where",
}
"""What means the same of complex numbers in TensorFlow and here."""


def _named(name: str) -> Callable[[Node], Made | None]:
    def translation(node: Node) -> Made | None:
        dtype = node.call.inputs[0].dtype
        if dtype in (tf.string, tf.variant, tf.resource):
            return None
        if any(each.dtype.is_complex for each in node.call.inputs) and name not in _OF_COMPLEX:
            return None
        if dtype.is_integer and node.op_type in _WHOLE:
            return None
        return Made(Elementwise(name), tuple(range(len(node.call.inputs))))

    return translation


def _cast(node: Node) -> Made | None:
    source, target = node.call.inputs[0].dtype, node.call.outputs[0].dtype
    if source in (tf.string, tf.variant, tf.resource) or target.is_quantized:
        return None
    return Made(Elementwise("cast", (target.name,)), (0,))


def _bitcast(node: Node) -> Made | None:
    types = (node.call.inputs[0].dtype, node.call.outputs[0].dtype)
    return Made(Elementwise("bits"), (0,)) if types == (tf.float32, tf.int32) else None


def _leaky_relu(node: Node) -> Made:
    return Made(Elementwise("leaky_relu", (float(node.setting("alpha", 0.2)),)), (0,))


def _bucketize(node: Node) -> Made:
    boundaries = tuple(float(edge) for edge in node.setting("boundaries", ()))
    return Made(Elementwise("bucketize", boundaries), (0,))


def _identity_n(node: Node) -> Made:
    return Made(Elementwise("identity"), (node.place,))


def _bias(node: Node) -> Made:
    if node.setting("data_format", "NHWC") == "NHWC":
        return Made(Elementwise("add"), (0, 1))
    column = Reshape((*node.shape(1), *(1,) * (len(node.shape()) - 2)))  # channels are axis 1
    return Made(Elementwise("add"), (0, 1), first=column, first_reads=(1,))


def _select(node: Node) -> Made | None:
    """Select, unlike SelectV2, takes one truth value a row."""
    if node.shape(0) != node.shape(1) and node.shape(0):
        return None
    return Made(Elementwise("where"), (0, 1, 2))


ARITHMETIC: dict[str, Callable[[Node], Made | None]] = {
    **{op_type: _named(name) for op_type, name in _NAMES.items()},
    "BiasAdd": _bias,
    "Bitcast": _bitcast,
    "Bucketize": _bucketize,
    "Cast": _cast,
    "IdentityN": _identity_n,
    "LeakyRelu": _leaky_relu,
    "Select": _select,
}
